//! The frame that all charts share: headline, subtitle and key above the plot; notes and source below.
//!
//! Everything is wrapped to the page, so that no text runs out of it, whatever the words.

use crate::render::font::Weight;
use crate::render::picture::{Anchor, Bounds, Colour, Mark, Paint, Picture, Point};
use crate::render::style::{self, Lettering};
use crate::render::wrap::{shorten, wrap, wrap_evenly, wrap_full};

const HEADLINE: Lettering = Lettering::bold(style::HEADLINE, style::INK);
const SUBTITLE: Lettering = Lettering::regular(style::SUBTITLE, style::QUIET);
const KEY: Lettering = Lettering::regular(style::LABEL, style::INK);
const NOTE: Lettering = Lettering::regular(style::NOTE, style::QUIET);

/// Space between the parts of the frame.
const GAP: f64 = 12.0;
/// Space between a sign of the key and its words, and between entries.
const KEY_SPACE: f64 = 7.0;
const KEY_BETWEEN: f64 = 26.0;

/// The words round a plot.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// What the chart says, in a sentence.
    pub headline: String,
    /// What is drawn, with units.
    pub subtitle: String,
    /// What colours and signs stand for.
    pub key: Vec<KeyEntry>,
    /// What a reader must know, sentences each; short ones share a line.
    pub notes: Vec<String>,
    /// The last line: where the figures come from, written as it is.
    pub source: String,
}

/// A sign and what it stands for.
#[derive(Clone, Debug)]
pub struct KeyEntry {
    /// What the plot shows.
    pub sign: Sign,
    /// What it stands for.
    pub words: String,
}

/// The signs of a key.
#[derive(Clone, Copy, Debug)]
pub enum Sign {
    /// A piece of bar.
    Bar(Colour),
    /// A circle.
    Dot {
        /// In px.
        radius: f64,
        /// Colour inside.
        fill: Paint,
        /// Colour of its edge.
        ring: Paint,
    },
    /// A piece of line.
    Line {
        /// In px.
        width: f64,
        /// Its colour.
        colour: Colour,
    },
    /// A piece of dashed line.
    Dashes {
        /// In px.
        width: f64,
        /// Its colour.
        colour: Colour,
    },
}

impl Sign {
    fn width(&self) -> f64 {
        match self {
            Self::Bar(_) => 18.0,
            Self::Dot { radius, .. } => 2.0 * radius,
            Self::Line { .. } | Self::Dashes { .. } => 27.0,
        }
    }

    fn height(&self) -> f64 {
        match self {
            Self::Bar(_) | Self::Line { .. } | Self::Dashes { .. } => 12.0,
            Self::Dot { radius, .. } => 2.0 * radius,
        }
    }
}

impl KeyEntry {
    fn width(&self) -> f64 {
        self.sign.width() + KEY_SPACE + KEY.width(&self.words)
    }
}

/// A frame cut to lines for a page of some width, before the height of the plot is known.
pub struct SetFrame {
    frame: Frame,
    width: f64,
    headline: Vec<String>,
    subtitle: Vec<String>,
    key: Vec<Vec<KeyEntry>>,
    foot: Vec<String>,
}

impl Frame {
    /// Cuts the words to lines for a page `width` px wide.
    pub fn set(self, width: f64) -> SetFrame {
        let room = width - 2.0 * style::MARGIN;
        let mut foot = Vec::new();
        for note in share_lines(&self.notes, room) {
            foot.extend(wrap(&note, NOTE.size, NOTE.weight, room));
        }
        foot.extend(wrap(&self.source, NOTE.size, NOTE.weight, room));
        SetFrame {
            headline: wrap_evenly(&self.headline, HEADLINE.size, Weight::Bold, room),
            subtitle: wrap_full(&self.subtitle, SUBTITLE.size, SUBTITLE.weight, room),
            key: key_lines(&self.key, room),
            foot,
            width,
            frame: self,
        }
    }
}

/// Puts a note on the line of the one before where both fit it whole.
fn share_lines(notes: &[String], room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for note in notes {
        if let Some(last) = lines.last_mut() {
            let both = format!("{last} {note}");
            if NOTE.width(&both) <= room {
                *last = both;
                continue;
            }
        }
        lines.push(note.clone());
    }
    lines
}

/// Deals the key's entries into lines that fit, words cut where one alone is too wide.
fn key_lines(entries: &[KeyEntry], room: f64) -> Vec<Vec<KeyEntry>> {
    let mut lines: Vec<Vec<KeyEntry>> = Vec::new();
    let mut used = f64::INFINITY;
    for entry in entries {
        let mut entry = entry.clone();
        let most = room - entry.sign.width() - KEY_SPACE;
        entry.words = shorten(&entry.words, KEY.size, KEY.weight, most);
        let width = entry.width();
        if used + KEY_BETWEEN + width > room {
            lines.push(Vec::new());
            used = -KEY_BETWEEN;
        }
        used += KEY_BETWEEN + width;
        if let Some(line) = lines.last_mut() {
            line.push(entry);
        }
    }
    lines
}

fn key_line_height(line: &[KeyEntry]) -> f64 {
    line.iter()
        .map(|entry| entry.sign.height() + 4.0)
        .fold(style::leading(KEY.size) + 2.0, f64::max)
}

impl SetFrame {
    /// The height in px above the plot.
    pub fn head_height(&self) -> f64 {
        let mut height = style::MARGIN
            + self.headline.len() as f64 * style::leading(HEADLINE.size)
            + self.subtitle.len() as f64 * style::leading(SUBTITLE.size)
            + GAP;
        if !self.subtitle.is_empty() {
            height += GAP / 2.0;
        }
        if !self.key.is_empty() {
            height += self
                .key
                .iter()
                .map(|line| key_line_height(line))
                .sum::<f64>()
                + GAP / 2.0;
        }
        height.ceil()
    }

    /// The height in px below the plot.
    pub fn foot_height(&self) -> f64 {
        (GAP + self.foot.len() as f64 * style::leading(NOTE.size) + style::MARGIN * 0.75).ceil()
    }

    /// The plot height that fills the tallest page.
    pub fn most_plot_height(&self) -> f64 {
        style::PAGE_HEIGHT - self.head_height() - self.foot_height()
    }

    /// Draws the frame round a plot of this height; gives the picture and the room for the plot.
    pub fn draw(self, plot_height: f64) -> (Picture, Bounds) {
        let top = self.head_height();
        let bottom = top + plot_height.ceil().max(0.0);
        let mut picture = Picture::new(self.width, bottom + self.foot_height());
        let below = self.draw_head(&mut picture);
        self.draw_key(&mut picture, below);
        self.draw_foot(&mut picture, bottom);
        let plot = Bounds {
            left: style::MARGIN,
            top,
            right: self.width - style::MARGIN,
            bottom,
        };
        picture.description = describe(&self.frame);
        picture.title = self.frame.headline;
        (picture, plot)
    }

    /// Headline and subtitle; gives where they end.
    fn draw_head(&self, picture: &mut Picture) -> f64 {
        let mut top = style::MARGIN;
        write_lines(picture, &self.headline, HEADLINE, &mut top);
        if !self.subtitle.is_empty() {
            top += GAP / 2.0;
            write_lines(picture, &self.subtitle, SUBTITLE, &mut top);
        }
        top
    }

    fn draw_key(&self, picture: &mut Picture, below: f64) {
        let mut top = below + GAP / 2.0;
        for line in &self.key {
            let height = key_line_height(line);
            let middle = top + height / 2.0;
            let mut left = style::MARGIN;
            for entry in line {
                draw_sign(picture, entry.sign, Point { x: left, y: middle });
                let at = Point {
                    x: left + entry.sign.width() + KEY_SPACE,
                    y: middle + style::centred(KEY.size),
                };
                KEY.write(picture, entry.words.as_str(), at, Anchor::Start);
                left += entry.width() + KEY_BETWEEN;
            }
            top += height;
        }
    }

    fn draw_foot(&self, picture: &mut Picture, below: f64) {
        let mut top = below + GAP;
        write_lines(picture, &self.foot, NOTE, &mut top);
    }
}

/// Writes lines one under the other from `top`, and moves it to their end.
fn write_lines(picture: &mut Picture, lines: &[String], lettering: Lettering, top: &mut f64) {
    for line in lines {
        let at = Point {
            x: style::MARGIN,
            y: *top + lettering.size,
        };
        lettering.write(picture, line.as_str(), at, Anchor::Start);
        *top += style::leading(lettering.size);
    }
}

/// Draws a sign with its left end at `at`, centred on its height.
fn draw_sign(picture: &mut Picture, sign: Sign, at: Point) {
    let right = at.x + sign.width();
    match sign {
        Sign::Bar(colour) => picture.rectangle(
            Bounds {
                left: at.x,
                top: at.y - 6.0,
                right,
                bottom: at.y + 6.0,
            },
            Paint::solid(colour),
        ),
        Sign::Dot { radius, fill, ring } => {
            let centre = Point {
                x: at.x + radius,
                y: at.y,
            };
            for (paint, ring) in [(fill, None), (ring, Some(0.8))] {
                picture.add(Mark::Circle {
                    centre,
                    radius,
                    paint,
                    ring,
                });
            }
        }
        Sign::Line { width, colour } => {
            picture.line(at, Point { x: right, y: at.y }, width, Paint::solid(colour));
        }
        Sign::Dashes { width, colour } => picture.add(Mark::Line {
            points: vec![at, Point { x: right, y: at.y }],
            width,
            paint: Paint::solid(colour),
            dash: Some(style::DASH),
        }),
    }
}

/// What a reader who does not see the picture is told: all words of the frame but the headline.
fn describe(frame: &Frame) -> String {
    let mut parts = vec![frame.subtitle.clone()];
    parts.extend(frame.key.iter().map(|entry| entry.words.clone()));
    parts.extend(frame.notes.iter().cloned());
    parts.push(frame.source.clone());
    parts.retain(|part| !part.trim().is_empty());
    parts.join(" ")
}

/// A framed picture that says there is nothing to plot, and why.
pub fn nothing_to_plot(mut frame: Frame, why: &str) -> Picture {
    frame.key.clear();
    let (mut picture, plot) = frame.set(style::WIDTH).draw(160.0);
    let lettering = Lettering::regular(style::SUBTITLE, style::INK);
    let words = format!("There is nothing to plot: {why}.");
    let mut y = plot.top + 70.0;
    for line in wrap(
        &words,
        lettering.size,
        lettering.weight,
        plot.width() - 40.0,
    ) {
        let at = Point {
            x: (plot.left + plot.right) / 2.0,
            y,
        };
        lettering.write(&mut picture, line, at, Anchor::Middle);
        y += style::leading(lettering.size);
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::layout_check::assert_tidy;

    fn long_frame() -> Frame {
        let words = "A sentence with several words that goes on & on. ".repeat(12);
        Frame {
            headline: words.clone(),
            subtitle: words.clone(),
            key: vec![
                KeyEntry {
                    sign: Sign::Bar(style::GAIN),
                    words: "Gains".into(),
                },
                KeyEntry {
                    sign: Sign::Dot {
                        radius: 12.0,
                        fill: Paint::solid(style::GAIN),
                        ring: Paint::solid(style::INK),
                    },
                    words: words.clone(),
                },
                KeyEntry {
                    sign: Sign::Line {
                        width: 2.0,
                        colour: style::INK,
                    },
                    words: "Trend".into(),
                },
            ],
            notes: vec![words.clone(), words.clone()],
            source: words,
        }
    }

    #[test]
    fn long_words_stay_on_the_page_and_apart() {
        let (picture, plot) = long_frame().set(style::WIDTH).draw(200.0);
        assert_tidy(&picture);
        assert!((plot.height() - 200.0).abs() < 1e-9);
        assert!(picture.texts().all(|text| !text.bounds().overlaps(&plot)));
    }

    #[test]
    fn the_source_is_the_last_line_as_it_is_given() {
        let frame = Frame {
            notes: vec!["A note.".into()],
            source: "Source: ONS.".into(),
            ..Frame::default()
        };
        let (picture, _) = frame.set(style::WIDTH).draw(10.0);
        let lines: Vec<_> = picture.texts().map(|text| text.content.as_str()).collect();
        assert_eq!(lines, ["A note.", "Source: ONS."]);
        assert_eq!(picture.description, "A note. Source: ONS.");
    }

    #[test]
    fn short_notes_share_a_line_and_long_ones_start_their_own() {
        let long = "This note is longer than the line that is left. ".repeat(3);
        let notes = ["One.", "Two.", long.trim(), "Three."].map(String::from);
        let lines = share_lines(&notes, NOTE.width(&long) + 1.0);
        assert_eq!(lines, ["One. Two.", long.trim(), "Three."]);
        assert_eq!(share_lines(&[], 100.0), Vec::<String>::new());
    }

    #[test]
    fn an_empty_chart_says_why() {
        let picture = nothing_to_plot(long_frame(), "no authority has a population");
        assert_tidy(&picture);
        assert!(
            picture
                .texts()
                .any(|text| text.content.contains("nothing to plot"))
        );
    }
}

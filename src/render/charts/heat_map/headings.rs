//! The headings of a heat map's columns: level where their words fit, or else reading upwards.

use super::page::BETWEEN_CELLS;
use crate::render::font;
use crate::render::picture::{Anchor, Picture, Point, Turn};
use crate::render::style::{self, Lettering};
use crate::render::wrap;

/// Level headings with more lines than this are turned upwards instead.
const MOST_HEADING_LINES: usize = 4;
/// The tallest heading that reads upwards.
const TURNED_ROOM: f64 = 215.0;
/// Distance of lines that read upwards, as a part of their size.
const TURNED_LEADING: f64 = 1.16;
/// The sizes of headings, the largest at which their words fit the columns.
const HEADING_SIZES: [f64; 4] = [13.0, 12.5, 12.0, 11.5];
/// Space on each side of a heading in its column.
const HEADING_SPACE: f64 = 2.5;

/// The columns' headings, cut to lines: level if their words fit, or else upwards.
pub(super) struct Headings {
    lines: Vec<Vec<String>>,
    lettering: Lettering,
    turn: Turn,
    /// In px.
    pub height: f64,
}

impl Headings {
    pub fn new(titles: &[&str], width: f64) -> Self {
        HEADING_SIZES
            .into_iter()
            .find_map(|size| Self::level(titles, width, size))
            .unwrap_or_else(|| Self::turned(titles, width))
    }

    /// Level headings; none if a word is too wide or a heading too tall.
    fn level(titles: &[&str], width: f64, size: f64) -> Option<Self> {
        let lettering = Lettering::regular(size, style::INK);
        let room = width - 2.0 * HEADING_SPACE;
        let lines: Vec<Vec<String>> = titles
            .iter()
            .map(|title| level_lines(title, lettering, room))
            .collect::<Option<_>>()?;
        let most = lines.iter().map(Vec::len).max().unwrap_or(0);
        (most <= MOST_HEADING_LINES).then(|| Self {
            lines,
            lettering,
            turn: Turn::Level,
            height: most as f64 * style::leading(size),
        })
    }

    fn turned(titles: &[&str], width: f64) -> Self {
        let lettering = Lettering::regular(HEADING_SIZES[0], style::INK);
        let leading = lettering.size * TURNED_LEADING;
        let beside = ((width - BETWEEN_CELLS) / leading).floor().clamp(1.0, 3.0) as usize;
        let lines: Vec<Vec<String>> = titles
            .iter()
            .map(|title| turned_lines(title, lettering, beside))
            .collect();
        let height = lines
            .iter()
            .flatten()
            .map(|line| lettering.width(line))
            .fold(0.0, f64::max);
        Self {
            lines,
            lettering,
            turn: Turn::Upwards,
            height: height.ceil(),
        }
    }

    /// How many headings there are.
    pub fn count(&self) -> usize {
        self.lines.len()
    }

    /// Writes a heading centred on `middle`, above `bottom`.
    pub fn write(&self, picture: &mut Picture, column: usize, middle: f64, bottom: f64) {
        let lines = &self.lines[column];
        let size = self.lettering.size;
        let last = lines.len().saturating_sub(1) as f64;
        for (index, line) in lines.iter().enumerate() {
            let index = index as f64;
            let (at, anchor) = match self.turn {
                Turn::Level => {
                    let up = (last - index) * style::leading(size) + size * font::DESCENT;
                    let y = bottom - up;
                    (Point { x: middle, y }, Anchor::Middle)
                }
                Turn::Upwards => {
                    let across = (index - last / 2.0) * size * TURNED_LEADING;
                    let x = middle + across + style::centred(size);
                    (Point { x, y: bottom }, Anchor::Start)
                }
            };
            let mut text = self.lettering.text(line.as_str(), at, anchor);
            text.turn = self.turn;
            picture.text(text);
        }
    }
}

/// A heading in level lines; none if one of its words is too wide. A word too wide is parted at a hyphen.
fn level_lines(title: &str, lettering: Lettering, room: f64) -> Option<Vec<String>> {
    let mut words = Vec::new();
    for word in title.split_whitespace() {
        let mut rest = word;
        while lettering.width(rest) > room {
            let (at, _) = rest
                .match_indices('-')
                .rfind(|(at, _)| lettering.width(&rest[..=*at]) <= room)?;
            words.push(&rest[..=at]);
            rest = &rest[at + 1..];
        }
        words.push(rest);
    }
    Some(even_lines(&words.join(" "), lettering, room))
}

/// A title in lines of about equal length, unless that would part a word.
pub(super) fn even_lines(title: &str, lettering: Lettering, room: f64) -> Vec<String> {
    let (size, weight) = (lettering.size, lettering.weight);
    let lines = wrap::wrap(title, size, weight, room);
    if lines.len() < 2 {
        return lines;
    }
    let even = wrap::wrap_evenly(title, size, weight, room);
    if even.join(" ") == lines.join(" ") {
        even
    } else {
        lines
    }
}

/// A heading that reads upwards: in two lines or more only where one would be too tall.
fn turned_lines(title: &str, lettering: Lettering, beside: usize) -> Vec<String> {
    let (size, weight) = (lettering.size, lettering.weight);
    let even = even_lines(title, lettering, TURNED_ROOM);
    if even.len() <= beside {
        even
    } else {
        wrap::wrap_at_most(beside, title, size, weight, TURNED_ROOM)
    }
}

//! The page of changes by group: names, bars and figures, a panel for each baseline.

use std::ops::Range;

use super::{Group, GroupChange, GroupChanges, GroupPanel, MOST_GROUPS};
use crate::render::axis;
use crate::render::charts::wording;
use crate::render::frame::Frame;
use crate::render::picture::{Anchor, Bounds, Paint, Picture, Point, crisp};
use crate::render::plotters_backend::Plot;
use crate::render::style::{self, Lettering};
use crate::render::wrap;

/// Height of a group's row.
const PITCH: f64 = 42.0;
/// Room above the rows of a panel for the scale and the headings of the figures, without its title.
const SCALE_HEAD: f64 = 46.0;
/// The most lines of a panel's title.
const MOST_TITLE_LINES: usize = 3;
const PANEL_FOOT: f64 = 14.0;
const BETWEEN_PANELS: f64 = 30.0;
const SPACE: f64 = 12.0;
/// Two panels go side by side; more go below.
const PANELS_IN_A_ROW: usize = 2;

const LABEL: Lettering = Lettering::regular(style::LABEL, style::INK);
const SMALL: Lettering = Lettering::regular(12.5, style::QUIET);
const FIGURE: Lettering = Lettering::regular(14.0, style::INK);
const BAR_FIGURE: Lettering = Lettering::bold(14.0, style::INK);
const TITLE: Lettering = Lettering::bold(style::PANEL_TITLE, style::INK);
const HEADING: Lettering = Lettering::regular(style::AXIS, style::QUIET);

/// The columns of figures beside the bars, each of two lines: headings and words.
const COLUMNS: [Column; 2] = [
    Column {
        headings: ["per cent", "£ in all"],
        words: |value| {
            [
                axis::per_cent_or_dash(value.change_pct),
                axis::pounds_short_change(value.change_gbp as f64),
            ]
        },
    },
    Column {
        headings: ["authorities", "up, down"],
        words: |value| {
            [
                format!("{} up", axis::count(value.winners)),
                format!("{} down", axis::count(value.losers)),
            ]
        },
    },
];

/// A column of figures.
struct Column {
    headings: [&'static str; 2],
    words: fn(&GroupChange) -> [String; 2],
}

/// The widths that all panels share.
struct Layout {
    label_width: f64,
    panel_width: f64,
    bar_width: f64,
    figure_widths: [f64; COLUMNS.len()],
    /// Pounds per head from the left to the right end of the bars.
    range: Range<f64>,
    rows: usize,
    title_lines: usize,
}

impl Layout {
    fn new(spec: &GroupChanges, panels: &[&GroupPanel], width: f64) -> Self {
        let rows = spec.groups.len().min(MOST_GROUPS);
        let label_width = spec.groups[..rows]
            .iter()
            .map(|group| {
                LABEL
                    .width(&group.label)
                    .max(SMALL.width(&size_words(group)))
            })
            .fold(0.0, f64::max)
            .min(width * 0.2);
        let across = panels.len().clamp(1, PANELS_IN_A_ROW) as f64;
        let panel_width = (width - label_width - SPACE - BETWEEN_PANELS * (across - 1.0)) / across;
        let values: Vec<&GroupChange> = panels
            .iter()
            .flat_map(|panel| panel.values.iter().take(rows))
            .collect();
        let figure_widths = COLUMNS.map(|column| {
            let headings = column.headings.map(|heading| HEADING.width(heading));
            let words = values.iter().flat_map(|value| (column.words)(value));
            words
                .map(|words| FIGURE.width(&words))
                .chain(headings)
                .fold(0.0, f64::max)
        });
        let figures: f64 = figure_widths.iter().map(|width| width + SPACE).sum();
        let bar_width = (panel_width - figures).max(panel_width * 0.15);
        Self {
            label_width,
            panel_width,
            bar_width,
            figure_widths,
            range: bar_range(&values, bar_width),
            rows,
            title_lines: panels
                .iter()
                .map(|panel| title_lines(panel, panel_width).len())
                .max()
                .unwrap_or(0),
        }
    }

    /// Room above the rows of a panel.
    fn panel_head(&self) -> f64 {
        SCALE_HEAD + self.title_lines as f64 * style::leading(TITLE.size)
    }
}

/// Pounds per head from end to end of the bars. A bar's own figure stands on the other side of nought, so there must be
/// room for it there.
fn bar_range(values: &[&GroupChange], width: f64) -> Range<f64> {
    let changes = || values.iter().map(|value| drawn(value));
    let (low, high) = changes().fold((0.0, 0.0), |(low, high), change| {
        (f64::min(low, change), f64::max(high, change))
    });
    if high <= low {
        return -1.0..1.0;
    }
    let needed = |wanted: fn(f64) -> bool| {
        values
            .iter()
            .filter(|value| wanted(drawn(value)))
            .map(|value| BAR_FIGURE.width(&axis::per_head_change(value.change_per_head_gbp)) + 8.0)
            .fold(0.0, f64::max)
    };
    let (left, right) = (
        needed(|change| change >= 0.0),
        needed(|change| change < 0.0),
    );
    let px = width / (high - low);
    if -low * px >= left && high * px >= right {
        return low..high;
    }
    if -low * px < left && high > 0.0 {
        let px = (width - left).max(width * 0.2) / high;
        if -low * px <= left && high * px >= right {
            return -left / px..high;
        }
    }
    if high * px < right && low < 0.0 {
        let px = (width - right).max(width * 0.2) / -low;
        if high * px <= right && -low * px >= left {
            return low..right / px;
        }
    }
    let px = (width - left - right).max(width * 0.2) / (high - low);
    low - left / px..high + right / px
}

/// The change that a bar shows: anything further out cannot be told apart on paper.
fn drawn(value: &GroupChange) -> f64 {
    value.change_per_head_gbp.clamp(-1e12, 1e12)
}

/// A panel's title in lines, cut after [`MOST_TITLE_LINES`].
fn title_lines(panel: &GroupPanel, width: f64) -> Vec<String> {
    let words = format!("Compared with {}", panel.baseline.phrase);
    wrap::wrap_at_most(MOST_TITLE_LINES, &words, TITLE.size, TITLE.weight, width)
}

/// How large a group is: `12 authorities, 2.7m people`.
fn size_words(group: &Group) -> String {
    format!(
        "{}, {} people",
        wording::authorities(group.authorities),
        axis::people_short(group.population)
    )
}

/// Draws the panels inside their frame.
pub(super) fn draw(frame: Frame, spec: &GroupChanges, panels: &[&GroupPanel]) -> Picture {
    let set = frame.set(style::WIDTH);
    let rows = spec.groups.len().min(MOST_GROUPS) as f64;
    let down = panels.len().div_ceil(PANELS_IN_A_ROW) as f64;
    let layout = Layout::new(spec, panels, style::WIDTH - 2.0 * style::MARGIN);
    let panel_height = layout.panel_head() + rows * PITCH + PANEL_FOOT;
    let (mut picture, plot) = set.draw(down * panel_height);
    for (index, panel) in panels.iter().enumerate() {
        let (column, row) = (index % PANELS_IN_A_ROW, index / PANELS_IN_A_ROW);
        let top = plot.top + row as f64 * panel_height;
        let first = plot.left + layout.label_width + SPACE;
        let left = first + column as f64 * (layout.panel_width + BETWEEN_PANELS);
        if column == 0 {
            let across = (panels.len() - index).min(PANELS_IN_A_ROW) as f64;
            let right = first + across * (layout.panel_width + BETWEEN_PANELS) - BETWEEN_PANELS;
            let rows = Bounds {
                top: top + layout.panel_head(),
                right,
                ..plot
            };
            draw_labels(&mut picture, spec, &layout, &rows);
        }
        let bounds = Bounds {
            left,
            top,
            right: left + layout.panel_width,
            bottom: top + panel_height,
        };
        PanelDrawing::new(panel, &layout, bounds).draw(&mut picture);
    }
    picture
}

/// The stripes behind the rows, the groups' names and how large they are; `rows` starts at the first row.
fn draw_labels(picture: &mut Picture, spec: &GroupChanges, layout: &Layout, rows: &Bounds) {
    for (index, group) in spec.groups.iter().take(layout.rows).enumerate() {
        let top = rows.top + index as f64 * PITCH;
        if index % 2 == 1 {
            let bounds = Bounds {
                top,
                bottom: top + PITCH,
                ..*rows
            };
            picture.rectangle(bounds, Paint::solid(style::STRIPE));
        }
        let middle = top + PITCH / 2.0;
        let lines = [
            (LABEL, group.label.clone(), middle - 3.0),
            (SMALL, size_words(group), middle + 14.0),
        ];
        for (lettering, words, y) in lines {
            let words = wrap::shorten(&words, lettering.size, lettering.weight, layout.label_width);
            lettering.write(picture, words, Point { x: rows.left, y }, Anchor::Start);
        }
    }
}

/// A panel being drawn.
struct PanelDrawing<'a> {
    panel: &'a GroupPanel,
    layout: &'a Layout,
    bounds: Bounds,
    bars: Bounds,
    plot: Plot,
}

impl<'a> PanelDrawing<'a> {
    fn new(panel: &'a GroupPanel, layout: &'a Layout, bounds: Bounds) -> Self {
        let rows = layout.rows as f64;
        let bars = Bounds {
            left: bounds.left,
            top: bounds.top + layout.panel_head(),
            right: bounds.left + layout.bar_width,
            bottom: bounds.top + layout.panel_head() + rows * PITCH,
        };
        Self {
            panel,
            layout,
            bounds,
            bars,
            plot: Plot::new(&bars, layout.range.clone(), rows..0.0),
        }
    }

    fn draw(&self, picture: &mut Picture) {
        self.draw_title(picture);
        self.draw_scale(picture);
        for (index, value) in self.panel.values.iter().take(self.layout.rows).enumerate() {
            self.draw_row(picture, index as f64, value);
        }
        let x = crisp(self.plot.at(0.0, 0.0).x);
        let (top, bottom) = (self.bars.top, self.bars.bottom);
        picture.line(
            Point { x, y: top },
            Point { x, y: bottom },
            1.0,
            style::axis_paint(),
        );
    }

    fn draw_title(&self, picture: &mut Picture) {
        let lines = title_lines(self.panel, self.bounds.width());
        // A title shorter than its neighbour's stands at the bottom of its room.
        let spare = (self.layout.title_lines - lines.len()) as f64;
        for (index, line) in lines.into_iter().enumerate() {
            let at = Point {
                x: self.bounds.left,
                y: self.bounds.top
                    + TITLE.size
                    + (spare + index as f64) * style::leading(TITLE.size),
            };
            TITLE.write(picture, line, at, Anchor::Start);
        }
    }

    fn draw_scale(&self, picture: &mut Picture) {
        let range = &self.layout.range;
        let word_width = |tick, _| HEADING.width(&axis::per_head_change(tick));
        let ticks = axis::ticks_that_fit(range, self.layout.bar_width, word_width);
        let lower = self.bars.top - 8.0;
        let upper = lower - style::leading(HEADING.size);
        let (top, bottom) = (self.bars.top, self.bars.bottom);
        for tick in ticks {
            let x = crisp(self.plot.at(tick, 0.0).x);
            picture.line(
                Point { x, y: top },
                Point { x, y: bottom },
                1.0,
                style::grid_paint(),
            );
            let words = axis::per_head_change(tick);
            let text = HEADING.text(words, Point { x, y: lower }, Anchor::Middle);
            // A value at the end of the scale would run into other words; its gridline is enough.
            let bounds = text.bounds();
            if bounds.left >= self.bars.left - SPACE
                && bounds.right <= self.bars.right + SPACE / 2.0
            {
                picture.text(text);
            }
        }
        let left = Point {
            x: self.bars.left,
            y: upper,
        };
        HEADING.write(picture, "£ per head", left, Anchor::Start);
        for (index, column) in COLUMNS.iter().enumerate() {
            let x = self.figure_right(index);
            for (words, y) in column.headings.into_iter().zip([upper, lower]) {
                HEADING.write(picture, words, Point { x, y }, Anchor::End);
            }
        }
    }

    /// The right edge of a column of figures.
    fn figure_right(&self, index: usize) -> f64 {
        let widths = &self.layout.figure_widths[..=index];
        self.bars.right + widths.iter().map(|width| width + SPACE).sum::<f64>()
    }

    fn draw_row(&self, picture: &mut Picture, index: f64, value: &GroupChange) {
        let change = drawn(value);
        let colour = if change >= 0.0 {
            style::GAIN
        } else {
            style::LOSS
        };
        let corners = [(0.0, index + 0.24), (change, index + 0.76)];
        self.plot.bar(picture, corners, Paint::solid(colour));
        let middle = self.plot.at(0.0, index).y + PITCH / 2.0;
        self.draw_bar_figure(picture, middle, value);
        for (index, column) in COLUMNS.iter().enumerate() {
            let x = self.figure_right(index);
            let [first, second] = (column.words)(value);
            FIGURE.write(picture, first, Point { x, y: middle - 3.0 }, Anchor::End);
            SMALL.write(
                picture,
                second,
                Point {
                    x,
                    y: middle + 14.0,
                },
                Anchor::End,
            );
        }
    }

    /// The pounds per head, on the other side of nought from their bar.
    fn draw_bar_figure(&self, picture: &mut Picture, middle: f64, value: &GroupChange) {
        let zero = self.plot.at(0.0, 0.0).x;
        let (x, anchor, room) = if drawn(value) >= 0.0 {
            (zero - 6.0, Anchor::End, zero - self.bars.left)
        } else {
            (zero + 7.0, Anchor::Start, self.bars.right - zero)
        };
        let at = Point {
            x,
            y: middle + style::centred(BAR_FIGURE.size),
        };
        let words = axis::per_head_change(value.change_per_head_gbp);
        let words = wrap::shorten(&words, BAR_FIGURE.size, BAR_FIGURE.weight, room);
        BAR_FIGURE.write(picture, words, at, anchor);
    }
}

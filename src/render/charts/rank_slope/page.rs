//! The page of ranks: a scale of ranks, a line for each authority, and names at both ends of those that move furthest.

use super::movers::{Mover, Movers, Way};
use super::spread::spread;
use super::{Drawn, RankRow, places};
use crate::render::axis;
use crate::render::charts::wording;
use crate::render::frame::Frame;
use crate::render::picture::{Anchor, Bounds, Colour, Mark, Paint, Picture, Point, crisp};
use crate::render::plotters_backend::Plot;
use crate::render::style::{self, Lettering};
use crate::render::wrap;

/// The height of the lines for so many authorities: this for each, within limits.
const PITCH: f64 = 4.8;
const LEAST_HEIGHT: f64 = 320.0;
const MOST_HEIGHT: f64 = 780.0;
/// Room for names at each end.
const NAME_ROOM: f64 = 182.0;
/// Room between a name and its line, for the leader from one to the other.
const LEADER: f64 = 26.0;
/// Room for the scale of ranks.
const SCALE_WIDTH: f64 = 40.0;
/// The most lines of a column's title.
const MOST_TITLE_LINES: usize = 4;
const MOST_TITLE_WIDTH: f64 = 210.0;
/// Between a column's title and its top.
const BELOW_TITLE: f64 = 14.0;
const FOOT: f64 = 12.0;
/// The radius in px of a highlighted line's point.
const DOT: f64 = 3.6;

pub(super) const MOVER_WIDTH: f64 = 2.2;
pub(super) const OTHER_WIDTH: f64 = 0.9;
/// Lines of authorities that are not named.
pub(super) const OTHER: Colour = Colour::hex(0xBDBDBD);

const TITLE: Lettering = Lettering::bold(13.5, style::INK);
const TICK: Lettering = Lettering::regular(style::AXIS, style::QUIET);
const NAME: Lettering = Lettering::regular(13.5, style::INK);
const MOVE: Lettering = Lettering::regular(12.5, style::QUIET);
/// Space between labels.
const BETWEEN_LABELS: f64 = 4.0;

/// The titles above the columns, in one row or in two by turns where they are many and long.
struct Titles {
    lines: Vec<Vec<String>>,
    two_rows: bool,
}

impl Titles {
    fn new(columns: &[String], spacing: f64) -> Self {
        let fits = |title: &String, room: f64| {
            let mut words = title.split_whitespace();
            let lines = wrap::wrap(title, TITLE.size, TITLE.weight, room);
            lines.len() <= MOST_TITLE_LINES && words.all(|word| TITLE.width(word) <= room)
        };
        let one = (spacing - 10.0).min(MOST_TITLE_WIDTH);
        let two_rows = !columns.iter().all(|title| fits(title, one));
        let room = if two_rows {
            (2.0 * spacing - 12.0).min(MOST_TITLE_WIDTH)
        } else {
            one
        };
        Self {
            lines: columns
                .iter()
                .map(|title| even_lines(MOST_TITLE_LINES, title, TITLE, room))
                .collect(),
            two_rows,
        }
    }

    fn is_upper(&self, column: usize) -> bool {
        self.two_rows && column % 2 == 1
    }

    /// The height of the titles in the upper or the lower row.
    fn row_height(&self, upper: bool) -> f64 {
        let lines = self.lines.iter().enumerate();
        let most = lines
            .filter(|(column, _)| self.is_upper(*column) == upper)
            .map(|(_, lines)| lines.len())
            .max();
        most.map_or(0.0, |most| {
            most as f64 * style::leading(TITLE.size) + BELOW_TITLE
        })
    }

    fn height(&self) -> f64 {
        self.row_height(true) + self.row_height(false)
    }
}

/// Lines of about equal length, or as many as may be with the last cut.
fn even_lines(most: usize, words: &str, lettering: Lettering, room: f64) -> Vec<String> {
    let (size, weight) = (lettering.size, lettering.weight);
    let lines = wrap::wrap_evenly(words, size, weight, room);
    if lines.len() > most {
        return wrap::wrap_at_most(most, words, size, weight, room);
    }
    lines
}

/// The end of a highlighted line that a label stands at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// A label at an end of a highlighted line.
struct Label<'a> {
    mover: &'a Mover<'a>,
    rank: usize,
    lines: Vec<(Lettering, String)>,
}

impl<'a> Label<'a> {
    fn new(mover: &'a Mover<'a>, columns: &[String], side: Side) -> Self {
        let column = match side {
            Side::Left => 0,
            Side::Right => columns.len() - 1,
        };
        let per_head = mover.row.per_head_gbp[column];
        let per_head = if per_head.is_finite() {
            axis::per_head(per_head)
        } else {
            axis::NO_NUMBER.to_owned()
        };
        let mut lines: Vec<(Lettering, String)> = name_lines(&mover.row.name, &per_head)
            .into_iter()
            .map(|line| (NAME, line))
            .collect();
        if side == Side::Right {
            let by = places(mover.by);
            let words = if columns.len() > 2 {
                let title = wording::quoted(&columns[mover.to]);
                format!("{} {by} to {title}", mover.way.word())
            } else {
                format!("{} {by}", mover.way.word())
            };
            let moves = even_lines(2, &words, MOVE, NAME_ROOM);
            lines.extend(moves.into_iter().map(|line| (MOVE, line)));
        }
        Self {
            mover,
            rank: mover.row.ranks[column],
            lines,
        }
    }

    fn height(&self) -> f64 {
        let lines = self.lines.iter();
        let leadings = lines.map(|(lettering, _)| style::leading(lettering.size));
        leadings.sum::<f64>() + BETWEEN_LABELS
    }
}

/// The name and the amount in two lines, or in three with the name cut.
fn name_lines(name: &str, per_head: &str) -> Vec<String> {
    let (size, weight) = (NAME.size, NAME.weight);
    let lines = wrap::wrap(&format!("{name}: {per_head}"), size, weight, NAME_ROOM);
    if lines.len() <= 2 {
        return lines;
    }
    let mut lines = wrap::wrap_at_most(2, name, size, weight, NAME_ROOM);
    lines.push(wrap::shorten(per_head, size, weight, NAME_ROOM));
    lines
}

/// The labels of one side, from the top down.
fn labels<'a>(movers: &'a Movers<'a>, columns: &[String], side: Side) -> Vec<Label<'a>> {
    let named = movers.named(Way::Up).chain(movers.named(Way::Down));
    let mut labels: Vec<Label<'a>> = named
        .map(|mover| Label::new(mover, columns, side))
        .collect();
    labels.sort_by_key(|label| label.rank);
    labels
}

/// Draws ranks inside their frame.
pub(super) fn draw(frame: Frame, drawn: &Drawn, movers: &Movers<'_>) -> Picture {
    let (columns, rows) = (&drawn.columns, &drawn.rows);
    let left = SCALE_WIDTH + NAME_ROOM + LEADER;
    let right = NAME_ROOM + LEADER;
    let width = style::WIDTH - 2.0 * style::MARGIN - left - right;
    let titles = Titles::new(columns, width / (columns.len() - 1) as f64);
    let sides = [Side::Left, Side::Right].map(|side| (side, labels(movers, columns, side)));
    let needed = sides
        .iter()
        .map(|(_, labels)| labels.iter().map(Label::height).sum())
        .fold(0.0, f64::max);
    let height = (rows.len() as f64 * PITCH)
        .clamp(LEAST_HEIGHT, MOST_HEIGHT)
        .max(needed);
    let set = frame.set(style::WIDTH);
    let (mut picture, plot) = set.draw(titles.height() + height + FOOT);
    let bounds = Bounds {
        left: plot.left + left,
        top: plot.top + titles.height(),
        right: plot.right - right,
        bottom: plot.top + titles.height() + height,
    };
    let page = Page::new(rows, columns.len(), bounds);
    page.draw_scale(&mut picture, plot.left);
    page.draw_titles(&mut picture, &titles);
    for row in rows {
        page.draw_line(&mut picture, row, OTHER, OTHER_WIDTH, None);
    }
    let named = movers.named(Way::Up).chain(movers.named(Way::Down));
    for mover in named.collect::<Vec<_>>().into_iter().rev() {
        page.draw_mover(&mut picture, mover);
    }
    for (side, labels) in &sides {
        page.draw_labels(&mut picture, labels, *side);
    }
    picture
}

fn colour(way: Way) -> Colour {
    match way {
        Way::Up => style::GAIN,
        Way::Down => style::LOSS,
    }
}

/// The room of the lines, with ranks from the best at the top to the last at the bottom.
struct Page {
    bounds: Bounds,
    plot: Plot,
    columns: usize,
    best: usize,
    last: usize,
}

impl Page {
    fn new(rows: &[RankRow], columns: usize, bounds: Bounds) -> Self {
        let ranks = || rows.iter().flat_map(|row| &row.ranks);
        let best = ranks().min().copied().unwrap_or(1);
        let last = ranks().max().copied().unwrap_or(1);
        let range = last as f64 + 0.5..best as f64 - 0.5;
        Self {
            plot: Plot::new(&bounds, 0.0..(columns - 1) as f64, range),
            bounds,
            columns,
            best,
            last,
        }
    }

    fn at(&self, column: usize, rank: usize) -> Point {
        self.plot.at(column as f64, rank as f64)
    }

    /// Round ranks with the best and the last where they stand clear of the others.
    fn ticks(&self) -> Vec<usize> {
        const CLEAR: f64 = 20.0;
        let range = self.best as f64..self.last as f64;
        let mut ticks = vec![self.best, self.last];
        for tick in axis::ticks(&range, 8) {
            let tick = tick.round() as usize;
            let y = self.at(0, tick).y;
            let clear = |other: &usize| (self.at(0, *other).y - y).abs() >= CLEAR;
            if ticks.iter().all(clear) {
                ticks.push(tick);
            }
        }
        ticks.sort_unstable();
        ticks.dedup();
        ticks
    }

    fn draw_scale(&self, picture: &mut Picture, left: f64) {
        for tick in self.ticks() {
            let y = crisp(self.at(0, tick).y);
            let words = axis::count(tick);
            let words = wrap::shorten(&words, TICK.size, TICK.weight, SCALE_WIDTH - 8.0);
            let from = Point {
                x: left + SCALE_WIDTH - 2.0,
                y,
            };
            let to = Point {
                x: self.bounds.right,
                y,
            };
            picture.line(from, to, 1.0, style::grid_paint());
            let at = Point {
                x: left + SCALE_WIDTH - 8.0,
                y: y + style::centred(TICK.size),
            };
            TICK.write(picture, words, at, Anchor::End);
        }
        let at = Point {
            x: left,
            y: self.bounds.top - BELOW_TITLE,
        };
        TICK.write(picture, "rank", at, Anchor::Start);
    }

    fn draw_titles(&self, picture: &mut Picture, titles: &Titles) {
        for (column, lines) in titles.lines.iter().enumerate() {
            let x = self.at(column, self.best).x;
            let mut bottom = self.bounds.top;
            if titles.is_upper(column) {
                bottom -= titles.row_height(false);
            }
            let (from, to) = (bottom - BELOW_TITLE / 2.0, self.bounds.bottom);
            let x_line = crisp(x);
            picture.line(
                Point { x: x_line, y: from },
                Point { x: x_line, y: to },
                1.0,
                Paint::tint(style::NEUTRAL, 0.6),
            );
            for (index, line) in lines.iter().rev().enumerate() {
                let y = bottom - BELOW_TITLE - index as f64 * style::leading(TITLE.size);
                TITLE.write(picture, line.as_str(), Point { x, y }, Anchor::Middle);
            }
        }
    }

    fn draw_line(
        &self,
        picture: &mut Picture,
        row: &RankRow,
        colour: Colour,
        width: f64,
        dash: Option<(f64, f64)>,
    ) {
        let ranks = row.ranks.iter().enumerate();
        picture.add(Mark::Line {
            points: ranks.map(|(column, rank)| self.at(column, *rank)).collect(),
            width,
            paint: Paint::solid(colour),
            dash,
        });
    }

    /// A highlighted line: whole with full points if it rises, dashed with open points if it falls.
    fn draw_mover(&self, picture: &mut Picture, mover: &Mover<'_>) {
        let colour = colour(mover.way);
        let dash = (mover.way == Way::Down).then_some(style::DASH);
        self.draw_line(picture, mover.row, colour, MOVER_WIDTH, dash);
        let fill = match mover.way {
            Way::Up => colour,
            Way::Down => style::PAPER,
        };
        for (column, &rank) in mover.row.ranks.iter().enumerate() {
            for (colour, ring) in [(fill, None), (colour, Some(1.6))] {
                picture.add(Mark::Circle {
                    centre: self.at(column, rank),
                    radius: DOT,
                    paint: Paint::solid(colour),
                    ring,
                });
            }
        }
    }

    fn draw_labels(&self, picture: &mut Picture, labels: &[Label<'_>], side: Side) {
        let (column, way, anchor) = match side {
            Side::Left => (0, -1.0, Anchor::End),
            Side::Right => (self.columns - 1, 1.0, Anchor::Start),
        };
        let sizes: Vec<(f64, f64)> = labels
            .iter()
            .map(|label| (self.at(column, label.rank).y, label.height()))
            .collect();
        let tops = spread(&sizes, self.bounds.top..self.bounds.bottom);
        for (label, top) in labels.iter().zip(tops) {
            let point = self.at(column, label.rank);
            let edge = point.x + way * LEADER;
            let middle = top + label.height() / 2.0;
            let paint = Paint::solid(colour(label.mover.way));
            let from = Point {
                x: point.x + way * (DOT + 1.5),
                y: point.y,
            };
            let to = Point {
                x: edge - way * 4.0,
                y: middle,
            };
            picture.line(from, to, 1.0, paint);
            let mut y = top + BETWEEN_LABELS / 2.0;
            for (lettering, line) in &label.lines {
                let at = Point {
                    x: edge,
                    y: y + lettering.size,
                };
                let text = lettering.text(line.as_str(), at, anchor);
                picture.rectangle(text.bounds(), Paint::solid(style::PAPER));
                picture.text(text);
                y += style::leading(lettering.size);
            }
        }
    }
}

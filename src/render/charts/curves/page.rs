//! The page of curves: at their true scale, as distances from the diagonal, and as a list with the index of each.

use std::ops::Range;

use super::list::{List, ListWidths};
use super::{Curve, Curves, Kind, MOST_CURVES};
use crate::render::axis;
use crate::render::frame::Frame;
use crate::render::picture::{Anchor, Bounds, Colour, Mark, Paint, Picture, Point, crisp};
use crate::render::plotters_backend::Plot;
use crate::render::style::{self, Lettering};
use crate::render::wrap;

/// Room above a panel for its title.
const PANEL_HEAD: f64 = 59.0;
/// Room below a panel for the values and the words of its axis.
const PANEL_FOOT: f64 = 56.0;
/// Room left of the first panel for the values of its axis.
const AXIS_WIDTH: f64 = 48.0;
const BETWEEN_PANELS: f64 = 60.0;
/// From the top of an entry's words to that of the next, beside the words.
pub(super) const ENTRY_SPACE: f64 = 7.0;
/// The most lines of an entry's name.
const MOST_NAME_LINES: usize = 2;

/// The radius in px of the disc round a curve's number.
pub(super) const DISC: f64 = 9.5;
/// At their true scale curves are numbered only where a disc covers no other.
const CLEAR: f64 = 12.0;

pub(super) const DIAGONAL_WIDTH: f64 = 1.4;
const LEADING_WIDTH: f64 = 3.0;
const CURVE_WIDTH: f64 = 1.9;
const REFERENCE_WIDTH: f64 = 2.4;
const DOTTED: (f64, f64) = (2.4, 3.0);
const LONG_DASHES: (f64, f64) = (12.0, 4.0);

const TITLE: Lettering = Lettering::bold(style::PANEL_TITLE, style::INK);
pub(super) const TICK: Lettering = Lettering::regular(style::AXIS, style::QUIET);
pub(super) const NAME: Lettering = Lettering::regular(style::LABEL, style::INK);
const NUMBER: Lettering = Lettering::bold(11.5, style::INK);

/// Colours that readers with any common colour vision tell apart, after Okabe and Ito.
const COLOURS: [Colour; 6] = [
    style::GAIN,
    style::LOSS,
    Colour::hex(0x009E73),
    Colour::hex(0xAA4499),
    Colour::hex(0x56B4E9),
    Colour::hex(0xB98A00),
];

/// How a curve's line looks.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) colour: Colour,
    width: f64,
    dash: Option<(f64, f64)>,
}

const REFERENCE: Look = Look {
    colour: style::INK,
    width: REFERENCE_WIDTH,
    dash: Some(DOTTED),
};

impl Look {
    /// Of the curve at this place of the spec.
    fn of(index: usize) -> Self {
        Self {
            colour: COLOURS[index % COLOURS.len()],
            width: if index == 0 {
                LEADING_WIDTH
            } else {
                CURVE_WIDTH
            },
            dash: (index >= COLOURS.len()).then_some(LONG_DASHES),
        }
    }

    pub(super) fn draw(self, picture: &mut Picture, points: Vec<Point>) {
        picture.add(Mark::Line {
            points,
            width: self.width,
            paint: Paint::solid(self.colour),
            dash: self.dash,
        });
    }
}

/// A curve with its look; its number is its place in the list.
pub(super) struct Entry<'a> {
    pub(super) curve: &'a Curve,
    pub(super) look: Look,
    pub(super) number: Option<usize>,
    /// The points that can be drawn.
    points: Vec<(f64, f64)>,
    pub(super) name: Vec<String>,
}

impl<'a> Entry<'a> {
    fn new(curve: &'a Curve, look: Look, number: Option<usize>) -> Self {
        let points = curve.points.iter().copied();
        Self {
            curve,
            look,
            number,
            points: points
                .filter(|(share, funding)| share.is_finite() && funding.is_finite())
                .collect(),
            name: Vec::new(),
        }
    }

    /// The share of funding at a share of need or people; none outside the curve.
    fn at(&self, share: f64) -> Option<f64> {
        let after = self.points.partition_point(|(x, _)| *x < share);
        let (x, y) = *self.points.get(after)?;
        let Some((before_x, before_y)) = after.checked_sub(1).map(|index| self.points[index])
        else {
            return (x == share).then_some(y);
        };
        Some(before_y + (y - before_y) * (share - before_x) / (x - before_x))
    }

    pub(super) fn height(&self) -> f64 {
        self.name.len().max(1) as f64 * style::leading(NAME.size) + ENTRY_SPACE
    }
}

/// The curves as they are listed: the most even, or those that lean most to the more deprived, first; the reference last.
fn entries(spec: &Curves, kind: Kind) -> Vec<Entry<'_>> {
    let mut order: Vec<usize> = (0..spec.curves.len().min(MOST_CURVES)).collect();
    order.sort_by(|&one, &other| {
        let [one, other] = [one, other].map(|index| spec.curves[index].index);
        match kind {
            Kind::Lorenz => one.total_cmp(&other),
            Kind::Concentration => other.total_cmp(&one),
        }
    });
    let curves = order
        .into_iter()
        .enumerate()
        .map(|(place, index)| Entry::new(&spec.curves[index], Look::of(index), Some(place + 1)));
    let reference = spec.reference.iter();
    curves
        .chain(reference.map(|curve| Entry::new(curve, REFERENCE, None)))
        .collect()
}

/// Draws the panels and the list inside their frame.
pub(super) fn draw(frame: Frame, spec: &Curves, kind: Kind) -> Picture {
    let mut entries = entries(spec, kind);
    let room = style::WIDTH - 2.0 * style::MARGIN;
    let side = (room - AXIS_WIDTH - BETWEEN_PANELS) / 2.0;
    let widths = ListWidths::new(&entries, kind, room);
    for entry in &mut entries {
        let (size, weight) = (NAME.size, NAME.weight);
        let label = &entry.curve.label;
        entry.name = wrap::wrap_at_most(MOST_NAME_LINES, label, size, weight, widths.name);
    }
    let list = List::new(&entries, kind, widths);
    let panels = PANEL_HEAD + side + PANEL_FOOT;
    let (mut picture, plot) = frame.set(style::WIDTH).draw(panels + list.height());
    let bounds = Bounds {
        left: plot.left + AXIS_WIDTH,
        top: plot.top + PANEL_HEAD,
        right: plot.left + AXIS_WIDTH + side,
        bottom: plot.top + PANEL_HEAD + side,
    };
    Panel::shares(&entries, kind, bounds).draw(&mut picture);
    let bounds = Bounds {
        left: plot.right - side,
        right: plot.right,
        ..bounds
    };
    Panel::distances(&entries, kind, bounds).draw(&mut picture);
    let top = plot.top + panels;
    list.draw(&mut picture, Bounds { top, ..plot });
    picture
}

/// A panel of curves.
struct Panel<'a> {
    entries: &'a [Entry<'a>],
    kind: Kind,
    title: &'static str,
    bounds: Bounds,
    plot: Plot,
    range: Range<f64>,
    /// The height of a point of a curve, in the unit of the vertical axis.
    value: fn((f64, f64)) -> f64,
    /// A value of the vertical axis in words, with so many decimals.
    words: fn(f64, usize) -> String,
    /// How near in px another curve may be to a number.
    clear: f64,
}

impl<'a> Panel<'a> {
    /// Shares of funding in per cent, at the scale of the shares below them.
    fn shares(entries: &'a [Entry<'a>], kind: Kind, bounds: Bounds) -> Self {
        Self::new(entries, kind, bounds, 0.0..100.0, |(_, y)| y * 100.0).titled(
            "Cumulative share of funding",
            |value, decimals| format!("{} %", axis::plain(value, decimals)),
            CLEAR,
        )
    }

    /// Percentage points from the diagonal.
    fn distances(entries: &'a [Entry<'a>], kind: Kind, bounds: Bounds) -> Self {
        let value = |(x, y): (f64, f64)| (y - x) * 100.0;
        let values = entries
            .iter()
            .flat_map(|entry| entry.points.iter().map(|point| value(*point)));
        let range = axis::round_range(values.map(within).chain([0.0]), 6);
        Self::new(entries, kind, bounds, range, value).titled(
            "The same curves larger: percentage points above (+) or below (−) the diagonal",
            |value, decimals| {
                let plus = if value > 0.0 { "+" } else { "" };
                format!("{plus}{}", axis::plain(value, decimals))
            },
            0.0,
        )
    }

    fn new(
        entries: &'a [Entry<'a>],
        kind: Kind,
        bounds: Bounds,
        range: Range<f64>,
        value: fn((f64, f64)) -> f64,
    ) -> Self {
        Self {
            entries,
            kind,
            title: "",
            plot: Plot::new(&bounds, 0.0..100.0, range.clone()),
            bounds,
            range,
            value,
            words: axis::plain,
            clear: 0.0,
        }
    }

    fn titled(self, title: &'static str, words: fn(f64, usize) -> String, clear: f64) -> Self {
        Self {
            title,
            words,
            clear,
            ..self
        }
    }

    fn draw(&self, picture: &mut Picture) {
        self.draw_title(picture);
        self.draw_vertical_axis(picture);
        self.draw_horizontal_axis(picture);
        picture.add(Mark::Line {
            points: [(0.0, 0.0), (1.0, 1.0)].map(|end| self.at(end)).into(),
            width: DIAGONAL_WIDTH,
            paint: Paint::solid(style::NEUTRAL),
            dash: Some(style::DASH),
        });
        let (reference, curves): (Vec<&Entry<'_>>, Vec<&Entry<'_>>) = self
            .entries
            .iter()
            .partition(|entry| entry.number.is_none());
        for entry in curves.into_iter().rev().chain(reference) {
            let points: Vec<Point> = entry.points.iter().map(|point| self.at(*point)).collect();
            if points.len() > 1 {
                entry.look.draw(picture, points);
            }
        }
        self.draw_numbers(picture);
    }

    /// Where a point of a curve lies.
    fn at(&self, point: (f64, f64)) -> Point {
        self.plot.at(point.0 * 100.0, within((self.value)(point)))
    }

    fn draw_title(&self, picture: &mut Picture) {
        let lines = wrap::wrap(self.title, TITLE.size, TITLE.weight, self.bounds.width());
        for (index, line) in lines.into_iter().rev().enumerate() {
            let at = Point {
                x: self.bounds.left,
                y: self.bounds.top - 21.0 - index as f64 * style::leading(TITLE.size),
            };
            TITLE.write(picture, line, at, Anchor::Start);
        }
    }

    fn draw_vertical_axis(&self, picture: &mut Picture) {
        let ticks = axis::ticks(&self.range, 6);
        let decimals = axis::decimals_for(&ticks).min(3);
        for tick in ticks {
            let y = crisp(self.plot.at(0.0, tick).y);
            let from = Point {
                x: self.bounds.left,
                y,
            };
            let to = Point {
                x: self.bounds.right,
                y,
            };
            picture.line(from, to, 1.0, style::grid_paint());
            let words = (self.words)(tick, decimals);
            let words = wrap::shorten(&words, TICK.size, TICK.weight, AXIS_WIDTH - 8.0);
            let at = Point {
                x: self.bounds.left - 8.0,
                y: y + style::centred(TICK.size),
            };
            TICK.write(picture, words, at, Anchor::End);
        }
    }

    fn draw_horizontal_axis(&self, picture: &mut Picture) {
        let bottom = crisp(self.bounds.bottom);
        let corner = |x| Point { x, y: bottom };
        let (left, right) = (self.bounds.left, self.bounds.right);
        picture.line(corner(left), corner(right), 1.0, style::axis_paint());
        for tick in axis::ticks(&(0.0..100.0), 5) {
            let x = crisp(self.plot.at(tick, 0.0).x);
            let end = Point { x, y: bottom + 5.0 };
            picture.line(corner(x), end, 1.0, style::axis_paint());
            let y = bottom + 8.0 + TICK.size;
            let words = format!("{} %", axis::plain(tick, 0));
            TICK.write(picture, words, Point { x, y }, Anchor::Middle);
        }
        let y = bottom + 10.0 + TICK.size + style::leading(TICK.size);
        let [first, last] = self.kind.ends();
        let middle = (left + right) / 2.0;
        for (words, x, anchor) in [
            (first, left, Anchor::Start),
            (self.kind.share(), middle, Anchor::Middle),
            (last, right, Anchor::End),
        ] {
            TICK.write(picture, words, Point { x, y }, anchor);
        }
    }

    /// Puts each curve's number on it, where it is furthest from the others.
    fn draw_numbers(&self, picture: &mut Picture) {
        let mut taken: Vec<Point> = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let Some(number) = entry.number else {
                continue;
            };
            // From the middle, where curves are furthest apart, to the ends, where they meet.
            let shares = (0..=44).flat_map(|step| [50 - step, 50 + step]);
            let places = shares.filter_map(|share| {
                let share = f64::from(share) / 100.0;
                let centre = self.at((share, entry.at(share)?));
                let free = taken
                    .iter()
                    .all(|other| (other.x - centre.x).hypot(other.y - centre.y) > 2.0 * DISC + 1.0);
                free.then(|| (self.clearance(index, share, centre), centre))
            });
            let best = places
                .filter(|(clearance, _)| *clearance >= self.clear)
                .reduce(|best, next| if next.0 > best.0 + 0.5 { next } else { best });
            if let Some((_, centre)) = best {
                draw_number(picture, centre, number, entry.look.colour);
                taken.push(centre);
            }
        }
    }

    /// The px up or down from a place of a curve to the nearest other curve or the diagonal, as far as it matters.
    fn clearance(&self, index: usize, share: f64, centre: Point) -> f64 {
        const ENOUGH: f64 = 24.0;
        let others = self.entries.iter().enumerate();
        others
            .filter(|(other, _)| *other != index)
            .filter_map(|(_, other)| Some((share, other.at(share)?)))
            .chain([(share, share)])
            .map(|point| (self.at(point).y - centre.y).abs())
            .fold(ENOUGH, f64::min)
    }
}

/// Anything further out cannot be told apart on paper.
fn within(value: f64) -> f64 {
    value.clamp(-1e6, 1e6)
}

pub(super) fn draw_number(picture: &mut Picture, centre: Point, number: usize, colour: Colour) {
    for (paint, ring) in [
        (Paint::solid(style::PAPER), None),
        (Paint::solid(colour), Some(1.5)),
    ] {
        picture.add(Mark::Circle {
            centre,
            radius: DISC,
            paint,
            ring,
        });
    }
    let at = Point {
        x: centre.x,
        y: centre.y + style::centred(NUMBER.size),
    };
    NUMBER.write(picture, number.to_string(), at, Anchor::Middle);
}

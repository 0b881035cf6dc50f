//! The page of strips: titles, dots about their need, names of the ends and how many are near.

use std::ops::Range;

use super::scale::scale;
use super::swarm::{Room, columns, swarm};
use super::{DistanceStrip, StripPoint, StripRow};
use crate::render::axis;
use crate::render::charts::per_head_by_deprivation::Tenth;
use crate::render::frame::Frame;
use crate::render::picture::{Anchor, Bounds, Colour, Mark, Paint, Picture, Point, crisp};
use crate::render::plotters_backend::Plot;
use crate::render::style::{self, Lettering};
use crate::render::wrap;

/// Room above the strips for the scale.
const HEAD: f64 = 46.0;
const FOOT: f64 = 10.0;
/// Room for the formulas' titles.
const LABEL_ROOM: f64 = 190.0;
/// Room for the counts within the band.
const FIGURE_ROOM: f64 = 104.0;
const SPACE: f64 = 16.0;
/// Room above the dots of a strip for the names of its ends.
const LANE: f64 = 22.0;
/// Room below them.
const BELOW: f64 = 6.0;
/// Height of all strips' dots together, shared between them within limits.
const DOTS_HEIGHT: f64 = 520.0;
const LEAST_DOTS: f64 = 50.0;
const MOST_DOTS: f64 = 120.0;
/// The most lines of a formula's title.
const MOST_LABEL_LINES: usize = 3;
/// The part of a strip that the name of an end may take.
const MOST_NAME: f64 = 0.47;
/// How far from the inner edge of its name an end's dot stands, in px.
const UNDER_NAME: f64 = 9.0;

/// Radii in px that dots may have: the greatest with which they fit.
const RADII: [f64; 9] = [5.0, 4.5, 4.0, 3.6, 3.2, 2.8, 2.5, 2.2, 2.0];
/// The radius in px in strips where too many share a place.
const STACKED: f64 = 1.6;
/// Behind the dots within the band.
pub(super) const BAND: Colour = Colour::hex(0xDCE6EE);
const MOST_DEPRIVED: Colour = Colour::hex(0x5B1A5E);
const LEAST_DEPRIVED: Colour = Colour::hex(0x00795C);
const OTHER: Colour = Colour::hex(0xB4B4B4);

const LABEL: Lettering = Lettering::regular(style::LABEL, style::INK);
const FIGURE: Lettering = Lettering::bold(style::LABEL, style::INK);
const SHARE: Lettering = Lettering::regular(style::AXIS, style::QUIET);
const TICK: Lettering = Lettering::regular(style::AXIS, style::QUIET);
const NAME: Lettering = Lettering::regular(12.5, style::INK);

/// The inside and the edge of a dot: dark for the most deprived, open for the least.
pub(super) fn paints(tenth: Option<Tenth>) -> (Paint, Paint) {
    let [fill, ring] = match tenth {
        Some(Tenth::Most) => [MOST_DEPRIVED; 2],
        Some(Tenth::Least) => [style::PAPER, LEAST_DEPRIVED],
        None => [OTHER; 2],
    };
    (Paint::solid(fill), Paint::solid(ring))
}

/// A dot of a strip: where it stands across, and how far below the strip's line, in px.
struct Dot<'a> {
    point: &'a StripPoint,
    x: f64,
    off: f64,
}

/// A strip with its dots from left to right.
struct Strip<'a> {
    row: &'a StripRow,
    dots: Vec<Dot<'a>>,
    radius: f64,
    /// Whether dots lie over one another.
    overlaps: bool,
}

/// Strips of one scale.
pub(super) struct Strips<'a> {
    strips: Vec<Strip<'a>>,
    /// In per cent.
    range: Range<f64>,
    /// From the left to the right end of the scale, in px from the page's left margin.
    across: Range<f64>,
    dots_height: f64,
    /// How many dots are further out than the scale.
    outside: usize,
}

impl<'a> Strips<'a> {
    pub(super) fn new(rows: &'a [StripRow], band_pct: f64) -> Self {
        let room = style::WIDTH - 2.0 * style::MARGIN;
        let across = LABEL_ROOM + SPACE..room - FIGURE_ROOM - SPACE;
        let range = scale(rows, band_pct);
        let dots_height = (DOTS_HEIGHT / rows.len() as f64).clamp(LEAST_DOTS, MOST_DOTS);
        let mut strips = Self {
            strips: Vec::new(),
            range,
            across,
            dots_height,
            outside: 0,
        };
        strips.outside = rows
            .iter()
            .flat_map(StripRow::drawn)
            .filter(|point| strips.is_outside(point))
            .count();
        let points: Vec<Vec<&StripPoint>> = rows.iter().map(sorted).collect();
        let fitting = points.iter().filter_map(|points| strips.fitting(points));
        let radius = fitting.fold(RADII[0], f64::min);
        strips.strips = rows
            .iter()
            .zip(points)
            .map(|(row, points)| strips.strip(row, &points, radius))
            .collect();
        strips
    }

    /// What a reader must know of the scale and the places of dots.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.outside > 0 {
            notes.push("Dots further out than the scale stand at its edge.".to_owned());
        }
        if self.strips.iter().any(|strip| strip.overlaps) {
            notes.push("Where too many share a place, dots lie over one another.".to_owned());
        }
        notes
    }

    fn px_per_pct(&self) -> f64 {
        (self.across.end - self.across.start) / (self.range.end - self.range.start)
    }

    fn is_outside(&self, point: &StripPoint) -> bool {
        !(self.range.start..=self.range.end).contains(&point.distance_pct)
    }

    /// Where a distance lies across the page, in px from its left margin.
    fn place(&self, distance_pct: f64) -> f64 {
        let distance = distance_pct.clamp(self.range.start, self.range.end);
        let place = self.across.start + (distance - self.range.start) * self.px_per_pct();
        // Scales beyond what numbers hold have no places.
        if place.is_finite() {
            place
        } else {
            self.across.start
        }
    }

    fn places(&self, points: &[&StripPoint]) -> Vec<f64> {
        let points = points.iter();
        points.map(|point| self.place(point.distance_pct)).collect()
    }

    fn room(&self, radius: f64) -> Room {
        Room {
            half: self.dots_height / 2.0,
            radius,
        }
    }

    /// The greatest radius with which all dots of a strip fit at their places, if any.
    fn fitting(&self, points: &[&StripPoint]) -> Option<f64> {
        let places = self.places(points);
        RADII
            .into_iter()
            .find(|radius| swarm(&places, &self.room(*radius)).is_some())
    }

    fn strip(&self, row: &'a StripRow, points: &[&'a StripPoint], radius: f64) -> Strip<'a> {
        let places = self.places(points);
        let spread = swarm(&places, &self.room(radius));
        let overlaps = spread.is_none();
        let (radius, offsets) = match spread {
            Some(offsets) => (radius, offsets),
            None => (STACKED, columns(&places, &self.room(STACKED))),
        };
        Strip {
            row,
            overlaps,
            dots: points
                .iter()
                .zip(places.iter().zip(offsets))
                .map(|(point, (x, off))| Dot { point, x: *x, off })
                .collect(),
            radius,
        }
    }

    fn pitch(&self) -> f64 {
        LANE + self.dots_height + BELOW
    }
}

/// The points of a strip by their distance.
fn sorted(row: &StripRow) -> Vec<&StripPoint> {
    let mut points: Vec<&StripPoint> = row.drawn().collect();
    points.sort_by(|one, other| {
        let by_distance = one.distance_pct.total_cmp(&other.distance_pct);
        by_distance.then_with(|| one.code.cmp(&other.code))
    });
    points
}

/// Draws the strips inside their frame.
pub(super) fn draw(frame: Frame, spec: &DistanceStrip, strips: &Strips<'_>) -> Picture {
    let height = strips.strips.len() as f64 * strips.pitch();
    let set = frame.set(style::WIDTH);
    let (mut picture, plot) = set.draw(HEAD + height + FOOT);
    let bounds = Bounds {
        left: plot.left + strips.across.start,
        top: plot.top + HEAD,
        right: plot.left + strips.across.end,
        bottom: plot.top + HEAD + height,
    };
    let page = Page {
        spec,
        strips,
        room: plot,
        plot: Plot::new(&bounds, strips.range.clone(), 1.0..0.0),
        bounds,
    };
    page.draw_scale(&mut picture);
    for (index, strip) in strips.strips.iter().enumerate() {
        let top = bounds.top + index as f64 * strips.pitch();
        page.draw_strip(&mut picture, strip, top);
    }
    picture
}

/// Strips being drawn.
struct Page<'a> {
    spec: &'a DistanceStrip,
    strips: &'a Strips<'a>,
    /// From margin to margin.
    room: Bounds,
    /// The strips without titles and figures.
    bounds: Bounds,
    plot: Plot,
}

impl Page<'_> {
    fn draw_scale(&self, picture: &mut Picture) {
        let band = self.spec.band_pct.abs();
        let corners = [(-band, 0.0), (band, 1.0)];
        if band.is_finite() {
            self.plot.bar(picture, corners, Paint::solid(BAND));
        }
        let Bounds {
            left, right, top, ..
        } = self.bounds;
        let lower = top - 9.0;
        let upper = lower - style::leading(TICK.size);
        let width = |tick: f64, decimals| TICK.width(&axis::per_cent_tick(tick, decimals)) + 8.0;
        let ticks = axis::ticks_that_fit(&self.strips.range, right - left, width);
        let decimals = axis::decimals_for(&ticks);
        for tick in ticks {
            let x = crisp(self.plot.at(tick, 0.0).x);
            let paint = if tick == 0.0 {
                style::axis_paint()
            } else {
                style::grid_paint()
            };
            self.draw_upright(picture, x, paint);
            let words = axis::per_cent_tick(tick, decimals);
            let text = TICK.text(words, Point { x, y: lower }, Anchor::Middle);
            let bounds = text.bounds();
            if bounds.left >= left - SPACE && bounds.right <= right + SPACE {
                picture.text(text);
            }
        }
        for (words, x, anchor) in [
            ("← less than need", left, Anchor::Start),
            ("more than need →", right, Anchor::End),
        ] {
            TICK.write(picture, words, Point { x, y: upper }, anchor);
        }
        let band = format!("within {}", axis::per_cent_plain(self.spec.band_pct));
        for (words, y) in [(band.as_str(), upper), ("of need", lower)] {
            let x = self.room.right;
            let words = wrap::shorten(words, TICK.size, TICK.weight, FIGURE_ROOM);
            TICK.write(picture, words, Point { x, y }, Anchor::End);
        }
    }

    /// A line through the dots of every strip, but not through the names above them.
    fn draw_upright(&self, picture: &mut Picture, x: f64, paint: Paint) {
        let pitch = self.strips.pitch();
        for strip in 0..self.strips.strips.len() {
            let top = self.bounds.top + strip as f64 * pitch;
            let from = Point { x, y: top + LANE };
            picture.line(from, Point { x, y: top + pitch }, 1.0, paint);
        }
    }

    fn draw_strip(&self, picture: &mut Picture, strip: &Strip<'_>, top: f64) {
        let y = crisp(top);
        let (left, right) = (self.room.left, self.room.right);
        picture.line(
            Point { x: left, y },
            Point { x: right, y },
            1.0,
            Paint::tint(style::NEUTRAL, 0.5),
        );
        let line = top + LANE + self.strips.dots_height / 2.0;
        self.draw_label(picture, strip.row, line);
        self.draw_figures(picture, strip.row, line);
        for dot in &strip.dots {
            let (fill, ring) = paints(dot.point.tenth);
            let width = if dot.point.tenth == Some(Tenth::Least) {
                (strip.radius * 0.45).min(1.4)
            } else {
                0.4
            };
            for (paint, ring) in [(fill, None), (ring, Some(width))] {
                picture.add(Mark::Circle {
                    centre: self.centre(dot, line),
                    radius: strip.radius - ring.unwrap_or(0.0) / 2.0,
                    paint,
                    ring,
                });
            }
        }
        self.draw_ends(picture, strip, top, line);
    }

    fn centre(&self, dot: &Dot<'_>, line: f64) -> Point {
        Point {
            x: self.room.left + dot.x,
            y: line + dot.off,
        }
    }

    fn draw_label(&self, picture: &mut Picture, row: &StripRow, line: f64) {
        let (size, weight) = (LABEL.size, LABEL.weight);
        let lines = wrap::wrap_at_most(MOST_LABEL_LINES, &row.label, size, weight, LABEL_ROOM);
        let leading = style::leading(size);
        let first = line + style::centred(size) - (lines.len() as f64 - 1.0) / 2.0 * leading;
        for (index, words) in lines.into_iter().enumerate() {
            let at = Point {
                x: self.room.left,
                y: first + index as f64 * leading,
            };
            LABEL.write(picture, words, at, Anchor::Start);
        }
    }

    fn draw_figures(&self, picture: &mut Picture, row: &StripRow, line: f64) {
        let (share, count) = if row.within_pct.is_finite() && !row.points.is_empty() {
            let all = axis::count(row.points.len());
            (
                format!("{} %", axis::plain(row.within_pct, 0)),
                format!("{} of {all}", axis::count(row.within())),
            )
        } else {
            (axis::NO_NUMBER.to_owned(), String::new())
        };
        let x = self.room.right;
        for (lettering, words, y) in [(FIGURE, share, line - 2.0), (SHARE, count, line + 15.0)] {
            let words = wrap::shorten(&words, lettering.size, lettering.weight, FIGURE_ROOM);
            lettering.write(picture, words, Point { x, y }, Anchor::End);
        }
    }

    /// Names the dots at the ends of a strip, with a line to each.
    fn draw_ends(&self, picture: &mut Picture, strip: &Strip<'_>, top: f64, line: f64) {
        let (Some(first), Some(last)) = (strip.dots.first(), strip.dots.last()) else {
            return;
        };
        let spread = last.point.distance_pct - first.point.distance_pct;
        if spread < 0.05 && strip.dots.len() > 1 {
            return;
        }
        let mut ends = vec![last, first];
        if strip.dots.len() == 1 {
            ends.pop();
        }
        // What is furthest out is named first; the other only where it leaves room.
        ends.sort_by(|one, other| {
            let [one, other] = [one, other].map(|dot| {
                let outside = self.strips.is_outside(dot.point);
                (outside, dot.point.distance_pct.abs())
            });
            other.0.cmp(&one.0).then(other.1.total_cmp(&one.1))
        });
        let mut taken: Option<Bounds> = None;
        for dot in ends {
            let centre = self.centre(dot, line);
            let words = self.end_words(strip, dot);
            let half = NAME.width(&words) / 2.0;
            let outwards = if std::ptr::eq(dot, last) {
                half - UNDER_NAME
            } else {
                UNDER_NAME - half
            };
            let (least, most) = (self.bounds.left + half, self.bounds.right - half);
            let x = (centre.x + outwards).clamp(least, most);
            let y = top + LANE - 7.0;
            let text = NAME.text(words, Point { x, y }, Anchor::Middle);
            let bounds = text.bounds().grown(5.0);
            if taken.is_some_and(|taken| taken.overlaps(&bounds)) {
                continue;
            }
            taken = Some(bounds);
            let from = Point {
                x: centre.x,
                y: y + 4.0,
            };
            let to = Point {
                y: centre.y - strip.radius,
                ..centre
            };
            picture.line(from, to, 0.8, Paint::solid(style::NEUTRAL));
            picture.text(text);
        }
    }

    /// `Kent +12.3 %`; beyond the scale `← 2 more, Kent −99.0 %` or `Kent +912.0 %, 2 more →`.
    fn end_words(&self, strip: &Strip<'_>, dot: &Dot<'_>) -> String {
        let distance = dot.point.distance_pct;
        let figure = axis::per_cent_change(distance);
        let above = distance > self.strips.range.end;
        let beyond = strip.dots.iter().filter(|other| {
            let other = other.point.distance_pct;
            if above {
                other > self.strips.range.end
            } else {
                other < self.strips.range.start
            }
        });
        let more = match beyond.count() {
            0 | 1 => String::new(),
            count => format!(", {} more", axis::count(count - 1)),
        };
        let (before, after) = match (self.strips.is_outside(dot.point), above) {
            (false, _) => ("", String::new()),
            (true, true) => ("", format!("{more} →")),
            (true, false) => ("← ", more),
        };
        let room = self.bounds.width() * MOST_NAME;
        let rest = format!("{before} {figure}{after}");
        let name = wrap::shorten(
            &dot.point.name,
            NAME.size,
            NAME.weight,
            room - NAME.width(&rest),
        );
        format!("{before}{name} {figure}{after}")
    }
}

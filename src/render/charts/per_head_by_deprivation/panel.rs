//! The panels of pounds per head against deprivation: points, trend, averages of the tenths and names of outliers.

use std::ops::Range;

use super::{PerHeadByDeprivation, Series, largest, radius};
use crate::render::axis;
use crate::render::frame::Frame;
use crate::render::labels::{Obstacle, Placer};
use crate::render::picture::{Anchor, Bounds, Mark, Paint, Picture, Point, Text, crisp};
use crate::render::plotters_backend::Plot;
use crate::render::style::{self, Lettering};
use crate::render::wrap;

/// Height of the plotting area of a panel.
const PANEL_HEIGHT: f64 = 380.0;
/// Room above it for the first line of its title and the difference between the tenths.
const PANEL_HEAD: f64 = 64.0;
/// The most lines of a panel's title.
const MOST_TITLE_LINES: usize = 3;
/// Room below it for the values and the title of the axis.
const PANEL_FOOT: f64 = 52.0;
const BETWEEN_PANELS: f64 = 24.0;
/// How many times the typical distance from the trend makes a point stand out.
const OUTLYING: f64 = 1.6;
/// The most points named in a panel.
const MOST_LABELS: usize = 4;
/// More panels than this are set in a further row.
const MOST_PANELS_IN_A_ROW: usize = 3;

const AXIS_TITLE: &str = "£ per head";
const TITLE: Lettering = Lettering::bold(style::PANEL_TITLE, style::INK);
const TICK: Lettering = Lettering::regular(style::AXIS, style::QUIET);
const POINT_LABEL: Lettering = Lettering::regular(style::NOTE, style::INK);

/// The width of the trend's line.
pub(super) const TREND_WIDTH: f64 = 1.8;
/// The width of the lines that show the averages of the tenths.
pub(super) const TAIL_WIDTH: f64 = 5.0;

/// The axes that all panels share.
struct Axes {
    deprivation: Range<f64>,
    per_head: Range<f64>,
    per_head_ticks: Vec<f64>,
    largest: f64,
}

impl Axes {
    fn new(spec: &PerHeadByDeprivation, series: &[Series]) -> Self {
        let within = |value: f64| value.clamp(-1e12, 1e12);
        let per_head = series.iter().flat_map(|one| {
            let points = spec.drawn().map(|(index, _)| one.per_head[index]);
            // An average may lie beyond the points that are drawn.
            let tails = [&one.least, &one.most].into_iter().flatten();
            points.chain(tails.map(|tail| tail.per_head))
        });
        let per_head = axis::round_range(per_head.map(within), 6);
        Self {
            deprivation: axis::round_range(
                spec.drawn().map(|(_, point)| within(point.deprivation)),
                6,
            ),
            per_head_ticks: axis::ticks(&per_head, 6),
            per_head,
            largest: largest(spec),
        }
    }

    fn tick_words(&self) -> Vec<String> {
        let decimals = axis::decimals_for(&self.per_head_ticks).min(2);
        self.per_head_ticks
            .iter()
            .map(|tick| {
                if tick.abs() >= 1e6 {
                    axis::pounds_short(*tick)
                } else if *tick < 0.0 {
                    format!("−£{}", axis::plain(-tick, decimals))
                } else {
                    format!("£{}", axis::plain(*tick, decimals))
                }
            })
            .collect()
    }
}

/// Where the vertical axis starts, if that is not nought: then heights are not to be compared.
pub(super) fn axis_note(spec: &PerHeadByDeprivation, series: &[Series]) -> Option<String> {
    spec.drawn().next()?;
    let start = Axes::new(spec, series).per_head.start;
    let words = if start.fract() == 0.0 {
        axis::per_head(start)
    } else {
        axis::pence(start)
    };
    (start > 0.0).then(|| format!("The vertical axis starts at {words}."))
}

/// Draws the panels inside their frame.
pub(super) fn draw(frame: Frame, spec: &PerHeadByDeprivation, series: &[Series]) -> Picture {
    let axes = Axes::new(spec, series);
    let across = series.len().min(MOST_PANELS_IN_A_ROW);
    let down = series.len().div_ceil(across);
    let ticks = axes.tick_words();
    let axis_width = ticks
        .iter()
        .map(|words| TICK.width(words))
        .fold(TICK.width(AXIS_TITLE), f64::max)
        + 8.0;
    let gaps = BETWEEN_PANELS * (across - 1) as f64;
    let width = (style::WIDTH - 2.0 * style::MARGIN - axis_width - gaps) / across as f64;
    let titles: Vec<Vec<String>> = series
        .iter()
        .map(|one| title_lines(&one.label, width))
        .collect();
    let lines = titles.iter().map(Vec::len).max().unwrap_or(1).max(1);
    let head = PANEL_HEAD + (lines - 1) as f64 * style::leading(TITLE.size);
    let row_height = head + PANEL_HEIGHT + PANEL_FOOT;
    let (mut picture, plot) = frame.set(style::WIDTH).draw(down as f64 * row_height);
    for (index, (one, title)) in series.iter().zip(&titles).enumerate() {
        let left = plot.left + axis_width + (index % across) as f64 * (width + BETWEEN_PANELS);
        let top = plot.top + (index / across) as f64 * row_height + head;
        let panel = Panel {
            spec,
            axes: &axes,
            title,
            series: one,
            plot: Plot::new(
                &Bounds {
                    left,
                    top,
                    right: left + width,
                    bottom: top + PANEL_HEIGHT,
                },
                axes.deprivation.clone(),
                axes.per_head.clone(),
            ),
            bounds: Bounds {
                left,
                top,
                right: left + width,
                bottom: top + PANEL_HEIGHT,
            },
        };
        panel.draw(&mut picture, (index % across == 0).then_some(&ticks));
    }
    picture
}

fn title_lines(label: &str, width: f64) -> Vec<String> {
    wrap::wrap_at_most(MOST_TITLE_LINES, label, TITLE.size, TITLE.weight, width)
}

/// A panel being drawn.
struct Panel<'a> {
    spec: &'a PerHeadByDeprivation,
    axes: &'a Axes,
    title: &'a [String],
    series: &'a Series,
    plot: Plot,
    bounds: Bounds,
}

impl Panel<'_> {
    fn draw(&self, picture: &mut Picture, tick_words: Option<&Vec<String>>) {
        self.draw_title(picture);
        self.draw_axes(picture, tick_words);
        self.draw_points(picture);
        let mut placer = Placer::new(self.bounds, self.obstacles());
        self.draw_trend(picture, &mut placer);
        self.draw_tails(picture, &mut placer);
        self.draw_labels(picture, &mut placer);
    }

    /// The title and the difference between the tenths, standing on the panel: a short title starts lower than a long one.
    fn draw_title(&self, picture: &mut Picture) {
        let lettering = Lettering::regular(style::LABEL, style::INK);
        let at = |y| Point {
            x: self.bounds.left,
            y,
        };
        let last = self.bounds.top - PANEL_HEAD + 20.0;
        for (index, line) in self.title.iter().rev().enumerate() {
            let y = last - index as f64 * style::leading(TITLE.size);
            TITLE.write(picture, line.as_str(), at(y), Anchor::Start);
        }
        if let Some(difference) = self.series.difference() {
            let words = format!(
                "{}, least to most deprived tenth",
                axis::per_head_change(difference)
            );
            let words = wrap::shorten(
                &words,
                lettering.size,
                lettering.weight,
                self.bounds.width(),
            );
            let y = last + style::leading(style::LABEL) + 2.0;
            lettering.write(picture, words, at(y), Anchor::Start);
        }
    }

    fn draw_axes(&self, picture: &mut Picture, tick_words: Option<&Vec<String>>) {
        for (index, &tick) in self.axes.per_head_ticks.iter().enumerate() {
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
            if let Some(words) = tick_words {
                let at = Point {
                    x: self.bounds.left - 8.0,
                    y: y + style::centred(TICK.size),
                };
                TICK.write(picture, words[index].as_str(), at, Anchor::End);
            }
        }
        if tick_words.is_some() {
            let at = Point {
                x: self.bounds.left - 8.0,
                y: self.bounds.top - TICK.size * 1.1,
            };
            TICK.write(picture, AXIS_TITLE, at, Anchor::End);
        }
        self.draw_deprivation_axis(picture);
    }

    fn draw_deprivation_axis(&self, picture: &mut Picture) {
        let bottom = crisp(self.bounds.bottom);
        let corner = |x| Point { x, y: bottom };
        picture.line(
            corner(self.bounds.left),
            corner(self.bounds.right),
            1.0,
            style::axis_paint(),
        );
        let ticks = axis::ticks(&self.axes.deprivation, 5);
        let decimals = axis::decimals_for(&ticks);
        for tick in ticks {
            let x = crisp(self.plot.at(tick, 0.0).x);
            let end = Point { x, y: bottom + 5.0 };
            picture.line(corner(x), end, 1.0, style::axis_paint());
            let at = Point {
                x,
                y: bottom + 8.0 + TICK.size,
            };
            TICK.write(picture, axis::plain(tick, decimals), at, Anchor::Middle);
        }
        let at = Point {
            x: self.bounds.right,
            y: bottom + 8.0 + TICK.size + style::leading(TICK.size),
        };
        TICK.write(picture, "more deprived →", at, Anchor::End);
        let at = Point {
            x: self.bounds.left,
            ..at
        };
        TICK.write(picture, "← less deprived", at, Anchor::Start);
    }

    fn radius(&self, index: usize) -> f64 {
        radius(self.spec.points[index].population, self.axes.largest)
    }

    fn centre(&self, index: usize) -> (f64, f64) {
        (
            self.spec.points[index].deprivation,
            self.series.per_head[index],
        )
    }

    fn obstacle(&self, index: usize) -> Obstacle {
        let (x, y) = self.centre(index);
        Obstacle {
            centre: self.plot.at(x, y),
            radius: self.radius(index),
        }
    }

    fn obstacles(&self) -> Vec<Obstacle> {
        self.spec
            .drawn()
            .map(|(index, _)| self.obstacle(index))
            .collect()
    }

    /// Points, the largest first, so that small ones stay in sight.
    fn draw_points(&self, picture: &mut Picture) {
        let mut order: Vec<usize> = self.spec.drawn().map(|(index, _)| index).collect();
        order.sort_by(|&one, &other| {
            let points = &self.spec.points;
            points[other].population.total_cmp(&points[one].population)
        });
        let fill = Paint::tint(self.series.colour, 0.35);
        let ring = Paint::tint(self.series.colour, 0.9);
        for index in order {
            self.plot
                .dot(picture, self.centre(index), self.radius(index), fill, ring);
        }
    }

    /// The trend over the deprivation there is, cut where it would leave the panel.
    fn draw_trend(&self, picture: &mut Picture, placer: &mut Placer) {
        let Some(trend) = self.series.trend else {
            return;
        };
        let scores = self.spec.drawn().map(|(_, point)| point.deprivation);
        let (low, high) = scores.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), score| {
            (low.min(score), high.max(score))
        });
        let range = &self.axes.per_head;
        let (mut from, mut to) = (low, high);
        if trend.slope != 0.0 {
            let crosses =
                |value: f64| trend.mean_deprivation + (value - trend.mean_per_head) / trend.slope;
            let (one, other) = (crosses(range.start), crosses(range.end));
            from = from.max(one.min(other));
            to = to.min(one.max(other));
        }
        if from < to {
            let ends = [from, to].map(|score| self.plot.at(score, trend.at(score)));
            reserve_line(placer, ends);
            picture.add(Mark::Line {
                points: ends.into(),
                width: TREND_WIDTH,
                paint: Paint::solid(style::INK),
                dash: Some(style::DASH),
            });
        }
    }

    /// The averages of the tenths, with their pounds.
    fn draw_tails(&self, picture: &mut Picture, placer: &mut Placer) {
        let lettering = Lettering::bold(style::LABEL, style::INK);
        for tail in [&self.series.least, &self.series.most]
            .into_iter()
            .flatten()
        {
            let Some(span) = &tail.span else {
                continue;
            };
            let (mut from, mut to) = (
                self.plot.at(span.start, tail.per_head),
                self.plot.at(span.end, tail.per_head),
            );
            // A tenth within one authority spans no deprivation: keep its line in sight.
            if to.x - from.x < 16.0 {
                let middle = (from.x + to.x) / 2.0;
                let middle = middle.clamp(self.bounds.left + 8.0, self.bounds.right - 8.0);
                (from.x, to.x) = (middle - 8.0, middle + 8.0);
            }
            picture.line(from, to, TAIL_WIDTH, Paint::solid(style::INK));
            placer.reserve(Bounds {
                left: from.x,
                top: from.y - TAIL_WIDTH,
                right: to.x,
                bottom: from.y + TAIL_WIDTH,
            });
            let place = Obstacle {
                centre: Point {
                    x: (from.x + to.x) / 2.0,
                    y: from.y,
                },
                radius: TAIL_WIDTH + 2.0,
            };
            let words = axis::per_head(tail.per_head);
            if let Some(text) = placer.place(&words, place, lettering, usize::MAX) {
                write_clear(picture, text, 0.75);
            }
        }
    }

    /// Names the points that stand out from the trend.
    fn draw_labels(&self, picture: &mut Picture, placer: &mut Placer) {
        let mut named = 0;
        for index in self.outliers() {
            if named == MOST_LABELS {
                break;
            }
            let room = self.bounds.width() * 0.7;
            let name = wrap::shorten(
                &self.spec.points[index].name,
                POINT_LABEL.size,
                POINT_LABEL.weight,
                room,
            );
            if let Some(text) = placer.place(&name, self.obstacle(index), POINT_LABEL, 0) {
                write_clear(picture, text, 1.0);
                named += 1;
            }
        }
    }

    /// The points more than [`OUTLYING`] typical distances off the trend and visibly so, the furthest first.
    fn outliers(&self) -> Vec<usize> {
        let Some(trend) = self.series.trend else {
            return Vec::new();
        };
        let mut distances: Vec<(f64, usize)> = self
            .spec
            .drawn()
            .map(|(index, _)| {
                let (deprivation, per_head) = self.centre(index);
                ((per_head - trend.at(deprivation)).abs(), index)
            })
            .collect();
        let squares: f64 = distances.iter().map(|(distance, _)| distance.powi(2)).sum();
        let typical = (squares / distances.len() as f64).sqrt();
        let visible = (self.axes.per_head.end - self.axes.per_head.start) * 0.03;
        distances.retain(|(distance, _)| *distance > (OUTLYING * typical).max(visible));
        distances.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        distances.into_iter().map(|(_, index)| index).collect()
    }
}

/// Writes a text on a piece of paper of this opacity, so that circles and gridlines do not cross its letters.
fn write_clear(picture: &mut Picture, text: Text, opacity: f64) {
    picture.rectangle(text.bounds(), Paint::tint(style::PAPER, opacity));
    picture.text(text);
}

/// Keeps labels off a line between two points.
fn reserve_line(placer: &mut Placer, [from, to]: [Point; 2]) {
    let steps = ((to.x - from.x).abs().max((to.y - from.y).abs()) / 5.0)
        .ceil()
        .clamp(1.0, 400.0);
    for step in 0..=steps as usize {
        let part = step as f64 / steps;
        let (x, y) = (
            from.x + (to.x - from.x) * part,
            from.y + (to.y - from.y) * part,
        );
        placer.reserve(Bounds {
            left: x - 2.5,
            top: y - 2.5,
            right: x + 2.5,
            bottom: y + 2.5,
        });
    }
}

//! The page of a waterfall: groups, names, bars from level to level, and figures.

use super::money::Money;
use super::scale::Axis;
use super::{Bar, MOST_ROWS, StepKind, Waterfall, residents};
use crate::render::axis;
use crate::render::frame::Frame;
use crate::render::picture::{Anchor, Bounds, Colour, Mark, Paint, Picture, Point, crisp};
use crate::render::plotters_backend::Plot;
use crate::render::style::{self, Lettering};
use crate::render::wrap;

/// Height of a row whose name has one line.
const PITCH: f64 = 28.0;
/// Height of all rows if a name needs two lines.
const TALL_PITCH: f64 = 36.0;
/// Room above the rows for the scale and the headings of the figures.
const HEAD: f64 = 30.0;
const FOOT: f64 = 12.0;
const SPACE: f64 = 14.0;
/// The parts of the page that groups and names may take.
const MOST_GROUP_PART: f64 = 0.16;
const MOST_LABEL_PART: f64 = 0.27;
/// Distance of a name's lines, as a part of their size.
const LEADING: f64 = 1.16;

const LABEL: Lettering = Lettering::regular(14.0, style::INK);
/// For names that are too long for two lines of the larger size.
const SMALL_LABEL: Lettering = Lettering::regular(12.5, style::INK);
const SUM: Lettering = Lettering::bold(14.0, style::INK);
const GROUP: Lettering = Lettering::bold(13.0, style::QUIET);
const HEADING: Lettering = Lettering::regular(style::AXIS, style::QUIET);

/// A row of the page.
enum Row<'a> {
    Step(&'a Bar<'a>),
    /// Steps that are not shown.
    Gap(usize),
}

fn rows<'a>(bars: &'a [Bar<'a>]) -> Vec<Row<'a>> {
    if bars.len() <= MOST_ROWS {
        return bars.iter().map(Row::Step).collect();
    }
    let first = MOST_ROWS / 2;
    let last = MOST_ROWS - 1 - first;
    let (start, end) = (&bars[..first], &bars[bars.len() - last..]);
    let gap = Row::Gap(bars.len() - first - last);
    let steps = start.iter().map(Row::Step).chain([gap]);
    steps.chain(end.iter().map(Row::Step)).collect()
}

/// Consecutive rows of one group: its name, the first row and how many there are.
struct Run<'a> {
    group: &'a str,
    first: usize,
    count: usize,
}

fn runs<'a>(rows: &[Row<'a>]) -> Vec<Run<'a>> {
    let mut runs: Vec<Run> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let group = match row {
            Row::Step(bar) => bar.step.group.trim(),
            Row::Gap(_) => "",
        };
        match runs.last_mut() {
            Some(run) if run.group == group => run.count += 1,
            _ => runs.push(Run {
                group,
                first: index,
                count: 1,
            }),
        }
    }
    runs
}

/// The figures of a row: £, and £ per head where residents are known.
struct Figures {
    money: Money,
    residents: Option<f64>,
}

impl Figures {
    fn headings(&self) -> Vec<&'static str> {
        match self.residents {
            Some(_) => vec!["£ in all", "£ per head"],
            None => vec!["£ in all"],
        }
    }

    fn words(&self, bar: &Bar) -> Vec<String> {
        let gbp = bar.step.gbp as f64;
        let per_head = self.residents.map(|residents| gbp / residents);
        let (sum, per_head) = if bar.is_change() {
            (self.money.change(gbp), per_head.map(axis::per_head_change))
        } else {
            (self.money.sum(gbp), per_head.map(axis::per_head))
        };
        std::iter::once(sum).chain(per_head).collect()
    }
}

/// What rows share.
struct Layout {
    pitch: f64,
    group_width: f64,
    label_width: f64,
    figure_widths: Vec<f64>,
    bars: Bounds,
}

impl Layout {
    /// `page` is the room between the margins; its height does not matter.
    fn new(rows: &[Row], figures: &Figures, page: &Bounds) -> Self {
        let width = page.width();
        let shown = || {
            rows.iter().filter_map(|row| match row {
                Row::Step(bar) => Some(*bar),
                Row::Gap(_) => None,
            })
        };
        let widest = |widths: &mut dyn Iterator<Item = f64>| widths.fold(0.0, f64::max);
        let group_width = widest(&mut shown().map(|bar| GROUP.width(bar.step.group.trim())))
            .min(width * MOST_GROUP_PART);
        let label_width = widest(&mut shown().map(|bar| lettering(bar).width(&bar.step.label)))
            .min(width * MOST_LABEL_PART);
        let figure_widths: Vec<f64> = figures
            .headings()
            .iter()
            .enumerate()
            .map(|(index, heading)| {
                let words = shown().map(|bar| SUM.width(&figures.words(bar)[index]));
                words.fold(HEADING.width(heading), f64::max)
            })
            .collect();
        let is_tall = shown().any(|bar| label_lines(bar, label_width).1.len() > 1)
            || runs(rows).iter().any(|run| {
                let lines = wrap::wrap(run.group, GROUP.size, GROUP.weight, group_width);
                lines.len() > lines_within(run.count as f64 * PITCH)
            });
        let pitch = if is_tall { TALL_PITCH } else { PITCH };
        let groups = if group_width > 0.0 {
            group_width + SPACE
        } else {
            0.0
        };
        let left = page.left + groups + label_width + SPACE;
        let figures: f64 = figure_widths.iter().map(|width| width + SPACE).sum();
        let top = page.top + HEAD;
        Self {
            pitch,
            group_width,
            label_width,
            bars: Bounds {
                left,
                top,
                right: (page.right - figures).max(left + width * 0.2),
                bottom: top + rows.len() as f64 * pitch,
            },
            figure_widths,
        }
    }

    /// The left edge of the names.
    fn labels_left(&self) -> f64 {
        self.bars.left - SPACE - self.label_width
    }

    /// The right edge of a column of figures.
    fn figure_right(&self, index: usize) -> f64 {
        let widths = &self.figure_widths[..=index];
        self.bars.right + widths.iter().map(|width| width + SPACE).sum::<f64>()
    }
}

/// Sums stand out from changes.
fn lettering(bar: &Bar) -> Lettering {
    if bar.is_change() { LABEL } else { SUM }
}

/// A name in at most two lines, set smaller if it is too long for them and then cut.
fn label_lines(bar: &Bar, room: f64) -> (Lettering, Vec<String>) {
    let mut lettering = lettering(bar);
    let label = &bar.step.label;
    let lines = wrap::wrap(label, lettering.size, lettering.weight, room);
    if lines.len() <= 2 {
        return (lettering, lines);
    }
    lettering.size = SMALL_LABEL.size;
    let lines = wrap::wrap_at_most(2, label, lettering.size, lettering.weight, room);
    (lettering, lines)
}

/// How many lines of a group's name fit a height.
fn lines_within(height: f64) -> usize {
    (height / (GROUP.size * LEADING)).floor().max(1.0) as usize
}

/// Draws the waterfall inside its frame.
pub(super) fn draw(frame: Frame, spec: &Waterfall, bars: &[Bar], axis: &Axis) -> Picture {
    let set = frame.set(style::WIDTH);
    let rows = rows(bars);
    let figures = Figures {
        money: Money::of(bars),
        residents: residents(spec),
    };
    let page = Bounds {
        left: style::MARGIN,
        top: set.head_height(),
        right: style::WIDTH - style::MARGIN,
        bottom: set.head_height(),
    };
    let layout = Layout::new(&rows, &figures, &page);
    let (mut picture, _) = set.draw(HEAD + layout.bars.height() + FOOT);
    Drawing {
        plot: Plot::new(&layout.bars, axis.range.clone(), rows.len() as f64..0.0),
        rows,
        figures,
        axis,
        layout,
        page,
    }
    .draw(&mut picture);
    picture
}

/// A waterfall being drawn.
struct Drawing<'a> {
    rows: Vec<Row<'a>>,
    figures: Figures,
    axis: &'a Axis,
    layout: Layout,
    page: Bounds,
    plot: Plot,
}

impl Drawing<'_> {
    fn draw(&self, picture: &mut Picture) {
        let left = if self.layout.group_width > 0.0 {
            self.layout.labels_left() - SPACE / 2.0
        } else {
            self.page.left
        };
        for index in (1..self.rows.len()).step_by(2) {
            let top = self.top(index);
            let stripe = Bounds {
                left,
                top,
                right: self.page.right,
                bottom: top + self.layout.pitch,
            };
            picture.rectangle(stripe, Paint::solid(style::STRIPE));
        }
        self.draw_scale(picture);
        self.draw_groups(picture);
        for (index, row) in self.rows.iter().enumerate() {
            match row {
                Row::Step(bar) => self.draw_step(picture, index, bar),
                Row::Gap(count) => self.draw_gap(picture, index, *count),
            }
        }
        self.draw_connectors(picture);
        if self.axis.zoomed.is_none() {
            self.upright(picture, 0.0, style::axis_paint());
        }
    }

    fn top(&self, index: usize) -> f64 {
        self.layout.bars.top + index as f64 * self.layout.pitch
    }

    /// A line across all rows at a value in units.
    fn upright(&self, picture: &mut Picture, value: f64, paint: Paint) {
        let x = crisp(self.plot.at(value, 0.0).x);
        let Bounds { top, bottom, .. } = self.layout.bars;
        picture.line(Point { x, y: top }, Point { x, y: bottom }, 1.0, paint);
    }

    /// Gridlines, their values, and the headings of the figures.
    fn draw_scale(&self, picture: &mut Picture) {
        let bars = &self.layout.bars;
        let y = bars.top - 9.0;
        for (index, heading) in self.figures.headings().into_iter().enumerate() {
            let x = self.layout.figure_right(index);
            HEADING.write(picture, heading, Point { x, y }, Anchor::End);
        }
        let figures = self.layout.figure_right(0) - HEADING.width(self.figures.headings()[0]);
        for (tick, words) in self.axis.ticks(bars.width(), HEADING) {
            self.upright(picture, tick, style::grid_paint());
            let x = crisp(self.plot.at(tick, 0.0).x);
            let text = HEADING.text(words, Point { x, y }, Anchor::Middle);
            // A value at the end of the scale would run into other words; its gridline is enough.
            if text.bounds().right < figures - SPACE && text.bounds().left > self.page.left {
                picture.text(text);
            }
        }
    }

    /// Each group's name beside its first row, and a line above it.
    fn draw_groups(&self, picture: &mut Picture) {
        if self.layout.group_width <= 0.0 {
            return;
        }
        for run in runs(&self.rows) {
            let top = self.top(run.first);
            let y = crisp(top);
            let (left, right) = (self.page.left, self.page.right);
            let paint = Paint::solid(style::NEUTRAL);
            picture.line(Point { x: left, y }, Point { x: right, y }, 0.6, paint);
            let height = run.count as f64 * self.layout.pitch;
            let (size, weight) = (GROUP.size, GROUP.weight);
            let most = lines_within(height);
            let lines = wrap::wrap_at_most(most, run.group, size, weight, self.layout.group_width);
            let block = lines.len() as f64 * size * LEADING;
            // One line is level with the first row's name; several may need the height of more rows.
            let first = (top + self.layout.pitch / 2.0).min(top + height - block + size * 0.5);
            let first = first.max(top + size * 0.5);
            for (index, line) in lines.into_iter().enumerate() {
                let at = Point {
                    x: left,
                    y: first + index as f64 * size * LEADING + style::centred(size),
                };
                GROUP.write(picture, line, at, Anchor::Start);
            }
        }
    }

    fn draw_step(&self, picture: &mut Picture, index: usize, bar: &Bar) {
        let middle = self.top(index) + self.layout.pitch / 2.0;
        let (name, lines) = label_lines(bar, self.layout.label_width);
        let last = lines.len().saturating_sub(1) as f64;
        for (index, line) in lines.into_iter().enumerate() {
            let down = (index as f64 - last / 2.0) * name.size * LEADING;
            let at = Point {
                x: self.layout.labels_left(),
                y: middle + down + style::centred(name.size),
            };
            name.write(picture, line, at, Anchor::Start);
        }
        self.draw_bar(picture, index as f64, bar);
        let figure = lettering(bar);
        let y = middle + style::centred(figure.size);
        for (index, words) in self.figures.words(bar).into_iter().enumerate() {
            let x = self.layout.figure_right(index);
            figure.write(picture, words, Point { x, y }, Anchor::End);
        }
    }

    fn draw_bar(&self, picture: &mut Picture, index: f64, bar: &Bar) {
        let (from, to) = self.axis.ends(bar);
        let paint = Paint::solid(colour(bar));
        let corners = [(from, index + 0.2), (to, index + 0.8)];
        let (start, end) = (
            self.plot.at(from, index + 0.2),
            self.plot.at(to, index + 0.8),
        );
        if (start.x - end.x).abs() < 1.5 {
            // Too short for a bar, but not for a mark.
            let x = end.x;
            picture.line(Point { x, y: start.y }, Point { x, y: end.y }, 2.0, paint);
            return;
        }
        self.plot.bar(picture, corners, paint);
        if self.axis.zoomed.is_some() && !bar.is_change() {
            cut(picture, start, end);
        }
    }

    /// Thin lines from the end of each bar to the next.
    fn draw_connectors(&self, picture: &mut Picture) {
        for (index, pair) in self.rows.windows(2).enumerate() {
            let [Row::Step(bar), Row::Step(next)] = pair else {
                continue;
            };
            if next.step.kind == StepKind::Start {
                continue;
            }
            let level = self.axis.ends(bar).1;
            let index = index as f64;
            let (from, to) = (
                self.plot.at(level, index + 0.8),
                self.plot.at(level, index + 1.2),
            );
            picture.line(from, to, 1.0, Paint::solid(style::INK));
        }
    }

    fn draw_gap(&self, picture: &mut Picture, index: usize, count: usize) {
        let words = format!("… {} steps not shown …", axis::count(count));
        let room = self.layout.label_width;
        let at = Point {
            x: self.layout.labels_left(),
            y: self.top(index) + self.layout.pitch / 2.0 + style::centred(SMALL_LABEL.size),
        };
        let words = wrap::shorten(&words, SMALL_LABEL.size, SMALL_LABEL.weight, room);
        SMALL_LABEL.write(picture, words, at, Anchor::Start);
    }
}

fn colour(bar: &Bar) -> Colour {
    match bar.step.kind {
        StepKind::Change if bar.step.gbp > 0 => style::GAIN,
        StepKind::Change if bar.step.gbp < 0 => style::LOSS,
        StepKind::Change | StepKind::Start | StepKind::Subtotal => style::NEUTRAL,
        StepKind::Total => style::INK,
    }
}

/// A slanted gap near the start of a bar whose rest is not shown.
fn cut(picture: &mut Picture, start: Point, end: Point) {
    const WIDE: f64 = 4.0;
    const SLANT: f64 = 5.0;
    const AWAY: f64 = 8.0;
    let direction = (end.x - start.x).signum();
    let x = start.x + direction * AWAY;
    let (top, bottom) = (start.y - 1.0, end.y + 1.0);
    let corner = |x, y| Point { x, y };
    picture.add(Mark::Polygon {
        points: vec![
            corner(x, bottom),
            corner(x + WIDE, bottom),
            corner(x + WIDE + SLANT, top),
            corner(x + SLANT, top),
        ],
        paint: Paint::solid(style::PAPER),
    });
}

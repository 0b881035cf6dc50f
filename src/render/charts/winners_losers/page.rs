//! The page of winners and losers: one or two columns of names, bars and figures on one scale.

use super::{AuthorityChange, Item, Ranking, WinnersLosers, heading};
use crate::render::axis;
use crate::render::charts::wording;
use crate::render::font::Weight;
use crate::render::frame::Frame;
use crate::render::picture::{Anchor, Bounds, Paint, Picture, Point, crisp};
use crate::render::plotters_backend::Plot;
use crate::render::style::{self, Lettering};
use crate::render::wrap;

/// Room above the rows of a column for the scale and the headings of the figures.
const COLUMN_HEAD: f64 = 26.0;
/// Room below the rows.
const COLUMN_FOOT: f64 = 10.0;
const BETWEEN_COLUMNS: f64 = 30.0;
/// Space between name and bars, and between the two figures.
const SPACE: f64 = 12.0;
/// Space between bars and figures: half a “0 %” of the scale must fit beside the figures' heading.
const BEFORE_FIGURES: f64 = 26.0;
/// Space between a value of the scale and the figures' heading.
const BEFORE_HEADING: f64 = 11.0;
/// The part of a column that names may take.
const MOST_NAME_PART: f64 = 0.39;
/// A name too long for its column is set smaller, down to this part of the others' size.
const LEAST_NAME_SCALE: f64 = 0.8;
/// Rows are not set smaller than this for the sake of one long name.
const LEAST_SIZE: f64 = 11.5;
/// The tallest row.
const MOST_PITCH: f64 = 26.0;
/// More rows than this are set in two columns.
const MOST_ROWS_IN_ONE_COLUMN: usize = 60;

/// What rows share: type, height and the widths of the parts of a column.
struct Layout {
    pitch: f64,
    name: Lettering,
    figure: Lettering,
    name_width: f64,
    bar_width: f64,
    /// None where no row has a figure per head: then there is no such column.
    per_head_width: Option<f64>,
}

const PCT_HEADING: &str = "per cent";
const PER_HEAD_HEADING: &str = "£ per head";
const COLUMN_HEADING: Lettering = Lettering::regular(12.5, style::QUIET);

impl Layout {
    fn new(column_width: f64, pitch: f64, ranking: &Ranking) -> Self {
        let most_name_width = column_width * MOST_NAME_PART;
        let size = type_size(pitch, most_name_width, ranking);
        let name = Lettering::regular(size, style::INK);
        let figure = Lettering::regular(size, style::INK);
        let widest = |heading: &str, words: &dyn Fn(&AuthorityChange) -> String| {
            ranking
                .shown()
                .map(|row| figure.width(&words(row)))
                .fold(COLUMN_HEADING.width(heading), f64::max)
        };
        let pct_width = widest(PCT_HEADING, &pct_figure);
        let per_head_width = ranking
            .has_per_head()
            .then(|| widest(PER_HEAD_HEADING, &per_head_figure));
        let longest_name = ranking
            .shown()
            .map(|row| name.width(&row.name))
            .fold(0.0, f64::max);
        let name_width = longest_name.min(most_name_width);
        let figures = pct_width + per_head_width.map_or(0.0, |width| width + SPACE);
        let bar_width = column_width - name_width - figures - SPACE - BEFORE_FIGURES;
        Self {
            pitch,
            name,
            figure,
            name_width,
            bar_width: bar_width.max(column_width * 0.1),
            per_head_width,
        }
    }
}

/// The type size of rows: as large as their height allows, but so that the longest name need not be cut.
fn type_size(pitch: f64, most_name_width: f64, ranking: &Ranking) -> f64 {
    let size = (pitch * 0.8).min(style::LABEL);
    let lettering = Lettering::regular(size, style::INK);
    let longest = ranking
        .shown()
        .map(|row| lettering.width(&row.name) * LEAST_NAME_SCALE)
        .fold(1.0, f64::max);
    let fitting = size * most_name_width / longest;
    size.min(fitting.max(LEAST_SIZE))
}

fn pct_figure(row: &AuthorityChange) -> String {
    axis::per_cent_or_dash(row.change_pct)
}

fn per_head_figure(row: &AuthorityChange) -> String {
    row.change_per_head_gbp
        .map_or_else(|| axis::NO_NUMBER.to_owned(), axis::per_head_change)
}

/// Draws the ranking inside its frame.
pub(super) fn draw(frame: Frame, spec: &WinnersLosers, ranking: &Ranking) -> Picture {
    let set = frame.set(style::WIDTH);
    let columns = columns(ranking, spec);
    let most = columns.iter().map(Vec::len).max().unwrap_or(1) as f64;
    let room = set.most_plot_height() - COLUMN_HEAD - COLUMN_FOOT;
    // Half px, so that bars have sharp edges.
    let pitch = ((room / most).min(MOST_PITCH) * 2.0).floor() / 2.0;
    let (mut picture, plot) = set.draw(most * pitch + COLUMN_HEAD + COLUMN_FOOT);
    let gaps = BETWEEN_COLUMNS * (columns.len() - 1) as f64;
    let width = (plot.width() - gaps) / columns.len() as f64;
    let layout = Layout::new(width, pitch, ranking);
    let scale = scale(&columns);
    let columns: Vec<Column> = columns
        .iter()
        .enumerate()
        .map(|(index, items)| {
            let left = plot.left + index as f64 * (width + BETWEEN_COLUMNS);
            let bounds = Bounds {
                left,
                top: plot.top,
                right: left + width,
                bottom: plot.bottom,
            };
            Column::new(&bounds, &layout, items, scale)
        })
        .collect();
    let ranges: Vec<_> = columns.iter().map(|column| column.range.clone()).collect();
    let word_width = |tick, decimals| COLUMN_HEADING.width(&axis::per_cent_tick(tick, decimals));
    let ticks = axis::shared_ticks(&ranges, layout.bar_width, word_width);
    let decimals = ticks.iter().map(|ticks| axis::decimals_for(ticks)).max();
    for (column, ticks) in columns.iter().zip(&ticks) {
        column.draw(&mut picture, ticks, decimals.unwrap_or(0));
    }
    picture
}

/// Deals the lines into one or two columns; a section that goes on in the second says so.
fn columns<'a>(ranking: &Ranking<'a>, spec: &WinnersLosers) -> Vec<Vec<Item<'a>>> {
    let mut first = ranking.items(spec);
    if first.len() <= MOST_ROWS_IN_ONE_COLUMN {
        return vec![first];
    }
    let mut second = first.split_off(split_at(&first));
    if let Some(Item::Row(row)) = second.first() {
        let heading = format!("{} (continued)", heading(spec, row.outcome));
        second.insert(0, Item::Heading(heading));
    }
    vec![first, second]
}

/// Where the second column starts: half way, or at a section's heading that is near.
fn split_at(items: &[Item]) -> usize {
    const NEAR: usize = 4;
    let middle = items.len().div_ceil(2);
    let is_heading = |index: &usize| matches!(items[*index], Item::Heading(_));
    (middle.saturating_sub(NEAR)..=middle + NEAR)
        .filter(|index| *index < items.len())
        .filter(is_heading)
        .min_by_key(|index| index.abs_diff(middle))
        .unwrap_or(middle)
}

/// Per cent that a bar area spans: the same in each column, so that bars can be compared.
fn scale(columns: &[Vec<Item>]) -> f64 {
    let widest = columns
        .iter()
        .map(|items| extent(items).1 - extent(items).0)
        .fold(0.0, f64::max);
    if widest > 0.0 && widest.is_finite() {
        widest
    } else {
        1.0
    }
}

/// The change that the bar shows: anything further out cannot be told apart on paper. None has no bar.
fn drawn_pct(row: &AuthorityChange) -> f64 {
    row.change_pct.unwrap_or(0.0).clamp(-1e12, 1e12)
}

/// The least and the greatest change in a column, nought included.
fn extent(items: &[Item]) -> (f64, f64) {
    items
        .iter()
        .filter_map(|item| match item {
            Item::Row(row) => Some(drawn_pct(row)),
            _ => None,
        })
        .fold((0.0, 0.0), |(low, high), value| {
            (f64::min(low, value), f64::max(high, value))
        })
}

/// A column being drawn.
struct Column<'a> {
    bounds: Bounds,
    layout: &'a Layout,
    items: &'a [Item<'a>],
    plot: Plot,
    /// Per cent from the left to the right end of the bars.
    range: std::ops::Range<f64>,
}

impl<'a> Column<'a> {
    fn new(bounds: &Bounds, layout: &'a Layout, items: &'a [Item<'a>], scale: f64) -> Self {
        let (low, high) = extent(items);
        let spare = scale - (high - low);
        // Room to spare goes to the side of the longer bars, so that nought stands near the edge.
        let range = if -low > high {
            low - spare..high
        } else {
            low..high + spare
        };
        let left = bounds.left + layout.name_width + SPACE;
        let top = bounds.top + COLUMN_HEAD;
        let panel = Bounds {
            left,
            top,
            right: left + layout.bar_width,
            bottom: top + layout.pitch * items.len() as f64,
        };
        let rows = items.len() as f64;
        Self {
            bounds: *bounds,
            layout,
            items,
            plot: Plot::new(&panel, range.clone(), rows..0.0),
            range,
        }
    }

    fn draw(&self, picture: &mut Picture, ticks: &[f64], decimals: usize) {
        let at_rows: Vec<(f64, &AuthorityChange)> = self
            .items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| match item {
                Item::Row(row) => Some((index as f64, *row)),
                _ => None,
            })
            .collect();
        for (number, (index, _)) in at_rows.iter().enumerate() {
            if number % 2 == 1 {
                self.stripe(picture, *index);
            }
        }
        self.draw_scale(picture, ticks, decimals);
        for (index, row) in &at_rows {
            self.draw_row(picture, *index, row);
        }
        let zero = crisp(self.plot.at(0.0, 0.0).x);
        self.draw_upright(picture, zero, style::axis_paint());
        for (index, item) in self.items.iter().enumerate() {
            let index = index as f64;
            match item {
                Item::Heading(words) => self.draw_heading(picture, index, words),
                Item::Gap(count) => {
                    let words =
                        format!("… {} between are not shown …", wording::authorities(*count));
                    self.draw_heading(picture, index, &words);
                }
                Item::Row(_) => {}
            }
        }
    }

    fn stripe(&self, picture: &mut Picture, index: f64) {
        let top = self.plot.at(0.0, index).y;
        let bounds = Bounds {
            top,
            bottom: top + self.layout.pitch,
            ..self.bounds
        };
        picture.rectangle(bounds, Paint::solid(style::STRIPE));
    }

    /// Gridlines where there are rows, their values, and the headings of the figures.
    fn draw_scale(&self, picture: &mut Picture, ticks: &[f64], decimals: usize) {
        let y = self.plot.at(0.0, 0.0).y - 8.0;
        let figures = self.draw_figure_headings(picture, y);
        for &tick in ticks {
            let x = crisp(self.plot.at(tick, 0.0).x);
            self.draw_upright(picture, x, style::grid_paint());
            let words = axis::per_cent_tick(tick, decimals);
            let text = COLUMN_HEADING.text(words, Point { x, y }, Anchor::Middle);
            // A value at the very end of the scale would run into the headings; its gridline is enough.
            if text.bounds().right < figures - BEFORE_HEADING {
                picture.text(text);
            }
        }
    }

    /// Writes what the figures are; gives where these words start.
    fn draw_figure_headings(&self, picture: &mut Picture, y: f64) -> f64 {
        let right = self.bounds.right;
        let at = |x| Point { x, y };
        let right = match self.layout.per_head_width {
            Some(width) => {
                COLUMN_HEADING.write(picture, PER_HEAD_HEADING, at(right), Anchor::End);
                right - width - SPACE
            }
            None => right,
        };
        COLUMN_HEADING.write(picture, PCT_HEADING, at(right), Anchor::End);
        right - COLUMN_HEADING.width(PCT_HEADING)
    }

    /// A line across all rows but not across headings.
    fn draw_upright(&self, picture: &mut Picture, x: f64, paint: Paint) {
        for (first, after_last) in self.runs() {
            let from = Point {
                x,
                y: self.plot.at(0.0, first).y,
            };
            let to = Point {
                x,
                y: self.plot.at(0.0, after_last).y,
            };
            picture.line(from, to, 1.0, paint);
        }
    }

    /// The runs of rows between headings: first row and the row after the last.
    fn runs(&self) -> Vec<(f64, f64)> {
        let mut runs: Vec<(f64, f64)> = Vec::new();
        for (index, item) in self.items.iter().enumerate() {
            let index = index as f64;
            if !matches!(item, Item::Row(_)) {
                continue;
            }
            match runs.last_mut() {
                Some((_, end)) if *end == index => *end = index + 1.0,
                _ => runs.push((index, index + 1.0)),
            }
        }
        runs
    }

    fn draw_row(&self, picture: &mut Picture, index: f64, row: &AuthorityChange) {
        let layout = self.layout;
        let middle = self.plot.at(0.0, index).y + layout.pitch / 2.0;
        self.draw_name(picture, middle, &row.name);
        let corners = [(0.0, index + 0.18), (drawn_pct(row), index + 0.82)];
        self.plot
            .bar(picture, corners, Paint::solid(row.outcome.colour()));
        let y = middle + style::centred(layout.figure.size);
        let mut figure = |words: String, x| {
            layout
                .figure
                .write(picture, words, Point { x, y }, Anchor::End);
        };
        let mut right = self.bounds.right;
        if let Some(width) = layout.per_head_width {
            figure(per_head_figure(row), right);
            right -= width + SPACE;
        }
        figure(pct_figure(row), right);
    }

    /// The name, set smaller if it is too long for its column and then cut.
    fn draw_name(&self, picture: &mut Picture, middle: f64, name: &str) {
        let layout = self.layout;
        let mut lettering = layout.name;
        let width = lettering.width(name);
        if width > layout.name_width {
            lettering.size *= (layout.name_width / width).max(LEAST_NAME_SCALE);
        }
        let words = wrap::shorten(name, lettering.size, Weight::Regular, layout.name_width);
        let at = Point {
            x: self.bounds.left + layout.name_width,
            y: middle + style::centred(lettering.size),
        };
        lettering.write(picture, words, at, Anchor::End);
    }

    fn draw_heading(&self, picture: &mut Picture, index: f64, words: &str) {
        let lettering = Lettering::bold(self.layout.name.size, style::INK);
        let words = wrap::shorten(words, lettering.size, lettering.weight, self.bounds.width());
        let at = Point {
            x: self.bounds.left,
            y: self.plot.at(0.0, index).y
                + self.layout.pitch / 2.0
                + style::centred(lettering.size),
        };
        lettering.write(picture, words, at, Anchor::Start);
    }
}

//! The page of a heat map: the key, headings and cells.

use super::headings::{Headings, even_lines};
use super::key;
use super::scale::Scale;
use super::{Measure, Table};
use crate::render::axis;
use crate::render::font;
use crate::render::frame::Frame;
use crate::render::picture::{Anchor, Bounds, Paint, Picture, Point};
use crate::render::style::{self, Lettering};
use crate::render::wrap;

/// Height of a row: two lines of a name.
const PITCH: f64 = 42.0;
/// The widest cell.
const MOST_CELL_WIDTH: f64 = 112.0;
/// Paper between cells.
pub(super) const BETWEEN_CELLS: f64 = 2.0;
/// Space on each side of the number in its cell.
const CELL_SPACE: f64 = 3.0;
/// Space between names and cells, and before the averages.
const SPACE: f64 = 12.0;
/// Height of the key with its values and the space below it.
const KEY_HEIGHT: f64 = 62.0;
/// Space between the headings of the columns and the cells.
const BELOW_HEADINGS: f64 = 8.0;
const FOOT: f64 = 12.0;
const MOST_LABEL_LINES: usize = 2;
/// Distance of a name's lines, as a part of their size.
const NAME_LEADING: f64 = 1.16;
/// A name too long for its lines is set smaller, in one line more.
const SMALL_LABEL: Lettering = Lettering::regular(12.0, style::INK);
/// The sizes of the numbers in cells, the largest that fits.
const NUMBER_SIZES: [f64; 6] = [15.0, 14.0, 13.5, 13.0, 12.5, 12.0];

const LABEL: Lettering = Lettering::regular(14.0, style::INK);
const SIDE: Lettering = Lettering::bold(13.0, style::INK);
/// Heading of the column of averages.
const AVERAGE: &str = "Average of the others";

/// The sizes that all cells share.
struct Layout {
    rows: usize,
    columns: usize,
    averages: bool,
    label_width: f64,
    cell_width: f64,
    number: Lettering,
    headings: Headings,
}

impl Layout {
    fn new(table: &Table, width: f64) -> Self {
        let (rows, columns) = (table.shown_rows(), table.shown_columns());
        let averages = table.has_averages();
        let slots = (columns + usize::from(averages)) as f64;
        let names = &table.spec.rows[..rows];
        let most = width * if slots > 9.0 { 0.25 } else { 0.34 };
        let label_width = label_width(names, table.measure.sides()[0], most);
        let gap = if averages { SPACE } else { 0.0 };
        let cell_width = ((width - label_width - SPACE - gap) / slots).min(MOST_CELL_WIDTH);
        let mut titles: Vec<&str> = table.spec.columns[..columns]
            .iter()
            .map(String::as_str)
            .collect();
        if averages {
            titles.push(AVERAGE);
        }
        Self {
            rows,
            columns,
            averages,
            label_width,
            cell_width,
            number: Lettering::regular(number_size(table, number_room(cell_width)), style::INK),
            headings: Headings::new(&titles, cell_width),
        }
    }

    /// Room above the rows for the headings.
    fn head(&self) -> f64 {
        style::leading(SIDE.size) + self.headings.height + BELOW_HEADINGS
    }

    /// The left edge of a column, from the left edge of the first; the averages stand apart.
    fn column_left(&self, column: usize) -> f64 {
        let gap = if column >= self.columns { SPACE } else { 0.0 };
        column as f64 * self.cell_width + gap
    }
}

/// The width of the names: that of the longest, or as much as is left for them.
fn label_width(names: &[String], side: &str, most: f64) -> f64 {
    names
        .iter()
        .map(|name| LABEL.width(name))
        .fold(SIDE.width(side), f64::max)
        .min(most)
}

/// A name in its lines, set smaller if it is too long for them and then cut.
fn name_lines(name: &str, room: f64) -> (Lettering, Vec<String>) {
    let lines = even_lines(name, LABEL, room);
    if lines.len() <= MOST_LABEL_LINES {
        return (LABEL, lines);
    }
    let (size, weight) = (SMALL_LABEL.size, SMALL_LABEL.weight);
    let lines = wrap::wrap_at_most(MOST_LABEL_LINES + 1, name, size, weight, room);
    (SMALL_LABEL, lines)
}

fn number_room(cell_width: f64) -> f64 {
    cell_width - BETWEEN_CELLS - 2.0 * CELL_SPACE
}

/// The largest size at which all usual numbers fit with a decimal.
fn number_size(table: &Table, room: f64) -> f64 {
    let widest = |size: f64| {
        let lettering = Lettering::regular(size, style::INK);
        table
            .values()
            .filter(|(_, _, value)| value.abs() < 999.0)
            .map(|(_, _, value)| lettering.width(&table.measure.number(value, 1)))
            .fold(0.0, f64::max)
    };
    NUMBER_SIZES
        .into_iter()
        .find(|size| widest(*size) <= room)
        .unwrap_or(NUMBER_SIZES[NUMBER_SIZES.len() - 1])
}

/// A number as exactly as its cell has room for: with a decimal, without, or as more than 999.
fn number_words(measure: Measure, value: f64, lettering: Lettering, room: f64) -> String {
    let decimals = usize::from(value.abs() < 999.95);
    let beyond = match value {
        value if value > 999.0 => format!("> {}", measure.number(999.0, 0)),
        value if value < -999.0 => format!("< {}", measure.number(-999.0, 0)),
        value => measure.number(value, 0),
    };
    [measure.number(value, decimals), measure.number(value, 0)]
        .into_iter()
        .find(|words| lettering.width(words) <= room)
        .unwrap_or(beyond)
}

/// Draws the table inside its frame.
pub(super) fn draw(frame: Frame, table: &Table) -> Picture {
    let set = frame.set(style::WIDTH);
    let layout = Layout::new(table, style::WIDTH - 2.0 * style::MARGIN);
    let scale = Scale::new(table);
    let rows = layout.rows as f64 * PITCH;
    let (mut picture, plot) = set.draw(KEY_HEIGHT + layout.head() + rows + FOOT);
    key::draw(&mut picture, table, &scale, &plot);
    let top = plot.top + KEY_HEIGHT + layout.head();
    let left = plot.left + layout.label_width + SPACE;
    let drawing = Drawing {
        table,
        layout: &layout,
        scale,
        names_left: plot.left,
        left,
        top,
    };
    drawing.draw_headings(&mut picture);
    for row in 0..layout.rows {
        drawing.draw_row(&mut picture, row);
    }
    for row in 0..layout.rows {
        for column in 0..layout.columns {
            if table.is_own(row, column) {
                key::outline(&mut picture, drawing.cell(row, column).grown(-0.5), 2.0);
            }
        }
    }
    picture
}

/// A table being drawn.
struct Drawing<'a> {
    table: &'a Table<'a>,
    layout: &'a Layout,
    scale: Scale,
    names_left: f64,
    left: f64,
    top: f64,
}

impl Drawing<'_> {
    fn cell(&self, row: usize, column: usize) -> Bounds {
        let left = self.left + self.layout.column_left(column);
        let top = self.top + row as f64 * PITCH;
        let whole = Bounds {
            left,
            top,
            right: left + self.layout.cell_width,
            bottom: top + PITCH,
        };
        whole.grown(-BETWEEN_CELLS / 2.0)
    }

    fn draw_headings(&self, picture: &mut Picture) {
        let layout = self.layout;
        let bottom = self.top - BELOW_HEADINGS;
        let above = bottom - layout.headings.height - 6.0;
        let [rows, columns] = self.table.measure.sides();
        let at = |x, y| Point { x, y };
        let y = bottom - SIDE.size * font::DESCENT;
        SIDE.write(picture, rows, at(self.names_left, y), Anchor::Start);
        SIDE.write(picture, columns, at(self.left, above), Anchor::Start);
        for column in 0..layout.headings.count() {
            let middle = self.left + layout.column_left(column) + layout.cell_width / 2.0;
            layout.headings.write(picture, column, middle, bottom);
        }
    }

    fn draw_row(&self, picture: &mut Picture, row: usize) {
        let layout = self.layout;
        let top = self.top + row as f64 * PITCH;
        let slots = layout.columns + usize::from(layout.averages);
        if row % 2 == 1 {
            let bounds = Bounds {
                left: self.names_left,
                top,
                right: self.left + layout.column_left(slots - 1) + layout.cell_width,
                bottom: top + PITCH,
            };
            picture.rectangle(bounds, Paint::solid(style::STRIPE));
        }
        let middle = top + PITCH / 2.0;
        self.draw_name(picture, row, middle);
        for column in 0..layout.columns {
            let bounds = self.cell(row, column);
            let value = self.table.cell(row, column);
            let colour = value.map_or(style::STRIPE, |value| self.scale.colour(value));
            picture.rectangle(bounds, Paint::solid(colour));
            self.write_number(picture, layout.number, &bounds, value);
        }
        if layout.averages {
            let bounds = self.cell(row, layout.columns);
            let lettering = Lettering::bold(layout.number.size, style::INK);
            self.write_number(picture, lettering, &bounds, self.table.average(row));
        }
    }

    fn draw_name(&self, picture: &mut Picture, row: usize, middle: f64) {
        let (lettering, lines) = name_lines(&self.table.spec.rows[row], self.layout.label_width);
        let leading = lettering.size * NAME_LEADING;
        let first = middle - (lines.len().saturating_sub(1)) as f64 / 2.0 * leading;
        for (index, line) in lines.into_iter().enumerate() {
            let at = Point {
                x: self.names_left,
                y: first + index as f64 * leading + style::centred(lettering.size),
            };
            lettering.write(picture, line, at, Anchor::Start);
        }
    }

    fn write_number(
        &self,
        picture: &mut Picture,
        mut lettering: Lettering,
        cell: &Bounds,
        value: Option<f64>,
    ) {
        let room = number_room(self.layout.cell_width);
        let words = value.map_or_else(
            || axis::NO_NUMBER.to_owned(),
            |value| number_words(self.table.measure, value, lettering, room),
        );
        // A number far out that still does not fit is set smaller.
        lettering.size *= (room / lettering.width(&words)).min(1.0);
        let at = Point {
            x: (cell.left + cell.right) / 2.0,
            y: (cell.top + cell.bottom) / 2.0 + style::centred(lettering.size),
        };
        lettering.write(picture, words, at, Anchor::Middle);
    }
}

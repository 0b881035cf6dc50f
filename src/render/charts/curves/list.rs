//! The list of curves below the panels: number, line, name and index of each.

use super::Kind;
use super::page::{DISC, ENTRY_SPACE, Entry, NAME, TICK, draw_number};
use crate::render::picture::{Anchor, Bounds, Picture, Point, crisp};
use crate::render::style::{self, Lettering};
use crate::render::wrap;

/// Room above the list for its heading.
const LIST_HEAD: f64 = 44.0;
const LIST_BETWEEN: f64 = 40.0;
/// More entries than this are set in two columns.
const MOST_IN_ONE_COLUMN: usize = 3;
const SAMPLE_WIDTH: f64 = 34.0;
const SPACE: f64 = 10.0;
const INDEX: Lettering = Lettering::bold(style::LABEL, style::INK);

/// The widths in px of a column of the list and its parts.
pub(super) struct ListWidths {
    column: f64,
    pub(super) name: f64,
    index: f64,
}

impl ListWidths {
    pub(super) fn new(entries: &[Entry<'_>], kind: Kind, room: f64) -> Self {
        let column = (room - LIST_BETWEEN) / 2.0;
        let index = entries
            .iter()
            .map(|entry| INDEX.width(&kind.index(entry.curve.index)))
            .fold(0.0, f64::max)
            .min(column / 3.0);
        Self {
            column,
            name: column - 2.0 * DISC - SAMPLE_WIDTH - 3.0 * SPACE - index,
            index,
        }
    }
}

/// The list of curves with their lines, names and indices, in one column or two.
pub(super) struct List<'a> {
    entries: &'a [Entry<'a>],
    kind: Kind,
    widths: ListWidths,
    /// Entries in the first column.
    first: usize,
}

impl<'a> List<'a> {
    pub(super) fn new(entries: &'a [Entry<'a>], kind: Kind, widths: ListWidths) -> Self {
        let first = if entries.len() > MOST_IN_ONE_COLUMN {
            entries.len().div_ceil(2)
        } else {
            entries.len()
        };
        Self {
            entries,
            kind,
            widths,
            first,
        }
    }

    fn columns(&self) -> [&'a [Entry<'a>]; 2] {
        let (first, second) = self.entries.split_at(self.first);
        [first, second]
    }

    pub(super) fn height(&self) -> f64 {
        let heights = self
            .columns()
            .map(|column| column.iter().map(Entry::height).sum());
        LIST_HEAD + heights.into_iter().fold(0.0, f64::max)
    }

    pub(super) fn draw(&self, picture: &mut Picture, room: Bounds) {
        let mut left = room.left;
        for column in self.columns() {
            if column.is_empty() {
                continue;
            }
            let right = left + self.widths.column;
            let y = room.top + LIST_HEAD - 14.0;
            TICK.write(
                picture,
                self.kind.index_title(),
                Point { x: right, y },
                Anchor::End,
            );
            let mut top = room.top + LIST_HEAD - 4.0;
            let y = crisp(top);
            let (from, to) = (Point { x: left, y }, Point { x: right, y });
            picture.line(from, to, 1.0, style::grid_paint());
            for entry in column {
                self.draw_entry(picture, entry, Point { x: left, y: top });
                top += entry.height();
            }
            left = right + LIST_BETWEEN;
        }
    }

    /// An entry with its top left corner at `at`.
    fn draw_entry(&self, picture: &mut Picture, entry: &Entry<'_>, at: Point) {
        let middle = at.y + (style::leading(NAME.size) + ENTRY_SPACE) / 2.0;
        let place = |x| Point { x, y: middle };
        if let Some(number) = entry.number {
            draw_number(picture, place(at.x + DISC + 1.0), number, entry.look.colour);
        }
        let sample = at.x + 2.0 * DISC + SPACE;
        let ends = vec![place(sample), place(sample + SAMPLE_WIDTH)];
        entry.look.draw(picture, ends);
        let baseline = middle + style::centred(NAME.size);
        for (index, line) in entry.name.iter().enumerate() {
            let at = Point {
                x: sample + SAMPLE_WIDTH + SPACE,
                y: baseline + index as f64 * style::leading(NAME.size),
            };
            NAME.write(picture, line.as_str(), at, Anchor::Start);
        }
        let at = Point {
            x: at.x + self.widths.column,
            y: baseline,
        };
        let words = wrap::shorten(
            &self.kind.index(entry.curve.index),
            INDEX.size,
            INDEX.weight,
            self.widths.index + 1.0,
        );
        INDEX.write(picture, words, at, Anchor::End);
    }
}

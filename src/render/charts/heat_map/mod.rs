//! Heat maps: a table of numbers as coloured cells with the number written in each.
//!
//! Formulas by region and formulas by yardstick share this chart; they differ in their scale and their words. Here are
//! the spec, the frame and the data; `scale` colours, `words` puts the table in a headline, `page` draws.

mod headings;
mod key;
mod page;
mod scale;
mod words;

use super::{Baseline, BaselineKind, wording};
use crate::render::axis;
use crate::render::chart::{Chart, csv_number, csv_text};
use crate::render::frame::{Frame, nothing_to_plot};
use words::Words;

/// The tallest page holds no more rows than this; further rows are left to the data.
const MOST_ROWS: usize = 24;
/// More columns than this are too narrow for their numbers; further columns are left to the data.
const MOST_COLUMNS: usize = 12;

/// A table of numbers as coloured cells with the number written in each.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    /// Place and year, as they stand before the subtitle; may be empty.
    pub setting: String,
    /// The rows' names for readers, from the top.
    pub rows: Vec<String>,
    /// The columns' names for readers, from the left.
    pub columns: Vec<String>,
    /// Per cent, by row, then column; none where undefined.
    pub cells: Vec<Vec<Option<f64>>>,
    /// The last line of the chart, whole.
    pub source: String,
    /// What else a reader must know, sentences each.
    pub notes: Vec<String>,
}

/// What each formula (row) changes in each region (column), in per cent of the baseline.
pub fn formula_by_region(spec: &HeatMap, baseline: &Baseline) -> Chart {
    chart(&Table {
        spec,
        measure: Measure::Change(baseline),
    })
}

/// How much of all funding each allocation (row) misplaces by each yardstick of need (column), in per cent.
pub fn yardstick_matrix(spec: &HeatMap) -> Chart {
    chart(&Table {
        spec,
        measure: Measure::Misplaced,
    })
}

/// What the numbers are.
#[derive(Clone, Copy, Debug)]
enum Measure<'a> {
    /// Change of funding in per cent of a baseline: either side of nought.
    Change(&'a Baseline),
    /// Funding that is not where need is, in per cent of all funding: from nought upwards.
    Misplaced,
}

impl Measure<'_> {
    fn name(self) -> &'static str {
        match self {
            Self::Change(_) => "formula_by_region",
            Self::Misplaced => "yardstick_matrix",
        }
    }

    fn csv_heading(self) -> [&'static str; 3] {
        match self {
            Self::Change(_) => ["formula", "region", "change_pct"],
            Self::Misplaced => ["formula", "yardstick", "misplaced_pct"],
        }
    }

    /// What rows and columns are, as headings.
    fn sides(self) -> [&'static str; 2] {
        match self {
            Self::Change(_) => ["Formula", "Region"],
            Self::Misplaced => ["Money shared by", "Need measured by"],
        }
    }

    /// What the low and the high end of the scale mean.
    fn ends(self) -> [&'static str; 2] {
        match self {
            Self::Change(baseline) => match baseline.kind {
                BaselineKind::Funding => ["loss", "gain"],
                BaselineKind::Spending => ["spends more than the formula gives", "gain"],
            },
            Self::Misplaced => ["exactly by need", "misplaced"],
        }
    }

    /// A value in per cent with so many decimals.
    fn number(self, value: f64, decimals: usize) -> String {
        match self {
            Self::Change(_) => axis::per_cent_tick(value, decimals),
            Self::Misplaced if value.abs() > 999_999.0 => {
                axis::per_cent_tick(value, 0).replace('+', "")
            }
            Self::Misplaced => format!("{} %", axis::plain(value, decimals)),
        }
    }
}

/// A spec and what its numbers are.
struct Table<'a> {
    spec: &'a HeatMap,
    measure: Measure<'a>,
}

impl Table<'_> {
    /// The number in a cell; none where it is missing or not finite.
    fn cell(&self, row: usize, column: usize) -> Option<f64> {
        let value = *self.spec.cells.get(row)?.get(column)?;
        value.filter(|value| value.is_finite())
    }

    /// Every cell by row, then column.
    fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        let columns = self.spec.columns.len();
        (0..self.spec.rows.len()).flat_map(move |row| (0..columns).map(move |column| (row, column)))
    }

    /// Every cell that has a number.
    fn values(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        self.places()
            .filter_map(|(row, column)| Some((row, column, self.cell(row, column)?)))
    }

    /// Whether an allocation is judged by the formula that made it.
    fn is_own(&self, row: usize, column: usize) -> bool {
        match self.measure {
            Measure::Change(_) => false,
            // Two formulas may have the same title.
            Measure::Misplaced if self.spec.rows == self.spec.columns => row == column,
            Measure::Misplaced => self.spec.rows[row] == self.spec.columns[column],
        }
    }

    /// What an allocation misplaces by the yardsticks of the other formulas, on average, in per cent; none if there
    /// are none.
    fn average(&self, row: usize) -> Option<f64> {
        let others: Vec<f64> = (0..self.spec.columns.len())
            .filter(|column| !self.is_own(row, *column))
            .filter_map(|column| self.cell(row, column))
            .collect();
        let count = others.len() as f64;
        // Divided first: a sum of extreme numbers would not be finite.
        (count > 0.0).then(|| others.iter().map(|value| value / count).sum())
    }

    /// Whether a column of averages says more than the cells.
    fn has_averages(&self) -> bool {
        matches!(self.measure, Measure::Misplaced)
            && self.spec.columns.len() > 2
            && (0..self.spec.rows.len()).any(|row| self.average(row).is_some())
    }

    fn shown_rows(&self) -> usize {
        self.spec.rows.len().min(MOST_ROWS)
    }

    fn shown_columns(&self) -> usize {
        self.spec.columns.len().min(MOST_COLUMNS)
    }
}

fn chart(table: &Table) -> Chart {
    let frame = frame(table);
    let picture = if table.values().next().is_none() {
        nothing_to_plot(frame, "the table has no number")
    } else {
        page::draw(frame, table)
    };
    Chart {
        name: table.measure.name().into(),
        picture,
        data: data(table),
    }
}

fn frame(table: &Table) -> Frame {
    let spec = table.spec;
    let words = Words::new(table);
    let mut notes: Vec<String> = words.note.into_iter().collect();
    notes.extend(automatic_notes(table));
    notes.extend(spec.notes.iter().cloned());
    Frame {
        headline: words.headline,
        subtitle: wording::set_in(&spec.setting, &words.subtitle),
        // The key is a scale of colours: the page draws it.
        key: Vec::new(),
        notes,
        source: spec.source.clone(),
    }
}

/// The notes that follow from the data.
fn automatic_notes(table: &Table) -> Vec<String> {
    let spec = table.spec;
    let mut notes = Vec::new();
    if table
        .places()
        .any(|(row, column)| table.cell(row, column).is_none())
    {
        let why = match table.measure {
            Measure::Change(_) => {
                "there is no figure, or the baseline is nought, so that there is nothing to take a per cent of"
            }
            Measure::Misplaced => "there is no figure; averages leave it out",
        };
        notes.push(format!("{}: {why}.", axis::NO_NUMBER));
    }
    let [row, column] = match table.measure {
        Measure::Change(_) => ["formulas", "regions"],
        Measure::Misplaced => ["allocations", "yardsticks"],
    };
    for (what, all, shown) in [
        (row, spec.rows.len(), table.shown_rows()),
        (column, spec.columns.len(), table.shown_columns()),
    ] {
        if all > shown {
            notes.push(format!(
                "The first {shown} of {} {what} are shown; the data beside this chart has all.",
                axis::count(all)
            ));
        }
    }
    notes
}

fn data(table: &Table) -> String {
    let rows = table.places().map(|(row, column)| {
        vec![
            table.spec.rows[row].clone(),
            table.spec.columns[column].clone(),
            table
                .cell(row, column)
                .map_or_else(String::new, |value| csv_number(value, 4)),
        ]
    });
    csv_text(&table.measure.csv_heading(), rows)
}

#[cfg(test)]
mod tests;

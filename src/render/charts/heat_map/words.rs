//! What a heat map says in words: its extremes by name.

use super::{Measure, Table};
use crate::render::axis;
use crate::render::charts::{Baseline, BaselineKind, wording};

/// Less than this many per cent shows as nought.
const LEAST: f64 = 0.05;

/// The words that follow from the table.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Words {
    pub headline: String,
    pub subtitle: String,
    /// How the headline was chosen.
    pub note: Option<String>,
}

impl Words {
    pub fn new(table: &Table) -> Self {
        match table.measure {
            Measure::Change(baseline) => Self::of_changes(table, baseline),
            Measure::Misplaced => Self::of_yardsticks(table),
        }
    }

    /// The largest gain and the largest loss.
    fn of_changes(table: &Table, baseline: &Baseline) -> Self {
        let what = format!("Change in funding compared with {}", baseline.phrase);
        let subtitle = format!("{what}, in per cent, by formula (rows) and region (columns).");
        if table.values().next().is_none() {
            return Self {
                headline: format!("{what}, by formula and region"),
                ..Self::default()
            };
        }
        let (gain, loss) = (extreme(table, 1.0), extreme(table, -1.0));
        let cells = table.values().count();
        let phrase = &baseline.phrase;
        let headline = match (gain, loss) {
            (None, None) => {
                format!("No region's funding would change against {phrase} under any formula")
            }
            _ => {
                let most = if cells > 1 { " most," } else { "" };
                let up = gain.map(|cell| {
                    let [region, formula] = names(table, cell);
                    format!("{region} would gain{most} {} {formula}", size(cell.2))
                });
                let down = loss.map(|cell| {
                    let [region, formula] = names(table, cell);
                    match baseline.kind {
                        BaselineKind::Funding => {
                            format!("{region} would lose{most} {} {formula}", size(cell.2))
                        }
                        // A per cent of what is spent, not of what the formula gives.
                        BaselineKind::Spending => format!(
                            "{region} spends more than the formula gives, by {} of its spending {formula}",
                            size(cell.2)
                        ),
                    }
                });
                let clauses: Vec<String> = up.into_iter().chain(down).collect();
                format!("Compared with {phrase}, {}", clauses.join(", and "))
            }
        };
        let note = match (gain, loss) {
            (Some(_), Some(_)) => {
                Some("The headline names the largest rise and the largest fall in the table.")
            }
            (Some(_), None) if cells > 1 => {
                Some("The headline names the largest rise in the table; nothing in it falls.")
            }
            (None, Some(_)) if cells > 1 => {
                Some("The headline names the largest fall in the table; nothing in it rises.")
            }
            _ => None,
        };
        Self {
            headline,
            subtitle,
            note: note.map(String::from),
        }
    }

    /// The allocations that come nearest to the other yardsticks and stay furthest from them, on average.
    fn of_yardsticks(table: &Table) -> Self {
        let subtitle = "Funding that is misplaced, in per cent of all funding: money shared by one formula (rows), \
                        need measured by another (columns). 0 %: each place is funded exactly by need.";
        let spec = table.spec;
        let averages: Vec<(usize, f64)> = (0..spec.rows.len())
            .filter_map(|row| Some((row, table.average(row)?)))
            .collect();
        // Of equal averages the first row's.
        let nearest = averages
            .iter()
            .copied()
            .min_by(|one, other| one.1.total_cmp(&other.1));
        let furthest = averages
            .iter()
            .rev()
            .copied()
            .max_by(|one, other| one.1.total_cmp(&other.1));
        let (Some(near), Some(far)) = (nearest, furthest) else {
            return Self {
                headline: "Funding misplaced by each yardstick of need".into(),
                subtitle: subtitle.into(),
                note: None,
            };
        };
        let amount = |value: f64| table.measure.number(value, 1);
        let title = |row: usize| wording::quoted(&spec.rows[row]);
        let judged = "Judged by the other formulas' measures of need";
        let headline = if averages.len() == 1 {
            format!(
                "{judged}, {} misplaces {} of all funding on average",
                title(near.0),
                amount(near.1)
            )
        } else if amount(near.1) == amount(far.1) {
            format!(
                "{judged}, every formula misplaces {} of all funding on average",
                amount(near.1)
            )
        } else {
            // What is printed alike is alike.
            let of = |printed: String| -> Vec<String> {
                let alike = averages
                    .iter()
                    .filter(|(_, value)| amount(*value) == printed);
                alike.map(|(row, _)| title(*row)).collect()
            };
            let (nearest, furthest) = (of(amount(near.1)), of(amount(far.1)));
            let verbs = |names: &[String], one: &str, several: &str| match names.len() {
                1 => one.to_string(),
                _ => several.to_string(),
            };
            format!(
                "{judged}, {} {} nearest, misplacing {} of all funding on average; {} {} furthest, misplacing {}",
                wording::list(&nearest),
                verbs(&nearest, "comes", "come"),
                amount(near.1),
                wording::list(&furthest),
                verbs(&furthest, "is", "are"),
                amount(far.1)
            )
        };
        Self {
            headline,
            subtitle: subtitle.into(),
            note: Some(
                "Averages leave out each formula's own measure, and depend on which formulas stand here.".into(),
            ),
        }
    }
}

/// A cell: row, column and per cent.
type Cell = (usize, usize, f64);

/// The cell with the largest gain (`direction` 1) or loss (−1); of equal ones the first; none if none shows any.
fn extreme(table: &Table, direction: f64) -> Option<Cell> {
    let mut best: Option<Cell> = None;
    for cell in table.values() {
        let size = cell.2 * direction;
        if size >= LEAST && best.is_none_or(|best| size > best.2 * direction) {
            best = Some(cell);
        }
    }
    best
}

/// The region as it stands in a sentence, and the formula after “under”.
fn names(table: &Table, (row, column, _): Cell) -> [String; 2] {
    [
        wording::with_article(&table.spec.columns[column]),
        format!("under {}", wording::quoted(&table.spec.rows[row])),
    ]
}

/// `12.3 %`: a change without its sign.
fn size(value: f64) -> String {
    axis::per_cent_change(value.abs()).replace('+', "")
}

//! A comparison broken down: by groups that the inputs fix, by what an authority had before,
//! by bands of gain and loss, and by who passes a threshold of need met.

use crate::allocation::Allocation;
use crate::compare::{Comparison, GroupChange, Outcome};
use crate::grouping::{Grouping, population};
use crate::inputs::Dataset;
use crate::register::{Key as _, Position, Register};
use crate::units::PerCent;

/// Edges of bands of change in per cent, on either side of the tolerance.
const EDGES: [f64; 3] = [5.0, 10.0, 20.0];

/// Groups of one grouping, and what fixes them.
#[derive(Debug, Clone, PartialEq)]
pub struct Breakdown {
    /// The groups and who is in them.
    pub grouping: Grouping,
    /// What decides who is in which group.
    pub fixed_by: FixedBy,
    /// In the grouping's order.
    pub groups: Vec<GroupChange>,
    /// Middle, least and greatest change of each group's authorities, per cent.
    pub spreads: Vec<Option<Spread>>,
}

/// What decides who is in which group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixedBy {
    /// The inputs: the same under every formula.
    Inputs,
    /// The baseline's money: the same under every formula.
    Baseline,
    /// The formula's result.
    Result,
}

impl FixedBy {
    /// The word for it in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Inputs => "inputs",
            Self::Baseline => "baseline",
            Self::Result => "result",
        }
    }
}

/// How the changes of a group's authorities lie, per cent of their baseline; those too small for
/// rankings are left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Half of the authorities change by less; of an even number, midway between two.
    pub median: f64,
    /// The least change.
    pub lowest: f64,
    /// The greatest change.
    pub highest: f64,
}

/// Every breakdown of a comparison; `by` are columns to break it down by besides.
pub fn breakdowns(
    dataset: &Dataset,
    allocation: &Allocation,
    comparison: &Comparison,
    by: &[Grouping],
    threshold: PerCent,
) -> Vec<Breakdown> {
    let mut groupings: Vec<(Grouping, FixedBy)> = Grouping::all(dataset)
        .into_iter()
        .chain(by.iter().cloned())
        .map(|grouping| (grouping, FixedBy::Inputs))
        .collect();
    groupings.extend(by_baseline(dataset, comparison).map(|g| (g, FixedBy::Baseline)));
    groupings.push((by_band(comparison), FixedBy::Result));
    groupings.push((
        by_threshold(allocation, comparison, threshold),
        FixedBy::Result,
    ));
    groupings
        .into_iter()
        .map(|(grouping, fixed_by)| Breakdown {
            groups: comparison.by_group(allocation, &dataset.register, &grouping),
            spreads: (0..grouping.labels.len())
                .map(|group| spread(&dataset.register, comparison, &grouping, group))
                .collect(),
            grouping,
            fixed_by,
        })
        .collect()
}

fn spread(
    register: &Register,
    comparison: &Comparison,
    grouping: &Grouping,
    group: usize,
) -> Option<Spread> {
    let mut changes: Vec<f64> = comparison
        .changes
        .enumerate()
        .filter(|(at, _)| grouping.group[*at] == group && !register[*at].left_out_of_rankings)
        .filter_map(|(_, change)| change.per_cent.map(|per_cent| per_cent.0))
        .collect();
    changes.sort_by(f64::total_cmp);
    let (lowest, highest) = (*changes.first()?, *changes.last()?);
    let middle = changes.len() / 2;
    let median = match changes.len() % 2 {
        1 => changes[middle],
        _ => (changes[middle - 1] + changes[middle]) / 2.0,
    };
    Some(Spread {
        median,
        lowest,
        highest,
    })
}

/// Fifths by what each had per resident before, the highest first.
fn by_baseline(dataset: &Dataset, comparison: &Comparison) -> Option<Grouping> {
    let people = population(&dataset.register)?;
    let before = comparison
        .changes
        .zip_with(&people, |change, people| change.baseline.as_f64() / people);
    let title = "Baseline per head fifth";
    Grouping::by_number(title, ("highest", "lowest"), &before, 5)
}

/// Bands of gain and loss.
fn by_band(comparison: &Comparison) -> Grouping {
    let mut labels: Vec<String> = Vec::new();
    let between = |word: &str| -> Vec<String> {
        let mut low = comparison.tolerance.0;
        let mut bands = Vec::new();
        for high in EDGES
            .into_iter()
            .filter(|edge| *edge > comparison.tolerance.0)
        {
            bands.push(format!("{low} to {high} % {word}"));
            low = high;
        }
        bands.push(format!("{low} % or more {word}"));
        bands
    };
    let (losses, gains) = (between("below"), between("above"));
    labels.extend(losses.iter().rev().cloned());
    labels.push(format!("within {} %", comparison.tolerance.0));
    labels.extend(gains.iter().cloned());
    let steps = losses.len();
    let group = comparison.changes.map(|change| {
        // Of a baseline of nothing any change is the greatest.
        let size = change
            .per_cent
            .map_or(f64::INFINITY, |per_cent| per_cent.0.abs());
        let edges = EDGES
            .into_iter()
            .filter(|edge| *edge > comparison.tolerance.0);
        let step = edges.filter(|edge| size >= *edge).count();
        match change.outcome {
            Outcome::Loser => steps - 1 - step,
            Outcome::Unchanged => steps,
            Outcome::Winner => steps + 1 + step,
        }
    });
    Grouping {
        title: "Below or above the baseline".to_string(),
        labels,
        group,
    }
}

/// Who passes a threshold of need met, by the formula's own need: before by the baseline,
/// after by the formula.
fn by_threshold(allocation: &Allocation, comparison: &Comparison, threshold: PerCent) -> Grouping {
    let enough = |at: Position, money: f64| {
        100.0 * money >= threshold.0 * allocation.need_amount[at].as_f64()
    };
    let words = |which: &str| format!("{which} {} % of own need", threshold.0);
    Grouping {
        title: format!("At least {} % of this formula's need", threshold.0),
        labels: vec![
            words("newly at least"),
            words("still at least"),
            words("no longer at least"),
            words("still below"),
        ],
        group: comparison.changes.map_indexed(|index| {
            let at = Position::at(index);
            let before = enough(at, comparison.changes[at].baseline.as_f64());
            match (before, enough(at, allocation.funding[at].as_f64())) {
                (false, true) => 0,
                (true, true) => 1,
                (true, false) => 2,
                (false, false) => 3,
            }
        }),
    }
}

//! Measures of funding beside a baseline.

use super::{AgainstBaseline, Found};
use crate::compare::Change;
use crate::units::Persons;

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn count(count: usize) -> Option<Found> {
    whole(Some(count as f64))
}

fn whole(value: Option<f64>) -> Option<Found> {
    value.map(|value| Found { value, at: None })
}

fn people(people: Option<Persons>) -> Option<Found> {
    whole(people.map(|people| people.0))
}

/// The greatest fall by a way to measure changes; nought where none falls.
fn largest(at: &AgainstBaseline<'_>, change: impl Fn(&Change) -> Option<f64>) -> Option<Found> {
    let ranked = at.comparison.ranked(&at.dataset.register, change);
    let (position, change) = ranked.last()?;
    Some(match *change < 0.0 {
        true => Found {
            value: -change,
            at: Some(*position),
        },
        false => Found {
            value: 0.0,
            at: None,
        },
    })
}

/// Half of all changes, £.
pub fn money_moved(at: &AgainstBaseline<'_>) -> Option<Found> {
    whole(Some(at.comparison.money_moved.as_f64()))
}

/// The same in per cent of the baseline.
pub fn turnover(at: &AgainstBaseline<'_>) -> Option<Found> {
    let total = at.comparison.total.baseline.as_f64();
    whole((total > 0.0).then(|| 100.0 * at.comparison.money_moved.as_f64() / total))
}

/// Authorities that gain.
pub fn winners(at: &AgainstBaseline<'_>) -> Option<Found> {
    count(at.comparison.total.winners)
}

/// Authorities that lose.
pub fn losers(at: &AgainstBaseline<'_>) -> Option<Found> {
    count(at.comparison.total.losers)
}

/// Residents of those that gain.
pub fn people_in_winners(at: &AgainstBaseline<'_>) -> Option<Found> {
    people(at.comparison.total.people_in_winners)
}

/// Residents of those that lose.
pub fn people_in_losers(at: &AgainstBaseline<'_>) -> Option<Found> {
    people(at.comparison.total.people_in_losers)
}

/// Greatest fall in pounds per resident.
pub fn largest_loss_per_head(at: &AgainstBaseline<'_>) -> Option<Found> {
    largest(at, |change| change.per_head)
}

/// Greatest fall in per cent.
pub fn largest_loss_per_cent(at: &AgainstBaseline<'_>) -> Option<Found> {
    largest(at, |change| change.per_cent.map(|per_cent| per_cent.0))
}

/// Greatest fall in pounds per Band D dwelling.
pub fn largest_loss_band_d(at: &AgainstBaseline<'_>) -> Option<Found> {
    largest(at, |change| change.band_d_equivalent)
}

/// Greatest fall in pounds.
pub fn largest_loss(at: &AgainstBaseline<'_>) -> Option<Found> {
    largest(at, |change| Some(change.change.as_f64()))
}

//! The authorities nearest to one by need: what like places get.

use crate::grouping::population;
use crate::register::{PerAuthority, Position};
use crate::statistics::all_alike;
use crate::study::{Solved, Study};
use crate::units::Pounds;

/// How many are named.
const NEAREST: usize = 5;

/// An authority near another by need.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// Which.
    pub at: Position,
    /// How far: the root of the sum of squared differences in need per resident of each
    /// service, each in standard deviations over all ranked authorities.
    pub distance: f64,
    /// Need amount per resident, £.
    pub need_per_head: f64,
    /// Funding per resident, £.
    pub funding_per_head: f64,
    /// Its funding.
    pub funding: Pounds,
}

/// The nearest by need per resident, service by service, the nearest first; those too small for
/// rankings are no neighbours. Empty where populations are not known, or need per head is the
/// same everywhere.
pub fn neighbours(study: &Study, solved: &Solved, at: Position) -> Vec<Neighbour> {
    let register = &study.dataset.register;
    let Some(people) = population(register) else {
        return Vec::new();
    };
    let ranked: Vec<Position> = register
        .positions()
        .filter(|other| !register[*other].left_out_of_rankings)
        .collect();
    let profiles: Vec<PerAuthority<f64>> = solved
        .assessment
        .services
        .iter()
        .map(|service| {
            let per_head = service
                .need_share
                .zip_with(&people, |share, people| share.0 / people);
            standardised(&per_head, &ranked)
        })
        .collect();
    // Where need per head is the same everywhere nobody is nearer than anybody else.
    if profiles
        .iter()
        .all(|profile| profile.iter().all(|x| *x == 0.0))
    {
        return Vec::new();
    }
    let distance = |other: Position| -> f64 {
        let squares = profiles
            .iter()
            .map(|profile| (profile[other] - profile[at]).powi(2));
        squares.sum::<f64>().sqrt()
    };
    let mut near: Vec<(f64, Position)> = ranked
        .into_iter()
        .filter(|other| *other != at)
        .map(|other| (distance(other), other))
        .collect();
    near.sort_by(|(a, at_a), (b, at_b)| a.total_cmp(b).then_with(|| at_a.cmp(at_b)));
    let allocation = &solved.allocation;
    near.into_iter()
        .take(NEAREST)
        .map(|(distance, at)| Neighbour {
            at,
            distance,
            need_per_head: allocation.need_amount[at].as_f64() / people[at],
            funding_per_head: allocation.funding[at].as_f64() / people[at],
            funding: allocation.funding[at],
        })
        .collect()
}

/// In standard deviations; nought everywhere where nothing differs.
fn standardised(numbers: &PerAuthority<f64>, of: &[Position]) -> PerAuthority<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let count = of.len() as f64;
    let mean = of.iter().map(|&at| numbers[at]).sum::<f64>() / count;
    let squares = of.iter().map(|&at| (numbers[at] - mean).powi(2));
    let spread = (squares.sum::<f64>() / count).sqrt();
    let ranked: Vec<f64> = of.iter().map(|&at| numbers[at]).collect();
    match all_alike(&ranked) {
        true => numbers.map(|_| 0.0),
        false => numbers.map(|number| number / spread),
    }
}

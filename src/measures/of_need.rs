//! Measures of funding beside need.

use super::{AgainstNeed, Found, TENTHS};
use crate::assess::equal_groups;
use crate::register::{Key as _, PerAuthority, Position};
use crate::statistics::{
    Curve, all_alike, curve, fractional_rank, half_differences, index_of,
    rank_correlation as spearman, slope,
};

/// Authorities within this of need are near it.
const BAND: f64 = 0.05;

impl AgainstNeed<'_> {
    /// Funding ÷ need of authorities that have need; others are none.
    pub fn coverage(&self) -> Vec<Option<f64>> {
        let both = self.funding.iter().zip(&self.need);
        both.map(|(funding, need)| (*need > 0.0).then(|| funding / need))
            .collect()
    }

    fn of_all(&self, part: f64) -> Option<f64> {
        let all: f64 = self.funding.iter().sum();
        (all > 0.0).then(|| 100.0 * part / all)
    }

    fn per_head(&self, sums: &[f64]) -> Option<Vec<f64>> {
        let people = self.people?;
        Some(
            sums.iter()
                .zip(people)
                .map(|(sum, people)| sum / people)
                .collect(),
        )
    }

    /// To the penny: whole pounds shared alike differ per head in the last digits, which have no rank.
    fn pence_per_head(&self, sums: &[f64]) -> Option<Vec<f64>> {
        let exact = self.per_head(sums)?;
        Some(
            exact
                .into_iter()
                .map(|sum| (100.0 * sum).round() / 100.0)
                .collect(),
        )
    }

    /// Cumulative shares of funding against those of need, the least covered first.
    pub fn lorenz(&self) -> Option<Curve> {
        // Without need any funding is more than enough: last.
        let key: Vec<f64> = self
            .coverage()
            .into_iter()
            .map(|coverage| coverage.unwrap_or(f64::INFINITY))
            .collect();
        curve(&key, &self.need, &self.funding)
    }

    /// Cumulative shares of a sum against those of residents, the least deprived first.
    pub fn concentration(&self, sums: &[f64]) -> Option<Curve> {
        curve(self.deprivation?, self.people?, sums)
    }

    fn pooled_per_head(&self, tenth: usize) -> Option<f64> {
        let (group, people) = (&self.tenths?.group, self.people?);
        let in_tenth = || {
            let each = group.iter().enumerate();
            each.filter(move |(_, of)| **of == tenth).map(|(at, _)| at)
        };
        let residents: f64 = in_tenth().map(|at| people[at]).sum();
        let funding: f64 = in_tenth().map(|at| self.funding[at]).sum();
        (residents > 0.0).then(|| funding / residents)
    }

    /// Slope of ln(y) on ln(x) weighted by residents; places where either is not above zero
    /// have no logarithm and are left out.
    fn elasticity_of(&self, y: &[f64], x: &[f64]) -> Option<f64> {
        let people = self.people?;
        let (mut from, mut to, mut weight) = (Vec::new(), Vec::new(), Vec::new());
        for ((x, y), people) in x.iter().zip(y).zip(people) {
            if *x > 0.0 && *y > 0.0 {
                from.push(x.ln());
                to.push(y.ln());
                weight.push(*people);
            }
        }
        slope(&from, &to, &weight)
    }
}

/// Per cent of authorities within 5 % of need; those without need are within it only
/// without funding.
pub fn within_band(at: &AgainstNeed<'_>) -> Option<f64> {
    let coverage = at.coverage();
    let near = coverage
        .iter()
        .zip(&at.funding)
        .filter(|(coverage, funding)| match coverage {
            // A hair's breadth, since 1.05 has no exact double.
            Some(coverage) => (coverage - 1.0).abs() <= BAND + 1e-12,
            None => **funding == 0.0,
        })
        .count();
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    (!coverage.is_empty()).then(|| 100.0 * near as f64 / coverage.len() as f64)
}

/// Half of all distances from need, £.
pub fn misplaced(at: &AgainstNeed<'_>) -> Option<f64> {
    Some(half_differences(&at.funding, &at.need))
}

/// The same in per cent of all funding.
pub fn misplaced_per_cent(at: &AgainstNeed<'_>) -> Option<f64> {
    at.of_all(misplaced(at)?)
}

/// Gini of coverage, weighted by need.
pub fn coverage_gini(at: &AgainstNeed<'_>) -> Option<f64> {
    at.lorenz().map(|curve| index_of(&curve))
}

/// The least coverage, and whose it is.
pub fn lowest_coverage(at: &AgainstNeed<'_>) -> Option<Found> {
    let coverage = at.coverage().into_iter().enumerate();
    let (place, value) = coverage
        .filter_map(|(place, coverage)| Some((place, coverage?)))
        .min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    Some(Found {
        value,
        at: Some(Position::at(place)),
    })
}

/// Points of coverage by which authorities of one tenth by need per resident differ.
pub fn spread_among_like(at: &AgainstNeed<'_>) -> Option<f64> {
    let need_per_head = at.per_head(&at.need)?;
    if need_per_head.len() < 2 * TENTHS {
        return None;
    }
    // Where need per head is the same everywhere, all are alike.
    let tenth = match all_alike(&need_per_head) {
        true => PerAuthority::of(vec![1; need_per_head.len()]),
        false => equal_groups(&PerAuthority::of(need_per_head), TENTHS),
    };
    let mut sums = [(0.0, 0.0); TENTHS];
    for ((tenth, funding), need) in tenth.iter().zip(&at.funding).zip(&at.need) {
        sums[tenth - 1].0 += funding;
        sums[tenth - 1].1 += need;
    }
    let (mut spread, mut all) = (0.0, 0.0);
    for ((tenth, coverage), need) in tenth.iter().zip(at.coverage()).zip(&at.need) {
        if let Some(coverage) = coverage {
            let (funding, needed) = sums[tenth - 1];
            spread += need * (coverage - funding / needed).powi(2);
            all += need;
        }
    }
    (all > 0.0).then(|| 100.0 * (spread / all).sqrt())
}

/// Per cent more funding per resident for each per cent more need per resident.
pub fn elasticity(at: &AgainstNeed<'_>) -> Option<f64> {
    at.elasticity_of(&at.per_head(&at.funding)?, &at.per_head(&at.need)?)
}

/// Concentration index of funding by deprivation.
pub fn concentration_of_funding(at: &AgainstNeed<'_>) -> Option<f64> {
    at.concentration(&at.funding).map(|curve| index_of(&curve))
}

/// Concentration index of need by deprivation.
pub fn concentration_of_need(at: &AgainstNeed<'_>) -> Option<f64> {
    at.concentration(&at.need).map(|curve| index_of(&curve))
}

/// Concentration of funding less that of need.
pub fn kakwani(at: &AgainstNeed<'_>) -> Option<f64> {
    Some(concentration_of_funding(at)? - concentration_of_need(at)?)
}

/// Coverage at the most deprived end less that at the least deprived end.
pub fn slope_index(at: &AgainstNeed<'_>) -> Option<f64> {
    let people = at.people?;
    let rank = fractional_rank(at.deprivation?, people)?;
    // A place without need has no coverage: it counts for nobody.
    let coverage = at.coverage();
    let weight: Vec<f64> = coverage
        .iter()
        .zip(people)
        .map(|(coverage, people)| if coverage.is_some() { *people } else { 0.0 })
        .collect();
    let coverage: Vec<f64> = coverage
        .into_iter()
        .map(Option::unwrap_or_default)
        .collect();
    slope(&rank, &coverage, &weight)
}

/// £ per head of the most deprived tenth.
pub fn most_deprived_per_head(at: &AgainstNeed<'_>) -> Option<f64> {
    at.pooled_per_head(0)
}

/// £ per head of the least deprived tenth.
pub fn least_deprived_per_head(at: &AgainstNeed<'_>) -> Option<f64> {
    at.pooled_per_head(TENTHS - 1)
}

/// £ per head of the most deprived tenth ÷ that of the least deprived tenth.
pub fn most_to_least(at: &AgainstNeed<'_>) -> Option<f64> {
    let least = least_deprived_per_head(at)?;
    (least > 0.0).then_some(most_deprived_per_head(at)? / least)
}

/// Spearman's with deprivation.
pub fn rank_correlation_deprivation(at: &AgainstNeed<'_>) -> Option<f64> {
    spearman(&at.pence_per_head(&at.funding)?, at.deprivation?)
}

/// Spearman's with need per resident.
pub fn rank_correlation_need(at: &AgainstNeed<'_>) -> Option<f64> {
    spearman(
        &at.pence_per_head(&at.funding)?,
        &at.pence_per_head(&at.need)?,
    )
}

/// Per cent more coverage for each per cent more tax base per resident.
pub fn tax_base_dependence(at: &AgainstNeed<'_>) -> Option<f64> {
    let coverage: Vec<f64> = at
        .coverage()
        .into_iter()
        .map(Option::unwrap_or_default)
        .collect();
    at.elasticity_of(&coverage, at.tax_base_per_head?)
}

/// Per cent of funding that authorities raise themselves.
pub fn own_resources(at: &AgainstNeed<'_>) -> Option<f64> {
    at.of_all(at.own_resources.iter().sum())
}

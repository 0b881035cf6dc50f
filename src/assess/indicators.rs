//! The arithmetic of derived indicators, column by column.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};

use super::groups::Groups;
use crate::formula::{First, Rounding};
use crate::register::{PerAuthority, Position, Register};

/// x ÷ its mean; the mean is Σ weight × x ÷ Σ weight, or Σ x ÷ n without weights.
/// `None` where the mean is zero or below.
pub fn index(
    x: &PerAuthority<f64>,
    weight: Option<&PerAuthority<f64>>,
) -> Option<PerAuthority<f64>> {
    let mean = mean(x, weight);
    (mean > 0.0 && mean.is_finite()).then(|| x.map(|x| x / mean))
}

/// Σ weight × x ÷ Σ weight, or Σ x ÷ n without weights.
#[expect(clippy::cast_precision_loss, reason = "numbers of authorities")]
pub fn mean(x: &PerAuthority<f64>, weight: Option<&PerAuthority<f64>>) -> f64 {
    match weight {
        Some(weight) => sum(x.iter().zip(weight.iter()).map(|(x, w)| x * w)) / weight.total(),
        None => sum(x.iter().copied()) / x.len() as f64,
    }
}

/// A sum of numbers of both signs; zero where they cancel out but for rounding, as the
/// deviations from a mean do.
pub(super) fn sum(numbers: impl Iterator<Item = f64>) -> f64 {
    const ROUNDING: f64 = 1e-12;
    let (sum, size) = numbers.fold((0.0, 0.0), |(sum, size), number| {
        (sum + number, size + f64::abs(number))
    });
    match f64::abs(sum) <= ROUNDING * size {
        true => 0.0,
        false => sum,
    }
}

/// Whether two numbers are one but for what doubles lose: 1.1 × 100 is not 110 in them.
pub fn same(a: f64, b: f64) -> bool {
    const ROUNDING: f64 = 1e-12;
    a == b || (a - b).abs() <= ROUNDING * a.abs().max(b.abs())
}

/// Whether a number is below another, by more than doubles lose.
pub fn below(a: f64, b: f64) -> bool {
    a < b && !same(a, b)
}

/// (x − mean) ÷ standard deviation of the population. `None` where x does not vary.
pub fn z_score_of_all(
    x: &PerAuthority<f64>,
    weight: Option<&PerAuthority<f64>>,
) -> Option<PerAuthority<f64>> {
    let centre = mean(x, weight);
    let deviation = mean(&x.map(|x| (x - centre).powi(2)), weight).sqrt();
    is_spread(deviation, centre).then(|| x.map(|x| (x - centre) / deviation))
}

/// Whether numbers differ by more than the rounding of their mean: that of 0.1, three times, is
/// not 0.1.
fn is_spread(deviation: f64, mean: f64) -> bool {
    const ROUNDING: f64 = 1e-12;
    deviation > ROUNDING * mean.abs()
}

/// One of `groups` equal groups of authorities by x, 1 for the highest; equal
/// values are parted by code. Group g holds ranks above (g − 1) × n ÷ groups.
pub fn equal_groups(x: &PerAuthority<f64>, groups: usize) -> PerAuthority<usize> {
    let mut order: Vec<_> = x.enumerate().collect();
    order.sort_by(|(a, x), (b, y)| y.total_cmp(x).then_with(|| a.cmp(b)));
    let mut group = x.map(|_| 0);
    for (place, (at, _)) in order.iter().enumerate() {
        group[*at] = place * groups / x.len() + 1;
    }
    group
}

/// Straight lines between points by rising x, in x or in ln x; beyond the outer points
/// their y, or the outer lines go on.
pub fn piecewise(x: f64, points: &[(f64, f64)], logarithmic: bool, extended: bool) -> f64 {
    let after = points.partition_point(|(at, _)| *at <= x);
    let last = points.len() - 1;
    if !extended && (after == 0 || after > last) {
        return points[after.saturating_sub(1).min(last)].1;
    }
    let right = after.clamp(1, last);
    let ((x0, y0), (x1, y1)) = (points[right - 1], points[right]);
    let part = if logarithmic {
        (x / x0).ln() / (x1 / x0).ln()
    } else {
        (x - x0) / (x1 - x0)
    };
    y0 + (y1 - y0) * part
}

/// x for those who count, zero for the others.
pub fn zero_unless(x: &PerAuthority<f64>, counts: &PerAuthority<bool>) -> PerAuthority<f64> {
    x.zip_with(counts, |x, counts| if *counts { *x } else { 0.0 })
}

/// Each region's weighted mean of x ÷ the mean of those values weighted over all
/// authorities. `counted` says whose own x enters the regional means.
pub fn regional_mean_index(
    register: &Register,
    x: &PerAuthority<Option<f64>>,
    weight: &PerAuthority<f64>,
    counted: impl Fn(usize) -> bool,
) -> Option<PerAuthority<f64>> {
    let mut sums: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for at in register.positions() {
        if !counted(at.index()) {
            continue;
        }
        let sum = sums.entry(register[at].region.as_deref()?).or_default();
        sum.0 += x[at]? * weight[at];
        sum.1 += weight[at];
    }
    let regional = register.column(|_, authority| {
        let (above, below) = sums.get(authority.region.as_deref()?)?;
        (*below > 0.0).then(|| above / below)
    });
    if regional.iter().any(Option::is_none) {
        return None;
    }
    index(&regional.map(|value| value.unwrap_or(0.0)), Some(weight))
}

/// First principal component of z-scored columns: their scores on the eigenvector
/// of the greatest eigenvalue of the correlation matrix, itself scaled to unit
/// variance, its sign such that it rises with the first column (Jolliffe,
/// *Principal Component Analysis*, 2nd ed., 2002, ch. 2). `None` where a column does
/// not vary.
pub fn principal_component(columns: &[PerAuthority<f64>]) -> Option<PerAuthority<f64>> {
    let scores: Vec<PerAuthority<f64>> = columns
        .iter()
        .map(|column| z_score_of_all(column, None))
        .collect::<Option<_>>()?;
    let first = scores.first()?;
    let matrix = DMatrix::from_fn(first.len(), scores.len(), |row, column| {
        scores[column].as_slice()[row]
    });
    let direction = principal_direction(&matrix.tr_mul(&matrix));
    let sign = if direction[0] < 0.0 { -1.0 } else { 1.0 };
    let component = &matrix * direction * sign;
    z_score_of_all(&first.map_indexed(|row| component[row]), None)
}

/// Uniquenesses are held above this: one of zero would make a column the factor itself
/// (a Heywood case).
const LEAST_UNIQUENESS: f64 = 1e-6;

/// Steps after which a factor that has not settled is given up.
const FACTOR_STEPS: usize = 100_000;

/// A factor has settled when no loading moves by more than this in a step.
const SETTLED: f64 = 1e-13;

/// Scores on one common factor z = Λ f + ε, Λ and the uniquenesses Ψ by maximum likelihood
/// (Rubin and Thayer, *EM algorithms for ML factor analysis*, Psychometrika 47, 1982), the
/// scores Λ' Ψ⁻¹ z scaled to unit variance, their sign such that they rise with the first
/// column. `None` where a column does not vary or the steps do not settle.
pub fn factor(columns: &[PerAuthority<f64>]) -> Option<PerAuthority<f64>> {
    let scores: Vec<PerAuthority<f64>> = columns
        .iter()
        .map(|column| z_score_of_all(column, None))
        .collect::<Option<_>>()?;
    let first = scores.first()?;
    let matrix = DMatrix::from_fn(first.len(), scores.len(), |row, column| {
        scores[column].as_slice()[row]
    });
    #[expect(clippy::cast_precision_loss, reason = "numbers of authorities")]
    let correlation = matrix.tr_mul(&matrix) / first.len() as f64;
    let start = principal_direction(&correlation);
    let mut loading = start.map(|x| x * 0.7);
    let mut unique = loading.map(|x| (1.0 - x * x).max(LEAST_UNIQUENESS));
    for _ in 0..FACTOR_STEPS {
        // β = Λ' (Λ Λ' + Ψ)⁻¹ by the matrix inversion lemma.
        let weighted = loading.component_div(&unique);
        let beta = &weighted / (1.0 + loading.dot(&weighted));
        let with_factor = &correlation * &beta;
        let second_moment = 1.0 - beta.dot(&loading) + beta.dot(&with_factor);
        let next = &with_factor / second_moment;
        unique = DVector::from_fn(next.len(), |i, _| {
            (correlation[(i, i)] - next[i] * with_factor[i]).max(LEAST_UNIQUENESS)
        });
        let moved = (&next - &loading).amax();
        loading = next;
        if moved < SETTLED {
            let sign = if loading[0] < 0.0 { -1.0 } else { 1.0 };
            let score = &matrix * loading.component_div(&unique) * sign;
            return z_score_of_all(&first.map_indexed(|row| score[row]), None);
        }
    }
    None
}

fn principal_direction(correlation: &DMatrix<f64>) -> DVector<f64> {
    let eigen = correlation.clone().symmetric_eigen();
    eigen
        .eigenvectors
        .column(eigen.eigenvalues.imax())
        .into_owned()
}

/// x at a multiple of a step; halves go up. What is a multiple but for the last digits of
/// a double counts as one.
pub fn rounded(x: f64, step: f64, to: Rounding) -> f64 {
    // A double has 16 digits; sums and products lose the last one or two of them.
    let steps = x / step;
    let within = 1e-9_f64.max(steps.abs() * 1e-14);
    let nearest = steps.round();
    let steps = match to {
        Rounding::Nearest => (steps + 0.5 + within).floor(),
        _ if (steps - nearest).abs() <= within => nearest,
        Rounding::Down => steps.floor(),
        Rounding::Up => steps.ceil(),
    };
    // A hundredth is no double, a hundred is: divide by it.
    let per_one = (1.0 / step).round();
    if step < 1.0 && (per_one * step - 1.0).abs() < f64::EPSILON {
        steps / per_one
    } else {
        steps * step
    }
}

/// (x − mean) ÷ standard deviation of the population of each group. `None` where x does not
/// vary.
pub fn z_score(
    groups: &Groups,
    x: &PerAuthority<f64>,
    weight: Option<&PerAuthority<f64>>,
) -> Option<PerAuthority<f64>> {
    let mean = groups.mean(x, weight)?;
    let from_mean = x.zip_with(&mean, |x, mean| x - mean);
    let variance = groups.mean(&from_mean.map(|x| x * x), weight)?;
    let deviation = variance.map(|variance| variance.sqrt());
    let mut spread = deviation.iter().zip(mean.iter());
    spread
        .all(|(deviation, mean)| is_spread(*deviation, *mean))
        .then(|| from_mean.zip_with(&deviation, |x, deviation| x / deviation))
}

/// Members of a group in order of x, equal x in order of code.
fn in_order(members: &[Position], x: &PerAuthority<f64>, first: First) -> Vec<Position> {
    let mut order = members.to_vec();
    order.sort_by(|a, b| {
        let by_x = x[*a].total_cmp(&x[*b]);
        match first {
            First::Highest => by_x.reverse(),
            First::Lowest => by_x,
        }
        .then_with(|| a.cmp(b))
    });
    order
}

/// Place in order within the group, 1 for the first; those who do not count stand after
/// the last.
#[expect(clippy::cast_precision_loss, reason = "numbers of authorities")]
pub fn rank(
    x: &PerAuthority<f64>,
    groups: &Groups,
    first: First,
    part_ties: bool,
) -> PerAuthority<f64> {
    let mut rank = groups
        .of
        .map(|group| groups.members[*group].len() as f64 + 1.0);
    for members in &groups.members {
        let mut shared = 1.0;
        let order = in_order(members, x, first);
        for (place, at) in order.iter().enumerate() {
            if part_ties || place == 0 || !same(x[order[place - 1]], x[*at]) {
                shared = place as f64 + 1.0;
            }
            rank[*at] = shared;
        }
    }
    rank
}

/// Tenth of the group: ⌈10 × place ÷ n⌉, so that no tenth begins before its part of the
/// places is full.
#[expect(clippy::cast_precision_loss, reason = "one to ten")]
pub fn decile(x: &PerAuthority<f64>, groups: &Groups, first: First) -> PerAuthority<f64> {
    let mut tenth = x.map(|_| 0.0);
    for members in &groups.members {
        for (place, at) in in_order(members, x, first).iter().enumerate() {
            tenth[*at] = ((place + 1) * 10).div_ceil(members.len()) as f64;
        }
    }
    tenth
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_up_and_what_is_a_multiple_stays() {
        assert_eq!(
            rounded(2_964_812_500.0, 1000.0, Rounding::Nearest),
            2_964_813_000.0
        );
        assert_eq!(
            rounded(2_964_812_499.9, 1000.0, Rounding::Nearest),
            2_964_812_000.0
        );
        // 0.1 + 0.2 is a little above 0.3, and 1.15 × 100 a little below 115.
        assert_eq!(rounded(0.1 + 0.2, 0.1, Rounding::Up), 0.3);
        assert_eq!(rounded(1.15, 0.01, Rounding::Down), 1.15);
        assert_eq!(rounded(19_360.239_999, 0.01, Rounding::Down), 19_360.23);
        assert_eq!(rounded(-2.5, 1.0, Rounding::Nearest), -2.0);
        assert_eq!(rounded(125.5, 1.0, Rounding::Up), 126.0);
    }
}

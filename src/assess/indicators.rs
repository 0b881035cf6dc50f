//! The arithmetic of derived indicators, column by column.

use std::collections::BTreeMap;

use nalgebra::DMatrix;

use crate::formula::Band;
use crate::register::{PerAuthority, Register};

/// x ÷ its mean; the mean is Σ weight × x ÷ Σ weight, or Σ x ÷ n without weights.
/// `None` where the mean is zero.
pub fn index(
    x: &PerAuthority<f64>,
    weight: Option<&PerAuthority<f64>>,
) -> Option<PerAuthority<f64>> {
    let mean = mean(x, weight);
    (mean != 0.0 && mean.is_finite()).then(|| x.map(|x| x / mean))
}

#[expect(clippy::cast_precision_loss, reason = "numbers of authorities")]
fn mean(x: &PerAuthority<f64>, weight: Option<&PerAuthority<f64>>) -> f64 {
    match weight {
        Some(weight) => x.zip_with(weight, |x, w| x * w).total() / weight.total(),
        None => x.total() / x.len() as f64,
    }
}

/// (x − mean) ÷ standard deviation of the population. `None` where x does not vary.
pub fn z_score(
    x: &PerAuthority<f64>,
    weight: Option<&PerAuthority<f64>>,
) -> Option<PerAuthority<f64>> {
    let centre = mean(x, weight);
    let variance = mean(&x.map(|x| (x - centre).powi(2)), weight);
    (variance > 0.0).then(|| x.map(|x| (x - centre) / variance.sqrt()))
}

/// x ÷ Σ x. `None` where the sum is zero.
pub fn share(x: &PerAuthority<f64>) -> Option<PerAuthority<f64>> {
    let total = x.total();
    (total != 0.0).then(|| x.map(|x| x / total))
}

/// Rank of x, 1 for the highest; equal values share the better rank.
#[expect(clippy::cast_precision_loss, reason = "numbers of authorities")]
pub fn rank(x: &PerAuthority<f64>) -> PerAuthority<f64> {
    let mut sorted: Vec<f64> = x.iter().copied().collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    x.map(|x| sorted.partition_point(|other| other > x) as f64 + 1.0)
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

/// The value of the first band whose limit x does not exceed; `None` beyond the last.
pub fn banded(x: f64, bands: &[Band]) -> Option<f64> {
    bands
        .iter()
        .find(|band| band.up_to.is_none_or(|limit| x <= limit))
        .map(|band| band.value)
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
        .map(|column| z_score(column, None))
        .collect::<Option<_>>()?;
    let first = scores.first()?;
    let matrix = DMatrix::from_fn(first.len(), scores.len(), |row, column| {
        scores[column].as_slice()[row]
    });
    let eigen = matrix.tr_mul(&matrix).symmetric_eigen();
    let greatest = eigen.eigenvalues.imax();
    let direction = eigen.eigenvectors.column(greatest);
    let sign = if direction[0] < 0.0 { -1.0 } else { 1.0 };
    let component = &matrix * direction * sign;
    let mut row = 0;
    let component = first.map(|_| {
        row += 1;
        component[row - 1]
    });
    z_score(&component, None)
}

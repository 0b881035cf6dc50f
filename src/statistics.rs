//! Statistics that measures are made from: Lorenz and concentration curves, Gini and
//! concentration indices, weighted least squares, rank correlation. Over plain numbers; every
//! function says what it needs, and gives `None` where a figure is not defined.
//!
//! Weights are people or need: a place with twice as many counts twice, so that dividing a
//! place into two alike, or counting every place twice, changes nothing (replication).

/// A curve's points from (0, 0) to (1, 1).
pub type Curve = Vec<(f64, f64)>;

/// A sum in the order given.
fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().sum()
}

/// Positions in order of a key, equal keys in the order given.
fn order_by(keys: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|a, b| keys[*a].total_cmp(&keys[*b]));
    order
}

/// Runs of equal keys in order of the key.
fn ties(keys: &[f64]) -> Vec<Vec<usize>> {
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for at in order_by(keys) {
        match runs.last_mut() {
            Some(run) if keys[run[0]] == keys[at] => run.push(at),
            _ => runs.push(vec![at]),
        }
    }
    runs
}

/// Cumulative shares of `held` against cumulative shares of `weight`, in order of `key`;
/// places of equal key make one piece. None unless both totals are above zero.
pub fn curve(key: &[f64], weight: &[f64], held: &[f64]) -> Option<Curve> {
    let (weights, holds) = (sum(weight.iter().copied()), sum(held.iter().copied()));
    if !(weights > 0.0 && holds > 0.0) {
        return None;
    }
    let (mut x, mut y) = (0.0, 0.0);
    let mut points = vec![(0.0, 0.0)];
    for run in ties(key) {
        x += sum(run.iter().map(|&at| weight[at]));
        y += sum(run.iter().map(|&at| held[at]));
        points.push((x / weights, y / holds));
    }
    Some(points)
}

/// One less twice the area under a curve (trapezia): the Gini coefficient of a Lorenz curve,
/// the concentration index of a concentration curve.
pub fn index_of(curve: &[(f64, f64)]) -> f64 {
    let under = curve
        .windows(2)
        .map(|pair| (pair[1].0 - pair[0].0) * (pair[1].1 + pair[0].1));
    1.0 - sum(under)
}

/// Each place's fractional rank by a key: the share of weight below it, and half of its own;
/// places of equal key have that of them together. The weighted mean is ½. None without weight.
pub fn fractional_rank(key: &[f64], weight: &[f64]) -> Option<Vec<f64>> {
    let all = sum(weight.iter().copied());
    if all <= 0.0 || all.is_nan() {
        return None;
    }
    let mut ranks = vec![0.0; key.len()];
    let mut below = 0.0;
    for run in ties(key) {
        let here = sum(run.iter().map(|&at| weight[at]));
        for &at in &run {
            ranks[at] = (below + here / 2.0) / all;
        }
        below += here;
    }
    Some(ranks)
}

/// Weighted mean; none without weight.
pub fn mean(values: &[f64], weight: &[f64]) -> Option<f64> {
    let all = sum(weight.iter().copied());
    let total = sum(values
        .iter()
        .zip(weight)
        .map(|(value, weight)| value * weight));
    (all > 0.0).then(|| total / all)
}

/// Numbers that differ by less than this part of their size differ by rounding alone.
const NO_DIFFERENCE: f64 = 1e-9;

/// Whether numbers are the same but for rounding.
pub fn all_alike(values: &[f64]) -> bool {
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(*x), high.max(*x))
        });
    values.is_empty() || high - low <= NO_DIFFERENCE * high.abs().max(low.abs())
}

/// Slope of the weighted least squares line of `y` on `x`, with a constant. None where `x`
/// does not vary but by rounding.
pub fn slope(x: &[f64], y: &[f64], weight: &[f64]) -> Option<f64> {
    if all_alike(x) {
        return None;
    }
    let (mid_x, mid_y) = (mean(x, weight)?, mean(y, weight)?);
    let each = || x.iter().zip(y).zip(weight);
    let cross = sum(each().map(|((x, y), weight)| weight * (x - mid_x) * (y - mid_y)));
    let spread = sum(each().map(|((x, _), weight)| weight * (x - mid_x) * (x - mid_x)));
    (spread > 0.0).then(|| cross / spread)
}

/// Ranks from 1, equal values at the mean of their ranks.
fn average_ranks(values: &[f64]) -> Vec<f64> {
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0.0;
    for run in ties(values) {
        let count = run.iter().fold(0.0, |count, _| count + 1.0);
        for &at in &run {
            ranks[at] = before + (count + 1.0) / 2.0;
        }
        before += count;
    }
    ranks
}

/// Spearman's rank correlation, equal values at the mean of their ranks. None where either
/// does not vary.
pub fn rank_correlation(x: &[f64], y: &[f64]) -> Option<f64> {
    let (x, y) = (average_ranks(x), average_ranks(y));
    let alike = vec![1.0; x.len()];
    let (of_y, of_x) = (slope(&x, &y, &alike)?, slope(&y, &x, &alike)?);
    Some(of_y.signum() * (of_y * of_x).sqrt())
}

/// Shapley values: what each of `count` causes adds, averaged over every order of adding them
/// (Shapley, A value for n-person games, 1953). They sum to what all add to none. `values` are
/// by subset, cause `c` being in it where bit `c` is set.
pub fn shapley(count: usize, values: &[f64]) -> Vec<f64> {
    debug_assert_eq!(values.len(), 1 << count);
    // before! × (count − 1 − before)! ÷ count!, for so many causes added before.
    let weights: Vec<f64> = (0..count)
        .map(|before| {
            let mut weight = 1.0 / as_number(count);
            for k in 0..before {
                weight *= as_number(k + 1) / as_number(count - 1 - k);
            }
            weight
        })
        .collect();
    let of = |cause: usize| {
        let without = (0..values.len()).filter(|subset| subset >> cause & 1 == 0);
        sum(without.map(|subset| {
            let added = values[subset | 1 << cause] - values[subset];
            weights[subset.count_ones() as usize] * added
        }))
    };
    (0..count).map(of).collect()
}

fn as_number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

/// Half the sum of all differences: what would have to move from one side to the other.
pub fn half_differences(a: &[f64], b: &[f64]) -> f64 {
    sum(a.iter().zip(b).map(|(a, b)| (a - b).abs())) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} is not {b}");
    }

    #[test]
    fn a_lorenz_curve_and_its_gini_by_hand() {
        // Three places with needs 1, 1, 2 and money 1, 2, 5 of 8: coverage 1, 2, 2.5.
        let curve = curve(&[1.0, 2.0, 2.5], &[1.0, 1.0, 2.0], &[1.0, 2.0, 5.0]).unwrap();
        assert_eq!(curve, [(0.0, 0.0), (0.25, 0.125), (0.5, 0.375), (1.0, 1.0)]);
        // 1 − (¼ × ⅛ + ¼ × ½ + ½ × 1⅜) = 1 − (1 + 4 + 22) ÷ 32 = 5 ÷ 32.
        near(index_of(&curve), 5.0 / 32.0);
    }

    #[test]
    fn a_concentration_index_by_hand_is_twice_the_covariance_with_rank() {
        // Two of 100 people each; £1 and £3 a head, the more deprived has the £3:
        // ranks ¼ and ¾, covariance ½ × (1 × −¼ + 3 × ¼) = ¼, mean £2: 2 × ¼ ÷ 2 = ¼.
        let (deprivation, people) = ([10.0, 20.0], [100.0, 100.0]);
        let curve = curve(&deprivation, &people, &[100.0, 300.0]).unwrap();
        near(index_of(&curve), 0.25);
        let rank = fractional_rank(&deprivation, &people).unwrap();
        assert_eq!(rank, [0.25, 0.75]);
        let per_head = [1.0, 3.0];
        let covariance = slope(&rank, &per_head, &people).unwrap() * 0.0625;
        near(2.0 * covariance / 2.0, 0.25);
    }

    #[test]
    fn equal_keys_share_a_rank_and_make_one_piece() {
        assert_eq!(
            fractional_rank(&[5.0, 5.0, 9.0], &[1.0, 1.0, 2.0]).unwrap(),
            [0.25, 0.25, 0.75]
        );
        let curve = curve(&[5.0, 5.0, 9.0], &[1.0, 1.0, 2.0], &[3.0, 0.0, 3.0]).unwrap();
        assert_eq!(curve, [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)]);
    }

    #[test]
    fn a_slope_by_hand() {
        // y = 2 + 3x, one point counted twice; a line through all has that slope.
        near(
            slope(&[0.0, 1.0, 4.0], &[2.0, 5.0, 14.0], &[1.0, 2.0, 1.0]).unwrap(),
            3.0,
        );
        // Points (0, 0), (1, 1), (2, 0): symmetric, so flat.
        near(
            slope(&[0.0, 1.0, 2.0], &[0.0, 1.0, 0.0], &[1.0; 3]).unwrap(),
            0.0,
        );
        assert_eq!(slope(&[1.0, 1.0], &[0.0, 1.0], &[1.0; 2]), None);
        // What differs in the last digit is noise, not a slope.
        let noise = [6.5, 6.5 + 1e-14, 6.5];
        assert_eq!(slope(&noise, &[1.0, 2.0, 3.0], &[1.0; 3]), None);
    }

    #[test]
    fn spearman_by_hand() {
        // 1 − 6 Σd² ÷ (n (n² − 1)), d = 0, 1, 1, 0 over four: 1 − 12 ÷ 60.
        near(
            rank_correlation(&[1.0, 2.0, 3.0, 4.0], &[10.0, 30.0, 20.0, 40.0]).unwrap(),
            0.8,
        );
        near(
            rank_correlation(&[1.0, 2.0, 3.0], &[9.0, 5.0, 1.0]).unwrap(),
            -1.0,
        );
        assert_eq!(rank_correlation(&[1.0, 2.0], &[3.0, 3.0]), None);
    }

    #[test]
    fn scale_and_replication_change_nothing() {
        let (key, weight, held) = ([3.0, 1.0, 2.0], [2.0, 5.0, 1.0], [4.0, 1.0, 9.0]);
        let once = curve(&key, &weight, &held).unwrap();
        let scaled = curve(&key, &weight.map(|w| 7.0 * w), &held.map(|h| 3.0 * h)).unwrap();
        near(index_of(&once), index_of(&scaled));
        let twice = |values: [f64; 3]| [values, values].concat();
        let doubled = curve(&twice(key), &twice(weight), &twice(held)).unwrap();
        near(index_of(&once), index_of(&doubled));
    }

    #[test]
    fn a_transfer_to_the_better_covered_raises_the_gini() {
        let gini = |held: [f64; 3]| {
            let need = [1.0, 2.0, 3.0];
            let coverage: Vec<f64> = held.iter().zip(need).map(|(h, n)| h / n).collect();
            index_of(&curve(&coverage, &need, &held).unwrap())
        };
        near(gini([1.0, 2.0, 3.0]), 0.0);
        let before = gini([0.9, 2.0, 3.1]);
        assert!(before > 0.0 && gini([0.8, 2.0, 3.2]) > before);
    }

    #[test]
    fn half_the_differences_is_what_moves() {
        near(half_differences(&[10.0, 0.0, 5.0], &[5.0, 5.0, 5.0]), 5.0);
    }

    #[test]
    fn shapley_values_by_hand() {
        // Gloves: 0 has a left one, 1 and 2 a right one each; a pair is worth 1. 1/6 each for
        // the right ones, 4/6 for the left one.
        let pairs = |subset: usize| f64::from(u8::from(subset & 1 == 1 && subset & 6 != 0));
        let values: Vec<f64> = (0..8).map(pairs).collect();
        let shares = shapley(3, &values);
        for (share, expected) in shares.iter().zip([4.0 / 6.0, 1.0 / 6.0, 1.0 / 6.0]) {
            near(*share, expected);
        }
        assert_eq!(shapley(0, &[7.0]), Vec::<f64>::new());
        assert_eq!(shapley(1, &[2.0, 5.0]), [3.0]);
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        assert_eq!(curve(&[], &[], &[]), None);
        assert_eq!(curve(&[1.0], &[0.0], &[1.0]), None);
        assert_eq!(fractional_rank(&[1.0], &[0.0]), None);
        assert_eq!(mean(&[], &[]), None);
        assert_eq!(rank_correlation(&[], &[]), None);
    }
}

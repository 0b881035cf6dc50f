//! How steeply pounds per head rise with deprivation: the trend and the averages of the tenths.

use std::ops::Range;

use super::DeprivationPoint;

/// The part of England's people in the most and in the least deprived group that are compared.
const TENTH: f64 = 0.1;

/// A straight line by least squares, each place weighted by its people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Trend {
    /// Pounds per head for a further point of deprivation.
    pub slope: f64,
    pub mean_deprivation: f64,
    pub mean_per_head: f64,
}

impl Trend {
    /// slope = Σ w (d − D)(y − Y) ÷ Σ w (d − D)², where w is population, d deprivation, y pounds per head, and D and Y
    /// their means weighted by w. None if all places are equally deprived or there are no people.
    pub fn new(points: &[DeprivationPoint], per_head: &[f64]) -> Option<Self> {
        let people: f64 = points.iter().map(|point| point.population).sum();
        if people <= 0.0 {
            return None;
        }
        let pairs = || points.iter().zip(per_head);
        let mean_deprivation = pairs()
            .map(|(point, _)| point.population * point.deprivation)
            .sum::<f64>()
            / people;
        let mean_per_head = pairs().map(|(point, y)| point.population * y).sum::<f64>() / people;
        let spread: f64 = pairs()
            .map(|(point, _)| point.population * (point.deprivation - mean_deprivation).powi(2))
            .sum();
        let joint: f64 = pairs()
            .map(|(point, y)| {
                point.population * (point.deprivation - mean_deprivation) * (y - mean_per_head)
            })
            .sum();
        let slope = joint / spread;
        (spread > 0.0 && slope.is_finite()).then_some(Self {
            slope,
            mean_deprivation,
            mean_per_head,
        })
    }

    pub fn at(&self, deprivation: f64) -> f64 {
        self.mean_per_head + self.slope * (deprivation - self.mean_deprivation)
    }
}

/// The mean of a tenth of the people, and the deprivation it spans.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tail {
    pub per_head: f64,
    pub span: Range<f64>,
}

/// The tenth of the people in the most (or least) deprived authorities. The authority in which the tenth ends counts
/// with the part of its people that the tenth still needs.
pub(super) fn tail(points: &[DeprivationPoint], per_head: &[f64], most: bool) -> Option<Tail> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&one, &other| {
        let ascending = points[one]
            .deprivation
            .total_cmp(&points[other].deprivation);
        let ordered = if most { ascending.reverse() } else { ascending };
        ordered.then_with(|| points[one].code.cmp(&points[other].code))
    });
    let wanted = TENTH * points.iter().map(|point| point.population).sum::<f64>();
    let (mut taken, mut pounds) = (0.0, 0.0);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for index in order {
        let people = points[index].population.min(wanted - taken);
        if people <= 0.0 {
            continue;
        }
        taken += people;
        pounds += people * per_head[index];
        low = low.min(points[index].deprivation);
        high = high.max(points[index].deprivation);
    }
    (taken > 0.0).then(|| Tail {
        per_head: pounds / taken,
        span: low..high,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(scores_and_people: &[(f64, f64)]) -> Vec<DeprivationPoint> {
        scores_and_people
            .iter()
            .enumerate()
            .map(|(index, &(deprivation, population))| DeprivationPoint {
                code: format!("E{index}"),
                name: String::new(),
                deprivation,
                population,
                formula_per_head: 0.0,
            })
            .collect()
    }

    #[test]
    fn the_trend_of_points_on_a_line_is_that_line() {
        let points = points(&[(10.0, 5.0), (20.0, 1.0), (40.0, 3.0)]);
        let trend = Trend::new(&points, &[130.0, 160.0, 220.0]).expect("a trend");
        assert!((trend.slope - 3.0).abs() < 1e-9);
        assert!((trend.at(0.0) - 100.0).abs() < 1e-9);
    }

    #[test]
    fn places_with_more_people_weigh_more() {
        // By hand, people 1, 1, 2 at scores 0, 1, 1 and £0, £0, £3: D = 3/4, Y = 6/4; Σw(d−D)² = 9/16 + 3/16 = 12/16;
        // Σw(d−D)(y−Y) = 18/16 − 6/16 + 12/16 = 24/16; slope 2.
        let points = points(&[(0.0, 1.0), (1.0, 1.0), (1.0, 2.0)]);
        let trend = Trend::new(&points, &[0.0, 0.0, 3.0]).expect("a trend");
        assert!((trend.slope - 2.0).abs() < 1e-9);
    }

    #[test]
    fn without_spread_or_people_there_is_no_trend() {
        assert_eq!(
            Trend::new(&points(&[(5.0, 1.0), (5.0, 2.0)]), &[1.0, 2.0]),
            None
        );
        assert_eq!(Trend::new(&points(&[(5.0, 0.0)]), &[1.0]), None);
        assert_eq!(Trend::new(&[], &[]), None);
        assert_eq!(tail(&[], &[], true), None);
    }

    #[test]
    fn a_tenth_takes_a_part_of_the_authority_in_which_it_ends() {
        // 100 people, so a tenth is 10: 6 at £100 and 4 of the 94 at £200, (600 + 800) ÷ 10 = £140.
        let points = points(&[(50.0, 6.0), (30.0, 94.0)]);
        let most = tail(&points, &[100.0, 200.0], true).expect("a tenth");
        assert!((most.per_head - 140.0).abs() < 1e-9);
        assert_eq!(most.span, 30.0..50.0);
        let least = tail(&points, &[100.0, 200.0], false).expect("a tenth");
        assert!((least.per_head - 200.0).abs() < 1e-9);
        assert_eq!(least.span, 30.0..30.0);
    }
}

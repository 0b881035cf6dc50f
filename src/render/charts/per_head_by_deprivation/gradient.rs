//! How steeply pounds per head rise with deprivation: the trend and the averages of the tenths.

use std::ops::Range;

use super::{DeprivationPoint, Tenth};

/// A straight line by least squares through the places that are drawn, each weighted by its people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Trend {
    /// Pounds per head for a further point of deprivation.
    pub slope: f64,
    /// Weighted by people.
    pub mean_deprivation: f64,
    /// Weighted by people, £.
    pub mean_per_head: f64,
}

impl Trend {
    /// slope = Σ w (d − D)(y − Y) ÷ Σ w (d − D)², where w is population, d deprivation, y pounds per head, and D and Y
    /// their means weighted by w. None if all places are equally deprived or there are no people.
    pub fn new(points: &[DeprivationPoint], per_head: &[f64]) -> Option<Self> {
        let pairs = || points.iter().zip(per_head).filter(|(point, _)| point.drawn);
        let people: f64 = pairs().map(|(point, _)| point.population).sum();
        if people <= 0.0 {
            return None;
        }
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

    /// The pounds per head that the line gives.
    pub fn at(&self, deprivation: f64) -> f64 {
        self.mean_per_head + self.slope * (deprivation - self.mean_deprivation)
    }
}

/// A tenth of the authorities taken together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tail {
    /// All their pounds ÷ all their people.
    pub per_head: f64,
    /// All their people.
    pub population: f64,
    /// From the least to the most deprived of those that are drawn; none if none is.
    pub span: Option<Range<f64>>,
}

/// The most or the least deprived tenth: all pounds of its authorities ÷ all their people. None if no point is in it.
pub(super) fn tail(points: &[DeprivationPoint], per_head: &[f64], tenth: Tenth) -> Option<Tail> {
    let (mut population, mut pounds) = (0.0, 0.0);
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (point, per_head) in points.iter().zip(per_head) {
        if point.tenth == Some(tenth) {
            population += point.population;
            pounds += point.population * per_head;
            if point.drawn {
                low = low.min(point.deprivation);
                high = high.max(point.deprivation);
            }
        }
    }
    (population > 0.0).then(|| Tail {
        per_head: pounds / population,
        population,
        span: (low <= high).then_some(low..high),
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
                tenth: None,
                drawn: true,
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
        assert_eq!(tail(&[], &[], Tenth::Most), None);
    }

    #[test]
    fn a_tenth_pools_the_pounds_of_its_authorities() {
        // 6 people at £100 and 94 at £200: (600 + 18,800) ÷ 100 = £194. The third is in the other tenth, the last in none.
        let mut points = points(&[(50.0, 6.0), (30.0, 94.0), (5.0, 7.0), (20.0, 9.0)]);
        let tenths = [
            Some(Tenth::Most),
            Some(Tenth::Most),
            Some(Tenth::Least),
            None,
        ];
        for (point, tenth) in points.iter_mut().zip(tenths) {
            point.tenth = tenth;
        }
        let per_head = [100.0, 200.0, 40.0, 1e6];
        let most = tail(&points, &per_head, Tenth::Most).expect("a tenth");
        assert!((most.per_head - 194.0).abs() < 1e-9);
        assert_eq!((most.population, most.span), (100.0, Some(30.0..50.0)));
        let least = tail(&points, &per_head, Tenth::Least).expect("a tenth");
        assert_eq!((least.per_head, least.span), (40.0, Some(5.0..5.0)));
        points[2].population = 0.0;
        assert_eq!(tail(&points, &per_head, Tenth::Least), None);
    }

    #[test]
    fn who_is_not_drawn_counts_in_the_tenths_and_not_in_the_trend() {
        let mut points = points(&[(10.0, 5.0), (20.0, 1.0), (40.0, 3.0), (60.0, 9.0)]);
        points[2].tenth = Some(Tenth::Most);
        points[3].tenth = Some(Tenth::Most);
        points[3].drawn = false;
        let per_head = [130.0, 160.0, 220.0, 1000.0];
        let trend = Trend::new(&points, &per_head).expect("a trend");
        assert!((trend.slope - 3.0).abs() < 1e-9);
        // 3 people at £220 and 9 at £1,000: (660 + 9,000) ÷ 12 = £805.
        let most = tail(&points, &per_head, Tenth::Most).expect("a tenth");
        assert!((most.per_head - 805.0).abs() < 1e-9);
        assert_eq!((most.population, most.span), (12.0, Some(40.0..40.0)));
        points[2].drawn = false;
        let most = tail(&points, &per_head, Tenth::Most).expect("a tenth");
        assert_eq!(most.span, None);
    }
}

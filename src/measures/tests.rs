//! Axioms of the measures: what must not matter does not, what must move moves the right way.

use super::*;

/// Twenty-four places: enough for tenths, and none like another.
struct Made {
    funding: Vec<f64>,
    need: Vec<f64>,
    people: Vec<f64>,
    deprivation: Vec<f64>,
    tax_base: Vec<f64>,
}

impl Made {
    fn up() -> Self {
        let each = |step: f64, times: f64| -> Vec<f64> {
            (0..24_u8)
                .map(|n| 50.0 + (f64::from(n) * step) % times)
                .collect()
        };
        let (funding, need) = (each(17.3, 31.0), each(7.9, 23.0));
        let scale = funding.iter().sum::<f64>() / need.iter().sum::<f64>();
        Self {
            funding,
            need: need.into_iter().map(|need| need * scale).collect(),
            people: each(31.3, 43.7),
            deprivation: each(13.1, 37.0),
            tax_base: each(5.3, 19.0),
        }
    }

    fn against(&self) -> AgainstNeed<'_> {
        AgainstNeed {
            funding: self.funding.clone(),
            need: self.need.clone(),
            own_resources: self.funding.iter().map(|funding| funding / 3.0).collect(),
            people: Some(&self.people),
            deprivation: Some(&self.deprivation),
            tax_base_per_head: Some(&self.tax_base),
            tenths: None,
        }
    }

    /// Every measure of need that is defined without tenths by deprivation.
    fn measured(&self) -> Vec<(&'static Measure, f64)> {
        let against = self.against();
        MEASURES
            .iter()
            .filter_map(|measure| match measure.of {
                Of::Need(value) => Some((measure, value(&against)?)),
                Of::Extreme(value) => Some((measure, value(&against)?.value)),
                Of::Baseline(_) => None,
            })
            .collect()
    }

    fn value(&self, name: &str) -> f64 {
        let found = self
            .measured()
            .into_iter()
            .find(|(measure, _)| measure.name == name);
        found.unwrap_or_else(|| panic!("{name} is defined")).1
    }

    /// Moves money from one place to another.
    fn with_transfer(&self, from: usize, to: usize, sum: f64) -> Self {
        let mut funding = self.funding.clone();
        funding[from] -= sum;
        funding[to] += sum;
        Self {
            funding,
            need: self.need.clone(),
            people: self.people.clone(),
            deprivation: self.deprivation.clone(),
            tax_base: self.tax_base.clone(),
        }
    }

    fn by_coverage(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.need.len()).collect();
        order.sort_by(|a, b| {
            (self.funding[*a] / self.need[*a]).total_cmp(&(self.funding[*b] / self.need[*b]))
        });
        order
    }
}

fn assert_same(a: &[(&Measure, f64)], b: &[(&Measure, f64)], except: &[&str]) {
    assert_eq!(a.len(), b.len());
    for ((measure, a), (_, b)) in a.iter().zip(b) {
        let same = (a - b).abs() <= 1e-9 * a.abs().max(1.0);
        assert!(
            same || except.contains(&measure.name),
            "{}: {a} and {b}",
            measure.name
        );
    }
}

#[test]
fn ten_times_the_money_changes_shares_and_slopes_by_nothing() {
    let made = Made::up();
    let tenfold = |values: &[f64]| values.iter().map(|value| 10.0 * value).collect();
    let more = Made {
        funding: tenfold(&made.funding),
        need: tenfold(&made.need),
        ..Made::up()
    };
    // Ranks are of pennies, of which there are now ten times as many.
    let except = [
        "misplaced_gbp",
        "rank_correlation_deprivation",
        "rank_correlation_need",
    ];
    assert_same(&made.measured(), &more.measured(), &except);
    let (once, ten) = (made.value("misplaced_gbp"), more.value("misplaced_gbp"));
    assert!((ten - 10.0 * once).abs() < 1e-9);
}

#[test]
fn every_place_twice_changes_nothing_but_the_pounds() {
    let made = Made::up();
    let twice = |values: &[f64]| [values, values].concat();
    let doubled = Made {
        funding: twice(&made.funding),
        need: twice(&made.need),
        people: twice(&made.people),
        deprivation: twice(&made.deprivation),
        tax_base: twice(&made.tax_base),
    };
    // Tenths by need part places of equal need, so like places are not quite the same.
    let except = ["misplaced_gbp", "spread_among_like"];
    assert_same(&made.measured(), &doubled.measured(), &except);
}

#[test]
fn the_order_of_places_changes_nothing() {
    let made = Made::up();
    let turned = |values: &[f64]| values.iter().rev().copied().collect();
    let other = Made {
        funding: turned(&made.funding),
        need: turned(&made.need),
        people: turned(&made.people),
        deprivation: turned(&made.deprivation),
        tax_base: turned(&made.tax_base),
    };
    assert_same(&made.measured(), &other.measured(), &[]);
}

#[test]
fn money_from_the_best_covered_to_the_least_covered_is_better_by_every_measure_of_inequality() {
    let made = Made::up();
    let order = made.by_coverage();
    let (least, best) = (order[0], order[order.len() - 1]);
    let after = made.with_transfer(best, least, 1.0);
    for name in ["misplaced_gbp", "misplaced_per_cent", "coverage_gini"] {
        assert!(after.value(name) < made.value(name), "{name}");
    }
    assert!(after.value("lowest_coverage") > made.value("lowest_coverage"));
    // The other way round it is worse.
    let before = made.with_transfer(least, best, 1.0);
    for name in ["misplaced_gbp", "coverage_gini"] {
        assert!(before.value(name) > made.value(name), "{name}");
    }
}

#[test]
fn money_to_the_more_deprived_raises_concentration_and_the_slope() {
    let made = Made::up();
    let by = |a: &usize, b: &usize| made.deprivation[*a].total_cmp(&made.deprivation[*b]);
    let least = (0..24).min_by(by).expect("some");
    let most = (0..24).max_by(by).expect("some");
    let after = made.with_transfer(least, most, 1.0);
    for name in [
        "concentration_index_funding",
        "kakwani_index",
        "slope_index_of_inequality",
    ] {
        assert!(after.value(name) > made.value(name), "{name}");
    }
}

#[test]
fn funding_by_need_is_perfect_by_every_measure_that_has_a_better_way() {
    let made = Made::up();
    let perfect = Made {
        funding: made.need.clone(),
        ..Made::up()
    };
    for (measure, value) in perfect.measured() {
        let best = match measure.better {
            Better::Higher if measure.unit == Unit::PerCent => 100.0,
            Better::Higher | Better::NearerOne => 1.0,
            Better::Lower | Better::NearerZero => 0.0,
            Better::Neither => continue,
        };
        assert!((value - best).abs() < 1e-9, "{}: {value}", measure.name);
    }
}

#[test]
fn names_are_each_their_own_and_definitions_whole() {
    for (place, measure) in MEASURES.iter().enumerate() {
        assert!(
            MEASURES[..place]
                .iter()
                .all(|other| other.name != measure.name)
        );
        assert!(measure.definition.len() > 15 && !measure.reference.is_empty());
    }
}

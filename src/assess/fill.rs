//! Amounts that rise by one level until they sum to a total: tiers set by a solved ratio,
//! point values solved from a pot, water levels, damping factors.

/// One authority's part: min(max, max(min, level × weight + plus)).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ramp {
    /// What it rises by with the level; zero or above.
    pub weight: f64,
    /// What is added whatever the level.
    pub plus: f64,
    /// Least amount.
    pub least: f64,
    /// Greatest amount.
    pub greatest: f64,
}

impl Ramp {
    /// The amount at a level.
    pub fn at(&self, level: f64) -> f64 {
        (level * self.weight + self.plus)
            .max(self.least)
            .min(self.greatest)
    }
}

/// Why no level gives the total.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NoLevel {
    /// The least amounts sum to more.
    LeastIsMore(f64),
    /// The greatest amounts sum to less.
    GreatestIsLess(f64),
}

/// How far sums in doubles may be from a total that they meet.
const TOTAL_WITHIN: f64 = 1e-12;

/// The lowest level at which the amounts sum to `total`. Exact up to rounding in doubles:
/// the ramps' breakpoints are sorted, and the level is worked out from those that rise
/// where the total is met.
pub fn level(ramps: &[Ramp], total: f64) -> Result<f64, NoLevel> {
    let rising = || ramps.iter().filter(|ramp| ramp.weight > 0.0);
    let held: f64 = ramps
        .iter()
        .filter(|ramp| ramp.weight <= 0.0)
        .map(|ramp| ramp.at(0.0))
        .sum();
    let least = held + rising().map(|ramp| ramp.least).sum::<f64>();
    let greatest = held + rising().map(|ramp| ramp.greatest).sum::<f64>();
    let within = TOTAL_WITHIN * total.abs().max(1.0);
    if total < least - within {
        return Err(NoLevel::LeastIsMore(least));
    }
    if total > greatest + within {
        return Err(NoLevel::GreatestIsLess(greatest));
    }
    // Where each amount begins to rise, and where it stops.
    let mut turns: Vec<(f64, f64)> = rising()
        .flat_map(|ramp| {
            [
                ((ramp.least - ramp.plus) / ramp.weight, ramp.weight),
                ((ramp.greatest - ramp.plus) / ramp.weight, -ramp.weight),
            ]
        })
        .filter(|(at, _)| at.is_finite())
        .collect();
    turns.sort_by(|a, b| a.0.total_cmp(&b.0));
    let Some((first, _)) = turns.first() else {
        return Ok(0.0);
    };
    let (mut at, mut sum, mut slope) = (*first, least, 0.0_f64);
    let mut met_by = turns[turns.len() - 1].0;
    for (turn, change) in &turns {
        let reached = sum + slope * (turn - at);
        if reached >= total {
            met_by = *turn;
            break;
        }
        (at, sum, slope) = (*turn, reached, slope + change);
        met_by = f64::INFINITY;
    }
    // Again from those that rise between the two turns, free of what adding up left over.
    let middle = if met_by.is_finite() {
        f64::midpoint(at, met_by)
    } else {
        at.abs().mul_add(2.0, 1.0)
    };
    let (mut others, mut weights) = (held, 0.0);
    for ramp in rising() {
        let free = ramp.weight * middle + ramp.plus;
        if free > ramp.least && free < ramp.greatest {
            weights += ramp.weight;
            others += ramp.plus;
        } else {
            others += ramp.at(middle);
        }
    }
    if weights > 0.0 {
        Ok((total - others) / weights)
    } else {
        Ok(at)
    }
}

/// The greatest level at which the amounts, each put through `rounded`, sum to no more than
/// `total`: the point value of a pot that is paid out in whole euros. `from` is the level of
/// the unrounded amounts, near which it is.
pub fn level_of_rounded(
    ramps: &[Ramp],
    total: f64,
    from: f64,
    rounded: impl Fn(f64) -> f64,
) -> f64 {
    let fits = |level: f64| {
        let sum: f64 = ramps.iter().map(|ramp| rounded(ramp.at(level))).sum();
        sum <= total
    };
    let mut width = from.abs().max(f64::MIN_POSITIVE) * 1e-9;
    let (mut low, mut high) = (from, from);
    while !fits(low) && width.is_finite() {
        (low, width) = (from - width, width * 2.0);
    }
    while fits(high) && width.is_finite() {
        (high, width) = (from + width, width * 2.0);
    }
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return low;
        }
        if fits(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(weight: f64, plus: f64) -> Ramp {
        Ramp {
            weight,
            plus,
            least: 0.0,
            greatest: f64::INFINITY,
        }
    }

    #[test]
    fn equalisation_with_a_binding_zero_floor_by_hand() {
        // Needs 0.5, 0.3, 0.15, 0.05; own resources 10, 12, 3, 6; 20 to share. With the
        // fourth at zero: (20 + 10 + 12 + 3) ÷ 0.95 = 47.368421…
        let ramps = [
            ramp(0.5, -10.0),
            ramp(0.3, -12.0),
            ramp(0.15, -3.0),
            ramp(0.05, -6.0),
        ];
        let level = level(&ramps, 20.0).expect("a level");
        assert!((level - 45.0 / 0.95).abs() < 1e-13, "{level}");
        let amounts: Vec<f64> = ramps.iter().map(|ramp| ramp.at(level)).collect();
        assert!((amounts[0] - 13.684_210_526_315_79).abs() < 1e-12);
        assert_eq!(amounts[3], 0.0);
    }

    #[test]
    fn caps_hold_and_what_they_leave_goes_to_the_rest() {
        // 1 : 1 : 2 of 40, the last capped at 10: 15, 15, 10.
        let mut ramps = [ramp(1.0, 0.0), ramp(1.0, 0.0), ramp(2.0, 0.0)];
        ramps[2].greatest = 10.0;
        let level = level(&ramps, 40.0).expect("a level");
        assert_eq!(ramps.map(|ramp| ramp.at(level)), [15.0, 15.0, 10.0]);
    }

    #[test]
    fn rounded_amounts_sum_to_the_total_by_a_level_of_their_own() {
        // 1.5 : 1.5 : 1.5 of 10 is 3.33 each; rounded 3, 3, 3. At a level of 1/0.6 each is
        // 2.5 and rounds to 3; just below 3.5 ÷ 1.5 each still rounds to 3: 9 is all that
        // whole pounds can be.
        let ramps = [ramp(1.5, 0.0); 3];
        let exact = level(&ramps, 10.0).expect("a level");
        let found = level_of_rounded(&ramps, 10.0, exact, |x| (x + 0.5).floor());
        assert!((found - 3.5 / 1.5).abs() < 1e-12, "{found}");
        // Of 1, 2 and 4 parts, 10 pounds: 1.43, 2.86, 5.71 round to 1, 3, 6, which is 10.
        let ramps = [ramp(1.0, 0.0), ramp(2.0, 0.0), ramp(4.0, 0.0)];
        let exact = level(&ramps, 10.0).expect("a level");
        let found = level_of_rounded(&ramps, 10.0, exact, |x| (x + 0.5).floor());
        let rounded: Vec<f64> = ramps.iter().map(|r| (r.at(found) + 0.5).floor()).collect();
        assert_eq!(rounded, [1.0, 3.0, 6.0]);
    }

    #[test]
    fn a_total_below_the_least_or_above_the_greatest_has_no_level() {
        let capped = Ramp {
            weight: 1.0,
            plus: 0.0,
            least: 2.0,
            greatest: 5.0,
        };
        assert_eq!(level(&[capped; 2], 3.0), Err(NoLevel::LeastIsMore(4.0)));
        assert_eq!(
            level(&[capped; 2], 11.0),
            Err(NoLevel::GreatestIsLess(10.0))
        );
        // At the ends there is one: all at their least, all at their greatest.
        assert_eq!(level(&[capped; 2], 4.0), Ok(2.0));
        assert_eq!(level(&[capped; 2], 10.0), Ok(5.0));
    }
}

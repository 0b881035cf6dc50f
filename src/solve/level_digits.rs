//! A level's digits: amounts and totals at a level in 64 bits where they fit, without long
//! division.

use std::cmp::Ordering;

use super::level::Level;
use super::ramp::{ENDLESS, Mixed, NEAR, Sum, ramp};
use crate::program::{Limited, Stage};
use crate::units::Pounds;

/// A level's digits, to split amounts at it into whole pounds and remainders without long
/// division.
#[derive(Debug, Clone, Copy)]
pub struct LevelDigits {
    stage: Stage,
    mixed: Mixed,
    /// rest ÷ below, to a double's digits.
    fraction: f64,
}

impl LevelDigits {
    /// None where the level's numbers are too large.
    pub fn of(level: Level) -> Option<Self> {
        let mixed = Mixed::of(level.numerator, level.denominator)?;
        #[expect(clippy::cast_precision_loss, reason = "a guess is made from it")]
        let fraction = mixed.rest as f64 / mixed.below as f64;
        Some(Self {
            stage: level.stage,
            mixed,
            fraction,
        })
    }

    /// A variable's amount at the level: the whole pounds below it, and what is left above
    /// them in millionths times the level's denominator. None where this way cannot tell.
    pub fn split(&self, variable: Limited<'_>) -> Option<(Pounds, i128)> {
        let measure = variable.measure;
        if variable.turn.is_some() {
            return None;
        }
        let lower = (variable.lower, 0);
        let is_fixed = measure.weight <= 0 || variable.upper.is_some_and(|u| u <= variable.lower);
        match measure.stage.cmp(&self.stage) {
            _ if is_fixed => return Some(lower),
            Ordering::Greater => return Some(lower),
            Ordering::Less => return variable.upper.map(|upper| (upper, 0)),
            Ordering::Equal => {}
        }
        let weight = i64::try_from(measure.weight).ok()?;
        let offset = i64::try_from(measure.offset.0).ok()?;
        // Most amounts are seen to stand at a bound without what the fraction adds: less than
        // the weight.
        let floor = weight.checked_mul(self.mixed.whole)?.checked_sub(offset)?;
        if floor.checked_add(weight)? <= variable.lower.0.checked_mul(MILLION)? {
            return Some(lower);
        }
        if let Some(upper) = variable.upper
            && floor >= upper.0.checked_mul(MILLION)?
        {
            return Some((upper, 0));
        }
        // The quotient by floating point is off by one at most where the weight has fewer
        // digits than a double: put right exactly.
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "a guess that is put right below"
        )]
        let guess = (weight as f64 * self.fraction) as i64;
        let weight = i128::from(weight);
        let (rest, below) = (i128::from(self.mixed.rest), i128::from(self.mixed.below));
        let part = weight * rest;
        let mut quotient = i128::from(guess);
        let mut rest = part - quotient * below;
        if rest < 0 || rest >= below {
            quotient += rest.div_euclid(below);
            rest = rest.rem_euclid(below);
        }
        let fine = floor.checked_add(i64::try_from(quotient).ok()?)?;
        let (whole, left) = (Pounds(fine.div_euclid(MILLION)), fine.rem_euclid(MILLION));
        if whole < variable.lower {
            return Some(lower);
        }
        if let Some(upper) = variable.upper
            && whole >= upper
        {
            return Some((upper, 0));
        }
        Some((whole, i128::from(left) * below + rest))
    }
}

impl LevelDigits {
    /// The total of some variables at the level, times the level's denominator. None where
    /// this way cannot tell.
    pub(super) fn total<'p>(&self, variables: impl Iterator<Item = Limited<'p>>) -> Option<i128> {
        let mut sum = Sum::default();
        for variable in variables {
            if variable.turn.is_some() {
                return None;
            }
            let lower = i128::from(variable.lower.0) * i128::from(MILLION);
            let measure = variable.measure;
            let is_fixed =
                measure.weight <= 0 || variable.upper.is_some_and(|u| u <= variable.lower);
            if is_fixed || measure.stage > self.stage {
                sum.base += lower;
                continue;
            }
            let upper = variable.upper.map(|upper| upper.fine().0);
            if measure.stage < self.stage {
                sum.base += upper?;
                continue;
            }
            let ramp = ramp(measure, lower, upper)?;
            // What has no end is as if it ended at a sum that amounts must stay below.
            let floor = ramp.weight.checked_mul(self.mixed.whole)?;
            if ramp.to == ENDLESS && floor.checked_sub(ramp.offset)? > NEAR {
                return None;
            }
            sum.add(&ramp, self.mixed);
        }
        let whole = sum.base.checked_mul(i128::from(self.mixed.below))?;
        whole.checked_add(sum.slope.checked_mul(i128::from(self.mixed.rest))?)
    }
}

/// [`FinePounds::PER_POUND`](crate::units::FinePounds::PER_POUND) in 64 bits.
const MILLION: i64 = 1_000_000;

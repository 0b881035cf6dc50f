//! One variable's rise with the level, and sums of such rises at a level.

use std::cmp::Ordering;

use crate::program::Measure;

/// Amounts, offsets and weights beyond this are left to the general arithmetic: 2⁶⁰
/// millionths are £1,150 billion. Totals may be larger.
pub(super) const LARGEST: i128 = 1 << 60;
pub(super) const LARGEST_64: i64 = 1 << 60;

/// Where a rise without end ends: above every total that is asked for.
pub(super) const ENDLESS: i64 = 1 << 62;

/// Binary digits after the point where a bracket is halved.
const HALVING_DIGITS: u32 = 40;

/// A variable's rise within one stage: min(to, max(from, weight × level − offset)).
#[derive(Debug, Clone, Copy)]
pub(super) struct Ramp {
    pub(super) weight: i64,
    pub(super) offset: i64,
    pub(super) from: i64,
    pub(super) to: i64,
}

/// The levels at which a ramp begins and ends to rise, to a double's digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    begins: f64,
    ends: f64,
}

impl Ends {
    #[expect(
        clippy::cast_precision_loss,
        reason = "what is near is told apart exactly"
    )]
    pub(super) fn of(ramp: &Ramp) -> Self {
        let inverse = 1.0 / ramp.weight as f64;
        Self {
            begins: (ramp.from + ramp.offset) as f64 * inverse,
            ends: (ramp.to + ramp.offset) as f64 * inverse,
        }
    }
}

/// A sum that is added up from ramps at a level: base + slope × rest ÷ below.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    pub(super) base: i128,
    pub(super) slope: i128,
}

/// Sums up to this differ by what 64 bits hold.
pub(super) const NEAR: i64 = 1 << 61;

impl Sum {
    /// Adds a ramp: where it stays below its rise or above it, or, on its rise, this sum and
    /// a part of its weight, weight × rest ÷ below.
    #[inline(always)]
    pub(super) fn add(&mut self, ramp: &Ramp, level: Mixed) {
        let (product, is_long) = ramp.weight.overflowing_mul(level.whole);
        let (floor, is_longer) = product.overflowing_sub(ramp.offset);
        if is_long || is_longer || !(-NEAR..=NEAR).contains(&floor) {
            return self.add_in_full(ramp, level);
        }
        // Nearly every ramp is seen to be below, above or on its rise without a longer product.
        // Which of the three cannot be foretold, so that nothing here branches on it.
        let to_from = ramp.from.wrapping_sub(floor);
        let to_end = ramp.to.saturating_sub(floor);
        let (is_below, is_above) = (to_from >= ramp.weight, to_end < 0);
        let is_rising = (to_from < 0) & (to_end >= ramp.weight);
        if !(is_below | is_above | is_rising) {
            return self.add_in_full(ramp, level);
        }
        // 128 bits hold more sums of 62 than any program has ramps.
        let still = if is_below { ramp.from } else { ramp.to };
        let sum = if is_rising { floor } else { still };
        let slope = if is_rising { ramp.weight } else { 0 };
        self.base = self.base.wrapping_add(i128::from(sum));
        self.slope = self.slope.wrapping_add(i128::from(slope));
    }

    /// The sum of ramps whose sums fit 64 bits, as whoever calls has made sure: which of them
    /// rise is seen from doubles. None where the level is too near to where one begins or ends.
    pub(super) fn of_small(ramps: &[Ramp], ends: &[Ends], level: Mixed) -> Option<Self> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "what is near is told apart exactly"
        )]
        let (whole, part) = (level.whole as f64, level.rest as f64 / level.below as f64);
        // Several times what rounding can have moved the level and a ramp's ends near it.
        let near = (whole.abs() + 1.0) * 8.0 * f64::EPSILON;
        let (least, most) = (whole + part - near, whole + part + near);
        let (mut base, mut slope, mut is_sure) = (0_i64, 0_i64, true);
        for (ramp, ends) in ramps.iter().zip(ends) {
            let (is_below, is_above) = (most < ends.begins, least > ends.ends);
            let is_rising = (least > ends.begins) & (most < ends.ends);
            is_sure &= is_below | is_above | is_rising;
            let still = if is_below { ramp.from } else { ramp.to };
            let rising = ramp.offset.wrapping_neg();
            base = base.wrapping_add(if is_rising { rising } else { still });
            slope = slope.wrapping_add(if is_rising { ramp.weight } else { 0 });
        }
        let slope = i128::from(slope);
        is_sure.then(|| Self {
            base: i128::from(base) + slope * i128::from(level.whole),
            slope,
        })
    }

    /// The same by products of 128 bits.
    #[inline(never)]
    fn add_in_full(&mut self, ramp: &Ramp, level: Mixed) {
        let weight = i128::from(ramp.weight);
        let (rest, below) = (i128::from(level.rest), i128::from(level.below));
        // Where the ramp would be but for a part of `weight`.
        let floor = weight * i128::from(level.whole) - i128::from(ramp.offset);
        let (to_from, to_end) = (i128::from(ramp.from) - floor, i128::from(ramp.to) - floor);
        if to_from >= weight || (to_from >= 0 && weight * rest <= to_from * below) {
            self.base += i128::from(ramp.from);
        } else if to_end < 0 || (to_end < weight && weight * rest > to_end * below) {
            self.base += i128::from(ramp.to);
        } else {
            self.base += floor;
            self.slope += weight;
        }
    }
}

/// A level as a mixed number within a stage: whole + rest ÷ below, 0 ≤ rest < below.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mixed {
    pub(super) whole: i64,
    pub(super) rest: i64,
    pub(super) below: i64,
}

impl Mixed {
    pub(super) fn of(numerator: i128, denominator: i128) -> Option<Self> {
        let below = i64::try_from(denominator).ok().filter(|&below| below > 0)?;
        // Most fit 64 bits, where division is many times as fast.
        let (whole, rest) = match i64::try_from(numerator) {
            Ok(numerator) => (numerator.div_euclid(below), numerator.rem_euclid(below)),
            Err(_) => {
                let whole = i64::try_from(numerator.div_euclid(denominator)).ok()?;
                let rest = i64::try_from(numerator.rem_euclid(denominator)).ok()?;
                (whole, rest)
            }
        };
        Some(Self { whole, rest, below })
    }

    pub(super) fn compare(self, other: Self) -> Ordering {
        self.whole.cmp(&other.whole).then_with(|| {
            (i128::from(self.rest) * i128::from(other.below))
                .cmp(&(i128::from(other.rest) * i128::from(self.below)))
        })
    }

    /// Between this and a higher one; none where halving can come no closer.
    pub(super) fn middle(self, other: Self) -> Option<Self> {
        let scale = 1_i128 << HALVING_DIGITS;
        let shifted = |level: Self| {
            i128::from(level.whole) * scale
                + i128::from(level.rest) * scale / i128::from(level.below)
        };
        let middle = Self::of(i128::midpoint(shifted(self), shifted(other)), scale)?;
        (self.compare(middle).is_lt() && middle.compare(other).is_lt()).then_some(middle)
    }

    /// Twice as far from zero or one further, upwards or downwards.
    pub(super) fn beyond(self, upwards: bool) -> Option<Self> {
        let step = self.whole.checked_abs()?.checked_add(1)?;
        let whole = match upwards {
            true => self.whole.checked_add(step)?,
            false => self.whole.checked_sub(step)?,
        };
        Some(Self { whole, ..self })
    }
}

#[inline]
pub(super) fn ramp(measure: Measure, from: i128, to: Option<i128>) -> Option<Ramp> {
    let number = |number: i128| {
        let number = i64::try_from(number).ok()?;
        (-LARGEST_64..=LARGEST_64)
            .contains(&number)
            .then_some(number)
    };
    Some(Ramp {
        weight: number(measure.weight)?,
        offset: number(measure.offset.0)?,
        from: number(from)?,
        to: match to {
            Some(to) => number(to)?,
            None => ENDLESS,
        },
    })
}

//! An amount from its bounds, its measure and a level or a price: before rounding, in
//! exact fractions.

use std::cmp::Ordering;

use super::exact::Fraction;
use super::read::{Amount, Level, MILLIONTHS, Measure, Stated};

/// Why there is no exact amount.
#[derive(Debug, Clone, Copy)]
pub(super) enum NoAmount {
    /// Numbers pass 128 bits.
    TooLarge,
    /// Nothing holds the amount below a level of a later stage.
    NoEnd,
}

impl NoAmount {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::TooLarge => "its numbers are too large to be checked in 128 bits",
            Self::NoEnd => "nothing bounds the amount below this level",
        }
    }
}

/// Bounds, and the target held between them; without an upper bound nobody can have more
/// than the quantum, without a weight to its measure an amount stays at its lower bound.
pub(super) fn corners(amount: &Amount, target: i128, quantum: i128) -> (i128, i128, i128) {
    let upper = match amount.measure.weight {
        ..=0 => amount.lower,
        _ => amount.upper.unwrap_or(quantum).max(amount.lower),
    };
    (amount.lower, target.max(amount.lower).min(upper), upper)
}

/// An amount with its bounds narrowed to what its group's price leaves open
/// (complementary slackness): at a price between −weight and weight the target, beyond
/// them a bound, at either of them what lies between.
pub(super) fn narrowed(amount: &Amount, stated: &Stated) -> Amount {
    let mut narrowed = amount.clone();
    if let (Some((target, weight)), Some(price)) =
        (amount.deviation, stated.groups[amount.group].price)
    {
        let (lower, middle, upper) = corners(amount, target, stated.quantum);
        let (least, most) = if price < -weight {
            (lower, lower)
        } else if price > weight {
            (upper, upper)
        } else {
            (
                if price == -weight { lower } else { middle },
                if price == weight { upper } else { middle },
            )
        };
        narrowed.lower = least;
        narrowed.upper = Some(most);
    }
    narrowed
}

/// min(upper, max(lower, weight × level − offset)) in millionths, by way of the turning
/// point if there is one; the lower bound where there is no level.
pub(super) fn exact(amount: &Amount, level: Option<Level>) -> Result<Fraction, NoAmount> {
    let fine = |sum: i128| sum.checked_mul(MILLIONTHS).ok_or(NoAmount::TooLarge);
    let lower = fine(amount.lower)?;
    let upper = amount.upper.map(fine).transpose()?;
    let Some(level) = level else {
        return Ok(Fraction::whole(lower));
    };
    let Some((turn, beyond)) = amount.turn else {
        return risen(amount.measure, (lower, upper), level);
    };
    let ends = upper.map_or(turn, |upper| upper.min(turn));
    let first = risen(amount.measure, (lower, Some(ends)), level)?;
    let start = lower.max(turn);
    let second = risen(beyond, (start, upper), level)?;
    // first + (second − start), one of the two being whole millionths.
    let under = first.under.max(second.under);
    let scaled = |part: Fraction| part.over.checked_mul(under / part.under);
    let sum = scaled(first)
        .zip(scaled(second))
        .and_then(|(a, b)| a.checked_add(b))
        .zip(start.checked_mul(under))
        .and_then(|(sum, start)| sum.checked_sub(start));
    sum.map(|over| Fraction { over, under })
        .ok_or(NoAmount::TooLarge)
}

/// weight × level − offset between two sums in millionths.
fn risen(
    measure: Measure,
    (from, to): (i128, Option<i128>),
    level: Level,
) -> Result<Fraction, NoAmount> {
    if measure.weight <= 0 || to.is_some_and(|to| to <= from) {
        return Ok(Fraction::whole(from));
    }
    match level.stage.cmp(&measure.stage) {
        Ordering::Less => Ok(Fraction::whole(from)),
        Ordering::Greater => to.map(Fraction::whole).ok_or(NoAmount::NoEnd),
        Ordering::Equal => {
            let Fraction { over, under } = level.value;
            let rising = measure
                .weight
                .checked_mul(over)
                .zip(measure.offset.checked_mul(under))
                .and_then(|(risen, offset)| risen.checked_sub(offset))
                .ok_or(NoAmount::TooLarge)?;
            let rising = Fraction {
                over: rising,
                under,
            };
            if rising.compare(Fraction::whole(from)).is_le() {
                return Ok(Fraction::whole(from));
            }
            match to {
                Some(to) if rising.compare(Fraction::whole(to)).is_ge() => Ok(Fraction::whole(to)),
                _ => Ok(rising),
            }
        }
    }
}

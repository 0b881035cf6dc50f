//! Fractions of whole numbers, and decimals as files write them: no floating point where
//! money is concerned. What does not fit 128 bits is said to be too large, never wrapped.

use std::cmp::Ordering;

/// over ÷ under; `under` is positive.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fraction {
    pub over: i128,
    pub under: i128,
}

impl Fraction {
    /// None if `under` is not positive.
    pub(super) fn new(over: i128, under: i128) -> Option<Self> {
        (under > 0).then_some(Self { over, under })
    }

    pub(super) fn whole(number: i128) -> Self {
        Self {
            over: number,
            under: 1,
        }
    }

    /// Which is greater, by whole parts and then by the inverses of what is left: no
    /// product that could be too large.
    pub(super) fn compare(self, other: Self) -> Ordering {
        let (mut a, mut b) = (self, other);
        loop {
            let whole = a.floor().cmp(&b.floor());
            let (rest_a, rest_b) = (a.rest(), b.rest());
            if whole.is_ne() || rest_a == 0 || rest_b == 0 {
                return whole.then(rest_a.cmp(&rest_b));
            }
            // The greater of two parts of one has the smaller inverse.
            let inverse_of_a = Self {
                over: a.under,
                under: rest_a,
            };
            a = Self {
                over: b.under,
                under: rest_b,
            };
            b = inverse_of_a;
        }
    }

    pub(super) fn floor(self) -> i128 {
        self.over.div_euclid(self.under)
    }

    /// What `over` has beyond whole multiples of `under`.
    pub(super) fn rest(self) -> i128 {
        self.over.rem_euclid(self.under)
    }

    /// The same as a number, for words.
    #[expect(clippy::cast_precision_loss, reason = "for words only")]
    pub(super) fn as_f64(self) -> f64 {
        self.over as f64 / self.under as f64
    }
}

/// A decimal as a file writes it: digits ÷ 10^decimals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal {
    pub digits: i128,
    pub decimals: u32,
}

impl Decimal {
    /// None if it is no plain decimal, or too long.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (sign, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(part) {
            return None;
        }
        let digits: i128 = format!("{whole}{part}").parse().ok()?;
        Some(Self {
            digits: sign * digits,
            decimals: u32::try_from(part.len()).ok()?,
        })
    }

    /// 10^decimals.
    pub(super) fn scale(self) -> Option<i128> {
        10_i128.checked_pow(self.decimals)
    }

    /// In units of 10^−decimals, what is finer cut off.
    pub(super) fn in_units(self, decimals: u32) -> Option<i128> {
        if self.decimals <= decimals {
            self.digits
                .checked_mul(10_i128.checked_pow(decimals - self.decimals)?)
        } else {
            // A unit that passes 128 bits is more than any digits come to.
            let unit = 10_i128.checked_pow(self.decimals - decimals);
            Some(unit.map_or(0, |unit| self.digits / unit))
        }
    }

    /// Whether it is a ÷ b to its last decimal: |digits × b − a × 10^decimals| is at most
    /// half of b, and a thousandth of b for the floating-point division that wrote it.
    pub(super) fn is_ratio(self, a: i128, b: i128) -> Option<bool> {
        let apart = self
            .digits
            .checked_mul(b)?
            .checked_sub(a.checked_mul(self.scale()?)?)?;
        Some(apart.unsigned_abs() <= (b / 2 + b / 1000 + 1).unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_finer_than_any_unit_is_cut_off() {
        let share = Decimal::parse(&format!("0.{}352778432509951", "0".repeat(40)));
        assert_eq!(share.and_then(|share| share.in_units(12)), Some(0));
        let share = Decimal::parse("0.0000000000019");
        assert_eq!(share.and_then(|share| share.in_units(12)), Some(1));
    }

    #[test]
    fn fractions_compare_exactly_whatever_their_size() {
        let fraction = |over, under| Fraction { over, under };
        let big = i128::MAX / 2;
        assert!(fraction(1, 3).compare(fraction(2, 6)).is_eq());
        assert!(fraction(-1, big).compare(fraction(1, big)).is_lt());
        // n ÷ (n − 1) falls as n rises.
        assert!(
            fraction(big, big - 1)
                .compare(fraction(big - 1, big - 2))
                .is_lt()
        );
        assert!(fraction(7, 2).compare(fraction(3, 1)).is_gt());
        assert!(fraction(-7, 2).compare(fraction(-3, 1)).is_lt());
    }

    #[test]
    fn a_decimal_is_a_ratio_to_its_last_place() {
        // 2 ÷ 3 = 0.6666…
        let decimal = |text| Decimal::parse(text).expect("a decimal");
        assert_eq!(decimal("0.66666667").is_ratio(2, 3), Some(true));
        // In units that a three is too small to tell apart, a hair is allowed.
        assert_eq!(
            decimal("0.66670000").is_ratio(2_000_000, 3_000_000),
            Some(false)
        );
        assert_eq!(decimal("-0.50").is_ratio(-1_000, 2_000), Some(true));
        assert!(Decimal::parse("1e5").is_none());
        assert!(Decimal::parse("").is_none());
    }
}

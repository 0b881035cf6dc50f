//! Money, people, shares and rates as different types, so that only lawful
//! arithmetic exists between them.
//!
//! Money that is decided is a whole number of [`Pounds`]. Money on its way to a
//! decision (own resources, bounds before rounding) is [`FinePounds`], whole
//! millionths of a pound, so that no sum depends on the order of its parts.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// Whole pounds (or the table's own currency unit): what is allocated, and what
/// every result states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pounds(pub i64);

impl Pounds {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// The same sum in millionths of a pound, exactly.
    pub fn fine(self) -> FinePounds {
        FinePounds(i128::from(self.0) * FinePounds::PER_POUND)
    }

    /// The sum as a floating-point number of pounds, for ratios and charts only.
    #[expect(
        clippy::cast_precision_loss,
        reason = "national sums are far below 2^53"
    )]
    pub fn as_f64(self) -> f64 {
        self.0 as f64
    }

    /// The sum without its sign.
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// `£1,234,567`, or `+£1,234` and `−£1,234` for a change.
    pub fn signed(self) -> String {
        match self.0 {
            0 => "£0".to_string(),
            n if n > 0 => format!("+{self}"),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Pounds {
    /// `£1,234,567`; a true minus sign goes before the pound sign.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "−" } else { "" };
        f.pad(&format!("{sign}£{}", group_digits(self.0.unsigned_abs())))
    }
}

/// A change in pounds and pence: `+£1.20`, `−£0.05`, `£0.00`.
pub fn signed_pence(pounds: f64) -> String {
    let sign = match pounds {
        _ if pounds.abs() < 0.005 => "",
        _ if pounds < 0.0 => "−",
        _ => "+",
    };
    format!("{sign}£{:.2}", pounds.abs())
}

/// Digits in threes, divided by commas: `1234567` is `1,234,567`.
pub fn group_digits(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

impl Add for Pounds {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Pounds {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Pounds {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl SubAssign for Pounds {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Neg for Pounds {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Pounds {
    fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
        sums.fold(Self::ZERO, Add::add)
    }
}

/// Money in whole millionths of a pound: exact to add, fine enough that no
/// rounding here reaches a whole pound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FinePounds(pub i128);

impl FinePounds {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// Millionths in a pound.
    pub const PER_POUND: i128 = 1_000_000;

    /// The largest sum accepted from a file: a thousand trillion pounds. Beyond
    /// it the exact arithmetic of [`crate::solve`] could overflow.
    pub const LARGEST_POUNDS: f64 = 1e15;

    /// Nearest millionth of a floating-point number of pounds, or `None` if it is
    /// not finite or beyond [`Self::LARGEST_POUNDS`].
    pub fn from_f64(pounds: f64) -> Option<Self> {
        if !pounds.is_finite() || pounds.abs() > Self::LARGEST_POUNDS {
            return None;
        }
        // Whole and fractional parts apart: their product with a million would
        // not fit the 53 bits of the whole sum.
        let whole = pounds.trunc();
        let fraction = (pounds - whole) * 1e6;
        #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
        let (whole, fraction) = (whole as i64, fraction.round() as i64);
        Some(Self(
            i128::from(whole) * Self::PER_POUND + i128::from(fraction),
        ))
    }

    /// Nearest whole pound, halves away from zero.
    pub fn round(self) -> Pounds {
        let half = Self::PER_POUND / 2;
        let pounds = rounded_down(self.0.abs() + half, Self::PER_POUND);
        whole_pounds(pounds * self.0.signum())
    }

    /// The least whole number of pounds not below this sum: how a lower bound
    /// becomes whole.
    pub fn ceil(self) -> Pounds {
        whole_pounds(-rounded_down(-self.0, Self::PER_POUND))
    }

    /// The greatest whole number of pounds not above this sum: how an upper bound
    /// becomes whole.
    pub fn floor(self) -> Pounds {
        whole_pounds(rounded_down(self.0, Self::PER_POUND))
    }

    /// The sum as a floating-point number of pounds, for ratios and charts only.
    #[expect(
        clippy::cast_precision_loss,
        reason = "used for ratios, never for money that is decided"
    )]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

/// The greatest whole number not above a fraction; `below` is positive. Most numbers fit 64
/// bits, where division is many times as fast.
fn rounded_down(above: i128, below: i128) -> i128 {
    match (i64::try_from(above), i64::try_from(below)) {
        (Ok(above), Ok(below)) => i128::from(above.div_euclid(below)),
        _ => above.div_euclid(below),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "sums read from files are bounded by LARGEST_POUNDS, ten thousand times below i64::MAX"
)]
fn whole_pounds(pounds: i128) -> Pounds {
    debug_assert!(i64::try_from(pounds).is_ok());
    Pounds(pounds as i64)
}

impl Add for FinePounds {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for FinePounds {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Sum for FinePounds {
    fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
        sums.fold(Self::ZERO, Add::add)
    }
}

/// A rate exactly as its file writes it: 0.95 is 95 ÷ 100, not the nearest
/// binary fraction, so that 95 % of a round sum never costs a stray pound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    value: f64,
    numerator: i128,
    denominator: i128,
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.value < 0.0 {
            write!(f, "−{}", -self.value)
        } else {
            write!(f, "{}", self.value)
        }
    }
}

impl Rate {
    /// The rate whose shortest decimal form is that of `value`; `None` if it is not
    /// finite or needs more than 15 decimals.
    pub fn new(value: f64) -> Option<Self> {
        if !value.is_finite() || value.abs() > 1e12 {
            return None;
        }
        let text = format!("{value}");
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        // Beyond 15 decimals nothing a person writes is lost.
        let decimals = &decimals[..decimals.len().min(15)];
        let numerator = format!("{whole}{decimals}").parse().ok()?;
        let denominator = 10_i128.pow(u32::try_from(decimals.len()).ok()?);
        Some(Self {
            value,
            numerator,
            denominator,
        })
    }

    /// The whole of something.
    pub const ONE: Self = Self {
        value: 1.0,
        numerator: 1,
        denominator: 1,
    };

    /// The rate as a floating-point number, for messages.
    pub fn as_f64(self) -> f64 {
        self.value
    }

    /// The rate as an exact fraction: above and below the line.
    pub fn as_fraction(self) -> (i128, i128) {
        (self.numerator, self.denominator)
    }

    /// This rate of a sum, rounded up to a millionth of a pound.
    pub fn of_rounded_up(self, sum: FinePounds) -> FinePounds {
        FinePounds(-rounded_down(-(sum.0 * self.numerator), self.denominator))
    }

    /// This rate of above ÷ below, rounded up once to a millionth of a pound.
    pub fn of_ratio_rounded_up(self, above: i128, below: i128) -> FinePounds {
        let products = self
            .numerator
            .checked_mul(above)
            .zip(self.denominator.checked_mul(below));
        match products {
            Some((above, below)) => FinePounds(-rounded_down(-above, below)),
            // A rate of many decimals: a millionth of a pound may be lost on the way.
            None => self.of_rounded_up(FinePounds(-rounded_down(-above, below))),
        }
    }

    /// This rate of a sum, rounded down to a millionth of a pound.
    pub fn of_rounded_down(self, sum: FinePounds) -> FinePounds {
        FinePounds(rounded_down(sum.0 * self.numerator, self.denominator))
    }
}

/// A number of people; estimates and weighted counts need not be whole.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Persons(pub f64);

impl Sum for Persons {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        Self(counts.map(|count| count.0).sum())
    }
}

/// An authority's part of a national total; a column of shares sums to 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Share(pub f64);

/// A change in per cent (5.0 is five per cent), the one place where per cent is a
/// number: rates inside the program are decimals.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct PerCent(pub f64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pounds_are_written_with_commas_and_a_true_minus_sign() {
        assert_eq!(Pounds(1_234_567).to_string(), "£1,234,567");
        assert_eq!(Pounds(-999).to_string(), "−£999");
        assert_eq!(Pounds(1_000).signed(), "+£1,000");
        assert_eq!(signed_pence(0.838), "+£0.84");
        assert_eq!(signed_pence(-0.838), "−£0.84");
        assert_eq!(signed_pence(-0.001), "£0.00");
    }

    #[test]
    fn ninety_five_per_cent_of_a_round_sum_is_round() {
        // 0.95 × £1,000,000 = £950,000 exactly; in binary it is a hair above.
        let rate = Rate::new(0.95).unwrap();
        assert_eq!(
            rate.of_rounded_up(Pounds(1_000_000).fine()).ceil(),
            Pounds(950_000)
        );
        // 0.95 × £101 = £95.95: a floor of it is £96, a ceiling of it £95.
        assert_eq!(rate.of_rounded_up(Pounds(101).fine()).ceil(), Pounds(96));
        assert_eq!(rate.of_rounded_down(Pounds(101).fine()).floor(), Pounds(95));
    }

    #[test]
    fn rounding_treats_gains_and_losses_alike() {
        assert_eq!(FinePounds(1_500_000).round(), Pounds(2));
        assert_eq!(FinePounds(-1_500_000).round(), Pounds(-2));
        assert_eq!(FinePounds(-1_200_000).ceil(), Pounds(-1));
        assert_eq!(FinePounds(-1_200_000).floor(), Pounds(-2));
    }

    #[test]
    fn a_sum_of_hundreds_of_millions_keeps_its_pence() {
        let sum = FinePounds::from_f64(123_456_789_012.25).unwrap();
        assert_eq!(sum, FinePounds(123_456_789_012_250_000));
        assert_eq!(FinePounds::from_f64(f64::NAN), None);
    }
}

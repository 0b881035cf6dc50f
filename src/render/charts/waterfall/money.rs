//! Sums of one waterfall in one unit, so that a reader can add them up.

use super::Bar;
use crate::render::axis;

/// Sums beyond this, in £, are written as beyond it.
const MOST: f64 = 999_999e9;

/// The unit that sums are written in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Money {
    /// £ in the unit.
    pub unit: f64,
    suffix: &'static str,
    /// Of a pound that is written in full there are no tenths.
    decimals: usize,
}

impl Money {
    /// The unit for the sums of a waterfall.
    pub fn of(bars: &[Bar]) -> Self {
        let sums = bars.iter().map(|bar| (bar.step.gbp as f64).abs());
        Self::of_largest(sums.fold(0.0, f64::max))
    }

    /// The unit for sums up to `largest` pounds.
    pub fn of_largest(largest: f64) -> Self {
        // £1,234.5m is easier to add to than £1.2bn.
        let (unit, suffix) = if largest >= 10e9 {
            (1e9, "bn")
        } else if largest >= 999.5e3 {
            (1e6, "m")
        } else if largest >= 10e3 {
            (1e3, "k")
        } else {
            (1.0, "")
        };
        Self {
            unit,
            suffix,
            decimals: usize::from(unit > 1.0),
        }
    }

    /// `£1,234.5m`, `−£0.4m`; a sum that is too small for the unit has its own.
    pub fn sum(&self, gbp: f64) -> String {
        if self.has_own_unit(gbp) {
            axis::pounds_short(gbp)
        } else {
            self.in_unit(gbp / self.unit, self.decimals)
        }
    }

    /// `+£12.3m`, `−£0.4m`, `£0`.
    pub fn change(&self, gbp: f64) -> String {
        if self.has_own_unit(gbp) {
            return axis::pounds_short_change(gbp);
        }
        let words = self.sum(gbp);
        if gbp > 0.0 {
            format!("+{words}")
        } else {
            words
        }
    }

    /// A number of units: `£1.25bn`, `£0`.
    pub fn in_unit(&self, units: f64, decimals: usize) -> String {
        let shown = axis::plain(units.abs(), decimals);
        let is_nought = !shown.contains(|digit: char| ('1'..='9').contains(&digit));
        match (is_nought, units < 0.0) {
            (true, _) => "£0".into(),
            (false, true) => format!("−£{shown}{}", self.suffix),
            (false, false) => format!("£{shown}{}", self.suffix),
        }
    }

    fn has_own_unit(&self, gbp: f64) -> bool {
        gbp.abs() > MOST || (gbp != 0.0 && gbp.abs() < self.unit * 0.05)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_share_a_unit_unless_they_would_vanish_in_it() {
        let money = Money::of_largest(1.2e9);
        assert_eq!(money.sum(1_234_500_000.0), "£1,234.5m");
        assert_eq!(money.sum(-400_000.0), "−£0.4m");
        assert_eq!(money.change(12_345_678.0), "+£12.3m");
        assert_eq!(money.change(-20_000.0), "−£20k");
        assert_eq!(money.change(0.0), "£0");
        assert_eq!(money.sum(1e18), "> £999,999bn");
        let pounds = Money::of_largest(9_000.0);
        assert_eq!(pounds.sum(8_999.0), "£8,999");
        assert_eq!(pounds.change(-1.0), "−£1");
    }

    #[test]
    fn axes_have_as_many_decimals_as_they_need() {
        let money = Money::of_largest(12.6e9);
        assert_eq!(money.in_unit(12.22, 2), "£12.22bn");
        assert_eq!(money.in_unit(0.0, 2), "£0");
        assert_eq!(money.in_unit(-0.5, 1), "−£0.5bn");
    }
}

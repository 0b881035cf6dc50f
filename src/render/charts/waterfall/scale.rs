//! The scale of a waterfall: from nought, or cut where changes would vanish beside the sums.

use std::ops::Range;

use super::Bar;
use super::money::Money;
use crate::render::axis;
use crate::render::style::Lettering;

/// Levels that all lie within this part of the largest are shown without the rest of their bars.
const NARROW: f64 = 0.15;

/// What the bars are measured on.
pub(super) struct Axis {
    money: Money,
    /// In units of `money`, from the left to the right end.
    pub range: Range<f64>,
    /// Where the bars of sums start, in units, if that is not nought.
    pub zoomed: Option<f64>,
}

impl Axis {
    pub fn new(bars: &[Bar]) -> Self {
        let levels = || {
            bars.iter()
                .flat_map(|bar| [Some(bar.to()), bar.is_change().then_some(bar.from())])
                .flatten()
        };
        let low = levels().fold(f64::INFINITY, f64::min);
        let high = levels().fold(f64::NEG_INFINITY, f64::max);
        let money = Money::of_largest(low.abs().max(high.abs()));
        if low > high {
            return Self {
                money,
                range: 0.0..1.0,
                zoomed: None,
            };
        }
        let (low, high) = (low / money.unit, high / money.unit);
        if let Some(start) = zoomed_start(low, high) {
            return Self {
                money,
                range: low.min(start)..high.max(start),
                zoomed: Some(start),
            };
        }
        let range = low.min(0.0)..high.max(0.0);
        let is_flat = range.end - range.start <= 0.0;
        Self {
            money,
            range: if is_flat { 0.0..1.0 } else { range },
            zoomed: None,
        }
    }

    /// Where the bars of sums start, in words, if that is not nought.
    pub fn zoomed_start(&self) -> Option<String> {
        let start = self.zoomed?;
        // As many decimals as the number has, up to six.
        let decimals = (0..6)
            .find(|decimals| {
                let scaled = start * 10f64.powi(*decimals);
                (scaled - scaled.round()).abs() < 1e-6
            })
            .unwrap_or(6);
        Some(self.money.in_unit(start, decimals as usize))
    }

    /// Round values with room for their words, and those words.
    pub fn ticks(&self, length: f64, lettering: Lettering) -> Vec<(f64, String)> {
        let words = |tick, decimals| self.money.in_unit(tick, decimals);
        let width = |tick, decimals| lettering.width(&words(tick, decimals));
        let ticks = axis::ticks_that_fit(&self.range, length, width);
        let decimals = axis::decimals_for(&ticks);
        ticks
            .into_iter()
            .map(|tick| (tick, words(tick, decimals)))
            .collect()
    }

    /// Where a bar starts and ends, in units.
    pub fn ends(&self, bar: &Bar) -> (f64, f64) {
        let from = match (self.zoomed, bar.is_change()) {
            (Some(start), false) => start,
            _ => bar.from() / self.money.unit,
        };
        (from, bar.to() / self.money.unit)
    }
}

/// A round value from which on bars show how narrow levels differ; none if bars from nought do.
fn zoomed_start(low: f64, high: f64) -> Option<f64> {
    /// What the shortest bar of a sum keeps, as a part of the range of the levels.
    const KEPT: f64 = 0.15;
    let span = high - low;
    let far = low.abs().max(high.abs());
    if span <= far * 1e-9 || span > far * NARROW || low * high <= 0.0 {
        return None;
    }
    let range = axis::round_range([low - span * KEPT, high + span * KEPT], 6);
    let start = if low > 0.0 { range.start } else { range.end };
    (start * low > 0.0).then_some(start)
}

//! Indicators that have no number for some authority: a division by zero, a group in which
//! nobody counts. Refused where one is needed, and let be where a `when` chooses another.

use super::Evaluator;
use crate::findings::{Finding, Place};
use crate::formula::{Indicator, IndicatorKind};
use crate::ids::IndicatorName;
use crate::register::{PerAuthority, Position};

/// What became of an indicator that has no number somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Undefined {
    /// Nothing has asked for it.
    Unnoticed,
    /// Only asked for where it has numbers.
    LeftOut,
    /// Said to be a fault.
    Refused,
}

impl Evaluator<'_> {
    /// Refuses an indicator that has no number where one is needed; says so once.
    pub(super) fn refuse_undefined(
        &mut self,
        name: &IndicatorName,
        needed: impl Fn(Position) -> bool,
    ) -> Option<Position> {
        let state = *self.undefined.get(name)?;
        let values = self.known.get(name)?.as_ref()?;
        let bad = values
            .enumerate()
            .find(|(at, x)| !x.is_finite() && needed(*at));
        let Some((at, bad)) = bad.map(|(at, bad)| (at, *bad)) else {
            self.undefined
                .insert(name.clone(), state.max(Undefined::LeftOut));
            return None;
        };
        if state < Undefined::Refused {
            self.undefined.insert(name.clone(), Undefined::Refused);
            let reason = self.reasons.remove(name);
            let finding = reason.unwrap_or_else(|| self.of_undefined(name, at, bad));
            self.findings.push(finding);
        }
        Some(at)
    }

    /// Keeps why an indicator has no number, to be said if one is needed.
    pub(super) fn undefined_for(&mut self, indicator: &Indicator, reason: Finding) {
        self.reasons.insert(indicator.name.clone(), reason);
    }

    /// Why an indicator has no number for an authority.
    fn of_undefined(&self, name: &IndicatorName, at: Position, bad: f64) -> Finding {
        const GUARD: &str = "or let a `when` choose it only where it has a number";
        let indicator = self.indicators.iter().find(|i| i.name == *name);
        let place = indicator.map_or(Place::default(), |indicator| indicator.place.clone());
        let place = place.authority(self.dataset.register[at].label());
        let of_group = |reason: &str| {
            Finding::error("undefined-indicator", place.clone())
                .found(format!("`{name}` meets {reason}"))
                .expected("a number for every authority")
                .remedy(format!("let somebody count there, {GUARD}"))
        };
        let (why, remedy) = match indicator.map(|indicator| &indicator.kind) {
            Some(IndicatorKind::Statistic { .. } | IndicatorKind::AboveLowest { .. }) => {
                return of_group("a group in which nobody counts");
            }
            Some(IndicatorKind::Share { .. } | IndicatorKind::Scale { .. }) => {
                return of_group("a sum of zero");
            }
            Some(IndicatorKind::Index { .. }) => return of_group("a mean of zero"),
            Some(IndicatorKind::Ratio(_, below)) => (
                "a division by zero has no default here",
                match below.reference() {
                    Some(below) => format!("check `{}` for zeros", below.name),
                    None => "divide by another number".to_string(),
                },
            ),
            Some(IndicatorKind::Log { of }) => (
                "nothing and numbers below it have no logarithm",
                format!("check `{}`", of.name),
            ),
            Some(IndicatorKind::Power { of, .. }) => (
                "a part of a power of a number below zero, and one too large, are no numbers",
                format!("check `{}`", of.name),
            ),
            _ => (
                "it is too large, or made from something that is",
                "check the numbers that go into it".to_string(),
            ),
        };
        Finding::error("not-a-finite-number", place)
            .found(format!("`{name}` comes to {bad}"))
            .expected("a finite number for every authority")
            .why(why)
            .remedy(format!("{remedy}, {GUARD}"))
    }

    pub(super) fn or_undefined(
        &mut self,
        value: Option<PerAuthority<f64>>,
        indicator: &Indicator,
        reason: &str,
    ) -> Option<PerAuthority<f64>> {
        if value.is_none() {
            self.findings.push(
                Finding::error("undefined-indicator", indicator.place.clone())
                    .found(format!("`{}` meets {reason}", indicator.name))
                    .expected("a number for every authority")
                    .remedy("choose another indicator or parameter"),
            );
        }
        value
    }
}

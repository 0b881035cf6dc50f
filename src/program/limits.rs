//! What each amount must be within: the tightest of what all guarantees that count promise.

use std::borrow::Cow;
use std::ops::Deref;

use super::{Goal, LinearProgram, PromisedBound, Side, Variable};
use crate::register::{PerVariable, VariableId};
use crate::units::Pounds;

/// What one amount must be within.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Least amount; zero or above.
    pub lower: Pounds,
    /// Greatest amount, if anything bounds it.
    pub upper: Option<Pounds>,
}

/// An amount with what it must be within.
#[derive(Debug, Clone, Copy)]
pub struct Limited<'p> {
    /// The amount.
    pub variable: &'p Variable,
    /// Least amount; zero or above.
    pub lower: Pounds,
    /// Greatest amount, if anything bounds it.
    pub upper: Option<Pounds>,
}

impl Deref for Limited<'_> {
    type Target = Variable;
    fn deref(&self) -> &Variable {
        self.variable
    }
}

impl LinearProgram {
    /// An amount with what it must be within.
    pub fn limited(&self, id: VariableId) -> Limited<'_> {
        let Limits { lower, upper } = self.limits[id];
        Limited {
            variable: &self.variables[id],
            lower,
            upper,
        }
    }

    /// All amounts with what they must be within.
    pub fn all_limited(&self) -> impl ExactSizeIterator<Item = Limited<'_>> {
        let both = self.variables.iter().zip(self.limits.iter());
        both.map(|(variable, &Limits { lower, upper })| Limited {
            variable,
            lower,
            upper,
        })
    }

    /// The program within other limits, if there are any.
    pub fn within(&self, limits: Option<&PerVariable<Limits>>) -> Cow<'_, Self> {
        match limits {
            Some(limits) => Cow::Owned(self.with_limits(limits.clone())),
            None => Cow::Borrowed(self),
        }
    }

    /// The program with other limits.
    pub fn with_limits(&self, limits: PerVariable<Limits>) -> Self {
        Self {
            quantum: self.quantum,
            variables: self.variables.clone(),
            limits,
            rows: self.rows.clone(),
            guarantees: self.guarantees.clone(),
            outside: self.outside.clone(),
            services: self.services.clone(),
            goal: self.goal.clone(),
            caps: self.caps.clone(),
        }
    }

    /// Sets each variable's limits to the tightest of its guarantees', and measures that
    /// start from them.
    pub fn combine(&mut self) {
        self.limits = self.limits_of_bounds(1, |_, _, _| 0);
        self.measure_from_bounds();
        self.fit_weights();
        self.hold_unmeasured();
    }

    /// The same for some of the guarantees of a program that was combined with all of them:
    /// lower bounds are no greater, and weights fit as they are.
    pub(super) fn combine_fewer(&mut self) {
        if let Goal::ScaleGains(_) = self.goal {
            return self.combine();
        }
        self.limits = self.limits_of_bounds(1, |_, _, _| 0);
        self.hold_unmeasured();
    }

    /// Limits from bounds that are so many times what they are, each moved by so much: `moved`
    /// is asked with the guarantee, the side and the bound's place. Measures that start from
    /// limits stay as they are.
    pub fn limits_of_bounds(
        &self,
        times: i64,
        moved: impl Fn(usize, Side, usize) -> i64,
    ) -> PerVariable<Limits> {
        let mut limits = self.variables.map(|_| Limits::default());
        for (guarantee, promise) in self.guarantees.iter().enumerate() {
            if !promise.kept {
                continue;
            }
            let bound = |side, place: usize, promised: &PromisedBound| {
                Pounds((promised.bound.0 * times + moved(guarantee, side, place)).max(0))
            };
            for (place, promised) in promise.lower.iter().enumerate() {
                let lower = &mut limits[promised.variable].lower;
                *lower = bound(Side::Lower, place, promised).max(*lower);
            }
            for (place, promised) in promise.upper.iter().enumerate() {
                limits[promised.variable].cap(bound(Side::Upper, place, promised));
            }
        }
        if let Some(caps) = &self.caps {
            for (id, cap) in caps.enumerate() {
                // What a guarantee promises goes before what the objective would allow.
                let limits = &mut limits[id];
                limits.cap(Pounds(cap.ceil().0 * times).max(limits.lower));
            }
        }
        limits
    }

    /// Without a measure an amount never leaves its lower bound, whatever the goal.
    pub fn hold_unmeasured(&mut self) {
        for (variable, limits) in self.variables.iter().zip(self.limits.iter_mut()) {
            if variable.measure.weight <= 0 && variable.turn.is_none() {
                limits.cap(limits.lower);
            }
        }
    }
}

impl Limits {
    /// Allows no more than a sum.
    fn cap(&mut self, most: Pounds) {
        self.upper = Some(self.upper.map_or(most, |upper| upper.min(most)));
    }
}

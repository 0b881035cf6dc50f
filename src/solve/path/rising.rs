//! Totals as rising functions of a level, each number with how it goes on.

use num_rational::BigRational;

use super::{Bounds, Going, Height, fine, level_at, measures, whole};
use crate::program::LinearProgram;
use crate::register::VariableId;

/// A total as a rising function of the level: where it starts, and where its slope
/// changes.
#[derive(Debug, Clone)]
pub(super) struct Rising {
    start: Going,
    /// Level, change of the constant, change of the weight.
    turns: Vec<(Height, Going, BigRational)>,
}

impl Default for Rising {
    fn default() -> Self {
        Self::starting(Going::constant(whole(0)))
    }
}

impl Rising {
    pub(super) fn starting(start: Going) -> Self {
        Self {
            start,
            turns: Vec::new(),
        }
    }

    /// None where the bounds clash.
    pub(super) fn of_variable(
        program: &LinearProgram,
        id: VariableId,
        bounds: &Bounds,
    ) -> Option<Self> {
        if bounds.upper.as_ref().is_some_and(|u| *u < bounds.lower) {
            return None;
        }
        let mut rising = Self::starting(bounds.lower.clone());
        for (measure, [from, to]) in measures(program, id, bounds) {
            let Some(from) = from else { continue };
            if measure.weight <= 0 || to.as_ref().is_some_and(|to| *to <= from) {
                continue;
            }
            let weight = whole(measure.weight);
            let offset = Going::constant(fine(measure.offset));
            let zero = Going::constant(whole(0));
            let falls = &zero - &(&from + &offset);
            let begins = (measure.stage, level_at(measure, &from));
            rising.turns.push((begins, falls, weight.clone()));
            if let Some(to) = to {
                let ends = (measure.stage, level_at(measure, &to));
                rising.turns.push((ends, &to + &offset, -weight));
            }
        }
        Some(rising)
    }

    pub(super) fn add(&mut self, other: Self) {
        self.start = &self.start + &other.start;
        self.turns.extend(other.turns);
    }

    pub(super) fn sort(&mut self) {
        self.turns.sort_by(|a, b| a.0.cmp(&b.0));
        // What still rises when a later stage begins never ends.
        let mut weight = whole(0);
        for index in 0..self.turns.len() {
            let later = index > 0 && self.turns[index].0.0 != self.turns[index - 1].0.0;
            if later && weight != whole(0) {
                self.turns.truncate(index);
                return;
            }
            weight += &self.turns[index].2;
        }
    }

    /// The pieces: where each begins, its constant and its weight.
    pub(super) fn pieces(&self) -> Vec<(Option<Height>, Going, BigRational)> {
        let mut pieces = vec![(None, self.start.clone(), whole(0))];
        for (height, constant, weight) in &self.turns {
            let (_, before, slope) = pieces.last().expect("the first piece");
            let piece = (Some(height.clone()), before + constant, slope + weight);
            pieces.push(piece);
        }
        pieces
    }

    /// The total at a level; where nothing rises, its start.
    pub(super) fn at(&self, level: Option<&Height>) -> Going {
        let Some(level) = level else {
            return self.start.clone();
        };
        let mut total = (self.start.clone(), whole(0));
        for (height, constant, weight) in &self.turns {
            if height <= level {
                total = (&total.0 + constant, &total.1 + weight);
            }
        }
        let stages_differ = self.turns.iter().all(|(height, ..)| height.0 != level.0);
        if stages_differ {
            return total.0;
        }
        &total.0 + &(&level.1 * &total.1)
    }

    /// The least level at which the total is a sum. `None`: it is reached nowhere;
    /// `Some(None)`: it is the total where nothing rises.
    pub(super) fn level_of(&self, sum: &Going) -> Option<Option<Height>> {
        if *sum < self.start {
            return None;
        }
        let pieces = self.pieces();
        for (index, (begins, constant, weight)) in pieces.iter().enumerate() {
            let ends = pieces.get(index + 1).and_then(|(next, ..)| next.clone());
            let value = |height: &Height| &(&height.1 * weight) + constant;
            let reached = match &ends {
                Some(end) => value(end) >= *sum,
                None => *weight > whole(0) || constant == sum,
            };
            if !reached {
                continue;
            }
            if *weight == whole(0) {
                return Some(begins.clone().or(ends));
            }
            let stage = begins.as_ref().or(ends.as_ref())?.0;
            let level = &(sum - constant) * &weight.recip();
            return Some(Some((stage, level)));
        }
        None
    }

    /// The same function held between two totals; `None` where it cannot be.
    pub(super) fn clamped(&self, lower: Option<&Going>, upper: Option<&Going>) -> Option<Self> {
        if let (Some(lower), Some(upper)) = (lower, upper)
            && upper < lower
        {
            return None;
        }
        if upper.is_some_and(|upper| self.start > *upper) {
            return None;
        }
        let from = match lower {
            Some(lower) if *lower > self.start => Some((self.level_of(lower)??, lower)),
            _ => None,
        };
        let to = upper.and_then(|upper| Some((self.level_of(upper)??, upper)));
        let mut held = Self::starting(match &from {
            Some((_, lower)) => (*lower).clone(),
            None => self.start.clone(),
        });
        let mut current = (held.start.clone(), whole(0));
        let mut step = |held: &mut Self, height: Height, constant: Going, weight: BigRational| {
            let change = (height, &constant - &current.0, &weight - &current.1);
            held.turns.push(change);
            current = (constant, weight);
        };
        let pieces = self.pieces();
        for (index, (begins, constant, weight)) in pieces.iter().enumerate() {
            let Some(begins) = begins else { continue };
            let ends = pieces.get(index + 1).and_then(|(next, ..)| next.as_ref());
            let begins = match &from {
                // Below the lower bound altogether: its line is not this function's.
                Some((level, _)) if ends.is_some_and(|end| end <= level) => continue,
                Some((level, _)) => begins.max(level),
                None => begins,
            };
            if to.as_ref().is_some_and(|(level, _)| begins >= level) {
                break;
            }
            step(&mut held, begins.clone(), constant.clone(), weight.clone());
        }
        if let Some((level, upper)) = to {
            step(&mut held, level, upper.clone(), whole(0));
        }
        Some(held)
    }
}

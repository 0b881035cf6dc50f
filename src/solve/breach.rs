//! The least total breach: by how many pounds guarantees that nest must give way,
//! together, for the quantum to be shared.
//!
//! Each group's least breach as a function of its total is convex and piecewise linear
//! with whole slopes: a pound outside a bound costs a pound. Parts of one group combine
//! by taking their cheapest pounds first, so a function is its value at nothing and the
//! length of each slope.

use std::collections::BTreeMap;

use super::tree::Tree;
use crate::program::{Limited, LinearProgram};
use crate::units::Pounds;

/// Least breach as a function of a total from zero up.
#[derive(Debug, Clone, Default)]
struct Breach {
    /// Where the total is zero.
    at_zero: i64,
    /// Pounds of total at each slope, in rising order; none: without end.
    lengths: BTreeMap<i32, Option<i64>>,
}

impl Breach {
    fn of_variable(variable: Limited<'_>) -> Self {
        let mut breach = Self {
            at_zero: 0,
            lengths: BTreeMap::from([(0, None)]),
        };
        // Without a weight it never leaves its lower bound.
        if variable.measure.weight <= 0 && variable.turn.is_none() {
            breach.lengths = BTreeMap::from([(0, Some(variable.lower.0))]);
        }
        breach.penalised(Some(variable.lower), variable.upper)
    }

    /// Both together, the cheapest pounds first.
    fn plus(mut self, other: &Self) -> Self {
        self.at_zero += other.at_zero;
        for (slope, length) in &other.lengths {
            let sum = self.lengths.entry(*slope).or_insert(Some(0));
            *sum = sum.zip(*length).map(|(a, b)| a + b);
        }
        self
    }

    /// With a pound for each pound below the one bound or above the other.
    fn penalised(&self, lower: Option<Pounds>, upper: Option<Pounds>) -> Self {
        let lower = lower.map_or(0, |lower| lower.0.max(0));
        let mut penalised = Self {
            at_zero: self.at_zero + lower,
            lengths: BTreeMap::new(),
        };
        // An upper bound below zero is broken from the start.
        let below_nothing = upper.map_or(0, |upper| (-upper.0).max(0));
        penalised.at_zero += below_nothing;
        let upper = upper.map(|upper| upper.0.max(0));
        let mut from = 0;
        for (slope, length) in &self.lengths {
            let to = length.map(|length| from + length);
            let mut cuts = vec![from];
            for cut in [Some(lower), upper].into_iter().flatten() {
                if cut > from && to.is_none_or(|to| cut < to) {
                    cuts.push(cut);
                }
            }
            cuts.sort_unstable();
            for (index, &begins) in cuts.iter().enumerate() {
                let ends = cuts.get(index + 1).copied().or(to);
                let below = i32::from(begins < lower);
                let above = i32::from(upper.is_some_and(|upper| begins >= upper));
                let piece = ends.map(|end| end - begins);
                let sum = penalised
                    .lengths
                    .entry(slope - below + above)
                    .or_insert(Some(0));
                *sum = sum.zip(piece).map(|(a, b)| a + b);
            }
            match to {
                Some(to) => from = to,
                None => break,
            }
        }
        penalised
    }

    /// The least breach at a total; none if the total cannot be reached.
    fn at(&self, total: i64) -> Option<i64> {
        let (mut left, mut breach) = (total, self.at_zero);
        for (slope, length) in &self.lengths {
            let step = length.map_or(left, |length| length.min(left));
            breach += i64::from(*slope) * step;
            left -= step;
        }
        (left == 0).then_some(breach)
    }
}

/// By how many pounds bounds must be broken in all; none where even broken bounds cannot
/// share the quantum, since nobody who could take more has need or people.
pub fn least_breach(program: &LinearProgram, tree: &Tree) -> Option<Pounds> {
    let mut breaches = vec![Breach::default(); tree.nodes.len()];
    for index in (0..tree.nodes.len()).rev() {
        let node = &tree.nodes[index];
        let mut sum = Breach::default();
        for &id in &node.variables {
            sum = sum.plus(&Breach::of_variable(program.limited(id)));
        }
        for &child in &node.children {
            sum = sum.plus(&breaches[child]);
        }
        breaches[index] = sum.penalised(node.lower, node.upper);
    }
    breaches[0].at(program.quantum.0).map(Pounds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(at_zero: i64, lengths: &[(i32, Option<i64>)]) -> Breach {
        Breach {
            at_zero,
            lengths: lengths.iter().copied().collect(),
        }
    }

    #[test]
    fn a_pound_below_or_above_a_bound_costs_a_pound() {
        // Between 20 and 50: at 5 it is 15 short, at 60 it is 10 over.
        let free = function(0, &[(0, None)]);
        let held = free.penalised(Some(Pounds(20)), Some(Pounds(50)));
        assert_eq!(held.at(5), Some(15));
        assert_eq!(held.at(30), Some(0));
        assert_eq!(held.at(60), Some(10));
    }

    #[test]
    fn bounds_that_clash_cost_their_distance_between_them() {
        // At least 50 and at most 20: 30 apart wherever between, more outside.
        let clash = function(0, &[(0, None)]).penalised(Some(Pounds(50)), Some(Pounds(20)));
        assert_eq!(clash.at(20), Some(30));
        assert_eq!(clash.at(35), Some(30));
        assert_eq!(clash.at(60), Some(40));
        assert_eq!(clash.at(0), Some(50));
    }

    #[test]
    fn parts_take_the_cheapest_pounds_first() {
        // Floors of 10 and 20 under a group that may have 15: 15 short of the floors, or
        // over the group's bound, or any mixture: 15 in all at 15 to 30.
        let free = function(0, &[(0, None)]);
        let floors = free
            .penalised(Some(Pounds(10)), None)
            .plus(&free.penalised(Some(Pounds(20)), None));
        let group = floors.penalised(None, Some(Pounds(15)));
        assert_eq!(group.at(15), Some(15));
        assert_eq!(group.at(30), Some(15));
        assert_eq!(group.at(10), Some(20));
    }
}

//! The nested road: exact, O(n log n) for a fixed depth of nesting.
//!
//! Each node's total as a function of the level outside is the sum of its parts',
//! clamped to its own bounds: rising and piecewise linear. The level of the nation
//! is where it meets the quantum; each clamped node then has its own.

use super::Solution;
use super::level::{Level, TotalByLevel};
use super::tree::{NodeState, Tree};
use crate::program::LinearProgram;

/// Solves a feasible program on its tree.
pub fn solve(program: &LinearProgram, tree: &Tree) -> Solution {
    let mut inner: Vec<TotalByLevel> = vec![TotalByLevel::default(); tree.nodes.len()];
    for index in (0..tree.nodes.len()).rev() {
        let node = &tree.nodes[index];
        let own = node
            .authorities
            .iter()
            .map(|&at| TotalByLevel::of_variable(&program.variables[at]));
        let groups = node.children.iter().map(|&child| {
            let (lower, upper) = tree.bounds(child);
            inner[child].clamped(lower, upper)
        });
        let total = TotalByLevel::sum(own.chain(groups));
        inner[index] = total;
    }
    let mut states = vec![NodeState::Free; tree.nodes.len()];
    let mut levels: Vec<Option<Level>> = vec![None; tree.nodes.len()];
    levels[0] = inner[0].level_of(program.quantum.fine().0);
    for index in 1..tree.nodes.len() {
        let outside = levels[tree.nodes[index].parent.unwrap_or(0)];
        let (lower, upper) = tree.bounds(index);
        states[index] = state_at(&inner[index], outside, lower, upper);
        levels[index] = match tree.held_at(index, states[index]) {
            None => outside,
            Some(total) => inner[index].level_of(total.0),
        };
    }
    Solution { states }
}

/// What a node does at a level outside it.
pub fn state_at(
    inner: &TotalByLevel,
    outside: Option<Level>,
    lower: Option<i128>,
    upper: Option<i128>,
) -> NodeState {
    let compare = |bound: i128| match outside {
        Some(level) => inner.compare_at(level, bound),
        // No level outside: everything there is fixed, and this node with it.
        None => inner.start.cmp(&bound),
    };
    if lower.is_some_and(|lower| compare(lower).is_lt()) {
        NodeState::AtLower
    } else if upper.is_some_and(|upper| compare(upper).is_gt()) {
        NodeState::AtUpper
    } else {
        NodeState::Free
    }
}

//! The nested road: exact, O(n log n) for a fixed depth of nesting.
//!
//! Each node's total as a function of the level outside is the sum of its parts',
//! clamped to its own bounds: rising and piecewise linear. The level of the nation
//! is where it meets the quantum; each clamped node then has its own.

use super::SolveError;
use super::level::{Level, TotalByLevel};
use super::settle::Settled;
use super::tree::{NodeState, Tree};
use crate::program::LinearProgram;

/// Solves a feasible program on its tree, from the nation down.
pub fn solve(program: &LinearProgram, tree: &Tree) -> Result<Settled, SolveError> {
    let inner = inner_functions(program, tree);
    let mut settled = Settled {
        states: vec![NodeState::Free; tree.nodes.len()],
        levels: vec![None; tree.nodes.len()],
    };
    for (index, inner) in inner.iter().enumerate() {
        let total = match tree.nodes[index].parent {
            None => Some(program.quantum.fine()),
            Some(parent) => {
                let outside = settled.levels[parent];
                let (lower, upper) = tree.bounds(index);
                settled.states[index] = state_at(inner, outside, lower, upper);
                settled.levels[index] = outside;
                tree.held_at(index, settled.states[index])
            }
        };
        if let Some(total) = total {
            settled.levels[index] = inner.level_of(total.0);
            let reached = match settled.levels[index] {
                Some(level) => inner.compare_at(level, total.0).is_eq(),
                None => inner.start == total.0,
            };
            if !reached {
                return Err(SolveError::Refused(
                    "a total cannot be reached by what is in it".to_string(),
                ));
            }
        }
    }
    Ok(settled)
}

/// Each node's total by the level inside it, the groups in it held to their bounds.
fn inner_functions(program: &LinearProgram, tree: &Tree) -> Vec<TotalByLevel> {
    let mut inner: Vec<TotalByLevel> = vec![TotalByLevel::default(); tree.nodes.len()];
    for index in (0..tree.nodes.len()).rev() {
        let node = &tree.nodes[index];
        let own = node
            .variables
            .iter()
            .map(|&at| TotalByLevel::of_variable(&program.variables[at]));
        let groups = node.children.iter().map(|&child| {
            let (lower, upper) = tree.bounds(child);
            inner[child].clamped(lower, upper)
        });
        let total = TotalByLevel::sum(own.chain(groups));
        inner[index] = total;
    }
    inner
}

/// What a node does at a level outside it.
fn state_at(
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

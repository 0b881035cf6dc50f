//! From what binds to exact levels: the one place where amounts come from, whatever
//! road found what binds. It proves on the way that the answer is the best one.

use std::cmp::Ordering;

use super::level::{Level, TotalByLevel, compare_fractions};
use super::nested::state_at;
use super::tree::{NodeState, Tree};
use super::{Solution, SolveError};
use crate::program::{LinearProgram, Variable};

/// Exact levels of a proved solution.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// Which nodes are at a bound, as proved.
    pub states: Vec<NodeState>,
    /// Each node's own level; none where everything in it is fixed.
    pub levels: Vec<Option<Level>>,
}

/// Computes each node's level from what binds, and proves that every free node's
/// total is within its bounds at the level outside it, and every held node's bound
/// is what holds it. For bounds that nest this certificate is necessary and
/// sufficient for the one optimum. A solution whose states fail it is mended where
/// a bound is met within a solver's tolerance, and refused otherwise.
pub fn settle(
    program: &LinearProgram,
    tree: &Tree,
    solution: &Solution,
) -> Result<Settled, SolveError> {
    let mut states = solution.states.clone();
    // Each round moves at least one node to the state that its neighbours' levels
    // call for; from a right or nearly right start few rounds are needed.
    for _ in 0..=2 * tree.nodes.len() {
        let inner = inner_functions(program, tree, &states);
        let levels = levels(program, tree, &states, &inner);
        let mut proved = true;
        for index in 1..tree.nodes.len() {
            let outside = levels[tree.nodes[index].parent.unwrap_or(0)];
            let (lower, upper) = tree.bounds(index);
            let called_for = state_at(&inner[index], outside, lower, upper);
            if !agrees(
                &inner[index],
                outside,
                states[index],
                called_for,
                tree,
                index,
            ) {
                states[index] = called_for;
                proved = false;
            }
        }
        if proved {
            return Ok(Settled { states, levels });
        }
    }
    Err(SolveError::Refused(
        "no consistent set of binding groups was found".to_string(),
    ))
}

/// A held node agrees also where the level outside gives exactly its bound.
fn agrees(
    inner: &TotalByLevel,
    outside: Option<Level>,
    state: NodeState,
    called_for: NodeState,
    tree: &Tree,
    node: usize,
) -> bool {
    if state == called_for {
        return true;
    }
    match (called_for, outside, tree.held_at(node, state)) {
        (NodeState::Free, Some(level), Some(bound)) => inner.compare_at(level, bound.0).is_eq(),
        (NodeState::Free, None, Some(bound)) => inner.start == bound.0,
        _ => false,
    }
}

/// Each node's total by the level inside it, held groups in it counting as fixed.
fn inner_functions(
    program: &LinearProgram,
    tree: &Tree,
    states: &[NodeState],
) -> Vec<TotalByLevel> {
    let mut inner: Vec<TotalByLevel> = vec![TotalByLevel::default(); tree.nodes.len()];
    for index in (0..tree.nodes.len()).rev() {
        let node = &tree.nodes[index];
        let own = node
            .authorities
            .iter()
            .map(|&at| TotalByLevel::of_variable(&program.variables[at]));
        let groups = node
            .children
            .iter()
            .map(|&child| match tree.held_at(child, states[child]) {
                Some(total) => TotalByLevel {
                    start: total.0,
                    breakpoints: Vec::new(),
                },
                None => inner[child].clone(),
            });
        let total = TotalByLevel::sum(own.chain(groups));
        inner[index] = total;
    }
    inner
}

fn levels(
    program: &LinearProgram,
    tree: &Tree,
    states: &[NodeState],
    inner: &[TotalByLevel],
) -> Vec<Option<Level>> {
    let mut levels = vec![None; tree.nodes.len()];
    levels[0] = inner[0].level_of(program.quantum.fine().0);
    for index in 1..tree.nodes.len() {
        levels[index] = match tree.held_at(index, states[index]) {
            Some(total) => inner[index].level_of(total.0),
            None => levels[tree.nodes[index].parent.unwrap_or(0)],
        };
    }
    levels
}

/// An amount before rounding: `numerator ÷ denominator` millionths of a pound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExactAmount {
    /// Above the line.
    pub numerator: i128,
    /// Below the line; positive.
    pub denominator: i128,
}

impl ExactAmount {
    /// Which is the larger, exactly.
    pub fn compare(self, other: Self) -> Ordering {
        compare_fractions(
            (self.numerator, self.denominator),
            (other.numerator, other.denominator),
        )
    }
}

impl Settled {
    /// min(upper, max(lower, weight × level − offset)), exactly.
    pub fn amount(&self, variable: &Variable, node: usize) -> ExactAmount {
        let function = TotalByLevel::of_variable(variable);
        match self.levels[node] {
            Some(level) => ExactAmount {
                numerator: function.line_at(level).times_denominator(level),
                denominator: level.denominator,
            },
            None => ExactAmount {
                numerator: function.start,
                denominator: 1,
            },
        }
    }

    /// Whether two solutions give every authority the same exact amount.
    pub fn same_amounts(&self, other: &Self, program: &LinearProgram, tree: &Tree) -> bool {
        program.variables.enumerate().all(|(at, variable)| {
            let node = tree.node_of[at];
            let (a, b) = (self.amount(variable, node), other.amount(variable, node));
            a.compare(b).is_eq()
        })
    }
}

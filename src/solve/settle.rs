//! From what binds to exact levels: the one place where amounts come from, whatever
//! road found what binds, and the certificate that proves them the best ones.

use std::cmp::Ordering;

use super::level::{Level, TotalByLevel, compare_fractions, product};
use super::level_digits::LevelDigits;
use super::nested;
use super::tree::{NodeState, Tree};
use super::{Solution, SolveError};
use crate::program::{Limited, LinearProgram, Measure};
use crate::register::VariableId;
use crate::units::{FinePounds, Pounds};

/// How far a group's exact total may be from a bound that a solver says it stands at: ten
/// times the part of the quantum that linear programs are solved to (see
/// [`super::lp::LinearBackend::within`]), since errors of several rounds add up. A hundred
/// pounds at £40 billion.
const SAID_WITHIN_PART_OF_QUANTUM: i128 = 400_000_000;

/// Exact levels of a proved solution.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// Which nodes are at a bound.
    pub states: Vec<NodeState>,
    /// Each node's own level; none where everything in it is fixed.
    pub levels: Vec<Option<Level>>,
}

/// Computes each node's exact level, proves the answer by its certificate, and refuses
/// a solution whose bounds do not bind there.
pub fn settle(
    program: &LinearProgram,
    tree: &Tree,
    solution: &Solution,
) -> Result<Settled, SolveError> {
    let settled = settle_exactly(program, tree)?;
    hold_against(program, tree, &settled, solution)?;
    Ok(settled)
}

/// Refuses a solution whose bounds do not bind at the exact levels.
pub(super) fn hold_against(
    program: &LinearProgram,
    tree: &Tree,
    settled: &Settled,
    solution: &Solution,
) -> Result<(), SolveError> {
    let near = program.quantum.fine().0 / SAID_WITHIN_PART_OF_QUANTUM + 1;
    for (index, &said) in solution.states.iter().enumerate() {
        let Some(bound) = tree.held_at(index, said) else {
            continue;
        };
        let total = exact_total(program, tree, settled, index);
        let off = |by: i128| ExactAmount {
            numerator: bound.0 + by,
            denominator: 1,
        };
        if total.compare(off(-near)).is_lt() || total.compare(off(near)).is_gt() {
            return Err(SolveError::Refused(
                "a bound that was said to bind does not".to_string(),
            ));
        }
    }
    Ok(())
}

/// The exact road alone: each node's level, proved by its certificate.
pub fn settle_exactly(program: &LinearProgram, tree: &Tree) -> Result<Settled, SolveError> {
    let settled = nested::solve(program, tree)?;
    certify(program, tree, &settled)?;
    Ok(settled)
}

/// The certificate, checked in O(n) from levels alone: every node's total, with each
/// authority at its node's level, is within the node's bounds; the nation's is the
/// quantum; a node whose level is above the level outside stands at its lower bound,
/// one whose level is below it at its upper bound. For bounds that nest this is
/// necessary and sufficient for the one optimum: money could otherwise be moved from a
/// higher level to a lower one.
pub fn certify(program: &LinearProgram, tree: &Tree, settled: &Settled) -> Result<(), SolveError> {
    certify_with(program, tree, settled, &mut Vec::new(), |_, _| {})
}

/// The same, with memory for the totals that is kept from one program to the next. Each
/// authority's amount is shown on the way.
pub(super) fn certify_with(
    program: &LinearProgram,
    tree: &Tree,
    settled: &Settled,
    totals: &mut Vec<ExactAmount>,
    show: impl FnMut(VariableId, ExactAmount),
) -> Result<(), SolveError> {
    exact_totals(program, tree, settled, totals, show);
    let refuse = |what: &str| Err(SolveError::Refused(what.to_string()));
    let exactly = |numerator: i128| ExactAmount {
        numerator,
        denominator: 1,
    };
    let whole = |pounds: Pounds| exactly(pounds.fine().0);
    for (index, node) in tree.nodes.iter().enumerate() {
        let total = totals[index];
        let Some(parent) = node.parent else {
            if !total.compare(whole(program.quantum)).is_eq() {
                return refuse("amounts do not add up to the quantum");
            }
            continue;
        };
        let at_lower = node.lower.map(|lower| total.compare(whole(lower)));
        let at_upper = node.upper.map(|upper| total.compare(whole(upper)));
        if at_lower.is_some_and(Ordering::is_lt) || at_upper.is_some_and(Ordering::is_gt) {
            return refuse("a group's total is beyond its bounds");
        }
        let held_at = tree.held_at(index, settled.states[index]);
        if held_at.is_some_and(|FinePounds(bound)| !total.compare(exactly(bound)).is_eq()) {
            return refuse("a group is not at the bound that it is held at");
        }
        let held = match (settled.levels[index], settled.levels[parent]) {
            (Some(inside), Some(outside)) => inside.cmp(&outside),
            // Without a level nothing in it can move.
            _ => Ordering::Equal,
        };
        if settled.states[index] == NodeState::Free && held.is_ne() {
            return refuse("a group that is not held has a level of its own");
        }
        let tight = match held {
            Ordering::Greater => at_lower.is_some_and(Ordering::is_eq),
            Ordering::Less => at_upper.is_some_and(Ordering::is_eq),
            Ordering::Equal => true,
        };
        if !tight {
            return refuse("a group has a level of its own that none of its bounds calls for");
        }
    }
    Ok(())
}

/// Every node's total with each authority at its node's level, from the leaves up.
fn exact_totals(
    program: &LinearProgram,
    tree: &Tree,
    settled: &Settled,
    totals: &mut Vec<ExactAmount>,
    mut show: impl FnMut(VariableId, ExactAmount),
) {
    totals.clear();
    totals.resize(
        tree.nodes.len(),
        ExactAmount {
            numerator: 0,
            denominator: 1,
        },
    );
    for node in (0..tree.nodes.len()).rev() {
        // One by one, by other arithmetic than levels are searched with: this is a proof.
        let own = one_by_one(program, tree, settled, node, &mut show);
        totals[node] = total_of_parts(tree, settled, node, own, |child| totals[child].numerator);
    }
}

/// A node's total with each authority at its node's level.
fn exact_total(
    program: &LinearProgram,
    tree: &Tree,
    settled: &Settled,
    node: usize,
) -> ExactAmount {
    let variables = tree.nodes[node]
        .variables
        .iter()
        .map(|&at| program.limited(at));
    let quick = settled.levels[node]
        .and_then(LevelDigits::of)
        .and_then(|digits| digits.total(variables));
    let own = quick.unwrap_or_else(|| one_by_one(program, tree, settled, node, &mut |_, _| {}));
    total_of_parts(tree, settled, node, own, |child| {
        exact_total(program, tree, settled, child).numerator
    })
}

/// The amounts of the authorities directly in a node, times its level's denominator.
fn one_by_one(
    program: &LinearProgram,
    tree: &Tree,
    settled: &Settled,
    node: usize,
    show: &mut impl FnMut(VariableId, ExactAmount),
) -> i128 {
    // Without a level the denominator is 1, as theirs are.
    let variables = tree.nodes[node].variables.iter();
    variables
        .map(|&at| {
            let amount = settled.amount(program.limited(at), node);
            show(at, amount);
            amount.numerator
        })
        .sum()
}

/// A node's total from its authorities' amounts and its groups' totals. Groups at the same
/// level share a denominator; a held group's total is its bound.
fn total_of_parts(
    tree: &Tree,
    settled: &Settled,
    node: usize,
    own: i128,
    numerator_of: impl Fn(usize) -> i128,
) -> ExactAmount {
    let denominator = settled.levels[node].map_or(1, |level| level.denominator);
    let groups = tree.nodes[node].children.iter().map(|&child| {
        match tree.held_at(child, settled.states[child]) {
            Some(held) => held.0 * denominator,
            None => numerator_of(child),
        }
    });
    ExactAmount {
        numerator: own + groups.sum::<i128>(),
        denominator,
    }
}

/// A node's total before rounding: its bound if it is held there.
pub fn node_total(
    program: &LinearProgram,
    tree: &Tree,
    settled: &Settled,
    node: usize,
) -> ExactAmount {
    match tree.held_at(node, settled.states[node]) {
        Some(FinePounds(numerator)) => ExactAmount {
            numerator,
            denominator: 1,
        },
        None => exact_total(program, tree, settled, node),
    }
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
    /// Nothing known yet.
    pub fn none() -> Self {
        Self {
            states: Vec::new(),
            levels: Vec::new(),
        }
    }

    /// min(upper, max(lower, weight × level − offset)), exactly.
    pub fn amount(&self, variable: Limited<'_>, node: usize) -> ExactAmount {
        let Some(level) = self.levels[node] else {
            return ExactAmount {
                numerator: variable.lower.fine().0,
                denominator: 1,
            };
        };
        let numerator = amount_times_denominator(variable, level).unwrap_or_else(|| {
            // Beyond 128 bits on the way; the amount itself is not.
            let function = TotalByLevel::of_variable(variable);
            function.line_at(level).times_denominator(level)
        });
        ExactAmount {
            numerator,
            denominator: level.denominator,
        }
    }
}

/// A variable's amount at a level, times the level's denominator: what
/// [`TotalByLevel::of_variable`] has there. None where a product passes 128 bits.
fn amount_times_denominator(variable: Limited<'_>, level: Level) -> Option<i128> {
    let lower = variable.lower.fine().0;
    let upper = variable.upper.map(|upper| upper.fine().0);
    let start = product(lower, level.denominator)?;
    let Some(turn) = variable.turn() else {
        return start.checked_add(risen(variable.measure, level, lower, upper)?);
    };
    let at = turn.at.0;
    let first_ends = upper.map_or(at, |upper| upper.min(at));
    start
        .checked_add(risen(variable.measure, level, lower, Some(first_ends))?)?
        .checked_add(risen(turn.measure, level, lower.max(at), upper)?)
}

/// How far weight × level − offset has risen from one sum towards another, times the
/// level's denominator.
fn risen(measure: Measure, level: Level, from: i128, to: Option<i128>) -> Option<i128> {
    if measure.weight <= 0 || to.is_some_and(|to| to <= from) || measure.stage > level.stage {
        return Some(0);
    }
    if measure.stage < level.stage
        && let Some(to) = to
    {
        return product(to - from, level.denominator);
    }
    let begins = product(from.checked_add(measure.offset.0)?, level.denominator)?;
    let risen = product(measure.weight, level.numerator)?.checked_sub(begins)?;
    if measure.stage < level.stage {
        return Some(risen);
    }
    let ends = match to {
        Some(to) => product(to - from, level.denominator)?,
        None => i128::MAX,
    };
    Some(risen.max(0).min(ends))
}

//! A program's answer: whole pounds, with the levels that decide them, verified outside
//! the solver in pounds.

use std::borrow::Cow;

use super::NoAllocation;
use super::crossing::solve_crossing;
use super::infeasible::shortfalls;
use super::rounding::{Exact, Rounded, split};
use crate::program::{
    Deviation, Goal, Limits, LinearProgram, PerVariable, Price, VariableId, WEIGHT_SCALE,
};
use crate::register::{PerAuthority, Register};
use crate::solve::crossing::{Certificate, Prices, Squares};
use crate::solve::{
    ExactAmount, Level, Method, Road, Settled, SolveError, Tree, build_tree, linear_programs_agree,
    optimal_face, product, proved_least, settle, settle_exactly, solve, total_deviation,
};
use crate::units::{FinePounds, Pounds};

/// A solved, rounded and verified program.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The sum of all amounts: what was to be shared, or the least that honours every
    /// guarantee.
    pub quantum: Pounds,
    /// Whole pounds.
    pub amounts: PerVariable<Pounds>,
    /// Each variable's own level; none where it is fixed.
    pub levels: PerVariable<Option<Level>>,
    /// The level of the nation.
    pub level: Option<Level>,
    /// Pairs whose last pound was settled by need amount or code, remainders being equal.
    pub ties: Vec<(VariableId, VariableId)>,
    /// Whether linear programs came to the same, where both roads were taken.
    pub linear_programs_agree: Option<bool>,
    /// What was recomputed in pounds.
    pub verification: Verification,
    /// Why no other answer is better.
    pub proof: Proof,
}

/// Why no other answer is better.
#[derive(Debug, Clone, PartialEq)]
pub enum Proof {
    /// Bounds nest: each group's level, and the bound that holds it there.
    Nested {
        /// Limits on the optimal face, where the lowest measure was raised within one.
        face: Option<PerVariable<Limits>>,
        /// Groups of what was asked for, or of the face.
        tree: Tree,
        /// Their levels and what holds them.
        settled: Settled,
        /// Prices that prove the optimal face, where there is one, with the groups that
        /// they are of.
        prices: Option<(Tree, Vec<Price>)>,
    },
    /// Groups cross: each cell's level, and the rows that hold it there.
    Crossing {
        /// The program whose lowest measure was raised.
        program: Box<LinearProgram>,
        /// Its cells, their levels and what holds them.
        certificate: Certificate,
        /// Prices that prove the optimal face, where there is one.
        prices: Option<Prices>,
    },
    /// Groups cross and squares are least: prices that prove it.
    Squares(Squares),
}

/// What was recomputed outside the solver, in pounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verification {
    /// Whether everything holds.
    pub passed: bool,
    /// Largest breach of an authority's bound.
    pub worst_bound: Pounds,
    /// Largest breach of a group's bound, or of the quantum.
    pub worst_row: Pounds,
    /// Furthest that any amount is from the proved optimum, beyond the rounding of
    /// less than a pound; zero in a passed run.
    pub gap: Pounds,
}

impl Verification {
    /// Recomputes bounds, rows and the total of whole pounds.
    pub(super) fn of_bounds(program: &LinearProgram, amounts: &PerVariable<Pounds>) -> Self {
        let worst_bound = program
            .limits
            .enumerate()
            .map(|(at, limits)| {
                let below = limits.lower - amounts[at];
                let above = limits
                    .upper
                    .map_or(Pounds::ZERO, |upper| amounts[at] - upper);
                below.max(above)
            })
            .fold(Pounds::ZERO, Pounds::max);
        let total: Pounds = amounts.iter().copied().sum();
        let rows = program.rows.iter().map(|row| {
            let sum: Pounds = row.members.iter().map(|&at| amounts[at]).sum();
            let below = row.lower.map_or(Pounds::ZERO, |lower| lower - sum);
            let above = row.upper.map_or(Pounds::ZERO, |upper| sum - upper);
            below.max(above)
        });
        let worst_row = rows.fold((total - program.quantum).abs(), Pounds::max);
        Self {
            passed: worst_bound == Pounds::ZERO && worst_row == Pounds::ZERO,
            worst_bound,
            worst_row,
            gap: Pounds::ZERO,
        }
    }
}

/// What each authority gets, all services together.
pub(super) fn by_authority(
    program: &LinearProgram,
    amounts: &PerVariable<Pounds>,
    register: &Register,
) -> PerAuthority<Pounds> {
    let mut sums = register.column(|_, _| Pounds::ZERO);
    for (variable, amount) in program.variables.iter().zip(amounts.iter()) {
        sums[variable.authority] += *amount;
    }
    sums
}

/// Solves a program, rounds to whole pounds and verifies.
pub fn solve_program(
    program: &LinearProgram,
    register: &Register,
    method: impl Into<Method>,
) -> Result<Answer, NoAllocation> {
    let method = method.into();
    let Ok(tree) = build_tree(program) else {
        return solve_crossing(program, register, method);
    };
    match program.goal {
        Goal::LeastQuantum => {
            let mut least = program.clone();
            least.quantum = tree.least_total(program);
            solve_nested(&least, &tree, register, method)
        }
        Goal::Leximin | Goal::ScaleGains(_) | Goal::LeastSquares | Goal::LeastDeviation(_) => {
            solve_nested(program, &tree, register, method)
        }
    }
}

fn solve_nested(
    program: &LinearProgram,
    tree: &Tree,
    register: &Register,
    method: Method,
) -> Result<Answer, NoAllocation> {
    let clashes = tree.clashes(program);
    if !clashes.is_empty() {
        let shortfalls = shortfalls(program, register, &clashes);
        return Err(NoAllocation::infeasible(shortfalls));
    }
    let face = match &program.goal {
        Goal::LeastDeviation(deviations) => Some(optimal_face(program, tree, deviations)),
        Goal::Leximin | Goal::ScaleGains(_) | Goal::LeastSquares | Goal::LeastQuantum => None,
    };
    // Where the goal leaves ties, they are settled within its optimal face.
    let (narrowed, narrowed_tree, prices) = match face {
        Some(face) => (Cow::Owned(face.program), face.tree, Some(face.prices)),
        None => (Cow::Borrowed(program), tree.clone(), None),
    };
    // The linear programs only say whether they agree: they are solved side by side.
    let ((settled, rounded, mut verification), found) = {
        let exact = || exact_in_pounds(program, &narrowed, &narrowed_tree, method);
        let general = Method {
            road: Road::General,
            ..method
        };
        match method.road {
            Road::Auto => {
                let found = || solve(&narrowed, &narrowed_tree, general);
                let (exact, found) = rayon::join(exact, found);
                (exact?, Some(found))
            }
            Road::Nested | Road::General => (exact()?, None),
        }
    };
    let agree =
        found.map(|found| linear_programs_agree(&narrowed, &narrowed_tree, &settled, &found));
    if let (Goal::LeastDeviation(deviations), Some(prices)) = (&program.goal, &prices) {
        let gap = deviation_gap(program, tree, deviations, prices, &rounded.amounts);
        verification.gap = verification.gap.max(gap);
        verification.passed &= gap == Pounds::ZERO;
    }
    check_passed(&verification)?;
    Ok(Answer {
        quantum: program.quantum,
        amounts: rounded.amounts,
        levels: narrowed_tree.node_of.map(|&node| settled.levels[node]),
        level: settled.levels[0],
        ties: rounded.ties,
        linear_programs_agree: agree,
        verification,
        proof: Proof::Nested {
            face: prices.is_some().then(|| narrowed.limits.clone()),
            tree: narrowed_tree,
            settled,
            prices: prices.map(|prices| (tree.clone(), prices)),
        },
    })
}

/// The exact levels within the optimal face, whole pounds, and what they are held to.
fn exact_in_pounds(
    program: &LinearProgram,
    narrowed: &LinearProgram,
    narrowed_tree: &Tree,
    method: Method,
) -> Result<(Settled, Rounded, Verification), NoAllocation> {
    let settled = match method.road {
        Road::General => solve(narrowed, narrowed_tree, method)
            .and_then(|solution| settle(narrowed, narrowed_tree, &solution)),
        Road::Nested | Road::Auto => settle_exactly(narrowed, narrowed_tree),
    }
    .map_err(NoAllocation::Unproved)?;
    let mut rounded = Rounded::new();
    rounded.round(Exact {
        program: narrowed,
        tree: narrowed_tree,
        settled: &settled,
    });
    let verification = verify(program, narrowed, narrowed_tree, &settled, &rounded.amounts);
    Ok((settled, rounded, verification))
}

/// Refuses an answer that does not hold in whole pounds.
pub(super) fn check_passed(verification: &Verification) -> Result<(), NoAllocation> {
    if verification.passed {
        return Ok(());
    }
    Err(NoAllocation::Unproved(SolveError::Refused(format!(
        "whole pounds break a bound by {}, a total by {}, the optimum by {}",
        verification.worst_bound, verification.worst_row, verification.gap
    ))))
}

/// How far the total deviation is from the least that prices prove, in pounds at
/// weight one, rounded up. On the optimal face it is nothing, also in whole pounds:
/// its bounds are whole.
pub(super) fn deviation_gap(
    program: &LinearProgram,
    tree: &Tree,
    deviations: &PerVariable<Deviation>,
    prices: &[Price],
    amounts: &PerVariable<Pounds>,
) -> Pounds {
    let Some(least) = proved_least(program, tree, deviations, prices) else {
        return Pounds(i64::MAX);
    };
    #[expect(clippy::cast_possible_truncation, reason = "a whole number")]
    let scale = WEIGHT_SCALE as i128;
    let above = -(-(total_deviation(amounts, deviations) - least)).div_euclid(scale);
    Pounds(i64::try_from(above).unwrap_or(i64::MAX))
}

/// Recomputes bounds, rows, the total and the optimum: the first three from the program
/// as the guarantees made it, the last from the program that ties were settled in.
pub(super) fn verify(
    program: &LinearProgram,
    narrowed: &LinearProgram,
    tree: &Tree,
    settled: &Settled,
    amounts: &PerVariable<Pounds>,
) -> Verification {
    let mut verification = Verification::of_bounds(program, amounts);
    verification.gap = furthest_from_exact(narrowed, tree, settled, amounts);
    verification.passed &= verification.gap == Pounds::ZERO;
    verification
}

/// How far whole pounds are at most from what exact amounts round to, up or down.
pub(super) fn furthest_from_exact(
    narrowed: &LinearProgram,
    tree: &Tree,
    settled: &Settled,
    amounts: &PerVariable<Pounds>,
) -> Pounds {
    let variables = narrowed.all_limited().zip(tree.node_of.iter());
    variables
        .zip(amounts.iter())
        .map(|((variable, &node), &pounds)| beyond_rounding(pounds, settled.amount(variable, node)))
        .fold(Pounds::ZERO, Pounds::max)
}

/// How far whole pounds are from what an exact amount rounds to, up or down.
pub(super) fn beyond_rounding(pounds: Pounds, exact: ExactAmount) -> Pounds {
    if is_next_to(pounds, exact) {
        return Pounds::ZERO;
    }
    let (whole, remainder) = split(exact);
    let above = whole + Pounds(i64::from(remainder.numerator > 0));
    (whole - pounds).max(pounds - above).max(Pounds::ZERO)
}

/// Whether whole pounds are less than a pound from an exact amount: no division is needed
/// to see it.
fn is_next_to(pounds: Pounds, exact: ExactAmount) -> bool {
    let apart = product(pounds.fine().0, exact.denominator)
        .and_then(|pounds| pounds.checked_sub(exact.numerator));
    let pound = product(exact.denominator, FinePounds::PER_POUND);
    apart
        .zip(pound)
        .is_some_and(|(apart, pound)| -pound < apart && apart < pound)
}

//! An [`Allocation`]: whole pounds that add up exactly, verified outside the solver
//! in pounds, with what binds for each authority. And, where guarantees cannot hold
//! together, by how many pounds.

use std::collections::BTreeSet;

use crate::assess::{Assessment, PARTS};
use crate::formula::{Formula, Objective};
use crate::ids::FormulaName;
use crate::program::{Deviation, Goal, LinearProgram, Stage, WEIGHT_SCALE};
use crate::register::{PerAuthority, Position, Register};
use crate::solve::{
    Level, OptimalFace, Road, Settled, SolveError, Tree, build_tree, linear_programs_agree,
    optimal_face, proved_least, settle, solve, total_deviation,
};
use crate::units::{FinePounds, Pounds, Share};

mod rounding;
mod shortfall;

pub use shortfall::Shortfall;

use rounding::{Rounded, Rounding, split};
use shortfall::shortfall;

/// What `binding` says of an authority at the natural floor.
pub const ZERO: &str = "zero";

/// A solved and verified formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocation {
    /// Of which formula.
    pub formula: FormulaName,
    /// The sum that was shared.
    pub quantum: Pounds,
    /// Share of national need.
    pub need_share: PerAuthority<Share>,
    /// What authorities can raise themselves, to the pound.
    pub own_resources: PerAuthority<Pounds>,
    /// need share × assessed total, to the pound.
    pub need_amount: PerAuthority<Pounds>,
    /// need amount − own resources, to the pound.
    pub target: PerAuthority<Pounds>,
    /// What is allocated; sums to the quantum exactly.
    pub amount: PerAuthority<Pounds>,
    /// amount + own resources.
    pub funding: PerAuthority<Pounds>,
    /// Guarantees that hold the amount where it is, by name; `zero` for the natural
    /// floor; empty where need alone decides.
    pub binding: PerAuthority<Vec<String>>,
    /// How many authorities or groups each guarantee binds, in file order.
    pub bound_count: Vec<usize>,
    /// What the objective reached; none where every amount is fixed.
    pub reached: Option<Reached>,
    /// Pairs of authorities whose last pound was settled by need amount or code,
    /// their remainders being equal.
    pub ties: Vec<(Position, Position)>,
    /// Whether linear programs came to the same, where both roads were taken.
    pub linear_programs_agree: Option<bool>,
    /// The proof.
    pub verification: Verification,
}

/// What an objective reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached {
    /// The figure.
    pub value: f64,
    /// What it is, as a unit.
    pub unit: &'static str,
    /// The same in a sentence.
    pub sentence: String,
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

/// Why there is no allocation.
#[derive(Debug, Clone, PartialEq)]
pub enum NoAllocation {
    /// Guarantees cannot hold together: exit 3.
    Infeasible(Vec<Shortfall>),
    /// Our own check failed: exit 4.
    Unproved(SolveError),
}

/// Solves a program, rounds to whole pounds and verifies; crossing groups are
/// refused before (see [`crate::solve::build_tree`]).
pub fn allocate(
    assessment: &Assessment,
    formula: &Formula,
    program: &LinearProgram,
    register: &Register,
    road: Road,
) -> Result<Allocation, NoAllocation> {
    let tree = match build_tree(program) {
        Ok(tree) => tree,
        Err(crossing) => {
            return Err(NoAllocation::Unproved(SolveError::Refused(format!(
                "the groups of \"{}\" and \"{}\" cross",
                crossing.first, crossing.second
            ))));
        }
    };
    let clashes = tree.clashes(program);
    if !clashes.is_empty() {
        let shortfalls = clashes
            .iter()
            .map(|clash| shortfall(clash, program, register))
            .collect();
        return Err(NoAllocation::Infeasible(shortfalls));
    }
    let face = match &program.goal {
        Goal::Leximin => None,
        Goal::LeastDeviation(deviations) => Some(optimal_face(program, &tree, deviations)),
    };
    // Where the goal leaves ties, they are settled within its optimal face.
    let (narrowed, narrowed_tree) = match &face {
        Some(face) => (&face.program, &face.tree),
        None => (program, &tree),
    };
    let solution = solve(narrowed, narrowed_tree, road).map_err(NoAllocation::Unproved)?;
    let settled = settle(narrowed, narrowed_tree, &solution).map_err(NoAllocation::Unproved)?;
    let rounded = Rounding {
        program: narrowed,
        tree: narrowed_tree,
        settled: &settled,
        ties: Vec::new(),
    }
    .round();
    let mut verification = verify(program, narrowed, narrowed_tree, &settled, &rounded.amounts);
    if let (Goal::LeastDeviation(deviations), Some(face)) = (&program.goal, &face) {
        let gap = deviation_gap(program, &tree, deviations, face, &rounded.amounts);
        verification.gap = verification.gap.max(gap);
        verification.passed &= gap == Pounds::ZERO;
    }
    if !verification.passed {
        return Err(NoAllocation::Unproved(SolveError::Refused(format!(
            "whole pounds break a bound by {}, a total by {}, the optimum by {}",
            verification.worst_bound, verification.worst_row, verification.gap
        ))));
    }
    let agree = (road == Road::Auto).then(|| linear_programs_agree(narrowed, narrowed_tree));
    let mut allocation = assemble(
        assessment,
        formula,
        program,
        settled.levels[0],
        rounded,
        verification,
    );
    allocation.linear_programs_agree = agree;
    Ok(allocation)
}

/// How far the total deviation is from the least that prices prove, in pounds at
/// weight one, rounded up. On the optimal face it is nothing, also in whole pounds:
/// its bounds are whole.
fn deviation_gap(
    program: &LinearProgram,
    tree: &Tree,
    deviations: &PerAuthority<Deviation>,
    face: &OptimalFace,
    amounts: &PerAuthority<Pounds>,
) -> Pounds {
    let Some(least) = proved_least(program, tree, deviations, &face.prices) else {
        return Pounds(i64::MAX);
    };
    #[expect(clippy::cast_possible_truncation, reason = "a whole number")]
    let scale = WEIGHT_SCALE as i128;
    let above = -(-(total_deviation(amounts, deviations) - least)).div_euclid(scale);
    Pounds(i64::try_from(above).unwrap_or(i64::MAX))
}

fn assemble(
    assessment: &Assessment,
    formula: &Formula,
    program: &LinearProgram,
    level: Option<Level>,
    rounded: Rounded,
    verification: Verification,
) -> Allocation {
    let amount = rounded.amounts;
    let own_resources = whole_pounds(&assessment.own_resources);
    let need_amount = whole_pounds(&assessment.need_amount());
    let (binding, bound_count) = binding(program, &amount, formula);
    Allocation {
        formula: assessment.formula.clone(),
        quantum: assessment.quantum,
        need_share: assessment.need_share.clone(),
        // From the whole pounds shown, so that a reader's subtraction agrees.
        target: need_amount.zip_with(&own_resources, |need, own| *need - *own),
        need_amount,
        funding: amount.zip_with(&own_resources, |amount, own| *amount + *own),
        own_resources,
        reached: reached(formula, assessment, program, level, &amount),
        amount,
        binding,
        bound_count,
        ties: rounded.ties,
        linear_programs_agree: None,
        verification,
    }
}

/// A column in whole pounds that add up to its total's whole pounds: largest remainders
/// first, the earlier code first where they are equal.
fn whole_pounds(column: &PerAuthority<FinePounds>) -> PerAuthority<Pounds> {
    let total = column.iter().copied().sum::<FinePounds>().round();
    let mut whole = column.map(|sum| sum.floor());
    let given: Pounds = whole.iter().copied().sum();
    let mut order: Vec<(Position, i128)> = column
        .enumerate()
        .map(|(at, sum)| (at, sum.0.rem_euclid(FinePounds::PER_POUND)))
        .collect();
    order.sort_by_key(|(at, remainder)| (std::cmp::Reverse(*remainder), *at));
    let more = usize::try_from((total - given).0).unwrap_or(0);
    for (at, _) in order.into_iter().take(more) {
        whole[at] += Pounds(1);
    }
    whole
}

/// What the objective reached, in its own terms.
fn reached(
    formula: &Formula,
    assessment: &Assessment,
    program: &LinearProgram,
    level: Option<Level>,
    amount: &PerAuthority<Pounds>,
) -> Option<Reached> {
    let level = level
        .filter(|level| level.stage == Stage::ByNeed)
        .map(Level::as_f64);
    let (value, unit, sentence) = match &formula.objective {
        Objective::LevelUp => {
            // Millionths of a pound per part of national need; as coverage, the part
            // of the need amount that is funded.
            #[expect(clippy::cast_precision_loss, reason = "for messages")]
            let coverage = level? * PARTS as f64 / assessment.assessed_total.0 as f64;
            let sentence = format!(
                "Authorities that no guarantee holds are funded at {coverage:.4} of their need amount."
            );
            (coverage, "coverage", sentence)
        }
        Objective::ScaleGains => {
            let factor = level?;
            let sentence = format!(
                "Every gain over an authority's own floor is paid at {:.2} %.",
                100.0 * factor
            );
            (factor, "share of each gain", sentence)
        }
        Objective::EqualChange { .. } => {
            let change = level?;
            let sentence = format!(
                "Amounts that no guarantee holds move by {:+.2} % from the baseline.",
                100.0 * change
            );
            (change, "change as a ratio", sentence)
        }
        Objective::LeastDeviation { .. } => {
            let Goal::LeastDeviation(deviations) = &program.goal else {
                return None;
            };
            #[expect(clippy::cast_precision_loss, reason = "for messages")]
            let total = total_deviation(amount, deviations) as f64 / WEIGHT_SCALE;
            let sentence = format!(
                "The weighted distance from target is £{:.6}m, the least that the guarantees allow.",
                total / 1e6
            );
            (total, "GBP, weighted", sentence)
        }
        Objective::LeastSquares { .. } => {
            let above = level? * WEIGHT_SCALE / 1e6;
            let sentence = format!(
                "Amounts that no guarantee holds are £{above:.2} from target for each unit of weight."
            );
            (above, "GBP per unit of weight", sentence)
        }
    };
    Some(Reached {
        value,
        unit,
        sentence,
    })
}

/// What holds each amount, and how many authorities or groups each guarantee holds.
/// A bound that an authority or a group merely meets on its way counts too: it stands
/// at the bound, which is what readers can check.
fn binding(
    program: &LinearProgram,
    amount: &PerAuthority<Pounds>,
    formula: &Formula,
) -> (PerAuthority<Vec<String>>, Vec<usize>) {
    let mut count = vec![0; formula.guarantees.len()];
    let mut held: PerAuthority<BTreeSet<usize>> = program.variables.map(|_| BTreeSet::new());
    for (at, variable) in program.variables.enumerate() {
        if amount[at] == variable.lower && variable.lower > Pounds::ZERO {
            held[at].extend(&variable.lower_by);
        }
        if Some(amount[at]) == variable.upper {
            held[at].extend(&variable.upper_by);
        }
        for &guarantee in &held[at] {
            count[guarantee] += 1;
        }
    }
    for row in &program.rows {
        let total: Pounds = row.members.iter().map(|&at| amount[at]).sum();
        if Some(total) == row.lower || Some(total) == row.upper {
            count[row.guarantee] += 1;
            for &at in &row.members {
                held[at].insert(row.guarantee);
            }
        }
    }
    let mut names = held.map(|held| {
        held.iter()
            .map(|&guarantee| program.guarantees[guarantee].to_string())
            .collect::<Vec<_>>()
    });
    for (at, variable) in program.variables.enumerate() {
        let needs_money = variable.measure.weight > 0;
        if amount[at] == Pounds::ZERO && names[at].is_empty() && needs_money {
            names[at].push(ZERO.to_string());
        }
    }
    (names, count)
}

/// Recomputes bounds, rows, the total and the optimum: the first three from the program
/// as the guarantees made it, the last from the program that ties were settled in.
fn verify(
    program: &LinearProgram,
    narrowed: &LinearProgram,
    tree: &Tree,
    settled: &Settled,
    amounts: &PerAuthority<Pounds>,
) -> Verification {
    let worst_bound = program
        .variables
        .enumerate()
        .map(|(at, variable)| {
            let below = variable.lower - amounts[at];
            let above = variable
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
    let gap = narrowed
        .variables
        .enumerate()
        .map(|(at, variable)| {
            let (whole, remainder) = split(settled.amount(variable, tree.node_of[at]));
            let above = whole + Pounds(i64::from(remainder.numerator > 0));
            (whole - amounts[at]).max(amounts[at] - above)
        })
        .fold(Pounds::ZERO, Pounds::max);
    Verification {
        passed: worst_bound == Pounds::ZERO && worst_row == Pounds::ZERO && gap == Pounds::ZERO,
        worst_bound,
        worst_row,
        gap,
    }
}

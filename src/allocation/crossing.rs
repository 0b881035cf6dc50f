//! The answer of a program whose groups cross.

use std::borrow::Cow;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{ToPrimitive, Zero};

use super::NoAllocation;
use super::answer::{Answer, Proof, Verification};
use super::crossing_rounding::round_within;
use super::rounding::Rounded;
use super::shortfall::{Shortfall, shortfall, together};
use crate::program::{Goal, LinearProgram, PerVariable};
use crate::register::Register;
use crate::solve::crossing::{
    Cells, Certificate, Constraints, ExactSum, Obstacle, least_total, leximin, obstacles,
    optimal_face, prices,
};
use crate::solve::{Level, Road, SolveError, total_deviation};
use crate::units::{FinePounds, Pounds};

/// Solves a program whose groups cross, rounds to whole pounds and verifies.
pub(super) fn solve_crossing(
    program: &LinearProgram,
    register: &Register,
    road: Road,
) -> Result<Answer, NoAllocation> {
    let cells = Cells::of(program);
    let constraints = Constraints::of(&cells);
    if program.goal == Goal::LeastQuantum {
        let least = least_total(&cells, &constraints).map_err(NoAllocation::Unproved)?;
        if let Some(least) = least {
            let mut program = program.clone();
            program.quantum = least;
            let cells = Cells::of(&program);
            return answer(&program, &cells, &constraints, register, road);
        }
    }
    answer(program, &cells, &constraints, register, road)
}

fn answer(
    program: &LinearProgram,
    cells: &Cells,
    constraints: &Constraints,
    register: &Register,
    _road: Road,
) -> Result<Answer, NoAllocation> {
    let clashing = obstacles(program, cells, constraints).map_err(NoAllocation::Unproved)?;
    if !clashing.is_empty() {
        let shortfalls = clashing
            .iter()
            .map(|obstacle| in_words(obstacle, program, cells, register))
            .collect();
        return Err(NoAllocation::infeasible(shortfalls));
    }
    let unproved = NoAllocation::Unproved;
    // Where the goal leaves ties, they are settled within its optimal face.
    let prices = match &program.goal {
        Goal::LeastDeviation(deviations) => {
            Some(prices(program, cells, constraints, deviations).map_err(unproved)?)
        }
        Goal::Leximin | Goal::ScaleGains(_) | Goal::LeastQuantum => None,
    };
    let narrowed = match (&program.goal, &prices) {
        (Goal::LeastDeviation(deviations), Some(prices)) => {
            Cow::Owned(optimal_face(program, cells, deviations, prices))
        }
        _ => Cow::Borrowed(program),
    };
    let on_face = Cells::of(&narrowed);
    let certificate = leximin(&narrowed, &on_face, constraints).map_err(unproved)?;
    certificate.check(&narrowed).map_err(unproved)?;
    let exact = certificate.amounts(&narrowed);
    let rounded = round_within(&narrowed, &on_face, constraints, &exact)?;
    let verification = verify(program, &exact, &rounded);
    if let (Goal::LeastDeviation(deviations), Some(prices)) = (&program.goal, &prices) {
        let least = prices.proved_least(program, cells, deviations);
        let total = total_deviation(&rounded.amounts, deviations) * &prices.denominator;
        if least != Some(total) {
            return Err(unproved(SolveError::Refused(
                "prices do not prove the total deviation to be the least".to_string(),
            )));
        }
    }
    if !verification.passed {
        return Err(NoAllocation::Unproved(SolveError::Refused(format!(
            "whole pounds break a bound by {}, a total by {}, the optimum by {}",
            verification.worst_bound, verification.worst_row, verification.gap
        ))));
    }
    Ok(Answer {
        quantum: program.quantum,
        levels: cells.cell_of.map(|&cell| {
            certificate.levels[cell]
                .as_ref()
                .map(|level| level.nearest())
        }),
        level: free_level(&certificate, &rounded.amounts, cells),
        amounts: rounded.amounts,
        ties: rounded.ties,
        linear_programs_agree: None,
        verification,
        proof: Proof::Crossing {
            program: Box::new(narrowed.into_owned()),
            certificate,
            prices,
        },
    })
}

fn in_words(
    obstacle: &Obstacle,
    program: &LinearProgram,
    cells: &Cells,
    register: &Register,
) -> Shortfall {
    match obstacle {
        Obstacle::Clash(clash) => shortfall(clash, program, register),
        Obstacle::Together(violated) => together(violated, program, cells),
    }
}

/// The level of cells that no row holds: of the first that is in no row at one of its
/// bounds and that is not full.
fn free_level(
    certificate: &Certificate,
    amounts: &PerVariable<Pounds>,
    cells: &Cells,
) -> Option<Level> {
    let totals: Vec<Pounds> = cells
        .cells
        .iter()
        .map(|cell| cell.members.iter().map(|&at| amounts[at]).sum())
        .collect();
    let is_held = |row: usize| {
        let total: Pounds = cells.of_row[row].iter().map(|&cell| totals[cell]).sum();
        total == cells.lower[row] || Some(total) == cells.upper[row]
    };
    let free = certificate.rounds.iter().flat_map(|round| &round.cells);
    free.copied()
        .find(|&cell| !cells.cells[cell].rows.iter().any(|&row| is_held(row)))
        .and_then(|cell| certificate.levels[cell].as_ref())
        .map(|level| level.nearest())
}

/// Recomputes bounds, rows and the total in whole pounds, and how far each amount is from
/// the exact one beyond the rounding.
fn verify(
    program: &LinearProgram,
    exact: &PerVariable<ExactSum>,
    rounded: &Rounded,
) -> Verification {
    let amounts = &rounded.amounts;
    let mut verification = Verification::of_bounds(program, amounts);
    for (at, exact) in exact.enumerate() {
        let (whole, remainder) = whole_and_rest(exact);
        let above = whole + Pounds(i64::from(!remainder.is_zero()));
        let off = (whole - amounts[at]).max(amounts[at] - above);
        verification.gap = verification.gap.max(off);
    }
    verification.passed &= verification.gap == Pounds::ZERO;
    verification
}

/// Whole pounds below an exact sum, and what is left above them, over the sum's
/// denominator times a million.
pub(super) fn whole_and_rest(exact: &ExactSum) -> (Pounds, BigInt) {
    let pound = &exact.denominator * FinePounds::PER_POUND;
    let (whole, rest) = exact.numerator.div_mod_floor(&pound);
    let whole = whole.to_i64().expect("amounts are at most the quantum");
    (Pounds(whole), rest)
}

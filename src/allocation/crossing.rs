//! The answer of a program whose groups cross.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{ToPrimitive, Zero};

use super::NoAllocation;
use super::answer::{Answer, Proof, Verification};
use super::crossing_rounding::round_within;
use super::rounding::Rounded;
use super::shortfall::{Shortfall, shortfall, together};
use crate::program::{Goal, LinearProgram, PerVariable, VariableId};
use crate::register::Register;
use crate::solve::crossing::{
    Cells, Certificate, Constraints, ExactLevel, ExactSum, Obstacle, Prices, least_squares,
    least_total, leximin, obstacles, optimal_face, prices,
};
use crate::solve::{Level, Method, Road, SolveError, cell_totals, total_deviation};
use crate::units::{FinePounds, Pounds};

/// Cells up to which linear programs are solved beside the exact road: each round takes a
/// dozen of them, and there may be as many rounds as cells.
const MOST_CELLS_HELD_AGAINST: usize = 100;

/// How far cells' totals may be from a linear program's, as parts of the quantum: ten
/// times what it is solved to, since errors of several rounds add up.
const NEAR: f64 = 10.0 / 40_000.0;

/// Solves a program whose groups cross, rounds to whole pounds and verifies.
pub(super) fn solve_crossing(
    program: &LinearProgram,
    register: &Register,
    method: Method,
) -> Result<Answer, NoAllocation> {
    let cells = Cells::of(program);
    let constraints = Constraints::of(&cells);
    let clashing = obstacles(program, &cells, &constraints).map_err(NoAllocation::Unproved)?;
    if !clashing.is_empty() {
        let shortfalls = clashing
            .iter()
            .map(|obstacle| in_words(obstacle, program, &cells, register))
            .collect();
        return Err(NoAllocation::infeasible(shortfalls));
    }
    match &program.goal {
        Goal::Leximin | Goal::ScaleGains(_) => {
            by_levels(program, &cells, &constraints, method, None)
        }
        Goal::LeastQuantum => {
            let least = least_total(&cells, &constraints).map_err(NoAllocation::Unproved)?;
            let mut program = program.clone();
            program.quantum = least.unwrap_or(program.quantum);
            by_levels(&program, &Cells::of(&program), &constraints, method, None)
        }
        // Where the goal leaves ties, they are settled within its optimal face.
        Goal::LeastDeviation(deviations) => {
            let prices = prices(program, &cells, &constraints, deviations)
                .map_err(NoAllocation::Unproved)?;
            let face = optimal_face(program, &cells, deviations, &prices);
            let least = prices.proved_least(program, &cells, deviations);
            let scale = prices.denominator.clone();
            let on_face = Cells::of(&face);
            let answer = by_levels(&face, &on_face, &constraints, method, Some(prices))?;
            let total = total_deviation(&answer.amounts, deviations) * scale;
            if least != Some(total) {
                return Err(NoAllocation::Unproved(SolveError::Refused(
                    "prices do not prove the total deviation to be the least".to_string(),
                )));
            }
            Ok(answer)
        }
        Goal::LeastSquares => by_squares(program, &cells, &constraints),
    }
}

/// The lowest measure raised first.
fn by_levels(
    program: &LinearProgram,
    cells: &Cells,
    constraints: &Constraints,
    method: Method,
    prices: Option<Prices>,
) -> Result<Answer, NoAllocation> {
    let certificate = leximin(program, cells, constraints).map_err(NoAllocation::Unproved)?;
    certificate.check(program).map_err(NoAllocation::Unproved)?;
    let exact = certificate.amounts(program);
    let linear_programs_agree = held_against(program, cells, &exact, method)?;
    let (rounded, verification) = whole_pounds(program, cells, constraints, &exact)?;
    Ok(Answer {
        quantum: program.quantum,
        levels: cells
            .cell_of
            .map(|&cell| certificate.levels[cell].as_ref().map(ExactLevel::nearest)),
        level: free_level(&certificate, &rounded.amounts, cells),
        amounts: rounded.amounts,
        ties: rounded.ties,
        linear_programs_agree,
        verification,
        proof: Proof::Crossing {
            program: Box::new(program.clone()),
            certificate,
            prices,
        },
    })
}

/// The least squares. Their first guess is a quadratic solver's: linear programs have
/// nothing to say of them.
fn by_squares(
    program: &LinearProgram,
    cells: &Cells,
    constraints: &Constraints,
) -> Result<Answer, NoAllocation> {
    let squares = least_squares(program, cells, constraints).map_err(NoAllocation::Unproved)?;
    squares.check(program).map_err(NoAllocation::Unproved)?;
    let exact = squares.amounts(program);
    let (rounded, verification) = whole_pounds(program, cells, constraints, &exact)?;
    let levels = squares.levels();
    Ok(Answer {
        quantum: program.quantum,
        levels: cells.cell_of.map(|&cell| Some(levels[cell].nearest())),
        level: Some(squares.nation().nearest()),
        amounts: rounded.amounts,
        ties: rounded.ties,
        linear_programs_agree: None,
        verification,
        proof: Proof::Squares(squares),
    })
}

/// Whether linear programs come to the same totals of cells, where they are asked; on the
/// general road they must.
fn held_against(
    program: &LinearProgram,
    cells: &Cells,
    exact: &PerVariable<ExactSum>,
    method: Method,
) -> Result<Option<bool>, NoAllocation> {
    let asked = match method.road {
        Road::Nested => false,
        Road::Auto => cells.count() <= MOST_CELLS_HELD_AGAINST,
        Road::General => true,
    };
    if !asked {
        return Ok(None);
    }
    let backend = method.backend.solver();
    let near = program.quantum.as_f64().max(1.0) * NEAR * backend.within();
    let agree = cell_totals(program, cells, backend).map(|totals| {
        cells.cells.iter().zip(totals).all(|(cell, said)| {
            let pounds = |at: &VariableId| pounds_of(&exact[*at]);
            let total: f64 = cell.members.iter().map(pounds).sum();
            (total - said).abs() <= near
        })
    });
    if method.road == Road::Auto {
        return Ok(Some(agree.unwrap_or(false)));
    }
    match agree {
        Ok(true) => Ok(None),
        Ok(false) => Err(NoAllocation::Unproved(SolveError::Refused(
            "linear programs come to totals that are not the best ones".to_string(),
        ))),
        Err(reason) => Err(NoAllocation::Unproved(reason)),
    }
}

/// An exact sum in pounds, near enough to be held against a solver's.
fn pounds_of(exact: &ExactSum) -> f64 {
    let (whole, rest) = whole_and_rest(exact);
    let thousandths: BigInt = rest * 1000 / (&exact.denominator * FinePounds::PER_POUND);
    whole.as_f64() + thousandths.to_f64().unwrap_or(0.0) / 1e3
}

fn whole_pounds(
    program: &LinearProgram,
    cells: &Cells,
    constraints: &Constraints,
    exact: &PerVariable<ExactSum>,
) -> Result<(Rounded, Verification), NoAllocation> {
    let rounded = round_within(program, cells, constraints, exact)?;
    let verification = verify(program, exact, &rounded);
    if verification.passed {
        return Ok((rounded, verification));
    }
    Err(NoAllocation::Unproved(SolveError::Refused(format!(
        "whole pounds break a bound by {}, a total by {}, the optimum by {}",
        verification.worst_bound, verification.worst_row, verification.gap
    ))))
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

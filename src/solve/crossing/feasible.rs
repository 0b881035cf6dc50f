//! Whether limits can hold together, and if not, what clashes and by how much.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::cells::{Cells, Cut};
use super::constraints::Constraints;
use crate::program::{Goal, LinearProgram};
use crate::solve::SolveError;
use crate::solve::tree::{Clash, ClashKind, Subject};
use crate::units::Pounds;

/// What cannot hold where groups cross.
#[derive(Debug, Clone, PartialEq)]
pub enum Obstacle {
    /// A clash within one row, one amount or the nation.
    Clash(Clash),
    /// Rows that clash together.
    Together(Violated),
}

/// A cut that no allocation satisfies.
#[derive(Debug, Clone, PartialEq)]
pub struct Violated {
    /// Its multipliers.
    pub cut: Cut,
    /// What rows and cells that count on their lower side promise together.
    pub promised: Pounds,
    /// What those that count on their upper side allow.
    pub allowed: Pounds,
}

/// Everything that cannot hold; nothing: some allocation exists.
pub fn obstacles(
    program: &LinearProgram,
    cells: &Cells,
    constraints: &Constraints,
) -> Result<Vec<Obstacle>, SolveError> {
    let alone = clashes_alone(program, cells);
    if !alone.is_empty() {
        return Ok(alone.into_iter().map(Obstacle::Clash).collect());
    }
    let mut limits = cells.limits(&BigInt::one());
    if program.goal == Goal::LeastQuantum {
        limits.nation = (BigInt::zero(), None);
    }
    let cut = match constraints.totals_within(&limits)? {
        Ok(_) => return Ok(Vec::new()),
        Err(cut) => cut,
    };
    let obstacles: Vec<Obstacle> = parts(&cut, cells)
        .into_iter()
        .filter_map(|part| obstacle(part, cells))
        .collect();
    if obstacles.is_empty() {
        return Err(SolveError::Refused(
            "what was said to clash does not".to_string(),
        ));
    }
    Ok(obstacles)
}

/// Bounds that leave nothing between them.
fn clashes_alone(program: &LinearProgram, cells: &Cells) -> Vec<Clash> {
    let mut clashes = Vec::new();
    let mut note = |subject: Subject, needed: Pounds, allowed: Option<Pounds>| {
        if let Some(allowed) = allowed.filter(|allowed| needed > *allowed) {
            clashes.push(Clash {
                subject,
                needed,
                allowed,
                kind: ClashKind::TooMuchPromised,
            });
        }
    };
    for (row, (&lower, &upper)) in cells.lower.iter().zip(&cells.upper).enumerate() {
        note(Subject::Row(row), lower, upper);
    }
    for (at, limits) in program.limits.enumerate() {
        note(Subject::Variable(at), limits.lower, limits.upper);
    }
    clashes
}

/// A cut by parts that share no cell, so that each says one thing.
fn parts(cut: &Cut, cells: &Cells) -> Vec<Cut> {
    if !cut.nation.is_zero() {
        return vec![cut.clone()];
    }
    let mut part_of_cell: Vec<Option<usize>> = vec![None; cells.count()];
    let mut parts: Vec<Vec<(usize, BigInt)>> = Vec::new();
    for (row, multiplier) in &cut.rows {
        let mut joined = vec![(*row, multiplier.clone())];
        let touched: Vec<usize> = cells.of_row[*row]
            .iter()
            .filter_map(|&cell| part_of_cell[cell])
            .collect();
        for part in touched {
            joined.append(&mut parts[part]);
        }
        let new = parts.len();
        for (row, _) in &joined {
            for &cell in &cells.of_row[*row] {
                part_of_cell[cell] = Some(new);
            }
        }
        joined.sort();
        parts.push(joined);
    }
    let parts = parts.into_iter().filter(|rows| !rows.is_empty());
    parts
        .map(|rows| Cut {
            nation: BigInt::zero(),
            rows,
        })
        .collect()
}

/// What a cut says, if it is violated.
fn obstacle(cut: Cut, cells: &Cells) -> Option<Obstacle> {
    let (mut promised, mut allowed) = (BigInt::zero(), BigInt::zero());
    let mut count = |multiplier: &BigInt, lower: Pounds, upper: Option<Pounds>| {
        if multiplier.is_negative() {
            promised -= multiplier * lower.0;
        } else if multiplier.is_positive() {
            allowed += multiplier * upper?.0;
        }
        Some(())
    };
    count(&cut.nation, cells.quantum, Some(cells.quantum))?;
    for (row, multiplier) in &cut.rows {
        count(multiplier, cells.lower[*row], cells.upper[*row])?;
    }
    for (weight, cell) in cut.weights(cells).iter().zip(&cells.cells) {
        count(&-weight, cell.lower, cell.upper)?;
    }
    if promised <= allowed {
        return None;
    }
    let (promised, allowed) = (Pounds(promised.to_i64()?), Pounds(allowed.to_i64()?));
    Some(match of_one(&cut) {
        Some((subject, kind)) => Obstacle::Clash(Clash {
            subject,
            needed: promised,
            allowed,
            kind,
        }),
        None => Obstacle::Together(Violated {
            cut,
            promised,
            allowed,
        }),
    })
}

/// Whether a cut is about one row alone, or the quantum alone, against bounds of amounts.
fn of_one(cut: &Cut) -> Option<(Subject, ClashKind)> {
    let (subject, multiplier) = match cut.rows.as_slice() {
        [] => (Subject::Nation, &cut.nation),
        [(row, multiplier)] if cut.nation.is_zero() => (Subject::Row(*row), multiplier),
        _ => return None,
    };
    let kind = if multiplier.is_positive() {
        ClashKind::TooMuchPromised
    } else {
        ClashKind::TooLittleAllowed
    };
    multiplier.abs().is_one().then_some((subject, kind))
}

/// The least sum that all limits but the quantum allow; none where they clash whatever
/// there is to share. A cut that is violated says how much more there must at least be,
/// until none is.
pub fn least_total(cells: &Cells, constraints: &Constraints) -> Result<Option<Pounds>, SolveError> {
    let mut limits = cells.limits(&BigInt::one());
    let mut total: BigInt = limits.cells.iter().map(|(lower, _)| lower).sum();
    loop {
        limits.nation = (total.clone(), Some(total.clone()));
        let cut = match constraints.totals_within(&limits)? {
            Ok(_) => return Ok(total.to_i64().map(Pounds)),
            Err(cut) => cut,
        };
        let needed = cut.needed(&cut.weights(cells), &limits);
        let (Some(needed), Some(allowed)) = (needed, cut.allowed(&limits)) else {
            return Err(SolveError::Refused(
                "a cut rests on a bound that there is not".to_string(),
            ));
        };
        if !cut.nation.is_positive() {
            return Ok(None);
        }
        total += (needed - allowed).div_ceil(&cut.nation);
    }
}

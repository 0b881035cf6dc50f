//! Cells: variables in the same rows. Rows see only a cell's total, so whatever crosses
//! is decided between cells; inside a cell all variables have one level.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_traits::{Signed, Zero};

use crate::program::{LinearProgram, Row};
use crate::register::{PerVariable, VariableId};
use crate::units::Pounds;

/// Variables in the same rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Its variables, in their order.
    pub members: Vec<VariableId>,
    /// The rows that they are in, rising.
    pub rows: Vec<usize>,
    /// Least sum of its amounts.
    pub lower: Pounds,
    /// Greatest sum, if its variables' bounds say one.
    pub upper: Option<Pounds>,
}

/// The cells of a program, and what its rows ask of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    /// In order of their first variables.
    pub cells: Vec<Cell>,
    /// The cell that each variable is in.
    pub cell_of: PerVariable<usize>,
    /// The cells of each row, rising.
    pub of_row: Vec<Vec<usize>>,
    /// What there is to share.
    pub quantum: Pounds,
    /// Each row's least total, zero or above: amounts are.
    pub lower: Vec<Pounds>,
    /// Each row's greatest total.
    pub upper: Vec<Option<Pounds>>,
}

/// A least value, and a greatest one if there is any.
pub type Range = (BigInt, Option<BigInt>);

/// What the sum of all amounts, each row's and each cell's total must be within.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The sum of all amounts.
    pub nation: Range,
    /// Each row's total.
    pub rows: Vec<Range>,
    /// Each cell's total.
    pub cells: Vec<Range>,
}

/// Multipliers of rows that together prove something of the cells in them. Above zero a
/// row's greatest total is used, below zero its least. Whatever the cells' totals y,
/// with aₖ the sum of the multipliers of what cell k is in,
/// Σ aₖ yₖ ≤ Σ multiplier × total used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The multiplier of the sum of all amounts.
    pub nation: BigInt,
    /// Multipliers of rows, by position; none is zero.
    pub rows: Vec<(usize, BigInt)>,
}

impl Cells {
    /// Divides a program's variables into cells.
    pub fn of(program: &LinearProgram) -> Self {
        let mut rows_of: Vec<Vec<usize>> = vec![Vec::new(); program.variables.len()];
        for (index, row) in program.rows.iter().enumerate() {
            for member in &row.members {
                let rows = &mut rows_of[crate::register::Key::index(*member)];
                if rows.last() != Some(&index) {
                    rows.push(index);
                }
            }
        }
        let mut cells: Vec<Cell> = Vec::new();
        let mut known: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
        let mut cell_of = program.variables.map(|_| 0);
        let variables = program.variables.keys().zip(program.all_limited());
        for ((at, variable), rows) in variables.zip(rows_of) {
            let cell = *known.entry(rows).or_insert_with_key(|rows| {
                cells.push(Cell {
                    members: Vec::new(),
                    rows: rows.clone(),
                    lower: Pounds::ZERO,
                    upper: Some(Pounds::ZERO),
                });
                cells.len() - 1
            });
            cell_of[at] = cell;
            let cell = &mut cells[cell];
            cell.members.push(at);
            cell.lower += variable.lower;
            // Without a weight it never leaves its lower bound.
            let most = if variable.measure.weight > 0 {
                variable.upper
            } else {
                Some(variable.lower)
            };
            cell.upper = cell.upper.zip(most).map(|(sum, most)| sum + most);
        }
        let mut of_row = vec![Vec::new(); program.rows.len()];
        for (index, cell) in cells.iter().enumerate() {
            for &row in &cell.rows {
                of_row[row].push(index);
            }
        }
        // A row of nobody bounds nothing, as where groups nest.
        let least = |row: &Row| match row.lower {
            Some(lower) if !row.members.is_empty() => lower.max(Pounds::ZERO),
            _ => Pounds::ZERO,
        };
        let most = |row: &Row| row.upper.filter(|_| !row.members.is_empty());
        Self {
            cells,
            cell_of,
            of_row,
            quantum: program.quantum,
            lower: program.rows.iter().map(least).collect(),
            upper: program.rows.iter().map(most).collect(),
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.cells.len()
    }

    /// The program's limits, times a number.
    pub fn limits(&self, times: &BigInt) -> Limits {
        let scaled = |pounds: Pounds| BigInt::from(pounds.0) * times;
        let range = |lower: Pounds, upper: Option<Pounds>| (scaled(lower), upper.map(scaled));
        Limits {
            nation: range(self.quantum, Some(self.quantum)),
            rows: self
                .lower
                .iter()
                .zip(&self.upper)
                .map(|(&lower, &upper)| range(lower, upper))
                .collect(),
            cells: self
                .cells
                .iter()
                .map(|cell| range(cell.lower, cell.upper))
                .collect(),
        }
    }
}

impl Cut {
    /// For each cell the sum of the multipliers of what it is in.
    pub fn weights(&self, cells: &Cells) -> Vec<BigInt> {
        let mut weights = vec![self.nation.clone(); cells.count()];
        for (row, multiplier) in &self.rows {
            for &cell in &cells.of_row[*row] {
                weights[cell] += multiplier;
            }
        }
        weights
    }

    /// Σ multiplier × the total used: what Σ aₖ yₖ can be at most. None where a greatest
    /// total is used that a row does not have.
    pub fn allowed(&self, limits: &Limits) -> Option<BigInt> {
        let mut allowed = used(&self.nation, &limits.nation)?;
        for (row, multiplier) in &self.rows {
            allowed += used(multiplier, &limits.rows[*row])?;
        }
        Some(allowed)
    }

    /// The least that Σ aₖ yₖ can be, cells being within their limits.
    pub fn needed(&self, weights: &[BigInt], limits: &Limits) -> Option<BigInt> {
        let mut needed = BigInt::zero();
        for (weight, range) in weights.iter().zip(&limits.cells) {
            needed -= used(&-weight, range)?;
        }
        Some(needed)
    }
}

/// multiplier × the upper end where it is above zero, × the lower where below.
fn used(multiplier: &BigInt, (lower, upper): &Range) -> Option<BigInt> {
    if multiplier.is_positive() {
        upper.as_ref().map(|upper| multiplier * upper)
    } else {
        Some(multiplier * lower)
    }
}

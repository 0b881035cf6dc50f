//! Least weighted deviation where groups cross: prices of rows that prove the least, and
//! the optimal face, on which the tie rule then decides.
//!
//! At a price p for a pound, what the variables of a cell want together is a rising step
//! function of p, as where groups nest (see `solve::deviation`). A cell's price is the
//! sum of the prices of the nation and of the rows it is in; a row's price is above zero
//! only if it is held at its least total, below zero only at its greatest. Totals that
//! agree with such prices are optimal, and no others are.

use num_bigint::{BigInt, Sign};
use num_traits::{One, Signed, Zero};

use super::cells::{Cells, Cut, Limits, Range};
use super::constraints::Constraints;
use super::steps::by_steps;
use crate::program::{Deviation, LinearProgram, Price};
use crate::register::{PerVariable, VariableId};
use crate::solve::SolveError;
use crate::solve::deviation::corners_of;

/// Prices of the nation and of rows, times a common denominator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices {
    /// What the prices are divided by; positive.
    pub denominator: BigInt,
    /// Of a pound more for the nation.
    pub nation: BigInt,
    /// Of a pound more in a row, by position.
    pub rows: Vec<BigInt>,
}

/// What a cell's variables want together by the price, in whole pounds.
pub(super) struct Wants {
    /// Below every price.
    pub start: BigInt,
    /// Prices at which the total rises, and the total above each; rising.
    pub steps: Vec<(Price, BigInt)>,
}

impl Wants {
    fn of(program: &LinearProgram, deviations: &PerVariable<Deviation>, of: &[VariableId]) -> Self {
        let mut start = 0_i128;
        let mut rises: Vec<(Price, i128)> = Vec::new();
        for &at in of {
            let [lower, middle, upper] = corners_of(program, deviations, at);
            let weight = deviations[at].weight;
            start += i128::from(lower.0);
            rises.push((-weight, i128::from((middle - lower).0)));
            rises.push((weight, i128::from((upper - middle).0)));
        }
        rises.retain(|(_, rise)| *rise > 0);
        rises.sort_unstable();
        let mut total = start;
        let steps = rises.into_iter().map(|(price, rise)| {
            total += rise;
            (price, total.into())
        });
        Self {
            steps: steps.collect(),
            start: start.into(),
        }
    }

    /// Totals just below and just above a price, prices being cut to their upper bits.
    fn around(&self, price: &BigInt, cut: u32) -> Range {
        let total = |rises: usize| match rises.checked_sub(1) {
            Some(last) => self.steps[last].1.clone(),
            None => self.start.clone(),
        };
        let coarse = |at: Price| BigInt::from(at >> cut);
        let below = self.steps.partition_point(|(at, _)| coarse(*at) < *price);
        let above = self.steps.partition_point(|(at, _)| coarse(*at) <= *price);
        (total(below), Some(total(above)))
    }

    /// The ends of a step's rise in the total.
    pub fn ends(&self, step: usize) -> (BigInt, BigInt) {
        let begins = match step.checked_sub(1) {
            Some(before) => &self.steps[before].1,
            None => &self.start,
        };
        (begins.clone(), self.steps[step].1.clone())
    }
}

/// Prices that prove the least total deviation of a feasible program.
pub fn prices(
    program: &LinearProgram,
    cells: &Cells,
    constraints: &Constraints,
    deviations: &PerVariable<Deviation>,
) -> Result<Prices, SolveError> {
    let wants: Vec<Wants> = cells
        .cells
        .iter()
        .map(|cell| Wants::of(program, deviations, &cell.members))
        .collect();
    match constraints {
        Constraints::TwoFamilies(_) => {
            let dearest = wants.iter().flat_map(|wants| &wants.steps);
            let dearest = dearest.map(|(price, _)| price.unsigned_abs()).max();
            let bits = 128 - dearest.unwrap_or(0).leading_zeros();
            let around = |cell: usize, price: &BigInt, cut: u32| Ok(wants[cell].around(price, cut));
            by_cuts(cells, constraints, &BigInt::one(), bits, around)
        }
        Constraints::Several(simplex) => by_steps(&mut simplex.borrow_mut(), cells, &wants),
    }
}

/// Steepest ascent of the dual, a concave function of whole prices: where wants at
/// the prices do not fit together, the cut that is violated most says which prices to
/// move. Prices are found to their uppermost bit first, then to one bit more each time
/// (Murota 2003, "Discrete Convex Analysis", §10.3: L-convex functions; each refinement
/// takes no more steps than the network has nodes).
///
/// `around` gives a cell's totals just below and just above a price that is cut to its
/// upper bits, in pounds times `times`.
pub(super) fn by_cuts(
    cells: &Cells,
    constraints: &Constraints,
    times: &BigInt,
    bits: u32,
    around: impl Fn(usize, &BigInt, u32) -> Result<Range, SolveError>,
) -> Result<Prices, SolveError> {
    let mut prices = Prices {
        denominator: BigInt::one(),
        nation: BigInt::zero(),
        rows: vec![BigInt::zero(); cells.of_row.len()],
    };
    for cut in (0..=bits).rev() {
        prices.nation *= 2;
        for price in &mut prices.rows {
            *price *= 2;
        }
        loop {
            let mut limits = limits_at(&prices, cells, times);
            let of_cells = prices.of_cells(cells);
            for (cell, price) in of_cells.iter().enumerate() {
                limits.cells[cell] = around(cell, price, cut)?;
            }
            match constraints.totals_within(&limits)? {
                Ok(_) => break,
                Err(violated) => prices.step_against(&violated),
            }
        }
    }
    Ok(prices)
}

/// Limits with rows that have a price at the bound that its sign points to.
fn limits_at(prices: &Prices, cells: &Cells, times: &BigInt) -> Limits {
    let mut limits = cells.limits(times);
    for (range, price) in limits.rows.iter_mut().zip(&prices.rows) {
        if price.is_positive() {
            range.1 = Some(range.0.clone());
        } else if price.is_negative()
            && let Some(upper) = &range.1
        {
            range.0 = upper.clone();
        }
    }
    limits
}

/// What is held to these prices: a variable's bounds, and rows' totals.
pub fn optimal_face(
    program: &LinearProgram,
    cells: &Cells,
    deviations: &PerVariable<Deviation>,
    prices: &Prices,
) -> LinearProgram {
    let mut face = program.clone();
    let of_cells = prices.of_cells(cells);
    for at in program.variables.keys() {
        let [lower, middle, upper] = corners_of(program, deviations, at);
        let weight = deviations[at].weight * &prices.denominator;
        let price = &of_cells[cells.cell_of[at]];
        // At −weight it may be anywhere up to its target, at weight anywhere above.
        let below = -&weight;
        let least = if *price <= below {
            lower
        } else if *price <= weight {
            middle
        } else {
            upper
        };
        let most = if *price < below {
            lower
        } else if *price < weight {
            middle
        } else {
            upper
        };
        face.limits[at] = crate::program::Limits {
            lower: least,
            upper: Some(most),
        };
    }
    for (row, price) in prices.rows.iter().enumerate() {
        let held = match price.sign() {
            Sign::Plus => Some(cells.lower[row]),
            Sign::Minus => cells.upper[row],
            Sign::NoSign => continue,
        };
        face.rows[row].lower = held;
        face.rows[row].upper = held;
    }
    face
}

impl Prices {
    /// Each cell's price: the sum of the prices of what it is in.
    pub fn of_cells(&self, cells: &Cells) -> Vec<BigInt> {
        let cut = Cut {
            nation: self.nation.clone(),
            rows: self.rows.iter().cloned().enumerate().collect(),
        };
        cut.weights(cells)
    }

    fn step_against(&mut self, cut: &Cut) {
        self.nation -= &cut.nation;
        for (row, multiplier) in &cut.rows {
            self.rows[*row] -= multiplier;
        }
    }

    /// The least total deviation that these prices prove, whatever found them (weak
    /// duality), times the denominator: Σ over variables of the least of weight ×
    /// |x − target| − p x within their bounds, p being the price of their cell, + Σ over
    /// nation and rows of price × the bound on the side that its sign points to. None
    /// where a row has no such bound.
    pub fn proved_least(
        &self,
        program: &LinearProgram,
        cells: &Cells,
        deviations: &PerVariable<Deviation>,
    ) -> Option<BigInt> {
        let mut least = &self.nation * program.quantum.0;
        for (row, price) in self.rows.iter().enumerate() {
            match price.sign() {
                Sign::Plus => least += price * cells.lower[row].0,
                Sign::Minus => least += price * cells.upper[row]?.0,
                Sign::NoSign => {}
            }
        }
        let of_cells = self.of_cells(cells);
        for at in program.variables.keys() {
            let deviation = deviations[at];
            let price = &of_cells[cells.cell_of[at]];
            let costs = corners_of(program, deviations, at).map(|x| {
                let apart = i128::from((x - deviation.target).0.abs());
                deviation.weight * apart * &self.denominator - price * x.0
            });
            least += costs.into_iter().min()?;
        }
        Some(least)
    }
}

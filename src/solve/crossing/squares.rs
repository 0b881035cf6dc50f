//! Least squares where groups cross: Σ (x − target)² ÷ weight, exactly.
//!
//! With a price for the nation and for each row, amount = target + weight × the sum of
//! the prices of what it is in, within its bounds: a cell's demand at that sum as its
//! level. The one best answer is where totals at such prices are within all limits and a
//! price is above zero only for a row at its least total, below zero only at its greatest
//! (Karush, Kuhn and Tucker: sufficient, since the sum is convex). Where groups nest this
//! is leximin of (x − target) ÷ weight; where they cross it is not.
//!
//! Flows on a fine grid of prices say where to begin, or a quadratic solver where rows
//! are of three families or more; from there Newton's method in exact fractions
//! (the demands are piecewise linear) ends at prices that fulfil all this, or refuses.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{FromPrimitive, One, Signed, ToPrimitive, Zero};

use super::cells::Cells;
use super::constraints::Constraints;
use super::deviation::{Prices, by_cuts};
use super::exact::{Demand, ExactLevel, ExactSum, amount_at, over_common};
use crate::program::{LinearProgram, Side, Stage};
use crate::register::PerVariable;
use crate::solve::SolveError;
use crate::solve::level::TotalByLevel;
use crate::solve::qp::{QuadraticModel, SumRow, Term, row_prices};
use crate::units::FinePounds;

/// The quantum in the quadratic solver's unit.
const QUANTUM_IN_UNITS: f64 = 1_000.0;

/// Prices below this part of the largest count as none where the exact method begins.
const NO_PRICE: f64 = 1e-6;

/// Rounds of Newton's method: each settles what is held or which piece a demand is on.
const MOST_ROUNDS: usize = 200;

/// Steps of the grid of prices from zero to the largest level, as a power of two.
const GRID_BITS: u32 = 70;

/// How many steps of the grid its prices may be from exact ones, as a power of two: a few
/// for each row.
const GRID_ERROR_BITS: u32 = 24;

/// Rounds before single rows are met in turn.
const ROUNDS_TOGETHER: usize = 20;

/// Prices that prove the least squares.
#[derive(Debug, Clone, PartialEq)]
pub struct Squares {
    /// The cells.
    pub cells: Cells,
    /// Of nation and rows, in millionths of a pound per unit of weight.
    pub prices: Prices,
}

impl Squares {
    /// Each cell's level: the sum of the prices of what it is in.
    pub fn levels(&self) -> Vec<ExactLevel> {
        let of_cells = self.prices.of_cells(&self.cells).into_iter();
        of_cells
            .map(|price| ExactLevel {
                stage: Stage::ByNeed,
                value: BigRational::new(price, self.prices.denominator.clone()),
            })
            .collect()
    }

    /// The nation's price as a level: what cells that no row holds are at.
    pub fn nation(&self) -> ExactLevel {
        ExactLevel {
            stage: Stage::ByNeed,
            value: BigRational::new(self.prices.nation.clone(), self.prices.denominator.clone()),
        }
    }

    /// Each variable's amount before rounding.
    pub fn amounts(&self, program: &LinearProgram) -> PerVariable<ExactSum> {
        let levels = self.levels();
        let amounts = program.variables.keys().map(|at| {
            let variable = program.limited(at);
            let level = &levels[self.cells.cell_of[at]];
            amount_at(&TotalByLevel::of_variable(variable), Some(level))
        });
        PerVariable::of(amounts.collect())
    }

    /// Checks in exact arithmetic that amounts at these prices are the one best answer:
    /// all totals within their limits, and every row with a price at the bound that the
    /// price's sign points to.
    pub fn check(&self, program: &LinearProgram) -> Result<(), SolveError> {
        let refuse = |what: &str| Err(SolveError::Refused(what.to_string()));
        if self.cells != Cells::of(program) {
            return refuse("the certificate is of another program");
        }
        let demands = demands(program, &self.cells);
        let levels = self.levels();
        let totals: Vec<ExactSum> = demands
            .iter()
            .zip(&levels)
            .map(|(demand, level)| demand.at(Some(level)))
            .collect();
        let (totals, scale) = over_common(&totals);
        let limits = self.cells.limits(&(&scale * FinePounds::PER_POUND));
        let nation: BigInt = totals.iter().sum();
        if nation != limits.nation.0 {
            return refuse("amounts do not add up to the quantum");
        }
        for ((members, (lower, upper)), price) in self
            .cells
            .of_row
            .iter()
            .zip(&limits.rows)
            .zip(&self.prices.rows)
        {
            let total: BigInt = members.iter().map(|&cell| &totals[cell]).sum();
            let beyond = total < *lower || upper.as_ref().is_some_and(|upper| total > *upper);
            let unpriced = (price.is_positive() && total != *lower)
                || (price.is_negative() && Some(&total) != upper.as_ref());
            if beyond || unpriced {
                return refuse("a group's total is not where its price calls for");
            }
        }
        Ok(())
    }
}

fn demands(program: &LinearProgram, cells: &Cells) -> Vec<Demand> {
    let of = |members: &Vec<_>| Demand::without_end(program, members);
    cells.cells.iter().map(|cell| of(&cell.members)).collect()
}

/// Prices that prove the least squares of a feasible program.
pub fn least_squares(
    program: &LinearProgram,
    cells: &Cells,
    constraints: &Constraints,
) -> Result<Squares, SolveError> {
    let demands = demands(program, cells);
    let first = match constraints {
        Constraints::TwoFamilies(_) => prices_on_grid(cells, constraints, &demands)?,
        Constraints::Several(_) => (first_prices(program, cells)?, None),
    };
    // Long steps first; where they go astray, again with none longer than first prices may
    // be wrong by.
    let (prices, within) = first;
    for within in [None, within] {
        let mut newton = Newton::new(cells, &demands, (prices.clone(), within));
        for round in 0..MOST_ROUNDS {
            if !newton.step(round) {
                return Ok(Squares {
                    cells: cells.clone(),
                    prices: newton.prices(),
                });
            }
        }
    }
    Err(SolveError::Refused(
        "what binds in the least squares was not found".to_string(),
    ))
}

/// Whether some prices bring totals within their limits: amounts without weight, which may
/// be all that could take what there is, do not rise by any price.
fn check_reach(
    cells: &Cells,
    constraints: &Constraints,
    demands: &[Demand],
    largest: &BigRational,
) -> Result<(), SolveError> {
    let mut limits = cells.limits(&FinePounds::PER_POUND.into());
    for (range, demand) in limits.cells.iter_mut().zip(demands) {
        let beyond = ExactLevel {
            stage: Stage::ByNeed,
            value: largest + BigInt::one(),
        };
        let rises = demand.slope_at(&beyond) > 0;
        let most = demand.at(Some(&beyond)).reduced().to_integer();
        *range = (demand.start().into(), (!rises).then_some(most));
    }
    match constraints.totals_within(&limits)? {
        Ok(_) => Ok(()),
        Err(_) => Err(SolveError::Refused(
            "only amounts without weight could take what the others leave".to_string(),
        )),
    }
}

/// Prices on a fine grid, of which the least squares of totals in whole millionths are
/// proved by flows: no bound is taken for another there, however near they are.
fn prices_on_grid(
    cells: &Cells,
    constraints: &Constraints,
    demands: &[Demand],
) -> Result<(Vec<BigRational>, Option<BigRational>), SolveError> {
    let levels = demands.iter().flat_map(Demand::breakpoints);
    let values = levels
        .filter(|level| level.stage == Stage::ByNeed)
        .map(|level| ExactLevel::from(level).value.abs());
    let largest = values.max().unwrap_or_default();
    check_reach(cells, constraints, demands, &largest)?;
    let unit = largest / (BigInt::one() << GRID_BITS);
    // A cell's total halfway between two prices of the grid, cut down to millionths.
    let total = |cell: usize, half_steps: BigInt, cut: u32| {
        let level = ExactLevel {
            stage: Stage::ByNeed,
            value: &unit * (half_steps << cut) / BigInt::from(2),
        };
        let ExactSum {
            numerator,
            denominator,
        } = demands[cell].at(Some(&level));
        numerator.div_floor(&denominator)
    };
    let around = |cell: usize, price: &BigInt, cut: u32| {
        let twice: BigInt = price * 2;
        Ok((
            total(cell, &twice - 1, cut),
            Some(total(cell, twice + 1, cut)),
        ))
    };
    let millionths = FinePounds::PER_POUND.into();
    let prices = by_cuts(cells, constraints, &millionths, GRID_BITS + 1, around)?;
    let exact = |price: BigInt| &unit * price;
    let prices = std::iter::once(prices.nation).chain(prices.rows);
    let within = &unit * (BigInt::one() << GRID_ERROR_BITS);
    Ok((prices.map(exact).collect(), Some(within)))
}

/// A quadratic solver's prices of the nation and of each row, in our unit; none for rows
/// that it does not hold.
fn first_prices(program: &LinearProgram, cells: &Cells) -> Result<Vec<BigRational>, SolveError> {
    let unit = program.quantum.as_f64().max(1.0) / QUANTUM_IN_UNITS;
    let weight = |weight: i128| weight.to_f64().unwrap_or(f64::MAX);
    let counts = |at: &crate::register::VariableId| {
        let measure = program.variables[*at].measure;
        measure.stage == Stage::ByNeed && measure.weight > 0
    };
    let heaviest = program.variables.iter().map(|v| v.measure.weight).max();
    let heaviest = weight(heaviest.unwrap_or(1));
    let mut model = QuadraticModel::default();
    let mut column = program.variables.map(|_| None);
    for (at, variable) in program.variables.keys().zip(program.all_limited()) {
        if counts(&at) {
            column[at] = Some(model.terms.len());
            model.terms.push(Term {
                target: -variable.measure.offset.as_f64() / unit,
                weight: weight(variable.measure.weight) / heaviest,
                lower: variable.lower.as_f64() / unit,
                upper: variable.upper.map_or(f64::INFINITY, |u| u.as_f64() / unit),
            });
        }
    }
    let everyone: Vec<_> = program.variables.keys().collect();
    let mut add = |members: &[crate::register::VariableId], lower: f64, upper: f64| {
        let fixed = members.iter().filter(|at| !counts(at));
        let fixed: f64 = fixed.map(|&at| program.limits[at].lower.as_f64()).sum();
        model.rows.push(SumRow {
            members: members.iter().filter_map(|&at| column[at]).collect(),
            lower: (lower - fixed) / unit,
            upper: (upper - fixed) / unit,
        });
    };
    add(
        &everyone,
        program.quantum.as_f64(),
        program.quantum.as_f64(),
    );
    for (row, (lower, upper)) in program
        .rows
        .iter()
        .zip(cells.lower.iter().zip(&cells.upper))
    {
        let upper = upper.map_or(f64::INFINITY, |upper| upper.as_f64());
        add(&row.members, lower.as_f64(), upper);
    }
    let prices = row_prices(&model)?;
    let largest = prices
        .iter()
        .fold(0.0_f64, |most, price| most.max(price.abs()));
    let ours = |price: &f64| {
        let is_price = price.abs() > largest * NO_PRICE;
        let exact = is_price.then(|| BigRational::from_f64(price * unit * 1e6 / heaviest));
        exact.flatten().unwrap_or_else(BigRational::zero)
    };
    Ok(prices.iter().map(ours).collect())
}

/// Newton's method on prices of the nation (first) and of rows.
struct Newton<'a> {
    demands: &'a [Demand],
    /// Cells of the nation and of each row.
    members: Vec<Vec<usize>>,
    /// Least and greatest totals in millionths.
    bounds: Vec<(BigRational, Option<BigRational>)>,
    prices: Vec<BigRational>,
    /// The longest step there may be: a longer one rests on a piece of a demand that is not
    /// the right one.
    within: Option<BigRational>,
}

impl<'a> Newton<'a> {
    fn new(
        cells: &Cells,
        demands: &'a [Demand],
        (prices, within): (Vec<BigRational>, Option<BigRational>),
    ) -> Self {
        let everyone = (0..cells.count()).collect();
        let limits = cells.limits(&FinePounds::PER_POUND.into());
        let exact = |bound: BigInt| BigRational::from_integer(bound);
        let mut prices = prices;
        for (price, (_, upper)) in prices.iter_mut().skip(1).zip(&limits.rows) {
            if price.is_negative() && upper.is_none() {
                *price = BigRational::zero();
            }
        }
        Self {
            demands,
            members: std::iter::once(everyone)
                .chain(cells.of_row.iter().cloned())
                .collect(),
            bounds: std::iter::once(limits.nation)
                .chain(limits.rows)
                .map(|(lower, upper)| (exact(lower), upper.map(exact)))
                .collect(),
            prices,
            within,
        }
    }

    /// Moves prices to where what is held would be met if demands went on as they do
    /// here, and changes what is held; false where nothing is left to change. Where that
    /// moves nothing (no demand rises here), and in every other of the later rounds, the
    /// row that lacks most is met alone.
    fn step(&mut self, round: usize) -> bool {
        let levels = self.levels();
        let totals: Vec<BigRational> = self
            .demands
            .iter()
            .zip(&levels)
            .map(|(demand, level)| demand.at(Some(level)).reduced())
            .collect();
        // Held rows: what their total lacks of the bound that holds them.
        let mut held = Vec::new();
        let mut lacks = Vec::new();
        for (row, (lower, upper)) in self.bounds.iter().enumerate() {
            let total: BigRational = self.members[row].iter().map(|&cell| &totals[cell]).sum();
            let price = &self.prices[row];
            let bound = if row == 0 || price.is_positive() || total < *lower {
                Some((Side::Lower, lower))
            } else {
                let beyond = |upper: &&BigRational| price.is_negative() || total > **upper;
                let upper = upper.as_ref().filter(beyond);
                upper.map(|upper| (Side::Upper, upper))
            };
            if let Some((side, bound)) = bound {
                held.push((row, side));
                lacks.push(bound - total);
            }
        }
        if lacks.iter().all(Zero::is_zero) {
            return false;
        }
        let most = (0..held.len()).max_by_key(|&line| lacks[line].abs());
        let alone = most.map(|line| (held[line], lacks[line].clone()));
        let changes = self.changes(&held, lacks, &levels);
        let moves = changes.iter().any(|change| !change.is_zero())
            && self
                .within
                .as_ref()
                .is_none_or(|within| changes.iter().all(|change| change.abs() <= *within));
        match alone {
            Some((held, lack)) if !moves || (round > ROUNDS_TOGETHER && round % 2 == 1) => {
                let change = self.change_alone(held.0, lack, levels);
                self.change(held, &change);
            }
            _ => {
                for (held, change) in held.into_iter().zip(changes) {
                    self.change(held, &change);
                }
            }
        }
        true
    }

    /// Changes the price of a row that is held on a side. One that would leave that side's
    /// sign stops at zero, and its row is let go; the nation's, and those of rows with one
    /// total only, may have either sign.
    fn change(&mut self, (row, side): (usize, Side), change: &BigRational) {
        let after = &self.prices[row] + change;
        let (lower, upper) = &self.bounds[row];
        let leaves = match side {
            Side::Lower => after.is_negative(),
            Side::Upper => after.is_positive(),
        };
        let stops = leaves && Some(lower) != upper.as_ref();
        self.prices[row] = if stops { BigRational::zero() } else { after };
    }

    /// How far one row's price must move for its own total to come to its bound, the
    /// others standing: along the pieces of its cells' demands, one after the other.
    fn change_alone(
        &self,
        row: usize,
        mut lack: BigRational,
        mut levels: Vec<ExactLevel>,
    ) -> BigRational {
        let mut change = BigRational::zero();
        let up = lack.is_positive();
        while !lack.is_zero() {
            let (mut slope, mut to_next) = (BigRational::zero(), None::<BigRational>);
            for &cell in &self.members[row] {
                let piece = self.demands[cell].piece_beside(&levels[cell], up);
                slope += BigRational::from_integer(piece.0.into());
                let far = piece.1.map(|end| (end - &levels[cell].value).abs());
                to_next = match (to_next, far) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (a, b) => a.or(b),
                };
            }
            let wanted = (!slope.is_zero()).then(|| (&lack / &slope).abs());
            let far = match (wanted, to_next) {
                (Some(wanted), Some(next)) => wanted.min(next),
                (Some(far), None) | (None, Some(far)) => far,
                (None, None) => break,
            };
            let far = if up { far } else { -far };
            for &cell in &self.members[row] {
                levels[cell].value += &far;
            }
            lack -= &slope * &far;
            change += far;
        }
        change
    }

    fn levels(&self) -> Vec<ExactLevel> {
        let mut prices = vec![BigRational::zero(); self.demands.len()];
        for (members, price) in self.members.iter().zip(&self.prices) {
            if !price.is_zero() {
                for &cell in members {
                    prices[cell] += price;
                }
            }
        }
        let level = |value| ExactLevel {
            stage: Stage::ByNeed,
            value,
        };
        prices.into_iter().map(level).collect()
    }

    /// Solves Σ over held rows of (slope of the cells in both) × change = what each lacks,
    /// by elimination; a row that depends on others keeps its price.
    fn changes(
        &self,
        held: &[(usize, Side)],
        lacks: Vec<BigRational>,
        levels: &[ExactLevel],
    ) -> Vec<BigRational> {
        let mut in_row = vec![vec![false; levels.len()]; held.len()];
        for (line, &(row, _)) in held.iter().enumerate() {
            for &cell in &self.members[row] {
                in_row[line][cell] = true;
            }
        }
        let slopes: Vec<i128> = self
            .demands
            .iter()
            .zip(levels)
            .map(|(demand, level)| demand.slope_at(level))
            .collect();
        let shared = |a: usize, b: usize| -> i128 {
            let both = (0..slopes.len()).filter(|&cell| in_row[a][cell] && in_row[b][cell]);
            both.map(|cell| slopes[cell]).sum()
        };
        let count = held.len();
        let mut matrix: Vec<Vec<BigRational>> = (0..count)
            .map(|a| {
                let line = (0..count).map(|b| BigRational::from_integer(shared(a, b).into()));
                line.collect()
            })
            .collect();
        for (line, lack) in matrix.iter_mut().zip(lacks) {
            line.push(lack);
        }
        let pivots = eliminate(&mut matrix, count);
        let mut changes = vec![BigRational::zero(); count];
        for (column, line) in pivots {
            changes[column] = matrix[line][count].clone();
        }
        changes
    }

    fn prices(&self) -> Prices {
        let sums: Vec<ExactSum> = self
            .prices
            .iter()
            .map(|price| ExactSum {
                numerator: price.numer().clone(),
                denominator: price.denom().clone(),
            })
            .collect();
        let (mut whole, denominator) = over_common(&sums);
        let rows = whole.split_off(1);
        Prices {
            denominator,
            nation: whole.remove(0),
            rows,
        }
    }
}

/// Gauss and Jordan's elimination: columns with the lines that hold their ones.
fn eliminate(matrix: &mut [Vec<BigRational>], columns: usize) -> Vec<(usize, usize)> {
    let mut pivots = Vec::new();
    for column in 0..columns {
        let next = pivots.len();
        let Some(line) = (next..matrix.len()).find(|&line| !matrix[line][column].is_zero()) else {
            continue;
        };
        matrix.swap(next, line);
        let pivot = matrix[next][column].clone();
        for entry in &mut matrix[next] {
            *entry /= &pivot;
        }
        let solved = matrix[next].clone();
        for (other, entries) in matrix.iter_mut().enumerate() {
            if other != next && !entries[column].is_zero() {
                let factor = entries[column].clone();
                for (entry, solved) in entries.iter_mut().zip(&solved) {
                    if !solved.is_zero() {
                        *entry -= solved * &factor;
                    }
                }
            }
        }
        pivots.push((column, next));
    }
    pivots
}

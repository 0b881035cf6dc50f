//! An exact simplex method with bounded variables, for three families of rows or more.
//!
//! Variables are the cells' totals and, for the nation and each row, their sum. A basis
//! expresses some of them by the others (`table`); whoever is outside stands at a bound.
//! Feasibility as in Dutertre and de Moura (2006), "A fast linear-arithmetic solver for
//! DPLL(T)"; the smallest index goes first everywhere (Bland 1977), so that no basis
//! comes twice. The basis is kept from one question to the next.
//!
//! Coefficients come from a matrix of zeros and ones and stay small: 128 bits, checked.
//! Values are fractions of any size.

use num_bigint::BigInt;
use num_rational::{BigRational, Ratio};
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, One, Signed, Zero};

use super::cells::{Cells, Cut, Limits};
use super::deviation::Prices;
use crate::solve::SolveError;

/// A coefficient of the table.
pub type Coefficient = Ratio<i128>;

/// A basis of a program's cells and rows, and a value for each.
#[derive(Debug, Clone)]
pub struct Simplex {
    /// How many variables are cells; the nation and rows follow.
    cells: usize,
    /// The variable of each line of the table.
    basic: Vec<usize>,
    /// The variable of each column.
    outside: Vec<usize>,
    /// Basic variable = Σ coefficient × outside variable.
    table: Vec<Vec<Coefficient>>,
    lower: Vec<BigRational>,
    upper: Vec<Option<BigRational>>,
    value: Vec<BigRational>,
}

/// A step of a variable that is outside: how far, and what stops it.
struct Step {
    far: BigRational,
    /// The line whose variable comes to a bound first; none: its own other bound.
    line: Option<usize>,
}

impl Simplex {
    /// The basis of all sums.
    pub fn new(cells: &Cells) -> Self {
        let count = cells.count();
        let lines = cells.of_row.len() + 1;
        let mut table = vec![vec![Coefficient::one(); count]];
        for members in &cells.of_row {
            let mut line = vec![Coefficient::zero(); count];
            for &cell in members {
                line[cell] = Coefficient::one();
            }
            table.push(line);
        }
        let variables = count + lines;
        Self {
            cells: count,
            basic: (count..variables).collect(),
            outside: (0..count).collect(),
            table,
            lower: vec![BigRational::zero(); variables],
            upper: vec![None; variables],
            value: vec![BigRational::zero(); variables],
        }
    }

    /// Values within limits, or a cut that none satisfy.
    pub fn totals_within(&mut self, limits: &Limits) -> Result<Result<(), Cut>, SolveError> {
        self.set_limits(limits);
        loop {
            let beyond = (0..self.basic.len())
                .filter(|&line| self.beyond(self.basic[line]).is_some())
                .min_by_key(|&line| self.basic[line]);
            let Some(line) = beyond else {
                return Ok(Ok(()));
            };
            let variable = self.basic[line];
            let (bound, rises) = self.beyond(variable).expect("just found");
            let helps = |&column: &usize| {
                let coefficient = &self.table[line][column];
                !coefficient.is_zero()
                    && self.has_room(self.outside[column], coefficient.is_positive() == rises)
            };
            let column = (0..self.outside.len())
                .filter(helps)
                .min_by_key(|&column| self.outside[column]);
            let Some(column) = column else {
                return Ok(Err(self.conflict(line, rises)));
            };
            let far = (&bound - &self.value[variable]) / big(&self.table[line][column]);
            self.shift(column, &far);
            self.value[variable] = bound;
            self.pivot(line, column)?;
        }
    }

    /// A cell's value.
    pub fn cell(&self, cell: usize) -> &BigRational {
        &self.value[cell]
    }

    /// The variable of a column.
    pub(super) fn outside(&self, column: usize) -> usize {
        self.outside[column]
    }

    /// Holds a cell's total, which is within these, to tighter limits.
    pub(super) fn hold(&mut self, cell: usize, lower: BigInt, upper: BigInt) {
        self.lower[cell] = BigRational::from_integer(lower);
        self.upper[cell] = Some(BigRational::from_integer(upper));
    }

    /// What a pound more in the nation and in each row costs, by the costs of variables
    /// outside the basis.
    pub(super) fn prices_of(&self, costs: &[Coefficient]) -> Prices {
        let mut prices = vec![Coefficient::zero(); self.value.len()];
        for (&variable, cost) in self.outside.iter().zip(costs) {
            prices[variable] = *cost;
        }
        let (denominator, mut whole) = over_common(&prices[self.cells..]);
        let rows = whole.split_off(1);
        Prices {
            denominator,
            nation: whole.remove(0),
            rows,
        }
    }

    /// Raises the sum of some cells' totals as far as it goes, from values within limits,
    /// and gives the multipliers that prove it can go no further.
    pub fn maximise(&mut self, of: &[usize]) -> Result<Cut, SolveError> {
        let mut wanted = vec![Coefficient::zero(); self.cells];
        for &cell in of {
            wanted[cell] = Coefficient::one();
        }
        loop {
            let gains = self.gains(&wanted)?;
            let enters = (0..self.outside.len())
                .filter(|&column| {
                    let gain = &gains[column];
                    !gain.is_zero() && self.has_room(self.outside[column], gain.is_positive())
                })
                .min_by_key(|&column| self.outside[column]);
            let Some(column) = enters else {
                return Ok(self.cut_of(&gains));
            };
            let up = gains[column].is_positive();
            self.advance(column, up)?;
        }
    }

    /// Moves a variable that is outside up or down until something stops it.
    pub(super) fn advance(&mut self, column: usize, up: bool) -> Result<(), SolveError> {
        let Some(Step { far, line }) = self.step(column, up) else {
            return Err(SolveError::Refused(
                "a total has no end in an exact linear program".to_string(),
            ));
        };
        let far = if up { far } else { -far };
        self.shift(column, &far);
        match line {
            Some(line) => self.pivot(line, column),
            None => Ok(()),
        }
    }

    /// The change of Σ wanted × cell for each variable outside, one up.
    pub(super) fn gains(&self, wanted: &[Coefficient]) -> Result<Vec<Coefficient>, SolveError> {
        let mut gains: Vec<Coefficient> = self
            .outside
            .iter()
            .map(|&variable| wanted.get(variable).copied().unwrap_or_default())
            .collect();
        for (line, &variable) in self.basic.iter().enumerate() {
            let Some(wanted) = wanted.get(variable).filter(|wanted| !wanted.is_zero()) else {
                continue;
            };
            for (gain, coefficient) in gains.iter_mut().zip(&self.table[line]) {
                *gain = plus_times(gain, coefficient, wanted)?;
            }
        }
        Ok(gains)
    }

    fn set_limits(&mut self, limits: &Limits) {
        let ranges = limits
            .cells
            .iter()
            .chain(std::iter::once(&limits.nation))
            .chain(&limits.rows);
        for (variable, (lower, upper)) in ranges.enumerate() {
            self.lower[variable] = BigRational::from_integer(lower.clone());
            self.upper[variable] = upper.clone().map(BigRational::from_integer);
        }
        for column in 0..self.outside.len() {
            let variable = self.outside[column];
            let value = self.value[variable].clone();
            let held = match &self.upper[variable] {
                Some(upper) if value > *upper => upper.clone(),
                _ => value.max(self.lower[variable].clone()),
            };
            self.value[variable] = held;
        }
        for line in 0..self.basic.len() {
            self.value[self.basic[line]] = self.line_value(line);
        }
    }

    fn line_value(&self, line: usize) -> BigRational {
        let terms = self.table[line].iter().zip(&self.outside);
        terms
            .filter(|(coefficient, _)| !coefficient.is_zero())
            .map(|(coefficient, &variable)| &self.value[variable] * big(coefficient))
            .sum()
    }

    /// The bound that a variable is beyond, and whether it must rise to it.
    fn beyond(&self, variable: usize) -> Option<(BigRational, bool)> {
        let value = &self.value[variable];
        if *value < self.lower[variable] {
            return Some((self.lower[variable].clone(), true));
        }
        let upper = self.upper[variable].as_ref()?;
        (value > upper).then(|| (upper.clone(), false))
    }

    pub(super) fn has_room(&self, variable: usize, up: bool) -> bool {
        let value = &self.value[variable];
        if up {
            self.upper[variable].as_ref().is_none_or(|u| value < u)
        } else {
            *value > self.lower[variable]
        }
    }

    /// How far a variable outside can go until it or a basic one comes to a bound.
    fn step(&self, column: usize, up: bool) -> Option<Step> {
        let room = |variable: usize, up: bool| {
            let value = &self.value[variable];
            if up {
                self.upper[variable].as_ref().map(|upper| upper - value)
            } else {
                Some(value - &self.lower[variable])
            }
        };
        let own = room(self.outside[column], up).map(|far| Step { far, line: None });
        let mut best: Option<Step> = own;
        for (line, &variable) in self.basic.iter().enumerate() {
            let coefficient = &self.table[line][column];
            if coefficient.is_zero() {
                continue;
            }
            let Some(room) = room(variable, coefficient.is_positive() == up) else {
                continue;
            };
            let far = room / big(&coefficient.abs());
            let earlier = best.as_ref().is_none_or(|best| {
                far < best.far
                    || (far == best.far
                        && best.line.is_some_and(|line| variable < self.basic[line]))
            });
            if earlier {
                best = Some(Step {
                    far,
                    line: Some(line),
                });
            }
        }
        best
    }

    /// Moves a variable outside, and the basic ones with it.
    fn shift(&mut self, column: usize, by: &BigRational) {
        if by.is_zero() {
            return;
        }
        for line in 0..self.basic.len() {
            let coefficient = &self.table[line][column];
            if !coefficient.is_zero() {
                let change = by * big(coefficient);
                self.value[self.basic[line]] += change;
            }
        }
        self.value[self.outside[column]] += by;
    }

    /// Exchanges a basic variable with one outside.
    fn pivot(&mut self, line: usize, column: usize) -> Result<(), SolveError> {
        let coefficient = self.table[line][column];
        let inverse = checked(Coefficient::one().checked_div(&coefficient))?;
        let mut solved = std::mem::take(&mut self.table[line]);
        for (index, entry) in solved.iter_mut().enumerate() {
            *entry = if index == column {
                inverse
            } else {
                checked(entry.checked_mul(&-inverse))?
            };
        }
        for (other, entries) in self.table.iter_mut().enumerate() {
            if other == line || entries[column].is_zero() {
                continue;
            }
            let factor = std::mem::take(&mut entries[column]);
            for (entry, solved) in entries.iter_mut().zip(&solved) {
                if !solved.is_zero() {
                    *entry = plus_times(entry, solved, &factor)?;
                }
            }
        }
        self.table[line] = solved;
        std::mem::swap(&mut self.basic[line], &mut self.outside[column]);
        Ok(())
    }

    /// A line whose basic variable is beyond a bound although all others help it as far as
    /// they can: minus what it is, plus what it is made of, as multipliers.
    fn conflict(&self, line: usize, rises: bool) -> Cut {
        let sign = Coefficient::from_integer(if rises { 1 } else { -1 });
        let mut multipliers = vec![Coefficient::zero(); self.value.len()];
        multipliers[self.basic[line]] = -sign;
        for (&variable, coefficient) in self.outside.iter().zip(&self.table[line]) {
            multipliers[variable] = sign * coefficient;
        }
        self.cut(&multipliers)
    }

    /// What variables outside would each still gain, as multipliers.
    fn cut_of(&self, gains: &[Coefficient]) -> Cut {
        let mut multipliers = vec![Coefficient::zero(); self.value.len()];
        for (&variable, gain) in self.outside.iter().zip(gains) {
            multipliers[variable] = *gain;
        }
        self.cut(&multipliers)
    }

    /// Multipliers of nation and rows as whole numbers.
    fn cut(&self, multipliers: &[Coefficient]) -> Cut {
        let (_, whole) = over_common(&multipliers[self.cells..]);
        let (nation, rows) = whole.split_first().expect("the nation comes first");
        let rows = rows.iter().cloned().enumerate();
        Cut {
            nation: nation.clone(),
            rows: rows
                .filter(|(_, multiplier)| !multiplier.is_zero())
                .collect(),
        }
    }
}

/// Coefficients times their common denominator, which comes first.
fn over_common(coefficients: &[Coefficient]) -> (BigInt, Vec<BigInt>) {
    let common = coefficients
        .iter()
        .fold(BigInt::one(), |common, coefficient| {
            num_integer::lcm(common, BigInt::from(*coefficient.denom()))
        });
    let whole = coefficients
        .iter()
        .map(|coefficient| coefficient.numer() * (&common / coefficient.denom()))
        .collect();
    (common, whole)
}

/// A coefficient as a fraction of any size.
fn big(coefficient: &Coefficient) -> BigRational {
    BigRational::new_raw((*coefficient.numer()).into(), (*coefficient.denom()).into())
}

fn plus_times(
    sum: &Coefficient,
    a: &Coefficient,
    b: &Coefficient,
) -> Result<Coefficient, SolveError> {
    let product = checked(a.checked_mul(b))?;
    checked(sum.checked_add(&product))
}

fn checked(result: Option<Coefficient>) -> Result<Coefficient, SolveError> {
    result.ok_or_else(|| {
        SolveError::Refused("a coefficient of an exact linear program passes 128 bits".to_string())
    })
}

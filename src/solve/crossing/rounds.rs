//! Leximin where groups cross, by rounds in exact fractions.
//!
//! A round finds the greatest level at which every cell still free can have what it
//! wants: from a level that is too high, the cut that is violated says how far down it
//! must at least be, until nothing is violated (Newton's method on a piecewise linear
//! function: finitely many steps, exact at the end). Cells that can then go no higher
//! are fixed, each with the cut that proves it. There are at most as many rounds as
//! cells.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::cells::{Cells, Cut, Limits};
use super::certificate::{Certificate, Round};
use super::constraints::{Constraints, Totals};
use super::exact::{Demand, ExactLevel};
use crate::program::LinearProgram;
use crate::solve::SolveError;
use crate::solve::level::Level;
use crate::units::FinePounds;

/// Raises the lowest measure first in a feasible program.
pub fn leximin(
    program: &LinearProgram,
    cells: &Cells,
    constraints: &Constraints,
) -> Result<Certificate, SolveError> {
    Rounds::new(program, cells, constraints).run()
}

struct Rounds<'a> {
    cells: &'a Cells,
    constraints: &'a Constraints,
    demands: Vec<Demand>,
    /// Every level at which some cell's demand changes its slope, rising.
    breakpoints: Vec<Level>,
    /// Totals of the cells that can go no higher, in millionths of a pound.
    fixed: Vec<Option<BigRational>>,
    /// What the denominators of all fixed totals divide.
    scale: BigInt,
    levels: Vec<Option<ExactLevel>>,
    rounds: Vec<Round>,
}

impl<'a> Rounds<'a> {
    fn new(program: &LinearProgram, cells: &'a Cells, constraints: &'a Constraints) -> Self {
        let demands: Vec<Demand> = cells
            .cells
            .iter()
            .map(|cell| Demand::of(program, &cell.members))
            .collect();
        let mut breakpoints: Vec<Level> = demands.iter().flat_map(Demand::breakpoints).collect();
        breakpoints.sort();
        breakpoints.dedup();
        let at_once = |demand: &Demand| {
            (demand.start() == demand.end())
                .then(|| BigRational::from_integer(demand.start().into()))
        };
        Self {
            cells,
            constraints,
            fixed: demands.iter().map(at_once).collect(),
            levels: vec![None; demands.len()],
            demands,
            breakpoints,
            scale: BigInt::one(),
            rounds: Vec::new(),
        }
    }

    fn run(mut self) -> Result<Certificate, SolveError> {
        while let Some(top) = self.top() {
            let (level, limits, totals) = self.highest(top)?;
            let before = self.free().count();
            self.fix_what_holds(&level, &limits, &totals)?;
            if self.free().count() == before {
                return refuse("a round fixed no cell");
            }
        }
        Ok(Certificate {
            cells: self.cells.clone(),
            levels: self.levels,
            rounds: self.rounds,
        })
    }

    fn free(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.fixed.len()).filter(|&cell| self.fixed[cell].is_none())
    }

    /// The level at which every free cell would be full; none if none is free.
    fn top(&self) -> Option<ExactLevel> {
        self.free()
            .filter_map(|cell| self.demands[cell].full_from())
            .max()
            .map(ExactLevel::from)
    }

    /// The greatest level, from one downwards, that all free cells can be at together.
    fn highest(&self, mut level: ExactLevel) -> Result<(ExactLevel, Limits, Totals), SolveError> {
        loop {
            let limits = self.limits_at(Some(&level));
            match self.constraints.totals_within(&limits)? {
                Ok(totals) => return Ok((level, limits, totals)),
                Err(cut) => {
                    let lower = self.level_allowed_by(&cut)?;
                    if lower >= level {
                        return refuse("a cut allowed more than it forbids");
                    }
                    level = lower;
                }
            }
        }
    }

    /// Limits of the round at a level, times [`Self::scale`] and the level's denominator:
    /// fixed cells as they are, free ones at least at their demand.
    fn limits_at(&self, level: Option<&ExactLevel>) -> Limits {
        let denominator = level.map_or_else(BigInt::one, |level| level.value.denom().clone());
        let times = &self.scale * &denominator;
        let mut limits = self.cells.limits(&(&times * FinePounds::PER_POUND));
        for (cell, demand) in self.demands.iter().enumerate() {
            limits.cells[cell] = match &self.fixed[cell] {
                Some(total) => {
                    let total = total.numer() * (&times / total.denom());
                    (total.clone(), Some(total))
                }
                None => {
                    let wanted = match level {
                        Some(level) => demand.times_denominator(level),
                        None => demand.start().into(),
                    };
                    (wanted * &self.scale, Some(&times * demand.end()))
                }
            };
        }
        limits
    }

    /// The greatest level at which free cells do not want more than a cut allows.
    fn level_allowed_by(&self, cut: &Cut) -> Result<ExactLevel, SolveError> {
        let weights = cut.weights(self.cells);
        let limits = self.limits_at(None);
        let (Some(allowed), Some(needed)) = (cut.allowed(&limits), cut.needed(&weights, &limits))
        else {
            return refuse("a cut rests on a bound that there is not");
        };
        let rising: Vec<usize> = self
            .free()
            .filter(|&cell| weights[cell].is_positive())
            .collect();
        let starts: BigInt = rising
            .iter()
            .map(|&cell| &weights[cell] * self.demands[cell].start())
            .sum();
        // What the rising cells may have together, times the scale.
        let rest = allowed - needed + starts * &self.scale;
        let fits = |level: &Level| {
            let exact = ExactLevel {
                stage: level.stage,
                value: BigRational::new_raw(level.numerator.into(), level.denominator.into()),
            };
            let wanted: BigInt = rising
                .iter()
                .map(|&cell| &weights[cell] * self.demands[cell].times_denominator(&exact))
                .sum();
            wanted * &self.scale <= &rest * level.denominator
        };
        let begun = self.breakpoints.partition_point(fits);
        let Some(&from) = begun
            .checked_sub(1)
            .and_then(|last| self.breakpoints.get(last))
        else {
            return refuse("what was promised does not fit together");
        };
        let (mut constant, mut slope) = (BigInt::zero(), BigInt::zero());
        for &cell in &rising {
            let line = self.demands[cell].line_from(from);
            constant += &weights[cell] * line.constant;
            slope += &weights[cell] * line.slope;
        }
        if !slope.is_positive() {
            return refuse("a cut that forbids a level allows all of them");
        }
        Ok(ExactLevel {
            stage: from.stage,
            value: BigRational::new(rest - constant * &self.scale, slope * &self.scale),
        })
    }

    /// Fixes the cells that are full at this level, and those that a cut holds there.
    fn fix_what_holds(
        &mut self,
        level: &ExactLevel,
        limits: &Limits,
        totals: &Totals,
    ) -> Result<(), SolveError> {
        let is_full = |cell: &usize| {
            let (wanted, most) = &limits.cells[*cell];
            Some(wanted) == most.as_ref()
        };
        let (full, rising): (Vec<usize>, Vec<usize>) = self.free().partition(is_full);
        for cell in full {
            let full_from = self.demands[cell].full_from().map(ExactLevel::from);
            self.fix(cell, full_from);
        }
        let cuts = self
            .constraints
            .cuts_that_hold(self.cells, &rising, totals, limits)?;
        for cut in cuts {
            let weights = cut.weights(self.cells);
            let held: Vec<usize> = rising
                .iter()
                .copied()
                .filter(|&cell| self.fixed[cell].is_none() && weights[cell].is_positive())
                .collect();
            for &cell in &held {
                self.fix(cell, Some(level.clone()));
            }
            if !held.is_empty() {
                self.rounds.push(Round {
                    level: level.clone(),
                    cut,
                    cells: held,
                });
            }
        }
        Ok(())
    }

    fn fix(&mut self, cell: usize, level: Option<ExactLevel>) {
        let total = self.demands[cell].at(level.as_ref()).reduced();
        if !(&self.scale % total.denom()).is_zero() {
            self.scale = num_integer::lcm(self.scale.clone(), total.denom().clone());
        }
        self.fixed[cell] = Some(total);
        self.levels[cell] = level;
    }
}

fn refuse<T>(what: &str) -> Result<T, SolveError> {
    Err(SolveError::Refused(what.to_string()))
}

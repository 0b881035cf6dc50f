//! The certificate of leximin where groups cross, and its checker, which shares nothing
//! with what found it but the demand of a cell at a level.

use num_bigint::BigInt;
use num_traits::{Signed, Zero};

use super::cells::{Cells, Cut, Limits};
use super::exact::{Demand, ExactLevel, ExactSum, amount_at, over_common};
use crate::program::LinearProgram;
use crate::register::PerVariable;
use crate::solve::SolveError;
use crate::solve::level::TotalByLevel;
use crate::units::FinePounds;

/// Each cell's level, and why none can be higher without a lower one being lowered.
#[derive(Debug, Clone, PartialEq)]
pub struct Certificate {
    /// The cells.
    pub cells: Cells,
    /// Each cell's level; none where it is fixed from the start.
    pub levels: Vec<Option<ExactLevel>>,
    /// What holds cells, by rising level.
    pub rounds: Vec<Round>,
}

/// Cells that can go no higher than a level once all that are not yet held are at it.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// The level.
    pub level: ExactLevel,
    /// Multipliers of the rows that hold them.
    pub cut: Cut,
    /// The cells.
    pub cells: Vec<usize>,
}

impl Certificate {
    /// Each variable's amount before rounding.
    pub fn amounts(&self, program: &LinearProgram) -> PerVariable<ExactSum> {
        let amounts = program.variables.keys().map(|at| {
            let variable = program.limited(at);
            let level = self.levels[self.cells.cell_of[at]].as_ref();
            amount_at(&TotalByLevel::of_variable(variable), level)
        });
        PerVariable::of(amounts.collect())
    }

    /// Checks in exact arithmetic, in time linear in the certificate's size, that these
    /// levels are the one best answer.
    ///
    /// Each round's multipliers say Σ aₖ yₖ ≤ B of every allocation (see [`Cut`]). Where
    /// that is met exactly by the demands at the round's level of cells with aₖ > 0 and
    /// the greatest totals of those with aₖ < 0, no cell with aₖ > 0 can have more, unless
    /// one that is not yet held has less than its demand at that level. Rounds rise; in
    /// the end every cell is held or full, and all totals are within their limits.
    pub fn check(&self, program: &LinearProgram) -> Result<(), SolveError> {
        let refuse = |what: &str| Err(SolveError::Refused(what.to_string()));
        if self.cells != Cells::of(program) {
            return refuse("the certificate is of another program");
        }
        let demands: Vec<Demand> = self
            .cells
            .cells
            .iter()
            .map(|cell| Demand::of(program, &cell.members))
            .collect();
        let totals: Vec<ExactSum> = demands
            .iter()
            .zip(&self.levels)
            .map(|(demand, level)| demand.at(level.as_ref()))
            .collect();
        let (totals, scale) = over_common(&totals);
        let limits = self.cells.limits(&(&scale * FinePounds::PER_POUND));
        if !within(&self.cells, &totals, &limits) {
            return refuse("a total is beyond its bounds");
        }
        if !self.rounds.is_sorted_by(|a, b| a.level <= b.level) {
            return refuse("rounds do not rise");
        }
        let is_full = |cell: usize| totals[cell] == &scale * demands[cell].end();
        let mut held = vec![false; demands.len()];
        for round in &self.rounds {
            // Times the scale and the level's denominator: whole numbers all along.
            let below = round.level.value.denom();
            let Some(allowed) = round.cut.allowed(&limits) else {
                return refuse("a round rests on a bound that there is not");
            };
            let mut missing = allowed * below;
            for (cell, weight) in round.cut.weights(&self.cells).into_iter().enumerate() {
                let has = if weight.is_zero() {
                    continue;
                } else if held[cell] {
                    &totals[cell] * below
                } else if weight.is_positive() {
                    let wanted = demands[cell].times_denominator(&round.level) * &scale;
                    if wanted != &totals[cell] * below {
                        return refuse("a cell is not at the level that holds it");
                    }
                    held[cell] = true;
                    wanted
                } else {
                    &scale * demands[cell].end() * below
                };
                missing -= has * weight;
            }
            if !missing.is_zero() {
                return refuse("a round does not hold the cells that it names");
            }
        }
        if !(0..held.len()).all(|cell| held[cell] || is_full(cell)) {
            return refuse("a cell is neither held nor full");
        }
        Ok(())
    }
}

/// Whether cell totals and what they add up to are within limits.
fn within(cells: &Cells, totals: &[BigInt], limits: &Limits) -> bool {
    let fits = |total: &BigInt, (lower, upper): &(BigInt, Option<BigInt>)| {
        total >= lower && upper.as_ref().is_none_or(|upper| total <= upper)
    };
    let rows = cells.of_row.iter().zip(&limits.rows);
    fits(&totals.iter().sum(), &limits.nation)
        && totals.iter().zip(&limits.cells).all(|(t, l)| fits(t, l))
        && rows
            .into_iter()
            .all(|(members, range)| fits(&members.iter().map(|&cell| &totals[cell]).sum(), range))
}

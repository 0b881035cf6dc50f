//! Least weighted deviation by the exact simplex method, where flows cannot: a cell's
//! total stands at the end of a step of what it wants, or it is in the basis.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed};

use super::cells::Cells;
use super::deviation::{Prices, Wants};
use super::simplex::{Coefficient, Simplex};
use crate::solve::SolveError;

/// Costs of cells that rise by steps, and the step that each cell's total is on.
struct Costs<'a> {
    wants: &'a [Wants],
    /// None where a cell has one total only.
    on: Vec<Option<usize>>,
}

/// Prices at which totals that fit together cost least.
pub(super) fn by_steps(
    simplex: &mut Simplex,
    cells: &Cells,
    wants: &[Wants],
) -> Result<Prices, SolveError> {
    let mut limits = cells.limits(&BigInt::one());
    for (range, wants) in limits.cells.iter_mut().zip(wants) {
        let most = wants.steps.last().map_or(&wants.start, |(_, total)| total);
        *range = (wants.start.clone(), Some(most.clone()));
    }
    if simplex.totals_within(&limits)?.is_err() {
        return Err(SolveError::Refused(
            "what was found to fit together does not".to_string(),
        ));
    }
    let mut costs = Costs {
        wants,
        on: (0..wants.len())
            .map(|cell| step_of(&wants[cell], simplex.cell(cell)))
            .collect(),
    };
    for cell in 0..wants.len() {
        costs.hold(simplex, cell);
    }
    loop {
        let gains = simplex.gains(&costs.slopes())?;
        let Some((column, up)) = costs.next(simplex, &gains) else {
            return Ok(simplex.prices_of(&gains));
        };
        simplex.advance(column, up)?;
    }
}

/// The step that a total is on, the lower one where it is between two.
fn step_of(wants: &Wants, total: &BigRational) -> Option<usize> {
    let last = wants.steps.len().checked_sub(1)?;
    let passed = |end: &BigInt| BigRational::from_integer(end.clone()) < *total;
    Some(
        wants
            .steps
            .partition_point(|(_, end)| passed(end))
            .min(last),
    )
}

impl Costs<'_> {
    /// What a pound more costs in each cell.
    fn slopes(&self) -> Vec<Coefficient> {
        let slope = |(on, wants): (&Option<usize>, &Wants)| {
            Coefficient::from_integer(on.map_or(0, |step| wants.steps[step].0))
        };
        self.on.iter().zip(self.wants).map(slope).collect()
    }

    /// Holds a cell's total to its step.
    fn hold(&self, simplex: &mut Simplex, cell: usize) {
        if let Some(step) = self.on[cell] {
            let (begins, ends) = self.wants[cell].ends(step);
            simplex.hold(cell, begins, ends);
        }
    }

    /// The first variable outside the basis that makes the whole cheaper, and which way it
    /// must go; a cell at the end of its step is put on the next one.
    fn next(&mut self, simplex: &mut Simplex, gains: &[Coefficient]) -> Option<(usize, bool)> {
        let mut order: Vec<usize> = (0..gains.len()).collect();
        order.sort_by_key(|&column| simplex.outside(column));
        for column in order {
            let variable = simplex.outside(column);
            for up in [true, false] {
                let mut gain = gains[column];
                let next = match self.on.get(variable) {
                    Some(Some(on)) if !simplex.has_room(variable, up) => {
                        let next = if up { Some(on + 1) } else { on.checked_sub(1) };
                        let steps = &self.wants[variable].steps;
                        let Some(next) = next.filter(|next| *next < steps.len()) else {
                            continue;
                        };
                        gain += Coefficient::from_integer(steps[next].0 - steps[*on].0);
                        Some(next)
                    }
                    _ if !simplex.has_room(variable, up) => continue,
                    _ => None,
                };
                if (up && gain.is_negative()) || (!up && gain.is_positive()) {
                    if next.is_some() {
                        self.on[variable] = next;
                        self.hold(simplex, variable);
                    }
                    return Some((column, up));
                }
            }
        }
        None
    }
}

//! The general road: leximin as a sequence of linear programs.
//!
//! Authorities in the same groups form a cell. Inside a cell the level decides every
//! amount, so the programs have one variable for each cell's total. A round finds
//! the greatest level that all cells still free can reach together, then fixes the
//! cells that can go no higher; there are at most as many rounds as cells.

use super::crossing::Cells;
use super::level::{Level, TotalByLevel};
use super::lp::{LinearBackend, LinearModel, LinearRow};
use super::tree::{NodeState, Tree};
use super::{Solution, SolveError};
use crate::program::LinearProgram;
use crate::register::VariableId;
use crate::units::Pounds;

/// The quantum in the unit that linear programs are solved in, whatever the quantum: a
/// solver's absolute tolerances then mean the same part of every sum. At £40 billion the
/// unit is a million pounds.
const QUANTUM_IN_UNITS: f64 = 40_000.0;

/// Solves a feasible program whose groups nest.
pub fn solve(
    program: &LinearProgram,
    tree: &Tree,
    backend: &dyn LinearBackend,
) -> Result<Solution, SolveError> {
    let rounds = Rounds::of_tree(program, tree, backend);
    let totals = rounds.run()?;
    Ok(Solution {
        states: rounds.states(tree, &totals),
    })
}

/// Each cell's total in pounds, of a feasible program whose groups cross.
pub fn cell_totals(
    program: &LinearProgram,
    cells: &Cells,
    backend: &dyn LinearBackend,
) -> Result<Vec<f64>, SolveError> {
    let rounds = Rounds::of_cells(program, cells, backend);
    let pounds_per_unit = rounds.pounds_per_unit;
    let totals = rounds.run()?;
    Ok(totals.iter().map(|total| total * pounds_per_unit).collect())
}

/// A bounded sum of cells' totals.
struct Sum {
    cells: Vec<usize>,
    lower: Option<Pounds>,
    upper: Option<Pounds>,
}

struct Rounds<'a> {
    backend: &'a dyn LinearBackend,
    /// What each cell wants, by level.
    cells: Vec<TotalByLevel>,
    /// The nation's, then the groups'.
    sums: Vec<Sum>,
    /// Every level at which some cell's demand changes its slope, rising.
    levels: Vec<Level>,
    /// Pounds in a unit.
    pounds_per_unit: f64,
}

/// How far, in units, a cell that a round has fixed may still move: at £40 billion a
/// pound. Without it sums of fixed cells could miss their rows by a rounding error.
const FIXED_WITHIN: f64 = 1e-6;

/// How far a round has come: the last breakpoint reached by all free cells, or none.
type Reached = Option<usize>;

impl<'a> Rounds<'a> {
    fn new(
        program: &LinearProgram,
        members: &[&[VariableId]],
        groups: impl Iterator<Item = Sum>,
        backend: &'a dyn LinearBackend,
    ) -> Self {
        let cells: Vec<TotalByLevel> = members
            .iter()
            .map(|members| {
                let variables = members.iter().map(|&at| program.limited(at));
                TotalByLevel::sum(variables.map(TotalByLevel::of_variable))
            })
            .collect();
        let mut levels: Vec<Level> = cells
            .iter()
            .flat_map(|cell| cell.breakpoints.iter().map(|b| b.level))
            .collect();
        levels.sort();
        levels.dedup();
        let nation = Sum {
            cells: (0..cells.len()).collect(),
            lower: Some(program.quantum),
            upper: Some(program.quantum),
        };
        Self {
            backend,
            cells,
            sums: std::iter::once(nation).chain(groups).collect(),
            levels,
            pounds_per_unit: (program.quantum.as_f64() / QUANTUM_IN_UNITS).max(f64::MIN_POSITIVE),
        }
    }

    /// Cells are what is directly in a node.
    fn of_tree(program: &LinearProgram, tree: &Tree, backend: &'a dyn LinearBackend) -> Self {
        let nodes: Vec<usize> = (0..tree.nodes.len())
            .filter(|&node| !tree.nodes[node].variables.is_empty())
            .collect();
        let members: Vec<&[VariableId]> = nodes
            .iter()
            .map(|&node| tree.nodes[node].variables.as_slice())
            .collect();
        let groups = (1..tree.nodes.len()).map(|group| Sum {
            cells: (0..nodes.len())
                .filter(|&cell| is_within(tree, nodes[cell], group))
                .collect(),
            lower: tree.nodes[group].lower,
            upper: tree.nodes[group].upper,
        });
        Self::new(program, &members, groups, backend)
    }

    fn of_cells(program: &LinearProgram, cells: &Cells, backend: &'a dyn LinearBackend) -> Self {
        let members: Vec<&[VariableId]> = cells
            .cells
            .iter()
            .map(|cell| cell.members.as_slice())
            .collect();
        let groups = cells.of_row.iter().enumerate().map(|(row, of_row)| Sum {
            cells: of_row.clone(),
            lower: Some(cells.lower[row]),
            upper: cells.upper[row],
        });
        Self::new(program, &members, groups, backend)
    }

    /// Millionths of a pound in units.
    #[expect(clippy::cast_precision_loss, reason = "solvers work in floating point")]
    fn units(&self, fine: i128) -> f64 {
        fine as f64 / 1e6 / self.pounds_per_unit
    }

    fn pounds_as_units(&self, pounds: Pounds) -> f64 {
        pounds.as_f64() / self.pounds_per_unit
    }

    /// Each cell's total, in units.
    fn run(&self) -> Result<Vec<f64>, SolveError> {
        let mut fixed: Vec<Option<f64>> = vec![None; self.cells.len()];
        let mut reached: Reached = None;
        while fixed.iter().any(Option::is_none) {
            reached = self.highest_reached(&fixed, reached)?;
            let demands = self.demands_beyond(&fixed, reached)?;
            let stuck = self.stuck(&fixed, &demands)?;
            if stuck.is_empty() {
                return Err(SolveError::Refused(
                    "a round of linear programs fixed no cell".to_string(),
                ));
            }
            for cell in stuck {
                fixed[cell] = Some(demands[cell]);
            }
        }
        Ok(fixed.into_iter().flatten().collect())
    }

    /// Each cell's demand at a breakpoint; fixed cells at what they have.
    fn demands_at(&self, fixed: &[Option<f64>], reached: Reached) -> Vec<f64> {
        self.cells
            .iter()
            .zip(fixed)
            .map(|(cell, fixed)| match (fixed, reached) {
                (Some(total), _) => *total,
                (None, None) => self.units(cell.start),
                (None, Some(index)) => {
                    let level = self.levels[index];
                    let line = cell.line_at(level);
                    // The quotient in integers first: no digits are lost to size.
                    self.units(line.times_denominator(level) / level.denominator)
                }
            })
            .collect()
    }

    /// The last breakpoint that all free cells can reach together, by bisection.
    fn highest_reached(&self, fixed: &[Option<f64>], from: Reached) -> Result<Reached, SolveError> {
        let mut feasible = from;
        let mut infeasible = self.levels.len();
        loop {
            let next = feasible.map_or(0, |index| index + 1);
            if next >= infeasible {
                return Ok(feasible);
            }
            let middle = usize::midpoint(next, infeasible - 1);
            let demands = self.demands_at(fixed, Some(middle));
            if self.best(fixed, &demands, None, &[])?.is_some() {
                feasible = Some(middle);
            } else {
                infeasible = middle;
            }
        }
    }

    /// Demands at the greatest level between this breakpoint and the next: there
    /// every demand is linear, so one linear program finds it.
    fn demands_beyond(
        &self,
        fixed: &[Option<f64>],
        reached: Reached,
    ) -> Result<Vec<f64>, SolveError> {
        let here = self.demands_at(fixed, reached);
        let next = reached.map_or(0, |index| index + 1);
        let steps: Vec<f64> = if next < self.levels.len() {
            let there = self.demands_at(fixed, Some(next));
            here.iter().zip(&there).map(|(a, b)| b - a).collect()
        } else {
            self.slopes_after_the_last(fixed)
        };
        if steps.iter().all(|step| *step <= 0.0) {
            return Ok(here);
        }
        let greatest = if next < self.levels.len() {
            1.0
        } else {
            f64::INFINITY
        };
        let step = self.best(fixed, &here, Some((&steps, greatest)), &[])?;
        let Some(step) = step.and_then(|values| values.last().copied()) else {
            return Ok(here);
        };
        Ok(here.iter().zip(&steps).map(|(a, b)| a + step * b).collect())
    }

    /// Slopes above the last breakpoint, scaled so that together they are the
    /// quantum for each unit of step.
    fn slopes_after_the_last(&self, fixed: &[Option<f64>]) -> Vec<f64> {
        let slopes: Vec<f64> = self
            .cells
            .iter()
            .zip(fixed)
            .map(|(cell, fixed)| match (fixed, self.levels.last()) {
                (None, Some(&last)) => self.units(cell.line_at(last).slope),
                _ => 0.0,
            })
            .collect();
        let sum: f64 = slopes.iter().sum();
        let scale = if sum > 0.0 {
            QUANTUM_IN_UNITS / sum
        } else {
            0.0
        };
        slopes.iter().map(|slope| slope * scale).collect()
    }

    /// Free cells that can have no more than their demand: those left over which have no
    /// more however often the sum of what is left over is made as large as it can be.
    fn stuck(&self, fixed: &[Option<f64>], demands: &[f64]) -> Result<Vec<usize>, SolveError> {
        let mut left: Vec<usize> = (0..self.cells.len())
            .filter(|&cell| fixed[cell].is_none())
            .collect();
        while !left.is_empty() {
            let sum: Vec<(usize, f64)> = left.iter().map(|&cell| (cell, 1.0)).collect();
            let Some(values) = self.best(fixed, demands, None, &sum)? else {
                return Ok(left);
            };
            let before = left.len();
            left.retain(|&cell| values[cell] - demands[cell] <= self.backend.within());
            if left.len() == before {
                return Ok(left);
            }
        }
        Ok(left)
    }

    /// Values that maximise the step beyond the demands (the last value then), or a sum of
    /// cell totals; `None` where the demands cannot be met together.
    fn best(
        &self,
        fixed: &[Option<f64>],
        demands: &[f64],
        step: Option<(&[f64], f64)>,
        objective: &[(usize, f64)],
    ) -> Result<Option<Vec<f64>>, SolveError> {
        let mut model = LinearModel {
            objective: objective.to_vec(),
            ..LinearModel::default()
        };
        for (index, cell) in self.cells.iter().enumerate() {
            model.bounds.push(match fixed[index] {
                Some(total) => (total - FIXED_WITHIN, total + FIXED_WITHIN),
                None => {
                    let most = cell.end().map_or(f64::INFINITY, |end| self.units(end));
                    (demands[index].min(most), most)
                }
            });
        }
        if let Some((steps, greatest)) = step {
            let variable = model.bounds.len();
            model.bounds.push((0.0, greatest));
            model.objective = vec![(variable, 1.0)];
            for (index, size) in steps.iter().enumerate() {
                if fixed[index].is_none() && *size > 0.0 {
                    model.rows.push(LinearRow {
                        terms: vec![(index, 1.0), (variable, -size)],
                        lower: demands[index],
                        upper: f64::INFINITY,
                    });
                }
            }
        }
        self.add_totals(&mut model);
        self.backend.maximise(&model)
    }

    /// The nation's and each group's total.
    fn add_totals(&self, model: &mut LinearModel) {
        let units = |bound: Option<Pounds>, none: f64| {
            bound.map_or(none, |bound| self.pounds_as_units(bound))
        };
        model.rows.extend(self.sums.iter().map(|sum| LinearRow {
            terms: sum.cells.iter().map(|&cell| (cell, 1.0)).collect(),
            lower: units(sum.lower, f64::NEG_INFINITY),
            upper: units(sum.upper, f64::INFINITY),
        }));
    }

    /// Which groups' totals stand at a bound.
    fn states(&self, tree: &Tree, totals: &[f64]) -> Vec<NodeState> {
        debug_assert_eq!(self.sums.len(), tree.nodes.len());
        let state = |(node, sum): (usize, &Sum)| {
            let total: f64 = sum.cells.iter().map(|&cell| totals[cell]).sum();
            let meets = |bound: Option<Pounds>| {
                bound.is_some_and(|b| {
                    (total - self.pounds_as_units(b)).abs() <= self.backend.within()
                })
            };
            if node > 0 && meets(sum.lower) {
                NodeState::AtLower
            } else if node > 0 && meets(sum.upper) {
                NodeState::AtUpper
            } else {
                NodeState::Free
            }
        };
        self.sums.iter().enumerate().map(state).collect()
    }
}

fn is_within(tree: &Tree, mut node: usize, ancestor: usize) -> bool {
    loop {
        if node == ancestor {
            return true;
        }
        match tree.nodes[node].parent {
            Some(parent) => node = parent,
            None => return false,
        }
    }
}

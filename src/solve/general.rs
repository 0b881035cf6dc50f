//! The general road: leximin as a sequence of linear programs.
//!
//! Authorities in the same groups form a cell. Inside a cell the level decides every
//! amount, so the programs have one variable for each cell's total. A round finds
//! the greatest level that all cells still free can reach together, then fixes the
//! cells that can go no higher; there are at most as many rounds as cells.

use super::level::{Level, TotalByLevel};
use super::lp::{FEASIBLE_WITHIN, LinearModel, LinearRow, maximise};
use super::tree::{NodeState, Tree};
use super::{Solution, SolveError};
use crate::program::LinearProgram;
use crate::units::Pounds;

/// The quantum in the unit that linear programs are solved in, whatever the quantum: a
/// solver's absolute tolerances then mean the same part of every sum. At £40 billion the
/// unit is a million pounds.
const QUANTUM_IN_UNITS: f64 = 40_000.0;

/// Solves a feasible program.
pub fn solve(program: &LinearProgram, tree: &Tree) -> Result<Solution, SolveError> {
    let rounds = Rounds::new(program, tree);
    let totals = rounds.run()?;
    Ok(Solution {
        states: rounds.states(&totals),
    })
}

/// Authorities directly in one node of the tree.
struct Cell {
    node: usize,
    demand: TotalByLevel,
}

struct Rounds<'a> {
    program: &'a LinearProgram,
    tree: &'a Tree,
    cells: Vec<Cell>,
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
    fn new(program: &'a LinearProgram, tree: &'a Tree) -> Self {
        let cells: Vec<Cell> = tree
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| !node.variables.is_empty())
            .map(|(index, node)| Cell {
                node: index,
                demand: TotalByLevel::sum(
                    node.variables
                        .iter()
                        .map(|&at| TotalByLevel::of_variable(&program.variables[at])),
                ),
            })
            .collect();
        let mut levels: Vec<Level> = cells
            .iter()
            .flat_map(|cell| cell.demand.breakpoints.iter().map(|b| b.level))
            .collect();
        levels.sort();
        levels.dedup();
        Self {
            program,
            tree,
            cells,
            levels,
            pounds_per_unit: (program.quantum.as_f64() / QUANTUM_IN_UNITS).max(f64::MIN_POSITIVE),
        }
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
            let mut stuck = Vec::new();
            for cell in 0..self.cells.len() {
                if fixed[cell].is_none() && self.room(&fixed, &demands, cell)? <= FEASIBLE_WITHIN {
                    stuck.push(cell);
                }
            }
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
                (None, None) => self.units(cell.demand.start),
                (None, Some(index)) => {
                    let level = self.levels[index];
                    let line = cell.demand.line_at(level);
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
        let Some(step) = step else {
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
                (None, Some(&last)) => self.units(cell.demand.line_at(last).slope),
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

    /// How much more than its demand a cell could have, all others having theirs.
    fn room(&self, fixed: &[Option<f64>], demands: &[f64], cell: usize) -> Result<f64, SolveError> {
        let most = self.best(fixed, demands, None, &[(cell, 1.0)])?;
        Ok(most.map_or(0.0, |most| most - demands[cell]))
    }

    /// Maximises the step beyond the demands, or a sum of cell totals; `None` where
    /// the demands cannot be met together.
    fn best(
        &self,
        fixed: &[Option<f64>],
        demands: &[f64],
        step: Option<(&[f64], f64)>,
        objective: &[(usize, f64)],
    ) -> Result<Option<f64>, SolveError> {
        let mut model = LinearModel {
            objective: objective.to_vec(),
            ..LinearModel::default()
        };
        for (index, cell) in self.cells.iter().enumerate() {
            model.bounds.push(match fixed[index] {
                Some(total) => (total - FIXED_WITHIN, total + FIXED_WITHIN),
                None => {
                    let most = cell
                        .demand
                        .end()
                        .map_or(f64::INFINITY, |end| self.units(end));
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
        let Some(values) = maximise(&model)? else {
            return Ok(None);
        };
        Ok(Some(
            model.objective.iter().map(|&(i, c)| c * values[i]).sum(),
        ))
    }

    /// The nation's and each group's total.
    fn add_totals(&self, model: &mut LinearModel) {
        for (index, node) in self.tree.nodes.iter().enumerate() {
            let terms = (0..self.cells.len())
                .filter(|&cell| self.is_within(self.cells[cell].node, index))
                .map(|cell| (cell, 1.0))
                .collect();
            let (lower, upper) = if index == 0 {
                (Some(self.program.quantum), Some(self.program.quantum))
            } else {
                (node.lower, node.upper)
            };
            model.rows.push(LinearRow {
                terms,
                lower: lower.map_or(f64::NEG_INFINITY, |lower| self.pounds_as_units(lower)),
                upper: upper.map_or(f64::INFINITY, |upper| self.pounds_as_units(upper)),
            });
        }
    }

    fn is_within(&self, mut node: usize, ancestor: usize) -> bool {
        loop {
            if node == ancestor {
                return true;
            }
            match self.tree.nodes[node].parent {
                Some(parent) => node = parent,
                None => return false,
            }
        }
    }

    /// Which groups' totals stand at a bound.
    fn states(&self, totals: &[f64]) -> Vec<NodeState> {
        (0..self.tree.nodes.len())
            .map(|node| {
                let total: f64 = (0..self.cells.len())
                    .filter(|&cell| self.is_within(self.cells[cell].node, node))
                    .map(|cell| totals[cell])
                    .sum();
                let meets = |bound: Option<Pounds>| {
                    bound
                        .is_some_and(|b| (total - self.pounds_as_units(b)).abs() <= FEASIBLE_WITHIN)
                };
                let bounds = &self.tree.nodes[node];
                if node > 0 && meets(bounds.lower) {
                    NodeState::AtLower
                } else if node > 0 && meets(bounds.upper) {
                    NodeState::AtUpper
                } else {
                    NodeState::Free
                }
            })
            .collect()
    }
}

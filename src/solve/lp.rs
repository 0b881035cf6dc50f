//! A small linear program and its back end: the only file that knows good_lp.

use std::fmt;

use good_lp::solvers::clarabel::ClarabelSolution;
use good_lp::variable::UnsolvedProblem;
use good_lp::{
    Expression, ProblemVariables, ResolutionError, Solution as _, SolverModel, Variable, variable,
};

use super::SolveError;

/// A solver of linear programs.
pub trait LinearBackend {
    /// Its name, as `--backend` has it.
    fn name(&self) -> &'static str;

    /// Largest error of a value, in the model's units, at which its answer is still taken:
    /// its numbers only tell what binds; amounts are computed exactly from that.
    fn within(&self) -> f64;

    /// The best values, or `None` where no values satisfy the rows.
    fn maximise(&self, model: &LinearModel) -> Result<Option<Vec<f64>>, SolveError>;
}

/// The back ends by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Backend {
    /// A simplex method in pure Rust.
    #[default]
    Microlp,
    /// An interior-point method in pure Rust.
    Clarabel,
    /// HiGHS, in C++: only where the program was built with it.
    #[cfg(feature = "highs")]
    Highs,
}

impl Backend {
    /// Those that this program was built with.
    pub const ALL: &[Self] = &[
        Self::Microlp,
        Self::Clarabel,
        #[cfg(feature = "highs")]
        Self::Highs,
    ];

    /// The back end of this name, if the program was built with it.
    pub fn of_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|backend| backend.solver().name() == name)
    }

    /// What solves.
    pub fn solver(self) -> &'static dyn LinearBackend {
        match self {
            Self::Microlp => &Microlp,
            Self::Clarabel => &Clarabel,
            #[cfg(feature = "highs")]
            Self::Highs => &Highs,
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.solver().name())
    }
}

/// Maximise a linear objective within bounds and rows. Money is scaled by whoever makes
/// the model, so that a solver's absolute tolerances mean something.
#[derive(Debug, Clone, Default)]
pub struct LinearModel {
    /// Least and greatest value of each variable.
    pub bounds: Vec<(f64, f64)>,
    /// lower ≤ Σ coefficient × variable ≤ upper.
    pub rows: Vec<LinearRow>,
    /// Coefficients of what is maximised.
    pub objective: Vec<(usize, f64)>,
}

/// One row.
#[derive(Debug, Clone)]
pub struct LinearRow {
    /// Variable and coefficient.
    pub terms: Vec<(usize, f64)>,
    /// Least value.
    pub lower: f64,
    /// Greatest value.
    pub upper: f64,
}

/// At £40 billion ten pounds: what a simplex method holds its rows to, with room to spare.
const SIMPLEX_WITHIN: f64 = 1e-5;

/// An interior point comes this near to a corner: at £40 billion a thousand pounds.
const INTERIOR_WITHIN: f64 = 1e-3;

struct Microlp;

impl LinearBackend for Microlp {
    fn name(&self) -> &'static str {
        "microlp"
    }

    fn within(&self) -> f64 {
        SIMPLEX_WITHIN
    }

    fn maximise(&self, model: &LinearModel) -> Result<Option<Vec<f64>>, SolveError> {
        solve(model, self, good_lp::microlp, |_| Ok(()))
    }
}

struct Clarabel;

impl LinearBackend for Clarabel {
    fn name(&self) -> &'static str {
        "clarabel"
    }

    fn within(&self) -> f64 {
        INTERIOR_WITHIN
    }

    fn maximise(&self, model: &LinearModel) -> Result<Option<Vec<f64>>, SolveError> {
        // good_lp calls its answer optimal also where it says that there is no end, or that
        // it is only almost there.
        let solved = |solution: &ClarabelSolution| match solution.inner().status {
            clarabel::solver::SolverStatus::Solved => Ok(()),
            other => Err(SolveError::Refused(format!("clarabel: {other:?}"))),
        };
        solve(model, self, tight_clarabel, solved)
    }
}

/// Clarabel with gaps a hundred times smaller than it would leave by itself.
fn tight_clarabel(problem: UnsolvedProblem) -> good_lp::solvers::clarabel::ClarabelProblem {
    const GAP: f64 = 1e-10;
    let mut model = good_lp::clarabel(problem);
    model.settings().tol_gap_abs(GAP).tol_gap_rel(GAP);
    model
}

#[cfg(feature = "highs")]
struct Highs;

#[cfg(feature = "highs")]
impl LinearBackend for Highs {
    fn name(&self) -> &'static str {
        "highs"
    }

    fn within(&self) -> f64 {
        SIMPLEX_WITHIN
    }

    fn maximise(&self, model: &LinearModel) -> Result<Option<Vec<f64>>, SolveError> {
        solve(model, self, good_lp::highs, |_| Ok(()))
    }
}

/// Puts a model to a solver of good_lp, and never believes a status.
fn solve<M: SolverModel<Error = ResolutionError>>(
    model: &LinearModel,
    backend: &dyn LinearBackend,
    using: impl FnOnce(UnsolvedProblem) -> M,
    accept: impl FnOnce(&M::Solution) -> Result<(), SolveError>,
) -> Result<Option<Vec<f64>>, SolveError> {
    let mut variables = ProblemVariables::new();
    let handles: Vec<Variable> = model
        .bounds
        .iter()
        .map(|&(least, greatest)| variables.add(variable().min(least).max(greatest)))
        .collect();
    let expression = |terms: &[(usize, f64)]| -> Expression {
        terms
            .iter()
            .map(|&(index, coefficient)| coefficient * handles[index])
            .sum()
    };
    let mut problem = using(variables.maximise(expression(&model.objective)));
    for row in &model.rows {
        let sum = expression(&row.terms);
        if row.lower == row.upper {
            problem = problem.with(sum.eq(row.lower));
            continue;
        }
        if row.lower.is_finite() {
            problem = problem.with(sum.clone().geq(row.lower));
        }
        if row.upper.is_finite() {
            problem = problem.with(sum.leq(row.upper));
        }
    }
    let name = backend.name();
    let solution = match problem.solve() {
        Ok(solution) => solution,
        Err(ResolutionError::Infeasible) => return Ok(None),
        Err(other) => return Err(SolveError::Refused(format!("{name}: {other}"))),
    };
    accept(&solution)?;
    let values = handles.iter().map(|&handle| solution.value(handle));
    let values: Vec<f64> = values.collect();
    if breach(model, &values) > backend.within() {
        return Err(SolveError::Refused(format!(
            "{name} called a point optimal that breaks its rows"
        )));
    }
    Ok(Some(values))
}

/// The largest breach of a bound or row by these values.
fn breach(model: &LinearModel, values: &[f64]) -> f64 {
    let bounds = model
        .bounds
        .iter()
        .zip(values)
        .map(|(&(least, greatest), &value)| (least - value).max(value - greatest));
    let rows = model.rows.iter().map(|row| {
        let sum: f64 = row.terms.iter().map(|&(i, c)| c * values[i]).sum();
        (row.lower - sum).max(sum - row.upper)
    });
    bounds.chain(rows).fold(0.0, f64::max)
}

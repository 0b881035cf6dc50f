//! A small linear program and its back end: the only file that knows good_lp.

use good_lp::{
    Expression, ProblemVariables, ResolutionError, Solution as _, SolverModel, variable,
};

use super::SolveError;

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

/// Largest breach of a bound or row, in the model's units, at which a back end's answer is
/// still taken for a solution: at £40 billion ten pounds. Its numbers only tell what binds;
/// amounts are computed exactly from that.
pub const FEASIBLE_WITHIN: f64 = 1e-5;

/// The best values, or `None` where no values satisfy the rows.
pub fn maximise(model: &LinearModel) -> Result<Option<Vec<f64>>, SolveError> {
    let mut variables = ProblemVariables::new();
    let handles: Vec<_> = model
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
    let mut problem = variables
        .maximise(expression(&model.objective))
        .using(good_lp::microlp);
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
    match problem.solve() {
        Ok(solution) => {
            let values: Vec<f64> = handles
                .iter()
                .map(|&handle| solution.value(handle))
                .collect();
            // Never believe a status.
            if breach(model, &values) > FEASIBLE_WITHIN {
                return Err(SolveError::Refused(
                    "microlp called a point optimal that breaks its rows".to_string(),
                ));
            }
            Ok(Some(values))
        }
        Err(ResolutionError::Infeasible) => Ok(None),
        Err(other) => Err(SolveError::Refused(format!("microlp: {other}"))),
    }
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

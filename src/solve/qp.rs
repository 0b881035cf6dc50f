//! A small separable quadratic program and its back end, clarabel: the only file that
//! calls it outside good_lp, which has linear objectives only.

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettingsBuilder, DefaultSolver, IPSolver, SolverStatus, SupportedConeT,
};

use super::SolveError;

/// Minimise Σ (x − target)² ÷ (2 × weight) within bounds and rows.
#[derive(Debug, Clone, Default)]
pub struct QuadraticModel {
    /// Each variable's.
    pub terms: Vec<Term>,
    /// lower ≤ Σ variables ≤ upper.
    pub rows: Vec<SumRow>,
}

/// One variable.
#[derive(Debug, Clone, Copy)]
pub struct Term {
    /// Where it would best be.
    pub target: f64,
    /// What a deviation is divided by; positive.
    pub weight: f64,
    /// Least value.
    pub lower: f64,
    /// Greatest value.
    pub upper: f64,
}

/// One row.
#[derive(Debug, Clone)]
pub struct SumRow {
    /// Its variables.
    pub members: Vec<usize>,
    /// Least sum.
    pub lower: f64,
    /// Greatest sum.
    pub upper: f64,
}

/// Each row's price: what (x − target) ÷ weight rises by for its members.
pub fn row_prices(model: &QuadraticModel) -> Result<Vec<f64>, SolveError> {
    let count = model.terms.len();
    // A x + s = b with s zero for the first rows, s ≥ 0 for the others.
    let (mut rows, mut limits): (Vec<(usize, f64)>, Vec<f64>) = (Vec::new(), Vec::new());
    let is_equal = |row: &SumRow| row.lower == row.upper;
    for (index, row) in model.rows.iter().enumerate().filter(|(_, r)| is_equal(r)) {
        rows.push((index, 1.0));
        limits.push(row.upper);
    }
    let equal = rows.len();
    for (index, row) in model.rows.iter().enumerate().filter(|(_, r)| !is_equal(r)) {
        for (sign, bound) in [(1.0, row.upper), (-1.0, row.lower)] {
            if bound.is_finite() {
                rows.push((index, sign));
                limits.push(sign * bound);
            }
        }
    }
    let mut entries: Vec<(usize, usize, f64)> = Vec::new();
    for (line, &(row, sign)) in rows.iter().enumerate() {
        let members = model.rows[row].members.iter();
        entries.extend(members.map(|&member| (line, member, sign)));
    }
    let mut line = rows.len();
    for (variable, term) in model.terms.iter().enumerate() {
        for (sign, bound) in [(1.0, term.upper), (-1.0, term.lower)] {
            if bound.is_finite() {
                entries.push((line, variable, sign));
                limits.push(sign * bound);
                line += 1;
            }
        }
    }
    let by = |of: fn(&(usize, usize, f64)) -> usize| entries.iter().map(of).collect();
    let values = entries.iter().map(|entry| entry.2).collect();
    let matrix = CscMatrix::new_from_triplets(
        line,
        count,
        by(|entry| entry.0),
        by(|entry| entry.1),
        values,
    );
    let diagonal: Vec<usize> = (0..count).collect();
    let curve = model.terms.iter().map(|term| 1.0 / term.weight).collect();
    let quadratic = CscMatrix::new_from_triplets(count, count, diagonal.clone(), diagonal, curve);
    let linear: Vec<f64> = model.terms.iter().map(|t| -t.target / t.weight).collect();
    let cones = [
        SupportedConeT::ZeroConeT(equal),
        SupportedConeT::NonnegativeConeT(line - equal),
    ];
    let settings = DefaultSettingsBuilder::default()
        .verbose(false)
        .build()
        .map_err(|error| SolveError::Refused(format!("clarabel: {error}")))?;
    let mut solver = DefaultSolver::new(&quadratic, &linear, &matrix, &limits, &cones, settings)
        .map_err(|error| SolveError::Refused(format!("clarabel: {error}")))?;
    solver.solve();
    // What it says is only where the exact method begins.
    match solver.solution.status {
        SolverStatus::Solved | SolverStatus::AlmostSolved => {}
        other => return Err(SolveError::Refused(format!("clarabel: {other:?}"))),
    }
    let mut prices = vec![0.0; model.rows.len()];
    for (&(row, sign), dual) in rows.iter().zip(&solver.solution.z) {
        prices[row] -= sign * dual;
    }
    Ok(prices)
}

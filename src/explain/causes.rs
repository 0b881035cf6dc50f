//! Causes of a figure in pounds, and the even share that they start from.

use crate::grouping::population;
use crate::register::{PerAuthority, Position};
use crate::study::Study;

/// What one cause gives or takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// What it belongs to: a service, or need as a whole.
    pub part: String,
    /// What it is.
    pub what: String,
    /// £.
    pub pounds: f64,
    /// Whether it is where the walk starts, and no difference.
    pub is_start: bool,
}

impl Cause {
    /// Part and cause in one line.
    pub fn words(&self) -> String {
        match self.part.as_str() {
            "Need" => self.what.clone(),
            part => format!("{part}: {}", self.what),
        }
    }
}

/// What an even share goes by: residents, or each authority alike where they are not known.
pub fn even_weights(study: &Study) -> PerAuthority<f64> {
    let register = &study.dataset.register;
    population(register).unwrap_or_else(|| register.column(|_, _| 1.0))
}

/// An authority's part of an even share.
pub fn even_share(study: &Study, at: Position) -> f64 {
    let weights = even_weights(study);
    weights[at] / weights.total()
}

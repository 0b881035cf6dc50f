//! Solving: a [`LinearProgram`] becomes a [`Solution`] that says what binds, and
//! nothing else. Exact levels and whole pounds are computed from that in one place
//! ([`settle`]), so no solver's own numbers are ever published.
//!
//! Two roads: the nested road is exact and fast where groups nest; the general road
//! goes through linear programs. By default both are taken and must agree.

mod deviation;
mod general;
mod level;
mod lp;
mod nested;
mod settle;
mod tree;

pub use deviation::{OptimalFace, optimal_face, proved_least, total_deviation};
pub use level::Level;
pub use settle::{ExactAmount, Settled, settle};
pub use tree::{Clash, ClashKind, Crossing, Node, NodeState, Subject, Tree, build_tree};

use std::fmt;

use crate::program::LinearProgram;

/// Which road to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Road {
    /// Linear programs, confirmed by the nested road.
    #[default]
    Auto,
    /// The exact road for groups that nest.
    Nested,
    /// Linear programs through good_lp.
    General,
}

impl Road {
    /// What `run.json` and the screen say.
    pub fn words(self) -> &'static str {
        match self {
            Self::Auto => {
                "general road (linear programs through good_lp, microlp), confirmed by the exact nested road"
            }
            Self::Nested => "exact nested road",
            Self::General => "general road (linear programs through good_lp, microlp)",
        }
    }
}

/// What binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solution {
    /// For each node of the tree, whether its total is at one of its bounds.
    pub states: Vec<NodeState>,
}

/// Why there is no solution.
#[derive(Debug, Clone, PartialEq)]
pub enum SolveError {
    /// A back end failed, or answered what our own check refuses.
    Refused(String),
}

impl fmt::Display for SolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(reason) => f.write_str(reason),
        }
    }
}

/// Solves a program that is known to be feasible (see [`Tree::clashes`]).
pub fn solve(program: &LinearProgram, tree: &Tree, road: Road) -> Result<Solution, SolveError> {
    match road {
        Road::Nested => Ok(nested::solve(program, tree)),
        Road::General => general::solve(program, tree),
        Road::Auto => {
            let general = general::solve(program, tree)?;
            let nested = nested::solve(program, tree);
            let (a, b) = (
                settle(program, tree, &general)?,
                settle(program, tree, &nested)?,
            );
            if a.same_amounts(&b, program, tree) {
                Ok(nested)
            } else {
                Err(SolveError::Refused(
                    "the general and the nested road give different amounts".to_string(),
                ))
            }
        }
    }
}

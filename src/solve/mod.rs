//! Solving: a [`LinearProgram`] becomes a [`Solution`] that says what binds, and
//! nothing else. Exact levels and whole pounds are computed from that in one place
//! ([`settle`]), so no solver's own numbers are ever published.
//!
//! Two roads: the nested road is exact and fast where groups nest; the general road
//! goes through linear programs. By default both are taken: the exact answer is given,
//! and results say whether the linear programs come to the same.

mod breach;
mod corners;
pub mod crossing;
mod deviation;
mod general;
mod level;
mod level_digits;
pub mod lp;
mod nested;
pub mod path;
mod qp;
mod ramp;
mod ramps;
mod settle;
mod tree;

pub use breach::least_breach;
pub use deviation::{
    FaceBounds, LeastDeviation, OptimalFace, optimal_face, proved_least, total_deviation,
};
pub use general::cell_totals;
pub use level::Level;
pub(crate) use level::product;
pub use level_digits::LevelDigits;
pub use lp::Backend;
pub use nested::NestedRoad;
pub use settle::{ExactAmount, Settled, certify, node_total, settle, settle_exactly};
pub use tree::{Clash, ClashKind, Crossing, Node, NodeState, Subject, Tree, build_tree};

use std::fmt;

use crate::program::{Goal, LinearProgram};

/// Which road to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Road {
    /// The nested road, confirmed by linear programs.
    #[default]
    Auto,
    /// The exact road for groups that nest.
    Nested,
    /// Linear programs through good_lp.
    General,
}

/// Which road to take, and the back end that solves linear programs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Method {
    /// The road.
    pub road: Road,
    /// The back end.
    pub backend: Backend,
}

impl From<Road> for Method {
    fn from(road: Road) -> Self {
        Self {
            road,
            backend: Backend::default(),
        }
    }
}

impl Method {
    /// What `run.json` and the screen say.
    pub fn words(self) -> String {
        let backend = self.backend;
        match self.road {
            Road::Auto => {
                format!("exact road, held against linear programs (good_lp, {backend})")
            }
            Road::Nested => "exact road".to_string(),
            Road::General => {
                format!("general road (linear programs through good_lp, {backend})")
            }
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
pub fn solve(
    program: &LinearProgram,
    tree: &Tree,
    method: impl Into<Method>,
) -> Result<Solution, SolveError> {
    let Method { road, backend } = method.into();
    match road {
        Road::General => general::solve(program, tree, backend.solver()),
        Road::Nested | Road::Auto => nested::solve(program, tree).map(|settled| Solution {
            states: settled.states,
        }),
    }
}

/// Whether what linear programs found (see [`Road::General`]) is what binds in the exact
/// answer. It need not be, where bounds lie nearer together than a solver can tell: the answer
/// is proved by its certificate either way.
pub fn linear_programs_agree(
    program: &LinearProgram,
    tree: &Tree,
    settled: &Settled,
    found: &Result<Solution, SolveError>,
) -> bool {
    found
        .as_ref()
        .is_ok_and(|found| settle::hold_against(program, tree, settled, found).is_ok())
}

/// Whether any allocation satisfies a program's bounds, rows and quantum.
pub fn is_feasible(program: &LinearProgram) -> bool {
    match build_tree(program) {
        Ok(tree) if program.goal == Goal::LeastQuantum => {
            let mut least = program.clone();
            least.quantum = tree.least_total(program);
            tree.clashes(&least).is_empty()
        }
        Ok(tree) => tree.clashes(program).is_empty(),
        Err(_) => {
            let cells = crossing::Cells::of(program);
            let constraints = crossing::Constraints::of(&cells);
            crossing::obstacles(program, &cells, &constraints).is_ok_and(|found| found.is_empty())
        }
    }
}

//! Groups that cross: rows that overlap, neither containing the other.
//!
//! Rows see only the totals of cells (see [`Cells`]). Where the rows divide into two
//! families that each nest, such as regions and classes, exact flows decide; with three
//! families or more, an exact simplex method. Both prove what they say by multipliers of
//! rows, which a checker that shares nothing with them verifies.

mod cells;
mod certificate;
mod constraints;
mod deviation;
mod exact;
mod feasible;
mod network;
mod rounds;
mod simplex;
mod squares;
mod steps;

pub use cells::{Cell, Cells, Cut, Limits, Range};
pub use certificate::{Certificate, Round};
pub use constraints::{Constraints, Totals};
pub use deviation::{Prices, optimal_face, prices};
pub use exact::{Demand, ExactLevel, ExactSum};
pub use feasible::{Obstacle, Violated, least_total, obstacles};
pub use network::Network;
pub use rounds::leximin;
pub use squares::{Squares, least_squares};

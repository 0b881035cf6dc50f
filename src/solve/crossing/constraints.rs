//! Whether totals can be had together, and what proves that they cannot: by flows where
//! rows divide into two families that nest, by an exact simplex method otherwise.

use num_bigint::BigInt;
use num_traits::Signed;

use super::cells::{Cells, Cut, Limits};
use super::network::{Network, two_families};
use crate::solve::SolveError;

/// How the rows of a program hang together.
#[derive(Debug, Clone)]
pub enum Constraints {
    /// Two families of rows that each nest.
    TwoFamilies(Network),
}

/// Totals within limits.
#[derive(Debug, Clone)]
pub enum Totals {
    /// The flow through a network.
    Flow(Vec<BigInt>),
}

impl Constraints {
    /// Finds out how the rows hang together.
    pub fn of(cells: &Cells) -> Self {
        let family = two_families(cells).expect("two");
        Self::TwoFamilies(Network::new(cells, &family))
    }

    /// Totals within limits, or a cut that none satisfy.
    pub fn totals_within(
        &self,
        _cells: &Cells,
        limits: &Limits,
    ) -> Result<Result<Totals, Cut>, SolveError> {
        match self {
            Self::TwoFamilies(network) => Ok(network.circulation(limits).map(Totals::Flow)),
        }
    }

    /// Cuts that prove of all cells with no room above their least totals that they have
    /// none.
    pub fn cuts_that_hold(
        &self,
        cells: &Cells,
        of: &[usize],
        totals: &Totals,
        limits: &Limits,
    ) -> Vec<Cut> {
        match (self, totals) {
            (Self::TwoFamilies(network), Totals::Flow(flow)) => {
                let mut cuts: Vec<Cut> = Vec::new();
                let mut held = vec![false; cells.count()];
                for &cell in of {
                    if held[cell] || *network.cell(flow, cell) != limits.cells[cell].0 {
                        continue;
                    }
                    if let Some(cut) = network.cut_that_holds(cell, flow, limits) {
                        let weights = cut.weights(cells);
                        for &other in of {
                            held[other] |= weights[other].is_positive();
                        }
                        cuts.push(cut);
                    }
                }
                cuts
            }
        }
    }
}

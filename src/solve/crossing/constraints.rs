//! Whether totals can be had together, and what proves that they cannot: by flows where
//! rows divide into two families that nest, by an exact simplex method otherwise.

use std::cell::RefCell;

use num_bigint::BigInt;
use num_traits::{One, Signed};

use super::cells::{Cells, Cut, Limits};
use super::network::{Network, two_families};
use super::simplex::Simplex;
use crate::solve::SolveError;

/// How the rows of a program hang together.
#[derive(Debug, Clone)]
pub enum Constraints {
    /// Two families of rows that each nest.
    TwoFamilies(Network),
    /// More. The basis is where the last question left it.
    Several(RefCell<Simplex>),
}

/// Totals within limits.
#[derive(Debug, Clone)]
pub enum Totals {
    /// The flow through a network.
    Flow(Vec<BigInt>),
    /// Whole totals of cells.
    Whole(Vec<BigInt>),
    /// The basis holds them.
    Basis,
}

/// Questions that one search for whole totals may ask.
const MOST_QUESTIONS: usize = 20_000;

impl Constraints {
    /// Finds out how the rows hang together.
    pub fn of(cells: &Cells) -> Self {
        match two_families(cells) {
            Some(family) => Self::TwoFamilies(Network::new(cells, &family)),
            None => Self::several(cells),
        }
    }

    /// The road for any number of families.
    pub fn several(cells: &Cells) -> Self {
        Self::Several(RefCell::new(Simplex::new(cells)))
    }

    /// Totals within limits, or a cut that none satisfy.
    pub fn totals_within(&self, limits: &Limits) -> Result<Result<Totals, Cut>, SolveError> {
        match self {
            Self::TwoFamilies(network) => Ok(network.circulation(limits).map(Totals::Flow)),
            Self::Several(simplex) => {
                let answer = simplex.borrow_mut().totals_within(limits)?;
                Ok(answer.map(|()| Totals::Basis))
            }
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
    ) -> Result<Vec<Cut>, SolveError> {
        match (self, totals) {
            (Self::TwoFamilies(network), Totals::Flow(flow)) => {
                Ok(cuts_of_flow(network, cells, of, flow, limits))
            }
            (Self::Several(simplex), _) => cut_of_basis(&mut simplex.borrow_mut(), of, limits),
            _ => Ok(Vec::new()),
        }
    }

    /// Whole totals within limits, if there are any.
    pub fn whole_totals_within(&self, limits: &Limits) -> Result<Option<Totals>, SolveError> {
        match self {
            // With whole limits flows are whole.
            Self::TwoFamilies(network) => Ok(network.circulation(limits).ok().map(Totals::Flow)),
            Self::Several(simplex) => {
                let whole = search(&mut simplex.borrow_mut(), limits.clone(), &mut 0)?;
                Ok(whole.map(Totals::Whole))
            }
        }
    }

    /// Changes whole totals within limits, if it must, to some with more in a cell than so
    /// many; false if there are none.
    pub fn give_more(
        &self,
        cell: usize,
        than: &BigInt,
        totals: &mut Totals,
        limits: &Limits,
    ) -> Result<bool, SolveError> {
        match (self, &mut *totals) {
            (Self::TwoFamilies(network), Totals::Flow(flow)) => {
                Ok(network.cell(flow, cell) > than || network.give_one_more(cell, flow, limits))
            }
            (_, Totals::Whole(whole)) if whole[cell] > *than => Ok(true),
            _ => {
                let mut limits = limits.clone();
                limits.cells[cell].0 = than + 1;
                let (least, most) = &limits.cells[cell];
                if most.as_ref().is_some_and(|most| most < least) {
                    return Ok(false);
                }
                let found = self.whole_totals_within(&limits)?;
                let fits = found.is_some();
                if let Some(found) = found {
                    *totals = found;
                }
                Ok(fits)
            }
        }
    }
}

/// A cut for each set of cells that are held together.
fn cuts_of_flow(
    network: &Network,
    cells: &Cells,
    of: &[usize],
    flow: &[BigInt],
    limits: &Limits,
) -> Vec<Cut> {
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

/// One cut for all cells that are held: those are left over which have no more than their
/// least totals however often the sum of what is left over is made as large as it can be.
fn cut_of_basis(
    simplex: &mut Simplex,
    of: &[usize],
    limits: &Limits,
) -> Result<Vec<Cut>, SolveError> {
    let at_least = |simplex: &Simplex, cell: usize| {
        let value = simplex.cell(cell);
        value.denom().is_one() && *value.numer() == limits.cells[cell].0
    };
    let mut left: Vec<usize> = of.to_vec();
    loop {
        left.retain(|&cell| at_least(simplex, cell));
        if left.is_empty() {
            return Ok(Vec::new());
        }
        let cut = simplex.maximise(&left)?;
        if left.iter().all(|&cell| at_least(simplex, cell)) {
            return Ok(vec![cut]);
        }
    }
}

/// Whole totals by branching on a total that is not whole.
fn search(
    simplex: &mut Simplex,
    limits: Limits,
    questions: &mut usize,
) -> Result<Option<Vec<BigInt>>, SolveError> {
    *questions += 1;
    if *questions > MOST_QUESTIONS {
        return Err(SolveError::Refused(
            "whole pounds were not found in the time there is".to_string(),
        ));
    }
    if simplex.totals_within(&limits)?.is_err() {
        return Ok(None);
    }
    let split = (0..limits.cells.len()).find(|&cell| !simplex.cell(cell).is_integer());
    let Some(cell) = split else {
        let whole = (0..limits.cells.len()).map(|cell| simplex.cell(cell).to_integer());
        return Ok(Some(whole.collect()));
    };
    let below = simplex.cell(cell).floor().to_integer();
    let mut lower_half = limits.clone();
    lower_half.cells[cell].1 = Some(below.clone());
    let mut upper_half = limits;
    upper_half.cells[cell].0 = below + 1;
    match search(simplex, lower_half, questions)? {
        Some(whole) => Ok(Some(whole)),
        None => search(simplex, upper_half, questions),
    }
}

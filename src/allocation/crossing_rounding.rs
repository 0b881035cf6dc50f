//! Exact amounts to whole pounds where groups cross: each amount takes the whole pounds
//! below or above it, every group's total stays within its bounds, and the largest
//! remainders come first wherever there is room.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_traits::{ToPrimitive, Zero};

use super::NoAllocation;
use super::crossing::whole_and_rest;
use super::rounding::{Rounded, need_of};
use super::shortfall::Shortfall;
use crate::program::LinearProgram;
use crate::register::{PerVariable, VariableId};
use crate::solve::SolveError;
use crate::solve::crossing::{Cells, Constraints, ExactSum, Limits, Totals};
use crate::units::{FinePounds, Pounds};

/// An amount that is not whole: it may take a pound more than its whole pounds.
struct Part {
    at: VariableId,
    cell: usize,
    /// The remainder in parts of 2⁻¹²⁰ of a pound, rounded down: tells most apart.
    nearly: u128,
    /// The remainder above the line, over `pound`.
    rest: BigInt,
    pound: BigInt,
    need: i128,
}

impl Part {
    fn remainder(&self, other: &Self) -> Ordering {
        self.nearly.cmp(&other.nearly).then_with(|| {
            let (ours, theirs) = (&self.rest * &other.pound, &other.rest * &self.pound);
            ours.cmp(&theirs)
        })
    }
}

/// Whole pounds of exact amounts.
pub(super) fn round_within(
    program: &LinearProgram,
    cells: &Cells,
    constraints: &Constraints,
    exact: &PerVariable<ExactSum>,
) -> Result<Rounded, NoAllocation> {
    let mut parts = Vec::new();
    let mut amounts = program.variables.map(|_| Pounds::ZERO);
    for (at, exact) in exact.enumerate() {
        let (whole, rest) = whole_and_rest(exact);
        amounts[at] = whole;
        if !rest.is_zero() {
            let pound = &exact.denominator * FinePounds::PER_POUND;
            parts.push(Part {
                at,
                cell: cells.cell_of[at],
                nearly: ((rest.clone() << 120_u8) / &pound).to_u128().unwrap_or(0),
                rest,
                pound,
                need: need_of(program, at),
            });
        }
    }
    parts.sort_by(|a, b| {
        b.remainder(a)
            .then_with(|| b.need.cmp(&a.need))
            .then_with(|| a.at.cmp(&b.at))
    });
    let limits = limits_of_more(cells, &amounts, &parts);
    let unproved = NoAllocation::Unproved;
    let Some(more) = constraints.whole_totals_within(&limits).map_err(unproved)? else {
        return Err(
            match breach(cells, constraints, &limits).map_err(unproved)? {
                Some(breach) => NoAllocation::infeasible(vec![breach]),
                None => unproved(SolveError::Refused(
                    "whole pounds do not fit where fractions do".to_string(),
                )),
            },
        );
    };
    let mut giving = Giving {
        constraints,
        more,
        limits,
        given: vec![0; cells.count()],
        closed: vec![false; cells.count()],
        taken: Vec::new(),
        ties: Vec::new(),
    };
    for part in &parts {
        giving.decide(part).map_err(unproved)?;
    }
    for part in &giving.taken {
        amounts[part.at] += Pounds(1);
    }
    let ties = giving.ties;
    let mut rounded = Rounded::new();
    rounded.amounts = amounts;
    rounded.ties = ties;
    Ok(rounded)
}

/// How many of a cell's, a row's and the nation's amounts take a pound more.
fn limits_of_more(cells: &Cells, whole: &PerVariable<Pounds>, parts: &[Part]) -> Limits {
    let mut limits = cells.limits(&BigInt::from(1));
    let given: Vec<BigInt> = cells
        .cells
        .iter()
        .map(|cell| {
            cell.members
                .iter()
                .map(|&at| whole[at].0)
                .sum::<i64>()
                .into()
        })
        .collect();
    let less = |range: &mut (BigInt, Option<BigInt>), given: BigInt| {
        range.0 -= &given;
        if let Some(upper) = &mut range.1 {
            *upper -= given;
        }
    };
    less(&mut limits.nation, given.iter().sum());
    for (range, members) in limits.rows.iter_mut().zip(&cells.of_row) {
        less(range, members.iter().map(|&cell| &given[cell]).sum());
    }
    let mut most = vec![0_u64; cells.count()];
    for part in parts {
        most[part.cell] += 1;
    }
    limits.cells = most
        .into_iter()
        .map(|most| (BigInt::zero(), Some(most.into())))
        .collect();
    limits
}

/// With three families or more, whole pounds may not fit where fractions do: by how
/// many pounds some group's total must then at least be beyond a bound.
fn breach(
    cells: &Cells,
    constraints: &Constraints,
    limits: &Limits,
) -> Result<Option<Shortfall>, SolveError> {
    let most = i64::try_from(cells.count()).unwrap_or(i64::MAX);
    for by in 1..=most {
        let mut looser = limits.clone();
        for (lower, upper) in &mut looser.rows {
            *lower -= by;
            if let Some(upper) = upper {
                *upper += by;
            }
        }
        if constraints.whole_totals_within(&looser)?.is_some() {
            let by = Pounds(by);
            let sentence = format!(
                "groups of three guarantees or more cross so that no whole pounds beside the exact \
                 amounts keep them all: some group's total is beyond a bound by {by} at least"
            );
            return Ok(Some(Shortfall { sentence, by }));
        }
    }
    Ok(None)
}

/// Largest remainders first: each takes its pound if all can still come out whole.
struct Giving<'a> {
    constraints: &'a Constraints,
    /// How many take a pound more: one way that fits what was decided so far.
    more: Totals,
    limits: Limits,
    /// How many of each cell have been given theirs.
    given: Vec<u64>,
    /// Cells with no room for another. There will be none later either: what is decided
    /// only takes room away.
    closed: Vec<bool>,
    taken: Vec<&'a Part>,
    ties: Vec<(VariableId, VariableId)>,
}

impl<'a> Giving<'a> {
    fn decide(&mut self, part: &'a Part) -> Result<(), SolveError> {
        let cell = part.cell;
        if self.closed[cell] {
            return Ok(());
        }
        let given = BigInt::from(self.given[cell]);
        if self
            .constraints
            .give_more(cell, &given, &mut self.more, &self.limits)?
        {
            self.given[cell] += 1;
            self.limits.cells[cell].0 = given + 1;
            self.taken.push(part);
        } else {
            self.closed[cell] = true;
            self.limits.cells[cell].1 = Some(given);
            self.note_tie(part)?;
        }
        Ok(())
    }

    /// Notes the last part with the same remainder that took the pound which this one
    /// could have had instead.
    fn note_tie(&mut self, refused: &Part) -> Result<(), SolveError> {
        let same = self
            .taken
            .iter()
            .rev()
            .take_while(|taken| taken.remainder(refused).is_eq());
        for taken in same {
            if taken.cell == refused.cell || self.could_swap(taken.cell, refused.cell)? {
                self.ties.push((taken.at, refused.at));
                break;
            }
        }
        Ok(())
    }

    fn could_swap(&self, from: usize, to: usize) -> Result<bool, SolveError> {
        let mut limits = self.limits.clone();
        let given = BigInt::from(self.given[to]);
        limits.cells[from].0 -= 1;
        limits.cells[to].1 = Some(&given + 1);
        let mut more = self.more.clone();
        self.constraints.give_more(to, &given, &mut more, &limits)
    }
}

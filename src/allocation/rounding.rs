//! Exact amounts to whole pounds that add up at every level of the tree.

use std::cmp::Ordering;

use crate::program::LinearProgram;
use crate::register::{PerVariable, VariableId};
use crate::solve::{ExactAmount, LevelDigits, Settled, Tree, node_total};
use crate::units::{FinePounds, Pounds};

/// Whole pounds, and whose last pound was settled by need amount or code; its memory is
/// kept from one rounding to the next.
#[derive(Debug, Clone)]
pub(super) struct Rounded {
    /// Amounts in whole pounds.
    pub amounts: PerVariable<Pounds>,
    /// Pairs whose remainders were equal.
    pub ties: Vec<(VariableId, VariableId)>,
    /// Each node's whole pounds.
    totals: Vec<Pounds>,
    /// Parts of the node being rounded that have a remainder.
    parts: Vec<Part>,
}

/// A program with its exact levels, to be rounded.
#[derive(Clone, Copy)]
pub(super) struct Exact<'a> {
    pub program: &'a LinearProgram,
    pub tree: &'a Tree,
    pub settled: &'a Settled,
}

/// A group or an authority whose total is to become whole pounds.
#[derive(Debug, Clone, Copy)]
struct Part {
    what: PartOf,
    /// What is left above the whole pounds, in millionths times the denominator of the
    /// node's level: the same for all of a node's parts.
    remainder: i128,
}

#[derive(Debug, Clone, Copy)]
enum PartOf {
    Group(usize),
    Variable(VariableId),
}

impl Rounded {
    /// No amounts yet.
    pub(super) fn new() -> Self {
        Self {
            amounts: PerVariable::of(Vec::new()),
            ties: Vec::new(),
            totals: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// Root first: each part takes the whole pounds below its exact total, and the
    /// largest remainders one pound more, so that parts add up to what their whole
    /// was given. This always fits: bounds are whole pounds, and a total lies
    /// between the sums of its parts' whole pounds below and above.
    pub(super) fn round(&mut self, exact: Exact<'_>) {
        self.amounts
            .resize(exact.program.variables.len(), Pounds::ZERO);
        self.ties.clear();
        self.totals.clear();
        self.totals.resize(exact.tree.nodes.len(), Pounds::ZERO);
        self.totals[0] = exact.program.quantum;
        for node in 0..exact.tree.nodes.len() {
            let given = self.take_whole_pounds(exact, node);
            let more = (self.totals[node] - given).0;
            // A part without a remainder never gets more: remainders are less than a
            // pound, so that there are fewer pounds more than parts with one.
            let count = self.parts.len();
            let more = usize::try_from(more).unwrap_or(0).min(count);
            if more == 0 {
                continue;
            }
            if more < count {
                let by_rank = |a: &Part, b: &Part| exact.rank(a, b);
                let (_, last, rest) = self.parts.select_nth_unstable_by(more - 1, by_rank);
                let next = rest.iter().copied().min_by(by_rank);
                if let Some(next) = next
                    && next.remainder == last.remainder
                {
                    let pair = (exact.first(last.what), exact.first(next.what));
                    self.ties.push(pair);
                }
            }
            for part in &self.parts[..more] {
                match part.what {
                    PartOf::Group(group) => self.totals[group] += Pounds(1),
                    PartOf::Variable(at) => self.amounts[at] += Pounds(1),
                }
            }
        }
    }

    /// Gives each part of a node the whole pounds below its exact total and keeps those
    /// that have a remainder. Their sum.
    fn take_whole_pounds(&mut self, exact: Exact<'_>, node: usize) -> Pounds {
        self.parts.clear();
        let mut given = Pounds::ZERO;
        for &child in &exact.tree.nodes[node].children {
            let total = node_total(exact.program, exact.tree, exact.settled, child);
            let (whole, remainder) = split(total);
            given += whole;
            self.totals[child] = whole;
            if remainder.numerator > 0 {
                self.parts.push(Part {
                    what: PartOf::Group(child),
                    remainder: remainder.numerator,
                });
            }
        }
        let level = exact.settled.levels[node];
        let digits = level.and_then(LevelDigits::of);
        for &at in &exact.tree.nodes[node].variables {
            let variable = exact.program.limited(at);
            let quick = match &digits {
                Some(digits) => digits.split(variable),
                // Without a level nothing in it can move.
                None => level.is_none().then_some((variable.lower, 0)),
            };
            let (whole, remainder) = quick.unwrap_or_else(|| {
                let (whole, remainder) = split(exact.settled.amount(variable, node));
                (whole, remainder.numerator)
            });
            given += whole;
            self.amounts[at] = whole;
            if remainder > 0 {
                self.parts.push(Part {
                    what: PartOf::Variable(at),
                    remainder,
                });
            }
        }
        given
    }
}

/// The need that settles equal remainders.
pub(super) fn need_of(program: &LinearProgram, at: VariableId) -> i128 {
    program.variables[at].need.into()
}

impl Exact<'_> {
    /// The largest remainder first; where they are equal the greater need, then the lower
    /// code.
    fn rank(&self, a: &Part, b: &Part) -> Ordering {
        b.remainder
            .cmp(&a.remainder)
            .then_with(|| self.need(b.what).cmp(&self.need(a.what)))
            .then_with(|| self.first(a.what).cmp(&self.first(b.what)))
    }

    /// National parts of need.
    fn need(&self, part: PartOf) -> i128 {
        match part {
            PartOf::Variable(at) => need_of(self.program, at),
            PartOf::Group(node) => self.parts_of(node).map(|part| self.need(part)).sum(),
        }
    }

    /// The first authority in a part.
    fn first(&self, part: PartOf) -> VariableId {
        match part {
            PartOf::Variable(at) => at,
            PartOf::Group(node) => {
                let firsts = self.parts_of(node).map(|part| self.first(part));
                firsts.min().expect("groups have members")
            }
        }
    }

    fn parts_of(&self, node: usize) -> impl Iterator<Item = PartOf> {
        let node = &self.tree.nodes[node];
        let groups = node.children.iter().map(|&child| PartOf::Group(child));
        let variables = node.variables.iter().map(|&at| PartOf::Variable(at));
        groups.chain(variables)
    }
}

/// Whole pounds below an exact amount, and what is left above them.
pub(super) fn split(exact: ExactAmount) -> (Pounds, ExactAmount) {
    let pound = exact.denominator * FinePounds::PER_POUND;
    let whole = exact.numerator.div_euclid(pound);
    let remainder = ExactAmount {
        numerator: exact.numerator.rem_euclid(pound),
        denominator: pound,
    };
    let whole = i64::try_from(whole).expect("amounts are at most the quantum");
    (Pounds(whole), remainder)
}

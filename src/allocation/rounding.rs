//! Exact amounts to whole pounds that add up at every level of the tree.

use std::cmp::Ordering;
use std::ops::Range;

use crate::program::LinearProgram;
use crate::register::{PerVariable, VariableId};
use crate::solve::{ExactAmount, LevelDigits, Settled, Tree};
use crate::units::{FinePounds, Pounds};

/// Whole pounds, and whose last pound was settled by need amount or code; its memory is
/// kept from one rounding to the next.
#[derive(Debug, Clone)]
pub(super) struct Rounded {
    /// Amounts in whole pounds.
    pub amounts: PerVariable<Pounds>,
    /// Pairs whose remainders were equal.
    pub ties: Vec<(VariableId, VariableId)>,
    nodes: Vec<Node>,
    /// Parts that have a remainder, node by node.
    parts: Vec<Part>,
}

/// A node being rounded.
#[derive(Debug, Clone, Default)]
struct Node {
    /// Its whole pounds.
    whole: Pounds,
    /// The whole pounds below its parts' exact totals, and what is left above them.
    given: Pounds,
    left: i128,
    /// Where its parts with a remainder are.
    parts: Range<usize>,
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
            nodes: Vec::new(),
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
        self.take_whole_pounds(exact);
        self.nodes[0].whole = exact.program.quantum;
        for node in 0..self.nodes.len() {
            let Node {
                whole,
                given,
                ref parts,
                ..
            } = self.nodes[node];
            let parts = &mut self.parts[parts.clone()];
            // A part without a remainder never gets more: remainders are less than a
            // pound, so that there are fewer pounds more than parts with one.
            let count = parts.len();
            let more = usize::try_from((whole - given).0).unwrap_or(0).min(count);
            if more == 0 {
                continue;
            }
            if more < count {
                let by_rank = |a: &Part, b: &Part| exact.rank(a, b);
                let (_, last, rest) = parts.select_nth_unstable_by(more - 1, by_rank);
                let next = rest.iter().copied().min_by(by_rank);
                if let Some(next) = next
                    && next.remainder == last.remainder
                {
                    let pair = (exact.first(last.what), exact.first(next.what));
                    self.ties.push(pair);
                }
            }
            for part in &parts[..more] {
                match part.what {
                    PartOf::Group(group) => self.nodes[group].whole += Pounds(1),
                    PartOf::Variable(at) => self.amounts[at] += Pounds(1),
                }
            }
        }
    }

    /// Gives each part of each node the whole pounds below its exact total and keeps those
    /// that have a remainder: leaves first, since a group's total is the sum of what is in it.
    fn take_whole_pounds(&mut self, exact: Exact<'_>) {
        let tree = exact.tree;
        self.parts.clear();
        self.nodes.clear();
        self.nodes.resize(tree.nodes.len(), Node::default());
        for node in (0..tree.nodes.len()).rev() {
            let begins = self.parts.len();
            let (mut given, mut left) = (Pounds::ZERO, 0);
            let level = exact.settled.levels[node];
            let pound = level.map_or(1, |level| level.denominator) * FinePounds::PER_POUND;
            for &child in &tree.nodes[node].children {
                let inside = &self.nodes[child];
                let (whole, remainder) = match tree.held_at(child, exact.settled.states[child]) {
                    Some(held) => (held.floor(), 0),
                    // It is at this node's level.
                    None => {
                        let more = i64::try_from(inside.left.div_euclid(pound));
                        let more = more.expect("less than a pound for each part");
                        (inside.given + Pounds(more), inside.left.rem_euclid(pound))
                    }
                };
                given += whole;
                left += remainder;
                self.nodes[child].whole = whole;
                if remainder > 0 {
                    self.parts.push(Part {
                        what: PartOf::Group(child),
                        remainder,
                    });
                }
            }
            let digits = level.and_then(LevelDigits::of);
            for &at in &tree.nodes[node].variables {
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
                left += remainder;
                self.amounts[at] = whole;
                if remainder > 0 {
                    self.parts.push(Part {
                        what: PartOf::Variable(at),
                        remainder,
                    });
                }
            }
            self.nodes[node] = Node {
                whole: Pounds::ZERO,
                given,
                left,
                parts: begins..self.parts.len(),
            };
        }
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

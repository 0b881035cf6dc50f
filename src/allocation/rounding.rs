//! Exact amounts to whole pounds that add up at every level of the tree.

use crate::program::LinearProgram;
use crate::register::{PerVariable, VariableId};
use crate::solve::{ExactAmount, Settled, Tree, node_total};
use crate::units::{FinePounds, Pounds};

/// Whole pounds, and whose last pound was settled by need amount or code.
pub(super) struct Rounded {
    /// Amounts in whole pounds.
    pub amounts: PerVariable<Pounds>,
    /// Pairs whose remainders were equal.
    pub ties: Vec<(VariableId, VariableId)>,
}

/// The rounding of a settled program on its tree.
pub(super) struct Rounding<'a> {
    pub program: &'a LinearProgram,
    pub tree: &'a Tree,
    pub settled: &'a Settled,
    pub ties: Vec<(VariableId, VariableId)>,
}

/// A group or an authority whose total is to become whole pounds.
struct Part {
    what: PartOf,
    whole: Pounds,
    /// What is left above the whole pounds, as a fraction of a pound.
    remainder: ExactAmount,
    /// National parts of need: the greater wins an equal remainder.
    need: i128,
    /// The first authority in it: the lower code wins what is still equal.
    first: VariableId,
}

#[derive(Clone, Copy)]
enum PartOf {
    Group(usize),
    Variable(VariableId),
}

impl Rounding<'_> {
    /// Root first: each part takes the whole pounds below its exact total, and the
    /// largest remainders one pound more, so that parts add up to what their whole
    /// was given. This always fits: bounds are whole pounds, and a total lies
    /// between the sums of its parts' whole pounds below and above.
    pub(super) fn round(mut self) -> Rounded {
        let mut amounts = self.program.variables.map(|_| Pounds::ZERO);
        let mut totals = vec![Pounds::ZERO; self.tree.nodes.len()];
        totals[0] = self.program.quantum;
        for node in 0..self.tree.nodes.len() {
            let mut parts = self.parts(node);
            let given: Pounds = parts.iter().map(|part| part.whole).sum();
            let more = (totals[node] - given).0;
            parts.sort_by(|a, b| {
                b.remainder
                    .compare(a.remainder)
                    .then_with(|| b.need.cmp(&a.need))
                    .then_with(|| a.first.cmp(&b.first))
            });
            let more = usize::try_from(more).unwrap_or(0).min(parts.len());
            if more > 0
                && more < parts.len()
                && parts[more - 1]
                    .remainder
                    .compare(parts[more].remainder)
                    .is_eq()
            {
                self.ties.push((parts[more - 1].first, parts[more].first));
            }
            for (rank, part) in parts.iter().enumerate() {
                let whole = part.whole + Pounds(i64::from(rank < more));
                match part.what {
                    PartOf::Group(group) => totals[group] = whole,
                    PartOf::Variable(at) => amounts[at] = whole,
                }
            }
        }
        Rounded {
            amounts,
            ties: self.ties,
        }
    }

    fn parts(&self, node: usize) -> Vec<Part> {
        let tree_node = &self.tree.nodes[node];
        let mut parts: Vec<Part> = tree_node
            .children
            .iter()
            .map(|&child| self.group(child))
            .collect();
        parts.extend(tree_node.variables.iter().map(|&at| {
            let variable = &self.program.variables[at];
            let (whole, remainder) = split(self.settled.amount(variable, node));
            Part {
                what: PartOf::Variable(at),
                whole,
                remainder,
                need: need_of(self.program, at),
                first: at,
            }
        }));
        parts
    }

    /// A group's exact total: the sum of what is in it, all at fractions over the
    /// same denominator unless it is held at a whole bound.
    fn group(&self, node: usize) -> Part {
        let members = self.members(node);
        let total = node_total(self.program, self.tree, self.settled, node);
        let (whole, remainder) = split(total);
        Part {
            what: PartOf::Group(node),
            whole,
            remainder,
            need: members.iter().map(|&at| need_of(self.program, at)).sum(),
            first: members.iter().copied().min().expect("groups have members"),
        }
    }

    fn members(&self, node: usize) -> Vec<VariableId> {
        let tree_node = &self.tree.nodes[node];
        let mut members = tree_node.variables.clone();
        for &child in &tree_node.children {
            members.extend(self.members(child));
        }
        members
    }
}

/// The need that settles equal remainders.
pub(super) fn need_of(program: &LinearProgram, at: VariableId) -> i128 {
    program.variables[at].need
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

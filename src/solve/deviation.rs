//! Least weighted deviation, min Σ weight × |x − target|, under bounds that nest: its
//! optimal face, on which `level_up` then settles the ties.
//!
//! At a price p for a pound, an authority wants its lower bound if p < −weight, its
//! target if p is between −weight and weight, its upper bound if p > weight, and is
//! indifferent at ±weight. A node's total is then a rising step function of the price,
//! held to the node's bounds; the nation's price is where it passes the quantum, and a
//! node held at a bound has a price of its own. Every allocation that agrees with these
//! prices is optimal and no other is (complementary slackness), so the optimal face is
//! again bounds that nest.

use std::ops::Range;

use super::tree::Tree;
use crate::program::{Deviation, LinearProgram, Price, Variable};
use crate::register::{PerVariable, VariableId};
use crate::units::Pounds;

/// The optimal allocations, as bounds that nest.
#[derive(Debug, Clone, PartialEq)]
pub struct OptimalFace {
    /// The program with bounds narrowed to the face.
    pub program: LinearProgram,
    /// The tree with held nodes' bounds narrowed to what holds them.
    pub tree: Tree,
    /// Each node's price: the proof that the face is optimal.
    pub prices: Vec<Price>,
}

/// A total as a rising step function of the price.
#[derive(Debug, Clone, Default)]
struct Steps {
    /// Below every price.
    start: i128,
    /// Price and rise, by rising price.
    rises: Vec<(Price, i128)>,
}

impl Steps {
    fn sum(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut total = Self::default();
        for part in parts {
            total.start += part.start;
            total.rises.extend(part.rises);
        }
        total.rises.sort_by_key(|(price, _)| *price);
        total
    }

    /// Totals just below and just above a price.
    fn around(&self, price: Price) -> (i128, i128) {
        let mut below = self.start;
        let mut above = self.start;
        for &(at, rise) in &self.rises {
            below += if at < price { rise } else { 0 };
            above += if at <= price { rise } else { 0 };
        }
        (below, above)
    }

    /// The least price at which the total reaches `sum`; the lowest price of all if it
    /// is reached from the start.
    fn price_of(&self, sum: i128) -> Price {
        let mut total = self.start;
        for &(price, rise) in &self.rises {
            total += rise;
            if total >= sum {
                return price;
            }
        }
        self.rises.last().map_or(0, |(price, _)| *price)
    }

    fn clamped(&self, lower: Option<i128>, upper: Option<i128>) -> Self {
        let hold = |total: i128| {
            let total = lower.map_or(total, |lower| total.max(lower));
            upper.map_or(total, |upper| total.min(upper))
        };
        let mut held = Self {
            start: hold(self.start),
            rises: Vec::new(),
        };
        let mut total = self.start;
        for &(price, rise) in &self.rises {
            let before = hold(total);
            total += rise;
            let after = hold(total);
            if after > before {
                held.rises.push((price, after - before));
            }
        }
        held
    }
}

/// A variable's bounds and its target held between them, in whole pounds. Without an
/// upper bound it can have no more than the quantum; without a weight to its measure it
/// stays at its lower bound, whatever would be nearer.
pub(super) fn corners_of(
    program: &LinearProgram,
    deviations: &PerVariable<Deviation>,
    at: VariableId,
) -> [Pounds; 3] {
    let variable = &program.variables[at];
    let lower = variable.lower;
    let upper = if variable.measure.weight > 0 {
        variable.upper.unwrap_or(program.quantum).max(lower)
    } else {
        lower
    };
    [lower, deviations[at].target.max(lower).min(upper), upper]
}

/// Finds the optimal face of a feasible program.
pub fn optimal_face(
    program: &LinearProgram,
    tree: &Tree,
    deviations: &PerVariable<Deviation>,
) -> OptimalFace {
    let mut face = OptimalFace {
        program: program.clone(),
        tree: tree.clone(),
        prices: Vec::new(),
    };
    narrow_to_face(
        program,
        tree,
        deviations,
        &mut Corners::default(),
        &mut face,
    );
    face
}

/// The same, into a face of the same authorities and groups, with memory that is kept from
/// one program to the next, looking for each price from the one that the face holds on.
pub(super) fn narrow_to_face(
    program: &LinearProgram,
    tree: &Tree,
    deviations: &PerVariable<Deviation>,
    corners: &mut Corners,
    face: &mut OptimalFace,
) {
    face.program.quantum = program.quantum;
    let nodes = &mut face.tree.nodes;
    find_prices(
        (program, tree),
        deviations,
        corners,
        &mut face.prices,
        |index, lower, upper| {
            nodes[index].lower = lower;
            nodes[index].upper = upper;
        },
    );
    for at in program.variables.keys() {
        let deviation = deviations[at];
        let price = face.prices[tree.node_of[at]];
        let [lower, middle, upper] = corners_of(program, deviations, at);
        let (least, most) = if price < -deviation.weight {
            (lower, lower)
        } else if price > deviation.weight {
            (upper, upper)
        } else {
            // At −weight it may be anywhere up to its target, at weight anywhere above.
            let least = if price == -deviation.weight {
                lower
            } else {
                middle
            };
            let most = if price == deviation.weight {
                upper
            } else {
                middle
            };
            (least, most)
        };
        face.program.variables[at] = Variable {
            lower: least,
            upper: Some(most),
            ..program.variables[at]
        };
    }
}

/// The least total deviation of a feasible program, proved by its prices, without the face
/// on which it is reached.
pub fn least_deviation(
    program: &LinearProgram,
    tree: &Tree,
    deviations: &PerVariable<Deviation>,
) -> Option<i128> {
    let mut prices = Vec::new();
    find_prices(
        (program, tree),
        deviations,
        &mut Corners::default(),
        &mut prices,
        |_, _, _| {},
    );
    proved_least(program, tree, deviations, &prices)
}

/// Each node's price, looked for from the one that stands there on; `held_at` is told
/// what each node's bounds become on the face.
fn find_prices(
    (program, tree): (&LinearProgram, &Tree),
    deviations: &PerVariable<Deviation>,
    corners: &mut Corners,
    prices: &mut Vec<Price>,
    mut held_at: impl FnMut(usize, Option<Pounds>, Option<Pounds>),
) {
    let count = tree.nodes.len();
    prices.resize(count, 0);
    let small = corners.load(program, tree, deviations);
    for index in 0..count {
        let node = &tree.nodes[index];
        held_at(index, node.lower, node.upper);
        let guess = prices[index];
        let held = match node.parent {
            None => program.quantum,
            Some(parent) => {
                let outside = prices[parent];
                prices[index] = outside;
                let (below, above) = match small {
                    true => corners.around(tree, index, outside),
                    false => steps(program, tree, deviations, index).around(outside),
                };
                let held = match (node.lower, node.upper) {
                    (Some(lower), _) if above < i128::from(lower.0) => lower,
                    (_, Some(upper)) if below > i128::from(upper.0) => upper,
                    _ => continue,
                };
                held_at(index, Some(held), Some(held));
                held
            }
        };
        let sum = i128::from(held.0);
        let quick = match small {
            true => corners.price_of(tree, index, sum, guess),
            false => None,
        };
        prices[index] =
            quick.unwrap_or_else(|| steps(program, tree, deviations, index).price_of(sum));
    }
}

/// A node's total by the price inside it, the groups in it held to their bounds.
fn steps(
    program: &LinearProgram,
    tree: &Tree,
    deviations: &PerVariable<Deviation>,
    node: usize,
) -> Steps {
    let own = tree.nodes[node].variables.iter().map(|&at| {
        let deviation = deviations[at];
        let [lower, middle, upper] = corners_of(program, deviations, at);
        Steps {
            start: i128::from(lower.0),
            rises: vec![
                (-deviation.weight, i128::from((middle - lower).0)),
                (deviation.weight, i128::from((upper - middle).0)),
            ],
        }
    });
    let groups = tree.nodes[node].children.iter().map(|&child| {
        let (lower, upper) = whole_bounds(tree, child);
        steps(program, tree, deviations, child).clamped(lower, upper)
    });
    Steps::sum(own.chain(groups))
}

/// A node's bounds in pounds.
fn whole_bounds(tree: &Tree, node: usize) -> (Option<i128>, Option<i128>) {
    let bound = |bound: Option<Pounds>| bound.map(|bound| i128::from(bound.0));
    let node = &tree.nodes[node];
    (bound(node.lower), bound(node.upper))
}

/// An authority's weight and the sums it wants: below −weight, between, above weight.
#[derive(Debug, Clone, Copy)]
struct Corner {
    weight: i64,
    lower: i64,
    middle: i64,
    upper: i64,
}

/// Every authority's corners, node by node, and every weight in order: totals at a price in
/// one pass, without sorting what rises there.
#[derive(Debug, Clone, Default)]
pub(super) struct Corners {
    corners: Vec<Corner>,
    /// Where each node's own begin and end.
    own: Vec<Range<usize>>,
    /// Weights as they were loaded, to see whether their order still holds.
    loaded: Vec<i64>,
    /// Each weight once, rising.
    weights: Vec<i64>,
}

impl Corners {
    /// Takes a program's authorities in; false where a number is too large.
    fn load(
        &mut self,
        program: &LinearProgram,
        tree: &Tree,
        deviations: &PerVariable<Deviation>,
    ) -> bool {
        self.corners.clear();
        self.own.clear();
        for node in &tree.nodes {
            let begins = self.corners.len();
            for &at in &node.variables {
                let deviation = deviations[at];
                let Ok(weight) = i64::try_from(deviation.weight) else {
                    return false;
                };
                if !(0..i64::MAX).contains(&weight) {
                    return false;
                }
                let [lower, middle, upper] = corners_of(program, deviations, at);
                self.corners.push(Corner {
                    weight,
                    lower: lower.0,
                    middle: middle.0,
                    upper: upper.0,
                });
            }
            self.own.push(begins..self.corners.len());
        }
        let weights = || self.corners.iter().map(|corner| corner.weight);
        if self.loaded.len() != self.corners.len() || !weights().eq(self.loaded.iter().copied()) {
            self.loaded.clear();
            self.loaded.extend(weights());
            self.weights.clear();
            self.weights.extend(&self.loaded);
            self.weights.sort_unstable();
            self.weights.dedup();
        }
        true
    }

    /// A node's total just above a price, the groups in it held to their bounds.
    fn above(&self, tree: &Tree, node: usize, price: i64) -> i128 {
        // Sums in 64 bits would do for any money there is; a loop that carries 128 costs
        // little more.
        let own = self.corners[self.own[node].clone()].iter().map(|corner| {
            i128::from(if price >= corner.weight {
                corner.upper
            } else if price >= -corner.weight {
                corner.middle
            } else {
                corner.lower
            })
        });
        let groups = tree.nodes[node].children.iter().map(|&child| {
            let (lower, upper) = whole_bounds(tree, child);
            let total = self.above(tree, child, price);
            let total = lower.map_or(total, |lower| total.max(lower));
            upper.map_or(total, |upper| total.min(upper))
        });
        own.sum::<i128>() + groups.sum::<i128>()
    }

    /// A node's totals just below and just above a price: prices are whole numbers.
    fn around(&self, tree: &Tree, node: usize, price: Price) -> (i128, i128) {
        let price = i64::try_from(price).expect("a weight, with its sign");
        (
            self.above(tree, node, price - 1),
            self.above(tree, node, price),
        )
    }

    /// The price at a place in the order of all: −weights, then weights.
    fn price(&self, place: usize) -> i64 {
        let count = self.weights.len();
        match place < count {
            true => -self.weights[count - 1 - place],
            false => self.weights[place - count],
        }
    }

    /// The least price at which a node's total reaches `sum`, looked for around a guess;
    /// none where it is reached from the start, or nowhere.
    fn price_of(&self, tree: &Tree, node: usize, sum: i128, guess: Price) -> Option<Price> {
        let reaches = |place: usize| self.above(tree, node, self.price(place)) >= sum;
        let count = 2 * self.weights.len();
        let lowest = *self.weights.last()?;
        if self.above(tree, node, -lowest - 1) >= sum || !reaches(count - 1) {
            return None;
        }
        // The place sought is above `below` and not above `up_to`.
        let (mut below, mut up_to) = (None, count - 1);
        let guess = i64::try_from(guess).unwrap_or(0);
        let mut look = match guess < 0 {
            true => self.weights.len() - self.weights.partition_point(|&weight| weight < -guess),
            false => self.weights.len() + self.weights.partition_point(|&weight| weight < guess),
        }
        .min(count - 1);
        let mut stride = count / 64 + 1;
        loop {
            match reaches(look) {
                true => up_to = look,
                false => below = Some(look),
            }
            let least = below.map_or(0, |below| below + 1);
            if least == up_to {
                return Some(Price::from(self.price(up_to)));
            }
            // Ever further from the guess until the place is enclosed, then by halves.
            look = match below {
                None => (up_to - 1).saturating_sub(stride),
                Some(below) if up_to == count - 1 => (below + stride).min(up_to - 1),
                Some(_) => usize::midpoint(least, up_to - 1),
            };
            stride *= 2;
        }
    }
}

/// Σ weight × |amount − target|, in the weights' unit times pounds.
pub fn total_deviation(amounts: &PerVariable<Pounds>, deviations: &PerVariable<Deviation>) -> i128 {
    amounts
        .iter()
        .zip(deviations.iter())
        .map(|(amount, d)| d.weight * i128::from((*amount - d.target).0.abs()))
        .sum()
}

/// The greatest lower bound on the total deviation that prices prove, whatever road
/// found them (weak duality): with p the price where an authority is,
/// Σ min over its bounds of (weight × |x − target| − p x), + the nation's price ×
/// quantum, + for each group (its price − the price outside) × the bound on the side
/// that the difference points to.
pub fn proved_least(
    program: &LinearProgram,
    tree: &Tree,
    deviations: &PerVariable<Deviation>,
    prices: &[Price],
) -> Option<i128> {
    let mut bound = prices[0] * i128::from(program.quantum.0);
    for (index, node) in tree.nodes.iter().enumerate().skip(1) {
        let difference = prices[index] - prices[node.parent.unwrap_or(0)];
        let held = match difference.signum() {
            1 => Some(node.lower?),
            -1 => Some(node.upper?),
            _ => None,
        };
        bound += held.map_or(0, |held| difference * i128::from(held.0));
    }
    for at in program.variables.keys() {
        let deviation = deviations[at];
        let price = prices[tree.node_of[at]];
        let corners = corners_of(program, deviations, at);
        let least = corners.iter().map(|x| {
            deviation.weight * i128::from((*x - deviation.target).0.abs()) - price * i128::from(x.0)
        });
        bound += least.min().unwrap_or(0);
    }
    Some(bound)
}

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

use super::corners::Corners;
use super::tree::Tree;
use crate::program::{Deviation, Deviations, Limits, LinearProgram, Price};
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
    let variable = program.limited(at);
    let lower = variable.lower;
    let upper = if variable.measure.weight > 0 {
        variable.upper.unwrap_or(program.quantum).max(lower)
    } else {
        lower
    };
    [lower, deviations[at].target.max(lower).min(upper), upper]
}

/// Finds the optimal face of a feasible program.
pub fn optimal_face(program: &LinearProgram, tree: &Tree, deviations: &Deviations) -> OptimalFace {
    let mut face = FaceBounds::of(program, tree);
    face.narrow(program, tree, deviations, &mut Corners::default());
    OptimalFace {
        program: program.with_limits(face.limits),
        tree: face.tree,
        prices: face.prices,
    }
}

/// An optimal face as bounds only, to be narrowed again and again: of the same authorities and
/// groups, with memory that is kept from one program to the next.
#[derive(Debug, Clone)]
pub struct FaceBounds {
    /// Each variable's limits on the face.
    pub limits: PerVariable<Limits>,
    /// The tree with held nodes' bounds narrowed to what holds them.
    pub tree: Tree,
    /// Each node's price: the proof that the face is optimal.
    pub prices: Vec<Price>,
}

impl FaceBounds {
    /// A face to be narrowed.
    pub fn of(program: &LinearProgram, tree: &Tree) -> Self {
        Self {
            limits: program.limits.clone(),
            tree: tree.clone(),
            prices: Vec::new(),
        }
    }

    /// Narrows to the optimal face of a feasible program, looking for each price from the one
    /// that the face holds on.
    pub(super) fn narrow(
        &mut self,
        program: &LinearProgram,
        tree: &Tree,
        deviations: &Deviations,
        corners: &mut Corners,
    ) {
        let nodes = &mut self.tree.nodes;
        find_prices(
            (program, tree),
            deviations,
            corners,
            &mut self.prices,
            |index, lower, upper| {
                nodes[index].lower = lower;
                nodes[index].upper = upper;
            },
        );
        for at in program.variables.keys() {
            let deviation = deviations[at];
            let price = self.prices[tree.node_of[at]];
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
            self.limits[at] = Limits {
                lower: least,
                upper: Some(most),
            };
        }
    }
}

/// The least total deviation of feasible programs, proved by its prices, without the face on
/// which it is reached; with memory that is kept from one program to the next.
#[derive(Debug, Clone, Default)]
pub struct LeastDeviation {
    corners: Corners,
    prices: Vec<Price>,
}

impl LeastDeviation {
    /// Of one program, looking for each price from the last one's.
    pub fn of(
        &mut self,
        program: &LinearProgram,
        tree: &Tree,
        deviations: &Deviations,
    ) -> Option<i128> {
        find_prices(
            (program, tree),
            deviations,
            &mut self.corners,
            &mut self.prices,
            |_, _, _| {},
        );
        proved_least(program, tree, deviations, &self.prices)
    }
}

/// Each node's price, looked for from the one that stands there on; `held_at` is told
/// what each node's bounds become on the face.
fn find_prices(
    (program, tree): (&LinearProgram, &Tree),
    deviations: &Deviations,
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
fn steps(program: &LinearProgram, tree: &Tree, deviations: &Deviations, node: usize) -> Steps {
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
pub(super) fn whole_bounds(tree: &Tree, node: usize) -> (Option<i128>, Option<i128>) {
    let bound = |bound: Option<Pounds>| bound.map(|bound| i128::from(bound.0));
    let node = &tree.nodes[node];
    (bound(node.lower), bound(node.upper))
}

/// Σ weight × |amount − target|, in the weights' unit times pounds.
pub fn total_deviation(amounts: &PerVariable<Pounds>, deviations: &PerVariable<Deviation>) -> i128 {
    amounts
        .iter()
        .zip(deviations.iter())
        .map(|(amount, d)| {
            let apart = (*amount - d.target).0.abs();
            match i64::try_from(d.weight) {
                Ok(weight) => i128::from(weight) * i128::from(apart),
                Err(_) => d.weight * i128::from(apart),
            }
        })
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
        let [least, middle, most] = match (deviation.weight.try_into(), price.try_into()) {
            (Ok(weight), Ok(price)) => corners.map(|x| {
                let (weight, price): (i64, i64) = (weight, price);
                let apart = (x - deviation.target).0.abs();
                i128::from(weight) * i128::from(apart) - i128::from(price) * i128::from(x.0)
            }),
            _ => corners.map(|x| {
                let apart = i128::from((x - deviation.target).0.abs());
                deviation.weight * apart - price * i128::from(x.0)
            }),
        };
        bound += least.min(middle).min(most);
    }
    Some(bound)
}

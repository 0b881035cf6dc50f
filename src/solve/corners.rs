//! Totals of a least deviation at a price, in few steps: every authority's corners are added
//! up once in the order of their weights, and a total is then two sums up to a place in it.

use std::ops::Range;

use super::deviation::{corners_of, whole_bounds};
use super::tree::Tree;
use crate::program::{Deviations, LinearProgram, Price};
use crate::register::Key as _;

/// What each node's own authorities want, by the price: those whose weight is at most the price
/// have gone up from target to upper bound, those whose weight is less than minus the price down
/// from target to lower bound.
#[derive(Debug, Clone, Default)]
pub(super) struct Corners {
    /// Each authority's node and weight as they were last loaded, and its place: node by node,
    /// by rising weight. Places stand while nodes and weights do.
    node_of: Vec<usize>,
    loaded: Vec<i64>,
    places: Vec<u32>,
    /// Each node's weights, rising.
    rising: Vec<i64>,
    /// Σ (target − lower bound) within a node up to each place, and Σ (upper bound − target).
    to_target: Vec<i128>,
    to_upper: Vec<i128>,
    /// The same for each authority, place by place.
    rises: Vec<[i64; 2]>,
    nodes: Vec<Own>,
    /// Each weight of all nodes once, rising.
    weights: Vec<i64>,
}

/// What is directly in a node.
#[derive(Debug, Clone, PartialEq)]
struct Own {
    /// Its places.
    places: Range<usize>,
    /// All of them at their targets.
    at_target: i128,
}

impl Corners {
    /// Takes a program's authorities in; false where a number is too large.
    pub(super) fn load(
        &mut self,
        program: &LinearProgram,
        tree: &Tree,
        deviations: &Deviations,
    ) -> bool {
        if !self.load_weights(tree, deviations) {
            return false;
        }
        for own in &mut self.nodes {
            own.at_target = 0;
        }
        self.rises.resize(self.places.len(), [0; 2]);
        for (at, &place) in program.variables.keys().zip(&self.places) {
            let [lower, middle, upper] = corners_of(program, deviations, at);
            self.nodes[tree.node_of[at]].at_target += i128::from(middle.0);
            self.rises[place as usize] = [(middle - lower).0, (upper - middle).0];
        }
        self.to_target.resize(self.rises.len(), 0);
        self.to_upper.resize(self.rises.len(), 0);
        for own in &self.nodes {
            let (mut to_target, mut to_upper) = (0, 0);
            for place in own.places.clone() {
                let [below, above] = self.rises[place];
                to_target += i128::from(below);
                to_upper += i128::from(above);
                self.to_target[place] = to_target;
                self.to_upper[place] = to_upper;
            }
        }
        true
    }

    /// Puts weights in order, unless they are those of the last time.
    fn load_weights(&mut self, tree: &Tree, deviations: &Deviations) -> bool {
        let weights = || deviations.iter().map(|deviation| deviation.weight);
        let loaded = self.loaded.iter().map(|&weight| Price::from(weight));
        if self.node_of == tree.node_of.as_slice() && weights().eq(loaded) {
            return true;
        }
        self.node_of.clear();
        self.nodes.clear();
        self.loaded.clear();
        if u32::try_from(deviations.len()).is_err() {
            return false;
        }
        for weight in weights() {
            match i64::try_from(weight) {
                Ok(weight) if (0..i64::MAX).contains(&weight) => self.loaded.push(weight),
                _ => return false,
            }
        }
        let mut begins = 0;
        for node in &tree.nodes {
            let places = begins..begins + node.variables.len();
            begins = places.end;
            self.nodes.push(Own {
                places,
                at_target: 0,
            });
        }
        // The order of all, dealt out to nodes.
        let mut next: Vec<usize> = self.nodes.iter().map(|own| own.places.start).collect();
        self.places.resize(self.loaded.len(), 0);
        self.rising.resize(self.loaded.len(), 0);
        self.weights.clear();
        for &at in deviations.by_weight() {
            let next = &mut next[tree.node_of[at]];
            let weight = self.loaded[at.index()];
            self.places[at.index()] = u32::try_from(*next).expect("no more than authorities");
            self.rising[*next] = weight;
            *next += 1;
            if self.weights.last() != Some(&weight) {
                self.weights.push(weight);
            }
        }
        self.node_of.extend_from_slice(tree.node_of.as_slice());
        true
    }

    /// A node's total just above a price, the groups in it held to their bounds.
    fn above(&self, tree: &Tree, node: usize, price: i64) -> i128 {
        let own = &self.nodes[node];
        let rising = &self.rising[own.places.clone()];
        let up_to = |sums: &[i128], count: usize| match count {
            0 => 0,
            _ => sums[own.places.start + count - 1],
        };
        let mut total = own.at_target;
        total += match price >= 0 {
            true => up_to(&self.to_upper, rising.partition_point(|&w| w <= price)),
            false => -up_to(&self.to_target, rising.partition_point(|&w| w < -price)),
        };
        for &child in &tree.nodes[node].children {
            let (lower, upper) = whole_bounds(tree, child);
            let inside = self.above(tree, child, price);
            let inside = lower.map_or(inside, |lower| inside.max(lower));
            total += upper.map_or(inside, |upper| inside.min(upper));
        }
        total
    }

    /// A node's totals just below and just above a price: prices are whole numbers.
    pub(super) fn around(&self, tree: &Tree, node: usize, price: Price) -> (i128, i128) {
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
    pub(super) fn price_of(
        &self,
        tree: &Tree,
        node: usize,
        sum: i128,
        guess: Price,
    ) -> Option<Price> {
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

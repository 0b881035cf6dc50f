//! Two families of rows that each nest, as a network: money runs from the nation down
//! the one family to the cells, through the cells, and up the other family. An exact
//! circulation answers whether totals can be had together, and a cut says why not.
//!
//! Reference: Hoffman's circulation theorem (1960): a circulation within lower and upper
//! bounds exists unless for some set X of nodes the lower bounds of arcs that enter X
//! exceed the upper bounds of arcs that leave it. Flows by Dinic's algorithm (1970).

use std::collections::{BTreeMap, VecDeque};

use num_bigint::BigInt;
use num_traits::{Signed, Zero};

use super::cells::{Cells, Cut, Limits, Range};

/// The network of a program whose rows divide into two families that nest.
#[derive(Debug, Clone)]
pub struct Network {
    nodes: usize,
    /// From and to: the nation's arc back from the one root to the other, then rows,
    /// then cells.
    arcs: Vec<(usize, usize)>,
    rows: usize,
    /// Arcs that begin or end at each node.
    at: Vec<Vec<usize>>,
}

/// The two roots.
const SOURCE: usize = 0;
const SINK: usize = 1;

/// Divides rows into two families in each of which no two cross; none if that cannot be.
pub fn two_families(cells: &Cells) -> Option<Vec<bool>> {
    let crossing = crossing_rows(cells);
    let mut family: Vec<Option<bool>> = vec![None; cells.of_row.len()];
    for first in 0..family.len() {
        if family[first].is_some() {
            continue;
        }
        family[first] = Some(false);
        let mut to_visit = vec![first];
        while let Some(row) = to_visit.pop() {
            for &other in &crossing[row] {
                if family[other].is_none() {
                    family[other] = family[row].map(|side| !side);
                    to_visit.push(other);
                } else if family[other] == family[row] {
                    return None;
                }
            }
        }
    }
    family.into_iter().collect()
}

/// For each row those that overlap it, neither containing the other.
fn crossing_rows(cells: &Cells) -> Vec<Vec<usize>> {
    let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for cell in &cells.cells {
        for (index, &a) in cell.rows.iter().enumerate() {
            for &b in &cell.rows[index + 1..] {
                *shared.entry((a, b)).or_default() += 1;
            }
        }
    }
    let mut crossing = vec![Vec::new(); cells.of_row.len()];
    for ((a, b), count) in shared {
        if count < cells.of_row[a].len() && count < cells.of_row[b].len() {
            crossing[a].push(b);
            crossing[b].push(a);
        }
    }
    crossing
}

impl Network {
    /// Builds the network of rows in two families.
    pub fn new(cells: &Cells, family: &[bool]) -> Self {
        let rows = cells.of_row.len();
        let mut arcs = vec![(SINK, SOURCE)];
        arcs.resize(1 + rows, (SOURCE, SOURCE));
        let mut ends = [vec![SOURCE; cells.count()], vec![SINK; cells.count()]];
        // Larger rows first, so that what contains a row is placed before it.
        let mut order: Vec<usize> = (0..rows).collect();
        order.sort_by_key(|&row| (std::cmp::Reverse(cells.of_row[row].len()), row));
        for row in order {
            let Some(&first) = cells.of_row[row].first() else {
                continue;
            };
            let node = row + 2;
            let side = &mut ends[usize::from(family[row])];
            arcs[1 + row] = if family[row] {
                (node, side[first])
            } else {
                (side[first], node)
            };
            for &cell in &cells.of_row[row] {
                side[cell] = node;
            }
        }
        arcs.extend(ends[0].iter().copied().zip(ends[1].iter().copied()));
        let nodes = rows + 2;
        let mut at = vec![Vec::new(); nodes];
        for (arc, &(from, to)) in arcs.iter().enumerate() {
            if from != to {
                at[from].push(arc);
                at[to].push(arc);
            }
        }
        Self {
            nodes,
            arcs,
            rows,
            at,
        }
    }

    /// Totals of nation, rows and cells within limits, or the cut that is violated most.
    pub fn circulation(&self, limits: &Limits) -> Result<Vec<BigInt>, Cut> {
        let ranges: Vec<&Range> = self.ranges(limits);
        // More than all that lower bounds can call for.
        let unlimited: BigInt = ranges.iter().map(|(lower, _)| lower.abs()).sum::<BigInt>() + 1;
        let mut residual = Residual::new(self.nodes + 2);
        let mut excess = vec![BigInt::zero(); self.nodes];
        for (&(from, to), (lower, upper)) in self.arcs.iter().zip(&ranges) {
            let room = upper.as_ref().map_or(unlimited.clone(), |u| u - lower);
            debug_assert!(!room.is_negative(), "limits were checked before");
            excess[to] += lower;
            excess[from] -= lower;
            residual.add(from, to, room);
        }
        let (giver, taker) = (self.nodes, self.nodes + 1);
        let mut to_send = BigInt::zero();
        for (node, excess) in excess.into_iter().enumerate() {
            if excess.is_positive() {
                to_send += &excess;
                residual.add(giver, node, excess);
            } else if excess.is_negative() {
                residual.add(node, taker, -excess);
            }
        }
        let sent = residual.maximise(giver, taker);
        if sent == to_send {
            return Ok(ranges
                .iter()
                .enumerate()
                .map(|(arc, (lower, _))| lower + residual.sent(arc))
                .collect());
        }
        let reached = residual.layers(giver);
        Err(self.cut(|node| reached[node] != usize::MAX))
    }

    /// The cell's total in what [`Self::circulation`] gives.
    pub fn cell<'a>(&self, flow: &'a [BigInt], cell: usize) -> &'a BigInt {
        &flow[1 + self.rows + cell]
    }

    fn ranges<'a>(&self, limits: &'a Limits) -> Vec<&'a Range> {
        std::iter::once(&limits.nation)
            .chain(&limits.rows)
            .chain(&limits.cells)
            .collect()
    }

    /// Multipliers of a set X of nodes: rows that leave it hold at their greatest total,
    /// rows that enter it at their least.
    fn cut(&self, within: impl Fn(usize) -> bool) -> Cut {
        let multiplier = |arc: usize| {
            let (from, to) = self.arcs[arc];
            BigInt::from(i32::from(within(from)) - i32::from(within(to)))
        };
        Cut {
            nation: multiplier(0),
            rows: (0..self.rows)
                .map(|row| (row, multiplier(1 + row)))
                .filter(|(_, multiplier)| !multiplier.is_zero())
                .collect(),
        }
    }

    /// For a circulation within limits: the cut that proves that a cell can have no more
    /// than it has, or none if it can.
    pub fn cut_that_holds(&self, cell: usize, flow: &[BigInt], limits: &Limits) -> Option<Cut> {
        let (from, to) = self.arcs[1 + self.rows + cell];
        let ranges = self.ranges(limits);
        let reached = self.reach(to, flow, &ranges);
        reached[from]
            .is_none()
            .then(|| self.cut(|node| reached[node].is_some()))
    }

    /// Moves one more through a cell, if there is room for it round some way back.
    pub fn give_one_more(&self, cell: usize, flow: &mut [BigInt], limits: &Limits) -> bool {
        let arc = 1 + self.rows + cell;
        let (from, to) = self.arcs[arc];
        let ranges = self.ranges(limits);
        if ranges[arc]
            .1
            .as_ref()
            .is_some_and(|upper| flow[arc] >= *upper)
        {
            return false;
        }
        let reached = self.reach(to, flow, &ranges);
        if reached[from].is_none() {
            return false;
        }
        let mut node = from;
        while node != to {
            let (arc, before) = reached[node].expect("every step back was reached");
            let forward = self.arcs[arc] == (before, node);
            flow[arc] += if forward { 1 } else { -1 };
            node = before;
        }
        flow[arc] += 1;
        true
    }

    /// Every node to which more could be sent from one, with the arc and the node before.
    fn reach(
        &self,
        first: usize,
        flow: &[BigInt],
        ranges: &[&Range],
    ) -> Vec<Option<(usize, usize)>> {
        let mut reached = vec![None; self.nodes];
        reached[first] = Some((usize::MAX, first));
        let mut to_visit = VecDeque::from([first]);
        while let Some(node) = to_visit.pop_front() {
            for &arc in &self.at[node] {
                let (from, to) = self.arcs[arc];
                let (lower, upper) = ranges[arc];
                let (next, open) = if from == node {
                    (to, upper.as_ref().is_none_or(|upper| flow[arc] < *upper))
                } else {
                    (from, flow[arc] > *lower)
                };
                if open && reached[next].is_none() {
                    reached[next] = Some((arc, node));
                    to_visit.push_back(next);
                }
            }
        }
        reached
    }
}

/// What more can be sent along each arc, and back.
struct Residual {
    /// Arcs that begin at each node; an arc's way back is its number's other parity.
    from: Vec<Vec<usize>>,
    to: Vec<usize>,
    room: Vec<BigInt>,
}

impl Residual {
    fn new(nodes: usize) -> Self {
        Self {
            from: vec![Vec::new(); nodes],
            to: Vec::new(),
            room: Vec::new(),
        }
    }

    fn add(&mut self, from: usize, to: usize, room: BigInt) {
        let arc = self.to.len();
        self.from[from].push(arc);
        self.from[to].push(arc + 1);
        self.to.extend([to, from]);
        self.room.extend([room, BigInt::zero()]);
    }

    /// What was sent along the arc that was added so many arcs after the first.
    fn sent(&self, added: usize) -> &BigInt {
        &self.room[2 * added + 1]
    }

    /// Sends all that can be sent.
    fn maximise(&mut self, giver: usize, taker: usize) -> BigInt {
        let mut sent = BigInt::zero();
        loop {
            let layers = self.layers(giver);
            if layers[taker] == usize::MAX {
                return sent;
            }
            let mut next = vec![0; self.from.len()];
            loop {
                let more = self.send(giver, taker, None, &layers, &mut next);
                if more.is_zero() {
                    break;
                }
                sent += more;
            }
        }
    }

    /// Steps from a node to each other along arcs with room.
    fn layers(&self, first: usize) -> Vec<usize> {
        let mut layers = vec![usize::MAX; self.from.len()];
        layers[first] = 0;
        let mut to_visit = VecDeque::from([first]);
        while let Some(node) = to_visit.pop_front() {
            for &arc in &self.from[node] {
                let to = self.to[arc];
                if layers[to] == usize::MAX && self.room[arc].is_positive() {
                    layers[to] = layers[node] + 1;
                    to_visit.push_back(to);
                }
            }
        }
        layers
    }

    /// Sends at most so much along one way that goes a layer further at each step.
    fn send(
        &mut self,
        node: usize,
        taker: usize,
        most: Option<&BigInt>,
        layers: &[usize],
        next: &mut [usize],
    ) -> BigInt {
        if node == taker {
            return most.cloned().unwrap_or_default();
        }
        while let Some(&arc) = self.from[node].get(next[node]) {
            let to = self.to[arc];
            if self.room[arc].is_positive() && layers[to] == layers[node] + 1 {
                let room = &self.room[arc];
                let most = most.map_or(room, |most| most.min(room)).clone();
                let sent = self.send(to, taker, Some(&most), layers, next);
                if sent.is_positive() {
                    self.room[arc] -= &sent;
                    self.room[arc ^ 1] += &sent;
                    return sent;
                }
            }
            next[node] += 1;
        }
        BigInt::zero()
    }
}

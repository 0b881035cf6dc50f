//! The nested road without breakpoint functions: totals at a level straight from the
//! variables, in one pass, and levels by Newton's method on them. Exact, and the same
//! levels to the digit as [`super::level`] gives; that module decides where numbers are
//! too large for 64 bits or a level is not at the end of a rise.
//!
//! A variable is a ramp: it stays at one sum, rises with the level, and stays at another.
//! At a level P + r/q (P, r, q whole, 0 ≤ r < q) a ramp of weight w and offset a is at
//! w P − a + w r/q, and the last term is less than w: nearly every ramp is seen to be below,
//! above or on its rise without a product that needs more than 64 bits, and a total is a
//! whole number plus slope × r/q. Nothing is rounded. A total rises in pieces, so Newton's
//! step from the right piece ends at the level itself; a bracket keeps it from going astray.

use std::cmp::Ordering;
use std::ops::Range;

use super::level::{Level, compare_fractions};
use super::ramp::{ENDLESS, Ends, LARGEST, Mixed, NEAR, Ramp, Sum, ramp};
use super::tree::{NodeState, Tree};
use crate::program::{Limited, LinearProgram, Stage};
use crate::units::Pounds;

/// Steps after which a search is left to the breakpoints: Newton's takes about six.
const MOST_STEPS: usize = 100;

/// In the order in which they are raised.
const STAGES: [Stage; 3] = [Stage::ByNeed, Stage::BeyondTurn, Stage::PerHead];

/// The variables directly in one node.
#[derive(Debug, Clone, Default)]
struct Own {
    /// Where the ramps of each stage are.
    ramps: [Range<usize>; 3],
    /// Their total below all ramps of each stage, and above all of the last.
    before: [i128; 4],
    /// The sums that the ramps of each stage start from.
    from: [i128; 3],
    /// Their offsets.
    offset: [i128; 3],
    /// Their weights.
    weight: [i128; 3],
    /// Whether all of them end, and no sum of where they stand or of offsets passes 64 bits.
    is_small: [bool; 3],
}

impl Own {
    /// Adds up the ramps of a stage; gives how far they rise in all.
    fn add_up(&mut self, stage: usize, ramps: &[Ramp]) -> i128 {
        let (mut from, mut to, mut weight) = (0, 0, 0);
        let (mut offset, mut furthest) = (0, 0);
        for ramp in &ramps[self.ramps[stage].clone()] {
            from += i128::from(ramp.from);
            to += i128::from(ramp.to);
            weight += i128::from(ramp.weight);
            offset += i128::from(ramp.offset);
            furthest += i128::from(ramp.offset.abs());
        }
        self.from[stage] = from;
        self.offset[stage] = offset;
        self.weight[stage] = weight;
        // From zero up, so that the greatest sum is at their ends.
        self.is_small[stage] = to.max(furthest) <= i128::from(NEAR);
        to - from
    }
}

/// Every variable of a program as ramps, node by node. Its memory is kept from one
/// program to the next.
#[derive(Debug, Clone, Default)]
pub(super) struct Ramps {
    ramps: Vec<Ramp>,
    own: Vec<Own>,
    /// Where each ramp begins and ends to rise.
    ends: Vec<Ends>,
    /// Where each node's total was last worked out.
    seen: Vec<Option<Seen>>,
    /// Ramps of later stages of the node being loaded.
    later: [Vec<Ramp>; 2],
}

/// A total near a level: base + slope × rest ÷ below at the level itself; `slope` is what
/// it rises by just below the level.
#[derive(Debug, Clone, Copy)]
struct Piece {
    base: i128,
    slope: i128,
}

/// A node's total at a level that a search came by.
#[derive(Debug, Clone, Copy)]
struct Seen {
    stage: Stage,
    level: Mixed,
    piece: Piece,
}

impl Piece {
    /// How the total compares with a sum.
    fn compare(self, level: Mixed, sum: i128) -> Ordering {
        let missing = sum - self.base;
        if missing < 0 {
            return Ordering::Greater;
        }
        if missing > self.slope {
            return Ordering::Less;
        }
        (self.slope * i128::from(level.rest)).cmp(&(missing * i128::from(level.below)))
    }
}

impl Ramps {
    /// Takes a program's variables in; false where a number is too large.
    pub(super) fn load(&mut self, program: &LinearProgram, tree: &Tree) -> bool {
        self.ramps.clear();
        self.ramps.reserve(program.variables.len());
        self.own.clear();
        self.seen.clear();
        self.seen.resize(tree.nodes.len(), None);
        let fits = |pounds: Pounds| pounds.fine().0.abs() <= LARGEST;
        let totals_fit = fits(program.quantum)
            && tree
                .nodes
                .iter()
                .all(|node| node.lower.is_none_or(fits) && node.upper.is_none_or(fits));
        let mut weight = 0;
        for node in &tree.nodes {
            let mut own = Own::default();
            let begins = self.ramps.len();
            for &at in &node.variables {
                let variable = program.limited(at);
                own.before[0] += variable.lower.fine().0;
                // What has no end must end above every total that is asked for.
                if self
                    .push(variable)
                    .is_none_or(|endless| endless && !totals_fit)
                {
                    return false;
                }
            }
            own.ramps[0] = begins..self.ramps.len();
            for stage in 1..STAGES.len() {
                let begins = self.ramps.len();
                self.ramps.append(&mut self.later[stage - 1]);
                own.ramps[stage] = begins..self.ramps.len();
            }
            for stage in 0..STAGES.len() {
                let rise = own.add_up(stage, &self.ramps);
                own.before[stage + 1] = own.before[stage] + rise;
                weight += own.weight[stage];
            }
            self.own.push(own);
        }
        self.ends.clear();
        self.ends.extend(self.ramps.iter().map(Ends::of));
        weight <= LARGEST
    }

    /// Adds a variable's ramps, and tells whether one has no end; none where a number is too
    /// large.
    #[inline]
    fn push(&mut self, variable: Limited<'_>) -> Option<bool> {
        let lower = variable.lower.fine().0;
        if !(0..=LARGEST).contains(&lower) {
            return None;
        }
        if variable.turn.is_none() {
            let (measure, upper) = (variable.measure, variable.upper);
            if measure.weight <= 0 || upper.is_some_and(|upper| upper <= variable.lower) {
                return Some(false);
            }
            let ramp = ramp(measure, lower, upper.map(|upper| upper.fine().0))?;
            self.push_at(measure.stage, ramp);
            return Some(ramp.to == ENDLESS);
        }
        let mut endless = false;
        for (stage, ramp) in rises_of(variable) {
            let ramp = ramp?;
            endless |= ramp.to == ENDLESS;
            self.push_at(stage, ramp);
        }
        Some(endless)
    }

    fn push_at(&mut self, stage: Stage, ramp: Ramp) {
        match stage as usize {
            0 => self.ramps.push(ramp),
            later => self.later[later - 1].push(ramp),
        }
    }

    /// What a node does at the level outside it; none where numbers are too large.
    pub(super) fn state_at(
        &mut self,
        tree: &Tree,
        node: usize,
        outside: Option<Level>,
    ) -> Option<NodeState> {
        let (lower, upper) = tree.bounds(node);
        if lower.is_none() && upper.is_none() {
            return Some(NodeState::Free);
        }
        let (below, above) = match outside {
            Some(level) => {
                let mixed = Mixed::of(level.numerator, level.denominator)?;
                let piece = match self.seen[node] {
                    Some(seen)
                        if seen.stage == level.stage && seen.level.compare(mixed).is_eq() =>
                    {
                        seen.piece
                    }
                    _ => self.piece(tree, node, level.stage, mixed),
                };
                let is = |bound: Option<i128>, order| {
                    bound.is_some_and(|bound| piece.compare(mixed, bound) == order)
                };
                (is(lower, Ordering::Less), is(upper, Ordering::Greater))
            }
            // No level outside: everything there is fixed, and this node with it.
            None => {
                let start = self.flat(tree, node, 0);
                (
                    lower.is_some_and(|lower| start < lower),
                    upper.is_some_and(|upper| start > upper),
                )
            }
        };
        Some(match (below, above) {
            (true, _) => NodeState::AtLower,
            (_, true) => NodeState::AtUpper,
            _ => NodeState::Free,
        })
    }

    /// The least level at which a node's total is `sum`, looked for from a guess on;
    /// `Ok(None)` where nothing in it ever rises. `Err` where this way cannot tell.
    pub(super) fn level_of(
        &mut self,
        tree: &Tree,
        node: usize,
        sum: i128,
        guess: Option<Level>,
    ) -> Result<Option<Level>, CannotTell> {
        let start = self.flat(tree, node, 0);
        if sum == start && !self.can_rise(tree, node) {
            return Ok(None);
        }
        if sum == start && tree.nodes[node].children.is_empty() {
            return self.first_rise(node).map(Some);
        }
        if sum <= start {
            return Err(CannotTell);
        }
        let stage = (0..STAGES.len())
            .find(|&stage| self.flat(tree, node, stage + 1) >= sum)
            .ok_or(CannotTell)?;
        let stage = STAGES[stage];
        let guess = guess
            .filter(|guess| guess.stage == stage)
            .and_then(|guess| Mixed::of(guess.numerator, guess.denominator));
        let guess = match guess {
            Some(guess) => guess,
            None => self.all_rising(tree, node, stage, sum).ok_or(CannotTell)?,
        };
        self.search(tree, node, stage, sum, guess)
            .map(Some)
            .ok_or(CannotTell)
    }

    /// Newton's method between what is known to be too low and what is not too low.
    fn search(
        &mut self,
        tree: &Tree,
        node: usize,
        stage: Stage,
        sum: i128,
        guess: Mixed,
    ) -> Option<Level> {
        let mut level = guess;
        let (mut low, mut high): (Option<Mixed>, Option<Mixed>) = (None, None);
        for _ in 0..MOST_STEPS {
            let piece = self.piece(tree, node, stage, level);
            let order = piece.compare(level, sum);
            let numerator = sum - piece.base + piece.slope * i128::from(level.whole);
            if order.is_eq() && piece.slope > 0 {
                return Some(Level {
                    stage,
                    numerator,
                    denominator: piece.slope,
                });
            }
            match order {
                Ordering::Less => low = Some(level),
                // On a flat at the sum the least level is further down.
                Ordering::Equal | Ordering::Greater => high = Some(level),
            }
            let inside = |next: &Mixed| {
                low.is_none_or(|low| low.compare(*next).is_lt())
                    && high.is_none_or(|high| next.compare(high).is_lt())
            };
            let newton = match piece.slope {
                0 => None,
                slope => Mixed::of(numerator, slope).filter(inside),
            };
            level = match (newton, low, high) {
                (Some(next), _, _) => next,
                (None, Some(low), Some(high)) => low.middle(high)?,
                (None, _, None) => level.beyond(true)?,
                (None, None, _) => level.beyond(false)?,
            };
        }
        None
    }

    /// The level at which the total would be `sum` if every ramp below the node rose.
    fn all_rising(&self, tree: &Tree, node: usize, stage: Stage, sum: i128) -> Option<Mixed> {
        let (mut still, mut offset, mut weight) = (0, 0, 0);
        self.add_rising(tree, node, stage as usize, &mut |own, stage| {
            still += own.before[stage] - own.from[stage];
            offset += own.offset[stage];
            weight += own.weight[stage];
        });
        match weight {
            0 => None,
            // What is endless may make this a wild guess: it is only a guess.
            _ => Mixed::of((sum - still).max(0) + offset, weight),
        }
    }

    fn add_rising(
        &self,
        tree: &Tree,
        node: usize,
        stage: usize,
        add: &mut impl FnMut(&Own, usize),
    ) {
        add(&self.own[node], stage);
        for &child in &tree.nodes[node].children {
            self.add_rising(tree, child, stage, add);
        }
    }

    /// A node's total just below a stage, the groups in it held to their bounds.
    fn flat(&self, tree: &Tree, node: usize, stage: usize) -> i128 {
        let children = tree.nodes[node].children.iter().map(|&child| {
            let (lower, upper) = tree.bounds(child);
            let total = self.flat(tree, child, stage);
            let total = lower.map_or(total, |lower| total.max(lower));
            upper.map_or(total, |upper| total.min(upper))
        });
        self.own[node].before[stage] + children.sum::<i128>()
    }

    /// Whether anything in a node rises anywhere.
    fn can_rise(&self, tree: &Tree, node: usize) -> bool {
        let own = &self.own[node];
        own.ramps.iter().any(|ramps| !ramps.is_empty())
            || tree.nodes[node].children.iter().any(|&child| {
                let (lower, upper) = tree.bounds(child);
                (lower.is_none() || lower != upper) && self.can_rise(tree, child)
            })
    }

    /// The lowest level at which a ramp directly in a node begins.
    fn first_rise(&self, node: usize) -> Result<Level, CannotTell> {
        let own = &self.own[node];
        let stage = (0..STAGES.len())
            .find(|&stage| !own.ramps[stage].is_empty())
            .ok_or(CannotTell)?;
        let begins = self.ramps[own.ramps[stage].clone()].iter().map(|ramp| {
            let numerator = i128::from(ramp.from) + i128::from(ramp.offset);
            (numerator, i128::from(ramp.weight))
        });
        let (numerator, denominator) = begins
            .reduce(|a, b| match compare_fractions(b, a) {
                Ordering::Less => b,
                _ => a,
            })
            .ok_or(CannotTell)?;
        Ok(Level {
            stage: STAGES[stage],
            numerator,
            denominator,
        })
    }

    /// A node's total at a level.
    fn piece(&mut self, tree: &Tree, node: usize, stage: Stage, level: Mixed) -> Piece {
        let mut piece = self.own_piece(node, stage, level);
        for &child in &tree.nodes[node].children {
            let (lower, upper) = tree.bounds(child);
            let inner = self.piece(tree, child, stage, level);
            let held = match (lower, upper) {
                (Some(lower), _) if inner.compare(level, lower).is_le() => Some(lower),
                (_, Some(upper)) if inner.compare(level, upper).is_gt() => Some(upper),
                _ => None,
            };
            match held {
                Some(bound) => piece.base += bound,
                None => {
                    piece.base += inner.base;
                    piece.slope += inner.slope;
                }
            }
        }
        self.seen[node] = Some(Seen {
            stage,
            level,
            piece,
        });
        piece
    }

    /// The total of the variables directly in a node.
    fn own_piece(&self, node: usize, stage: Stage, level: Mixed) -> Piece {
        let own = &self.own[node];
        let stage = stage as usize;
        let mut sum = Sum {
            base: own.before[stage] - own.from[stage],
            slope: 0,
        };
        let place = own.ramps[stage].clone();
        let ramps = &self.ramps[place.clone()];
        let quick = match own.is_small[stage] {
            true => Sum::of_small(ramps, &self.ends[place], level),
            false => None,
        };
        match quick {
            Some(quick) => {
                sum.base += quick.base;
                sum.slope += quick.slope;
            }
            None => ramps.iter().for_each(|ramp| sum.add(ramp, level)),
        }
        let Sum { base, slope } = sum;
        Piece { base, slope }
    }
}

/// A level that this way cannot find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CannotTell;

/// A variable's ramps with their stages: one, or two where its measure turns.
fn rises_of(variable: Limited<'_>) -> impl Iterator<Item = (Stage, Option<Ramp>)> {
    let lower = variable.lower.fine().0;
    let upper = variable.upper.map(|upper| upper.fine().0);
    let rises = match variable.turn() {
        None => [Some((variable.measure, lower, upper)), None],
        Some(turn) => {
            let at = turn.at.0;
            let first_ends = upper.map_or(at, |upper| upper.min(at));
            [
                Some((variable.measure, lower, Some(first_ends))),
                Some((turn.measure, lower.max(at), upper)),
            ]
        }
    };
    rises
        .into_iter()
        .flatten()
        .filter(|(measure, from, to)| measure.weight > 0 && to.is_none_or(|to| to > *from))
        .map(|(measure, from, to)| (measure.stage, ramp(measure, from, to)))
}

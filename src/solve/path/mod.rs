//! Parametric paths: every amount as an exact piecewise linear function of the quantum, or
//! of how much of its promise a guarantee keeps.
//!
//! At a place on the path every number is known with its slope just beyond it: a pair
//! (value, slope), compared value first. The nested road runs on such pairs as on plain
//! numbers, so that one run tells the amounts and how they go on. They go on so until the
//! first of the comparisons that decided the answer turns round; that is the next
//! breakpoint, and the road runs again there. Exact fractions of any size throughout, and
//! no rounding of bounds to pounds: what is between two breakpoints is on a line.

mod rising;

use std::ops::{Add, Mul, Sub};

use num_rational::BigRational;

use super::tree::{Tree, build_tree};
use crate::program::{Goal, LinearProgram, Measure, Stage};
use crate::register::{PerVariable, VariableId};
use crate::units::{FinePounds, Pounds};
use rising::Rising;

/// What moves along a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moving {
    /// The quantum, in pounds.
    Quantum,
    /// The part that a guarantee keeps of what it promises, on both sides: 1 as stated.
    Guarantee(usize),
}

/// Where a line begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPoint {
    /// Place on the path.
    pub at: BigRational,
    /// The amount there, in pounds, before rounding.
    pub amount: BigRational,
}

/// Every amount along a path.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Where it begins.
    pub begins: BigRational,
    /// Where it ends: as asked, or where no allocation exists any more.
    pub ends: BigRational,
    /// Places where some amount turns, in order.
    pub breakpoints: Vec<BigRational>,
    /// For each amount the points between which it is on lines, both ends included.
    pub points: PerVariable<Vec<PathPoint>>,
}

/// Why there is no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoPath {
    /// Groups cross.
    Crossing,
    /// Amounts are no piecewise linear functions that one road follows.
    Objective(&'static str),
    /// No allocation exists where it begins.
    Infeasible,
}

impl Path {
    /// An amount at a place on the path; none beyond its ends.
    pub fn amount(&self, variable: VariableId, at: &BigRational) -> Option<BigRational> {
        let points = &self.points[variable];
        let after = points.partition_point(|point| point.at < *at);
        let to = points.get(after)?;
        if to.at == *at {
            return Some(to.amount.clone());
        }
        let from = points.get(after.checked_sub(1)?)?;
        let part = (at - &from.at) / (&to.at - &from.at);
        Some(&from.amount + (&to.amount - &from.amount) * part)
    }
}

/// Follows the amounts of a program between two places.
pub fn follow(
    program: &LinearProgram,
    moving: Moving,
    from: &BigRational,
    to: &BigRational,
) -> Result<Path, NoPath> {
    match (&program.goal, moving) {
        (Goal::Leximin | Goal::LeastSquares, _) | (Goal::ScaleGains(_), Moving::Quantum) => {}
        (Goal::ScaleGains(_), Moving::Guarantee(_)) => {
            return Err(NoPath::Objective(
                "gains are measured from the bounds that move",
            ));
        }
        (Goal::LeastDeviation(_), _) => {
            return Err(NoPath::Objective("its ties are settled in a second stage"));
        }
        (Goal::LeastQuantum, _) => {
            return Err(NoPath::Objective("its quantum follows from the bounds"));
        }
    }
    let tree = build_tree(program).map_err(|_| NoPath::Crossing)?;
    let line = Course {
        program,
        tree: &tree,
        moving,
    };
    let mut at = from.clone();
    let mut place = line.solve(&at).ok_or(NoPath::Infeasible)?;
    let mut path = Path {
        begins: from.clone(),
        ends: from.clone(),
        breakpoints: Vec::new(),
        points: place.amounts.map(|amount| {
            vec![PathPoint {
                at: at.clone(),
                amount: amount.value.clone(),
            }]
        }),
    };
    loop {
        let next = line.next_turn(&place).map(|step| &at + step);
        let next = next.filter(|next| next < to).unwrap_or_else(|| to.clone());
        let ends = line.values_at(&place, &(&next - &at));
        let beyond = if next < *to { line.solve(&next) } else { None };
        let mut turns = false;
        for id in ends.keys() {
            let goes_on = beyond
                .as_ref()
                .is_some_and(|beyond| beyond.amounts[id].slope == place.amounts[id].slope);
            if !goes_on {
                path.points[id].push(PathPoint {
                    at: next.clone(),
                    amount: ends[id].clone(),
                });
                turns = true;
            }
        }
        path.ends = next.clone();
        let Some(beyond) = beyond else {
            return Ok(path);
        };
        if turns {
            path.breakpoints.push(next.clone());
        }
        at = next;
        place = beyond;
    }
}

/// A value and how it goes on: compared value first, then slope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Going {
    value: BigRational,
    slope: BigRational,
}

impl Going {
    fn constant(value: BigRational) -> Self {
        Self {
            value,
            slope: whole(0),
        }
    }

    /// How far on it meets another that is now above or below it and nears it.
    fn meets(&self, other: &Self) -> Option<BigRational> {
        let apart = &other.value - &self.value;
        let nearing = &self.slope - &other.slope;
        if apart == whole(0) || nearing == whole(0) {
            return None;
        }
        let step = apart / nearing;
        (step > whole(0)).then_some(step)
    }
}

impl Add for &Going {
    type Output = Going;
    fn add(self, other: Self) -> Going {
        Going {
            value: &self.value + &other.value,
            slope: &self.slope + &other.slope,
        }
    }
}

impl Sub for &Going {
    type Output = Going;
    fn sub(self, other: Self) -> Going {
        Going {
            value: &self.value - &other.value,
            slope: &self.slope - &other.slope,
        }
    }
}

impl Mul<&BigRational> for &Going {
    type Output = Going;
    fn mul(self, by: &BigRational) -> Going {
        Going {
            value: &self.value * by,
            slope: &self.slope * by,
        }
    }
}

fn whole(number: i128) -> BigRational {
    BigRational::from_integer(number.into())
}

fn pounds(sum: Pounds) -> BigRational {
    whole(i128::from(sum.0))
}

fn fine(sum: FinePounds) -> BigRational {
    BigRational::new(sum.0.into(), FinePounds::PER_POUND.into())
}

/// A level within its stage.
type Height = (Stage, Going);

/// One variable's bounds at a place.
#[derive(Debug, Clone)]
struct Bounds {
    lower: Going,
    upper: Option<Going>,
    /// Bounds that do not decide now, and may further on.
    other: Vec<Going>,
}

/// The answer at a place, and how it goes on.
struct Place {
    bounds: PerVariable<Bounds>,
    node_bounds: Vec<(Option<Going>, Option<Going>)>,
    /// Each node's own level; none where everything in it is fixed.
    levels: Vec<Option<Height>>,
    held: Vec<bool>,
    totals: Vec<Going>,
    amounts: PerVariable<Going>,
}

struct Course<'a> {
    program: &'a LinearProgram,
    tree: &'a Tree,
    moving: Moving,
}

impl Course<'_> {
    fn quantum(&self, at: &BigRational) -> Going {
        match self.moving {
            Moving::Quantum => Going {
                value: at.clone(),
                slope: whole(1),
            },
            Moving::Guarantee(_) => Going::constant(pounds(self.program.quantum)),
        }
    }

    /// at × stated − counted.
    fn moved(at: &BigRational, stated: FinePounds, counted: FinePounds) -> Going {
        let stated = fine(stated);
        Going {
            value: at * &stated - fine(counted),
            slope: stated,
        }
    }

    fn bounds(&self, at: &BigRational) -> PerVariable<Bounds> {
        let mut lowers: PerVariable<Vec<Going>> = self
            .program
            .variables
            .map(|_| vec![Going::constant(whole(0))]);
        let mut uppers: PerVariable<Vec<Going>> = self.program.variables.map(|_| Vec::new());
        for (guarantee, promise) in self.program.guarantees.iter().enumerate() {
            if !promise.kept {
                continue;
            }
            let moves = self.moving == Moving::Guarantee(guarantee);
            for (list, bounds) in [(&mut lowers, &promise.lower), (&mut uppers, &promise.upper)] {
                for promised in bounds.iter() {
                    list[promised.variable].push(if moves {
                        Self::moved(at, promised.stated, promised.counted)
                    } else {
                        Going::constant(pounds(promised.bound))
                    });
                }
            }
        }
        if let Some(caps) = &self.program.caps {
            for (id, cap) in caps.enumerate() {
                uppers[id].push(Going::constant(fine(*cap)));
            }
        }
        lowers.zip_with(&uppers, |lowers, uppers| Bounds {
            lower: lowers.iter().max().expect("zero is among them").clone(),
            upper: uppers.iter().min().cloned(),
            other: lowers.iter().chain(uppers).cloned().collect(),
        })
    }

    fn node_bounds(&self, node: usize, at: &BigRational) -> (Option<Going>, Option<Going>) {
        let node = &self.tree.nodes[node];
        let row = node.rows.first().map(|&row| &self.program.rows[row]);
        let moves = row
            .is_some_and(|row| row.source.guarantee().map(Moving::Guarantee) == Some(self.moving));
        let going = |bound: Pounds| match row {
            Some(row) if moves => Self::moved(at, bound.fine() + row.counted, row.counted),
            _ => Going::constant(pounds(bound)),
        };
        (node.lower.map(going), node.upper.map(going))
    }

    /// The nested road at a place, the nation's total being the quantum.
    fn solve(&self, at: &BigRational) -> Option<Place> {
        let nodes = &self.tree.nodes;
        let bounds = self.bounds(at);
        let node_bounds: Vec<_> = (0..nodes.len()).map(|n| self.node_bounds(n, at)).collect();
        let mut inner: Vec<Rising> = vec![Rising::default(); nodes.len()];
        for index in (0..nodes.len()).rev() {
            let mut total = Rising::starting(Going::constant(whole(0)));
            for &id in &nodes[index].variables {
                let parts = Rising::of_variable(self.program, id, &bounds[id])?;
                total.add(parts);
            }
            for &child in &nodes[index].children {
                let (lower, upper) = &node_bounds[child];
                total.add(inner[child].clamped(lower.as_ref(), upper.as_ref())?);
            }
            total.sort();
            inner[index] = total;
        }
        let mut place = Place {
            amounts: bounds.map(|bounds| bounds.lower.clone()),
            levels: vec![None; nodes.len()],
            held: vec![false; nodes.len()],
            totals: Vec::new(),
            bounds,
            node_bounds,
        };
        place.held[0] = true;
        place.levels[0] = inner[0].level_of(&self.quantum(at))?;
        for index in 1..nodes.len() {
            let outside = place.levels[nodes[index].parent.unwrap_or(0)].clone();
            let free = inner[index].at(outside.as_ref());
            let (lower, upper) = &place.node_bounds[index];
            let below = lower.as_ref().filter(|lower| free < **lower);
            let above = upper.as_ref().filter(|upper| free > **upper);
            match below.or(above) {
                Some(bound) => {
                    place.held[index] = true;
                    place.levels[index] = inner[index].level_of(bound)?;
                }
                None => place.levels[index] = outside,
            }
        }
        for (id, bounds) in place.bounds.enumerate() {
            let level = place.levels[self.tree.node_of[id]].as_ref();
            let rising = Rising::of_variable(self.program, id, bounds)?;
            place.amounts[id] = rising.at(level);
        }
        place.totals = self.totals(&place.amounts);
        (place.totals[0] == self.quantum(at)).then_some(place)
    }

    fn totals(&self, amounts: &PerVariable<Going>) -> Vec<Going> {
        let nodes = &self.tree.nodes;
        let mut totals = vec![Going::constant(whole(0)); nodes.len()];
        for index in (0..nodes.len()).rev() {
            let own = nodes[index].variables.iter().map(|&id| &amounts[id]);
            let groups = nodes[index].children.iter().map(|&child| &totals[child]);
            let zero = Going::constant(whole(0));
            totals[index] = own.chain(groups).fold(zero, |sum, part| &sum + part);
        }
        totals
    }

    /// How far on the first comparison turns round.
    fn next_turn(&self, place: &Place) -> Option<BigRational> {
        let mut first: Option<BigRational> = None;
        let mut turn = |step: Option<BigRational>| {
            if let Some(step) = step
                && first.as_ref().is_none_or(|first| step < *first)
            {
                first = Some(step);
            }
        };
        for (id, bounds) in place.bounds.enumerate() {
            for other in &bounds.other {
                turn(bounds.lower.meets(other));
                if let Some(upper) = &bounds.upper {
                    turn(upper.meets(other));
                }
            }
            let Some((stage, level)) = &place.levels[self.tree.node_of[id]] else {
                continue;
            };
            for (measure, ends) in measures(self.program, id, bounds) {
                if measure.stage != *stage || measure.weight <= 0 {
                    continue;
                }
                for end in ends.into_iter().flatten() {
                    turn(level.meets(&level_at(measure, &end)));
                }
            }
        }
        for (index, node) in self.tree.nodes.iter().enumerate().skip(1) {
            let (lower, upper) = &place.node_bounds[index];
            for bound in [lower, upper].into_iter().flatten() {
                turn(place.totals[index].meets(bound));
            }
            let outside = &place.levels[node.parent.unwrap_or(0)];
            if let (true, Some((stage, level)), Some((outer, outside))) =
                (place.held[index], &place.levels[index], outside)
                && stage == outer
            {
                turn(level.meets(outside));
            }
        }
        first
    }

    /// Amounts a step further on.
    fn values_at(&self, place: &Place, step: &BigRational) -> PerVariable<BigRational> {
        place
            .amounts
            .map(|amount| &amount.value + &amount.slope * step)
    }
}

/// A variable's measures in turn, each with the amounts between which it is raised.
fn measures(
    program: &LinearProgram,
    id: VariableId,
    bounds: &Bounds,
) -> Vec<(Measure, [Option<Going>; 2])> {
    let variable = &program.variables[id];
    match variable.turn() {
        None => vec![(
            variable.measure,
            [Some(bounds.lower.clone()), bounds.upper.clone()],
        )],
        Some(turn) => {
            let at = Going::constant(fine(turn.at));
            let first_ends = match &bounds.upper {
                Some(upper) => upper.min(&at).clone(),
                None => at.clone(),
            };
            let second_begins = bounds.lower.clone().max(at);
            vec![
                (
                    variable.measure,
                    [Some(bounds.lower.clone()), Some(first_ends)],
                ),
                (turn.measure, [Some(second_begins), bounds.upper.clone()]),
            ]
        }
    }
}

/// (amount + offset) ÷ weight, in pounds for a unit of weight.
fn level_at(measure: Measure, amount: &Going) -> Going {
    let offset = Going::constant(fine(measure.offset));
    &(amount + &offset) * &BigRational::new(1.into(), measure.weight.into())
}

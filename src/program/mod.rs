//! The linear program of an allocation, as a plain value: one variable for each amount
//! with whole-pound bounds, rows for groups, one total.
//!
//! Bounds are exact: lower bounds are rounded up and upper bounds down to whole
//! pounds here, before anything is solved, and feasibility is judged on these.

mod bands;
mod build;
mod objectives;

pub use build::{MoneyOf, build_program};

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use crate::ids::{GuaranteeName, ServiceName};
use crate::register::Position;
pub use crate::register::{PerVariable, VariableId};
use crate::units::{FinePounds, Pounds};

/// Share the quantum by its goal, within bounds and rows.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearProgram {
    /// The sum of all amounts.
    pub quantum: Pounds,
    /// Each amount: an authority's, or an authority's for one service.
    pub variables: PerVariable<Variable>,
    /// Group totals that are bounded.
    pub rows: Vec<Row>,
    /// What each guarantee bounds, in file order.
    pub guarantees: Vec<Promise>,
    /// Least amounts that are paid from outside the quantum, and bound nothing here.
    pub outside: Vec<OutsideBound>,
    /// Services with a total of their own; none where amounts are for all together.
    pub services: Vec<ServiceName>,
    /// What the best amounts are.
    pub goal: Goal,
    /// Greatest amounts that the objective itself sets, such as claims.
    pub caps: Option<PerVariable<FinePounds>>,
}

/// What the best amounts are.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    /// The lowest measure raised first, then the next lowest (leximin).
    Leximin,
    /// The same, measured by shares of each gain from lower bound to target.
    ScaleGains(PerVariable<FinePounds>),
    /// Least total deviation; where answers tie, the lowest measure raised first.
    LeastDeviation(Deviations),
    /// Least Σ (amount − target)² ÷ weight, in the measures: where groups nest, leximin of
    /// (amount − target) ÷ weight.
    LeastSquares,
    /// The least quantum that the bounds allow; then the lowest measure raised first.
    LeastQuantum,
}

/// A price or a weight of deviation, in units of 1 ÷ [`WEIGHT_SCALE`].
pub type Price = i128;

/// Weights from files become integers at nine decimals.
pub const WEIGHT_SCALE: f64 = 1e9;

/// Every variable's least amount, and its greatest if anything bounds it.
pub type Bounds = PerVariable<(Pounds, Option<Pounds>)>;

/// What a variable's deviation from its target costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deviation {
    /// Its target, to the whole pound.
    pub target: Pounds,
    /// Cost of a pound of deviation; zero or above.
    pub weight: Price,
}

/// Every variable's deviation: programs that differ in other things share one copy of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Deviations(Arc<PerVariable<Deviation>>);

impl From<PerVariable<Deviation>> for Deviations {
    fn from(deviations: PerVariable<Deviation>) -> Self {
        Self(Arc::new(deviations))
    }
}

impl Deref for Deviations {
    type Target = PerVariable<Deviation>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Deviations {
    fn deref_mut(&mut self) -> &mut Self::Target {
        Arc::make_mut(&mut self.0)
    }
}

/// One amount. Programs are copied with all their variables, so these are kept small.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Whose it is.
    pub authority: Position,
    /// Which of the program's services it is for; none where they are together.
    pub service: Option<ServicePlace>,
    /// Least amount; zero or above.
    pub lower: Pounds,
    /// Greatest amount, if anything bounds it.
    pub upper: Option<Pounds>,
    /// What rises with the amount, lowest first.
    pub measure: Measure,
    /// The measure above a turning point, if it has one.
    pub turn: Option<Box<Turn>>,
    /// Parts of national need, whatever is measured: the greater wins an equal remainder.
    pub need: i64,
    /// Residents in thousandths, for what is shared per head.
    pub people: i64,
}

/// Where a service stands among a program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServicePlace(u32);

impl ServicePlace {
    /// The place from zero.
    pub fn at(place: usize) -> Self {
        Self(u32::try_from(place).expect("a formula has a few services"))
    }

    /// From zero.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Variable {
    /// The measure above its turning point, if it has one.
    pub fn turn(&self) -> Option<Turn> {
        self.turn.as_deref().copied()
    }
}

/// m(x) = (x + offset) ÷ weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// When it is raised: those without need wait until all others are full.
    pub stage: Stage,
    /// What is added to the amount before dividing.
    pub offset: FinePounds,
    /// Zero: the amount stays at its lower bound.
    pub weight: i128,
}

/// From an amount on, another measure, whose stage comes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The amount.
    pub at: FinePounds,
    /// The measure above it.
    pub measure: Measure,
}

/// When a measure is raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// By need, or by whatever the objective measures.
    ByNeed,
    /// Once all are at their turning points.
    BeyondTurn,
    /// What is left once all others are full, by equal amount per head: weight is
    /// thousandths of a person.
    PerHead,
}

impl Stage {
    /// Its word in results.
    pub fn word(self) -> &'static str {
        match self {
            Self::ByNeed => "by_need",
            Self::BeyondTurn => "beyond_turn",
            Self::PerHead => "per_head",
        }
    }
}

/// A bounded group total.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it carries out.
    pub source: RowSource,
    /// The group's name.
    pub group: String,
    /// Variables whose amounts are summed.
    pub members: Vec<VariableId>,
    /// Least total.
    pub lower: Option<Pounds>,
    /// Greatest total.
    pub upper: Option<Pounds>,
    /// What counts towards the bounds besides the amounts, and was taken off them.
    pub counted: FinePounds,
}

/// What a row carries out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowSource {
    /// A guarantee, by its position.
    Guarantee(usize),
    /// A service's total, by its position.
    Service(usize),
}

impl RowSource {
    /// The guarantee, if it is one.
    pub fn guarantee(self) -> Option<usize> {
        match self {
            Self::Guarantee(position) => Some(position),
            Self::Service(_) => None,
        }
    }
}

/// What a guarantee bounds, variable by variable. What it bounds by group is in the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Promise {
    /// Its name.
    pub name: GuaranteeName,
    /// Least amounts.
    pub lower: PromisedBounds,
    /// Greatest amounts.
    pub upper: PromisedBounds,
    /// Whether it counts in this program.
    pub kept: bool,
}

/// A guarantee's bounds: programs that differ in other things share one copy of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PromisedBounds(Arc<Vec<PromisedBound>>);

impl Deref for PromisedBounds {
    type Target = Vec<PromisedBound>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for PromisedBounds {
    fn deref_mut(&mut self) -> &mut Self::Target {
        Arc::make_mut(&mut self.0)
    }
}

impl<'a> IntoIterator for &'a PromisedBounds {
    type Item = &'a PromisedBound;
    type IntoIter = std::slice::Iter<'a, PromisedBound>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut PromisedBounds {
    type Item = &'a mut PromisedBound;
    type IntoIter = std::slice::IterMut<'a, PromisedBound>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

/// A least amount that is paid on top of the quantum.
#[derive(Debug, Clone, PartialEq)]
pub struct OutsideBound {
    /// The guarantee, by its position.
    pub guarantee: usize,
    /// Whose it is.
    pub authority: Position,
    /// What counts towards it.
    pub members: Vec<VariableId>,
    /// Least total of these.
    pub bound: Pounds,
}

/// A guarantee's bound on one variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromisedBound {
    /// The variable.
    pub variable: VariableId,
    /// Its bound.
    pub bound: Pounds,
    /// What the guarantee promises, before rounding.
    pub stated: FinePounds,
    /// What counts towards it besides the amount, and was taken off.
    pub counted: FinePounds,
}

impl OutsideBound {
    /// What the amounts lack of it.
    pub fn short_of(&self, amounts: &PerVariable<Pounds>) -> Pounds {
        let total: Pounds = self.members.iter().map(|&id| amounts[id]).sum();
        (self.bound - total).max(Pounds::ZERO)
    }
}

/// Parts of what a guarantee promises: numerator ÷ denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Above the line.
    pub numerator: i128,
    /// Below the line; positive.
    pub denominator: i128,
}

impl Part {
    /// All of it.
    pub const WHOLE: Self = Self {
        numerator: 1,
        denominator: 1,
    };
}

impl LinearProgram {
    /// A guarantee's name.
    pub fn name(&self, guarantee: usize) -> &GuaranteeName {
        &self.guarantees[guarantee].name
    }

    /// What a row is called in messages.
    pub fn row_name(&self, row: &Row) -> String {
        match row.source {
            RowSource::Guarantee(position) => self.name(position).to_string(),
            RowSource::Service(position) => format!("the total of {}", self.services[position]),
        }
    }

    /// Guarantees that set a variable's lower bound; none where it is the natural floor
    /// of zero.
    pub fn lower_by(&self, variable: VariableId) -> Vec<usize> {
        let lower = self.variables[variable].lower;
        self.setting(|promise| &promise.lower, variable, lower)
    }

    /// Guarantees that set a variable's upper bound.
    pub fn upper_by(&self, variable: VariableId) -> Vec<usize> {
        match self.variables[variable].upper {
            Some(upper) => self.setting(|promise| &promise.upper, variable, upper),
            None => Vec::new(),
        }
    }

    fn setting(
        &self,
        side: impl Fn(&Promise) -> &PromisedBounds,
        variable: VariableId,
        bound: Pounds,
    ) -> Vec<usize> {
        let sets = |promise: &Promise| {
            promise.kept
                && side(promise)
                    .iter()
                    .any(|promised| promised.variable == variable && promised.bound == bound)
        };
        (0..self.guarantees.len())
            .filter(|&guarantee| sets(&self.guarantees[guarantee]))
            .collect()
    }

    /// The same program with only some of its guarantees.
    pub fn with_guarantees(&self, keep: impl Fn(usize) -> bool) -> Self {
        let mut some = self.clone();
        for (position, promise) in some.guarantees.iter_mut().enumerate() {
            promise.kept = keep(position);
        }
        some.rows
            .retain(|row| row.source.guarantee().is_none_or(&keep));
        some.combine();
        some
    }

    /// Which guarantees have rows, and so change the groups of a program when they are left out.
    pub fn have_rows(&self) -> Vec<usize> {
        let mut guarantees: Vec<usize> = (self.rows.iter())
            .filter_map(|row| row.source.guarantee())
            .collect();
        guarantees.dedup();
        guarantees
    }

    /// Makes one program of [`Self::with_guarantees`] of `whole` into another, in place. Those
    /// that have rows must be kept in both or in neither.
    pub fn change_guarantees(&mut self, whole: &Self, keep: impl Fn(usize) -> bool) {
        for (promise, position) in self.guarantees.iter_mut().zip(0..) {
            promise.kept = keep(position);
        }
        for (id, variable) in whole.variables.enumerate() {
            self.variables[id].clone_from(variable);
        }
        self.combine();
    }

    /// The bounds of all variables.
    pub fn bounds(&self) -> Bounds {
        self.variables
            .map(|variable| (variable.lower, variable.upper))
    }

    /// The program with other bounds, if there are any.
    pub fn within(&self, bounds: Option<&Bounds>) -> Cow<'_, Self> {
        let Some(bounds) = bounds else {
            return Cow::Borrowed(self);
        };
        let mut within = self.clone();
        within.swap_bounds(&mut bounds.clone());
        Cow::Owned(within)
    }

    /// Gives all variables other bounds, and takes theirs.
    pub fn swap_bounds(&mut self, bounds: &mut Bounds) {
        for id in self.variables.keys() {
            let variable = &mut self.variables[id];
            let (lower, upper) = &mut bounds[id];
            std::mem::swap(&mut variable.lower, lower);
            std::mem::swap(&mut variable.upper, upper);
        }
    }

    /// The same program without one guarantee of those that count in it.
    pub fn without(&self, guarantee: usize) -> Self {
        self.with_guarantees(|other| other != guarantee && self.guarantees[other].kept)
    }

    /// The same program with other parts of what one guarantee promises: lower bounds
    /// times the one part, upper bounds times the other.
    pub fn rescaled(&self, guarantee: usize, lower: Part, upper: Part) -> Self {
        let mut rescaled = self.clone();
        let promise = &mut rescaled.guarantees[guarantee];
        for promised in &mut promise.lower {
            promised.bound = least_of(lower, promised.stated, promised.counted);
        }
        for promised in &mut promise.upper {
            promised.bound = most_of(upper, promised.stated, promised.counted);
        }
        for row in &mut rescaled.rows {
            if row.source.guarantee() == Some(guarantee) {
                let counted = row.counted;
                let stated = |bound: Pounds| bound.fine() + counted;
                row.lower = row.lower.map(|l| least_of(lower, stated(l), counted));
                row.upper = row.upper.map(|u| most_of(upper, stated(u), counted));
            }
        }
        rescaled.combine();
        rescaled
    }

    /// Sets each variable's bounds to the tightest of its guarantees', and measures that
    /// start from them.
    pub fn combine(&mut self) {
        for id in self.variables.keys() {
            let variable = &mut self.variables[id];
            variable.lower = Pounds::ZERO;
            variable.upper = None;
        }
        for promise in self.guarantees.iter().filter(|promise| promise.kept) {
            for promised in &promise.lower {
                let variable = &mut self.variables[promised.variable];
                variable.lower = variable.lower.max(promised.bound);
            }
            for promised in &promise.upper {
                let variable = &mut self.variables[promised.variable];
                let upper = variable
                    .upper
                    .map_or(promised.bound, |upper| upper.min(promised.bound));
                variable.upper = Some(upper);
            }
        }
        if let Some(caps) = &self.caps {
            for (id, cap) in caps.enumerate() {
                let variable = &mut self.variables[id];
                // What a guarantee promises goes before what the objective would allow.
                let cap = cap.ceil().max(variable.lower);
                variable.upper = Some(variable.upper.map_or(cap, |upper| upper.min(cap)));
            }
        }
        self.measure_from_bounds();
        self.fit_weights();
        // Without a measure it never leaves its lower bound, whatever the goal.
        for id in self.variables.keys() {
            let variable = &mut self.variables[id];
            if variable.measure.weight <= 0 && variable.turn.is_none() {
                let lower = variable.lower;
                variable.upper = Some(variable.upper.map_or(lower, |upper| upper.min(lower)));
            }
        }
    }
}

/// stated × part − counted, rounded up; not below the natural floor of zero.
fn least_of(part: Part, stated: FinePounds, counted: FinePounds) -> Pounds {
    let looser = -(-stated.0 * part.numerator).div_euclid(part.denominator);
    (FinePounds(looser) - counted).ceil().max(Pounds::ZERO)
}

/// stated × part − counted, rounded down.
fn most_of(part: Part, stated: FinePounds, counted: FinePounds) -> Pounds {
    let looser = (stated.0 * part.numerator).div_euclid(part.denominator);
    (FinePounds(looser) - counted).floor().max(Pounds::ZERO)
}

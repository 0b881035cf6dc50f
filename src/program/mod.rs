//! The linear program of an allocation, as a plain value: one variable for each amount
//! with whole-pound bounds, rows for groups, one total.
//!
//! Bounds are exact: lower bounds are rounded up and upper bounds down to whole
//! pounds here, before anything is solved, and feasibility is judged on these.

mod bands;
mod build;
mod limits;
mod objectives;
mod shared;

pub use build::{MoneyOf, build_program};
pub use limits::{Limited, Limits};
pub use shared::{Deviation, Deviations, Shared};

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
    pub variables: Shared<PerVariable<Variable>>,
    /// Least and greatest amounts, as the guarantees that count make them.
    pub limits: PerVariable<Limits>,
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

/// One amount.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Whose it is.
    pub authority: Position,
    /// Which of the program's services it is for; none where they are together.
    pub service: Option<ServicePlace>,
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

/// Which side a bound, or a price, is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Least amounts.
    Lower,
    /// Greatest amounts.
    Upper,
}

impl Side {
    /// The word in results.
    pub fn word(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Upper => "upper",
        }
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
    /// thousandths of a person, and one where nobody lives.
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

/// Some of a formula's guarantees, a bit for each: as many as it may have fit.
pub type GuaranteeSet = u128;

/// The set of one guarantee.
pub fn only(guarantee: usize) -> GuaranteeSet {
    1 << guarantee
}

/// What a guarantee bounds, variable by variable. What it bounds by group is in the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Promise {
    /// Its name.
    pub name: GuaranteeName,
    /// Least amounts.
    pub lower: Shared<Vec<PromisedBound>>,
    /// Greatest amounts.
    pub upper: Shared<Vec<PromisedBound>>,
    /// Whether it counts in this program.
    pub kept: bool,
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
        let lower = self.limits[variable].lower;
        self.setting(|promise| &promise.lower, variable, lower)
    }

    /// Guarantees that set a variable's upper bound.
    pub fn upper_by(&self, variable: VariableId) -> Vec<usize> {
        match self.limits[variable].upper {
            Some(upper) => self.setting(|promise| &promise.upper, variable, upper),
            None => Vec::new(),
        }
    }

    fn setting(
        &self,
        side: impl Fn(&Promise) -> &[PromisedBound],
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

    /// Whether a guarantee holds nothing where it is: no amount or total stands at a bound of
    /// it. An optimum stays one when such a guarantee is left out, unless measures start
    /// from its bounds.
    pub fn is_slack(&self, guarantee: usize, amounts: &PerVariable<Pounds>) -> bool {
        let promise = &self.guarantees[guarantee];
        let promised = promise.lower.iter().chain(promise.upper.iter());
        let rows = self.rows.iter();
        let mut rows = rows.filter(|row| row.source.guarantee() == Some(guarantee));
        promised
            .into_iter()
            .all(|promised| amounts[promised.variable] != promised.bound)
            && rows.all(|row| {
                let total = Some(row.members.iter().map(|&id| amounts[id]).sum());
                total != row.lower && total != row.upper
            })
    }

    /// The same program with only some of its guarantees.
    pub fn with_guarantees(&self, keep: impl Fn(usize) -> bool) -> Self {
        let mut some = self.clone();
        for (position, promise) in some.guarantees.iter_mut().enumerate() {
            promise.kept = keep(position);
        }
        some.rows
            .retain(|row| row.source.guarantee().is_none_or(&keep));
        some.combine_fewer();
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
        self.variables = whole.variables.clone();
        self.combine_fewer();
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
        for promised in promise.lower.iter_mut() {
            promised.bound = least_of(lower, promised.stated, promised.counted);
        }
        for promised in promise.upper.iter_mut() {
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

//! One authority's figure explained: from population to pounds in steps that add up; why it
//! differs from a baseline and from another formula; who is like it; what would change it.

mod causes;
mod need_steps;
mod neighbours;
mod services;
mod swing;
mod turning;

pub use neighbours::{Neighbour, neighbours};
pub use services::ServicePart;
pub use swing::Swing;
pub use turning::{Turn, turns};

use std::borrow::Cow;

use crate::compare::{Comparison, Outcome};
use crate::formula::{Baseline, Formula, Money, Need, Objective};
use crate::grouping::role_numbers;
use crate::ids::{BaselineName, FormulaName, IndicatorName};
use crate::program::GuaranteeSet;
use crate::register::{PerAuthority, Position};
use crate::results::FormulaResult;
use crate::study::{AmountsBySubset, NoResult, Solved, Study, whole_pounds};
use crate::units::{FinePounds, Pounds};

use self::causes::Cause;
use self::need_steps::{label, need_steps};
use self::services::service_parts;
use self::swing::{Lines, swing};

/// An authority's figure explained.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Whose.
    pub at: Position,
    /// From population to the amount, then to funding; whole pounds that add up.
    pub steps: Vec<Step>,
    /// Its need by service; none where need is not by services.
    pub services: Vec<ServicePart>,
    /// The numbers behind the steps.
    pub inputs: Vec<Behind>,
    /// Why funding differs from each baseline, and from another formula.
    pub swings: Vec<Swing>,
    /// The authorities nearest by need.
    pub neighbours: Vec<Neighbour>,
    /// Where it loses: each single change that would make it win.
    pub turns: Vec<(BaselineName, Vec<Turn>)>,
}

/// A step from population to pounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What it belongs to: a service, own resources, guarantees.
    pub part: String,
    /// What it is, for readers.
    pub what: String,
    /// What its pounds are.
    pub kind: StepKind,
    /// What it adds, or the level it comes to.
    pub pounds: Pounds,
}

/// What a step's pounds are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Where the walk starts.
    Start,
    /// What is added or taken away.
    Change,
    /// The sum of all before it.
    Subtotal,
    /// The sum of all before it, and an end: the amount, or funding.
    Total,
}

impl StepKind {
    /// The word for it in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Change => "change",
            Self::Subtotal => "subtotal",
            Self::Total => "total",
        }
    }
}

/// A number that an authority's need is worked out from.
#[derive(Debug, Clone, PartialEq)]
pub struct Behind {
    /// A column, an indicator, an index of a service, an area cost adjustment.
    pub name: String,
    /// Its value here.
    pub value: f64,
    /// The mean over all authorities, each alike.
    pub mean: f64,
    /// Its place among all values, 1 the highest.
    pub rank: usize,
    /// Unit, if described.
    pub unit: String,
    /// What it is, in the words of the table or the formula.
    pub what: String,
    /// Who publishes it, for a column.
    pub source: String,
}

/// A formula carried through, with what explaining any authority's figure takes: worked out once
/// for all of them.
struct Carried<'a> {
    formula: &'a Formula,
    solved: Cow<'a, Solved>,
    /// Amounts by the subset of guarantees that stand; none where there are no guarantees.
    amounts: Option<AmountsBySubset>,
}

impl<'a> Carried<'a> {
    /// `known`: amounts by the guarantees that stand, if they were worked out already.
    fn new(
        study: &Study,
        formula: &'a Formula,
        solved: Cow<'a, Solved>,
        known: Option<&AmountsBySubset>,
    ) -> Result<Self, NoResult> {
        let amounts = match (formula.guarantees.is_empty(), known) {
            (true, _) => None,
            (false, Some(known)) => Some(known.clone()),
            (false, None) => Some(study.amounts_by_guarantees(formula, &solved)?),
        };
        Ok(Self {
            formula,
            solved,
            amounts,
        })
    }
}

/// What funding is held against: another formula, carried through too, or money.
enum Other<'a> {
    Formula(BaselineName, Box<Carried<'a>>),
    Money(OtherMoney<'a>),
}

/// Money that funding is held against.
struct OtherMoney<'a> {
    comparison: &'a Comparison,
    /// The columns that it is the sum of, with their titles; none where it is not.
    columns: Vec<(String, PerAuthority<f64>)>,
}

impl<'a> OtherMoney<'a> {
    fn new(study: &Study, money: Option<&Money>, comparison: &'a Comparison) -> Self {
        let terms = match money {
            Some(Money::Sum(terms)) => terms.as_slice(),
            _ => &[],
        };
        let columns: Option<Vec<_>> = terms
            .iter()
            .map(|term| {
                let name = &term.reference()?.name;
                let numbers = role_numbers(&study.dataset, Some(name.as_str()))?;
                let money = numbers.map(|number| number * term.times);
                Some((label(study, name), money))
            })
            .collect();
        Self {
            comparison,
            columns: columns.unwrap_or_default(),
        }
    }
}

/// Explains authorities' figures under one formula.
pub struct Explainer<'a> {
    study: &'a Study,
    result: &'a FormulaResult,
    own: Carried<'a>,
    others: Vec<Other<'a>>,
}

impl<'a> Explainer<'a> {
    /// Prepares to explain figures of a result: against each of its baselines, and against
    /// another formula of the study.
    pub fn new(
        study: &'a Study,
        result: &'a FormulaResult,
        baselines: &[Baseline],
        against: Option<&FormulaName>,
    ) -> Result<Self, NoResult> {
        let carried = |name: &FormulaName| {
            let formula = study.formula(name);
            Carried::new(study, formula, Cow::Owned(study.solve(name)?), None).map(Box::new)
        };
        let mut others = Vec::new();
        for comparison in &result.comparisons {
            let name = &comparison.baseline;
            let known = baselines.iter().chain(&study.baselines);
            let money = known
                .into_iter()
                .find(|known| known.name == *name)
                .map(|known| &known.money);
            others.push(match money {
                Some(Money::Formula(formula)) => {
                    Other::Formula(name.clone(), carried(&formula.name)?)
                }
                _ => Other::Money(OtherMoney::new(study, money, comparison)),
            });
        }
        if let Some(name) = against {
            let baseline = BaselineName::new(format!("formula:{name}"));
            others.push(Other::Formula(baseline, carried(name)?));
        }
        Ok(Self {
            study,
            result,
            own: Carried::new(
                study,
                &result.formula,
                Cow::Borrowed(&result.solved),
                result.amounts.as_ref(),
            )?,
            others,
        })
    }

    /// Explains an authority's figure, but for what would change it.
    pub fn explain(&self, at: Position) -> Explanation {
        let study = self.study;
        let (formula, solved) = (self.own.formula, &*self.own.solved);
        let causes = need_steps(study, formula, &solved.assessment, at);
        let lines = Lines::of(study, &self.own, at);
        Explanation {
            at,
            steps: walk(&self.own, at, &causes),
            services: service_parts(&solved.assessment, solved.allocation.need_amount[at], at),
            inputs: behind(study, formula, solved, at),
            swings: self
                .others
                .iter()
                .map(|other| swing(study, &self.own, &lines, other, at))
                .collect(),
            neighbours: neighbours(study, solved, at),
            turns: Vec::new(),
        }
    }

    /// Whether a baseline is another formula's funding, which a larger sum would raise as well.
    fn grows_with_the_sum(&self, baseline: &BaselineName) -> bool {
        let of_formula = |other: &Other<'_>| match other {
            Other::Formula(name, _) => name == baseline,
            Other::Money(_) => false,
        };
        self.others.iter().any(of_formula)
    }

    /// The same with the single changes that would make it win where it loses: some hundred
    /// allocations.
    pub fn explain_with_turns(&self, at: Position) -> Explanation {
        let losing = self
            .result
            .comparisons
            .iter()
            .filter(|comparison| comparison.changes[at].outcome == Outcome::Loser);
        let turns = losing.map(|comparison| {
            let solved = &self.result.solved;
            let formula = &self.result.formula;
            let mut turns = turns(self.study, formula, solved, comparison, at);
            if self.grows_with_the_sum(&comparison.baseline) {
                turns.retain(|turn| turn.unit.is_empty());
            }
            (comparison.baseline.clone(), turns)
        });
        Explanation {
            turns: turns.collect(),
            ..self.explain(at)
        }
    }
}

/// The walk from population to the amount and to funding.
fn walk(of: &Carried<'_>, at: Position, causes: &[Cause]) -> Vec<Step> {
    let (formula, allocation) = (of.formula, &of.solved.allocation);
    let mut walk = Walk {
        steps: Vec::new(),
        sum: Pounds::ZERO,
    };
    let own = allocation.own_resources[at];
    let stated = matches!(formula.need, Need::Targets(_));
    let any_own = allocation
        .own_resources
        .iter()
        .any(|own| *own != Pounds::ZERO);
    for cause in causes {
        let pounds = whole_pounds(cause.pounds);
        match cause.is_start {
            true => walk.start(&cause.part, &cause.what, pounds),
            false => walk.change(&cause.part, &cause.what, pounds),
        }
    }
    if stated {
        let below_nothing = walk.sum < Pounds::ZERO && allocation.target[at] == Pounds::ZERO;
        let what = match below_nothing {
            true => "a target below nothing counts as nothing",
            false => "whole pounds",
        };
        walk.settle("Need", what, allocation.target[at]);
        walk.level(
            "Need",
            "target, as the formula states it",
            StepKind::Subtotal,
        );
    } else {
        walk.settle("Need", "whole pounds", allocation.need_amount[at]);
        if any_own {
            walk.level("Need", "need amount", StepKind::Subtotal);
            walk.change(
                "Own resources",
                "less what it is assumed to raise itself",
                Pounds::ZERO - own,
            );
        }
        let what = match any_own {
            true => "target: need amount less own resources",
            false => "need amount, which is the target",
        };
        walk.level("Need", what, StepKind::Subtotal);
    }
    for cause in sharing(of, at) {
        walk.change(&cause.part, &cause.what, whole_pounds(cause.pounds));
    }
    walk.settle(
        "Whole pounds",
        "rounding to whole pounds that add up",
        allocation.amount[at],
    );
    walk.level("Amount", "amount", StepKind::Total);
    if any_own {
        walk.change(
            "Own resources",
            "own resources, which count as funding",
            own,
        );
    }
    if allocation.outside[at] != Pounds::ZERO {
        let outside = allocation.outside[at];
        walk.change(
            "Guarantees",
            "paid on top from outside the quantum",
            outside,
        );
    }
    if any_own || allocation.outside[at] != Pounds::ZERO {
        walk.level("Funding", "funding", StepKind::Total);
    }
    debug_assert_eq!(walk.sum, allocation.funding[at]);
    walk.steps
}

struct Walk {
    steps: Vec<Step>,
    sum: Pounds,
}

impl Walk {
    fn push(&mut self, part: &str, what: &str, kind: StepKind, pounds: Pounds) {
        self.steps.push(Step {
            part: part.to_string(),
            what: what.to_string(),
            kind,
            pounds,
        });
    }

    fn start(&mut self, part: &str, what: &str, pounds: Pounds) {
        self.push(part, what, StepKind::Start, pounds);
        self.sum += pounds;
    }

    fn change(&mut self, part: &str, what: &str, pounds: Pounds) {
        self.push(part, what, StepKind::Change, pounds);
        self.sum += pounds;
    }

    /// What is left to a known sum, if anything.
    fn settle(&mut self, part: &str, what: &str, to: Pounds) {
        if self.sum != to {
            let left = to - self.sum;
            self.change(part, what, left);
        }
    }

    fn level(&mut self, part: &str, what: &str, kind: StepKind) {
        let sum = self.sum;
        self.push(part, what, kind, sum);
    }
}

/// From target to amount: sharing, where nobody gets less than nothing, then each guarantee's Shapley value.
fn sharing(of: &Carried<'_>, at: Position) -> Vec<Cause> {
    let (formula, solved) = (of.formula, &*of.solved);
    let allocation = &solved.allocation;
    let cause = |part: &str, what: &str, pounds: f64| Cause {
        part: part.to_string(),
        what: what.to_string(),
        pounds,
        is_start: false,
    };
    let target = solved.assessment.target()[at].as_f64();
    let amount = allocation.amount[at].as_f64();
    let targets = solved.assessment.target();
    let is_below_zero = |target: &FinePounds| *target < FinePounds::ZERO;
    let objective = match formula.objective {
        Objective::LevelUp if is_below_zero(&targets[at]) => {
            "held at zero, though its own resources exceed its need"
        }
        Objective::LevelUp if targets.iter().any(is_below_zero) => {
            "its part of what it costs to hold others at zero"
        }
        _ => "sharing by the objective",
    };
    let mut causes = Vec::new();
    let mut shared = |to: f64| {
        // A pound is rounding; more is the objective's.
        if (to - target).abs() > 1.0 {
            causes.push(cause("Sharing", objective, to - target));
        }
    };
    let Some(amounts) = &of.amounts else {
        shared(amount);
        return causes;
    };
    let of = |subset: GuaranteeSet| Some(amounts.of(subset)?[at].as_f64());
    let (Some(none), Some(shares)) = (of(0), amounts.shapley(of)) else {
        let together = "objective and guarantees together";
        return vec![cause("Guarantees", together, amount - target)];
    };
    shared(none);
    let named = formula.guarantees.iter().zip(shares);
    causes.extend(
        named
            .filter(|(guarantee, _)| !guarantee.funded_outside)
            .map(|(guarantee, share)| {
                let name = guarantee.name.as_str();
                // Who is not held by it gives or gets because others are.
                let is_held = allocation.binding[at].iter().any(|held| held == name);
                match is_held || whole_pounds(share) == Pounds::ZERO {
                    true => cause("Guarantees", name, share),
                    false => cause("Guarantees", &format!("{name} (holds others)"), share),
                }
            }),
    );
    causes
}

/// The numbers that an authority's need is worked out from: columns that the formula names,
/// its indicators, and what its services made of them.
fn behind(study: &Study, formula: &Formula, solved: &Solved, at: Position) -> Vec<Behind> {
    let dataset = &study.dataset;
    let mut all: Vec<Behind> = formula
        .columns_used()
        .into_iter()
        .filter_map(|name| {
            let numbers = role_numbers(dataset, Some(name.as_str()))?;
            let column = dataset.columns.get(&name)?;
            Some(Behind {
                unit: column.unit.clone(),
                what: column.title.clone(),
                source: column.source.clone(),
                ..Behind::of(&name, &numbers, at)
            })
        })
        .collect();
    let indicators = &solved.assessment.indicators;
    // What has no number here is used nowhere here.
    let has_number = |numbers: &&PerAuthority<f64>| numbers[at].is_finite();
    let derived = formula.indicators.iter().filter_map(|indicator| {
        let numbers = indicators.get(&indicator.name).filter(has_number)?;
        Some(Behind {
            unit: indicator.unit.clone(),
            what: indicator.note.clone(),
            ..Behind::of(&indicator.name, numbers, at)
        })
    });
    all.extend(derived);
    for (name, numbers) in indicators.iter().filter(|(_, numbers)| has_number(numbers)) {
        if all.iter().all(|known| known.name != name.as_str()) {
            all.push(Behind::of(name, numbers, at));
        }
    }
    all
}

impl Behind {
    fn of(name: &IndicatorName, numbers: &PerAuthority<f64>, at: Position) -> Self {
        let value = numbers[at];
        let known = || numbers.iter().copied().filter(|number| number.is_finite());
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        let count = known().count() as f64;
        Self {
            name: name.to_string(),
            value,
            mean: known().sum::<f64>() / count,
            rank: numbers.iter().filter(|other| **other > value).count() + 1,
            unit: String::new(),
            what: String::new(),
            source: String::new(),
        }
    }
}

//! One authority's figure explained: from population to pounds in steps that add up; why it
//! differs from a baseline and from another formula; who is like it; what would change it.

mod causes;
mod need_steps;
mod neighbours;
mod swing;
mod turning;

pub use neighbours::{Neighbour, neighbours};
pub use swing::Swing;
pub use turning::{Turn, turns};

use crate::compare::Outcome;
use crate::formula::{Baseline, Formula, Need};
use crate::grouping::role_numbers;
use crate::ids::{BaselineName, FormulaName, IndicatorName};
use crate::register::{PerAuthority, Position};
use crate::results::FormulaResult;
use crate::study::{NoResult, Solved, Study, whole_pounds};
use crate::units::Pounds;

use self::causes::Cause;
use self::need_steps::need_steps;
use self::swing::{Lines, swings};

/// An authority's figure explained.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Whose.
    pub at: Position,
    /// From population to the amount, then to funding; whole pounds that add up.
    pub steps: Vec<Step>,
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

/// What to explain besides the walk.
pub struct Question<'a> {
    /// Whose figure.
    pub at: Position,
    /// What its funding is compared with.
    pub baselines: &'a [Baseline],
    /// Another formula to hold it against.
    pub against: Option<&'a FormulaName>,
    /// Whether to look for changes that would make a loser win: some hundred allocations.
    pub with_turns: bool,
}

/// Explains an authority's figure under a solved formula.
pub fn explain(
    study: &Study,
    result: &FormulaResult,
    question: &Question<'_>,
) -> Result<Explanation, NoResult> {
    let at = question.at;
    let (formula, solved) = (&result.formula, &result.solved);
    let causes = need_steps(study, formula, &solved.assessment, at);
    let steps = walk(study, formula, solved, at, &causes)?;
    let lines = Lines::of(study, formula, solved, at)?;
    let swings = swings(study, result, question, &lines)?;
    Ok(Explanation {
        at,
        steps,
        inputs: behind(study, formula, solved, at),
        swings,
        neighbours: neighbours(study, solved, at),
        turns: result
            .comparisons
            .iter()
            .filter(|comparison| {
                question.with_turns && comparison.changes[at].outcome == Outcome::Loser
            })
            .map(|comparison| {
                let turns = turns(study, formula, solved, comparison, at);
                (comparison.baseline.clone(), turns)
            })
            .collect(),
    })
}

/// The walk from population to the amount and to funding.
fn walk(
    study: &Study,
    formula: &Formula,
    solved: &Solved,
    at: Position,
    causes: &[Cause],
) -> Result<Vec<Step>, NoResult> {
    let allocation = &solved.allocation;
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
        walk.settle("Need", "whole pounds", allocation.target[at]);
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
                "less what it can raise itself",
                Pounds::ZERO - own,
            );
        }
        let what = match any_own {
            true => "target: need amount less own resources",
            false => "need amount, which is the target",
        };
        walk.level("Need", what, StepKind::Subtotal);
    }
    for cause in sharing(study, formula, solved, at)? {
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
    Ok(walk.steps)
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

/// From target to amount: sharing within the floor of zero, then each guarantee's Shapley value.
fn sharing(
    study: &Study,
    formula: &Formula,
    solved: &Solved,
    at: Position,
) -> Result<Vec<Cause>, NoResult> {
    let allocation = &solved.allocation;
    let cause = |part: &str, what: &str, pounds: f64| Cause {
        part: part.to_string(),
        what: what.to_string(),
        pounds,
        is_start: false,
    };
    let target = solved.assessment.target()[at].as_f64();
    let amount = allocation.amount[at].as_f64();
    let objective = "the quantum shared within the floor of zero";
    let mut causes = Vec::new();
    let mut shared = |to: f64| {
        // A pound is rounding; more is the objective's.
        if (to - target).abs() > 1.0 {
            causes.push(cause("Sharing", objective, to - target));
        }
    };
    if formula.guarantees.is_empty() {
        shared(amount);
        return Ok(causes);
    }
    let amounts = study.amounts_by_guarantees(formula, solved)?;
    let of = |subset: usize| Some(amounts.of(subset)?[at].as_f64());
    let (Some(none), Some(shares)) = (of(0), amounts.shapley(of)) else {
        let together = "objective and guarantees together";
        return Ok(vec![cause("Guarantees", together, amount - target)]);
    };
    shared(none);
    let named = formula.guarantees.iter().zip(shares);
    causes.extend(
        named
            .filter(|(guarantee, _)| !guarantee.funded_outside)
            .map(|(guarantee, share)| cause("Guarantees", guarantee.name.as_str(), share)),
    );
    Ok(causes)
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
    let derived = formula.indicators.iter().filter_map(|indicator| {
        let numbers = indicators.get(&indicator.name)?;
        Some(Behind {
            unit: indicator.unit.clone(),
            what: indicator.note.clone(),
            ..Behind::of(&indicator.name, numbers, at)
        })
    });
    all.extend(derived);
    for (name, numbers) in indicators {
        if all.iter().all(|known| known.name != name.as_str()) {
            all.push(Behind::of(name, numbers, at));
        }
    }
    all
}

impl Behind {
    fn of(name: &IndicatorName, numbers: &PerAuthority<f64>, at: Position) -> Self {
        let value = numbers[at];
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        let count = numbers.len() as f64;
        Self {
            name: name.to_string(),
            value,
            mean: numbers.total() / count,
            rank: numbers.iter().filter(|other| **other > value).count() + 1,
            unit: String::new(),
            what: String::new(),
            source: String::new(),
        }
    }
}

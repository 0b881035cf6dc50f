//! Why funding differs from a baseline or from another formula. Every formula's funding is an
//! even share per head and, line by line, what each cause adds to it; two formulas differ by
//! their lines. Shapley values are additive, so a difference of lines is the line of the
//! difference: no order of causes favours any.

use super::causes::{Cause, even_share};
use super::need_steps::need_steps;
use super::{Carried, Other, OtherMoney, sharing};
use crate::formula::Need;
use crate::ids::BaselineName;
use crate::register::Position;
use crate::study::{Study, whole_pounds};
use crate::units::Pounds;

/// A difference in funding, split by cause.
#[derive(Debug, Clone, PartialEq)]
pub struct Swing {
    /// What funding is compared with.
    pub against: BaselineName,
    /// What it is compared with, in pounds.
    pub other: Pounds,
    /// Funding − other.
    pub change: Pounds,
    /// Its parts, whole pounds that add up to it; what rounding leaves stands last.
    pub causes: Vec<(String, Pounds)>,
}

/// An authority's funding as an even share and what each cause adds to it.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    /// £.
    even: f64,
    /// What tells causes of two formulas apart, the cause in words, and £.
    causes: Vec<(String, String, f64)>,
}

impl Lines {
    /// The lines of a solved formula.
    pub(super) fn of(study: &Study, carried: &Carried<'_>, at: Position) -> Self {
        let (formula, solved) = (carried.formula, &*carried.solved);
        let even = even_share(study, at);
        let total = solved.assessment.assessed_total.as_f64() * even;
        let mut causes = Vec::new();
        let mut add = |cause: &Cause| {
            // Amounts and weights of an index differ between formulas, and whom a guarantee holds;
            // what stands before the brackets is the same.
            let words = cause.words();
            let key = words.split(" (").next().unwrap_or_default().to_string();
            causes.push((key, words, cause.pounds));
        };
        if let Need::Targets(_) = formula.need {
            add(&Cause {
                part: "Need".to_string(),
                what: "need as the formula states it".to_string(),
                pounds: solved.assessment.need_amount()[at].as_f64() - total,
                is_start: false,
            });
        } else {
            let steps = need_steps(study, formula, &solved.assessment, at);
            steps
                .iter()
                .filter(|cause| !cause.is_start)
                .for_each(&mut add);
        }
        sharing(carried, at).iter().for_each(&mut add);
        let outside = solved.allocation.outside[at].as_f64();
        if outside != 0.0 {
            add(&Cause {
                part: "Guarantees".to_string(),
                what: "paid on top from outside the quantum".to_string(),
                pounds: outside,
                is_start: false,
            });
        }
        Self {
            even: total,
            causes,
        }
    }

    /// These lines less another formula's.
    fn less(&self, other: &Self) -> Vec<(String, f64)> {
        let mut parts: Vec<(String, String, f64)> = self.causes.clone();
        for (key, words, pounds) in &other.causes {
            match parts.iter_mut().find(|(own, _, _)| own == key) {
                Some((_, _, own)) => *own -= pounds,
                None => parts.push((
                    key.clone(),
                    format!("{words}, as the other has it, taken away"),
                    -pounds,
                )),
            }
        }
        let mut differences = vec![(
            "an even share per head of a different sum".to_string(),
            self.even - other.even,
        )];
        differences.extend(parts.into_iter().map(|(_, words, pounds)| (words, pounds)));
        differences
    }
}

/// Why funding differs from a baseline or another formula.
pub(super) fn swing(
    study: &Study,
    own: &Carried<'_>,
    lines: &Lines,
    other: &Other<'_>,
    at: Position,
) -> Swing {
    let (against, carried) = match other {
        Other::Money(money) => return of_money(study, money, at, lines),
        Other::Formula(against, carried) => (against, carried),
    };
    let other = carried.solved.allocation.funding[at];
    let change = own.solved.allocation.funding[at] - other;
    let parts = lines.less(&Lines::of(study, carried, at));
    Swing {
        against: against.clone(),
        other,
        change,
        causes: in_whole_pounds(parts, change),
    }
}

/// Against money that is only known in pounds: the formula's lines, less what the baseline has
/// above its own even share, column by column where it is a sum of columns.
fn of_money(study: &Study, money: &OtherMoney<'_>, at: Position, lines: &Lines) -> Swing {
    let comparison = money.comparison;
    let change = comparison.changes[at];
    let even = even_share(study, at);
    let total: f64 = comparison.changes.iter().map(|c| c.baseline.as_f64()).sum();
    let own = Lines {
        even: total * even,
        causes: Vec::new(),
    };
    let mut parts = lines.less(&own);
    let mut above = |what: &str, excess: f64| {
        parts.push(match excess > 0.0 {
            true => (
                format!("{what}: above an even share per head, taken off"),
                -excess,
            ),
            false => (
                format!("{what}: below an even share per head, added"),
                -excess,
            ),
        });
    };
    match money.columns.as_slice() {
        [] | [_] => {
            let words = baseline_phrase(&comparison.baseline);
            above(&words, change.baseline.as_f64() - total * even);
        }
        columns => {
            for (what, numbers) in columns {
                above(what, numbers[at] - numbers.total() * even);
            }
        }
    }
    Swing {
        against: comparison.baseline.clone(),
        other: change.baseline,
        change: change.change,
        causes: in_whole_pounds(parts, change.change),
    }
}

/// A baseline's name in a sentence.
fn baseline_phrase(name: &BaselineName) -> String {
    match name.as_str().split_once(':') {
        Some((_, rest)) => rest.to_string(),
        None => name.as_str().replace('-', " "),
    }
}

/// Parts in whole pounds that add up to a sum; what rounding leaves stands last.
fn in_whole_pounds(parts: Vec<(String, f64)>, sum: Pounds) -> Vec<(String, Pounds)> {
    let mut whole: Vec<(String, Pounds)> = parts
        .into_iter()
        .map(|(what, pounds)| (what, whole_pounds(pounds)))
        .filter(|(_, pounds)| *pounds != Pounds::ZERO)
        .collect();
    let left = sum - whole.iter().map(|(_, pounds)| *pounds).sum();
    if left != Pounds::ZERO {
        whole.push(("rounding to whole pounds".to_string(), left));
    }
    whole
}

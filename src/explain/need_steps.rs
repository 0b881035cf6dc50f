//! What makes an authority's need differ from an even share per head, cause by cause: numbers
//! of clients, each index, local costs. Each cause has its Shapley value over making it the
//! same everywhere, so that no order of causes is better than another.

use super::causes::{Cause, even_share, even_weights};
use crate::assess::{Assessment, ServiceNeed};
use crate::formula::{
    AreaCostForm, Formula, IndicatorKind, Need, RelativeNeed, ScaleOnly, Service, Term,
};
use crate::grouping::role_numbers;
use crate::ids::IndicatorName;
use crate::register::{PerAuthority, Position};
use crate::statistics::shapley;
use crate::study::Study;

/// Causes whose every subset is worked out: 2¹⁰ times the number of authorities.
const MOST_CAUSES: usize = 10;

/// One service's need as a product of factors, each of which can be the same everywhere.
struct Factors<'a> {
    /// What each factor is.
    names: Vec<String>,
    /// The score with the factors of a subset as they are and the others the same everywhere.
    score: Box<dyn Fn(usize, usize) -> f64 + 'a>,
}

/// From an even share of what need is a share of, to the need amount; for stated targets, the
/// terms of the target.
pub fn need_steps(
    study: &Study,
    formula: &Formula,
    assessment: &Assessment,
    at: Position,
) -> Vec<Cause> {
    let cause = |part: &str, what: &str, pounds: f64| Cause {
        part: part.to_string(),
        what: what.to_string(),
        pounds,
        is_start: false,
    };
    if let Need::Targets(terms) = &formula.need {
        return target_terms(study, formula, assessment, terms, at);
    }
    let total = assessment.assessed_total.as_f64();
    let mut causes = vec![Cause {
        is_start: true,
        ..cause(
            "Need",
            "an even share per head",
            total * even_share(study, at),
        )
    }];
    let weights = even_weights(study);
    match &formula.need {
        Need::Services(services) => {
            for (service, need) in services.iter().zip(&assessment.services) {
                let factors = service_factors(study, service, need, assessment, &weights);
                let money = total * service.quantum_share;
                let parts = split(&factors, &weights, at);
                causes.extend(
                    factors
                        .names
                        .iter()
                        .zip(parts)
                        .map(|(name, part)| cause(service.name.as_str(), name, money * part)),
                );
            }
        }
        Need::Relative(terms) => {
            let factors = relative_factors(study, terms, assessment, &weights);
            let parts = split(&factors, &weights, at);
            let each = factors.names.iter().zip(parts);
            causes.extend(each.map(|(name, part)| cause("Need", name, total * part)));
        }
        Need::Targets(_) => {}
    }
    causes
}

/// A stated target taken apart: sums and differences into their terms, and what rounding,
/// limits, thresholds, scaling and phasing take or add on the way, as lines of their own.
fn target_terms(
    study: &Study,
    formula: &Formula,
    assessment: &Assessment,
    terms: &[Term],
    at: Position,
) -> Vec<Cause> {
    let mut parts = Parts {
        study,
        formula,
        assessment,
        at,
        lines: Vec::new(),
    };
    for term in terms {
        parts.term(term, 1.0, 0);
    }
    if parts.lines.len() > MOST_LINES {
        parts.lines.clear();
        for term in terms {
            parts.leaf(&term_words(study, term), parts.value(term));
        }
    }
    let lines = parts.lines.into_iter().enumerate();
    lines
        .map(|(position, (what, pounds))| Cause {
            part: "Need".to_string(),
            what,
            pounds,
            is_start: position == 0,
        })
        .collect()
}

/// Lines that a stated target is taken apart into; with more it is left whole.
const MOST_LINES: usize = 24;

/// Steps of a formula that are followed down.
const DEEPEST: usize = 24;

/// A sum taken apart at one authority.
struct Parts<'a> {
    study: &'a Study,
    formula: &'a Formula,
    assessment: &'a Assessment,
    at: Position,
    lines: Vec<(String, f64)>,
}

impl Parts<'_> {
    fn value(&self, term: &Term) -> f64 {
        match term.reference() {
            Some(reference) => self.value_of(&reference.name) * term.times,
            None => term.times,
        }
    }

    fn value_of(&self, name: &IndicatorName) -> f64 {
        column(self.study, self.assessment, name).map_or(0.0, |numbers| numbers[self.at])
    }

    /// A line; those of nothing are left out, but for the first, which the walk starts from.
    fn leaf(&mut self, what: &str, pounds: f64) {
        // Less than half a pound is the rounding's.
        if pounds.abs() >= 0.5 || self.lines.is_empty() {
            self.lines.push((what.to_string(), pounds));
        }
    }

    fn term(&mut self, term: &Term, times: f64, depth: usize) {
        match term.reference() {
            None => self.leaf(&term.words(), term.times * times),
            Some(reference) => self.name(&reference.name, term.times * times, depth),
        }
    }

    /// What is made of something else in the same unit: that, and the difference.
    fn adjusted(
        &mut self,
        name: &IndicatorName,
        of: &IndicatorName,
        how: &str,
        times: f64,
        depth: usize,
    ) {
        self.name(of, times, depth + 1);
        let difference = (self.value_of(name) - self.value_of(of)) * times;
        self.leaf(&format!("{}: {how}", label(self.study, name)), difference);
    }

    fn name(&mut self, name: &IndicatorName, times: f64, depth: usize) {
        let formula = self.formula;
        let indicator = formula
            .indicators
            .iter()
            .find(|indicator| indicator.name == *name);
        let Some(indicator) = indicator.filter(|_| depth < DEEPEST) else {
            return self.leaf(&label(self.study, name), self.value_of(name) * times);
        };
        match &indicator.kind {
            IndicatorKind::Sum(terms) => {
                terms
                    .iter()
                    .for_each(|term| self.term(term, times, depth + 1));
            }
            IndicatorKind::Difference(first, second) => {
                self.term(first, times, depth + 1);
                self.term(second, -times, depth + 1);
            }
            IndicatorKind::Round { of, .. } => {
                self.adjusted(name, &of.name, "rounding", times, depth);
            }
            IndicatorKind::Clamp { of, .. } => {
                self.adjusted(name, &of.name, "held within limits", times, depth);
            }
            IndicatorKind::ExcessOver { of, .. } => {
                self.adjusted(
                    name,
                    &of.name,
                    "what is below the threshold left out",
                    times,
                    depth,
                );
            }
            // A scale-back adjusts; a share of a pot is a sum of its own.
            IndicatorKind::Scale { of, only, .. } if *only != ScaleOnly::Always => {
                self.adjusted(name, &of.name, "scaled to a total", times, depth);
            }
            IndicatorKind::When {
                then, otherwise, ..
            } => {
                let here = self.value_of(name);
                let taken = [then, otherwise]
                    .into_iter()
                    .find(|term| self.value(term) == here);
                match taken {
                    Some(term) => self.term(term, times, depth + 1),
                    None => self.leaf(&label(self.study, name), here * times),
                }
            }
            _ => self.leaf(&label(self.study, name), self.value_of(name) * times),
        }
    }
}

/// A column's title, or an indicator's name as words.
pub(super) fn label(study: &Study, name: &IndicatorName) -> String {
    match study.dataset.columns.get(name) {
        Some(column) if !column.title.is_empty() => column.title.clone(),
        _ => name.as_str().replace('_', " "),
    }
}

fn term_words(study: &Study, term: &Term) -> String {
    match term.reference() {
        None => term.words(),
        Some(reference) if term.times == 1.0 => label(study, &reference.name),
        Some(reference) => format!("{} × {}", term.times, label(study, &reference.name)),
    }
}

/// A column or indicator as the assessment used it.
fn column(
    study: &Study,
    assessment: &Assessment,
    name: &IndicatorName,
) -> Option<PerAuthority<f64>> {
    match assessment.indicators.get(name) {
        Some(numbers) => Some(numbers.clone()),
        None => role_numbers(&study.dataset, Some(name.as_str())),
    }
}

fn recorded(assessment: &Assessment, name: String) -> Option<PerAuthority<f64>> {
    assessment
        .indicators
        .get(&IndicatorName::new(name))
        .cloned()
}

/// clients × (basic + Σ amount × index) × area cost adjustment, or score × area cost
/// adjustment. The same everywhere: clients and scores in proportion to the even share, every
/// index at its mean of 1, local costs at 1.
fn service_factors<'a>(
    study: &Study,
    service: &'a Service,
    need: &'a ServiceNeed,
    assessment: &Assessment,
    weights: &'a PerAuthority<f64>,
) -> Factors<'a> {
    let name = &service.name;
    let costs = recorded(assessment, format!("{name}: area cost adjustment"));
    let cost_words = match service.area_cost.as_slice() {
        [] => None,
        [one] => Some(format!(
            "local costs: {} (weight {})",
            label(study, &one.index.name),
            one.weight
        )),
        several => Some(format!(
            "local costs ({} components{})",
            several.len(),
            if service.area_cost_form == AreaCostForm::Product {
                ", multiplied"
            } else {
                ""
            }
        )),
    };
    match &service.relative_need {
        RelativeNeed::PerClient {
            clients,
            basic,
            top_up,
        } => {
            let who = column(study, assessment, &clients.name);
            let indices: Vec<Option<PerAuthority<f64>>> = top_up
                .iter()
                .map(|t| recorded(assessment, format!("{name}: index of {}", t.index.name)))
                .collect();
            let all_known = who.is_some() && indices.iter().all(Option::is_some);
            if !all_known || 2 + top_up.len() > MOST_CAUSES {
                return as_one(need, weights);
            }
            let (who, indices): (_, Vec<_>) = (
                who.unwrap_or_else(|| weights.clone()),
                indices.into_iter().flatten().collect(),
            );
            let even = even_of(&who, weights);
            let mut names = vec![format!("clients: {}", label(study, &clients.name))];
            names.extend(
                top_up
                    .iter()
                    .map(|t| format!("{} (amount {})", label(study, &t.index.name), t.amount)),
            );
            names.extend(cost_words);
            let basic = *basic;
            let score = move |subset: usize, row: usize| {
                let is = |factor: usize| subset >> factor & 1 == 1;
                let clients = if is(0) {
                    who.as_slice()[row]
                } else {
                    even * weights.as_slice()[row]
                };
                let per_client = top_up.iter().zip(&indices).enumerate().fold(
                    basic,
                    |sum, (place, (top_up, index))| {
                        let index = if is(1 + place) {
                            index.as_slice()[row]
                        } else {
                            1.0
                        };
                        sum + top_up.amount * index
                    },
                );
                let cost = match &costs {
                    Some(costs) if is(1 + top_up.len()) => costs.as_slice()[row],
                    _ => 1.0,
                };
                clients * per_client * cost
            };
            Factors {
                names,
                score: Box::new(score),
            }
        }
        RelativeNeed::Score(score) => {
            let Some(scores) = column(study, assessment, &score.name) else {
                return as_one(need, weights);
            };
            let even = even_of(&scores, weights);
            let mut names = vec![format!("score: {}", label(study, &score.name))];
            names.extend(cost_words);
            let score = move |subset: usize, row: usize| {
                let own = match subset & 1 {
                    1 => scores.as_slice()[row],
                    _ => even * weights.as_slice()[row],
                };
                match &costs {
                    Some(costs) if subset & 2 != 0 => own * costs.as_slice()[row],
                    _ => own,
                }
            };
            Factors {
                names,
                score: Box::new(score),
            }
        }
    }
}

/// Relative need as a sum of terms; negative sums count as zero.
fn relative_factors<'a>(
    study: &Study,
    terms: &'a [Term],
    assessment: &'a Assessment,
    weights: &'a PerAuthority<f64>,
) -> Factors<'a> {
    let columns: Option<Vec<PerAuthority<f64>>> = terms
        .iter()
        .map(|term| match term.reference() {
            Some(reference) => column(study, assessment, &reference.name)
                .map(|numbers| numbers.map(|number| number * term.times)),
            None => Some(weights.map(|_| term.times)),
        })
        .collect();
    let columns = columns.filter(|columns| columns.len() <= MOST_CAUSES);
    let Some(columns) = columns else {
        return as_one(&assessment.services[0], weights);
    };
    let even: Vec<f64> = columns
        .iter()
        .map(|numbers| even_of(numbers, weights))
        .collect();
    Factors {
        names: terms.iter().map(|term| term_words(study, term)).collect(),
        score: Box::new(move |subset, row| {
            let each = columns.iter().zip(&even).enumerate();
            let sum: f64 = each
                .map(|(term, (numbers, even))| match subset >> term & 1 {
                    1 => numbers.as_slice()[row],
                    _ => even * weights.as_slice()[row],
                })
                .sum();
            sum.max(0.0)
        }),
    }
}

/// The whole of a service's need as one cause.
fn as_one<'a>(need: &'a ServiceNeed, weights: &'a PerAuthority<f64>) -> Factors<'a> {
    Factors {
        names: vec!["relative need".to_string()],
        score: Box::new(move |subset, row| match subset {
            0 => weights.as_slice()[row],
            _ => need.score.as_slice()[row],
        }),
    }
}

/// What a column has for each unit of even weight.
fn even_of(numbers: &PerAuthority<f64>, weights: &PerAuthority<f64>) -> f64 {
    numbers.total() / weights.total()
}

/// Each factor's Shapley value in an authority's share of a service.
fn split(factors: &Factors<'_>, weights: &PerAuthority<f64>, at: Position) -> Vec<f64> {
    let count = factors.names.len();
    let shares: Vec<f64> = (0..1 << count)
        .map(|subset| {
            let total: f64 = (0..weights.len())
                .map(|row| (factors.score)(subset, row))
                .sum();
            match total > 0.0 {
                true => (factors.score)(subset, at.index()) / total,
                // Nothing of this is needed anywhere: an even share.
                false => weights[at] / weights.total(),
            }
        })
        .collect();
    shapley(count, &shares)
}

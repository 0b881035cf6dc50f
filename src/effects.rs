//! What each part of a formula moves: money that would go elsewhere if a column or
//! indicator were the same for every authority, or if a part were left out. Half the sum of
//! all changes in amounts.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::formula::{Formula, Need, Quantum, Service};
use crate::ids::IndicatorName;
use crate::study::{NoResult, Solved, Study, money_moved};
use crate::units::Pounds;

/// A part of a formula, and what it moves.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Which part.
    pub part: Part,
    /// Money it moves; none where nothing can be shared without it.
    pub moved: Option<Pounds>,
}

/// A part of a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A column or indicator's differences between authorities.
    Differences(IndicatorName),
    /// A service: its part of the quantum goes by the others' need.
    Service(String),
    /// Own resources: ignored.
    OwnResources,
    /// A guarantee: taken away, the others standing.
    Guarantee(String),
}

impl Part {
    /// What is changed to see what it moves, in words.
    pub fn words(&self) -> String {
        match self {
            Self::Differences(name) => name.to_string(),
            Self::Service(name) => format!("service: {name}"),
            Self::OwnResources => "own resources".to_string(),
            Self::Guarantee(name) => format!("guarantee: {name}"),
        }
    }

    /// How it is left out.
    pub fn left_out(&self) -> &'static str {
        match self {
            Self::Differences(_) => "the same everywhere (amounts: per resident)",
            Self::Service(_) => "its money shared as the other services' is",
            Self::OwnResources => "not counted",
            Self::Guarantee(_) => "taken away",
        }
    }
}

/// What each part of a solved formula moves, in the order of the file.
pub fn effects(study: &Study, formula: &Formula, solved: &Solved) -> Result<Vec<Effect>, NoResult> {
    let differs = |name: &IndicatorName| {
        let column = solved.assessment.indicators.get(name);
        column.is_none_or(|x| x.iter().any(|one| one != &x.as_slice()[0]))
    };
    let mut parts: Vec<Part> = names(study, formula)
        .into_iter()
        .filter(differs)
        .map(Part::Differences)
        .collect();
    if let Need::Services(services) = &formula.need
        && services.len() > 1
    {
        parts.extend(services.iter().map(|s| Part::Service(s.name.to_string())));
    }
    if formula.own_resources.is_some() {
        parts.push(Part::OwnResources);
    }
    let costs = study.guarantee_costs(formula, solved)?;
    let of_guarantees = formula
        .guarantees
        .iter()
        .zip(&costs)
        .map(|(guarantee, cost)| Effect {
            part: Part::Guarantee(guarantee.name.to_string()),
            moved: cost.last,
        });
    let mut effects: Vec<Effect> = parts
        .into_par_iter()
        .map(|part| Effect {
            moved: moved(study, formula, solved, &part),
            part,
        })
        .collect();
    effects.extend(of_guarantees);
    Ok(effects)
}

/// Columns and indicators that differ between authorities: what a formula is made from
/// first, in the order in which it names them.
fn names(study: &Study, formula: &Formula) -> Vec<IndicatorName> {
    let known: BTreeSet<IndicatorName> = formula.columns_used();
    let mut names: Vec<IndicatorName> = known
        .into_iter()
        .filter(|name| study.dataset.columns.contains_key(name))
        .collect();
    names.extend(
        formula
            .indicators
            .iter()
            .map(|indicator| indicator.name.clone()),
    );
    names
}

fn moved(study: &Study, formula: &Formula, solved: &Solved, part: &Part) -> Option<Pounds> {
    let without = match part {
        Part::Differences(name) => study.solve_alike(&with_sum(formula, solved), name),
        Part::Service(name) => study.solve_variant(&without_service(formula, name)),
        Part::OwnResources => study.solve_variant(&Formula {
            own_resources: None,
            quantum: match &formula.quantum {
                Quantum::SpendingLessOwnResources => Quantum::Spending,
                other => other.clone(),
            },
            ..formula.clone()
        }),
        Part::Guarantee(_) => return None,
    };
    let without = without.ok()?;
    let (with, without) = (&solved.allocation, &without.allocation);
    // Where own resources are netted off, only funding has the same total either way.
    if with.quantum == without.quantum {
        Some(money_moved(&with.amount, &without.amount))
    } else {
        Some(money_moved(&with.funding, &without.funding))
    }
}

/// The same formula with the sum that it shared: a quantum that is a sum of columns would change
/// with them, and what moves would be lost among what is more or less in all.
fn with_sum(formula: &Formula, solved: &Solved) -> Formula {
    let mut formula = formula.clone();
    if let Quantum::Sum(_) | Quantum::Number(_) = formula.quantum {
        let slices = solved.assessment.top_slices.values().copied();
        formula.quantum = Quantum::Stated(solved.assessment.quantum + slices.sum());
    }
    formula
}

/// The same formula without one service, the others' parts of the quantum made larger alike:
/// as much is shared, also where services state what is shared.
fn without_service(formula: &Formula, name: &str) -> Formula {
    let Need::Services(services) = &formula.need else {
        return formula.clone();
    };
    let kept: Vec<Service> = services
        .iter()
        .filter(|service| service.name.as_str() != name)
        .cloned()
        .collect();
    let total: f64 = kept.iter().map(|service| service.quantum_share).sum();
    let kept = kept
        .into_iter()
        .map(|service| Service {
            quantum_share: service.quantum_share / total,
            ..service
        })
        .collect();
    let quantum = match &formula.quantum {
        Quantum::ControlTotals => {
            let totals = services.iter().filter_map(|service| service.control_total);
            Quantum::Stated(totals.sum())
        }
        other => other.clone(),
    };
    Formula {
        need: Need::Services(kept),
        quantum,
        ..formula.clone()
    }
}

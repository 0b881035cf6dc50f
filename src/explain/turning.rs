//! Which single change would turn a loser into a winner: each number of the formula is moved by
//! itself, everything else standing, to where the authority's funding passes the baseline by
//! more than the tolerance.

use rayon::prelude::*;

use super::need_steps::label;

use crate::compare::Comparison;
use crate::formula::{
    Formula, IndicatorKind, Need, NotionalRate, NotionalResources, OwnResources, Quantum,
    RelativeNeed, Service,
};
use crate::register::Position;
use crate::study::{Solved, Study, whole_pounds};
use crate::units::{FinePounds, Pounds};

/// Steps of halving: a number is found to a sixteen-thousandth of its range.
const HALVINGS: usize = 14;

/// A single change that makes an authority a winner.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// What is changed.
    pub what: String,
    /// What it is now.
    pub from: f64,
    /// The nearest value, to four digits, with which the authority wins; none where no value
    /// of its range does.
    pub to: Option<f64>,
    /// Its unit: nothing for a number of the formula, £.
    pub unit: &'static str,
    /// The end of the range looked at, towards which the authority gains.
    pub tried: f64,
}

/// A number of a formula that can be moved.
struct Lever {
    what: String,
    now: f64,
    least: f64,
    most: f64,
    unit: &'static str,
    with: Box<dyn Fn(f64) -> Formula + Send + Sync>,
}

/// Each number of the formula, with the value that would make the authority a winner against a
/// baseline. The nearest changes first, those that cannot last. None where services have totals
/// of their own.
pub fn turns(
    study: &Study,
    formula: &Formula,
    solved: &Solved,
    comparison: &Comparison,
    at: Position,
) -> Vec<Turn> {
    if formula.services_apart {
        // Groups cross there, and a few hundred allocations would take minutes.
        return Vec::new();
    }
    let change = comparison.changes[at];
    let needed = change.baseline.as_f64().max(0.0) * (1.0 + comparison.tolerance.0 / 100.0);
    // Above nothing any gain is one.
    let wins = |funding: Pounds| funding.as_f64() > needed && funding > change.baseline;
    let funding =
        |formula: &Formula| -> Option<Pounds> { Some(study.variant_funding(formula)?[at]) };
    let mut turns: Vec<Turn> = levers(study, formula, solved)
        .into_par_iter()
        .filter_map(|lever| turn(&lever, &wins, &funding))
        .collect();
    let effort = |turn: &Turn| turn.to.map_or(f64::INFINITY, |to| relative(turn.from, to));
    turns.sort_by(|a, b| effort(a).total_cmp(&effort(b)));
    turns
}

/// How far a change goes: of its own size, or of one where it is now nothing.
fn relative(from: f64, to: f64) -> f64 {
    (to - from).abs() / if from == 0.0 { 1.0 } else { from.abs() }
}

fn turn(
    lever: &Lever,
    wins: &(impl Fn(Pounds) -> bool + Sync),
    funding: &(impl Fn(&Formula) -> Option<Pounds> + Sync),
) -> Option<Turn> {
    let at = |value: f64| funding(&(lever.with)(value));
    let (low, high) = (at(lever.least), at(lever.most));
    let end = match (low, high) {
        (Some(low), Some(high)) if low > high => lever.least,
        (Some(_), None) => lever.least,
        (_, Some(_)) => lever.most,
        (None, None) => return None,
    };
    let found = |to| Turn {
        what: lever.what.clone(),
        from: lever.now,
        to,
        unit: lever.unit,
        tried: end,
    };
    if !at(end).is_some_and(wins) {
        return Some(found(None));
    }
    let (mut loses, mut won) = (lever.now, end);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(loses, won);
        match at(middle).is_some_and(wins) {
            true => won = middle,
            false => loses = middle,
        }
    }
    // A number that a file could state, and that wins.
    let rounded = (4..9).map(|digits| {
        let rounded = rounded_on(won, lever.now, digits);
        match lever.unit {
            "GBP" => rounded.ceil(),
            _ => rounded,
        }
    });
    let stated = rounded
        .into_iter()
        .find(|&value| (lever.least..=lever.most).contains(&value) && at(value).is_some_and(wins));
    Some(found(Some(stated.unwrap_or(won))))
}

/// A number to so many digits, rounded away from another.
fn rounded_on(value: f64, away_from: f64, digits: i32) -> f64 {
    if value == 0.0 {
        return value;
    }
    #[expect(clippy::cast_possible_truncation, reason = "an exponent")]
    let step = 10_f64.powi(value.abs().log10().floor() as i32 + 1 - digits);
    let steps = value / step;
    let whole = if value > away_from {
        steps.ceil()
    } else {
        steps.floor()
    };
    // As a decimal has it, since step by itself is no exact double.
    format!("{:.12}", whole * step).parse().unwrap_or(value)
}

fn levers(study: &Study, formula: &Formula, solved: &Solved) -> Vec<Lever> {
    let mut levers = Vec::new();
    if let Need::Services(services) = &formula.need {
        for place in 0..services.len() {
            levers.extend(service_levers(study, formula, (services, place)));
        }
        levers.extend(weight_levers(study, formula));
    }
    if let Some(OwnResources::Notional(notional)) = &formula.own_resources {
        levers.extend(own_resources_levers(formula, notional));
    }
    levers.push(sum_lever(formula, solved));
    levers
}

/// What of the tax base counts as own resources.
fn own_resources_levers(formula: &Formula, notional: &NotionalResources) -> Vec<Lever> {
    let lever = |what: &str, now: f64, most: f64, set: fn(&mut NotionalResources, f64)| {
        let base = formula.clone();
        Lever {
            what: format!("own resources: {what}"),
            now,
            least: 0.0,
            most,
            unit: "",
            with: Box::new(move |value| {
                let mut formula = base.clone();
                if let Some(OwnResources::Notional(notional)) = &mut formula.own_resources {
                    set(notional, value);
                }
                formula
            }),
        }
    };
    let mut levers = vec![
        lever(
            "part that is equalised",
            notional.equalisation,
            1.0,
            |notional, value| notional.equalisation = value,
        ),
        lever(
            "these services' share of what the tax pays for",
            notional.share_for_services,
            1.0,
            |notional, value| notional.share_for_services = value,
        ),
    ];
    if let NotionalRate::Stated(rate) = notional.rate {
        let set = |notional: &mut NotionalResources, value| {
            notional.rate = NotionalRate::Stated(value);
        };
        levers.push(lever("pounds per unit of tax base", rate, 2.0 * rate, set));
    }
    levers
}

/// The sum as `--quantum` states it: where own resources are netted off, the spending that
/// they and the quantum meet together.
fn sum_lever(formula: &Formula, solved: &Solved) -> Lever {
    let assessment = &solved.assessment;
    let slices: Pounds = assessment.top_slices.values().copied().sum();
    let quantum = solved.allocation.quantum + slices;
    let netted = match formula.quantum {
        Quantum::SpendingLessOwnResources => {
            assessment.own_resources.iter().copied().sum::<FinePounds>()
        }
        _ => FinePounds::ZERO,
    };
    let now = (quantum.fine() + netted).as_f64();
    let base = formula.clone();
    Lever {
        what: match formula.quantum {
            Quantum::SpendingLessOwnResources => {
                "spending to be met, own resources included (--quantum)"
            }
            _ => "the sum that is shared (--quantum)",
        }
        .to_string(),
        now,
        least: now,
        most: 2.0 * now,
        unit: "GBP",
        with: Box::new(move |value| Formula {
            quantum: Quantum::Stated((whole_pounds(value).fine() - netted).round()),
            ..base.clone()
        }),
    }
}

/// The numbers that indicators multiply by in their sums (weights of age, say): from nothing to
/// twice what they are.
fn weight_levers(study: &Study, formula: &Formula) -> Vec<Lever> {
    let mut levers = Vec::new();
    for (place, indicator) in formula.indicators.iter().enumerate() {
        let IndicatorKind::Sum(terms) = &indicator.kind else {
            continue;
        };
        for (position, term) in terms.iter().enumerate() {
            let Some(of) = term.reference().filter(|_| term.converts) else {
                continue;
            };
            let base = formula.clone();
            levers.push(Lever {
                what: format!(
                    "{}: number beside {}",
                    label(study, &indicator.name),
                    label(study, &of.name)
                ),
                now: term.times,
                least: (2.0 * term.times).min(0.0),
                most: (2.0 * term.times).max(0.0),
                unit: "",
                with: Box::new(move |value| {
                    let mut formula = base.clone();
                    if let IndicatorKind::Sum(terms) = &mut formula.indicators[place].kind {
                        terms[position].times = value;
                    }
                    formula
                }),
            });
        }
    }
    levers
}

/// Puts a value into services.
type ChangeServices = Box<dyn Fn(&mut [Service], f64) + Send + Sync>;

/// A service's numbers: top-ups against the basic amount, weights of local costs, its part of
/// the sum against the others'.
fn service_levers(
    study: &Study,
    formula: &Formula,
    (services, place): (&[Service], usize),
) -> Vec<Lever> {
    let service = &services[place];
    let mut levers = Vec::new();
    let changed = |change: ChangeServices| {
        let base = formula.clone();
        let services = services.to_vec();
        Box::new(move |value: f64| {
            let mut services = services.clone();
            change(&mut services, value);
            Formula {
                need: Need::Services(services),
                ..base.clone()
            }
        })
    };
    if let RelativeNeed::PerClient { basic, top_up, .. } = &service.relative_need {
        for (position, of) in top_up.iter().enumerate() {
            levers.push(Lever {
                what: format!(
                    "{}: amount of {}, against the basic amount",
                    service.name,
                    label(study, &of.index.name)
                ),
                now: of.amount,
                least: 0.0,
                most: of.amount + basic,
                unit: "",
                with: changed(Box::new(move |services, value| {
                    if let RelativeNeed::PerClient { basic, top_up, .. } =
                        &mut services[place].relative_need
                    {
                        *basic += top_up[position].amount - value;
                        top_up[position].amount = value;
                    }
                })),
            });
        }
    }
    let weights: f64 = service.area_cost.iter().map(|cost| cost.weight).sum();
    for (position, cost) in service.area_cost.iter().enumerate() {
        levers.push(Lever {
            what: format!(
                "{}: weight of local costs ({})",
                service.name,
                label(study, &cost.index.name)
            ),
            now: cost.weight,
            least: 0.0,
            most: (1.0 - weights + cost.weight).max(cost.weight),
            unit: "",
            with: changed(Box::new(move |services, value| {
                services[place].area_cost[position].weight = value;
            })),
        });
    }
    // Where it has all of the sum, nothing says how others would share what it gives up.
    if services.len() > 1 && service.quantum_share < 1.0 {
        levers.push(Lever {
            what: format!(
                "{}: part of the sum, the others' in proportion",
                service.name
            ),
            now: service.quantum_share,
            least: 0.0,
            most: 1.0,
            unit: "",
            with: changed(Box::new(move |services, value| {
                let others = 1.0 - services[place].quantum_share;
                for (other, service) in services.iter_mut().enumerate() {
                    service.quantum_share = match other == place {
                        true => value,
                        false if others > 0.0 => service.quantum_share * (1.0 - value) / others,
                        false => 0.0,
                    };
                    service.control_total = None;
                }
            })),
        });
    }
    levers
}

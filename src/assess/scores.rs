//! Need before money: each service's score and shares.

use super::{Evaluator, ServiceNeed, indicators};
use crate::findings::{Finding, Findings};
use crate::formula::{AreaCostForm, Formula, Need, Reference, RelativeNeed, Service, TopUp};
use crate::ids::ServiceName;
use crate::register::PerAuthority;
use crate::units::{FinePounds, Share};

/// Need as a formula states it.
pub(super) enum ScoredNeed {
    /// Of each service, and the shares of all together.
    Relative(Vec<ServiceNeed>, PerAuthority<Share>),
    /// As money.
    Targets(PerAuthority<FinePounds>),
}

/// Need of each service; none once findings say why not.
pub(super) fn assess_scores(
    formula: &Formula,
    evaluator: &mut Evaluator<'_>,
) -> Option<ScoredNeed> {
    match &formula.need {
        Need::Services(services) => {
            let scored: Vec<Option<ServiceNeed>> = services
                .iter()
                .map(|service| score_service(formula, service, evaluator))
                .collect();
            let scored: Vec<ServiceNeed> = scored.into_iter().collect::<Option<_>>()?;
            let shares = evaluator.dataset().register.column(|at, _| {
                Share(
                    services
                        .iter()
                        .zip(&scored)
                        .map(|(service, need)| service.quantum_share * need.need_share[at].0)
                        .sum(),
                )
            });
            Some(ScoredNeed::Relative(scored, shares))
        }
        Need::Relative(terms) => {
            let scores = evaluator.sum(terms)?.map(|score| score.max(0.0));
            let service = service_need(
                ServiceName::new("Need"),
                1.0,
                scores,
                formula,
                evaluator.findings(),
            )?;
            let shares = service.need_share.clone();
            Some(ScoredNeed::Relative(vec![service], shares))
        }
        Need::Targets(terms) => evaluator.money(terms).map(ScoredNeed::Targets),
    }
}

/// score = relative need × area cost adjustment.
fn score_service(
    formula: &Formula,
    service: &Service,
    evaluator: &mut Evaluator<'_>,
) -> Option<ServiceNeed> {
    let costs: Vec<_> = service
        .area_cost
        .iter()
        .map(|cost| (cost.weight, evaluator.column(&cost.index)))
        .collect();
    let (need, of) = match &service.relative_need {
        RelativeNeed::PerClient {
            clients,
            basic,
            top_up,
        } => (
            score_clients(service, (clients, *basic, top_up), evaluator)?,
            clients,
        ),
        RelativeNeed::Score(score) => (evaluator.column(score)?, score),
    };
    let mut components = Vec::new();
    for (weight, column) in costs {
        components.push((weight, column?));
    }
    let fixed = 1.0 - components.iter().map(|(weight, _)| weight).sum::<f64>();
    let cost_factor = need.map_indexed(|row| {
        let parts = components
            .iter()
            .map(|(weight, index)| (weight, weight * index.as_slice()[row]));
        match service.area_cost_form {
            AreaCostForm::Sum => parts.fold(fixed, |sum, (_, part)| sum + part),
            AreaCostForm::Product => parts.map(|(weight, part)| 1.0 - weight + part).product(),
        }
    });
    if !service.area_cost.is_empty() {
        evaluator.record(
            format!("{}: area cost adjustment", service.name),
            cost_factor.clone(),
        );
    }
    let score = need.zip_with(&cost_factor, |need, factor| need * factor);
    if score.iter().any(|score| *score < 0.0) {
        match &service.relative_need {
            RelativeNeed::Score(_) => evaluator.refuse_negative(&score, of, "score"),
            RelativeNeed::PerClient { .. } => refuse_negative_need(service, &score, of, evaluator),
        }
        return None;
    }
    let (name, part) = (service.name.clone(), service.quantum_share);
    service_need(name, part, score, formula, evaluator.findings())
}

/// clients × (basic + Σ amount × index), where an index is an indicator ÷ its
/// client-weighted mean.
fn score_clients(
    service: &Service,
    (clients, basic, top_up): (&Reference, f64, &[TopUp]),
    evaluator: &mut Evaluator<'_>,
) -> Option<PerAuthority<f64>> {
    let who = evaluator.column(clients);
    let top_ups: Vec<_> = top_up
        .iter()
        .map(|top_up| (top_up, evaluator.column(&top_up.index)))
        .collect();
    let who = who?;
    evaluator.refuse_negative(&who, clients, "clients");
    let mut per_client = who.map(|_| basic);
    for (top_up, column) in top_ups {
        let column = column?;
        let index = indicators::index(&column, Some(&who)).or_else(|| {
            let mean = indicators::mean(&column, Some(&who));
            let (is, why) = match mean < 0.0 {
                true => ("below zero", "an index is the indicator divided by that mean, which would turn high and low round"),
                false => ("zero", "an index is the indicator divided by that mean"),
            };
            evaluator.findings().push(
                Finding::error("mean-of-zero", top_up.index.place.clone())
                    .found(format!(
                        "`{}`, whose mean over the clients of {} is {is}",
                        top_up.index.name, service.name
                    ))
                    .expected("an indicator with a mean above zero")
                    .why(why)
                    .remedy("choose an indicator with a ratio scale, such as a rate"),
            );
            None
        })?;
        per_client = per_client.zip_with(&index, |sum, index| sum + top_up.amount * index);
        evaluator.record(
            format!("{}: index of {}", service.name, top_up.index.name),
            index,
        );
    }
    Some(who.zip_with(&per_client, |clients, need| clients * need))
}

/// Findings for need of clients that top-ups take below nothing.
fn refuse_negative_need(
    service: &Service,
    score: &PerAuthority<f64>,
    clients: &Reference,
    evaluator: &mut Evaluator<'_>,
) {
    let register = &evaluator.dataset().register;
    let negative = score.enumerate().filter(|(_, score)| **score < 0.0);
    let found: Vec<Finding> = negative
        .map(|(at, score)| {
            let place = clients.place.clone().authority(register[at].label());
            Finding::error("negative-need", place)
                .found(format!(
                    "a score of {score:.2} for {}: its top-ups take off more than the rest gives",
                    service.name
                ))
                .expected("zero or above")
                .why("a negative share would take money from an authority for its need")
                .remedy("hold the index at zero: clamp = { of = \"…\", min = 0 }, or state other amounts")
        })
        .collect();
    found
        .into_iter()
        .for_each(|finding| evaluator.findings().push(finding));
}

/// A service's need by its scores; none where they sum to nothing.
pub(super) fn service_need(
    name: ServiceName,
    quantum_share: f64,
    score: PerAuthority<f64>,
    formula: &Formula,
    findings: &mut Findings,
) -> Option<ServiceNeed> {
    let total = score.total();
    if total <= 0.0 || !total.is_finite() {
        findings.push(
            Finding::error("need-sums-to-zero", formula.need_place.clone())
                .found(format!("{name}: need that sums to {total}"))
                .expected("need above zero somewhere")
                .why("a share is an authority's need divided by that sum")
                .remedy("check the columns that need is measured by"),
        );
        return None;
    }
    let need_share = score.map(|score| Share(score / total));
    Some(ServiceNeed {
        name,
        quantum_share,
        score,
        need_share,
    })
}

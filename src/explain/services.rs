//! What an authority needs of each service, with the sums that a share is taken of.

use crate::assess::Assessment;
use crate::ids::ServiceName;
use crate::register::Position;
use crate::study::whole_pounds;
use crate::units::Pounds;

/// An authority's part of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct ServicePart {
    /// The service.
    pub name: ServiceName,
    /// The authority's score.
    pub score: f64,
    /// Everybody's scores together.
    pub all_scores: f64,
    /// Score ÷ all scores, from 0 to 1.
    pub need_share: f64,
    /// The service's part of the whole, from 0 to 1.
    pub quantum_share: f64,
    /// Its part of the need amount: the parts add up to that.
    pub need: Pounds,
}

/// The parts that a need amount in whole pounds is made of; none where need is not by services.
pub(super) fn service_parts(
    assessment: &Assessment,
    need_amount: Pounds,
    at: Position,
) -> Vec<ServicePart> {
    let total = assessment.assessed_total.as_f64();
    let exact: Vec<f64> = assessment
        .services
        .iter()
        .map(|service| total * service.quantum_share * service.need_share[at].0)
        .collect();
    let whole = add_up(&exact, need_amount);
    assessment
        .services
        .iter()
        .zip(whole)
        .map(|(service, need)| ServicePart {
            name: service.name.clone(),
            score: service.score[at],
            all_scores: service.score.total(),
            need_share: service.need_share[at].0,
            quantum_share: service.quantum_share,
            need,
        })
        .collect()
}

/// Whole pounds that add up to a sum: each is what the rounded sum of all up to it adds; the
/// last closes the gap.
fn add_up(exact: &[f64], sum: Pounds) -> Vec<Pounds> {
    let (mut up_to, mut given) = (0.0, Pounds::ZERO);
    let mut whole: Vec<Pounds> = exact
        .iter()
        .map(|part| {
            up_to += part;
            let part = whole_pounds(up_to) - given;
            given += part;
            part
        })
        .collect();
    if let Some(last) = whole.last_mut() {
        *last += sum - given;
    }
    whole
}

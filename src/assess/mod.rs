//! From inputs and a formula to an [`Assessment`]: need shares, own resources, the
//! quantum, need amounts and targets. Pure: no file, clock or environment.

mod evaluate;
mod fill;
mod groups;
mod indicators;
mod kinds;
mod own_resources;
mod scores;
mod undefined;
mod unit_check;

pub use evaluate::Evaluator;
pub use indicators::{below, equal_groups};

use std::collections::BTreeMap;

use self::own_resources::assess_own_resources;
use self::scores::{ScoredNeed, assess_scores, service_need};
use crate::findings::{Finding, Findings, Place};
use crate::formula::{Formula, Guarantee, GuaranteeKind, Need, Quantum, SetAside, Term};
use crate::ids::{FormulaName, IndicatorName, ServiceName};
use crate::inputs::Dataset;
use crate::register::{Column, Key, PerAuthority, PerVariable, Position};
use crate::units::{FinePounds, Pounds, Share};

/// Parts that the whole of national need is divided into: need shares become
/// integers here, and are exact from here on.
pub const PARTS: i128 = 1_000_000_000_000;

/// The same where so much money is divided by them that a part is more than a tenth of a pound.
pub const FINER_PARTS: i128 = 1_000_000_000_000_000;

/// The parts for a sum of money that need shares are shares of: what a share loses when it is
/// cut to them is never a pound.
fn parts_for(assessed_total: FinePounds) -> i128 {
    const LARGE: Pounds = Pounds(100_000_000_000);
    match assessed_total > LARGE.fine() {
        true => FINER_PARTS,
        false => PARTS,
    }
}

/// How need falls on authorities, before any guarantee.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// Of which formula.
    pub formula: FormulaName,
    /// Each service's scores and shares.
    pub services: Vec<ServiceNeed>,
    /// Share of national need; sums to 1.
    pub need_share: PerAuthority<Share>,
    /// The same in whole parts; sums to [`Self::parts`] exactly.
    pub need_parts: PerAuthority<i128>,
    /// The parts of the whole: [`PARTS`] or [`FINER_PARTS`].
    pub parts: i128,
    /// What authorities can raise themselves.
    pub own_resources: PerAuthority<FinePounds>,
    /// The sum to be shared, top slices taken off.
    pub quantum: Pounds,
    /// What each top slice takes off before, by the guarantee's position.
    pub top_slices: BTreeMap<usize, Pounds>,
    /// Money that a need share is a share of: quantum + Σ own resources, or Σ
    /// (target + own resources) where the formula states targets.
    pub assessed_total: FinePounds,
    /// Derived indicators and every index that entered a score, by name.
    pub indicators: BTreeMap<IndicatorName, PerAuthority<f64>>,
    /// Stated targets that own resources do not make up to nothing: they count as nothing.
    pub below_nothing: Vec<(Position, FinePounds)>,
}

/// One service's relative need.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceNeed {
    /// Its name.
    pub name: ServiceName,
    /// Its part of the quantum.
    pub quantum_share: f64,
    /// clients × (basic + Σ amount × index) × area cost adjustment.
    pub score: PerAuthority<f64>,
    /// Score ÷ Σ score; sums to 1.
    pub need_share: PerAuthority<Share>,
}

impl Assessment {
    /// need share × assessed total, to the millionth of a pound, rounded down.
    pub fn need_amount(&self) -> PerAuthority<FinePounds> {
        self.need_parts
            .map(|parts| FinePounds((parts * self.assessed_total.0).div_euclid(self.parts)))
    }

    /// need amount − own resources: what need alone would give; can be negative.
    pub fn target(&self) -> PerAuthority<FinePounds> {
        self.need_amount()
            .zip_with(&self.own_resources, |need, own| *need - *own)
    }

    /// Parts of national need of each variable: an authority's, or with services apart an
    /// authority's for each service.
    pub fn parts_by_variable(&self, services_apart: bool) -> PerVariable<i128> {
        if !services_apart {
            return PerVariable::of(self.need_parts.as_slice().to_vec());
        }
        let shares = self.need_parts.keys().flat_map(|at| {
            self.services
                .iter()
                .map(move |service| Share(service.quantum_share * service.need_share[at].0))
        });
        whole_parts(&PerVariable::of(shares.collect()), self.parts)
    }

    /// Own resources of each variable: with services apart they are for each service as
    /// its part of the quantum.
    pub fn own_by_variable(&self, services_apart: bool) -> PerVariable<FinePounds> {
        if services_apart {
            self.split_by_service(&self.own_resources)
        } else {
            PerVariable::of(self.own_resources.as_slice().to_vec())
        }
    }

    /// Money per authority divided among its services as the quantum is; the parts add up.
    pub fn split_by_service(&self, money: &PerAuthority<FinePounds>) -> PerVariable<FinePounds> {
        let shares = self.service_parts();
        let each = money.iter().flat_map(|sum| {
            let mut left = *sum;
            let last = shares.len() - 1;
            shares
                .iter()
                .enumerate()
                .map(|(position, parts)| {
                    let part = match position == last {
                        true => left,
                        false => FinePounds((sum.0 * parts).div_euclid(self.parts)),
                    };
                    left = left - part;
                    part
                })
                .collect::<Vec<_>>()
        });
        PerVariable::of(each.collect())
    }

    /// Each service's part of the quantum in whole pounds that add up to it.
    pub fn service_totals(&self) -> Vec<Pounds> {
        let mut left = self.quantum;
        let parts = self.service_parts();
        let last = parts.len() - 1;
        parts
            .iter()
            .enumerate()
            .map(|(position, parts)| {
                let total = match position == last {
                    true => left,
                    false => {
                        FinePounds((self.quantum.fine().0 * parts).div_euclid(self.parts)).round()
                    }
                };
                left -= total;
                total
            })
            .collect()
    }

    /// Each service's share of the quantum in whole parts of [`Self::parts`].
    fn service_parts(&self) -> Vec<i128> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "10^15 is exact in a double"
        )]
        let in_parts = |share: f64| (share * self.parts as f64).round() as i128;
        let parts = |service: &ServiceNeed| in_parts(service.quantum_share);
        self.services.iter().map(parts).collect()
    }
}

/// What an assessment takes besides the formula.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The checked table.
    pub dataset: &'a Dataset,
    /// The scenario's spending to be met, if there is a scenario.
    pub spending: Option<Pounds>,
    /// A sum stated on the command line.
    pub stated: StatedQuantum,
    /// The scenario's year, if there is a scenario; a formula's own comes before it.
    pub year: Option<&'a str>,
    /// A column or indicator to be the same for every authority: its mean.
    pub alike: Option<&'a IndicatorName>,
}

/// A sum that the command line states instead of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StatedQuantum {
    /// The files decide.
    #[default]
    None,
    /// The quantum itself, whatever the formula says.
    Sum(Pounds),
    /// The spending to be met, so that formulas stay on one footing: one that nets off
    /// own resources shares this less those, every other one this.
    Spending(Pounds),
}

/// Assesses need by a formula; `None` with findings where it cannot be.
pub fn assess_need(
    formula: &Formula,
    context: &Context<'_>,
    findings: &mut Findings,
) -> Option<Assessment> {
    let year = formula.year.as_deref().or(context.year);
    let mut evaluator =
        Evaluator::new(context.dataset, &formula.indicators, year).with_alike(context.alike);
    evaluator.check_indicators(formula);
    let of_units = unit_check::check_units(formula, &evaluator);
    evaluator.findings().append(of_units);
    let own_resources = assess_own_resources(formula, &mut evaluator);
    let need = assess_scores(formula, &mut evaluator);
    let quantum = assess_quantum(formula, context, &mut evaluator, own_resources.as_ref());
    let indicators = evaluator.finish(findings);
    let (own_resources, need, quantum) = (own_resources?, need?, quantum?);
    let top_slices = top_slices(formula, quantum);
    let quantum = quantum - top_slices.values().copied().sum();
    let own_total: FinePounds = own_resources.iter().copied().sum();
    if quantum <= Pounds::ZERO {
        findings.push(
            Finding::error(
                "quantum-not-positive",
                match context.stated {
                    StatedQuantum::None => formula.quantum_place.clone(),
                    StatedQuantum::Sum(_) | StatedQuantum::Spending(_) => {
                        Place::option("--quantum")
                    }
                },
            )
            .found(match own_total {
                FinePounds::ZERO => format!("{}: a quantum of {quantum}", formula.name),
                own => format!(
                    "{}: a quantum of {quantum}, with own resources of {}",
                    formula.name,
                    own.round()
                ),
            })
            .expected("a sum above zero")
            .why("there is nothing to share")
            .remedy(
                "state a larger quantum, or check the spending and own resources it is made from",
            ),
        );
        return None;
    }
    let mut below_nothing = Vec::new();
    let (services, need_share, assessed_total) = match need {
        ScoredNeed::Relative(services, shares) => (services, shares, quantum.fine() + own_total),
        ScoredNeed::Targets(targets) => {
            let stated = targets.zip_with(&own_resources, |target, own| *target + *own);
            below_nothing = stated
                .enumerate()
                .filter(|(_, amount)| **amount < FinePounds::ZERO)
                .map(|(at, _)| (at, targets[at]))
                .collect();
            let amounts = stated.map(|amount| FinePounds(amount.0.max(0)));
            let total: FinePounds = amounts.iter().copied().sum();
            let scores = amounts.map(|amount| amount.as_f64());
            let service = service_need(ServiceName::new("Need"), 1.0, scores, formula, findings)?;
            let shares = service.need_share.clone();
            (vec![service], shares, total)
        }
    };
    let mut all_indicators = indicators;
    all_indicators.retain(|_, column| column.len() == context.dataset.register.len());
    let parts = parts_for(assessed_total);
    Some(Assessment {
        formula: formula.name.clone(),
        need_parts: whole_parts(&need_share, parts),
        parts,
        services,
        need_share,
        own_resources,
        quantum,
        top_slices,
        assessed_total,
        indicators: all_indicators,
        below_nothing,
    })
}

/// What is set aside before the rest is shared.
fn top_slices(formula: &Formula, quantum: Pounds) -> BTreeMap<usize, Pounds> {
    let slice = |(position, guarantee): (usize, &Guarantee)| match guarantee.kind {
        GuaranteeKind::TopSlice(SetAside::Pounds(pounds)) => Some((position, pounds)),
        GuaranteeKind::TopSlice(SetAside::Share(share)) => {
            Some((position, share.of_rounded_down(quantum.fine()).round()))
        }
        _ => None,
    };
    let guarantees = formula.guarantees.iter().enumerate();
    guarantees.filter_map(slice).collect()
}

fn assess_quantum(
    formula: &Formula,
    context: &Context<'_>,
    evaluator: &mut Evaluator<'_>,
    own_resources: Option<&PerAuthority<FinePounds>>,
) -> Option<Pounds> {
    match context.stated {
        StatedQuantum::None => {}
        StatedQuantum::Spending(spending)
            if formula.quantum == Quantum::SpendingLessOwnResources =>
        {
            let own: FinePounds = own_resources?.iter().copied().sum();
            return Some((spending.fine() - own).round());
        }
        StatedQuantum::Sum(stated) | StatedQuantum::Spending(stated) => return Some(stated),
    }
    let spending = |evaluator: &mut Evaluator<'_>| {
        if context.spending.is_none() {
            evaluator.findings().push(
                Finding::error("no-spending", formula.quantum_place.clone())
                    .found("a quantum that is the scenario's spending, and no scenario")
                    .expected("a scenario, or a quantum in pounds")
                    .remedy("add --scenario NAME|FILE or --quantum POUNDS"),
            );
        }
        context.spending
    };
    match &formula.quantum {
        Quantum::Stated(pounds) => Some(*pounds),
        Quantum::Spending => spending(evaluator),
        Quantum::SpendingLessOwnResources => {
            let own: FinePounds = own_resources?.iter().copied().sum();
            spending(evaluator).map(|spending| (spending.fine() - own).round())
        }
        Quantum::ControlTotals => {
            let totals: Option<Vec<Pounds>> = match &formula.need {
                Need::Services(services) => services.iter().map(|s| s.control_total).collect(),
                Need::Relative(_) | Need::Targets(_) => None,
            };
            if totals.is_none() {
                evaluator.findings().push(
                    Finding::error("control-totals", formula.quantum_place.clone())
                        .found("a quantum that is the services' control totals, and none stated")
                        .expected("services that each state a control_total")
                        .remedy("add control_total = … to each [[service]], or state the quantum"),
                );
            }
            totals.map(|totals| totals.into_iter().sum())
        }
        Quantum::Sum(terms) => {
            let total: FinePounds = evaluator.money(terms)?.iter().copied().sum();
            Some(total.round())
        }
        Quantum::Number(reference) => {
            let term = Term::of(reference.clone());
            let numbers = evaluator.money(std::slice::from_ref(&term))?;
            let first = numbers.iter().next()?;
            if let Some((at, other)) = numbers.enumerate().find(|(_, number)| *number != first) {
                let label = context.dataset.register[at].label();
                evaluator.findings().push(
                    Finding::error("not-one-number", formula.quantum_place.clone())
                        .found(format!(
                            "`{}` of {} for {label}, and of {} for the first",
                            reference.name,
                            other.as_f64(),
                            first.as_f64()
                        ))
                        .expected("a quantum that is one number, the same for every authority")
                        .remedy(format!(
                            "for the sum over all authorities write {{ sum = [\"{}\"] }}",
                            reference.name
                        )),
                );
                return None;
            }
            Some(first.round())
        }
    }
}

/// Shares as whole parts that sum to `whole`: floors, then one part more
/// for the largest remainders, the earlier code first where remainders are equal.
fn whole_parts<K: Key + Ord>(shares: &Column<K, Share>, whole: i128) -> Column<K, i128> {
    let total: f64 = shares.iter().map(|share| share.0).sum();
    #[expect(clippy::cast_precision_loss, reason = "10^15 is exact in a double")]
    let exact = shares.map(|share| share.0 / total * whole as f64);
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 10^15")]
    let mut parts = exact.map(|exact| i128::from(exact.floor() as i64));
    // The largest remainder first; the bits of numbers that are not negative rise with them.
    let mut order: Vec<_> = exact
        .enumerate()
        .map(|(at, exact)| (std::cmp::Reverse(exact.fract().to_bits()), at))
        .collect();
    order.sort_unstable();
    let mut left = whole - parts.iter().sum::<i128>();
    assert!(
        left.unsigned_abs() <= 2 * order.len() as u128,
        "shares are not negative and add up, but for rounding"
    );
    // Rounding in `exact` can leave more or less than one part each; going round
    // again keeps the sum exact whatever it leaves. A share of nothing gets nothing.
    while left != 0 {
        let before = left;
        for (_, at) in &order {
            if left == 0 {
                break;
            }
            if exact[*at] > 0.0 {
                let step = left.signum();
                parts[*at] += step;
                left -= step;
            }
        }
        assert!(
            left != before,
            "some share is above zero: the scores' sum is"
        );
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::AuthorityCode;
    use crate::register::{Authority, Register};

    fn shares(values: &[f64]) -> PerAuthority<Share> {
        let register = Register::new(
            (0..values.len())
                .map(|n| Authority {
                    code: AuthorityCode::new(format!("A{n}")),
                    name: "".into(),
                    class: None,
                    region: None,
                    reporting_region: None,
                    population: None,
                    left_out_of_rankings: false,
                    line: 0,
                })
                .collect(),
        )
        .unwrap();
        register.column(|at, _| Share(values[at.index()]))
    }

    #[test]
    fn parts_sum_to_the_whole_and_no_need_gets_no_part() {
        // Thirds: 333,333,333,333.3 parts each, and the part left goes to the first.
        let parts = whole_parts(&shares(&[1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 0.0]), PARTS);
        assert_eq!(
            parts.as_slice(),
            [333_333_333_334, 333_333_333_333, 333_333_333_333, 0]
        );
    }
}

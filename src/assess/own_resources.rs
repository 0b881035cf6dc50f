//! What authorities can raise themselves, by a notional rate or as the data state it.

use super::Evaluator;
use crate::findings::Finding;
use crate::formula::{Formula, NotionalRate, NotionalResources, OwnResources, Term};
use crate::register::PerAuthority;
use crate::units::FinePounds;

/// Own resources in money: as stated, or (base − support) × collection rate × notional rate
/// × tier share × share for services × equalisation.
pub(super) fn assess_own_resources(
    formula: &Formula,
    evaluator: &mut Evaluator<'_>,
) -> Option<PerAuthority<FinePounds>> {
    match &formula.own_resources {
        None => Some(evaluator.dataset().register.column(|_, _| FinePounds::ZERO)),
        Some(OwnResources::Amount {
            terms,
            equalisation,
        }) => {
            let amounts = evaluator.sum(terms)?;
            if let Some(reference) = terms.iter().find_map(Term::reference) {
                evaluator.refuse_negative(&amounts, reference, "own resources");
            }
            evaluator.to_money(&amounts.map(|amount| amount * equalisation), terms)
        }
        Some(OwnResources::Notional(notional)) => {
            let bases = evaluator.column(&notional.base);
            let support = notional.support.as_ref().map(|of| evaluator.column(of));
            let tier_share = tier_share(notional, evaluator);
            let rate = match &notional.rate {
                NotionalRate::Stated(rate) => Some(*rate),
                NotionalRate::AverageOf(total) => evaluator
                    .column(total)
                    .zip(bases.as_ref())
                    .map(|(total, bases)| total.total() / bases.total()),
            };
            let (mut bases, rate) = (bases?, rate?);
            if let Some(support) = support {
                bases = bases.zip_with(&support?, |base, support| base - support);
            }
            evaluator.refuse_negative(&bases, &notional.base, "tax base");
            let part =
                notional.share_for_services * notional.equalisation * notional.collection_rate;
            let mut money = bases.map(|base| base * rate * part);
            if let Some(share) = tier_share? {
                money = money.zip_with(&share, |money, share| money * share);
            }
            evaluator.to_money(&money, &[Term::of(notional.base.clone())])
        }
    }
}

/// The part of an area's tax that goes to each authority's tier, if the formula parts it;
/// outer `None` where an authority's class has no number.
fn tier_share(
    notional: &NotionalResources,
    evaluator: &mut Evaluator<'_>,
) -> Option<Option<PerAuthority<f64>>> {
    let Some(tier_share) = &notional.tier_share else {
        return Some(None);
    };
    let classes = evaluator.group_column("class", &tier_share.place)?;
    let share = classes.map(|class| {
        let known = tier_share
            .by_class
            .iter()
            .find(|(known, _)| **known == **class);
        known.map(|(_, share)| *share)
    });
    if let Some((at, _)) = share.enumerate().find(|(_, share)| share.is_none()) {
        let label = evaluator.dataset().register[at].label();
        evaluator.findings().push(
            Finding::error("missing-class", tier_share.place.clone().authority(label))
                .found(format!("no tier share for class `{}`", classes[at]))
                .expected("a share for every class of authority")
                .why("the tax of an area is divided among its tiers")
                .remedy(format!("add {} = 1.0, or its part", classes[at])),
        );
        return None;
    }
    Some(Some(share.map(|share| share.unwrap_or(0.0))))
}

//! What a guarantee promises, as a person would say it.

use super::words::{conditions, list};
use super::{BandReference, Basis, Bound, ChangeBy, Guarantee, GuaranteeKind, PerHead, SetAside};

impl Guarantee {
    /// What it promises, in a sentence without its name.
    pub fn sentence(&self) -> String {
        let mut text = promise(&self.kind);
        if !self.only.is_empty() {
            text.push_str(&format!(", for those with {}", conditions(&self.only)));
        }
        if !self.services.is_empty() {
            let services: Vec<String> = self.services.iter().map(ToString::to_string).collect();
            text.push_str(&format!(", in {}", list(&services)));
        }
        if self.funded_outside {
            text.push_str(", paid from outside the quantum");
        }
        text
    }
}

fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Amount => "the amount",
        Basis::Funding => "funding",
    }
}

fn bound(bound: &Bound) -> String {
    match bound {
        Bound::PartOf {
            of,
            rate,
            basis: on,
        } => format!("{}: {rate} × {}", basis(*on), of.words()),
        Bound::Pounds { amount, basis: on } => format!("{}: {amount} pounds", basis(*on)),
        Bound::PerHead { amount, basis: on } => {
            format!("{}: {amount} pounds per resident", basis(*on))
        }
        Bound::Coverage(rate) => format!("coverage: {rate}"),
        Bound::DistanceFromTarget(rate) => format!("the distance from target: {rate}"),
        Bound::Change { of, by, basis: on } => {
            let by = match by {
                ChangeBy::Pounds(pounds) => format!("{pounds} pounds"),
                ChangeBy::Part(rate) => format!("{rate} × it"),
            };
            format!("the change of {} from {}: {by}", basis(*on), of.words())
        }
    }
}

fn set_aside(set_aside: &SetAside) -> String {
    match set_aside {
        SetAside::Pounds(pounds) => pounds.to_string(),
        SetAside::Share(share) => format!("{share} of the quantum"),
    }
}

fn promise(kind: &GuaranteeKind) -> String {
    match kind {
        GuaranteeKind::Floor(of) => format!("a floor under {}", bound(of)),
        GuaranteeKind::Ceiling(of) => format!("a ceiling over {}", bound(of)),
        GuaranteeKind::MinimumPerHead {
            per_head,
            basis: on,
        } => match per_head {
            PerHead::Pounds(pounds) => {
                format!("at least {pounds} pounds per resident, on {}", basis(*on))
            }
            PerHead::OfAverage(rate) => format!(
                "at least {rate} of the quantum per head for each resident, on {}",
                basis(*on)
            ),
        },
        GuaranteeKind::MinimumPerPersonInNeed {
            amount,
            clients,
            basis: on,
        } => format!(
            "at least {amount} pounds for each of {}, on {}",
            clients.name,
            basis(*on)
        ),
        GuaranteeKind::GroupBand {
            by,
            reference,
            lower,
            upper,
            basis: on,
        } => {
            let of = match reference {
                BandReference::Money(money) => money.words(),
                BandReference::Stated(_) => "the stated pounds".to_string(),
            };
            let mut sides = Vec::new();
            sides.extend(lower.as_ref().map(|rate| format!("at least {rate}")));
            sides.extend(upper.as_ref().map(|rate| format!("at most {rate}")));
            format!(
                "each {}'s total of {}: {} × {of}",
                by.name,
                basis(*on),
                list(&sides)
            )
        }
        GuaranteeKind::RingFence(sum) => format!("exactly {} together", set_aside(sum)),
        GuaranteeKind::MinimumShare { share, by } => match by {
            Some(by) => format!("at least {share} of the quantum for each {}", by.name),
            None => format!("at least {share} of the quantum for each authority"),
        },
        GuaranteeKind::HoldHarmless {
            of,
            by,
            bands,
            basis: on,
        } => {
            let bands: Vec<String> = bands
                .iter()
                .map(|band| match band.below {
                    Some(below) => format!("{} below {below}", band.rate),
                    None => format!("{} beyond", band.rate),
                })
                .collect();
            format!(
                "at least a part of {}, by {}: {}, on {}",
                of.words(),
                by.name,
                list(&bands),
                basis(*on)
            )
        }
        GuaranteeKind::PaceOfChange {
            of,
            down,
            up,
            basis: on,
        } => {
            let mut sides = Vec::new();
            sides.extend(
                down.as_ref()
                    .map(|rate| format!("a fall of no more than {rate}")),
            );
            sides.extend(
                up.as_ref()
                    .map(|rate| format!("a rise of no more than {rate}")),
            );
            format!("{} from {}, on {}", list(&sides), of.words(), basis(*on))
        }
        GuaranteeKind::TopSlice(sum) => {
            format!("{} set aside before the rest is shared", set_aside(sum))
        }
    }
}

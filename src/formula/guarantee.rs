//! Guarantees: the constraints that a policy maker states.

use std::collections::BTreeMap;

use super::{Condition, Money, Reference, Term};
use crate::findings::Place;
use crate::ids::{GuaranteeName, ServiceName};
use crate::units::{Pounds, Rate};

/// A constraint that a policy maker states.
#[derive(Debug, Clone, PartialEq)]
pub struct Guarantee {
    /// Its name, as results show it.
    pub name: GuaranteeName,
    /// What it promises.
    pub kind: GuaranteeKind,
    /// Only authorities that meet these conditions.
    pub only: Vec<Condition>,
    /// Only these services' amounts together; none: all of an authority's.
    pub services: Vec<ServiceName>,
    /// Where guarantees clash and the formula has them relaxed: the greatest number gives
    /// way first; none never gives way.
    pub priority: Option<u32>,
    /// Whether what it costs is paid from outside the quantum.
    pub funded_outside: bool,
    /// Where it is stated.
    pub place: Place,
}

/// What a guarantee promises.
#[derive(Debug, Clone, PartialEq)]
pub enum GuaranteeKind {
    /// At least so much.
    Floor(Bound),
    /// At most so much.
    Ceiling(Bound),
    /// At least this much per resident.
    MinimumPerHead {
        /// How much.
        per_head: PerHead,
        /// On amount or on funding.
        basis: Basis,
    },
    /// At least this much for each person in need.
    MinimumPerPersonInNeed {
        /// Pounds for each.
        amount: Rate,
        /// How many there are.
        clients: Reference,
        /// On amount or on funding.
        basis: Basis,
    },
    /// Each group's total between lower × and upper × its reference.
    GroupBand {
        /// A column.
        by: Reference,
        /// What each group's total is held near.
        reference: BandReference,
        /// Least part of the reference.
        lower: Option<Rate>,
        /// Greatest part of the reference.
        upper: Option<Rate>,
        /// On amount or on funding.
        basis: Basis,
    },
    /// The authorities that `where` picks get exactly this sum together: it can go to no
    /// others, and no others' money comes to them.
    RingFence(SetAside),
    /// At least this part of the quantum, for each authority or each group.
    MinimumShare {
        /// The part.
        share: Rate,
        /// A column; none: each authority.
        by: Option<Reference>,
    },
    /// At least rate × of, the rate by the band that a column's number is in.
    HoldHarmless {
        /// Of what.
        of: Money,
        /// The number that picks the band.
        by: Reference,
        /// Bands by rising number; the last has no end.
        bands: Vec<RateBand>,
        /// On amount or on funding.
        basis: Basis,
    },
    /// Each amount moves from a baseline by no more than these parts of it.
    PaceOfChange {
        /// The baseline.
        of: Money,
        /// Greatest fall.
        down: Option<Rate>,
        /// Greatest rise.
        up: Option<Rate>,
        /// On amount or on funding.
        basis: Basis,
    },
    /// A part of the quantum that is set aside before the rest is shared.
    TopSlice(SetAside),
}

impl GuaranteeKind {
    /// Its word in files and results.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Floor(_) => "floor",
            Self::Ceiling(_) => "ceiling",
            Self::MinimumPerHead { .. } => "minimum_per_head",
            Self::MinimumPerPersonInNeed { .. } => "minimum_per_person_in_need",
            Self::GroupBand { .. } => "group_band",
            Self::RingFence(_) => "ring_fence",
            Self::MinimumShare { .. } => "minimum_share",
            Self::HoldHarmless { .. } => "hold_harmless",
            Self::PaceOfChange { .. } => "pace_of_change",
            Self::TopSlice(_) => "top_slice",
        }
    }

    /// All words.
    pub const WORDS: [&'static str; 10] = [
        "floor",
        "ceiling",
        "minimum_per_head",
        "minimum_per_person_in_need",
        "group_band",
        "ring_fence",
        "minimum_share",
        "hold_harmless",
        "pace_of_change",
        "top_slice",
    ];

    /// Whether what it counts are groups.
    pub fn is_of_groups(&self) -> bool {
        matches!(
            self,
            Self::GroupBand { .. } | Self::RingFence(_) | Self::MinimumShare { by: Some(_), .. }
        )
    }
}

/// A bound on each authority.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    /// rate × of, on amount or funding.
    PartOf {
        /// Of what.
        of: Money,
        /// Which part of it.
        rate: Rate,
        /// What is bounded.
        basis: Basis,
    },
    /// So many pounds.
    Pounds {
        /// How many.
        amount: Rate,
        /// What is bounded.
        basis: Basis,
    },
    /// So many pounds per resident.
    PerHead {
        /// How many.
        amount: Rate,
        /// What is bounded.
        basis: Basis,
    },
    /// A part of the need amount, on funding.
    Coverage(Rate),
    /// amount ÷ target − 1, where the target is above zero.
    DistanceFromTarget(Rate),
    /// The change from a baseline, in pounds or as a part of it.
    Change {
        /// The baseline.
        of: Money,
        /// How much.
        by: ChangeBy,
        /// What changes.
        basis: Basis,
    },
}

/// How a change is stated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ChangeBy {
    /// In pounds.
    Pounds(Rate),
    /// As a part of the baseline.
    Part(Rate),
}

/// What a guarantee is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Basis {
    /// What is allocated.
    #[default]
    Amount,
    /// That and own resources.
    Funding,
}

impl Basis {
    /// Words of what is in money.
    pub const OF_MONEY: [(&'static str, Self); 2] =
        [("amount", Self::Amount), ("funding", Self::Funding)];
}

/// A minimum per resident.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PerHead {
    /// In pounds.
    Pounds(Rate),
    /// Part of the quantum ÷ all residents.
    OfAverage(Rate),
}

/// A rate up to a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateBand {
    /// Numbers below this; none: all.
    pub below: Option<f64>,
    /// The rate.
    pub rate: Rate,
}

/// A sum that is set aside.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SetAside {
    /// In pounds.
    Pounds(Pounds),
    /// As a part of the quantum.
    Share(Rate),
}

/// What a group's total is held near.
#[derive(Debug, Clone, PartialEq)]
pub enum BandReference {
    /// Money per authority, summed by group.
    Money(Money),
    /// Pounds for each group by name.
    Stated(BTreeMap<String, Pounds>),
}

impl Guarantee {
    /// The money per authority it refers to, if any.
    pub fn money(&self) -> Option<&Money> {
        match &self.kind {
            GuaranteeKind::Floor(bound) | GuaranteeKind::Ceiling(bound) => match bound {
                Bound::PartOf { of, .. } | Bound::Change { of, .. } => Some(of),
                _ => None,
            },
            GuaranteeKind::GroupBand {
                reference: BandReference::Money(money),
                ..
            } => Some(money),
            GuaranteeKind::HoldHarmless { of, .. } | GuaranteeKind::PaceOfChange { of, .. } => {
                Some(of)
            }
            _ => None,
        }
    }

    /// Columns of numbers it refers to besides money; columns of text are not among them.
    pub fn references(&self) -> Vec<Reference> {
        let mut references: Vec<Reference> =
            self.only.iter().flat_map(Condition::references).collect();
        match &self.kind {
            GuaranteeKind::MinimumPerPersonInNeed { clients, .. } => {
                references.push(clients.clone());
            }
            GuaranteeKind::HoldHarmless { by, .. } => references.push(by.clone()),
            _ => {}
        }
        references
    }
}

impl Money {
    /// The same money in words that a file could state.
    pub fn words(&self) -> String {
        match self {
            Self::Named(reference) => reference.name.to_string(),
            Self::Sum(terms) => terms
                .iter()
                .map(Term::words)
                .collect::<Vec<_>>()
                .join(" + "),
            Self::Formula(reference) => format!("funding under {}", reference.name),
            Self::Run(run) => format!("funding in {}", run.file),
        }
    }
}

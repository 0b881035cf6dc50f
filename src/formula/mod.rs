//! A formula: how need is measured, how own resources count, and which guarantees
//! and objective share the quantum. Read from TOML; policy is data, so every number
//! here comes from a file.

mod guarantees;
mod indicator;
mod read;
mod terms;

pub use indicator::{Band, Indicator, IndicatorKind};
pub use read::{open_formula, read_formula};
pub(crate) use terms::read_money as read_money_of_baseline;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::findings::Place;
use crate::ids::{
    AuthorityCode, BaselineName, FormulaName, GuaranteeName, IndicatorName, ServiceName,
};
use crate::inputs::Roles;
use crate::units::{Pounds, Rate};

/// A complete formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// File name without `.toml`.
    pub name: FormulaName,
    /// Name for readers.
    pub title: String,
    /// One sentence a minister could read.
    pub summary: String,
    /// How far it is somebody's official policy.
    pub provenance: Provenance,
    /// Which data it is for.
    pub data: FormulaData,
    /// Whether bare `compare` runs it.
    pub compare_by_default: bool,
    /// Derived numbers per authority.
    pub indicators: Vec<Indicator>,
    /// How need is measured.
    pub need: Need,
    /// What authorities can raise themselves.
    pub own_resources: Option<OwnResources>,
    /// The sum to be shared.
    pub quantum: Quantum,
    /// How it is shared within the guarantees.
    pub objective: Objective,
    /// What policy makers promise.
    pub guarantees: Vec<Guarantee>,
    /// Where its quantum is stated.
    pub quantum_place: Place,
    /// Where its measure of need is stated.
    pub need_place: Place,
}

/// How far a formula is somebody's official policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// As published.
    Official,
    /// Rebuilt from what is published.
    Reconstructed,
    /// To show a principle.
    Illustrative,
    /// What we would argue for.
    OurJudgement,
}

impl Provenance {
    /// All, with their words in files.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("official", Self::Official),
        ("reconstructed", Self::Reconstructed),
        ("illustrative", Self::Illustrative),
        ("our-judgement", Self::OurJudgement),
    ];

    /// The word for it in files and results.
    pub fn word(self) -> &'static str {
        Self::WORDS
            .iter()
            .find(|(_, provenance)| *provenance == self)
            .map_or("", |(word, _)| word)
    }
}

/// Which data a formula is for.
#[derive(Debug, Clone, PartialEq)]
pub enum FormulaData {
    /// A data package that the program carries.
    BuiltIn(String),
    /// The formula's own table.
    Own {
        /// A CSV file or a package folder.
        table: PathBuf,
        /// Which columns play which roles.
        roles: Box<Roles>,
    },
}

/// A name that a formula or scenario uses, with its place for findings.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// A column or a derived indicator.
    pub name: IndicatorName,
    /// Where it is used.
    pub place: Place,
}

/// One part of a sum or product.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// A constant.
    Number(f64),
    /// A column or indicator.
    Of(Reference),
    /// A column or indicator times a constant.
    Times(Reference, f64),
}

impl Term {
    /// The column or indicator it names, if any.
    pub fn reference(&self) -> Option<&Reference> {
        match self {
            Self::Number(_) => None,
            Self::Of(reference) | Self::Times(reference, _) => Some(reference),
        }
    }
}

/// How need is measured.
#[derive(Debug, Clone, PartialEq)]
pub enum Need {
    /// By services, each with its relative needs formula and its part of the quantum.
    Services(Vec<Service>),
    /// By relative need as a sum of terms; negative counts as zero.
    Relative(Vec<Term>),
    /// By targets in money, never rescaled to the quantum.
    Targets(Vec<Term>),
}

/// A part of the quantum with its own relative needs formula:
/// score = clients × (basic + Σ amount × index) × area cost adjustment.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: ServiceName,
    /// Its part of the quantum.
    pub quantum_share: f64,
    /// Who may need it.
    pub clients: Reference,
    /// Need per client before top-ups.
    pub basic: f64,
    /// What deprivation and other needs add per client.
    pub top_up: Vec<TopUp>,
    /// Local costs: 1 − w + w × index, for each component in turn.
    pub area_cost: Vec<AreaCost>,
    /// Where it is stated.
    pub place: Place,
}

/// amount × index, where index = the indicator ÷ its client-weighted mean.
#[derive(Debug, Clone, PartialEq)]
pub struct TopUp {
    /// Which indicator.
    pub index: Reference,
    /// Its amount per client at the mean.
    pub amount: f64,
}

/// An area cost adjustment: multiplier 1 − weight + weight × index.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaCost {
    /// An index of local costs, 1 where costs are the national mean.
    pub index: Reference,
    /// The part of costs that varies with it.
    pub weight: f64,
}

/// What authorities can raise themselves.
#[derive(Debug, Clone, PartialEq)]
pub enum OwnResources {
    /// base × notional rate × share for services × equalisation.
    Notional(Box<NotionalResources>),
    /// In money, as the data state it.
    Amount {
        /// A sum of columns.
        terms: Vec<Term>,
        /// 0 = ignored, 1 = counted in full.
        equalisation: f64,
    },
}

/// base × notional rate × share for services × equalisation.
#[derive(Debug, Clone, PartialEq)]
pub struct NotionalResources {
    /// Tax base, such as Band D equivalents.
    pub base: Reference,
    /// Pounds per unit of base.
    pub rate: NotionalRate,
    /// These services' part of what the tax pays for.
    pub share_for_services: f64,
    /// 0 = ignored, 1 = counted in full.
    pub equalisation: f64,
}

/// Pounds per unit of tax base.
#[derive(Debug, Clone, PartialEq)]
pub enum NotionalRate {
    /// The national average: a column's total ÷ the base's total.
    AverageOf(Reference),
    /// Stated.
    Stated(f64),
}

/// The sum to be shared.
#[derive(Debug, Clone, PartialEq)]
pub enum Quantum {
    /// The scenario's spending to be met.
    Spending,
    /// That less all own resources.
    SpendingLessOwnResources,
    /// Stated, in whole pounds.
    Stated(Pounds),
    /// A total over all authorities.
    Sum(Vec<Term>),
}

/// How the quantum is shared within the guarantees.
#[derive(Debug, Clone, PartialEq)]
pub enum Objective {
    /// Raise coverage (funding ÷ need amount) where it is lowest first, until the
    /// quantum is spent. Its answer is unique.
    LevelUp,
    /// Raise by one factor the gains over each authority's own floor: amount = F + α ×
    /// max(0, target − F), F its greatest own lower bound (classic floor damping). Its
    /// answer is unique.
    ScaleGains,
    /// Move every amount by the same per cent from a baseline, as far as guarantees
    /// allow. Its answer is unique.
    EqualChange {
        /// The baseline or column.
        of: Money,
    },
    /// Least Σ weight × |amount − target|, ties settled by `level_up`.
    LeastDeviation {
        /// Weight per authority; zero or above.
        weight: Reference,
    },
    /// Least Σ (amount − target)² ÷ weight. Its answer is unique.
    LeastSquares {
        /// Weight per authority; zero or above.
        weight: Reference,
    },
}

impl Objective {
    /// Objectives that files may state.
    pub const WORDS: [&'static str; 5] = [
        "level_up",
        "scale_gains",
        "equal_change",
        "least_deviation",
        "least_squares",
    ];

    /// The column it weights by, if any.
    pub fn weight(&self) -> Option<&Reference> {
        match self {
            Self::LeastDeviation { weight } | Self::LeastSquares { weight } => Some(weight),
            Self::LevelUp | Self::ScaleGains | Self::EqualChange { .. } => None,
        }
    }

    /// The money it refers to, if any.
    pub fn money(&self) -> Option<&Money> {
        match self {
            Self::EqualChange { of } => Some(of),
            _ => None,
        }
    }

    /// What it does and why its answer is the only one, in a sentence.
    pub fn sentence(&self) -> &'static str {
        match self {
            Self::LevelUp => {
                "Money goes first to where need is least met (level_up); there is one such answer."
            }
            Self::ScaleGains => {
                "Every gain over an authority's own floor is scaled by one factor (scale_gains); there is one such answer."
            }
            Self::EqualChange { .. } => {
                "Every amount moves by the same per cent from the baseline as far as guarantees allow (equal_change); there is one such answer."
            }
            Self::LeastDeviation { .. } => {
                "The weighted sum of distances from target is as small as can be (least_deviation); of the answers that are equally small, the one that raises coverage where it is lowest."
            }
            Self::LeastSquares { .. } => {
                "The sum of squared distances from target, each divided by its weight, is as small as can be (least_squares); there is one such answer."
            }
        }
    }
}

/// A constraint that a policy maker states.
#[derive(Debug, Clone, PartialEq)]
pub struct Guarantee {
    /// Its name, as results show it.
    pub name: GuaranteeName,
    /// What it promises.
    pub kind: GuaranteeKind,
    /// Only authorities whose text columns have these values.
    pub only: BTreeMap<String, String>,
    /// Where it is stated.
    pub place: Place,
}

/// What a guarantee promises.
#[derive(Debug, Clone, PartialEq)]
pub enum GuaranteeKind {
    /// At least rate × of.
    Floor(Bound),
    /// At most rate × of.
    Ceiling(Bound),
    /// At least this much per resident.
    MinimumPerHead {
        /// How much.
        per_head: PerHead,
        /// On amount or on funding.
        basis: Basis,
    },
    /// Each group's total between lower × and upper × its reference.
    GroupBand {
        /// A text column.
        by: String,
        /// What each group's total is held near.
        reference: BandReference,
        /// Least part of the reference.
        lower: Option<Rate>,
        /// Greatest part of the reference.
        upper: Option<Rate>,
        /// On amount or on funding.
        basis: Basis,
    },
}

impl GuaranteeKind {
    /// Its word in files and results.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Floor(_) => "floor",
            Self::Ceiling(_) => "ceiling",
            Self::MinimumPerHead { .. } => "minimum_per_head",
            Self::GroupBand { .. } => "group_band",
        }
    }

    /// All words.
    pub const WORDS: [&'static str; 4] = ["floor", "ceiling", "minimum_per_head", "group_band"];
}

/// rate × of, on amount or on funding.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// Of what.
    pub of: Money,
    /// Which part of it.
    pub rate: Rate,
    /// What is bounded.
    pub basis: Basis,
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

/// A minimum per resident.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PerHead {
    /// In pounds.
    Pounds(Rate),
    /// Part of the quantum ÷ all residents.
    OfAverage(Rate),
}

/// Money per authority that a guarantee or baseline refers to.
#[derive(Debug, Clone, PartialEq)]
pub enum Money {
    /// A column, an indicator, or one of the scenario's baselines.
    Named(Reference),
    /// A sum of columns.
    Sum(Vec<Term>),
    /// Another formula's funding.
    Formula(FormulaReference),
    /// An earlier run's funding, by code.
    Run(RunFunding),
}

/// Funding by code, as an earlier run allocated it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunFunding {
    /// The file it was read from, as messages name it.
    pub file: String,
    /// Funding in whole pounds.
    pub by_code: BTreeMap<AuthorityCode, Pounds>,
}

/// A formula that a file or the command line refers to.
#[derive(Debug, Clone, PartialEq)]
pub struct FormulaReference {
    /// Its name: a path's file name without `.toml`.
    pub name: FormulaName,
    /// As given: a built-in name, or a path.
    pub given: String,
    /// Where it is referred to.
    pub place: Place,
}

impl FormulaReference {
    /// A reference to a formula by name or path.
    pub fn new(given: &str, place: Place) -> Self {
        Self {
            name: FormulaName::new(file_stem(given)),
            given: given.to_string(),
            place,
        }
    }
}

/// A path's file name without its ending; a bare name as it is.
pub(crate) fn file_stem(given: &str) -> String {
    Path::new(given).file_stem().map_or_else(
        || given.to_string(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}

/// What a group's total is held near.
#[derive(Debug, Clone, PartialEq)]
pub enum BandReference {
    /// Money per authority, summed by group.
    Money(Money),
    /// Pounds for each group by name.
    Stated(BTreeMap<String, Pounds>),
}

impl Formula {
    /// Every column or indicator that the formula names, its own indicators' names
    /// left out. Names of baselines may be among them: the scenario tells.
    pub fn columns_used(&self) -> BTreeSet<IndicatorName> {
        let mut names: BTreeSet<IndicatorName> = BTreeSet::new();
        let mut add = |reference: &Reference| {
            names.insert(reference.name.clone());
        };
        for indicator in &self.indicators {
            indicator.kind.references().into_iter().for_each(&mut add);
        }
        match &self.need {
            Need::Services(services) => {
                for service in services {
                    add(&service.clients);
                    service.top_up.iter().for_each(|t| add(&t.index));
                    service.area_cost.iter().for_each(|a| add(&a.index));
                }
            }
            Need::Relative(terms) | Need::Targets(terms) => {
                terms.iter().filter_map(Term::reference).for_each(&mut add);
            }
        }
        match &self.own_resources {
            Some(OwnResources::Notional(notional)) => {
                add(&notional.base);
                if let NotionalRate::AverageOf(total) = &notional.rate {
                    add(total);
                }
            }
            Some(OwnResources::Amount { terms, .. }) => {
                terms.iter().filter_map(Term::reference).for_each(&mut add);
            }
            None => {}
        }
        if let Quantum::Sum(terms) = &self.quantum {
            terms.iter().filter_map(Term::reference).for_each(&mut add);
        }
        if let Some(weight) = self.objective.weight() {
            add(weight);
        }
        for money in self.money() {
            match money {
                Money::Named(reference) => add(reference),
                Money::Sum(terms) => {
                    terms.iter().filter_map(Term::reference).for_each(&mut add);
                }
                Money::Formula(_) | Money::Run(_) => {}
            }
        }
        for indicator in &self.indicators {
            names.remove(&indicator.name);
        }
        names
    }

    /// Money per authority that its guarantees and objective refer to.
    pub fn money(&self) -> impl Iterator<Item = &Money> {
        self.guarantees
            .iter()
            .filter_map(Guarantee::money)
            .chain(self.objective.money())
    }

    /// The same formula without area cost adjustments, or `None` if it has none.
    pub fn without_area_cost(&self) -> Option<Self> {
        let Need::Services(services) = &self.need else {
            return None;
        };
        if services.iter().all(|service| service.area_cost.is_empty()) {
            return None;
        }
        let services = services
            .iter()
            .map(|service| Service {
                area_cost: Vec::new(),
                ..service.clone()
            })
            .collect();
        Some(Self {
            need: Need::Services(services),
            ..self.clone()
        })
    }

    /// The same formula with only some of its guarantees.
    pub fn with_guarantees(&self, keep: impl Fn(usize) -> bool) -> Self {
        Self {
            guarantees: self
                .guarantees
                .iter()
                .enumerate()
                .filter(|(index, _)| keep(*index))
                .map(|(_, guarantee)| guarantee.clone())
                .collect(),
            ..self.clone()
        }
    }
}

impl Guarantee {
    /// The money per authority it refers to, if any.
    pub fn money(&self) -> Option<&Money> {
        match &self.kind {
            GuaranteeKind::Floor(bound) | GuaranteeKind::Ceiling(bound) => Some(&bound.of),
            GuaranteeKind::GroupBand {
                reference: BandReference::Money(money),
                ..
            } => Some(money),
            GuaranteeKind::GroupBand { .. } | GuaranteeKind::MinimumPerHead { .. } => None,
        }
    }
}

/// A baseline as scenario files and `--baseline` state it.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// Its name.
    pub name: BaselineName,
    /// What it is.
    pub money: Money,
}

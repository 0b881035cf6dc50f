//! A formula: how need is measured, how own resources count, and which guarantees
//! and objective share the quantum. Read from TOML; policy is data, so every number
//! here comes from a file.

mod condition;
mod guarantee;
mod guarantee_words;
mod guarantees;
mod indicator;
pub mod kinds;
mod objective;
mod read;
mod read_indicator;
mod read_tariffs;
mod reproduces;
pub mod tables;
mod terms;
pub mod words;

pub use condition::{Condition, LIMIT_KEYS, Limits, Test};
pub use guarantee::{
    BandReference, Basis, Bound, ChangeBy, Guarantee, GuaranteeKind, PerHead, RateBand, SetAside,
};
pub use indicator::{
    Band, BandGives, BandLimit, Fill, First, Group, Indicator, IndicatorKind, Rounding, ScaleOnly,
    Statistic,
};
pub use objective::Objective;
pub use read::{FORMULAS, open_formula, read_formula, read_layers};
pub use reproduces::{Computed, Official, Reproduces};
pub use terms::TERM;
pub(crate) use terms::read_money as read_money_of_baseline;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::findings::Place;
use crate::ids::{AuthorityCode, BaselineName, FormulaName, IndicatorName, ServiceName};
use crate::inputs::Roles;
use crate::inputs::named::stem;
use crate::units::Pounds;

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
    /// The year it is for, if it says so: what `by_year` picks.
    pub year: Option<String>,
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
    /// Whether each service has a total of its own: its part of the quantum.
    pub services_apart: bool,
    /// What to do where guarantees cannot hold together.
    pub on_clash: OnClash,
    /// Published results that its own are held against.
    pub reproduces: Vec<Reproduces>,
    /// Where its quantum is stated.
    pub quantum_place: Place,
    /// Where its measure of need is stated.
    pub need_place: Place,
}

/// What to do where guarantees cannot hold together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnClash {
    /// Say why, in pounds, and stop.
    #[default]
    Stop,
    /// Loosen guarantees in order of their priority, the greatest number first, each by
    /// the least that lets the rest hold.
    Relax,
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

/// A number, or a column or indicator times a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// A column or indicator; none: the number by itself.
    pub of: Option<Reference>,
    /// The number.
    pub times: f64,
    /// The unit of the whole, where the file states it.
    pub unit: String,
    /// Whether the number can carry a unit of its own: it was stated beside the name.
    pub converts: bool,
}

impl Term {
    /// A column or indicator as it is.
    pub fn of(reference: Reference) -> Self {
        Self {
            of: Some(reference),
            times: 1.0,
            unit: String::new(),
            converts: false,
        }
    }

    /// A number.
    pub fn number(number: f64) -> Self {
        Self {
            of: None,
            times: number,
            unit: String::new(),
            converts: true,
        }
    }

    /// The column or indicator it names, if any.
    pub fn reference(&self) -> Option<&Reference> {
        self.of.as_ref()
    }

    /// The term as a reader would write it.
    pub fn words(&self) -> String {
        match &self.of {
            None => self.times.to_string(),
            Some(reference) if self.times == 1.0 => reference.name.to_string(),
            Some(reference) => format!("{} × {}", self.times, reference.name),
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
/// score = relative need × area cost adjustment.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: ServiceName,
    /// Its part of the quantum.
    pub quantum_share: f64,
    /// Its control total, if the file states pounds instead of parts.
    pub control_total: Option<Pounds>,
    /// How much of it an authority needs beside others, before local costs.
    pub relative_need: RelativeNeed,
    /// Local costs.
    pub area_cost: Vec<AreaCost>,
    /// How the components of local costs come together.
    pub area_cost_form: AreaCostForm,
    /// Where it is stated.
    pub place: Place,
}

/// How much of a service an authority needs beside others, before local costs.
#[derive(Debug, Clone, PartialEq)]
pub enum RelativeNeed {
    /// clients × (basic + Σ amount × index).
    PerClient {
        /// Who may need it.
        clients: Reference,
        /// Need per client before top-ups.
        basic: f64,
        /// What deprivation and other needs add per client.
        top_up: Vec<TopUp>,
    },
    /// A column or indicator as it is, zero or above.
    Score(Reference),
}

/// How the components of local costs come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AreaCostForm {
    /// 1 − Σ weight + Σ weight × index: each component is a part of one budget.
    #[default]
    Sum,
    /// Π (1 − weight + weight × index): each comes on top of the others.
    Product,
}

/// amount × index, where index = the indicator ÷ its client-weighted mean.
#[derive(Debug, Clone, PartialEq)]
pub struct TopUp {
    /// Which indicator.
    pub index: Reference,
    /// Its amount per client at the mean.
    pub amount: f64,
}

/// A component of local costs.
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

/// (base − support) × collection rate × notional rate × tier share × share for services ×
/// equalisation.
#[derive(Debug, Clone, PartialEq)]
pub struct NotionalResources {
    /// Tax base, such as Band D equivalents.
    pub base: Reference,
    /// What support for taxpayers takes off the base, in its unit.
    pub support: Option<Reference>,
    /// The part of the tax that is collected.
    pub collection_rate: f64,
    /// The part of the tax in an area that goes to this tier of authority, by class; none:
    /// all of it.
    pub tier_share: Option<TierShare>,
    /// Pounds per unit of base.
    pub rate: NotionalRate,
    /// These services' part of what the tax pays for.
    pub share_for_services: f64,
    /// 0 = ignored, 1 = counted in full.
    pub equalisation: f64,
}

/// The part of the tax in an area that goes to one tier of authority.
#[derive(Debug, Clone, PartialEq)]
pub struct TierShare {
    /// A number for each class, from 0 to 1.
    pub by_class: Vec<(String, f64)>,
    /// Where it is stated.
    pub place: Place,
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
    /// An indicator that is one number, the same for every authority.
    Number(Reference),
    /// The sum of the services' control totals.
    ControlTotals,
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
            name: FormulaName::new(stem(given)),
            given: given.to_string(),
            place,
        }
    }
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
            indicator.kind.references().iter().for_each(&mut add);
        }
        match &self.need {
            Need::Services(services) => {
                for service in services {
                    match &service.relative_need {
                        RelativeNeed::PerClient {
                            clients, top_up, ..
                        } => {
                            add(clients);
                            top_up.iter().for_each(|t| add(&t.index));
                        }
                        RelativeNeed::Score(score) => add(score),
                    }
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
                notional.support.iter().for_each(&mut add);
                if let NotionalRate::AverageOf(total) = &notional.rate {
                    add(total);
                }
            }
            Some(OwnResources::Amount { terms, .. }) => {
                terms.iter().filter_map(Term::reference).for_each(&mut add);
            }
            None => {}
        }
        match &self.quantum {
            Quantum::Sum(terms) => terms.iter().filter_map(Term::reference).for_each(&mut add),
            Quantum::Number(reference) => add(reference),
            Quantum::Spending
            | Quantum::SpendingLessOwnResources
            | Quantum::Stated(_)
            | Quantum::ControlTotals => {}
        }
        if let Some(weight) = self.objective.weight() {
            add(weight);
        }
        for guarantee in &self.guarantees {
            guarantee.references().iter().for_each(&mut add);
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
}

/// A baseline as scenario files and `--baseline` state it.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// Its name.
    pub name: BaselineName,
    /// What it is.
    pub money: Money,
}

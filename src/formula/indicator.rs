//! Derived indicators: numbers per authority made from columns and other
//! indicators by a kind with parameters. There is no expression language, so that
//! every step can be shown for every authority.

use super::condition::Condition;
use super::{Reference, Term};
use crate::findings::Place;
use crate::ids::{AuthorityCode, IndicatorName};

/// A derived number per authority.
#[derive(Debug, Clone, PartialEq)]
pub struct Indicator {
    /// Its name, unlike any column's.
    pub name: IndicatorName,
    /// How it is made.
    pub kind: IndicatorKind,
    /// Its unit, if stated.
    pub unit: String,
    /// What it is, in the file's own words.
    pub note: String,
    /// Where it is stated.
    pub place: Place,
}

/// How a derived indicator is made; x is the indicator `of`. What each kind gives, and
/// its mathematics, stand in [`super::kinds::KINDS`].
#[derive(Debug, Clone, PartialEq)]
pub enum IndicatorKind {
    /// Sum of terms.
    Sum(Vec<Term>),
    /// Product of terms.
    Product(Vec<Term>),
    /// First ÷ second.
    Ratio(Term, Term),
    /// First − second.
    Difference(Term, Term),
    /// x to a power.
    Power {
        /// x.
        of: Reference,
        /// The power.
        exponent: f64,
    },
    /// Natural logarithm of x.
    Log {
        /// x.
        of: Reference,
    },
    /// x held between two limits.
    Clamp {
        /// x.
        of: Reference,
        /// Least value.
        least: Option<Term>,
        /// Greatest value.
        greatest: Option<Term>,
    },
    /// max(0, x − threshold).
    ExcessOver {
        /// x.
        of: Reference,
        /// The threshold.
        threshold: Term,
    },
    /// x − the lowest x.
    AboveLowest {
        /// x.
        of: Reference,
        /// Among whom.
        group: Group,
        /// The lowest, where it is stated.
        lowest: Option<Term>,
    },
    /// x at a multiple of a step.
    Round {
        /// x.
        of: Reference,
        /// The step.
        step: f64,
        /// Which multiple.
        to: Rounding,
    },
    /// One number of a whole group, for each of its authorities.
    Statistic {
        /// Which number.
        what: Statistic,
        /// Of whom.
        group: Group,
    },
    /// x ÷ Σ x.
    Share {
        /// x.
        of: Reference,
        /// Among whom.
        group: Group,
        /// The sum, where it is stated.
        total: Option<Term>,
    },
    /// x ÷ its mean.
    Index {
        /// x.
        of: Reference,
        /// Weight of the mean.
        weight: Option<Reference>,
        /// Among whom.
        group: Group,
        /// The mean, where it is stated.
        mean: Option<Term>,
    },
    /// (x − mean) ÷ standard deviation.
    ZScore {
        /// x.
        of: Reference,
        /// Weight of mean and deviation.
        weight: Option<Reference>,
        /// Among whom.
        group: Group,
    },
    /// Place of x in order, 1 for the first.
    Rank {
        /// x.
        of: Reference,
        /// Which end is first.
        first: First,
        /// Among whom.
        group: Group,
        /// Whether equal x stand in order of code, or share the better place.
        part_ties: bool,
    },
    /// Tenth of the authorities by x, 1 for the first.
    Decile {
        /// x.
        of: Reference,
        /// Which end is first.
        first: First,
        /// Among whom.
        group: Group,
    },
    /// What the first band gives whose limit x keeps.
    Banded {
        /// x.
        of: Reference,
        /// Bands from low to high.
        bands: Vec<Band>,
    },
    /// Straight lines between points.
    Piecewise {
        /// x.
        of: Reference,
        /// Points by rising x.
        points: Vec<(Term, Term)>,
        /// Whether lines are straight in ln x.
        logarithmic: bool,
        /// Whether the outer lines go on.
        extended: bool,
    },
    /// A number for each group.
    ByGroup {
        /// The column of groups: `class` for `by_class`.
        by: Reference,
        /// A number for each group by name.
        values: Vec<(String, Term)>,
        /// For the others.
        otherwise: Option<Term>,
    },
    /// A number for each year.
    ByYear(Vec<(String, Term)>),
    /// One term where conditions are met, another where not.
    When {
        /// The conditions.
        only: Vec<Condition>,
        /// Where they are met.
        then: Term,
        /// Where not.
        otherwise: Term,
    },
    /// x × to ÷ Σ x.
    Scale {
        /// x.
        of: Reference,
        /// What it is to sum to.
        to: Term,
        /// Among whom.
        group: Group,
        /// In which case.
        only: ScaleOnly,
    },
    /// Amounts that rise by one level until they sum to a total.
    Fill(Box<Fill>),
    /// The level of the same.
    Level(Box<Fill>),
    /// from + part × (to − from).
    PhaseIn {
        /// Where it starts.
        from: Term,
        /// Where it ends.
        to: Term,
        /// How far.
        part: Term,
    },
    /// The region's weighted mean of x ÷ the national mean of those regional
    /// values, weighted by `weight` over all authorities.
    RegionalMeanIndex {
        /// x.
        of: Reference,
        /// Weight, such as population.
        weight: Reference,
        /// Authorities whose own x does not enter the regional mean.
        leave_out: Vec<(AuthorityCode, Place)>,
    },
    /// First principal component of several indicators' z-scores, its sign such
    /// that it rises with the first of them.
    PrincipalComponent(Vec<Reference>),
    /// Score on the one common factor of several indicators, its sign such that it rises
    /// with the first of them.
    Factor(Vec<Reference>),
}

/// Among whom something is worked out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group {
    /// Columns whose values part the authorities; none: all are one group.
    pub by: Vec<Reference>,
    /// Only those that meet these conditions count.
    pub only: Vec<Condition>,
}

/// One number of a group.
#[derive(Debug, Clone, PartialEq)]
pub enum Statistic {
    /// Σ x.
    Total(Reference),
    /// Mean of x, weighted if a weight is named.
    Mean(Reference, Option<Reference>),
    /// Least x.
    Lowest(Reference),
    /// Greatest x.
    Highest(Reference),
    /// How many authorities.
    Count,
}

/// Which end of an order stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum First {
    /// The highest.
    #[default]
    Highest,
    /// The lowest.
    Lowest,
}

/// Which multiple of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rounding {
    /// The nearest; halves go up.
    #[default]
    Nearest,
    /// The one below.
    Down,
    /// The one above.
    Up,
}

/// When numbers are scaled to a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScaleOnly {
    /// Always.
    #[default]
    Always,
    /// Only where they sum to more.
    Down,
    /// Only where they sum to less.
    Up,
}

/// min(max, max(min, level × weight + plus)) with a level such that the amounts of a group
/// sum to a total.
#[derive(Debug, Clone, PartialEq)]
pub struct Fill {
    /// What they sum to.
    pub total: Term,
    /// What each rises by with the level.
    pub weight: Term,
    /// What is added whatever the level.
    pub plus: Option<Term>,
    /// Least amount; zero unless stated.
    pub least: Option<Term>,
    /// Greatest amount.
    pub greatest: Option<Term>,
    /// Amounts are rounded to this, and sum to the total as rounded.
    pub step: Option<f64>,
    /// Among whom.
    pub group: Group,
}

/// A band of a banded indicator.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Where it ends; the last has no end.
    pub limit: BandLimit,
    /// What it gives.
    pub gives: BandGives,
}

/// Where a band ends.
#[derive(Debug, Clone, PartialEq)]
pub enum BandLimit {
    /// At this number, itself included.
    UpTo(Term),
    /// Below this number.
    Below(Term),
    /// Nowhere.
    None,
}

/// What a band gives.
#[derive(Debug, Clone, PartialEq)]
pub enum BandGives {
    /// A value.
    Value(Term),
    /// Σ coefficient × x^place.
    Polynomial(Vec<f64>),
}

impl IndicatorKind {
    /// Terms it is made from; a bare name is a term too.
    pub fn terms(&self) -> Vec<Term> {
        let of_name = |reference: &Reference| Term::of(reference.clone());
        match self {
            Self::Sum(terms) | Self::Product(terms) => terms.clone(),
            Self::Ratio(a, b) | Self::Difference(a, b) => vec![a.clone(), b.clone()],
            Self::Power { of, .. } | Self::Log { of } | Self::Round { of, .. } => vec![of_name(of)],
            Self::Clamp {
                of,
                least,
                greatest,
            } => std::iter::once(of_name(of))
                .chain(least.clone())
                .chain(greatest.clone())
                .collect(),
            Self::ExcessOver { of, threshold } => vec![of_name(of), threshold.clone()],
            Self::AboveLowest {
                of, lowest: stated, ..
            }
            | Self::Share {
                of, total: stated, ..
            } => std::iter::once(of_name(of)).chain(stated.clone()).collect(),
            Self::Index {
                of, weight, mean, ..
            } => std::iter::once(of_name(of))
                .chain(weight.as_ref().map(of_name))
                .chain(mean.clone())
                .collect(),
            Self::ZScore { of, weight, .. } => std::iter::once(of_name(of))
                .chain(weight.as_ref().map(of_name))
                .collect(),
            Self::Rank { of, .. } | Self::Decile { of, .. } => vec![of_name(of)],
            Self::Statistic { what, .. } => match what {
                Statistic::Total(of)
                | Statistic::Mean(of, None)
                | Statistic::Lowest(of)
                | Statistic::Highest(of) => vec![of_name(of)],
                Statistic::Mean(of, Some(weight)) => vec![of_name(of), of_name(weight)],
                Statistic::Count => Vec::new(),
            },
            Self::Banded { of, bands } => {
                let of_bands = bands.iter().flat_map(|band| {
                    let limit = match &band.limit {
                        BandLimit::UpTo(term) | BandLimit::Below(term) => Some(term.clone()),
                        BandLimit::None => None,
                    };
                    let value = match &band.gives {
                        BandGives::Value(term) => Some(term.clone()),
                        BandGives::Polynomial(_) => None,
                    };
                    limit.into_iter().chain(value)
                });
                std::iter::once(of_name(of)).chain(of_bands).collect()
            }
            Self::Piecewise { of, points, .. } => {
                let of_points = points.iter().flat_map(|(x, y)| [x.clone(), y.clone()]);
                std::iter::once(of_name(of)).chain(of_points).collect()
            }
            Self::ByGroup {
                values, otherwise, ..
            } => values
                .iter()
                .map(|(_, term)| term.clone())
                .chain(otherwise.clone())
                .collect(),
            Self::ByYear(values) => values.iter().map(|(_, term)| term.clone()).collect(),
            Self::When {
                then, otherwise, ..
            } => vec![then.clone(), otherwise.clone()],
            Self::Scale { of, to, .. } => vec![of_name(of), to.clone()],
            Self::Fill(fill) | Self::Level(fill) => [&fill.total, &fill.weight]
                .into_iter()
                .chain(&fill.plus)
                .chain(&fill.least)
                .chain(&fill.greatest)
                .cloned()
                .collect(),
            Self::PhaseIn { from, to, part } => vec![from.clone(), to.clone(), part.clone()],
            Self::RegionalMeanIndex { of, weight, .. } => vec![of_name(of), of_name(weight)],
            Self::PrincipalComponent(of) | Self::Factor(of) => of.iter().map(of_name).collect(),
        }
    }

    /// Conditions that decide who counts, or what is given.
    pub fn conditions(&self) -> &[Condition] {
        match self {
            Self::When { only, .. } => only,
            _ => self.group().map_or(&[], |group| group.only.as_slice()),
        }
    }

    /// Among whom it is worked out, if not authority by authority.
    pub fn group(&self) -> Option<&Group> {
        match self {
            Self::AboveLowest { group, .. }
            | Self::Statistic { group, .. }
            | Self::Share { group, .. }
            | Self::Index { group, .. }
            | Self::ZScore { group, .. }
            | Self::Rank { group, .. }
            | Self::Decile { group, .. }
            | Self::Scale { group, .. } => Some(group),
            Self::Fill(fill) | Self::Level(fill) => Some(&fill.group),
            _ => None,
        }
    }

    /// Columns and indicators of numbers it is made from, those of conditions included.
    pub fn references(&self) -> Vec<Reference> {
        self.terms()
            .into_iter()
            .filter_map(|term| term.of)
            .chain(self.conditions().iter().flat_map(Condition::references))
            .collect()
    }

    /// Its word in files.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Sum(_) => "sum",
            Self::Product(_) => "product",
            Self::Ratio(..) => "ratio",
            Self::Difference(..) => "difference",
            Self::Power { .. } => "power",
            Self::Log { .. } => "log",
            Self::Clamp { .. } => "clamp",
            Self::ExcessOver { .. } => "excess_over",
            Self::AboveLowest { .. } => "above_lowest",
            Self::Round { .. } => "round",
            Self::Statistic { what, .. } => match what {
                Statistic::Total(_) => "total",
                Statistic::Mean(..) => "mean",
                Statistic::Lowest(_) => "lowest",
                Statistic::Highest(_) => "highest",
                Statistic::Count => "count",
            },
            Self::Share { .. } => "share",
            Self::Index { .. } => "index",
            Self::ZScore { .. } => "z_score",
            Self::Rank { .. } => "rank",
            Self::Decile { .. } => "decile",
            Self::Banded { .. } => "banded",
            Self::Piecewise { .. } => "piecewise",
            Self::ByGroup { by, .. } => match by.name.as_str() {
                "class" => "by_class",
                _ => "by_group",
            },
            Self::ByYear(_) => "by_year",
            Self::When { .. } => "when",
            Self::Scale { .. } => "scale",
            Self::Fill(_) => "fill",
            Self::Level(_) => "level",
            Self::PhaseIn { .. } => "phase_in",
            Self::RegionalMeanIndex { .. } => "regional_mean_index",
            Self::PrincipalComponent(_) => "principal_component",
            Self::Factor(_) => "factor",
        }
    }
}

//! Measures by which formulas are told apart: how near funding comes to need, who gets more,
//! what moves. One list, from which the program works them out, the league table takes its
//! rows, and `docs/MEASURES.md` is written. A new measure is one entry of [`MEASURES`] and one
//! function.

mod of_baseline;
mod of_need;

use crate::allocation::Allocation;
use crate::compare::Comparison;
use crate::grouping::{Grouping, deprivation, population, tax_base_per_head};
use crate::inputs::Dataset;
use crate::register::{PerAuthority, Position};
use crate::units::Share;

/// Groups that most and least deprived, and like authorities, are tenths of.
pub const TENTHS: usize = 10;

/// A way to tell formulas apart.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// Its name in files.
    pub name: &'static str,
    /// Its name for readers.
    pub title: &'static str,
    /// Unit of its values.
    pub unit: Unit,
    /// Which way is better.
    pub better: Better,
    /// What it is, exactly, in a sentence.
    pub definition: &'static str,
    /// Who defined it or publishes it.
    pub reference: &'static str,
    /// What it is worked out from.
    pub of: Of,
}

/// What a measure is worked out from, and how.
#[derive(Debug, Clone, Copy)]
pub enum Of {
    /// Funding beside need, as a yardstick measures it.
    Need(fn(&AgainstNeed<'_>) -> Option<f64>),
    /// The same, of one authority that is an extreme.
    Extreme(fn(&AgainstNeed<'_>) -> Option<Found>),
    /// Funding beside a baseline.
    Baseline(fn(&AgainstBaseline<'_>) -> Option<Found>),
}

/// A value, and the authority whose it is where it is an extreme.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// The value.
    pub value: f64,
    /// Whose it is, if one authority's.
    pub at: Option<Position>,
}

/// Unit of a measure's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Per cent, as 5.0.
    PerCent,
    /// Whole pounds.
    Pounds,
    /// Pounds per resident.
    PoundsPerHead,
    /// Pounds per Band D dwelling.
    PoundsPerBandD,
    /// A ratio, index or slope.
    Ratio,
    /// How many authorities.
    Authorities,
    /// How many people.
    People,
}

impl Of {
    /// Whether it is of need, not of a baseline.
    pub fn is_of_need(&self) -> bool {
        matches!(self, Self::Need(_) | Self::Extreme(_))
    }
}

impl Unit {
    /// The word for it in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::PerCent => "per cent",
            Self::Pounds => "GBP",
            Self::PoundsPerHead => "GBP per resident",
            Self::PoundsPerBandD => "GBP per Band D dwelling",
            Self::Ratio => "ratio",
            Self::Authorities => "authorities",
            Self::People => "people",
        }
    }

    /// Decimals that values have in files.
    pub fn decimals(self) -> usize {
        match self {
            Self::PerCent => 4,
            Self::Pounds | Self::Authorities | Self::People => 0,
            Self::PoundsPerHead | Self::PoundsPerBandD => 2,
            Self::Ratio => 6,
        }
    }
}

/// Which way a measure is better; a measure that only describes has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More of it.
    Higher,
    /// Less of it.
    Lower,
    /// The nearer to nought.
    NearerZero,
    /// The nearer to one.
    NearerOne,
    /// It only describes.
    Neither,
}

impl Better {
    /// The word for it in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Higher => "higher",
            Self::Lower => "lower",
            Self::NearerZero => "nearer 0",
            Self::NearerOne => "nearer 1",
            Self::Neither => "",
        }
    }

    /// How far a value is from the best, for ranking: less is better. None where a measure
    /// only describes.
    pub fn badness(self, value: f64) -> Option<f64> {
        match self {
            Self::Higher => Some(-value),
            Self::Lower => Some(value),
            Self::NearerZero => Some(value.abs()),
            Self::NearerOne => Some((value - 1.0).abs()),
            Self::Neither => None,
        }
    }
}

/// Funding beside need. What is missing from the table is none: so are then the measures that
/// would need it.
pub struct AgainstNeed<'a> {
    /// Funding, £.
    pub funding: Vec<f64>,
    /// The yardstick's need share × all funding, £: its total is that of funding.
    pub need: Vec<f64>,
    /// What authorities raise themselves, £.
    pub own_resources: Vec<f64>,
    /// Residents.
    pub people: Option<&'a [f64]>,
    /// Higher is more deprived.
    pub deprivation: Option<&'a [f64]>,
    /// Tax base per resident.
    pub tax_base_per_head: Option<&'a [f64]>,
    /// Tenths of authorities by deprivation, the most deprived first.
    pub tenths: Option<&'a Grouping>,
}

/// Funding beside a baseline.
pub struct AgainstBaseline<'a> {
    /// The table.
    pub dataset: &'a Dataset,
    /// The comparison.
    pub comparison: &'a Comparison,
}

/// What measures take from a table, read once.
pub struct Places {
    people: Option<PerAuthority<f64>>,
    deprivation: Option<PerAuthority<f64>>,
    tax_base_per_head: Option<PerAuthority<f64>>,
    tenths: Option<Grouping>,
}

impl Places {
    /// Of a table.
    pub fn of(dataset: &Dataset) -> Self {
        Self {
            people: population(&dataset.register),
            deprivation: deprivation(dataset),
            tax_base_per_head: tax_base_per_head(dataset),
            tenths: Grouping::by_deprivation(dataset, TENTHS),
        }
    }

    /// An allocation beside need shares.
    pub fn against_need(
        &self,
        allocation: &Allocation,
        need_share: &PerAuthority<Share>,
    ) -> AgainstNeed<'_> {
        let funding: Vec<f64> = allocation.funding.iter().map(|sum| sum.as_f64()).collect();
        let total: f64 = funding.iter().sum();
        AgainstNeed {
            need: need_share.iter().map(|share| share.0 * total).collect(),
            own_resources: allocation
                .own_resources
                .iter()
                .map(|own| own.as_f64())
                .collect(),
            funding,
            people: self.people.as_ref().map(PerAuthority::as_slice),
            deprivation: self.deprivation.as_ref().map(PerAuthority::as_slice),
            tax_base_per_head: self.tax_base_per_head.as_ref().map(PerAuthority::as_slice),
            tenths: self.tenths.as_ref(),
        }
    }
}

/// Every measure, in the order shown.
pub const MEASURES: [Measure; 28] = [
    Measure {
        name: "within_5_per_cent_of_need",
        title: "authorities within 5 % of need",
        unit: Unit::PerCent,
        better: Better::Higher,
        definition: "Share of authorities whose coverage (share of funding ÷ share of need) is between 0.95 and 1.05.",
        reference: "Institute for Fiscal Studies, How much public spending does each area receive?, 2023",
        of: Of::Need(of_need::within_band),
    },
    Measure {
        name: "misplaced_gbp",
        title: "money misplaced",
        unit: Unit::Pounds,
        better: Better::Lower,
        definition: "Half of Σ |funding − need|: what would have to move for every authority to have its share of need.",
        reference: "Hoover, The measurement of industrial localization, Review of Economics and Statistics 18, 1936",
        of: Of::Need(of_need::misplaced),
    },
    Measure {
        name: "misplaced_per_cent",
        title: "money misplaced, of all funding",
        unit: Unit::PerCent,
        better: Better::Lower,
        definition: "Money misplaced ÷ all funding (Hoover index of funding beside need).",
        reference: "Hoover 1936, as above",
        of: Of::Need(of_need::misplaced_per_cent),
    },
    Measure {
        name: "coverage_gini",
        title: "Gini of coverage",
        unit: Unit::Ratio,
        better: Better::Lower,
        definition: "One less twice the area under the Lorenz curve: cumulative shares of funding against cumulative shares of need, authorities in order of coverage. 0 = need met alike everywhere.",
        reference: "Gini 1912; Lorenz 1905",
        of: Of::Need(of_need::coverage_gini),
    },
    Measure {
        name: "lowest_coverage",
        title: "lowest coverage",
        unit: Unit::Ratio,
        better: Better::Higher,
        definition: "The least funding ÷ need of any authority that has need.",
        reference: "Maximin, after Rawls, A Theory of Justice, 1971, here of places",
        of: Of::Extreme(of_need::lowest_coverage),
    },
    Measure {
        name: "spread_among_like",
        title: "spread among like authorities",
        unit: Unit::PerCent,
        better: Better::Lower,
        definition: "Authorities in tenths by need per resident, the neediest first; the square root of the need-weighted mean of (coverage − coverage of the tenth)², in points of coverage, a tenth's coverage being all its funding ÷ all its need. Horizontal equity: like places alike.",
        reference: "Kakwani and Lambert 1998 on horizontal equity; the grouping is our own",
        of: Of::Need(of_need::spread_among_like),
    },
    Measure {
        name: "vertical_equity_elasticity",
        title: "elasticity of funding to need",
        unit: Unit::Ratio,
        better: Better::NearerOne,
        definition: "Slope of ln(funding per resident) on ln(need per resident), least squares weighted by residents. 1 = in proportion to need; less = too little for the needier. Places without funding or need have no logarithm and are left out.",
        reference: "Elasticities of school finance: Odden and Picus, School Finance, on vertical equity",
        of: Of::Need(of_need::elasticity),
    },
    Measure {
        name: "concentration_index_funding",
        title: "concentration index of funding",
        unit: Unit::Ratio,
        better: Better::Neither,
        definition: "One less twice the area under the concentration curve: cumulative shares of funding against cumulative shares of residents, authorities from the least to the most deprived, those equally deprived together. Above 0 = more per head where deprivation is higher.",
        reference: "Kakwani, Wagstaff and van Doorslaer, Journal of Econometrics 77, 1997",
        of: Of::Need(of_need::concentration_of_funding),
    },
    Measure {
        name: "concentration_index_need",
        title: "concentration index of need",
        unit: Unit::Ratio,
        better: Better::Neither,
        definition: "The same of the yardstick's need.",
        reference: "Kakwani, Wagstaff and van Doorslaer 1997, as above",
        of: Of::Need(of_need::concentration_of_need),
    },
    Measure {
        name: "kakwani_index",
        title: "Kakwani index of funding and need",
        unit: Unit::Ratio,
        better: Better::NearerZero,
        definition: "Concentration index of funding less that of need. Below 0 = deprived places have less than their need; above 0 = more.",
        reference: "Index of horizontal inequity of Wagstaff and van Doorslaer, Handbook of Health Economics 1, 2000, after Kakwani, Economic Journal 87, 1977",
        of: Of::Need(of_need::kakwani),
    },
    Measure {
        name: "slope_index_of_inequality",
        title: "slope index of inequality",
        unit: Unit::Ratio,
        better: Better::NearerZero,
        definition: "Slope of coverage on the fractional rank of deprivation (0 least, 1 most), least squares weighted by residents: coverage at the most deprived end less that at the least deprived end: a difference of coverage.",
        reference: "Preston, Haines and Pamuk 1981; Mackenbach and Kunst, Social Science & Medicine 44, 1997",
        of: Of::Need(of_need::slope_index),
    },
    Measure {
        name: "most_deprived_tenth_per_head_gbp",
        title: "£ per head, most deprived tenth",
        unit: Unit::PoundsPerHead,
        better: Better::Neither,
        definition: "Funding of the most deprived tenth of authorities together ÷ their residents together.",
        reference: "MHCLG settlement statistics compare tenths so",
        of: Of::Need(of_need::most_deprived_per_head),
    },
    Measure {
        name: "least_deprived_tenth_per_head_gbp",
        title: "£ per head, least deprived tenth",
        unit: Unit::PoundsPerHead,
        better: Better::Neither,
        definition: "Funding of the least deprived tenth of authorities together ÷ their residents together.",
        reference: "MHCLG settlement statistics compare tenths so",
        of: Of::Need(of_need::least_deprived_per_head),
    },
    Measure {
        name: "most_to_least_deprived_ratio",
        title: "most to least deprived tenth",
        unit: Unit::Ratio,
        better: Better::Neither,
        definition: "£ per head of the most deprived tenth ÷ that of the least deprived tenth.",
        reference: "MHCLG settlement statistics compare tenths so",
        of: Of::Need(of_need::most_to_least),
    },
    Measure {
        name: "rank_correlation_deprivation",
        title: "rank correlation with deprivation",
        unit: Unit::Ratio,
        better: Better::Neither,
        definition: "Spearman's rank correlation of funding per resident, to the penny, and deprivation, authorities alike, equal values at their mean rank.",
        reference: "Spearman 1904",
        of: Of::Need(of_need::rank_correlation_deprivation),
    },
    Measure {
        name: "rank_correlation_need",
        title: "rank correlation with need",
        unit: Unit::Ratio,
        better: Better::Neither,
        definition: "Spearman's rank correlation of funding and need per resident, to the penny, authorities alike, equal values at their mean rank.",
        reference: "Spearman 1904",
        of: Of::Need(of_need::rank_correlation_need),
    },
    Measure {
        name: "tax_base_dependence",
        title: "elasticity of coverage to tax base",
        unit: Unit::Ratio,
        better: Better::NearerZero,
        definition: "Slope of ln(coverage) on ln(tax base per resident), least squares weighted by residents: per cent more coverage that goes with one per cent more tax base, an association and no cause. 0 = none. Places without funding, need or tax base have no logarithm and are left out.",
        reference: "Fiscal neutrality in school finance: Odden and Picus, School Finance (wealth elasticity), here of funding beside need",
        of: Of::Need(of_need::tax_base_dependence),
    },
    Measure {
        name: "own_resources_per_cent",
        title: "funding raised locally",
        unit: Unit::PerCent,
        better: Better::Neither,
        definition: "Σ own resources ÷ Σ funding.",
        reference: "Our own: a notional share, at the rate that the formula states",
        of: Of::Need(of_need::own_resources),
    },
    Measure {
        name: "money_moved_gbp",
        title: "money moved",
        unit: Unit::Pounds,
        better: Better::Neither,
        definition: "Half of Σ |funding − baseline|.",
        reference: "Institute for Fiscal Studies on the Fair Funding Review, 2025",
        of: Of::Baseline(of_baseline::money_moved),
    },
    Measure {
        name: "turnover_per_cent",
        title: "turnover",
        unit: Unit::PerCent,
        better: Better::Lower,
        definition: "Money moved ÷ the baseline's total.",
        reference: "As portfolio turnover; Institute for Fiscal Studies 2025 as above",
        of: Of::Baseline(of_baseline::turnover),
    },
    Measure {
        name: "winners",
        title: "winners",
        unit: Unit::Authorities,
        better: Better::Neither,
        definition: "Authorities whose funding is above the baseline by more than the tolerance.",
        reference: "Institute for Fiscal Studies 2025 as above",
        of: Of::Baseline(of_baseline::winners),
    },
    Measure {
        name: "losers",
        title: "losers",
        unit: Unit::Authorities,
        better: Better::Neither,
        definition: "Authorities whose funding is below the baseline by more than the tolerance; against what councils spend: those that spend more than the formula gives.",
        reference: "Institute for Fiscal Studies 2025 as above",
        of: Of::Baseline(of_baseline::losers),
    },
    Measure {
        name: "people_in_winning_areas",
        title: "people in winning areas",
        unit: Unit::People,
        better: Better::Neither,
        definition: "Residents of winners.",
        reference: "Institute for Fiscal Studies 2025 as above",
        of: Of::Baseline(of_baseline::people_in_winners),
    },
    Measure {
        name: "people_in_losing_areas",
        title: "people in losing areas",
        unit: Unit::People,
        better: Better::Neither,
        definition: "Residents of losers.",
        reference: "Institute for Fiscal Studies 2025 as above",
        of: Of::Baseline(of_baseline::people_in_losers),
    },
    Measure {
        name: "largest_loss_per_head_gbp",
        title: "largest loss per head",
        unit: Unit::PoundsPerHead,
        better: Better::Lower,
        definition: "The greatest fall from the baseline in pounds per resident; authorities too small for rankings are left out.",
        reference: "Usual in settlement analyses",
        of: Of::Baseline(of_baseline::largest_loss_per_head),
    },
    Measure {
        name: "largest_loss_per_cent",
        title: "largest loss, per cent",
        unit: Unit::PerCent,
        better: Better::Lower,
        definition: "The greatest fall from the baseline in per cent of it; authorities too small for rankings are left out.",
        reference: "Usual in settlement analyses",
        of: Of::Baseline(of_baseline::largest_loss_per_cent),
    },
    Measure {
        name: "largest_loss_band_d_gbp",
        title: "largest loss per Band D dwelling",
        unit: Unit::PoundsPerBandD,
        better: Better::Lower,
        definition: "The greatest fall from the baseline in pounds per Band D dwelling: what Council Tax would rise by to make it good; authorities too small for rankings are left out.",
        reference: "Usual in settlement analyses",
        of: Of::Baseline(of_baseline::largest_loss_band_d),
    },
    Measure {
        name: "largest_loss_gbp",
        title: "largest loss, £",
        unit: Unit::Pounds,
        better: Better::Lower,
        definition: "The greatest fall from the baseline in pounds; authorities too small for rankings are left out.",
        reference: "Usual in settlement analyses",
        of: Of::Baseline(of_baseline::largest_loss),
    },
];

#[cfg(test)]
mod tests;

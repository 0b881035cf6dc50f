//! Objectives: how the quantum is shared within the guarantees, each with one stated
//! answer.

use super::guarantee::Basis;
use super::tables::OBJECTIVE;
use super::terms::{one_of, read_annotations, read_money, read_reference_of};
use super::{Money, Reference};
use crate::inputs::Fields;

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
    /// Least Σ |amount − baseline|: money moved, within guarantees that say how well need
    /// must be met. Ties settled by `level_up`.
    LeastTurnover {
        /// What is moved from.
        of: Money,
        /// Whether the baseline is an amount or funding.
        basis: Basis,
    },
    /// Least Σ (amount − target)² ÷ weight. Its answer is unique.
    LeastSquares {
        /// Weight per authority; zero or above.
        weight: Reference,
    },
    /// The smallest sum that honours every guarantee, need amounts held at the quantum.
    /// Ties settled by `level_up`.
    LeastQuantum,
    /// The same amount per resident, as far as guarantees allow. Its answer is unique.
    PerHead,
    /// The same amount per unit of tax base. Its answer is unique.
    ByTaxBase {
        /// Tax base per authority.
        base: Reference,
    },
    /// The same part of every claim. Its answer is unique.
    Proportional {
        /// What each authority claims.
        claim: Money,
    },
    /// Equal amounts, nobody above its claim: min(claim, λ). Its answer is unique.
    EqualAwards {
        /// What each authority claims.
        claim: Money,
    },
    /// Equal losses, nobody below nothing: max(0, claim − λ). Its answer is unique.
    EqualLosses {
        /// What each authority claims.
        claim: Money,
    },
    /// Equal awards up to half of every claim, then equal losses from there (Aumann and
    /// Maschler 1985). Its answer is unique.
    Talmud {
        /// What each authority claims.
        claim: Money,
    },
}

impl Objective {
    /// Objectives that files may state.
    pub const WORDS: [&'static str; 13] = [
        "level_up",
        "scale_gains",
        "equal_change",
        "least_deviation",
        "least_turnover",
        "least_squares",
        "least_quantum",
        "per_head",
        "by_tax_base",
        "proportional",
        "constrained_equal_awards",
        "constrained_equal_losses",
        "talmud",
    ];

    /// Its word in files and results.
    pub fn word(&self) -> &'static str {
        match self {
            Self::LevelUp => "level_up",
            Self::ScaleGains => "scale_gains",
            Self::EqualChange { .. } => "equal_change",
            Self::LeastDeviation { .. } => "least_deviation",
            Self::LeastTurnover { .. } => "least_turnover",
            Self::LeastSquares { .. } => "least_squares",
            Self::LeastQuantum => "least_quantum",
            Self::PerHead => "per_head",
            Self::ByTaxBase { .. } => "by_tax_base",
            Self::Proportional { .. } => "proportional",
            Self::EqualAwards { .. } => "constrained_equal_awards",
            Self::EqualLosses { .. } => "constrained_equal_losses",
            Self::Talmud { .. } => "talmud",
        }
    }

    /// The column it weights by, if any.
    pub fn weight(&self) -> Option<&Reference> {
        match self {
            Self::LeastDeviation { weight }
            | Self::LeastSquares { weight }
            | Self::ByTaxBase { base: weight } => Some(weight),
            _ => None,
        }
    }

    /// The money it refers to, if any.
    pub fn money(&self) -> Option<&Money> {
        match self {
            Self::EqualChange { of } | Self::LeastTurnover { of, .. } => Some(of),
            Self::Proportional { claim }
            | Self::EqualAwards { claim }
            | Self::EqualLosses { claim }
            | Self::Talmud { claim } => Some(claim),
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
            Self::LeastTurnover { .. } => {
                "As little money as can be is moved from the baseline (least_turnover); of the answers that move equally little, the one that raises coverage where it is lowest."
            }
            Self::LeastSquares { .. } => {
                "The sum of squared distances from target, each divided by its weight, is as small as can be (least_squares); there is one such answer."
            }
            Self::LeastQuantum => {
                "The sum is the smallest that honours every guarantee (least_quantum); of the ways to share it, the one that raises coverage where it is lowest."
            }
            Self::PerHead => {
                "Every authority gets the same per resident as far as guarantees allow (per_head); there is one such answer."
            }
            Self::ByTaxBase { .. } => {
                "Every authority gets the same per unit of tax base as far as guarantees allow (by_tax_base); there is one such answer."
            }
            Self::Proportional { .. } => {
                "Every authority gets the same part of its claim as far as guarantees allow (proportional); there is one such answer."
            }
            Self::EqualAwards { .. } => {
                "Every authority gets the same, but none more than its claim (constrained_equal_awards); there is one such answer."
            }
            Self::EqualLosses { .. } => {
                "Every authority gets its claim less the same sum, but none less than nothing (constrained_equal_losses); there is one such answer."
            }
            Self::Talmud { .. } => {
                "Every authority gets the same up to half its claim, and beyond that loses the same from its claim (talmud); there is one such answer."
            }
        }
    }
}

pub(super) fn read_objective(allocation: &Fields<'_>) -> Option<Objective> {
    if !allocation.keys().iter().any(|key| key == "objective") {
        return Some(Objective::LevelUp);
    }
    let fields = allocation.table("objective")?.described_by(OBJECTIVE.keys);
    read_annotations(&fields);
    let kind = fields.required_text("kind", "the kind of objective, such as \"level_up\"")?;
    let weight = || read_reference_of(&fields, "weight", "the column of weights");
    let claim = || read_money(&fields, "claim");
    let objective = match kind.as_str() {
        "level_up" => Some(Objective::LevelUp),
        "scale_gains" => Some(Objective::ScaleGains),
        "equal_change" => read_money(&fields, "of").map(|of| Objective::EqualChange { of }),
        "least_deviation" => weight().map(|weight| Objective::LeastDeviation { weight }),
        "least_turnover" => {
            let of = read_money(&fields, "of");
            let basis = match fields.text("on") {
                Some(text) => one_of(&fields, "on", &text, &Basis::OF_MONEY),
                None => Some(Basis::Amount),
            };
            of.zip(basis)
                .map(|(of, basis)| Objective::LeastTurnover { of, basis })
        }
        "least_squares" => weight().map(|weight| Objective::LeastSquares { weight }),
        "least_quantum" => Some(Objective::LeastQuantum),
        "per_head" => Some(Objective::PerHead),
        "by_tax_base" => read_reference_of(&fields, "base", "the column of the tax base")
            .map(|base| Objective::ByTaxBase { base }),
        "proportional" => claim().map(|claim| Objective::Proportional { claim }),
        "constrained_equal_awards" => claim().map(|claim| Objective::EqualAwards { claim }),
        "constrained_equal_losses" => claim().map(|claim| Objective::EqualLosses { claim }),
        "talmud" => claim().map(|claim| Objective::Talmud { claim }),
        _ => {
            let words = Objective::WORDS.map(|word| (word, ()));
            one_of(&fields, "kind", &kind, &words);
            fields.entries();
            None
        }
    };
    fields.finish();
    objective
}

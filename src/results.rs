//! What a run found, formula by formula: the one value that tables, summary and
//! charts are made from.

use std::sync::Arc;

use crate::allocation::{Allocation, ShadowPrice, Side, ZERO, price_unit, shadow_prices};
use crate::assess::Assessment;
use crate::breakdowns::{Breakdown, breakdowns};
use crate::compare::{Comparison, compare_funding};
use crate::currency::Currency;
use crate::formula::{Baseline, Formula, GuaranteeKind, Objective};
use crate::grouping::Grouping;
use crate::ids::BaselineName;
use crate::register::PerAuthority;
use crate::reproduce::{Reproduced, reproduce};
use crate::study::{AmountsBySubset, GuaranteeCost, NoResult, Solved, Study};
use crate::units::{PerCent, Pounds, signed_pence};

/// One formula's results.
#[derive(Debug, Clone, PartialEq)]
pub struct FormulaResult {
    /// The formula.
    pub formula: Formula,
    /// Need, program and allocation.
    pub solved: Solved,
    /// What each guarantee moves, in file order.
    pub costs: Vec<GuaranteeCost>,
    /// Amounts by the guarantees that stand, where they are asked for.
    pub amounts: Option<AmountsBySubset>,
    /// What a little more room in each guarantee is worth.
    pub prices: Vec<ShadowPrice>,
    /// The allocation without area cost adjustment, if the formula has one.
    pub without_area_cost: Option<Allocation>,
    /// Against each baseline, in the scenario's order.
    pub comparisons: Vec<Comparison>,
    /// Each comparison broken down by groups.
    pub breakdowns: Vec<Vec<Breakdown>>,
    /// Against published results, where the formula names some.
    pub reproduced: Vec<Reproduced>,
    /// What sums are in.
    pub currency: &'static Currency,
}

/// What formulas are compared with, and how.
#[derive(Debug, Clone)]
pub struct Against<'a> {
    /// Baselines and their money.
    pub baselines: &'a [(BaselineName, PerAuthority<Pounds>)],
    /// Change beyond which an authority wins or loses.
    pub tolerance: PerCent,
    /// Groupings that comparisons are broken down by, besides those of the table.
    pub by: &'a [Grouping],
    /// Part of need met that breakdowns ask who passes.
    pub threshold: PerCent,
    /// Whether amounts by the guarantees that stand are kept: an explanation needs them.
    pub keeps_amounts: bool,
}

impl Against<'_> {
    /// Nothing: a formula by itself.
    pub const NOTHING: Against<'static> = Against {
        baselines: &[],
        tolerance: PerCent(0.5),
        by: &[],
        threshold: PerCent(95.0),
        keeps_amounts: false,
    };
}

/// Solves a formula and compares it with baselines.
pub fn formula_result(
    study: &Study,
    formula: &Formula,
    against: &Against<'_>,
) -> Result<FormulaResult, NoResult> {
    let assessment = Arc::new(study.need(formula)?);
    result_of_need(study, formula, assessment, against)
}

/// The same for a formula whose need was worked out before.
pub fn result_of_need(
    study: &Study,
    formula: &Formula,
    assessment: Arc<Assessment>,
    against: &Against<'_>,
) -> Result<FormulaResult, NoResult> {
    let solved = study.solve_assessed(formula, assessment)?;
    let (costs, prices) = rayon::join(
        || {
            let amounts = study.amounts_by_guarantees(formula, &solved)?;
            let costs = amounts.costs(formula, &solved);
            Ok((costs, amounts))
        },
        || {
            shadow_prices(
                &solved.program,
                formula,
                &solved.assessment,
                &solved.allocation,
                &study.dataset.register,
            )
        },
    );
    let (costs, amounts) = costs?;
    let amounts = against.keeps_amounts.then_some(amounts);
    let without_area_cost = match study.solve_without_area_cost(formula) {
        Some(solved) => Some(solved?.allocation),
        None => None,
    };
    let comparisons: Vec<Comparison> = against
        .baselines
        .iter()
        .map(|(name, baseline)| {
            compare_funding(
                &solved.allocation,
                name,
                baseline,
                &study.dataset,
                against.tolerance,
            )
        })
        .collect();
    let breakdowns = comparisons
        .iter()
        .map(|comparison| {
            breakdowns(
                &study.dataset,
                &solved.allocation,
                comparison,
                against.by,
                against.threshold,
            )
        })
        .collect();
    let reproduced = reproduce(formula, &study.dataset, &solved);
    Ok(FormulaResult {
        formula: formula.clone(),
        reproduced,
        solved,
        currency: study.currency(),
        costs,
        amounts,
        prices,
        without_area_cost,
        comparisons,
        breakdowns,
    })
}

/// Every baseline's money.
pub fn baseline_money(
    study: &Study,
    baselines: &[Baseline],
) -> Result<Vec<(BaselineName, PerAuthority<Pounds>)>, NoResult> {
    baselines
        .iter()
        .map(|baseline| Ok((baseline.name.clone(), study.baseline(baseline)?)))
        .collect()
}

fn authorities(count: usize) -> String {
    match count {
        1 => "1 authority".to_string(),
        _ => format!("{count} authorities"),
    }
}

impl FormulaResult {
    /// Authorities at the natural floor of zero.
    pub fn at_zero(&self) -> usize {
        let binding = &self.solved.allocation.binding;
        binding
            .iter()
            .filter(|names| names.iter().any(|name| name == ZERO))
            .count()
    }

    /// What a guarantee does, in words.
    pub fn guarantee_sentence(&self, index: usize) -> String {
        let sentence = self.sentence_in_pounds(index);
        self.currency.put(&sentence).into_owned()
    }

    fn sentence_in_pounds(&self, index: usize) -> String {
        let mut sentence = self.what_it_moves(index);
        if let Some(worth) = self.worth(index) {
            sentence.push_str(&format!("; {worth}"));
        }
        let relaxed = self.solved.relaxed.iter().find(|r| r.guarantee == index);
        match relaxed.map(|relaxed| &relaxed.to) {
            None => sentence,
            Some(None) => format!(
                "\"{}\" was dropped, since the guarantees cannot hold together",
                self.formula.guarantees[index].name
            ),
            Some(Some(to)) => {
                format!("{sentence}; it gave way, since the guarantees cannot hold together: {to}")
            }
        }
    }

    /// A guarantee's own prices, where it has bounds on amounts.
    pub fn own_price(&self, index: usize) -> Option<&ShadowPrice> {
        let own = |price: &&ShadowPrice| price.guarantee == index && price.group.is_none();
        self.prices.iter().find(own)
    }

    /// Its shadow price in words.
    fn worth(&self, index: usize) -> Option<String> {
        let price = self.own_price(index).filter(|price| price.binds)?;
        let way = match price.side {
            Side::Lower => "above",
            Side::Upper => "below",
        };
        let measured = price.up?;
        let (up, down) = (signed_pence(price.up?), signed_pence(price.down?));
        match &self.formula.objective {
            Objective::LevelUp if measured.abs() >= 5e-7 => Some(format!(
                "over all that it promises, it holds coverage {:.4} {way} that of the rest on average",
                measured.abs()
            )),
            Objective::LeastDeviation { .. } => Some(format!(
                "a pound more of it in all changes the weighted distance from target by {up}, a pound less by {down}"
            )),
            Objective::LeastTurnover { .. } => Some(format!(
                "a pound more of it in all changes the money moved by {up}, a pound less by {down}"
            )),
            Objective::LeastQuantum => Some(format!(
                "a pound more of it in all changes the quantum by {up}, a pound less by {down}"
            )),
            _ => None,
        }
    }

    /// What its prices are in.
    pub fn price_unit(&self) -> &'static str {
        price_unit(&self.formula.objective)
    }

    fn what_it_moves(&self, index: usize) -> String {
        let guarantee = &self.formula.guarantees[index];
        let count = self.solved.allocation.bound_count[index];
        if let GuaranteeKind::TopSlice(_) = guarantee.kind {
            return format!(
                "\"{}\" sets {} aside before the rest is shared",
                guarantee.name,
                self.costs[index].last.unwrap_or(Pounds::ZERO)
            );
        }
        let what = match (guarantee.kind.is_of_groups(), count) {
            (true, 1) => "group",
            (true, _) => "groups",
            (false, 1) => "authority",
            (false, _) => "authorities",
        };
        if guarantee.funded_outside {
            return format!(
                "\"{}\" pays {} on top of the quantum to {count} {what}",
                guarantee.name,
                self.costs[index].last.unwrap_or(Pounds::ZERO)
            );
        }
        let cost = &self.costs[index];
        let receivers = authorities(cost.receivers);
        if count == 0 {
            return match cost.last {
                None | Some(Pounds::ZERO) => {
                    format!("\"{}\" binds nowhere and costs nothing", guarantee.name)
                }
                // Others' gains are measured from it.
                Some(moved) => format!(
                    "\"{}\" binds nowhere; but gains are measured from what guarantees give, so that it moves {moved} to {receivers}",
                    guarantee.name
                ),
            };
        }
        let Some(moved) = cost.last else {
            return format!(
                "\"{}\" binds for {count} {what}; without it no whole pounds satisfy the others",
                guarantee.name
            );
        };
        if moved == Pounds::ZERO {
            return format!(
                "\"{}\" binds for {count} {what} and costs nothing: without it amounts are the same",
                guarantee.name
            );
        }
        let mut sentence = format!(
            "\"{}\" binds for {count} {what} and moves {moved} to {receivers}",
            guarantee.name
        );
        if let Some(pence) = cost.pence_less
            && pence.abs() >= 0.05
        {
            if pence > 0.0 {
                sentence.push_str(&format!(
                    "; the {} on no guarantee get {pence:.1}p in the pound less",
                    cost.free_payers
                ));
                if cost.bound_payers > 0 {
                    sentence.push_str(&format!(
                        ", and {} that a guarantee holds in the end get less too",
                        cost.bound_payers
                    ));
                }
            } else {
                sentence.push_str(&format!(
                    "; those on no guarantee get {:.1}p in the pound more",
                    -pence
                ));
            }
        }
        sentence
    }
}

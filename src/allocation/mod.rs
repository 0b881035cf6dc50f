//! An [`Allocation`]: whole pounds that add up exactly, verified outside the solver
//! in pounds, with what binds for each authority. And, where guarantees cannot hold
//! together, by how many pounds.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::assess::Assessment;
use crate::formula::{Formula, Objective};
use crate::ids::{FormulaName, ServiceName};
use crate::program::{Goal, GuaranteeSet, LinearProgram, ServicePlace, Stage, WEIGHT_SCALE, only};
use crate::register::{PerAuthority, PerVariable, Position, Register};
use crate::solve::{Level, Method, SolveError, total_deviation};
use crate::units::{FinePounds, Pounds, Share};

mod answer;
mod crossing;
mod crossing_rounding;
mod infeasible;
mod prices;
mod redraw;
mod rounding;
mod shortfall;

pub use crate::program::Side;
use answer::by_authority;
pub use answer::{Answer, Proof, Verification, solve_program};
pub use infeasible::{Infeasible, Relaxed, Remedy, explain, relax};
pub use prices::{LARGEST_PRICED, ShadowPrice, price_unit, shadow_prices};
pub use redraw::{Amounts, GroupsCross, NoDraw, Redraw, solve_amounts, solve_amounts_of_each};
pub use shortfall::Shortfall;

/// What `binding` says of an authority at the natural floor.
pub const ZERO: &str = "zero";

/// A solved and verified formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocation {
    /// Of which formula.
    pub formula: FormulaName,
    /// The sum that was shared.
    pub quantum: Pounds,
    /// Share of national need.
    pub need_share: PerAuthority<Share>,
    /// What authorities can raise themselves, to the pound.
    pub own_resources: PerAuthority<Pounds>,
    /// need share × assessed total, to the pound.
    pub need_amount: PerAuthority<Pounds>,
    /// need amount − own resources, to the pound.
    pub target: PerAuthority<Pounds>,
    /// What is allocated; sums to the quantum exactly.
    pub amount: PerAuthority<Pounds>,
    /// What is paid on top from outside the quantum.
    pub outside: PerAuthority<Pounds>,
    /// What is allocated for each service, where services are apart.
    pub by_service: Vec<(ServiceName, PerAuthority<Pounds>)>,
    /// amount + own resources + what is paid on top.
    pub funding: PerAuthority<Pounds>,
    /// What each variable of the program came to.
    pub by_variable: PerVariable<Pounds>,
    /// Each variable's own level; none where it is fixed.
    pub levels: PerVariable<Option<Level>>,
    /// Guarantees that hold the amount where it is, by name; `zero` for the natural
    /// floor; empty where need alone decides.
    pub binding: PerAuthority<Arc<[String]>>,
    /// How many authorities or groups each guarantee binds, in file order.
    pub bound_count: Vec<usize>,
    /// What the objective reached; none where every amount is fixed.
    pub reached: Option<Reached>,
    /// Pairs of authorities whose last pound was settled by need amount or code,
    /// their remainders being equal.
    pub ties: Vec<(Position, Position)>,
    /// Whether linear programs came to the same, where both roads were taken.
    pub linear_programs_agree: Option<bool>,
    /// What was recomputed in pounds.
    pub verification: Verification,
    /// Why no other answer is better.
    pub proof: Proof,
}

/// What an objective reached.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached {
    /// The figure.
    pub value: f64,
    /// What it is, as a unit.
    pub unit: &'static str,
    /// The same in a sentence.
    pub sentence: String,
}

/// Why there is no allocation.
#[derive(Debug, Clone, PartialEq)]
pub enum NoAllocation {
    /// Guarantees cannot hold together: exit 3.
    Infeasible(Box<Infeasible>),
    /// Our own check failed: exit 4.
    Unproved(SolveError),
}

impl NoAllocation {
    /// What clashes, not yet explained.
    fn infeasible(shortfalls: Vec<Shortfall>) -> Self {
        Self::Infeasible(Box::new(Infeasible::of(shortfalls)))
    }
}

/// Solves a program and puts the answer in a formula's terms.
pub fn allocate(
    assessment: &Assessment,
    formula: &Formula,
    program: &LinearProgram,
    register: &Register,
    method: impl Into<Method>,
) -> Result<Allocation, NoAllocation> {
    let answer = solve_program(program, register, method)?;
    Ok(assemble(assessment, formula, program, register, answer))
}

fn assemble(
    assessment: &Assessment,
    formula: &Formula,
    program: &LinearProgram,
    register: &Register,
    answer: Answer,
) -> Allocation {
    let ((own_resources, need_amount), (mut holding, mut bound_count)) = rayon::join(
        || {
            let need_amount = whole_pounds(&assessment.need_amount());
            (whole_pounds(&assessment.own_resources), need_amount)
        },
        || holding(program, &answer.amounts),
    );
    let amount = by_authority(program, &answer.amounts, register);
    let mut outside = own_resources.map(|_| Pounds::ZERO);
    for (at, sum) in outside_of(program, &answer.amounts) {
        outside[at] = outside[at].max(sum);
    }
    for bound in &program.outside {
        // Where several add to one authority, the greatest is what is paid.
        let paid = outside[bound.authority];
        if paid > Pounds::ZERO && bound.short_of(&answer.amounts) == paid {
            holding[bound.authority].besides |= only(bound.guarantee);
            bound_count[bound.guarantee] += 1;
        }
    }
    let by_service = program
        .services
        .iter()
        .enumerate()
        .map(|(service, name)| {
            let mut amounts = own_resources.map(|_| Pounds::ZERO);
            for (id, sum) in answer.amounts.enumerate() {
                if program.variables[id].service == Some(ServicePlace::at(service)) {
                    amounts[program.variables[id].authority] += *sum;
                }
            }
            (name.clone(), amounts)
        })
        .collect();
    let authority_of = |id| program.variables[id].authority;
    let binding = in_words(program, &holding);
    let mut reached = reached(formula, assessment, program, &answer);
    if let Some(reached) = &mut reached
        && reached.sentence.contains("that no guarantee holds")
        && binding.iter().all(|names| !names.is_empty())
    {
        reached.sentence = "Every authority is held by a guarantee or at zero.".to_string();
    }
    Allocation {
        formula: assessment.formula.clone(),
        quantum: answer.quantum,
        need_share: assessment.need_share.clone(),
        // From the whole pounds shown, so that a reader's subtraction agrees.
        target: need_amount.zip_with(&own_resources, |need, own| *need - *own),
        need_amount,
        funding: amount
            .zip_with(&own_resources, |amount, own| *amount + *own)
            .zip_with(&outside, |funding, outside| *funding + *outside),
        own_resources,
        reached,
        amount,
        outside,
        by_service,
        binding,
        bound_count,
        ties: answer
            .ties
            .iter()
            .map(|&(a, b)| (authority_of(a), authority_of(b)))
            .collect(),
        linear_programs_agree: answer.linear_programs_agree,
        by_variable: answer.amounts,
        levels: answer.levels,
        verification: answer.verification,
        proof: answer.proof,
    }
}

/// What each outside-funded guarantee adds on top of the amounts.
fn outside_of<'a>(
    program: &'a LinearProgram,
    amounts: &'a PerVariable<Pounds>,
) -> impl Iterator<Item = (Position, Pounds)> + 'a {
    let bounds = program.outside.iter();
    bounds.map(|bound| (bound.authority, bound.short_of(amounts)))
}

/// A column in whole pounds that add up to its total's whole pounds: largest remainders
/// first, the earlier code first where they are equal.
fn whole_pounds(column: &PerAuthority<FinePounds>) -> PerAuthority<Pounds> {
    let total = column.iter().copied().sum::<FinePounds>().round();
    let mut whole = column.map(|sum| sum.floor());
    let given: Pounds = whole.iter().copied().sum();
    let more = usize::try_from((total - given).0).unwrap_or(0);
    if more == 0 {
        return whole;
    }
    let mut order: Vec<(i128, Position)> = column
        .enumerate()
        .map(|(at, sum)| (-sum.0.rem_euclid(FinePounds::PER_POUND), at))
        .collect();
    // Who has the pounds left over matters, not the order in which they are given.
    if more < order.len() {
        order.select_nth_unstable(more - 1);
    }
    for (_, at) in order.into_iter().take(more) {
        whole[at] += Pounds(1);
    }
    whole
}

/// A sum to the pound or better: in millions where it comes to one.
fn in_millions(pounds: f64) -> String {
    match pounds >= 1e6 {
        true => format!("£{:.6}m", pounds / 1e6),
        false => format!("£{pounds:.2}"),
    }
}

/// What the objective reached, in its own terms.
fn reached(
    formula: &Formula,
    assessment: &Assessment,
    program: &LinearProgram,
    answer: &Answer,
) -> Option<Reached> {
    let level = answer
        .level
        .filter(|level| level.stage == Stage::ByNeed)
        .map(Level::as_f64);
    let (value, unit, sentence) = match &formula.objective {
        Objective::LevelUp => {
            // Millionths of a pound per part of national need; as coverage, the part
            // of the need amount that is funded.
            #[expect(clippy::cast_precision_loss, reason = "for messages")]
            let coverage = level? * assessment.parts as f64 / assessment.assessed_total.0 as f64;
            let sentence = format!(
                "Authorities that no guarantee holds are funded at {coverage:.4} of their need amount."
            );
            (coverage, "coverage", sentence)
        }
        Objective::ScaleGains => {
            let factor = level?;
            let sentence = format!(
                "Every gain over an authority's own floor is paid at {:.2} %.",
                100.0 * factor
            );
            (factor, "share of each gain", sentence)
        }
        Objective::EqualChange { .. } => {
            let change = level?;
            let sentence = format!(
                "Amounts that no guarantee holds move by {:+.2} % from the baseline.",
                100.0 * change
            );
            (change, "change as a ratio", sentence)
        }
        Objective::LeastDeviation { .. } | Objective::LeastTurnover { .. } => {
            let Goal::LeastDeviation(deviations) = &program.goal else {
                return None;
            };
            #[expect(clippy::cast_precision_loss, reason = "for messages")]
            let total = total_deviation(&answer.amounts, deviations) as f64 / WEIGHT_SCALE;
            if matches!(formula.objective, Objective::LeastTurnover { .. }) {
                let sentence = format!(
                    "Changes from the baseline add up to {}, the least that the guarantees allow.",
                    in_millions(total)
                );
                (total, "GBP", sentence)
            } else {
                let sentence = format!(
                    "The weighted distance from target is {}, the least that the guarantees allow.",
                    in_millions(total)
                );
                (total, "GBP, weighted", sentence)
            }
        }
        Objective::LeastSquares { .. } => {
            let above = level? * WEIGHT_SCALE / 1e6;
            let sentence = format!(
                "Amounts that no guarantee holds are £{above:.2} from target for each unit of weight."
            );
            (above, "GBP per unit of weight", sentence)
        }
        Objective::LeastQuantum => {
            let sentence = format!(
                "The guarantees need {} together; {} was to be shared.",
                answer.quantum, assessment.quantum
            );
            (answer.quantum.as_f64(), "GBP", sentence)
        }
        Objective::PerHead => {
            let pounds = level? * 1000.0 / 1e6;
            let sentence =
                format!("Authorities that no guarantee holds get £{pounds:.2} per resident.");
            (pounds, "GBP per resident", sentence)
        }
        Objective::ByTaxBase { .. } => {
            let pounds = level? * WEIGHT_SCALE / 1e6;
            let sentence = format!(
                "Authorities that no guarantee holds get £{pounds:.2} per unit of tax base."
            );
            (pounds, "GBP per unit of tax base", sentence)
        }
        Objective::Proportional { .. } => {
            let part = level?;
            let sentence = format!(
                "Authorities that no guarantee holds get {:.2} % of their claims.",
                100.0 * part
            );
            (part, "part of each claim", sentence)
        }
        Objective::EqualAwards { .. } => {
            let award = level? / 1e6;
            let sentence = format!(
                "Authorities whose claims are larger, and that no guarantee holds, get £{award:.2} each."
            );
            (award, "GBP", sentence)
        }
        Objective::EqualLosses { .. } => {
            let loss = -level? / 1e6;
            let sentence = format!(
                "Authorities that no guarantee holds get their claims less £{loss:.2}, or nothing."
            );
            (loss, "GBP", sentence)
        }
        Objective::Talmud { .. } => match answer.level {
            Some(level) if level.stage == Stage::BeyondTurn => {
                let loss = -level.as_f64() / 1e6;
                let sentence = format!(
                    "Authorities that no guarantee holds lose £{loss:.2} of their claims, or half of them."
                );
                (loss, "GBP", sentence)
            }
            _ => {
                let award = level? / 1e6;
                let sentence = format!(
                    "Authorities that no guarantee holds get £{award:.2} each, or half their claims."
                );
                (award, "GBP", sentence)
            }
        },
    };
    Some(Reached {
        value,
        unit,
        sentence,
    })
}

/// Whose amounts stand at a guarantee's own bounds of one side, an authority for each.
fn held_on_side(
    program: &LinearProgram,
    amounts: &PerVariable<Pounds>,
    guarantee: usize,
    side: Side,
) -> impl Iterator<Item = Position> {
    let promise = &program.guarantees[guarantee];
    let promised = match side {
        Side::Lower => promise.lower.iter(),
        Side::Upper => promise.upper.iter(),
    };
    promised
        .filter(move |promised| {
            let variable = program.limits[promised.variable];
            let is_in_force = match side {
                Side::Lower => promised.bound == variable.lower && promised.bound > Pounds::ZERO,
                Side::Upper => Some(promised.bound) == variable.upper,
            };
            is_in_force && amounts[promised.variable] == promised.bound
        })
        .map(|promised| program.variables[promised.variable].authority)
}

impl Allocation {
    /// How many authorities stand at a guarantee's own bounds of one side.
    pub fn held_on_side(&self, program: &LinearProgram, guarantee: usize, side: Side) -> usize {
        let held = held_on_side(program, &self.by_variable, guarantee, side);
        held.collect::<std::collections::BTreeSet<_>>().len()
    }
}

/// Guarantees that hold an authority's amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Holding {
    /// Within the quantum.
    within: GuaranteeSet,
    /// On top of it.
    besides: GuaranteeSet,
    /// The natural floor of zero does.
    zero: bool,
}

/// What holds each amount, and how many authorities or groups each guarantee holds.
/// A bound that an authority or a group merely meets on its way counts too: it stands
/// at the bound, which is what readers can check.
fn holding(
    program: &LinearProgram,
    amounts: &PerVariable<Pounds>,
) -> (PerAuthority<Holding>, Vec<usize>) {
    let authorities = program.variables.iter().map(|v| v.authority.index() + 1);
    let authorities = authorities.max().unwrap_or(0);
    let mut count = vec![0; program.guarantees.len()];
    let mut holding = PerAuthority::of(vec![Holding::default(); authorities]);
    for (guarantee, count) in count.iter_mut().enumerate() {
        for side in [Side::Lower, Side::Upper] {
            for at in held_on_side(program, amounts, guarantee, side) {
                let within = &mut holding[at].within;
                *count += usize::from(*within & only(guarantee) == 0);
                *within |= only(guarantee);
            }
        }
    }
    for row in &program.rows {
        let Some(guarantee) = row.source.guarantee() else {
            continue;
        };
        let total: Pounds = row.members.iter().map(|&id| amounts[id]).sum();
        if Some(total) == row.lower || Some(total) == row.upper {
            count[guarantee] += 1;
            for &id in &row.members {
                holding[program.variables[id].authority].within |= only(guarantee);
            }
        }
    }
    let mut at_zero: PerAuthority<(bool, bool)> = holding.map(|_| (true, false));
    for (variable, amount) in program.variables.iter().zip(amounts.iter()) {
        let (nothing, needs_money) = &mut at_zero[variable.authority];
        *nothing &= *amount == Pounds::ZERO;
        *needs_money |= variable.measure.weight > 0;
    }
    for (holding, &(nothing, needs_money)) in holding.iter_mut().zip(at_zero.iter()) {
        holding.zero = nothing && needs_money && holding.within == 0;
    }
    (holding, count)
}

/// Names of what holds each amount; authorities that the same holds share one list.
fn in_words(
    program: &LinearProgram,
    holding: &PerAuthority<Holding>,
) -> PerAuthority<Arc<[String]>> {
    let mut known: BTreeMap<Holding, Arc<[String]>> = BTreeMap::new();
    let names = |set: GuaranteeSet| {
        let guarantees = program.guarantees.iter().enumerate();
        guarantees
            .filter(move |(guarantee, _)| set & only(*guarantee) != 0)
            .map(|(_, promise)| promise.name.to_string())
    };
    holding.map(|holding| {
        let list = || {
            let zero = holding.zero.then(|| ZERO.to_string());
            let within = names(holding.within).chain(zero);
            within.chain(names(holding.besides)).collect()
        };
        known.entry(*holding).or_insert_with(list).clone()
    })
}

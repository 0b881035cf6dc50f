//! Shadow prices: what a little more room in a guarantee is worth.
//!
//! For objectives that raise the lowest measure first, and for squares, a price is how far
//! the measure inside a guarantee stands from the measure outside it: nothing else says
//! what a pound there is worth elsewhere. For the other objectives a price is the change
//! in the objective when every bound of the guarantee moves by £1 in total, shared in
//! proportion to what it promises: up and down apart, since they differ at kinks.

use rayon::prelude::*;

use super::Allocation;
use super::answer::{Proof, solve_program};
use crate::assess::Assessment;
use crate::formula::{Formula, Objective};
use crate::program::{
    Goal, LinearProgram, Measure, PerVariable, PromisedBound, Side, Stage, VariableId, WEIGHT_SCALE,
};
use crate::register::Register;
use crate::solve::{LeastDeviation, Level, NodeState, Road, Tree, build_tree, total_deviation};
use crate::units::{FinePounds, Pounds};

/// A guarantee's shadow price, or that of one side of it for one group.
#[derive(Debug, Clone, PartialEq)]
pub struct ShadowPrice {
    /// The guarantee, by its position.
    pub guarantee: usize,
    /// The group, where it is a band on groups.
    pub group: Option<String>,
    /// The side.
    pub side: Side,
    /// Whether the bound holds anything there.
    pub binds: bool,
    /// For a pound more of the bound in total.
    pub up: Option<f64>,
    /// For a pound less.
    pub down: Option<f64>,
    /// Pounds that one per cent of what the guarantee promises comes to.
    pub pounds_per_cent: f64,
}

/// What prices are in.
pub fn price_unit(objective: &Objective) -> &'static str {
    match objective {
        Objective::LevelUp => "coverage, inside less outside",
        Objective::ScaleGains => "share of each gain, inside less outside",
        Objective::EqualChange { .. } => "change as a ratio, inside less outside",
        Objective::LeastDeviation { .. } => "GBP of weighted deviation for each pound",
        Objective::LeastTurnover { .. } => "GBP of change for each pound",
        Objective::LeastQuantum => "GBP of quantum for each pound",
        Objective::LeastSquares { .. } => "GBP squared per unit of weight, for each pound",
        Objective::PerHead => "GBP per resident, inside less outside",
        Objective::ByTaxBase { .. } => "GBP per unit of tax base, inside less outside",
        Objective::Proportional { .. } => "part of each claim, inside less outside",
        Objective::EqualAwards { .. }
        | Objective::EqualLosses { .. }
        | Objective::Talmud { .. } => "GBP of award, inside less outside",
    }
}

/// Every guarantee's prices, in file order, groups in their order, lower sides first.
pub fn shadow_prices(
    program: &LinearProgram,
    formula: &Formula,
    assessment: &Assessment,
    allocation: &Allocation,
    register: &Register,
) -> Vec<ShadowPrice> {
    let pricing = Pricing {
        formula,
        program,
        allocation,
        register,
        unit: level_in_unit(&formula.objective, assessment),
        by_measure: !matches!(
            formula.objective,
            Objective::LeastDeviation { .. }
                | Objective::LeastTurnover { .. }
                | Objective::LeastQuantum
        ),
        finer: None,
    };
    pricing.all()
}

/// What one unit of level is in the unit of prices.
#[expect(clippy::cast_precision_loss, reason = "for messages")]
fn level_in_unit(objective: &Objective, assessment: &Assessment) -> f64 {
    match objective {
        Objective::LevelUp => assessment.parts as f64 / assessment.assessed_total.0 as f64,
        // The derivative of a square is twice its root.
        Objective::LeastSquares { .. } => 2.0 * WEIGHT_SCALE / 1e6,
        Objective::PerHead => 1000.0 / 1e6,
        Objective::ByTaxBase { .. } => WEIGHT_SCALE / 1e6,
        Objective::EqualAwards { .. }
        | Objective::EqualLosses { .. }
        | Objective::Talmud { .. } => 1e-6,
        _ => 1.0,
    }
}

struct Pricing<'a> {
    formula: &'a Formula,
    program: &'a LinearProgram,
    allocation: &'a Allocation,
    register: &'a Register,
    unit: f64,
    by_measure: bool,
    /// The program in millionths, where prices are differences.
    finer: Option<Finer>,
}

/// Changes in the objective are taken with every sum in millionths of a pound.
#[derive(Clone)]
struct Finer {
    /// The program in millionths; its measures too, if groups cross.
    program: LinearProgram,
    /// Its groups, if they nest.
    tree: Option<Tree>,
    least: LeastDeviation,
    /// The objective as it stands.
    reached: Option<i128>,
}

/// One price to be worked out.
enum Job {
    /// A side of a guarantee's bounds on amounts.
    Bounds(usize, Side),
    /// A side of a row.
    Row(usize, usize, Side),
}

impl Pricing<'_> {
    fn all(mut self) -> Vec<ShadowPrice> {
        let differs = !self.by_measure && self.fits_millionths();
        if differs {
            self.finer = Some(Finer::of(self.program, self.register));
        }
        self.jobs()
            .into_par_iter()
            .map_init(
                || None,
                |working, job| match job {
                    Job::Bounds(guarantee, side) => self.of_bounds(guarantee, side, working),
                    Job::Row(row, guarantee, side) => self.of_row(row, guarantee, side, working),
                },
            )
            .collect()
    }

    fn jobs(&self) -> Vec<Job> {
        let mut jobs = Vec::new();
        for (guarantee, promise) in self.program.guarantees.iter().enumerate() {
            for (side, bounds) in [(Side::Lower, &promise.lower), (Side::Upper, &promise.upper)] {
                if !bounds.is_empty() {
                    jobs.push(Job::Bounds(guarantee, side));
                }
            }
            // Rows of an authority's services together are no groups that readers know.
            let of_groups = self.formula.guarantees[guarantee].kind.is_of_groups();
            for (row, bounded) in self.program.rows.iter().enumerate() {
                if of_groups && bounded.source.guarantee() == Some(guarantee) {
                    let lower = bounded.lower.map(|_| Side::Lower);
                    let upper = bounded.upper.map(|_| Side::Upper);
                    let sides = lower.into_iter().chain(upper);
                    jobs.extend(sides.map(|side| Job::Row(row, guarantee, side)));
                }
            }
        }
        jobs
    }

    /// Whether every sum in millionths of a pound fits.
    fn fits_millionths(&self) -> bool {
        let promises = self.program.guarantees.iter();
        let bounds = promises.flat_map(|promise| promise.lower.iter().chain(promise.upper.iter()));
        let rows = self.program.rows.iter();
        let of_rows = rows.flat_map(|row| row.lower.into_iter().chain(row.upper));
        let targets = match &self.program.goal {
            Goal::LeastDeviation(deviations) => deviations.as_slice(),
            _ => &[],
        };
        bounds
            .map(|promised| promised.bound)
            .chain(of_rows)
            .chain(targets.iter().map(|deviation| deviation.target))
            .chain([self.program.quantum])
            .all(|sum| sum.abs() <= LARGEST_PRICED)
    }

    fn of_bounds(&self, guarantee: usize, side: Side, working: &mut Option<Finer>) -> ShadowPrice {
        let promise = &self.program.guarantees[guarantee];
        let bounds = match side {
            Side::Lower => &promise.lower,
            Side::Upper => &promise.upper,
        };
        let stated: FinePounds = bounds.iter().map(|promised| promised.stated).sum();
        let binds = bounds.iter().any(|promised| self.holds(side, promised));
        let (up, down) = if self.by_measure {
            (
                self.mean_gap(side, bounds, stated, true),
                self.mean_gap(side, bounds, stated, false),
            )
        } else if !binds {
            (Some(0.0), Some(0.0))
        } else {
            let moved = shares(bounds, stated);
            self.differences(working, |program, sign| {
                program.limits = self
                    .program
                    .limits_of_bounds(MILLION, |other, of_side, place| {
                        match (other, of_side) == (guarantee, side) {
                            true => sign * moved[place],
                            false => 0,
                        }
                    });
            })
        };
        ShadowPrice {
            guarantee,
            group: None,
            side,
            binds,
            up,
            down,
            pounds_per_cent: stated.as_f64() / 100.0,
        }
    }

    fn of_row(
        &self,
        row: usize,
        guarantee: usize,
        side: Side,
        working: &mut Option<Finer>,
    ) -> ShadowPrice {
        let bounded = &self.program.rows[row];
        let bound = match side {
            Side::Lower => bounded.lower,
            Side::Upper => bounded.upper,
        };
        let bound = bound.unwrap_or(Pounds::ZERO);
        let is_exact = bounded.lower == bounded.upper;
        let total: Pounds = bounded.members.iter().map(|&id| self.amount(id)).sum();
        let (up, down) = if self.by_measure {
            let gap = self.row_gap(row, side);
            (gap, gap)
        } else if total != bound {
            (Some(0.0), Some(0.0))
        } else {
            self.differences(working, |program, sign| {
                let moved = |bound: Pounds| Pounds(bound.0 + sign * 1_000_000);
                let bounded = &mut program.rows[row];
                // A sum that is fenced in moves as a whole.
                if side == Side::Lower || is_exact {
                    bounded.lower = bounded.lower.map(moved);
                }
                if side == Side::Upper || is_exact {
                    bounded.upper = bounded.upper.map(moved);
                }
            })
        };
        ShadowPrice {
            guarantee,
            group: Some(bounded.group.clone()),
            side,
            binds: total == bound,
            up,
            down,
            pounds_per_cent: (bound.fine() + bounded.counted).as_f64() / 100.0,
        }
    }

    fn amount(&self, id: VariableId) -> Pounds {
        self.allocation.by_variable[id]
    }

    /// Whether a bound is what a variable stands at.
    fn holds(&self, side: Side, promised: &PromisedBound) -> bool {
        let limits = self.program.limits[promised.variable];
        let bound = match side {
            Side::Lower => Some(limits.lower).filter(|lower| *lower > Pounds::ZERO),
            Side::Upper => limits.upper,
        };
        bound == Some(promised.bound) && self.amount(promised.variable) == promised.bound
    }

    /// Mean of how far measures at the bounds stand from the level outside, in proportion
    /// to what is promised. Moving a bound that another guarantee shares to the loose side
    /// frees nothing.
    fn mean_gap(
        &self,
        side: Side,
        bounds: &[PromisedBound],
        stated: FinePounds,
        up: bool,
    ) -> Option<f64> {
        let loosens = (side == Side::Upper) == up;
        let mut sum = 0.0;
        let setting = self.setting(side);
        for promised in bounds {
            if !self.holds(side, promised) || (loosens && setting[promised.variable] > 1) {
                continue;
            }
            sum += self.gap(promised, side) * promised.stated.as_f64();
        }
        (stated > FinePounds::ZERO).then(|| self.unit * sum / stated.as_f64())
    }

    /// How many guarantees set each variable's bound.
    fn setting(&self, side: Side) -> PerVariable<u32> {
        let mut setting = self.program.variables.map(|_| 0);
        for promise in self.program.guarantees.iter().filter(|p| p.kept) {
            let bounds = match side {
                Side::Lower => &promise.lower,
                Side::Upper => &promise.upper,
            };
            for promised in bounds.iter().filter(|promised| self.holds(side, promised)) {
                setting[promised.variable] += 1;
            }
        }
        setting
    }

    /// The measure at a bound less the level around it: not below zero for a lower bound,
    /// not above it for an upper one.
    fn gap(&self, promised: &PromisedBound, side: Side) -> f64 {
        let variable = &self.program.variables[promised.variable];
        let (Some(outside), true) = (
            self.allocation.levels[promised.variable],
            variable.measure.weight > 0,
        ) else {
            return 0.0;
        };
        let bound = promised.bound.fine();
        let measure = match variable.turn() {
            Some(turn) if bound >= turn.at => turn.measure,
            _ => variable.measure,
        };
        if measure.stage != outside.stage {
            return 0.0;
        }
        let gap = as_level(measure, bound).as_f64() - outside.as_f64();
        match side {
            Side::Lower => gap.max(0.0),
            Side::Upper => gap.min(0.0),
        }
    }

    /// A group's own level less the level around it, where it is held on this side.
    fn row_gap(&self, row: usize, side: Side) -> Option<f64> {
        let (tree, settled) = match &self.allocation.proof {
            Proof::Nested { tree, settled, .. } => (tree, settled),
            // Where groups cross no one level stands around a group.
            Proof::Crossing { .. } | Proof::Squares(_) => return None,
        };
        let node = tree
            .nodes
            .iter()
            .position(|node| node.rows.contains(&row))?;
        let held = match settled.states[node] {
            NodeState::AtLower => Some(Side::Lower),
            NodeState::AtUpper => Some(Side::Upper),
            NodeState::Free => None,
        };
        if held != Some(side) {
            return Some(0.0);
        }
        let inside = settled.levels[node]?;
        let outside = settled.levels[tree.nodes[node].parent?]?;
        (inside.stage == outside.stage && inside.stage == Stage::ByNeed)
            .then(|| self.unit * (inside.as_f64() - outside.as_f64()))
    }

    /// Changes in the objective when bounds move by a pound in all, up and down.
    fn differences(
        &self,
        working: &mut Option<Finer>,
        moved: impl Fn(&mut LinearProgram, i64),
    ) -> (Option<f64>, Option<f64>) {
        let mut change = |sign: i64| {
            let finer = self.finer.as_ref()?;
            let reached = finer.reached?;
            let after = finer.value_when(working, self.register, |program| moved(program, sign))?;
            #[expect(clippy::cast_precision_loss, reason = "a price")]
            let change = (after - reached) as f64 / 1e6 / self.value_scale();
            Some(change)
        };
        (change(1), change(-1))
    }

    /// What a pound of the objective is in units of [`Finer::value`].
    fn value_scale(&self) -> f64 {
        match self.program.goal {
            Goal::LeastQuantum => 1.0,
            _ => WEIGHT_SCALE,
        }
    }
}

fn as_level(measure: Measure, amount: FinePounds) -> Level {
    Level {
        stage: measure.stage,
        numerator: amount.0 + measure.offset.0,
        denominator: measure.weight,
    }
}

/// Each bound's part of a pound, in millionths that add up to it.
fn shares(bounds: &[PromisedBound], stated: FinePounds) -> Vec<i64> {
    let mut left = 1_000_000;
    let mut before = 0;
    bounds
        .iter()
        .map(|promised| {
            before += promised.stated.0;
            let rest = 1_000_000 - (before * 1_000_000).div_euclid(stated.0.max(1));
            #[expect(clippy::cast_possible_truncation, reason = "at most a million")]
            let share = left - rest as i64;
            left -= share;
            share
        })
        .collect()
}

/// What a pound is in the program in millionths.
const MILLION: i64 = 1_000_000;

fn times_million(sum: Pounds) -> Pounds {
    Pounds(sum.0 * MILLION)
}

fn fine_times_million(sum: FinePounds) -> FinePounds {
    FinePounds(sum.0 * i128::from(MILLION))
}

/// The same program with a millionth of a pound for each pound's place, but for what its
/// guarantees promise.
fn in_millionths(program: &LinearProgram) -> LinearProgram {
    let mut finer = program.with_limits(program.limits_of_bounds(MILLION, |_, _, _| 0));
    finer.quantum = times_million(finer.quantum);
    for row in &mut finer.rows {
        row.lower = row.lower.map(times_million);
        row.upper = row.upper.map(times_million);
    }
    if let Goal::LeastDeviation(deviations) = &mut finer.goal {
        *deviations = deviations.with_targets(times_million);
    }
    finer
}

/// Puts measures in millionths too.
fn measures_in_millionths(program: &mut LinearProgram) {
    for variable in program.variables.iter_mut() {
        let offset = &mut variable.measure.offset;
        *offset = fine_times_million(*offset);
        if let Some(turn) = &mut variable.turn {
            turn.at = fine_times_million(turn.at);
            turn.measure.offset = fine_times_million(turn.measure.offset);
        }
    }
}

impl Finer {
    fn of(program: &LinearProgram, register: &Register) -> Self {
        let mut program = in_millionths(program);
        let tree = build_tree(&program).ok();
        // How far the nearest amounts are, or the least that they come to, is a question of
        // limits where groups nest.
        if tree.is_none() {
            measures_in_millionths(&mut program);
            program.fit_weights();
        }
        program.hold_unmeasured();
        let mut finer = Self {
            program,
            tree,
            least: LeastDeviation::default(),
            reached: None,
        };
        finer.reached = finer.value(register);
        finer
    }

    /// The objective's value, exact: whole amounts are on the optimal face, whose bounds are
    /// whole. None where nothing satisfies the bounds.
    fn value(&mut self, register: &Register) -> Option<i128> {
        if let Some(tree) = &mut self.tree {
            tree.take_bounds(&self.program);
            if self.program.goal == Goal::LeastQuantum {
                self.program.quantum = tree.least_total(&self.program);
            }
            let program = &self.program;
            if !tree.clashes(program).is_empty() {
                return None;
            }
            return match &program.goal {
                Goal::LeastDeviation(deviations) => self.least.of(program, tree, deviations),
                Goal::LeastQuantum => Some(i128::from(program.quantum.0)),
                Goal::Leximin | Goal::LeastSquares | Goal::ScaleGains(_) => None,
            };
        }
        let program = &self.program;
        let answer = solve_program(program, register, Road::Nested).ok()?;
        match &program.goal {
            Goal::LeastDeviation(deviations) => Some(total_deviation(&answer.amounts, deviations)),
            Goal::LeastQuantum => Some(i128::from(answer.quantum.0)),
            Goal::Leximin | Goal::LeastSquares | Goal::ScaleGains(_) => None,
        }
    }

    /// The value when bounds are moved, in a copy that is kept for the next.
    fn value_when(
        &self,
        working: &mut Option<Self>,
        register: &Register,
        moved: impl FnOnce(&mut LinearProgram),
    ) -> Option<i128> {
        let working = working.get_or_insert_with(|| self.clone());
        moved(&mut working.program);
        working.program.hold_unmeasured();
        let value = working.value(register);
        working.program.limits = self.program.limits.clone();
        for (row, original) in working.program.rows.iter_mut().zip(&self.program.rows) {
            row.lower = original.lower;
            row.upper = original.upper;
        }
        value
    }
}

/// Largest quantum, in pounds, whose millionths fit.
pub const LARGEST_PRICED: Pounds = Pounds(9_000_000_000_000);

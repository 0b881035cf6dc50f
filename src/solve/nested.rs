//! The nested road: exact, O(n log n) for a fixed depth of nesting.
//!
//! Each node's total as a function of the level outside is the sum of its parts',
//! clamped to its own bounds: rising and piecewise linear. The level of the nation
//! is where it meets the quantum; each clamped node then has its own.

use super::SolveError;
use super::corners::Corners;
use super::deviation::FaceBounds;
use super::level::{Level, TotalByLevel};
use super::ramps::Ramps;
use super::settle::{ExactAmount, Settled, certify_with};
use super::tree::{NodeState, Tree};
use crate::program::{Deviations, LinearProgram};
use crate::register::VariableId;

/// The nested road with memory that is kept from one program to the next.
#[derive(Debug, Clone, Default)]
pub struct NestedRoad {
    ramps: Ramps,
    corners: Corners,
    totals: Vec<ExactAmount>,
}

impl NestedRoad {
    /// Narrows a face of the same authorities and groups to the optimal face of a feasible
    /// program (see [`super::optimal_face`]), looking for each price from the one that the
    /// face holds on.
    pub fn narrow(
        &mut self,
        program: &LinearProgram,
        tree: &Tree,
        deviations: &Deviations,
        face: &mut FaceBounds,
    ) {
        face.narrow(program, tree, deviations, &mut self.corners);
    }

    /// Finds the exact levels of a feasible program, looking for each from the one that
    /// `settled` holds on. Not yet proved: see [`Self::certify`].
    pub fn settle(
        &mut self,
        program: &LinearProgram,
        tree: &Tree,
        settled: &mut Settled,
    ) -> Result<(), SolveError> {
        solve_from(program, tree, &mut self.ramps, settled)
    }

    /// Proves levels by their certificate (see [`super::certify`]); each authority's amount
    /// is shown on the way.
    pub fn certify(
        &mut self,
        program: &LinearProgram,
        tree: &Tree,
        settled: &Settled,
        show: impl FnMut(VariableId, ExactAmount),
    ) -> Result<(), SolveError> {
        certify_with(program, tree, settled, &mut self.totals, show)
    }
}

/// Solves a feasible program on its tree, from the nation down.
pub fn solve(program: &LinearProgram, tree: &Tree) -> Result<Settled, SolveError> {
    let mut settled = Settled::none();
    solve_from(program, tree, &mut Ramps::default(), &mut settled)?;
    Ok(settled)
}

fn solve_from(
    program: &LinearProgram,
    tree: &Tree,
    ramps: &mut Ramps,
    settled: &mut Settled,
) -> Result<(), SolveError> {
    let count = tree.nodes.len();
    settled.states.clear();
    settled.states.resize(count, NodeState::Free);
    settled.levels.resize(count, None);
    let small = ramps.load(program, tree);
    for index in 0..count {
        let guess = settled.levels[index];
        let outside = tree.nodes[index]
            .parent
            .and_then(|parent| settled.levels[parent]);
        let total = match tree.nodes[index].parent {
            None => Some(program.quantum.fine()),
            Some(_) => {
                let state = small
                    .then(|| ramps.state_at(tree, index, outside))
                    .flatten();
                let state = state.unwrap_or_else(|| {
                    let (lower, upper) = tree.bounds(index);
                    state_at(&inner_function(program, tree, index), outside, lower, upper)
                });
                settled.states[index] = state;
                settled.levels[index] = outside;
                tree.held_at(index, state)
            }
        };
        let Some(total) = total else {
            continue;
        };
        let quick = match small {
            true => ramps.level_of(tree, index, total.0, guess.or(outside)).ok(),
            false => None,
        };
        settled.levels[index] = match quick {
            Some(level) => level,
            None => level_by_breakpoints(&inner_function(program, tree, index), total.0)?,
        };
    }
    Ok(())
}

fn level_by_breakpoints(inner: &TotalByLevel, total: i128) -> Result<Option<Level>, SolveError> {
    let level = inner.level_of(total);
    let reached = match level {
        Some(level) => inner.compare_at(level, total).is_eq(),
        None => inner.start == total,
    };
    match reached {
        true => Ok(level),
        false => Err(SolveError::Refused(
            "a total cannot be reached by what is in it".to_string(),
        )),
    }
}

/// A node's total by the level inside it, the groups in it held to their bounds.
fn inner_function(program: &LinearProgram, tree: &Tree, node: usize) -> TotalByLevel {
    let own = tree.nodes[node]
        .variables
        .iter()
        .map(|&at| TotalByLevel::of_variable(program.limited(at)));
    let groups = tree.nodes[node].children.iter().map(|&child| {
        let (lower, upper) = tree.bounds(child);
        inner_function(program, tree, child).clamped(lower, upper)
    });
    TotalByLevel::sum(own.chain(groups))
}

/// What a node does at a level outside it.
fn state_at(
    inner: &TotalByLevel,
    outside: Option<Level>,
    lower: Option<i128>,
    upper: Option<i128>,
) -> NodeState {
    let compare = |bound: i128| match outside {
        Some(level) => inner.compare_at(level, bound),
        // No level outside: everything there is fixed, and this node with it.
        None => inner.start.cmp(&bound),
    };
    if lower.is_some_and(|lower| compare(lower).is_lt()) {
        NodeState::AtLower
    } else if upper.is_some_and(|upper| compare(upper).is_gt()) {
        NodeState::AtUpper
    } else {
        NodeState::Free
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::build_tree;
    use super::*;
    use crate::ids::AuthorityCode;
    use crate::program::{Goal, Limits, Measure, Row, RowSource, Stage, Turn, Variable};
    use crate::register::{Authority, Key as _, PerVariable, Register, VariableId};
    use crate::units::{FinePounds, Pounds};

    /// The same by breakpoints alone.
    fn solve_by_breakpoints(program: &LinearProgram, tree: &Tree) -> Result<Settled, SolveError> {
        let count = tree.nodes.len();
        let mut settled = Settled {
            states: vec![NodeState::Free; count],
            levels: vec![None; count],
        };
        for index in 0..count {
            let inner = inner_function(program, tree, index);
            let total = match tree.nodes[index].parent {
                None => Some(program.quantum.fine()),
                Some(parent) => {
                    let outside = settled.levels[parent];
                    let (lower, upper) = tree.bounds(index);
                    settled.states[index] = state_at(&inner, outside, lower, upper);
                    settled.levels[index] = outside;
                    tree.held_at(index, settled.states[index])
                }
            };
            if let Some(total) = total {
                settled.levels[index] = level_by_breakpoints(&inner, total.0)?;
            }
        }
        Ok(settled)
    }

    /// Numbers from 0 to below a limit (a linear congruential generator).
    fn dice(seed: u64) -> impl FnMut(i64) -> i64 {
        let mut state = seed;
        move |limit| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            i64::try_from(state >> 33).unwrap_or(0) % limit
        }
    }

    /// Few different small numbers, so that levels often fall on breakpoints; all stages,
    /// turns, two depths of groups.
    fn random_program(seed: u64) -> LinearProgram {
        let mut roll = dice(seed);
        let authority = Authority {
            code: AuthorityCode::new("A"),
            name: "".into(),
            class: None,
            region: None,
            reporting_region: None,
            population: None,
            left_out_of_rankings: false,
            line: 0,
        };
        let register = Register::new(vec![authority]).expect("one code");
        let at = register.positions().next().expect("one authority");
        let count = 2 + roll(12);
        let mut limits = Vec::new();
        let variables: Vec<Variable> = (0..count)
            .map(|_| {
                let lower = roll(4);
                let upper = (roll(4) > 0).then(|| Pounds(lower + roll(8)));
                let stage = [Stage::ByNeed, Stage::ByNeed, Stage::PerHead][roll(3) as usize];
                let measure = |stage, offset, weight| Measure {
                    stage,
                    offset: FinePounds(i128::from(offset) * 500_000),
                    weight: i128::from(weight),
                };
                limits.push(Limits {
                    lower: Pounds(lower),
                    upper,
                });
                Variable {
                    authority: at,
                    service: None,
                    measure: measure(stage, roll(5) - 2, roll(4)),
                    turn: (roll(5) == 0 && stage == Stage::ByNeed).then(|| {
                        Box::new(Turn {
                            at: FinePounds(i128::from(roll(12)) * 500_000),
                            measure: measure(Stage::BeyondTurn, -roll(9), 1 + roll(3)),
                        })
                    }),
                    need: 0,
                    people: 0,
                }
            })
            .collect();
        let mut row = |from: i64, to: i64| {
            let lower = (roll(2) > 0).then(|| Pounds(roll(3 * count)));
            Row {
                source: RowSource::Guarantee(0),
                group: String::new(),
                members: (from..to)
                    .map(|index| VariableId::at(index as usize))
                    .collect(),
                lower,
                upper: (roll(2) > 0).then(|| lower.unwrap_or_default() + Pounds(roll(9))),
                counted: FinePounds::ZERO,
            }
        };
        let half = count / 2;
        let rows = vec![
            row(0, half),
            row(half, count),
            row(half, (half + count) / 2),
        ];
        LinearProgram {
            quantum: Pounds(roll(8 * count)),
            variables: PerVariable::of(variables).into(),
            limits: PerVariable::of(limits),
            rows,
            guarantees: Vec::new(),
            outside: Vec::new(),
            services: Vec::new(),
            goal: Goal::Leximin,
            caps: None,
        }
    }

    #[test]
    fn levels_are_those_of_the_breakpoints_digit_by_digit() {
        let mut feasible = 0;
        for seed in 0..20_000 {
            let program = random_program(seed);
            let tree = build_tree(&program).expect("groups nest");
            if !tree.clashes(&program).is_empty() {
                continue;
            }
            let digits = |settled: Settled| {
                let levels = settled.levels.into_iter().map(|level| {
                    level.map(|level| (level.stage, level.numerator, level.denominator))
                });
                (settled.states, levels.collect::<Vec<_>>())
            };
            let quick = solve(&program, &tree).map(digits);
            let breakpoints = solve_by_breakpoints(&program, &tree).map(digits);
            assert_eq!(quick, breakpoints, "seed {seed}: {program:?}");
            feasible += 1;
        }
        assert!(feasible > 2_000, "only {feasible} programs were feasible");
    }
}

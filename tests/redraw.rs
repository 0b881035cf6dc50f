//! A redraw against a solve from the start: the same whole pounds for every draw, with
//! other weights, own resources, targets, bounds and quantum, and bands that switch on
//! and off.

mod common;
#[path = "common/problems.rs"]
mod problems;

use common::Dice;
use needshare::allocation::{NoAllocation, NoDraw, Redraw, solve_program};
use needshare::program::{Deviation, Goal, Limits, LinearProgram};
use needshare::register::PerVariable;
use needshare::solve::Road;
use needshare::units::{FinePounds, Pounds};
use problems::{ORDINARY, Size, random_problem};

const DRAWS_EACH: usize = 25;

/// Moves a sum by up to a part of itself, downwards or upwards.
fn moved(dice: &mut Dice, sum: i64, part: f64) -> i64 {
    let factor = 1.0 + part * (2.0 * dice.unit() - 1.0);
    (sum as f64 * factor).round() as i64
}

fn redrawn(dice: &mut Dice, original: &LinearProgram, into: &mut LinearProgram) {
    into.quantum = Pounds(moved(dice, original.quantum.0, 0.05));
    for (id, variable) in original.variables.enumerate() {
        let changed = &mut into.variables[id];
        let weight = variable.measure.weight as f64 * (0.8 + 0.4 * dice.unit());
        changed.measure.weight = (weight as i128).max(variable.measure.weight.min(1));
        let offset = variable.measure.offset.0 as f64 * (0.9 + 0.2 * dice.unit());
        changed.measure.offset = FinePounds(offset as i128);
        let limits = original.limits[id];
        into.limits[id] = Limits {
            lower: Pounds(moved(dice, limits.lower.0, 0.05)),
            upper: limits.upper.map(|upper| Pounds(moved(dice, upper.0, 0.05))),
        };
    }
    for (row, changed) in original.rows.iter().zip(&mut into.rows) {
        // Some bands are off in some draws.
        let is_on = dice.unit() < 0.7;
        changed.lower = row.lower.filter(|_| is_on);
        changed.upper = row.upper.filter(|_| dice.unit() < 0.7);
    }
    if let Goal::LeastDeviation(deviations) = &mut into.goal {
        for id in original.variables.keys() {
            let target = moved(dice, original.quantum.0, 1.0) / original.variables.len() as i64;
            deviations[id].target = Pounds(target);
        }
    }
}

/// Least deviation from equal parts, with few different weights, so that answers tie.
fn least_deviation(dice: &mut Dice, program: &mut LinearProgram) {
    let count = program.variables.len() as i64;
    let deviations = program.variables.iter().map(|_| Deviation {
        target: Pounds(program.quantum.0 / count),
        weight: i128::from((3.0 * dice.unit()) as i64),
    });
    program.goal = Goal::LeastDeviation(PerVariable::of(deviations.collect()).into());
    // What can never leave its lower bound would be put at its target all the same.
    for id in program.variables.keys() {
        let weight = &mut program.variables[id].measure.weight;
        *weight = (*weight).max(1);
    }
}

fn check_draws(seed: u64, size: Size, with_deviation: bool) -> usize {
    let mut dice = Dice::new(seed);
    let built = random_problem(&mut dice, size).build();
    let mut original = built.program;
    if with_deviation {
        least_deviation(&mut dice, &mut original);
    }
    let mut redraw = Redraw::new(original.clone()).expect("groups nest");
    let mut feasible = 0;
    for draw in 0..DRAWS_EACH {
        redrawn(&mut dice, &original, redraw.program_mut());
        let program = redraw.program().clone();
        let answer = solve_program(&program, &built.register, Road::Nested);
        let case = format!("seed {seed}, draw {draw}");
        match (answer, redraw.draw().cloned()) {
            (Ok(answer), Ok(amounts)) => {
                assert_eq!(answer.amounts, amounts, "{case}");
                assert_eq!(answer.level, redraw.level(), "{case}");
                let proved = redraw.draw_proved().expect("proved");
                assert_eq!(answer.amounts, *proved, "{case}: proved");
                feasible += 1;
            }
            (Err(NoAllocation::Infeasible(_)), Err(NoDraw::Clashes(_))) => {}
            (answer, draw) => panic!("{case}: {answer:?} but {draw:?}"),
        }
    }
    feasible
}

#[test]
fn a_redraw_gives_the_same_pounds_as_a_solve() {
    let feasible: usize = (0..200)
        .map(|seed| check_draws(seed, ORDINARY, false))
        .sum();
    assert!(feasible > 500, "only {feasible} draws were feasible");
}

#[test]
fn a_redraw_of_a_least_deviation_gives_the_same_pounds_as_a_solve() {
    let feasible: usize = (0..200).map(|seed| check_draws(seed, ORDINARY, true)).sum();
    assert!(feasible > 500, "only {feasible} draws were feasible");
}

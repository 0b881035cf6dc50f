//! Parametric paths: against sums worked by hand, and against the exact road at places
//! between breakpoints.

mod common;
#[path = "common/problems.rs"]
mod problems;

use common::Dice;
use needshare::program::{LinearProgram, Part};
use needshare::solve::path::{Moving, NoPath, Path, follow};
use needshare::solve::{Road, build_tree, is_feasible, settle, solve};
use needshare::units::Pounds;
use num_rational::BigRational;
use problems::{FINE, ORDINARY, Place, Problem, Size, place, random_problem};

/// A few places and sums of up to a hundred thousand.
const SMALL: Size = Size {
    places: (1, 12),
    pounds: (1.0, 5.0),
    ..ORDINARY
};

fn ratio(above: i128, below: i128) -> BigRational {
    BigRational::new(above.into(), below.into())
}

fn whole(number: i128) -> BigRational {
    ratio(number, 1)
}

/// The exact road's amounts in pounds; none where nothing satisfies the bounds.
fn exact(program: &LinearProgram) -> Option<Vec<BigRational>> {
    if !is_feasible(program) {
        return None;
    }
    let tree = build_tree(program).expect("groups nest");
    let solution = solve(program, &tree, Road::Nested).expect("an answer");
    let settled = settle(program, &tree, &solution).expect("proved");
    let amounts = program.variables.keys().map(|id| {
        let amount = settled.amount(program.limited(id), tree.node_of[id]);
        ratio(amount.numerator, amount.denominator * FINE)
    });
    Some(amounts.collect())
}

fn at(path: &Path, place: &BigRational) -> Vec<BigRational> {
    path.points
        .keys()
        .map(|id| path.amount(id, place).expect("a place on the path"))
        .collect()
}

#[test]
fn as_the_quantum_grows_authorities_join_when_their_turn_comes() {
    // Parts 50, 30, 15 and 5 of need, own resources 10, 12, 3 and 6 (millions). Levels at
    // which they begin: 10/50 and 3/15 = 0.2, 12/30 = 0.4, 6/5 = 1.2. From nothing the
    // first and third share 65 for each unit of level, to 13 at 0.4; then 95 with the
    // second, to 13 + 76 = 89 at 1.2; then all.
    let own = [10, 12, 3, 6];
    let parts = [50, 30, 15, 5];
    let places = (0..4).map(|index| Place {
        offset: own[index] * FINE * 1_000_000,
        ..place(index, parts[index])
    });
    let problem = Problem::flat(20_000_000, places.collect());
    let program = problem.build().program;
    let (from, to) = (whole(1), whole(200_000_000));
    let path = follow(&program, Moving::Quantum, &from, &to).expect("a path");
    assert_eq!(path.breakpoints, [whole(13_000_000), whole(89_000_000)]);
    // At 20: 50 × (0.4 + 7/95) − 10 = 260/19, and so on, in millions.
    assert_eq!(
        at(&path, &whole(20_000_000)),
        [
            ratio(260_000_000, 19),
            ratio(42_000_000, 19),
            ratio(78_000_000, 19),
            whole(0)
        ]
    );
}

#[test]
fn as_a_floor_rises_the_others_pay_until_nothing_is_left() {
    // Equal need, £100; floors of 80 and 20 times θ. Half each until 80 θ = 50; then one
    // stands at its floor and the other has the rest, until that is its own: θ = 1.
    let places = [80, 20].map(|lower| Place {
        lower,
        ..place(usize::from(lower == 20), 1)
    });
    let program = Problem::flat(100, places.to_vec()).build().program;
    let path = follow(&program, Moving::Guarantee(0), &whole(0), &whole(2)).expect("a path");
    assert_eq!(path.breakpoints, [ratio(5, 8)]);
    assert_eq!(path.ends, whole(1));
    assert_eq!(at(&path, &ratio(1, 2)), [whole(50), whole(50)]);
    assert_eq!(at(&path, &ratio(3, 4)), [whole(60), whole(40)]);
    assert_eq!(at(&path, &whole(1)), [whole(80), whole(20)]);
}

#[test]
fn quanta_between_breakpoints_give_what_the_exact_road_gives() {
    let mut dice = Dice::new(41);
    let mut compared = 0;
    for case in 0..150 {
        let problem = random_problem(&mut dice, SMALL);
        let program = problem.build().program;
        let begins = whole(i128::from(program.quantum.0));
        let to = whole(i128::from(program.quantum.0) * 2 + 10);
        let path = match follow(&program, Moving::Quantum, &begins, &to) {
            Ok(path) => path,
            // Bounds that fix every amount leave nowhere to go.
            Err(NoPath::Infeasible) => continue,
            Err(other) => panic!("case {case}: {other:?}"),
        };
        for _ in 0..5 {
            let mut other = program.clone();
            other.quantum = Pounds(dice.between(program.quantum.0, program.quantum.0 * 2 + 10));
            let place = whole(i128::from(other.quantum.0));
            match exact(&other) {
                Some(exact) if place <= path.ends => {
                    assert_eq!(at(&path, &place), exact, "case {case} at {place}");
                    compared += 1;
                }
                Some(_) => panic!(
                    "case {case}: the path ends at {} before {place} in {problem:?}",
                    path.ends
                ),
                None => assert!(place > path.ends, "case {case} at {place}"),
            }
        }
    }
    assert!(compared > 300, "{compared} compared");
}

#[test]
fn parts_of_a_promise_between_breakpoints_give_what_the_exact_road_gives() {
    let mut dice = Dice::new(42);
    let mut compared = 0;
    for case in 0..150 {
        let mut problem = random_problem(&mut dice, SMALL);
        // Bounds that are whole pounds at every quarter of them.
        problem.quantum *= 4;
        for place in &mut problem.places {
            place.lower *= 4;
            place.upper = place.upper.map(|upper| upper * 4);
        }
        for group in &mut problem.groups {
            group.lower = group.lower.map(|lower| lower * 4);
            group.upper = group.upper.map(|upper| upper * 4);
        }
        let program = problem.build().program;
        let guarantee = dice.below(2 + problem.groups.len());
        let from = ratio(dice.between(0, 6).into(), 4);
        let moving = Moving::Guarantee(guarantee);
        let quarters = |steps: i128| Part {
            numerator: steps,
            denominator: 4,
        };
        let path = follow(&program, moving, &from, &whole(3));
        for steps in 0..12 {
            let place = ratio(steps, 4);
            if place < from {
                continue;
            }
            let rescaled = program.rescaled(guarantee, quarters(steps), quarters(steps));
            match (&path, exact(&rescaled)) {
                (Ok(path), Some(exact)) if place <= path.ends => {
                    assert_eq!(at(path, &place), exact, "case {case} at {place}");
                    compared += 1;
                }
                // Beyond what has no allocation a tighter ceiling can have one again only
                // where the promise rises; a path stops at the first gap.
                (Ok(path), None) => assert!(place >= path.ends, "case {case} at {place}"),
                (Ok(path), Some(_)) => assert!(path.ends < place, "case {case} at {place}"),
                (Err(NoPath::Infeasible), _) => {}
                (Err(other), _) => panic!("case {case}: {other:?}"),
            }
        }
    }
    assert!(compared > 400, "{compared} compared");
}

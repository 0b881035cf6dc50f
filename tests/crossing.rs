//! Groups that cross, against sums worked by hand, against every allocation that there
//! is, and against the nested road where groups nest after all.

mod common;
#[path = "common/problems.rs"]
mod problems;

use common::Dice;
use needshare::allocation::{NoAllocation, Proof, solve_program};
use needshare::program::Stage;
use needshare::register::Key as _;
use needshare::solve::crossing::{Cells, Constraints, leximin};
use needshare::solve::{Road, is_feasible};
use num_traits::ToPrimitive as _;
use problems::{
    FINE, Fraction, Group, ORDINARY, Problem, coverages, every_allocation, place, random_problem,
};

fn band(members: &[usize], lower: Option<i64>, upper: Option<i64>) -> Group {
    Group {
        within: None,
        members: members.to_vec(),
        lower,
        upper,
    }
}

/// Exact amounts by the road for groups that cross, whether or not they do.
fn exact_crossing(problem: &Problem) -> Vec<Fraction> {
    let built = problem.build();
    let cells = Cells::of(&built.program);
    let certificate = leximin(&built.program, &cells, &Constraints::of(&cells)).expect("solved");
    certificate.check(&built.program).expect("proved");
    let amounts = certificate.amounts(&built.program);
    built
        .ids
        .iter()
        .map(|&at| {
            let amount = amounts[at].clone().reduced();
            Fraction {
                above: amount.numer().to_i128().expect("small"),
                below: amount.denom().to_i128().expect("small"),
            }
        })
        .collect()
}

/// Whole pounds in the problem's order.
fn whole(problem: &Problem) -> Result<Vec<i64>, NoAllocation> {
    let built = problem.build();
    let answer = solve_program(&built.program, &built.register, Road::Auto)?;
    assert!(answer.verification.passed);
    if let Proof::Crossing {
        program,
        certificate,
    } = &answer.proof
    {
        certificate.check(program).expect("proved");
    }
    Ok(built.ids.iter().map(|&at| answer.amounts[at].0).collect())
}

/// Two regions across two classes: A and B in the one region, A and C in the one class.
fn two_by_two(quantum: i64) -> Problem {
    Problem::flat(quantum, (0..4).map(|index| place(index, 1)).collect())
}

// --- Worked by hand --------------------------------------------------------------

#[test]
fn a_class_is_held_first_and_its_region_then() {
    // 100 to share, needs alike. A and C may have 30 together, A and B 40. All rise to 15,
    // where A and C stop. B may have 40 − 15 = 25, and D takes the rest, 45.
    let mut problem = two_by_two(100);
    problem.groups.push(band(&[0, 1], None, Some(40)));
    problem.groups.push(band(&[0, 2], None, Some(30)));
    assert_eq!(whole(&problem).expect("solved"), [15, 25, 15, 45]);
}

#[test]
fn floors_of_a_region_and_of_a_class_lift_what_is_in_both_least() {
    // 100 to share, needs alike. A and B have at least 70, A and C at least 60. All four at
    // 15: then A = 70 − 15 = 55, and A + C = 70 is enough. At a level t of B, C and D:
    // A ≥ 70 − B and A ≥ 60 − C; A + B + C + D = 100. With A + B = 70, C + D = 30: C = D =
    // 15, and A + C ≥ 60 asks A ≥ 45; so A and B share 70 as evenly as A ≥ 45 allows:
    // A 45, B 25.
    let mut problem = two_by_two(100);
    problem.groups.push(band(&[0, 1], Some(70), None));
    problem.groups.push(band(&[0, 2], Some(60), None));
    assert_eq!(whole(&problem).expect("solved"), [45, 25, 15, 15]);
}

#[test]
fn what_a_fraction_leaves_to_others_is_a_fraction() {
    // A (need 1) and C (need 2) have at most 10 together: 10/3 and 20/3. A and B have at
    // most 20: B has 50/3. The rest is D's: 100 − 20 − 20/3 = 220/3. Remainders are 1/3, 2/3,
    // 2/3, 1/3. B and C go up first; A + B = 20 and A + C = 10 leave A no pound then, and the
    // 100 leave D none: 3 + 17 + 7 + 73 = 100.
    let mut problem = two_by_two(100);
    problem.places[2].weight = 2;
    problem.groups.push(band(&[0, 1], None, Some(20)));
    problem.groups.push(band(&[0, 2], None, Some(10)));
    let thirds: Vec<(i128, i128)> = exact_crossing(&problem)
        .iter()
        .map(|amount| (amount.above / FINE * 3 / amount.below, amount.below))
        .collect();
    assert_eq!(thirds.iter().map(|t| t.1).collect::<Vec<_>>(), [3, 3, 3, 3]);
    assert_eq!(whole(&problem).expect("solved"), [3, 17, 7, 73]);
}

#[test]
fn two_bands_that_ask_too_much_together_are_named_with_their_sum() {
    // A + B at least 70 and A + C at least 60, A at most 20: 70 + 60 = 130 promised; the
    // quantum of 100 and A, which counts twice, allow 120.
    let mut problem = two_by_two(100);
    problem.places[0].upper = Some(20);
    problem.groups.push(band(&[0, 1], Some(70), None));
    problem.groups.push(band(&[0, 2], Some(60), None));
    let Err(NoAllocation::Infeasible(shortfalls)) = whole(&problem) else {
        panic!("cannot be had");
    };
    let sentences: Vec<&str> = shortfalls
        .shortfalls
        .iter()
        .map(|s| s.sentence.as_str())
        .collect();
    assert_eq!(
        sentences,
        [
            "the guarantees \"band 0\" (G0) and \"band 1\" (G1) together promise £130, £10 more \
          than the £120 that the quantum of £100 and \"ceilings\" allow"
        ]
    );
}

// --- Every allocation that there is ----------------------------------------------

/// Two to four places by two regions and two classes, a few dozen pounds; bounds need not
/// agree. Bands are often a pound or two wide, and some weights are zero.
fn tiny_crossing(dice: &mut Dice, step: i64, families: usize) -> Problem {
    let count = 3 + dice.below(2);
    let quantum = dice.between(4, 18) * step;
    let mut problem = Problem::flat(
        quantum,
        (0..count)
            .map(|index| {
                let mut place = place(index, i128::from(dice.between(1, 3)));
                if dice.percent(20) {
                    place.stage = Stage::PerHead;
                    place.weight = i128::from(dice.between(0, 2));
                } else if dice.percent(40) {
                    place.offset = i128::from(dice.between(0, 8) * step) * FINE;
                }
                if dice.percent(30) {
                    place.lower = dice.between(0, 4) * step;
                }
                if dice.percent(30) && place.weight > 0 {
                    place.upper = Some(place.lower + dice.between(0, 6) * step);
                }
                place
            })
            .collect(),
    );
    let pair = dice.below(3);
    for family in 0..families {
        let side = |index: usize| match (family + pair) % 3 {
            0 => index.is_multiple_of(2),
            1 => index / 2 == 0,
            _ => [0, 3].contains(&index),
        };
        for of in [true, false] {
            let members: Vec<usize> = (0..count).filter(|&index| side(index) == of).collect();
            if dice.percent(70) {
                let about = dice.between(0, 12) * step;
                let wide = dice.between(0, 2);
                let lower = dice.percent(70).then_some(about);
                let upper = dice.percent(70).then_some(about + wide);
                problem.groups.push(band(&members, lower, upper));
            }
        }
    }
    problem
}

fn check_against_every_allocation(dice: &mut Dice, families: usize, cases: usize) {
    let (mut compared, mut found, mut none) = (0, 0, 0);
    for case in 0..cases {
        let unit = if case % 2 == 0 { 1 } else { 4 };
        let problem = tiny_crossing(dice, unit, families);
        let all = every_allocation(&problem, 1);
        let feasible = is_feasible(&problem.build().program);
        if families == 2 {
            // Two families: where fractions fit, whole pounds do.
            assert_eq!(feasible, !all.is_empty(), "case {case}: {problem:?}");
        }
        let whole = whole(&problem);
        if all.is_empty() {
            none += 1;
            assert!(
                matches!(whole, Err(NoAllocation::Infeasible(ref why)) if !why.shortfalls.is_empty()),
                "case {case}: {problem:?}\n{whole:?}"
            );
            continue;
        }
        compared += 1;
        let whole = whole.unwrap_or_else(|e| panic!("case {case}: {problem:?}\n{e:?}"));
        assert!(
            all.contains(&whole),
            "case {case}: {problem:?}\n{whole:?} is not allowed"
        );
        let exact = exact_crossing(&problem);
        let ours = coverages(&problem, &exact);
        for other in &all {
            let other: Vec<Fraction> = other
                .iter()
                .map(|&pounds| Fraction::whole(i128::from(pounds) * FINE))
                .collect();
            let theirs = coverages(&problem, &other);
            assert!(
                ours >= theirs,
                "case {case}: {problem:?}\n{exact:?}\nworse than {other:?}"
            );
            if ours == theirs {
                assert_eq!(exact, other, "case {case}: the best answer is one only");
            }
        }
        found += usize::from(exact.iter().all(|amount| amount.is_whole_pounds()));
        for (exact, whole) in exact.iter().zip(&whole) {
            assert!(
                exact.floor() <= *whole && *whole <= exact.ceil(),
                "case {case}: {problem:?}"
            );
        }
    }
    assert!(
        compared > cases / 5 && found > cases / 20 && none > cases / 20,
        "{compared} compared, {found} whole, {none} without an allocation"
    );
}

#[test]
fn no_allocation_of_all_that_there_are_has_a_higher_sorted_coverage() {
    check_against_every_allocation(&mut Dice::new(41), 2, 3000);
}

// --- The nested road --------------------------------------------------------------

#[test]
fn where_groups_nest_both_roads_give_the_same_fractions() {
    let mut dice = Dice::new(42);
    for case in 0..300 {
        let problem = random_problem(&mut dice, ORDINARY);
        let nested = problem.exact(Road::Nested).expect("solved");
        let built = problem.build();
        let cells = Cells::of(&built.program);
        let constraints = Constraints::of(&cells);
        let certificate = leximin(&built.program, &cells, &constraints)
            .unwrap_or_else(|e| panic!("case {case}: {e}"));
        certificate
            .check(&built.program)
            .unwrap_or_else(|e| panic!("case {case}: {e}"));
        let amounts = certificate.amounts(&built.program);
        for (index, &at) in built.ids.iter().enumerate() {
            let amount = &amounts[at];
            assert_eq!(
                &amount.numerator * nested[index].below,
                &amount.denominator * nested[index].above,
                "case {case}, place {index} (variable {})",
                at.index()
            );
        }
    }
}

//! Groups that cross, against sums worked by hand, against every allocation that there
//! is, and against the nested road where groups nest after all. Longer than most files:
//! every goal and number of families has its cases here, on the same small problems.

mod common;
#[path = "common/problems.rs"]
mod problems;

use common::Dice;
use needshare::allocation::{NoAllocation, Proof, solve_program};
use needshare::program::{Deviation, Goal, Stage};
use needshare::register::VariableId;
use needshare::solve::crossing::{Cells, Constraints, least_squares, leximin, prices};
use needshare::solve::{Road, is_feasible};
use needshare::units::Pounds;
use num_rational::BigRational;
use num_traits::ToPrimitive as _;
use problems::{
    Built, FINE, Fraction, Group, ORDINARY, Place, Problem, Size, coverages, every_allocation,
    place, random_problem,
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
fn exact_by(problem: &Problem, road: fn(&Cells) -> Constraints) -> Vec<BigRational> {
    let built = problem.build();
    let cells = Cells::of(&built.program);
    let certificate = leximin(&built.program, &cells, &road(&cells))
        .unwrap_or_else(|e| panic!("{problem:?}\n{e}"));
    certificate
        .check(&built.program)
        .unwrap_or_else(|e| panic!("{problem:?}\n{e}"));
    let amounts = certificate.amounts(&built.program);
    let of = |at: &VariableId| amounts[*at].clone().reduced();
    built.ids.iter().map(of).collect()
}

/// The same in 128 bits.
fn exact_crossing(problem: &Problem) -> Vec<Fraction> {
    exact_by(problem, Constraints::of)
        .iter()
        .map(|amount| Fraction {
            above: amount.numer().to_i128().expect("small"),
            below: amount.denom().to_i128().expect("small"),
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
        ..
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
        let beside = |whole: &Vec<i64>| {
            let mut pairs = exact.iter().zip(whole);
            pairs.all(|(exact, whole)| exact.floor() <= *whole && *whole <= exact.ceil())
        };
        match whole {
            Ok(whole) => assert!(
                all.contains(&whole) && beside(&whole),
                "case {case}: {problem:?}\n{whole:?} is not allowed"
            ),
            // Three families: no whole pounds beside the exact amounts may do.
            Err(NoAllocation::Infeasible(_)) if families > 2 => {
                assert!(!all.iter().any(beside), "case {case}: {problem:?}");
            }
            Err(other) => panic!("case {case}: {problem:?}\n{other:?}"),
        }
    }
    assert!(
        compared > cases / 8 && found > cases / 20 && none > cases / 20,
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
        let crossing = exact_by(&problem, Constraints::of);
        for (nested, crossing) in nested.iter().zip(&crossing) {
            let nested = BigRational::new(nested.above.into(), nested.below.into());
            assert_eq!(nested, *crossing, "case {case}");
        }
    }
}

// --- Regions and classes ------------------------------------------------------------

/// Places in regions and classes (and a third family, if asked for), amounts drawn first
/// and bands around them, many only pounds wide; some without weight, some by head.
fn regions_by_classes(dice: &mut Dice, families: usize) -> Problem {
    let mut problem = random_problem(
        dice,
        Size {
            places: (4, 60),
            pounds: (2.0, 11.0),
            depth: 0,
        },
    );
    let drawn = every_place_within(dice, &problem);
    for _ in 0..families {
        let groups = 2 + dice.below(6);
        let mut members = vec![Vec::new(); groups];
        for place in 0..problem.places.len() {
            members[dice.below(groups)].push(place);
        }
        for members in members {
            let sum: i64 = members.iter().map(|&place| drawn[place]).sum();
            let slack = |dice: &mut Dice| match dice.below(4) {
                0 => 0,
                1 => dice.between(0, 3),
                2 => sum / 50,
                _ => sum / 3,
            };
            let lower = dice.percent(60).then(|| sum - slack(dice));
            let upper = dice.percent(60).then(|| sum + slack(dice));
            if !members.is_empty() {
                problem.groups.push(band(&members, lower, upper));
            }
        }
    }
    problem
}

/// Some amounts within the places' own bounds that add up to the quantum.
fn every_place_within(dice: &mut Dice, problem: &Problem) -> Vec<i64> {
    let mut amounts: Vec<i64> = problem.places.iter().map(|place| place.lower).collect();
    let mut left = problem.quantum - amounts.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..amounts.len()).collect();
    dice.shuffle(&mut order);
    for round in 0..2 {
        for &index in &order {
            let place = &problem.places[index];
            if place.weight > 0 {
                let room = place.upper.map_or(left, |upper| upper - amounts[index]);
                let part = if round == 0 { dice.unit() * 0.2 } else { 1.0 };
                let more = ((room as f64 * part) as i64).min(left);
                amounts[index] += more;
                left -= more;
            }
        }
    }
    assert_eq!(left, 0, "the problem was feasible");
    amounts
}

#[test]
fn flows_and_the_exact_simplex_method_give_the_same_fractions() {
    let mut dice = Dice::new(43);
    let mut levels = 0;
    for case in 0..200 {
        let problem = regions_by_classes(&mut dice, 2);
        let flows = exact_by(&problem, Constraints::of);
        let simplex = exact_by(&problem, Constraints::several);
        assert_eq!(flows, simplex, "case {case}");
        levels += flows.len();
        whole(&problem).unwrap_or_else(|e| panic!("case {case}: {e:?}"));
    }
    assert!(levels > 1000);
}

#[test]
fn three_families_are_shared_out_and_proved() {
    let mut dice = Dice::new(44);
    let mut none = 0;
    for case in 0..60 {
        let problem = regions_by_classes(&mut dice, 3);
        match whole(&problem) {
            Ok(_) => {}
            Err(NoAllocation::Infeasible(why)) => {
                assert!(
                    why.shortfalls[0].sentence.contains("no whole pounds"),
                    "case {case}"
                );
                none += 1;
            }
            Err(other) => panic!("case {case}: {other:?}"),
        }
    }
    assert!(none < 15, "{none}");
}

#[test]
fn places_in_another_order_move_no_pound() {
    let mut dice = Dice::new(45);
    for case in 0..60 {
        let problem = regions_by_classes(&mut dice, 2);
        let before = exact_by(&problem, Constraints::of);
        let mut order: Vec<usize> = (0..problem.places.len()).collect();
        dice.shuffle(&mut order);
        let mut other = problem.clone();
        for (new, &old) in order.iter().enumerate() {
            other.places[new] = place(new, 1);
            other.places[new] = Place {
                code: other.places[new].code.clone(),
                ..problem.places[old].clone()
            };
        }
        for group in &mut other.groups {
            for member in &mut group.members {
                *member = order.iter().position(|old| old == member).expect("moved");
            }
        }
        dice.shuffle(&mut other.groups);
        let after = exact_by(&other, Constraints::of);
        for (new, &old) in order.iter().enumerate() {
            assert_eq!(after[new], before[old], "case {case}");
        }
    }
}

#[test]
fn all_money_times_seven_is_every_amount_times_seven() {
    let mut dice = Dice::new(46);
    for case in 0..60 {
        let problem = regions_by_classes(&mut dice, 2);
        let mut larger = problem.clone();
        larger.quantum *= 7;
        for place in &mut larger.places {
            place.lower *= 7;
            place.upper = place.upper.map(|upper| upper * 7);
            place.offset *= 7;
        }
        for group in &mut larger.groups {
            group.lower = group.lower.map(|lower| lower * 7);
            group.upper = group.upper.map(|upper| upper * 7);
        }
        let seven = BigRational::from_integer(7.into());
        let expected: Vec<BigRational> = exact_by(&problem, Constraints::of)
            .into_iter()
            .map(|amount| amount * &seven)
            .collect();
        assert_eq!(exact_by(&larger, Constraints::of), expected, "case {case}");
    }
}

#[test]
fn a_row_that_is_met_anyway_or_stated_twice_changes_nothing() {
    let mut dice = Dice::new(47);
    for case in 0..60 {
        let problem = regions_by_classes(&mut dice, 2);
        let before = exact_by(&problem, Constraints::of);
        let mut more = problem.clone();
        let twice = dice.below(more.groups.len().max(1));
        if let Some(group) = problem.groups.get(twice) {
            more.groups.push(group.clone());
        }
        let everyone: Vec<usize> = (0..more.places.len()).collect();
        more.groups
            .push(band(&everyone[1..], Some(0), Some(problem.quantum)));
        assert_eq!(exact_by(&more, Constraints::of), before, "case {case}");
    }
}

#[test]
fn with_three_families_no_allocation_of_all_that_there_are_is_better() {
    check_against_every_allocation(&mut Dice::new(48), 3, 2000);
}

// --- Least deviation ------------------------------------------------------------------

/// Targets and weights of a problem's places; weights are often alike.
fn deviations(dice: &mut Dice, problem: &Problem) -> Vec<Deviation> {
    let alike = dice.percent(50);
    let most = problem.quantum / problem.places.len() as i64;
    let mut one = || Deviation {
        target: Pounds(dice.between(-most / 4, 2 * most)),
        weight: if alike {
            3
        } else {
            i128::from(dice.between(0, 9))
        },
    };
    problem.places.iter().map(|_| one()).collect()
}

/// The program that asks for the least deviation instead of levelling up.
fn least_deviation(problem: &Problem, deviations: &[Deviation]) -> Built {
    let mut built = problem.build();
    let mut by_variable = built.program.variables.map(|_| deviations[0]);
    for (&at, deviation) in built.ids.iter().zip(deviations) {
        by_variable[at] = *deviation;
    }
    built.program.goal = Goal::LeastDeviation(by_variable.into());
    built
}

#[test]
fn the_lighter_class_gives_way_where_a_region_must() {
    // Targets 30 each, 120 in all, and 100 to share, so 20 short. A and B may have 45: they
    // give up 15. A and C have at least 50. Weights 1 for A, 2 for B, 3 for C, 1 for D. A
    // gives 10 (A + C ≥ 50 with C at 30 leaves A 20), B 5, D 5: 10 + 10 + 5 = 25. Were A to
    // give 11 and B 4, C would have 31: one cheaper by A for B and 3 dearer for C.
    let mut problem = two_by_two(100);
    problem.groups.push(band(&[0, 1], None, Some(45)));
    problem.groups.push(band(&[0, 2], Some(50), None));
    let weights = [1, 2, 3, 1].map(|weight| Deviation {
        target: Pounds(30),
        weight,
    });
    let built = least_deviation(&problem, &weights);
    let answer = solve_program(&built.program, &built.register, Road::Auto).expect("solved");
    let amounts: Vec<i64> = answer.amounts.iter().map(|amount| amount.0).collect();
    assert_eq!(amounts, [20, 25, 30, 25]);
}

#[test]
fn no_allocation_of_all_that_there_are_deviates_less_or_ties_and_levels_up_more() {
    let mut dice = Dice::new(49);
    let mut compared = 0;
    for case in 0..2000 {
        let families = 2 + case % 2;
        let problem = tiny_crossing(&mut dice, 1, families);
        let all = every_allocation(&problem, 1);
        if all.is_empty() {
            continue;
        }
        let deviations = deviations(&mut dice, &problem);
        let total = |amounts: &[i64]| -> i128 {
            let pairs = amounts.iter().zip(&deviations);
            pairs
                .map(|(amount, d)| d.weight * i128::from((amount - d.target.0).abs()))
                .sum()
        };
        let built = least_deviation(&problem, &deviations);
        let answer = match solve_program(&built.program, &built.register, Road::Auto) {
            Ok(answer) => answer,
            // Whole pounds need not exist on the face of three families.
            Err(NoAllocation::Infeasible(_)) if families > 2 => continue,
            Err(other) => panic!("case {case}: {problem:?} {deviations:?}\n{other:?}"),
        };
        compared += 1;
        let ours: Vec<i64> = built.ids.iter().map(|&at| answer.amounts[at].0).collect();
        let least = all.iter().map(|amounts| total(amounts)).min();
        assert!(all.contains(&ours), "case {case}");
        assert_eq!(Some(total(&ours)), least, "case {case}: {problem:?}");
        let Proof::Crossing {
            program,
            certificate,
            ..
        } = &answer.proof
        else {
            continue;
        };
        let exact = certificate.amounts(program);
        let exact: Vec<Fraction> = built
            .ids
            .iter()
            .map(|&at| {
                let amount = exact[at].clone().reduced();
                Fraction {
                    above: amount.numer().to_i128().expect("small"),
                    below: amount.denom().to_i128().expect("small"),
                }
            })
            .collect();
        let levelled = coverages(&problem, &exact);
        for other in all.iter().filter(|other| Some(total(other)) == least) {
            let other: Vec<Fraction> = other
                .iter()
                .map(|&pounds| Fraction::whole(i128::from(pounds) * FINE))
                .collect();
            assert!(levelled >= coverages(&problem, &other), "case {case}");
        }
    }
    assert!(compared > 300, "{compared}");
}

#[test]
fn flows_and_the_exact_simplex_method_prove_the_same_least_deviation() {
    let mut dice = Dice::new(50);
    for case in 0..100 {
        let problem = regions_by_classes(&mut dice, 2);
        let built = least_deviation(&problem, &deviations(&mut dice, &problem));
        let Goal::LeastDeviation(deviations) = &built.program.goal else {
            panic!("just set");
        };
        let cells = Cells::of(&built.program);
        let proved = [Constraints::of(&cells), Constraints::several(&cells)].map(|constraints| {
            let prices = prices(&built.program, &cells, &constraints, deviations).expect("solved");
            let least = prices.proved_least(&built.program, &cells, deviations);
            BigRational::new(least.expect("bounds exist"), prices.denominator)
        });
        assert_eq!(proved[0], proved[1], "case {case}");
        solve_program(&built.program, &built.register, Road::Auto)
            .unwrap_or_else(|e| panic!("case {case}: {e:?}"));
    }
}

#[test]
fn the_least_quantum_is_the_least_sum_of_all_allocations() {
    // A + B at least 70 and A + C at least 60: A in both, 60, B 10 more: 70 in all; the
    // lowest first then: nothing for D, A + B = 70 and A + C ≥ 60, so C = 0, A = 60, B = 10.
    let mut problem = two_by_two(100);
    problem.groups.push(band(&[0, 1], Some(70), None));
    problem.groups.push(band(&[0, 2], Some(60), None));
    let mut built = problem.build();
    built.program.goal = Goal::LeastQuantum;
    let answer = solve_program(&built.program, &built.register, Road::Auto).expect("solved");
    assert_eq!(answer.quantum, Pounds(70));
    let amounts: Vec<i64> = answer.amounts.iter().map(|amount| amount.0).collect();
    assert_eq!(amounts, [60, 10, 0, 0]);
}

// --- Many cells -------------------------------------------------------------------------

/// Two services of each area with a total each, and floors and ceilings over both: as many
/// rounds as areas that these hold.
fn two_services(areas: usize) -> Problem {
    let mut dice = Dice::new(55);
    let places: Vec<Place> = (0..2 * areas)
        .map(|index| place(index, i128::from(dice.between(100_000_000, 9_000_000_000))))
        .collect();
    let need: i128 = places.iter().map(|place| place.weight).sum();
    let quantum = i64::try_from(need / 2).expect("fits");
    let mut problem = Problem::flat(quantum, places);
    let sum = |problem: &Problem, members: &[usize]| -> i64 {
        let weight: i128 = members.iter().map(|&m| problem.places[m].weight).sum();
        i64::try_from(weight / 2).expect("fits")
    };
    for area in 0..areas {
        let members = [2 * area, 2 * area + 1];
        let fair = sum(&problem, &members);
        let group = match dice.below(3) {
            0 => band(&members, Some(fair / 100 * dice.between(95, 110)), None),
            1 => band(&members, None, Some(fair / 100 * dice.between(90, 105))),
            _ => band(&members, Some(fair / 2), Some(fair * 2)),
        };
        problem.groups.push(group);
    }
    let first: Vec<usize> = (0..areas).map(|area| 2 * area).collect();
    let of_first = sum(&problem, &first) / 100 * 101;
    let second: Vec<usize> = first.iter().map(|place| place + 1).collect();
    for (members, total) in [(first, of_first), (second, quantum - of_first)] {
        problem
            .groups
            .push(band(&members, Some(total), Some(total)));
    }
    problem
}

#[test]
fn services_apart_with_bounds_over_both_are_proved_though_rounds_are_many() {
    let built = two_services(153).build();
    let answer = solve_program(&built.program, &built.register, Road::Auto).expect("solved");
    let Proof::Crossing { certificate, .. } = &answer.proof else {
        panic!("rows cross");
    };
    assert!(certificate.cells.count() > 150 && certificate.rounds.len() > 20);
    certificate.check(&built.program).expect("proved");
}

// --- Least squares --------------------------------------------------------------------

/// Exact amounts that are nearest to the targets, which stand as negative offsets.
fn squares_of(problem: &Problem) -> Option<Vec<BigRational>> {
    let built = problem.build();
    let cells = Cells::of(&built.program);
    let constraints = Constraints::of(&cells);
    let squares = least_squares(&built.program, &cells, &constraints).ok()?;
    squares.check(&built.program).expect("proved");
    let amounts = squares.amounts(&built.program);
    let of = |at: &VariableId| amounts[*at].clone().reduced();
    Some(built.ids.iter().map(of).collect())
}

#[test]
fn squares_share_what_two_bands_take_and_levels_do_not() {
    // Targets 300 each; 1,000 to share; A and B at most 400, A and C at most 450. With prices n
    // for all, r and k for the two: A = 300 + n + r + k, B = 300 + n + r, C = 300 + n + k,
    // D = 300 + n. Both bind: n = 25, r = −100, k = −50: 175, 225, 275, 325. Levels would
    // give A and B 200 each first.
    let mut problem = two_by_two(1000);
    for place in &mut problem.places {
        place.offset = -300 * FINE;
    }
    problem.groups.push(band(&[0, 1], None, Some(400)));
    problem.groups.push(band(&[0, 2], None, Some(450)));
    assert_eq!(whole(&problem).expect("solved"), [200, 200, 250, 350]);
    let mut built = problem.build();
    built.program.goal = Goal::LeastSquares;
    let answer = solve_program(&built.program, &built.register, Road::Auto).expect("solved");
    let amounts: Vec<i64> = answer.amounts.iter().map(|amount| amount.0).collect();
    assert_eq!(amounts, [175, 225, 275, 325]);
}

#[test]
fn no_allocation_of_all_that_there_are_has_smaller_squares() {
    let mut dice = Dice::new(53);
    let (mut compared, mut refused) = (0, 0);
    for case in 0..1500 {
        let mut problem = tiny_crossing(&mut dice, 1, 2 + case % 2);
        for place in &mut problem.places {
            place.stage = Stage::ByNeed;
            place.weight = place.weight.max(1);
            place.offset = -i128::from(dice.between(0, 12)) * FINE;
        }
        let all = every_allocation(&problem, 1);
        if all.is_empty() {
            continue;
        }
        let Some(exact) = squares_of(&problem) else {
            refused += 1;
            println!("case {case} refused: {problem:?}");
            continue;
        };
        compared += 1;
        let squares = |amounts: &[BigRational]| -> BigRational {
            let parts = amounts.iter().zip(&problem.places).map(|(amount, place)| {
                let apart = amount + BigRational::from_integer(place.offset.into());
                &apart * &apart / BigRational::from_integer(place.weight.into())
            });
            parts.sum()
        };
        let least = squares(&exact);
        for other in &all {
            let pounds =
                |&pounds: &i64| BigRational::from_integer((i128::from(pounds) * FINE).into());
            let other: Vec<BigRational> = other.iter().map(pounds).collect();
            assert!(squares(&other) >= least, "case {case}: {problem:?}");
        }
    }
    assert!(
        compared > 300 && refused == 0,
        "{compared}, {refused} refused"
    );
}

#[test]
fn squares_that_only_amounts_without_weight_could_meet_are_refused() {
    // A, B and C may have 10 each, D has no weight: by need 30 of 100.
    let mut problem = two_by_two(100);
    for place in &mut problem.places[..3] {
        place.upper = Some(10);
    }
    problem.places[3].stage = Stage::PerHead;
    problem.groups.push(band(&[0, 1], None, Some(40)));
    problem.groups.push(band(&[0, 2], None, Some(30)));
    assert_eq!(whole(&problem).expect("by head"), [10, 10, 10, 70]);
    let mut built = problem.build();
    built.program.goal = Goal::LeastSquares;
    let answer = solve_program(&built.program, &built.register, Road::Auto);
    assert!(matches!(answer, Err(NoAllocation::Unproved(_))));
}

#[test]
fn where_groups_nest_squares_are_levels() {
    let mut dice = Dice::new(54);
    let mut refused = 0;
    for case in 0..150 {
        let mut problem = random_problem(&mut dice, ORDINARY);
        for place in &mut problem.places {
            place.stage = Stage::ByNeed;
            place.weight = place.weight.max(1);
            place.offset = -place.offset;
        }
        let nested = problem.exact(Road::Nested).expect("solved");
        let Some(squares) = squares_of(&problem) else {
            refused += 1;
            println!("case {case} refused");
            continue;
        };
        for (nested, squares) in nested.iter().zip(&squares) {
            let nested = BigRational::new(nested.above.into(), nested.below.into());
            assert_eq!(nested, *squares, "case {case}");
        }
    }
    assert_eq!(refused, 0);
}

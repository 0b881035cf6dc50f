//! Every back end that the program was built with, on the same linear programs and on the
//! same problems of groups that cross.

mod common;
#[path = "common/problems.rs"]
mod problems;

use common::{Dice, Folder, run_well};
use needshare::allocation::solve_program;
use needshare::solve::lp::{LinearModel, LinearRow};
use needshare::solve::{Backend, Method, Road};
use problems::{Group, Place, Problem, place};

const ENDLESS: f64 = f64::INFINITY;

/// A program with its best value; none where nothing satisfies it.
struct Known {
    name: &'static str,
    bounds: Vec<(f64, f64)>,
    /// Coefficients, least, greatest.
    rows: Vec<(Vec<f64>, f64, f64)>,
    objective: Vec<f64>,
    best: Option<f64>,
}

fn known() -> Vec<Known> {
    vec![
        Known {
            // Dantzig's: 3x + 5y with x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18; at (2, 6).
            name: "textbook",
            bounds: vec![(0.0, 4.0), (0.0, ENDLESS)],
            rows: vec![
                (vec![0.0, 2.0], -ENDLESS, 12.0),
                (vec![3.0, 2.0], -ENDLESS, 18.0),
            ],
            objective: vec![3.0, 5.0],
            best: Some(36.0),
        },
        Known {
            // x + y = 10, x ≥ 3: the least x is 3.
            name: "equality",
            bounds: vec![(3.0, ENDLESS), (0.0, ENDLESS)],
            rows: vec![(vec![1.0, 1.0], 10.0, 10.0)],
            objective: vec![-1.0, 0.0],
            best: Some(-3.0),
        },
        Known {
            name: "no room between rows",
            bounds: vec![(0.0, 10.0), (0.0, 10.0)],
            rows: vec![
                (vec![1.0, 1.0], 12.0, ENDLESS),
                (vec![1.0, 1.0], -ENDLESS, 11.0),
            ],
            objective: vec![1.0, 0.0],
            best: None,
        },
        Known {
            // Two ways to share 7: the sum is 7 either way.
            name: "many optima",
            bounds: vec![(0.0, 5.0), (0.0, 5.0)],
            rows: vec![(vec![1.0, 1.0], -ENDLESS, 7.0)],
            objective: vec![1.0, 1.0],
            best: Some(7.0),
        },
        Known {
            // A row from below and from above: x − y between −1 and 1, y ≤ 4.
            name: "range",
            bounds: vec![(0.0, ENDLESS), (0.0, 4.0)],
            rows: vec![(vec![1.0, -1.0], -1.0, 1.0)],
            objective: vec![1.0, 0.0],
            best: Some(5.0),
        },
        Known {
            // National sums in millions.
            name: "large numbers",
            bounds: vec![(10_000.0, 40_000.0), (5_000.0, 40_000.0)],
            rows: vec![(vec![1.0, 1.0], 40_000.0, 40_000.0)],
            objective: vec![1.0, 0.0],
            best: Some(35_000.0),
        },
    ]
}

fn terms(coefficients: &[f64]) -> Vec<(usize, f64)> {
    coefficients.iter().copied().enumerate().collect()
}

#[test]
fn every_back_end_finds_the_known_optima() {
    for backend in Backend::ALL {
        for known in known() {
            let row = |(coefficients, lower, upper): &(Vec<f64>, f64, f64)| LinearRow {
                terms: terms(coefficients),
                lower: *lower,
                upper: *upper,
            };
            let model = LinearModel {
                bounds: known.bounds.clone(),
                rows: known.rows.iter().map(row).collect(),
                objective: terms(&known.objective),
            };
            let solver = backend.solver();
            let values = solver
                .maximise(&model)
                .unwrap_or_else(|e| panic!("{backend}, {}: {e}", known.name));
            let best = values.map(|values| -> f64 {
                let pairs = values.iter().zip(&known.objective);
                pairs.map(|(value, coefficient)| value * coefficient).sum()
            });
            match (best, known.best) {
                (None, None) => {}
                (Some(found), Some(best)) => assert!(
                    (found - best).abs() <= solver.within(),
                    "{backend}, {}: {found}",
                    known.name
                ),
                other => panic!("{backend}, {}: {other:?}", known.name),
            }
        }
    }
}

#[test]
fn no_back_end_calls_a_program_without_end_solved() {
    let model = LinearModel {
        bounds: vec![(0.0, ENDLESS), (0.0, ENDLESS)],
        rows: vec![LinearRow {
            terms: vec![(0, 1.0), (1, -1.0)],
            lower: -ENDLESS,
            upper: 1.0,
        }],
        objective: vec![(0, 1.0)],
    };
    for backend in Backend::ALL {
        assert!(backend.solver().maximise(&model).is_err(), "{backend}");
    }
}

/// Regions by classes, bands of a few per cent.
fn regions_by_classes(dice: &mut Dice) -> Problem {
    let count = 20 + dice.below(60);
    let (regions, classes) = (2 + dice.below(5), 2 + dice.below(3));
    let places: Vec<Place> = (0..count)
        .map(|index| place(index, i128::from(dice.between(1_000_000, 900_000_000))))
        .collect();
    let need: i128 = places.iter().map(|place| place.weight).sum();
    let mut problem = Problem::flat(i64::try_from(need / 50).expect("fits"), places);
    let sides: Vec<[usize; 2]> = (0..count)
        .map(|_| [dice.below(regions), dice.below(classes)])
        .collect();
    for (family, groups) in [(0, regions), (1, classes)] {
        for group in 0..groups {
            let members: Vec<usize> = (0..count)
                .filter(|&place| sides[place][family] == group)
                .collect();
            let part: i128 = members.iter().map(|&m| problem.places[m].weight).sum();
            let fair = i64::try_from(part * i128::from(problem.quantum) / need).expect("fits");
            let low = dice.between(-6, 1);
            problem.groups.push(Group {
                within: None,
                members,
                lower: Some(fair / 100 * (100 + low)),
                upper: Some(fair / 100 * (102 + low + dice.between(0, 4))),
            });
        }
    }
    problem
}

#[test]
fn linear_programs_of_every_back_end_come_to_what_flows_find() {
    let mut dice = Dice::new(61);
    let (mut agreed, mut solved) = (0, 0);
    for case in 0..40 {
        let built = regions_by_classes(&mut dice).build();
        let exact = solve_program(&built.program, &built.register, Road::Nested);
        let Ok(exact) = exact else { continue };
        for &backend in Backend::ALL {
            let solve = |road| {
                let method = Method { road, backend };
                solve_program(&built.program, &built.register, method)
            };
            let answer = solve(Road::Auto).expect("the exact road answers");
            assert_eq!(answer.amounts, exact.amounts, "case {case}, {backend}");
            solved += 1;
            if answer.linear_programs_agree == Some(true) {
                agreed += 1;
                let general = solve(Road::General).expect("it agreed just now");
                assert_eq!(general.amounts, exact.amounts, "case {case}, {backend}");
            } else {
                println!("case {case}: {backend} does not agree");
            }
        }
    }
    assert!(solved >= 40, "{solved}");
    assert_eq!(agreed, solved);
}

#[test]
fn a_run_names_the_back_end_that_it_used() {
    let folder = Folder::new("backend-named");
    let out = folder.path("out");
    let out = out.to_str().expect("a plain path");
    run_well(&[
        "allocate",
        "social-care-by-need",
        "--backend",
        "clarabel",
        "--quiet",
        "--out",
        out,
    ]);
    let manifest = std::fs::read_to_string(folder.path("out/run.json")).expect("a manifest");
    assert!(
        manifest.contains("exact road, held against linear programs (good_lp, clarabel)"),
        "{manifest}"
    );
    assert!(manifest.contains("--backend clarabel"), "{manifest}");
}

#[cfg(not(feature = "highs"))]
#[test]
fn a_back_end_that_was_not_built_in_is_a_usage_error_that_says_how_to_build_it() {
    let output = common::run(&["allocate", "social-care-by-need", "--backend", "highs"]);
    assert_eq!(output.status.code(), Some(2));
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(words.contains("--features highs"), "{words}");
}

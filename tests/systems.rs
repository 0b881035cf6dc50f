//! Real grant systems and a seeded problem, by the program as users run it, against
//! the published grants and against an oracle that shares no code with it.

mod common;
#[path = "common/problems.rs"]
mod problems;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use common::{Folder, project, rows, run_well, whole_by_code};
use problems::{Group, Place, Problem, level_by_bisection, place};

fn table(path: &str) -> PathBuf {
    project().join("inputs").join(path)
}

/// The seeded problem of 153 areas.
fn seeded(file: &str) -> PathBuf {
    project().join("benches/instances/n153").join(file)
}

/// Runs `allocate` and gives its folder, verified by its own account.
fn allocate(formula: &Path, into: &Path, more: &[&str]) {
    let formula = formula.display().to_string();
    let into = into.display().to_string();
    let mut arguments = vec!["allocate", &formula, "--out", &into, "--quiet"];
    arguments.extend(more);
    run_well(&arguments);
    let manifest = std::fs::read(Path::new(&into).join("run.json")).expect("run.json is written");
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("run.json is JSON");
    let verification = &manifest["verification"];
    assert_eq!(verification["passed"], true, "{verification}");
    for measure in ["worst_bound_gbp", "worst_row_gbp", "gap_gbp"] {
        assert_eq!(verification[measure], 0, "{measure}: {verification}");
    }
}

/// The furthest that any amount is from the published grant.
fn furthest(given: &BTreeMap<String, i64>, published: &BTreeMap<String, i64>) -> (i64, String) {
    assert!(given.keys().eq(published.keys()), "the same codes");
    given
        .iter()
        .map(|(code, amount)| ((amount - published[code]).abs(), code.clone()))
        .max()
        .expect("rows")
}

#[test]
fn western_australias_137_grants_are_met_within_a_dollar_and_the_pool_exactly() {
    // A$246,131,711: the general purpose pool 2024-25.
    let folder = Folder::new("wa");
    let published = whole_by_code(
        &table("western-australia-2024-25/councils.csv"),
        "official_grant_aud",
    );
    for road in ["auto", "nested", "general"] {
        let out = folder.path(road);
        allocate(
            Path::new("western-australia-2024-25"),
            &out,
            &["--solver", road],
        );
        let given = whole_by_code(&out.join("allocation.csv"), "amount_gbp");
        assert_eq!(given.len(), 137);
        assert_eq!(given.values().sum::<i64>(), 246_131_711);
        let (apart, code) = furthest(&given, &published);
        assert!(apart <= 1, "{road}: {code} is A${apart} from its grant");
    }
}

#[test]
fn the_201_districts_rsg_is_met_within_40_pounds_and_the_same_15_get_nothing() {
    // £135,479,148: the sum of the grants 2017-18.
    let folder = Folder::new("rsg");
    let published = whole_by_code(
        &table("england-rsg-2017-18/districts.csv"),
        "revenue_support_grant_gbp",
    );
    for road in ["auto", "nested", "general"] {
        let out = folder.path(road);
        allocate(Path::new("england-rsg-2017-18"), &out, &["--solver", road]);
        let given = whole_by_code(&out.join("allocation.csv"), "amount_gbp");
        assert_eq!(given.len(), 201);
        assert_eq!(given.values().sum::<i64>(), 135_479_148);
        let (apart, code) = furthest(&given, &published);
        assert!(apart <= 40, "{road}: {code} is £{apart} from its grant");
        let nil = |grants: &BTreeMap<String, i64>| -> Vec<String> {
            let none = grants.iter().filter(|(_, grant)| **grant == 0);
            none.map(|(code, _)| code.clone()).collect()
        };
        assert_eq!(nil(&given), nil(&published), "{road}");
        assert_eq!(nil(&given).len(), 15);
        let bound = rows(&out.join("allocation.csv"));
        let named = bound.iter().filter(|row| row["binding"] == "zero").count();
        assert_eq!(named, 15, "{road}: those at the natural floor are named");
    }
}

#[test]
fn both_formulas_of_the_seeded_problem_are_without_errors() {
    for formula in ["formula.toml", "formula_level_up.toml"] {
        let path = seeded(formula).display().to_string();
        run_well(&["check", &path]);
    }
}

/// What the regions of the seeded problem had, £; from the head of its formula files.
const LAST_YEAR: [(&str, i64); 9] = [
    ("R1", 3_596_312_573),
    ("R2", 4_303_263_346),
    ("R3", 2_140_597_196),
    ("R4", 3_631_792_677),
    ("R5", 6_018_606_581),
    ("R6", 3_206_419_878),
    ("R7", 4_147_731_399),
    ("R8", 4_327_498_499),
    ("R9", 2_552_265_565),
];

const SEEDED_QUANTUM: i64 = 33_924_487_714;

/// The seeded problem from its table: floors and ceilings whole, regions within 95 and
/// 105 per cent of last year, cut to whole pounds inwards.
fn seeded_problem() -> (Vec<String>, Problem) {
    let table = rows(&seeded("areas.csv"));
    let number = |row: &BTreeMap<String, String>, column: &str| -> i64 {
        row[column]
            .parse()
            .unwrap_or_else(|_| panic!("{column} {:?}", row[column]))
    };
    let places: Vec<Place> = table
        .iter()
        .enumerate()
        .map(|(index, row)| Place {
            lower: number(row, "floor"),
            upper: Some(number(row, "cap")),
            ..place(index, i128::from(number(row, "need_target")))
        })
        .collect();
    let groups = LAST_YEAR
        .iter()
        .map(|(region, last_year)| Group {
            within: None,
            members: (0..table.len())
                .filter(|&i| table[i]["region"] == *region)
                .collect(),
            lower: Some((last_year * 95 + 99) / 100),
            upper: Some(last_year * 105 / 100),
        })
        .collect();
    let codes = table.iter().map(|row| row["code"].clone()).collect();
    let problem = Problem {
        quantum: SEEDED_QUANTUM,
        places,
        groups,
    };
    (codes, problem)
}

#[test]
fn levelling_up_the_seeded_problem_keeps_every_promise_and_gives_the_oracles_amounts() {
    let (codes, problem) = seeded_problem();
    let oracle = level_by_bisection(&problem).expect("last year's amounts meet every guarantee");
    let folder = Folder::new("seeded");
    for road in ["auto", "nested", "general"] {
        let out = folder.path(road);
        allocate(&seeded("formula_level_up.toml"), &out, &["--solver", road]);
        let given = whole_by_code(&out.join("allocation.csv"), "amount_gbp");
        assert_eq!(given.len(), 153);
        assert_eq!(given.values().sum::<i64>(), SEEDED_QUANTUM);
        for (index, code) in codes.iter().enumerate() {
            let place = &problem.places[index];
            assert!(given[code] >= place.lower, "{road}: {code} below its floor");
            assert!(
                Some(given[code]) <= place.upper,
                "{road}: {code} above its ceiling"
            );
            // Shares are cut to parts of 10¹²; that and rounding are within a pound.
            let apart = (given[code] as f64 - oracle[index] as f64 / 1e6).abs();
            assert!(
                apart < 1.1,
                "{road}: {code} is £{apart} from the oracle's amount"
            );
        }
        for (group, (region, _)) in problem.groups.iter().zip(LAST_YEAR) {
            let total: i64 = group.members.iter().map(|&m| given[&codes[m]]).sum();
            assert!(Some(total) >= group.lower, "{road}: {region} has £{total}");
            assert!(Some(total) <= group.upper, "{road}: {region} has £{total}");
        }
    }
}

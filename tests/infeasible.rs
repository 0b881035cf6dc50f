//! Guarantees that cannot all be kept: exit 3, with the pounds, and nothing written.
//!
//! Every sum was worked by hand, before the program was asked, on these five areas:
//!
//! | area      | region | spent last year | need | own resources |
//! |-----------|--------|-----------------|------|---------------|
//! | A1 Alder  | North  |         300,000 |   30 |       100,000 |
//! | A2 Birch  | North  |         200,000 |   10 |        50,000 |
//! | A3 Cedar  | South  |         250,000 |   20 |       300,000 |
//! | A4 Damson | South  |         150,000 |   20 |        50,000 |
//! | A5 Elder  | Isles  |         100,000 |   20 |        20,000 |
//! | all       |        |       1,000,000 |  100 |       520,000 |
//!
//! North spent 500,000, South 400,000, Isles 100,000. A thousand people live in each
//! area. The quantum is £1,000,000 unless a case says otherwise; own resources count
//! only where a case says so.

#[path = "bad_inputs/example.rs"]
mod example;

use std::path::Path;

use example::Example;

const AREAS: &str = "\
code,name,region,population,last_year_gbp,need,own_gbp
A1,Alder,North,1000,300000,30,100000
A2,Birch,North,1000,200000,10,50000
A3,Cedar,South,1000,250000,20,300000
A4,Damson,South,1000,150000,20,50000
A5,Elder,Isles,1000,100000,20,20000
";

const FORMULA: &str = r#"
title = "By need"
summary = "Shares a million pounds by need."
kind = "illustrative"

[data]
table = "areas.csv"

[allocation]
quantum = 1_000_000
need = "need"
"#;

/// The five areas and these guarantees.
fn with_guarantees(guarantees: &str) -> Example {
    Example::of(&[("areas.csv", AREAS), ("formula.toml", FORMULA)])
        .append("formula.toml", guarantees)
}

const ALLOCATE: &str = "allocate formula.toml";

// --- The quantum ---------------------------------------------------------------------

const FLOORS_AT_105: &str = r#"
[[allocation.guarantee]]
name = "Five per cent more"
kind = "floor"
of = "last_year_gbp"
rate = 1.05
"#;

#[test]
fn floors_above_the_quantum_are_said_with_the_pounds_they_lack() {
    // 315,000 + 210,000 + 262,500 + 157,500 + 105,000 = 1,050,000; 50,000 too much.
    with_guarantees(FLOORS_AT_105).run(ALLOCATE).stops(
        3,
        r#"
formula: no allocation satisfies the guarantees
  the guarantees ("Five per cent more") together promise £1,050,000, £50,000 more than the quantum of £1,000,000
  bounds would have to be broken by £50,000 in all, at least
  "Five per cent more": a rate of 1 instead of 1.05 would just fit
nothing was written
"#,
    );
}

#[test]
fn every_command_and_road_says_the_same_of_floors_above_the_quantum() {
    for command in [
        "allocate formula.toml --solver nested",
        "allocate formula.toml --solver general",
        "allocate formula.toml --format csv",
        "allocate formula.toml --out results",
        "compare formula.toml --baseline column:last_year_gbp",
        "compare formula.toml --baseline column:last_year_gbp --format json",
    ] {
        with_guarantees(FLOORS_AT_105).run(command).stops(
            3,
            r#"
formula: no allocation satisfies the guarantees
  the guarantees ("Five per cent more") together promise £1,050,000, £50,000 more than the quantum of £1,000,000
  bounds would have to be broken by £50,000 in all, at least
  "Five per cent more": a rate of 1 instead of 1.05 would just fit
nothing was written
"#,
        );
    }
}

const IN_EUROS: &str = r#"{
  "name": "areas",
  "resources": [{
    "name": "areas",
    "path": "areas.csv",
    "schema": { "fields": [
      { "name": "code", "type": "string" },
      { "name": "name", "type": "string" },
      { "name": "region", "type": "string" },
      { "name": "population", "type": "integer", "unit": "people" },
      { "name": "last_year_gbp", "type": "integer", "unit": "EUR" },
      { "name": "need", "type": "integer", "unit": "people" },
      { "name": "own_gbp", "type": "integer", "unit": "EUR" }
    ] }
  }]
}"#;

#[test]
fn sums_are_said_in_the_tables_own_currency() {
    let clashing = with_guarantees(FLOORS_AT_105).with("datapackage.json", IN_EUROS);
    clashing.run(ALLOCATE).stops(
        3,
        r#"
formula: no allocation satisfies the guarantees
  the guarantees ("Five per cent more") together promise €1,050,000, €50,000 more than the quantum of €1,000,000
  bounds would have to be broken by €50,000 in all, at least
  "Five per cent more": a rate of 1 instead of 1.05 would just fit
nothing was written
"#,
    );
    let allocated = with_guarantees("").with("datapackage.json", IN_EUROS);
    let allocated = allocated.run("allocate formula.toml --format markdown");
    assert!(allocated.stdout.contains("Quantum: €1,000,000, shared"));
    assert!(allocated.stdout.contains("| amount € | € per head |"));
    assert!(!allocated.stdout.contains('£'), "{}", allocated.stdout);
}

const FLOORS_AT_LAST_YEAR: &str = r#"
[[allocation.guarantee]]
name = "No less than last year"
kind = "floor"
of = "last_year_gbp"
"#;

#[test]
fn floors_one_pound_above_the_quantum_are_one_pound_too_much() {
    // The floors sum to 1,000,000.
    with_guarantees(FLOORS_AT_LAST_YEAR)
        .patch("formula.toml", "1_000_000", "999_999")
        .run(ALLOCATE)
        .stops(
            3,
            r#"
formula: no allocation satisfies the guarantees
  the guarantees ("No less than last year") together promise £1,000,000, £1 more than the quantum of £999,999
  bounds would have to be broken by £1 in all, at least
  "No less than last year": a rate of 0.9999 instead of 1 would just fit
nothing was written
"#,
        );
}

#[test]
fn floors_that_sum_to_the_quantum_can_be_kept() {
    let run = with_guarantees(FLOORS_AT_LAST_YEAR).run("allocate formula.toml --quiet");
    let (_, _, written) = run.works();
    assert!(written.contains(&Path::new("outputs/allocate-formula/allocation.csv")));
}

#[test]
fn floors_are_judged_in_whole_pounds_rounded_up() {
    // 300,000.3, 200,000.2, 250,000.25, 150,000.15 and 100,000.1, each up to the next
    // pound: 300,001 + 200,001 + 250,001 + 150,001 + 100,001 = 1,000,005.
    with_guarantees(FLOORS_AT_105)
        .patch("formula.toml", "1.05", "1.000001")
        .run(ALLOCATE)
        .stops(
            3,
            r#"
formula: no allocation satisfies the guarantees
  the guarantees ("Five per cent more") together promise £1,000,005, £5 more than the quantum of £1,000,000
  bounds would have to be broken by £5 in all, at least
  "Five per cent more": a rate of 1 instead of 1.000001 would just fit
nothing was written
"#,
        );
}

#[test]
fn floors_on_funding_count_own_resources_and_never_fall_below_zero() {
    // With a quantum of 500,000, floors on funding at last year's spending leave to
    // the amounts 300,000 − 100,000 = 200,000; 200,000 − 50,000 = 150,000; A3's
    // 250,000 − 300,000 is below zero: 0; 150,000 − 50,000 = 100,000; 100,000 −
    // 20,000 = 80,000. Sum 530,000; 30,000 too much.
    let on_funding = with_guarantees(FLOORS_AT_LAST_YEAR)
        .patch("formula.toml", "1_000_000", "500_000")
        .append(
            "formula.toml",
            "rate = 1.0\non = \"funding\"\n\n[own_resources]\namount = \"own_gbp\"\n",
        );
    on_funding.run(ALLOCATE).stops(
        3,
        r#"
formula: no allocation satisfies the guarantees
  the guarantees ("No less than last year") together promise £530,000, £30,000 more than the quantum of £500,000
  bounds would have to be broken by £30,000 in all, at least
  "No less than last year": a rate of 0.96 instead of 1 would just fit
nothing was written
"#,
    );
    // A1, A2, A4 and A5 spent 750,000 and have 220,000 of their own: a floor of
    // (500,000 + 220,000) ÷ 750,000 = 96 % just fits.
    on_funding
        .patch("formula.toml", "rate = 1.0", "rate = 0.96")
        .run(ALLOCATE)
        .works();
}

#[test]
fn a_minimum_per_head_above_the_quantum_is_said_with_the_pounds_it_lacks() {
    // 5,000 people at £250 are 1,250,000; 250,000 too much.
    with_guarantees(
        r#"
[[allocation.guarantee]]
name = "£250 a head"
kind = "minimum_per_head"
amount = 250
"#,
    )
    .run(ALLOCATE)
    .stops(
        3,
        r#"
formula: no allocation satisfies the guarantees
  the guarantees ("£250 a head") together promise £1,250,000, £250,000 more than the quantum of £1,000,000
  bounds would have to be broken by £250,000 in all, at least
  "£250 a head": £200.00 instead of £250.00 would just fit
nothing was written
"#,
    );
}

#[test]
fn two_floors_promise_the_higher_of_the_two_for_each_area() {
    // 95 % of last year against £180 a head: 285,000; 190,000; 237,500; the 180,000
    // beats 142,500; the 180,000 beats 95,000. Sum 1,072,500; 72,500 too much.
    with_guarantees(FLOORS_AT_105)
        .patch("formula.toml", "1.05", "0.95")
        .append(
            "formula.toml",
            r#"
[[allocation.guarantee]]
name = "£180 a head"
kind = "minimum_per_head"
amount = 180
"#,
        )
        .run(ALLOCATE)
        .stops(
            3,
            r#"
formula: no allocation satisfies the guarantees
  the guarantees ("Five per cent more" and "£180 a head") together promise £1,072,500, £72,500 more than the quantum of £1,000,000
  bounds would have to be broken by £72,500 in all, at least
  "Five per cent more" and "£180 a head" clash, and would not without any one of them
  "Five per cent more": a rate of 0.8363 instead of 0.95 would just fit
  "£180 a head": £143.75 instead of £180.00 would just fit
nothing was written
"#,
        );
}

const CEILINGS_AT_90: &str = r#"
[[allocation.guarantee]]
name = "Ten per cent less"
kind = "ceiling"
of = "last_year_gbp"
rate = 0.9
"#;

#[test]
fn ceilings_below_the_quantum_are_said_with_the_pounds_left_over() {
    // 270,000 + 180,000 + 225,000 + 135,000 + 90,000 = 900,000; 100,000 left over.
    with_guarantees(CEILINGS_AT_90).run(ALLOCATE).stops(
        3,
        r#"
formula: no allocation satisfies the guarantees
  the guarantees ("Ten per cent less") together allow £900,000, £100,000 less than the quantum of £1,000,000
  bounds would have to be broken by £100,000 in all, at least
  "Ten per cent less": a rate of 1 instead of 0.9 would just fit
nothing was written
"#,
    );
}

#[test]
fn ceilings_that_sum_to_the_quantum_can_be_kept() {
    with_guarantees(CEILINGS_AT_90)
        .patch("formula.toml", "0.9", "1.0")
        .run(ALLOCATE)
        .works();
}

// --- One area ------------------------------------------------------------------------

#[test]
fn a_floor_above_a_ceiling_names_the_area_and_the_pounds_between_them() {
    // For A5 alone: 95 % of 100,000 is 95,000, 90 % is 90,000; 5,000 apart.
    with_guarantees(FLOORS_AT_105)
        .patch("formula.toml", "1.05", "0.95")
        .append("formula.toml", CEILINGS_AT_90)
        .append("formula.toml", "where = { region = \"Isles\" }\n")
        .run(ALLOCATE)
        .stops(
            3,
            r#"
formula: no allocation satisfies the guarantees
  A5 Elder: "Five per cent more" promises at least £95,000, "Ten per cent less" allows at most £90,000: £5,000 apart
  bounds would have to be broken by £5,000 in all, at least
  "Five per cent more" and "Ten per cent less" clash, and would not without any one of them
  "Five per cent more": a rate of 0.9 instead of 0.95 would just fit
  "Ten per cent less": a rate of 0.95 instead of 0.9 would just fit
nothing was written
"#,
        );
}

// --- Groups --------------------------------------------------------------------------

const BANDS: &str = r#"
[[allocation.guarantee]]
name = "Regions"
kind = "group_band"
by = "region"
reference = "last_year_gbp"
"#;

#[test]
fn lower_bands_above_the_quantum_are_said_with_the_pounds_they_lack() {
    // 550,000 + 440,000 + 110,000 = 1,100,000; 100,000 too much.
    with_guarantees(BANDS)
        .append("formula.toml", "lower = 1.1\n")
        .run(ALLOCATE)
        .stops(
            3,
            r#"
formula: no allocation satisfies the guarantees
  the guarantees ("Regions") together promise £1,100,000, £100,000 more than the quantum of £1,000,000
  bounds would have to be broken by £100,000 in all, at least
  "Regions": bounds looser by 9.1 % would just fit
nothing was written
"#,
        );
}

#[test]
fn upper_bands_below_the_quantum_are_said_with_the_pounds_left_over() {
    // 475,000 + 380,000 + 95,000 = 950,000; 50,000 left over.
    with_guarantees(BANDS)
        .append("formula.toml", "upper = 0.95\n")
        .run(ALLOCATE)
        .stops(
            3,
            r#"
formula: no allocation satisfies the guarantees
  the guarantees ("Regions") together allow £950,000, £50,000 less than the quantum of £1,000,000
  bounds would have to be broken by £50,000 in all, at least
  "Regions": bounds looser by 5.27 % would just fit
nothing was written
"#,
        );
}

#[test]
fn floors_above_the_upper_band_of_their_group_name_the_group() {
    // North: floors of 285,000 + 190,000 = 475,000 under a band of 0.9 × 500,000 =
    // 450,000; 25,000 too much.
    with_guarantees(FLOORS_AT_105)
        .patch("formula.toml", "1.05", "0.95")
        .append("formula.toml", BANDS)
        .append(
            "formula.toml",
            "upper = 0.9\nwhere = { region = \"North\" }\n",
        )
        .run(ALLOCATE)
        .stops(
            3,
            r#"
formula: no allocation satisfies the guarantees
  North: guarantees within it promise £475,000, £25,000 more than the £450,000 that "Regions" allows
  bounds would have to be broken by £25,000 in all, at least
  "Five per cent more" and "Regions" clash, and would not without any one of them
  "Five per cent more": a rate of 0.9 instead of 0.95 would just fit
  "Regions": bounds looser by 5.56 % would just fit
nothing was written
"#,
        );
}

#[test]
fn bands_below_the_floors_everywhere_are_said_with_their_own_sums() {
    // Bands of 0.9 × 500,000 = 450,000, 360,000 and 90,000 allow 900,000, 100,000 less
    // than the quantum. Floors of 0.95 × 500,000 = 475,000, 380,000 and 95,000 are
    // above them by 25,000, 20,000 and 5,000.
    let words = r#"
formula: no allocation satisfies the guarantees
  the guarantees ("Regions") together allow £900,000, £100,000 less than the quantum of £1,000,000
  Isles: guarantees within it promise £95,000, £5,000 more than the £90,000 that "Regions" allows
  North: guarantees within it promise £475,000, £25,000 more than the £450,000 that "Regions" allows
  South: guarantees within it promise £380,000, £20,000 more than the £360,000 that "Regions" allows
  bounds would have to be broken by £100,000 in all, at least
  "Five per cent more": no change to it alone is enough
  "Regions": bounds looser by 11.12 % would just fit
nothing was written
"#;
    let clashing = with_guarantees(FLOORS_AT_105)
        .patch("formula.toml", "1.05", "0.95")
        .append("formula.toml", BANDS)
        .append("formula.toml", "upper = 0.9\n");
    for command in [ALLOCATE, "check formula.toml"] {
        clashing.run(command).stops(3, words);
    }
}

#[test]
fn ceilings_below_the_lower_band_of_their_group_name_the_group() {
    // South: a band of 1.1 × 400,000 = 440,000 over ceilings of 1.05 × 250,000 =
    // 262,500 and 1.05 × 150,000 = 157,500, together 420,000; 20,000 too little.
    with_guarantees(CEILINGS_AT_90)
        .patch("formula.toml", "rate = 0.9", "rate = 1.05")
        .append("formula.toml", BANDS)
        .append(
            "formula.toml",
            "lower = 1.1\nwhere = { region = \"South\" }\n",
        )
        .run(ALLOCATE)
        .stops(
            3,
            r#"
formula: no allocation satisfies the guarantees
  South: "Regions" promises £440,000, £20,000 more than the £420,000 that guarantees within it allow
  bounds would have to be broken by £20,000 in all, at least
  "Ten per cent less" and "Regions" clash, and would not without any one of them
  "Ten per cent less": a rate of 1.1 instead of 1.05 would just fit
  "Regions": bounds looser by 4.55 % would just fit
nothing was written
"#,
        );
}

#[test]
fn floors_in_one_group_and_bands_of_the_others_promise_their_sum() {
    // North's floors of 1.2 × 500,000 = 600,000 are above its band of 500,000; South
    // and Isles have their bands of 400,000 and 100,000. Sum 1,100,000; 100,000 too
    // much.
    with_guarantees(FLOORS_AT_105)
        .patch("formula.toml", "1.05", "1.2")
        .append("formula.toml", "where = { region = \"North\" }\n")
        .append("formula.toml", BANDS)
        .append("formula.toml", "lower = 1.0\n")
        .run(ALLOCATE)
        .stops(
            3,
            r#"
formula: no allocation satisfies the guarantees
  the guarantees ("Five per cent more" and "Regions") together promise £1,100,000, £100,000 more than the quantum of £1,000,000
  bounds would have to be broken by £100,000 in all, at least
  "Five per cent more" and "Regions" clash, and would not without any one of them
  "Five per cent more": a rate of 1 instead of 1.2 would just fit
  "Regions": bounds looser by 20 % would just fit
nothing was written
"#,
        );
}

#[test]
fn a_band_in_pounds_and_a_floor_promise_the_higher_of_the_two() {
    // Bands of 0.98 × 500,000 = 490,000 for North and 0.98 × 400,000 = 392,000 for
    // South; in Isles the floor of 1.2 × 100,000 = 120,000 is above the band of
    // 98,000. Sum 1,002,000; 2,000 too much.
    with_guarantees(FLOORS_AT_105)
        .patch("formula.toml", "1.05", "1.2")
        .append("formula.toml", "where = { region = \"Isles\" }\n")
        .append("formula.toml", BANDS)
        .patch(
            "formula.toml",
            "reference = \"last_year_gbp\"",
            "reference = { North = 500_000, South = 400_000, Isles = 100_000 }",
        )
        .append("formula.toml", "lower = 0.98\n")
        .run(ALLOCATE)
        .stops(
            3,
            r#"
formula: no allocation satisfies the guarantees
  the guarantees ("Five per cent more" and "Regions") together promise £1,002,000, £2,000 more than the quantum of £1,000,000
  bounds would have to be broken by £2,000 in all, at least
  "Five per cent more" and "Regions" clash, and would not without any one of them
  "Five per cent more": a rate of 1.18 instead of 1.2 would just fit
  "Regions": bounds looser by 0.23 % would just fit
nothing was written
"#,
        );
}

// --- check ---------------------------------------------------------------------------

#[test]
fn check_tells_guarantees_that_cannot_be_kept() {
    with_guarantees(FLOORS_AT_105).run("check formula.toml").stops(
        3,
        r#"
formula: no allocation satisfies the guarantees
  the guarantees ("Five per cent more") together promise £1,050,000, £50,000 more than the quantum of £1,000,000
  bounds would have to be broken by £50,000 in all, at least
  "Five per cent more": a rate of 1 instead of 1.05 would just fit
nothing was written
"#,
    );
}

#[test]
fn check_gives_guarantees_that_cannot_be_kept_as_a_row_of_csv() {
    with_guarantees(FLOORS_AT_105)
        .run("check formula.toml --format csv")
        .stops_printing(
            3,
            r#"
severity,code,file,line,column,authority,found,expected,why,remedy
error,infeasible,./formula.toml,10,character 11,,"the guarantees (""Five per cent more"") together promise £1,050,000, £50,000 more than the quantum of £1,000,000",,,
"#,
            r#"
formula: no allocation satisfies the guarantees
  the guarantees ("Five per cent more") together promise £1,050,000, £50,000 more than the quantum of £1,000,000
  bounds would have to be broken by £50,000 in all, at least
  "Five per cent more": a rate of 1 instead of 1.05 would just fit
nothing was written
"#,
        );
}

// --- Several formulas ----------------------------------------------------------------

#[test]
fn one_formula_that_cannot_be_kept_stops_the_whole_comparison() {
    with_guarantees(FLOORS_AT_105)
        .with("open.toml", FORMULA)
        .run("compare open.toml formula.toml --baseline column:last_year_gbp")
        .stops(
            3,
            r#"
formula: no allocation satisfies the guarantees
  the guarantees ("Five per cent more") together promise £1,050,000, £50,000 more than the quantum of £1,000,000
  bounds would have to be broken by £50,000 in all, at least
  "Five per cent more": a rate of 1 instead of 1.05 would just fit
nothing was written
"#,
        );
}

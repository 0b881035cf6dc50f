//! The league table's measures against values worked by hand, on three places and two formulas.

mod common;

use std::collections::BTreeMap;
use std::fs;

use common::{Folder, run, run_well};

/// Three places: £400 by head gives 100, 100, 200; need shares are 0.4, 0.3, 0.3.
const TABLE: &str = "code,people,deprivation,base,need,today\n\
                     A,100,40,50,40,130\n\
                     B,100,30,100,30,120\n\
                     C,200,20,100,30,150\n";

fn formula(need: &str) -> String {
    format!(
        "title = \"By {need}\"\nsummary = \"Shares by {need}.\"\nkind = \"illustrative\"\n\
         [data]\ntable = \"areas.csv\"\ncode = \"code\"\npopulation = \"people\"\n\
         deprivation = \"deprivation\"\ntax_base = \"base\"\n\
         [allocation]\nquantum = 400\nneed = \"{need}\"\n"
    )
}

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    fs::write(folder.path("areas.csv"), TABLE).expect("a table");
    fs::write(folder.path("heads.toml"), formula("people")).expect("a formula");
    fs::write(folder.path("needs.toml"), formula("need")).expect("a formula");
    folder
}

/// `measures.csv` of a benchmark of the two, held to the second's need.
fn measured(folder: &Folder) -> Vec<BTreeMap<String, String>> {
    let path = |name: &str| folder.path(name).display().to_string();
    let output = run_well(&[
        "benchmark",
        &path("heads.toml"),
        &path("needs.toml"),
        "--yardstick",
        &path("needs.toml"),
        "--baseline",
        "column:today",
        "--format",
        "csv",
    ]);
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    reader
        .deserialize()
        .map(|row| row.expect("a row"))
        .collect()
}

#[test]
fn every_measure_is_what_hands_work_out() {
    let folder = folder("measures-by-hand");
    let rows = measured(&folder);
    let of = |measure: &str| -> &BTreeMap<String, String> {
        let found = rows.iter().find(|row| {
            row["formula"] == "heads" && row["yardstick"] == "needs" && row["measure"] == measure
        });
        found.unwrap_or_else(|| panic!("no {measure}"))
    };
    let near = |measure: &str, expected: f64, within: f64| {
        let value: f64 = of(measure)["value"].parse().expect("a number");
        assert!(
            (value - expected).abs() <= within,
            "{measure}: {value}, not {expected}"
        );
    };
    // Needs are 160, 120, 120: coverage 0.625, 0.8333 and 1.6667.
    near("within_5_per_cent_of_need", 0.0, 0.0);
    near("misplaced_gbp", 80.0, 0.0);
    near("misplaced_per_cent", 20.0, 1e-4);
    // Lorenz through (0.4, 0.25), (0.7, 0.5): 1 − (0.4 × 0.25 + 0.3 × 0.75 + 0.3 × 1.5).
    near("coverage_gini", 0.225, 1e-6);
    near("lowest_coverage", 0.625, 1e-6);
    assert_eq!(of("lowest_coverage")["authority"], "A");
    near("vertical_equity_elasticity", 0.0, 1e-6);
    near("concentration_index_funding", 0.0, 1e-6);
    // Need through (0.5, 0.3), (0.75, 0.6) from the least deprived: 1 − (0.15 + 0.225 + 0.4).
    near("concentration_index_need", 0.225, 1e-6);
    near("kakwani_index", -0.225, 1e-6);
    // Ranks 0.25 (C), 0.625 (B), 0.875 (A): Σ p (rank − ½) × coverage = −83.3333 + 10.4167 + 23.4375;
    // Σ p (rank − ½)² = 28.125.
    near("slope_index_of_inequality", -49.479_167 / 28.125, 1e-6);
    // Two values of tax base per head, ½ (A, C) and 1 (B): a line through the two weighted means.
    let ln = f64::ln;
    let halves = (100.0 * ln(0.625) + 200.0 * ln(5.0 / 3.0)) / 300.0;
    near(
        "tax_base_dependence",
        (ln(5.0 / 6.0) - halves) / ln(2.0),
        1e-6,
    );
    near("own_resources_per_cent", 0.0, 0.0);
    // The same for everybody has no rank; tenths of three places, and like places, are none.
    for blank in [
        "rank_correlation_deprivation",
        "rank_correlation_need",
        "most_deprived_tenth_per_head_gbp",
        "most_to_least_deprived_ratio",
        "spread_among_like",
    ] {
        assert_eq!(of(blank)["value"], "", "{blank}");
    }
    // Today 130, 120, 150: −30, −20, +50.
    near("money_moved_gbp", 50.0, 0.0);
    near("turnover_per_cent", 12.5, 1e-4);
    near("winners", 1.0, 0.0);
    near("losers", 2.0, 0.0);
    near("people_in_winning_areas", 200.0, 0.0);
    near("people_in_losing_areas", 200.0, 0.0);
    near("largest_loss_gbp", 30.0, 0.0);
    near("largest_loss_per_head_gbp", 0.30, 1e-2);
    near("largest_loss_per_cent", 100.0 * 30.0 / 130.0, 1e-4);
    near("largest_loss_band_d_gbp", 0.60, 1e-2);
    assert_eq!(of("largest_loss_gbp")["authority"], "A");
    assert_eq!(of("largest_loss_gbp")["baseline"], "column:today");
}

#[test]
fn a_formula_is_perfect_by_its_own_measure_and_ranks_say_which_is_better() {
    let folder = folder("measures-own");
    let rows = measured(&folder);
    let of = |formula: &str, yardstick: &str, measure: &str| {
        let found = rows.iter().find(|row| {
            row["formula"] == formula && row["yardstick"] == yardstick && row["measure"] == measure
        });
        let row = found.unwrap_or_else(|| panic!("no {measure} of {formula} by {yardstick}"));
        (row["value"].clone(), row["rank"].clone())
    };
    let pair = |value: &str, rank: &str| (value.to_string(), rank.to_string());
    assert_eq!(of("needs", "needs", "misplaced_gbp"), pair("0", "1"));
    assert_eq!(of("heads", "needs", "misplaced_gbp"), pair("80", "2"));
    // By the other's measure the tables turn: the same 80 are misplaced the other way.
    assert_eq!(of("heads", "heads", "misplaced_gbp"), pair("0", "1"));
    assert_eq!(of("needs", "heads", "misplaced_gbp"), pair("80", "2"));
    assert_eq!(
        of("needs", "needs", "within_5_per_cent_of_need"),
        pair("100.0000", "1")
    );
    // What only describes has no rank.
    assert_eq!(of("needs", "needs", "concentration_index_need").1, "");
}

#[test]
fn division_rules_share_the_total_by_claims() {
    let folder = folder("measures-rules");
    let path = |name: &str| folder.path(name).display().to_string();
    let out = path("out");
    run_well(&[
        "benchmark",
        &path("needs.toml"),
        "--baseline",
        "column:today",
        "--charts",
        "none",
        "--quiet",
        "--out",
        &out,
    ]);
    let rows = common::rows(&folder.path("out/comparison.csv"));
    let amounts = |formula: &str| -> Vec<i64> {
        let of = rows.iter().filter(|row| row["formula"] == formula);
        of.map(|row| row["amount_gbp"].parse().expect("whole pounds"))
            .collect()
    };
    // Claims are the greater of need (160, 120, 120) and today (130, 120, 150): 160, 120, 150 of 430.
    // Equal losses: 10 each.
    assert_eq!(amounts("rule:equal-losses"), [150, 110, 140]);
    // Equal awards: 120 in full, the other 280 shared alike.
    assert_eq!(amounts("rule:equal-awards"), [140, 120, 140]);
    // In proportion: 400 ÷ 430 of each, 148.84, 111.63, 139.53; two pounds by largest remainder.
    assert_eq!(amounts("rule:proportional"), [149, 112, 139]);
    // Above half of all claims (215): losses shared alike, none above half its claim.
    assert_eq!(amounts("rule:talmud"), [150, 110, 140]);
    assert_eq!(amounts("rule:per-head"), [100, 100, 200]);
    assert_eq!(amounts("rule:tax-base"), [80, 160, 160]);
}

#[test]
fn what_is_asked_wrongly_is_told() {
    let output = run(&[
        "benchmark",
        "social-care-by-need",
        "--yardstick",
        "per-haed",
    ]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("per-head"), "{text}");
    let output = run(&["compare", "per-head", "--by", "reigon", "--format", "csv"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("region"), "{text}");
}

/// Twenty places of 100 people: needs 51, 59, 61, 69 … 141, 149, as deprived as needy.
#[test]
fn tenths_spread_and_ranks_are_what_hands_work_out() {
    let folder = Folder::new("measures-tenths");
    let mut table = String::from("code,people,deprivation,base,need,today\n");
    for place in 0..20 {
        let need = 51 + 10 * (place / 2) + 8 * (place % 2);
        table.push_str(&format!("P{place:02},100,{need},100,{need},100\n"));
    }
    fs::write(folder.path("areas.csv"), table).expect("a table");
    let with = |need| formula(need).replace("quantum = 400", "quantum = 2000");
    fs::write(folder.path("heads.toml"), with("people")).expect("a formula");
    fs::write(folder.path("needs.toml"), with("need")).expect("a formula");
    let rows = measured(&folder);
    let of = |formula: &str, measure: &str| -> f64 {
        let found = rows.iter().find(|row| {
            row["formula"] == formula && row["yardstick"] == "needs" && row["measure"] == measure
        });
        found.expect("a measure")["value"]
            .parse()
            .expect("a number")
    };
    // £100 each. A tenth holds m − 4 and m + 4, m = 55, 65 … 145: coverage 100 ÷ need, the tenth's 100 ÷ m,
    // and need × (100 ÷ need − 100 ÷ m)² = 16 × 10⁴ ÷ (need × m²), for both 32 × 10⁴ ÷ (m × (m² − 16)).
    let squares: f64 = (0..10)
        .map(|tenth| 55.0 + 10.0 * f64::from(tenth))
        .map(|m| 320_000.0 / (m * (m * m - 16.0)))
        .sum();
    let spread = of("heads", "spread_among_like");
    assert!(
        (spread - 100.0 * (squares / 2000.0).sqrt()).abs() < 1e-4,
        "{spread}"
    );
    assert_eq!(of("needs", "spread_among_like"), 0.0);
    // By need the most deprived tenth has 149 and 141 of 200 people, the least 51 and 59.
    assert_eq!(of("needs", "most_deprived_tenth_per_head_gbp"), 1.45);
    assert_eq!(of("needs", "least_deprived_tenth_per_head_gbp"), 0.55);
    assert_eq!(of("needs", "most_to_least_deprived_ratio"), 2.636_364);
    assert_eq!(of("needs", "rank_correlation_deprivation"), 1.0);
    assert_eq!(of("needs", "rank_correlation_need"), 1.0);
    assert_eq!(of("heads", "most_to_least_deprived_ratio"), 1.0);
    // Within 5 %: needs from 95.2 to 105.3 for £100: 99 and 101.
    assert_eq!(of("heads", "within_5_per_cent_of_need"), 10.0);
}

//! What funding can be compared with: columns, a formula, an earlier run; and tables of
//! a user's own under a built-in formula.

mod common;

use std::path::Path;

use common::{Folder, rows, run, run_well};

/// Column of `comparison.csv`, summed.
fn total(path: &Path, column: &str) -> i64 {
    rows(path)
        .iter()
        .map(|row| row[column].parse::<i64>().expect("whole pounds"))
        .sum()
}

fn compare(folder: &Folder, name: &str, baseline: &str) -> std::path::PathBuf {
    let out = folder.path(name);
    let arguments = [
        "compare",
        "social-care-by-need",
        "--charts",
        "none",
        "--quiet",
        "--baseline",
        baseline,
        "--out",
    ];
    let mut arguments: Vec<&std::ffi::OsStr> = arguments.iter().map(std::ffi::OsStr::new).collect();
    arguments.push(out.as_os_str());
    run_well(&arguments);
    out.join("comparison.csv")
}

#[test]
fn columns_are_summed() {
    let folder = Folder::new("baseline-columns");
    let both = compare(
        &folder,
        "both",
        "column:asc_net_2024_25_gbp,csc_net_2024_25_gbp",
    );
    // Spending to be met as the flagship's text states it, Cumberland at its 2023-24
    // return.
    assert_eq!(total(&both, "baseline_gbp"), 40_869_192_000);
}

#[test]
fn an_earlier_run_of_the_same_formula_leaves_no_change() {
    let folder = Folder::new("baseline-run");
    let earlier = folder.path("earlier");
    let earlier_text = earlier.to_str().expect("a plain path");
    run_well(&[
        "allocate",
        "social-care-by-need",
        "--quiet",
        "--out",
        earlier_text,
    ]);
    let table = compare(&folder, "same", &format!("run:{earlier_text}"));
    let rows = rows(&table);
    assert_eq!(rows.len(), 153);
    for row in rows {
        assert_eq!(row["baseline"], "run:earlier");
        assert_eq!(row["change_gbp"], "0", "{}", row["code"]);
        assert_eq!(row["outcome"], "unchanged");
    }
}

#[test]
fn a_run_and_the_formula_that_made_it_are_the_same_baseline() {
    let folder = Folder::new("baseline-formula");
    let earlier = folder.path("earlier");
    let earlier_text = earlier.to_str().expect("a plain path");
    run_well(&[
        "allocate",
        "need-net-of-council-tax",
        "--quiet",
        "--out",
        earlier_text,
    ]);
    let by_run = rows(&compare(&folder, "run", &format!("run:{earlier_text}")));
    let by_formula = rows(&compare(
        &folder,
        "formula",
        "formula:need-net-of-council-tax",
    ));
    let mut compared = 0;
    for (run, formula) in by_run.iter().zip(&by_formula) {
        let pounds = |row: &std::collections::BTreeMap<String, String>| {
            row["baseline_gbp"].parse::<i64>().expect("whole pounds")
        };
        // A run's file has own resources in whole pounds that add up; a formula's
        // funding is rounded authority by authority.
        assert!(
            (pounds(run) - pounds(formula)).abs() <= 1,
            "{}",
            run["code"]
        );
        compared += 1;
    }
    assert_eq!(compared, 153);
}

#[test]
fn a_folder_that_is_no_run_is_refused() {
    let folder = Folder::new("baseline-none");
    let text = folder.path("");
    let baseline = format!("run:{}", text.display());
    let output = run(&["compare", "per-head", "--baseline", &baseline]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("name the folder of a run"));
}

#[test]
fn a_table_of_another_country_runs_under_a_built_in_formula() {
    // Three areas of 10, 20 and 70 people share 1,000: 100, 200 and 700; last year 300,
    // 300 and 400.
    let folder = Folder::new("own-table");
    let table = folder.path("areas.csv");
    std::fs::write(
        &table,
        "code,name,region,pop_2023,last_year\nX1,Alpha,Uphill,10,300\nX2,Beta,Uphill,20,300\nX3,Gamma,Downhill,70,400\n",
    )
    .expect("a table");
    let out = folder.path("out");
    let path = |path: &Path| path.to_str().expect("a plain path").to_string();
    run_well(&[
        "compare",
        "per-head",
        "--inputs",
        &path(&table),
        "--quantum",
        "1000",
        "--baseline",
        "column:last_year",
        "--quiet",
        "--out",
        &path(&out),
    ]);
    let found: Vec<(String, String, String)> = rows(&out.join("comparison.csv"))
        .iter()
        .map(|row| {
            let cell = |column: &str| row[column].clone();
            (
                cell("code"),
                cell("amount_gbp"),
                cell("change_per_head_gbp"),
            )
        })
        .collect();
    let expected = [
        ("X1", "100", "-20.00"),
        ("X2", "200", "-5.00"),
        ("X3", "700", "4.29"),
    ];
    assert_eq!(found.len(), 3);
    for ((code, amount, per_head), (e_code, e_amount, e_per_head)) in found.iter().zip(expected) {
        assert_eq!(
            (code.as_str(), amount.as_str(), per_head.as_str()),
            (e_code, e_amount, e_per_head)
        );
    }
}

#[test]
fn every_row_can_be_subtracted_and_added_up_by_its_reader() {
    let folder = Folder::new("rows-add-up");
    let out = folder.path("out");
    let text = out.to_str().expect("a plain path");
    run_well(&["compare", "--charts", "none", "--quiet", "--out", text]);
    let rows = rows(&out.join("comparison.csv"));
    assert_eq!(rows.len(), 6 * 2 * 153);
    for row in &rows {
        let pounds = |column: &str| row[column].parse::<i64>().expect("whole pounds");
        let whose = format!("{} {}", row["formula"], row["code"]);
        assert_eq!(
            pounds("target_gbp"),
            pounds("need_amount_gbp") - pounds("own_resources_gbp"),
            "{whose}"
        );
        assert_eq!(
            pounds("funding_gbp"),
            pounds("amount_gbp") + pounds("own_resources_gbp"),
            "{whose}"
        );
        assert_eq!(
            pounds("change_gbp"),
            pounds("funding_gbp") - pounds("baseline_gbp"),
            "{whose}"
        );
    }
    // Every formula funds the spending to be met, own resources counted, to the pound.
    let all: i64 = rows
        .iter()
        .map(|row| row["funding_gbp"].parse::<i64>().expect("whole pounds"))
        .sum();
    assert_eq!(all, 12 * 40_869_192_000);
}

/// Three places; today 100 each, by need 130, 97 and 73.
#[test]
fn breakdowns_are_what_hands_work_out_and_say_what_fixes_groups() {
    let folder = Folder::new("baseline-breakdowns");
    let table =
        "code,class,region,people,need,today\nA,x,N,10,130,100\nB,x,S,20,97,100\nC,y,S,10,73,100\n";
    std::fs::write(folder.path("areas.csv"), table).expect("a table");
    let formula = "title = \"T\"\nsummary = \"S.\"\nkind = \"illustrative\"\n[data]\ntable = \"areas.csv\"\n\
                   code = \"code\"\nclass = \"class\"\nregion = \"region\"\nreporting_region = \"region\"\n\
                   population = \"people\"\n[allocation]\nquantum = 300\nneed = \"need\"\n";
    std::fs::write(folder.path("f.toml"), formula).expect("a formula");
    let path = |name: &str| folder.path(name).display().to_string();
    run_well(&[
        "compare",
        &path("f.toml"),
        "--baseline",
        "column:today",
        "--charts",
        "none",
        "--quiet",
        "--by",
        "class",
        "--threshold",
        "100",
        "--out",
        &path("out"),
    ]);
    let rows = rows(&folder.path("out/breakdowns.csv"));
    let of = |grouping: &str, group: &str| {
        let found = rows
            .iter()
            .find(|row| row["grouping"] == grouping && row["group"] == group);
        found.unwrap_or_else(|| panic!("{grouping}: {group} in {rows:?}"))
    };
    let south = of("Region", "S");
    let cells = [
        "authorities",
        "change_gbp",
        "change_pct",
        "change_per_head_gbp",
        "losers",
        "fixed_by",
    ];
    let told: Vec<&str> = cells.iter().map(|cell| south[*cell].as_str()).collect();
    assert_eq!(told, ["2", "-30", "-15.0000", "-1.00", "2", "inputs"]);
    // Of two changes, −3 % and −27 %, the middle is midway.
    let spread = [
        "median_change_pct",
        "lowest_change_pct",
        "highest_change_pct",
    ];
    let told: Vec<&str> = spread.iter().map(|cell| south[*cell].as_str()).collect();
    assert_eq!(told, ["-15.0000", "-27.0000", "-3.0000"]);
    let bands = "Below or above the baseline";
    assert_eq!(of(bands, "20 % or more above")["authorities"], "1");
    assert_eq!(of(bands, "0.5 to 5 % below")["authorities"], "1");
    assert_eq!(of(bands, "20 % or more below")["authorities"], "1");
    assert_eq!(of(bands, "within 0.5 %")["authorities"], "0");
    assert_eq!(of(bands, "within 0.5 %")["fixed_by"], "result");
    // Need met in full: today's 100 is enough for B and C, not for A; by need it is for all.
    let threshold = "At least 100 % of this formula's need";
    assert_eq!(
        of(threshold, "newly at least 100 % of own need")["authorities"],
        "1"
    );
    assert_eq!(
        of(threshold, "still at least 100 % of own need")["authorities"],
        "2"
    );
    assert_eq!(of("class", "y")["change_gbp"], "-27");
}

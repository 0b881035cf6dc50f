//! The library of formulas: every file has its golden, sources for its numbers, checked units,
//! a page in the catalogue, and meets the published results it names; pages and schemas
//! under `docs/` are those that the program makes.
//!
//! `NEEDSHARE_WRITE=1 cargo test --release --test library` writes goldens and pages anew.
//! Goldens detect change; they prove nothing.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::{Folder, project, rows, run, run_well};
use needshare::commands::pages;

/// Authorities in a golden: of larger tables, every so many.
const ROWS: usize = 160;

fn writing() -> bool {
    std::env::var_os("NEEDSHARE_WRITE").is_some()
}

fn formulas() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(project().join("formulas"))
        .expect("formulas")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .map(|path| {
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    assert!(names.len() > 15, "{names:?}");
    names
}

fn allocated(folder: &Folder, formula: &str) -> PathBuf {
    let name = Path::new(formula).file_stem().expect("a name");
    let out = folder.path(&name.to_string_lossy());
    let into = out.display().to_string();
    run_well(&[
        "allocate", formula, "--out", &into, "--solver", "nested", "--quiet",
    ]);
    out
}

/// The golden of a run: the total, and amounts of every so many authorities.
fn golden(amounts: &[(String, String)]) -> String {
    let total: i64 = amounts
        .iter()
        .map(|(_, amount)| amount.parse::<i64>().expect("whole pounds"))
        .sum();
    let every = amounts.len().div_ceil(ROWS);
    let mut text = format!("code,amount_gbp\ntotal of {},{total}\n", amounts.len());
    for (code, amount) in amounts.iter().step_by(every) {
        text.push_str(&format!("{code},{amount}\n"));
    }
    text
}

/// Lines that differ, few enough to read.
fn differing(was: &str, is: &str) -> String {
    let lines: Vec<String> = was
        .lines()
        .zip(is.lines())
        .filter(|(was, is)| was != is)
        .take(10)
        .map(|(was, is)| format!("  was {was}\n  is  {is}\n"))
        .collect();
    lines.concat()
}

fn hold(path: &Path, text: &str) -> Result<(), String> {
    if writing() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }
    match fs::read_to_string(path) {
        Err(error) => Err(format!("{}: {error}\n", path.display())),
        Ok(known) if known == text => Ok(()),
        Ok(known) => Err(format!(
            "{} differs:\n{}",
            path.display(),
            differing(&known, text)
        )),
    }
}

#[test]
fn every_formula_allocates_as_its_golden_says_and_meets_its_published_results() {
    let folder = Folder::new("library");
    let mut faults = String::new();
    let mut held = 0;
    for formula in formulas() {
        let out = allocated(&folder, &formula);
        let amounts: Vec<(String, String)> = rows(&out.join("allocation.csv"))
            .into_iter()
            .map(|row| (row["code"].clone(), row["amount_gbp"].clone()))
            .collect();
        let path = project()
            .join("tests/goldens")
            .join(format!("{formula}.csv"));
        if let Err(fault) = hold(&path, &golden(&amounts)) {
            faults.push_str(&fault);
        }
        let published = out.join("reproductions.csv");
        if published.is_file() {
            let rows = rows(&published);
            held += rows.len();
            for row in rows.iter().filter(|row| row["outcome"] == "differs") {
                faults.push_str(&format!("{formula}: {row:?}\n"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults}");
    assert!(held > 80_000, "{held} published results were looked at");
}

/// Worked cases, each a table and a file, held to sums done by hand.
#[test]
fn worked_cases_come_to_what_was_worked_out() {
    let folder = Folder::new("cases");
    let cases = project().join("tests/systems/cases");
    let mut held = 0;
    for entry in fs::read_dir(&cases).expect("cases") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let out = allocated(&folder, &path.display().to_string());
        let rows = rows(&out.join("reproductions.csv"));
        assert!(!rows.is_empty(), "{}", path.display());
        held += rows.len();
        for row in rows {
            assert_eq!(row["outcome"], "match", "{}: {row:?}", path.display());
        }
    }
    assert!(held > 20, "{held}");
}

/// A floor that costs 37 where gains are 17 is too high.
#[test]
fn a_damping_floor_that_costs_more_than_all_gains_fails() {
    let folder = Folder::new("damping");
    let cases = project().join("tests/systems/cases");
    fs::copy(cases.join("damping.csv"), folder.path("damping.csv")).expect("a table");
    let text = fs::read_to_string(cases.join("damping.toml")).expect("a formula");
    let higher = text.replace("rate = 1.0", "rate = 1.1");
    assert_ne!(higher, text);
    let file = folder.path("damping.toml");
    fs::write(&file, higher).expect("written");
    let output = run(&["allocate", &file.display().to_string(), "--quiet"]);
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{words}");
    // Bounds of 110,000 each are 440,000; there are 420,000 to share.
    assert!(words.contains("£20,000"), "{words}");
}

#[test]
fn every_golden_is_of_a_formula() {
    let known = formulas();
    for entry in fs::read_dir(project().join("tests/goldens")).expect("goldens") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        assert!(known.contains(&name), "{name} has a golden and no file");
    }
}

#[test]
fn pages_and_schemas_are_those_that_the_program_makes() {
    let made = pages().unwrap_or_else(|failure| panic!("{failure}"));
    let mut faults = String::new();
    let mut names = Vec::new();
    for (name, text) in &made {
        names.push(name.clone());
        if let Err(fault) = hold(&project().join("docs").join(name), text) {
            faults.push_str(&fault);
        }
    }
    assert!(faults.is_empty(), "{faults}");
    let catalogue = &made
        .iter()
        .find(|(name, _)| name == "FORMULAS.md")
        .expect("a catalogue")
        .1;
    for formula in formulas() {
        let link = format!("<a id=\"{formula}\"></a>");
        assert!(catalogue.contains(&link), "{formula} has no page");
    }
}

/// A rate added to a count, in every formula on England's data: each is refused, so units
/// are looked at in each.
#[test]
fn every_formulas_units_are_checked() {
    let folder = Folder::new("units");
    for formula in formulas() {
        let path = project().join(format!("formulas/{formula}.toml"));
        let text = fs::read_to_string(&path).expect("a formula");
        let table: toml::Table = text.parse().expect("TOML");
        let dataset = table["dataset"].as_str().expect("a dataset").to_string();
        let package = project().join(format!("inputs/{dataset}/datapackage.json"));
        let package = fs::read_to_string(package).expect("a package");
        let package: serde_json::Value = serde_json::from_str(&package).expect("JSON");
        let fields = package["resources"][0]["schema"]["fields"].as_array();
        let mut by_unit: BTreeMap<&str, &str> = BTreeMap::new();
        for field in fields.expect("fields") {
            let text = |key: &str| field[key].as_str().unwrap_or_default();
            if ["integer", "number"].contains(&text("type")) && !text("unit").is_empty() {
                by_unit.entry(text("unit")).or_insert(text("name"));
            }
        }
        let mut columns = by_unit.values();
        let (Some(one), Some(other)) = (columns.next(), columns.next()) else {
            continue;
        };
        let wrong = format!("[[indicator]]\nname = \"wrong\"\nsum = [\"{one}\", \"{other}\"]\n\n");
        let at = 1 + text.find("\n[allocation]").expect("an allocation");
        let file = folder.path(&format!("{formula}.toml"));
        fs::write(&file, format!("{}{wrong}{}", &text[..at], &text[at..])).expect("written");
        let output = run(&["check", &file.display().to_string()]);
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{formula}: {words}");
        assert!(words.contains("units-differ"), "{formula}: {words}");
    }
}

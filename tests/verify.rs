//! `needshare verify`: real runs hold, and a run that was changed in one place does not,
//! unless the change is of no consequence: the order of rows, a column more.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{Dice, Folder, run, run_well};
use serde_json::Value as Json;

/// A run's table as rows of text, headings first.
type Table = Vec<Vec<String>>;

fn read_table(path: &Path) -> Table {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_path(path)
        .expect("a table");
    reader
        .records()
        .map(|row| row.expect("a row").iter().map(str::to_string).collect())
        .collect()
}

fn write_table(path: &Path, table: &Table) {
    let mut writer = csv::Writer::from_path(path).expect("a file");
    for row in table {
        writer.write_record(row).expect("a row");
    }
    writer.flush().expect("written");
}

fn column(table: &Table, name: &str) -> usize {
    let found = table[0].iter().position(|heading| heading == name);
    found.unwrap_or_else(|| panic!("no column {name}"))
}

/// A finished run, and the folder that changed copies of it are in.
struct Run {
    folder: Folder,
    copies: usize,
}

impl Run {
    fn of(name: &str, arguments: &[&str]) -> Self {
        let folder = Folder::new(name);
        let out = folder.path("run").display().to_string();
        let mut all = arguments.to_vec();
        all.extend(["--quiet", "--out", &out]);
        run_well(&all);
        Self { folder, copies: 0 }
    }

    fn copy(&mut self) -> PathBuf {
        self.copies += 1;
        let copy = self.folder.path(&format!("copy-{}", self.copies));
        fs::create_dir_all(&copy).expect("a folder");
        for entry in fs::read_dir(self.folder.path("run")).expect("the run") {
            let entry = entry.expect("an entry");
            if entry.path().is_file() {
                fs::copy(entry.path(), copy.join(entry.file_name())).expect("copied");
            }
        }
        copy
    }

    /// Verifies a copy of the run after a change, and says what `verify` did.
    fn after(&mut self, change: impl FnOnce(&Path)) -> (Option<i32>, String) {
        let copy = self.copy();
        change(&copy);
        let output = run(&[Path::new("verify"), &copy, Path::new("--quiet")]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        fs::remove_dir_all(&copy).expect("removed");
        (output.status.code(), said)
    }

    fn after_table(
        &mut self,
        file: &str,
        change: impl FnOnce(&mut Table),
    ) -> (Option<i32>, String) {
        self.after(|copy| {
            let path = copy.join(file);
            let mut table = read_table(&path);
            change(&mut table);
            write_table(&path, &table);
        })
    }

    fn after_manifest(&mut self, change: impl FnOnce(&mut Json)) -> (Option<i32>, String) {
        self.after(|copy| {
            let path = copy.join("run.json");
            let bytes = fs::read(&path).expect("run.json");
            let mut manifest: Json = serde_json::from_slice(&bytes).expect("JSON");
            change(&mut manifest);
            fs::write(&path, manifest.to_string()).expect("written");
        })
    }

    /// Changes a whole number, in a row where there is one, by so much.
    fn nudged(
        &mut self,
        (file, name): (&str, &str),
        dice: &mut Dice,
        by: i64,
    ) -> (Option<i32>, String) {
        let at = dice.roll();
        self.after_table(file, |table| {
            let column = column(table, name);
            let rows: Vec<usize> = (1..table.len())
                .filter(|&row| !table[row][column].is_empty())
                .collect();
            assert!(!rows.is_empty(), "{file}: {name} is blank everywhere");
            let row = rows[usize::try_from(at % rows.len() as u64).expect("small")];
            let number: i128 = table[row][column].parse().expect("a whole number");
            table[row][column] = (number + i128::from(by)).to_string();
        })
    }
}

fn caught((code, said): (Option<i32>, String), what: &str) {
    assert!(
        matches!(code, Some(4 | 1)),
        "not caught: {what}: {code:?} {said}"
    );
}

const AMOUNTS: [&str; 6] = [
    "own_resources_gbp",
    "need_amount_gbp",
    "target_gbp",
    "amount_gbp",
    "funding_gbp",
    "outside_gbp",
];

fn random_changes(run: &mut Run, amounts: &str, whole: &[&str], program: &[&str], seed: u64) {
    let mut dice = Dice::new(seed);
    for (file, columns) in [(amounts, whole), ("program.csv", program)] {
        for name in columns {
            for by in [1, -1, dice.between(2, 1_000_000_000)] {
                let said = run.nudged((file, name), &mut dice, by);
                caught(said, &format!("{file}: {name} by {by}"));
            }
        }
        for _ in 0..3 {
            let (a, b) = (dice.roll(), dice.roll());
            let swapped = run.after_table(file, |table| {
                let column = column(table, "amount_gbp");
                let rows = table.len() - 1;
                let a = 1 + usize::try_from(a % rows as u64).expect("small");
                let other = (1..=rows)
                    .map(|step| 1 + (a - 1 + step + usize::try_from(b % 50).expect("small")) % rows)
                    .find(|&row| table[row][column] != table[a][column])
                    .expect("two amounts that differ");
                let kept = table[a][column].clone();
                table[a][column] = table[other][column].clone();
                table[other][column] = kept;
            });
            caught(swapped, &format!("{file}: two amounts swapped"));
            let row = dice.roll();
            let row = move |table: &Table| {
                1 + usize::try_from(row % (table.len() as u64 - 1)).expect("small")
            };
            let without = run.after_table(file, |table| {
                table.remove(row(table));
            });
            caught(without, &format!("{file}: a row less"));
            let twice = run.after_table(file, |table| table.push(table[row(table)].clone()));
            caught(twice, &format!("{file}: a row twice"));
        }
        let no_pounds = run.after_table(file, |table| {
            let column = column(table, "amount_gbp");
            table[3][column].push_str(".5");
        });
        caught(no_pounds, &format!("{file}: half a pound"));
    }
}

/// Every whole number within a value, changed by one in turn.
fn numbers_of(json: &Json, path: &str, found: &mut Vec<String>) {
    match json {
        Json::Object(entries) => {
            for (key, value) in entries {
                numbers_of(value, &format!("{path}/{key}"), found);
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                numbers_of(item, &format!("{path}/{index}"), found);
            }
        }
        Json::String(text) if text.parse::<i128>().is_ok() => found.push(path.to_string()),
        Json::Number(_) => found.push(path.to_string()),
        _ => {}
    }
}

fn every_number_of_the_certificate(run: &mut Run, formula: &str) {
    let bytes = fs::read(run.folder.path("run/run.json")).expect("run.json");
    let manifest: Json = serde_json::from_slice(&bytes).expect("JSON");
    let certificate = format!("/formulas/{formula}/certificate");
    let mut paths = vec![format!("/formulas/{formula}/quantum_gbp")];
    let value = manifest.pointer(&certificate).expect("a certificate");
    numbers_of(value, &certificate, &mut paths);
    assert!(paths.len() > 10);
    for path in paths {
        let said = run.after_manifest(|manifest| {
            let value = manifest.pointer_mut(&path).expect("there");
            *value = match &*value {
                Json::String(text) => {
                    let number: i128 = text.parse().expect("a whole number");
                    Json::String((number + 1).to_string())
                }
                number => Json::from(number.as_i64().expect("a whole number") + 1),
            };
        });
        caught(said, &path);
    }
}

fn harmless(run: &mut Run, amounts: &str, seed: u64) {
    let mut dice = Dice::new(seed);
    for file in [amounts, "program.csv", "guarantees.csv", "needs.csv"] {
        let (code, said) = run.after_table(file, |table| dice.shuffle(&mut table[1..]));
        assert_eq!(code, Some(0), "{file} in another order: {said}");
        let (code, said) = run.after_table(file, |table| {
            for (index, row) in table.iter_mut().enumerate() {
                row.push(if index == 0 { "note" } else { "x" }.to_string());
            }
        });
        assert_eq!(code, Some(0), "{file} with a column more: {said}");
    }
}

#[test]
fn a_comparison_holds_and_no_change_to_it_does() {
    let mut run = Run::of(
        "verify-compare",
        &[
            "compare",
            "social-care-by-need-protected",
            "need-net-of-council-tax",
            "--charts",
            "none",
        ],
    );
    assert_eq!(run.after(|_| {}).0, Some(0));
    harmless(&mut run, "comparison.csv", 1);
    let mut whole = AMOUNTS.to_vec();
    whole.extend(["baseline_gbp", "change_gbp"]);
    let program = ["lower_gbp", "offset", "weight", "need", "amount_gbp"];
    random_changes(&mut run, "comparison.csv", &whole, &program, 2);
    every_number_of_the_certificate(&mut run, "social-care-by-need-protected");
    every_number_of_the_certificate(&mut run, "need-net-of-council-tax");
    let cell = |run: &mut Run, file: &str, name: &str, text: &str| {
        let said = run.after_table(file, |table| {
            let column = column(table, name);
            let row = (1..table.len()).find(|&row| table[row][column] != text);
            table[row.expect("another text")][column] = text.to_string();
        });
        caught(said, &format!("{file}: {name} = {text}"));
    };
    for (name, text) in [
        ("need_share", "0.0019033"),
        ("need_share", "x"),
        ("coverage", "1.23456789"),
        ("coverage", ""),
        ("distance_from_target", "0.5"),
        ("funding_per_head_gbp", "1.00"),
        ("change_pct", "3.1416"),
        ("change_per_head_gbp", "0.01"),
        ("outcome", "winner"),
        ("outcome", "unchanged"),
        ("binding", "zero"),
        ("binding", "No such guarantee"),
        ("binding", "No authority below 95 % of spending today"),
        ("formula", "per-head"),
        ("population", "12345"),
    ] {
        cell(&mut run, "comparison.csv", name, text);
    }
    for (name, text) in [
        ("level", "39000.5"),
        ("stage", "per_head"),
        ("group", "nowhere"),
        ("upper_gbp", "1"),
        ("code", "E00000000"),
    ] {
        cell(&mut run, "program.csv", name, text);
    }
    cell(&mut run, "guarantees.csv", "bound_count", "85");
    cell(&mut run, "needs.csv", "need_share", "0.0019");
    cell(&mut run, "needs.csv", "score", "49639");
    let sha = run.after_manifest(|manifest| {
        manifest["inputs"][0]["sha256"] = Json::from("7e83");
    });
    caught(sha, "another input");
    let tolerance = run.after_manifest(|manifest| manifest["tolerance_pct"] = Json::from(10.0));
    caught(tolerance, "another tolerance");
}

#[test]
fn least_deviation_in_regional_bands_holds_and_no_change_to_it_does() {
    let mut run = Run::of(
        "verify-deviation",
        &["allocate", "benches/instances/n153/formula.toml"],
    );
    assert_eq!(run.after(|_| {}).0, Some(0));
    harmless(&mut run, "allocation.csv", 3);
    let program = [
        "lower_gbp",
        "upper_gbp",
        "offset",
        "weight",
        "target_gbp",
        "deviation_weight",
        "need",
        "amount_gbp",
    ];
    random_changes(&mut run, "allocation.csv", &AMOUNTS, &program, 4);
    every_number_of_the_certificate(&mut run, "formula");
    for side in ["lower", "upper", "free"] {
        for group in 0..10 {
            let mut changes = false;
            let said = run.after_manifest(|manifest| {
                let tight =
                    &mut manifest["formulas"]["formula"]["certificate"]["groups"][group]["tight"];
                changes = *tight != side;
                *tight = Json::from(side);
            });
            // The nation's bounds are both the quantum: any side will do.
            if changes && group > 0 {
                caught(said, &format!("group {group} held at {side}"));
            }
        }
    }
}

#[test]
fn every_level_of_regional_bands_is_needed() {
    let mut run = Run::of(
        "verify-bands",
        &["allocate", "benches/instances/n153/formula_level_up.toml"],
    );
    assert_eq!(run.after(|_| {}).0, Some(0));
    every_number_of_the_certificate(&mut run, "formula_level_up");
    let program = ["lower_gbp", "upper_gbp", "weight", "amount_gbp"];
    random_changes(&mut run, "allocation.csv", &AMOUNTS, &program, 5);
}

/// The seeded problem with classes that cross its regions.
fn crossing(objective: &str) -> String {
    let path = common::project().join("benches/instances/n153/formula.toml");
    let formula = fs::read_to_string(path).expect("a formula");
    let table = common::project().join("benches/instances/n153/areas.csv");
    let areas = read_table(&table);
    let (code, target) = (column(&areas, "code"), column(&areas, "need_target"));
    assert_eq!((code, target), (0, 2));
    let head = formula.split("[allocation]").next().expect("a head");
    let rest = formula.split("[[allocation.guarantee]]").skip(1);
    let guarantees: Vec<String> = rest
        .map(|guarantee| format!("[[allocation.guarantee]]{guarantee}"))
        .collect();
    format!(
        "{head}[allocation]\nquantum = 33924487714\ntarget = \"need_target\"\n\
         objective = {objective}\n{}\
         [[allocation.guarantee]]\nname = \"Kinds\"\nkind = \"group_band\"\nby = \"kind\"\n\
         reference = \"need_target\"\nlower = 0.9\nupper = 0.98\n",
        guarantees.concat()
    )
    .replace("table = \"areas.csv\"", "table = \"crossing.csv\"")
}

#[test]
fn groups_that_cross_hold_and_no_change_to_them_does() {
    for (name, objective) in [
        ("level", "{ kind = \"level_up\" }"),
        (
            "deviation",
            "{ kind = \"least_deviation\", weight = \"w\" }",
        ),
        ("squares", "{ kind = \"least_squares\", weight = \"w\" }"),
    ] {
        let folder = Folder::new(&format!("verify-crossing-{name}"));
        let table = common::project().join("benches/instances/n153/areas.csv");
        let mut areas = read_table(&table);
        for (index, row) in areas.iter_mut().enumerate() {
            row.push(match index {
                0 => "kind".to_string(),
                _ => format!("K{}", index % 4),
            });
        }
        write_table(&folder.path("crossing.csv"), &areas);
        let formula = folder.path("crossing.toml");
        fs::write(&formula, crossing(objective)).expect("written");
        let formula = formula.display().to_string();
        let mut run = Run::of(&format!("verify-crosses-{name}"), &["allocate", &formula]);
        let (code, said) = run.after(|_| {});
        assert_eq!(code, Some(0), "{said}");
        harmless(&mut run, "allocation.csv", 6);
        let mut dice = Dice::new(7);
        for column in [
            "lower_gbp",
            "upper_gbp",
            "offset",
            "weight",
            "need",
            "amount_gbp",
        ] {
            let said = run.nudged(("program.csv", column), &mut dice, 1);
            caught(said, &format!("{name}: program.csv: {column}"));
        }
        for column in AMOUNTS {
            let said = run.nudged(("allocation.csv", column), &mut dice, -1);
            caught(said, &format!("{name}: allocation.csv: {column}"));
        }
        let at = "/formulas/crossing/certificate";
        for path in ["/groups/0/lower_gbp", "/groups/3/upper_gbp"] {
            let said = run.after_manifest(|manifest| {
                let value = manifest.pointer_mut(&format!("{at}{path}")).expect("there");
                *value = Json::from(value.as_i64().expect("pounds") + 1);
            });
            caught(said, path);
        }
        let lists: &[&str] = match name {
            "squares" => &["cells"],
            _ => &["cells", "rounds"],
        };
        for list in lists {
            let said = run.after_manifest(|manifest| {
                let list = manifest
                    .pointer_mut(&format!("{at}/{list}"))
                    .expect("there");
                let mut list = list.as_array_mut().expect("a list").iter_mut();
                // What prices fix has no level.
                let of_level = list.find(|one| one["level"].is_object()).expect("a level");
                let value = &mut of_level["level"]["numerator"];
                *value = Json::from(format!("{}1", value.as_str().expect("digits")));
            });
            caught(said, list);
        }
        let none = run.after_manifest(|manifest| {
            let certificate = manifest.pointer_mut(at).expect("there");
            certificate["rounds"] = Json::Array(Vec::new());
            certificate["prices"] = Json::Null;
        });
        caught(none, "neither rounds nor prices");
    }
}

#[test]
fn failures_are_listed_with_authority_and_pounds_and_files_that_are_not_there_are_findings() {
    let mut run = Run::of("verify-words", &["allocate", "per-head"]);
    let (code, said) = run.after_table("allocation.csv", |table| {
        let column = column(table, "amount_gbp");
        let amount: i64 = table[1][column].parse().expect("pounds");
        table[1][column] = (amount + 1).to_string();
    });
    assert_eq!(code, Some(4));
    assert!(said.contains(" does not verify\n"), "{said}");
    let line = said
        .lines()
        .find(|line| line.contains("funding: "))
        .expect("a line");
    assert!(
        line.starts_with("  funding: per-head: E06000001: funding is £"),
        "{said}"
    );
    let (code, said) = run.after(|copy| {
        fs::remove_file(copy.join("program.csv")).expect("removed");
    });
    assert_eq!(code, Some(1));
    assert!(said.contains("error[cannot-read-file]: "), "{said}");
    assert!(said.contains("there is no such file"), "{said}");
    let (code, said) = run.after(|copy| fs::write(copy.join("run.json"), "{").expect("written"));
    assert_eq!(code, Some(1), "{said}");
    let (code, said) = run.after_manifest(|manifest| {
        manifest["formulas"]["per-head"]["certificate"] = Json::Null;
    });
    assert_eq!(code, Some(1));
    assert!(said.contains("error[no-certificate]: run.json"), "{said}");
    let (code, _) = run.after(|copy| fs::remove_dir_all(copy.join("nothing")).unwrap_or(()));
    assert_eq!(code, Some(0));
}

#[test]
fn the_report_is_printed_in_every_format() {
    let run = Run::of("verify-formats", &["allocate", "per-head"]);
    let folder = run.folder.path("run").display().to_string();
    let words = run_well(&["verify", &folder]);
    let words = String::from_utf8_lossy(&words.stdout).into_owned();
    assert!(
        words.starts_with(&format!("{folder}: verified\n")),
        "{words}"
    );
    assert!(words.contains("all hold"), "{words}");
    let json = run_well(&["verify", &folder, "--format", "json"]).stdout;
    let json: Json = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(json["verified"], true);
    assert_eq!(json["tables"]["failures"], Json::Array(Vec::new()));
    let csv = run_well(&["verify", &folder, "--format", "csv"]).stdout;
    assert!(csv.starts_with(b"check,numbers,failures,sentence\n"));
    let markdown = run_well(&["verify", &folder, "--format", "markdown"]).stdout;
    assert!(markdown.starts_with(b"# "));
    assert!(run_well(&["verify", &folder, "--quiet"]).stdout.is_empty());
    assert_eq!(common::run(&["verify"]).status.code(), Some(2));
    assert_eq!(
        common::run(&["verify", "no/such/folder"]).status.code(),
        Some(1)
    );
}

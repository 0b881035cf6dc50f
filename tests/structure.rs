//! The shape of the project: modules in one order, every number with its source,
//! formulas that claim to share a measure of need sharing it word for word.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use needshare::formula::{GuaranteeKind, Objective};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the project") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            found.extend(files_below(&path, ending));
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Modules in the order in which `lib.rs` declares them.
fn modules() -> Vec<String> {
    read(&root().join("src/lib.rs"))
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_string)
        .collect()
}

/// The top-level modules that a file's code names as `crate::module`.
fn used_modules(text: &str) -> BTreeSet<String> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            rest.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        })
        .collect()
}

#[test]
fn a_module_uses_only_modules_before_it() {
    let order = modules();
    assert!(order.len() > 10, "lib.rs was read: {order:?}");
    let mut looked_at = 0;
    for path in files_below(&root().join("src"), "rs") {
        let inside = path.strip_prefix(root().join("src")).expect("below src");
        let first = inside.components().next().expect("a name");
        let module = Path::new(first.as_os_str())
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let Some(place) = order.iter().position(|name| *name == module) else {
            assert!(
                ["lib", "main", "cli"].contains(&module.as_str()),
                "src/{} belongs to no module of lib.rs",
                inside.display()
            );
            continue;
        };
        looked_at += 1;
        for used in used_modules(&read(&path)) {
            let used_place = order.iter().position(|name| *name == used);
            assert!(
                used_place.is_some_and(|used_place| used_place <= place),
                "src/{} uses crate::{used}, which comes after {module}",
                inside.display()
            );
        }
    }
    assert!(looked_at > 30);
}

#[test]
fn only_the_front_and_the_back_touch_files_or_the_clock() {
    let allowed = ["inputs", "run_folder", "commands"];
    for path in files_below(&root().join("src"), "rs") {
        let inside = path.strip_prefix(root().join("src")).expect("below src");
        let name = inside.to_string_lossy().into_owned();
        let is_allowed = allowed.iter().any(|module| {
            name.starts_with(&format!("{module}/")) || name == format!("{module}.rs")
        });
        if is_allowed {
            continue;
        }
        let text = read(&path);
        for word in ["std::fs", "std::time", "std::env", "SystemTime", "Instant"] {
            assert!(!text.contains(word), "src/{name} uses {word}");
        }
    }
}

#[test]
fn only_one_file_knows_the_solver() {
    for path in files_below(&root().join("src"), "rs") {
        if path.ends_with("solve/lp.rs") {
            continue;
        }
        let code: String = read(&path)
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        assert!(
            !code.contains("good_lp::"),
            "{} names good_lp",
            path.display()
        );
    }
}

/// Keys that say where a table's numbers come from.
const ANNOTATIONS: [&str; 3] = ["source", "judgement", "illustrative"];

/// Tables that say one thing: what is said of them is said of all that is in them.
const ONE_THING: [&str; 3] = ["indicator", "guarantee", "reproduces"];

/// Every number in a table, and below it, has an annotation beside it, or on the step, the
/// guarantee or the published result that it is part of.
fn numbers_without_source(
    table: &toml::Table,
    path: &str,
    covered: bool,
    missing: &mut Vec<String>,
) {
    let annotated = covered || ANNOTATIONS.iter().any(|key| table.contains_key(*key));
    let covers = annotated && ONE_THING.iter().any(|one| path.contains(one));
    let sources = table.get("sources").and_then(toml::Value::as_table);
    for (key, value) in table {
        let here = format!("{path}.{key}");
        let has_source = annotated || sources.is_some_and(|s| s.contains_key(key));
        look(value, &here, (has_source, covers), missing);
    }
}

fn look(
    value: &toml::Value,
    path: &str,
    (has_source, covered): (bool, bool),
    missing: &mut Vec<String>,
) {
    match value {
        // `where = { tier = 3 }` names a group, as a text would.
        toml::Value::Integer(_) if path.rsplit('.').nth(1) == Some("where") => {}
        toml::Value::Integer(_) | toml::Value::Float(_) if !has_source => {
            missing.push(path.to_string());
        }
        toml::Value::Table(table) => numbers_without_source(table, path, covered, missing),
        toml::Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                look(
                    item,
                    &format!("{path}[{index}]"),
                    (has_source, covered),
                    missing,
                );
            }
        }
        _ => {}
    }
}

fn formulas() -> Vec<(String, toml::Table)> {
    let files = files_below(&root().join("formulas"), "toml");
    files
        .iter()
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy();
            (name.into_owned(), read(path).parse().expect("TOML"))
        })
        .collect()
}

#[test]
fn every_number_in_a_formula_has_its_source_or_its_reason() {
    let mut missing = Vec::new();
    let formulas = formulas();
    assert!(formulas.len() >= 7);
    for (name, table) in &formulas {
        numbers_without_source(table, name, false, &mut missing);
    }
    assert!(missing.is_empty(), "without source: {missing:#?}");
}

#[test]
fn formulas_on_the_flagships_need_measure_it_word_for_word() {
    let formulas = formulas();
    let measure = |name: &str| {
        let (_, table) = formulas.iter().find(|(n, _)| n == name).expect("a formula");
        (table["indicator"].clone(), table["service"].clone())
    };
    let flagship = measure("social-care-by-need");
    assert_eq!(measure("social-care-by-need-protected"), flagship);
    assert_eq!(measure("social-care-by-need-apart"), flagship);
    assert_eq!(measure("need-net-of-council-tax"), flagship);
}

#[test]
fn a_services_basic_amount_and_top_ups_sum_to_one() {
    // flagship.md's form: each index has mean 1, so need per client has mean 1.
    let mut services = 0;
    for (name, table) in formulas() {
        for service in table
            .get("service")
            .and_then(|s| s.as_array())
            .into_iter()
            .flatten()
        {
            let top_ups: f64 = service["top_up"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|top_up| top_up["amount"].as_float().expect("a number"))
                .sum();
            let total = service["basic"].as_float().expect("a number") + top_ups;
            assert!((total - 1.0).abs() < 1e-12, "{name}: {total}");
            services += 1;
        }
    }
    assert!(services >= 15);
}

#[test]
fn no_kind_of_guarantee_and_no_objective_lacks_its_golden_program() {
    let guarantees = GuaranteeKind::WORDS.map(|word| format!("guarantee_{word}.lp"));
    let objectives = Objective::WORDS.map(|word| format!("objective_{word}.lp"));
    for golden in guarantees.iter().chain(&objectives) {
        let path = root().join("tests/golden_lp").join(golden);
        assert!(path.is_file(), "{} is missing", path.display());
    }
}

#[test]
fn verification_shares_no_code_with_what_it_verifies() {
    let allowed: BTreeSet<String> = ["findings", "inputs", "units", "verify"]
        .map(str::to_string)
        .into();
    for path in files_below(&root().join("src/verify"), "rs") {
        let used = used_modules(&read(&path));
        assert!(used.is_subset(&allowed), "{} uses {used:?}", path.display());
    }
}

//! `needshare check`: every finding in a table, a package, a formula or a scenario.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::json;

use super::open::open;
use super::{Failure, Format, Request, print};
use crate::allocation::NoAllocation;
use crate::findings::{Finding, Findings, Place};
use crate::inputs::cell::Cell;
use crate::inputs::named::layers;
use crate::inputs::{
    DataSource, Dataset, Descriptor, Roles, SourceFile, TomlFile, built_in, first_descriptor,
    load_dataset, open_package,
};
use crate::render::report::plural;
use crate::render::tables::findings_table;
use crate::reproduce::reproduce;
use crate::scenario::read_scenario;
use crate::study::NoResult;
use crate::units::FinePounds;

/// Checks a path, or everything that the program carries.
pub fn check(
    path: Option<&Path>,
    request: &Request,
    format: Option<Format>,
    quiet: bool,
) -> Result<(), Failure> {
    let checked = match path {
        None => check_built_in(request),
        Some(path) if layers(&path.to_string_lossy()).len() > 1 => {
            let mut checked = Checked::default();
            check_formulas(vec![path.display().to_string()], request, &mut checked);
            checked
        }
        Some(path) if path.extension().is_some_and(|ending| ending == "toml") => {
            check_toml(path, request)
        }
        // A built-in formula by its name.
        Some(path) if path.extension().is_none() && !path.exists() => {
            let mut checked = Checked::default();
            check_formulas(vec![path.display().to_string()], request, &mut checked);
            checked
        }
        Some(path) => check_table(path),
    };
    if let Some(format) = format {
        print_findings(&checked.findings, format)?;
    }
    if let Some(failure) = checked.failure {
        return Err(failure);
    }
    if checked.findings.has_errors() {
        let findings = checked.findings.without_repeats();
        return Err(match format {
            // Already said on stdout.
            Some(_) => Failure::Findings(Findings::new()),
            None => Failure::Findings(findings),
        });
    }
    if format.is_none() {
        eprint!("{}", checked.findings.render());
        if !quiet {
            print(
                &checked
                    .said
                    .iter()
                    .map(|line| format!("{line}\n"))
                    .collect::<String>(),
            )?;
        }
    }
    Ok(())
}

/// What a check found, and what it says when all is well.
#[derive(Default)]
struct Checked {
    findings: Findings,
    said: Vec<String>,
    /// Guarantees that cannot hold, or worse.
    failure: Option<Failure>,
}

fn print_findings(findings: &Findings, format: Format) -> Result<(), Failure> {
    let table = findings_table(findings);
    match format {
        Format::Json => {
            let document = json!({
                "command": "needshare check",
                "version": env!("CARGO_PKG_VERSION"),
                "tables": { "findings": table.to_json() },
            });
            print(&format!("{document}\n"))
        }
        Format::Csv => print(&table.to_csv()),
        Format::Markdown => print(&table.to_markdown()),
    }
}

/// A formula or a scenario, told apart by their keys.
fn check_toml(path: &Path, request: &Request) -> Checked {
    let mut checked = Checked::default();
    let Some(file) = SourceFile::open(path, &mut checked.findings) else {
        return checked;
    };
    let mut ignored = Findings::new();
    let is_scenario = TomlFile::parse(&file, &mut ignored).is_some_and(|toml| {
        let keys = toml.root().keys();
        let has = |key: &str| keys.iter().any(|known| known == key);
        let of_scenario = has("spending") || has("baselines") || (has("dataset") && has("year"));
        of_scenario && !has("allocation")
    });
    if is_scenario {
        check_scenario(&file, &mut checked);
        return checked;
    }
    if is_overlay(&file) {
        checked.findings.push(
            Finding::error("overlay", Place::file(&file.name))
                .found("a file without `kind` and `dataset` or [data]: no formula by itself")
                .expected("a formula, or an overlay checked over one")
                .remedy(format!(
                    "needshare check FORMULA+{}, such as social-care-by-need+{}",
                    file.name, file.name
                )),
        );
        return checked;
    }
    // A bare file name is a path here, not a built-in formula's name.
    let name = if path.components().count() == 1 {
        format!("./{}", path.display())
    } else {
        path.display().to_string()
    };
    check_formulas(vec![name], request, &mut checked);
    checked
}

/// Whether a file lacks what every formula states, and so must be meant to be laid over one.
fn is_overlay(file: &SourceFile) -> bool {
    TomlFile::parse(file, &mut Findings::new()).is_some_and(|toml| {
        let keys = toml.root().keys();
        let has = |key: &str| keys.iter().any(|known| known == key);
        !has("kind") && !has("dataset") && !has("data")
    })
}

fn check_scenario(file: &SourceFile, checked: &mut Checked) {
    let Some(scenario) = read_scenario("scenario".to_string(), file, &mut checked.findings) else {
        return;
    };
    let source = DataSource::BuiltIn(scenario.dataset.clone());
    let Some(package) = open_package(&source, &Roles::default(), &mut checked.findings) else {
        return;
    };
    let header = package.table.header.clone();
    for reference in scenario.references() {
        if !header
            .iter()
            .any(|heading| heading == reference.name.as_str())
        {
            checked.findings.push(
                Finding::error("unknown-indicator", reference.place.clone())
                    .found(format!("`{}`", reference.name))
                    .expected(format!("a column of {}", scenario.dataset))
                    .remedy(crate::findings::did_you_mean(
                        reference.name.as_str(),
                        header.iter().map(String::as_str),
                    )),
            );
        }
    }
    checked.said.push(format!(
        "{}: scenario \"{}\", {} baselines; no errors",
        file.name,
        scenario.title,
        scenario.baselines.len()
    ));
}

fn check_formulas(names: Vec<String>, request: &Request, checked: &mut Checked) {
    let request = Request {
        formulas: names,
        ..request.clone()
    };
    let opened = match open(&request) {
        Ok(opened) => opened,
        Err(Failure::Findings(findings)) => {
            checked.findings.append(findings);
            return;
        }
        Err(other) => {
            checked.findings.push(
                Finding::error("cannot-check", Place::default())
                    .found(other.to_string().trim().to_string()),
            );
            return;
        }
    };
    checked.findings.append(opened.warnings);
    for name in &opened.selected {
        let formula = opened
            .study
            .formulas
            .iter()
            .find(|formula| formula.name == *name)
            .expect("selected formulas were opened");
        match opened.study.solve(name) {
            Ok(solved) => {
                if let Some((at, target)) = solved.assessment.below_nothing.first() {
                    let register = &opened.study.dataset.register;
                    let count = solved.assessment.below_nothing.len();
                    let sums = solved.assessment.below_nothing.iter();
                    let all: FinePounds = sums.map(|(_, target)| *target).sum();
                    let currency = opened.study.currency();
                    let found = format!(
                        "{name}: {count} of {} targets below nothing, {} in all: {} has {}",
                        register.len(),
                        all.round(),
                        register[*at].label(),
                        target.round()
                    );
                    checked.findings.push(
                        Finding::warning("target-below-nothing", formula.need_place.clone())
                            .found(currency.put(&found))
                            .expected("targets of zero or above")
                            .why("amounts are never below zero: these count as nothing, and the others share the quantum")
                            .remedy("share what is received alone, or work payments out as indicators"),
                    );
                }
                for reproduced in reproduce(formula, &opened.study.dataset, &solved) {
                    checked
                        .said
                        .push(format!("{name}: {}", reproduced.sentence()));
                    if reproduced.differing() > 0 {
                        checked.findings.push(
                            Finding::warning("does-not-reproduce", reproduced.of.place.clone())
                                .found(reproduced.sentence())
                                .expected("published results within the stated difference")
                                .remedy("needshare allocate lists them in reproductions.csv; say in `except` why each differs"),
                        );
                    }
                    for finding in reproduced.findings {
                        checked.findings.push(finding);
                    }
                }
            }
            Err(NoResult::Findings(findings)) => checked.findings.append(findings),
            Err(reason) => {
                if let NoResult::NoAllocation(_, NoAllocation::Infeasible(infeasible)) = &reason {
                    let currency = infeasible.currency;
                    for shortfall in &infeasible.shortfalls {
                        checked.findings.push(
                            Finding::error("infeasible", formula.quantum_place.clone())
                                .found(currency.put(&shortfall.sentence)),
                        );
                    }
                }
                checked.failure = Some(reason.into());
            }
        }
        checked.said.push(format!(
            "{name}: \"{}\", {}, {}; no errors",
            formula.title,
            plural(
                opened.study.dataset.register.len(),
                "authority",
                "authorities"
            ),
            plural(formula.guarantees.len(), "guarantee", "guarantees")
        ));
    }
}

fn check_built_in(request: &Request) -> Checked {
    let mut checked = Checked::default();
    for name in built_in::dataset_names() {
        check_dataset(&DataSource::BuiltIn(name.to_string()), &mut checked);
    }
    // One by one: each is about a table of its own.
    for name in built_in::formula_names() {
        check_formulas(vec![name.to_string()], request, &mut checked);
    }
    for name in built_in::scenario_names() {
        if let Some(file) = SourceFile::built_in(&format!("inputs/scenarios/{name}.toml")) {
            check_scenario(&file, &mut checked);
        }
    }
    checked
}

fn check_table(path: &Path) -> Checked {
    let mut checked = Checked::default();
    let source = DataSource::Path {
        path: path.to_path_buf(),
        like: None,
    };
    check_dataset(&source, &mut checked);
    if !checked.findings.has_errors() && path.is_file() {
        describe(path, &source, &mut checked);
    }
    checked
}

fn check_dataset(source: &DataSource, checked: &mut Checked) -> Option<Dataset> {
    let package = open_package(source, &Roles::default(), &mut checked.findings)?;
    let file = package.table.file.clone();
    let dataset = load_dataset(package, &BTreeSet::new(), &mut checked.findings)?;
    let blanks: Vec<String> = dataset
        .columns
        .iter()
        .filter_map(|(name, column)| {
            let blank = column
                .cells
                .iter()
                .filter(|cell| **cell == Cell::Blank)
                .count();
            (blank > 0).then(|| format!("{name} {blank}"))
        })
        .collect();
    checked.said.push(format!(
        "{file}: {}, {} of numbers, {} of text; no errors",
        plural(dataset.register.len(), "authority", "authorities"),
        plural(dataset.columns.len(), "column", "columns"),
        dataset.texts.len()
    ));
    if !blanks.is_empty() {
        checked
            .said
            .push(format!("  blank cells: {}", blanks.join(", ")));
    }
    Some(dataset)
}

/// Writes a first descriptor beside a table that has none.
fn describe(path: &Path, source: &DataSource, checked: &mut Checked) {
    let place = path.with_file_name("datapackage.json");
    if place.exists() {
        return;
    }
    let mut ignored = Findings::new();
    let Some(package) = open_package(source, &Roles::default(), &mut ignored) else {
        return;
    };
    // A table with a built-in package's columns borrows its descriptions; one of its own
    // would take their `missing` policies away.
    for name in built_in::dataset_names() {
        let lent = SourceFile::built_in(&format!("inputs/{name}/datapackage.json"))
            .and_then(|file| Descriptor::read(&file.name, &file.bytes, &mut ignored));
        let stands_in = lent.is_some_and(|lent| {
            let fields = lent.resources[0].schema.by_name();
            package
                .table
                .header
                .iter()
                .all(|heading| fields.contains_key(heading.as_str()))
        });
        if stands_in {
            checked.said.push(format!(
                "  its columns are those of {name} and keep their descriptions; no descriptor was written"
            ));
            return;
        }
    }
    match fs::write(&place, first_descriptor(&package)) {
        Ok(()) => checked.said.push(format!(
            "{}: written, a first descriptor; titles, units, years and sources are for you to fill in",
            place.display()
        )),
        Err(error) => checked.findings.push(
            Finding::warning("cannot-write-descriptor", Place::file(place.display().to_string()))
                .found(error.to_string()),
        ),
    }
}

//! `needshare verify`: a finished run proved again from its files alone.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::{Failure, Format, print};
use crate::findings::{Finding, Findings, Place};
use crate::inputs::SourceFile;
use crate::inputs::csv_table::{CsvTable, read_csv_table};
use crate::render::report::{to_markdown, to_text};
use crate::render::verification::{
    checks_table, failure_lines, failures_table, verification_summary,
};
use crate::run_folder::MANIFEST;
use crate::verify::{self, Report, RunFiles};

/// Verifies the run in a folder.
pub fn verify(folder: &Path, format: Option<Format>, quiet: bool) -> Result<(), Failure> {
    let report = read_run(folder)
        .and_then(|files| verify::verify(&files))
        .map_err(|findings| Failure::Findings(findings.without_repeats()))?;
    let shown = folder.display().to_string();
    let summary = verification_summary(&shown, &report);
    match format {
        Some(Format::Json) => {
            let document = json!({
                "command": "needshare verify",
                "version": env!("CARGO_PKG_VERSION"),
                "verified": report.holds(),
                "tables": {
                    "checks": checks_table(&report).to_json(),
                    "failures": failures_table(&report).to_json(),
                },
            });
            print(&format!("{document}\n"))?;
        }
        Some(Format::Csv) => print(&checks_table(&report).to_csv())?,
        Some(Format::Markdown) => print(&to_markdown(&summary))?,
        None if report.holds() && !quiet => print(&to_text(&summary))?,
        None => {}
    }
    if report.holds() {
        return Ok(());
    }
    Err(Failure::NotVerified(in_words(&shown, &report)))
}

fn in_words(folder: &str, report: &Report) -> String {
    let mut text = format!("{folder} does not verify\n");
    for line in failure_lines(report) {
        text.push_str(&format!("  {line}\n"));
    }
    text.push_str("its files are not what one run wrote, or the run was wrong\n");
    text
}

fn read_run(folder: &Path) -> Result<RunFiles, Findings> {
    let mut findings = Findings::new();
    if !folder.is_dir() {
        findings.push(
            Finding::error(
                "cannot-read-file",
                Place::file(folder.display().to_string()),
            )
            .found("there is no such folder")
            .expected("the folder of a finished run")
            .remedy("name the folder that compare or allocate wrote, such as outputs/compare"),
        );
        return Err(findings);
    }
    let manifest = read_manifest(folder, &mut findings);
    let has_changes =
        folder.join("comparison.csv").is_file() && !folder.join("allocation.csv").is_file();
    let amounts = match has_changes {
        true => "comparison.csv",
        false => "allocation.csv",
    };
    let amounts = read_table(folder, amounts, &mut findings);
    let program = read_table(folder, "program.csv", &mut findings);
    let guarantees = read_table(folder, "guarantees.csv", &mut findings);
    let needs = read_table(folder, "needs.csv", &mut findings);
    let services = match folder.join("services.csv").is_file() {
        true => read_table(folder, "services.csv", &mut findings),
        false => None,
    };
    match (manifest, amounts, program) {
        (Some(manifest), Some(amounts), Some(program)) if !findings.has_errors() => Ok(RunFiles {
            manifest,
            amounts,
            has_changes,
            program,
            guarantees: with_rows(guarantees),
            needs: with_rows(needs),
            services: with_rows(services),
        }),
        _ => Err(findings),
    }
}

fn with_rows(table: Option<CsvTable>) -> Option<CsvTable> {
    table.filter(|table| !table.rows.is_empty())
}

fn read_manifest(folder: &Path, findings: &mut Findings) -> Option<Json> {
    let file = SourceFile::open(&folder.join(MANIFEST), findings)?;
    match serde_json::from_slice(&file.bytes) {
        Ok(manifest) => Some(manifest),
        Err(error) => {
            findings.push(
                Finding::error("not-json", Place::file(file.name))
                    .found(error.to_string())
                    .expected("the manifest of a run"),
            );
            None
        }
    }
}

/// A table of a run; one with headings alone has nothing in it to check.
fn read_table(folder: &Path, name: &str, findings: &mut Findings) -> Option<CsvTable> {
    let file = SourceFile::open(&folder.join(name), findings)?;
    let mut of_table = Findings::new();
    let table = read_csv_table(&file.name, &file.bytes, &mut of_table);
    let only_headings = table.as_ref().is_some_and(|table| {
        table.rows.is_empty() && of_table.iter().all(|finding| finding.code == "no-rows")
    });
    let may_be_empty = ["guarantees.csv", "needs.csv", "services.csv"].contains(&name);
    if !(only_headings && may_be_empty) {
        findings.append(of_table);
    }
    table
}

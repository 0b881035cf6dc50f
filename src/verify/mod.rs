//! Proving a finished run from its files alone: run.json, the amounts, program.csv,
//! guarantees.csv and needs.csv. It shares no code with what solves: it stands before
//! those modules and uses none of them, so that a fault there is not a fault here.
//!
//! Files that are not there or cannot be read are findings; what they say and does not
//! hold is a [`Fault`] of the [`Report`]. Rows may stand in any order and tables may
//! have more columns.
//!
//! What is proved is the answer to the program in program.csv. That this is the program
//! which the formula and its inputs call for is shown by running the formula again.

mod amounts;
mod binding;
mod certificate;
mod crossing;
mod exact;
mod figures;
mod ledger;
mod proof;
mod read;

pub use ledger::{Check, Fault, Report};

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::findings::{Finding, Findings, Place};
use crate::inputs::SourceFile;
use crate::inputs::csv_table::CsvTable;
use exact::Decimal;
use figures::Rows;
use ledger::Ledger;
use read::{Columns, Stated};

/// A run's files.
#[derive(Debug)]
pub struct RunFiles {
    /// run.json.
    pub manifest: Json,
    /// allocation.csv or comparison.csv.
    pub amounts: CsvTable,
    /// Whether it is comparison.csv.
    pub has_changes: bool,
    /// program.csv.
    pub program: CsvTable,
    /// guarantees.csv, if it has rows.
    pub guarantees: Option<CsvTable>,
    /// needs.csv, if it has rows.
    pub needs: Option<CsvTable>,
    /// services.csv, if there is one.
    pub services: Option<CsvTable>,
}

/// Checks everything; findings where files are not what a run writes.
pub fn verify(files: &RunFiles) -> Result<Report, Findings> {
    let mut findings = Findings::new();
    let mut ledger = Ledger::new();
    let mut formulas = certificate::read_formulas(&files.manifest, &mut findings);
    let tolerance = read_tolerance(files, &mut findings);
    if findings.has_errors() {
        return Err(findings);
    }
    read::read_program(&files.program, &mut formulas, &mut ledger, &mut findings);
    let rows = figures::hold_figures(
        &files.amounts,
        tolerance,
        &formulas,
        &mut ledger,
        &mut findings,
    );
    hold_formulas(&formulas, &rows, &mut ledger);
    if let Some(table) = &files.needs {
        figures::hold_needs(table, &rows, &mut ledger, &mut findings);
    }
    if let Some(table) = &files.services {
        hold_services(table, &formulas, &mut ledger, &mut findings);
    }
    binding::hold_binding(
        files.guarantees.as_ref(),
        &formulas,
        &rows,
        &mut ledger,
        &mut findings,
    );
    hold_inputs(&files.manifest, &mut ledger);
    if findings.has_errors() {
        return Err(findings);
    }
    let mut report = ledger.report;
    report.formulas = formulas.len();
    report.authorities = rows.values().map(BTreeMap::len).max().unwrap_or(0);
    report.faults.sort_by_key(|fault| fault.check);
    Ok(report)
}

/// Change in per cent beyond which an authority wins or loses.
fn read_tolerance(files: &RunFiles, findings: &mut Findings) -> Option<Decimal> {
    if !files.has_changes {
        return None;
    }
    let tolerance = files.manifest["tolerance_pct"].as_f64();
    let tolerance = tolerance.and_then(|tolerance| Decimal::parse(&tolerance.to_string()));
    if tolerance.is_none() {
        findings.push(
            Finding::error("no-tolerance", Place::file("run.json"))
                .found("no tolerance_pct")
                .expected("the change in per cent beyond which an authority wins or loses")
                .remedy("run the command again with this version of needshare"),
        );
    }
    tolerance
}

fn hold_formulas(formulas: &[Stated], rows: &BTreeMap<String, Rows>, ledger: &mut Ledger) {
    for stated in formulas {
        ledger.formula.clone_from(&stated.name);
        figures::hold_program(stated, rows.get(&stated.name), ledger);
        match &stated.crossing {
            Some(crossing) => crossing::prove(stated, crossing, ledger),
            None => proof::prove(stated, ledger),
        }
    }
    for formula in rows.keys() {
        if !formulas.iter().any(|stated| stated.name == *formula) {
            ledger.formula.clone_from(formula);
            ledger.fault(
                Check::Rows,
                "nation",
                "a formula that run.json does not name",
            );
        }
    }
}

/// services.csv has the amounts of the program.
fn hold_services(
    table: &CsvTable,
    formulas: &[Stated],
    ledger: &mut Ledger,
    findings: &mut Findings,
) {
    let names = ["formula", "code", "service", "amount_gbp"];
    let Some(columns) = Columns::of(table, names, findings) else {
        return;
    };
    let mut amounts: BTreeMap<(&str, &str, &str), i128> = BTreeMap::new();
    for stated in formulas.iter().filter(|stated| !stated.services.is_empty()) {
        for amount in &stated.amounts {
            let service = stated.services[amount.service].as_str();
            amounts.insert((&stated.name, &amount.code, service), amount.amount);
        }
    }
    let mut seen = 0;
    for row in &table.rows {
        let cells = columns.cells(&row.cells);
        let [formula, code, service, _] = cells;
        ledger.formula = formula.to_string();
        let Some([amount]) = columns.wholes(&cells, [3], code, ledger) else {
            continue;
        };
        seen += 1;
        let known = amounts.get(&(formula, code, service)).copied();
        ledger.hold(Check::Quantum, amount.is_some() && amount == known, || {
            let sum = |sum: Option<i128>| sum.map_or("nothing".to_string(), ledger::pounds);
            let what = format!(
                "services.csv has {} for {service}, program.csv {}",
                sum(amount),
                sum(known)
            );
            (code.to_string(), what)
        });
    }
    ledger.formula.clear();
    ledger.hold(Check::Rows, seen == amounts.len(), || {
        let what = format!("{seen} rows for {} amounts", amounts.len());
        ("services.csv".to_string(), what)
    });
}

/// Files that the program carries, by name, are still what the run read.
fn hold_inputs(manifest: &Json, ledger: &mut Ledger) {
    ledger.formula.clear();
    for input in manifest["inputs"].as_array().into_iter().flatten() {
        let name = input["name"].as_str().unwrap_or_default();
        let Some(carried) = SourceFile::built_in(name) else {
            ledger.report.other_inputs += 1;
            continue;
        };
        let is_same = input["sha256"].as_str() == Some(carried.sha256().as_str());
        ledger.hold(Check::Inputs, is_same, || {
            let what = "its SHA-256 is not that of the file which this program carries".to_string();
            (name.to_string(), what)
        });
    }
}

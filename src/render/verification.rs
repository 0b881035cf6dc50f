//! What `needshare verify` says: a line for each check, and everything that fails.

use super::report::{Block, plural};
use super::table::{Align, ColumnSpec, Grid, ResultTable, Value};
use crate::findings::SHOWN_PER_KIND;
use crate::units::group_digits;
use crate::verify::{Check, Report};

fn column(name: &'static str, kind: &'static str, meaning: &'static str) -> ColumnSpec {
    ColumnSpec {
        name,
        kind,
        unit: if kind == "integer" { "count" } else { "text" },
        meaning,
    }
}

/// A row for each check.
pub fn checks_table(report: &Report) -> ResultTable<'static> {
    ResultTable {
        name: "checks",
        title: "What was checked",
        columns: vec![
            column("check", "string", "Name of the check"),
            column("numbers", "integer", "How many numbers were held to it"),
            column("failures", "integer", "How many fail"),
            column("sentence", "string", "What holds if none fails"),
        ],
        rows: Check::ALL
            .into_iter()
            .map(|check| {
                vec![
                    Value::text(check.name()),
                    Value::count(report.numbers(check)),
                    Value::count(report.faults_of(check).count()),
                    Value::text(check.sentence()),
                ]
            })
            .collect(),
    }
}

/// A row for each failure.
pub fn failures_table(report: &Report) -> ResultTable<'_> {
    ResultTable {
        name: "failures",
        title: "What does not hold",
        columns: vec![
            column("check", "string", "Name of the check"),
            column(
                "formula",
                "string",
                "Formula; blank for what is about the whole run",
            ),
            column("subject", "string", "Authority, group, column or file"),
            column("failure", "string", "What is there and what should be"),
        ],
        rows: report
            .faults
            .iter()
            .map(|fault| {
                vec![
                    Value::text(fault.check.name()),
                    Value::text(&fault.formula),
                    Value::text(&fault.subject),
                    Value::text(&fault.what),
                ]
            })
            .collect(),
    }
}

/// The report in words.
pub fn verification_summary(folder: &str, report: &Report) -> Vec<Block> {
    let mut grid = Grid::new([
        ("what was checked".to_string(), Align::Left),
        ("numbers".to_string(), Align::Right),
        ("fail".to_string(), Align::Right),
    ]);
    for check in Check::ALL {
        grid.push([
            check.sentence().to_string(),
            group_digits(report.numbers(check) as u64),
            report.faults_of(check).count().to_string(),
        ]);
    }
    let mut said = format!(
        "{} for {}: {} numbers held to {} checks, {}.",
        plural(report.formulas, "formula", "formulas"),
        plural(report.authorities, "authority", "authorities"),
        group_digits(report.all_numbers() as u64),
        Check::ALL.len(),
        match report.faults.len() {
            0 => "all hold".to_string(),
            1 => "1 does not hold".to_string(),
            count => format!("{} do not hold", group_digits(count as u64)),
        }
    );
    if report.other_inputs > 0 {
        said.push_str(&format!(
            " {} not built into the program, so {} bytes could not be compared.",
            plural(report.other_inputs, "input is", "inputs are"),
            if report.other_inputs == 1 {
                "its"
            } else {
                "their"
            }
        ));
    }
    let verdict = if report.holds() {
        "verified"
    } else {
        "does not verify"
    };
    let mut blocks = vec![
        Block::Heading(1, format!("{folder}: {verdict}")),
        Block::Paragraph(said),
        Block::Table(grid),
    ];
    blocks.push(Block::Paragraph(
        "Not held against anything: prices, costs and sentences of guarantees, indicators, names, and the words of the summary."
            .to_string(),
    ));
    if !report.holds() {
        let mut failures = Grid::new([("what does not hold".to_string(), Align::Left)]);
        failure_lines(report)
            .into_iter()
            .for_each(|line| failures.push([line]));
        blocks.push(Block::Table(failures));
    }
    blocks
}

/// The first ten failures of each check and a count of the rest.
pub fn failure_lines(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for check in Check::ALL {
        let count = report.faults_of(check).count();
        for fault in report.faults_of(check).take(SHOWN_PER_KIND) {
            let formula = match fault.formula.as_str() {
                "" => String::new(),
                formula => format!("{formula}: "),
            };
            lines.push(format!(
                "{}: {formula}{}: {}",
                check.name(),
                fault.subject,
                fault.what
            ));
        }
        if count > SHOWN_PER_KIND {
            lines.push(format!(
                "{}: … and {} more",
                check.name(),
                count - SHOWN_PER_KIND
            ));
        }
    }
    lines
}

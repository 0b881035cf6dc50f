//! A table against its descriptor: headings, roles, and the register of codes.

use std::collections::{BTreeSet, HashMap};

use super::csv_table::{CsvTable, Row};
use super::package::Package;
use crate::findings::{Finding, Findings, Place, did_you_mean, nearest};

pub(super) fn no_code_column(table: &CsvTable) -> Finding {
    Finding::error("no-code-column", Place::file(&table.file).line(1))
        .found(format!("columns {}", list(&table.header)))
        .expected("a column of authority codes")
        .why("figures are joined and results are named by code")
        .remedy(
            "name it `code`, or state it in the formula: [data] code = \"…\", \
             or in datapackage.json: \"needshare\": {\"code\": \"…\"}",
        )
}

fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(8).map(|n| format!("`{n}`")).collect();
    match names.len() {
        0..=8 => shown.join(", "),
        more => format!("{} … and {} more", shown.join(", "), more - 8),
    }
}

/// A remedy that offers the name it may be a misspelling of, or else another.
fn rename_or_else<'a>(name: &str, free: impl Iterator<Item = &'a str>, or_else: &str) -> String {
    match nearest(name, free) {
        Some(other) => format!("rename one to the other if `{other}` is meant; or {or_else}"),
        None => or_else.to_string(),
    }
}

/// The table's headings against its own descriptor: same columns, same order.
pub(super) fn check_headings(package: &Package, findings: &mut Findings) {
    if !package.schema_is_own {
        return;
    }
    let header = &package.table.header;
    let described: Vec<&str> = package
        .schema
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    let place = || Place::file(&package.table.file).line(1);
    let before = findings.error_count();
    for name in &described {
        if !header.iter().any(|heading| heading == name) {
            findings.push(
                Finding::error("missing-column", place())
                    .found(format!("no column `{name}`"))
                    .expected("every column that datapackage.json describes")
                    .why("other Data Package tools would refuse the table")
                    .remedy(rename_or_else(
                        name,
                        header
                            .iter()
                            .map(String::as_str)
                            .filter(|h| !described.contains(h)),
                        &format!("add the column, or delete `{name}` from the descriptor's fields"),
                    )),
            );
        }
    }
    for (index, heading) in header.iter().enumerate() {
        if !heading.is_empty() && !described.contains(&heading.as_str()) {
            findings.push(
                Finding::error(
                    "undescribed-column",
                    place().column(format!("column {} `{heading}`", index + 1)),
                )
                .found("a column that datapackage.json does not describe")
                .expected("a field with its type, unit, year and source")
                .why("a figure without a unit and a source cannot be checked")
                .remedy(rename_or_else(
                    heading,
                    described
                        .iter()
                        .copied()
                        .filter(|name| !header.iter().any(|h| h == name)),
                    "describe it, or delete it",
                )),
            );
        }
    }
    if findings.error_count() == before
        && let Some(index) = (0..header.len()).find(|&index| header[index] != described[index])
    {
        findings.push(
            Finding::error(
                "column-order",
                place().column(format!("column {} `{}`", index + 1, header[index])),
            )
            .found(format!(
                "`{}` where the descriptor has `{}`",
                header[index], described[index]
            ))
            .expected("columns in the order of datapackage.json, as the standard has it")
            .why("other Data Package tools read columns by position")
            .remedy("put the columns, or the descriptor's fields, into the other's order"),
        );
    }
}

/// Every role that a formula or descriptor states must be a column.
pub(super) fn check_roles(package: &Package, findings: &mut Findings) {
    let header = &package.table.header;
    for (role, column) in package.roles.named() {
        if let Some(column) = column
            && package.table.find(column).is_none()
        {
            findings.push(
                Finding::error("missing-column", Place::file(&package.table.file).line(1))
                    .found(format!("no column `{column}`"))
                    .expected(format!("the column that holds each authority's {role}"))
                    .why("the formula or descriptor names it")
                    .remedy(did_you_mean(column, header.iter().map(String::as_str))),
            );
        }
    }
}

/// Rows with a usable code; blank, repeated and unknown codes are findings.
pub(super) fn check_codes<'a>(
    package: &'a Package,
    code_column: usize,
    findings: &mut Findings,
) -> Vec<&'a Row> {
    let table = &package.table;
    let field = package
        .schema
        .fields
        .iter()
        .find(|field| field.name == table.header[code_column]);
    let register: Option<BTreeSet<&str>> = field
        .and_then(|field| field.constraints.values.as_ref())
        .map(|values| values.iter().filter_map(|value| value.as_str()).collect());
    // Where codes stand in order none is there twice, and none needs to be looked up.
    let codes = || table.rows.iter().map(|row| row.cells[code_column].trim());
    let in_order = codes().zip(codes().skip(1)).all(|(code, next)| code < next);
    let looked_up = !in_order || register.is_some();
    let mut first_line: HashMap<&str, u64> = HashMap::new();
    let mut kept = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let code = row.cells[code_column].trim();
        let name = package
            .roles
            .name
            .as_deref()
            .and_then(|name| table.find(name))
            .map_or("", |index| row.cells[index].trim());
        // For findings alone: a sound row needs no words.
        let place = || match name {
            "" => table.place(row.line, code_column),
            _ => table.place(row.line, code_column).authority(name),
        };
        if code.is_empty() {
            findings.push(
                Finding::error("blank-code", place())
                    .found("no code")
                    .expected("the authority's code")
                    .why("results are named by code")
                    .remedy("give the code, or delete the row"),
            );
        } else if let Some(line) = first_line.get(code) {
            findings.push(
                Finding::error("duplicate-code", place())
                    .found(format!("code {code}, which line {line} has too"))
                    .expected("each authority once")
                    .why("its money would be counted twice")
                    .remedy("delete or mend one of the two rows"),
            );
        } else {
            if looked_up {
                first_line.insert(code, row.line);
            }
            if let Some(known) = &register
                && !known.contains(code)
            {
                findings.push(
                    Finding::error("unknown-code", place())
                        .found(format!("code {code}"))
                        .expected(format!("one of the {} codes of this register", known.len()))
                        .why("figures of another geography cannot be set beside these")
                        .remedy(format!(
                            "{}; for another geography give the table its own descriptor: \
                             needshare check TABLE.csv writes a first one",
                            did_you_mean(code, known.iter().copied())
                        )),
                );
            } else {
                kept.push(row);
            }
        }
    }
    if let Some(known) = &register {
        let absent: Vec<&str> = known
            .iter()
            .filter(|code| !first_line.contains_key(**code))
            .copied()
            .collect();
        if !absent.is_empty() {
            let shown: Vec<&str> = absent.iter().take(5).copied().collect();
            findings.push(
                Finding::error("missing-authority", Place::file(&table.file))
                    .found(format!(
                        "{} of {} authorities; missing: {}{}",
                        known.len() - absent.len(),
                        known.len(),
                        shown.join(", "),
                        if absent.len() > 5 { " …" } else { "" }
                    ))
                    .expected("a row for each authority of this register")
                    .why("the national sum would be shared among the rest without a word")
                    .remedy(
                        "put the rows back (the file may have been cut short), or give the table \
                         its own descriptor: needshare check TABLE.csv writes a first one",
                    ),
            );
        }
    }
    kept
}

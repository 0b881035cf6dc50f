//! What binds: names beside amounts against bounds, and the counts in guarantees.csv.

use std::collections::{BTreeMap, BTreeSet};

use super::figures::Rows;
use super::ledger::{Check, Ledger, pounds};
use super::read::{Amount, Columns, Stated};
use crate::findings::Findings;
use crate::inputs::csv_table::CsvTable;

/// What `binding` says of an authority at the natural floor.
const ZERO: &str = "zero";

/// A guarantee as guarantees.csv has it.
struct Guarantee {
    name: String,
    bound_count: Option<i128>,
}

/// Holds names and counts of each formula to its amounts.
pub(super) fn hold_binding(
    table: Option<&CsvTable>,
    formulas: &[Stated],
    by_formula: &BTreeMap<String, Rows>,
    ledger: &mut Ledger,
    findings: &mut Findings,
) {
    let guarantees = match table {
        Some(table) => match read_guarantees(table, ledger, findings) {
            Some(guarantees) => guarantees,
            None => return,
        },
        None => BTreeMap::new(),
    };
    for stated in formulas {
        ledger.formula.clone_from(&stated.name);
        let none = Vec::new();
        let of_formula = guarantees.get(&stated.name).unwrap_or(&none);
        if let Some(rows) = by_formula.get(&stated.name) {
            hold_formula(stated, rows, of_formula, ledger);
        }
    }
}

fn read_guarantees(
    table: &CsvTable,
    ledger: &mut Ledger,
    findings: &mut Findings,
) -> Option<BTreeMap<String, Vec<Guarantee>>> {
    let names = ["formula", "name", "bound_count", "sentence"];
    let columns = Columns::of(table, names, findings)?;
    let mut guarantees: BTreeMap<String, Vec<Guarantee>> = BTreeMap::new();
    for row in &table.rows {
        let cells = columns.cells(&row.cells);
        ledger.formula = cells[0].to_string();
        // Rows of one group or side say nothing: the guarantee's own row does.
        if cells[3].is_empty() {
            continue;
        }
        let count = columns.wholes(&cells, [2], cells[1], ledger);
        guarantees
            .entry(cells[0].to_string())
            .or_default()
            .push(Guarantee {
                name: cells[1].to_string(),
                bound_count: count.and_then(|[count]| count),
            });
    }
    Some(guarantees)
}

fn hold_formula(stated: &Stated, rows: &Rows, guarantees: &[Guarantee], ledger: &mut Ledger) {
    let mut named: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let at_bounds = at_bounds(stated);
    let groups = groups_at_bounds(stated);
    for (code, row) in rows {
        let Some(names) = split(&row.binding, guarantees) else {
            let what = format!(
                "binding is `{}`, which is no list of guarantees",
                row.binding
            );
            ledger.fault(Check::Binding, code, what);
            continue;
        };
        let bound = at_bounds.get(code.as_str()).copied().unwrap_or_default();
        for &name in &names {
            named.entry(name).or_default().insert(code);
            // By a bound of its own, by its group's, or by what is paid on top.
            let holds = match name {
                ZERO => row.amount == 0 && names.len() == 1,
                name => match groups.get(name) {
                    Some(groups) => groups.members.contains(code.as_str()),
                    None => bound.any || row.outside > 0,
                },
            };
            ledger.hold(Check::Binding, holds, || {
                let what = format!(
                    "\"{name}\" is said to hold it, and its {} is at no such bound",
                    pounds(row.amount)
                );
                (code.clone(), what)
            });
        }
        ledger.hold(Check::Binding, !bound.promised || !names.is_empty(), || {
            let what = format!(
                "{} is a guarantee's least amount, and none is named",
                pounds(row.amount)
            );
            (code.clone(), what)
        });
    }
    for guarantee in guarantees {
        let (expected, members) = match groups.get(guarantee.name.as_str()) {
            Some(groups) => (groups.count, Some(&groups.members)),
            None => (
                named.get(guarantee.name.as_str()).map_or(0, BTreeSet::len),
                None,
            ),
        };
        let expected = i128::try_from(expected).unwrap_or(i128::MAX);
        ledger.hold(
            Check::Binding,
            guarantee.bound_count == Some(expected),
            || {
                let what = format!(
                    "guarantees.csv has it bind {} times, the amounts {expected}",
                    guarantee
                        .bound_count
                        .map_or("no".to_string(), |count| count.to_string())
                );
                (guarantee.name.clone(), what)
            },
        );
        let empty = BTreeSet::new();
        let named = named.get(guarantee.name.as_str()).unwrap_or(&empty);
        for code in members.into_iter().flatten() {
            ledger.hold(Check::Binding, named.contains(code), || {
                let what = format!("\"{}\" binds its group, and is not named", guarantee.name);
                ((*code).to_string(), what)
            });
        }
    }
}

/// Whether an authority has an amount at one of its bounds.
#[derive(Debug, Clone, Copy, Default)]
struct AtBound {
    /// At any.
    any: bool,
    /// At a least amount above zero, which only a guarantee sets.
    promised: bool,
}

fn at_bounds(stated: &Stated) -> BTreeMap<&str, AtBound> {
    let mut at_bounds: BTreeMap<&str, AtBound> = BTreeMap::new();
    for amount in &stated.amounts {
        let entry = at_bounds.entry(&amount.code).or_default();
        let promised = amount.amount == amount.lower && amount.lower > 0;
        entry.promised |= promised;
        entry.any |= promised || Some(amount.amount) == amount.upper;
    }
    at_bounds
}

/// Groups of a guarantee that are at a bound, and who is in them.
#[derive(Debug, Default)]
struct GroupsAtBounds<'s> {
    count: usize,
    members: BTreeSet<&'s str>,
}

/// By guarantee; every guarantee that has groups is there.
fn groups_at_bounds<'s>(stated: &'s Stated) -> BTreeMap<&'s str, GroupsAtBounds<'s>> {
    let mut by_guarantee: BTreeMap<&str, GroupsAtBounds<'_>> = BTreeMap::new();
    let mut add = |guarantee: &'s str, bounds: [Option<i128>; 2], members: &[&'s Amount]| {
        let entry = by_guarantee.entry(guarantee).or_default();
        let sum = |sum: i128, amount: &&Amount| sum.saturating_add(amount.amount);
        let total = members.iter().fold(0_i128, sum);
        if bounds.contains(&Some(total)) {
            entry.count += 1;
            entry
                .members
                .extend(members.iter().map(|amount| amount.code.as_str()));
        }
    };
    if let Some(crossing) = &stated.crossing {
        let mut members: Vec<Vec<&Amount>> = vec![Vec::new(); crossing.groups.len()];
        for amount in &stated.amounts {
            for &group in &crossing.cells[amount.group].groups {
                members[group].push(amount);
            }
        }
        for (group, members) in crossing.groups.iter().zip(&members) {
            add(&group.guarantee, [Some(group.lower), group.upper], members);
        }
        return by_guarantee;
    }
    let mut members: Vec<Vec<&Amount>> = vec![Vec::new(); stated.groups.len()];
    for amount in &stated.amounts {
        let mut group = Some(amount.group);
        while let Some(index) = group {
            members[index].push(amount);
            group = stated.groups[index].parent;
        }
    }
    for (group, members) in stated.groups.iter().zip(&members) {
        if let Some(guarantee) = &group.guarantee {
            add(guarantee, [group.lower, group.upper], members);
        }
    }
    by_guarantee
}

/// A list of names joined by semicolons; names may have semicolons of their own.
fn split<'g>(binding: &'g str, guarantees: &'g [Guarantee]) -> Option<Vec<&'g str>> {
    if binding.is_empty() {
        return Some(Vec::new());
    }
    let known = guarantees.iter().map(|guarantee| guarantee.name.as_str());
    for name in known.chain([ZERO]) {
        let Some(rest) = binding.strip_prefix(name) else {
            continue;
        };
        if rest.is_empty() {
            return Some(vec![name]);
        }
        let more = rest
            .strip_prefix(';')
            .and_then(|rest| split(rest, guarantees));
        if let Some(mut more) = more {
            more.insert(0, name);
            return Some(more);
        }
    }
    None
}

//! What cannot hold, in words and in pounds.

use std::collections::{BTreeMap, BTreeSet};

use num_bigint::BigInt;
use num_traits::Signed as _;

use crate::program::{LinearProgram, Promise, Row};
use crate::register::{Register, VariableId};
use crate::solve::crossing::{Cells, Violated};
use crate::solve::{Clash, ClashKind, Subject};
use crate::units::Pounds;

/// One thing that cannot be, in words and in pounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Shortfall {
    /// In words.
    pub sentence: String,
    /// By how many pounds.
    pub by: Pounds,
}

/// A clash in words.
pub(super) fn shortfall(clash: &Clash, program: &LinearProgram, register: &Register) -> Shortfall {
    let by = clash.needed - clash.allowed;
    let sentence = match (clash.subject, clash.kind) {
        (Subject::Variable(id), _) => {
            let at = program.variables[id].authority;
            format!(
                "{}: {} promises at least {}, {} allows at most {}: {by} apart",
                register[at].label(),
                quoted(program, &program.lower_by(id)),
                clash.needed,
                quoted(program, &program.upper_by(id)),
                clash.allowed,
            )
        }
        (Subject::Row(row), kind) => {
            let row = &program.rows[row];
            let name = program.row_name(row);
            match kind {
                ClashKind::TooMuchPromised => format!(
                    "{}: guarantees within it promise {}, {by} more than the {} that \"{name}\" allows",
                    row.group, clash.needed, clash.allowed,
                ),
                ClashKind::TooLittleAllowed => format!(
                    "{}: \"{name}\" promises {}, {by} more than the {} that guarantees within it allow",
                    row.group, clash.needed, clash.allowed,
                ),
            }
        }
        (Subject::Nation, ClashKind::TooMuchPromised) => format!(
            "the guarantees ({}) together promise {}, {by} more than the quantum of {}",
            quoted_lower(program),
            clash.needed,
            clash.allowed,
        ),
        (Subject::Nation, ClashKind::TooLittleAllowed) => format!(
            "the guarantees ({}) together allow {}, {by} less than the quantum of {}",
            quoted_upper(program),
            clash.allowed,
            clash.needed,
        ),
    };
    Shortfall { sentence, by }
}

/// Rows that clash together, in words: what counts on its lower side promises more than
/// what counts on its upper side allows. Money that two promises share is in both.
pub(super) fn together(violated: &Violated, program: &LinearProgram, cells: &Cells) -> Shortfall {
    let by = violated.promised - violated.allowed;
    let cut = &violated.cut;
    let named = |side: fn(&BigInt) -> bool, of: fn(&LinearProgram, VariableId) -> Vec<usize>| {
        let rows = cut.rows.iter().filter(|(_, multiplier)| side(multiplier));
        let mut names: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for (row, _) in rows {
            let row = &program.rows[*row];
            let groups = names.entry(program.row_name(row)).or_default();
            groups.insert(&row.group);
        }
        let weights = cut.weights(cells);
        let held = cells.cells.iter().zip(weights);
        let held = held.filter(|(_, weight)| side(&-weight));
        for at in held.flat_map(|(cell, _)| &cell.members) {
            for guarantee in of(program, *at) {
                names
                    .entry(program.name(guarantee).to_string())
                    .or_default();
            }
        }
        names.iter().map(name_with_groups).collect::<Vec<_>>()
    };
    let mut promising = named(BigInt::is_negative, LinearProgram::lower_by);
    let mut allowing = named(BigInt::is_positive, LinearProgram::upper_by);
    let quantum = format!("the quantum of {}", program.quantum);
    if cut.nation.is_positive() {
        allowing.insert(0, quantum);
    } else if cut.nation.is_negative() {
        promising.insert(0, quantum);
    }
    let sentence = format!(
        "the guarantees {} together promise {}, {by} more than the {} that {} allow",
        listed(&promising),
        violated.promised,
        violated.allowed,
        listed(&allowing),
    );
    Shortfall { sentence, by }
}

/// `"band" (North, South)`, groups only where there are few.
fn name_with_groups((name, groups): (&String, &BTreeSet<&str>)) -> String {
    if groups.is_empty() || groups.len() > 5 {
        return format!("\"{name}\"");
    }
    let groups: Vec<&str> = groups.iter().copied().collect();
    format!("\"{name}\" ({})", groups.join(", "))
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "the natural floor of zero".to_string(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn quoted(program: &LinearProgram, guarantees: &[usize]) -> String {
    if guarantees.is_empty() {
        return "the natural floor of zero".to_string();
    }
    let positions: BTreeSet<usize> = guarantees.iter().copied().collect();
    positions
        .into_iter()
        .map(|position| format!("\"{}\"", program.name(position)))
        .collect::<Vec<_>>()
        .join(" and ")
}

fn quoted_lower(program: &LinearProgram) -> String {
    quoted_side(
        program,
        |promise| !promise.lower.is_empty(),
        |row| row.lower.is_some(),
    )
}

fn quoted_upper(program: &LinearProgram) -> String {
    quoted_side(
        program,
        |promise| !promise.upper.is_empty(),
        |row| row.upper.is_some(),
    )
}

/// Guarantees with bounds on one side.
fn quoted_side(
    program: &LinearProgram,
    of_promise: impl Fn(&Promise) -> bool,
    of_row: impl Fn(&Row) -> bool,
) -> String {
    let promises = program.guarantees.iter().enumerate();
    let rows = program.rows.iter().filter(|row| of_row(row));
    let all: Vec<usize> = promises
        .filter(|(_, promise)| promise.kept && of_promise(promise))
        .map(|(position, _)| position)
        .chain(rows.filter_map(|row| row.source.guarantee()))
        .collect();
    quoted(program, &all)
}

//! What cannot hold, in words and in pounds.

use std::collections::BTreeSet;

use crate::program::LinearProgram;
use crate::register::Register;
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
        (Subject::Authority(at), _) => {
            let variable = &program.variables[at];
            format!(
                "{}: {} promises at least {}, {} allows at most {}: {by} apart",
                register[at].label(),
                quoted(program, &variable.lower_by),
                clash.needed,
                quoted(program, &variable.upper_by),
                clash.allowed,
            )
        }
        (Subject::Row(row), kind) => {
            let row = &program.rows[row];
            let name = &program.guarantees[row.guarantee];
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

fn quoted(program: &LinearProgram, guarantees: &[usize]) -> String {
    if guarantees.is_empty() {
        return "the natural floor of zero".to_string();
    }
    let names: BTreeSet<usize> = guarantees.iter().copied().collect();
    program
        .names(&names.into_iter().collect::<Vec<_>>())
        .map(|name| format!("\"{name}\""))
        .collect::<Vec<_>>()
        .join(" and ")
}

fn quoted_lower(program: &LinearProgram) -> String {
    let mut all: Vec<usize> = program
        .variables
        .iter()
        .flat_map(|v| v.lower_by.clone())
        .collect();
    all.extend(
        program
            .rows
            .iter()
            .filter(|row| row.lower.is_some())
            .map(|row| row.guarantee),
    );
    quoted(program, &all)
}

fn quoted_upper(program: &LinearProgram) -> String {
    let mut all: Vec<usize> = program
        .variables
        .iter()
        .flat_map(|v| v.upper_by.clone())
        .collect();
    all.extend(
        program
            .rows
            .iter()
            .filter(|row| row.upper.is_some())
            .map(|row| row.guarantee),
    );
    quoted(program, &all)
}

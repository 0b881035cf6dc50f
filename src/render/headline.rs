//! What happens under a formula against a baseline, in a sentence.

use super::report::{people, plural};
use crate::compare::Comparison;
use crate::ids::BaselineName;
use crate::results::FormulaResult;
use crate::units::{Persons, Pounds};

/// What a baseline is, in words.
pub fn baseline_words(name: &BaselineName) -> String {
    match name.as_str() {
        "spending-today" => "spending today".to_string(),
        "council-tax-base" => "sharing by Council Tax base".to_string(),
        other => format!("baseline {other}"),
    }
}

/// What happens under a formula against a baseline, in a sentence.
pub fn headline(result: &FormulaResult, comparison: &Comparison) -> String {
    let total = &comparison.total;
    let where_people = |count: Option<Persons>| {
        count.map_or_else(String::new, |_| format!(" ({} people)", people(count)))
    };
    // What an authority spends was not given to it: it cannot lose it, only spend more
    // than the formula would give.
    let lose = match comparison.baseline.as_str() {
        "spending-today" => "spend more than the formula gives",
        _ => "would lose",
    };
    // Where the sums differ, money is added or cut and does not only move.
    let in_all = total.change();
    let moves = if in_all == Pounds::ZERO {
        format!("{} would move", comparison.money_moved)
    } else {
        format!(
            "funding is {} {} in all",
            in_all.abs(),
            if in_all > Pounds::ZERO {
                "more"
            } else {
                "less"
            }
        )
    };
    format!(
        "Against {}, {moves} under {}: {}{} would gain and {}{} {lose}, by more than {} %.",
        baseline_words(&comparison.baseline),
        result.formula.name,
        plural(total.winners, "authority", "authorities"),
        where_people(total.people_in_winners),
        total.losers,
        where_people(total.people_in_losers),
        comparison.tolerance.0,
    )
}

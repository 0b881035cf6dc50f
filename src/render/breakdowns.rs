//! `breakdowns.csv`, and breakdowns in a summary.

use super::report::{MoneyUnit, left, optional, people, right};
use super::table::{Grid, ResultTable, Rows, Value, column};
use crate::breakdowns::Breakdown;
use crate::compare::Comparison;
use crate::results::FormulaResult;

/// `breakdowns.csv`.
pub fn breakdowns_table(results: &[FormulaResult]) -> ResultTable<'_> {
    let columns = vec![
        column("formula", "string", "name", "Formula"),
        column(
            "baseline",
            "string",
            "name",
            "What funding is compared with",
        ),
        column("grouping", "string", "text", "What groups are made by"),
        column("group", "string", "text", "The group"),
        column(
            "authorities",
            "integer",
            "authorities",
            "How many are in it",
        ),
        column("population", "number", "people", "Their residents"),
        column(
            "baseline_gbp",
            "integer",
            "GBP",
            "What they have in the baseline",
        ),
        column(
            "funding_gbp",
            "integer",
            "GBP",
            "What they have under the formula",
        ),
        column("change_gbp", "integer", "GBP", "Funding − baseline"),
        column("change_pct", "number", "per cent", "Change ÷ baseline"),
        column(
            "change_per_head_gbp",
            "number",
            "GBP per resident",
            "Change ÷ residents",
        ),
        column("winners", "integer", "authorities", "Winners in it"),
        column("losers", "integer", "authorities", "Losers in it"),
        column(
            "people_in_winners",
            "number",
            "people",
            "Residents of winners",
        ),
        column(
            "people_in_losers",
            "number",
            "people",
            "Residents of losers",
        ),
        column(
            "median_change_pct",
            "number",
            "per cent",
            "Middle change of its authorities, those too small for rankings left out",
        ),
        column(
            "lowest_change_pct",
            "number",
            "per cent",
            "Least change of the same",
        ),
        column(
            "highest_change_pct",
            "number",
            "per cent",
            "Greatest change of the same",
        ),
        column(
            "fixed_by",
            "string",
            "word",
            "What decides who is in which group: inputs or baseline (the same under every formula), or result",
        ),
    ];
    let rows = results
        .iter()
        .flat_map(|result| result.comparisons.iter().zip(&result.breakdowns))
        .flat_map(|(comparison, breakdowns)| {
            breakdowns
                .iter()
                .flat_map(move |breakdown| rows_of(comparison, breakdown))
        })
        .collect();
    ResultTable {
        name: "breakdowns",
        title: "Changes by groups of authorities",
        columns,
        rows: Rows::Stated(rows),
    }
}

fn rows_of<'a>(
    comparison: &'a Comparison,
    breakdown: &'a Breakdown,
) -> impl Iterator<Item = Vec<Value<'a>>> {
    breakdown
        .groups
        .iter()
        .zip(&breakdown.spreads)
        .map(move |(group, spread)| {
            let people = |count: Option<crate::units::Persons>| {
                count.map_or(Value::Blank, |people| Value::Exact(people.0))
            };
            let of_spread = |part: fn(&crate::breakdowns::Spread) -> f64| {
                Value::rounded(spread.as_ref().map(part), 4)
            };
            vec![
                Value::text(comparison.formula.as_str()),
                Value::text(comparison.baseline.as_str()),
                Value::text(breakdown.grouping.title.as_str()),
                Value::text(group.label.as_str()),
                Value::count(group.authorities),
                people(group.population),
                Value::Whole(group.baseline.0),
                Value::Whole(group.funding.0),
                Value::Whole(group.change().0),
                Value::rounded(group.per_cent().map(|p| p.0), 4),
                Value::rounded(group.change_per_head(), 2),
                Value::count(group.winners),
                Value::count(group.losers),
                people(group.people_in_winners),
                people(group.people_in_losers),
                of_spread(|spread| spread.median),
                of_spread(|spread| spread.lowest),
                of_spread(|spread| spread.highest),
                Value::text(breakdown.fixed_by.word()),
            ]
        })
}

/// One breakdown for readers.
pub(super) fn breakdown_grid(breakdown: &Breakdown, unit: MoneyUnit) -> Grid {
    let mut grid = Grid::new([
        left(&breakdown.grouping.title),
        right("authorities"),
        right("people"),
        right(&format!("change\n{}", unit.name)),
        right("change\n%"),
        right("change\n£ per head"),
        right("middle\nchange %"),
        right("lowest\n%"),
        right("highest\n%"),
    ]);
    for (group, spread) in breakdown.groups.iter().zip(&breakdown.spreads) {
        let of_spread = |part: Option<f64>| optional(part, 1);
        grid.push([
            group.label.clone(),
            group.authorities.to_string(),
            people(group.population),
            unit.change(group.change(), 0),
            optional(group.per_cent().map(|p| p.0), 1),
            optional(group.change_per_head(), 0),
            of_spread(spread.map(|s| s.median)),
            of_spread(spread.map(|s| s.lowest)),
            of_spread(spread.map(|s| s.highest)),
        ]);
    }
    grid
}

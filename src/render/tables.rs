//! The result files of every command, column by column. Longer than most files: each
//! column's name, unit and meaning stands here and nowhere else.

use super::table::{ColumnSpec, ResultTable, Rows, TakeRow, Value, column};
use crate::allocation::{Allocation, ShadowPrice};
use crate::assess::Assessment;
use crate::compare::{Comparison, per_head};
use crate::effects::Effect;
use crate::findings::Findings;
use crate::formula::Formula;
use crate::ids::{FormulaName, Text};
use crate::inputs::Dataset;
use crate::register::{Key, PerAuthority, Position, Register};
use crate::reproduce::{Outcome, Reproduced, Row};
use crate::results::FormulaResult;
use crate::units::Pounds;

const FORMULA: ColumnSpec = column("formula", "string", "name", "Formula");

/// Columns that `allocation.csv` and `comparison.csv` share.
const AUTHORITY: [ColumnSpec; 15] = [
    column("code", "string", "code", "Authority's code"),
    column("name", "string", "text", "Authority's name"),
    column("class", "string", "text", "Kind of authority"),
    column("region", "string", "text", "Region"),
    column("population", "number", "people", "Residents"),
    column(
        "need_share",
        "number",
        "share (0 to 1)",
        "Share of national relative need; sums to 1",
    ),
    column(
        "own_resources_gbp",
        "integer",
        "GBP",
        "What the authority can raise itself towards these services",
    ),
    column(
        "need_amount_gbp",
        "integer",
        "GBP",
        "Need share × (quantum + all own resources)",
    ),
    column(
        "target_gbp",
        "integer",
        "GBP",
        "Need amount − own resources: what need alone would give; can be negative",
    ),
    column(
        "amount_gbp",
        "integer",
        "GBP",
        "What is allocated; sums to the quantum exactly",
    ),
    column("funding_gbp", "integer", "GBP", "Amount + own resources"),
    column(
        "funding_per_head_gbp",
        "number",
        "GBP per resident",
        "Funding ÷ population",
    ),
    column(
        "coverage",
        "number",
        "ratio",
        "Funding ÷ need amount; 1 = need fully met at this quantum",
    ),
    column(
        "distance_from_target",
        "number",
        "ratio",
        "Amount ÷ target − 1; positive = above target; blank if the target is zero or less",
    ),
    column(
        "binding",
        "string",
        "names",
        "Guarantees that hold the amount where it is, joined by semicolons; zero = the natural floor of zero",
    ),
];

const OUTSIDE: ColumnSpec = column(
    "outside_gbp",
    "integer",
    "GBP",
    "What is paid on top from outside the quantum; part of funding, no part of the amount",
);

/// `allocation.csv`.
pub fn allocation_table<'a>(allocation: &'a Allocation, register: &'a Register) -> ResultTable<'a> {
    ResultTable {
        name: "allocation",
        title: "What each authority is allocated",
        columns: [&AUTHORITY[..], &[OUTSIDE]].concat(),
        rows: Rows::made(register.len(), move |unit, take| {
            let at = Position::at(unit);
            take(&authority_cells(allocation, register, at));
        }),
    }
}

/// Rows made for each result × authority.
fn rows_of_each<'a>(
    results: &'a [FormulaResult],
    register: &'a Register,
    make: impl Fn(&'a FormulaResult, Position, &mut TakeRow<'_>) + Sync + 'a,
) -> Rows<'a> {
    let count = register.len();
    Rows::made(results.len() * count, move |unit, take| {
        make(&results[unit / count], Position::at(unit % count), take);
    })
}

/// Names joined by semicolons.
fn joined(names: &[String]) -> Value<'_> {
    match names {
        [one] => Value::text(one.as_str()),
        several => Value::text(several.join(";")),
    }
}

/// `services.csv`: amounts of services that have totals of their own; none where no
/// formula has such.
pub fn services_table<'a>(
    results: &'a [FormulaResult],
    register: &'a Register,
) -> Option<ResultTable<'a>> {
    let columns = vec![
        FORMULA,
        column("code", "string", "code", "Authority's code"),
        column("service", "string", "name", "Service"),
        column(
            "amount_gbp",
            "integer",
            "GBP",
            "What is allocated for the service; sums to the service's total exactly",
        ),
    ];
    let rows = rows_of_each(results, register, move |result, at, take| {
        for (service, amounts) in &result.solved.allocation.by_service {
            take(&[
                Value::text(result.formula.name.as_str()),
                Value::text(register[at].code.as_str()),
                Value::text(service.as_str()),
                Value::Whole(amounts[at].0),
            ]);
        }
    });
    let apart = |result: &FormulaResult| !result.solved.allocation.by_service.is_empty();
    results.iter().any(apart).then_some(ResultTable {
        name: "services",
        title: "Amounts by service, where services have totals of their own",
        columns,
        rows,
    })
}

/// What [`AUTHORITY`] is about, and what is paid besides.
fn authority_cells<'v>(
    allocation: &'v Allocation,
    register: &'v Register,
    at: Position,
) -> [Value<'v>; AUTHORITY.len() + 1] {
    let authority = &register[at];
    let optional = |text: &'v Option<Text>| text.as_deref().map_or(Value::Blank, Value::text);
    let (amount, target) = (allocation.amount[at], allocation.target[at]);
    let (funding, need) = (allocation.funding[at], allocation.need_amount[at]);
    let ratio = |a: Pounds, b: Pounds| (b > Pounds::ZERO).then(|| a.as_f64() / b.as_f64());
    [
        Value::text(authority.code.as_str()),
        Value::text(&*authority.name),
        optional(&authority.class),
        optional(&authority.region),
        authority
            .population
            .map_or(Value::Blank, |people| Value::Exact(people.0)),
        Value::Exact(allocation.need_share[at].0),
        Value::Whole(allocation.own_resources[at].0),
        Value::Whole(need.0),
        Value::Whole(target.0),
        Value::Whole(amount.0),
        Value::Whole(funding.0),
        Value::rounded(per_head(funding, authority.population), 2),
        Value::rounded(ratio(funding, need), 8),
        Value::rounded(ratio(amount, target).map(|ratio| ratio - 1.0), 8),
        joined(&allocation.binding[at]),
        Value::Whole(allocation.outside[at].0),
    ]
}

/// `comparison.csv`: a row for each formula × baseline × authority.
pub fn comparison_table<'a>(
    results: &'a [FormulaResult],
    register: &'a Register,
) -> ResultTable<'a> {
    let mut columns = vec![
        FORMULA,
        column(
            "baseline",
            "string",
            "name",
            "What funding is compared with",
        ),
    ];
    columns.extend(AUTHORITY);
    columns.extend([
        column("baseline_gbp", "integer", "GBP", "The baseline's money"),
        column("change_gbp", "integer", "GBP", "Funding − baseline"),
        column(
            "change_pct",
            "number",
            "per cent",
            "Change ÷ baseline; blank if the baseline is zero",
        ),
        column(
            "change_per_head_gbp",
            "number",
            "GBP per resident",
            "Change ÷ population",
        ),
        column(
            "band_d_equivalent_gbp",
            "number",
            "GBP per Band D dwelling",
            "Change ÷ tax base: the rise (if a loss) or fall in Band D Council Tax of the same size",
        ),
        column(
            "outcome",
            "string",
            "word",
            "winner, loser or unchanged, beyond the stated tolerance",
        ),
        OUTSIDE,
    ]);
    let pairs: Vec<(&FormulaResult, &Comparison)> = results
        .iter()
        .flat_map(|result| result.comparisons.iter().map(move |c| (result, c)))
        .collect();
    let count = register.len();
    let rows = Rows::made(pairs.len() * count, move |unit, take| {
        let ((result, comparison), at) = (pairs[unit / count], Position::at(unit % count));
        let mut row = vec![
            Value::text(result.formula.name.as_str()),
            Value::text(comparison.baseline.as_str()),
        ];
        let [about @ .., outside] = authority_cells(&result.solved.allocation, register, at);
        row.extend(about);
        row.extend(change_cells(comparison, at));
        row.push(outside);
        take(&row);
    });
    ResultTable {
        name: "comparison",
        title: "Each formula's funding against each baseline, authority by authority",
        columns,
        rows,
    }
}

fn change_cells(comparison: &Comparison, at: Position) -> [Value<'_>; 6] {
    let change = &comparison.changes[at];
    [
        Value::Whole(change.baseline.0),
        Value::Whole(change.change.0),
        Value::rounded(change.per_cent.map(|p| p.0), 4),
        Value::rounded(change.per_head, 2),
        Value::rounded(change.band_d_equivalent, 2),
        Value::text(change.outcome.word()),
    ]
}

/// `guarantees.csv`: a row for each guarantee, and for those on groups one more for each
/// group and side.
pub fn guarantees_table(results: &[FormulaResult]) -> ResultTable<'_> {
    let columns = vec![
        FORMULA,
        column("name", "string", "text", "Guarantee"),
        column("kind", "string", "word", "Kind of guarantee"),
        column(
            "bound_count",
            "integer",
            "authorities or groups",
            "How many it holds at its bound, on both sides; in a further row: on its side",
        ),
        column(
            "price_up",
            "number",
            "see price_unit",
            "Shadow price of a pound more of its bounds in all, shared in proportion to them",
        ),
        column(
            "price_down",
            "number",
            "see price_unit",
            "Shadow price of a pound less of them",
        ),
        column("price_unit", "string", "text", "Unit of the shadow prices"),
        column(
            "cost_last_gbp",
            "integer",
            "GBP",
            "Money it moves, all other guarantees standing",
        ),
        column(
            "cost_alone_gbp",
            "integer",
            "GBP",
            "Money it moves as the only guarantee",
        ),
        column(
            "cost_shapley_gbp",
            "integer",
            "GBP",
            "Its part of what all guarantees move, averaged over every order of adding them",
        ),
        column("sentence", "string", "text", "The same in words"),
        column(
            "group",
            "string",
            "name",
            "The group, in rows of one group and side; what such a row costs is in its guarantee's row",
        ),
        column(
            "side",
            "string",
            "word",
            "lower or upper: the side its prices are of",
        ),
        column(
            "price_per_cent_up",
            "number",
            "see price_unit, for one per cent",
            "price_up for one per cent more of what it promises; blank where prices are measures",
        ),
        column(
            "price_per_cent_down",
            "number",
            "see price_unit, for one per cent",
            "price_down for one per cent less of what it promises",
        ),
    ];
    let mut rows = Vec::new();
    for result in results {
        for (index, guarantee) in result.formula.guarantees.iter().enumerate() {
            let cost = &result.costs[index];
            let own = result.own_price(index);
            rows.push(vec![
                Value::text(result.formula.name.as_str()),
                Value::text(guarantee.name.as_str()),
                Value::text(guarantee.kind.word()),
                Value::count(result.solved.allocation.bound_count[index]),
                own.map_or(Value::Blank, |price| Value::rounded(price.up, 9)),
                own.map_or(Value::Blank, |price| Value::rounded(price.down, 9)),
                own.map_or(Value::Blank, |_| Value::text(result.price_unit())),
                pounds(cost.last),
                pounds(cost.alone),
                pounds(cost.shapley),
                Value::text(result.guarantee_sentence(index)),
                Value::Blank,
                own.map_or(Value::Blank, |price| Value::text(price.side.word())),
                per_cent(result, own, |price| price.up),
                per_cent(result, own, |price| price.down),
            ]);
            let groups = result.prices.iter();
            for price in groups.filter(|p| p.guarantee == index && Some(*p) != own) {
                rows.push(group_cells(result, index, price));
            }
        }
    }
    ResultTable {
        name: "guarantees",
        title: "What each guarantee binds and moves",
        columns,
        rows: Rows::Stated(rows),
    }
}

fn pounds(sum: Option<Pounds>) -> Value<'static> {
    sum.map_or(Value::Blank, |sum| Value::Whole(sum.0))
}

/// A row of one group and side, or of the other side of bounds on amounts.
fn group_cells<'a>(
    result: &'a FormulaResult,
    index: usize,
    price: &'a ShadowPrice,
) -> Vec<Value<'a>> {
    let guarantee = &result.formula.guarantees[index];
    let held = match price.group {
        Some(_) => usize::from(price.binds),
        None => {
            let program = &result.solved.program;
            result
                .solved
                .allocation
                .held_on_side(program, index, price.side)
        }
    };
    vec![
        Value::text(result.formula.name.as_str()),
        Value::text(guarantee.name.as_str()),
        Value::text(guarantee.kind.word()),
        Value::count(held),
        Value::rounded(price.up, 9),
        Value::rounded(price.down, 9),
        Value::text(result.price_unit()),
        Value::Blank,
        Value::Blank,
        Value::Blank,
        Value::Blank,
        price.group.as_ref().map_or(Value::Blank, Value::text),
        Value::text(price.side.word()),
        per_cent(result, Some(price), |price| price.up),
        per_cent(result, Some(price), |price| price.down),
    ]
}

/// A price for one per cent of what its guarantee promises, where prices are for pounds.
fn per_cent(
    result: &FormulaResult,
    price: Option<&ShadowPrice>,
    side: impl Fn(&ShadowPrice) -> Option<f64>,
) -> Value<'static> {
    let for_pounds = result.price_unit().ends_with("for each pound");
    let of = |price: &ShadowPrice| Some(side(price)? * price.pounds_per_cent);
    Value::rounded(price.filter(|_| for_pounds).and_then(of), 2)
}

/// `needs.csv`.
pub fn needs_table<'a>(needs: Vec<NeedOf<'a>>, register: &'a Register) -> ResultTable<'a> {
    let columns = vec![
        FORMULA,
        column("code", "string", "code", "Authority's code"),
        column("service", "string", "name", "Service"),
        column(
            "score",
            "number",
            "relative need",
            "Need score of the service",
        ),
        column(
            "need_share",
            "number",
            "share (0 to 1)",
            "Share of the service's need; each service sums to 1",
        ),
    ];
    let count = register.len();
    let rows = Rows::made(needs.len() * count, move |unit, take| {
        let (need, at) = (needs[unit / count], Position::at(unit % count));
        for service in &need.assessment.services {
            take(&[
                Value::text(need.formula.as_str()),
                Value::text(register[at].code.as_str()),
                Value::text(service.name.as_str()),
                Value::Exact(service.score[at]),
                Value::Exact(service.need_share[at].0),
            ]);
        }
    });
    ResultTable {
        name: "needs",
        title: "Need scores and shares of each service",
        columns,
        rows,
    }
}

/// Need by one formula, which is known before its money is allocated.
#[derive(Debug, Clone, Copy)]
pub struct NeedOf<'a> {
    /// The formula.
    pub formula: &'a FormulaName,
    /// Its need.
    pub assessment: &'a Assessment,
}

impl<'a> NeedOf<'a> {
    /// Need by each formula of some results.
    pub fn each(results: &'a [FormulaResult]) -> Vec<Self> {
        let needs = results.iter().map(|result| Self {
            formula: &result.formula.name,
            assessment: &result.solved.assessment,
        });
        needs.collect()
    }
}

/// A column of numbers with its name as it stands in every row.
type Labelled<'a> = (Value<'a>, &'a PerAuthority<f64>);

/// `indicators.csv`: every column, derived indicator and index that entered a score.
pub fn indicators_table<'a>(needs: &[NeedOf<'a>], register: &'a Register) -> ResultTable<'a> {
    let columns = vec![
        FORMULA,
        column("code", "string", "code", "Authority's code"),
        column("name", "string", "name", "Column, indicator or index"),
        column(
            "value",
            "number",
            "as the column's",
            "Its value; blank where it has none and is not used",
        ),
    ];
    // Formula and names as they stand in every row, then each authority's numbers.
    let labelled: Vec<(Value<'a>, Vec<Labelled<'a>>)> = needs
        .iter()
        .map(|need| {
            let indicators = need.assessment.indicators.iter();
            let columns = indicators.map(|(name, values)| (Value::label(name.as_str()), values));
            (Value::label(need.formula.as_str()), columns.collect())
        })
        .collect();
    let count = register.len();
    let rows = Rows::made(needs.len() * count, move |unit, take| {
        let (formula, columns) = &labelled[unit / count];
        let at = Position::at(unit % count);
        let code = Value::label(register[at].code.as_str());
        for (name, values) in columns {
            let value = match values[at].is_finite() {
                true => Value::Exact(values[at]),
                false => Value::Blank,
            };
            take(&[formula.clone(), code.clone(), name.clone(), value]);
        }
    });
    ResultTable {
        name: "indicators",
        title: "Every number that need was measured by",
        columns,
        rows,
    }
}

/// `filled.csv`.
pub fn filled_table(dataset: &Dataset) -> ResultTable<'_> {
    let columns = vec![
        column("code", "string", "code", "Authority's code"),
        column("name", "string", "text", "Authority's name"),
        column(
            "column",
            "string",
            "name",
            "Column whose cell is blank in the table",
        ),
        column(
            "value",
            "number",
            "as the column's",
            "What was put there; blank where the authority was left out instead",
        ),
        column(
            "policy",
            "string",
            "word",
            "The column's policy for missing cells",
        ),
        column("reason", "string", "text", "Why that is right"),
    ];
    let rows = dataset
        .filled
        .iter()
        .map(|filled| {
            vec![
                Value::text(filled.code.as_str()),
                Value::text(&filled.name),
                Value::text(&filled.column),
                filled.value.map_or(Value::Blank, Value::Exact),
                Value::text(&filled.policy),
                Value::text(&filled.reason),
            ]
        })
        .collect();
    ResultTable {
        name: "filled",
        title: "Cells that the table leaves blank and a policy filled",
        columns,
        rows: Rows::Stated(rows),
    }
}

/// `findings` of `needshare check`.
pub fn findings_table(findings: &Findings) -> ResultTable<'_> {
    let columns = vec![
        column(
            "severity",
            "string",
            "word",
            "error stops a run, warning does not",
        ),
        column("code", "string", "name", "Kind of finding"),
        column("file", "string", "path", "File"),
        column("line", "integer", "count", "Line, from 1"),
        column("column", "string", "text", "Column, or place in the line"),
        column("authority", "string", "text", "Authority"),
        column("found", "string", "text", "What stands there"),
        column("expected", "string", "text", "What should"),
        column("why", "string", "text", "Why it matters"),
        column("remedy", "string", "text", "What to do"),
    ];
    let optional = |text: &Option<String>| text.clone().map_or(Value::Blank, Value::text);
    let rows = findings
        .iter()
        .map(|finding| {
            let place = &finding.place;
            let line = place.line.and_then(|line| i64::try_from(line).ok());
            vec![
                Value::text(finding.severity.word()),
                Value::text(finding.code),
                Value::text(&place.file),
                line.map_or(Value::Blank, Value::Whole),
                optional(&place.column),
                optional(&place.authority),
                Value::text(&finding.found),
                Value::text(&finding.expected),
                Value::text(&finding.why),
                Value::text(&finding.remedy),
            ]
        })
        .collect();
    ResultTable {
        name: "findings",
        title: "Everything found",
        columns,
        rows: Rows::Stated(rows),
    }
}

/// `reproductions.csv`: results beside published ones; none where the formula names none.
pub fn reproductions_table<'a>(
    results: &'a [FormulaResult],
    register: &'a Register,
) -> Option<ResultTable<'a>> {
    let columns = vec![
        FORMULA,
        column(
            "what",
            "string",
            "name",
            "Which result: amount, or an indicator",
        ),
        column("code", "string", "code", "Authority's code"),
        column("official", "number", "of the result", "As published"),
        column("computed", "number", "of the result", "As worked out"),
        column(
            "difference",
            "number",
            "of the result",
            "Computed less official",
        ),
        column(
            "outcome",
            "string",
            "word",
            "match, known (said to differ) or differs",
        ),
        column("why", "string", "text", "Why it is known to differ"),
    ];
    let all: Vec<(&FormulaResult, &Reproduced, &Row)> = results
        .iter()
        .flat_map(|result| result.reproduced.iter().map(move |of| (result, of)))
        .flat_map(|(result, of)| of.rows.iter().map(move |row| (result, of, row)))
        .collect();
    let rows = Rows::made(all.len(), move |unit, take| {
        let (result, reproduced, row) = all[unit];
        let (outcome, why) = match &row.outcome {
            Outcome::Match => ("match", Value::Blank),
            Outcome::Known(why) => ("known", Value::text(why.as_str())),
            Outcome::Differs => ("differs", Value::Blank),
        };
        take(&[
            Value::text(result.formula.name.as_str()),
            Value::text(reproduced.of.what.name()),
            Value::text(register[row.at].code.as_str()),
            Value::Exact(row.official),
            Value::Exact(row.computed),
            Value::Exact(row.difference()),
            Value::text(outcome),
            why,
        ]);
    });
    let any = results.iter().any(|result| !result.reproduced.is_empty());
    any.then_some(ResultTable {
        name: "reproductions",
        title: "Results beside published ones",
        columns,
        rows,
    })
}

/// `needshare show`: what each part of a formula moves.
pub fn effects_table(effects: &[Effect]) -> ResultTable<'_> {
    let columns = vec![
        column("part", "string", "text", "A part of the formula"),
        column("without_it", "string", "text", "How it is left out"),
        column(
            "moved_gbp",
            "integer",
            "GBP",
            "Half the sum of all changes in amounts without it",
        ),
    ];
    let rows = effects
        .iter()
        .map(|effect| {
            vec![
                Value::text(effect.part.words()),
                Value::text(effect.part.left_out()),
                effect
                    .moved
                    .map_or(Value::Blank, |moved| Value::Whole(moved.0)),
            ]
        })
        .collect();
    ResultTable {
        name: "effects",
        title: "What each part of a formula moves",
        columns,
        rows,
    }
}

/// `formulas` of `needshare list`, and what `check` without a path covers.
pub fn formulas_table(formulas: &[Formula]) -> ResultTable<'_> {
    let columns = vec![
        column("name", "string", "name", "Name to call it by"),
        column("kind", "string", "word", "How far it is official"),
        column(
            "compare_by_default",
            "string",
            "yes or no",
            "Whether bare compare runs it",
        ),
        column("title", "string", "text", "Title"),
        column("summary", "string", "text", "In a sentence"),
    ];
    let rows = formulas
        .iter()
        .map(|formula| {
            vec![
                Value::text(formula.name.as_str()),
                Value::text(formula.provenance.word()),
                Value::text(if formula.compare_by_default {
                    "yes"
                } else {
                    "no"
                }),
                Value::text(&formula.title),
                Value::text(&formula.summary),
            ]
        })
        .collect();
    ResultTable {
        name: "formulas",
        title: "Built-in formulas",
        columns,
        rows: Rows::Stated(rows),
    }
}

//! The tables of an explanation.

use super::super::table::{ColumnSpec, ResultTable, Value, column};
use crate::compare::per_head;
use crate::explain::{Explanation, Neighbour, ServicePart, Step, Swing, Turn};
use crate::ids::BaselineName;
use crate::register::Register;
use crate::results::FormulaResult;
use crate::units::{Persons, Pounds};

/// The tables of an explanation, the steps first.
pub fn explanation_tables<'a>(
    result: &'a FormulaResult,
    explanation: &'a Explanation,
    register: &'a Register,
) -> Vec<ResultTable<'a>> {
    let own = Own {
        formula: result.formula.name.as_str(),
        code: register[explanation.at].code.as_str(),
        population: register[explanation.at].population,
    };
    vec![
        steps_table(&own, &explanation.steps),
        inputs_table(&own, explanation),
        swings_table(&own, &explanation.swings),
        neighbours_table(&own, &explanation.neighbours, register),
        turns_table(&own, &explanation.turns),
        services_table(&own, &explanation.services),
    ]
}

/// Whose explanation it is.
struct Own<'a> {
    formula: &'a str,
    code: &'a str,
    population: Option<Persons>,
}

impl<'a> Own<'a> {
    fn columns(&self, more: &[ColumnSpec]) -> Vec<ColumnSpec> {
        let mut columns = vec![
            column("formula", "string", "name", "Formula"),
            column("code", "string", "code", "Authority's code"),
        ];
        columns.extend_from_slice(more);
        columns
    }

    fn row(&self, more: impl IntoIterator<Item = Value<'a>>) -> Vec<Value<'a>> {
        let mut row = vec![Value::text(self.formula), Value::text(self.code)];
        row.extend(more);
        row
    }

    fn per_head(&self, sum: Pounds) -> Value<'a> {
        Value::rounded(per_head(sum, self.population), 2)
    }
}

fn steps_table<'a>(own: &Own<'a>, steps: &'a [Step]) -> ResultTable<'a> {
    let rows = steps.iter().map(|step| {
        own.row([
            Value::text(step.part.as_str()),
            Value::text(step.what.as_str()),
            Value::text(step.kind.word()),
            Value::Whole(step.pounds.0),
            own.per_head(step.pounds),
        ])
    });
    ResultTable {
        name: "steps",
        title: "From population to pounds: start and changes add up to every subtotal and total",
        columns: own.columns(&[
            column(
                "part",
                "string",
                "text",
                "What the step belongs to: a service, own resources, guarantees",
            ),
            column("step", "string", "text", "The step"),
            column(
                "kind",
                "string",
                "word",
                "start and change: what is added; subtotal and total: the sum of all before",
            ),
            column("gbp", "integer", "GBP", "Pounds"),
            column(
                "per_head_gbp",
                "number",
                "GBP per resident",
                "Pounds ÷ residents",
            ),
        ]),
        rows: rows.collect(),
    }
}

fn inputs_table<'a>(own: &Own<'a>, explanation: &'a Explanation) -> ResultTable<'a> {
    let rows = explanation.inputs.iter().map(|behind| {
        own.row([
            Value::text(behind.name.as_str()),
            Value::Exact(behind.value),
            Value::Exact(behind.mean),
            Value::count(behind.rank),
            Value::text(behind.unit.as_str()),
            Value::text(behind.what.as_str()),
            Value::text(behind.source.as_str()),
        ])
    });
    ResultTable {
        name: "inputs",
        title: "The numbers behind the steps",
        columns: own.columns(&[
            column(
                "name",
                "string",
                "name",
                "Column, indicator, index of a service or area cost adjustment",
            ),
            column("value", "number", "see unit", "Its value here"),
            column(
                "mean",
                "number",
                "see unit",
                "Its mean over authorities, each alike",
            ),
            column(
                "rank",
                "integer",
                "place",
                "Its place among all values, 1 the highest",
            ),
            column("unit", "string", "text", "Unit, if described"),
            column(
                "what",
                "string",
                "text",
                "What it is, in the words of the table or the formula",
            ),
            column(
                "source",
                "string",
                "text",
                "Who publishes it, for a column of the table",
            ),
        ]),
        rows: rows.collect(),
    }
}

fn swings_table<'a>(own: &Own<'a>, swings: &'a [Swing]) -> ResultTable<'a> {
    let rows = swings.iter().flat_map(|swing| {
        swing.causes.iter().map(|(cause, pounds)| {
            own.row([
                Value::text(swing.against.as_str()),
                Value::text(cause.as_str()),
                Value::Whole(pounds.0),
                own.per_head(*pounds),
                Value::Whole(swing.other.0),
                Value::Whole(swing.change.0),
            ])
        })
    });
    ResultTable {
        name: "swings",
        title: "Why funding differs: causes add up to the change",
        columns: own.columns(&[
            column(
                "against",
                "string",
                "name",
                "Baseline or formula that funding is compared with",
            ),
            column("cause", "string", "text", "What differs"),
            column(
                "gbp",
                "integer",
                "GBP",
                "Its Shapley value: what it adds, averaged over every order of causes",
            ),
            column(
                "per_head_gbp",
                "number",
                "GBP per resident",
                "Pounds ÷ residents",
            ),
            column(
                "against_gbp",
                "integer",
                "GBP",
                "What funding is compared with",
            ),
            column(
                "change_gbp",
                "integer",
                "GBP",
                "Funding less that: the sum of all causes",
            ),
        ]),
        rows: rows.collect(),
    }
}

fn neighbours_table<'a>(
    own: &Own<'a>,
    neighbours: &'a [Neighbour],
    register: &'a Register,
) -> ResultTable<'a> {
    let rows = neighbours.iter().map(|neighbour| {
        own.row([
            Value::text(register[neighbour.at].code.as_str()),
            Value::text(&*register[neighbour.at].name),
            Value::Rounded(neighbour.distance, 4),
            Value::Rounded(neighbour.need_per_head, 2),
            Value::Rounded(neighbour.funding_per_head, 2),
            Value::Whole(neighbour.funding.0),
        ])
    });
    ResultTable {
        name: "neighbours",
        title: "The authorities nearest by need per resident, service by service",
        columns: own.columns(&[
            column("neighbour", "string", "code", "Code of the near one"),
            column("name", "string", "text", "Its name"),
            column(
                "distance",
                "number",
                "standard deviations",
                "Root of the sum of squared differences in need per resident of each service",
            ),
            column(
                "need_per_head_gbp",
                "number",
                "GBP per resident",
                "Its need amount ÷ residents",
            ),
            column(
                "funding_per_head_gbp",
                "number",
                "GBP per resident",
                "Its funding ÷ residents",
            ),
            column("funding_gbp", "integer", "GBP", "Its funding"),
        ]),
        rows: rows.collect(),
    }
}

fn turns_table<'a>(own: &Own<'a>, turns: &'a [(BaselineName, Vec<Turn>)]) -> ResultTable<'a> {
    let rows = turns.iter().flat_map(|(baseline, turns)| {
        turns.iter().map(|turn| {
            own.row([
                Value::text(baseline.as_str()),
                Value::text(turn.what.as_str()),
                Value::Exact(turn.from),
                turn.to.map_or(Value::Blank, Value::Exact),
                Value::text(turn.unit),
                Value::Exact(turn.tried),
            ])
        })
    });
    ResultTable {
        name: "turns",
        title: "Single changes that would make it a winner",
        columns: own.columns(&[
            column("baseline", "string", "name", "Against which it loses"),
            column("number", "string", "text", "The number that is changed, all else standing"),
            column("now", "number", "see unit", "What it is"),
            column("wins_at", "number", "see unit", "The nearest value with which the authority wins; blank where none of its range does"),
            column("unit", "string", "text", "GBP, or nothing"),
            column("tried", "number", "see unit", "The end of the range towards which the authority gains"),
        ]),
        rows: rows.collect(),
    }
}

fn services_table<'a>(own: &Own<'a>, services: &'a [ServicePart]) -> ResultTable<'a> {
    let rows = services.iter().map(|service| {
        own.row([
            Value::text(service.name.as_str()),
            Value::Exact(service.quantum_share),
            Value::Exact(service.score),
            Value::Exact(service.all_scores),
            Value::Exact(service.need_share),
            Value::Whole(service.need.0),
        ])
    });
    ResultTable {
        name: "services",
        title: "Need by service",
        columns: own.columns(&[
            column("service", "string", "name", "Service"),
            column(
                "quantum_share",
                "number",
                "share (0 to 1)",
                "The service's part of the sum",
            ),
            column("score", "number", "relative need", "The authority's score"),
            column(
                "all_scores",
                "number",
                "relative need",
                "Scores of all authorities together",
            ),
            column(
                "need_share",
                "number",
                "share (0 to 1)",
                "Score ÷ all scores",
            ),
            column(
                "need_gbp",
                "integer",
                "GBP",
                "Its part of the need amount; the parts add up to that",
            ),
        ]),
        rows: rows.collect(),
    }
}

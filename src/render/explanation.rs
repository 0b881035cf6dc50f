//! One authority's figure for readers, and its tables.

use super::headline::baseline_words;
use super::report::{Block, left, plain, right, signed};
use super::table::{ColumnSpec, Grid, ResultTable, Value};
use crate::allocation::ZERO;
use crate::compare::{Outcome, per_head};
use crate::explain::{Explanation, Neighbour, Step, StepKind, Swing, Turn};
use crate::ids::BaselineName;
use crate::register::Register;
use crate::results::FormulaResult;
use crate::study::Study;
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
    ]
}

/// Whose explanation it is.
struct Own<'a> {
    formula: &'a str,
    code: &'a str,
    population: Option<Persons>,
}

impl<'a> Own<'a> {
    fn columns(
        &self,
        more: &[(&'static str, &'static str, &'static str, &'static str)],
    ) -> Vec<ColumnSpec> {
        let first = [
            ("formula", "string", "name", "Formula"),
            ("code", "string", "code", "Authority's code"),
        ];
        let all = first.iter().chain(more);
        all.map(|&(name, kind, unit, meaning)| ColumnSpec {
            name,
            kind,
            unit,
            meaning,
        })
        .collect()
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
            (
                "part",
                "string",
                "text",
                "What the step belongs to: a service, own resources, guarantees",
            ),
            ("step", "string", "text", "The step"),
            (
                "kind",
                "string",
                "word",
                "start and change: what is added; subtotal and total: the sum of all before",
            ),
            ("gbp", "integer", "GBP", "Pounds"),
            (
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
            (
                "name",
                "string",
                "name",
                "Column, indicator, index of a service or area cost adjustment",
            ),
            ("value", "number", "see unit", "Its value here"),
            (
                "mean",
                "number",
                "see unit",
                "Its mean over authorities, each alike",
            ),
            (
                "rank",
                "integer",
                "place",
                "Its place among all values, 1 the highest",
            ),
            ("unit", "string", "text", "Unit, if described"),
            (
                "what",
                "string",
                "text",
                "What it is, in the words of the table or the formula",
            ),
            (
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
            (
                "against",
                "string",
                "name",
                "Baseline or formula that funding is compared with",
            ),
            ("cause", "string", "text", "What differs"),
            (
                "gbp",
                "integer",
                "GBP",
                "Its Shapley value: what it adds, averaged over every order of causes",
            ),
            (
                "per_head_gbp",
                "number",
                "GBP per resident",
                "Pounds ÷ residents",
            ),
            (
                "against_gbp",
                "integer",
                "GBP",
                "What funding is compared with",
            ),
            (
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
            Value::text(register[neighbour.at].name.as_str()),
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
            ("neighbour", "string", "code", "Code of the near one"),
            ("name", "string", "text", "Its name"),
            (
                "distance",
                "number",
                "standard deviations",
                "Root of the sum of squared differences in need per resident of each service",
            ),
            (
                "need_per_head_gbp",
                "number",
                "GBP per resident",
                "Its need amount ÷ residents",
            ),
            (
                "funding_per_head_gbp",
                "number",
                "GBP per resident",
                "Its funding ÷ residents",
            ),
            ("funding_gbp", "integer", "GBP", "Its funding"),
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
            ("baseline", "string", "name", "Against which it loses"),
            ("number", "string", "text", "The number that is changed, all else standing"),
            ("now", "number", "see unit", "What it is"),
            ("wins_at", "number", "see unit", "The nearest value with which the authority wins; blank where none of its range does"),
            ("unit", "string", "text", "GBP, or nothing"),
            ("tried", "number", "see unit", "The end of the range towards which the authority gains"),
        ]),
        rows: rows.collect(),
    }
}

/// The page: what it gets, how that comes about, why it differs, who is like it, what would
/// change it.
pub fn explanation_page(
    study: &Study,
    result: &FormulaResult,
    explanation: &Explanation,
) -> Vec<Block> {
    let page = Page {
        study,
        result,
        explanation,
        register: &study.dataset.register,
    };
    let mut blocks = page.opening();
    page.walk(&mut blocks);
    page.swings(&mut blocks);
    page.neighbours(&mut blocks);
    page.turns(&mut blocks);
    page.inputs(&mut blocks);
    blocks.extend(page.notes());
    blocks
}

struct Page<'a> {
    study: &'a Study,
    result: &'a FormulaResult,
    explanation: &'a Explanation,
    register: &'a Register,
}

impl Page<'_> {
    fn people(&self) -> Option<Persons> {
        self.register[self.explanation.at].population
    }

    fn per_head(&self, sum: Pounds) -> String {
        per_head(sum, self.people()).map_or_else(|| "–".to_string(), |sum| money_signed(sum, 2))
    }

    fn opening(&self) -> Vec<Block> {
        let at = self.explanation.at;
        let (authority, allocation) = (&self.register[at], &self.result.solved.allocation);
        let formula = &self.result.formula;
        let setting = self
            .study
            .scenario
            .as_ref()
            .map_or(String::new(), |s| format!(", {}", s.title));
        let mut blocks = vec![Block::Heading(
            1,
            format!("{} under {}{setting}", authority.name, formula.title),
        )];
        let funding = allocation.funding[at];
        let each = match per_head(funding, self.people()) {
            Some(each) => format!(
                ", £{} for each of its {} residents",
                plain(each, 0),
                plain(self.people().map_or(0.0, |p| p.0), 0)
            ),
            None => String::new(),
        };
        let place = self.place_by_need();
        let need = allocation.need_amount[at];
        let coverage = match need > Pounds::ZERO {
            true => format!(
                ", {:.1} % of its need of {need}",
                100.0 * funding.as_f64() / need.as_f64()
            ),
            false => String::new(),
        };
        blocks.push(Block::Paragraph(format!(
            "{} ({}) would have funding of {funding}{each}{coverage}.{place}",
            authority.name, authority.code
        )));
        let binding: Vec<&str> = allocation.binding[at]
            .iter()
            .map(|name| match name.as_str() {
                ZERO => "the floor of zero",
                other => other,
            })
            .collect();
        if !binding.is_empty() {
            blocks.push(Block::Paragraph(format!(
                "Its amount is held by: {}.",
                binding.join("; ")
            )));
        }
        for comparison in &self.result.comparisons {
            let change = comparison.changes[at];
            let words = baseline_words(&comparison.baseline);
            let per_cent = change
                .per_cent
                .map_or(String::new(), |p| format!(" ({} %)", signed(p.0, 1)));
            let outcome = match (change.outcome, comparison.baseline.as_str()) {
                (Outcome::Winner, _) => "it would gain",
                (Outcome::Loser, "spending-today") => "it spends more than the formula gives",
                (Outcome::Loser, _) => "it would lose",
                (Outcome::Unchanged, _) => "hardly any change",
            };
            blocks.push(Block::Paragraph(format!(
                "Against {words} of {}: {}{per_cent}; {outcome}.",
                change.baseline,
                change.change.signed()
            )));
        }
        blocks
    }

    /// Where it stands among all by need per head.
    fn place_by_need(&self) -> String {
        let at = self.explanation.at;
        let need = &self.result.solved.allocation.need_amount;
        let each = |at| per_head(need[at], self.register[at].population);
        let Some(own) = each(at) else {
            return String::new();
        };
        let ranked: Vec<f64> = self
            .register
            .positions()
            .filter(|other| !self.register[*other].left_out_of_rankings || *other == at)
            .filter_map(each)
            .collect();
        let place = ranked.iter().filter(|other| **other > own).count() + 1;
        format!(
            " By need per head it stands {} of {}.",
            ordinal(place),
            ranked.len()
        )
    }

    fn walk(&self, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading(2, "From population to pounds".to_string()));
        let mut grid = Grid::new([left("part"), left("step"), right("£"), right("£ per head")]);
        let mut before = "";
        for step in &self.explanation.steps {
            let is_level = matches!(step.kind, StepKind::Subtotal | StepKind::Total);
            let part = match step.part == before {
                true => String::new(),
                false => step.part.clone(),
            };
            before = &step.part;
            let what = match is_level {
                true => format!("= {}", step.what),
                false => step.what.clone(),
            };
            let sum = match step.kind {
                StepKind::Change => step.pounds.signed(),
                _ => step.pounds.to_string(),
            };
            grid.push([part, what, sum, self.per_head(step.pounds)]);
        }
        blocks.push(Block::Table(grid));
        blocks.push(Block::Paragraph(
            "Start and changes add up to each line that begins with =, to the pound. A cause of need is what its differences between \
             places move, the others as they are or the same everywhere, averaged over every order (Shapley value): no order of steps \
             favours any."
                .to_string(),
        ));
    }

    fn swings(&self, blocks: &mut Vec<Block>) {
        for swing in &self.explanation.swings {
            let words = match swing.against.as_str().strip_prefix("formula:") {
                Some(formula) => formula.to_string(),
                None => baseline_words(&swing.against),
            };
            blocks.push(Block::Heading(2, format!("Why it differs from {words}")));
            let mut grid = Grid::new([left("cause"), right("£"), right("£ per head")]);
            grid.push([
                words.clone(),
                swing.other.to_string(),
                self.per_head(swing.other),
            ]);
            for (cause, pounds) in &swing.causes {
                grid.push([cause.clone(), pounds.signed(), self.per_head(*pounds)]);
            }
            let funding = swing.other + swing.change;
            grid.push([
                format!("= funding under {}", self.result.formula.name),
                funding.to_string(),
                self.per_head(funding),
            ]);
            blocks.push(Block::Table(grid));
        }
    }

    fn neighbours(&self, blocks: &mut Vec<Block>) {
        if self.explanation.neighbours.is_empty() {
            return;
        }
        blocks.push(Block::Heading(
            2,
            "Its nearest neighbours by need".to_string(),
        ));
        let mut header = vec![
            left("authority"),
            right("distance"),
            right("need\n£ per head"),
            right("funding\n£ per head"),
        ];
        let baselines = || self.result.comparisons.iter();
        header.extend(baselines().map(|comparison| {
            right(&format!(
                "{}\n£ per head",
                baseline_words(&comparison.baseline).replace("sharing by ", "")
            ))
        }));
        let mut grid = Grid::new(header);
        let mut row = |at, distance: String| {
            let people = self.register[at].population;
            let each = |sum: Pounds| {
                per_head(sum, people).map_or_else(|| "–".to_string(), |sum| money_signed(sum, 0))
            };
            let allocation = &self.result.solved.allocation;
            let mut cells = vec![
                self.register[at].name.clone(),
                distance,
                each(allocation.need_amount[at]),
                each(allocation.funding[at]),
            ];
            cells.extend(baselines().map(|comparison| each(comparison.changes[at].baseline)));
            grid.push(cells);
        };
        row(self.explanation.at, "–".to_string());
        for neighbour in &self.explanation.neighbours {
            row(neighbour.at, format!("{:.2}", neighbour.distance));
        }
        blocks.push(Block::Table(grid));
        blocks.push(Block::Paragraph(
            "Distance: need per resident of each service, in standard deviations over all authorities but those too small for rankings."
                .to_string(),
        ));
    }

    fn turns(&self, blocks: &mut Vec<Block>) {
        for (baseline, turns) in &self.explanation.turns {
            blocks.push(Block::Heading(
                2,
                format!(
                    "What would make it gain against {}",
                    baseline_words(baseline)
                ),
            ));
            if self.result.formula.services_apart {
                blocks.push(Block::Paragraph(
                    "Not worked out where services have totals of their own.".to_string(),
                ));
                continue;
            }
            let number = |turn: &Turn, value: f64| match turn.unit {
                "GBP" => format!("£{}", plain(value, 0)),
                _ => trimmed(value),
            };
            let winning: Vec<&Turn> = turns.iter().filter(|turn| turn.to.is_some()).collect();
            if winning.is_empty() {
                blocks.push(Block::Paragraph(
                    "No single number of the formula would, within its range, all else standing."
                        .to_string(),
                ));
            } else {
                let mut grid = Grid::new([
                    left("changed by itself, all else standing"),
                    right("now"),
                    right("gains from"),
                ]);
                for turn in &winning {
                    let to = turn.to.unwrap_or(turn.from);
                    grid.push([turn.what.clone(), number(turn, turn.from), number(turn, to)]);
                }
                blocks.push(Block::Table(grid));
            }
            let others: Vec<String> = turns
                .iter()
                .filter(|turn| turn.to.is_none())
                .map(|turn| turn.what.clone())
                .collect();
            if !others.is_empty() && !winning.is_empty() {
                blocks.push(Block::Paragraph(format!(
                    "These by themselves cannot, wherever in their range: {}.",
                    others.join("; ")
                )));
            }
        }
    }

    fn inputs(&self, blocks: &mut Vec<Block>) {
        if self.explanation.inputs.is_empty() {
            return;
        }
        blocks.push(Block::Heading(2, "The numbers behind it".to_string()));
        let mut grid = Grid::new([
            left("number"),
            right("here"),
            right("mean of\nauthorities"),
            right(&format!("place\nof {}", self.register.len())),
            left("unit"),
        ]);
        for behind in &self.explanation.inputs {
            let is_column = !behind.source.is_empty() && !behind.what.is_empty();
            grid.push([
                if is_column {
                    behind.what.clone()
                } else {
                    behind.name.replace('_', " ")
                },
                trimmed(behind.value),
                trimmed(behind.mean),
                behind.rank.to_string(),
                behind.unit.clone(),
            ]);
        }
        blocks.push(Block::Table(grid));
        blocks.push(Block::Paragraph(format!(
            "needshare show {} explains the formula itself.",
            self.result.formula.name
        )));
    }

    fn notes(&self) -> Vec<Block> {
        super::summary::reading_notes(self.study, std::slice::from_ref(self.result))
    }
}

/// Pounds with a minus where they are less than nothing.
fn money_signed(sum: f64, decimals: usize) -> String {
    let text = plain(sum.abs(), decimals);
    let is_zero = text.chars().all(|c| matches!(c, '0' | '.'));
    match sum < 0.0 && !is_zero {
        true => format!("−{text}"),
        false => text,
    }
}

/// A number at four or five digits that matter.
fn trimmed(value: f64) -> String {
    let decimals = match value.abs() {
        0.0 => 0,
        size if size >= 1000.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 1.0 => 3,
        _ => 4,
    };
    let text = money_signed(value, decimals);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    }
}

/// `1st`, `22nd`, `113th`.
fn ordinal(place: usize) -> String {
    let ending = match (place % 100, place % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{place}{ending}")
}

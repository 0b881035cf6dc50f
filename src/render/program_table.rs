//! `program.csv` and the certificates in `run.json`: the program of each formula and what
//! proves its answer, for [`crate::verify`] and for whoever would check it elsewhere.
//!
//! The table has a row for each formula × variable and is the largest that a run writes,
//! so its cells go straight to text.

use std::io;

use serde_json::Value as Json;

use super::certificate_json::certificate_json;
use super::digits::push_whole;
use super::table::{ColumnSpec, ResultTable, Rows, Value, push_quoted, write_in_turn};
use crate::certificate::{Certificate, certificate};
use crate::program::{Goal, Variable};
use crate::register::{Register, VariableId};
use crate::results::FormulaResult;
use crate::solve::Level;
use crate::solve::crossing::ExactLevel;
use crate::units::Pounds;

/// Its columns: name, type, unit, meaning.
pub(super) const COLUMNS: [[&str; 4]; 17] = [
    ["formula", "string", "name", "Formula"],
    ["code", "string", "code", "Authority's code"],
    [
        "service",
        "string",
        "name",
        "Service that the amount is for; blank where services are together",
    ],
    [
        "group",
        "string",
        "name",
        "Smallest group that the amount counts in, as the certificate in run.json names it; where groups cross, the cell: those in the same groups",
    ],
    ["lower_gbp", "integer", "GBP", "Least amount"],
    [
        "upper_gbp",
        "integer",
        "GBP",
        "Greatest amount; blank if nothing bounds it",
    ],
    [
        "offset",
        "integer",
        "millionths of a pound",
        "What is added to the amount before dividing: measure = (amount + offset) ÷ weight",
    ],
    [
        "weight",
        "integer",
        "parts",
        "What amount + offset is divided by; zero: the amount stays at its lower bound",
    ],
    [
        "stage",
        "string",
        "word",
        "When the measure is raised: by_need first; beyond_turn once all are at their turning points; per_head with what is left when all others are full",
    ],
    [
        "turning_point",
        "integer",
        "millionths of a pound",
        "Amount from which on the measure is another, of stage beyond_turn; blank if there is none",
    ],
    [
        "turn_offset",
        "integer",
        "millionths of a pound",
        "Offset beyond the turning point",
    ],
    [
        "turn_weight",
        "integer",
        "parts",
        "Weight beyond the turning point",
    ],
    [
        "target_gbp",
        "integer",
        "GBP",
        "What the deviation is counted from, where the objective is the least deviation or turnover",
    ],
    [
        "deviation_weight",
        "integer",
        "billionths",
        "What a pound of deviation counts, where the objective is the least deviation or turnover",
    ],
    [
        "need",
        "integer",
        "parts of 10^12, or of 10^15 where more than 10^11 pounds are divided",
        "Part of national need, whatever is measured: the greater has the last pound where remainders are equal",
    ],
    [
        "level",
        "number",
        "millionths of a pound per part of weight",
        "Level of the group, to the nearest floating-point number; run.json has it exactly",
    ],
    ["amount_gbp", "integer", "GBP", "What is allocated"],
];

/// The table and the certificates of a run.
#[derive(Debug)]
pub struct ProgramTable<'a> {
    results: &'a [FormulaResult],
    certificates: Vec<Certificate>,
    register: &'a Register,
}

/// Where cells go, one row after the other.
trait Cells {
    fn text(&mut self, text: &str);
    /// A text that stands in many rows.
    fn label(&mut self, label: &Label);
    fn whole(&mut self, number: i128);
    fn end_row(&mut self);
    fn blanks(&mut self, count: usize) {
        for _ in 0..count {
            self.text("");
        }
    }
}

/// A value with its text in CSV, which is made once.
struct Label {
    value: Value<'static>,
    csv: Vec<u8>,
}

impl Label {
    fn of(value: Value<'static>) -> Self {
        let mut csv = Vec::new();
        push_quoted(&mut csv, &value.to_text());
        Self { value, csv }
    }
}

/// What rows of one formula and group have in common.
struct InGroup {
    formula: Label,
    name: Label,
    level: Label,
}

/// Rows that one thread makes at a time.
const ROWS_AT_ONCE: usize = 512;

impl<'a> ProgramTable<'a> {
    /// The programs and proofs of some results.
    pub fn new(results: &'a [FormulaResult], register: &'a Register) -> Self {
        let certificates = results
            .iter()
            .map(|result| certificate(&result.solved.program, &result.solved.allocation))
            .collect();
        Self {
            results,
            certificates,
            register,
        }
    }

    /// Writes the table as CSV.
    pub fn write_csv(&self, to: &mut (impl io::Write + Send)) -> io::Result<()> {
        let mut header = Vec::new();
        let mut csv = CsvCells::at_end_of(&mut header);
        for [name, ..] in COLUMNS {
            csv.text(name);
        }
        csv.end_row();
        to.write_all(&header)?;
        for (result, certificate) in self.results.iter().zip(&self.certificates) {
            let groups = in_groups(result, certificate);
            let variables: Vec<VariableId> = result.solved.program.variables.keys().collect();
            let parts: Vec<&[VariableId]> = variables.chunks(ROWS_AT_ONCE).collect();
            write_in_turn(to, &parts, |some, text| {
                text.reserve(150 * some.len());
                let mut csv = CsvCells::at_end_of(text);
                self.write_rows(result, (certificate, &groups), some, &mut csv);
            })?;
        }
        Ok(())
    }

    /// The table as a value, for other formats.
    pub fn to_table(&self) -> ResultTable<'static> {
        let mut rows = RowCells::default();
        for (result, certificate) in self.results.iter().zip(&self.certificates) {
            let groups = in_groups(result, certificate);
            let variables: Vec<VariableId> = result.solved.program.variables.keys().collect();
            self.write_rows(result, (certificate, &groups), &variables, &mut rows);
        }
        ResultTable {
            rows: Rows::Stated(rows.rows),
            ..Self::without_rows()
        }
    }

    /// The table without its rows, for the descriptor.
    pub fn without_rows() -> ResultTable<'static> {
        ResultTable {
            name: "program",
            title: "The program of each formula, variable by variable, with what proves its answer",
            columns: COLUMNS
                .map(|[name, kind, unit, meaning]| ColumnSpec {
                    name,
                    kind,
                    unit,
                    meaning,
                })
                .to_vec(),
            rows: Rows::Stated(Vec::new()),
        }
    }

    fn write_rows(
        &self,
        result: &FormulaResult,
        (certificate, groups): (&Certificate, &[InGroup]),
        variables: &[VariableId],
        cells: &mut impl Cells,
    ) {
        let program = &result.solved.program;
        let pounds = |sum: Pounds| i128::from(sum.0);
        for &id in variables {
            let variable = program.limited(id);
            let group = match certificate {
                Certificate::Nested { group_of, .. } => &groups[group_of[id]],
                Certificate::Crossing { cell_of, .. } => &groups[cell_of[id]],
            };
            cells.label(&group.formula);
            cells.text(self.register[variable.authority].code.as_str());
            cells.text(
                variable
                    .service
                    .map_or("", |service| program.services[service.index()].as_str()),
            );
            cells.label(&group.name);
            cells.whole(pounds(variable.lower));
            match variable.upper {
                Some(upper) => cells.whole(pounds(upper)),
                None => cells.blanks(1),
            }
            cells.whole(variable.measure.offset.0);
            cells.whole(variable.measure.weight);
            cells.text(variable.measure.stage.word());
            match variable.turn() {
                Some(turn) => {
                    cells.whole(turn.at.0);
                    cells.whole(turn.measure.offset.0);
                    cells.whole(turn.measure.weight);
                }
                None => cells.blanks(3),
            }
            match &program.goal {
                Goal::LeastDeviation(deviations) => {
                    cells.whole(pounds(deviations[id].target));
                    cells.whole(deviations[id].weight);
                }
                Goal::Leximin | Goal::ScaleGains(_) | Goal::LeastSquares | Goal::LeastQuantum => {
                    cells.blanks(2)
                }
            }
            cells.whole(variable.need.into());
            cells.label(&group.level);
            cells.whole(pounds(amount(result, &variable)));
            cells.end_row();
        }
    }

    /// What proves one result, without anything per authority.
    pub fn certificate_json(&self, result: usize) -> Json {
        certificate_json(&self.results[result], &self.certificates[result])
    }
}

fn in_groups(result: &FormulaResult, certificate: &Certificate) -> Vec<InGroup> {
    let in_group = |name: &str, level: Option<Level>| InGroup {
        formula: Label::of(Value::text(result.formula.name.to_string())),
        name: Label::of(Value::text(name.to_string())),
        level: Label::of(level.map_or(Value::Blank, |level| Value::Exact(level.as_f64()))),
    };
    match certificate {
        Certificate::Nested { groups, .. } => groups
            .iter()
            .map(|group| in_group(&group.name, group.level))
            .collect(),
        Certificate::Crossing { cells, .. } => cells
            .iter()
            .map(|cell| in_group(&cell.name, cell.level.as_ref().map(ExactLevel::nearest)))
            .collect(),
    }
}

/// What a variable was given.
pub(super) fn amount(result: &FormulaResult, variable: &Variable) -> Pounds {
    let allocation = &result.solved.allocation;
    match variable.service {
        Some(service) => allocation.by_service[service.index()].1[variable.authority],
        None => allocation.amount[variable.authority],
    }
}

/// Cells as CSV text.
struct CsvCells<'t> {
    text: &'t mut Vec<u8>,
    /// Whether the row has a cell already.
    begun: bool,
}

impl<'t> CsvCells<'t> {
    fn at_end_of(text: &'t mut Vec<u8>) -> Self {
        Self { text, begun: false }
    }

    fn begin_cell(&mut self) {
        if self.begun {
            self.text.push(b',');
        }
        self.begun = true;
    }
}

impl Cells for CsvCells<'_> {
    fn text(&mut self, text: &str) {
        self.begin_cell();
        push_quoted(self.text, text);
    }

    fn whole(&mut self, number: i128) {
        self.begin_cell();
        push_whole(self.text, number);
    }

    fn label(&mut self, label: &Label) {
        self.begin_cell();
        self.text.extend_from_slice(&label.csv);
    }

    fn end_row(&mut self) {
        self.text.push(b'\n');
        self.begun = false;
    }
}

/// Cells as values.
#[derive(Default)]
struct RowCells {
    rows: Vec<Vec<Value<'static>>>,
    row: Vec<Value<'static>>,
}

impl Cells for RowCells {
    fn text(&mut self, text: &str) {
        self.row.push(Value::text(text.to_string()));
    }

    fn whole(&mut self, number: i128) {
        self.row.push(match i64::try_from(number) {
            Ok(number) => Value::Whole(number),
            // JSON's readers keep 64 bits at most.
            Err(_) => Value::text(number.to_string()),
        });
    }

    fn label(&mut self, label: &Label) {
        self.row.push(label.value.clone());
    }

    fn end_row(&mut self) {
        self.rows.push(std::mem::take(&mut self.row));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_hold_commas_or_quotes_are_quoted() {
        let mut text = Vec::new();
        let mut cells = CsvCells::at_end_of(&mut text);
        cells.text("a, b");
        cells.text("5\" pipe");
        cells.text("");
        cells.end_row();
        assert_eq!(text, b"\"a, b\",\"5\"\" pipe\",\n");
    }
}

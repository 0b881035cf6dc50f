//! Result tables as values: columns with type, unit and meaning, written as CSV,
//! JSON or Markdown from one source, which is also what `datapackage.json` says.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::ops::Range;

use rayon::prelude::*;

use serde_json::{Map, Value as Json, json};

use super::digits::{push_rounded, push_shortest, push_whole};
use crate::currency::{Currency, STERLING};

/// A table of results.
#[derive(Debug)]
pub struct ResultTable<'a> {
    /// File name without `.csv`.
    pub name: &'static str,
    /// What it holds, in a sentence.
    pub title: &'static str,
    /// Its columns.
    pub columns: Vec<ColumnSpec>,
    /// Its rows, each as long as `columns`.
    pub rows: Rows<'a>,
}

/// What takes the rows of a table, one after the other.
pub type TakeRow<'t> = dyn FnMut(&[Value<'_>]) + 't;

/// What makes the rows of one unit of a table.
type MakeRows<'a> = dyn Fn(usize, &mut TakeRow<'_>) + Sync + 'a;

/// Rows of a table: at hand, or made whenever the table is written, since a large one has
/// a million cells.
pub enum Rows<'a> {
    /// At hand.
    Stated(Vec<Vec<Value<'a>>>),
    /// Made by this.
    Made {
        /// How many units there are, such as authorities: units are made side by side and
        /// written in order.
        units: usize,
        /// Makes the rows of one unit.
        make: Box<MakeRows<'a>>,
    },
}

impl<'a> Rows<'a> {
    /// Rows that are made whenever the table is written, unit by unit.
    pub fn made(units: usize, make: impl Fn(usize, &mut TakeRow<'_>) + Sync + 'a) -> Self {
        Self::Made {
            units,
            make: Box::new(make),
        }
    }

    fn units(&self) -> usize {
        match self {
            Self::Stated(rows) => rows.len(),
            Self::Made { units, .. } => *units,
        }
    }

    /// Gives the rows of some units in turn.
    fn some(&self, units: Range<usize>, take: &mut TakeRow<'_>) {
        match self {
            Self::Stated(rows) => rows[units].iter().for_each(|row| take(row)),
            Self::Made { make, .. } => units.for_each(|unit| make(unit, take)),
        }
    }

    /// Gives every row in turn.
    fn each(&self, take: &mut TakeRow<'_>) {
        self.some(0..self.units(), take);
    }
}

impl<'a> FromIterator<Vec<Value<'a>>> for Rows<'a> {
    fn from_iter<I: IntoIterator<Item = Vec<Value<'a>>>>(rows: I) -> Self {
        Self::Stated(rows.into_iter().collect())
    }
}

impl fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stated(rows) => f.debug_tuple("Stated").field(rows).finish(),
            Self::Made { units, .. } => write!(f, "Made({units})"),
        }
    }
}

/// Units that one thread makes at a time.
const UNITS_AT_ONCE: usize = 256;

/// Parts that are in memory at once, made and not yet written.
const PARTS_AT_ONCE: usize = 8;

/// Makes parts of a text side by side, each at the end of an empty one, and writes them in
/// order: some are made while those before them are written. Memory is kept from part to part.
pub(super) fn write_in_turn<P: Sync>(
    to: &mut (impl io::Write + Send),
    parts: &[P],
    make: impl Fn(&P, &mut Vec<u8>) + Sync,
) -> io::Result<()> {
    let mut made: Vec<Vec<u8>> = Vec::new();
    let mut next: Vec<Vec<u8>> = Vec::new();
    for some in parts.chunks(PARTS_AT_ONCE).chain([&[][..]]) {
        next.resize_with(some.len(), Vec::new);
        let make_some = || {
            let texts = next.par_iter_mut().zip(some);
            texts.for_each(|(text, part)| {
                text.clear();
                make(part, text);
            });
        };
        let write = || made.iter().try_for_each(|text| to.write_all(text));
        let ((), written) = rayon::join(make_some, write);
        written?;
        std::mem::swap(&mut made, &mut next);
    }
    Ok(())
}

/// A column of a result table. Columns are a contract: added at the end, never renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnSpec {
    /// Heading.
    pub name: &'static str,
    /// Table Schema type: `string`, `integer`, `number`.
    pub kind: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// What it is.
    pub meaning: &'static str,
}

/// A column's heading, type, unit and meaning.
pub const fn column(
    name: &'static str,
    kind: &'static str,
    unit: &'static str,
    meaning: &'static str,
) -> ColumnSpec {
    ColumnSpec {
        name,
        kind,
        unit,
        meaning,
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'v> {
    /// Undefined.
    Blank,
    /// Words.
    Text(Cow<'v, str>),
    /// Words without a mark of the format, which stand in many rows.
    Plain(&'v str),
    /// A whole number: pounds, counts.
    Whole(i64),
    /// A number at so many decimals.
    Rounded(f64, usize),
    /// A number at all its digits.
    Exact(f64),
}

impl<'v> Value<'v> {
    /// Words.
    pub fn text(text: impl Into<Cow<'v, str>>) -> Self {
        let text = text.into();
        if text.is_empty() {
            Self::Blank
        } else {
            Self::Text(text)
        }
    }

    /// Words that stand in many rows: whether they need quotation marks is asked once.
    pub fn label(text: &'v str) -> Self {
        if text.is_empty() || needs_quotes(text) {
            Self::text(text)
        } else {
            Self::Plain(text)
        }
    }

    /// A number at so many decimals, or blank.
    pub fn rounded(number: Option<f64>, decimals: usize) -> Self {
        number.map_or(Self::Blank, |number| Self::Rounded(number, decimals))
    }

    /// A count.
    pub fn count(count: usize) -> Self {
        Self::Whole(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// As result files have it.
    pub fn to_text(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Text(text) => text.to_string(),
            Self::Plain(text) => (*text).to_string(),
            Self::Whole(number) => number.to_string(),
            Self::Rounded(number, decimals) => plain_zero(format!("{number:.decimals$}")),
            Self::Exact(number) => plain_zero(number.to_string()),
        }
    }

    /// As result files have it, at the end of a text.
    fn push_csv(&self, csv: &mut Vec<u8>) {
        let begins = csv.len();
        match self {
            Self::Blank => return,
            Self::Text(text) => return push_quoted(csv, text),
            Self::Plain(text) => return csv.extend_from_slice(text.as_bytes()),
            Self::Whole(number) => return push_whole(csv, i128::from(*number)),
            Self::Rounded(number, decimals) => push_rounded(csv, *number, *decimals),
            Self::Exact(number) => match whole(*number) {
                Some(whole) => return push_whole(csv, i128::from(whole)),
                None => push_shortest(csv, *number),
            },
        }
        let is_zero = |text: &[u8]| text.iter().all(|c| matches!(c, b'0' | b'.'));
        if csv[begins..].strip_prefix(b"-").is_some_and(is_zero) {
            csv.remove(begins);
        }
    }

    fn to_json(&self) -> Json {
        match self {
            Self::Blank => Json::Null,
            Self::Text(text) => json!(text),
            Self::Plain(text) => json!(text),
            Self::Whole(number) => json!(number),
            Self::Rounded(..) | Self::Exact(_) => {
                let number: f64 = self.to_text().parse().unwrap_or(f64::NAN);
                json!(number)
            }
        }
    }
}

/// A number as a whole one, if it is: that is the quicker to write.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "compared with what it came from"
)]
fn whole(number: f64) -> Option<i64> {
    let whole = number as i64;
    (whole as f64 == number && number.abs() < 1e15).then_some(whole)
}

/// `-0.00` is zero.
fn plain_zero(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_string(),
        _ => text,
    }
}

/// Whether a text holds a mark of the format.
fn needs_quotes(text: &str) -> bool {
    text.bytes()
        .any(|c| matches!(c, b',' | b'"' | b'\r' | b'\n'))
}

/// A cell's text, in quotation marks where it holds a mark of the format.
pub(super) fn push_quoted(csv: &mut Vec<u8>, text: &str) {
    if !needs_quotes(text) {
        return csv.extend_from_slice(text.as_bytes());
    }
    csv.push(b'"');
    csv.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    csv.push(b'"');
}

impl ResultTable<'_> {
    /// The table as CSV.
    pub fn to_csv(&self) -> String {
        let mut bytes = Vec::new();
        self.write_csv(&mut bytes).expect("writing to memory");
        String::from_utf8(bytes).expect("made from texts")
    }

    /// Writes the table as CSV, part by part: parts are made side by side.
    pub fn write_csv(&self, to: &mut (impl io::Write + Send)) -> io::Result<()> {
        let mut header = Vec::new();
        for (index, column) in self.columns.iter().enumerate() {
            if index > 0 {
                header.push(b',');
            }
            push_quoted(&mut header, column.name);
        }
        header.push(b'\n');
        to.write_all(&header)?;
        let units = self.rows.units();
        let parts: Vec<Range<usize>> = (0..units)
            .step_by(UNITS_AT_ONCE)
            .map(|from| from..units.min(from + UNITS_AT_ONCE))
            .collect();
        write_in_turn(to, &parts, |part, text| self.part(part, text))
    }

    /// The rows of some units as CSV.
    fn part(&self, units: &Range<usize>, text: &mut Vec<u8>) {
        for unit in units.clone() {
            self.rows.some(unit..unit + 1, &mut |row| {
                debug_assert_eq!(row.len(), self.columns.len(), "{}", self.name);
                for (index, cell) in row.iter().enumerate() {
                    if index > 0 {
                        text.push(b',');
                    }
                    cell.push_csv(text);
                }
                // A line of nothing would be no row.
                if matches!(row, [Value::Blank]) {
                    text.extend_from_slice(b"\"\"");
                }
                text.push(b'\n');
            });
            if unit == units.start {
                // The others will be about as long.
                text.reserve(text.len() * units.len() * 9 / 8);
            }
        }
    }

    /// The table as a list of objects.
    pub fn to_json(&self) -> Json {
        let mut rows = Vec::new();
        self.rows.each(&mut |row| {
            let cells = self.columns.iter().zip(row);
            rows.push(Json::Object(
                cells
                    .map(|(column, cell)| (column.name.to_string(), cell.to_json()))
                    .collect::<Map<_, _>>(),
            ));
        });
        Json::Array(rows)
    }

    /// The table as Markdown.
    pub fn to_markdown(&self) -> String {
        let mut grid = Grid::new(self.columns.iter().map(|column| {
            let align = match column.kind {
                "string" => Align::Left,
                _ => Align::Right,
            };
            (column.name.to_string(), align)
        }));
        self.rows
            .each(&mut |row| grid.push(row.iter().map(Value::to_text)));
        grid.to_markdown()
    }

    /// The table as a resource of a Data Package.
    pub fn descriptor(&self, currency: &Currency) -> Json {
        let fields: Vec<Json> = self
            .columns
            .iter()
            .map(|column| {
                json!({
                    "name": column.name,
                    "type": column.kind,
                    "description": column.meaning,
                    "unit": column.unit.replace(STERLING.code, currency.code),
                })
            })
            .collect();
        json!({
            "profile": "tabular-data-resource",
            "name": self.name,
            "path": format!("{}.csv", self.name),
            "title": self.title,
            "encoding": "utf-8",
            "schema": { "fields": fields, "missingValues": [""] },
        })
    }
}

/// Which side a column keeps to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table for readers: texts in aligned columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    header: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// A table with these headings and no rows.
    pub fn new(header: impl IntoIterator<Item = (String, Align)>) -> Self {
        Self {
            header: header.into_iter().collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn push(&mut self, row: impl IntoIterator<Item = String>) {
        self.rows.push(row.into_iter().collect());
    }

    /// The same with each text made another.
    pub fn map_texts(self, text: impl Fn(String) -> String) -> Self {
        let header = self.header.into_iter();
        let rows = self.rows.into_iter();
        Self {
            header: header.map(|(name, align)| (text(name), align)).collect(),
            rows: rows
                .map(|row| row.into_iter().map(&text).collect())
                .collect(),
        }
    }

    /// As Markdown.
    pub fn to_markdown(&self) -> String {
        let escape = |text: &str| text.replace('|', "\\|");
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut text = line(
            self.header
                .iter()
                .map(|(name, _)| escape(&name.replace("-\n", "").replace('\n', " ")))
                .collect(),
        );
        text.push_str(&line(
            self.header
                .iter()
                .map(|(_, align)| match align {
                    Align::Left => "---".to_string(),
                    Align::Right => "---:".to_string(),
                })
                .collect(),
        ));
        for row in &self.rows {
            text.push_str(&line(row.iter().map(|cell| escape(cell)).collect()));
        }
        text
    }

    /// As text in columns for a terminal, two spaces in from the left. A heading may
    /// have several lines; they stand on the rule.
    pub fn to_text(&self) -> String {
        let width = |text: &str| {
            let lines = text.split('\n').map(|line| line.chars().count());
            lines.max().unwrap_or(0)
        };
        let widths: Vec<usize> = self
            .header
            .iter()
            .enumerate()
            .map(|(index, (name, _))| {
                let cells = self.rows.iter().map(|row| width(&row[index]));
                cells.chain([width(name)]).max().unwrap_or(0)
            })
            .collect();
        let line = |cells: Vec<&str>| {
            let padded: Vec<String> = cells
                .iter()
                .zip(&widths)
                .zip(&self.header)
                .map(|((cell, &width), (_, align))| match align {
                    Align::Left => format!("{cell:<width$}"),
                    Align::Right => format!("{cell:>width$}"),
                })
                .collect();
            format!("  {}\n", padded.join("  ").trim_end())
        };
        let height = self.header.iter().map(|(name, _)| name.split('\n').count());
        let height = height.max().unwrap_or(1);
        let mut text = String::new();
        for row in 0..height {
            let cells = self.header.iter().map(|(name, _)| {
                let lines: Vec<&str> = name.split('\n').collect();
                (row + lines.len())
                    .checked_sub(height)
                    .map_or("", |line| lines[line])
            });
            text.push_str(&line(cells.collect()));
        }
        let rule: usize = widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
        text.push_str(&format!("  {}\n", "-".repeat(rule)));
        for row in &self.rows {
            text.push_str(&line(row.iter().map(String::as_str).collect()));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_several_lines_stand_on_the_rule() {
        let mut grid = Grid::new([
            ("formula".to_string(), Align::Left),
            ("money moved\n£m".to_string(), Align::Right),
        ]);
        grid.push(["per-head".to_string(), "12.0".to_string()]);
        assert_eq!(
            grid.to_text(),
            "            money moved\n  formula            £m\n  ---------------------\n  per-head         12.0\n"
        );
        assert!(
            grid.to_markdown()
                .starts_with("| formula | money moved £m |")
        );
    }

    #[test]
    fn cells_are_quoted_where_they_hold_a_mark_of_the_format() {
        let column = |name| ColumnSpec {
            name,
            kind: "string",
            unit: "",
            meaning: "",
        };
        let table = ResultTable {
            name: "made_up",
            title: "",
            columns: vec![column("a"), column("b")],
            rows: Rows::Stated(vec![
                vec![Value::text("Bath, city of"), Value::Rounded(-0.001, 2)],
                vec![Value::text("a \"word\""), Value::Exact(-0.0)],
                vec![Value::Blank, Value::Whole(-7)],
            ]),
        };
        assert_eq!(
            table.to_csv(),
            "a,b\n\"Bath, city of\",0.00\n\"a \"\"word\"\"\",0\n,-7\n"
        );
    }

    #[test]
    fn numbers_are_written_as_the_contract_has_them() {
        assert_eq!(Value::Rounded(5.0, 1).to_text(), "5.0");
        assert_eq!(Value::Rounded(-0.001, 2).to_text(), "0.00");
        assert_eq!(Value::Exact(0.1).to_text(), "0.1");
        assert_eq!(Value::Blank.to_text(), "");
    }
}

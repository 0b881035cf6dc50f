//! Conditions on columns: `where`, in guarantees and in indicators.

use super::terms::read_term;
use super::{Reference, Term};
use crate::findings::Finding;
use crate::ids::IndicatorName;
use crate::inputs::grammar::{Holds, Key};
use crate::inputs::{Fields, TomlFile, Value};

/// A condition on one column: part of `where`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The column.
    pub column: Reference,
    /// What its cell must be.
    pub test: Test,
}

/// What a cell must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// One of these texts.
    OneOf(Vec<String>),
    /// None of these texts.
    NoneOf(Vec<String>),
    /// A number within limits.
    Within(Box<Limits>),
    /// No figure at all, or some figure.
    Blank(bool),
}

/// Limits of a number, each a number, a column or an indicator.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Limits {
    /// Not below this.
    pub at_least: Option<Term>,
    /// Above this.
    pub above: Option<Term>,
    /// Below this.
    pub below: Option<Term>,
    /// Not above this.
    pub at_most: Option<Term>,
    /// Equal to this.
    pub equals: Option<Term>,
}

/// The keys of a condition on a column.
pub static LIMIT_KEYS: &[Key] = &[
    Key::optional("at_least", Holds::Term, "not below this"),
    Key::optional("above", Holds::Term, "above this"),
    Key::optional("below", Holds::Term, "below this"),
    Key::optional("at_most", Holds::Term, "not above this"),
    Key::optional("equals", Holds::Term, "equal to this number"),
    Key::optional("not", Holds::List(&Holds::Text), "none of these texts"),
    Key::optional(
        "blank",
        Holds::Flag,
        "true: the cell is empty; false: it is filled",
    ),
];

impl Limits {
    /// The limits that are stated.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        [
            &self.at_least,
            &self.above,
            &self.below,
            &self.at_most,
            &self.equals,
        ]
        .into_iter()
        .flatten()
    }
}

impl Condition {
    /// Columns and indicators of numbers it refers to; columns of text are not among
    /// them.
    pub fn references(&self) -> Vec<Reference> {
        match &self.test {
            Test::OneOf(_) | Test::NoneOf(_) | Test::Blank(_) => Vec::new(),
            Test::Within(limits) => std::iter::once(self.column.clone())
                .chain(limits.terms().filter_map(Term::reference).cloned())
                .collect(),
        }
    }
}

/// `where = { class = "county", region = ["London", …], population = { below = 200000 } }`.
pub(super) fn read_where(fields: &Fields<'_>) -> Vec<Condition> {
    let Some(table) = fields.table("where") else {
        return Vec::new();
    };
    table
        .entries()
        .into_iter()
        .filter_map(|(column, value)| {
            let path = table.path_of(&column);
            let test = if value.get_ref().is_table() {
                read_limits(table.file(), value, &path)?
            } else if value.get_ref().is_integer() || value.get_ref().is_float() {
                Test::Within(Box::new(Limits {
                    equals: Some(Term::number(table.file().number_in(value, &path)?)),
                    ..Limits::default()
                }))
            } else {
                let texts = table
                    .list(&column)
                    .into_iter()
                    .map(|value| read_group(table.file(), value, &path))
                    .collect::<Option<Vec<_>>>()?;
                Test::OneOf(texts)
            };
            refuse_itself(table.file(), value, (&column, &path), &test);
            Some(Condition {
                column: Reference {
                    name: IndicatorName::new(column),
                    place: table.file().place(value),
                },
                test,
            })
        })
        .collect()
}

/// A group's text, or its number.
fn read_group(file: &TomlFile<'_>, value: &Value<'_>, path: &str) -> Option<String> {
    match value.get_ref().is_integer() || value.get_ref().is_float() {
        true => file.number_in(value, path).map(|number| number.to_string()),
        false => file.text_in(value, path).map(str::to_string),
    }
}

/// A column is held against itself by whoever means "against mine": each authority would be
/// held against its own number.
fn refuse_itself(
    file: &TomlFile<'_>,
    value: &Value<'_>,
    (column, path): (&str, &str),
    test: &Test,
) {
    let Test::Within(limits) = test else {
        return;
    };
    let mut compared = limits.terms().filter_map(Term::reference);
    if compared.any(|reference| reference.name.as_str() == column) {
        file.push(
            Finding::error("unknown-condition", file.place(value))
                .found(format!("`{path}` with a limit of `{column}` itself"))
                .expected("a limit that is another column, an indicator or a number")
                .why("each authority is held against its own number, never against another's")
                .remedy("a place in order is a rank; sums over those before it have no kind"),
        );
    }
}

fn read_limits(file: &TomlFile<'_>, value: &Value<'_>, path: &str) -> Option<Test> {
    let range = file.table_in(value, path)?.described_by(LIMIT_KEYS);
    let limit = |key: &str| {
        let value = range.value(key)?;
        read_term(file, value, &range.path_of(key))
    };
    let limits = Limits {
        at_least: limit("at_least"),
        above: limit("above"),
        below: limit("below"),
        at_most: limit("at_most"),
        equals: limit("equals"),
    };
    let not: Vec<String> = range
        .list("not")
        .into_iter()
        .filter_map(|value| file.text_in(value, &range.path_of("not")))
        .map(str::to_string)
        .collect();
    if let Some(blank) = range.flag("blank") {
        range.finish();
        return Some(Test::Blank(blank));
    }
    let states_limits = limits.terms().next().is_some();
    if states_limits != not.is_empty() {
        file.push(
            Finding::error("unknown-condition", range.place())
                .found(if states_limits {
                    format!("`{path}` with numbers and with texts")
                } else {
                    format!("`{path}` without a limit")
                })
                .expected("at_least, above, below, at_most or equals with numbers or names; or not with texts")
                .remedy("write { at_least = 1, below = 10 }, or { not = [\"text\"] }"),
        );
    }
    range.finish();
    Some(if not.is_empty() {
        Test::Within(Box::new(limits))
    } else {
        Test::NoneOf(not)
    })
}

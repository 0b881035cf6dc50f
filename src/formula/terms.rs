//! Reading the parts that formula and scenario files share: names, terms, money, and
//! the marks that say where a number comes from.

use super::{FormulaReference, Money, Reference, Term};
use crate::findings::{Finding, did_you_mean};
use crate::ids::IndicatorName;
use crate::inputs::{Fields, TomlFile, Value};
use crate::units::{FinePounds, Pounds};

/// Marks where a number comes from, as text: `source`, `judgement`,
/// `illustrative`, `note`, or `sources` by key. Results do not depend on them; a
/// test holds the built-in formulas to having them.
pub(super) fn read_annotations(fields: &Fields<'_>) {
    for key in ["source", "judgement", "illustrative", "note"] {
        fields.text(key);
    }
    if let Some(table) = fields.table("sources") {
        for (key, value) in table.entries() {
            table.file().text_in(value, &table.path_of(&key));
        }
    }
}

pub(super) fn one_of<T: Copy>(
    fields: &Fields<'_>,
    key: &str,
    text: &str,
    words: &[(&'static str, T)],
) -> Option<T> {
    let known = words.iter().find(|(word, _)| *word == text);
    if known.is_none() {
        fields.file().push(
            Finding::error("unknown-word", fields.place_of(key))
                .found(format!("`{}` = \"{text}\"", fields.path_of(key)))
                .expected(format!(
                    "one of {}",
                    words
                        .iter()
                        .map(|(word, _)| format!("\"{word}\""))
                        .collect::<Vec<_>>()
                        .join(", ")
                ))
                .remedy(did_you_mean(text, words.iter().map(|(word, _)| *word))),
        );
    }
    known.map(|(_, value)| *value)
}

/// A column or indicator by name.
pub(super) fn read_reference(
    file: &TomlFile<'_>,
    value: &Value<'_>,
    path: &str,
) -> Option<Reference> {
    Some(Reference {
        name: IndicatorName::new(file.text_in(value, path)?),
        place: file.place(value),
    })
}

/// A number, a name, or `{ of = name, times = number }`.
pub(super) fn read_term(file: &TomlFile<'_>, value: &Value<'_>, path: &str) -> Option<Term> {
    if value.get_ref().is_str() {
        return read_reference(file, value, path).map(Term::Of);
    }
    if value.get_ref().is_table() {
        let table = file.table_in(value, path)?;
        read_annotations(&table);
        let of = match table.value("of") {
            Some(value) => read_reference(file, value, &table.path_of("of")),
            None => {
                table.missing("of", "a column or indicator");
                None
            }
        };
        let times = table.number("times").unwrap_or(1.0);
        table.finish();
        return of.map(|of| Term::Times(of, times));
    }
    file.number_in(value, path).map(Term::Number)
}

/// A list of terms; a lone term counts as a list of one.
pub(super) fn read_terms(fields: &Fields<'_>, key: &str) -> Option<Vec<Term>> {
    let path = fields.path_of(key);
    let items = fields.list(key);
    if items.is_empty() {
        fields.file().push(
            Finding::error("empty-list", fields.place_of(key))
                .found(format!("`{path}` has no parts"))
                .expected("at least one column, indicator or number")
                .remedy(format!("write {key} = [\"column\"]")),
        );
        return None;
    }
    let terms: Vec<Option<Term>> = items
        .into_iter()
        .map(|value| read_term(fields.file(), value, &path))
        .collect();
    terms.into_iter().collect()
}

pub(super) fn read_reference_of(
    fields: &Fields<'_>,
    key: &str,
    expected: &str,
) -> Option<Reference> {
    match fields.value(key) {
        Some(value) => read_reference(fields.file(), value, &fields.path_of(key)),
        None => {
            fields.missing(key, expected);
            None
        }
    }
}

/// `"column"` or `{ sum = [...] }`.
pub(super) fn read_amount_terms(fields: &Fields<'_>, key: &str) -> Option<Vec<Term>> {
    let value = fields.value(key)?;
    if value.get_ref().is_table() {
        let table = fields.table(key)?;
        read_annotations(&table);
        let terms = read_terms(&table, "sum");
        table.finish();
        return terms;
    }
    read_reference(fields.file(), value, &fields.path_of(key)).map(|r| vec![Term::Of(r)])
}

pub(super) fn read_pounds(fields: &Fields<'_>, key: &str, number: f64) -> Option<Pounds> {
    let pounds = FinePounds::from_f64(number).map(FinePounds::round);
    if pounds.is_none() {
        fields.file().push(
            Finding::error("number-out-of-range", fields.place_of(key))
                .found(number.to_string())
                .expected("a sum below a thousand trillion pounds")
                .remedy("write the sum in whole pounds"),
        );
    }
    pounds
}

/// `"name"`, `{ sum = [...] }` or `{ formula = "name" }`.
pub(crate) fn read_money(fields: &Fields<'_>, key: &str) -> Option<Money> {
    let Some(value) = fields.value(key) else {
        fields.missing(
            key,
            "a column, a baseline, { sum = [...] } or { formula = \"…\" }",
        );
        return None;
    };
    if value.get_ref().is_table() {
        let table = fields.table(key)?;
        return read_money_table(&table);
    }
    read_reference(fields.file(), value, &fields.path_of(key)).map(Money::Named)
}

/// The inside of `{ sum = [...] }`, `{ formula = "…" }` or `{ column = "…" }`.
fn read_money_table(table: &Fields<'_>) -> Option<Money> {
    read_annotations(table);
    let has = |key: &str| table.keys().iter().any(|known| known == key);
    let money = if has("formula") {
        table
            .text("formula")
            .map(|given| Money::Formula(FormulaReference::new(&given, table.place_of("formula"))))
    } else if has("column") {
        read_reference_of(table, "column", "a column").map(|r| Money::Sum(vec![Term::Of(r)]))
    } else {
        read_terms(table, "sum").map(Money::Sum)
    };
    table.finish();
    money
}

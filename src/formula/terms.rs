//! Reading the parts that formula and scenario files share: names, terms, money, and
//! the marks that say where a number comes from.

use super::{FormulaReference, Money, Reference, Term};
use crate::findings::{Finding, did_you_mean};
use crate::ids::IndicatorName;
use crate::inputs::grammar::{Holds, Key, Table};
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
    if value.get_ref().is_integer() || value.get_ref().is_float() {
        file.push(
            Finding::error("wrong-type", file.place(value))
                .found(format!("`{path}` is a number"))
                .expected("the name of a column or indicator")
                .remedy(
                    "make the number an indicator of its own, such as sum = [100], and name it",
                ),
        );
        return None;
    }
    Some(Reference {
        name: IndicatorName::new(file.text_in(value, path)?),
        place: file.place(value),
    })
}

/// A term as a table.
pub static TERM: Table = Table {
    name: "term",
    says: "A name times a number, or a number with its unit.",
    annotated: true,
    keys: &[
        Key::optional("of", Holds::Name, "a column or indicator"),
        Key::optional(
            "times",
            Holds::Number,
            "what it is multiplied by; 1 unless stated",
        ),
        Key::optional("number", Holds::Number, "instead of `of`: a number"),
        Key::optional(
            "unit",
            Holds::Text,
            "the unit of `number`, or of the whole term where `times` changes it",
        ),
    ],
};

/// A number, a name, `{ of = name, times = number }` or `{ number = …, unit = "…" }`.
pub(super) fn read_term(file: &TomlFile<'_>, value: &Value<'_>, path: &str) -> Option<Term> {
    if value.get_ref().is_str() {
        return read_reference(file, value, path).map(Term::of);
    }
    if value.get_ref().is_table() {
        let table = file.table_in(value, path)?.described_by(TERM.keys);
        read_annotations(&table);
        let of = table
            .value("of")
            .map(|value| read_reference(file, value, &table.path_of("of")));
        let number = table.number("number");
        let times = table.number("times");
        let unit = table.text("unit").unwrap_or_default();
        if of.is_none() && number.is_none() {
            table.missing("of", "a column or indicator");
        }
        if number.is_some() && (of.is_some() || times.is_some()) {
            file.push(
                Finding::error("term-of-two-kinds", table.place())
                    .found("`number` beside `of` or `times`")
                    .expected("{ of = \"name\", times = 2 } or { number = 2 }")
                    .remedy("delete what is not meant"),
            );
        }
        table.finish();
        return match (of, number) {
            (Some(of), _) => Some(Term {
                of: Some(of?),
                times: times.unwrap_or(1.0),
                unit,
                converts: times.is_some(),
            }),
            (None, number) => Some(Term {
                unit,
                ..Term::number(number?)
            }),
        };
    }
    file.number_in(value, path).map(Term::number)
}

/// A key's term, if it is there.
pub(super) fn read_term_of(fields: &Fields<'_>, key: &str) -> Option<Term> {
    let value = fields.value(key)?;
    read_term(fields.file(), value, &fields.path_of(key))
}

/// Exactly two terms.
pub(super) fn read_pair(fields: &Fields<'_>, key: &str) -> Option<(Term, Term)> {
    let value = fields.value(key)?;
    read_term_pair(fields.file(), value, &fields.path_of(key))
}

/// A list of exactly two terms.
pub(super) fn read_term_pair(
    file: &TomlFile<'_>,
    value: &Value<'_>,
    path: &str,
) -> Option<(Term, Term)> {
    let items: Vec<&Value<'_>> = match value.get_ref().as_array() {
        Some(items) => items.iter().collect(),
        None => vec![value],
    };
    let &[first, second] = items.as_slice() else {
        let key = path.rsplit('.').next().unwrap_or(path);
        file.push(
            Finding::error("wrong-type", file.place(value))
                .found(format!("`{path}` has {} parts", items.len()))
                .expected("two parts")
                .remedy(format!("write {key} = [\"first\", \"second\"]")),
        );
        return None;
    };
    let (first, second) = (read_term(file, first, path), read_term(file, second, path));
    first.zip(second)
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
    read_reference(fields.file(), value, &fields.path_of(key)).map(|r| vec![Term::of(r)])
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
        read_reference_of(table, "column", "a column").map(|r| Money::Sum(vec![Term::of(r)]))
    } else {
        read_terms(table, "sum").map(Money::Sum)
    };
    table.finish();
    money
}

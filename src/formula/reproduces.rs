//! `[[reproduces]]`: published results that a formula's own are held against.

use super::Reference;
use super::tables::REPRODUCES;
use super::terms::{read_annotations, read_reference};
use crate::findings::{Finding, Place};
use crate::ids::AuthorityCode;
use crate::inputs::Fields;

/// Published results that a formula's own are held against.
#[derive(Debug, Clone, PartialEq)]
pub struct Reproduces {
    /// Which of its results.
    pub what: Computed,
    /// What was published.
    pub official: Official,
    /// Greatest difference that counts as a match, in its unit.
    pub within: f64,
    /// Authorities known to differ, each with why.
    pub except: Vec<(AuthorityCode, String)>,
    /// Who published it.
    pub source: String,
    /// Where it is stated.
    pub place: Place,
}

/// A result of a formula.
#[derive(Debug, Clone, PartialEq)]
pub enum Computed {
    /// What is allocated.
    Amount,
    /// The need share.
    NeedShare,
    /// An indicator.
    Indicator(Reference),
}

/// Published results.
#[derive(Debug, Clone, PartialEq)]
pub enum Official {
    /// A column of the table; an authority whose cell is blank has none.
    Column(Reference),
    /// A number for each of these authorities.
    Stated(Vec<(AuthorityCode, f64)>),
}

impl Computed {
    /// Its name in files and results.
    pub fn name(&self) -> &str {
        match self {
            Self::Amount => "amount",
            Self::NeedShare => "need_share",
            Self::Indicator(of) => of.name.as_str(),
        }
    }
}

impl Official {
    /// Where it stands, in words.
    pub fn name(&self) -> &str {
        match self {
            Self::Column(of) => of.name.as_str(),
            Self::Stated(_) => "as stated in the formula file",
        }
    }
}

pub(super) fn read_reproduces(root: &Fields<'_>) -> Vec<Reproduces> {
    let tables = root.tables("reproduces").into_iter();
    tables
        .filter_map(|table| read_one(&table.described_by(REPRODUCES.keys)))
        .collect()
}

fn read_one(fields: &Fields<'_>) -> Option<Reproduces> {
    let what = match fields.value("what") {
        Some(value) => read_reference(fields.file(), value, &fields.path_of("what")),
        None => {
            fields.missing("what", "an indicator, \"amount\" or \"need_share\"");
            None
        }
    };
    let official = read_official(fields);
    let within = fields.required_number("within", "the greatest difference that is a match");
    if within.is_some_and(|within| within < 0.0) {
        fields.file().push(
            Finding::error("number-out-of-range", fields.place_of("within"))
                .found("a difference below zero")
                .expected("zero or above")
                .remedy("write 0 for an exact match"),
        );
    }
    let except = fields.table("except").map_or_else(Vec::new, |table| {
        table
            .entries()
            .into_iter()
            .filter_map(|(code, why)| {
                let why = table.file().text_in(why, &table.path_of(&code))?;
                Some((AuthorityCode::new(code), why.to_string()))
            })
            .collect()
    });
    let source = fields.text("source").unwrap_or_default();
    read_annotations(fields);
    fields.finish();
    let what = what?;
    Some(Reproduces {
        what: match what.name.as_str() {
            "amount" => Computed::Amount,
            "need_share" => Computed::NeedShare,
            _ => Computed::Indicator(what),
        },
        official: official?,
        within: within?,
        except,
        source,
        place: fields.place(),
    })
}

fn read_official(fields: &Fields<'_>) -> Option<Official> {
    let Some(value) = fields.value("official") else {
        fields.missing(
            "official",
            "a column, or a number for each code: { CODE = 1 }",
        );
        return None;
    };
    if !value.get_ref().is_table() {
        let column = read_reference(fields.file(), value, &fields.path_of("official"));
        return column.map(Official::Column);
    }
    let table = fields.table("official")?;
    let stated = table
        .entries()
        .into_iter()
        .filter_map(|(code, number)| {
            let number = table.file().number_in(number, &table.path_of(&code))?;
            Some((AuthorityCode::new(code), number))
        })
        .collect();
    Some(Official::Stated(stated))
}

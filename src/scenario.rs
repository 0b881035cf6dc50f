//! A scenario: what varies between runs. The spending to be met, the named
//! baselines that funding is compared with, the year.

use crate::findings::{Finding, Findings, Place};
use crate::formula::{Baseline, Money, Reference, Term, read_money_of_baseline};
use crate::ids::BaselineName;
use crate::inputs::grammar::{Holds, Key, Table};
use crate::inputs::named::{Named, open_named, stem};
use crate::inputs::{SourceFile, TomlFile};

/// What varies between runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// File name without `.toml`.
    pub name: String,
    /// Name for readers.
    pub title: String,
    /// The data package it is for.
    pub dataset: String,
    /// Financial year.
    pub year: String,
    /// Spending to be met, per authority.
    pub spending: Vec<Term>,
    /// What funding is compared with, and what guarantees may refer to.
    pub baselines: Vec<Baseline>,
}

impl Scenario {
    /// Columns that spending and baselines name.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        let baselines = self
            .baselines
            .iter()
            .flat_map(|baseline| match &baseline.money {
                Money::Named(reference) => vec![reference],
                Money::Sum(terms) => terms.iter().filter_map(Term::reference).collect(),
                Money::Formula(_) | Money::Run(_) => Vec::new(),
            });
        self.spending
            .iter()
            .filter_map(Term::reference)
            .chain(baselines)
    }
}

/// A scenario file.
pub static SCENARIO: Table = Table {
    name: "scenario",
    says: "What varies between runs: the spending to be met, and what funding is compared with.",
    annotated: true,
    keys: &[
        Key::required("title", Holds::Text, "a name for readers"),
        Key::required("dataset", Holds::Text, "the data package it is for"),
        Key::required(
            "year",
            Holds::Text,
            "the financial year, such as \"2024-25\"",
        ),
        Key::required(
            "spending",
            Holds::Money,
            "spending per authority; its total is the spending to be met",
        ),
        Key::optional(
            "baselines",
            Holds::Map(&Holds::Money),
            "what funding is compared with, by name, and what guarantees may refer to",
        ),
    ],
};

/// Scenario files, and what may be laid over them.
pub const SCENARIOS: Named = Named {
    word: "scenario",
    unknown: "unknown-scenario",
    folder: "inputs/scenarios",
    overlays: "inputs/scenarios/overlays",
};

/// Reads a scenario by path (if it contains `/` or ends in `.toml`) or built-in name, with
/// overlays after `+`.
pub fn open_scenario(name: &str, findings: &mut Findings) -> Option<(Scenario, Vec<SourceFile>)> {
    let files = open_named(name, SCENARIOS, &Place::option("--scenario"), findings)?;
    let scenario = read_layers(stem(name), &files, findings)?;
    Some((scenario, files))
}

/// Reads a scenario from a file's text.
pub fn read_scenario(name: String, file: &SourceFile, findings: &mut Findings) -> Option<Scenario> {
    read_layers(name, std::slice::from_ref(file), findings)
}

fn read_layers(name: String, files: &[SourceFile], findings: &mut Findings) -> Option<Scenario> {
    let toml = TomlFile::parse_layers(files, findings)?;
    let scenario = read_root(name, &toml);
    findings.append(toml.into_findings());
    scenario
}

fn read_root(name: String, toml: &TomlFile<'_>) -> Option<Scenario> {
    let root = toml.root().described_by(SCENARIO.keys);
    let title = root.required_text("title", "a name for readers");
    let dataset = root.required_text("dataset", "the data package it is for");
    let year = root.required_text("year", "the financial year, such as \"2024-25\"");
    let spending = match read_money_of_baseline(&root, "spending") {
        Some(Money::Sum(terms)) => Some(terms),
        Some(Money::Named(reference)) => Some(vec![Term::of(reference)]),
        Some(Money::Formula(reference)) => {
            toml.push(
                Finding::error("wrong-type", reference.place)
                    .found("spending stated by a formula")
                    .expected("columns: { sum = [\"column\", …] }")
                    .remedy("name the columns of what is to be spent"),
            );
            None
        }
        Some(Money::Run(_)) | None => None,
    };
    let mut baselines = Vec::new();
    if let Some(table) = root.table("baselines") {
        for (name, _) in table.entries() {
            if let Some(money) = read_money_of_baseline(&table, &name) {
                baselines.push(Baseline {
                    name: BaselineName::new(name),
                    money,
                });
            }
        }
    }
    for key in ["source", "note"] {
        root.text(key);
    }
    root.finish();
    Some(Scenario {
        name,
        title: title?,
        dataset: dataset?,
        year: year?,
        spending: spending?,
        baselines,
    })
}

//! From results to charts: which kinds there are, and the specs that each is drawn
//! from. A new kind is one entry of [`ChartKind::ALL`], one arm of [`specs`] and one
//! file in `charts/`.

use rayon::prelude::*;

use super::chart::Chart;
use super::charts::{
    AuthorityChange, Baseline, BaselineKind, Comparator, DeprivationPoint, Group, GroupChange,
    GroupChanges, GroupPanel, Outcome, PerHeadByDeprivation, Totals, WinnersLosers,
    change_by_deprivation, change_by_region, per_head_by_deprivation, winners_losers,
};
use crate::compare::{self, Comparison, Grouping, deprivation, per_head};
use crate::findings::did_you_mean;
use crate::ids::{BaselineName, IndicatorName};
use crate::results::FormulaResult;
use crate::study::Study;
use crate::units::Persons;

/// A kind of chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartKind {
    /// Diverging bars of every authority's change, one chart for each baseline.
    WinnersLosers,
    /// £ per head against deprivation.
    PerHeadByDeprivation,
    /// Change by region.
    ChangeByRegion,
    /// Change by deprivation decile.
    ChangeByDeprivation,
}

impl ChartKind {
    /// Every kind with its name on the command line.
    pub const ALL: [(&'static str, Self); 4] = [
        ("winners_losers", Self::WinnersLosers),
        ("per_head_by_deprivation", Self::PerHeadByDeprivation),
        ("change_by_region", Self::ChangeByRegion),
        ("change_by_deprivation", Self::ChangeByDeprivation),
    ];

    /// `all`, `none`, or names joined by commas; `Err` names what is unknown.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, String> {
        match text.trim() {
            "all" => return Ok(Self::ALL.map(|(_, kind)| kind).to_vec()),
            "none" => return Ok(Vec::new()),
            _ => {}
        }
        text.split(',')
            .map(|name| {
                let name = name.trim();
                let known = Self::ALL.iter().find(|(known, _)| *known == name);
                known.map(|(_, kind)| *kind).ok_or_else(|| {
                    let names = Self::ALL.map(|(name, _)| name);
                    format!(
                        "there is no chart `{name}`; {}",
                        did_you_mean(name, names.iter().copied())
                    )
                })
            })
            .collect()
    }
}

/// Draws charts of one formula: SVG, PNG and data, by file name.
pub fn draw(
    study: &Study,
    result: &FormulaResult,
    kinds: &[ChartKind],
) -> Result<Vec<(String, Vec<u8>)>, String> {
    let drawings: Vec<Drawing> = kinds
        .iter()
        .flat_map(|kind| specs(*kind, study, result))
        .collect();
    let drawn: Result<Vec<Vec<(String, Vec<u8>)>>, String> = drawings
        .into_par_iter()
        .map(|drawing| {
            let chart = drawing.chart();
            let png = chart
                .to_png()
                .map_err(|error| format!("cannot draw {}: {error}", chart.name))?;
            Ok(vec![
                (format!("{}.svg", chart.name), chart.to_svg().into_bytes()),
                (format!("{}.png", chart.name), png),
                (format!("{}.csv", chart.name), chart.data.into_bytes()),
            ])
        })
        .collect();
    Ok(drawn?.into_iter().flatten().collect())
}

/// A chart to be drawn.
enum Drawing {
    WinnersLosers(WinnersLosers),
    PerHead(PerHeadByDeprivation),
    Region(GroupChanges),
    Deprivation(GroupChanges),
}

impl Drawing {
    fn chart(&self) -> Chart {
        match self {
            Self::WinnersLosers(spec) => winners_losers(spec),
            Self::PerHead(spec) => per_head_by_deprivation(spec),
            Self::Region(spec) => change_by_region(spec),
            Self::Deprivation(spec) => change_by_deprivation(spec),
        }
    }
}

/// The charts of a kind: none where the data lack what it shows.
fn specs(kind: ChartKind, study: &Study, result: &FormulaResult) -> Vec<Drawing> {
    match kind {
        ChartKind::WinnersLosers => result
            .comparisons
            .iter()
            .map(|comparison| {
                Drawing::WinnersLosers(winners_losers_spec(study, result, comparison))
            })
            .collect(),
        ChartKind::PerHeadByDeprivation => per_head_spec(study, result)
            .map(Drawing::PerHead)
            .into_iter()
            .collect(),
        ChartKind::ChangeByRegion => Grouping::by_region(&study.dataset.register)
            .map(|grouping| Drawing::Region(group_spec(study, result, &grouping)))
            .into_iter()
            .collect(),
        ChartKind::ChangeByDeprivation => Grouping::by_deprivation(&study.dataset, 10)
            .map(|grouping| {
                let mut spec = group_spec(study, result, &grouping);
                spec.notes.push(
                    "Deciles hold equal numbers of authorities, ranked by average score."
                        .to_string(),
                );
                Drawing::Deprivation(spec)
            })
            .into_iter()
            .collect(),
    }
}

/// A baseline in a chart's words.
fn baseline(name: &BaselineName) -> Baseline {
    let (title, phrase, kind) = match name.as_str() {
        "spending-today" => ("Spending today", "spending today", BaselineKind::Spending),
        "council-tax-base" => (
            "Council Tax base",
            "sharing by Council Tax base",
            BaselineKind::Funding,
        ),
        other => (other, other, BaselineKind::Funding),
    };
    Baseline {
        title: title.to_string(),
        phrase: phrase.to_string(),
        kind,
    }
}

fn people(count: Option<Persons>) -> f64 {
    count.map_or(0.0, |count| count.0)
}

/// Where the figures come from, for the line below every chart.
fn source(study: &Study) -> String {
    let mut parts = vec![match &study.scenario {
        Some(scenario) => format!("needshare, {}", scenario.title),
        None => format!("needshare, {}", study.dataset.title),
    }];
    parts.extend(study.dataset.attribution.iter().cloned());
    parts.join(". ").replace("..", ".")
}

/// What a reader of any chart must know about the data.
fn notes(study: &Study) -> Vec<String> {
    let filled = &study.dataset.filled;
    let mut names: Vec<&str> = filled.iter().map(|f| f.name.as_str()).collect();
    names.dedup();
    if names.is_empty() {
        return Vec::new();
    }
    let mut reasons: Vec<&str> = filled.iter().map(|f| f.reason.as_str()).collect();
    reasons.dedup();
    vec![format!("{}.", reasons.join("; "))]
}

fn winners_losers_spec(
    study: &Study,
    result: &FormulaResult,
    comparison: &Comparison,
) -> WinnersLosers {
    let register = &study.dataset.register;
    let rows = comparison
        .changes
        .enumerate()
        .map(|(at, change)| AuthorityChange {
            code: register[at].code.to_string(),
            name: register[at].name.clone(),
            change_gbp: change.change.0,
            change_pct: change.per_cent.map_or(0.0, |p| p.0),
            change_per_head_gbp: change.per_head.unwrap_or(0.0),
            outcome: match change.outcome {
                compare::Outcome::Winner => Outcome::Winner,
                compare::Outcome::Loser => Outcome::Loser,
                compare::Outcome::Unchanged => Outcome::Unchanged,
            },
            left_out: register[at].left_out_of_rankings,
        })
        .collect();
    let total = &comparison.total;
    WinnersLosers {
        formula_title: result.formula.title.clone(),
        baseline: baseline(&comparison.baseline),
        tolerance_pct: comparison.tolerance.0,
        rows,
        totals: Totals {
            winners: total.winners,
            losers: total.losers,
            unchanged: total.authorities - total.winners - total.losers,
            people_in_winners: people(total.people_in_winners),
            people_in_losers: people(total.people_in_losers),
            money_moved_gbp: comparison.money_moved.0,
        },
        source: source(study),
        notes: notes(study),
    }
}

fn per_head_spec(study: &Study, result: &FormulaResult) -> Option<PerHeadByDeprivation> {
    let dataset = &study.dataset;
    let register = &dataset.register;
    let scores = deprivation(dataset)?;
    register.population()?;
    let shown: Vec<_> = register
        .positions()
        .filter(|at| !register[*at].left_out_of_rankings)
        .collect();
    let points = shown
        .iter()
        .map(|&at| {
            let funding = result.solved.allocation.funding[at];
            Some(DeprivationPoint {
                code: register[at].code.to_string(),
                name: register[at].name.clone(),
                deprivation: scores[at],
                population: register[at].population?.0,
                formula_per_head: per_head(funding, register[at].population)?,
            })
        })
        .collect::<Option<Vec<_>>>()?;
    let comparators = result
        .comparisons
        .iter()
        .map(|comparison| Comparator {
            label: baseline(&comparison.baseline).title,
            per_head: shown
                .iter()
                .filter_map(|&at| {
                    per_head(comparison.changes[at].baseline, register[at].population)
                })
                .collect(),
        })
        .collect();
    let column = dataset.roles.deprivation.as_deref()?;
    let described = dataset.columns.get(&IndicatorName::new(column))?;
    let title = if described.title.is_empty() {
        column.replace('_', " ")
    } else {
        described.title.clone()
    };
    let left_out: Vec<&str> = register
        .iter()
        .filter(|authority| authority.left_out_of_rankings)
        .map(|authority| authority.name.as_str())
        .collect();
    let mut notes = notes(study);
    if !left_out.is_empty() {
        notes.push(format!("Not shown, as too small: {}.", left_out.join(", ")));
    }
    Some(PerHeadByDeprivation {
        formula_title: result.formula.title.clone(),
        points,
        comparators,
        deprivation_title: title,
        source: source(study),
        notes,
    })
}

fn group_spec(study: &Study, result: &FormulaResult, grouping: &Grouping) -> GroupChanges {
    let register = &study.dataset.register;
    let mut groups = Vec::new();
    let mut panels = Vec::new();
    for comparison in &result.comparisons {
        let changes = comparison.by_group(&result.solved.allocation, register, grouping);
        groups = changes
            .iter()
            .map(|group| Group {
                label: group.label.clone(),
                authorities: group.authorities,
                population: people(group.population),
            })
            .collect();
        panels.push(GroupPanel {
            baseline: baseline(&comparison.baseline),
            values: changes
                .iter()
                .map(|group| GroupChange {
                    change_gbp: group.change().0,
                    change_pct: group.per_cent().map_or(0.0, |p| p.0),
                    change_per_head_gbp: group.change_per_head().unwrap_or(0.0),
                    winners: group.winners,
                    losers: group.losers,
                })
                .collect(),
        });
    }
    GroupChanges {
        formula_title: result.formula.title.clone(),
        tolerance_pct: result.comparisons.first().map_or(0.5, |c| c.tolerance.0),
        groups,
        panels,
        source: source(study),
        notes: notes(study),
    }
}

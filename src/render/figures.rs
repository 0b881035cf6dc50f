//! From results to charts: which kinds there are, and the specs that each is drawn
//! from. A new kind is one entry of [`ChartKind::ALL`], one arm of [`specs`] and one
//! file in `charts/`.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::chart::Chart;
use super::charts::{
    AuthorityChange, Baseline, Comparator, DeprivationPoint, Group, GroupChange, GroupChanges,
    GroupPanel, Outcome, PerHeadByDeprivation, Tenth, Totals, WinnersLosers, change_by_deprivation,
    change_by_region, per_head_by_deprivation, winners_losers,
};
use super::figure_words::{TENTHS, baseline, not_drawn_note, notes, setting, source, tenths_note};
use super::figures_of_many;
use crate::benchmark::{Benchmark, Yardstick};
use crate::compare::{self, Comparison, per_head};
use crate::explain::Explanation;
use crate::findings::did_you_mean;
use crate::grouping::{Grouping, deprivation};
use crate::ids::IndicatorName;
use crate::inputs::Dataset;
use crate::register::{Position, Register};
use crate::results::FormulaResult;
use crate::study::Study;
use crate::units::Pounds;

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
    /// Formulas by region: change in per cent, one chart for each baseline.
    FormulaByRegion,
    /// Every authority's rank by £ per head under each formula.
    RankSlope,
    /// Lorenz curves of funding beside need.
    Lorenz,
    /// Concentration curves of funding by deprivation.
    Concentration,
    /// How far each authority is from need, a strip for each formula.
    DistanceFromNeed,
    /// Every formula by every formula's need.
    YardstickMatrix,
    /// One authority from population to pounds.
    Waterfall,
}

impl ChartKind {
    /// Every kind with its name on the command line.
    pub const ALL: [(&'static str, Self); 11] = [
        ("winners_losers", Self::WinnersLosers),
        ("per_head_by_deprivation", Self::PerHeadByDeprivation),
        ("change_by_region", Self::ChangeByRegion),
        ("change_by_deprivation", Self::ChangeByDeprivation),
        ("formula_by_region", Self::FormulaByRegion),
        ("rank_slope", Self::RankSlope),
        ("lorenz", Self::Lorenz),
        ("concentration", Self::Concentration),
        ("distance_from_need", Self::DistanceFromNeed),
        ("yardstick_matrix", Self::YardstickMatrix),
        ("waterfall", Self::Waterfall),
    ];

    /// Kinds that `compare` draws.
    pub const OF_COMPARE: [Self; 6] = [
        Self::WinnersLosers,
        Self::PerHeadByDeprivation,
        Self::ChangeByRegion,
        Self::ChangeByDeprivation,
        Self::FormulaByRegion,
        Self::RankSlope,
    ];

    /// Kinds that `benchmark` draws.
    pub const OF_BENCHMARK: [Self; 6] = [
        Self::Lorenz,
        Self::Concentration,
        Self::DistanceFromNeed,
        Self::YardstickMatrix,
        Self::RankSlope,
        Self::FormulaByRegion,
    ];

    /// A kind by its name; `Err` names what is unknown.
    pub fn parse(name: &str) -> Result<Self, String> {
        let name = name.trim();
        let known = Self::ALL.iter().find(|(known, _)| *known == name);
        known.map(|(_, kind)| *kind).ok_or_else(|| {
            let names = Self::ALL.map(|(name, _)| name);
            format!(
                "there is no chart `{name}`; {}",
                did_you_mean(name, names.iter().copied())
            )
        })
    }

    /// `all`, `none`, or names joined by commas, of the kinds that a command draws; `Err`
    /// names what is unknown.
    pub fn parse_list(text: &str, of_command: &[Self]) -> Result<Vec<Self>, String> {
        match text.trim() {
            "all" => return Ok(of_command.to_vec()),
            "none" => return Ok(Vec::new()),
            _ => {}
        }
        text.split(',')
            .map(|name| {
                let kind = Self::parse(name)?;
                match of_command.contains(&kind) {
                    true => Ok(kind),
                    false => Err(format!(
                        "this command does not draw {0}; needshare chart {0} does",
                        name.trim()
                    )),
                }
            })
            .collect()
    }
}

/// What charts are drawn from.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// Data, scenario and formulas.
    pub study: &'a Study,
    /// Results of formulas, the leading one first.
    pub results: &'a [FormulaResult],
    /// Measured by yardsticks, the main one first, where that was asked.
    pub benchmark: Option<(&'a Benchmark, &'a [Yardstick<'a>])>,
    /// One authority of the first formula explained, where that was asked.
    pub explanation: Option<&'a Explanation>,
}

/// A file's name and content.
type NamedFile = (String, Vec<u8>);

/// Draws charts: SVG, PNG and data, by file name.
pub fn draw(scene: Scene<'_>, kinds: &[ChartKind]) -> Result<Vec<NamedFile>, String> {
    let drawn: Result<Vec<[NamedFile; 3]>, String> =
        charts(scene, kinds).into_par_iter().map(files).collect();
    Ok(drawn?.into_iter().flatten().collect())
}

/// Charts of some kinds, each with a name of its own.
pub fn charts(scene: Scene<'_>, kinds: &[ChartKind]) -> Vec<Chart> {
    let drawings: Vec<Drawing<'_>> = kinds.iter().flat_map(|kind| specs(*kind, scene)).collect();
    let mut charts: Vec<Chart> = drawings.par_iter().map(|drawing| drawing()).collect();
    let currency = scene.study.currency();
    for chart in &mut charts {
        chart.picture.put_into(currency);
    }
    tell_apart(&mut charts);
    charts
}

/// A chart's three files.
fn files(chart: Chart) -> Result<[NamedFile; 3], String> {
    let png = chart
        .to_png()
        .map_err(|error| format!("cannot draw {}: {error}", chart.name))?;
    Ok([
        (format!("{}.svg", chart.name), chart.to_svg().into_bytes()),
        (format!("{}.png", chart.name), png),
        (format!("{}.csv", chart.name), chart.data.into_bytes()),
    ])
}

/// Numbers charts of the same name, so that none replaces another.
fn tell_apart(charts: &mut [Chart]) {
    let mut taken = BTreeSet::new();
    for chart in charts {
        let name = chart.name.clone();
        let mut number = 2;
        while !taken.insert(chart.name.clone()) {
            chart.name = format!("{name}_{number}");
            number += 1;
        }
    }
}

/// A chart to be drawn.
pub(super) type Drawing<'a> = Box<dyn Fn() -> Chart + Send + Sync + 'a>;

/// The charts of a kind: none where the data lack what it shows.
fn specs(kind: ChartKind, scene: Scene<'_>) -> Vec<Drawing<'_>> {
    let study = scene.study;
    let Some(result) = scene.results.first() else {
        return Vec::new();
    };
    match kind {
        ChartKind::WinnersLosers => result
            .comparisons
            .iter()
            .map(|comparison| {
                let spec = winners_losers_spec(study, result, comparison);
                Box::new(move || winners_losers(&spec)) as Drawing<'_>
            })
            .collect(),
        ChartKind::PerHeadByDeprivation => {
            one(per_head_spec(study, result), per_head_by_deprivation)
        }
        ChartKind::ChangeByRegion => one(
            Grouping::by_region(&study.dataset.register)
                .and_then(|grouping| group_spec(study, result, &grouping)),
            change_by_region,
        ),
        ChartKind::ChangeByDeprivation => one(
            Grouping::by_deprivation(&study.dataset, TENTHS)
                .and_then(|grouping| group_spec(study, result, &grouping))
                .map(|mut spec| {
                    let measure = Measure::of(&study.dataset);
                    spec.notes
                        .extend(measure.map(|measure| tenths_note(&measure.title)));
                    spec
                }),
            change_by_deprivation,
        ),
        ChartKind::FormulaByRegion => figures_of_many::formulas_by_region(scene),
        ChartKind::RankSlope => figures_of_many::ranks(scene),
        ChartKind::Lorenz => figures_of_many::lorenz(scene),
        ChartKind::Concentration => figures_of_many::concentration(scene),
        ChartKind::DistanceFromNeed => figures_of_many::distances(scene),
        ChartKind::YardstickMatrix => figures_of_many::matrix(scene),
        ChartKind::Waterfall => figures_of_many::walk(scene),
    }
}

/// A chart of a spec, if there is one.
pub(super) fn one<'a, T: Send + Sync + 'a>(
    spec: Option<T>,
    draw: fn(&T) -> Chart,
) -> Vec<Drawing<'a>> {
    spec.map(|spec| Box::new(move || draw(&spec)) as Drawing<'a>)
        .into_iter()
        .collect()
}

/// The comparisons that show anything, and a note for each other one.
fn telling<'a>(study: &Study, result: &'a FormulaResult) -> (Vec<&'a Comparison>, Vec<String>) {
    let register = &study.dataset.register;
    let (still, telling): (Vec<&Comparison>, Vec<&Comparison>) =
        result.comparisons.iter().partition(|comparison| {
            authority_changes(register, comparison)
                .iter()
                .all(AuthorityChange::shows_nothing)
        });
    let notes: BTreeSet<String> = still
        .into_iter()
        .map(|comparison| {
            let almost = if comparison.money_moved == Pounds::ZERO {
                ""
            } else {
                "all but "
            };
            format!(
                "No panel for {}: funding would be {almost}the same.",
                baseline(&comparison.baseline).phrase
            )
        })
        .collect();
    (telling, notes.into_iter().collect())
}

fn authority_changes(register: &Register, comparison: &Comparison) -> Vec<AuthorityChange> {
    comparison
        .changes
        .enumerate()
        .map(|(at, change)| AuthorityChange {
            code: register[at].code.to_string(),
            name: register[at].name.to_string(),
            change_gbp: change.change.0,
            change_pct: change.per_cent.map(|per_cent| per_cent.0),
            change_per_head_gbp: change.per_head,
            outcome: match change.outcome {
                compare::Outcome::Winner => Outcome::Winner,
                compare::Outcome::Loser => Outcome::Loser,
                compare::Outcome::Unchanged => Outcome::Unchanged,
            },
            left_out: register[at].left_out_of_rankings,
        })
        .collect()
}

fn winners_losers_spec(
    study: &Study,
    result: &FormulaResult,
    comparison: &Comparison,
) -> WinnersLosers {
    let total = &comparison.total;
    let baseline = baseline(&comparison.baseline);
    let rows = authority_changes(&study.dataset.register, comparison);
    let shows_per_head = rows
        .iter()
        .any(|row| !row.left_out && row.change_per_head_gbp.is_some());
    let notes = notes(
        study,
        result,
        shows_per_head,
        std::slice::from_ref(&baseline),
    );
    WinnersLosers {
        setting: setting(study),
        formula_title: result.formula.title.clone(),
        baseline,
        tolerance_pct: comparison.tolerance.0,
        rows,
        totals: Totals {
            winners: total.winners,
            losers: total.losers,
            unchanged: total.authorities - total.winners - total.losers,
            people_in_winners: total.people_in_winners.map(|people| people.0),
            people_in_losers: total.people_in_losers.map(|people| people.0),
            money_moved_gbp: comparison.money_moved.0,
            change_in_all_gbp: total.change().0,
        },
        source: source(&study.dataset.attribution),
        notes,
    }
}

/// The measure of deprivation, in words.
struct Measure {
    /// With its year and unit: `Index of Multiple Deprivation 2025, average score`.
    title: String,
    /// What authorities are ranked by: `average score`.
    unit: String,
}

impl Measure {
    /// As the dataset describes the column; none where no column measures deprivation.
    fn of(dataset: &Dataset) -> Option<Self> {
        let name = dataset.roles.deprivation.as_deref()?;
        let column = dataset.columns.get(&IndicatorName::new(name))?;
        Some(Self::new(name, &column.title, &column.year, &column.unit))
    }

    fn new(name: &str, title: &str, year: &str, unit: &str) -> Self {
        let mut title = match title {
            "" => name.replace('_', " "),
            _ => title.to_string(),
        };
        if !title.contains(year) {
            title = format!("{title} {year}");
        }
        // Scores are given to neighbourhoods: an authority's is their average.
        let unit = match unit {
            "score" => "average score",
            other => other,
        };
        if unit.is_empty() {
            return Self {
                unit: title.clone(),
                title,
            };
        }
        if !title.contains(unit) {
            title = format!("{title}, {unit}");
        }
        Self {
            title,
            unit: unit.to_string(),
        }
    }
}

fn per_head_spec(study: &Study, result: &FormulaResult) -> Option<PerHeadByDeprivation> {
    let dataset = &study.dataset;
    let register = &dataset.register;
    let scores = deprivation(dataset)?;
    let measure = Measure::of(dataset)?;
    register.population()?;
    let tenths = Grouping::by_deprivation(dataset, TENTHS);
    let tenth = |at: Position| match tenths.as_ref()?.group[at] {
        0 => Some(Tenth::Most),
        last if last == TENTHS - 1 => Some(Tenth::Least),
        _ => None,
    };
    let shown: Vec<(Position, DeprivationPoint)> = register
        .positions()
        .filter_map(|at| {
            let authority = &register[at];
            let funding = result.solved.allocation.funding[at];
            let point = DeprivationPoint {
                code: authority.code.to_string(),
                name: authority.name.to_string(),
                deprivation: scores[at],
                population: authority.population?.0,
                formula_per_head: per_head(funding, authority.population)?,
                tenth: tenth(at),
                drawn: !authority.left_out_of_rankings,
            };
            Some((at, point))
        })
        .collect();
    let (comparisons, mut unshown) = telling(study, result);
    let baselines: Vec<Baseline> = comparisons
        .iter()
        .map(|comparison| baseline(&comparison.baseline))
        .collect();
    let comparators = comparisons
        .iter()
        .zip(&baselines)
        .map(|(comparison, baseline)| Comparator {
            label: baseline.title.clone(),
            per_head: shown
                .iter()
                .filter_map(|(at, _)| {
                    per_head(comparison.changes[*at].baseline, register[*at].population)
                })
                .collect(),
        })
        .collect();
    let mut notes = notes(study, result, true, &baselines);
    if tenths.is_some() {
        notes.insert(0, tenths_note(&measure.unit));
    }
    notes.append(&mut unshown);
    notes.extend(not_drawn_note(register, tenths.is_some()));
    Some(PerHeadByDeprivation {
        setting: setting(study),
        formula_title: result.formula.title.clone(),
        points: shown.into_iter().map(|(_, point)| point).collect(),
        comparators,
        deprivation_title: measure.title,
        source: source(&dataset.attribution),
        notes,
    })
}

/// None where changes per head are not known: then there is nothing to draw.
fn group_spec(study: &Study, result: &FormulaResult, grouping: &Grouping) -> Option<GroupChanges> {
    let register = &study.dataset.register;
    let by_group = |comparison: &Comparison| {
        comparison.by_group(&result.solved.allocation, register, grouping)
    };
    let groups = by_group(result.comparisons.first()?)
        .into_iter()
        .map(|group| {
            Some(Group {
                label: group.label,
                authorities: group.authorities,
                population: group.population?.0,
            })
        })
        .collect::<Option<_>>()?;
    let (comparisons, mut unshown) = telling(study, result);
    let panels: Vec<GroupPanel> = comparisons
        .into_iter()
        .map(|comparison| {
            let values = by_group(comparison)
                .iter()
                .map(|group| {
                    Some(GroupChange {
                        change_gbp: group.change().0,
                        change_pct: group.per_cent().map(|per_cent| per_cent.0),
                        change_per_head_gbp: group.change_per_head()?,
                        winners: group.winners,
                        losers: group.losers,
                    })
                })
                .collect::<Option<_>>()?;
            Some(GroupPanel {
                baseline: baseline(&comparison.baseline),
                values,
            })
        })
        .collect::<Option<_>>()?;
    let baselines: Vec<Baseline> = panels.iter().map(|panel| panel.baseline.clone()).collect();
    let mut notes = notes(study, result, true, &baselines);
    notes.append(&mut unshown);
    Some(GroupChanges {
        setting: setting(study),
        formula_title: result.formula.title.clone(),
        tolerance_pct: result.comparisons.first()?.tolerance.0,
        groups,
        panels,
        source: source(&study.dataset.attribution),
        notes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::picture::Picture;

    #[test]
    fn a_measure_has_its_year_and_unit_once() {
        let words = |title, year, unit| {
            let measure = Measure::new("own_measure", title, year, unit);
            (measure.title, measure.unit)
        };
        let pair = |title: &str, unit: &str| (title.to_string(), unit.to_string());
        assert_eq!(
            words("Index of Multiple Deprivation", "2025", "score"),
            pair(
                "Index of Multiple Deprivation 2025, average score",
                "average score"
            )
        );
        assert_eq!(
            words("Index 2025, average score", "2025", "average score"),
            pair("Index 2025, average score", "average score")
        );
        assert_eq!(words("", "", ""), pair("own measure", "own measure"));
    }

    #[test]
    fn charts_of_one_name_are_numbered() {
        let chart = |name: &str| Chart {
            name: name.into(),
            picture: Picture::new(1.0, 1.0),
            data: String::new(),
        };
        let mut charts = ["a", "a", "a_2", "b", "a"].map(chart);
        tell_apart(&mut charts);
        let names = charts.each_ref().map(|chart| chart.name.as_str());
        assert_eq!(names, ["a", "a_2", "a_2_2", "b", "a_3"]);
    }
}

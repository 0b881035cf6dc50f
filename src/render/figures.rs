//! From results to charts: which kinds there are, and the specs that each is drawn
//! from. A new kind is one entry of [`ChartKind::ALL`], one arm of [`specs`] and one
//! file in `charts/`.

use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;

use super::chart::Chart;
use super::charts::{
    AuthorityChange, Baseline, BaselineKind, Comparator, DeprivationPoint, Group, GroupChange,
    GroupChanges, GroupPanel, Outcome, PerHeadByDeprivation, Tenth, Totals, WinnersLosers,
    change_by_deprivation, change_by_region, per_head_by_deprivation, winners_losers, wording,
};
use crate::compare::{self, Comparison, Grouping, deprivation, per_head};
use crate::findings::did_you_mean;
use crate::formula::Provenance;
use crate::ids::{BaselineName, IndicatorName};
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

/// A file's name and content.
type NamedFile = (String, Vec<u8>);

/// Draws charts of one formula: SVG, PNG and data, by file name.
pub fn draw(
    study: &Study,
    result: &FormulaResult,
    kinds: &[ChartKind],
) -> Result<Vec<NamedFile>, String> {
    let drawings: Vec<Drawing> = kinds
        .iter()
        .flat_map(|kind| specs(*kind, study, result))
        .collect();
    let mut charts: Vec<Chart> = drawings.par_iter().map(Drawing::chart).collect();
    tell_apart(&mut charts);
    let drawn: Result<Vec<[NamedFile; 3]>, String> = charts.into_par_iter().map(files).collect();
    Ok(drawn?.into_iter().flatten().collect())
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
            .and_then(|grouping| group_spec(study, result, &grouping))
            .map(Drawing::Region)
            .into_iter()
            .collect(),
        ChartKind::ChangeByDeprivation => Grouping::by_deprivation(&study.dataset, TENTHS)
            .and_then(|grouping| group_spec(study, result, &grouping))
            .map(|mut spec| {
                let measure = Measure::of(&study.dataset);
                spec.notes
                    .extend(measure.map(|measure| tenths_note(&measure.title)));
                Drawing::Deprivation(spec)
            })
            .into_iter()
            .collect(),
    }
}

/// Groups of authorities by deprivation that charts show and compare.
const TENTHS: usize = 10;

/// What tenths are, wherever a chart has them.
fn tenths_note(ranked_by: &str) -> String {
    format!(
        "Tenths: equal numbers of authorities, ranked by {ranked_by}; £ per head pooled (all pounds ÷ all people)."
    )
}

/// A baseline in a chart's words.
fn baseline(name: &BaselineName) -> Baseline {
    let (title, phrase, kind) = match name.as_str() {
        "spending-today" => (
            "Spending today".to_string(),
            "spending today".to_string(),
            BaselineKind::Spending,
        ),
        "council-tax-base" => (
            "Council Tax base".to_string(),
            "sharing by Council Tax base".to_string(),
            BaselineKind::Funding,
        ),
        other => {
            let phrase = in_words(other);
            (wording::capitalised(&phrase), phrase, BaselineKind::Funding)
        }
    };
    Baseline {
        title,
        phrase,
        kind,
    }
}

/// A baseline's name without the signs of the command line: `formula:per-head` is `formula per-head`.
fn in_words(name: &str) -> String {
    match name.split_once(':') {
        Some(("column", columns)) => {
            let columns: Vec<String> = columns.split(',').map(|c| c.trim().to_string()).collect();
            let noun = if columns.len() == 1 {
                "column"
            } else {
                "columns"
            };
            format!("{noun} {}", wording::list(&columns))
        }
        Some(("formula", formula)) => {
            let stem = Path::new(formula)
                .file_stem()
                .map_or_else(|| formula.into(), |stem| stem.to_string_lossy());
            format!("formula {stem}")
        }
        _ => name.replace(['-', '_'], " "),
    }
}

/// Place and year of a run; nothing where the table has no name but its file's.
fn setting(study: &Study) -> String {
    match &study.scenario {
        Some(scenario) => scenario.title.clone(),
        None if study.dataset.title != study.dataset.name => study.dataset.title.clone(),
        None => String::new(),
    }
}

/// The last line of every chart: who published the figures, the words that must go with them, and who calculated.
fn source(attribution: &[String]) -> String {
    let mut sources = Vec::new();
    let mut sentences = Vec::new();
    for line in attribution {
        let (before, source) = split_source(line);
        sources.extend(source);
        sentences.push(before);
    }
    if !sources.is_empty() {
        sentences.insert(0, format!("Source: {}", sources.join("; ")));
    }
    sentences.push("Calculated with needshare".to_string());
    sentences
        .iter()
        .map(|sentence| sentence.trim().trim_end_matches('.'))
        .filter(|sentence| !sentence.is_empty())
        .map(|sentence| format!("{sentence}."))
        .collect::<Vec<_>>()
        .join(" ")
}

/// What stands before `Source:` in a line, and what stands after it.
fn split_source(line: &str) -> (String, Option<String>) {
    for word in ["Source:", "Sources:"] {
        let place = line.find(word).filter(|&at| {
            let before = line[..at].chars().next_back();
            before.is_none_or(char::is_whitespace)
        });
        if let Some(at) = place {
            let after = line[at + word.len()..].trim().trim_end_matches('.');
            let source = (!after.is_empty()).then(|| after.to_string());
            return (line[..at].to_string(), source);
        }
    }
    (line.to_string(), None)
}

/// What a reader of a chart must know about the formula and the data, given what it shows.
fn notes(
    study: &Study,
    result: &FormulaResult,
    shows_per_head: bool,
    baselines: &[Baseline],
) -> Vec<String> {
    let dataset = &study.dataset;
    let mut notes = Vec::new();
    notes.extend(provenance_note(result.formula.provenance).map(String::from));
    if shows_per_head {
        let year = study
            .scenario
            .as_ref()
            .map_or("", |scenario| &scenario.year);
        notes.extend(people_note(dataset, year));
    }
    let mut reasons: Vec<&str> = Vec::new();
    for filled in &dataset.filled {
        if !reasons.contains(&filled.reason.as_str()) {
            reasons.push(&filled.reason);
        }
    }
    if !reasons.is_empty() {
        notes.push(format!("{}.", reasons.join("; ")));
    }
    let shows_spending = |baseline: &Baseline| baseline.kind == BaselineKind::Spending;
    if baselines.iter().any(shows_spending) {
        notes.extend(dataset.caveats.iter().cloned());
    }
    notes
}

/// How far a formula is anybody's policy, where a reader could take it for more.
fn provenance_note(provenance: Provenance) -> Option<&'static str> {
    match provenance {
        Provenance::OurJudgement => {
            Some("Weights in this formula are judgements of its authors, not official policy.")
        }
        Provenance::Illustrative => Some("Illustrative: a benchmark, not a proposal."),
        Provenance::Official | Provenance::Reconstructed => None,
    }
}

/// Whose pounds and whose heads £ per head is made of; none where the year of the people is not known.
fn people_note(dataset: &Dataset, money_year: &str) -> Option<String> {
    let name = dataset.roles.population.as_deref()?;
    let column = dataset.columns.get(&IndicatorName::new(name))?;
    people_words(&column.title, &column.year, money_year)
}

fn people_words(title: &str, people_year: &str, money_year: &str) -> Option<String> {
    if people_year.is_empty() {
        return None;
    }
    // Estimates at mid-year say so in the column's title.
    let mid = format!("mid-{people_year}");
    let people_year = if title.contains(&mid) {
        &mid
    } else {
        people_year
    };
    Some(if money_year.is_empty() {
        format!("£ per head: residents of {people_year}.")
    } else {
        format!("£ per head: £ of {money_year} per resident of {people_year}.")
    })
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
            name: register[at].name.clone(),
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
                name: authority.name.clone(),
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

/// Who is not drawn per head, and why.
fn not_drawn_note(register: &Register, in_averages: bool) -> Option<String> {
    let names: Vec<&str> = register
        .iter()
        .filter(|authority| authority.left_out_of_rankings)
        .map(|authority| authority.name.as_str())
        .collect();
    let counted = if in_averages {
        ", but counted in the averages"
    } else {
        ""
    };
    (!names.is_empty()).then(|| format!("Not drawn, as too small{counted}: {}.", names.join(", ")))
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
    fn the_source_is_named_once_and_first() {
        let lines = [
            "Contains public information under some licence. Source: A Bureau; The Ministry.",
            "Figures were read from copies.",
        ];
        assert_eq!(
            source(&lines.map(String::from)),
            "Source: A Bureau; The Ministry. Contains public information under some licence. Figures were read from \
             copies. Calculated with needshare."
        );
        let several = ["Sources: A; B", "Source: C.", "Data source: none"].map(String::from);
        assert_eq!(
            source(&several),
            "Source: A; B; C. Data source: none. Calculated with needshare."
        );
        assert_eq!(source(&[]), "Calculated with needshare.");
    }

    #[test]
    fn baselines_are_in_words() {
        let words = |name: &str| {
            let baseline = baseline(&BaselineName::new(name));
            (baseline.title, baseline.phrase)
        };
        let pair = |title: &str, phrase: &str| (title.to_string(), phrase.to_string());
        assert_eq!(
            words("formula:per-head"),
            pair("Formula per-head", "formula per-head")
        );
        assert_eq!(
            words("formula:own/by need.toml"),
            pair("Formula by need", "formula by need")
        );
        assert_eq!(words("column:net_gbp").1, "column net_gbp");
        assert_eq!(words("column:a, b,c").0, "Columns a, b and c");
        assert_eq!(
            words("spending-last_year"),
            pair("Spending last year", "spending last year")
        );
    }

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
    fn people_are_of_their_year() {
        let words = |title, people, money| people_words(title, people, money);
        assert_eq!(
            words("Residents, mid-2023", "2023", "2024-25").as_deref(),
            Some("£ per head: £ of 2024-25 per resident of mid-2023.")
        );
        assert_eq!(
            words("Residents", "2023", "").as_deref(),
            Some("£ per head: residents of 2023.")
        );
        assert_eq!(words("Residents", "", "2024-25"), None);
    }

    #[test]
    fn a_formula_that_is_no_policy_says_so() {
        let noted = Provenance::WORDS.map(|(_, provenance)| provenance_note(provenance).is_some());
        assert_eq!(noted, [false, false, true, true]);
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

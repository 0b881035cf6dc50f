//! Specs of charts that hold formulas side by side, and of one authority's walk.

use super::axis;
use super::chart::slug;
use super::charts::{self, wording};
use super::charts::{
    Baseline, Curve, Curves, DistanceStrip, HeatMap, RankRow, RankSlope, Step, StepKind,
    StripPoint, StripRow, Tenth, Waterfall, distance_strip, formula_by_region, lorenz_of_coverage,
    rank_slope, waterfall, yardstick_matrix,
};
use super::figure_words::{TENTHS, baseline, not_drawn_note, notes, setting, source};
use super::figures::{Drawing, Scene, one};
use crate::benchmark::Yardstick;
use crate::compare::{Comparison, per_head};
use crate::grouping::Grouping;
use crate::measures::{AgainstNeed, MEASURES, Of, Places};
use crate::register::Position;
use crate::results::FormulaResult;
use crate::statistics::index_of;

/// Authorities within this many per cent of need are near it.
const BAND_PCT: f64 = 5.0;

impl Scene<'_> {
    /// What readers must know of all formulas together: of the first, and whose weights are
    /// judgements.
    fn notes(&self, shows_per_head: bool) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for result in self.results {
            for note in notes(self.study, result, shows_per_head, &[]) {
                let note = note.replace(
                    "Weights in this formula are judgements of its authors",
                    "Weights in some formulas are judgements of their authors",
                );
                // A note of one formula's being a benchmark would be taken for all of them.
                if !note.starts_with("Illustrative") && !all.contains(&note) {
                    all.push(note);
                }
            }
        }
        all
    }

    fn source(&self) -> String {
        source(&self.study.dataset.attribution)
    }
}

/// Change in per cent by formula and region, one chart for each baseline.
pub(super) fn formulas_by_region(scene: Scene<'_>) -> Vec<Drawing<'_>> {
    let register = &scene.study.dataset.register;
    let Some(regions) = Grouping::by_region(register) else {
        return Vec::new();
    };
    let first = &scene.results[0];
    first
        .comparisons
        .iter()
        .enumerate()
        .map(|(index, comparison)| {
            let baseline = baseline(&comparison.baseline);
            let cells = scene.results.iter().map(|result| {
                let groups = result.comparisons[index].by_group(
                    &result.solved.allocation,
                    register,
                    &regions,
                );
                groups
                    .iter()
                    .map(|group| group.per_cent().map(|p| p.0))
                    .collect()
            });
            let spec = HeatMap {
                setting: setting(scene.study),
                rows: titles(scene.results),
                columns: regions.labels.clone(),
                cells: cells.collect(),
                source: scene.source(),
                notes: scene.notes(false),
            };
            Box::new(move || {
                let mut chart = formula_by_region(&spec, &baseline);
                chart.name = format!("{}_{}", chart.name, slug(&baseline.title));
                chart
            }) as Drawing<'_>
        })
        .collect()
}

fn titles(results: &[FormulaResult]) -> Vec<String> {
    results
        .iter()
        .map(|result| result.formula.title.clone())
        .collect()
}

/// Ranks by funding per resident; those too small for rankings have none.
pub(super) fn ranks(scene: Scene<'_>) -> Vec<Drawing<'_>> {
    let register = &scene.study.dataset.register;
    if scene.results.len() < 2 {
        return Vec::new();
    }
    let ranked: Vec<Position> = register
        .positions()
        .filter(|at| !register[*at].left_out_of_rankings)
        .collect();
    let columns: Option<Vec<Vec<f64>>> = scene
        .results
        .iter()
        .map(|result| {
            let each = |at: &Position| {
                let sum = result.solved.allocation.funding[*at];
                // To the penny: what is shared alike per head has one rank.
                per_head(sum, register[*at].population).map(|sum| (100.0 * sum).round() / 100.0)
            };
            ranked.iter().map(each).collect()
        })
        .collect();
    let spec = columns.map(|columns| {
        let rows = ranked.iter().enumerate().map(|(row, at)| RankRow {
            code: register[*at].code.to_string(),
            name: register[*at].name.to_string(),
            per_head_gbp: columns.iter().map(|column| column[row]).collect(),
            ranks: columns
                .iter()
                .map(|column| 1 + column.iter().filter(|other| **other > column[row]).count())
                .collect(),
        });
        let mut notes = scene.notes(true);
        notes.extend(not_drawn_note(register, false));
        RankSlope {
            setting: setting(scene.study),
            columns: titles(scene.results),
            rows: rows.collect(),
            source: scene.source(),
            notes,
        }
    });
    one(spec, rank_slope)
}

/// Formulas of a benchmark measured by its yardstick, with their titles.
fn measured<'a>(
    scene: Scene<'a>,
    places: &'a Places,
) -> Option<(&'a Yardstick<'a>, Vec<(String, AgainstNeed<'a>)>)> {
    let (_, yardsticks) = scene.benchmark?;
    let yardstick = yardsticks.first()?;
    let each = scene.results.iter().map(|result| {
        let against = places.against_need(&result.solved.allocation, yardstick.need_share);
        (result.formula.title.clone(), against)
    });
    Some((yardstick, each.collect()))
}

pub(super) fn lorenz(scene: Scene<'_>) -> Vec<Drawing<'_>> {
    let places = Places::of(&scene.study.dataset);
    let spec = measured(scene, &places).map(|(yardstick, formulas)| {
        let curves = formulas
            .iter()
            .filter_map(|(title, against)| curve(title, against.lorenz()?));
        curves_spec(scene, yardstick, curves.collect(), None)
    });
    one(spec, lorenz_of_coverage)
}

pub(super) fn concentration(scene: Scene<'_>) -> Vec<Drawing<'_>> {
    let places = Places::of(&scene.study.dataset);
    let spec = measured(scene, &places).and_then(|(yardstick, formulas)| {
        let curves: Vec<Curve> = formulas
            .iter()
            .filter_map(|(title, against)| curve(title, against.concentration(&against.funding)?))
            .collect();
        let (_, first) = formulas.first()?;
        let need = curve("Need", first.concentration(&first.need)?);
        (!curves.is_empty()).then(|| curves_spec(scene, yardstick, curves, need))
    });
    one(spec, charts::concentration)
}

fn curve(label: &str, points: Vec<(f64, f64)>) -> Option<Curve> {
    Some(Curve {
        label: label.to_string(),
        index: index_of(&points),
        points,
    })
}

fn curves_spec(
    scene: Scene<'_>,
    yardstick: &Yardstick<'_>,
    curves: Vec<Curve>,
    reference: Option<Curve>,
) -> Curves {
    Curves {
        setting: setting(scene.study),
        yardstick_title: yardstick.title.clone(),
        curves,
        reference,
        source: scene.source(),
        notes: same_measure_note(scene)
            .into_iter()
            .chain(scene.notes(false))
            .collect(),
    }
}

pub(super) fn distances(scene: Scene<'_>) -> Vec<Drawing<'_>> {
    let dataset = &scene.study.dataset;
    let register = &dataset.register;
    let places = Places::of(dataset);
    let tenths = Grouping::by_deprivation(dataset, TENTHS);
    let tenth = |at: Position| match tenths.as_ref()?.group[at] {
        0 => Some(Tenth::Most),
        last if last == TENTHS - 1 => Some(Tenth::Least),
        _ => None,
    };
    let within = MEASURES.iter().find_map(|measure| match measure.of {
        Of::Need(value) if measure.name == "within_5_per_cent_of_need" => Some(value),
        _ => None,
    });
    let spec = measured(scene, &places).map(|(yardstick, formulas)| {
        let rows = formulas.iter().map(|(title, against)| {
            let points =
                register
                    .positions()
                    .zip(against.coverage())
                    .filter_map(|(at, coverage)| {
                        Some(StripPoint {
                            code: register[at].code.to_string(),
                            name: register[at].name.to_string(),
                            distance_pct: 100.0 * (coverage? - 1.0),
                            population: register[at].population.map_or(0.0, |people| people.0),
                            tenth: tenth(at),
                        })
                    });
            StripRow {
                label: title.clone(),
                points: points.collect(),
                within_pct: within.and_then(|value| value(against)).unwrap_or(0.0),
            }
        });
        let mut notes: Vec<String> = same_measure_note(scene).into_iter().collect();
        notes.extend(scene.notes(false));
        if tenths.is_some() {
            notes.push("Tenths: equal numbers of authorities, ranked by deprivation.".to_string());
        }
        DistanceStrip {
            setting: setting(scene.study),
            yardstick_title: yardstick.title.clone(),
            rows: rows.collect(),
            band_pct: BAND_PCT,
            source: scene.source(),
            notes,
        }
    });
    one(spec, distance_strip)
}

pub(super) fn matrix(scene: Scene<'_>) -> Vec<Drawing<'_>> {
    let spec = scene.benchmark.and_then(|(benchmark, _)| {
        let shown = &benchmark.distinct;
        let titles = titles(scene.results);
        let mut notes = scene.notes(false);
        let others: Vec<String> = (0..titles.len())
            .filter(|index| !shown.contains(index))
            .map(|index| wording::quoted(&titles[index]))
            .collect();
        if !others.is_empty() {
            notes.push(format!(
                "Not shown, since need is measured there as by another: {}.",
                wording::list(&others)
            ));
        }
        let of = |index: &usize| titles[*index].clone();
        (shown.len() > 1).then(|| HeatMap {
            setting: setting(scene.study),
            rows: shown.iter().map(of).collect(),
            columns: shown.iter().map(of).collect(),
            cells: shown
                .iter()
                .map(|row| {
                    shown
                        .iter()
                        .map(|column| benchmark.matrix[*row][*column])
                        .collect()
                })
                .collect(),
            source: scene.source(),
            notes,
        })
    });
    one(spec, yardstick_matrix)
}

/// Formulas that measure need as the yardstick does, so that nobody is surprised how near they
/// come to it.
fn same_measure_note(scene: Scene<'_>) -> Option<String> {
    let (_, yardsticks) = scene.benchmark?;
    let (main, others) = yardsticks.split_first()?;
    let same: Vec<String> = others
        .iter()
        .filter(|other| other.need_share == main.need_share)
        .map(|other| wording::quoted(&other.title))
        .collect();
    let measure = if same.len() == 1 {
        "measures"
    } else {
        "measure"
    };
    let named = wording::list(&same);
    (!same.is_empty()).then(|| format!("{named} {measure} need as the yardstick does."))
}

pub(super) fn walk(scene: Scene<'_>) -> Vec<Drawing<'_>> {
    let result = &scene.results[0];
    let spec = scene.explanation.map(|explanation| {
        let authority = &scene.study.dataset.register[explanation.at];
        let steps = explanation.steps.iter().map(|step| Step {
            label: wording::capitalised(&step.what),
            kind: step.kind,
            gbp: step.pounds.0,
            group: match step.kind {
                StepKind::Change => step.part.clone(),
                _ => String::new(),
            },
        });
        let shows_per_head = authority.population.is_some();
        let of = |comparison: &Comparison| baseline(&comparison.baseline);
        let baselines: Vec<Baseline> = result.comparisons.iter().map(of).collect();
        Waterfall {
            setting: setting(scene.study),
            formula_title: result.formula.title.clone(),
            authority: authority.name.to_string(),
            population: authority.population.map(|people| people.0),
            steps: steps.collect(),
            source: scene.source(),
            notes: beside_baselines(result, explanation.at)
                .into_iter()
                .chain(notes(scene.study, result, shows_per_head, &baselines))
                .collect(),
        }
    });
    one(spec, waterfall)
}

/// How a place's funding lies beside each baseline, a sentence each.
fn beside_baselines(result: &FormulaResult, at: Position) -> Vec<String> {
    let sentence = |comparison: &Comparison| {
        let change = comparison.changes[at];
        let per_cent = change.per_cent.map(|per_cent| per_cent.0);
        format!(
            "Compared with {} of {}: {} ({}).",
            baseline(&comparison.baseline).phrase,
            axis::pounds_short(change.baseline.as_f64()),
            axis::pounds_short_change(change.change.as_f64()),
            axis::per_cent_or_dash(per_cent)
        )
    };
    result.comparisons.iter().map(sentence).collect()
}

//! A benchmark: formulas on one footing, measured by one yardstick formula's need, and each by
//! every other's. Division rules run beside them.

use std::collections::BTreeMap;

use crate::assess::Assessment;
use crate::findings::Place;
use crate::formula::{Formula, Money, Objective, Provenance, Quantum, Reference, RunFunding};
use crate::ids::{AuthorityCode, BaselineName, FormulaName, IndicatorName};
use crate::inputs::Dataset;
use crate::measures::{AgainstBaseline, Found, MEASURES, Measure, Of, Places};
use crate::register::PerAuthority;
use crate::results::FormulaResult;
use crate::units::{Pounds, Share};

/// Formulas whose need shares are all as near as this measure need alike.
const ALIKE_WITHIN: f64 = 1e-12;

/// Measures that every formula has by every yardstick.
pub const MATRIX: [&str; 4] = [
    "within_5_per_cent_of_need",
    "misplaced_gbp",
    "misplaced_per_cent",
    "coverage_gini",
];

/// How a formula's name begins in results where it is a division rule.
const RULE: &str = "rule:";

/// Formulas measured.
#[derive(Debug, Clone)]
pub struct Benchmark {
    /// Whose need all are measured by.
    pub yardstick: FormulaName,
    /// Its name for readers.
    pub yardstick_title: String,
    /// By formula as the results are, each in order of measure, then baseline.
    pub scores: Vec<Vec<Score>>,
    /// Per cent of funding misplaced: by allocation (formulas only), then yardstick.
    pub matrix: Vec<Vec<Option<f64>>>,
    /// The matrix's formulas.
    pub formulas: Vec<String>,
    /// Which of them measure need as none before them does: an average over yardsticks would
    /// count one measure twice otherwise.
    pub distinct: Vec<usize>,
}

/// What a formula has on one measure.
#[derive(Debug, Clone)]
pub struct Score {
    /// Which measure.
    pub measure: &'static Measure,
    /// Whose need it is measured by.
    pub yardstick: FormulaName,
    /// Against which baseline, if any.
    pub baseline: Option<BaselineName>,
    /// What came out; none where it is undefined or the table lacks what it takes.
    pub found: Option<Found>,
    /// Its place among the formulas, 1 the best, equal ones alike; none for a measure that only
    /// describes, and for division rules.
    pub rank: Option<usize>,
}

/// A measure of need and whose it is.
#[derive(Debug, Clone)]
pub struct Yardstick<'a> {
    /// The formula's name.
    pub name: FormulaName,
    /// Its name for readers.
    pub title: String,
    /// Its need shares.
    pub need_share: &'a PerAuthority<Share>,
}

/// Whether a result is a division rule's.
pub fn is_rule(name: &FormulaName) -> bool {
    name.as_str().starts_with(RULE)
}

/// Measures every result by the first yardstick, and formulas by the others too.
pub fn benchmark(
    dataset: &Dataset,
    results: &[FormulaResult],
    yardsticks: &[Yardstick<'_>],
) -> Benchmark {
    let places = Places::of(dataset);
    let main = &yardsticks[0];
    let mut scores: Vec<Vec<Score>> = results
        .iter()
        .map(|result| {
            let mut scores: Vec<Score> = MEASURES
                .iter()
                .flat_map(|measure| scores_of(measure, dataset, result, &places, main))
                .collect();
            if !is_rule(&result.formula.name) {
                let others = yardsticks[1..].iter();
                scores.extend(others.flat_map(|other| {
                    MEASURES
                        .iter()
                        .filter(|measure| MATRIX.contains(&measure.name))
                        .flat_map(|measure| scores_of(measure, dataset, result, &places, other))
                }));
            }
            scores
        })
        .collect();
    rank(&mut scores, results);
    let formulas: Vec<&FormulaResult> = results
        .iter()
        .filter(|result| !is_rule(&result.formula.name))
        .collect();
    let misplaced = |of: &[Score], by: &FormulaName| {
        let score = of
            .iter()
            .find(|score| score.measure.name == "misplaced_per_cent" && score.yardstick == *by);
        score?.found.map(|found| found.value)
    };
    let need = |index: usize| formulas[index].solved.assessment.need_share.iter();
    let near = |(a, b): (&Share, &Share)| (a.0 - b.0).abs() <= ALIKE_WITHIN;
    let is_same = |a: usize, b: usize| need(a).zip(need(b)).all(near);
    let distinct = (0..formulas.len())
        .filter(|&index| !(0..index).any(|earlier| is_same(earlier, index)))
        .collect();
    Benchmark {
        distinct,
        yardstick: main.name.clone(),
        yardstick_title: main.title.clone(),
        matrix: scores[..formulas.len()]
            .iter()
            .map(|of| {
                let by = formulas.iter().map(|by| misplaced(of, &by.formula.name));
                by.collect()
            })
            .collect(),
        formulas: formulas
            .iter()
            .map(|result| result.formula.name.to_string())
            .collect(),
        scores,
    }
}

fn scores_of(
    measure: &'static Measure,
    dataset: &Dataset,
    result: &FormulaResult,
    places: &Places,
    yardstick: &Yardstick<'_>,
) -> Vec<Score> {
    let score = |baseline, found: Option<Found>| Score {
        measure,
        yardstick: yardstick.name.clone(),
        baseline,
        found: found.filter(|found| found.value.is_finite()),
        rank: None,
    };
    match measure.of {
        Of::Need(value) => {
            let against = places.against_need(&result.solved.allocation, yardstick.need_share);
            let found = value(&against).map(|value| Found { value, at: None });
            vec![score(None, found)]
        }
        Of::Extreme(value) => {
            let against = places.against_need(&result.solved.allocation, yardstick.need_share);
            vec![score(None, value(&against))]
        }
        Of::Baseline(value) => result
            .comparisons
            .iter()
            .map(|comparison| {
                let found = value(&AgainstBaseline {
                    dataset,
                    comparison,
                });
                score(Some(comparison.baseline.clone()), found)
            })
            .collect(),
    }
}

/// Gives every formula's score its place among those of the same measure, yardstick and
/// baseline. What differs by less than a file shows is equal.
fn rank(scores: &mut [Vec<Score>], results: &[FormulaResult]) {
    let badness = |result: &FormulaResult, score: &Score| {
        // A division rule has no rank, nor has a formula beside its own allocation.
        let itself = result.comparisons.iter().any(|comparison| {
            Some(&comparison.baseline) == score.baseline.as_ref()
                && comparison.money_moved == Pounds::ZERO
        });
        if itself || is_rule(&result.formula.name) {
            return None;
        }
        let step = 10_f64.powi(i32::try_from(score.measure.unit.decimals()).unwrap_or(0));
        let shown = (score.found?.value * step).round() / step;
        score.measure.better.badness(shown)
    };
    let all: Vec<Vec<Option<f64>>> = scores
        .iter()
        .zip(results)
        .map(|(of, result)| of.iter().map(|score| badness(result, score)).collect())
        .collect();
    for (formula, of) in scores.iter_mut().enumerate() {
        for (index, score) in of.iter_mut().enumerate() {
            let Some(own) = all[formula][index] else {
                continue;
            };
            // Rules have no matrix, so their lists are shorter.
            let better = all.iter().filter(|others| {
                others
                    .get(index)
                    .copied()
                    .flatten()
                    .is_some_and(|o| o < own)
            });
            score.rank = Some(better.count() + 1);
        }
    }
}

/// What division rules share by: the greater of need and a baseline for each authority.
pub struct Claims {
    /// £, by code.
    pub by_code: BTreeMap<AuthorityCode, Pounds>,
    /// In words.
    pub words: String,
}

/// The greater of the yardstick's need and a baseline: what places might each claim. Its sum
/// is above what there is, unless the two agree everywhere.
pub fn greater_claims(
    dataset: &Dataset,
    assessment: &Assessment,
    total: Pounds,
    baseline: &(BaselineName, PerAuthority<Pounds>),
) -> Claims {
    let register = &dataset.register;
    let by_code = register.positions().map(|at| {
        #[expect(clippy::cast_possible_truncation, reason = "below the total")]
        let need = Pounds((assessment.need_share[at].0 * total.as_f64()).round() as i64);
        (register[at].code.clone(), need.max(baseline.1[at]))
    });
    Claims {
        by_code: by_code.collect(),
        words: format!("the greater of need, by the yardstick, and {}", baseline.0),
    }
}

/// Division rules on one total, as formulas: by claims where there are some, per head, and by
/// tax base where the table has one. They have no own resources and no guarantees.
pub fn rules(
    dataset: &Dataset,
    yardstick: &Formula,
    total: Pounds,
    claims: Option<&Claims>,
) -> Vec<Formula> {
    let place = || Place::file("rules");
    let mut rules: Vec<(&str, &str, Objective)> = Vec::new();
    if let Some(claims) = claims {
        let claim = || {
            Money::Run(RunFunding {
                file: "claims".to_string(),
                by_code: claims.by_code.clone(),
            })
        };
        rules.extend([
            (
                "proportional",
                "The same part of every claim",
                Objective::Proportional { claim: claim() },
            ),
            (
                "equal-awards",
                "Equal awards, none above its claim",
                Objective::EqualAwards { claim: claim() },
            ),
            (
                "equal-losses",
                "Equal losses from claims, none below nothing",
                Objective::EqualLosses { claim: claim() },
            ),
            (
                "talmud",
                "Equal awards to half of claims, then equal losses",
                Objective::Talmud { claim: claim() },
            ),
        ]);
    }
    if dataset.register.population().is_some() {
        rules.push(("per-head", "The same per resident", Objective::PerHead));
    }
    if let Some(base) = &dataset.roles.tax_base {
        let base = Reference {
            name: IndicatorName::new(base),
            place: place(),
        };
        rules.push((
            "tax-base",
            "The same per unit of tax base",
            Objective::ByTaxBase { base },
        ));
    }
    rules
        .into_iter()
        .map(|(name, title, objective)| Formula {
            name: FormulaName::new(format!("{RULE}{name}")),
            title: format!("Rule: {}", lower_first(title)),
            summary: format!("{title}."),
            provenance: Provenance::Illustrative,
            own_resources: None,
            quantum: Quantum::Stated(total),
            objective,
            guarantees: Vec::new(),
            services_apart: false,
            reproduces: Vec::new(),
            compare_by_default: false,
            ..yardstick.clone()
        })
        .collect()
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

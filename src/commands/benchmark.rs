//! `needshare benchmark`: formulas on one footing, measured.

use super::compare::{against, groupings, solve_all};
use super::open::{LEADING_FORMULA, named_formulas, open, stated_baseline};
use super::output::{Output, destination};
use super::{Failure, Options, Request};
use crate::assess::Assessment;
use crate::benchmark::{
    Benchmark, Claims, Yardstick, benchmark as measure, greater_claims, is_rule, rules,
};
use crate::findings::{COMMAND_LINE, Findings, Place};
use crate::formula::{Baseline, FormulaReference, Money, open_formula};
use crate::ids::{BaselineName, FormulaName};
use crate::inputs::named::without_folders;
use crate::register::PerAuthority;
use crate::render::breakdowns::breakdowns_table;
use crate::render::figures::{self, ChartKind, Scene};
use crate::render::league::{benchmark_summary, measures_table};
use crate::render::program_table::ProgramTable;
use crate::render::tables::{self, NeedOf};
use crate::results::{FormulaResult, baseline_money};
use crate::run_folder::RunFolder;
use crate::study::Study;
use crate::units::Pounds;

/// Options of `benchmark` alone.
#[derive(Debug, Clone, Default)]
pub struct BenchmarkOptions {
    /// Whose need all are measured by, by name or path.
    pub yardstick: Option<String>,
    /// What division rules share by, as `--baseline` states it.
    pub claims: Option<String>,
}

/// Measures formulas: a league table by one formula's need, and the matrix of each by each.
pub fn benchmark(
    mut request: Request,
    of_benchmark: &BenchmarkOptions,
    options: &Options,
) -> Result<(), Failure> {
    let kinds =
        ChartKind::parse_list(&options.charts, &ChartKind::OF_BENCHMARK).map_err(Failure::Usage)?;
    let given = match &of_benchmark.yardstick {
        Some(given) => given.clone(),
        None => default_yardstick(&request),
    };
    let yardstick = FormulaReference::new(&given, Place::option("--yardstick")).name;
    request.also.push(given.clone());
    let claims_formula = of_benchmark
        .claims
        .as_ref()
        .and_then(|text| text.strip_prefix("formula:"));
    request.also.extend(claims_formula.map(str::to_string));
    let mut opened = open(&request)?;
    if opened.baselines.is_empty() {
        // Without a scenario, what changes is told beside the yardstick's own allocation.
        opened.baselines.push(Baseline {
            name: BaselineName::new(format!("formula:{}", without_folders(&given))),
            money: Money::Formula(FormulaReference::new(&given, Place::option("--yardstick"))),
        });
    }
    eprint!("{}", opened.warnings.render());
    let folder = match options.format {
        None => Some(RunFolder::prepare(
            &destination(options, "benchmark"),
            opened.files.iter().map(|file| file.name.as_str()),
        )?),
        Some(_) => None,
    };
    let baselines = baseline_money(&opened.study, &opened.baselines)?;
    let rule_words = add_rules(
        &mut opened,
        &yardstick,
        of_benchmark.claims.as_deref(),
        &baselines,
    )?;
    let study = &opened.study;
    let by = groupings(study, options)?;
    let results = solve_all(study, &opened.selected, &against(options, &baselines, &by))?;
    let own = study.need(study.formula(&yardstick))?;
    let yardsticks = yardsticks(study, &results, &yardstick, &own);
    let measured: Benchmark = measure(&study.dataset, &results, &yardsticks);
    let register = &study.dataset.register;
    let summary = benchmark_summary(study, &results, &measured, rule_words.as_deref());
    let mut tables = vec![
        measures_table(&measured, &results, register),
        tables::comparison_table(&results, register),
        tables::guarantees_table(&results),
        breakdowns_table(&results),
        tables::needs_table(NeedOf::each(&results), register),
        tables::filled_table(&study.dataset),
    ];
    tables.extend(tables::services_table(&results, register));
    let mut more_options = Vec::new();
    if of_benchmark.yardstick.is_some() {
        more_options.push(("yardstick", without_folders(&given)));
    }
    if let Some(claims) = &of_benchmark.claims {
        more_options.push(("claims", claims.clone()));
    }
    let of_formulas = results
        .iter()
        .take_while(|r| !is_rule(&r.formula.name))
        .count();
    let scene = Scene {
        study,
        results: &results[..of_formulas],
        benchmark: Some((&measured, &yardsticks)),
        explanation: None,
    };
    let output = Output {
        command: "benchmark",
        request: &request,
        options,
        currency: study.currency(),
        files: &opened.files,
        results: &results,
        tables,
        written: Vec::new(),
        export_objective: None,
        more_options,
        program: ProgramTable::new(&results, register),
        summary: summary.clone(),
        charts: match folder {
            Some(_) => figures::draw(scene, &kinds).map_err(Failure::Io)?,
            None => Vec::new(),
        },
    };
    output.deliver(folder, &|| summary.clone())
}

/// The yardstick, then every other formula's measure of need.
pub(super) fn yardsticks<'a>(
    study: &Study,
    results: &'a [FormulaResult],
    yardstick: &FormulaName,
    own: &'a Assessment,
) -> Vec<Yardstick<'a>> {
    let others = results
        .iter()
        .filter(|result| result.formula.name != *yardstick && !is_rule(&result.formula.name));
    let first = Yardstick {
        name: yardstick.clone(),
        title: study.formula(yardstick).title.clone(),
        need_share: &own.need_share,
    };
    std::iter::once(first)
        .chain(others.map(|result| Yardstick {
            name: result.formula.name.clone(),
            title: result.formula.title.clone(),
            need_share: &result.solved.assessment.need_share,
        }))
        .collect()
}

/// The leading formula where the formulas are about its data; else the first one named.
pub(super) fn default_yardstick(request: &Request) -> String {
    let named = named_formulas(request);
    let place = Place::option(COMMAND_LINE);
    let data_of = |name: &str| {
        let (formula, _) = open_formula(name, &place, &mut Findings::new())?;
        Some(formula.data)
    };
    let leading = LEADING_FORMULA.to_string();
    match named.first() {
        Some(first) if data_of(first) != data_of(LEADING_FORMULA) => first.clone(),
        _ => leading,
    }
}

/// Adds division rules on the first formula's total to the run; gives their claims in words.
fn add_rules(
    opened: &mut super::open::Opened,
    yardstick: &FormulaName,
    claims: Option<&str>,
    baselines: &[(BaselineName, PerAuthority<Pounds>)],
) -> Result<Option<String>, Failure> {
    let study = &opened.study;
    let first = study.solve(&opened.selected[0])?;
    let total: Pounds = first.allocation.funding.iter().copied().sum();
    let claims = match claims {
        Some(text) => Some(stated_claims(study, text)?),
        None => {
            let of_columns =
                |baseline: &Baseline| matches!(baseline.money, Money::Sum(_) | Money::Named(_));
            let position = opened.baselines.iter().position(of_columns);
            let assessment = study.need(study.formula(yardstick))?;
            position.map(|at| greater_claims(&study.dataset, &assessment, total, &baselines[at]))
        }
    };
    // Claims that all can be met in full leave nothing to divide.
    let claims = claims.filter(|claims| claims.by_code.values().copied().sum::<Pounds>() > total);
    let of_yardstick = study.formula(yardstick).clone();
    let rules = rules(&study.dataset, &of_yardstick, total, claims.as_ref());
    opened
        .selected
        .extend(rules.iter().map(|rule| rule.name.clone()));
    opened.study.formulas.extend(rules);
    Ok(claims.map(|claims| claims.words))
}

fn stated_claims(study: &Study, text: &str) -> Result<Claims, Failure> {
    let known = &study.baselines;
    let baseline = stated_baseline(text, known)?;
    let money = study.baseline(&baseline)?;
    let register = &study.dataset.register;
    let by_code = register
        .positions()
        .map(|at| (register[at].code.clone(), money[at]));
    Ok(Claims {
        by_code: by_code.collect(),
        words: baseline.name.to_string(),
    })
}

//! `needshare compare`: every formula against the baselines.

use rayon::prelude::*;

use super::open::{Opened, open};
use super::output::{Output, destination};
use super::{Failure, Options, Request};
use crate::findings::did_you_mean;
use crate::grouping::Grouping;
use crate::ids::{BaselineName, FormulaName};
use crate::register::PerAuthority;
use crate::render::breakdowns::breakdowns_table;
use crate::render::figures::{self, ChartKind, Scene};
use crate::render::program_table::ProgramTable;
use crate::render::summary::compare_summary;
use crate::render::tables::{self, NeedOf};
use crate::results::{Against, FormulaResult, baseline_money, formula_result};
use crate::run_folder::RunFolder;
use crate::study::{NoResult, Study};
use crate::units::{PerCent, Pounds};

/// Compares formulas with baselines: summary, tables, charts.
pub fn compare(request: &Request, options: &Options) -> Result<(), Failure> {
    let kinds =
        ChartKind::parse_list(&options.charts, &ChartKind::OF_COMPARE).map_err(Failure::Usage)?;
    let opened = open(request)?;
    check_baselines(&opened)?;
    eprint!("{}", opened.warnings.render());
    let folder = match options.format {
        None => Some(RunFolder::prepare(
            &destination(options, "compare"),
            opened.files.iter().map(|file| file.name.as_str()),
        )?),
        Some(_) => None,
    };
    let study = &opened.study;
    let baselines = baseline_money(study, &opened.baselines)?;
    let by = groupings(study, options)?;
    let results = solve_all(study, &opened.selected, &against(options, &baselines, &by))?;
    let register = &study.dataset.register;
    let mut tables = vec![
        tables::comparison_table(&results, register),
        tables::guarantees_table(&results),
        breakdowns_table(&results),
        tables::needs_table(NeedOf::each(&results), register),
        tables::indicators_table(&NeedOf::each(&results), register),
        tables::filled_table(&study.dataset),
    ];
    tables.extend(tables::services_table(&results, register));
    let scene = Scene {
        study,
        results: &results,
        benchmark: None,
        explanation: None,
    };
    let output = Output {
        command: "compare",
        request,
        options,
        currency: study.currency(),
        files: &opened.files,
        results: &results,
        tables,
        written: Vec::new(),
        export_objective: None,
        more_options: Vec::new(),
        program: ProgramTable::new(&results, register),
        summary: compare_summary(study, &results, true),
        charts: match folder {
            Some(_) => figures::draw(scene, &kinds).map_err(Failure::Io)?,
            None => Vec::new(),
        },
    };
    output.deliver(folder, &|| compare_summary(study, &results, false))
}

/// What formulas are compared with, as options say.
pub(super) fn against<'a>(
    options: &Options,
    baselines: &'a [(BaselineName, PerAuthority<Pounds>)],
    by: &'a [Grouping],
) -> Against<'a> {
    Against {
        baselines,
        tolerance: PerCent(options.tolerance),
        by,
        threshold: PerCent(options.threshold),
        ..Against::NOTHING
    }
}

/// Groupings by the columns that `--by` names.
pub(super) fn groupings(study: &Study, options: &Options) -> Result<Vec<Grouping>, Failure> {
    let dataset = &study.dataset;
    let names = || {
        let columns = dataset.columns.keys().map(|name| name.as_str());
        columns.chain(dataset.texts.keys().map(String::as_str))
    };
    options
        .by
        .iter()
        .map(|name| {
            Grouping::by_column(dataset, name).ok_or_else(|| {
                let why = match names().any(|known| known == name) {
                    true => {
                        "has gaps, fewer than two groups, or fewer than five numbers".to_string()
                    }
                    false => format!("is no column; {}", did_you_mean(name, names())),
                };
                Failure::Usage(format!("--by {name}: {name} {why}"))
            })
        })
        .collect()
}

/// Every formula's results, each on its own core; findings of all of them at once.
pub(super) fn solve_all(
    study: &Study,
    selected: &[FormulaName],
    against: &Against<'_>,
) -> Result<Vec<FormulaResult>, Failure> {
    let results: Vec<Result<FormulaResult, NoResult>> = selected
        .par_iter()
        .map(|name| formula_result(study, study.formula(name), against))
        .collect();
    let mut findings = crate::findings::Findings::new();
    let mut solved = Vec::new();
    let mut other = None;
    for result in results {
        match result {
            Ok(result) => solved.push(result),
            Err(NoResult::Findings(more)) => findings.append(more),
            Err(reason) => {
                other.get_or_insert(reason);
            }
        }
    }
    match other {
        _ if findings.has_errors() => Err(Failure::Findings(findings.without_repeats())),
        Some(reason) => Err(reason.into()),
        None => Ok(solved),
    }
}

/// A run that compares needs something to compare with.
pub(super) fn check_baselines(opened: &Opened) -> Result<(), Failure> {
    if opened.baselines.is_empty() {
        return Err(Failure::Usage(
            "there is no baseline to compare with: add --baseline column:A,B or --baseline formula:F, \
             or a scenario with [baselines]"
                .to_string(),
        ));
    }
    Ok(())
}

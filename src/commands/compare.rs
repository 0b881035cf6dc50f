//! `needshare compare`: every formula against the baselines.

use rayon::prelude::*;

use super::open::{Opened, open};
use super::output::{Output, destination};
use super::{Failure, Options, Request, print};
use crate::render::figures::{self, ChartKind};
use crate::render::program_table::ProgramTable;
use crate::render::report::to_text;
use crate::render::summary::compare_summary;
use crate::render::tables;
use crate::results::{FormulaResult, baseline_money, formula_result};
use crate::run_folder::RunFolder;
use crate::study::NoResult;
use crate::units::PerCent;

/// Compares formulas with baselines: summary, tables, charts.
pub fn compare(request: &Request, options: &Options) -> Result<(), Failure> {
    let kinds = ChartKind::parse_list(&options.charts).map_err(Failure::Usage)?;
    let opened = open(request)?;
    if opened.baselines.is_empty() {
        return Err(Failure::Usage(
            "there is no baseline to compare with: add --baseline column:A,B or --baseline formula:F, \
             or a scenario with [baselines]"
                .to_string(),
        ));
    }
    eprint!("{}", opened.warnings.render());
    let folder = match options.format {
        None => Some(RunFolder::prepare(
            &destination(options, "compare"),
            opened.files.iter().map(|file| file.name.as_str()),
        )?),
        Some(_) => None,
    };
    let results = solve_all(&opened, options)?;
    let study = &opened.study;
    let register = &study.dataset.register;
    let mut tables = vec![
        tables::comparison_table(&results, register),
        tables::guarantees_table(&results),
        tables::needs_table(&results, register),
        tables::indicators_table(&results, register),
        tables::filled_table(&study.dataset),
    ];
    tables.extend(tables::services_table(&results, register));
    let output = Output {
        command: "compare",
        request,
        options,
        files: &opened.files,
        results: &results,
        tables,
        export_objective: None,
        program: ProgramTable::new(&results, register),
        summary: compare_summary(study, &results, true),
        charts: match folder {
            Some(_) => figures::draw(study, &results[0], &kinds).map_err(Failure::Io)?,
            None => Vec::new(),
        },
    };
    match (options.format, folder) {
        (Some(format), _) => output.print(format),
        (None, Some(folder)) => {
            let place = output.write(folder)?;
            if !options.quiet {
                print(&to_text(&compare_summary(study, &results, false)))?;
                eprintln!(
                    "{} holds comparison.csv, summary.md and more{}",
                    place.display(),
                    if output.charts.is_empty() {
                        ""
                    } else {
                        "; charts are in charts/"
                    }
                );
            }
            Ok(())
        }
        (None, None) => Ok(()),
    }
}

/// Every formula's results, each on its own core; findings of all of them at once.
fn solve_all(opened: &Opened, options: &Options) -> Result<Vec<FormulaResult>, Failure> {
    let tolerance = PerCent(options.tolerance);
    let baselines = baseline_money(&opened.study, &opened.baselines)?;
    let results: Vec<Result<FormulaResult, NoResult>> = opened
        .selected
        .par_iter()
        .map(|name| {
            let formula = opened
                .study
                .formulas
                .iter()
                .find(|formula| formula.name == *name)
                .expect("selected formulas were opened");
            formula_result(&opened.study, formula, &baselines, tolerance)
        })
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

//! `needshare allocate`: one formula's amounts.

use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::Arc;

use super::open::open;
use super::output::{Output, destination, write_tables};
use super::{Failure, Options, Request, print};
use crate::export::{self, ExportFormat, Exported};
use crate::findings::Findings;
use crate::render::program_table::ProgramTable;
use crate::render::report::to_text;
use crate::render::summary::allocate_summary;
use crate::render::tables::{self, NeedOf};
use crate::results::{Against, FormulaResult, result_of_need};
use crate::run_folder::{RunFile, RunFolder};

/// Allocates money by one formula.
pub fn allocate(request: &Request, options: &Options) -> Result<(), Failure> {
    let export = match &options.export {
        Some(path) => Some((path, export_format(path)?)),
        None => None,
    };
    // The process ends next, which frees a million small texts at once: neither these nor
    // the result do anything when dropped.
    let opened = ManuallyDrop::new(open(request)?);
    eprint!("{}", opened.warnings.render());
    let name = opened.selected[0].clone();
    let default = format!("allocate-{name}");
    let export = match export {
        Some((path, format)) => {
            let place = destination(options, &default);
            let results = options.format.is_none().then(|| place.path());
            Some((prepare_export(path, options, results)?, format))
        }
        None => None,
    };
    let folder = match options.format {
        None => Some(RunFolder::prepare(
            &destination(options, &default),
            opened.files.iter().map(|file| file.name.as_str()),
        )?),
        Some(_) => None,
    };
    let study = &opened.study;
    let formula = &study.formulas[0];
    let assessment = Arc::new(study.need(formula)?);
    let register = &study.dataset.register;
    let need = NeedOf {
        formula: &formula.name,
        assessment: &assessment,
    };
    let of_need = [
        tables::needs_table(vec![need], register),
        tables::indicators_table(&[need], register),
        tables::filled_table(&study.dataset),
    ];
    // Need is known: it is written while money is allocated.
    let (result, written) = rayon::join(
        || result_of_need(study, formula, Arc::clone(&assessment), &Against::NOTHING),
        || {
            let folder = folder.as_ref();
            folder.map_or(Ok(()), |folder| write_tables(folder, &of_need))
        },
    );
    let result = result?;
    written?;
    let mut findings = Findings::new();
    for reproduced in &result.reproduced {
        reproduced
            .findings
            .iter()
            .for_each(|finding| findings.push(finding.clone()));
    }
    if findings.has_errors() {
        return Err(Failure::Findings(findings));
    }
    eprint!("{}", findings.render());
    let result = ManuallyDrop::new(result);
    let results = std::slice::from_ref::<FormulaResult>(&result);
    let summary = allocate_summary(study, &result);
    let exported = export.map(|(file, format)| {
        let exported = Exported {
            formula: &result.formula,
            assessment: &result.solved.assessment,
            program: &result.solved.program,
            allocation: &result.solved.allocation,
            register,
        };
        (file, export::export(&exported, format))
    });
    let mut tables = vec![
        tables::allocation_table(&result.solved.allocation, register),
        tables::guarantees_table(results),
    ];
    let written = of_need.iter().map(|table| table.name).collect();
    tables.extend(of_need);
    tables.extend(tables::services_table(results, register));
    tables.extend(tables::reproductions_table(results, register));
    let output = Output {
        command: "allocate",
        request,
        options,
        currency: study.currency(),
        files: &opened.files,
        results,
        tables,
        written,
        export_objective: exported.as_ref().map(|(_, exported)| exported.objective),
        more_options: Vec::new(),
        program: ProgramTable::new(results, register),
        summary: summary.clone(),
        charts: Vec::new(),
    };
    let place = match (options.format, folder) {
        (Some(format), _) => {
            output.print(format)?;
            None
        }
        (None, folder) => folder.map(|folder| output.write(folder)).transpose()?,
    };
    if let Some((file, exported)) = &exported {
        file.publish(exported.text.as_bytes())?;
    }
    if options.quiet {
        return Ok(());
    }
    if let Some(place) = place {
        print(&to_text(&summary))?;
        eprintln!("{} holds allocation.csv and more", place.display());
    }
    if let (Some((_, exported)), Some(path)) = (&exported, &options.export) {
        eprintln!("{} holds the linear program", path.display());
        eprintln!("export: objective {} {}", exported.objective, exported.unit);
    }
    Ok(())
}

/// The format that a file's ending stands for.
fn export_format(path: &Path) -> Result<ExportFormat, Failure> {
    let ending = path.extension().map(|ending| ending.to_string_lossy());
    let format = ending.and_then(|ending| ExportFormat::of_ending(&ending));
    format.ok_or_else(|| {
        Failure::Usage(format!(
            "--export-lp {}: name a file that ends in .lp or .mps",
            path.display()
        ))
    })
}

/// Where the linear program goes: not among the results, whose folder is replaced whole.
fn prepare_export(
    path: &Path,
    options: &Options,
    results: Option<&Path>,
) -> Result<RunFile, Failure> {
    let file = RunFile::prepare(path, options.force)?;
    match results {
        Some(results) if file.is_within(results) => Err(Failure::Usage(format!(
            "{} is in {}, which is replaced whole; choose another place",
            path.display(),
            results.display()
        ))),
        _ => Ok(file),
    }
}

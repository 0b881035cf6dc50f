//! `needshare allocate`: one formula's amounts.

use super::open::open;
use super::output::{Output, destination};
use super::{Failure, Options, Request, print};
use crate::render::report::to_text;
use crate::render::summary::allocate_summary;
use crate::render::tables;
use crate::results::formula_result;
use crate::run_folder::RunFolder;
use crate::units::PerCent;

/// Allocates money by one formula.
pub fn allocate(request: &Request, options: &Options) -> Result<(), Failure> {
    let opened = open(request)?;
    eprint!("{}", opened.warnings.render());
    let name = opened.selected[0].clone();
    let folder = match options.format {
        None => {
            let default = format!("allocate-{name}");
            Some(RunFolder::prepare(
                &destination(options, &default),
                opened.files.iter().map(|file| file.name.as_str()),
            )?)
        }
        Some(_) => None,
    };
    let study = &opened.study;
    let result = formula_result(study, &study.formulas[0], &[], PerCent(options.tolerance))?;
    let results = std::slice::from_ref(&result);
    let register = &study.dataset.register;
    let summary = allocate_summary(study, &result);
    let output = Output {
        command: "allocate",
        request,
        options,
        files: &opened.files,
        results,
        tables: vec![
            tables::allocation_table(&result.solved.allocation, register),
            tables::guarantees_table(results),
            tables::services_table(results, register),
            tables::needs_table(results, register),
            tables::indicators_table(results, register),
            tables::filled_table(&study.dataset),
        ],
        summary: summary.clone(),
        charts: Vec::new(),
    };
    match (options.format, folder) {
        (Some(format), _) => output.print(format),
        (None, Some(folder)) => {
            let place = output.write(folder)?;
            if !options.quiet {
                print(&to_text(&summary))?;
                eprintln!("{} holds allocation.csv and more", place.display());
            }
            Ok(())
        }
        (None, None) => Ok(()),
    }
}

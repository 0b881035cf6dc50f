//! Writing a run: its folder with manifest and descriptor, or one format to stdout.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::{Value as Json, json};

use super::{Failure, Format, Options, Request, print};
use crate::allocation::Verification;
use crate::assess::StatedQuantum;
use crate::currency::Currency;
use crate::inputs::SourceFile;
use crate::inputs::named::without_folders;
use crate::render::program_table::ProgramTable;
use crate::render::report::{Block, to_markdown, to_text};
use crate::render::table::ResultTable;
use crate::results::FormulaResult;
use crate::run_folder::{Destination, FolderError, MANIFEST, RunFolder};
use crate::solve::{Backend, Method};

/// What a run gives.
pub struct Output<'a> {
    /// The command's word.
    pub command: &'static str,
    /// What was asked.
    pub request: &'a Request,
    /// How results are given.
    pub options: &'a Options,
    /// What sums are in.
    pub currency: &'static Currency,
    /// Files read.
    pub files: &'a [SourceFile],
    /// Results by formula.
    pub results: &'a [FormulaResult],
    /// Result tables, the main one first.
    pub tables: Vec<ResultTable<'a>>,
    /// Names of tables that are in the folder already.
    pub written: Vec<&'static str>,
    /// Options of this command alone, as they would be typed again.
    pub more_options: Vec<(&'static str, String)>,
    /// The programs, with what proves their answers.
    pub program: ProgramTable<'a>,
    /// What another solver should find in the exported program, if there is one.
    pub export_objective: Option<f64>,
    /// The summary in full.
    pub summary: Vec<Block>,
    /// Charts by file name below `charts/`.
    pub charts: Vec<(String, Vec<u8>)>,
}

/// Where a command's results go.
pub fn destination(options: &Options, default: &str) -> Destination {
    match &options.out {
        Some(out) => Destination::Stated(out.clone(), options.force),
        None => Destination::Default(Path::new("outputs").join(default)),
    }
}

/// Writes tables into a folder, side by side.
pub fn write_tables<'t, 'a: 't>(
    folder: &RunFolder,
    tables: impl IntoParallelIterator<Item = &'t ResultTable<'a>>,
) -> Result<(), FolderError> {
    tables.into_par_iter().try_for_each(|table| {
        let name = format!("{}.csv", table.name);
        folder.write_with(&name, |file| table.write_csv(file))
    })
}

impl Output<'_> {
    /// Prints in a format.
    pub fn print(&self, format: Format) -> Result<(), Failure> {
        match format {
            Format::Csv => print(&self.tables[0].to_csv()),
            Format::Markdown => print(&to_markdown(&self.summary)),
            Format::Json => {
                let program = self.program.to_table();
                let tables: serde_json::Map<String, Json> = self
                    .tables
                    .iter()
                    .chain([&program])
                    .map(|table| (table.name.to_string(), table.to_json()))
                    .collect();
                let document = json!({
                    "command": self.command_line(),
                    "version": env!("CARGO_PKG_VERSION"),
                    "tables": tables,
                });
                print(&format!("{document}\n"))
            }
        }
    }

    /// Prints in the format that was asked for, or writes the folder and says so: `screen` on
    /// stdout, the folder's place and its main file on stderr.
    pub fn deliver(
        &self,
        folder: Option<RunFolder>,
        screen: &dyn Fn() -> Vec<Block>,
    ) -> Result<(), Failure> {
        if let Some(format) = self.options.format {
            return self.print(format);
        }
        let Some(folder) = folder else {
            return Ok(());
        };
        let place = self.write(folder)?;
        if self.options.quiet {
            return Ok(());
        }
        print(&to_text(&screen()))?;
        let charts = match self.charts.is_empty() {
            true => "",
            false => "; charts are in charts/",
        };
        eprintln!(
            "{} holds {}.csv, summary.md and more{charts}",
            place.display(),
            self.tables[0].name
        );
        Ok(())
    }

    /// Writes the folder and publishes it.
    pub fn write(&self, folder: RunFolder) -> Result<PathBuf, Failure> {
        let left = self.tables.iter();
        let left = left.filter(|table| !self.written.contains(&table.name));
        let left: Vec<&ResultTable<'_>> = left.collect();
        let tables = || write_tables(&folder, left);
        let program = || folder.write_with("program.csv", |file| self.program.write_csv(file));
        // The manifest is put together while tables are written.
        let ((tables, program), (descriptor, manifest)) = rayon::join(
            || rayon::join(tables, program),
            || (pretty(&self.descriptor()), pretty(&self.manifest())),
        );
        tables?;
        program?;
        folder.write("summary.md", to_markdown(&self.summary).as_bytes())?;
        for (name, bytes) in &self.charts {
            folder.write(&format!("charts/{name}"), bytes)?;
        }
        folder.write("datapackage.json", descriptor.as_bytes())?;
        folder.write(MANIFEST, manifest.as_bytes())?;
        Ok(folder.publish()?)
    }

    fn descriptor(&self) -> Json {
        let program = ProgramTable::without_rows();
        let tables = self.tables.iter().chain([&program]);
        let resources: Vec<Json> = tables
            .map(|table| table.descriptor(self.currency))
            .collect();
        json!({
            "profile": "tabular-data-package",
            "name": format!("needshare-{}", self.command),
            "title": format!("Results of needshare {}", self.command),
            "resources": resources,
        })
    }

    /// Nothing here differs between identical runs: no times, folders or threads.
    fn manifest(&self) -> Json {
        let mut inputs: Vec<(&str, String)> = self
            .files
            .iter()
            .map(|file| (file.manifest_name.as_str(), file.sha256()))
            .collect();
        inputs.sort();
        inputs.dedup();
        let inputs: Vec<Json> = inputs
            .into_iter()
            .map(|(name, sha256)| json!({ "name": name, "sha256": sha256 }))
            .collect();
        let formulas: serde_json::Map<String, Json> = self
            .results
            .iter()
            .enumerate()
            .map(|(index, result)| {
                let allocation = &result.solved.allocation;
                let entry = json!({
                    "quantum_gbp": allocation.quantum.0,
                    "objective": allocation.reached.as_ref().map(|reached| json!({
                        "reached": reached.value,
                        "unit": reached.unit,
                    })),
                    "rounding_ties": allocation.ties.len(),
                    "linear_programs_agree": allocation.linear_programs_agree,
                    "verification": verification(&allocation.verification),
                    "certificate": self.program.certificate_json(index),
                });
                (result.formula.name.to_string(), entry)
            })
            .collect();
        let worst = self
            .results
            .iter()
            .map(|result| result.solved.allocation.verification)
            .reduce(|a, b| Verification {
                passed: a.passed && b.passed,
                worst_bound: a.worst_bound.max(b.worst_bound),
                worst_row: a.worst_row.max(b.worst_row),
                gap: a.gap.max(b.gap),
            });
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "command": self.command_line(),
            "seed": null,
            "tolerance_pct": self.compares().then_some(self.options.tolerance),
            "export_objective": self.export_objective,
            "inputs": inputs,
            "solver": self.request.method.words(),
            "verification": worst.as_ref().map(verification),
            "formulas": formulas,
        })
    }

    /// Whether funding is compared with baselines.
    fn compares(&self) -> bool {
        self.command != "allocate"
    }

    /// The command as it could be typed again, `--out` and `--force` left out.
    fn command_line(&self) -> String {
        let mut typed = Typed::new(self.command, self.request);
        let mut option = |name: &str, value: Option<String>| typed.option(name, value);
        let export = self.options.export.as_ref();
        option(
            "export-lp",
            export.map(|path| file_name(&path.to_string_lossy())),
        );
        for (name, value) in &self.more_options {
            option(name, Some(value.clone()));
        }
        if self.compares() {
            option(
                "tolerance",
                (self.options.tolerance != 0.5).then(|| self.options.tolerance.to_string()),
            );
            for column in &self.options.by {
                option("by", Some(column.clone()));
            }
            option(
                "threshold",
                (self.options.threshold != 95.0).then(|| self.options.threshold.to_string()),
            );
            option(
                "charts",
                (self.options.charts != "all").then(|| self.options.charts.clone()),
            );
        }
        typed.text()
    }
}

fn verification(verification: &Verification) -> Json {
    json!({
        "passed": verification.passed,
        "worst_bound_gbp": verification.worst_bound.0,
        "worst_row_gbp": verification.worst_row.0,
        "gap_gbp": verification.gap.0,
    })
}

fn pretty(document: &Json) -> String {
    format!("{document:#}\n")
}

/// A command as it could be typed again, files by name without their folders.
pub struct Typed {
    words: Vec<String>,
}

impl Typed {
    /// What is asked of every command: formulas and where numbers come from.
    pub fn new(command: &str, request: &Request) -> Self {
        let mut typed = Self {
            words: vec!["needshare".to_string(), command.to_string()],
        };
        let formulas = request.formulas.iter();
        typed
            .words
            .extend(formulas.map(|name| without_folders(name)));
        let inputs = request.inputs.as_ref();
        typed.option(
            "inputs",
            inputs.map(|path| file_name(&path.to_string_lossy())),
        );
        for overlay in &request.overlays {
            typed.option("overlay", Some(file_name(overlay)));
        }
        let scenario = request.scenario.as_ref();
        typed.option("scenario", scenario.map(|name| without_folders(name)));
        let quantum = match request.quantum {
            StatedQuantum::None => None,
            StatedQuantum::Sum(sum) | StatedQuantum::Spending(sum) => Some(sum.0.to_string()),
        };
        typed.option("quantum", quantum);
        let Method { backend, .. } = request.method;
        let other = backend != Backend::default();
        typed.option("backend", other.then(|| backend.to_string()));
        for baseline in &request.baselines {
            typed.option("baseline", Some(baseline.clone()));
        }
        typed
    }

    /// A word by itself, such as an authority's code.
    pub fn word(&mut self, word: &str) {
        self.words.push(word.to_string());
    }

    /// An option, if it has a value.
    pub fn option(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.words.push(format!("--{name}"));
            self.words.push(value);
        }
    }

    /// The whole line.
    pub fn text(&self) -> String {
        self.words.join(" ")
    }
}

fn file_name(text: &str) -> String {
    let name = Path::new(text).file_name();
    name.map_or_else(
        || text.to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

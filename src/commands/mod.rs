//! The commands: open what a request names, run the pure steps, write what they give.

mod allocate;
mod benchmark;
mod chart;
mod check;
mod compare;
mod explain;
mod list;
mod open;
mod output;
mod pages;
mod show;
mod verify;

pub use allocate::allocate;
pub use benchmark::{BenchmarkOptions, benchmark};
pub use chart::{ChartOptions, chart};
pub use check::check;
pub use compare::compare;
pub use explain::{ExplainOptions, explain};
pub use list::list;
pub use pages::pages;
pub use show::{new_formula, show};
pub use verify::verify;

use std::fmt;
use std::io::{self, Write as _};
use std::path::PathBuf;

use crate::allocation::NoAllocation;
use crate::assess::StatedQuantum;
use crate::findings::Findings;
use crate::run_folder::FolderError;
use crate::solve::Method;
use crate::study::NoResult;

/// What a command is to work on.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Formulas by name or path.
    pub formulas: Vec<String>,
    /// Formulas that are opened too and not run for themselves, such as a yardstick.
    pub also: Vec<String>,
    /// Overlays laid over every formula, by name or path.
    pub overlays: Vec<String>,
    /// Baselines, as `--baseline` states them.
    pub baselines: Vec<String>,
    /// A table instead of the formula's own.
    pub inputs: Option<PathBuf>,
    /// Scenario by name or path.
    pub scenario: Option<String>,
    /// The sum to be shared.
    pub quantum: StatedQuantum,
    /// How to solve.
    pub method: Method,
}

/// How a command gives its results.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Folder for the results; none for the default one.
    pub out: Option<PathBuf>,
    /// Whether to replace it.
    pub force: bool,
    /// To stdout in this format, with no folder written.
    pub format: Option<Format>,
    /// No summary.
    pub quiet: bool,
    /// Change in per cent beyond which an authority wins or loses.
    pub tolerance: f64,
    /// Columns that comparisons are broken down by, besides those of the table's own.
    pub by: Vec<String>,
    /// Part of need met, in per cent, that breakdowns ask who passes.
    pub threshold: f64,
    /// A file for the linear program.
    pub export: Option<PathBuf>,
    /// `all`, `none`, or kinds of chart joined by commas.
    pub charts: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            out: None,
            force: false,
            format: None,
            quiet: false,
            tolerance: 0.5,
            by: Vec::new(),
            threshold: 95.0,
            export: None,
            charts: "none".to_string(),
        }
    }
}

/// A format for stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The main table as CSV.
    Csv,
    /// All tables as JSON.
    Json,
    /// The summary as Markdown.
    Markdown,
}

/// Why a command did not do its work.
#[derive(Debug)]
pub enum Failure {
    /// Files are wrong: exit 1; or what the command line names is not there: exit 2.
    Findings(Findings),
    /// The command line does not fit together: exit 2.
    Usage(String),
    /// No allocation satisfies the guarantees: exit 3.
    Infeasible(String),
    /// Our own verification failed: exit 4.
    Unverified(String),
    /// A finished run does not verify: exit 4.
    NotVerified(String),
    /// Results cannot be written: exit 1.
    Io(String),
}

impl Failure {
    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Findings(findings) if findings.are_usage() => 2,
            Self::Findings(_) | Self::Io(_) => 1,
            Self::Usage(_) => 2,
            Self::Infeasible(_) => 3,
            Self::Unverified(_) | Self::NotVerified(_) => 4,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // A command that prints findings to stdout has said it all there.
            Self::Findings(findings) if findings.is_empty() => Ok(()),
            Self::Findings(findings) => {
                let count = findings.error_count();
                let noun = if count == 1 { "error" } else { "errors" };
                writeln!(
                    f,
                    "{}{count} {noun}; nothing was written",
                    findings.render()
                )
            }
            Self::Usage(text) => writeln!(f, "error: {text}"),
            Self::Infeasible(text) => write!(f, "{text}"),
            Self::NotVerified(text) => write!(f, "error: {text}"),
            Self::Unverified(text) => writeln!(
                f,
                "error: the answer failed our own check, so none is given: {text}\n\
                 This is a fault of the program, not of your files; please report it with them."
            ),
            Self::Io(text) => writeln!(f, "error: {text}"),
        }
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        match error {
            FolderError::Occupied(text) => Self::Usage(text),
            FolderError::Io(path, error) => Self::Io(format!(
                "cannot write {}: {error}; nothing was left behind",
                path.display()
            )),
        }
    }
}

impl From<NoResult> for Failure {
    fn from(reason: NoResult) -> Self {
        match reason {
            NoResult::Findings(findings) => Self::Findings(findings.without_repeats()),
            NoResult::NoAllocation(formula, NoAllocation::Infeasible(infeasible)) => {
                let whole = match infeasible.only_in_whole_pounds {
                    true => " in whole pounds",
                    false => "",
                };
                let mut text =
                    format!("{formula}: no allocation{whole} satisfies the guarantees\n");
                for sentence in infeasible.sentences() {
                    text.push_str(&format!("  {sentence}\n"));
                }
                text.push_str("nothing was written\n");
                Self::Infeasible(text)
            }
            NoResult::NoAllocation(formula, NoAllocation::Unproved(reason)) => {
                Self::Unverified(format!("{formula}: {reason}"))
            }
        }
    }
}

/// Prints to stdout; a reader that has closed the pipe is no fault.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Io(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

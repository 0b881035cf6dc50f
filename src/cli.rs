//! The command line: words and options. What they mean is in [`needshare::commands`].

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use needshare::assess::StatedQuantum;
use needshare::commands::{Format, Options, Request};
use needshare::inputs::cell::commas_part_thousands;
use needshare::solve::{Backend, Method, Road};
use needshare::units::Pounds;

/// Shares national money between local authorities by need, and shows who wins and
/// who loses under every formula.
#[derive(Debug, Parser)]
#[command(name = "needshare", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compare formulas with the baselines: summary, tables and charts.
    Compare {
        /// Formulas: built-in names, or paths ending in .toml. None: all that compare by default.
        #[arg(value_name = "FORMULA")]
        formulas: Vec<String>,
        #[command(flatten)]
        inputs: InputArgs,
        #[command(flatten)]
        comparison: ComparisonArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Measure formulas on one footing: a league table by one formula's measure of need.
    Benchmark {
        /// Formulas: built-in names, or paths ending in .toml. None: all that compare by default.
        #[arg(value_name = "FORMULA")]
        formulas: Vec<String>,
        /// The formula whose need all are measured by [default: social-care-by-need, or the
        /// first formula where they are about other data].
        #[arg(long, value_name = "FORMULA")]
        yardstick: Option<String>,
        /// What division rules share by, as --baseline states it; claims must sum to more than
        /// there is [default: the greater of need and the first baseline of columns].
        #[arg(long, value_name = "BASELINE")]
        claims: Option<String>,
        #[command(flatten)]
        inputs: InputArgs,
        #[command(flatten)]
        comparison: ComparisonArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Allocate money by one formula: amounts, and what guarantees bind and cost.
    Allocate {
        /// Formula: a built-in name, or a path ending in .toml.
        #[arg(value_name = "FORMULA")]
        formula: String,
        /// Write the linear program for any other solver too: a file that ends in .lp or
        /// .mps, replaced only with --force.
        #[arg(long, value_name = "FILE.lp|.mps")]
        export_lp: Option<PathBuf>,
        #[command(flatten)]
        inputs: InputArgs,
        #[command(flatten)]
        output: OutputArgs,
    },
    /// Explain one authority's figure: from population to pounds, each step adding up.
    Explain {
        /// Formula: a built-in name, or a path ending in .toml.
        #[arg(value_name = "FORMULA")]
        formula: String,
        /// Authority: its code, or its exact name.
        #[arg(value_name = "AUTHORITY")]
        authority: String,
        /// Another formula to hold it against.
        #[arg(long, value_name = "FORMULA")]
        against: Option<String>,
        /// What to compare with (repeatable), as `compare` has it [default: all of the scenario's].
        #[arg(long, value_name = "BASELINE")]
        baseline: Vec<String>,
        /// Change in per cent beyond which an authority wins or loses.
        #[arg(long, value_name = "PCT", default_value_t = 0.5, value_parser = parse_tolerance)]
        tolerance: f64,
        #[command(flatten)]
        inputs: InputArgs,
        /// Print to stdout: the steps as CSV, all tables as JSON, the page as Markdown.
        #[arg(long, value_enum)]
        format: Option<FormatArg>,
    },
    /// Draw one kind of chart, its data beside it.
    ///
    /// Kinds: winners_losers, per_head_by_deprivation, change_by_region, change_by_deprivation,
    /// formula_by_region, rank_slope, lorenz, concentration, distance_from_need,
    /// yardstick_matrix, and waterfall (of one authority: chart waterfall FORMULA AUTHORITY).
    Chart {
        /// Which chart.
        #[arg(value_name = "KIND")]
        kind: String,
        /// Formulas, the leading one first; for a waterfall one formula and the authority. None:
        /// all that compare by default.
        #[arg(value_name = "FORMULA")]
        formulas: Vec<String>,
        /// The authority of a waterfall: its code, or its exact name.
        #[arg(long, value_name = "AUTHORITY")]
        authority: Option<String>,
        /// The formula whose need funding is held against [default: social-care-by-need, or the
        /// first formula where they are about other data].
        #[arg(long, value_name = "FORMULA")]
        yardstick: Option<String>,
        /// What to compare with (repeatable), as `compare` has it [default: all of the scenario's].
        #[arg(long, value_name = "BASELINE")]
        baseline: Vec<String>,
        /// Change in per cent beyond which an authority wins or loses.
        #[arg(long, value_name = "PCT", default_value_t = 0.5, value_parser = parse_tolerance)]
        tolerance: f64,
        /// A file that ends in .svg or .png, its data beside it; or a folder for both and the
        /// data [default: outputs/charts].
        #[arg(long, value_name = "FILE.svg|.png|DIR")]
        out: Option<PathBuf>,
        /// Replace files that exist.
        #[arg(long)]
        force: bool,
        /// Print the data to stdout instead of drawing.
        #[arg(long, value_enum)]
        format: Option<FormatArg>,
        /// Say nothing but errors.
        #[arg(long)]
        quiet: bool,
        #[command(flatten)]
        inputs: InputArgs,
    },
    /// Check a table, a data package, a formula or a scenario: every finding at once.
    ///
    /// Without PATH, checks everything that the program carries. For a CSV file without a
    /// descriptor, writes a first one (datapackage.json) beside it.
    Check {
        /// A CSV file, a folder with datapackage.json, or a TOML file.
        path: Option<PathBuf>,
        #[command(flatten)]
        inputs: InputArgs,
        /// Print findings as a table to stdout.
        #[arg(long, value_enum)]
        format: Option<FormatArg>,
        /// Say nothing when all is well.
        #[arg(long)]
        quiet: bool,
    },
    /// Prove a finished run again from its files alone, without the solver.
    ///
    /// Exit 0 if everything holds, 4 if something does not, 1 if files cannot be read.
    Verify {
        /// The folder that `compare` or `allocate` wrote.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Print to stdout: checks as CSV, checks and failures as JSON, the report as Markdown.
        #[arg(long, value_enum)]
        format: Option<FormatArg>,
        /// Say nothing when all holds.
        #[arg(long)]
        quiet: bool,
    },
    /// Explain a formula: in sentences, in mathematics, and what each part moves in pounds.
    Show {
        /// Formula: a built-in name, or a path ending in .toml.
        #[arg(value_name = "FORMULA")]
        formula: String,
        #[command(flatten)]
        inputs: InputArgs,
        /// Print to stdout: what each part moves as CSV or JSON, the page as Markdown.
        #[arg(long, value_enum)]
        format: Option<FormatArg>,
    },
    /// Write a commented starter to fill in.
    New {
        #[command(subcommand)]
        what: New,
    },
    /// List the formulas, scenarios and datasets that the program carries.
    List {
        /// Print the list of formulas as a table to stdout.
        #[arg(long, value_enum)]
        format: Option<FormatArg>,
    },
    /// Print completions for a shell.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
pub enum New {
    /// A formula file that runs as it is.
    Formula {
        /// Where to write it.
        #[arg(value_name = "FILE.toml", default_value = "formula.toml")]
        path: PathBuf,
        /// Replace the file if it exists.
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Args)]
pub struct InputArgs {
    /// A table to use instead of the formula's own: a CSV file, or a folder with datapackage.json.
    #[arg(long, value_name = "DIR|FILE.csv")]
    inputs: Option<PathBuf>,
    /// Scenario: a built-in name, or a path ending in .toml [default: england-2024-25].
    #[arg(long, value_name = "NAME|FILE")]
    scenario: Option<String>,
    /// The sum to be shared, in whole pounds. With `allocate`, what amounts sum to; with every
    /// other command, spending to be met: a formula that nets off own resources shares this sum
    /// less those.
    #[arg(long, value_name = "POUNDS", value_parser = parse_pounds)]
    quantum: Option<i64>,
    /// An overlay laid over every formula (repeatable): a built-in name, or a path ending in
    /// .toml. FORMULA+OVERLAY lays it over one.
    #[arg(long, value_name = "OVERLAY")]
    overlay: Vec<String>,
    /// How to solve.
    #[arg(long, value_enum, default_value_t = RoadArg::Auto)]
    solver: RoadArg,
    /// What solves linear programs: microlp, clarabel, or highs where the program was built with it.
    #[arg(long, value_name = "BACKEND", default_value_t = Backend::Microlp, value_parser = parse_backend)]
    backend: Backend,
}

#[derive(Debug, Args)]
pub struct ComparisonArgs {
    /// What to compare with (repeatable): a baseline of the scenario, column:A,B (columns,
    /// summed), formula:F, or run:DIR (an earlier run) [default: all of the scenario's].
    #[arg(long, value_name = "BASELINE")]
    baseline: Vec<String>,
    /// Change in per cent beyond which an authority wins or loses.
    #[arg(long, value_name = "PCT", default_value_t = 0.5, value_parser = parse_tolerance)]
    tolerance: f64,
    /// Break changes down by a column too (repeatable): its words, or fifths by its numbers.
    #[arg(long, value_name = "COLUMN")]
    by: Vec<String>,
    /// Ask who passes this part of need met, in per cent.
    #[arg(long, value_name = "PCT", default_value_t = 95.0, value_parser = parse_tolerance)]
    threshold: f64,
    /// Charts, as SVG and PNG with their data: all, none, or kinds joined by commas.
    #[arg(long, value_name = "all|none|KIND,…", default_value = "all")]
    charts: String,
}

#[derive(Debug, Args)]
pub struct OutputArgs {
    /// Folder for the results [default: outputs/compare, outputs/allocate-<formula>].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace DIR if it exists.
    #[arg(long)]
    force: bool,
    /// Print to stdout instead of writing a folder.
    #[arg(long, value_enum)]
    format: Option<FormatArg>,
    /// Say nothing but errors.
    #[arg(long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum FormatArg {
    /// The main table as CSV.
    Csv,
    /// All tables as JSON.
    Json,
    /// The summary as Markdown.
    Markdown,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum RoadArg {
    /// The exact road, its answer held against linear programs.
    Auto,
    /// The exact road alone.
    Nested,
    /// Linear programs: what they say binds must bind in the exact answer, or the run fails.
    General,
}

fn parse_pounds(text: &str) -> Result<i64, String> {
    let sum = text.trim_start_matches('£');
    if sum.contains(',') && !commas_part_thousands(sum) {
        return Err("commas only between thousands; whole pounds, such as 40869192000".to_string());
    }
    let plain: String = sum.chars().filter(|c| !matches!(c, ',' | '_')).collect();
    match plain.parse::<i64>() {
        Ok(pounds) if pounds.unsigned_abs() <= 1_000_000_000_000_000 => Ok(pounds),
        Ok(_) => Err("at most a thousand trillion pounds".to_string()),
        Err(_) => Err("a whole number of pounds, such as 40869192000".to_string()),
    }
}

fn parse_backend(name: &str) -> Result<Backend, String> {
    Backend::of_name(name).ok_or_else(|| {
        if name == "highs" {
            return "this program was built without it; \
                    cargo build --release --features highs (needs cmake and libclang)"
                .to_string();
        }
        let names: Vec<String> = Backend::ALL.iter().map(ToString::to_string).collect();
        format!("one of {}", names.join(", "))
    })
}

fn parse_tolerance(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').trim().parse::<f64>() {
        Ok(tolerance) if tolerance.is_finite() && tolerance >= 0.0 => Ok(tolerance),
        _ => Err("per cent, zero or above, such as 0.5".to_string()),
    }
}

impl InputArgs {
    /// `of_sum` says what a stated sum is to the command.
    pub fn request(
        self,
        formulas: Vec<String>,
        baselines: Vec<String>,
        of_sum: fn(Pounds) -> StatedQuantum,
    ) -> Request {
        Request {
            formulas,
            also: Vec::new(),
            overlays: self.overlay,
            baselines,
            inputs: self.inputs,
            scenario: self.scenario,
            quantum: self
                .quantum
                .map_or(StatedQuantum::None, |sum| of_sum(Pounds(sum))),
            method: Method {
                road: match self.solver {
                    RoadArg::Auto => Road::Auto,
                    RoadArg::Nested => Road::Nested,
                    RoadArg::General => Road::General,
                },
                backend: self.backend,
            },
        }
    }
}

impl OutputArgs {
    pub fn options(self, comparison: Option<&ComparisonArgs>) -> Options {
        Options {
            out: self.out,
            force: self.force,
            format: self.format.map(FormatArg::format),
            quiet: self.quiet,
            export: None,
            tolerance: comparison.map_or(0.5, |comparison| comparison.tolerance),
            by: comparison.map_or_else(Vec::new, |comparison| comparison.by.clone()),
            threshold: comparison.map_or(95.0, |comparison| comparison.threshold),
            charts: comparison.map_or_else(|| "none".to_string(), |c| c.charts.clone()),
        }
    }
}

impl ComparisonArgs {
    pub fn baselines(&self) -> Vec<String> {
        self.baseline.clone()
    }
}

impl FormatArg {
    pub fn format(self) -> Format {
        match self {
            Self::Csv => Format::Csv,
            Self::Json => Format::Json,
            Self::Markdown => Format::Markdown,
        }
    }
}

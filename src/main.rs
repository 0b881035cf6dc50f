//! Parses, calls, prints, exits.

mod cli;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use needshare::assess::StatedQuantum;
use needshare::commands::{self, BenchmarkOptions, ChartOptions, ExplainOptions, Failure, Options};
use needshare::run_folder;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    let interrupted = ctrlc::set_handler(|| {
        run_folder::abandon();
        std::process::exit(130);
    });
    if let Err(error) = interrupted {
        eprintln!("note: an interrupt will leave a hidden folder behind ({error})");
    }
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprint!("{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Compare {
            formulas,
            inputs,
            comparison,
            output,
        } => {
            let request = inputs.request(formulas, comparison.baselines(), StatedQuantum::Spending);
            commands::compare(&request, &output.options(Some(&comparison)))
        }
        Command::Benchmark {
            formulas,
            yardstick,
            claims,
            inputs,
            comparison,
            output,
        } => {
            let request = inputs.request(formulas, comparison.baselines(), StatedQuantum::Spending);
            let of_benchmark = BenchmarkOptions { yardstick, claims };
            commands::benchmark(request, &of_benchmark, &output.options(Some(&comparison)))
        }
        Command::Allocate {
            formula,
            export_lp,
            inputs,
            output,
        } => {
            let request = inputs.request(vec![formula], Vec::new(), StatedQuantum::Sum);
            let options = Options {
                export: export_lp,
                ..output.options(None)
            };
            commands::allocate(&request, &options)
        }
        Command::Explain {
            formula,
            authority,
            against,
            baseline,
            tolerance,
            inputs,
            format,
        } => {
            let request = inputs.request(vec![formula], baseline, StatedQuantum::Spending);
            let of_explain = ExplainOptions {
                authority,
                against,
                tolerance,
                format: format.map(cli::FormatArg::format),
            };
            commands::explain(request, &of_explain)
        }
        Command::Chart {
            kind,
            formulas,
            authority,
            yardstick,
            baseline,
            tolerance,
            out,
            force,
            format,
            quiet,
            inputs,
        } => {
            let request = inputs.request(formulas, baseline, StatedQuantum::Spending);
            let of_chart = ChartOptions {
                kind,
                authority,
                yardstick,
                tolerance,
                out,
                force,
                format: format.map(cli::FormatArg::format),
                quiet,
            };
            commands::chart(request, &of_chart)
        }
        Command::Check {
            path,
            inputs,
            format,
            quiet,
        } => {
            let request = inputs.request(Vec::new(), Vec::new(), StatedQuantum::Sum);
            let format = format.map(cli::FormatArg::format);
            commands::check(path.as_deref(), &request, format, quiet)
        }
        Command::Verify {
            folder,
            format,
            quiet,
        } => commands::verify(&folder, format.map(cli::FormatArg::format), quiet),
        Command::Show {
            formula,
            inputs,
            format,
        } => {
            let request = inputs.request(vec![formula], Vec::new(), StatedQuantum::Sum);
            commands::show(&request, format.map(cli::FormatArg::format))
        }
        Command::New {
            what: cli::New::Formula { path, force },
        } => commands::new_formula(&path, force),
        Command::List { format } => commands::list(format.map(cli::FormatArg::format)),
        Command::Completions { shell } => {
            let mut command = Cli::command();
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "needshare", &mut script);
            commands::print(&String::from_utf8_lossy(&script))
        }
    }
}

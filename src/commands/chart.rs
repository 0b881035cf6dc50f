//! `needshare chart`: one kind of chart, SVG or PNG, with its data beside it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use super::benchmark::{default_yardstick, yardsticks};
use super::compare::{against, solve_all};
use super::explain::find_authority;
use super::open::open;
use super::output::Typed;
use super::{Failure, Format, Options, Request, print};
use crate::benchmark::benchmark as measure;
use crate::explain::{Explainer, Explanation};
use crate::findings::Place;
use crate::formula::FormulaReference;
use crate::inputs::named::without_folders;
use crate::render::chart::Chart;
use crate::render::figures::{ChartKind, Scene, charts};
use crate::render::report::{Block, to_markdown};
use crate::render::table::{Align, Grid};
use crate::results::baseline_money;
use crate::run_folder::RunFile;

/// Where charts go when nothing else is said.
const DEFAULT_FOLDER: &str = "outputs/charts";

/// Options of `chart` alone.
#[derive(Debug, Clone)]
pub struct ChartOptions {
    /// Which chart.
    pub kind: String,
    /// Whose waterfall.
    pub authority: Option<String>,
    /// Whose need funding is held against.
    pub yardstick: Option<String>,
    /// Change in per cent beyond which an authority wins or loses.
    pub tolerance: f64,
    /// A file or a folder.
    pub out: Option<PathBuf>,
    /// Whether to replace files.
    pub force: bool,
    /// The data to stdout in this format.
    pub format: Option<Format>,
    /// No word of what was written.
    pub quiet: bool,
}

/// Draws one kind of chart.
pub fn chart(mut request: Request, options: &ChartOptions) -> Result<(), Failure> {
    let kind = ChartKind::parse(&options.kind).map_err(Failure::Usage)?;
    let authority = authority_of(kind, &mut request, options)?;
    let typed = typed(&request, options, authority.as_deref());
    let drawn = draw(request, options, kind, authority)?;
    if drawn.is_empty() {
        return Err(Failure::Usage(format!(
            "there is nothing to draw: {} needs {}",
            options.kind,
            needs(kind)
        )));
    }
    match options.format {
        Some(format) => print(&data_of(&drawn, &typed, format)),
        None => write(&drawn, options),
    }
}

/// The command as it could be typed again.
fn typed(request: &Request, options: &ChartOptions, authority: Option<&str>) -> String {
    let mut typed = Typed::new(&format!("chart {}", options.kind), request);
    typed.option("authority", authority.map(str::to_string));
    let yardstick = options.yardstick.as_ref();
    typed.option("yardstick", yardstick.map(|name| without_folders(name)));
    let other = options.tolerance != 0.5;
    typed.option("tolerance", other.then(|| options.tolerance.to_string()));
    typed.text()
}

/// What a kind is drawn from, where a table may lack it.
fn needs(kind: ChartKind) -> &'static str {
    match kind {
        ChartKind::WinnersLosers => "a baseline (--baseline)",
        ChartKind::PerHeadByDeprivation | ChartKind::ChangeByDeprivation => {
            "populations, a column of deprivation, and a baseline"
        }
        ChartKind::Concentration => "populations and a column of deprivation",
        ChartKind::ChangeByRegion | ChartKind::FormulaByRegion => {
            "regions, populations and a baseline"
        }
        ChartKind::RankSlope => "populations, and two formulas or more",
        ChartKind::YardstickMatrix => "two formulas or more",
        ChartKind::Waterfall | ChartKind::Lorenz | ChartKind::DistanceFromNeed => "some funding",
    }
}

/// The authority of a waterfall: `--authority`, or what follows the formula.
fn authority_of(
    kind: ChartKind,
    request: &mut Request,
    options: &ChartOptions,
) -> Result<Option<String>, Failure> {
    if kind != ChartKind::Waterfall {
        return match options.authority {
            Some(_) => Err(Failure::Usage(
                "only a waterfall is of one authority".to_string(),
            )),
            None => Ok(None),
        };
    }
    let stated = match &options.authority {
        Some(stated) => Some(stated.clone()),
        None if request.formulas.len() == 2 => request.formulas.pop(),
        None => None,
    };
    match (stated, request.formulas.len()) {
        (Some(stated), 1) => Ok(Some(stated)),
        _ => Err(Failure::Usage(
            "a waterfall is of one formula and one authority: needshare chart waterfall FORMULA AUTHORITY"
                .to_string(),
        )),
    }
}

fn draw(
    mut request: Request,
    options: &ChartOptions,
    kind: ChartKind,
    authority: Option<String>,
) -> Result<Vec<Chart>, Failure> {
    let given = match &options.yardstick {
        Some(given) => given.clone(),
        None => default_yardstick(&request),
    };
    request.also.push(given.clone());
    let opened = open(&request)?;
    eprint!("{}", opened.warnings.render());
    let study = &opened.study;
    let baselines = baseline_money(study, &opened.baselines)?;
    let of_comparison = Options {
        tolerance: options.tolerance,
        ..Options::default()
    };
    let compared = against(&of_comparison, &baselines, &[]);
    let results = solve_all(study, &opened.selected, &compared)?;
    let yardstick = FormulaReference::new(&given, Place::option("--yardstick")).name;
    let need = study.need(study.formula(&yardstick))?;
    let yardsticks = yardsticks(study, &results, &yardstick, &need);
    let measured = measure(&study.dataset, &results, &yardsticks);
    let explanation: Option<Explanation> = match authority {
        Some(authority) => {
            let at = find_authority(&study.dataset.register, &authority)?;
            let explainer = Explainer::new(study, &results[0], &opened.baselines, None)?;
            Some(explainer.explain(at))
        }
        None => None,
    };
    let scene = Scene {
        study,
        results: &results,
        benchmark: Some((&measured, &yardsticks)),
        explanation: explanation.as_ref(),
    };
    Ok(charts(scene, &[kind]))
}

/// The data of charts as text.
fn data_of(charts: &[Chart], typed: &str, format: Format) -> String {
    let rows = |chart: &Chart| -> (Vec<String>, Vec<Vec<String>>) {
        let mut reader = csv::Reader::from_reader(chart.data.as_bytes());
        let words = |record: &csv::StringRecord| record.iter().map(str::to_string).collect();
        let heading = reader.headers().map(words).unwrap_or_default();
        let rows = reader.records().flatten().map(|record| words(&record));
        (heading, rows.collect())
    };
    match format {
        Format::Csv => charts
            .first()
            .map_or_else(String::new, |chart| chart.data.clone()),
        Format::Json => {
            let tables: Map<String, Json> = charts
                .iter()
                .map(|chart| {
                    let (heading, rows) = rows(chart);
                    let rows = rows.into_iter().map(|row| {
                        let cells = heading
                            .iter()
                            .cloned()
                            .zip(row.iter().map(|cell| as_json(cell)));
                        Json::Object(cells.collect())
                    });
                    (chart.name.clone(), Json::Array(rows.collect()))
                })
                .collect();
            let document = json!({
                "command": typed,
                "version": env!("CARGO_PKG_VERSION"),
                "tables": tables,
            });
            format!("{document}\n")
        }
        Format::Markdown => {
            let blocks: Vec<_> = charts
                .iter()
                .flat_map(|chart| {
                    let (heading, rows) = rows(chart);
                    let mut grid =
                        Grid::new(heading.iter().map(|name| (name.clone(), Align::Left)));
                    rows.into_iter().for_each(|row| grid.push(row));
                    [
                        Block::Heading(1, chart.picture.title.clone()),
                        Block::Paragraph(chart.picture.description.clone()),
                        Block::Table(grid),
                    ]
                })
                .collect();
            to_markdown(&blocks)
        }
    }
}

/// A cell as a number where it is one.
fn as_json(cell: &str) -> Json {
    if cell.is_empty() {
        return Json::Null;
    }
    match cell.parse::<serde_json::Number>() {
        Ok(number) => Json::Number(number),
        Err(_) => json!(cell),
    }
}

fn write(charts: &[Chart], options: &ChartOptions) -> Result<(), Failure> {
    let png = |chart: &Chart| {
        let drawn = chart.to_png();
        drawn.map_err(|error| Failure::Io(format!("cannot draw {}: {error}", chart.name)))
    };
    let mut files: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    let ending = options
        .out
        .as_deref()
        .and_then(Path::extension)
        .map(|ending| ending.to_string_lossy().to_lowercase());
    match (options.out.as_deref(), ending.as_deref()) {
        (Some(file), Some("svg" | "png")) => {
            let [chart] = charts else {
                let names: Vec<&str> = charts.iter().map(|chart| chart.name.as_str()).collect();
                return Err(Failure::Usage(format!(
                    "there are {} such charts ({}): name a folder, or one --baseline",
                    charts.len(),
                    names.join(", ")
                )));
            };
            let picture = match ending.as_deref() {
                Some("png") => png(chart)?,
                _ => chart.to_svg().into_bytes(),
            };
            files.push((file.to_path_buf(), picture));
            files.push((file.with_extension("csv"), chart.data.clone().into_bytes()));
        }
        (Some(file), Some(ending)) if !file.is_dir() => {
            return Err(Failure::Usage(format!(
                "--out {}: a chart is .svg or .png, not .{ending}; or name a folder",
                file.display()
            )));
        }
        (out, _) => {
            let folder = out.unwrap_or(Path::new(DEFAULT_FOLDER));
            if folder.is_file() {
                return Err(Failure::Usage(format!(
                    "--out {} is a file; name a folder, or a file that ends in .svg or .png",
                    folder.display()
                )));
            }
            let made = fs::create_dir_all(folder);
            made.map_err(|error| {
                Failure::Io(format!(
                    "cannot make the folder {}: {error}",
                    folder.display()
                ))
            })?;
            for chart in charts {
                let file = |ending: &str| folder.join(format!("{}.{ending}", chart.name));
                files.push((file("svg"), chart.to_svg().into_bytes()));
                files.push((file("png"), png(chart)?));
                files.push((file("csv"), chart.data.clone().into_bytes()));
            }
        }
    }
    // Our own default folder may be written over; what a user named only with --force.
    let force = options.force || options.out.is_none();
    let prepared: Vec<(RunFile, Vec<u8>)> = files
        .iter()
        .map(|(path, bytes)| Ok((RunFile::prepare(path, force)?, bytes.clone())))
        .collect::<Result<_, Failure>>()?;
    for (file, bytes) in prepared {
        file.publish(&bytes)?;
    }
    if !options.quiet {
        for chart in charts {
            print(&format!("{}\n", chart.picture.title))?;
        }
        for (path, _) in &files {
            eprintln!("{}", path.display());
        }
    }
    Ok(())
}

//! `measures.csv`, the league table, and the page that says what every measure is.

use super::headline::baseline_words;
use super::report::{Block, in_currency, left, letter, people, plain, plural, right, signed};
use super::table::{Grid, ResultTable, Rows, Value, column};
use crate::benchmark::{Benchmark, Score, is_rule};
use crate::ids::BaselineName;
use crate::measures::{Better, MEASURES, Measure, Unit};
use crate::register::Register;
use crate::results::FormulaResult;
use crate::study::Study;
use crate::units::Persons;

/// Formulas in one table of a league; more go into a further table.
const ABREAST: usize = 8;

/// `measures.csv`.
pub fn measures_table<'a>(
    benchmark: &'a Benchmark,
    results: &'a [FormulaResult],
    register: &'a Register,
) -> ResultTable<'a> {
    let columns = vec![
        column(
            "formula",
            "string",
            "name",
            "Formula that shares the money; rule:… is a division rule",
        ),
        column(
            "yardstick",
            "string",
            "name",
            "Formula whose measure of need funding is held against",
        ),
        column("measure", "string", "name", "Measure"),
        column(
            "value",
            "number",
            "see unit",
            "Its value; blank where it is undefined or the table lacks what it takes",
        ),
        column("unit", "string", "text", "Unit of the value"),
        column(
            "better",
            "string",
            "word",
            "Which way is better: higher, lower, nearer 0, nearer 1; blank where the measure only describes",
        ),
        column("definition", "string", "text", "What it is"),
        column(
            "baseline",
            "string",
            "name",
            "What funding is compared with, for measures of change",
        ),
        column(
            "authority",
            "string",
            "code",
            "Whose value it is, where it is one authority's",
        ),
        column(
            "rank",
            "integer",
            "place",
            "Place among the formulas, 1 the best, equal ones alike; blank where the measure only describes, and for rules",
        ),
    ];
    let rows = results
        .iter()
        .zip(&benchmark.scores)
        .flat_map(|(result, scores)| {
            scores.iter().map(|score| {
                let measure = score.measure;
                vec![
                    Value::text(result.formula.name.as_str()),
                    Value::text(score.yardstick.as_str()),
                    Value::text(measure.name),
                    score.found.map_or(Value::Blank, |found| {
                        Value::Rounded(found.value, measure.unit.decimals())
                    }),
                    Value::text(measure.unit.word()),
                    Value::text(measure.better.word()),
                    Value::text(measure.definition),
                    score
                        .baseline
                        .as_ref()
                        .map_or(Value::Blank, |name| Value::text(name.as_str())),
                    score
                        .found
                        .and_then(|found| found.at)
                        .map_or(Value::Blank, |at| Value::text(register[at].code.as_str())),
                    score.rank.map_or(Value::Blank, Value::count),
                ]
            })
        })
        .collect();
    ResultTable {
        name: "measures",
        title: "Every formula on every measure",
        columns,
        rows: Rows::Stated(rows),
    }
}

/// The report of a benchmark. `claims`: what division rules share by, in words.
pub fn benchmark_summary(
    study: &Study,
    results: &[FormulaResult],
    benchmark: &Benchmark,
    claims: Option<&str>,
) -> Vec<Block> {
    let mut blocks = Vec::new();
    let title = match &study.scenario {
        Some(scenario) => scenario.title.clone(),
        None => study.dataset.title.clone(),
    };
    blocks.push(Block::Heading(
        1,
        format!(
            "{title}: formulas by the need that {} measures",
            benchmark.yardstick
        ),
    ));
    opening(&mut blocks, results, benchmark);
    let league = League { results, benchmark };
    let (rules, formulas): (Vec<usize>, Vec<usize>) =
        (0..results.len()).partition(|&index| is_rule(&results[index].formula.name));
    league.key(&mut blocks, &formulas);
    let baselines: Vec<&BaselineName> = results.first().map_or(Vec::new(), |first| {
        first.comparisons.iter().map(|c| &c.baseline).collect()
    });
    league.section(
        &mut blocks,
        &format!("Beside need, as {} measures it", benchmark.yardstick),
        &formulas,
        None,
    );
    for baseline in &baselines {
        league.section(
            &mut blocks,
            &format!("Beside {}", baseline_words(baseline)),
            &formulas,
            Some(baseline),
        );
    }
    matrix(&mut blocks, benchmark);
    if !rules.is_empty() {
        blocks.push(Block::Heading(2, "Division rules beside them".to_string()));
        blocks.push(Block::Paragraph(match claims {
            Some(words) => format!(
                "Rules share the same total by what each place might claim, here {words}, or per head or by tax base. A claimant is a council, whatever its size: equal awards and losses are in pounds for each council."
            ),
            None => "Rules share the same total per head or by tax base; no claims above the total are known for the others (--claims states some).".to_string(),
        }));
        league.key(&mut blocks, &rules);
        league.grid(&mut blocks, &rules, None);
    }
    blocks.push(Block::Heading(2, "What is measured".to_string()));
    blocks.push(Block::Paragraph(
        "* marks the best of the formulas; measures without a mark only describe. Coverage is a place's share of funding ÷ its share of need. \
         measures.csv has every value with its definition; docs/MEASURES.md has references. comparison.csv and breakdowns.csv hold each formula \
         to its own need, not to the yardstick's."
            .to_string(),
    ));
    blocks.extend(super::reading_notes::reading_notes(study, results));
    in_currency(blocks, study.currency())
}

fn opening(blocks: &mut Vec<Block>, results: &[FormulaResult], benchmark: &Benchmark) {
    let matrix = match benchmark.distinct.len() {
        0 | 1 => "",
        _ => ", so the matrix below also measures each by every other's",
    };
    blocks.push(Block::Paragraph(format!(
        "Need is measured by one formula for all: {} ({}). By its own measure a formula without guarantees is perfect{matrix}.",
        benchmark.yardstick, benchmark.yardstick_title
    )));
    let of_formulas = || {
        results
            .iter()
            .filter(|result| !is_rule(&result.formula.name))
    };
    let funding = |result: &FormulaResult| -> i64 {
        result
            .solved
            .allocation
            .funding
            .iter()
            .map(|sum| sum.0)
            .sum()
    };
    let first = results.first().map(funding);
    if of_formulas().any(|result| Some(funding(result)) != first) {
        blocks.push(Block::Paragraph(
            "These formulas share different sums: places' shares of funding are compared with their shares of need, pounds are of each formula's own sum."
                .to_string(),
        ));
    }
    let guaranteed: Vec<&str> = of_formulas()
        .filter(|result| !result.formula.guarantees.is_empty())
        .map(|result| result.formula.name.as_str())
        .collect();
    if !guaranteed.is_empty() {
        blocks.push(Block::Paragraph(format!(
            "Guarantees are those of each formula's own file: {} {} some. --overlay without-guarantees takes them from all, --overlay FILE gives the same to all.",
            guaranteed.join(", "),
            if guaranteed.len() == 1 { "states" } else { "state" },
        )));
    }
}

struct League<'a> {
    results: &'a [FormulaResult],
    benchmark: &'a Benchmark,
}

impl League<'_> {
    /// Which letter stands for which formula.
    fn key(&self, blocks: &mut Vec<Block>, of: &[usize]) {
        let mut grid = Grid::new([left(""), left("formula"), left("")]);
        for (place, &index) in of.iter().enumerate() {
            let formula = &self.results[index].formula;
            grid.push([
                sign(place, is_rule(&formula.name)),
                formula.name.to_string(),
                formula.title.clone(),
            ]);
        }
        blocks.push(Block::Table(grid));
    }

    fn section(
        &self,
        blocks: &mut Vec<Block>,
        heading: &str,
        of: &[usize],
        baseline: Option<&BaselineName>,
    ) {
        blocks.push(Block::Heading(2, heading.to_string()));
        self.grid(blocks, of, baseline);
    }

    /// A table of measures, formulas in columns.
    fn grid(&self, blocks: &mut Vec<Block>, of: &[usize], baseline: Option<&BaselineName>) {
        for (part, some) in of.chunks(ABREAST).enumerate() {
            let mut header = vec![left("measure"), left("better")];
            header.extend(some.iter().enumerate().map(|(place, &index)| {
                let rule = is_rule(&self.results[index].formula.name);
                right(&sign(part * ABREAST + place, rule))
            }));
            let mut grid = Grid::new(header);
            for measure in &MEASURES {
                if measure.of.is_of_need() != baseline.is_none() {
                    continue;
                }
                let scores: Vec<Option<&Score>> = some
                    .iter()
                    .map(|&index| self.score(index, measure, baseline))
                    .collect();
                if scores
                    .iter()
                    .all(|score| score.is_none_or(|s| s.found.is_none()))
                {
                    continue;
                }
                let mut row = vec![label(measure, baseline), measure.better.word().to_string()];
                row.extend(
                    scores
                        .into_iter()
                        .map(|score| cell(score, self.marks_best())),
                );
                grid.push(row);
            }
            blocks.push(Block::Table(grid));
        }
    }

    /// Whether there is a best of several.
    fn marks_best(&self) -> bool {
        self.benchmark.formulas.len() > 1
    }

    fn score(
        &self,
        index: usize,
        measure: &Measure,
        baseline: Option<&BaselineName>,
    ) -> Option<&Score> {
        self.benchmark.scores[index].iter().find(|score| {
            score.measure.name == measure.name
                && score.baseline.as_ref() == baseline
                && score.yardstick == self.benchmark.yardstick
        })
    }
}

/// What a table calls a formula: a, b, c …; a division rule: r1, r2 …
fn sign(place: usize, is_rule: bool) -> String {
    match is_rule {
        true => format!("r{}", place + 1),
        false => letter(place),
    }
}

/// A measure's name with its unit where the values do not show it.
fn label(measure: &Measure, baseline: Option<&BaselineName>) -> String {
    // What an authority spends was not given to it: it cannot lose it.
    if baseline.is_some_and(|name| name.as_str() == "spending-today") {
        match measure.name {
            "losers" => return "spend more than the formula gives".to_string(),
            "people_in_losing_areas" => return "people in those areas".to_string(),
            _ => {}
        }
    }
    match measure.unit {
        Unit::PerCent => format!("{}, %", measure.title.trim_end_matches(", per cent")),
        Unit::Pounds => format!("{}, £m", measure.title.trim_end_matches(", £")),
        Unit::PoundsPerHead if !measure.title.starts_with('£') => format!("{}, £", measure.title),
        Unit::PoundsPerBandD => format!("{}, £", measure.title),
        _ => measure.title.to_string(),
    }
}

fn cell(score: Option<&Score>, marks_best: bool) -> String {
    let Some((score, found)) = score.and_then(|score| Some((score, score.found?))) else {
        return "–".to_string();
    };
    let mark = if marks_best && score.rank == Some(1) {
        "*"
    } else {
        " "
    };
    format!("{}{mark}", value_words(score.measure, found.value))
}

/// A value as readers have it.
fn value_words(measure: &Measure, value: f64) -> String {
    let number = |decimals| {
        let text = plain(value.abs(), decimals);
        let is_zero = text.chars().all(|c| matches!(c, '0' | '.'));
        if value < 0.0 && !is_zero {
            format!("−{text}")
        } else {
            text
        }
    };
    match measure.unit {
        Unit::PerCent => number(1),
        Unit::Pounds => plain(value / 1e6, 0),
        Unit::PoundsPerHead | Unit::PoundsPerBandD | Unit::Authorities => number(0),
        Unit::Ratio if measure.better == Better::NearerZero => signed(value, 3),
        Unit::Ratio => number(3),
        Unit::People => people(Some(Persons(value))),
    }
}

/// Each formula's allocation by each distinct measure of need.
fn matrix(blocks: &mut Vec<Block>, benchmark: &Benchmark) {
    let count = benchmark.distinct.len();
    if !(2..=ABREAST).contains(&count) {
        return;
    }
    blocks.push(Block::Heading(
        2,
        "Every formula by every formula's need".to_string(),
    ));
    let mut text =
        "Per cent of all funding misplaced: a row shares the money, a column measures need."
            .to_string();
    if count < benchmark.formulas.len() {
        text.push_str(" Formulas that measure need as one before them does have no column.");
    }
    blocks.push(Block::Paragraph(text));
    let mut header = vec![left(""), left("shares the money")];
    header.extend(
        benchmark
            .distinct
            .iter()
            .map(|&place| right(&format!("by {}", letter(place)))),
    );
    let mut grid = Grid::new(header);
    for (place, (name, row)) in benchmark.formulas.iter().zip(&benchmark.matrix).enumerate() {
        let mut cells = vec![letter(place), name.clone()];
        cells.extend(benchmark.distinct.iter().map(|&column| {
            row[column].map_or_else(|| "–".to_string(), |misplaced| plain(misplaced, 1))
        }));
        grid.push(cells);
    }
    blocks.push(Block::Table(grid));
}

/// What every measure is: `docs/MEASURES.md`.
pub fn measures_page() -> Vec<Block> {
    let mut blocks = vec![
        Block::Heading(1, "Measures".to_string()),
        Block::Paragraph(format!(
            "What `needshare benchmark` measures: {}. Written from the program's own list; do not edit.",
            plural(MEASURES.len(), "measure", "measures")
        )),
        Block::Paragraph(
            "Funding is amount + own resources. Need is the yardstick's: its need share × the formula's whole funding, so that need and \
             funding have one total and formulas of different sums can stand side by side. Coverage is funding ÷ need. All authorities count, \
             also those too small for rankings, except where a measure says so. Residents are the table's population; deprivation and tax \
             base are the columns that its descriptor names, and without them the measures that take them are blank."
                .to_string(),
        ),
        Block::Paragraph(
            "Tenths hold equal numbers of authorities, cut from the most deprived or neediest end (of 153: 16, 15, 15, 16 …). A place's \
             fractional rank is the share of residents below it and half of its own; places of equal deprivation have it together. A slope \
             on what does not vary but by rounding is blank."
                .to_string(),
        ),
        Block::Paragraph(
            "Every formula is perfect by its own measure of need, so a league table says nothing without its yardstick: it is named in \
             every title, and the matrix holds each formula against every other's need. Measures without a better way only describe: \
             a correlation with deprivation, say, is neither good nor bad before need is known."
                .to_string(),
        ),
    ];
    for (heading, of_need) in [("Beside need", true), ("Beside a baseline", false)] {
        blocks.push(Block::Heading(2, heading.to_string()));
        let mut grid = Grid::new([
            left("measure"),
            left("what it is"),
            left("unit"),
            left("better"),
            left("reference"),
        ]);
        for measure in MEASURES.iter().filter(|m| m.of.is_of_need() == of_need) {
            grid.push([
                format!("`{}`", measure.name),
                measure.definition.to_string(),
                measure.unit.word().to_string(),
                measure.better.word().to_string(),
                measure.reference.to_string(),
            ]);
        }
        blocks.push(Block::Table(grid));
    }
    blocks.push(Block::Heading(2, "Division rules".to_string()));
    blocks.push(Block::Paragraph(
        "Rules of the literature on claims run beside the formulas: proportional, constrained equal awards, constrained equal losses and \
         Talmud (Aumann and Maschler, Journal of Economic Theory 36, 1985; Thomson, Mathematical Social Sciences 45, 2003), with equal \
         sharing per head and by tax base. A place's claim is the greater of its need by the yardstick and the first baseline of columns; \
         `--claims` states another."
            .to_string(),
    ));
    blocks
}

//! Reading everything that a request names, with every finding at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Failure, Request};
use crate::findings::{COMMAND_LINE, Finding, Findings, Place, did_you_mean};
use crate::formula::{
    Baseline, Formula, FormulaData, FormulaReference, Money, Reference, RunFunding, Term,
    open_formula,
};
use crate::ids::{AuthorityCode, BaselineName, FormulaName, IndicatorName};
use crate::inputs::csv_table::read_csv_table;
use crate::inputs::{DataSource, Dataset, Roles, SourceFile, built_in, load_dataset, open_package};
use crate::scenario::{Scenario, open_scenario};
use crate::study::{Study, columns_used, formulas_referred_to};
use crate::units::Pounds;

/// The scenario of formulas for England's built-in data; other datasets have none.
pub const DEFAULT_SCENARIO: &str = "england-2024-25";

/// The dataset that it is for.
const DEFAULT_DATASET: &str = "england-2024";

/// The formula that charts and summaries lead with when none is named.
pub const LEADING_FORMULA: &str = "social-care-by-need";

/// Kinds of finding that cannot follow from another finding.
const SURE_KINDS: [&str; 9] = [
    "blank-cell",
    "unknown-indicator",
    "unknown-column",
    "unknown-word",
    "unknown-code",
    "text-column",
    "repeated-name",
    "circular-indicator",
    "missing-group",
];

/// Everything that a request names, read.
#[derive(Debug)]
pub struct Opened {
    /// Data, scenario and formulas.
    pub study: Study,
    /// The formulas asked for, in order.
    pub selected: Vec<FormulaName>,
    /// The baselines asked for, in order.
    pub baselines: Vec<Baseline>,
    /// Files read, for the manifest.
    pub files: Vec<SourceFile>,
    /// Warnings.
    pub warnings: Findings,
}

/// Opens a request's formulas, scenario and data.
pub fn open(request: &Request) -> Result<Opened, Failure> {
    let mut opener = Opener {
        request,
        findings: Findings::new(),
        files: Vec::new(),
    };
    opener.open()
}

struct Opener<'a> {
    request: &'a Request,
    findings: Findings,
    files: Vec<SourceFile>,
}

impl Opener<'_> {
    fn open(&mut self) -> Result<Opened, Failure> {
        let mut formulas = self.formulas();
        let selected: Vec<FormulaName> = formulas.iter().map(|f| f.name.clone()).collect();
        if let Some(twice) = (1..selected.len()).find(|&i| selected[..i].contains(&selected[i])) {
            return Err(Failure::Usage(format!(
                "formula {} is named twice; results are told apart by name",
                selected[twice]
            )));
        }
        self.open_also(&mut formulas);
        let scenario = self.scenario(&formulas);
        // A formula that cannot be made out leaves nothing to look for more in.
        let asked = self.request.formulas.len();
        if selected.is_empty() || selected.len() < asked || self.findings.are_usage() {
            return Err(self.fail());
        }
        let baselines = self.baselines(scenario.as_ref())?;
        let scenario_baselines = scenario
            .as_ref()
            .map_or(Vec::new(), |s| s.baselines.clone());
        let complete =
            self.open_referred(&mut formulas, baselines.iter().chain(&scenario_baselines));
        let source = self.data_source(&formulas)?;
        let compared: Vec<Baseline> = baselines
            .iter()
            .chain(&scenario_baselines)
            .cloned()
            .collect();
        let used = columns_used(&formulas, scenario.as_ref(), &compared);
        let dataset = self.dataset(&source.0, &source.1, &used);
        let Some(dataset) = dataset else {
            return Err(self.fail());
        };
        let study = Study {
            dataset,
            scenario,
            baselines: scenario_baselines,
            formulas,
            method: self.request.method,
            quantum: self.request.quantum,
        };
        // A table with faults is still good for finding what else is wrong.
        if self.findings.has_errors() {
            if complete {
                self.find_more(&study, &selected);
            }
            return Err(self.fail());
        }
        Ok(Opened {
            study,
            selected,
            baselines,
            files: std::mem::take(&mut self.files),
            warnings: std::mem::take(&mut self.findings),
        })
    }

    fn fail(&mut self) -> Failure {
        Failure::Findings(std::mem::take(&mut self.findings).without_repeats())
    }

    fn find_more(&mut self, study: &Study, selected: &[FormulaName]) {
        use crate::study::NoResult;
        for name in selected {
            if let Err(NoResult::Findings(mut more)) = study.solve(name) {
                // Others can follow from a cell that was reported already.
                more.retain_kinds(&SURE_KINDS);
                self.findings.append(more);
            }
        }
    }

    fn formulas(&mut self) -> Vec<Formula> {
        let named = named_formulas(self.request);
        let place = Place::option(COMMAND_LINE);
        named
            .iter()
            .filter_map(|name| self.formula(name, &place))
            .collect()
    }

    /// Opens formulas that the run needs beside those it is about.
    fn open_also(&mut self, formulas: &mut Vec<Formula>) {
        let place = Place::option(COMMAND_LINE);
        for name in &self.request.also {
            let known = FormulaReference::new(name, place.clone()).name;
            if formulas.iter().any(|formula| formula.name == known) {
                continue;
            }
            if let Some(formula) = self.formula(name, &place) {
                formulas.push(formula);
            }
        }
    }

    fn formula(&mut self, name: &str, place: &Place) -> Option<Formula> {
        let (formula, files) = open_formula(name, place, &mut self.findings)?;
        self.files.extend(files);
        Some(formula)
    }

    fn scenario(&mut self, formulas: &[Formula]) -> Option<Scenario> {
        let for_built_in_data = formulas.iter().any(
            |formula| matches!(&formula.data, FormulaData::BuiltIn(name) if name == DEFAULT_DATASET),
        );
        let name = match &self.request.scenario {
            Some(name) => name.as_str(),
            None if for_built_in_data => DEFAULT_SCENARIO,
            None => return None,
        };
        let (scenario, files) = open_scenario(name, &mut self.findings)?;
        self.files.extend(files);
        Some(scenario)
    }

    /// The baselines asked for; all of the scenario's if none is.
    fn baselines(&self, scenario: Option<&Scenario>) -> Result<Vec<Baseline>, Failure> {
        let known: &[Baseline] = scenario.map_or(&[], |scenario| &scenario.baselines);
        if self.request.baselines.is_empty() {
            return Ok(known.to_vec());
        }
        self.request
            .baselines
            .iter()
            .map(|text| stated_baseline(text, known))
            .collect()
    }

    /// Opens formulas that baselines and guarantees refer to, and those that they
    /// refer to in turn. Says whether all were found.
    fn open_referred<'b>(
        &mut self,
        formulas: &mut Vec<Formula>,
        baselines: impl Iterator<Item = &'b Baseline>,
    ) -> bool {
        let mut wanted: Vec<FormulaReference> = baselines
            .filter_map(|baseline| match &baseline.money {
                Money::Formula(reference) => Some(reference.clone()),
                Money::Named(_) | Money::Sum(_) | Money::Run(_) => None,
            })
            .collect();
        wanted.extend(formulas.iter().flat_map(formulas_referred_to));
        let mut complete = true;
        while let Some(reference) = wanted.pop() {
            if formulas
                .iter()
                .any(|formula| formula.name == reference.name)
            {
                continue;
            }
            match self.formula(&reference.given, &reference.place) {
                Some(formula) => {
                    wanted.extend(formulas_referred_to(&formula));
                    formulas.push(formula);
                }
                None => complete = false,
            }
        }
        complete
    }

    /// The one table that all formulas of the run are about.
    fn data_source(&self, formulas: &[Formula]) -> Result<(DataSource, Roles), Failure> {
        let Some(first) = formulas.first() else {
            return Ok((
                DataSource::BuiltIn("england-2024".to_string()),
                Roles::default(),
            ));
        };
        let asked = self.request.formulas.len().max(1) + self.request.also.len();
        let asked = asked.min(formulas.len());
        if self.request.inputs.is_none()
            && let Some(other) = formulas[..asked].iter().find(|f| f.data != first.data)
        {
            return Err(Failure::Usage(format!(
                "{} and {} are about different data; compare formulas of one table, or give one with --inputs",
                first.name, other.name
            )));
        }
        Ok(match (&self.request.inputs, &first.data) {
            (None, FormulaData::BuiltIn(name)) => {
                (DataSource::BuiltIn(name.clone()), Roles::default())
            }
            (None, FormulaData::Own { table, roles }) => {
                (path_source(table.clone(), None), Roles::clone(roles))
            }
            (Some(path), FormulaData::BuiltIn(name)) => (
                path_source(path.clone(), Some(name.clone())),
                Roles::default(),
            ),
            (Some(path), FormulaData::Own { roles, .. }) => {
                (path_source(path.clone(), None), Roles::clone(roles))
            }
        })
    }

    fn dataset(
        &mut self,
        source: &DataSource,
        roles: &Roles,
        used: &BTreeSet<IndicatorName>,
    ) -> Option<Dataset> {
        let mut package = open_package(source, roles, &mut self.findings)?;
        self.files.append(&mut package.files);
        load_dataset(package, used, &mut self.findings)
    }
}

fn path_source(path: PathBuf, like: Option<String>) -> DataSource {
    DataSource::Path { path, like }
}

/// Formulas that a request runs, each with the overlays laid over all of them.
pub fn named_formulas(request: &Request) -> Vec<String> {
    let named = match request.formulas.is_empty() {
        true => default_formulas(),
        false => request.formulas.clone(),
    };
    let overlays = || request.overlays.iter().map(|overlay| format!("+{overlay}"));
    named
        .into_iter()
        .map(|name| name + &overlays().collect::<String>())
        .collect()
}

/// Formulas that bare `compare` runs, the leading one first.
pub fn default_formulas() -> Vec<String> {
    let mut names: Vec<String> = built_in::formula_names()
        .into_iter()
        .filter(|name| {
            let mut findings = Findings::new();
            open_formula(name, &Place::option(COMMAND_LINE), &mut findings)
                .is_some_and(|(formula, _)| formula.compare_by_default)
        })
        .map(str::to_string)
        .collect();
    names.sort_by_key(|name| (name != LEADING_FORMULA, name.clone()));
    names
}

/// A baseline as `--baseline` states it.
pub fn stated_baseline(text: &str, known: &[Baseline]) -> Result<Baseline, Failure> {
    let place = Place::file("--baseline");
    let money = match text.split_once(':') {
        Some(("column", columns)) => Money::Sum(
            columns
                .split(',')
                .map(|column| {
                    Term::of(Reference {
                        name: IndicatorName::new(column.trim()),
                        place: place.clone(),
                    })
                })
                .collect(),
        ),
        Some(("formula", name)) => Money::Formula(FormulaReference::new(name, place)),
        Some(("run", folder)) => Money::Run(run_funding(Path::new(folder))?),
        _ => {
            let found = known.iter().find(|baseline| baseline.name.as_str() == text);
            return found.cloned().ok_or_else(|| {
                let names: Vec<&str> = known.iter().map(|b| b.name.as_str()).collect();
                let mut findings = Findings::new();
                findings.push(
                    Finding::error("unknown-baseline", place)
                        .found(format!("baseline `{text}`"))
                        .expected("a baseline of the scenario, column:A,B, formula:F or run:DIR")
                        .remedy(did_you_mean(text, names)),
                );
                Failure::Findings(findings)
            });
        }
    };
    // A run is named by its folder alone: results do not depend on where it lies.
    let name = match &money {
        Money::Run(_) => format!("run:{}", file_name(text)),
        _ => text.to_string(),
    };
    Ok(Baseline {
        name: BaselineName::new(name),
        money,
    })
}

fn file_name(text: &str) -> String {
    let path = text.split_once(':').map_or(text, |(_, path)| path);
    Path::new(path).file_name().map_or_else(
        || path.to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// The funding of an earlier run: its `allocation.csv`, or its `comparison.csv` if that
/// is about one formula.
fn run_funding(folder: &Path) -> Result<RunFunding, Failure> {
    let file = ["allocation.csv", "comparison.csv"]
        .map(|name| folder.join(name))
        .into_iter()
        .find(|path| path.is_file());
    let Some(path) = file else {
        return Err(Failure::Usage(format!(
            "{} holds no allocation.csv or comparison.csv: name the folder of a run",
            folder.display()
        )));
    };
    let mut findings = Findings::new();
    let table = SourceFile::open(&path, &mut findings)
        .and_then(|file| read_csv_table(&file.name, &file.bytes, &mut findings));
    let Some(table) = table.filter(|_| !findings.has_errors()) else {
        return Err(Failure::Findings(findings));
    };
    let unreadable = |what: &str| Failure::Usage(format!("{}: {what}", table.file));
    let (Some(code), Some(funding)) = (table.find("code"), table.find("funding_gbp")) else {
        return Err(unreadable(
            "no columns code and funding_gbp; is it a result of ours?",
        ));
    };
    if let Some(formula) = table.find("formula")
        && let Some(first) = table.rows.first()
        && table
            .rows
            .iter()
            .any(|row| row.cells[formula] != first.cells[formula])
    {
        return Err(unreadable(
            "results of several formulas; name a run of one formula (needshare allocate)",
        ));
    }
    let mut by_code = BTreeMap::new();
    for row in &table.rows {
        let pounds = row.cells[funding]
            .parse()
            .map_err(|_| unreadable("funding_gbp is not in whole pounds"))?;
        by_code.insert(AuthorityCode::new(&row.cells[code]), Pounds(pounds));
    }
    Ok(RunFunding {
        file: table.file.clone(),
        by_code,
    })
}

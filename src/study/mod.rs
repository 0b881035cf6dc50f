//! One run's data, scenario and formulas, with every allocation that they call for,
//! each made once. Pure: everything was read before.

mod costs;

use std::sync::Arc;

pub use costs::{AmountsBySubset, GuaranteeCost};

use crate::allocation::{
    Allocation, NoAllocation, Relaxed, allocate, explain, relax, solve_amounts,
};
use crate::assess::{Assessment, Context, Evaluator, StatedQuantum, assess_need};
use crate::currency::{Currency, STERLING};
use crate::findings::{Finding, Findings, Place, did_you_mean};
use crate::formula::{Baseline, Formula, FormulaReference, Money, RunFunding};
use crate::ids::{FormulaName, IndicatorName};
use crate::inputs::Dataset;
use crate::inputs::unit::currency_of;
use crate::program::{LinearProgram, build_program};
use crate::register::PerAuthority;
use crate::scenario::Scenario;
use crate::solve::{Method, Road};
use crate::units::{FinePounds, Pounds};

/// What a run works on.
#[derive(Debug)]
pub struct Study {
    /// The checked table.
    pub dataset: Dataset,
    /// What varies between runs, if the formula takes a scenario.
    pub scenario: Option<Scenario>,
    /// What funding is compared with, and what guarantees may refer to.
    pub baselines: Vec<Baseline>,
    /// Formulas of the run, then those that they or baselines refer to.
    pub formulas: Vec<Formula>,
    /// How to solve.
    pub method: Method,
    /// A sum from the command line.
    pub quantum: StatedQuantum,
}

/// A formula carried through: need, program, allocation.
#[derive(Debug, Clone, PartialEq)]
pub struct Solved {
    /// Need before guarantees.
    pub assessment: Arc<Assessment>,
    /// The program that was solved.
    pub program: LinearProgram,
    /// Guarantees that gave way so that the rest could hold.
    pub relaxed: Vec<Relaxed>,
    /// Whole pounds, verified.
    pub allocation: Allocation,
}

/// How a formula is carried through.
#[derive(Debug, Clone, Copy)]
struct How<'a> {
    method: Method,
    /// A column or indicator to be the same for every authority.
    alike: Option<&'a IndicatorName>,
}

impl From<Method> for How<'_> {
    fn from(method: Method) -> Self {
        Self {
            method,
            alike: None,
        }
    }
}

/// Why a formula has no result.
#[derive(Debug, Clone, PartialEq)]
pub enum NoResult {
    /// Files are wrong: exit 1.
    Findings(Findings),
    /// No allocation satisfies the guarantees, or our own check failed.
    NoAllocation(FormulaName, NoAllocation),
}

impl Study {
    /// What sums are in: the one currency that units of the table's columns name, or else those
    /// of indicators; pounds where none does, or several do.
    pub fn currency(&self) -> &'static Currency {
        let indicators = self.formulas.iter().flat_map(|formula| &formula.indicators);
        let units = indicators.map(|indicator| indicator.unit.as_str());
        currency_of(self.dataset.units())
            .or_else(|| currency_of(units))
            .unwrap_or(&STERLING)
    }

    /// Solves one formula.
    pub fn solve(&self, name: &FormulaName) -> Result<Solved, NoResult> {
        self.solve_formula(self.formula(name), &mut Vec::new(), self.method.into())
    }

    /// Need by a formula, before any guarantee.
    pub fn need(&self, formula: &Formula) -> Result<Assessment, NoResult> {
        let mut findings = Findings::new();
        let assessment = self.assess(formula, None, &mut findings);
        assessment
            .filter(|_| !findings.has_errors())
            .ok_or(NoResult::Findings(findings))
    }

    /// Solves one formula whose need was worked out before (see [`Self::need`]).
    pub fn solve_assessed(
        &self,
        formula: &Formula,
        assessment: Arc<Assessment>,
    ) -> Result<Solved, NoResult> {
        let mut under_way = vec![formula.name.clone()];
        self.solve_need(formula, assessment, &mut under_way, self.method.into())
    }

    /// A formula of the study.
    pub fn formula(&self, name: &FormulaName) -> &Formula {
        self.formulas
            .iter()
            .find(|formula| formula.name == *name)
            .expect("formulas that are referred to were opened with the study")
    }

    /// The same formula where one column or indicator is the same for every authority: its
    /// mean. What that moves is what its differences are worth.
    pub fn solve_alike(
        &self,
        formula: &Formula,
        alike: &IndicatorName,
    ) -> Result<Solved, NoResult> {
        let how = How {
            method: Road::Nested.into(),
            alike: Some(alike),
        };
        self.solve_formula(formula, &mut Vec::new(), how)
    }

    /// A formula that is no part of the study, such as one of its own without something.
    pub fn solve_variant(&self, formula: &Formula) -> Result<Solved, NoResult> {
        self.solve_formula(formula, &mut Vec::new(), Method::from(Road::Nested).into())
    }

    /// Funding under a formula that is no part of the study; none where there is no allocation.
    pub fn variant_funding(&self, formula: &Formula) -> Option<PerAuthority<Pounds>> {
        if formula.guarantees.iter().any(|g| g.funded_outside) {
            return Some(self.solve_variant(formula).ok()?.allocation.funding);
        }
        let assessment = self.need(formula).ok()?;
        let program = self
            .program(formula, &assessment, None, &mut Vec::new())
            .ok()?;
        let program = relax(&program, formula).map_or(program, |(relaxed, _)| relaxed);
        let amounts = solve_amounts(program, &self.dataset.register).ok()?;
        let own = assessment.own_resources.map(|own| own.round());
        Some(
            amounts
                .by_authority
                .zip_with(&own, |amount, own| *amount + *own),
        )
    }

    /// The same formula without its area cost adjustment, if it has one.
    pub fn solve_without_area_cost(&self, formula: &Formula) -> Option<Result<Solved, NoResult>> {
        let without = formula.without_area_cost()?;
        Some(self.solve_variant(&without))
    }

    /// Spending to be met, over all authorities.
    pub fn spending(&self) -> Result<Option<Pounds>, Findings> {
        let mut findings = Findings::new();
        let spending = self.assess_spending(&mut findings);
        if findings.has_errors() {
            return Err(findings);
        }
        Ok(spending)
    }

    fn assess_spending(&self, findings: &mut Findings) -> Option<Pounds> {
        let scenario = self.scenario.as_ref()?;
        let mut evaluator = Evaluator::new(&self.dataset, &[], None);
        let spending = evaluator.money(&scenario.spending);
        evaluator.finish(findings);
        Some(spending?.iter().copied().sum::<FinePounds>().round())
    }

    /// A baseline's money per authority, in whole pounds.
    pub fn baseline(&self, baseline: &Baseline) -> Result<PerAuthority<Pounds>, NoResult> {
        let mut findings = Findings::new();
        let mut evaluator = Evaluator::new(&self.dataset, &[], None);
        let money = self.money(&baseline.money, &mut evaluator, &mut Vec::new());
        evaluator.finish(&mut findings);
        match money {
            Ok(Some(money)) if !findings.has_errors() => Ok(money.map(|money| money.round())),
            Err(reason) => Err(reason),
            _ => Err(NoResult::Findings(findings)),
        }
    }

    fn solve_formula(
        &self,
        formula: &Formula,
        under_way: &mut Vec<FormulaName>,
        how: How<'_>,
    ) -> Result<Solved, NoResult> {
        if under_way.contains(&formula.name) {
            let place = &formula.quantum_place;
            return Err(NoResult::Findings(circular(&formula.name, place)));
        }
        under_way.push(formula.name.clone());
        let solved = self.solve_new(formula, under_way, how);
        under_way.pop();
        solved
    }

    fn solve_new(
        &self,
        formula: &Formula,
        under_way: &mut Vec<FormulaName>,
        how: How<'_>,
    ) -> Result<Solved, NoResult> {
        let mut findings = Findings::new();
        let assessment = self.assess(formula, how.alike, &mut findings);
        let Some(assessment) = assessment.filter(|_| !findings.has_errors()) else {
            return Err(NoResult::Findings(findings));
        };
        self.solve_need(formula, Arc::new(assessment), under_way, how)
    }

    fn solve_need(
        &self,
        formula: &Formula,
        assessment: Arc<Assessment>,
        under_way: &mut Vec<FormulaName>,
        how: How<'_>,
    ) -> Result<Solved, NoResult> {
        let program = self.program(formula, &assessment, how.alike, under_way)?;
        let (program, relaxed) = relax(&program, formula).unwrap_or((program, Vec::new()));
        let register = &self.dataset.register;
        match allocate(&assessment, formula, &program, register, how.method) {
            Ok(allocation) => Ok(Solved {
                assessment,
                program,
                relaxed,
                allocation,
            }),
            Err(NoAllocation::Infeasible(found)) => {
                let explained = explain(&program, formula, found.shortfalls);
                let explained = explained.put_into(self.currency());
                let reason = NoAllocation::Infeasible(Box::new(explained));
                Err(NoResult::NoAllocation(formula.name.clone(), reason))
            }
            Err(reason) => Err(NoResult::NoAllocation(formula.name.clone(), reason)),
        }
    }

    /// The year that a formula is run for: its own, or the scenario's.
    fn year<'s>(&'s self, formula: &'s Formula) -> Option<&'s str> {
        let of_scenario = self
            .scenario
            .as_ref()
            .map(|scenario| scenario.year.as_str());
        formula.year.as_deref().or(of_scenario)
    }

    fn assess(
        &self,
        formula: &Formula,
        alike: Option<&IndicatorName>,
        findings: &mut Findings,
    ) -> Option<Assessment> {
        // A table of one's own need not have the scenario's columns where a sum is stated.
        let spending = match self.quantum {
            StatedQuantum::None => self.assess_spending(findings),
            StatedQuantum::Sum(_) | StatedQuantum::Spending(_) => None,
        };
        let context = Context {
            dataset: &self.dataset,
            spending,
            stated: self.quantum,
            year: self.year(formula),
            alike,
        };
        assess_need(formula, &context, findings)
    }

    fn program(
        &self,
        formula: &Formula,
        assessment: &Assessment,
        alike: Option<&IndicatorName>,
        under_way: &mut Vec<FormulaName>,
    ) -> Result<LinearProgram, NoResult> {
        let mut findings = Findings::new();
        let mut evaluator = Evaluator::new(&self.dataset, &formula.indicators, self.year(formula))
            .with_alike(alike);
        let mut failed = None;
        let mut money_of = |money: &Money, evaluator: &mut Evaluator<'_>| match self
            .money(money, evaluator, under_way)
        {
            Ok(money) => money,
            Err(reason) => {
                failed.get_or_insert(reason);
                None
            }
        };
        let program = build_program(formula, assessment, &mut evaluator, &mut money_of);
        evaluator.finish(&mut findings);
        if let Some(reason) = failed {
            return Err(reason);
        }
        let Some(program) = program.filter(|_| !findings.has_errors()) else {
            return Err(NoResult::Findings(findings));
        };
        Ok(program)
    }

    /// Money per authority by what a file calls it.
    fn money(
        &self,
        money: &Money,
        evaluator: &mut Evaluator<'_>,
        under_way: &mut Vec<FormulaName>,
    ) -> Result<Option<PerAuthority<FinePounds>>, NoResult> {
        match money {
            Money::Sum(terms) => Ok(evaluator.money(terms)),
            Money::Formula(reference) => {
                let name = &reference.name;
                if under_way.contains(name) {
                    return Err(NoResult::Findings(circular(name, &reference.place)));
                }
                let Some(formula) = self.formulas.iter().find(|f| f.name == *name) else {
                    let names = self.formulas.iter().map(|f| f.name.as_str());
                    evaluator.findings().push(
                        Finding::error("unknown-formula", reference.place.clone())
                            .found(format!("formula `{name}`"))
                            .expected("a built-in formula")
                            .remedy(did_you_mean(name.as_str(), names.collect::<Vec<_>>())),
                    );
                    return Ok(None);
                };
                let solved =
                    self.solve_formula(formula, under_way, Method::from(Road::Nested).into())?;
                Ok(Some(
                    solved.allocation.funding.map(|funding| funding.fine()),
                ))
            }
            Money::Run(run) => Ok(self.run_funding(run, evaluator)),
            Money::Named(reference) => {
                let baseline = self
                    .baselines
                    .iter()
                    .find(|baseline| baseline.name.as_str() == reference.name.as_str());
                let is_column = self.dataset.columns.contains_key(&reference.name);
                match baseline {
                    Some(_) if is_column => {
                        evaluator.findings().push(
                            Finding::error("ambiguous-name", reference.place.clone())
                                .found(format!(
                                    "`{}`, both a column and a baseline",
                                    reference.name
                                ))
                                .expected("a name that is one of the two")
                                .remedy("for the column write { sum = [\"…\"] }"),
                        );
                        Ok(None)
                    }
                    Some(baseline) => self.money(&baseline.money.clone(), evaluator, under_way),
                    None => {
                        let terms = [crate::formula::Term::of(reference.clone())];
                        Ok(evaluator.money(&terms))
                    }
                }
            }
        }
    }

    /// An earlier run's funding for each authority of this one.
    fn run_funding(
        &self,
        run: &RunFunding,
        evaluator: &mut Evaluator<'_>,
    ) -> Option<PerAuthority<FinePounds>> {
        let register = &self.dataset.register;
        let found = register.column(|_, authority| run.by_code.get(&authority.code));
        for (at, funding) in found.enumerate() {
            if funding.is_none() {
                evaluator.findings().push(
                    Finding::error(
                        "missing-authority",
                        Place::file(&run.file).authority(register[at].label()),
                    )
                    .found("no row for this authority")
                    .expected("a row for each authority of this run")
                    .why("its change could not be told")
                    .remedy("compare with a run on the same table"),
                );
            }
        }
        let complete = found.iter().all(Option::is_some);
        complete.then(|| found.map(|sum| sum.copied().unwrap_or_default().fine()))
    }
}

/// To the nearest whole pound.
#[expect(clippy::cast_possible_truncation, reason = "below the quantum")]
pub fn whole_pounds(sum: f64) -> Pounds {
    Pounds(sum.round() as i64)
}

/// The finding that a formula refers to itself, perhaps by way of others.
fn circular(name: &FormulaName, place: &Place) -> Findings {
    let mut findings = Findings::new();
    findings.push(
        Finding::error("circular-formula", place.clone())
            .found(format!("{name}, which refers to itself"))
            .expected("guarantees and baselines that refer to other formulas without a circle")
            .remedy("name a column or another formula instead"),
    );
    findings
}

/// Half of all changes: what leaves some authorities is what reaches others.
pub fn money_moved(a: &PerAuthority<Pounds>, b: &PerAuthority<Pounds>) -> Pounds {
    let changes: Pounds = a.iter().zip(b.iter()).map(|(a, b)| (*a - *b).abs()).sum();
    Pounds((changes.0 + 1) / 2)
}

/// Columns that a formula or a scenario names and a dataset must fill.
pub fn columns_used(
    formulas: &[Formula],
    scenario: Option<&Scenario>,
    baselines: &[Baseline],
) -> std::collections::BTreeSet<IndicatorName> {
    let mut used: std::collections::BTreeSet<IndicatorName> =
        formulas.iter().flat_map(Formula::columns_used).collect();
    let names_of = |baseline: &Baseline| match &baseline.money {
        Money::Named(reference) => vec![reference.name.clone()],
        Money::Sum(terms) => terms
            .iter()
            .filter_map(crate::formula::Term::reference)
            .map(|reference| reference.name.clone())
            .collect(),
        Money::Formula(_) | Money::Run(_) => Vec::new(),
    };
    used.extend(baselines.iter().flat_map(names_of));
    if let Some(scenario) = scenario {
        used.extend(
            scenario
                .references()
                .map(|reference| reference.name.clone()),
        );
    }
    used
}

/// Formulas that a formula's guarantees and objective refer to.
pub fn formulas_referred_to(formula: &Formula) -> Vec<FormulaReference> {
    formula
        .money()
        .filter_map(|money| match money {
            Money::Formula(reference) => Some(reference.clone()),
            Money::Named(_) | Money::Sum(_) | Money::Run(_) => None,
        })
        .collect()
}

//! One run's data, scenario and formulas, with every allocation that they call for,
//! each made once. Pure: everything was read before.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::allocation::{
    Allocation, NoAllocation, Relaxed, allocate, explain, relax, solve_amounts,
};
use crate::assess::{Assessment, Context, Evaluator, StatedQuantum, assess_need};
use crate::findings::{Finding, Findings, Place, did_you_mean};
use crate::formula::{Baseline, Formula, FormulaReference, Money, RunFunding};
use crate::ids::{FormulaName, IndicatorName};
use crate::inputs::Dataset;
use crate::program::{LinearProgram, build_program};
use crate::register::PerAuthority;
use crate::scenario::Scenario;
use crate::solve::{Method, Road};
use crate::statistics::shapley;
use crate::units::{FinePounds, Pounds};

/// Guarantees up to which cost shares are worked out for every order of removal:
/// 2⁸ = 256 allocations.
const SHAPLEY_UP_TO: usize = 8;

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
    pub assessment: Assessment,
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

/// What each guarantee of a formula moves, in pounds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GuaranteeCost {
    /// Money moved between the allocations with all guarantees and with all but this; none
    /// where nothing satisfies the others without it.
    pub last: Option<Pounds>,
    /// Money moved between the allocations with this guarantee alone and with none.
    pub alone: Option<Pounds>,
    /// Its part of what all of them move, averaged over every order of adding them
    /// (Shapley value); none beyond eight guarantees, or where some of them alone have no
    /// allocation.
    pub shapley: Option<Pounds>,
    /// Authorities that get more because of it, the others standing.
    pub receivers: usize,
    /// Authorities held by no guarantee that get less because of it.
    pub free_payers: usize,
    /// Authorities held by some guarantee that get less because of it all the same.
    pub bound_payers: usize,
    /// Pence in the pound of funding that authorities held by no guarantee get less
    /// because of it; none where there are none.
    pub pence_less: Option<f64>,
}

impl Study {
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
        Some(amounts.zip_with(&own, |amount, own| *amount + *own))
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

    /// Amounts with some guarantees only, by the subset of them, guarantee `g` being in it where
    /// bit `g` is set: every subset up to eight guarantees; beyond, none, all, each alone and
    /// all but each. None where nothing satisfies a subset.
    pub fn amounts_by_guarantees(
        &self,
        formula: &Formula,
        solved: &Solved,
    ) -> Result<AmountsBySubset, NoResult> {
        let count = formula.guarantees.len();
        let full = (1_usize << count.min(60)) - 1;
        let wanted: Vec<usize> = if count <= SHAPLEY_UP_TO {
            (0..=full).collect()
        } else {
            let alone = (0..count).map(|g| 1 << g);
            let without = (0..count).map(|g| full & !(1 << g));
            std::iter::once(0).chain(alone).chain(without).collect()
        };
        let program = &solved.program;
        let register = &self.dataset.register;
        let by_subset = wanted
            .into_par_iter()
            .map(|subset| {
                if subset == full {
                    return Ok((subset, Some(solved.allocation.amount.clone())));
                }
                let some = program.with_guarantees(|g| subset >> g & 1 == 1);
                match solve_amounts(some, register) {
                    Ok(amounts) => Ok((subset, Some(amounts))),
                    // Authorities without need or people get only what guarantees give.
                    Err(NoAllocation::Infeasible(_)) => Ok((subset, None)),
                    Err(reason) => Err(NoResult::NoAllocation(formula.name.clone(), reason)),
                }
            })
            .collect::<Result<_, NoResult>>()?;
        Ok(AmountsBySubset { count, by_subset })
    }

    /// What each guarantee of a solved formula moves.
    pub fn guarantee_costs(
        &self,
        formula: &Formula,
        solved: &Solved,
    ) -> Result<Vec<GuaranteeCost>, NoResult> {
        let count = formula.guarantees.len();
        if count == 0 {
            return Ok(Vec::new());
        }
        let full = (1_usize << count.min(60)) - 1;
        let amounts = self.amounts_by_guarantees(formula, solved)?;
        let of = |subset: usize| amounts.of(subset);
        let moved = |subset: usize| Some(money_moved(of(subset)?, of(0)?));
        let shares = amounts.shapley(|subset| Some(moved(subset)?.as_f64()));
        let with = &solved.allocation.amount;
        (0..count)
            .map(|g| {
                if let Some(paid) = paid_besides(formula, solved, g) {
                    return Ok(GuaranteeCost::of_besides(paid));
                }
                let mut cost = GuaranteeCost {
                    alone: moved(1 << g),
                    shapley: shares.as_ref().map(|shares| whole_pounds(shares[g])),
                    ..GuaranteeCost::default()
                };
                if let Some(without) = of(full & !(1 << g)) {
                    let both = with.iter().zip(without.iter());
                    cost.last = Some(money_moved(with, without));
                    cost.receivers = both.filter(|(with, without)| with > without).count();
                    cost.free_payers = payers(solved, with, without, true);
                    cost.bound_payers = payers(solved, with, without, false);
                    cost.pence_less = pence_less(solved, with, without);
                }
                Ok(cost)
            })
            .collect()
    }
}

/// Amounts by the subset of guarantees that stand.
#[derive(Debug, Clone)]
pub struct AmountsBySubset {
    count: usize,
    by_subset: BTreeMap<usize, Option<PerAuthority<Pounds>>>,
}

impl AmountsBySubset {
    /// Amounts with a subset of guarantees; none where nothing satisfies it, or it was not
    /// worked out.
    pub fn of(&self, subset: usize) -> Option<&PerAuthority<Pounds>> {
        self.by_subset.get(&subset)?.as_ref()
    }

    /// Each guarantee's Shapley share of a value of subsets; none where a subset has none.
    pub fn shapley(&self, value: impl Fn(usize) -> Option<f64>) -> Option<Vec<f64>> {
        if self.count > SHAPLEY_UP_TO {
            return None;
        }
        let values: Option<Vec<f64>> = (0..1 << self.count).map(value).collect();
        Some(shapley(self.count, &values?))
    }
}

/// To the nearest whole pound.
#[expect(clippy::cast_possible_truncation, reason = "below the quantum")]
pub fn whole_pounds(sum: f64) -> Pounds {
    Pounds(sum.round() as i64)
}

impl GuaranteeCost {
    /// Money that moves between no authorities: it never was in what they share.
    fn of_besides(paid: Besides) -> Self {
        Self {
            last: Some(paid.last),
            alone: Some(paid.alone),
            // Where several add to one authority their shares are not worked out.
            shapley: (paid.last == paid.alone).then_some(paid.alone),
            ..Self::default()
        }
    }
}

/// Money that is not the quantum's: all others standing, and as the only one.
struct Besides {
    last: Pounds,
    alone: Pounds,
}

/// What a guarantee takes off the quantum before it is shared, or pays on top of it.
fn paid_besides(formula: &Formula, solved: &Solved, guarantee: usize) -> Option<Besides> {
    if let Some(slice) = solved.assessment.top_slices.get(&guarantee) {
        return Some(Besides {
            last: *slice,
            alone: *slice,
        });
    }
    if !formula.guarantees[guarantee].funded_outside {
        return None;
    }
    let amounts = &solved.allocation.by_variable;
    let paid_by = |counts: &dyn Fn(usize) -> bool| -> Pounds {
        let mut paid = solved.allocation.outside.map(|_| Pounds::ZERO);
        for bound in solved
            .program
            .outside
            .iter()
            .filter(|b| counts(b.guarantee))
        {
            paid[bound.authority] = paid[bound.authority].max(bound.short_of(amounts));
        }
        paid.iter().copied().sum()
    };
    let others = paid_by(&|other| other != guarantee);
    Some(Besides {
        last: paid_by(&|_| true) - others,
        alone: paid_by(&|other| other == guarantee),
    })
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

/// Authorities, held by no guarantee or by some, that get less with than without.
fn payers(
    solved: &Solved,
    with: &PerAuthority<Pounds>,
    without: &PerAuthority<Pounds>,
    free: bool,
) -> usize {
    let binding = &solved.allocation.binding;
    binding
        .enumerate()
        .filter(|(at, names)| names.is_empty() == free && with[*at] < without[*at])
        .count()
}

/// What authorities on no guarantee lose of each pound of funding.
fn pence_less(
    solved: &Solved,
    with: &PerAuthority<Pounds>,
    without: &PerAuthority<Pounds>,
) -> Option<f64> {
    let own = &solved.allocation.own_resources;
    let (mut funded, mut would_be) = (Pounds::ZERO, Pounds::ZERO);
    for (at, binding) in solved.allocation.binding.enumerate() {
        if binding.is_empty() {
            funded += with[at] + own[at];
            would_be += without[at] + own[at];
        }
    }
    (would_be > Pounds::ZERO).then(|| 100.0 * (1.0 - funded.as_f64() / would_be.as_f64()))
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

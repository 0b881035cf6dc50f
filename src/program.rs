//! The linear program of an allocation, as a plain value: one variable for each
//! authority with whole-pound bounds, rows for groups, one total.
//!
//! Bounds are exact: lower bounds are rounded up and upper bounds down to whole
//! pounds here, before anything is solved, and feasibility is judged on these.

use std::collections::BTreeMap;

use crate::assess::{Assessment, Evaluator};
use crate::findings::{Finding, did_you_mean};
use crate::formula::{
    BandReference, Basis, Bound, Formula, Guarantee, GuaranteeKind, Money, Objective, PerHead,
    Reference,
};
use crate::ids::GuaranteeName;
use crate::register::{Authority, PerAuthority, Position, Register};
use crate::units::{FinePounds, Pounds, Rate};

/// Share the quantum by raising the lowest measure first, within bounds and rows.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearProgram {
    /// The sum of all amounts.
    pub quantum: Pounds,
    /// Each authority's amount.
    pub variables: PerAuthority<Variable>,
    /// Group totals that are bounded.
    pub rows: Vec<Row>,
    /// Guarantees by position, as `lower_by`, `upper_by` and rows name them.
    pub guarantees: Vec<GuaranteeName>,
    /// What the best amounts are.
    pub goal: Goal,
}

/// What the best amounts are.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    /// The lowest measure raised first, then the next lowest (leximin).
    Leximin,
    /// Least total deviation; where answers tie, the lowest measure raised first.
    LeastDeviation(PerAuthority<Deviation>),
}

/// A price or a weight of deviation, in units of 1 ÷ [`WEIGHT_SCALE`].
pub type Price = i128;

/// Weights from files become integers at nine decimals.
pub const WEIGHT_SCALE: f64 = 1e9;

/// What an authority's deviation from its target costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deviation {
    /// Its target, to the whole pound.
    pub target: Pounds,
    /// Cost of a pound of deviation; zero or above.
    pub weight: Price,
}

/// One authority's amount.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Least amount; zero or above.
    pub lower: Pounds,
    /// Greatest amount, if any guarantee bounds it.
    pub upper: Option<Pounds>,
    /// Guarantees that set `lower`; none where it is the natural floor of zero.
    pub lower_by: Vec<usize>,
    /// Guarantees that set `upper`.
    pub upper_by: Vec<usize>,
    /// What rises with the amount, lowest first.
    pub measure: Measure,
}

/// m(x) = (x + offset) ÷ weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// When it is raised: those without need wait until all others are full.
    pub stage: Stage,
    /// What is added to the amount before dividing.
    pub offset: FinePounds,
    /// Zero: the amount stays at its lower bound.
    pub weight: i128,
}

/// When a measure is raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// By need: offset is own resources, weight the parts of national need.
    ByNeed,
    /// What is left once all others are full, by equal amount per head: weight is
    /// thousandths of a person.
    PerHead,
}

/// A bounded group total.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The guarantee it carries out.
    pub guarantee: usize,
    /// The group's name.
    pub group: String,
    /// Authorities whose amounts are summed.
    pub members: Vec<Position>,
    /// Least total.
    pub lower: Option<Pounds>,
    /// Greatest total.
    pub upper: Option<Pounds>,
}

impl LinearProgram {
    /// Names of guarantees by position.
    pub fn names<'a>(&'a self, positions: &'a [usize]) -> impl Iterator<Item = &'a GuaranteeName> {
        positions.iter().map(|&position| &self.guarantees[position])
    }
}

/// Money per authority by what a file calls it: a column, a baseline, another
/// formula's funding. `None` once findings say why not.
pub type MoneyOf<'a> =
    dyn FnMut(&Money, &mut Evaluator<'_>) -> Option<PerAuthority<FinePounds>> + 'a;

/// Builds the program of a formula; `None` once findings say why not.
pub fn build_program(
    formula: &Formula,
    assessment: &Assessment,
    evaluator: &mut Evaluator<'_>,
    money_of: &mut MoneyOf<'_>,
) -> Option<LinearProgram> {
    let register = &evaluator.dataset().register;
    let variables = register.column(|at, authority| Variable {
        lower: Pounds::ZERO,
        upper: None,
        lower_by: Vec::new(),
        upper_by: Vec::new(),
        measure: measure(
            assessment.need_parts[at],
            assessment.own_resources[at],
            authority,
        ),
    });
    let mut builder = Builder {
        program: LinearProgram {
            quantum: assessment.quantum,
            variables,
            rows: Vec::new(),
            guarantees: formula.guarantees.iter().map(|g| g.name.clone()).collect(),
            goal: Goal::Leximin,
        },
        assessment,
        evaluator,
        money_of,
    };
    let mut complete = true;
    for (position, guarantee) in formula.guarantees.iter().enumerate() {
        complete &= builder.add_guarantee(position, guarantee).is_some();
    }
    complete &= builder.set_objective(&formula.objective).is_some();
    complete.then_some(builder.program)
}

/// (x + offset) ÷ weight; without a weight the authority waits until all others are
/// full, and is then raised by amount per head.
fn measure(weight: i128, offset: FinePounds, authority: &Authority) -> Measure {
    if weight > 0 {
        return Measure {
            stage: Stage::ByNeed,
            offset,
            weight,
        };
    }
    #[expect(clippy::cast_possible_truncation, reason = "thousandths of a person")]
    let thousandths = authority
        .population
        .map_or(0, |people| (people.0 * 1000.0).round() as i128);
    Measure {
        stage: Stage::PerHead,
        offset: FinePounds::ZERO,
        weight: thousandths,
    }
}

struct Builder<'b, 'a, 'm> {
    program: LinearProgram,
    assessment: &'b Assessment,
    evaluator: &'b mut Evaluator<'a>,
    money_of: &'b mut MoneyOf<'m>,
}

impl Builder<'_, '_, '_> {
    fn register(&self) -> &Register {
        &self.evaluator.dataset().register
    }

    fn add_guarantee(&mut self, position: usize, guarantee: &Guarantee) -> Option<()> {
        let applies = self.applies(guarantee)?;
        match &guarantee.kind {
            GuaranteeKind::Floor(bound) => self.add_floor(position, bound, &applies),
            GuaranteeKind::Ceiling(bound) => self.add_ceiling(position, bound, &applies),
            GuaranteeKind::MinimumPerHead { per_head, basis } => {
                self.add_minimum_per_head(position, guarantee, *per_head, *basis, &applies)
            }
            GuaranteeKind::GroupBand {
                by,
                reference,
                lower,
                upper,
                basis,
            } => {
                let band = Band {
                    by,
                    reference,
                    lower: *lower,
                    upper: *upper,
                    basis: *basis,
                };
                self.add_group_band(position, guarantee, &band, &applies)
            }
        }
    }

    /// Measures and goal. Comes after the guarantees: `scale_gains` starts from the
    /// lower bounds that they set.
    fn set_objective(&mut self, objective: &Objective) -> Option<()> {
        match objective {
            // Coverage: (amount + own resources) ÷ need share, as the variables have it.
            Objective::LevelUp => {}
            // (amount − F) ÷ max(0, target − F).
            Objective::ScaleGains => {
                let targets = self.assessment.target();
                let register = self.register().clone();
                for at in register.positions() {
                    let floor = self.program.variables[at].lower.fine();
                    let gain = (targets[at] - floor).0;
                    self.program.variables[at].measure =
                        measure(gain, FinePounds(-floor.0), &register[at]);
                }
            }
            // (amount − baseline) ÷ baseline.
            Objective::EqualChange { of } => {
                let baseline = (self.money_of)(of, self.evaluator)?;
                let register = self.register().clone();
                for at in register.positions() {
                    let from = baseline[at].0;
                    self.program.variables[at].measure =
                        measure(from, FinePounds(-from), &register[at]);
                }
            }
            // (amount − target) ÷ weight: where no bound holds, all are equal, which is
            // where the derivatives of the squares are.
            Objective::LeastSquares { weight } => {
                let weights = self.weights(weight)?;
                let targets = self.assessment.target();
                let register = self.register().clone();
                for at in register.positions() {
                    self.program.variables[at].measure =
                        measure(weights[at], FinePounds(-targets[at].0), &register[at]);
                }
            }
            Objective::LeastDeviation { weight } => {
                let weights = self.weights(weight)?;
                let targets = self.assessment.target();
                self.program.goal =
                    Goal::LeastDeviation(targets.zip_with(&weights, |target, weight| Deviation {
                        target: target.round(),
                        weight: *weight,
                    }));
            }
        }
        self.fit_weights();
        Some(())
    }

    /// Divides the weights of measures, all alike, until exact levels fit 128 bits: sums
    /// times weights stay below 10³⁷. Only sums of trillions are touched.
    fn fit_weights(&mut self) {
        let variables = &self.program.variables;
        let by_need = |v: &&Variable| v.measure.stage == Stage::ByNeed;
        let weights: i128 = variables
            .iter()
            .filter(by_need)
            .map(|v| v.measure.weight)
            .sum();
        let sums: i128 = self.program.quantum.fine().0
            + variables
                .iter()
                .map(|v| v.measure.offset.0.abs() + v.lower.fine().0)
                .sum::<i128>();
        let most = 10_i128.pow(37) / sums.max(1);
        if weights <= most {
            return;
        }
        let divisor = weights / most + 1;
        for at in self.register().clone().positions() {
            let measure = &mut self.program.variables[at].measure;
            if measure.stage == Stage::ByNeed {
                measure.weight = (measure.weight / divisor).max(1);
            }
        }
    }

    /// A column of weights as integers.
    fn weights(&mut self, weight: &Reference) -> Option<PerAuthority<Price>> {
        let column = self.evaluator.column(weight)?;
        self.evaluator.refuse_negative(&column, weight, "weight");
        #[expect(clippy::cast_possible_truncation, reason = "weights are small")]
        Some(column.map(|weight| (weight * WEIGHT_SCALE).round() as Price))
    }

    /// Which authorities a guarantee's `where` picks.
    fn applies(&mut self, guarantee: &Guarantee) -> Option<PerAuthority<bool>> {
        let mut applies = self.register().column(|_, _| true);
        for (column, value) in &guarantee.only {
            let texts = self.evaluator.group_column(column, &guarantee.place)?;
            applies = applies.zip_with(&texts, |so_far, text| *so_far && text == value);
        }
        Some(applies)
    }

    /// What counts towards a bound besides the amount.
    fn counted(&self, basis: Basis, at: Position) -> FinePounds {
        match basis {
            Basis::Amount => FinePounds::ZERO,
            Basis::Funding => self.assessment.own_resources[at],
        }
    }

    /// amount ≥ rate × of − (own resources if on funding), in pounds, rounded up.
    /// Its shadow price is what a pound less of the floor would give the others.
    fn add_floor(
        &mut self,
        position: usize,
        bound: &Bound,
        applies: &PerAuthority<bool>,
    ) -> Option<()> {
        let of = (self.money_of)(&bound.of, self.evaluator)?;
        for (at, of) in of.enumerate().filter(|(at, _)| applies[*at]) {
            let least = bound.rate.of_rounded_up(*of) - self.counted(bound.basis, at);
            self.raise_lower(at, least.ceil(), position);
        }
        Some(())
    }

    /// amount ≤ rate × of − (own resources if on funding), in pounds, rounded down;
    /// never below zero, the natural floor.
    /// Its shadow price is what a pound more of the ceiling would take from the others.
    fn add_ceiling(
        &mut self,
        position: usize,
        bound: &Bound,
        applies: &PerAuthority<bool>,
    ) -> Option<()> {
        let of = (self.money_of)(&bound.of, self.evaluator)?;
        for (at, of) in of.enumerate().filter(|(at, _)| applies[*at]) {
            let most = bound.rate.of_rounded_down(*of) - self.counted(bound.basis, at);
            let most = most.floor().max(Pounds::ZERO);
            let variable = &mut self.program.variables[at];
            match variable.upper {
                Some(upper) if upper < most => {}
                Some(upper) if upper == most => variable.upper_by.push(position),
                _ => {
                    variable.upper = Some(most);
                    variable.upper_by = vec![position];
                }
            }
        }
        Some(())
    }

    /// amount ≥ pounds × population, or part of (quantum ÷ Σ population) ×
    /// population, less own resources if on funding; rounded up.
    fn add_minimum_per_head(
        &mut self,
        position: usize,
        guarantee: &Guarantee,
        per_head: PerHead,
        basis: Basis,
        applies: &PerAuthority<bool>,
    ) -> Option<()> {
        let people = self.register().column(|_, authority| authority.population);
        if people.iter().any(Option::is_none) {
            self.evaluator.findings().push(
                Finding::error("no-population", guarantee.place.clone())
                    .found("a minimum per head, and authorities without a population")
                    .expected("a population for every authority")
                    .remedy("name the column: [data] population = \"…\""),
            );
            return None;
        }
        // Thousandths of a person, so that the bound is exact.
        #[expect(clippy::cast_possible_truncation, reason = "thousandths of a person")]
        let thousandths =
            people.map(|people| people.map_or(0, |people| (people.0 * 1000.0).round() as i128));
        let everyone: i128 = thousandths.iter().sum();
        for (at, people) in thousandths.enumerate().filter(|(at, _)| applies[*at]) {
            let sum = match per_head {
                PerHead::Pounds(rate) => {
                    rate.of_rounded_up(FinePounds(people * FinePounds::PER_POUND / 1000))
                }
                PerHead::OfAverage(rate) => {
                    let part = self.program.quantum.fine().0 * people;
                    rate.of_rounded_up(FinePounds(-(-part).div_euclid(everyone.max(1))))
                }
            };
            let least = sum - self.counted(basis, at);
            self.raise_lower(at, least.ceil(), position);
        }
        Some(())
    }

    fn raise_lower(&mut self, at: Position, least: Pounds, position: usize) {
        let variable = &mut self.program.variables[at];
        if least > variable.lower {
            variable.lower = least;
            variable.lower_by = vec![position];
        } else if least == variable.lower && least > Pounds::ZERO {
            variable.lower_by.push(position);
        }
    }

    /// lower × reference ≤ Σ of the group's amounts (or funding) ≤ upper × reference,
    /// for each group. A group's shadow price is its own level less the nation's.
    fn add_group_band(
        &mut self,
        position: usize,
        guarantee: &Guarantee,
        band: &Band<'_>,
        applies: &PerAuthority<bool>,
    ) -> Option<()> {
        let texts = self.evaluator.group_column(band.by, &guarantee.place)?;
        let mut members: BTreeMap<&str, Vec<Position>> = BTreeMap::new();
        for (at, text) in texts.enumerate().filter(|(at, _)| applies[*at]) {
            members.entry(text).or_default().push(at);
        }
        let reference = self.band_reference(guarantee, band, &members)?;
        for (group, members) in members {
            let counted: FinePounds = members.iter().map(|&at| self.counted(band.basis, at)).sum();
            let of = reference[group];
            let row = Row {
                guarantee: position,
                group: group.to_string(),
                lower: band
                    .lower
                    .map(|rate| (rate.of_rounded_up(of) - counted).ceil()),
                upper: band
                    .upper
                    .map(|rate| (rate.of_rounded_down(of) - counted).floor()),
                members,
            };
            self.program.rows.push(row);
        }
        Some(())
    }

    fn band_reference(
        &mut self,
        guarantee: &Guarantee,
        band: &Band<'_>,
        members: &BTreeMap<&str, Vec<Position>>,
    ) -> Option<BTreeMap<String, FinePounds>> {
        match band.reference {
            BandReference::Money(money) => {
                let money = (self.money_of)(money, self.evaluator)?;
                Some(
                    members
                        .iter()
                        .map(|(group, members)| {
                            (
                                (*group).to_string(),
                                members.iter().map(|&at| money[at]).sum(),
                            )
                        })
                        .collect(),
                )
            }
            BandReference::Stated(stated) => {
                let mut sound = true;
                for group in members.keys() {
                    if !stated.contains_key(*group) {
                        sound = false;
                        self.evaluator.findings().push(
                            Finding::error("missing-group", guarantee.place.clone())
                                .found(format!("no reference for {} \"{group}\"", band.by))
                                .expected("a sum in pounds for each group of the table")
                                .remedy(format!("add \"{group}\" = POUNDS to reference")),
                        );
                    }
                }
                for group in stated.keys() {
                    if !members.contains_key(group.as_str()) {
                        sound = false;
                        self.evaluator.findings().push(
                            Finding::error("unknown-word", guarantee.place.clone())
                                .found(format!("a reference for {} \"{group}\"", band.by))
                                .expected(format!("a value of column `{}`", band.by))
                                .remedy(did_you_mean(group, members.keys().copied())),
                        );
                    }
                }
                sound.then(|| {
                    stated
                        .iter()
                        .map(|(group, pounds)| (group.clone(), pounds.fine()))
                        .collect()
                })
            }
        }
    }
}

/// A group band as its file states it.
struct Band<'g> {
    by: &'g str,
    reference: &'g BandReference,
    lower: Option<Rate>,
    upper: Option<Rate>,
    basis: Basis,
}

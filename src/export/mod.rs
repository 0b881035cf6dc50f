//! A formula's program as a plain linear program with readable names, for any other
//! solver: what is minimised or maximised, columns with bounds, rows. Written as text in
//! the LP format or as MPS.
//!
//! Where the lowest measure is raised first, what is exported is the first round: the
//! greatest level that everybody who can move reaches. Later rounds fix those who are
//! stuck there and raise the others.

mod lp;
mod model;
mod mps;
mod names;

use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::ToPrimitive as _;

use crate::allocation::{Allocation, Proof};
use crate::assess::Assessment;
use crate::formula::{Formula, Objective};
use crate::program::{
    Goal, Limited, LinearProgram, Measure, PerVariable, RowSource, Stage, VariableId, WEIGHT_SCALE,
};
use crate::register::Register;
use crate::solve::crossing::ExactSum;
use crate::solve::total_deviation;
use crate::units::{FinePounds, Pounds};
use model::{Column, Model, Number, Relation, Row};
use names::Names;

/// A format that other solvers read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// The LP format of CPLEX, which most solvers read.
    Lp,
    /// Free MPS.
    Mps,
}

impl ExportFormat {
    /// The format that a file's ending stands for.
    pub fn of_ending(ending: &str) -> Option<Self> {
        match ending {
            "lp" => Some(Self::Lp),
            "mps" => Some(Self::Mps),
            _ => None,
        }
    }
}

/// An exported program, and what another solver should find.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// The file's text.
    pub text: String,
    /// The optimal objective.
    pub objective: f64,
    /// Its unit.
    pub unit: &'static str,
}

/// A formula, what it came to, and whose amounts they are.
#[derive(Debug, Clone, Copy)]
pub struct Exported<'a> {
    /// The formula.
    pub formula: &'a Formula,
    /// Its need.
    pub assessment: &'a Assessment,
    /// Its program.
    pub program: &'a LinearProgram,
    /// The answer.
    pub allocation: &'a Allocation,
    /// The authorities.
    pub register: &'a Register,
}

/// Writes a program in a format.
pub fn export(exported: &Exported<'_>, format: ExportFormat) -> Export {
    let model = Builder::new(exported).build();
    Export {
        text: match format {
            ExportFormat::Lp => lp::write(&model),
            ExportFormat::Mps => mps::write(&model),
        },
        objective: model.reached,
        unit: model.unit,
    }
}

/// Bytes in a line of a comment.
const COMMENT_LINE: usize = 96;

/// What amounts are counted in: a power of a thousand pounds.
///
/// Where the level is maximised, a pound more of the quantum raises it by one part of all
/// need: solvers take what is below their tolerance (10⁻⁷) for nothing, and would stop
/// anywhere. Of a quantum of a thousand to a million units it is well above. Objectives
/// that are themselves money are in pounds.
#[derive(Debug, Clone, Copy)]
struct MoneyUnit {
    thousands: u8,
}

impl MoneyUnit {
    fn of(exported: &Exported<'_>) -> Self {
        let is_money = matches!(
            exported.formula.objective,
            Objective::LeastDeviation { .. }
                | Objective::LeastTurnover { .. }
                | Objective::LeastSquares { .. }
                | Objective::LeastQuantum
        );
        let quantum = exported.allocation.quantum;
        let thousands = match quantum.0.unsigned_abs() {
            _ if is_money => 0,
            0..1_000_000 => 0,
            1_000_000..1_000_000_000 => 1,
            _ => 2,
        };
        Self { thousands }
    }

    fn words(self) -> &'static str {
        match self.thousands {
            0 => "pounds",
            1 => "thousands of pounds",
            _ => "millions of pounds",
        }
    }

    fn pounds(self) -> f64 {
        1000_f64.powi(i32::from(self.thousands))
    }

    fn number(self, sum: Pounds) -> Number {
        Number::decimal(i128::from(sum.0), 3 * usize::from(self.thousands))
    }

    fn fine(self, sum: FinePounds) -> Number {
        Number::decimal(sum.0, 6 + 3 * usize::from(self.thousands))
    }
}

struct Builder<'a> {
    of: &'a Exported<'a>,
    /// Amounts before rounding, in pounds.
    exact: PerVariable<f64>,
    names: Names,
    money: MoneyUnit,
    /// Each amount's code, and its service if services are apart.
    whose: PerVariable<String>,
    model: Model,
}

impl<'a> Builder<'a> {
    fn new(of: &'a Exported<'a>) -> Self {
        let exact = match &of.allocation.proof {
            Proof::Nested {
                face,
                tree,
                settled,
                ..
            } => PerVariable::of(
                of.program
                    .within(face.as_ref())
                    .all_limited()
                    .zip(tree.node_of.iter())
                    .map(|(variable, &node)| {
                        let exact = settled.amount(variable, node);
                        pounds_of(exact.numerator, exact.denominator)
                    })
                    .collect(),
            ),
            Proof::Crossing {
                program,
                certificate,
                ..
            } => certificate.amounts(program).map(pounds_of_any_size),
            Proof::Squares(squares) => squares.amounts(of.program).map(pounds_of_any_size),
        };
        let mut names = Names::default();
        let whose = of.program.variables.map(|variable| {
            let code = of.register[variable.authority].code.as_str();
            let whose = match variable.service {
                Some(service) => format!("{code}_{}", of.program.services[service.index()]),
                None => code.to_string(),
            };
            names.unique("", &whose)
        });
        Self {
            of,
            exact,
            names,
            money: MoneyUnit::of(of),
            whose,
            model: Model {
                comments: Vec::new(),
                maximise: false,
                objective_name: "objective",
                objective: Vec::new(),
                squares: Vec::new(),
                columns: Vec::new(),
                rows: Vec::new(),
                reached: 0.0,
                unit: "GBP",
            },
        }
    }

    fn build(mut self) -> Model {
        let formula = self.of.formula;
        self.comment(formula.title.clone());
        self.comment(formula.objective.sentence().to_string());
        self.comment(format!(
            "Amounts are in {}: x_ and the authority's code.",
            self.money.words()
        ));
        self.add_amounts();
        match (&self.of.program.goal, &formula.objective) {
            (Goal::LeastDeviation(deviations), _) => {
                let weighted: Vec<(i64, i128)> =
                    deviations.iter().map(|d| (d.target.0, d.weight)).collect();
                self.add_deviations(&weighted);
                #[expect(clippy::cast_precision_loss, reason = "read to nine digits")]
                let total = self.deviation() as f64 / WEIGHT_SCALE;
                self.model.reached = total;
                self.model.unit = match formula.objective {
                    Objective::LeastTurnover { .. } => "GBP",
                    _ => "GBP, weighted",
                };
            }
            (Goal::LeastQuantum, _) => self.add_least_sum(),
            (Goal::LeastSquares, _) => self.add_squares(),
            (Goal::Leximin | Goal::ScaleGains(_), _) => self.add_level(),
        }
        if self.of.program.goal != Goal::LeastQuantum {
            let terms = self.of.program.variables.keys();
            let terms = terms.map(|id| (column_of(id), Number::whole(1))).collect();
            let quantum = self.money.number(self.of.allocation.quantum);
            self.row("total", terms, Relation::Equal, quantum);
        }
        self.add_groups();
        let expected = format!(
            "Optimum to expect: {} {}",
            self.model.reached, self.model.unit
        );
        self.comment(expected);
        self.model
    }

    /// Adds a comment, in lines of bearable length.
    fn comment(&mut self, comment: String) {
        let mut line = String::new();
        for word in comment.split_whitespace() {
            if !line.is_empty() && line.len() + 1 + word.len() > COMMENT_LINE {
                self.model.comments.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.model.comments.push(line);
    }

    fn row(
        &mut self,
        name: &str,
        terms: Vec<(usize, Number)>,
        relation: Relation,
        held_to: Number,
    ) {
        let name = self.names.unique("", name);
        self.model.rows.push(Row {
            name,
            terms,
            relation,
            held_to,
        });
    }

    /// One column for each amount, in the order of variables.
    fn add_amounts(&mut self) {
        for id in self.of.program.variables.keys() {
            let variable = self.of.program.limited(id);
            // Without a weight it stays at its lower bound; so does what waits until
            // others are full, if they are not.
            let waits = variable.measure.stage == Stage::PerHead
                && matches!(self.of.formula.objective, Objective::LeastSquares { .. })
                && self.exact[id] <= variable.lower.as_f64();
            let stays = variable.measure.weight <= 0 || waits;
            let upper = if stays {
                Some(variable.lower)
            } else {
                variable.upper
            };
            let name = self.names.unique("x_", &self.whose[id]);
            self.model.columns.push(Column {
                name,
                lower: Some(self.money.number(variable.lower)),
                upper: upper.map(|upper| self.money.number(upper)),
            });
        }
    }

    /// Σ weight × |amount − target| of the whole pounds, in billionths.
    fn deviation(&self) -> i128 {
        let Goal::LeastDeviation(deviations) = &self.of.program.goal else {
            return 0;
        };
        let allocation = self.of.allocation;
        let amounts = self.of.program.variables.map(|v| match v.service {
            Some(service) => allocation.by_service[service.index()].1[v.authority],
            None => allocation.amount[v.authority],
        });
        total_deviation(&amounts, deviations)
    }

    /// x − above + below = target; the sum of weight × (above + below) is minimised.
    fn add_deviations(&mut self, weighted: &[(i64, i128)]) {
        self.comment(
            "above_ and below_ are how far an amount is from what deviations are counted from."
                .to_string(),
        );
        let ids: Vec<VariableId> = self.of.program.variables.keys().collect();
        for (id, (target, weight)) in ids.into_iter().zip(weighted) {
            let whose = self.whose[id].clone();
            let weight = Number::decimal(*weight, 9);
            let mut terms = vec![(column_of(id), Number::whole(1))];
            for (word, sign) in [("above_", -1), ("below_", 1)] {
                let column = self.add_column(word, &whose, Some(Number::whole(0)), None);
                terms.push((column, Number::whole(sign)));
                if !weight.is_zero() {
                    self.model.objective.push((column, weight.clone()));
                }
            }
            let target = Number::whole(i128::from(*target));
            self.row(&format!("target_{whose}"), terms, Relation::Equal, target);
        }
        self.model.objective_name = "deviation";
    }

    fn add_column(
        &mut self,
        word: &str,
        whose: &str,
        lower: Option<Number>,
        upper: Option<Number>,
    ) -> usize {
        let name = self.names.unique(word, whose);
        self.model.columns.push(Column { name, lower, upper });
        self.model.columns.len() - 1
    }

    /// The sum of all amounts is minimised.
    fn add_least_sum(&mut self) {
        let ids = self.of.program.variables.keys();
        self.model.objective = ids.map(|id| (column_of(id), Number::whole(1))).collect();
        self.model.objective_name = "quantum";
        self.model.reached = self.of.allocation.quantum.as_f64();
    }

    /// x − apart = target; the sum of apart² ÷ weight is minimised.
    fn add_squares(&mut self) {
        self.comment(
            "apart_ is how far an amount is above its target; what has no weight waits until others are full."
                .to_string(),
        );
        let program = self.of.program;
        for id in program.variables.keys() {
            let variable = program.limited(id);
            if variable.measure.stage != Stage::ByNeed {
                continue;
            }
            let whose = self.whose[id].clone();
            let column = self.add_column("apart_", &whose, None, None);
            let target = FinePounds(-variable.measure.offset.0);
            let terms = vec![
                (column_of(id), Number::whole(1)),
                (column, Number::whole(-1)),
            ];
            self.row(
                &format!("target_{whose}"),
                terms,
                Relation::Equal,
                self.money.fine(target),
            );
            #[expect(clippy::cast_precision_loss, reason = "other solvers keep no more")]
            let weight = variable.measure.weight as f64 / WEIGHT_SCALE;
            let apart = self.exact[id] - target.as_f64();
            self.model.reached += apart * apart / weight;
            self.model
                .squares
                .push((column, Number::real(1.0 / weight)));
        }
        self.model.objective_name = "squares";
        self.model.unit = "GBP², per unit of weight";
    }

    /// The first round of raising the lowest measure: the greatest z with amount + offset
    /// ≥ z × weight for everybody who can move.
    fn add_level(&mut self) {
        let program = self.of.program;
        let moving = |stage: Stage| {
            let of_stage = move |variable: Limited<'_>| first_piece(variable, stage);
            let variables = program.variables.keys().zip(program.all_limited());
            variables.filter_map(move |(id, variable)| Some((id, variable, of_stage(variable)?)))
        };
        let stages = [Stage::ByNeed, Stage::BeyondTurn, Stage::PerHead];
        let Some(stage) = stages.into_iter().find(|&s| moving(s).next().is_some()) else {
            self.comment("Nothing can move: bounds fix every amount.".to_string());
            self.model.maximise = true;
            return;
        };
        let (unit, word) = self.unit(stage);
        self.comment(format!(
            "z is the level ({word}): the lowest that anybody who can move is at."
        ));
        self.comment(
            "This is the first round. A next round fixes whoever cannot be above z (each is tried by maximising it with all others at z or more) at that, and maximises z for the others; and so on."
                .to_string(),
        );
        // Nobody is raised by this measure beyond its turning point.
        let turn = moving(stage)
            .filter_map(|(_, variable, piece)| {
                let at = variable.turn().filter(|_| stage == Stage::ByNeed)?.at;
                Some(measure(piece, at.as_f64()) / unit)
            })
            .fold(f64::INFINITY, f64::min);
        let upper = turn.is_finite().then(|| Number::real(turn));
        let z = self.add_column("z", "", None, upper);
        let rows: Vec<_> = moving(stage)
            .map(|(id, variable, piece)| {
                let mut amount = self.exact[id];
                if let Some(turn) = variable.turn().filter(|_| stage == Stage::ByNeed) {
                    amount = amount.min(turn.at.as_f64());
                }
                (id, piece, measure(piece, amount) / unit)
            })
            .collect();
        let mut least = f64::INFINITY;
        for (id, piece, level) in rows {
            least = least.min(level);
            #[expect(clippy::cast_precision_loss, reason = "other solvers keep no more")]
            let weight = Number::real(piece.weight as f64 * unit / self.money.pounds());
            let terms = vec![(column_of(id), Number::whole(1)), (z, weight.negated())];
            let name = format!("level_{}", self.whose[id]);
            let offset = self.money.fine(FinePounds(-piece.offset.0));
            self.row(&name, terms, Relation::Least, offset);
        }
        self.model.maximise = true;
        self.model.objective = vec![(z, Number::whole(1))];
        self.model.objective_name = "level";
        self.model.reached = least;
        self.model.unit = word;
    }

    /// What one part of weight is in pounds for each unit of z, and what that unit is.
    #[expect(clippy::cast_precision_loss, reason = "other solvers keep no more")]
    fn unit(&self, stage: Stage) -> (f64, &'static str) {
        match (stage, &self.of.formula.objective) {
            (Stage::PerHead, _) | (_, Objective::PerHead) => (1e-3, "GBP per resident"),
            (_, Objective::ByTaxBase { .. }) => (1.0 / WEIGHT_SCALE, "GBP per unit of tax base"),
            (_, Objective::ScaleGains) => (1e-6, "share of each gain"),
            (_, Objective::EqualChange { .. }) => (1e-6, "change as a ratio"),
            (_, Objective::Proportional { .. }) => (1e-6, "part of each claim"),
            (
                _,
                Objective::EqualAwards { .. }
                | Objective::EqualLosses { .. }
                | Objective::Talmud { .. },
            ) => (1.0, "GBP"),
            _ => {
                // Parts of need add up to the total of need amounts.
                let parts: i128 = self
                    .of
                    .program
                    .variables
                    .iter()
                    .filter(|variable| variable.measure.stage == Stage::ByNeed)
                    .map(|variable| variable.measure.weight)
                    .sum();
                let all = if parts > 0 {
                    parts
                } else {
                    self.of.assessment.parts
                };
                let total = self.of.assessment.assessed_total.as_f64();
                (total / all as f64, "coverage")
            }
        }
    }

    /// Totals of groups, a row for each bound.
    fn add_groups(&mut self) {
        let program = self.of.program;
        for row in &program.rows {
            let terms: Vec<_> = row
                .members
                .iter()
                .map(|&id| (column_of(id), Number::whole(1)))
                .collect();
            let carries_out = program.row_name(row);
            let name = match row.source {
                RowSource::Guarantee(_) if row.group != carries_out => {
                    format!("{carries_out}_{}", row.group)
                }
                RowSource::Guarantee(_) | RowSource::Service(_) => carries_out,
            };
            if row.lower.is_some() && row.lower == row.upper {
                let exactly = self.money.number(row.lower.unwrap_or_default());
                self.row(&format!("exactly_{name}"), terms, Relation::Equal, exactly);
                continue;
            }
            if let Some(lower) = row.lower {
                let lower = self.money.number(lower);
                let name = format!("least_{name}");
                self.row(&name, terms.clone(), Relation::Least, lower);
            }
            if let Some(upper) = row.upper {
                let upper = self.money.number(upper);
                self.row(&format!("most_{name}"), terms, Relation::Most, upper);
            }
        }
    }
}

/// A fraction in millionths as pounds.
#[expect(
    clippy::cast_precision_loss,
    reason = "held against other solvers' floating-point numbers"
)]
fn pounds_of(numerator: i128, denominator: i128) -> f64 {
    numerator as f64 / denominator as f64 / 1e6
}

/// To the millionth, and the rest as a part of one.
fn pounds_of_any_size(exact: &ExactSum) -> f64 {
    let (whole, rest) = exact.numerator.div_mod_floor(&exact.denominator);
    let part = BigRational::new(rest, exact.denominator.clone());
    (whole.to_f64().unwrap_or(f64::NAN) + part.to_f64().unwrap_or(0.0)) / 1e6
}

/// Amounts are the first columns.
fn column_of(id: VariableId) -> usize {
    use crate::register::Key as _;
    id.index()
}

/// The measure by which a variable can move in a stage, if it can.
fn first_piece(variable: Limited<'_>, stage: Stage) -> Option<Measure> {
    let lower = variable.lower.fine();
    let upper = variable.upper.map(Pounds::fine);
    let (piece, from, to) = match (variable.turn(), stage) {
        (Some(turn), Stage::BeyondTurn) => (turn.measure, lower.max(turn.at), upper),
        (Some(turn), _) => {
            let ends = upper.map_or(turn.at, |upper| upper.min(turn.at));
            (variable.measure, lower, Some(ends))
        }
        (None, _) => (variable.measure, lower, upper),
    };
    let moves = piece.stage == stage && piece.weight > 0 && to.is_none_or(|to| to > from);
    moves.then_some(piece)
}

/// (amount + offset) ÷ weight, in pounds per part of weight.
#[expect(clippy::cast_precision_loss, reason = "other solvers keep no more")]
fn measure(piece: Measure, amount: f64) -> f64 {
    (amount + piece.offset.as_f64()) / piece.weight as f64
}

//! What each objective measures or weighs, variable by variable.

use super::build::Builder;
use super::{
    Deviation, Goal, LinearProgram, Measure, PerVariable, Price, Stage, Turn, Variable, VariableId,
    WEIGHT_SCALE,
};
use crate::findings::Finding;
use crate::formula::{Basis, Money, Objective, Reference};
use crate::units::{FinePounds, Pounds};

/// (x + offset) ÷ weight; without a weight the amount waits until all others are full,
/// and is then raised by amount per head.
pub(super) fn measure(weight: i128, offset: FinePounds, people: i64) -> Measure {
    if weight > 0 {
        return Measure {
            stage: Stage::ByNeed,
            offset,
            weight,
        };
    }
    Measure {
        stage: Stage::PerHead,
        offset: FinePounds::ZERO,
        // What only a place without residents may take must not be lost.
        weight: people.max(1).into(),
    }
}

impl Builder<'_, '_, '_> {
    /// Measures, caps and goal. Comes after the guarantees.
    pub(super) fn set_objective(&mut self, objective: &Objective) -> Option<()> {
        match objective {
            // Coverage: (amount + own resources) ÷ need share, as the variables have it.
            Objective::LevelUp => {}
            Objective::LeastQuantum => self.program.goal = Goal::LeastQuantum,
            // (amount − F) ÷ max(0, target − F), set from the bounds.
            Objective::ScaleGains => {
                self.program.goal = Goal::ScaleGains(self.targets());
            }
            // (amount − baseline) ÷ baseline.
            Objective::EqualChange { of } => {
                let baseline = self.money_by_variable(of)?;
                self.measure_by(|id, _| (baseline[id].0, FinePounds(-baseline[id].0)));
            }
            // (amount − target) ÷ weight: where no bound holds, all are equal, which is
            // where the derivatives of the squares are.
            Objective::LeastSquares { weight } => {
                let weights = self.weights(weight)?;
                let targets = self.targets();
                self.measure_by(|id, _| (weights[id], FinePounds(-targets[id].0)));
                self.program.goal = Goal::LeastSquares;
            }
            Objective::LeastDeviation { weight } => {
                let weights = self.weights(weight)?;
                let targets = self.targets();
                self.program.goal = Goal::LeastDeviation(
                    (targets.zip_with(&weights, |target, weight| Deviation {
                        target: target.round(),
                        weight: *weight,
                    }))
                    .into(),
                );
            }
            // A deviation from the baseline, every pound alike.
            Objective::LeastTurnover { of, basis } => {
                let baseline = self.money_by_variable(of)?;
                let from = self.program.variables.keys().map(|id| {
                    let counted = match basis {
                        Basis::Amount => FinePounds::ZERO,
                        Basis::Funding => self.own[id],
                    };
                    Deviation {
                        target: (baseline[id] - counted).round(),
                        weight: 1_000_000_000,
                    }
                });
                let from = PerVariable::of(from.collect());
                self.program.goal = Goal::LeastDeviation(from.into());
            }
            // amount ÷ residents.
            Objective::PerHead => {
                self.need_people("an objective per head", self.objective_place())?;
                self.measure_by(|_, variable| (i128::from(variable.people), FinePounds::ZERO));
            }
            Objective::ByTaxBase { base } => {
                let bases = self.weights(base)?;
                self.measure_by(|id, _| (bases[id], FinePounds::ZERO));
            }
            // amount ÷ claim.
            Objective::Proportional { claim } => {
                let claims = self.money_by_variable(claim)?;
                self.measure_by(|id, _| (claims[id].0.max(0), FinePounds::ZERO));
            }
            // amount, up to the claim.
            Objective::EqualAwards { claim } => {
                let claims = self.claims(claim)?;
                self.measure_by(|_, _| (1, FinePounds::ZERO));
                self.program.caps = Some(claims);
            }
            // amount − claim, up to the claim.
            Objective::EqualLosses { claim } => {
                let claims = self.claims(claim)?;
                self.measure_by(|id, _| (1, FinePounds(-claims[id].0)));
                self.program.caps = Some(claims);
            }
            // amount, up to half of the claim; from there amount − claim.
            Objective::Talmud { claim } => {
                let claims = self.claims(claim)?;
                self.measure_by(|_, _| (1, FinePounds::ZERO));
                let variables = &mut *self.program.variables;
                for id in claims.keys() {
                    variables[id].turn = Some(Box::new(Turn {
                        at: FinePounds(claims[id].0 / 2),
                        measure: Measure {
                            stage: Stage::BeyondTurn,
                            offset: FinePounds(-claims[id].0),
                            weight: 1,
                        },
                    }));
                }
                self.program.caps = Some(claims);
            }
        }
        self.program.combine();
        Some(())
    }

    fn measure_by(&mut self, of: impl Fn(VariableId, &Variable) -> (i128, FinePounds)) {
        let variables = &mut *self.program.variables;
        for id in variables.keys() {
            let variable = &mut variables[id];
            let (weight, offset) = of(id, variable);
            variable.measure = measure(weight, offset, variable.people);
        }
    }

    fn targets(&self) -> PerVariable<FinePounds> {
        self.need_amount
            .zip_with(&self.own, |need, own| *need - *own)
    }

    /// A column of weights as integers, each service of an authority having its.
    fn weights(&mut self, weight: &Reference) -> Option<PerVariable<Price>> {
        let column = self.evaluator.column(weight)?;
        self.evaluator.refuse_negative(&column, weight, "weight");
        #[expect(clippy::cast_possible_truncation, reason = "weights are small")]
        let weights = column.map(|weight| (weight * WEIGHT_SCALE).round() as Price);
        Some(self.program.variables.map(|v| weights[v.authority]))
    }

    /// Claims in whole pounds; more than the quantum together, or there is nothing to
    /// ration.
    fn claims(&mut self, claim: &Money) -> Option<PerVariable<FinePounds>> {
        let claims = self
            .money_by_variable(claim)?
            .map(|claim| claim.round().max(Pounds::ZERO).fine());
        let total: FinePounds = claims.iter().copied().sum();
        if total < self.program.quantum.fine() {
            let place = self.objective_place();
            let quantum = self.program.quantum;
            self.evaluator.findings().push(
                Finding::error("claims-below-quantum", place)
                    .found(format!(
                        "claims of {} together, {} less than the quantum of {quantum}",
                        total.round(),
                        (quantum.fine() - total).round()
                    ))
                    .expected("claims of more than the quantum together")
                    .why("these rules ration too little money among claims; with enough, each gets its claim")
                    .remedy("name larger claims, or state a smaller quantum"),
            );
            return None;
        }
        Some(claims)
    }
}

impl LinearProgram {
    /// Measures that start from lower bounds: `scale_gains`.
    pub(super) fn measure_from_bounds(&mut self) {
        let Goal::ScaleGains(targets) = &self.goal else {
            return;
        };
        let variables = &mut *self.variables;
        for id in variables.keys() {
            let variable = &mut variables[id];
            let floor = self.limits[id].lower.fine();
            let gain = (targets[id] - floor).0;
            variable.measure = measure(gain, FinePounds(-floor.0), variable.people);
        }
    }

    /// Divides the weights of measures, all alike, until exact levels fit 128 bits: sums
    /// times weights stay below 10³⁷. Only sums of trillions are touched.
    pub fn fit_weights(&mut self) {
        let by_need = |v: &&Variable| v.measure.stage == Stage::ByNeed;
        let weights: i128 = self
            .variables
            .iter()
            .filter(by_need)
            .map(|v| v.measure.weight)
            .sum();
        let sums: i128 = self.quantum.fine().0
            + self
                .variables
                .iter()
                .zip(self.limits.iter())
                .map(|(v, limits)| v.measure.offset.0.abs() + limits.lower.fine().0)
                .sum::<i128>();
        let most = 10_i128.pow(37) / sums.max(1);
        if weights <= most {
            return;
        }
        let divisor = weights / most + 1;
        let variables = &mut *self.variables;
        for id in variables.keys() {
            let measure = &mut variables[id].measure;
            if measure.stage == Stage::ByNeed {
                measure.weight = (measure.weight / divisor).max(1);
            }
        }
    }
}

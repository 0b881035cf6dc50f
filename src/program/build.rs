//! Building the program of a formula: one function for each kind of guarantee.

use rayon::prelude::*;

use super::bands::Band;
use super::objectives::measure;
use super::{
    Goal, Limits, LinearProgram, OutsideBound, PerVariable, Promise, PromisedBound, Row, RowSource,
    ServicePlace, Shared, Side, Variable, VariableId,
};
use crate::assess::{Assessment, Evaluator, below};
use crate::findings::{Finding, Place, did_you_mean};
use crate::formula::{
    Basis, Bound, ChangeBy, Formula, Guarantee, GuaranteeKind, Money, Objective, PerHead, RateBand,
    Reference,
};
use crate::ids::ServiceName;
use crate::register::{Key, PerAuthority, Position, Register};
use crate::units::{FinePounds, Pounds, Rate};

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
    // Thousandths of a person, so that bounds per head are exact.
    #[expect(clippy::cast_possible_truncation, reason = "thousandths of a person")]
    let people = register.column(|_, authority| {
        authority
            .population
            .map_or(0, |people| (people.0 * 1000.0).round() as i64)
    });
    let services = if formula.services_apart {
        assessment.services.iter().map(|s| s.name.clone()).collect()
    } else {
        Vec::new()
    };
    let parts = assessment.parts_by_variable(formula.services_apart);
    let own = assessment.own_by_variable(formula.services_apart);
    let each = services.len().max(1);
    let ids = (0..parts.len()).into_par_iter().map(VariableId::at);
    let variables = ids.map(|id| {
        let parts = parts[id];
        let authority = Position::at(id.index() / each);
        Variable {
            authority,
            service: formula
                .services_apart
                .then(|| ServicePlace::at(id.index() % each)),
            measure: measure(parts, own[id], people[authority]),
            turn: None,
            need: i64::try_from(parts).expect("a part of all parts"),
            people: people[authority],
        }
    });
    let variables: PerVariable<Variable> = PerVariable::of(variables.collect());
    let total = assessment.assessed_total;
    let need_amount = parts.map(|parts| FinePounds((parts * total.0).div_euclid(assessment.parts)));
    let mut builder = Builder {
        program: LinearProgram {
            quantum: assessment.quantum,
            limits: variables.map(|_| Limits::default()),
            variables: variables.into(),
            rows: Vec::new(),
            guarantees: Vec::new(),
            outside: Vec::new(),
            services,
            goal: Goal::Leximin,
            caps: None,
        },
        assessment,
        formula,
        own,
        need_amount,
        people,
        promised_lower: Vec::new(),
        promised_upper: Vec::new(),
        evaluator,
        money_of,
    };
    if formula.objective != Objective::LeastQuantum {
        builder.add_service_totals();
    }
    let mut complete = true;
    for (position, guarantee) in formula.guarantees.iter().enumerate() {
        complete &= builder.add_guarantee(position, guarantee).is_some();
        let promise = &mut builder.program.guarantees[position];
        promise.lower = builder.promised_lower.clone().into();
        promise.upper = builder.promised_upper.clone().into();
        builder.promised_lower.clear();
        builder.promised_upper.clear();
    }
    complete &= builder.set_objective(&formula.objective).is_some();
    complete.then_some(builder.program)
}

pub(super) struct Builder<'b, 'a, 'm> {
    pub(super) program: LinearProgram,
    assessment: &'b Assessment,
    formula: &'b Formula,
    /// Own resources of each variable.
    pub(super) own: PerVariable<FinePounds>,
    /// Need amount of each variable.
    pub(super) need_amount: PerVariable<FinePounds>,
    /// Residents in thousandths.
    people: PerAuthority<i64>,
    /// What the guarantee that is being added promises on variables.
    promised_lower: Vec<PromisedBound>,
    promised_upper: Vec<PromisedBound>,
    pub(super) evaluator: &'b mut Evaluator<'a>,
    money_of: &'b mut MoneyOf<'m>,
}

impl Side {
    /// rate × sum, rounded to a millionth of a pound to the safe side.
    fn part(self, rate: Rate, sum: FinePounds) -> FinePounds {
        match self {
            Self::Lower => rate.of_rounded_up(sum),
            Self::Upper => rate.of_rounded_down(sum),
        }
    }

    /// To whole pounds: at least, rounded up; at most, rounded down.
    fn whole(self, sum: FinePounds) -> Pounds {
        match self {
            Self::Lower => sum.ceil(),
            Self::Upper => sum.floor(),
        }
    }
}

/// A pound for each person, from thousandths of a person.
fn of_thousandths(people: i128) -> FinePounds {
    FinePounds(people * FinePounds::PER_POUND / 1000)
}

/// Who a guarantee is about: the variables of each authority it applies to.
#[derive(Debug)]
pub(super) struct Subjects {
    /// All of their variables, in order of authority.
    pub(super) variables: Vec<VariableId>,
    /// Each authority, and where its variables end.
    ends: Vec<(Position, usize)>,
}

impl Subjects {
    fn push(&mut self, at: Position, variable: VariableId) {
        self.variables.push(variable);
        let end = self.variables.len();
        match self.ends.last_mut() {
            Some((last, ends)) if *last == at => *ends = end,
            _ => self.ends.push((at, end)),
        }
    }

    /// Each authority with its variables.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Position, &[VariableId])> {
        let mut begin = 0;
        self.ends.iter().map(move |&(at, end)| {
            let variables = &self.variables[begin..end];
            begin = end;
            (at, variables)
        })
    }
}

impl Builder<'_, '_, '_> {
    fn register(&self) -> &Register {
        &self.evaluator.dataset().register
    }

    pub(super) fn objective_place(&self) -> Place {
        self.formula.quantum_place.clone()
    }

    /// Money per authority: what a guarantee is about, be it one service or the whole.
    pub(super) fn money(&mut self, money: &Money) -> Option<PerAuthority<FinePounds>> {
        (self.money_of)(money, self.evaluator)
    }

    /// Money per authority as money per variable: services share it as the quantum.
    pub(super) fn money_by_variable(&mut self, money: &Money) -> Option<PerVariable<FinePounds>> {
        let money = self.money(money)?;
        Some(if self.formula.services_apart {
            self.assessment.split_by_service(&money)
        } else {
            PerVariable::of(money.as_slice().to_vec())
        })
    }

    /// Each service's amounts add up to its part of the quantum.
    fn add_service_totals(&mut self) {
        if self.program.services.is_empty() {
            return;
        }
        let totals = self.assessment.service_totals();
        for (service, total) in totals.into_iter().enumerate() {
            let variables = self.program.variables.enumerate();
            let members = variables
                .filter(|(_, variable)| variable.service == Some(ServicePlace::at(service)))
                .map(|(id, _)| id)
                .collect();
            self.program.rows.push(Row {
                source: RowSource::Service(service),
                group: self.program.services[service].to_string(),
                members,
                lower: Some(total),
                upper: Some(total),
                counted: FinePounds::ZERO,
            });
        }
    }

    fn add_guarantee(&mut self, position: usize, guarantee: &Guarantee) -> Option<()> {
        self.program.guarantees.push(Promise {
            name: guarantee.name.clone(),
            lower: Shared::default(),
            upper: Shared::default(),
            kept: true,
        });
        let subjects = self.subjects(guarantee)?;
        match &guarantee.kind {
            GuaranteeKind::Floor(bound) => {
                self.add_bound(position, bound, Side::Lower, guarantee, &subjects)
            }
            GuaranteeKind::Ceiling(bound) => {
                self.add_bound(position, bound, Side::Upper, guarantee, &subjects)
            }
            GuaranteeKind::MinimumPerHead { per_head, basis } => {
                self.add_minimum_per_head(position, guarantee, *per_head, *basis, &subjects)
            }
            GuaranteeKind::MinimumPerPersonInNeed {
                amount,
                clients,
                basis,
            } => self.add_minimum_per_person(position, *amount, clients, *basis, &subjects),
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
                self.add_group_band(position, guarantee, &band, &subjects)
            }
            GuaranteeKind::RingFence(sum) => {
                self.add_ring_fence(position, guarantee, *sum, &subjects);
                Some(())
            }
            GuaranteeKind::MinimumShare { share, by } => {
                self.add_minimum_share(position, guarantee, *share, by.as_ref(), &subjects)
            }
            GuaranteeKind::HoldHarmless {
                of,
                by,
                bands,
                basis,
            } => self.add_hold_harmless(position, of, by, bands, *basis, &subjects),
            GuaranteeKind::PaceOfChange {
                of,
                down,
                up,
                basis,
            } => self.add_pace_of_change(position, of, *down, *up, *basis, &subjects),
            // Off the quantum already (see `assess_need`).
            GuaranteeKind::TopSlice(_) => Some(()),
        }
    }

    /// The variables that a guarantee is about, by authority.
    fn subjects(&mut self, guarantee: &Guarantee) -> Option<Subjects> {
        let applies = self.evaluator.meets(&guarantee.only)?;
        let mut services = Vec::new();
        for name in &guarantee.services {
            let known = self.program.services.iter().position(|s| s == name);
            if known.is_none() {
                self.unknown_service(name, guarantee);
            }
            services.push(ServicePlace::at(known?));
        }
        let counts = |service: Option<ServicePlace>| {
            services.is_empty() || service.is_some_and(|service| services.contains(&service))
        };
        let mut subjects = Subjects {
            variables: Vec::with_capacity(self.program.variables.len()),
            ends: Vec::with_capacity(self.people.len()),
        };
        for (id, variable) in self.program.variables.enumerate() {
            if applies[variable.authority] && counts(variable.service) {
                subjects.push(variable.authority, id);
            }
        }
        Some(subjects)
    }

    fn unknown_service(&mut self, name: &ServiceName, guarantee: &Guarantee) {
        let services = self.assessment.services.iter();
        let names: Vec<&str> = services.map(|service| service.name.as_str()).collect();
        self.evaluator.findings().push(
            Finding::error("unknown-service", guarantee.place.clone())
                .found(format!("a guarantee on the service \"{name}\""))
                .expected("one of the formula's services, with allocation.services = \"apart\"")
                .why("only services that are kept apart have amounts of their own")
                .remedy(if self.formula.services_apart {
                    did_you_mean(name.as_str(), names)
                } else {
                    "add services = \"apart\" to [allocation]".to_string()
                }),
        );
    }

    /// What counts towards a bound besides amounts.
    pub(super) fn counted(&self, basis: Basis, variables: &[VariableId]) -> FinePounds {
        match basis {
            Basis::Amount => FinePounds::ZERO,
            Basis::Funding => variables.iter().map(|&id| self.own[id]).sum(),
        }
    }

    /// Bounds the sum of an authority's variables: on the variable if there is one, by a
    /// row if there are several.
    pub(super) fn bound_each(
        &mut self,
        position: usize,
        (at, variables): (Position, &[VariableId]),
        side: Side,
        stated: FinePounds,
        basis: Basis,
    ) {
        let counted = self.counted(basis, variables);
        let bound = side.whole(stated - counted);
        // The natural floor of zero: what own resources meet already binds nobody, and no
        // ceiling goes below it.
        let bound = bound.max(Pounds::ZERO);
        if side == Side::Lower && bound == Pounds::ZERO {
            return;
        }
        if self.formula.guarantees[position].funded_outside {
            self.program.outside.push(OutsideBound {
                guarantee: position,
                authority: at,
                members: variables.to_vec(),
                bound,
            });
            return;
        }
        if let [variable] = variables {
            let promised = PromisedBound {
                variable: *variable,
                bound,
                stated,
                counted,
            };
            match side {
                Side::Lower => self.promised_lower.push(promised),
                Side::Upper => self.promised_upper.push(promised),
            }
            return;
        }
        let row = Row {
            source: RowSource::Guarantee(position),
            group: self.register()[at].label(),
            members: variables.to_vec(),
            lower: (side == Side::Lower).then_some(bound),
            upper: (side == Side::Upper).then_some(bound),
            counted,
        };
        self.program.rows.push(row);
    }

    /// A floor or a ceiling, rounded to the safe side in whole pounds; on funding less own
    /// resources. A floor's shadow price is what a pound less of it would give the
    /// others, a ceiling's what a pound more of it would take from them.
    fn add_bound(
        &mut self,
        position: usize,
        bound: &Bound,
        side: Side,
        guarantee: &Guarantee,
        subjects: &Subjects,
    ) -> Option<()> {
        let one = Pounds(1).fine();
        match bound {
            // rate × of
            Bound::PartOf { of, rate, basis } => {
                let of = self.money(of)?;
                for (at, variables) in subjects.iter() {
                    let stated = side.part(*rate, of[at]);
                    self.bound_each(position, (at, variables), side, stated, *basis);
                }
            }
            Bound::Pounds { amount, basis } => {
                for (at, variables) in subjects.iter() {
                    let stated = side.part(*amount, one);
                    self.bound_each(position, (at, variables), side, stated, *basis);
                }
            }
            // amount × residents
            Bound::PerHead { amount, basis } => {
                self.need_people("a bound per head", guarantee.place.clone())?;
                for (at, variables) in subjects.iter() {
                    let people = of_thousandths(self.people[at].into());
                    let stated = side.part(*amount, people);
                    self.bound_each(position, (at, variables), side, stated, *basis);
                }
            }
            // rate × need amount, on funding
            Bound::Coverage(rate) => {
                for (at, variables) in subjects.iter() {
                    let need = variables.iter().map(|&id| self.need_amount[id]).sum();
                    let stated = side.part(*rate, need);
                    self.bound_each(position, (at, variables), side, stated, Basis::Funding);
                }
            }
            // (1 + distance) × target, where the target is above zero
            Bound::DistanceFromTarget(distance) => {
                for (at, variables) in subjects.iter() {
                    let need: FinePounds = variables.iter().map(|&id| self.need_amount[id]).sum();
                    let target = need - self.counted(Basis::Funding, variables);
                    if target > FinePounds::ZERO {
                        let stated = target + side.part(*distance, target);
                        self.bound_each(position, (at, variables), side, stated, Basis::Amount);
                    }
                }
            }
            // baseline + amount, or baseline × (1 + part)
            Bound::Change { of, by, basis } => {
                let of = self.money(of)?;
                for (at, variables) in subjects.iter() {
                    let from = of[at];
                    let stated = from
                        + match by {
                            ChangeBy::Pounds(pounds) => side.part(*pounds, one),
                            ChangeBy::Part(part) => side.part(*part, from),
                        };
                    self.bound_each(position, (at, variables), side, stated, *basis);
                }
            }
        }
        Some(())
    }

    pub(super) fn need_people(&mut self, what: &str, place: Place) -> Option<()> {
        if self.register().iter().all(|a| a.population.is_some()) {
            return Some(());
        }
        self.evaluator.findings().push(
            Finding::error("no-population", place)
                .found(format!("{what}, and authorities without a population"))
                .expected("a population for every authority")
                .remedy("name the column: [data] population = \"…\""),
        );
        None
    }

    /// amount ≥ pounds × population, or part of (quantum ÷ Σ population) ×
    /// population, less own resources if on funding; rounded up.
    fn add_minimum_per_head(
        &mut self,
        position: usize,
        guarantee: &Guarantee,
        per_head: PerHead,
        basis: Basis,
        subjects: &Subjects,
    ) -> Option<()> {
        self.need_people("a minimum per head", guarantee.place.clone())?;
        let everyone: i128 = self.people.iter().copied().map(i128::from).sum();
        for (at, variables) in subjects.iter() {
            let people = i128::from(self.people[at]);
            let stated = match per_head {
                PerHead::Pounds(rate) => rate.of_rounded_up(of_thousandths(people)),
                PerHead::OfAverage(rate) => {
                    let part = self.program.quantum.fine().0 * people;
                    rate.of_ratio_rounded_up(part, everyone.max(1))
                }
            };
            self.bound_each(position, (at, variables), Side::Lower, stated, basis);
        }
        Some(())
    }

    /// amount ≥ pounds × people in need.
    fn add_minimum_per_person(
        &mut self,
        position: usize,
        amount: Rate,
        clients: &Reference,
        basis: Basis,
        subjects: &Subjects,
    ) -> Option<()> {
        let column = self.evaluator.column(clients)?;
        self.evaluator
            .refuse_negative(&column, clients, "people in need");
        #[expect(clippy::cast_possible_truncation, reason = "thousandths of a person")]
        let thousandths = column.map(|people| (people * 1000.0).round() as i128);
        for (at, variables) in subjects.iter() {
            let people = of_thousandths(thousandths[at]);
            let stated = amount.of_rounded_up(people);
            self.bound_each(position, (at, variables), Side::Lower, stated, basis);
        }
        Some(())
    }

    /// amount ≥ rate × of, the rate by the band that an authority's number is in.
    fn add_hold_harmless(
        &mut self,
        position: usize,
        of: &Money,
        by: &Reference,
        bands: &[RateBand],
        basis: Basis,
        subjects: &Subjects,
    ) -> Option<()> {
        let of = self.money(of)?;
        let numbers = self.evaluator.column(by)?;
        for (at, variables) in subjects.iter() {
            let number = numbers[at];
            let band = bands
                .iter()
                .find(|band| band.below.is_none_or(|limit| below(number, limit)))?;
            let stated = Side::Lower.part(band.rate, of[at]);
            self.bound_each(position, (at, variables), Side::Lower, stated, basis);
        }
        Some(())
    }

    /// (1 − down) × of ≤ amount ≤ (1 + up) × of.
    fn add_pace_of_change(
        &mut self,
        position: usize,
        of: &Money,
        down: Option<Rate>,
        up: Option<Rate>,
        basis: Basis,
        subjects: &Subjects,
    ) -> Option<()> {
        let of = self.money(of)?;
        for (at, variables) in subjects.iter() {
            let from = of[at];
            if let Some(down) = down {
                let least = from - down.of_rounded_down(from);
                self.bound_each(position, (at, variables), Side::Lower, least, basis);
            }
            if let Some(up) = up {
                let most = from + up.of_rounded_down(from);
                self.bound_each(position, (at, variables), Side::Upper, most, basis);
            }
        }
        Some(())
    }
}

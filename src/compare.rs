//! A [`Comparison`]: one formula's funding against one baseline, authority by
//! authority and by groups. Pure arithmetic on whole pounds.

use crate::allocation::Allocation;
use crate::grouping::{Grouping, role_numbers};
use crate::ids::{BaselineName, FormulaName};
use crate::inputs::Dataset;
use crate::register::{PerAuthority, Position, Register};
use crate::study::money_moved;
use crate::units::{PerCent, Persons, Pounds};

/// One formula against one baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Which formula.
    pub formula: FormulaName,
    /// Which baseline.
    pub baseline: BaselineName,
    /// Change beyond which an authority wins or loses.
    pub tolerance: PerCent,
    /// Authority by authority.
    pub changes: PerAuthority<Change>,
    /// All together.
    pub total: GroupChange,
    /// Half of all changes.
    pub money_moved: Pounds,
}

/// One authority's change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// What it is compared with.
    pub baseline: Pounds,
    /// funding − baseline.
    pub change: Pounds,
    /// Change ÷ baseline; none where the baseline is zero.
    pub per_cent: Option<PerCent>,
    /// Pounds per resident.
    pub per_head: Option<f64>,
    /// Pounds per Band D dwelling: what Council Tax would rise or fall by to make
    /// the same difference.
    pub band_d_equivalent: Option<f64>,
    /// Winner, loser or neither.
    pub outcome: Outcome,
}

/// Whether an authority gains or loses beyond the tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Gains.
    Winner,
    /// Loses.
    Loser,
    /// Neither.
    Unchanged,
}

impl Outcome {
    /// The word in results.
    pub fn word(self) -> &'static str {
        match self {
            Self::Winner => "winner",
            Self::Loser => "loser",
            Self::Unchanged => "unchanged",
        }
    }
}

/// A group of authorities together.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupChange {
    /// The group's name.
    pub label: String,
    /// How many authorities.
    pub authorities: usize,
    /// How many people; none where populations are not known.
    pub population: Option<Persons>,
    /// What is compared.
    pub funding: Pounds,
    /// What it is compared with.
    pub baseline: Pounds,
    /// Winners in it.
    pub winners: usize,
    /// Losers in it.
    pub losers: usize,
    /// People in winning authorities.
    pub people_in_winners: Option<Persons>,
    /// People in losing authorities.
    pub people_in_losers: Option<Persons>,
}

impl GroupChange {
    /// funding − baseline.
    pub fn change(&self) -> Pounds {
        self.funding - self.baseline
    }

    /// Change ÷ baseline.
    pub fn per_cent(&self) -> Option<PerCent> {
        per_cent(self.change(), self.baseline)
    }

    /// Change in pounds per resident.
    pub fn change_per_head(&self) -> Option<f64> {
        per_head(self.change(), self.population)
    }

    /// Funding in pounds per resident.
    pub fn funding_per_head(&self) -> Option<f64> {
        per_head(self.funding, self.population)
    }
}

/// Pounds per resident; none without residents.
pub fn per_head(sum: Pounds, population: Option<Persons>) -> Option<f64> {
    population
        .filter(|people| people.0 > 0.0)
        .map(|people| sum.as_f64() / people.0)
}

fn per_cent(change: Pounds, of: Pounds) -> Option<PerCent> {
    (of > Pounds::ZERO).then(|| PerCent(100.0 * change.as_f64() / of.as_f64()))
}

/// Compares a formula's funding with a baseline.
pub fn compare_funding(
    allocation: &Allocation,
    name: &BaselineName,
    baseline: &PerAuthority<Pounds>,
    dataset: &Dataset,
    tolerance: PerCent,
) -> Comparison {
    let register = &dataset.register;
    let tax_base = role_numbers(dataset, dataset.roles.tax_base.as_deref());
    let changes = register.column(|at, authority| {
        let baseline = baseline[at];
        let change = allocation.funding[at] - baseline;
        Change {
            baseline,
            change,
            per_cent: per_cent(change, baseline),
            per_head: per_head(change, authority.population),
            band_d_equivalent: tax_base
                .as_ref()
                .map(|base| base[at])
                .filter(|base| *base > 0.0)
                .map(|base| change.as_f64() / base),
            outcome: outcome(change, baseline, tolerance),
        }
    });
    Comparison {
        formula: allocation.formula.clone(),
        baseline: name.clone(),
        tolerance,
        total: group_of(
            "All authorities",
            allocation,
            &changes,
            register,
            register.positions(),
        ),
        money_moved: money_moved(&allocation.funding, baseline),
        changes,
    }
}

/// A change beyond the tolerance; of a baseline of zero any change is beyond it.
fn outcome(change: Pounds, baseline: Pounds, tolerance: PerCent) -> Outcome {
    let beyond = change.abs().as_f64() * 100.0 > tolerance.0 * baseline.as_f64().max(0.0);
    match change.0.signum() {
        1 if beyond => Outcome::Winner,
        -1 if beyond => Outcome::Loser,
        _ => Outcome::Unchanged,
    }
}

impl Comparison {
    /// The comparison by groups, in the grouping's order.
    pub fn by_group(
        &self,
        allocation: &Allocation,
        register: &Register,
        grouping: &Grouping,
    ) -> Vec<GroupChange> {
        grouping
            .labels
            .iter()
            .enumerate()
            .map(|(index, label)| {
                let members = register
                    .positions()
                    .filter(|at| grouping.group[*at] == index);
                group_of(label, allocation, &self.changes, register, members)
            })
            .collect()
    }

    /// Positions of ranked authorities by a measure, the greatest first, equal ones
    /// in code order; those without the measure or left out of rankings are not in it.
    pub fn ranked(
        &self,
        register: &Register,
        measure: impl Fn(&Change) -> Option<f64>,
    ) -> Vec<(Position, f64)> {
        let mut ranked: Vec<(Position, f64)> = self
            .changes
            .enumerate()
            .filter(|(at, _)| !register[*at].left_out_of_rankings)
            .filter_map(|(at, change)| Some((at, measure(change)?)))
            .collect();
        ranked.sort_by(|(a, x), (b, y)| y.total_cmp(x).then_with(|| a.cmp(b)));
        ranked
    }
}

fn group_of(
    label: &str,
    allocation: &Allocation,
    changes: &PerAuthority<Change>,
    register: &Register,
    members: impl Iterator<Item = Position>,
) -> GroupChange {
    let members: Vec<Position> = members.collect();
    let with = |outcome: Outcome| {
        members
            .iter()
            .copied()
            .filter(move |at| changes[*at].outcome == outcome)
    };
    let people = |at: Position| register[at].population;
    GroupChange {
        label: label.to_string(),
        authorities: members.len(),
        population: members.iter().map(|&at| people(at)).sum(),
        funding: members.iter().map(|&at| allocation.funding[at]).sum(),
        baseline: members.iter().map(|&at| changes[at].baseline).sum(),
        winners: with(Outcome::Winner).count(),
        losers: with(Outcome::Loser).count(),
        people_in_winners: with(Outcome::Winner).map(people).sum(),
        people_in_losers: with(Outcome::Loser).map(people).sum(),
    }
}

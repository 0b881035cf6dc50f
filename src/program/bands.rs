//! Guarantees on groups of authorities: rows of the program.

use std::collections::{BTreeMap, BTreeSet};

use super::Side;
use super::build::{Builder, Subjects};
use super::{Row, RowSource, VariableId};
use crate::findings::{Finding, did_you_mean};
use crate::formula::{BandReference, Basis, Guarantee, Reference, SetAside};
use crate::register::Position;
use crate::units::{FinePounds, Rate};

/// A group band as its file states it.
pub(super) struct Band<'g> {
    pub by: &'g Reference,
    pub reference: &'g BandReference,
    pub lower: Option<Rate>,
    pub upper: Option<Rate>,
    pub basis: Basis,
}

impl Builder<'_, '_, '_> {
    /// The total of those it applies to is exactly the sum.
    pub(super) fn add_ring_fence(
        &mut self,
        position: usize,
        guarantee: &Guarantee,
        sum: SetAside,
        subjects: &Subjects,
    ) {
        let quantum = self.program.quantum;
        let sum = match sum {
            SetAside::Pounds(pounds) => pounds,
            SetAside::Share(share) => share.of_rounded_down(quantum.fine()).round(),
        };
        self.program.rows.push(Row {
            source: RowSource::Guarantee(position),
            group: guarantee.name.to_string(),
            members: subjects.variables.clone(),
            lower: Some(sum),
            upper: Some(sum),
            counted: FinePounds::ZERO,
        });
    }

    /// Each authority's amount, or each group's total, ≥ share × quantum.
    pub(super) fn add_minimum_share(
        &mut self,
        position: usize,
        guarantee: &Guarantee,
        share: Rate,
        by: Option<&Reference>,
        subjects: &Subjects,
    ) -> Option<()> {
        let least = share.of_rounded_up(self.program.quantum.fine());
        let Some(by) = by else {
            for (at, variables) in subjects.iter() {
                self.bound_each(position, (at, variables), Side::Lower, least, Basis::Amount);
            }
            return Some(());
        };
        for (group, members) in self.groups(by, guarantee, subjects)? {
            self.program.rows.push(Row {
                source: RowSource::Guarantee(position),
                group,
                members,
                lower: Some(least.ceil()),
                upper: None,
                counted: FinePounds::ZERO,
            });
        }
        Some(())
    }

    /// Variables by the text of a column, or by its number written out.
    fn groups(
        &mut self,
        by: &Reference,
        guarantee: &Guarantee,
        subjects: &Subjects,
    ) -> Option<BTreeMap<String, Vec<VariableId>>> {
        let texts = self
            .evaluator
            .group_column(by.name.as_str(), &guarantee.place)?;
        let mut groups: BTreeMap<String, Vec<VariableId>> = BTreeMap::new();
        for (at, variables) in subjects.iter() {
            match groups.get_mut(&*texts[at]) {
                Some(members) => members.extend(variables),
                None => drop(groups.insert(texts[at].to_string(), variables.to_vec())),
            }
        }
        Some(groups)
    }

    /// lower × reference ≤ Σ of the group's amounts (or funding) ≤ upper × reference,
    /// for each group. A group's shadow price is its own level less the nation's.
    pub(super) fn add_group_band(
        &mut self,
        position: usize,
        guarantee: &Guarantee,
        band: &Band<'_>,
        subjects: &Subjects,
    ) -> Option<()> {
        let members = self.groups(band.by, guarantee, subjects)?;
        let reference = self.band_reference(guarantee, band, &members)?;
        for (group, members) in members {
            let counted = self.counted(band.basis, &members);
            let of = reference[&group];
            let row = Row {
                source: RowSource::Guarantee(position),
                lower: band
                    .lower
                    .map(|rate| (rate.of_rounded_up(of) - counted).ceil()),
                upper: band
                    .upper
                    .map(|rate| (rate.of_rounded_down(of) - counted).floor()),
                group,
                members,
                counted,
            };
            self.program.rows.push(row);
        }
        Some(())
    }

    fn band_reference(
        &mut self,
        guarantee: &Guarantee,
        band: &Band<'_>,
        members: &BTreeMap<String, Vec<VariableId>>,
    ) -> Option<BTreeMap<String, FinePounds>> {
        match band.reference {
            BandReference::Money(money) => {
                let money = self.money(money)?;
                let of_group = |members: &Vec<VariableId>| {
                    let authorities = members
                        .iter()
                        .map(|&id| self.program.variables[id].authority);
                    let once: BTreeSet<Position> = authorities.collect();
                    once.into_iter().map(|at| money[at]).sum()
                };
                let groups = members.iter();
                Some(
                    groups
                        .map(|(group, m)| (group.clone(), of_group(m)))
                        .collect(),
                )
            }
            BandReference::Stated(stated) => {
                let mut sound = true;
                for group in members.keys() {
                    if !stated.contains_key(group) {
                        sound = false;
                        self.evaluator.findings().push(
                            Finding::error("missing-group", guarantee.place.clone())
                                .found(format!("no reference for {} \"{group}\"", band.by.name))
                                .expected("a sum in pounds for each group of the table")
                                .remedy(format!("add \"{group}\" = POUNDS to reference")),
                        );
                    }
                }
                for group in stated.keys() {
                    if !members.contains_key(group) {
                        sound = false;
                        self.evaluator.findings().push(
                            Finding::error("unknown-word", guarantee.place.clone())
                                .found(format!("a reference for {} \"{group}\"", band.by.name))
                                .expected(format!("a value of column `{}`", band.by.name))
                                .remedy(did_you_mean(group, members.keys().map(String::as_str))),
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

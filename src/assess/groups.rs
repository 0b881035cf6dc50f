//! Groups of authorities that a kind of indicator works within.

use std::collections::BTreeMap;

use super::{Evaluator, indicators};
use crate::findings::Place;
use crate::formula::Group;
use crate::register::{PerAuthority, Position};

/// Authorities parted into groups, and who of them counts.
#[derive(Debug)]
pub struct Groups {
    /// Which group each authority is in, from zero.
    pub of: PerAuthority<usize>,
    /// Whether it meets the conditions.
    pub counts: PerAuthority<bool>,
    /// Those who count, in code order, group by group.
    pub members: Vec<Vec<Position>>,
}

impl Groups {
    /// One number for each group from its members, for every authority of the group;
    /// `None` where a group has none.
    pub fn each(
        &self,
        mut number: impl FnMut(&[Position]) -> Option<f64>,
    ) -> Option<PerAuthority<f64>> {
        let numbers: Option<Vec<f64>> = self.members.iter().map(|of| number(of)).collect();
        numbers.map(|numbers| self.of.map(|group| numbers[*group]))
    }

    /// Σ x of each group.
    pub fn total(&self, x: &PerAuthority<f64>) -> Option<PerAuthority<f64>> {
        self.each(|members| Some(members.iter().map(|at| x[*at]).sum()))
    }

    /// Mean of x in each group, weighted if there are weights: Σ weight × x ÷ Σ weight.
    /// `None` for a group whose weights sum to nothing.
    #[expect(clippy::cast_precision_loss, reason = "numbers of authorities")]
    pub fn mean(
        &self,
        x: &PerAuthority<f64>,
        weight: Option<&PerAuthority<f64>>,
    ) -> Option<PerAuthority<f64>> {
        self.each(|members| {
            let (above, below) = match weight {
                Some(weight) => (
                    indicators::sum(members.iter().map(|at| x[*at] * weight[*at])),
                    members.iter().map(|at| weight[*at]).sum::<f64>(),
                ),
                None => (
                    indicators::sum(members.iter().map(|at| x[*at])),
                    members.len() as f64,
                ),
            };
            (below != 0.0).then(|| above / below)
        })
    }
}

impl Evaluator<'_> {
    /// Who works within what: parted by `by`, counting those that meet the conditions.
    pub(super) fn groups(&mut self, group: &Group, place: &Place) -> Option<Groups> {
        let counts = self.meets(&group.only)?;
        let mut of = self.dataset().register.column(|_, _| 0_usize);
        let mut number = 1;
        for by in &group.by {
            let texts = self.group_column(by.name.as_str(), place)?;
            // Groups so far, parted further by this column.
            let mut known: BTreeMap<(usize, &str), usize> = BTreeMap::new();
            let parted = of.map_indexed(|row| {
                let next = known.len();
                let (group, text) = (of.as_slice()[row], &*texts.as_slice()[row]);
                *known.entry((group, text)).or_insert(next)
            });
            number = known.len();
            of = parted;
        }
        let mut members = vec![Vec::new(); number];
        for (at, group) in of.enumerate() {
            if counts[at] {
                members[*group].push(at);
            }
        }
        Some(Groups {
            of,
            counts,
            members,
        })
    }
}

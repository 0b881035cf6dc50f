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
    /// One number for each group from its members, for every authority of the group.
    pub fn each(&self, number: impl FnMut(&Vec<Position>) -> f64) -> PerAuthority<f64> {
        let numbers: Vec<f64> = self.members.iter().map(number).collect();
        self.of.map(|group| numbers[*group])
    }

    /// Σ x of each group.
    pub fn total(&self, x: &PerAuthority<f64>) -> PerAuthority<f64> {
        self.each(|members| members.iter().map(|at| x[*at]).sum())
    }

    /// The lowest or highest x of each group; not a number for a group without members.
    pub fn outermost(&self, x: &PerAuthority<f64>, of: fn(f64, f64) -> f64) -> PerAuthority<f64> {
        let reduced = |members: &Vec<Position>| members.iter().map(|at| x[*at]).reduce(of);
        self.each(|members| reduced(members).unwrap_or(f64::NAN))
    }

    /// Mean of x in each group, weighted if there are weights: Σ weight × x ÷ Σ weight. Not a
    /// number for a group whose weights sum to nothing.
    #[expect(clippy::cast_precision_loss, reason = "numbers of authorities")]
    pub fn means(
        &self,
        x: &PerAuthority<f64>,
        weight: Option<&PerAuthority<f64>>,
    ) -> PerAuthority<f64> {
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
            match below == 0.0 {
                true => f64::NAN,
                false => above / below,
            }
        })
    }

    /// The same; `None` if a group has no mean.
    pub fn mean(
        &self,
        x: &PerAuthority<f64>,
        weight: Option<&PerAuthority<f64>>,
    ) -> Option<PerAuthority<f64>> {
        let means = self.means(x, weight);
        let complete = means.iter().all(|mean| !mean.is_nan());
        complete.then_some(means)
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

//! What guarantees move and who pays: the program solved with every subset of them.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::{NoResult, Solved, Study, whole_pounds};
use crate::allocation::{Amounts, NoAllocation, solve_amounts_of_each};
use crate::formula::Formula;
use crate::program::{GuaranteeSet, LinearProgram, only};
use crate::register::PerAuthority;
use crate::statistics::shapley;
use crate::units::Pounds;

/// Guarantees up to which cost shares are worked out for every order of removal:
/// 2⁸ = 256 allocations.
const SHAPLEY_UP_TO: usize = 8;

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

/// The first so many guarantees.
fn every(count: usize) -> GuaranteeSet {
    (1 << count) - 1
}

/// Amounts with a subset of so many guarantees, if they are those with one guarantee more
/// that holds nothing.
fn with_one_slack_more(
    subset: GuaranteeSet,
    count: usize,
    known: &BTreeMap<GuaranteeSet, Option<Amounts>>,
) -> Option<Amounts> {
    (0..count).filter(|&g| subset & only(g) == 0).find_map(|g| {
        let amounts = known.get(&(subset | only(g)))?.as_ref()?;
        (amounts.slack & only(g) != 0).then(|| Amounts {
            by_authority: amounts.by_authority.clone(),
            slack: amounts.slack & !only(g),
        })
    })
}

impl Study {
    /// Amounts with some guarantees only, by the subset of them, guarantee `g` being in it where
    /// bit `g` is set: every subset up to eight guarantees; beyond, none, all, each alone and
    /// all but each. None where nothing satisfies a subset.
    pub fn amounts_by_guarantees(
        &self,
        formula: &Formula,
        solved: &Solved,
    ) -> Result<AmountsBySubset, NoResult> {
        let count = formula.guarantees.len();
        let full = every(count);
        let wanted: Vec<GuaranteeSet> = if count <= SHAPLEY_UP_TO {
            (0..=full).collect()
        } else {
            let alone = (0..count).map(only);
            let without = (0..count).map(|g| full & !only(g));
            std::iter::once(0).chain(alone).chain(without).collect()
        };
        let register = &self.dataset.register;
        let (program, allocation) = (&solved.program, &solved.allocation);
        let all = Amounts::of(program, &allocation.by_variable, register);
        let mut by_subset = BTreeMap::from([(full, Some(all))]);
        // The larger sets first: what holds nothing in one of them can be left out of it.
        for size in (0..count).rev() {
            let of_size = |subset: &&GuaranteeSet| subset.count_ones() as usize == size;
            let mut unknown = Vec::new();
            for &subset in wanted.iter().filter(of_size) {
                match with_one_slack_more(subset, count, &by_subset) {
                    Some(amounts) => drop(by_subset.insert(subset, Some(amounts))),
                    None => unknown.push(subset),
                }
            }
            let found = self.solve_subsets(formula, program, unknown)?;
            by_subset.extend(found);
        }
        let by_subset = by_subset.into_iter().map(|(subset, amounts)| {
            let amounts = amounts.map(|amounts| amounts.by_authority);
            (subset, amounts)
        });
        Ok(AmountsBySubset {
            count,
            by_subset: by_subset.collect(),
        })
    }

    /// Solves a program with some of its guarantees only, for each of these subsets; none where
    /// nothing satisfies one.
    fn solve_subsets(
        &self,
        formula: &Formula,
        program: &LinearProgram,
        mut subsets: Vec<GuaranteeSet>,
    ) -> Result<Vec<(GuaranteeSet, Option<Amounts>)>, NoResult> {
        let register = &self.dataset.register;
        // Those that leave the groups as they are follow one another in one program.
        let of_rows = program.have_rows().into_iter();
        let of_rows = of_rows.fold(0, |set, g| set | only(g));
        subsets.sort_unstable_by_key(|&subset| (subset & of_rows, subset));
        let most = subsets.len().div_ceil(rayon::current_num_threads()).max(1);
        let runs: Vec<&[GuaranteeSet]> = subsets
            .chunk_by(|a, b| a & of_rows == b & of_rows)
            .flat_map(|alike| alike.chunks(most))
            .collect();
        runs.into_par_iter()
            .flat_map_iter(|run| {
                let choices: Vec<_> = (run.iter())
                    .map(|&subset| move |g: usize| subset >> g & 1 == 1)
                    .collect();
                let solved = solve_amounts_of_each(program, &choices, register);
                run.iter().copied().zip(solved)
            })
            .map(|(subset, amounts)| match amounts {
                Ok(amounts) => Ok((subset, Some(amounts))),
                // Authorities without need or people get only what guarantees give.
                Err(NoAllocation::Infeasible(_)) => Ok((subset, None)),
                Err(reason) => Err(NoResult::NoAllocation(formula.name.clone(), reason)),
            })
            .collect()
    }

    /// What each guarantee of a solved formula moves.
    pub fn guarantee_costs(
        &self,
        formula: &Formula,
        solved: &Solved,
    ) -> Result<Vec<GuaranteeCost>, NoResult> {
        Ok(self
            .amounts_by_guarantees(formula, solved)?
            .costs(formula, solved))
    }
}

impl AmountsBySubset {
    /// What each guarantee moves.
    pub fn costs(&self, formula: &Formula, solved: &Solved) -> Vec<GuaranteeCost> {
        let full = every(self.count);
        let of = |subset: GuaranteeSet| self.of(subset);
        let moved = |subset: GuaranteeSet| Some(moved_between(of(subset)?, of(0)?));
        let shares = self.shapley(|subset| Some(moved(subset)?.as_f64()));
        let with = &solved.allocation.amount;
        (0..self.count)
            .into_par_iter()
            .map(|g| {
                if let Some(paid) = paid_besides(formula, solved, g) {
                    return GuaranteeCost::of_besides(paid);
                }
                let mut cost = GuaranteeCost {
                    alone: moved(only(g)),
                    shapley: shares.as_ref().map(|shares| whole_pounds(shares[g])),
                    ..GuaranteeCost::default()
                };
                if let Some(without) = of(full & !only(g)) {
                    let both = with.iter().zip(without.iter());
                    cost.last = Some(moved_between(with, without));
                    cost.receivers = both.filter(|(with, without)| with > without).count();
                    cost.free_payers = payers(solved, with, without, true);
                    cost.bound_payers = payers(solved, with, without, false);
                    cost.pence_less = pence_less(solved, with, without);
                }
                cost
            })
            .collect()
    }
}

/// Amounts by the subset of guarantees that stand.
#[derive(Debug, Clone, PartialEq)]
pub struct AmountsBySubset {
    count: usize,
    by_subset: BTreeMap<GuaranteeSet, Option<PerAuthority<Pounds>>>,
}

impl AmountsBySubset {
    /// Amounts with a subset of guarantees; none where nothing satisfies it, or it was not
    /// worked out.
    pub fn of(&self, subset: GuaranteeSet) -> Option<&PerAuthority<Pounds>> {
        self.by_subset.get(&subset)?.as_ref()
    }

    /// Each guarantee's Shapley share of a value of subsets; none where a subset has none.
    pub fn shapley(&self, value: impl Fn(GuaranteeSet) -> Option<f64> + Sync) -> Option<Vec<f64>> {
        if self.count > SHAPLEY_UP_TO {
            return None;
        }
        let values: Option<Vec<f64>> = (0..1_usize << self.count)
            .into_par_iter()
            .map(|subset| value(subset as GuaranteeSet))
            .collect();
        Some(shapley(self.count, &values?))
    }
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

/// What some get more, or others less, whichever is more: one sum, but where guarantees decide
/// the quantum too.
fn moved_between(a: &PerAuthority<Pounds>, b: &PerAuthority<Pounds>) -> Pounds {
    let changes = || a.iter().zip(b.iter()).map(|(a, b)| *a - *b);
    let gains: Pounds = changes().filter(|change| *change > Pounds::ZERO).sum();
    let losses: Pounds = changes().filter(|change| *change < Pounds::ZERO).sum();
    gains.max(losses.abs())
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

//! The proof of one formula's amounts, from its levels and prices alone.
//!
//! With every amount at the level of its group, min(upper, max(lower, weight × level −
//! offset)), totals that add up to the quantum, and a group's level above the one outside
//! only where its total is at its lower bound, below only at its upper: no pound can move
//! from a higher measure to a lower one, so the lowest measures are as high as can be.
//! Where the objective is a least sum of deviations, prices prove the least (weak
//! duality), and levels what was chosen among answers that are equally near.

use std::cmp::Ordering;

use super::amounts::{NoAmount, corners, exact, narrowed};
use super::exact::Fraction;
use super::ledger::{Check, Ledger, pounds};
use super::read::{Amount, Level, MILLIONTHS, Side, Stated};

/// Weights of deviation are billionths.
const BILLIONTHS: f64 = 1e9;

/// How near what the objective reached must be to the sum of whole pounds: it is written
/// as a floating-point number.
const REACHED_WITHIN: f64 = 1e-9;

/// Proves one formula's amounts.
pub(super) fn prove(stated: &Stated, ledger: &mut Ledger) {
    if stated.amounts.is_empty() {
        return;
    }
    hold_bounds(&stated.amounts, ledger);
    let proof = Proof::of(stated);
    proof.hold_groups(ledger);
    proof.hold_levels(ledger);
    proof.hold_sides(ledger);
    proof.hold_optimum(ledger);
    proof.hold_rounding(ledger);
}

/// Every amount is within its bounds.
pub(super) fn hold_bounds(amounts: &[Amount], ledger: &mut Ledger) {
    for amount in amounts {
        let within = amount.amount >= amount.lower
            && amount.lower >= 0
            && amount.upper.is_none_or(|upper| amount.amount <= upper);
        ledger.hold(Check::Bounds, within, || {
            let most = match amount.upper {
                Some(upper) => format!("at most {}", pounds(upper)),
                None => "no most".to_string(),
            };
            let what = format!(
                "{} is not at least {} and {most}",
                pounds(amount.amount),
                pounds(amount.lower)
            );
            (amount.code.clone(), what)
        });
    }
}

struct Proof<'s> {
    stated: &'s Stated,
    /// Amounts with bounds narrowed to what prices leave open.
    narrowed: Vec<Amount>,
    /// Positions of the amounts directly in each group, and of the groups in it.
    members: Vec<Vec<usize>>,
    children: Vec<Vec<usize>>,
    /// Each group's total in whole pounds.
    totals: Vec<i128>,
}

impl<'s> Proof<'s> {
    fn of(stated: &'s Stated) -> Self {
        let count = stated.groups.len();
        let mut members = vec![Vec::new(); count];
        let mut totals = vec![0_i128; count];
        for (at, amount) in stated.amounts.iter().enumerate() {
            members[amount.group].push(at);
            totals[amount.group] = totals[amount.group].saturating_add(amount.amount);
        }
        let mut children = vec![Vec::new(); count];
        for (index, group) in stated.groups.iter().enumerate() {
            if let Some(parent) = group.parent {
                children[parent].push(index);
            }
        }
        // From the inside out: parents stand before what is in them.
        for (index, group) in stated.groups.iter().enumerate().rev() {
            if let Some(parent) = group.parent {
                totals[parent] = totals[parent].saturating_add(totals[index]);
            }
        }
        let narrowed = stated
            .amounts
            .iter()
            .map(|amount| narrowed(amount, stated))
            .collect();
        Self {
            stated,
            narrowed,
            members,
            children,
            totals,
        }
    }

    fn hold_groups(&self, ledger: &mut Ledger) {
        let quantum = self.stated.quantum;
        for (group, total) in self.stated.groups.iter().zip(&self.totals) {
            let is_nation = group.parent.is_none();
            let check = if is_nation {
                Check::Quantum
            } else {
                Check::Groups
            };
            let within = group.lower.is_none_or(|lower| *total >= lower)
                && group.upper.is_none_or(|upper| *total <= upper)
                && (!is_nation || group.lower == Some(quantum) && group.upper == Some(quantum));
            ledger.hold(check, within, || {
                let bound = |bound: Option<i128>| bound.map_or("none".to_string(), pounds);
                let what = format!(
                    "amounts sum to {}, bounds are {} and {}{}",
                    pounds(*total),
                    bound(group.lower),
                    bound(group.upper),
                    if is_nation {
                        format!(", the quantum {}", pounds(quantum))
                    } else {
                        String::new()
                    }
                );
                (group.name.clone(), what)
            });
        }
    }

    /// Each amount is the floor or the ceiling of what its level gives.
    fn hold_levels(&self, ledger: &mut Ledger) {
        for (amount, narrowed) in self.stated.amounts.iter().zip(&self.narrowed) {
            let level = self.stated.groups[amount.group].level;
            match exact(narrowed, level) {
                Err(why) => ledger.fault(Check::Levels, &amount.code, why.words()),
                Ok(exact) => {
                    let floor = exact
                        .over
                        .div_euclid(exact.under.saturating_mul(MILLIONTHS));
                    let is_whole = exact
                        .over
                        .rem_euclid(exact.under.saturating_mul(MILLIONTHS))
                        == 0;
                    let ceiling = floor + i128::from(!is_whole);
                    let fits = amount.amount == floor || amount.amount == ceiling;
                    ledger.hold(Check::Levels, fits, || {
                        let what = format!(
                            "{} where its level gives £{:.2}",
                            pounds(amount.amount),
                            exact.as_f64() / 1e6
                        );
                        (amount.code.clone(), what)
                    });
                }
            }
            // The level beside each amount is its group's, as a number.
            let shown = match level {
                None => amount.level.is_empty(),
                Some(level) => amount.level.parse::<f64>().is_ok_and(|shown| {
                    let value = level.value.as_f64();
                    (shown - value).abs() <= value.abs() * 1e-14
                }),
            };
            ledger.hold(Check::Levels, shown, || {
                let what = format!(
                    "the level `{}` in program.csv is not its group's",
                    amount.level
                );
                (amount.code.clone(), what)
            });
        }
    }

    /// Totals are exact, and levels differ only where a bound holds a group.
    fn hold_sides(&self, ledger: &mut Ledger) {
        for (index, group) in self.stated.groups.iter().enumerate() {
            let total = match self.total(index, group.level) {
                Ok(total) => total,
                Err(why) => {
                    ledger.fault(Check::Sides, &group.name, why.words());
                    continue;
                }
            };
            ledger.hold(Check::Sides, total.compare(group.total).is_eq(), || {
                let what = format!(
                    "levels give £{:.2}, run.json has £{:.2}",
                    total.as_f64() / 1e6,
                    group.total.as_f64() / 1e6
                );
                (group.name.clone(), what)
            });
            let at = |bound: Option<i128>| {
                bound.is_some_and(|bound| {
                    total
                        .compare(Fraction::whole(bound.saturating_mul(MILLIONTHS)))
                        .is_eq()
                })
            };
            let stands = match group.tight {
                Side::Free => group.parent.is_some() || at(group.lower),
                Side::Lower => at(group.lower),
                Side::Upper => at(group.upper),
            };
            ledger.hold(Check::Sides, stands, || {
                (
                    group.name.clone(),
                    "is not at the bound that is said to hold it".to_string(),
                )
            });
            if group.level.is_none() {
                let moves = self.can_move(index);
                ledger.hold(Check::Sides, !moves, || {
                    (
                        group.name.clone(),
                        "has no level, and amounts in it could move".to_string(),
                    )
                });
            }
            let Some(parent) = group.parent else { continue };
            let outside = &self.stated.groups[parent];
            let difference = match (group.level, outside.level) {
                (Some(inside), Some(outside)) => inside
                    .stage
                    .cmp(&outside.stage)
                    .then_with(|| inside.value.compare(outside.value)),
                _ => Ordering::Equal,
            };
            let allowed = match self.price_side(index) {
                // A bound that prices show to hold it fixes its total: any level will do.
                Some(side) => side == group.tight,
                None => match difference {
                    Ordering::Equal => true,
                    Ordering::Greater => group.tight == Side::Lower,
                    Ordering::Less => group.tight == Side::Upper,
                },
            };
            ledger.hold(Check::Sides, allowed, || {
                let what = match difference {
                    Ordering::Greater => "its level is above the level outside, and it is not held at its lower bound",
                    Ordering::Less => "its level is below the level outside, and it is not held at its upper bound",
                    Ordering::Equal => "its price calls for another bound to hold it",
                };
                (group.name.clone(), what.to_string())
            });
        }
    }

    /// The bound that a group is at by its price: lower if it is dearer than outside.
    fn price_side(&self, index: usize) -> Option<Side> {
        let group = &self.stated.groups[index];
        let outside = self.stated.groups[group.parent?].price?;
        match group.price?.cmp(&outside) {
            Ordering::Greater => Some(Side::Lower),
            Ordering::Less => Some(Side::Upper),
            Ordering::Equal => None,
        }
    }

    /// A group's total in millionths, with everything in it at its level.
    fn total(&self, index: usize, level: Option<Level>) -> Result<Fraction, NoAmount> {
        let under = level.map_or(1, |level| level.value.under);
        let mut over = 0_i128;
        let mut add = |part: Option<i128>| {
            let sum = part.and_then(|part| over.checked_add(part));
            over = sum.ok_or(NoAmount::TooLarge)?;
            Ok::<(), NoAmount>(())
        };
        for &at in &self.members[index] {
            let part = exact(&self.narrowed[at], level)?;
            add(part.over.checked_mul(under / part.under))?;
        }
        for &child in &self.children[index] {
            let group = &self.stated.groups[child];
            match self.held(child) {
                Some(bound) => add(bound
                    .checked_mul(MILLIONTHS)
                    .and_then(|b| b.checked_mul(under)))?,
                // At the same level as here, or `hold_sides` says so of the child.
                None => {
                    let inside = if group.level.is_some() { level } else { None };
                    let part = self.total(child, inside)?;
                    add(part.over.checked_mul(under / part.under))?;
                }
            }
        }
        Ok(Fraction { over, under })
    }

    /// The bound that holds a group, in pounds.
    fn held(&self, index: usize) -> Option<i128> {
        let group = &self.stated.groups[index];
        match group.tight {
            Side::Free => None,
            Side::Lower => group.lower,
            Side::Upper => group.upper,
        }
    }

    /// Whether a group's total could be another than the sum of least amounts.
    fn can_move(&self, index: usize) -> bool {
        let (least, most) = self.range(index);
        let group = &self.stated.groups[index];
        let most = match (group.upper, most) {
            (Some(upper), Some(most)) => Some(upper.min(most)),
            (upper, most) => upper.or(most),
        };
        most != Some(least)
    }

    /// The least and the most that a group's parts come to, in pounds.
    fn range(&self, index: usize) -> (i128, Option<i128>) {
        let mut range = (0_i128, Some(0_i128));
        let mut add = |least: i128, most: Option<i128>| {
            range.0 = range.0.saturating_add(least);
            range.1 = range.1.zip(most).map(|(a, b)| a.saturating_add(b));
        };
        for &at in &self.members[index] {
            let amount = &self.narrowed[at];
            let stays = amount.measure.weight <= 0;
            add(
                amount.lower,
                if stays {
                    Some(amount.lower)
                } else {
                    amount.upper
                },
            );
        }
        for &child in &self.children[index] {
            let (least, most) = self.range(child);
            let group = &self.stated.groups[child];
            let least = group.lower.map_or(least, |lower| lower.max(least));
            let most = match (group.upper, most) {
                (Some(upper), Some(most)) => Some(upper.min(most)),
                (upper, most) => upper.or(most),
            };
            add(least, most);
        }
        range
    }

    /// Least sums: of deviations by prices, of amounts by what guarantees need.
    fn hold_optimum(&self, ledger: &mut Ledger) {
        let stated = self.stated;
        match stated.objective.as_str() {
            "least_deviation" | "least_turnover" => {
                let reached = self.deviation();
                let proved = self.proved_least();
                ledger.hold(
                    Check::Optimum,
                    reached.is_some() && reached == proved,
                    || {
                        let in_pounds = |sum: Option<i128>| match sum {
                            #[expect(clippy::cast_precision_loss, reason = "for words only")]
                            Some(sum) => format!("£{:.2}", sum as f64 / BILLIONTHS),
                            None => "nothing that 128 bits hold".to_string(),
                        };
                        let what = format!(
                            "deviations sum to {}, prices prove {}",
                            in_pounds(reached),
                            in_pounds(proved)
                        );
                        ("nation".to_string(), what)
                    },
                );
                #[expect(clippy::cast_precision_loss, reason = "held to nine digits")]
                let sum = reached.map_or(f64::NAN, |sum| sum as f64 / BILLIONTHS);
                self.hold_reached(sum, ledger);
            }
            "least_quantum" => {
                let (least, _) = self.range(0);
                ledger.hold(Check::Optimum, least == stated.quantum, || {
                    let what = format!(
                        "the guarantees need {}, the quantum is {}",
                        pounds(least),
                        pounds(stated.quantum)
                    );
                    ("nation".to_string(), what)
                });
                #[expect(clippy::cast_precision_loss, reason = "held to nine digits")]
                self.hold_reached(stated.quantum as f64, ledger);
            }
            _ => {}
        }
    }

    fn hold_reached(&self, sum: f64, ledger: &mut Ledger) {
        let near = self
            .stated
            .reached
            .is_some_and(|reached| (reached - sum).abs() <= sum.abs() * REACHED_WITHIN);
        ledger.hold(Check::Optimum, near, || {
            let what =
                format!("run.json says that the objective reached another sum than £{sum:.2}");
            ("nation".to_string(), what)
        });
    }

    /// Σ weight × |amount − target|.
    fn deviation(&self) -> Option<i128> {
        self.stated.amounts.iter().try_fold(0_i128, |sum, amount| {
            let (target, weight) = amount.deviation?;
            let apart = amount.amount.checked_sub(target)?.checked_abs()?;
            sum.checked_add(weight.checked_mul(apart)?)
        })
    }

    /// What no allocation can be below, whatever found the prices: the nation's price ×
    /// quantum, + for each group (its price − the price outside) × the bound that the
    /// difference points to, + for each amount the least of weight × |x − target| − its
    /// group's price × x over its bounds.
    fn proved_least(&self) -> Option<i128> {
        let stated = self.stated;
        let mut least = stated.groups[0].price?.checked_mul(stated.quantum)?;
        for (index, group) in stated.groups.iter().enumerate().skip(1) {
            let outside = stated.groups[group.parent?].price?;
            let difference = group.price?.checked_sub(outside)?;
            let bound = match self.price_side(index) {
                Some(Side::Lower) => group.lower?,
                Some(Side::Upper) => group.upper?,
                Some(Side::Free) | None => 0,
            };
            least = least.checked_add(difference.checked_mul(bound)?)?;
        }
        for amount in &stated.amounts {
            let (target, weight) = amount.deviation?;
            let price = stated.groups[amount.group].price?;
            let (lower, middle, upper) = corners(amount, target, stated.quantum);
            let mut part: Option<i128> = None;
            for x in [lower, middle, upper] {
                let cost = weight
                    .checked_mul(x.checked_sub(target)?.checked_abs()?)?
                    .checked_sub(price.checked_mul(x)?)?;
                part = Some(part.map_or(cost, |part| part.min(cost)));
            }
            least = least.checked_add(part?)?;
        }
        Some(least)
    }

    /// From the nation down: each part has the whole pounds below its exact total, and the
    /// largest remainders one more, until the parts add up.
    fn hold_rounding(&self, ledger: &mut Ledger) {
        let mut given = vec![0_i128; self.stated.groups.len()];
        given[0] = self.stated.quantum;
        for index in 0..self.stated.groups.len() {
            let Some(mut parts) = self.parts(index) else {
                let name = &self.stated.groups[index].name;
                ledger.fault(Check::Rounding, name, NoAmount::TooLarge.words());
                return;
            };
            let whole: i128 = parts
                .iter()
                .fold(0, |sum: i128, part| sum.saturating_add(part.whole));
            let more = usize::try_from(given[index].saturating_sub(whole)).unwrap_or(usize::MAX);
            let name = &self.stated.groups[index].name;
            if !ledger.hold(Check::Rounding, more <= parts.len(), || {
                (
                    name.clone(),
                    "its parts cannot be rounded to its total".to_string(),
                )
            }) {
                return;
            }
            parts.sort_by(|a, b| {
                b.rest
                    .compare(a.rest)
                    .then_with(|| b.need.cmp(&a.need))
                    .then_with(|| a.first.cmp(&b.first))
            });
            for (rank, part) in parts.iter().enumerate() {
                let whole = part.whole + i128::from(rank < more);
                match part.group {
                    Some(group) => given[group] = whole,
                    None => {
                        let amount = &self.stated.amounts[part.first];
                        ledger.hold(Check::Rounding, amount.amount == whole, || {
                            let what = format!(
                                "{} where the largest remainders leave it {}",
                                pounds(amount.amount),
                                pounds(whole)
                            );
                            (amount.code.clone(), what)
                        });
                    }
                }
            }
        }
    }

    fn parts(&self, index: usize) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        let split = |exact: Fraction| {
            let pound = exact.under.checked_mul(MILLIONTHS)?;
            let rest = Fraction::new(exact.over.rem_euclid(pound), pound)?;
            Some((exact.over.div_euclid(pound), rest))
        };
        for &child in &self.children[index] {
            let (whole, rest) = match self.held(child) {
                Some(bound) => (bound, Fraction::whole(0)),
                None => split(self.total(child, self.stated.groups[child].level).ok()?)?,
            };
            let (need, first) = self.need_within(child);
            parts.push(Part {
                group: Some(child),
                whole,
                rest,
                need,
                first,
            });
        }
        let level = self.stated.groups[index].level;
        for &at in &self.members[index] {
            let (whole, rest) = split(exact(&self.narrowed[at], level).ok()?)?;
            parts.push(Part {
                group: None,
                whole,
                rest,
                need: self.stated.amounts[at].need,
                first: at,
            });
        }
        Some(parts)
    }

    /// The need of everything in a group, and its first amount.
    fn need_within(&self, index: usize) -> (i128, usize) {
        let amounts = self.members[index].iter();
        let own = amounts.map(|&at| (self.stated.amounts[at].need, at));
        let groups = self.children[index].iter();
        let inner = groups.map(|&child| self.need_within(child));
        own.chain(inner)
            .fold((0, usize::MAX), |(need, first), (more, at)| {
                (need.saturating_add(more), first.min(at))
            })
    }
}

/// A group or an amount that is to become whole pounds.
struct Part {
    group: Option<usize>,
    whole: i128,
    rest: Fraction,
    need: i128,
    first: usize,
}

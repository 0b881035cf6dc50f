//! The proof of one formula's amounts where groups cross: levels of cells, which are in
//! the same groups, and rounds of multipliers that say why none can be higher.
//!
//! Multipliers of groups' bounds, a greatest total where above zero and a least where
//! below, add up to Σ aₖ yₖ ≤ B of whatever totals y the cells have. Where that is met
//! exactly by the demands at a round's level of the cells with aₖ > 0 and the greatest
//! totals of those with aₖ < 0, no cell with aₖ > 0 can have more unless one that is not
//! yet held has less than its demand at that level.

use num_bigint::{BigInt, Sign};
use num_rational::BigRational;
use num_traits::{Signed as _, ToPrimitive as _, Zero as _};

use super::amounts::corners;
use super::ledger::{Check, Ledger, pounds};
use super::proof::hold_bounds;
use super::read::{Amount, BigLevel, Crossing, MILLIONTHS, Measure, Prices, Round, Stage, Stated};

/// How near a level beside an amount is to its cell's: it is cut to 126 bits and then to a
/// floating-point number.
const LEVEL_WITHIN: f64 = 1e-12;

/// Proves one formula's amounts.
pub(super) fn prove(stated: &Stated, crossing: &Crossing, ledger: &mut Ledger) {
    if stated.amounts.is_empty() {
        return;
    }
    hold_bounds(&stated.amounts, ledger);
    hold_sums(stated, crossing, ledger);
    if crossing.by_squares {
        hold_price_levels(crossing, ledger);
    } else {
        hold_optimum(stated, crossing, ledger);
    }
    // Ties are settled within what prices leave open.
    let (amounts, bounds) = on_face(stated, crossing);
    hold_levels(&amounts, crossing, ledger);
    let cells = Cells::of(stated, &amounts, crossing, bounds);
    cells.hold_totals(ledger);
    if !crossing.by_squares {
        cells.hold_rounds(ledger);
    }
}

/// Whole pounds sum to the quantum and to every group's bounds.
fn hold_sums(stated: &Stated, crossing: &Crossing, ledger: &mut Ledger) {
    let mut nation = 0_i128;
    let mut totals = vec![0_i128; crossing.groups.len()];
    for amount in &stated.amounts {
        nation = nation.saturating_add(amount.amount);
        for &group in &crossing.cells[amount.group].groups {
            totals[group] = totals[group].saturating_add(amount.amount);
        }
    }
    ledger.hold(Check::Quantum, nation == stated.quantum, || {
        let what = format!(
            "amounts sum to {}, the quantum is {}",
            pounds(nation),
            pounds(stated.quantum)
        );
        ("nation".to_string(), what)
    });
    for (group, total) in crossing.groups.iter().zip(totals) {
        let within = total >= group.lower && group.upper.is_none_or(|upper| total <= upper);
        ledger.hold(Check::Groups, within, || {
            let what = format!(
                "amounts sum to {}, bounds are {} and {}",
                pounds(total),
                pounds(group.lower),
                group.upper.map_or("none".to_string(), pounds)
            );
            (group.name.clone(), what)
        });
    }
}

/// Each amount is the floor or the ceiling of what its cell's level gives.
fn hold_levels(amounts: &[Amount], crossing: &Crossing, ledger: &mut Ledger) {
    for amount in amounts {
        let level = crossing.cells[amount.group].level.as_ref();
        let fits = exact(amount, level).is_some_and(|exact| {
            let whole = exact / big(MILLIONTHS);
            let floor = whole.floor().to_integer();
            let ceiling = whole.ceil().to_integer();
            let given = BigInt::from(amount.amount);
            given == floor || given == ceiling
        });
        ledger.hold(Check::Levels, fits, || {
            let what = format!("{} is not what its level gives", pounds(amount.amount));
            (amount.code.clone(), what)
        });
        let shown = match level.map(|level| level.value.to_f64()) {
            None => amount.level.is_empty(),
            Some(value) => value
                .zip(amount.level.parse::<f64>().ok())
                .is_some_and(|(value, shown)| (shown - value).abs() <= value.abs() * LEVEL_WITHIN),
        };
        ledger.hold(Check::Levels, shown, || {
            let what = format!(
                "the level `{}` in program.csv is not its cell's",
                amount.level
            );
            (amount.code.clone(), what)
        });
    }
}

/// The price of a cell: the nation's and those of its groups.
fn price_of(cell: usize, crossing: &Crossing, prices: &Prices) -> BigInt {
    let groups = crossing.cells[cell].groups.iter();
    groups.fold(prices.nation.clone(), |price, &group| {
        price + &prices.groups[group]
    })
}

/// Least squares: each cell's level is the sum of the prices of what it is in. With every
/// group that has a price at the bound that its sign points to, the sum of squares is the
/// least (Karush, Kuhn and Tucker), being convex.
fn hold_price_levels(crossing: &Crossing, ledger: &mut Ledger) {
    for (index, cell) in crossing.cells.iter().enumerate() {
        let holds = crossing.prices.as_ref().is_some_and(|prices| {
            let price = price_of(index, crossing, prices);
            let price = BigRational::new(price, prices.denominator.clone());
            let level = cell.level.as_ref();
            level.is_some_and(|level| level.stage == Stage::ByNeed && level.value == price)
        });
        ledger.hold(Check::Optimum, holds, || {
            let what = "its level is not the sum of the prices of what it is in";
            (cell.name.clone(), what.to_string())
        });
    }
}

/// Prices prove the least deviation (weak duality): the nation's price × quantum, + each
/// group's × the bound that its sign points to, + for each amount the least of weight ×
/// |x − target| − its cell's price × x.
fn hold_optimum(stated: &Stated, crossing: &Crossing, ledger: &mut Ledger) {
    let by_deviation = ["least_deviation", "least_turnover"].contains(&stated.objective.as_str());
    let Some(prices) = &crossing.prices else {
        if by_deviation {
            let what = "there are no prices to prove the least";
            ledger.fault(Check::Optimum, "nation", what);
        }
        return;
    };
    let mut least = Some(&prices.nation * BigInt::from(stated.quantum));
    for (group, price) in crossing.groups.iter().zip(&prices.groups) {
        let bound = match price.sign() {
            Sign::Plus => Some(group.lower),
            Sign::Minus => group.upper,
            Sign::NoSign => Some(0),
        };
        least = least
            .zip(bound)
            .map(|(least, bound)| least + price * BigInt::from(bound));
    }
    let mut reached = BigInt::zero();
    for amount in &stated.amounts {
        let Some((target, weight)) = amount.deviation else {
            least = None;
            continue;
        };
        let price = price_of(amount.group, crossing, prices);
        let (lower, middle, upper) = corners(amount, target, stated.quantum);
        let weighed = |x: i128| {
            let apart = (BigInt::from(x) - BigInt::from(target)).abs();
            apart * BigInt::from(weight) * &prices.denominator
        };
        let parts = [lower, middle, upper].map(|x| weighed(x) - &price * BigInt::from(x));
        least = least
            .zip(parts.into_iter().min())
            .map(|(least, part)| least + part);
        reached += weighed(amount.amount);
    }
    ledger.hold(Check::Optimum, least.as_ref() == Some(&reached), || {
        let what = "prices do not prove the sum of deviations to be the least";
        ("nation".to_string(), what.to_string())
    });
}

/// A group's bounds; with a price it is at one of them.
type GroupBounds = (i128, Option<i128>);

/// Amounts and groups with their bounds narrowed to what prices leave open: an amount is
/// at a bound or at its target, unless its weight is the price.
fn on_face(stated: &Stated, crossing: &Crossing) -> (Vec<Amount>, Vec<GroupBounds>) {
    let groups = crossing.groups.iter();
    let Some(prices) = &crossing.prices else {
        let bounds = groups.map(|group| (group.lower, group.upper));
        return (stated.amounts.clone(), bounds.collect());
    };
    let bounds = groups
        .zip(&prices.groups)
        .map(|(group, price)| match price.sign() {
            Sign::Plus => (group.lower, Some(group.lower)),
            Sign::Minus => (group.upper.unwrap_or(group.lower), group.upper),
            Sign::NoSign => (group.lower, group.upper),
        });
    let amounts = stated.amounts.iter().map(|amount| {
        let mut narrowed = amount.clone();
        if let Some((target, weight)) = amount.deviation {
            let price = price_of(amount.group, crossing, prices);
            let weight = BigInt::from(weight) * &prices.denominator;
            let (lower, middle, upper) = corners(amount, target, stated.quantum);
            let (least, most) = if price < -&weight {
                (lower, lower)
            } else if price > weight {
                (upper, upper)
            } else {
                (
                    if price == -&weight { lower } else { middle },
                    if price == weight { upper } else { middle },
                )
            };
            narrowed.lower = least;
            narrowed.upper = Some(most);
        }
        narrowed
    });
    (amounts.collect(), bounds.collect())
}

/// What cells have, and what they could have at most, in millionths.
struct Cells<'s> {
    crossing: &'s Crossing,
    /// Bounds of each group.
    bounds: Vec<GroupBounds>,
    members: Vec<Vec<&'s Amount>>,
    quantum: BigRational,
    totals: Vec<BigRational>,
    ends: Vec<BigRational>,
}

impl<'s> Cells<'s> {
    fn of(
        stated: &Stated,
        amounts: &'s [Amount],
        crossing: &'s Crossing,
        bounds: Vec<GroupBounds>,
    ) -> Self {
        let mut members = vec![Vec::new(); crossing.cells.len()];
        for amount in amounts {
            members[amount.group].push(amount);
        }
        let quantum = big(stated.quantum) * big(MILLIONTHS);
        let mut cells = Self {
            crossing,
            bounds,
            members,
            quantum,
            totals: Vec::new(),
            ends: Vec::new(),
        };
        let count = crossing.cells.len();
        cells.totals = (0..count)
            .map(|cell| cells.demand(cell, crossing.cells[cell].level.as_ref()))
            .collect();
        cells.ends = (0..count).map(|cell| cells.end(cell)).collect();
        cells
    }

    /// What a cell's amounts come to at a level: no more than the quantum.
    fn demand(&self, cell: usize, level: Option<&BigLevel>) -> BigRational {
        let mut sum = BigRational::zero();
        for amount in &self.members[cell] {
            match exact(amount, level) {
                Some(exact) => sum += exact,
                None => return self.quantum.clone(),
            }
        }
        sum.min(self.quantum.clone())
    }

    /// The most that a cell can have.
    fn end(&self, cell: usize) -> BigRational {
        let mut sum = BigRational::zero();
        for amount in &self.members[cell] {
            match amount.upper {
                _ if amount.measure.weight <= 0 => sum += big(amount.lower) * big(MILLIONTHS),
                Some(upper) => sum += big(upper) * big(MILLIONTHS),
                None => return self.quantum.clone(),
            }
        }
        sum.min(self.quantum.clone())
    }

    /// Before rounding too, totals are the quantum and within every group's bounds.
    fn hold_totals(&self, ledger: &mut Ledger) {
        let nation: BigRational = self.totals.iter().sum();
        ledger.hold(Check::Sides, nation == self.quantum, || {
            (
                "nation".to_string(),
                "levels do not add up to the quantum".to_string(),
            )
        });
        let mut totals = vec![BigRational::zero(); self.crossing.groups.len()];
        for (cell, total) in self.crossing.cells.iter().zip(&self.totals) {
            for &group in &cell.groups {
                totals[group] += total;
            }
        }
        let groups = self.crossing.groups.iter().zip(&self.bounds);
        for ((group, &(lower, upper)), total) in groups.zip(totals) {
            let fine = |bound: i128| big(bound) * big(MILLIONTHS);
            let within = total >= fine(lower) && upper.is_none_or(|upper| total <= fine(upper));
            ledger.hold(Check::Sides, within, || {
                let what = "levels give it a total beyond its bounds";
                (group.name.clone(), what.to_string())
            });
        }
    }

    /// Rounds rise, each holds the cells that its multipliers name, and in the end every
    /// cell is held or full.
    fn hold_rounds(&self, ledger: &mut Ledger) {
        let rounds = &self.crossing.rounds;
        let rise = rounds.windows(2).all(|pair| {
            let (a, b) = (&pair[0].level, &pair[1].level);
            (a.stage, &a.value) <= (b.stage, &b.value)
        });
        ledger.hold(Check::Sides, rise, || {
            ("nation".to_string(), "rounds do not rise".to_string())
        });
        let mut held = vec![false; self.crossing.cells.len()];
        for (index, round) in rounds.iter().enumerate() {
            let fault = self.fault_of(round, &mut held);
            ledger.hold(Check::Sides, fault.is_none(), || {
                let what = fault.unwrap_or_default().to_string();
                (format!("round {}", index + 1), what)
            });
        }
        for (index, cell) in self.crossing.cells.iter().enumerate() {
            let is_full = self.totals[index] == self.ends[index];
            ledger.hold(Check::Sides, held[index] || is_full, || {
                let what = "is neither held by a round nor full";
                (cell.name.clone(), what.to_string())
            });
        }
    }

    fn fault_of(&self, round: &Round, held: &mut [bool]) -> Option<&'static str> {
        let fine = |bound: i128| big(bound) * big(MILLIONTHS);
        let mut missing = BigRational::from(round.nation.clone()) * &self.quantum;
        let mut weights = vec![round.nation.clone(); self.crossing.cells.len()];
        let mut of_group = vec![BigInt::zero(); self.crossing.groups.len()];
        for (group, multiplier) in &round.groups {
            of_group[*group] += multiplier;
            let (lower, upper) = self.bounds[*group];
            let bound = if multiplier.is_positive() {
                match upper {
                    Some(upper) => upper,
                    None => return Some("rests on a bound that there is not"),
                }
            } else {
                lower
            };
            missing += BigRational::from(multiplier.clone()) * fine(bound);
        }
        for (cell, weight) in self.crossing.cells.iter().zip(&mut weights) {
            for &group in &cell.groups {
                *weight += &of_group[group];
            }
        }
        for (cell, weight) in weights.into_iter().enumerate() {
            if weight.is_zero() {
                continue;
            }
            let has = if held[cell] {
                self.totals[cell].clone()
            } else if weight.is_positive() {
                let wanted = self.demand(cell, Some(&round.level));
                if wanted != self.totals[cell] {
                    return Some("a cell is not at the level that holds it");
                }
                held[cell] = true;
                wanted
            } else {
                self.ends[cell].clone()
            };
            missing -= has * BigRational::from(weight);
        }
        (!missing.is_zero()).then_some("does not hold the cells that it names")
    }
}

fn big(number: i128) -> BigRational {
    BigRational::from(BigInt::from(number))
}

/// min(upper, max(lower, weight × level − offset)) in millionths, by way of the turning
/// point if there is one; none where a level of a later stage has no end.
fn exact(amount: &Amount, level: Option<&BigLevel>) -> Option<BigRational> {
    let fine = |sum: i128| big(sum) * big(MILLIONTHS);
    let lower = fine(amount.lower);
    let upper = amount.upper.map(fine);
    let Some(level) = level else {
        return Some(lower);
    };
    let Some((turn, beyond)) = amount.turn else {
        return risen(amount.measure, lower, upper, level);
    };
    let turn = big(turn);
    let ends = upper
        .clone()
        .map_or(turn.clone(), |upper| upper.min(turn.clone()));
    let first = risen(amount.measure, lower.clone(), Some(ends), level)?;
    let start = lower.max(turn);
    let second = risen(beyond, start.clone(), upper, level)?;
    Some(first + second - start)
}

/// weight × level − offset between two sums.
fn risen(
    measure: Measure,
    from: BigRational,
    to: Option<BigRational>,
    level: &BigLevel,
) -> Option<BigRational> {
    if measure.weight <= 0 || to.as_ref().is_some_and(|to| *to <= from) {
        return Some(from);
    }
    match level.stage.cmp(&measure.stage) {
        std::cmp::Ordering::Less => Some(from),
        std::cmp::Ordering::Greater => to,
        std::cmp::Ordering::Equal => {
            let rising = big(measure.weight) * &level.value - big(measure.offset);
            let rising = rising.max(from);
            Some(match to {
                Some(to) => rising.min(to),
                None => rising,
            })
        }
    }
}

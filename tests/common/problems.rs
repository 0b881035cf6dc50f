//! Problems as plain numbers, how to put them to the program, and an oracle that
//! shares no code with it. Longer than most files: one home for what many tests put.

#![allow(
    dead_code,
    reason = "each test binary uses a part of this module, and not the same one"
)]

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use needshare::allocation::{Allocation, NoAllocation, allocate};
use needshare::assess::Assessment;
use needshare::findings::Findings;
use needshare::formula::{Formula, read_formula};
use needshare::ids::{AuthorityCode, FormulaName, GuaranteeName};
use needshare::inputs::SourceFile;
use needshare::program::{
    Goal, Limits, LinearProgram, Measure, Promise, PromisedBound, Row, RowSource, Shared, Stage,
    Variable,
};
use needshare::register::{Authority, Key as _, PerVariable, Position, Register, VariableId};
use needshare::solve::{Road, SolveError, Tree, build_tree, settle, solve};
use needshare::units::{FinePounds, Pounds, Share};

use crate::common::Dice;

/// Millionths in a pound.
pub const FINE: i128 = 1_000_000;

/// One authority, in numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub code: String,
    /// Least amount, pounds.
    pub lower: i64,
    /// Greatest amount, pounds.
    pub upper: Option<i64>,
    /// By need, or by head once all others are full.
    pub stage: Stage,
    /// Own resources, millionths of a pound.
    pub offset: i128,
    pub weight: i128,
}

/// A group with a bounded total.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// The group it is in, which stands before it.
    pub within: Option<usize>,
    /// Everyone in it, those of groups in it too.
    pub members: Vec<usize>,
    pub lower: Option<i64>,
    pub upper: Option<i64>,
}

/// Share the quantum, the lowest coverage first.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub quantum: i64,
    pub places: Vec<Place>,
    pub groups: Vec<Group>,
}

/// A problem as the program takes it.
pub struct Built {
    pub register: Register,
    pub program: LinearProgram,
    /// Where each place of the problem stands in code order.
    pub positions: Vec<Position>,
    /// Where each stands among the program's variables.
    pub ids: Vec<VariableId>,
}

/// A place with need `weight`, nothing of its own and no bounds.
pub fn place(index: usize, weight: i128) -> Place {
    Place {
        code: format!("A{index:04}"),
        lower: 0,
        upper: None,
        stage: Stage::ByNeed,
        offset: 0,
        weight,
    }
}

impl Problem {
    /// Without groups.
    pub fn flat(quantum: i64, places: Vec<Place>) -> Self {
        Self {
            quantum,
            places,
            groups: Vec::new(),
        }
    }

    pub fn build(&self) -> Built {
        let authority = |place: &Place| Authority {
            code: AuthorityCode::new(&place.code),
            name: place.code.as_str().into(),
            class: None,
            region: None,
            reporting_region: None,
            population: None,
            left_out_of_rankings: false,
            line: 0,
        };
        let register = Register::new(self.places.iter().map(authority).collect())
            .expect("codes of a problem differ");
        let positions: Vec<Position> = self
            .places
            .iter()
            .map(|place| {
                register
                    .find(&AuthorityCode::new(&place.code))
                    .expect("every code is registered")
            })
            .collect();
        // One variable for each authority, in the same order.
        let ids: Vec<VariableId> = positions
            .iter()
            .map(|at| VariableId::at(at.index()))
            .collect();
        let mut guarantees = promises(self.groups.len());
        let mut limits = Vec::new();
        let variables = register.column(|at, _| {
            let index = positions
                .iter()
                .position(|other| *other == at)
                .expect("every position has its place");
            let place = &self.places[index];
            let promised = |bound: i64| PromisedBound {
                variable: ids[index],
                bound: Pounds(bound),
                stated: Pounds(bound).fine(),
                counted: FinePounds::ZERO,
            };
            if place.lower > 0 {
                guarantees[0].lower.push(promised(place.lower));
            }
            if let Some(upper) = place.upper {
                guarantees[1].upper.push(promised(upper));
            }
            limits.push(Limits {
                lower: Pounds(place.lower),
                upper: place.upper.map(Pounds),
            });
            Variable {
                authority: at,
                service: None,
                measure: Measure {
                    stage: place.stage,
                    offset: FinePounds(place.offset),
                    weight: place.weight,
                },
                turn: None,
                need: match place.stage {
                    Stage::ByNeed => place.weight.try_into().expect("a small weight"),
                    Stage::BeyondTurn | Stage::PerHead => 0,
                },
                people: 0,
            }
        });
        let rows = self
            .groups
            .iter()
            .enumerate()
            .map(|(index, group)| {
                let mut members: Vec<VariableId> = group.members.iter().map(|&m| ids[m]).collect();
                members.sort();
                Row {
                    source: RowSource::Guarantee(2 + index),
                    group: format!("G{index}"),
                    members,
                    lower: group.lower.map(Pounds),
                    upper: group.upper.map(Pounds),
                    counted: FinePounds::ZERO,
                }
            })
            .collect();
        let program = LinearProgram {
            quantum: Pounds(self.quantum),
            variables: PerVariable::of(variables.as_slice().to_vec()).into(),
            limits: PerVariable::of(limits),
            rows,
            guarantees,
            outside: Vec::new(),
            services: Vec::new(),
            goal: Goal::Leximin,
            caps: None,
        };
        Built {
            register,
            program,
            positions,
            ids,
        }
    }

    pub fn tree(&self) -> (Built, Tree) {
        let built = self.build();
        let tree = build_tree(&built.program).expect("groups of this problem nest");
        (built, tree)
    }

    /// Exact amounts before rounding, in the problem's order.
    pub fn exact(&self, road: Road) -> Result<Vec<Fraction>, SolveError> {
        let (built, tree) = self.tree();
        let solution = solve(&built.program, &tree, road)?;
        let settled = settle(&built.program, &tree, &solution)?;
        Ok(built
            .ids
            .iter()
            .map(|&at| {
                let amount = settled.amount(built.program.limited(at), tree.node_of[at]);
                Fraction {
                    above: amount.numerator,
                    below: amount.denominator,
                }
            })
            .collect())
    }

    /// The whole way to a verified allocation.
    pub fn allocation(&self, road: Road) -> Result<Allocation, NoAllocation> {
        let built = self.build();
        let formula = formula_with_guarantees(&built.program.guarantees);
        let of_variables = |of: fn(&Measure) -> i128| {
            built
                .register
                .column(|at, _| of(&built.program.variables[VariableId::at(at.index())].measure))
        };
        let parts = of_variables(|measure| match measure.stage {
            Stage::ByNeed => measure.weight,
            Stage::BeyondTurn | Stage::PerHead => 0,
        });
        let own = of_variables(|measure| measure.offset.0).map(|&own| FinePounds(own));
        let total: f64 = parts.iter().map(|&p| p as f64).sum();
        let assessment = Assessment {
            formula: FormulaName::new("made-up"),
            services: Vec::new(),
            need_share: parts.map(|&p| Share(if total > 0.0 { p as f64 / total } else { 0.0 })),
            need_parts: parts,
            parts: needshare::assess::PARTS,
            assessed_total: built.program.quantum.fine() + own.iter().copied().sum::<FinePounds>(),
            own_resources: own,
            quantum: built.program.quantum,
            top_slices: BTreeMap::new(),
            indicators: BTreeMap::new(),
            below_nothing: Vec::new(),
        };
        allocate(&assessment, &formula, &built.program, &built.register, road)
    }

    /// Whole pounds in the problem's order.
    pub fn whole(&self, road: Road) -> Result<Vec<i64>, NoAllocation> {
        let allocation = self.allocation(road)?;
        let positions = self.build().positions;
        Ok(positions
            .iter()
            .map(|&at| allocation.amount[at].0)
            .collect())
    }
}

/// Promises without bounds: floors, ceilings, and one for each group.
fn promises(groups: usize) -> Vec<Promise> {
    let own = ["floors", "ceilings"].map(GuaranteeName::new);
    let bands = (0..groups).map(|index| GuaranteeName::new(format!("band {index}")));
    own.into_iter()
        .chain(bands)
        .map(|name| Promise {
            name,
            lower: Shared::default(),
            upper: Shared::default(),
            kept: true,
        })
        .collect()
}

/// A formula that bears these guarantees' names: what they promise stands in the
/// program already.
fn formula_with_guarantees(promises: &[Promise]) -> Formula {
    let mut text = String::from(
        "title = \"Made up\"\nsummary = \"Made up.\"\nkind = \"illustrative\"\n\
         [data]\ntable = \"none.csv\"\ncode = \"code\"\n\
         [allocation]\nquantum = 1\nneed = \"need\"\nobjective = { kind = \"level_up\" }\n",
    );
    for Promise { name, .. } in promises {
        text += &format!(
            "[[allocation.guarantee]]\nname = \"{name}\"\nkind = \"floor\"\nof = \"need\"\nrate = 1.0\n"
        );
    }
    let file = SourceFile {
        name: "made-up.toml".to_string(),
        manifest_name: "made-up.toml".to_string(),
        bytes: Cow::Owned(text.into_bytes()),
    };
    let mut findings = Findings::new();
    let formula = read_formula(FormulaName::new("made-up"), &file, None, &mut findings);
    formula.unwrap_or_else(|| panic!("the made-up formula is sound: {findings:?}"))
}

/// above ÷ below, in millionths of a pound; below is positive.
#[derive(Debug, Clone, Copy)]
pub struct Fraction {
    pub above: i128,
    pub below: i128,
}

impl Fraction {
    pub fn whole(sum: i128) -> Self {
        Self {
            above: sum,
            below: 1,
        }
    }

    pub fn times(self, by: i128) -> Self {
        Self {
            above: self.above * by,
            below: self.below,
        }
    }

    /// Whole pounds not above it.
    pub fn floor(self) -> i64 {
        i64::try_from(self.above.div_euclid(self.below * FINE)).expect("pounds fit")
    }

    /// Whole pounds not below it.
    pub fn ceil(self) -> i64 {
        -(Self {
            above: -self.above,
            below: self.below,
        })
        .floor()
    }

    pub fn is_whole_pounds(self) -> bool {
        self.above % (self.below * FINE) == 0
    }

    pub fn pounds(self) -> f64 {
        self.above as f64 / self.below as f64 / 1e6
    }
}

impl PartialEq for Fraction {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Fraction {}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    /// By cross products of 256 bits.
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |n: i128| n.signum();
        if sign(self.above) != sign(other.above) {
            return sign(self.above).cmp(&sign(other.above));
        }
        let left = product(self.above.unsigned_abs(), other.below.unsigned_abs());
        let right = product(other.above.unsigned_abs(), self.below.unsigned_abs());
        if self.above < 0 {
            right.cmp(&left)
        } else {
            left.cmp(&right)
        }
    }
}

/// The product as (high, low) 128 bits, by schoolbook halves.
fn product(a: u128, b: u128) -> (u128, u128) {
    const HALF: u128 = (1 << 64) - 1;
    let (a1, a0, b1, b0) = (a >> 64, a & HALF, b >> 64, b & HALF);
    let low = a0 * b0;
    let middle = a1 * b0 + (low >> 64);
    let other = a0 * b1 + (middle & HALF);
    (
        a1 * b1 + (middle >> 64) + (other >> 64),
        (other << 64) | (low & HALF),
    )
}

/// Everyone's coverage, those with need first, lowest first.
pub fn coverages(problem: &Problem, amounts: &[Fraction]) -> Vec<(Stage, Fraction)> {
    let mut coverages: Vec<_> = problem
        .places
        .iter()
        .zip(amounts)
        .filter(|(place, _)| place.weight > 0)
        .map(|(place, amount)| {
            let coverage = Fraction {
                above: amount.above + place.offset * amount.below,
                below: amount.below * place.weight,
            };
            (place.stage, coverage)
        })
        .collect();
    coverages.sort();
    coverages
}

/// Every way to share the quantum in steps of so many pounds that satisfies all bounds.
pub fn every_allocation(problem: &Problem, step: i64) -> Vec<Vec<i64>> {
    fn extend(problem: &Problem, step: i64, so_far: &mut Vec<i64>, all: &mut Vec<Vec<i64>>) {
        let index = so_far.len();
        let left = problem.quantum - so_far.iter().sum::<i64>();
        if index == problem.places.len() {
            let within = |group: &Group| {
                let total: i64 = group.members.iter().map(|&m| so_far[m]).sum();
                group.lower.is_none_or(|lower| total >= lower)
                    && group.upper.is_none_or(|upper| total <= upper)
            };
            if left == 0 && problem.groups.iter().all(within) {
                all.push(so_far.clone());
            }
            return;
        }
        let place = &problem.places[index];
        // Without a weight an amount stays where it is.
        let most = if place.weight == 0 { place.lower } else { left };
        let most = most.min(place.upper.unwrap_or(left)).min(left);
        let mut amount = place.lower;
        while amount <= most {
            so_far.push(amount);
            extend(problem, step, so_far, all);
            so_far.pop();
            amount += step;
        }
    }
    let mut all = Vec::new();
    extend(problem, step, &mut Vec::new(), &mut all);
    all
}

/// More millionths than any problem here has: what an amount without a ceiling
/// takes where nothing holds it.
const ENDLESS: i128 = 1 << 90;

/// Binary places of the oracle's levels.
const PLACES: u32 = 40;

/// Levels of the oracle reach this far up and down.
const FURTHEST: i128 = 1 << 120;

/// A level: coverage by need in steps of 2⁻⁴⁰ millionths per unit of weight, then
/// pounds per head.
type Level = (Stage, i128);

/// What levelling up gives each place, in millionths of a pound, by the rule and by
/// bisection alone: a place takes weight × level − offset held between its bounds, a
/// group the sum of what is in it held between its own, and a group that is held has
/// a level of its own. `None` where a total cannot be reached.
pub fn level_by_bisection(problem: &Problem) -> Option<Vec<i128>> {
    let mut amounts = vec![0; problem.places.len()];
    let level = level_for(problem, None, i128::from(problem.quantum) * FINE)?;
    give(problem, None, level, &mut amounts)?;
    Some(amounts)
}

/// How far the oracle may be from the exact amount, in millionths: levels are cut
/// off after 40 binary places and products after the millionth, for each place.
pub fn oracle_is_within(problem: &Problem) -> i128 {
    let heaviest = problem.places.iter().map(|p| p.weight).max().unwrap_or(0);
    let each = 2 + (heaviest >> PLACES);
    each * i128::try_from(problem.places.len() + 2).expect("few places")
}

fn give(problem: &Problem, group: Option<usize>, level: Level, amounts: &mut [i128]) -> Option<()> {
    for place in directly_in(problem, group) {
        amounts[place] = demand(&problem.places[place], level);
    }
    for inner in groups_in(problem, group) {
        let wanted = total(problem, Some(inner), level);
        let bounds = &problem.groups[inner];
        let (lower, upper) = (fine(bounds.lower), fine(bounds.upper));
        let own_level = if lower.is_some_and(|lower| wanted < lower) {
            level_for(problem, Some(inner), lower?)?
        } else if upper.is_some_and(|upper| wanted > upper) {
            level_for(problem, Some(inner), upper?)?
        } else {
            level
        };
        give(problem, Some(inner), own_level, amounts)?;
    }
    Some(())
}

fn fine(pounds: Option<i64>) -> Option<i128> {
    pounds.map(|pounds| i128::from(pounds) * FINE)
}

/// Places in this group and in no group within it.
pub fn directly_in(problem: &Problem, group: Option<usize>) -> Vec<usize> {
    let everyone: Vec<usize> = (0..problem.places.len()).collect();
    let members = group.map_or(&everyone, |group| &problem.groups[group].members);
    let inner = groups_in(problem, group);
    members
        .iter()
        .copied()
        .filter(|place| {
            !inner
                .iter()
                .any(|&inner| problem.groups[inner].members.contains(place))
        })
        .collect()
}

/// Groups directly in this group, or in the nation.
pub fn groups_in(problem: &Problem, group: Option<usize>) -> Vec<usize> {
    (0..problem.groups.len())
        .filter(|&inner| problem.groups[inner].within == group)
        .collect()
}

/// weight × level − offset within its bounds.
fn demand(place: &Place, (stage, level): Level) -> i128 {
    let lower = i128::from(place.lower) * FINE;
    let upper = fine(place.upper).unwrap_or(ENDLESS).max(lower);
    if place.weight == 0 {
        return lower;
    }
    match place.stage.cmp(&stage) {
        Ordering::Less => upper,
        Ordering::Greater => lower,
        Ordering::Equal => match place.weight.checked_mul(level) {
            Some(product) => ((product >> PLACES) - place.offset).clamp(lower, upper),
            None if level > 0 => upper,
            None => lower,
        },
    }
}

/// What a group takes before its own bounds hold it.
fn total(problem: &Problem, group: Option<usize>, level: Level) -> i128 {
    let own: i128 = directly_in(problem, group)
        .into_iter()
        .map(|place| demand(&problem.places[place], level))
        .sum();
    let groups: i128 = groups_in(problem, group)
        .into_iter()
        .map(|inner| {
            let bounds = &problem.groups[inner];
            let wanted = total(problem, Some(inner), level);
            let least = fine(bounds.lower).map_or(wanted, |lower| wanted.max(lower));
            fine(bounds.upper).map_or(least, |upper| least.min(upper))
        })
        .sum();
    own + groups
}

/// The greatest level at which a group takes no more than this.
fn level_for(problem: &Problem, group: Option<usize>, sum: i128) -> Option<Level> {
    let stage = if total(problem, group, (Stage::ByNeed, FURTHEST)) >= sum {
        Stage::ByNeed
    } else {
        Stage::PerHead
    };
    let (mut low, mut high) = (-FURTHEST, FURTHEST);
    if total(problem, group, (stage, low)) > sum || total(problem, group, (stage, high)) < sum {
        return None;
    }
    while high - low > 1 {
        let middle = (low + high) >> 1;
        if total(problem, group, (stage, middle)) <= sum {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some((stage, low))
}

/// How large the money of a random problem is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Fewest and most places.
    pub places: (i64, i64),
    /// Least and greatest sum, in pounds, as powers of ten.
    pub pounds: (f64, f64),
    /// Levels of groups within groups; 0 for none.
    pub depth: usize,
}

/// National sums.
pub const ORDINARY: Size = Size {
    places: (1, 40),
    pounds: (5.0, 12.0),
    depth: 3,
};

/// A random problem that some allocation satisfies: amounts are drawn first and the
/// bounds around them, often at them.
pub fn random_problem(dice: &mut Dice, size: Size) -> Problem {
    let count = usize::try_from(dice.between(size.places.0, size.places.1)).expect("positive");
    let (least, most) = size.pounds;
    let sum = 10_f64.powf(least + (most - least) * dice.unit());
    let style = dice.below(3);
    let needs: Vec<f64> = (0..count)
        .map(|_| match style {
            0 => 1.0,
            1 => dice.between(1, 9) as f64,
            _ => dice.unit().powi(4) + 1e-6,
        })
        .collect();
    let all: f64 = needs.iter().sum();
    let everyone_capped = dice.percent(20);
    let mut drawn = Vec::new();
    let mut places = Vec::new();
    for (index, need) in needs.iter().enumerate() {
        let part = need / all;
        let mut place = place(index, (part * 1e12).round() as i128);
        if dice.percent(10) {
            place.stage = Stage::PerHead;
            place.weight = i128::from(if dice.percent(30) {
                0
            } else {
                dice.between(1, 2_000_000_000)
            });
        } else if dice.percent(60) {
            // Own resources up to twice what need alone would give, with pence.
            place.offset = (part * sum * 2.0 * dice.unit() * 1e6) as i128;
            if dice.percent(5) {
                place.offset = -place.offset;
            }
        }
        let amount = match dice.below(5) {
            0 => 0,
            _ => (part * sum * 2.0 * dice.unit()) as i64,
        };
        place.lower = match dice.below(4) {
            0 | 1 => 0,
            2 => (amount as f64 * dice.unit()) as i64,
            _ => amount,
        }
        .min(amount);
        if place.weight == 0 {
            // Never above its lower bound, and a ceiling beyond that is out of place.
            place.lower = amount;
        } else if everyone_capped || dice.percent(40) {
            let above = (amount as f64 * dice.unit()) as i64;
            place.upper = Some(amount + if dice.percent(30) { 0 } else { above });
        }
        drawn.push(amount);
        places.push(place);
    }
    let mut problem = Problem::flat(drawn.iter().sum(), places);
    if size.depth > 0 {
        let everyone: Vec<usize> = (0..count).collect();
        add_groups(dice, &mut problem, &drawn, None, &everyone, size.depth);
    }
    problem
}

/// Groups within a group, bounded around what was drawn.
fn add_groups(
    dice: &mut Dice,
    problem: &mut Problem,
    drawn: &[i64],
    within: Option<usize>,
    of: &[usize],
    depth: usize,
) {
    let mut left = of.to_vec();
    dice.shuffle(&mut left);
    for _ in 0..dice.between(1, 4) {
        if left.is_empty() {
            return;
        }
        let take = 1 + dice.below(left.len());
        let mut members = left.split_off(left.len() - take);
        members.sort_unstable();
        let sum: i64 = members.iter().map(|&place| drawn[place]).sum();
        let slack = |dice: &mut Dice| match dice.below(3) {
            0 => 0,
            1 => (sum as f64 * 0.05 * dice.unit()) as i64,
            _ => (sum as f64 * dice.unit()) as i64,
        };
        let lower = dice.percent(65).then(|| sum - slack(dice));
        let upper = dice.percent(65).then(|| sum + slack(dice));
        let group = problem.groups.len();
        problem.groups.push(Group {
            within,
            members: members.clone(),
            lower,
            upper,
        });
        if depth > 1 {
            add_groups(dice, problem, drawn, Some(group), &members, depth - 1);
        }
    }
}

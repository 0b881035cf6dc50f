//! Why guarantees cannot hold together, and what would let them: in pounds, and in each
//! guarantee's own terms.

use super::shortfall::{Shortfall, shortfall};
use crate::currency::{Currency, STERLING};
use crate::formula::{Bound, Formula, Guarantee, GuaranteeKind, OnClash, PerHead};
use crate::program::{LinearProgram, Part};
use crate::register::Register;
use crate::solve::{build_tree, is_feasible, least_breach};
use crate::units::{Pounds, Rate};

/// Why there is no allocation.
#[derive(Debug, Clone, PartialEq)]
pub struct Infeasible {
    /// What is promised beyond what there is, or allowed below it.
    pub shortfalls: Vec<Shortfall>,
    /// The pounds by which guarantees must give way in all, where that is worked out.
    pub least_breach: Option<Pounds>,
    /// For each guarantee, what it would come to if it alone gave way; in file order.
    pub remedies: Vec<Remedy>,
    /// Guarantees that clash, the rest aside, and of which none can be left out for the
    /// others to clash.
    pub clashing: Vec<usize>,
    /// Names of all guarantees.
    pub names: Vec<String>,
    /// What sums are in.
    pub currency: &'static Currency,
    /// Whether amounts exist, and only whole pounds beside them do not.
    pub only_in_whole_pounds: bool,
}

/// What a guarantee alone would have to give.
#[derive(Debug, Clone, PartialEq)]
pub enum Remedy {
    /// Nothing that it gives is enough.
    None,
    /// In words, the least change that fits.
    Change(String),
    /// Only without it.
    Dropped,
}

impl Infeasible {
    /// No more than what clashes.
    pub fn of(shortfalls: Vec<Shortfall>) -> Self {
        Self {
            shortfalls,
            least_breach: None,
            remedies: Vec::new(),
            clashing: Vec::new(),
            names: Vec::new(),
            currency: &STERLING,
            only_in_whole_pounds: false,
        }
    }

    /// The same with sums in a table's currency.
    pub fn put_into(self, currency: &'static Currency) -> Self {
        Self { currency, ..self }
    }

    /// In sentences, the clashes first.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences: Vec<String> = self
            .shortfalls
            .iter()
            .take(10)
            .map(|shortfall| shortfall.sentence.clone())
            .collect();
        if self.shortfalls.len() > 10 {
            sentences.push(format!("… and {} more", self.shortfalls.len() - 10));
        }
        if let Some(breach) = self.least_breach {
            sentences.push(format!(
                "bounds would have to be broken by {breach} in all, at least"
            ));
        }
        if self.clashing.len() > 1 {
            let names: Vec<String> = self
                .clashing
                .iter()
                .map(|&position| format!("\"{}\"", self.names[position]))
                .collect();
            sentences.push(format!(
                "{} clash, and would not without any one of them",
                names.join(" and ")
            ));
        }
        for (name, remedy) in self.names.iter().zip(&self.remedies) {
            sentences.push(match remedy {
                Remedy::None => format!("\"{name}\": no change to it alone is enough"),
                Remedy::Change(change) => format!("\"{name}\": {change} would just fit"),
                Remedy::Dropped => {
                    format!("\"{name}\": the rest would fit without it, not with any part of it")
                }
            });
        }
        let sentences = sentences.iter();
        let put = sentences.map(|sentence| self.currency.put(sentence).into_owned());
        put.collect()
    }
}

/// Explains why a program has no allocation: what clashes, the least total breach, what
/// each guarantee alone would have to give, and one smallest set that clashes, found by
/// leaving guarantees out in file order.
pub fn explain(
    program: &LinearProgram,
    formula: &Formula,
    shortfalls: Vec<Shortfall>,
) -> Infeasible {
    // Amounts exist, and only whole pounds beside them do not: nothing clashes.
    if is_feasible(program) {
        return Infeasible {
            only_in_whole_pounds: true,
            ..Infeasible::of(shortfalls)
        };
    }
    let guarantees = formula.guarantees.iter();
    Infeasible {
        least_breach: build_tree(program)
            .ok()
            .and_then(|tree| least_breach(program, &tree)),
        remedies: guarantees
            .clone()
            .enumerate()
            .map(|(position, guarantee)| remedy(program, position, guarantee))
            .collect(),
        clashing: smallest_clash(program),
        names: guarantees
            .map(|guarantee| guarantee.name.to_string())
            .collect(),
        ..Infeasible::of(shortfalls)
    }
}

/// A set of guarantees that clashes and of which every part can hold.
fn smallest_clash(program: &LinearProgram) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..program.guarantees.len()).collect();
    for position in 0..program.guarantees.len() {
        let without = program.with_guarantees(|g| g != position && kept.contains(&g));
        if !is_feasible(&without) {
            kept.retain(|&g| g != position);
        }
    }
    kept
}

/// The least change to one guarantee that lets all hold.
fn remedy(program: &LinearProgram, position: usize, guarantee: &Guarantee) -> Remedy {
    if !is_feasible(&program.without(position)) {
        return Remedy::None;
    }
    let terms = Terms::of(guarantee);
    match terms.least_change(|lower, upper| is_feasible(&program.rescaled(position, lower, upper)))
    {
        Some(steps) => Remedy::Change(terms.words(steps)),
        None => Remedy::Dropped,
    }
}

/// In what terms a guarantee is loosened: a number of its own, or all its bounds alike.
#[derive(Debug, Clone, Copy)]
struct Terms {
    /// The number as it stands.
    value: Rate,
    /// Steps of the number in one.
    steps_in_one: i128,
    /// How it is written.
    written: Written,
    /// Which way is looser.
    looser: Looser,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Rate,
    Pounds,
    Pence,
    PerCentLooser,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looser {
    Less,
    More,
    Both,
}

/// Hundredths of a per cent.
const RATE_STEPS: i128 = 10_000;

/// How far an upper bound is raised at most: a thousand times itself.
const GREATEST_RISE: i128 = 1_000;

impl Terms {
    fn of(guarantee: &Guarantee) -> Self {
        let (looser, bound) = match &guarantee.kind {
            GuaranteeKind::Floor(bound) => (Looser::Less, Some(bound)),
            GuaranteeKind::Ceiling(bound) => (Looser::More, Some(bound)),
            GuaranteeKind::GroupBand { .. } | GuaranteeKind::PaceOfChange { .. } => {
                (Looser::Both, None)
            }
            GuaranteeKind::RingFence(_) => (Looser::Both, None),
            _ => (Looser::Less, None),
        };
        let stated = match (&guarantee.kind, bound) {
            (_, Some(Bound::PartOf { rate, .. } | Bound::Coverage(rate))) => {
                Some((*rate, RATE_STEPS, Written::Rate))
            }
            (_, Some(Bound::Pounds { amount, .. })) => Some((*amount, 1, Written::Pounds)),
            (_, Some(Bound::PerHead { amount, .. }))
            | (GuaranteeKind::MinimumPerPersonInNeed { amount, .. }, _)
            | (
                GuaranteeKind::MinimumPerHead {
                    per_head: PerHead::Pounds(amount),
                    ..
                },
                _,
            ) => Some((*amount, 100, Written::Pence)),
            (
                GuaranteeKind::MinimumPerHead {
                    per_head: PerHead::OfAverage(rate),
                    ..
                },
                _,
            ) => Some((*rate, RATE_STEPS, Written::Rate)),
            (GuaranteeKind::MinimumShare { share, .. }, _) => {
                Some((*share, 1_000_000, Written::Rate))
            }
            _ => None,
        };
        match stated.filter(|(value, ..)| value.as_f64() > 0.0) {
            Some((value, steps_in_one, written)) => Self {
                value,
                steps_in_one,
                written,
                looser,
            },
            None => Self {
                value: Rate::ONE,
                steps_in_one: RATE_STEPS,
                written: Written::PerCentLooser,
                looser,
            },
        }
    }

    /// The parts of what is promised at so many steps: value' ÷ value, and for what is
    /// bounded from both sides 1 − k and 1 + k.
    fn parts(&self, steps: i128) -> (Part, Part) {
        let (numerator, denominator) = self.value.as_fraction();
        let part = |steps: i128| Part {
            numerator: steps * denominator,
            denominator: self.steps_in_one * numerator,
        };
        match self.looser {
            Looser::Less => (part(steps), Part::WHOLE),
            Looser::More => (Part::WHOLE, part(steps)),
            Looser::Both => (part(steps.max(0)), part(2 * self.steps_in_one - steps)),
        }
    }

    /// The number nearest to the one that stands, in whole steps, at which all can hold.
    fn least_change(&self, fits: impl Fn(Part, Part) -> bool) -> Option<i128> {
        let (numerator, denominator) = self.value.as_fraction();
        let whole_steps = |round_up: bool| {
            let exact = numerator * self.steps_in_one;
            if round_up {
                -(-exact).div_euclid(denominator)
            } else {
                exact.div_euclid(denominator)
            }
        };
        let fits_at = |steps: i128| {
            let (lower, upper) = self.parts(steps);
            fits(lower, upper)
        };
        // From a number that does not fit to one that does, by halves.
        let (mut tight, mut loose) = match self.looser {
            Looser::Less => (whole_steps(false) + 1, 0),
            Looser::Both => (whole_steps(false) + 1, -GREATEST_RISE * self.steps_in_one),
            Looser::More => (whole_steps(true) - 1, whole_steps(true) * GREATEST_RISE),
        };
        if !fits_at(loose) {
            return None;
        }
        while (tight - loose).abs() > 1 {
            let middle = (tight + loose).div_euclid(2);
            if fits_at(middle) {
                loose = middle;
            } else {
                tight = middle;
            }
        }
        Some(loose)
    }

    /// The number in words.
    #[expect(clippy::cast_precision_loss, reason = "for messages")]
    fn words(&self, steps: i128) -> String {
        let now = steps as f64 / self.steps_in_one as f64;
        let stands = self.value.as_f64();
        match self.written {
            Written::Rate => {
                format!("a rate of {} instead of {stands}", trimmed(now, 6))
            }
            Written::Pounds => format!(
                "{} instead of £{stands}",
                Pounds(i64::try_from(steps).unwrap_or(i64::MAX))
            ),
            Written::Pence => format!("£{now:.2} instead of £{stands:.2}"),
            Written::PerCentLooser => {
                let looser = match self.looser {
                    Looser::More => 100.0 * (now - 1.0),
                    Looser::Less | Looser::Both => 100.0 * (1.0 - now),
                };
                format!("bounds looser by {} %", trimmed(looser, 2))
            }
        }
    }
}

/// A number with so many decimals at most, without zeros at its end.
fn trimmed(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// A guarantee that gave way, and how far.
#[derive(Debug, Clone, PartialEq)]
pub struct Relaxed {
    /// Which, by its position.
    pub guarantee: usize,
    /// In words, what it came to; none where it was dropped.
    pub to: Option<String>,
}

/// Loosens guarantees in order of their priority, the greatest number first, until all can
/// hold, each by the least that lets those before it hold; none where they cannot even then,
/// or where the formula does not ask for it.
pub fn relax(program: &LinearProgram, formula: &Formula) -> Option<(LinearProgram, Vec<Relaxed>)> {
    if formula.on_clash == OnClash::Stop || is_feasible(program) {
        return None;
    }
    let mut order: Vec<usize> = (0..formula.guarantees.len())
        .filter(|&position| formula.guarantees[position].priority.is_some())
        .collect();
    order.sort_by_key(|&position| std::cmp::Reverse(formula.guarantees[position].priority));
    let left_out = |whole: &LinearProgram, out: &[usize], gone: &[usize]| {
        let is_out = |g: usize| out.contains(&g) || gone.contains(&g);
        whole.with_guarantees(|g| program.guarantees[g].kept && !is_out(g))
    };
    let enough =
        (1..=order.len()).find(|&count| is_feasible(&left_out(program, &order[..count], &[])))?;
    order.truncate(enough);
    // What had to give way last comes back first, and takes what room there is.
    let (mut whole, mut gone, mut relaxed) = (program.clone(), Vec::new(), Vec::new());
    while let Some(position) = order.pop() {
        if is_feasible(&left_out(&whole, &order, &gone)) {
            continue;
        }
        let terms = Terms::of(&formula.guarantees[position]);
        let fits = |lower, upper| {
            let rescaled = whole.rescaled(position, lower, upper);
            is_feasible(&left_out(&rescaled, &order, &gone))
        };
        let steps = terms.least_change(fits);
        match steps.map(|steps| terms.parts(steps)) {
            Some((lower, upper)) => whole = whole.rescaled(position, lower, upper),
            None => gone.push(position),
        }
        let to = steps.map(|steps| terms.words(steps));
        relaxed.push(Relaxed {
            guarantee: position,
            to,
        });
    }
    Some((left_out(&whole, &[], &gone), relaxed))
}

/// The clashes of a program whose bounds nest, in words.
pub(super) fn shortfalls(
    program: &LinearProgram,
    register: &Register,
    clashes: &[crate::solve::Clash],
) -> Vec<Shortfall> {
    clashes
        .iter()
        .map(|clash| shortfall(clash, program, register))
        .collect()
}

//! One authority's figure for readers, and its tables.

mod tables;

pub use tables::explanation_tables;

use super::headline::baseline_words;
use super::report::{Block, in_currency, left, plain, right, signed};
use super::table::Grid;

use crate::allocation::ZERO;
use crate::compare::{Outcome, per_head};
use crate::explain::{Explanation, StepKind, Turn};
use crate::formula::{NotionalRate, NotionalResources, OwnResources, Reference};
use crate::grouping::role_numbers;
use crate::register::Register;
use crate::results::FormulaResult;
use crate::study::Study;
use crate::units::{Persons, Pounds};

/// The page: what it gets, how that comes about, why it differs, who is like it, what would
/// change it.
pub fn explanation_page(
    study: &Study,
    result: &FormulaResult,
    explanation: &Explanation,
) -> Vec<Block> {
    let page = Page {
        study,
        result,
        explanation,
        register: &study.dataset.register,
    };
    let mut blocks = page.opening();
    page.walk(&mut blocks);
    page.services(&mut blocks);
    page.swings(&mut blocks);
    page.neighbours(&mut blocks);
    page.turns(&mut blocks);
    page.inputs(&mut blocks);
    blocks.extend(page.notes());
    in_currency(blocks, study.currency())
}

struct Page<'a> {
    study: &'a Study,
    result: &'a FormulaResult,
    explanation: &'a Explanation,
    register: &'a Register,
}

impl Page<'_> {
    fn people(&self) -> Option<Persons> {
        self.register[self.explanation.at].population
    }

    fn per_head(&self, sum: Pounds) -> String {
        per_head(sum, self.people()).map_or_else(|| "–".to_string(), |sum| money_signed(sum, 2))
    }

    fn opening(&self) -> Vec<Block> {
        let at = self.explanation.at;
        let (authority, allocation) = (&self.register[at], &self.result.solved.allocation);
        let formula = &self.result.formula;
        let setting = self
            .study
            .scenario
            .as_ref()
            .map_or(String::new(), |s| format!(", {}", s.title));
        let mut blocks = vec![Block::Heading(
            1,
            format!("{} under {}{setting}", authority.name, formula.title),
        )];
        let funding = allocation.funding[at];
        let each = match per_head(funding, self.people()) {
            Some(each) => format!(
                ", £{} for each of its {} residents",
                plain(each, 0),
                plain(self.people().map_or(0.0, |p| p.0), 0)
            ),
            None => String::new(),
        };
        let place = self.place_by_need();
        let need = allocation.need_amount[at];
        let coverage = match need > Pounds::ZERO {
            // Need is a part of the sum that is shared: it says nothing of whether that is enough.
            true if (funding - need).abs() <= Pounds(2) => {
                ": what need alone gives it of the sum that is shared".to_string()
            }
            true => format!(
                ", {:.1} % of what need alone would give it of this sum, {need}",
                100.0 * funding.as_f64() / need.as_f64()
            ),
            false => String::new(),
        };
        blocks.push(Block::Paragraph(format!(
            "{} ({}) would have funding of {funding}{each}{coverage}.{place}",
            authority.name, authority.code
        )));
        let all_own: Pounds = allocation.own_resources.iter().copied().sum();
        let counted = match all_own == Pounds::ZERO {
            true => String::new(),
            false => format!("; {all_own} of own resources count besides"),
        };
        blocks.push(Block::Paragraph(format!(
            "The sum that is shared among {} authorities is {}{counted}.",
            self.register.len(),
            allocation.quantum
        )));
        let own = allocation.own_resources[at];
        if own != Pounds::ZERO {
            let what = match &self.result.formula.own_resources {
                Some(OwnResources::Notional(notional)) => self.assumed(notional),
                _ => "its own resources, as the data state them".to_string(),
            };
            blocks.push(Block::Paragraph(format!(
                "Of that, {} is the amount it is given and {own} {what}.",
                allocation.amount[at]
            )));
        }
        let binding: Vec<&str> = allocation.binding[at]
            .iter()
            .map(|name| match name.as_str() {
                ZERO => "the floor of zero",
                other => other,
            })
            .collect();
        if !binding.is_empty() {
            blocks.push(Block::Paragraph(format!(
                "Its amount is held by: {}.",
                binding.join("; ")
            )));
        }
        blocks.extend(self.cautions().into_iter().map(Block::Paragraph));
        for comparison in &self.result.comparisons {
            let change = comparison.changes[at];
            let words = baseline_words(&comparison.baseline);
            let per_cent = change
                .per_cent
                .map_or(String::new(), |p| format!(" ({} %)", signed(p.0, 1)));
            let outcome = match (change.outcome, comparison.baseline.as_str()) {
                (Outcome::Winner, _) => "it would gain",
                (Outcome::Loser, "spending-today") => {
                    "it would lose: it spends more than the formula gives, which does not make it overfunded"
                }
                (Outcome::Loser, _) => "it would lose",
                (Outcome::Unchanged, _) => "hardly any change",
            };
            let notional = matches!(formula.own_resources, Some(OwnResources::Notional(_)));
            let assumed = match notional && own != Pounds::ZERO {
                true => ", what it is assumed to raise included",
                false => "",
            };
            blocks.push(Block::Paragraph(format!(
                "Against {words} of {}: {}{per_cent}; {outcome}{assumed}.",
                change.baseline,
                change.change.signed()
            )));
        }
        blocks
    }

    /// What own resources are assumed to be, in words.
    fn assumed(&self, notional: &NotionalResources) -> String {
        let numbers = |of: &Reference| role_numbers(&self.study.dataset, Some(of.name.as_str()));
        let assumed = "what the formula assumes it raises itself";
        let base = numbers(&notional.base);
        let rate = match &notional.rate {
            NotionalRate::Stated(rate) => Some(*rate),
            NotionalRate::AverageOf(of) => numbers(of)
                .zip(base.as_ref())
                .map(|(of, base)| of.total() / base.total()),
        };
        let average = match notional.rate {
            NotionalRate::Stated(_) => "the rate",
            NotionalRate::AverageOf(_) => "the national average rate",
        };
        let is_plain = notional.support.is_none()
            && notional.tier_share.is_none()
            && notional.collection_rate == 1.0
            && notional.equalisation == 1.0;
        match (rate, base) {
            (Some(rate), Some(base)) if is_plain => format!(
                "{assumed}: {average} of £{} × its tax base of {} × {} for these services, whatever it raises today",
                plain(rate, 2),
                plain(base[self.explanation.at], 0),
                notional.share_for_services
            ),
            (Some(rate), _) => {
                format!(
                    "{assumed}, at {average} of £{}, whatever it raises today",
                    plain(rate, 2)
                )
            }
            (None, _) => format!("{assumed}, whatever it raises today"),
        }
    }

    /// What must be known before its figures are quoted: its cells that were filled, and
    /// caveats of the data that name it.
    fn cautions(&self) -> Vec<String> {
        let authority = &self.register[self.explanation.at];
        let dataset = &self.study.dataset;
        let mut cautions: Vec<String> = Vec::new();
        for filled in dataset.filled.iter().filter(|f| f.code == authority.code) {
            let caution = format!("Mind: {}.", filled.reason.trim_end_matches('.'));
            if !cautions.contains(&caution) {
                cautions.push(caution);
            }
        }
        let names_it = |caveat: &&String| caveat.contains(&*authority.name);
        let of_data = dataset.caveats.iter().filter(names_it);
        cautions.extend(of_data.map(|caveat| format!("Mind: {caveat}")));
        cautions
    }

    /// Where it stands among all by need per head.
    fn place_by_need(&self) -> String {
        let at = self.explanation.at;
        let need = &self.result.solved.allocation.need_amount;
        let each = |at| per_head(need[at], self.register[at].population);
        let pence = |at| each(at).map(|sum: f64| (100.0 * sum).round());
        let Some(own) = pence(at).filter(|_| !self.register[at].left_out_of_rankings) else {
            return String::new();
        };
        let ranked: Vec<f64> = self
            .register
            .positions()
            .filter(|other| !self.register[*other].left_out_of_rankings)
            .filter_map(pence)
            .collect();
        // Whole pounds shared alike differ per head in fractions of a penny.
        if ranked.iter().all(|other| *other == own) {
            return String::new();
        }
        let place = ranked.iter().filter(|other| **other > own).count() + 1;
        format!(
            " By need per head it stands {} of {}.",
            ordinal(place),
            ranked.len()
        )
    }

    fn walk(&self, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading(2, "From population to pounds".to_string()));
        let mut grid = Grid::new([left("part"), left("step"), right("£"), right("£ per head")]);
        let mut before = "";
        for step in &self.explanation.steps {
            let is_level = matches!(step.kind, StepKind::Subtotal | StepKind::Total);
            let part = match step.part == before {
                true => String::new(),
                false => step.part.clone(),
            };
            before = &step.part;
            let what = match is_level {
                true => format!("= {}", step.what),
                false => step.what.clone(),
            };
            let sum = match step.kind {
                StepKind::Change => step.pounds.signed(),
                _ => step.pounds.to_string(),
            };
            grid.push([part, what, sum, self.per_head(step.pounds)]);
        }
        blocks.push(Block::Table(grid));
        blocks.push(Block::Paragraph(
            "Start and changes add up to each line that begins with =, to the pound. A cause of need is what its differences between \
             places move, all places at once: clients in proportion to residents, an index at its mean of 1 and local costs of 1 are \
             \"the same everywhere\". Each is averaged over every order of the causes of its service (Shapley value), so that no order \
             of them favours any; own resources, sharing and guarantees follow in the order shown. Lines \
             are rounded one by one; a line of whole pounds closes the gap."
                .to_string(),
        ));
    }

    fn services(&self, blocks: &mut Vec<Block>) {
        let services = &self.explanation.services;
        if services.len() < 2 {
            return;
        }
        blocks.push(Block::Heading(2, "Need by service".to_string()));
        let mut grid = Grid::new([
            left("service"),
            right("part of\nthe sum"),
            right("score\nhere"),
            right("all\nscores"),
            right("share,\n%"),
            right("need, £"),
            right("£ per head"),
        ]);
        for service in services {
            grid.push([
                service.name.to_string(),
                trimmed(service.quantum_share),
                plain(service.score, 1),
                plain(service.all_scores, 1),
                plain(100.0 * service.need_share, 4),
                service.need.to_string(),
                self.per_head(service.need),
            ]);
        }
        let need: Pounds = services.iter().map(|service| service.need).sum();
        let blank = String::new;
        grid.push([
            "= need amount".to_string(),
            blank(),
            blank(),
            blank(),
            blank(),
            need.to_string(),
            self.per_head(need),
        ]);
        blocks.push(Block::Table(grid));
        blocks.push(Block::Paragraph(
            "Score: clients × (basic amount + top-ups × indices) × local costs. Need is the share of all scores, of the service's part of \
             the sum."
                .to_string(),
        ));
    }

    fn swings(&self, blocks: &mut Vec<Block>) {
        for swing in &self.explanation.swings {
            let words = match swing.against.as_str().strip_prefix("formula:") {
                Some(formula) => formula.to_string(),
                None => baseline_words(&swing.against),
            };
            blocks.push(Block::Heading(2, format!("Why it differs from {words}")));
            let mut grid = Grid::new([left("cause"), right("£"), right("£ per head")]);
            grid.push([
                words.clone(),
                swing.other.to_string(),
                self.per_head(swing.other),
            ]);
            for (cause, pounds) in &swing.causes {
                grid.push([cause.clone(), pounds.signed(), self.per_head(*pounds)]);
            }
            let funding = swing.other + swing.change;
            grid.push([
                format!("= funding under {}", self.result.formula.name),
                funding.to_string(),
                self.per_head(funding),
            ]);
            blocks.push(Block::Table(grid));
        }
        if !self.explanation.swings.is_empty() {
            blocks.push(Block::Paragraph(
                "Each line is what a cause has under one less what it has under the other, as the walk above has it. Causes work together, so \
                 that a line can move a little although the formulas have that part in common."
                    .to_string(),
            ));
        }
    }

    fn neighbours(&self, blocks: &mut Vec<Block>) {
        if self.explanation.neighbours.is_empty() {
            return;
        }
        blocks.push(Block::Heading(
            2,
            "Its nearest neighbours by need".to_string(),
        ));
        let mut header = vec![
            left("authority"),
            right("distance"),
            right("need\n£ per head"),
            right("funding\n£ per head"),
        ];
        let baselines = || self.result.comparisons.iter();
        header.extend(baselines().map(|comparison| {
            right(&format!(
                "{}\n£ per head",
                baseline_words(&comparison.baseline).replace("sharing by ", "")
            ))
        }));
        let mut grid = Grid::new(header);
        let mut row = |at, distance: String| {
            let people = self.register[at].population;
            let each = |sum: Pounds| {
                per_head(sum, people).map_or_else(|| "–".to_string(), |sum| money_signed(sum, 0))
            };
            let allocation = &self.result.solved.allocation;
            let mut cells = vec![
                self.register[at].name.to_string(),
                distance,
                each(allocation.need_amount[at]),
                each(allocation.funding[at]),
            ];
            cells.extend(baselines().map(|comparison| each(comparison.changes[at].baseline)));
            grid.push(cells);
        };
        row(self.explanation.at, "–".to_string());
        for neighbour in &self.explanation.neighbours {
            row(neighbour.at, format!("{:.2}", neighbour.distance));
        }
        blocks.push(Block::Table(grid));
        blocks.push(Block::Paragraph(
            "Distance: need per resident of each service, in standard deviations over all authorities but those too small for rankings."
                .to_string(),
        ));
    }

    fn turns(&self, blocks: &mut Vec<Block>) {
        for (baseline, turns) in &self.explanation.turns {
            blocks.push(Block::Heading(
                2,
                format!(
                    "What would make it gain against {}",
                    baseline_words(baseline)
                ),
            ));
            if self.result.formula.services_apart {
                blocks.push(Block::Paragraph(
                    "Not worked out where services have totals of their own.".to_string(),
                ));
                continue;
            }
            let number = |turn: &Turn, value: f64| match turn.unit {
                "GBP" => format!("£{}", plain(value, 0)),
                _ => value.to_string(),
            };
            let winning: Vec<&Turn> = turns.iter().filter(|turn| turn.to.is_some()).collect();
            if winning.is_empty() {
                blocks.push(Block::Paragraph(
                    "None of the numbers looked at would by itself, all else standing.".to_string(),
                ));
            } else {
                let mut grid = Grid::new([
                    left("changed by itself, all else standing"),
                    right("now"),
                    right("gains at"),
                ]);
                for turn in &winning {
                    let to = turn.to.unwrap_or(turn.from);
                    let or = if to < turn.from { "or less" } else { "or more" };
                    grid.push([
                        turn.what.clone(),
                        number(turn, turn.from),
                        format!("{} {or}", number(turn, to)),
                    ]);
                }
                blocks.push(Block::Table(grid));
            }
            let others: Vec<String> = turns
                .iter()
                .filter(|turn| turn.to.is_none())
                .map(|turn| turn.what.clone())
                .collect();
            if !others.is_empty() && !winning.is_empty() {
                blocks.push(Block::Paragraph(format!(
                    "These by themselves cannot, wherever in their range: {}.",
                    others.join("; ")
                )));
            }
            if !turns.is_empty() {
                blocks.push(Block::Paragraph(
                    "To four digits, on the side that gains. Looked at: amounts up to all that basic amount and top-up come to; weights of \
                     local costs, parts of the sum and what of the tax base counts, from nothing to all; numbers beside an indicator in a \
                     sum, from nothing to twice what they are; the sum, up to its double. Not looked at: guarantees, other kinds of number, \
                     several at once."
                        .to_string(),
                ));
            }
        }
    }

    fn inputs(&self, blocks: &mut Vec<Block>) {
        if self.explanation.inputs.is_empty() {
            return;
        }
        blocks.push(Block::Heading(2, "The numbers behind it".to_string()));
        let mut grid = Grid::new([
            left("number"),
            right("here"),
            right("mean of\nauthorities"),
            right(&format!("place of {}\n(1 is highest)", self.register.len())),
            left("unit"),
        ]);
        for behind in &self.explanation.inputs {
            let is_column = !behind.source.is_empty() && !behind.what.is_empty();
            grid.push([
                if is_column {
                    behind.what.clone()
                } else {
                    behind.name.replace('_', " ")
                },
                trimmed(behind.value),
                trimmed(behind.mean),
                behind.rank.to_string(),
                behind.unit.clone(),
            ]);
        }
        blocks.push(Block::Table(grid));
        blocks.push(Block::Paragraph(format!(
            "The mean is over authorities, each counting once. An index of a service is the number divided by its mean over the \
             service's clients, so that it is not the number divided by the mean shown here. needshare show {} explains the formula \
             itself.",
            self.result.formula.name
        )));
    }

    fn notes(&self) -> Vec<Block> {
        super::reading_notes::reading_notes(self.study, std::slice::from_ref(self.result))
    }
}

/// Pounds with a minus where they are less than nothing.
fn money_signed(sum: f64, decimals: usize) -> String {
    let text = plain(sum.abs(), decimals);
    let is_zero = text.chars().all(|c| matches!(c, '0' | '.'));
    match sum < 0.0 && !is_zero {
        true => format!("−{text}"),
        false => text,
    }
}

/// A number at four or five digits that matter.
fn trimmed(value: f64) -> String {
    let decimals = match value.abs() {
        0.0 => 0,
        size if size >= 1000.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 1.0 => 3,
        _ => 4,
    };
    let text = money_signed(value, decimals);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    }
}

/// `1st`, `22nd`, `113th`.
fn ordinal(place: usize) -> String {
    let ending = match (place % 100, place % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{place}{ending}")
}

//! The summary of a run, for a minister's adviser: what moves, who wins, who loses,
//! what guarantees cost. One list of blocks, written as text for a terminal or as
//! Markdown.

use super::breakdowns::breakdown_grid;
use super::headline::{baseline_words, headline};
use super::reading_notes::reading_notes;
use super::report::{
    Block, MoneyUnit, in_currency, left, letter, lower_first, optional, people, plural, right,
    two_lines, whole_per_head,
};
use super::table::Grid;
use crate::allocation::Allocation;
use crate::assess::StatedQuantum;
use crate::breakdowns::{Breakdown, FixedBy};
use crate::compare::{Comparison, GroupChange, compare_funding, per_head};
use crate::grouping::Grouping;
use crate::ids::BaselineName;
use crate::register::Position;
use crate::results::FormulaResult;
use crate::study::{Study, money_moved};
use crate::units::{Pounds, group_digits};

/// Authorities named at each end of a ranking.
const NAMED: usize = 5;

/// The summary of `compare`. `in_full` names winners and losers under every
/// formula; otherwise only under the first.
pub fn compare_summary(study: &Study, results: &[FormulaResult], in_full: bool) -> Vec<Block> {
    let mut summary = Summary {
        study,
        results,
        blocks: Vec::new(),
    };
    summary.opening();
    summary.side_by_side();
    summary.by_groups(Grouping::by_region(&study.dataset.register));
    summary.by_groups(Grouping::by_deprivation(&study.dataset, 5));
    summary.breakdowns(in_full);
    let named = if in_full { results.len() } else { 1 };
    for result in &results[..named.min(results.len())] {
        summary.largest(result);
    }
    summary.guarantees();
    summary.finish()
}

/// The summary of `allocate`.
pub fn allocate_summary(study: &Study, result: &FormulaResult) -> Vec<Block> {
    let results = std::slice::from_ref(result);
    let mut summary = Summary {
        study,
        results,
        blocks: Vec::new(),
    };
    summary.allocate_opening(result);
    summary.reproduced(result);
    summary.guarantees();
    summary.finish()
}

struct Summary<'a> {
    study: &'a Study,
    results: &'a [FormulaResult],
    blocks: Vec<Block>,
}

impl Summary<'_> {
    /// All of it, with what a reader must know, in the table's currency.
    fn finish(mut self) -> Vec<Block> {
        let notes = reading_notes(self.study, self.results);
        self.blocks.extend(notes);
        in_currency(self.blocks, self.study.currency())
    }

    fn paragraph(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }

    fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(2, text.into()));
    }

    /// The unit of money in tables: that of the largest quantum.
    fn unit(&self) -> MoneyUnit {
        let quanta = self.results.iter().map(|r| r.solved.allocation.quantum);
        MoneyUnit::of_quantum(quanta.max().unwrap_or(Pounds::ZERO))
    }

    fn title(&self) -> String {
        match &self.study.scenario {
            Some(scenario) => scenario.title.clone(),
            None => self.study.dataset.title.clone(),
        }
    }

    fn opening(&mut self) {
        let title = format!("{}: who wins and who loses", self.title());
        self.blocks.push(Block::Heading(1, title));
        let register = &self.study.dataset.register;
        let mut scope = plural(register.len(), "authority", "authorities");
        if let Some(everyone) = register.population() {
            scope.push_str(&format!(", {} people", people(Some(everyone))));
        }
        match (self.study.quantum, self.study.spending()) {
            (StatedQuantum::Spending(sum) | StatedQuantum::Sum(sum), _) => {
                self.paragraph(format!("Sum to be shared, as stated: {sum}. {scope}."));
            }
            (StatedQuantum::None, Ok(Some(spending))) => {
                self.paragraph(format!("Spending to be met: {spending}. {scope}."));
            }
            (StatedQuantum::None, _) => self.paragraph(format!("{scope}.")),
        }
        let Some(first) = self.results.first() else {
            return;
        };
        self.paragraph(format!(
            "{}: {}",
            first.formula.title, first.formula.summary
        ));
        for comparison in &first.comparisons {
            let sentence = headline(first, comparison);
            self.paragraph(sentence);
        }
    }

    fn allocate_opening(&mut self, result: &FormulaResult) {
        let allocation = &result.solved.allocation;
        let title = match &self.study.scenario {
            Some(scenario) => format!("{}: {}", scenario.title, result.formula.title),
            None => result.formula.title.clone(),
        };
        self.blocks.push(Block::Heading(1, title));
        self.paragraph(result.formula.summary.clone());
        let own: Pounds = allocation.own_resources.iter().copied().sum();
        let mut text = format!(
            "Quantum: {}, shared among {} authorities; amounts add up to it exactly.",
            allocation.quantum,
            allocation.amount.len()
        );
        if own > Pounds::ZERO {
            text.push_str(&format!(
                " With own resources of {own}, funding is {}.",
                allocation.quantum + own
            ));
        }
        self.paragraph(text);
        let objective = result.formula.objective.sentence();
        match &allocation.reached {
            Some(reached) => self.paragraph(format!("{objective} {}", reached.sentence)),
            None => self.paragraph(objective),
        }
        let mut grid = Grid::new([
            left("code"),
            left("authority"),
            right("need share %"),
            right("amount £"),
            right("£ per head"),
            left("binding"),
        ]);
        let register = &self.study.dataset.register;
        for at in self.largest_amounts(result) {
            let amount = allocation.amount[at];
            grid.push([
                register[at].code.to_string(),
                register[at].name.to_string(),
                format!("{:.3}", 100.0 * allocation.need_share[at].0),
                group_digits(amount.0.unsigned_abs()),
                whole_per_head(per_head(amount, register[at].population)),
                allocation.binding[at].join("; "),
            ]);
        }
        self.heading("Largest and smallest amounts");
        self.blocks.push(Block::Table(grid));
    }

    fn reproduced(&mut self, result: &FormulaResult) {
        if result.reproduced.is_empty() {
            return;
        }
        self.heading("Published results");
        for reproduced in &result.reproduced {
            self.paragraph(format!("{}.", reproduced.sentence()));
        }
    }

    fn largest_amounts(&self, result: &FormulaResult) -> Vec<Position> {
        let amount = &result.solved.allocation.amount;
        let mut order: Vec<Position> = self.study.dataset.register.positions().collect();
        order.sort_by(|a, b| amount[*b].cmp(&amount[*a]).then_with(|| a.cmp(b)));
        if order.len() <= 2 * NAMED {
            return order;
        }
        let tail = order.split_off(order.len() - NAMED);
        order.truncate(NAMED);
        order.extend(tail);
        order
    }

    /// Table: every formula, one line each, against each baseline.
    fn side_by_side(&mut self) {
        self.heading("Every formula side by side");
        let Some(first) = self.results.first() else {
            return;
        };
        let fifths = Grouping::by_deprivation(&self.study.dataset, 5);
        let unit = self.unit();
        let mut grid = Grid::new([
            left(""),
            left("formula"),
            right(&format!("quantum\n{}", unit.name)),
            right("£ per head in\nmost deprived\nfifth"),
            right("£ per head in\nleast deprived\nfifth"),
            right(&format!("area cost\nadjustment\nmoves {}", unit.name)),
        ]);
        for (index, result) in self.results.iter().enumerate() {
            let allocation = &result.solved.allocation;
            let per_head_in = |group: usize| {
                let fifths = fifths.as_ref()?;
                let register = &self.study.dataset.register;
                let comparison = result.comparisons.first()?;
                comparison.by_group(allocation, register, fifths)[group].funding_per_head()
            };
            let moved = result
                .without_area_cost
                .as_ref()
                .map(|without| money_moved(&allocation.funding, &without.funding));
            grid.push([
                letter(index),
                result.formula.name.to_string(),
                unit.sum(allocation.quantum, 1),
                whole_per_head(per_head_in(0)),
                whole_per_head(per_head_in(4)),
                moved.map_or_else(|| "–".to_string(), |m| unit.sum(m, 1)),
            ]);
        }
        self.blocks.push(Block::Table(grid));
        for (index, comparison) in first.comparisons.iter().enumerate() {
            self.side_by_side_against(index, &comparison.baseline.clone());
        }
    }

    fn side_by_side_against(&mut self, index: usize, baseline: &BaselineName) {
        let unit = self.unit();
        // What an authority spends was not given to it: it cannot lose it.
        let losers = match baseline.as_str() {
            "spending-today" => "spend more\nthan the\nformula",
            _ => "losers",
        };
        let mut grid = Grid::new([
            left(""),
            left(&format!(
                "against\n{}",
                two_lines(&baseline_words(baseline))
            )),
            right(&format!("money\nmoved\n{}", unit.name)),
            right("winners"),
            right(losers),
            right("people in\nwinning\nplaces"),
            right("people\nin the\nothers"),
            right("without area\ncost adjust-\nment: winners"),
            right(losers),
        ]);
        for (row, result) in self.results.iter().enumerate() {
            let comparison = &result.comparisons[index];
            let without = self.without_area_cost(result, index).map(|(_, w)| w);
            let without_count = |count: fn(&GroupChange) -> usize| {
                without
                    .as_ref()
                    .map_or_else(|| "–".to_string(), |c| count(&c.total).to_string())
            };
            grid.push([
                letter(row),
                result.formula.name.to_string(),
                unit.sum(comparison.money_moved, 1),
                comparison.total.winners.to_string(),
                comparison.total.losers.to_string(),
                people(comparison.total.people_in_winners),
                people(comparison.total.people_in_losers),
                without_count(|total| total.winners),
                without_count(|total| total.losers),
            ]);
        }
        self.blocks.push(Block::Table(grid));
    }

    /// A formula's allocation without area cost adjustment, and its comparison with the
    /// same baseline.
    fn without_area_cost<'r>(
        &self,
        result: &'r FormulaResult,
        index: usize,
    ) -> Option<(&'r Allocation, Comparison)> {
        let without = result.without_area_cost.as_ref()?;
        let comparison = &result.comparisons[index];
        let compared = compare_funding(
            without,
            &comparison.baseline,
            &comparison.changes.map(|change| change.baseline),
            &self.study.dataset,
            comparison.tolerance,
        );
        Some((without, compared))
    }

    /// Tables: change by group, formulas in columns.
    fn by_groups(&mut self, grouping: Option<Grouping>) {
        let (Some(grouping), Some(first)) = (grouping, self.results.first()) else {
            return;
        };
        self.heading(format!("Change by {}", lower_first(&grouping.title)));
        let register = &self.study.dataset.register;
        let unit = self.unit();
        let baselines: Vec<BaselineName> = first
            .comparisons
            .iter()
            .map(|c| c.baseline.clone())
            .collect();
        for (index, baseline) in baselines.iter().enumerate() {
            let against = format!("{}, against {}", unit.name, baseline_words(baseline));
            let mut header = vec![left(&two_lines(&against))];
            header.extend((0..self.results.len()).map(|row| right(&letter(row))));
            header.extend([
                right("a:\n%"),
                right("a: £ per\nhead"),
                right("a, no area\ncost adj."),
                right("people"),
            ]);
            let mut grid = Grid::new(header);
            let columns: Vec<Vec<GroupChange>> = self
                .results
                .iter()
                .map(|result| {
                    result.comparisons[index].by_group(
                        &result.solved.allocation,
                        register,
                        &grouping,
                    )
                })
                .collect();
            let without = self
                .without_area_cost(&self.results[0], index)
                .map(|(w, comparison)| comparison.by_group(w, register, &grouping));
            for (row, label) in grouping.labels.iter().enumerate() {
                let group = &columns[0][row];
                let mut cells = vec![label.clone()];
                cells.extend(
                    columns
                        .iter()
                        .map(|column| unit.change(column[row].change(), 0)),
                );
                cells.extend([
                    optional(group.per_cent().map(|p| p.0), 1),
                    optional(group.change_per_head(), 0),
                    without
                        .as_ref()
                        .map_or_else(|| "–".to_string(), |w| unit.change(w[row].change(), 0)),
                    people(group.population),
                ]);
                grid.push(cells);
            }
            self.blocks.push(Block::Table(grid));
        }
    }

    /// Tables: the first formula's changes by bands, and who passes the threshold of need met;
    /// in full also by every other grouping.
    fn breakdowns(&mut self, in_full: bool) {
        let Some(first) = self.results.first() else {
            return;
        };
        let unit = self.unit();
        for (comparison, breakdowns) in first.comparisons.iter().zip(&first.breakdowns) {
            let shown: Vec<&Breakdown> = breakdowns
                .iter()
                .filter(|breakdown| in_full || breakdown.fixed_by == FixedBy::Result)
                .collect();
            self.heading(format!(
                "How far above or below: {}, against {}",
                first.formula.name,
                baseline_words(&comparison.baseline)
            ));
            if in_full {
                self.paragraph(
                    "Groups are fixed by the inputs, and fifths per head by what authorities have in the baseline: the same places \
                     stand in them under every formula. Bands of change, and who passes the threshold of need met (by the \
                     formula's own need), follow from the result.",
                );
            }
            let grids: Vec<Grid> = shown
                .into_iter()
                .map(|breakdown| breakdown_grid(breakdown, unit))
                .collect();
            self.blocks.extend(grids.into_iter().map(Block::Table));
        }
    }

    /// Tables: the five largest gains and losses, per head and per cent.
    fn largest(&mut self, result: &FormulaResult) {
        for comparison in &result.comparisons {
            self.heading(format!(
                "Largest gains and losses: {}, against {}",
                result.formula.name,
                baseline_words(&comparison.baseline)
            ));
            let per_head = comparison.ranked(&self.study.dataset.register, |c| c.per_head);
            let per_cent =
                comparison.ranked(&self.study.dataset.register, |c| c.per_cent.map(|p| p.0));
            for (by, ranked) in [("per head", per_head), ("per cent", per_cent)] {
                if let Some(grid) = self.largest_by(by, comparison, &ranked) {
                    self.blocks.push(Block::Table(grid));
                }
            }
        }
    }

    fn largest_by(
        &self,
        by: &str,
        comparison: &Comparison,
        ranked: &[(Position, f64)],
    ) -> Option<Grid> {
        let gains: Vec<Position> = ranked
            .iter()
            .filter(|(_, measure)| *measure > 0.0)
            .take(NAMED)
            .map(|(at, _)| *at)
            .collect();
        let losses: Vec<Position> = ranked
            .iter()
            .rev()
            .filter(|(_, measure)| *measure < 0.0)
            .take(NAMED)
            .map(|(at, _)| *at)
            .collect();
        if gains.is_empty() && losses.is_empty() {
            return None;
        }
        let unit = self.unit();
        let mut grid = Grid::new([
            left(&format!("by £ {by}").replace("£ per cent", "per cent")),
            right(unit.name),
            right("%"),
            right("£ per head"),
            right("Band D equivalent £"),
        ]);
        let register = &self.study.dataset.register;
        let row = |at: Position| {
            let change = &comparison.changes[at];
            [
                register[at].name.to_string(),
                unit.change(change.change, 1),
                optional(change.per_cent.map(|p| p.0), 1),
                optional(change.per_head, 0),
                optional(change.band_d_equivalent, 0),
            ]
        };
        for at in gains {
            grid.push(row(at));
        }
        grid.push(["…", "", "", "", ""].map(str::to_string));
        for at in losses.into_iter().rev() {
            grid.push(row(at));
        }
        Some(grid)
    }

    fn guarantees(&mut self) {
        let sentences: Vec<String> = self
            .results
            .iter()
            .flat_map(|result| {
                let mut sentences: Vec<String> = (0..result.formula.guarantees.len())
                    .map(|index| {
                        format!(
                            "{}: {}.",
                            result.formula.name,
                            result.guarantee_sentence(index)
                        )
                    })
                    .collect();
                if result.at_zero() > 0 {
                    let register = &self.study.dataset.register;
                    let allocation = &result.solved.allocation;
                    let held: Vec<Position> = allocation
                        .binding
                        .enumerate()
                        .filter(|(_, names)| names.iter().any(|n| n == crate::allocation::ZERO))
                        .map(|(at, _)| at)
                        .collect();
                    let names: Vec<&str> = held.iter().map(|at| &*register[*at].name).collect();
                    let shown = names.len().min(15);
                    let more = names.len() - shown;
                    let tail = if more > 0 {
                        format!(" and {more} more")
                    } else {
                        String::new()
                    };
                    let covered = |at: &Position| {
                        allocation.own_resources[*at] >= allocation.need_amount[*at]
                    };
                    let why = match held.iter().all(covered) {
                        true if result.formula.own_resources.is_some() => {
                            " whose own resources cover their need"
                        }
                        true => " whose need or target comes to nothing",
                        // The objective or a guarantee leaves nothing for some of them.
                        false => "",
                    };
                    sentences.push(format!(
                        "{}: {}{why} {} held at zero: {}{tail}.",
                        result.formula.name,
                        plural(names.len(), "authority", "authorities"),
                        if names.len() == 1 { "is" } else { "are" },
                        names[..shown].join(", "),
                    ));
                }
                sentences
            })
            .collect();
        if sentences.is_empty() {
            return;
        }
        self.heading("What guarantees cost");
        for sentence in sentences {
            self.paragraph(sentence);
        }
    }
}

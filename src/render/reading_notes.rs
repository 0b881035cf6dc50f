//! What a reader of any result must know: what words mean, whose judgement weights are, what was
//! filled or left out, where the figures come from.

use super::report::{Block, plural};
use crate::formula::{OwnResources, Provenance};
use crate::grouping::deprivation;
use crate::inputs::Filled;
use crate::results::FormulaResult;
use crate::study::Study;

/// Names that a sentence gives before it counts the others.
const NAMED: usize = 5;

/// The notes of a run.
pub fn reading_notes(study: &Study, results: &[FormulaResult]) -> Vec<Block> {
    let mut notes = Notes {
        study,
        results,
        blocks: Vec::new(),
    };
    notes.all();
    notes.blocks
}

struct Notes<'a> {
    study: &'a Study,
    results: &'a [FormulaResult],
    blocks: Vec<Block>,
}

impl Notes<'_> {
    fn paragraph(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }

    /// Names of stated targets that count as nothing, so that nobody takes the amounts for
    /// the targets.
    fn targets_below_nothing(&mut self) {
        let register = &self.study.dataset.register;
        let mut sentences = Vec::new();
        for result in self.results {
            let below = &result.solved.assessment.below_nothing;
            if below.is_empty() {
                continue;
            }
            let shown: Vec<String> = below
                .iter()
                .take(NAMED)
                .map(|(at, target)| format!("{} ({})", register[*at].name, target.round()))
                .collect();
            let more = match below.len() - shown.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            sentences.push(format!(
                "{}: {} below nothing and {} as nothing, so that the others share what is left of the quantum \
                 in proportion to theirs: {}{more}.",
                result.formula.name,
                if below.len() == 1 { "one target is" } else { "some targets are" },
                if below.len() == 1 { "counts" } else { "count" },
                shown.join(", ")
            ));
        }
        for sentence in sentences {
            self.paragraph(sentence);
        }
    }

    fn all(&mut self) {
        let before = self.blocks.len();
        let heading = "Reading these figures".to_string();
        self.blocks.push(Block::Heading(2, heading));
        if let Some(comparison) = self.results.first().and_then(|r| r.comparisons.first()) {
            self.paragraph(format!(
                "A winner's funding is more than {} % above the baseline, a loser's more than {} % below it. \
                 Money moved is half the sum of all changes. Band D equivalent is the change divided by the \
                 tax base: a yardstick in pounds for each Band D dwelling, not a forecast of bills.",
                comparison.tolerance.0, comparison.tolerance.0
            ));
            if self
                .results
                .iter()
                .flat_map(|r| &r.comparisons)
                .any(|c| c.baseline.as_str() == "spending-today")
            {
                self.paragraph(
                    "An authority below spending today spends more than the formula gives; that does not make \
                     it overfunded. Spending is led by supply and understates need that is not met, and an \
                     area's rates hide need within it.",
                );
            }
            if self
                .results
                .iter()
                .flat_map(|r| &r.comparisons)
                .any(|c| c.baseline.as_str() == "council-tax-base")
            {
                self.paragraph(
                    "Sharing by Council Tax base is the argument, not anybody's practice today: grants and rates soften it. \
                     A change against it is no change in any budget.",
                );
            }
            self.paragraph(
                "Need is each place's part of the sum that is shared: it tells places apart, and says nothing of whether \
                 the sum is enough.",
            );
            if deprivation(&self.study.dataset).is_some() {
                self.paragraph(
                    "Deprivation fifths hold equal numbers of authorities, not of people, ranked by average \
                     score; 1 is the most deprived.",
                );
            }
        }
        if self
            .results
            .iter()
            .any(|r| r.formula.provenance == Provenance::OurJudgement)
        {
            self.paragraph(
                "The weights of formulas marked our-judgement are judgements of their authors, not official \
                 policy; small changes are within what other judgements would move.",
            );
        }
        if self
            .results
            .iter()
            .any(|r| matches!(r.formula.own_resources, Some(OwnResources::Notional(_))))
        {
            self.paragraph(
                "Own resources are what a place could raise at the rate that the formula states, not what it \
                 raises; funding that counts them is notional to that extent.",
            );
        }
        self.targets_below_nothing();
        let left_out: Vec<&str> = self
            .study
            .dataset
            .register
            .iter()
            .filter(|authority| authority.left_out_of_rankings)
            .map(|authority| &*authority.name)
            .collect();
        if !left_out.is_empty() {
            self.paragraph(format!(
                "Left out of rankings as too small, counted everywhere else: {}.",
                left_out.join(", ")
            ));
        }
        for caveat in self.study.dataset.caveats.clone() {
            self.paragraph(caveat);
        }
        let (filled, excluded): (Vec<&Filled>, Vec<&Filled>) = self
            .study
            .dataset
            .filled
            .iter()
            .partition(|filled| filled.value.is_some());
        if !excluded.is_empty() {
            let names: Vec<String> = excluded
                .iter()
                .map(|left_out| format!("{} (empty {})", left_out.name, left_out.column))
                .collect();
            self.paragraph(format!("Left out, with no money: {}.", names.join(", ")));
        }
        if !filled.is_empty() {
            let mut names: Vec<&str> = filled.iter().map(|f| f.name.as_str()).collect();
            names.dedup();
            let mut reasons: Vec<&str> = filled.iter().map(|f| f.reason.as_str()).collect();
            reasons.dedup();
            reasons.retain(|reason| !reason.is_empty());
            let reasons = match reasons.as_slice() {
                [] => String::new(),
                reasons => format!(": {}", reasons.join("; ")),
            };
            self.paragraph(format!(
                "{} filled for {}{reasons} (filled.csv).",
                plural(filled.len(), "cell", "cells"),
                names.join(", "),
            ));
        }
        for line in self.study.dataset.attribution.clone() {
            self.paragraph(line);
        }
        if self.blocks.len() == before + 1 {
            self.blocks.pop();
        }
    }
}

//! Winners and losers: every authority by name, ranked by its change of funding in per cent.
//!
//! Here are the spec, the ranking, the words and the data; `page` draws.

mod page;

use std::cmp::Ordering;

use super::wording::{self, Tally};
use super::{Baseline, BaselineKind};
use crate::render::axis;
use crate::render::chart::{Chart, csv_number, csv_text, slug};
use crate::render::frame::{Frame, KeyEntry, Sign, nothing_to_plot};
use crate::render::picture::Colour;
use crate::render::style;

/// More rows than this are not legible on a page: the middle of the ranking is left out, and a note says so.
const MOST_ROWS: usize = 160;

/// Winners and losers of a formula against one baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct WinnersLosers {
    /// Place and year, as they stand before the subtitle; may be empty.
    pub setting: String,
    /// The formula's name for readers.
    pub formula_title: String,
    /// What funding is compared with.
    pub baseline: Baseline,
    /// Changes up to this many per cent count as no change.
    pub tolerance_pct: f64,
    /// Every authority, in any order.
    pub rows: Vec<AuthorityChange>,
    /// Sums over the authorities that the headline counts.
    pub totals: Totals,
    /// The last line of the chart, whole.
    pub source: String,
    /// What else a reader must know, sentences each.
    pub notes: Vec<String>,
}

/// One authority's change of funding against the baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct AuthorityChange {
    /// Its code; equal changes are in the order of codes.
    pub code: String,
    /// Its name for readers.
    pub name: String,
    /// Funding less baseline, £.
    pub change_gbp: i64,
    /// Change in per cent of the baseline; none where the baseline is nought.
    pub change_pct: Option<f64>,
    /// Change in £ per head; none where its residents are not known.
    pub change_per_head_gbp: Option<f64>,
    /// Winner, loser or neither.
    pub outcome: Outcome,
    /// Not ranked, but named in a note: too small for its rates to mean much.
    pub left_out: bool,
}

impl AuthorityChange {
    /// Whether all its figures, as they are shown, are nought.
    pub fn shows_nothing(&self) -> bool {
        let pct = self
            .change_pct
            .map_or(self.change_gbp == 0, |pct| pct.abs() < 0.05);
        pct && self
            .change_per_head_gbp
            .is_none_or(|per_head| per_head.abs() < 0.5)
    }
}

/// What a change means for an authority, given the tolerance. In the order of the ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Gains more than the tolerance.
    Winner,
    /// Stays within the tolerance.
    Unchanged,
    /// Loses more than the tolerance.
    Loser,
}

impl Outcome {
    /// The word in result files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Winner => "winner",
            Self::Unchanged => "unchanged",
            Self::Loser => "loser",
        }
    }

    fn colour(self) -> Colour {
        match self {
            Self::Winner => style::GAIN,
            Self::Unchanged => style::NEUTRAL,
            Self::Loser => style::LOSS,
        }
    }
}

/// The sums that the headline, the subtitle and the key give.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Authorities that gain.
    pub winners: usize,
    /// Authorities that lose.
    pub losers: usize,
    /// Authorities within the tolerance.
    pub unchanged: usize,
    /// Residents of the authorities that gain; none where they are not known.
    pub people_in_winners: Option<f64>,
    /// Residents of the authorities that lose; none where they are not known.
    pub people_in_losers: Option<f64>,
    /// Half of the sum of all changes, £.
    pub money_moved_gbp: i64,
    /// All funding less all of the baseline, in pounds.
    pub change_in_all_gbp: i64,
}

/// Bars of every authority's change of funding, from the greatest gain to the greatest loss.
pub fn winners_losers(spec: &WinnersLosers) -> Chart {
    let ranking = Ranking::new(spec);
    let frame = frame(spec, &ranking);
    let picture = if ranking.ranked.is_empty() {
        nothing_to_plot(frame, "no authority has a change of funding")
    } else if spec.rows.iter().all(|row| row.change_gbp == 0) {
        nothing_to_plot(frame, "every authority's funding would be the same")
    } else if spec.rows.iter().all(AuthorityChange::shows_nothing) {
        nothing_to_plot(
            frame,
            "no authority's funding would change by as much as 0.05 % or £0.50 per head",
        )
    } else {
        page::draw(frame, spec, &ranking)
    };
    Chart {
        name: name(spec),
        picture,
        data: data(&ranking),
    }
}

/// The file name: the baseline's title shortens at a word's end.
fn name(spec: &WinnersLosers) -> String {
    const LONGEST: usize = 80;
    let mut name = format!("winners_losers_{}", slug(&spec.baseline.title));
    if name.len() > LONGEST {
        let end = name[..=LONGEST].rfind('_').unwrap_or(LONGEST);
        name.truncate(end);
    }
    name.trim_end_matches('_').to_owned()
}

/// The rows in the order of the ranking.
struct Ranking<'a> {
    ranked: Vec<&'a AuthorityChange>,
    left_out: Vec<&'a AuthorityChange>,
    /// The part of `ranked` that does not fit the page.
    skipped: std::ops::Range<usize>,
}

impl<'a> Ranking<'a> {
    fn new(spec: &'a WinnersLosers) -> Self {
        let (left_out, mut ranked): (Vec<_>, Vec<_>) =
            spec.rows.iter().partition(|row| row.left_out);
        ranked.sort_by(|one, other| {
            one.outcome
                .cmp(&other.outcome)
                .then_with(|| by_change(one, other))
                .then_with(|| one.code.cmp(&other.code))
        });
        let skipped = if ranked.len() > MOST_ROWS {
            MOST_ROWS / 2..ranked.len() - MOST_ROWS / 2
        } else {
            0..0
        };
        Self {
            ranked,
            left_out,
            skipped,
        }
    }

    /// Whether any authority that is shown has a change per head.
    fn has_per_head(&self) -> bool {
        self.shown().any(|row| row.change_per_head_gbp.is_some())
    }

    fn shown(&self) -> impl Iterator<Item = &'a AuthorityChange> {
        let skipped = self.skipped.clone();
        self.ranked
            .iter()
            .enumerate()
            .filter(move |(index, _)| !skipped.contains(index))
            .map(|(_, row)| *row)
    }

    /// The lines of the page: a heading before each outcome, a gap where rows are skipped.
    fn items(&self, spec: &WinnersLosers) -> Vec<Item<'a>> {
        let mut items = Vec::new();
        let mut outcome = None;
        for (index, row) in self.ranked.iter().enumerate() {
            if self.skipped.contains(&index) {
                if index == self.skipped.start {
                    items.push(Item::Gap(self.skipped.len()));
                }
                continue;
            }
            if outcome != Some(row.outcome) {
                outcome = Some(row.outcome);
                items.push(Item::Heading(heading(spec, row.outcome)));
            }
            items.push(Item::Row(row));
        }
        items
    }
}

/// The greater change in per cent first; who has none comes last, the greater sum first.
fn by_change(one: &AuthorityChange, other: &AuthorityChange) -> Ordering {
    match (one.change_pct, other.change_pct) {
        (Some(one), Some(other)) => other.total_cmp(&one),
        (None, None) => other.change_gbp.cmp(&one.change_gbp),
        (one, other) => other.is_some().cmp(&one.is_some()),
    }
}

/// One line of a column.
enum Item<'a> {
    Heading(String),
    Row(&'a AuthorityChange),
    Gap(usize),
}

fn heading(spec: &WinnersLosers, outcome: Outcome) -> String {
    match (outcome, spec.baseline.kind) {
        (Outcome::Winner, _) => "Would gain".into(),
        (Outcome::Unchanged, _) => format!("Within ±{}", axis::per_cent_plain(spec.tolerance_pct)),
        (Outcome::Loser, BaselineKind::Funding) => "Would lose".into(),
        (Outcome::Loser, BaselineKind::Spending) => "Spends more than the formula gives".into(),
    }
}

fn frame(spec: &WinnersLosers, ranking: &Ranking) -> Frame {
    let totals = &spec.totals;
    let tally = Tally {
        winners: totals.winners,
        losers: totals.losers,
        all: totals.winners + totals.losers + totals.unchanged,
    };
    let mut subtitle = format!(
        "Change in funding, in per cent (bars){}.",
        if ranking.has_per_head() {
            " and £ per head"
        } else {
            ""
        }
    );
    // Where the sums differ, money is added or cut and does not only move.
    if totals.change_in_all_gbp != 0 {
        let more = if totals.change_in_all_gbp > 0 {
            "more"
        } else {
            "less"
        };
        subtitle.push_str(&format!(
            " In all, funding is {} {more}.",
            axis::pounds_short(totals.change_in_all_gbp.abs() as f64)
        ));
    } else if totals.money_moved_gbp != 0 {
        subtitle.push_str(&format!(
            " {} would move.",
            axis::pounds_short(totals.money_moved_gbp as f64)
        ));
    }
    let headline = if spec.rows.is_empty() {
        format!(
            "Change in funding under {} compared with {}",
            wording::quoted(&spec.formula_title),
            spec.baseline.phrase
        )
    } else {
        wording::winners_headline(
            tally,
            &spec.formula_title,
            &spec.baseline.phrase,
            spec.baseline.kind,
        )
    };
    let mut notes = automatic_notes(spec, ranking);
    notes.extend(spec.notes.iter().cloned());
    Frame {
        headline,
        subtitle: wording::set_in(&spec.setting, &subtitle),
        key: key(spec),
        notes,
        source: spec.source.clone(),
    }
}

fn key(spec: &WinnersLosers) -> Vec<KeyEntry> {
    let totals = &spec.totals;
    let with_people = |words: String, people: Option<f64>| match people {
        Some(people) => format!("{words} ({} people)", axis::people_short(people)),
        None => words,
    };
    let losers = match spec.baseline.kind {
        BaselineKind::Funding => format!("{} would lose", axis::count(totals.losers)),
        BaselineKind::Spending if totals.losers == 1 => {
            "1 spends more than the formula gives".into()
        }
        BaselineKind::Spending => format!(
            "{} spend more than the formula gives",
            axis::count(totals.losers)
        ),
    };
    let winners = format!("{} would gain", wording::authorities(totals.winners));
    let unchanged = axis::per_cent_plain(spec.tolerance_pct);
    let entries = [
        (
            Outcome::Winner,
            totals.winners,
            with_people(winners, totals.people_in_winners),
        ),
        // Always there: it says what the tolerance is.
        (
            Outcome::Unchanged,
            usize::MAX,
            format!("{} within ±{unchanged}", axis::count(totals.unchanged)),
        ),
        (
            Outcome::Loser,
            totals.losers,
            with_people(losers, totals.people_in_losers),
        ),
    ];
    entries
        .into_iter()
        .filter(|(_, count, _)| *count > 0)
        .map(|(outcome, _, words)| KeyEntry {
            sign: Sign::Bar(outcome.colour()),
            words,
        })
        .collect()
}

/// The notes that follow from the data.
fn automatic_notes(spec: &WinnersLosers, ranking: &Ranking) -> Vec<String> {
    let mut notes = Vec::new();
    if !ranking.skipped.is_empty() {
        notes.push(format!(
            "The first {} and the last {} of the ranking are shown, out of {}; the data beside this chart has all.",
            MOST_ROWS / 2,
            MOST_ROWS / 2,
            wording::authorities(ranking.ranked.len())
        ));
    }
    if ranking.shown().any(|row| row.change_pct.is_none()) {
        notes.push(format!(
            "{}: the baseline is nought, so that there is nothing to take a per cent of.",
            axis::NO_NUMBER
        ));
    }
    if !ranking.left_out.is_empty() {
        notes.push(left_out_note(spec, ranking));
    }
    notes
}

/// Who is not ranked, and whether the headline counts them.
fn left_out_note(spec: &WinnersLosers, ranking: &Ranking) -> String {
    const MOST_NAMES: usize = 6;
    let mut names: Vec<String> = ranking
        .left_out
        .iter()
        .take(MOST_NAMES)
        .map(|row| format!("{} ({})", row.name, axis::per_cent_or_dash(row.change_pct)))
        .collect();
    if ranking.left_out.len() > MOST_NAMES {
        names.push(format!("{} more", ranking.left_out.len() - MOST_NAMES));
    }
    let counted = spec.totals.winners + spec.totals.losers + spec.totals.unchanged;
    let how = if counted >= spec.rows.len() {
        "Counted but not ranked"
    } else {
        "Neither counted nor ranked"
    };
    format!("{how}: {}.", wording::list(&names))
}

/// The chart's rows as CSV: the ranking first, then who is not ranked.
fn data(ranking: &Ranking) -> String {
    let number = |value: Option<f64>, decimals| {
        value.map_or_else(String::new, |value| csv_number(value, decimals))
    };
    let line = |rank: String, shown: bool, row: &AuthorityChange| {
        vec![
            rank,
            row.code.clone(),
            row.name.clone(),
            row.outcome.word().into(),
            row.change_gbp.to_string(),
            number(row.change_pct, 4),
            number(row.change_per_head_gbp, 2),
            if shown { "yes" } else { "no" }.into(),
        ]
    };
    let ranked = ranking.ranked.iter().enumerate().map(|(index, row)| {
        line(
            (index + 1).to_string(),
            !ranking.skipped.contains(&index),
            row,
        )
    });
    let left_out = ranking
        .left_out
        .iter()
        .map(|row| line(String::new(), false, row));
    csv_text(
        &[
            "rank",
            "code",
            "name",
            "outcome",
            "change_gbp",
            "change_pct",
            "change_per_head_gbp",
            "shown",
        ],
        ranked.chain(left_out),
    )
}

#[cfg(test)]
mod tests;

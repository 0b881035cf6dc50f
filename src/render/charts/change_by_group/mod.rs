//! Change of funding by group of authorities: a panel of diverging bars for each baseline, side by side.
//!
//! Regions and levels of deprivation share this chart; they differ in how the headline reads the groups. Here are the
//! spec, the words and the data; `page` draws.

mod page;

use super::{Baseline, BaselineKind, wording};
use crate::render::axis;
use crate::render::chart::{Chart, csv_number, csv_text};
use crate::render::frame::{Frame, KeyEntry, Sign, nothing_to_plot};
use crate::render::style;

/// The tallest page holds no more rows than this; further groups are left to the data.
const MOST_GROUPS: usize = 24;

/// Changes of funding by group, against one or more baselines.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupChanges {
    /// Place and year, as they stand before the subtitle; may be empty.
    pub setting: String,
    /// The formula's name for readers.
    pub formula_title: String,
    /// Changes up to this many per cent count as no change.
    pub tolerance_pct: f64,
    /// In the order of the rows; by deprivation, the most deprived group first.
    pub groups: Vec<Group>,
    /// One for each baseline, in the order shown; the first makes the headline.
    pub panels: Vec<GroupPanel>,
    /// The last line of the chart, whole.
    pub source: String,
    /// What else a reader must know, a line each.
    pub notes: Vec<String>,
}

/// A group of authorities.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name for readers.
    pub label: String,
    /// How many authorities are in it.
    pub authorities: usize,
    /// Residents of all of them.
    pub population: f64,
}

/// The changes against one baseline, in the order of the groups.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupPanel {
    /// What funding is compared with.
    pub baseline: Baseline,
    /// A change for each group.
    pub values: Vec<GroupChange>,
}

/// A group's change of funding, and how many of its authorities win and lose.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GroupChange {
    /// Funding less baseline, £.
    pub change_gbp: i64,
    /// Change in per cent of the baseline; none where the baseline is nought.
    pub change_pct: Option<f64>,
    /// Change in £ per head of the group's residents.
    pub change_per_head_gbp: f64,
    /// Authorities that gain more than the tolerance.
    pub winners: usize,
    /// Authorities that lose more than the tolerance.
    pub losers: usize,
}

/// Change of funding by region.
pub fn change_by_region(spec: &GroupChanges) -> Chart {
    chart(spec, Grouping::Region)
}

/// Change of funding by deprivation; the first group is the most deprived, the last the least.
pub fn change_by_deprivation(spec: &GroupChanges) -> Chart {
    chart(spec, Grouping::Deprivation)
}

/// What the groups are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grouping {
    Region,
    Deprivation,
}

impl Grouping {
    fn name(self) -> &'static str {
        match self {
            Self::Region => "change_by_region",
            Self::Deprivation => "change_by_deprivation",
        }
    }

    /// As it follows “change in funding”.
    fn phrase(self) -> &'static str {
        match self {
            Self::Region => "by region",
            Self::Deprivation => "by deprivation of authorities",
        }
    }
}

fn chart(spec: &GroupChanges, grouping: Grouping) -> Chart {
    let panels = whole_panels(spec);
    let frame = frame(spec, &panels, grouping);
    let picture = if panels.is_empty() || spec.groups.is_empty() {
        nothing_to_plot(frame, "no group's funding would change")
    } else {
        page::draw(frame, spec, &panels)
    };
    Chart {
        name: grouping.name().into(),
        picture,
        data: data(spec, &panels),
    }
}

/// The panels that have a value for every group; others would pair changes with the wrong groups.
fn whole_panels(spec: &GroupChanges) -> Vec<&GroupPanel> {
    spec.panels
        .iter()
        .filter(|panel| panel.values.len() == spec.groups.len())
        .collect()
}

fn frame(spec: &GroupChanges, panels: &[&GroupPanel], grouping: Grouping) -> Frame {
    let mut notes = Vec::new();
    if !panels.is_empty() {
        notes.push(format!(
            "Up and down count the authorities whose funding would rise and fall by more than {} of the baseline.",
            axis::per_cent_plain(spec.tolerance_pct)
        ));
    }
    if spec.groups.len() > MOST_GROUPS {
        notes.push(format!(
            "The first {MOST_GROUPS} of {} groups are shown; the data beside this chart has all.",
            spec.groups.len()
        ));
    }
    notes.extend(spec.notes.iter().cloned());
    let what = format!(
        "Change in funding {} under {}",
        grouping.phrase(),
        wording::quoted(&spec.formula_title)
    );
    let mut clauses = clauses(spec, panels, grouping).into_iter();
    let (headline, subtitle) = match clauses.next() {
        Some(first) => {
            let rest: String = clauses.map(|clause| format!(" {clause}.")).collect();
            (first, format!("{what}, £ per head (bars).{rest}"))
        }
        None => (what, String::new()),
    };
    Frame {
        headline,
        subtitle: wording::set_in(&spec.setting, &subtitle),
        key: key(panels),
        notes,
        source: spec.source.clone(),
    }
}

fn key(panels: &[&GroupPanel]) -> Vec<KeyEntry> {
    let against = |kind| panels.iter().any(|panel| panel.baseline.kind == kind);
    let loss = match (
        against(BaselineKind::Funding),
        against(BaselineKind::Spending),
    ) {
        (true, true) => "loss, or spending above what the formula gives",
        (false, true) => "spending above what the formula gives",
        _ => "loss",
    };
    [(style::GAIN, "gain"), (style::LOSS, loss)]
        .map(|(colour, words)| KeyEntry {
            sign: Sign::Bar(colour),
            words: words.into(),
        })
        .into()
}

/// What the first two panels say, a sentence each: the first is the headline.
fn clauses(spec: &GroupChanges, panels: &[&GroupPanel], grouping: Grouping) -> Vec<String> {
    panels
        .iter()
        .take(2)
        .filter_map(|panel| match grouping {
            Grouping::Region => extremes_clause(spec, panel),
            Grouping::Deprivation => ends_clause(spec, panel),
        })
        .map(|clause| wording::capitalised(&clause))
        .collect()
}

/// Which group gains most and which loses most against a baseline, per head.
fn extremes_clause(spec: &GroupChanges, panel: &GroupPanel) -> Option<String> {
    let per_head = |index: &usize| panel.values[*index].change_per_head_gbp;
    let groups = 0..panel.values.len();
    let best = groups.clone().max_by(|one, other| {
        per_head(one)
            .total_cmp(&per_head(other))
            .then(other.cmp(one))
    })?;
    let worst = groups.min_by(|one, other| per_head(one).total_cmp(&per_head(other)))?;
    let label = |index: usize| wording::with_article(&spec.groups[index].label);
    let phrase = &panel.baseline.phrase;
    let gain = (per_head(&best) >= 0.5).then(|| {
        format!(
            "{} would gain most ({} per head)",
            label(best),
            axis::per_head_change(per_head(&best))
        )
    });
    let loss = (per_head(&worst) <= -0.5).then(|| match panel.baseline.kind {
        BaselineKind::Funding => format!(
            "{} {}lose most ({} per head)",
            label(worst),
            if gain.is_some() { "" } else { "would " },
            axis::per_head_change(per_head(&worst))
        ),
        BaselineKind::Spending => format!(
            "{} spends {} a head more than the formula gives",
            label(worst),
            axis::per_head(-per_head(&worst))
        ),
    });
    Some(match (gain, loss) {
        (Some(gain), Some(loss)) => format!("compared with {phrase}, {gain} and {loss}"),
        (Some(only), None) | (None, Some(only)) => format!("compared with {phrase}, {only}"),
        (None, None) => format!("compared with {phrase}, no group would change"),
    })
}

/// What the most and the least deprived groups gain or lose against a baseline, per head.
fn ends_clause(spec: &GroupChanges, panel: &GroupPanel) -> Option<String> {
    let (first, last) = (panel.values.first()?, panel.values.last()?);
    let part = match spec.groups.len() {
        10 => "tenth",
        5 => "fifth",
        4 => "quarter",
        3 => "third",
        2 => "half",
        _ => "group",
    };
    let kind = panel.baseline.kind;
    let phrase = &panel.baseline.phrase;
    if spec.groups.len() == 1 {
        let verb = would_move(first.change_per_head_gbp, kind);
        return Some(format!(
            "compared with {phrase}, {} {verb}",
            spec.groups[0].label.trim()
        ));
    }
    let (most, least) = (first.change_per_head_gbp, last.change_per_head_gbp);
    let ends = match (Move::of(most), Move::of(least)) {
        (Move::None, Move::None) => {
            format!("neither the most nor the least deprived {part} would change")
        }
        (Move::Down, Move::Down) if kind == BaselineKind::Spending => format!(
            "the most deprived {part} spends {} a head and the least deprived {part} {} a head more than the formula \
             gives",
            axis::per_head(-most),
            axis::per_head(-least)
        ),
        _ => format!(
            "the most deprived {part} {} and the least deprived {part} {}",
            would_move(most, kind),
            would_move(least, kind)
        ),
    };
    Some(format!("compared with {phrase}, {ends}"))
}

/// Whether £ per head rises or falls, in whole pounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    Up,
    Down,
    None,
}

impl Move {
    fn of(per_head: f64) -> Self {
        match per_head {
            change if change >= 0.5 => Self::Up,
            change if change <= -0.5 => Self::Down,
            _ => Self::None,
        }
    }
}

fn would_move(per_head: f64, kind: BaselineKind) -> String {
    match (Move::of(per_head), kind) {
        (Move::None, _) => "would not change".into(),
        (Move::Up, _) => format!("would gain {} per head", axis::per_head(per_head)),
        (Move::Down, BaselineKind::Funding) => {
            format!("would lose {} per head", axis::per_head(-per_head))
        }
        (Move::Down, BaselineKind::Spending) => {
            format!(
                "spends {} a head more than the formula gives",
                axis::per_head(-per_head)
            )
        }
    }
}

fn data(spec: &GroupChanges, panels: &[&GroupPanel]) -> String {
    let rows = panels.iter().flat_map(|panel| {
        spec.groups.iter().zip(&panel.values).map(|(group, value)| {
            vec![
                panel.baseline.title.clone(),
                group.label.clone(),
                group.authorities.to_string(),
                csv_number(group.population, 0),
                value.change_gbp.to_string(),
                value
                    .change_pct
                    .map_or_else(String::new, |pct| csv_number(pct, 4)),
                csv_number(value.change_per_head_gbp, 2),
                value.winners.to_string(),
                value.losers.to_string(),
            ]
        })
    });
    csv_text(
        &[
            "baseline",
            "group",
            "authorities",
            "population",
            "change_gbp",
            "change_pct",
            "change_per_head_gbp",
            "winners",
            "losers",
        ],
        rows,
    )
}

#[cfg(test)]
mod tests;

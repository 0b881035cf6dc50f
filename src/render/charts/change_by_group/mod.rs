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
    pub formula_title: String,
    /// Changes up to this many per cent count as no change.
    pub tolerance_pct: f64,
    /// In the order of the rows; by deprivation, the most deprived group first.
    pub groups: Vec<Group>,
    pub panels: Vec<GroupPanel>,
    pub source: String,
    pub notes: Vec<String>,
}

/// A group of authorities.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub label: String,
    pub authorities: usize,
    pub population: f64,
}

/// The changes against one baseline, in the order of the groups.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupPanel {
    pub baseline: Baseline,
    pub values: Vec<GroupChange>,
}

/// A group's change of funding, and how many of its authorities win and lose.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GroupChange {
    pub change_gbp: i64,
    pub change_pct: f64,
    pub change_per_head_gbp: f64,
    pub winners: usize,
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
        nothing_to_plot(frame, "no group has a change of funding")
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
    let mut notes = vec![format!(
        "Up and down count the authorities whose funding would rise and fall by more than {} of the baseline.",
        axis::per_cent_plain(spec.tolerance_pct)
    )];
    if spec.groups.len() > MOST_GROUPS {
        notes.push(format!(
            "The first {MOST_GROUPS} of {} groups are shown; the data beside this chart has all.",
            spec.groups.len()
        ));
    }
    notes.extend(spec.notes.iter().cloned());
    let mut clauses = clauses(spec, panels, grouping).into_iter();
    let headline = clauses.next().unwrap_or_else(|| {
        format!(
            "Change in funding {} under {}",
            grouping.phrase(),
            wording::quoted(&spec.formula_title)
        )
    });
    let mut subtitle = format!(
        "Change in funding {} under {}, £ per head (bars).",
        grouping.phrase(),
        wording::quoted(&spec.formula_title)
    );
    for clause in clauses {
        subtitle.push_str(&format!(" {clause}."));
    }
    Frame {
        headline,
        subtitle,
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
    Some(format!(
        "compared with {phrase}, the most deprived {part} {} and the least deprived {part} {}",
        would_move(first.change_per_head_gbp, kind),
        would_move(last.change_per_head_gbp, kind)
    ))
}

fn would_move(per_head: f64, kind: BaselineKind) -> String {
    match kind {
        _ if per_head.abs() < 0.5 => "would not change".into(),
        _ if per_head > 0.0 => format!("would gain {} per head", axis::per_head(per_head)),
        BaselineKind::Funding => format!("would lose {} per head", axis::per_head(-per_head)),
        BaselineKind::Spending => {
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
                csv_number(value.change_pct, 4),
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

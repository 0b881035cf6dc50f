//! Change of funding by group of authorities: a panel of diverging bars for each baseline, side by side.
//!
//! Regions and levels of deprivation share this chart; they differ in how the headline reads the groups. Here are the
//! spec, the frame and the data; `headline` puts the changes in words, `page` draws.

mod headline;
mod page;

use super::{Baseline, BaselineKind, wording};
use crate::render::axis;
use crate::render::chart::{Chart, csv_number, csv_text};
use crate::render::frame::{Frame, KeyEntry, Sign, nothing_to_plot};
use crate::render::style;
use headline::Words;

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
    /// One for each baseline, in the order shown.
    pub panels: Vec<GroupPanel>,
    /// The last line of the chart, whole.
    pub source: String,
    /// What else a reader must know, sentences each.
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
    let words = Words::new(spec, panels, grouping);
    let mut notes: Vec<String> = words.note.into_iter().collect();
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
    let (headline, subtitle) = match words.headline {
        Some(headline) => {
            let bars = format!("{what}, £ per head (bars).");
            let sentences: Vec<String> = std::iter::once(bars).chain(words.further).collect();
            (headline, sentences.join(" "))
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

//! A waterfall: how an authority's sum comes about, step by step.
//!
//! Here are the spec, the running levels, the frame and the data; `words` puts the steps in a headline, `money` writes
//! sums in one unit, `page` draws.

mod money;
mod page;
mod scale;
mod words;

use super::wording;
pub use crate::explain::StepKind;
use crate::render::axis;
use crate::render::chart::{Chart, csv_number, csv_text};
use crate::render::frame::{Frame, KeyEntry, Sign, nothing_to_plot};
use crate::render::style;
use money::Money;
use scale::Axis;

/// The tallest page holds no more rows than this; steps in the middle are left to the data.
const MOST_ROWS: usize = 30;

/// How an authority's sum comes about, step by step.
#[derive(Clone, Debug, PartialEq)]
pub struct Waterfall {
    /// Place and year, as they stand before the subtitle; may be empty.
    pub setting: String,
    /// The formula's name for readers.
    pub formula_title: String,
    /// The authority's name for readers.
    pub authority: String,
    /// Residents; none if unknown.
    pub population: Option<f64>,
    /// In the order in which they are added up.
    pub steps: Vec<Step>,
    /// The last line of the chart, whole.
    pub source: String,
    /// What else a reader must know, sentences each.
    pub notes: Vec<String>,
}

/// One row of a waterfall.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its name for readers.
    pub label: String,
    /// What its bar shows.
    pub kind: StepKind,
    /// £: the level for a start, subtotal or total; what is added for a change.
    pub gbp: i64,
    /// A heading such as a service's name, shown once beside consecutive steps of the same group; may be empty.
    pub group: String,
}

/// The steps of an authority's sum as bars from level to level.
pub fn waterfall(spec: &Waterfall) -> Chart {
    let bars = bars(spec);
    let axis = Axis::new(&bars);
    let frame = frame(spec, &bars, &axis);
    let picture = if bars.is_empty() {
        nothing_to_plot(frame, "the sum has no steps")
    } else {
        page::draw(frame, spec, &bars, &axis)
    };
    Chart {
        name: "waterfall".into(),
        picture,
        data: data(spec, &bars),
    }
}

/// A step with the levels before and after it.
#[derive(Clone, Copy, Debug)]
struct Bar<'a> {
    step: &'a Step,
    /// £: what the steps before come to.
    before: i128,
    /// £: what the steps come to with this one.
    level: i128,
}

impl Bar<'_> {
    /// £: where the bar starts.
    fn from(&self) -> f64 {
        match self.step.kind {
            StepKind::Change => self.before as f64,
            _ => 0.0,
        }
    }

    /// £: where the bar ends.
    fn to(&self) -> f64 {
        self.level as f64
    }

    fn is_change(&self) -> bool {
        self.step.kind == StepKind::Change
    }

    /// Whether a sum that is given is not what the steps before it come to.
    fn differs(&self) -> bool {
        matches!(self.step.kind, StepKind::Subtotal | StepKind::Total) && self.before != self.level
    }
}

fn bars(spec: &Waterfall) -> Vec<Bar<'_>> {
    let mut level = 0;
    spec.steps
        .iter()
        .map(|step| {
            let before = level;
            level = match step.kind {
                StepKind::Change => before + i128::from(step.gbp),
                _ => i128::from(step.gbp),
            };
            Bar {
                step,
                before,
                level,
            }
        })
        .collect()
}

/// Residents, if there are any to divide by.
fn residents(spec: &Waterfall) -> Option<f64> {
    spec.population
        .filter(|population| population.is_finite() && *population > 0.0)
}

fn frame(spec: &Waterfall, bars: &[Bar], axis: &Axis) -> Frame {
    let mut notes = automatic_notes(bars);
    notes.extend(spec.notes.iter().cloned());
    let per_head = residents(spec).map_or("", |_| " and £ per head of residents");
    let mut subtitle = format!("How the sum comes about, step by step, in £{per_head}.");
    if let Some(start) = axis.zoomed_start() {
        subtitle.push_str(&format!(
            " Bars of sums are cut: they start at {start}, not at nought."
        ));
    }
    Frame {
        headline: words::headline(spec, bars),
        subtitle: wording::set_in(&spec.setting, &subtitle),
        key: key(bars),
        notes,
        source: spec.source.clone(),
    }
}

fn key(bars: &[Bar]) -> Vec<KeyEntry> {
    let any = |kind| bars.iter().any(|bar| bar.step.kind == kind);
    let changes = |wanted: fn(i64) -> bool| {
        bars.iter()
            .any(|bar| bar.is_change() && wanted(bar.step.gbp))
    };
    let sums = match (any(StepKind::Start), any(StepKind::Subtotal)) {
        (true, true) => Some("start and sums so far"),
        (true, false) => Some("start"),
        (false, true) => Some("sum so far"),
        (false, false) => None,
    };
    [
        (style::NEUTRAL, sums),
        (style::GAIN, changes(|gbp| gbp > 0).then_some("adds (+)")),
        (style::LOSS, changes(|gbp| gbp < 0).then_some("takes (−)")),
        (style::INK, any(StepKind::Total).then_some("total")),
    ]
    .into_iter()
    .filter_map(|(colour, words)| {
        words.map(|words| KeyEntry {
            sign: Sign::Bar(colour),
            words: words.into(),
        })
    })
    .collect()
}

/// The notes that follow from the data.
fn automatic_notes(bars: &[Bar]) -> Vec<String> {
    let mut notes = Vec::new();
    let money = Money::of(bars);
    let differing: Vec<&Bar> = bars
        .iter()
        .filter(|bar| bar.differs() && money.sum(bar.to()) != money.sum(bar.before as f64))
        .collect();
    if let Some((bar, others)) = differing.split_first() {
        let more = match others.len() {
            0 => String::new(),
            1 => "; 1 more sum differs likewise".into(),
            count => format!("; {} more sums differ likewise", axis::count(count)),
        };
        notes.push(format!(
            "{} is given as {}, but the steps before it come to {}{more}.",
            wording::quoted(&bar.step.label),
            money.sum(bar.to()),
            money.sum(bar.before as f64)
        ));
    }
    if bars.len() > MOST_ROWS {
        notes.push(format!(
            "{} steps in the middle are not shown; the data beside this chart has all.",
            axis::count(bars.len() + 1 - MOST_ROWS)
        ));
    }
    notes
}

fn data(spec: &Waterfall, bars: &[Bar]) -> String {
    let residents = residents(spec);
    let rows = bars.iter().map(|bar| {
        let step = bar.step;
        vec![
            step.group.clone(),
            step.label.clone(),
            step.kind.word().into(),
            step.gbp.to_string(),
            residents.map_or_else(String::new, |residents| {
                csv_number(step.gbp as f64 / residents, 2)
            }),
            bar.level.to_string(),
        ]
    });
    csv_text(
        &["group", "step", "kind", "gbp", "per_head_gbp", "level_gbp"],
        rows,
    )
}

#[cfg(test)]
mod tests;

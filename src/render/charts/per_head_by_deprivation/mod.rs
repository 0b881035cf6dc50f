//! Pounds per head against deprivation: a panel for the formula and one for each comparator, on the same axes.
//!
//! Here are the spec, the words and the data; `gradient` computes trends and tenths, `panel` draws.

mod gradient;
mod panel;

use super::wording;
use crate::render::axis;
use crate::render::chart::{Chart, csv_number, csv_text};
use crate::render::frame::{Frame, KeyEntry, Sign, nothing_to_plot};
use crate::render::picture::{Colour, Paint};
use crate::render::style;
use gradient::{Tail, Trend};

/// The radius in px of the largest place's point.
const MOST_RADIUS: f64 = 13.0;
/// Below this a point is no longer seen in print.
const LEAST_RADIUS: f64 = 1.2;

/// What a formula and its comparators give per head, by deprivation.
#[derive(Clone, Debug, PartialEq)]
pub struct PerHeadByDeprivation {
    /// Place and year, as they stand before the subtitle; may be empty.
    pub setting: String,
    /// The formula's name for readers.
    pub formula_title: String,
    /// All authorities, in any order: those that are not drawn count in the averages of the tenths.
    pub points: Vec<DeprivationPoint>,
    /// What the formula is shown beside, a panel each.
    pub comparators: Vec<Comparator>,
    /// What the horizontal axis shows, with its year and unit; greater is more deprived.
    pub deprivation_title: String,
    /// The last line of the chart, whole.
    pub source: String,
    /// What else a reader must know, sentences each.
    pub notes: Vec<String>,
}

impl PerHeadByDeprivation {
    /// The points that are drawn, with their places among all.
    fn drawn(&self) -> impl Iterator<Item = (usize, &DeprivationPoint)> {
        self.points
            .iter()
            .enumerate()
            .filter(|(_, point)| point.drawn)
    }
}

/// One authority.
#[derive(Clone, Debug, PartialEq)]
pub struct DeprivationPoint {
    /// Its code.
    pub code: String,
    /// Its name for readers.
    pub name: String,
    /// In the unit of the measure; greater is more deprived.
    pub deprivation: f64,
    /// Residents.
    pub population: f64,
    /// What the formula gives, £ per head.
    pub formula_per_head: f64,
    /// Whether it is in the most or the least deprived tenth of authorities; none for those between, and for all where
    /// there are too few authorities for tenths.
    pub tenth: Option<Tenth>,
    /// Whether it has a point and counts in the trend; if not it is too small for its pounds per head to mean much.
    pub drawn: bool,
}

/// The tenths of authorities that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tenth {
    /// The most deprived.
    Most,
    /// The least deprived.
    Least,
}

impl Tenth {
    /// The words in the data.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Most => "most deprived",
            Self::Least => "least deprived",
        }
    }
}

/// Something else that gives pounds per head, in the order of the points.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparator {
    /// Its name for readers, as a heading.
    pub label: String,
    /// £ per head of each point.
    pub per_head: Vec<f64>,
}

/// Pounds per head against deprivation, with trends weighted by population.
pub fn per_head_by_deprivation(spec: &PerHeadByDeprivation) -> Chart {
    let series = series(spec);
    let frame = frame(spec, &series);
    let populated = spec.drawn().any(|(_, point)| point.population > 0.0);
    let picture = if spec.drawn().next().is_none() {
        nothing_to_plot(
            frame,
            "no authority has both an amount and a deprivation score",
        )
    } else if !populated {
        nothing_to_plot(frame, "no authority has a population")
    } else {
        panel::draw(frame, spec, &series)
    };
    Chart {
        name: "per_head_by_deprivation".into(),
        picture,
        data: data(spec, &series),
    }
}

/// One panel's values, with what is computed from them.
struct Series {
    label: String,
    per_head: Vec<f64>,
    colour: Colour,
    trend: Option<Trend>,
    least: Option<Tail>,
    most: Option<Tail>,
}

impl Series {
    fn new(spec: &PerHeadByDeprivation, label: &str, per_head: Vec<f64>, colour: Colour) -> Self {
        Self {
            label: label.to_owned(),
            trend: Trend::new(&spec.points, &per_head),
            least: gradient::tail(&spec.points, &per_head, Tenth::Least),
            most: gradient::tail(&spec.points, &per_head, Tenth::Most),
            per_head,
            colour,
        }
    }

    /// Pounds per head in the most deprived tenth less those in the least deprived.
    fn difference(&self) -> Option<f64> {
        Some(self.most.as_ref()?.per_head - self.least.as_ref()?.per_head)
    }
}

fn series(spec: &PerHeadByDeprivation) -> Vec<Series> {
    let formula = spec.points.iter().map(|point| point.formula_per_head);
    let mut series = vec![Series::new(
        spec,
        &spec.formula_title,
        formula.collect(),
        style::GAIN,
    )];
    for comparator in &spec.comparators {
        // A series that is too short or too long would pair amounts with the wrong places.
        if comparator.per_head.len() == spec.points.len() {
            let per_head = comparator.per_head.clone();
            series.push(Series::new(
                spec,
                &comparator.label,
                per_head,
                style::NEUTRAL,
            ));
        }
    }
    series
}

/// What £ per head does from the least to the most deprived tenth; without tenths, along the trends.
fn headline(spec: &PerHeadByDeprivation, series: &[Series]) -> String {
    let tenths = movements(series, |one| one.difference().map(wording::movement));
    let trends = || {
        movements(series, |one| {
            Some(wording::movement_in_pence(one.trend?.slope))
        })
    };
    if let Some(movements) = tenths {
        format!("From the least to the most deprived tenth, £ per head {movements}")
    } else if let Some(movements) = trends() {
        format!("For each further point of deprivation, £ per head {movements}")
    } else {
        format!(
            "£ per head by deprivation under {}",
            wording::quoted(&spec.formula_title)
        )
    }
}

/// `rises by £164 under “A” and falls by £337 for “B”`; none if any series has no movement.
fn movements(series: &[Series], of: impl Fn(&Series) -> Option<String>) -> Option<String> {
    let movements: Option<Vec<String>> = series
        .iter()
        .enumerate()
        .map(|(index, one)| {
            let under = if index == 0 { "under" } else { "for" };
            Some(format!(
                "{} {under} {}",
                of(one)?,
                wording::quoted(&one.label)
            ))
        })
        .collect();
    movements.map(|movements| wording::list(&movements))
}

fn frame(spec: &PerHeadByDeprivation, series: &[Series]) -> Frame {
    let mut notes = vec![format!(
        "Trends: least squares, each authority weighted by its population. {}",
        slopes(series)
    )];
    notes.extend(panel::axis_note(spec, series));
    notes.extend(spec.notes.iter().cloned());
    let subtitle = format!(
        "£ per head (vertical) by {} (horizontal).",
        spec.deprivation_title
    );
    Frame {
        headline: headline(spec, series),
        subtitle: wording::set_in(&spec.setting, &subtitle),
        key: key(spec, series),
        notes,
        source: spec.source.clone(),
    }
}

/// The slopes of the trends, in words.
fn slopes(series: &[Series]) -> String {
    let slopes: Vec<String> = series
        .iter()
        .filter_map(|one| {
            let slope = axis::pence_change(one.trend?.slope);
            Some(format!("{} {slope}", one.label))
        })
        .collect();
    if slopes.is_empty() {
        String::new()
    } else {
        format!(
            "Slope for each point of deprivation: {}.",
            wording::list(&slopes)
        )
    }
}

fn key(spec: &PerHeadByDeprivation, series: &[Series]) -> Vec<KeyEntry> {
    let largest = largest(spec);
    let mut key: Vec<KeyEntry> = key_populations(largest)
        .into_iter()
        .enumerate()
        .map(|(index, population)| KeyEntry {
            sign: Sign::Dot {
                radius: radius(population, largest),
                fill: Paint::tint(style::NEUTRAL, 0.35),
                ring: Paint::solid(style::NEUTRAL),
            },
            words: format!(
                "{}{} people",
                if index == 0 { "an authority of " } else { "" },
                axis::round_people(population)
            ),
        })
        .collect();
    key.push(KeyEntry {
        sign: Sign::Dashes {
            width: panel::TREND_WIDTH,
            colour: style::INK,
        },
        words: "trend".into(),
    });
    if series.iter().any(|one| one.difference().is_some()) {
        key.push(KeyEntry {
            sign: Sign::Line {
                width: panel::TAIL_WIDTH,
                colour: style::INK,
            },
            words: "average of the least and the most deprived tenth".into(),
        });
    }
    key
}

fn largest(spec: &PerHeadByDeprivation) -> f64 {
    spec.drawn()
        .map(|(_, point)| point.population)
        .fold(0.0, f64::max)
}

/// One or two round populations for the key.
fn key_populations(largest: f64) -> Vec<f64> {
    if largest < 1.0 {
        return Vec::new();
    }
    let power = 10f64.powf(largest.log10().floor());
    let first = [5.0, 2.0, 1.0]
        .into_iter()
        .map(|part| part * power)
        .find(|round| *round <= largest)
        .unwrap_or(power);
    let mut populations = vec![first];
    if first / 5.0 >= 1.0 {
        populations.insert(0, first / 5.0);
    }
    populations
}

/// The radius of a point whose area stands for its population.
fn radius(population: f64, largest: f64) -> f64 {
    if largest <= 0.0 {
        return LEAST_RADIUS;
    }
    (MOST_RADIUS * (population.max(0.0) / largest).sqrt()).max(LEAST_RADIUS)
}

fn data(spec: &PerHeadByDeprivation, series: &[Series]) -> String {
    let rows = series.iter().flat_map(|one| {
        spec.points
            .iter()
            .zip(&one.per_head)
            .map(|(point, per_head)| {
                let trend = one.trend.filter(|_| point.drawn);
                let trend = trend.map_or(String::new(), |trend| {
                    csv_number(trend.at(point.deprivation), 2)
                });
                vec![
                    one.label.clone(),
                    point.code.clone(),
                    point.name.clone(),
                    point.tenth.map_or("", Tenth::words).to_owned(),
                    csv_number(point.deprivation, 4),
                    csv_number(point.population, 0),
                    csv_number(*per_head, 2),
                    trend,
                    if point.drawn { "yes" } else { "no" }.to_owned(),
                ]
            })
    });
    let tails = series.iter().flat_map(|one| {
        let tails = [(Tenth::Least, &one.least), (Tenth::Most, &one.most)];
        tails.into_iter().filter_map(|(tenth, tail)| {
            let tail = tail.as_ref()?;
            Some(vec![
                one.label.clone(),
                String::new(),
                wording::capitalised(&format!("{} tenth", tenth.words())),
                tenth.words().to_owned(),
                String::new(),
                csv_number(tail.population, 0),
                csv_number(tail.per_head, 2),
                String::new(),
                "yes".to_owned(),
            ])
        })
    });
    csv_text(
        &[
            "series",
            "code",
            "name",
            "tenth",
            "deprivation",
            "population",
            "per_head_gbp",
            "trend_per_head_gbp",
            "drawn",
        ],
        rows.chain(tails),
    )
}

#[cfg(test)]
mod tests;

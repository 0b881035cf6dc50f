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
    pub formula_title: String,
    pub points: Vec<DeprivationPoint>,
    pub comparators: Vec<Comparator>,
    /// The title of the horizontal axis; greater is more deprived.
    pub deprivation_title: String,
    pub source: String,
    pub notes: Vec<String>,
}

/// One authority.
#[derive(Clone, Debug, PartialEq)]
pub struct DeprivationPoint {
    pub code: String,
    pub name: String,
    pub deprivation: f64,
    pub population: f64,
    pub formula_per_head: f64,
}

/// Something else that gives pounds per head, in the order of the points.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparator {
    pub label: String,
    pub per_head: Vec<f64>,
}

/// Pounds per head against deprivation, with trends weighted by population.
pub fn per_head_by_deprivation(spec: &PerHeadByDeprivation) -> Chart {
    let series = series(spec);
    let frame = frame(spec, &series);
    let populated = spec.points.iter().any(|point| point.population > 0.0);
    let picture = if spec.points.is_empty() {
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
            least: gradient::tail(&spec.points, &per_head, false),
            most: gradient::tail(&spec.points, &per_head, true),
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

fn headline(spec: &PerHeadByDeprivation, series: &[Series]) -> String {
    let movements: Vec<String> = series
        .iter()
        .enumerate()
        .filter_map(|(index, one)| {
            let under = if index == 0 { "under" } else { "for" };
            Some(format!(
                "{} {under} {}",
                wording::movement(one.difference()?),
                wording::quoted(&one.label)
            ))
        })
        .collect();
    if movements.is_empty() {
        return format!(
            "£ per head by deprivation under {}",
            wording::quoted(&spec.formula_title)
        );
    }
    format!(
        "From the least to the most deprived tenth, £ per head {}",
        wording::list(&movements)
    )
}

fn frame(spec: &PerHeadByDeprivation, series: &[Series]) -> Frame {
    let mut notes = vec![format!(
        "Tenths: the 10 % of people in the least and in the most deprived authorities. Trends are least squares, each \
         authority weighted by its population. {}",
        slopes(series)
    )];
    notes.extend(spec.notes.iter().cloned());
    Frame {
        headline: headline(spec, series),
        subtitle: format!(
            "£ per head (vertical) by {} (horizontal). Each circle is an authority.",
            spec.deprivation_title
        ),
        key: key(spec),
        notes,
        source: spec.source.clone(),
    }
}

/// The slopes of the trends, in words.
fn slopes(series: &[Series]) -> String {
    let slopes: Vec<String> = series
        .iter()
        .filter_map(|one| {
            let slope = one.trend?.slope;
            let sign = if slope < 0.0 { "−" } else { "+" };
            Some(format!("{} {sign}£{:.2}", one.label, slope.abs()))
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

fn key(spec: &PerHeadByDeprivation) -> Vec<KeyEntry> {
    let largest = largest(spec);
    let mut key: Vec<KeyEntry> = key_populations(largest)
        .into_iter()
        .map(|population| KeyEntry {
            sign: Sign::Dot {
                radius: radius(population, largest),
                fill: Paint::tint(style::NEUTRAL, 0.35),
                ring: Paint::solid(style::NEUTRAL),
            },
            words: format!("{} people", axis::people(population)),
        })
        .collect();
    key.push(KeyEntry {
        sign: Sign::Dashes {
            width: panel::TREND_WIDTH,
            colour: style::INK,
        },
        words: "trend".into(),
    });
    key.push(KeyEntry {
        sign: Sign::Line {
            width: panel::TAIL_WIDTH,
            colour: style::INK,
        },
        words: "average of the least and of the most deprived tenth".into(),
    });
    key
}

fn largest(spec: &PerHeadByDeprivation) -> f64 {
    spec.points
        .iter()
        .map(|point| point.population)
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
                let trend = one.trend.map_or(String::new(), |trend| {
                    csv_number(trend.at(point.deprivation), 2)
                });
                vec![
                    one.label.clone(),
                    point.code.clone(),
                    point.name.clone(),
                    csv_number(point.deprivation, 4),
                    csv_number(point.population, 0),
                    csv_number(*per_head, 2),
                    trend,
                ]
            })
    });
    let tails = series.iter().flat_map(|one| {
        let named = [
            ("Least deprived tenth", &one.least),
            ("Most deprived tenth", &one.most),
        ];
        named.into_iter().filter_map(|(name, tail)| {
            let tail = tail.as_ref()?;
            Some(vec![
                one.label.clone(),
                String::new(),
                name.to_owned(),
                String::new(),
                String::new(),
                csv_number(tail.per_head, 2),
                String::new(),
            ])
        })
    });
    csv_text(
        &[
            "series",
            "code",
            "name",
            "deprivation",
            "population",
            "per_head_gbp",
            "trend_per_head_gbp",
        ],
        rows.chain(tails),
    )
}

#[cfg(test)]
mod tests;

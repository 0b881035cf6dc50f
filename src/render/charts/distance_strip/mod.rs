//! How far funding is from need: a strip of dots for each formula, an authority each.
//!
//! Here are the spec, the words and the data; `scale` finds the scale, `swarm` keeps dots
//! apart, `page` draws.

mod page;
mod scale;
mod swarm;

use super::per_head_by_deprivation::Tenth;
use super::{formulas, wording};
use crate::render::axis;
use crate::render::chart::{Chart, csv_number, csv_text};
use crate::render::frame::{Frame, KeyEntry, Sign, nothing_to_plot};

/// A page holds no more strips than this; further ones are left to the data.
const MOST_STRIPS: usize = 12;

/// Distances from need under several formulas.
#[derive(Clone, Debug, PartialEq)]
pub struct DistanceStrip {
    /// Place and year, as they stand before the subtitle; may be empty.
    pub setting: String,
    /// The title of the formula whose measure of need is the yardstick.
    pub yardstick_title: String,
    /// One for each formula, in the order shown, up to twelve.
    pub rows: Vec<StripRow>,
    /// Up to how far from need an authority counts as near it, in per cent of its need.
    pub band_pct: f64,
    /// The last line of the chart, whole.
    pub source: String,
    /// What else a reader must know, sentences each.
    pub notes: Vec<String>,
}

/// A formula's strip.
#[derive(Clone, Debug, PartialEq)]
pub struct StripRow {
    /// The formula's title for readers.
    pub label: String,
    /// The authorities, in any order.
    pub points: Vec<StripPoint>,
    /// Authorities within the band, in per cent of all of the strip.
    pub within_pct: f64,
}

/// One authority under one formula.
#[derive(Clone, Debug, PartialEq)]
pub struct StripPoint {
    /// Its code.
    pub code: String,
    /// Its name for readers.
    pub name: String,
    /// Funding above (+) or below (−) need, in per cent of need.
    pub distance_pct: f64,
    /// Residents.
    pub population: f64,
    /// Whether it is in the most or the least deprived tenth of authorities; none for those between.
    pub tenth: Option<Tenth>,
}

impl StripRow {
    /// Authorities within the band.
    fn within(&self) -> usize {
        let all = self.points.len() as f64;
        (self.within_pct / 100.0 * all).round().clamp(0.0, all) as usize
    }

    /// The points that can be drawn.
    fn drawn(&self) -> impl Iterator<Item = &StripPoint> {
        let points = self.points.iter();
        points.filter(|point| point.distance_pct.is_finite())
    }
}

/// How far funding is from need under each formula.
pub fn distance_strip(spec: &DistanceStrip) -> Chart {
    let rows = &spec.rows[..spec.rows.len().min(MOST_STRIPS)];
    let picture = if rows.iter().all(|row| row.drawn().next().is_none()) {
        let frame = frame(spec, rows, Vec::new());
        nothing_to_plot(frame, "no authority has both funding and need")
    } else {
        let strips = page::Strips::new(rows, spec.band_pct);
        let frame = frame(spec, rows, strips.notes());
        page::draw(frame, spec, &strips)
    };
    Chart {
        name: "distance_from_need".into(),
        picture,
        data: data(spec),
    }
}

fn frame(spec: &DistanceStrip, rows: &[StripRow], mut notes: Vec<String>) -> Frame {
    if spec.rows.len() > MOST_STRIPS {
        notes.push(format!(
            "The first {MOST_STRIPS} of {} formulas are shown; the data beside this chart has all.",
            spec.rows.len()
        ));
    }
    notes.extend(spec.notes.iter().cloned());
    let subtitle =
        "How far funding is above or below need, in per cent of need: a dot for each authority.";
    Frame {
        headline: headline(spec),
        subtitle: wording::set_in(&spec.setting, subtitle),
        key: key(spec, rows),
        notes,
        source: spec.source.clone(),
    }
}

/// Under which formulas most and fewest authorities are near their need.
fn headline(spec: &DistanceStrip) -> String {
    let rows: Vec<&StripRow> = spec
        .rows
        .iter()
        .filter(|row| !row.points.is_empty() && row.within_pct.is_finite())
        .collect();
    let Some(all) = rows.first().map(|row| row.points.len()) else {
        return "How far funding is from need".into();
    };
    let near = Near {
        all: rows
            .iter()
            .all(|row| row.points.len() == all)
            .then_some(all),
    };
    let values = rows
        .iter()
        .map(|row| (row.label.as_str(), near.value(row)))
        .collect();
    let (values, other) = formulas::besides(values, &spec.yardstick_title);
    let Some([fewest, most]) = formulas::ends(&values) else {
        return "How far funding is from need".into();
    };
    let be = format!(
        "would be within {} of need under",
        axis::per_cent_plain(spec.band_pct)
    );
    let by = formulas::by_the_need(&spec.yardstick_title);
    let (who, under) = (near.whole(most.value), formulas::named(&most.titles));
    let words = match values.len() {
        1 => format!("{by}{who} {be} {under}"),
        count if fewest.value == most.value => {
            format!("{by}{who} {be} {}", formulas::all(count, other))
        }
        count => {
            let (fewer, under_fewer) = (near.short(fewest.value), formulas::named(&fewest.titles));
            if count == 2 {
                format!("{by}{who} {be} {under} and {fewer} under {under_fewer}")
            } else {
                let of = formulas::all(count, other).replacen("all ", "", 1);
                format!(
                    "{by}{who} {be} {under}, the most of {of}, and {fewer} under {under_fewer}, the fewest"
                )
            }
        }
    };
    wording::capitalised(&words)
}

/// How many authorities are near their need, in words.
struct Near {
    /// How many there are, if all strips have as many; otherwise shares are compared.
    all: Option<usize>,
}

impl Near {
    /// Authorities, or tenths of a per cent of them.
    fn value(&self, row: &StripRow) -> i64 {
        match self.all {
            Some(_) => i64::try_from(row.within()).unwrap_or(i64::MAX),
            None => (row.within_pct * 10.0).round() as i64,
        }
    }

    /// `39 of 151 authorities`, `all 151 authorities`, `no authority`; `25.8 % of authorities`.
    fn whole(&self, value: i64) -> String {
        match self.all {
            None => format!(
                "{} of authorities",
                axis::per_cent_plain(value as f64 / 10.0)
            ),
            Some(_) if value == 0 => "no authority".into(),
            Some(1) => "the only authority".into(),
            Some(all) if value == all as i64 => format!("all {}", wording::authorities(all)),
            Some(all) => format!(
                "{} of {}",
                axis::plain(value as f64, 0),
                wording::authorities(all)
            ),
        }
    }

    /// As it follows another: `3`, `none`; `2 %`.
    fn short(&self, value: i64) -> String {
        match self.all {
            None => axis::per_cent_plain(value as f64 / 10.0),
            Some(_) if value == 0 => "none".into(),
            Some(_) => axis::plain(value as f64, 0),
        }
    }
}

fn key(spec: &DistanceStrip, rows: &[StripRow]) -> Vec<KeyEntry> {
    let has = |tenth: Tenth| {
        let mut points = rows.iter().flat_map(StripRow::drawn);
        points.any(|point| point.tenth == Some(tenth))
    };
    let mut key = Vec::new();
    for tenth in [Tenth::Most, Tenth::Least] {
        if has(tenth) {
            let words = format!("in the {} tenth", tenth.words());
            key.push(dot_entry(Some(tenth), words));
        }
    }
    let words = if key.is_empty() {
        "an authority"
    } else {
        "another authority"
    };
    key.push(dot_entry(None, words.into()));
    key.push(KeyEntry {
        sign: Sign::Bar(page::BAND),
        words: format!("within {} of need", axis::per_cent_plain(spec.band_pct)),
    });
    key
}

fn dot_entry(tenth: Option<Tenth>, words: String) -> KeyEntry {
    let (fill, ring) = page::paints(tenth);
    KeyEntry {
        sign: Sign::Dot {
            radius: 5.0,
            fill,
            ring,
        },
        words,
    }
}

fn data(spec: &DistanceStrip) -> String {
    let rows = spec.rows.iter().flat_map(|row| {
        row.points.iter().map(|point| {
            vec![
                row.label.clone(),
                point.code.clone(),
                point.name.clone(),
                csv_number(point.distance_pct, 4),
                csv_number(point.population, 0),
                point.tenth.map_or("", Tenth::words).to_owned(),
            ]
        })
    });
    csv_text(
        &[
            "formula",
            "code",
            "name",
            "distance_pct",
            "population",
            "tenth",
        ],
        rows,
    )
}

#[cfg(test)]
mod tests;

//! Lorenz and concentration curves: how evenly funding covers need, and how far it leans to the more deprived.
//!
//! Curves near the diagonal cannot be told apart at their true scale, so a second panel shows how far they are from it.
//! Here are the spec, the words and the data; `page` draws the panels and `list` the list.

mod list;
mod page;

use super::{formulas, wording};
use crate::render::axis;
use crate::render::chart::{Chart, csv_number, csv_text};
use crate::render::frame::{Frame, KeyEntry, Sign, nothing_to_plot};
use crate::render::style;

/// A page holds no more curves than this; further ones are left to the data.
const MOST_CURVES: usize = 12;

/// A cumulative distribution of funding.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The formula's title for readers.
    pub label: String,
    /// Cumulative shares from (0, 0) to (1, 1), of need or people first and of funding second; the first never falls.
    pub points: Vec<(f64, f64)>,
    /// What the area between diagonal and curve stands for: the Gini coefficient from 0 to 1, or the concentration
    /// index from −1 to 1, above nought where the curve lies below the diagonal.
    pub index: f64,
}

/// Curves to compare.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    /// Place and year, as they stand before the subtitle; may be empty.
    pub setting: String,
    /// The title of the formula whose measure of need is the yardstick.
    pub yardstick_title: String,
    /// One for each formula, the leading one first.
    pub curves: Vec<Curve>,
    /// What the curves are shown against, such as need itself.
    pub reference: Option<Curve>,
    /// The last line of the chart, whole.
    pub source: String,
    /// What else a reader must know, sentences each.
    pub notes: Vec<String>,
}

/// Lorenz curves of funding over need, from the authority whose need is covered least to the one covered best.
pub fn lorenz_of_coverage(spec: &Curves) -> Chart {
    chart(spec, Kind::Lorenz)
}

/// Concentration curves of funding over people, from the least to the most deprived authority.
pub fn concentration(spec: &Curves) -> Chart {
    chart(spec, Kind::Concentration)
}

/// What the curves are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Lorenz,
    Concentration,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Lorenz => "lorenz",
            Self::Concentration => "concentration",
        }
    }

    /// What the horizontal axis adds up.
    fn share(self) -> &'static str {
        match self {
            Self::Lorenz => "share of need",
            Self::Concentration => "share of people",
        }
    }

    /// The authorities at the left and the right end of the horizontal axis.
    fn ends(self) -> [&'static str; 2] {
        match self {
            Self::Lorenz => ["← least covered", "best covered →"],
            Self::Concentration => ["← least deprived", "most deprived →"],
        }
    }

    fn index_title(self) -> &'static str {
        match self {
            Self::Lorenz => "Gini coefficient",
            Self::Concentration => "concentration index",
        }
    }

    /// What the diagonal stands for.
    fn diagonal(self) -> &'static str {
        match self {
            Self::Lorenz => "every authority's need covered alike",
            Self::Concentration => "the same funding per head everywhere",
        }
    }

    /// An index with three decimals: `0.123`, `+0.045`.
    fn index(self, value: f64) -> String {
        if !value.is_finite() {
            return axis::NO_NUMBER.into();
        }
        let words = axis::plain(value, 3);
        if self == Self::Concentration && steps(value) > 0 {
            format!("+{words}")
        } else {
            words
        }
    }

    fn subtitle(self, spec: &Curves) -> String {
        match self {
            Self::Lorenz => "Authorities stand in order of how far funding covers their need, the least covered \
                             first. The Gini coefficient is 0 if all are covered alike and 1 if one has everything."
                .into(),
            Self::Concentration => {
                let mut words = "Authorities stand in order of deprivation, the least deprived first. Below the \
                                 diagonal, more goes to the more deprived; the concentration index is then above nought."
                    .to_owned();
                if let Some(reference) = &spec.reference
                    && reference.index.is_finite()
                    && !spec.yardstick_title.trim().is_empty()
                {
                    words += &format!(
                        " It is {} for the need that {} measures.",
                        self.index(reference.index),
                        wording::quoted(&spec.yardstick_title)
                    );
                }
                words
            }
        }
    }
}

/// Thousandths of an index: what three decimals tell apart.
fn steps(index: f64) -> i64 {
    (index * 1000.0).round() as i64
}

fn chart(spec: &Curves, kind: Kind) -> Chart {
    let frame = frame(spec, kind);
    let picture = if spec.curves.is_empty() {
        nothing_to_plot(frame, "there is no formula to draw a curve of")
    } else {
        page::draw(frame, spec, kind)
    };
    Chart {
        name: kind.name().into(),
        picture,
        data: data(spec, kind),
    }
}

fn frame(spec: &Curves, kind: Kind) -> Frame {
    let mut notes = Vec::new();
    if spec.curves.len() > MOST_CURVES {
        notes.push(format!(
            "The first {MOST_CURVES} of {} formulas are shown; the data beside this chart has all.",
            spec.curves.len()
        ));
    }
    notes.extend(spec.notes.iter().cloned());
    Frame {
        headline: headline(spec, kind),
        subtitle: wording::set_in(&spec.setting, &kind.subtitle(spec)),
        key: vec![KeyEntry {
            sign: Sign::Dashes {
                width: page::DIAGONAL_WIDTH,
                colour: style::NEUTRAL,
            },
            words: format!("the diagonal: {}", kind.diagonal()),
        }],
        notes,
        source: spec.source.clone(),
    }
}

fn headline(spec: &Curves, kind: Kind) -> String {
    let values: Vec<(&str, i64)> = spec
        .curves
        .iter()
        .filter(|curve| curve.index.is_finite())
        .map(|curve| (curve.label.as_str(), steps(curve.index)))
        .collect();
    let words = match kind {
        Kind::Lorenz => evenness(values, &spec.yardstick_title),
        Kind::Concentration => lean(&values),
    };
    wording::capitalised(&words)
}

/// Which formulas cover need most and least evenly.
fn evenness(values: Vec<(&str, i64)>, yardstick: &str) -> String {
    let (values, other) = formulas::besides(values, yardstick);
    let Some([least, most]) = formulas::ends(&values) else {
        return "how evenly funding covers need".into();
    };
    let by = formulas::by_the_need(yardstick);
    let index = |value: i64| Kind::Lorenz.index(value as f64 / 1000.0);
    let title = Kind::Lorenz.index_title();
    let of_the_others = if other { " of the other formulas" } else { "" };
    if values.len() == 1 {
        format!(
            "{by}funding under {} has a {title} of {}",
            formulas::named(&least.titles),
            index(least.value)
        )
    } else if least.value == most.value {
        format!(
            "{by}{} cover need as evenly as each other ({title} {})",
            formulas::all(values.len(), other),
            index(least.value)
        )
    } else {
        format!(
            "{by}{} need most evenly{of_the_others} ({title} {}) and {} least evenly ({})",
            least.with_verb("covers", "cover"),
            index(least.value),
            formulas::named(&most.titles),
            index(most.value)
        )
    }
}

/// Which formulas lean most and least to the more deprived.
fn lean(values: &[(&str, i64)]) -> String {
    let Some([least, most]) = formulas::ends(values) else {
        return "how funding leans to the more or the less deprived".into();
    };
    let index = |value: i64| Kind::Concentration.index(value as f64 / 1000.0);
    let title = Kind::Concentration.index_title();
    let way = |value: i64| match value {
        0 => "neither to the more nor to the less deprived",
        1.. => "to the more deprived",
        _ => "to the less deprived",
    };
    if least.value == most.value {
        let under = match values.len() {
            1 => formulas::named(&least.titles),
            count => formulas::all(count, false),
        };
        let alike = if values.len() == 1 { "" } else { " alike" };
        return format!(
            "under {under}, funding leans{alike} {} ({title} {})",
            way(least.value),
            index(least.value)
        );
    }
    let [low, high] = [&least, &most].map(|end| formulas::named(&end.titles));
    let (least, most) = (least.value, most.value);
    if most <= 0 {
        format!(
            "funding leans most to the less deprived under {low} ({title} {}) and least under {high} ({})",
            index(least),
            index(most)
        )
    } else if least < 0 {
        format!(
            "funding leans most to the more deprived under {high} ({title} {}) and to the less deprived under {low} ({})",
            index(most),
            index(least)
        )
    } else {
        format!(
            "funding leans most to the more deprived under {high} ({title} {}) and least under {low} ({})",
            index(most),
            index(least)
        )
    }
}

fn data(spec: &Curves, kind: Kind) -> String {
    let rows = spec.curves.iter().chain(&spec.reference).flat_map(|curve| {
        curve.points.iter().map(|(share, funding)| {
            vec![
                curve.label.clone(),
                csv_number(curve.index, 6),
                csv_number(*share, 6),
                csv_number(*funding, 6),
            ]
        })
    });
    let share = match kind {
        Kind::Lorenz => "share_of_need",
        Kind::Concentration => "share_of_people",
    };
    csv_text(&["curve", "index", share, "share_of_funding"], rows)
}

#[cfg(test)]
mod tests;

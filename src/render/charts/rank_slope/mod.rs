//! Ranks by £ per head across formulas: a line for each authority, and the names of those that move furthest.
//!
//! Here are the spec, the words and the data; `movers` finds who moves furthest, `page` draws.

mod movers;
mod page;
mod spread;

use super::{formulas, wording};
use crate::render::axis;
use crate::render::chart::{Chart, csv_number, csv_text};
use crate::render::frame::{Frame, KeyEntry, Sign, nothing_to_plot};
use crate::render::style;
use movers::{Mover, Movers, Way};

/// A page holds no more formulas than this; further ones are left to the data.
const MOST_COLUMNS: usize = 8;

/// Ranks of authorities under several formulas.
#[derive(Clone, Debug, PartialEq)]
pub struct RankSlope {
    /// Place and year, as they stand before the subtitle; may be empty.
    pub setting: String,
    /// The formulas' titles for readers, two to eight; moves count from the first.
    pub columns: Vec<String>,
    /// The authorities, in any order.
    pub rows: Vec<RankRow>,
    /// The last line of the chart, whole.
    pub source: String,
    /// What else a reader must know, sentences each.
    pub notes: Vec<String>,
}

/// One authority.
#[derive(Clone, Debug, PartialEq)]
pub struct RankRow {
    /// Its code.
    pub code: String,
    /// Its name for readers.
    pub name: String,
    /// Funding under each formula, £ per head, in the order of the columns.
    pub per_head_gbp: Vec<f64>,
    /// Its rank under each formula, in the order of the columns: 1 has the most £ per head; equals may share a rank.
    pub ranks: Vec<usize>,
}

/// Ranks by £ per head across formulas.
pub fn rank_slope(spec: &RankSlope) -> Chart {
    let rows = whole_rows(spec);
    let drawn = Drawn::new(spec, &rows);
    let movers = Movers::new(&drawn.rows);
    let frame = frame(spec, &drawn, &movers);
    let picture = if rows.is_empty() {
        nothing_to_plot(frame, "no authority has a rank under every formula")
    } else if drawn.columns.len() < 2 {
        nothing_to_plot(
            frame,
            "there are not two formulas under which ranks could differ",
        )
    } else {
        page::draw(frame, &drawn, &movers)
    };
    Chart {
        name: "rank_slope".into(),
        picture,
        data: data(spec, &rows),
    }
}

/// The rows with a rank and an amount for every column; others would pair ranks with the wrong formulas.
fn whole_rows(spec: &RankSlope) -> Vec<&RankRow> {
    let columns = spec.columns.len();
    spec.rows
        .iter()
        .filter(|row| row.ranks.len() == columns && row.per_head_gbp.len() == columns)
        .collect()
}

/// What is drawn: the columns in which ranks differ, as many as a page holds, and the rows cut to them.
struct Drawn {
    columns: Vec<String>,
    rows: Vec<RankRow>,
    /// Titles of columns in which all share one rank.
    level: Vec<String>,
}

impl Drawn {
    fn new(spec: &RankSlope, rows: &[&RankRow]) -> Self {
        let is_level = |column: &usize| {
            let mut pairs = rows.windows(2);
            rows.len() > 1 && pairs.all(|pair| pair[0].ranks[*column] == pair[1].ranks[*column])
        };
        let (level, mut kept): (Vec<usize>, Vec<usize>) =
            (0..spec.columns.len()).partition(is_level);
        kept.truncate(MOST_COLUMNS);
        let titles = |columns: &[usize]| -> Vec<String> {
            let titles = columns.iter();
            titles.map(|column| spec.columns[*column].clone()).collect()
        };
        let cut = |row: &&RankRow| RankRow {
            code: row.code.clone(),
            name: row.name.clone(),
            per_head_gbp: kept
                .iter()
                .map(|column| row.per_head_gbp[*column])
                .collect(),
            ranks: kept.iter().map(|column| row.ranks[*column]).collect(),
        };
        Self {
            columns: titles(&kept),
            rows: rows.iter().map(cut).collect(),
            level: titles(&level),
        }
    }
}

fn frame(spec: &RankSlope, drawn: &Drawn, movers: &Movers<'_>) -> Frame {
    let mut notes = Vec::new();
    if !drawn.level.is_empty() {
        let titles: Vec<String> = drawn
            .level
            .iter()
            .map(|title| wording::quoted(title))
            .collect();
        notes.push(format!(
            "Under {} all authorities share one rank: not drawn.",
            wording::list(&titles)
        ));
    }
    if drawn.columns.len() + drawn.level.len() < spec.columns.len() {
        notes.push(format!(
            "The first {MOST_COLUMNS} formulas with different ranks are shown; the data beside this chart has all {}.",
            spec.columns.len()
        ));
    }
    notes.extend(spec.notes.iter().cloned());
    let mut subtitle = format!(
        "Rank of {} by £ per head under each formula; 1 has the most.",
        wording::authorities(drawn.rows.len())
    );
    if let (Some(first), false) = (drawn.columns.first(), movers.is_empty()) {
        subtitle += &format!(
            " Named, with £ per head under the first and the last formula: who moves furthest from the rank under {}.",
            wording::quoted(first)
        );
    }
    Frame {
        headline: headline(&drawn.columns, movers),
        subtitle: wording::set_in(&spec.setting, &subtitle),
        key: key(drawn.rows.len(), movers),
        notes,
        source: spec.source.clone(),
    }
}

/// Who moves furthest each way, the longer move first.
fn headline(columns: &[String], movers: &Movers<'_>) -> String {
    let mut ways = [
        (Way::Down, movers.furthest(Way::Down)),
        (Way::Up, movers.furthest(Way::Up)),
    ];
    let length = |movers: &[&Mover<'_>]| movers.first().map_or(0, |mover| mover.by);
    if length(&ways[1].1) > length(&ways[0].1) {
        ways.reverse();
    }
    let [(way, leading), (other_way, others)] = &ways;
    let Some(first) = leading.first() else {
        return if columns.len() < 2 {
            "Ranks by £ per head under each formula".into()
        } else {
            format!(
                "Every authority has the same rank by £ per head under {}",
                formulas::all(columns.len(), false)
            )
        };
    };
    let mut words = format!(
        "{} {} from {} to {}",
        subject(leading, *way),
        places(first.by),
        wording::quoted(&columns[0]),
        wording::quoted(&columns[first.to])
    );
    if let Some(other) = others.first() {
        words += &format!(
            "; {} {}",
            subject(others, *other_way),
            axis::count(other.by)
        );
        if other.to != first.to {
            words += &format!(" to {}", wording::quoted(&columns[other.to]));
        }
    }
    words
}

/// Who moves, with the verb: `Kent falls`, `Kent and Wigan rise`, `3 authorities fall`.
fn subject(movers: &[&Mover<'_>], way: Way) -> String {
    let [one, many] = way.verbs();
    match movers {
        [only] => format!("{} {one}", only.row.name),
        [first, second] => format!("{} and {} {many}", first.row.name, second.row.name),
        _ => format!("{} {many}", wording::authorities(movers.len())),
    }
}

fn places(count: usize) -> String {
    match count {
        1 => "1 place".into(),
        _ => format!("{} places", axis::count(count)),
    }
}

fn key(rows: usize, movers: &Movers<'_>) -> Vec<KeyEntry> {
    let mut key = Vec::new();
    if movers.named(Way::Up).next().is_some() {
        key.push(KeyEntry {
            sign: Sign::Line {
                width: page::MOVER_WIDTH,
                colour: style::GAIN,
            },
            words: "rises furthest".into(),
        });
    }
    if movers.named(Way::Down).next().is_some() {
        key.push(KeyEntry {
            sign: Sign::Dashes {
                width: page::MOVER_WIDTH,
                colour: style::LOSS,
            },
            words: "falls furthest".into(),
        });
    }
    if rows > movers.count_named() {
        key.push(KeyEntry {
            sign: Sign::Line {
                width: page::OTHER_WIDTH,
                colour: page::OTHER,
            },
            words: "other authorities".into(),
        });
    }
    key
}

fn data(spec: &RankSlope, rows: &[&RankRow]) -> String {
    let rows = rows.iter().flat_map(|row| {
        let values = row.per_head_gbp.iter().zip(&row.ranks);
        spec.columns
            .iter()
            .zip(values)
            .map(|(formula, (per_head, rank))| {
                vec![
                    row.code.clone(),
                    row.name.clone(),
                    formula.clone(),
                    csv_number(*per_head, 2),
                    rank.to_string(),
                ]
            })
    });
    csv_text(&["code", "name", "formula", "per_head_gbp", "rank"], rows)
}

#[cfg(test)]
mod tests;

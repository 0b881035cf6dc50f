//! The kinds of chart: each a function from a plain spec to a [`Chart`](crate::render::chart::Chart).

pub mod change_by_group;
pub mod curves;
pub mod distance_strip;
mod formulas;
pub mod heat_map;
pub mod per_head_by_deprivation;
pub mod rank_slope;
pub mod waterfall;
pub mod winners_losers;
pub mod wording;

pub use change_by_group::{
    Group, GroupChange, GroupChanges, GroupPanel, change_by_deprivation, change_by_region,
};
pub use curves::{Curve, Curves, concentration, lorenz_of_coverage};
pub use distance_strip::{DistanceStrip, StripPoint, StripRow, distance_strip};
pub use heat_map::{HeatMap, formula_by_region, yardstick_matrix};
pub use per_head_by_deprivation::{
    Comparator, DeprivationPoint, PerHeadByDeprivation, Tenth, per_head_by_deprivation,
};
pub use rank_slope::{RankRow, RankSlope, rank_slope};
pub use waterfall::{Step, StepKind, Waterfall, waterfall};
pub use winners_losers::{AuthorityChange, Outcome, Totals, WinnersLosers, winners_losers};

/// What funding is compared with, in the words a chart needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// As a heading: “Spending today”.
    pub title: String,
    /// As it follows “compared with”: “spending today”, “sharing by council tax base”.
    pub phrase: String,
    /// Which words a change has.
    pub kind: BaselineKind,
}

/// Whether a baseline is what councils spend or what they would be given. It decides how a loser is described: a
/// council that spends more than a formula gives has not been given too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaselineKind {
    /// What councils spend: the others “spend more than the formula gives”.
    Spending,
    /// What they would be given: the others “lose”.
    Funding,
}

#[cfg(test)]
pub(crate) mod samples {
    //! Names and numbers for the charts' tests.

    use super::{Baseline, BaselineKind};

    pub const NAMES: [&str; 10] = [
        "Hartlepool",
        "Bournemouth, Christchurch and Poole",
        "King's Lynn & West <Norfolk>",
        "Kent",
        "Bath and North East Somerset",
        "Wigan",
        "Kingston upon Hull, City of",
        "Herefordshire, County of",
        "Ynys Môn – “Anglesey”",
        "The Council of the Very Long Name of Llanfairpwllgwyngyllgogerychwyrndrobwll and District",
    ];

    pub fn name(index: usize) -> String {
        NAMES[index % NAMES.len()].to_owned()
    }

    pub fn code(index: usize) -> String {
        format!("E{index:08}")
    }

    pub fn spending() -> Baseline {
        Baseline {
            title: "Spending today".into(),
            phrase: "spending today".into(),
            kind: BaselineKind::Spending,
        }
    }

    pub fn tax_base() -> Baseline {
        Baseline {
            title: "Council tax base".into(),
            phrase: "what the council tax base could raise".into(),
            kind: BaselineKind::Funding,
        }
    }

    /// The width and height in pixels that a chart's PNG says it has.
    pub fn png_size(chart: &crate::render::chart::Chart) -> (u32, u32) {
        let bytes = chart.to_png().expect("a PNG");
        let reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .expect("a header");
        (reader.info().width, reader.info().height)
    }

    /// The rows of a CSV text, by column name.
    pub fn csv_rows(data: &str) -> Vec<std::collections::HashMap<String, String>> {
        csv::Reader::from_reader(data.as_bytes())
            .deserialize()
            .collect::<Result<_, _>>()
            .expect("CSV text")
    }
}

//! A formula's results beside published ones: which match, which differ, and why those that
//! are known to differ do.

use crate::findings::{Finding, Place};
use crate::formula::{Computed, Formula, Official, Reproduces};
use crate::ids::AuthorityCode;
use crate::inputs::Dataset;
use crate::inputs::cell::Cell;
use crate::register::{PerAuthority, Position};
use crate::study::Solved;

/// What two doubles may differ by and still stand for one decimal number.
const DOUBLE: f64 = 4.0 * f64::EPSILON;

/// A formula's results beside one set of published ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Reproduced {
    /// What was to be reproduced.
    pub of: Reproduces,
    /// Authorities with a published result, in code order.
    pub rows: Vec<Row>,
    /// Faults of the statement itself: names that are not there, exceptions that match.
    pub findings: Vec<Finding>,
}

/// One authority's result beside the published one.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Which authority.
    pub at: Position,
    /// As published.
    pub official: f64,
    /// As worked out.
    pub computed: f64,
    /// Whether they match.
    pub outcome: Outcome,
}

/// Whether a result matches the published one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Within the stated difference.
    Match,
    /// Further, as the file says it would be.
    Known(String),
    /// Further.
    Differs,
}

impl Row {
    /// Computed − official.
    pub fn difference(&self) -> f64 {
        self.computed - self.official
    }
}

impl Reproduced {
    /// How many match.
    pub fn matching(&self) -> usize {
        let matching = |row: &&Row| row.outcome == Outcome::Match;
        self.rows.iter().filter(matching).count()
    }

    /// How many differ that should not.
    pub fn differing(&self) -> usize {
        let differing = |row: &&Row| row.outcome == Outcome::Differs;
        self.rows.iter().filter(differing).count()
    }

    /// The greatest difference among those that match.
    pub fn greatest(&self) -> f64 {
        self.rows
            .iter()
            .filter(|row| row.outcome == Outcome::Match)
            .map(|row| row.difference().abs())
            .fold(0.0, f64::max)
    }

    /// `net against official_net: 922 of 922 within 0.01`, and who is known to differ.
    pub fn sentence(&self) -> String {
        let known = self.rows.len() - self.matching() - self.differing();
        let mut text = format!(
            "{} against {}: {} of {} within {}",
            self.of.what.name(),
            self.of.official.name(),
            self.matching(),
            self.rows.len(),
            small(self.of.within)
        );
        if known > 0 {
            text.push_str(&format!(", {known} known to differ"));
        }
        match self.differing() {
            0 => {}
            differing => text.push_str(&format!(", {differing} that should not differ")),
        }
        text
    }
}

/// A number, very small ones as powers of ten: 1e-14.
fn small(x: f64) -> String {
    if x != 0.0 && x < 1e-4 {
        format!("{x:e}")
    } else {
        x.to_string()
    }
}

/// A solved formula's results beside all published ones that its file names.
pub fn reproduce(formula: &Formula, dataset: &Dataset, solved: &Solved) -> Vec<Reproduced> {
    formula
        .reproduces
        .iter()
        .map(|of| reproduce_one(of, dataset, solved))
        .collect()
}

fn reproduce_one(of: &Reproduces, dataset: &Dataset, solved: &Solved) -> Reproduced {
    let mut findings = Vec::new();
    let register = &dataset.register;
    let computed: Option<PerAuthority<f64>> = match &of.what {
        Computed::Amount => Some(solved.allocation.amount.map(|amount| amount.as_f64())),
        Computed::NeedShare => Some(solved.allocation.need_share.map(|share| share.0)),
        Computed::Indicator(name) => solved.assessment.indicators.get(&name.name).cloned(),
    };
    if computed.is_none() {
        findings.push(not_there(
            of.what.name(),
            &of.place,
            "an indicator of the formula",
        ));
    }
    let mut unknown = |code: &AuthorityCode| {
        findings.push(not_there(code.as_str(), &of.place, "a code of the table"));
    };
    let official: Vec<(Position, f64)> = match &of.official {
        Official::Column(name) => match dataset.columns.get(&name.name) {
            Some(column) => column
                .cells
                .enumerate()
                .filter_map(|(at, cell)| match cell {
                    Cell::Value(value) => Some((at, *value)),
                    Cell::Blank | Cell::Bad => None,
                })
                .collect(),
            None => {
                findings.push(not_there(
                    name.name.as_str(),
                    &name.place,
                    "a column of numbers of the table",
                ));
                Vec::new()
            }
        },
        Official::Stated(stated) => stated
            .iter()
            .filter_map(|(code, value)| {
                let at = register.find(code);
                if at.is_none() {
                    unknown(code);
                }
                at.map(|at| (at, *value))
            })
            .collect(),
    };
    for (code, _) in &of.except {
        if register.find(code).is_none() {
            findings.push(not_there(code.as_str(), &of.place, "a code of the table"));
        }
    }
    let rows: Vec<Row> = computed.map_or_else(Vec::new, |computed| {
        official
            .into_iter()
            .map(|(at, official)| row(of, at, official, computed[at], &register[at].code))
            .collect()
    });
    for (code, _) in &of.except {
        let row = rows.iter().find(|row| register[row.at].code == *code);
        if row.is_some_and(|row| row.outcome == Outcome::Match) {
            findings.push(
                Finding::warning("stale-exception", of.place.clone())
                    .found(format!("{code}, said to differ, which matches"))
                    .expected("exceptions that differ")
                    .remedy("delete it from `except`"),
            );
        }
    }
    Reproduced {
        of: of.clone(),
        rows,
        findings,
    }
}

fn row(of: &Reproduces, at: Position, official: f64, computed: f64, code: &AuthorityCode) -> Row {
    let within = of.within + DOUBLE * official.abs().max(computed.abs());
    let known = of.except.iter().find(|(known, _)| known == code);
    let outcome = match known {
        _ if (computed - official).abs() <= within => Outcome::Match,
        Some((_, why)) => Outcome::Known(why.clone()),
        None => Outcome::Differs,
    };
    Row {
        at,
        official,
        computed,
        outcome,
    }
}

fn not_there(name: &str, place: &Place, expected: &str) -> Finding {
    Finding::error("nothing-to-reproduce", place.clone())
        .found(format!("`{name}`"))
        .expected(expected)
        .why("a published result is held against one of the formula's own")
        .remedy("mend the name")
}

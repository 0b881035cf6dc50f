//! What changes by group say in words: one group against every baseline, so that none speaks alone.

use super::{GroupChanges, GroupPanel, Grouping};
use crate::render::axis;
use crate::render::charts::{Baseline, BaselineKind, wording};

/// More baselines than this make no sentence.
const MOST_BASELINES: usize = 3;

/// The words that follow from the changes.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Words {
    /// None where there is nothing to say.
    pub headline: Option<String>,
    /// A sentence for the subtitle.
    pub further: Option<String>,
    /// How the headline was chosen.
    pub note: Option<String>,
}

impl Words {
    pub fn new(spec: &GroupChanges, panels: &[&GroupPanel], grouping: Grouping) -> Self {
        let panels = &panels[..panels.len().min(MOST_BASELINES)];
        if panels.is_empty() || spec.groups.is_empty() {
            return Self::default();
        }
        match grouping {
            Grouping::Region => Self::of_regions(spec, panels),
            Grouping::Deprivation => Self::of_ends(spec, panels),
        }
    }

    /// The region that changes most.
    fn of_regions(spec: &GroupChanges, panels: &[&GroupPanel]) -> Self {
        let Some((group, panel)) = most_changed(panels) else {
            let phrases: Vec<&str> = panels.iter().map(|panel| &*panel.baseline.phrase).collect();
            return Self {
                headline: Some(format!(
                    "No group would change against {}",
                    any_of(&phrases)
                )),
                ..Self::default()
            };
        };
        let label = wording::with_article(&spec.groups[group].label);
        Self {
            headline: Some(sentence(&label, &changes(panels, group))),
            further: None,
            note: (spec.groups.len() > 1).then(|| {
                format!(
                    "The headline names the region whose £ per head changes most against {}.",
                    panel.baseline.phrase
                )
            }),
        }
    }

    /// The most deprived group, and after it the least deprived.
    fn of_ends(spec: &GroupChanges, panels: &[&GroupPanel]) -> Self {
        let last = spec.groups.len() - 1;
        if last == 0 {
            let label = spec.groups[0].label.trim();
            return Self {
                headline: Some(sentence(label, &changes(panels, 0))),
                ..Self::default()
            };
        }
        let part = match spec.groups.len() {
            10 => "tenth",
            5 => "fifth",
            4 => "quarter",
            3 => "third",
            2 => "half",
            _ => "group",
        };
        let end = |which: &str, group| {
            let subject = format!("the {which} deprived {part}");
            sentence(&subject, &changes(panels, group))
        };
        Self {
            headline: Some(end("most", 0)),
            further: Some(format!("{}.", end("least", last))),
            note: None,
        }
    }
}

/// The group with the largest change, and the panel that decides: the first against a way of funding, or else the
/// first, unless nothing moves in it. None if nothing moves in any.
fn most_changed<'a>(panels: &[&'a GroupPanel]) -> Option<(usize, &'a GroupPanel)> {
    let (funding, others): (Vec<&GroupPanel>, Vec<&GroupPanel>) = panels
        .iter()
        .partition(|panel| panel.baseline.kind == BaselineKind::Funding);
    funding.into_iter().chain(others).find_map(|panel| {
        let size = |group: &usize| panel.values[*group].change_per_head_gbp.abs();
        // Of equal changes the first group's.
        let group = (0..panel.values.len())
            .max_by(|one, other| size(one).total_cmp(&size(other)).then(other.cmp(one)))?;
        let moves = Move::of(panel.values[group].change_per_head_gbp) != Move::None;
        moves.then_some((group, panel))
    })
}

/// A group's change against each baseline, £ per head.
type Changes<'a> = Vec<(f64, &'a Baseline)>;

fn changes<'a>(panels: &[&'a GroupPanel], group: usize) -> Changes<'a> {
    panels
        .iter()
        .map(|panel| (panel.values[group].change_per_head_gbp, &panel.baseline))
        .collect()
}

/// Whether £ per head rises or falls, in whole pounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Move {
    Up,
    Down,
    None,
}

impl Move {
    fn of(per_head: f64) -> Self {
        match per_head {
            change if change >= 0.5 => Self::Up,
            change if change <= -0.5 => Self::Down,
            _ => Self::None,
        }
    }
}

/// What a group does against a baseline: changes alike share their verb.
fn verb(change: &(f64, &Baseline)) -> (Move, Option<BaselineKind>) {
    match Move::of(change.0) {
        Move::Down => (Move::Down, Some(change.1.kind)),
        other => (other, None),
    }
}

/// What a group gains and loses, in the order of the baselines: `The North East would gain £130 a head against sharing
/// by Council Tax base, but spends £54 a head more today than the formula gives`.
fn sentence(subject: &str, changes: &[(f64, &Baseline)]) -> String {
    let mut sentence = wording::capitalised(subject);
    let mut before = None;
    let mut contrasted = false;
    for run in changes.chunk_by(|one, other| verb(one) == verb(other)) {
        let direction = Move::of(run[0].0);
        let contrast = before.is_some_and(|before| before != direction) && !contrasted;
        sentence.push_str(match (before, contrast) {
            (None, _) => " ",
            (_, true) => ", but ",
            (_, false) => " and ",
        });
        sentence.push_str(&predicate(run));
        contrasted |= contrast;
        before = Some(direction);
    }
    sentence
}

/// `would gain £3 a head against A and £4 a head against B`.
fn predicate(run: &[(f64, &Baseline)]) -> String {
    let each = |words: fn(String, &str) -> String| {
        let each: Vec<String> = run
            .iter()
            .map(|(change, baseline)| words(axis::per_head(change.abs()), &baseline.phrase))
            .collect();
        wording::list(&each)
    };
    let against = |amount: String, phrase: &str| format!("{amount} a head against {phrase}");
    match verb(&run[0]) {
        (Move::Up, _) => format!("would gain {}", each(against)),
        (Move::Down, Some(BaselineKind::Spending)) => format!(
            "spends {}",
            each(|amount, _| format!("{amount} a head more today than the formula gives"))
        ),
        (Move::Down, _) => format!("would lose {}", each(against)),
        (Move::None, _) => {
            let phrases: Vec<&str> = run.iter().map(|(_, baseline)| &*baseline.phrase).collect();
            format!("would not change against {}", any_of(&phrases))
        }
    }
}

/// `a`, `a or b`, `a, b or c`.
fn any_of(phrases: &[&str]) -> String {
    match phrases {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spending() -> Baseline {
        Baseline {
            title: "Spending today".into(),
            phrase: "spending today".into(),
            kind: BaselineKind::Spending,
        }
    }

    fn funding(phrase: &str) -> Baseline {
        Baseline {
            title: phrase.into(),
            phrase: phrase.into(),
            kind: BaselineKind::Funding,
        }
    }

    #[test]
    fn every_pair_of_directions_reads_in_either_order() {
        let (today, base) = (spending(), funding("the tax base"));
        let said = |today_change: f64, base_change: f64| {
            let changes = [(today_change, &today), (base_change, &base)];
            let reversed = [changes[1], changes[0]];
            [changes, reversed].map(|changes| sentence("the North East", &changes))
        };
        let cases = [
            (
                -54.0,
                130.0,
                [
                    "spends £54 a head more today than the formula gives, but would gain £130 a head against the tax base",
                    "would gain £130 a head against the tax base, but spends £54 a head more today than the formula gives",
                ],
            ),
            (
                -54.0,
                -130.0,
                [
                    "spends £54 a head more today than the formula gives and would lose £130 a head against the tax base",
                    "would lose £130 a head against the tax base and spends £54 a head more today than the formula gives",
                ],
            ),
            (
                -54.0,
                0.2,
                [
                    "spends £54 a head more today than the formula gives, but would not change against the tax base",
                    "would not change against the tax base, but spends £54 a head more today than the formula gives",
                ],
            ),
            (
                54.0,
                130.0,
                [
                    "would gain £54 a head against spending today and £130 a head against the tax base",
                    "would gain £130 a head against the tax base and £54 a head against spending today",
                ],
            ),
            (
                54.0,
                -130.0,
                [
                    "would gain £54 a head against spending today, but would lose £130 a head against the tax base",
                    "would lose £130 a head against the tax base, but would gain £54 a head against spending today",
                ],
            ),
            (
                54.0,
                -0.2,
                [
                    "would gain £54 a head against spending today, but would not change against the tax base",
                    "would not change against the tax base, but would gain £54 a head against spending today",
                ],
            ),
            (
                0.0,
                -3.0,
                [
                    "would not change against spending today, but would lose £3 a head against the tax base",
                    "would lose £3 a head against the tax base, but would not change against spending today",
                ],
            ),
            (
                0.4,
                -0.4,
                [
                    "would not change against spending today or the tax base",
                    "would not change against the tax base or spending today",
                ],
            ),
        ];
        for (today_change, base_change, expected) in cases {
            let expected = expected.map(|words| format!("The North East {words}"));
            assert_eq!(said(today_change, base_change), expected);
        }
    }

    #[test]
    fn one_and_three_baselines_make_a_sentence_too() {
        let (today, base, other) = (spending(), funding("A"), funding("B"));
        assert_eq!(
            sentence("X", &[(3.0, &base)]),
            "X would gain £3 a head against A"
        );
        assert_eq!(
            sentence("X", &[(-3.0, &today)]),
            "X spends £3 a head more today than the formula gives"
        );
        assert_eq!(
            sentence("X", &[(3.0, &today), (-4.0, &base), (5.0, &other)]),
            "X would gain £3 a head against spending today, but would lose £4 a head against A and would gain £5 a \
             head against B"
        );
        assert_eq!(
            sentence("X", &[(-3.0, &today), (4.0, &base), (5.0, &other)]),
            "X spends £3 a head more today than the formula gives, but would gain £4 a head against A and £5 a head \
             against B"
        );
        assert_eq!(
            sentence("X", &[(0.0, &today), (0.0, &base), (0.0, &other)]),
            "X would not change against spending today, A or B"
        );
    }
}

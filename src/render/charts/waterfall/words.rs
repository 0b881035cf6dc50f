//! What a waterfall says in words: the sum, and the steps that add and take most.

use super::{Bar, Waterfall, residents};
use crate::render::axis;
use crate::render::charts::wording;

/// `Kent: £1.2bn, £760 a head, under “By need”; “Age” adds most (+£35.0m) and “Council Tax” takes most (−£402m)`.
pub(super) fn headline(spec: &Waterfall, bars: &[Bar]) -> String {
    let formula = wording::quoted(&spec.formula_title);
    let Some(last) = bars.last() else {
        return format!("{}: the sum under {formula}", spec.authority);
    };
    let per_head = residents(spec).map_or_else(String::new, |residents| {
        format!(" {} a head,", axis::per_head(last.to() / residents))
    });
    let sum = format!(
        "{}: {},{per_head} under {formula}",
        spec.authority,
        axis::pounds_short(last.to())
    );
    let clauses: Vec<String> = [Way::Adds, Way::Takes]
        .into_iter()
        .filter_map(|way| clause(bars, way))
        .collect();
    let cancel = bars
        .iter()
        .any(|bar| bar.is_change() && bar.step.gbp != 0 && given_back(bars, bar));
    match (clauses.is_empty(), cancel) {
        (true, _) => sum,
        (false, false) => format!("{sum}; {}", clauses.join(" and ")),
        (false, true) => format!(
            "{sum}; of steps that do not cancel out, {}",
            clauses.join(" and ")
        ),
    }
}

/// Which way a step goes.
#[derive(Clone, Copy, Debug)]
enum Way {
    Adds,
    Takes,
}

/// The step that adds or takes most; of equal ones the first; none if none does.
fn clause(bars: &[Bar], way: Way) -> Option<String> {
    let (verb, direction) = match way {
        Way::Adds => ("adds", 1),
        Way::Takes => ("takes", -1),
    };
    let size = |bar: &&Bar| i128::from(bar.step.gbp) * direction;
    let going: Vec<&Bar> = bars
        .iter()
        .filter(|bar| bar.is_change() && size(bar) > 0 && !given_back(bars, bar))
        .collect();
    let most = going.iter().rev().copied().max_by_key(size)?;
    let (name, gbp) = (name(bars, most), most.step.gbp as f64);
    Some(if going.len() > 1 {
        format!("{name} {verb} most ({})", axis::pounds_short_change(gbp))
    } else {
        format!("{name} {verb} {}", axis::pounds_short(gbp.abs()))
    })
}

/// Whether another step of the group takes the same sum the other way.
fn given_back(bars: &[Bar], bar: &Bar) -> bool {
    bars.iter().any(|other| {
        let opposite = i128::from(other.step.gbp) == -i128::from(bar.step.gbp);
        other.is_change() && opposite && other.step.group == bar.step.group
    })
}

/// A step's name, with its group where another step has the same label.
fn name(bars: &[Bar], bar: &Bar) -> String {
    let label = wording::quoted(&bar.step.label);
    let group = bar.step.group.trim();
    let namesakes = bars
        .iter()
        .filter(|other| other.step.label == bar.step.label);
    if group.is_empty() || namesakes.count() < 2 {
        label
    } else {
        format!("{label} in {}", wording::quoted(group))
    }
}

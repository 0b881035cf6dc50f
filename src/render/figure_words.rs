//! Words around a chart that come from the run and not from the chart: baselines,
//! sources, and what a reader must be told.

use std::path::Path;

use super::charts::{Baseline, BaselineKind, wording};
use crate::formula::{OwnResources, Provenance};
use crate::ids::{BaselineName, IndicatorName};
use crate::inputs::Dataset;
use crate::register::Register;
use crate::results::FormulaResult;
use crate::study::Study;

/// Groups of authorities by deprivation that charts show and compare.
pub(super) const TENTHS: usize = 10;

/// What tenths are, wherever a chart has them.
pub(super) fn tenths_note(ranked_by: &str) -> String {
    format!(
        "Tenths: equal numbers of authorities, ranked by {ranked_by}; £ per head pooled (all pounds ÷ all people)."
    )
}

/// A baseline in a chart's words.
pub(super) fn baseline(name: &BaselineName) -> Baseline {
    let (title, phrase, kind) = match name.as_str() {
        "spending-today" => (
            "Spending today".to_string(),
            "spending today".to_string(),
            BaselineKind::Spending,
        ),
        "council-tax-base" => (
            "Council Tax base".to_string(),
            "sharing by Council Tax base".to_string(),
            BaselineKind::Funding,
        ),
        other => {
            let phrase = in_words(other);
            (wording::capitalised(&phrase), phrase, BaselineKind::Funding)
        }
    };
    Baseline {
        title,
        phrase,
        kind,
    }
}

/// A baseline's name without the signs of the command line: `formula:per-head` is `formula per-head`.
fn in_words(name: &str) -> String {
    match name.split_once(':') {
        Some(("column", columns)) => {
            let columns: Vec<String> = columns.split(',').map(|c| c.trim().to_string()).collect();
            let noun = if columns.len() == 1 {
                "column"
            } else {
                "columns"
            };
            format!("{noun} {}", wording::list(&columns))
        }
        Some(("formula", formula)) => {
            let stem = Path::new(formula)
                .file_stem()
                .map_or_else(|| formula.into(), |stem| stem.to_string_lossy());
            format!("formula {stem}")
        }
        _ => name.replace(['-', '_'], " "),
    }
}

/// Place and year of a run; nothing where the table has no name but its file's.
pub(super) fn setting(study: &Study) -> String {
    match &study.scenario {
        Some(scenario) => scenario.title.clone(),
        None if study.dataset.title != study.dataset.name => study.dataset.title.clone(),
        None => String::new(),
    }
}

/// The last line of every chart: who published the figures, the words that must go with them, and who calculated.
pub(super) fn source(attribution: &[String]) -> String {
    let mut sources = Vec::new();
    let mut sentences = Vec::new();
    for line in attribution {
        let (before, source) = split_source(line);
        sources.extend(source);
        sentences.push(before);
    }
    if !sources.is_empty() {
        sentences.insert(0, format!("Source: {}", sources.join("; ")));
    }
    sentences.push("Calculated with needshare".to_string());
    sentences
        .iter()
        .map(|sentence| sentence.trim().trim_end_matches('.'))
        .filter(|sentence| !sentence.is_empty())
        .map(|sentence| format!("{sentence}."))
        .collect::<Vec<_>>()
        .join(" ")
}

/// What stands before `Source:` in a line, and what stands after it.
fn split_source(line: &str) -> (String, Option<String>) {
    for word in ["Source:", "Sources:"] {
        let place = line.find(word).filter(|&at| {
            let before = line[..at].chars().next_back();
            before.is_none_or(char::is_whitespace)
        });
        if let Some(at) = place {
            let after = line[at + word.len()..].trim().trim_end_matches('.');
            let source = (!after.is_empty()).then(|| after.to_string());
            return (line[..at].to_string(), source);
        }
    }
    (line.to_string(), None)
}

/// What a reader of a chart must know about the formula and the data, given what it shows.
pub(super) fn notes(
    study: &Study,
    result: &FormulaResult,
    shows_per_head: bool,
    baselines: &[Baseline],
) -> Vec<String> {
    let dataset = &study.dataset;
    let mut notes = Vec::new();
    notes.extend(provenance_note(result.formula.provenance).map(String::from));
    if matches!(
        result.formula.own_resources,
        Some(OwnResources::Notional(_))
    ) {
        notes.push(
            "Own resources are what a place is assumed to raise at a notional rate, not what it raises.".to_string(),
        );
    }
    if shows_per_head {
        let year = study
            .scenario
            .as_ref()
            .map_or("", |scenario| &scenario.year);
        notes.extend(people_note(dataset, year));
    }
    let mut reasons: Vec<&str> = Vec::new();
    for filled in &dataset.filled {
        if !reasons.contains(&filled.reason.as_str()) {
            reasons.push(&filled.reason);
        }
    }
    if !reasons.is_empty() {
        notes.push(format!("{}.", reasons.join("; ")));
    }
    let shows_spending = |baseline: &Baseline| baseline.kind == BaselineKind::Spending;
    if baselines.iter().any(shows_spending) {
        notes.extend(dataset.caveats.iter().cloned());
    }
    notes
}

/// How far a formula is anybody's policy, where a reader could take it for more.
fn provenance_note(provenance: Provenance) -> Option<&'static str> {
    match provenance {
        Provenance::OurJudgement => {
            Some("Weights in this formula are judgements of its authors, not official policy.")
        }
        Provenance::Illustrative => Some("Illustrative: a benchmark, not a proposal."),
        Provenance::Official | Provenance::Reconstructed => None,
    }
}

/// Whose pounds and whose heads £ per head is made of; none where the year of the people is not known.
fn people_note(dataset: &Dataset, money_year: &str) -> Option<String> {
    let name = dataset.roles.population.as_deref()?;
    let column = dataset.columns.get(&IndicatorName::new(name))?;
    people_words(&column.title, &column.year, money_year)
}

fn people_words(title: &str, people_year: &str, money_year: &str) -> Option<String> {
    if people_year.is_empty() {
        return None;
    }
    // Estimates at mid-year say so in the column's title.
    let mid = format!("mid-{people_year}");
    let people_year = if title.contains(&mid) {
        &mid
    } else {
        people_year
    };
    Some(if money_year.is_empty() {
        format!("£ per head: residents of {people_year}.")
    } else {
        format!("£ per head: £ of {money_year} per resident of {people_year}.")
    })
}

/// Who is not drawn per head, and why.
pub(super) fn not_drawn_note(register: &Register, in_averages: bool) -> Option<String> {
    let names: Vec<&str> = register
        .iter()
        .filter(|authority| authority.left_out_of_rankings)
        .map(|authority| &*authority.name)
        .collect();
    let counted = if in_averages {
        ", but counted in the averages"
    } else {
        ""
    };
    (!names.is_empty()).then(|| format!("Not drawn, as too small{counted}: {}.", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_named_once_and_first() {
        let lines = [
            "Contains public information under some licence. Source: A Bureau; The Ministry.",
            "Figures were read from copies.",
        ];
        assert_eq!(
            source(&lines.map(String::from)),
            "Source: A Bureau; The Ministry. Contains public information under some licence. Figures were read from \
             copies. Calculated with needshare."
        );
        let several = ["Sources: A; B", "Source: C.", "Data source: none"].map(String::from);
        assert_eq!(
            source(&several),
            "Source: A; B; C. Data source: none. Calculated with needshare."
        );
        assert_eq!(source(&[]), "Calculated with needshare.");
    }

    #[test]
    fn baselines_are_in_words() {
        let words = |name: &str| {
            let baseline = baseline(&BaselineName::new(name));
            (baseline.title, baseline.phrase)
        };
        let pair = |title: &str, phrase: &str| (title.to_string(), phrase.to_string());
        assert_eq!(
            words("formula:per-head"),
            pair("Formula per-head", "formula per-head")
        );
        assert_eq!(
            words("formula:own/by need.toml"),
            pair("Formula by need", "formula by need")
        );
        assert_eq!(words("column:net_gbp").1, "column net_gbp");
        assert_eq!(words("column:a, b,c").0, "Columns a, b and c");
        assert_eq!(
            words("spending-last_year"),
            pair("Spending last year", "spending last year")
        );
    }

    #[test]
    fn people_are_of_their_year() {
        let words = |title, people, money| people_words(title, people, money);
        assert_eq!(
            words("Residents, mid-2023", "2023", "2024-25").as_deref(),
            Some("£ per head: £ of 2024-25 per resident of mid-2023.")
        );
        assert_eq!(
            words("Residents", "2023", "").as_deref(),
            Some("£ per head: residents of 2023.")
        );
        assert_eq!(words("Residents", "", "2024-25"), None);
    }

    #[test]
    fn a_formula_that_is_no_policy_says_so() {
        let noted = Provenance::WORDS.map(|(_, provenance)| provenance_note(provenance).is_some());
        assert_eq!(noted, [false, false, true, true]);
    }
}

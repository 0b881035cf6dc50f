//! Headlines and counts in words, computed from the data.

use super::BaselineKind;
use crate::render::axis;

/// `1 authority`, `84 authorities`.
pub fn authorities(count: usize) -> String {
    match count {
        1 => "1 authority".into(),
        _ => format!("{} authorities", axis::count(count)),
    }
}

/// How many win, how many lose, and how many there are.
#[derive(Clone, Copy, Debug)]
pub struct Tally {
    /// Authorities that gain.
    pub winners: usize,
    /// Authorities that lose.
    pub losers: usize,
    /// All authorities, the unchanged ones too.
    pub all: usize,
}

/// The headline of winners and losers under a formula against a baseline.
pub fn winners_headline(tally: Tally, formula: &str, phrase: &str, kind: BaselineKind) -> String {
    let formula = quoted(formula);
    match kind {
        BaselineKind::Funding => format!(
            "{} under {formula} compared with {phrase}",
            gain_and_lose(tally)
        ),
        BaselineKind::Spending => format!(
            "Under {formula}, {} compared with {phrase}; {} more than the formula gives",
            decapitalised(&subject(tally.winners, tally.all), "would gain"),
            spenders(tally)
        ),
    }
}

fn gain_and_lose(tally: Tally) -> String {
    let Tally {
        winners,
        losers,
        all,
    } = tally;
    match (winners, losers) {
        (0, 0) => "No authority would gain or lose".into(),
        (_, 0) if winners == all => format!("{} would gain", subject(winners, all)),
        (0, _) if losers == all => format!("{} would lose", subject(losers, all)),
        (_, 0) => format!("{} would gain and none lose", subject(winners, all)),
        (0, _) => format!("No authority would gain and {} lose", axis::count(losers)),
        _ => format!(
            "{} would gain and {} lose",
            authorities(winners),
            axis::count(losers)
        ),
    }
}

/// `61 spend`, `1 spends`, `all 151 spend`, `none spends`.
fn spenders(tally: Tally) -> String {
    match tally.losers {
        0 => "none spends".into(),
        1 => "1 spends".into(),
        losers if losers == tally.all => format!("all {} spend", axis::count(losers)),
        losers => format!("{} spend", axis::count(losers)),
    }
}

/// `No authority`, `All 151 authorities`, `84 authorities`.
fn subject(count: usize, all: usize) -> String {
    match count {
        0 => "No authority".into(),
        1 => authorities(1),
        _ if count == all => format!("All {}", authorities(count)),
        _ => authorities(count),
    }
}

/// A subject inside a sentence, with its verb.
fn decapitalised(subject: &str, verb: &str) -> String {
    let mut letters = subject.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_lowercase)
        .collect();
    format!("{first}{} {verb}", letters.as_str())
}

/// A formula's title in quotation marks.
pub fn quoted(title: &str) -> String {
    format!("“{title}”")
}

/// The same text with a capital first letter.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    first + letters.as_str()
}

/// A group's label as it stands in a sentence: English regions that take an article get it.
pub fn with_article(label: &str) -> String {
    const WITH_ARTICLE: [&str; 7] = [
        "East Midlands",
        "East of England",
        "North East",
        "North West",
        "South East",
        "South West",
        "West Midlands",
    ];
    let label = label.trim();
    if WITH_ARTICLE.contains(&label) {
        format!("the {label}")
    } else {
        label.to_owned()
    }
}

/// `a`, `a and b`, `a, b and c`.
pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// An amount that rises, falls or stays, whole pounds: `rises by £310`.
pub fn movement(pounds: f64) -> String {
    movement_in(pounds, axis::per_head)
}

/// An amount that rises, falls or stays, in pounds and pence: `falls by £12.88`.
pub fn movement_in_pence(pounds: f64) -> String {
    movement_in(pounds, axis::pence)
}

fn movement_in(pounds: f64, words: impl Fn(f64) -> String) -> String {
    let amount = words(pounds.abs());
    if amount == words(0.0) {
        "stays the same".into()
    } else if pounds > 0.0 {
        format!("rises by {amount}")
    } else {
        format!("falls by {amount}")
    }
}

/// The subtitle, with the place and year before it where they are known: `England 2024-25. £ per head …`.
pub fn set_in(setting: &str, subtitle: &str) -> String {
    match setting.trim().trim_end_matches('.') {
        "" => subtitle.to_owned(),
        setting => format!("{setting}. {subtitle}").trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use BaselineKind::{Funding, Spending};

    fn funding(winners: usize, losers: usize) -> String {
        let tally = Tally {
            winners,
            losers,
            all: 151,
        };
        winners_headline(tally, "By need", "the tax base", Funding)
    }

    fn spending(winners: usize, losers: usize) -> String {
        let tally = Tally {
            winners,
            losers,
            all: 151,
        };
        winners_headline(tally, "By need", "spending today", Spending)
    }

    #[test]
    fn funding_headlines_count_every_case() {
        let end = "under “By need” compared with the tax base";
        assert_eq!(
            funding(84, 61),
            format!("84 authorities would gain and 61 lose {end}")
        );
        assert_eq!(
            funding(1, 150),
            format!("1 authority would gain and 150 lose {end}")
        );
        assert_eq!(
            funding(151, 0),
            format!("All 151 authorities would gain {end}")
        );
        assert_eq!(
            funding(20, 0),
            format!("20 authorities would gain and none lose {end}")
        );
        assert_eq!(
            funding(0, 9),
            format!("No authority would gain and 9 lose {end}")
        );
        assert_eq!(
            funding(0, 151),
            format!("All 151 authorities would lose {end}")
        );
        assert_eq!(
            funding(0, 0),
            format!("No authority would gain or lose {end}")
        );
    }

    #[test]
    fn spending_headlines_never_say_lose_or_overfunded() {
        assert_eq!(
            spending(84, 61),
            "Under “By need”, 84 authorities would gain compared with spending today; 61 spend more than the formula gives"
        );
        for (winners, losers) in [(0, 0), (1, 1), (151, 0), (0, 151), (84, 61)] {
            let words = spending(winners, losers);
            assert!(words.contains("more than the formula gives"));
            assert!(
                !words.contains("lose") && !words.contains("overfunded"),
                "{words}"
            );
        }
        assert!(
            spending(0, 1).contains("no authority would gain")
                && spending(0, 1).contains("1 spends more")
        );
        assert!(spending(151, 0).contains("all 151 authorities would gain"));
        assert!(spending(151, 0).contains("none spends more"));
    }

    #[test]
    fn lists_and_movements_read_as_english() {
        let items = ["A", "B", "C"].map(String::from);
        assert_eq!(list(&items), "A, B and C");
        assert_eq!(list(&items[..2]), "A and B");
        assert_eq!(movement(310.4), "rises by £310");
        assert_eq!(movement(-85.0), "falls by £85");
        assert_eq!(movement(0.2), "stays the same");
        assert_eq!(movement_in_pence(-12.884), "falls by £12.88");
        assert_eq!(movement_in_pence(0.001), "stays the same");
        assert_eq!(set_in("England 2024-25", "Bars."), "England 2024-25. Bars.");
        assert_eq!(set_in("", "Bars."), "Bars.");
    }
}

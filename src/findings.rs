//! What is wrong with a user's files, as values: found by checks, gathered, and
//! put into words in one place.
//!
//! A finding says where, what was found, what was expected, why it matters and
//! what to do. Everything wrong is reported at once, the first
//! [`SHOWN_PER_KIND`] of a kind and a count of the rest.

use std::fmt::Write as _;

use serde::Serialize;

/// Findings of one kind that are written out in full.
pub const SHOWN_PER_KIND: usize = 10;

/// Characters of a message's line that are shown.
const LONGEST: usize = 400;

/// The place of a name that is given on the command line.
pub const COMMAND_LINE: &str = "the command line";

/// Least likeness (Jaro–Winkler, 0 to 1) at which a known name is offered for an
/// unknown one: below it the offer is noise.
const LEAST_LIKENESS: f64 = 0.75;

/// Whether a finding stops the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The run stops.
    Error,
    /// The run goes on; the reader should know.
    Warning,
}

impl Severity {
    /// The word in messages and tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Where a finding is.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Place {
    /// File, as the user named it.
    pub file: String,
    /// Line, from 1.
    pub line: Option<u64>,
    /// Column: a table's column by name and number, or the place in the line.
    pub column: Option<String>,
    /// Authority, by code and name.
    pub authority: Option<String>,
}

impl Place {
    /// A whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            ..Self::default()
        }
    }

    /// An option of the command line, or a name given there.
    pub fn option(option: impl Into<String>) -> Self {
        Self::file(option)
    }

    /// Whether it is on the command line and not in a file.
    pub fn is_command_line(&self) -> bool {
        self.file.starts_with("--") || self.file == COMMAND_LINE
    }

    /// The same place at a line.
    pub fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// The same place at a column.
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }

    /// The same place for an authority.
    pub fn authority(mut self, authority: impl Into<String>) -> Self {
        self.authority = Some(authority.into());
        self
    }

    fn describe(&self) -> String {
        let mut text = self.file.clone();
        if let Some(line) = self.line {
            write!(text, ", line {line}").expect("writing to a string");
        }
        if let Some(column) = &self.column {
            write!(text, ", {column}").expect("writing to a string");
        }
        if let Some(authority) = &self.authority {
            write!(text, ", {authority}").expect("writing to a string");
        }
        text
    }
}

/// One thing wrong, or worth knowing, in a user's files.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Stable name of this kind of finding, such as `blank-cell`.
    pub code: &'static str,
    /// Whether it stops the run.
    pub severity: Severity,
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
    /// Why it matters.
    pub why: String,
    /// What to do, ready to paste where possible.
    pub remedy: String,
}

impl Finding {
    /// An error; the four texts are filled by the methods below.
    pub fn error(code: &'static str, place: Place) -> Self {
        Self {
            code,
            severity: Severity::Error,
            place,
            found: String::new(),
            expected: String::new(),
            why: String::new(),
            remedy: String::new(),
        }
    }

    /// A warning.
    pub fn warning(code: &'static str, place: Place) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, place)
        }
    }

    /// What stands there.
    pub fn found(mut self, text: impl Into<String>) -> Self {
        self.found = text.into();
        self
    }

    /// What should stand there.
    pub fn expected(mut self, text: impl Into<String>) -> Self {
        self.expected = text.into();
        self
    }

    /// Why it matters.
    pub fn why(mut self, text: impl Into<String>) -> Self {
        self.why = text.into();
        self
    }

    /// What to do.
    pub fn remedy(mut self, text: impl Into<String>) -> Self {
        self.remedy = text.into();
        self
    }
}

/// Findings gathered on the way; a step that has errors is not gone on from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    /// Adds all of another gathering.
    pub fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// Whether any stops the run.
    pub fn has_errors(&self) -> bool {
        self.error_count() > 0
    }

    /// Whether any error is on the command line and not in a file.
    pub fn are_usage(&self) -> bool {
        self.iter()
            .any(|f| f.severity == Severity::Error && f.place.is_command_line())
    }

    /// Keeps those of some kinds only.
    pub fn retain_kinds(&mut self, kinds: &[&str]) {
        self.0.retain(|finding| kinds.contains(&finding.code));
    }

    /// How many stop the run.
    pub fn error_count(&self) -> usize {
        self.iter()
            .filter(|finding| finding.severity == Severity::Error)
            .count()
    }

    /// All, in the order found.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Finding> {
        self.0.iter()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Drops findings that repeat an earlier one word for word (two formulas can
    /// meet the same bad cell).
    pub fn without_repeats(self) -> Self {
        let mut seen: Vec<Finding> = Vec::with_capacity(self.0.len());
        for finding in self.0 {
            if !seen.contains(&finding) {
                seen.push(finding);
            }
        }
        Self(seen)
    }

    /// All findings in words: errors first, kinds in the order first met, the first
    /// [`SHOWN_PER_KIND`] of each and a count of the rest.
    pub fn render(&self) -> String {
        let mut text = String::new();
        for severity in [Severity::Error, Severity::Warning] {
            let mut kinds: Vec<&'static str> = Vec::new();
            for finding in self.iter().filter(|f| f.severity == severity) {
                if !kinds.contains(&finding.code) {
                    kinds.push(finding.code);
                }
            }
            for kind in kinds {
                let of_kind: Vec<&Finding> = self
                    .iter()
                    .filter(|f| f.severity == severity && f.code == kind)
                    .collect();
                for finding in of_kind.iter().take(SHOWN_PER_KIND) {
                    render_one(finding, &mut text);
                }
                if of_kind.len() > SHOWN_PER_KIND {
                    writeln!(
                        text,
                        "… and {} more of kind {kind}\n",
                        of_kind.len() - SHOWN_PER_KIND
                    )
                    .expect("writing to a string");
                }
            }
        }
        text
    }
}

fn render_one(finding: &Finding, text: &mut String) {
    writeln!(
        text,
        "{}[{}]: {}",
        finding.severity.word(),
        finding.code,
        finding.place.describe()
    )
    .expect("writing to a string");
    for (word, said) in [
        ("found", &finding.found),
        ("expected", &finding.expected),
        ("why", &finding.why),
        ("do", &finding.remedy),
    ] {
        if !said.is_empty() {
            writeln!(text, "  {word:<9} {}", shortened(said)).expect("writing to a string");
        }
    }
    text.push('\n');
}

/// A text in a line of bearable length: what stands in a file can be megabytes.
fn shortened(text: &str) -> String {
    let line = text.replace(['\n', '\r'], " ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} … ({} characters)", &line[..end], line.chars().count()),
        None => line,
    }
}

/// The known name most like `wanted`, if any is like enough to be worth offering.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(wanted, name), name))
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .fold(None, |best: Option<(f64, &str)>, candidate| match best {
            Some(held) if held.0 >= candidate.0 => Some(held),
            _ => Some(candidate),
        })
        .map(|(_, name)| name)
}

/// A remedy that offers the nearest known name, or lists what there is.
pub fn did_you_mean<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match nearest(wanted, known.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => {
            let mut names: Vec<&str> = known.into_iter().collect();
            names.sort_unstable();
            names.dedup();
            let shown = names.len().min(12);
            let more = names.len() - shown;
            let list = names[..shown]
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ");
            match (shown, more) {
                (0, _) => "there is none to choose from".to_string(),
                (_, 0) => format!("use one of {list}"),
                _ => format!("use one of {list} … and {more} more"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blank(line: u64) -> Finding {
        Finding::error("blank-cell", Place::file("areas.csv").line(line))
            .found("nothing")
            .remedy("fill it")
    }

    #[test]
    fn ten_of_a_kind_are_shown_and_the_rest_counted() {
        let mut findings = Findings::new();
        for line in 2..15 {
            findings.push(blank(line));
        }
        let text = findings.render();
        assert_eq!(text.matches("error[blank-cell]").count(), 10);
        assert!(text.contains("… and 3 more of kind blank-cell"));
    }

    #[test]
    fn a_misspelling_gets_the_nearest_name_and_nonsense_gets_a_list() {
        let known = ["idaci", "idaopi", "pop_2023"];
        assert_eq!(did_you_mean("idacy", known), "did you mean `idaci`?");
        assert_eq!(
            did_you_mean("zzz", known),
            "use one of `idaci`, `idaopi`, `pop_2023`"
        );
    }
}

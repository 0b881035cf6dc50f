//! Pages made from the formula library itself: the grammar, the catalogue of formulas, and
//! official results beside computed ones.

use super::formula_page::formula_page;
use super::report::to_markdown;
use crate::formula::kinds::KINDS;
use crate::formula::tables::FORMULA;
use crate::formula::{Formula, LIMIT_KEYS, TERM};
use crate::inputs::grammar::{Holds, Key, Table};
use crate::register::Register;
use crate::reproduce::{Outcome, Reproduced};

/// What stands at the head of every page that is made.
pub const MADE: &str = "<!-- Made from the program's own descriptions: NEEDSHARE_WRITE=1 cargo test --release --test library -->\n\n";

/// How files are laid over one another.
const LAYERS: &str = "## Layers: `FORMULA+OVERLAY.toml`\n\n\
     An overlay is a small file with a formula's own keys, laid over a formula: `needshare compare social-care-by-need \
     social-care-by-need+without-area-cost`, or `per-head+./floors.toml`; `--overlay` lays one over every formula of a run. \
     A scenario takes overlays likewise: `--scenario england-2024-25+./mine.toml`. `docs/schema/overlay.schema.json` is for editors.\n\n\
     - `title` and `summary` follow the formula's. An official or reconstructed formula becomes illustrative, and published \
     results are no longer claimed.\n\
     - `[allocation]`, `[own_resources]`, `[data]` and `[baselines]` are merged key by key, and so are items of a list that bear \
     a `name`, an `index` or a `what`: a service, a guarantee, a top-up. An item of a new name is added. Every other value, and an \
     indicator of the same name, is replaced whole; an empty list `[]` clears one.\n\
     - `remove = [\"key\"]` takes keys of that table away, `remove_any` those that are there; `remove = true` takes an item away.\n\
     - `[each_service]` stands for every service.\n\
     - Two overlays that set one key to different values, or of which one takes away what the other changes, are in conflict: both \
     places are named, and nothing runs.\n\n\
     ```toml\n\
     title = \"older people's deprivation counts for more\"\n\
     [[service]]\n\
     name = \"Older adults\"\n\
     basic = 0.60\n\
     top_up = [{ index = \"idaopi\", amount = 0.40 }]\n\
     ```\n\n";

/// `docs/GRAMMAR.md`: every word that a formula file may use.
pub fn grammar_page() -> String {
    let mut page = format!(
        "{MADE}# The words of a formula file\n\n\
         A formula is a TOML file. It has no expressions: each step is a kind with parameters, so that every step can be \
         shown for every authority, and its units checked. `docs/schema/formula.schema.json` is the same for editors: put \
         `#:schema PATH/formula.schema.json` on the first line of a file.\n\n\
         `needshare new formula` writes a starter; `needshare check ./FILE.toml` says everything that is wrong with a file; \
         `needshare show ./FILE.toml` says what it does.\n\n\
         Beside any number may stand `source`, `judgement`, `illustrative` or `note`, each a text, or \
         `sources = {{ key = \"…\" }}`. Results do not depend on them; the built-in formulas have one for every number.\n\n"
    );
    page.push_str("## Kinds of indicator\n\n");
    page.push_str(
        "An `[[indicator]]` has a `name`, a `unit` and exactly one of these. A name is a column of the table or another \
         indicator, in any order. A *term* is a number, a name, `{ of = \"name\", times = 2 }` or \
         `{ number = 2, unit = \"GBP per person\" }`. `where` takes conditions by column: a text, several texts, a number, or \
         limits (below). Where only `of` is needed, a bare name will do: `share = \"people\"`.\n\n",
    );
    for kind in KINDS {
        page.push_str(&format!(
            "### `{}`\n\n{} *{}*\n\n```toml\n{}\n```\n\n",
            kind.word, kind.says, kind.formula, kind.example
        ));
        keys(&mut page, kind.keys());
    }
    page.push_str("## Conditions: `where = { column = … }`\n\n");
    page.push_str("`class = \"county\"`, `class = [\"county\", \"unitary\"]`, `tier = 2`, or limits, each a term:\n\n");
    keys(&mut page, LIMIT_KEYS);
    page.push_str(
        "Several conditions are all met at once. Numbers that differ by the rounding of floating-point numbers alone (10⁻¹² of the \
         larger) count as equal, here, in bands and in ranks: 1.1 × 100 is 110.\n\n",
    );
    page.push_str(LAYERS);
    page.push_str("## Tables\n\n");
    let mut seen = Vec::new();
    table(&mut page, &FORMULA, &mut seen);
    table(&mut page, &TERM, &mut seen);
    for key in KINDS.iter().flat_map(|kind| kind.keys()) {
        for inner in tables_in(&key.holds) {
            table(&mut page, inner, &mut seen);
        }
    }
    page.trim_end().to_string() + "\n"
}

fn table(page: &mut String, of: &'static Table, seen: &mut Vec<&'static str>) {
    if seen.contains(&of.name) || of.name == "indicator" {
        return;
    }
    seen.push(of.name);
    page.push_str(&format!("### {}\n\n{}\n\n", of.name, of.says));
    keys(page, of.keys);
    for key in of.keys {
        for inner in tables_in(&key.holds) {
            table(page, inner, seen);
        }
    }
}

fn tables_in(holds: &'static Holds) -> Vec<&'static Table> {
    match holds {
        Holds::Table(table) | Holds::Tables(table) => vec![table],
        Holds::AnyOf(several) => several.iter().flat_map(tables_in).collect(),
        Holds::List(inner) | Holds::Map(inner) | Holds::Pair(inner) => tables_in(inner),
        _ => Vec::new(),
    }
}

fn keys(page: &mut String, keys: &'static [Key]) {
    if keys.is_empty() {
        return;
    }
    page.push_str("| key | holds | |\n|---|---|---|\n");
    for key in keys {
        let required = if key.required { "" } else { " (optional)" };
        page.push_str(&format!(
            "| `{}`{required} | {} | {} |\n",
            key.word,
            holds_in_words(&key.holds),
            key.says
        ));
    }
    page.push('\n');
}

fn holds_in_words(holds: &Holds) -> String {
    match holds {
        Holds::Text => "text".to_string(),
        Holds::Flag => "true or false".to_string(),
        Holds::Number => "a number".to_string(),
        Holds::Share => "a number from 0 to 1".to_string(),
        Holds::Anything => "anything".to_string(),
        Holds::Word(words) => words
            .iter()
            .map(|word| format!("`\"{word}\"`"))
            .collect::<Vec<_>>()
            .join(", "),
        Holds::Name => "a name".to_string(),
        Holds::Group => "a column of groups".to_string(),
        Holds::Term => "a term".to_string(),
        Holds::Terms => "terms".to_string(),
        Holds::Money => {
            "money: a column, a baseline, `{ sum = […] }` or `{ formula = \"…\" }`".to_string()
        }
        Holds::Where => "conditions".to_string(),
        Holds::Table(table) => format!("a table: {}", table.name),
        Holds::Tables(table) => format!("tables: {}", table.name),
        Holds::List(inner) => format!("{}, or a list", holds_in_words(inner)),
        Holds::Pair(inner) => format!("two of: {}", holds_in_words(inner)),
        Holds::Map(inner) => format!("`{{ name = … }}`, each {}", holds_in_words(inner)),
        Holds::AnyOf(several) => several
            .iter()
            .map(holds_in_words)
            .collect::<Vec<_>>()
            .join("; or "),
        Holds::Kinds(_) => "a kind".to_string(),
    }
}

/// `docs/FORMULAS.md`: every built-in formula, in sentences and in mathematics.
pub fn catalogue_page(formulas: &[Formula]) -> String {
    let mut page = format!(
        "{MADE}# The formulas that the program carries\n\n\
         `official`: as published. `reconstructed`: rebuilt from what is published. `illustrative`: to show a principle, or on \
         invented figures. `our-judgement`: what we would argue for. Each file in `formulas/` has the source of every number; \
         `needshare show NAME` adds what each part moves in pounds.\n\n\
         | formula | kind | |\n|---|---|---|\n"
    );
    for formula in formulas {
        page.push_str(&format!(
            "| [{0}](#{0}) | {1} | {2} |\n",
            formula.name,
            formula.provenance.word(),
            formula.title
        ));
    }
    page.push('\n');
    for formula in formulas {
        let one = to_markdown(&formula_page(formula, None));
        // One heading deeper than by itself, with the name alone to link to.
        page.push_str(&format!("<a id=\"{}\"></a>\n\n", formula.name));
        for line in one.lines() {
            if line.starts_with('#') {
                page.push('#');
            }
            page.push_str(line);
            page.push('\n');
        }
    }
    page.trim_end().to_string() + "\n"
}

/// One formula's official results beside its own.
#[derive(Debug)]
pub struct FormulaReproduced {
    /// The formula.
    pub formula: Formula,
    /// Its authorities.
    pub register: Register,
    /// Its results beside published ones.
    pub reproduced: Vec<Reproduced>,
}

/// `docs/REPRODUCTIONS.md`: official results beside computed ones.
pub fn reproductions_page(of: &[FormulaReproduced]) -> String {
    let mut page = format!(
        "{MADE}# Real systems, reproduced\n\n\
         Official results beside those that the program computes from a formula file and a table alone, with no code special to \
         any system. \"Within\" is the greatest difference that counts as a match, in the unit of the result; 0 is to the last \
         published digit. `needshare allocate NAME` writes `reproductions.csv`, authority by authority. Every authority that does \
         not match is listed below, with why.\n\n\
         | formula | kind | result | official | match | within | greatest difference among them |\n|---|---|---|---|--:|--:|--:|\n"
    );
    for one in of {
        for reproduced in &one.reproduced {
            page.push_str(&format!(
                "| {} | {} | {} | {} | {} of {} | {} | {} |\n",
                one.formula.name,
                one.formula.provenance.word(),
                reproduced.of.what.name(),
                reproduced.of.official.name(),
                reproduced.matching(),
                reproduced.rows.len(),
                digits(reproduced.of.within),
                digits(reproduced.greatest())
            ));
        }
    }
    page.push_str("\n## What does not match, and why\n\n");
    for one in of {
        for reproduced in &one.reproduced {
            let apart: Vec<_> = reproduced
                .rows
                .iter()
                .filter(|row| row.outcome != Outcome::Match)
                .collect();
            if apart.is_empty() {
                continue;
            }
            page.push_str(&format!(
                "### {}: {}\n\n| code | name | official | computed | why |\n|---|---|--:|--:|---|\n",
                one.formula.name,
                reproduced.of.what.name()
            ));
            for row in apart {
                let why = match &row.outcome {
                    Outcome::Known(why) => why.as_str(),
                    Outcome::Differs | Outcome::Match => "not known",
                };
                let authority = &one.register[row.at];
                page.push_str(&format!(
                    "| {} | {} | {} | {} | {why} |\n",
                    authority.code,
                    if *authority.name == *authority.code.as_str() {
                        ""
                    } else {
                        &authority.name
                    },
                    digits(row.official),
                    digits(row.computed)
                ));
            }
            page.push('\n');
        }
    }
    page.push_str("## Sources\n\n");
    for one in of {
        for reproduced in &one.reproduced {
            if !reproduced.of.source.is_empty() {
                page.push_str(&format!(
                    "- {}, {}: {}\n",
                    one.formula.name,
                    reproduced.of.what.name(),
                    reproduced.of.source
                ));
            }
        }
    }
    page
}

/// A number in as few digits as say it; very small ones as powers of ten.
fn digits(x: f64) -> String {
    if x != 0.0 && x.abs() < 1e-4 {
        format!("{x:.1e}")
    } else if x.fract() == 0.0 {
        format!("{x:.0}")
    } else {
        let text = format!("{x:.6}");
        text.trim_end_matches('0').to_string()
    }
}

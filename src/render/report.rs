//! Reports as a list of blocks, written as text for a terminal or as Markdown, and the
//! number formats that they share.

use super::table::{Align, Grid};
use crate::currency::{Currency, STERLING};
use crate::units::{Persons, Pounds, group_digits};

/// Characters in a line of text for a terminal.
const LINE: usize = 100;

/// A piece of a report.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading and its depth, 1 for the title.
    Heading(usize, String),
    /// A paragraph.
    Paragraph(String),
    /// A line of mathematics.
    Mathematics(String),
    /// A table.
    Table(Grid),
}

impl Block {
    /// The same in a table's currency.
    fn put_into(self, currency: &Currency) -> Self {
        let put = |text: String| currency.put(&text).into_owned();
        match self {
            Self::Heading(depth, text) => Self::Heading(depth, put(text)),
            Self::Paragraph(text) => Self::Paragraph(put(text)),
            Self::Mathematics(text) => Self::Mathematics(put(text)),
            Self::Table(grid) => Self::Table(grid.map_texts(put)),
        }
    }
}

/// Blocks with their sums in a table's currency.
pub fn in_currency(blocks: Vec<Block>, currency: &Currency) -> Vec<Block> {
    match *currency == STERLING {
        true => blocks,
        false => {
            let blocks = blocks.into_iter();
            blocks.map(|block| block.put_into(currency)).collect()
        }
    }
}

/// Blocks as text for a terminal.
pub fn to_text(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        match block {
            Block::Heading(1, heading) => {
                let rule = "=".repeat(heading.chars().count());
                text.push_str(&format!("{heading}\n{rule}\n\n"));
            }
            Block::Heading(_, heading) => {
                let rule = "-".repeat(heading.chars().count());
                text.push_str(&format!("{heading}\n{rule}\n\n"));
            }
            Block::Paragraph(paragraph) => text.push_str(&format!("{}\n\n", wrap(paragraph))),
            Block::Mathematics(line) => text.push_str(&format!("    {line}\n\n")),
            Block::Table(grid) => text.push_str(&format!("{}\n", grid.to_text())),
        }
    }
    text
}

/// Blocks as Markdown.
pub fn to_markdown(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        match block {
            Block::Heading(depth, heading) => {
                text.push_str(&format!("{} {heading}\n\n", "#".repeat(*depth)));
            }
            Block::Paragraph(paragraph) => text.push_str(&format!("{paragraph}\n\n")),
            Block::Mathematics(line) => text.push_str(&format!("    {line}\n\n")),
            Block::Table(grid) => text.push_str(&format!("{}\n", grid.to_markdown())),
        }
    }
    text
}

fn wrap(paragraph: &str) -> String {
    let mut lines = vec![String::new()];
    for word in paragraph.split(' ') {
        let line = lines.last_mut().expect("starts with one line");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > LINE {
            lines.push(word.to_string());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

/// The unit of money in a run's tables: small sums are not printed as zero millions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct MoneyUnit {
    /// Pounds in it.
    pub pounds: f64,
    /// As headings have it.
    pub name: &'static str,
}

impl MoneyUnit {
    /// The unit for tables about a national sum.
    pub(super) fn of_quantum(quantum: Pounds) -> Self {
        let (pounds, name) = match quantum.0.unsigned_abs() {
            0..1_000_000 => (1.0, "£"),
            1_000_000..1_000_000_000 => (1e3, "£k"),
            _ => (1e6, "£m"),
        };
        Self { pounds, name }
    }

    /// A change in this unit, with its sign; whole pounds have no decimals.
    pub(super) fn change(self, sum: Pounds, decimals: usize) -> String {
        let decimals = if self.pounds > 1.0 { decimals } else { 0 };
        signed(sum.as_f64() / self.pounds, decimals)
    }

    /// A sum of zero or above in this unit.
    pub(super) fn sum(self, sum: Pounds, decimals: usize) -> String {
        let decimals = if self.pounds > 1.0 { decimals } else { 0 };
        plain(sum.as_f64() / self.pounds, decimals)
    }
}

/// A number of zero or above with commas between thousands.
pub(super) fn plain(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let whole = whole
        .parse()
        .map_or_else(|_| whole.to_string(), group_digits);
    match fraction {
        "" => whole,
        _ => format!("{whole}.{fraction}"),
    }
}

pub(super) fn signed(number: f64, decimals: usize) -> String {
    let text = plain(number.abs(), decimals);
    let is_zero = text.chars().all(|c| matches!(c, '0' | '.'));
    match (is_zero, number < 0.0) {
        (true, _) => text,
        (false, true) => format!("−{text}"),
        (false, false) => format!("+{text}"),
    }
}

pub(super) fn optional(number: Option<f64>, decimals: usize) -> String {
    number.map_or_else(|| "–".to_string(), |number| signed(number, decimals))
}

pub(super) fn whole_per_head(number: Option<f64>) -> String {
    number.map_or_else(|| "–".to_string(), |number| plain(number.max(0.0), 0))
}

pub(super) fn people(count: Option<Persons>) -> String {
    match count {
        None => "–".to_string(),
        Some(Persons(count)) if count >= 1e6 => format!("{:.1}m", count / 1e6),
        Some(Persons(count)) if count >= 1e3 => format!("{:.0}k", count / 1e3),
        // The sum of nothing is a zero with a sign.
        Some(Persons(count)) => format!("{:.0}", count.abs()),
    }
}

pub(super) fn left(text: &str) -> (String, Align) {
    (text.to_string(), Align::Left)
}

pub(super) fn right(text: &str) -> (String, Align) {
    (text.to_string(), Align::Right)
}

/// A long heading in two lines, broken at the space nearest its middle.
pub(super) fn two_lines(text: &str) -> String {
    let middle = text.len() / 2;
    let space = text
        .match_indices(' ')
        .map(|(at, _)| at)
        .min_by_key(|at| at.abs_diff(middle));
    match space {
        Some(at) if text.chars().count() > 24 => format!("{}\n{}", &text[..at], &text[at + 1..]),
        _ => text.to_string(),
    }
}

/// Letter by which tables call a formula: a, b, c …
pub(super) fn letter(index: usize) -> String {
    let offset = u8::try_from(index % 26).unwrap_or(0);
    char::from(b'a' + offset).to_string()
}

/// `1 authority`, `2 authorities`.
pub fn plural(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}

pub(super) fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

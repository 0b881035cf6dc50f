//! The LP format: sections of text, terms in lines of bearable length.

use super::model::{Column, Model, Number, Relation};

/// Characters in a line; the format's own limit is 510.
const LINE: usize = 100;

pub(super) fn write(model: &Model) -> String {
    let mut text = String::new();
    for comment in &model.comments {
        text.push_str(&format!("\\ {}\n", comment));
    }
    text.push_str(if model.maximise {
        "Maximize\n"
    } else {
        "Minimize\n"
    });
    let mut line = Line::new(&mut text, model.objective_name);
    for term in &model.objective {
        line.term(term, &model.columns);
    }
    if !model.squares.is_empty() {
        line.word("+ [");
        for (column, coefficient) in &model.squares {
            // The whole bracket is halved.
            let doubled: f64 = 2.0 * coefficient.digits.parse().unwrap_or(0.0);
            let name = &model.columns[*column].name;
            line.word(&format!("+ {doubled} {name} ^ 2"));
        }
        line.word("] / 2");
    }
    if model.objective.is_empty() && model.squares.is_empty() {
        // A sum of nothing is no sum to some readers.
        if let Some(column) = model.columns.first() {
            line.word(&format!("0 {}", column.name));
        }
    }
    line.end();
    text.push_str("Subject To\n");
    for row in &model.rows {
        let mut line = Line::new(&mut text, &row.name);
        for term in &row.terms {
            line.term(term, &model.columns);
        }
        let relation = match row.relation {
            Relation::Least => ">=",
            Relation::Most => "<=",
            Relation::Equal => "=",
        };
        line.word(&format!("{relation} {}", row.held_to.text()));
        line.end();
    }
    text.push_str("Bounds\n");
    for column in &model.columns {
        text.push_str(&bounds(column));
    }
    text.push_str("End\n");
    text
}

fn bounds(column: &Column) -> String {
    let name = &column.name;
    match (&column.lower, &column.upper) {
        (None, None) => format!(" {name} free\n"),
        (None, Some(upper)) => format!(" -inf <= {name} <= {}\n", upper.text()),
        (Some(lower), None) => format!(" {name} >= {}\n", lower.text()),
        (Some(lower), Some(upper)) if lower == upper => format!(" {name} = {}\n", lower.text()),
        (Some(lower), Some(upper)) => {
            format!(" {} <= {name} <= {}\n", lower.text(), upper.text())
        }
    }
}

/// A labelled line that goes on in the next when it is full.
struct Line<'t> {
    text: &'t mut String,
    from: usize,
    is_first: bool,
}

impl<'t> Line<'t> {
    fn new(text: &'t mut String, label: &str) -> Self {
        let from = text.len();
        text.push_str(&format!(" {label}:"));
        Self {
            text,
            from,
            is_first: true,
        }
    }

    fn term(&mut self, (column, coefficient): &(usize, Number), columns: &[Column]) {
        let name = &columns[*column].name;
        let sign = match (coefficient.negative, self.is_first) {
            (true, _) => "- ",
            (false, false) => "+ ",
            (false, true) => "",
        };
        if coefficient.digits == "1" {
            self.word(&format!("{sign}{name}"));
        } else {
            self.word(&format!("{sign}{} {name}", coefficient.digits));
        }
    }

    fn word(&mut self, word: &str) {
        if self.text.len() - self.from + 1 + word.len() > LINE && !self.is_first {
            self.text.push_str("\n ");
            self.from = self.text.len() - 1;
        }
        self.text.push(' ');
        self.text.push_str(word);
        self.is_first = false;
    }

    fn end(self) {
        self.text.push('\n');
    }
}

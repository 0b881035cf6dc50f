//! A linear program in the terms of files: names, numbers as text, rows.

/// A number as files have it: a sign and plain digits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    pub negative: bool,
    pub digits: String,
}

impl Number {
    pub(super) fn whole(number: i128) -> Self {
        Self {
            negative: number < 0,
            digits: number.unsigned_abs().to_string(),
        }
    }

    /// number ÷ 10^decimals, exactly.
    pub(super) fn decimal(number: i128, decimals: usize) -> Self {
        let digits = format!("{:0>width$}", number.unsigned_abs(), width = decimals + 1);
        let (whole, part) = digits.split_at(digits.len() - decimals);
        let part = part.trim_end_matches('0');
        Self {
            negative: number < 0,
            digits: match part {
                "" => whole.to_string(),
                part => format!("{whole}.{part}"),
            },
        }
    }

    /// To the nearest floating-point number, which other solvers keep at most.
    pub(super) fn real(number: f64) -> Self {
        Self {
            negative: number < 0.0,
            digits: number.abs().to_string(),
        }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.digits == "0"
    }

    pub(super) fn negated(self) -> Self {
        Self {
            negative: !self.negative,
            ..self
        }
    }

    /// As MPS and bounds have it.
    pub(super) fn text(&self) -> String {
        let sign = if self.negative && !self.is_zero() {
            "-"
        } else {
            ""
        };
        format!("{sign}{}", self.digits)
    }
}

/// Which way a row goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Least,
    Most,
    Equal,
}

/// An unknown.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub name: String,
    /// None: no end below.
    pub lower: Option<Number>,
    /// None: no end above.
    pub upper: Option<Number>,
}

/// Σ coefficient × column, held to a number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub name: String,
    pub terms: Vec<(usize, Number)>,
    pub relation: Relation,
    pub held_to: Number,
}

/// A program in the terms of files.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Model {
    pub comments: Vec<String>,
    pub maximise: bool,
    /// Name of the objective.
    pub objective_name: &'static str,
    pub objective: Vec<(usize, Number)>,
    /// Squares in the objective: column and coefficient.
    pub squares: Vec<(usize, Number)>,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    pub reached: f64,
    pub unit: &'static str,
}

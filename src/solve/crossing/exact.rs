//! Levels and demands in fractions of any size.
//!
//! Where groups nest, what is held is held at whole pounds, and levels fit 128 bits.
//! Where they cross, a cell that is held at a level of its own leaves a fraction to the
//! others in its groups, whose level then has both denominators in it, and so on.

use std::cmp::Ordering;
use std::fmt;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use crate::program::{LinearProgram, Stage};
use crate::register::VariableId;
use crate::solve::level::{Level, Line, TotalByLevel};

/// A level as an exact fraction in lowest terms, within its stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExactLevel {
    /// Stage of the measures it is a level of.
    pub stage: Stage,
    /// Millionths of a pound per unit of weight.
    pub value: BigRational,
}

impl ExactLevel {
    /// The nearest level in 128 bits: itself unless fractions have grown beyond.
    pub fn nearest(&self) -> Level {
        let bits = self.value.denom().bits().max(self.value.numer().bits());
        let shift = bits.saturating_sub(126);
        let cut = |part: &BigInt| (part >> shift).to_i128().unwrap_or(0);
        Level {
            stage: self.stage,
            numerator: cut(self.value.numer()),
            denominator: cut(self.value.denom()).max(1),
        }
    }
}

impl From<Level> for ExactLevel {
    fn from(level: Level) -> Self {
        Self {
            stage: level.stage,
            value: BigRational::new(level.numerator.into(), level.denominator.into()),
        }
    }
}

impl PartialOrd for ExactLevel {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ExactLevel {
    fn cmp(&self, other: &Self) -> Ordering {
        self.stage.cmp(&other.stage).then_with(|| {
            let left = self.value.numer() * other.value.denom();
            let right = other.value.numer() * self.value.denom();
            left.cmp(&right)
        })
    }
}

impl fmt::Display for ExactLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.value.numer(), self.value.denom())
    }
}

/// `numerator ÷ denominator` millionths of a pound; not in lowest terms, since
/// reducing costs more than it saves.
#[derive(Debug, Clone)]
pub struct ExactSum {
    /// Above the line.
    pub numerator: BigInt,
    /// Below the line; positive.
    pub denominator: BigInt,
}

impl ExactSum {
    /// A whole number of millionths.
    pub fn whole(fine: i128) -> Self {
        Self {
            numerator: fine.into(),
            denominator: BigInt::one(),
        }
    }

    /// The same in lowest terms.
    pub fn reduced(self) -> BigRational {
        BigRational::new(self.numerator, self.denominator)
    }
}

/// A line's value at a level, over the level's denominator.
fn over_denominator(line: Line, level: &BigRational) -> BigInt {
    BigInt::from(line.constant) * level.denom() + BigInt::from(line.slope) * level.numer()
}

/// What the variables of a cell want together, by the level: rising, piecewise linear.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    /// Below every level, in millionths.
    start: i128,
    /// From each level on, the line that holds; rising.
    pieces: Vec<(Level, Line)>,
}

impl Demand {
    /// The demand of some of a program's variables together, which can be no more than
    /// the quantum: all amounts are zero or above and add up to it.
    pub fn of(program: &LinearProgram, members: &[VariableId]) -> Self {
        let total = Self::total(program, members);
        Self::from_total(&total.clamped(None, Some(program.quantum.fine().0)))
    }

    /// The same with no end where the variables have none.
    pub fn without_end(program: &LinearProgram, members: &[VariableId]) -> Self {
        Self::from_total(&Self::total(program, members))
    }

    fn total(program: &LinearProgram, members: &[VariableId]) -> TotalByLevel {
        let functions = members
            .iter()
            .map(|&at| TotalByLevel::of_variable(program.limited(at)));
        TotalByLevel::sum(functions)
    }

    fn from_total(total: &TotalByLevel) -> Self {
        let pieces = total
            .pieces()
            .filter_map(|(begins, line, _)| begins.map(|level| (level, line)));
        Self {
            start: total.start,
            pieces: pieces.collect(),
        }
    }

    /// What is wanted below every level.
    pub fn start(&self) -> i128 {
        self.start
    }

    /// What is wanted at most.
    pub fn end(&self) -> i128 {
        self.pieces
            .last()
            .map_or(self.start, |(_, line)| line.constant)
    }

    /// The level from which on there is no more to want; none where nothing rises.
    pub fn full_from(&self) -> Option<Level> {
        self.pieces.last().map(|(level, _)| *level)
    }

    /// The levels at which the slope changes, rising.
    pub fn breakpoints(&self) -> impl Iterator<Item = Level> + '_ {
        self.pieces.iter().map(|(level, _)| *level)
    }

    /// The line that holds from a breakpoint of any demand up to the next.
    pub fn line_from(&self, level: Level) -> Line {
        self.line(self.pieces.partition_point(|(begins, _)| *begins <= level))
    }

    fn line(&self, pieces_begun: usize) -> Line {
        match pieces_begun.checked_sub(1) {
            Some(last) => self.pieces[last].1,
            None => Line {
                constant: self.start,
                slope: 0,
            },
        }
    }

    /// What is wanted at a level, times the level's denominator.
    pub fn times_denominator(&self, level: &ExactLevel) -> BigInt {
        over_denominator(self.line_at(level), &level.value)
    }

    /// What is wanted more for each unit of level, just above it.
    pub fn slope_at(&self, level: &ExactLevel) -> i128 {
        self.line_at(level).slope
    }

    /// The slope just above a level of the first stage, or just below it, and the level at
    /// which it ends that way.
    pub fn piece_beside(&self, level: &ExactLevel, up: bool) -> (i128, Option<BigRational>) {
        let begun = self.pieces.partition_point(|(begins, _)| {
            begins.stage == level.stage && {
                let ours = level.value.numer() * BigInt::from(begins.denominator);
                let theirs = BigInt::from(begins.numerator) * level.value.denom();
                theirs < ours || (up && theirs == ours)
            }
        });
        let end = if up {
            self.pieces.get(begun)
        } else {
            begun.checked_sub(1).and_then(|last| self.pieces.get(last))
        };
        let end = end.filter(|(end, _)| end.stage == level.stage);
        (
            self.line(begun).slope,
            end.map(|(end, _)| ExactLevel::from(*end).value),
        )
    }

    fn line_at(&self, level: &ExactLevel) -> Line {
        self.line(self.pieces.partition_point(|(begins, _)| {
            begins.stage < level.stage
                || (begins.stage == level.stage && is_at_most(*begins, &level.value))
        }))
    }

    /// What is wanted at a level, exactly.
    pub fn at(&self, level: Option<&ExactLevel>) -> ExactSum {
        match level {
            None => ExactSum::whole(self.start),
            Some(level) => ExactSum {
                numerator: self.times_denominator(level),
                denominator: level.value.denom().clone(),
            },
        }
    }
}

/// Whether a level of the same stage is at most this.
fn is_at_most(level: Level, value: &BigRational) -> bool {
    BigInt::from(level.numerator) * value.denom() <= value.numer() * BigInt::from(level.denominator)
}

/// One variable's amount at its cell's level.
pub fn amount_at(function: &TotalByLevel, level: Option<&ExactLevel>) -> ExactSum {
    let Some(level) = level else {
        return ExactSum::whole(function.start);
    };
    let begun = function.breakpoints.iter().filter(|breakpoint| {
        breakpoint.level.stage < level.stage
            || (breakpoint.level.stage == level.stage && is_at_most(breakpoint.level, &level.value))
    });
    let line = begun.fold(
        Line {
            constant: function.start,
            slope: 0,
        },
        |line, breakpoint| Line {
            constant: line.constant + breakpoint.constant,
            slope: line.slope + breakpoint.slope,
        },
    );
    ExactSum {
        numerator: over_denominator(line, &level.value),
        denominator: level.value.denom().clone(),
    }
}

/// Σ of exact sums, over one denominator that all of them divide.
pub fn over_common(sums: &[ExactSum]) -> (Vec<BigInt>, BigInt) {
    let mut common = BigInt::one();
    for sum in sums {
        if !(&common % &sum.denominator).is_zero() {
            common = num_integer::lcm(common, sum.denominator.clone());
        }
    }
    let numerators = sums
        .iter()
        .map(|sum| &sum.numerator * (&common / &sum.denominator))
        .collect();
    debug_assert!(common.is_positive());
    (numerators, common)
}

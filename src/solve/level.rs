//! Levels as exact fractions, and totals as piecewise linear functions of a level.

use std::cmp::Ordering;

use crate::program::{Limited, Measure, Stage};

/// A level: millionths of a pound per unit of weight, as an exact fraction, within
/// its stage. Levels of a later stage are above all of an earlier one.
#[derive(Debug, Clone, Copy)]
pub struct Level {
    /// Stage of the measures it is a level of.
    pub stage: Stage,
    /// Above the line.
    pub numerator: i128,
    /// Below the line; positive.
    pub denominator: i128,
}

impl Level {
    /// The level as a floating-point number, for messages and for linear programs.
    #[expect(
        clippy::cast_precision_loss,
        reason = "never for money that is decided"
    )]
    pub fn as_f64(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

impl PartialEq for Level {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Level {}

impl PartialOrd for Level {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Level {
    fn cmp(&self, other: &Self) -> Ordering {
        self.stage.cmp(&other.stage).then_with(|| {
            compare_fractions(
                (self.numerator, self.denominator),
                (other.numerator, other.denominator),
            )
        })
    }
}

/// Compares two fractions (above, below the line; below positive) exactly, whatever
/// their size: whole parts first, then the inverses of what is left, as in Euclid's
/// algorithm. Cross products would be simpler and can pass 128 bits.
pub fn compare_fractions(a: (i128, i128), b: (i128, i128)) -> Ordering {
    if let (Some(left), Some(right)) = (a.0.checked_mul(b.1), b.0.checked_mul(a.1)) {
        return left.cmp(&right);
    }
    let whole = a.0.div_euclid(a.1).cmp(&b.0.div_euclid(b.1));
    let (rest_a, rest_b) = (a.0.rem_euclid(a.1), b.0.rem_euclid(b.1));
    whole.then_with(|| match (rest_a, rest_b) {
        (0, _) | (_, 0) => rest_a.cmp(&rest_b),
        _ => compare_fractions((b.1, rest_b), (a.1, rest_a)),
    })
}

/// a × b; most numbers fit 64 bits, where no product can pass 128.
#[inline]
pub fn product(a: i128, b: i128) -> Option<i128> {
    match (i64::try_from(a), i64::try_from(b)) {
        (Ok(a), Ok(b)) => Some(i128::from(a) * i128::from(b)),
        _ => a.checked_mul(b),
    }
}

/// constant + slope × level, in millionths of a pound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Line {
    /// Where the level is zero.
    pub constant: i128,
    /// Per unit of level.
    pub slope: i128,
}

impl Line {
    /// The value times the level's denominator: an integer.
    pub fn times_denominator(self, level: Level) -> i128 {
        self.constant * level.denominator + self.slope * level.numerator
    }

    /// How the value at a level compares with a sum in millionths.
    pub fn compare(self, level: Level, sum: i128) -> Ordering {
        self.times_denominator(level)
            .cmp(&(sum * level.denominator))
    }
}

/// Where a total changes its slope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breakpoint {
    /// The level.
    pub level: Level,
    /// Change of the constant above it.
    pub constant: i128,
    /// Change of the slope above it.
    pub slope: i128,
}

/// A total as a function of the level: rising, piecewise linear, exact.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TotalByLevel {
    /// Total below every breakpoint, in millionths.
    pub start: i128,
    /// In rising order of level.
    pub breakpoints: Vec<Breakpoint>,
}

impl TotalByLevel {
    /// min(upper, max(lower, weight × level − offset)), with a turn in it if the variable
    /// has one.
    pub fn of_variable(variable: Limited<'_>) -> Self {
        let lower = variable.lower.fine().0;
        let mut function = Self {
            start: lower,
            breakpoints: Vec::new(),
        };
        let upper = variable.upper.map(|upper| upper.fine().0);
        match variable.turn() {
            None => function.rise(variable.measure, lower, upper),
            Some(turn) => {
                let at = turn.at.0;
                let first_ends = upper.map_or(at, |upper| upper.min(at));
                function.rise(variable.measure, lower, Some(first_ends));
                function.rise(turn.measure, lower.max(at), upper);
            }
        }
        function
    }

    /// Adds weight × level − offset, from one sum up to another.
    fn rise(&mut self, measure: Measure, from: i128, to: Option<i128>) {
        if measure.weight <= 0 || to.is_some_and(|to| to <= from) {
            return;
        }
        let level_at = |sum: i128| Level {
            stage: measure.stage,
            numerator: sum + measure.offset.0,
            denominator: measure.weight,
        };
        self.breakpoints.push(Breakpoint {
            level: level_at(from),
            constant: -from - measure.offset.0,
            slope: measure.weight,
        });
        if let Some(to) = to {
            self.breakpoints.push(Breakpoint {
                level: level_at(to),
                constant: to + measure.offset.0,
                slope: -measure.weight,
            });
        }
    }

    /// Sum of several functions.
    pub fn sum(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut total = Self::default();
        for part in parts {
            total.start += part.start;
            total.breakpoints.extend(part.breakpoints);
        }
        total.breakpoints.sort_by_key(|breakpoint| breakpoint.level);
        total.cut_where_a_later_stage_is_out_of_reach();
        total
    }

    /// A function that still rises when a later stage begins never ends: the later
    /// stage is out of reach, and its levels mean nothing on this line.
    fn cut_where_a_later_stage_is_out_of_reach(&mut self) {
        let mut slope = 0;
        let mut stage = Stage::ByNeed;
        for index in 0..self.breakpoints.len() {
            let breakpoint = self.breakpoints[index];
            if breakpoint.level.stage != stage {
                if slope != 0 {
                    self.breakpoints.truncate(index);
                    return;
                }
                stage = breakpoint.level.stage;
            }
            slope += breakpoint.slope;
        }
    }

    /// The pieces in turn: each line, and the level at which it begins (none for
    /// the first) and ends (none for the last).
    pub fn pieces(&self) -> impl Iterator<Item = (Option<Level>, Line, Option<Level>)> + '_ {
        let mut line = Line {
            constant: self.start,
            slope: 0,
        };
        (0..=self.breakpoints.len()).map(move |index| {
            let begins = index.checked_sub(1).map(|before| {
                let breakpoint = &self.breakpoints[before];
                line.constant += breakpoint.constant;
                line.slope += breakpoint.slope;
                breakpoint.level
            });
            let ends = self
                .breakpoints
                .get(index)
                .map(|breakpoint| breakpoint.level);
            (begins, line, ends)
        })
    }

    /// The line that holds at a level.
    pub fn line_at(&self, level: Level) -> Line {
        let above = self
            .breakpoints
            .partition_point(|breakpoint| breakpoint.level <= level);
        self.breakpoints[..above].iter().fold(
            Line {
                constant: self.start,
                slope: 0,
            },
            |line, breakpoint| Line {
                constant: line.constant + breakpoint.constant,
                slope: line.slope + breakpoint.slope,
            },
        )
    }

    /// How the total at a level compares with `sum`, in millionths.
    pub fn compare_at(&self, level: Level, sum: i128) -> Ordering {
        let line = self.line_at(level);
        let still_rising_in_an_earlier_stage = line.slope != 0
            && self
                .breakpoints
                .iter()
                .all(|breakpoint| breakpoint.level.stage < level.stage);
        if still_rising_in_an_earlier_stage {
            return Ordering::Greater;
        }
        line.compare(level, sum)
    }

    /// The least level at which the total is `sum`, in millionths; `None` if it is
    /// reached nowhere, or is the total where nothing ever rises.
    pub fn level_of(&self, sum: i128) -> Option<Level> {
        if sum < self.start {
            return None;
        }
        for (begins, line, ends) in self.pieces() {
            let reached = match ends {
                Some(end) => line.compare(end, sum) != Ordering::Less,
                None => line.slope > 0 || line.constant == sum,
            };
            if !reached {
                continue;
            }
            if line.slope == 0 {
                return begins.or(ends);
            }
            let stage = begins.or(ends)?.stage;
            return Some(Level {
                stage,
                numerator: sum - line.constant,
                denominator: line.slope,
            });
        }
        None
    }

    /// The total above every breakpoint, in millionths; `None` if it has no end.
    pub fn end(&self) -> Option<i128> {
        let (_, line, _) = self.pieces().last()?;
        (line.slope == 0).then_some(line.constant)
    }

    /// The same function held between two totals.
    pub fn clamped(&self, lower: Option<i128>, upper: Option<i128>) -> Self {
        let mut held = Self {
            start: lower.map_or(self.start, |lower| self.start.max(lower)),
            breakpoints: Vec::new(),
        };
        if let Some(upper) = upper {
            held.start = held.start.min(upper);
        }
        let mut current = Line {
            constant: held.start,
            slope: 0,
        };
        for (begins, line, ends) in self.pieces() {
            // Where this piece leaves the lower bound, and where it meets the upper.
            let crossing = |bound: i128| Level {
                stage: begins.or(ends).map_or(Stage::ByNeed, |level| level.stage),
                numerator: bound - line.constant,
                denominator: line.slope,
            };
            let above_lower =
                lower.is_none_or(|lower| begins.is_some_and(|b| line.compare(b, lower).is_ge()));
            let enters = match (above_lower, lower) {
                (true, _) => begins,
                (false, Some(lower)) if line.slope > 0 => {
                    let level = crossing(lower);
                    ends.is_none_or(|end| level < end).then_some(level)
                }
                _ => None,
            };
            if let Some(level) = enters {
                if upper.is_some_and(|upper| line.compare(level, upper).is_ge()) {
                    held.step(
                        level,
                        &mut current,
                        Line {
                            constant: upper.unwrap_or(0),
                            slope: 0,
                        },
                    );
                    return held;
                }
                held.step(level, &mut current, line);
            }
            if let Some(upper) = upper
                && line.slope > 0
                && (enters.is_some() || begins.is_none())
                && ends.is_none_or(|end| line.compare(end, upper).is_gt())
            {
                let level = crossing(upper);
                held.step(
                    level,
                    &mut current,
                    Line {
                        constant: upper,
                        slope: 0,
                    },
                );
                return held;
            }
        }
        held
    }

    fn step(&mut self, level: Level, current: &mut Line, next: Line) {
        let breakpoint = Breakpoint {
            level,
            constant: next.constant - current.constant,
            slope: next.slope - current.slope,
        };
        if breakpoint.constant != 0 || breakpoint.slope != 0 {
            self.breakpoints.push(breakpoint);
        }
        *current = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_beyond_128_bits_compare_exactly() {
        let big = i128::MAX / 2;
        assert_eq!(
            compare_fractions((big, big - 1), (big, big - 1)),
            Ordering::Equal
        );
        // n/(n − 1) falls as n rises.
        assert_eq!(
            compare_fractions((big, big - 1), (big - 1, big - 2)),
            Ordering::Less
        );
        assert_eq!(compare_fractions((-1, big), (1, big)), Ordering::Less);
        assert_eq!(compare_fractions((1, 3), (2, 6)), Ordering::Equal);
    }
}

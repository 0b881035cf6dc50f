//! A formula's parts as a person would say them: each indicator as a sentence and as
//! mathematics.

use super::{
    Band, BandGives, BandLimit, Condition, Fill, First, Group, Indicator, IndicatorKind, Limits,
    Reference, Rounding, ScaleOnly, Statistic, Term, Test,
};
use crate::units::group_digits;

impl Indicator {
    /// `older_clients = aged_65_74 + 2.5 × aged_75_84`.
    pub fn mathematics(&self) -> String {
        format!("{} = {}", self.name, mathematics(&self.kind))
    }

    /// What it is, in a sentence without its name.
    pub fn sentence(&self) -> String {
        sentence(&self.kind)
    }
}

/// Whole numbers from here on have commas between thousands; years and small counts do not.
const COMMAS_FROM: f64 = 10_000.0;

/// A number as a reader would write it: as few digits as say it.
pub fn number(x: f64) -> String {
    let size = x.abs();
    let digits = if size.fract() == 0.0 && (COMMAS_FROM..1e15).contains(&size) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole, and within the limits"
        )]
        group_digits(size as u64)
    } else {
        size.to_string()
    };
    if x < 0.0 {
        format!("−{digits}")
    } else {
        digits
    }
}

fn term(term: &Term) -> String {
    match &term.of {
        None => number(term.times),
        Some(of) if term.times == 1.0 => of.name.to_string(),
        Some(of) if term.times == -1.0 => format!("−{}", of.name),
        Some(of) => format!("{} × {}", number(term.times), of.name),
    }
}

/// Terms joined by plus and minus signs.
pub fn sum(terms: &[Term]) -> String {
    let mut text = String::new();
    for part in terms {
        let (sign, part) = match part.times < 0.0 {
            true => (
                " − ",
                Term {
                    times: -part.times,
                    ..part.clone()
                },
            ),
            false => (" + ", part.clone()),
        };
        if !text.is_empty() {
            text.push_str(sign);
        } else if sign == " − " {
            text.push('−');
        }
        text.push_str(&term(&part));
    }
    text
}

/// `a, b and c`.
pub(super) fn list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

fn terms(of: &[Term]) -> String {
    list(&of.iter().map(term).collect::<Vec<_>>())
}

fn names(of: &[Reference]) -> String {
    list(&of.iter().map(|r| r.name.to_string()).collect::<Vec<_>>())
}

/// ` within each region, among those of class county`; nothing for all authorities.
fn among(group: &Group) -> String {
    let mut text = String::new();
    if !group.by.is_empty() {
        text.push_str(&format!(" within each {}", names(&group.by)));
    }
    if !group.only.is_empty() {
        text.push_str(&format!(
            ", counting only those with {}",
            conditions(&group.only)
        ));
    }
    text
}

/// Conditions in words: `rank at most places and class county`.
pub fn conditions(only: &[Condition]) -> String {
    let parts: Vec<String> = only
        .iter()
        .map(|condition| {
            let column = &condition.column.name;
            match &condition.test {
                Test::OneOf(texts) => format!("{column} {}", texts.join(" or ")),
                Test::NoneOf(texts) => format!("{column} not {}", texts.join(" or ")),
                Test::Within(limits) => format!("{column} {}", within(limits)),
                Test::Blank(true) => format!("{column} blank"),
                Test::Blank(false) => format!("{column} not blank"),
            }
        })
        .collect();
    list(&parts)
}

fn within(limits: &Limits) -> String {
    let parts: Vec<String> = [
        ("at least", &limits.at_least),
        ("above", &limits.above),
        ("below", &limits.below),
        ("at most", &limits.at_most),
        ("equal to", &limits.equals),
    ]
    .into_iter()
    .filter_map(|(words, limit)| {
        limit
            .as_ref()
            .map(|limit| format!("{words} {}", term(limit)))
    })
    .collect();
    list(&parts)
}

/// Subscript of a sum: `[class]`, `[class; tier at most 2]`.
fn subscript(group: &Group) -> String {
    let mut parts: Vec<String> = group.by.iter().map(|by| by.name.to_string()).collect();
    if !group.only.is_empty() {
        parts.push(format!("where {}", conditions(&group.only)));
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!("[{}]", parts.join("; "))
    }
}

fn mathematics(kind: &IndicatorKind) -> String {
    match kind {
        IndicatorKind::Sum(of) => sum(of),
        IndicatorKind::Product(of) => of.iter().map(term).collect::<Vec<_>>().join(" × "),
        IndicatorKind::Ratio(a, b) => format!("{} ÷ {}", term(a), in_brackets(b)),
        IndicatorKind::Difference(a, b) => format!("{} − {}", term(a), in_brackets(b)),
        IndicatorKind::Power { of, exponent } => format!("{}^{}", of.name, number(*exponent)),
        IndicatorKind::Log { of } => format!("ln {}", of.name),
        IndicatorKind::Clamp {
            of,
            least,
            greatest,
        } => held(&of.name.to_string(), least.as_ref(), greatest.as_ref()),
        IndicatorKind::ExcessOver { of, threshold } => {
            format!("max(0, {} − {})", of.name, in_brackets(threshold))
        }
        IndicatorKind::AboveLowest { of, group, lowest } => match lowest {
            Some(lowest) => format!("{} − {}", of.name, term(lowest)),
            None => format!("{} − min{} {}", of.name, subscript(group), of.name),
        },
        IndicatorKind::Round { of, step, to } => {
            let function = match to {
                Rounding::Nearest => "round",
                Rounding::Down => "round down",
                Rounding::Up => "round up",
            };
            match *step {
                1.0 => format!("{function}({})", of.name),
                step => format!("{0} × {function}({1} ÷ {0})", number(step), of.name),
            }
        }
        IndicatorKind::Statistic { what, group } => {
            let at = subscript(group);
            match what {
                Statistic::Total(of) => format!("Σ{at} {}", of.name),
                Statistic::Mean(of, None) => format!("mean{at} {}", of.name),
                Statistic::Mean(of, Some(weight)) => {
                    format!("Σ{at} {0} × {1} ÷ Σ{at} {0}", weight.name, of.name)
                }
                Statistic::Lowest(of) => format!("min{at} {}", of.name),
                Statistic::Highest(of) => format!("max{at} {}", of.name),
                Statistic::Count => format!("number of authorities{at}"),
            }
        }
        IndicatorKind::Share { of, group, total } => match total {
            Some(total) => format!("{} ÷ {}", of.name, in_brackets(total)),
            None => format!("{0} ÷ Σ{1} {0}", of.name, subscript(group)),
        },
        IndicatorKind::Index {
            of,
            weight,
            group,
            mean,
        } => match (mean, weight) {
            (Some(mean), _) => format!("{} ÷ {}", of.name, in_brackets(mean)),
            (None, Some(weight)) => format!(
                "{0} ÷ (Σ{2} {1} × {0} ÷ Σ{2} {1})",
                of.name,
                weight.name,
                subscript(group)
            ),
            (None, None) => format!("{0} ÷ mean{1} {0}", of.name, subscript(group)),
        },
        IndicatorKind::ZScore { of, weight, group } => {
            let weighted = weight.as_ref().map_or(String::new(), |weight| {
                format!(", weighted by {}", weight.name)
            });
            format!(
                "({0} − mean{1} {0}) ÷ standard deviation{1} {0}{weighted}",
                of.name,
                subscript(group)
            )
        }
        IndicatorKind::Rank {
            of, first, group, ..
        } => {
            let order = match first {
                First::Highest => "≥",
                First::Lowest => "≤",
            };
            format!(
                "place{} of {} in order ({order})",
                subscript(group),
                of.name
            )
        }
        IndicatorKind::Decile { of, group, .. } => {
            format!("⌈10 × place{} of {} ÷ number⌉", subscript(group), of.name)
        }
        IndicatorKind::Banded { of, bands } => {
            let parts: Vec<String> = bands.iter().map(|band| band_in_words(of, band)).collect();
            parts.join("; ")
        }
        IndicatorKind::Piecewise {
            of,
            points,
            logarithmic,
            ..
        } => {
            let points: Vec<String> = points
                .iter()
                .map(|(x, y)| format!("({}, {})", term(x), term(y)))
                .collect();
            let scale = if *logarithmic { "ln " } else { "" };
            format!("line in {scale}{} through {}", of.name, points.join(", "))
        }
        IndicatorKind::ByGroup {
            by,
            values,
            otherwise,
        } => {
            let mut parts: Vec<String> = values
                .iter()
                .map(|(name, value)| format!("{} where {} is {name}", term(value), by.name))
                .collect();
            parts.extend(
                otherwise
                    .as_ref()
                    .map(|value| format!("{} elsewhere", term(value))),
            );
            parts.join("; ")
        }
        IndicatorKind::ByYear(values) => values
            .iter()
            .map(|(year, value)| format!("{} in {year}", term(value)))
            .collect::<Vec<_>>()
            .join("; "),
        IndicatorKind::When {
            only,
            then,
            otherwise,
        } => format!(
            "{} where {}; {} elsewhere",
            term(then),
            conditions(only),
            term(otherwise)
        ),
        IndicatorKind::Scale { of, to, group, .. } => {
            format!(
                "{0} × {1} ÷ Σ{2} {0}",
                of.name,
                in_brackets(to),
                subscript(group)
            )
        }
        IndicatorKind::Fill(fill) => format!(
            "{}, level such that Σ{} = {}",
            ramp(fill),
            subscript(&fill.group),
            term(&fill.total)
        ),
        IndicatorKind::Level(fill) => format!(
            "level, such that Σ{} {} = {}",
            subscript(&fill.group),
            ramp(fill),
            term(&fill.total)
        ),
        IndicatorKind::PhaseIn { from, to, part } => format!(
            "{0} + {1} × ({2} − {0})",
            term(from),
            in_brackets(part),
            term(to)
        ),
        IndicatorKind::RegionalMeanIndex { of, weight, .. } => format!(
            "regional mean of {0} ÷ national mean of it, both weighted by {1}",
            of.name, weight.name
        ),
        IndicatorKind::PrincipalComponent(of) => {
            format!("first principal component of z-scores of {}", names(of))
        }
        IndicatorKind::Factor(of) => {
            format!(
                "score on the one common factor of z-scores of {}",
                names(of)
            )
        }
    }
}

fn in_brackets(of: &Term) -> String {
    let plain = of.of.is_none() || of.times == 1.0;
    if plain {
        term(of)
    } else {
        format!("({})", term(of))
    }
}

fn held(x: &str, least: Option<&Term>, greatest: Option<&Term>) -> String {
    let low = least.map_or_else(
        || x.to_string(),
        |least| format!("max({}, {x})", term(least)),
    );
    greatest.map_or(low.clone(), |greatest| {
        format!("min({}, {low})", term(greatest))
    })
}

fn ramp(fill: &Fill) -> String {
    let plus = fill.plus.as_ref().map_or(String::new(), |plus| {
        let sign = if plus.times < 0.0 { "−" } else { "+" };
        let size = Term {
            times: plus.times.abs(),
            ..plus.clone()
        };
        format!(" {sign} {}", term(&size))
    });
    let line = format!("level × {}{plus}", in_brackets(&fill.weight));
    let zero = Term::number(0.0);
    held(
        &line,
        Some(fill.least.as_ref().unwrap_or(&zero)),
        fill.greatest.as_ref(),
    )
}

fn band_in_words(of: &Reference, band: &Band) -> String {
    let gives = match &band.gives {
        BandGives::Value(value) => term(value),
        BandGives::Polynomial(coefficients) => {
            let parts: Vec<Term> = coefficients
                .iter()
                .enumerate()
                .filter(|(_, c)| **c != 0.0)
                .map(|(power, c)| match power {
                    0 => Term::number(*c),
                    _ => {
                        let mut x = of.clone();
                        if power > 1 {
                            x.name = crate::ids::IndicatorName::new(format!("{}^{power}", x.name));
                        }
                        Term {
                            times: *c,
                            ..Term::of(x)
                        }
                    }
                })
                .collect();
            sum(&parts)
        }
    };
    match &band.limit {
        BandLimit::UpTo(limit) => format!("{gives} up to {} = {}", of.name, term(limit)),
        BandLimit::Below(limit) => format!("{gives} below {} = {}", of.name, term(limit)),
        BandLimit::None => format!("{gives} beyond"),
    }
}

fn sentence(kind: &IndicatorKind) -> String {
    match kind {
        IndicatorKind::Sum(of) => match of.as_slice() {
            [one] => format!("{} itself", term(one)),
            _ => format!("the sum of {}", terms(of)),
        },
        IndicatorKind::Product(of) => format!("the product of {}", terms(of)),
        IndicatorKind::Ratio(a, b) => format!("{} for each unit of {}", term(a), term(b)),
        IndicatorKind::Difference(a, b) => format!("{} less {}", term(a), term(b)),
        IndicatorKind::Power { of, exponent } => {
            format!("{} to the power of {}", of.name, number(*exponent))
        }
        IndicatorKind::Log { of } => format!("the natural logarithm of {}", of.name),
        IndicatorKind::Clamp {
            of,
            least,
            greatest,
        } => {
            let mut limits = Vec::new();
            limits.extend(
                least
                    .as_ref()
                    .map(|least| format!("not below {}", term(least))),
            );
            limits.extend(
                greatest
                    .as_ref()
                    .map(|greatest| format!("not above {}", term(greatest))),
            );
            format!("{}, {}", of.name, list(&limits))
        }
        IndicatorKind::ExcessOver { of, threshold } => {
            format!("what {} is above {}, or nothing", of.name, term(threshold))
        }
        IndicatorKind::AboveLowest { of, group, lowest } => match lowest {
            Some(lowest) => format!("what {} is above the lowest, {}", of.name, term(lowest)),
            None => format!("what {} is above the lowest{}", of.name, among(group)),
        },
        IndicatorKind::Round { of, step, to } => {
            let to = match to {
                Rounding::Nearest => "rounded to the nearest",
                Rounding::Down => "cut down to a whole",
                Rounding::Up => "rounded up to a whole",
            };
            match *step {
                1.0 => format!("{}, {to} 1", of.name),
                step => format!("{}, {to} {}", of.name, number(step)),
            }
        }
        IndicatorKind::Statistic { what, group } => {
            let among = among(group);
            match what {
                Statistic::Total(of) => format!("the sum of {} over all{among}", of.name),
                Statistic::Mean(of, None) => format!("the mean of {}{among}", of.name),
                Statistic::Mean(of, Some(weight)) => {
                    format!(
                        "the mean of {}, weighted by {}{among}",
                        of.name, weight.name
                    )
                }
                Statistic::Lowest(of) => format!("the lowest {}{among}", of.name),
                Statistic::Highest(of) => format!("the highest {}{among}", of.name),
                Statistic::Count => format!("how many authorities there are{among}"),
            }
        }
        IndicatorKind::Share { of, group, total } => match total {
            Some(total) => format!("{} as a part of {}", of.name, term(total)),
            None => format!("{} as a part of its sum{}", of.name, among(group)),
        },
        IndicatorKind::Index {
            of,
            weight,
            group,
            mean,
        } => match (mean, weight) {
            (Some(mean), _) => format!("{} beside a mean of {}", of.name, term(mean)),
            (None, Some(weight)) => format!(
                "{} beside its mean, weighted by {}{}",
                of.name,
                weight.name,
                among(group)
            ),
            (None, None) => format!("{} beside its mean{}", of.name, among(group)),
        },
        IndicatorKind::ZScore { of, group, .. } => format!(
            "how many standard deviations {} is above its mean{}",
            of.name,
            among(group)
        ),
        IndicatorKind::Rank {
            of,
            first,
            group,
            part_ties,
        } => format!(
            "the place of {} in order, the {} first{}{}",
            of.name,
            end(*first),
            among(group),
            if *part_ties {
                ", equal ones in order of code"
            } else {
                ""
            }
        ),
        IndicatorKind::Decile { of, first, group } => format!(
            "the tenth of authorities that {} is in, the {} first{}",
            of.name,
            end(*first),
            among(group)
        ),
        IndicatorKind::Banded { of, .. } => format!("by the band that {} is in", of.name),
        IndicatorKind::Piecewise { of, .. } => {
            format!("a tariff in {}: straight lines between points", of.name)
        }
        IndicatorKind::ByGroup { by, .. } => format!("a number for each {}", by.name),
        IndicatorKind::ByYear(_) => "a number for each year".to_string(),
        IndicatorKind::When {
            only,
            then,
            otherwise,
        } => format!(
            "{} for those with {}, {} for the others",
            term(then),
            conditions(only),
            term(otherwise)
        ),
        IndicatorKind::Scale {
            of,
            to,
            group,
            only,
        } => {
            let case = match only {
                ScaleOnly::Always => "scaled by one factor to sum to",
                ScaleOnly::Down => "scaled back by one factor where it sums to more than",
                ScaleOnly::Up => "scaled up by one factor where it sums to less than",
            };
            format!("{}, {case} {}{}", of.name, term(to), among(group))
        }
        IndicatorKind::Fill(fill) => format!(
            "amounts that rise with one level, by {} each, until they sum to {}{}",
            term(&fill.weight),
            term(&fill.total),
            among(&fill.group)
        ),
        IndicatorKind::Level(fill) => format!(
            "the level at which amounts that rise by {} sum to {}{}",
            term(&fill.weight),
            term(&fill.total),
            among(&fill.group)
        ),
        IndicatorKind::PhaseIn { from, to, part } => format!(
            "{} of the way from {} to {}",
            term(part),
            term(from),
            term(to)
        ),
        IndicatorKind::RegionalMeanIndex { of, .. } => {
            format!("the region's mean of {} beside the nation's", of.name)
        }
        IndicatorKind::PrincipalComponent(of) => {
            format!(
                "what {} have most in common (first principal component)",
                names(of)
            )
        }
        IndicatorKind::Factor(of) => {
            format!("the one factor behind {} (maximum likelihood)", names(of))
        }
    }
}

fn end(first: First) -> &'static str {
    match first {
        First::Highest => "highest",
        First::Lowest => "lowest",
    }
}

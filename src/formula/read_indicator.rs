//! Reading `[[indicator]]`, kind by kind.

use super::condition::read_where;
use super::indicator::{
    Fill, First, Group, Indicator, IndicatorKind, Rounding, ScaleOnly, Statistic,
};
use super::kinds::{KINDS, kind_of_word};
use super::read_tariffs::{read_bands, read_piecewise};
use super::terms::{
    one_of, read_annotations, read_pair, read_reference, read_reference_of, read_term,
    read_term_of, read_terms,
};
use super::{Reference, Term};
use crate::findings::{Finding, did_you_mean};
use crate::ids::{AuthorityCode, IndicatorName};
use crate::inputs::grammar::{Holds, Key, Table};
use crate::inputs::{ANNOTATIONS, Fields};

/// `[[indicator]]`.
pub static INDICATOR: Table = Table {
    name: "indicator",
    says: "A number for each authority, made from columns and other indicators.",
    annotated: true,
    keys: &[
        Key::required("name", Holds::Text, "its name, unlike any column's"),
        Key::optional(
            "unit",
            Holds::Text,
            "its unit, such as people, GBP, GBP per person, share (0 to 1), index",
        ),
        Key::optional("kind of indicator", Holds::Kinds(KINDS), "exactly one"),
    ],
};

/// What does the work of a word that is no kind, where the nearest kind would be another thing.
fn other_word(word: &str) -> Option<&'static str> {
    Some(match word {
        "max" | "maximum" | "greater" | "greatest" => {
            "the greater of two is clamp = { of = \"a\", min = \"b\" }; the greatest of all authorities is `highest`"
        }
        "min" | "minimum" | "lesser" | "least" => {
            "the lesser of two is clamp = { of = \"a\", max = \"b\" }; the least of all authorities is `lowest`"
        }
        "median" | "quantile" | "percentile" | "quartile" => {
            "there is no such kind; `rank` and `count` find a place in order, and `highest` with `where` its number"
        }
        "constant" | "number" | "value" => "a number by itself is sum = [100]",
        "subtract" | "minus" => "write difference = [\"a\", \"b\"]",
        "multiply" | "times" => "write product = [\"a\", \"b\"]",
        "divide" | "quotient" => "write ratio = [\"a\", \"b\"]",
        "add" | "plus" => "write sum = [\"a\", \"b\"]",
        "if" | "case" => "write when = { where = { … }, then = \"a\", otherwise = \"b\" }",
        _ => return None,
    })
}

/// Reads one `[[indicator]]`.
pub(super) fn read_indicator(fields: &Fields<'_>) -> Option<Indicator> {
    let name = fields.required_text("name", "the indicator's name");
    let unit = fields.text("unit").unwrap_or_default();
    let note = fields.text("note").unwrap_or_default();
    read_annotations(fields);
    let words: Vec<&str> = KINDS.iter().map(|kind| kind.word).collect();
    let stated: Vec<&str> = words
        .iter()
        .copied()
        .filter(|kind| fields.keys().iter().any(|key| key == kind))
        .collect();
    let kind = match stated.as_slice() {
        [kind] => read_kind(fields, kind),
        _ => {
            let strangers: Vec<String> = fields
                .keys()
                .into_iter()
                .filter(|key| !["name", "unit"].contains(&key.as_str()))
                .filter(|key| !ANNOTATIONS.contains(&key.as_str()))
                .collect();
            let stranger = strangers.first().map_or("", String::as_str);
            let found = match stated.len() {
                0 if stranger.is_empty() => "no kind".to_string(),
                0 => format!("`{stranger}`, which is no kind"),
                _ => format!("{} kinds: {}", stated.len(), stated.join(", ")),
            };
            fields.file().push(
                Finding::error("indicator-kind", fields.place())
                    .found(found)
                    .expected("exactly one kind of indicator")
                    .remedy(match other_word(stranger) {
                        Some(remedy) => remedy.to_string(),
                        None => did_you_mean(stranger, words),
                    }),
            );
            // The keys are named in the finding already.
            fields.entries();
            None
        }
    };
    fields.finish();
    Some(Indicator {
        name: IndicatorName::new(name?),
        kind: kind?,
        unit,
        note,
        place: fields.place(),
    })
}

fn read_kind(fields: &Fields<'_>, kind: &str) -> Option<IndicatorKind> {
    match kind {
        "sum" => return read_terms(fields, "sum").map(IndicatorKind::Sum),
        "product" => return read_terms(fields, "product").map(IndicatorKind::Product),
        "ratio" => return read_pair(fields, "ratio").map(|(a, b)| IndicatorKind::Ratio(a, b)),
        "difference" => {
            return read_pair(fields, "difference").map(|(a, b)| IndicatorKind::Difference(a, b));
        }
        "by_class" => {
            return Some(IndicatorKind::ByGroup {
                by: Reference {
                    name: IndicatorName::new("class"),
                    place: fields.place_of(kind),
                },
                values: read_values(&fields.table(kind)?),
                otherwise: None,
            });
        }
        "by_year" => return Some(IndicatorKind::ByYear(read_values(&fields.table(kind)?))),
        "principal_component" => {
            return read_names(fields, kind).map(IndicatorKind::PrincipalComponent);
        }
        "factor" => return read_names(fields, kind).map(IndicatorKind::Factor),
        _ => {}
    }
    let value = fields.value(kind)?;
    let keys = kind_of_word(kind)?.keys();
    if value.get_ref().is_str() {
        // A bare name stands for { of = name }.
        let of = read_reference(fields.file(), value, &fields.path_of(kind))?;
        let others = keys.iter().any(|key| key.required && key.word != "of");
        let takes_of = keys.iter().any(|key| key.word == "of");
        if others || !takes_of || kind == "clamp" {
            fields.file().wrong_type(
                value,
                &fields.path_of(kind),
                "a table with `of` and this kind's parameters",
            );
            return None;
        }
        return kind_of_name(kind, of);
    }
    let table = fields.table(kind)?.described_by(keys);
    read_annotations(&table);
    let read = read_table(kind, &table);
    table.finish();
    read
}

/// A kind made `of` one name, with nothing else stated.
fn kind_of_name(kind: &str, of: Reference) -> Option<IndicatorKind> {
    let group = Group::default();
    let statistic = |what| IndicatorKind::Statistic {
        what,
        group: Group::default(),
    };
    Some(match kind {
        "log" => IndicatorKind::Log { of },
        "above_lowest" => IndicatorKind::AboveLowest {
            of,
            group,
            lowest: None,
        },
        "round" => IndicatorKind::Round {
            of,
            step: 1.0,
            to: Rounding::Nearest,
        },
        "total" => statistic(Statistic::Total(of)),
        "mean" => statistic(Statistic::Mean(of, None)),
        "lowest" => statistic(Statistic::Lowest(of)),
        "highest" => statistic(Statistic::Highest(of)),
        "share" => IndicatorKind::Share {
            of,
            group,
            total: None,
        },
        "index" => IndicatorKind::Index {
            of,
            weight: None,
            group,
            mean: None,
        },
        "z_score" => IndicatorKind::ZScore {
            of,
            weight: None,
            group,
        },
        "rank" => IndicatorKind::Rank {
            of,
            first: First::Highest,
            group,
            part_ties: false,
        },
        "decile" => IndicatorKind::Decile {
            of,
            first: First::Highest,
            group,
        },
        _ => return None,
    })
}

/// A kind's table. Everything is read before anything missing ends it, so that all its
/// faults are found.
fn read_table(kind: &str, table: &Fields<'_>) -> Option<IndicatorKind> {
    let has = |word: &str| {
        kind_of_word(kind).is_some_and(|kind| kind.keys().iter().any(|key| key.word == word))
    };
    let of = has("of")
        .then(|| read_reference_of(table, "of", "the column or indicator it is made from"))
        .flatten();
    let weight = (has("weight") && !["fill", "level"].contains(&kind))
        .then(|| read_optional_reference(table, "weight"))
        .flatten();
    let group = Group {
        by: if has("by") && kind != "by_group" {
            read_by(table)
        } else {
            Vec::new()
        },
        only: if has("where") {
            read_where(table)
        } else {
            Vec::new()
        },
    };
    let first = if has("first") {
        word(
            table,
            "first",
            &[("highest", First::Highest), ("lowest", First::Lowest)],
        )
    } else {
        First::default()
    };
    let statistic =
        |what: Option<Statistic>, group| what.map(|what| IndicatorKind::Statistic { what, group });
    match kind {
        "power" => {
            let exponent = table.required_number("exponent", "the power");
            Some(IndicatorKind::Power {
                of: of?,
                exponent: exponent?,
            })
        }
        "log" => Some(IndicatorKind::Log { of: of? }),
        "clamp" => {
            let (least, greatest) = (read_term_of(table, "min"), read_term_of(table, "max"));
            Some(IndicatorKind::Clamp {
                of: of?,
                least,
                greatest,
            })
        }
        "excess_over" => {
            let threshold = required_term(table, "threshold", "the threshold");
            Some(IndicatorKind::ExcessOver {
                of: of?,
                threshold: threshold?,
            })
        }
        "above_lowest" => {
            let lowest = read_term_of(table, "lowest");
            Some(IndicatorKind::AboveLowest {
                of: of?,
                group,
                lowest,
            })
        }
        "round" => read_round(table, of),
        "total" => statistic(of.map(Statistic::Total), group),
        "mean" => statistic(of.map(|of| Statistic::Mean(of, weight)), group),
        "lowest" => statistic(of.map(Statistic::Lowest), group),
        "highest" => statistic(of.map(Statistic::Highest), group),
        "count" => statistic(Some(Statistic::Count), group),
        "share" => {
            let total = read_term_of(table, "total");
            Some(IndicatorKind::Share {
                of: of?,
                group,
                total,
            })
        }
        "index" => {
            let mean = read_term_of(table, "mean");
            Some(IndicatorKind::Index {
                of: of?,
                weight,
                group,
                mean,
            })
        }
        "z_score" => Some(IndicatorKind::ZScore {
            of: of?,
            weight,
            group,
        }),
        "rank" => {
            let part_ties = word(table, "ties", &[("together", false), ("by_code", true)]);
            Some(IndicatorKind::Rank {
                of: of?,
                first,
                group,
                part_ties,
            })
        }
        "decile" => Some(IndicatorKind::Decile {
            of: of?,
            first,
            group,
        }),
        "banded" => {
            let bands = read_bands(table);
            Some(IndicatorKind::Banded {
                of: of?,
                bands: bands?,
            })
        }
        "piecewise" => read_piecewise(table, of),
        "by_group" => {
            let by = read_reference_of(table, "by", "the column of groups");
            let values = table.table("values");
            if table.value("values").is_none() {
                table.missing("values", "a number for each group: { name = number }");
            }
            let otherwise = read_term_of(table, "otherwise");
            Some(IndicatorKind::ByGroup {
                by: by?,
                values: read_values(&values?),
                otherwise,
            })
        }
        "when" => {
            if group.only.is_empty() && table.value("where").is_none() {
                table.missing("where", "the conditions");
            }
            let then = required_term(table, "then", "what is given where they are met");
            let otherwise = read_term_of(table, "otherwise").unwrap_or(Term::number(0.0));
            Some(IndicatorKind::When {
                only: group.only,
                then: then?,
                otherwise,
            })
        }
        "scale" => {
            let to = required_term(table, "to", "the total that it is to sum to");
            let only = word(
                table,
                "only",
                &[("down", ScaleOnly::Down), ("up", ScaleOnly::Up)],
            );
            Some(IndicatorKind::Scale {
                of: of?,
                to: to?,
                group,
                only,
            })
        }
        "fill" => read_fill(table, group).map(IndicatorKind::Fill),
        "level" => read_fill(table, group).map(IndicatorKind::Level),
        "phase_in" => {
            let from = required_term(table, "from", "where it starts");
            let to = required_term(table, "to", "where it ends");
            let part = required_term(table, "part", "how far: 0 = from, 1 = to");
            Some(IndicatorKind::PhaseIn {
                from: from?,
                to: to?,
                part: part?,
            })
        }
        "regional_mean_index" => {
            let leave_out = table
                .list("leave_out")
                .into_iter()
                .filter_map(|value| {
                    let code = table.file().text_in(value, &table.path_of("leave_out"))?;
                    Some((AuthorityCode::new(code), table.file().place(value)))
                })
                .collect();
            if weight.is_none() {
                table.missing("weight", "the weight of the means, such as population");
            }
            Some(IndicatorKind::RegionalMeanIndex {
                of: of?,
                weight: weight?,
                leave_out,
            })
        }
        _ => unreachable!("{kind} is listed in KINDS and read above"),
    }
}

/// One of a key's words, the default where it is not stated.
pub(super) fn word<T: Copy + Default>(
    table: &Fields<'_>,
    key: &str,
    words: &[(&'static str, T)],
) -> T {
    table
        .text(key)
        .and_then(|text| one_of(table, key, &text, words))
        .unwrap_or_default()
}

fn required_term(table: &Fields<'_>, key: &str, expected: &str) -> Option<Term> {
    if table.value(key).is_none() {
        table.missing(key, expected);
    }
    read_term_of(table, key)
}

fn read_optional_reference(table: &Fields<'_>, key: &str) -> Option<Reference> {
    let value = table.value(key)?;
    read_reference(table.file(), value, &table.path_of(key))
}

fn read_by(table: &Fields<'_>) -> Vec<Reference> {
    table
        .list("by")
        .into_iter()
        .filter_map(|value| read_reference(table.file(), value, &table.path_of("by")))
        .collect()
}

fn read_names(fields: &Fields<'_>, key: &str) -> Option<Vec<Reference>> {
    let items = fields.list(key);
    let path = fields.path_of(key);
    if items.len() < 2 {
        fields.file().push(
            Finding::error("wrong-type", fields.place_of(key))
                .found(format!("`{path}` of {} column", items.len()))
                .expected("two columns or more")
                .remedy(format!("write {key} = [\"first\", \"second\"]")),
        );
    }
    items
        .into_iter()
        .map(|value| read_reference(fields.file(), value, &path))
        .collect()
}

/// A table of the user's own names, each with a term; marks where the numbers come from
/// may stand among them.
fn read_values(table: &Fields<'_>) -> Vec<(String, Term)> {
    read_annotations(table);
    table
        .entries()
        .into_iter()
        .filter(|(name, _)| !ANNOTATIONS.contains(&name.as_str()))
        .filter_map(|(name, value)| {
            let path = table.path_of(&name);
            Some((name, read_term(table.file(), value, &path)?))
        })
        .collect()
}

fn read_round(table: &Fields<'_>, of: Option<Reference>) -> Option<IndicatorKind> {
    let step = check_step(table, table.number("step").unwrap_or(1.0));
    let words = [
        ("nearest", Rounding::Nearest),
        ("down", Rounding::Down),
        ("up", Rounding::Up),
    ];
    let to = word(table, "to", &words);
    Some(IndicatorKind::Round {
        of: of?,
        step: step?,
        to,
    })
}

/// A step above zero.
fn check_step(table: &Fields<'_>, step: f64) -> Option<f64> {
    if step <= 0.0 {
        table.file().push(
            Finding::error("number-out-of-range", table.place_of("step"))
                .found(format!("`{}` = {step}", table.path_of("step")))
                .expected("a step above zero")
                .remedy("write 1 for whole numbers, 1000 for thousands, 0.01 for hundredths"),
        );
        return None;
    }
    Some(step)
}

fn read_fill(table: &Fields<'_>, group: Group) -> Option<Box<Fill>> {
    let total = required_term(table, "total", "what the amounts sum to");
    let weight = required_term(table, "weight", "what each amount rises by with the level");
    let (plus, least, greatest) = (
        read_term_of(table, "plus"),
        read_term_of(table, "min"),
        read_term_of(table, "max"),
    );
    let step = table
        .number("step")
        .and_then(|step| check_step(table, step));
    Some(Box::new(Fill {
        total: total?,
        weight: weight?,
        plus,
        least,
        greatest,
        step,
        group,
    }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::kinds::KINDS;
    use super::*;
    use crate::findings::Findings;
    use crate::inputs::grammar::Takes;
    use crate::inputs::{SourceFile, TomlFile, Value};

    /// Reads an example as a file would have it; gives its kind's word.
    fn read_example(example: &str) -> (Option<Indicator>, Findings) {
        let file = SourceFile {
            name: "example.toml".to_string(),
            manifest_name: "example.toml".to_string(),
            bytes: format!("name = \"example\"\n{example}\n")
                .into_bytes()
                .into(),
        };
        let mut findings = Findings::new();
        let toml = TomlFile::parse(&file, &mut findings).expect("the example is TOML");
        let read = read_indicator(&toml.root());
        findings.append(toml.into_findings());
        (read, findings)
    }

    fn keys_of(value: &Value<'_>, keys: &mut BTreeSet<String>) {
        if let Some(table) = value.get_ref().as_table() {
            keys.extend(table.keys().map(|key| key.get_ref().to_string()));
        }
    }

    #[test]
    fn every_kinds_example_is_read_and_shows_every_key() {
        for kind in KINDS {
            let (read, findings) = read_example(kind.example);
            assert!(
                !findings.has_errors(),
                "{}: {}",
                kind.word,
                findings.render()
            );
            let read = read.unwrap_or_else(|| panic!("{} was read", kind.word));
            assert_eq!(read.kind.word(), kind.word);
            let file = SourceFile {
                name: String::new(),
                manifest_name: String::new(),
                bytes: kind.example.as_bytes().into(),
            };
            let toml = TomlFile::parse(&file, &mut Findings::new()).expect("TOML");
            let mut shown = BTreeSet::new();
            keys_of(toml.root().value(kind.word).expect("the kind"), &mut shown);
            if let Takes::Table(keys) = kind.takes {
                for key in keys {
                    // A kind of one name is shown by the bare name.
                    let bare = keys.len() == 1 && shown.is_empty();
                    assert!(
                        bare || shown.contains(key.word),
                        "{} does not show `{}`",
                        kind.word,
                        key.word
                    );
                }
            }
        }
    }
}

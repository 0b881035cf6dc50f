//! Derived indicators: numbers per authority made from columns and other
//! indicators by a kind with parameters. There is no expression language, so that
//! every step can be shown for every authority.

use super::{Reference, Term};
use crate::findings::{Finding, Place, did_you_mean};
use crate::formula::terms::{read_annotations, read_reference, read_term, read_terms};
use crate::ids::{AuthorityCode, IndicatorName};
use crate::inputs::Fields;

/// A derived number per authority.
#[derive(Debug, Clone, PartialEq)]
pub struct Indicator {
    /// Its name, unlike any column's.
    pub name: IndicatorName,
    /// How it is made.
    pub kind: IndicatorKind,
    /// Its unit, if stated.
    pub unit: String,
    /// Where it is stated.
    pub place: Place,
}

/// How a derived indicator is made; x is the indicator `of`.
#[derive(Debug, Clone, PartialEq)]
pub enum IndicatorKind {
    /// Sum of terms.
    Sum(Vec<Term>),
    /// Product of terms.
    Product(Vec<Term>),
    /// First ÷ second.
    Ratio(Term, Term),
    /// First − second.
    Difference(Term, Term),
    /// x ÷ its mean, weighted if a weight is named.
    Index {
        /// x.
        of: Reference,
        /// Weight of the mean.
        weight: Option<Reference>,
    },
    /// (x − mean) ÷ standard deviation, weighted if a weight is named.
    ZScore {
        /// x.
        of: Reference,
        /// Weight of mean and deviation.
        weight: Option<Reference>,
    },
    /// x ÷ Σ x.
    Share {
        /// x.
        of: Reference,
    },
    /// x to a power.
    Power {
        /// x.
        of: Reference,
        /// The power.
        exponent: f64,
    },
    /// Natural logarithm of x.
    Log {
        /// x.
        of: Reference,
    },
    /// max(0, x − threshold).
    ExcessOver {
        /// x.
        of: Reference,
        /// The threshold.
        threshold: f64,
    },
    /// x held between two limits.
    Clamp {
        /// x.
        of: Reference,
        /// Least value.
        least: Option<f64>,
        /// Greatest value.
        greatest: Option<f64>,
    },
    /// The value of the first band whose limit x does not exceed.
    Banded {
        /// x.
        of: Reference,
        /// Bands from low to high.
        bands: Vec<Band>,
    },
    /// Rank of x, 1 for the highest; equal values share the better rank.
    Rank {
        /// x.
        of: Reference,
    },
    /// Tenth of the authorities by x, 1 for the highest.
    Decile {
        /// x.
        of: Reference,
    },
    /// A number for each class of authority.
    ByClass(Vec<(String, f64)>),
    /// The region's weighted mean of x ÷ the national mean of those regional
    /// values, weighted by `weight` over all authorities.
    RegionalMeanIndex {
        /// x.
        of: Reference,
        /// Weight, such as population.
        weight: Reference,
        /// Authorities whose own x does not enter the regional mean.
        leave_out: Vec<(AuthorityCode, Place)>,
    },
    /// First principal component of several indicators' z-scores, its sign such
    /// that it rises with the first of them.
    PrincipalComponent(Vec<Reference>),
}

/// A band of a banded indicator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Greatest x in the band; `None` for the last.
    pub up_to: Option<f64>,
    /// The band's value.
    pub value: f64,
}

/// Kinds and their keys in files.
const KINDS: [&str; 17] = [
    "sum",
    "product",
    "ratio",
    "difference",
    "index",
    "z_score",
    "share",
    "power",
    "log",
    "excess_over",
    "clamp",
    "banded",
    "rank",
    "decile",
    "by_class",
    "regional_mean_index",
    "principal_component",
];

impl IndicatorKind {
    /// Columns and indicators it is made from.
    pub fn references(&self) -> Vec<&Reference> {
        match self {
            Self::Sum(terms) | Self::Product(terms) => {
                terms.iter().filter_map(Term::reference).collect()
            }
            Self::Ratio(a, b) | Self::Difference(a, b) => {
                [a, b].into_iter().filter_map(Term::reference).collect()
            }
            Self::Index { of, weight } | Self::ZScore { of, weight } => {
                std::iter::once(of).chain(weight).collect()
            }
            Self::Share { of }
            | Self::Power { of, .. }
            | Self::Log { of }
            | Self::ExcessOver { of, .. }
            | Self::Clamp { of, .. }
            | Self::Banded { of, .. }
            | Self::Rank { of }
            | Self::Decile { of } => vec![of],
            Self::ByClass(_) => Vec::new(),
            Self::RegionalMeanIndex { of, weight, .. } => vec![of, weight],
            Self::PrincipalComponent(of) => of.iter().collect(),
        }
    }
}

/// Reads one `[[indicator]]`.
pub(super) fn read_indicator(fields: &Fields<'_>) -> Option<Indicator> {
    let name = fields.required_text("name", "the indicator's name");
    let unit = fields.text("unit").unwrap_or_default();
    read_annotations(fields);
    let stated: Vec<&str> = KINDS
        .into_iter()
        .filter(|kind| fields.keys().iter().any(|key| key == kind))
        .collect();
    let kind = match stated.as_slice() {
        [kind] => read_kind(fields, kind),
        _ => {
            let found = match stated.len() {
                0 => "no kind".to_string(),
                _ => format!("{} kinds: {}", stated.len(), stated.join(", ")),
            };
            let strangers: Vec<String> = fields
                .keys()
                .into_iter()
                .filter(|key| !["name", "unit"].contains(&key.as_str()))
                .collect();
            fields.file().push(
                Finding::error("indicator-kind", fields.place())
                    .found(found)
                    .expected("exactly one kind of indicator")
                    .remedy(did_you_mean(
                        strangers.first().map_or("", String::as_str),
                        KINDS,
                    )),
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
        place: fields.place(),
    })
}

fn read_kind(fields: &Fields<'_>, kind: &str) -> Option<IndicatorKind> {
    Some(match kind {
        "sum" => IndicatorKind::Sum(read_terms(fields, "sum")?),
        "product" => IndicatorKind::Product(read_terms(fields, "product")?),
        "ratio" => {
            let (a, b) = read_pair(fields, "ratio")?;
            IndicatorKind::Ratio(a, b)
        }
        "difference" => {
            let (a, b) = read_pair(fields, "difference")?;
            IndicatorKind::Difference(a, b)
        }
        "by_class" => {
            let table = fields.table("by_class")?;
            let values = table
                .entries()
                .into_iter()
                .filter_map(|(class, value)| {
                    let path = table.path_of(&class);
                    Some((class, fields.file().number_in(value, &path)?))
                })
                .collect();
            IndicatorKind::ByClass(values)
        }
        "principal_component" => IndicatorKind::PrincipalComponent(
            read_terms(fields, "principal_component")?
                .into_iter()
                .filter_map(|term| term.reference().cloned())
                .collect(),
        ),
        _ => return read_kind_of_one(fields, kind),
    })
}

/// Kinds made from one indicator `of`; a bare name stands for `{ of = name }`.
fn read_kind_of_one(fields: &Fields<'_>, kind: &str) -> Option<IndicatorKind> {
    let value = fields.value(kind)?;
    if value.get_ref().is_str() {
        let of = read_reference(fields.file(), value, &fields.path_of(kind))?;
        return Some(match kind {
            "index" => IndicatorKind::Index { of, weight: None },
            "z_score" => IndicatorKind::ZScore { of, weight: None },
            "share" => IndicatorKind::Share { of },
            "log" => IndicatorKind::Log { of },
            "rank" => IndicatorKind::Rank { of },
            "decile" => IndicatorKind::Decile { of },
            _ => {
                fields.file().wrong_type(
                    value,
                    &fields.path_of(kind),
                    "a table with `of` and this kind's parameters",
                );
                return None;
            }
        });
    }
    let table = fields.table(kind)?;
    read_annotations(&table);
    let of = match table.value("of") {
        Some(value) => read_reference(table.file(), value, &table.path_of("of")),
        None => {
            table.missing("of", "the column or indicator it is made from");
            None
        }
    };
    let weight = table
        .value("weight")
        .and_then(|value| read_reference(table.file(), value, &table.path_of("weight")));
    let read = match kind {
        "index" => of.map(|of| IndicatorKind::Index { of, weight }),
        "z_score" => of.map(|of| IndicatorKind::ZScore { of, weight }),
        "share" => of.map(|of| IndicatorKind::Share { of }),
        "log" => of.map(|of| IndicatorKind::Log { of }),
        "rank" => of.map(|of| IndicatorKind::Rank { of }),
        "decile" => of.map(|of| IndicatorKind::Decile { of }),
        "power" => {
            let exponent = table.required_number("exponent", "the power");
            of.zip(exponent)
                .map(|(of, exponent)| IndicatorKind::Power { of, exponent })
        }
        "excess_over" => {
            let threshold = table.required_number("threshold", "the threshold");
            of.zip(threshold)
                .map(|(of, threshold)| IndicatorKind::ExcessOver { of, threshold })
        }
        "clamp" => {
            let (least, greatest) = (table.number("min"), table.number("max"));
            of.map(|of| IndicatorKind::Clamp {
                of,
                least,
                greatest,
            })
        }
        "banded" => {
            let bands = table
                .tables("bands")
                .iter()
                .filter_map(|band| {
                    read_annotations(band);
                    let up_to = band.number("up_to");
                    let value = band.required_number("value", "the band's value");
                    band.finish();
                    Some(Band {
                        up_to,
                        value: value?,
                    })
                })
                .collect();
            of.map(|of| IndicatorKind::Banded { of, bands })
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
            of.zip(weight)
                .map(|(of, weight)| IndicatorKind::RegionalMeanIndex {
                    of,
                    weight,
                    leave_out,
                })
        }
        _ => unreachable!("{kind} is listed in KINDS and read above"),
    };
    table.finish();
    read
}

fn read_pair(fields: &Fields<'_>, key: &str) -> Option<(Term, Term)> {
    let items = fields.list(key);
    if items.len() != 2 {
        fields.file().push(
            Finding::error("wrong-type", fields.place_of(key))
                .found(format!(
                    "`{}` has {} parts",
                    fields.path_of(key),
                    items.len()
                ))
                .expected("two parts")
                .remedy(format!("write {key} = [\"first\", \"second\"]")),
        );
        return None;
    }
    let path = fields.path_of(key);
    let first = read_term(fields.file(), items[0], &path);
    let second = read_term(fields.file(), items[1], &path);
    first.zip(second)
}

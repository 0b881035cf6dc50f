//! The certificate of each formula, as run.json states it.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed as _, Zero as _};
use serde_json::Value as Json;

use super::exact::Fraction;
use super::read::{
    BigLevel, Cell, Crossing, CrossingGroup, Group, Level, Prices, Round, Side, Stage, Stated,
};
use crate::findings::{Finding, Findings, Place};

/// Formulas of run.json, without their rows of program.csv.
pub(super) fn read_formulas(manifest: &Json, findings: &mut Findings) -> Vec<Stated> {
    let Some(formulas) = manifest["formulas"].as_object() else {
        findings.push(no_certificate("no list of formulas"));
        return Vec::new();
    };
    formulas
        .iter()
        .filter_map(|(name, entry)| match read_formula(name, entry) {
            Ok(stated) => Some(stated),
            Err(what) => {
                findings.push(no_certificate(&format!("{what} for {name}")));
                None
            }
        })
        .collect()
}

fn no_certificate(found: &str) -> Finding {
    Finding::error("no-certificate", Place::file("run.json"))
        .found(found)
        .expected("a certificate for each formula")
        .why("without it the result can be compared with nothing")
        .remedy("run the command again with this version of needshare")
}

fn read_formula(name: &str, entry: &Json) -> Result<Stated, String> {
    let certificate = &entry["certificate"];
    let crosses = match certificate["kind"].as_str() {
        Some("nested") => false,
        Some("crossing" | "crossing_squares") => true,
        Some(other) => {
            return Err(format!(
                "a certificate of a kind this version does not know, `{other}`,"
            ));
        }
        None => return Err("no certificate".to_string()),
    };
    let fault = |what: &str| format!("a certificate with no sound {what}");
    let list = |key: &str| certificate[key].as_array().ok_or_else(|| fault(key));
    let services = list("services")?
        .iter()
        .map(|service| service.as_str().map(str::to_string))
        .collect::<Option<Vec<String>>>()
        .ok_or_else(|| fault("services"))?;
    let (groups, crossing) = if crosses {
        let crossing = read_crossing(certificate).ok_or_else(|| fault("cells"))?;
        (Vec::new(), Some(crossing))
    } else {
        let groups = read_groups(list("groups")?).ok_or_else(|| fault("groups"))?;
        (groups, None)
    };
    let control_totals = certificate["control_totals"]
        .as_object()
        .ok_or_else(|| fault("control_totals"))?
        .iter()
        .map(|(column, total)| Some((column.clone(), integer(total)?)))
        .collect::<Option<_>>()
        .ok_or_else(|| fault("control_totals"))?;
    Ok(Stated {
        name: name.to_string(),
        quantum: integer(&entry["quantum_gbp"]).ok_or_else(|| fault("quantum_gbp"))?,
        reached: entry["objective"]["reached"].as_f64(),
        objective: certificate["objective"]
            .as_str()
            .ok_or_else(|| fault("objective"))?
            .to_string(),
        services,
        control_totals,
        groups,
        crossing,
        amounts: Vec::new(),
    })
}

fn read_groups(list: &[Json]) -> Option<Vec<Group>> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places = BTreeMap::new();
    for group in list {
        let read = read_group(group, &places)?;
        if read.parent.is_none() != groups.is_empty() {
            return None;
        }
        places.insert(read.name.clone(), groups.len());
        groups.push(read);
    }
    (!groups.is_empty()).then_some(groups)
}

fn read_crossing(certificate: &Json) -> Option<Crossing> {
    let mut places = BTreeMap::new();
    let mut groups = Vec::new();
    for group in certificate["groups"].as_array()? {
        let name = group["name"].as_str()?.to_string();
        if places.insert(name.clone(), groups.len()).is_some() {
            return None;
        }
        groups.push(CrossingGroup {
            name,
            guarantee: group["guarantee"].as_str()?.to_string(),
            lower: integer(&group["lower_gbp"])?,
            upper: optional(&group["upper_gbp"])?,
        });
    }
    let place = |name: &Json| places.get(name.as_str()?).copied();
    let cells = certificate["cells"].as_array()?.iter().map(|cell| {
        let names = cell["groups"].as_array()?.iter();
        Some(Cell {
            name: cell["name"].as_str()?.to_string(),
            groups: names.map(place).collect::<Option<_>>()?,
            level: match &cell["level"] {
                Json::Null => None,
                level => Some(big_level(level)?),
            },
        })
    });
    let rounds = certificate["rounds"].as_array()?.iter().map(|round| {
        let multipliers = round["groups"].as_array()?.iter();
        let multipliers =
            multipliers.map(|one| Some((place(&one["name"])?, big_integer(&one["multiplier"])?)));
        Some(Round {
            level: big_level(&round["level"])?,
            nation: big_integer(&round["nation_multiplier"])?,
            groups: multipliers.collect::<Option<_>>()?,
        })
    });
    let prices = match &certificate["prices"] {
        Json::Null => None,
        prices => Some(Prices {
            denominator: big_integer(&prices["denominator"]).filter(|d| d.is_positive())?,
            nation: big_integer(&prices["nation"])?,
            groups: prices["groups"]
                .as_array()?
                .iter()
                .map(big_integer)
                .collect::<Option<Vec<_>>>()
                .filter(|prices| prices.len() == groups.len())?,
        }),
    };
    Some(Crossing {
        by_squares: certificate["kind"] == "crossing_squares",
        prices,
        cells: cells.collect::<Option<_>>()?,
        rounds: rounds.collect::<Option<_>>()?,
        groups,
    })
}

fn big_integer(json: &Json) -> Option<BigInt> {
    json.as_str()?.parse().ok()
}

fn big_level(json: &Json) -> Option<BigLevel> {
    let below = big_integer(&json["denominator"])?;
    if below.is_zero() || below.is_negative() {
        return None;
    }
    Some(BigLevel {
        stage: stage(json["stage"].as_str()?)?,
        value: BigRational::new(big_integer(&json["numerator"])?, below),
    })
}

/// A whole number, or none where there is null.
fn optional(json: &Json) -> Option<Option<i128>> {
    match json {
        Json::Null => Some(None),
        number => integer(number).map(Some),
    }
}

/// `before`: groups that stand before it, by name; a group's parent is one of them.
fn read_group(group: &Json, before: &BTreeMap<String, usize>) -> Option<Group> {
    let name = group["name"].as_str()?.to_string();
    if before.contains_key(&name) {
        return None;
    }
    let parent = match &group["parent"] {
        Json::Null => None,
        parent => Some(*before.get(parent.as_str()?)?),
    };
    Some(Group {
        name,
        guarantee: match &group["guarantee"] {
            Json::Null => None,
            guarantee => Some(guarantee.as_str()?.to_string()),
        },
        parent,
        lower: optional(&group["lower_gbp"])?,
        upper: optional(&group["upper_gbp"])?,
        total: fraction(&group["total_millionths"])?,
        level: match &group["level"] {
            Json::Null => None,
            level => Some(Level {
                stage: stage(level["stage"].as_str()?)?,
                value: fraction(level)?,
            }),
        },
        tight: match group["tight"].as_str()? {
            "free" => Side::Free,
            "lower" => Side::Lower,
            "upper" => Side::Upper,
            _ => return None,
        },
        price: optional(&group["price_billionths"])?,
    })
}

fn fraction(json: &Json) -> Option<Fraction> {
    Fraction::new(integer(&json["numerator"])?, integer(&json["denominator"])?)
}

/// A whole number, as JSON's own or as text.
fn integer(json: &Json) -> Option<i128> {
    match json {
        Json::String(text) => text.parse().ok(),
        Json::Number(number) => number.as_i64().map(i128::from),
        _ => None,
    }
}

pub(super) fn stage(word: &str) -> Option<Stage> {
    match word {
        "by_need" => Some(Stage::ByNeed),
        "beyond_turn" => Some(Stage::BeyondTurn),
        "per_head" => Some(Stage::PerHead),
        _ => None,
    }
}

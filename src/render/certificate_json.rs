//! What proves a formula's answer, as `run.json` has it: groups and their levels, and
//! nothing per authority.

use serde_json::{Value as Json, json};

use super::program_table::{COLUMNS, amount};
use crate::certificate::{
    Certificate, CertifiedCell, CertifiedGroup, CertifiedRound, CrossingGroup,
};
use crate::program::{Goal, LinearProgram, Stage, Variable};
use crate::results::FormulaResult;
use crate::solve::crossing::ExactLevel;
use crate::solve::{ExactAmount, NodeState};
use crate::units::Pounds;

/// A certificate as JSON.
pub(super) fn certificate_json(result: &FormulaResult, certificate: &Certificate) -> Json {
    let program = &result.solved.program;
    let mut json = json!({
        "kind": "nested",
        "objective": result.formula.objective.word(),
        "services": program.services.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "control_totals": control_totals(program, result, certificate),
    });
    match certificate {
        Certificate::Nested { groups, .. } => {
            json["groups"] = groups
                .iter()
                .map(|group| group_json(group, groups))
                .collect();
        }
        Certificate::Crossing {
            groups,
            cells,
            rounds,
            prices,
            ..
        } => {
            json["kind"] = json!(match program.goal {
                Goal::LeastSquares => "crossing_squares",
                _ => "crossing",
            });
            json["prices"] = json!(prices.as_ref().map(|prices| json!({
                "denominator": prices.denominator.to_string(),
                "nation": prices.nation.to_string(),
                "groups": prices.rows.iter().map(ToString::to_string).collect::<Vec<_>>(),
            })));
            json["groups"] = groups.iter().map(crossing_group_json).collect();
            json["cells"] = cells.iter().map(|cell| cell_json(cell, groups)).collect();
            json["rounds"] = rounds
                .iter()
                .map(|round| round_json(round, groups))
                .collect();
        }
    }
    json
}

/// Sums of the table's columns and of groups' bounds: a number that changes no longer
/// adds up.
fn control_totals(
    program: &LinearProgram,
    result: &FormulaResult,
    certificate: &Certificate,
) -> Json {
    let mut sums = [0_i128; 11];
    for (id, variable) in program.variables.keys().zip(program.all_limited()) {
        let turn = variable.turn().map_or([0; 3], |turn| {
            [turn.at.0, turn.measure.offset.0, turn.measure.weight]
        });
        let deviation = match &program.goal {
            Goal::LeastDeviation(deviations) => {
                [i128::from(deviations[id].target.0), deviations[id].weight]
            }
            Goal::Leximin | Goal::ScaleGains(_) | Goal::LeastSquares | Goal::LeastQuantum => [0; 2],
        };
        let row = [
            i128::from(variable.lower.0),
            variable.upper.map_or(0, |upper| i128::from(upper.0)),
            variable.measure.offset.0,
            variable.measure.weight,
            turn[0],
            turn[1],
            turn[2],
            deviation[0],
            deviation[1],
            variable.need.into(),
            i128::from(amount(result, &variable).0),
        ];
        for (sum, number) in sums.iter_mut().zip(row) {
            *sum += number;
        }
    }
    let summed = COLUMNS.iter().filter(|[_, kind, ..]| *kind == "integer");
    let mut totals = serde_json::Map::new();
    totals.insert("rows".to_string(), json!(program.variables.len()));
    let by_need = |variable: &&Variable| variable.measure.stage == Stage::ByNeed;
    let by_need = program.variables.iter().filter(by_need).count();
    totals.insert("rows_by_need".to_string(), json!(by_need));
    for ([name, ..], sum) in summed.zip(sums) {
        totals.insert((*name).to_string(), json!(sum.to_string()));
    }
    let (lower, upper) = match certificate {
        Certificate::Nested { groups, .. } => {
            let bounds = |bound: fn(&CertifiedGroup) -> Option<Pounds>| {
                groups.iter().filter_map(bound).sum::<Pounds>()
            };
            (bounds(|group| group.lower), bounds(|group| group.upper))
        }
        Certificate::Crossing { groups, .. } => (
            groups.iter().map(|group| group.lower).sum(),
            groups.iter().filter_map(|group| group.upper).sum(),
        ),
    };
    totals.insert("groups_lower_gbp".to_string(), json!(lower.0.to_string()));
    totals.insert("groups_upper_gbp".to_string(), json!(upper.0.to_string()));
    Json::Object(totals)
}

fn group_json(group: &CertifiedGroup, groups: &[CertifiedGroup]) -> Json {
    json!({
        "name": group.name,
        "guarantee": group.guarantee,
        "parent": group.parent.map(|parent| &groups[parent].name),
        "lower_gbp": group.lower.map(|bound| bound.0),
        "upper_gbp": group.upper.map(|bound| bound.0),
        "total_millionths": fraction_json(group.total),
        "level": group.level.map(|level| json!({
            "numerator": level.numerator.to_string(),
            "denominator": level.denominator.to_string(),
            "stage": level.stage.word(),
        })),
        "tight": match group.tight {
            NodeState::Free => "free",
            NodeState::AtLower => "lower",
            NodeState::AtUpper => "upper",
        },
        "price_billionths": group.price.map(|price| price.to_string()),
    })
}

fn fraction_json(fraction: ExactAmount) -> Json {
    json!({
        "numerator": fraction.numerator.to_string(),
        "denominator": fraction.denominator.to_string(),
    })
}

fn crossing_group_json(group: &CrossingGroup) -> Json {
    json!({
        "name": group.name,
        "guarantee": group.guarantee,
        "lower_gbp": group.lower.0,
        "upper_gbp": group.upper.map(|bound| bound.0),
    })
}

fn cell_json(cell: &CertifiedCell, groups: &[CrossingGroup]) -> Json {
    let names = cell.groups.iter().map(|&group| &groups[group].name);
    json!({
        "name": cell.name,
        "groups": names.collect::<Vec<_>>(),
        "level": cell.level.as_ref().map(exact_level_json),
    })
}

fn round_json(round: &CertifiedRound, groups: &[CrossingGroup]) -> Json {
    let multipliers = round.groups.iter().map(|(group, multiplier)| {
        json!({ "name": groups[*group].name, "multiplier": multiplier.to_string() })
    });
    json!({
        "level": exact_level_json(&round.level),
        "nation_multiplier": round.nation.to_string(),
        "groups": multipliers.collect::<Vec<_>>(),
    })
}

fn exact_level_json(level: &ExactLevel) -> Json {
    json!({
        "numerator": level.value.numer().to_string(),
        "denominator": level.value.denom().to_string(),
        "stage": level.stage.word(),
    })
}

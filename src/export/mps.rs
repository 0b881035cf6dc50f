//! Free MPS: names without blanks, fields parted by blanks. A program that is maximised
//! says so in OBJSENSE; squares stand in QUADOBJ, which readers halve.

use super::model::{Model, Relation};

pub(super) fn write(model: &Model) -> String {
    let mut text = String::new();
    for comment in &model.comments {
        text.push_str(&format!("* {}\n", comment));
    }
    let objective = model.objective_name;
    text.push_str("NAME needshare\n");
    if model.maximise {
        text.push_str("OBJSENSE\n    MAX\n");
    }
    text.push_str(&format!("ROWS\n N {objective}\n"));
    for row in &model.rows {
        let relation = match row.relation {
            Relation::Least => "G",
            Relation::Most => "L",
            Relation::Equal => "E",
        };
        text.push_str(&format!(" {relation} {}\n", row.name));
    }
    write_columns(model, &mut text);
    text.push_str("RHS\n");
    for row in model.rows.iter().filter(|row| !row.held_to.is_zero()) {
        text.push_str(&format!("    rhs {} {}\n", row.name, row.held_to.text()));
    }
    text.push_str("BOUNDS\n");
    for column in &model.columns {
        let name = &column.name;
        let mut bound = |kind: &str, value: &str| {
            text.push_str(&format!(" {kind} bounds {name}{value}\n"));
        };
        match (&column.lower, &column.upper) {
            (None, None) => bound("FR", ""),
            (Some(lower), Some(upper)) if lower == upper => {
                bound("FX", &format!(" {}", lower.text()));
            }
            (lower, upper) => {
                match lower {
                    None => bound("MI", ""),
                    // Zero is what MPS takes for granted.
                    Some(lower) if lower.is_zero() => {}
                    Some(lower) => bound("LO", &format!(" {}", lower.text())),
                }
                if let Some(upper) = upper {
                    bound("UP", &format!(" {}", upper.text()));
                }
            }
        }
    }
    if !model.squares.is_empty() {
        text.push_str("QUADOBJ\n");
        for (column, coefficient) in &model.squares {
            let name = &model.columns[*column].name;
            let doubled: f64 = 2.0 * coefficient.digits.parse().unwrap_or(0.0);
            text.push_str(&format!("    {name} {name} {doubled}\n"));
        }
    }
    text.push_str("ENDATA\n");
    text
}

/// MPS goes column by column.
fn write_columns(model: &Model, text: &mut String) {
    let mut entries: Vec<Vec<(&str, String)>> = vec![Vec::new(); model.columns.len()];
    for (column, coefficient) in &model.objective {
        entries[*column].push((model.objective_name, coefficient.text()));
    }
    for row in &model.rows {
        for (column, coefficient) in &row.terms {
            entries[*column].push((&row.name, coefficient.text()));
        }
    }
    text.push_str("COLUMNS\n");
    for (column, entries) in model.columns.iter().zip(entries) {
        let name = &column.name;
        if entries.is_empty() {
            // A column must be named here before its bounds are.
            text.push_str(&format!("    {name} {} 0\n", model.objective_name));
        }
        for (row, coefficient) in entries {
            text.push_str(&format!("    {name} {row} {coefficient}\n"));
        }
    }
}

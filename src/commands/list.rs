//! `needshare list`: what the program carries.

use super::{Failure, Format, print};
use crate::findings::{COMMAND_LINE, Findings, Place};
use crate::formula::{FORMULAS, open_formula};
use crate::inputs::built_in;
use crate::render::report::{Block, to_text};
use crate::render::table::{Align, Grid};
use crate::render::tables::formulas_table;

/// Lists formulas, scenarios and datasets.
pub fn list(format: Option<Format>) -> Result<(), Failure> {
    let mut findings = Findings::new();
    let formulas: Vec<_> = built_in::formula_names()
        .into_iter()
        .filter_map(|name| open_formula(name, &Place::option(COMMAND_LINE), &mut findings))
        .map(|(formula, _)| formula)
        .collect();
    let table = formulas_table(&formulas);
    match format {
        Some(Format::Csv) => return print(&table.to_csv()),
        Some(Format::Json) => {
            let document = serde_json::json!({
                "command": "needshare list",
                "version": env!("CARGO_PKG_VERSION"),
                "tables": { "formulas": table.to_json() },
            });
            return print(&format!("{document}\n"));
        }
        Some(Format::Markdown) => return print(&table.to_markdown()),
        None => {}
    }
    let mut grid = Grid::new([
        ("name".to_string(), Align::Left),
        ("kind".to_string(), Align::Left),
        ("compared by default".to_string(), Align::Left),
        ("title".to_string(), Align::Left),
    ]);
    for formula in &formulas {
        grid.push([
            formula.name.to_string(),
            formula.provenance.word().to_string(),
            if formula.compare_by_default {
                "yes"
            } else {
                "no"
            }
            .to_string(),
            formula.title.clone(),
        ]);
    }
    print(&to_text(&[
        Block::Heading(2, "Formulas".to_string()),
        Block::Table(grid),
        Block::Heading(2, "Overlays, for FORMULA+OVERLAY".to_string()),
        Block::Paragraph(built_in::names(FORMULAS.overlays, ".toml").join(", ")),
        Block::Heading(2, "Scenarios".to_string()),
        Block::Paragraph(built_in::scenario_names().join(", ")),
        Block::Heading(2, "Datasets".to_string()),
        Block::Paragraph(built_in::dataset_names().join(", ")),
    ]))
}

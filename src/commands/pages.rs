//! The pages and schemas under `docs/` that are made from the program itself.

use super::open::open;
use super::{Failure, Request};
use crate::assess::StatedQuantum;
use crate::findings::{COMMAND_LINE, Findings, Place};
use crate::formula::{Formula, open_formula};
use crate::inputs::built_in;
use crate::render::league::measures_page;
use crate::render::pages::{
    FormulaReproduced, MADE, catalogue_page, grammar_page, reproductions_page,
};
use crate::render::report::to_markdown;
use crate::reproduce::reproduce;
use crate::schema::schemas;
use crate::solve::Road;

/// Each page's path below `docs/`, and its text.
pub fn pages() -> Result<Vec<(String, String)>, Failure> {
    let mut findings = Findings::new();
    let formulas: Vec<Formula> = built_in::formula_names()
        .into_iter()
        .filter_map(|name| open_formula(name, &Place::option(COMMAND_LINE), &mut findings))
        .map(|(formula, _)| formula)
        .collect();
    if findings.has_errors() {
        return Err(Failure::Findings(findings));
    }
    let mut pages = vec![
        ("GRAMMAR.md".to_string(), grammar_page()),
        (
            "MEASURES.md".to_string(),
            format!("{MADE}{}", to_markdown(&measures_page())),
        ),
        ("FORMULAS.md".to_string(), catalogue_page(&formulas)),
        (
            "REPRODUCTIONS.md".to_string(),
            reproductions_page(&reproduced(&formulas)?),
        ),
    ];
    for (name, schema) in schemas() {
        let text = format!("{schema:#}\n");
        pages.push((format!("schema/{name}"), text));
    }
    Ok(pages)
}

fn reproduced(formulas: &[Formula]) -> Result<Vec<FormulaReproduced>, Failure> {
    formulas
        .iter()
        .filter(|formula| !formula.reproduces.is_empty())
        .map(|formula| {
            let opened = open(&Request {
                formulas: vec![formula.name.to_string()],
                also: Vec::new(),
                overlays: Vec::new(),
                baselines: Vec::new(),
                inputs: None,
                scenario: None,
                quantum: StatedQuantum::None,
                method: Road::Nested.into(),
            })?;
            let solved = opened.study.solve(&formula.name)?;
            Ok(FormulaReproduced {
                reproduced: reproduce(formula, &opened.study.dataset, &solved),
                register: opened.study.dataset.register,
                formula: formula.clone(),
            })
        })
        .collect()
}

//! `needshare show`: a formula explained. `needshare new formula`: a starter to fill in.

use std::fs;
use std::path::{Path, PathBuf};

use super::open::open;
use super::{Failure, Format, Request, print};
use crate::effects::{Effect, effects};
use crate::formula::Formula;
use crate::inputs::SourceFile;
use crate::render::formula_page::formula_page;
use crate::render::report::{in_currency, to_markdown, to_text};
use crate::render::tables::effects_table;
use crate::study::Study;

/// Explains a formula.
pub fn show(request: &Request, format: Option<Format>) -> Result<(), Failure> {
    let opened = open(request)?;
    eprint!("{}", opened.warnings.render());
    let study = &opened.study;
    let formula = &study.formulas[0];
    let solved = study.solve(&formula.name)?;
    let effects = effects(study, formula, &solved)?;
    print(&shown(study, formula, &effects, format))
}

fn shown(study: &Study, formula: &Formula, effects: &[Effect], format: Option<Format>) -> String {
    let page = || {
        let page = formula_page(formula, Some(effects));
        in_currency(page, study.currency())
    };
    match format {
        None => to_text(&page()),
        Some(Format::Markdown) => to_markdown(&page()),
        Some(Format::Csv) => effects_table(effects).to_csv(),
        Some(Format::Json) => {
            let document = serde_json::json!({
                "command": format!("needshare show {}", formula.name),
                "version": env!("CARGO_PKG_VERSION"),
                "tables": { "effects": effects_table(effects).to_json() },
            });
            format!("{document}\n")
        }
    }
}

/// The starter that `new formula` writes.
const STARTER: &str = "formulas/starter/formula.toml";

/// Writes a commented starter; never over a file that is there, unless forced.
pub fn new_formula(path: &Path, force: bool) -> Result<(), Failure> {
    let path = if path.extension().is_some_and(|ending| ending == "toml") {
        path.to_path_buf()
    } else {
        PathBuf::from(format!("{}.toml", path.display()))
    };
    if path.exists() && !force {
        return Err(Failure::Usage(format!(
            "{} exists; --force replaces it",
            path.display()
        )));
    }
    let starter = SourceFile::built_in(STARTER).expect("the program carries it");
    fs::write(&path, &starter.bytes)
        .map_err(|error| Failure::Io(format!("cannot write {}: {error}", path.display())))?;
    let bare = path.components().count() == 1;
    let given = if bare {
        format!("./{}", path.display())
    } else {
        path.display().to_string()
    };
    print(&format!(
        "{given}: a starter that runs as it is; needshare check {given}, then needshare allocate {given}\n"
    ))
}

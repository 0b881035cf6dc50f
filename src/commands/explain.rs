//! `needshare explain`: one authority's figure, from population to pounds.

use serde_json::{Value as Json, json};

use super::open::open;
use super::output::Typed;
use super::{Failure, Format, Request, print};
use crate::explain::Explainer;
use crate::findings::{COMMAND_LINE, Place, did_you_mean};
use crate::formula::FormulaReference;
use crate::ids::AuthorityCode;
use crate::inputs::named::without_folders;
use crate::register::{Position, Register};
use crate::render::explanation::{explanation_page, explanation_tables};
use crate::render::report::{to_markdown, to_text};
use crate::results::{Against, baseline_money, formula_result};
use crate::units::PerCent;

/// Options of `explain` alone.
#[derive(Debug, Clone)]
pub struct ExplainOptions {
    /// A code, or an exact name.
    pub authority: String,
    /// Another formula, by name or path.
    pub against: Option<String>,
    /// Change in per cent beyond which an authority wins or loses.
    pub tolerance: f64,
    /// To stdout in this format; none for text.
    pub format: Option<Format>,
}

/// Explains one authority's figure under a formula.
pub fn explain(mut request: Request, options: &ExplainOptions) -> Result<(), Failure> {
    request.also.extend(options.against.clone());
    let opened = open(&request)?;
    eprint!("{}", opened.warnings.render());
    let study = &opened.study;
    let register = &study.dataset.register;
    let at = find_authority(register, &options.authority)?;
    let baselines = baseline_money(study, &opened.baselines)?;
    let against = Against {
        baselines: &baselines,
        tolerance: PerCent(options.tolerance),
        keeps_amounts: true,
        ..Against::NOTHING
    };
    let formula = study.formula(&opened.selected[0]);
    let result = formula_result(study, formula, &against)?;
    let other = options
        .against
        .as_ref()
        .map(|given| FormulaReference::new(given, Place::option(COMMAND_LINE)).name);
    let explainer = Explainer::new(study, &result, &opened.baselines, other.as_ref())?;
    let explanation = explainer.explain_with_turns(at);
    let page = || explanation_page(study, &result, &explanation);
    let tables = explanation_tables(&result, &explanation, register);
    match options.format {
        None => print(&to_text(&page())),
        Some(Format::Markdown) => print(&to_markdown(&page())),
        Some(Format::Csv) => print(&tables[0].to_csv()),
        Some(Format::Json) => {
            let tables: serde_json::Map<String, Json> = tables
                .iter()
                .map(|table| (table.name.to_string(), table.to_json()))
                .collect();
            let mut typed = Typed::new("explain", &request);
            typed.word(register[at].code.as_str());
            typed.option(
                "against",
                options.against.as_ref().map(|name| without_folders(name)),
            );
            let other = options.tolerance != 0.5;
            typed.option("tolerance", other.then(|| options.tolerance.to_string()));
            let document = json!({
                "command": typed.text(),
                "version": env!("CARGO_PKG_VERSION"),
                "tables": tables,
            });
            print(&format!("{document}\n"))
        }
    }
}

/// An authority by code or exact name; capitals do not matter in a name.
pub(super) fn find_authority(register: &Register, text: &str) -> Result<Position, Failure> {
    let text = text.trim();
    if let Some(at) = register.find(&AuthorityCode::new(text)) {
        return Ok(at);
    }
    let named = |exact: bool| -> Vec<Position> {
        register
            .positions()
            .filter(|at| match exact {
                true => *register[*at].name == *text,
                false => register[*at].name.to_lowercase() == text.to_lowercase(),
            })
            .collect()
    };
    let exact = named(true);
    let found = if exact.is_empty() {
        named(false)
    } else {
        exact
    };
    match found.as_slice() {
        [one] => Ok(*one),
        [] => {
            let all = || register.iter().map(|authority| &*authority.name);
            let lower = text.to_lowercase();
            let within: Vec<&str> = all()
                .filter(|name| name.to_lowercase().contains(&lower))
                .collect();
            if !within.is_empty() && !text.is_empty() {
                return Err(Failure::Usage(format!(
                    "no authority has the code or name `{text}`; names with it: `{}`",
                    within.join("`, `")
                )));
            }
            let names: Vec<&str> = all().collect();
            Err(Failure::Usage(format!(
                "no authority has the code or name `{text}`; {}",
                did_you_mean(text, names)
            )))
        }
        several => {
            let codes: Vec<String> = several
                .iter()
                .map(|at| register[*at].code.to_string())
                .collect();
            Err(Failure::Usage(format!(
                "`{text}` is the name of {}; give the code",
                codes.join(" and ")
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::StatedQuantum;
    use crate::explain::{Explanation, StepKind};
    use crate::inputs::built_in;
    use crate::results::FormulaResult;
    use crate::solve::Road;
    use crate::units::Pounds;

    /// Authorities of a formula that are explained; of larger tables, every so many.
    const MOST: usize = 153;

    fn check(result: &FormulaResult, explanation: &Explanation, whose: &str) {
        let at = explanation.at;
        let allocation = &result.solved.allocation;
        let mut sum = Pounds::ZERO;
        for step in &explanation.steps {
            match step.kind {
                StepKind::Start | StepKind::Change => sum += step.pounds,
                StepKind::Subtotal | StepKind::Total => {
                    assert_eq!(sum, step.pounds, "{whose}: {}", step.what);
                }
            }
        }
        let total = |part: &str| {
            let found = explanation
                .steps
                .iter()
                .find(|s| s.kind == StepKind::Total && s.part == part);
            found.map(|step| step.pounds)
        };
        assert_eq!(total("Amount"), Some(allocation.amount[at]), "{whose}");
        assert_eq!(sum, allocation.funding[at], "{whose}");
        // Rounding leaves at most half a pound for each line.
        let lines = i64::try_from(explanation.steps.len()).expect("few");
        for step in explanation
            .steps
            .iter()
            .filter(|step| step.what.contains("whole pounds"))
        {
            assert!(step.pounds.0.abs() <= 1 + lines / 2, "{whose}: {step:?}");
        }
        for swing in &explanation.swings {
            let causes: Pounds = swing.causes.iter().map(|(_, pounds)| *pounds).sum();
            assert_eq!(causes, swing.change, "{whose} against {}", swing.against);
            assert_eq!(
                swing.other + swing.change,
                allocation.funding[at],
                "{whose}"
            );
            for (what, pounds) in &swing.causes {
                let is_rounding = what.contains("rounding");
                assert!(
                    !is_rounding || pounds.0.abs() <= 2 + lines,
                    "{whose}: {what} {pounds}"
                );
            }
        }
    }

    #[test]
    fn every_formula_adds_up_for_every_authority_and_its_swings_to_the_change() {
        let mut explained_in_all = 0;
        for name in built_in::formula_names() {
            let request = Request {
                formulas: vec![name.to_string()],
                also: Vec::new(),
                overlays: Vec::new(),
                baselines: Vec::new(),
                inputs: None,
                scenario: None,
                quantum: StatedQuantum::None,
                method: Road::Nested.into(),
            };
            let opened = open(&request).unwrap_or_else(|failure| panic!("{name}: {failure}"));
            let study = &opened.study;
            let baselines = baseline_money(study, &opened.baselines).expect("baselines");
            let against = Against {
                baselines: &baselines,
                keeps_amounts: true,
                ..Against::NOTHING
            };
            let formula = study.formula(&opened.selected[0]);
            let result = formula_result(study, formula, &against).expect("a result");
            let register = &study.dataset.register;
            let every = register.len().div_ceil(MOST);
            let explainer = Explainer::new(study, &result, &opened.baselines, None);
            let explainer = explainer.expect("a formula that can be explained");
            for at in register.positions().step_by(every) {
                let explanation = explainer.explain(at);
                assert!(explanation.steps.len() >= 3);
                check(
                    &result,
                    &explanation,
                    &format!("{name}, {}", register[at].code),
                );
                explained_in_all += 1;
            }
        }
        // Fifteen formulas are about England's 153 authorities.
        assert!(explained_in_all > 15 * MOST, "{explained_in_all}");
    }
}

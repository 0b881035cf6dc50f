//! A formula explained as a person would: how need is measured, step by step, in sentences
//! and in mathematics; what authorities raise; how the quantum is shared; what each part
//! moves in pounds.

use super::report::Block;
use super::table::{Align, Grid};
use crate::effects::Effect;
use crate::formula::words::{number, sum};
use crate::formula::{
    AreaCostForm, Formula, FormulaData, Need, NotionalRate, NotionalResources, OwnResources,
    Quantum, RelativeNeed, Service,
};
use crate::units::group_digits;

/// The page of a formula. `effects` are what its parts move, where they were worked out.
pub fn formula_page(formula: &Formula, effects: Option<&[Effect]>) -> Vec<Block> {
    let mut page = Page { blocks: Vec::new() };
    page.opening(formula);
    page.steps(formula);
    page.need(formula);
    page.own_resources(formula);
    page.sharing(formula);
    if let Some(effects) = effects {
        page.effects(effects);
    }
    page.blocks
}

struct Page {
    blocks: Vec<Block>,
}

impl Page {
    fn paragraph(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }

    fn mathematics(&mut self, line: impl Into<String>) {
        self.blocks.push(Block::Mathematics(line.into()));
    }

    fn heading(&mut self, text: &str) {
        self.blocks.push(Block::Heading(2, text.to_string()));
    }

    fn opening(&mut self, formula: &Formula) {
        self.blocks.push(Block::Heading(
            1,
            format!("{} ({})", formula.title, formula.name),
        ));
        self.paragraph(formula.summary.clone());
        let data = match &formula.data {
            FormulaData::BuiltIn(name) => format!("built-in data {name}"),
            FormulaData::Own { table, .. } => {
                let file = table
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned());
                format!("its own table {}", file.unwrap_or_default())
            }
        };
        let year = formula
            .year
            .as_ref()
            .map_or(String::new(), |year| format!(", for {year}"));
        self.paragraph(format!(
            "Kind: {}. For {data}{year}.",
            formula.provenance.word()
        ));
    }

    fn steps(&mut self, formula: &Formula) {
        if formula.indicators.is_empty() {
            return;
        }
        self.heading("Step by step");
        for (position, indicator) in formula.indicators.iter().enumerate() {
            let unit = match indicator.unit.as_str() {
                "" => String::new(),
                unit => format!(" [{unit}]"),
            };
            let note = match indicator.note.as_str() {
                "" => String::new(),
                note => format!(" {}.", with_capital(note.trim_end_matches('.'))),
            };
            self.paragraph(format!(
                "{}. {}{unit}: {}.{note}",
                position + 1,
                indicator.name,
                indicator.sentence(),
            ));
            self.mathematics(indicator.mathematics());
        }
    }

    fn need(&mut self, formula: &Formula) {
        self.heading("How need is measured");
        match &formula.need {
            Need::Services(services) => {
                for service in services {
                    let (part, score) = service_in_words(service);
                    self.paragraph(part);
                    self.mathematics(score);
                }
                if services.len() > 1 {
                    self.mathematics(
                        "need share = Σ over services of its part of the quantum × score ÷ Σ score",
                    );
                } else {
                    self.mathematics("need share = score ÷ Σ score");
                }
            }
            Need::Relative(terms) => {
                self.mathematics(format!(
                    "need share = max(0, {0}) ÷ Σ max(0, {0})",
                    sum(terms)
                ));
            }
            Need::Targets(terms) => {
                self.paragraph("Targets are stated in money and never rescaled to the quantum.");
                self.mathematics(format!("target = {}", sum(terms)));
            }
        }
    }

    fn own_resources(&mut self, formula: &Formula) {
        let Some(own) = &formula.own_resources else {
            return;
        };
        self.heading("What authorities raise themselves");
        self.mathematics(match own {
            OwnResources::Amount {
                terms,
                equalisation,
            } => {
                let part = match *equalisation {
                    1.0 => String::new(),
                    part => format!("{} × ", number(part)),
                };
                format!("own resources = {part}({})", sum(terms))
            }
            OwnResources::Notional(notional) => notional_in_words(notional),
        });
        if !matches!(formula.need, Need::Targets(_)) {
            self.mathematics("target = need share × (quantum + Σ own resources) − own resources");
        }
    }

    fn sharing(&mut self, formula: &Formula) {
        self.heading("How the quantum is shared");
        let quantum = match &formula.quantum {
            Quantum::Spending => "the scenario's spending to be met".to_string(),
            Quantum::SpendingLessOwnResources => {
                "the scenario's spending to be met, less all own resources".to_string()
            }
            Quantum::ControlTotals => "the sum of the services' control totals".to_string(),
            Quantum::Stated(pounds) => group_digits(pounds.0.unsigned_abs()),
            Quantum::Sum(terms) => format!("the sum over all authorities of {}", sum(terms)),
            Quantum::Number(reference) => reference.name.to_string(),
        };
        self.paragraph(format!("Quantum: {quantum}."));
        self.paragraph(formula.objective.sentence());
        for guarantee in &formula.guarantees {
            self.paragraph(format!(
                "Guarantee \"{}\": {}.",
                guarantee.name,
                guarantee.sentence()
            ));
        }
    }

    fn effects(&mut self, effects: &[Effect]) {
        self.heading("What each part moves");
        self.paragraph(
            "Money that would go elsewhere without it: half the sum of all changes in amounts. Parts overlap, so they do not add up.",
        );
        let mut grid = Grid::new([
            ("part".to_string(), Align::Left),
            ("without it".to_string(), Align::Left),
            ("moves".to_string(), Align::Right),
        ]);
        let mut sorted: Vec<&Effect> = effects.iter().collect();
        sorted.sort_by_key(|effect| std::cmp::Reverse(effect.moved));
        for effect in sorted {
            grid.push([
                effect.part.words(),
                effect.part.left_out().to_string(),
                effect.moved.map_or_else(
                    || "nothing can be shared without it".to_string(),
                    |moved| group_digits(moved.0.unsigned_abs()),
                ),
            ]);
        }
        self.blocks.push(Block::Table(grid));
    }
}

/// A sentence's first letter as a capital.
fn with_capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// What part of the quantum a service is, and its score.
fn service_in_words(service: &Service) -> (String, String) {
    let score = match &service.relative_need {
        RelativeNeed::Score(score) => score.name.to_string(),
        RelativeNeed::PerClient {
            clients,
            basic,
            top_up,
        } => {
            let top_ups: String = top_up
                .iter()
                .map(|top_up| {
                    format!(
                        " + {} × index of {}",
                        number(top_up.amount),
                        top_up.index.name
                    )
                })
                .collect();
            format!("{} × ({}{top_ups})", clients.name, number(*basic))
        }
    };
    let costs: Vec<String> = match service.area_cost_form {
        _ if service.area_cost.is_empty() => Vec::new(),
        AreaCostForm::Product => service
            .area_cost
            .iter()
            .map(|cost| {
                format!(
                    "(1 − {0} + {0} × {1})",
                    number(cost.weight),
                    cost.index.name
                )
            })
            .collect(),
        AreaCostForm::Sum => {
            let weight: f64 = service.area_cost.iter().map(|cost| cost.weight).sum();
            let parts: String = service
                .area_cost
                .iter()
                .map(|cost| format!(" + {} × {}", number(cost.weight), cost.index.name))
                .collect();
            vec![format!(
                "(1 − {}{parts})",
                number((weight * 1e12).round() / 1e12)
            )]
        }
    };
    let factors: Vec<String> = std::iter::once(score).chain(costs).collect();
    let part = match service.control_total {
        Some(total) => format!("control total {}", group_digits(total.0.unsigned_abs())),
        None => format!(
            "{} % of the quantum",
            number((service.quantum_share * 1e8).round() / 1e6)
        ),
    };
    (
        format!("{}: {part}.", service.name),
        format!("score = {}", factors.join(" × ")),
    )
}

fn notional_in_words(notional: &NotionalResources) -> String {
    let base = match &notional.support {
        Some(support) => format!("({} − {})", notional.base.name, support.name),
        None => notional.base.name.to_string(),
    };
    let rate = match &notional.rate {
        NotionalRate::AverageOf(total) => {
            format!(
                "Σ {} ÷ Σ {} (the national average rate)",
                total.name, notional.base.name
            )
        }
        NotionalRate::Stated(rate) => number(*rate),
    };
    let mut factors = vec![base, rate];
    for (factor, words) in [
        (notional.collection_rate, "collected"),
        (notional.share_for_services, "for these services"),
        (notional.equalisation, "equalised"),
    ] {
        if factor != 1.0 {
            factors.push(format!("{} ({words})", number(factor)));
        }
    }
    if notional.tier_share.is_some() {
        factors.push("the tier's share, by class".to_string());
    }
    format!("own resources = {}", factors.join(" × "))
}

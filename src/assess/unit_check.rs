//! Units of a formula's indicators, worked out from those of its columns, and what does not
//! go together: a rate added to a count, per cent to a share, people where money is asked
//! for. What has no stated unit goes with anything.

use std::collections::BTreeMap;

use super::Evaluator;
use crate::findings::{Finding, Findings, Place};
use crate::formula::{
    BandGives, Bound, Formula, GuaranteeKind, Indicator, IndicatorKind, Money, Need, OwnResources,
    Quantum, Reference, Statistic, Term,
};
use crate::ids::IndicatorName;
use crate::inputs::unit::Unit;

/// What is known of a number's unit.
type Known = Option<Unit>;

/// Units of indicators, each worked out once.
struct Units<'a> {
    evaluator: &'a Evaluator<'a>,
    indicators: &'a [Indicator],
    known: BTreeMap<IndicatorName, Known>,
    findings: Findings,
}

/// Findings about units in a formula.
pub fn check_units(formula: &Formula, evaluator: &Evaluator<'_>) -> Findings {
    let mut units = Units {
        evaluator,
        indicators: &formula.indicators,
        known: BTreeMap::new(),
        findings: Findings::new(),
    };
    for indicator in &formula.indicators {
        units.of_name(&indicator.name);
    }
    units.money_of(formula);
    units.findings
}

impl Units<'_> {
    fn of_name(&mut self, name: &IndicatorName) -> Known {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        // Something made from itself is found where it is worked out.
        self.known.insert(name.clone(), None);
        let column = self.evaluator.dataset().columns.get(name);
        let unit = match (column, self.indicators.iter().find(|i| i.name == *name)) {
            (Some(column), _) => Unit::read(&column.unit),
            (None, Some(indicator)) => self.of_indicator(indicator),
            (None, None) => None,
        };
        self.known.insert(name.clone(), unit.clone());
        unit
    }

    fn of_reference(&mut self, reference: &Reference) -> Known {
        self.of_name(&reference.name)
    }

    /// A term's unit; a bare number's is whatever is asked for.
    fn of_term(&mut self, term: &Term) -> Known {
        if !term.unit.is_empty() {
            return Unit::read(&term.unit);
        }
        term.reference().and_then(|of| self.of_reference(of))
    }

    /// An indicator's unit: the stated one, which must be that of what it is made from
    /// where nothing in it can carry a unit of its own.
    fn of_indicator(&mut self, indicator: &Indicator) -> Known {
        let stated = Unit::read(&indicator.unit);
        let made = self.of_kind(indicator, stated.is_some());
        let (Some(stated), Some((made, converts))) = (stated.clone(), made.clone()) else {
            return stated.or(made.map(|(unit, _)| unit));
        };
        if !converts && !stated.adds_to(&made) {
            self.findings.push(
                Finding::error("units-differ", indicator.place.clone())
                    .found(format!(
                        "`{}`, whose unit is stated as {} and comes to {}",
                        indicator.name,
                        indicator.unit,
                        in_words(&made)
                    ))
                    .expected("a stated unit that is what it is made of")
                    .why("pounds are worked out from it by its unit")
                    .remedy(format!(
                        "write unit = \"{made}\", or give what changes the unit as a number: {{ of = \"…\", times = … }}"
                    )),
            );
        }
        Some(stated)
    }

    /// The unit of what a kind gives, and whether a bare number in it can change the unit.
    fn of_kind(&mut self, indicator: &Indicator, is_stated: bool) -> Option<(Unit, bool)> {
        let fixed = |unit: Known| unit.map(|unit| (unit, false));
        match &indicator.kind {
            IndicatorKind::Sum(terms) => self.alike(terms, indicator, is_stated),
            IndicatorKind::Difference(a, b) => {
                self.alike(&[a.clone(), b.clone()], indicator, is_stated)
            }
            IndicatorKind::PhaseIn { from, to, .. } => {
                self.alike(&[from.clone(), to.clone()], indicator, is_stated)
            }
            IndicatorKind::Product(terms) => {
                let mut product = Unit::plain();
                let mut converts = false;
                for term in terms {
                    let is_number = term.of.is_none() && term.unit.is_empty();
                    converts |= is_number || (term.converts && term.unit.is_empty());
                    if !is_number {
                        product = product.times(&self.of_term(term)?);
                    }
                }
                Some((product, converts))
            }
            IndicatorKind::Ratio(a, b) => {
                let bare = |term: &Term| term.of.is_none() && term.unit.is_empty();
                let converts = [a, b]
                    .iter()
                    .any(|term| term.converts && term.unit.is_empty());
                let above = if bare(a) {
                    Unit::plain()
                } else {
                    self.of_term(a)?
                };
                let below = if bare(b) {
                    Unit::plain()
                } else {
                    self.of_term(b)?
                };
                Some((above.over(&below), converts))
            }
            IndicatorKind::Clamp {
                of,
                least,
                greatest,
            } => {
                let terms: Vec<Term> = std::iter::once(Term::of(of.clone()))
                    .chain(least.clone())
                    .chain(greatest.clone())
                    .collect();
                self.alike(&terms, indicator, false)
            }
            IndicatorKind::ExcessOver { of, threshold } => {
                self.alike(&[Term::of(of.clone()), threshold.clone()], indicator, false)
            }
            IndicatorKind::AboveLowest { of, lowest, .. } => {
                let terms: Vec<Term> = std::iter::once(Term::of(of.clone()))
                    .chain(lowest.clone())
                    .collect();
                self.alike(&terms, indicator, false)
            }
            IndicatorKind::Scale { of, to, .. } => {
                // Scaled to a total, numbers are in the total's unit.
                let to_unit = self.of_term(to);
                match to_unit {
                    Some(unit) => fixed(Some(unit)),
                    None => self.of_reference(of).map(|unit| (unit, true)),
                }
            }
            IndicatorKind::Fill(fill) => {
                let total = self.of_term(&fill.total);
                let bounds: Vec<Term> = fill
                    .plus
                    .iter()
                    .chain(&fill.least)
                    .chain(&fill.greatest)
                    .chain(std::iter::once(&fill.total))
                    .cloned()
                    .collect();
                let bounds = self.alike(&bounds, indicator, is_stated);
                fixed(total).or(bounds)
            }
            IndicatorKind::Level(fill) => {
                let total = self.of_term(&fill.total)?;
                let weight = self.of_term(&fill.weight)?;
                let converts = fill.weight.converts || fill.total.of.is_none();
                Some((total.over(&weight), converts))
            }
            IndicatorKind::Round { of, .. } => fixed(self.of_reference(of)),
            IndicatorKind::Statistic { what, .. } => match what {
                Statistic::Total(of)
                | Statistic::Mean(of, _)
                | Statistic::Lowest(of)
                | Statistic::Highest(of) => fixed(self.of_reference(of)),
                Statistic::Count => Some((Unit::plain(), true)),
            },
            IndicatorKind::RegionalMeanIndex { .. }
            | IndicatorKind::Share { .. }
            | IndicatorKind::Index { .. }
            | IndicatorKind::ZScore { .. }
            | IndicatorKind::Rank { .. }
            | IndicatorKind::Decile { .. }
            | IndicatorKind::PrincipalComponent(_)
            | IndicatorKind::Factor(_) => Some((Unit::plain(), true)),
            IndicatorKind::When {
                then, otherwise, ..
            } => self.alike(&[then.clone(), otherwise.clone()], indicator, is_stated),
            IndicatorKind::ByYear(values) => {
                let terms: Vec<Term> = values.iter().map(|(_, term)| term.clone()).collect();
                self.alike(&terms, indicator, is_stated)
            }
            IndicatorKind::ByGroup {
                values, otherwise, ..
            } => {
                let terms: Vec<Term> = values
                    .iter()
                    .map(|(_, term)| term.clone())
                    .chain(otherwise.clone())
                    .collect();
                self.alike(&terms, indicator, is_stated)
            }
            IndicatorKind::Banded { bands, .. } => {
                let terms: Vec<Term> = bands
                    .iter()
                    .filter_map(|band| match &band.gives {
                        BandGives::Value(term) => Some(term.clone()),
                        BandGives::Polynomial(_) => None,
                    })
                    .collect();
                self.alike(&terms, indicator, is_stated)
            }
            IndicatorKind::Piecewise { points, .. } => {
                let terms: Vec<Term> = points.iter().map(|(_, y)| y.clone()).collect();
                self.alike(&terms, indicator, is_stated)
            }
            IndicatorKind::Power { of, exponent } => {
                let unit = self.of_reference(of)?;
                // A whole power of a unit is one; others are numbers.
                if unit.is_plain() || exponent.fract() != 0.0 || exponent.abs() > 4.0 {
                    return Some((Unit::plain(), true));
                }
                let mut product = Unit::plain();
                for _ in 0..exponent.abs().round() as u32 {
                    product = product.times(&unit);
                }
                let product = if *exponent < 0.0 {
                    Unit::plain().over(&product)
                } else {
                    product
                };
                Some((product, false))
            }
            IndicatorKind::Log { .. } => Some((Unit::plain(), true)),
        }
    }

    /// The one unit of terms that are added to, or compared with, one another. A number
    /// beside a name can change its unit only where the sum's unit is stated.
    fn alike(
        &mut self,
        terms: &[Term],
        indicator: &Indicator,
        is_stated: bool,
    ) -> Option<(Unit, bool)> {
        let mut first: Option<(Unit, String)> = None;
        let mut converts = false;
        for term in terms {
            let changes = term.converts && term.unit.is_empty();
            converts |= changes;
            if changes && (is_stated || term.of.is_none()) {
                continue;
            }
            let Some(unit) = self.of_term(term) else {
                continue;
            };
            match &first {
                None => first = Some((unit, term.words())),
                Some((known, words)) if !known.adds_to(&unit) => {
                    let place = term
                        .reference()
                        .map_or(&indicator.place, |reference| &reference.place);
                    self.findings.push(differ(
                        indicator,
                        place,
                        (words, known),
                        (&term.words(), &unit),
                    ));
                    return None;
                }
                Some(_) => {}
            }
        }
        first.map(|(unit, _)| (unit, converts))
    }

    /// Quantum, targets and own resources are money, and so is what changes and claims are
    /// counted from.
    fn money_of(&mut self, formula: &Formula) {
        let mut wanted: Vec<(String, Vec<Term>)> = Vec::new();
        for guarantee in &formula.guarantees {
            let money = match &guarantee.kind {
                GuaranteeKind::Floor(Bound::Change { of, .. })
                | GuaranteeKind::Ceiling(Bound::Change { of, .. })
                | GuaranteeKind::PaceOfChange { of, .. } => of,
                // A rate beside it can be pounds for each person, which no unit says.
                _ => continue,
            };
            wanted.push((format!("bounds of \"{}\"", guarantee.name), terms_of(money)));
        }
        let terms = formula.objective.money().map(terms_of).unwrap_or_default();
        wanted.push(("money of the objective".to_string(), terms));
        if let Need::Targets(terms) = &formula.need {
            wanted.push(("target".to_string(), terms.clone()));
        }
        if let Some(OwnResources::Amount { terms, .. }) = &formula.own_resources {
            wanted.push(("own resources".to_string(), terms.clone()));
        }
        match &formula.quantum {
            Quantum::Sum(terms) => wanted.push(("quantum".to_string(), terms.clone())),
            Quantum::Number(reference) => {
                wanted.push(("quantum".to_string(), vec![Term::of(reference.clone())]));
            }
            _ => {}
        }
        for (what, terms) in wanted {
            for term in terms.iter().filter(|term| !term.converts) {
                let Some(unit) = self.of_term(term) else {
                    continue;
                };
                if unit.is_no_money() {
                    let place = term
                        .reference()
                        .map_or(Place::default(), |r| r.place.clone());
                    self.findings.push(
                        Finding::error("not-money", place)
                            .found(format!(
                                "{what} from `{}`, in {}",
                                term.words(),
                                in_words(&unit)
                            ))
                            .expected("money, in whole units of a currency, such as GBP")
                            .why("amounts are whole pounds")
                            .remedy("multiply it into money first: { of = \"…\", times = … }"),
                    );
                }
            }
        }
    }
}

/// Columns and indicators that money is made from; none of baselines and other formulas.
fn terms_of(money: &Money) -> Vec<Term> {
    match money {
        Money::Named(reference) => vec![Term::of(reference.clone())],
        Money::Sum(terms) => terms.clone(),
        Money::Formula(_) | Money::Run(_) => Vec::new(),
    }
}

fn in_words(unit: &Unit) -> String {
    unit.to_string()
}

fn differ(
    indicator: &Indicator,
    place: &Place,
    (first, first_unit): (&str, &Unit),
    (second, second_unit): (&str, &Unit),
) -> Finding {
    let verb = match indicator.kind {
        IndicatorKind::Sum(_) => "added to",
        IndicatorKind::Difference(..) => "set against",
        _ => "beside",
    };
    let reason = match (first_unit.is_plain(), second_unit.is_plain()) {
        (true, true) => "one is a hundred times, or some other number of times, the other",
        (true, false) | (false, true) => {
            "a rate or an index says how much for each; a count says how many: their sum is neither"
        }
        (false, false) => "their sum has no meaning in either unit",
    };
    Finding::error("units-differ", place.clone())
        .found(format!(
            "`{}`: `{second}`, in {}, {verb} `{first}`, in {}",
            indicator.name,
            in_words(second_unit),
            in_words(first_unit)
        ))
        .expected("terms in one unit")
        .why(reason)
        .remedy("multiply the rate by what it is a rate of (product = [\"rate\", \"people\"]), or state what the number beside the name does: { of = \"…\", times = 2, unit = \"…\" }")
}

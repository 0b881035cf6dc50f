//! Looks up columns and derived indicators by name for one formula, and gathers
//! every finding on the way: unknown names, blank cells that are used, divisions
//! by zero.

use std::collections::{BTreeMap, BTreeSet};

use super::indicators::{below, same};
use super::undefined::Undefined;
use crate::findings::{Finding, Findings, Place, did_you_mean, nearest};
use crate::formula::{Condition, Formula, Indicator, Reference, Term, Test};
use crate::ids::{IndicatorName, Text};
use crate::inputs::cell::Cell;
use crate::inputs::unit::Unit;
use crate::inputs::{Dataset, number_in_unit};
use crate::register::{Authority, PerAuthority, Position};
use crate::units::FinePounds;

/// Columns and indicators of one formula over one dataset.
#[derive(Debug)]
pub struct Evaluator<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) indicators: &'a [Indicator],
    /// Evaluated indicators; `None` where evaluation failed and was reported.
    pub(super) known: BTreeMap<IndicatorName, Option<PerAuthority<f64>>>,
    /// Indicators being evaluated, to find one that needs itself.
    under_way: Vec<IndicatorName>,
    /// Blank cells already reported: two indicators can use one column.
    reported: BTreeSet<(IndicatorName, Position)>,
    /// Indicators that have no number somewhere: refused where one is needed there, and if no
    /// `when` chooses others in its place.
    pub(super) undefined: BTreeMap<IndicatorName, Undefined>,
    /// Why, where its kind knows more than that it has none.
    pub(super) reasons: BTreeMap<IndicatorName, Finding>,
    recorded: BTreeMap<IndicatorName, PerAuthority<f64>>,
    /// What `by_year` picks, if the formula or the scenario says.
    year: Option<&'a str>,
    /// A column or indicator to be the same for every authority.
    alike: Option<&'a IndicatorName>,
    pub(super) findings: Findings,
}

impl<'a> Evaluator<'a> {
    /// Nothing evaluated yet.
    pub fn new(dataset: &'a Dataset, indicators: &'a [Indicator], year: Option<&'a str>) -> Self {
        Self {
            dataset,
            indicators,
            year,
            alike: None,
            known: BTreeMap::new(),
            under_way: Vec::new(),
            reported: BTreeSet::new(),
            undefined: BTreeMap::new(),
            reasons: BTreeMap::new(),
            recorded: BTreeMap::new(),
            findings: Findings::new(),
        }
    }

    /// The same, one column or indicator being its mean for every authority.
    pub fn with_alike(mut self, alike: Option<&'a IndicatorName>) -> Self {
        self.alike = alike;
        self
    }

    /// The dataset.
    pub fn dataset(&self) -> &'a Dataset {
        self.dataset
    }

    /// The year that the run is for.
    pub(super) fn year(&self) -> Option<&'a str> {
        self.year
    }

    /// Findings so far, to add to.
    pub fn findings(&mut self) -> &mut Findings {
        &mut self.findings
    }

    /// Keeps an intermediate column for the results.
    pub fn record(&mut self, name: String, column: PerAuthority<f64>) {
        self.recorded.insert(IndicatorName::new(name), column);
    }

    /// Hands over findings, and every column that was evaluated or recorded.
    pub fn finish(mut self, findings: &mut Findings) -> BTreeMap<IndicatorName, PerAuthority<f64>> {
        let names: Vec<IndicatorName> = self.undefined.keys().cloned().collect();
        for name in names {
            if self.undefined[&name] == Undefined::Unnoticed {
                self.refuse_undefined(&name, |_| true);
            }
        }
        findings.append(self.findings);
        let mut columns = self.recorded;
        for (name, column) in self.known {
            if let Some(column) = column {
                columns.insert(name, column);
            }
        }
        columns
    }

    /// The formula's own indicators: names unlike any column's, each once; and every one
    /// evaluated, so that a fault in one that nothing uses is found too.
    pub fn check_indicators(&mut self, formula: &Formula) {
        for (position, indicator) in self.indicators.iter().enumerate() {
            let is_column = self.dataset.columns.contains_key(&indicator.name)
                || self.dataset.texts.contains_key(indicator.name.as_str());
            let earlier = self.indicators[..position]
                .iter()
                .any(|other| other.name == indicator.name);
            if is_column || earlier {
                self.findings.push(
                    Finding::error("repeated-name", indicator.place.clone())
                        .found(format!(
                            "an indicator named `{}`, as {} is",
                            indicator.name,
                            if is_column {
                                "a column"
                            } else {
                                "another indicator"
                            }
                        ))
                        .expected("a name of its own")
                        .why("it would be an accident which of the two is used")
                        .remedy("rename the indicator"),
                );
            }
        }
        for indicator in self.indicators {
            self.wherever_defined(&Reference {
                name: indicator.name.clone(),
                place: indicator.place.clone(),
            });
        }
        let of_guarantees = formula.guarantees.iter().map(|g| (&g.only[..], &g.place));
        let of_indicators = self
            .indicators
            .iter()
            .map(|i| (i.kind.conditions(), &i.place));
        for (conditions, place) in of_guarantees.chain(of_indicators) {
            for condition in conditions {
                if let Test::OneOf(values) | Test::NoneOf(values) = &condition.test {
                    for value in values {
                        self.check_group_value(condition.column.name.as_str(), value, place);
                    }
                }
            }
        }
    }

    /// Which authorities meet conditions.
    pub fn meets(&mut self, conditions: &[Condition]) -> Option<PerAuthority<bool>> {
        let mut all = self.dataset.register.column(|_, _| true);
        for condition in conditions {
            let met = self.meets_one(condition)?;
            all = all.zip_with(&met, |a, b| *a && *b);
        }
        Some(all)
    }

    fn meets_one(&mut self, condition: &Condition) -> Option<PerAuthority<bool>> {
        let column = &condition.column;
        match &condition.test {
            Test::OneOf(values) => {
                let texts = self.group_column(column.name.as_str(), &column.place)?;
                Some(texts.map(|text| values.iter().any(|value| **value == **text)))
            }
            Test::NoneOf(values) => {
                let texts = self.group_column(column.name.as_str(), &column.place)?;
                Some(texts.map(|text| !values.iter().any(|value| **value == **text)))
            }
            Test::Blank(wanted) => {
                let Some(known) = self.dataset.columns.get(&column.name) else {
                    self.unknown(column);
                    return None;
                };
                Some(known.cells.map(|cell| (*cell == Cell::Blank) == *wanted))
            }
            Test::Within(limits) => {
                let numbers = self.column(column)?;
                let mut met = numbers.map(|_| true);
                let holds = |limit: &Option<Term>, holds: fn(f64, f64) -> bool| {
                    limit.clone().map(|limit| (limit, holds))
                };
                let tests = [
                    holds(&limits.at_least, |x, limit| !below(x, limit)),
                    holds(&limits.above, |x, limit| below(limit, x)),
                    holds(&limits.below, below),
                    holds(&limits.at_most, |x, limit| !below(limit, x)),
                    holds(&limits.equals, same),
                ];
                for (limit, test) in tests.into_iter().flatten() {
                    let limit = self.term(&limit)?;
                    let held = numbers.zip_with(&limit, |x, limit| test(*x, *limit));
                    met = met.zip_with(&held, |a, b| *a && *b);
                }
                Some(met)
            }
        }
    }

    /// A text column that a formula groups by or filters on.
    pub fn group_column(&mut self, column: &str, place: &Place) -> Option<PerAuthority<Text>> {
        let of = |authority: &'a Authority| match column {
            "region" => authority.region.as_ref(),
            "class" => authority.class.as_ref(),
            _ => None,
        };
        let by_role: Option<Vec<Text>> = self
            .dataset
            .register
            .iter()
            .map(|authority| of(authority).cloned())
            .collect();
        if let Some(texts) = by_role {
            return Some(PerAuthority::of(texts));
        }
        let found = self.dataset.texts.get(column).cloned();
        // Groups may be numbered too, by a column or by an indicator such as a decile.
        let name = IndicatorName::new(column);
        let is_number = self.dataset.columns.contains_key(&name)
            || self.indicators.iter().any(|i| i.name == name);
        if found.is_none() && is_number {
            let numbers = self.column(&Reference {
                name,
                place: place.clone(),
            })?;
            return Some(numbers.map(|number| number.to_string().into()));
        }
        if found.is_none() {
            self.findings.push(
                Finding::error("unknown-column", place.clone())
                    .found(format!("column `{column}`"))
                    .expected(format!("a text column of {}", self.dataset.name))
                    .remedy(did_you_mean(
                        column,
                        self.dataset.texts.keys().map(String::as_str),
                    )),
            );
        }
        found
    }

    fn check_group_value(&mut self, column: &str, value: &str, place: &Place) {
        if let Some(texts) = self.group_column(column, place)
            && !texts.iter().any(|text| **text == *value)
        {
            let known: BTreeSet<&str> = texts.iter().map(|text| &**text).collect();
            self.findings.push(
                Finding::error("unknown-word", place.clone())
                    .found(format!(
                        "where {column} = \"{value}\", which no authority has"
                    ))
                    .expected(format!("a value of column `{column}`"))
                    .remedy(did_you_mean(value, known)),
            );
        }
    }

    /// A column or indicator, every cell a number; `None` once findings say why not.
    pub fn column(&mut self, reference: &Reference) -> Option<PerAuthority<f64>> {
        let column = self.wherever_defined(reference)?;
        self.refuse_undefined(&reference.name, |_| true)
            .is_none()
            .then_some(column)
    }

    /// The same, not a number where an indicator has none.
    fn wherever_defined(&mut self, reference: &Reference) -> Option<PerAuthority<f64>> {
        if let Some(known) = self.known.get(&reference.name) {
            return known.clone();
        }
        let value = if self.dataset.columns.contains_key(&reference.name) {
            self.whole_column(reference)
        } else if let Some(indicator) = self
            .indicators
            .iter()
            .find(|indicator| indicator.name == reference.name)
        {
            self.evaluate(indicator)
        } else {
            self.unknown(reference);
            None
        };
        let value = match value {
            Some(column) if self.alike == Some(&reference.name) => {
                let known = column.map(|number| number.is_finite().then_some(*number));
                let alike = self.all_alike(&known, &reference.name);
                Some(column.zip_with(&alike, |number, alike| alike.unwrap_or(*number)))
            }
            value => value,
        };
        self.known.insert(reference.name.clone(), value.clone());
        value
    }

    fn unknown(&mut self, reference: &Reference) {
        let wanted = reference.name.as_str();
        if self.dataset.texts.contains_key(wanted) {
            self.findings.push(
                Finding::error("text-column", reference.place.clone())
                    .found(format!("`{wanted}`, a column of text"))
                    .expected("a column of numbers")
                    .remedy("name a column of numbers"),
            );
            return;
        }
        let known: Vec<&str> = self
            .dataset
            .columns
            .keys()
            .chain(self.indicators.iter().map(|indicator| &indicator.name))
            .map(IndicatorName::as_str)
            .collect();
        let remedy = match nearest(wanted, known.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!(
                "add a column `{wanted}` to {}, or {}",
                self.dataset.file,
                did_you_mean(wanted, known)
            ),
        };
        self.findings.push(
            Finding::error("unknown-indicator", reference.place.clone())
                .found(format!("`{wanted}`"))
                .expected(format!(
                    "a column of {} or an [[indicator]] of this formula",
                    self.dataset.name
                ))
                .why("a name that is not found could only be guessed")
                .remedy(remedy),
        );
    }

    fn whole_column(&mut self, reference: &Reference) -> Option<PerAuthority<f64>> {
        let column = self.optional_column(reference, |_| true)?;
        if column.iter().any(Option::is_none) {
            return None;
        }
        Some(column.map(|value| value.unwrap_or(0.0)))
    }

    /// A table's column, with findings for blank cells among those `needed`.
    pub(super) fn optional_column(
        &mut self,
        reference: &Reference,
        needed: impl Fn(Position) -> bool,
    ) -> Option<PerAuthority<Option<f64>>> {
        let Some(column) = self.dataset.columns.get(&reference.name) else {
            let column = self.wherever_defined(reference)?;
            if self.refuse_undefined(&reference.name, needed).is_some() {
                return None;
            }
            return Some(column.map(|x| x.is_finite().then_some(*x)));
        };
        for (at, cell) in column.cells.enumerate() {
            if *cell != Cell::Blank
                || !needed(at)
                || !self.reported.insert((reference.name.clone(), at))
            {
                continue;
            }
            let authority = &self.dataset.register[at];
            self.findings.push(
                Finding::error(
                    "blank-cell",
                    Place::file(&self.dataset.file)
                        .line(authority.line)
                        .column(format!("column {} `{}`", column.number, reference.name))
                        .authority(authority.label()),
                )
                .found("an empty cell that a formula uses")
                .expected(number_in_unit(&column.unit))
                .why("missing is not zero: counted as zero it would change this authority's money, and so everybody's")
                .remedy(
                    "fill the cell, or say in datapackage.json what stands in for it, such as \
                     \"missing\": {\"policy\": \"use_column\", \"column\": \"…\"} (or use_region_mean_rate; \
                     exclude_authority leaves the authority without money)",
                ),
            );
        }
        let cells = column.cells.map(|cell| match cell {
            Cell::Value(value) => Some(*value),
            Cell::Blank | Cell::Bad => None,
        });
        if self.alike != Some(&reference.name) {
            return Some(cells);
        }
        Some(self.all_alike(&cells, &reference.name))
    }

    /// A column as it would be if it told no authority from another, gaps left: amounts in
    /// proportion to residents, where all state them, anything else at its mean.
    fn all_alike(
        &self,
        cells: &PerAuthority<Option<f64>>,
        name: &IndicatorName,
    ) -> PerAuthority<Option<f64>> {
        let of_column = self.dataset.columns.get(name).map(|column| &column.unit);
        let of_indicator = || self.indicators.iter().find(|i| i.name == *name);
        let unit = of_column.or_else(|| of_indicator().map(|indicator| &indicator.unit));
        let is_amount = unit
            .and_then(|words| Unit::read(words))
            .is_some_and(|unit| unit.is_amount());
        let register = &self.dataset.register;
        let people = register.column(|_, authority| authority.population.map(|people| people.0));
        let weight = match is_amount && people.iter().all(Option::is_some) {
            true => people.map(|people| people.unwrap_or(0.0)),
            false => people.map(|_| 1.0),
        };
        let known = || cells.enumerate().filter(|(_, cell)| cell.is_some());
        let total: f64 = cells.iter().flatten().sum();
        let weights: f64 = known().map(|(at, _)| weight[at]).sum();
        cells.zip_with(&weight, |cell, weight| {
            cell.filter(|_| weights > 0.0)
                .map(|_| total * weight / weights)
        })
    }

    /// A sum of terms.
    pub fn sum(&mut self, terms: &[Term]) -> Option<PerAuthority<f64>> {
        let columns: Vec<_> = terms.iter().map(|term| self.term(term)).collect();
        let mut total = self.dataset.register.column(|_, _| 0.0);
        for column in columns {
            total = total.zip_with(&column?, |a, b| a + b);
        }
        Some(total)
    }

    /// A sum of terms in money, exact to the millionth of a pound.
    pub fn money(&mut self, terms: &[Term]) -> Option<PerAuthority<FinePounds>> {
        let sum = self.sum(terms)?;
        self.to_money(&sum, terms)
    }

    /// Numbers as money; a sum beyond all reason is a finding at the first term.
    pub fn to_money(
        &mut self,
        column: &PerAuthority<f64>,
        terms: &[Term],
    ) -> Option<PerAuthority<FinePounds>> {
        let money = column.map(|pounds| FinePounds::from_f64(*pounds));
        if let Some((at, _)) = money.enumerate().find(|(_, money)| money.is_none()) {
            let place = terms
                .iter()
                .find_map(Term::reference)
                .map_or_else(Place::default, |reference| reference.place.clone());
            self.findings.push(
                Finding::error(
                    "number-out-of-range",
                    place.authority(self.dataset.register[at].label()),
                )
                .found(format!("{} pounds", column[at]))
                .expected("a sum below a thousand trillion pounds")
                .remedy("check the column's unit"),
            );
            return None;
        }
        Some(money.map(|money| money.unwrap_or(FinePounds::ZERO)))
    }

    /// A term, for each authority.
    pub(super) fn term(&mut self, term: &Term) -> Option<PerAuthority<f64>> {
        match &term.of {
            None => Some(self.dataset.register.column(|_, _| term.times)),
            Some(reference) if term.times == 1.0 => self.column(reference),
            Some(reference) => Some(self.column(reference)?.map(|x| x * term.times)),
        }
    }

    /// A term where it is needed: blank cells elsewhere are let be, and count as zero.
    pub(super) fn term_where(
        &mut self,
        term: &Term,
        needed: &PerAuthority<bool>,
    ) -> Option<PerAuthority<f64>> {
        let Some(reference) = term.reference() else {
            return self.term(term);
        };
        let cells = self.optional_column(reference, |at| needed[at])?;
        let complete = cells.enumerate().all(|(at, x)| x.is_some() || !needed[at]);
        complete.then(|| cells.map(|x| x.unwrap_or(0.0) * term.times))
    }

    /// Findings for negative values where need cannot be negative.
    pub fn refuse_negative(
        &mut self,
        column: &PerAuthority<f64>,
        reference: &Reference,
        what: &str,
    ) {
        for (at, value) in column.enumerate() {
            if *value < 0.0 {
                let authority = &self.dataset.register[at];
                let place = match self.dataset.columns.get(&reference.name) {
                    Some(column) => Place::file(&self.dataset.file)
                        .line(authority.line)
                        .column(format!("column {} `{}`", column.number, reference.name)),
                    None => reference.place.clone(),
                }
                .authority(authority.label());
                if what == "own resources" {
                    self.findings.push(
                        Finding::error("negative-own-resources", place)
                            .found(format!("own resources of {value}"))
                            .expected("zero or above")
                            .why("what an authority raises itself cannot be below nothing; it would be paid the difference")
                            .remedy("mend the cell"),
                    );
                    continue;
                }
                self.findings.push(
                    Finding::error("negative-need", place)
                        .found(format!("{what} of {value} from `{}`", reference.name))
                        .expected("zero or above")
                        .why("a negative share would take money from an authority for its need")
                        .remedy("mend the table, or hold the indicator at zero: clamp = { of = \"…\", min = 0 }"),
                );
            }
        }
    }

    fn evaluate(&mut self, indicator: &Indicator) -> Option<PerAuthority<f64>> {
        if self.under_way.contains(&indicator.name) {
            self.findings.push(
                Finding::error("circular-indicator", indicator.place.clone())
                    .found(self.circle(indicator))
                    .expected("indicators made from columns or from one another without a circle")
                    .remedy("name a column instead"),
            );
            return None;
        }
        self.under_way.push(indicator.name.clone());
        let value = self.evaluate_kind(indicator);
        self.under_way.pop();
        let value = value?;
        if value.iter().any(|x| !x.is_finite()) {
            let name = indicator.name.clone();
            self.undefined.insert(name, Undefined::Unnoticed);
        }
        Some(value)
    }

    /// `a` → `b` → `a`.
    fn circle(&self, indicator: &Indicator) -> String {
        let begins = self
            .under_way
            .iter()
            .position(|name| *name == indicator.name);
        let circle = &self.under_way[begins.unwrap_or(0)..];
        let names: Vec<String> = circle
            .iter()
            .chain([&indicator.name])
            .map(|name| format!("`{name}`"))
            .collect();
        format!(
            "indicators made from one another in a circle: {}",
            names.join(" → ")
        )
    }
}

//! Working out a derived indicator by its kind. The mathematics of each kind stands in
//! [`crate::formula::kinds`]. Longer than most files: each kind is worked out here and nowhere
//! else.

use super::Evaluator;
use super::fill::{NoLevel, Ramp, level, level_of_rounded};
use super::groups::Groups;
use super::indicators::{self, below, same};
use crate::findings::{Finding, Place, did_you_mean};
use crate::formula::{
    Band, BandGives, BandLimit, Fill, Group, Indicator, IndicatorKind, Reference, Rounding,
    ScaleOnly, Statistic, Term,
};
use crate::ids::AuthorityCode;
use crate::register::{PerAuthority, Position};

impl Evaluator<'_> {
    pub(super) fn evaluate_kind(&mut self, indicator: &Indicator) -> Option<PerAuthority<f64>> {
        match &indicator.kind {
            IndicatorKind::Sum(terms) => self.sum(terms),
            IndicatorKind::Product(terms) => {
                let columns: Vec<_> = terms.iter().map(|term| self.term(term)).collect();
                let mut product = self.dataset().register.column(|_, _| 1.0);
                for column in columns {
                    product = product.zip_with(&column?, |a, b| a * b);
                }
                Some(product)
            }
            IndicatorKind::Ratio(a, b) => self.pair(a, b, |a, b| a / b),
            IndicatorKind::Difference(a, b) => self.pair(a, b, |a, b| a - b),
            IndicatorKind::Power { of, exponent } => {
                Some(self.column(of)?.map(|x| x.powf(*exponent)))
            }
            IndicatorKind::Log { of } => Some(self.column(of)?.map(|x| x.ln())),
            IndicatorKind::Clamp {
                of,
                least,
                greatest,
            } => self.clamp(of, [least.as_ref(), greatest.as_ref()], indicator),
            IndicatorKind::ExcessOver { of, threshold } => {
                let (x, threshold) = (self.column(of), self.term(threshold));
                Some(x?.zip_with(&threshold?, |x, threshold| (x - threshold).max(0.0)))
            }
            IndicatorKind::AboveLowest { of, group, lowest } => {
                let lowest = match lowest {
                    Some(stated) => self.term(stated),
                    None => self.statistic(&Statistic::Lowest(of.clone()), group, indicator),
                };
                Some(self.column(of)?.zip_with(&lowest?, |x, lowest| x - lowest))
            }
            IndicatorKind::Round { of, step, to } => Some(
                self.column(of)?
                    .map(|x| indicators::rounded(*x, *step, *to)),
            ),
            IndicatorKind::Statistic { what, group } => self.statistic(what, group, indicator),
            IndicatorKind::Share { of, group, total } => {
                let groups = self.groups(group, &indicator.place);
                let (x, groups) = (self.column(of)?, groups?);
                let total = match total {
                    Some(stated) => self.term(stated)?,
                    None => groups.total(&x),
                };
                let share = x.zip_with(&total, |x, total| x / total);
                let share = indicators::zero_unless(&share, &groups.counts);
                Some(share)
            }
            IndicatorKind::Index {
                of,
                weight,
                group,
                mean,
            } => {
                let groups = self.groups(group, &indicator.place);
                let (x, weight) = self.with_weight(of, weight.as_ref())?;
                let mean = match mean {
                    Some(stated) => Some(self.term(stated)?),
                    None => groups?.mean(&x, weight.as_ref()),
                };
                let index = mean.map(|mean| x.zip_with(&mean, |x, mean| x / mean));
                self.or_undefined(index, indicator, "a mean of zero")
            }
            IndicatorKind::ZScore { of, weight, group } => {
                let groups = self.groups(group, &indicator.place);
                let (x, weight) = self.with_weight(of, weight.as_ref())?;
                let value = indicators::z_score(&groups?, &x, weight.as_ref());
                self.or_undefined(value, indicator, "values that are all alike")
            }
            IndicatorKind::Rank {
                of,
                first,
                group,
                part_ties,
            } => {
                let groups = self.groups(group, &indicator.place);
                Some(indicators::rank(
                    &self.column(of)?,
                    &groups?,
                    *first,
                    *part_ties,
                ))
            }
            IndicatorKind::Decile { of, first, group } => {
                let groups = self.groups(group, &indicator.place);
                Some(indicators::decile(&self.column(of)?, &groups?, *first))
            }
            IndicatorKind::Banded { of, bands } => self.banded(of, bands, indicator),
            IndicatorKind::Piecewise {
                of,
                points,
                logarithmic,
                extended,
            } => self.piecewise(of, points, (*logarithmic, *extended), indicator),
            IndicatorKind::ByGroup {
                by,
                values,
                otherwise,
            } => self.by_group(by, values, otherwise.as_ref(), indicator),
            IndicatorKind::ByYear(values) => self.by_year(values, indicator),
            IndicatorKind::When {
                only,
                then,
                otherwise,
            } => {
                let met = self.meets(only)?;
                let unmet = met.map(|met| !met);
                let (then, otherwise) = (
                    self.term_where(then, &met),
                    self.term_where(otherwise, &unmet),
                );
                let (then, otherwise) = (then?, otherwise?);
                Some(self.dataset().register.column(
                    |at, _| {
                        if met[at] { then[at] } else { otherwise[at] }
                    },
                ))
            }
            IndicatorKind::Scale {
                of,
                to,
                group,
                only,
            } => self.scale(of, to, (group, *only), indicator),
            IndicatorKind::Fill(fill) => self.fill(fill, indicator).map(|(amounts, _)| amounts),
            IndicatorKind::Level(fill) => self.fill(fill, indicator).map(|(_, level)| level),
            IndicatorKind::PhaseIn { from, to, part } => {
                let (from, to, part) = (self.term(from), self.term(to), self.term(part));
                let (from, to, part) = (from?, to?, part?);
                Some(
                    self.dataset()
                        .register
                        .column(|at, _| from[at] + part[at] * (to[at] - from[at])),
                )
            }
            IndicatorKind::RegionalMeanIndex {
                of,
                weight,
                leave_out,
            } => self.regional_mean_index(of, weight, leave_out, indicator),
            IndicatorKind::PrincipalComponent(of) => {
                let columns = self.columns(of)?;
                let value = indicators::principal_component(&columns);
                self.or_undefined(value, indicator, "a column whose values are all alike")
            }
            IndicatorKind::Factor(of) => {
                let columns = self.columns(of)?;
                let value = indicators::factor(&columns);
                self.or_undefined(
                    value,
                    indicator,
                    "columns that have no one common factor, or do not vary",
                )
            }
        }
    }

    fn columns(&mut self, of: &[Reference]) -> Option<Vec<PerAuthority<f64>>> {
        let columns: Vec<_> = of.iter().map(|reference| self.column(reference)).collect();
        columns.into_iter().collect()
    }

    fn pair(
        &mut self,
        a: &Term,
        b: &Term,
        f: impl Fn(f64, f64) -> f64,
    ) -> Option<PerAuthority<f64>> {
        let (a, b) = (self.term(a), self.term(b));
        Some(a?.zip_with(&b?, |a, b| f(*a, *b)))
    }

    fn with_weight(
        &mut self,
        of: &Reference,
        weight: Option<&Reference>,
    ) -> Option<(PerAuthority<f64>, Option<PerAuthority<f64>>)> {
        let x = self.column(of);
        let weight = weight.map(|weight| self.column(weight));
        match weight {
            Some(weight) => Some((x?, Some(weight?))),
            None => Some((x?, None)),
        }
    }

    fn statistic(
        &mut self,
        what: &Statistic,
        group: &Group,
        indicator: &Indicator,
    ) -> Option<PerAuthority<f64>> {
        let groups = self.groups(group, &indicator.place);
        Some(match what {
            Statistic::Total(of) => groups?.total(&self.column(of)?),
            Statistic::Mean(of, weight) => {
                let (x, weight) = self.with_weight(of, weight.as_ref())?;
                groups?.means(&x, weight.as_ref())
            }
            Statistic::Lowest(of) => groups?.outermost(&self.column(of)?, f64::min),
            Statistic::Highest(of) => groups?.outermost(&self.column(of)?, f64::max),
            #[expect(clippy::cast_precision_loss, reason = "numbers of authorities")]
            Statistic::Count => groups?.each(|members| members.len() as f64),
        })
    }

    fn clamp(
        &mut self,
        of: &Reference,
        limits: [Option<&Term>; 2],
        indicator: &Indicator,
    ) -> Option<PerAuthority<f64>> {
        let x = self.column(of);
        let [least, greatest] = limits.map(|limit| limit.map(|limit| self.term(limit)));
        let or = |limit: Option<Option<PerAuthority<f64>>>, number: f64| match limit {
            Some(limit) => limit,
            None => x.as_ref().map(|x| x.map(|_| number)),
        };
        let (least, greatest) = (or(least, f64::NEG_INFINITY)?, or(greatest, f64::INFINITY)?);
        let x = x?;
        if let Some(at) = x.keys().find(|at| below(greatest[*at], least[*at])) {
            let label = self.dataset().register[at].label();
            self.findings().push(
                Finding::error("limits-crossed", indicator.place.clone().authority(label))
                    .found(format!(
                        "`{}`: min of {} above max of {}",
                        indicator.name, least[at], greatest[at]
                    ))
                    .expected("min below max for every authority")
                    .why("which of the two holds would be an accident")
                    .remedy("mend the limits, or hold one by the other in a step before"),
            );
            return None;
        }
        Some(x.map_indexed(|row| {
            let [x, least, greatest] = [&x, &least, &greatest].map(|column| column.as_slice()[row]);
            x.max(least).min(greatest)
        }))
    }

    fn banded(
        &mut self,
        of: &Reference,
        bands: &[Band],
        indicator: &Indicator,
    ) -> Option<PerAuthority<f64>> {
        let x = self.column(of);
        let mut known = Vec::new();
        for band in bands {
            let limit = match &band.limit {
                BandLimit::UpTo(limit) | BandLimit::Below(limit) => Some(self.term(limit)),
                BandLimit::None => None,
            };
            let value = match &band.gives {
                BandGives::Value(value) => Some(self.term(value)),
                BandGives::Polynomial(_) => None,
            };
            known.push((limit, value));
        }
        let (x, known) = (x?, known);
        let keeps = |position: usize, at: Position| {
            let limit = known[position].0.as_ref().and_then(Option::as_ref);
            match (&bands[position].limit, limit) {
                (BandLimit::UpTo(_), Some(limit)) => !below(limit[at], x[at]),
                (BandLimit::Below(_), Some(limit)) => below(x[at], limit[at]),
                _ => true,
            }
        };
        if known
            .iter()
            .any(|(limit, value)| matches!(limit, Some(None)) || matches!(value, Some(None)))
        {
            return None;
        }
        let value = self.dataset().register.column(|at, _| {
            let position = (0..bands.len()).find(|&position| keeps(position, at))?;
            match (&bands[position].gives, &known[position].1) {
                (BandGives::Polynomial(coefficients), _) => Some(
                    coefficients
                        .iter()
                        .rev()
                        .fold(0.0, |sum, c| sum * x[at] + c),
                ),
                (_, Some(Some(value))) => Some(value[at]),
                _ => None,
            }
        });
        let complete = value.iter().all(Option::is_some);
        let value = value.map(|x| x.unwrap_or(0.0));
        self.or_undefined(
            complete.then_some(value),
            indicator,
            "a value beyond its last band",
        )
    }

    fn piecewise(
        &mut self,
        of: &Reference,
        points: &[(Term, Term)],
        (logarithmic, extended): (bool, bool),
        indicator: &Indicator,
    ) -> Option<PerAuthority<f64>> {
        let x = self.column(of);
        let points: Vec<_> = points
            .iter()
            .map(|(x, y)| (self.term(x), self.term(y)))
            .collect();
        let points: Vec<(PerAuthority<f64>, PerAuthority<f64>)> = points
            .into_iter()
            .map(|(x, y)| x.zip(y))
            .collect::<Option<_>>()?;
        let x = x?;
        let falls = |at: Position| points.windows(2).any(|pair| pair[0].0[at] >= pair[1].0[at]);
        let falling = x.keys().find(|at| falls(*at));
        if let Some(at) = falling {
            let label = self.dataset().register[at].label();
            let found: Vec<f64> = points.iter().map(|(x, _)| x[at]).collect();
            self.findings().push(
                Finding::error(
                    "points-not-rising",
                    indicator.place.clone().authority(label),
                )
                .found(format!("points of `{}` at x of {found:?}", indicator.name))
                .expected("points by rising x for every authority")
                .remedy("put the points in order, or check the columns they are made from"),
            );
            return None;
        }
        Some(self.dataset().register.column(|at, _| {
            let points: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x[at], y[at])).collect();
            indicators::piecewise(x[at], &points, logarithmic, extended)
        }))
    }

    fn by_group(
        &mut self,
        by: &Reference,
        values: &[(String, Term)],
        otherwise: Option<&Term>,
        indicator: &Indicator,
    ) -> Option<PerAuthority<f64>> {
        let groups = self.group_column(by.name.as_str(), &indicator.place)?;
        let known: Vec<_> = values.iter().map(|(_, term)| self.term(term)).collect();
        let known: Vec<PerAuthority<f64>> = known.into_iter().collect::<Option<_>>()?;
        let otherwise = match otherwise {
            Some(term) => Some(self.term(term)?),
            None => None,
        };
        let value = self.dataset().register.column(|at, _| {
            let named = values.iter().position(|(name, _)| **name == *groups[at]);
            let named = named.map(|position| known[position][at]);
            named.or_else(|| otherwise.as_ref().map(|otherwise| otherwise[at]))
        });
        let missing = value.enumerate().find(|(_, x)| x.is_none());
        if let Some((at, _)) = missing {
            let reason = format!(
                "{}, of {} `{}`, for which it gives no number",
                self.dataset().register[at].label(),
                by.name,
                groups[at]
            );
            return self.or_undefined(None, indicator, &reason);
        }
        Some(value.map(|x| x.unwrap_or(0.0)))
    }

    fn by_year(
        &mut self,
        values: &[(String, Term)],
        indicator: &Indicator,
    ) -> Option<PerAuthority<f64>> {
        let year = self.year();
        let found = values.iter().find(|(name, _)| Some(name.as_str()) == year);
        if let Some((_, term)) = found {
            return self.term(term);
        }
        let years: Vec<&str> = values.iter().map(|(year, _)| year.as_str()).collect();
        self.findings().push(
            Finding::error("no-such-year", indicator.place.clone())
                .found(match year {
                    Some(year) => format!("the year {year}"),
                    None => "no year".to_string(),
                })
                .expected(format!("one of {}", years.join(", ")))
                .why("its number depends on the year")
                .remedy(format!(
                    "write year = \"{}\" at the top of the formula, or run it with a scenario of that year",
                    years.first().unwrap_or(&"2026-27")
                )),
        );
        None
    }

    /// One number for each group, from a term that must be the same for all who count.
    fn one_number(
        &mut self,
        term: &Term,
        groups: &Groups,
        what: &str,
        indicator: &Indicator,
    ) -> Option<PerAuthority<f64>> {
        let numbers = self.term(term)?;
        for members in &groups.members {
            let Some(first) = members.first() else {
                continue;
            };
            if let Some(other) = members
                .iter()
                .find(|at| !same(numbers[**at], numbers[*first]))
            {
                let register = &self.dataset().register;
                let found = format!(
                    "`{what}` of {} for {} and of {} for {}",
                    numbers[*first],
                    register[*first].label(),
                    numbers[*other],
                    register[*other].label()
                );
                self.findings().push(
                    Finding::error("not-one-number", indicator.place.clone())
                        .found(found)
                        .expected("one number for all authorities that share it")
                        .remedy("state a number, or a total: { total = { of = \"…\" } } as an indicator of its own"),
                );
                return None;
            }
        }
        let first = |members: &Vec<Position>| members.first().map_or(0.0, |at| numbers[*at]);
        Some(groups.each(first))
    }

    /// Refuses a sum for a group in which nobody counts: nobody would get it, and nobody be told.
    fn refuse_lost(
        &mut self,
        term: &Term,
        groups: &Groups,
        what: &str,
        indicator: &Indicator,
    ) -> Option<()> {
        let numbers = self.term(term)?;
        let lost = |(at, group): (Position, &usize)| {
            let is_lost = groups.members[*group].is_empty() && numbers[at] != 0.0;
            is_lost.then_some(at)
        };
        let Some(at) = groups.of.enumerate().find_map(lost) else {
            return Some(());
        };
        let label = self.dataset().register[at].label();
        self.findings().push(
            Finding::error("lost-sum", indicator.place.clone().authority(label))
                .found(format!(
                    "`{}`: `{what}` of {} for a group in which nobody counts",
                    indicator.name, numbers[at]
                ))
                .expected("somebody in each group who takes its sum")
                .why("the sum would be lost without a word")
                .remedy("make it nothing there with a `when`, or let more of the group count"),
        );
        None
    }

    fn scale(
        &mut self,
        of: &Reference,
        to: &Term,
        (group, only): (&Group, ScaleOnly),
        indicator: &Indicator,
    ) -> Option<PerAuthority<f64>> {
        let groups = self.groups(group, &indicator.place);
        let (x, groups) = (self.column(of)?, groups?);
        if only != ScaleOnly::Down {
            self.refuse_lost(to, &groups, "to", indicator)?;
        }
        let to = self.one_number(to, &groups, "to", indicator)?;
        let total = groups.total(&x);
        let factor = total.zip_with(&to, |total, to| {
            let leave = match only {
                ScaleOnly::Always => false,
                ScaleOnly::Down => total <= to,
                ScaleOnly::Up => total >= to,
            };
            match (leave, *to == 0.0) {
                (true, _) => 1.0,
                (false, true) => 0.0,
                (false, false) => to / total,
            }
        });
        let scaled = x.zip_with(&factor, |x, factor| x * factor);
        let scaled = indicators::zero_unless(&scaled, &groups.counts);
        Some(scaled)
    }

    /// Amounts and the level of each group.
    fn fill(
        &mut self,
        fill: &Fill,
        indicator: &Indicator,
    ) -> Option<(PerAuthority<f64>, PerAuthority<f64>)> {
        let groups = self.groups(&fill.group, &indicator.place);
        let weight = self.term(&fill.weight);
        let mut or = |term: &Option<Term>, number: f64| {
            let term = term.clone().unwrap_or(Term::number(number));
            self.term(&term)
        };
        let (plus, least, greatest) = (
            or(&fill.plus, 0.0),
            or(&fill.least, 0.0),
            or(&fill.greatest, f64::INFINITY),
        );
        let (groups, weight) = (groups?, weight?);
        let (plus, least, greatest) = (plus?, least?, greatest?);
        self.refuse_lost(&fill.total, &groups, "total", indicator)?;
        let total = self.one_number(&fill.total, &groups, "total", indicator)?;
        let ramps = self.dataset().register.column(|at, _| Ramp {
            weight: weight[at],
            plus: plus[at],
            least: least[at],
            greatest: greatest[at],
        });
        for (at, ramp) in ramps.enumerate().filter(|(at, _)| groups.counts[*at]) {
            if ramp.weight < 0.0 || below(ramp.greatest, ramp.least) {
                let label = self.dataset().register[at].label();
                self.findings().push(
                    Finding::error("no-level", indicator.place.clone().authority(label))
                        .found(if ramp.weight < 0.0 {
                            format!("a weight of {}", ramp.weight)
                        } else {
                            format!("min of {} above max of {}", ramp.least, ramp.greatest)
                        })
                        .expected("weights of zero or above, and min below max")
                        .why("amounts rise with the level, each within its limits")
                        .remedy("mend the indicator, or hold it: clamp = { of = \"…\", min = 0 }"),
                );
                return None;
            }
        }
        let mut failed = None;
        let levels = groups.each(|members| {
            let of_group: Vec<Ramp> = members.iter().map(|at| ramps[*at]).collect();
            let total = members.first().map_or(0.0, |at| total[*at]);
            match (level(&of_group, total), fill.step) {
                (Ok(exact), Some(step)) => level_of_rounded(&of_group, total, exact, |x| {
                    indicators::rounded(x, step, Rounding::Nearest)
                }),
                (Ok(exact), None) => exact,
                (Err(reason), _) => {
                    failed = failed.or(Some((reason, total)));
                    f64::NAN
                }
            }
        });
        if let Some((reason, total)) = failed {
            let place = indicator.place.clone();
            self.undefined_for(indicator, no_level(reason, total, indicator, place));
        }
        let amounts = self.dataset().register.column(|at, _| {
            let amount = match levels[at].is_nan() {
                true => f64::NAN,
                false => ramps[at].at(levels[at]),
            };
            fill.step.map_or(amount, |step| {
                indicators::rounded(amount, step, Rounding::Nearest)
            })
        });
        Some((indicators::zero_unless(&amounts, &groups.counts), levels))
    }

    fn regional_mean_index(
        &mut self,
        of: &Reference,
        weight: &Reference,
        leave_out: &[(AuthorityCode, Place)],
        indicator: &Indicator,
    ) -> Option<PerAuthority<f64>> {
        let register = &self.dataset().register;
        for (code, place) in leave_out {
            if register.find(code).is_none() {
                let codes: Vec<&str> = register.iter().map(|a| a.code.as_str()).collect();
                let remedy = did_you_mean(code.as_str(), codes);
                self.findings().push(
                    Finding::error("unknown-code", place.clone())
                        .found(format!("code {code}"))
                        .expected("a code of the table")
                        .remedy(remedy),
                );
            }
        }
        let left_out = |at: Position| leave_out.iter().any(|(code, _)| *code == register[at].code);
        let x = self.optional_column(of, |at| !left_out(at));
        let weight = self.column(weight);
        let (x, weight) = (x?, weight?);
        let flags = register.column(|at, _| !left_out(at));
        if register.positions().any(|at| flags[at] && x[at].is_none()) {
            return None;
        }
        let value =
            indicators::regional_mean_index(register, &x, &weight, |index| flags.as_slice()[index]);
        self.or_undefined(value, indicator, "a region without people or a name")
    }
}

fn no_level(reason: NoLevel, total: f64, indicator: &Indicator, place: Place) -> Finding {
    let (which, sum, expected, remedy) = match reason {
        NoLevel::LeastIsMore(sum) => (
            "least",
            sum,
            "at least what they sum to",
            "state a greater total, or lower min and plus",
        ),
        NoLevel::GreatestIsLess(sum) => (
            "greatest",
            sum,
            "at most what they sum to",
            "state a smaller total, such as a clamp to that sum, a higher max, or a weight above zero",
        ),
    };
    Finding::error("no-level", place)
        .found(format!(
            "`{}`: a total of {total}, and {which} amounts that sum to {sum}",
            indicator.name
        ))
        .expected(format!("a total of {expected}"))
        .why("no level gives it")
        .remedy(remedy)
}

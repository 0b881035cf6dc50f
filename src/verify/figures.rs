//! The figures beside the amounts: shares, targets, funding, changes, each recomputed
//! from the columns that it is made of.

use std::collections::BTreeMap;

use super::exact::Decimal;
use super::ledger::{Check, Ledger, pounds};
use super::read::{Columns, Stated};
use crate::findings::Findings;
use crate::inputs::csv_table::{Cells, CsvTable};

/// Need shares are read in units of 10^−30.
const SHARE_DECIMALS: u32 = 30;

/// How near need shares sum to 1, in those units: 10^−12. Shares are floating-point
/// numbers that were divided by their sum.
const SHARES_WITHIN: i128 = 1_000_000_000_000_000_000;

/// Decimals of the parts of need that amounts are decided by, to which a share is cut: 10^12 of
/// them, or 10^15 where much money is divided.
const PARTS_DECIMALS: [u32; 2] = [12, 15];

/// How far parts of need are from the share they were cut from: a part for the cut, and
/// one for what was left over.
const PARTS_WITHIN: i128 = 2;

/// How near scores ÷ their sum are to the shares of a service, which are floating-point
/// numbers both.
const SCORES_WITHIN: f64 = 1e-9;

/// What a row says of an authority, for other checks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub amount: i128,
    pub outside: i128,
    pub binding: String,
    own: i128,
    need: i128,
    target: i128,
    funding: i128,
    share: String,
}

/// Rows of one formula by code.
pub(super) type Rows = BTreeMap<String, Row>;

const FIGURES: [&str; 13] = [
    "code",
    "population",
    "need_share",
    "own_resources_gbp",
    "need_amount_gbp",
    "target_gbp",
    "amount_gbp",
    "funding_gbp",
    "outside_gbp",
    "funding_per_head_gbp",
    "coverage",
    "distance_from_target",
    "binding",
];

const CHANGES: [&str; 7] = [
    "formula",
    "baseline",
    "baseline_gbp",
    "change_gbp",
    "change_pct",
    "change_per_head_gbp",
    "outcome",
];

/// Checks allocation.csv or comparison.csv row by row, and gives each formula's rows.
/// `tolerance` is there where changes are.
pub(super) fn hold_figures(
    table: &CsvTable,
    tolerance: Option<Decimal>,
    formulas: &[Stated],
    ledger: &mut Ledger,
    findings: &mut Findings,
) -> BTreeMap<String, Rows> {
    let mut by_formula: BTreeMap<String, Rows> = BTreeMap::new();
    let Some(columns) = Columns::of(table, FIGURES, findings) else {
        return by_formula;
    };
    let changes = match tolerance {
        Some(_) => match Columns::of(table, CHANGES, findings) {
            Some(changes) => Some(changes),
            None => return by_formula,
        },
        None => None,
    };
    let mut by_baseline: BTreeMap<(String, String), Rows> = BTreeMap::new();
    for row in &table.rows {
        let cells = columns.cells(&row.cells);
        let (formula, baseline) = match &changes {
            Some(changes) => {
                let cells = changes.cells(&row.cells);
                (cells[0].to_string(), cells[1].to_string())
            }
            None => (
                formulas
                    .first()
                    .map_or_else(String::new, |f| f.name.clone()),
                String::new(),
            ),
        };
        ledger.formula.clone_from(&formula);
        let who = cells[0];
        let Some(figures) = read_row(&columns, &cells, ledger) else {
            continue;
        };
        hold_row(&figures, &cells, ledger);
        if let Some((changes, tolerance)) = changes.as_ref().zip(tolerance) {
            hold_change(
                changes,
                &row.cells,
                (&figures, cells[1]),
                who,
                tolerance,
                ledger,
            );
        }
        let rows = by_baseline.entry((formula, baseline)).or_default();
        if rows.insert(who.to_string(), figures).is_some() {
            ledger.fault(Check::Rows, who, format!("stands twice in {}", table.file));
        }
    }
    for ((formula, baseline), rows) in by_baseline {
        ledger.formula.clone_from(&formula);
        hold_shares(&rows, ledger);
        let first = by_formula.entry(formula).or_insert_with(|| rows.clone());
        for code in first.keys().chain(rows.keys()) {
            let alike = first.get(code) == rows.get(code);
            ledger.hold(Check::Rows, alike, || {
                let what = format!(
                    "its figures beside {baseline} are not those beside the first baseline"
                );
                (code.clone(), what)
            });
        }
    }
    by_formula
}

fn read_row(columns: &Columns<'_, 13>, cells: &[&str; 13], ledger: &mut Ledger) -> Option<Row> {
    let who = cells[0];
    let numbers = columns.wholes(cells, [3, 4, 5, 6, 7, 8], who, ledger)?;
    let [
        Some(own),
        Some(need),
        Some(target),
        Some(amount),
        Some(funding),
        Some(outside),
    ] = numbers
    else {
        ledger.fault(
            Check::Numbers,
            who,
            format!("{}: a blank where pounds belong", columns.table.file),
        );
        return None;
    };
    Some(Row {
        amount,
        outside,
        binding: cells[12].to_string(),
        own,
        need,
        target,
        funding,
        share: cells[2].to_string(),
    })
}

fn hold_row(row: &Row, cells: &[&str; 13], ledger: &mut Ledger) {
    let who = cells[0];
    let sum = row
        .amount
        .checked_add(row.own)
        .and_then(|sum| sum.checked_add(row.outside));
    ledger.hold(Check::Funding, sum == Some(row.funding), || {
        let what = format!(
            "funding is {}, amount + own resources + outside {}",
            pounds(row.funding),
            sum.map_or("beyond 128 bits".to_string(), pounds)
        );
        (who.to_string(), what)
    });
    let target = row.need.checked_sub(row.own);
    ledger.hold(Check::Targets, target == Some(row.target), || {
        let what = format!(
            "target is {}, need amount − own resources {}",
            pounds(row.target),
            target.map_or("beyond 128 bits".to_string(), pounds)
        );
        (who.to_string(), what)
    });
    let coverage = Ratio {
        cell: cells[10],
        name: "coverage",
        plus: 0,
    };
    coverage.hold(Check::Funding, row.funding, row.need, who, ledger);
    let distance = Ratio {
        cell: cells[11],
        name: "distance_from_target",
        plus: 1,
    };
    distance.hold(Check::Funding, row.amount, row.target, who, ledger);
    hold_per_head(Check::Funding, cells[9], row.funding, cells[1], who, ledger);
}

/// A ratio as its cell writes it, and what was taken off it.
struct Ratio<'c> {
    cell: &'c str,
    name: &'static str,
    plus: i128,
}

impl Ratio<'_> {
    /// cell + plus = a ÷ b, blank where b is not above zero.
    fn hold(&self, check: Check, a: i128, b: i128, who: &str, ledger: &mut Ledger) {
        let holds = match (self.cell.is_empty(), b > 0) {
            (is_blank, false) => is_blank,
            (true, true) => false,
            (false, true) => Decimal::parse(self.cell)
                .and_then(|ratio| {
                    let digits = ratio
                        .digits
                        .checked_add(self.plus.checked_mul(ratio.scale()?)?)?;
                    Decimal { digits, ..ratio }.is_ratio(a, b)
                })
                .unwrap_or(false),
        };
        ledger.hold(check, holds, || {
            let what = format!(
                "{} is `{}`, from {} and {} it is another",
                self.name,
                self.cell,
                pounds(a),
                pounds(b)
            );
            (who.to_string(), what)
        });
    }
}

/// cell = sum ÷ residents, blank without residents.
fn hold_per_head(
    check: Check,
    cell: &str,
    sum: i128,
    population: &str,
    who: &str,
    ledger: &mut Ledger,
) {
    let people = Decimal::parse(population).filter(|people| people.digits > 0);
    let holds = match people {
        None => cell.is_empty(),
        Some(people) => Decimal::parse(cell)
            .and_then(|per_head| {
                per_head.is_ratio(sum.checked_mul(people.scale()?)?, people.digits)
            })
            .unwrap_or(false),
    };
    ledger.hold(check, holds, || {
        let what = format!("`{cell}` per head is not {} ÷ {population}", pounds(sum));
        (who.to_string(), what)
    });
}

fn hold_change(
    columns: &Columns<'_, 7>,
    cells: &Cells,
    (row, population): (&Row, &str),
    who: &str,
    tolerance: Decimal,
    ledger: &mut Ledger,
) {
    let cells = columns.cells(cells);
    let Some([baseline, change]) = columns.wholes(&cells, [2, 3], who, ledger) else {
        return;
    };
    let (Some(baseline), Some(change)) = (baseline, change) else {
        ledger.fault(
            Check::Numbers,
            who,
            "a blank where a baseline or a change belongs",
        );
        return;
    };
    let difference = row.funding.checked_sub(baseline);
    ledger.hold(Check::Changes, difference == Some(change), || {
        let what = format!(
            "change from {} is {}, funding − baseline {}",
            cells[1],
            pounds(change),
            difference.map_or("beyond 128 bits".to_string(), pounds)
        );
        (who.to_string(), what)
    });
    let per_cent = Ratio {
        cell: cells[4],
        name: "change_pct",
        plus: 0,
    };
    per_cent.hold(
        Check::Changes,
        change.saturating_mul(100),
        baseline,
        who,
        ledger,
    );
    hold_per_head(Check::Changes, cells[5], change, population, who, ledger);
    // |change| ÷ baseline beyond the tolerance; where the two are equal, the
    // floating-point product that decided may have gone either way.
    let sides = (|| {
        let change = change
            .checked_abs()?
            .checked_mul(100)?
            .checked_mul(tolerance.scale()?)?;
        let limit = tolerance.digits.checked_mul(baseline.max(0))?;
        Some(change.cmp(&limit))
    })();
    let moved = match change.signum() {
        1 => "winner",
        _ => "loser",
    };
    let holds = sides.is_some_and(|sides| match cells[6] {
        "unchanged" => sides.is_le(),
        word => change != 0 && word == moved && sides.is_ge(),
    });
    ledger.hold(Check::Changes, holds, || {
        let what = format!(
            "is called {}, with a change of {} from {}",
            cells[6],
            pounds(change),
            pounds(baseline)
        );
        (who.to_string(), what)
    });
}

/// Shares sum to 1, and need amounts are shares of their total.
fn hold_shares(rows: &Rows, ledger: &mut Ledger) {
    let mut sum = 0_i128;
    let need = rows
        .values()
        .fold(0_i128, |sum, row| sum.saturating_add(row.need));
    for (code, row) in rows {
        let share = Decimal::parse(&row.share);
        let units = share.and_then(|share| share.in_units(SHARE_DECIMALS));
        let is_share = units.is_some_and(|units| units >= 0);
        if !ledger.hold(Check::NeedShares, is_share, || {
            (code.clone(), format!("need_share is `{}`", row.share))
        }) {
            continue;
        }
        sum = sum.saturating_add(units.unwrap_or(0));
        // Rounded so that they add up: within a pound, and a part in 10^12 of the total.
        let part = share.and_then(|share| share.in_units(15)?.checked_mul(need));
        let apart = part
            .zip(row.need.checked_mul(1_000_000_000_000_000))
            .and_then(|(part, need)| part.checked_sub(need));
        let within = 1_100_000_000_000_000_i128.saturating_add(need.saturating_mul(2000));
        let near = apart.is_some_and(|apart| apart.saturating_abs() <= within);
        ledger.hold(Check::Targets, near, || {
            let what = format!(
                "need amount {} is not a share of {} in {}",
                pounds(row.need),
                row.share,
                pounds(need)
            );
            (code.clone(), what)
        });
    }
    let one = 10_i128.pow(SHARE_DECIMALS);
    ledger.hold(
        Check::NeedShares,
        (sum - one).abs() <= SHARES_WITHIN,
        || {
            #[expect(clippy::cast_precision_loss, reason = "for words only")]
            let sum = sum as f64 / one as f64;
            (
                "nation".to_string(),
                format!("need shares sum to {sum:.15}"),
            )
        },
    );
}

/// Amounts of the program are those of the table, authority by authority, and its parts of
/// need are the need shares.
pub(super) fn hold_program(stated: &Stated, rows: Option<&Rows>, ledger: &mut Ledger) {
    let no_rows = Rows::new();
    let rows = rows.unwrap_or(&no_rows);
    let mut amounts: BTreeMap<&str, (i128, i128)> = BTreeMap::new();
    let mut all_parts = 0_i128;
    for amount in &stated.amounts {
        let parts = amount.need;
        all_parts = all_parts.saturating_add(parts);
        let entry = amounts.entry(&amount.code).or_default();
        entry.0 = entry.0.saturating_add(amount.amount);
        entry.1 = entry.1.saturating_add(parts);
    }
    let mut decimals = PARTS_DECIMALS.into_iter();
    let decimals = decimals.rfind(|decimals| all_parts >= 10_i128.pow(*decimals));
    let decimals = decimals.unwrap_or(PARTS_DECIMALS[0]);
    ledger.hold(
        Check::NeedShares,
        all_parts == 10_i128.pow(decimals),
        || {
            let what = format!("parts of need add up to {all_parts}, not 10^{decimals}");
            ("nation".to_string(), what)
        },
    );
    for (&code, &(amount, parts)) in &amounts {
        let Some(row) = rows.get(code) else {
            ledger.fault(
                Check::Rows,
                code,
                "stands in program.csv and not beside the others",
            );
            continue;
        };
        ledger.hold(Check::Quantum, row.amount == amount, || {
            let what = format!(
                "amount is {}, program.csv has {}",
                pounds(row.amount),
                pounds(amount)
            );
            (code.to_string(), what)
        });
        let share = Decimal::parse(&row.share).and_then(|share| share.in_units(decimals));
        let near = share.is_some_and(|share| (share - parts).abs() <= PARTS_WITHIN);
        ledger.hold(Check::NeedShares, near, || {
            let what = format!(
                "need_share is {}, program.csv has {parts} parts of 10^{decimals}",
                row.share
            );
            (code.to_string(), what)
        });
    }
    for code in rows
        .keys()
        .filter(|code| !amounts.contains_key(code.as_str()))
    {
        ledger.fault(Check::Rows, code, "has no row in program.csv");
    }
    let total = rows
        .values()
        .fold(0_i128, |sum, row| sum.saturating_add(row.amount));
    ledger.hold(Check::Quantum, total == stated.quantum, || {
        let what = format!(
            "amounts sum to {}, the quantum is {}",
            pounds(total),
            pounds(stated.quantum)
        );
        ("nation".to_string(), what)
    });
}

/// Shares of each service sum to 1 and are its scores divided by their sum.
pub(super) fn hold_needs(
    table: &CsvTable,
    by_formula: &BTreeMap<String, Rows>,
    ledger: &mut Ledger,
    findings: &mut Findings,
) {
    let names = ["formula", "code", "service", "score", "need_share"];
    let Some(columns) = Columns::of(table, names, findings) else {
        return;
    };
    let mut services: BTreeMap<(&str, &str), Vec<[&str; 3]>> = BTreeMap::new();
    for row in &table.rows {
        let [formula, code, service, score, share] = columns.cells(&row.cells);
        let of_service = services.entry((formula, service)).or_default();
        of_service.push([code, score, share]);
    }
    for ((formula, service), rows) in services {
        ledger.formula = formula.to_string();
        let scores: Vec<Option<f64>> = rows
            .iter()
            .map(|[_, score, _]| score.parse().ok())
            .collect();
        let total: f64 = scores.iter().flatten().sum();
        let mut sum = 0_i128;
        for ([code, score, share], number) in rows.iter().zip(&scores) {
            let value: Option<f64> = share.parse().ok();
            sum = sum.saturating_add(
                Decimal::parse(share)
                    .and_then(|share| share.in_units(SHARE_DECIMALS))
                    .unwrap_or(0),
            );
            let near = number.zip(value).is_some_and(|(number, value)| {
                (number / total - value).abs() <= SCORES_WITHIN * value.abs()
            });
            ledger.hold(Check::NeedShares, near, || {
                let what = format!("{service}: a score of {score} is not a share of {share}");
                ((*code).to_string(), what)
            });
        }
        let one = 10_i128.pow(SHARE_DECIMALS);
        ledger.hold(
            Check::NeedShares,
            (sum - one).abs() <= SHARES_WITHIN,
            || {
                (
                    service.to_string(),
                    "need shares do not sum to 1".to_string(),
                )
            },
        );
        let here: std::collections::BTreeSet<&str> = rows.iter().map(|[code, ..]| *code).collect();
        let complete = by_formula.get(formula).is_some_and(|known| {
            here.len() == rows.len()
                && here.len() == known.len()
                && known.keys().all(|code| here.contains(code.as_str()))
        });
        ledger.hold(Check::Rows, complete, || {
            let what = "needs.csv has not one row for each authority".to_string();
            (service.to_string(), what)
        });
    }
}

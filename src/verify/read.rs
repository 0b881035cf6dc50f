//! The certificate and the program of each formula, as a run's files state them.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;

use super::certificate::stage;
use super::exact::Fraction;
use super::ledger::{Check, Ledger};
use crate::findings::{Finding, Findings, Place};
use crate::inputs::csv_table::{Cells, CsvTable};

/// Millionths in a pound.
pub(super) const MILLIONTHS: i128 = 1_000_000;

/// A level within its stage; later stages are above.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    pub stage: Stage,
    /// Millionths of a pound per part of weight.
    pub value: Fraction,
}

/// When measures are raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    ByNeed,
    BeyondTurn,
    PerHead,
}

/// Which bound holds a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Free,
    Lower,
    Upper,
}

/// A group as run.json states it.
#[derive(Debug)]
pub(super) struct Group {
    pub name: String,
    pub guarantee: Option<String>,
    pub parent: Option<usize>,
    pub lower: Option<i128>,
    pub upper: Option<i128>,
    pub total: Fraction,
    pub level: Option<Level>,
    pub tight: Side,
    pub price: Option<i128>,
}

/// (amount + offset) ÷ weight.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    pub stage: Stage,
    pub offset: i128,
    pub weight: i128,
}

/// A row of program.csv.
#[derive(Debug, Clone)]
pub(super) struct Amount {
    pub code: String,
    pub service: usize,
    pub group: usize,
    pub lower: i128,
    pub upper: Option<i128>,
    pub measure: Measure,
    /// Where the measure turns, in millionths, and into what.
    pub turn: Option<(i128, Measure)>,
    /// Target, and what a pound of deviation counts.
    pub deviation: Option<(i128, i128)>,
    /// Its part of need, which settles equal remainders.
    pub need: i128,
    pub level: String,
    pub amount: i128,
}

/// A level of any size, where groups cross.
#[derive(Debug, Clone)]
pub(super) struct BigLevel {
    pub stage: Stage,
    /// Millionths of a pound per part of weight.
    pub value: BigRational,
}

/// A group that others may cross.
#[derive(Debug)]
pub(super) struct CrossingGroup {
    pub name: String,
    pub guarantee: String,
    pub lower: i128,
    pub upper: Option<i128>,
}

/// Amounts in the same groups.
#[derive(Debug)]
pub(super) struct Cell {
    pub name: String,
    pub groups: Vec<usize>,
    pub level: Option<BigLevel>,
}

/// Multipliers that hold cells at a level.
#[derive(Debug)]
pub(super) struct Round {
    pub level: BigLevel,
    pub nation: BigInt,
    pub groups: Vec<(usize, BigInt)>,
}

/// A certificate of groups that cross.
#[derive(Debug)]
pub(super) struct Crossing {
    pub groups: Vec<CrossingGroup>,
    pub cells: Vec<Cell>,
    pub rounds: Vec<Round>,
    pub prices: Option<Prices>,
    /// Whether squares are least: prices then are levels, and there are no rounds.
    pub by_squares: bool,
}

/// Prices times a common denominator.
#[derive(Debug)]
pub(super) struct Prices {
    pub denominator: BigInt,
    pub nation: BigInt,
    pub groups: Vec<BigInt>,
}

/// What a run states of one formula.
#[derive(Debug)]
pub(super) struct Stated {
    pub name: String,
    pub quantum: i128,
    /// What the objective reached, in its own unit.
    pub reached: Option<f64>,
    pub objective: String,
    pub services: Vec<String>,
    pub control_totals: BTreeMap<String, i128>,
    /// Groups that nest; none where groups cross.
    pub groups: Vec<Group>,
    /// Where groups cross: a row's group is then its cell.
    pub crossing: Option<Crossing>,
    /// In order of code, then service; empty if a row cannot be read.
    pub amounts: Vec<Amount>,
}

/// Where columns stand in a table, by name; more columns do no harm.
#[derive(Debug)]
pub(super) struct Columns<'t, const N: usize> {
    pub table: &'t CsvTable,
    at: [usize; N],
    names: [&'static str; N],
}

impl<'t, const N: usize> Columns<'t, N> {
    /// None once findings say which column is not there.
    pub(super) fn of(
        table: &'t CsvTable,
        names: [&'static str; N],
        findings: &mut Findings,
    ) -> Option<Self> {
        let missing: Vec<&str> = names
            .into_iter()
            .filter(|name| table.find(name).is_none())
            .collect();
        for name in &missing {
            findings.push(
                Finding::error("missing-column", Place::file(&table.file))
                    .found(format!("no column `{name}`"))
                    .expected("the columns that every run writes")
                    .remedy("run the command again with this version of needshare"),
            );
        }
        missing.is_empty().then(|| Self {
            table,
            at: names.map(|name| table.find(name).unwrap_or(0)),
            names,
        })
    }

    /// Cells of a row, in the order of the names.
    pub(super) fn cells<'c>(&self, cells: &'c Cells) -> [&'c str; N] {
        self.at.map(|column| &cells[column])
    }

    /// Whole numbers among a row's cells; blanks are none. None if one cannot be read.
    pub(super) fn wholes<const K: usize>(
        &self,
        cells: &[&str; N],
        which: [usize; K],
        who: &str,
        ledger: &mut Ledger,
    ) -> Option<[Option<i128>; K]> {
        let mut numbers = [None; K];
        let mut sound = true;
        for (number, at) in numbers.iter_mut().zip(which) {
            let cell = cells[at];
            if cell.is_empty() {
                continue;
            }
            *number = cell.parse().ok();
            let (table, name) = (self.table, self.names[at]);
            sound &= ledger.hold(Check::Numbers, number.is_some(), || {
                let what = format!("{}: {name} is `{cell}`, no whole number", table.file);
                (who.to_string(), what)
            });
        }
        sound.then_some(numbers)
    }
}

/// The columns of program.csv that are read, the summed ones last and in the order of
/// the control totals.
const PROGRAM: [&str; 17] = [
    "formula",
    "code",
    "service",
    "group",
    "stage",
    "level",
    "lower_gbp",
    "upper_gbp",
    "offset",
    "weight",
    "turning_point",
    "turn_offset",
    "turn_weight",
    "target_gbp",
    "deviation_weight",
    "need",
    "amount_gbp",
];

/// Where the summed columns begin.
const SUMMED: usize = 6;

/// Reads program.csv into its formulas.
pub(super) fn read_program(
    table: &CsvTable,
    formulas: &mut [Stated],
    ledger: &mut Ledger,
    findings: &mut Findings,
) {
    let Some(columns) = Columns::of(table, PROGRAM, findings) else {
        return;
    };
    let mut sums = vec![[0_i128; PROGRAM.len() - SUMMED]; formulas.len()];
    let mut sound = vec![true; formulas.len()];
    let index: Vec<(String, BTreeMap<String, usize>)> = formulas
        .iter()
        .map(|stated| {
            let names: Vec<&String> = match &stated.crossing {
                Some(crossing) => crossing.cells.iter().map(|cell| &cell.name).collect(),
                None => stated.groups.iter().map(|group| &group.name).collect(),
            };
            let groups = names.into_iter().cloned().zip(0..).collect();
            (stated.name.clone(), groups)
        })
        .collect();
    for row in &table.rows {
        let cells = columns.cells(&row.cells);
        let Some(formula) = index.iter().position(|(name, _)| name == cells[0]) else {
            ledger.formula = cells[0].to_string();
            ledger.fault(
                Check::Rows,
                cells[1],
                "program.csv has a row of a formula that run.json does not name",
            );
            continue;
        };
        let stated = &mut formulas[formula];
        ledger.formula.clone_from(&stated.name);
        let summed: [usize; PROGRAM.len() - SUMMED] = std::array::from_fn(|at| at + SUMMED);
        let numbers = columns.wholes(&cells, summed, cells[1], ledger);
        let read = numbers.and_then(|numbers| {
            for (sum, number) in sums[formula].iter_mut().zip(numbers) {
                *sum = sum.saturating_add(number.unwrap_or(0));
            }
            let amount = read_amount(&cells, &numbers, stated, &index[formula].1);
            if amount.is_none() {
                ledger.fault(
                    Check::Numbers,
                    cells[1],
                    "program.csv: a row without a known group, service or stage, or with a blank where a number belongs",
                );
            }
            amount
        });
        match read {
            Some(amount) => stated.amounts.push(amount),
            None => sound[formula] = false,
        }
    }
    for (formula, stated) in formulas.iter_mut().enumerate() {
        ledger.formula.clone_from(&stated.name);
        hold_totals(stated, sums[formula], ledger);
        stated
            .amounts
            .sort_by(|a, b| (&a.code, a.service).cmp(&(&b.code, b.service)));
        for pair in stated.amounts.windows(2) {
            if (&pair[0].code, pair[0].service) == (&pair[1].code, pair[1].service) {
                ledger.fault(Check::Rows, &pair[0].code, "stands twice in program.csv");
                sound[formula] = false;
            }
        }
        if !sound[formula] {
            stated.amounts.clear();
        }
    }
}

fn read_amount(
    cells: &[&str; PROGRAM.len()],
    numbers: &[Option<i128>; PROGRAM.len() - SUMMED],
    stated: &Stated,
    groups: &BTreeMap<String, usize>,
) -> Option<Amount> {
    let service = match cells[2] {
        "" => 0,
        name => stated.services.iter().position(|service| service == name)?,
    };
    let turn = match numbers[4] {
        None => None,
        Some(at) => Some((
            at,
            Measure {
                stage: Stage::BeyondTurn,
                offset: numbers[5]?,
                weight: numbers[6]?,
            },
        )),
    };
    Some(Amount {
        code: cells[1].to_string(),
        service,
        group: *groups.get(cells[3])?,
        lower: numbers[0]?,
        upper: numbers[1],
        measure: Measure {
            stage: stage(cells[4])?,
            offset: numbers[2]?,
            weight: numbers[3]?,
        },
        turn,
        deviation: numbers[7].zip(numbers[8]),
        level: cells[5].to_string(),
        need: numbers[9]?,
        amount: numbers[10]?,
    })
}

fn hold_totals(stated: &Stated, sums: [i128; PROGRAM.len() - SUMMED], ledger: &mut Ledger) {
    let count = |count: usize| i128::try_from(count).unwrap_or(i128::MAX);
    let by_need = |amount: &&Amount| amount.measure.stage == Stage::ByNeed;
    let by_need = stated.amounts.iter().filter(by_need).count();
    let add = |bounds: &mut dyn Iterator<Item = i128>| {
        bounds.fold(0_i128, |sum, bound| sum.saturating_add(bound))
    };
    let (lower, upper) = match &stated.crossing {
        Some(crossing) => (
            add(&mut crossing.groups.iter().map(|group| group.lower)),
            add(&mut crossing.groups.iter().filter_map(|group| group.upper)),
        ),
        None => (
            add(&mut stated.groups.iter().filter_map(|group| group.lower)),
            add(&mut stated.groups.iter().filter_map(|group| group.upper)),
        ),
    };
    let others = [
        ("rows", count(stated.amounts.len())),
        ("rows_by_need", count(by_need)),
        ("groups_lower_gbp", lower),
        ("groups_upper_gbp", upper),
    ];
    let names = PROGRAM[SUMMED..].iter().copied().zip(sums);
    for (name, sum) in others.into_iter().chain(names) {
        let total = stated.control_totals.get(name);
        ledger.hold(Check::ControlTotals, total == Some(&sum), || {
            let what = match total {
                Some(total) => format!("adds up to {sum}, where run.json has {total}"),
                None => "has no control total in run.json".to_string(),
            };
            (name.to_string(), what)
        });
    }
}

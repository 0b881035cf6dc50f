//! What proves an allocation to somebody without the solver: for each group its bounds,
//! exact total, level and the side that holds it, and for each variable the group it is
//! directly in. Result files hold it as `program.csv` and in `run.json`;
//! [`crate::verify`] reads it there.

use std::collections::BTreeSet;

use num_bigint::BigInt;

use crate::allocation::{Allocation, Proof};
use crate::program::{LinearProgram, Price, Row, RowSource};
use crate::register::PerVariable;
use crate::solve::crossing::{self, ExactLevel, Prices};
use crate::solve::{ExactAmount, Level, NodeState, Settled, Tree, node_total};
use crate::units::Pounds;

/// The name of the group that everybody is in.
pub const NATION: &str = "nation";

/// What proves an allocation.
#[derive(Debug, Clone, PartialEq)]
pub enum Certificate {
    /// Groups that nest.
    Nested {
        /// The nation, then groups; parents stand before what is in them.
        groups: Vec<CertifiedGroup>,
        /// The group that each variable is directly in.
        group_of: PerVariable<usize>,
    },
    /// Groups that cross: rows see only the totals of cells, which are in the same groups.
    Crossing {
        /// Groups in the order of the program's rows.
        groups: Vec<CrossingGroup>,
        /// The cells.
        cells: Vec<CertifiedCell>,
        /// The cell that each variable is in.
        cell_of: PerVariable<usize>,
        /// What holds cells, by rising level; none for least squares.
        rounds: Vec<CertifiedRound>,
        /// What a pound more for the nation and for each group is worth, times a common
        /// denominator: for least deviation in billionths, for least squares in millionths
        /// of a pound per part of weight, a cell's level being the sum of its prices.
        prices: Option<Prices>,
    },
}

/// A group that others may cross.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossingGroup {
    /// Its name; no two of a certificate are alike.
    pub name: String,
    /// What it carries out.
    pub guarantee: String,
    /// Least total; zero or above.
    pub lower: Pounds,
    /// Greatest total.
    pub upper: Option<Pounds>,
}

/// Variables in the same groups.
#[derive(Debug, Clone, PartialEq)]
pub struct CertifiedCell {
    /// Its name.
    pub name: String,
    /// The groups that it is in.
    pub groups: Vec<usize>,
    /// Its level; none where it is fixed from the start.
    pub level: Option<ExactLevel>,
}

/// Multipliers that prove how high cells can go: above zero a greatest total is used,
/// below zero a least.
#[derive(Debug, Clone, PartialEq)]
pub struct CertifiedRound {
    /// The level.
    pub level: ExactLevel,
    /// The quantum's multiplier.
    pub nation: BigInt,
    /// Groups with their multipliers.
    pub groups: Vec<(usize, BigInt)>,
}

/// A group, and what holds it where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct CertifiedGroup {
    /// Its name; no two of a certificate are alike.
    pub name: String,
    /// What it carries out: a guarantee by its name, or a service's total; none for the
    /// nation.
    pub guarantee: Option<String>,
    /// The group around it; none for the nation.
    pub parent: Option<usize>,
    /// Least total.
    pub lower: Option<Pounds>,
    /// Greatest total.
    pub upper: Option<Pounds>,
    /// Its total before rounding, in millionths of a pound.
    pub total: ExactAmount,
    /// Its level; none where nothing in it can move.
    pub level: Option<Level>,
    /// The bound that lets its level or its price differ from those around it.
    pub tight: NodeState,
    /// For least deviation, what a pound more for it is worth.
    pub price: Option<Price>,
}

/// Puts a proof in the terms of result files.
pub fn certificate(program: &LinearProgram, allocation: &Allocation) -> Certificate {
    match &allocation.proof {
        Proof::Nested {
            face,
            tree,
            settled,
            prices,
        } => {
            let prices = prices.as_ref().map(|(tree, prices)| (tree, &prices[..]));
            Certificate::Nested {
                groups: groups(
                    (program, allocation.quantum),
                    (&program.within(face.as_ref()), tree, settled),
                    prices,
                ),
                group_of: tree.node_of.clone(),
            }
        }
        Proof::Crossing {
            certificate: proved,
            prices,
            ..
        } => of_crossing(
            program,
            &proved.cells,
            (&proved.levels, &proved.rounds),
            prices.as_ref(),
        ),
        Proof::Squares(squares) => {
            let levels: Vec<_> = squares.levels().into_iter().map(Some).collect();
            of_crossing(
                program,
                &squares.cells,
                (&levels, &[]),
                Some(&squares.prices),
            )
        }
    }
}

fn of_crossing(
    program: &LinearProgram,
    cells: &crossing::Cells,
    (levels, rounds): (&[Option<ExactLevel>], &[crossing::Round]),
    prices: Option<&Prices>,
) -> Certificate {
    // Bounds as the guarantees have them: within the optimal face they are narrower.
    let stated = crossing::Cells::of(program);
    let mut taken = BTreeSet::from([NATION.to_string()]);
    Certificate::Crossing {
        groups: program
            .rows
            .iter()
            .enumerate()
            .map(|(index, row)| CrossingGroup {
                name: unlike_any(name_of(program, row), &mut taken),
                guarantee: program.row_name(row),
                lower: stated.lower[index],
                upper: stated.upper[index],
            })
            .collect(),
        cells: cells
            .cells
            .iter()
            .enumerate()
            .map(|(index, cell)| CertifiedCell {
                name: format!("cell {}", index + 1),
                groups: cell.rows.clone(),
                level: levels[index].clone(),
            })
            .collect(),
        cell_of: cells.cell_of.clone(),
        rounds: rounds
            .iter()
            .map(|round| CertifiedRound {
                level: round.level.clone(),
                nation: round.cut.nation.clone(),
                groups: round.cut.rows.clone(),
            })
            .collect(),
        prices: prices.cloned(),
    }
}

/// What a group is called.
fn name_of(program: &LinearProgram, row: &Row) -> String {
    let carries_out = program.row_name(row);
    match row.source {
        RowSource::Guarantee(_) if row.group != carries_out => {
            format!("{carries_out}: {}", row.group)
        }
        RowSource::Guarantee(_) | RowSource::Service(_) => carries_out,
    }
}

fn groups(
    (program, quantum): (&LinearProgram, Pounds),
    (narrowed, tree, settled): (&LinearProgram, &Tree, &Settled),
    prices: Option<(&Tree, &[Price])>,
) -> Vec<CertifiedGroup> {
    // Bounds as the guarantees have them: within the optimal face they are narrower.
    let stated = prices.map_or(tree, |(stated, _)| stated);
    let mut taken = BTreeSet::new();
    (0..tree.nodes.len())
        .map(|index| {
            let node = &stated.nodes[index];
            let price = prices.map(|(_, prices)| prices[index]);
            let outside = prices.and_then(|(_, prices)| Some(prices[node.parent?]));
            let row = node.rows.first().map(|&row| &program.rows[row]);
            let (name, guarantee) = match row {
                None => (NATION.to_string(), None),
                Some(row) => (name_of(program, row), Some(program.row_name(row))),
            };
            let bound = |bound| if index == 0 { Some(quantum) } else { bound };
            CertifiedGroup {
                name: unlike_any(name, &mut taken),
                guarantee,
                parent: node.parent,
                lower: bound(node.lower),
                upper: bound(node.upper),
                total: lowest_terms(match index {
                    0 => ExactAmount {
                        numerator: quantum.fine().0,
                        denominator: 1,
                    },
                    _ => node_total(narrowed, tree, settled, index),
                }),
                level: settled.levels[index].map(|level| {
                    let fraction = lowest_terms(ExactAmount {
                        numerator: level.numerator,
                        denominator: level.denominator,
                    });
                    Level {
                        stage: level.stage,
                        numerator: fraction.numerator,
                        denominator: fraction.denominator,
                    }
                }),
                // Where prices differ, they say at which bound the group is.
                tight: match price.zip(outside) {
                    Some((inside, outside)) if inside > outside => NodeState::AtLower,
                    Some((inside, outside)) if inside < outside => NodeState::AtUpper,
                    _ => settled.states[index],
                },
                price,
            }
        })
        .collect()
}

/// The name, with a number behind it if another group has it already.
fn unlike_any(name: String, taken: &mut BTreeSet<String>) -> String {
    let unlike = (1..)
        .map(|count| match count {
            1 => name.clone(),
            _ => format!("{name} ({count})"),
        })
        .find(|name| !taken.contains(name))
        .expect("numbers do not end");
    taken.insert(unlike.clone());
    unlike
}

fn lowest_terms(amount: ExactAmount) -> ExactAmount {
    let (mut a, mut b) = (
        amount.numerator.unsigned_abs(),
        amount.denominator.unsigned_abs(),
    );
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let divisor = i128::try_from(a.max(1)).unwrap_or(1);
    ExactAmount {
        numerator: amount.numerator / divisor,
        denominator: amount.denominator / divisor,
    }
}

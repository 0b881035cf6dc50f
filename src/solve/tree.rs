//! Groups that nest, as a tree: nation, groups within it, authorities.

use std::collections::BTreeSet;

use crate::program::{Limited, LinearProgram, Row};
use crate::register::{PerVariable, VariableId};
use crate::units::{FinePounds, Pounds};

/// Nation (node 0) and groups; parents stand before their children.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// The node that each authority is directly in.
    pub node_of: PerVariable<usize>,
}

/// The nation or a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The node it is in; none for the nation.
    pub parent: Option<usize>,
    /// Groups directly in it.
    pub children: Vec<usize>,
    /// Variables directly in it, in their order.
    pub variables: Vec<VariableId>,
    /// Least total.
    pub lower: Option<Pounds>,
    /// Greatest total.
    pub upper: Option<Pounds>,
    /// Rows of the program it carries out.
    pub rows: Vec<usize>,
}

/// Whether a node's total is at one of its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeState {
    /// Between its bounds: its authorities are at the level outside.
    Free,
    /// At its lower bound: its own level is above the level outside, or equal.
    AtLower,
    /// At its upper bound: its own level is below the level outside, or equal.
    AtUpper,
}

/// Two groups that overlap, neither inside the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    /// What the one carries out.
    pub first: String,
    /// What the other carries out.
    pub second: String,
}

/// What cannot hold, in pounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Clash {
    /// Who it is about: an authority, a group, the nation.
    pub subject: Subject,
    /// What must be there at least, and what may be at most.
    pub needed: Pounds,
    /// The most that there may be.
    pub allowed: Pounds,
    /// Whether the least that is needed comes from below (floors) or the clash is
    /// that ceilings leave money over.
    pub kind: ClashKind,
}

/// Who a clash is about.
///
/// In the order in which clashes are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The quantum.
    Nation,
    /// A group's row.
    Row(usize),
    /// One amount's own bounds.
    Variable(VariableId),
}

/// Which way a clash goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClashKind {
    /// Lower bounds need more than there may be.
    TooMuchPromised,
    /// Upper bounds cannot take what there must be.
    TooLittleAllowed,
}

/// Least and most that a node can take.
#[derive(Debug, Clone, Copy)]
struct Range {
    least: Pounds,
    /// None: no end.
    most: Option<Pounds>,
}

/// Builds the tree of a program's rows; `Err` where groups cross.
pub fn build_tree(program: &LinearProgram) -> Result<Tree, Crossing> {
    let mut nodes = vec![Node {
        parent: None,
        children: Vec::new(),
        variables: Vec::new(),
        lower: None,
        upper: None,
        rows: Vec::new(),
    }];
    let mut node_of: PerVariable<usize> = program.variables.map(|_| 0);
    // Larger groups first, so that what contains a group is placed before it.
    let mut order: Vec<usize> = (0..program.rows.len()).collect();
    order.sort_by_key(|&row| (std::cmp::Reverse(program.rows[row].members.len()), row));
    for row_index in order {
        let row = &program.rows[row_index];
        let Some(&first) = row.members.first() else {
            continue;
        };
        let outer = node_of[first];
        if row.members.iter().any(|&at| node_of[at] != outer) {
            let crossed = program.rows.iter().find(|other| cross(other, row));
            let crossed = crossed.unwrap_or(row);
            return Err(Crossing {
                first: program.row_name(crossed),
                second: program.row_name(row),
            });
        }
        let node = nodes.len();
        nodes.push(Node {
            parent: Some(outer),
            children: Vec::new(),
            variables: Vec::new(),
            lower: row.lower,
            upper: row.upper,
            rows: vec![row_index],
        });
        nodes[outer].children.push(node);
        for &at in &row.members {
            node_of[at] = node;
        }
    }
    for (at, &node) in node_of.enumerate() {
        nodes[node].variables.push(at);
    }
    Ok(Tree { nodes, node_of })
}

/// Whether two groups overlap without one containing the other.
fn cross(a: &Row, b: &Row) -> bool {
    let in_a: BTreeSet<VariableId> = a.members.iter().copied().collect();
    let shared = b.members.iter().filter(|at| in_a.contains(at)).count();
    shared > 0 && shared < a.members.len() && shared < b.members.len()
}

impl Tree {
    /// Everything that cannot hold, the nation first. None: a solution exists, since
    /// bounds nest.
    pub fn clashes(&self, program: &LinearProgram) -> Vec<Clash> {
        let mut clashes = Vec::new();
        let mut ranges: Vec<Option<Range>> = vec![None; self.nodes.len()];
        for index in (0..self.nodes.len()).rev() {
            let node = &self.nodes[index];
            // Least and most are summed apart, so that a clash inside a group does not
            // change the sums said of what is around it.
            let (mut least, mut most, mut is_endless) = (Pounds::ZERO, Pounds::ZERO, false);
            for &at in &node.variables {
                let variable = program.limited(at);
                if let Some(upper) = variable.upper
                    && upper < variable.lower
                {
                    clashes.push(Clash {
                        subject: Subject::Variable(at),
                        needed: variable.lower,
                        allowed: upper,
                        kind: ClashKind::TooMuchPromised,
                    });
                }
                least += variable.lower;
                match most_of(variable) {
                    Some(upper) => most += upper,
                    None => is_endless = true,
                }
            }
            let mut sum = Range {
                least,
                most: (!is_endless).then_some(most),
            };
            for &child in &node.children {
                sum = sum.plus(ranges[child].expect("children stand after their parents"));
            }
            ranges[index] = Some(if index == 0 {
                check_bounds(
                    sum,
                    Some(program.quantum),
                    Some(program.quantum),
                    Subject::Nation,
                    &mut clashes,
                )
            } else {
                check_bounds(
                    sum,
                    node.lower,
                    node.upper,
                    Subject::Row(node.rows[0]),
                    &mut clashes,
                )
            });
        }
        clashes.sort_by_key(|clash| clash.subject);
        clashes
    }

    /// Takes the bounds of rows as a program with the same rows has them.
    pub fn take_bounds(&mut self, program: &LinearProgram) {
        for node in &mut self.nodes {
            if let [row, ..] = node.rows[..] {
                node.lower = program.rows[row].lower;
                node.upper = program.rows[row].upper;
            }
        }
    }

    /// The least that all amounts can come to.
    pub fn least_total(&self, program: &LinearProgram) -> Pounds {
        let mut least = vec![Pounds::ZERO; self.nodes.len()];
        for index in (0..self.nodes.len()).rev() {
            let node = &self.nodes[index];
            let own = node.variables.iter().map(|&at| program.limits[at].lower);
            let groups = node.children.iter().map(|&child| least[child]);
            let sum: Pounds = own.chain(groups).sum();
            least[index] = node.lower.map_or(sum, |lower| lower.max(sum));
        }
        least[0]
    }

    /// A node's bounds in millionths of a pound.
    pub fn bounds(&self, node: usize) -> (Option<i128>, Option<i128>) {
        let fine = |bound: Option<Pounds>| bound.map(|bound| bound.fine().0);
        (fine(self.nodes[node].lower), fine(self.nodes[node].upper))
    }

    /// A node's bound that its state holds it at, in millionths of a pound.
    pub fn held_at(&self, node: usize, state: NodeState) -> Option<FinePounds> {
        let held = match state {
            NodeState::Free => None,
            NodeState::AtLower => self.nodes[node].lower,
            NodeState::AtUpper => self.nodes[node].upper,
        };
        held.map(Pounds::fine)
    }
}

impl Range {
    fn plus(self, other: Self) -> Self {
        Self {
            least: self.least + other.least,
            most: self.most.zip(other.most).map(|(a, b)| a + b),
        }
    }
}

/// The most that a variable can take; none without an end. Without a weight it never leaves
/// its lower bound.
fn most_of(variable: Limited<'_>) -> Option<Pounds> {
    let (lower, upper) = (variable.lower, variable.upper);
    match variable.measure.weight > 0 {
        true => upper,
        false => Some(upper.map_or(lower, |upper| upper.min(lower))),
    }
}

/// Holds a range between bounds, noting what cannot be.
fn check_bounds(
    sum: Range,
    lower: Option<Pounds>,
    upper: Option<Pounds>,
    subject: Subject,
    clashes: &mut Vec<Clash>,
) -> Range {
    if let (Some(lower), Some(upper)) = (lower, upper)
        && lower > upper
    {
        clashes.push(Clash {
            subject,
            needed: lower,
            allowed: upper,
            kind: ClashKind::TooMuchPromised,
        });
    }
    if let Some(upper) = upper
        && sum.least > upper
    {
        clashes.push(Clash {
            subject,
            needed: sum.least,
            allowed: upper,
            kind: ClashKind::TooMuchPromised,
        });
    }
    if let (Some(lower), Some(most)) = (lower, sum.most)
        && most < lower
    {
        clashes.push(Clash {
            subject,
            needed: lower,
            allowed: most,
            kind: ClashKind::TooLittleAllowed,
        });
    }
    let least = lower.map_or(sum.least, |lower| lower.max(sum.least));
    let most = match (upper, sum.most) {
        (Some(upper), Some(most)) => Some(upper.min(most)),
        (upper, most) => upper.or(most),
    };
    Range { least, most }
}

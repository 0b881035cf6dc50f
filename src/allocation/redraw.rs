//! A program solved again and again with other numbers, as a study of uncertainty does:
//! same authorities and groups, other weights, offsets, targets, bounds or quantum.
//!
//! Memory is kept from draw to draw, and each level and price is looked for from the last
//! draw's on. Every draw comes to the same whole pounds as [`super::solve_program`]: what is
//! kept is only where to begin looking.

use super::NoAllocation;
use super::answer::{deviation_gap, solve_program, verify};
use super::rounding::{Exact, Rounded};
use super::shortfall::shortfall;
use crate::program::{Goal, LinearProgram, PerVariable};
use crate::register::{PerAuthority, Register};
use crate::solve::{
    Clash, Crossing, Level, NestedRoad, OptimalFace, Road, Settled, SolveError, Tree, build_tree,
};
use crate::units::Pounds;

/// A program to be solved with other numbers each time.
#[derive(Debug, Clone)]
pub struct Redraw {
    program: LinearProgram,
    tree: Tree,
    /// Where ties are settled, for a least deviation.
    face: Option<OptimalFace>,
    road: NestedRoad,
    settled: Settled,
    rounded: Rounded,
}

/// Why a draw has no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum NoDraw {
    /// Guarantees cannot hold together.
    Clashes(Vec<Clash>),
    /// Our own check failed.
    Unproved(SolveError),
}

/// A program that no redraw can be prepared for: its groups cross.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupsCross {
    /// The program, given back.
    pub program: LinearProgram,
    /// Two of its groups.
    pub crossing: Crossing,
}

/// What each authority gets, proved, without the proof being kept: for programs that are
/// solved only to be compared with others.
pub fn solve_amounts(
    program: LinearProgram,
    register: &Register,
) -> Result<PerAuthority<Pounds>, NoAllocation> {
    match Redraw::new(program) {
        Ok(mut redraw) => redraw.amounts(register),
        Err(crossing) => {
            let answer = solve_program(&crossing.program, register, Road::Nested)?;
            Ok(answer.by_authority(&crossing.program, register))
        }
    }
}

/// The same for a program with some of its guarantees only, one choice after the other. Those
/// that have rows must be kept in all choices or in none, so that groups stay.
pub fn solve_amounts_of_each(
    whole: &LinearProgram,
    choices: &[impl Fn(usize) -> bool],
    register: &Register,
) -> Vec<Result<PerAuthority<Pounds>, NoAllocation>> {
    let Some((first, others)) = choices.split_first() else {
        return Vec::new();
    };
    let mut redraw = match Redraw::new(whole.with_guarantees(first)) {
        Ok(redraw) => redraw,
        Err(_) => {
            let each = choices.iter().map(|keep| whole.with_guarantees(keep));
            return each
                .map(|program| solve_amounts(program, register))
                .collect();
        }
    };
    let mut amounts = vec![redraw.amounts(register)];
    for keep in others {
        redraw.program.change_guarantees(whole, keep);
        amounts.push(redraw.amounts(register));
    }
    amounts
}

impl Redraw {
    /// Prepares a program whose groups nest.
    pub fn new(program: LinearProgram) -> Result<Self, Box<GroupsCross>> {
        let tree = match build_tree(&program) {
            Ok(tree) => tree,
            Err(crossing) => return Err(Box::new(GroupsCross { program, crossing })),
        };
        Ok(Self {
            tree,
            program,
            face: None,
            road: NestedRoad::default(),
            settled: Settled::none(),
            rounded: Rounded::new(),
        })
    }

    /// The program as it stands.
    pub fn program(&self) -> &LinearProgram {
        &self.program
    }

    /// The program, for its numbers to be changed: quantum, variables, deviations, and the
    /// bounds of rows. They count as they stand, whatever guarantees promised. Variables stay
    /// as many, and rows keep their members.
    pub fn program_mut(&mut self) -> &mut LinearProgram {
        &mut self.program
    }

    /// The level of the nation in the last draw.
    pub fn level(&self) -> Option<Level> {
        self.settled.levels.first().copied().flatten()
    }

    /// Whole pounds for the program as it stands. Not proved: see [`Self::draw_proved`].
    pub fn draw(&mut self) -> Result<&PerVariable<Pounds>, NoDraw> {
        self.settle()?;
        self.rounded
            .round(exact(&self.program, &self.tree, &self.face, &self.settled));
        Ok(&self.rounded.amounts)
    }

    /// The same, proved: levels by their certificate, a least deviation by its prices, and
    /// whole pounds against every bound, total and exact amount.
    pub fn draw_proved(&mut self) -> Result<&PerVariable<Pounds>, NoDraw> {
        self.settle()?;
        let exact = exact(&self.program, &self.tree, &self.face, &self.settled);
        self.road
            .certify(exact.program, exact.tree, exact.settled)
            .map_err(NoDraw::Unproved)?;
        self.rounded.round(exact);
        let amounts = &self.rounded.amounts;
        let checked = verify(
            &self.program,
            exact.program,
            exact.tree,
            exact.settled,
            amounts,
        );
        let mut passed = checked.passed;
        if let (Goal::LeastDeviation(deviations), Some(face)) = (&self.program.goal, &self.face) {
            let (program, tree) = (&self.program, &self.tree);
            let gap = deviation_gap(program, tree, deviations, &face.prices, amounts);
            passed &= gap == Pounds::ZERO;
        }
        match passed {
            true => Ok(amounts),
            false => Err(NoDraw::Unproved(SolveError::Refused(
                "whole pounds break a bound, a total or the optimum".to_string(),
            ))),
        }
    }

    /// What each authority gets, proved.
    fn amounts(&mut self, register: &Register) -> Result<PerAuthority<Pounds>, NoAllocation> {
        match self.draw_proved() {
            Ok(_) => {}
            Err(NoDraw::Unproved(reason)) => return Err(NoAllocation::Unproved(reason)),
            Err(NoDraw::Clashes(clashes)) => {
                let in_words = |clash| shortfall(clash, &self.program, register);
                let clashes = clashes.iter().map(in_words).collect();
                return Err(NoAllocation::infeasible(clashes));
            }
        }
        let mut amounts = register.column(|_, _| Pounds::ZERO);
        for (id, amount) in self.rounded.amounts.enumerate() {
            amounts[self.program.variables[id].authority] += *amount;
        }
        Ok(amounts)
    }

    /// Exact levels of the program as it stands.
    fn settle(&mut self) -> Result<(), NoDraw> {
        self.tree.take_bounds(&self.program);
        if self.program.goal == Goal::LeastQuantum {
            self.program.quantum = self.tree.least_total(&self.program);
        }
        let clashes = self.tree.clashes(&self.program);
        if !clashes.is_empty() {
            return Err(NoDraw::Clashes(clashes));
        }
        match &self.program.goal {
            Goal::LeastDeviation(deviations) => {
                let face = self
                    .face
                    .get_or_insert_with(|| same_variables(&self.program, &self.tree));
                self.road
                    .narrow(&self.program, &self.tree, deviations, face);
            }
            Goal::Leximin | Goal::ScaleGains(_) | Goal::LeastSquares | Goal::LeastQuantum => {
                self.face = None;
            }
        }
        let (program, tree) = match &self.face {
            Some(face) => (&face.program, &face.tree),
            None => (&self.program, &self.tree),
        };
        self.road
            .settle(program, tree, &mut self.settled)
            .map_err(NoDraw::Unproved)
    }
}

/// What is rounded: the optimal face where there is one.
fn exact<'a>(
    program: &'a LinearProgram,
    tree: &'a Tree,
    face: &'a Option<OptimalFace>,
    settled: &'a Settled,
) -> Exact<'a> {
    let (program, tree) = match face {
        Some(face) => (&face.program, &face.tree),
        None => (program, tree),
    };
    Exact {
        program,
        tree,
        settled,
    }
}

/// A face to be narrowed: levels need no rows, promises or caps of it.
fn same_variables(program: &LinearProgram, tree: &Tree) -> OptimalFace {
    OptimalFace {
        program: LinearProgram {
            quantum: program.quantum,
            variables: program.variables.clone(),
            rows: Vec::new(),
            guarantees: Vec::new(),
            outside: Vec::new(),
            services: Vec::new(),
            goal: Goal::Leximin,
            caps: None,
        },
        tree: tree.clone(),
        prices: Vec::new(),
    }
}

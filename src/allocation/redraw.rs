//! A program solved again and again with other numbers, as a study of uncertainty does:
//! same authorities and groups, other weights, offsets, targets, bounds or quantum.
//!
//! Memory is kept from draw to draw, and each level and price is looked for from the last
//! draw's on. Every draw comes to the same whole pounds as [`super::solve_program`]: what is
//! kept is only where to begin looking.

use super::NoAllocation;
use super::answer::{Verification, beyond_rounding, by_authority, deviation_gap, solve_program};
use super::rounding::{Exact, Rounded};
use super::shortfall::shortfall;
use crate::program::{Goal, GuaranteeSet, LinearProgram, PerVariable, only};
use crate::register::{PerAuthority, Register};
use crate::solve::{
    Clash, Crossing, FaceBounds, Level, NestedRoad, Road, Settled, SolveError, Tree, build_tree,
};
use crate::units::Pounds;

/// A program to be solved with other numbers each time.
#[derive(Debug, Clone)]
pub struct Redraw {
    program: LinearProgram,
    tree: Tree,
    /// Where ties are settled, for a least deviation.
    face: Option<FaceBounds>,
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

/// What a program that is solved only to be compared with others comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Amounts {
    /// What each authority gets, all services together.
    pub by_authority: PerAuthority<Pounds>,
    /// Guarantees of the program that hold nothing: without any one of them amounts are the
    /// same.
    pub slack: GuaranteeSet,
}

impl Amounts {
    /// Takes a program's amounts together.
    pub fn of(
        program: &LinearProgram,
        by_variable: &PerVariable<Pounds>,
        register: &Register,
    ) -> Self {
        let measured_from_bounds = matches!(program.goal, Goal::ScaleGains(_));
        let slack = (0..program.guarantees.len()).filter(|&guarantee| {
            !measured_from_bounds
                && program.guarantees[guarantee].kept
                && program.is_slack(guarantee, by_variable)
        });
        Self {
            by_authority: by_authority(program, by_variable, register),
            slack: slack.fold(0, |set, guarantee| set | only(guarantee)),
        }
    }
}

/// What each authority gets, proved, without the proof being kept.
pub fn solve_amounts(program: LinearProgram, register: &Register) -> Result<Amounts, NoAllocation> {
    match Redraw::new(program) {
        Ok(mut redraw) => redraw.amounts(register),
        Err(crossing) => {
            let program = &crossing.program;
            let answer = solve_program(program, register, Road::Nested)?;
            Ok(Amounts::of(program, &answer.amounts, register))
        }
    }
}

/// The same for a program with some of its guarantees only, one choice after the other. Those
/// that have rows must be kept in all choices or in none, so that groups stay.
pub fn solve_amounts_of_each(
    whole: &LinearProgram,
    choices: &[impl Fn(usize) -> bool],
    register: &Register,
) -> Vec<Result<Amounts, NoAllocation>> {
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

    /// The program, for its numbers to be changed: quantum, variables, limits, deviations, and
    /// the bounds of rows. They count as they stand, whatever guarantees promised. Variables stay
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
        self.find_face()?;
        self.within_face(|redraw| {
            redraw.settle()?;
            redraw.round();
            Ok(())
        })?;
        Ok(&self.rounded.amounts)
    }

    /// The same, proved: levels by their certificate, a least deviation by its prices, and
    /// whole pounds against every bound, total and exact amount.
    pub fn draw_proved(&mut self) -> Result<&PerVariable<Pounds>, NoDraw> {
        self.find_face()?;
        let off = self.within_face(|redraw| {
            redraw.settle()?;
            redraw.round();
            redraw.certify()
        })?;
        let amounts = &self.rounded.amounts;
        let mut passed = off == Pounds::ZERO;
        passed &= Verification::of_bounds(&self.program, amounts).passed;
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
    fn amounts(&mut self, register: &Register) -> Result<Amounts, NoAllocation> {
        match self.draw_proved() {
            Ok(_) => {}
            Err(NoDraw::Unproved(reason)) => return Err(NoAllocation::Unproved(reason)),
            Err(NoDraw::Clashes(clashes)) => {
                let in_words = |clash| shortfall(clash, &self.program, register);
                let clashes = clashes.iter().map(in_words).collect();
                return Err(NoAllocation::infeasible(clashes));
            }
        }
        Ok(Amounts::of(&self.program, &self.rounded.amounts, register))
    }

    /// Where ties are settled for the program as it stands.
    fn find_face(&mut self) -> Result<(), NoDraw> {
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
                    .get_or_insert_with(|| FaceBounds::of(&self.program, &self.tree));
                self.road
                    .narrow(&self.program, &self.tree, deviations, face);
            }
            Goal::Leximin | Goal::ScaleGains(_) | Goal::LeastSquares | Goal::LeastQuantum => {
                self.face = None;
            }
        }
        Ok(())
    }

    /// Does something while the program has the bounds of the face, if there is one.
    fn within_face<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        if let Some(face) = &mut self.face {
            std::mem::swap(&mut self.program.limits, &mut face.limits);
        }
        let done = work(self);
        if let Some(face) = &mut self.face {
            std::mem::swap(&mut self.program.limits, &mut face.limits);
        }
        done
    }

    /// Exact levels.
    fn settle(&mut self) -> Result<(), NoDraw> {
        let tree = self.face.as_ref().map_or(&self.tree, |face| &face.tree);
        self.road
            .settle(&self.program, tree, &mut self.settled)
            .map_err(NoDraw::Unproved)
    }

    /// Proves the levels, and how far whole pounds are at most from what exact amounts
    /// round to.
    fn certify(&mut self) -> Result<Pounds, NoDraw> {
        let tree = self.face.as_ref().map_or(&self.tree, |face| &face.tree);
        let amounts = &self.rounded.amounts;
        let mut furthest = Pounds::ZERO;
        self.road
            .certify(&self.program, tree, &self.settled, |at, exact| {
                furthest = furthest.max(beyond_rounding(amounts[at], exact));
            })
            .map_err(NoDraw::Unproved)?;
        Ok(furthest)
    }

    fn round(&mut self) {
        let tree = self.face.as_ref().map_or(&self.tree, |face| &face.tree);
        self.rounded.round(Exact {
            program: &self.program,
            tree,
            settled: &self.settled,
        });
    }
}

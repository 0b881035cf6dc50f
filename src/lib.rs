//! Shares a national sum of money between authorities by need, under stated
//! guarantees, and shows who wins and who loses under every formula.
//!
//! Data goes one way, in pure steps; files are read at the front and written at
//! the back:
//!
//! ```text
//! inputs + formula → Assessment → LinearProgram → Solution → Allocation → Comparison → tables, charts
//! ```
//!
//! Modules are listed in that order, and each uses only modules above it; a test
//! in `tests/structure.rs` holds them to it.

pub mod units;

pub mod currency;

pub mod statistics;

pub mod ids;

pub mod findings;

pub mod register;

pub mod inputs;

// Proves what the modules below it come to, and uses none of them.
pub mod verify;

pub mod formula;

pub mod scenario;

pub mod schema;

pub mod assess;

pub mod program;

pub mod solve;

pub mod allocation;

pub mod certificate;

pub mod export;

pub mod study;

pub mod effects;

pub mod reproduce;

pub mod grouping;

pub mod compare;

pub mod measures;

pub mod breakdowns;

pub mod results;

pub mod benchmark;

pub mod explain;

pub mod render;

pub mod run_folder;

pub mod commands;

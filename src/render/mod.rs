//! Rendering: results become tables, a summary, and charts fit to print. Nothing is
//! computed here that is not in the results; nothing here touches a file.
//!
//! `figures` takes results to the plain specs of `charts`, which turns a spec into a
//! [`chart::Chart`]: a [`picture::Picture`] and a CSV text. A picture is a display list
//! that `svg` writes as text and `raster` paints as a PNG, so both show the same thing.
//! Plotters does the coordinate systems and the shapes through `plotters_backend`; text
//! is measured with the font that is painted (`font`).

mod axis;
pub mod breakdowns;
mod certificate_json;
pub mod chart;
mod charts;
mod digits;
pub mod explanation;
mod figure_words;
pub mod figures;
mod figures_of_many;
mod font;
pub mod formula_page;
mod frame;
pub mod headline;
mod labels;
#[cfg(test)]
mod layout_check;
pub mod league;
pub mod pages;
mod picture;
mod plotters_backend;
pub mod program_table;
mod raster;
mod reading_notes;
pub mod report;
mod style;
pub mod summary;
mod svg;
pub mod table;
pub mod tables;
pub mod verification;
mod wrap;

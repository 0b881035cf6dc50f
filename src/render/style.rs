//! What all charts share: colours, type sizes and margins.
//!
//! Blue and vermillion are Okabe and Ito's, told apart by readers with any common colour vision. Colour never speaks
//! alone: direction, a sign or words always say the same.

use crate::render::font::{self, Weight};
use crate::render::picture::{Anchor, Colour, Paint, Picture, Point, Text, Turn};

/// Winners, and the formula's own panel.
pub const GAIN: Colour = Colour::hex(0x0072B2);
/// Losers.
pub const LOSS: Colour = Colour::hex(0xD55E00);
/// Unchanged, and what a formula is compared with.
pub const NEUTRAL: Colour = Colour::hex(0x7A7A7A);
/// Headlines, names and axes.
pub const INK: Colour = Colour::hex(0x1A1A1A);
/// Subtitles, notes and sources.
pub const QUIET: Colour = Colour::hex(0x595959);
/// Gridlines.
pub const GRID: Colour = Colour::hex(0xDEDEDE);
/// The page.
pub const PAPER: Colour = Colour::hex(0xFFFFFF);
/// Every other row of a long list, to lead the eye.
pub const STRIPE: Colour = Colour::hex(0xF4F5F6);

/// Width of a chart in px: 2000 pixels of PNG, 169 mm in print (the text of an A4 page).
pub const WIDTH: f64 = 1000.0;
/// The greatest height of a chart: 257 mm in print, an A4 page with margins of 20 mm.
pub const PAGE_HEIGHT: f64 = 1520.0;
/// Space on each side of the page.
pub const MARGIN: f64 = 28.0;

// Type sizes in px; 1 px is 0.48 pt in print at full width.
/// Size of the headline, in px.
pub const HEADLINE: f64 = 23.0;
/// Size of the lines below the headline, in px.
pub const SUBTITLE: f64 = 16.0;
/// Size of a panel's title, in px.
pub const PANEL_TITLE: f64 = 16.0;
/// Size of names and figures, in px.
pub const LABEL: f64 = 15.0;
/// Size of an axis's values, in px.
pub const AXIS: f64 = 13.5;
/// Size of notes and sources, in px.
pub const NOTE: f64 = 13.0;

/// A line height for a type size.
pub const fn leading(size: f64) -> f64 {
    size * 1.3
}

/// The distance from the middle of a row down to the baseline that centres text of this size on it.
pub fn centred(size: f64) -> f64 {
    size * font::CAP_HEIGHT / 2.0
}

/// How a text looks; position and words come with it.
#[derive(Clone, Copy, Debug)]
pub struct Lettering {
    /// Type size in px.
    pub size: f64,
    /// Regular or bold.
    pub weight: Weight,
    /// Colour of the letters.
    pub colour: Colour,
}

impl Lettering {
    /// Of regular weight.
    pub const fn regular(size: f64, colour: Colour) -> Self {
        Self {
            size,
            weight: Weight::Regular,
            colour,
        }
    }

    /// Of bold weight.
    pub const fn bold(size: f64, colour: Colour) -> Self {
        Self {
            size,
            weight: Weight::Bold,
            colour,
        }
    }

    /// The width in px of words in this lettering.
    pub fn width(&self, words: &str) -> f64 {
        font::width(words, self.size, self.weight)
    }

    /// A level text with its anchor on the baseline at `at`.
    pub fn text(&self, words: impl Into<String>, at: Point, anchor: Anchor) -> Text {
        Text {
            at,
            content: words.into(),
            size: self.size,
            weight: self.weight,
            anchor,
            turn: Turn::Level,
            colour: self.colour,
        }
    }

    /// Writes words into a picture.
    pub fn write(
        &self,
        picture: &mut Picture,
        words: impl Into<String>,
        at: Point,
        anchor: Anchor,
    ) {
        picture.text(self.text(words, at, anchor));
    }
}

/// Stroke and gap of dashed lines, in px.
pub const DASH: (f64, f64) = (7.0, 3.0);

/// The thin lines behind the data.
pub const fn grid_paint() -> Paint {
    Paint::solid(GRID)
}

/// The line at nought, and axes.
pub const fn axis_paint() -> Paint {
    Paint::solid(INK)
}

//! The colours of a heat map: white at nought, deeper with the size of the number.
//!
//! No colour is so deep that [`style::INK`] could not be read on it.

use super::{Measure, Table};
use crate::render::picture::Colour;
use crate::render::style;

/// How much of the colour of gains is in the deepest blue; the rest is paper.
const DEEPEST_GAIN: f64 = 0.78;
/// How much of the colour of losses is in the deepest vermillion.
const DEEPEST_LOSS: f64 = 0.88;

/// From numbers to colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    /// The size of number in per cent, above nought, from which on the colour is deepest.
    pub end: f64,
    /// Whether some numbers lie beyond the end.
    pub capped: bool,
    diverging: bool,
}

impl Scale {
    /// A scale for all numbers of a table. A few that stand far out do not take the colour from the others.
    pub fn new(table: &Table) -> Self {
        const FEW: usize = 10;
        const FAR: f64 = 4.0;
        let mut sizes: Vec<f64> = table
            .values()
            .filter(|(row, column, _)| !table.is_own(*row, *column))
            .map(|(_, _, value)| value.abs())
            .collect();
        sizes.sort_by(f64::total_cmp);
        let largest = sizes.last().copied().unwrap_or(0.0);
        let usual = sizes.get(sizes.len() * 9 / 10).copied().unwrap_or(0.0) * 1.2;
        let capped = sizes.len() >= FEW && usual > 0.0 && largest > FAR * usual;
        Self {
            end: rounded_up(if capped { usual } else { largest }),
            capped,
            diverging: matches!(table.measure, Measure::Change(_)),
        }
    }

    /// The lowest number of the scale.
    pub fn start(&self) -> f64 {
        if self.diverging { -self.end } else { 0.0 }
    }

    /// The decimals that the ends need.
    pub fn decimals(&self) -> usize {
        usize::from(self.end < 10.0)
    }

    /// The background of a cell.
    pub fn colour(&self, value: f64) -> Colour {
        let depth = (value / self.end).clamp(-1.0, 1.0);
        match (self.diverging, depth > 0.0) {
            (true, true) => mixed(style::GAIN, depth * DEEPEST_GAIN),
            (true, false) => mixed(style::LOSS, -depth * DEEPEST_LOSS),
            (false, _) => mixed(style::LOSS, depth.max(0.0) * DEEPEST_LOSS),
        }
    }
}

/// The next whole per cent, or tenth where there are few.
fn rounded_up(size: f64) -> f64 {
    if size > 9.9 {
        (size - 1e-9).ceil()
    } else {
        ((size * 10.0 - 1e-9).ceil() / 10.0).max(0.1)
    }
}

/// So much of a colour, and paper for the rest.
fn mixed(colour: Colour, part: f64) -> Colour {
    let mix = |paper: u8, ink: u8| {
        let (paper, ink) = (f64::from(paper), f64::from(ink));
        (paper + (ink - paper) * part).round() as u8
    };
    Colour {
        red: mix(style::PAPER.red, colour.red),
        green: mix(style::PAPER.green, colour.green),
        blue: mix(style::PAPER.blue, colour.blue),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast of two colours, from 1 to 21, by the Web Content Accessibility Guidelines.
    fn contrast(one: Colour, other: Colour) -> f64 {
        let luminance = |colour: Colour| {
            let part = |value: u8| {
                let value = f64::from(value) / 255.0;
                if value <= 0.040_45 {
                    value / 12.92
                } else {
                    ((value + 0.055) / 1.055).powf(2.4)
                }
            };
            0.2126 * part(colour.red) + 0.7152 * part(colour.green) + 0.0722 * part(colour.blue)
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn ink_is_legible_on_every_colour() {
        for diverging in [true, false] {
            let scale = Scale {
                end: 10.0,
                capped: false,
                diverging,
            };
            for step in -110..=110 {
                let colour = scale.colour(f64::from(step) / 10.0);
                let contrast = contrast(colour, style::INK);
                assert!(contrast >= 4.5, "{contrast} at {step}");
            }
        }
        assert!((contrast(style::PAPER, Colour::hex(0)) - 21.0).abs() < 1e-9);
    }

    #[test]
    fn nought_is_white_and_the_ends_are_deepest() {
        let scale = Scale {
            end: 10.0,
            capped: false,
            diverging: true,
        };
        assert_eq!(scale.colour(0.0), style::PAPER);
        assert_eq!(scale.colour(1e9), scale.colour(10.0));
        assert_eq!(scale.colour(-1e9), scale.colour(-10.0));
        assert!(scale.colour(10.0).blue > scale.colour(10.0).red);
        assert!(scale.colour(-10.0).red > scale.colour(-10.0).blue);
        let depth = |value| contrast(scale.colour(value), style::PAPER);
        assert!(depth(2.0) < depth(5.0) && depth(5.0) < depth(9.0));
    }

    #[test]
    fn ends_are_round() {
        assert_eq!(rounded_up(12.3), 13.0);
        assert_eq!(rounded_up(12.0), 12.0);
        assert_eq!(rounded_up(4.23), 4.3);
        assert_eq!(rounded_up(9.95), 10.0);
        assert_eq!(rounded_up(0.0), 0.1);
    }
}

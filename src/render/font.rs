//! The one home of text metrics: widths, kerning and glyph outlines of the embedded font.
//!
//! Layout, SVG (`textLength`) and PNG all use these numbers, so text is exactly as wide as it was planned to be.

use std::sync::OnceLock;

use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// Font families for SVG: the embedded face first, then faces of similar width.
pub const FAMILY: &str = "DejaVu Sans Condensed, DejaVu Sans, Verdana, sans-serif";

/// Height of ink above the baseline, as a part of the type size (tall letters, digits and the pound sign).
pub const ASCENT: f64 = 0.77;
/// Depth of ink below the baseline, as a part of the type size.
pub const DESCENT: f64 = 0.24;
/// Height of capitals and digits, as a part of the type size: centre text on a line with half of it.
pub const CAP_HEIGHT: f64 = 0.73;

/// The two weights that the charts use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// For most words.
    Regular,
    /// For headlines and headings.
    Bold,
}

/// Receives an outline: move, line, curve and close, in px with y downwards.
pub use ttf_parser::OutlineBuilder as Pen;

/// A parsed face with what every measurement needs.
struct LoadedFace {
    face: Face<'static>,
    units_per_em: f64,
}

/// A glyph and its distance from the start of the text, in font units.
struct Placed {
    glyph: GlyphId,
    start: f64,
}

/// The width in px of `text` set at `size` px, kerning included.
pub fn width(text: &str, size: f64, weight: Weight) -> f64 {
    loaded(weight).map_or(0.0, |loaded| {
        let (_, advance) = loaded.place(text);
        advance * size / loaded.units_per_em
    })
}

/// Draws the outlines of `text` with `pen`: origin at the start of the baseline, px, y downwards.
pub fn outline(text: &str, size: f64, weight: Weight, pen: &mut dyn Pen) {
    let Some(loaded) = loaded(weight) else { return };
    let scale = size / loaded.units_per_em;
    for placed in loaded.place(text).0 {
        let mut scaled = ScaledPen {
            pen,
            shift: (placed.start * scale) as f32,
            scale: scale as f32,
        };
        loaded.face.outline_glyph(placed.glyph, &mut scaled);
    }
}

/// The face of a weight, parsed once. `None` cannot happen with the embedded files; a test holds it so.
fn loaded(weight: Weight) -> Option<&'static LoadedFace> {
    static REGULAR: OnceLock<Option<LoadedFace>> = OnceLock::new();
    static BOLD: OnceLock<Option<LoadedFace>> = OnceLock::new();
    let (cell, bytes) = match weight {
        Weight::Regular => (&REGULAR, dejavu::sans_condensed::regular()),
        Weight::Bold => (&BOLD, dejavu::sans_condensed::bold()),
    };
    cell.get_or_init(|| {
        let face = Face::parse(bytes, 0).ok()?;
        let units_per_em = f64::from(face.units_per_em());
        Some(LoadedFace { face, units_per_em })
    })
    .as_ref()
}

impl LoadedFace {
    /// Sets glyphs one after the other; gives them and the whole advance, in font units.
    fn place(&self, text: &str) -> (Vec<Placed>, f64) {
        let mut placed = Vec::with_capacity(text.len());
        let mut start = 0.0;
        let mut previous = None;
        for character in text.chars() {
            let glyph = self
                .face
                .glyph_index(character)
                .or_else(|| self.face.glyph_index('\u{FFFD}'))
                .unwrap_or(GlyphId(0));
            if let Some(left) = previous {
                start += self.kerning(left, glyph);
            }
            placed.push(Placed { glyph, start });
            start += f64::from(self.face.glyph_hor_advance(glyph).unwrap_or(0));
            previous = Some(glyph);
        }
        (placed, start)
    }

    /// The kerning between two glyphs, in font units, from the font's `kern` table.
    fn kerning(&self, left: GlyphId, right: GlyphId) -> f64 {
        let Some(kern) = self.face.tables().kern else {
            return 0.0;
        };
        kern.subtables
            .into_iter()
            .filter(|table| table.horizontal && !table.variable && !table.has_cross_stream)
            .find_map(|table| table.glyphs_kerning(left, right))
            .map_or(0.0, f64::from)
    }
}

/// Scales font units to px, turns y downwards and shifts a glyph to its place.
struct ScaledPen<'a> {
    pen: &'a mut dyn Pen,
    shift: f32,
    scale: f32,
}

impl ScaledPen<'_> {
    fn x(&self, x: f32) -> f32 {
        self.shift + x * self.scale
    }

    fn y(&self, y: f32) -> f32 {
        -y * self.scale
    }
}

impl OutlineBuilder for ScaledPen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = (self.x(x), self.y(y));
        self.pen.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = (self.x(x), self.y(y));
        self.pen.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (x1, y1, x, y) = (self.x(x1), self.y(y1), self.x(x), self.y(y));
        self.pen.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (x1, y1, x2, y2) = (self.x(x1), self.y(y1), self.x(x2), self.y(y2));
        let (x, y) = (self.x(x), self.y(y));
        self.pen.curve_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.pen.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Extent {
        left: f32,
        right: f32,
        top: f32,
        bottom: f32,
        curves: usize,
    }

    impl Extent {
        fn see(&mut self, x: f32, y: f32) {
            self.left = self.left.min(x);
            self.right = self.right.max(x);
            self.top = self.top.min(y);
            self.bottom = self.bottom.max(y);
        }
    }

    impl OutlineBuilder for Extent {
        fn move_to(&mut self, x: f32, y: f32) {
            self.see(x, y);
        }
        fn line_to(&mut self, x: f32, y: f32) {
            self.see(x, y);
        }
        fn quad_to(&mut self, _: f32, _: f32, x: f32, y: f32) {
            self.curves += 1;
            self.see(x, y);
        }
        fn curve_to(&mut self, _: f32, _: f32, _: f32, _: f32, x: f32, y: f32) {
            self.curves += 1;
            self.see(x, y);
        }
        fn close(&mut self) {}
    }

    #[test]
    fn both_weights_are_embedded_and_bold_is_wider() {
        let regular = width("Nottingham", 10.0, Weight::Regular);
        let bold = width("Nottingham", 10.0, Weight::Bold);
        assert!(regular > 40.0 && regular < 70.0, "{regular}");
        assert!(bold > regular);
    }

    #[test]
    fn width_grows_in_proportion_to_size() {
        let one = width("£1,234 −5 %", 1.0, Weight::Regular);
        let ten = width("£1,234 −5 %", 10.0, Weight::Regular);
        assert!((ten - 10.0 * one).abs() < 1e-9);
    }

    #[test]
    fn kerning_draws_a_and_v_together() {
        let pair = width("AV", 100.0, Weight::Regular);
        let apart = width("A", 100.0, Weight::Regular) + width("V", 100.0, Weight::Regular);
        assert!(pair < apart - 2.0, "{pair} is not less than {apart}");
    }

    #[test]
    fn ink_stays_within_the_stated_ascent_descent_and_width() {
        let text = "Blackburn with Darwen, £1,234 (−5.6 %) “Jy|”";
        let mut extent = Extent::default();
        outline(text, 100.0, Weight::Regular, &mut extent);
        assert!(extent.curves > 50);
        assert!(f64::from(extent.right) <= width(text, 100.0, Weight::Regular) + 1.0);
        assert!(f64::from(-extent.top) <= 100.0 * ASCENT, "{}", extent.top);
        assert!(
            f64::from(extent.bottom) <= 100.0 * DESCENT,
            "{}",
            extent.bottom
        );
    }

    #[test]
    fn every_sign_that_the_charts_write_is_in_the_font() {
        for weight in [Weight::Regular, Weight::Bold] {
            let face = &loaded(weight).expect("embedded face").face;
            for sign in "£−+%“”‘’…·×±–—→←▲▼&<>ÀéŵÿŷÂ".chars() {
                assert!(
                    face.glyph_index(sign).is_some(),
                    "{sign} missing in {weight:?}"
                );
            }
        }
    }
}

//! A picture as a display list in px: what `svg` writes and `raster` paints.
//!
//! Marks are painted in the order they were added. Positions are floats, so nothing is rounded before the output.

use crate::currency::Currency;
use crate::render::font::{self, Weight};

/// A colour by its red, green and blue parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// From 0 to 255.
    pub red: u8,
    /// From 0 to 255.
    pub green: u8,
    /// From 0 to 255.
    pub blue: u8,
}

impl Colour {
    /// The colour written 0xRRGGBB.
    pub const fn hex(rgb: u32) -> Self {
        Self {
            red: (rgb >> 16) as u8,
            green: (rgb >> 8) as u8,
            blue: rgb as u8,
        }
    }
}

/// A colour with an opacity from 0 (clear) to 1 (solid).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paint {
    /// What is mixed with what is below.
    pub colour: Colour,
    /// From 0 (clear) to 1 (solid).
    pub opacity: f64,
}

impl Paint {
    /// A paint that hides what is under it.
    pub const fn solid(colour: Colour) -> Self {
        Self {
            colour,
            opacity: 1.0,
        }
    }

    /// A paint that lets what is under it show.
    pub const fn tint(colour: Colour, opacity: f64) -> Self {
        Self { colour, opacity }
    }
}

/// A position in px from the top left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// px to the right.
    pub x: f64,
    /// px down.
    pub y: f64,
}

/// An upright rectangle in px; `right >= left` and `bottom >= top`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// px from the left edge of the picture.
    pub left: f64,
    /// px from the top edge of the picture.
    pub top: f64,
    /// px from the left edge of the picture.
    pub right: f64,
    /// px from the top edge of the picture.
    pub bottom: f64,
}

impl Bounds {
    /// Whether the two share more than an edge.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(&self, other: &Self) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && self.right >= other.right
            && self.bottom >= other.bottom
    }

    /// The same rectangle, larger by `margin` px on each side.
    pub fn grown(&self, margin: f64) -> Self {
        Self {
            left: self.left - margin,
            top: self.top - margin,
            right: self.right + margin,
            bottom: self.bottom + margin,
        }
    }

    /// From left to right, in px.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// From top to bottom, in px.
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// The least rectangle around some points; empty at the origin if there are none.
    fn around(points: &[Point]) -> Self {
        let Some(first) = points.first() else {
            return Self {
                left: 0.0,
                top: 0.0,
                right: 0.0,
                bottom: 0.0,
            };
        };
        let start = Self {
            left: first.x,
            top: first.y,
            right: first.x,
            bottom: first.y,
        };
        points.iter().fold(start, |bounds, point| Self {
            left: bounds.left.min(point.x),
            top: bounds.top.min(point.y),
            right: bounds.right.max(point.x),
            bottom: bounds.bottom.max(point.y),
        })
    }
}

/// Which part of a text stands at its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its left end, if it is level.
    Start,
    /// The middle of its width.
    Middle,
    /// Its right end, if it is level.
    End,
}

/// Whether a text is level or reads upwards (turned by −90 degrees).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// From left to right.
    Level,
    /// From bottom to top.
    Upwards,
}

/// One line of text; `at` is on its baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// Where its anchor stands.
    pub at: Point,
    /// Its words.
    pub content: String,
    /// Type size in px.
    pub size: f64,
    /// Regular or bold.
    pub weight: Weight,
    /// Which part of it stands at `at`.
    pub anchor: Anchor,
    /// Level or upwards.
    pub turn: Turn,
    /// Colour of its letters.
    pub colour: Colour,
}

impl Text {
    /// The width of the text along its baseline, in px.
    pub fn width(&self) -> f64 {
        font::width(&self.content, self.size, self.weight)
    }

    /// The distance from `at` back to the start of the text, along the baseline.
    pub fn offset(&self) -> f64 {
        match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle | Anchor::End => self.offset_of(self.width()),
        }
    }

    /// As `offset`, for a width that is known already.
    fn offset_of(&self, width: f64) -> f64 {
        match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => width / 2.0,
            Anchor::End => width,
        }
    }

    /// The rectangle that the text needs, from its ascent to its descent.
    pub fn bounds(&self) -> Bounds {
        let width = self.width();
        let before = self.offset_of(width);
        let after = width - before;
        let (above, below) = (font::ASCENT * self.size, font::DESCENT * self.size);
        let Point { x, y } = self.at;
        match self.turn {
            Turn::Level => Bounds {
                left: x - before,
                top: y - above,
                right: x + after,
                bottom: y + below,
            },
            Turn::Upwards => Bounds {
                left: x - above,
                top: y - after,
                right: x + below,
                bottom: y + before,
            },
        }
    }
}

/// One thing to paint.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A line through points.
    Line {
        /// Its corners, first to last.
        points: Vec<Point>,
        /// In px.
        width: f64,
        /// Its colour.
        paint: Paint,
        /// Lengths of stroke and gap in px; none for a whole line.
        dash: Option<(f64, f64)>,
    },
    /// A filled rectangle.
    Rectangle {
        /// Its edges.
        bounds: Bounds,
        /// Its colour.
        paint: Paint,
    },
    /// A filled shape.
    Polygon {
        /// Its corners in order.
        points: Vec<Point>,
        /// Its colour.
        paint: Paint,
    },
    /// A filled circle, or a ring.
    Circle {
        /// Its middle.
        centre: Point,
        /// In px.
        radius: f64,
        /// Its colour.
        paint: Paint,
        /// Width in px of the line of a ring; none for a filled circle.
        ring: Option<f64>,
    },
    /// A line of words.
    Text(Text),
}

impl Mark {
    /// The rectangle that the mark touches.
    pub fn bounds(&self) -> Bounds {
        match self {
            Self::Line { points, width, .. } => Bounds::around(points).grown(*width),
            Self::Rectangle { bounds, .. } => *bounds,
            Self::Polygon { points, .. } => Bounds::around(points),
            Self::Circle {
                centre,
                radius,
                ring,
                ..
            } => Bounds::around(&[*centre]).grown(radius + ring.unwrap_or(0.0)),
            // Accents and brackets of some letters stand out of the nominal box.
            Self::Text(text) => text.bounds().grown(text.size * 0.4),
        }
    }
}

/// A picture of `width` × `height` px on white, with words for readers who do not see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// In px.
    pub width: f64,
    /// In px.
    pub height: f64,
    /// What it shows, in a sentence.
    pub title: String,
    /// The rest that a reader who does not see it needs.
    pub description: String,
    /// What is painted, in order.
    pub marks: Vec<Mark>,
}

impl Picture {
    /// An empty picture.
    pub fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            title: String::new(),
            description: String::new(),
            marks: Vec::new(),
        }
    }

    /// The whole canvas.
    #[cfg(test)]
    pub fn canvas(&self) -> Bounds {
        Bounds {
            left: 0.0,
            top: 0.0,
            right: self.width,
            bottom: self.height,
        }
    }

    /// Every text of the picture, in painting order.
    #[cfg(test)]
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        self.marks.iter().filter_map(|mark| match mark {
            Mark::Text(text) => Some(text),
            _ => None,
        })
    }

    /// Puts its sums into a table's currency.
    pub fn put_into(&mut self, currency: &Currency) {
        let marks = self.marks.iter_mut().filter_map(|mark| match mark {
            Mark::Text(text) => Some(&mut text.content),
            _ => None,
        });
        for words in marks.chain([&mut self.title, &mut self.description]) {
            *words = currency.put(words).into_owned();
        }
    }

    /// Adds a mark on top.
    pub fn add(&mut self, mark: Mark) {
        self.marks.push(mark);
    }

    /// Adds a text on top.
    pub fn text(&mut self, text: Text) {
        self.add(Mark::Text(text));
    }

    /// Adds a straight line.
    pub fn line(&mut self, from: Point, to: Point, width: f64, paint: Paint) {
        self.add(Mark::Line {
            points: vec![from, to],
            width,
            paint,
            dash: None,
        });
    }

    /// Adds a filled rectangle on top.
    pub fn rectangle(&mut self, bounds: Bounds, paint: Paint) {
        self.add(Mark::Rectangle { bounds, paint });
    }
}

/// The nearest position on which a line of 1 px is sharp, on screen and at twice the size.
pub fn crisp(position: f64) -> f64 {
    (position - 0.5).round() + 0.5
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(anchor: Anchor, turn: Turn) -> Text {
        Text {
            at: Point { x: 100.0, y: 50.0 },
            content: "Wigan".into(),
            size: 10.0,
            weight: Weight::Regular,
            anchor,
            turn,
            colour: Colour::hex(0),
        }
    }

    #[test]
    fn anchors_place_the_box_on_the_right_side() {
        let width = text(Anchor::Start, Turn::Level).width();
        assert_eq!(text(Anchor::Start, Turn::Level).bounds().left, 100.0);
        assert_eq!(text(Anchor::End, Turn::Level).bounds().right, 100.0);
        let middle = text(Anchor::Middle, Turn::Level).bounds();
        assert!((middle.left - (100.0 - width / 2.0)).abs() < 1e-9);
    }

    #[test]
    fn upward_text_starts_at_the_bottom() {
        let bounds = text(Anchor::Start, Turn::Upwards).bounds();
        assert_eq!(bounds.bottom, 50.0);
        assert!((bounds.height() - text(Anchor::Start, Turn::Level).width()).abs() < 1e-9);
    }

    #[test]
    fn sharing_an_edge_is_no_overlap() {
        let left = Bounds {
            left: 0.0,
            top: 0.0,
            right: 10.0,
            bottom: 10.0,
        };
        let right = Bounds {
            left: 10.0,
            right: 20.0,
            ..left
        };
        assert!(!left.overlaps(&right));
        assert!(left.overlaps(&right.grown(0.1)));
    }

    #[test]
    fn crisp_lines_stand_on_half_px() {
        assert_eq!(crisp(10.2), 10.5);
        assert_eq!(crisp(11.0), 11.5);
    }
}

//! The key of a heat map: its colours with their end values and nought, and what outlines mean.

use super::scale::Scale;
use super::{Measure, Table};
use crate::render::picture::{Anchor, Bounds, Mark, Paint, Picture, Point};
use crate::render::style::{self, Lettering};

/// Height of the strip of colours in the key.
const STRIP: f64 = 14.0;
const LEAST_STRIP_WIDTH: f64 = 270.0;

const KEY: Lettering = Lettering::regular(style::LABEL, style::INK);
const KEY_VALUE: Lettering = Lettering::regular(style::AXIS, style::QUIET);

/// Draws the key at the top of the plot, and describes it.
pub(super) fn draw(picture: &mut Picture, table: &Table, scale: &Scale, plot: &Bounds) {
    const STEPS: usize = 60;
    let measure = table.measure;
    let (start, end) = (scale.start(), scale.end);
    let values = key_values(table, scale);
    let needed: f64 = values.iter().map(|words| KEY_VALUE.width(words)).sum();
    // A value in the middle must clear the longer of the other two.
    let sides = if values.len() > 2 { 2.0 } else { 1.0 };
    let width = (sides * needed + 24.0).clamp(LEAST_STRIP_WIDTH, plot.width() * 0.5);
    let [low, high] = measure.ends();
    let top = plot.top + 4.0;
    let y = top + STRIP / 2.0 + style::centred(KEY.size);
    let mut left = plot.left;
    KEY.write(picture, low, Point { x: left, y }, Anchor::Start);
    left += KEY.width(low) + 9.0;
    let strip = Bounds {
        left,
        top,
        right: left + width,
        bottom: top + STRIP,
    };
    for step in 0..STEPS {
        let part = |index: usize| strip.left + width * index as f64 / STEPS as f64;
        let middle = (step as f64 + 0.5) / STEPS as f64;
        let piece = Bounds {
            left: part(step),
            // Up to the end, so that no paper shows between the pieces.
            ..strip
        };
        let colour = scale.colour(start + (end - start) * middle);
        picture.rectangle(piece, Paint::solid(colour));
    }
    outline(picture, strip, 0.8);
    let x = strip.right + 9.0;
    KEY.write(picture, high, Point { x, y }, Anchor::Start);
    let below = strip.bottom + 5.0 + KEY_VALUE.size;
    let places: &[(f64, Anchor)] = match values.len() {
        3 => &[
            (0.0, Anchor::Start),
            (0.5, Anchor::Middle),
            (1.0, Anchor::End),
        ],
        _ => &[(0.0, Anchor::Start), (1.0, Anchor::End)],
    };
    for (words, (part, anchor)) in values.iter().zip(places) {
        let at = Point {
            x: strip.left + width * part,
            y: below,
        };
        KEY_VALUE.write(picture, words.as_str(), at, *anchor);
    }
    let mut words = format!(
        "{low}: {}; {high}: {}.",
        values[0],
        values[values.len() - 1]
    );
    if let Some(own) = own_words(table) {
        let x = x + KEY.width(high) + 30.0;
        let sign = Bounds {
            left: x,
            top: top - 1.0,
            right: x + 24.0,
            bottom: top + STRIP + 1.0,
        };
        outline(picture, sign, 2.0);
        let x = sign.right + 8.0;
        KEY.write(picture, own, Point { x, y }, Anchor::Start);
        words.push_str(&format!(" Outlined: {own}."));
    }
    picture.description = format!("{} {words}", picture.description);
}

/// The values below the strip: its ends, and nought between them.
fn key_values(table: &Table, scale: &Scale) -> Vec<String> {
    let number = |value| table.measure.number(value, scale.decimals());
    let more = if scale.capped { " or more" } else { "" };
    let less = if scale.capped { " or less" } else { "" };
    let high = format!("{}{more}", number(scale.end));
    let nought = table.measure.number(0.0, 0);
    match table.measure {
        Measure::Change(_) => vec![format!("{}{less}", number(scale.start())), nought, high],
        Measure::Misplaced => vec![nought, high],
    }
}

/// What the outlined cells say; none if there are none.
fn own_words(table: &Table) -> Option<&'static str> {
    let mut own = table
        .values()
        .filter(|(row, column, _)| table.is_own(*row, *column))
        .peekable();
    own.peek()?;
    Some(if own.all(|(_, _, value)| value.abs() < 0.05) {
        "every formula is perfect by its own measure"
    } else {
        "a formula by its own measure"
    })
}

/// A line of `width` px around a rectangle.
pub(super) fn outline(picture: &mut Picture, bounds: Bounds, width: f64) {
    let Bounds {
        left,
        top,
        right,
        bottom,
    } = bounds;
    let corners = [
        (left, top),
        (right, top),
        (right, bottom),
        (left, bottom),
        (left, top),
        // Once more along the first side, so that the corner is closed.
        (right, top),
    ];
    picture.add(Mark::Line {
        points: corners.map(|(x, y)| Point { x, y }).to_vec(),
        width,
        paint: style::axis_paint(),
        dash: None,
    });
}

//! A picture as SVG text: text stays text, and every number has at most two decimals, so equal pictures give equal bytes.

use std::fmt::Write as _;

use crate::render::font::{self, Weight};
use crate::render::picture::{Anchor, Colour, Mark, Paint, Picture, Point, Text, Turn};

/// The picture as a whole SVG document.
pub fn to_svg(picture: &Picture) -> String {
    let mut svg = String::with_capacity(200 * picture.marks.len() + 1000);
    let (width, height) = (number(picture.width), number(picture.height));
    svg.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    push(
        &mut svg,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title desc\" \
             font-family=\"{}\">\n<title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n",
            font::FAMILY,
            escape(&picture.title),
            escape(&picture.description),
        ),
    );
    for mark in &picture.marks {
        push_mark(&mut svg, mark);
    }
    svg.push_str("</svg>\n");
    svg
}

/// Writes to the string; that cannot fail.
fn push(svg: &mut String, words: std::fmt::Arguments<'_>) {
    let written = svg.write_fmt(words);
    debug_assert!(written.is_ok());
}

fn push_mark(svg: &mut String, mark: &Mark) {
    match mark {
        Mark::Line {
            points,
            width,
            paint,
            dash,
        } => {
            let dashes = dash.map_or(String::new(), |(stroke, gap)| {
                format!(" stroke-dasharray=\"{} {}\"", number(stroke), number(gap))
            });
            push(
                svg,
                format_args!(
                    "<polyline points=\"{}\" fill=\"none\" stroke-width=\"{}\"{}{dashes}/>\n",
                    positions(points),
                    number(*width),
                    paint_attributes("stroke", *paint),
                ),
            );
        }
        Mark::Rectangle { bounds, paint } => push(
            svg,
            format_args!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}/>\n",
                number(bounds.left),
                number(bounds.top),
                number(bounds.width()),
                number(bounds.height()),
                paint_attributes("fill", *paint),
            ),
        ),
        Mark::Polygon { points, paint } => push(
            svg,
            format_args!(
                "<polygon points=\"{}\"{}/>\n",
                positions(points),
                paint_attributes("fill", *paint)
            ),
        ),
        Mark::Circle {
            centre,
            radius,
            paint,
            ring,
        } => {
            let style = ring.map_or_else(
                || paint_attributes("fill", *paint),
                |width| {
                    format!(
                        " fill=\"none\" stroke-width=\"{}\"{}",
                        number(width),
                        paint_attributes("stroke", *paint)
                    )
                },
            );
            push(
                svg,
                format_args!(
                    "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{style}/>\n",
                    number(centre.x),
                    number(centre.y),
                    number(*radius)
                ),
            );
        }
        Mark::Text(text) => push_text(svg, text),
    }
}

/// One `<text>`; `textLength` keeps the planned width when a reader's font differs.
fn push_text(svg: &mut String, text: &Text) {
    if text.content.trim().is_empty() {
        return;
    }
    let (x, y) = (number(text.at.x), number(text.at.y));
    let weight = match text.weight {
        Weight::Regular => "",
        Weight::Bold => " font-weight=\"bold\"",
    };
    let anchor = match text.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let turn = match text.turn {
        Turn::Level => String::new(),
        Turn::Upwards => format!(" transform=\"rotate(-90 {x} {y})\""),
    };
    push(
        svg,
        format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\"{weight}{anchor}{turn} fill=\"{}\" textLength=\"{}\">{}</text>\n",
            number(text.size),
            hex(text.colour),
            number(text.width()),
            escape(&text.content),
        ),
    );
}

fn positions(points: &[Point]) -> String {
    points
        .iter()
        .map(|point| format!("{},{}", number(point.x), number(point.y)))
        .collect::<Vec<_>>()
        .join(" ")
}

/// ` fill="#rrggbb"` with an opacity if it is not solid.
fn paint_attributes(part: &str, paint: Paint) -> String {
    let colour = hex(paint.colour);
    if paint.opacity >= 1.0 {
        format!(" {part}=\"{colour}\"")
    } else {
        format!(
            " {part}=\"{colour}\" {part}-opacity=\"{}\"",
            number(paint.opacity)
        )
    }
}

fn hex(colour: Colour) -> String {
    format!("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue)
}

/// At most two decimals, without idle zeros or a minus before nought.
fn number(value: f64) -> String {
    let mut text = format!("{value:.2}");
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    if text == "-0" { "0".into() } else { text }
}

/// XML text: the five signs escaped, and characters that XML forbids left out.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::layout_check::assert_well_formed;

    #[test]
    fn numbers_are_short_and_never_minus_nought() {
        assert_eq!(number(12.0), "12");
        assert_eq!(number(12.346), "12.35");
        assert_eq!(number(12.30), "12.3");
        assert_eq!(number(-0.001), "0");
        assert_eq!(number(100.0), "100");
    }

    #[test]
    fn names_with_awkward_signs_stay_well_formed() {
        let mut picture = Picture::new(100.0, 50.0);
        picture.title = "Gains < losses & \"more\"".into();
        picture.text(Text {
            at: Point { x: 1.0, y: 20.0 },
            content: "King's <Lynn> & \"West\" \u{1}Norfolk".into(),
            size: 10.0,
            weight: Weight::Bold,
            anchor: Anchor::End,
            turn: Turn::Upwards,
            colour: Colour::hex(0x0072B2),
        });
        let svg = to_svg(&picture);
        assert_well_formed(&svg);
        assert!(svg.contains("King&#39;s &lt;Lynn&gt; &amp; &quot;West&quot; Norfolk"));
        assert!(svg.contains("role=\"img\""));
        assert!(svg.contains("textLength="));
        assert!(svg.contains("#0072b2"));
    }
}

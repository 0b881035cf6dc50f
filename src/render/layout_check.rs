//! Checks that tests run on every picture: what a careful reader would mark on a proof.

use crate::render::picture::{Bounds, Colour, Mark, Picture, Text};
use crate::render::style;
use crate::render::svg;

/// The faults of a picture's text: out of the canvas, or over other text. Empty when there is none.
pub fn overlaps(picture: &Picture) -> Vec<String> {
    let texts: Vec<(&Text, Bounds)> = picture.texts().map(|text| (text, text.bounds())).collect();
    let canvas = picture.canvas();
    let mut faults = Vec::new();
    for (index, (text, bounds)) in texts.iter().enumerate() {
        if !canvas.contains(bounds) {
            faults.push(format!("“{}” leaves the canvas: {bounds:?}", text.content));
        }
        for (other, its_bounds) in &texts[index + 1..] {
            if bounds.overlaps(its_bounds) {
                faults.push(format!("“{}” overlaps “{}”", text.content, other.content));
            }
        }
    }
    faults
}

/// Texts that lie over bars. Grey stripes and other backgrounds do not count.
pub fn texts_over_bars(picture: &Picture) -> Vec<String> {
    let bars: Vec<Bounds> = picture
        .marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Rectangle { bounds, paint } if is_ink(paint.colour) => Some(*bounds),
            _ => None,
        })
        .collect();
    picture
        .texts()
        .filter(|text| bars.iter().any(|bar| bar.overlaps(&text.bounds())))
        .map(|text| format!("“{}” lies over a bar", text.content))
        .collect()
}

fn is_ink(colour: Colour) -> bool {
    [style::GAIN, style::LOSS, style::NEUTRAL].contains(&colour)
}

/// Marks that leave the canvas.
pub fn marks_outside(picture: &Picture) -> Vec<String> {
    let canvas = picture.canvas().grown(1.0);
    picture
        .marks
        .iter()
        .filter(|mark| !matches!(mark, Mark::Text(_)) && !canvas.contains(&mark.bounds()))
        .map(|mark| format!("{mark:?} leaves the canvas"))
        .collect()
}

/// Fails unless text is on the canvas, apart and off the bars, marks are on the canvas, and the SVG is well formed.
#[track_caller]
pub fn assert_tidy(picture: &Picture) {
    let mut faults = overlaps(picture);
    faults.extend(texts_over_bars(picture));
    faults.extend(marks_outside(picture));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_well_formed(&svg::to_svg(picture));
}

/// Fails unless the text is well-formed XML of the kind we write: tags that match, quoted attributes, known entities.
#[track_caller]
pub fn assert_well_formed(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    let mut roots = 0;
    while let Some(start) = rest.find('<') {
        assert_clean(&rest[..start]);
        let end = start + rest[start..].find('>').expect("a tag ends");
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if tag.starts_with('?') {
            assert!(tag.ends_with('?'));
        } else if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "the wrong tag ends");
        } else {
            let (body, alone) = tag
                .strip_suffix('/')
                .map_or((tag, false), |body| (body, true));
            let name = body.split_whitespace().next().expect("a tag has a name");
            assert_attributes(&body[name.len()..]);
            if open.is_empty() {
                roots += 1;
            }
            if !alone {
                open.push(name);
            }
        }
    }
    assert!(open.is_empty(), "{open:?} never ends");
    assert_eq!(roots, 1, "one root");
    assert!(rest.trim().is_empty());
}

#[track_caller]
fn assert_attributes(attributes: &str) {
    let mut names = Vec::new();
    let mut rest = attributes.trim();
    while !rest.is_empty() {
        let (name, after) = rest
            .split_once("=\"")
            .expect("an attribute has a quoted value");
        assert!(!names.contains(&name), "{name} twice");
        names.push(name);
        let (value, after) = after.split_once('"').expect("the quote ends");
        assert_clean(value);
        rest = after.trim_start();
    }
}

/// No bare ampersand, no bare angle bracket, no control character.
#[track_caller]
fn assert_clean(text: &str) {
    for part in text.split('&').skip(1) {
        let entity = part.split(';').next().unwrap_or_default();
        assert!(
            ["amp", "lt", "gt", "quot", "#39"].contains(&entity),
            "unknown entity &{entity};"
        );
    }
    assert!(!text.contains(['<', '>']));
    assert!(!text.contains(|sign: char| sign.is_control() && sign != '\n'));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::picture::{Anchor, Paint, Point};
    use crate::render::style::Lettering;

    const LETTERING: Lettering = Lettering::regular(10.0, style::INK);

    fn picture_with(places: &[(f64, f64)]) -> Picture {
        let mut picture = Picture::new(100.0, 100.0);
        for &(x, y) in places {
            LETTERING.write(&mut picture, "Kent", Point { x, y }, Anchor::Start);
        }
        picture
    }

    #[test]
    fn faults_are_found() {
        assert!(overlaps(&picture_with(&[(10.0, 20.0), (10.0, 40.0)])).is_empty());
        assert_eq!(
            overlaps(&picture_with(&[(10.0, 20.0), (12.0, 25.0)])).len(),
            1
        );
        assert_eq!(overlaps(&picture_with(&[(90.0, 20.0)])).len(), 1);
        let mut picture = picture_with(&[(10.0, 20.0)]);
        let bar = Bounds {
            left: 5.0,
            top: 15.0,
            right: 12.0,
            bottom: 25.0,
        };
        picture.rectangle(bar, Paint::solid(style::STRIPE));
        assert!(texts_over_bars(&picture).is_empty());
        picture.rectangle(bar, Paint::solid(style::GAIN));
        assert_eq!(texts_over_bars(&picture).len(), 1);
    }

    #[test]
    #[should_panic(expected = "the wrong tag ends")]
    fn crossed_tags_are_found() {
        assert_well_formed("<a><b></a></b>");
    }

    #[test]
    #[should_panic(expected = "unknown entity")]
    fn bare_ampersands_are_found() {
        assert_well_formed("<a>Tyne & Wear</a>");
    }
}

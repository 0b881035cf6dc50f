//! Plotters on a picture: a drawing backend that records marks, and the one way charts use it.
//!
//! Plotters' backend coordinates are whole numbers. The canvas it sees therefore has [`SUBUNITS`] units to the px, so
//! that a position is never more than a twentieth of a px off and curves stay smooth.

use std::convert::Infallible;
use std::ops::Range;

use plotters::coord::{CoordTranslate, cartesian::Cartesian2d, types::RangedCoordf64};
use plotters::prelude::{Circle, Color as _, IntoDrawingArea, RGBColor, Rectangle, ShapeStyle};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontStyle, FontTransform,
};

use crate::render::font::{self, Weight};
use crate::render::picture::{Anchor, Bounds, Colour, Mark, Paint, Picture, Point, Text, Turn};

/// Plotters' units per px.
pub const SUBUNITS: f64 = 10.0;

/// Records what plotters draws as marks of a picture. Recording cannot fail.
pub struct PictureBackend<'a> {
    picture: &'a mut Picture,
}

type Recorded = Result<(), DrawingErrorKind<Infallible>>;

impl<'a> PictureBackend<'a> {
    /// Adds what plotters draws to the picture.
    pub fn new(picture: &'a mut Picture) -> Self {
        Self { picture }
    }
}

impl DrawingBackend for PictureBackend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        let units = |px: f64| (px * SUBUNITS).round() as u32;
        (units(self.picture.width), units(self.picture.height))
    }

    fn ensure_prepared(&mut self) -> Recorded {
        Ok(())
    }

    fn present(&mut self) -> Recorded {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Recorded {
        let bounds = between((x, y), (x + 1, y + 1));
        self.picture.rectangle(bounds, paint(color));
        Ok(())
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Recorded {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Recorded {
        if fill {
            let bounds = between(upper_left, bottom_right);
            self.picture.rectangle(bounds, paint(style.color()));
            return Ok(());
        }
        let (left, top) = upper_left;
        let (right, bottom) = bottom_right;
        let corners = [
            (left, top),
            (right, top),
            (right, bottom),
            (left, bottom),
            (left, top),
        ];
        self.draw_path(corners, style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Recorded {
        self.picture.add(Mark::Line {
            points: path.into_iter().map(point).collect(),
            width: f64::from(style.stroke_width()) / SUBUNITS,
            paint: paint(style.color()),
            dash: None,
        });
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Recorded {
        self.picture.add(Mark::Circle {
            centre: point(center),
            radius: f64::from(radius) / SUBUNITS,
            paint: paint(style.color()),
            ring: (!fill).then(|| f64::from(style.stroke_width()) / SUBUNITS),
        });
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Recorded {
        self.picture.add(Mark::Polygon {
            points: vert.into_iter().map(point).collect(),
            paint: paint(style.color()),
        });
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &T,
        pos: BackendCoord,
    ) -> Recorded {
        let size = style.size() / SUBUNITS;
        // The distance from the anchor down to the baseline.
        let drop = match style.anchor().v_pos {
            VPos::Top => font::ASCENT * size,
            VPos::Center => font::CAP_HEIGHT * size / 2.0,
            VPos::Bottom => -font::DESCENT * size,
        };
        let upwards = matches!(
            style.transform(),
            FontTransform::Rotate270 | FontTransform::Rotate90
        );
        let Point { x, y } = point(pos);
        self.picture.text(Text {
            at: if upwards {
                Point { x: x + drop, y }
            } else {
                Point { x, y: y + drop }
            },
            content: text.to_owned(),
            size,
            weight: weight(style.style()),
            anchor: match style.anchor().h_pos {
                HPos::Left => Anchor::Start,
                HPos::Center => Anchor::Middle,
                HPos::Right => Anchor::End,
            },
            turn: if upwards { Turn::Upwards } else { Turn::Level },
            colour: paint(style.color()).colour,
        });
        Ok(())
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let width = font::width(text, style.size(), weight(style.style()));
        let height = style.size() * (font::ASCENT + font::DESCENT);
        Ok((width.ceil() as u32, height.ceil() as u32))
    }
}

fn weight(style: FontStyle) -> Weight {
    match style {
        FontStyle::Bold => Weight::Bold,
        FontStyle::Normal | FontStyle::Oblique | FontStyle::Italic => Weight::Regular,
    }
}

fn point((x, y): BackendCoord) -> Point {
    Point {
        x: f64::from(x) / SUBUNITS,
        y: f64::from(y) / SUBUNITS,
    }
}

fn between(one: BackendCoord, other: BackendCoord) -> Bounds {
    let (one, other) = (point(one), point(other));
    Bounds {
        left: one.x.min(other.x),
        top: one.y.min(other.y),
        right: one.x.max(other.x),
        bottom: one.y.max(other.y),
    }
}

fn paint(color: BackendColor) -> Paint {
    let (red, green, blue) = color.rgb;
    Paint {
        colour: Colour { red, green, blue },
        opacity: color.alpha,
    }
}

/// A part of a picture with plotters' coordinates on it.
///
/// A range may run either way: `0.0..9.0` upwards puts nought at the bottom, `9.0..0.0` at the top. Positions
/// outside a range are drawn on its edge, so that nothing leaves the panel.
pub struct Plot {
    coordinates: Cartesian2d<RangedCoordf64, RangedCoordf64>,
    x: Range<f64>,
    y: Range<f64>,
}

impl Plot {
    /// Coordinates over `panel`: `x` from left to right, `y` from bottom to top.
    pub fn new(panel: &Bounds, x: Range<f64>, y: Range<f64>) -> Self {
        let units = |px: f64| (px * SUBUNITS).round() as i32;
        let across = units(panel.left)..units(panel.right);
        let up = units(panel.bottom)..units(panel.top);
        Self {
            coordinates: Cartesian2d::new(x.clone(), y.clone(), (across, up)),
            x,
            y,
        }
    }

    /// Where a value lies in the picture.
    pub fn at(&self, x: f64, y: f64) -> Point {
        point(self.coordinates.translate(&self.within(x, y)))
    }

    /// A filled rectangle between two corners.
    pub fn bar(&self, picture: &mut Picture, corners: [(f64, f64); 2], paint: Paint) {
        let corners = corners.map(|(x, y)| self.within(x, y));
        self.draw(
            picture,
            &Rectangle::new(corners, shape(paint, 1.0).filled()),
        );
    }

    /// A filled circle with a ring around it; its radius is in px.
    pub fn dot(
        &self,
        picture: &mut Picture,
        centre: (f64, f64),
        radius: f64,
        fill: Paint,
        ring: Paint,
    ) {
        let (x, y) = centre;
        let centre = self.within(x, y);
        let radius = (radius * SUBUNITS).round() as i32;
        self.draw(
            picture,
            &Circle::new(centre, radius, shape(fill, 1.0).filled()),
        );
        self.draw(picture, &Circle::new(centre, radius, shape(ring, 0.8)));
    }

    fn within(&self, x: f64, y: f64) -> (f64, f64) {
        let clamp = |value: f64, range: &Range<f64>| {
            value.clamp(range.start.min(range.end), range.start.max(range.end))
        };
        (clamp(x, &self.x), clamp(y, &self.y))
    }

    /// Draws one plotters element on the picture.
    fn draw<E>(&self, picture: &mut Picture, element: &E)
    where
        for<'e> &'e E: plotters::element::PointCollection<'e, (f64, f64)>,
        for<'p> E: plotters::element::Drawable<PictureBackend<'p>>,
    {
        let area = PictureBackend::new(picture)
            .into_drawing_area()
            .apply_coord_spec(self.coordinates.clone());
        let drawn = area.draw(element);
        debug_assert!(drawn.is_ok(), "recording cannot fail");
    }
}

fn shape(paint: Paint, width: f64) -> ShapeStyle {
    let Colour { red, green, blue } = paint.colour;
    ShapeStyle {
        color: RGBColor(red, green, blue).mix(paint.opacity),
        filled: false,
        stroke_width: (width * SUBUNITS).round() as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plotters::prelude::{ChartBuilder, FontTransform, IntoFont as _, IntoTextStyle as _};

    const PANEL: Bounds = Bounds {
        left: 10.0,
        top: 20.0,
        right: 110.0,
        bottom: 70.0,
    };

    #[test]
    fn values_fall_where_the_ranges_say() {
        let plot = Plot::new(&PANEL, 0.0..10.0, 0.0..5.0);
        assert_eq!(plot.at(0.0, 0.0), Point { x: 10.0, y: 70.0 });
        assert_eq!(plot.at(10.0, 5.0), Point { x: 110.0, y: 20.0 });
        let rows = Plot::new(&PANEL, -1.0..1.0, 5.0..0.0);
        assert_eq!(rows.at(0.0, 0.0), Point { x: 60.0, y: 20.0 });
    }

    #[test]
    fn positions_are_finer_than_a_px() {
        let plot = Plot::new(&PANEL, 0.0..1000.0, 0.0..1.0);
        let place = plot.at(333.0, 0.0).x;
        assert!((place - 43.3).abs() < 0.11, "{place}");
    }

    #[test]
    fn values_outside_the_range_stop_at_the_edge() {
        let plot = Plot::new(&PANEL, 0.0..10.0, 0.0..5.0);
        assert_eq!(plot.at(1e300, -1e300), Point { x: 110.0, y: 70.0 });
    }

    #[test]
    fn bars_and_dots_are_recorded_in_px() {
        let mut picture = Picture::new(120.0, 80.0);
        let plot = Plot::new(&PANEL, 0.0..10.0, 0.0..5.0);
        let paint = Paint::solid(Colour::hex(0x0072B2));
        plot.bar(&mut picture, [(0.0, 0.0), (5.0, 5.0)], paint);
        plot.dot(&mut picture, (5.0, 2.5), 4.0, paint, paint);
        assert_eq!(picture.marks.len(), 3);
        assert_eq!(
            picture.marks[0],
            Mark::Rectangle {
                bounds: Bounds {
                    right: 60.0,
                    ..PANEL
                },
                paint
            }
        );
        assert!(
            matches!(&picture.marks[1], Mark::Circle { radius, ring: None, .. } if *radius == 4.0)
        );
    }

    #[test]
    fn plotters_own_mesh_and_captions_can_be_recorded() {
        let mut picture = Picture::new(300.0, 200.0);
        {
            let area = PictureBackend::new(&mut picture).into_drawing_area();
            let upwards = ("sans-serif", 90.0)
                .into_font()
                .transform(FontTransform::Rotate270)
                .into_text_style(&area);
            area.draw_text("£ per head", &upwards, (100, 1000))
                .expect("text");
            let mut chart = ChartBuilder::on(&area)
                .caption("Caption", ("sans-serif", 140.0))
                .x_label_area_size(300)
                .y_label_area_size(400)
                .build_cartesian_2d(0.0..1.0, 0.0..1.0)
                .expect("chart");
            chart
                .configure_mesh()
                .x_label_style(("sans-serif", 100.0))
                .draw()
                .expect("mesh");
        }
        let texts: Vec<_> = picture.texts().collect();
        assert!(
            texts
                .iter()
                .any(|text| text.content == "Caption" && text.size == 14.0)
        );
        assert!(texts.iter().any(|text| text.turn == Turn::Upwards));
        assert!(texts.len() > 8);
        let on_canvas = |mark: &Mark| picture.canvas().grown(1.0).contains(&mark.bounds());
        let lines = picture
            .marks
            .iter()
            .filter(|mark| matches!(mark, Mark::Line { .. }));
        assert!(lines.clone().count() > 10 && lines.clone().all(on_canvas));
    }
}

//! A picture as PNG bytes, painted in horizontal bands so that memory stays small whatever the size.
//!
//! Bands of a fixed height are painted in parallel, a few at a time, and go straight into the compressor: the bytes do
//! not depend on the number of threads.

use std::io::Write as _;

use png::{
    BitDepth, ColorType, DeflateCompression, Encoder, EncodingError, Filter, PixelDimensions, Unit,
};
use rayon::prelude::*;
use tiny_skia::{
    FillRule, LineCap, LineJoin, Paint as SkiaPaint, Path, PathBuilder, Pixmap, Rect, Stroke,
    StrokeDash, Transform,
};

use crate::render::font::{self, Pen};
use crate::render::picture::{Bounds, Mark, Paint, Picture, Point, Text, Turn};

/// PNG pixels per px of the picture.
pub const PRINT_SCALE: f64 = 2.0;

/// Rows of pixels in a band.
const BAND_ROWS: u32 = 256;

/// Pixels per metre at 300 dots per inch: at that density the charts are as wide as the text of an A4 page (169 mm).
const PIXELS_PER_METRE: u32 = 11_811;

/// The picture as a PNG file of `scale` pixels to the px, in RGB.
///
/// # Errors
/// If the picture has no area, or is larger than PNG allows.
pub fn to_png(picture: &Picture, scale: f64) -> Result<Vec<u8>, EncodingError> {
    let width = (picture.width * scale).round() as u32;
    let height = (picture.height * scale).round() as u32;
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    // Measured on these charts: the next level takes twice as long to save a fifth, the level below is 2.4 times as large;
    // adaptive filters cost time and save nothing where rows mostly repeat the row above.
    encoder.set_deflate_compression(DeflateCompression::Level(1));
    encoder.set_filter(Filter::Up);
    encoder.set_pixel_dims(Some(PixelDimensions {
        xppu: PIXELS_PER_METRE,
        yppu: PIXELS_PER_METRE,
        unit: Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer()?;
    let painter = Painter::new(picture, scale, width);
    let bands: Vec<u32> = (0..height).step_by(BAND_ROWS as usize).collect();
    for some in bands.chunks(rayon::current_num_threads().clamp(1, 4)) {
        let painted: Vec<Vec<u8>> = some
            .par_iter()
            .map(|&top| painter.band(top, BAND_ROWS.min(height - top)))
            .collect();
        for rows in painted {
            stream.write_all(&rows)?;
        }
    }
    stream.finish()?;
    writer.finish()?;
    Ok(bytes)
}

/// A picture ready to be painted band by band.
struct Painter<'a> {
    scale: f64,
    width: u32,
    /// Each mark with the top and bottom of its reach, in px.
    marks: Vec<(&'a Mark, Bounds)>,
}

impl<'a> Painter<'a> {
    fn new(picture: &'a Picture, scale: f64, width: u32) -> Self {
        Self {
            scale,
            width,
            marks: picture
                .marks
                .iter()
                .map(|mark| (mark, mark.bounds()))
                .collect(),
        }
    }

    /// The RGB bytes of `rows` rows of pixels from `top`; white where the band cannot be made.
    fn band(&self, top: u32, rows: u32) -> Vec<u8> {
        let Some(mut pixmap) = Pixmap::new(self.width, rows) else {
            return vec![255; self.width as usize * rows as usize * 3];
        };
        pixmap.fill(tiny_skia::Color::WHITE);
        let scale = self.scale as f32;
        let to_band = Transform::from_scale(scale, scale).post_translate(0.0, -(top as f32));
        let (first, last) = (
            f64::from(top) / self.scale,
            f64::from(top + rows) / self.scale,
        );
        for (mark, bounds) in &self.marks {
            if bounds.bottom >= first && bounds.top <= last {
                paint_mark(&mut pixmap, mark, to_band);
            }
        }
        let mut rgb = Vec::with_capacity(self.width as usize * rows as usize * 3);
        rgb.extend(
            pixmap
                .data()
                .chunks_exact(4)
                .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]),
        );
        rgb
    }
}

fn paint_mark(pixmap: &mut Pixmap, mark: &Mark, to_band: Transform) {
    match mark {
        Mark::Line {
            points,
            width,
            paint,
            dash,
        } => {
            if let Some(path) = through(points, false) {
                let stroke = Stroke {
                    width: *width as f32,
                    line_cap: LineCap::Butt,
                    line_join: LineJoin::Round,
                    dash: dash
                        .and_then(|(on, off)| StrokeDash::new(vec![on as f32, off as f32], 0.0)),
                    ..Stroke::default()
                };
                pixmap.stroke_path(&path, &skia(*paint), &stroke, to_band, None);
            }
        }
        Mark::Rectangle { bounds, paint } => {
            let rectangle = Rect::from_ltrb(
                bounds.left as f32,
                bounds.top as f32,
                bounds.right as f32,
                bounds.bottom as f32,
            );
            if let Some(rectangle) = rectangle {
                pixmap.fill_rect(rectangle, &skia(*paint), to_band, None);
            }
        }
        Mark::Polygon { points, paint } => {
            if let Some(path) = through(points, true) {
                fill(pixmap, &path, *paint, to_band);
            }
        }
        Mark::Circle {
            centre,
            radius,
            paint,
            ring,
        } => {
            let circle = PathBuilder::from_circle(centre.x as f32, centre.y as f32, *radius as f32);
            let Some(path) = circle else { return };
            if let Some(width) = ring {
                let stroke = Stroke {
                    width: *width as f32,
                    ..Stroke::default()
                };
                pixmap.stroke_path(&path, &skia(*paint), &stroke, to_band, None);
            } else {
                fill(pixmap, &path, *paint, to_band);
            }
        }
        Mark::Text(text) => {
            if let Some(path) = letters(text) {
                fill(pixmap, &path, Paint::solid(text.colour), to_band);
            }
        }
    }
}

fn fill(pixmap: &mut Pixmap, path: &Path, paint: Paint, to_band: Transform) {
    pixmap.fill_path(path, &skia(paint), FillRule::Winding, to_band, None);
}

fn skia(paint: Paint) -> SkiaPaint<'static> {
    let mut skia = SkiaPaint {
        anti_alias: true,
        ..SkiaPaint::default()
    };
    let alpha = (paint.opacity.clamp(0.0, 1.0) * 255.0).round() as u8;
    skia.set_color_rgba8(
        paint.colour.red,
        paint.colour.green,
        paint.colour.blue,
        alpha,
    );
    skia
}

/// The path through some points, closed or open.
fn through(points: &[Point], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (index, point) in points.iter().enumerate() {
        let (x, y) = (point.x as f32, point.y as f32);
        if index == 0 {
            path.move_to(x, y);
        } else {
            path.line_to(x, y);
        }
    }
    if closed {
        path.close();
    }
    path.finish()
}

/// The outlines of a text's letters where they stand in the picture.
fn letters(text: &Text) -> Option<Path> {
    let mut pen = PathPen(PathBuilder::new());
    font::outline(&text.content, text.size, text.weight, &mut pen);
    let (x, y) = (text.at.x as f32, text.at.y as f32);
    let back = -text.offset() as f32;
    let placed = match text.turn {
        Turn::Level => Transform::from_translate(x + back, y),
        Turn::Upwards => Transform::from_translate(back, 0.0)
            .post_rotate(-90.0)
            .post_translate(x, y),
    };
    pen.0.finish()?.transform(placed)
}

/// Hands the font's outlines to tiny-skia.
struct PathPen(PathBuilder);

impl Pen for PathPen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::font::Weight;
    use crate::render::picture::{Anchor, Colour};

    /// The decoded pixels of a PNG: width, height, RGB bytes.
    fn decoded(bytes: &[u8]) -> (u32, u32, Vec<u8>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("a frame");
        assert_eq!(info.color_type, ColorType::Rgb);
        let density = reader.info().pixel_dims.expect("pHYs");
        assert_eq!(density.xppu, PIXELS_PER_METRE);
        (info.width, info.height, pixels)
    }

    fn sample(height: f64) -> Picture {
        let mut picture = Picture::new(100.0, height);
        let blue = Paint::solid(Colour::hex(0x0072B2));
        let bounds = Bounds {
            left: 10.0,
            top: 10.0,
            right: 50.0,
            bottom: height - 10.0,
        };
        picture.rectangle(bounds, blue);
        picture.text(Text {
            at: Point { x: 98.0, y: 130.0 },
            content: "Kent".into(),
            size: 20.0,
            weight: Weight::Bold,
            anchor: Anchor::End,
            turn: Turn::Level,
            colour: Colour::hex(0),
        });
        picture
    }

    fn pixel(pixels: &[u8], width: u32, x: u32, y: u32) -> [u8; 3] {
        let start = (y * width + x) as usize * 3;
        [pixels[start], pixels[start + 1], pixels[start + 2]]
    }

    #[test]
    fn the_png_has_twice_the_size_and_the_right_colours_across_bands() {
        let bytes = to_png(&sample(300.0), PRINT_SCALE).expect("png");
        let (width, height, pixels) = decoded(&bytes);
        assert_eq!((width, height), (200, 600));
        for y in [21, 255, 256, 257, 511, 512, 579] {
            assert_eq!(pixel(&pixels, width, 40, y), [0x00, 0x72, 0xB2], "row {y}");
        }
        assert_eq!(pixel(&pixels, width, 10, 10), [255, 255, 255]);
        assert_eq!(pixel(&pixels, width, 40, 590), [255, 255, 255]);
    }

    #[test]
    fn letters_that_cross_a_band_are_whole() {
        let bytes = to_png(&sample(300.0), PRINT_SCALE).expect("png");
        let (width, _, pixels) = decoded(&bytes);
        // "Kent" at 130 px is inked from 231 to 260 pixels down: both sides of the band's edge at 256.
        let dark = |y: u32| {
            (110..196)
                .filter(|&x| pixel(&pixels, width, x, y)[0] < 80)
                .count()
        };
        assert!(dark(250) > 5 && dark(255) > 5 && dark(258) > 5);
        assert_eq!(dark(220), 0);
    }

    #[test]
    fn the_same_picture_gives_the_same_bytes_on_any_number_of_threads() {
        let picture = sample(900.0);
        let bytes = to_png(&picture, PRINT_SCALE).expect("png");
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .expect("pool");
            let again = pool.install(|| to_png(&picture, PRINT_SCALE)).expect("png");
            assert!(bytes == again, "{threads} threads differ");
        }
    }

    #[test]
    fn a_picture_without_area_is_an_error_and_not_a_panic() {
        assert!(to_png(&Picture::new(0.0, 0.0), PRINT_SCALE).is_err());
    }
}

//! Places labels beside points so that no two overlap and as few points as possible are covered.

use crate::render::picture::{Anchor, Bounds, Point, Text};
use crate::render::style::{self, Lettering};

/// A point that labels should not cover.
#[derive(Clone, Copy, Debug)]
pub struct Obstacle {
    /// Its middle.
    pub centre: Point,
    /// In px.
    pub radius: f64,
}

impl Obstacle {
    /// Whether the circle and the rectangle share any place.
    fn touches(&self, bounds: &Bounds) -> bool {
        let Point { x, y } = self.centre;
        let right = x - x.clamp(bounds.left, bounds.right);
        let down = y - y.clamp(bounds.top, bounds.bottom);
        right.hypot(down) < self.radius
    }
}

/// Where labels may go and what is there already.
pub struct Placer {
    area: Bounds,
    taken: Vec<Bounds>,
    obstacles: Vec<Obstacle>,
}

impl Placer {
    /// Labels stay inside `area`.
    pub fn new(area: Bounds, obstacles: Vec<Obstacle>) -> Self {
        Self {
            area,
            taken: Vec::new(),
            obstacles,
        }
    }

    /// Keeps labels off some place.
    pub fn reserve(&mut self, bounds: Bounds) {
        self.taken.push(bounds);
    }

    /// A label for the point, or none if every place beside it is taken or covers more than `most_covered` points.
    pub fn place(
        &mut self,
        words: &str,
        point: Obstacle,
        lettering: Lettering,
        most_covered: usize,
    ) -> Option<Text> {
        let (_, text) = candidates(words, point, lettering)
            .into_iter()
            .filter(|text| {
                let bounds = text.bounds();
                self.area.contains(&bounds)
                    && !self.taken.iter().any(|other| other.overlaps(&bounds))
            })
            .map(|text| (self.covered(&text.bounds()), text))
            .filter(|(covered, _)| *covered <= most_covered)
            .min_by_key(|(covered, _)| *covered)?;
        self.taken.push(text.bounds().grown(1.0));
        Some(text)
    }

    /// The number of points that a label would cover.
    fn covered(&self, bounds: &Bounds) -> usize {
        self.obstacles
            .iter()
            .filter(|obstacle| obstacle.touches(bounds))
            .count()
    }
}

/// The places beside a point, the best first: right, left, above, below, then the corners.
fn candidates(words: &str, point: Obstacle, lettering: Lettering) -> Vec<Text> {
    let Point { x, y } = point.centre;
    let away = point.radius + 3.0;
    let corner = point.radius * 0.7 + 2.0;
    let (middle, above, below) = (
        style::centred(lettering.size),
        -lettering.size * crate::render::font::DESCENT,
        lettering.size * crate::render::font::ASCENT,
    );
    [
        (away, middle, Anchor::Start),
        (-away, middle, Anchor::End),
        (0.0, above - away, Anchor::Middle),
        (0.0, below + away, Anchor::Middle),
        (corner, above - corner, Anchor::Start),
        (-corner, above - corner, Anchor::End),
        (corner, below + corner, Anchor::Start),
        (-corner, below + corner, Anchor::End),
    ]
    .into_iter()
    .map(|(right, down, anchor)| {
        let at = Point {
            x: x + right,
            y: y + down,
        };
        lettering.text(words, at, anchor)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Bounds = Bounds {
        left: 0.0,
        top: 0.0,
        right: 200.0,
        bottom: 100.0,
    };
    const LETTERING: Lettering = Lettering::regular(10.0, style::INK);

    fn point(x: f64, y: f64) -> Obstacle {
        Obstacle {
            centre: Point { x, y },
            radius: 3.0,
        }
    }

    #[test]
    fn labels_do_not_overlap_each_other_or_leave_the_area() {
        let points: Vec<_> = (0..6)
            .map(|index| point(100.0 + f64::from(index), 50.0))
            .collect();
        let mut placer = Placer::new(AREA, Vec::new());
        let labels: Vec<_> = points
            .iter()
            .filter_map(|point| placer.place("Nottingham", *point, LETTERING, 2))
            .collect();
        assert!(labels.len() >= 3);
        for (index, one) in labels.iter().enumerate() {
            assert!(AREA.contains(&one.bounds()));
            for other in &labels[index + 1..] {
                assert!(!one.bounds().overlaps(&other.bounds()));
            }
        }
    }

    #[test]
    fn a_label_turns_away_from_the_edge_and_from_crowds() {
        let mut placer = Placer::new(AREA, vec![point(120.0, 50.0), point(130.0, 50.0)]);
        let label = placer
            .place("Kent", point(100.0, 50.0), LETTERING, 2)
            .expect("room");
        assert_eq!(label.anchor, Anchor::End);
        let mut placer = Placer::new(AREA, Vec::new());
        let label = placer
            .place("Kent", point(195.0, 50.0), LETTERING, 2)
            .expect("room");
        assert_eq!(label.anchor, Anchor::End);
    }

    #[test]
    fn without_room_there_is_no_label() {
        let mut placer = Placer::new(AREA, Vec::new());
        placer.reserve(AREA);
        assert!(
            placer
                .place("Kent", point(100.0, 50.0), LETTERING, 2)
                .is_none()
        );
    }
}

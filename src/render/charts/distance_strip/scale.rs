//! The scale of distances from need.

use std::ops::Range;

use super::StripRow;

/// The part of all dots that each end of the scale may leave out.
const TAIL: f64 = 0.02;
/// The part of the scale between the last dot at its own place and those at the edge.
const CUT_OFF: f64 = 0.06;

/// The distances that the scale shows: all, unless a few are so far out that the others could not be told apart.
pub(super) fn scale(rows: &[StripRow], band_pct: f64) -> Range<f64> {
    let points = rows.iter().flat_map(StripRow::drawn);
    let mut all: Vec<f64> = points
        .map(|point| point.distance_pct.clamp(-1e9, 1e9))
        .collect();
    all.sort_by(f64::total_cmp);
    let band = if band_pct.is_finite() {
        band_pct.abs().clamp(0.5, 1e6) * 1.6
    } else {
        1.0
    };
    if all.is_empty() {
        return -band..band;
    }
    let tail = (all.len() as f64 * TAIL).floor() as usize;
    let low = all[tail].min(-band);
    let high = all[all.len() - 1 - tail].max(band);
    let span = high - low;
    // What is further beyond than all between is left out, with room for its dots at the edge.
    let beyond = |cut: f64, ends: &[f64]| {
        let near = ends.iter().filter(|end| (*end - cut).abs() <= span);
        let shown = near.map(|end| end - cut).fold(0.0, |furthest, beyond| {
            if beyond.abs() > f64::abs(furthest) {
                beyond
            } else {
                furthest
            }
        });
        let cuts_off = ends.iter().any(|end| (*end - cut).abs() > span);
        (cut + shown, cuts_off)
    };
    let (mut low, cuts_low) = beyond(low, &all[..tail]);
    let (mut high, cuts_high) = beyond(high, &all[all.len() - tail..]);
    if cuts_low {
        low -= span * CUT_OFF;
    }
    if cuts_high {
        high += span * CUT_OFF;
    }
    let edge = (high - low) * 0.01;
    low - edge..high + edge
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::charts::distance_strip::StripPoint;

    fn scale_of(distances: &[f64], band_pct: f64) -> Range<f64> {
        let points = distances.iter().map(|&distance_pct| StripPoint {
            code: String::new(),
            name: String::new(),
            distance_pct,
            population: 1.0,
            tenth: None,
        });
        let row = StripRow {
            label: String::new(),
            points: points.collect(),
            within_pct: 0.0,
        };
        scale(&[row], band_pct)
    }

    #[test]
    fn the_scale_holds_all_but_what_is_far_out() {
        let even: Vec<f64> = (-50..=50).map(f64::from).collect();
        let range = scale_of(&even, 5.0);
        assert!(range.start < -50.0 && range.end > 50.0 && range.end < 52.0);
        let with = |further: f64| scale_of(&[&even[..], &[further]].concat(), 5.0);
        assert!(with(120.0).end > 120.0);
        assert!(with(912.0).end < 60.0 && with(912.0).end > 50.0);
        assert!(with(-912.0).start > -60.0);
        assert_eq!(scale_of(&[], 5.0), -8.0..8.0);
        let narrow = scale_of(&[0.0, 0.1], 5.0);
        assert!(narrow.start < -8.0 && narrow.end > 8.0);
    }
}

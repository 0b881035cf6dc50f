use super::*;
use crate::render::charts::samples;
use crate::render::layout_check::assert_tidy;
use crate::render::picture::Mark;
use crate::render::style;

fn row(label: &str, distances: &[f64], band: f64) -> StripRow {
    let near = distances.iter().filter(|one| one.abs() <= band).count();
    StripRow {
        label: label.into(),
        points: distances
            .iter()
            .enumerate()
            .map(|(index, &distance_pct)| StripPoint {
                code: samples::code(index),
                name: samples::name(index),
                distance_pct,
                population: 1000.0 * (index + 1) as f64,
                tenth: match index % 10 {
                    3 => Some(Tenth::Most),
                    7 => Some(Tenth::Least),
                    _ => None,
                },
            })
            .collect(),
        within_pct: if distances.is_empty() {
            f64::NAN
        } else {
            near as f64 / distances.len() as f64 * 100.0
        },
    }
}

fn spec(rows: Vec<StripRow>) -> DistanceStrip {
    DistanceStrip {
        setting: "England 2024-25".into(),
        yardstick_title: "Social care by need".into(),
        rows,
        band_pct: 5.0,
        source: "Source: published figures. Calculated with needshare.".into(),
        notes: vec!["Isles of Scilly are left out.".into()],
    }
}

/// Distances on both sides of nought, most of them near it.
fn spread(count: usize, seed: usize) -> Vec<f64> {
    (0..count)
        .map(|index| {
            let one = ((index * 7919 + seed * 31) % 1000) as f64 / 500.0 - 1.0;
            one * one.abs() * (20.0 + 10.0 * seed as f64)
        })
        .collect()
}

fn rows(count: usize, points: usize) -> Vec<StripRow> {
    (0..count)
        .map(|index| row(&samples::name(9 + index), &spread(points, index), 5.0))
        .collect()
}

fn title(rows: &[(&str, usize)], all: usize) -> String {
    let rows = rows.iter().map(|(label, within)| {
        let distances: Vec<f64> = (0..all)
            .map(|index| if index < *within { 1.0 } else { 20.0 })
            .collect();
        row(label, &distances, 5.0)
    });
    distance_strip(&spec(rows.collect())).picture.title
}

fn words(chart: &Chart) -> String {
    let texts = chart.picture.texts().map(|text| text.content.as_str());
    texts.collect::<Vec<_>>().join(" ")
}

#[test]
fn charts_of_any_number_of_strips_and_authorities_are_tidy() {
    for strips in [0, 1, 2, 6, 15] {
        for points in [0, 1, 30, 151] {
            let chart = distance_strip(&spec(rows(strips, points)));
            assert_tidy(&chart.picture);
            assert!(chart.picture.height <= style::PAGE_HEIGHT + 1.0);
            let nothing = words(&chart).contains("nothing to plot");
            assert_eq!(nothing, strips == 0 || points == 0, "{strips} {points}");
        }
    }
    assert_tidy(&distance_strip(&spec(rows(3, 1000))).picture);
}

#[test]
fn flat_crowded_and_far_out_distances_are_tidy() {
    let cases: [Vec<f64>; 6] = [
        vec![0.0; 151],
        vec![900.0; 151],
        vec![1e-9, -1e-9, 0.0],
        vec![f64::MAX, f64::MIN, 1.0, 2.0],
        vec![f64::NAN, f64::INFINITY, 3.0],
        spread(150, 2).into_iter().chain([912.0]).collect(),
    ];
    for distances in &cases {
        assert_tidy(&distance_strip(&spec(vec![row("A", distances, 5.0)])).picture);
    }
    let all = cases.iter().map(|distances| row("A", distances, 5.0));
    assert_tidy(&distance_strip(&spec(all.collect())).picture);
    for band_pct in [0.0, 1e9, f64::NAN, f64::INFINITY] {
        let mut odd = spec(rows(2, 30));
        odd.band_pct = band_pct;
        assert_tidy(&distance_strip(&odd).picture);
    }
}

#[test]
fn headlines_give_the_most_and_the_fewest_near_their_need() {
    let by = "By the need that “Social care by need” measures,";
    assert_eq!(
        title(&[("A", 39)], 151),
        format!("{by} 39 of 151 authorities would be within 5 % of need under “A”")
    );
    assert_eq!(
        title(&[("A", 39), ("B", 0)], 151),
        format!(
            "{by} 39 of 151 authorities would be within 5 % of need under “A” and none under “B”"
        )
    );
    assert_eq!(
        title(
            &[("Social care by need", 20), ("A", 12), ("B", 3), ("C", 12)],
            20
        ),
        format!(
            "{by} 12 of 20 authorities would be within 5 % of need under “A” and “C”, the most of 3 other formulas, \
             and 3 under “B”, the fewest"
        )
    );
    assert_eq!(
        title(&[("A", 151), ("B", 151)], 151),
        format!("{by} all 151 authorities would be within 5 % of need under both formulas")
    );
    assert_eq!(
        title(&[("A", 0), ("B", 0), ("C", 0)], 9),
        format!("{by} no authority would be within 5 % of need under all 3 formulas")
    );
    let uneven = spec(vec![
        row("A", &[0.0, 9.0], 5.0),
        row("B", &[0.0, 0.0, 9.0], 5.0),
    ]);
    assert_eq!(
        distance_strip(&uneven).picture.title,
        format!(
            "{by} 66.7 % of authorities would be within 5 % of need under “B” and 50 % under “A”"
        )
    );
}

/// The middles of all dots in a strip's room, those of the key left out.
fn dots(chart: &Chart, first: usize) -> Vec<(f64, f64)> {
    let circles = chart.picture.marks.iter().filter_map(|mark| match mark {
        Mark::Circle {
            centre, ring: None, ..
        } => Some((centre.x, centre.y)),
        _ => None,
    });
    circles.skip(first).collect()
}

#[test]
fn dots_stand_at_their_distances_and_hide_none() {
    let distances = spread(151, 2);
    let chart = distance_strip(&spec(vec![row("A", &distances, 5.0)]));
    let dots = dots(&chart, 3);
    assert_eq!(dots.len(), 151);
    let mut sorted = distances.clone();
    sorted.sort_by(f64::total_cmp);
    let px = (dots[150].0 - dots[0].0) / (sorted[150] - sorted[0]);
    for (index, (dot, distance)) in dots.iter().zip(&sorted).enumerate() {
        assert!((dot.0 - dots[0].0 - (distance - sorted[0]) * px).abs() < 0.01);
        for other in &dots[..index] {
            assert!((dot.0 - other.0).hypot(dot.1 - other.1) > 4.0);
        }
    }
}

#[test]
fn what_is_beyond_the_scale_is_at_its_edge_with_its_figure() {
    let mut distances = spread(149, 2);
    distances.extend([912.0, 700.0]);
    let chart = distance_strip(&spec(vec![row("A", &distances, 5.0)]));
    assert_tidy(&chart.picture);
    assert!(words(&chart).contains("Kent"), "{}", words(&chart));
    assert!(words(&chart).contains("+912.0 %, 1 more →"));
    assert!(words(&chart).contains("Dots further out than the scale stand at its edge."));
    let dots = dots(&chart, 3);
    assert_eq!(dots[149].0, dots[150].0);
    let within = distance_strip(&spec(vec![row("A", &spread(149, 2), 5.0)]));
    assert!(!words(&within).contains('→') || !words(&within).contains("more →"));
    assert!(!words(&within).contains("stand at its edge"));
}

#[test]
fn dots_that_share_a_place_lie_over_one_another_at_it_and_that_is_said() {
    let chart = distance_strip(&spec(vec![
        row("A", &[0.0; 151], 5.0),
        row("B", &spread(151, 4), 5.0),
    ]));
    assert_tidy(&chart.picture);
    assert!(words(&chart).contains("Where too many share a place, dots lie over one another"));
    assert!(words(&chart).contains("151 of 151"));
}

#[test]
fn the_data_is_what_is_drawn() {
    let spec = spec(rows(3, 40));
    let chart = distance_strip(&spec);
    let lines = samples::csv_rows(&chart.data);
    assert_eq!(lines.len(), 120);
    let points = spec
        .rows
        .iter()
        .flat_map(|row| row.points.iter().map(move |point| (row, point)));
    for (line, (row, point)) in lines.iter().zip(points) {
        assert_eq!(line["formula"], row.label);
        assert_eq!((&line["code"], &line["name"]), (&point.code, &point.name));
        let distance: f64 = line["distance_pct"].parse().expect("a number");
        assert!((distance - point.distance_pct).abs() < 1e-4);
        assert_eq!(line["population"], format!("{:.0}", point.population));
        assert_eq!(line["tenth"], point.tenth.map_or("", Tenth::words));
    }
    assert_eq!(lines[3]["tenth"], "most deprived");
}

#[test]
fn outputs_are_the_same_each_time() {
    let spec = spec(rows(3, 60));
    let (one, other) = (distance_strip(&spec), distance_strip(&spec));
    assert_eq!(one, other);
    assert!(one.to_png().expect("png") == other.to_png().expect("png"));
}

use super::*;
use crate::render::charts::samples;
use crate::render::layout_check::assert_tidy;
use crate::render::picture::Mark;

/// Places whose pounds per head rise by £10 a point under the formula and fall by £4 a point by the tax base.
fn spec(count: usize) -> PerHeadByDeprivation {
    let points: Vec<DeprivationPoint> = (0..count)
        .map(|index| {
            let deprivation = 8.0 + (index * 7919 % 1000) as f64 * 0.035;
            let noise = (index * 104_729 % 200) as f64 - 100.0;
            DeprivationPoint {
                code: samples::code(index),
                name: samples::name(index),
                deprivation,
                population: 40_000.0 + (index * 15_485 % 97) as f64 * 12_000.0,
                formula_per_head: 400.0 + 10.0 * deprivation + noise * 0.4,
                tenth: match deprivation {
                    score if score > 39.5 => Some(Tenth::Most),
                    score if score < 11.5 => Some(Tenth::Least),
                    _ => None,
                },
                drawn: true,
            }
        })
        .collect();
    let tax_base = points
        .iter()
        .map(|point| 900.0 - 4.0 * point.deprivation)
        .collect();
    let spending = points
        .iter()
        .map(|point| 500.0 + 6.0 * point.deprivation)
        .collect();
    PerHeadByDeprivation {
        setting: "England 2024-25".into(),
        formula_title: "Social care by need".into(),
        comparators: vec![
            Comparator {
                label: "Spending today".into(),
                per_head: spending,
            },
            Comparator {
                label: "Council tax base & other <things>".into(),
                per_head: tax_base,
            },
        ],
        points,
        deprivation_title: "Index of Multiple Deprivation 2025, average score".into(),
        source: "Source: published figures. Calculated with needshare.".into(),
        notes: vec!["City of London and Isles of Scilly are left out.".into()],
    }
}

#[test]
fn charts_of_any_number_of_points_and_panels_are_tidy() {
    for count in [0, 1, 2, 5, 42, 151, 1000] {
        for comparators in 0..=2 {
            let mut spec = spec(count);
            spec.comparators.truncate(comparators);
            assert_tidy(&per_head_by_deprivation(&spec).picture);
        }
    }
    let mut many = spec(151);
    many.comparators.extend(many.comparators.clone());
    assert_tidy(&per_head_by_deprivation(&many).picture);
}

#[test]
fn flat_tiny_huge_and_unpeopled_data_are_tidy() {
    let change = |alter: &dyn Fn(&mut DeprivationPoint)| {
        let mut spec = spec(60);
        spec.points.iter_mut().for_each(alter);
        assert_tidy(&per_head_by_deprivation(&spec).picture);
    };
    change(&|point| point.formula_per_head = 0.0);
    change(&|point| point.deprivation = 20.0);
    change(&|point| point.population = 0.0);
    change(&|point| point.population = 1.0);
    change(&|point| point.formula_per_head *= 1e12);
    change(&|point| point.formula_per_head *= 1e-9);
    change(&|point| point.formula_per_head -= 700.0);
    change(&|point| point.name = samples::NAMES[9].repeat(4));
    change(&|point| point.tenth = None);
    change(&|point| point.drawn = false);
    change(&|point| point.drawn = point.tenth.is_none());
    change(&|point| point.drawn = point.deprivation < 30.0);
    let mut titled = spec(60);
    titled.formula_title = "Social care by need, losses held to 5 % ".repeat(4);
    assert_tidy(&per_head_by_deprivation(&titled).picture);
    let mut all_zero = spec(60);
    for comparator in &mut all_zero.comparators {
        comparator.per_head.fill(0.0);
    }
    all_zero
        .points
        .iter_mut()
        .for_each(|point| point.formula_per_head = 0.0);
    assert_tidy(&per_head_by_deprivation(&all_zero).picture);
}

#[test]
fn the_headline_gives_the_difference_between_the_tenths() {
    let spec = spec(151);
    let series = series(&spec);
    let chart = per_head_by_deprivation(&spec);
    // Each panel says it again in full.
    let panels = chart
        .picture
        .texts()
        .filter(|text| text.content.ends_with(", least to most deprived tenth"));
    assert_eq!(panels.count(), 3);
    let difference = |index: usize| {
        let (most, least) = (series[index].most.as_ref(), series[index].least.as_ref());
        most.expect("a tenth").per_head - least.expect("a tenth").per_head
    };
    assert_eq!(
        chart.picture.title,
        format!(
            "From the least to the most deprived tenth, £ per head rises by {} under “Social care by need”, rises by \
             {} for “Spending today” and falls by {} for “Council tax base & other <things>”",
            axis::pounds(difference(0)),
            axis::pounds(difference(1)),
            axis::pounds(-difference(2))
        )
    );
    assert!((series[2].trend.expect("a trend").slope + 4.0).abs() < 1e-9);
}

#[test]
fn without_tenths_the_headline_gives_the_trends() {
    let mut spec = spec(9);
    spec.points.iter_mut().for_each(|point| point.tenth = None);
    let chart = per_head_by_deprivation(&spec);
    let slope = series(&spec)[0].trend.expect("a trend").slope;
    assert_eq!(
        chart.picture.title,
        format!(
            "For each further point of deprivation, £ per head rises by {} under “Social care by need”, rises by £6.00 \
             for “Spending today” and falls by £4.00 for “Council tax base & other <things>”",
            axis::pence(slope)
        )
    );
    assert!(
        chart
            .picture
            .texts()
            .all(|text| !text.content.contains("tenth"))
    );
    let rows = samples::csv_rows(&chart.data);
    assert_eq!(rows.len(), 3 * 9);
    assert!(rows.iter().all(|row| row["tenth"].is_empty()));
}

#[test]
fn titles_of_two_lines_are_not_cut() {
    let mut spec = spec(60);
    spec.formula_title = "Social care by need, losses held to 5 %".into();
    let chart = per_head_by_deprivation(&spec);
    let lines: Vec<_> = chart.picture.texts().map(|text| &*text.content).collect();
    assert!(lines.contains(&"Social care by need, losses held") && lines.contains(&"to 5 %"));
}

#[test]
fn the_data_holds_every_point_of_every_panel() {
    let spec = spec(151);
    let chart = per_head_by_deprivation(&spec);
    let rows = samples::csv_rows(&chart.data);
    assert_eq!(rows.len(), 3 * 151 + 6);
    assert_eq!(rows[0]["series"], "Social care by need");
    // A tenth's row is what its authorities' rows sum to.
    let number = |row: &std::collections::HashMap<String, String>, column: &str| {
        row[column].parse::<f64>().expect("a number")
    };
    let most: Vec<_> = rows[..151]
        .iter()
        .filter(|row| row["tenth"] == "most deprived")
        .collect();
    let people: f64 = most.iter().map(|row| number(row, "population")).sum();
    let pounds: f64 = most
        .iter()
        .map(|row| number(row, "population") * number(row, "per_head_gbp"))
        .sum();
    let tenth = &rows[3 * 151 + 1];
    assert_eq!(tenth["name"], "Most deprived tenth");
    assert_eq!(number(tenth, "population"), people);
    assert!((number(tenth, "per_head_gbp") - pounds / people).abs() < 0.01);
    assert_eq!(
        rows[0]["per_head_gbp"],
        csv_number(spec.points[0].formula_per_head, 2)
    );
    assert_eq!(
        rows[151]["per_head_gbp"],
        csv_number(spec.comparators[0].per_head[0], 2)
    );
    let filled = chart
        .picture
        .marks
        .iter()
        .filter(|mark| matches!(mark, Mark::Circle { ring: None, .. }));
    // A point for each, and two in the key.
    assert_eq!(filled.count(), 3 * 151 + 2);
}

#[test]
fn areas_stand_for_people() {
    assert_eq!(radius(1e6, 1e6), MOST_RADIUS);
    assert!((radius(2.5e5, 1e6) - MOST_RADIUS / 2.0).abs() < 1e-9);
    assert_eq!(radius(0.0, 1e6), LEAST_RADIUS);
    assert_eq!(key_populations(1_157_603.0), vec![200_000.0, 1_000_000.0]);
    assert_eq!(key_populations(0.0), Vec::<f64>::new());
}

#[test]
fn a_comparator_of_the_wrong_length_is_not_drawn() {
    let mut spec = spec(20);
    spec.comparators[0].per_head.pop();
    let chart = per_head_by_deprivation(&spec);
    assert!(!chart.data.contains("Spending today"));
}

#[test]
fn who_is_not_drawn_is_in_the_averages_and_the_data_alone() {
    let all = spec(151);
    let mut spec = all.clone();
    let small = (0..151)
        .find(|&index| spec.points[index].tenth == Some(Tenth::Least))
        .expect("a point");
    spec.points[small].drawn = false;
    spec.points[small].name = "Isles of Scilly".into();
    let chart = per_head_by_deprivation(&spec);
    for (one, other) in series(&all).iter().zip(series(&spec)) {
        assert_eq!(one.difference(), other.difference());
    }
    assert_ne!(series(&all)[0].trend, series(&spec)[0].trend);
    let dots = |chart: &Chart| {
        let marks = chart.picture.marks.iter();
        marks
            .filter(|mark| matches!(mark, Mark::Circle { ring: None, .. }))
            .count()
    };
    assert_eq!(dots(&chart) + 3, dots(&per_head_by_deprivation(&all)));
    let texts = chart.picture.texts();
    assert!(
        texts
            .into_iter()
            .all(|text| text.content != "Isles of Scilly")
    );
    let rows = samples::csv_rows(&chart.data);
    assert_eq!(rows.len(), 3 * 151 + 6);
    let row = &rows[small];
    assert_eq!(
        [&row["name"], &row["drawn"], &row["trend_per_head_gbp"]],
        ["Isles of Scilly", "no", ""]
    );
    assert_eq!(rows[small + 1]["drawn"], "yes");
}

#[test]
fn a_vertical_axis_that_does_not_start_at_nought_is_noted() {
    let note = |alter: &dyn Fn(f64) -> f64| {
        let mut spec = spec(60);
        spec.comparators.clear();
        for point in &mut spec.points {
            point.formula_per_head = alter(point.deprivation);
        }
        let picture = per_head_by_deprivation(&spec).picture;
        let (_, note) = picture
            .description
            .split_once("The vertical axis starts at ")?;
        note.split_once(". ").map(|(amount, _)| amount.to_owned())
    };
    assert_eq!(note(&|score| 400.0 + 10.0 * score).as_deref(), Some("£400"));
    assert_eq!(note(&|score| 1.26 + 0.01 * score).as_deref(), Some("£1.30"));
    assert_eq!(note(&|score| 10.0 * score - 70.0), None);
    assert_eq!(note(&|score| 10.0 * score - 200.0), None);
}

#[test]
fn outputs_are_the_same_each_time() {
    let (one, other) = (
        per_head_by_deprivation(&spec(151)),
        per_head_by_deprivation(&spec(151)),
    );
    assert_eq!(one.to_svg(), other.to_svg());
    assert!(one.to_png().expect("png") == other.to_png().expect("png"));
    let height = (2.0 * one.picture.height) as u32;
    assert_eq!(samples::png_size(&one), (2000, height));
}

use super::*;
use crate::render::charts::samples;
use crate::render::layout_check::assert_tidy;
use crate::render::picture::Mark;

const REGIONS: [&str; 9] = [
    "East Midlands",
    "East of England",
    "London",
    "North East",
    "North West",
    "South East",
    "South West",
    "West Midlands",
    "Yorkshire and The Humber",
];

/// Changes of `per_head` pounds for groups of a million people.
fn spec(baselines: &[Baseline], per_head: &[f64]) -> GroupChanges {
    let groups = per_head
        .iter()
        .enumerate()
        .map(|(index, _)| Group {
            label: REGIONS
                .get(index)
                .map_or_else(|| samples::name(index), ToString::to_string),
            authorities: 10 + index,
            population: 1e6,
        })
        .collect();
    let values: Vec<GroupChange> = per_head
        .iter()
        .map(|&change| GroupChange {
            change_gbp: (change * 1e6) as i64,
            change_pct: Some(change / 7.0),
            change_per_head_gbp: change,
            winners: 7,
            losers: 3,
        })
        .collect();
    GroupChanges {
        setting: "England 2024-25".into(),
        formula_title: "Social care by need".into(),
        tolerance_pct: 0.5,
        groups,
        panels: baselines
            .iter()
            .map(|baseline| GroupPanel {
                baseline: baseline.clone(),
                values: values.clone(),
            })
            .collect(),
        source: "Source: published figures. Calculated with needshare.".into(),
        notes: Vec::new(),
    }
}

const CHANGES: [f64; 9] = [12.0, -85.4, 31.0, 210.6, 99.0, -240.2, -61.0, 140.0, 0.0];

#[test]
fn charts_of_any_number_of_groups_and_panels_are_tidy() {
    let baselines = [
        samples::tax_base(),
        samples::spending(),
        samples::tax_base(),
    ];
    for groups in [0, 1, 2, 9, 10, 24, 40] {
        let changes: Vec<f64> = (0..groups).map(|index| CHANGES[index % 9]).collect();
        for panels in 0..=3 {
            let spec = spec(&baselines[..panels], &changes);
            assert_tidy(&change_by_region(&spec).picture);
            assert_tidy(&change_by_deprivation(&spec).picture);
        }
    }
}

#[test]
fn one_sided_flat_tiny_and_huge_changes_are_tidy() {
    let cases: [&[f64]; 6] = [
        &[0.0; 9],
        &[1.0, 2.0, 3.0],
        &[-1.0, -2.0, -3.0],
        &[1e-9, -1e-9],
        &[1e13, -4.0, 3.0],
        &[f64::MAX, f64::MIN],
    ];
    for changes in cases {
        let spec = spec(&[samples::tax_base(), samples::spending()], changes);
        assert_tidy(&change_by_region(&spec).picture);
        assert_tidy(&change_by_deprivation(&spec).picture);
    }
}

/// Panels of their own changes.
fn spec_of(panels: &[(Baseline, &[f64])]) -> GroupChanges {
    let parts: Vec<GroupChanges> = panels
        .iter()
        .map(|(baseline, changes)| spec(std::slice::from_ref(baseline), changes))
        .collect();
    let mut all = parts[0].clone();
    all.panels = parts.into_iter().flat_map(|part| part.panels).collect();
    all
}

#[test]
fn region_headlines_give_one_region_against_every_baseline() {
    let against_base = [12.0, -85.4, 31.0, 130.2, 99.0];
    let against_today = [-240.0, 3.0, 1.0, -54.4, 60.0];
    let panels: [(Baseline, &[f64]); 2] = [
        (samples::spending(), &against_today),
        (samples::tax_base(), &against_base),
    ];
    let chart = change_by_region(&spec_of(&panels));
    assert_eq!(
        chart.picture.title,
        "The North East spends £54 a head more today than the formula gives, but would gain £130 a head against what \
         the council tax base could raise"
    );
    assert!(chart.picture.description.contains(
        "The headline names the region whose £ per head changes most against what the council tax base could raise."
    ));
    let [today, base] = panels;
    let turned = change_by_region(&spec_of(&[base, today.clone()]));
    assert_eq!(
        turned.picture.title,
        "The North East would gain £130 a head against what the council tax base could raise, but spends £54 a head \
         more today than the formula gives"
    );
    let alone = change_by_region(&spec_of(&[today]));
    assert_eq!(
        alone.picture.title,
        "The East Midlands spends £240 a head more today than the formula gives"
    );
}

#[test]
fn regions_that_stay_are_not_named() {
    let mut still = spec_of(&[
        (samples::tax_base(), &[0.2, -0.4]),
        (samples::spending(), &[0.0, 7.0]),
    ]);
    assert_eq!(
        change_by_region(&still).picture.title,
        "The East of England would not change against what the council tax base could raise, but would gain £7 a head \
         against spending today"
    );
    still.panels[1].values[1].change_per_head_gbp = 0.0;
    let chart = change_by_region(&still);
    assert_eq!(
        chart.picture.title,
        "No group would change against what the council tax base could raise or spending today"
    );
    assert!(!chart.picture.description.contains("headline"));
}

#[test]
fn deprivation_headlines_give_the_most_deprived_and_subtitles_the_least() {
    let against_base = [
        294.0, 120.0, 90.0, 60.0, 30.0, 0.0, -30.0, -60.0, -90.0, -230.0,
    ];
    let against_today = [-18.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, -16.0];
    let chart = change_by_deprivation(&spec_of(&[
        (samples::spending(), &against_today),
        (samples::tax_base(), &against_base),
    ]));
    assert_eq!(
        chart.picture.title,
        "The most deprived tenth spends £18 a head more today than the formula gives, but would gain £294 a head \
         against what the council tax base could raise"
    );
    assert!(chart.picture.description.contains(
        "£ per head (bars). The least deprived tenth spends £16 a head more today than the formula gives and would \
         lose £230 a head against what the council tax base could raise. "
    ));
    let title = |changes: &[f64]| {
        let chart = change_by_deprivation(&spec(&[samples::tax_base()], changes));
        let title = chart.picture.title;
        title
            .split_once(" would")
            .map(|(subject, _)| subject.to_owned())
    };
    let subject = |words: &str| Some(words.to_owned());
    assert_eq!(
        title(&against_base[..5]),
        subject("The most deprived fifth")
    );
    assert_eq!(
        title(&against_base[..6]),
        subject("The most deprived group")
    );
    assert_eq!(title(&against_base[..1]), subject("East Midlands"));
}

#[test]
fn a_group_without_a_per_cent_has_a_dash() {
    let mut spec = spec(&[samples::tax_base()], &CHANGES);
    spec.panels[0].values[2].change_pct = None;
    let chart = change_by_region(&spec);
    assert_tidy(&chart.picture);
    assert!(chart.picture.texts().any(|text| text.content == "–"));
    assert_eq!(samples::csv_rows(&chart.data)[2]["change_pct"], "");
}

#[test]
fn the_data_is_what_is_drawn() {
    let chart = change_by_region(&spec(&[samples::tax_base(), samples::spending()], &CHANGES));
    let rows = samples::csv_rows(&chart.data);
    assert_eq!(rows.len(), 18);
    assert_eq!(rows[1]["group"], "East of England");
    assert_eq!(rows[1]["change_per_head_gbp"], "-85.40");
    assert_eq!(rows[17]["baseline"], "Spending today");
    let texts: Vec<_> = chart
        .picture
        .texts()
        .map(|text| text.content.as_str())
        .collect();
    for row in &rows {
        let per_head: f64 = row["change_per_head_gbp"].parse().expect("a number");
        assert!(texts.contains(&axis::per_head_change(per_head).as_str()));
    }
    let bars: Vec<f64> = chart
        .picture
        .marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Rectangle { bounds, paint } if paint.colour != style::STRIPE => {
                Some(bounds.width())
            }
            _ => None,
        })
        .skip(2)
        .collect();
    assert_eq!(bars.len(), 18);
    for (index, bar) in bars.iter().enumerate() {
        let expected = bars[3] * (CHANGES[index % 9] / 210.6).abs();
        assert!((bar - expected).abs() < 0.25, "bar {index}");
    }
}

#[test]
fn a_panel_that_lacks_a_group_is_not_drawn() {
    let mut spec = spec(&[samples::tax_base(), samples::spending()], &CHANGES);
    spec.panels[1].values.pop();
    assert_eq!(samples::csv_rows(&change_by_region(&spec).data).len(), 9);
}

#[test]
fn outputs_are_the_same_each_time() {
    let spec = spec(&[samples::tax_base(), samples::spending()], &CHANGES);
    let (one, other) = (change_by_region(&spec), change_by_region(&spec));
    assert_eq!(one.to_svg(), other.to_svg());
    assert!(one.to_png().expect("png") == other.to_png().expect("png"));
    let height = (2.0 * one.picture.height) as u32;
    assert_eq!(samples::png_size(&one), (2000, height));
}

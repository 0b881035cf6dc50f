use super::*;
use crate::render::charts::samples;
use crate::render::layout_check::assert_tidy;
use crate::render::picture::Mark;

/// A spec of some changes in per cent, with a tolerance of 0.5 %.
fn spec(baseline: Baseline, changes: &[f64]) -> WinnersLosers {
    let rows: Vec<AuthorityChange> = changes
        .iter()
        .enumerate()
        .map(|(index, &change_pct)| AuthorityChange {
            code: samples::code(index),
            name: samples::name(index),
            change_gbp: (change_pct * 1e6) as i64,
            change_pct: Some(change_pct),
            change_per_head_gbp: Some(change_pct * 7.3),
            outcome: outcome(change_pct),
            left_out: false,
        })
        .collect();
    let count = |wanted| rows.iter().filter(|row| row.outcome == wanted).count();
    WinnersLosers {
        setting: "England 2024-25".into(),
        formula_title: "Social care by need".into(),
        baseline,
        tolerance_pct: 0.5,
        totals: Totals {
            winners: count(Outcome::Winner),
            losers: count(Outcome::Loser),
            unchanged: count(Outcome::Unchanged),
            people_in_winners: Some(31.2e6),
            people_in_losers: Some(24.1e6),
            money_moved_gbp: 3_200_000_000,
            change_in_all_gbp: 0,
        },
        rows,
        source: "Source: published figures. Calculated with needshare.".into(),
        notes: vec!["Spending is net of fees and charges.".into()],
    }
}

fn outcome(change_pct: f64) -> Outcome {
    if change_pct > 0.5 {
        Outcome::Winner
    } else if change_pct < -0.5 {
        Outcome::Loser
    } else {
        Outcome::Unchanged
    }
}

/// Changes from −60 % to about +90 %, some within the tolerance.
fn spread(count: usize) -> Vec<f64> {
    (0..count)
        .map(|index| (index * 7919 % 1000) as f64 * 0.15 - 60.0)
        .collect()
}

fn words(chart: &Chart) -> String {
    let texts: Vec<_> = chart
        .picture
        .texts()
        .map(|text| text.content.as_str())
        .collect();
    texts.join(" ")
}

#[test]
fn pages_of_any_length_are_tidy() {
    for count in [1, 2, 5, 42, 58, 59, 70, 151, 160, 161, 300, 1000] {
        for baseline in [samples::spending(), samples::tax_base()] {
            let chart = winners_losers(&spec(baseline, &spread(count)));
            assert_tidy(&chart.picture);
            assert!(chart.picture.height <= style::PAGE_HEIGHT + 1.0, "{count}");
        }
    }
}

#[test]
fn one_sided_flat_tiny_and_huge_changes_are_tidy() {
    let cases: [Vec<f64>; 7] = [
        spread(151).iter().map(|value| value.abs() + 1.0).collect(),
        spread(151).iter().map(|value| -value.abs() - 1.0).collect(),
        vec![0.0; 151],
        vec![0.0],
        vec![1e-9, -1e-9, 0.0],
        vec![1e12, -5.0, 3.0, -100.0],
        vec![f64::MAX, f64::MIN, 1.0],
    ];
    for changes in cases {
        assert_tidy(&winners_losers(&spec(samples::spending(), &changes)).picture);
    }
}

#[test]
fn nothing_to_rank_is_said() {
    let chart = winners_losers(&spec(samples::tax_base(), &[]));
    assert_tidy(&chart.picture);
    assert!(words(&chart).contains("nothing to plot"));
    assert_eq!(samples::csv_rows(&chart.data).len(), 0);
}

#[test]
fn changes_that_show_nothing_are_said_not_drawn() {
    let same = winners_losers(&spec(samples::tax_base(), &[0.0; 151]));
    assert!(words(&same).contains("every authority's funding would be the same"));
    let mut tiny = spec(samples::tax_base(), &[0.0; 151]);
    tiny.rows[7].change_gbp = 1;
    let tiny = winners_losers(&tiny);
    assert!(words(&tiny).contains("as much as 0.05 %"));
    assert_eq!(samples::csv_rows(&tiny.data).len(), 151);
    for chart in [same, tiny] {
        assert_tidy(&chart.picture);
        assert!(chart.picture.height < 500.0);
    }
}

#[test]
fn without_residents_there_is_nothing_per_head() {
    let mut spec = spec(samples::tax_base(), &spread(151));
    spec.totals.people_in_winners = None;
    spec.totals.people_in_losers = None;
    for row in &mut spec.rows {
        row.change_per_head_gbp = None;
    }
    let chart = winners_losers(&spec);
    assert_tidy(&chart.picture);
    assert!(!words(&chart).contains("per head") && !words(&chart).contains("people)"));
    assert_eq!(
        samples::csv_rows(&chart.data)[0]["change_per_head_gbp"],
        String::new()
    );
}

#[test]
fn a_baseline_of_nought_has_a_dash_and_comes_last() {
    let mut spec = spec(samples::tax_base(), &[5.0, 9.0, 1.0, -4.0]);
    for (row, pounds) in [(0, 20), (1, 30)] {
        spec.rows[row].change_pct = None;
        spec.rows[row].change_gbp = pounds;
    }
    let chart = winners_losers(&spec);
    assert_tidy(&chart.picture);
    let rows = samples::csv_rows(&chart.data);
    let codes: Vec<_> = rows.iter().map(|row| row["code"].as_str()).collect();
    assert_eq!(
        codes,
        [2, 1, 0, 3].map(samples::code).each_ref().map(|c| &**c)
    );
    assert_eq!(rows[1]["change_pct"], "");
    assert!(words(&chart).contains("–: the baseline is nought"));
}

#[test]
fn file_names_say_the_baseline_and_are_never_long() {
    let name_of = |title: &str| {
        let mut spec = spec(samples::tax_base(), &[1.0, -1.0]);
        spec.baseline.title = title.into();
        winners_losers(&spec).name
    };
    assert_eq!(
        name_of("Formula per-head"),
        "winners_losers_formula_per_head"
    );
    assert_eq!(name_of("—"), "winners_losers");
    let long = name_of(&"Columns adult and children ".repeat(9));
    assert!(
        long.len() <= 80 && long.ends_with("_children_columns"),
        "{long}"
    );
    assert!(name_of(&"x".repeat(300)).len() <= 80);
}

#[test]
fn every_authority_has_its_name_bar_and_figures() {
    let chart = winners_losers(&spec(samples::tax_base(), &spread(151)));
    let texts: Vec<_> = chart
        .picture
        .texts()
        .map(|text| text.content.as_str())
        .collect();
    assert_eq!(texts.iter().filter(|text| **text == "Kent").count(), 15);
    assert_eq!(samples::csv_rows(&chart.data).len(), 151);
    for change in spread(151) {
        assert!(texts.contains(&axis::per_cent_change(change).as_str()));
        assert!(texts.contains(&axis::per_head_change(change * 7.3).as_str()));
    }
    let bars = chart.picture.marks.iter().filter(
        |mark| matches!(mark, Mark::Rectangle { paint, .. } if paint.colour != style::STRIPE),
    );
    // 151 bars and three signs in the key.
    assert_eq!(bars.count(), 154);
}

#[test]
fn real_names_are_never_cut() {
    for count in [5, 42, 70, 151, 160] {
        let mut spec = spec(samples::tax_base(), &spread(count));
        for (index, row) in spec.rows.iter_mut().enumerate() {
            row.name = samples::NAMES[index % 8].to_owned();
        }
        let chart = winners_losers(&spec);
        assert!(!words(&chart).contains('…'), "{count} rows");
    }
}

#[test]
fn bars_are_as_long_as_their_numbers_in_both_columns() {
    let chart = winners_losers(&spec(samples::tax_base(), &spread(151)));
    let widths: Vec<f64> = chart
        .picture
        .marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Rectangle { bounds, paint } if paint.colour != style::STRIPE => {
                Some(bounds.width())
            }
            _ => None,
        })
        .skip(3)
        .collect();
    let rows = samples::csv_rows(&chart.data);
    let pct = |index: usize| {
        rows[index]["change_pct"]
            .parse::<f64>()
            .expect("a number")
            .abs()
    };
    let per_point = widths[0] / pct(0);
    for (index, width) in widths.iter().enumerate() {
        assert!((width - pct(index) * per_point).abs() < 0.25, "bar {index}");
    }
}

#[test]
fn the_data_is_ranked_and_says_what_is_shown() {
    let chart = winners_losers(&spec(samples::tax_base(), &spread(300)));
    let rows = samples::csv_rows(&chart.data);
    assert_eq!(rows.len(), 300);
    assert_eq!(rows.iter().filter(|row| row["shown"] == "yes").count(), 160);
    assert_eq!(
        (rows[0]["rank"].as_str(), rows[299]["rank"].as_str()),
        ("1", "300")
    );
    let changes: Vec<f64> = rows
        .iter()
        .map(|row| row["change_pct"].parse().expect("a number"))
        .collect();
    assert!(changes.is_sorted_by(|one, other| one >= other));
    assert!(words(&chart).contains("out of 300 authorities"));
}

#[test]
fn who_is_left_out_is_named_and_not_drawn() {
    let mut spec = spec(samples::tax_base(), &spread(20));
    spec.rows[3].left_out = true;
    let chart = winners_losers(&spec);
    assert!(words(&chart).contains("Counted but not ranked: Kent ("));
    let rows = samples::csv_rows(&chart.data);
    assert_eq!(rows[19]["name"], "Kent");
    assert_eq!(
        (rows[19]["rank"].as_str(), rows[19]["shown"].as_str()),
        ("", "no")
    );
    spec.totals.losers -= 1;
    assert!(words(&winners_losers(&spec)).contains("Neither counted nor ranked: Kent ("));
}

#[test]
fn against_spending_nobody_is_said_to_lose_or_to_be_overfunded() {
    let spec = spec(samples::spending(), &spread(151));
    let chart = winners_losers(&spec);
    let words = format!("{} {}", words(&chart), chart.to_svg());
    assert!(words.contains("more than the formula gives"));
    assert!(!words.contains("lose") && !words.contains("overfunded"));
    assert_eq!(chart.name, "winners_losers_spending_today");
}

#[test]
fn outputs_are_the_same_each_time() {
    let spec = spec(samples::spending(), &spread(151));
    let (one, other) = (winners_losers(&spec), winners_losers(&spec));
    assert_eq!(one, other);
    assert_eq!(one.to_svg(), other.to_svg());
    assert!(one.to_png().expect("png") == other.to_png().expect("png"));
    let height = (2.0 * one.picture.height) as u32;
    assert_eq!(samples::png_size(&one), (2000, height));
}

#[test]
fn money_that_is_added_is_not_said_to_move() {
    let mut spec = spec(samples::spending(), &spread(12));
    assert!(subtitle_of(&spec).contains("£3.2bn would move."));
    spec.totals.change_in_all_gbp = -10_900_000_000;
    let subtitle = subtitle_of(&spec);
    assert!(
        subtitle.contains("In all, funding is £10.9bn less."),
        "{subtitle}"
    );
    assert!(!subtitle.contains("would move"), "{subtitle}");
}

/// All words of a chart in one line.
fn subtitle_of(spec: &WinnersLosers) -> String {
    let picture = winners_losers(spec).picture;
    let texts: Vec<String> = picture.texts().map(|text| text.content.clone()).collect();
    texts.join(" ")
}

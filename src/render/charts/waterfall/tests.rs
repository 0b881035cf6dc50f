use super::*;
use crate::render::charts::samples;
use crate::render::layout_check::assert_tidy;
use crate::render::picture::{Bounds, Mark};
use StepKind::{Change, Start, Subtotal, Total};

fn step(group: &str, label: &str, kind: StepKind, gbp: i64) -> Step {
    Step {
        label: label.into(),
        kind,
        gbp,
        group: group.into(),
    }
}

fn spec(steps: &[Step]) -> Waterfall {
    Waterfall {
        setting: "England 2024-25".into(),
        formula_title: "Social care by need".into(),
        authority: "Kent".into(),
        population: Some(1_600_000.0),
        steps: steps.to_vec(),
        source: "Source: published figures. Calculated with needshare.".into(),
        notes: Vec::new(),
    }
}

/// Need of two services, less what Council Tax could raise.
fn usual() -> Vec<Step> {
    vec![
        step("", "Equal amount per head", Start, 1_000_000_000),
        step(
            "Adults' social care",
            "People aged 85 and over",
            Change,
            120_400_000,
        ),
        step("Adults' social care", "Area costs", Change, -8_000_000),
        step("Children's services", "Deprivation", Change, -55_600_000),
        step("Children's services", "Area costs", Change, 12_345_678),
        step("", "Need", Subtotal, 1_069_145_678),
        step(
            "Own resources",
            "What Council Tax could raise",
            Change,
            -402_000_000,
        ),
        step("", "Funding", Total, 667_145_678),
    ]
}

/// Steps with long names, of any number.
fn many(count: usize, size: i64) -> Vec<Step> {
    (0..count)
        .map(|index| {
            let kind = match index {
                0 => Start,
                _ if index + 1 == count => Total,
                _ if index % 9 == 5 => Subtotal,
                _ => Change,
            };
            let sign = if index % 3 == 1 { -1 } else { 1 };
            let group = match index / 4 % 4 {
                3 => String::new(),
                run => samples::name(run * 3),
            };
            let label = samples::name(index);
            step(&group, &label, kind, sign * size * (index as i64 + 1))
        })
        .collect()
}

#[test]
fn any_number_of_steps_of_any_size_is_tidy() {
    for count in [0, 1, 2, 30, 60] {
        for size in [0, 1, 20_000_000, 90_000_000_000_000_000] {
            assert_tidy(&waterfall(&spec(&many(count, size))).picture);
        }
    }
    let mut hostile = spec(&usual());
    hostile.authority = samples::name(9);
    hostile.formula_title = samples::name(2);
    for population in [None, Some(0.0), Some(f64::NAN), Some(1e-9), Some(1e12)] {
        hostile.population = population;
        assert_tidy(&waterfall(&hostile).picture);
    }
}

#[test]
fn groups_of_one_row_with_long_names_are_tidy() {
    let steps: Vec<Step> = (0..12)
        .map(|index| step(&samples::name(index), "A", Change, 5_000_000))
        .collect();
    assert_tidy(&waterfall(&spec(&steps)).picture);
    let empty = [step("", "", Start, 5), step("", "", Total, 5)];
    assert_tidy(&waterfall(&spec(&empty)).picture);
}

#[test]
fn extreme_and_negative_levels_are_tidy() {
    let cases: [&[(StepKind, i64)]; 6] = [
        &[
            (Start, i64::MAX),
            (Change, i64::MAX),
            (Change, i64::MIN),
            (Total, i64::MAX),
        ],
        &[(Start, i64::MIN), (Change, i64::MIN), (Total, i64::MIN)],
        &[
            (Start, -1_000_000_000),
            (Change, 3_000_000),
            (Total, -997_000_000),
        ],
        &[
            (Start, 400_000_000),
            (Change, -900_000_000),
            (Total, -500_000_000),
        ],
        &[(Start, 1_000_000_000), (Change, 1), (Total, 1_000_000_001)],
        &[(Change, 7), (Change, -7), (Total, 0)],
    ];
    for case in cases {
        let steps: Vec<Step> = case
            .iter()
            .map(|(kind, gbp)| step("", "A step", *kind, *gbp))
            .collect();
        assert_tidy(&waterfall(&spec(&steps)).picture);
    }
}

#[test]
fn headlines_name_the_steps_that_add_and_take_most() {
    let title = |spec: &Waterfall| waterfall(spec).picture.title;
    let mut spec = spec(&usual());
    assert_eq!(
        title(&spec),
        "Kent: £667m, £417 a head, under “Social care by need”; “People aged 85 and over” adds most (+£120m) and “What \
         Council Tax could raise” takes most (−£402m)"
    );
    spec.population = None;
    spec.steps[2].gbp = -500_000_000;
    assert_eq!(
        title(&spec),
        "Kent: £667m, under “Social care by need”; “People aged 85 and over” adds most (+£120m) and “Area costs” in \
         “Adults' social care” takes most (−£500m)"
    );
    spec.steps = vec![
        step("", "Need", Start, 5_000_000),
        step("", "Council Tax", Change, -7_500_000),
        step("", "Funding", Total, -2_500_000),
    ];
    assert_eq!(
        title(&spec),
        "Kent: −£2.5m, under “Social care by need”; “Council Tax” takes £7.5m"
    );
    spec.steps.remove(1);
    assert_eq!(title(&spec), "Kent: −£2.5m, under “Social care by need”");
    // What is taken and given back is no cause of the sum, and the title says that it is left out.
    spec.steps = vec![
        step("", "Need", Start, 5_000_000),
        step("Own resources", "Less own", Change, -9_000_000),
        step("", "Held at zero", Change, 4_000_000),
        step("Own resources", "Which count", Change, 9_000_000),
        step("", "Funding", Total, 9_000_000),
    ];
    assert_eq!(
        title(&spec),
        "Kent: £9.0m, under “Social care by need”; of steps that do not cancel out, “Held at zero” adds £4.0m"
    );
    spec.steps.clear();
    assert_eq!(title(&spec), "Kent: the sum under “Social care by need”");
}

#[test]
fn the_data_is_what_is_given_with_running_levels() {
    let chart = waterfall(&spec(&usual()));
    assert_eq!(chart.name, "waterfall");
    assert!(
        chart
            .data
            .starts_with("group,step,kind,gbp,per_head_gbp,level_gbp\n")
    );
    let rows = samples::csv_rows(&chart.data);
    assert_eq!(rows.len(), usual().len());
    for (row, step) in rows.iter().zip(usual()) {
        assert_eq!(row["group"], step.group);
        assert_eq!(row["step"], step.label);
        assert_eq!(row["kind"], step.kind.word());
        assert_eq!(row["gbp"], step.gbp.to_string());
    }
    assert_eq!(rows[1]["level_gbp"], "1120400000");
    assert_eq!(rows[4]["level_gbp"], "1069145678");
    assert_eq!(rows[7]["level_gbp"], "667145678");
    assert_eq!(rows[1]["per_head_gbp"], "75.25");
    let mut unknown = spec(&usual());
    unknown.population = None;
    let chart = waterfall(&unknown);
    assert_eq!(samples::csv_rows(&chart.data)[1]["per_head_gbp"], "");
    assert!(!chart.to_svg().contains("£ per head"));
}

/// The bars of a chart, from the top; the pieces of its key come before them and are left out.
fn drawn(chart: &Chart) -> Vec<Bounds> {
    let inks = [style::GAIN, style::LOSS, style::NEUTRAL, style::INK];
    let marks = chart.picture.marks.iter();
    marks
        .filter_map(|mark| match mark {
            Mark::Rectangle { bounds, paint } if inks.contains(&paint.colour) => Some(*bounds),
            _ => None,
        })
        .filter(|bounds| bounds.height() > 12.5)
        .collect()
}

#[test]
fn bars_run_from_level_to_level() {
    let bars = drawn(&waterfall(&spec(&usual())));
    assert_eq!(bars.len(), 8);
    let px = bars[0].width() / 1e9;
    for (bar, step) in bars.iter().zip(usual()) {
        let expected = step.gbp.abs() as f64 * px;
        assert!((bar.width() - expected).abs() < 0.3, "{}", step.label);
    }
    let near = |one: f64, other: f64| (one - other).abs() < 0.3;
    assert!(near(bars[1].left, bars[0].right));
    assert!(near(bars[2].right, bars[1].right));
    assert!(near(bars[5].left, bars[0].left));
    assert!(near(bars[6].left, bars[7].right));
}

#[test]
fn figures_can_be_added_up() {
    let chart = waterfall(&spec(&usual()));
    let texts: Vec<_> = chart
        .picture
        .texts()
        .map(|text| text.content.as_str())
        .collect();
    for words in [
        "£1,000.0m",
        "+£120.4m",
        "−£8.0m",
        "+£12.3m",
        "£1,069.1m",
        "£667.1m",
        "+£75",
        "£417",
    ] {
        assert!(texts.contains(&words), "{words}");
    }
    let group = texts
        .iter()
        .filter(|words| **words == "Adults' social care");
    assert_eq!(group.count(), 1, "{texts:?}");
}

#[test]
fn tiny_changes_are_shown_on_cut_bars_and_the_subtitle_says_so() {
    let steps = [
        step("", "Need", Start, 1_200_000_000),
        step("", "Area costs", Change, 20_000_000),
        step("", "Floor", Change, -5_000_000),
        step("", "Funding", Total, 1_215_000_000),
    ];
    let chart = waterfall(&spec(&steps));
    assert_tidy(&chart.picture);
    let words = &chart.picture.description;
    assert!(
        words.contains("Bars of sums are cut: they start at £1,195m, not at nought."),
        "{words}"
    );
    let gaps = |chart: &Chart| {
        let marks = chart.picture.marks.iter();
        marks
            .filter(|mark| matches!(mark, Mark::Polygon { .. }))
            .count()
    };
    assert_eq!(gaps(&chart), 2);
    let bars = drawn(&chart);
    assert!(bars[1].width() > 200.0);
    assert!((bars[1].width() - 4.0 * bars[2].width()).abs() < 0.5);
    let whole = waterfall(&spec(&usual()));
    assert_eq!(gaps(&whole), 0);
    assert!(!whole.picture.description.contains("not at nought"));
}

#[test]
fn a_sum_that_is_not_what_its_steps_come_to_is_noted() {
    let mut spec = spec(&usual());
    assert!(!waterfall(&spec).picture.description.contains("come to"));
    spec.steps[7].gbp += 2_000_000;
    let words = waterfall(&spec).picture.description;
    let note = "“Funding” is given as £669.1m, but the steps before it come to £667.1m.";
    assert!(words.contains(note), "{words}");
    spec.steps[5].gbp += 9_000_000;
    let words = waterfall(&spec).picture.description;
    let note = "“Need” is given as £1,078.1m, but the steps before it come to £1,069.1m; 1 more sum differs likewise.";
    assert!(words.contains(note), "{words}");
}

#[test]
fn steps_in_the_middle_are_left_out_of_a_long_chart_and_counted() {
    let chart = waterfall(&spec(&many(60, 20_000_000)));
    let words = chart.to_svg();
    assert!(words.contains("… 31 steps not shown …"));
    assert!(words.contains("31 steps in the middle are not shown"));
    assert_eq!(samples::csv_rows(&chart.data).len(), 60);
    assert!(chart.picture.height <= style::PAGE_HEIGHT);
}

#[test]
fn outputs_are_the_same_each_time() {
    let spec = spec(&usual());
    let (one, other) = (waterfall(&spec), waterfall(&spec));
    assert_eq!(one.to_svg(), other.to_svg());
    assert!(one.to_png().expect("png") == other.to_png().expect("png"));
    let height = (2.0 * one.picture.height) as u32;
    assert_eq!(samples::png_size(&one), (2000, height));
}

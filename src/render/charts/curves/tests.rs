use super::*;
use crate::render::charts::samples;
use crate::render::layout_check::assert_tidy;
use crate::render::picture::Mark;

/// A curve that bends by a power: above 1 it lies below the diagonal.
fn curve(label: &str, power: f64) -> Curve {
    let points = (0..=150).map(|step| f64::from(step) / 150.0);
    Curve {
        label: label.into(),
        points: points.map(|x| (x, x.powf(power))).collect(),
        index: 1.0 - 2.0 / (power + 1.0),
    }
}

fn spec(curves: Vec<Curve>) -> Curves {
    Curves {
        setting: "England 2024-25".into(),
        yardstick_title: "Social care by need".into(),
        curves,
        reference: None,
        source: "Source: published figures. Calculated with needshare.".into(),
        notes: Vec::new(),
    }
}

/// As many curves as wanted, on both sides of the diagonal.
fn many(count: usize) -> Vec<Curve> {
    (0..count)
        .map(|index| curve(&samples::name(index), 0.9 + index as f64 * 0.05))
        .collect()
}

fn tidy(spec: &Curves) {
    assert_tidy(&lorenz_of_coverage(spec).picture);
    assert_tidy(&concentration(spec).picture);
}

fn title(kind: fn(&Curves) -> Chart, curves: &[(&str, f64)]) -> String {
    let curves = curves.iter().map(|(label, index)| Curve {
        index: *index,
        ..curve(label, 1.2)
    });
    kind(&spec(curves.collect())).picture.title
}

#[test]
fn any_number_of_curves_is_tidy() {
    for count in [0, 1, 2, 3, 4, 7, 12, 20] {
        let mut spec = spec(many(count));
        tidy(&spec);
        spec.reference = Some(curve(&samples::name(9), 1.3));
        tidy(&spec);
    }
    let nothing = lorenz_of_coverage(&spec(Vec::new()));
    assert!(
        nothing
            .picture
            .texts()
            .any(|text| text.content.contains("nothing to plot"))
    );
}

#[test]
fn odd_curves_are_tidy() {
    let on_the_diagonal = Curve {
        points: vec![(0.0, 0.0), (1.0, 1.0)],
        ..curve("Flat", 1.0)
    };
    tidy(&spec(vec![on_the_diagonal; 12]));
    tidy(&spec(vec![curve("The same", 1.4); 12]));
    let with_points = |points: &[(f64, f64)], index| Curve {
        points: points.to_vec(),
        index,
        ..curve("Odd", 1.0)
    };
    tidy(&spec(vec![
        with_points(&[], f64::NAN),
        with_points(&[(0.5, 0.5)], f64::INFINITY),
        with_points(&[(f64::NAN, 0.0), (1.0, f64::INFINITY)], -1.0),
        with_points(&[(0.0, 0.0), (0.0, 0.4), (0.0, 0.9), (1.0, 1.0)], 0.5),
        with_points(&[(0.0, 0.0), (0.5, -3.0), (1.0, 1.0)], 1e300),
        with_points(&[(0.0, 0.0), (0.5, f64::MAX), (1.0, 1.0)], f64::MIN),
    ]));
    tidy(&spec(vec![curve("All to one", 1e6), curve("Even", 1.0)]));
}

#[test]
fn lorenz_headlines_name_the_most_and_the_least_even() {
    let by = "By the need that “Social care by need” measures,";
    assert_eq!(
        title(
            lorenz_of_coverage,
            &[("A", 0.1234), ("B", 0.03), ("C", 0.3)]
        ),
        format!(
            "{by} “B” covers need most evenly (Gini coefficient 0.030) and “C” least evenly (0.300)"
        )
    );
    assert_eq!(
        title(
            lorenz_of_coverage,
            &[
                ("Social care by need", 0.0),
                ("A", 0.1),
                ("B", 0.1002),
                ("C", 0.2)
            ]
        ),
        format!(
            "{by} “A” and “B” cover need most evenly of the other formulas (Gini coefficient 0.100) and “C” least \
             evenly (0.200)"
        )
    );
    assert_eq!(
        title(lorenz_of_coverage, &[("A", 0.1), ("B", 0.1), ("C", 0.1)]),
        format!("{by} all 3 formulas cover need as evenly as each other (Gini coefficient 0.100)")
    );
    assert_eq!(
        title(lorenz_of_coverage, &[("A", 0.1)]),
        format!("{by} funding under “A” has a Gini coefficient of 0.100")
    );
    assert_eq!(
        title(lorenz_of_coverage, &[("A", f64::NAN)]),
        "How evenly funding covers need"
    );
}

#[test]
fn concentration_headlines_say_which_way_funding_leans() {
    assert_eq!(
        title(concentration, &[("A", 0.1), ("B", 0.02)]),
        "Funding leans most to the more deprived under “A” (concentration index +0.100) and least under “B” (+0.020)"
    );
    assert_eq!(
        title(concentration, &[("A", 0.1), ("B", -0.02)]),
        "Funding leans most to the more deprived under “A” (concentration index +0.100) and to the less deprived \
         under “B” (−0.020)"
    );
    assert_eq!(
        title(concentration, &[("A", -0.1), ("B", -0.02)]),
        "Funding leans most to the less deprived under “A” (concentration index −0.100) and least under “B” (−0.020)"
    );
    assert_eq!(
        title(concentration, &[("A", 0.0001)]),
        "Under “A”, funding leans neither to the more nor to the less deprived (concentration index 0.000)"
    );
    assert_eq!(
        title(concentration, &[("A", 0.2), ("B", 0.2)]),
        "Under both formulas, funding leans alike to the more deprived (concentration index +0.200)"
    );
    let mut with_need = spec(many(2));
    with_need.reference = Some(curve("Need", 1.5));
    let chart = concentration(&with_need);
    assert!(
        chart
            .picture
            .description
            .contains("It is +0.200 for the need that “Social care by need” measures.")
    );
}

#[test]
fn every_curve_is_numbered_listed_and_drawn_where_its_points_are() {
    let chart = lorenz_of_coverage(&spec(many(8)));
    let count = |words: &str| {
        let texts = chart.picture.texts();
        texts.filter(|text| text.content == words).count()
    };
    for number in 1..=8 {
        assert!(count(&number.to_string()) >= 2, "{number}");
    }
    assert_eq!(count("0.070"), 1);
    let curves: Vec<&Vec<_>> = chart
        .picture
        .marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Line { points, .. } if points.len() == 151 => Some(points),
            _ => None,
        })
        .collect();
    assert_eq!(curves.len(), 16);
    // The last drawn of the first panel is the most even: x to the power of 0.9.
    let [first, middle, last] = [0, 75, 150].map(|step| curves[7][step]);
    let part = (first.y - middle.y) / (first.y - last.y);
    assert!((part - 0.5f64.powf(0.9)).abs() < 0.002, "{part}");
}

#[test]
fn the_data_is_what_is_drawn() {
    let mut spec = spec(many(3));
    spec.reference = Some(curve("Need", 1.5));
    let chart = concentration(&spec);
    let rows = samples::csv_rows(&chart.data);
    assert_eq!(rows.len(), 4 * 151);
    let all = spec.curves.iter().chain(&spec.reference);
    let points = all.flat_map(|curve| curve.points.iter().map(move |point| (curve, point)));
    for (row, (curve, (share, funding))) in rows.iter().zip(points) {
        let number = |column: &str| row[column].parse::<f64>().expect("a number");
        assert_eq!(row["curve"], curve.label);
        assert!((number("index") - curve.index).abs() < 1e-6);
        assert!((number("share_of_people") - share).abs() < 1e-6);
        assert!((number("share_of_funding") - funding).abs() < 1e-6);
    }
    assert!(
        lorenz_of_coverage(&spec)
            .data
            .starts_with("curve,index,share_of_need,")
    );
}

#[test]
fn outputs_are_the_same_each_time() {
    let spec = spec(many(5));
    let (one, other) = (lorenz_of_coverage(&spec), lorenz_of_coverage(&spec));
    assert_eq!(one, other);
    assert!(one.to_png().expect("png") == other.to_png().expect("png"));
}

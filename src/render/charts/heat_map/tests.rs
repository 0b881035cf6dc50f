use super::*;
use crate::render::charts::samples;
use crate::render::layout_check::assert_tidy;
use crate::render::picture::{Mark, Turn};
use crate::render::style;

const REGIONS: [&str; 12] = [
    "East Midlands",
    "East of England",
    "London",
    "North East",
    "North West",
    "South East",
    "South West",
    "West Midlands",
    "Yorkshire and The Humber",
    "Northern Ireland",
    "Scotland",
    "Wales",
];

const FORMULAS: [&str; 12] = [
    "Social care by need",
    "Need less the council tax that each place could raise",
    "Equal amounts per head",
    "Australian relative needs, with distance and sparse settlement",
    "Deprivation-weighted population of working age",
    "A",
    "Swedish cost equalisation",
    "Japan",
    "Tyne & Wear <weighted> \"share\"",
    "Area costs",
    "Nordrhein-Westfalen: Schlüsselzuweisungen nach Hauptansatz",
    "Pneumonoultramicroscopicsilicovolcanoconiosis-weighted shares",
];

/// A table of so many rows and columns; numbers are dealt out in turn.
fn spec(rows: &[String], columns: &[String], numbers: &[Option<f64>]) -> HeatMap {
    let count = columns.len();
    let cells = (0..rows.len())
        .map(|row| {
            (0..count)
                .map(|column| numbers[(row * count + column) % numbers.len()])
                .collect()
        })
        .collect();
    HeatMap {
        setting: "England 2024-25".into(),
        rows: rows.to_vec(),
        columns: columns.to_vec(),
        cells,
        source: "Source: published figures. Calculated with needshare.".into(),
        notes: Vec::new(),
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn named(count: usize) -> Vec<String> {
    (0..count).map(samples::name).collect()
}

fn some(numbers: &[f64]) -> Vec<Option<f64>> {
    numbers.iter().copied().map(Some).collect()
}

const CHANGES: [f64; 11] = [
    12.3, -8.1, 0.0, 4.25, -0.04, 31.7, -22.9, 3.3, 7.7, -101.5, 0.06,
];

#[test]
fn tables_of_any_size_are_tidy() {
    let mut numbers = some(&CHANGES);
    numbers.push(None);
    for rows in [0, 1, 7, 30] {
        for columns in [0, 1, 9, 15] {
            let spec = spec(&named(rows), &named(columns), &numbers);
            assert_tidy(&formula_by_region(&spec, &samples::tax_base()).picture);
            assert_tidy(&formula_by_region(&spec, &samples::spending()).picture);
            assert_tidy(&yardstick_matrix(&spec).picture);
        }
    }
}

#[test]
fn long_titles_are_tidy_whole_and_turned_only_where_they_must_be() {
    let formulas = owned(&FORMULAS);
    let regions = formula_by_region(
        &spec(&formulas, &owned(&REGIONS), &some(&CHANGES)),
        &samples::tax_base(),
    );
    assert_tidy(&regions.picture);
    assert!(
        regions
            .picture
            .texts()
            .all(|text| text.turn == Turn::Level && !text.content.contains('…'))
    );
    let matrix = yardstick_matrix(&spec(&formulas, &formulas, &some(&CHANGES.map(f64::abs))));
    assert_tidy(&matrix.picture);
    let turned = matrix
        .picture
        .texts()
        .filter(|text| text.turn == Turn::Upwards);
    assert!(turned.count() >= 13);
    assert!(
        matrix
            .picture
            .texts()
            .all(|text| !text.content.contains('…'))
    );
}

#[test]
fn equal_extreme_and_missing_numbers_are_tidy() {
    let cases = [
        some(&[0.0]),
        some(&[7.7]),
        some(&[-1e-9, 1e-9]),
        some(&[999.94, -999.96, 1000.0, 123_456.7]),
        some(&[1e13, -4.0, f64::MAX, f64::MIN]),
        vec![None],
        vec![Some(f64::NAN), Some(f64::INFINITY), Some(1.0)],
    ];
    for numbers in cases {
        for size in [1, 12] {
            let spec = spec(&named(size), &named(size), &numbers);
            let chart = formula_by_region(&spec, &samples::spending());
            assert_tidy(&chart.picture);
            assert_tidy(&yardstick_matrix(&spec).picture);
            let mut numbers = chart.picture.texts().map(|text| &text.content);
            assert!(numbers.all(|words| !words.starts_with(['<', '>']) || !words.contains('…')));
        }
    }
}

#[test]
fn rows_that_lack_cells_have_dashes() {
    let mut spec = spec(&named(3), &named(3), &some(&CHANGES));
    spec.cells[1].truncate(1);
    spec.cells.truncate(2);
    let chart = formula_by_region(&spec, &samples::tax_base());
    assert_tidy(&chart.picture);
    let dashes = chart.picture.texts().filter(|text| text.content == "–");
    assert_eq!(dashes.count(), 5);
    assert!(
        chart
            .picture
            .description
            .contains("–: there is no figure, or")
    );
}

#[test]
fn region_headlines_name_the_largest_gain_and_loss() {
    let rows = owned(&["By need", "Per head"]);
    let columns = owned(&["London", "North East"]);
    let title = |numbers: &[f64], baseline: &Baseline| {
        let spec = spec(&rows, &columns, &some(numbers));
        formula_by_region(&spec, baseline).picture.title
    };
    let (base, today) = (samples::tax_base(), samples::spending());
    assert_eq!(
        title(&[1.0, 12.34, -8.1, 3.0], &base),
        "Compared with what the council tax base could raise, the North East would gain most, 12.3 % under “By need”, \
         and London would lose most, 8.1 % under “Per head”"
    );
    assert_eq!(
        title(&[1.0, 12.34, -8.1, 3.0], &today),
        "Compared with spending today, the North East would gain most, 12.3 % under “By need”, and London spends more \
         than the formula gives, by 8.1 % of its spending under “Per head”"
    );
    assert_eq!(
        title(&[1.0, 2.0, 0.0, 2.0], &base),
        "Compared with what the council tax base could raise, the North East would gain most, 2.0 % under “By need”"
    );
    assert_eq!(
        title(&[-1.0, 0.04, -3.0, 0.0], &today),
        "Compared with spending today, London spends more than the formula gives, by 3.0 % of its spending under “Per \
         head”"
    );
    assert_eq!(
        title(&[0.04, -0.04], &base),
        "No region's funding would change against what the council tax base could raise under any formula"
    );
    let one = spec(&rows[..1], &columns[..1], &[Some(-3.0)]);
    assert_eq!(
        formula_by_region(&one, &base).picture.title,
        "Compared with what the council tax base could raise, London would lose 3.0 % under “By need”"
    );
}

#[test]
fn against_spending_nobody_is_said_to_lose_or_to_be_overfunded() {
    let spec = spec(&owned(&FORMULAS), &owned(&REGIONS), &some(&CHANGES));
    let chart = formula_by_region(&spec, &samples::spending());
    let words = chart.to_svg();
    assert!(words.contains("more than the formula gives"));
    for word in ["lose", "loss", "overfunded"] {
        assert!(!words.contains(word), "{word}");
    }
}

#[test]
fn yardstick_headlines_leave_out_the_diagonal() {
    let names = owned(&["A", "B", "C"]);
    // Averages of the others: A 3, B 4.5, C 11.
    let numbers = [0.0, 2.0, 4.0, 3.0, 0.0, 6.0, 10.0, 12.0, 0.0];
    let spec_of = |numbers: &[f64]| spec(&names, &names, &some(numbers));
    let chart = yardstick_matrix(&spec_of(&numbers));
    assert_eq!(
        chart.picture.title,
        "Judged by the other formulas' measures of need, “A” comes nearest, misplacing 3.0 % of all funding on \
         average; “C” is furthest, misplacing 11.0 %"
    );
    let texts: Vec<_> = chart
        .picture
        .texts()
        .map(|text| text.content.as_str())
        .collect();
    for average in ["3.0 %", "4.5 %", "11.0 %"] {
        assert!(texts.contains(&average), "{average}");
    }
    assert!(texts.contains(&"every formula is perfect by its own measure"));
    assert_eq!(
        yardstick_matrix(&spec_of(&[0.0, 5.0, 5.0, 5.0]))
            .picture
            .title,
        "Judged by the other formulas' measures of need, every formula misplaces 5.0 % of all funding on average"
    );
    let one = yardstick_matrix(&spec(&names[..1], &names[..1], &[Some(0.0)]));
    assert_eq!(
        one.picture.title,
        "Funding misplaced by each yardstick of need"
    );
}

#[test]
fn only_a_perfect_diagonal_is_called_perfect() {
    let names = owned(&["A", "B"]);
    let chart = yardstick_matrix(&spec(&names, &names, &some(&[0.4, 5.0, 5.0, 0.0])));
    let words = chart.to_svg();
    assert!(words.contains("a formula by its own measure"));
    assert!(!words.contains("perfect"));
}

#[test]
fn own_cells_are_outlined_wherever_they_stand() {
    let outlines = |chart: &Chart| {
        let marks = chart.picture.marks.iter();
        let outline =
            |mark: &&Mark| matches!(mark, Mark::Line { width, .. } if (*width - 2.0).abs() < 1e-9);
        marks.filter(outline).count()
    };
    // One more in the key.
    let names = owned(&["A", "A", "C"]);
    let numbers = some(&CHANGES.map(f64::abs));
    assert_eq!(
        outlines(&yardstick_matrix(&spec(&names, &names, &numbers))),
        4
    );
    let turned = owned(&["C", "B"]);
    assert_eq!(
        outlines(&yardstick_matrix(&spec(&names, &turned, &numbers))),
        2
    );
    let changes = formula_by_region(&spec(&names, &names, &numbers), &samples::tax_base());
    assert_eq!(outlines(&changes), 0);
}

#[test]
fn the_data_is_what_is_given_and_what_is_drawn() {
    let mut numbers = some(&CHANGES);
    numbers.push(None);
    let (rows, columns) = (owned(&FORMULAS[..3]), owned(&REGIONS[..4]));
    let spec = spec(&rows, &columns, &numbers);
    for (chart, heading) in [
        (
            formula_by_region(&spec, &samples::tax_base()),
            ["formula", "region", "change_pct"],
        ),
        (
            yardstick_matrix(&spec),
            ["formula", "yardstick", "misplaced_pct"],
        ),
    ] {
        assert_eq!(
            chart.name,
            if heading[1] == "region" {
                "formula_by_region"
            } else {
                "yardstick_matrix"
            }
        );
        assert!(chart.data.starts_with(&heading.join(",")));
        let lines = samples::csv_rows(&chart.data);
        assert_eq!(lines.len(), 12);
        for (index, line) in lines.iter().enumerate() {
            assert_eq!(line["formula"], rows[index / 4]);
            assert_eq!(line[heading[1]], columns[index % 4]);
            let number: Option<f64> = line[heading[2]].parse().ok();
            assert_eq!(number, spec.cells[index / 4][index % 4]);
        }
    }
    let chart = formula_by_region(&spec, &samples::tax_base());
    let texts: Vec<_> = chart
        .picture
        .texts()
        .map(|text| text.content.as_str())
        .collect();
    for number in &numbers {
        let words = axis::per_cent_or_dash(*number);
        assert!(texts.contains(&words.as_str()), "{words}");
    }
}

#[test]
fn deeper_colours_are_larger_numbers_and_outliers_do_not_bleach_the_rest() {
    let fills = |numbers: &[f64]| {
        let spec = spec(&named(4), &named(3), &some(numbers));
        let chart = formula_by_region(&spec, &samples::tax_base());
        let marks = chart.picture.marks.into_iter();
        let cells: Vec<_> = marks
            .filter_map(|mark| match mark {
                Mark::Rectangle { bounds, paint } if bounds.height() == 40.0 => Some(paint.colour),
                _ => None,
            })
            .collect();
        (cells, chart.picture.description)
    };
    let mut numbers = [
        5.0, -5.0, 10.0, -10.0, 0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 7.0, 8.0,
    ];
    let (cells, words) = fills(&numbers);
    assert_eq!(cells.len(), 12);
    assert_eq!(cells[4], style::PAPER);
    assert!(cells[2].red < cells[0].red && cells[3].blue < cells[1].blue);
    assert!(words.contains("loss: −10 %; gain: +10 %."), "{words}");
    numbers[2] = 5000.0;
    let (cells, words) = fills(&numbers);
    assert!(words.contains("or more"), "{words}");
    assert!(cells[0].red < 200);
}

#[test]
fn outputs_are_the_same_each_time() {
    let spec = spec(&owned(&FORMULAS), &owned(&REGIONS), &some(&CHANGES));
    let (one, other) = (yardstick_matrix(&spec), yardstick_matrix(&spec));
    assert_eq!(one.to_svg(), other.to_svg());
    assert!(one.to_png().expect("png") == other.to_png().expect("png"));
    let height = (2.0 * one.picture.height) as u32;
    assert_eq!(samples::png_size(&one), (2000, height));
}

use super::*;
use crate::render::charts::samples;
use crate::render::layout_check::assert_tidy;
use crate::render::picture::Mark;

/// Authorities with £ per head that differ by formula, ranked.
fn spec(rows: usize, columns: usize) -> RankSlope {
    let per_head = |row: usize, column: usize| {
        300.0 + ((row * 7919 + column * row * 104_729) % 1009) as f64 * 1.5
    };
    let all: Vec<Vec<f64>> = (0..columns)
        .map(|column| (0..rows).map(|row| per_head(row, column)).collect())
        .collect();
    let rank = |values: &[f64], row: usize| {
        1 + values.iter().filter(|value| **value > values[row]).count()
    };
    RankSlope {
        setting: "England 2024-25".into(),
        columns: (0..columns)
            .map(|column| samples::name(19 - column))
            .collect(),
        rows: (0..rows)
            .map(|row| RankRow {
                code: samples::code(row),
                name: samples::name(row),
                per_head_gbp: all.iter().map(|values| values[row]).collect(),
                ranks: all.iter().map(|values| rank(values, row)).collect(),
            })
            .collect(),
        source: "Source: published figures. Calculated with needshare.".into(),
        notes: vec!["Isles of Scilly are left out.".into()],
    }
}

/// Authorities by name with their ranks.
fn spec_of(columns: &[&str], ranks: &[(&str, &[usize])]) -> RankSlope {
    let rows = ranks
        .iter()
        .enumerate()
        .map(|(index, (name, ranks))| RankRow {
            code: samples::code(index),
            name: (*name).into(),
            per_head_gbp: ranks.iter().map(|rank| 1000.0 - *rank as f64).collect(),
            ranks: ranks.to_vec(),
        });
    RankSlope {
        columns: columns.iter().map(ToString::to_string).collect(),
        rows: rows.collect(),
        ..spec(0, 0)
    }
}

fn title(columns: &[&str], ranks: &[(&str, &[usize])]) -> String {
    rank_slope(&spec_of(columns, ranks)).picture.title
}

fn words(chart: &Chart) -> String {
    let texts = chart.picture.texts().map(|text| text.content.as_str());
    texts.collect::<Vec<_>>().join(" ")
}

#[test]
fn charts_of_any_number_of_authorities_and_formulas_are_tidy() {
    for rows in [0, 1, 2, 10, 151] {
        for columns in [0, 1, 2, 5, 8, 11] {
            let chart = rank_slope(&spec(rows, columns));
            assert_tidy(&chart.picture);
            assert!(chart.picture.height <= style::PAGE_HEIGHT + 1.0);
            let nothing = words(&chart).contains("nothing to plot");
            assert_eq!(nothing, rows == 0 || columns < 2, "{rows} {columns}");
        }
    }
}

#[test]
fn ties_huge_ranks_and_odd_amounts_are_tidy() {
    let mut tied = spec(151, 4);
    for row in &mut tied.rows {
        row.ranks = vec![1; 4];
    }
    assert_tidy(&rank_slope(&tied).picture);
    for row in tied.rows.iter_mut().take(20) {
        row.ranks[2] = 7;
        row.ranks[3] = 151;
    }
    assert_tidy(&rank_slope(&tied).picture);
    let mut huge = spec(12, 3);
    huge.rows[0].ranks[1] = usize::MAX;
    huge.rows[1].ranks[0] = 0;
    for (row, amount) in [f64::MAX, f64::MIN, f64::NAN, 1e12].into_iter().enumerate() {
        huge.rows[row].per_head_gbp = vec![amount; 3];
    }
    assert_tidy(&rank_slope(&huge).picture);
    let mut close = spec(40, 2);
    for row in &mut close.rows {
        row.name = samples::name(9);
        row.ranks[1] = 41 - row.ranks[0];
    }
    assert_tidy(&rank_slope(&close).picture);
}

#[test]
fn headlines_give_the_longest_move_each_way() {
    assert_eq!(
        title(
            &["A", "B"],
            &[
                ("Westminster", &[4, 96]),
                ("Knowsley", &[72, 11]),
                ("Kent", &[5, 6])
            ]
        ),
        "Westminster falls 92 places from “A” to “B”; Knowsley rises 61"
    );
    assert_eq!(
        title(
            &["A", "B", "C"],
            &[
                ("Westminster", &[4, 6, 5]),
                ("Knowsley", &[72, 80, 11]),
                ("Wigan", &[90, 91, 29])
            ]
        ),
        "Knowsley and Wigan rise 61 places from “A” to “C”; Westminster falls 2 to “B”"
    );
    assert_eq!(
        title(
            &["A", "B"],
            &[
                ("Kent", &[4, 4]),
                ("Wigan", &[1, 2]),
                ("Bury", &[1, 2]),
                ("Hull", &[1, 2])
            ]
        ),
        "3 authorities fall 1 place from “A” to “B”"
    );
    assert_eq!(
        title(&["A", "B"], &[("Kent", &[1, 1]), ("Wigan", &[2, 2])]),
        "Every authority has the same rank by £ per head under both formulas"
    );
    assert_eq!(
        title(&["A"], &[("Kent", &[1])]),
        "Ranks by £ per head under each formula"
    );
}

#[test]
fn a_formula_under_which_all_share_a_rank_is_not_drawn() {
    let ranks: [(&str, &[usize]); 3] = [
        ("Kent", &[1, 1, 3]),
        ("Wigan", &[2, 1, 1]),
        ("Bury", &[3, 1, 2]),
    ];
    let chart = rank_slope(&spec_of(&["A", "B", "C"], &ranks));
    assert_tidy(&chart.picture);
    assert_eq!(
        chart.picture.title,
        "Kent falls 2 places from “A” to “C”; Wigan and Bury rise 1"
    );
    assert!(words(&chart).contains("Under “B” all authorities share one rank: not drawn."));
    assert_eq!(samples::csv_rows(&chart.data).len(), 9);
    let chart = rank_slope(&spec_of(
        &["A", "B"],
        &ranks.map(|(name, ranks)| (name, &ranks[..2])),
    ));
    assert!(words(&chart).contains("nothing to plot"));
    let one = rank_slope(&spec_of(&["A", "B"], &[("Kent", &[1, 1])]));
    assert!(!words(&one).contains("nothing to plot"));
}

#[test]
fn those_that_move_furthest_are_named_at_both_ends() {
    let mut spec = spec(151, 2);
    for row in &mut spec.rows {
        row.name = format!("Place {}", row.code);
    }
    let chart = rank_slope(&spec);
    assert_tidy(&chart.picture);
    let names = |text: &&str| text.starts_with("Place E") && text.contains('£');
    let texts: Vec<_> = chart
        .picture
        .texts()
        .map(|text| text.content.as_str())
        .collect();
    assert_eq!(texts.iter().copied().filter(|text| names(text)).count(), 20);
    let mut moves: Vec<(i64, &RankRow)> = spec
        .rows
        .iter()
        .map(|row| (row.ranks[0] as i64 - row.ranks[1] as i64, row))
        .collect();
    moves.sort_by_key(|(places, _)| *places);
    for (places, row) in moves[..4].iter().chain(&moves[147..]) {
        let word = if *places > 0 { "up" } else { "down" };
        assert!(words(&chart).contains(&format!("{word} {} places", places.abs())));
        for amount in &row.per_head_gbp {
            let label = format!("{}: {}", row.name, axis::per_head(*amount));
            assert!(texts.contains(&label.as_str()), "{label}");
        }
    }
}

#[test]
fn every_authority_has_a_line_at_its_ranks() {
    let spec = spec(151, 6);
    let chart = rank_slope(&spec);
    let lines: Vec<&Vec<_>> = chart
        .picture
        .marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Line { points, paint, .. }
                if points.len() == 6 && paint.colour == page::OTHER =>
            {
                Some(points)
            }
            _ => None,
        })
        .collect();
    assert_eq!(lines.len(), 151);
    let pitch = (lines[0][0].y - lines[1][0].y)
        / (spec.rows[0].ranks[0] as f64 - spec.rows[1].ranks[0] as f64);
    for (line, row) in lines.iter().zip(&spec.rows) {
        for (point, rank) in line.iter().zip(&row.ranks) {
            let from_first = (*rank as f64 - spec.rows[0].ranks[0] as f64) * pitch;
            assert!((point.y - lines[0][0].y - from_first).abs() < 0.5);
        }
    }
}

#[test]
fn the_data_is_what_is_drawn() {
    let mut spec = spec(151, 3);
    spec.rows[4].ranks.pop();
    let chart = rank_slope(&spec);
    let rows = samples::csv_rows(&chart.data);
    assert_eq!(rows.len(), 150 * 3);
    let whole = spec.rows.iter().filter(|row| row.ranks.len() == 3);
    let cells = whole.flat_map(|row| (0..3).map(move |column| (row, column)));
    for (line, (row, column)) in rows.iter().zip(cells) {
        assert_eq!((&line["code"], &line["name"]), (&row.code, &row.name));
        assert_eq!(line["formula"], spec.columns[column]);
        assert_eq!(line["rank"], row.ranks[column].to_string());
        assert_eq!(
            line["per_head_gbp"],
            format!("{:.2}", row.per_head_gbp[column])
        );
    }
}

#[test]
fn outputs_are_the_same_each_time() {
    let spec = spec(40, 3);
    let (one, other) = (rank_slope(&spec), rank_slope(&spec));
    assert_eq!(one, other);
    assert!(one.to_png().expect("png") == other.to_png().expect("png"));
}

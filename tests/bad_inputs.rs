//! What the program says of a user's faulty files and command lines, word for word:
//! one case each, a small patch to a good example. The good example is five areas and
//! a formula in `tests/bad_inputs/`; each test has its own copy in a fresh folder.
//!
//! This file is long because each case carries the whole of its message.

#[path = "bad_inputs/example.rs"]
mod example;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use example::Example;
use serde_json::Value as Json;

const AREAS: &str = include_str!("bad_inputs/areas.csv");
const FORMULA: &str = include_str!("bad_inputs/formula.toml");
const DESCRIPTOR: &str = include_str!("bad_inputs/datapackage.json");

/// Five areas without a descriptor, and a formula for them.
fn five() -> Example {
    Example::of(&[("areas.csv", AREAS), ("formula.toml", FORMULA)])
}

/// The same with a descriptor that names the five codes.
fn described() -> Example {
    five().with("datapackage.json", DESCRIPTOR)
}

/// A copy of the data package of England, in the folder `england`.
fn england() -> Example {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("inputs/england-2024");
    let text = |file| fs::read_to_string(package.join(file)).expect("a built-in file");
    Example::of(&[
        ("england/authorities.csv", &text("authorities.csv")),
        ("england/datapackage.json", &text("datapackage.json")),
    ])
}

/// The cells of a column, from a table printed as CSV.
fn column(table: &str, heading: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let headings = reader.headers().expect("headings");
    let index = headings.iter().position(|name| name == heading);
    let index = index.unwrap_or_else(|| panic!("no column {heading}"));
    reader
        .records()
        .map(|record| record.expect("a record")[index].to_string())
        .collect()
}

// --- The good example ----------------------------------------------------------------

#[test]
fn the_good_example_works() {
    let run = five().run("allocate formula.toml --quiet");
    let (said, words, written) = run.works();
    assert_eq!((said, words), ("", ""));
    assert!(written.contains(&Path::new("outputs/allocate-formula/allocation.csv")));

    let run = five().run("allocate formula.toml");
    let (said, words, _) = run.works();
    assert!(said.contains("Children by deprivation"), "{said}");
    assert_eq!(
        words,
        "outputs/allocate-formula holds allocation.csv and more\n"
    );
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
    let command = "allocate formula.toml --format csv";
    let windows = format!("\u{feff}{}", AREAS.replace('\n', "\r\n"));
    let (plain, marked) = (
        five().run(command),
        five().with("areas.csv", windows).run(command),
    );
    assert_eq!(plain.works(), marked.works());
}

#[test]
fn a_descriptor_changes_nothing() {
    let command = "allocate formula.toml --format csv";
    let (plain, described) = (five().run(command), described().run(command));
    assert_eq!(plain.works(), described.works());
}

// --- Cells ---------------------------------------------------------------------------

#[test]
fn a_blank_cell_that_a_formula_uses_is_named_with_its_authority() {
    five()
        .patch("areas.csv", "0.312", "")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[blank-cell]: areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     an empty cell that a formula uses
  expected  a number
  why       missing is not zero: counted as zero it would change this authority's money, and so everybody's
  do        fill the cell, or say in datapackage.json what stands in for it, such as "missing": {"policy": "use_column", "column": "…"} (or use_region_mean_rate; exclude_authority leaves the authority without money)

1 error; nothing was written
"#,
        );
}

#[test]
fn a_blank_cell_of_a_described_column_is_said_with_its_unit() {
    described()
        .patch("areas.csv", "0.312", "")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[blank-cell]: areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     an empty cell that a formula uses
  expected  a number: share (0 to 1)
  why       missing is not zero: counted as zero it would change this authority's money, and so everybody's
  do        fill the cell, or say in datapackage.json what stands in for it, such as "missing": {"policy": "use_column", "column": "…"} (or use_region_mean_rate; exclude_authority leaves the authority without money)

1 error; nothing was written
"#,
        );
}

#[test]
fn an_authority_left_out_by_policy_is_warned_of() {
    let left_out = described().patch("areas.csv", "0.312", "").patch(
        "datapackage.json",
        r#""unit": "share (0 to 1)""#,
        r#""unit": "share (0 to 1)", "missing": {"policy": "exclude_authority"}"#,
    );
    let warning = r#"warning[authority-left-out]: areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     an empty cell, for which datapackage.json says exclude_authority
  why       this authority gets nothing, and the whole sum is shared among the others
  do        fill the cell, if it is to have its share

"#;
    let run = left_out.run("allocate formula.toml --format csv");
    let (table, words, _) = run.works();
    assert_eq!(words, warning);
    assert_eq!(column(table, "code"), ["A1", "A3", "A4", "A5"]);
    let amounts = column(table, "amount_gbp");
    let sum: i64 = amounts
        .iter()
        .map(|cell| cell.parse::<i64>().expect("pounds"))
        .sum();
    assert_eq!(sum, 230_000_000);

    let run = left_out.run("allocate formula.toml");
    let (said, words, _) = run.works();
    assert!(
        said.contains("Left out, with no money: Birch (empty deprived_share)."),
        "{said}"
    );
    assert_eq!(
        words,
        format!("{warning}outputs/allocate-formula holds allocation.csv and more\n")
    );
}

#[test]
fn text_in_a_number_is_shown() {
    five()
        .patch("areas.csv", "0.312", "about a third")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[text-in-number]: areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     `about a third`, text
  expected  a number
  why       a figure that cannot be read is never guessed
  do        put a plain number, such as 1234.5, or leave the cell empty and give the column a `missing` policy

1 error; nothing was written
"#,
        );
}

#[test]
fn a_blank_cell_of_a_file_with_windows_line_ends_has_its_own_line() {
    five()
        .patch("areas.csv", "0.158", "")
        .patch("areas.csv", "\n", "\r\n")
        .run("allocate formula.toml")
        .stops(1, r#"
error[blank-cell]: areas.csv, line 6, column 7 `deprived_share`, A5 Elder
  found     an empty cell that a formula uses
  expected  a number
  why       missing is not zero: counted as zero it would change this authority's money, and so everybody's
  do        fill the cell, or say in datapackage.json what stands in for it, such as "missing": {"policy": "use_column", "column": "…"} (or use_region_mean_rate; exclude_authority leaves the authority without money)

1 error; nothing was written
"#);
}

#[test]
fn text_in_a_file_with_windows_line_ends_has_its_own_line() {
    five()
        .patch("areas.csv", "0.312", "about a third")
        .patch("areas.csv", "\n", "\r\n")
        .run("allocate formula.toml")
        .stops(1, r#"
error[text-in-number]: areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     `about a third`, text
  expected  a number
  why       a figure that cannot be read is never guessed
  do        put a plain number, such as 1234.5, or leave the cell empty and give the column a `missing` policy

1 error; nothing was written
"#);
}

#[test]
fn thousands_separators_are_shown_with_the_number_to_write() {
    five()
        .patch("areas.csv", "150000000", r#""150,000,000""#)
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[thousands-separator]: areas.csv, line 3, column 8 `spending_gbp`, A2 Birch
  found     `150,000,000`, a number with separators or a currency sign
  expected  a number
  why       a figure that cannot be read is never guessed
  do        write 150000000

1 error; nothing was written
"#,
        );
}

#[test]
fn a_currency_sign_is_shown_with_the_number_to_write() {
    five()
        .patch("areas.csv", "150000000", "£150000000")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[thousands-separator]: areas.csv, line 3, column 8 `spending_gbp`, A2 Birch
  found     `£150000000`, a number with separators or a currency sign
  expected  a number
  why       a figure that cannot be read is never guessed
  do        write 150000000

1 error; nothing was written
"#,
        );
}

#[test]
fn the_marker_x_in_brackets_is_no_number() {
    five()
        .patch("areas.csv", "0.312", "[x]")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[marker-in-number]: areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     `[x]`, a marker for a figure that is missing or withheld
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

1 error; nothing was written
"#,
        );
}

#[test]
fn the_marker_of_two_points_is_no_number() {
    five()
        .patch("areas.csv", "0.312", "..")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[marker-in-number]: areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     `..`, a marker for a figure that is missing or withheld
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

1 error; nothing was written
"#,
        );
}

#[test]
fn the_marker_c_is_no_number() {
    five()
        .patch("areas.csv", "0.312", "c")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[marker-in-number]: areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     `c`, a marker for a figure that is missing or withheld
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

1 error; nothing was written
"#,
        );
}

#[test]
fn a_per_cent_sign_is_shown_with_the_share_to_write() {
    five()
        .patch("areas.csv", "0.312", "31.2%")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[per-cent-sign]: areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     `31.2%`, a per cent sign
  expected  a number
  why       a figure that cannot be read is never guessed
  do        write a share: 0.312

1 error; nothing was written
"#,
        );
}

#[test]
fn not_a_number_and_infinity_are_no_figures() {
    five()
        .patch("areas.csv", "0.312", "NaN")
        .patch("areas.csv", "0.185", "-inf")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[not-a-finite-number]: areas.csv, line 2, column 7 `deprived_share`, A1 Alder
  found     `-inf`, no finite number
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

error[not-a-finite-number]: areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     `NaN`, no finite number
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

2 errors; nothing was written
"#,
        );
}

#[test]
fn an_error_of_a_spreadsheet_is_said_to_be_one() {
    five()
        .patch("areas.csv", "0.312", "#DIV/0!")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[spreadsheet-error]: areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     `#DIV/0!`, a spreadsheet's error value
  expected  a number
  why       a figure that cannot be read is never guessed
  do        mend the sum in the spreadsheet, and export the table again

1 error; nothing was written
"#,
        );
}

#[test]
fn a_number_too_large_to_hold_is_out_of_range() {
    five()
        .patch("areas.csv", "0.312", "1e999")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[number-out-of-range]: areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     `1e999`, a number too large to hold
  expected  a number
  why       a figure that cannot be read is never guessed
  do        write the number in the column's own unit

1 error; nothing was written
"#,
        );
}

#[test]
fn a_negative_population_is_refused() {
    five()
        .patch("areas.csv", "180000", "-180000")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[negative-population]: areas.csv, line 4, column 5 `population`, A3 Cedar
  found     -180000
  expected  zero people or more
  why       need and £ per head are counted by people
  do        mend the cell

1 error; nothing was written
"#,
        );
}

#[test]
fn a_decimal_comma_is_never_read_as_a_thousands_separator() {
    five()
        .patch("areas.csv", "0.312", r#""31,2""#)
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[decimal-comma]: areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     `31,2`, a number with a comma that sets off no thousands
  expected  a number
  why       a figure that cannot be read is never guessed
  do        write 31.2, if the comma stands for a decimal point

1 error; nothing was written
"#,
        );
}

#[test]
fn a_comma_after_a_nought_is_no_thousands_separator() {
    five()
        .patch("areas.csv", "0.312", r#""0,312""#)
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[decimal-comma]: areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     `0,312`, a number with a comma that sets off no thousands
  expected  a number
  why       a figure that cannot be read is never guessed
  do        write 0.312, if the comma stands for a decimal point

1 error; nothing was written
"#,
        );
}

#[test]
fn a_comma_after_a_point_is_a_decimal_comma() {
    five()
        .patch("areas.csv", "150000000", r#""150.000,5""#)
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[decimal-comma]: areas.csv, line 3, column 8 `spending_gbp`, A2 Birch
  found     `150.000,5`, a number with a comma that sets off no thousands
  expected  a number
  why       a figure that cannot be read is never guessed
  do        write 150000.5, if the comma stands for a decimal point

1 error; nothing was written
"#,
        );
}

#[test]
fn negative_own_resources_are_refused() {
    five()
        .patch("areas.csv", ",40000000\n", ",-40000000\n")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[negative-own-resources]: areas.csv, line 3, column 9 `tax_gbp`, A2 Birch
  found     own resources of -40000000
  expected  zero or above
  why       what an authority raises itself cannot be below nothing; it would be paid the difference
  do        mend the cell

1 error; nothing was written
"#,
        );
}

// --- Codes ---------------------------------------------------------------------------

#[test]
fn a_code_that_stands_twice_is_named_with_both_lines() {
    five()
        .patch("areas.csv", "A3,", "A2,")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[duplicate-code]: areas.csv, line 4, column 1 `code`, Cedar
  found     code A2, which line 3 has too
  expected  each authority once
  why       its money would be counted twice
  do        delete or mend one of the two rows

1 error; nothing was written
"#,
        );
}

#[test]
fn an_unknown_code_is_named_and_so_is_the_authority_it_leaves_out() {
    described()
        .patch("areas.csv", "A3,", "A9,")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[unknown-code]: areas.csv, line 4, column 1 `code`, Cedar
  found     code A9
  expected  one of the 5 codes of this register
  why       figures of another geography cannot be set beside these
  do        use one of `A1`, `A2`, `A3`, `A4`, `A5`; for another geography give the table its own descriptor: needshare check TABLE.csv writes a first one

error[missing-authority]: areas.csv
  found     4 of 5 authorities; missing: A3
  expected  a row for each authority of this register
  why       the national sum would be shared among the rest without a word
  do        put the rows back (the file may have been cut short), or give the table its own descriptor: needshare check TABLE.csv writes a first one

2 errors; nothing was written
"#,
        );
}

#[test]
fn a_row_without_a_code_is_named() {
    five()
        .append("areas.csv", ",,,,,,,,\n")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[blank-code]: areas.csv, line 7, column 1 `code`
  found     no code
  expected  the authority's code
  why       results are named by code
  do        give the code, or delete the row

1 error; nothing was written
"#,
        );
}

#[test]
fn a_table_without_a_code_column_says_how_to_name_one() {
    five()
        .patch("areas.csv", "code,", "id,")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[no-code-column]: areas.csv, line 1
  found     columns `id`, `name`, `class`, `region`, `population`, `children`, `deprived_share`, `spending_gbp` … and 1 more
  expected  a column of authority codes
  why       figures are joined and results are named by code
  do        name it `code`, or state it in the formula: [data] code = "…", or in datapackage.json: "needshare": {"code": "…"}

1 error; nothing was written
"#,
        );
}

// --- Headings and columns ------------------------------------------------------------

#[test]
fn a_missing_column_is_met_by_the_nearest_heading() {
    five()
        .patch("areas.csv", "deprived_share", "depraved_share")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[unknown-indicator]: formula.toml, line 12, character 21
  found     `deprived_share`
  expected  a column of areas or an [[indicator]] of this formula
  why       a name that is not found could only be guessed
  do        did you mean `depraved_share`?

1 error; nothing was written
"#,
        );
}

#[test]
fn a_column_that_the_descriptor_has_and_the_table_has_not_is_missing() {
    described()
        .patch("areas.csv", "deprived_share", "depraved_share")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[missing-column]: areas.csv, line 1
  found     no column `deprived_share`
  expected  every column that datapackage.json describes
  why       other Data Package tools would refuse the table
  do        rename one to the other if `depraved_share` is meant; or add the column, or delete `deprived_share` from the descriptor's fields

error[undescribed-column]: areas.csv, line 1, column 7 `depraved_share`
  found     a column that datapackage.json does not describe
  expected  a field with its type, unit, year and source
  why       a figure without a unit and a source cannot be checked
  do        rename one to the other if `deprived_share` is meant; or describe it, or delete it

error[unknown-indicator]: formula.toml, line 12, character 21
  found     `deprived_share`
  expected  a column of five-areas or an [[indicator]] of this formula
  why       a name that is not found could only be guessed
  do        did you mean `depraved_share`?

3 errors; nothing was written
"#,
        );
}

#[test]
fn columns_in_another_order_than_the_descriptor_has_are_refused() {
    described()
        .with(
            "areas.csv",
            r#"code,name,class,region,children,population,deprived_share,spending_gbp,tax_gbp
A1,Alder,county,North,25000,120000,0.185,60000000,30000000
A2,Birch,city,North,60000,250000,0.312,150000000,40000000
A3,Cedar,city,South,40000,180000,0.274,90000000,35000000
A4,Damson,county,South,17000,90000,0.121,40000000,28000000
A5,Elder,county,South,12000,60000,0.158,35000000,12000000
"#,
        )
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[column-order]: areas.csv, line 1, column 5 `children`
  found     `children` where the descriptor has `population`
  expected  columns in the order of datapackage.json, as the standard has it
  why       other Data Package tools read columns by position
  do        put the columns, or the descriptor's fields, into the other's order

1 error; nothing was written
"#,
        );
}

#[test]
fn a_repeated_heading_is_named_with_both_columns() {
    five()
        .patch("areas.csv", "class,", "region,")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[repeated-heading]: areas.csv, line 1, column 4
  found     `region`, which is also column 3
  expected  each heading once
  why       it would be an accident which of the two is used
  do        rename or delete one of them

1 error; nothing was written
"#,
        );
}

#[test]
fn ten_million_bytes_without_a_line_end_are_refused_before_long() {
    let table = AREAS.replace('\n', ",");
    let times = 10_000_000 / table.len() + 1;
    let headings = times * table.matches(',').count() + 1;
    let words = format!(
        r#"
error[too-many-columns]: areas.csv, line 1
  found     {headings} headings
  expected  10000 at most
  why       a file without line ends looks the same
  do        export the table again, a row to a line

1 error; nothing was written
"#
    );
    let start = Instant::now();
    five()
        .with("areas.csv", table.repeat(times))
        .run("allocate formula.toml")
        .stops(1, &words);
    let taken = start.elapsed();
    assert!(taken < Duration::from_secs(20), "{taken:?}");
}

#[test]
fn a_blank_heading_is_named() {
    five()
        .patch("areas.csv", "region,", "  ,")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[blank-heading]: areas.csv, line 1, column 4
  found     no heading
  expected  a name for the column
  do        name the column, or delete it

1 error; nothing was written
"#,
        );
}

#[test]
fn a_copy_of_england_with_its_last_columns_swapped_is_refused() {
    let whole = england().text("england/authorities.csv");
    let swapped: String = whole
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.rsplitn(3, ',').collect();
            format!("{},{},{}\n", cells[2], cells[0], cells[1])
        })
        .collect();
    england()
        .with("england/authorities.csv", swapped)
        .run("allocate per-head --inputs england")
        .stops(
            1,
            r#"
error[column-order]: england/authorities.csv, line 1, column 64 `children_looked_after_2024`
  found     `children_looked_after_2024` where the descriptor has `unpaid_carers_50h_plus_2021`
  expected  columns in the order of datapackage.json, as the standard has it
  why       other Data Package tools read columns by position
  do        put the columns, or the descriptor's fields, into the other's order

1 error; nothing was written
"#,
        );
}

// --- Rows ----------------------------------------------------------------------------

#[test]
fn a_ragged_row_with_a_cell_too_many_is_named() {
    five()
        .patch("areas.csv", "city,South", "city,South,extra")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[wrong-number-of-cells]: areas.csv, line 4
  found     10 cells, the first of them `A3`
  expected  9 cells, as the headings have
  why       a row of another width puts figures under the wrong headings
  do        put cells that hold a comma in double quotes

1 error; nothing was written
"#,
        );
}

#[test]
fn a_ragged_row_with_a_cell_too_few_is_named() {
    five()
        .patch("areas.csv", "0.274,", "")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[wrong-number-of-cells]: areas.csv, line 4
  found     8 cells, the first of them `A3`
  expected  9 cells, as the headings have
  why       a row of another width puts figures under the wrong headings
  do        the row ends before column `tax_gbp`: the file may have been cut short

1 error; nothing was written
"#,
        );
}

#[test]
fn a_file_cut_mid_row_is_said_to_be_cut() {
    five()
        .patch("areas.csv", ",60000,12000,0.158,35000000,12000000\n", "")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[wrong-number-of-cells]: areas.csv, line 6
  found     4 cells, the first of them `A5`
  expected  9 cells, as the headings have
  why       a row of another width puts figures under the wrong headings
  do        the row ends before column `population`: the file may have been cut short

1 error; nothing was written
"#,
        );
}

#[test]
fn a_file_cut_at_a_row_boundary_lacks_authorities() {
    described()
        .patch("areas.csv", r#"A4,Damson,county,South,90000,17000,0.121,40000000,28000000
A5,Elder,county,South,60000,12000,0.158,35000000,12000000
"#, "")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[missing-authority]: areas.csv
  found     3 of 5 authorities; missing: A4, A5
  expected  a row for each authority of this register
  why       the national sum would be shared among the rest without a word
  do        put the rows back (the file may have been cut short), or give the table its own descriptor: needshare check TABLE.csv writes a first one

1 error; nothing was written
"#,
        );
}

#[test]
fn a_file_of_headings_alone_has_no_rows() {
    five()
        .with(
            "areas.csv",
            "code,name,class,region,population,children,deprived_share,spending_gbp,tax_gbp\n",
        )
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[no-rows]: areas.csv
  found     column headings and nothing below them
  expected  a row for each authority
  do        export the table again; the file may have been cut short

1 error; nothing was written
"#,
        );
}

#[test]
fn an_empty_file_is_said_to_be_empty() {
    five()
        .with("areas.csv", "")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[empty-file]: areas.csv
  found     no text at all
  expected  a line of column headings and a row for each authority
  why       there is nothing to share money by
  do        export the table again; the file may have been cut short

1 error; nothing was written
"#,
        );
}

#[test]
fn a_file_cut_in_its_last_cell_is_warned_of() {
    let run = five()
        .patch("areas.csv", "12000000\n", "1200")
        .run("allocate formula.toml --quiet");
    let (_, words, _) = run.works();
    assert_eq!(
        words,
        "\
warning[no-final-newline]: areas.csv, line 6
  found     a last line that does not end: `A5` … `1200`
  why       a file that was cut short looks the same
  do        if its last cell is whole, end the line

"
    );
}

#[test]
fn a_copy_of_england_cut_at_a_row_boundary_lacks_authorities() {
    let whole = england().text("england/authorities.csv");
    let cut: String = whole.split_inclusive('\n').take(100).collect();
    england()
        .with("england/authorities.csv", cut)
        .run("allocate per-head --inputs england")
        .stops(
            1,
            r#"
error[missing-authority]: england/authorities.csv
  found     99 of 153 authorities; missing: E09000001, E09000002, E09000003, E09000004, E09000005 …
  expected  a row for each authority of this register
  why       the national sum would be shared among the rest without a word
  do        put the rows back (the file may have been cut short), or give the table its own descriptor: needshare check TABLE.csv writes a first one

1 error; nothing was written
"#,
        );
}

/// The five areas with a last column of remarks: `seen` for each.
fn with_remarks() -> String {
    AREAS
        .replace("tax_gbp\n", "tax_gbp,note\n")
        .replace("0000\n", "0000,seen\n")
}

#[test]
fn a_quotation_mark_that_swallows_the_rows_below_it_is_named_where_it_opens() {
    five()
        .with("areas.csv", with_remarks())
        .patch("areas.csv", "40000000,seen", "40000000,\"seen")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[unclosed-quote]: areas.csv, line 3, column 10 `note`
  found     a quotation mark without another that closes it in the same line
  expected  cells in one line, each quotation mark closed in its own cell
  why       the rows below it could be read as part of this one cell, and their authorities lost
  do        close it, or delete it; a quotation mark inside a cell is written twice

1 error; nothing was written
"#,
        );
}

#[test]
fn a_quotation_mark_that_swallows_cells_of_its_own_row_is_named_where_it_opens() {
    five()
        .patch("areas.csv", "Birch", "\"Birch")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[unclosed-quote]: areas.csv, line 3, column 2 `name`
  found     a quotation mark without another that closes it in the same line
  expected  cells in one line, each quotation mark closed in its own cell
  why       the rows below it could be read as part of this one cell, and their authorities lost
  do        close it, or delete it; a quotation mark inside a cell is written twice

1 error; nothing was written
"#,
        );
}

#[test]
fn a_quotation_mark_that_never_ends_in_the_last_row_is_refused() {
    for last in ["seen\n", "seen"] {
        five()
            .with("areas.csv", with_remarks())
            .patch(
                "areas.csv",
                "12000000,seen\n",
                &format!("12000000,\"{last}"),
            )
            .run("allocate formula.toml")
            .stops(
                1,
                r#"
error[unclosed-quote]: areas.csv, line 6, column 10 `note`
  found     a quotation mark without another that closes it in the same line
  expected  cells in one line, each quotation mark closed in its own cell
  why       the rows below it could be read as part of this one cell, and their authorities lost
  do        close it, or delete it; a quotation mark inside a cell is written twice

1 error; nothing was written
"#,
            );
    }
}

#[test]
fn a_quotation_mark_inside_a_cell_is_named_where_it_stands() {
    five()
        .patch("areas.csv", "Birch", "Bir\"ch")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[unclosed-quote]: areas.csv, line 3, column 2 `name`
  found     a quotation mark without another that closes it in the same line
  expected  cells in one line, each quotation mark closed in its own cell
  why       the rows below it could be read as part of this one cell, and their authorities lost
  do        close it, or delete it; a quotation mark inside a cell is written twice

1 error; nothing was written
"#,
        );
}

#[test]
fn a_quotation_mark_at_the_end_of_a_file_without_a_last_newline_is_named_where_it_opens() {
    five()
        .patch("areas.csv", "A5,Elder", "A5,\"Elder")
        .patch("areas.csv", "12000000\n", "12000000")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[unclosed-quote]: areas.csv, line 6, column 2 `name`
  found     a quotation mark without another that closes it in the same line
  expected  cells in one line, each quotation mark closed in its own cell
  why       the rows below it could be read as part of this one cell, and their authorities lost
  do        close it, or delete it; a quotation mark inside a cell is written twice

1 error; nothing was written
"#,
        );
}

#[test]
fn a_quotation_mark_that_opens_a_heading_and_never_ends_is_named() {
    five()
        .patch("areas.csv", "region,", "\"region,")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[unclosed-quote]: areas.csv, line 1, column 4 `"region`
  found     a quotation mark without another that closes it in the same line
  expected  cells in one line, each quotation mark closed in its own cell
  why       the rows below it could be read as part of this one cell, and their authorities lost
  do        close it, or delete it; a quotation mark inside a cell is written twice

1 error; nothing was written
"#,
        );
}

// --- Other kinds of file -------------------------------------------------------------

#[test]
fn semicolons_are_the_wrong_delimiter() {
    five()
        .with("areas.csv", AREAS.replace(',', ";"))
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[wrong-delimiter]: areas.csv, line 1
  found     headings divided by semicolons
  expected  headings divided by commas
  why       the whole line would be read as one heading
  do        export the table as comma-separated text

1 error; nothing was written
"#,
        );
}

#[test]
fn a_workbook_is_no_text() {
    // The first bytes of every .xlsx file: a ZIP archive.
    five()
        .with(
            "areas.csv",
            b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00",
        )
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[not-a-text-file]: areas.csv
  found     a workbook (.xlsx, .ods) or another archive
  expected  comma-separated text in UTF-8
  why       only text can be read and checked cell by cell
  do        open it in a spreadsheet and save it as "CSV UTF-8 (comma delimited)"

1 error; nothing was written
"#,
        );
}

#[test]
fn bytes_of_windows_1252_are_shown_as_the_letter_they_meant() {
    // The first 256 characters of Unicode are Windows-1252's own bytes above 0x9F.
    let bytes: Vec<u8> = AREAS
        .replace("Elder", "\u{c9}lder")
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)).expect("a letter of Latin-1"))
        .collect();
    five()
        .with("areas.csv", bytes)
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[not-utf-8]: areas.csv, line 6, column 2 `name`
  found     byte 0xC9, which is no UTF-8; in Windows-1252 it would be `É`
  expected  text in UTF-8
  why       names would be misspelt in every table and chart
  do        in a spreadsheet save it as "CSV UTF-8", or: iconv -f WINDOWS-1252 -t UTF-8 OLD.csv > NEW.csv

1 error; nothing was written
"#,
        );
}

#[test]
fn tabs_are_the_wrong_delimiter() {
    five()
        .with(
            "areas.csv",
            r#"code	name	population
A1	Alder	120000
"#,
        )
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[wrong-delimiter]: areas.csv, line 1
  found     headings divided by tabs
  expected  headings divided by commas
  why       the whole line would be read as one heading
  do        export the table as comma-separated text

1 error; nothing was written
"#,
        );
}

#[test]
fn a_descriptor_that_cannot_be_read_is_not_passed_over() {
    for command in ["allocate formula.toml", "check areas.csv"] {
        five()
            .with("datapackage.json", r#"{ "name": "x", "resources": [ }"#)
            .run(command)
            .stops(
                1,
                r#"
error[unreadable-descriptor]: datapackage.json, line 1, character 31
  found     no JSON from here on: expected value
  expected  a Frictionless Data Package descriptor (JSON)
  why       without it nothing checks the table's codes and columns
  do        mend it, or move it away: needshare check TABLE.csv writes a first descriptor for a table

1 error; nothing was written
"#,
            );
    }
}

// --- Formulas ------------------------------------------------------------------------

#[test]
fn an_unknown_key_is_met_by_the_nearest_one() {
    five()
        .patch("formula.toml", "rate = 0.5", "rats = 0.5")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[unknown-key]: formula.toml, line 24, character 1
  found     `allocation.guarantee.rats`, a number
  expected  a key that this table has
  why       a key that is not read changes nothing, and its author thinks it does
  do        did you mean `rate`?

1 error; nothing was written
"#,
        );
}

#[test]
fn an_unknown_indicator_is_met_by_the_nearest_name() {
    five()
        .patch("formula.toml", r#""deprived_share""#, r#""deprived_shore""#)
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[unknown-indicator]: formula.toml, line 12, character 21
  found     `deprived_shore`
  expected  a column of areas or an [[indicator]] of this formula
  why       a name that is not found could only be guessed
  do        did you mean `deprived_share`?

1 error; nothing was written
"#,
        );
}

#[test]
fn need_that_sums_to_zero_is_refused() {
    five()
        .patch("formula.toml", "basic = 0.6", "basic = 0.0")
        .patch("formula.toml", "amount = 0.4 }", "amount = 0.0 }")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[need-sums-to-zero]: formula.toml, line 8, character 1
  found     Children: need that sums to 0
  expected  need above zero somewhere
  why       a share is an authority's need divided by that sum
  do        check the columns that need is measured by

1 error; nothing was written
"#,
        );
}

#[test]
fn a_quantum_of_zero_is_nothing_to_share() {
    five()
        .patch("formula.toml", "230000000", "0")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[quantum-not-positive]: formula.toml, line 18, character 11
  found     formula: a quantum of £0, with own resources of £145,000,000
  expected  a sum above zero
  why       there is nothing to share
  do        state a larger quantum, or check the spending and own resources it is made from

1 error; nothing was written
"#,
        );
}

#[test]
fn a_quantum_below_zero_is_nothing_to_share() {
    five()
        .patch("formula.toml", "230000000", "-5")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[quantum-not-positive]: formula.toml, line 18, character 11
  found     formula: a quantum of −£5, with own resources of £145,000,000
  expected  a sum above zero
  why       there is nothing to share
  do        state a larger quantum, or check the spending and own resources it is made from

1 error; nothing was written
"#,
        );
}

#[test]
fn several_faults_of_syntax_are_said_at_once() {
    five()
        .patch(
            "formula.toml",
            r#""Children by deprivation""#,
            "Children by deprivation",
        )
        .patch("formula.toml", r#""areas.csv""#, "areas.csv")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[not-toml]: formula.toml, line 1, character 9
  found     string values must be quoted, expected literal string
  expected  TOML: key = value lines under [table] headings
  do        mend the line; text goes in double quotes, numbers without separators

error[not-toml]: formula.toml, line 6, character 9
  found     string values must be quoted, expected literal string
  expected  TOML: key = value lines under [table] headings
  do        mend the line; text goes in double quotes, numbers without separators

2 errors; nothing was written
"#,
        );
}

#[test]
fn keys_that_are_missing_are_all_said_at_once() {
    five()
        .patch(
            "formula.toml",
            r#"title = "Children by deprivation"
"#,
            "",
        )
        .patch("formula.toml", "basic = 0.6\n", "")
        .patch("formula.toml", "quantum = 230000000\n", "")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[missing-key]: formula.toml, line 1, character 1
  found     no `title`
  expected  a name for readers
  do        add title = …

error[missing-key]: formula.toml, line 7, character 1
  found     no `service.basic`
  expected  need per client before top-ups
  do        add basic = …

error[missing-key]: formula.toml, line 15, character 1
  found     no `allocation.quantum`
  expected  "spending", "spending_less_own_resources", pounds, { sum = ["column"] } over all authorities, or an indicator that is one number
  do        add quantum = …

3 errors; nothing was written
"#,
        );
}

#[test]
fn unknown_words_are_met_by_those_there_are() {
    five()
        .patch("formula.toml", r#""illustrative""#, r#""guesswork""#)
        .patch("formula.toml", r#"kind = "floor""#, r#"kind = "flor""#)
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[unknown-word]: formula.toml, line 3, character 8
  found     `kind` = "guesswork"
  expected  one of "official", "reconstructed", "illustrative", "our-judgement"
  do        use one of `illustrative`, `official`, `our-judgement`, `reconstructed`

error[unknown-word]: formula.toml, line 22, character 8
  found     `allocation.guarantee.kind` = "flor"
  expected  one of "floor", "ceiling", "minimum_per_head", "minimum_per_person_in_need", "group_band", "ring_fence", "minimum_share", "hold_harmless", "pace_of_change", "top_slice"
  do        did you mean `floor`?

2 errors; nothing was written
"#,
        );
}

#[test]
fn a_ratio_that_divides_by_zero_names_the_authority() {
    five()
        .patch(
            "formula.toml",
            r#"index = "deprived_share""#,
            r#"index = "spending_per_child""#,
        )
        .append(
            "formula.toml",
            r#"
[[indicator]]
name = "spending_per_child"
ratio = ["spending_gbp", "children"]
"#,
        )
        .patch("areas.csv", ",17000,", ",0,")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[not-a-finite-number]: formula.toml, line 27, character 1, A4 Damson
  found     `spending_per_child` comes to inf
  expected  a finite number for every authority
  why       a division by zero has no default here
  do        check `children` for zeros, or let a `when` choose it only where it has a number

1 error; nothing was written
"#,
        );
}

#[test]
fn indicators_made_from_each_other_are_circular() {
    five()
        .patch(
            "formula.toml",
            r#"index = "deprived_share""#,
            r#"index = "one""#,
        )
        .append(
            "formula.toml",
            r#"
[[indicator]]
name = "one"
sum = ["other", 1]

[[indicator]]
name = "other"
ratio = ["one", "children"]
"#,
        )
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[circular-indicator]: formula.toml, line 27, character 1
  found     indicators made from one another in a circle: `one` → `other` → `one`
  expected  indicators made from columns or from one another without a circle
  do        name a column instead

1 error; nothing was written
"#,
        );
}

#[test]
fn an_indicator_made_from_itself_is_circular() {
    five()
        .patch(
            "formula.toml",
            r#"index = "deprived_share""#,
            r#"index = "one""#,
        )
        .append(
            "formula.toml",
            r#"
[[indicator]]
name = "one"
sum = ["one", 1]
"#,
        )
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[circular-indicator]: formula.toml, line 27, character 1
  found     indicators made from one another in a circle: `one` → `one`
  expected  indicators made from columns or from one another without a circle
  do        name a column instead

1 error; nothing was written
"#,
        );
}

#[test]
fn a_share_for_services_above_1_is_refused() {
    five()
        .patch(
            "formula.toml",
            r#"amount = "tax_gbp""#,
            r#"base = "tax_gbp"
notional_rate = 1
share_for_services = 67.4"#,
        )
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[number-out-of-range]: formula.toml, line 17, character 22
  found     `own_resources.share_for_services` = 67.4
  expected  a share between 0 and 1
  why       rates are decimals here, never per cent
  do        write per cent as a share: 67.4 % is 0.674

1 error; nothing was written
"#,
        );
}

#[test]
fn faults_of_several_kinds_are_said_from_the_top_of_the_file_down() {
    five()
        .patch("formula.toml", r#""illustrative""#, r#""guesswork""#)
        .patch("formula.toml", "clients =", "cleints =")
        .patch("formula.toml", "rate = 0.5", "rate = -0.5")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[unknown-word]: formula.toml, line 3, character 8
  found     `kind` = "guesswork"
  expected  one of "official", "reconstructed", "illustrative", "our-judgement"
  do        use one of `illustrative`, `official`, `our-judgement`, `reconstructed`

error[missing-key]: formula.toml, line 8, character 1
  found     no `service.clients`
  expected  the column of who may need the service
  do        add clients = …

error[unknown-key]: formula.toml, line 10, character 1
  found     `service.cleints`, text
  expected  a key that this table has
  why       a key that is not read changes nothing, and its author thinks it does
  do        did you mean `clients`?

error[number-out-of-range]: formula.toml, line 24, character 8
  found     `allocation.guarantee.rate` = -0.5
  expected  a rate of zero or above, 0.95 for 95 per cent
  why       a guarantee below nothing guarantees nothing
  do        mend the rate

4 errors; nothing was written
"#,
        );
}

// --- Guarantees ----------------------------------------------------------------------

#[test]
fn a_guarantee_of_an_unknown_column_is_met_by_the_nearest_name() {
    five()
        .patch(
            "formula.toml",
            r#"of = "spending_gbp""#,
            r#"of = "spending_today""#,
        )
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[unknown-indicator]: formula.toml, line 23, character 6
  found     `spending_today`
  expected  a column of areas or an [[indicator]] of this formula
  why       a name that is not found could only be guessed
  do        did you mean `spending_gbp`?

1 error; nothing was written
"#,
        );
}

#[test]
fn a_guarantee_for_a_class_that_nobody_has_is_refused() {
    five()
        .append(
            "formula.toml",
            r#"where = { class = "county borough" }
"#,
        )
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[unknown-word]: formula.toml, line 20, character 1
  found     where class = "county borough", which no authority has
  expected  a value of column `class`
  do        did you mean `county`?

1 error; nothing was written
"#,
        );
}

#[test]
fn a_negative_rate_is_refused() {
    five()
        .patch("formula.toml", "rate = 0.5", "rate = -0.5")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[number-out-of-range]: formula.toml, line 24, character 8
  found     `allocation.guarantee.rate` = -0.5
  expected  a rate of zero or above, 0.95 for 95 per cent
  why       a guarantee below nothing guarantees nothing
  do        mend the rate

1 error; nothing was written
"#,
        );
}

#[test]
fn a_group_band_without_a_reference_for_a_group_is_refused() {
    five()
        .append(
            "formula.toml",
            r#"
[[allocation.guarantee]]
name = "Regions"
kind = "group_band"
by = "region"
reference = { North = 100000000 }
lower = 0.9
"#,
        )
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[missing-group]: formula.toml, line 27, character 1
  found     no reference for region "South"
  expected  a sum in pounds for each group of the table
  do        add "South" = POUNDS to reference

1 error; nothing was written
"#,
        );
}

#[test]
fn a_group_band_with_a_reference_for_an_unknown_group_is_refused() {
    five()
        .append(
            "formula.toml",
            r#"
[[allocation.guarantee]]
name = "Regions"
kind = "group_band"
by = "region"
reference = { North = 100000000, South = 130000000, Soth = 1 }
lower = 0.9
"#,
        )
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[unknown-word]: formula.toml, line 27, character 1
  found     a reference for region "Soth"
  expected  a value of column `region`
  do        did you mean `South`?

1 error; nothing was written
"#,
        );
}

#[test]
fn a_group_band_by_an_unknown_column_is_met_by_the_nearest_name() {
    five()
        .append(
            "formula.toml",
            r#"
[[allocation.guarantee]]
name = "Regions"
kind = "group_band"
by = "regions"
reference = { North = 100000000, South = 130000000 }
lower = 0.9
"#,
        )
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[unknown-column]: formula.toml, line 27, character 1
  found     column `regions`
  expected  a text column of areas
  do        did you mean `region`?

1 error; nothing was written
"#,
        );
}

#[test]
fn two_guarantees_of_one_name_are_refused() {
    five()
        .append(
            "formula.toml",
            r#"
[[allocation.guarantee]]
name = "Half of spending"
kind = "group_band"
by = "region"
reference = { North = 100000000, South = 130000000 }
lower = 0.9
"#,
        )
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[repeated-name]: formula.toml, line 28, character 8
  found     two guarantees named "Half of spending"
  expected  a name of its own for each guarantee
  why       results name what binds by it
  do        rename one of them

1 error; nothing was written
"#,
        );
}

#[test]
fn a_hundred_and_one_guarantees_are_refused() {
    let each = (0..101).map(|number| {
        format!("\n[[allocation.guarantee]]\nname = \"G{number}\"\nkind = \"minimum_per_head\"\namount = {number}\n")
    });
    five()
        .append("formula.toml", &each.collect::<String>())
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[too-many-guarantees]: formula.toml, line 20, character 1
  found     102 guarantees
  expected  100 at most
  why       what each costs is told from the program with all others
  do        state one guarantee with a column of amounts, or with `where`

1 error; nothing was written
"#,
        );
}

#[test]
fn a_band_whose_lower_rate_is_above_its_upper_is_refused() {
    for (command, file) in [
        ("allocate formula.toml", "formula.toml"),
        ("check formula.toml", "./formula.toml"),
    ] {
        let words = format!(
            r#"
error[band-upside-down]: {file}, line 32, character 9
  found     lower = 0.95 above upper = 0.9
  expected  lower at or below upper
  why       no total can be in such a band
  do        exchange the two

1 error; nothing was written
"#
        );
        five()
            .append(
                "formula.toml",
                r#"
[[allocation.guarantee]]
name = "Regions"
kind = "group_band"
by = "region"
reference = { North = 100000000, South = 130000000 }
lower = 0.95
upper = 0.9
"#,
            )
            .run(command)
            .stops(1, &words);
    }
}

/// The good example with guarantees at what a formula gives, by its path.
fn guaranteed_by(path: &str) -> Example {
    let of = format!("of = {{ formula = \"{path}\" }}");
    five().patch("formula.toml", r#"of = "spending_gbp""#, &of)
}

#[test]
fn a_guarantee_refers_to_a_formula_by_its_path() {
    // Floors at all that the other formula funds leave no pound to share otherwise.
    let other = FORMULA.replace("basic = 0.6", "basic = 0.2");
    for path in ["other.toml", "./other.toml"] {
        let example = guaranteed_by(path)
            .patch("formula.toml", "rate = 0.5", "rate = 1.0")
            .with("other.toml", &other);
        let (ours, others) = (
            example.run("allocate formula.toml --format csv"),
            example.run("allocate other.toml --format csv"),
        );
        let ((ours, words, _), (others, _, _)) = (ours.works(), others.works());
        assert_eq!(words, "");
        assert_eq!(column(ours, "funding_gbp"), column(others, "funding_gbp"));
        assert_ne!(column(ours, "need_share"), column(others, "need_share"));
    }
}

#[test]
fn a_formula_that_refers_to_itself_by_its_path_is_circular() {
    for path in ["formula.toml", "./formula.toml"] {
        for command in ["allocate formula.toml", "check formula.toml"] {
            let run = guaranteed_by(path).run(command);
            let words = &run.stderr;
            assert_eq!(run.exit, Some(1), "{words}");
            assert!(words.starts_with("error[circular-formula]: "), "{words}");
            assert!(
                words.contains("\n  found     formula, which refers to itself\n"),
                "{words}"
            );
            assert!(
                words.ends_with("\n1 error; nothing was written\n"),
                "{words}"
            );
        }
    }
}

// --- Scenarios and the command line --------------------------------------------------

#[test]
fn a_scenario_without_its_keys_is_refused() {
    five()
        .with(
            "next.toml",
            r#"title = "Next year"
years = "2025-26"
spending = { sum = ["spending_gbp"] }
"#,
        )
        .run("allocate formula.toml --scenario next.toml")
        .stops(
            1,
            r#"
error[missing-key]: next.toml, line 1, character 1
  found     no `dataset`
  expected  the data package it is for
  do        add dataset = …

error[missing-key]: next.toml, line 1, character 1
  found     no `year`
  expected  the financial year, such as "2024-25"
  do        add year = …

error[unknown-key]: next.toml, line 2, character 1
  found     `years`, text
  expected  a key that this table has
  why       a key that is not read changes nothing, and its author thinks it does
  do        did you mean `year`?

3 errors; nothing was written
"#,
        );
}

#[test]
fn a_scenario_of_an_unknown_column_is_met_by_the_nearest_name() {
    five()
        .with(
            "next.toml",
            r#"title = "Next year"
dataset = "areas"
year = "2025-26"
spending = { sum = ["spending_gpb"] }
"#,
        )
        .run("allocate formula.toml --scenario next.toml")
        .stops(
            1,
            r#"
error[unknown-indicator]: next.toml, line 4, character 21
  found     `spending_gpb`
  expected  a column of areas or an [[indicator]] of this formula
  why       a name that is not found could only be guessed
  do        did you mean `spending_gbp`?

1 error; nothing was written
"#,
        );
}

#[test]
fn an_unknown_formula_is_met_by_the_nearest_name() {
    for command in ["allocate social-care-by-ned", "compare social-care-by-ned"] {
        Example::of(&[]).run(command).stops(
            2,
            r#"
error[unknown-formula]: the command line
  found     formula `social-care-by-ned`
  expected  a built-in formula (needshare list), or the path of a file ending in .toml
  do        did you mean `social-care-by-need`?

1 error; nothing was written
"#,
        );
    }
}

#[test]
fn an_unknown_scenario_is_met_by_the_nearest_name() {
    Example::of(&[])
        .run("compare --scenario england-2025-26")
        .stops(
            2,
            r#"
error[unknown-scenario]: --scenario
  found     scenario `england-2025-26`
  expected  a built-in scenario (needshare list), or the path of a file ending in .toml
  do        did you mean `england-2024-25`?

1 error; nothing was written
"#,
        );
}

#[test]
fn an_unknown_baseline_is_met_by_the_nearest_name() {
    Example::of(&[])
        .run("compare per-head --baseline spending-tody")
        .stops(
            2,
            r#"
error[unknown-baseline]: --baseline
  found     baseline `spending-tody`
  expected  a baseline of the scenario, column:A,B, formula:F or run:DIR
  do        did you mean `spending-today`?

1 error; nothing was written
"#,
        );
}

#[test]
fn an_unknown_formula_of_a_baseline_is_met_by_the_nearest_name() {
    Example::of(&[])
        .run("compare per-head --baseline formula:social-care-by-ned")
        .stops(
            2,
            r#"
error[unknown-formula]: --baseline
  found     formula `social-care-by-ned`
  expected  a built-in formula (needshare list), or the path of a file ending in .toml
  do        did you mean `social-care-by-need`?

1 error; nothing was written
"#,
        );
}

#[test]
fn an_unknown_chart_is_met_by_the_nearest_kind() {
    five().run("compare formula.toml --charts winners").stops(
        2,
        r#"
error: there is no chart `winners`; did you mean `winners_losers`?
"#,
    );
}

#[test]
fn a_comparison_with_nothing_is_refused() {
    five()
        .run("compare formula.toml")
        .stops(
            2,
            r#"
error: there is no baseline to compare with: add --baseline column:A,B or --baseline formula:F, or a scenario with [baselines]
"#,
        );
}

#[test]
fn formulas_of_two_tables_are_not_compared() {
    five()
        .run("compare formula.toml per-head")
        .stops(
            2,
            r#"
error: formula and per-head are about different data; compare formulas of one table, or give one with --inputs
"#,
        );
}

#[test]
fn a_folder_named_by_out_is_not_overwritten() {
    five()
        .with("results/kept.txt", "work of my own")
        .run("allocate formula.toml --out results")
        .stops(
            2,
            r#"
error: results exists; add --force to replace it whole, or choose another folder
"#,
        );
}

#[test]
fn a_default_folder_that_is_not_ours_is_not_overwritten() {
    five()
        .with("outputs/allocate-formula/kept.txt", "work of my own")
        .run("allocate formula.toml")
        .stops(
            2,
            r#"
error: outputs/allocate-formula holds no run.json, so it is not a result of ours; move it away, or choose a folder with --out
"#,
        );
}

#[test]
fn a_run_that_fails_leaves_no_folder_behind() {
    // Each `stops` compares the folder before and after, with the folders in it.
    let faulty = five().patch("formula.toml", "230000000", "0");
    for command in [
        "allocate formula.toml",
        "allocate formula.toml --out mine/of/today",
        "compare formula.toml --baseline column:spending_gbp",
    ] {
        faulty.run(command).stops(
            1,
            r#"
error[quantum-not-positive]: formula.toml, line 18, character 11
  found     formula: a quantum of £0, with own resources of £145,000,000
  expected  a sum above zero
  why       there is nothing to share
  do        state a larger quantum, or check the spending and own resources it is made from

1 error; nothing was written
"#,
        );
    }
}

// --- Several faults ------------------------------------------------------------------

#[test]
fn several_faults_in_two_files_are_all_said_in_one_run() {
    five()
        .patch("areas.csv", "0.312", "")
        .patch("areas.csv", ",40000,", ",n/a,")
        .patch("areas.csv", "A5,", "A1,")
        .patch("formula.toml", r#""tax_gbp""#, r#""taxes_gbp""#)
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[duplicate-code]: areas.csv, line 6, column 1 `code`, Elder
  found     code A1, which line 2 has too
  expected  each authority once
  why       its money would be counted twice
  do        delete or mend one of the two rows

error[marker-in-number]: areas.csv, line 4, column 6 `children`, A3 Cedar
  found     `n/a`, a marker for a figure that is missing or withheld
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

error[unknown-indicator]: formula.toml, line 15, character 10
  found     `taxes_gbp`
  expected  a column of areas or an [[indicator]] of this formula
  why       a name that is not found could only be guessed
  do        did you mean `tax_gbp`?

error[blank-cell]: areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     an empty cell that a formula uses
  expected  a number
  why       missing is not zero: counted as zero it would change this authority's money, and so everybody's
  do        fill the cell, or say in datapackage.json what stands in for it, such as "missing": {"policy": "use_column", "column": "…"} (or use_region_mean_rate; exclude_authority leaves the authority without money)

4 errors; nothing was written
"#,
        );
}

#[test]
fn faults_of_the_formulas_file_and_of_its_table_are_said_at_once() {
    five()
        .patch("areas.csv", "0.312", "..")
        .patch("formula.toml", "rate = 0.5", "rats = 0.5")
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[unknown-key]: formula.toml, line 24, character 1
  found     `allocation.guarantee.rats`, a number
  expected  a key that this table has
  why       a key that is not read changes nothing, and its author thinks it does
  do        did you mean `rate`?

error[marker-in-number]: areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     `..`, a marker for a figure that is missing or withheld
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

2 errors; nothing was written
"#,
        );
}

#[test]
fn more_than_ten_of_a_kind_are_shown_to_ten_and_counted() {
    five()
        .with(
            "areas.csv",
            r#"code,name,class,region,population,children,deprived_share,spending_gbp,tax_gbp
B01,Town,city,North,9000,2000,..,5000000,900000
B02,Town,city,North,9000,2000,..,5000000,900000
B03,Town,city,North,9000,2000,..,5000000,900000
B04,Town,city,North,9000,2000,..,5000000,900000
B05,Town,city,North,9000,2000,..,5000000,900000
B06,Town,city,North,9000,2000,..,5000000,900000
B07,Town,city,North,9000,2000,..,5000000,900000
B08,Town,city,North,9000,2000,..,5000000,900000
B09,Town,city,North,9000,2000,..,5000000,900000
B10,Town,city,North,9000,2000,..,5000000,900000
B11,Town,city,North,9000,2000,..,5000000,900000
B12,Town,city,North,9000,2000,..,5000000,900000
B13,Town,city,North,9000,2000,..,5000000,900000
"#,
        )
        .run("allocate formula.toml")
        .stops(
            1,
            r#"
error[marker-in-number]: areas.csv, line 2, column 7 `deprived_share`, B01 Town
  found     `..`, a marker for a figure that is missing or withheld
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

error[marker-in-number]: areas.csv, line 3, column 7 `deprived_share`, B02 Town
  found     `..`, a marker for a figure that is missing or withheld
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

error[marker-in-number]: areas.csv, line 4, column 7 `deprived_share`, B03 Town
  found     `..`, a marker for a figure that is missing or withheld
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

error[marker-in-number]: areas.csv, line 5, column 7 `deprived_share`, B04 Town
  found     `..`, a marker for a figure that is missing or withheld
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

error[marker-in-number]: areas.csv, line 6, column 7 `deprived_share`, B05 Town
  found     `..`, a marker for a figure that is missing or withheld
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

error[marker-in-number]: areas.csv, line 7, column 7 `deprived_share`, B06 Town
  found     `..`, a marker for a figure that is missing or withheld
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

error[marker-in-number]: areas.csv, line 8, column 7 `deprived_share`, B07 Town
  found     `..`, a marker for a figure that is missing or withheld
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

error[marker-in-number]: areas.csv, line 9, column 7 `deprived_share`, B08 Town
  found     `..`, a marker for a figure that is missing or withheld
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

error[marker-in-number]: areas.csv, line 10, column 7 `deprived_share`, B09 Town
  found     `..`, a marker for a figure that is missing or withheld
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

error[marker-in-number]: areas.csv, line 11, column 7 `deprived_share`, B10 Town
  found     `..`, a marker for a figure that is missing or withheld
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

… and 3 more of kind marker-in-number

13 errors; nothing was written
"#,
        );
}

// --- check ---------------------------------------------------------------------------

#[test]
fn a_faulty_table_gets_no_descriptor() {
    five()
        .patch("areas.csv", "A3,", "A2,")
        .run("check areas.csv")
        .stops(
            1,
            r#"
error[duplicate-code]: areas.csv, line 4, column 1 `code`, Cedar
  found     code A2, which line 3 has too
  expected  each authority once
  why       its money would be counted twice
  do        delete or mend one of the two rows

1 error; nothing was written
"#,
        );
}

#[test]
fn check_says_faults_of_a_formula_and_of_its_table_at_once() {
    five()
        .patch("areas.csv", "0.312", "..")
        .patch("formula.toml", r#""tax_gbp""#, r#""taxes_gbp""#)
        .run("check ./formula.toml")
        .stops(
            1,
            r#"
error[marker-in-number]: ./areas.csv, line 3, column 7 `deprived_share`, A2 Birch
  found     `..`, a marker for a figure that is missing or withheld
  expected  a number
  why       a figure that cannot be read is never guessed
  do        leave the cell empty and give the column a `missing` policy in datapackage.json, or put the figure in

error[unknown-indicator]: ./formula.toml, line 15, character 10
  found     `taxes_gbp`
  expected  a column of areas or an [[indicator]] of this formula
  why       a name that is not found could only be guessed
  do        did you mean `tax_gbp`?

2 errors; nothing was written
"#,
        );
}

#[test]
fn check_gives_findings_as_csv_that_a_reader_of_csv_reads() {
    let faulty =
        five()
            .patch("areas.csv", "A5,", "A1,")
            .patch("areas.csv", ",40000,", r#","4,5","#);
    let table = r#"
severity,code,file,line,column,authority,found,expected,why,remedy
error,duplicate-code,areas.csv,6,column 1 `code`,Elder,"code A1, which line 2 has too",each authority once,its money would be counted twice,delete or mend one of the two rows
error,decimal-comma,areas.csv,4,column 6 `children`,A3 Cedar,"`4,5`, a number with a comma that sets off no thousands",a number,a figure that cannot be read is never guessed,"write 4.5, if the comma stands for a decimal point"
"#;
    faulty
        .run("check areas.csv --format csv")
        .stops_printing(1, table, "");
    let widths: Vec<usize> = csv::Reader::from_reader(table.trim_start().as_bytes())
        .records()
        .map(|record| record.expect("a record").len())
        .collect();
    assert_eq!(widths, [10, 10]);
}

#[test]
fn check_gives_a_formulas_findings_as_csv_with_quotation_marks_doubled() {
    five()
        .patch("formula.toml", r#""illustrative""#, r#""guesswork""#)
        .run("check formula.toml --format csv")
        .stops_printing(
            1,
            r#"
severity,code,file,line,column,authority,found,expected,why,remedy
error,unknown-word,./formula.toml,3,character 8,,"`kind` = ""guesswork""","one of ""official"", ""reconstructed"", ""illustrative"", ""our-judgement""",,"use one of `illustrative`, `official`, `our-judgement`, `reconstructed`"
"#,
            "",
        );
}

#[test]
fn check_writes_a_first_descriptor_and_passes_again_with_it() {
    let example = five();
    let run = example.run("check areas.csv");
    let (said, words, written) = run.works();
    assert_eq!(
        said,
        "areas.csv: 5 authorities, 5 columns of numbers, 4 of text; no errors\n\
         datapackage.json: written, a first descriptor; titles, units, years and sources are for \
         you to fill in\n"
    );
    assert_eq!(words, "");
    assert_eq!(written, [Path::new("datapackage.json")]);

    let descriptor: Json = serde_json::from_str(&example.text("datapackage.json")).expect("JSON");
    let fields = descriptor["resources"][0]["schema"]["fields"].as_array();
    let described: Vec<(&str, &str)> = fields
        .expect("a list of fields")
        .iter()
        .map(|field| {
            let text = |key: &str| field[key].as_str().expect("text");
            (text("name"), text("type"))
        })
        .collect();
    assert_eq!(
        described,
        [
            ("code", "string"),
            ("name", "string"),
            ("class", "string"),
            ("region", "string"),
            ("population", "integer"),
            ("children", "integer"),
            ("deprived_share", "number"),
            ("spending_gbp", "integer"),
            ("tax_gbp", "integer"),
        ]
    );

    for (again, file) in [("check areas.csv", "areas.csv"), ("check .", "./areas.csv")] {
        let run = example.run(again);
        let (said, words, written) = run.works();
        assert_eq!(
            said,
            format!("{file}: 5 authorities, 5 columns of numbers, 4 of text; no errors\n")
        );
        assert_eq!(words, "");
        assert!(written.is_empty(), "{written:?}");
    }
    let command = "allocate formula.toml --format csv";
    let (with_it, without) = (example.run(command), five().run(command));
    assert_eq!(with_it.works(), without.works());
}

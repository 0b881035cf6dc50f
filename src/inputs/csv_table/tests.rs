//! Tables of several parts, and cells that are no text.

use super::*;

/// A table of several parts: a row for each line from 2 on.
fn large(line_end: &str) -> String {
    let rows = (2..60_000).map(|line| format!("A{line:06},place {line}{line_end}"));
    format!("code,name{line_end}{}", rows.collect::<String>())
}

#[test]
fn rows_of_a_large_table_keep_their_lines_whatever_part_they_are_in() {
    for line_end in ["\n", "\r\n"] {
        let text = large(line_end);
        assert!(text.len() > 4 * BYTES_AT_ONCE);
        let mut findings = Findings::new();
        let table = read_csv_table("t.csv", text.as_bytes(), &mut findings).expect("a table");
        assert_eq!(findings.error_count(), 0);
        assert_eq!(table.rows.len(), 59_998);
        for (row, line) in table.rows.iter().zip(2..) {
            assert_eq!(row.line, line);
            assert_eq!(row.cells[0], format!("A{line:06}"));
            assert_eq!(row.cells[1], format!("place {line}"));
        }
    }
}

#[test]
fn faults_of_a_large_table_are_told_in_order_with_their_lines() {
    let faulty = large("\n")
        .replace("A050000,place 50000", "A050000")
        .replace("A000007,place 7", "A000007,place,7");
    let mut findings = Findings::new();
    read_csv_table("t.csv", faulty.as_bytes(), &mut findings);
    let told = findings.render();
    let seventh = told.find("t.csv, line 7\n").expect("line 7");
    let far = told.find("t.csv, line 50000\n").expect("line 50000");
    assert!(seventh < far, "{told}");
    assert_eq!(findings.error_count(), 2);
}

#[test]
fn two_cells_that_are_text_together_only_are_no_text() {
    let mut findings = Findings::new();
    let bytes = b"code,name,more\nA,\xc3,\xa9\n";
    let table = read_csv_table("t.csv", bytes, &mut findings).expect("a table");
    assert_eq!(findings.error_count(), 2);
    assert_eq!(table.rows[0].cells[1], *"\u{fffd}");
}

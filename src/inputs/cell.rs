//! One cell of a table as a number, strictly: nothing is guessed, and what stands
//! in the way of a number is named.

/// A cell of a numeric column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell {
    /// A finite number.
    Value(f64),
    /// Nothing. Missing is not zero.
    Blank,
    /// Something that is no number; a finding was made when it was read.
    Bad,
}

/// Why a cell is no number.
#[derive(Debug, Clone, PartialEq)]
pub struct NotANumber {
    /// Stable name of the finding.
    pub code: &'static str,
    /// What the cell holds, in the reader's terms.
    pub what: &'static str,
    /// What to do.
    pub remedy: String,
}

/// Marks that publishers put where a figure is missing or withheld.
const MARKERS: [&str; 18] = [
    "[x]", "[c]", "[z]", "[u]", "[w]", "[low]", "..", ".", "c", "x", "z", ":", "na", "n/a", "null",
    "none", "#n/a", "missing",
];

/// Reads a cell as a number: an optional sign, digits, at most one point, an
/// optional exponent. A cell of nothing but spaces is blank.
pub fn read_number(text: &str) -> Result<Cell, NotANumber> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(Cell::Blank);
    }
    if is_plain_number(trimmed) {
        return match trimmed.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Cell::Value(value)),
            _ => Err(NotANumber {
                code: "number-out-of-range",
                what: "a number too large to hold",
                remedy: "write the number in the column's own unit".to_string(),
            }),
        };
    }
    Err(diagnose(trimmed))
}

/// Whether a cell holds a number, or what stands in one's place, and no plain text.
pub fn stands_for_number(text: &str) -> bool {
    let trimmed = text.trim();
    trimmed.is_empty() || is_plain_number(trimmed) || diagnose(trimmed).code != "text-in-number"
}

fn is_plain_number(text: &str) -> bool {
    let bytes = unsigned(text.as_bytes());
    let (mut digits, mut points) = (0, 0);
    for (place, byte) in bytes.iter().enumerate() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' => points += 1,
            b'e' | b'E' => {
                let exponent = unsigned(&bytes[place + 1..]);
                return digits > 0
                    && points <= 1
                    && !exponent.is_empty()
                    && exponent.iter().all(u8::is_ascii_digit);
            }
            _ => return false,
        }
    }
    digits > 0 && points <= 1
}

/// What follows a sign, if there is one.
fn unsigned(text: &[u8]) -> &[u8] {
    match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    }
}

/// Names what stands in a cell that is no plain number, and what to write instead.
fn diagnose(text: &str) -> NotANumber {
    let lower = text.to_lowercase();
    if MARKERS.contains(&lower.as_str()) || matches!(text, "-" | "–" | "—" | "*") {
        return NotANumber {
            code: "marker-in-number",
            what: "a marker for a figure that is missing or withheld",
            remedy: "leave the cell empty and give the column a `missing` policy in \
                     datapackage.json, or put the figure in"
                .to_string(),
        };
    }
    let unsigned = lower.trim_start_matches(['+', '-']);
    if matches!(
        unsigned,
        "#div/0!" | "#ref!" | "#value!" | "#name?" | "#num!"
    ) {
        return NotANumber {
            code: "spreadsheet-error",
            what: "a spreadsheet's error value",
            remedy: "mend the sum in the spreadsheet, and export the table again".to_string(),
        };
    }
    if matches!(unsigned, "nan" | "inf" | "infinity") {
        return NotANumber {
            code: "not-a-finite-number",
            what: "no finite number",
            remedy: "leave the cell empty and give the column a `missing` policy in \
                     datapackage.json, or put the figure in"
                .to_string(),
        };
    }
    if let Some(number) = text.strip_suffix('%') {
        return NotANumber {
            code: "per-cent-sign",
            what: "a per cent sign",
            remedy: match number.trim().parse::<f64>() {
                Ok(value) => format!("write a share: {}", decimal(value / 100.0)),
                Err(_) => "write a share between 0 and 1".to_string(),
            },
        };
    }
    let without_money = text.trim_start_matches(['£', '$', '€']).trim();
    let without_separators: String = without_money
        .chars()
        .filter(|c| !matches!(c, ',' | ' ' | '\u{a0}' | '\u{202f}' | '\''))
        .collect();
    if without_money.contains(',') && !commas_part_thousands(without_money) {
        let decimal = without_money.replace('.', "").replacen(',', ".", 1);
        return NotANumber {
            code: "decimal-comma",
            what: "a number with a comma that sets off no thousands",
            remedy: if is_plain_number(&decimal) {
                format!("write {decimal}, if the comma stands for a decimal point")
            } else {
                "write the number with a decimal point and no commas".to_string()
            },
        };
    }
    if without_separators != text && is_plain_number(&without_separators) {
        return NotANumber {
            code: "thousands-separator",
            what: "a number with separators or a currency sign",
            remedy: format!("write {without_separators}"),
        };
    }
    NotANumber {
        code: "text-in-number",
        what: "text",
        remedy: "put a plain number, such as 1234.5, or leave the cell empty and give the \
                 column a `missing` policy"
            .to_string(),
    }
}

/// Whether commas stand before groups of three digits only, as in −1,234,567.8.
pub fn commas_part_thousands(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let unsigned = whole.trim_start_matches(['+', '-']);
    if fraction.contains(',') || (whole.contains(',') && unsigned.starts_with('0')) {
        return false;
    }
    let mut groups = unsigned.split(',');
    let is_digits = |group: &str| group.chars().all(|c| c.is_ascii_digit());
    let first = groups.next().unwrap_or("");
    (1..=3).contains(&first.len())
        && is_digits(first)
        && groups.all(|group| group.len() == 3 && is_digits(group))
}

/// A number without the tail that binary fractions leave: 0.12, not 0.12000000000000001.
fn decimal(value: f64) -> String {
    let text = format!("{value:.12}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(text: &str) -> &'static str {
        read_number(text).unwrap_err().code
    }

    #[test]
    fn plain_numbers_are_read() {
        assert_eq!(read_number(" -12.50 "), Ok(Cell::Value(-12.5)));
        assert_eq!(read_number("1e3"), Ok(Cell::Value(1000.0)));
        assert_eq!(read_number("  "), Ok(Cell::Blank));
    }

    #[test]
    fn what_is_no_number_is_named() {
        assert_eq!(code_of("[x]"), "marker-in-number");
        assert_eq!(code_of(".."), "marker-in-number");
        assert_eq!(code_of("c"), "marker-in-number");
        assert_eq!(code_of("1,234"), "thousands-separator");
        assert_eq!(code_of("£5"), "thousands-separator");
        assert_eq!(code_of("31,2"), "decimal-comma");
        assert_eq!(code_of("1.234,56"), "decimal-comma");
        assert_eq!(code_of("0,312"), "decimal-comma");
        assert_eq!(code_of("-0,312"), "decimal-comma");
        assert_eq!(code_of("150.000,5"), "decimal-comma");
        assert_eq!(code_of("#DIV/0!"), "spreadsheet-error");
        assert_eq!(code_of("n/a"), "marker-in-number");
        assert_eq!(code_of("12%"), "per-cent-sign");
        assert_eq!(code_of("NaN"), "not-a-finite-number");
        assert_eq!(code_of("-inf"), "not-a-finite-number");
        assert_eq!(code_of("1e999"), "number-out-of-range");
        assert_eq!(code_of("about 12"), "text-in-number");
        assert_eq!(code_of("1.2.3"), "text-in-number");
    }

    #[test]
    fn the_remedy_is_ready_to_paste() {
        assert_eq!(
            read_number("12%").unwrap_err().remedy,
            "write a share: 0.12"
        );
        assert_eq!(
            read_number("31,2").unwrap_err().remedy,
            "write 31.2, if the comma stands for a decimal point"
        );
        assert_eq!(read_number("£1,234").unwrap_err().remedy, "write 1234");
    }
}

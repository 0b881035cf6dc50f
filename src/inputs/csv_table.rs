//! A CSV file as rows of text with their line numbers, nothing yet interpreted.
//!
//! UTF-8 only, with or without a byte-order mark. Bytes of another encoding, rows
//! of another width and repeated headings are findings, each at its line.

use std::ops::Index;
use std::sync::Arc;

use rayon::prelude::*;

use crate::findings::{Finding, Findings, Place};

/// Columns that a table of authorities may have: far more than any has.
const MOST_COLUMNS: usize = 10_000;

/// A table as its file holds it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CsvTable {
    /// File, as messages name it.
    pub file: String,
    /// Headings, trimmed.
    pub header: Vec<String>,
    /// Rows in file order.
    pub rows: Vec<Row>,
}

/// One row: as many cells as there are headings.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Line in the file, from 1.
    pub line: u64,
    /// Cells as text.
    pub cells: Cells,
}

/// The text of all cells of a table, one after the other, and where each ends: a table of
/// many areas has a million, and is read column by column.
#[derive(Debug, PartialEq, Default)]
struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    fn cell(&self, place: usize) -> &str {
        let begin = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[begin..self.ends[place]]
    }
}

/// A row's cells.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cells {
    all: Arc<Texts>,
    /// Which of all cells is the row's first.
    first: usize,
    count: usize,
}

impl Cells {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// A cell, if the row has so many.
    pub fn get(&self, index: usize) -> Option<&str> {
        (index < self.count).then(|| self.all.cell(self.first + index))
    }

    /// The cells in turn.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.count).map(|index| &self[index])
    }
}

impl Index<usize> for Cells {
    type Output = str;
    fn index(&self, index: usize) -> &str {
        self.get(index).expect("a row is as wide as the headings")
    }
}

impl CsvTable {
    /// Where a heading stands.
    pub fn find(&self, heading: &str) -> Option<usize> {
        self.header.iter().position(|name| name == heading)
    }

    /// The place of a cell, for a finding: ``column 5 `idaci` ``.
    pub fn place(&self, line: u64, column: usize) -> Place {
        Place::file(&self.file).line(line).column(format!(
            "column {} `{}`",
            column + 1,
            self.header[column]
        ))
    }
}

/// Reads a table; `None` where so little of it is legible that nothing more can
/// be said than what `findings` now holds.
pub fn read_csv_table(file: &str, bytes: &[u8], findings: &mut Findings) -> Option<CsvTable> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        findings.push(
            Finding::error("empty-file", Place::file(file))
                .found("no text at all")
                .expected("a line of column headings and a row for each authority")
                .why("there is nothing to share money by")
                .remedy("export the table again; the file may have been cut short"),
        );
        return None;
    }
    if let Some(found) = not_text(bytes) {
        findings.push(
            Finding::error("not-a-text-file", Place::file(file))
                .found(found)
                .expected("comma-separated text in UTF-8")
                .why("only text can be read and checked cell by cell")
                .remedy("open it in a spreadsheet and save it as \"CSV UTF-8 (comma delimited)\""),
        );
        return None;
    }
    if let Some((line, cell)) = line_with_odd_quotes(bytes) {
        findings.push(unclosed_quote(
            file,
            line,
            cell,
            &first_headings(bytes, line),
        ));
        return None;
    }
    let (header, begins) = read_first_row(file, bytes, findings)?;
    let parts = parts_by_lines(bytes, begins);
    let parts: Vec<(Vec<Row>, Findings)> = parts
        .into_par_iter()
        .map(|part| read_rows(file, part, &header))
        .collect();
    let mut rows = Vec::new();
    for (of_part, found) in parts {
        findings.append(found);
        rows.extend(of_part);
    }
    if let Some(last) = rows.last().filter(|_| !bytes.ends_with(b"\n"))
        && !findings.has_errors()
    {
        findings.push(
            Finding::warning("no-final-newline", Place::file(file).line(last.line))
                .found(format!(
                    "a last line that does not end: `{}` … `{}`",
                    last.cells.get(0).unwrap_or(""),
                    last.cells.iter().last().unwrap_or("")
                ))
                .why("a file that was cut short looks the same")
                .remedy("if its last cell is whole, end the line"),
        );
    }
    if rows.is_empty() && !findings.has_errors() {
        findings.push(
            Finding::error("no-rows", Place::file(file))
                .found("column headings and nothing below them")
                .expected("a row for each authority")
                .remedy("export the table again; the file may have been cut short"),
        );
    }
    Some(CsvTable {
        file: file.to_string(),
        header,
        rows,
    })
}

/// The headings, and where the rows below them begin.
fn read_first_row(
    file: &str,
    bytes: &[u8],
    findings: &mut Findings,
) -> Option<(Vec<String>, usize)> {
    let mut reader = reader(bytes);
    let mut record = csv::ByteRecord::new();
    let read = reader.read_byte_record(&mut record);
    if let Err(error) = &read {
        findings.push(unreadable(file, error));
    }
    if !read.is_ok_and(|read| read) {
        return None;
    }
    let mut lines = LineCounter::of(bytes, 1);
    let line = lines.at(start(&record));
    let mut all = Texts::default();
    decode_row((file, line), &record, &[], &mut all, findings);
    let cells = (0..all.ends.len()).map(|place| all.cell(place));
    let header = read_header(file, cells, findings)?;
    let begins = usize::try_from(reader.position().byte()).unwrap_or(bytes.len());
    Some((header, begins.min(bytes.len())))
}

/// Bytes that one thread reads at a time.
const BYTES_AT_ONCE: usize = 1 << 18;

/// Some lines of a table.
struct Part<'b> {
    bytes: &'b [u8],
    /// The first line's number.
    line: u64,
}

/// A table's rows in parts of whole lines, to be read side by side. A quotation mark can make
/// one cell of several lines: then there is one part.
fn parts_by_lines(bytes: &[u8], begins: usize) -> Vec<Part<'_>> {
    let line_ends = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
    let line = 1 + line_ends(&bytes[..begins]);
    let mut rest = &bytes[begins..];
    if rest.contains(&b'"') {
        return vec![Part { bytes: rest, line }];
    }
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let most = rest.len().min(BYTES_AT_ONCE);
        let end = rest[most..].iter().position(|byte| *byte == b'\n');
        let (part, after) = rest.split_at(end.map_or(rest.len(), |end| most + end + 1));
        parts.push(part);
        rest = after;
    }
    let lines: Vec<u64> = parts.par_iter().map(|part| line_ends(part)).collect();
    let firsts = lines.iter().scan(line, |next, lines| {
        let first = *next;
        *next += lines;
        Some(first)
    });
    let parts = parts.into_iter().zip(firsts);
    parts.map(|(bytes, line)| Part { bytes, line }).collect()
}

/// Rows of one part of a table.
fn read_rows(file: &str, part: Part<'_>, header: &[String]) -> (Vec<Row>, Findings) {
    let mut findings = Findings::new();
    let mut reader = reader(part.bytes);
    let mut all = Texts {
        text: String::with_capacity(part.bytes.len()),
        ends: Vec::new(),
    };
    // Line and first cell of each row.
    let mut places: Vec<(u64, usize)> = Vec::new();
    let mut record = csv::ByteRecord::new();
    let mut lines = LineCounter::of(part.bytes, part.line);
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                findings.push(unreadable(file, &error));
                break;
            }
        }
        let line = lines.at(start(&record));
        let first = all.ends.len();
        decode_row((file, line), &record, header, &mut all, &mut findings);
        if record.len() == header.len() {
            places.push((line, first));
        } else {
            let cells = (first..all.ends.len()).map(|place| all.cell(place));
            let cells: Vec<&str> = cells.collect();
            findings.push(wrong_width(file, line, &cells, header));
        }
    }
    let all = Arc::new(all);
    let rows = places.into_iter().map(|(line, first)| Row {
        line,
        cells: Cells {
            all: Arc::clone(&all),
            first,
            count: header.len(),
        },
    });
    (rows.collect(), findings)
}

fn reader(bytes: &[u8]) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .from_reader(bytes)
}

fn start(record: &csv::ByteRecord) -> usize {
    let start = record.position().map_or(0, csv::Position::byte);
    usize::try_from(start).unwrap_or(usize::MAX)
}

fn unreadable(file: &str, error: &csv::Error) -> Finding {
    Finding::error("unreadable-csv", Place::file(file)).found(error.to_string())
}

/// What a file is that is no text, by its first bytes.
fn not_text(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(b"PK\x03\x04") {
        Some("a workbook (.xlsx, .ods) or another archive")
    } else if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        Some("text in UTF-16")
    } else if bytes.contains(&0) {
        Some("bytes that are no text")
    } else {
        None
    }
}

/// Headings for a message about a faulty line: parsed if the first line is sound, split
/// at its commas if it is the faulty one.
fn first_headings(bytes: &[u8], faulty_line: u64) -> Vec<String> {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or(bytes);
    if faulty_line == 1 {
        let text = String::from_utf8_lossy(line);
        return text.split(',').map(|h| h.trim().to_string()).collect();
    }
    let mut record = csv::ByteRecord::new();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(line);
    match reader.read_byte_record(&mut record) {
        Ok(true) => record
            .iter()
            .map(|heading| String::from_utf8_lossy(heading).trim().to_string())
            .collect(),
        _ => Vec::new(),
    }
}

/// The first line with an odd number of quotation marks: there one opens that is not
/// closed in the same line, or stands alone inside a cell. Gives the line and the cell.
fn line_with_odd_quotes(bytes: &[u8]) -> Option<(u64, usize)> {
    if !bytes.contains(&b'"') {
        return None;
    }
    let odd = |line: &[u8]| line.iter().filter(|byte| **byte == b'"').count() % 2 == 1;
    let lines = bytes.split(|byte| *byte == b'\n');
    let (number, line) = lines.enumerate().find(|(_, line)| odd(line))?;
    let mut inside = false;
    let mut cell = 0;
    let mut opened_in = 0;
    for byte in line {
        match byte {
            b'"' => {
                inside = !inside;
                opened_in = cell;
            }
            b',' if !inside => cell += 1,
            _ => {}
        }
    }
    Some((number as u64 + 1, opened_in))
}

/// A quotation mark without its fellow in the same line, or a line break inside a cell.
fn unclosed_quote(file: &str, line: u64, cell: usize, header: &[String]) -> Finding {
    let place = Place::file(file).line(line);
    let place = match header.get(cell) {
        Some(heading) => place.column(format!("column {} `{heading}`", cell + 1)),
        None => place.column(format!("column {}", cell + 1)),
    };
    Finding::error("unclosed-quote", place)
        .found("a quotation mark without another that closes it in the same line")
        .expected("cells in one line, each quotation mark closed in its own cell")
        .why("the rows below it could be read as part of this one cell, and their authorities lost")
        .remedy("close it, or delete it; a quotation mark inside a cell is written twice")
}

/// Line numbers of rising places in a text: the reader's own are one too low where
/// lines end in a carriage return and a line feed.
struct LineCounter<'b> {
    bytes: &'b [u8],
    counted_to: usize,
    line: u64,
}

impl<'b> LineCounter<'b> {
    fn of(bytes: &'b [u8], line: u64) -> Self {
        Self {
            bytes,
            counted_to: 0,
            line,
        }
    }

    /// The line of a row that starts at `start`, or after line ends that stand there.
    fn at(&mut self, start: usize) -> u64 {
        let ends = self.bytes[start.min(self.bytes.len())..]
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        let to = (start + ends).min(self.bytes.len());
        let passed = self.bytes[self.counted_to.min(to)..to].iter();
        self.line += passed.filter(|byte| **byte == b'\n').count() as u64;
        self.counted_to = to;
        self.line
    }
}

fn wrong_width(file: &str, line: u64, cells: &[&str], header: &[String]) -> Finding {
    let remedy = if cells.len() < header.len() {
        format!(
            "the row ends before column `{}`: the file may have been cut short",
            header[cells.len()]
        )
    } else {
        "put cells that hold a comma in double quotes".to_string()
    };
    Finding::error("wrong-number-of-cells", Place::file(file).line(line))
        .found(format!(
            "{} cells, the first of them `{}`",
            cells.len(),
            cells.first().unwrap_or(&"")
        ))
        .expected(format!("{} cells, as the headings have", header.len()))
        .why("a row of another width puts figures under the wrong headings")
        .remedy(remedy)
}

/// A row as UTF-8 text at the end of all others; a cell in another encoding is a finding
/// and is kept with the marks that stand for unreadable bytes.
fn decode_row(
    (file, line): (&str, u64),
    record: &csv::ByteRecord,
    headings: &[String],
    all: &mut Texts,
    findings: &mut Findings,
) {
    let begins = all.text.len();
    if let Ok(text) = std::str::from_utf8(record.as_slice()) {
        all.text.push_str(text);
        let mut end = begins;
        let ends = record.iter().map(|cell| {
            end += cell.len();
            end
        });
        let first = all.ends.len();
        all.ends.extend(ends);
        // Two cells that are no text each can be text together.
        if all.ends[first..]
            .iter()
            .all(|&end| all.text.is_char_boundary(end))
        {
            return;
        }
        all.ends.truncate(first);
        all.text.truncate(begins);
    }
    for (index, bytes) in record.iter().enumerate() {
        match std::str::from_utf8(bytes) {
            Ok(cell) => all.text.push_str(cell),
            Err(error) => {
                let byte = bytes[error.valid_up_to()];
                findings.push(not_utf_8(file, line, (index, headings.get(index)), byte));
                all.text.push_str(&String::from_utf8_lossy(bytes));
            }
        }
        all.ends.push(all.text.len());
    }
}

/// A cell in another encoding.
fn not_utf_8(
    file: &str,
    line: u64,
    (index, heading): (usize, Option<&String>),
    byte: u8,
) -> Finding {
    let column = match heading {
        Some(heading) => format!("column {} `{heading}`", index + 1),
        None => format!("column {}", index + 1),
    };
    Finding::error("not-utf-8", Place::file(file).line(line).column(column))
        .found(format!(
            "byte 0x{byte:02X}, which is no UTF-8; in Windows-1252 it would be `{}`",
            windows_1252(byte)
        ))
        .expected("text in UTF-8")
        .why("names would be misspelt in every table and chart")
        .remedy(
            "in a spreadsheet save it as \"CSV UTF-8\", or: \
             iconv -f WINDOWS-1252 -t UTF-8 OLD.csv > NEW.csv",
        )
}

/// The character that a byte above 0x7F stands for in Windows-1252.
fn windows_1252(byte: u8) -> char {
    // Only 0x80–0x9F differ from Latin-1, whose bytes are their own code points.
    const HIGH: [char; 32] = [
        '€', '?', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '?', 'Ž', '?', '?', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '?', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

fn read_header<'c>(
    file: &str,
    cells: impl Iterator<Item = &'c str>,
    findings: &mut Findings,
) -> Option<Vec<String>> {
    let header: Vec<String> = cells.map(|cell| cell.trim().to_string()).collect();
    if header.len() > MOST_COLUMNS {
        findings.push(
            Finding::error("too-many-columns", Place::file(file).line(1))
                .found(format!("{} headings", header.len()))
                .expected(format!("{MOST_COLUMNS} at most"))
                .why("a file without line ends looks the same")
                .remedy("export the table again, a row to a line"),
        );
        return None;
    }
    let place = |index: usize| {
        Place::file(file)
            .line(1)
            .column(format!("column {}", index + 1))
    };
    let other_delimiters = [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")];
    if header.len() == 1
        && let Some((_, name)) = other_delimiters
            .iter()
            .find(|(delimiter, _)| header[0].contains(*delimiter))
    {
        findings.push(
            Finding::error("wrong-delimiter", Place::file(file).line(1))
                .found(format!("headings divided by {name}"))
                .expected("headings divided by commas")
                .why("the whole line would be read as one heading")
                .remedy("export the table as comma-separated text"),
        );
        return None;
    }
    for (index, heading) in header.iter().enumerate() {
        if heading.is_empty() {
            findings.push(
                Finding::error("blank-heading", place(index))
                    .found("no heading")
                    .expected("a name for the column")
                    .remedy("name the column, or delete it"),
            );
        } else if let Some(first) = header[..index].iter().position(|name| name == heading) {
            findings.push(
                Finding::error("repeated-heading", place(index))
                    .found(format!("`{heading}`, which is also column {}", first + 1))
                    .expected("each heading once")
                    .why("it would be an accident which of the two is used")
                    .remedy("rename or delete one of them"),
            );
        }
    }
    Some(header)
}

#[cfg(test)]
mod tests;

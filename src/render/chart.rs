//! A finished chart: its name, its picture and the numbers it shows.

use png::EncodingError;

use crate::render::picture::Picture;
use crate::render::{raster, svg};

/// A chart fit to print, with its data beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The file name without its ending: lower case and underscores.
    pub name: String,
    /// What is drawn.
    pub picture: Picture,
    /// CSV text: every number plotted.
    pub data: String,
}

impl Chart {
    /// The chart as an SVG document.
    pub fn to_svg(&self) -> String {
        svg::to_svg(&self.picture)
    }

    /// The chart as a PNG file at print size.
    ///
    /// # Errors
    /// If the picture is larger than PNG allows.
    pub fn to_png(&self) -> Result<Vec<u8>, EncodingError> {
        raster::to_png(&self.picture, raster::PRINT_SCALE)
    }
}

/// CSV text of a heading and rows.
pub fn csv_text(heading: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory cannot fail, and every row is as long as the heading (tests read them back).
    let mut written = writer.write_record(heading);
    for row in rows {
        written = written.and_then(|()| writer.write_record(&row));
    }
    debug_assert!(written.is_ok(), "{written:?}");
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A number for CSV: rounded to `decimals`, without a minus before nought.
pub fn csv_number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text
        .trim_start_matches('-')
        .chars()
        .all(|sign| matches!(sign, '0' | '.'))
    {
        text.trim_start_matches('-').to_owned()
    } else {
        text
    }
}

/// A title as part of a file name: lower case letters and digits, joined by underscores.
pub fn slug(title: &str) -> String {
    let spaced: String = title
        .chars()
        .map(|sign| {
            if sign.is_ascii_alphanumeric() {
                sign.to_ascii_lowercase()
            } else {
                ' '
            }
        })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join("_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_what_needs_it() {
        let text = csv_text(
            &["name", "value"],
            [vec!["Bristol, City of \"B\"".into(), csv_number(-0.04, 1)]],
        );
        assert_eq!(text, "name,value\n\"Bristol, City of \"\"B\"\"\",0.0\n");
    }

    #[test]
    fn slugs_are_file_names() {
        assert_eq!(slug("Spending today (2024-25)"), "spending_today_2024_25");
        assert_eq!(slug("—"), "");
    }
}

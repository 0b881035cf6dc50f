//! Reading tariffs: bands, and straight lines between points.

use super::indicator::{Band, BandGives, BandLimit, IndicatorKind};
use super::kinds::BAND;
use super::read_indicator::word;
use super::terms::{read_annotations, read_term_of, read_term_pair};
use super::{Reference, Term};
use crate::findings::Finding;
use crate::inputs::Fields;

pub(super) fn read_piecewise(table: &Fields<'_>, of: Option<Reference>) -> Option<IndicatorKind> {
    let items = table.list("points");
    let path = table.path_of("points");
    if items.len() < 2 {
        table.file().push(
            Finding::error("wrong-type", table.place_of("points"))
                .found(format!("`{path}` with fewer than two points"))
                .expected("pairs [x, y] by rising x")
                .remedy("write points = [[0, 1], [100, 2]]"),
        );
    }
    let points: Option<Vec<(Term, Term)>> = items
        .into_iter()
        .map(|value| read_term_pair(table.file(), value, &path))
        .collect();
    let stated: Vec<f64> = points
        .iter()
        .flatten()
        .filter(|(x, _)| x.of.is_none())
        .map(|(x, _)| x.times)
        .collect();
    if stated.windows(2).any(|pair| pair[0] >= pair[1]) {
        table.file().push(
            Finding::error("points-not-rising", table.place_of("points"))
                .found(format!("x of {stated:?}"))
                .expected("points by rising x")
                .remedy("put the points in order"),
        );
    }
    let logarithmic = word(table, "scale", &[("linear", false), ("log", true)]);
    let extended = word(table, "beyond", &[("flat", false), ("extend", true)]);
    Some(IndicatorKind::Piecewise {
        of: of?,
        points: points.filter(|points| points.len() > 1)?,
        logarithmic,
        extended,
    })
}

pub(super) fn read_bands(table: &Fields<'_>) -> Option<Vec<Band>> {
    let tables = table.tables("bands");
    if tables.is_empty() {
        table.missing("bands", "bands from low to high");
    }
    let last = tables.len().saturating_sub(1);
    let bands: Vec<Option<Band>> = tables
        .into_iter()
        .enumerate()
        .map(|(position, band)| read_band(band, position == last))
        .collect();
    let bands: Option<Vec<Band>> = bands.into_iter().collect();
    bands.filter(|bands| !bands.is_empty())
}

fn read_band(band: Fields<'_>, is_last: bool) -> Option<Band> {
    let band = band.described_by(BAND.keys);
    read_annotations(&band);
    let (up_to, below) = (read_term_of(&band, "up_to"), read_term_of(&band, "below"));
    let value = read_term_of(&band, "value");
    let polynomial: Option<Vec<f64>> = band
        .list("polynomial")
        .into_iter()
        .map(|number| band.file().number_in(number, &band.path_of("polynomial")))
        .collect();
    band.finish();
    let limit = match (up_to, below) {
        (Some(limit), None) => BandLimit::UpTo(limit),
        (None, Some(limit)) => BandLimit::Below(limit),
        (None, None) if is_last => BandLimit::None,
        (found, _) => {
            band.file().push(
                Finding::error("band-limit", band.place())
                    .found(match found {
                        Some(_) => "a band with two limits",
                        None => "a band without a limit before the last",
                    })
                    .expected("`up_to` or `below` on every band but the last")
                    .why("an authority is in the first band whose limit it keeps")
                    .remedy("state one limit for each band but the last"),
            );
            return None;
        }
    };
    let polynomial = polynomial.filter(|coefficients| !coefficients.is_empty());
    let gives = match (value, polynomial) {
        (Some(value), None) => BandGives::Value(value),
        (None, Some(coefficients)) => BandGives::Polynomial(coefficients),
        _ => {
            band.missing("value", "what the band gives: `value` or `polynomial`");
            return None;
        }
    };
    Some(Band { limit, gives })
}

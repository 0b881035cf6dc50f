//! Reading `[[allocation.guarantee]]`.

use std::collections::BTreeMap;

use super::Reference;
use super::condition::read_where;
use super::guarantee::{
    BandReference, Basis, Bound, ChangeBy, Guarantee, GuaranteeKind, PerHead, RateBand, SetAside,
};
use super::tables::GUARANTEE;
use super::terms::{
    one_of, read_annotations, read_money, read_pounds, read_reference, read_reference_of,
};
use crate::findings::Finding;
use crate::ids::{GuaranteeName, ServiceName};
use crate::inputs::Fields;
use crate::units::Rate;

/// More than any formula has: a set of them is told by the bits of a number.
const MOST_GUARANTEES: usize = 100;

pub(super) fn read_guarantees(allocation: &Fields<'_>) -> Vec<Guarantee> {
    let mut guarantees: Vec<Guarantee> = Vec::new();
    for fields in allocation.tables("guarantee") {
        let fields = fields.described_by(GUARANTEE.keys);
        let Some(guarantee) = read_guarantee(&fields) else {
            continue;
        };
        if guarantees.iter().any(|other| other.name == guarantee.name) {
            fields.file().push(
                Finding::error("repeated-name", fields.place_of("name"))
                    .found(format!("two guarantees named \"{}\"", guarantee.name))
                    .expected("a name of its own for each guarantee")
                    .why("results name what binds by it")
                    .remedy("rename one of them"),
            );
        }
        guarantees.push(guarantee);
    }
    if guarantees.len() > MOST_GUARANTEES {
        allocation.file().push(
            Finding::error("too-many-guarantees", allocation.place_of("guarantee"))
                .found(format!("{} guarantees", guarantees.len()))
                .expected(format!("{MOST_GUARANTEES} at most"))
                .why("what each costs is told from the program with all others")
                .remedy("state one guarantee with a column of amounts, or with `where`"),
        );
    }
    guarantees
}

fn read_guarantee(fields: &Fields<'_>) -> Option<Guarantee> {
    read_annotations(fields);
    let name = fields.required_text("name", "the guarantee's name, as results show it");
    if let Some(name) = &name
        && (name.contains(';') || name == "zero" || name.trim().is_empty())
    {
        fields.file().push(
            Finding::error("unusable-name", fields.place_of("name"))
                .found(format!("a guarantee named \"{name}\""))
                .expected("a name without a semicolon, other than \"zero\"")
                .why("results join the names of binding guarantees by semicolons")
                .remedy("choose another name"),
        );
    }
    let only = read_where(fields);
    let services = fields
        .list("service")
        .into_iter()
        .filter_map(|value| fields.file().text_in(value, &fields.path_of("service")))
        .map(ServiceName::new)
        .collect();
    let priority = read_priority(fields);
    let kind = fields.required_text("kind", "\"floor\", \"ceiling\", \"group_band\" or another");
    let kind = match kind.as_deref() {
        Some("floor") => read_bound(fields).map(GuaranteeKind::Floor),
        Some("ceiling") => read_bound(fields).map(GuaranteeKind::Ceiling),
        Some("minimum_per_head") => read_minimum_per_head(fields),
        Some("minimum_per_person_in_need") => read_minimum_per_person(fields),
        Some("group_band") => read_group_band(fields),
        Some("ring_fence") => read_set_aside(fields).map(GuaranteeKind::RingFence),
        Some("minimum_share") => read_minimum_share(fields),
        Some("hold_harmless") => read_hold_harmless(fields),
        Some("pace_of_change") => read_pace_of_change(fields),
        Some("top_slice") => read_set_aside(fields).map(GuaranteeKind::TopSlice),
        Some(other) => {
            let words = GuaranteeKind::WORDS.map(|word| (word, ()));
            one_of(fields, "kind", other, &words);
            fields.entries();
            None
        }
        None => {
            fields.entries();
            None
        }
    };
    let funded_outside = read_funded_outside(fields, kind.as_ref());
    fields.finish();
    Some(Guarantee {
        name: GuaranteeName::new(name?),
        kind: kind?,
        only,
        services,
        priority,
        funded_outside,
        place: fields.place(),
    })
}

fn read_priority(fields: &Fields<'_>) -> Option<u32> {
    let number = fields.number("priority")?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be a small whole number"
    )]
    let priority =
        (number.fract() == 0.0 && (1.0..=1e6).contains(&number)).then_some(number as u32);
    if priority.is_none() {
        fields.file().push(
            Finding::error("number-out-of-range", fields.place_of("priority"))
                .found(format!("`{}` = {number}", fields.path_of("priority")))
                .expected("a whole number from 1, the greatest giving way first")
                .remedy("number the guarantees 1, 2, 3 in order of importance"),
        );
    }
    priority
}

/// `funded = "outside"`: a floor whose cost is no part of the quantum.
fn read_funded_outside(fields: &Fields<'_>, kind: Option<&GuaranteeKind>) -> bool {
    let Some(text) = fields.text("funded") else {
        return false;
    };
    let words = [("outside", true), ("quantum", false)];
    let outside = one_of(fields, "funded", &text, &words).unwrap_or(false);
    let raises_each = match kind {
        None => true,
        Some(
            GuaranteeKind::Floor(_)
            | GuaranteeKind::MinimumPerHead { .. }
            | GuaranteeKind::MinimumPerPersonInNeed { .. }
            | GuaranteeKind::MinimumShare { by: None, .. }
            | GuaranteeKind::HoldHarmless { .. },
        ) => true,
        Some(_) => false,
    };
    if outside && !raises_each {
        fields.file().push(
            Finding::error("cannot-be-funded-outside", fields.place_of("funded"))
                .found("a guarantee paid from outside the quantum that is no least amount")
                .expected("funded = \"outside\" on a floor, a minimum or hold_harmless")
                .why("only what lifts an authority above its amount can be paid on top of it")
                .remedy("delete funded"),
        );
    }
    outside
}

fn read_basis(fields: &Fields<'_>) -> Option<Basis> {
    match fields.text("on") {
        Some(text) => one_of(fields, "on", &text, &Basis::OF_MONEY),
        None => Some(Basis::Amount),
    }
}

fn read_rate(fields: &Fields<'_>, key: &str) -> Option<Rate> {
    let number = fields.number(key)?;
    let rate = Rate::new(number).filter(|_| number >= 0.0);
    if rate.is_none() {
        let (expected, remedy) = match key {
            "amount" => ("a sum of zero or above", "mend the sum"),
            _ => (
                "a rate of zero or above, 0.95 for 95 per cent",
                "mend the rate",
            ),
        };
        fields.file().push(
            Finding::error("number-out-of-range", fields.place_of(key))
                .found(format!("`{}` = {number}", fields.path_of(key)))
                .why("a guarantee below nothing guarantees nothing")
                .expected(expected)
                .remedy(remedy),
        );
    } else if number > 2.0 && key != "amount" {
        fields.file().push(
            Finding::warning("large-rate", fields.place_of(key))
                .found(format!("`{}` = {number}", fields.path_of(key)))
                .expected("a rate near 1")
                .why("rates are decimals here, never per cent")
                .remedy("write 95 per cent as 0.95"),
        );
    }
    rate
}

/// A rate that may be below zero: a change or a distance.
fn read_signed_rate(fields: &Fields<'_>, key: &str) -> Option<Rate> {
    let number = fields.number(key)?;
    let rate = Rate::new(number);
    if rate.is_none() {
        fields.file().push(
            Finding::error("number-out-of-range", fields.place_of(key))
                .found(format!("`{}` = {number}", fields.path_of(key)))
                .expected("a finite number of at most 15 decimals")
                .remedy("mend the number"),
        );
    }
    if key == "rate" && number <= -1.0 {
        fields.file().push(
            Finding::error("number-out-of-range", fields.place_of(key))
                .found(format!("`{}` = {number}", fields.path_of(key)))
                .expected("a change above −1, −0.05 for five per cent less")
                .why("rates are decimals here, never per cent")
                .remedy("write five per cent less as -0.05"),
        );
    }
    rate
}

/// What a floor or ceiling is on, by its word.
#[derive(Clone, Copy)]
enum On {
    Money(Basis),
    PerHead(Basis),
    Coverage,
    Distance,
    Change(Basis),
}

fn read_bound(fields: &Fields<'_>) -> Option<Bound> {
    let words = [
        ("amount", On::Money(Basis::Amount)),
        ("funding", On::Money(Basis::Funding)),
        ("change", On::Change(Basis::Funding)),
        ("amount_change", On::Change(Basis::Amount)),
        ("amount_per_head", On::PerHead(Basis::Amount)),
        ("funding_per_head", On::PerHead(Basis::Funding)),
        ("coverage", On::Coverage),
        ("distance_from_target", On::Distance),
    ];
    let on = match fields.text("on") {
        Some(text) => match one_of(fields, "on", &text, &words) {
            Some(on) => on,
            None => {
                // Which of the other keys belong depends on this one.
                fields.entries();
                return None;
            }
        },
        None => On::Money(Basis::Amount),
    };
    let has = |key: &str| fields.keys().iter().any(|known| known == key);
    let required = |key: &str, expected: &str| {
        if !has(key) {
            fields.missing(key, expected);
        }
    };
    match on {
        On::Money(basis) if has("amount") && !has("of") => Some(Bound::Pounds {
            amount: read_rate(fields, "amount")?,
            basis,
        }),
        On::Money(basis) => {
            let of = read_money(fields, "of");
            let rate = match fields.value("rate") {
                Some(_) => read_rate(fields, "rate"),
                None => Some(Rate::ONE),
            };
            Some(Bound::PartOf {
                of: of?,
                rate: rate?,
                basis,
            })
        }
        On::PerHead(basis) => {
            required("amount", "pounds per head");
            Some(Bound::PerHead {
                amount: read_rate(fields, "amount")?,
                basis,
            })
        }
        On::Coverage => {
            required("rate", "a part of the need amount, such as 0.9");
            read_rate(fields, "rate").map(Bound::Coverage)
        }
        On::Distance => {
            required("rate", "amount ÷ target − 1, such as -0.05");
            read_signed_rate(fields, "rate").map(Bound::DistanceFromTarget)
        }
        On::Change(basis) => {
            let of = read_money(fields, "of");
            let by = match (has("amount"), has("rate")) {
                (true, false) => read_signed_rate(fields, "amount").map(ChangeBy::Pounds),
                (false, true) => read_signed_rate(fields, "rate").map(ChangeBy::Part),
                _ => {
                    fields.missing(
                        "rate",
                        "either rate (a part of the baseline) or amount (pounds)",
                    );
                    fields.entries();
                    None
                }
            };
            Some(Bound::Change {
                of: of?,
                by: by?,
                basis,
            })
        }
    }
}

fn read_minimum_per_person(fields: &Fields<'_>) -> Option<GuaranteeKind> {
    if fields.value("amount").is_none() {
        fields.missing("amount", "pounds for each person in need");
    }
    let amount = read_rate(fields, "amount");
    let clients = read_reference_of(fields, "clients", "the column of people in need");
    let basis = read_basis(fields);
    Some(GuaranteeKind::MinimumPerPersonInNeed {
        amount: amount?,
        clients: clients?,
        basis: basis?,
    })
}

/// A sum in pounds, or a share of the quantum.
fn read_set_aside(fields: &Fields<'_>) -> Option<SetAside> {
    let has = |key: &str| fields.keys().iter().any(|known| known == key);
    match (has("amount"), has("share")) {
        (true, false) => {
            let number = fields.number("amount")?;
            read_pounds(fields, "amount", number).map(SetAside::Pounds)
        }
        (false, true) => read_part(fields, "share").map(SetAside::Share),
        _ => {
            fields.missing(
                "amount",
                "either amount (pounds) or share (part of the quantum)",
            );
            fields.entries();
            None
        }
    }
}

/// A part of the quantum, between 0 and 1.
fn read_part(fields: &Fields<'_>, key: &str) -> Option<Rate> {
    let rate = read_rate(fields, key)?;
    if rate.as_f64() > 1.0 {
        fields.file().push(
            Finding::error("number-out-of-range", fields.place_of(key))
                .found(format!("`{}` = {}", fields.path_of(key), rate.as_f64()))
                .expected("a part of the quantum between 0 and 1")
                .why("nobody can be promised more than there is")
                .remedy("write 2 per cent as 0.02"),
        );
    }
    Some(rate)
}

fn read_minimum_share(fields: &Fields<'_>) -> Option<GuaranteeKind> {
    if fields.value("share").is_none() {
        fields.missing("share", "a part of the quantum, such as 0.0025");
    }
    let share = read_part(fields, "share");
    let by = fields
        .value("by")
        .and_then(|value| read_reference(fields.file(), value, &fields.path_of("by")));
    Some(GuaranteeKind::MinimumShare { share: share?, by })
}

fn read_hold_harmless(fields: &Fields<'_>) -> Option<GuaranteeKind> {
    let of = read_money(fields, "of");
    let by = read_reference_of(fields, "by", "the column whose number picks the band");
    let tables = fields.tables("bands");
    if tables.is_empty() {
        fields.missing(
            "bands",
            "bands = [{ below = 0.15, rate = 0.85 }, { rate = 0.95 }]",
        );
    }
    let mut bands = Vec::new();
    for (position, table) in tables.iter().enumerate() {
        read_annotations(table);
        let below = table.number("below");
        if table.value("rate").is_none() {
            table.missing("rate", "the part that is kept, such as 0.95");
        }
        let rate = read_rate(table, "rate");
        table.finish();
        let is_last = position + 1 == tables.len();
        let rises = match (bands.last(), below) {
            (Some(RateBand { below: Some(a), .. }), Some(b)) => *a < b,
            _ => true,
        };
        if below.is_none() != is_last || !rises {
            fields.file().push(
                Finding::error("bands-out-of-order", table.place())
                    .found("a band that does not follow from the one before")
                    .expected("bands with rising `below`, and a last one without it")
                    .why("every number must be in one band and in no other")
                    .remedy("order the bands, and leave `below` out of the last alone"),
            );
        }
        if let Some(rate) = rate {
            bands.push(RateBand { below, rate });
        }
    }
    let basis = read_basis(fields);
    Some(GuaranteeKind::HoldHarmless {
        of: of?,
        by: by?,
        bands: (bands.len() == tables.len() && !bands.is_empty()).then_some(bands)?,
        basis: basis?,
    })
}

fn read_pace_of_change(fields: &Fields<'_>) -> Option<GuaranteeKind> {
    let of = read_money(fields, "of");
    let (down, up) = (read_rate(fields, "down"), read_rate(fields, "up"));
    if fields.value("down").is_none() && fields.value("up").is_none() {
        fields.missing("down", "down, up or both, as parts of the baseline");
    }
    let basis = read_basis(fields);
    Some(GuaranteeKind::PaceOfChange {
        of: of?,
        down,
        up,
        basis: basis?,
    })
}

fn read_minimum_per_head(fields: &Fields<'_>) -> Option<GuaranteeKind> {
    let has = |key: &str| fields.keys().iter().any(|known| known == key);
    let per_head = match (has("amount"), has("of_average")) {
        (true, false) => read_rate(fields, "amount").map(PerHead::Pounds),
        (false, true) => read_rate(fields, "of_average").map(PerHead::OfAverage),
        _ => {
            fields.missing(
                "amount",
                "either amount (pounds per head) or of_average (part of the quantum per head)",
            );
            fields.entries();
            None
        }
    };
    let basis = read_basis(fields);
    Some(GuaranteeKind::MinimumPerHead {
        per_head: per_head?,
        basis: basis?,
    })
}

fn read_group_band(fields: &Fields<'_>) -> Option<GuaranteeKind> {
    let by = read_group(fields);
    let reference = read_band_reference(fields);
    let (lower, upper) = (read_rate(fields, "lower"), read_rate(fields, "upper"));
    if let (Some(lower), Some(upper)) = (lower, upper)
        && lower.as_f64() > upper.as_f64()
    {
        fields.file().push(
            Finding::error("band-upside-down", fields.place_of("lower"))
                .found(format!(
                    "lower = {} above upper = {}",
                    lower.as_f64(),
                    upper.as_f64()
                ))
                .expected("lower at or below upper")
                .why("no total can be in such a band")
                .remedy("exchange the two"),
        );
    }
    if lower.is_none() && upper.is_none() {
        fields.missing("lower", "lower, upper or both, as parts of the reference");
    }
    let basis = read_basis(fields);
    Some(GuaranteeKind::GroupBand {
        by: by?,
        reference: reference?,
        lower,
        upper,
        basis: basis?,
    })
}

/// The column that a guarantee on groups goes by.
fn read_group(fields: &Fields<'_>) -> Option<Reference> {
    read_reference_of(fields, "by", "a column, such as \"region\"")
}

/// Money as for a floor, or `{ R1 = pounds, … }`.
fn read_band_reference(fields: &Fields<'_>) -> Option<BandReference> {
    let is_stated = fields
        .value("reference")
        .and_then(|value| value.get_ref().as_table())
        .is_some_and(|table| {
            !["sum", "formula", "column"]
                .iter()
                .any(|key| table.get(*key).is_some())
        });
    if !is_stated {
        return read_money(fields, "reference").map(BandReference::Money);
    }
    let table = fields.table("reference")?;
    let mut groups = BTreeMap::new();
    for (group, value) in table.entries() {
        let path = table.path_of(&group);
        if let Some(number) = table.file().number_in(value, &path)
            && let Some(pounds) = read_pounds(&table, &group, number)
        {
            groups.insert(group, pounds);
        }
    }
    Some(BandReference::Stated(groups))
}

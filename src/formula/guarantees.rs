//! Reading `[[allocation.guarantee]]`.

use std::collections::BTreeMap;

use super::terms::{one_of, read_annotations, read_money, read_pounds};
use super::{BandReference, Basis, Bound, Guarantee, GuaranteeKind, PerHead};
use crate::findings::Finding;
use crate::ids::GuaranteeName;
use crate::inputs::Fields;
use crate::units::Rate;

pub(super) fn read_guarantees(allocation: &Fields<'_>) -> Vec<Guarantee> {
    let mut guarantees: Vec<Guarantee> = Vec::new();
    for fields in allocation.tables("guarantee") {
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
    let kind = fields.required_text(
        "kind",
        "\"floor\", \"ceiling\", \"minimum_per_head\" or \"group_band\"",
    );
    let kind = match kind.as_deref() {
        Some("floor") => read_bound(fields).map(GuaranteeKind::Floor),
        Some("ceiling") => read_bound(fields).map(GuaranteeKind::Ceiling),
        Some("minimum_per_head") => read_minimum_per_head(fields),
        Some("group_band") => read_group_band(fields),
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
    fields.finish();
    Some(Guarantee {
        name: GuaranteeName::new(name?),
        kind: kind?,
        only,
        place: fields.place(),
    })
}

fn read_where(fields: &Fields<'_>) -> BTreeMap<String, String> {
    let Some(table) = fields.table("where") else {
        return BTreeMap::new();
    };
    table
        .entries()
        .into_iter()
        .filter_map(|(column, value)| {
            let text = table.file().text_in(value, &table.path_of(&column))?;
            Some((column, text.to_string()))
        })
        .collect()
}

fn read_basis(fields: &Fields<'_>) -> Option<Basis> {
    match fields.text("on") {
        Some(text) => one_of(
            fields,
            "on",
            &text,
            &[("amount", Basis::Amount), ("funding", Basis::Funding)],
        ),
        None => Some(Basis::Amount),
    }
}

fn read_rate(fields: &Fields<'_>, key: &str) -> Option<Rate> {
    let number = fields.number(key)?;
    let rate = Rate::new(number).filter(|_| number >= 0.0);
    if rate.is_none() {
        fields.file().push(
            Finding::error("number-out-of-range", fields.place_of(key))
                .found(format!("`{}` = {number}", fields.path_of(key)))
                .why("a guarantee below nothing guarantees nothing")
                .expected("a rate of zero or above, 0.95 for 95 per cent")
                .remedy("mend the rate"),
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

fn read_bound(fields: &Fields<'_>) -> Option<Bound> {
    let of = read_money(fields, "of");
    let rate = match fields.value("rate") {
        Some(_) => read_rate(fields, "rate"),
        None => Some(Rate::ONE),
    };
    let basis = read_basis(fields);
    Some(Bound {
        of: of?,
        rate: rate?,
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
    let by = fields.required_text("by", "a text column, such as \"region\"");
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

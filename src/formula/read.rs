//! Reading formula files, every fault at once.

use std::path::{Path, PathBuf};

use super::guarantees::read_guarantees;
use super::objective::read_objective;
use super::read_indicator::read_indicator;
use super::reproduces::read_reproduces;
use super::tables::{ALLOCATION, AREA_COST, DATA, FORMULA, OWN_RESOURCES, SERVICE, TOP_UP};
use super::terms::{
    one_of, read_amount_terms, read_annotations, read_pounds, read_reference, read_reference_of,
};
use super::{
    AreaCost, AreaCostForm, Formula, FormulaData, Indicator, Need, NotionalRate, NotionalResources,
    OnClash, OwnResources, Provenance, Quantum, Reference, RelativeNeed, Service, TierShare, TopUp,
};
use crate::findings::{Finding, Findings, Place, did_you_mean};
use crate::ids::{FormulaName, ServiceName};
use crate::inputs::named::{Named, layers, open_named, stem};
use crate::inputs::{ANNOTATIONS, Fields, Roles, SourceFile, TomlFile};
use crate::units::Pounds;

/// How far the quantum shares of services may sum from 1: the last digit of shares
/// written with nine decimals.
const SHARES_SUM_WITHIN: f64 = 1e-9;

/// Formula files, and what may be laid over them.
pub const FORMULAS: Named = Named {
    word: "formula",
    unknown: "unknown-formula",
    folder: "formulas",
    overlays: "formulas/overlays",
};

/// Reads a formula by path (if it contains `/` or ends in `.toml`) or built-in name, with
/// overlays after `+`. `place` is where the name stands.
pub fn open_formula(
    name: &str,
    place: &Place,
    findings: &mut Findings,
) -> Option<(Formula, Vec<SourceFile>)> {
    let files = open_named(name, FORMULAS, place, findings)?;
    let folder = layers(name)
        .first()
        .and_then(|first| Path::new(first).parent())
        .map(Path::to_path_buf);
    let formula = read_layers(FormulaName::new(stem(name)), &files, folder, findings)?;
    Some((formula, files))
}

/// Reads a formula from a file's text. `folder` is where its own table is looked for. A
/// formula that is complete in spite of error findings (an unknown key, say) is good
/// for finding what else is wrong, and for nothing more.
pub fn read_formula(
    name: FormulaName,
    file: &SourceFile,
    folder: Option<PathBuf>,
    findings: &mut Findings,
) -> Option<Formula> {
    read_layers(name, std::slice::from_ref(file), folder, findings)
}

/// Reads a formula from a file and the overlays that follow it.
pub fn read_layers(
    name: FormulaName,
    files: &[SourceFile],
    folder: Option<PathBuf>,
    findings: &mut Findings,
) -> Option<Formula> {
    let toml = TomlFile::parse_layers(files, findings)?;
    let formula = read_root(name, &toml.root().described_by(FORMULA.keys), folder);
    findings.append(toml.into_findings());
    formula
}

fn read_root(name: FormulaName, root: &Fields<'_>, folder: Option<PathBuf>) -> Option<Formula> {
    let title = root.required_text("title", "a name for readers");
    let summary = root.required_text("summary", "one sentence a minister could read");
    let provenance = read_provenance(root);
    let compare_by_default = root.flag("compare_by_default").unwrap_or(false);
    let data = read_data(root, folder);
    let year = root.text("year");
    let indicators: Vec<Indicator> = root
        .tables("indicator")
        .iter()
        .filter_map(read_indicator)
        .collect();
    let services = read_services(root);
    let reproduces = read_reproduces(root);
    let own_resources = root
        .table("own_resources")
        .map(|table| read_own_resources(&table.described_by(OWN_RESOURCES.keys)));
    let allocation = root
        .table("allocation")
        .map(|table| table.described_by(ALLOCATION.keys));
    if allocation.is_none() && !root.keys().iter().any(|key| key == "allocation") {
        root.missing("allocation", "[allocation] with a quantum");
    }
    read_annotations(root);
    root.finish();
    let allocation = allocation?;
    let quantum = read_quantum(&allocation, &indicators);
    let quantum_place = allocation.place_of("quantum");
    let need_place = match allocation
        .keys()
        .iter()
        .find(|k| ["need", "target"].contains(&k.as_str()))
    {
        Some(key) => allocation.place_of(key),
        None => root.place_of("service"),
    };
    let need = read_need(root, services, &allocation);
    let objective = read_objective(&allocation);
    let guarantees = read_guarantees(&allocation);
    let services_apart = match allocation.text("services") {
        Some(text) => {
            let words = [("together", false), ("apart", true)];
            one_of(&allocation, "services", &text, &words).unwrap_or(false)
        }
        None => false,
    };
    let on_clash = match allocation.text("on_clash") {
        Some(text) => {
            let words = [("stop", OnClash::Stop), ("relax", OnClash::Relax)];
            one_of(&allocation, "on_clash", &text, &words).unwrap_or_default()
        }
        None => OnClash::Stop,
    };
    read_annotations(&allocation);
    allocation.finish();
    Some(Formula {
        name,
        title: title?,
        summary: summary?,
        provenance: provenance?,
        data: data?,
        compare_by_default,
        year,
        indicators,
        need: need?,
        own_resources: match own_resources {
            Some(read) => Some(read?),
            None => None,
        },
        quantum: quantum?,
        objective: objective?,
        guarantees,
        services_apart,
        on_clash,
        reproduces,
        quantum_place,
        need_place,
    })
}

fn read_provenance(root: &Fields<'_>) -> Option<Provenance> {
    let text = root.required_text(
        "kind",
        "\"official\", \"reconstructed\", \"illustrative\" or \"our-judgement\"",
    )?;
    one_of(root, "kind", &text, &Provenance::WORDS)
}

fn read_data(root: &Fields<'_>, folder: Option<PathBuf>) -> Option<FormulaData> {
    let dataset = root.text("dataset");
    let Some(data) = root.table("data").map(|data| data.described_by(DATA.keys)) else {
        if dataset.is_none() {
            root.missing(
                "dataset",
                "dataset = \"england-2024\", or [data] with a table of the formula's own",
            );
        }
        return dataset.map(FormulaData::BuiltIn);
    };
    let table = data.required_text("table", "a CSV file or a package folder");
    let roles = Roles {
        code: data.text("code"),
        name: data.text("name"),
        class: data.text("class"),
        region: data.text("region"),
        reporting_region: data.text("reporting_region"),
        population: data.text("population"),
        deprivation: data.text("deprivation"),
        tax_base: data.text("tax_base"),
        older_people: data.text("older_people"),
        rural_share: data.text("rural_share"),
        left_out_of_rankings: data.text("left_out_of_rankings"),
    };
    read_annotations(&data);
    data.finish();
    if dataset.is_some() {
        root.file().push(
            Finding::error("two-datasets", root.place_of("dataset"))
                .found("`dataset` and [data]")
                .expected("one of the two")
                .remedy("delete the one that is not meant"),
        );
    }
    let table = PathBuf::from(table?);
    Some(FormulaData::Own {
        table: folder.map_or(table.clone(), |folder| folder.join(&table)),
        roles: Box::new(roles),
    })
}

fn read_services(root: &Fields<'_>) -> Vec<Option<Service>> {
    let mut services: Vec<Option<Service>> = root
        .tables("service")
        .into_iter()
        .map(|fields| read_service(&fields.described_by(SERVICE.keys)))
        .collect();
    let read: Vec<&mut Service> = services.iter_mut().flatten().collect();
    let whole = read.len() == root.tables("service").len() && !read.is_empty();
    let with_total = read
        .iter()
        .filter(|service| service.control_total.is_some())
        .count();
    if whole && with_total == read.len() {
        let pounds = |service: &Service| service.control_total.map_or(0.0, Pounds::as_f64);
        let all: f64 = read.iter().map(|service| pounds(service)).sum();
        for service in read {
            service.quantum_share = pounds(service) / all;
        }
        return services;
    }
    let total: f64 = read.iter().map(|service| service.quantum_share).sum();
    if whole && with_total > 0 {
        root.file().push(
            Finding::error("control-totals", root.place_of("service"))
                .found(format!(
                    "a control total for {with_total} of {} services",
                    services.len()
                ))
                .expected("a control total for every service, or for none")
                .remedy("state quantum_share or control_total alike for all"),
        );
    } else if whole && (total - 1.0).abs() > SHARES_SUM_WITHIN {
        root.file().push(
            Finding::error("quantum-shares", root.place_of("service"))
                .found(format!("quantum shares that sum to {total}"))
                .expected("shares that sum to 1")
                .why("the quantum is divided among the services before it is shared")
                .remedy("mend one of the services' quantum_share"),
        );
    }
    services
}

/// A share between 0 and 1, if there.
fn read_share(fields: &Fields<'_>, key: &str) -> Option<f64> {
    let share = fields.number(key)?;
    if !(0.0..=1.0).contains(&share) {
        let remedy = if (1.0..=100.0).contains(&share) {
            format!(
                "write per cent as a share: {share} % is {}",
                (share * 1e7).round() / 1e9
            )
        } else {
            "mend the share".to_string()
        };
        fields.file().push(
            Finding::error("number-out-of-range", fields.place_of(key))
                .found(format!("`{}` = {share}", fields.path_of(key)))
                .expected("a share between 0 and 1")
                .why("rates are decimals here, never per cent")
                .remedy(remedy),
        );
    }
    Some(share)
}

fn read_service(fields: &Fields<'_>) -> Option<Service> {
    read_annotations(fields);
    let name = fields.required_text("name", "the service's name");
    let quantum_share = read_share(fields, "quantum_share").unwrap_or(1.0);
    let control_total = fields
        .number("control_total")
        .and_then(|number| read_pounds(fields, "control_total", number));
    if control_total.is_some_and(|total| total <= Pounds::ZERO) {
        fields.file().push(
            Finding::error("number-out-of-range", fields.place_of("control_total"))
                .found(format!(
                    "`{}` of zero or less",
                    fields.path_of("control_total")
                ))
                .expected("pounds above zero")
                .remedy("delete the service, or state what is to be shared by it"),
        );
    }
    let relative_need = read_relative_need(fields);
    let area_cost = fields
        .tables("area_cost")
        .into_iter()
        .filter_map(|table| {
            let table = &table.described_by(AREA_COST.keys);
            read_annotations(table);
            let index = read_reference_of(table, "index", "an index of local costs");
            let weight = read_share(table, "weight");
            if table.value("weight").is_none() {
                table.missing("weight", "the part of costs that varies");
            }
            table.finish();
            Some(AreaCost {
                index: index?,
                weight: weight?,
            })
        })
        .collect();
    let area_cost_form = fields
        .text("area_cost_form")
        .and_then(|text| {
            let words = [
                ("sum", AreaCostForm::Sum),
                ("product", AreaCostForm::Product),
            ];
            one_of(fields, "area_cost_form", &text, &words)
        })
        .unwrap_or_default();
    fields.finish();
    Some(Service {
        name: ServiceName::new(name?),
        quantum_share,
        control_total,
        relative_need: relative_need?,
        area_cost,
        area_cost_form,
        place: fields.place(),
    })
}

/// clients, basic and top-ups, or a score.
fn read_relative_need(fields: &Fields<'_>) -> Option<RelativeNeed> {
    let score = fields
        .value("score")
        .map(|value| read_reference(fields.file(), value, &fields.path_of("score")));
    let top_up: Vec<TopUp> = fields
        .tables("top_up")
        .into_iter()
        .filter_map(|table| {
            let table = &table.described_by(TOP_UP.keys);
            read_annotations(table);
            let index = read_reference_of(table, "index", "the indicator of the top-up");
            let amount = table.required_number("amount", "the amount at the mean");
            table.finish();
            Some(TopUp {
                index: index?,
                amount: amount?,
            })
        })
        .collect();
    if let Some(score) = score {
        // Asked for both, so that neither is called unknown besides.
        let (clients, basic) = (fields.value("clients"), fields.value("basic"));
        if clients.is_some() || basic.is_some() || !top_up.is_empty() {
            fields.file().push(
                Finding::error("two-scores", fields.place_of("score"))
                    .found("`score` beside clients, basic or top_up")
                    .expected("one of the two")
                    .why("the score would be worked out twice")
                    .remedy("delete what is not meant"),
            );
        }
        return score.map(RelativeNeed::Score);
    }
    let clients = read_reference_of(fields, "clients", "the column of who may need the service");
    let basic = fields.required_number("basic", "need per client before top-ups");
    if basic.is_some_and(|basic| basic < 0.0) {
        fields.file().push(
            Finding::error("number-out-of-range", fields.place_of("basic"))
                .found(format!("`{}` below zero", fields.path_of("basic")))
                .expected("zero or above")
                .why("clients cannot have negative need")
                .remedy("mend the amount"),
        );
    }
    Some(RelativeNeed::PerClient {
        clients: clients?,
        basic: basic?,
        top_up,
    })
}

fn read_own_resources(fields: &Fields<'_>) -> Option<OwnResources> {
    read_annotations(fields);
    let equalisation = read_share(fields, "equalisation").unwrap_or(1.0);
    let has = |key: &str| fields.keys().iter().any(|known| known == key);
    let read = if has("amount") {
        read_amount_terms(fields, "amount").map(|terms| OwnResources::Amount {
            terms,
            equalisation,
        })
    } else {
        read_notional(fields, equalisation)
            .map(|notional| OwnResources::Notional(Box::new(notional)))
    };
    fields.finish();
    read
}

fn read_notional(fields: &Fields<'_>, equalisation: f64) -> Option<NotionalResources> {
    let base = read_reference_of(
        fields,
        "base",
        "the tax base, or amount = \"column\" in money",
    );
    let support: Option<Option<Reference>> = fields
        .value("support")
        .map(|value| read_reference(fields.file(), value, &fields.path_of("support")));
    let collection_rate = read_share(fields, "collection_rate").unwrap_or(1.0);
    let rate = match fields.value("notional_rate") {
        Some(value) if value.get_ref().is_table() => {
            let table = fields.table("notional_rate")?;
            read_annotations(&table);
            let total = read_reference_of(&table, "total", "the column of what the tax raises");
            table.finish();
            total.map(NotionalRate::AverageOf)
        }
        Some(value) => fields
            .file()
            .number_in(value, &fields.path_of("notional_rate"))
            .map(NotionalRate::Stated),
        None => {
            fields.missing(
                "notional_rate",
                "pounds per unit of base, or { total = \"column\" }",
            );
            None
        }
    };
    let tier_share = fields.table("tier_share").map(|table| TierShare {
        by_class: table
            .keys()
            .into_iter()
            .filter(|class| !ANNOTATIONS.contains(&class.as_str()))
            .filter_map(|class| Some((class.clone(), read_share(&table, &class)?)))
            .collect(),
        place: fields.place_of("tier_share"),
    });
    let share_for_services = read_share(fields, "share_for_services").unwrap_or(1.0);
    Some(NotionalResources {
        base: base?,
        support: match support {
            Some(support) => Some(support?),
            None => None,
        },
        collection_rate,
        rate: rate?,
        tier_share,
        share_for_services,
        equalisation,
    })
}

fn read_quantum(allocation: &Fields<'_>, indicators: &[Indicator]) -> Option<Quantum> {
    let Some(value) = allocation.value("quantum") else {
        allocation.missing(
            "quantum",
            "\"spending\", \"spending_less_own_resources\", pounds, { sum = [\"column\"] } over all authorities, or an indicator that is one number",
        );
        return None;
    };
    if value.get_ref().is_str() {
        let text = allocation.text("quantum")?;
        if indicators
            .iter()
            .any(|indicator| indicator.name.as_str() == text)
        {
            let reference =
                read_reference(allocation.file(), value, &allocation.path_of("quantum"));
            return reference.map(Quantum::Number);
        }
        let words = [
            ("spending", Quantum::Spending),
            (
                "spending_less_own_resources",
                Quantum::SpendingLessOwnResources,
            ),
            ("control_totals", Quantum::ControlTotals),
        ];
        let known = words.iter().find(|(word, _)| *word == text);
        if known.is_none() {
            let names = indicators.iter().map(|indicator| indicator.name.as_str());
            let known = words.iter().map(|(word, _)| *word).chain(names);
            allocation.file().push(
                Finding::error("unknown-word", allocation.place_of("quantum"))
                    .found(format!("`quantum` = \"{text}\""))
                    .expected("\"spending\", \"spending_less_own_resources\", \"control_totals\", pounds, { sum = [\"column\"] } over all authorities, or an indicator that is one number")
                    .remedy(did_you_mean(&text, known)),
            );
        }
        return known.map(|(_, quantum)| quantum.clone());
    }
    if value.get_ref().is_table() {
        return read_amount_terms(allocation, "quantum").map(Quantum::Sum);
    }
    let number = allocation.number("quantum")?;
    read_pounds(allocation, "quantum", number).map(Quantum::Stated)
}

fn read_need(
    root: &Fields<'_>,
    services: Vec<Option<Service>>,
    allocation: &Fields<'_>,
) -> Option<Need> {
    let has = |key: &str| allocation.keys().iter().any(|known| known == key);
    let stated: Vec<&str> = [
        ("[[service]]", !services.is_empty()),
        ("need", has("need")),
        ("target", has("target")),
    ]
    .into_iter()
    .filter_map(|(word, there)| there.then_some(word))
    .collect();
    let relative = has("need").then(|| read_amount_terms(allocation, "need"));
    let targets = has("target").then(|| read_amount_terms(allocation, "target"));
    if stated.len() != 1 {
        root.file().push(
            Finding::error("how-need-is-measured", allocation.place())
                .found(match stated.len() {
                    0 => "no measure of need".to_string(),
                    _ => stated.join(" and "),
                })
                .expected("one of: [[service]] tables, allocation.need, allocation.target")
                .remedy("state one of them"),
        );
        return None;
    }
    match (relative, targets) {
        (Some(terms), _) => terms.map(Need::Relative),
        (_, Some(terms)) => terms.map(Need::Targets),
        _ => services
            .into_iter()
            .collect::<Option<_>>()
            .map(Need::Services),
    }
}

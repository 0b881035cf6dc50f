//! Reading formula files, every fault at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::indicator::read_indicator;
use super::{
    AreaCost, BandReference, Basis, Bound, Formula, FormulaData, Guarantee, GuaranteeKind, Money,
    Need, NotionalRate, Objective, OwnResources, PerHead, Provenance, Quantum, Reference, Service,
    Term, TopUp,
};
use crate::findings::{Finding, Findings, Place, did_you_mean};
use crate::ids::{FormulaName, GuaranteeName, IndicatorName, ServiceName};
use crate::inputs::{Fields, Roles, SourceFile, TomlFile, Value, built_in};
use crate::units::{FinePounds, Pounds, Rate};

/// How far the quantum shares of services may sum from 1: the last digit of shares
/// written with nine decimals.
const SHARES_SUM_WITHIN: f64 = 1e-9;

/// Reads a formula by path (if it contains `/` or ends in `.toml`) or built-in name.
pub fn open_formula(name: &str, findings: &mut Findings) -> Option<(Formula, SourceFile)> {
    let is_path = name.contains('/') || name.ends_with(".toml");
    let file = if is_path {
        SourceFile::open(Path::new(name), findings)?
    } else {
        match SourceFile::built_in(&format!("formulas/{name}.toml")) {
            Some(file) => file,
            None => {
                findings.push(
                    Finding::error("unknown-formula", Place::default())
                        .found(format!("formula `{name}`"))
                        .expected("a built-in formula, or the path of a file ending in .toml")
                        .remedy(did_you_mean(name, built_in::formula_names())),
                );
                return None;
            }
        }
    };
    let stem = Path::new(name)
        .file_stem()
        .map_or_else(|| name.to_string(), |s| s.to_string_lossy().into_owned());
    let folder = Path::new(name).parent().map(Path::to_path_buf);
    let formula = read_formula(FormulaName::new(stem), &file, folder, findings)?;
    Some((formula, file))
}

/// Reads a formula from a file's text. `folder` is where its own table is looked for.
pub fn read_formula(
    name: FormulaName,
    file: &SourceFile,
    folder: Option<PathBuf>,
    findings: &mut Findings,
) -> Option<Formula> {
    let toml = TomlFile::parse(file, findings)?;
    let formula = read_root(name, &toml.root(), folder);
    let found = toml.into_findings();
    let sound = !found.has_errors();
    findings.append(found);
    formula.filter(|_| sound)
}

fn read_root(name: FormulaName, root: &Fields<'_>, folder: Option<PathBuf>) -> Option<Formula> {
    let title = root.required_text("title", "a name for readers");
    let summary = root.required_text("summary", "one sentence a minister could read");
    let provenance = read_provenance(root);
    let compare_by_default = root.flag("compare_by_default").unwrap_or(false);
    let data = read_data(root, folder);
    let indicators = root
        .tables("indicator")
        .iter()
        .filter_map(read_indicator)
        .collect();
    let services = read_services(root);
    let own_resources = root.table("own_resources").map(|t| read_own_resources(&t));
    let allocation = root.table("allocation");
    if allocation.is_none() && !root.keys().iter().any(|key| key == "allocation") {
        root.missing("allocation", "[allocation] with a quantum");
    }
    read_annotations(root);
    root.finish();
    let allocation = allocation?;
    let quantum = read_quantum(&allocation);
    let need = read_need(root, services, &allocation);
    let objective = read_objective(&allocation);
    let guarantees = read_guarantees(&allocation);
    read_annotations(&allocation);
    allocation.finish();
    Some(Formula {
        name,
        title: title?,
        summary: summary?,
        provenance: provenance?,
        data: data?,
        compare_by_default,
        indicators,
        need: need?,
        own_resources: match own_resources {
            Some(read) => Some(read?),
            None => None,
        },
        quantum: quantum?,
        objective: objective?,
        guarantees,
        place: root.place(),
    })
}

/// Marks where a number comes from, as text: `source`, `judgement`,
/// `illustrative`, `note`, or `sources` by key. Results do not depend on them; a
/// test holds the built-in formulas to having them.
pub(super) fn read_annotations(fields: &Fields<'_>) {
    for key in ["source", "judgement", "illustrative", "note"] {
        fields.text(key);
    }
    if let Some(table) = fields.table("sources") {
        for (key, value) in table.entries() {
            table.file().text_in(value, &table.path_of(&key));
        }
    }
}

fn one_of<T: Copy>(
    fields: &Fields<'_>,
    key: &str,
    text: &str,
    words: &[(&'static str, T)],
) -> Option<T> {
    let known = words.iter().find(|(word, _)| *word == text);
    if known.is_none() {
        fields.file().push(
            Finding::error("unknown-word", fields.place_of(key))
                .found(format!("`{}` = \"{text}\"", fields.path_of(key)))
                .expected(format!(
                    "one of {}",
                    words
                        .iter()
                        .map(|(word, _)| format!("\"{word}\""))
                        .collect::<Vec<_>>()
                        .join(", ")
                ))
                .remedy(did_you_mean(text, words.iter().map(|(word, _)| *word))),
        );
    }
    known.map(|(_, value)| *value)
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
    let Some(data) = root.table("data") else {
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
        roles,
    })
}

/// A column or indicator by name.
pub(super) fn read_reference(
    file: &TomlFile<'_>,
    value: &Value<'_>,
    path: &str,
) -> Option<Reference> {
    Some(Reference {
        name: IndicatorName::new(file.text_in(value, path)?),
        place: file.place(value),
    })
}

/// A number, a name, or `{ of = name, times = number }`.
pub(super) fn read_term(file: &TomlFile<'_>, value: &Value<'_>, path: &str) -> Option<Term> {
    if value.get_ref().is_str() {
        return read_reference(file, value, path).map(Term::Of);
    }
    if value.get_ref().is_table() {
        let table = file.table_in(value, path)?;
        read_annotations(&table);
        let of = match table.value("of") {
            Some(value) => read_reference(file, value, &table.path_of("of")),
            None => {
                table.missing("of", "a column or indicator");
                None
            }
        };
        let times = table.number("times").unwrap_or(1.0);
        table.finish();
        return of.map(|of| Term::Times(of, times));
    }
    file.number_in(value, path).map(Term::Number)
}

/// A list of terms; a lone term counts as a list of one.
pub(super) fn read_terms(fields: &Fields<'_>, key: &str) -> Option<Vec<Term>> {
    let path = fields.path_of(key);
    let items = fields.list(key);
    if items.is_empty() {
        fields.file().push(
            Finding::error("empty-list", fields.place_of(key))
                .found(format!("`{path}` has no parts"))
                .expected("at least one column, indicator or number")
                .remedy(format!("write {key} = [\"column\"]")),
        );
        return None;
    }
    let terms: Vec<Option<Term>> = items
        .into_iter()
        .map(|value| read_term(fields.file(), value, &path))
        .collect();
    terms.into_iter().collect()
}

fn read_reference_of(fields: &Fields<'_>, key: &str, expected: &str) -> Option<Reference> {
    match fields.value(key) {
        Some(value) => read_reference(fields.file(), value, &fields.path_of(key)),
        None => {
            fields.missing(key, expected);
            None
        }
    }
}

fn read_services(root: &Fields<'_>) -> Vec<Option<Service>> {
    let services: Vec<Option<Service>> = root.tables("service").iter().map(read_service).collect();
    let read: Vec<&Service> = services.iter().flatten().collect();
    let total: f64 = read.iter().map(|service| service.quantum_share).sum();
    if read.len() == services.len() && !read.is_empty() && (total - 1.0).abs() > SHARES_SUM_WITHIN {
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

fn read_service(fields: &Fields<'_>) -> Option<Service> {
    read_annotations(fields);
    let name = fields.required_text("name", "the service's name");
    let quantum_share = fields.number("quantum_share").unwrap_or(1.0);
    if !(0.0..=1.0).contains(&quantum_share) {
        fields.file().push(
            Finding::error("number-out-of-range", fields.place_of("quantum_share"))
                .found(quantum_share.to_string())
                .expected("a share between 0 and 1")
                .remedy("write per cent as a share: 38.2 % is 0.382"),
        );
    }
    let clients = read_reference_of(fields, "clients", "the column of who may need the service");
    let basic = fields.required_number("basic", "need per client before top-ups");
    let top_up = fields
        .tables("top_up")
        .iter()
        .filter_map(|table| {
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
    let area_cost = fields
        .tables("area_cost")
        .iter()
        .filter_map(|table| {
            read_annotations(table);
            let index = read_reference_of(table, "index", "an index of local costs");
            let weight = table.required_number("weight", "the part of costs that varies");
            table.finish();
            Some(AreaCost {
                index: index?,
                weight: weight?,
            })
        })
        .collect();
    fields.finish();
    Some(Service {
        name: ServiceName::new(name?),
        quantum_share,
        clients: clients?,
        basic: basic?,
        top_up,
        area_cost,
        place: fields.place(),
    })
}

fn read_own_resources(fields: &Fields<'_>) -> Option<OwnResources> {
    read_annotations(fields);
    let equalisation = fields.number("equalisation").unwrap_or(1.0);
    let has = |key: &str| fields.keys().iter().any(|known| known == key);
    let read = if has("amount") {
        read_amount_terms(fields, "amount").map(|terms| OwnResources::Amount {
            terms,
            equalisation,
        })
    } else {
        let base = read_reference_of(
            fields,
            "base",
            "the tax base, or amount = \"column\" in money",
        );
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
        let share_for_services = fields.number("share_for_services").unwrap_or(1.0);
        base.zip(rate).map(|(base, rate)| OwnResources::Notional {
            base,
            rate,
            share_for_services,
            equalisation,
        })
    };
    fields.finish();
    read
}

/// `"column"` or `{ sum = [...] }`.
fn read_amount_terms(fields: &Fields<'_>, key: &str) -> Option<Vec<Term>> {
    let value = fields.value(key)?;
    if value.get_ref().is_table() {
        let table = fields.table(key)?;
        read_annotations(&table);
        let terms = read_terms(&table, "sum");
        table.finish();
        return terms;
    }
    read_reference(fields.file(), value, &fields.path_of(key)).map(|r| vec![Term::Of(r)])
}

fn read_quantum(allocation: &Fields<'_>) -> Option<Quantum> {
    let Some(value) = allocation.value("quantum") else {
        allocation.missing(
            "quantum",
            "\"spending\", \"spending_less_own_resources\", pounds, or { sum = [\"column\"] }",
        );
        return None;
    };
    if value.get_ref().is_str() {
        let text = allocation.text("quantum")?;
        #[derive(Clone, Copy)]
        enum Word {
            Spending,
            Less,
        }
        let words = [
            ("spending", Word::Spending),
            ("spending_less_own_resources", Word::Less),
        ];
        return one_of(allocation, "quantum", &text, &words).map(|word| match word {
            Word::Spending => Quantum::Spending,
            Word::Less => Quantum::SpendingLessOwnResources,
        });
    }
    if value.get_ref().is_table() {
        return read_amount_terms(allocation, "quantum").map(Quantum::Sum);
    }
    let number = allocation.number("quantum")?;
    read_pounds(allocation, "quantum", number).map(Quantum::Stated)
}

fn read_pounds(fields: &Fields<'_>, key: &str, number: f64) -> Option<Pounds> {
    let pounds = FinePounds::from_f64(number).map(FinePounds::round);
    if pounds.is_none() {
        fields.file().push(
            Finding::error("number-out-of-range", fields.place_of(key))
                .found(number.to_string())
                .expected("a sum below a thousand trillion pounds")
                .remedy("write the sum in whole pounds"),
        );
    }
    pounds
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

fn read_objective(allocation: &Fields<'_>) -> Option<Objective> {
    if !allocation.keys().iter().any(|key| key == "objective") {
        return Some(Objective::LevelUp);
    }
    let fields = allocation.table("objective")?;
    read_annotations(&fields);
    let kind = fields.required_text("kind", "the kind of objective, such as \"level_up\"")?;
    let objective = match kind.as_str() {
        "level_up" => Some(Objective::LevelUp),
        "least_deviation" => read_reference_of(&fields, "weight", "the column of weights")
            .map(|weight| Objective::LeastDeviation { weight }),
        _ => {
            let words = Objective::WORDS.map(|word| (word, ()));
            one_of(&fields, "kind", &kind, &words);
            fields.entries();
            None
        }
    };
    fields.finish();
    objective
}

fn read_guarantees(allocation: &Fields<'_>) -> Vec<Guarantee> {
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
                .found(number.to_string())
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

/// `"name"`, `{ sum = [...] }` or `{ formula = "name" }`.
pub(crate) fn read_money(fields: &Fields<'_>, key: &str) -> Option<Money> {
    let Some(value) = fields.value(key) else {
        fields.missing(
            key,
            "a column, a baseline, { sum = [...] } or { formula = \"…\" }",
        );
        return None;
    };
    if value.get_ref().is_table() {
        let table = fields.table(key)?;
        return read_money_table(&table);
    }
    read_reference(fields.file(), value, &fields.path_of(key)).map(Money::Named)
}

/// The inside of `{ sum = [...] }`, `{ formula = "…" }` or `{ column = "…" }`.
fn read_money_table(table: &Fields<'_>) -> Option<Money> {
    read_annotations(table);
    let has = |key: &str| table.keys().iter().any(|known| known == key);
    let money = if has("formula") {
        table
            .text("formula")
            .map(|name| Money::Formula(FormulaName::new(name), table.place_of("formula")))
    } else if has("column") {
        read_reference_of(table, "column", "a column").map(|r| Money::Sum(vec![Term::Of(r)]))
    } else {
        read_terms(table, "sum").map(Money::Sum)
    };
    table.finish();
    money
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

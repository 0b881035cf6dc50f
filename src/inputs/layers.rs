//! Layers of TOML: a small file over a larger one, `FORMULA+OVERLAY.toml`. The result is one
//! table whose values keep the place where each was written, so that every message names the
//! file and line at fault.
//!
//! Sections ([`SECTIONS`]) and the items of lists that bear a `name` or an `index` are merged
//! key by key; every other value is replaced whole. `remove = ["key", …]` takes keys away,
//! `remove_any` those that are there, `remove = true` the whole item, and `[each_service]` stands
//! for every service. Two overlays
//! that set one key to different values are in conflict: no order is better than the other.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::toml_file::{Layer, Value};
use crate::findings::{Finding, Findings, did_you_mean};

/// Tables that are merged key by key.
const SECTIONS: [&str; 4] = ["allocation", "own_resources", "data", "baselines"];

/// Lists whose items are replaced whole: an indicator is of one kind.
const WHOLE_ITEMS: [&str; 1] = ["indicator"];

/// What tells the items of a list apart.
const IDENTITIES: [&str; 3] = ["name", "index", "what"];

/// Keys of the root that overlays only add to: the titles of all layers follow one another.
const JOINED: [&str; 2] = ["title", "summary"];

/// Lays an overlay over what is below. `set` remembers what overlays before it set.
pub(super) fn lay_over<'t>(
    below: &mut DeTable<'t>,
    overlay: DeTable<'t>,
    layer: &Layer<'t>,
    set: &mut BTreeMap<String, SetBefore>,
    findings: &mut Findings,
) {
    let mut merge = Merge {
        layer,
        set,
        findings,
    };
    merge.root(below, overlay);
}

/// What an overlay set, and where.
#[derive(Debug, Clone)]
pub(super) struct SetBefore {
    text: String,
    file: String,
    line: u64,
}

struct Merge<'m, 't> {
    layer: &'m Layer<'t>,
    set: &'m mut BTreeMap<String, SetBefore>,
    findings: &'m mut Findings,
}

/// What an overlay's `remove` says.
enum Remove {
    Nothing,
    Keys(Vec<(String, Range<usize>)>),
    Item(Range<usize>),
}

impl<'t> Merge<'_, 't> {
    fn root(&mut self, below: &mut DeTable<'t>, mut overlay: DeTable<'t>) {
        // Published results are of the formula as it was published.
        below.remove("reproduces");
        for key in JOINED {
            let Some(added) = overlay.remove(key) else {
                continue;
            };
            let DeValue::String(text) = added.get_ref() else {
                below.insert(Spanned::new(added.span(), key.into()), added);
                continue;
            };
            let joined = match below.get(key).map(Spanned::get_ref) {
                Some(DeValue::String(first)) if key == "title" => format!("{first}: {text}"),
                Some(DeValue::String(first)) => format!("{first} {text}"),
                _ => text.to_string(),
            };
            let value = Spanned::new(added.span(), DeValue::String(joined.into()));
            put(below, key, added.span(), value);
        }
        if let Some(each) = overlay.remove("each_service") {
            self.each_service(below, &each);
        }
        self.table(below, overlay, "");
        // What is changed is nobody's official policy any more.
        if let Some(DeValue::String(kind)) = below.get("kind").map(Spanned::get_ref)
            && matches!(kind.as_ref(), "official" | "reconstructed")
            && !self.set.contains_key("kind")
            && let Some(span) = below.get("kind").map(Spanned::span)
        {
            let kind = Spanned::new(span.clone(), DeValue::String("illustrative".into()));
            put(below, "kind", span, kind);
        }
    }

    fn each_service(&mut self, below: &mut DeTable<'t>, each: &Value<'t>) {
        let DeValue::Table(of_each) = each.get_ref() else {
            self.fault(
                each.span(),
                "`each_service`, which is no table",
                "[each_service] with keys of [[service]]",
            );
            return;
        };
        // Without services there is nothing to lay it over: an overlay may be laid over many
        // formulas at once.
        let Some(DeValue::Array(services)) = below.get_mut("service").map(Spanned::get_mut) else {
            return;
        };
        let mut of_each = of_each.clone();
        let mut removed: Vec<(String, Range<usize>)> = Vec::new();
        if let Remove::Keys(keys) = self.remove_of("remove_any", &mut of_each) {
            removed.extend(keys);
        }
        if let Remove::Keys(keys) = self.remove_of("remove", &mut of_each) {
            for (key, span) in keys {
                let has = |service: &Value<'t>| match service.get_ref() {
                    DeValue::Table(fields) => fields.contains_key(key.as_str()),
                    _ => false,
                };
                if !services.iter().any(has) {
                    self.nothing_to_remove("service.", &key, &span, services_keys(services));
                }
                removed.push((key, span));
            }
        }
        for service in services.iter_mut() {
            let name = identity(service).unwrap_or_default();
            if let DeValue::Table(service) = service.get_mut() {
                for (key, span) in &removed {
                    self.note(format!("service[{name}].{key}"), span);
                    service.remove(key.as_str());
                }
                self.table(service, of_each.clone(), &format!("service[{name}]."));
            }
        }
    }

    fn table(&mut self, below: &mut DeTable<'t>, mut overlay: DeTable<'t>, path: &str) {
        if let Remove::Keys(keys) = self.remove_of("remove_any", &mut overlay) {
            for (key, span) in keys {
                self.note(format!("{path}{key}"), &span);
                below.remove(key.as_str());
            }
        }
        if let Remove::Keys(keys) = self.remove_of("remove", &mut overlay) {
            for (key, span) in keys {
                self.note(format!("{path}{key}"), &span);
                if below.remove(key.as_str()).is_none() {
                    let known = below.keys().map(|known| known.get_ref().to_string());
                    self.nothing_to_remove(path, &key, &span, known.collect());
                }
            }
        }
        for (key, value) in overlay {
            let (span, key) = (key.span(), key.get_ref().to_string());
            let here = format!("{path}{key}");
            match (below.get_mut(key.as_str()), value) {
                (Some(old), value) if merges(&key, old, &value) => match value.into_inner() {
                    DeValue::Table(new) => {
                        if let DeValue::Table(old) = old.get_mut() {
                            self.table(old, new, &format!("{here}."));
                        }
                    }
                    DeValue::Array(items) => self.items(old, items, &here),
                    _ => {}
                },
                (_, value) => {
                    self.note_value(here, &value);
                    put(below, &key, span, value);
                }
            }
        }
    }

    /// Items of a list, each laid over the one of its name below, or added.
    fn items(&mut self, old: &mut Value<'t>, new: DeArray<'t>, path: &str) {
        let mut list: Vec<Value<'t>> =
            match std::mem::replace(old.get_mut(), DeValue::Boolean(false)) {
                DeValue::Array(items) => items.into_iter().collect(),
                one => vec![Spanned::new(old.span(), one)],
            };
        let known: Vec<String> = list.iter().filter_map(identity).collect();
        for item in new {
            let (span, Some(name)) = (item.span(), identity(&item)) else {
                list.push(item);
                continue;
            };
            let here = format!("{path}[{name}]");
            let at = list
                .iter()
                .position(|old| identity(old).as_deref() == Some(&name));
            let DeValue::Table(mut fields) = item.into_inner() else {
                continue;
            };
            if let Some(removed) = self.removes_item(&mut fields) {
                self.note(here, &removed);
                match at {
                    Some(at) => drop(list.remove(at)),
                    None => self.unknown_item(path, &name, &span, &known),
                }
                continue;
            }
            match at {
                Some(at) if !WHOLE_ITEMS.contains(&path) => {
                    if let DeValue::Table(old) = list[at].get_mut() {
                        self.table(old, fields, &format!("{here}."));
                    }
                }
                Some(at) => {
                    self.note(here, &span);
                    list[at] = Spanned::new(span, DeValue::Table(fields));
                }
                None => {
                    let is_whole = path != "service"
                        || ["quantum_share", "control_total"]
                            .iter()
                            .any(|key| fields.contains_key(*key));
                    if !is_whole {
                        self.unknown_item(path, &name, &span, &known);
                    }
                    self.note(here, &span);
                    list.push(Spanned::new(span, DeValue::Table(fields)));
                }
            }
        }
        let mut array = DeArray::new();
        list.into_iter().for_each(|item| array.push(item));
        *old.get_mut() = DeValue::Array(array);
    }

    /// `remove = true` of an item, taken out; where it stands.
    fn removes_item(&mut self, fields: &mut DeTable<'t>) -> Option<Range<usize>> {
        let is_flag = |value: &Value<'_>| value.get_ref().is_bool();
        if !fields.get("remove").is_some_and(is_flag) {
            return None;
        }
        match self.remove_of("remove", fields) {
            Remove::Item(span) => Some(span),
            Remove::Nothing | Remove::Keys(_) => None,
        }
    }

    /// What `remove` says, taken out of the table.
    fn remove_of(&mut self, word: &str, overlay: &mut DeTable<'t>) -> Remove {
        let Some(value) = overlay.remove(word) else {
            return Remove::Nothing;
        };
        let span = value.span();
        match value.into_inner() {
            DeValue::Boolean(true) => return Remove::Item(span),
            DeValue::Boolean(false) => return Remove::Nothing,
            DeValue::String(key) => return Remove::Keys(vec![(key.to_string(), span)]),
            DeValue::Array(keys) => {
                let named: Option<Vec<_>> = keys
                    .into_iter()
                    .map(|key| {
                        let span = key.span();
                        let key = key.get_ref().as_str()?.to_string();
                        Some((key, span))
                    })
                    .collect();
                if let Some(named) = named {
                    return Remove::Keys(named);
                }
            }
            _ => {}
        }
        self.fault(
            span,
            "`remove` that names no keys",
            "remove = [\"key\", …], or remove = true in an item of a list",
        );
        Remove::Nothing
    }

    fn fault(&mut self, at: Range<usize>, found: &str, expected: &str) {
        self.findings.push(
            Finding::error("overlay", self.layer.place_at(at.start))
                .found(found)
                .expected(expected)
                .remedy("see \"Layers\" in docs/GRAMMAR.md"),
        );
    }

    fn nothing_to_remove(&mut self, path: &str, key: &str, at: &Range<usize>, known: Vec<String>) {
        self.findings.push(
            Finding::error("nothing-to-remove", self.layer.place_at(at.start))
                .found(format!("`{path}{key}` to be removed, which is not below"))
                .expected("a key of the file that this is laid over, or remove_any")
                .remedy(did_you_mean(key, known.iter().map(String::as_str))),
        );
    }

    fn unknown_item(&mut self, path: &str, name: &str, at: &Range<usize>, known: &[String]) {
        self.findings.push(
            Finding::error("overlay", self.layer.place_at(at.start))
                .found(format!("{path} `{name}`, which is not below"))
                .expected("one of the file that this is laid over")
                .why("nothing would change, and its author thinks it does")
                .remedy(did_you_mean(name, known.iter().map(String::as_str))),
        );
    }

    /// Remembers that an overlay set a value: of a list of named items each by itself.
    fn note_value(&mut self, path: String, value: &Value<'t>) {
        let items = match value.get_ref() {
            DeValue::Array(items) => items
                .iter()
                .map(|item| Some((identity(item)?, item.span())))
                .collect(),
            _ => None,
        };
        match items {
            Some::<Vec<_>>(items) if !items.is_empty() => {
                for (name, span) in items {
                    self.note(format!("{path}[{name}]"), &span);
                }
            }
            _ => self.note(path, &value.span()),
        }
    }

    /// Remembers that an overlay set or removed a key; another's other value there, or anything
    /// of another's within it or around it, is a conflict.
    fn note(&mut self, path: String, at: &Range<usize>) {
        let now = SetBefore {
            text: self.layer.slice(at).trim().to_string(),
            file: self.layer.name.to_string(),
            line: self.layer.line_at(at.start),
        };
        let clashing = self.set.iter().find(|(other, before)| {
            let differs = match **other == path {
                true => before.text != now.text,
                false => is_within(other, &path) || is_within(&path, other),
            };
            before.file != now.file && differs
        });
        match clashing {
            Some((other, before)) => {
                self.findings.push(
                    Finding::error("overlay-conflict", self.layer.place_at(at.start))
                        .found(format!("`{path}`: {}", now.text))
                        .expected(format!(
                            "`{other}`: {}, as {} line {} has it",
                            before.text, before.file, before.line
                        ))
                        .why("two overlays that set one thing to different values have no common result")
                        .remedy("delete one of the two, or put both into one overlay"),
                );
            }
            _ => {
                self.set.insert(path, now);
            }
        }
    }
}

/// Keys that some service has.
fn services_keys(services: &DeArray<'_>) -> Vec<String> {
    let tables = services
        .iter()
        .filter_map(|service| service.get_ref().as_table());
    let mut keys: Vec<String> = tables
        .flat_map(|table| table.keys().map(|key| key.get_ref().to_string()))
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

/// Whether a path is of something within another's.
fn is_within(path: &str, outer: &str) -> bool {
    let rest = path.strip_prefix(outer);
    rest.is_some_and(|rest| rest.starts_with(['.', '[']))
}

/// Whether a value is merged into what is below, rather than put in its place.
fn merges(key: &str, old: &Value<'_>, new: &Value<'_>) -> bool {
    match (old.get_ref(), new.get_ref()) {
        (DeValue::Table(_), DeValue::Table(_)) => SECTIONS.contains(&key),
        (DeValue::Array(old), DeValue::Array(new)) => {
            let named = |items: &DeArray<'_>| items.iter().all(|item| identity(item).is_some());
            !new.is_empty() && named(old) && named(new)
        }
        (DeValue::Table(_), DeValue::Array(new)) => {
            let all_named = new.iter().all(|item| identity(item).is_some());
            !new.is_empty() && identity(old).is_some() && all_named
        }
        _ => false,
    }
}

/// What tells an item of a list apart from the others.
fn identity(item: &Value<'_>) -> Option<String> {
    let DeValue::Table(table) = item.get_ref() else {
        return None;
    };
    IDENTITIES
        .iter()
        .find_map(|key| table.get(*key)?.get_ref().as_str())
        .map(str::to_string)
}

/// Puts a value where the key stood, or at the end.
fn put<'t>(table: &mut DeTable<'t>, key: &str, span: Range<usize>, value: Value<'t>) {
    match table.get_mut(key) {
        Some(old) => *old = value,
        None => {
            table.insert(Spanned::new(span, key.to_string().into()), value);
        }
    }
}

/// The same table with every place moved on, so that the files of all layers are told apart.
pub(super) fn moved_on<'t>(table: DeTable<'t>, by: usize) -> DeTable<'t> {
    let span = |at: Range<usize>| at.start + by..at.end + by;
    let mut moved = DeTable::new();
    for (key, value) in table {
        let key_span = span(key.span());
        moved.insert(
            Spanned::new(key_span, key.into_inner()),
            value_moved_on(value, by),
        );
    }
    moved
}

fn value_moved_on<'t>(value: Value<'t>, by: usize) -> Value<'t> {
    let span = value.span().start + by..value.span().end + by;
    let inner = match value.into_inner() {
        DeValue::Table(table) => DeValue::Table(moved_on(table, by)),
        DeValue::Array(items) => {
            let mut moved = DeArray::new();
            for item in items {
                moved.push(value_moved_on(item, by));
            }
            DeValue::Array(moved)
        }
        other => other,
    };
    Spanned::new(span, inner)
}

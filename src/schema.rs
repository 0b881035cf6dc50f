//! JSON Schemas of formula, scenario and descriptor files, made from the very tables that
//! the readers are held to. An editor that knows TOML and JSON Schema completes and checks
//! files by them as they are written.

use serde_json::{Map, Value, json};

use crate::formula::tables::{FORMULA, SERVICE, SUM};
use crate::formula::{LIMIT_KEYS, TERM};
use crate::inputs::grammar::{Holds, Key, Kind, Table, Takes};
use crate::inputs::{ANNOTATIONS, DESCRIPTOR};
use crate::scenario::SCENARIO;

/// The schemas, by the name of the file they are published in.
pub fn schemas() -> [(&'static str, Value); 4] {
    [
        ("overlay.schema.json", overlay_schema()),
        (
            "formula.schema.json",
            schema(&FORMULA, "A needshare formula (TOML)"),
        ),
        (
            "scenario.schema.json",
            schema(&SCENARIO, "A needshare scenario (TOML)"),
        ),
        (
            "datapackage.schema.json",
            schema(
                &DESCRIPTOR,
                "What needshare reads of a Data Package descriptor",
            ),
        ),
    ]
}

fn schema(table: &'static Table, title: &str) -> Value {
    let mut writer = Writer {
        definitions: Map::new(),
        is_overlay: false,
    };
    let root = writer.table(table);
    writer.document(root, title)
}

/// A formula's keys, none of them required, with what takes keys away.
fn overlay_schema() -> Value {
    let mut writer = Writer {
        definitions: Map::new(),
        is_overlay: true,
    };
    let mut root = writer.table(&FORMULA);
    let service = writer.table(&SERVICE);
    if let Some(Value::Object(properties)) = root.get_mut("properties") {
        let says = "laid over every service";
        properties.insert("each_service".into(), described(service, says));
    }
    writer.document(root, "An overlay of a needshare formula (TOML)")
}

impl Writer {
    fn document(mut self, root: Value, title: &str) -> Value {
        let mut document = Map::new();
        document.insert(
            "$schema".into(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        );
        document.insert("title".into(), json!(title));
        if let Value::Object(root) = root {
            document.extend(root);
        }
        self.definitions.sort_keys();
        document.insert("$defs".into(), Value::Object(self.definitions));
        Value::Object(document)
    }
}

struct Writer {
    definitions: Map<String, Value>,
    /// Whether nothing is required, and keys can be taken away.
    is_overlay: bool,
}

/// What takes keys away, in an overlay.
fn removing(properties: &mut Map<String, Value>) {
    let names = json!({ "type": "array", "items": { "type": "string" } });
    let remove = json!({ "anyOf": [{ "type": "boolean" }, { "type": "string" }, names.clone()] });
    let says = "keys to be taken away; true for the whole item of a list";
    properties.insert("remove".into(), described(remove, says));
    let says = "keys to be taken away where they are";
    properties.insert("remove_any".into(), described(names, says));
}

impl Writer {
    /// A table as an object of its keys.
    fn table(&mut self, table: &'static Table) -> Value {
        let mut properties = Map::new();
        let mut kinds: &'static [Kind] = &[];
        for key in table.keys {
            if let Holds::Kinds(of) = key.holds {
                kinds = of;
                continue;
            }
            properties.insert(key.word.into(), self.key(key));
        }
        for kind in kinds {
            properties.insert(kind.word.into(), self.kind(kind));
        }
        if table.annotated {
            annotate(&mut properties);
        }
        if self.is_overlay {
            removing(&mut properties);
        }
        let required: Vec<&str> = table
            .keys
            .iter()
            .filter(|key| key.required && !self.is_overlay)
            .map(|key| key.word)
            .collect();
        let mut object = Map::new();
        object.insert("description".into(), json!(table.says));
        object.insert("type".into(), json!("object"));
        object.insert("properties".into(), Value::Object(properties));
        if !required.is_empty() {
            object.insert("required".into(), json!(required));
        }
        // The standard's other keys may stand in a descriptor; formulas allow no others.
        if table.annotated {
            object.insert("additionalProperties".into(), json!(false));
        }
        if !kinds.is_empty() && !self.is_overlay {
            let one: Vec<Value> = kinds
                .iter()
                .map(|kind| json!({ "required": [kind.word] }))
                .collect();
            object.insert("oneOf".into(), Value::Array(one));
        }
        Value::Object(object)
    }

    fn key(&mut self, key: &'static Key) -> Value {
        described(self.holds(&key.holds), key.says)
    }

    fn kind(&mut self, kind: &'static Kind) -> Value {
        let says = format!("{} {}", kind.says, kind.formula);
        let value = match &kind.takes {
            Takes::Value(holds) => self.holds(holds),
            Takes::Table(keys) => self.kind_table(kind, keys),
        };
        described(value, &says)
    }

    fn kind_table(&mut self, kind: &Kind, keys: &'static [Key]) -> Value {
        let mut properties = Map::new();
        for key in keys {
            properties.insert(key.word.into(), self.key(key));
        }
        annotate(&mut properties);
        let required: Vec<&str> = keys
            .iter()
            .filter(|key| key.required)
            .map(|key| key.word)
            .collect();
        let mut table = json!({
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        });
        if !required.is_empty() {
            table["required"] = json!(required);
        }
        // A bare name stands for { of = name } where nothing else is required.
        if required == ["of"] && kind.word != "clamp" {
            json!({ "anyOf": [{ "type": "string" }, table] })
        } else {
            table
        }
    }

    /// A reference to a definition, made when it is first met.
    fn defined(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.definitions.contains_key(name) {
            // Something that holds itself finds the name there already.
            self.definitions.insert(name.into(), Value::Null);
            let made = make(self);
            self.definitions.insert(name.into(), made);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    fn map(&mut self, inner: &'static Holds) -> Value {
        let inner = self.holds(inner);
        json!({ "type": "object", "additionalProperties": { "anyOf": [inner, { "type": "string" }] } })
    }

    fn holds(&mut self, holds: &'static Holds) -> Value {
        match holds {
            Holds::Text | Holds::Name => json!({ "type": "string" }),
            Holds::Group => json!({ "type": "string" }),
            Holds::Flag => json!({ "type": "boolean" }),
            Holds::Number => json!({ "type": "number" }),
            Holds::Share => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
            Holds::Anything => json!({}),
            Holds::Word(words) => json!({ "enum": words }),
            Holds::Term => self.defined("term", |writer| {
                let table = writer.table(&TERM);
                json!({ "anyOf": [{ "type": "number" }, { "type": "string" }, table] })
            }),
            Holds::Terms => {
                let term = self.holds(&Holds::Term);
                json!({ "anyOf": [term, { "type": "array", "minItems": 1, "items": term }] })
            }
            Holds::Money => self.defined("money", |writer| {
                let sum = writer.table(&SUM);
                let one = |key: &str| {
                    json!({ "type": "object", "required": [key], "properties": { key: { "type": "string" } } })
                };
                json!({ "anyOf": [{ "type": "string" }, sum, one("formula"), one("column")] })
            }),
            Holds::Where => self.defined("where", |writer| {
                let mut limits = Map::new();
                for key in LIMIT_KEYS {
                    limits.insert(key.word.into(), writer.key(key));
                }
                json!({
                    "type": "object",
                    "additionalProperties": { "anyOf": [
                        { "type": "string" },
                        { "type": "number" },
                        { "type": "array", "items": { "type": "string" } },
                        { "type": "object", "properties": limits, "additionalProperties": false },
                    ] },
                })
            }),
            Holds::Table(table) => self.defined(table.name, |writer| writer.table(table)),
            Holds::Tables(table) => {
                let table = self.holds_table(table);
                json!({ "anyOf": [table, { "type": "array", "items": table }] })
            }
            Holds::List(inner) => {
                let inner = self.holds(inner);
                json!({ "anyOf": [inner, { "type": "array", "items": inner }] })
            }
            Holds::Pair(inner) => {
                json!({ "type": "array", "minItems": 2, "maxItems": 2, "items": self.holds(inner) })
            }
            Holds::Map(inner) => self.map(inner),
            Holds::AnyOf(several) => {
                let several: Vec<Value> = several.iter().map(|one| self.holds(one)).collect();
                json!({ "anyOf": several })
            }
            Holds::Kinds(_) => json!({}),
        }
    }

    fn holds_table(&mut self, table: &'static Table) -> Value {
        self.defined(table.name, |writer| writer.table(table))
    }
}

fn annotate(properties: &mut Map<String, Value>) {
    for word in ANNOTATIONS {
        if properties.contains_key(word) {
            continue;
        }
        let value = if word == "sources" {
            json!({ "type": "object", "additionalProperties": { "type": "string" } })
        } else {
            json!({ "type": "string" })
        };
        properties.insert(word.into(), value);
    }
}

/// A schema with its words beside it.
fn described(mut value: Value, says: &str) -> Value {
    if let Value::Object(object) = &mut value {
        object.insert("description".into(), json!(says));
    }
    value
}

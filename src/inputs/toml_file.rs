//! A TOML file read key by key, so that everything wrong with it is found at once
//! and each finding has its line.
//!
//! Readers ask a table for the keys they know; [`Fields::finish`] then names every
//! key that nobody asked for.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::SourceFile;
use super::grammar::Key;
use super::layers::{lay_over, moved_on};
use crate::findings::{Finding, Findings, Place, did_you_mean, nearest};

/// A value in a TOML file, with its place.
pub type Value<'t> = Spanned<DeValue<'t>>;

/// Keys that say where numbers come from, in any table.
pub const ANNOTATIONS: [&str; 5] = ["source", "judgement", "illustrative", "note", "sources"];

/// A TOML file being read, perhaps with others laid over it.
#[derive(Debug)]
pub struct TomlFile<'t> {
    layers: Vec<Layer<'t>>,
    root: Spanned<DeTable<'t>>,
    findings: RefCell<Findings>,
}

/// One file's text, and where its places begin: places of all layers are told apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer<'t> {
    pub(super) name: &'t str,
    text: &'t str,
    begins: usize,
}

impl Layer<'_> {
    /// Whether a place is in it.
    fn holds(&self, offset: usize) -> bool {
        (self.begins..=self.begins + self.text.len()).contains(&offset)
    }

    fn before(&self, offset: usize) -> &str {
        &self.text[..offset.saturating_sub(self.begins).min(self.text.len())]
    }

    pub(super) fn line_at(&self, offset: usize) -> u64 {
        self.before(offset).matches('\n').count() as u64 + 1
    }

    pub(super) fn place_at(&self, offset: usize) -> Place {
        let before = self.before(offset);
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Place::file(self.name)
            .line(self.line_at(offset))
            .column(format!("character {column}"))
    }

    /// The text between two places.
    pub(super) fn slice(&self, at: &Range<usize>) -> &str {
        let end = at.end.saturating_sub(self.begins);
        let text = self.text.get(at.start.saturating_sub(self.begins)..end);
        text.unwrap_or_default()
    }
}

impl<'t> TomlFile<'t> {
    /// Parses a file; faults of syntax become findings, all of them.
    pub fn parse(file: &'t SourceFile, findings: &mut Findings) -> Option<Self> {
        Self::parse_layers(std::slice::from_ref(file), findings)
    }

    /// Parses a file and the overlays that follow it, each laid over what is below.
    pub fn parse_layers(files: &'t [SourceFile], findings: &mut Findings) -> Option<Self> {
        let mut begins = 0;
        let mut layers = Vec::new();
        let mut roots = Vec::new();
        for file in files {
            let text = file.text(findings)?;
            let layer = Layer {
                name: &file.name,
                text,
                begins,
            };
            // A place at the very end of one file is not the next one's beginning.
            begins += text.len() + 1;
            roots.push(parse_layer(&layer, findings));
            layers.push(layer);
        }
        let mut roots = roots.into_iter().collect::<Option<Vec<_>>>()?.into_iter();
        let mut root = roots.next()?;
        let mut set = BTreeMap::new();
        for (overlay, layer) in roots.zip(&layers[1..]) {
            let overlay = moved_on(overlay.into_inner(), layer.begins);
            lay_over(root.get_mut(), overlay, layer, &mut set, findings);
        }
        Some(Self {
            layers,
            root,
            findings: RefCell::new(Findings::new()),
        })
    }

    /// The file's outermost table.
    pub fn root(&self) -> Fields<'_> {
        Fields {
            file: self,
            table: self.root.get_ref(),
            start: self.root.span().start,
            path: String::new(),
            asked: RefCell::new(Vec::new()),
            keys: Cell::new(None),
        }
    }

    /// Hands over what was found.
    pub fn into_findings(self) -> Findings {
        self.findings.into_inner()
    }

    /// Adds a finding.
    pub fn push(&self, finding: Finding) {
        self.findings.borrow_mut().push(finding);
    }

    /// The place of a value.
    pub fn place(&self, value: &Value<'_>) -> Place {
        self.place_at(value.span().start)
    }

    fn place_at(&self, offset: usize) -> Place {
        let holds = |layer: &&Layer<'_>| layer.holds(offset);
        match self.layers.iter().find(holds) {
            Some(layer) => layer.place_at(offset),
            None => Place::default(),
        }
    }

    /// A finding for a value of the wrong type.
    pub fn wrong_type(&self, value: &Value<'_>, key: &str, expected: &str) {
        self.push(
            Finding::error("wrong-type", self.place(value))
                .found(format!("`{key}` is {}", type_in_words(value.get_ref())))
                .expected(expected)
                .remedy(format!("write `{key}` as {expected}")),
        );
    }

    /// A value as a finite number.
    pub fn number_in(&self, value: &Value<'_>, key: &str) -> Option<f64> {
        let number = match value.get_ref() {
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
                .ok()
                .map(|whole| {
                    #[expect(clippy::cast_precision_loss, reason = "policy numbers are small")]
                    {
                        whole as f64
                    }
                }),
            DeValue::Float(float) => float.as_str().replace('_', "").parse().ok(),
            _ => {
                self.wrong_type(value, key, "a number");
                return None;
            }
        };
        match number {
            Some(number) if number.is_finite() => Some(number),
            _ => {
                self.push(
                    Finding::error("not-a-finite-number", self.place(value))
                        .found(format!("`{key}` is no finite number"))
                        .expected("a finite number")
                        .remedy("write the number out"),
                );
                None
            }
        }
    }

    /// A value as text.
    pub fn text_in<'v>(&self, value: &'v Value<'_>, key: &str) -> Option<&'v str> {
        match value.get_ref() {
            DeValue::String(text) => Some(text),
            _ => {
                self.wrong_type(value, key, "text in double quotes");
                None
            }
        }
    }

    /// A value as a table.
    pub fn table_in<'v>(&'v self, value: &'v Value<'_>, path: &str) -> Option<Fields<'v>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(Fields {
                file: self,
                table,
                start: value.span().start,
                path: path.to_string(),
                asked: RefCell::new(Vec::new()),
                keys: Cell::new(None),
            }),
            _ => {
                self.wrong_type(value, path, "a table: { key = value, … }");
                None
            }
        }
    }
}

fn parse_layer<'t>(layer: &Layer<'t>, findings: &mut Findings) -> Option<Spanned<DeTable<'t>>> {
    let (root, mut errors) = DeTable::parse_recoverable(layer.text);
    errors.sort_by_key(|error| error.span().map_or(0, |span| span.start));
    for error in &errors {
        let place = match error.span() {
            Some(span) => layer.place_at(layer.begins + span.start),
            None => Place::file(layer.name),
        };
        findings.push(
            Finding::error("not-toml", place)
                .found(error.message().to_string())
                .expected("TOML: key = value lines under [table] headings")
                .remedy("mend the line; text goes in double quotes, numbers without separators"),
        );
    }
    errors.is_empty().then_some(root)
}

fn type_in_words(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// One table of a TOML file, read key by key.
#[derive(Debug)]
pub struct Fields<'f> {
    file: &'f TomlFile<'f>,
    table: &'f DeTable<'f>,
    start: usize,
    path: String,
    asked: RefCell<Vec<String>>,
    keys: Cell<Option<&'static [Key]>>,
}

impl<'f> Fields<'f> {
    /// Ties the table to its description: in tests a key that is asked for and not
    /// described stops the program.
    pub fn described_by(self, keys: &'static [Key]) -> Self {
        self.keys.set(Some(keys));
        self
    }

    /// The value of a key, marked as known.
    pub fn value(&self, key: &str) -> Option<&'f Value<'f>> {
        self.ask(key);
        self.table.get(key)
    }

    fn ask(&self, key: &str) {
        let described = self
            .keys
            .get()
            .is_none_or(|keys| keys.iter().any(|known| known.word == key));
        debug_assert!(
            described || ANNOTATIONS.contains(&key),
            "`{}` is asked for and not described",
            self.path_of(key)
        );
        self.asked.borrow_mut().push(key.to_string());
    }

    /// Where the table begins.
    pub fn place(&self) -> Place {
        self.file.place_at(self.start)
    }

    /// Where a key's value stands; the table's place if there is none.
    pub fn place_of(&self, key: &str) -> Place {
        match self.table.get(key) {
            Some(value) => self.file.place(value),
            None => self.place(),
        }
    }

    /// The file this table belongs to.
    pub fn file(&self) -> &'f TomlFile<'f> {
        self.file
    }

    /// Path of a key for messages: `service.top_up`.
    pub fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_string()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// All keys, marked as known: for tables whose keys are the user's own names.
    pub fn entries(&self) -> Vec<(String, &'f Value<'f>)> {
        self.table
            .iter()
            .map(|(key, value)| {
                let key = key.get_ref().to_string();
                self.asked.borrow_mut().push(key.clone());
                (key, value)
            })
            .collect()
    }

    /// Keys in file order, not marked as known.
    pub fn keys(&self) -> Vec<String> {
        self.table
            .keys()
            .map(|key| key.get_ref().to_string())
            .collect()
    }

    /// Text, if there.
    pub fn text(&self, key: &str) -> Option<String> {
        let value = self.value(key)?;
        self.file
            .text_in(value, &self.path_of(key))
            .map(str::to_string)
    }

    /// A number, if there.
    pub fn number(&self, key: &str) -> Option<f64> {
        let value = self.value(key)?;
        self.file.number_in(value, &self.path_of(key))
    }

    /// `true` or `false`, if there.
    pub fn flag(&self, key: &str) -> Option<bool> {
        let value = self.value(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.file
                .wrong_type(value, &self.path_of(key), "true or false");
        }
        flag
    }

    /// A table, if there.
    pub fn table(&self, key: &str) -> Option<Fields<'f>> {
        let value = self.value(key)?;
        self.file.table_in(value, &self.path_of(key))
    }

    /// The values of a list; a lone value counts as a list of one.
    pub fn list(&self, key: &str) -> Vec<&'f Value<'f>> {
        match self.value(key) {
            Some(value) => match value.get_ref() {
                DeValue::Array(items) => items.iter().collect(),
                _ => vec![value],
            },
            None => Vec::new(),
        }
    }

    /// The tables of a list of tables, such as `[[service]]`.
    pub fn tables(&self, key: &str) -> Vec<Fields<'f>> {
        self.list(key)
            .into_iter()
            .filter_map(|value| self.file.table_in(value, &self.path_of(key)))
            .collect()
    }

    /// Adds the finding that a key is missing.
    pub fn missing(&self, key: &str, expected: &str) {
        self.file.push(
            Finding::error("missing-key", self.place())
                .found(format!("no `{}`", self.path_of(key)))
                .expected(expected)
                .remedy(format!("add {key} = …")),
        );
    }

    /// Text that must be there.
    pub fn required_text(&self, key: &str, expected: &str) -> Option<String> {
        if self.table.get(key).is_none() {
            self.ask(key);
            self.missing(key, expected);
            return None;
        }
        self.text(key)
    }

    /// A number that must be there.
    pub fn required_number(&self, key: &str, expected: &str) -> Option<f64> {
        if self.table.get(key).is_none() {
            self.ask(key);
            self.missing(key, expected);
            return None;
        }
        self.number(key)
    }

    /// Names every key that nobody asked for.
    pub fn finish(&self) {
        let asked = self.asked.borrow();
        for (key, value) in self.table {
            let name = key.get_ref().as_ref();
            if !asked.iter().any(|known| known == name) {
                self.file.push(
                    Finding::error("unknown-key", self.file.place_at(key.span().start))
                        .found(format!(
                            "`{}`, {}",
                            self.path_of(name),
                            type_in_words(value.get_ref())
                        ))
                        .expected("a key that this table has")
                        .why(
                            "a key that is not read changes nothing, and its author thinks it does",
                        )
                        .remedy(match nearest(name, asked.iter().map(String::as_str)) {
                            Some(known) => format!("did you mean `{known}`?"),
                            None => did_you_mean(
                                name,
                                asked
                                    .iter()
                                    .map(String::as_str)
                                    .filter(|key| !ANNOTATIONS.contains(key))
                                    .collect::<Vec<_>>(),
                            ),
                        }),
                );
            }
        }
    }
}

//! `datapackage.json`: the Frictionless Data Package descriptor of a dataset, with
//! our own `missing` policies and the roles that columns play.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::grammar::{Holds, Key, Table};
use crate::findings::{Finding, Findings, Place};

/// A data package: one table and what its columns mean.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Descriptor {
    /// Short name, such as `england-2024`.
    pub name: String,
    /// Name for readers.
    #[serde(default)]
    pub title: String,
    /// Lines that whoever shows the figures must carry.
    #[serde(default)]
    pub attribution: Attribution,
    /// Tables; the first is the table of authorities.
    pub resources: Vec<Resource>,
}

/// One attribution line, or several.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Attribution {
    /// One line.
    Line(String),
    /// Several lines.
    Lines(Vec<String>),
}

impl Default for Attribution {
    fn default() -> Self {
        Self::Lines(Vec::new())
    }
}

impl Attribution {
    /// All lines.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Line(line) => vec![line.clone()],
            Self::Lines(lines) => lines.clone(),
        }
    }
}

/// One table of a package.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Resource {
    /// File, relative to the descriptor.
    pub path: String,
    /// What its columns are.
    pub schema: Schema,
    /// Which columns play which roles.
    #[serde(default)]
    pub needshare: Roles,
}

/// A Table Schema.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Schema {
    /// Columns in file order.
    pub fields: Vec<Field>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Field {
    /// Heading.
    pub name: String,
    /// `string`, `integer`, `number`, `boolean`.
    #[serde(rename = "type", default)]
    pub kind: FieldKind,
    /// Name for readers.
    #[serde(default)]
    pub title: String,
    /// Unit, such as `people`.
    #[serde(default)]
    pub unit: String,
    /// Year or date of the figures.
    #[serde(default)]
    pub year: serde_json::Value,
    /// Publisher, publication and year.
    #[serde(default)]
    pub source: String,
    /// What a reader of results that use the column must be told.
    #[serde(default)]
    pub caveat: String,
    /// What every cell must satisfy.
    #[serde(default)]
    pub constraints: Constraints,
    /// What to do with a blank cell that a formula uses.
    #[serde(default)]
    pub missing: Missing,
}

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Text, and anything else.
    #[default]
    #[serde(other)]
    String,
}

impl FieldKind {
    /// Whether cells are numbers.
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Integer | Self::Number)
    }
}

/// What every cell of a column must satisfy.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub struct Constraints {
    /// No cell may be blank.
    #[serde(default)]
    pub required: bool,
    /// Least number.
    pub minimum: Option<f64>,
    /// Greatest number.
    pub maximum: Option<f64>,
    /// The only values.
    #[serde(rename = "enum")]
    pub values: Option<Vec<serde_json::Value>>,
}

/// What to do with a blank cell that a formula uses.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(tag = "policy", rename_all = "snake_case")]
pub enum Missing {
    /// Stop the run.
    #[default]
    Stop,
    /// Use the same authority's cell of another column.
    UseColumn {
        /// That column.
        column: String,
        /// Why that is right.
        #[serde(default)]
        reason: String,
    },
    /// Use the region's rate to another column times this authority's own figure in it.
    UseRegionMeanRate {
        /// That column.
        denominator: String,
        /// Why that is right.
        #[serde(default)]
        reason: String,
    },
    /// Leave the authority out of the run.
    ExcludeAuthority {
        /// Why that is right.
        #[serde(default)]
        reason: String,
    },
}

/// Columns that play a role, by heading.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, Serialize)]
pub struct Roles {
    /// Authority codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Kinds of authority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Regions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Regions as results are reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reporting_region: Option<String>,
    /// Residents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub population: Option<String>,
    /// Deprivation, higher is more deprived: for fifths, tenths and charts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprivation: Option<String>,
    /// Tax base in Band D equivalents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_base: Option<String>,
    /// Residents of 65 and over, a count: for results by age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub older_people: Option<String>,
    /// Share of residents in rural areas: for results by rurality.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rural_share: Option<String>,
    /// Flags authorities too small for per-head rankings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out_of_rankings: Option<String>,
}

impl Roles {
    /// These roles where stated, the other's elsewhere.
    pub fn or(&self, other: &Self) -> Self {
        let pick = |a: &Option<String>, b: &Option<String>| a.clone().or_else(|| b.clone());
        Self {
            code: pick(&self.code, &other.code),
            name: pick(&self.name, &other.name),
            class: pick(&self.class, &other.class),
            region: pick(&self.region, &other.region),
            reporting_region: pick(&self.reporting_region, &other.reporting_region),
            population: pick(&self.population, &other.population),
            deprivation: pick(&self.deprivation, &other.deprivation),
            tax_base: pick(&self.tax_base, &other.tax_base),
            older_people: pick(&self.older_people, &other.older_people),
            rural_share: pick(&self.rural_share, &other.rural_share),
            left_out_of_rankings: pick(&self.left_out_of_rankings, &other.left_out_of_rankings),
        }
    }

    /// Each role with its word and the column that plays it, if any.
    pub fn named(&self) -> [(&'static str, &Option<String>); 11] {
        [
            ("code", &self.code),
            ("name", &self.name),
            ("class", &self.class),
            ("region", &self.region),
            ("reporting_region", &self.reporting_region),
            ("population", &self.population),
            ("deprivation", &self.deprivation),
            ("tax_base", &self.tax_base),
            ("older_people", &self.older_people),
            ("rural_share", &self.rural_share),
            ("left_out_of_rankings", &self.left_out_of_rankings),
        ]
    }

    /// Columns of a table without a descriptor that bear a role's own name.
    pub fn by_name(header: &[String]) -> Self {
        let find = |role: &str| header.iter().find(|heading| *heading == role).cloned();
        Self {
            code: find("code"),
            name: find("name"),
            class: find("class"),
            region: find("region"),
            reporting_region: find("reporting_region"),
            population: find("population"),
            deprivation: find("deprivation"),
            tax_base: find("tax_base"),
            older_people: find("older_people"),
            rural_share: find("rural_share"),
            left_out_of_rankings: find("left_out_of_rankings"),
        }
    }
}

impl Descriptor {
    /// Reads a descriptor; `None` where it cannot be read, with findings why.
    pub fn read(file: &str, bytes: &[u8], findings: &mut Findings) -> Option<Self> {
        match serde_json::from_slice::<Self>(bytes) {
            Ok(descriptor) if descriptor.resources.is_empty() => {
                findings.push(
                    Finding::error("no-resource", Place::file(file))
                        .found("a data package without tables")
                        .why("there is nothing to read")
                        .expected("`resources` with the table of authorities first")
                        .remedy("needshare check TABLE.csv writes a first descriptor for a table"),
                );
                None
            }
            Ok(descriptor) => Some(descriptor),
            Err(error) => {
                findings.push(
                    Finding::error(
                        "unreadable-descriptor",
                        Place::file(file)
                            .line(error.line() as u64)
                            .column(format!("character {}", error.column())),
                    )
                    .found(in_words(&error))
                    .expected("a Frictionless Data Package descriptor (JSON)")
                    .why("without it nothing checks the table's codes and columns")
                    .remedy("mend it, or move it away: needshare check TABLE.csv writes a first descriptor for a table"),
                );
                None
            }
        }
    }
}

/// What a JSON error says, without the place that the finding has already.
fn in_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text).to_string();
    if error.is_data() {
        what
    } else {
        format!("no JSON from here on: {what}")
    }
}

impl Schema {
    /// Columns by heading.
    pub fn by_name(&self) -> BTreeMap<&str, &Field> {
        self.fields
            .iter()
            .map(|field| (field.name.as_str(), field))
            .collect()
    }
}

/// `datapackage.json`: what we read of it. Other keys of the standard may stand there.
pub static DESCRIPTOR: Table = Table {
    name: "datapackage",
    says: "A Frictionless Data Package: one table of authorities and what its columns are.",
    annotated: false,
    keys: &[
        Key::required("name", Holds::Text, "short name"),
        Key::optional("title", Holds::Text, "a name for readers"),
        Key::optional(
            "attribution",
            Holds::List(&Holds::Text),
            "lines that whoever shows the figures must carry",
        ),
        Key::required(
            "resources",
            Holds::List(&Holds::Table(&RESOURCE)),
            "tables; the first is the table of authorities",
        ),
    ],
};

static RESOURCE: Table = Table {
    name: "resource",
    says: "A table.",
    annotated: false,
    keys: &[
        Key::required(
            "path",
            Holds::Text,
            "the CSV file, relative to the descriptor",
        ),
        Key::required("schema", Holds::Table(&SCHEMA), "its columns"),
        Key::optional(
            "needshare",
            Holds::Table(&ROLES),
            "which columns play which roles",
        ),
    ],
};

static SCHEMA: Table = Table {
    name: "schema",
    says: "A Table Schema.",
    annotated: false,
    keys: &[Key::required(
        "fields",
        Holds::List(&Holds::Table(&FIELD)),
        "columns in the order of the file",
    )],
};

static FIELD: Table = Table {
    name: "field",
    says: "A column.",
    annotated: false,
    keys: &[
        Key::required("name", Holds::Text, "its heading"),
        Key::optional("type", Holds::Text, "integer, number, boolean or string"),
        Key::optional("title", Holds::Text, "a name for readers"),
        Key::optional(
            "unit",
            Holds::Text,
            "its unit, such as people, GBP, GBP per person, share (0 to 1): formulas are checked by it",
        ),
        Key::optional("year", Holds::Anything, "year or date of the figures"),
        Key::optional("source", Holds::Text, "publisher, publication and year"),
        Key::optional(
            "caveat",
            Holds::Text,
            "what a reader of results that use the column must be told",
        ),
        Key::optional(
            "constraints",
            Holds::Table(&CONSTRAINTS),
            "what every cell must satisfy",
        ),
        Key::optional(
            "missing",
            Holds::Table(&MISSING),
            "what to do with a blank cell that a formula uses",
        ),
    ],
};

static CONSTRAINTS: Table = Table {
    name: "constraints",
    says: "What every cell must satisfy.",
    annotated: false,
    keys: &[
        Key::optional("required", Holds::Flag, "no cell may be blank"),
        Key::optional("minimum", Holds::Number, "least number"),
        Key::optional("maximum", Holds::Number, "greatest number"),
        Key::optional("enum", Holds::List(&Holds::Anything), "the only values"),
    ],
};

static MISSING: Table = Table {
    name: "missing",
    says: "What to do with a blank cell that a formula uses; a filled cell is listed in the results.",
    annotated: false,
    keys: &[
        Key::required(
            "policy",
            Holds::Word(&[
                "stop",
                "use_column",
                "use_region_mean_rate",
                "exclude_authority",
            ]),
            "stop the run; the same authority's cell of `column`; the region's rate to `denominator`; leave the authority out",
        ),
        Key::optional("column", Holds::Text, "use_column: that column"),
        Key::optional(
            "denominator",
            Holds::Text,
            "use_region_mean_rate: that column",
        ),
        Key::optional("reason", Holds::Text, "why that is right"),
    ],
};

static ROLES: Table = Table {
    name: "roles",
    says: "Columns that play a role, by heading.",
    annotated: false,
    keys: &[
        Key::optional(
            "code",
            Holds::Text,
            "codes of authorities; one row for each",
        ),
        Key::optional("name", Holds::Text, "names"),
        Key::optional("class", Holds::Text, "kinds of authority"),
        Key::optional("region", Holds::Text, "regions"),
        Key::optional(
            "reporting_region",
            Holds::Text,
            "regions as results are reported",
        ),
        Key::optional("population", Holds::Text, "residents"),
        Key::optional(
            "deprivation",
            Holds::Text,
            "deprivation, higher is more deprived",
        ),
        Key::optional("tax_base", Holds::Text, "tax base"),
        Key::optional(
            "older_people",
            Holds::Text,
            "residents of 65 and over, a count: for results by age",
        ),
        Key::optional(
            "rural_share",
            Holds::Text,
            "share of residents in rural areas: for results by rurality",
        ),
        Key::optional(
            "left_out_of_rankings",
            Holds::Text,
            "true for authorities too small for rankings per head",
        ),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_described() {
        let roles = Roles::default();
        let described: Vec<&str> = ROLES.keys.iter().map(|key| key.word).collect();
        assert_eq!(described, roles.named().map(|(role, _)| role));
    }
}

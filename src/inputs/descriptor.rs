//! `datapackage.json`: the Frictionless Data Package descriptor of a dataset, with
//! our own `missing` policies and the roles that columns play.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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
            left_out_of_rankings: pick(&self.left_out_of_rankings, &other.left_out_of_rankings),
        }
    }

    /// Each role with its word and the column that plays it, if any.
    pub fn named(&self) -> [(&'static str, &Option<String>); 9] {
        [
            ("code", &self.code),
            ("name", &self.name),
            ("class", &self.class),
            ("region", &self.region),
            ("reporting_region", &self.reporting_region),
            ("population", &self.population),
            ("deprivation", &self.deprivation),
            ("tax_base", &self.tax_base),
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

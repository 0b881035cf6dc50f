//! Where a dataset's files are found, and the descriptor that belongs to a table.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::cell::{Cell, read_number};
use super::csv_table::{CsvTable, read_csv_table};
use super::descriptor::{Descriptor, Roles, Schema};
use super::{SourceFile, built_in};
use crate::findings::{Finding, Findings, Place, did_you_mean};

/// File name of a descriptor, as the standard has it.
const DESCRIPTOR: &str = "datapackage.json";

/// Where a dataset comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataSource {
    /// A package that the program carries.
    BuiltIn(String),
    /// A CSV file, or a folder with a `datapackage.json`.
    Path {
        /// The file or folder.
        path: PathBuf,
        /// The built-in package whose descriptions columns of the same name take
        /// when the table has no descriptor of its own.
        like: Option<String>,
    },
}

/// A table as text with all that is known of its columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// Short name.
    pub name: String,
    /// Name for readers.
    pub title: String,
    /// The table.
    pub table: CsvTable,
    /// What its columns are, where described.
    pub schema: Schema,
    /// Whether the schema is the table's own (then it must match it column for
    /// column) or that of the built-in package it stands in for.
    pub schema_is_own: bool,
    /// Columns that play a role.
    pub roles: Roles,
    /// Lines that whoever shows the figures must carry.
    pub attribution: Vec<String>,
    /// Files read, for the manifest.
    pub files: Vec<SourceFile>,
}

/// Opens a package. `roles` are those that a formula's `[data]` states; they come
/// before the descriptor's, which come before columns that bear a role's name.
pub fn open_package(
    source: &DataSource,
    roles: &Roles,
    findings: &mut Findings,
) -> Option<Package> {
    match source {
        DataSource::BuiltIn(name) => {
            let Some(descriptor) = SourceFile::built_in(&format!("inputs/{name}/{DESCRIPTOR}"))
            else {
                findings.push(
                    Finding::error("unknown-dataset", Place::default())
                        .found(format!("dataset `{name}`"))
                        .expected("a dataset that the program carries")
                        .remedy(did_you_mean(name, built_in::dataset_names())),
                );
                return None;
            };
            open_described(descriptor, roles, findings, |path, findings| {
                let file = SourceFile::built_in(&format!("inputs/{name}/{path}"));
                if file.is_none() {
                    findings.push(Finding::error("cannot-read-file", Place::file(path)));
                }
                file
            })
        }
        DataSource::Path { path, .. } if path.is_dir() => {
            let descriptor_path = path.join(DESCRIPTOR);
            if !descriptor_path.is_file() {
                findings.push(
                    Finding::error("no-descriptor", Place::file(path.display().to_string()))
                        .found("a folder without datapackage.json")
                        .expected("a data package, or the path of a CSV file")
                        .remedy("needshare check TABLE.csv writes a first descriptor for a table"),
                );
                return None;
            }
            let descriptor = SourceFile::open(&descriptor_path, findings)?;
            open_described(descriptor, roles, findings, |table, findings| {
                SourceFile::open(&path.join(table), findings)
            })
        }
        DataSource::Path { path, like } => open_table(path, like.as_deref(), roles, findings),
    }
}

fn open_described(
    descriptor_file: SourceFile,
    roles: &Roles,
    findings: &mut Findings,
    open: impl FnOnce(&str, &mut Findings) -> Option<SourceFile>,
) -> Option<Package> {
    let descriptor = Descriptor::read(&descriptor_file.name, &descriptor_file.bytes, findings)?;
    let resource = &descriptor.resources[0];
    let table_file = open(&resource.path, findings)?;
    let table = read_csv_table(&table_file.name, &table_file.bytes, findings)?;
    let own = resource.needshare.or(&Roles::by_name(&table.header));
    Some(Package {
        title: if descriptor.title.is_empty() {
            descriptor.name.clone()
        } else {
            descriptor.title.clone()
        },
        name: descriptor.name.clone(),
        schema: resource.schema.clone(),
        schema_is_own: true,
        roles: roles.or(&own),
        attribution: descriptor.attribution.lines(),
        table,
        files: vec![descriptor_file, table_file],
    })
}

/// Opens a CSV file: with the descriptor beside it if that names this file, else
/// with the descriptions of the package it stands in for, else with none.
fn open_table(
    path: &Path,
    like: Option<&str>,
    roles: &Roles,
    findings: &mut Findings,
) -> Option<Package> {
    let beside = path.with_file_name(DESCRIPTOR);
    if beside.is_file() {
        // A descriptor that cannot be read may be this table's: it is not passed over.
        let descriptor_file = SourceFile::open(&beside, findings)?;
        let descriptor = Descriptor::read(&descriptor_file.name, &descriptor_file.bytes, findings)?;
        if Some(descriptor.resources[0].path.as_ref()) == path.file_name() {
            return open_described(descriptor_file, roles, findings, |_, findings| {
                SourceFile::open(path, findings)
            });
        }
    }
    let file = SourceFile::open(path, findings)?;
    let table = read_csv_table(&file.name, &file.bytes, findings)?;
    let lent = like.and_then(|name| {
        let file = SourceFile::built_in(&format!("inputs/{name}/{DESCRIPTOR}"))?;
        Descriptor::read(&file.name, &file.bytes, findings)
    });
    let (schema, lent_roles, attribution) = match lent {
        // Another geography: roles by the same names, and nothing else in common.
        Some(descriptor) if !stands_in_for(&table, &descriptor) => (
            Schema { fields: Vec::new() },
            descriptor.resources[0].needshare.clone(),
            Vec::new(),
        ),
        Some(mut descriptor) => {
            let attribution = descriptor.attribution.lines();
            let resource = descriptor.resources.swap_remove(0);
            (resource.schema, resource.needshare, attribution)
        }
        None => (Schema { fields: Vec::new() }, Roles::default(), Vec::new()),
    };
    let name = path
        .file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    // A lent role is taken only where the table has that column.
    let lent_roles = Roles {
        code: lent_roles.code.filter(|c| table.find(c).is_some()),
        name: lent_roles.name.filter(|c| table.find(c).is_some()),
        class: lent_roles.class.filter(|c| table.find(c).is_some()),
        region: lent_roles.region.filter(|c| table.find(c).is_some()),
        reporting_region: lent_roles
            .reporting_region
            .filter(|c| table.find(c).is_some()),
        population: lent_roles.population.filter(|c| table.find(c).is_some()),
        deprivation: lent_roles.deprivation.filter(|c| table.find(c).is_some()),
        tax_base: lent_roles.tax_base.filter(|c| table.find(c).is_some()),
        older_people: lent_roles.older_people.filter(|c| table.find(c).is_some()),
        rural_share: lent_roles.rural_share.filter(|c| table.find(c).is_some()),
        left_out_of_rankings: lent_roles
            .left_out_of_rankings
            .filter(|c| table.find(c).is_some()),
    };
    Some(Package {
        title: name.clone(),
        name,
        schema,
        schema_is_own: false,
        roles: roles.or(&lent_roles).or(&Roles::by_name(&table.header)),
        attribution,
        table,
        files: vec![file],
    })
}

/// Whether a table is about the authorities of a built-in package: at least half of its
/// codes are in that package's register.
fn stands_in_for(table: &CsvTable, lent: &Descriptor) -> bool {
    let resource = &lent.resources[0];
    let code = resource.needshare.code.as_deref().unwrap_or("code");
    let register: BTreeSet<&str> = resource
        .schema
        .fields
        .iter()
        .filter(|field| field.name == code)
        .filter_map(|field| field.constraints.values.as_ref())
        .flatten()
        .filter_map(|value| value.as_str())
        .collect();
    let Some(column) = table.find(code) else {
        return true;
    };
    let known = table
        .rows
        .iter()
        .filter(|row| register.contains(row.cells[column].trim()))
        .count();
    register.is_empty() || 2 * known >= table.rows.len()
}

/// A first descriptor for a table that has none: types and roles guessed from the
/// cells, everything that only its owner can know left as a question.
pub fn first_descriptor(package: &Package) -> String {
    let table = &package.table;
    let fields: Vec<serde_json::Value> = table
        .header
        .iter()
        .enumerate()
        .map(|(index, heading)| {
            let is_code = package.roles.code.as_deref() == Some(heading);
            let kind = if is_code {
                "string"
            } else {
                guess_type(table, index)
            };
            let mut field = json!({
                "name": heading,
                "type": kind,
                "title": heading.replace('_', " "),
                "description": "What this column is: to be written",
                "unit": "to be written",
                "year": "to be written",
                "source": "Publisher, publication, year: to be written",
            });
            if is_code {
                field["constraints"] = json!({ "required": true, "unique": true });
            } else if kind == "integer" || kind == "number" {
                field["missing"] = json!({ "policy": "stop" });
            }
            field
        })
        .collect();
    let file_name = Path::new(&table.file)
        .file_name()
        .map_or_else(|| table.file.clone(), |n| n.to_string_lossy().into_owned());
    // The standard allows lower-case letters, digits, full stops, dashes and underscores.
    let package_name: String = package
        .name
        .to_lowercase()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || ".-_".contains(c) {
                c
            } else {
                '-'
            }
        })
        .collect();
    let descriptor = json!({
        "profile": "tabular-data-package",
        "name": package_name,
        "title": package.title,
        "licenses": [],
        "sources": [],
        "resources": [{
            "profile": "tabular-data-resource",
            "name": package_name,
            "path": file_name,
            "encoding": "utf-8",
            "needshare": package.roles,
            "schema": {
                "missingValues": [""],
                "primaryKey": package.roles.code,
                "fields": fields,
            },
        }],
    });
    format!("{descriptor:#}\n")
}

/// The narrowest type that every filled cell of a column has.
fn guess_type(table: &CsvTable, index: usize) -> &'static str {
    let filled = table
        .rows
        .iter()
        .map(|row| row.cells[index].trim())
        .filter(|cell| !cell.is_empty());
    let (mut any, mut boolean, mut integer, mut number) = (false, true, true, true);
    for cell in filled {
        any = true;
        boolean &= matches!(cell, "true" | "false");
        integer &= cell.parse::<i64>().is_ok();
        number &= matches!(read_number(cell), Ok(Cell::Value(_)));
    }
    match (any, boolean, integer, number) {
        (true, true, _, _) => "boolean",
        (true, _, true, _) => "integer",
        (true, _, _, true) => "number",
        _ => "string",
    }
}

//! Reading: files become a fully checked [`Dataset`], or findings that say
//! everything that is wrong with them.
//!
//! Only this module, [`crate::formula`] and [`crate::scenario`] read files (the
//! latter two through [`SourceFile`]).

mod authority_columns;
pub mod built_in;
pub mod cell;
pub mod csv_table;
mod dataset;
mod descriptor;
pub mod grammar;
mod layers;
pub mod named;
mod package;
mod register_checks;
mod toml_file;
pub mod unit;

pub use dataset::{Column, Dataset, Filled, load_dataset, number_in_unit};
pub use descriptor::{DESCRIPTOR, Descriptor, Field, FieldKind, Missing, Roles, Schema};
pub use package::{DataSource, Package, first_descriptor, open_package};
pub use toml_file::{ANNOTATIONS, Fields, TomlFile, Value};

use std::borrow::Cow;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::findings::{Finding, Findings, Place, nearest};

/// A file that a run read.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceFile {
    /// As messages name it: the path as the user gave it, or the built-in path.
    pub name: String,
    /// As the manifest names it: never with the folders of one machine.
    pub manifest_name: String,
    /// Its bytes.
    pub bytes: Cow<'static, [u8]>,
}

impl SourceFile {
    /// Reads a file from disk.
    pub fn open(path: &Path, findings: &mut Findings) -> Option<Self> {
        let name = path.display().to_string();
        match fs::read(path) {
            Ok(bytes) => Some(Self {
                manifest_name: path
                    .file_name()
                    .map_or_else(|| name.clone(), |n| n.to_string_lossy().into_owned()),
                name,
                bytes: Cow::Owned(bytes),
            }),
            Err(error) => {
                findings.push(unreadable(path, &error));
                None
            }
        }
    }

    /// A file that the program carries.
    pub fn built_in(path: &str) -> Option<Self> {
        Some(Self {
            name: path.to_string(),
            manifest_name: path.to_string(),
            bytes: Cow::Owned(built_in::file(path)?),
        })
    }

    /// Its text, or a finding where it is no UTF-8.
    pub fn text(&self, findings: &mut Findings) -> Option<&str> {
        let bytes = self
            .bytes
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(&self.bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(error) => {
                let line = bytes[..error.valid_up_to()]
                    .iter()
                    .filter(|byte| **byte == b'\n')
                    .count() as u64
                    + 1;
                findings.push(
                    Finding::error("not-utf-8", Place::file(&self.name).line(line))
                        .found(format!("byte 0x{:02X}", bytes[error.valid_up_to()]))
                        .expected("text in UTF-8")
                        .remedy("save the file as UTF-8"),
                );
                None
            }
        }
    }

    /// SHA-256 of its bytes, in hexadecimal.
    pub fn sha256(&self) -> String {
        Sha256::digest(&self.bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// The finding for a file that cannot be opened, with the nearest name beside it.
fn unreadable(path: &Path, error: &std::io::Error) -> Finding {
    let folder = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => Path::new("."),
    };
    let neighbours: Vec<String> = fs::read_dir(folder)
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect()
        })
        .unwrap_or_default();
    let wanted = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let alike = nearest(&wanted, neighbours.iter().map(String::as_str));
    let remedy = match (error.kind(), alike) {
        (std::io::ErrorKind::NotFound, Some(name)) => format!("did you mean `{name}`?"),
        (std::io::ErrorKind::NotFound, None) => "check the file's name and its folder".to_string(),
        _ => "check that it is a file, and that you may read it".to_string(),
    };
    let found = match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_string(),
        std::io::ErrorKind::PermissionDenied => "no permission to read it".to_string(),
        _ => error.to_string(),
    };
    Finding::error("cannot-read-file", Place::file(path.display().to_string()))
        .found(found)
        .expected("a file that can be read")
        .remedy(remedy)
}

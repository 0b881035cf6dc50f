//! Files by name: a path, or what the program carries; with overlays, `FILE+OVERLAY+…`.

use std::path::Path;

use super::{SourceFile, built_in};
use crate::findings::{Finding, Findings, Place, did_you_mean};

/// What is named: where the program carries such files, and how messages call them.
#[derive(Debug, Clone, Copy)]
pub struct Named {
    /// `formula`, `scenario`.
    pub word: &'static str,
    /// The findings' kind where there is none of a name.
    pub unknown: &'static str,
    /// The folder of carried files.
    pub folder: &'static str,
    /// The folder of carried overlays.
    pub overlays: &'static str,
}

/// The file's name and its overlays': parted at `+`, unless a file has the whole name.
pub fn layers(name: &str) -> Vec<&str> {
    if !name.contains('+') || Path::new(name).is_file() {
        return vec![name];
    }
    name.split('+').collect()
}

/// Whether a name is a path: it contains `/` or ends in `.toml`.
fn is_path(name: &str) -> bool {
    name.contains('/') || name.ends_with(".toml")
}

/// Each layer's file name without folder and ending, joined by `+`: what results call it.
pub fn stem(name: &str) -> String {
    let stems: Vec<String> = layers(name)
        .into_iter()
        .map(|layer| {
            let stem = Path::new(layer).file_stem().filter(|_| is_path(layer));
            stem.map_or_else(
                || layer.to_string(),
                |stem| stem.to_string_lossy().into_owned(),
            )
        })
        .collect();
    stems.join("+")
}

/// The same with the files' endings, as a command line without folders has it.
pub fn without_folders(name: &str) -> String {
    let names: Vec<String> = layers(name)
        .into_iter()
        .map(|layer| {
            let file = Path::new(layer).file_name();
            file.map_or_else(
                || layer.to_string(),
                |name| name.to_string_lossy().into_owned(),
            )
        })
        .collect();
    names.join("+")
}

/// Opens a file and its overlays, in order. `place` is where the name stands.
pub fn open_named(
    name: &str,
    kind: Named,
    place: &Place,
    findings: &mut Findings,
) -> Option<Vec<SourceFile>> {
    let files: Vec<Option<SourceFile>> = layers(name)
        .into_iter()
        .enumerate()
        .map(|(layer, name)| {
            if is_path(name) {
                return SourceFile::open(Path::new(name), findings);
            }
            let folder = if layer == 0 { kind.folder } else { kind.overlays };
            let file = SourceFile::built_in(&format!("{folder}/{name}.toml"));
            if file.is_none() {
                let what = if layer == 0 { kind.word } else { "overlay" };
                findings.push(
                    Finding::error(kind.unknown, place.clone())
                        .found(format!("{what} `{name}`"))
                        .expected(format!(
                            "a built-in {what} (needshare list), or the path of a file ending in .toml"
                        ))
                        .remedy(did_you_mean(name, built_in::names(folder, ".toml"))),
                );
            }
            file
        })
        .collect();
    files.into_iter().collect()
}

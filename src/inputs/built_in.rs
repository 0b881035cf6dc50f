//! The files that the program carries: formulas, scenarios and data packages.

use miniz_oxide::inflate::decompress_to_vec;

/// Path of each carried file, and start and end of its packed bytes.
static INDEX: &[(&str, usize, usize)] = &include!(concat!(env!("OUT_DIR"), "/built_in_index.rs"));

static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/built_in.deflate"));

/// The carried file of this path (`formulas/per-head.toml`), if there is one.
pub fn file(path: &str) -> Option<Vec<u8>> {
    let (_, start, end) = INDEX.iter().find(|(carried, _, _)| *carried == path)?;
    let packed = &PACKED[*start..*end];
    Some(decompress_to_vec(packed).expect("build.rs packed it from the file itself"))
}

/// Names of the carried files directly in `folder` that end in `ending`, without
/// the ending, sorted.
pub fn names(folder: &str, ending: &str) -> Vec<&'static str> {
    INDEX
        .iter()
        .filter_map(|(path, _, _)| {
            path.strip_prefix(folder)?
                .strip_prefix('/')?
                .strip_suffix(ending)
        })
        .filter(|name| !name.contains('/'))
        .collect()
}

/// Names of the formulas that the program carries.
pub fn formula_names() -> Vec<&'static str> {
    names("formulas", ".toml")
}

/// Names of the scenarios that the program carries.
pub fn scenario_names() -> Vec<&'static str> {
    names("inputs/scenarios", ".toml")
}

/// Names of the data packages that the program carries.
pub fn dataset_names() -> Vec<&'static str> {
    INDEX
        .iter()
        .filter_map(|(path, _, _)| {
            path.strip_prefix("inputs/")?
                .strip_suffix("/datapackage.json")
        })
        .collect()
}

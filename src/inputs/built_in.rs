//! The files that the program carries: formulas, scenarios and data packages.

use std::borrow::Cow;
use std::sync::OnceLock;

use miniz_oxide::inflate::decompress_to_vec;

/// Path, start and end of each carried file within the unpacked block.
static INDEX: &[(&str, usize, usize)] = &include!(concat!(env!("OUT_DIR"), "/built_in_index.rs"));

static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/built_in.deflate"));

fn block() -> &'static [u8] {
    static BLOCK: OnceLock<Vec<u8>> = OnceLock::new();
    BLOCK.get_or_init(|| {
        decompress_to_vec(PACKED).expect("the block was packed by build.rs from these very files")
    })
}

/// The carried file of this path (`formulas/per-head.toml`), if there is one.
pub fn file(path: &str) -> Option<Cow<'static, [u8]>> {
    INDEX
        .iter()
        .find(|(carried, _, _)| *carried == path)
        .map(|&(_, start, end)| Cow::Borrowed(&block()[start..end]))
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

//! Packs each file of `inputs/` and `formulas/` by itself into one block, so that the
//! program carries its own data, runs anywhere with no files at hand, and unpacks no more
//! than it reads.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Folders that the binary carries.
const CARRIED: [&str; 2] = ["formulas", "inputs"];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut paths = Vec::new();
    for folder in CARRIED {
        println!("cargo::rerun-if-changed={folder}");
        collect_files(&root.join(folder), &mut paths)?;
    }
    paths.sort();

    let mut block = Vec::new();
    let mut index = String::from("[\n");
    for path in paths {
        let bytes = fs::read(&path)?;
        let name = path
            .strip_prefix(&root)
            .expect("collected under the root")
            .to_string_lossy()
            .replace('\\', "/");
        let packed = miniz_oxide::deflate::compress_to_vec(&bytes, 9);
        let (start, end) = (block.len(), block.len() + packed.len());
        writeln!(index, "    ({name:?}, {start}, {end}),").expect("writing to a string");
        block.extend_from_slice(&packed);
    }
    index.push(']');
    fs::write(out.join("built_in_index.rs"), index)?;
    fs::write(out.join("built_in.deflate"), block)
}

/// Every regular file below `folder`.
fn collect_files(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect_files(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

//! Rows in another order move no pound, and the same inputs give the same bytes, on
//! the real data of England.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::{Dice, Folder, project, run_well};

/// The rows of a CSV text: quoted cells may hold line ends.
fn split_rows(text: &str) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        rows.last_mut().expect("one at least").push(c);
        match c {
            '"' => quoted = !quoted,
            '\n' if !quoted => rows.push(String::new()),
            _ => {}
        }
    }
    rows.retain(|row| !row.is_empty());
    rows
}

fn england() -> PathBuf {
    project().join("inputs/england-2024")
}

fn table() -> String {
    fs::read_to_string(england().join("authorities.csv")).expect("the table is in the project")
}

/// The table with its rows in another order.
fn shuffled(seed: u64) -> String {
    let table = table();
    let rows = split_rows(&table);
    assert_eq!(rows.len(), 154, "a heading and 153 authorities");
    assert!(
        rows.iter().all(|row| row.ends_with('\n')),
        "rows end in line ends"
    );
    let mut others = rows[1..].to_vec();
    Dice::new(seed).shuffle(&mut others);
    assert_ne!(others, rows[1..], "an order of its own");
    rows[..1].concat() + &others.concat()
}

/// A copy of the package with another table.
fn package(folder: &Folder, name: &str, table: &str) -> String {
    let copy = folder.path(name);
    fs::create_dir_all(&copy).expect("the test's folder can be written");
    fs::copy(
        england().join("datapackage.json"),
        copy.join("datapackage.json"),
    )
    .expect("the descriptor can be copied");
    fs::write(copy.join("authorities.csv"), table).expect("the test's folder can be written");
    copy.display().to_string()
}

/// A bare table, without a descriptor.
fn bare(folder: &Folder, name: &str, table: &str) -> String {
    let copy = folder.path(name);
    fs::create_dir_all(&copy).expect("the test's folder can be written");
    let file = copy.join("england.csv");
    fs::write(&file, table).expect("the test's folder can be written");
    file.display().to_string()
}

/// Runs `compare` and gives the files of its folder.
fn compare(folder: &Folder, name: &str, more: &[&str]) -> BTreeMap<PathBuf, Vec<u8>> {
    let out = folder.path(name);
    let path = out.display().to_string();
    let mut arguments = vec!["compare", "--out", &path, "--quiet"];
    arguments.extend(more);
    run_well(&arguments);
    let mut files = BTreeMap::new();
    gather(&out, &out, &mut files);
    assert!(
        files.contains_key(Path::new("comparison.csv")),
        "{:?}",
        files.keys()
    );
    files
}

fn gather(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("the run's folder is there") {
        let path = entry.expect("the run's folder can be read").path();
        if path.is_dir() {
            gather(root, &path, files);
        } else {
            let name = path
                .strip_prefix(root)
                .expect("inside the folder")
                .to_path_buf();
            files.insert(name, fs::read(&path).expect("a file of the run"));
        }
    }
}

/// Where two texts first differ, for a failing test's reader.
fn first_difference(a: &[u8], b: &[u8]) -> String {
    let (a, b) = (String::from_utf8_lossy(a), String::from_utf8_lossy(b));
    let lines = a.lines().zip(b.lines()).enumerate();
    let found = lines.into_iter().find(|(_, (a, b))| a != b);
    found.map_or_else(
        || "one is longer".to_string(),
        |(line, (a, b))| format!("line {}:\n  {a}\n  {b}", line + 1),
    )
}

fn assert_same(a: &BTreeMap<PathBuf, Vec<u8>>, b: &BTreeMap<PathBuf, Vec<u8>>, file: &str) {
    let (a, b) = (&a[Path::new(file)], &b[Path::new(file)]);
    assert!(a == b, "{file}: {}", first_difference(a, b));
}

#[test]
fn rows_in_another_order_change_no_byte_of_the_comparison() {
    let folder = Folder::new("order");
    let plain = package(&folder, "in-order", &table());
    let plain = compare(&folder, "plain", &["--inputs", &plain]);
    for seed in 1..=3 {
        let inputs = package(&folder, &format!("shuffled-{seed}"), &shuffled(seed));
        let other = compare(&folder, &format!("out-{seed}"), &["--inputs", &inputs]);
        // All but the manifest, which has the table's hash.
        assert!(plain.keys().eq(other.keys()), "the same files");
        for file in plain.keys().filter(|file| !file.ends_with("run.json")) {
            assert_same(&plain, &other, &file.display().to_string());
        }
    }
}

#[test]
fn the_same_inputs_give_the_same_bytes_in_every_file() {
    let folder = Folder::new("twice");
    let first = compare(&folder, "first", &[]);
    let second = compare(&folder, "second", &[]);
    assert!(first.keys().eq(second.keys()), "the same files");
    for ending in ["svg", "png", "csv"] {
        let charts = first.keys().filter(|file| {
            file.starts_with("charts") && file.extension().is_some_and(|e| e == ending)
        });
        assert!(charts.count() > 0, "charts as {ending} are among them");
    }
    for (file, bytes) in &first {
        assert!(*bytes == second[file], "{} differs", file.display());
    }
}

#[test]
fn the_same_inputs_give_the_same_bytes_whatever_the_number_of_threads() {
    let folder = Folder::new("threads");
    let first = compare(&folder, "as-it-comes", &[]);
    let out = folder.path("one-thread");
    let path = out.display().to_string();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_needshare"))
        .args(["compare", "--out", &path, "--quiet"])
        .env("RAYON_NUM_THREADS", "1")
        .current_dir(project())
        .output()
        .expect("the program can be started");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut second = BTreeMap::new();
    gather(&out, &out, &mut second);
    assert!(first == second, "a file differs");
}

#[test]
fn a_bare_csv_gives_the_amounts_of_the_built_in_data() {
    let folder = Folder::new("bare");
    let built_in = compare(&folder, "built-in", &["--charts", "none"]);
    for (name, text) in [("plain", table()), ("shuffled", shuffled(4))] {
        let csv = bare(&folder, name, &text);
        let from_csv = compare(
            &folder,
            &format!("out-{name}"),
            &["--charts", "none", "--inputs", &csv],
        );
        assert_same(&built_in, &from_csv, "comparison.csv");
    }
}

#[test]
fn a_byte_order_mark_is_accepted_in_a_package_and_in_a_bare_csv() {
    let folder = Folder::new("mark");
    let built_in = compare(&folder, "built-in", &["--charts", "none"]);
    let marked = format!("\u{feff}{}", table());
    let inputs = [
        package(&folder, "package", &marked),
        bare(&folder, "bare", &marked),
    ];
    for (index, inputs) in inputs.iter().enumerate() {
        let out = format!("out-{index}");
        let from_marked = compare(&folder, &out, &["--charts", "none", "--inputs", inputs]);
        assert_same(&built_in, &from_marked, "comparison.csv");
    }
}

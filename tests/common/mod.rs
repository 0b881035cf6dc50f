//! What several tests share: seeded chance, folders for one test's files, runs of
//! the binary, and columns of its tables.

#![allow(
    dead_code,
    reason = "each test binary uses a part of this module, and not the same one"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Chance from a seed, the same on every machine: splitmix64 (Steele, Lea and
/// Flood 2014, "Fast splittable pseudorandom number generators").
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number from `least` to `most`, both included.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        assert!(least <= most, "an empty range");
        let width = u128::from(least.abs_diff(most)) + 1;
        let step = i128::try_from(u128::from(self.roll()) % width).expect("below 2^65");
        i64::try_from(i128::from(least) + step).expect("within the range")
    }

    /// A place in a list.
    pub fn below(&mut self, count: usize) -> usize {
        assert!(count > 0, "an empty list");
        usize::try_from(self.roll() % count as u64).expect("below the count")
    }

    /// From 0 to 1.
    pub fn unit(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, of_a_hundred: u64) -> bool {
        self.roll() % 100 < of_a_hundred
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.below(last + 1);
            list.swap(last, other);
        }
    }
}

/// The folder of the sources, which tests' paths start from.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder for one test's files, gone when the test ends.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// `name` is the test's own, so that tests at the same time do not meet.
    pub fn new(name: &str) -> Self {
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        if path.exists() {
            fs::remove_dir_all(&path).expect("an old folder of this test can be removed");
        }
        fs::create_dir_all(&path).expect("the target folder can be written");
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A test that has failed has more to say than this.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs the program in the project's folder.
pub fn run<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_needshare"))
        .args(arguments)
        .current_dir(project())
        .output()
        .expect("the program can be started")
}

/// Runs the program and holds it to exit code 0.
pub fn run_well<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Output {
    let output = run(arguments);
    let shown: Vec<_> = arguments
        .iter()
        .map(|argument| argument.as_ref().to_string_lossy().into_owned())
        .collect();
    assert_eq!(
        output.status.code(),
        Some(0),
        "needshare {}\n{}",
        shown.join(" "),
        String::from_utf8_lossy(&output.stderr),
    );
    output
}

/// Rows of a CSV file as text, by column name.
pub fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader =
        csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let rows: Vec<BTreeMap<String, String>> = reader
        .deserialize()
        .map(|row| row.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
        .collect();
    assert!(!rows.is_empty(), "{}: no rows", path.display());
    rows
}

/// A column of whole numbers by code.
pub fn whole_by_code(path: &Path, column: &str) -> BTreeMap<String, i64> {
    let rows = rows(path);
    let count = rows.len();
    let by_code: BTreeMap<String, i64> = rows
        .into_iter()
        .map(|row| {
            let value = row[column].parse().unwrap_or_else(|_| {
                panic!(
                    "{}: {}: {column} is {:?}",
                    path.display(),
                    row["code"],
                    row[column]
                )
            });
            (row["code"].clone(), value)
        })
        .collect();
    assert_eq!(
        by_code.len(),
        count,
        "{}: a code stands twice",
        path.display()
    );
    by_code
}

/// A folder with one table and one formula.
pub struct Scratch(Folder);

impl Scratch {
    pub fn new(name: &str) -> Self {
        Self(Folder::new(name))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    /// Runs `allocate` on a table and a formula without its first lines.
    pub fn allocate(&self, table: &str, formula: &str) -> Output {
        fs::write(self.0.path("areas.csv"), table).expect("a table");
        let head = "title = \"T\"\nsummary = \"S\"\nkind = \"illustrative\"\n\
                    [data]\ntable = \"areas.csv\"\n";
        fs::write(self.0.path("f.toml"), format!("{head}{formula}")).expect("a formula");
        Command::new(env!("CARGO_BIN_EXE_needshare"))
            .args(["allocate", "./f.toml", "--format", "json"])
            .current_dir(self.0.path(""))
            .stdin(Stdio::null())
            .output()
            .expect("the program")
    }

    /// All result tables.
    pub fn tables(&self, table: &str, formula: &str) -> serde_json::Value {
        let output = self.allocate(table, formula);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let document: serde_json::Value =
            serde_json::from_slice(&output.stdout).expect("JSON on stdout");
        document["tables"].clone()
    }

    /// Amounts in code order.
    pub fn amounts(&self, table: &str, formula: &str) -> Vec<i64> {
        self.tables(table, formula)["allocation"]
            .as_array()
            .expect("a table")
            .iter()
            .map(|row| row["amount_gbp"].as_i64().expect("whole pounds"))
            .collect()
    }
}

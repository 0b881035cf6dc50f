//! A folder with a good example in it, the run of a command there, and what the
//! command must say: exit code, every word of stderr and of stdout, nothing written.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Folders made by this process so far, so that each test has its own.
static MADE: AtomicUsize = AtomicUsize::new(0);

/// A fresh folder, deleted when the test ends.
pub struct Example {
    folder: PathBuf,
}

/// What a command gave.
pub struct Run {
    /// Exit code; none of a command that was killed.
    pub exit: Option<i32>,
    /// What it printed, with the same.
    pub stdout: String,
    /// What it said, with `FOLDER` for the example's own folder.
    pub stderr: String,
    before: BTreeMap<PathBuf, Vec<u8>>,
    after: BTreeMap<PathBuf, Vec<u8>>,
}

impl Example {
    /// An example of these files, by name and text.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("needshare-test-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).expect("a fresh folder");
        let mut example = Self { folder };
        for (name, text) in files {
            example = example.with(name, text);
        }
        example
    }

    /// The same example with one file more, or another text in it.
    pub fn with(self, file: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().expect("files are in the folder")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    /// The same example with `old` replaced by `new` in a file; `old` must be there.
    pub fn patch(self, file: &str, old: &str, new: &str) -> Self {
        let text = self.text(file);
        assert!(text.contains(old), "{file} holds no {old:?} to patch");
        self.with(file, text.replace(old, new))
    }

    /// The same example with more text at the end of a file.
    pub fn append(self, file: &str, more: &str) -> Self {
        let text = self.text(file) + more;
        self.with(file, text)
    }

    /// Text of a file.
    pub fn text(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).expect("a file of the example")
    }

    /// Runs `needshare` in the folder, its arguments divided by spaces.
    pub fn run(&self, command: &str) -> Run {
        let before = files_below(&self.folder);
        let output = Command::new(env!("CARGO_BIN_EXE_needshare"))
            .args(command.split_whitespace())
            .current_dir(&self.folder)
            .output()
            .expect("the program starts");
        let folder = self.folder.display().to_string();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&folder, "FOLDER");
        Run {
            exit: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
            before,
            after: files_below(&self.folder),
        }
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Run {
    /// The command stops with this exit code and exactly these words on stderr, says
    /// nothing on stdout and leaves the folder as it was: no file, no folder more.
    #[track_caller]
    pub fn stops(&self, exit: i32, words: &str) {
        self.stops_printing(exit, "", words);
    }

    /// The same of a command that prints to stdout.
    #[track_caller]
    pub fn stops_printing(&self, exit: i32, stdout: &str, words: &str) {
        let stdout = stdout.strip_prefix('\n').unwrap_or(stdout);
        let words = words.strip_prefix('\n').unwrap_or(words);
        assert!(
            self.stderr == words && self.exit == Some(exit),
            "expected exit {exit} and:\n{words}\n--- but exit {:?} and:\n{}",
            self.exit,
            self.stderr
        );
        assert_eq!(self.stdout, stdout, "stdout");
        assert_eq!(self.before, self.after, "files written");
    }

    /// The command does its work; gives stdout, stderr and the files it wrote.
    #[track_caller]
    pub fn works(&self) -> (&str, &str, Vec<&Path>) {
        assert_eq!(self.exit, Some(0), "{}", self.stderr);
        let written = self
            .after
            .iter()
            .filter(|(path, bytes)| self.before.get(*path) != Some(bytes))
            .map(|(path, _)| path.as_path())
            .collect();
        (&self.stdout, &self.stderr, written)
    }
}

/// Everything below a folder, hidden or not, by path in it; folders without bytes.
fn files_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut ahead = vec![folder.to_path_buf()];
    while let Some(place) = ahead.pop() {
        for entry in fs::read_dir(&place).expect("a folder of the example") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(folder).expect("below the folder");
            if path.is_dir() {
                found.insert(name.to_path_buf(), Vec::new());
                ahead.push(path);
            } else {
                found.insert(name.to_path_buf(), fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

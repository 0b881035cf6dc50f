//! A run appears whole or not at all: killed, interrupted, or out of disk, it leaves
//! nothing at the result's name, and the next run clears what was left hidden.
#![cfg(unix)]

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

mod common;

use common::Folder;

/// The folder that a run is started in.
struct Scratch(Folder);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(Folder::new(name))
    }

    /// Everything in the folder by name, hidden things too.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path("")).expect("the scratch folder");
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }
}

fn compare(scratch: &Scratch) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_needshare"));
    command
        .args(["compare", "--out", "result", "--force", "--quiet"])
        .current_dir(scratch.0.path(""))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Waits until the run has begun to build its hidden folder.
fn wait_for_hidden_folder(scratch: &Scratch, child: &mut Child) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(20) {
        if scratch
            .names()
            .iter()
            .any(|name| name.starts_with(".result.needshare-"))
        {
            return;
        }
        assert!(
            child.try_wait().expect("a child").is_none(),
            "the run ended before its hidden folder was seen"
        );
    }
    panic!("no hidden folder appeared");
}

/// A folder at the result's name must be a whole result.
fn assert_whole(result: &Path) {
    for file in [
        "run.json",
        "datapackage.json",
        "comparison.csv",
        "needs.csv",
        "summary.md",
    ] {
        let length = fs::metadata(result.join(file))
            .map(|m| m.len())
            .unwrap_or(0);
        assert!(length > 0, "{file} is missing from a published result");
    }
    let charts = fs::read_dir(result.join("charts")).expect("charts").count();
    assert_eq!(charts, 24, "eight charts as SVG, PNG and CSV");
}

#[test]
fn a_run_killed_at_any_moment_leaves_nothing_and_the_next_clears_up() {
    let scratch = Scratch::new("kill");
    let mut killed_under_way = 0;
    for milliseconds in (0..800).step_by(40) {
        let mut child = compare(&scratch).spawn().expect("the program");
        sleep(Duration::from_millis(milliseconds));
        child.kill().expect("a signal");
        let status = child.wait().expect("an end");
        if !status.success() {
            killed_under_way += 1;
        }
        let result = scratch.0.path("result");
        if result.exists() {
            assert_whole(&result);
            fs::remove_dir_all(&result).expect("cleared for the next round");
        }
    }
    assert!(
        killed_under_way > 0,
        "some round killed the run before its end"
    );
    assert!(compare(&scratch).status().expect("the program").success());
    assert_eq!(scratch.names(), ["result"], "nothing hidden is left");
    assert_whole(&scratch.0.path("result"));
}

#[test]
fn an_interrupted_run_exits_with_130_and_leaves_nothing() {
    let scratch = Scratch::new("interrupt");
    let mut child = compare(&scratch).spawn().expect("the program");
    wait_for_hidden_folder(&scratch, &mut child);
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill");
    assert!(sent.success());
    let status = child.wait().expect("an end");
    assert_eq!(status.code(), Some(130));
    assert_eq!(scratch.names(), Vec::<String>::new());
}

#[test]
fn a_full_disk_is_an_error_and_leaves_nothing() {
    let scratch = Scratch::new("full");
    // A limit on file size with its signal ignored makes writes fail as on a full disk.
    let script = format!(
        "trap '' XFSZ; ulimit -f 64; exec {} compare --out result --quiet",
        env!("CARGO_BIN_EXE_needshare")
    );
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(scratch.0.path(""))
        .stdin(Stdio::null())
        .output()
        .expect("sh");
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("cannot write result/comparison.csv: File too large"),
        "{said}"
    );
    assert_eq!(scratch.names(), Vec::<String>::new());
}

#[test]
fn what_a_living_run_is_building_is_not_cleared() {
    let scratch = Scratch::new("living");
    let hidden = scratch.0.path(".result.needshare-999999999");
    fs::create_dir(&hidden).expect("another run's hidden folder");
    fs::write(hidden.join("comparison.csv"), "half").expect("its file");
    let lock = File::create(scratch.0.path(".result.needshare-999999999.lock")).expect("its lock");
    lock.lock().expect("held by this test");

    assert!(compare(&scratch).status().expect("the program").success());
    assert!(hidden.join("comparison.csv").exists(), "its run lives");

    drop(lock);
    assert!(compare(&scratch).status().expect("the program").success());
    assert_eq!(scratch.names(), ["result"], "its run has ended");
}

#[test]
fn a_folder_that_exists_is_replaced_only_with_force() {
    let scratch = Scratch::new("force");
    fs::create_dir(scratch.0.path("result")).expect("a folder");
    fs::write(scratch.0.path("result/thesis.txt"), "years of work").expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_needshare"))
        .args(["compare", "--out", "result"])
        .current_dir(scratch.0.path(""))
        .stdin(Stdio::null())
        .output()
        .expect("the program");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "error: result exists; add --force to replace it whole, or choose another folder\n"
    );
    assert_eq!(output.stdout, b"");
    assert_eq!(
        fs::read_to_string(scratch.0.path("result/thesis.txt")).expect("still there"),
        "years of work"
    );
    assert_eq!(scratch.names(), ["result"]);
}

#[test]
fn the_default_folder_is_replaced_only_if_it_is_ours() {
    let scratch = Scratch::new("default");
    let run = || {
        Command::new(env!("CARGO_BIN_EXE_needshare"))
            .args(["compare", "--charts", "none", "--quiet"])
            .current_dir(scratch.0.path(""))
            .stdin(Stdio::null())
            .output()
            .expect("the program")
    };
    assert_eq!(run().status.code(), Some(0));
    fs::write(scratch.0.path("outputs/compare/left-over.csv"), "old").expect("a file");
    assert_eq!(run().status.code(), Some(0), "it holds our run.json");
    assert!(
        !scratch.0.path("outputs/compare/left-over.csv").exists(),
        "replaced whole"
    );
    fs::remove_file(scratch.0.path("outputs/compare/run.json")).expect("no longer ours");
    assert_eq!(run().status.code(), Some(2));
    assert!(scratch.0.path("outputs/compare/comparison.csv").exists());
}

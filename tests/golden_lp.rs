//! The linear program of each kind of guarantee and each objective alone, on five
//! authorities, as another solver would read it. After a change that is meant:
//!
//! ```text
//! NEEDSHARE_REWRITE=1 cargo test --release --test golden_lp
//! ```

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::{Folder, project, run, run_well};

/// A formula on the five authorities: what follows `[allocation]`, and own resources.
struct Case {
    name: &'static str,
    allocation: &'static str,
    more: &'static str,
}

const fn guarantee(name: &'static str, more: &'static str) -> Case {
    Case {
        name,
        allocation: "need = \"need\"\n",
        more,
    }
}

const fn objective(name: &'static str, allocation: &'static str) -> Case {
    Case {
        name,
        allocation,
        more: "",
    }
}

const CASES: [Case; 24] = [
    guarantee(
        "guarantee_floor",
        "kind = \"floor\"\nof = \"last_year\"\nrate = 0.95\non = \"funding\"\n",
    ),
    guarantee(
        "guarantee_ceiling",
        "kind = \"ceiling\"\nof = \"last_year\"\nrate = 1.1\nwhere = { class = \"unitary\" }\n",
    ),
    guarantee(
        "guarantee_minimum_per_head",
        "kind = \"minimum_per_head\"\namount = 1.15\n",
    ),
    guarantee(
        "guarantee_minimum_per_person_in_need",
        "kind = \"minimum_per_person_in_need\"\namount = 2.5\nclients = \"clients\"\n",
    ),
    guarantee(
        "guarantee_group_band",
        "kind = \"group_band\"\nby = \"region\"\nreference = \"last_year\"\nlower = 0.98\nupper = 1.02\n",
    ),
    guarantee(
        "guarantee_ring_fence",
        "kind = \"ring_fence\"\namount = 500\nwhere = { class = \"county\" }\n",
    ),
    guarantee(
        "guarantee_minimum_share",
        "kind = \"minimum_share\"\nshare = 0.45\nby = \"region\"\n",
    ),
    guarantee(
        "guarantee_hold_harmless",
        "kind = \"hold_harmless\"\nof = \"last_year\"\nby = \"population\"\n\
         bands = [{ below = 150, rate = 0.9 }, { rate = 0.98 }]\n",
    ),
    guarantee(
        "guarantee_pace_of_change",
        "kind = \"pace_of_change\"\nof = \"last_year\"\ndown = 0.02\nup = 0.05\n",
    ),
    guarantee(
        "guarantee_top_slice",
        "kind = \"top_slice\"\nshare = 0.02\n",
    ),
    objective("objective_level_up", "need = \"need\"\n"),
    Case {
        name: "objective_scale_gains",
        allocation: "target = \"target\"\nobjective = { kind = \"scale_gains\" }\n",
        more: "kind = \"floor\"\nof = \"last_year\"\nrate = 0.9\n",
    },
    objective(
        "objective_equal_change",
        "need = \"need\"\nobjective = { kind = \"equal_change\", of = \"last_year\" }\n",
    ),
    objective(
        "objective_least_deviation",
        "target = \"target\"\nobjective = { kind = \"least_deviation\", weight = \"weight\" }\n",
    ),
    Case {
        name: "objective_least_turnover",
        allocation: "need = \"need\"\nobjective = { kind = \"least_turnover\", of = \"last_year\" }\n",
        more: "kind = \"floor\"\non = \"coverage\"\nrate = 0.9\n",
    },
    objective(
        "objective_least_squares",
        "target = \"target\"\nobjective = { kind = \"least_squares\", weight = \"weight\" }\n",
    ),
    Case {
        name: "objective_least_quantum",
        allocation: "need = \"need\"\nobjective = { kind = \"least_quantum\" }\n",
        more: "kind = \"floor\"\non = \"coverage\"\nrate = 0.9\n",
    },
    objective(
        "objective_per_head",
        "need = \"need\"\nobjective = { kind = \"per_head\" }\n",
    ),
    objective(
        "objective_by_tax_base",
        "need = \"need\"\nobjective = { kind = \"by_tax_base\", base = \"weight\" }\n",
    ),
    objective(
        "objective_proportional",
        "need = \"need\"\nobjective = { kind = \"proportional\", claim = \"claim\" }\n",
    ),
    objective(
        "objective_constrained_equal_awards",
        "need = \"need\"\nobjective = { kind = \"constrained_equal_awards\", claim = \"claim\" }\n",
    ),
    objective(
        "objective_constrained_equal_losses",
        "need = \"need\"\nobjective = { kind = \"constrained_equal_losses\", claim = \"claim\" }\n",
    ),
    objective(
        "objective_talmud",
        "need = \"need\"\nobjective = { kind = \"talmud\", claim = \"claim\" }\n",
    ),
    // Services with totals of their own: rows besides guarantees.
    objective("services_apart", "services = \"apart\"\n"),
];

impl Case {
    fn formula(&self) -> String {
        let need = if self.name == "services_apart" {
            "[[service]]\nname = \"Older adults\"\nclients = \"clients\"\nbasic = 1.0\nquantum_share = 0.6\n\
             [[service]]\nname = \"Children\"\nclients = \"need\"\nbasic = 1.0\nquantum_share = 0.4\n"
        } else {
            ""
        };
        let guarantee = match self.more {
            "" => String::new(),
            more => format!("[[allocation.guarantee]]\nname = \"Promise of 2026\"\n{more}"),
        };
        format!(
            "title = \"{}\"\nsummary = \"For a test.\"\nkind = \"illustrative\"\n\
             [data]\ntable = \"areas.csv\"\ncode = \"code\"\nname = \"name\"\nclass = \"class\"\n\
             region = \"region\"\npopulation = \"population\"\n{need}\
             [own_resources]\namount = \"own\"\n[allocation]\nquantum = 1000\n{}{guarantee}",
            self.name, self.allocation
        )
    }

    /// Runs it, and gives the folder of results and the file of the program.
    fn run(&self, folder: &Folder, ending: &str) -> (PathBuf, PathBuf) {
        let table = project().join("tests/golden_lp/areas.csv");
        fs::copy(table, folder.path("areas.csv")).expect("the table can be copied");
        let formula = folder.path(&format!("{}.toml", self.name));
        fs::write(&formula, self.formula()).expect("the formula can be written");
        let out = folder.path(&format!("{}-{ending}", self.name));
        let file = folder.path(&format!("{}.{ending}", self.name));
        run_well(&[
            Path::new("allocate"),
            &formula,
            Path::new("--quiet"),
            Path::new("--out"),
            &out,
            Path::new("--export-lp"),
            &file,
        ]);
        (out, file)
    }
}

#[test]
fn every_kind_of_guarantee_and_every_objective_exports_its_golden_program() {
    let folder = Folder::new("golden-lp");
    let rewrite = std::env::var_os("NEEDSHARE_REWRITE").is_some();
    let mut differ = Vec::new();
    for case in &CASES {
        let (_, file) = case.run(&folder, "lp");
        let text = fs::read_to_string(file).expect("a program");
        let golden = project().join(format!("tests/golden_lp/{}.lp", case.name));
        if rewrite {
            fs::write(&golden, &text).expect("goldens can be written");
        } else if fs::read_to_string(&golden).ok().as_deref() != Some(&text) {
            differ.push(format!("{}:\n{text}", golden.display()));
        }
    }
    assert!(
        differ.is_empty(),
        "no longer the golden: {}",
        differ.join("\n")
    );
    let cases: BTreeSet<String> = CASES
        .iter()
        .map(|case| format!("{}.lp", case.name))
        .collect();
    let files: BTreeSet<String> = fs::read_dir(project().join("tests/golden_lp"))
        .expect("the folder of goldens")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.ends_with(".lp"))
        .collect();
    assert_eq!(cases, files, "a golden for each case and no other");
}

#[test]
fn every_kind_of_guarantee_and_every_objective_verifies_from_its_files() {
    let folder = Folder::new("golden-verify");
    for case in &CASES {
        let (out, _) = case.run(&folder, "mps");
        run_well(&[Path::new("verify"), &out, Path::new("--quiet")]);
    }
}

#[test]
fn both_formats_name_the_same_columns_and_rows() {
    let folder = Folder::new("golden-formats");
    for case in &CASES {
        let read = |ending: &str| {
            let (out, file) = case.run(&folder, ending);
            let manifest = fs::read(out.join("run.json")).expect("a manifest");
            let manifest: serde_json::Value = serde_json::from_slice(&manifest).expect("JSON");
            let text = fs::read_to_string(file).expect("a program");
            (text, manifest["export_objective"].clone())
        };
        let ((lp, of_lp), (mps, of_mps)) = (read("lp"), read("mps"));
        assert!(of_lp.is_number(), "{}", case.name);
        assert_eq!(of_lp, of_mps, "{}", case.name);
        let rows: BTreeSet<&str> = lp
            .lines()
            .skip_while(|line| *line != "Subject To")
            .take_while(|line| *line != "Bounds")
            .filter_map(|line| line.trim().split_once(": ").map(|(name, _)| name))
            .collect();
        let in_mps: BTreeSet<&str> = mps
            .lines()
            .skip_while(|line| *line != "ROWS")
            .take_while(|line| *line != "COLUMNS")
            .filter_map(|line| line.strip_prefix(' ')?.split_once(' '))
            .filter(|(kind, _)| *kind != "N")
            .map(|(_, name)| name)
            .collect();
        assert_eq!(rows, in_mps, "{}", case.name);
    }
}

#[test]
fn an_export_replaces_nothing_without_force_and_ends_in_lp_or_mps() {
    let folder = Folder::new("export-places");
    let (out, file) = CASES[0].run(&folder, "lp");
    let formula = folder.path("guarantee_floor.toml");
    let with = |export: &Path, force: bool| {
        let mut arguments = vec![
            PathBuf::from("allocate"),
            formula.clone(),
            PathBuf::from("--quiet"),
            PathBuf::from("--export-lp"),
            export.to_path_buf(),
        ];
        if force {
            arguments.extend(["--force", "--out"].map(PathBuf::from));
            arguments.push(out.clone());
        } else {
            arguments.extend(["--format", "csv"].map(PathBuf::from));
        }
        let output = run(&arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), said)
    };
    fs::write(&file, "somebody's work").expect("writing");
    let (code, said) = with(&file, false);
    assert_eq!(code, Some(2));
    assert_eq!(
        said,
        format!(
            "error: {} exists; add --force to replace it, or choose another name\n",
            file.display()
        )
    );
    assert_eq!(fs::read_to_string(&file).expect("kept"), "somebody's work");
    assert_eq!(with(&file, true).0, Some(0));
    assert_ne!(
        fs::read_to_string(&file).expect("replaced"),
        "somebody's work"
    );
    let (code, said) = with(&folder.path("program.txt"), false);
    assert_eq!(code, Some(2));
    assert!(
        said.ends_with("program.txt: name a file that ends in .lp or .mps\n"),
        "{said}"
    );
    let (code, said) = with(&folder.path("nowhere/program.lp"), false);
    assert_eq!(
        (code, said.contains("there is no folder")),
        (Some(2), true),
        "{said}"
    );
    let (code, said) = with(&out.join("program.lp"), true);
    assert_eq!(
        (code, said.contains("is replaced whole")),
        (Some(2), true),
        "{said}"
    );
}

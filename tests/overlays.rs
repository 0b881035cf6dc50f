//! Layers: a small file over a formula or a scenario, conflicts told, places kept.

mod common;

use std::fs;

use common::{Folder, run, run_well};

const TABLE: &str = "code,people,poor,cost,today\nA,100,60,1.2,30\nB,100,40,1.0,70\n";

const FORMULA: &str = "title = \"By people\"\nsummary = \"Shares by people.\"\nkind = \"official\"\n\
    [data]\ntable = \"areas.csv\"\ncode = \"code\"\npopulation = \"people\"\n\
    [[service]]\nname = \"Care\"\nquantum_share = 1\nclients = \"people\"\nbasic = 0.5\n\
    top_up = [{ index = \"poor\", amount = 0.5, source = \"made up\" }]\n\
    area_cost = { index = \"cost\", weight = 0.5, source = \"made up\" }\n\
    [allocation]\nquantum = 1000\n";

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    fs::write(folder.path("areas.csv"), TABLE).expect("a table");
    fs::write(folder.path("base.toml"), FORMULA).expect("a formula");
    folder
}

fn amounts(formula: &str) -> Vec<i64> {
    let output = run_well(&["allocate", formula, "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    let rows = reader.deserialize::<std::collections::BTreeMap<String, String>>();
    rows.map(|row| {
        row.expect("a row")["amount_gbp"]
            .parse()
            .expect("whole pounds")
    })
    .collect()
}

fn layered(folder: &Folder, overlays: &[(&str, &str)]) -> String {
    let mut name = folder.path("base.toml").display().to_string();
    for (file, text) in overlays {
        fs::write(folder.path(file), text).expect("an overlay");
        name = format!("{name}+{}", folder.path(file).display());
    }
    name
}

#[test]
fn weights_guarantees_and_local_costs_are_changed_by_hand_worked_amounts() {
    let folder = folder("overlay-weights");
    // Index of poor 1.2 and 0.8: per client 1.1 and 0.9; costs 1.1 and 1: 1.21 and 0.9 of 2.11.
    assert_eq!(amounts(&layered(&folder, &[])), [573, 427]);
    // Without local costs: 1.1 and 0.9 of 2.
    let plain = "title = \"no costs\"\n[each_service]\nremove = [\"area_cost\"]\n";
    assert_eq!(
        amounts(&layered(&folder, &[("plain.toml", plain)])),
        [550, 450]
    );
    // The built-in overlay does the same.
    let built_in = format!("{}+without-area-cost", layered(&folder, &[]));
    assert_eq!(amounts(&built_in), [550, 450]);
    // Other weights besides: basic 0.1, poor 0.9: 1.18 and 0.82 of 2.
    let weights = "[[service]]\nname = \"Care\"\nbasic = 0.1\n\
                   top_up = [{ index = \"poor\", amount = 0.9, source = \"made up\" }]\n";
    let both = layered(&folder, &[("plain.toml", plain), ("weights.toml", weights)]);
    assert_eq!(amounts(&both), [590, 410]);
    // And a guarantee: B at least 450.
    let floor = "[[allocation.guarantee]]\nname = \"B\"\nkind = \"floor\"\nof = { sum = [450] }\nrate = 1\n\
                 where = { today = { above = 50 } }\nsource = \"made up\"\n";
    let floor = floor.replace(
        "where = { code = \"B\" }",
        "where = { today = { above = 50 } }",
    );
    let all = layered(
        &folder,
        &[
            ("plain.toml", plain),
            ("weights.toml", weights),
            ("floor.toml", &floor),
        ],
    );
    assert_eq!(amounts(&all), [550, 450]);
    // Guarantees taken away from a formula that states them.
    let text = fs::read_to_string(folder.path("base.toml")).expect("a formula") + &floor;
    fs::write(folder.path("held.toml"), text).expect("a formula");
    let held = folder.path("held.toml").display().to_string();
    assert_eq!(amounts(&held), [550, 450]);
    assert_eq!(amounts(&format!("{held}+without-guarantees")), [573, 427]);
    // One overlay that adds a guarantee and one that takes all away have no common result.
    let floor = folder.path("floor.toml").display().to_string();
    let text = refused(&format!("{held}+{floor}+without-guarantees"));
    assert!(text.contains("overlay-conflict"), "{text}");
}

#[test]
fn a_layered_formula_says_what_it_is() {
    let folder = folder("overlay-names");
    let plain = "title = \"no costs\"\nsummary = \"Costs are alike.\"\n[each_service]\nremove = [\"area_cost\"]\n";
    let name = layered(&folder, &[("plain.toml", plain)]);
    let out = folder.path("out").display().to_string();
    let output = run_well(&["allocate", &name, "--out", &out]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("By people: no costs"), "{text}");
    assert!(
        text.contains("Shares by people. Costs are alike."),
        "{text}"
    );
    let manifest = fs::read_to_string(folder.path("out/run.json")).expect("a manifest");
    for part in [
        "base.toml+plain.toml",
        "\"base.toml\"",
        "\"plain.toml\"",
        "base+plain",
    ] {
        assert!(manifest.contains(part), "{part}: {manifest}");
    }
    // What is changed is no official policy any more.
    let page = run_well(&["show", &name]);
    let page = String::from_utf8_lossy(&page.stdout).into_owned();
    assert!(page.contains("illustrative"), "{page}");
    run_well(&["verify", &out]);
}

fn refused(formula: &str) -> String {
    let output = run(&["allocate", formula, "--format", "csv"]);
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn conflicts_are_told_with_both_places() {
    let folder = folder("overlay-conflicts");
    let one = "[allocation]\nquantum = 2000\n";
    let other = "# another\n[allocation]\nquantum = 3000\n";
    let text = refused(&layered(
        &folder,
        &[("one.toml", one), ("other.toml", other)],
    ));
    for part in [
        "overlay-conflict",
        "other.toml",
        "line 3",
        "allocation.quantum",
        "3000",
        "2000",
        "one.toml line 2",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // The same value twice is none.
    assert_eq!(
        amounts(&layered(&folder, &[("one.toml", one), ("again.toml", one)])),
        [1147, 853]
    );
}

#[test]
fn what_an_overlay_names_must_be_there() {
    let folder = folder("overlay-unknown");
    let service = "[[service]]\nname = \"Caer\"\nbasic = 0.2\n";
    let text = refused(&layered(&folder, &[("service.toml", service)]));
    for part in ["service `Caer`", "service.toml", "line 1", "Care"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let nothing = "[allocation]\nremove = [\"guarantee\"]\n";
    let text = refused(&layered(&folder, &[("nothing.toml", nothing)]));
    for part in ["allocation.guarantee", "nothing.toml", "line 2"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let misspelt = "[each_service]\nremove = [\"area_csot\"]\n";
    let text = refused(&layered(&folder, &[("misspelt.toml", misspelt)]));
    for part in ["service.area_csot", "misspelt.toml", "line 2", "area_cost"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let unknown = "[allocation]\nquantun = 5\n";
    let text = refused(&layered(&folder, &[("unknown.toml", unknown)]));
    for part in [
        "quantun",
        "unknown.toml",
        "line 2",
        "did you mean `quantum`",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let output = run(&["allocate", "per-head+without-area-costs"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("without-area-cost"), "{text}");
}

#[test]
fn a_scenario_can_be_layered_too() {
    let folder = folder("overlay-scenario");
    let overlay = "title = \"beside council tax\"\n[baselines]\n\
                   before = { sum = [\"ct_requirement_area_2024_25_gbp\"] }\n";
    fs::write(folder.path("before.toml"), overlay).expect("an overlay");
    let scenario = format!("england-2024-25+{}", folder.path("before.toml").display());
    let output = run_well(&[
        "compare",
        "per-head",
        "--scenario",
        &scenario,
        "--baseline",
        "before",
        "--format",
        "markdown",
    ]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("England 2024-25: beside council tax"),
        "{text}"
    );
    assert!(text.contains("baseline before"), "{text}");
}

#[test]
fn built_in_overlays_are_laid_over_any_formula_and_checked_so() {
    for overlay in ["without-area-cost", "without-guarantees"] {
        let output = run_well(&["check", &format!("social-care-by-need-protected+{overlay}")]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains(overlay), "{text}");
    }
    // An overlay by itself is told from a formula that lacks everything.
    let output = run(&["check", "formulas/overlays/without-area-cost.toml"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("needshare check FORMULA+"), "{text}");
    // Every formula of a run at once: the flagship's guarantee is gone, the others had none.
    run_well(&[
        "benchmark",
        "--overlay",
        "without-guarantees",
        "--format",
        "csv",
    ]);
}

//! Where numbers fall off an edge: thresholds that doubles miss, sums of trillions, places
//! without need or people, guarantees that give way, sums that guarantees themselves decide.
//! Worked by hand, through files.

mod common;

use common::Scratch;
use serde_json::Value;

/// The same was spent in each; only two have need, and nobody knows how many live there.
const PLACES: &str = "code,name,need,last\nA,Ash,50,100\nB,Birch,50,100\nC,Copse,0,100\n";

fn column(tables: &Value, table: &str, column: &str) -> Vec<Value> {
    let rows = tables[table].as_array().expect("a table").iter();
    rows.map(|row| row[column].clone()).collect()
}

fn wholes(tables: &Value, table: &str, name: &str) -> Vec<i64> {
    let cells = column(tables, table, name);
    cells
        .iter()
        .map(|cell| cell.as_i64().expect("whole"))
        .collect()
}

/// A guarantee in a file.
fn guarantee(name: &str, lines: &str) -> String {
    format!("[[allocation.guarantee]]\nname = \"{name}\"\n{lines}\n")
}

// --- Thresholds ------------------------------------------------------------------------

/// An indicator of four places that all raise their tax by a tenth: 1.1 × 100 is not 110 in
/// doubles.
fn of_tenths(indicator: &str) -> Vec<f64> {
    let table =
        "code,name,before,now\nA,Ash,100,110\nB,Birch,200,220\nC,Copse,400,440\nD,Dell,10,11\n";
    let formula = format!(
        "[[indicator]]\nname = \"more\"\nsum = [{{ of = \"before\", times = 1.1 }}]\n\
         [[indicator]]\nname = \"rise\"\nratio = [\"now\", \"before\"]\n\
         [[indicator]]\nname = \"x\"\n{indicator}\n\
         [allocation]\nquantum = 4\nneed = {{ sum = [\"x\", \"more\", \"rise\"] }}\n"
    );
    let tables = Scratch::new("tenths").tables(table, &formula);
    let rows = tables["indicators"].as_array().expect("a table").iter();
    rows.filter(|row| row["name"] == "x")
        .map(|row| row["value"].as_f64().expect("a number"))
        .collect()
}

#[test]
fn what_is_at_a_threshold_but_for_rounding_is_at_it() {
    for (limit, met) in [
        ("at_least", 1.0),
        ("at_most", 1.0),
        ("equals", 1.0),
        ("above", 0.0),
        ("below", 0.0),
    ] {
        let when = format!(
            "when = {{ where = {{ now = {{ {limit} = \"more\" }} }}, then = 1, otherwise = 0 }}"
        );
        assert_eq!(of_tenths(&when), [met; 4], "{limit}");
    }
    let bands =
        "banded = { of = \"now\", bands = [{ up_to = \"more\", value = 1 }, { value = 2 }] }";
    assert_eq!(of_tenths(bands), [1.0; 4]);
    let bands =
        "banded = { of = \"now\", bands = [{ below = \"more\", value = 1 }, { value = 2 }] }";
    assert_eq!(of_tenths(bands), [2.0; 4]);
    assert_eq!(of_tenths("rank = \"rise\""), [1.0; 4]);
    let held = "clamp = { of = \"now\", min = \"more\", max = \"now\" }";
    assert_eq!(of_tenths(held), [110.0, 220.0, 440.0, 11.0]);
}

#[test]
fn groups_that_are_numbered_are_listed_by_number() {
    let formula = "[[indicator]]\nname = \"chosen\"\n\
                   when = { where = { last = [90, 100] }, then = 2, otherwise = 1 }\n\
                   [allocation]\nquantum = 40\nneed = \"chosen\"\n";
    let table = "code,name,last\nA,Ash,90\nB,Birch,100\nC,Copse,95\nD,Dell,100\n";
    let amounts = Scratch::new("numbered").amounts(table, formula);
    // Shares of 2, 2, 1 and 2 in 7.
    assert_eq!(amounts, [12, 11, 6, 11]);
}

// --- What is not asked for ---------------------------------------------------------------

/// A ratio that has no number where nobody is, and a formula that says what to do with it.
fn of_ratio(lines: &str) -> std::process::Output {
    let table = "code,name,money,people\nA,Ash,30,10\nB,Birch,40,0\nC,Copse,10,10\n";
    let formula = format!(
        "[[indicator]]\nname = \"rate\"\nratio = [\"money\", \"people\"]\n{lines}\
         [allocation]\nquantum = 8\nneed = {{ sum = [\"money\", \"x\"] }}\n"
    );
    Scratch::new("ratio").allocate(table, &formula)
}

#[test]
fn a_when_asks_for_a_number_only_where_it_chooses_it() {
    let run = of_ratio(
        "[[indicator]]\nname = \"x\"\n\
         when = { where = { people = { above = 0 } }, then = \"rate\", otherwise = -40 }\n",
    );
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let document: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    // 30 + 3, 40 − 40 and 10 + 1, of 8.
    let amounts = wholes(&document["tables"], "allocation", "amount_gbp");
    assert_eq!(amounts, [6, 0, 2]);
    let rates: Vec<Value> = document["tables"]["indicators"]
        .as_array()
        .expect("a table")
        .iter()
        .filter(|row| row["name"] == "rate")
        .map(|row| row["value"].clone())
        .collect();
    assert_eq!(rates, [3.0.into(), Value::Null, 1.0.into()]);
}

#[test]
fn a_number_that_is_asked_for_and_not_there_is_refused() {
    let refused = [
        // Chosen where it has none, summed, or only stated.
        "[[indicator]]\nname = \"x\"\nwhen = { where = { money = { above = 35 } }, then = \"rate\", otherwise = 0 }\n",
        "[[indicator]]\nname = \"x\"\nsum = [\"rate\", 1]\n",
        "[[indicator]]\nname = \"x\"\nsum = [1]\n",
    ];
    for lines in refused {
        let run = of_ratio(lines);
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(1), "{said}");
        assert_eq!(said.matches("error[").count(), 1, "{said}");
        assert!(
            said.contains("B Birch\n  found     `rate` comes to inf\n"),
            "{said}"
        );
        assert!(said.contains("check `people` for zeros"), "{said}");
    }
}

#[test]
fn a_sum_that_nobody_would_get_is_refused() {
    let table =
        "code,name,side,people,rate\nA,Ash,west,10,1\nB,Birch,west,20,1\nC,Copse,east,30,9\n";
    let formula = |pot: &str, kind: &str| {
        format!(
            "[[indicator]]\nname = \"pot\"\nby_group = {{ by = \"side\", values = {{ west = 100, east = {pot} }} }}\n\
             [[indicator]]\nname = \"x\"\n{kind}\n\
             [allocation]\nquantum = {{ sum = [\"x\"] }}\ntarget = \"x\"\n"
        )
    };
    let scratch = Scratch::new("lost");
    for kind in [
        "scale = { of = \"people\", to = \"pot\", by = \"side\", where = { rate = { below = 5 } } }",
        "fill = { weight = \"people\", total = \"pot\", by = \"side\", where = { rate = { below = 5 } } }",
    ] {
        let run = scratch.allocate(table, &formula("50", kind));
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!(run.status.code(), Some(1), "{said}");
        assert!(
            said.contains("error[lost-sum]") && said.contains("C Copse"),
            "{said}"
        );
        assert!(
            said.contains("of 50 for a group in which nobody counts"),
            "{said}"
        );
        assert_eq!(scratch.amounts(table, &formula("0", kind)), [33, 67, 0]);
    }
}

#[test]
fn a_condition_of_a_column_on_itself_is_refused() {
    let formula = "[[indicator]]\nname = \"before\"\n\
                   total = { of = \"need\", where = { last = { at_most = \"last\" } } }\n\
                   [allocation]\nquantum = 8\nneed = \"before\"\n";
    let run = Scratch::new("itself").allocate(PLACES, formula);
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert_eq!(run.status.code(), Some(1), "{said}");
    assert!(said.contains("with a limit of `last` itself"), "{said}");
}

#[test]
fn a_quantum_can_be_an_indicator_that_is_one_number() {
    let formula = |of: &str| {
        format!(
            "[[indicator]]\nname = \"pot\"\n{of}\n\
             [allocation]\nquantum = \"pot\"\nneed = \"need\"\n"
        )
    };
    let scratch = Scratch::new("pot");
    assert_eq!(
        scratch.amounts(PLACES, &formula("total = \"last\"")),
        [150, 150, 0]
    );
    let run = scratch.allocate(PLACES, &formula("sum = [\"need\"]"));
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert_eq!(run.status.code(), Some(1), "{said}");
    assert!(said.contains("error[not-one-number]"), "{said}");
    assert!(said.contains("write { sum = [\"pot\"] }"), "{said}");
}

// --- Large sums ------------------------------------------------------------------------

#[test]
fn targets_of_trillions_are_met_to_the_unit() {
    // A prime less than a trillionth part of the whole apart from one another.
    let targets: Vec<i64> = (0..30)
        .map(|i| 600_000_000_007 + 1_000_003 * i * i)
        .collect();
    let mut table = "code,name,grant\n".to_string();
    for (place, target) in targets.iter().enumerate() {
        table.push_str(&format!("P{place:02},Place {place},{target}\n"));
    }
    let formula = "[allocation]\nquantum = { sum = [\"grant\"] }\ntarget = \"grant\"\n";
    assert_eq!(Scratch::new("trillions").amounts(&table, formula), targets);
}

// --- Without need or people ------------------------------------------------------------

#[test]
fn what_only_a_place_without_need_or_people_can_take_goes_there() {
    let scratch = Scratch::new("pinned");
    let table = "code,name,need\nA,Ash,50\nB,Birch,0\n";
    let by_need = "[allocation]\nquantum = 200\nneed = \"need\"\n";
    let ceiling = guarantee("Ceiling", "kind = \"ceiling\"\namount = 110");
    assert_eq!(
        scratch.amounts(table, &format!("{by_need}{ceiling}")),
        [110, 90]
    );
    // Nothing is lost on it otherwise.
    assert_eq!(scratch.amounts(table, by_need), [200, 0]);
}

#[test]
fn the_least_turnover_is_none_where_nothing_needs_to_move() {
    let formula = "[allocation]\nquantum = 300\nneed = \"need\"\n\
                   objective = { kind = \"least_turnover\", of = \"last\" }\n";
    assert_eq!(Scratch::new("turnover").amounts(PLACES, formula), [100; 3]);
}

// --- Giving way ------------------------------------------------------------------------

#[test]
fn a_guarantee_keeps_what_another_that_gave_way_leaves_room_for() {
    // A is capped at 50, and then B and C need 190 of their 60 each: 95 each. The floor of 85
    // comes to 50; before, the ceiling was dropped, since it clashed while the floor stood.
    let table = "code,name,need,last\nA,Ash,10,100\nB,Birch,20,100\nC,Copse,200,100\n";
    let formula = format!(
        "[allocation]\nquantum = 240\nneed = \"need\"\non_clash = \"relax\"\n{}{}{}",
        guarantee(
            "Cap",
            "kind = \"ceiling\"\namount = 50\nwhere = { code = \"A\" }"
        ),
        guarantee(
            "One",
            "kind = \"floor\"\namount = 85\nwhere = { code = \"A\" }\npriority = 1"
        ),
        guarantee(
            "Two",
            "kind = \"ceiling\"\nof = \"last\"\nrate = 0.6\npriority = 2"
        ),
    );
    let tables = Scratch::new("gives_way").tables(table, &formula);
    assert_eq!(wholes(&tables, "allocation", "amount_gbp"), [50, 95, 95]);
    let sentences = column(&tables, "guarantees", "sentence");
    let said = |name: &str| {
        let sentences = sentences.iter().filter_map(Value::as_str);
        sentences
            .filter(|sentence| sentence.contains(name))
            .collect::<String>()
    };
    assert!(said("One").contains("£50 instead of £85"), "{sentences:?}");
    assert!(
        said("Two").contains("a rate of 0.95 instead of 0.6"),
        "{sentences:?}"
    );
}

#[test]
fn a_run_with_a_guarantee_that_has_no_cost_is_verified() {
    // Where groups of three families cross, no whole pounds may satisfy the rest without it.
    let scratch = Scratch::new("no_cost");
    let floor = guarantee(
        "Floor",
        "kind = \"floor\"\namount = 70\nwhere = { code = \"A\" }",
    );
    let formula = format!("[allocation]\nquantum = 100\nneed = \"need\"\n{floor}");
    let costs = scratch.tables(PLACES, &formula)["guarantees"][0]["cost_last_gbp"].clone();
    assert_eq!(costs, 20);
    let path = |name: &str| scratch.path(name).display().to_string();
    common::run_well(&["allocate", &path("f.toml"), "--out", &path("run")]);
    let guarantees = std::fs::read_to_string(path("run/guarantees.csv")).expect("a table");
    let without = guarantees.replace(",20,20,20,", ",,,,");
    assert_ne!(guarantees, without);
    std::fs::write(path("run/guarantees.csv"), without).expect("a table");
    common::run_well(&["verify", &path("run")]);
}

// --- The least quantum -----------------------------------------------------------------

const LEAST: &str =
    "[allocation]\nquantum = 1000\nneed = \"need\"\nobjective = { kind = \"least_quantum\" }\n";

#[test]
fn a_guarantee_of_the_least_quantum_costs_what_it_adds_to_it() {
    let floor = guarantee(
        "Floor",
        "kind = \"floor\"\namount = 100\nwhere = { need = { above = 0 } }",
    );
    let tables = Scratch::new("adds").tables(PLACES, &format!("{LEAST}{floor}"));
    for cost in ["cost_last_gbp", "cost_alone_gbp", "cost_shapley_gbp"] {
        assert_eq!(wholes(&tables, "guarantees", cost), [200], "{cost}");
    }
}

#[test]
fn a_price_is_blank_where_a_pound_more_or_less_cannot_be() {
    // Floors fill the fence to the pound: a pound less of it cannot be, nor a pound more of them.
    let table = "code,name,need,side\nA,Ash,50,west\nB,Birch,50,west\nC,Copse,10,east\n";
    let formula = format!(
        "{LEAST}{}{}",
        guarantee(
            "Fence",
            "kind = \"ring_fence\"\namount = 100\nwhere = { side = \"west\" }"
        ),
        guarantee(
            "Floor",
            "kind = \"floor\"\namount = 50\nwhere = { side = \"west\" }"
        ),
    );
    let tables = Scratch::new("blank").tables(table, &formula);
    let rows = tables["guarantees"].as_array().expect("a table");
    let row = |name: &str, group: Value| {
        let found = rows
            .iter()
            .find(|row| row["name"] == name && row["group"] == group);
        found.unwrap_or_else(|| panic!("{name}: {rows:#?}"))
    };
    let fence = row("Fence", "Fence".into());
    assert_eq!(fence["price_up"], 1.0, "{rows:?}");
    assert_eq!(fence["price_down"], Value::Null);
    let floor = row("Floor", Value::Null);
    assert_eq!(floor["price_up"], Value::Null);
    assert_eq!(floor["price_down"], 0.0);
}

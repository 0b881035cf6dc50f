//! Every kind of indicator on six authorities, against values worked out by hand.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use common::{Folder, run_well};
use needshare::formula::kinds::KINDS;

/// Two regions of three; b of region North has no people in need.
const TABLE: &str = "\
code,class,region,people,need,rate,band\n\
a,county,North,100,10,0.1,1\n\
b,county,North,200,0,0.2,2\n\
c,city,North,300,30,0.3,2\n\
d,city,South,400,20,0.4,3\n\
e,city,South,500,50,0.5,3\n\
f,county,South,600,40,0.1,1\n";

/// What one indicator is, and its values for a to f.
struct Case {
    kind: &'static str,
    file: &'static str,
    expected: [f64; 6],
}

fn case(kind: &'static str, file: &'static str, expected: [f64; 6]) -> Case {
    Case {
        kind,
        file,
        expected,
    }
}

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    vec![
        case("sum", r#"sum = ["people", { of = "need", times = 2 }, 1]"#, [121.0, 201.0, 361.0, 441.0, 601.0, 681.0]),
        case("product", r#"product = ["people", "rate", 10]"#, [100.0, 400.0, 900.0, 1600.0, 2500.0, 600.0]),
        case("ratio", r#"ratio = ["need", "people"]"#, [0.1, 0.0, 0.1, 0.05, 0.1, 40.0 / 600.0]),
        case("difference", r#"difference = ["people", { of = "need", times = 3 }]"#, [70.0, 200.0, 210.0, 340.0, 350.0, 480.0]),
        case("power", r#"power = { of = "people", exponent = 2 }"#, [1e4, 4e4, 9e4, 16e4, 25e4, 36e4]),
        // ln 100 = 4.605170…
        case("log", r#"log = "people""#, [4.605_170_185_988_092, 5.298_317_366_548_036, 5.703_782_474_656_201, 5.991_464_547_107_982, 6.214_608_098_422_191, 6.396_929_655_216_146]),
        case("clamp", r#"clamp = { of = "people", max = { of = "need", times = 10 } }"#, [100.0, 0.0, 300.0, 200.0, 500.0, 400.0]),
        case("clamp", r#"clamp = { of = "people", min = 150, max = 450 }"#, [150.0, 200.0, 300.0, 400.0, 450.0, 450.0]),
        case("excess_over", r#"excess_over = { of = "people", threshold = 250 }"#, [0.0, 0.0, 50.0, 150.0, 250.0, 350.0]),
        case("above_lowest", r#"above_lowest = { of = "need", where = { need = { above = 0 } } }"#, [0.0, -10.0, 20.0, 10.0, 40.0, 30.0]),
        case("above_lowest", r#"above_lowest = { of = "people", by = "region" }"#, [0.0, 100.0, 200.0, 0.0, 100.0, 200.0]),
        case("above_lowest", r#"above_lowest = { of = "people", lowest = 40 }"#, [60.0, 160.0, 260.0, 360.0, 460.0, 560.0]),
        case("round", r#"round = { of = "people", step = 300 }"#, [0.0, 300.0, 300.0, 300.0, 600.0, 600.0]),
        case("round", r#"round = { of = "people", step = 300, to = "down" }"#, [0.0, 0.0, 300.0, 300.0, 300.0, 600.0]),
        case("round", r#"round = { of = "people", step = 300, to = "up" }"#, [300.0, 300.0, 300.0, 600.0, 600.0, 600.0]),
        case("total", r#"total = "people""#, [2100.0; 6]),
        case("total", r#"total = { of = "people", by = ["region", "class"] }"#, [300.0, 300.0, 300.0, 900.0, 900.0, 600.0]),
        case("total", r#"total = { of = "people", by = "region", where = { need = { at_least = 20 } } }"#, [300.0, 300.0, 300.0, 1500.0, 1500.0, 1500.0]),
        case("mean", r#"mean = { of = "rate", by = "region" }"#, [0.2, 0.2, 0.2, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]),
        // (10 + 40 + 90) ÷ 600; (160 + 250 + 60) ÷ 1500.
        case("mean", r#"mean = { of = "rate", weight = "people", by = "region" }"#, [140.0 / 600.0, 140.0 / 600.0, 140.0 / 600.0, 470.0 / 1500.0, 470.0 / 1500.0, 470.0 / 1500.0]),
        case("lowest", r#"lowest = { of = "need", where = { class = "city" } }"#, [20.0; 6]),
        case("highest", r#"highest = { of = "need", by = "class" }"#, [40.0, 40.0, 50.0, 50.0, 50.0, 40.0]),
        case("count", r#"count = { by = "class", where = { people = { above = 100, at_most = 500 } } }"#, [1.0, 1.0, 3.0, 3.0, 3.0, 1.0]),
        case("share", r#"share = "need""#, [10.0 / 150.0, 0.0, 0.2, 20.0 / 150.0, 50.0 / 150.0, 40.0 / 150.0]),
        case("share", r#"share = { of = "need", by = "class", where = { need = { above = 10 } } }"#, [0.0, 0.0, 0.3, 0.2, 0.5, 1.0]),
        case("share", r#"share = { of = "need", total = 1000 }"#, [0.01, 0.0, 0.03, 0.02, 0.05, 0.04]),
        case("index", r#"index = "people""#, [100.0 / 350.0, 200.0 / 350.0, 300.0 / 350.0, 400.0 / 350.0, 500.0 / 350.0, 600.0 / 350.0]),
        case("index", r#"index = { of = "people", by = "region" }"#, [0.5, 1.0, 1.5, 0.8, 1.0, 1.2]),
        case("index", r#"index = { of = "people", mean = 200 }"#, [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]),
        // Region North: mean 200, variance (10 000 + 0 + 10 000) ÷ 3.
        case("z_score", r#"z_score = { of = "people", by = "region" }"#, [-1.224_744_871_391_589, 0.0, 1.224_744_871_391_589, -1.224_744_871_391_589, 0.0, 1.224_744_871_391_589]),
        case("rank", r#"rank = "rate""#, [5.0, 4.0, 3.0, 2.0, 1.0, 5.0]),
        case("rank", r#"rank = { of = "rate", first = "lowest", ties = "by_code" }"#, [1.0, 3.0, 4.0, 5.0, 6.0, 2.0]),
        case("rank", r#"rank = { of = "people", by = "region", where = { need = { above = 10 } } }"#, [2.0, 2.0, 1.0, 3.0, 2.0, 1.0]),
        // Places 6 to 1 of six: tenths ⌈10 × place ÷ 6⌉.
        case("decile", r#"decile = "people""#, [10.0, 9.0, 7.0, 5.0, 4.0, 2.0]),
        case("banded", r#"banded = { of = "people", bands = [{ up_to = 200, value = "need" }, { below = 500, value = 7 }, { polynomial = [1, 0.5, 0.01] }] }"#, [10.0, 0.0, 7.0, 7.0, 1.0 + 250.0 + 2500.0, 1.0 + 300.0 + 3600.0]),
        case("piecewise", r#"piecewise = { of = "people", points = [[200, 1], [400, 2], [500, 0]] }"#, [1.0, 1.0, 1.5, 2.0, 0.0, 0.0]),
        case("piecewise", r#"piecewise = { of = "people", points = [[200, 1], [400, 2]], beyond = "extend" }"#, [0.5, 1.0, 1.5, 2.0, 2.5, 3.0]),
        // 1 + ln(p ÷ 100) ÷ ln 4: twice as many is half a step.
        case("piecewise", r#"piecewise = { of = "people", points = [[100, 1], [400, 2]], scale = "log" }"#, [1.0, 1.5, 1.792_481_250_360_578, 2.0, 2.0, 2.0]),
        case("by_class", r#"by_class = { county = 0.9, city = "rate" }"#, [0.9, 0.9, 0.3, 0.4, 0.5, 0.9]),
        case("by_group", r#"by_group = { by = "band", values = { 1 = 5, 2 = "need" }, otherwise = 9 }"#, [5.0, 0.0, 30.0, 9.0, 9.0, 5.0]),
        case("by_year", r#"by_year = { "2026-27" = 1, "2027-28" = "people" }"#, [100.0, 200.0, 300.0, 400.0, 500.0, 600.0]),
        case("when", r#"when = { where = { class = { not = "county" }, need = { below = "people" } }, then = "need", otherwise = -1 }"#, [-1.0, -1.0, 30.0, 20.0, 50.0, -1.0]),
        case("when", r#"when = { where = { band = 2 }, then = 1 }"#, [0.0, 1.0, 1.0, 0.0, 0.0, 0.0]),
        case("scale", r#"scale = { of = "need", to = 300 }"#, [20.0, 0.0, 60.0, 40.0, 100.0, 80.0]),
        // North 40 is more than 20 and is halved; South 110 is more too.
        case("scale", r#"scale = { of = "need", to = 20, by = "region", only = "down" }"#, [5.0, 0.0, 15.0, 400.0 / 110.0, 1000.0 / 110.0, 800.0 / 110.0]),
        case("scale", r#"scale = { of = "need", to = 44, by = "region", only = "up" }"#, [11.0, 0.0, 33.0, 20.0, 50.0, 40.0]),
        // 600 by people, no more than 100 each: 3 reach 100 … level 0.2: 20, 40, 60, 80, 100, 100 of 120 is 400.
        case("fill", r#"fill = { total = 400, weight = "people", max = 100 }"#, [20.0, 40.0, 60.0, 80.0, 100.0, 100.0]),
        case("level", r#"level = { total = 400, weight = "people", max = 100 }"#, [0.2; 6]),
        // level × people − 10 × need, not below 0, 370 in all: at 1: 0, 200, 0, 200, 0, 200 is 600;
        // at 0.7: 0, 140, 0, 80, 0, 20 = 240; the three rise by 1200: 240 + 130 at 0.7 + 130 ÷ 1200.
        case("fill", r#"fill = { total = 370, weight = "people", plus = { of = "need", times = -10 } }"#, [0.0, 140.0 + 200.0 * 130.0 / 1200.0, 0.0, 80.0 + 400.0 * 130.0 / 1200.0, 0.0, 20.0 + 600.0 * 130.0 / 1200.0]),
        // 9 by 10 and 30 is 2.25 and 6.75; rounded they sum to 9.
        case("fill", r#"fill = { total = 9, weight = "need", where = { region = "North" }, step = 1 }"#, [2.0, 0.0, 7.0, 0.0, 0.0, 0.0]),
        case("phase_in", r#"phase_in = { from = "people", to = "need", part = 0.25 }"#, [77.5, 150.0, 232.5, 305.0, 387.5, 460.0]),
        // Regional means 140 ÷ 600 and 470 ÷ 1500; the nation's is 610 ÷ 2100.
        case("regional_mean_index", r#"regional_mean_index = { of = "rate", weight = "people" }"#, [140.0 / 600.0 * 2100.0 / 610.0, 140.0 / 600.0 * 2100.0 / 610.0, 140.0 / 600.0 * 2100.0 / 610.0, 470.0 / 1500.0 * 2100.0 / 610.0, 470.0 / 1500.0 * 2100.0 / 610.0, 470.0 / 1500.0 * 2100.0 / 610.0]),
        // Of a column and itself the common part is the column: its z-score.
        case("principal_component", r#"principal_component = ["people", "people"]"#, z_of_people()),
    ]
}

/// (p − 350) ÷ √(175 000 ÷ 6).
fn z_of_people() -> [f64; 6] {
    [100.0, 200.0, 300.0, 400.0, 500.0, 600.0]
        .map(|p: f64| (p - 350.0) / (175_000.0_f64 / 6.0).sqrt())
}

/// `factor` has no value by hand: it is held to its own equations instead, and to numpy in
/// `tests/independent`.
const NOT_BY_HAND: [&str; 1] = ["factor"];

#[test]
fn a_blank_cell_is_asked_for_and_needed_only_where_it_is_used() {
    let folder = Folder::new("blank");
    fs::write(
        folder.path("table.csv"),
        "code,people,grant,stand_in\na,10,,3\nb,20,5,\n",
    )
    .expect("a table");
    let file = folder.path("blank.toml");
    let formula = "title = \"Blank\"\nsummary = \"S\"\nkind = \"illustrative\"\n\
        [data]\ntable = \"table.csv\"\ncode = \"code\"\n\
        [[indicator]]\nname = \"known\"\n\
        when = { where = { grant = { blank = true } }, then = \"stand_in\", otherwise = \"grant\" }\n\
        [allocation]\nquantum = 8\ntarget = \"known\"\n";
    fs::write(&file, formula).expect("a formula");
    let output = run_well(&["allocate", &file.display().to_string(), "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let amounts: Vec<i64> = document["tables"]["allocation"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| row["amount_gbp"].as_i64().expect("pounds"))
        .collect();
    assert_eq!(amounts, [3, 5]);
}

#[test]
fn a_target_below_nothing_counts_as_nothing_and_is_named() {
    // Targets of 10, 15 and −5 sum to 20: the two above nothing share it as 10 to 15.
    let folder = Folder::new("below");
    fs::write(
        folder.path("table.csv"),
        "code,name,target\na,Ash,10\nb,Birch,15\nc,Cedar,-5\n",
    )
    .expect("a table");
    let file = folder.path("below.toml");
    let formula = "title = \"Below\"\nsummary = \"S\"\nkind = \"illustrative\"\n\
        [data]\ntable = \"table.csv\"\ncode = \"code\"\nname = \"name\"\n\
        [allocation]\nquantum = { sum = [\"target\"] }\ntarget = \"target\"\n";
    fs::write(&file, formula).expect("a formula");
    let into = folder.path("out").display().to_string();
    let output = run_well(&["allocate", &file.display().to_string(), "--out", &into]);
    let words = String::from_utf8_lossy(&output.stdout).replace('\n', " ");
    assert!(
        words.contains(
            "below: one target is below nothing and counts as nothing, so that the others share what is left \
             of the quantum in proportion to theirs: Cedar (−£5)."
        ),
        "{words}"
    );
    let amounts = common::whole_by_code(&folder.path("out").join("allocation.csv"), "amount_gbp");
    assert_eq!(amounts.into_values().collect::<Vec<_>>(), [8, 12, 0]);
}

#[test]
fn every_kind_gives_what_a_hand_works_out() {
    let cases = cases();
    let mut formula = String::from(
        "title = \"Kinds\"\nsummary = \"Every kind.\"\nkind = \"illustrative\"\nyear = \"2027-28\"\n\
         [data]\ntable = \"table.csv\"\ncode = \"code\"\nclass = \"class\"\nregion = \"region\"\n\
         [allocation]\nquantum = 100\nneed = \"people\"\n",
    );
    for (place, case) in cases.iter().enumerate() {
        formula.push_str(&format!(
            "[[indicator]]\nname = \"case {place}\"\n{}\n",
            case.file
        ));
    }
    let folder = Folder::new("kinds");
    fs::write(folder.path("table.csv"), TABLE).expect("a table");
    let file = folder.path("kinds.toml");
    fs::write(&file, formula).expect("a formula");
    let output = run_well(&["allocate", &file.display().to_string(), "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let tables = &document["tables"];
    let mut found: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for row in tables["indicators"].as_array().expect("rows") {
        let name = row["name"].as_str().expect("a name").to_string();
        found
            .entry(name)
            .or_default()
            .push(row["value"].as_f64().expect("a number"));
    }
    for (place, case) in cases.iter().enumerate() {
        let values = &found[&format!("case {place}")];
        for (value, expected) in values.iter().zip(case.expected) {
            let apart = (value - expected).abs();
            assert!(
                apart <= 1e-12 * expected.abs().max(1.0),
                "{}: {values:?}, by hand {:?}",
                case.file,
                case.expected
            );
        }
    }
    let shown: BTreeSet<&str> = cases
        .iter()
        .map(|case| case.kind)
        .chain(NOT_BY_HAND)
        .collect();
    let known: BTreeSet<&str> = KINDS.iter().map(|kind| kind.word).collect();
    assert_eq!(shown, known);
}

//! `explain` and `chart` as users call them: by name or code, in every format, into a file of
//! their own; the walk of a small table by hand.

mod common;

use std::collections::BTreeMap;
use std::fs;

use common::{Folder, run, run_well};

/// Two places of 100 and 300 people, half and twice as poor as the mean; a floor for the first.
const TABLE: &str =
    "code,name,people,poor,base,today\nA,Ayton,100,2.5,10,90\nB,Beeton,300,0.5,30,60\n";

const FORMULA: &str = "title = \"By need\"\nsummary = \"Shares by need.\"\nkind = \"illustrative\"\n\
    [data]\ntable = \"areas.csv\"\ncode = \"code\"\nname = \"name\"\npopulation = \"people\"\ntax_base = \"base\"\n\
    [[service]]\nname = \"Care\"\nquantum_share = 1\nclients = \"people\"\nbasic = 0.5\n\
    top_up = [{ index = \"poor\", amount = 0.5, source = \"made up\" }]\n\
    [allocation]\nquantum = 160\n\
    [[allocation.guarantee]]\nname = \"As today\"\nkind = \"floor\"\nof = \"today\"\nrate = 1\n";

fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    fs::write(folder.path("areas.csv"), TABLE).expect("a table");
    fs::write(folder.path("need.toml"), FORMULA).expect("a formula");
    folder
}

fn steps(arguments: &[&str]) -> Vec<BTreeMap<String, String>> {
    let output = run_well(arguments);
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    reader
        .deserialize()
        .map(|row| row.expect("a row"))
        .collect()
}

#[test]
fn the_walk_of_a_small_table_is_what_hands_work_out() {
    let folder = folder("explain-walk");
    let formula = folder.path("need.toml").display().to_string();
    let rows = steps(&[
        "explain",
        &formula,
        "Ayton",
        "--baseline",
        "column:today",
        "--format",
        "csv",
    ]);
    let told: Vec<(&str, &str, &str)> = rows
        .iter()
        .map(|row| {
            (
                row["part"].as_str(),
                row["kind"].as_str(),
                row["gbp"].as_str(),
            )
        })
        .collect();
    // An even share is 100 of 400 people: 40. The mean of poor over clients is 1, so per client A needs
    // 0.5 + 0.5 × 2.5 = 1.75 and B 0.75: 175 and 225 of 400: 70. Clients are as residents: nothing.
    // The floor of 90 adds 20.
    assert_eq!(
        told,
        [
            ("Need", "start", "40"),
            ("Care", "change", "0"),
            ("Care", "change", "30"),
            ("Need", "subtotal", "70"),
            ("Guarantees", "change", "20"),
            ("Amount", "total", "90"),
        ]
    );
    assert_eq!(rows[2]["per_head_gbp"], "0.30");
}

#[test]
fn the_swing_of_a_small_table_is_what_hands_work_out() {
    let folder = folder("explain-swing");
    let formula = folder.path("need.toml").display().to_string();
    let heads = folder.path("heads.toml");
    let by_head = FORMULA
        .split("[[service]]")
        .next()
        .expect("a head")
        .replace("By need", "By head")
        + "[allocation]\nquantum = 160\nneed = \"people\"\n";
    fs::write(&heads, by_head).expect("a formula");
    let heads = heads.display().to_string();
    let output = run_well(&[
        "explain",
        &formula,
        "B",
        "--baseline",
        "column:today",
        "--against",
        &heads,
        "--format",
        "json",
    ]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let swings = document["tables"]["swings"].as_array().expect("a table");
    let of = |against: &str| -> Vec<(String, i64)> {
        let own = swings.iter().filter(|row| row["against"] == against);
        own.map(|row| {
            let cause = row["cause"].as_str().expect("text").to_string();
            (cause, row["gbp"].as_i64().expect("pounds"))
        })
        .collect()
    };
    let pair = |cause: &str, gbp: i64| (cause.to_string(), gbp);
    // B has an even share of 120, need takes 30 and the other's floor 20. By head it has 120.
    assert_eq!(
        of("formula:heads"),
        [
            pair("Care: poor (amount 0.5)", -30),
            pair("Guarantees: As today (holds others)", -20)
        ]
    );
    // Today it has 60 of 150: an even share of today's sum is 112.5, of 160 it is 7.5 more.
    let today: BTreeMap<String, i64> = of("column:today").into_iter().collect();
    let total: i64 = today.values().sum();
    assert_eq!(total, 70 - 60);
    assert_eq!(today["Care: poor (amount 0.5)"], -30);
    assert_eq!(today["an even share per head of a different sum"], 8);
    assert_eq!(today["today: below an even share per head, added"], 53);
    assert_eq!(today["rounding to whole pounds"], -1);
    let neighbours = document["tables"]["neighbours"]
        .as_array()
        .expect("a table");
    assert_eq!(neighbours[0]["name"], "Ayton");
}

#[test]
fn a_loser_is_told_which_number_would_make_it_win() {
    let folder = folder("explain-turn");
    let free = FORMULA
        .split("[[allocation.guarantee]]")
        .next()
        .expect("a head");
    fs::write(folder.path("need.toml"), free).expect("a formula");
    let formula = folder.path("need.toml").display().to_string();
    let output = run_well(&[
        "explain",
        &formula,
        "A",
        "--baseline",
        "column:today",
        "--format",
        "json",
    ]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let turns = document["tables"]["turns"].as_array().expect("a table");
    let wins_at = |number: &str| {
        let found = turns
            .iter()
            .find(|row| row["number"].as_str().expect("text").starts_with(number));
        found.expect("a number of the formula")["wins_at"].as_f64()
    };
    // A gets 160 × (1 + 1.5 a) ÷ 4 of an amount a for poor; 90.45 and the next whole pound is 91: it
    // must get at least 90.5, so a ≥ 0.84167 (rounded up 0.8417).
    assert_eq!(wins_at("Care: amount of poor"), Some(0.8417));
    // 70 ÷ 160 of the sum: the sum must be 206.9 for 90.5, which as whole pounds is 207.
    assert_eq!(wins_at("the sum that is shared (--quantum)"), Some(207.0));
}

#[test]
fn a_weight_within_an_indicator_is_among_the_numbers_tried() {
    let folder = Folder::new("explain-weight");
    let table = "code,name,people,old,today\nA,Ayton,100,2.5,42\nB,Beeton,300,0.5,118\n";
    fs::write(folder.path("areas.csv"), table).expect("a table");
    let formula = FORMULA
        .split("[[allocation.guarantee]]")
        .next()
        .expect("a head")
        .replace("tax_base = \"base\"\n", "[[indicator]]\nname = \"users\"\nunit = \"people\"\nsum = [\"people\", { of = \"old\", times = 2, unit = \"people\" }]\n")
        .replace("clients = \"people\"\nbasic = 0.5\n", "clients = \"users\"\nbasic = 1\n")
        .replace("top_up = [{ index = \"poor\", amount = 0.5, source = \"made up\" }]\n", "");
    fs::write(folder.path("need.toml"), formula).expect("a formula");
    let path = folder.path("need.toml").display().to_string();
    let of_today = ["--baseline", "column:today", "--format", "json"];
    let output = run_well(&[&["explain", &path, "A"], &of_today[..]].concat());
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let turns = document["tables"]["turns"].as_array().expect("a table");
    let weight = turns
        .iter()
        .find(|row| row["number"] == "users: number beside old")
        .expect("the weight");
    // A gets 160 × (100 + 2.5 t) ÷ (400 + 3 t), 41 now, and gains from £43, that is from 42.5:
    // t ≥ 3.6697.
    assert_eq!(weight["now"].as_f64(), Some(2.0));
    assert_eq!(weight["wins_at"].as_f64(), Some(3.67));
}

#[test]
fn the_sum_that_is_said_to_win_wins_when_it_is_typed_in() {
    // Own resources are netted off in the second: the sum is what --quantum means there.
    for formula in ["social-care-by-need", "need-net-of-council-tax"] {
        let place = [
            "explain",
            formula,
            "Hartlepool",
            "--baseline",
            "spending-today",
        ];
        let told = |more: &[&str]| -> serde_json::Value {
            let output = run_well(&[&place[..], more, &["--format", "json"]].concat());
            serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON")
        };
        let change = |document: &serde_json::Value| {
            document["tables"]["swings"][0]["change_gbp"]
                .as_i64()
                .expect("pounds")
        };
        let today = told(&[]);
        assert!(change(&today) < 0);
        let turns = today["tables"]["turns"].as_array().expect("a table");
        let sum = turns
            .iter()
            .find(|turn| turn["unit"] == "GBP")
            .expect("the sum");
        let wins_at = sum["wins_at"].as_f64().expect("a sum");
        let at = |sum: f64| change(&told(&["--quantum", &format!("{sum:.0}")]));
        // More than half a per cent above £96,037,000 today, and not so with a thousandth less.
        assert!(at(wins_at) > 480_185, "{formula}: {wins_at}");
        assert!(at(0.999 * wins_at) <= 480_185, "{formula}: {wins_at}");
    }
}

#[test]
fn a_guarantee_that_holds_others_is_told_from_one_that_holds_the_place() {
    let folder = folder("explain-holds");
    let formula = folder.path("need.toml").display().to_string();
    let of = |place: &str| -> Vec<(String, String)> {
        let rows = steps(&["explain", &formula, place, "--format", "csv"]);
        let guarantees = rows.iter().filter(|row| row["part"] == "Guarantees");
        guarantees
            .map(|row| (row["step"].clone(), row["gbp"].clone()))
            .collect()
    };
    assert_eq!(of("A"), [("As today".to_string(), "20".to_string())]);
    assert_eq!(
        of("B"),
        [("As today (holds others)".to_string(), "-20".to_string())]
    );
}

#[test]
fn places_that_are_alike_per_head_have_no_rank_and_no_neighbours() {
    let output = run_well(&["explain", "per-head", "Hartlepool", "--format", "markdown"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains("it stands"), "{text}");
    assert!(!text.contains("nearest neighbours"), "{text}");
}

#[test]
fn places_are_found_by_code_or_name_and_misspellings_told() {
    let by = |place: &str| steps(&["explain", "per-head", place, "--format", "csv"]);
    let kent = by("Kent");
    assert_eq!(kent, by("E10000016"));
    assert_eq!(kent, by("kent"));
    let output = run(&["explain", "per-head", "Kentt"]);
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("Kent"), "{text}");
    let output = run(&["explain", "per-head", "bristol"]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("names with it: `Bristol, City of`"), "{text}");
    for format in ["json", "markdown"] {
        let output = run_well(&["explain", "per-head", "Kent", "--format", format]);
        assert!(!output.stdout.is_empty());
    }
}

#[test]
fn a_chart_goes_where_it_is_sent_with_its_data_beside_it() {
    let folder = Folder::new("chart-out");
    let file = folder.path("kent.png").display().to_string();
    let waterfall = [
        "chart",
        "waterfall",
        "social-care-by-need",
        "Kent",
        "--quiet",
        "--out",
        &file,
    ];
    run_well(&waterfall);
    let png = fs::read(&file).expect("a picture");
    assert!(png.starts_with(b"\x89PNG"));
    let data = fs::read_to_string(folder.path("kent.csv")).expect("its data");
    assert!(
        data.starts_with("group,step,kind,gbp,per_head_gbp,level_gbp"),
        "{data}"
    );
    // Never over a file, unless forced.
    let again = run(&waterfall);
    assert_eq!(again.status.code(), Some(2));
    run_well(&[&waterfall[..], &["--force"]].concat());
    let printed = run_well(&[
        "chart",
        "lorenz",
        "per-head",
        "deprivation",
        "--format",
        "csv",
    ]);
    let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
    assert!(
        printed.starts_with("curve,index,share_of_need,share_of_funding"),
        "{printed}"
    );
}

#[test]
fn every_kind_of_chart_is_drawn() {
    let folder = Folder::new("chart-kinds");
    let out = folder.path("charts").display().to_string();
    for kind in [
        "winners_losers",
        "per_head_by_deprivation",
        "change_by_region",
        "change_by_deprivation",
        "formula_by_region",
        "rank_slope",
        "lorenz",
        "concentration",
        "distance_from_need",
        "yardstick_matrix",
    ] {
        let formulas = ["social-care-by-need", "council-tax-base"];
        run_well(&[
            "chart",
            kind,
            formulas[0],
            formulas[1],
            "--quiet",
            "--out",
            &out,
        ]);
        let drawn = fs::read_dir(&out).expect("charts").flatten();
        let svg = drawn.filter(|file| {
            let name = file.file_name().to_string_lossy().into_owned();
            name.starts_with(kind) && name.ends_with(".svg")
        });
        assert!(svg.count() > 0, "{kind}");
    }
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let refused = |arguments: &[&str], told: &str| {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains(told), "{arguments:?}: {text}");
    };
    refused(&["chart", "waterfal", "per-head"], "waterfall");
    refused(&["chart", "waterfall", "per-head"], "FORMULA AUTHORITY");
    refused(
        &["chart", "lorenz", "--authority", "Kent"],
        "only a waterfall",
    );
    refused(&["chart", "rank_slope", "per-head"], "two formulas");
    refused(&["compare", "--charts", "lorenz"], "needshare chart lorenz");
}

#[test]
fn a_stated_target_is_taken_apart_into_sums_differences_and_adjustments() {
    let folder = folder("explain-target");
    // A: 100 people × £2.4 = 240, less 90 of today, is 150; at most 147, rounded to tens 150.
    let formula = "title = \"T\"\nsummary = \"S.\"\nkind = \"illustrative\"\n[data]\ntable = \"areas.csv\"\ncode = \"code\"\n\
        population = \"people\"\n\
        [[indicator]]\nname = \"entitled\"\nproduct = [\"people\", 2.4]\n\
        [[indicator]]\nname = \"gap\"\ndifference = [\"entitled\", \"today\"]\n\
        [[indicator]]\nname = \"capped\"\nclamp = { of = \"gap\", max = 147 }\n\
        [[indicator]]\nname = \"grant\"\nround = { of = \"capped\", step = 10 }\n\
        [allocation]\ntarget = \"grant\"\nquantum = { sum = [\"grant\"] }\n";
    fs::write(folder.path("t.toml"), formula).expect("a formula");
    let path = folder.path("t.toml").display().to_string();
    let told: Vec<(String, String)> = steps(&["explain", &path, "A", "--format", "csv"])
        .iter()
        .map(|row| (row["step"].clone(), row["gbp"].clone()))
        .collect();
    let line = |what: &str, gbp: &str| (what.to_string(), gbp.to_string());
    assert_eq!(
        told[..5],
        [
            line("entitled", "240"),
            line("today", "-90"),
            line("capped: held within limits", "-3"),
            line("grant: rounding", "3"),
            line("target, as the formula states it", "150"),
        ]
    );
}

#[test]
fn a_service_may_have_all_of_the_sum() {
    let folder = Folder::new("explain-all");
    let overlay = "title = \"older adults only\"\n\
        [[service]]\nname = \"Older adults\"\nquantum_share = 1\n\
        [[service]]\nname = \"Working-age adults\"\nquantum_share = 0\n\
        [[service]]\nname = \"Children\"\nquantum_share = 0\n";
    fs::write(folder.path("one.toml"), overlay).expect("an overlay");
    let formula = format!("social-care-by-need+{}", folder.path("one.toml").display());
    let rows = steps(&["explain", &formula, "Hartlepool", "--format", "csv"]);
    assert!(rows.iter().any(|row| row["step"] == "amount"));
}

#[test]
fn what_a_place_must_mind_stands_above_its_figures() {
    for (place, words) in [
        ("Cumberland", "Mind: Cumberland filed no 2024-25 return"),
        ("Thurrock", "Mind: Adults' net spending breaks"),
    ] {
        let output = run_well(&[
            "explain",
            "social-care-by-need",
            place,
            "--format",
            "markdown",
        ]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mind = text.find(words).expect(words);
        assert!(mind < text.find("Against spending today").expect("a baseline"));
    }
}

#[test]
fn assumed_own_resources_are_told_with_their_rate() {
    let output = run_well(&[
        "explain",
        "need-net-of-council-tax",
        "Westminster",
        "--format",
        "markdown",
    ]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // 137,296 Band D equivalents × £1,767.37 × 0.674.
    assert!(
        text.contains("£163,547,357 what the formula assumes it raises itself: the national average rate of £1,767.37 × its tax base of 137,296 × 0.674"),
        "{text}"
    );
}

#[test]
fn need_by_service_adds_up_and_is_what_scores_give() {
    for place in ["Hartlepool", "Kent", "Isles of Scilly"] {
        let output = run_well(&["explain", "social-care-by-need", place, "--format", "json"]);
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let services = document["tables"]["services"].as_array().expect("a table");
        let sum: i64 = services
            .iter()
            .map(|row| row["need_gbp"].as_i64().expect("pounds"))
            .sum();
        let steps = document["tables"]["steps"].as_array().expect("a table");
        let need = steps
            .iter()
            .find(|row| row["step"] == "need amount, which is the target")
            .expect("the need amount");
        assert_eq!(need["gbp"].as_i64(), Some(sum), "{place}");
        for row in services {
            let number = |name: &str| row[name].as_f64().expect("a number");
            let by_hand =
                40_869_192_000.0 * number("quantum_share") * number("score") / number("all_scores");
            assert!(
                (by_hand - number("need_gbp")).abs() <= 1.5,
                "{place}: {row}"
            );
        }
    }
}

#[test]
fn a_tax_base_that_is_alike_is_so_per_resident() {
    let output = run_well(&["show", "council-tax-base", "--format", "csv"]);
    let mut shown = csv::Reader::from_reader(output.stdout.as_slice());
    let moved: f64 = shown
        .records()
        .map(|row| row.expect("a row"))
        .find(|row| &row[0] == "ct_taxbase_2024_25")
        .expect("the tax base")[2]
        .parse()
        .expect("pounds");
    // By the table alone: half of all differences between shares of tax base and of residents.
    let mut table = csv::Reader::from_path("inputs/england-2024/authorities.csv").expect("a table");
    let rows: Vec<BTreeMap<String, String>> =
        table.deserialize().map(|row| row.expect("a row")).collect();
    let column = |name: &str| -> Vec<f64> {
        let cells = rows.iter().map(|row| row[name].parse().expect("a number"));
        cells.collect()
    };
    let (base, people) = (column("ct_taxbase_2024_25"), column("pop_2023"));
    let (all_base, all_people): (f64, f64) = (base.iter().sum(), people.iter().sum());
    let apart: f64 = base
        .iter()
        .zip(&people)
        .map(|(base, people)| (base / all_base - people / all_people).abs())
        .sum();
    let by_hand = 40_869_192_000.0 * apart / 2.0;
    // Whole pounds of 153 places: half a pound each at most, on both sides.
    assert!((moved - by_hand).abs() <= 153.0 / 2.0, "{moved}, {by_hand}");
}

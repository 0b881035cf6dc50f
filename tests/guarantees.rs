//! Every kind of guarantee, and what they are worth, against sums worked by hand before
//! the program was asked, through files, as a user meets them. Longer than most files: all of
//! it is about the five areas below.
//!
//! | area      | region | last year | need | own resources |
//! |-----------|--------|-----------|------|---------------|
//! | A1 Alder  | North  |   300,000 |   30 |       100,000 |
//! | A2 Birch  | North  |   200,000 |   10 |        50,000 |
//! | A3 Cedar  | South  |   250,000 |   20 |       300,000 |
//! | A4 Damson | South  |   150,000 |   20 |        50,000 |
//! | A5 Elder  | Isles  |   100,000 |   20 |        20,000 |
//! | all       |        | 1,000,000 |  100 |       520,000 |
//!
//! A thousand people live in each. The quantum is £1,000,000 unless a case says otherwise:
//! by need alone 300, 100, 200, 200 and 200 thousand.

mod common;

use common::Scratch;
use serde_json::Value;

const AREAS: &str = "\
code,name,region,population,last_year,need,own
A1,Alder,North,1000,300000,30,100000
A2,Birch,North,1000,200000,10,50000
A3,Cedar,South,1000,250000,20,300000
A4,Damson,South,1000,150000,20,50000
A5,Elder,Isles,1000,100000,20,20000
";

const BY_NEED: &str = "[allocation]\nquantum = 1_000_000\nneed = \"need\"\n";

fn tables(name: &str, formula: &str) -> Value {
    Scratch::new(name).tables(AREAS, formula)
}

fn column(tables: &Value, table: &str, column: &str) -> Vec<i64> {
    let rows = tables[table].as_array().expect("a table");
    rows.iter()
        .map(|row| row[column].as_i64().expect("whole pounds"))
        .collect()
}

/// Amounts in code order under one guarantee, by need.
fn amounts(name: &str, guarantee: &str) -> Vec<i64> {
    let formula = format!("{BY_NEED}[[allocation.guarantee]]\nname = \"G\"\n{guarantee}\n");
    column(&tables(name, &formula), "allocation", "amount_gbp")
}

/// The same, the same sum per head being the objective.
fn amounts_per_head(name: &str, before: &str, guarantee: &str) -> Vec<i64> {
    let formula = format!(
        "{before}{BY_NEED}objective = {{ kind = \"per_head\" }}\n\
         [[allocation.guarantee]]\nname = \"G\"\n{guarantee}\n"
    );
    column(&tables(name, &formula), "allocation", "amount_gbp")
}

// --- Kinds -----------------------------------------------------------------------

#[test]
fn a_floor_on_change_in_pounds_lets_nobody_lose_more() {
    // At least 280, 180, 230, 130, 80. Birch and Cedar stand there; of 590 left Alder's
    // 30/70 would be 253, so it stands too; Damson and Elder share 310.
    let guarantee = "kind = \"floor\"\non = \"change\"\nof = \"last_year\"\namount = -20000";
    assert_eq!(
        amounts("change-pounds", guarantee),
        [280_000, 180_000, 230_000, 155_000, 155_000]
    );
}

#[test]
fn a_ceiling_on_change_as_a_part_lets_nobody_gain_more() {
    // At most half as much again: Elder 150; 850 among 80 of need is 10.625 for each.
    let guarantee = "kind = \"ceiling\"\non = \"change\"\nof = \"last_year\"\nrate = 0.5";
    assert_eq!(
        amounts("change-part", guarantee),
        [318_750, 106_250, 212_500, 212_500, 150_000]
    );
}

#[test]
fn a_floor_in_pounds_and_one_per_head_are_the_same_where_populations_are() {
    // 150 each: Birch stands there; 850 among 90 of need is 9.444… for each: 283,333.33
    // and three times 188,888.89, whose remainders are the largest.
    let expected = [283_333, 150_000, 188_889, 188_889, 188_889];
    let per_head = "kind = \"floor\"\non = \"amount_per_head\"\namount = 150";
    assert_eq!(amounts("per-head", per_head), expected);
    let minimum = "kind = \"minimum_per_head\"\namount = 150";
    assert_eq!(amounts("minimum-per-head", minimum), expected);
    let pounds = "kind = \"floor\"\namount = 150_000";
    assert_eq!(amounts("pounds", pounds), expected);
    let share = "kind = \"minimum_share\"\nshare = 0.15";
    assert_eq!(amounts("share", share), expected);
}

#[test]
fn a_part_of_the_average_per_head_is_rounded_up_once() {
    // 30 % of £10 among 3 people is £1 a head exactly; need leaves the first with nothing
    // more.
    let table = "code,people,need\nA,1,0\nB,1,1\nC,1,1\n";
    let formula = "population = \"people\"\n[allocation]\nquantum = 10\nneed = \"need\"\n\
        [[allocation.guarantee]]\nname = \"G\"\nkind = \"minimum_per_head\"\nof_average = 0.3\n";
    assert_eq!(
        Scratch::new("rounded-once").amounts(table, formula),
        [1, 5, 4]
    );
}

#[test]
fn a_floor_on_coverage_counts_own_resources_towards_need() {
    // Need amounts are shares of 1,520: 456, 152, 304, 304, 304. Nine tenths less own
    // resources: 310.4, 86.8, nothing, 223.6, 253.6. Alder, Damson and Elder stand there;
    // Birch and Cedar have 106.2 each, the same per head.
    let guarantee = "kind = \"floor\"\non = \"coverage\"\nrate = 0.9";
    let before = "[own_resources]\namount = \"own\"\n";
    assert_eq!(
        amounts_per_head("coverage", before, guarantee),
        [310_400, 106_200, 106_200, 223_600, 253_600]
    );
}

#[test]
fn a_floor_on_distance_from_target_and_pounds_for_each_in_need_come_to_the_same_here() {
    // Targets are 300, 100, 200, 200, 200; a tenth below them is 9,000 for each of need.
    // Alder stands at 270; the others have 182.5 each.
    let expected = [270_000, 182_500, 182_500, 182_500, 182_500];
    let distance = "kind = \"floor\"\non = \"distance_from_target\"\nrate = -0.1";
    assert_eq!(amounts_per_head("distance", "", distance), expected);
    let in_need = "kind = \"minimum_per_person_in_need\"\namount = 9000\nclients = \"need\"";
    assert_eq!(amounts_per_head("in-need", "", in_need), expected);
}

#[test]
fn a_ring_fence_gives_a_group_exactly_its_sum() {
    // South has half: 250 each. The rest is 500 among 60 of need: 250, 83⅓, 166⅔.
    let guarantee = "kind = \"ring_fence\"\nshare = 0.5\nwhere = { region = \"South\" }";
    assert_eq!(
        amounts("ring-fence", guarantee),
        [250_000, 83_333, 250_000, 250_000, 166_667]
    );
}

#[test]
fn a_minimum_share_by_region_lifts_the_region() {
    // Isles 300; 700 among 80 of need is 8.75 for each.
    let guarantee = "kind = \"minimum_share\"\nshare = 0.3\nby = \"region\"";
    assert_eq!(
        amounts("share-by-region", guarantee),
        [262_500, 87_500, 175_000, 175_000, 300_000]
    );
}

#[test]
fn hold_harmless_keeps_a_part_by_band() {
    // Need below 20 keeps 95 %: Birch 190; below 25 80 %: Cedar 200, Damson 120, Elder
    // 80; above 70 %: Alder 210. Birch and Cedar stand there; 610 among 70 of need.
    let guarantee = "kind = \"hold_harmless\"\nof = \"last_year\"\nby = \"need\"\n\
        bands = [{ below = 20, rate = 0.95 }, { below = 25, rate = 0.8 }, { rate = 0.7 }]";
    assert_eq!(
        amounts("hold-harmless", guarantee),
        [261_428, 190_000, 200_000, 174_286, 174_286]
    );
}

#[test]
fn pace_of_change_bounds_both_ways() {
    // A tenth down to a fifth up: Elder at most 120, Damson 180, Birch and Cedar at least
    // 180 and 225; Alder has the 295 left.
    let guarantee = "kind = \"pace_of_change\"\nof = \"last_year\"\ndown = 0.1\nup = 0.2";
    assert_eq!(
        amounts("pace", guarantee),
        [295_000, 180_000, 225_000, 180_000, 120_000]
    );
}

#[test]
fn a_guarantee_of_both_sides_counts_whom_it_holds_in_all_and_on_each_side() {
    // Birch and Cedar at their floors of 180 and 225, Elder at its cap of 140; Alder and Damson
    // share the 455 left, 273 and 182, within theirs.
    let guarantee = "kind = \"pace_of_change\"\nof = \"last_year\"\ndown = 0.1\nup = 0.4";
    let formula = format!("{BY_NEED}[[allocation.guarantee]]\nname = \"G\"\n{guarantee}\n");
    let tables = tables("pace-counts", &formula);
    assert_eq!(
        column(&tables, "allocation", "amount_gbp"),
        [273_000, 180_000, 225_000, 182_000, 140_000]
    );
    assert_eq!(column(&tables, "guarantees", "bound_count"), [3, 1]);
}

#[test]
fn a_top_slice_is_set_aside_before_the_rest_is_shared() {
    let formula = format!(
        "{BY_NEED}[[allocation.guarantee]]\nname = \"Centre\"\nkind = \"top_slice\"\namount = 100000\n"
    );
    let tables = tables("top-slice", &formula);
    assert_eq!(
        column(&tables, "allocation", "amount_gbp"),
        [270_000, 90_000, 180_000, 180_000, 180_000]
    );
    assert_eq!(column(&tables, "guarantees", "cost_last_gbp"), [100_000]);
}

#[test]
fn what_is_funded_outside_comes_on_top_of_the_quantum() {
    // Amounts are by need; Birch is 100 and Cedar 50 below last year.
    let formula = format!(
        "{BY_NEED}[[allocation.guarantee]]\nname = \"Last year\"\nkind = \"floor\"\n\
         of = \"last_year\"\nfunded = \"outside\"\n"
    );
    let tables = tables("outside", &formula);
    assert_eq!(
        column(&tables, "allocation", "amount_gbp"),
        [300_000, 100_000, 200_000, 200_000, 200_000]
    );
    assert_eq!(
        column(&tables, "allocation", "outside_gbp"),
        [0, 100_000, 50_000, 0, 0]
    );
    assert_eq!(
        column(&tables, "allocation", "funding_gbp"),
        [300_000, 200_000, 250_000, 200_000, 200_000]
    );
    assert_eq!(column(&tables, "guarantees", "cost_last_gbp"), [150_000]);
}

#[test]
fn two_promises_from_outside_pay_the_greater_once() {
    // Birch and Cedar have 100 and 200 by need. Last year's 200 and 250 lack 100 and 50; nine
    // tenths of them, 180 and 225, lack 80 and 25: nothing more is paid for these.
    let formula = format!(
        "{BY_NEED}[[allocation.guarantee]]\nname = \"All\"\nkind = \"floor\"\n\
         of = \"last_year\"\nfunded = \"outside\"\n\
         [[allocation.guarantee]]\nname = \"Most\"\nkind = \"floor\"\n\
         of = \"last_year\"\nrate = 0.9\nfunded = \"outside\"\n"
    );
    let tables = tables("outside-twice", &formula);
    assert_eq!(
        column(&tables, "allocation", "outside_gbp"),
        [0, 100_000, 50_000, 0, 0]
    );
    assert_eq!(column(&tables, "guarantees", "cost_last_gbp"), [45_000, 0]);
    assert_eq!(
        column(&tables, "guarantees", "cost_alone_gbp"),
        [150_000, 105_000]
    );
    assert_eq!(column(&tables, "guarantees", "bound_count"), [2, 0]);
}

#[test]
fn where_picks_by_texts_and_by_numbers() {
    // North and Isles, need from 20: Alder and Elder, at least 310 each; 380 among 50.
    let guarantee = "kind = \"floor\"\namount = 310_000\n\
        where = { region = [\"North\", \"Isles\"], need = { at_least = 20 } }";
    assert_eq!(
        amounts("where", guarantee),
        [310_000, 76_000, 152_000, 152_000, 310_000]
    );
}

#[test]
fn guarantees_of_least_importance_give_way_where_the_formula_asks_for_it() {
    // 95 % of last year is 285, 190, 237.5, 142.5, 95; with £180 a head the last two have
    // 180: 72.5 too much. £143.75 a head just fits.
    let formula = format!(
        "{BY_NEED}on_clash = \"relax\"\n\
         [[allocation.guarantee]]\nname = \"Floor\"\nkind = \"floor\"\nof = \"last_year\"\nrate = 0.95\npriority = 1\n\
         [[allocation.guarantee]]\nname = \"Heads\"\nkind = \"minimum_per_head\"\namount = 180\npriority = 2\n"
    );
    let tables = tables("relax", &formula);
    assert_eq!(
        column(&tables, "allocation", "amount_gbp"),
        [285_000, 190_000, 237_500, 143_750, 143_750]
    );
    let sentence = tables["guarantees"][1]["sentence"].as_str().expect("words");
    assert!(
        sentence.contains("£143.75 instead of £180.00"),
        "{sentence}"
    );
}

#[test]
fn services_apart_have_totals_and_guarantees_of_their_own() {
    // Adults 600 by need: 180, 60, 120, 120, 120; children 400 by people: 80 each. With
    // 100 at least for adults, Birch stands there, and 500 is shared among 90.
    let services = "[[service]]\nname = \"Adults\"\nquantum_share = 0.6\nclients = \"need\"\nbasic = 1\n\
        [[service]]\nname = \"Children\"\nquantum_share = 0.4\nclients = \"population\"\nbasic = 1\n\
        [allocation]\nquantum = 1_000_000\nservices = \"apart\"\n";
    let apart = tables("apart", services);
    assert_eq!(
        column(&apart, "allocation", "amount_gbp"),
        [260_000, 140_000, 200_000, 200_000, 200_000]
    );
    let formula = format!(
        "{services}[[allocation.guarantee]]\nname = \"Adults\"\nkind = \"floor\"\n\
         amount = 100_000\nservice = \"Adults\"\n"
    );
    let floor = tables("apart-floor", &formula);
    // 166,666.67 and three times 111,111.11: the first has the largest remainder.
    assert_eq!(
        column(&floor, "services", "amount_gbp"),
        [
            166_667, 80_000, 100_000, 80_000, 111_111, 80_000, 111_111, 80_000, 111_111, 80_000
        ]
    );
}

#[test]
fn a_floor_over_an_authoritys_whole_crosses_the_totals_of_services_apart() {
    // By need amounts as above: adults 180, 60, 120, 120, 120, children 80 each. Nine
    // tenths of last year is 270, 180 and 225 for the first three, above their 260, 140
    // and 200: 325 of the 1,000 is left for 400 of need, 0.8125 of it for Damson and Elder
    // in both services. So the first three have 405 for adults and 270 for children.
    // Alder's best is 270/260 in both: 186,923.08 and 83,076.92. Cedar's is 1.125 in both:
    // 135 and 90. Birch takes what is left of each: 83,076.92 and 96,923.08.
    let formula = "[[service]]\nname = \"Adults\"\nquantum_share = 0.6\nclients = \"need\"\nbasic = 1\n\
        [[service]]\nname = \"Children\"\nquantum_share = 0.4\nclients = \"population\"\nbasic = 1\n\
        [allocation]\nquantum = 1_000_000\nservices = \"apart\"\n\
        [[allocation.guarantee]]\nname = \"Whole\"\nkind = \"floor\"\nof = \"last_year\"\nrate = 0.9\n";
    let tables = tables("apart-whole", formula);
    assert_eq!(
        column(&tables, "services", "amount_gbp"),
        [
            186_923, 83_077, 83_077, 96_923, 135_000, 90_000, 97_500, 65_000, 97_500, 65_000
        ]
    );
    assert_eq!(
        column(&tables, "allocation", "amount_gbp"),
        [270_000, 180_000, 225_000, 162_500, 162_500]
    );
}

#[test]
fn what_cannot_be_meant_is_said_with_its_remedy() {
    for (guarantee, expected) in [
        (
            "kind = \"pace_of_change\"\nof = \"last_year\"\ndown = 0.1\nfunded = \"outside\"",
            "error[cannot-be-funded-outside]: ./f.toml, line 15, character 10\n  \
             found     a guarantee paid from outside the quantum that is no least amount\n  \
             expected  funded = \"outside\" on a floor, a minimum or hold_harmless\n  \
             why       only what lifts an authority above its amount can be paid on top of it\n  \
             do        delete funded\n\n1 error; nothing was written\n",
        ),
        (
            "kind = \"hold_harmless\"\nof = \"last_year\"\nby = \"need\"\nbands = [{ below = 3, rate = 0.5 }]",
            "error[bands-out-of-order]: ./f.toml, line 15, character 10\n  \
             found     a band that does not follow from the one before\n  \
             expected  bands with rising `below`, and a last one without it\n  \
             why       every number must be in one band and in no other\n  \
             do        order the bands, and leave `below` out of the last alone\n\n1 error; nothing was written\n",
        ),
        (
            "kind = \"floor\"\namount = 1\nservice = \"Adults\"",
            "error[unknown-service]: ./f.toml, line 9, character 1\n  \
             found     a guarantee on the service \"Adults\"\n  \
             expected  one of the formula's services, with allocation.services = \"apart\"\n  \
             why       only services that are kept apart have amounts of their own\n  \
             do        add services = \"apart\" to [allocation]\n\n1 error; nothing was written\n",
        ),
        (
            "kind = \"floor\"\non = \"coverge\"\nrate = 0.9",
            "error[unknown-word]: ./f.toml, line 13, character 6\n  \
             found     `allocation.guarantee.on` = \"coverge\"\n  \
             expected  one of \"amount\", \"funding\", \"change\", \"amount_change\", \"amount_per_head\", \
             \"funding_per_head\", \"coverage\", \"distance_from_target\"\n  \
             do        did you mean `coverage`?\n\n1 error; nothing was written\n",
        ),
    ] {
        let formula = format!("{BY_NEED}[[allocation.guarantee]]\nname = \"G\"\n\n{guarantee}\n");
        let output = Scratch::new("cannot-be-meant").allocate(AREAS, &formula);
        assert_eq!(output.status.code(), Some(1), "{guarantee}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(said, expected, "{guarantee}");
    }
}

// --- What they are worth ------------------------------------------------------------

/// Rows of `guarantees` by name, group and side.
fn prices(tables: &Value, name: &str, group: &str, side: &str) -> (f64, f64) {
    let rows = tables["guarantees"].as_array().expect("a table");
    let row = rows
        .iter()
        .find(|row| {
            row["name"] == name
                && row["side"] == side
                && row["group"].as_str().unwrap_or("") == group
        })
        .unwrap_or_else(|| panic!("no row of {name}, {group}, {side}: {rows:?}"));
    let number = |key: &str| row[key].as_f64().unwrap_or_else(|| panic!("{key}: {row}"));
    (number("price_up"), number("price_down"))
}

fn assert_near((up, down): (f64, f64), (expected_up, expected_down): (f64, f64)) {
    let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
    assert!(
        near(up, expected_up) && near(down, expected_down),
        "{up}, {down} are not {expected_up}, {expected_down}"
    );
}

#[test]
fn prices_of_coverage_are_levels_inside_less_outside() {
    // Nine tenths of last year: 270, 180, 225 stand; Damson and Elder have 162.5 of 200:
    // coverage 0.8125. Alder's 0.9, Birch's 1.8 and Cedar's 1.125 are 0.0875, 0.9875 and
    // 0.3125 above; weighed by 270, 180 and 225 of the 900 promised: 0.301875.
    let formula = format!(
        "{BY_NEED}[[allocation.guarantee]]\nname = \"Floor\"\nkind = \"floor\"\nof = \"last_year\"\nrate = 0.9\n"
    );
    let of_floor = tables("price-floor", &formula);
    assert_near(
        prices(&of_floor, "Floor", "", "lower"),
        (0.301_875, 0.301_875),
    );
    // Isles at 300 of 200, the others at 8.75 of 10: 1.5 less 0.875.
    let formula = format!(
        "{BY_NEED}[[allocation.guarantee]]\nname = \"Band\"\nkind = \"group_band\"\nby = \"region\"\n\
         reference = {{ North = 0, South = 0, Isles = 300000 }}\nlower = 1\n"
    );
    let of_band = tables("price-band", &formula);
    assert_near(prices(&of_band, "Band", "Isles", "lower"), (0.625, 0.625));
    assert_near(prices(&of_band, "Band", "North", "lower"), (0.0, 0.0));
}

#[test]
fn prices_of_deviation_differ_up_and_down_at_a_kink() {
    // Targets 90, 98, 105, 127, weights 1 to 4, 420 in all. A's floor of 95 takes 5 from
    // B, whose floor of 93 it meets. A pound more of A's floor costs A 1 and, B being at
    // its own, C 3; a pound less saves A 1 and B 2. A pound more of B's floor saves B 2 and
    // costs C 3; a pound less changes nothing.
    let table = "code,target,w\nA,90000000,1\nB,98000000,2\nC,105000000,3\nD,127000000,4\n";
    let formula = "[allocation]\nquantum = 420_000_000\ntarget = \"target\"\n\
        objective = { kind = \"least_deviation\", weight = \"w\" }\n\
        [[allocation.guarantee]]\nname = \"A\"\nkind = \"floor\"\namount = 95_000_000\nwhere = { code = \"A\" }\n\
        [[allocation.guarantee]]\nname = \"B\"\nkind = \"floor\"\namount = 93_000_000\nwhere = { code = \"B\" }\n";
    let tables = Scratch::new("price-kink").tables(table, formula);
    assert_eq!(
        column(&tables, "allocation", "amount_gbp"),
        [95_000_000, 93_000_000, 105_000_000, 127_000_000]
    );
    assert_near(prices(&tables, "A", "", "lower"), (4.0, -3.0));
    assert_near(prices(&tables, "B", "", "lower"), (1.0, 0.0));
}

#[test]
fn prices_of_the_least_quantum_count_only_what_decides_it() {
    // 90 % of last year, 120 a head at least, 500 for North: 270 + 180 raised to 500, all
    // of the 50 to Alder, whose need is least met; 225, 135, and Elder's 120. A pound more
    // of the floors, shared as 270, 180, 225, 135 and 90 of 900, counts for Cedar and
    // Damson alone: 0.4. North's band counts in full.
    let formula = format!(
        "{BY_NEED}objective = {{ kind = \"least_quantum\" }}\n\
         [[allocation.guarantee]]\nname = \"Floor\"\nkind = \"floor\"\nof = \"last_year\"\nrate = 0.9\n\
         [[allocation.guarantee]]\nname = \"Heads\"\nkind = \"minimum_per_head\"\namount = 120\n\
         [[allocation.guarantee]]\nname = \"North\"\nkind = \"group_band\"\nby = \"region\"\n\
         reference = {{ North = 500000, South = 0, Isles = 0 }}\nlower = 1\n"
    );
    let tables = tables("price-quantum", &formula);
    assert_eq!(
        column(&tables, "allocation", "amount_gbp"),
        [320_000, 180_000, 225_000, 135_000, 120_000]
    );
    assert_near(prices(&tables, "Floor", "", "lower"), (0.4, -0.4));
    assert_near(prices(&tables, "North", "North", "lower"), (1.0, -1.0));
}

/// The objective that a run reached, and its tables.
fn reached(scratch: &Scratch, table: &str, formula: &str) -> Option<(f64, Value)> {
    let output = scratch.allocate(table, formula);
    match output.status.code() {
        Some(0) => {}
        Some(3) => return None,
        other => panic!("{other:?}: {}", String::from_utf8_lossy(&output.stderr)),
    }
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON on stdout");
    let tables = document["tables"].clone();
    let rows = tables["allocation"].as_array().expect("a table");
    let number = |row: &Value, key: &str| row[key].as_f64().expect("a number");
    let columns: Vec<Vec<f64>> = table
        .lines()
        .skip(1)
        .map(|line| {
            let cells = line.split(',').skip(2);
            cells.map(|cell| cell.parse().expect("a number")).collect()
        })
        .collect();
    let least_quantum = formula.contains("least_quantum");
    let total = rows
        .iter()
        .zip(&columns)
        .map(|(row, cells)| match least_quantum {
            true => number(row, "amount_gbp"),
            false => cells[1] * (number(row, "amount_gbp") - cells[0]).abs(),
        })
        .sum();
    Some((total, tables))
}

#[test]
fn prices_are_what_one_pound_more_or_less_does_to_the_objective() {
    // Whole weights, so that the objective follows from the whole amounts of the results.
    // A band of one region and a floor of one area are moved by £1 in the file.
    let mut dice = common::Dice::new(77);
    let scratch = Scratch::new("price-differences");
    let (mut compared, mut nonzero, mut kinks) = (0, 0, 0);
    for case in 0..60 {
        let count = 4 + dice.below(5);
        let mut table = String::from("code,region,target,w\n");
        let mut total = 0;
        for index in 0..count {
            let target = dice.between(100, 400);
            total += target;
            let region = ["North", "South"][dice.below(2)];
            table += &format!("A{index},{region},{target},{}\n", dice.between(1, 5));
        }
        table += "Z0,North,100,2\nZ1,South,100,3\n";
        total += 200;
        let objective = match case % 3 {
            0 => "{ kind = \"least_quantum\" }",
            _ => "{ kind = \"least_deviation\", weight = \"w\" }",
        };
        let (band, floor) = (total * dice.between(45, 60) / 100, dice.between(80, 250));
        let quantum = total * dice.between(95, 110) / 100;
        let formula = |band: i64, floor: i64| {
            format!(
                "[allocation]\nquantum = {quantum}\ntarget = \"target\"\nobjective = {objective}\n\
                 [[allocation.guarantee]]\nname = \"Band\"\nkind = \"group_band\"\nby = \"region\"\n\
                 reference = {{ North = {band}, South = 0 }}\nlower = 1\n\
                 [[allocation.guarantee]]\nname = \"Floor\"\nkind = \"floor\"\namount = {floor}\nwhere = {{ code = \"Z1\" }}\n\
                 [[allocation.guarantee]]\nname = \"All\"\nkind = \"floor\"\nof = \"target\"\nrate = 0.7\n"
            )
        };
        let Some((here, tables)) = reached(&scratch, &table, &formula(band, floor)) else {
            continue;
        };
        let moved = |band: i64, floor: i64| {
            reached(&scratch, &table, &formula(band, floor)).map(|(there, _)| there - here)
        };
        for (name, group, up, down) in [
            (
                "Band",
                "North",
                moved(band + 1, floor),
                moved(band - 1, floor),
            ),
            ("Floor", "", moved(band, floor + 1), moved(band, floor - 1)),
        ] {
            if let (Some(up), Some(down)) = (up, down) {
                assert_near(prices(&tables, name, group, "lower"), (up, down));
                compared += 1;
                nonzero += u32::from(up != 0.0 || down != 0.0);
                kinks += u32::from(up != -down);
            }
        }
    }
    assert!(
        compared > 70 && nonzero > 30 && kinks > 0,
        "{compared} compared, {nonzero} not nothing, {kinks} at kinks"
    );
}

#[test]
fn shares_of_cost_average_over_every_order() {
    // By need 300, 100, 200, 200, 200. A floor of 150 for Birch alone takes 50 from the
    // others; a ceiling of 180 for Elder alone gives them 20. Together Birch has 150 and
    // Elder 180: 670 among the other 70 of need is 287.142857…, 191.428571…: from by need
    // 50 reaches Birch, and what leaves is 20, 12.86 and twice 8.57: 50 moves. Alone the
    // floor moves 50, the ceiling 20; together 50. Shapley: the floor (50 + 30) ÷ 2 = 40,
    // the ceiling (20 + 0) ÷ 2 = 10.
    let formula = format!(
        "{BY_NEED}[[allocation.guarantee]]\nname = \"F\"\nkind = \"floor\"\namount = 150000\nwhere = {{ code = \"A2\" }}\n\
         [[allocation.guarantee]]\nname = \"C\"\nkind = \"ceiling\"\namount = 180000\nwhere = {{ code = \"A5\" }}\n"
    );
    let tables = tables("shapley", &formula);
    assert_eq!(
        column(&tables, "guarantees", "cost_alone_gbp"),
        [50_000, 20_000]
    );
    assert_eq!(
        column(&tables, "guarantees", "cost_shapley_gbp"),
        [40_000, 10_000]
    );
}

/// Half of all changes between two lists of amounts.
fn moved(a: &[i64], b: &[i64]) -> f64 {
    let changes: i64 = a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum();
    changes as f64 / 2.0
}

#[test]
fn costs_are_those_of_runs_with_some_guarantees_only() {
    // Some of the three hold nothing, alone or together, and some sets cannot hold.
    let objectives = [
        "",
        "objective = { kind = \"least_deviation\", weight = \"need\" }\n",
        "objective = { kind = \"least_squares\" }\n",
        "objective = { kind = \"scale_gains\" }\n",
    ];
    let (mut compared, mut nothing) = (0, 0);
    for (number, objective) in objectives.iter().enumerate() {
        for (floor, ceiling, isles) in [
            (0.9, 1.1, 150),
            (0.5, 1.6, 150),
            (0.8, 3.0, 240),
            (0.4, 2.5, 120),
        ] {
            let guarantees = [
                format!("name = \"F\"\nkind = \"floor\"\nof = \"last_year\"\nrate = {floor}\n"),
                format!("name = \"C\"\nkind = \"ceiling\"\nof = \"last_year\"\nrate = {ceiling}\n"),
                format!(
                    "name = \"B\"\nkind = \"group_band\"\nby = \"region\"\nlower = 1\n\
                     reference = {{ North = 0, South = 0, Isles = {isles}000 }}\n"
                ),
            ];
            let run = |set: usize| {
                let kept = (0..3).filter(|g| set >> g & 1 == 1);
                let kept = kept.map(|g| format!("[[allocation.guarantee]]\n{}", guarantees[g]));
                let formula = format!("{BY_NEED}{objective}{}", kept.collect::<String>());
                let scratch = Scratch::new(&format!("costs-{number}"));
                let output = scratch.allocate(AREAS, &formula);
                output
                    .status
                    .success()
                    .then(|| scratch.tables(AREAS, &formula))
            };
            let tables: Vec<Option<Value>> = (0..8).map(run).collect();
            let amounts: Vec<Option<Vec<i64>>> = tables
                .iter()
                .map(|tables| Some(column(tables.as_ref()?, "allocation", "amount_gbp")))
                .collect();
            let (Some(all), Some(with)) = (&tables[7], &amounts[7]) else {
                continue;
            };
            let value = |set: usize| Some(moved(amounts[set].as_ref()?, amounts[0].as_ref()?));
            let shares: Option<Vec<f64>> = (0..3)
                .map(|g| {
                    let [a, b] = [(g + 1) % 3, (g + 2) % 3].map(|other| 1 << other);
                    let more = |set: usize| Some(value(set | 1 << g)? - value(set)?);
                    Some((2.0 * more(0)? + more(a)? + more(b)? + 2.0 * more(a | b)?) / 6.0)
                })
                .collect();
            for g in 0..3 {
                let row = &all["guarantees"].as_array().expect("a table")[..];
                let row = row
                    .iter()
                    .find(|row| row["name"] == ["F", "C", "B"][g] && row["group"].is_null())
                    .expect("its row");
                let without = amounts[7 & !(1 << g)].as_ref();
                for (name, by_runs) in [
                    ("cost_last_gbp", without.map(|without| moved(with, without))),
                    ("cost_alone_gbp", value(1 << g)),
                    ("cost_shapley_gbp", shares.as_ref().map(|shares| shares[g])),
                ] {
                    let said = row[name].as_f64();
                    let what = format!("{objective}{floor} {ceiling} {isles} {g} {name}");
                    assert_eq!(said.is_some(), by_runs.is_some(), "{what}");
                    // Groups round by themselves: each of five amounts can differ by a pound.
                    if let (Some(said), Some(by_runs)) = (said, by_runs) {
                        assert!(
                            (said - by_runs).abs() <= 3.0,
                            "{what}: {said} for {by_runs}"
                        );
                        compared += 1;
                        nothing += usize::from(by_runs < 3.0);
                    }
                }
            }
        }
    }
    assert!(compared > 70 && nothing > 10, "{compared} and {nothing}");
}

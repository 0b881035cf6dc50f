//! What the program says of faults in the steps of a formula: one case for each code, the
//! whole of its message. The good example is that of `tests/bad_inputs/`, with a descriptor
//! that gives its columns units.

#[path = "bad_inputs/example.rs"]
#[expect(dead_code, reason = "its other tests need more of it")]
mod example;

use example::Example;

const AREAS: &str = include_str!("bad_inputs/areas.csv");
const FORMULA: &str = include_str!("bad_inputs/formula.toml");
const DESCRIPTOR: &str = include_str!("bad_inputs/datapackage.json");

fn five() -> Example {
    Example::of(&[
        ("areas.csv", AREAS),
        ("formula.toml", FORMULA),
        ("datapackage.json", DESCRIPTOR),
    ])
}

/// A step, at the end of the good formula: its first line is line 27.
fn refused(step: &str, expected: &str) {
    let example = five().append("formula.toml", &format!("\n{step}\n"));
    let words = format!("{expected}\n\n1 error; nothing was written\n");
    example.run("check formula.toml").stops(1, &words);
}

/// A step of one kind, its kind at line 29.
fn refused_kind(kind: &str, expected: &str) {
    refused(&format!("[[indicator]]\nname = \"x\"\n{kind}"), expected);
}

#[test]
fn a_rate_added_to_a_count() {
    refused_kind(
        "sum = [\"children\", \"deprived_share\"]",
        "error[units-differ]: ./formula.toml, line 29, character 20\n  \
         found     `x`: `deprived_share`, in a plain number (share, ratio, index), added to `children`, in people\n  \
         expected  terms in one unit\n  \
         why       a rate or an index says how much for each; a count says how many: their sum is neither\n  \
         do        multiply the rate by what it is a rate of (product = [\"rate\", \"people\"]), or state what the number beside the name does: { of = \"…\", times = 2, unit = \"…\" }",
    );
}

#[test]
fn a_stated_unit_that_the_step_does_not_come_to() {
    refused_kind(
        "unit = \"people\"\nratio = [\"spending_gbp\", \"population\"]",
        "error[units-differ]: ./formula.toml, line 27, character 1\n  \
         found     `x`, whose unit is stated as people and comes to GBP per people\n  \
         expected  a stated unit that is what it is made of\n  \
         why       pounds are worked out from it by its unit\n  \
         do        write unit = \"GBP per people\", or give what changes the unit as a number: { of = \"…\", times = … }",
    );
}

#[test]
fn people_where_money_is_asked_for() {
    let run = five()
        .patch(
            "formula.toml",
            "amount = \"tax_gbp\"",
            "amount = \"children\"",
        )
        .run("check formula.toml");
    assert_eq!(run.exit, Some(1));
    assert_eq!(
        run.stderr,
        "error[not-money]: ./formula.toml, line 15, character 10\n  \
         found     own resources from `children`, in people\n  \
         expected  money, in whole units of a currency, such as GBP\n  \
         why       amounts are whole pounds\n  \
         do        multiply it into money first: { of = \"…\", times = … }\n\n\
         1 error; nothing was written\n"
    );
}

#[test]
fn a_pot_that_the_greatest_amounts_do_not_fill() {
    // Five areas of ten at most: fifty.
    refused_kind(
        "fill = { total = 60, weight = \"children\", max = 10 }",
        "error[no-level]: ./formula.toml, line 27, character 1\n  \
         found     `x`: a total of 60, and greatest amounts that sum to 50\n  \
         expected  a total of at most what they sum to\n  \
         why       no level gives it\n  \
         do        state a smaller total, such as a clamp to that sum, a higher max, or a weight above zero",
    );
}

#[test]
fn a_pot_below_the_least_amounts() {
    refused_kind(
        "level = { total = 40, weight = \"children\", min = 10 }",
        "error[no-level]: ./formula.toml, line 27, character 1\n  \
         found     `x`: a total of 40, and least amounts that sum to 50\n  \
         expected  a total of at least what they sum to\n  \
         why       no level gives it\n  \
         do        state a greater total, or lower min and plus",
    );
}

#[test]
fn points_that_do_not_rise() {
    refused_kind(
        "piecewise = { of = \"children\", points = [[300, 1], [200, 2]] }",
        "error[points-not-rising]: ./formula.toml, line 29, character 41\n  \
         found     x of [300.0, 200.0]\n  \
         expected  points by rising x\n  \
         do        put the points in order",
    );
}

#[test]
fn a_year_that_nobody_states() {
    refused_kind(
        "by_year = { \"2026-27\" = 1 }",
        "error[no-such-year]: ./formula.toml, line 27, character 1\n  \
         found     no year\n  \
         expected  one of 2026-27\n  \
         why       its number depends on the year\n  \
         do        write year = \"2026-27\" at the top of the formula, or run it with a scenario of that year",
    );
}

#[test]
fn a_total_that_is_not_one_number() {
    refused_kind(
        "scale = { of = \"children\", to = \"population\" }",
        "error[not-one-number]: ./formula.toml, line 27, character 1\n  \
         found     `to` of 120000 for A1 Alder and of 250000 for A2 Birch\n  \
         expected  one number for all authorities that share it\n  \
         do        state a number, or a total: { total = { of = \"…\" } } as an indicator of its own",
    );
}

#[test]
fn limits_that_cross() {
    // Alder: 25,000 children, no more than 2,500 of them and no fewer than 5,000.
    refused_kind(
        "clamp = { of = \"children\", min = 5000, max = { of = \"children\", times = 0.1 } }",
        "error[limits-crossed]: ./formula.toml, line 27, character 1, A1 Alder\n  \
         found     `x`: min of 5000 above max of 2500\n  \
         expected  min below max for every authority\n  \
         why       which of the two holds would be an accident\n  \
         do        mend the limits, or hold one by the other in a step before",
    );
}

#[test]
fn a_band_without_a_limit_before_the_last() {
    refused_kind(
        "banded = { of = \"children\", bands = [{ value = 1 }, { up_to = 3, value = 2 }] }",
        "error[band-limit]: ./formula.toml, line 29, character 38\n  \
         found     a band without a limit before the last\n  \
         expected  `up_to` or `below` on every band but the last\n  \
         why       an authority is in the first band whose limit it keeps\n  \
         do        state one limit for each band but the last",
    );
}

#[test]
fn a_condition_without_a_limit() {
    refused_kind(
        "when = { where = { children = {} }, then = 1 }",
        "error[unknown-condition]: ./formula.toml, line 29, character 31\n  \
         found     `indicator.when.where.children` without a limit\n  \
         expected  at_least, above, below, at_most or equals with numbers or names; or not with texts\n  \
         do        write { at_least = 1, below = 10 }, or { not = [\"text\"] }",
    );
}

#[test]
fn a_number_beside_a_name() {
    refused_kind(
        "sum = [{ of = \"children\", number = 2 }]",
        "error[term-of-two-kinds]: ./formula.toml, line 29, character 8\n  \
         found     `number` beside `of` or `times`\n  \
         expected  { of = \"name\", times = 2 } or { number = 2 }\n  \
         do        delete what is not meant",
    );
}

#[test]
fn a_score_beside_clients() {
    let run = five()
        .patch(
            "formula.toml",
            "basic = 0.6",
            "basic = 0.6\nscore = \"population\"",
        )
        .run("check formula.toml");
    assert_eq!(
        run.stderr,
        "error[two-scores]: ./formula.toml, line 12, character 9\n  \
         found     `score` beside clients, basic or top_up\n  \
         expected  one of the two\n  \
         why       the score would be worked out twice\n  \
         do        delete what is not meant\n\n\
         1 error; nothing was written\n"
    );
}

#[test]
fn a_pace_of_change_of_people() {
    let run = five()
        .patch(
            "formula.toml",
            "kind = \"floor\"",
            "kind = \"pace_of_change\"",
        )
        .patch("formula.toml", "of = \"spending_gbp\"", "of = \"children\"")
        .patch("formula.toml", "rate = 0.5", "down = 0.05")
        .run("check formula.toml");
    assert_eq!(
        run.stderr,
        "error[not-money]: ./formula.toml, line 23, character 6\n  \
         found     bounds of \"Half of spending\" from `children`, in people\n  \
         expected  money, in whole units of a currency, such as GBP\n  \
         why       amounts are whole pounds\n  \
         do        multiply it into money first: { of = \"…\", times = … }\n\n\
         1 error; nothing was written\n"
    );
}

/// Need by a step in the place of `deprived_share`.
fn by_step(step: &str) -> Example {
    five()
        .patch(
            "formula.toml",
            "index = \"deprived_share\"",
            "index = \"x\"",
        )
        .append(
            "formula.toml",
            &format!("\n[[indicator]]\nname = \"x\"\n{step}\n"),
        )
}

#[test]
fn an_index_whose_mean_is_zero_but_for_rounding() {
    // Deviations from a mean weighted by the same clients cancel out.
    let run = by_step("z_score = { of = \"deprived_share\", weight = \"children\" }")
        .run("check formula.toml");
    assert_eq!(
        run.stderr,
        "error[mean-of-zero]: ./formula.toml, line 12, character 21\n  \
         found     `x`, whose mean over the clients of Children is zero\n  \
         expected  an indicator with a mean above zero\n  \
         why       an index is the indicator divided by that mean\n  \
         do        choose an indicator with a ratio scale, such as a rate\n\n\
         1 error; nothing was written\n"
    );
}

#[test]
fn a_z_score_of_what_is_the_same_everywhere() {
    // The mean of 0.1, five times, is not 0.1 in doubles.
    let alike =
        "[[indicator]]\nname = \"alike\"\nsum = [{ of = \"deprived_share\", times = 0 }, 0.1]\n";
    let run = by_step(&format!("z_score = {{ of = \"alike\" }}\n\n{alike}"));
    let run = run.run("check formula.toml");
    assert!(
        run.stderr
            .contains("found     `x` meets values that are all alike\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_misspelt_kind_of_indicator() {
    let run = by_step("z_scor = \"deprived_share\"\nnote = \"a\"").run("check formula.toml");
    assert!(
        run.stderr.contains(
            "found     `z_scor`, which is no kind\n  expected  exactly one kind of indicator\n  \
             do        did you mean `z_score`?\n"
        ),
        "{}",
        run.stderr
    );
}

#[test]
fn words_of_other_tools_are_met_by_the_kind_that_does_their_work() {
    let run = by_step("max = [\"deprived_share\", 1]").run("check formula.toml");
    let clamp = "do        the greater of two is clamp = { of = \"a\", min = \"b\" }";
    assert!(run.stderr.contains(clamp), "{}", run.stderr);
    let run = by_step("excess_over = { of = 100, threshold = \"deprived_share\" }");
    let run = run.run("check formula.toml");
    let step =
        "do        make the number an indicator of its own, such as sum = [100], and name it\n";
    assert!(run.stderr.contains(step), "{}", run.stderr);
}

#[test]
fn targets_below_nothing_are_told_by_the_check() {
    let areas = "code,name,transfer\nA,Ash,500\nB,Birch,-200\nC,Copse,300\n";
    let formula = "title = \"T\"\nsummary = \"S\"\nkind = \"illustrative\"\n\
                   [data]\ntable = \"areas.csv\"\n\
                   [allocation]\nquantum = 600\ntarget = \"transfer\"\n";
    let example = Example::of(&[("areas.csv", areas), ("formula.toml", formula)]);
    let run = example.run("check formula.toml");
    let found =
        "found     formula: 1 of 3 targets below nothing, −£200 in all: B Birch has −£200\n";
    assert!(
        run.stderr.contains("warning[target-below-nothing]"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains(found), "{}", run.stderr);
}

#[test]
fn an_index_whose_mean_is_below_zero() {
    // High and low would change places.
    let run = by_step("sum = [0.2, { of = \"deprived_share\", times = -1 }]");
    let run = run.run("check formula.toml");
    assert!(
        run.stderr
            .contains("found     `x`, whose mean over the clients of Children is below zero\n"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_service_left_out_leaves_its_control_total_to_the_others() {
    let service = |name, clients, total| {
        format!(
            "[[service]]\nname = \"{name}\"\nclients = \"{clients}\"\nbasic = 1\ncontrol_total = {total}\n"
        )
    };
    let formula = [
        "title = \"T\"\nsummary = \"S.\"\nkind = \"illustrative\"\n[data]\ntable = \"areas.csv\"\n",
        &service("Children", "children", 100_000_000),
        &service("All", "population", 130_000_000),
        "[allocation]\nquantum = \"control_totals\"\n",
    ];
    let run = Example::of(&[
        ("areas.csv", AREAS),
        ("formula.toml", &formula.concat()),
        ("datapackage.json", DESCRIPTOR),
    ])
    .run("show formula.toml --format csv");
    // £100m × half of Σ |children ÷ 154,000 − residents ÷ 700,000|, and £130m of the same; each
    // of five amounts is a pound off at most on either side.
    for (service, by_hand) in [("Children", 3_506_493.5), ("All", 4_558_441.6)] {
        let row = format!("service: {service},its money shared as the other services' is,");
        let moved = run.stdout.lines().find_map(|line| line.strip_prefix(&row));
        let moved: f64 = moved.expect("its row").parse().expect("pounds");
        assert!((moved - by_hand).abs() <= 5.0, "{service}: {moved}");
    }
}

#[test]
fn need_below_nothing() {
    let run = by_step("sum = [0.25, { of = \"deprived_share\", times = -1 }]");
    let run = run.run("check formula.toml");
    assert_eq!(run.exit, Some(1));
    // Over the clients' mean of 0.000242 ÷ 0.154: Birch has 0.6 − 0.4 × 0.062 × 154 ÷ 0.242 for
    // each of 60,000.
    let refused = run.stderr.matches("error[negative-need]").count();
    assert_eq!(refused, 2, "{}", run.stderr);
    let birch = "error[negative-need]: ./formula.toml, line 10, character 11, A2 Birch\n  \
         found     a score of -910909.09 for Children: its top-ups take off more than the rest gives\n";
    assert!(run.stderr.starts_with(birch), "{}", run.stderr);
}

#[test]
fn a_control_total_for_one_service_of_two() {
    refused(
        "[[service]]\nname = \"Other\"\nscore = \"population\"\ncontrol_total = 5",
        "error[control-totals]: ./formula.toml, line 8, character 1\n  \
         found     a control total for 1 of 2 services\n  \
         expected  a control total for every service, or for none\n  \
         do        state quantum_share or control_total alike for all",
    );
}

#[test]
fn a_class_without_its_tier_share() {
    let run = five()
        .patch(
            "formula.toml",
            "table = \"areas.csv\"",
            "table = \"areas.csv\"\nclass = \"class\"",
        )
        .patch(
            "formula.toml",
            "amount = \"tax_gbp\"",
            "base = \"tax_gbp\"\nnotional_rate = 1\ntier_share = { county = 0.9 }",
        )
        .run("check formula.toml");
    assert_eq!(
        run.stderr,
        "error[missing-class]: ./formula.toml, line 18, character 14, A2 Birch\n  \
         found     no tier share for class `city`\n  \
         expected  a share for every class of authority\n  \
         why       the tax of an area is divided among its tiers\n  \
         do        add city = 1.0, or its part\n\n\
         1 error; nothing was written\n"
    );
}

#[test]
fn a_published_result_of_nobody() {
    refused(
        "[[reproduces]]\nwhat = \"amount\"\nofficial = { A9 = 1 }\nwithin = 1",
        "error[nothing-to-reproduce]: ./formula.toml, line 27, character 1\n  \
         found     `A9`\n  \
         expected  a code of the table\n  \
         why       a published result is held against one of the formula's own\n  \
         do        mend the name",
    );
}

#[test]
fn a_result_that_differs_from_the_published_one_is_a_warning_and_is_listed() {
    // Need shares sum to 1: none of them is 2, one of the two said to be 2 is excused.
    let example = five().append(
        "formula.toml",
        "\n[[reproduces]]\nwhat = \"need_share\"\nofficial = { A1 = 2, A2 = 2 }\nwithin = 0.5\n\
         except = { A1 = \"for the sake of it\" }\n",
    );
    let run = example.run("check formula.toml");
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    assert_eq!(
        run.stderr,
        "warning[does-not-reproduce]: ./formula.toml, line 27, character 1\n  \
         found     need_share against as stated in the formula file: 0 of 2 within 0.5, 1 known to differ, 1 that should not differ\n  \
         expected  published results within the stated difference\n  \
         do        needshare allocate lists them in reproductions.csv; say in `except` why each differs\n\n"
    );
}

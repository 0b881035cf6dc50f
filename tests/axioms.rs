//! Axioms, for every objective with every kind of guarantee, through files: whole pounds
//! that add up within every bound, whatever the rows' order; money scales; more need is
//! never less money; a guarantee that is met anyway, or stated twice, changes nothing.

mod common;

use std::collections::BTreeMap;

use common::{Dice, Scratch};
use needshare::formula::{GuaranteeKind, Objective};

/// One made-up area.
#[derive(Debug, Clone)]
struct Area {
    code: String,
    region: &'static str,
    population: i64,
    last_year: i64,
    need: i64,
    claim: i64,
    own: i64,
    weight: f64,
    clients: i64,
    poverty: f64,
}

fn draw_areas(dice: &mut Dice) -> Vec<Area> {
    let count = 5 + dice.below(5);
    (0..count)
        .map(|index| {
            let last_year = dice.between(500_000, 5_000_000);
            Area {
                code: format!("A{index:02}"),
                region: ["North", "South", "Isles"][index % 3],
                population: dice.between(1_000, 20_000),
                last_year,
                need: last_year * dice.between(80, 125) / 100,
                claim: last_year * dice.between(130, 220) / 100,
                own: last_year * dice.between(0, 40) / 100,
                weight: dice.between(1, 4) as f64,
                clients: dice.between(100, 2_000),
                poverty: dice.unit(),
            }
        })
        .collect()
}

fn table(areas: &[Area]) -> String {
    let mut text = String::from(
        "code,name,region,population,last_year,need,claim,own,weight,clients,poverty\n",
    );
    for a in areas {
        text += &format!(
            "{},{},{},{},{},{},{},{},{},{},{}\n",
            a.code,
            a.code,
            a.region,
            a.population,
            a.last_year,
            a.need,
            a.claim,
            a.own,
            a.weight,
            a.clients,
            a.poverty
        );
    }
    text
}

/// The objective as a file states it.
fn objective(word: &str) -> String {
    let more = match word {
        "equal_change" | "least_turnover" => ", of = \"last_year\"",
        "least_deviation" | "least_squares" => ", weight = \"weight\"",
        "by_tax_base" => ", base = \"own\"",
        "proportional" | "constrained_equal_awards" | "constrained_equal_losses" | "talmud" => {
            ", claim = \"claim\""
        }
        _ => "",
    };
    format!("objective = {{ kind = \"{word}\"{more} }}\n")
}

/// Guarantees of a kind as a file states them; sums of money times `scale`.
fn guarantees(word: &str, scale: i64) -> Vec<String> {
    let one = |text: &str| vec![text.to_string()];
    match word {
        "floor" => vec![
            "kind = \"floor\"\nof = \"last_year\"\nrate = 0.9".to_string(),
            format!("kind = \"floor\"\namount = {}", 700_000 * scale),
            format!(
                "kind = \"floor\"\non = \"change\"\nof = \"last_year\"\namount = {}",
                -400_000 * scale
            ),
            "kind = \"floor\"\non = \"coverage\"\nrate = 0.7".to_string(),
            "kind = \"floor\"\non = \"distance_from_target\"\nrate = -0.3".to_string(),
            format!(
                "kind = \"floor\"\non = \"amount_per_head\"\namount = {}",
                60 * scale
            ),
        ],
        "ceiling" => vec![
            "kind = \"ceiling\"\nof = \"last_year\"\nrate = 1.3".to_string(),
            "kind = \"ceiling\"\non = \"amount_change\"\nof = \"last_year\"\nrate = 0.4"
                .to_string(),
            "kind = \"ceiling\"\non = \"coverage\"\nrate = 1.5".to_string(),
        ],
        "minimum_per_head" => vec![
            format!("kind = \"minimum_per_head\"\namount = {}", 60 * scale),
            "kind = \"minimum_per_head\"\nof_average = 0.2".to_string(),
        ],
        "minimum_per_person_in_need" => vec![format!(
            "kind = \"minimum_per_person_in_need\"\namount = {}\nclients = \"clients\"",
            500 * scale
        )],
        "group_band" => one(
            "kind = \"group_band\"\nby = \"region\"\nreference = \"last_year\"\nlower = 0.97\nupper = 1.1",
        ),
        "ring_fence" => one("kind = \"ring_fence\"\nshare = 0.35\nwhere = { region = \"South\" }"),
        "minimum_share" => vec![
            "kind = \"minimum_share\"\nshare = 0.06".to_string(),
            "kind = \"minimum_share\"\nshare = 0.3\nby = \"region\"".to_string(),
        ],
        "hold_harmless" => one(
            "kind = \"hold_harmless\"\nof = \"last_year\"\nby = \"poverty\"\n\
             bands = [{ below = 0.3, rate = 0.8 }, { below = 0.6, rate = 0.85 }, { rate = 0.9 }]",
        ),
        "pace_of_change" => {
            one("kind = \"pace_of_change\"\nof = \"last_year\"\ndown = 0.15\nup = 0.3")
        }
        "top_slice" => vec![format!(
            "kind = \"top_slice\"\namount = {}",
            100_000 * scale
        )],
        other => panic!("no case for guarantees of kind {other}"),
    }
}

/// A problem as text.
#[derive(Clone)]
struct Case {
    areas: Vec<Area>,
    quantum: i64,
    objective: &'static str,
    guarantees: Vec<String>,
    with_own: bool,
}

impl Case {
    fn formula(&self) -> String {
        let mut text = String::new();
        if self.with_own {
            text += "[own_resources]\namount = \"own\"\n";
        }
        text += &format!(
            "[allocation]\nquantum = {}\nneed = \"need\"\n",
            self.quantum
        );
        text += &objective(self.objective);
        for (index, guarantee) in self.guarantees.iter().enumerate() {
            text += &format!("[[allocation.guarantee]]\nname = \"G{index}\"\n{guarantee}\n");
        }
        text
    }

    /// Amounts by code; none where no allocation satisfies the guarantees.
    fn amounts(&self, scratch: &Scratch) -> Option<BTreeMap<String, i64>> {
        let output = scratch.allocate(&table(&self.areas), &self.formula());
        let words = || String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.code() {
            Some(0) => {}
            Some(3) => return None,
            other => panic!("{other:?}: {}\n{}", words(), self.formula()),
        }
        let document: serde_json::Value =
            serde_json::from_slice(&output.stdout).expect("JSON on stdout");
        let rows = document["tables"]["allocation"]
            .as_array()
            .expect("a table");
        let amount = |row: &serde_json::Value| {
            let code = row["code"].as_str().expect("a code").to_string();
            (code, row["amount_gbp"].as_i64().expect("whole pounds"))
        };
        Some(rows.iter().map(amount).collect())
    }
}

/// What is checked of one objective with every guarantee, and how many problems of how
/// many could be kept.
fn check(objective: &'static str) {
    let mut dice = Dice::new(objective.bytes().map(u64::from).sum());
    let scratch = Scratch::new(&format!("axioms-{objective}"));
    let (mut kept, mut tried) = (0, 0);
    for word in GuaranteeKind::WORDS {
        for (variant, guarantee) in guarantees(word, 1).into_iter().enumerate() {
            let areas = draw_areas(&mut dice);
            let last_year: i64 = areas.iter().map(|a| a.last_year).sum();
            let case = Case {
                quantum: last_year * dice.between(98, 112) / 100,
                areas,
                objective,
                guarantees: vec![guarantee],
                with_own: dice.percent(50),
            };
            tried += 1;
            if let Some(amounts) = case.amounts(&scratch) {
                kept += 1;
                let what = format!("{objective} with {word} {variant}: {}", case.formula());
                total_and_bounds(&case, word, variant, &amounts, &what);
                order(&case, &amounts, &scratch, &mut dice, &what);
                scale(&case, word, variant, &amounts, &scratch, &what);
                more_need(&case, &amounts, &scratch, &mut dice, &what);
                slack_and_repeated(&case, word, &amounts, &scratch, &what);
            }
        }
    }
    assert!(kept * 2 > tried, "{objective}: {kept} of {tried} kept");
}

fn total_and_bounds(
    case: &Case,
    word: &str,
    variant: usize,
    amounts: &BTreeMap<String, i64>,
    what: &str,
) {
    let total: i64 = amounts.values().sum();
    match (case.objective, word) {
        ("least_quantum", _) => assert!(total <= case.quantum, "{what}"),
        (_, "top_slice") => assert_eq!(total, case.quantum - 100_000, "{what}"),
        _ => assert_eq!(total, case.quantum, "{what}"),
    }
    let own = |a: &Area| if case.with_own { a.own } else { 0 };
    let need: i64 = case.areas.iter().map(|a| a.need).sum();
    let all_own: i64 = case.areas.iter().map(own).sum();
    // Quanta are the same for need amounts in least_quantum.
    let shared = if word == "top_slice" {
        case.quantum - 100_000
    } else {
        case.quantum
    };
    let need_amount = |a: &Area| a.need as f64 / need as f64 * (shared + all_own) as f64;
    for a in &case.areas {
        let amount = amounts[&a.code] as f64;
        let funding = amount + own(a) as f64;
        let (last, people) = (a.last_year as f64, a.population as f64);
        assert!(amount >= 0.0, "{what}");
        // What a bound is, give or take the millionths that shares are kept to.
        let (least, most) = match (word, variant) {
            ("floor", 0) => (0.9 * last, f64::MAX),
            ("floor", 1) => (700_000.0, f64::MAX),
            ("floor", 2) => (last - 400_000.0 - own(a) as f64, f64::MAX),
            ("floor", 3) => (0.7 * need_amount(a) - own(a) as f64, f64::MAX),
            ("floor", 4) => (0.7 * (need_amount(a) - own(a) as f64), f64::MAX),
            ("floor", 5) | ("minimum_per_head", 0) => (60.0 * people, f64::MAX),
            ("minimum_per_head", 1) => {
                let everyone: i64 = case.areas.iter().map(|a| a.population).sum();
                (
                    0.2 * case.quantum as f64 * people / everyone as f64,
                    f64::MAX,
                )
            }
            ("ceiling", 0) => (0.0, 1.3 * last),
            ("ceiling", 1) => (0.0, 1.4 * last),
            ("ceiling", 2) => (0.0, (1.5 * need_amount(a) - own(a) as f64).max(0.0)),
            ("minimum_per_person_in_need", _) => (500.0 * a.clients as f64, f64::MAX),
            ("minimum_share", 0) => (0.06 * case.quantum as f64, f64::MAX),
            ("hold_harmless", _) => {
                let rate = match a.poverty {
                    p if p < 0.3 => 0.8,
                    p if p < 0.6 => 0.85,
                    _ => 0.9,
                };
                (rate * last, f64::MAX)
            }
            ("pace_of_change", _) => (0.85 * last, 1.3 * last),
            _ => (0.0, f64::MAX),
        };
        assert!(
            amount >= least - 0.01 && amount <= most + 0.01,
            "{}: {amount} ({funding}) is not between {least} and {most}: {what}",
            a.code
        );
    }
    for region in ["North", "South", "Isles"] {
        let members = || case.areas.iter().filter(|a| a.region == region);
        let total: i64 = members().map(|a| amounts[&a.code]).sum();
        let last_year: i64 = members().map(|a| a.last_year).sum();
        let (total, last_year, quantum) = (total as f64, last_year as f64, case.quantum as f64);
        let holds = match (word, variant) {
            ("group_band", _) => total >= 0.97 * last_year && total <= 1.1 * last_year,
            ("ring_fence", _) if region == "South" => (total - 0.35 * quantum).abs() <= 0.5,
            ("minimum_share", 1) => total >= 0.3 * quantum,
            _ => true,
        };
        assert!(holds, "{region} has {total}: {what}");
    }
}

fn order(
    case: &Case,
    amounts: &BTreeMap<String, i64>,
    scratch: &Scratch,
    dice: &mut Dice,
    what: &str,
) {
    let mut other = case.clone();
    dice.shuffle(&mut other.areas);
    assert_eq!(
        other.amounts(scratch).as_ref(),
        Some(amounts),
        "order: {what}"
    );
}

/// Seven times all money is seven times each amount, within a pound of each and one more
/// for every bound: they are rounded to whole pounds, and what one has more others have
/// less.
fn scale(
    case: &Case,
    word: &str,
    variant: usize,
    amounts: &BTreeMap<String, i64>,
    scratch: &Scratch,
    what: &str,
) {
    const TIMES: i64 = 7;
    let mut other = case.clone();
    other.quantum *= TIMES;
    other.guarantees = vec![guarantees(word, TIMES)[variant].clone()];
    for a in &mut other.areas {
        a.last_year *= TIMES;
        a.claim *= TIMES;
        a.own *= TIMES;
    }
    let scaled = other
        .amounts(scratch)
        .unwrap_or_else(|| panic!("scaled: {what}"));
    let room = TIMES * (1 + i64::try_from(amounts.len()).expect("a few"));
    for (code, amount) in amounts {
        let apart = (scaled[code] - TIMES * amount).abs();
        assert!(apart <= room, "{code}: {amount}, {}: {what}", scaled[code]);
    }
}

fn more_need(
    case: &Case,
    amounts: &BTreeMap<String, i64>,
    scratch: &Scratch,
    dice: &mut Dice,
    what: &str,
) {
    let mut other = case.clone();
    let index = dice.below(other.areas.len());
    other.areas[index].need = other.areas[index].need * 5 / 4;
    let code = other.areas[index].code.clone();
    if let Some(after) = other.amounts(scratch) {
        assert!(
            after[&code] >= amounts[&code] - 1,
            "more need for {code}: {} after {}: {what}",
            after[&code],
            amounts[&code]
        );
    }
}

fn slack_and_repeated(
    case: &Case,
    word: &str,
    amounts: &BTreeMap<String, i64>,
    scratch: &Scratch,
    what: &str,
) {
    // Gains of scale_gains are measured from the floors, and a smallest quantum has room
    // for none.
    if case.objective == "scale_gains" {
        return;
    }
    // A pound below the least: the amount before rounding may be as low.
    let least = amounts.values().min().copied().unwrap_or(0).max(1) - 1;
    let mut slack = case.clone();
    slack
        .guarantees
        .push(format!("kind = \"floor\"\namount = {least}"));
    assert_eq!(
        slack.amounts(scratch).as_ref(),
        Some(amounts),
        "slack: {what}"
    );
    // Slices add up.
    if word != "top_slice" {
        let mut twice = case.clone();
        twice.guarantees.push(case.guarantees[0].clone());
        assert_eq!(
            twice.amounts(scratch).as_ref(),
            Some(amounts),
            "twice: {what}"
        );
    }
}

macro_rules! axioms_of {
    ($($objective:ident),* $(,)?) => {
        $(
            #[test]
            fn $objective() {
                check(stringify!($objective));
            }
        )*

        #[test]
        fn every_objective_is_here() {
            assert_eq!([$(stringify!($objective)),*], Objective::WORDS);
        }
    };
}

axioms_of!(
    level_up,
    scale_gains,
    equal_change,
    least_deviation,
    least_turnover,
    least_squares,
    least_quantum,
    per_head,
    by_tax_base,
    proportional,
    constrained_equal_awards,
    constrained_equal_losses,
    talmud,
);

//! How long programs take to be solved, exactly and in whole pounds.
//!
//!     cargo bench                         # up to 1,000,000 areas
//!     cargo bench -- 10000000             # and as many as asked for, here ten million
//!
//! Prints medians of several runs on one core. Areas, needs, floors, ceilings and nine
//! regional bands are made as `make_instances.py` makes them (another generator, the same
//! shape), so that bounds bind about as often at every size. No test: it fails on nothing.

use std::hint::black_box;
use std::time::Instant;

use needshare::allocation::{Redraw, solve_program};
use needshare::ids::{AuthorityCode, GuaranteeName};
use needshare::program::{
    Deviation, Goal, Limits, LinearProgram, Measure, Promise, Row, RowSource, Shared, Stage,
    Variable,
};
use needshare::register::{Authority, Key as _, PerVariable, Register, VariableId};
use needshare::solve::{Road, build_tree, optimal_face, settle_exactly};
use needshare::units::{FinePounds, Pounds};

const REGIONS: usize = 9;
const SIZES: [usize; 5] = [153, 1_000, 1_530, 33_000, 1_000_000];

/// A small generator of its own (SplitMix64): benches draw the same numbers everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn uniform(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform(0.0, 1.0)).sum::<f64>() - 6.0
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Objective {
    LevelUp,
    LeastDeviation,
}

fn instance(count: usize, objective: Objective) -> LinearProgram {
    let mut dice = Dice(count as u64);
    let tilt: Vec<f64> = (0..REGIONS).map(|_| dice.uniform(0.80, 1.25)).collect();
    let mut variables = Vec::with_capacity(count);
    let mut limits = Vec::with_capacity(count);
    let mut deviations = Vec::with_capacity(count);
    let mut members = vec![Vec::new(); REGIONS];
    let mut before = [0_i64; REGIONS];
    let register = register(1);
    for index in 0..count {
        let region = (dice.next() % REGIONS as u64) as usize;
        let people = (7.3 + 0.65 * dice.normal()).exp().clamp(300.0, 1.2e6);
        let deprivation = dice.uniform(0.0, 1.0) * dice.uniform(0.2, 1.0);
        let need =
            people * 900.0 * tilt[region] * (0.6 + deprivation) * (0.08 * dice.normal()).exp();
        let last =
            (people * 900.0 * (0.85 + 0.35 * deprivation) * (0.1 * dice.normal()).exp()).round();
        let lower = (last * dice.uniform(0.88, 0.97)).floor() as i64;
        let upper = (last * dice.uniform(1.04, 1.25)).ceil() as i64;
        members[region].push(VariableId::at(index));
        before[region] += last as i64;
        deviations.push(Deviation {
            target: Pounds(need.round() as i64),
            weight: ((1.0 + deprivation) * 1e9).round() as i128,
        });
        limits.push(Limits {
            lower: Pounds(lower),
            upper: Some(Pounds(upper)),
        });
        variables.push(Variable {
            authority: register.positions().next().expect("one"),
            service: None,
            measure: Measure {
                stage: Stage::ByNeed,
                offset: FinePounds::ZERO,
                weight: (need * 1e12 / (count as f64 * 1.6e6)) as i128,
            },
            turn: None,
            need: (need * 1e12 / (count as f64 * 1.6e6)) as i64,
            people: people as i64 * 1000,
        });
    }
    let rows = (0..REGIONS).filter(|&region| !members[region].is_empty());
    let rows = rows
        .map(|region| Row {
            source: RowSource::Guarantee(0),
            group: format!("R{region}"),
            members: members[region].clone(),
            lower: Some(Pounds(before[region] / 100 * 95)),
            upper: Some(Pounds(before[region] / 100 * 105)),
            counted: FinePounds::ZERO,
        })
        .collect();
    LinearProgram {
        quantum: Pounds(before.iter().sum()),
        variables: PerVariable::of(variables).into(),
        limits: PerVariable::of(limits),
        rows,
        guarantees: vec![Promise {
            name: GuaranteeName::new("bands"),
            lower: Shared::default(),
            upper: Shared::default(),
            kept: true,
        }],
        outside: Vec::new(),
        services: Vec::new(),
        goal: match objective {
            Objective::LevelUp => Goal::Leximin,
            Objective::LeastDeviation => Goal::LeastDeviation(PerVariable::of(deviations).into()),
        },
        caps: None,
    }
}

/// Messages name authorities; programs here are feasible and have none.
fn register(count: usize) -> Register {
    let authority = |index: usize| Authority {
        code: AuthorityCode::new(format!("A{index:05}")),
        name: "".into(),
        class: None,
        region: None,
        reporting_region: None,
        population: None,
        left_out_of_rankings: false,
        line: 0,
    };
    Register::new((0..count).map(authority).collect()).expect("codes differ")
}

/// Seconds that this thread has been on a processor, where the system says (Linux): other
/// programs on the machine then change little. Elsewhere the time of day.
fn now(start: Instant) -> f64 {
    let stated = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = stated.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| start.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

/// Median seconds of a piece of work, over about a second in all. Short work is timed many at
/// a time.
fn median(mut work: impl FnMut()) -> f64 {
    work();
    let start = Instant::now();
    work();
    let one = start.elapsed().as_secs_f64();
    // The system may count in steps of some milliseconds.
    let together = ((0.04 / one) as usize).max(1);
    let runs = ((0.8 / (one * together as f64)) as usize).clamp(3, 15);
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let begins = now(start);
            (0..together).for_each(|_| work());
            (now(start) - begins) / together as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn shown(seconds: f64) -> String {
    match seconds {
        s if s < 1e-3 => format!("{:.1} µs", s * 1e6),
        s if s < 1.0 => format!("{:.2} ms", s * 1e3),
        s => format!("{s:.2} s"),
    }
}

/// Other numbers of a draw, made before anything is timed.
enum Draw {
    Targets(Vec<Pounds>),
    Weights(Vec<i128>),
}

/// The same targets or weights, each moved by a tenth or so: draws of a study of uncertainty.
fn draws(program: &LinearProgram) -> Vec<Draw> {
    let mut dice = Dice(7);
    let mut moved = |number: f64| number * (0.1 * dice.normal()).exp();
    (0..64)
        .map(|_| match &program.goal {
            Goal::LeastDeviation(deviations) => {
                let targets = deviations.iter().map(|deviation| deviation.target.as_f64());
                Draw::Targets(targets.map(|x| Pounds(moved(x).round() as i64)).collect())
            }
            _ => {
                let weights = program.variables.iter().map(|v| v.measure.weight as f64);
                Draw::Weights(weights.map(|x| (moved(x) as i128).max(1)).collect())
            }
        })
        .collect()
}

/// Puts a draw in.
fn apply(program: &mut LinearProgram, draw: &Draw) {
    match (&mut program.goal, draw) {
        (Goal::LeastDeviation(deviations), Draw::Targets(targets)) => {
            let deviations: &mut PerVariable<Deviation> = deviations;
            for (id, target) in deviations.keys().zip(targets) {
                deviations[id].target = *target;
            }
        }
        (_, Draw::Weights(weights)) => {
            let variables: &mut PerVariable<Variable> = &mut program.variables;
            for (variable, weight) in variables.iter_mut().zip(weights) {
                variable.measure.weight = *weight;
            }
        }
        (_, Draw::Targets(_)) => unreachable!("targets are drawn for deviations"),
    }
}

fn redraws(name: &str, program: &LinearProgram) {
    let draws = draws(program);
    let mut redraw = Redraw::new(program.clone()).expect("regions nest");
    let mut next = 0;
    let mut draw = |proved: bool| {
        apply(redraw.program_mut(), &draws[next % draws.len()]);
        next += 1;
        let amounts = match proved {
            true => redraw.draw_proved(),
            false => redraw.draw(),
        };
        black_box(amounts.expect("feasible"));
    };
    let plain = median(|| draw(false));
    let proved = median(|| draw(true));
    println!(
        "{name:<18}{:>10}{:>16}{:>16}",
        program.variables.len(),
        shown(plain),
        shown(proved)
    );
}

fn main() {
    // `cargo bench` adds --bench.
    let more = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok());
    let mut sizes: Vec<usize> = SIZES.into_iter().chain(more).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let register = register(1);

    println!("Redrawn with other numbers: whole pounds, and proved");
    for count in [153, 1_530, 33_000] {
        redraws("level_up", &instance(count, Objective::LevelUp));
        redraws(
            "least_deviation",
            &instance(count, Objective::LeastDeviation),
        );
    }

    println!("\nOne solve: exact levels with their certificate, and the whole answer with");
    println!("whole pounds, verification and proof");
    let objectives = [
        ("level_up", Objective::LevelUp),
        ("least_deviation", Objective::LeastDeviation),
    ];
    for (name, objective) in objectives {
        let mut at_a_thousand = None;
        for &count in &sizes {
            let program = instance(count, objective);
            let tree = build_tree(&program).expect("regions nest");
            let levels = median(|| {
                match &program.goal {
                    Goal::LeastDeviation(deviations) => {
                        let face = optimal_face(&program, &tree, deviations);
                        black_box(settle_exactly(&face.program, &face.tree).expect("proved"));
                    }
                    _ => {
                        black_box(settle_exactly(&program, &tree).expect("proved"));
                    }
                };
            });
            let whole = median(|| {
                let answer = solve_program(&program, &register, Road::Nested);
                black_box(answer.expect("feasible and proved"));
            });
            let n = count as f64;
            let each = whole / (n * n.log2());
            if count == 1_000 {
                at_a_thousand = Some(each);
            }
            let relative =
                at_a_thousand.map_or(String::new(), |base| format!("{:.2}", each / base));
            println!(
                "{name:<18}{count:>10}{:>16}{:>16}{:>12.3} ns ÷ (n log n){relative:>8}",
                shown(levels),
                shown(whole),
                each * 1e9,
            );
        }
    }
}

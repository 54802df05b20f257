//! A few seeds in every test run, thousands of steps in all; any other by hand:
//!
//!     SIM_SEED=42 SIM_STEPS=500 cargo test -p simulation by_hand -- --ignored --nocapture

use simulation::tape::Tape;
use std::collections::BTreeMap;

/// The seeds of every test run.
const SEEDS: [u64; 4] = [1, 2, 9, 12];
const STEPS_EACH: usize = 700;

/// A number of the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

fn steps(otherwise: usize) -> usize {
    number("SIM_STEPS").and_then(|steps| usize::try_from(steps).ok()).unwrap_or(otherwise)
}

/// A run on this thread alone.
fn alone(run: impl Future<Output = Tape>) -> Tape {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let tape = runtime.unwrap_or_else(|error| panic!("no runtime: {error}")).block_on(run);
    println!("{}", tape.summary());
    tape
}

fn live_through(seed: u64, steps: usize) -> Tape {
    alone(simulation::run(seed, steps))
}

/// What has to be met over all the seeds: every kind of step, means of payment and fault.
const MET: [&str; 50] = [
    "browse",
    "order",
    "confirm again",
    "poll",
    "abandon",
    "call off",
    "cancel",
    "withdraw",
    "a seller answers",
    "an operator rules",
    "order a refund anew",
    "accept",
    "dispatch",
    "restock",
    "poll changes",
    "an endpoint fails",
    "scan",
    "the carrier repeats",
    "confirm a purchase",
    "a message",
    "all messages",
    "webhooks",
    "minutes pass",
    "hours pass",
    "a night passes",
    "pay by card",
    "pay by easy pay",
    "pay by transfer",
    "pay into an account",
    "order for nothing",
    "start again",
    "deposit",
    "deposit once more",
    "reverse",
    "reverse during a cancel",
    "reverse after dispatch",
    "a gap is named",
    "late deposit",
    "approve a batch",
    "send a batch",
    "banks settle",
    "a request comes twice",
    "a function dies",
    "connections are lost",
    "AWS throttles",
    "the gateway is silent",
    "the gateway is late",
    "the gateway's answer is lost",
    "the gateway fails after the effect",
    "the gateway fails before the effect",
];

#[test]
fn thousands_of_steps_meet_everything_and_every_won_is_where_it_belongs() {
    let tapes: Vec<Tape> = std::thread::scope(|threads| {
        let runs: Vec<_> =
            SEEDS.map(|seed| threads.spawn(move || live_through(seed, steps(STEPS_EACH)))).into_iter().collect();
        runs.into_iter().map(|run| run.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for (what, times) in tapes.iter().flat_map(Tape::met) {
        *met.entry(what).or_default() += times;
    }
    let missed: Vec<&str> = MET.into_iter().filter(|what| !met.contains_key(what)).collect();
    assert!(missed.is_empty(), "never met in {SEEDS:?}: {missed:?}; met: {met:#?}");
}

#[test]
fn a_seed_tells_the_same_story_every_time() {
    let seed = number("SIM_SEED").unwrap_or(77);
    let [first, second] = [(); 2].map(|()| alone(simulation::told(seed, steps(200))).story());
    let differs = first.iter().zip(&second).position(|(one, other)| one != other);
    if let Some(at) = differs {
        let from = at.saturating_sub(6);
        let shown = |story: &[String]| story[from..=at].join("\n");
        panic!("step {at}:\n{}\n\n{}", shown(&first), shown(&second));
    }
    assert_eq!(first.len(), second.len());
}

/// One seed of the environment, for the replay of a failure; says how often it met what.
#[test]
#[ignore = "by hand: SIM_SEED, SIM_STEPS"]
fn by_hand() {
    let tape = live_through(number("SIM_SEED").unwrap_or(1), steps(STEPS_EACH));
    println!("{:?}", tape.met());
}

/// Seeds from SIM_SEED on until SOAK_MINUTES are over: `make soak`.
#[test]
#[ignore = "runs for minutes: make soak"]
fn soak() {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60 * number("SOAK_MINUTES").unwrap_or(10));
    let mut seed = number("SIM_SEED").unwrap_or(1000);
    while std::time::Instant::now() < until {
        live_through(seed, steps(1_000));
        seed += 1;
    }
}

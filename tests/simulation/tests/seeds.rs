//! A few seeds in every test run; any other by hand:
//!
//!     SIM_SEED=42 SIM_STEPS=500 cargo test -p simulation -- --nocapture

/// A number of the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

async fn live_through(seed: u64) {
    // One seed by hand replaces all of them.
    let (asked, steps) = (number("SIM_SEED"), number("SIM_STEPS").unwrap_or(150));
    if asked.is_some() && seed != 1 {
        return;
    }
    let steps = usize::try_from(steps).unwrap_or(150);
    println!("{}", simulation::run(asked.unwrap_or(seed), steps).await);
}

#[tokio::test]
async fn seed_1() {
    live_through(1).await;
}

#[tokio::test]
async fn seed_2() {
    live_through(2).await;
}

#[tokio::test]
async fn seed_3() {
    live_through(3).await;
}

/// Seeds from SIM_SEED on until SOAK_MINUTES are over: `make soak`.
#[tokio::test]
#[ignore = "runs for minutes: make soak"]
async fn soak() {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60 * number("SOAK_MINUTES").unwrap_or(10));
    let steps = usize::try_from(number("SIM_STEPS").unwrap_or(400)).unwrap_or(400);
    let mut seed = number("SIM_SEED").unwrap_or(1000);
    while std::time::Instant::now() < until {
        println!("{}", simulation::run(seed, steps).await);
        seed += 1;
    }
}

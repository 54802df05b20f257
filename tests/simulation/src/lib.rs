//! A market lived through by chance: customers, sellers, partners, banks and carriers act in an order a seed decides, time
//! moves, answers get lost and messages come twice; at the end every law holds and every won is where it belongs.
//!
//! One seed is one story: the same choices in the same order, wherever it runs. See the README.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "test code: whatever goes wrong ends the run")]

pub mod calls;
pub mod checks;
pub mod dice;
pub mod faults;
pub mod model;
pub mod steps;
pub mod tape;
pub mod world;

use tape::Tape;
use world::World;

/// Lives through so many steps of a seed, lets everything settle, checks it, and answers what happened.
///
/// # Panics
/// When an answer is not the predicted one or a check fails, after printing the seed and the last steps.
pub async fn run(seed: u64, steps: usize) -> Tape {
    let mut world = lived(seed, steps).await;
    checks::settle(&mut world).await;
    checks::everything(&mut world).await;
    let World { shop, tape, gaps, .. } = world;
    shop.close_but(&checks::breaks(&gaps)).await;
    tape
}

/// The same without the weeks in which everything comes to its end: what is on its way arrives, and the laws hold.
///
/// # Panics
/// When an answer is not the predicted one or a law is broken.
pub async fn told(seed: u64, steps: usize) -> Tape {
    let mut world = lived(seed, steps).await;
    checks::arrived(&mut world).await;
    let World { shop, tape, gaps, .. } = world;
    shop.close_but(&checks::breaks(&gaps)).await;
    tape
}

async fn lived(seed: u64, steps: usize) -> World {
    let mut world = World::open(seed).await;
    for _ in 0..steps {
        steps::take_one(&mut world).await;
    }
    world
}

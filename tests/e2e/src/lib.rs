//! The deployed system from outside: over HTTP through its gateway, with the outside services simulated.
//!
//! `scripts/e2e` deploys the template and sets what is needed here; without a deployed system the tests say so and pass.
//! Nothing sleeps for a fixed time: whatever happens behind queues is asked for until it is there or time is up.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "test code: whatever goes wrong ends the test")]

pub mod call;
pub mod clock;
pub mod people;
pub mod simulated;
pub mod stack;
pub mod wait;

pub use call::{Answer, Caller, Host};
pub use stack::Stack;
pub use wait::until;

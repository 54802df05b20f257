//! One test a rule.
#![expect(clippy::unwrap_used, reason = "test code: whatever goes wrong ends the test")]

mod code;
mod contract;
mod migrations;
mod schema;
mod wiring;

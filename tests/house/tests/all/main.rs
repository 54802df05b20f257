//! One test a rule.

mod code;
mod contract;
mod schema;
mod wiring;

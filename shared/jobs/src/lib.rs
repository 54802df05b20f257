//! Work that follows from a commit or a date: the outbox, its relay, tasks behind queues, schedules.
//!
//! A use case writes an event with [`outbox::emit`] in its own transaction. After the commit the caller nudges the relay
//! ([`Nudge`]); a schedule sweeps what a lost nudge left. The relay sends each event to the queue of every task that
//! consumes it and to the bus. Delivery is at least once, so every task is safe to run twice and a test runs each twice.

mod dead_letters;
mod facts;
mod failures;
pub mod outbox;
pub mod relay;
mod schedule;
mod task;
mod worker;

pub use dead_letters::{DeadLetter, DeadLetters};
pub use failures::wait_seconds;
pub use outbox::Nudge;
pub use relay::{Relay, Relayed};
pub use schedule::{Schedule, ScheduleFuture, Schedules, ZONE, serve_schedules};
pub use task::{Task, TaskError, TaskFuture};
pub use worker::{Worker, serve_worker};

/// Every statement of this crate, for the check against the schema.
pub const STATEMENTS: &[&[&dyn db::Declared]] =
    &[dead_letters::STATEMENTS, failures::STATEMENTS, outbox::STATEMENTS, relay::STATEMENTS];

//! A task: what is done once per event, told by its queue.

use events::Envelope;
use events::queues::Queue;
use kernel::{Failure, Fault, Now, Refusal};
use std::future::Future;
use std::pin::Pin;

/// Why a task did not end well.
#[derive(Debug)]
pub enum TaskError {
    /// Try again when the queue gives it back; after its last receive it goes to the dead-letter queue.
    Retry(Fault),
    /// Try again, but not before this many seconds.
    RetryAfter { seconds: i32, why: String },
    /// Will never succeed: wrong shape, or refused by a rule. Ends in the dead-letter queue.
    Poison(String),
}

impl From<Fault> for TaskError {
    fn from(fault: Fault) -> TaskError {
        TaskError::Retry(fault)
    }
}

impl<E: Refusal> From<Failure<E>> for TaskError {
    fn from(failure: Failure<E>) -> TaskError {
        match failure {
            Failure::Refused(refusal) => TaskError::Poison(format!("refused: {}", refusal.code().id)),
            Failure::Fault(fault) => TaskError::Retry(fault),
        }
    }
}

/// A boxed run of a task, so that a worker can hold tasks of different types.
pub type TaskFuture<'a> = Pin<Box<dyn Future<Output = Result<(), TaskError>> + Send + 'a>>;

/// One of the platform's immediate tasks. Safe to run twice with the same event.
pub trait Task: Send + Sync + 'static {
    /// Its queue, from [`events::queues`].
    fn queue(&self) -> &'static Queue;
    fn run<'a>(&'a self, event: &'a Envelope, now: Now) -> TaskFuture<'a>;
}

//! What follows from a task that failed: its message comes back after a growing wait, and what will not come back is
//! kept in `task_runs`, where operators read why before they redrive it ([`crate::DeadLetters`]).

use aws::Queues;
use boot::Boot;
use db::{Db, Json};
use events::Envelope;
use events::queues::Queue;
use kernel::{Fault, Now, TaskRunId};
use serde_json::Value;

/// The first wait; each further one is twice as long.
const FIRST_SECONDS: u32 = 30;
/// Ten receives of a message span a bit more than an hour.
const LONGEST_SECONDS: u32 = 900;

db::statements! {
    /// The event's id is the key, so that a redriven message finds its row.
    static DEAD: (TaskRunId, &'static str, String, i32, Json<Value>, String, Now) => () =
        "insert into task_runs (id, task, kind, idempotency_key, state, attempts, payload, error, started_at, finished_at)
         values ($1, $2, 'immediate', $3, 'dead', $4, $5, $6, $7, $7)
         on conflict on constraint task_runs_once do update set
             state = 'dead', attempts = excluded.attempts, payload = excluded.payload, error = excluded.error, finished_at = excluded.finished_at
             where task_runs.state <> 'succeeded'";
    /// What it failed of stays to be read.
    static DONE: (&'static str, String, Now) => () =
        "update task_runs set state = 'succeeded', attempts = attempts + 1, finished_at = $3
         where task = $1 and idempotency_key = $2 and state = 'dead'";
}

/// One receive of a message.
#[derive(Debug, Default, Clone)]
pub(crate) struct Receive {
    /// The queue's name as it is deployed.
    pub queue: String,
    pub handle: String,
    /// This one included.
    pub count: u32,
    /// It was a dead letter before.
    pub redriven: bool,
}

/// Where failures are taken care of.
#[derive(Clone)]
pub(crate) struct Failures {
    db: Db,
    queues: Queues,
}

impl Failures {
    pub(crate) fn new(boot: &Boot) -> Failures {
        Failures { db: boot.db.clone(), queues: boot.aws.queues() }
    }

    /// Hides the message until its next try, or keeps what is known of it after its last.
    pub(crate) async fn after(
        &self,
        queue: &Queue,
        receive: &Receive,
        envelope: &Envelope,
        wanted_seconds: u32,
        why: String,
        now: Now,
    ) {
        let done = if receive.count >= queue.max_receives {
            dead(&self.db, queue.task, receive.count, envelope, why, now).await
        } else {
            let seconds = wanted_seconds.max(wait_seconds(receive.count));
            self.queues.hide(queue.name, &receive.handle, seconds).await
        };
        // The queue gives the message back all the same, and its dead letters hold it.
        if let Err(error) = done {
            tracing::warn!(%error, task = queue.task, "a failure was not noted");
        }
    }

    /// A redriven message was done: its row is no dead letter any more.
    pub(crate) async fn over(&self, queue: &Queue, envelope: &Envelope, now: Now) {
        if let Err(error) = over(&self.db, queue.task, envelope, now).await {
            tracing::warn!(%error, task = queue.task, event_id = %envelope.id, "a dead letter stays in the list");
        }
    }
}

async fn over(db: &Db, task: &'static str, envelope: &Envelope, now: Now) -> Result<(), Fault> {
    DONE.run(&db.writer().await?, (task, envelope.id.to_string(), now)).await
}

async fn dead(
    db: &Db,
    task: &'static str,
    receives: u32,
    envelope: &Envelope,
    why: String,
    now: Now,
) -> Result<(), Fault> {
    let attempts = i32::try_from(receives).unwrap_or(i32::MAX);
    let payload = Json(serde_json::to_value(envelope).map_err(Fault::internal)?);
    let row = (TaskRunId::new(), task, envelope.id.to_string(), attempts, payload, why, now);
    DEAD.run(&db.writer().await?, row).await
}

/// How long a message rests after so many receives.
pub fn wait_seconds(receives: u32) -> u32 {
    let doubled = receives.saturating_sub(1).min(10);
    (FIRST_SECONDS << doubled).min(LONGEST_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_ten_receives_span_an_hour() {
        let waits: Vec<u32> = (1..10).map(wait_seconds).collect();
        assert_eq!(waits, [30, 60, 120, 240, 480, 900, 900, 900, 900]);
        assert!((3600..5400).contains(&waits.iter().sum::<u32>()));
        assert_eq!((wait_seconds(0), wait_seconds(u32::MAX)), (30, 900));
    }
}

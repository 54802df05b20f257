//! Messages that were given up: counted, looked at with the reason their task left, and sent back to their queue.

use aws::{DeadMessage, Queues};
use boot::Boot;
use chrono::{DateTime, Utc};
use db::Db;
use events::Envelope;
use events::queues::{self, dead_letters_of};
use kernel::Fault;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Hidden from others while one call sends it back.
const TAKEN_SECONDS: i32 = 60;

db::row! { struct RunRow { idempotency_key: String, attempts: i32, error: Option<String>, finished_at: Option<DateTime<Utc>> } }

db::statements! {
    static RUNS: (&'static str, Vec<String>) => RunRow =
        "select idempotency_key, attempts, error, finished_at from task_runs where task = $1 and idempotency_key = any($2)";
}

/// The dead letters of the stage.
#[derive(Clone)]
pub struct DeadLetters {
    db: Db,
    queues: Queues,
}

/// One of them, as an operator reads it.
#[derive(Debug, Clone, Serialize)]
pub struct DeadLetter {
    pub message_id: String,
    /// None when the message cannot be read.
    pub event_id: Option<Uuid>,
    pub trace_id: Option<String>,
    /// As it lies in the queue: ids and amounts, no personal data.
    pub body: String,
    /// Receives it took.
    pub attempts: Option<i32>,
    /// Why its task failed the last time.
    pub error: Option<String>,
    pub given_up_at: Option<DateTime<Utc>>,
}

impl DeadLetters {
    pub fn new(boot: &Boot) -> DeadLetters {
        DeadLetters { db: boot.db.clone(), queues: boot.aws.queues() }
    }

    /// How many messages each queue gave up, by the queue's name; queues without any are left out.
    pub async fn count(&self) -> Result<BTreeMap<&'static str, i64>, Fault> {
        let mut counts = BTreeMap::new();
        for queue in names() {
            let count = self.queues.count(&dead_letters_of(queue)).await?;
            counts.extend((count > 0).then_some((queue, count)));
        }
        Ok(counts)
    }

    /// The first of a queue, ten at most. They stay where they are.
    pub async fn look(&self, queue: &str) -> Result<Vec<DeadLetter>, Fault> {
        let queue = known(queue)?;
        let read: Vec<(DeadMessage, Option<Envelope>)> = self
            .queues
            .dead(&dead_letters_of(queue), 0)
            .await?
            .into_iter()
            .map(|message| (message.clone(), serde_json::from_str(&message.body).ok()))
            .collect();
        let runs = self.runs(queue, read.iter().filter_map(|(_, envelope)| envelope.as_ref())).await?;
        let letter = |(message, envelope): (DeadMessage, Option<Envelope>)| {
            let run = envelope.as_ref().and_then(|envelope| runs.get(&envelope.id.to_string()));
            DeadLetter {
                message_id: message.id,
                event_id: envelope.as_ref().map(|envelope| envelope.id),
                body: message.body,
                attempts: run.map(|run| run.attempts),
                error: run.and_then(|run| run.error.clone()),
                given_up_at: run.and_then(|run| run.finished_at),
                trace_id: envelope.map(|envelope| envelope.trace_id),
            }
        };
        Ok(read.into_iter().map(letter).collect())
    }

    /// Sends what a queue gave up back to it, oldest first; answers how many. What is given up anew meanwhile stays.
    pub async fn redrive(&self, queue: &str) -> Result<usize, Fault> {
        let queue = known(queue)?;
        let dead_letters = dead_letters_of(queue);
        let found = usize::try_from(self.queues.count(&dead_letters).await?).unwrap_or_default();
        let mut redriven = 0;
        while redriven < found {
            let taken = self.queues.dead(&dead_letters, TAKEN_SECONDS).await?;
            if taken.is_empty() {
                break;
            }
            for message in &taken {
                self.queues.redrive(&dead_letters, queue, message).await?;
                redriven += 1;
            }
        }
        Ok(redriven)
    }

    async fn runs(
        &self,
        queue: &str,
        envelopes: impl Iterator<Item = &Envelope>,
    ) -> Result<HashMap<String, RunRow>, Fault> {
        let Some(queue) = queues::ALL.iter().find(|one| one.name == queue) else { return Ok(HashMap::new()) };
        let keys = envelopes.map(|envelope| envelope.id.to_string()).collect();
        let rows = RUNS.all(&self.db.reader().await?, (queue.task, keys)).await?;
        Ok(rows.into_iter().map(|run| (run.idempotency_key.clone(), run)).collect())
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    queues::ALL.iter().map(|queue| queue.name).chain([queues::RELAY])
}

/// The queue of a name, with or without the `.fifo` that nobody remembers.
fn known(name: &str) -> Result<&'static str, Fault> {
    let same = |queue: &&'static str| *queue == name || queue.strip_suffix(".fifo") == Some(name);
    names().find(same).ok_or_else(|| Fault::internal(format!("there is no queue {name}")))
}

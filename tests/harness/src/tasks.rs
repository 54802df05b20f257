//! The outbox relay and the queues, in the test: every message is delivered twice, straight to its task.

use crate::shop::Shop;
use chrono::{DateTime, Duration, Utc};
use events::{Envelope, queues};
use jobs::{Task, TaskError, relay};
use kernel::Fault;
use std::collections::HashSet;
use std::sync::Arc;

/// A message that lies in a queue.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) queue: &'static str,
    pub(crate) group: Option<String>,
    pub(crate) visible_at: DateTime<Utc>,
    pub(crate) receives: u32,
    pub(crate) envelope: Envelope,
}

/// The queues, and what died in them.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    pub(crate) messages: Vec<Message>,
    /// Messages that were received too often.
    pub(crate) dead: Vec<Failed>,
}

/// What a run did.
#[derive(Debug, Default)]
pub struct Delivered {
    /// Task and event of each message that was handled, in order.
    pub done: Vec<(&'static str, String)>,
    /// Messages that stay in their queue.
    pub failed: Vec<Failed>,
    /// Events that a queue wants whose task no worker has.
    pub nobody: Vec<(&'static str, String)>,
}

/// A message whose task did not end well.
#[derive(Debug, Clone)]
pub struct Failed {
    pub task: &'static str,
    pub event: String,
    pub why: String,
}

impl Shop {
    /// Delivers everything the outbox and the queues hold, twice each, until nothing is left that is visible now.
    ///
    /// # Panics
    /// When a task fails.
    pub async fn run_tasks(&self) -> Delivered {
        let delivered = self.try_tasks().await;
        assert!(delivered.failed.is_empty(), "tasks failed: {:#?}", delivered.failed);
        delivered
    }

    /// The same for tests in which tasks may fail. Failed messages stay queued; the next run tries them again.
    pub async fn try_tasks(&self) -> Delivered {
        let mut waiting = self.inner.waiting.lock().await;
        let mut report = Delivered::default();
        let mut failed_ids: HashSet<(uuid::Uuid, &'static str)> = HashSet::new();
        loop {
            self.relay(&mut waiting, &mut report).await;
            let now = self.now();
            let mut blocked: HashSet<(&'static str, String)> = HashSet::new();
            let mut moved = false;
            for message in waiting.messages.clone() {
                let group = message.group.clone().map(|group| (message.queue, group));
                let behind = group.as_ref().is_some_and(|group| blocked.contains(group));
                let known = failed_ids.contains(&(message.envelope.id, message.queue));
                if behind || known || message.visible_at > now.0 {
                    blocked.extend(group);
                    continue;
                }
                let task = self.task_of(message.queue).await.expect("queued for a task that exists");
                match self.deliver(&task, &message.envelope).await {
                    Ok(()) => {
                        waiting
                            .messages
                            .retain(|other| (other.envelope.id, other.queue) != (message.envelope.id, message.queue));
                        report.done.push((task.queue().task, message.envelope.event));
                        moved = true;
                    }
                    Err(why) => {
                        failed_ids.insert((message.envelope.id, message.queue));
                        blocked.extend(group);
                        report.failed.push(Failed {
                            task: task.queue().task,
                            event: message.envelope.event.clone(),
                            why,
                        });
                    }
                }
            }
            if !moved {
                return report;
            }
        }
    }

    /// Empties the outbox into the queues, as the relay does.
    pub(crate) async fn relay(&self, waiting: &mut Waiting, report: &mut Delivered) {
        let (db, now) = (&self.inner.boot.db, self.now());
        loop {
            let events = match relay::lease(db, now).await {
                Ok(events) if events.is_empty() => return,
                Ok(events) => events,
                // The relay dies with the database; its next run goes on.
                Err(Fault::Unavailable { .. }) => return,
                Err(error) => panic!("the relay: {error}"),
            };
            for envelope in &events {
                for (queue, message) in relay::messages(envelope).unwrap() {
                    if self.task_of(queue).await.is_none() {
                        let task = queues::ALL.iter().find(|one| one.name == queue).map_or(queue, |one| one.task);
                        report.nobody.push((task, envelope.event.clone()));
                        continue;
                    }
                    let visible_at = now.0 + Duration::seconds(i64::from(message.delay_seconds));
                    let envelope = serde_json::from_str(&message.body).expect("a message holds its envelope");
                    waiting.messages.push(Message { queue, group: message.group, visible_at, receives: 0, envelope });
                }
            }
            match relay::published(db, events.iter().map(|event| event.id).collect(), now).await {
                Ok(()) => {}
                Err(Fault::Unavailable { .. }) => return,
                Err(error) => panic!("the relay: {error}"),
            }
        }
    }

    pub(crate) async fn task_of(&self, queue: &str) -> Option<Arc<dyn Task>> {
        let workers = self.inner.workers().await;
        workers.iter().flat_map(|worker| worker.tasks()).find(|task| task.queue().name == queue).cloned()
    }

    /// Once, and once more: queues deliver at least once.
    async fn deliver(&self, task: &Arc<dyn Task>, envelope: &Envelope) -> Result<(), String> {
        for time in ["", "second delivery: "] {
            let run = task.run(envelope, self.now());
            boot::trace::with(envelope.trace_id.clone(), run)
                .await
                .map_err(|error| format!("{time}{}", said(error)))?;
        }
        Ok(())
    }

    /// Delivers one event to one task as if its queue did, once: for events that come late, twice or out of order.
    pub async fn deliver_to(&self, task: &str, envelope: &Envelope) -> Result<(), TaskError> {
        let queue = queues::ALL.iter().find(|queue| queue.task == task).unwrap_or_else(|| panic!("no queue of {task}"));
        let task = self.task_of(queue.name).await.unwrap_or_else(|| panic!("no worker has the task {task}"));
        task.run(envelope, self.now()).await
    }

    /// Events of a name that were written so far, oldest first.
    pub async fn events(&self, name: &str) -> Vec<Envelope> {
        let sql = "select id, event, occurred_at, trace_id, payload from outbox_events where event = $1 order by id";
        let rows = self.inner.sql().query(sql, &[&name]).await.unwrap();
        let envelope = |row: &tokio_postgres::Row| Envelope {
            id: row.get(0),
            event: row.get(1),
            occurred_at: row.get(2),
            trace_id: row.get(3),
            payload: row.get(4),
        };
        rows.iter().map(envelope).collect()
    }
}

pub(crate) fn said(error: TaskError) -> String {
    match error {
        TaskError::Retry(fault) => format!("to be tried again: {fault}"),
        TaskError::RetryAfter { seconds, why } => format!("to be tried again in {seconds} s: {why}"),
        TaskError::Poison(why) => format!("cannot succeed: {why}"),
    }
}

//! The queues one message at a time, for tests that decide what is delivered when, in which order and how often.
//!
//! As in SQS: a FIFO group waits for its first message, a message that is not acknowledged comes back, a failed one after a
//! growing wait, and one that was received too often is dead.

use crate::shop::Shop;
use crate::tasks::{Delivered, Failed, Message, said};
use chrono::Duration;
use events::queues;
use jobs::{TaskError, wait_seconds};
use std::collections::HashSet;

/// A message that its queue would hand out now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    pub task: &'static str,
    pub event: String,
    id: uuid::Uuid,
    queue: &'static str,
}

fn of(queue: &str) -> &'static queues::Queue {
    queues::ALL.iter().find(|one| one.name == queue).unwrap_or_else(|| panic!("no queue {queue}"))
}

impl Shop {
    /// Empties the outbox into the queues and answers what they would hand out now, oldest first.
    pub async fn ready(&self) -> Vec<Ready> {
        let mut waiting = self.inner.waiting.lock().await;
        self.relay(&mut waiting, &mut Delivered::default()).await;
        let now = self.now().0;
        let mut begun: HashSet<(&'static str, &str)> = HashSet::new();
        let mut ready = Vec::new();
        for message in &waiting.messages {
            let first = message.group.as_deref().is_none_or(|group| begun.insert((message.queue, group)));
            if first && message.visible_at <= now {
                let (id, event) = (message.envelope.id, message.envelope.event.clone());
                ready.push(Ready { task: of(message.queue).task, event, id, queue: message.queue });
            }
        }
        ready
    }

    /// Hands a message to its task once. One that is not acknowledged stays, although its task ended well.
    ///
    /// # Errors
    /// Why the task failed; the message comes back later, or is dead.
    pub async fn receive(&self, ready: &Ready, acknowledged: bool) -> Result<(), String> {
        let mut waiting = self.inner.waiting.lock().await;
        let is = |message: &Message| (message.envelope.id, message.queue) == (ready.id, ready.queue);
        let at = waiting.messages.iter().position(is).expect("a message that waits");
        let task = self.task_of(ready.queue).await.expect("queued for a task that exists");
        let message = waiting.messages.get_mut(at).expect("a message that waits");
        message.receives += 1;
        let (receives, envelope) = (message.receives, message.envelope.clone());
        let run = task.run(&envelope, self.now());
        let outcome = boot::trace::with(envelope.trace_id.clone(), run).await;
        let Err(error) = outcome else {
            if acknowledged || receives >= of(ready.queue).max_receives {
                waiting.messages.remove(at);
            }
            return Ok(());
        };
        let wanted =
            if let TaskError::RetryAfter { seconds, .. } = &error { u32::try_from(*seconds).unwrap_or(0) } else { 0 };
        let why = said(error);
        if receives < of(ready.queue).max_receives {
            let rest = Duration::seconds(i64::from(wanted.max(wait_seconds(receives))));
            waiting.messages.get_mut(at).expect("a message that waits").visible_at = self.now().0 + rest;
        } else {
            waiting.messages.remove(at);
            waiting.dead.push(Failed { task: ready.task, event: ready.event.clone(), why: why.clone() });
        }
        Err(why)
    }

    /// How many messages lie in the queues, visible or not.
    pub async fn queued(&self) -> usize {
        self.inner.waiting.lock().await.messages.len()
    }

    /// What was given up.
    pub async fn dead_letters(&self) -> Vec<Failed> {
        self.inner.waiting.lock().await.dead.clone()
    }
}

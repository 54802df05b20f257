//! The outbox relay: committed events to the queues that want them and to the bus, at least once.
//!
//! Events are leased before they are sent: nothing remote happens while a transaction is open, and two relays never send
//! the same lease. A relay that dies leaves its lease to run out, and the next one sends again.

use aws::{Aws, Bus, Message, Queues};
use chrono::{DateTime, Duration, Utc};
use db::Db;
use events::{Envelope, queues};
use kernel::{Fault, Now};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

db::row! { struct EventRow { id: Uuid, event: String, occurred_at: DateTime<Utc>, trace_id: String, payload: serde_json::Value } }

db::statements! {
    /// The oldest unpublished events that nobody leases, now leased. In id order per call: ids are made in time order.
    static LEASE: (Now, DateTime<Utc>, i64) => EventRow =
        "with due as (
             select id from outbox_events where published_at is null and (leased_until is null or leased_until <= $1)
             order by id limit $3 for update skip locked),
         leased as (
             update outbox_events o set leased_until = $2, publish_attempts = publish_attempts + 1 from due where o.id = due.id
             returning o.id, o.event, o.occurred_at, o.trace_id, o.payload)
         select id, event, occurred_at, trace_id, payload from leased order by id";
    static PUBLISHED: (Vec<Uuid>, Now) => () = "update outbox_events set published_at = $2, leased_until = null where id = any($1)";
}

/// Sends events on.
#[derive(Clone)]
pub struct Relay {
    db: Db,
    queues: Queues,
    bus: Bus,
}

/// What one run did.
#[derive(Debug, Default, Clone, Copy, serde::Serialize)]
pub struct Relayed {
    pub events: usize,
    pub messages: usize,
}

const LEASE_SECONDS: i64 = 60;
const BATCH: i64 = 100;

impl Relay {
    pub fn new(db: &Db, aws: &Aws) -> Relay {
        Relay { db: db.clone(), queues: aws.queues(), bus: aws.bus() }
    }

    /// Sends until nothing is due. Leases run on the machine's time like the rest of `now`.
    pub async fn run(&self, now: Now) -> Result<Relayed, Fault> {
        let mut done = Relayed::default();
        loop {
            let events = lease(&self.db, now).await?;
            if events.is_empty() {
                return Ok(done);
            }
            let sent = self.send(&events).await?;
            done.messages += sent.1;
            done.events += sent.0.len();
            let stuck = sent.0.is_empty();
            PUBLISHED.run(&self.db.writer().await?, (sent.0.clone(), now)).await?;
            crate::facts::tell(events.iter().filter(|event| sent.0.contains(&event.id)));
            if stuck {
                return Err(Fault::unavailable("queue", "no event of a batch could be sent"));
            }
        }
    }

    /// Answers which events reached every consumer and the bus, and how many messages that took.
    async fn send(&self, events: &[Envelope]) -> Result<(Vec<Uuid>, usize), Fault> {
        let mut by_queue: HashMap<&'static str, Vec<(Uuid, Message)>> = HashMap::new();
        for envelope in events {
            for (queue, message) in messages(envelope)? {
                by_queue.entry(queue).or_default().push((envelope.id, message));
            }
        }
        let mut failed: Vec<Uuid> = Vec::new();
        let mut count = 0;
        for (queue, messages) in by_queue {
            count += messages.len();
            failed.extend(self.send_in_order(queue, &messages).await);
        }
        for chunk in events.chunks(10) {
            let details = chunk
                .iter()
                .map(|e| Ok((e.event.clone(), serde_json::to_string(e).map_err(Fault::internal)?)))
                .collect::<Result<Vec<_>, Fault>>()?;
            if let Err(error) = self.bus.put(&details).await {
                tracing::error!(%error, "events wait for the next run");
                failed.extend(chunk.iter().map(|e| e.id));
            }
        }
        Ok((events.iter().map(|e| e.id).filter(|id| !failed.contains(id)).collect(), count))
    }

    /// Answers the events whose message did not get in. Behind one of a group, later ones of that group are held back.
    async fn send_in_order(&self, queue: &'static str, messages: &[(Uuid, Message)]) -> Vec<Uuid> {
        let mut failed = Vec::new();
        let mut blocked: HashSet<&str> = HashSet::new();
        for batch in batches(messages) {
            let behind = |message: &Message| message.group.as_deref().is_some_and(|group| blocked.contains(group));
            let (held, sent): (Vec<_>, Vec<_>) = batch.into_iter().partition(|(_, message)| behind(message));
            failed.extend(held.iter().map(|(id, _)| *id));
            if sent.is_empty() {
                continue;
            }
            let bodies: Vec<Message> = sent.iter().map(|(_, message)| message.clone()).collect();
            let refused = self.queues.send(queue, &bodies).await.unwrap_or_else(|error| {
                tracing::error!(%error, queue, "events wait for the next run");
                (0..sent.len()).collect()
            });
            for (id, message) in refused.into_iter().filter_map(|i| sent.get(i)) {
                failed.push(*id);
                blocked.extend(message.group.as_deref());
            }
        }
        failed
    }
}

/// Ten at most, and no two of one group: of a batch some may be refused, and none must overtake one before it.
fn batches(messages: &[(Uuid, Message)]) -> Vec<Vec<&(Uuid, Message)>> {
    let mut batches: Vec<Vec<&(Uuid, Message)>> = Vec::new();
    let mut after: HashMap<&str, usize> = HashMap::new();
    for one in messages {
        let group = one.1.group.as_deref();
        let first = group.and_then(|group| after.get(group).copied()).unwrap_or_default();
        let free = batches.iter().skip(first).position(|batch| batch.len() < 10).map(|n| first + n);
        let at = free.unwrap_or(batches.len());
        match batches.get_mut(at) {
            Some(batch) => batch.push(one),
            None => batches.push(vec![one]),
        }
        after.extend(group.map(|group| (group, at + 1)));
    }
    batches
}

/// Leases the next events of the outbox.
pub async fn lease(db: &Db, now: Now) -> Result<Vec<Envelope>, Fault> {
    let rows = LEASE.all(&db.writer().await?, (now, now.plus(Duration::seconds(LEASE_SECONDS)), BATCH)).await?;
    let envelope = |row: EventRow| Envelope {
        id: row.id,
        event: row.event,
        occurred_at: row.occurred_at,
        trace_id: row.trace_id,
        payload: row.payload,
    };
    Ok(rows.into_iter().map(envelope).collect())
}

/// Marks events as sent.
pub async fn published(db: &Db, ids: Vec<Uuid>, now: Now) -> Result<(), Fault> {
    PUBLISHED.run(&db.writer().await?, (ids, now)).await
}

/// The message of an event for each queue that wants it.
pub fn messages(envelope: &Envelope) -> Result<Vec<(&'static str, Message)>, Fault> {
    let body = serde_json::to_string(envelope).map_err(Fault::internal)?;
    let message = |queue: &queues::Queue| Message {
        body: body.clone(),
        group: queue.group_of(envelope),
        dedupe: queue.is_fifo().then(|| envelope.id.to_string()),
        delay_seconds: envelope
            .payload
            .get("delay_seconds")
            .and_then(serde_json::Value::as_i64)
            .and_then(|s| i32::try_from(s).ok())
            .unwrap_or(0),
    };
    Ok(queues::consumers(&envelope.event).map(|queue| (queue.name, message(queue))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(groups: &[Option<&str>]) -> Vec<usize> {
        let message = |group: &Option<&str>| {
            let group = group.map(str::to_owned);
            (Uuid::now_v7(), Message { body: String::new(), group, dedupe: None, delay_seconds: 0 })
        };
        let messages: Vec<_> = groups.iter().map(message).collect();
        batches(&messages).iter().map(Vec::len).collect()
    }

    #[test]
    fn a_batch_holds_ten_and_one_of_each_group() {
        assert_eq!(sizes(&[None; 25]), [10, 10, 5]);
        assert_eq!(sizes(&[Some("a"), Some("a"), Some("b"), Some("a")]), [2, 1, 1]);
        assert_eq!(sizes(&[]), [0; 0]);
    }
}

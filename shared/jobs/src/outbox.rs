//! Events, written in the transaction that caused them.

use chrono::{DateTime, Utc};
use db::{Json, Tx};
use events::DomainEvent;
use kernel::{EventId, Fault, Now};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// One row of `outbox_events`.
#[derive(Debug, Serialize)]
struct OutboxRow {
    /// In the order of writing, which is the order of telling.
    id: EventId,
    once: Option<Uuid>,
    event: &'static str,
    aggregate_type: &'static str,
    aggregate_id: Uuid,
    trace_id: String,
    payload: Value,
    occurred_at: DateTime<Utc>,
}

db::statements! {
    static INSERT: (Json<Vec<Value>>,) => () =
        "insert into outbox_events (id, once, event, aggregate_type, aggregate_id, trace_id, payload, occurred_at)
         select id, once, event, aggregate_type, aggregate_id, trace_id, payload, occurred_at from jsonb_populate_recordset(null::outbox_events, $1)
         on conflict (once) where once is not null do nothing";
}

/// Events collected by a use case, written by one statement.
#[derive(Debug, Default)]
pub struct Outbox(Vec<OutboxRow>);

impl Outbox {
    pub fn new() -> Outbox {
        Outbox::default()
    }

    pub fn add<E: DomainEvent>(&mut self, event: &E, now: Now) -> Result<(), Fault> {
        self.push(None, event, now)
    }

    /// Written once, however often what caused it comes: `once` is derived from that.
    pub fn add_once<E: DomainEvent>(&mut self, once: Uuid, event: &E, now: Now) -> Result<(), Fault> {
        self.push(Some(once), event, now)
    }

    fn push<E: DomainEvent>(&mut self, once: Option<Uuid>, event: &E, now: Now) -> Result<(), Fault> {
        self.0.push(OutboxRow {
            id: EventId::new(),
            once,
            event: E::NAME,
            aggregate_type: E::AGGREGATE,
            aggregate_id: event.aggregate_id(),
            trace_id: boot::trace::current(),
            payload: serde_json::to_value(event).map_err(Fault::internal)?,
            occurred_at: now.0,
        });
        Ok(())
    }

    /// Writes them all.
    pub async fn write(self, tx: &Tx) -> Result<(), Fault> {
        if self.0.is_empty() {
            return Ok(());
        }
        INSERT.run(tx, (self.rows()?,)).await
    }

    /// As a parameter of a statement that writes them with what caused them (`jsonb_populate_recordset(null::outbox_events, …)`).
    pub fn rows(self) -> Result<Json<Vec<Value>>, Fault> {
        self.0.iter().map(serde_json::to_value).collect::<Result<_, _>>().map(Json).map_err(Fault::internal)
    }
}

/// Writes one event.
pub async fn emit<E: DomainEvent>(tx: &Tx, event: &E, now: Now) -> Result<(), Fault> {
    let mut outbox = Outbox::new();
    outbox.add(event, now)?;
    outbox.write(tx).await
}

/// Wakes the relay after a commit. Losing a nudge costs at most a minute: the sweep finds the events.
#[derive(Clone)]
pub struct Nudge {
    queues: Option<aws::Queues>,
}

impl Nudge {
    pub fn new(aws: &aws::Aws) -> Nudge {
        Nudge { queues: Some(aws.queues()) }
    }

    /// For tests that run the relay themselves.
    pub fn none() -> Nudge {
        Nudge { queues: None }
    }

    pub async fn relay(&self) {
        let Some(queues) = &self.queues else { return };
        let message = aws::Message {
            body: format!("{{\"trace_id\":\"{}\"}}", boot::trace::current()),
            group: None,
            dedupe: None,
            delay_seconds: 0,
        };
        match queues.send(events::queues::RELAY, std::slice::from_ref(&message)).await {
            Ok(refused) if refused.is_empty() => {}
            Ok(_) => tracing::warn!("the relay was not nudged, the sweep will find the events"),
            Err(error) => tracing::warn!(%error, "the relay was not nudged, the sweep will find the events"),
        }
    }
}

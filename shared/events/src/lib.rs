//! What happened, in the words of the domain, and who is told.
//!
//! An event is written to the outbox in the transaction that caused it. Payloads hold ids and amounts, never personal
//! data. [`queues`] is the one table of who consumes what; the template is compared with it.

mod catalogue;
pub mod queues;

pub use catalogue::*;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A domain event: a payload with a name and the row it is about.
pub trait DomainEvent: Serialize + DeserializeOwned + Send + Sync {
    /// Dotted name, e.g. `order.paid`.
    const NAME: &'static str;
    /// Table of the row it is about.
    const AGGREGATE: &'static str;
    /// Id of that row.
    fn aggregate_id(&self) -> Uuid;
}

/// An event on its way: what a queue message holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope {
    pub id: Uuid,
    pub event: String,
    pub occurred_at: DateTime<Utc>,
    /// Joins the request that caused it with everything that follows from it in the logs.
    pub trace_id: String,
    pub payload: serde_json::Value,
}

impl Envelope {
    /// The payload, when this is an `E`.
    pub fn read<E: DomainEvent>(&self) -> Option<Result<E, serde_json::Error>> {
        (self.event == E::NAME).then(|| serde_json::from_value(self.payload.clone()))
    }

    pub fn is<E: DomainEvent>(&self) -> bool {
        self.event == E::NAME
    }
}

//! Events to tell, and how often each was told: the retry schedule of "웹훅 연결하기".
//!
//! An event is delivered when the receiver answers HTTP 200 (nothing else counts). Until then it is sent again 1, 4,
//! 16, 64, 256, 1024 and 4096 minutes later by the simulator's clock, with the same transmission id and body and a
//! higher retried count. After the seventh retry it is given up.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Notify;

use super::book::token;
use crate::clock::{Stamp, as_iso, as_iso_option};

/// Minutes between the attempts.
pub const RETRY_MINUTES: [i64; 7] = [1, 4, 16, 64, 256, 1024, 4096];

/// Which registered URL an event goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// PAYMENT_STATUS_CHANGED, BILLING_DELETED; unsigned.
    Payment,
    /// DEPOSIT_CALLBACK; proven by its secret.
    Deposit,
    /// payout.changed, seller.changed; signed.
    Payout,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    Pending,
    Delivered,
    /// Seven retries were not enough.
    Exhausted,
    /// Lost on purpose (mode `drop`).
    Dropped,
    /// No URL was registered for its topic when it happened.
    Unsubscribed,
}

/// One try.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    #[serde(serialize_with = "as_iso")]
    pub at: Stamp,
    /// The receiver's status; `None` when nobody answered.
    pub status: Option<u16>,
}

/// An event and its tries.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    pub transmission_id: String,
    pub topic: Topic,
    pub event_type: String,
    /// The order, payout or seller it is about.
    pub subject: String,
    pub body: String,
    #[serde(serialize_with = "as_iso")]
    pub created_at: Stamp,
    pub attempts: Vec<Attempt>,
    #[serde(serialize_with = "as_iso_option")]
    pub next_at: Option<Stamp>,
    pub fate: Fate,
}

impl Delivery {
    /// Records a try and decides when the next one is due.
    pub fn record(&mut self, at: Stamp, status: Option<u16>) {
        let tries = self.attempts.len();
        self.attempts.push(Attempt { at, status });
        if status == Some(200) {
            (self.fate, self.next_at) = (Fate::Delivered, None);
        } else if let Some(minutes) = RETRY_MINUTES.get(tries) {
            self.next_at = Some(at + Duration::minutes(*minutes));
        } else {
            (self.fate, self.next_at) = (Fate::Exhausted, None);
        }
    }
}

/// When events leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Only when told to (`/sim/webhooks/flush`).
    #[default]
    Manual,
    /// As soon as they are due.
    Auto,
}

/// The registered URLs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Targets {
    #[serde(default)]
    pub payment: Option<String>,
    #[serde(default)]
    pub deposit: Option<String>,
    #[serde(default)]
    pub payout: Option<String>,
}

impl Targets {
    pub fn of(&self, topic: Topic) -> Option<&String> {
        match topic {
            Topic::Payment => self.payment.as_ref(),
            Topic::Deposit => self.deposit.as_ref(),
            Topic::Payout => self.payout.as_ref(),
        }
    }
}

/// How events travel. Everything but `mode` stays until changed or used up.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Travel {
    #[serde(default)]
    pub mode: Mode,
    /// Each try is sent so many extra times, with the same transmission id.
    #[serde(default)]
    pub duplicate: u32,
    /// A flush sends the newest first.
    #[serde(default)]
    pub reorder: bool,
    /// So many of the next events are lost for ever.
    #[serde(default)]
    pub drop: u32,
}

/// All events so far.
#[derive(Debug, Default)]
pub struct Outbox {
    pub deliveries: VecDeque<Delivery>,
    pub targets: Targets,
    pub travel: Travel,
    /// Rung when something may be due.
    pub bell: Arc<Notify>,
}

impl Outbox {
    pub fn push(&mut self, topic: Topic, event_type: &str, subject: &str, body: &Value, now: Stamp) {
        let fate = if self.targets.of(topic).is_none() {
            Fate::Unsubscribed
        } else if self.travel.drop > 0 {
            self.travel.drop -= 1;
            Fate::Dropped
        } else {
            Fate::Pending
        };
        self.deliveries.push_back(Delivery {
            transmission_id: token("whtrans_a", 26),
            topic,
            event_type: event_type.to_owned(),
            subject: subject.to_owned(),
            body: body.to_string(),
            created_at: now,
            attempts: Vec::new(),
            next_at: (fate == Fate::Pending).then_some(now),
            fate,
        });
        self.bell.notify_one();
    }

    /// Ids of what is due, in the order it will be sent.
    pub fn due(&self, now: Stamp) -> Vec<String> {
        let mut due: Vec<String> = self
            .deliveries
            .iter()
            .filter(|delivery| delivery.fate == Fate::Pending && delivery.next_at.is_some_and(|next| next <= now))
            .map(|delivery| delivery.transmission_id.clone())
            .collect();
        if self.travel.reorder {
            due.reverse();
        }
        due
    }

    pub fn find(&mut self, transmission_id: &str) -> Option<&mut Delivery> {
        self.deliveries.iter_mut().find(|delivery| delivery.transmission_id == transmission_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SimClock;

    #[test]
    fn seven_retries_then_it_is_given_up() {
        let now = SimClock::default().now();
        let mut outbox = Outbox::default();
        outbox.targets.payment = Some("http://nowhere".into());
        outbox.push(Topic::Payment, "PAYMENT_STATUS_CHANGED", "order-1", &Value::Null, now);
        let id = outbox.due(now).pop().unwrap();
        let delivery = outbox.find(&id).unwrap();
        let mut minutes = Vec::new();
        let mut at = now;
        delivery.record(at, None);
        while let Some(next) = delivery.next_at {
            minutes.push((next - at).num_minutes());
            at = next;
            delivery.record(at, Some(503));
        }
        assert_eq!(minutes, RETRY_MINUTES);
        assert_eq!((delivery.fate, delivery.attempts.len()), (Fate::Exhausted, 8));
    }

    #[test]
    fn only_200_counts() {
        let now = SimClock::default().now();
        let mut outbox = Outbox::default();
        outbox.targets.deposit = Some("http://nowhere".into());
        outbox.push(Topic::Deposit, "DEPOSIT_CALLBACK", "order-1", &Value::Null, now);
        let id = outbox.due(now).pop().unwrap();
        let delivery = outbox.find(&id).unwrap();
        delivery.record(now, Some(204));
        assert_eq!(delivery.fate, Fate::Pending);
        delivery.record(now, Some(200));
        assert_eq!(delivery.fate, Fate::Delivered);
    }
}

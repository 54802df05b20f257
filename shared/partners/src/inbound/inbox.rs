//! Taking a message once: one conditional put into DynamoDB (table `payment_webhook_events`).
//!
//! Context: senders repeat for days, and a process may die between storing a message and queueing its work.
//! Decision: store (`state = stored`), write the outbox event in PostgreSQL, then mark `queued`. A repetition that finds
//! `stored` queues again; what makes the event one is derived from the message's key, so that the outbox keeps one.
//! Consequences: the sender is answered 200 only when the work is queued; anything else makes it come again.

use aws::Tables;
use aws::aws_sdk_dynamodb::types::AttributeValue;
use kernel::*;
use uuid::Uuid;

const TABLE: &str = "payment_webhook_events";
const KEPT_DAYS: i64 = 90;
/// An item of DynamoDB holds 400 KB; of a larger body only this much is kept to look at.
const KEPT_BYTES: usize = 300_000;

/// One message as it came.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// `toss`, or the carrier's code behind `carrier:`.
    pub source: String,
    /// What the sender numbers its messages with; the body's hash when it does not.
    pub id: String,
    pub kind: &'a str,
    /// None: this sender does not sign.
    pub signature_ok: Option<bool>,
    pub body: &'a str,
}

/// What to do with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Queue its work, then call [`Inbox::queued`].
    Queue,
    /// Its work is queued already, or there is none.
    Done,
}

/// The store of inbound messages.
#[derive(Clone)]
pub struct Inbox {
    tables: Tables,
}

impl Message<'_> {
    fn key(&self) -> String {
        format!("{}#{}", self.source, self.id)
    }

    /// What makes the event about `what` of this message one, however often the message comes.
    pub fn once(&self, what: &str) -> Uuid {
        Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("drrip:inbound:{}:{what}", self.key()).as_bytes())
    }

    /// The id of the stored message.
    pub fn row_id(&self) -> Uuid {
        self.once("message")
    }
}

/// For senders that do not number their messages.
pub fn body_hash(body: &[u8]) -> String {
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body))
}

fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

impl Inbox {
    pub fn new(aws: &aws::Aws) -> Inbox {
        Inbox { tables: aws.tables() }
    }

    /// Stores a message whose work is to be queued.
    pub async fn store(&self, message: &Message<'_>, now: Now) -> Result<Taken, Fault> {
        if self.put(message, "stored", now).await? {
            return Ok(Taken::Queue);
        }
        let get = self
            .tables
            .client
            .get_item()
            .table_name(self.tables.name(TABLE))
            .key("message_key", s(message.key()))
            .consistent_read(true);
        let answer = Tables::done(get.send().await)?;
        let state = answer.item().and_then(|row| row.get("state")).and_then(|v| v.as_s().ok());
        Ok(if state.is_some_and(|state| state == "stored") { Taken::Queue } else { Taken::Done })
    }

    /// Stores a message there is nothing to do for.
    pub async fn ignore(&self, message: &Message<'_>, now: Now) -> Result<(), Fault> {
        self.put(message, "ignored", now).await.map(drop)
    }

    /// Marks a message whose work is in the outbox.
    pub async fn queued(&self, message: &Message<'_>) -> Result<(), Fault> {
        let update = self
            .tables
            .client
            .update_item()
            .table_name(self.tables.name(TABLE))
            .key("message_key", s(message.key()))
            .update_expression("SET #state = :queued")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":queued", s("queued"));
        Tables::done(update.send().await).map(drop)
    }

    /// False when the message is there already.
    async fn put(&self, message: &Message<'_>, state: &str, now: Now) -> Result<bool, Fault> {
        let received = now.0.timestamp();
        let number = |n: i64| AttributeValue::N(n.to_string());
        let put = self
            .tables
            .client
            .put_item()
            .table_name(self.tables.name(TABLE))
            .item("message_key", s(message.key()))
            .item("source", s(&message.source))
            .item("type", s(message.kind))
            .item("received_at", number(received))
            .item("raw_body", s(&message.body[..message.body.floor_char_boundary(KEPT_BYTES)]))
            .item("state", s(state))
            .item("attempts", number(0))
            .item("expires_at", number(received + KEPT_DAYS * 86_400))
            .condition_expression("attribute_not_exists(message_key)");
        let put = match message.signature_ok {
            Some(ok) => put.item("signature_ok", AttributeValue::Bool(ok)),
            None => put,
        };
        Ok(Tables::conditional(put.send().await)?.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_message_causes_the_same_events() {
        let message = |id: &str| Message {
            source: "toss".into(),
            id: id.into(),
            kind: "PAYMENT_STATUS_CHANGED",
            signature_ok: None,
            body: "{}",
        };
        assert_eq!(message("a").once("0"), message("a").once("0"));
        assert_ne!(message("a").once("0"), message("b").once("0"));
        assert_ne!(message("a").once("0"), message("a").once("1"));
    }
}

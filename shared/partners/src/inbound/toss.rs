//! What Toss Payments tells us, read just far enough to know what to ask it about.
//!
//! Nothing in these bodies is believed: only ids are read, and the task asks the gateway. Unknown kinds are stored and
//! answered 200, because everything else is retried for days.

use crate::inbound::inbox::{Inbox, Message, Taken};
use db::Db;
use events::PaymentWebhookReceived;
use jobs::outbox::Outbox;
use kernel::*;
use serde::Deserialize;

/// The source all Toss messages are kept under; their transmission ids are unique over its three addresses.
pub const SOURCE: &str = "toss";

/// What an event is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    pub kind: String,
    pub pg_order_id: Option<String>,
    pub payment_key: Option<String>,
    pub ref_payout_id: Option<String>,
    pub pg_seller_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    event_type: String,
    #[serde(alias = "entityBody")]
    data: Option<Body>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    id: Option<String>,
    order_id: Option<String>,
    payment_key: Option<String>,
    ref_payout_id: Option<String>,
}

/// A deposit callback: flat, without type or payment key.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deposit {
    pub secret: String,
    pub order_id: String,
}

/// Reads an event of the payment or payout address. None: not an event, or of a kind nothing follows from.
pub fn about(body: &[u8]) -> Option<About> {
    let event: Event = serde_json::from_slice(body).ok()?;
    let data = event.data.unwrap_or_default();
    let about = About { kind: event.event_type, ..About::default() };
    match about.kind.as_str() {
        "PAYMENT_STATUS_CHANGED" => {
            Some(About { pg_order_id: Some(data.order_id?), payment_key: data.payment_key, ..about })
        }
        // Overseas easy pay: the cancel names its payment or order, one of them is enough to ask.
        "CANCEL_STATUS_CHANGED" => (data.order_id.is_some() || data.payment_key.is_some()).then_some(About {
            pg_order_id: data.order_id,
            payment_key: data.payment_key,
            ..about
        }),
        "payout.changed" => Some(About { ref_payout_id: Some(data.ref_payout_id?), ..about }),
        "seller.changed" => Some(About { pg_seller_id: Some(data.id?), ..about }),
        _ => None,
    }
}

/// The kind of an event for the log, whatever it is.
pub fn kind(body: &[u8]) -> String {
    serde_json::from_slice::<Event>(body).map_or_else(|_| "unreadable".to_owned(), |event| event.event_type)
}

/// Stores a message and queues the question. Answers whether events were written.
pub async fn take(
    db: &Db,
    inbox: &Inbox,
    message: &Message<'_>,
    about: About,
    secret_matches: Option<bool>,
    now: Now,
) -> Result<bool, Fault> {
    if inbox.store(message, now).await? == Taken::Done {
        return Ok(false);
    }
    let event = PaymentWebhookReceived {
        webhook_id: message.row_id(),
        source: message.source.clone(),
        message_id: message.id.clone(),
        kind: about.kind,
        pg_order_id: about.pg_order_id,
        payment_key: about.payment_key,
        ref_payout_id: about.ref_payout_id,
        secret_matches,
        received_at: now.0,
        pg_seller_id: about.pg_seller_id,
    };
    let tx = db.begin().await?;
    let mut outbox = Outbox::new();
    outbox.add_once(message.once("payment"), &event, now)?;
    outbox.write(&tx).await?;
    tx.commit().await?;
    inbox.queued(message).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_are_read() {
        let body = br#"{"eventType":"PAYMENT_STATUS_CHANGED","createdAt":"x","data":{"orderId":"o-1","paymentKey":"k","totalAmount":1}}"#;
        let expected = About {
            kind: "PAYMENT_STATUS_CHANGED".into(),
            pg_order_id: Some("o-1".into()),
            payment_key: Some("k".into()),
            ..About::default()
        };
        assert_eq!(about(body), Some(expected));
        let payout =
            br#"{"eventType":"payout.changed","entityBody":{"id":"p","refPayoutId":"r-1","status":"COMPLETED"}}"#;
        assert_eq!(about(payout).unwrap().ref_payout_id.as_deref(), Some("r-1"));
        let seller = br#"{"eventType":"seller.changed","entityBody":{"id":"s-1","refSellerId":"ours"}}"#;
        assert_eq!(about(seller).unwrap().pg_seller_id.as_deref(), Some("s-1"));
    }

    #[test]
    fn what_is_unknown_or_broken_is_ignored() {
        assert_eq!(about(br#"{"eventType":"BILLING_DELETED","data":{"billingKey":"b"}}"#), None);
        assert_eq!(about(br#"{"eventType":"NEW_THING","data":"text"}"#), None);
        assert_eq!(about(br#"{"eventType":"PAYMENT_STATUS_CHANGED","data":{}}"#), None);
        assert_eq!(about(b"not json"), None);
        assert_eq!(kind(b"not json"), "unreadable");
    }
}

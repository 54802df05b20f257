//! Scans of parcels, pushed by contract carriers in batches.
//!
//! Each row is matched with the newest parcel of its invoice number, a live one first: carriers reuse numbers once a
//! parcel has arrived. A number nobody knows yet waits seven days for its parcel. Rows come late and out of order;
//! sorting that out is the task's work.

use crate::access::secret;
use crate::inbound::inbox::{Inbox, Message, Taken};
use crate::inbound::waiting;
use aws_lc_rs::hmac;
use chrono::{DateTime, Duration, Utc};
use db::{Db, On};
use events::{Scan, TrackingReceived};
use jobs::outbox::Outbox;
use kernel::*;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// How far the signature's time may be off.
pub const SKEW_SECONDS: i64 = 300;
/// A parcel older than this that has arrived is not the one a new scan means.
const RECENT_DAYS: i64 = 30;

kernel::text_enum! {
    /// What became of one row of a batch.
    pub enum ScanOutcome {
        /// Matched with a parcel and queued.
        Accepted = "accepted",
        /// No parcel has this number yet.
        Waiting = "waiting",
        /// Not a scan: number, status or time is missing.
        Invalid = "invalid",
    }
}

/// A batch as it comes; rows are read one by one, so that a broken one spoils only itself.
#[derive(Debug, Deserialize)]
pub struct ScanBatch {
    pub events: Vec<serde_json::Value>,
}

/// One row that could be read.
#[derive(Debug, Clone, Deserialize)]
pub struct Row {
    pub invoice_no: String,
    pub status: String,
    pub occurred_at: DateTime<Utc>,
    #[serde(default)]
    pub location: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
}

db::row! { struct ParcelRow { id: ShipmentId, invoice_no: String } }

db::statements! {
    static PARCELS: (String, Vec<String>, DateTime<Utc>) => ParcelRow =
        "select distinct on (invoice_no) id, coalesce(invoice_no, '') as invoice_no from shipments
         where carrier_code = $1 and invoice_no = any($2) and (state not in ('delivered', 'lost', 'canceled') or created_at >= $3) and state <> 'canceled'
         order by invoice_no, state in ('delivered', 'lost'), created_at desc";
}

/// Whether `t=<unix>,v1=<hex>` signs this body near this moment. Constant time.
pub fn signed(header: &str, key: &str, body: &[u8], now: Now) -> bool {
    let mut fields = header.split(',').filter_map(|field| field.trim().split_once('='));
    let time = fields.clone().find(|(name, _)| *name == "t").map(|(_, value)| value);
    let Some((text, time)) = time.and_then(|text| text.parse::<i64>().ok().map(|time| (text, time))) else {
        return false;
    };
    if key.is_empty() || (now.0.timestamp() - time).abs() > SKEW_SECONDS {
        return false;
    }
    let mut message = format!("{text}.").into_bytes();
    message.extend_from_slice(body);
    let ours = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), &message);
    fields
        .any(|(name, value)| name == "v1" && hex::decode(value).is_ok_and(|given| secret::same(ours.as_ref(), &given)))
}

/// Takes a batch; answers for each row in its order, and whether events were written.
pub async fn take(
    db: &Db,
    inbox: &Inbox,
    carrier_code: &str,
    message: &Message<'_>,
    batch: &ScanBatch,
    now: Now,
) -> Result<(Vec<ScanOutcome>, bool), Fault> {
    let rows: Vec<Option<Row>> = batch.events.iter().map(read).collect();
    let new = inbox.store(message, now).await? == Taken::Queue;
    let tx = db.begin().await?;
    let numbers: Vec<String> = rows.iter().flatten().map(|row| row.invoice_no.clone()).collect();
    let parcels = parcels(&tx, carrier_code, numbers, now).await?;
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut scans: BTreeMap<ShipmentId, (String, Vec<Scan>)> = BTreeMap::new();
    let mut strays = Vec::new();
    for row in rows {
        let Some(row) = row else {
            outcomes.push(ScanOutcome::Invalid);
            continue;
        };
        match parcels.get(&row.invoice_no) {
            Some(shipment) => {
                let entry = scans.entry(*shipment).or_insert_with(|| (row.invoice_no.clone(), Vec::new()));
                entry.1.push(row.into_scan());
                outcomes.push(ScanOutcome::Accepted);
            }
            None => {
                strays.push(row);
                outcomes.push(ScanOutcome::Waiting);
            }
        }
    }
    if !new {
        return Ok((outcomes, false));
    }
    let wrote = !scans.is_empty();
    let mut outbox = Outbox::new();
    for (shipment_id, (invoice_no, scans)) in scans {
        let (carrier_code, source) = (carrier_code.to_owned(), "webhook".to_owned());
        let event = TrackingReceived { shipment_id, carrier_code, invoice_no, source, scans };
        outbox.add_as(message.event_id(&shipment_id.to_string()), &event, now)?;
    }
    outbox.write(&tx).await?;
    waiting::keep(&tx, carrier_code, strays, now).await?;
    tx.commit().await?;
    inbox.queued(message).await?;
    Ok((outcomes, wrote))
}

/// The parcel each number means today.
pub(crate) async fn parcels(
    on: &impl On,
    carrier_code: &str,
    numbers: Vec<String>,
    now: Now,
) -> Result<HashMap<String, ShipmentId>, Fault> {
    let recent = now.plus(-Duration::days(RECENT_DAYS));
    let rows = PARCELS.all(on, (carrier_code.to_owned(), numbers, recent)).await?;
    Ok(rows.into_iter().map(|row| (row.invoice_no, row.id)).collect())
}

const STATUSES: &[&str] = &[
    "information_received",
    "at_pickup",
    "in_transit",
    "out_for_delivery",
    "attempt_fail",
    "delivered",
    "available_for_pickup",
    "exception",
];

fn read(value: &serde_json::Value) -> Option<Row> {
    let row: Row = serde_json::from_value(value.clone()).ok()?;
    let status = row.status.to_ascii_lowercase();
    // Carriers invent codes: what we do not know is kept as unknown, not refused.
    let status = if STATUSES.contains(&status.as_str()) { status } else { "unknown".to_owned() };
    let invoice_no: String = row.invoice_no.chars().filter(char::is_ascii_alphanumeric).collect();
    (1..=40).contains(&invoice_no.len()).then_some(Row { invoice_no, status, ..row })
}

impl Row {
    pub(crate) fn into_scan(self) -> Scan {
        Scan {
            status: self.status,
            occurred_at: self.occurred_at,
            location: self.location,
            description: self.description,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_signature_holds_for_its_body_and_five_minutes() {
        // Computed with Python: hmac.new(b"secret", b'1700000000.{"events":[]}', "sha256").hexdigest()
        let header = "t=1700000000,v1=3947de27ec923573170fccda604ddfb25583ff98dc51e96cca2e11c59545026a";
        let at = |seconds: i64| Now(DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap());
        assert!(signed(header, "secret", br#"{"events":[]}"#, at(299)));
        assert!(!signed(header, "secret", br#"{"events":[]}"#, at(301)));
        assert!(!signed(header, "secret", br#"{"events":[1]}"#, at(0)));
        assert!(!signed(header, "other", br#"{"events":[]}"#, at(0)));
        assert!(!signed(header, "", br#"{"events":[]}"#, at(0)));
        assert!(!signed("v1=00", "secret", b"", at(0)));
    }

    #[test]
    fn rows_are_read_one_by_one() {
        let good = json!({ "event_id": "e", "invoice_no": "123-456", "status": "DELIVERED", "occurred_at": "2026-03-02T10:00:00+09:00", "location": "강남" });
        let row = read(&good).unwrap();
        assert_eq!((row.invoice_no.as_str(), row.status.as_str()), ("123456", "delivered"));
        let odd = json!({ "invoice_no": "1", "status": "TELEPORTED", "occurred_at": "2026-03-02T10:00:00Z" });
        assert_eq!(read(&odd).unwrap().status, "unknown");
        assert!(read(&json!({ "invoice_no": "1", "status": "DELIVERED" })).is_none());
        assert!(
            read(&json!({ "invoice_no": "-", "status": "DELIVERED", "occurred_at": "2026-03-02T10:00:00Z" })).is_none()
        );
    }
}

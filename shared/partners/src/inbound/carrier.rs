//! Scans of parcels, pushed by contract carriers in batches.
//!
//! Each row is matched with the newest parcel of its invoice number, a live one first: carriers reuse numbers once a
//! parcel has arrived. A number nobody knows yet waits seven days for its parcel. Rows come late and out of order;
//! sorting that out is the task's work.

use crate::access::secret;
use crate::inbound::inbox::{Inbox, Message, Taken};
use crate::inbound::scan::{Row, parcels, read};
use crate::inbound::waiting;
use aws_lc_rs::hmac;
use db::Db;
use events::{Scan, TrackingReceived};
use jobs::outbox::Outbox;
use kernel::*;
use serde::Deserialize;
use std::collections::BTreeMap;

/// How far the signature's time may be off.
pub const SKEW_SECONDS: i64 = 300;

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
        outbox.add_once(message.once(&shipment_id.to_string()), &event, now)?;
    }
    outbox.write(&tx).await?;
    waiting::keep(&tx, carrier_code, strays, now).await?;
    tx.commit().await?;
    inbox.queued(message).await?;
    Ok((outcomes, wrote))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

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
}

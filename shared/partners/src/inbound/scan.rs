//! One scan as a carrier tells it, and the parcel it means.

use chrono::{DateTime, Duration, Utc};
use db::On;
use events::Scan;
use kernel::*;
use serde::Deserialize;
use std::collections::HashMap;

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

/// A parcel older than this that has arrived is not the one a new scan means.
const RECENT_DAYS: i64 = 30;

db::row! { struct ParcelRow { id: ShipmentId, invoice_no: String } }

db::statements! {
    static PARCELS: (String, Vec<String>, DateTime<Utc>) => ParcelRow =
        "select distinct on (invoice_no) id, coalesce(invoice_no, '') as invoice_no from shipments
         where carrier_code = $1 and invoice_no = any($2) and (state not in ('delivered', 'lost', 'canceled') or created_at >= $3) and state <> 'canceled'
         order by invoice_no, state in ('delivered', 'lost'), created_at desc";
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

pub(crate) fn read(value: &serde_json::Value) -> Option<Row> {
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

//! Scans whose parcel is not registered yet: kept seven days, queued when the parcel appears.

use crate::inbound::scan::{self, Row};
use chrono::{DateTime, Duration, Utc};
use db::{Db, Json, Tx};
use events::{Scan, TrackingReceived};
use jobs::outbox::Outbox;
use jobs::{Nudge, Schedule, ScheduleFuture};
use kernel::*;
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

const KEPT_DAYS: i64 = 7;

#[derive(Debug, Serialize)]
struct ScanInsert {
    id: Uuid,
    carrier_code: String,
    invoice_no: String,
    status: String,
    location: Option<String>,
    description: Option<String>,
    occurred_at: DateTime<Utc>,
    received_at: DateTime<Utc>,
}

db::row! {
    struct WaitingRow {
        id: Uuid,
        carrier_code: String,
        invoice_no: String,
        status: String,
        location: Option<String>,
        description: Option<String>,
        occurred_at: DateTime<Utc>,
    }
}

db::statements! {
    static KEEP: (Json<Vec<ScanInsert>>,) => () =
        "insert into waiting_scans (id, carrier_code, invoice_no, status, location, description, occurred_at, received_at)
         select id, carrier_code, invoice_no, status, location, description, occurred_at, received_at
         from jsonb_populate_recordset(null::waiting_scans, $1)
         on conflict on constraint waiting_scans_once do nothing";
    static DROP_OLD: (DateTime<Utc>,) => () = "delete from waiting_scans where received_at < $1";
    /// Scans whose parcel has appeared, taken out.
    static MATCHED: (i64,) => WaitingRow =
        "with matched as (
             delete from waiting_scans where id in (
                 select w.id from waiting_scans w
                 where exists (select 1 from shipments s where s.carrier_code = w.carrier_code and s.invoice_no = w.invoice_no and s.state <> 'canceled')
                 order by w.received_at, w.id limit $1 for update of w skip locked)
             returning id, carrier_code, invoice_no, status, location, description, occurred_at, received_at)
         select id, carrier_code, invoice_no, status, location, description, occurred_at from matched order by received_at, id";
}

/// Keeps rows until their parcel appears.
pub(crate) async fn keep(tx: &Tx, carrier_code: &str, rows: Vec<Row>, now: Now) -> Result<(), Fault> {
    if rows.is_empty() {
        return Ok(());
    }
    let insert = |row: Row| ScanInsert {
        id: Uuid::now_v7(),
        carrier_code: carrier_code.to_owned(),
        invoice_no: row.invoice_no,
        status: row.status,
        location: row.location,
        description: row.description,
        occurred_at: row.occurred_at,
        received_at: now.0,
    };
    KEEP.run(tx, (Json(rows.into_iter().map(insert).collect()),)).await
}

/// Queues the scans whose parcel has appeared, and drops what waited too long. Answers how many were queued.
pub async fn queue_matched(db: &Db, now: Now) -> Result<usize, Fault> {
    let tx = db.begin().await?;
    DROP_OLD.run(&tx, (now.plus(-Duration::days(KEPT_DAYS)),)).await?;
    let rows = MATCHED.all(&tx, (500,)).await?;
    let count = rows.len();
    let mut by_carrier: BTreeMap<String, Vec<WaitingRow>> = BTreeMap::new();
    for row in rows {
        by_carrier.entry(row.carrier_code.clone()).or_default().push(row);
    }
    let mut outbox = Outbox::new();
    for (carrier_code, rows) in by_carrier {
        let numbers = rows.iter().map(|row| row.invoice_no.clone()).collect();
        let parcels = scan::parcels(&tx, &carrier_code, numbers, now).await?;
        let mut scans: BTreeMap<ShipmentId, (String, Vec<Scan>)> = BTreeMap::new();
        for row in rows {
            // A number that only an old, arrived parcel has: the scan means another one and is dropped.
            let Some(shipment) = parcels.get(&row.invoice_no) else { continue };
            let entry = scans.entry(*shipment).or_insert_with(|| (row.invoice_no.clone(), Vec::new()));
            let WaitingRow { status, occurred_at, location, description, .. } = row;
            entry.1.push(Scan { status, occurred_at, location, description });
        }
        for (shipment_id, (invoice_no, scans)) in scans {
            let (carrier_code, source) = (carrier_code.clone(), "webhook".to_owned());
            outbox.add(&TrackingReceived { shipment_id, carrier_code, invoice_no, source, scans }, now)?;
        }
    }
    outbox.write(&tx).await?;
    tx.commit().await?;
    Ok(count)
}

/// Every five minutes.
pub struct MatchWaitingScans {
    pub db: Db,
    pub nudge: Nudge,
}

impl Schedule for MatchWaitingScans {
    fn name(&self) -> &'static str {
        "match_waiting_scans"
    }
    fn cron(&self) -> &'static str {
        "0/5 * * * ? *"
    }
    fn run(&self, now: Now) -> ScheduleFuture<'_> {
        Box::pin(async move {
            let queued = queue_matched(&self.db, now).await?;
            if queued > 0 {
                self.nudge.relay().await;
            }
            Ok(serde_json::json!({ "queued": queued }))
        })
    }
}

//! A carrier's scans move parcels and their lines forward, never back.
//!
//! Scans arrive late, twice and out of order. Each is stored once; the parcel's state is the furthest any scan has
//! reached. The first pick-up makes its lines `delivering`, the delivery makes them `delivered` and starts the seven days
//! after which they confirm themselves, counted from the scan, not from its arrival here.
//!
//! Context: carriers reuse numbers, and their clocks are not ours: a scan of the number's last life, or one dated into
//! another year, would confirm and settle a purchase the same night, or never.
//! Decision: a scan moves a parcel only when it is at most seven days older than the parcel's registration (as long as a
//! scan waits for one) and at most an hour ahead of its own arrival; the seven days never begin before the registration.
//! Consequences: the other scans are kept and shown, and do nothing.

use crate::lines::{self, Cause, Delivered, LineRow, Move};
use crate::state::{LineAction, LineState};
use crate::{ActorRef, settings};
use chrono::{DateTime, Duration, Utc};
use db::{Db, Json, Tx};
use events::queues::{APPLY_TRACKING, Queue};
use events::{Envelope, Scan, TrackingReceived};
use jobs::outbox::Outbox;
use jobs::{Task, TaskError, TaskFuture};
use kernel::{Fault, Now, ProductOrderId, PurchaseOrderId, ShipmentId, TrackingEventId};
use serde::Serialize;

kernel::states! {
    /// A parcel.
    pub enum ParcelState {
        Requested = "requested", Registered = "registered", InTransit = "in_transit", OutForDelivery = "out_for_delivery",
        Delivered = "delivered", Failed = "failed", Lost = "lost", Canceled = "canceled",
    }
    /// What a carrier does with a parcel. It goes back on its way only after a failure.
    actions ParcelStep {
        Registered --Move--> InTransit,
        Registered --GoOut--> OutForDelivery,
        Registered --Arrive--> Delivered,
        InTransit --GoOut--> OutForDelivery,
        InTransit --Fail--> Failed,
        InTransit --Arrive--> Delivered,
        OutForDelivery --Fail--> Failed,
        OutForDelivery --Arrive--> Delivered,
        Failed --Move--> InTransit,
        Failed --GoOut--> OutForDelivery,
        Failed --Arrive--> Delivered,
    }
    all { Move, GoOut, Fail, Arrive }
}

db::row! { struct ParcelRow { state: ParcelState, kind: String, created_at: DateTime<Utc> } }

db::statements! {
    static ORDER_OF: (ShipmentId,) => (PurchaseOrderId,) =
        "select s.purchase_order_id from shipments p join seller_orders s on s.id = p.seller_order_id where p.id = $1";
    static LOCK: (ShipmentId,) => ParcelRow = "select state, kind, created_at from shipments where id = $1 for update";
    static STORE: (Json<Vec<ScanRow>>,) => () =
        "insert into tracking_events (id, shipment_id, status, location, description, occurred_at, received_at)
         select id, shipment_id, status, location, description, occurred_at, received_at from jsonb_populate_recordset(null::tracking_events, $1)
         on conflict (shipment_id, occurred_at, status) do nothing";
    /// Those that can be of this parcel's journey.
    static SCANS: (ShipmentId,) => (String, DateTime<Utc>) =
        "select e.status, e.occurred_at from tracking_events e join shipments s on s.id = e.shipment_id
         where e.shipment_id = $1 and e.occurred_at between s.created_at - interval '7 days' and e.received_at + interval '1 hour'
         order by e.occurred_at, e.id";
    static ADVANCE: (ShipmentId, ParcelState, Option<DateTime<Utc>>, Option<DateTime<Utc>>) => () =
        "update shipments set state = $2, picked_up_at = coalesce(picked_up_at, $3), delivered_at = coalesce(delivered_at, $4), version = version + 1
         where id = $1 and (state, picked_up_at, delivered_at) is distinct from ($2, coalesce(picked_up_at, $3), coalesce(delivered_at, $4))";
    static LINES: (ShipmentId,) => (ProductOrderId,) = "select id from product_orders where shipment_id = $1";
}

#[derive(Debug, Serialize)]
struct ScanRow {
    id: TrackingEventId,
    shipment_id: ShipmentId,
    status: String,
    location: Option<String>,
    description: Option<String>,
    occurred_at: DateTime<Utc>,
    received_at: DateTime<Utc>,
}

/// Stores scans of a parcel and moves it and its lines as far as they say.
pub async fn apply(tx: &Tx, shipment: ShipmentId, scans: Vec<Scan>, now: Now) -> Result<(), Fault> {
    let Some((order,)) = ORDER_OF.opt(tx, (shipment,)).await? else {
        return Err(Fault::internal(format!("no parcel {shipment}")));
    };
    let lines = lines::lock_order(tx, order).await?;
    let parcel = LOCK.one(tx, (shipment,)).await?;
    let row = |scan: Scan| ScanRow {
        id: TrackingEventId::new(),
        shipment_id: shipment,
        status: scan.status,
        location: scan.location,
        description: scan.description,
        occurred_at: scan.occurred_at,
        received_at: now.0,
    };
    STORE.run(tx, (Json(scans.into_iter().map(row).collect()),)).await?;
    let known = SCANS.all(tx, (shipment,)).await?;
    let picked_up = known.iter().find(|(status, _)| moving(status)).map(|(_, at)| *at);
    let delivered = known.iter().find(|(status, _)| status == "delivered").map(|(_, at)| *at);
    let next = furthest(parcel.state, &known);
    if next != parcel.state || picked_up.is_some() {
        ADVANCE.run(tx, (shipment, next, picked_up, delivered)).await?;
    }
    if parcel.kind == "outbound" {
        let ids: Vec<ProductOrderId> = LINES.all(tx, (shipment,)).await?.into_iter().map(|(id,)| id).collect();
        let mine: Vec<&LineRow> = lines.iter().filter(|line| ids.contains(&line.id)).collect();
        let days = Duration::days(settings::number(tx, "auto_confirm_days", 7).await?);
        let arrived = delivered.map(|at| Delivered { at, auto_confirm_at: at.max(parcel.created_at) + days });
        follow(tx, &mine, shipment, picked_up.is_some(), arrived, now).await?;
    }
    Ok(())
}

async fn follow(
    tx: &Tx,
    lines: &[&LineRow],
    shipment: ShipmentId,
    picked_up: bool,
    arrived: Option<Delivered>,
    now: Now,
) -> Result<(), Fault> {
    let step = |line: &&LineRow| {
        let delivered = arrived.filter(|_| matches!(line.state, LineState::Dispatched | LineState::Delivering));
        if delivered.is_some() {
            return Some(Move { delivered, ..Move::new(line.id, line.state, LineAction::Deliver) });
        }
        (picked_up && line.state == LineState::Dispatched).then(|| Move::new(line.id, line.state, LineAction::PickUp))
    };
    let moves = lines.iter().filter_map(step).collect();
    let mut outbox = Outbox::new();
    let cause = Cause { what: "tracking", reference: Some(shipment.into()), actor: ActorRef::SYSTEM, reason: None };
    lines::step(tx, moves, cause, now, &mut outbox).await?;
    outbox.write(tx).await
}

fn moving(status: &str) -> bool {
    matches!(
        status,
        "at_pickup" | "in_transit" | "out_for_delivery" | "attempt_fail" | "delivered" | "available_for_pickup"
    )
}

/// How far the scans bring a parcel, told in time order from its registration on. What ended stays where it is, and
/// before the first telling scan everything does.
fn furthest(state: ParcelState, scans: &[(String, DateTime<Utc>)]) -> ParcelState {
    let told: Vec<ParcelStep> = scans.iter().flat_map(|(status, _)| steps(status)).copied().collect();
    let ended = matches!(state, ParcelState::Delivered | ParcelState::Lost | ParcelState::Canceled);
    if ended || told.is_empty() {
        return state;
    }
    told.into_iter().fold(ParcelState::Registered, |state, step| state.next(step).unwrap_or(state))
}

/// What a scan tells of a parcel's way. Who tried in vain was at the door.
fn steps(status: &str) -> &'static [ParcelStep] {
    match status {
        "at_pickup" | "in_transit" => &[ParcelStep::Move],
        "out_for_delivery" | "available_for_pickup" => &[ParcelStep::GoOut],
        "attempt_fail" => &[ParcelStep::GoOut, ParcelStep::Fail],
        "exception" => &[ParcelStep::Fail],
        "delivered" => &[ParcelStep::Arrive],
        _ => &[],
    }
}

/// Task `apply_tracking`.
pub struct ApplyTracking {
    pub db: Db,
}

impl Task for ApplyTracking {
    fn queue(&self) -> &'static Queue {
        &APPLY_TRACKING
    }

    fn run<'a>(&'a self, event: &'a Envelope, now: Now) -> TaskFuture<'a> {
        Box::pin(async move {
            let Some(news) = event.read::<TrackingReceived>() else { return Ok(()) };
            let news = news.map_err(|e| TaskError::Poison(e.to_string()))?;
            let tx = self.db.begin().await?;
            apply(&tx, news.shipment_id, news.scans, now).await?;
            Ok(tx.commit().await?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scans(list: &[&str]) -> Vec<(String, DateTime<Utc>)> {
        let start: DateTime<Utc> = "2026-03-02T01:00:00Z".parse().unwrap();
        list.iter()
            .enumerate()
            .map(|(i, status)| ((*status).to_owned(), start + Duration::hours(i64::try_from(i).unwrap())))
            .collect()
    }

    #[test]
    fn every_parcel_state_and_step_has_its_answer() {
        kernel::assert_steps!(ParcelState, ParcelStep {
            Requested: ;
            Registered: Move => InTransit, GoOut => OutForDelivery, Arrive => Delivered;
            InTransit: GoOut => OutForDelivery, Fail => Failed, Arrive => Delivered;
            OutForDelivery: Fail => Failed, Arrive => Delivered;
            Delivered: ;
            Failed: Move => InTransit, GoOut => OutForDelivery, Arrive => Delivered;
            Lost: ;
            Canceled: ;
        });
    }

    #[test]
    fn a_parcel_only_moves_forward() {
        use ParcelState::*;
        let cases: [(ParcelState, &[&str], ParcelState); 11] = [
            (Registered, &["information_received"], Registered),
            (Registered, &["at_pickup", "out_for_delivery"], OutForDelivery),
            (InTransit, &["at_pickup", "attempt_fail", "in_transit"], InTransit),
            (InTransit, &["delivered", "in_transit"], Delivered),
            (Delivered, &["in_transit"], Delivered),
            // Scanned at a depot once more while the courier has it.
            (OutForDelivery, &["at_pickup", "out_for_delivery", "in_transit"], OutForDelivery),
            // A scan that was late: the failure is over.
            (InTransit, &["at_pickup", "attempt_fail", "in_transit", "out_for_delivery"], OutForDelivery),
            (Failed, &["at_pickup", "exception", "information_received"], Failed),
            // Nothing fails that nobody picked up.
            (Registered, &["exception"], Registered),
            (Lost, &["at_pickup", "delivered"], Lost),
            (Canceled, &["at_pickup"], Canceled),
        ];
        for (state, told, expected) in cases {
            assert_eq!(furthest(state, &scans(told)), expected, "{told:?} of a parcel that is {state}");
        }
    }
}

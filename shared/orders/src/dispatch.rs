//! Lines leave the seller: with a carrier and an invoice number (송장번호), or by the seller's own hands.
//!
//! Lines of one seller order with one number share a parcel. A line that is still new is accepted on the way. The quantity
//! is a guard: after a part of a line was cancelled, a dispatch of the old quantity is refused, so that nobody packs what
//! nobody wants. Sending the same again answers success. What leaves without a carrier ends by the seller's own report
//! (see [`crate::mark_delivered`]).
//!
//! Context: sellers like to pack two orders of one buyer into one box (합포장).
//! Decision: a parcel belongs to one seller order; a number that another one uses is `invoice_in_use`, whoever receives it.
//! Rejected: comparing recipients (they are sealed per order and must be opened for every dispatch), and parcels of several
//! orders (a scan, a return or a claim would have to ask which order it is of, and lock them all).
//! Consequences: each order's goods leave under a number of their own.

use crate::items::{ItemResult, in_order};
use crate::lines::{self, Cause, LineRow, Move};
use crate::state::{LineAction, LineState};
use crate::{ActorRef, open_claims};
use authz::SellerScope;
use chrono::{DateTime, Duration, Utc};
use db::{Json, Tx};
use events::ShipmentDispatched;
use jobs::outbox::Outbox;
use kernel::{Fault, Now, ProductOrderId, SellerOrderId, ShipmentId};
use serde::Serialize;
use shipping::carriers::bare;
use std::collections::HashMap;

kernel::text_enum! {
    /// How goods travel.
    pub enum DeliveryMethod { Parcel = "parcel", Direct = "direct", Quick = "quick", Visit = "visit" }
}

/// One line to dispatch.
#[derive(Debug, Clone)]
pub struct DispatchItem {
    pub product_order_id: ProductOrderId,
    /// The pieces packed; refused when the line no longer has that many.
    pub quantity: Option<i32>,
    pub method: DeliveryMethod,
    pub carrier_code: Option<String>,
    /// As people write it: kept without spaces and dashes.
    pub invoice_no: Option<String>,
}

db::row! { struct CarrierRow { number: String, matches: bool } }
db::row! { struct SentRow { line: ProductOrderId, method: DeliveryMethod } }
db::row! { struct ParcelRow { id: ShipmentId, seller_order_id: SellerOrderId, number: String, live: bool } }

db::statements! {
    /// Whether each pair of carrier and number is one: `$1[i]` with `$2[i]`.
    static CARRIERS: (Vec<String>, Vec<String>) => CarrierRow =
        "select p.carrier || ' ' || p.invoice as number, p.invoice <> '' and coalesce(p.invoice ~ c.invoice_pattern, true) as matches
         from unnest($1, $2) p(carrier, invoice) join carriers c on c.code = p.carrier and c.active";
    /// Parcels that carry one of the numbers now, or did in the last 90 days.
    static PARCELS: (Vec<String>, Vec<String>, DateTime<Utc>) => ParcelRow =
        "select distinct s.id, s.seller_order_id, p.carrier || ' ' || p.invoice as number, s.state not in ('delivered', 'lost', 'canceled') as live
         from unnest($1, $2) p(carrier, invoice) join shipments s on s.carrier_code = p.carrier and s.invoice_no = p.invoice
         where s.state <> 'canceled' and (s.created_at > $3 or s.state not in ('delivered', 'lost'))";
    /// How lines that left without a carrier travel.
    static SENT: (Vec<ProductOrderId>,) => SentRow =
        "select o.id as line, s.method from product_orders o join shipments s on s.id = o.shipment_id where o.id = any($1) and s.method <> 'parcel'";
    static INSERT: (Json<Vec<ShipmentRow>>,) => () =
        "insert into shipments (id, seller_order_id, kind, method, carrier_code, invoice_no, state, tracking_source, created_at)
         select id, seller_order_id, kind, method, carrier_code, invoice_no, state, tracking_source, created_at from jsonb_populate_recordset(null::shipments, $1)";
}

#[derive(Debug, Serialize)]
struct ShipmentRow {
    id: ShipmentId,
    seller_order_id: SellerOrderId,
    kind: &'static str,
    method: DeliveryMethod,
    carrier_code: Option<String>,
    invoice_no: Option<String>,
    state: &'static str,
    tracking_source: &'static str,
    created_at: DateTime<Utc>,
}

/// What is known before the lines are looked at one by one.
struct Known {
    /// `carrier number` → whether the number has the carrier's form.
    numbers: HashMap<String, bool>,
    parcels: Vec<ParcelRow>,
    /// Lines that left without a carrier.
    sent: HashMap<ProductOrderId, DeliveryMethod>,
}

/// A line's way: a parcel that exists, or one to be made.
type Parcel = (SellerOrderId, DeliveryMethod, Option<(String, String)>);

/// Dispatches lines, one result per line.
pub async fn dispatch(
    tx: &Tx,
    by: SellerScope,
    actor: ActorRef,
    now: Now,
    mut items: Vec<DispatchItem>,
) -> Result<Vec<ItemResult>, Fault> {
    for item in &mut items {
        item.invoice_no = item.invoice_no.as_deref().map(bare);
    }
    let ids: Vec<ProductOrderId> = items.iter().map(|item| item.product_order_id).collect();
    let rows = lines::lock_lines(tx, &ids, Some(by.seller_id())).await?;
    let claimed = open_claims::of_lines(tx, &ids).await?;
    let mut known = known(tx, &items, now).await?;
    let mut results = Vec::with_capacity(ids.len());
    let mut accepts = Vec::new();
    let mut dispatches = Vec::new();
    let mut new_parcels: HashMap<Parcel, ShipmentRow> = HashMap::new();
    for item in &items {
        let row = rows.iter().find(|row| row.id == item.product_order_id);
        let twice = dispatches.iter().any(|m: &Move| m.line == item.product_order_id);
        match verdict(item, row, claimed.contains(&item.product_order_id), &known) {
            Ok(None) => results.push(ItemResult::done(item.product_order_id)),
            Ok(Some(_)) if twice => results.push(ItemResult::refused(item.product_order_id, "listed_twice")),
            Ok(Some(row)) => {
                let shipment = parcel(item, row, &mut known, &mut new_parcels, now);
                if row.state == LineState::Paid {
                    accepts.push(Move::new(row.id, LineState::Paid, LineAction::Accept));
                }
                dispatches.push(Move {
                    shipment_id: Some(shipment),
                    ..Move::new(row.id, LineState::Preparing, LineAction::Dispatch)
                });
                results.push(ItemResult::done(row.id));
            }
            Err(code) => results.push(ItemResult::refused(item.product_order_id, code)),
        }
    }
    let mut outbox = Outbox::new();
    let parcels: Vec<ShipmentRow> = new_parcels.into_values().collect();
    for parcel in &parcels {
        if let (Some(carrier_code), Some(invoice_no)) = (parcel.carrier_code.clone(), parcel.invoice_no.clone()) {
            let event = ShipmentDispatched {
                shipment_id: parcel.id,
                kind: parcel.kind.to_owned(),
                seller_order_id: parcel.seller_order_id,
                claim_id: None,
                carrier_code,
                invoice_no,
            };
            outbox.add(&event, now)?;
        }
    }
    if !parcels.is_empty() {
        INSERT.run(tx, (Json(parcels),)).await?;
    }
    let cause = |what| Cause { what, reference: None, actor, reason: None };
    lines::step(tx, accepts, cause("accept"), now, &mut outbox).await?;
    lines::step(tx, dispatches, cause("dispatch"), now, &mut outbox).await?;
    outbox.write(tx).await?;
    Ok(in_order(&ids, results))
}

async fn known(tx: &Tx, items: &[DispatchItem], now: Now) -> Result<Known, Fault> {
    let pairs: Vec<(String, String)> =
        items.iter().filter_map(|item| Some((item.carrier_code.clone()?, item.invoice_no.clone()?))).collect();
    let untracked = items.iter().filter(|item| item.method != DeliveryMethod::Parcel).map(|item| item.product_order_id);
    let untracked: Vec<ProductOrderId> = untracked.collect();
    let sent = if untracked.is_empty() { Vec::new() } else { SENT.all(tx, (untracked,)).await? };
    let sent = sent.into_iter().map(|row| (row.line, row.method)).collect();
    if pairs.is_empty() {
        return Ok(Known { numbers: HashMap::new(), parcels: Vec::new(), sent });
    }
    let (carriers, invoices): (Vec<String>, Vec<String>) = pairs.iter().cloned().unzip();
    let checked = CARRIERS.all(tx, (carriers.clone(), invoices.clone())).await?;
    let numbers = checked.into_iter().map(|row| (row.number, row.matches)).collect();
    let parcels = PARCELS.all(tx, (carriers, invoices, now.0 - Duration::days(90))).await?;
    Ok(Known { numbers, parcels, sent })
}

/// The line to dispatch, none when this very dispatch happened before, or why not.
fn verdict<'a>(
    item: &DispatchItem,
    row: Option<&'a LineRow>,
    claimed: bool,
    known: &Known,
) -> Result<Option<&'a LineRow>, &'static str> {
    let row = row.ok_or("product_order_not_found")?;
    let key = match (item.method, &item.carrier_code, &item.invoice_no) {
        (DeliveryMethod::Parcel, Some(carrier), Some(invoice)) => Some(format!("{carrier} {invoice}")),
        (DeliveryMethod::Parcel, None, _) => return Err("carrier_required"),
        (DeliveryMethod::Parcel, _, None) => return Err("invoice_required"),
        (DeliveryMethod::Direct | DeliveryMethod::Quick | DeliveryMethod::Visit, _, _) => None,
    };
    let holder = key.as_ref().and_then(|key| known.parcels.iter().find(|p| p.number == *key));
    match row.state {
        LineState::Paid | LineState::Preparing => {}
        LineState::Dispatched | LineState::Delivering | LineState::Delivered | LineState::PurchaseDecided => {
            let same = match key {
                Some(_) => holder.is_some_and(|parcel| Some(parcel.id) == row.shipment_id),
                None => known.sent.get(&row.id) == Some(&item.method),
            };
            return if same { Ok(None) } else { Err("already_dispatched") };
        }
        LineState::PaymentWaiting => return Err("payment_reversed"),
        LineState::Canceled | LineState::Returned | LineState::Exchanged | LineState::CanceledByNopayment => {
            return Err("invalid_state");
        }
    }
    if claimed {
        return Err("claim_open");
    }
    if item.quantity.is_some_and(|packed| packed != row.remaining_quantity) {
        return Err("quantity_changed");
    }
    match key.as_ref().map(|key| known.numbers.get(key)) {
        Some(None) => return Err("carrier_unknown"),
        Some(Some(false)) => return Err("invoice_invalid"),
        Some(Some(true)) | None => {}
    }
    if holder.is_some_and(|parcel| parcel.seller_order_id != row.seller_order_id || !parcel.live) {
        return Err("invoice_in_use");
    }
    Ok(Some(row))
}

/// The parcel of a line: the one that carries its number, or a new one.
fn parcel(
    item: &DispatchItem,
    row: &LineRow,
    known: &mut Known,
    new: &mut HashMap<Parcel, ShipmentRow>,
    now: Now,
) -> ShipmentId {
    let number =
        item.carrier_code.clone().zip(item.invoice_no.clone()).filter(|_| item.method == DeliveryMethod::Parcel);
    if let Some((carrier, invoice)) = &number
        && let Some(known) = known.parcels.iter().find(|p| p.number == format!("{carrier} {invoice}"))
    {
        return known.id;
    }
    let made = new.entry((row.seller_order_id, item.method, number.clone())).or_insert_with(|| ShipmentRow {
        id: ShipmentId::new(),
        seller_order_id: row.seller_order_id,
        kind: "outbound",
        method: item.method,
        carrier_code: number.as_ref().map(|(carrier, _)| carrier.clone()),
        invoice_no: number.as_ref().map(|(_, invoice)| invoice.clone()),
        state: "registered",
        tracking_source: if number.is_some() { "webhook" } else { "manual" },
        created_at: now.0,
    });
    // Another seller order that names the same number in this call is refused like any other.
    if let Some((carrier, invoice)) = number {
        known.parcels.push(ParcelRow {
            id: made.id,
            seller_order_id: row.seller_order_id,
            number: format!("{carrier} {invoice}"),
            live: true,
        });
    }
    made.id
}

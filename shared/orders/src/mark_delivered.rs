//! A seller reports that goods without a carrier were handed over: brought (직접배송), by a quick courier (퀵), fetched (방문수령).
//!
//! Context: no scan ever comes for these, and until a line is delivered its buyer cannot confirm it and its seller is not
//! paid.
//! Decision: the seller who sent them says when, and what shows it, in words; both stand in the history of every line. The
//! day may not lie before the dispatch nor ahead, and the days until a line confirms itself are counted from the report,
//! because only then is the buyer told and can object.
//! Rejected: counting from the day reported (a late report would confirm at once what nobody could dispute); asking for a
//! picture (who needs one is whoever hears the objection, and asks then); reports of tracked parcels (their carrier
//! speaks).

use crate::lines::{self, Cause, Delivered, Move};
use crate::state::{LineAction, LineState};
use crate::track::ParcelState;
use crate::{ActorRef, dispatch::DeliveryMethod, settings};
use authz::SellerScope;
use chrono::{DateTime, Duration, SubsecRound, Utc};
use db::Tx;
use jobs::outbox::Outbox;
use kernel::{Failure, Now, PurchaseOrderId, SellerId, ShipmentId};

kernel::refusals! {
    /// Why a hand-over is not taken.
    pub enum MarkDeliveredError {
        NotFound = 404 "shipment_not_found", "There is no such parcel.", "배송 정보를 찾을 수 없습니다.";
        Tracked = 409 "tracked_method", "The carrier of this parcel reports its delivery.", "택배 배송은 택배사 정보로 배송완료 처리됩니다.";
        InvalidState = 409 "invalid_state", "This parcel cannot be delivered any more.", "배송완료로 처리할 수 없는 상태입니다.";
        OutOfTime = 422 "delivered_at_invalid" at "/delivered_at", "The day lies before the dispatch or ahead.", "인도 일시는 발송 이후, 현재 이전이어야 합니다.";
    }
}

db::row! { struct ParcelRow { method: DeliveryMethod, state: ParcelState, created_at: DateTime<Utc> } }

db::statements! {
    static ORDER_OF: (ShipmentId, SellerId) => (PurchaseOrderId,) =
        "select s.purchase_order_id from shipments p join seller_orders s on s.id = p.seller_order_id where p.id = $1 and s.seller_id = $2";
    static LOCK: (ShipmentId,) => ParcelRow = "select method, state, created_at from shipments where id = $1 for update";
    static ARRIVE: (ShipmentId, DateTime<Utc>) => () =
        "update shipments set state = 'delivered', delivered_at = $2, version = version + 1 where id = $1";
}

/// What a seller says of a hand-over.
#[derive(Debug, Clone)]
pub struct HandOver {
    pub delivered_at: DateTime<Utc>,
    /// Who took the goods, the courier's receipt: what the seller can show.
    pub proof: String,
}

/// Takes the report for a parcel and its lines. Reporting it again changes nothing.
pub async fn mark_delivered(
    tx: &Tx,
    by: SellerScope,
    actor: ActorRef,
    now: Now,
    shipment: ShipmentId,
    said: HandOver,
) -> Result<(), Failure<MarkDeliveredError>> {
    let (order,) = ORDER_OF.opt(tx, (shipment, by.seller_id())).await?.ok_or(MarkDeliveredError::NotFound)?;
    let lines = lines::lock_order(tx, order).await?;
    let parcel = LOCK.one(tx, (shipment,)).await?;
    match parcel.method {
        DeliveryMethod::Parcel => return Err(MarkDeliveredError::Tracked.into()),
        DeliveryMethod::Direct | DeliveryMethod::Quick | DeliveryMethod::Visit => {}
    }
    match parcel.state {
        ParcelState::Delivered => return Ok(()),
        ParcelState::Registered => {}
        ParcelState::Requested
        | ParcelState::InTransit
        | ParcelState::OutForDelivery
        | ParcelState::Failed
        | ParcelState::Lost
        | ParcelState::Canceled => return Err(MarkDeliveredError::InvalidState.into()),
    }
    // People name whole seconds.
    if said.delivered_at < parcel.created_at.trunc_subsecs(0) || said.delivered_at > now.0 {
        return Err(MarkDeliveredError::OutOfTime.into());
    }
    ARRIVE.run(tx, (shipment, said.delivered_at)).await?;
    let days = Duration::days(settings::number(tx, "auto_confirm_days", 7).await?);
    let delivered = Some(Delivered { at: said.delivered_at, auto_confirm_at: now.plus(days) });
    let on_their_way =
        lines.iter().filter(|line| line.shipment_id == Some(shipment) && line.state == LineState::Dispatched);
    let moves =
        on_their_way.map(|line| Move { delivered, ..Move::new(line.id, line.state, LineAction::Deliver) }).collect();
    let cause = Cause { what: "hand_over", reference: Some(shipment.into()), actor, reason: Some(said.proof) };
    let mut outbox = Outbox::new();
    lines::step(tx, moves, cause, now, &mut outbox).await?;
    Ok(outbox.write(tx).await?)
}

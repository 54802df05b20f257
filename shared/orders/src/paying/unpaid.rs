//! An order nobody paid ends: its lines, its coupons and balances go back to where they were, its stock follows by event.

use super::locked::Locked;
use crate::ActorRef;
use crate::lines::{self, Cause, Move};
use crate::state::{LineAction, LineState};
use db::{Json, Tx};
use events::{PaymentExpired, PaymentFailed};
use jobs::outbox::Outbox;
use kernel::*;

db::statements! {
    /// Pieces of limited promotions go back on offer.
    static RETURN_PIECES: (PurchaseOrderId,) => () =
        "with back as (
             select (o.item_snapshot ->> 'promotion_product_id')::uuid as id, sum(o.initial_quantity)::int as pieces
             from product_orders o where o.purchase_order_id = $1 and o.item_snapshot ->> 'promotion_product_id' is not null group by 1)
         update promotion_products p set sold_quantity = p.sold_quantity - back.pieces from back where p.id = back.id and p.quantity_limit is not null";
    static TAKE_PIECES: (Json<Vec<Pieces>>,) => (PromotionProductId,) =
        "with want as (select id, pieces from jsonb_to_recordset($1) w(id uuid, pieces int))
         update promotion_products p set sold_quantity = p.sold_quantity + want.pieces from want
         where p.id = want.id and (p.quantity_limit is null or p.sold_quantity + want.pieces <= p.quantity_limit) returning p.id";
}

/// Pieces of one product in a limited promotion.
#[derive(Debug, serde::Serialize)]
pub struct Pieces {
    pub id: PromotionProductId,
    pub pieces: i32,
}

/// Takes pieces of limited promotions; false when one has fewer left.
pub async fn take_pieces(tx: &Tx, wanted: Vec<Pieces>) -> Result<bool, Fault> {
    let n = wanted.len();
    Ok(n == 0 || TAKE_PIECES.all(tx, (Json(wanted),)).await?.len() == n)
}

/// Why it ends.
#[derive(Debug, Clone, Copy)]
pub enum Why {
    /// The time to pay is over.
    Expired,
    /// The customer gave it up.
    CalledOff(ActorRef),
}

/// Ends a waiting order. The caller has locked it, and no attempt of it is open any more.
pub async fn end(tx: &Tx, locked: &Locked, why: Why, now: Now, outbox: &mut Outbox) -> Result<(), Fault> {
    let (order, user_id) = (locked.order.id, locked.order.user_id);
    let last_payment = locked.attempts.last().map(|attempt| attempt.id);
    let (what, actor) = match why {
        Why::Expired => ("expiry", ActorRef::SYSTEM),
        Why::CalledOff(actor) => ("call_off", actor),
    };
    let moves =
        locked.lines.iter().map(|line| Move::new(line.id, LineState::PaymentWaiting, LineAction::CallOff)).collect();
    lines::step(tx, moves, Cause { what, reference: last_payment.map(Into::into), actor, reason: None }, now, outbox)
        .await?;
    promotions::wallet::release(tx, order, now).await?;
    promotions::return_for_order(tx, user_id, order, now).await?;
    RETURN_PIECES.run(tx, (order,)).await?;
    let payment_id = last_payment.unwrap_or(PaymentId(order.0));
    match why {
        Why::Expired => outbox.add(&PaymentExpired { purchase_order_id: order, payment_id }, now),
        Why::CalledOff(_) => outbox
            .add(&PaymentFailed { purchase_order_id: order, payment_id, failure_code: "called_off".to_owned() }, now),
    }
}

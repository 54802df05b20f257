//! An order is paid: its lines become the sellers' work, its coupons are used up, the money is in the books.

use super::locked::Locked;
use crate::ActorRef;
use crate::lines::{self, Cause, LineRow, Move};
use crate::state::{LineAction, LineState};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use db::Tx;
use events::{OrderPaid, PaidSellerOrder};
use futures::try_join;
use jobs::outbox::Outbox;
use kernel::clock::{business_day_after, kst_at};
use kernel::*;
use ledger::{Posting, Tender};

db::statements! {
    static PAID: (PurchaseOrderId, Now) => () = "update purchase_orders set paid_at = $2, pay_due_at = null where id = $1";
}

/// What paid for it.
#[derive(Debug, Clone)]
pub struct Means {
    pub payment_id: PaymentId,
    pub transaction_id: PaymentTransactionId,
    pub method: String,
}

/// Moves a waiting order to paid, in one round trip. The caller has locked it and captures the payment in this transaction.
pub async fn mark_paid(
    tx: &Tx,
    locked: &Locked,
    means: Means,
    holidays: &[NaiveDate],
    now: Now,
    outbox: &mut Outbox,
) -> Result<(), Fault> {
    let Locked { order, lines, .. } = locked;
    let due = three_days(holidays, now);
    let step = |line: &LineRow| Move {
        dispatch_due_at: Some(dispatch_due(line, due)),
        ..Move::new(line.id, LineState::PaymentWaiting, LineAction::Pay)
    };
    let cause =
        Cause { what: "payment", reference: Some(means.payment_id.into()), actor: ActorRef::SYSTEM, reason: None };
    let tender = Tender { cash: order.total_payable, points: order.points_used, rewards: order.rewards_used };
    try_join!(
        lines::step(tx, lines.iter().map(step).collect(), cause, now, outbox),
        PAID.run(tx, (order.id, now)),
        promotions::wallet::use_up(tx, order.id, now),
        ledger::post(tx, Posting::payment_captured(means.transaction_id, order.id, order.user_id, tender, now)),
    )?;
    let mut seller_orders: Vec<PaidSellerOrder> = Vec::new();
    for line in lines {
        match seller_orders.iter_mut().find(|part| part.seller_order_id == line.seller_order_id) {
            Some(part) => part.product_order_ids.push(line.id),
            None => seller_orders.push(PaidSellerOrder {
                seller_order_id: line.seller_order_id,
                seller_id: line.seller_id,
                product_order_ids: vec![line.id],
            }),
        }
    }
    let event = OrderPaid {
        purchase_order_id: order.id,
        order_no: order.order_no.clone(),
        user_id: order.user_id,
        payment_id: means.payment_id,
        payment_transaction_id: means.transaction_id,
        method: means.method,
        total_payable: order.total_payable,
        seller_orders,
    };
    outbox.add(&event, now)
}

/// Pre-order goods leave on their day. Paid again after its deposit was taken back, a line has its days anew.
fn dispatch_due(line: &LineRow, due: DateTime<Utc>) -> DateTime<Utc> {
    match (line.dispatch_due_at, line.original_due_at) {
        (Some(preorder), None) => preorder,
        (Some(earlier), Some(_)) => earlier.max(due),
        (None, _) => due,
    }
}

/// Three business days after payment, at the end of the day (전자상거래법 제15조).
fn three_days(holidays: &[NaiveDate], now: Now) -> DateTime<Utc> {
    let day = business_day_after(now.date(), 3, holidays);
    kst_at(day, NaiveTime::from_hms_opt(23, 59, 59).unwrap_or(NaiveTime::MIN))
}

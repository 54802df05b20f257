//! An order is paid: its lines become the sellers' work, its coupons are used up, the money is in the books.

use crate::ActorRef;
use crate::lines::{self, Cause, LineRow, Move};
use crate::settings;
use crate::state::{LineAction, LineState};
use chrono::{DateTime, NaiveTime, Utc};
use db::Tx;
use events::{OrderPaid, PaidSellerOrder};
use jobs::outbox::Outbox;
use kernel::clock::{business_day_after, kst_at};
use kernel::*;
use ledger::{Posting, Tender};

db::row! { struct OrderRow { order_no: String, user_id: UserId, points_used: Money, rewards_used: Money, total_payable: Money } }

db::statements! {
    static PAID: (PurchaseOrderId, Now) => OrderRow =
        "update purchase_orders set paid_at = $2, pay_due_at = null where id = $1 returning order_no, user_id, points_used, rewards_used, total_payable";
}

/// What paid for it.
#[derive(Debug, Clone)]
pub struct Means {
    pub payment_id: PaymentId,
    pub transaction_id: PaymentTransactionId,
    pub method: String,
}

/// Moves a waiting order to paid. The caller has locked it and captured the payment in this transaction.
pub async fn mark_paid(
    tx: &Tx,
    order: PurchaseOrderId,
    lines: &[LineRow],
    means: Means,
    now: Now,
    outbox: &mut Outbox,
) -> Result<(), Fault> {
    let due = dispatch_due(tx, now).await?;
    let step = |line: &LineRow| Move {
        dispatch_due_at: Some(line.dispatch_due_at.unwrap_or(due)),
        ..Move::new(line.id, LineState::PaymentWaiting, LineAction::Pay)
    };
    let cause =
        Cause { what: "payment", reference: Some(means.payment_id.into()), actor: ActorRef::SYSTEM, reason: None };
    lines::step(tx, lines.iter().map(step).collect(), cause, now, outbox).await?;
    let row = PAID.one(tx, (order, now)).await?;
    promotions::wallet::use_up(tx, order, now).await?;
    let tender = Tender { cash: row.total_payable, points: row.points_used, rewards: row.rewards_used };
    if !tender.total().is_zero() {
        ledger::post(tx, Posting::payment_captured(means.transaction_id, order, row.user_id, tender, now)).await?;
    }
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
        purchase_order_id: order,
        order_no: row.order_no,
        user_id: row.user_id,
        payment_id: means.payment_id,
        payment_transaction_id: means.transaction_id,
        method: means.method,
        total_payable: row.total_payable,
        seller_orders,
    };
    outbox.add(&event, now)
}

/// Three business days after payment, at the end of the day (전자상거래법 제15조).
async fn dispatch_due(tx: &Tx, now: Now) -> Result<DateTime<Utc>, Fault> {
    let holidays = settings::holidays(tx, now.date()).await?;
    let day = business_day_after(now.date(), 3, &holidays);
    Ok(kst_at(day, NaiveTime::from_hms_opt(23, 59, 59).unwrap_or(NaiveTime::MIN)))
}

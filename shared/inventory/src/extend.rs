//! A hold lives longer: each payment attempt starts its 45 minutes anew, a virtual account holds until its due date.

use chrono::{DateTime, Utc};
use db::Tx;
use kernel::{Fault, PurchaseOrderId};

db::statements! {
    static EXTEND: (PurchaseOrderId, DateTime<Utc>) => (i64,) =
        "with extended as (
             update stock_reservations r set expires_at = greatest(r.expires_at, $2)
             from product_orders o
             where o.purchase_order_id = $1 and r.product_order_id = o.id and r.state = 'held'
             returning 1)
         select count(*) from extended";
}

/// Moves the expiry of an order's holds, never to an earlier moment. Answers how many lines are still held: fewer than
/// the order has means it has lapsed.
pub async fn extend(tx: &Tx, purchase_order_id: PurchaseOrderId, expires_at: DateTime<Utc>) -> Result<i64, Fault> {
    Ok(EXTEND.one(tx, (purchase_order_id, expires_at)).await?.0)
}

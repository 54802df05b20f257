//! An order that was called off or ran out lets go of its pieces: others can buy them again at once.
//!
//! Only lines that are `canceled_by_nopayment` let go. One attempt at paying may fail while the order lives on, and a
//! payment nobody knows the end of must never lose its goods.

use crate::raised::{Raised, tell_raised};
use db::Tx;
use kernel::{Fault, Now, PurchaseOrderId};

db::statements! {
    static RELEASE: (PurchaseOrderId, String, Now) => Raised =
        "with line as materialized (
             select r.id, r.sku_id, r.quantity
             from stock_reservations r join product_orders o on o.id = r.product_order_id
             where o.purchase_order_id = $1 and o.state = 'canceled_by_nopayment' and r.state = 'held'
             order by r.sku_id, r.id for update of r),
         total as (select sku_id, sum(quantity)::int as quantity from line group by sku_id),
         locked as materialized (
             select s.sku_id, t.quantity from sku_stocks s join total t on t.sku_id = s.sku_id order by s.sku_id for update of s),
         moved as (
             update sku_stocks s set reserved = s.reserved - l.quantity, version = s.version + 1, updated_at = $3
             from locked l where s.sku_id = l.sku_id
             returning s.sku_id, s.on_hand, s.reserved, s.version),
         released as (
             update stock_reservations r set state = 'released', released_at = $3, release_reason = $2 from line l where r.id = l.id returning 1)
         select m.sku_id, p.id as product_id, p.seller_id, m.on_hand - m.reserved as available, m.version, t.quantity as gained, null::uuid as movement_id
         from moved m join total t on t.sku_id = m.sku_id join product_skus k on k.id = m.sku_id join products p on p.id = k.product_id
         order by m.sku_id";
}

/// Lets go of what an unpaid, called-off order still holds. Does nothing the second time, and nothing while the lines
/// are not `canceled_by_nopayment`. `reason` is a word for people who trace a hold: `payment_failed`.
pub async fn release(tx: &Tx, purchase_order_id: PurchaseOrderId, reason: &'static str, now: Now) -> Result<(), Fault> {
    let raised = RELEASE.all(tx, (purchase_order_id, reason.to_owned(), now)).await?;
    tell_raised(tx, raised, now).await
}

//! A deposit that the bank took back: what was sold is held again and waits for the next deposit.
//!
//! Only lines that fell back to `payment_waiting` are held again, and those whose order has ended since, to be let go of;
//! where a parcel is already on its way, the lines stay sold and people sort it out.

use crate::changed::{Changed, tell};
use db::Tx;
use kernel::{Fault, Now, PaymentTransactionId, PurchaseOrderId};

db::statements! {
    /// The hold lasts ten minutes longer than the order may be paid.
    static UNCONFIRM: (PurchaseOrderId, PaymentTransactionId, Now) => Changed =
        "with line as materialized (
             select r.id, r.sku_id, r.product_order_id, r.quantity, greatest(po.pay_due_at, $3) + interval '10 minutes' as expires_at
             from stock_reservations r
             join product_orders o on o.id = r.product_order_id
             join purchase_orders po on po.id = o.purchase_order_id
             where o.purchase_order_id = $1 and o.state in ('payment_waiting', 'canceled_by_nopayment') and r.state = 'confirmed'
               and not exists (select from stock_movements m
                               where m.sku_id = r.sku_id and m.idempotency_key = 'sale_reversal:' || r.product_order_id || ':' || $2::uuid)
             order by r.sku_id, r.id for update of r),
         total as (select sku_id, sum(quantity)::int as quantity, count(*)::int as lines from line group by sku_id),
         locked as materialized (
             select s.sku_id, t.quantity, t.lines from sku_stocks s join total t on t.sku_id = s.sku_id order by s.sku_id for update of s),
         moved as (
             update sku_stocks s set on_hand = s.on_hand + l.quantity, reserved = s.reserved + l.quantity, version = s.version + l.lines, updated_at = $3
             from locked l where s.sku_id = l.sku_id
             returning s.sku_id, s.on_hand, s.reserved, s.version),
         held as (
             update stock_reservations r set state = 'held', confirmed_at = null, expires_at = l.expires_at from line l where r.id = l.id returning 1),
         written as (
             insert into stock_movements (id, sku_id, kind, quantity, on_hand_after, stock_version, ref_type, ref_id, idempotency_key, actor_type, occurred_at)
             select uuid_v7($3), l.sku_id, 'sale_reversal', l.quantity,
                    m.on_hand - (t.quantity - sum(l.quantity) over each)::int,
                    m.version - (t.lines - row_number() over each)::int,
                    'product_orders', l.product_order_id, 'sale_reversal:' || l.product_order_id || ':' || $2::uuid, 'system', $3
             from line l join moved m on m.sku_id = l.sku_id join total t on t.sku_id = l.sku_id
             window each as (partition by l.sku_id order by l.id)
             returning 1)
         select m.sku_id, p.id as product_id, p.seller_id, m.on_hand - m.reserved as available, m.version
         from moved m join product_skus k on k.id = m.sku_id join products p on p.id = k.product_id
         order by m.sku_id";
}

/// Puts sold pieces of an order back on hold after its deposit was taken back by this payment transaction. Does nothing
/// the second time.
pub async fn unconfirm(
    tx: &Tx,
    purchase_order_id: PurchaseOrderId,
    payment_transaction_id: PaymentTransactionId,
    now: Now,
) -> Result<(), Fault> {
    let changed = UNCONFIRM.all(tx, (purchase_order_id, payment_transaction_id, now)).await?;
    tell(tx, changed, now).await
}

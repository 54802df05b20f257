//! What was paid leaves the shelf: held pieces are confirmed, reserved and on hand go down together, so what others can
//! buy does not change. A sale movement a line, keyed by the payment transaction: a second deposit after one that was
//! taken back sells again, a repeated message does not. Lines that wait for their money again keep their hold: the news of a
//! deposit may come after the news that the bank took it back.

use crate::changed::{Changed, tell};
use db::Tx;
use kernel::{Fault, Now, PaymentTransactionId, PurchaseOrderId};

db::statements! {
    /// Locks the order's held reservations, then its stock rows in SKU order. The movements of one SKU number on from each
    /// other, the last of them agrees with the counter.
    static CONFIRM: (PurchaseOrderId, PaymentTransactionId, Now) => Changed =
        "with line as materialized (
             select r.id, r.sku_id, r.product_order_id, r.quantity
             from stock_reservations r join product_orders o on o.id = r.product_order_id
             where o.purchase_order_id = $1 and o.state not in ('payment_waiting', 'canceled_by_nopayment') and r.state = 'held'
               and not exists (select from stock_movements m
                               where m.sku_id = r.sku_id and m.idempotency_key = 'sale:' || r.product_order_id || ':' || $2::uuid)
             order by r.sku_id, r.id for update of r),
         total as (select sku_id, sum(quantity)::int as quantity, count(*)::int as lines from line group by sku_id),
         locked as materialized (
             select s.sku_id, t.quantity, t.lines from sku_stocks s join total t on t.sku_id = s.sku_id order by s.sku_id for update of s),
         moved as (
             update sku_stocks s set on_hand = s.on_hand - l.quantity, reserved = s.reserved - l.quantity, version = s.version + l.lines, updated_at = $3
             from locked l where s.sku_id = l.sku_id
             returning s.sku_id, s.on_hand, s.reserved, s.version),
         confirmed as (
             update stock_reservations r set state = 'confirmed', confirmed_at = $3 from line l where r.id = l.id returning 1),
         written as (
             insert into stock_movements (id, sku_id, kind, quantity, on_hand_after, stock_version, ref_type, ref_id, idempotency_key, actor_type, occurred_at)
             select uuid_v7($3), l.sku_id, 'sale', -l.quantity,
                    m.on_hand + (t.quantity - sum(l.quantity) over each)::int,
                    m.version - (t.lines - row_number() over each)::int,
                    'product_orders', l.product_order_id, 'sale:' || l.product_order_id || ':' || $2::uuid, 'system', $3
             from line l join moved m on m.sku_id = l.sku_id join total t on t.sku_id = l.sku_id
             window each as (partition by l.sku_id order by l.id)
             returning 1)
         select m.sku_id, p.id as product_id, p.seller_id, m.on_hand - m.reserved as available, m.version
         from moved m join product_skus k on k.id = m.sku_id join products p on p.id = k.product_id
         order by m.sku_id";
}

/// Takes the held pieces of a paid order off the shelf. Does nothing the second time.
pub async fn confirm(
    tx: &Tx,
    purchase_order_id: PurchaseOrderId,
    payment_transaction_id: PaymentTransactionId,
    now: Now,
) -> Result<(), Fault> {
    let changed = CONFIRM.all(tx, (purchase_order_id, payment_transaction_id, now)).await?;
    tell(tx, changed, now).await
}

//! Pieces that a claim brought back to the shelf: at once when a line is cancelled, after the inspection when it was
//! returned. One piece a claim item, once.

use crate::raised::{Raised, tell_raised};
use db::{Json, Tx};
use kernel::{ClaimItemId, Fault, Now, ProductOrderId, SkuId};
use serde::Serialize;

kernel::text_enum! {
    /// Why a piece came back.
    pub enum RestockKind { Cancel = "cancel_restock", Return = "return_restock" }
}

/// One piece of one order line.
#[derive(Debug, Clone, Serialize)]
pub struct Restock {
    pub product_order_id: ProductOrderId,
    pub claim_item_id: ClaimItemId,
    /// The SKU the line sold.
    pub sku_id: SkuId,
    pub kind: RestockKind,
}

db::statements! {
    /// Pieces whose movement exists are left out. The line must have sold the SKU it gives back.
    static RESTOCK: (Json<Vec<Restock>>, Now) => Raised =
        "with piece as (
             select x.claim_item_id, x.kind, o.sku_id
             from jsonb_to_recordset($1) as x(product_order_id uuid, claim_item_id uuid, sku_id uuid, kind text)
             join product_orders o on o.id = x.product_order_id and o.sku_id = x.sku_id
             where not exists (select from stock_movements m where m.sku_id = x.sku_id and m.idempotency_key = 'restock:' || x.claim_item_id)),
         total as (select sku_id, count(*)::int as pieces from piece group by sku_id),
         locked as materialized (
             select s.sku_id, t.pieces from sku_stocks s join total t on t.sku_id = s.sku_id order by s.sku_id for update of s),
         moved as (
             update sku_stocks s set on_hand = s.on_hand + l.pieces, version = s.version + l.pieces, updated_at = $2
             from locked l where s.sku_id = l.sku_id
             returning s.sku_id, s.on_hand, s.reserved, s.version),
         written as (
             insert into stock_movements (id, sku_id, kind, quantity, on_hand_after, stock_version, ref_type, ref_id, idempotency_key, actor_type, occurred_at)
             select uuid_v7($2), x.sku_id, x.kind, 1,
                    m.on_hand - (t.pieces - row_number() over each)::int, m.version - (t.pieces - row_number() over each)::int,
                    'claim_items', x.claim_item_id, 'restock:' || x.claim_item_id, 'system', $2
             from piece x join moved m on m.sku_id = x.sku_id join total t on t.sku_id = x.sku_id
             window each as (partition by x.sku_id order by x.claim_item_id)
             returning id, sku_id, stock_version)
         select m.sku_id, p.id as product_id, p.seller_id, m.on_hand - m.reserved as available, m.version, t.pieces as gained, w.id as movement_id
         from moved m join total t on t.sku_id = m.sku_id join written w on w.sku_id = m.sku_id and w.stock_version = m.version
         join product_skus k on k.id = m.sku_id join products p on p.id = k.product_id
         order by m.sku_id";
}

/// Puts pieces back on the shelf. Does nothing for those that are back already.
pub async fn restock(tx: &Tx, pieces: &[Restock], now: Now) -> Result<(), Fault> {
    let raised = RESTOCK.all(tx, (Json(pieces.to_vec()), now)).await?;
    tell_raised(tx, raised, now).await
}

//! How a SKU's stock came to be what it is: every change with what caused it and the balance after it.

use authz::SellerScope;
use chrono::{DateTime, Utc};
use db::On;
use kernel::{Cursor, Fault, Limit, MovementId, Page, SkuId};
use uuid::Uuid;

db::row! {
    /// One change of what is on hand.
    pub struct MovementRow {
        pub id: MovementId, pub sku_id: SkuId, pub kind: String, pub quantity: i32, pub on_hand_after: i32, pub stock_version: i32,
        pub reason: Option<String>,
        /// Table and id of what caused it.
        pub ref_type: String, pub ref_id: Uuid,
        /// The order line behind it, for sales and claims.
        pub product_order_no: Option<String>,
        pub actor_type: String, pub occurred_at: DateTime<Utc>,
    }
}

db::statements! {
    static MOVEMENTS: (kernel::SellerId, SkuId, Option<i32>, i64) => MovementRow =
        "select m.id, m.sku_id, m.kind, m.quantity, m.on_hand_after, m.stock_version, m.reason, m.ref_type, m.ref_id, o.product_order_no, m.actor_type, m.occurred_at
         from stock_movements m
         join product_skus k on k.id = m.sku_id
         join products p on p.id = k.product_id
         left join claim_items i on m.ref_type = 'claim_items' and i.id = m.ref_id
         left join product_orders o on o.id = case when m.ref_type = 'product_orders' then m.ref_id else i.product_order_id end
         where p.seller_id = $1 and m.sku_id = $2 and ($3::int is null or m.stock_version < $3)
         order by m.stock_version desc limit $4";
}

/// One page of a SKU's movements, newest first; empty for a SKU of somebody else.
pub async fn movements(
    on: &impl On,
    by: SellerScope,
    sku_id: SkuId,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<MovementRow>, Fault> {
    let before = cursor.and_then(|cursor| cursor.decode::<i32>());
    let rows = MOVEMENTS.all(on, (by.seller_id(), sku_id, before, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| row.stock_version))
}

//! Points to come: what lines that are paid and not decided yet will earn, as things stand.
//!
//! A forecast: what is returned earns nothing, and only cash earns.

use authz::CustomerScope;
use chrono::{DateTime, Utc};
use db::On;
use kernel::{Cursor, Fault, Limit, Money, Page, ProductOrderId, PurchaseOrderId, Rate, UserId};

db::row! {
    /// A line that will earn points.
    pub struct PendingRow {
        pub product_order_id: ProductOrderId,
        pub product_order_no: String,
        pub purchase_order_id: PurchaseOrderId,
        pub order_no: String,
        pub product_name: Option<String>,
        pub state: String,
        pub remaining_paid: Money,
        pub point_rate: Rate,
        /// When the purchase confirms itself, once that is known.
        pub auto_confirm_at: Option<DateTime<Utc>>,
    }
}

db::statements! {
    static LINES: (UserId, Option<ProductOrderId>, i64) => PendingRow =
        "select o.id as product_order_id, o.product_order_no, o.purchase_order_id, p.order_no, o.item_snapshot ->> 'product_name' as product_name, o.state,
                o.remaining_paid, o.point_rate, o.auto_confirm_at
         from product_orders o join purchase_orders p on p.id = o.purchase_order_id
         where o.user_id = $1 and o.state in ('paid', 'preparing', 'dispatched', 'delivering', 'delivered')
           and floor(o.remaining_paid * o.point_rate) > 0 and ($2::uuid is null or o.id < $2)
         order by o.id desc limit $3";
    static SUM: (UserId,) => (Money,) =
        "select coalesce(sum(floor(remaining_paid * point_rate)), 0)::bigint from product_orders
         where user_id = $1 and state in ('paid', 'preparing', 'dispatched', 'delivering', 'delivered')";
}

impl PendingRow {
    /// What the line will earn, in won.
    pub fn points(&self) -> Money {
        pricing::accrue(self.remaining_paid, self.point_rate)
    }
}

/// Lines that will earn points, newest first.
pub async fn list(
    on: &impl On,
    by: CustomerScope,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<PendingRow>, Fault> {
    let after: Option<ProductOrderId> = cursor.and_then(|cursor| cursor.decode());
    let rows = LINES.all(on, (by.user_id(), after, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| row.product_order_id))
}

/// All points to come.
pub async fn sum(on: &impl On, by: CustomerScope) -> Result<Money, Fault> {
    Ok(SUM.one(on, (by.user_id(),)).await?.0)
}

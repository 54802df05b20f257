//! Order lines without a settlement line, each with why.

use authz::SellerScope;
use chrono::{DateTime, Utc};
use db::On;
use kernel::*;
use schemars::JsonSchema;
use serde::Serialize;

kernel::text_enum! {
    /// Why an order line is not settled.
    pub enum UnsettledWhy {
        ClaimOpen = "claim_open",
        NotDispatched = "not_dispatched",
        InTransit = "in_transit",
        /// Delivered; the purchase confirms itself at `auto_confirm_at`.
        AwaitingConfirmation = "awaiting_confirmation",
        /// Confirmed; it is accrued in the night after.
        AccruesTonight = "accrues_tonight",
    }
}

db::row! {
    /// One order line that is not settled. Amounts in won, of the pieces that remain.
    #[derive(Serialize, JsonSchema)]
    pub struct UnsettledLineView {
        pub product_order_id: ProductOrderId, pub product_order_no: String, pub order_no: String, pub product_name: Option<String>, pub state: String, pub why: UnsettledWhy,
        pub auto_confirm_at: Option<DateTime<Utc>>, pub remaining_quantity: i32, pub remaining_gross: Money, pub seller_discount: Money, pub commission_rate: Rate,
    }
}

db::statements! {
    static LIST: (SellerId, Option<ProductOrderId>, Option<String>, Option<ProductOrderId>, i64) => UnsettledLineView =
        "select o.id as product_order_id, o.product_order_no, p.order_no, o.item_snapshot ->> 'product_name' as product_name, o.state,
                case when open.claim then 'claim_open' when o.state in ('paid', 'preparing') then 'not_dispatched' when o.state in ('dispatched', 'delivering') then 'in_transit'
                     when o.state = 'delivered' then 'awaiting_confirmation' else 'accrues_tonight' end as why,
                o.auto_confirm_at, o.remaining_quantity, o.remaining_gross,
                coalesce((select sum(a.amount) from discount_allocations a where a.product_order_id = o.id and a.bearer = 'seller'), 0)::bigint as seller_discount, o.commission_rate
         from product_orders o join purchase_orders p on p.id = o.purchase_order_id
         cross join lateral (select exists (select 1 from claim_items i join claims c on c.id = i.claim_id
                                            where i.product_order_id = o.id and c.state not in ('done', 'rejected', 'withdrawn')) as claim) open
         where o.seller_id = $1 and o.state in ('paid', 'preparing', 'dispatched', 'delivering', 'delivered', 'purchase_decided') and o.remaining_quantity > 0
           and not exists (select 1 from settlement_lines l where l.product_order_id = o.id and l.line_type = 'product')
           and ($2::uuid is null or o.id = $2)
           and ($3::text is null or p.order_no = $3 or o.product_order_no = $3 or position(lower($3) in lower(o.item_snapshot ->> 'product_name')) > 0)
           and ($4::uuid is null or o.id < $4)
         order by o.id desc limit $5";
}

/// A seller's order lines that are not settled, newest first.
pub async fn of_seller(
    on: &impl On,
    by: SellerScope,
    line: Option<ProductOrderId>,
    keyword: Option<String>,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<UnsettledLineView>, Fault> {
    let after = cursor.and_then(|cursor| cursor.decode());
    let rows = LIST.all(on, (by.seller_id(), line, keyword, after, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| row.product_order_id))
}

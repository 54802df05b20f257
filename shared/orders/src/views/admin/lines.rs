//! Lines over all sellers: which are late, which stand still.

use super::{AdminLineRow, AdminLineView};
use crate::state::LineState;
use crate::views::seller::{MaskedRecipient, SealedRecipient};
use boot::Vault;
use chrono::{DateTime, NaiveDate, Utc};
use db::{Json, On};
use kernel::*;
use schemars::JsonSchema;
use serde::Serialize;

db::row! {
    struct ListRow {
        id: ProductOrderId, purchase_order_id: PurchaseOrderId, order_no: String, seller_name: String, line: Json<AdminLineRow>, to: Json<SealedRecipient>,
        changed_at: DateTime<Utc>, delay_days: i64,
    }
}

db::statements! {
    /// Delay is counted in business days after the due day; $6 the Korean day of now, $8 nothing happened since.
    static LIST: (Option<LineState>, Option<SellerId>, Option<ProductId>, bool, Option<i32>, NaiveDate, Now, Option<DateTime<Utc>>, Option<ProductOrderId>, i64) => ListRow = concat!(
        "select o.id, o.purchase_order_id, p.order_no, coalesce(x.display_name, x.company_name) as seller_name, ", admin_line!(), " as line, ", sealed_recipient!(), " as to,
                coalesce(moved.at, p.ordered_at) as changed_at, late.days as delay_days
         from product_orders o join purchase_orders p on p.id = o.purchase_order_id join sellers x on x.id = o.seller_id", taken!(),
        "cross join lateral (select max(t.occurred_at) as at from order_status_histories t where t.product_order_id = o.id) moved
         cross join lateral (
             select count(*) as days
             from generate_series((o.dispatch_due_at at time zone 'Asia/Seoul')::date + 1, $6, interval '1 day') d(day)
             where o.state in ('paid', 'preparing') and extract(isodow from d.day) < 6
               and not exists (select 1 from business_holidays b where b.holiday_date = d.day::date)) late
         where ($1::text is null or o.state = $1) and ($2::uuid is null or o.seller_id = $2)
           and ($3::uuid is null or o.sku_id in (select id from product_skus where product_id = $3))
           and (not $4 or (o.state in ('paid', 'preparing') and o.dispatch_due_at < $7))
           and ($5::int is null or (o.state in ('paid', 'preparing') and o.dispatch_due_at < $7 - make_interval(days => $5 - 1) and late.days >= $5))
           and ($8::timestamptz is null or coalesce(moved.at, p.ordered_at) < $8)
           and ($9::uuid is null or o.id < $9)
         order by o.id desc limit $10");
}

/// Which lines.
#[derive(Debug, Clone, Default)]
pub struct AdminLineFilter {
    pub state: Option<LineState>,
    pub seller_id: Option<SellerId>,
    pub product_id: Option<ProductId>,
    /// Not dispatched although due.
    pub overdue: bool,
    /// Late by at least so many business days.
    pub delay_days: Option<i32>,
    /// In the same state since then.
    pub stuck_since: Option<DateTime<Utc>>,
}

/// A line in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AdminLineSummaryView {
    pub purchase_order_id: PurchaseOrderId,
    pub order_no: String,
    pub seller_name: String,
    #[serde(flatten)]
    pub line: AdminLineView,
    pub recipient: MaskedRecipient,
    /// When its state changed last.
    pub changed_at: DateTime<Utc>,
    /// Business days since it had to leave; 0 when it is not late.
    pub delay_days: i64,
}

/// Lines, newest first.
pub async fn list(
    on: &impl On,
    vault: &Vault,
    filter: AdminLineFilter,
    cursor: Option<Cursor>,
    limit: Limit,
    now: Now,
) -> Result<Page<AdminLineSummaryView>, Fault> {
    let after = cursor.and_then(|cursor| cursor.decode::<ProductOrderId>());
    let params = (
        filter.state,
        filter.seller_id,
        filter.product_id,
        filter.overdue,
        filter.delay_days,
        now.date(),
        now,
        filter.stuck_since,
        after,
        limit.fetch(),
    );
    let page = Page::of(LIST.all(on, params).await?, limit, |row| row.id);
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        items.push(AdminLineSummaryView {
            purchase_order_id: row.purchase_order_id,
            order_no: row.order_no,
            seller_name: row.seller_name,
            recipient: row.to.0.masked(vault)?,
            line: row.line.0.view(now),
            changed_at: row.changed_at,
            delay_days: row.delay_days,
        });
    }
    Ok(Page { items, next_cursor: page.next_cursor })
}

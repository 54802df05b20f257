//! A seller's lines by stage, with how many wait in each. Unpaid lines never appear.

use super::{MaskedRecipient, SealedRecipient, SellerLine, SellerLineView};
use authz::SellerScope;
use boot::Vault;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use db::{Json, On};
use kernel::clock::kst_midnight;
use kernel::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

kernel::text_enum! {
    /// Where a line is in a seller's day.
    pub enum SellerStage {
        /// Paid, not accepted.
        New = "new",
        ToDispatch = "to_dispatch",
        /// Not dispatched, due before midnight.
        DueToday = "due_today",
        Overdue = "overdue",
        /// With a declared delay, not dispatched.
        Delayed = "delayed",
        InTransit = "in_transit",
        Delivered = "delivered",
        Confirmed = "confirmed",
        /// With a claim that has not ended.
        InClaim = "in_claim",
        Closed = "closed",
    }
}

db::row! { struct ListRow { items: Json<Vec<ItemRow>>, counts: Json<StageCounts> } }

#[derive(Debug, Clone, Deserialize)]
struct ItemRow {
    order_no: String,
    paid_at: Option<DateTime<Utc>>,
    line: SellerLine,
    to: SealedRecipient,
    carrier_code: Option<String>,
    invoice_no: Option<String>,
}

/// `$2` the moment, `$3` the midnight that ends its day.
macro_rules! in_stage {
    () => {
        "case $4::text
             when 'new' then o.state = 'paid'
             when 'to_dispatch' then o.state = 'preparing'
             when 'due_today' then o.state in ('paid', 'preparing') and o.dispatch_due_at >= $2 and o.dispatch_due_at < $3
             when 'overdue' then o.state in ('paid', 'preparing') and o.dispatch_due_at < $2
             when 'delayed' then o.state in ('paid', 'preparing') and o.delay_notified_at is not null
             when 'in_transit' then o.state in ('dispatched', 'delivering')
             when 'delivered' then o.state = 'delivered'
             when 'confirmed' then o.state = 'purchase_decided'
             when 'closed' then o.state in ('canceled', 'returned', 'exchanged')
             when 'in_claim' then o.id in (
                 select i.product_order_id from claims k join claim_items i on i.claim_id = k.id
                 where k.state not in ('done', 'rejected', 'withdrawn') and i.outcome in ('open', 'accepted'))
             else true end"
    };
}

db::statements! {
    /// $5 an order's or line's number, or part of a product's name or the seller's own code; $8 what changed since.
    static LIST: (SellerId, Now, DateTime<Utc>, Option<SellerStage>, Option<String>, Option<DateTime<Utc>>, Option<DateTime<Utc>>, Option<DateTime<Utc>>, Option<ProductOrderId>, i64) => ListRow = concat!(
        "select (select coalesce(jsonb_agg(x.item order by x.id desc), '[]') from (
                    select o.id, jsonb_build_object('order_no', p.order_no, 'paid_at', p.paid_at, 'line', ", seller_line!(), ", 'to', ", sealed_recipient!(), ",
                               'carrier_code', h.carrier_code, 'invoice_no', h.invoice_no) as item
                    from product_orders o join purchase_orders p on p.id = o.purchase_order_id left join shipments h on h.id = o.shipment_id", taken!(),
                    "where o.seller_id = $1 and o.state not in ('payment_waiting', 'canceled_by_nopayment') and ", in_stage!(), "
                      and ($5::text is null or p.order_no = $5 or o.product_order_no = $5 or position(lower($5) in lower(concat_ws(' ', o.item_snapshot ->> 'product_name',
                               o.item_snapshot ->> 'seller_sku', o.item_snapshot ->> 'style_no'))) > 0)
                      and ($6::timestamptz is null or p.paid_at >= $6) and ($7::timestamptz is null or p.paid_at < $7)
                      and ($8::timestamptz is null or o.id in (select g.product_order_id from product_order_changes g where g.seller_id = $1 and g.occurred_at >= $8))
                      and ($9::uuid is null or o.id < $9)
                    order by o.id desc limit $10) x) as items,
                (select jsonb_build_object('new', count(*) filter (where o.state = 'paid'), 'to_dispatch', count(*) filter (where o.state = 'preparing'),
                            'due_today', count(*) filter (where o.state in ('paid', 'preparing') and o.dispatch_due_at >= $2 and o.dispatch_due_at < $3),
                            'overdue', count(*) filter (where o.state in ('paid', 'preparing') and o.dispatch_due_at < $2),
                            'delayed', count(*) filter (where o.state in ('paid', 'preparing') and o.delay_notified_at is not null),
                            'in_transit', count(*) filter (where o.state in ('dispatched', 'delivering')), 'delivered', count(*) filter (where o.state = 'delivered'),
                            'in_claim', count(*) filter (where exists (
                                select 1 from claim_items i join claims k on k.id = i.claim_id
                                where i.product_order_id = o.id and i.outcome in ('open', 'accepted') and k.state not in ('done', 'rejected', 'withdrawn'))))
                 from product_orders o where o.seller_id = $1 and o.state in ('paid', 'preparing', 'dispatched', 'delivering', 'delivered')) as counts");
}

/// Which lines. Days are Korean days of payment, both inclusive.
#[derive(Debug, Clone, Default)]
pub struct SellerLineFilter {
    pub stage: Option<SellerStage>,
    pub keyword: Option<String>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub changed_since: Option<DateTime<Utc>>,
}

/// Lines that wait in each stage, whatever the filter. What ended is not counted.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct StageCounts {
    pub new: i64,
    pub to_dispatch: i64,
    pub due_today: i64,
    pub overdue: i64,
    pub delayed: i64,
    pub in_transit: i64,
    pub delivered: i64,
    pub in_claim: i64,
}

/// A line in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerLineSummaryView {
    pub order_no: String,
    pub paid_at: Option<DateTime<Utc>>,
    #[serde(flatten)]
    pub line: SellerLineView,
    pub recipient: MaskedRecipient,
    pub carrier_code: Option<String>,
    pub invoice_no: Option<String>,
}

/// A page of lines with the counts of the stages.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerLinePage {
    /// Newest first.
    pub items: Vec<SellerLineSummaryView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    pub counts: StageCounts,
}

/// A seller's lines.
pub async fn list(
    on: &impl On,
    vault: &Vault,
    by: SellerScope,
    filter: SellerLineFilter,
    cursor: Option<Cursor>,
    limit: Limit,
    now: Now,
) -> Result<SellerLinePage, Fault> {
    let after = cursor.and_then(|cursor| cursor.decode::<ProductOrderId>());
    let tonight = kst_midnight(now.date()) + Duration::days(1);
    let from = filter.from.map(kst_midnight);
    let to = filter.to.map(|day| kst_midnight(day) + Duration::days(1));
    let params = (
        by.seller_id(),
        now,
        tonight,
        filter.stage,
        filter.keyword,
        from,
        to,
        filter.changed_since,
        after,
        limit.fetch(),
    );
    let row = LIST.one(on, params).await?;
    let page = Page::of(row.items.0, limit, |item| item.line.product_order_id);
    let mut items = Vec::with_capacity(page.items.len());
    for item in page.items {
        items.push(SellerLineSummaryView {
            order_no: item.order_no,
            paid_at: item.paid_at,
            recipient: item.to.masked(vault)?,
            line: item.line.view(now),
            carrier_code: item.carrier_code,
            invoice_no: item.invoice_no,
        });
    }
    Ok(SellerLinePage { items, next_cursor: page.next_cursor, counts: row.counts.0 })
}

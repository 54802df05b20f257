//! Orders with their lines, newest first.

use crate::state::{LineState, OrderState};
use crate::views::LineStage;
use crate::views::actions::{OrderAction, of_unpaid};
use crate::views::lines::{CustomerLineRow, CustomerLineView};
use authz::CustomerScope;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use db::{Json, On};
use kernel::clock::kst_midnight;
use kernel::*;
use schemars::JsonSchema;
use serde::Serialize;

db::row! {
    struct ListRow {
        id: PurchaseOrderId, order_no: String, state: OrderState, ordered_at: DateTime<Utc>, paid_at: Option<DateTime<Utc>>, pay_due_at: Option<DateTime<Utc>>,
        total_payable: Money, attempt_open: bool, lines: Json<Vec<CustomerLineRow>>,
    }
}

db::statements! {
    /// $4 looks into names of products and brands; an order number must be whole.
    static LIST: (UserId, Option<Vec<LineState>>, bool, Option<String>, Option<DateTime<Utc>>, Option<DateTime<Utc>>, Option<DateTime<Utc>>, Option<PurchaseOrderId>, i64) => ListRow = concat!(
        "select p.id, p.order_no, p.state, p.ordered_at, p.paid_at, p.pay_due_at, p.total_payable,
                exists (select 1 from payments a where a.purchase_order_id = p.id and a.purpose = 'order' and not a.is_surplus and a.state in ('in_progress', 'waiting_for_deposit', 'unknown')) as attempt_open,
                (select coalesce(jsonb_agg(", customer_line!(), " order by o.line_no), '[]') from product_orders o", taken!(), "where o.purchase_order_id = p.id) as lines
         from purchase_orders p
         where p.user_id = $1
           and (($2::text[] is null and not $3) or exists (
                select 1 from product_orders o", taken!(), "where o.purchase_order_id = p.id and ($2 is null or o.state = any($2)) and (not $3 or taken.open)))
           and ($4::text is null or p.order_no = $4 or exists (
                select 1 from product_orders o where o.purchase_order_id = p.id
                  and position(lower($4) in lower(concat_ws(' ', o.item_snapshot ->> 'brand_name', o.item_snapshot ->> 'product_name'))) > 0))
           and ($5::timestamptz is null or p.ordered_at >= $5) and ($6::timestamptz is null or p.ordered_at < $6)
           and ($7::timestamptz is null or (p.ordered_at, p.id) < ($7, $8))
         order by p.ordered_at desc, p.id desc limit $9");
}

/// Which orders. Days are Korean, both inclusive.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    pub stage: Option<LineStage>,
    pub keyword: Option<String>,
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
}

/// An order in a list. Amounts in won.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderSummaryView {
    pub purchase_order_id: PurchaseOrderId,
    pub order_no: String,
    pub state: OrderState,
    pub ordered_at: DateTime<Utc>,
    pub paid_at: Option<DateTime<Utc>>,
    /// Until when an unpaid order is kept.
    pub pay_due_at: Option<DateTime<Utc>>,
    pub total_payable: Money,
    pub actions: Vec<OrderAction>,
    pub lines: Vec<CustomerLineView>,
}

/// A customer's orders.
pub async fn list(
    on: &impl On,
    by: CustomerScope,
    filter: OrderFilter,
    cursor: Option<Cursor>,
    limit: Limit,
    now: Now,
) -> Result<Page<OrderSummaryView>, Fault> {
    let (at, id) = cursor.and_then(|cursor| cursor.decode::<(DateTime<Utc>, PurchaseOrderId)>()).unzip();
    let claimed = filter.stage == Some(LineStage::InClaim);
    let states = filter.stage.and_then(LineStage::states);
    let from = filter.from.map(kst_midnight);
    let to = filter.to.map(|day| kst_midnight(day) + Duration::days(1));
    let rows = LIST.all(on, (by.user_id(), states, claimed, filter.keyword, from, to, at, id, limit.fetch())).await?;
    Ok(Page::of(rows, limit, |row| (row.ordered_at, row.id)).map(|row| view(row, now)))
}

fn view(row: ListRow, now: Now) -> OrderSummaryView {
    let waits = row.state == OrderState::PaymentWaiting;
    OrderSummaryView {
        purchase_order_id: row.id,
        order_no: row.order_no,
        state: row.state,
        ordered_at: row.ordered_at,
        paid_at: row.paid_at,
        pay_due_at: row.pay_due_at,
        total_payable: row.total_payable,
        actions: if waits { of_unpaid(row.pay_due_at, row.attempt_open, now) } else { Vec::new() },
        lines: row.lines.0.into_iter().map(|line| line.view(now)).collect(),
    }
}

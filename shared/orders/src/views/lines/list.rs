//! Lines across orders, newest first.

use super::{CustomerLineRow, CustomerLineView};
use crate::state::LineState;
use crate::views::LineStage;
use authz::CustomerScope;
use chrono::{DateTime, Utc};
use db::{Json, On};
use kernel::*;
use schemars::JsonSchema;
use serde::Serialize;

db::row! { struct ListRow { id: ProductOrderId, order_no: String, ordered_at: DateTime<Utc>, line: Json<CustomerLineRow> } }

db::statements! {
    static LIST: (UserId, Option<Vec<LineState>>, bool, Option<ProductOrderId>, i64) => ListRow = concat!(
        "select o.id, p.order_no, p.ordered_at, ", customer_line!(), " as line
         from product_orders o join purchase_orders p on p.id = o.purchase_order_id", taken!(),
        "where o.user_id = $1 and ($2::text[] is null or o.state = any($2)) and (not $3 or taken.open) and ($4::uuid is null or o.id < $4)
         order by o.id desc limit $5");
}

/// Which lines.
#[derive(Debug, Clone, Copy, Default)]
pub struct LineFilter {
    pub stage: Option<LineStage>,
}

/// A line with the order it belongs to.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LineSummaryView {
    pub order_no: String,
    pub ordered_at: DateTime<Utc>,
    #[serde(flatten)]
    pub line: CustomerLineView,
}

/// A customer's lines.
pub async fn list(
    on: &impl On,
    by: CustomerScope,
    filter: LineFilter,
    cursor: Option<Cursor>,
    limit: Limit,
    now: Now,
) -> Result<Page<LineSummaryView>, Fault> {
    let after = cursor.and_then(|cursor| cursor.decode::<ProductOrderId>());
    let claimed = filter.stage == Some(LineStage::InClaim);
    let states = filter.stage.and_then(LineStage::states);
    let rows = LIST.all(on, (by.user_id(), states, claimed, after, limit.fetch())).await?;
    let view = |row: ListRow| LineSummaryView {
        order_no: row.order_no,
        ordered_at: row.ordered_at,
        line: row.line.0.view(now),
    };
    Ok(Page::of(rows, limit, |row| row.id).map(view))
}

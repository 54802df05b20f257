//! Settlement lines, and order lines that are not settled yet.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use chrono::NaiveDate;
use kernel::values::Text;
use kernel::{Cursor, Limit, Page, ProductOrderId, SettlementId};
use pricing::LineType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use settlement::views::lines::{self, LineFilter, SettlementLineView};
use settlement::views::unsettled::{self, UnsettledLineView};
use web::{Answer, Ctx, Json, Query};

/// Which lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettledOrNot {
    /// Settlement lines.
    Settled,
    /// Order lines without one, each with why.
    Unsettled,
}

/// A settlement line, or an order line that is not settled yet.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SettledOrNotLine {
    Settled(Box<SettlementLineView>),
    Unsettled(Box<UnsettledLineView>),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettlementLinesQuery {
    /// `settled` unless asked otherwise; of unsettled lines only `product_order_id` and `keyword` are looked at.
    kind: Option<SettledOrNot>,
    settlement_id: Option<SettlementId>,
    line_type: Option<LineType>,
    product_order_id: Option<ProductOrderId>,
    /// An order's or order line's number, or part of a product's name.
    keyword: Option<Text<1, 100>>,
    /// First and last `basis_date`.
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

pub async fn list(
    ctx: Ctx<may::SettlementsRead>,
    State(app): State<App>,
    Query(query): Query<SettlementLinesQuery>,
) -> Answer<Json<Page<SettledOrNotLine>>> {
    let SettlementLinesQuery { kind, settlement_id, line_type, product_order_id, keyword, from, to, cursor, limit } =
        query;
    let (on, limit, by) = (app.boot.db.reader().await?, limit.unwrap_or_default(), ctx.who.scope());
    let keyword = keyword.map(Text::into_string);
    if kind == Some(SettledOrNot::Unsettled) {
        let page = unsettled::of_seller(&on, by, product_order_id, keyword, cursor, limit).await?;
        return Ok(Json(page.map(|line| SettledOrNotLine::Unsettled(Box::new(line)))));
    }
    let filter = LineFilter { settlement_id, line_type, product_order_id, keyword, from, to };
    let page = lines::of_seller(&on, by, filter, cursor, limit).await?;
    Ok(Json(page.map(|line| SettledOrNotLine::Settled(Box::new(line)))))
}

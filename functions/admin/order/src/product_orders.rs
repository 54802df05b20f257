//! Order lines over all sellers.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::*;
use orders::state::LineState;
use orders::views::admin::lines::{self, AdminLineFilter, AdminLineSummaryView};
use schemars::JsonSchema;
use serde::Deserialize;
use web::{Answer, Ctx, Json, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminLinesQuery {
    pub state: Option<LineState>,
    pub seller_id: Option<SellerId>,
    pub product_id: Option<ProductId>,
    /// Only lines that had to leave and have not.
    pub overdue: Option<bool>,
    /// Only lines late by at least so many business days.
    pub delay_days: Option<u8>,
    /// Only lines whose state has not changed since.
    pub stuck_since: Option<DateTime<Utc>>,
    pub cursor: Option<Cursor>,
    pub limit: Option<Limit>,
}

pub async fn list(
    ctx: Ctx<may::OrdersRead>,
    State(app): State<App>,
    Query(query): Query<AdminLinesQuery>,
) -> Answer<Json<Page<AdminLineSummaryView>>> {
    let AdminLinesQuery { state, seller_id, product_id, overdue, delay_days, stuck_since, cursor, limit } = query;
    let (overdue, delay_days) = (overdue.unwrap_or_default(), delay_days.map(i32::from));
    let filter = AdminLineFilter { state, seller_id, product_id, overdue, delay_days, stuck_since };
    let conn = app.boot.db.reader().await?;
    Ok(Json(lines::list(&conn, &app.boot.vault, filter, cursor, limit.unwrap_or_default(), ctx.now).await?))
}

//! Order lines, as their customer acts on them.

use crate::App;
use authz::service as may;
use axum::extract::State;
use kernel::values::List;
use kernel::*;
use orders::ActorRef;
use orders::decide::{self, DecideError};
use orders::views;
use orders::views::LineStage;
use orders::views::lines::{LineDetailView, LineFilter, LineSummaryView, ShowLineError};
use orders::views::shipments::LineParcelsView;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, NoContent, Path, Query};

/// The lines to confirm, all of them or none.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmPurchase {
    pub product_order_ids: List<ProductOrderId, 1, 100>,
}

pub async fn confirm(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Json(body): Json<ConfirmPurchase>,
) -> Answer<NoContent, DecideError> {
    let tx = app.boot.db.begin().await?;
    decide::by_customer(&tx, ctx.who.scope(), ActorRef::from(&ctx.who), ctx.now, body.product_order_ids.into_vec())
        .await?;
    tx.commit().await?;
    app.nudge.relay().await;
    Ok(NoContent)
}

/// Which lines to list.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListLines {
    pub stage: Option<LineStage>,
    #[serde(skip_serializing)]
    pub cursor: Option<Cursor>,
    #[serde(skip_serializing)]
    pub limit: Option<Limit>,
}

pub async fn list(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Query(query): Query<ListLines>,
) -> Answer<Json<Page<LineSummaryView>>> {
    let conn = app.boot.db.reader().await?;
    let filter = LineFilter { stage: query.stage };
    Ok(Json(
        views::lines::list(&conn, ctx.who.scope(), filter, query.cursor, query.limit.unwrap_or_default(), ctx.now)
            .await?,
    ))
}

pub async fn get(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(line): Path<ProductOrderId>,
) -> Answer<Json<LineDetailView>, ShowLineError> {
    let conn = app.boot.db.writer().await?;
    Ok(Json(views::lines::detail(&conn, ctx.who.scope(), line, ctx.now).await?))
}

pub async fn shipments(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(line): Path<ProductOrderId>,
) -> Answer<Json<LineParcelsView>, ShowLineError> {
    let conn = app.boot.db.reader().await?;
    Ok(Json(views::shipments::of_line(&conn, ctx.who.scope(), line).await?))
}

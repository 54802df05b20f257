//! Statements of the signed-in member's seller.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use chrono::NaiveDate;
use kernel::{Cursor, Limit, Page, SettlementId};
use schemars::JsonSchema;
use serde::Deserialize;
use settlement::SettlementCycle;
use settlement::confirm::{self, ConfirmError};
use settlement::state::SettlementState;
use settlement::verify::StatementError;
use settlement::views::forecast::{self, ForecastView};
use settlement::views::statements::{self, StatementCard, StatementFilter, StatementView};
use web::{Answer, Ctx, Json, Path, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementsQuery {
    cycle: Option<SettlementCycle>,
    state: Option<SettlementState>,
    /// Periods that end on this day or later.
    from: Option<NaiveDate>,
    /// Periods that begin on this day or earlier.
    to: Option<NaiveDate>,
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

pub async fn list(
    ctx: Ctx<may::SettlementsRead>,
    State(app): State<App>,
    Query(query): Query<StatementsQuery>,
) -> Answer<Json<Page<StatementCard>>> {
    let StatementsQuery { cycle, state, from, to, cursor, limit } = query;
    let filter = StatementFilter { cycle, state, from, to, ..StatementFilter::default() };
    let on = app.boot.db.reader().await?;
    Ok(Json(statements::of_seller(&on, ctx.who.scope(), filter, cursor, limit.unwrap_or_default()).await?))
}

pub async fn forecast(ctx: Ctx<may::SettlementsRead>, State(app): State<App>) -> Answer<Json<ForecastView>> {
    Ok(Json(forecast::of_seller(&app.boot.db.reader().await?, ctx.who.scope(), ctx.now).await?))
}

pub async fn open(
    ctx: Ctx<may::SettlementsRead>,
    State(app): State<App>,
    Path(settlement_id): Path<SettlementId>,
) -> Answer<Json<StatementView>, StatementError> {
    Ok(Json(statements::open_of_seller(&app.boot.db.reader().await?, ctx.who.scope(), settlement_id).await?))
}

pub async fn confirm(
    ctx: Ctx<may::SettlementsWrite>,
    State(app): State<App>,
    Path(settlement_id): Path<SettlementId>,
) -> Answer<Json<StatementView>, ConfirmError> {
    let tx = app.boot.db.begin().await?;
    confirm::by_seller(&tx, &ctx.who, settlement_id, ctx.now).await?;
    let view = statements::open_of_seller(&tx, ctx.who.scope(), settlement_id).await.map_err(kernel::Failure::widen)?;
    tx.commit().await?;
    app.nudge.relay().await;
    Ok(Json(view))
}

//! Settlement periods.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use kernel::{Cursor, Limit, Page, SettlementPeriodId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use settlement::SettlementCycle;
use settlement::build::{self, Built};
use settlement::close;
use settlement::periods::PeriodError;
use settlement::state::PeriodState;
use settlement::views::periods::{self, PeriodCard, PeriodView};
use web::{Answer, Ctx, Json, Path, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SettlementPeriodsQuery {
    cycle: Option<SettlementCycle>,
    state: Option<PeriodState>,
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

pub async fn list(
    _: Ctx<may::SettlementsRead>,
    State(app): State<App>,
    Query(query): Query<SettlementPeriodsQuery>,
) -> Answer<Json<Page<PeriodCard>>> {
    let SettlementPeriodsQuery { cycle, state, cursor, limit } = query;
    let on = app.boot.db.reader().await?;
    Ok(Json(periods::list(&on, cycle, state, cursor, limit.unwrap_or_default()).await?))
}

pub async fn open(
    _: Ctx<may::SettlementsRead>,
    State(app): State<App>,
    Path(period_id): Path<SettlementPeriodId>,
) -> Answer<Json<PeriodView>, PeriodError> {
    Ok(Json(periods::open(&app.boot.db.writer().await?, period_id).await?))
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildPeriodBody {
    /// Only shows what would change.
    #[serde(default)]
    dry_run: bool,
}

pub async fn build(
    ctx: Ctx<may::SettlementsOperate>,
    State(app): State<App>,
    Path(period_id): Path<SettlementPeriodId>,
    Json(body): Json<BuildPeriodBody>,
) -> Answer<Json<Built>, PeriodError> {
    let by = ctx.who.operator_id;
    Ok(Json(build::by_operator(&app.boot.db, by, period_id, body.dry_run, ctx.now).await?))
}

pub async fn close(
    ctx: Ctx<may::SettlementsClose>,
    State(app): State<App>,
    Path(period_id): Path<SettlementPeriodId>,
) -> Answer<Json<PeriodView>, PeriodError> {
    let tx = app.boot.db.begin().await?;
    close::close(&tx, ctx.who.operator_id, period_id, ctx.now).await?;
    let view = periods::open(&tx, period_id).await?;
    tx.commit().await?;
    Ok(Json(view))
}

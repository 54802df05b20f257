//! Settlement periods.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::{Cursor, Limit, Page, SettlementPeriodId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use settlement::SettlementCycle;
use settlement::build::{self, BuiltStatement};
use settlement::build_period;
use settlement::close;
use settlement::periods::PeriodError;
use settlement::state::PeriodState;
use settlement::views::periods::{self, PeriodCard, PeriodView};
use web::{Accepted, Answer, Ctx, Json, Path, Query, Reply, Spec};

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

/// What building would change.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RehearsalView {
    pub statements: Vec<BuiltStatement>,
}

/// 202 with the period, which is `building` until the worker is done; 200 with what would change, for a rehearsal.
pub enum Build {
    Asked(Box<PeriodView>),
    Rehearsed(RehearsalView),
}

impl IntoResponse for Build {
    fn into_response(self) -> Response {
        match self {
            Build::Asked(view) => Accepted(*view).into_response(),
            Build::Rehearsed(view) => Json(view).into_response(),
        }
    }
}

impl Reply for Build {
    fn describe(spec: &mut Spec) {
        <Accepted<PeriodView> as Reply>::describe(spec);
        <Json<RehearsalView> as Reply>::describe(spec);
    }
}

pub async fn build(
    ctx: Ctx<may::SettlementsOperate>,
    State(app): State<App>,
    Path(period_id): Path<SettlementPeriodId>,
    Json(body): Json<BuildPeriodBody>,
) -> Answer<Build, PeriodError> {
    if body.dry_run {
        let statements = build::rehearse(&app.boot.db.writer().await?, period_id, ctx.now).await?;
        return Ok(Build::Rehearsed(RehearsalView { statements }));
    }
    let tx = app.boot.db.begin().await?;
    build_period::ask(&tx, ctx.who.operator_id, period_id, ctx.now).await?;
    let view = periods::open(&tx, period_id).await?;
    tx.commit().await?;
    app.nudge.relay().await;
    Ok(Build::Asked(Box::new(view)))
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

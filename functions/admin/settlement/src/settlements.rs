//! Statements of every seller.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use chrono::NaiveDate;
use kernel::values::{List, Text};
use kernel::{Cursor, Limit, Money, Page, SellerId, SettlementId, SettlementPeriodId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use settlement::SettlementCycle;
use settlement::issue::{self, Issue, IssueResult};
use settlement::revert::{self, RevertError};
use settlement::state::SettlementState;
use settlement::verify::{self, StatementError, Verified};
use settlement::views::lines::{self, SettlementLineView};
use settlement::views::statements::{self, StatementFilter, StatementOfSellerCard, StatementOfSellerView};
use web::{Answer, Ctx, Json, Path, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementsQuery {
    seller_id: Option<SellerId>,
    period_id: Option<SettlementPeriodId>,
    cycle: Option<SettlementCycle>,
    state: Option<SettlementState>,
    /// Periods that end on this day or later.
    from: Option<NaiveDate>,
    /// Periods that begin on this day or earlier.
    to: Option<NaiveDate>,
    /// Least and most won to pay out.
    amount_from: Option<Money>,
    amount_to: Option<Money>,
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

pub async fn list(
    _: Ctx<may::SettlementsRead>,
    State(app): State<App>,
    Query(query): Query<StatementsQuery>,
) -> Answer<Json<Page<StatementOfSellerCard>>> {
    let StatementsQuery { seller_id, period_id, cycle, state, from, to, amount_from, amount_to, cursor, limit } = query;
    let filter = StatementFilter { seller_id, period_id, cycle, state, from, to, amount_from, amount_to };
    Ok(Json(statements::list(&app.boot.db.reader().await?, filter, cursor, limit.unwrap_or_default()).await?))
}

pub async fn open(
    _: Ctx<may::SettlementsRead>,
    State(app): State<App>,
    Path(settlement_id): Path<SettlementId>,
) -> Answer<Json<StatementOfSellerView>, StatementError> {
    Ok(Json(statements::open(&app.boot.db.writer().await?, settlement_id).await?))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementLinesQuery {
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

pub async fn lines(
    _: Ctx<may::SettlementsRead>,
    State(app): State<App>,
    Path(settlement_id): Path<SettlementId>,
    Query(query): Query<StatementLinesQuery>,
) -> Answer<Json<Page<SettlementLineView>>, StatementError> {
    let on = app.boot.db.reader().await?;
    Ok(Json(lines::of_statement(&on, settlement_id, query.cursor, query.limit.unwrap_or_default()).await?))
}

/// Writes nothing.
pub async fn verify(
    _: Ctx<may::SettlementsRead>,
    State(app): State<App>,
    Path(settlement_id): Path<SettlementId>,
) -> Answer<Json<Verified>, StatementError> {
    Ok(Json(verify::verify(&app.boot.db.writer().await?, settlement_id).await?))
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueStatementsBody {
    statements: List<IssueStatement, 1, 100>,
}

/// One statement to issue, as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueStatement {
    settlement_id: SettlementId,
    version: i32,
}

/// How it ended per statement.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IssuedStatementsView {
    results: Vec<IssueResult>,
}

pub async fn issue(
    ctx: Ctx<may::SettlementsOperate>,
    State(app): State<App>,
    Json(body): Json<IssueStatementsBody>,
) -> Answer<Json<IssuedStatementsView>> {
    let one = |one: IssueStatement| Issue { settlement_id: one.settlement_id, version: one.version };
    let asked = body.statements.into_vec().into_iter().map(one).collect();
    let tx = app.boot.db.begin().await?;
    let results = issue::by_operator(&tx, ctx.who.operator_id, ctx.now, asked).await?;
    tx.commit().await?;
    app.nudge.relay().await;
    Ok(Json(IssuedStatementsView { results }))
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevertStatementBody {
    /// Kept with the change.
    reason: Text<1, 500>,
}

pub async fn revert(
    ctx: Ctx<may::SettlementsClose>,
    State(app): State<App>,
    Path(settlement_id): Path<SettlementId>,
    Json(body): Json<RevertStatementBody>,
) -> Answer<Json<StatementOfSellerView>, RevertError> {
    let tx = app.boot.db.begin().await?;
    revert::by_operator(&tx, ctx.who.operator_id, settlement_id, body.reason.into_string(), ctx.now).await?;
    let view = statements::open(&tx, settlement_id).await.map_err(kernel::Failure::widen)?;
    tx.commit().await?;
    app.nudge.relay().await;
    Ok(Json(view))
}

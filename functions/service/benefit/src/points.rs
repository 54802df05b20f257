//! My points (적립금).

use crate::App;
use crate::balance_views::{BalanceMovementView, PendingPointsView, PointExpirationView};
use authz::service as may;
use axum::extract::State;
use kernel::{Cursor, Limit, Money, Page};
use pricing::Balance;
use promotions::{balance_history, balances, pending_points};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, Query};

/// A page of a list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BalancePageQuery {
    pub cursor: Option<Cursor>,
    pub limit: Option<Limit>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PointsView {
    /// What I can spend now.
    balance: Money,
    /// Taken by orders that are not paid yet; no part of the balance.
    held: Money,
    expiring_in_30_days: Money,
    /// To come when purchases are confirmed.
    pending: Money,
    /// Taken back and not covered: comes out of the next points.
    debt: Money,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PointExpirationsView {
    /// Soonest first, which is the order in which points are spent.
    items: Vec<PointExpirationView>,
}

pub async fn show(ctx: Ctx<may::Customer>, State(app): State<App>) -> Answer<Json<PointsView>> {
    let conn = app.boot.db.reader().await?;
    let have = balances::of(&conn, ctx.who.user_id, ctx.now).await?;
    let pending = pending_points::sum(&conn, ctx.who.scope()).await?;
    Ok(Json(PointsView {
        balance: have.points,
        held: have.points_held,
        expiring_in_30_days: have.points_expiring,
        pending,
        debt: have.points_debt,
    }))
}

pub async fn transactions(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Query(query): Query<BalancePageQuery>,
) -> Answer<Json<Page<BalanceMovementView>>> {
    let conn = app.boot.db.reader().await?;
    let limit = query.limit.unwrap_or_default();
    let page = balance_history::movements(&conn, ctx.who.scope(), Balance::Points, query.cursor, limit).await?;
    Ok(Json(page.map(BalanceMovementView::from)))
}

pub async fn expirations(ctx: Ctx<may::Customer>, State(app): State<App>) -> Answer<Json<PointExpirationsView>> {
    let conn = app.boot.db.reader().await?;
    let months = balance_history::by_month(&conn, ctx.who.scope(), Balance::Points, ctx.now).await?;
    Ok(Json(PointExpirationsView { items: months.into_iter().map(PointExpirationView::from).collect() }))
}

pub async fn pending(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Query(query): Query<BalancePageQuery>,
) -> Answer<Json<Page<PendingPointsView>>> {
    let conn = app.boot.db.reader().await?;
    let page = pending_points::list(&conn, ctx.who.scope(), query.cursor, query.limit.unwrap_or_default()).await?;
    Ok(Json(page.map(PendingPointsView::from)))
}

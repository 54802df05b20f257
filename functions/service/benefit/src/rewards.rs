//! My rewards (리워드).

use crate::App;
use crate::balance_views::{BalanceMovementView, RewardCampaignView};
use crate::points::BalancePageQuery;
use authz::service as may;
use axum::extract::State;
use kernel::{Money, Page};
use pricing::Balance;
use promotions::{balance_history, balances};
use schemars::JsonSchema;
use serde::Serialize;
use web::{Answer, Ctx, Json, Query};

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RewardsView {
    /// What I can spend now: on goods, never on shipping, and never paid out.
    balance: Money,
    /// Taken by orders that are not paid yet; no part of the balance.
    held: Money,
    expiring_in_30_days: Money,
    /// The one that is spent next comes first.
    campaigns: Vec<RewardCampaignView>,
}

pub async fn show(ctx: Ctx<may::Customer>, State(app): State<App>) -> Answer<Json<RewardsView>> {
    let conn = app.boot.db.reader().await?;
    let have = balances::of(&conn, ctx.who.user_id, ctx.now).await?;
    let campaigns = balance_history::by_campaign(&conn, ctx.who.scope(), Balance::Rewards, ctx.now).await?;
    Ok(Json(RewardsView {
        balance: have.rewards,
        held: have.rewards_held,
        expiring_in_30_days: have.rewards_expiring,
        campaigns: campaigns.into_iter().map(RewardCampaignView::from).collect(),
    }))
}

pub async fn transactions(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Query(query): Query<BalancePageQuery>,
) -> Answer<Json<Page<BalanceMovementView>>> {
    let conn = app.boot.db.reader().await?;
    let limit = query.limit.unwrap_or_default();
    let page = balance_history::movements(&conn, ctx.who.scope(), Balance::Rewards, query.cursor, limit).await?;
    Ok(Json(page.map(BalanceMovementView::from)))
}

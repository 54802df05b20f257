//! Transfers to the seller's bank account.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use kernel::{Cursor, Limit, Page};
use schemars::JsonSchema;
use serde::Deserialize;
use settlement::state::PayoutState;
use settlement::views::payouts::{self, PayoutView};
use web::{Answer, Ctx, Json, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutsQuery {
    state: Option<PayoutState>,
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

pub async fn list(
    ctx: Ctx<may::SettlementsRead>,
    State(app): State<App>,
    Query(query): Query<PayoutsQuery>,
) -> Answer<Json<Page<PayoutView>>> {
    let PayoutsQuery { state, cursor, limit } = query;
    let (on, vault) = (app.boot.db.reader().await?, &app.boot.vault);
    Ok(Json(payouts::of_seller(&on, vault, ctx.who.scope(), state, cursor, limit.unwrap_or_default()).await?))
}

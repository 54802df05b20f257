//! The account payouts go to.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use settlement::views::account::{self, SettlementAccountStatus};
use web::{Answer, Ctx, Json};

pub async fn show(ctx: Ctx<may::SettlementsRead>, State(app): State<App>) -> Answer<Json<SettlementAccountStatus>> {
    let on = app.boot.db.reader().await?;
    Ok(Json(account::of_seller(&on, &app.boot.vault, ctx.who.scope(), ctx.now).await?))
}

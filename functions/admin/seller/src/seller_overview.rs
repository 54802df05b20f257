//! One seller, as operators see it.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use kernel::SellerId;
use sellers::overview::{self, OverviewError, SellerView};
use web::{Answer, Ctx, Json, Path};

pub async fn show(
    ctx: Ctx<may::SellersRead>,
    State(app): State<App>,
    Path(seller_id): Path<SellerId>,
) -> Answer<Json<SellerView>, OverviewError> {
    let with_contract = ctx.who.permissions.iter().any(|held| held == "contracts:read");
    let on = app.boot.db.writer().await?;
    Ok(Json(overview::of(&on, seller_id, with_contract, ctx.now.date()).await?))
}

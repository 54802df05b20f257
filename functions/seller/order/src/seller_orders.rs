//! My part of one checkout.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use kernel::*;
use orders::views::seller::part::{self, SellerPartView, ShowPartError};
use web::{Answer, Ctx, Json, Path};

pub async fn get(
    ctx: Ctx<may::OrdersRead>,
    State(app): State<App>,
    Path(seller_order_id): Path<SellerOrderId>,
) -> Answer<Json<SellerPartView>, ShowPartError> {
    let conn = app.boot.db.reader().await?;
    Ok(Json(part::detail(&conn, &app.boot.vault, ctx.who.scope(), seller_order_id, ctx.now).await?))
}

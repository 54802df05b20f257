//! My wallet.

use crate::App;
use crate::coupon_views::WalletCouponView;
use authz::service as may;
use axum::extract::State;
use kernel::{Cursor, Limit, Page};
use promotions::my_coupons::{self, WalletStatus};
use schemars::JsonSchema;
use serde::Deserialize;
use web::{Answer, Ctx, Json, Query};

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserCouponsQuery {
    /// Only coupons that stand so.
    status: Option<WalletStatus>,
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

pub async fn list(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Query(query): Query<UserCouponsQuery>,
) -> Answer<Json<Page<WalletCouponView>>> {
    let conn = app.boot.db.reader().await?;
    let limit = query.limit.unwrap_or_default();
    let page = my_coupons::list(&conn, ctx.who.scope(), query.status, query.cursor, limit, ctx.now).await?;
    Ok(Json(page.map(WalletCouponView::from)))
}

//! Coupons that are there to be taken.

use crate::App;
use crate::coupon_views::{BulkDownloadView, CouponDetailView, DownloadableCouponView, IssuedCouponView};
use authz::service as may;
use axum::extract::State;
use kernel::{BrandId, CouponId, Cursor, Limit, Page, ProductId, PromotionId};
use promotions::download_coupon::{self, DownloadError};
use promotions::list_coupons::{self, CouponError, GoodFor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, IdempotencyKey, Json, Once, Path, Query};

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CouponsQuery {
    /// Good for this product.
    product_id: Option<ProductId>,
    /// Good for something of this brand.
    brand_id: Option<BrandId>,
    /// Good for something in this exhibition.
    exhibition_id: Option<PromotionId>,
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

/// What the coupons to take are listed for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "for", deny_unknown_fields)]
pub enum BulkDownloadBody {
    Product { product_id: ProductId },
    Brand { brand_id: BrandId },
    Exhibition { exhibition_id: PromotionId },
}

impl From<BulkDownloadBody> for GoodFor {
    fn from(body: BulkDownloadBody) -> GoodFor {
        match body {
            BulkDownloadBody::Product { product_id } => GoodFor { product_id: Some(product_id), ..GoodFor::default() },
            BulkDownloadBody::Brand { brand_id } => GoodFor { brand_id: Some(brand_id), ..GoodFor::default() },
            BulkDownloadBody::Exhibition { exhibition_id } => {
                GoodFor { exhibition_id: Some(exhibition_id), ..GoodFor::default() }
            }
        }
    }
}

pub async fn list(
    ctx: Ctx<may::Guest>,
    State(app): State<App>,
    Query(query): Query<CouponsQuery>,
) -> Answer<Json<Page<DownloadableCouponView>>> {
    let CouponsQuery { product_id, brand_id, exhibition_id, cursor, limit } = query;
    let good_for = GoodFor { product_id, brand_id, exhibition_id };
    let who = ctx.who.0.map(|customer| customer.user_id);
    let conn = app.boot.db.reader().await?;
    let page = list_coupons::list(&conn, who, good_for, cursor, limit.unwrap_or_default(), ctx.now).await?;
    Ok(Json(page.map(DownloadableCouponView::from)))
}

pub async fn read(
    ctx: Ctx<may::Guest>,
    State(app): State<App>,
    Path(coupon_id): Path<CouponId>,
) -> Answer<Json<CouponDetailView>, CouponError> {
    let who = ctx.who.0.map(|customer| customer.user_id);
    let found = list_coupons::read(&app.boot.db.reader().await?, who, coupon_id).await?;
    Ok(Json(found.into()))
}

pub async fn download(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(coupon_id): Path<CouponId>,
    key: IdempotencyKey,
) -> Answer<Once<Created<IssuedCouponView>>, DownloadError> {
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.user_id, &(), &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let view = IssuedCouponView::from(download_coupon::download(&tx, ctx.who.scope(), ctx.now, coupon_id).await?);
    taken.commit(tx, 201, &view).await?;
    app.nudge.relay().await;
    Ok(Once::Made(Created(view)))
}

pub async fn bulk_download(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    key: IdempotencyKey,
    Json(body): Json<BulkDownloadBody>,
) -> Answer<Once<Json<BulkDownloadView>>> {
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.user_id, &body, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let coupons = list_coupons::all_good_for(&tx, ctx.who.user_id, body.into(), ctx.now).await?;
    let all = download_coupon::download_all(&tx, ctx.who.scope(), ctx.now, coupons).await?;
    let view = BulkDownloadView::from(all);
    taken.commit(tx, 200, &view).await?;
    app.nudge.relay().await;
    Ok(Once::Made(Json(view)))
}

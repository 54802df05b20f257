//! Brands.

use crate::App;
use authz::service as may;
use axum::extract::State;
use catalog::{
    BrandCategory, BrandCoupon, BrandError, BrandExhibition, BrandPageRow, BrandQuery, BrandRow, BrandSort, Initial,
};
use kernel::{BrandId, CategoryId, Cursor, Limit, Page};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, Path, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrandsQuery {
    pub initial: Option<Initial>,
    /// Brands that sell here or below.
    pub category_id: Option<CategoryId>,
    /// By name unless asked otherwise.
    pub sort: Option<BrandSort>,
    pub cursor: Option<Cursor>,
    pub limit: Option<Limit>,
}

/// One brand of the index.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BrandCard {
    pub id: BrandId,
    pub slug: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// Path under the file host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_key: Option<String>,
    pub follower_count: i32,
}

/// One brand's page.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BrandView {
    #[serde(flatten)]
    pub brand: BrandCard,
    pub product_count: i64,
    /// Where it sells, most products first.
    pub categories: Vec<BrandCategory>,
    pub exhibitions: Vec<BrandExhibition>,
    pub coupons: Vec<BrandCoupon>,
}

impl From<BrandRow> for BrandCard {
    fn from(row: BrandRow) -> BrandCard {
        let BrandRow { id, slug, name, name_en, logo_key, follower_count } = row;
        BrandCard { id, slug, name, name_en, logo_key, follower_count }
    }
}

impl From<BrandPageRow> for BrandView {
    fn from(row: BrandPageRow) -> BrandView {
        let BrandPageRow { id, slug, name, name_en, logo_key, follower_count, .. } = row;
        BrandView {
            brand: BrandCard { id, slug, name, name_en, logo_key, follower_count },
            product_count: row.product_count,
            categories: row.categories.0,
            exhibitions: row.exhibitions.0,
            coupons: row.coupons.0,
        }
    }
}

pub async fn list(
    _: Ctx<may::Guest>,
    State(app): State<App>,
    Query(query): Query<BrandsQuery>,
) -> Answer<Json<Page<BrandCard>>> {
    let BrandsQuery { initial, category_id, sort, cursor, limit } = query;
    let query = BrandQuery { initial, category_id, sort, cursor, limit: limit.unwrap_or_default() };
    Ok(Json(catalog::brands(&app.boot.db.reader().await?, query).await?.map(BrandCard::from)))
}

pub async fn get(
    ctx: Ctx<may::Guest>,
    State(app): State<App>,
    Path(brand_id): Path<BrandId>,
) -> Answer<Json<BrandView>, BrandError> {
    Ok(Json(catalog::brand_page(&app.boot.db.reader().await?, brand_id, ctx.now).await?.into()))
}

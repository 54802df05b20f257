//! Product lists and pages.

use crate::App;
use crate::product_views::{DescriptionView, DisclosureView, ProductCard, ProductOptionsView, ProductPageView};
use authz::service as may;
use axum::extract::State;
use catalog::{BrowseQuery, Gender, PageError, ProductSort};
use kernel::values::{Amount, Text};
use kernel::{BrandId, CategoryId, Cursor, Limit, Page, ProductId, SellerId};
use schemars::JsonSchema;
use serde::Deserialize;
use web::{Answer, Cached, Ctx, Json, Path, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductsQuery {
    /// With everything below it.
    pub category_id: Option<CategoryId>,
    pub brand_id: Option<BrandId>,
    pub seller_id: Option<SellerId>,
    /// Part of the name or the brand's name, or a search tag.
    pub keyword: Option<Text<1, 50>>,
    /// Of the price anyone gets now.
    pub min_price: Option<Amount>,
    pub max_price: Option<Amount>,
    /// Men's and women's lists hold unisex products too.
    pub gender: Option<Gender>,
    /// Leave out what is sold out.
    pub in_stock: Option<bool>,
    /// Newest first unless asked otherwise.
    pub sort: Option<ProductSort>,
    pub cursor: Option<Cursor>,
    pub limit: Option<Limit>,
}

impl From<ProductsQuery> for BrowseQuery {
    fn from(query: ProductsQuery) -> BrowseQuery {
        BrowseQuery {
            category_id: query.category_id,
            brand_id: query.brand_id,
            seller_id: query.seller_id,
            keyword: query.keyword.map(Text::into_string),
            min_price: query.min_price.map(Amount::money),
            max_price: query.max_price.map(Amount::money),
            gender: query.gender,
            in_stock: query.in_stock.unwrap_or_default(),
            sort: query.sort,
            cursor: query.cursor,
            limit: query.limit.unwrap_or_default(),
        }
    }
}

pub async fn list(
    ctx: Ctx<may::Guest>,
    State(app): State<App>,
    Query(query): Query<ProductsQuery>,
) -> Answer<Json<Page<ProductCard>>> {
    let page = catalog::browse(&app.boot.db.reader().await?, ctx.now, query.into()).await?;
    Ok(Json(page.map(ProductCard::from)))
}

pub async fn get(
    ctx: Ctx<may::Guest>,
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
) -> Answer<Json<ProductPageView>, PageError> {
    Ok(Json(catalog::product_page(&app.boot.db.reader().await?, product_id, ctx.now).await?.into()))
}

/// Read from the writer: what is left is told exactly when it is little.
pub async fn options(
    ctx: Ctx<may::Guest>,
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
) -> Answer<Json<ProductOptionsView>, PageError> {
    Ok(Json(catalog::product_options(&app.boot.db.writer().await?, product_id, ctx.now).await?.into()))
}

pub async fn disclosure(
    _: Ctx<may::Anyone>,
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
) -> Answer<Json<DisclosureView>, PageError> {
    Ok(Json(catalog::product_disclosure(&app.boot.db.reader().await?, product_id).await?.into()))
}

/// Kept by browsers for a minute, then asked for by the hash of its content.
pub async fn description(
    _: Ctx<may::Anyone>,
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
) -> Answer<Cached<DescriptionView>, PageError> {
    let shown = catalog::product_description(&app.boot.db.reader().await?, product_id).await?;
    Ok(Cached { value: shown.into(), seconds: 60 })
}

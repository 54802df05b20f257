//! Products: the list, one product, its way to inspection, sale states and prices.

use crate::App;
use crate::product_views::{SellerProductCard, SellerProductPage, SellerProductView};
use authz::{SellerScope, seller as may};
use axum::extract::State;
use catalog::{
    Attributes, DeleteError, DraftError, EditError, EditProduct, Gender, ProductError, ProductState, ProductStock,
    RevisionState, SaleState, SaleStateResult, SellerProductQuery, StartDraft, SubmitError, WithdrawError,
};
use chrono::{DateTime, Utc};
use db::Tx;
use kernel::values::{Amount, List, Text, nullable};
use kernel::{BrandId, CategoryId, Cursor, Limit, Now, ProductId, ProductRevisionId, Refusal};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, IdempotencyKey, Json, NoContent, Once, Path, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SellerProductsQuery {
    /// Part of the name, or the start of a style code, own code or own SKU code.
    pub keyword: Option<Text<1, 50>>,
    pub state: Option<ProductState>,
    /// With everything below it.
    pub category_id: Option<CategoryId>,
    pub brand_id: Option<BrandId>,
    pub stock: Option<ProductStock>,
    /// State of the newest submitted version.
    pub inspection: Option<RevisionState>,
    pub cursor: Option<Cursor>,
    pub limit: Option<Limit>,
}

pub async fn list(
    ctx: Ctx<may::ProductsRead>,
    State(app): State<App>,
    Query(query): Query<SellerProductsQuery>,
) -> Answer<Json<SellerProductPage>> {
    let SellerProductsQuery { keyword, state, category_id, brand_id, stock, inspection, cursor, limit } = query;
    let (keyword, limit) = (keyword.map(Text::into_string), limit.unwrap_or_default());
    let query = SellerProductQuery { keyword, state, category_id, brand_id, stock, inspection, cursor, limit };
    let (page, counts) = catalog::seller_products(&app.boot.db.reader().await?, ctx.who.scope(), query).await?;
    let page = page.map(SellerProductCard::from);
    let counts = counts.into_iter().map(|(state, n)| (state.to_string(), n)).collect();
    Ok(Json(SellerProductPage { items: page.items, next_cursor: page.next_cursor, counts }))
}

/// What a draft starts with. Prices in units of 10 won.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartProduct {
    pub category_id: CategoryId,
    pub brand_id: BrandId,
    pub name: Text<1, 100>,
    pub name_en: Option<Text<1, 100>>,
    /// 품번, unique in the store.
    pub style_no: Option<Text<1, 50>>,
    /// My own code, by which partners find the product.
    pub seller_product_code: Option<Text<1, 50>>,
    pub gender: Option<Gender>,
    /// `26SS`
    pub season: Option<Text<1, 20>>,
    pub list_price: Amount,
    pub sale_price: Amount,
}

impl From<StartProduct> for StartDraft {
    fn from(body: StartProduct) -> StartDraft {
        StartDraft {
            category_id: body.category_id,
            brand_id: body.brand_id,
            name: body.name.into_string(),
            name_en: body.name_en.map(Text::into_string),
            style_no: body.style_no.map(Text::into_string),
            seller_product_code: body.seller_product_code.map(Text::into_string),
            gender: body.gender,
            season: body.season.map(Text::into_string),
            list_price: body.list_price.money(),
            sale_price: body.sale_price.money(),
        }
    }
}

/// A product that was started.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StartedProductView {
    pub id: ProductId,
    pub state: ProductState,
}

pub async fn start(
    ctx: Ctx<may::ProductsWrite>,
    State(app): State<App>,
    key: IdempotencyKey,
    Json(body): Json<StartProduct>,
) -> Answer<Once<Created<StartedProductView>>, DraftError> {
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.member_id, &body, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let id = catalog::start_draft(&tx, ctx.who.scope(), ctx.now, body.into()).await?;
    let view = StartedProductView { id, state: ProductState::Draft };
    taken.commit(tx, 201, &view).await?;
    Ok(Once::Made(Created(view)))
}

pub async fn get(
    ctx: Ctx<may::ProductsRead>,
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
) -> Answer<Json<SellerProductView>, ProductError> {
    let conn = app.boot.db.writer().await?;
    Ok(Json(catalog::seller_product(&conn, ctx.who.scope(), product_id, ctx.now).await?.into()))
}

/// What changes; what is left out stays. Null clears a season, a limit or a time. On a product that was approved, names,
/// category and brand wait for inspection.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditProductBody {
    pub name: Option<Text<1, 100>>,
    pub name_en: Option<Text<1, 100>>,
    pub category_id: Option<CategoryId>,
    pub brand_id: Option<BrandId>,
    pub gender: Option<Gender>,
    #[serde(default, deserialize_with = "nullable")]
    pub season: Option<Option<Text<1, 20>>>,
    /// Filter attributes of the category's form, by their keys; they replace those stated before.
    pub attributes: Option<Attributes>,
    pub search_tags: Option<List<Text<1, 20>, 0, 20>>,
    pub min_per_order: Option<kernel::values::Quantity>,
    #[serde(default, deserialize_with = "nullable")]
    pub max_per_order: Option<Option<kernel::values::Quantity>>,
    /// Over all orders of one customer.
    #[serde(default, deserialize_with = "nullable")]
    pub max_per_user: Option<Option<kernel::values::Quantity>>,
    #[serde(default, deserialize_with = "nullable")]
    pub sale_starts_at: Option<Option<DateTime<Utc>>>,
    #[serde(default, deserialize_with = "nullable")]
    pub sale_ends_at: Option<Option<DateTime<Utc>>>,
    /// Shown in external price feeds.
    pub feed_exposed: Option<bool>,
    pub point_usable: Option<bool>,
}

impl From<EditProductBody> for EditProduct {
    fn from(body: EditProductBody) -> EditProduct {
        EditProduct {
            name: body.name.map(Text::into_string),
            name_en: body.name_en.map(Text::into_string),
            category_id: body.category_id,
            brand_id: body.brand_id,
            gender: body.gender,
            season: body.season.map(|season| season.map(Text::into_string)),
            attributes: body.attributes,
            search_tags: body.search_tags.map(|tags| tags.into_vec().into_iter().map(Text::into_string).collect()),
            min_per_order: body.min_per_order.map(|n| n.get()),
            max_per_order: body.max_per_order.map(|most| most.map(|n| n.get())),
            max_per_user: body.max_per_user.map(|most| most.map(|n| n.get())),
            sale_starts_at: body.sale_starts_at,
            sale_ends_at: body.sale_ends_at,
            feed_exposed: body.feed_exposed,
            point_usable: body.point_usable,
        }
    }
}

pub async fn edit(
    ctx: Ctx<may::ProductsWrite>,
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
    Json(body): Json<EditProductBody>,
) -> Answer<Json<SellerProductView>, EditError> {
    let tx = app.boot.db.begin().await?;
    catalog::edit(&tx, ctx.who.scope(), product_id, ctx.now, body.into()).await?;
    edited(tx, ctx.who.scope(), product_id, ctx.now).await
}

/// Commits an edit and answers the product as it now stands.
pub(crate) async fn edited<E: Refusal>(
    tx: Tx,
    by: SellerScope,
    product_id: ProductId,
    now: Now,
) -> Answer<Json<SellerProductView>, E> {
    let product = catalog::seller_product(&tx, by, product_id, now).await;
    let product = product.map_err(|failure| failure.unexpected("a product vanished while it was edited"))?;
    tx.commit().await?;
    Ok(Json(product.into()))
}

pub async fn delete(
    ctx: Ctx<may::ProductsWrite>,
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
) -> Answer<NoContent, DeleteError> {
    let tx = app.boot.db.begin().await?;
    catalog::delete(&tx, ctx.who.scope(), product_id, ctx.now).await?;
    tx.commit().await?;
    Ok(NoContent)
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitProduct {
    /// Only check what is missing.
    #[serde(default)]
    pub dry_run: bool,
}

/// A version on its way to an inspector.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SubmittedProductView {
    pub state: ProductState,
    /// Absent after a dry run: nothing is missing, nothing was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<ProductRevisionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision_no: Option<i32>,
}

pub async fn submit(
    ctx: Ctx<may::ProductsWrite>,
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
    Json(body): Json<SubmitProduct>,
) -> Answer<Json<SubmittedProductView>, SubmitError> {
    let (tx, member_id) = (app.boot.db.begin().await?, ctx.who.member_id);
    let sent = catalog::submit(&tx, ctx.who.scope(), product_id, ctx.now, member_id, body.dry_run).await?;
    tx.commit().await?;
    let (revision_id, revision_no) = sent.revision.unzip();
    Ok(Json(SubmittedProductView { state: sent.state, revision_id, revision_no }))
}

pub async fn withdraw_submission(
    ctx: Ctx<may::ProductsWrite>,
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
) -> Answer<Json<SubmittedProductView>, WithdrawError> {
    let tx = app.boot.db.begin().await?;
    let state = catalog::withdraw(&tx, ctx.who.scope(), product_id, ctx.now).await?;
    tx.commit().await?;
    Ok(Json(SubmittedProductView { state, revision_id: None, revision_no: None }))
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkSaleState {
    pub product_ids: List<ProductId, 1, 500>,
    pub sale_state: SaleState,
}

/// How it ended per product.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BulkSaleStateView {
    pub results: Vec<SaleStateResult>,
}

pub async fn bulk_sale_state(
    ctx: Ctx<may::ProductsWrite>,
    State(app): State<App>,
    Json(body): Json<BulkSaleState>,
) -> Answer<Json<BulkSaleStateView>> {
    let (tx, ids) = (app.boot.db.begin().await?, body.product_ids.into_vec());
    let results = catalog::set_sale_state(&tx, ctx.who.scope(), ctx.now, ids, body.sale_state).await?;
    tx.commit().await?;
    app.nudge.relay().await;
    Ok(Json(BulkSaleStateView { results }))
}

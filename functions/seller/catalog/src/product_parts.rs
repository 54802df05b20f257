//! The parts of a product's page. Each answers the product as it now stands, with what is still missing.

use crate::App;
use crate::product_views::SellerProductView;
use crate::products::edited;
use authz::seller as may;
use axum::extract::State;
use catalog::{
    CertificationEntry, CertifyError, DeliverError, Delivery, DeliveryAttribute, DescribeError, DescriptionBlock,
    DiscloseError, Disclosure, PicturesError, ProductPicture,
};
use chrono::NaiveDate;
use kernel::values::List;
use kernel::{ProductId, ShippingPolicyId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, Path};

/// Pictures in the order shown: one main, up to twenty others, at least 1000 pixels wide.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetPictures {
    pub pictures: List<ProductPicture, 1, 50>,
}

pub async fn images(
    ctx: Ctx<may::ProductsWrite>,
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
    Json(body): Json<SetPictures>,
) -> Answer<Json<SellerProductView>, PicturesError> {
    let tx = app.boot.db.begin().await?;
    catalog::set_pictures(&tx, ctx.who.scope(), product_id, ctx.now, body.pictures.into_vec()).await?;
    edited(tx, ctx.who.scope(), product_id, ctx.now).await
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetDescription {
    pub blocks: List<DescriptionBlock, 0, 100>,
}

pub async fn description(
    ctx: Ctx<may::ProductsWrite>,
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
    Json(body): Json<SetDescription>,
) -> Answer<Json<SellerProductView>, DescribeError> {
    let tx = app.boot.db.begin().await?;
    catalog::describe(&tx, ctx.who.scope(), product_id, ctx.now, body.blocks.into_vec()).await?;
    edited(tx, ctx.who.scope(), product_id, ctx.now).await
}

pub async fn disclosure(
    ctx: Ctx<may::ProductsWrite>,
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
    Json(body): Json<Disclosure>,
) -> Answer<Json<SellerProductView>, DiscloseError> {
    let tx = app.boot.db.begin().await?;
    catalog::disclose(&tx, ctx.who.scope(), product_id, ctx.now, body).await?;
    edited(tx, ctx.who.scope(), product_id, ctx.now).await
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetCertifications {
    pub certifications: List<CertificationEntry, 0, 20>,
}

pub async fn certifications(
    ctx: Ctx<may::ProductsWrite>,
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
    Json(body): Json<SetCertifications>,
) -> Answer<Json<SellerProductView>, CertifyError> {
    let tx = app.boot.db.begin().await?;
    catalog::certify(&tx, ctx.who.scope(), product_id, ctx.now, body.certifications.into_vec()).await?;
    edited(tx, ctx.who.scope(), product_id, ctx.now).await
}

/// How it is delivered.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetDelivery {
    /// Absent: the store's default policy.
    pub shipping_policy_id: Option<ShippingPolicyId>,
    pub attribute: DeliveryAttribute,
    /// Day of dispatch (KST), of a pre-order.
    pub preorder_dispatch_on: Option<NaiveDate>,
    /// Buyers agree to no return at checkout.
    #[serde(default)]
    pub made_to_order: bool,
}

pub async fn delivery(
    ctx: Ctx<may::ProductsWrite>,
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
    Json(body): Json<SetDelivery>,
) -> Answer<Json<SellerProductView>, DeliverError> {
    let SetDelivery { shipping_policy_id, attribute, preorder_dispatch_on, made_to_order } = body;
    let cmd = Delivery { shipping_policy_id, attribute, preorder_dispatch_on, made_to_order };
    let tx = app.boot.db.begin().await?;
    catalog::deliver(&tx, ctx.who.scope(), product_id, ctx.now, cmd).await?;
    edited(tx, ctx.who.scope(), product_id, ctx.now).await
}

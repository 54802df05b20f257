//! Lines of a cart.

use crate::App;
use crate::cart::{GuestHeader, owner, view};
use crate::cart_views::CartView;
use authz::service as may;
use axum::extract::State;
use kernel::values::{List, Quantity};
use kernel::*;
use orders::cart::{self, AddError, ChangeError, RemoveError, Wanted};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, Json, Path};

/// SKUs to put into the cart.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddCartItems {
    pub items: List<AddCartItem, 1, 50>,
}

/// Pieces of one SKU.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddCartItem {
    pub sku_id: SkuId,
    pub quantity: Quantity,
}

pub async fn add(
    ctx: Ctx<may::Guest>,
    State(app): State<App>,
    guest: GuestHeader,
    Json(body): Json<AddCartItems>,
) -> Answer<Created<CartView>, AddError> {
    let owner = owner(&app, &ctx.who, guest)?;
    let wanted = body
        .items
        .as_slice()
        .iter()
        .map(|item| Wanted { sku_id: item.sku_id, quantity: item.quantity.get() })
        .collect();
    let tx = app.boot.db.begin().await?;
    cart::add(&tx, &owner, wanted, ctx.now).await?;
    let view = view(&app, &tx, &owner, ctx.now).await?;
    tx.commit().await?;
    Ok(Created(view))
}

/// What changes; what is left out stays.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeCartItem {
    pub quantity: Option<Quantity>,
    pub sku_id: Option<SkuId>,
}

pub async fn change(
    ctx: Ctx<may::Guest>,
    State(app): State<App>,
    Path(item): Path<CartItemId>,
    guest: GuestHeader,
    Json(body): Json<ChangeCartItem>,
) -> Answer<Json<CartView>, ChangeError> {
    let owner = owner(&app, &ctx.who, guest)?;
    let tx = app.boot.db.begin().await?;
    cart::change(&tx, &owner, item, body.sku_id, body.quantity.map(Quantity::get), ctx.now).await?;
    let view = view(&app, &tx, &owner, ctx.now).await?;
    tx.commit().await?;
    Ok(Json(view))
}

pub async fn remove(
    ctx: Ctx<may::Guest>,
    State(app): State<App>,
    Path(item): Path<CartItemId>,
    guest: GuestHeader,
) -> Answer<Json<CartView>, RemoveError> {
    let owner = owner(&app, &ctx.who, guest)?;
    let tx = app.boot.db.begin().await?;
    cart::remove(&tx, &owner, item).await?;
    let view = view(&app, &tx, &owner, ctx.now).await?;
    tx.commit().await?;
    Ok(Json(view))
}

/// The lines to remove.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveCartItems {
    pub cart_item_ids: List<CartItemId, 1, 200>,
}

pub async fn bulk_delete(
    ctx: Ctx<may::Guest>,
    State(app): State<App>,
    guest: GuestHeader,
    Json(body): Json<RemoveCartItems>,
) -> Answer<Json<CartView>> {
    let owner = owner(&app, &ctx.who, guest)?;
    let tx = app.boot.db.begin().await?;
    cart::remove_many(&tx, &owner, body.cart_item_ids.into_vec()).await?;
    let view = view(&app, &tx, &owner, ctx.now).await?;
    tx.commit().await?;
    Ok(Json(view))
}

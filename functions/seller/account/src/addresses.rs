//! Where my parcels leave from and come back to.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use kernel::SellerAddressId;
use kernel::values::{Phone, Postcode, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use shipping::edit_address::{self, NewSellerAddress, SellerAddressEdit, SellerAddressError};
use shipping::seller_addresses::{self, SellerAddress, Use};
use web::{Answer, Created, Ctx, Json, NoContent, Path};

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SellerAddressView {
    seller_address_id: SellerAddressId,
    kind: String,
    name: String,
    phone: String,
    postcode: String,
    address: String,
    is_default: bool,
    /// `jeju` or `island`: returns there cost more.
    remote_zone: Option<String>,
    /// Names of the shipping policies that use it.
    used_by: Vec<String>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SellerAddressesView {
    items: Vec<SellerAddressView>,
}

impl From<SellerAddress> for SellerAddressView {
    fn from(a: SellerAddress) -> SellerAddressView {
        let SellerAddress { id, kind, name, phone, postcode, address, is_default, remote_zone, used_by } = a;
        SellerAddressView {
            seller_address_id: id,
            kind,
            name,
            phone,
            postcode,
            address,
            is_default,
            remote_zone,
            used_by,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SellerAddressAddBody {
    kind: Use,
    name: Text<1, 50>,
    phone: Phone,
    postcode: Postcode,
    address: Text<1, 300>,
    #[serde(default)]
    is_default: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SellerAddressEditBody {
    name: Option<Text<1, 50>>,
    phone: Option<Phone>,
    postcode: Option<Postcode>,
    address: Option<Text<1, 300>>,
    /// True makes it the default of its kind; false changes nothing.
    #[serde(default)]
    is_default: bool,
}

impl From<SellerAddressAddBody> for NewSellerAddress {
    fn from(body: SellerAddressAddBody) -> NewSellerAddress {
        let SellerAddressAddBody { kind, name, phone, postcode, address, is_default } = body;
        NewSellerAddress { kind, name, phone, postcode, address, is_default }
    }
}

impl From<SellerAddressEditBody> for SellerAddressEdit {
    fn from(body: SellerAddressEditBody) -> SellerAddressEdit {
        let SellerAddressEditBody { name, phone, postcode, address, is_default } = body;
        SellerAddressEdit { name, phone, postcode, address, make_default: is_default }
    }
}

pub async fn list(ctx: Ctx<may::StoreRead>, State(app): State<App>) -> Answer<Json<SellerAddressesView>> {
    let items = seller_addresses::list(&app.boot.db.writer().await?, ctx.who.scope(), ctx.now).await?;
    Ok(Json(SellerAddressesView { items: items.into_iter().map(SellerAddressView::from).collect() }))
}

pub async fn add(
    ctx: Ctx<may::StoreWrite>,
    State(app): State<App>,
    Json(body): Json<SellerAddressAddBody>,
) -> Answer<Created<SellerAddressView>, SellerAddressError> {
    let tx = app.boot.db.begin().await?;
    let address = edit_address::add(&tx, ctx.who.scope(), ctx.now, body.into()).await?;
    tx.commit().await?;
    Ok(Created(address.into()))
}

pub async fn edit(
    ctx: Ctx<may::StoreWrite>,
    State(app): State<App>,
    Path(seller_address_id): Path<SellerAddressId>,
    Json(body): Json<SellerAddressEditBody>,
) -> Answer<Json<SellerAddressView>, SellerAddressError> {
    let tx = app.boot.db.begin().await?;
    let address = edit_address::edit(&tx, &ctx.who, seller_address_id, ctx.now, body.into()).await?;
    tx.commit().await?;
    Ok(Json(address.into()))
}

pub async fn delete(
    ctx: Ctx<may::StoreWrite>,
    State(app): State<App>,
    Path(seller_address_id): Path<SellerAddressId>,
) -> Answer<NoContent, SellerAddressError> {
    let tx = app.boot.db.begin().await?;
    edit_address::delete(&tx, &ctx.who, seller_address_id, ctx.now).await?;
    tx.commit().await?;
    Ok(NoContent)
}

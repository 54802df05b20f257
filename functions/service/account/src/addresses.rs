//! My delivery addresses.

use crate::App;
use accounts::address::{self, Address};
use accounts::edit_address::{self, AddressEdit, AddressError, NewAddress};
use authz::service as may;
use axum::extract::State;
use kernel::AddressId;
use kernel::values::{CustomsCode, Phone, Postcode, Text, nullable};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, Json, NoContent, Path};

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AddressView {
    address_id: AddressId,
    label: Option<String>,
    recipient: String,
    phone: String,
    postcode: String,
    address1: String,
    address2: Option<String>,
    entrance_note: Option<String>,
    customs_code: Option<String>,
    is_default: bool,
    /// `jeju` or `island`: deliveries there may cost more.
    remote_zone: Option<String>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AddressesView {
    items: Vec<AddressView>,
}

impl From<Address> for AddressView {
    fn from(a: Address) -> AddressView {
        AddressView {
            address_id: a.id,
            label: a.label,
            recipient: a.recipient,
            phone: a.phone,
            postcode: a.postcode,
            address1: a.address1,
            address2: a.address2,
            entrance_note: a.entrance_note,
            customs_code: a.customs_code,
            is_default: a.is_default,
            remote_zone: a.remote_zone,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressAddBody {
    label: Option<Text<1, 20>>,
    recipient: Text<1, 30>,
    phone: Phone,
    postcode: Postcode,
    address1: Text<1, 200>,
    address2: Option<Text<1, 100>>,
    entrance_note: Option<Text<1, 100>>,
    /// For goods from overseas.
    customs_code: Option<CustomsCode>,
    #[serde(default)]
    is_default: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressEditBody {
    #[serde(default, deserialize_with = "nullable")]
    label: Option<Option<Text<1, 20>>>,
    recipient: Option<Text<1, 30>>,
    phone: Option<Phone>,
    postcode: Option<Postcode>,
    address1: Option<Text<1, 200>>,
    #[serde(default, deserialize_with = "nullable")]
    address2: Option<Option<Text<1, 100>>>,
    #[serde(default, deserialize_with = "nullable")]
    entrance_note: Option<Option<Text<1, 100>>>,
    #[serde(default, deserialize_with = "nullable")]
    customs_code: Option<Option<CustomsCode>>,
    /// True makes it the default; there is always one, so false changes nothing.
    #[serde(default)]
    is_default: bool,
}

impl From<AddressAddBody> for NewAddress {
    fn from(b: AddressAddBody) -> NewAddress {
        let AddressAddBody {
            label,
            recipient,
            phone,
            postcode,
            address1,
            address2,
            entrance_note,
            customs_code,
            is_default,
        } = b;
        NewAddress { label, recipient, phone, postcode, address1, address2, entrance_note, customs_code, is_default }
    }
}

impl From<AddressEditBody> for AddressEdit {
    fn from(b: AddressEditBody) -> AddressEdit {
        let AddressEditBody {
            label,
            recipient,
            phone,
            postcode,
            address1,
            address2,
            entrance_note,
            customs_code,
            is_default,
        } = b;
        let make_default = is_default;
        AddressEdit { label, recipient, phone, postcode, address1, address2, entrance_note, customs_code, make_default }
    }
}

pub async fn list(ctx: Ctx<may::Customer>, State(app): State<App>) -> Answer<Json<AddressesView>> {
    let conn = app.boot.db.writer().await?;
    let items = address::list(&conn, &app.boot.vault, ctx.who.scope(), ctx.now).await?;
    Ok(Json(AddressesView { items: items.into_iter().map(AddressView::from).collect() }))
}

pub async fn add(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Json(body): Json<AddressAddBody>,
) -> Answer<Created<AddressView>, AddressError> {
    let tx = app.boot.db.begin().await?;
    let address = edit_address::add(&tx, &app.boot.vault, ctx.who.scope(), ctx.now, body.into()).await?;
    tx.commit().await?;
    Ok(Created(address.into()))
}

pub async fn edit(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(address_id): Path<AddressId>,
    Json(body): Json<AddressEditBody>,
) -> Answer<Json<AddressView>, AddressError> {
    let tx = app.boot.db.begin().await?;
    let address = edit_address::edit(&tx, &app.boot.vault, ctx.who.scope(), address_id, ctx.now, body.into()).await?;
    tx.commit().await?;
    Ok(Json(address.into()))
}

pub async fn delete(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Path(address_id): Path<AddressId>,
) -> Answer<NoContent, AddressError> {
    let tx = app.boot.db.begin().await?;
    edit_address::delete(&tx, ctx.who.scope(), address_id, ctx.now).await?;
    tx.commit().await?;
    Ok(NoContent)
}

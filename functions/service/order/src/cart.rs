//! The cart as a whole.

use crate::App;
use crate::cart_views::CartView;
use authz::{Guest, service as may};
use axum::extract::{FromRequestParts, State};
use http::request::Parts;
use kernel::values::{List, Text};
use kernel::*;
use orders::cart::{self, GuestId, Owner};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Describe, Json, Problem, Spec};

/// Characters of a visitor's token.
const MOST: usize = 200;

/// The `Drrip-Guest` header of a visitor without a session.
pub struct GuestHeader(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for GuestHeader {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let Some(value) = parts.headers.get("drrip-guest") else { return Ok(GuestHeader(None)) };
        let fits = value.to_str().ok().filter(|text| text.len() <= MOST);
        let token = fits.ok_or_else(|| Problem::invalid("Drrip-Guest", "at most 200 visible characters"))?;
        Ok(GuestHeader(Some(token.to_owned())))
    }
}

impl Describe for GuestHeader {
    fn describe(spec: &mut Spec) {
        spec.headers.push(serde_json::json!({
            "name": "Drrip-Guest", "in": "header", "required": false, "schema": { "type": "string", "maxLength": MOST },
            "description": "A visitor's cart, as `guest_id` of an earlier answer named it.",
        }));
    }
}

/// Whose cart a call is about; a visitor without one gets a new one.
pub(crate) fn owner(app: &App, who: &Guest, guest: GuestHeader) -> Result<Owner, Fault> {
    match (&who.0, guest.0) {
        (Some(customer), _) => Ok(Owner::User(customer.user_id)),
        (None, Some(token)) => Ok(Owner::Guest(GuestId::read(&token, &app.boot.vault)?.unwrap_or_else(GuestId::fresh))),
        (None, None) => Ok(Owner::Guest(GuestId::fresh())),
    }
}

/// Reads the cart as it looks now.
pub(crate) async fn view(app: &App, on: &impl db::On, owner: &Owner, now: Now) -> Result<CartView, Fault> {
    let guest_id = if let Owner::Guest(guest) = owner { Some(guest.token(&app.boot.vault)?) } else { None };
    Ok(CartView::of(&cart::show(on, owner, now).await?, guest_id))
}

pub async fn show(ctx: Ctx<may::Guest>, State(app): State<App>, guest: GuestHeader) -> Answer<Json<CartView>> {
    let owner = owner(&app, &ctx.who, guest)?;
    let conn = app.boot.db.writer().await?;
    Ok(Json(view(&app, &conn, &owner, ctx.now).await?))
}

/// The lines to tick; all others are unticked.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CartSelection {
    pub cart_item_ids: List<CartItemId, 0, 200>,
}

pub async fn select(
    ctx: Ctx<may::Guest>,
    State(app): State<App>,
    guest: GuestHeader,
    Json(body): Json<CartSelection>,
) -> Answer<Json<CartView>> {
    let owner = owner(&app, &ctx.who, guest)?;
    let tx = app.boot.db.begin().await?;
    cart::select(&tx, &owner, body.cart_item_ids.into_vec()).await?;
    let view = view(&app, &tx, &owner, ctx.now).await?;
    tx.commit().await?;
    Ok(Json(view))
}

/// The guest cart to bring along.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CartMerge {
    pub guest_id: Text<1, 200>,
}

pub async fn merge(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Json(body): Json<CartMerge>,
) -> Answer<Json<CartView>> {
    let owner = Owner::User(ctx.who.user_id);
    let tx = app.boot.db.begin().await?;
    if let Some(guest) = GuestId::read(body.guest_id.as_str(), &app.boot.vault)? {
        cart::merge(&tx, ctx.who.scope(), guest).await?;
    }
    let view = view(&app, &tx, &owner, ctx.now).await?;
    tx.commit().await?;
    Ok(Json(view))
}

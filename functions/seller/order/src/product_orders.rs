//! Order lines, as their seller works on them.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::values::{List, Quantity, Text};
use kernel::*;
use orders::ActorRef;
use orders::dispatch::{DeliveryMethod, DispatchItem};
use orders::items::ItemResult;
use orders::reveal::{Recipient, RevealContactError};
use orders::views::lines::ShowLineError;
use orders::views::seller::line::SellerLineDetailView;
use orders::views::seller::lines::{SellerLineFilter, SellerLinePage, SellerStage};
use orders::views::seller::{line, lines};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, IdempotencyKey, Json, Once, Path, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SellerLinesQuery {
    pub stage: Option<SellerStage>,
    /// An order's or line's whole number, or part of a product's name, own SKU code or style code.
    pub keyword: Option<Text<1, 50>>,
    /// Korean day of payment, inclusive.
    pub from: Option<NaiveDate>,
    /// Korean day of payment, inclusive.
    pub to: Option<NaiveDate>,
    /// Only lines something happened to since; for polling.
    pub changed_since: Option<DateTime<Utc>>,
    pub cursor: Option<Cursor>,
    pub limit: Option<Limit>,
}

pub async fn list(
    ctx: Ctx<may::OrdersRead>,
    State(app): State<App>,
    Query(query): Query<SellerLinesQuery>,
) -> Answer<Json<SellerLinePage>> {
    let SellerLinesQuery { stage, keyword, from, to, changed_since, cursor, limit } = query;
    let filter = SellerLineFilter { stage, keyword: keyword.map(Text::into_string), from, to, changed_since };
    let conn = app.boot.db.reader().await?;
    let limit = limit.unwrap_or_default();
    Ok(Json(lines::list(&conn, &app.boot.vault, ctx.who.scope(), filter, cursor, limit, ctx.now).await?))
}

pub async fn get(
    ctx: Ctx<may::OrdersRead>,
    State(app): State<App>,
    Path(product_order_id): Path<ProductOrderId>,
) -> Answer<Json<SellerLineDetailView>, ShowLineError> {
    let conn = app.boot.db.reader().await?;
    Ok(Json(line::detail(&conn, &app.boot.vault, ctx.who.scope(), product_order_id, ctx.now).await?))
}

/// Why the recipient has to be known.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealContact {
    pub reason: Text<5, 300>,
}

/// A recipient in full.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RecipientContactView {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub postcode: Option<String>,
    pub address: Option<String>,
    pub delivery_note: Option<String>,
}

impl From<Recipient> for RecipientContactView {
    fn from(to: Recipient) -> RecipientContactView {
        let Recipient { name, phone, postcode, address, delivery_note } = to;
        RecipientContactView { name, phone, postcode, address, delivery_note }
    }
}

pub async fn reveal_contact(
    ctx: Ctx<may::OrdersContact>,
    State(app): State<App>,
    Path(product_order_id): Path<ProductOrderId>,
    Json(body): Json<RevealContact>,
) -> Answer<Json<RecipientContactView>, RevealContactError> {
    let (vault, reason, ip) = (&app.boot.vault, body.reason.into_string(), ctx.request.ip);
    let tx = app.boot.db.begin().await?;
    let to = orders::reveal::to_seller(&tx, vault, &ctx.who, ip, product_order_id, reason, ctx.now).await?;
    tx.commit().await?;
    Ok(Json(to.into()))
}

/// The lines to accept.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptLines {
    pub product_order_ids: List<ProductOrderId, 1, 300>,
}

/// What became of each line, in the order asked.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LineResults {
    pub results: Vec<ItemResult>,
}

pub async fn confirm(
    ctx: Ctx<may::OrdersWrite>,
    State(app): State<App>,
    key: IdempotencyKey,
    Json(body): Json<AcceptLines>,
) -> Answer<Once<Json<LineResults>>> {
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.member_id, &body, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let (by, ids) = (ctx.who.scope(), body.product_order_ids.into_vec());
    let view = LineResults { results: orders::accept::accept(&tx, by, ActorRef::from(&ctx.who), ctx.now, ids).await? };
    taken.commit(tx, 200, &view).await?;
    app.nudge.relay().await;
    Ok(Once::Made(Json(view)))
}

/// The lines to dispatch.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DispatchLines {
    pub items: List<DispatchLine, 1, 500>,
}

/// One line. Lines of one order with one number travel as one parcel.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DispatchLine {
    pub product_order_id: ProductOrderId,
    /// The pieces packed; refused when the line has another number left.
    pub quantity: Option<Quantity>,
    pub method: DeliveryMethod,
    /// Needed for a parcel.
    pub carrier_code: Option<Text<1, 30>>,
    /// Needed for a parcel; spaces and dashes are left out.
    pub invoice_no: Option<Text<1, 40>>,
}

impl From<DispatchLine> for DispatchItem {
    fn from(line: DispatchLine) -> DispatchItem {
        DispatchItem {
            product_order_id: line.product_order_id,
            quantity: line.quantity.map(Quantity::get),
            method: line.method,
            carrier_code: line.carrier_code.map(Text::into_string),
            invoice_no: line.invoice_no.map(Text::into_string),
        }
    }
}

pub async fn dispatch(
    ctx: Ctx<may::OrdersWrite>,
    State(app): State<App>,
    key: IdempotencyKey,
    Json(body): Json<DispatchLines>,
) -> Answer<Once<Json<LineResults>>> {
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.member_id, &body, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let (by, actor) = (ctx.who.scope(), ActorRef::from(&ctx.who));
    let items = body.items.into_vec().into_iter().map(Into::into).collect();
    let view = LineResults { results: orders::dispatch::dispatch(&tx, by, actor, ctx.now, items).await? };
    taken.commit(tx, 200, &view).await?;
    app.nudge.relay().await;
    Ok(Once::Made(Json(view)))
}

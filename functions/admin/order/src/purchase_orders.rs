//! Orders, as operators look into them.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use chrono::NaiveDate;
use kernel::values::{Amount, Email, List, Phone, Text};
use kernel::*;
use orders::reveal::{PersonalField, Recipient, RevealOrderError};
use orders::state::OrderState;
use orders::views::admin::money::{self, OrderMoneyView};
use orders::views::admin::search::{self, FoundOrderView, OrderSearch};
use orders::views::admin::timeline::{self, TimelineEntry};
use orders::views::admin::tree::{self, OrderTreeView};
use orders::views::orders::ShowOrderError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, Path, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderSearchQuery {
    /// Whole number of the order or of one of its lines.
    pub number: Option<Text<1, 40>>,
    pub user_id: Option<UserId>,
    pub buyer_email: Option<Email>,
    pub buyer_phone: Option<Phone>,
    /// The recipient's whole name.
    pub recipient: Option<Text<1, 50>>,
    pub recipient_phone: Option<Phone>,
    /// The gateway's key of a payment, or our number of it there.
    pub payment_key: Option<Text<1, 200>>,
    /// What was to be paid, in won.
    pub amount: Option<Amount>,
    pub state: Option<OrderState>,
    /// Korean day of the order, inclusive.
    pub from: Option<NaiveDate>,
    /// Korean day of the order, inclusive.
    pub to: Option<NaiveDate>,
    pub cursor: Option<Cursor>,
    pub limit: Option<Limit>,
}

pub async fn search(
    _: Ctx<may::OrdersRead>,
    State(app): State<App>,
    Query(query): Query<OrderSearchQuery>,
) -> Answer<Json<Page<FoundOrderView>>> {
    let what = OrderSearch {
        number: query.number.map(Text::into_string),
        user_id: query.user_id,
        buyer_email: query.buyer_email.map(Email::into_string),
        buyer_phone: query.buyer_phone.map(Phone::into_string),
        recipient: query.recipient.map(Text::into_string),
        recipient_phone: query.recipient_phone.map(Phone::into_string),
        payment_key: query.payment_key.map(Text::into_string),
        total_payable: query.amount.map(Amount::money),
        state: query.state,
        from: query.from,
        to: query.to,
    };
    let conn = app.boot.db.reader().await?;
    Ok(Json(search::search(&conn, &app.boot.vault, what, query.cursor, query.limit.unwrap_or_default()).await?))
}

pub async fn get(
    ctx: Ctx<may::OrdersRead>,
    State(app): State<App>,
    Path(purchase_order_id): Path<PurchaseOrderId>,
) -> Answer<Json<OrderTreeView>, ShowOrderError> {
    let conn = app.boot.db.reader().await?;
    Ok(Json(tree::detail(&conn, &app.boot.vault, purchase_order_id, ctx.now).await?))
}

/// What happened to an order, oldest first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderTimelineView {
    pub items: Vec<TimelineEntry>,
}

pub async fn timeline(
    _: Ctx<may::OrdersRead>,
    State(app): State<App>,
    Path(purchase_order_id): Path<PurchaseOrderId>,
) -> Answer<Json<OrderTimelineView>, ShowOrderError> {
    let items = timeline::timeline(&app.boot.db.reader().await?, purchase_order_id).await?;
    Ok(Json(OrderTimelineView { items }))
}

pub async fn money(
    _: Ctx<may::OrdersRead>,
    State(app): State<App>,
    Path(purchase_order_id): Path<PurchaseOrderId>,
) -> Answer<Json<OrderMoneyView>, ShowOrderError> {
    Ok(Json(money::money(&app.boot.db.reader().await?, purchase_order_id).await?))
}

/// What to unmask, and why.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealOrder {
    pub fields: List<PersonalField, 1, 3>,
    pub reason: Text<5, 300>,
}

/// The fields asked for, in full.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RevealedOrderView {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_note: Option<String>,
}

impl From<Recipient> for RevealedOrderView {
    fn from(to: Recipient) -> RevealedOrderView {
        let Recipient { name, phone, postcode, address, delivery_note } = to;
        RevealedOrderView { recipient: name, phone, postcode, address, delivery_note }
    }
}

pub async fn reveal(
    ctx: Ctx<may::PersonalReveal>,
    State(app): State<App>,
    Path(purchase_order_id): Path<PurchaseOrderId>,
    Json(body): Json<RevealOrder>,
) -> Answer<Json<RevealedOrderView>, RevealOrderError> {
    let (vault, fields, ip) = (&app.boot.vault, body.fields.as_slice(), ctx.request.ip);
    let tx = app.boot.db.begin().await?;
    let reason = body.reason.as_str();
    let to = orders::reveal::to_operator(&tx, vault, &ctx.who, ip, purchase_order_id, fields, reason, ctx.now).await?;
    tx.commit().await?;
    Ok(Json(to.into()))
}

//! Order lines of sellers that connected this partner.

use crate::App;
use crate::seller_header::SellerHeader;
use authz::external as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::values::Text;
use kernel::*;
use orders::dispatch::{DeliveryMethod, DispatchItem};
use orders::items::ItemResult;
use partners::Scope;
use partners::changes::{self, ChangeRow, Changes, ChangesError};
use partners::grant::{self, GrantError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, Query};

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProductOrderChangesQuery {
    /// `next_cursor` of the page before; without one from 30 days back.
    cursor: Option<Cursor>,
    limit: Option<Limit>,
}

/// One thing that happened to a line. Skip unknown change types.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ProductOrderChangeView {
    seller_id: SellerId,
    product_order_id: ProductOrderId,
    change_type: String,
    /// Of the line, afterwards.
    state: String,
    remaining_quantity: i32,
    claim_id: Option<ClaimId>,
    occurred_at: DateTime<Utc>,
}

impl From<ChangeRow> for ProductOrderChangeView {
    fn from(row: ChangeRow) -> ProductOrderChangeView {
        ProductOrderChangeView {
            seller_id: row.seller_id,
            product_order_id: row.product_order_id,
            change_type: row.change_type,
            state: row.state,
            remaining_quantity: row.remaining_quantity,
            claim_id: row.claim_id,
            occurred_at: row.occurred_at,
        }
    }
}

/// Entries in commit order; poll on at once while `has_more`.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ProductOrderChangesView {
    items: Vec<ProductOrderChangeView>,
    has_more: bool,
    next_cursor: String,
}

impl From<Changes> for ProductOrderChangesView {
    fn from(changes: Changes) -> ProductOrderChangesView {
        ProductOrderChangesView {
            items: changes.items.into_iter().map(Into::into).collect(),
            has_more: changes.has_more,
            next_cursor: changes.next_cursor,
        }
    }
}

/// Poll changed lines. Without `Drrip-Seller-Id` one cursor covers every granted seller.
pub(crate) async fn changes(
    ctx: Ctx<may::OrdersRead>,
    State(app): State<App>,
    seller: SellerHeader,
    Query(query): Query<ProductOrderChangesQuery>,
) -> Answer<Json<ProductOrderChangesView>, ChangesError> {
    let on = app.boot.db.writer().await?;
    let limit = query.limit.unwrap_or_default();
    let changes = changes::read(&on, &ctx.who, seller.0, query.cursor, limit, ctx.now).await?;
    Ok(Json(changes.into()))
}

/// Lines to accept.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfirmProductOrdersBody {
    product_order_ids: Batch<ProductOrderId, 300>,
}

/// One result per line; one line's trouble never stops the others.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LineResults {
    results: Vec<ItemResult>,
}

/// Accept paid lines. Accepted ones answer success again; a cancel that committed first wins.
pub(crate) async fn confirm(
    ctx: Ctx<may::OrdersWrite>,
    State(app): State<App>,
    seller: SellerHeader,
    Json(body): Json<ConfirmProductOrdersBody>,
) -> Answer<Json<LineResults>, GrantError> {
    let tx = app.boot.db.begin().await?;
    let scope = grant::seller_scope(&tx, &ctx.who, seller.0, Scope::OrdersWrite, ctx.now).await?;
    let ids = body.product_order_ids.into_vec();
    let results = orders::accept::accept(&tx, scope, (&ctx.who).into(), ctx.now, ids).await?;
    tx.commit().await?;
    app.nudge.relay().await;
    Ok(Json(LineResults { results }))
}

/// Lines that leave, each with its parcel.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DispatchProductOrdersBody {
    items: Batch<DispatchProductOrder, 500>,
}

/// One line that leaves.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DispatchProductOrder {
    product_order_id: ProductOrderId,
    /// The pieces packed: refused (`quantity_changed`) when a part was cancelled meanwhile.
    quantity: Option<values::Quantity>,
    method: DeliveryMethod,
    /// Needed for parcels.
    carrier_code: Option<Text<1, 20>>,
    /// Needed for parcels; lines of one seller order may share one. Spaces and dashes are left out.
    invoice_no: Option<Text<1, 40>>,
}

impl From<DispatchProductOrder> for DispatchItem {
    fn from(item: DispatchProductOrder) -> DispatchItem {
        DispatchItem {
            product_order_id: item.product_order_id,
            quantity: item.quantity.map(values::Quantity::get),
            method: item.method,
            carrier_code: item.carrier_code.map(Text::into_string),
            invoice_no: item.invoice_no.map(Text::into_string),
        }
    }
}

/// Dispatch lines. Sending the same pair of line and invoice again answers success.
pub(crate) async fn dispatch(
    ctx: Ctx<may::OrdersWrite>,
    State(app): State<App>,
    seller: SellerHeader,
    Json(body): Json<DispatchProductOrdersBody>,
) -> Answer<Json<LineResults>, GrantError> {
    let tx = app.boot.db.begin().await?;
    let scope = grant::seller_scope(&tx, &ctx.who, seller.0, Scope::OrdersWrite, ctx.now).await?;
    let items = body.items.into_vec().into_iter().map(Into::into).collect();
    let results = orders::dispatch::dispatch(&tx, scope, (&ctx.who).into(), ctx.now, items).await?;
    tx.commit().await?;
    app.nudge.relay().await;
    Ok(Json(LineResults { results }))
}

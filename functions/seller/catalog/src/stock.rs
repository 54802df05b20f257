//! Stock: what lies on the shelf, changes of it, and how it came to be.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use inventory::{
    Adjust, AdjustError, AdjustMode, AdjustOutcome, AdjustReason, Adjusted, Adjustment, MovementRow, StockFilter,
    StockQuery, StockRow,
};
use kernel::values::{List, Text};
use kernel::{Cursor, Limit, MovementId, Page, ProductId, SkuId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, IdempotencyKey, Json, Once, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StocksQuery {
    pub product_id: Option<ProductId>,
    /// Part of the product's name, or the start of a style code, own SKU code or barcode.
    pub keyword: Option<Text<1, 50>>,
    pub stock: Option<StockFilter>,
    pub cursor: Option<Cursor>,
    pub limit: Option<Limit>,
}

/// One SKU on the shelf.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StockView {
    pub sku_id: SkuId,
    pub product_id: ProductId,
    pub product_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller_sku: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub barcode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_code: Option<String>,
    pub usable: bool,
    pub on_hand: i32,
    pub reserved: i32,
    /// On hand less reserved.
    pub available: i32,
    /// Name it when you set a quantity.
    pub stock_version: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low_stock_threshold: Option<i32>,
    pub low_stock: bool,
    /// Net pieces sold in the seven days up to last midnight.
    pub sold_7_days: i64,
    /// For how many days the available pieces last at that pace; absent when nothing sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_of_cover: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restock_expected_on: Option<NaiveDate>,
    pub updated_at: DateTime<Utc>,
}

impl From<StockRow> for StockView {
    fn from(row: StockRow) -> StockView {
        let days_of_cover = (row.sold_7_days > 0).then(|| i64::from(row.available) * 7 / row.sold_7_days);
        StockView {
            sku_id: row.sku_id,
            product_id: row.product_id,
            product_name: row.product_name,
            option_text: row.option_text,
            seller_sku: row.seller_sku,
            barcode: row.barcode,
            location_code: row.location_code,
            usable: row.usable,
            on_hand: row.on_hand,
            reserved: row.reserved,
            available: row.available,
            stock_version: row.version,
            low_stock_threshold: row.low_stock_threshold,
            low_stock: row.low_stock,
            sold_7_days: row.sold_7_days,
            days_of_cover,
            restock_expected_on: row.restock_expected_on,
            updated_at: row.updated_at,
        }
    }
}

pub async fn list(
    ctx: Ctx<may::StockRead>,
    State(app): State<App>,
    Query(query): Query<StocksQuery>,
) -> Answer<Json<Page<StockView>>> {
    let StocksQuery { product_id, keyword, stock, cursor, limit } = query;
    let (keyword, limit) = (keyword.map(Text::into_string), limit.unwrap_or_default());
    let query = StockQuery { product_id, keyword, stock, cursor, limit };
    let page = inventory::stocks(&app.boot.db.reader().await?, ctx.who.scope(), ctx.now, query).await?;
    Ok(Json(page.map(StockView::from)))
}

/// Changes of many SKUs for one reason.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustStock {
    pub reason: AdjustReason,
    pub note: Option<Text<1, 200>>,
    pub adjustments: List<AdjustSku, 1, 500>,
}

/// One SKU's change.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustSku {
    pub sku_id: SkuId,
    pub mode: AdjustMode,
    /// Pieces to add or subtract, or the new quantity.
    pub quantity: StockQuantity,
    /// To set a quantity: the version it was read with. It is right only if nothing happened since.
    pub stock_version: Option<i32>,
}

/// Pieces, 0 to 1,000,000.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct StockQuantity(#[schemars(range(min = 0, max = 1_000_000))] i32);

impl<'de> Deserialize<'de> for StockQuantity {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<StockQuantity, D::Error> {
        let pieces = i32::deserialize(deserializer)?;
        let bounded = (0..=1_000_000).contains(&pieces);
        if bounded { Ok(StockQuantity(pieces)) } else { Err(serde::de::Error::custom("0 to 1,000,000 pieces")) }
    }
}

impl From<AdjustSku> for Adjustment {
    fn from(change: AdjustSku) -> Adjustment {
        let AdjustSku { sku_id, mode, quantity, stock_version } = change;
        Adjustment { sku_id, mode, quantity: quantity.0, stock_version }
    }
}

/// One SKU afterwards; the counters are absent when it is not mine.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AdjustedSkuView {
    pub sku_id: SkuId,
    pub outcome: AdjustOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_hand: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stock_version: Option<i32>,
}

/// How it ended per SKU.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AdjustedStockView {
    pub results: Vec<AdjustedSkuView>,
}

impl From<Adjusted> for AdjustedSkuView {
    fn from(adjusted: Adjusted) -> AdjustedSkuView {
        let Adjusted { sku_id, outcome, on_hand, reserved, version } = adjusted;
        AdjustedSkuView { sku_id, outcome, on_hand, reserved, stock_version: version }
    }
}

pub async fn adjust(
    ctx: Ctx<may::StockWrite>,
    State(app): State<App>,
    key: IdempotencyKey,
    Json(body): Json<AdjustStock>,
) -> Answer<Once<Json<AdjustedStockView>>, AdjustError> {
    let tx = app.boot.db.begin().await?;
    let taken = match key.take(&ctx, ctx.who.member_id, &body, &tx).await? {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let adjustments = body.adjustments.into_vec().into_iter().map(Adjustment::from).collect();
    let note = body.note.map(Text::into_string);
    let cmd = Adjust { adjustments, reason: body.reason, note, member_id: ctx.who.member_id };
    let results = inventory::adjust(&tx, ctx.who.scope(), ctx.now, cmd).await?;
    let view = AdjustedStockView { results: results.into_iter().map(AdjustedSkuView::from).collect() };
    taken.commit(tx, 200, &view).await?;
    app.nudge.relay().await;
    Ok(Once::Made(Json(view)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MovementsQuery {
    pub sku_id: SkuId,
    pub cursor: Option<Cursor>,
    pub limit: Option<Limit>,
}

/// One change of what is on hand.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MovementView {
    pub id: MovementId,
    /// `sale`, `cancel_restock`, `inbound` …
    pub kind: String,
    /// Pieces, negative when they left.
    pub quantity: i32,
    pub on_hand_after: i32,
    pub stock_version: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The order line behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_order_no: Option<String>,
    /// Who moved it: `seller`, `system` …
    pub actor: String,
    pub occurred_at: DateTime<Utc>,
}

impl From<MovementRow> for MovementView {
    fn from(row: MovementRow) -> MovementView {
        MovementView {
            id: row.id,
            kind: row.kind,
            quantity: row.quantity,
            on_hand_after: row.on_hand_after,
            stock_version: row.stock_version,
            reason: row.reason,
            product_order_no: row.product_order_no,
            actor: row.actor_type,
            occurred_at: row.occurred_at,
        }
    }
}

pub async fn movements(
    ctx: Ctx<may::StockRead>,
    State(app): State<App>,
    Query(query): Query<MovementsQuery>,
) -> Answer<Json<Page<MovementView>>> {
    let (conn, limit) = (app.boot.db.reader().await?, query.limit.unwrap_or_default());
    let page = inventory::movements(&conn, ctx.who.scope(), query.sku_id, query.cursor, limit).await?;
    Ok(Json(page.map(MovementView::from)))
}

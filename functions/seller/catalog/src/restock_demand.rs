//! What shoppers wait for to come back.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use chrono::NaiveDate;
use kernel::{Cursor, Limit, Page, ProductId, SkuId};
use notifications::restock::demand::{self, DemandRow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestockDemandQuery {
    pub cursor: Option<Cursor>,
    pub limit: Option<Limit>,
}

/// One SKU that shoppers wait for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RestockDemandView {
    pub sku_id: SkuId,
    pub product_id: ProductId,
    pub product_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller_sku: Option<String>,
    /// How many shoppers wait; fewer than five are `<5`.
    pub waiting: String,
    /// On hand less reserved.
    pub available: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restock_expected_on: Option<NaiveDate>,
}

impl From<DemandRow> for RestockDemandView {
    fn from(row: DemandRow) -> RestockDemandView {
        RestockDemandView {
            waiting: row.shown(),
            sku_id: row.sku_id,
            product_id: row.product_id,
            product_name: row.product_name,
            option_text: row.option_text,
            seller_sku: row.seller_sku,
            available: row.available,
            restock_expected_on: row.restock_expected_on,
        }
    }
}

pub async fn list(
    ctx: Ctx<may::StockRead>,
    State(app): State<App>,
    Query(query): Query<RestockDemandQuery>,
) -> Answer<Json<Page<RestockDemandView>>> {
    let (conn, limit) = (app.boot.db.reader().await?, query.limit.unwrap_or_default());
    let page = demand::of_seller(&conn, ctx.who.scope(), query.cursor, limit).await?;
    Ok(Json(page.map(RestockDemandView::from)))
}

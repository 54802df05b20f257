//! What shoppers of all sellers wait for to come back.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use chrono::NaiveDate;
use kernel::{Cursor, Limit, Page, ProductId, SellerId, SkuId};
use notifications::restock::demand::{self, DemandRow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestockDemandsQuery {
    pub seller_id: Option<SellerId>,
    pub cursor: Option<Cursor>,
    pub limit: Option<Limit>,
}

/// One SKU that shoppers wait for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RestockDemandCard {
    pub sku_id: SkuId,
    pub product_id: ProductId,
    pub seller_id: SellerId,
    pub seller_name: String,
    pub product_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option_text: Option<String>,
    /// How many shoppers wait; fewer than five are `<5`.
    pub waiting: String,
    /// On hand less reserved.
    pub available: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restock_expected_on: Option<NaiveDate>,
}

impl From<DemandRow> for RestockDemandCard {
    fn from(row: DemandRow) -> RestockDemandCard {
        RestockDemandCard {
            waiting: row.shown(),
            sku_id: row.sku_id,
            product_id: row.product_id,
            seller_id: row.seller_id,
            seller_name: row.seller_name,
            product_name: row.product_name,
            option_text: row.option_text,
            available: row.available,
            restock_expected_on: row.restock_expected_on,
        }
    }
}

pub async fn list(
    _: Ctx<may::ProductsRead>,
    State(app): State<App>,
    Query(query): Query<RestockDemandsQuery>,
) -> Answer<Json<Page<RestockDemandCard>>> {
    let RestockDemandsQuery { seller_id, cursor, limit } = query;
    let page = demand::of_all(&app.boot.db.reader().await?, seller_id, cursor, limit.unwrap_or_default()).await?;
    Ok(Json(page.map(RestockDemandCard::from)))
}

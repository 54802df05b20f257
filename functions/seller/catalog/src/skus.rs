//! Options and their combinations.

use crate::App;
use crate::product_views::SellerProductView;
use crate::products::edited;
use authz::seller as may;
use axum::extract::State;
use catalog::{OptionsError, OptionsInput, SkuEdit, SkusError};
use chrono::NaiveDate;
use kernel::values::{List, Text, nullable};
use kernel::{Money, ProductId, SkuId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, Path};

pub async fn options(
    ctx: Ctx<may::ProductsWrite>,
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
    Json(body): Json<OptionsInput>,
) -> Answer<Json<SellerProductView>, OptionsError> {
    let tx = app.boot.db.begin().await?;
    catalog::set_options(&tx, ctx.who.scope(), product_id, ctx.now, body).await?;
    let answer = edited(tx, ctx.who.scope(), product_id, ctx.now).await?;
    app.nudge.relay().await;
    Ok(answer)
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditSkus {
    pub skus: List<EditSku, 1, 500>,
}

/// What changes of one SKU; what is left out stays, null clears. Quantities are changed in the stock screens.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditSku {
    pub sku_id: SkuId,
    /// Won on top of the product's price, may be negative, in units of 10.
    pub price_delta: Option<Money>,
    pub usable: Option<bool>,
    /// My own code, unique in the store.
    #[serde(default, deserialize_with = "nullable")]
    pub seller_sku: Option<Option<Text<1, 50>>>,
    #[serde(default, deserialize_with = "nullable")]
    pub barcode: Option<Option<Text<1, 50>>>,
    #[serde(default, deserialize_with = "nullable")]
    pub location_code: Option<Option<Text<1, 50>>>,
    #[serde(default, deserialize_with = "nullable")]
    #[schemars(range(min = 0, max = 65_535))]
    pub low_stock_threshold: Option<Option<u16>>,
    /// Shown to shoppers; lies ahead.
    #[serde(default, deserialize_with = "nullable")]
    pub restock_expected_on: Option<Option<NaiveDate>>,
}

impl From<EditSku> for SkuEdit {
    fn from(body: EditSku) -> SkuEdit {
        let text = |change: Option<Option<Text<1, 50>>>| change.map(|text| text.map(Text::into_string));
        SkuEdit {
            sku_id: body.sku_id,
            price_delta: body.price_delta,
            usable: body.usable,
            seller_sku: text(body.seller_sku),
            barcode: text(body.barcode),
            location_code: text(body.location_code),
            low_stock_threshold: body.low_stock_threshold.map(|threshold| threshold.map(i32::from)),
            restock_expected_on: body.restock_expected_on,
        }
    }
}

pub async fn edit(
    ctx: Ctx<may::ProductsWrite>,
    State(app): State<App>,
    Path(product_id): Path<ProductId>,
    Json(body): Json<EditSkus>,
) -> Answer<Json<SellerProductView>, SkusError> {
    let edits = body.skus.into_vec().into_iter().map(SkuEdit::from).collect();
    let tx = app.boot.db.begin().await?;
    catalog::edit_skus(&tx, ctx.who.scope(), product_id, ctx.now, edits).await?;
    let answer = edited(tx, ctx.who.scope(), product_id, ctx.now).await?;
    app.nudge.relay().await;
    Ok(answer)
}

//! Prices of products, now or at a set time.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use catalog::{ChangePrices, NewPrice, PriceOutcome, PricesError};
use chrono::{DateTime, Utc};
use kernel::ProductId;
use kernel::values::List;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json};

/// New prices in units of 10 won, for all products at once.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceChanges {
    pub prices: List<NewPrice, 1, 500>,
    /// Absent: now.
    pub at: Option<DateTime<Utc>>,
    /// Needed for a drop of half or more.
    #[serde(default)]
    pub confirm_large_drop: bool,
}

/// How it ended for one product.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PriceChangeResult {
    pub product_id: ProductId,
    pub outcome: PriceOutcome,
}

/// How it ended per product.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PriceChangesView {
    pub results: Vec<PriceChangeResult>,
}

pub async fn make(
    ctx: Ctx<may::PricesWrite>,
    State(app): State<App>,
    Json(body): Json<PriceChanges>,
) -> Answer<Json<PriceChangesView>, PricesError> {
    let PriceChanges { prices, at, confirm_large_drop } = body;
    let cmd = ChangePrices { prices: prices.into_vec(), at, confirm_large_drop, member_id: ctx.who.member_id };
    let tx = app.boot.db.begin().await?;
    let results = catalog::change_prices(&tx, ctx.who.scope(), ctx.now, cmd).await?;
    tx.commit().await?;
    let results = results.into_iter().map(|(product_id, outcome)| PriceChangeResult { product_id, outcome });
    Ok(Json(PriceChangesView { results: results.collect() }))
}

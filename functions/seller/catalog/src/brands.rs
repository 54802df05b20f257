//! The brands of a seller.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use catalog::{BrandState, RightKind, SellerBrandRow};
use chrono::NaiveDate;
use kernel::{BrandId, Cursor, Limit, Page};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, Query};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SellerBrandsQuery {
    pub cursor: Option<Cursor>,
    pub limit: Option<Limit>,
}

/// One brand with my right to it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerBrandView {
    pub id: BrandId,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    pub state: BrandState,
    /// Absent while it was only asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub right_kind: Option<RightKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    /// Its products stop selling the day after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    /// I may sell it today.
    pub sellable: bool,
}

impl From<SellerBrandRow> for SellerBrandView {
    fn from(row: SellerBrandRow) -> SellerBrandView {
        let SellerBrandRow { id, name, name_en, state, right_kind, valid_from, valid_to, sellable } = row;
        SellerBrandView { id, name, name_en, state, right_kind, valid_from, valid_to, sellable }
    }
}

pub async fn list(
    ctx: Ctx<may::ProductsRead>,
    State(app): State<App>,
    Query(query): Query<SellerBrandsQuery>,
) -> Answer<Json<Page<SellerBrandView>>> {
    let (conn, limit) = (app.boot.db.reader().await?, query.limit.unwrap_or_default());
    let page = catalog::seller_brands(&conn, ctx.who.scope(), ctx.now, query.cursor, limit).await?;
    Ok(Json(page.map(SellerBrandView::from)))
}

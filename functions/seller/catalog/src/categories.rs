//! The category tree as a seller needs it.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use catalog::{FormError, RegistrationForm, SellerCategoryRow};
use kernel::{CategoryId, Rate};
use schemars::JsonSchema;
use serde::Serialize;
use web::{Answer, Ctx, Json, Path, Tagged};

/// One node of the tree, parents before children.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerCategoryView {
    pub id: CategoryId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<CategoryId>,
    pub name: String,
    pub depth: i16,
    /// Products hang on leaves only.
    pub leaf: bool,
    /// A product can be put here today: a leaf, and a contract holds.
    pub can_sell: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commission_rate: Option<Rate>,
}

/// All categories.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SellerCategoriesView {
    pub items: Vec<SellerCategoryView>,
}

impl From<SellerCategoryRow> for SellerCategoryView {
    fn from(row: SellerCategoryRow) -> SellerCategoryView {
        let can_sell = row.leaf && row.commission_rate.is_some();
        let SellerCategoryRow { id, parent_id, name, depth, leaf, commission_rate } = row;
        SellerCategoryView { id, parent_id, name, depth, leaf, can_sell, commission_rate }
    }
}

pub async fn list(ctx: Ctx<may::ProductsRead>, State(app): State<App>) -> Answer<Tagged<SellerCategoriesView>> {
    let rows = catalog::seller_category_tree(&app.boot.db.reader().await?, ctx.who.scope(), ctx.now).await?;
    Ok(Tagged(SellerCategoriesView { items: rows.into_iter().map(SellerCategoryView::from).collect() }))
}

pub async fn registration_form(
    _: Ctx<may::ProductsRead>,
    State(app): State<App>,
    Path(category_id): Path<CategoryId>,
) -> Answer<Json<RegistrationForm>, FormError> {
    Ok(Json(catalog::registration_form(&app.boot.db.reader().await?, category_id).await?))
}

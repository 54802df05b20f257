//! The category tree.

use crate::App;
use authz::service as may;
use axum::extract::State;
use catalog::{CategoryError, CategoryLanding, CategoryRow, CategoryStep, FeaturedBrand, FilterAttribute};
use kernel::CategoryId;
use schemars::JsonSchema;
use serde::Serialize;
use web::{Answer, Cached, Ctx, Path};

/// Ten minutes at the edge.
const SECONDS: u32 = 600;

/// One node of the tree.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CategoryView {
    pub id: CategoryId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<CategoryId>,
    pub name: String,
    /// 1 at the top.
    pub depth: i16,
    /// Order among its siblings.
    pub position: i32,
    pub leaf: bool,
}

/// The tree, parents before children, siblings in display order.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CategoryTreeView {
    pub items: Vec<CategoryView>,
}

/// One category's landing.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CategoryLandingView {
    pub id: CategoryId,
    pub name: String,
    /// From the root down to this one.
    pub path: Vec<CategoryStep>,
    pub children: Vec<CategoryStep>,
    /// Filter attributes and their values, this category's and those above it.
    pub attributes: Vec<FilterAttribute>,
    /// The most liked ones that sell here.
    pub featured_brands: Vec<FeaturedBrand>,
}

impl From<CategoryRow> for CategoryView {
    fn from(row: CategoryRow) -> CategoryView {
        let CategoryRow { id, parent_id, name, depth, position, leaf } = row;
        CategoryView { id, parent_id, name, depth, position, leaf }
    }
}

impl From<CategoryLanding> for CategoryLandingView {
    fn from(row: CategoryLanding) -> CategoryLandingView {
        CategoryLandingView {
            id: row.id,
            name: row.name,
            path: row.path.0,
            children: row.children.0,
            attributes: row.attributes.0,
            featured_brands: row.brands.0,
        }
    }
}

pub async fn list(_: Ctx<may::Anyone>, State(app): State<App>) -> Answer<Cached<CategoryTreeView>> {
    let rows = catalog::category_tree(&app.boot.db.reader().await?).await?;
    let value = CategoryTreeView { items: rows.into_iter().map(CategoryView::from).collect() };
    Ok(Cached { value, seconds: SECONDS })
}

pub async fn get(
    _: Ctx<may::Anyone>,
    State(app): State<App>,
    Path(category_id): Path<CategoryId>,
) -> Answer<Cached<CategoryLandingView>, CategoryError> {
    let landing = catalog::category_landing(&app.boot.db.reader().await?, category_id).await?;
    Ok(Cached { value: landing.into(), seconds: SECONDS })
}

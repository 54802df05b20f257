//! What shoppers look at: categories, brands, product lists and pages, and who sells.

mod brands;
mod categories;
mod product_views;
mod products;
mod sellers;

use authz::Audience;
use axum::extract::FromRef;
use boot::Boot;
use kernel::Fault;
use web::{Api, Core, Table};

/// What these handlers need.
#[derive(Clone)]
pub struct App {
    pub boot: Boot,
}

impl FromRef<App> for Core {
    fn from_ref(app: &App) -> Core {
        Core { boot: app.boot.clone() }
    }
}

/// This function, serving.
pub async fn api(boot: Boot) -> Result<Api, Fault> {
    Ok(routes::<Api<App>>().serving(include_str!("../openapi.json"), App { boot }))
}

/// This function's routes.
pub fn routes<T: Table<App>>() -> T {
    T::new(Audience::Service, "catalog")
        .get("/v1/categories", "Read the category tree", categories::list)
        .get("/v1/categories/{category_id}", "Read a category landing", categories::get)
        .get("/v1/brands", "Browse the brand index", brands::list)
        .get("/v1/brands/{brand_id}", "Show a brand page", brands::get)
        .get("/v1/products", "List products with filters and sort", products::list)
        .get("/v1/products/{product_id}", "Show the top of a product page", products::get)
        .get("/v1/products/{product_id}/options", "Load options and SKUs with their stock band", products::options)
        .get("/v1/products/{product_id}/disclosure", "Read the statutory product information", products::disclosure)
        .get("/v1/products/{product_id}/description", "Load the long description", products::description)
        .get("/v1/sellers/{seller_id}", "Show the seller's legal identity and return terms", sellers::get)
}

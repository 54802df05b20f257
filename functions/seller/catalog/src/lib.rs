//! The sellers' catalogue: products from draft to inspection, their prices and stock, the files they show.

mod brands;
mod categories;
mod price_changes;
mod product_parts;
mod product_views;
mod products;
mod restock_demand;
mod skus;
mod stock;
mod uploads;

use ::uploads::Buckets;
use authz::Audience;
use axum::extract::FromRef;
use boot::Boot;
use jobs::Nudge;
use kernel::Fault;
use web::{Api, Core, Table};

/// What these handlers need.
#[derive(Clone)]
pub struct App {
    pub boot: Boot,
    pub buckets: Buckets,
    pub nudge: Nudge,
}

impl FromRef<App> for Core {
    fn from_ref(app: &App) -> Core {
        Core { boot: app.boot.clone() }
    }
}

/// This function, serving.
pub async fn api(boot: Boot) -> Result<Api, Fault> {
    let buckets = Buckets::new(&boot);
    let nudge = Nudge::new(&boot.aws);
    Ok(routes::<Api<App>>().serving(include_str!("../openapi.json"), App { boot, buckets, nudge }))
}

/// This function's routes.
pub fn routes<T: Table<App>>() -> T {
    T::new(Audience::Seller, "catalog")
        .get("/v1/categories", "Read the category tree with my commission rates", categories::list)
        .get(
            "/v1/categories/{category_id}/registration-form",
            "Load what the registration form of a category asks for",
            categories::registration_form,
        )
        .get("/v1/brands", "List the brands I may sell or have asked for", brands::list)
        .get("/v1/products", "Search my products with counts per state", products::list)
        .post("/v1/products", "Start a product draft", products::start)
        .post("/v1/products/bulk-sale-state", "Put products on sale, pause or end them", products::bulk_sale_state)
        .post("/v1/products/price-changes", "Set prices of one or many products, now or later", price_changes::make)
        .get("/v1/products/{product_id}", "Open a product for editing", products::get)
        .patch("/v1/products/{product_id}", "Edit names, category, tags, limits, sale period", products::edit)
        .delete("/v1/products/{product_id}", "Delete a product I no longer sell", products::delete)
        .post("/v1/products/{product_id}/submit", "Send a product to inspection", products::submit)
        .post(
            "/v1/products/{product_id}/withdraw-submission",
            "Take a product back from inspection",
            products::withdraw_submission,
        )
        .put("/v1/products/{product_id}/images", "Set the pictures", product_parts::images)
        .put("/v1/products/{product_id}/description", "Set the long description", product_parts::description)
        .put("/v1/products/{product_id}/disclosure", "Fill in the statutory information", product_parts::disclosure)
        .put("/v1/products/{product_id}/certifications", "State safety certifications", product_parts::certifications)
        .put("/v1/products/{product_id}/delivery", "Choose how it is delivered", product_parts::delivery)
        .put("/v1/products/{product_id}/options", "Define options and their combinations", skus::options)
        .patch("/v1/products/{product_id}/skus", "Edit SKUs together", skus::edit)
        .get("/v1/stock", "List SKUs with what is on hand, reserved and available", stock::list)
        .post("/v1/stock/adjustments", "Add, subtract or set quantities with a reason", stock::adjust)
        .get("/v1/stock/movements", "Trace a SKU's stock", stock::movements)
        .get("/v1/stock/restock-demand", "Rank my SKUs by shoppers who wait for them", restock_demand::list)
        .post("/v1/uploads", "Get a place to upload a file to", uploads::start)
        .post("/v1/uploads/{upload_id}/complete", "Register an uploaded file", uploads::complete)
}

//! The operators' catalogue: inspection of what sellers submit, and what shoppers wait for.

mod inspection_views;
mod product_inspections;
mod restock_demands;

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
    pub nudge: Nudge,
}

impl FromRef<App> for Core {
    fn from_ref(app: &App) -> Core {
        Core { boot: app.boot.clone() }
    }
}

/// This function, serving.
pub async fn api(boot: Boot) -> Result<Api, Fault> {
    let nudge = Nudge::new(&boot.aws);
    Ok(routes::<Api<App>>().serving(include_str!("../openapi.json"), App { boot, nudge }))
}

/// This function's routes.
pub fn routes<T: Table<App>>() -> T {
    T::new(Audience::Admin, "catalog")
        .get("/v1/product-inspections", "List submitted versions waiting for inspection", product_inspections::list)
        .get(
            "/v1/product-inspections/{inspection_id}",
            "Open a submitted version beside the live one",
            product_inspections::open,
        )
        .post("/v1/product-inspections/approve", "Approve versions so that they go live", product_inspections::approve)
        .post("/v1/product-inspections/reject", "Send versions back with remarks", product_inspections::reject)
        .get("/v1/restock-demands", "Rank SKUs by shoppers who wait for them", restock_demands::list)
}

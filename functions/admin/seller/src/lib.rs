//! Sellers as operators run them: applications, contracts, commission.

mod applications;
mod commission_rates;
mod contracts;
mod seller_overview;

use authz::Audience;
use axum::extract::FromRef;
use boot::Boot;
use kernel::Fault;
use web::{Api, Core, Table};

/// What handlers share.
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
    T::new(Audience::Admin, "seller")
        .post(
            "/v1/seller-applications/{application_id}/approve",
            "Accept an applicant as a seller",
            applications::approve,
        )
        .get("/v1/sellers/{seller_id}", "Show one seller", seller_overview::show)
        .get("/v1/contracts", "List seller contracts", contracts::list)
        .post("/v1/contracts", "Draft a contract, renewal or amendment", contracts::create)
        .get("/v1/contracts/{contract_id}", "Show a contract with its rates", contracts::read)
        .post(
            "/v1/contracts/{contract_id}/send-for-signature",
            "Send a drafted contract to the seller's owner",
            contracts::send_for_signature,
        )
        .get("/v1/commission-rates", "List commission rates", commission_rates::list)
        .post("/v1/commission-rates", "Schedule a commission rate", commission_rates::create)
}

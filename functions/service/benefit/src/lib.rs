//! What customers save with: coupons, points, rewards, membership.

mod balance_views;
mod coupon_views;
mod coupons;
mod membership;
mod points;
mod rewards;
mod user_coupons;

use authz::Audience;
use axum::extract::FromRef;
use boot::Boot;
use jobs::Nudge;
use kernel::Fault;
use web::{Api, Core, Table};

/// What handlers share.
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
    T::new(Audience::Service, "benefit")
        .get("/v1/coupons", "List coupons I can download now and which I already have", coupons::list)
        .get("/v1/coupons/{coupon_id}", "Read a coupon's terms", coupons::read)
        .post("/v1/coupons/{coupon_id}/download", "Take a downloadable coupon", coupons::download)
        .post(
            "/v1/coupons/bulk-download",
            "Take every listed coupon of a product, brand or exhibition at once",
            coupons::bulk_download,
        )
        .get("/v1/user-coupons", "List my coupons: usable, used with its order, expired", user_coupons::list)
        .get("/v1/points", "Read my points balance, what expires soon and what is to come", points::show)
        .get("/v1/points/transactions", "List how my points came and went", points::transactions)
        .get("/v1/points/expirations", "Show my points by the month they expire in", points::expirations)
        .get("/v1/points/pending", "List points I will get after purchase confirmation", points::pending)
        .get("/v1/rewards", "Read my rewards balance per campaign", rewards::show)
        .get("/v1/rewards/transactions", "List how my rewards came and went", rewards::transactions)
        .get("/v1/membership/grades", "Show every grade's threshold and benefits", membership::grades)
        .get("/v1/membership/status", "Show my grade and the way to the next one", membership::status)
}

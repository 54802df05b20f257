//! Settlement as sellers see it: statements, lines, transfers, the payout account.

mod payouts;
mod settlement_account;
mod settlement_lines;
mod settlements;

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
    T::new(Audience::Seller, "settlement")
        .get("/v1/settlements", "List my statements", settlements::list)
        .get("/v1/settlements/forecast", "Show what I will be paid, and when", settlements::forecast)
        .get("/v1/settlements/{settlement_id}", "Open a statement", settlements::open)
        .post(
            "/v1/settlements/{settlement_id}/confirm",
            "Confirm a statement so that it is paid on its date",
            settlements::confirm,
        )
        .get(
            "/v1/settlement-lines",
            "Search settlement lines, and see why a line is not settled yet",
            settlement_lines::list,
        )
        .get("/v1/payouts", "List transfers to my bank account", payouts::list)
        .get("/v1/settlement-account", "Show my payout account and what holds payouts", settlement_account::show)
}

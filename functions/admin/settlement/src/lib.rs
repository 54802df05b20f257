//! Settlement as operators run it: periods, statements, holds, batches of payouts, payout accounts.

mod payout_accounts;
mod payout_batches;
mod payout_holds;
mod settlement_periods;
mod settlements;

use authz::Audience;
use axum::extract::FromRef;
use boot::Boot;
use identity::Bank;
use jobs::Nudge;
use kernel::Fault;
use payments::gateway::TossPayouts;
use settlement::payouts::Provider;
use std::sync::Arc;
use web::{Api, Core, Table};

/// What these handlers need.
#[derive(Clone)]
pub struct App {
    pub boot: Boot,
    pub nudge: Nudge,
    pub bank: Bank,
    /// Pays sellers.
    pub provider: Provider,
}

impl FromRef<App> for Core {
    fn from_ref(app: &App) -> Core {
        Core { boot: app.boot.clone() }
    }
}

/// This function, serving.
pub async fn api(boot: Boot) -> Result<Api, Fault> {
    let (nudge, bank) = (Nudge::new(&boot.aws), Bank::new(&boot));
    let provider: Provider = Arc::new(TossPayouts::new(&boot)?);
    Ok(routes::<Api<App>>().serving(include_str!("../openapi.json"), App { boot, nudge, bank, provider }))
}

/// This function's routes.
pub fn routes<T: Table<App>>() -> T {
    T::new(Audience::Admin, "settlement")
        .get("/v1/settlement-periods", "List settlement periods with totals", settlement_periods::list)
        .get("/v1/settlement-periods/{period_id}", "Show a period's closing checklist", settlement_periods::open)
        .post(
            "/v1/settlement-periods/{period_id}/build",
            "Build or rebuild the draft statements of a period",
            settlement_periods::build,
        )
        .post(
            "/v1/settlement-periods/{period_id}/close",
            "Close a period so that nothing more enters it",
            settlement_periods::close,
        )
        .get("/v1/settlements", "List statements", settlements::list)
        .post("/v1/settlements/issue", "Issue draft statements to their sellers", settlements::issue)
        .get("/v1/settlements/{settlement_id}", "Open a statement", settlements::open)
        .get("/v1/settlements/{settlement_id}/lines", "Page through a statement's lines", settlements::lines)
        .post(
            "/v1/settlements/{settlement_id}/verify",
            "Calculate a statement again and list the differences",
            settlements::verify,
        )
        .post("/v1/settlements/{settlement_id}/revert", "Take an issued statement back to draft", settlements::revert)
        .get("/v1/payout-holds", "List payout holds", payout_holds::list)
        .post("/v1/payout-holds", "Hold a seller's payouts", payout_holds::place)
        .post("/v1/payout-holds/{hold_id}/release", "Release a payout hold", payout_holds::release)
        .get("/v1/payout-batches", "List payout batches", payout_batches::list)
        .post("/v1/payout-batches", "Build a payout batch of the statements due on a date", payout_batches::build)
        .get("/v1/payout-batches/{batch_id}", "Show a batch and its payouts", payout_batches::open)
        .post(
            "/v1/payout-batches/{batch_id}/approve",
            "Approve a batch with its exact count and sum",
            payout_batches::approve,
        )
        .post("/v1/payout-batches/{batch_id}/submit", "Send an approved batch to the provider", payout_batches::submit)
        .post("/v1/payout-batches/{batch_id}/cancel", "Call off what of a batch is not sent", payout_batches::cancel)
        .get("/v1/payout-accounts", "List sellers' payout accounts", payout_accounts::list)
        .post(
            "/v1/payout-accounts/{payout_account_id}/verify",
            "Check a payout account's holder and register it with the payout provider",
            payout_accounts::verify,
        )
}

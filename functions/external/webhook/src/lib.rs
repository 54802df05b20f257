//! What outside services tell us: the payment gateway and contract carriers.
//!
//! Every message is stored, its work queued, and 200 answered; nothing is decided here.

mod carriers;
mod toss;

use authz::Audience;
use axum::extract::FromRef;
use boot::Boot;
use identity::Limits;
use jobs::Nudge;
use kernel::Fault;
use partners::inbound::inbox::Inbox;
use payments::gateway::PayoutSignature;
use std::sync::Arc;
use web::{Api, Core, Table};

/// What the handlers of this function work with.
#[derive(Clone)]
pub struct App {
    boot: Boot,
    inbox: Inbox,
    limits: Limits,
    nudge: Nudge,
    /// None in stages without payouts: nobody's signature is believed then.
    payouts: Option<Arc<PayoutSignature>>,
}

impl FromRef<App> for Core {
    fn from_ref(app: &App) -> Core {
        Core { boot: app.boot.clone() }
    }
}

/// This function, serving.
pub async fn api(boot: Boot) -> Result<Api, Fault> {
    let payouts = boot.secrets.payouts.as_ref().map(|secrets| Arc::new(PayoutSignature::new(&secrets.webhook_key)));
    let (inbox, limits, nudge) = (Inbox::new(&boot.aws), Limits::new(&boot.aws), Nudge::new(&boot.aws));
    let app = App { inbox, limits, nudge, payouts, boot };
    Ok(routes::<Api<App>>().serving(include_str!("../openapi.json"), app))
}

/// This function's routes.
pub fn routes<T: Table<App>>() -> T {
    T::new(Audience::External, "webhook")
        .post("/v1/inbound/toss/payment-events", "Take Toss payment events and queue a question", toss::payment_events)
        .post("/v1/inbound/toss/deposits", "Take Toss virtual-account deposit callbacks", toss::deposits)
        .post("/v1/inbound/toss/payout-events", "Take Toss payout results and seller changes", toss::payout_events)
        .post(
            "/v1/inbound/carriers/{carrier_code}/tracking-events",
            "Take scans pushed by a contract carrier",
            carriers::tracking_events,
        )
}

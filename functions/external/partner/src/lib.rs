//! Partners' systems: order management solutions and sellers' own ERPs.

mod codes;
mod door;
mod me;
mod oauth;
mod product_orders;
mod seller_header;
mod sellers;
mod webhook_deliveries;
mod webhook_endpoints;

use authz::Audience;
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use boot::Boot;
use jobs::Nudge;
use kernel::{Fault, Refusal};
use partners::access::admit::{AdmitError, Gate};
use partners::access::token::TokenDesk;
use partners::webhook::courier::Courier;
use web::{Api, Core, Table};

/// What the handlers of this function work with.
#[derive(Clone)]
pub struct App {
    boot: Boot,
    gate: Gate,
    desk: TokenDesk,
    courier: Courier,
    nudge: Nudge,
}

impl FromRef<App> for Core {
    fn from_ref(app: &App) -> Core {
        Core { boot: app.boot.clone() }
    }
}

/// This function's routes.
pub fn routes<T: Table<App>>() -> T {
    before_the_door(behind_the_door())
}

/// Whoever asks for a token has one that ran out in hand, or none.
fn before_the_door<T: Table<App>>(routes: T) -> T {
    routes.post("/v1/oauth/token", "Exchange a client's id and secret for an access token", oauth::token)
}

/// What only known partners reach.
fn behind_the_door<T: Table<App>>() -> T {
    T::new(Audience::External, "partner")
        .get("/v1/me", "Show this client, its scopes, credentials and limits", me::show)
        .post("/v1/me/credentials/rotate", "Issue a new secret while the old one still works", me::rotate)
        .get("/v1/sellers", "List the sellers that connected this partner", sellers::list)
        .get("/v1/codes", "Download every code list an integration maps", codes::list)
        .get("/v1/product-orders/changes", "Poll order lines changed since a cursor", product_orders::changes)
        .post("/v1/product-orders/confirm", "Accept up to 300 paid lines (발주확인)", product_orders::confirm)
        .post("/v1/product-orders/dispatch", "Dispatch up to 500 lines with invoice numbers", product_orders::dispatch)
        .get("/v1/webhook-endpoints", "List webhook endpoints with events and health", webhook_endpoints::list)
        .post("/v1/webhook-endpoints", "Register an HTTPS endpoint for chosen events", webhook_endpoints::create)
        .patch(
            "/v1/webhook-endpoints/{endpoint_id}",
            "Change the URL or events of an endpoint, pause it or switch it on",
            webhook_endpoints::change,
        )
        .delete("/v1/webhook-endpoints/{endpoint_id}", "Remove an endpoint", webhook_endpoints::remove)
        .post(
            "/v1/webhook-endpoints/{endpoint_id}/rotate-secret",
            "Issue a new signing secret while the old one still signs",
            webhook_endpoints::rotate_secret,
        )
        .post("/v1/webhook-endpoints/{endpoint_id}/test", "Send a signed test event now", webhook_endpoints::test)
        .get("/v1/webhook-deliveries", "Search the delivery log", webhook_deliveries::list)
        .get(
            "/v1/webhook-deliveries/{delivery_id}",
            "Read one delivery: signed body, headers and each attempt",
            webhook_deliveries::show,
        )
        .post(
            "/v1/webhook-deliveries/replay",
            "Send chosen deliveries again, or every failed one of a time",
            webhook_deliveries::replay,
        )
        .refusing(AdmitError::CODES)
}

/// This function, serving.
pub async fn api(boot: Boot) -> Result<Api, Fault> {
    let app = App {
        gate: Gate::new(&boot.db, &boot.vault, boot.aws.counters()),
        desk: TokenDesk::new(&boot)?,
        courier: Courier::new(&boot)?,
        nudge: Nudge::new(&boot.aws),
        boot,
    };
    let door = from_fn_with_state(app.clone(), door::open);
    let routes = behind_the_door::<Api<App>>().layered(|router| router.layer(door));
    Ok(before_the_door(routes).serving(include_str!("../openapi.json"), app))
}

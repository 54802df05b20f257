//! Customers' accounts: joining, signing in, and what they keep with us.

mod addresses;
mod auth;
mod consents;
mod email_verifications;
mod identity_verifications;
mod me;
mod notifications;
mod refund_account;
mod restock_subscriptions;
mod sign_up;
mod terms;

use authz::Audience;
use axum::extract::FromRef;
use boot::Boot;
use identity::Identity;
use jobs::Nudge;
use kernel::Fault;
use web::{Api, Core, Table};

/// What handlers share.
#[derive(Clone)]
pub struct App {
    pub boot: Boot,
    pub identity: Identity,
    pub nudge: Nudge,
}

impl FromRef<App> for Core {
    fn from_ref(app: &App) -> Core {
        Core { boot: app.boot.clone() }
    }
}

/// This function, serving.
pub async fn api(boot: Boot) -> Result<Api, Fault> {
    let identity = Identity::new(&boot, Audience::Service)?;
    let nudge = Nudge::new(&boot.aws);
    Ok(routes::<Api<App>>().serving(include_str!("../openapi.json"), App { boot, identity, nudge }))
}

/// This function's routes.
pub fn routes<T: Table<App>>() -> T {
    T::new(Audience::Service, "account")
        .get("/v1/terms", "List the terms and consent items of a step", terms::list)
        .get("/v1/terms/{term_code}", "Read the full text of one term", terms::read)
        .post(
            "/v1/auth/email-verifications",
            "Send a code to an e-mail address to sign up with",
            email_verifications::request,
        )
        .post(
            "/v1/auth/email-verifications/{email_verification_id}/confirm",
            "Exchange the e-mailed code for a verified-e-mail ticket",
            email_verifications::confirm,
        )
        .post("/v1/identity-verifications", "Start a phone identity verification", identity_verifications::start)
        .post(
            "/v1/identity-verifications/{identity_verification_id}/complete",
            "Fetch the agency's result of an identity verification",
            identity_verifications::complete,
        )
        .post("/v1/auth/sign-up", "Create an account and sign it in", sign_up::sign_up)
        .post("/v1/auth/sign-in", "Sign in with e-mail and password", auth::sign_in)
        .post("/v1/auth/token-refresh", "Rotate the refresh token", auth::refresh)
        .post("/v1/auth/sign-out", "End this session", auth::sign_out)
        .post(
            "/v1/auth/reauthentication",
            "Prove presence again and get a 5-minute elevated token",
            auth::reauthenticate,
        )
        .get("/v1/me", "Read my account", me::show)
        .patch("/v1/me", "Change my nickname or gender", me::edit)
        .get("/v1/me/addresses", "List my delivery addresses, default first", addresses::list)
        .post("/v1/me/addresses", "Add a delivery address", addresses::add)
        .patch("/v1/me/addresses/{address_id}", "Edit a delivery address or make it the default", addresses::edit)
        .delete("/v1/me/addresses/{address_id}", "Delete a delivery address", addresses::delete)
        .get("/v1/me/refund-account", "Read my masked refund bank account", refund_account::show)
        .put("/v1/me/refund-account", "Save the bank account I am refunded to", refund_account::save)
        .delete("/v1/me/refund-account", "Delete my refund bank account", refund_account::remove)
        .get("/v1/me/consents", "Read every agreement I gave", consents::list)
        .post("/v1/me/term-agreements", "Agree to revised required terms or to optional items", consents::agree)
        .patch(
            "/v1/me/marketing-consents",
            "Turn advertising channels and night delivery on or off",
            consents::change_marketing,
        )
        .get("/v1/me/notifications", "List my notification inbox", notifications::list)
        .post("/v1/me/notifications/{notification_id}/open", "Mark a notification read", notifications::open)
        .post("/v1/me/notifications/read-all", "Mark everything up to a moment as read", notifications::read_all)
        .get("/v1/me/restock-subscriptions", "List my restock alerts, sent ones too", restock_subscriptions::list)
        .post(
            "/v1/me/restock-subscriptions",
            "Ask to be told when a sold-out size and colour is back",
            restock_subscriptions::ask,
        )
        .delete(
            "/v1/me/restock-subscriptions/{subscription_id}",
            "Cancel a restock alert",
            restock_subscriptions::cancel,
        )
}

//! Sellers' accounts: opening a store, signing in, contracts, shipping terms and where the money goes.

mod addresses;
mod auth;
mod carriers;
mod contracts;
mod me;
mod onboarding;
mod policies;
mod second_factor;
mod settlement_account;
mod sign_up;

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
    let identity = Identity::new(&boot, Audience::Seller)?;
    let nudge = Nudge::new(&boot.aws);
    Ok(routes::<Api<App>>().serving(include_str!("../openapi.json"), App { boot, identity, nudge }))
}

/// This function's routes.
pub fn routes<T: Table<App>>() -> T {
    T::new(Audience::Seller, "account")
        .post("/v1/auth/verification-codes", "Send a code to the work e-mail of someone signing up", sign_up::send_code)
        .post(
            "/v1/auth/identity-verifications",
            "Start the identity check of the future owner",
            sign_up::start_identity_check,
        )
        .post("/v1/auth/sign-up", "Open an applicant account for a business and become its owner", sign_up::sign_up)
        .post("/v1/auth/sign-in", "Sign in and receive tokens or a second-factor challenge", auth::sign_in)
        .post("/v1/auth/second-factor", "Answer the second-factor challenge and receive tokens", auth::second_factor)
        .post("/v1/auth/token-refresh", "Rotate the refresh token; permissions are read again", auth::refresh)
        .post("/v1/auth/sign-out", "End this back-office session", auth::sign_out)
        .post(
            "/v1/auth/reauthentication",
            "Prove presence again and get a 5-minute elevated token",
            auth::reauthenticate,
        )
        .get("/v1/me", "Load my profile, role, permissions and my store's state", me::show)
        .post("/v1/me/second-factor", "Start enrolling or replacing my authenticator", second_factor::enroll)
        .post(
            "/v1/me/second-factor/confirm",
            "Activate the authenticator and receive recovery codes",
            second_factor::confirm,
        )
        .get("/v1/onboarding", "Show where my application stands", onboarding::show)
        .post("/v1/onboarding/submit", "Send the application to review", onboarding::submit)
        .get("/v1/contracts", "List contracts and addenda", contracts::list)
        .get("/v1/contracts/{contract_id}", "Read a contract before or after signing", contracts::read)
        .post(
            "/v1/contracts/{contract_id}/decision",
            "Sign a contract electronically, or decline it",
            contracts::decide,
        )
        .get("/v1/seller-addresses", "List dispatch and return addresses", addresses::list)
        .post("/v1/seller-addresses", "Add a warehouse or return address", addresses::add)
        .patch("/v1/seller-addresses/{seller_address_id}", "Correct an address or make it the default", addresses::edit)
        .delete(
            "/v1/seller-addresses/{seller_address_id}",
            "Delete an address no shipping policy uses",
            addresses::delete,
        )
        .get("/v1/shipping-policies", "List shipping policies", policies::list)
        .post("/v1/shipping-policies", "Create a shipping policy", policies::create)
        .put("/v1/shipping-policies/{shipping_policy_id}", "Replace a shipping policy's rules", policies::replace)
        .delete("/v1/shipping-policies/{shipping_policy_id}", "Retire a shipping policy", policies::retire)
        .get("/v1/carriers", "List carriers with their number format", carriers::list)
        .post(
            "/v1/settlement-account/change-requests",
            "Register or change the payout account",
            settlement_account::request,
        )
}

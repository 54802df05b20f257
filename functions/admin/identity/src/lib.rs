//! Operators' sign-in, second factors and step-up.

mod auth;
mod me;
mod mfa;

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
    let identity = Identity::new(&boot, Audience::Admin)?;
    let nudge = Nudge::new(&boot.aws);
    Ok(routes::<Api<App>>().serving(include_str!("../openapi.json"), App { boot, identity, nudge }))
}

/// This function's routes.
pub fn routes<T: Table<App>>() -> T {
    T::new(Audience::Admin, "identity")
        .post("/v1/auth/sign-in", "Check e-mail and password and open a second-factor challenge", auth::sign_in)
        .post("/v1/auth/mfa-verifications", "Verify the second factor and issue tokens", mfa::verify)
        .post("/v1/auth/mfa-enrollments", "Start enrolling an authenticator", mfa::enroll)
        .post(
            "/v1/auth/mfa-enrollments/{enrollment_id}/confirm",
            "Prove the new authenticator and receive recovery codes",
            mfa::confirm,
        )
        .post("/v1/auth/token-refresh", "Rotate the refresh token; roles are read again", auth::refresh)
        .post("/v1/auth/sign-out", "End the current back-office session", auth::sign_out)
        .post("/v1/auth/step-up", "Verify the second factor again to elevate the session", auth::step_up)
        .get("/v1/me", "Read own profile, role, permissions and document matrix", me::show)
}

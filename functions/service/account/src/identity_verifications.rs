//! Phone identity verification (본인확인).

use crate::App;
use accounts::identity_check::{self, CheckPurpose, CompleteError, StartError};
use authz::service as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::IdentityVerificationId;
use kernel::values::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, Json, Path};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityVerificationBody {
    purpose: CheckPurpose,
    /// Where the agency sends the browser afterwards.
    redirect_url: Option<Text<1, 500>>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct IdentityVerificationView {
    identity_verification_id: IdentityVerificationId,
    /// The agency's window.
    verification_url: String,
    expires_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct IdentityResultView {
    identity_verification_id: IdentityVerificationId,
    purpose: String,
    /// Masked.
    name: String,
    /// Masked.
    phone: String,
    birth_year: Option<i32>,
    /// Until when it may be used.
    expires_at: DateTime<Utc>,
}

pub async fn start(
    ctx: Ctx<may::Guest>,
    State(app): State<App>,
    Json(body): Json<IdentityVerificationBody>,
) -> Answer<Created<IdentityVerificationView>, StartError> {
    let redirect = body.redirect_url.as_ref().map(Text::as_str);
    let origins = &app.boot.config.allowed_origins;
    let device = ctx.request.device();
    let who = ctx.who.0.as_ref();
    let started = identity_check::start(&app.identity, who, body.purpose, redirect, origins, &device, ctx.now).await?;
    Ok(Created(IdentityVerificationView {
        identity_verification_id: started.id,
        verification_url: started.url,
        expires_at: started.expires_at,
    }))
}

pub async fn complete(
    ctx: Ctx<may::Guest>,
    State(app): State<App>,
    Path(identity_verification_id): Path<IdentityVerificationId>,
) -> Answer<Json<IdentityResultView>, CompleteError> {
    let who = ctx.who.0.as_ref();
    let done = identity_check::complete(&app.boot.db, &app.identity, who, identity_verification_id, ctx.now).await?;
    Ok(Json(IdentityResultView {
        identity_verification_id: done.id,
        purpose: done.purpose,
        name: done.name,
        phone: done.phone,
        birth_year: done.birth_year,
        expires_at: done.expires_at,
    }))
}

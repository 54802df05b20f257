//! Operators' second factors.

use crate::auth::TokensView;
use crate::{App, device};
use authz::admin as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::TicketId;
use kernel::values::{OneTimeCode, Text};
use operators::enroll::{self, EnrollError, Enrollment};
use operators::mfa::{self, MfaError, Proof};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, Json, Path};

/// One of the two.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ProofBody {
    Code(OneTimeCode),
    RecoveryCode(Text<8, 40>),
}

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MfaVerificationBody {
    challenge_id: TicketId,
    proof: ProofBody,
}

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MfaEnrollmentBody {
    /// Of a first sign-in; absent when an elevated session asks.
    challenge_id: Option<TicketId>,
}

#[derive(Clone, Serialize, JsonSchema)]
pub struct MfaEnrollmentView {
    enrollment_id: TicketId,
    /// Shown once.
    secret: String,
    /// What the QR code holds.
    otpauth_url: String,
    expires_at: DateTime<Utc>,
}

impl From<Enrollment> for MfaEnrollmentView {
    fn from(enrollment: Enrollment) -> MfaEnrollmentView {
        let Enrollment { id, secret, otpauth_url, expires_at } = enrollment;
        MfaEnrollmentView { enrollment_id: id, secret, otpauth_url, expires_at }
    }
}

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MfaConfirmBody {
    code: OneTimeCode,
}

#[derive(Clone, Serialize, JsonSchema)]
pub struct RecoveryCodesView {
    /// Ten, shown once.
    recovery_codes: Vec<String>,
}

pub async fn verify(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<MfaVerificationBody>,
) -> Answer<Json<TokensView>, MfaError> {
    let (db, identity, device) = (&app.boot.db, &app.identity, device(&ctx.request));
    let proof = match &body.proof {
        ProofBody::Code(code) => Proof::Code(code),
        ProofBody::RecoveryCode(code) => Proof::Recovery(code.as_str()),
    };
    let tokens = mfa::verify(db, identity, &device, body.challenge_id, proof, ctx.now).await?;
    Ok(Json(tokens.into()))
}

pub async fn enroll(
    ctx: Ctx<may::Visitor>,
    State(app): State<App>,
    Json(body): Json<MfaEnrollmentBody>,
) -> Answer<Created<MfaEnrollmentView>, EnrollError> {
    let (db, identity, who) = (&app.boot.db, &app.identity, ctx.who.0.as_ref());
    let enrollment = enroll::start(db, identity, who, body.challenge_id, ctx.now).await?;
    Ok(Created(enrollment.into()))
}

pub async fn confirm(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Path(enrollment_id): Path<TicketId>,
    Json(body): Json<MfaConfirmBody>,
) -> Answer<Json<RecoveryCodesView>, EnrollError> {
    let (db, identity, device) = (&app.boot.db, &app.identity, device(&ctx.request));
    let codes = enroll::confirm(db, identity, &device, enrollment_id, &body.code, ctx.now).await?;
    Ok(Json(RecoveryCodesView { recovery_codes: codes }))
}

//! My authenticator.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::TicketId;
use kernel::values::OneTimeCode;
use schemars::JsonSchema;
use sellers::second_factor::{self, EnrollError, Enrollment};
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, Json};

#[derive(Clone, Serialize, JsonSchema)]
pub struct EnrollmentView {
    enrollment_id: TicketId,
    /// Shown once.
    secret: String,
    /// What the QR code holds.
    otpauth_url: String,
    expires_at: DateTime<Utc>,
}

impl From<Enrollment> for EnrollmentView {
    fn from(enrollment: Enrollment) -> EnrollmentView {
        EnrollmentView {
            enrollment_id: enrollment.id,
            secret: enrollment.secret,
            otpauth_url: enrollment.otpauth_url,
            expires_at: enrollment.expires_at,
        }
    }
}

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrollmentConfirmBody {
    enrollment_id: TicketId,
    code: OneTimeCode,
}

#[derive(Clone, Serialize, JsonSchema)]
pub struct RecoveryCodesView {
    /// Ten, shown once.
    recovery_codes: Vec<String>,
}

pub async fn enroll(ctx: Ctx<may::Member>, State(app): State<App>) -> Answer<Created<EnrollmentView>, EnrollError> {
    let enrollment = second_factor::enroll(&app.boot.db, &app.identity, &ctx.who, ctx.now).await?;
    Ok(Created(enrollment.into()))
}

pub async fn confirm(
    ctx: Ctx<may::Member>,
    State(app): State<App>,
    Json(body): Json<EnrollmentConfirmBody>,
) -> Answer<Json<RecoveryCodesView>, EnrollError> {
    let (db, identity) = (&app.boot.db, &app.identity);
    let codes = second_factor::confirm(db, identity, &ctx.who, body.enrollment_id, &body.code, ctx.now).await?;
    Ok(Json(RecoveryCodesView { recovery_codes: codes }))
}

//! Proving an e-mail address before signing up with it.

use crate::App;
use accounts::email_verification::{self, ConfirmError};
use authz::service as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use identity::codes::RESEND_SECONDS;
use identity::limits::LimitError;
use kernel::TicketId;
use kernel::values::{Email, OneTimeCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Accepted, Answer, Ctx, Json, Path};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailVerificationBody {
    email: Email,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct EmailVerificationView {
    email_verification_id: TicketId,
    expires_at: DateTime<Utc>,
    resend_after_seconds: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailConfirmBody {
    code: OneTimeCode,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct VerifiedEmailView {
    /// Sent with the sign-up, once.
    verified_email_ticket: TicketId,
    expires_at: DateTime<Utc>,
}

pub async fn request(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<EmailVerificationBody>,
) -> Answer<Accepted<EmailVerificationView>, LimitError> {
    let device = ctx.request.device();
    let (db, identity) = (&app.boot.db, &app.identity);
    let sent = email_verification::request(db, identity, &body.email, ctx.request.language, &device, ctx.now).await?;
    app.nudge.relay().await;
    let view = EmailVerificationView {
        email_verification_id: sent.ticket,
        expires_at: sent.expires_at,
        resend_after_seconds: RESEND_SECONDS,
    };
    Ok(Accepted(view))
}

pub async fn confirm(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Path(email_verification_id): Path<TicketId>,
    Json(body): Json<EmailConfirmBody>,
) -> Answer<Json<VerifiedEmailView>, ConfirmError> {
    let device = ctx.request.device();
    let verified =
        email_verification::confirm(&app.identity, email_verification_id, &body.code, &device, ctx.now).await?;
    Ok(Json(VerifiedEmailView { verified_email_ticket: verified.ticket, expires_at: verified.expires_at }))
}

//! Operators' second factors.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use identity::wire::{EnrollmentView, FirstCodeBody, RecoveryCodesView, SecondFactorBody, TokensView};
use kernel::TicketId;
use operators::enroll::{self, EnrollError};
use operators::mfa::{self, MfaError};
use schemars::JsonSchema;
use serde::Deserialize;
use web::{Answer, Created, Ctx, Json, Path};

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MfaEnrollmentBody {
    /// Of a first sign-in; absent when an elevated session asks.
    challenge_id: Option<TicketId>,
}

pub async fn verify(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<SecondFactorBody>,
) -> Answer<Json<TokensView>, MfaError> {
    let (db, identity, device) = (&app.boot.db, &app.identity, ctx.request.device());
    let tokens = mfa::verify(db, identity, &device, body.challenge_id, &body.proof, ctx.now).await?;
    app.nudge.relay().await;
    Ok(Json(tokens.into()))
}

pub async fn enroll(
    ctx: Ctx<may::Visitor>,
    State(app): State<App>,
    Json(body): Json<MfaEnrollmentBody>,
) -> Answer<Created<EnrollmentView>, EnrollError> {
    let (db, identity, who) = (&app.boot.db, &app.identity, ctx.who.0.as_ref());
    let enrollment = enroll::start(db, identity, who, body.challenge_id, ctx.now).await?;
    Ok(Created(enrollment.into()))
}

pub async fn confirm(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Path(enrollment_id): Path<TicketId>,
    Json(body): Json<FirstCodeBody>,
) -> Answer<Json<RecoveryCodesView>, EnrollError> {
    let (db, identity, device) = (&app.boot.db, &app.identity, ctx.request.device());
    let codes = enroll::confirm(db, identity, &device, enrollment_id, &body.code, ctx.now).await?;
    Ok(Json(codes.into()))
}

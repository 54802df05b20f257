//! Operators' sessions: in, on, out, and up.

use crate::App;
use authz::admin as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use identity::sessions::RefreshError;
use identity::wire::{ElevatedView, RefreshBody, SignInBody, TokensView};
use kernel::TicketId;
use kernel::values::OneTimeCode;
use operators::sign_in::{Opened, OperatorSignInError};
use operators::step_up::StepUpError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, NoContent};

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ChallengeView {
    challenge_id: TicketId,
    expires_at: DateTime<Utc>,
    /// Enrol a second factor with this challenge first.
    must_enroll: bool,
}

impl From<Opened> for ChallengeView {
    fn from(Opened { challenge, must_enroll }: Opened) -> ChallengeView {
        ChallengeView { challenge_id: challenge.id, expires_at: challenge.expires_at, must_enroll }
    }
}

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepUpBody {
    code: OneTimeCode,
}

pub async fn sign_in(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<SignInBody>,
) -> Answer<Json<ChallengeView>, OperatorSignInError> {
    let (db, identity, device) = (&app.boot.db, &app.identity, ctx.request.device());
    let password = body.password.as_str();
    let opened = operators::sign_in::sign_in(db, identity, &device, ctx.now, &body.email, password).await?;
    Ok(Json(opened.into()))
}

pub async fn refresh(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<RefreshBody>,
) -> Answer<Json<TokensView>, RefreshError> {
    let token = body.refresh_token.as_str();
    let tokens = operators::session::refresh(&app.boot.db, &app.identity, token, ctx.now).await?;
    Ok(Json(tokens.into()))
}

pub async fn sign_out(ctx: Ctx<may::Operator>, State(app): State<App>) -> Answer<NoContent> {
    app.identity.sessions.end(ctx.who.session_id).await?;
    Ok(NoContent)
}

pub async fn step_up(
    ctx: Ctx<may::Operator>,
    State(app): State<App>,
    Json(body): Json<StepUpBody>,
) -> Answer<Json<ElevatedView>, StepUpError> {
    let (db, identity, device) = (&app.boot.db, &app.identity, ctx.request.device());
    let access = operators::step_up::step_up(db, identity, &device, &ctx.who, body.code, ctx.now).await?;
    Ok(Json(access.into()))
}

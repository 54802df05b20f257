//! Operators' sessions: in, on, out, and up.

use crate::{App, device};
use authz::admin as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use identity::Tokens;
use kernel::TicketId;
use kernel::values::{Email, OneTimeCode, Text};
use operators::session::OperatorKeepError;
use operators::sign_in::{Challenge, OperatorSignInError};
use operators::step_up::StepUpError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, NoContent};

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInBody {
    email: Email,
    password: Text<1, 200>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ChallengeView {
    challenge_id: TicketId,
    expires_at: DateTime<Utc>,
    /// Enrol a second factor with this challenge first.
    must_enroll: bool,
}

impl From<Challenge> for ChallengeView {
    fn from(challenge: Challenge) -> ChallengeView {
        let Challenge { id, expires_at, must_enroll } = challenge;
        ChallengeView { challenge_id: id, expires_at, must_enroll }
    }
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TokensView {
    access_token: String,
    access_expires_at: DateTime<Utc>,
    /// Good once: each refresh hands out the next.
    refresh_token: String,
    refresh_expires_at: DateTime<Utc>,
}

impl From<Tokens> for TokensView {
    fn from(tokens: Tokens) -> TokensView {
        TokensView {
            access_token: tokens.access.token,
            access_expires_at: tokens.access.expires_at,
            refresh_token: tokens.refresh,
            refresh_expires_at: tokens.refresh_expires_at,
        }
    }
}

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshBody {
    refresh_token: Text<1, 200>,
}

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepUpBody {
    code: OneTimeCode,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ElevatedView {
    /// Replaces the access token; sensitive endpoints accept it until `elevated_until`.
    access_token: String,
    access_expires_at: DateTime<Utc>,
    elevated_until: DateTime<Utc>,
}

pub async fn sign_in(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<SignInBody>,
) -> Answer<Json<ChallengeView>, OperatorSignInError> {
    let (db, identity, device) = (&app.boot.db, &app.identity, device(&ctx.request));
    let password = body.password.as_str();
    let challenge = operators::sign_in::sign_in(db, identity, &device, ctx.now, &body.email, password).await?;
    Ok(Json(challenge.into()))
}

pub async fn refresh(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<RefreshBody>,
) -> Answer<Json<TokensView>, OperatorKeepError> {
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
    let (db, identity, device) = (&app.boot.db, &app.identity, device(&ctx.request));
    let access = operators::step_up::step_up(db, identity, &device, &ctx.who, &body.code, ctx.now).await?;
    let elevated_until = access.elevated_until.unwrap_or(access.expires_at);
    Ok(Json(ElevatedView { access_token: access.token, access_expires_at: access.expires_at, elevated_until }))
}

//! Members' sessions: in, on, out, and up.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use identity::sessions::RefreshError;
use identity::wire::{ElevatedView, RefreshBody, SecondFactorBody, SignInBody, TokensView};
use kernel::TicketId;
use kernel::values::{OneTimeCode, Text};
use schemars::JsonSchema;
use sellers::reauthenticate::MemberReauthenticateError;
use sellers::second_factor::ChallengeError;
use sellers::sign_in::{Entered, MemberSignInError};
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, NoContent};

#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum SignInView {
    SignedIn(TokensView),
    /// Answer it with a code of the authenticator or a recovery code.
    SecondFactor {
        challenge_id: TicketId,
        expires_at: DateTime<Utc>,
    },
}

impl From<Entered> for SignInView {
    fn from(entered: Entered) -> SignInView {
        match entered {
            Entered::SignedIn(tokens) => SignInView::SignedIn(tokens.into()),
            Entered::Challenge(challenge) => {
                SignInView::SecondFactor { challenge_id: challenge.id, expires_at: challenge.expires_at }
            }
        }
    }
}

/// The code where an authenticator is enrolled, else the password.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReauthenticationBody {
    password: Option<Text<1, 200>>,
    code: Option<OneTimeCode>,
}

pub async fn sign_in(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<SignInBody>,
) -> Answer<Json<SignInView>, MemberSignInError> {
    let (db, identity, device) = (&app.boot.db, &app.identity, ctx.request.device());
    let password = body.password.as_str();
    let entered = sellers::sign_in::sign_in(db, identity, &device, ctx.now, &body.email, password).await?;
    Ok(Json(entered.into()))
}

pub async fn second_factor(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<SecondFactorBody>,
) -> Answer<Json<TokensView>, ChallengeError> {
    let (db, identity, device) = (&app.boot.db, &app.identity, ctx.request.device());
    let (challenge, proof) = (body.challenge_id, &body.proof);
    let tokens = sellers::second_factor::answer(db, identity, &device, challenge, proof, ctx.now).await?;
    Ok(Json(tokens.into()))
}

pub async fn refresh(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<RefreshBody>,
) -> Answer<Json<TokensView>, RefreshError> {
    let token = body.refresh_token.as_str();
    let tokens = sellers::session::refresh(&app.boot.db, &app.identity, token, ctx.now).await?;
    Ok(Json(tokens.into()))
}

pub async fn sign_out(ctx: Ctx<may::Member>, State(app): State<App>) -> Answer<NoContent> {
    app.identity.sessions.end(ctx.who.session_id).await?;
    Ok(NoContent)
}

pub async fn reauthenticate(
    ctx: Ctx<may::Member>,
    State(app): State<App>,
    Json(body): Json<ReauthenticationBody>,
) -> Answer<Json<ElevatedView>, MemberReauthenticateError> {
    let (db, identity) = (&app.boot.db, &app.identity);
    let (password, code) = (body.password.as_ref().map(Text::as_str), body.code);
    let access = sellers::reauthenticate::reauthenticate(db, identity, &ctx.who, password, code, ctx.now).await?;
    Ok(Json(access.into()))
}

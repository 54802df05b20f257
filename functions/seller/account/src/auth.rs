//! Members' sessions: in, on, out, and up.

use crate::{App, device};
use authz::seller as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use identity::Tokens;
use identity::tokens::AccessToken;
use kernel::TicketId;
use kernel::values::{Email, OneTimeCode, Text};
use schemars::JsonSchema;
use sellers::reauthenticate::MemberReauthenticateError;
use sellers::second_factor::{ChallengeError, Proof};
use sellers::session::MemberKeepError;
use sellers::sign_in::{Entered, MemberSignInError};
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, NoContent};

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
pub struct SignInBody {
    email: Email,
    password: Text<1, 200>,
}

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
            Entered::Challenge { id, expires_at } => SignInView::SecondFactor { challenge_id: id, expires_at },
        }
    }
}

/// One of the two.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FactorBody {
    Code(OneTimeCode),
    RecoveryCode(Text<8, 40>),
}

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorBody {
    challenge_id: TicketId,
    proof: FactorBody,
}

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshBody {
    refresh_token: Text<1, 200>,
}

/// The code where an authenticator is enrolled, else the password.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReauthenticationBody {
    password: Option<Text<1, 200>>,
    code: Option<OneTimeCode>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ElevatedView {
    /// Replaces the access token; sensitive endpoints accept it until `elevated_until`.
    access_token: String,
    access_expires_at: DateTime<Utc>,
    elevated_until: DateTime<Utc>,
}

impl From<AccessToken> for ElevatedView {
    fn from(access: AccessToken) -> ElevatedView {
        ElevatedView {
            access_token: access.token,
            access_expires_at: access.expires_at,
            elevated_until: access.elevated_until.unwrap_or(access.expires_at),
        }
    }
}

pub async fn sign_in(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<SignInBody>,
) -> Answer<Json<SignInView>, MemberSignInError> {
    let (db, identity, device) = (&app.boot.db, &app.identity, device(&ctx.request));
    let password = body.password.as_str();
    let entered = sellers::sign_in::sign_in(db, identity, &device, ctx.now, &body.email, password).await?;
    Ok(Json(entered.into()))
}

pub async fn second_factor(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<SecondFactorBody>,
) -> Answer<Json<TokensView>, ChallengeError> {
    let (db, identity, device) = (&app.boot.db, &app.identity, device(&ctx.request));
    let proof = match &body.proof {
        FactorBody::Code(code) => Proof::Code(code),
        FactorBody::RecoveryCode(code) => Proof::Recovery(code.as_str()),
    };
    let tokens = sellers::second_factor::answer(db, identity, &device, body.challenge_id, proof, ctx.now).await?;
    Ok(Json(tokens.into()))
}

pub async fn refresh(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<RefreshBody>,
) -> Answer<Json<TokensView>, MemberKeepError> {
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
    let (password, code) = (body.password.as_ref().map(Text::as_str), body.code.as_ref());
    let access = sellers::reauthenticate::reauthenticate(db, identity, &ctx.who, password, code, ctx.now).await?;
    Ok(Json(access.into()))
}

//! Sessions: in, on, out, and up.

use crate::App;
use accounts::reauthenticate::ReauthenticateError;
use accounts::session::KeepError;
use accounts::sign_in::{PendingTerm, SignInError};
use authz::service as may;
use axum::extract::State;
use identity::wire::{ElevatedView, RefreshBody, SignInBody, TokensView};
use kernel::TermId;
use kernel::values::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json, NoContent};

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PendingTermView {
    id: TermId,
    code: String,
    title: String,
    version: i32,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SignedInView {
    #[serde(flatten)]
    tokens: TokensView,
    /// Required terms that were revised since I agreed.
    pending_terms: Vec<PendingTermView>,
}

impl From<PendingTerm> for PendingTermView {
    fn from(term: PendingTerm) -> PendingTermView {
        PendingTermView { id: term.id, code: term.code, title: term.title, version: term.version_no }
    }
}

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReauthenticationBody {
    password: Text<1, 200>,
}

pub async fn sign_in(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<SignInBody>,
) -> Answer<Json<SignedInView>, SignInError> {
    let (db, identity, device) = (&app.boot.db, &app.identity, ctx.request.device());
    let password = body.password.as_str();
    let signed_in = accounts::sign_in::sign_in(db, identity, &device, ctx.now, &body.email, password).await?;
    let pending_terms = signed_in.pending_terms.into_iter().map(PendingTermView::from).collect();
    Ok(Json(SignedInView { tokens: signed_in.tokens.into(), pending_terms }))
}

pub async fn refresh(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<RefreshBody>,
) -> Answer<Json<TokensView>, KeepError> {
    let token = body.refresh_token.as_str();
    let tokens = accounts::session::refresh(&app.boot.db, &app.identity, token, ctx.now).await?;
    Ok(Json(tokens.into()))
}

pub async fn sign_out(ctx: Ctx<may::Customer>, State(app): State<App>) -> Answer<NoContent> {
    app.identity.sessions.end(ctx.who.session_id).await?;
    Ok(NoContent)
}

pub async fn reauthenticate(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Json(body): Json<ReauthenticationBody>,
) -> Answer<Json<ElevatedView>, ReauthenticateError> {
    let (db, identity, password) = (&app.boot.db, &app.identity, body.password.as_str());
    let access = accounts::reauthenticate::reauthenticate(db, identity, &ctx.who, password, ctx.now).await?;
    Ok(Json(access.into()))
}

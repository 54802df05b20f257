//! Joining.

use crate::App;
use crate::consents::MarketingBody;
use accounts::sign_up::{self, Nickname, SignUp, SignUpError};
use authz::service as may;
use axum::extract::State;
use identity::wire::TokensView;
use kernel::values::{List, Password};
use kernel::{IdentityVerificationId, TermId, TicketId, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Created, Ctx, Json};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUpBody {
    verified_email_ticket: TicketId,
    identity_verification_id: IdentityVerificationId,
    password: Password,
    /// Versions of the texts agreed to; advertising is agreed to by channel below.
    agreed_term_ids: List<TermId, 0, 50>,
    #[serde(default)]
    marketing: MarketingBody,
    nickname: Option<Nickname>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SignedUpView {
    user_id: UserId,
    #[serde(flatten)]
    tokens: TokensView,
}

impl From<SignUpBody> for SignUp {
    fn from(body: SignUpBody) -> SignUp {
        SignUp {
            verified_email: body.verified_email_ticket,
            identity_verification: body.identity_verification_id,
            password: body.password,
            agreed_terms: body.agreed_term_ids.into_vec(),
            marketing: body.marketing.into(),
            nickname: body.nickname,
        }
    }
}

pub async fn sign_up(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<SignUpBody>,
) -> Answer<Created<SignedUpView>, SignUpError> {
    let device = ctx.request.device();
    let (user_id, tokens) = sign_up::sign_up(&app.boot.db, &app.identity, &device, ctx.now, body.into()).await?;
    app.nudge.relay().await;
    Ok(Created(SignedUpView { user_id, tokens: tokens.into() }))
}

//! Opening a store.

use crate::App;
use authz::seller as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use identity::codes::RESEND_SECONDS;
use identity::limits::LimitError;
use identity::wire::TokensView;
use kernel::values::{BusinessNo, Email, OneTimeCode, Password, Text};
use kernel::{IdentityVerificationId, MemberId, SellerApplicationId, SellerId, TicketId};
use schemars::JsonSchema;
use sellers::sign_up::{Opened, SellerSignUp, SellerSignUpError};
use sellers::verification;
use serde::{Deserialize, Serialize};
use web::{Accepted, Answer, Created, Ctx, Json};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerificationCodeBody {
    /// Codes go by mail.
    email: Email,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct VerificationCodeView {
    verification_id: TicketId,
    expires_at: DateTime<Utc>,
    resend_after_seconds: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnerIdentityBody {
    /// Where the agency sends the browser afterwards.
    redirect_url: Option<Text<1, 500>>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OwnerIdentityView {
    identity_verification_id: IdentityVerificationId,
    /// The agency's window.
    verification_url: String,
    expires_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreSignUpBody {
    email_verification_id: TicketId,
    email_code: OneTimeCode,
    identity_verification_id: IdentityVerificationId,
    password: Password,
    company_name: Text<1, 100>,
    representative: Text<1, 50>,
    business_no: BusinessNo,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct StoreSignedUpView {
    seller_id: SellerId,
    member_id: MemberId,
    application_id: SellerApplicationId,
    #[serde(flatten)]
    tokens: TokensView,
}

impl From<StoreSignUpBody> for SellerSignUp {
    fn from(body: StoreSignUpBody) -> SellerSignUp {
        SellerSignUp {
            email_verification: body.email_verification_id,
            email_code: body.email_code,
            identity_verification: body.identity_verification_id,
            password: body.password,
            company_name: body.company_name,
            representative: body.representative,
            business_no: body.business_no,
        }
    }
}

impl From<Opened> for StoreSignedUpView {
    fn from(opened: Opened) -> StoreSignedUpView {
        let Opened { seller_id, member_id, application_id, tokens } = opened;
        StoreSignedUpView { seller_id, member_id, application_id, tokens: tokens.into() }
    }
}

pub async fn send_code(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<VerificationCodeBody>,
) -> Answer<Accepted<VerificationCodeView>, LimitError> {
    let (db, identity, device) = (&app.boot.db, &app.identity, ctx.request.device());
    let sent = verification::send_code(db, identity, &body.email, ctx.request.language, &device, ctx.now).await?;
    app.nudge.relay().await;
    Ok(Accepted(VerificationCodeView {
        verification_id: sent.ticket,
        expires_at: sent.expires_at,
        resend_after_seconds: RESEND_SECONDS,
    }))
}

pub async fn start_identity_check(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<OwnerIdentityBody>,
) -> Answer<Created<OwnerIdentityView>, LimitError> {
    let redirect = body.redirect_url.as_ref().map(Text::as_str);
    let device = ctx.request.device();
    let started = verification::start_identity_check(&app.identity, redirect, &device, ctx.now).await?;
    Ok(Created(OwnerIdentityView {
        identity_verification_id: started.id,
        verification_url: started.url,
        expires_at: started.expires_at,
    }))
}

pub async fn sign_up(
    ctx: Ctx<may::Anyone>,
    State(app): State<App>,
    Json(body): Json<StoreSignUpBody>,
) -> Answer<Created<StoreSignedUpView>, SellerSignUpError> {
    let device = ctx.request.device();
    let opened = sellers::sign_up::sign_up(&app.boot.db, &app.identity, &device, ctx.now, body.into()).await?;
    Ok(Created(opened.into()))
}

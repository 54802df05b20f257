//! What I agreed to.

use crate::App;
use accounts::consents::{self, AgreeError, Consent, Marketing, MarketingError, MarketingWish};
use authz::service as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::TermId;
use kernel::values::List;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Answer, Ctx, Json};

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ConsentView {
    purpose: String,
    /// `all` for texts agreed to as a whole.
    channel: String,
    agreed: bool,
    term_id: Option<TermId>,
    version: Option<String>,
    decided_at: DateTime<Utc>,
    /// When I am asked again whether I still want advertising.
    reconfirm_due_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ConsentsView {
    items: Vec<ConsentView>,
}

impl From<Consent> for ConsentView {
    fn from(consent: Consent) -> ConsentView {
        ConsentView {
            purpose: consent.purpose,
            channel: consent.channel,
            agreed: consent.agreed,
            term_id: consent.term_id,
            version: consent.document_version,
            decided_at: consent.decided_at,
            reconfirm_due_at: consent.reconfirm_due_at,
        }
    }
}

/// Absent leaves a channel as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarketingBody {
    push: Option<bool>,
    sms: Option<bool>,
    alimtalk: Option<bool>,
    email: Option<bool>,
    /// 21:00 to 08:00; needs push, SMS or alimtalk.
    night: Option<bool>,
}

impl From<MarketingBody> for MarketingWish {
    fn from(body: MarketingBody) -> MarketingWish {
        let MarketingBody { push, sms, alimtalk, email, night } = body;
        MarketingWish { push, sms, alimtalk, email, night }
    }
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MarketingView {
    push: bool,
    sms: bool,
    alimtalk: bool,
    email: bool,
    night: bool,
}

impl From<Marketing> for MarketingView {
    fn from(m: Marketing) -> MarketingView {
        MarketingView { push: m.push, sms: m.sms, alimtalk: m.alimtalk, email: m.email, night: m.night }
    }
}

pub async fn list(ctx: Ctx<may::Customer>, State(app): State<App>) -> Answer<Json<ConsentsView>> {
    let items = consents::of(&app.boot.db.writer().await?, ctx.who.scope()).await?;
    Ok(Json(ConsentsView { items: items.into_iter().map(ConsentView::from).collect() }))
}

/// The versions I agree to.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TermAgreementsBody {
    term_ids: List<TermId, 0, 50>,
}

pub async fn agree(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Json(body): Json<TermAgreementsBody>,
) -> Answer<Json<ConsentsView>, AgreeError> {
    let tx = app.boot.db.begin().await?;
    consents::agree(&tx, ctx.who.scope(), ctx.now, body.term_ids.as_slice()).await?;
    let items = consents::of(&tx, ctx.who.scope()).await?;
    tx.commit().await?;
    Ok(Json(ConsentsView { items: items.into_iter().map(ConsentView::from).collect() }))
}

pub async fn change_marketing(
    ctx: Ctx<may::Customer>,
    State(app): State<App>,
    Json(body): Json<MarketingBody>,
) -> Answer<Json<MarketingView>, MarketingError> {
    let tx = app.boot.db.begin().await?;
    let standing = consents::change_marketing(&tx, ctx.who.scope(), ctx.now, body.into()).await?;
    tx.commit().await?;
    Ok(Json(standing.into()))
}

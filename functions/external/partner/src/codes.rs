//! Code lists, with an ETag: an integration downloads them once a day and mostly hears that nothing changed.

use crate::App;
use authz::external as may;
use axum::extract::State;
use kernel::{Code, Refusal};
use orders::state::LineState;
use partners::Scope;
use partners::access::admit::AdmitError;
use partners::access::rotate::RotateError;
use partners::changes::ChangesError;
use partners::codes::{CarrierRow, ReasonRow};
use partners::grant::GrantError;
use partners::webhook::change::ChangeError;
use partners::webhook::create::CreateError;
use partners::webhook::delivery::DeliveryState;
use partners::webhook::endpoint::EndpointError;
use partners::webhook::event::WebhookEvent;
use partners::webhook::log::DeliveryError;
use partners::webhook::replay::ReplayError;
use partners::webhook::rotate::RotateSecretError;
use partners::webhook::trial::TrialError;
use schemars::JsonSchema;
use serde::Serialize;
use web::{Answer, Ctx, Tagged};

/// Every list. New codes can appear without a new API version: treat unknown ones as OTHER.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CodesView {
    carriers: Vec<CarrierCodeView>,
    product_order_states: &'static [LineState],
    webhook_delivery_states: &'static [DeliveryState],
    claim_reasons: Vec<ClaimReasonView>,
    delay_reasons: &'static [&'static str],
    hold_reasons: &'static [&'static str],
    webhook_events: Vec<WebhookEventView>,
    scopes: &'static [Scope],
    errors: Vec<ErrorCodeView>,
}

/// A carrier and the codes common aggregators know it by.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CarrierCodeView {
    code: String,
    name: String,
    /// Regular expression an invoice number must match.
    invoice_pattern: Option<String>,
    sweettracker_code: Option<String>,
    naver_code: Option<String>,
    tracker_id: Option<String>,
    /// False: no new dispatches.
    active: bool,
}

impl From<CarrierRow> for CarrierCodeView {
    fn from(row: CarrierRow) -> CarrierCodeView {
        CarrierCodeView {
            code: row.code,
            name: row.name,
            invoice_pattern: row.invoice_pattern,
            sweettracker_code: row.sweettracker_code,
            naver_code: row.naver_code,
            tracker_id: row.tracker_id,
            active: row.active,
        }
    }
}

/// A reason for a claim and who bears its cost.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ClaimReasonView {
    code: String,
    name: String,
    claim_types: Vec<String>,
    given_by: String,
    /// `buyer`, `seller` or `platform`.
    bearer: String,
    needs_evidence: bool,
}

impl From<ReasonRow> for ClaimReasonView {
    fn from(row: ReasonRow) -> ClaimReasonView {
        ClaimReasonView {
            code: row.code,
            name: row.name,
            claim_types: row.claim_types,
            given_by: row.given_by,
            bearer: row.fault,
            needs_evidence: row.needs_evidence,
        }
    }
}

/// An event and the scope that lets a client hear it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WebhookEventView {
    event: WebhookEvent,
    scope: Scope,
}

/// An error code of this host.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ErrorCodeView {
    code: &'static str,
    status: u16,
    title: &'static str,
    title_ko: &'static str,
}

/// Why a dispatch may be late.
const DELAY_REASONS: &[&str] =
    &["product_prepare", "customer_request", "custom_build", "reserved_dispatch", "oversea_delivery", "etc"];

/// Why a claim may be on hold.
const HOLD_REASONS: &[&str] = &[
    "return_delivery_fee",
    "extra_fee",
    "return_product_not_delivered",
    "exchange_delivery_fee",
    "exchange_product_ready",
    "seller_confirm_need",
    "purchaser_confirm_need",
    "etc",
];

/// The error types of this host's endpoints and of its door.
const ERRORS: &[&[Code]] = &[
    AdmitError::CODES,
    ChangesError::CODES,
    GrantError::CODES,
    RotateError::CODES,
    CreateError::CODES,
    ChangeError::CODES,
    EndpointError::CODES,
    RotateSecretError::CODES,
    TrialError::CODES,
    DeliveryError::CODES,
    ReplayError::CODES,
];

/// Each code once, by id.
fn errors() -> Vec<ErrorCodeView> {
    let mut codes: Vec<&Code> = ERRORS.iter().copied().flatten().collect();
    codes.sort_by_key(|code| code.id);
    codes.dedup_by_key(|code| code.id);
    let view = |c: &Code| ErrorCodeView { code: c.id, status: c.status, title: c.title, title_ko: c.title_ko };
    codes.into_iter().map(view).collect()
}

/// Download the code lists. The ETag is the hash of their bytes: asking with it again answers 304.
pub(crate) async fn list(_: Ctx<may::Account>, State(app): State<App>) -> Answer<Tagged<CodesView>> {
    let codes = partners::codes::read(&app.boot.db.reader().await?).await?;
    let event = |event: &WebhookEvent| WebhookEventView { event: *event, scope: event.scope() };
    Ok(Tagged(CodesView {
        carriers: codes.carriers.into_iter().map(Into::into).collect(),
        product_order_states: LineState::ALL,
        webhook_delivery_states: DeliveryState::ALL,
        claim_reasons: codes.claim_reasons.into_iter().map(Into::into).collect(),
        delay_reasons: DELAY_REASONS,
        hold_reasons: HOLD_REASONS,
        webhook_events: WebhookEvent::ALL.iter().map(event).collect(),
        scopes: Scope::ALL,
        errors: errors(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_a_route_may_answer_is_in_the_list() {
        let listed = errors();
        for route in crate::behind_the_door::<web::Described>().routes {
            for code in route.spec().codes {
                assert!(listed.iter().any(|one| one.code == code.id), "{} {}", route.path, code.id);
            }
        }
    }
}

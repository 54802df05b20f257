//! Code lists, with an ETag: an integration downloads them once a day and mostly hears that nothing changed.

use crate::App;
use authz::external as may;
use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use kernel::{Code, Fault};
use orders::state::LineState;
use partners::Scope;
use partners::codes::{CarrierRow, ReasonRow};
use partners::webhook::delivery::DeliveryState;
use partners::webhook::event::WebhookEvent;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use std::convert::Infallible;
use web::{Answer, Api, Ctx, Describe, Reply, Spec};

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

/// The error codes of a route table, each once.
pub(crate) fn errors(routes: &Api<App>) -> Vec<Code> {
    let mut codes: Vec<Code> = routes.routes.iter().flat_map(|route| route.spec.codes.iter().copied()).collect();
    codes.extend_from_slice(<partners::access::admit::AdmitError as kernel::Refusal>::CODES);
    codes.sort_by_key(|code| code.id);
    codes.dedup_by_key(|code| code.id);
    codes
}

/// Download the code lists; 304 when they are still those of `If-None-Match`.
pub(crate) async fn list(_: Ctx<may::Account>, State(app): State<App>, seen: IfNoneMatch) -> Answer<Tagged> {
    let codes = partners::codes::read(&app.boot.db.reader().await?).await?;
    let event = |event: &WebhookEvent| WebhookEventView { event: *event, scope: event.scope() };
    let error = |c: &Code| ErrorCodeView { code: c.id, status: c.status, title: c.title, title_ko: c.title_ko };
    let view = CodesView {
        carriers: codes.carriers.into_iter().map(Into::into).collect(),
        product_order_states: LineState::ALL,
        webhook_delivery_states: DeliveryState::ALL,
        claim_reasons: codes.claim_reasons.into_iter().map(Into::into).collect(),
        delay_reasons: DELAY_REASONS,
        hold_reasons: HOLD_REASONS,
        webhook_events: WebhookEvent::ALL.iter().map(event).collect(),
        scopes: Scope::ALL,
        errors: app.errors.iter().map(error).collect(),
    };
    let body = serde_json::to_string(&view).map_err(Fault::internal)?;
    Ok(Tagged::new(body, seen))
}

/// The header `If-None-Match`, when it was sent.
pub(crate) struct IfNoneMatch(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let header = parts.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        Ok(IfNoneMatch(header.map(str::to_owned)))
    }
}

impl Describe for IfNoneMatch {
    fn describe(spec: &mut Spec) {
        spec.headers.push(
            json!({ "name": "If-None-Match", "in": "header", "required": false, "schema": { "type": "string" } }),
        );
    }
}

/// JSON with an ETag, or 304.
pub(crate) struct Tagged {
    tag: String,
    body: Option<String>,
}

impl Tagged {
    fn new(body: String, seen: IfNoneMatch) -> Tagged {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body.as_bytes());
        let tag = format!("\"{}\"", &hex::encode(digest)[..32]);
        let known = seen.0.is_some_and(|tags| tags.split(',').any(|t| t.trim().trim_start_matches("W/") == tag));
        Tagged { tag, body: (!known).then_some(body) }
    }
}

impl Reply for Tagged {
    fn describe(spec: &mut Spec) {
        let schema = spec.schemas.subschema_for::<CodesView>().to_value();
        spec.replies.extend([(200, Some(schema)), (304, None)]);
    }
}

impl IntoResponse for Tagged {
    fn into_response(self) -> Response {
        let mut response = match self.body {
            Some(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            None => StatusCode::NOT_MODIFIED.into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        if let Ok(tag) = HeaderValue::from_str(&self.tag) {
            headers.insert(header::ETAG, tag);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_lists_are_not_sent_twice() {
        let first = Tagged::new("{}".into(), IfNoneMatch(None));
        assert!(first.body.is_some());
        let again = Tagged::new("{}".into(), IfNoneMatch(Some(format!("\"x\", W/{}", first.tag))));
        assert!(again.body.is_none());
        assert!(Tagged::new("{ }".into(), IfNoneMatch(Some(first.tag))).body.is_some());
    }
}

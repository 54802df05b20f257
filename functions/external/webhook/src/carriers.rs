//! Scans pushed by contract carriers, proven by an HMAC over time and body.

use crate::App;
use authz::external as may;
use axum::extract::State;
use kernel::values::Text;
use partners::inbound::carrier::{self, ScanBatch, ScanOutcome};
use partners::inbound::inbox::{Message, body_hash};
use schemars::JsonSchema;
use serde::Serialize;
use web::{Answer, Ctx, Json, Path, RawBody};

kernel::refusals! {
    /// Why a batch is not taken.
    pub(crate) enum ScansError {
        CarrierNotFound = 404 "carrier_not_found", "There is no such carrier.", "존재하지 않는 택배사입니다.";
        NotProven = 401 "signature_invalid", "The signature does not match, or its time is off.", "서명이 일치하지 않습니다.";
        Unreadable = 400 "malformed_request", "The request could not be read.", "요청을 읽을 수 없습니다.";
        TooManyRows = 422 "too_many_scans", "Send at most 500 scans at once.", "한 번에 최대 500건까지 보낼 수 있습니다.";
    }
}

/// One result per scan, in the order sent.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TrackingEventsTakenView {
    results: Vec<ScanOutcome>,
}

const MOST: usize = 500;

/// Take a batch: `drrip-carrier-signature: t=<unix>,v1=<hex hmac-sha256 of "t.body">`, five minutes either way.
pub(crate) async fn tracking_events(
    ctx: Ctx<may::CarrierSignature>,
    State(app): State<App>,
    Path(carrier_code): Path<Text<1, 40>>,
    body: RawBody,
) -> Answer<Json<TrackingEventsTakenView>, ScansError> {
    let carrier_code = carrier_code.into_string();
    let secret = app.boot.secrets.carriers.get(&carrier_code).ok_or(ScansError::CarrierNotFound)?;
    let signature = body.headers.get("drrip-carrier-signature").and_then(|value| value.to_str().ok());
    if !carrier::signed(signature.unwrap_or_default(), secret, &body.bytes, ctx.now) {
        return Err(ScansError::NotProven.into());
    }
    let batch: ScanBatch = serde_json::from_slice(&body.bytes).map_err(|_| ScansError::Unreadable)?;
    if batch.events.len() > MOST {
        return Err(ScansError::TooManyRows.into());
    }
    let (source, id) = (format!("carrier:{carrier_code}"), body_hash(&body.bytes));
    let text = String::from_utf8_lossy(&body.bytes);
    let message = Message { source, id, kind: "tracking", signature_ok: Some(true), body: &text };
    let (results, queued) = carrier::take(&app.boot.db, &app.inbox, &carrier_code, &message, &batch, ctx.now).await?;
    if queued {
        app.nudge.relay().await;
    }
    Ok(Json(TrackingEventsTakenView { results }))
}

//! What stands before every API call, in this order: authentication, the test-code header, planned faults, the
//! idempotency key, and the refusal of simultaneous cancels.
//!
//! Once a request has passed the gate its work is finished even if the caller hangs up, as at a real PG.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, header};
use serde::Serialize;

use super::Shared;
use super::errors::{TossError, documented};
use super::idempotency::{Answer, Claim};
use super::secure;
use crate::clock::{Stamp, as_iso};
use crate::faults::{Fault, FaultKind, lost_answer};

const BODY_LIMIT: usize = 1 << 20;

/// A request as the simulator saw it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    #[serde(serialize_with = "as_iso")]
    pub at: Stamp,
    pub operation: &'static str,
    pub method: String,
    pub path: String,
    pub idempotency_key: Option<String>,
    pub body: String,
    /// What the work was answered with; a lost answer never reached the caller.
    pub status: u16,
    /// Answered from the idempotency store.
    pub replayed: bool,
    pub fault: Option<FaultKind>,
}

/// Payments being cancelled right now.
#[derive(Debug, Default)]
pub(super) struct Cancelling(Mutex<HashSet<String>>);

impl Cancelling {
    fn enter(&self, path: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned())
    }

    fn leave(&self, path: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(path);
    }
}

/// The name faults and the request journal use.
pub(super) fn operation(method: &Method, path: &str) -> &'static str {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method.as_str(), &parts[..]) {
        ("POST", ["v1", "payments", "confirm"]) => "confirm",
        ("GET", ["v1", "payments", "orders", _]) => "get_payment_by_order",
        ("GET", ["v1", "payments", _]) => "get_payment",
        ("POST", ["v1", "payments", _, "cancel"]) => "cancel",
        ("POST", ["v1", "virtual-accounts"]) => "virtual_account",
        ("GET", ["v1", "transactions"]) => "transactions",
        ("GET", ["v1", "settlements"]) => "settlements",
        (_, ["v1", "cash-receipts", ..]) => "cash_receipt",
        (_, ["v1", "billing", ..]) => "billing",
        ("GET", ["v2", "sellers", _]) => "get_seller",
        ("POST", ["v2", "sellers", ..]) => "seller",
        ("GET", ["v2", "payouts", _]) => "get_payout",
        ("POST", ["v2", "payouts"]) => "payout",
        ("POST", ["v2", "payouts", _, "cancel"]) => "cancel_payout",
        ("GET", ["v2", "balances"]) => "balances",
        _ => "unknown",
    }
}

/// The whole gate.
pub(super) async fn gate(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let operation = operation(&parts.method, parts.uri.path());
    let v2 = parts.uri.path().starts_with("/v2/");
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return refuse(v2, TossError::of("INVALID_REQUEST").because("body too large"));
    };
    if let Err(error) = authenticate(&parts.headers, &shared.config.secret_key) {
        return refuse(v2, error);
    }
    if let Some(code) = header_text(&parts.headers, "tosspayments-test-code") {
        let error = documented(code).unwrap_or_else(|| TossError::of("INVALID_TEST_CODE"));
        return refuse(v2, error);
    }
    let fault = shared.faults.take(operation);
    let mut seen = Seen {
        at: shared.clock().now(),
        operation,
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        idempotency_key: header_text(&parts.headers, "idempotency-key").map(str::to_owned),
        body: String::from_utf8_lossy(&body).into_owned(),
        status: 500,
        replayed: false,
        fault: fault.as_ref().map(|fault| fault.kind),
    };
    if fault.as_ref().is_some_and(|fault| fault.kind == FaultKind::ErrorBefore) {
        shared.seen(seen);
        return refuse(v2, TossError::of("FAILED_INTERNAL_SYSTEM_PROCESSING"));
    }
    let work = {
        let (shared, fault) = (shared.clone(), fault.clone());
        tokio::spawn(async move {
            let (answer, replayed) = work(&shared, parts, body, next, operation, fault.as_ref()).await;
            seen.status = answer.status.as_u16();
            seen.replayed = replayed;
            shared.seen(seen);
            (answer, replayed)
        })
    };
    let Ok((answer, replayed)) = work.await else {
        return refuse(v2, TossError::of("FAILED_INTERNAL_SYSTEM_PROCESSING"));
    };
    shared.faults.hold_answer(fault.as_ref(), operation).await;
    match fault {
        Some(fault) if fault.kind == FaultKind::LostAnswer => {
            fault.wait().await;
            lost_answer()
        }
        Some(fault) if fault.kind == FaultKind::Http500 => {
            refuse(v2, TossError::of("FAILED_INTERNAL_SYSTEM_PROCESSING"))
        }
        _ => {
            let mut response = answer.response();
            if replayed {
                response.headers_mut().insert("x-sim-replayed", HeaderValue::from_static("true"));
            }
            response
        }
    }
}

/// Idempotency, simultaneous cancels, the planned delay, and the call itself.
async fn work(
    shared: &Shared,
    parts: Parts,
    body: Bytes,
    next: Next,
    operation: &'static str,
    fault: Option<&Fault>,
) -> (Answer, bool) {
    let path = parts.uri.path().to_owned();
    let v2 = path.starts_with("/v2/");
    let scope = format!("{} {path}", parts.method);
    let key =
        header_text(&parts.headers, "idempotency-key").filter(|_| parts.method == Method::POST).map(str::to_owned);
    if let Some(key) = &key {
        match shared.idempotency.claim(key, &scope, shared.clock().now()) {
            Ok(Claim::First) => {}
            Ok(Claim::Again(answer)) => return (answer, true),
            Err(error) => return (keep(refuse(v2, error)).await, false),
        }
    }
    let guarded = operation == "cancel";
    if guarded && !shared.cancelling.enter(&path) {
        if let Some(key) = &key {
            shared.idempotency.release(key, &scope);
        }
        return (keep(refuse(v2, TossError::of("FORBIDDEN_CONSECUTIVE_REQUEST"))).await, false);
    }
    if let Some(fault) = fault.filter(|fault| fault.kind == FaultKind::Latency) {
        fault.wait().await;
    }
    shared.faults.hold_call(fault, operation).await;
    let answer = keep(next.run(Request::from_parts(parts, Body::from(body))).await).await;
    if guarded {
        shared.cancelling.leave(&path);
    }
    if let Some(key) = &key {
        // "Try again in a moment" must be possible with the same key.
        if answer.body.windows(29).any(|part| part == b"FORBIDDEN_CONSECUTIVE_REQUEST") {
            shared.idempotency.release(key, &scope);
        } else {
            shared.idempotency.store(key, &scope, answer.clone());
        }
    }
    (answer, false)
}

async fn keep(response: Response) -> Answer {
    let (parts, body) = response.into_parts();
    Answer {
        status: parts.status,
        content_type: parts.headers.get(header::CONTENT_TYPE).cloned(),
        body: to_bytes(body, 16 << 20).await.unwrap_or_default(),
    }
}

/// `Basic base64("{secretKey}:")`
fn authenticate(headers: &HeaderMap, secret_key: &str) -> Result<(), TossError> {
    let credentials = header_text(headers, "authorization")
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|encoded| BASE64_STANDARD.decode(encoded.trim()).ok())
        .and_then(|decoded| String::from_utf8(decoded).ok())
        .ok_or_else(|| TossError::of("UNAUTHORIZED_KEY"))?;
    match credentials.split_once(':') {
        None => Err(TossError::of("INCORRECT_BASIC_AUTH_FORMAT")),
        Some((key, "")) if key == secret_key => Ok(()),
        Some(_) => Err(TossError::of("UNAUTHORIZED_KEY")),
    }
}

fn refuse(v2: bool, error: TossError) -> Response {
    if v2 { secure::refuse(&error) } else { error.into_response() }
}

pub(super) fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

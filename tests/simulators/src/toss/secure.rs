//! Envelopes of the v2 API and its ENCRYPTION security mode.
//!
//! Every v2 answer is `{version, traceId, entityType, entityBody, error}`. A request that carries
//! `TossPayments-api-security-mode: ENCRYPTION` sends its body as a JWE and is answered with a JWE (`text/plain`), errors
//! included; requests with a body must use it. A nonce can be used once.

use axum::Json;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Shared;
use super::errors::TossError;
use super::gate::header_text;
use super::payment::API_VERSION;

const MODE: &str = "tosspayments-api-security-mode";

/// Reads an encrypted body.
pub(super) fn open<T: DeserializeOwned>(shared: &Shared, headers: &HeaderMap, body: &Bytes) -> Result<T, TossError> {
    if header_text(headers, MODE) != Some("ENCRYPTION") {
        return Err(TossError::of("INVALID_REQUEST").because("ENCRYPTION security mode required"));
    }
    let text = std::str::from_utf8(body).map_err(|_| TossError::of("INVALID_ENCRYPTION"))?;
    let opened =
        shared.key.open(text).map_err(|error| TossError::of("INVALID_ENCRYPTION").because(error.to_string()))?;
    if !shared.book().used_nonces.insert(opened.nonce) {
        return Err(TossError::of("INVALID_ENCRYPTION").because("nonce used before"));
    }
    serde_json::from_slice(&opened.payload).map_err(|error| TossError::of("INVALID_REQUEST").because(error.to_string()))
}

/// Answers in the mode of the request.
pub(super) fn answer(shared: &Shared, headers: &HeaderMap, result: Result<(&str, Value), TossError>) -> Response {
    let (status, envelope) = match result {
        Ok((entity, body)) => (StatusCode::OK, envelope(Some(entity), body, Value::Null)),
        Err(error) => (error.http(), failure(&error)),
    };
    if header_text(headers, MODE) != Some("ENCRYPTION") {
        return (status, Json(envelope)).into_response();
    }
    match shared.key.seal(envelope.to_string().as_bytes(), shared.clock().now()) {
        Ok(sealed) => (status, [(header::CONTENT_TYPE, "text/plain")], sealed).into_response(),
        Err(error) => refuse(&TossError::of("COMMON_ERROR").because(error.to_string())),
    }
}

/// A refusal in the clear: the request was not understood well enough to encrypt the answer.
pub(super) fn refuse(error: &TossError) -> Response {
    (error.http(), Json(failure(error))).into_response()
}

fn failure(error: &TossError) -> Value {
    envelope(None, Value::Null, json!({"code": error.code, "message": error.message}))
}

fn envelope(entity: Option<&str>, body: Value, error: Value) -> Value {
    json!({
        "version": API_VERSION,
        "traceId": uuid::Uuid::new_v4().simple().to_string(),
        "entityType": entity,
        "entityBody": body,
        "error": error,
    })
}

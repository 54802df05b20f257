//! problem+json (RFC 9457) with a stable code, the fields at fault and the trace id, in Korean or English.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use kernel::{Code, FieldError};
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) const UNAUTHENTICATED: Code = Code::new("unauthenticated", 401, "Sign in first.", "로그인이 필요합니다.");
pub(crate) const TOKEN_EXPIRED: Code =
    Code::new("token_expired", 401, "The access token has expired.", "로그인이 만료되었습니다.");
pub(crate) const FORBIDDEN: Code = Code::new("forbidden", 403, "You may not do this.", "권한이 없습니다.");
pub(crate) const SELLER_NOT_ACTIVE: Code = Code::new(
    "seller_not_active",
    403,
    "This opens when your store is approved and its contract signed.",
    "입점 승인과 계약 체결 후 이용할 수 있습니다.",
);
pub(crate) const STEP_UP_REQUIRED: Code =
    Code::new("step_up_required", 403, "Prove your presence again first.", "본인 확인을 다시 해 주세요.");
pub(crate) const NOT_FOUND: Code = Code::new("not_found", 404, "There is nothing here.", "찾을 수 없습니다.");
pub(crate) const METHOD_NOT_ALLOWED: Code =
    Code::new("method_not_allowed", 405, "This path has no such method.", "허용되지 않은 요청 방식입니다.");
pub(crate) const INVALID_REQUEST: Code =
    Code::new("invalid_request", 422, "The request has invalid fields.", "입력값을 확인해 주세요.");
pub(crate) const MALFORMED: Code =
    Code::new("malformed_request", 400, "The request could not be read.", "요청을 읽을 수 없습니다.");
pub(crate) const UNSUPPORTED_MEDIA: Code =
    Code::new("unsupported_media_type", 415, "Send application/json.", "application/json 형식으로 보내 주세요.");
pub(crate) const TOO_LARGE: Code = Code::new("payload_too_large", 413, "The body is too large.", "요청이 너무 큽니다.");
pub(crate) const IDEMPOTENCY_KEY_REQUIRED: Code = Code::new(
    "idempotency_key_required",
    400,
    "Send an Idempotency-Key of 8 to 300 characters.",
    "Idempotency-Key가 필요합니다.",
);
pub(crate) const IDEMPOTENCY_KEY_REUSED: Code = Code::new(
    "idempotency_key_reused",
    422,
    "This Idempotency-Key was used for another request.",
    "다른 요청에 이미 사용된 Idempotency-Key입니다.",
);
pub(crate) const CONTENTION: Code =
    Code::new("try_again", 503, "Somebody else was faster, try again.", "잠시 후 다시 시도해 주세요.");
pub(crate) const UNAVAILABLE: Code = Code::new(
    "service_unavailable",
    503,
    "Try again shortly.",
    "일시적으로 이용할 수 없습니다. 잠시 후 다시 시도해 주세요.",
);
pub(crate) const INTERNAL: Code =
    Code::new("internal_error", 500, "Something went wrong on our side.", "서버 오류가 발생했습니다.");

/// Codes any endpoint may answer, whatever it does.
pub(crate) const COMMON: &[Code] = &[
    MALFORMED,
    INVALID_REQUEST,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    TOO_LARGE,
    UNSUPPORTED_MEDIA,
    CONTENTION,
    UNAVAILABLE,
    INTERNAL,
];
pub(crate) const AUTHENTICATED: &[Code] = &[UNAUTHENTICATED, TOKEN_EXPIRED, FORBIDDEN];

/// The body of every error.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Problem {
    /// Where this code is described.
    #[serde(rename = "type")]
    pub kind: String,
    /// For people, in the language asked for.
    pub title: String,
    pub status: u16,
    /// Stable; branch on this.
    pub code: String,
    /// Quote it when you ask for help.
    pub trace_id: String,
    /// The fields at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// What else is needed to act on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<serde_json::Value>,
    #[serde(skip)]
    title_ko: String,
    #[serde(skip)]
    retry_after_seconds: Option<u32>,
}

impl Problem {
    pub fn of(code: &Code) -> Problem {
        Problem {
            kind: format!("https://docs.drrip.example/problems/{}", code.id),
            title: code.title.to_owned(),
            title_ko: code.title_ko.to_owned(),
            status: code.status,
            code: code.id.to_owned(),
            trace_id: boot::trace::current(),
            errors: Vec::new(),
            details: None,
            retry_after_seconds: None,
        }
    }

    /// An input that is not what it should be; `field` as in [`FieldError`].
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem::of(&INVALID_REQUEST).field(field, "invalid", message)
    }

    pub(crate) fn field(mut self, field: impl Into<String>, code: &str, message: impl Into<String>) -> Problem {
        self.errors.push(FieldError { field: field.into(), code: code.to_owned(), message: Some(message.into()) });
        self
    }

    pub(crate) fn fields(mut self, fields: Vec<FieldError>, details: Option<serde_json::Value>) -> Problem {
        self.errors = fields;
        // A refusal for trying too often says in its details when to come back.
        let later =
            details.as_ref().filter(|_| self.status == 429).and_then(|d| d.get("retry_after_seconds")?.as_u64());
        self.retry_after_seconds = later.and_then(|seconds| u32::try_from(seconds).ok());
        self.details = details;
        self
    }

    /// Sent as Retry-After.
    pub(crate) fn retry_after(mut self, seconds: u32) -> Problem {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// The finished answer in a language.
    pub(crate) fn render(mut self, korean: bool) -> Response {
        if korean {
            self.title = std::mem::take(&mut self.title_ko);
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, Body::from(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Rendered by the outermost middleware, which knows the caller's language.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

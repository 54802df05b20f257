//! Around every route: the trace id, the log line, problems rendered in the caller's language, security headers.

use crate::problem::{self, Problem};
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kernel::Fault;
use kernel::fault::Unrendered;
use std::time::{Duration, Instant};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

/// Largest request body: bulk calls of 500 rows stay far below it.
const MAX_BODY: usize = 1_000_000;

/// Wraps a finished router. The time limit is below the gateway's 30 seconds, so that we answer, not it.
pub fn finish(router: Router) -> Router {
    router
        .fallback(|| async { Problem::of(&problem::NOT_FOUND) })
        .method_not_allowed_fallback(|| async { Problem::of(&problem::METHOD_NOT_ALLOWED) })
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(25)))
        .layer(CatchPanicLayer::custom(|_| {
            tracing::error!("a handler panicked");
            Problem::of(&problem::INTERNAL).into_response()
        }))
        .layer(from_fn(around))
}

async fn around(request: Request, next: Next) -> Response {
    let trace_id = trace_id(request.headers());
    let korean = korean(request.headers());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    boot::trace::with(trace_id.clone(), async move {
        let started = Instant::now();
        let known = request.headers().get(header::IF_NONE_MATCH).cloned();
        let mut response = unchanged(known.as_ref(), render(next.run(request).await, korean));
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_str(&trace_id) {
            headers.insert("x-request-id", value);
        }
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(%method, path, status = response.status().as_u16(), millis, "request");
        response
    })
    .await
}

/// Gives refusals, faults and the framework's own rejections one form. Faults are logged here, once.
fn render(mut response: Response, korean: bool) -> Response {
    // 405 says which methods there are.
    let allow = response.headers_mut().remove(header::ALLOW);
    let extensions = response.extensions_mut();
    if let Some(problem) = extensions.remove::<Problem>() {
        let mut rendered = problem.render(korean);
        rendered.headers_mut().extend(allow.map(|methods| (header::ALLOW, methods)));
        return rendered;
    }
    match extensions.remove::<Unrendered>() {
        Some(Unrendered::Refused { code, fields, details }) => {
            return Problem::of(&code).fields(fields, details).render(korean);
        }
        Some(Unrendered::Fault(fault)) => return of_fault(&fault).render(korean),
        None => {}
    }
    let json =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/"));
    match response.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::of(&problem::TOO_LARGE).render(korean),
        StatusCode::SERVICE_UNAVAILABLE if !json => {
            tracing::error!("no answer in time");
            Problem::of(&problem::UNAVAILABLE).retry_after(2).render(korean)
        }
        _ => response,
    }
}

/// 304 without a body when the caller holds what we would send.
fn unchanged(known: Option<&HeaderValue>, mut response: Response) -> Response {
    let tag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
    let known = known.and_then(|known| known.to_str().ok());
    let same = known.zip(tag).is_some_and(|(known, tag)| {
        known.split(',').any(|one| one.trim() == "*" || one.trim().trim_start_matches("W/") == tag)
    });
    if same && response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = axum::body::Body::empty();
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    response
}

fn of_fault(fault: &Fault) -> Problem {
    match fault {
        Fault::Unavailable { what, .. } => {
            tracing::error!(error = %fault, what, "unavailable");
            Problem::of(&problem::UNAVAILABLE).retry_after(2)
        }
        Fault::Contention { .. } => {
            tracing::warn!(error = %fault, "contention");
            Problem::of(&problem::CONTENTION).retry_after(1)
        }
        Fault::Constraint { .. } | Fault::Internal(_) => {
            tracing::error!(error = %fault, "internal error");
            Problem::of(&problem::INTERNAL)
        }
    }
}

/// The caller's `x-request-id` when it is a plain one, or a fresh id.
fn trace_id(headers: &HeaderMap) -> String {
    let plain =
        |text: &&str| (8..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    headers
        .get("x-request-id")
        .and_then(|value| value.to_str().ok())
        .filter(plain)
        .map_or_else(boot::trace::fresh, str::to_owned)
}

/// Korean unless English is asked for first.
pub(crate) fn korean(headers: &HeaderMap) -> bool {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("ko");
    !asked.trim_start().to_ascii_lowercase().starts_with("en")
}

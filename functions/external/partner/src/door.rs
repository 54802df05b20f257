//! Before every handler: whose request this is, whether that client may still call, and how often.
//!
//! A bearer token or a signature becomes the [`Actor`] that the permits see. A request with neither goes on: public
//! endpoints take it, all others refuse it themselves.

use crate::App;
use authz::Actor;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{StatusCode, header};
use kernel::{Failure, Now};
use partners::access::admit::{AdmitError, Admitted, Caller, SignedHere};
use partners::access::signature::{Proof, SCHEME, Signed};

/// The outer layers refuse larger bodies; this one reads them whole to hash them.
const MAX_BODY: usize = 1_000_000;

pub(crate) async fn open(State(app): State<App>, request: Request, next: Next) -> Response {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let admitted = match header.as_deref().and_then(|text| text.split_once(' ')) {
        Some(("Bearer", jwt)) => by_token(&app, jwt, request).await,
        Some((scheme, _)) if scheme == SCHEME => {
            by_signature(&app, header.as_deref().unwrap_or_default(), request).await
        }
        _ => Ok(request),
    };
    match admitted {
        Ok(request) => next.run(request).await,
        Err(refused) => refused,
    }
}

async fn by_token(app: &App, jwt: &str, request: Request) -> Result<Request, Response> {
    let now = now(app).await?;
    let (mut parts, body) = request.into_parts();
    let admitted =
        app.gate.by_token(&app.boot.keys, jwt, caller(&parts), now).await.map_err(IntoResponse::into_response)?;
    count(app, &admitted, now).await?;
    parts.extensions.insert(Actor::Partner(admitted.partner));
    Ok(Request::from_parts(parts, body))
}

async fn by_signature(app: &App, header: &str, request: Request) -> Result<Request, Response> {
    let unreadable = || Failure::from(AdmitError::SignatureInvalid(SignedHere::default())).into_response();
    let proof = Proof::parse(header).ok_or_else(unreadable)?;
    let now = now(app).await?;
    let (mut parts, body) = request.into_parts();
    let bytes = to_bytes(body, MAX_BODY).await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE.into_response())?;
    let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
    let signed = Signed { method: parts.method.as_str(), path, query, body: &bytes };
    let admitted =
        app.gate.by_signature(&proof, signed, caller(&parts), now).await.map_err(IntoResponse::into_response)?;
    count(app, &admitted, now).await?;
    parts.extensions.insert(Actor::Partner(admitted.partner));
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

async fn now(app: &App) -> Result<Now, Response> {
    app.boot.now().await.map_err(|fault| Failure::<AdmitError>::Fault(fault).into_response())
}

async fn count(app: &App, admitted: &Admitted, now: Now) -> Result<(), Response> {
    app.gate.count(admitted, now).await.map_err(|refused| Failure::from(refused).into_response())
}

fn caller(parts: &Parts) -> Caller {
    let seller = parts.headers.get(crate::seller_header::NAME).and_then(|value| value.to_str().ok());
    Caller { ip: web::Request::of(parts).ip, seller: seller.and_then(|text| text.trim().parse().ok()) }
}

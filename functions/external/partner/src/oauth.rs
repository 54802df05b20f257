//! Access tokens for partners, in the words of RFC 6749: form in, OAuth error body out.

use crate::App;
use authz::external as may;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use partners::access::token::{AccessToken, Ask, Denied};
use serde_json::json;
use web::{Answer, Ctx, RawBody, Reply, Spec};

/// Exchange id and secret (HTTP Basic) for a token. `grant_type=client_credentials`, `scope` optional.
pub(crate) async fn token(ctx: Ctx<may::Anyone>, State(app): State<App>, body: RawBody) -> Answer<TokenAnswer> {
    let authorization = body.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let ask = Ask { authorization, form: &body.bytes, ip: ctx.request.ip };
    match app.desk.exchange(ask, ctx.now).await {
        Ok(token) => Ok(TokenAnswer(Ok(token))),
        Err(Denied::Fault(fault)) => Err(fault.into()),
        Err(denied) => Ok(TokenAnswer(Err(denied))),
    }
}

/// A token, or an OAuth error.
pub(crate) struct TokenAnswer(Result<AccessToken, Denied>);

impl Reply for TokenAnswer {
    fn describe(spec: &mut Spec) {
        let token = json!({
            "type": "object", "required": ["access_token", "token_type", "expires_in", "scope"],
            "properties": {
                "access_token": { "type": "string" }, "token_type": { "const": "Bearer" },
                "expires_in": { "type": "integer" }, "scope": { "type": "string" },
            },
        });
        let error = json!({
            "type": "object", "required": ["error"],
            "properties": { "error": { "type": "string" }, "error_description": { "type": "string" } },
        });
        spec.replies.push((200, Some(token)));
        spec.replies.extend([400, 401, 429].map(|status| (status, Some(error.clone()))));
    }
}

impl IntoResponse for TokenAnswer {
    fn into_response(self) -> Response {
        let mut response = match &self.0 {
            Ok(token) => {
                let body = json!({
                    "access_token": token.access_token, "token_type": "Bearer",
                    "expires_in": token.expires_in, "scope": token.scope,
                });
                axum::Json(body).into_response()
            }
            Err(denied) => {
                let (status, error, description) = words(denied);
                (status, axum::Json(json!({ "error": error, "error_description": description }))).into_response()
            }
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        match self.0 {
            Err(Denied::InvalidClient) => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"drrip\""));
            }
            Err(Denied::SlowDown(seconds)) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            _ => {}
        }
        response
    }
}

fn words(denied: &Denied) -> (StatusCode, &'static str, &'static str) {
    match denied {
        Denied::InvalidRequest(why) => (StatusCode::BAD_REQUEST, "invalid_request", why),
        Denied::InvalidClient => {
            (StatusCode::UNAUTHORIZED, "invalid_client", "unknown client, wrong secret or address not allowed")
        }
        Denied::UnauthorizedClient => {
            (StatusCode::BAD_REQUEST, "unauthorized_client", "this client signs its requests and needs no token")
        }
        Denied::UnsupportedGrantType => {
            (StatusCode::BAD_REQUEST, "unsupported_grant_type", "only client_credentials is supported")
        }
        Denied::InvalidScope => (StatusCode::BAD_REQUEST, "invalid_scope", "this client holds none of these scopes"),
        Denied::SlowDown(_) => (StatusCode::TOO_MANY_REQUESTS, "slow_down", "too many wrong secrets, wait"),
        Denied::Fault(_) => (StatusCode::INTERNAL_SERVER_ERROR, "server_error", "try again"),
    }
}

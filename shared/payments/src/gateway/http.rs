//! One HTTP call to the gateway and what its answer means.

use super::Outcome;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use boot::Patience;
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use std::time::Duration;

/// An answer's status and body.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: String,
}

/// Error bodies: `{code, message}`.
#[derive(Debug, Deserialize)]
pub(super) struct ErrorBody {
    pub(super) code: String,
    #[serde(default)]
    pub(super) message: String,
}

/// `Basic base64("{secretKey}:")`
pub(super) fn basic(secret_key: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{secret_key}:")))
}

/// Sends a question that changes nothing, up to three times.
pub(super) async fn ask(request: impl Fn() -> RequestBuilder, patience: &Patience) -> Result<Answer, String> {
    let mut last = String::new();
    for pause in [0, 200, 600] {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        match send(request(), patience, patience.ask).await {
            Ok(answer) if answer.status.is_server_error() => last = format!("status {}", answer.status),
            Ok(answer) => return Ok(answer),
            Err(NoAnswer { why, .. }) => last = why,
        }
    }
    Err(last)
}

/// Sends an order. Only a connection that never stood is tried again: nothing was sent over it.
pub(super) async fn order(request: impl Fn() -> RequestBuilder, patience: &Patience) -> Result<Answer, String> {
    match send(request(), patience, patience.order).await {
        Err(NoAnswer { never_sent: true, .. }) => {
            tokio::time::sleep(Duration::from_millis(200)).await;
            send(request(), patience, patience.order).await.map_err(|lost| lost.why)
        }
        other => other.map_err(|lost| lost.why),
    }
}

struct NoAnswer {
    why: String,
    never_sent: bool,
}

impl From<reqwest::Error> for NoAnswer {
    fn from(error: reqwest::Error) -> NoAnswer {
        NoAnswer { never_sent: error.is_connect(), why: error.without_url().to_string() }
    }
}

async fn send(request: RequestBuilder, patience: &Patience, limit: Duration) -> Result<Answer, NoAnswer> {
    let answer = async {
        let response: Response = request.send().await?;
        let status = response.status();
        Ok(Answer { status, body: response.text().await? })
    };
    tokio::select! {
        answer = answer => answer,
        () = patience.over(limit) => Err(NoAnswer { why: "no answer in time".to_owned(), never_sent: false }),
    }
}

/// What an error answer means. Unknown: 5xx, 409, too many calls, an error of the provider behind the gateway, a cancel
/// too close to another one, a key of ours that it does not take (the deployment is wrong, not the payment), and whatever we
/// cannot read.
pub(super) fn refusal<T>(status: StatusCode, error: Option<ErrorBody>) -> Outcome<T> {
    let Some(error) = error else { return Outcome::unknown(format!("status {status} without an error code")) };
    let not_an_answer = status.is_server_error()
        || status == StatusCode::CONFLICT
        || status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::UNAUTHORIZED
        || matches!(
            error.code.as_str(),
            "PROVIDER_ERROR" | "FORBIDDEN_CONSECUTIVE_REQUEST" | "INVALID_API_KEY" | "INCORRECT_BASIC_AUTH_FORMAT"
        );
    if not_an_answer {
        Outcome::unknown(error.code)
    } else {
        Outcome::Refused { code: error.code, message: error.message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(status: u16, code: &str) -> Outcome<()> {
        let error = ErrorBody { code: code.to_owned(), message: String::new() };
        refusal(StatusCode::from_u16(status).unwrap(), Some(error))
    }

    #[test]
    fn only_a_definite_no_is_a_refusal() {
        assert!(
            matches!(meant(403, "REJECT_CARD_COMPANY"), Outcome::Refused { code, .. } if code == "REJECT_CARD_COMPANY")
        );
        for (status, code) in [
            (400, "PROVIDER_ERROR"),
            (409, "IDEMPOTENT_REQUEST_PROCESSING"),
            (500, "FAILED_INTERNAL_SYSTEM_PROCESSING"),
            (403, "FORBIDDEN_CONSECUTIVE_REQUEST"),
            (401, "UNAUTHORIZED_KEY"),
            (400, "INVALID_API_KEY"),
        ] {
            assert!(matches!(meant(status, code), Outcome::Unknown { .. }), "{code}");
        }
        assert!(matches!(refusal::<()>(StatusCode::BAD_GATEWAY, None), Outcome::Unknown { .. }));
    }
}

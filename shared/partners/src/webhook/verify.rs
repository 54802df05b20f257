//! Proving that whoever registers a URL also answers there: a signed event it must take with 2xx.

use crate::webhook::address::AddressError;
use crate::webhook::courier::Courier;
use kernel::*;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

/// Type of the event, next to the partner events.
pub const VERIFICATION: &str = "endpoint.verification";

kernel::refusals! {
    /// Why a URL is not taken.
    pub enum VerifyError {
        UrlInvalid = 422 "webhook_url_invalid" at "/url", "Give an https URL of at most 500 characters without credentials or fragment.", "https URL을 입력해 주세요.";
        AddressRefused = 422 "webhook_address_refused" at "/url", "This URL leads to no public address.", "공개된 주소의 URL만 등록할 수 있습니다.";
        VerificationFailed(Answered) = 422 "verification_failed" at "/url", "The URL did not answer the signed verification event with 2xx.", "검증 요청에 정상 응답하지 않았습니다.";
    }
}

/// What the URL answered.
#[derive(Debug, Serialize)]
pub struct Answered {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl From<AddressError> for VerifyError {
    fn from(error: AddressError) -> VerifyError {
        match error {
            AddressError::UrlInvalid => VerifyError::UrlInvalid,
            AddressError::AddressRefused => VerifyError::AddressRefused,
        }
    }
}

/// Sends the verification event, signed with the endpoint's secrets. Call it with no transaction open.
pub async fn verify(courier: &Courier, url: &str, secrets: &[String], now: Now) -> Result<(), Failure<VerifyError>> {
    courier.guard.check(url).await.map_err(VerifyError::from)?;
    let challenge = Uuid::new_v4().simple().to_string();
    let event = json!({ "type": VERIFICATION, "timestamp": now.0, "data": { "challenge": challenge } });
    let tried = courier.post(url, secrets, Uuid::now_v7(), &event.to_string(), 0, now).await?;
    if tried.delivered() {
        return Ok(());
    }
    Err(VerifyError::VerificationFailed(Answered { status: tried.status, error: tried.error }).into())
}

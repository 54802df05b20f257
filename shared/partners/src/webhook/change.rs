//! Another URL, other events, a pause, or switching on again. A new URL is verified first; switching on sends nothing
//! that was missed.

use crate::webhook::courier::Courier;
use crate::webhook::create;
use crate::webhook::endpoint::{self, EndpointAction, EndpointError, EndpointRow, EndpointState};
use crate::webhook::event::WebhookEvent;
use crate::webhook::verify::{self, Answered, VerifyError};
use audit::Target;
use authz::Partner;
use boot::Vault;
use db::{Db, Tx};
use kernel::fault::RefuseOn;
use kernel::*;
use serde_json::json;

/// What is to be different; None stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub url: Option<String>,
    pub events: Option<Vec<WebhookEvent>>,
    /// True pauses, false switches on.
    pub paused: Option<bool>,
}

kernel::refusals! {
    /// Why an endpoint is not changed.
    pub enum ChangeError {
        EndpointNotFound = 404 "webhook_endpoint_not_found", "There is no such webhook endpoint.", "존재하지 않는 웹훅 엔드포인트입니다.";
        UrlInvalid = 422 "webhook_url_invalid" at "/url", "Give an https URL of at most 500 characters without credentials or fragment.", "https URL을 입력해 주세요.";
        AddressRefused = 422 "webhook_address_refused" at "/url", "This URL leads to no public address.", "공개된 주소의 URL만 등록할 수 있습니다.";
        VerificationFailed(Answered) = 422 "verification_failed" at "/url", "The URL did not answer the signed verification event with 2xx.", "검증 요청에 정상 응답하지 않았습니다.";
        EventScopeMissing(Vec<WebhookEvent>) = 422 "webhook_event_scope_missing" at "/event_types", "This client holds no scope to read what these events tell.", "이 이벤트를 받을 권한이 없습니다.";
        EndpointExists = 409 "webhook_endpoint_exists" at "/url", "This URL is registered already.", "이미 등록된 URL입니다.";
        InvalidState = 409 "invalid_state", "This endpoint cannot be paused in its state.", "현재 상태에서는 일시중지할 수 없습니다.";
    }
}

impl From<VerifyError> for ChangeError {
    fn from(error: VerifyError) -> ChangeError {
        match error {
            VerifyError::UrlInvalid => ChangeError::UrlInvalid,
            VerifyError::AddressRefused => ChangeError::AddressRefused,
            VerifyError::VerificationFailed(answered) => ChangeError::VerificationFailed(answered),
        }
    }
}

impl From<EndpointError> for ChangeError {
    fn from(error: EndpointError) -> ChangeError {
        match error {
            EndpointError::EndpointNotFound => ChangeError::EndpointNotFound,
        }
    }
}

db::statements! {
    static UPDATE: (WebhookEndpointId, String, Vec<String>, EndpointState, bool) => () =
        "update webhook_endpoints set url = $2, event_types = $3, state = $4, failing_since = case when $5 then null else failing_since end, version = version + 1
         where id = $1";
}

/// Verifies the new URL, if there is one. Call it with no transaction open.
pub async fn verified(
    db: &Db,
    vault: &Vault,
    courier: &Courier,
    by: &Partner,
    id: WebhookEndpointId,
    now: Now,
    change: Change,
) -> Result<Change, Failure<ChangeError>> {
    let missing = create::beyond(by, change.events.as_deref().unwrap_or_default());
    if !missing.is_empty() {
        return Err(ChangeError::EventScopeMissing(missing).into());
    }
    let row = endpoint::sealed(&db.writer().await?, by, id).await.map_err(Failure::widen)?;
    if let Some(url) = change.url.as_ref().filter(|url| **url != row.url) {
        verify::verify(courier, url, &row.secrets(vault, now)?, now).await.map_err(Failure::widen)?;
    }
    Ok(change)
}

/// Applies a verified change.
pub async fn change(
    tx: &Tx,
    by: &Partner,
    id: WebhookEndpointId,
    now: Now,
    change: Change,
) -> Result<EndpointRow, Failure<ChangeError>> {
    let old = endpoint::lock(tx, by, id).await.map_err(Failure::widen)?;
    let wanted = change.paused.map(|paused| if paused { EndpointState::Paused } else { EndpointState::Active });
    let state = match wanted.filter(|wanted| *wanted != old.state) {
        None => old.state,
        Some(EndpointState::Paused) => old.state.next(EndpointAction::Pause).ok_or(ChangeError::InvalidState)?,
        Some(_) => old.state.next(EndpointAction::Resume).ok_or(ChangeError::InvalidState)?,
    };
    let resumed = state == EndpointState::Active && old.state != EndpointState::Active;
    let events = change.events.map(|events| events.iter().map(|event| event.as_str().to_owned()).collect());
    let (url, events): (String, Vec<String>) =
        (change.url.unwrap_or(old.url.clone()), events.unwrap_or(old.event_types.clone()));
    let before = json!({ "url": old.url, "event_types": old.event_types, "state": old.state });
    let after = json!({ "url": url, "event_types": events, "state": state });
    let row = (id, url, events, state, resumed);
    UPDATE.run(tx, row).await.refuse_on("webhook_endpoints_url_unique", ChangeError::EndpointExists)?;
    let target = Target::of("webhook_endpoints", id);
    audit::record(tx, by, "webhook_endpoint.changed", target, Some(before), Some(after), now).await?;
    endpoint::show(tx, by, id, now).await.map_err(Failure::widen)
}

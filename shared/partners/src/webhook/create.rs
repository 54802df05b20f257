//! A new endpoint: verified first, at most five per client, its signing secret shown once.

use crate::webhook::courier::Courier;
use crate::webhook::event::WebhookEvent;
use crate::webhook::verify::{Answered, VerifyError};
use crate::webhook::{sign, verify};
use audit::Target;
use authz::Partner;
use boot::Vault;
use db::Tx;
use kernel::fault::RefuseOn;
use kernel::*;
use serde_json::json;

/// Endpoints a client may have.
pub const MOST: i64 = 5;

/// An endpoint to register.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    pub url: String,
    pub events: Vec<WebhookEvent>,
}

/// An endpoint whose URL answered, with the secret it was asked by.
#[derive(Debug)]
pub struct Verified {
    url: String,
    events: Vec<WebhookEvent>,
    secret: String,
}

/// A registered endpoint; the secret is shown this once.
#[derive(Debug)]
pub struct Created {
    pub id: WebhookEndpointId,
    pub url: String,
    pub events: Vec<WebhookEvent>,
    pub secret: String,
}

kernel::refusals! {
    /// Why an endpoint is not registered.
    pub enum CreateError {
        UrlInvalid = 422 "webhook_url_invalid" at "/url", "Give an https URL of at most 500 characters without credentials or fragment.", "https URL을 입력해 주세요.";
        AddressRefused = 422 "webhook_address_refused" at "/url", "This URL leads to no public address.", "공개된 주소의 URL만 등록할 수 있습니다.";
        VerificationFailed(Answered) = 422 "verification_failed" at "/url", "The URL did not answer the signed verification event with 2xx.", "검증 요청에 정상 응답하지 않았습니다.";
        EventScopeMissing(Vec<WebhookEvent>) = 422 "webhook_event_scope_missing" at "/event_types", "This client holds no scope to read what these events tell.", "이 이벤트를 받을 권한이 없습니다.";
        EndpointExists = 409 "webhook_endpoint_exists" at "/url", "This URL is registered already.", "이미 등록된 URL입니다.";
        TooManyEndpoints = 409 "too_many_webhook_endpoints", "A client has at most five webhook endpoints.", "웹훅 엔드포인트는 최대 5개까지 등록할 수 있습니다.";
    }
}

impl From<VerifyError> for CreateError {
    fn from(error: VerifyError) -> CreateError {
        match error {
            VerifyError::UrlInvalid => CreateError::UrlInvalid,
            VerifyError::AddressRefused => CreateError::AddressRefused,
            VerifyError::VerificationFailed(answered) => CreateError::VerificationFailed(answered),
        }
    }
}

db::statements! {
    /// Endpoints of one client are counted and added one after the other.
    static LOCK_CLIENT: (PartnerClientId,) => (PartnerClientId,) = "select id from partner_clients where id = $1 for update";
    static COUNT: (PartnerClientId,) => (i64,) = "select count(*) from webhook_endpoints where partner_client_id = $1 and deleted_at is null";
    static INSERT: (WebhookEndpointId, PartnerClientId, String, Vec<String>, Vec<u8>, Now) => () =
        "insert into webhook_endpoints (id, partner_client_id, url, event_types, secret_enc, created_at) values ($1, $2, $3, $4, $5, $6)";
}

/// Asks the URL to answer a signed event. Call it with no transaction open.
pub async fn verified(
    courier: &Courier,
    by: &Partner,
    now: Now,
    new: NewEndpoint,
) -> Result<Verified, Failure<CreateError>> {
    let missing = beyond(by, &new.events);
    if !missing.is_empty() {
        return Err(CreateError::EventScopeMissing(missing).into());
    }
    let secrets = [sign::fresh_secret()?];
    verify::verify(courier, &new.url, &secrets, now).await.map_err(Failure::widen)?;
    let [secret] = secrets;
    Ok(Verified { url: new.url, events: new.events, secret })
}

/// Events that tell what this client has no scope to read.
pub(crate) fn beyond(by: &Partner, events: &[WebhookEvent]) -> Vec<WebhookEvent> {
    let holds = |event: &WebhookEvent| by.scopes.iter().any(|scope| scope == event.scope().as_str());
    events.iter().copied().filter(|event| !holds(event)).collect()
}

/// Registers a verified endpoint.
pub async fn create(
    tx: &Tx,
    vault: &Vault,
    by: &Partner,
    now: Now,
    new: Verified,
) -> Result<Created, Failure<CreateError>> {
    LOCK_CLIENT.one(tx, (by.client_id,)).await?;
    let (count,) = COUNT.one(tx, (by.client_id,)).await?;
    if count >= MOST {
        return Err(CreateError::TooManyEndpoints.into());
    }
    let id = WebhookEndpointId::new();
    let texts: Vec<String> = new.events.iter().map(|event| event.as_str().to_owned()).collect();
    let after = json!({ "url": new.url, "event_types": texts });
    let row = (id, by.client_id, new.url.clone(), texts, vault.seal(&new.secret)?, now);
    INSERT.run(tx, row).await.refuse_on("webhook_endpoints_url_unique", CreateError::EndpointExists)?;
    let target = Target::of("webhook_endpoints", id);
    audit::record(tx, by, "webhook_endpoint.created", target, None, Some(after), now).await?;
    Ok(Created { id, url: new.url, events: new.events, secret: new.secret })
}

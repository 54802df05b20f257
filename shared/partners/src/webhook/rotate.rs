//! A new signing secret while the old one keeps signing beside it, up to 72 hours. 0 hours: the old one leaked and stops
//! now. At most two live at once.

use crate::webhook::endpoint::{self, EndpointError};
use crate::webhook::sign;
use audit::Target;
use authz::Partner;
use boot::Vault;
use chrono::{DateTime, Duration, Utc};
use db::Tx;
use kernel::*;
use serde_json::json;

kernel::refusals! {
    /// Why no new secret is made.
    pub enum RotateSecretError {
        EndpointNotFound = 404 "webhook_endpoint_not_found", "There is no such webhook endpoint.", "존재하지 않는 웹훅 엔드포인트입니다.";
        RotationInProgress = 409 "rotation_in_progress", "Two secrets already live: wait for the older one to end, or end it with 0.", "이미 두 개의 시크릿이 사용 중입니다.";
    }
}

impl From<EndpointError> for RotateSecretError {
    fn from(error: EndpointError) -> RotateSecretError {
        match error {
            EndpointError::EndpointNotFound => RotateSecretError::EndpointNotFound,
        }
    }
}

/// The new secret, shown once.
#[derive(Debug)]
pub struct RotatedSecret {
    pub secret: String,
    /// Until when the old one signs as well; None: not any more.
    pub old_valid_until: Option<DateTime<Utc>>,
}

db::statements! {
    static ROTATE: (WebhookEndpointId, Vec<u8>, Option<Vec<u8>>, Option<DateTime<Utc>>) => () =
        "update webhook_endpoints set secret_enc = $2, previous_secret_enc = $3, previous_valid_until = $4, version = version + 1 where id = $1";
}

/// Makes a new secret for an endpoint; the old one signs `hours` more.
pub async fn rotate(
    tx: &Tx,
    vault: &Vault,
    by: &Partner,
    id: WebhookEndpointId,
    now: Now,
    hours: u8,
) -> Result<RotatedSecret, Failure<RotateSecretError>> {
    let old = endpoint::lock(tx, by, id).await.map_err(Failure::widen)?;
    if hours > 0 && old.previous_valid_until.is_some_and(|until| until > now.0) {
        return Err(RotateSecretError::RotationInProgress.into());
    }
    let secret = sign::fresh_secret()?;
    let until = (hours > 0).then(|| now.plus(Duration::hours(i64::from(hours))));
    let previous = until.map(|_| old.secret_enc);
    ROTATE.run(tx, (id, vault.seal(&secret)?, previous, until)).await?;
    let after = json!({ "old_valid_until": until });
    let target = Target::of("webhook_endpoints", id);
    audit::record(tx, by, "webhook_endpoint.secret_rotated", target, None, Some(after), now).await?;
    Ok(RotatedSecret { secret, old_valid_until: until })
}

//! Endpoints as their owner sees them, and their secrets as the sender needs them.

use authz::Partner;
use boot::Vault;
use chrono::{DateTime, Utc};
use db::On;
use kernel::*;

kernel::states! {
    /// Whether an endpoint is called.
    pub enum EndpointState {
        Active = "active",
        /// By its owner: nothing new is queued, what was queued waits.
        Paused = "paused",
        /// By us, after days of failures, or removed.
        Disabled = "disabled",
    }
    /// What happens to an endpoint.
    actions EndpointAction {
        Active --Pause--> Paused,
        Active --SwitchOff--> Disabled,
        Paused --Resume--> Active,
        Disabled --Resume--> Active,
        Active --Remove--> Disabled,
        Paused --Remove--> Disabled,
        Disabled --Remove--> Disabled,
    }
    all { Pause, Resume, SwitchOff, Remove }
}

kernel::refusals! {
    /// Why an endpoint is not shown or touched.
    pub enum EndpointError {
        EndpointNotFound = 404 "webhook_endpoint_not_found", "There is no such webhook endpoint.", "존재하지 않는 웹훅 엔드포인트입니다.";
    }
}

db::row! {
    /// An endpoint without its secrets.
    pub struct EndpointRow {
        pub id: WebhookEndpointId,
        pub url: String,
        pub event_types: Vec<String>,
        pub state: EndpointState,
        pub failing_since: Option<DateTime<Utc>>,
        pub last_delivered_at: Option<DateTime<Utc>>,
        pub rotating_until: Option<DateTime<Utc>>,
        pub created_at: DateTime<Utc>,
    }
}

db::row! {
    /// An endpoint with what signs its events.
    pub struct SealedRow {
        pub id: WebhookEndpointId,
        pub url: String,
        pub event_types: Vec<String>,
        pub state: EndpointState,
        pub secret_enc: Vec<u8>,
        pub previous_secret_enc: Option<Vec<u8>>,
        pub previous_valid_until: Option<DateTime<Utc>>,
    }
}

db::statements! {
    static LIST: (PartnerClientId, Now) => EndpointRow =
        "select id, url, event_types, state, failing_since, last_delivered_at,
                case when previous_valid_until > $2 then previous_valid_until end as rotating_until, created_at
         from webhook_endpoints where partner_client_id = $1 and deleted_at is null order by id";
    static ONE: (PartnerClientId, Now, WebhookEndpointId) => EndpointRow =
        "select id, url, event_types, state, failing_since, last_delivered_at,
                case when previous_valid_until > $2 then previous_valid_until end as rotating_until, created_at
         from webhook_endpoints where partner_client_id = $1 and id = $3 and deleted_at is null";
    static SEALED: (PartnerClientId, WebhookEndpointId) => SealedRow =
        "select id, url, event_types, state, secret_enc, previous_secret_enc, previous_valid_until
         from webhook_endpoints where partner_client_id = $1 and id = $2 and deleted_at is null";
    static LOCKED: (PartnerClientId, WebhookEndpointId) => SealedRow =
        "select id, url, event_types, state, secret_enc, previous_secret_enc, previous_valid_until
         from webhook_endpoints where partner_client_id = $1 and id = $2 and deleted_at is null for update";
}

/// The caller's endpoints, oldest first; there are five at most.
pub async fn list(on: &impl On, by: &Partner, now: Now) -> Result<Vec<EndpointRow>, Fault> {
    LIST.all(on, (by.client_id, now)).await
}

/// One of the caller's endpoints.
pub async fn show(
    on: &impl On,
    by: &Partner,
    id: WebhookEndpointId,
    now: Now,
) -> Result<EndpointRow, Failure<EndpointError>> {
    Ok(ONE.opt(on, (by.client_id, now, id)).await?.ok_or(EndpointError::EndpointNotFound)?)
}

/// One of the caller's endpoints with its sealed secrets.
pub async fn sealed(on: &impl On, by: &Partner, id: WebhookEndpointId) -> Result<SealedRow, Failure<EndpointError>> {
    Ok(SEALED.opt(on, (by.client_id, id)).await?.ok_or(EndpointError::EndpointNotFound)?)
}

/// The same, locked until the transaction ends.
pub(crate) async fn lock(
    on: &impl On,
    by: &Partner,
    id: WebhookEndpointId,
) -> Result<SealedRow, Failure<EndpointError>> {
    Ok(LOCKED.opt(on, (by.client_id, id)).await?.ok_or(EndpointError::EndpointNotFound)?)
}

impl SealedRow {
    /// The secrets that sign today.
    pub fn secrets(&self, vault: &Vault, now: Now) -> Result<Vec<String>, Fault> {
        open(vault, &self.secret_enc, self.previous_secret_enc.as_deref(), self.previous_valid_until, now)
    }
}

/// The current secret and, while rotating, the one before it.
pub(crate) fn open(
    vault: &Vault,
    current: &[u8],
    previous: Option<&[u8]>,
    valid_until: Option<DateTime<Utc>>,
    now: Now,
) -> Result<Vec<String>, Fault> {
    let previous = previous.filter(|_| valid_until.is_some_and(|until| until > now.0));
    std::iter::once(current).chain(previous).map(|sealed| vault.open(sealed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_state_and_action_has_its_answer() {
        kernel::assert_steps!(EndpointState, EndpointAction {
            Active: Pause => Paused, SwitchOff => Disabled, Remove => Disabled;
            Paused: Resume => Active, Remove => Disabled;
            Disabled: Resume => Active, Remove => Disabled;
        });
    }
}

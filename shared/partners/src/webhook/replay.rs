//! Sending ended deliveries again: the same webhook-id and body, a new timestamp and signature, all attempts anew.
//!
//! Chosen ones leave at once. Every failed one of a time window may be many: they wait for the sweep, behind live traffic.

use crate::webhook::delivery::{self, DeliveryState};
use crate::webhook::endpoint::{self, EndpointError, EndpointState};
use crate::webhook::log::KEPT_DAYS;
use authz::Partner;
use chrono::{DateTime, Duration, Utc};
use db::Tx;
use events::WebhookDue;
use jobs::outbox::Outbox;
use kernel::*;
use std::collections::HashMap;

kernel::text_enum! {
    /// What became of one delivery that was to be sent again.
    pub enum ReplayOutcome {
        Queued = "queued",
        NotFound = "not_found",
        /// Still on its way, canceled, or a test.
        NotReplayable = "not_replayable",
        EndpointInactive = "endpoint_inactive",
    }
}

kernel::refusals! {
    /// Why nothing is sent again.
    pub enum ReplayError {
        Selection = 422 "replay_selection_invalid" at "/delivery_ids", "Give either delivery_ids or failed_between.", "delivery_ids와 failed_between 중 하나만 보내 주세요.";
        WindowEmpty = 422 "replay_window_invalid" at "/failed_between/until", "The window ends before it begins.", "종료 시각은 시작 시각보다 늦어야 합니다.";
        EndpointNotFound = 404 "webhook_endpoint_not_found", "There is no such webhook endpoint.", "존재하지 않는 웹훅 엔드포인트입니다.";
        EndpointInactive = 409 "webhook_endpoint_inactive", "This endpoint is paused or switched off: switch it on first.", "비활성화된 엔드포인트입니다.";
    }
}

impl From<EndpointError> for ReplayError {
    fn from(error: EndpointError) -> ReplayError {
        match error {
            EndpointError::EndpointNotFound => ReplayError::EndpointNotFound,
        }
    }
}

/// Every failed delivery of an endpoint whose event happened in this time.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    pub endpoint: WebhookEndpointId,
    pub from: DateTime<Utc>,
    /// Not included.
    pub until: DateTime<Utc>,
}

db::row! { struct AskedRow { id: WebhookDeliveryId, state: DeliveryState, is_test: bool, active: bool } }

db::statements! {
    static ASKED: (PartnerClientId, DateTime<Utc>, Vec<WebhookDeliveryId>) => AskedRow =
        "select d.id, d.state, d.is_test, e.state = 'active' as active
         from webhook_deliveries d join webhook_endpoints e on e.id = d.webhook_endpoint_id
         where e.partner_client_id = $1 and d.created_at >= $2 and d.id = any($3) order by d.id for update of d";
    static AGAIN: (Vec<WebhookDeliveryId>, Now, DateTime<Utc>) => (WebhookDeliveryId,) =
        "update webhook_deliveries set state = 'pending', attempts = 0, next_attempt_at = $2, queued_until = $3
         where id = any($1) and state in ('delivered', 'dead') returning id";
    static FAILED_BETWEEN: (WebhookEndpointId, DateTime<Utc>, DateTime<Utc>, Now) => (i64,) =
        "with again as (
             update webhook_deliveries set state = 'pending', attempts = 0, next_attempt_at = $4, queued_until = null, replayed_at = $4
             where webhook_endpoint_id = $1 and state = 'dead' and not is_test and created_at >= $2 and created_at < $3 returning id)
         select count(*) from again";
}

/// Queues ended deliveries of the caller again; answers for each id in the order asked.
pub async fn replay(
    tx: &Tx,
    by: &Partner,
    ids: &[WebhookDeliveryId],
    now: Now,
) -> Result<Vec<(WebhookDeliveryId, ReplayOutcome)>, Fault> {
    let since = now.plus(-Duration::days(KEPT_DAYS));
    let rows = ASKED.all(tx, (by.client_id, since, ids.to_vec())).await?;
    let known: HashMap<WebhookDeliveryId, ReplayOutcome> = rows.iter().map(|row| (row.id, outcome(row))).collect();
    let queued: Vec<WebhookDeliveryId> =
        known.iter().filter(|(_, outcome)| **outcome == ReplayOutcome::Queued).map(|(id, _)| *id).collect();
    let mut outbox = Outbox::new();
    for (delivery_id,) in AGAIN.all(tx, (queued, now, delivery::on_its_way(now))).await? {
        outbox.add(&WebhookDue { delivery_id, attempt: 1, delay_seconds: 0 }, now)?;
    }
    outbox.write(tx).await?;
    Ok(ids.iter().map(|id| (*id, known.get(id).copied().unwrap_or(ReplayOutcome::NotFound))).collect())
}

/// Puts every failed delivery of a window up for sending again; answers how many.
pub async fn replay_window(tx: &Tx, by: &Partner, window: Window, now: Now) -> Result<i64, Failure<ReplayError>> {
    if window.from >= window.until {
        return Err(ReplayError::WindowEmpty.into());
    }
    let endpoint = endpoint::lock(tx, by, window.endpoint).await.map_err(Failure::widen)?;
    if endpoint.state != EndpointState::Active {
        return Err(ReplayError::EndpointInactive.into());
    }
    let kept = window.from.max(now.plus(-Duration::days(KEPT_DAYS)));
    let (queued,) = FAILED_BETWEEN.one(tx, (window.endpoint, kept, window.until, now)).await?;
    Ok(queued)
}

fn outcome(row: &AskedRow) -> ReplayOutcome {
    if !row.active {
        ReplayOutcome::EndpointInactive
    } else if row.is_test || row.state.next(delivery::DeliveryAction::Replay).is_none() {
        ReplayOutcome::NotReplayable
    } else {
        ReplayOutcome::Queued
    }
}

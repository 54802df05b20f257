//! Sending ended deliveries again: the same webhook-id and body, a new timestamp and signature, all attempts anew.

use crate::webhook::delivery::{self, DeliveryState};
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

db::row! { struct AskedRow { id: WebhookDeliveryId, state: DeliveryState, is_test: bool, active: bool } }

db::statements! {
    static ASKED: (PartnerClientId, DateTime<Utc>, Vec<WebhookDeliveryId>) => AskedRow =
        "select d.id, d.state, d.is_test, e.state = 'active' as active
         from webhook_deliveries d join webhook_endpoints e on e.id = d.webhook_endpoint_id
         where e.partner_client_id = $1 and d.created_at >= $2 and d.id = any($3) order by d.id for update of d";
    static AGAIN: (Vec<WebhookDeliveryId>, Now, DateTime<Utc>) => (WebhookDeliveryId,) =
        "update webhook_deliveries set state = 'pending', attempts = 0, next_attempt_at = $2, queued_until = $3
         where id = any($1) and state in ('delivered', 'dead') returning id";
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

fn outcome(row: &AskedRow) -> ReplayOutcome {
    if !row.active {
        ReplayOutcome::EndpointInactive
    } else if row.is_test || row.state.next(delivery::DeliveryAction::Replay).is_none() {
        ReplayOutcome::NotReplayable
    } else {
        ReplayOutcome::Queued
    }
}

//! A test event sent now: one try, on paused endpoints too, never counted towards switching off.

use crate::webhook::courier::{Attempt, Courier};
use crate::webhook::delivery::DeliveryState;
use crate::webhook::endpoint::SealedRow;
use crate::webhook::event::{self, WebhookEvent};
use boot::Vault;
use db::{Json, On};
use kernel::*;
use uuid::Uuid;

/// A test event that was sent.
#[derive(Debug)]
pub struct Trial {
    pub delivery_id: WebhookDeliveryId,
    pub event_id: Uuid,
    body: String,
    event: WebhookEvent,
    endpoint: WebhookEndpointId,
    pub tried: Attempt,
}

db::statements! {
    static LOG: (WebhookDeliveryId, WebhookEndpointId, Uuid, WebhookEvent, String, DeliveryState, Option<i32>, Option<String>, Option<Now>, Json<Vec<Attempt>>, Now) => () =
        "insert into webhook_deliveries (id, webhook_endpoint_id, event_id, event, body, is_test, state, attempts, last_status, last_error, delivered_at, attempt_log, created_at)
         values ($1, $2, $3, $4, $5, true, $6, 1, $7, $8, $9, $10, $11)";
}

/// Sends a sample of `event`. Call it with no transaction open.
pub async fn send(
    courier: &Courier,
    vault: &Vault,
    endpoint: &SealedRow,
    event: WebhookEvent,
    now: Now,
) -> Result<Trial, Fault> {
    let body = event::body(event, now.0, &event.sample(), true)?;
    let event_id = Uuid::now_v7();
    let secrets = endpoint.secrets(vault, now)?;
    let tried = courier.post(&endpoint.url, &secrets, event_id, &body, 0, now).await?;
    Ok(Trial { delivery_id: WebhookDeliveryId::new(), event_id, body, event, endpoint: endpoint.id, tried })
}

/// Puts a trial into the delivery log.
pub async fn record(on: &impl On, trial: &Trial, now: Now) -> Result<(), Fault> {
    let arrived = trial.tried.delivered();
    let state = if arrived { DeliveryState::Delivered } else { DeliveryState::Dead };
    let row = (
        trial.delivery_id,
        trial.endpoint,
        trial.event_id,
        trial.event,
        trial.body.clone(),
        state,
        trial.tried.status.map(i32::from),
        trial.tried.error.clone(),
        arrived.then_some(now),
        Json(vec![trial.tried.clone()]),
        now,
    );
    LOG.run(on, row).await
}

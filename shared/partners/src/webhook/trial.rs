//! A test event sent now: one try, on paused endpoints too, never counted towards switching off.

use crate::access::limit;
use crate::webhook::courier::{Attempt, Courier};
use crate::webhook::delivery::DeliveryState;
use crate::webhook::endpoint::{self, EndpointError, SealedRow};
use crate::webhook::event::{self, WebhookEvent};
use authz::Partner;
use boot::{Boot, Vault};
use db::{Json, On};
use identity::limits::Later;
use kernel::*;
use uuid::Uuid;

kernel::refusals! {
    /// Why no test event is sent.
    pub enum TrialError {
        EndpointNotFound = 404 "webhook_endpoint_not_found", "There is no such webhook endpoint.", "존재하지 않는 웹훅 엔드포인트입니다.";
        TooManyTests(Later) = 429 "too_many_requests", "Too many attempts, try again later.", "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.";
    }
}

impl From<EndpointError> for TrialError {
    fn from(error: EndpointError) -> TrialError {
        match error {
            EndpointError::EndpointNotFound => TrialError::EndpointNotFound,
        }
    }
}

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
    static LOG: (WebhookDeliveryId, WebhookEndpointId, Uuid, WebhookEvent, String, DeliveryState, Option<i32>, Option<String>, Option<Now>, Json<Vec<Attempt>>, Now, String) => () =
        "insert into webhook_deliveries (id, webhook_endpoint_id, event_id, event, body, is_test, state, attempts, last_status, last_error, delivered_at, attempt_log, created_at, trace_id)
         values ($1, $2, $3, $4, $5, true, $6, 1, $7, $8, $9, $10, $11, $12)";
}

/// Sends a sample of `event` to one of the caller's endpoints, at most ten a minute, and puts it into the delivery log.
/// Call it with no transaction open.
pub async fn send(
    boot: &Boot,
    courier: &Courier,
    by: &Partner,
    id: WebhookEndpointId,
    event: WebhookEvent,
    now: Now,
) -> Result<Trial, Failure<TrialError>> {
    let endpoint = endpoint::sealed(&boot.db.writer().await?, by, id).await.map_err(Failure::widen)?;
    let counted = limit::test_event(&boot.aws.counters(), id, now).await;
    counted.map_err(|seconds| TrialError::TooManyTests(Later { retry_after_seconds: i64::from(seconds) }))?;
    let trial = post(courier, &boot.vault, &endpoint, event, now).await?;
    record(&boot.db.writer().await?, &trial, now).await?;
    Ok(trial)
}

async fn post(
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

async fn record(on: &impl On, trial: &Trial, now: Now) -> Result<(), Fault> {
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
        boot::trace::current(),
    );
    LOG.run(on, row).await
}

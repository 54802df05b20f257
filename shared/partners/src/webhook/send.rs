//! One attempt at one delivery.
//!
//! The attempt is taken first by a compare-and-set on its number, so that a message that comes twice sends once; then the
//! partner is called with no transaction open; then the outcome is written. A process that dies in between leaves an
//! attempt without an outcome, and the sweep makes the next one.

use crate::webhook::courier::{Attempt, Courier};
use crate::webhook::delivery::{self, DeliveryAction, DeliveryState, Next};
use crate::webhook::{cancel, endpoint};
use boot::Vault;
use chrono::{DateTime, Duration, Utc};
use db::{Db, Json, Tx};
use events::{WebhookDue, WebhookEndpointDisabled};
use kernel::*;
use uuid::Uuid;

/// Days of nothing but failures after which an endpoint is switched off.
const FAILING_DAYS: i64 = 3;

db::row! {
    struct TakenRow {
        event_id: Uuid,
        body: String,
        trace_id: String,
        state: DeliveryState,
        endpoint_id: WebhookEndpointId,
        url: String,
        secret_enc: Vec<u8>,
        previous_secret_enc: Option<Vec<u8>>,
        previous_valid_until: Option<DateTime<Utc>>,
        partner_client_id: PartnerClientId,
        owner_seller_id: Option<SellerId>,
        allowed: bool,
    }
}

db::statements! {
    /// Takes attempt $2, when it is due (a second early counts: queues round). Paused endpoints wait.
    static TAKE: (WebhookDeliveryId, i32, Now, DateTime<Utc>) => TakenRow =
        "update webhook_deliveries d set attempts = $2, queued_until = $4
         from webhook_endpoints e join partner_clients c on c.id = e.partner_client_id
         where d.id = $1 and d.attempts = $2 - 1 and d.state in ('pending', 'retrying') and d.next_attempt_at <= $3 + interval '1 second'
           and e.id = d.webhook_endpoint_id and e.state <> 'paused'
         returning d.event_id, d.body, d.trace_id, d.state, e.id as endpoint_id, e.url, e.secret_enc, e.previous_secret_enc, e.previous_valid_until,
             e.partner_client_id, c.seller_id as owner_seller_id,
             e.state = 'active' and c.state = 'active' and (c.seller_id is not distinct from d.seller_id or exists (
                 select 1 from partner_grants g where g.partner_client_id = c.id and g.seller_id = d.seller_id and g.revoked_at is null
                    and (g.expires_at is null or g.expires_at > $3))) as allowed";
    static FINISH: (WebhookDeliveryId, i32, DeliveryState, Option<DateTime<Utc>>, Option<DateTime<Utc>>, Option<i32>, Option<String>, Option<DateTime<Utc>>, Json<Vec<Attempt>>) => (WebhookDeliveryId,) =
        "update webhook_deliveries set state = $3, next_attempt_at = $4, queued_until = $5, last_status = $6, last_error = $7,
             delivered_at = coalesce($8, delivered_at), attempt_log = attempt_log || $9
         where id = $1 and attempts = $2 and state in ('pending', 'retrying') returning id";
    static WORKS: (WebhookEndpointId, Now) => () =
        "update webhook_endpoints set failing_since = null, last_delivered_at = $2 where id = $1";
    static FAILS: (WebhookEndpointId, Now) => (Option<DateTime<Utc>>,) =
        "update webhook_endpoints set failing_since = coalesce(failing_since, $2) where id = $1 returning failing_since";
    static SWITCH_OFF: (WebhookEndpointId,) => (WebhookEndpointId,) =
        "update webhook_endpoints set state = 'disabled', version = version + 1 where id = $1 and state = 'active' returning id";
}

/// Makes attempt `attempt` of a delivery, when that is the next one and due. Answers whether events were written.
pub async fn send(
    db: &Db,
    vault: &Vault,
    courier: &Courier,
    delivery_id: WebhookDeliveryId,
    attempt: i32,
    now: Now,
) -> Result<bool, Fault> {
    let lease = now.plus(Duration::minutes(2));
    let taken = TAKE.opt(&db.writer().await?, (delivery_id, attempt, now, lease)).await?;
    let Some(taken) = taken else { return Ok(false) };
    if !taken.allowed {
        cancel::one(&db.writer().await?, delivery_id).await?;
        return Ok(false);
    }
    if attempt > delivery::ATTEMPTS {
        // The last attempt died with its process: nobody knows whether it arrived.
        let lost = (delivery_id, attempt, DeliveryState::Dead, None, None, None, None, None, Json(Vec::new()));
        FINISH.opt(&db.writer().await?, lost).await?;
        return Ok(false);
    }
    let (current, previous) = (&taken.secret_enc, taken.previous_secret_enc.as_deref());
    let secrets = endpoint::open(vault, current, previous, taken.previous_valid_until, now)?;
    // A sweep has a trace of its own; the delivery belongs to the call it follows from.
    boot::trace::with(taken.trace_id.clone(), async {
        let tried = courier.post(&taken.url, &secrets, taken.event_id, &taken.body, attempt, now).await?;
        let tx = db.begin().await?;
        let wrote = record(&tx, delivery_id, &taken, tried, now).await?;
        tx.commit().await?;
        Ok(wrote)
    })
    .await
}

async fn record(
    tx: &Tx,
    delivery_id: WebhookDeliveryId,
    taken: &TakenRow,
    tried: Attempt,
    now: Now,
) -> Result<bool, Fault> {
    let attempt = tried.attempt;
    let next = if tried.delivered() { None } else { Next::after(attempt, now) };
    let action = match (tried.delivered(), next) {
        (true, _) => DeliveryAction::Arrive,
        (false, Some(_)) => DeliveryAction::Fail,
        (false, None) => DeliveryAction::GiveUp,
    };
    let arrived = tried.delivered().then_some(now.0);
    let state = taken.state.next(action).ok_or_else(|| Fault::internal("a delivery in an impossible state"))?;
    let (at, queued_until) = next.map_or((None, None), |next| (Some(next.at), next.queued_until));
    let (status, error) = (tried.status.map(i32::from), tried.error.clone());
    let row = (delivery_id, attempt, state, at, queued_until, status, error, arrived, Json(vec![tried]));
    if FINISH.opt(tx, row).await?.is_none() {
        // Canceled meanwhile.
        return Ok(false);
    }
    if arrived.is_some() {
        WORKS.run(tx, (taken.endpoint_id, now)).await?;
        return Ok(false);
    }
    let (failing_since,) = FAILS.one(tx, (taken.endpoint_id, now)).await?;
    let for_days = failing_since.is_some_and(|since| since <= now.plus(-Duration::days(FAILING_DAYS)));
    if for_days && SWITCH_OFF.opt(tx, (taken.endpoint_id,)).await?.is_some() {
        cancel::of_endpoint(tx, taken.endpoint_id).await?;
        let (endpoint_id, partner_client_id) = (taken.endpoint_id, taken.partner_client_id);
        let event = WebhookEndpointDisabled { endpoint_id, partner_client_id, seller_id: taken.owner_seller_id };
        jobs::outbox::emit(tx, &event, now).await?;
        return Ok(true);
    }
    if let Some(delay_seconds) = next.and_then(|next| next.delay_seconds) {
        let due = WebhookDue { delivery_id, attempt: attempt + 1, delay_seconds };
        jobs::outbox::emit(tx, &due, now).await?;
        return Ok(true);
    }
    Ok(false)
}

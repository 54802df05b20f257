//! From an event to one delivery per endpoint: active, subscribed, and of a client that may see the seller.
//!
//! Each delivery then has its own message, so that a slow partner delays nobody else.

use crate::webhook::delivery;
use crate::webhook::event::{self, Part};
use chrono::{DateTime, Utc};
use db::{Db, Json, Tx};
use events::{Envelope, WebhookDue};
use jobs::outbox::Outbox;
use kernel::*;
use serde::Serialize;
use uuid::Uuid;

#[derive(Debug, Serialize)]
struct DeliveryInsert {
    id: WebhookDeliveryId,
    webhook_endpoint_id: WebhookEndpointId,
    seller_id: SellerId,
    event_id: Uuid,
    event: event::WebhookEvent,
    object_id: Uuid,
    body: String,
    trace_id: String,
    next_attempt_at: DateTime<Utc>,
    queued_until: DateTime<Utc>,
    created_at: DateTime<Utc>,
}

db::statements! {
    static SUBSCRIBED: (String, SellerId, String, Now) => (WebhookEndpointId,) =
        "select e.id from webhook_endpoints e join partner_clients c on c.id = e.partner_client_id
         where e.state = 'active' and e.event_types @> array[$1] and c.state = 'active' and (c.expires_at is null or c.expires_at > $4) and $3 = any(c.scopes)
           and (c.seller_id = $2 or exists (
               select 1 from partner_grants g where g.partner_client_id = c.id and g.seller_id = $2 and g.revoked_at is null
                  and (g.expires_at is null or g.expires_at > $4) and $3 = any(g.scopes)))
         order by e.id";
    static INSERT: (Json<Vec<DeliveryInsert>>,) => (WebhookDeliveryId,) =
        "insert into webhook_deliveries (id, webhook_endpoint_id, seller_id, event_id, event, object_id, body, trace_id, next_attempt_at, queued_until, created_at)
         select id, webhook_endpoint_id, seller_id, event_id, event, object_id, body, trace_id, next_attempt_at, queued_until, created_at
         from jsonb_populate_recordset(null::webhook_deliveries, $1)
         on conflict on constraint webhook_deliveries_once do nothing returning id";
}

/// Makes the deliveries of an event and sends their first messages on the way. Answers how many are new.
pub async fn fan_out(db: &Db, envelope: &Envelope, now: Now) -> Result<usize, Fault> {
    let parts = event::parts(envelope)?;
    let tx = db.begin().await?;
    let mut rows = Vec::new();
    for part in parts {
        rows.extend(of_part(&tx, part, now).await?);
    }
    if rows.is_empty() {
        return Ok(0);
    }
    let made = INSERT.all(&tx, (Json(rows),)).await?;
    let mut outbox = Outbox::new();
    for (delivery_id,) in &made {
        outbox.add(&WebhookDue { delivery_id: *delivery_id, attempt: 1, delay_seconds: 0 }, now)?;
    }
    outbox.write(&tx).await?;
    tx.commit().await?;
    Ok(made.len())
}

async fn of_part(tx: &Tx, part: Part, now: Now) -> Result<Vec<DeliveryInsert>, Fault> {
    let scope = part.event.scope().as_str().to_owned();
    let endpoints = SUBSCRIBED.all(tx, (part.event.as_str().to_owned(), part.seller_id, scope, now)).await?;
    let row = |(webhook_endpoint_id,): (WebhookEndpointId,)| DeliveryInsert {
        id: WebhookDeliveryId::new(),
        webhook_endpoint_id,
        seller_id: part.seller_id,
        event_id: part.id,
        event: part.event,
        object_id: part.object_id,
        body: part.body.clone(),
        trace_id: boot::trace::current(),
        next_attempt_at: now.0,
        queued_until: delivery::on_its_way(now),
        created_at: now.0,
    };
    Ok(endpoints.into_iter().map(row).collect())
}

//! What was sent to this client's endpoints, and what came back. Kept thirty days.

use crate::App;
use authz::external as may;
use axum::extract::State;
use chrono::{DateTime, Utc};
use kernel::*;
use partners::webhook::courier::Attempt;
use partners::webhook::delivery::DeliveryState;
use partners::webhook::event::WebhookEvent;
use partners::webhook::log::{self, DeliveryDetailRow, DeliveryError, DeliveryRow, Filter};
use partners::webhook::replay::{self, ReplayError, ReplayOutcome, Window};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use web::{Accepted, Answer, Ctx, Json, Path, Query};

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookDeliveriesQuery {
    cursor: Option<Cursor>,
    limit: Option<Limit>,
    endpoint_id: Option<WebhookEndpointId>,
    event: Option<WebhookEvent>,
    seller_id: Option<SellerId>,
    /// The order line, claim, SKU, product, settlement or payout it is about.
    object_id: Option<Uuid>,
    state: Option<DeliveryState>,
}

/// One delivery.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WebhookDeliveryView {
    delivery_id: WebhookDeliveryId,
    endpoint_id: WebhookEndpointId,
    /// Sent as `webhook-id`.
    event_id: Uuid,
    event: String,
    seller_id: Option<SellerId>,
    object_id: Option<Uuid>,
    test: bool,
    state: DeliveryState,
    attempts: i32,
    next_attempt_at: Option<DateTime<Utc>>,
    last_status: Option<i32>,
    last_error: Option<String>,
    delivered_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<DeliveryRow> for WebhookDeliveryView {
    fn from(row: DeliveryRow) -> WebhookDeliveryView {
        WebhookDeliveryView {
            delivery_id: row.id,
            endpoint_id: row.webhook_endpoint_id,
            event_id: row.event_id,
            event: row.event,
            seller_id: row.seller_id,
            object_id: row.object_id,
            test: row.is_test,
            state: row.state,
            attempts: row.attempts,
            next_attempt_at: row.next_attempt_at,
            last_status: row.last_status,
            last_error: row.last_error,
            delivered_at: row.delivered_at,
            created_at: row.created_at,
        }
    }
}

/// Search the log, newest first.
pub(crate) async fn list(
    ctx: Ctx<may::WebhooksManage>,
    State(app): State<App>,
    Query(query): Query<WebhookDeliveriesQuery>,
) -> Answer<Json<Page<WebhookDeliveryView>>> {
    let WebhookDeliveriesQuery { cursor, limit, endpoint_id, event, seller_id, object_id, state } = query;
    let event = event.map(|event| event.as_str().to_owned());
    let filter = Filter { endpoint_id, event, seller_id, object_id, state };
    let (on, before) = (app.boot.db.reader().await?, cursor.and_then(|cursor| cursor.decode()));
    let page = log::list(&on, &ctx.who, filter, before, limit.unwrap_or_default(), ctx.now).await?;
    Ok(Json(page.map(Into::into)))
}

/// One delivery with the exact signed body and every attempt.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WebhookDeliveryDetailView {
    delivery_id: WebhookDeliveryId,
    endpoint_id: WebhookEndpointId,
    /// Where it goes today.
    url: String,
    /// Sent as `webhook-id`.
    event_id: Uuid,
    event: String,
    seller_id: Option<SellerId>,
    object_id: Option<Uuid>,
    test: bool,
    state: DeliveryState,
    attempts: i32,
    next_attempt_at: Option<DateTime<Utc>>,
    /// The raw bytes that are signed, as text.
    body: String,
    log: Vec<WebhookAttemptView>,
    delivered_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

/// One try.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WebhookAttemptView {
    attempt: i32,
    at: DateTime<Utc>,
    /// Sent as `webhook-timestamp`.
    webhook_timestamp: i64,
    /// Sent as `webhook-signature`.
    webhook_signature: String,
    status: Option<u16>,
    latency_ms: u64,
    /// The first 4 KB of the answer.
    answer: String,
    error: Option<String>,
}

impl From<Attempt> for WebhookAttemptView {
    fn from(tried: Attempt) -> WebhookAttemptView {
        WebhookAttemptView {
            attempt: tried.attempt,
            at: tried.at,
            webhook_timestamp: tried.webhook_timestamp,
            webhook_signature: tried.webhook_signature,
            status: tried.status,
            latency_ms: tried.latency_ms,
            answer: tried.answer,
            error: tried.error,
        }
    }
}

impl From<DeliveryDetailRow> for WebhookDeliveryDetailView {
    fn from(row: DeliveryDetailRow) -> WebhookDeliveryDetailView {
        WebhookDeliveryDetailView {
            delivery_id: row.id,
            endpoint_id: row.webhook_endpoint_id,
            url: row.url,
            event_id: row.event_id,
            event: row.event,
            seller_id: row.seller_id,
            object_id: row.object_id,
            test: row.is_test,
            state: row.state,
            attempts: row.attempts,
            next_attempt_at: row.next_attempt_at,
            body: row.body,
            log: row.attempt_log.0.into_iter().map(Into::into).collect(),
            delivered_at: row.delivered_at,
            created_at: row.created_at,
        }
    }
}

/// Read one delivery.
pub(crate) async fn show(
    ctx: Ctx<may::WebhooksManage>,
    State(app): State<App>,
    Path(id): Path<WebhookDeliveryId>,
) -> Answer<Json<WebhookDeliveryDetailView>, DeliveryError> {
    let row = log::show(&app.boot.db.reader().await?, &ctx.who, id, ctx.now).await?;
    Ok(Json(row.into()))
}

/// Deliveries to send again: chosen ones, or every failed one of a time.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayWebhookDeliveriesBody {
    delivery_ids: Option<Batch<WebhookDeliveryId, 100>>,
    failed_between: Option<FailedBetween>,
}

/// Every dead delivery of one endpoint made in this time, at most 30 days back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FailedBetween {
    endpoint_id: WebhookEndpointId,
    from: DateTime<Utc>,
    /// Not included.
    until: DateTime<Utc>,
}

/// What is sent again.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WebhookReplaysView {
    /// One result per chosen delivery; empty for a window.
    items: Vec<WebhookReplayView>,
    /// How many are on their way. Those of a window leave within minutes, behind live traffic; the log shows them.
    queued: i64,
}

/// What became of one.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct WebhookReplayView {
    delivery_id: WebhookDeliveryId,
    outcome: ReplayOutcome,
}

/// Send ended deliveries again: same webhook-id and body, new timestamp and signature. Order is not kept.
pub(crate) async fn replay(
    ctx: Ctx<may::WebhooksManage>,
    State(app): State<App>,
    Json(body): Json<ReplayWebhookDeliveriesBody>,
) -> Answer<Accepted<WebhookReplaysView>, ReplayError> {
    let tx = app.boot.db.begin().await?;
    let view = match (body.delivery_ids, body.failed_between) {
        (Some(ids), None) => chosen(replay::replay(&tx, &ctx.who, ids.as_slice(), ctx.now).await?),
        (None, Some(FailedBetween { endpoint_id: endpoint, from, until })) => {
            let window = Window { endpoint, from, until };
            let queued = replay::replay_window(&tx, &ctx.who, window, ctx.now).await?;
            WebhookReplaysView { items: Vec::new(), queued }
        }
        _ => return Err(ReplayError::Selection.into()),
    };
    tx.commit().await?;
    app.nudge.relay().await;
    Ok(Accepted(view))
}

fn chosen(results: Vec<(WebhookDeliveryId, ReplayOutcome)>) -> WebhookReplaysView {
    let view = |(delivery_id, outcome)| WebhookReplayView { delivery_id, outcome };
    let items: Vec<WebhookReplayView> = results.into_iter().map(view).collect();
    let queued = items.iter().filter(|item| item.outcome == ReplayOutcome::Queued).count();
    WebhookReplaysView { items, queued: i64::try_from(queued).unwrap_or(i64::MAX) }
}

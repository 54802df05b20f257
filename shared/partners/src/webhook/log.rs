//! The delivery log of a client's endpoints, removed ones included, for thirty days.

use crate::webhook::courier::Attempt;
use crate::webhook::delivery::DeliveryState;
use authz::Partner;
use chrono::{DateTime, Duration, Utc};
use db::{Json, On};
use kernel::*;
use uuid::Uuid;

/// How long a delivery is kept.
pub const KEPT_DAYS: i64 = 30;

kernel::refusals! {
    /// Why a delivery is not shown.
    pub enum DeliveryError {
        DeliveryNotFound = 404 "webhook_delivery_not_found", "There is no such delivery, or it is older than 30 days.", "존재하지 않는 전송 기록입니다.";
    }
}

/// What to look for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub endpoint_id: Option<WebhookEndpointId>,
    pub event: Option<String>,
    pub seller_id: Option<SellerId>,
    pub object_id: Option<Uuid>,
    pub state: Option<DeliveryState>,
}

db::row! {
    /// One line of the log.
    pub struct DeliveryRow {
        pub id: WebhookDeliveryId,
        pub webhook_endpoint_id: WebhookEndpointId,
        pub event_id: Uuid,
        pub event: String,
        pub seller_id: Option<SellerId>,
        pub object_id: Option<Uuid>,
        pub is_test: bool,
        pub state: DeliveryState,
        pub attempts: i32,
        pub next_attempt_at: Option<DateTime<Utc>>,
        pub last_status: Option<i32>,
        pub last_error: Option<String>,
        pub delivered_at: Option<DateTime<Utc>>,
        pub created_at: DateTime<Utc>,
    }
}

db::row! {
    /// What was sent and what came back.
    pub struct DeliveryDetailRow {
        pub id: WebhookDeliveryId,
        pub webhook_endpoint_id: WebhookEndpointId,
        pub url: String,
        pub event_id: Uuid,
        pub event: String,
        pub seller_id: Option<SellerId>,
        pub object_id: Option<Uuid>,
        pub is_test: bool,
        pub state: DeliveryState,
        pub attempts: i32,
        pub next_attempt_at: Option<DateTime<Utc>>,
        pub body: String,
        pub attempt_log: Json<Vec<Attempt>>,
        pub delivered_at: Option<DateTime<Utc>>,
        pub created_at: DateTime<Utc>,
    }
}

db::statements! {
    static LIST: (PartnerClientId, DateTime<Utc>, Option<WebhookEndpointId>, Option<String>, Option<SellerId>, Option<Uuid>, Option<DeliveryState>, Option<WebhookDeliveryId>, i64) => DeliveryRow =
        "select d.id, d.webhook_endpoint_id, d.event_id, d.event, d.seller_id, d.object_id, d.is_test, d.state, d.attempts, d.next_attempt_at, d.last_status,
                d.last_error, d.delivered_at, d.created_at
         from webhook_deliveries d join webhook_endpoints e on e.id = d.webhook_endpoint_id
         where e.partner_client_id = $1 and d.created_at >= $2 and ($3::uuid is null or d.webhook_endpoint_id = $3) and ($4::text is null or d.event = $4)
           and ($5::uuid is null or d.seller_id = $5) and ($6::uuid is null or d.object_id = $6) and ($7::text is null or d.state = $7)
           and ($8::uuid is null or d.id < $8)
         order by d.id desc limit $9";
    static DETAIL: (PartnerClientId, DateTime<Utc>, WebhookDeliveryId) => DeliveryDetailRow =
        "select d.id, d.webhook_endpoint_id, e.url, d.event_id, d.event, d.seller_id, d.object_id, d.is_test, d.state, d.attempts, d.next_attempt_at,
                d.body, d.attempt_log, d.delivered_at, d.created_at
         from webhook_deliveries d join webhook_endpoints e on e.id = d.webhook_endpoint_id
         where e.partner_client_id = $1 and d.created_at >= $2 and d.id = $3";
}

/// The caller's deliveries, newest first.
pub async fn list(
    on: &impl On,
    by: &Partner,
    filter: Filter,
    before: Option<WebhookDeliveryId>,
    limit: Limit,
    now: Now,
) -> Result<Page<DeliveryRow>, Fault> {
    let Filter { endpoint_id, event, seller_id, object_id, state } = filter;
    let since = now.plus(-Duration::days(KEPT_DAYS));
    let params = (by.client_id, since, endpoint_id, event, seller_id, object_id, state, before, limit.fetch());
    Ok(Page::of(LIST.all(on, params).await?, limit, |row| row.id))
}

/// One of the caller's deliveries with its body and attempts.
pub async fn show(
    on: &impl On,
    by: &Partner,
    id: WebhookDeliveryId,
    now: Now,
) -> Result<DeliveryDetailRow, Failure<DeliveryError>> {
    let since = now.plus(-Duration::days(KEPT_DAYS));
    Ok(DETAIL.opt(on, (by.client_id, since, id)).await?.ok_or(DeliveryError::DeliveryNotFound)?)
}

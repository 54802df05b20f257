//! Deliveries nobody waits for any more: their endpoint was removed or switched off, or the seller left.

use db::On;
use kernel::*;

db::statements! {
    static OF_ENDPOINT: (WebhookEndpointId,) => () =
        "update webhook_deliveries set state = 'canceled', next_attempt_at = null, queued_until = null
         where webhook_endpoint_id = $1 and state in ('pending', 'retrying')";
    static ONE: (WebhookDeliveryId,) => () =
        "update webhook_deliveries set state = 'canceled', next_attempt_at = null, queued_until = null
         where id = $1 and state in ('pending', 'retrying')";
}

/// Cancels what waits for an endpoint.
pub async fn of_endpoint(on: &impl On, endpoint: WebhookEndpointId) -> Result<(), Fault> {
    OF_ENDPOINT.run(on, (endpoint,)).await
}

/// Cancels one delivery.
pub async fn one(on: &impl On, delivery: WebhookDeliveryId) -> Result<(), Fault> {
    ONE.run(on, (delivery,)).await
}

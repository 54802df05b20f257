//! The queues: one per task, what it consumes, in which order, and how often a message is tried.
//!
//! FIFO where two messages about one thing must not overtake each other; the first payload field of those named here
//! that an event has tells the thing.

use crate::*;

/// One SQS queue and its task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Task name in snake_case.
    pub task: &'static str,
    /// Queue name without the stage prefix; ends in `.fifo` for a FIFO queue.
    pub name: &'static str,
    /// Payload fields, the first present of which orders messages in a FIFO queue; none for a standard queue.
    pub group: &'static [&'static str],
    /// Receives before a message goes to the dead-letter queue.
    pub max_receives: u32,
    /// Seconds one batch may take; the queue's visibility timeout is at least six times this.
    pub timeout_seconds: u32,
    /// Events it is sent.
    pub consumes: &'static [&'static str],
}

impl Queue {
    pub fn is_fifo(&self) -> bool {
        self.name.ends_with(".fifo")
    }

    /// The message group of an event in this queue.
    pub fn group_of(&self, envelope: &Envelope) -> Option<String> {
        let text = |field: &&str| envelope.payload.get(*field).and_then(serde_json::Value::as_str);
        let value = || self.group.iter().find_map(text).map_or_else(|| envelope.id.to_string(), str::to_owned);
        self.is_fifo().then(value)
    }
}

macro_rules! queues { ($($(#[$doc:meta])* $const:ident: $task:literal, $name:literal, $group:expr, $max:literal receives, $timeout:literal s, [$($event:ty),* $(,)?];)*) => {
    $($(#[$doc])* pub const $const: Queue = Queue { task: $task, name: $name, group: $group, max_receives: $max, timeout_seconds: $timeout, consumes: &[$(<$event as DomainEvent>::NAME),*] };)*
    /// Every queue that domain events are sent to.
    pub const ALL: &[Queue] = &[$($const),*];
} }

queues! {
    /// Reservations follow the payment: confirmed, released, or held again.
    FINALIZE_STOCK: "finalize_stock", "finalize-stock.fifo", &["purchase_order_id"], 10 receives, 30 s,
        [OrderPaid, PaymentFailed, PaymentExpired, DepositReversed];
    /// Asks the gateway what really happened and moves the payment.
    PROCESS_PAYMENT_WEBHOOK: "process_payment_webhook", "process-payment-webhook.fifo",
        &["pg_order_id", "ref_payout_id", "pg_seller_id", "payment_key"], 10 receives, 30 s, [PaymentWebhookReceived];
    /// Cancels at the gateway, then moves our books in one transaction.
    EXECUTE_REFUND: "execute_refund", "execute-refund.fifo", &["payment_id", "purchase_order_id"], 10 receives, 30 s,
        [RefundRequested, ClaimRefundable];
    /// Builds the statements of a period, some sellers at a time.
    BUILD_SETTLEMENT_PERIOD: "build_settlement_period", "build-settlement-period.fifo", &["period_id"], 5 receives, 30 s, [PeriodBuildDue];
    /// Sends approved payouts to the provider.
    SEND_PAYOUT: "send_payout", "send-payout.fifo", &["payout_id"], 10 receives, 30 s, [PayoutRequested];
    /// Tells the buyer what happened to an order and to its claims.
    ORDER_STATUS_ALERT: "order_status_alert", "order-status-alert.fifo", &["purchase_order_id", "claim_id"], 5 receives, 30 s,
        [ProductOrderStatusChanged, DispatchOverdue, VirtualAccountIssued, ClaimStatusChanged];
    /// Tells the members of a seller whose role covers the matter.
    NOTIFY_SELLER: "notify_seller", "notify-seller", &[], 5 receives, 30 s,
        [OrderPaid, DepositReversed, DispatchOverdue, ClaimRequested, ProductReviewed, SettlementIssued, SettlementConfirmed, SettlementReverted,
         SettlementHoldPlaced, PayoutCompleted, PayoutFailed, WebhookEndpointDisabled];
    /// Tells the people who wait for a SKU that it can be bought again, some at a time.
    RESTOCK_ALERT: "restock_alert", "restock-alert.fifo", &["sku_id"], 5 receives, 30 s, [StockReplenished, RestockAlertDue];
    /// Mails a one-time code, or word of a sign-in from a new device.
    SEND_CODE: "send_code", "send-code", &[], 5 receives, 30 s, [CodeRequested];
    /// Moves parcels and lines forward from carrier scans.
    APPLY_TRACKING: "apply_tracking", "apply-tracking.fifo", &["shipment_id"], 5 receives, 30 s, [TrackingReceived];
    /// Confirms a delivered line whose waiting time is over.
    AUTO_CONFIRM_PURCHASE: "auto_confirm_purchase", "auto-confirm-purchase", &[], 5 receives, 30 s, [AutoConfirmDue];
    /// Grants the points of a confirmed line.
    GRANT_PURCHASE_POINTS: "grant_purchase_points", "grant-purchase-points", &[], 5 receives, 30 s, [PurchaseDecided];
    /// Makes a delivery per subscribed endpoint and posts it, signed.
    DELIVER_PARTNER_WEBHOOK: "deliver_partner_webhook", "deliver-partner-webhook", &[], 8 receives, 60 s,
        [OrderPaid, ProductOrderStatusChanged, DispatchOverdue, ClaimRequested, ClaimStatusChanged, RefundCompleted, StockChanged, ProductReviewed, SettlementConfirmed, PayoutCompleted, WebhookDue];
}

/// The queue a function nudges after a commit that wrote events; its worker is the outbox relay.
pub const RELAY: &str = "outbox-relay";

/// The queue that holds what the worker of a queue gave up.
pub fn dead_letters_of(queue: &str) -> String {
    match queue.strip_suffix(".fifo") {
        Some(stem) => format!("{stem}-dlq.fifo"),
        None => format!("{queue}-dlq"),
    }
}

/// The queues that want an event.
pub fn consumers(event: &str) -> impl Iterator<Item = &'static Queue> + '_ {
    ALL.iter().filter(move |queue| queue.consumes.contains(&event))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn messages_about_one_thing_share_a_group() {
        let envelope = |payload: serde_json::Value| Envelope {
            id: uuid::Uuid::now_v7(),
            event: "payment_webhook.received".into(),
            occurred_at: chrono::DateTime::UNIX_EPOCH,
            trace_id: "t".into(),
            payload,
        };
        let payout = envelope(json!({ "pg_order_id": null, "ref_payout_id": "r-1" }));
        assert_eq!(PROCESS_PAYMENT_WEBHOOK.group_of(&payout).as_deref(), Some("r-1"));
        let payment = envelope(json!({ "pg_order_id": "o-1", "payment_key": "k" }));
        assert_eq!(PROCESS_PAYMENT_WEBHOOK.group_of(&payment).as_deref(), Some("o-1"));
        let nothing = envelope(json!({}));
        assert_eq!(PROCESS_PAYMENT_WEBHOOK.group_of(&nothing), Some(nothing.id.to_string()));
        assert_eq!(NOTIFY_SELLER.group_of(&payout), None);
    }

    #[test]
    fn dead_letters_keep_the_order_of_their_queue() {
        assert_eq!(dead_letters_of(SEND_CODE.name), "send-code-dlq");
        assert_eq!(dead_letters_of(SEND_PAYOUT.name), "send-payout-dlq.fifo");
    }

    #[test]
    fn every_fifo_queue_says_what_orders_it() {
        assert!(ALL.iter().all(|queue| queue.is_fifo() != queue.group.is_empty()));
    }
}

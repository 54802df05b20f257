//! The queues: one per task, what it consumes, in which order, and how often a message is tried.
//!
//! FIFO where two messages about one thing must not overtake each other; the group is the event's aggregate or the
//! payload field named here.

use crate::*;

/// One SQS queue and its task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Task name in snake_case.
    pub task: &'static str,
    /// Queue name without the stage prefix; ends in `.fifo` for a FIFO queue. Its dead-letter queue adds `-dlq`.
    pub name: &'static str,
    /// Payload field whose value orders messages in a FIFO queue.
    pub group: Option<&'static str>,
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
        let field = self.group?;
        let value = envelope.payload.get(field).and_then(serde_json::Value::as_str);
        Some(value.map_or_else(|| envelope.id.to_string(), str::to_owned))
    }
}

macro_rules! queues { ($($(#[$doc:meta])* $const:ident: $task:literal, $name:literal, $group:expr, $max:literal receives, $timeout:literal s, [$($event:ty),* $(,)?];)*) => {
    $($(#[$doc])* pub const $const: Queue = Queue { task: $task, name: $name, group: $group, max_receives: $max, timeout_seconds: $timeout, consumes: &[$(<$event as DomainEvent>::NAME),*] };)*
    /// Every queue that domain events are sent to.
    pub const ALL: &[Queue] = &[$($const),*];
} }

queues! {
    /// Reservations follow the payment: confirmed, released, or held again.
    FINALIZE_STOCK: "finalize_stock", "finalize-stock.fifo", Some("purchase_order_id"), 10 receives, 30 s,
        [OrderPaid, PaymentFailed, PaymentExpired, DepositReversed];
    /// Asks the gateway what really happened and moves the payment.
    PROCESS_PAYMENT_WEBHOOK: "process_payment_webhook", "process-payment-webhook.fifo", Some("pg_order_id"), 10 receives, 30 s, [PaymentWebhookReceived];
    /// Cancels at the gateway, then moves our books in one transaction.
    EXECUTE_REFUND: "execute_refund", "execute-refund.fifo", Some("payment_id"), 10 receives, 30 s, [RefundRequested, ClaimRefundable];
    /// Sends approved payouts to the provider.
    SEND_PAYOUT: "send_payout", "send-payout.fifo", Some("payout_id"), 10 receives, 30 s, [PayoutRequested];
    /// Tells the buyer what happened to an order.
    ORDER_STATUS_ALERT: "order_status_alert", "order-status-alert.fifo", Some("purchase_order_id"), 5 receives, 30 s,
        [ProductOrderStatusChanged, VirtualAccountIssued];
    /// Tells the members of a seller whose role covers the matter.
    NOTIFY_SELLER: "notify_seller", "notify-seller", None, 5 receives, 30 s,
        [OrderPaid, DepositReversed, ClaimRequested, ProductReviewed, SettlementIssued, SettlementConfirmed, SettlementReverted,
         SettlementHoldPlaced, PayoutCompleted, PayoutFailed, WebhookEndpointDisabled];
    /// Mails a one-time code.
    SEND_CODE: "send_code", "send-code", None, 5 receives, 30 s, [CodeRequested];
    /// Moves parcels and lines forward from carrier scans.
    APPLY_TRACKING: "apply_tracking", "apply-tracking.fifo", Some("shipment_id"), 5 receives, 30 s, [TrackingReceived];
    /// Confirms a delivered line whose waiting time is over.
    AUTO_CONFIRM_PURCHASE: "auto_confirm_purchase", "auto-confirm-purchase", None, 5 receives, 30 s, [AutoConfirmDue];
    /// Grants the points of a confirmed line.
    GRANT_PURCHASE_POINTS: "grant_purchase_points", "grant-purchase-points", None, 5 receives, 30 s, [PurchaseDecided];
    /// Makes a delivery per subscribed endpoint and posts it, signed.
    DELIVER_PARTNER_WEBHOOK: "deliver_partner_webhook", "deliver-partner-webhook", None, 8 receives, 60 s,
        [OrderPaid, ProductOrderStatusChanged, ClaimRequested, ClaimStatusChanged, RefundCompleted, StockChanged, ProductReviewed, SettlementConfirmed, PayoutCompleted, WebhookDue];
}

/// The queue a function nudges after a commit that wrote events; its worker is the outbox relay.
pub const RELAY: &str = "outbox-relay";

/// The queues that want an event.
pub fn consumers(event: &str) -> impl Iterator<Item = &'static Queue> + '_ {
    ALL.iter().filter(move |queue| queue.consumes.contains(&event))
}

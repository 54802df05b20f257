//! Every event the platform writes.

use crate::DomainEvent;
use chrono::{DateTime, Utc};
use kernel::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! events { ($($(#[$doc:meta])* $name:ident = $text:literal on $table:literal by $key:ident { $($(#[$fdoc:meta])* $field:ident : $ty:ty),* $(,)? })*) => {
    $(
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, Deserialize)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty),* }
        impl DomainEvent for $name {
            const NAME: &'static str = $text;
            const AGGREGATE: &'static str = $table;
            fn aggregate_id(&self) -> Uuid { self.$key.into() }
        }
    )*
    /// Names of all events.
    pub const NAMES: &[&str] = &[$($text),*];
} }

/// One seller's part of a paid order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PaidSellerOrder {
    pub seller_order_id: SellerOrderId,
    pub seller_id: SellerId,
    pub product_order_ids: Vec<ProductOrderId>,
}

events! {
    /// A customer account was created.
    UserRegistered = "user.registered" on "users" by user_id { user_id: UserId, channel: String }
    /// A seller signed its first contract and may sell.
    SellerActivated = "seller.activated" on "sellers" by seller_id { seller_id: SellerId }
    /// A one-time code, or word of a sign-in from a new device, is to be mailed. What it says stays in the ticket; the mail
    /// task makes the message.
    CodeRequested = "code.requested" on "auth_tickets" by ticket_id { ticket_id: TicketId, purpose: String }
    /// The payment of an order was captured (orders of 0 won included).
    OrderPaid = "order.paid" on "purchase_orders" by purchase_order_id {
        purchase_order_id: PurchaseOrderId, order_no: String, user_id: UserId, payment_id: PaymentId,
        payment_transaction_id: PaymentTransactionId, method: String, total_payable: Money, seller_orders: Vec<PaidSellerOrder>,
    }
    /// A virtual account waits for its deposit.
    VirtualAccountIssued = "payment.virtual_account_issued" on "payments" by payment_id {
        purchase_order_id: PurchaseOrderId, payment_id: PaymentId, user_id: UserId, amount: Money, due_at: DateTime<Utc>,
    }
    /// An unpaid order was called off.
    PaymentFailed = "payment.failed" on "payments" by payment_id { purchase_order_id: PurchaseOrderId, payment_id: PaymentId, failure_code: String }
    /// A payment or virtual account ran out, after asking the gateway once more.
    PaymentExpired = "payment.expired" on "payments" by payment_id { purchase_order_id: PurchaseOrderId, payment_id: PaymentId }
    /// A virtual-account deposit was taken back by the bank.
    DepositReversed = "payment.deposit_reversed" on "payments" by payment_id {
        purchase_order_id: PurchaseOrderId, payment_id: PaymentId, payment_transaction_id: PaymentTransactionId, seller_ids: Vec<SellerId>, any_dispatched: bool,
    }
    /// An inbound webhook of a payment gateway passed the de-duplication.
    PaymentWebhookReceived = "payment_webhook.received" on "payment_webhook_events" by webhook_id {
        webhook_id: Uuid, source: String, message_id: String, kind: String, pg_order_id: Option<String>, payment_key: Option<String>,
        ref_payout_id: Option<String>, secret_matches: Option<bool>, received_at: DateTime<Utc>,
        /// The seller at the payout agency, of `seller.changed`.
        #[serde(default)]
        pg_seller_id: Option<String>,
    }
    /// An order line changed state.
    ProductOrderStatusChanged = "product_order.status_changed" on "product_orders" by product_order_id {
        product_order_id: ProductOrderId, purchase_order_id: PurchaseOrderId, seller_order_id: SellerOrderId, seller_id: SellerId, user_id: UserId,
        from_state: Option<String>, to_state: String, cause: String, cause_ref: Option<Uuid>, remaining_quantity: i32,
    }
    /// A line was not dispatched in time.
    DispatchOverdue = "product_order.dispatch_overdue" on "product_orders" by product_order_id {
        product_order_id: ProductOrderId, purchase_order_id: PurchaseOrderId, seller_id: SellerId, user_id: UserId, dispatch_due_at: DateTime<Utc>,
    }
    /// A delivered line's waiting time is over.
    AutoConfirmDue = "product_order.auto_confirm_due" on "product_orders" by product_order_id { product_order_id: ProductOrderId, auto_confirm_at: DateTime<Utc> }
    /// A line was confirmed (구매확정) by the customer, the clock or an operator.
    PurchaseDecided = "product_order.purchase_decided" on "product_orders" by product_order_id {
        product_order_id: ProductOrderId, purchase_order_id: PurchaseOrderId, seller_id: SellerId, user_id: UserId, decided_by: String,
        remaining_quantity: i32, remaining_paid: Money,
    }
    /// A parcel was registered with carrier and invoice number.
    ShipmentDispatched = "shipment.dispatched" on "shipments" by shipment_id {
        shipment_id: ShipmentId, kind: String, seller_order_id: SellerOrderId, claim_id: Option<ClaimId>, carrier_code: String, invoice_no: String,
    }
    /// A carrier brought news of a parcel; the scans wait in the inbox row named here.
    TrackingReceived = "tracking.received" on "shipments" by shipment_id {
        shipment_id: ShipmentId, carrier_code: String, invoice_no: String, source: String, scans: Vec<Scan>,
    }
    /// A claim was opened.
    ClaimRequested = "claim.requested" on "claims" by claim_id {
        claim_id: ClaimId, claim_no: String, claim_type: String, seller_order_id: SellerOrderId, seller_id: SellerId, user_id: UserId,
        reason_code: String, fault: String, product_order_ids: Vec<ProductOrderId>,
    }
    /// A claim changed state or holdback.
    ClaimStatusChanged = "claim.status_changed" on "claims" by claim_id {
        claim_id: ClaimId, claim_type: String, seller_order_id: SellerOrderId, seller_id: SellerId, user_id: UserId, from_state: String, to_state: String,
        actor_type: String, refund_cash: Money, refund_points: Money, refund_rewards: Money,
    }
    /// A refund order was created.
    RefundRequested = "refund.requested" on "payment_refunds" by refund_id {
        refund_id: RefundId, payment_id: PaymentId, claim_id: Option<ClaimId>, kind: String, amount: Money,
    }
    /// A claim whose refund has no cash: only balances and books move.
    ClaimRefundable = "claim.refundable" on "claims" by claim_id { claim_id: ClaimId, purchase_order_id: PurchaseOrderId }
    /// Money and books of a refund are done.
    RefundCompleted = "refund.completed" on "purchase_orders" by purchase_order_id {
        refund_id: Option<RefundId>, payment_id: Option<PaymentId>, claim_id: Option<ClaimId>, purchase_order_id: PurchaseOrderId, seller_id: Option<SellerId>,
        amount: Money, product_order_ids: Vec<ProductOrderId>,
    }
    /// Available stock of a SKU changed.
    StockChanged = "stock.changed" on "sku_stocks" by sku_id { sku_id: SkuId, product_id: ProductId, seller_id: SellerId, available: i32, version: i32 }
    /// A SKU can be bought again: what was available rose from 0, or its seller sells again what shoppers wait for. Without a
    /// movement where no goods moved.
    StockReplenished = "stock.replenished" on "sku_stocks" by sku_id {
        sku_id: SkuId, product_id: ProductId, available: i32, stock_movement_id: Option<MovementId>,
    }
    /// More people wait for a SKU than one message tells: the next ones are to be told.
    RestockAlertDue = "restock_alert.due" on "sku_stocks" by sku_id { sku_id: SkuId, stock_movement_id: Option<MovementId> }
    /// A product or its pending change was approved or refused.
    ProductReviewed = "product.reviewed" on "products" by product_id { product_id: ProductId, seller_id: SellerId, decision: String }
    /// A coupon entered a wallet.
    CouponIssued = "coupon.issued" on "user_coupons" by user_coupon_id { user_coupon_id: UserCouponId, coupon_id: CouponId, user_id: UserId }
    /// An operator asked for a period's statements; each message builds some sellers after the one named.
    PeriodBuildDue = "settlement_period.build_due" on "settlement_periods" by period_id {
        period_id: SettlementPeriodId, after: Option<SellerId>, failed: usize,
    }
    /// A statement was issued to its seller.
    SettlementIssued = "settlement.issued" on "settlements" by settlement_id { settlement_id: SettlementId, seller_id: SellerId, net_amount: Money }
    /// A statement was confirmed.
    SettlementConfirmed = "settlement.confirmed" on "settlements" by settlement_id {
        settlement_id: SettlementId, seller_id: SellerId, net_amount: Money, payout_amount: Money,
    }
    /// An issued statement was taken back to be calculated again.
    SettlementReverted = "settlement.reverted" on "settlements" by settlement_id { settlement_id: SettlementId, seller_id: SellerId }
    /// A seller, or one of its statements, is not paid until the hold is released.
    SettlementHoldPlaced = "settlement_hold.placed" on "settlement_holds" by settlement_hold_id {
        settlement_hold_id: SettlementHoldId, seller_id: SellerId, settlement_id: Option<SettlementId>, reason: String,
    }
    /// An approved payout is to be sent to the provider, or asked after.
    PayoutRequested = "payout.requested" on "payouts" by payout_id { payout_id: PayoutId, batch_id: PayoutBatchId }
    /// The payout provider reports the transfer done.
    PayoutCompleted = "payout.completed" on "payouts" by payout_id { payout_id: PayoutId, settlement_id: SettlementId, seller_id: SellerId, amount: Money }
    /// The payout provider reports the transfer failed.
    PayoutFailed = "payout.failed" on "payouts" by payout_id { payout_id: PayoutId, settlement_id: SettlementId, seller_id: SellerId, amount: Money, failure_code: String }
    /// An outbound webhook is to be sent (again), `delay_seconds` from now (at most 900: what a queue can hold back).
    WebhookDue = "webhook_delivery.due" on "webhook_deliveries" by delivery_id { delivery_id: WebhookDeliveryId, attempt: i32, delay_seconds: i64 }
    /// A webhook endpoint was switched off after days of failures.
    WebhookEndpointDisabled = "webhook_endpoint.disabled" on "webhook_endpoints" by endpoint_id { endpoint_id: WebhookEndpointId, partner_client_id: PartnerClientId, seller_id: Option<SellerId> }
}

/// One scan of a parcel as a carrier reports it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Scan {
    /// `at_pickup`, `in_transit`, `out_for_delivery`, `delivered` …
    pub status: String,
    pub occurred_at: DateTime<Utc>,
    pub location: Option<String>,
    pub description: Option<String>,
}

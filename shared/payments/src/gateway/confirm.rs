//! What is asked of the gateway about one payment.

use super::{PgCancel, PgPayment};
use crate::RefundAccount;
use kernel::Money;

/// Confirm what the customer authenticated in the gateway's window.
#[derive(Debug, Clone)]
pub struct Confirm {
    pub payment_key: String,
    pub pg_order_id: String,
    pub amount: Money,
    pub idempotency_key: String,
}

/// Cancel a payment, wholly or in part.
#[derive(Debug, Clone)]
pub struct Cancel {
    pub payment_key: String,
    /// None: all of it; an unpaid virtual account is closed that way.
    pub amount: Option<Money>,
    /// What we believe can still be refunded: the gateway refuses when it disagrees.
    pub refundable: Option<Money>,
    /// Shown on receipts, 1 to 200 characters.
    pub reason: String,
    /// Where a deposit goes back to; needed for virtual accounts.
    pub account: Option<RefundAccount>,
    pub idempotency_key: String,
}

/// A cancel that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Canceled {
    pub payment: PgPayment,
    /// The movement that was asked for.
    pub cancel: PgCancel,
}

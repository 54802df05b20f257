//! The payment gateway as the platform sees it, and Toss Payments behind it.
//!
//! Every call ends in one of three ways. `Done` and `Refused` are answers; `Unknown` is the lack of one: a timeout, a 5xx,
//! `PROVIDER_ERROR`, a 409. What is unknown is asked again, never repeated under another key.

mod confirm;
mod http;
mod jwe;
mod payout;
mod pg_payment;
mod signature;
mod toss;
mod toss_payouts;

pub use confirm::{Cancel, Canceled, Confirm};
pub use payout::{
    Balances, BusinessKind, PayeeAccount, PayeeForm, PayeeStatus, PayoutOrder, PayoutWhen, PgPayout, PgPayoutStatus,
    PgSeller,
};
pub use pg_payment::{PgCancel, PgPayment, PgStatus, PgVirtualAccount};
pub use signature::PayoutSignature;
pub use toss::Toss;
pub use toss_payouts::TossPayouts;

use async_trait::async_trait;

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome<T> {
    /// It happened, now or at an earlier try.
    Done(T),
    /// It did not happen and will not.
    Refused { code: String, message: String },
    /// Nobody knows: ask again.
    Unknown { why: String },
}

impl<T> Outcome<T> {
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Outcome::Done(value) => Outcome::Done(f(value)),
            Outcome::Refused { code, message } => Outcome::Refused { code, message },
            Outcome::Unknown { why } => Outcome::Unknown { why },
        }
    }

    pub(crate) fn unknown(why: impl Into<String>) -> Outcome<T> {
        Outcome::Unknown { why: why.into() }
    }
}

/// What the gateway knows of a payment.
#[derive(Debug, Clone, PartialEq)]
pub enum Lookup {
    Found(Box<PgPayment>),
    /// The gateway never saw it, or the session is over.
    Nothing,
    Unknown {
        why: String,
    },
}

/// Payments at the gateway.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// Confirms a payment that the customer authenticated. A payment that was confirmed before is `Done`.
    async fn confirm(&self, ask: &Confirm) -> Outcome<PgPayment>;
    /// Asks by the gateway's key.
    async fn by_key(&self, payment_key: &str) -> Lookup;
    /// Asks by our order number at the gateway.
    async fn by_order(&self, pg_order_id: &str) -> Lookup;
    /// Gives money back, or closes a virtual account nobody paid into. A cancel that happened before is `Done`.
    async fn cancel(&self, ask: &Cancel) -> Outcome<Canceled>;
}

/// Payouts to sellers (지급대행).
#[async_trait]
pub trait PayoutGateway: Send + Sync {
    /// Registers a seller; `key` makes a repetition harmless.
    async fn register_seller(&self, form: &PayeeForm, key: &str) -> Outcome<PgSeller>;
    /// Changes a seller's account or contacts.
    async fn update_seller(&self, pg_seller_id: &str, form: &PayeeForm, key: &str) -> Outcome<PgSeller>;
    async fn seller(&self, pg_seller_id: &str) -> Outcome<PgSeller>;
    /// Orders up to a hundred transfers, all or none. Their own references make a repetition harmless.
    async fn request_payouts(&self, orders: &[PayoutOrder], key: &str) -> Outcome<Vec<PgPayout>>;
    async fn payout(&self, pg_payout_id: &str) -> Outcome<PgPayout>;
    /// Takes a transfer back that is not under way yet.
    async fn cancel_payout(&self, pg_payout_id: &str, key: &str) -> Outcome<PgPayout>;
    async fn balances(&self) -> Outcome<Balances>;
}

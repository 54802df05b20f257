//! A payment attempt: one try of a customer to pay for an order, or the fee of a claim.
//!
//! Placing an order starts the first. A customer whose card was refused or who closed the window may try again, three
//! times in all, one at a time; each attempt has its own order number at the gateway. An order that costs nothing is paid
//! by an attempt that never leaves the house.

use crate::evidence::{self, Evidence};
use crate::{Method, PaymentState, Provider, Purpose, TransactionKind, TransactionResult};
use chrono::{DateTime, Utc};
use db::{On, Tx};
use kernel::fault::RefuseOn;
use kernel::{ClaimId, Failure, Fault, Money, Now, PaymentId, PaymentTransactionId, PurchaseOrderId};

/// Attempts an order may have.
pub const MAX_ATTEMPTS: i64 = 3;

/// What is to be paid.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    pub purchase_order_id: PurchaseOrderId,
    /// Set when the fee of this claim is paid, and not the order.
    pub claim_id: Option<ClaimId>,
    pub amount: Money,
    /// What the customer means to pay with, as far as it is known.
    pub method: Option<Method>,
    /// The gateway's window closes then.
    pub expires_at: DateTime<Utc>,
}

/// An attempt that was started.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub payment_id: PaymentId,
    /// Our order number at the gateway, 6 to 64 of `A-Za-z0-9-_`.
    pub pg_order_id: String,
    pub amount: Money,
    pub expires_at: DateTime<Utc>,
}

db::row! {
    /// A payment as it is decided on. Amounts in won.
    pub struct PaymentRow {
        pub id: PaymentId,
        pub purchase_order_id: PurchaseOrderId,
        pub claim_id: Option<ClaimId>,
        pub purpose: Purpose,
        pub provider: Provider,
        pub method: Option<Method>,
        pub easy_pay_provider: Option<String>,
        pub pg_order_id: String,
        pub payment_key: Option<String>,
        pub amount: Money,
        pub captured_amount: Money,
        pub refunded_amount: Money,
        pub is_surplus: bool,
        pub state: PaymentState,
        pub failure_code: Option<String>,
        pub requested_at: DateTime<Utc>,
        pub approved_at: Option<DateTime<Utc>>,
        pub expires_at: Option<DateTime<Utc>>,
    }
}

kernel::refusals! {
    /// Why no attempt was started.
    pub enum StartError {
        AttemptOpen = 409 "payment_attempt_open", "Another payment of this order is under way.", "진행 중인 결제가 있습니다.";
        AttemptsExhausted = 409 "payment_attempts_exhausted", "This order cannot be tried to pay again.", "결제를 더 시도할 수 없습니다.";
    }
}

db::statements! {
    static START: (PaymentId, PurchaseOrderId, Option<ClaimId>, Purpose, Option<Method>, String, Money, Now, DateTime<Utc>, i64) => (PaymentId,) =
        "insert into payments (id, purchase_order_id, claim_id, purpose, provider, method, pg_order_id, amount, requested_at, expires_at)
         select $1, $2, $3, $4, 'toss', $5, $6, $7, $8, $9
         where (select count(*) from payments where purchase_order_id = $2 and claim_id is not distinct from $3) < $10
         returning id";
    static START_FREE: (PaymentId, PurchaseOrderId, String, Now) => () =
        "insert into payments (id, purchase_order_id, purpose, provider, method, pg_order_id, amount, state, requested_at, approved_at)
         values ($1, $2, 'order', 'none', 'none', $3, 0, 'done', $4, $4)";
    static FIND: (PaymentId,) => PaymentRow =
        "select id, purchase_order_id, claim_id, purpose, provider, method, easy_pay_provider, pg_order_id, payment_key, amount,
                captured_amount, refunded_amount, is_surplus, state, failure_code, requested_at, approved_at, expires_at
         from payments where id = $1";
    static FIND_BY_PG_ORDER: (String,) => PaymentRow =
        "select id, purchase_order_id, claim_id, purpose, provider, method, easy_pay_provider, pg_order_id, payment_key, amount,
                captured_amount, refunded_amount, is_surplus, state, failure_code, requested_at, approved_at, expires_at
         from payments where pg_order_id = $1";
    static OF_ORDER: (PurchaseOrderId,) => PaymentRow =
        "select id, purchase_order_id, claim_id, purpose, provider, method, easy_pay_provider, pg_order_id, payment_key, amount,
                captured_amount, refunded_amount, is_surplus, state, failure_code, requested_at, approved_at, expires_at
         from payments where purchase_order_id = $1 order by requested_at, id";
    static IS_PAID: (PurchaseOrderId,) => (bool,) =
        "select exists (select 1 from payments where purchase_order_id = $1 and purpose = 'order' and state in ('done', 'partial_canceled') and not is_surplus)";
    static LOCK: (PaymentId,) => PaymentRow =
        "select id, purchase_order_id, claim_id, purpose, provider, method, easy_pay_provider, pg_order_id, payment_key, amount,
                captured_amount, refunded_amount, is_surplus, state, failure_code, requested_at, approved_at, expires_at
         from payments where id = $1 for update";
    /// Behind subselects for the reason of `orders::lines`.
    static LOCK_OF_ORDER: (Option<PurchaseOrderId>, Option<PaymentId>, Option<String>) => PaymentRow =
        "select id, purchase_order_id, claim_id, purpose, provider, method, easy_pay_provider, pg_order_id, payment_key, amount,
                captured_amount, refunded_amount, is_surplus, state, failure_code, requested_at, approved_at, expires_at
         from payments
         where purchase_order_id = coalesce((select $1::uuid), (select p.purchase_order_id from payments p where p.id = (select $2::uuid) or p.pg_order_id = (select $3))) and purpose = 'order'
         order by requested_at, id for update";
    /// What the clock says is over, and what nobody knows the end of.
    static DUE: (Now, i64) => (PaymentId,) =
        "select id from payments
         where (state in ('ready', 'in_progress', 'waiting_for_deposit') and expires_at <= $1) or state = 'unknown'
         order by coalesce(expires_at, requested_at), id limit $2";
}

/// Our order number of a payment at the gateway.
fn pg_order_id(id: PaymentId) -> String {
    format!("drrip-{}", id.0.simple())
}

/// Starts an attempt. The caller holds the order's lock.
pub async fn start(tx: &Tx, start: Start, now: Now) -> Result<Attempt, Failure<StartError>> {
    let id = PaymentId::new();
    let purpose = if start.claim_id.is_some() { Purpose::ClaimFee } else { Purpose::Order };
    let pg_order_id = pg_order_id(id);
    let Start { purchase_order_id, claim_id, amount, method, expires_at } = start;
    let params =
        (id, purchase_order_id, claim_id, purpose, method, pg_order_id.clone(), amount, now, expires_at, MAX_ATTEMPTS);
    let started = START.opt(tx, params).await.refuse_on("payments_one_open_per_order", StartError::AttemptOpen)?;
    started.ok_or(StartError::AttemptsExhausted)?;
    Ok(Attempt { payment_id: id, pg_order_id, amount, expires_at })
}

/// Pays an order that costs nothing, without a gateway.
pub async fn start_free(
    tx: &Tx,
    purchase_order_id: PurchaseOrderId,
    now: Now,
) -> Result<(PaymentId, PaymentTransactionId), Fault> {
    let id = PaymentId::new();
    START_FREE.run(tx, (id, purchase_order_id, pg_order_id(id), now)).await?;
    let paid = Evidence {
        kind: TransactionKind::Confirm,
        response: None,
        ..Evidence::query(id, TransactionResult::Success, None)
    };
    let by = evidence::record(tx, paid, now).await?.ok_or_else(|| Fault::internal("evidence without a key is new"))?;
    Ok((id, by))
}

/// A payment, not locked: to find its order, which is locked before it.
pub async fn find(on: &impl On, id: PaymentId) -> Result<Option<PaymentRow>, Fault> {
    FIND.opt(on, (id,)).await
}

/// The payment of our order number at the gateway, not locked.
pub async fn find_by_pg_order_id(on: &impl On, pg_order_id: &str) -> Result<Option<PaymentRow>, Fault> {
    FIND_BY_PG_ORDER.opt(on, (pg_order_id.to_owned(),)).await
}

/// Every payment of an order, claim fees included, oldest first.
pub async fn of_order(on: &impl On, purchase_order_id: PurchaseOrderId) -> Result<Vec<PaymentRow>, Fault> {
    OF_ORDER.all(on, (purchase_order_id,)).await
}

/// Whether an attempt holds the money of an order, or it cost nothing.
pub async fn is_paid(on: &impl On, purchase_order_id: PurchaseOrderId) -> Result<bool, Fault> {
    Ok(IS_PAID.one(on, (purchase_order_id,)).await?.0)
}

/// The payment, locked; the caller holds the order's lock.
pub async fn lock(tx: &Tx, id: PaymentId) -> Result<PaymentRow, Fault> {
    LOCK.one(tx, (id,)).await
}

/// What an order is found by: itself, a payment of it, or our order number of one at the gateway.
#[derive(Debug, Clone)]
pub enum OrderKey {
    Order(PurchaseOrderId),
    Payment(PaymentId),
    PgOrder(String),
}

impl OrderKey {
    /// The same, as three parameters of which one is set.
    pub fn params(&self) -> (Option<PurchaseOrderId>, Option<PaymentId>, Option<String>) {
        match self {
            OrderKey::Order(id) => (Some(*id), None, None),
            OrderKey::Payment(id) => (None, Some(*id), None),
            OrderKey::PgOrder(number) => (None, None, Some(number.clone())),
        }
    }
}

/// Every attempt to pay an order, locked, oldest first. The caller holds the order's lock.
pub async fn lock_of_order(tx: &Tx, key: &OrderKey) -> Result<Vec<PaymentRow>, Fault> {
    LOCK_OF_ORDER.all(tx, key.params()).await
}

/// Payments whose time is over and payments of unknown end: each is to be asked about at the gateway.
pub async fn due(on: &impl On, now: Now, limit: i64) -> Result<Vec<PaymentId>, Fault> {
    Ok(DUE.all(on, (now, limit)).await?.into_iter().map(|(id,)| id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_order_number_is_one_the_gateway_takes() {
        let number = pg_order_id(PaymentId::new());
        assert!((6..=64).contains(&number.len()));
        assert!(number.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    }
}

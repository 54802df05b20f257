//! A refund order: money on its way back through the gateway.
//!
//! One payment refunds one order at a time, each under its own key and with what can still be refunded as a guard. The
//! books move only after the gateway said yes, so a refund that nobody knows the end of is asked about and, when nothing
//! happened, sent again under the same key.

use crate::gateway::{Cancel, Canceled, Gateway, Lookup, Outcome};
use crate::{Method, PaymentState, RefundAccount, RefundAction, RefundKind, RefundState};
use boot::Vault;
use chrono::{DateTime, Utc};
use db::{On, Tx};
use events::RefundRequested;
use kernel::fault::RefuseOn;
use kernel::{ClaimId, Failure, Fault, Money, Now, OperatorId, PaymentId, PurchaseOrderId, RefundId};

/// Why money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Claim(ClaimId),
    /// A deposit came after its order had ended.
    LateDeposit,
    /// The order was paid twice.
    Duplicate,
    /// Goodwill, decided by two operators.
    Operator {
        requested_by: OperatorId,
        approved_by: OperatorId,
    },
}

impl Cause {
    fn kind(self) -> RefundKind {
        match self {
            Cause::Claim(_) => RefundKind::Claim,
            Cause::LateDeposit => RefundKind::LateDeposit,
            Cause::Duplicate => RefundKind::Duplicate,
            Cause::Operator { .. } => RefundKind::Operator,
        }
    }

    fn claim_id(self) -> Option<ClaimId> {
        if let Cause::Claim(id) = self { Some(id) } else { None }
    }
}

/// A refund to be ordered.
#[derive(Debug, Clone)]
pub struct NewRefund {
    pub payment_id: PaymentId,
    pub cause: Cause,
    pub amount: Money,
    /// Shown on receipts, 1 to 200 characters.
    pub reason: String,
    /// Where a virtual-account deposit goes back to.
    pub account: Option<RefundAccount>,
    pub due_at: Option<DateTime<Utc>>,
}

db::row! {
    /// A refund order with what it needs of its payment. Amounts in won.
    pub struct RefundRow {
        pub id: RefundId,
        pub payment_id: PaymentId,
        pub purchase_order_id: PurchaseOrderId,
        pub claim_id: Option<ClaimId>,
        pub kind: RefundKind,
        pub amount: Money,
        pub expected_refundable: Money,
        pub state: RefundState,
        pub reason: Option<String>,
        pub idempotency_key: String,
        pub refund_account_enc: Option<Vec<u8>>,
        pub attempts: i32,
        pub last_code: Option<String>,
        pub due_at: Option<DateTime<Utc>>,
        pub done_at: Option<DateTime<Utc>>,
        /// Refused, and ordered anew since.
        pub retried: bool,
        pub created_at: DateTime<Utc>,
        pub payment_key: Option<String>,
        pub payment_state: PaymentState,
        pub method: Option<Method>,
        pub captured_amount: Money,
        pub refunded_amount: Money,
    }
}

/// What there is to do for a refund order.
#[derive(Debug, Clone)]
pub enum Take {
    /// Send it. `ask_first`: it may have been sent before.
    Send { refund: Box<RefundRow>, ask_first: bool },
    /// It has ended: done or failed.
    Ended(RefundState),
    /// Another refund of the payment is under way: come back later.
    Busy,
}

kernel::refusals! {
    /// Why no refund was ordered, or one cannot be taken.
    pub enum RefundError {
        RefundExists = 409 "refund_exists", "This claim is being refunded already.", "이미 환불이 진행 중입니다.";
        ExceedsRefundable = 409 "exceeds_refundable", "More than can still be refunded.", "환불 가능 금액을 초과했습니다.";
        RefundNotFound = 404 "refund_not_found", "There is no such refund.", "환불을 찾을 수 없습니다.";
    }
}

db::statements! {
    static LOCK_PAYMENT: (PaymentId,) => (PaymentId,) = "select id from payments where id = $1 for update";
    /// Held against what other refunds of the payment have already claimed.
    static CREATE: (RefundId, PaymentId, Option<ClaimId>, RefundKind, Money, String, String, Option<Vec<u8>>, Option<DateTime<Utc>>, Option<OperatorId>, Option<OperatorId>, Now) => (RefundId,) =
        "with open as (select coalesce(sum(amount), 0) as amount from payment_refunds where payment_id = $2 and state in ('requested', 'processing', 'unknown'))
         insert into payment_refunds (id, payment_id, claim_id, kind, amount, expected_refundable, reason, idempotency_key, refund_account_enc, due_at, requested_by, approved_by, created_at)
         select $1, p.id, $3, $4, $5, p.captured_amount - p.refunded_amount - open.amount, $6, $7, $8, $9, $10, $11, $12
         from payments p, open
         where p.id = $2 and p.state in ('done', 'partial_canceled') and p.captured_amount - p.refunded_amount - open.amount >= $5
         returning id";
    static PAYMENT_OF: (RefundId,) => (PaymentId,) = "select payment_id from payment_refunds where id = $1";
    static FIND: (RefundId,) => RefundRow =
        "select r.id, r.payment_id, p.purchase_order_id, r.claim_id, r.kind, r.amount, r.expected_refundable, r.state, r.reason, r.idempotency_key,
                r.refund_account_enc, r.attempts, r.last_code, r.due_at, r.done_at, r.retried_as is not null as retried, r.created_at, p.payment_key, p.state as payment_state, p.method,
                p.captured_amount, p.refunded_amount
         from payment_refunds r join payments p on p.id = r.payment_id where r.id = $1";
    static OF_ORDER: (PurchaseOrderId,) => RefundRow =
        "select r.id, r.payment_id, p.purchase_order_id, r.claim_id, r.kind, r.amount, r.expected_refundable, r.state, r.reason, r.idempotency_key,
                r.refund_account_enc, r.attempts, r.last_code, r.due_at, r.done_at, r.retried_as is not null as retried, r.created_at, p.payment_key, p.state as payment_state, p.method,
                p.captured_amount, p.refunded_amount
         from payment_refunds r join payments p on p.id = r.payment_id where p.purchase_order_id = $1 order by r.created_at, r.id";
    /// What the guard compares with is fixed when the refund is first sent, and sent again unchanged.
    static TAKE: (RefundId, RefundState, RefundState) => (RefundId,) =
        "update payment_refunds r set state = $3, attempts = r.attempts + 1,
                expected_refundable = case when r.state = 'requested' then p.captured_amount - p.refunded_amount else r.expected_refundable end
         from payments p
         where r.id = $1 and r.state = $2 and p.id = r.payment_id
           and not exists (select 1 from payment_refunds o where o.payment_id = r.payment_id and o.id <> r.id and o.state in ('processing', 'unknown'))
         returning r.id";
    static RETRY: (RefundId,) => () = "update payment_refunds set attempts = attempts + 1 where id = $1 and state = 'processing'";
}

/// Orders a refund and tells the outbox. The caller holds the order's lock.
pub async fn create(tx: &Tx, vault: &Vault, new: NewRefund, now: Now) -> Result<RefundId, Failure<RefundError>> {
    LOCK_PAYMENT.one(tx, (new.payment_id,)).await?;
    let id = RefundId::new();
    let sealed = new.account.as_ref().map(|account| account.seal(vault)).transpose()?;
    let (asked_by, approved_by) = match new.cause {
        Cause::Operator { requested_by, approved_by } => (Some(requested_by), Some(approved_by)),
        Cause::Claim(_) | Cause::LateDeposit | Cause::Duplicate => (None, None),
    };
    let params = (
        id,
        new.payment_id,
        new.cause.claim_id(),
        new.cause.kind(),
        new.amount,
        new.reason,
        format!("refund-{}", id.0.simple()),
        sealed,
        new.due_at,
        asked_by,
        approved_by,
        now,
    );
    let created = CREATE.opt(tx, params).await.refuse_on("payment_refunds_one_per_claim", RefundError::RefundExists)?;
    created.ok_or(RefundError::ExceedsRefundable)?;
    let event = RefundRequested {
        refund_id: id,
        payment_id: new.payment_id,
        claim_id: new.cause.claim_id(),
        kind: new.cause.kind().to_string(),
        amount: new.amount,
    };
    jobs::outbox::emit(tx, &event, now).await?;
    Ok(id)
}

/// A refund order, not locked.
pub async fn find(on: &impl On, id: RefundId) -> Result<Option<RefundRow>, Fault> {
    FIND.opt(on, (id,)).await
}

/// Every refund of an order's payments, oldest first.
pub async fn of_order(on: &impl On, purchase_order_id: PurchaseOrderId) -> Result<Vec<RefundRow>, Fault> {
    OF_ORDER.all(on, (purchase_order_id,)).await
}

/// The refund order with its payment locked; the caller holds the order's lock.
pub async fn lock(tx: &Tx, id: RefundId) -> Result<RefundRow, Failure<RefundError>> {
    let (payment,) = PAYMENT_OF.opt(tx, (id,)).await?.ok_or(RefundError::RefundNotFound)?;
    LOCK_PAYMENT.one(tx, (payment,)).await?;
    Ok(FIND.one(tx, (id,)).await?)
}

/// Takes a refund order to send it; commit before it is sent.
pub async fn take(tx: &Tx, id: RefundId) -> Result<Take, Failure<RefundError>> {
    let refund = lock(tx, id).await?;
    let Some(to) = refund.state.next(RefundAction::Take) else {
        if refund.state != RefundState::Processing {
            return Ok(Take::Ended(refund.state));
        }
        // An earlier run ended between sending and writing down the answer.
        RETRY.run(tx, (id,)).await?;
        return Ok(Take::Send { refund: Box::new(refund), ask_first: true });
    };
    let ask_first = refund.state == RefundState::Unknown;
    if TAKE.opt(tx, (id, refund.state, to)).await?.is_none() {
        return Ok(Take::Busy);
    }
    Ok(Take::Send { refund: Box::new(FIND.one(tx, (id,)).await?), ask_first })
}

/// Sends a taken refund order, with no transaction open: asks first where it may have been sent before.
pub async fn send(
    gateway: &dyn Gateway,
    vault: &Vault,
    refund: &RefundRow,
    ask_first: bool,
) -> Result<Outcome<Canceled>, Fault> {
    let key = refund.payment_key.as_deref();
    let key =
        key.ok_or_else(|| Fault::internal(format!("payment {} was captured without a key", refund.payment_id)))?;
    if ask_first {
        match gateway.by_key(key).await {
            Lookup::Found(payment) => {
                let cancel = payment.find_cancel(refund.amount, refund.expected_refundable).cloned();
                if let Some(cancel) = cancel {
                    return Ok(Outcome::Done(Canceled { payment: *payment, cancel }));
                }
            }
            Lookup::Nothing => return Ok(Outcome::Unknown { why: "the gateway does not know the payment".to_owned() }),
            Lookup::Unknown { why } => return Ok(Outcome::Unknown { why }),
        }
    }
    let account = refund.refund_account_enc.as_deref().map(|sealed| RefundAccount::open(vault, sealed)).transpose()?;
    let ask = Cancel {
        payment_key: key.to_owned(),
        amount: Some(refund.amount),
        refundable: Some(refund.expected_refundable),
        reason: refund.reason.clone().unwrap_or_else(|| "환불".to_owned()),
        account,
        idempotency_key: refund.idempotency_key.clone(),
    };
    Ok(gateway.cancel(&ask).await)
}

pub use crate::refund_books::{fail, lose, settle};

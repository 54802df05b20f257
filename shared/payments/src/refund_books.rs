//! Writing down how a refund ended: the refund order, its payment and the evidence together.

use crate::evidence::{self, Evidence};
use crate::gateway::Canceled;
use crate::refund::RefundRow;
use crate::{
    PaymentAction, PaymentState, RefundAction, RefundState, TransactionKind, TransactionResult, virtual_account,
};
use db::Tx;
use kernel::{Failure, Fault, Money, Now, PaymentId, PaymentTransactionId, RefundId};

kernel::refusals! {
    /// Why the end of a refund was not written down.
    pub enum EndError {
        InvalidState = 409 "invalid_state", "Not possible in its present state.", "현재 상태에서는 처리할 수 없습니다.";
    }
}

db::statements! {
    static SETTLE: (RefundId, RefundState, RefundState, String, Now) => (RefundId,) =
        "update payment_refunds set state = $3, pg_transaction_key = $4, done_at = $5, last_code = null where id = $1 and state = $2 returning id";
    static END: (RefundId, RefundState, RefundState, String) => (RefundId,) =
        "update payment_refunds set state = $3, last_code = $4 where id = $1 and state = $2 returning id";
    static GIVE_BACK: (PaymentId, PaymentState, PaymentState, Money) => (PaymentId,) =
        "update payments set state = $3, refunded_amount = refunded_amount + $4, version = version + 1
         where id = $1 and state = $2 and captured_amount - refunded_amount >= $4 returning id";
}

/// The gateway gave the money back. The caller holds the locks of [`crate::refund::lock`] and posts the ledger.
pub async fn settle(
    tx: &Tx,
    refund: &RefundRow,
    done: &Canceled,
    now: Now,
) -> Result<PaymentTransactionId, Failure<EndError>> {
    let to = refund.state.next(RefundAction::Settle).ok_or(EndError::InvalidState)?;
    let rest = refund.captured_amount - refund.refunded_amount - refund.amount;
    let action = if rest.is_zero() { PaymentAction::RefundRest } else { PaymentAction::RefundPart };
    let payment_to = refund.payment_state.next(action).ok_or(EndError::InvalidState)?;
    let key = done.cancel.transaction_key.clone();
    SETTLE.opt(tx, (refund.id, refund.state, to, key.clone(), now)).await?.ok_or(EndError::InvalidState)?;
    let given = GIVE_BACK.opt(tx, (refund.payment_id, refund.payment_state, payment_to, refund.amount)).await?;
    given.ok_or(EndError::InvalidState)?;
    if let Some(account) = &done.payment.virtual_account {
        virtual_account::refunding(tx, refund.payment_id, account).await?;
    }
    let evidence = Evidence {
        id: PaymentTransactionId::new(),
        payment_id: refund.payment_id,
        kind: TransactionKind::Cancel,
        pg_transaction_key: Some(key),
        amount: -refund.amount,
        result: TransactionResult::Success,
        request_key: Some(refund.idempotency_key.clone()),
        pg_code: None,
        response: Some(done.payment.evidence.clone()),
    };
    let by = evidence::record(tx, evidence, now).await?;
    by.ok_or_else(|| Fault::internal(format!("refund {}: this cancel belongs to another refund", refund.id)).into())
}

/// The gateway refused for good: people have to look at it.
pub async fn fail(tx: &Tx, refund: &RefundRow, code: &str, now: Now) -> Result<(), Failure<EndError>> {
    end(tx, refund, RefundAction::Fail, TransactionResult::Failed, code, now).await
}

/// The answer got lost: ask later.
pub async fn lose(tx: &Tx, refund: &RefundRow, why: &str, now: Now) -> Result<(), Failure<EndError>> {
    end(tx, refund, RefundAction::Lose, TransactionResult::Unknown, why, now).await
}

async fn end(
    tx: &Tx,
    refund: &RefundRow,
    action: RefundAction,
    result: TransactionResult,
    code: &str,
    now: Now,
) -> Result<(), Failure<EndError>> {
    let code: String = code.chars().take(200).collect();
    let to = refund.state.next(action).ok_or(EndError::InvalidState)?;
    END.opt(tx, (refund.id, refund.state, to, code.clone())).await?.ok_or(EndError::InvalidState)?;
    let evidence = Evidence {
        kind: TransactionKind::Cancel,
        amount: -refund.amount,
        request_key: Some(refund.idempotency_key.clone()),
        ..Evidence::query(refund.payment_id, result, Some(code))
    };
    evidence::record(tx, evidence, now).await?;
    Ok(())
}

//! A refund the gateway refused for good is ordered anew by an operator, once its cause is gone: a new row under a new key,
//! to the refund account the customer has saved by then.

use super::approve::refund_account;
use crate::lines;
use audit::{Entry, Target};
use authz::Operator;
use boot::Vault;
use db::Tx;
use kernel::*;
use payments::refund::{self, RefundError};
use payments::{Method, RefundState, refund_again};
use std::net::IpAddr;

kernel::refusals! {
    /// Why a refund is not ordered anew.
    pub enum RetryRefundError {
        NotFound = 404 "refund_not_found", "There is no such refund.", "환불을 찾을 수 없습니다.";
        NotFailed = 409 "refund_not_failed", "Only a refund that was refused, and not ordered anew yet, can be.", "실패한 환불만 다시 요청할 수 있습니다.";
        ExceedsRefundable = 409 "exceeds_refundable", "More than can still be refunded.", "환불 가능 금액을 초과했습니다.";
    }
}

db::statements! {
    static BUYER: (PurchaseOrderId,) => (UserId,) = "select user_id from purchase_orders where id = $1";
}

/// Orders it. Answers the refund that goes on.
pub async fn retry(
    tx: &Tx,
    vault: &Vault,
    by: &Operator,
    ip: Option<IpAddr>,
    id: RefundId,
    reason: &str,
    now: Now,
) -> Result<RefundId, Failure<RetryRefundError>> {
    let known = refund::find(tx, id).await?.ok_or(RetryRefundError::NotFound)?;
    lines::lock_order(tx, known.purchase_order_id).await?;
    let refused = refund::lock(tx, id).await.map_err(refusal)?;
    if refused.state != RefundState::Failed || refused.retried {
        return Err(RetryRefundError::NotFailed.into());
    }
    let account = if refused.method == Some(Method::VirtualAccount) {
        let (buyer,) = BUYER.one(tx, (refused.purchase_order_id,)).await?;
        refund_account(tx, vault, buyer).await?
    } else {
        None
    };
    let again = refund_again::retry(tx, vault, id, account.as_ref(), now).await.map_err(refusal)?;
    Entry::new(by, "refund.retried", Target::of("payment_refunds", id)).reason(reason).ip(ip).write(tx, now).await?;
    Ok(again)
}

fn refusal(failure: Failure<RefundError>) -> Failure<RetryRefundError> {
    match failure {
        Failure::Refused(RefundError::RefundNotFound) => RetryRefundError::NotFound.into(),
        Failure::Refused(RefundError::RefundExists) => RetryRefundError::NotFailed.into(),
        Failure::Refused(RefundError::ExceedsRefundable) => RetryRefundError::ExceedsRefundable.into(),
        Failure::Fault(fault) => Failure::Fault(fault),
    }
}

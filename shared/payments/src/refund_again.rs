//! Refunds that did not get through: asked about again while nobody knows their end, ordered anew once the cause of a
//! refusal is gone.

use crate::refund::RefundError;
use crate::{RefundAccount, RefundKind};
use boot::Vault;
use chrono::{DateTime, Utc};
use db::Tx;
use events::RefundRequested;
use jobs::outbox::Outbox;
use kernel::{ClaimId, Failure, Fault, Money, Now, PaymentId, RefundId};

db::row! { struct AskedRow { id: RefundId, payment_id: PaymentId, claim_id: Option<ClaimId>, kind: RefundKind, amount: Money } }

db::statements! {
    static OPEN_SINCE: (DateTime<Utc>, i64) => AskedRow =
        "select id, payment_id, claim_id, kind, amount from payment_refunds
         where state in ('requested', 'processing', 'unknown') and created_at <= $1 order by due_at, id limit $2";
    /// The refused row names its successor, so that it has one.
    static AGAIN: (RefundId, RefundId, String, Option<Vec<u8>>, Now) => AskedRow =
        "with open as (
             select coalesce(sum(o.amount), 0)::bigint as amount from payment_refunds o
             where o.payment_id = (select payment_id from payment_refunds where id = $1) and o.state in ('requested', 'processing', 'unknown')),
         refused as (
             update payment_refunds r set retried_as = $2 from payments p, open
             where r.id = $1 and r.state = 'failed' and r.retried_as is null and p.id = r.payment_id and p.state in ('done', 'partial_canceled')
               and p.captured_amount - p.refunded_amount - open.amount >= r.amount
             returning r.payment_id, r.claim_id, r.kind, r.amount, p.captured_amount - p.refunded_amount - open.amount as refundable, r.reason,
                       r.refund_account_enc, r.due_at, r.requested_by, r.approved_by)
         insert into payment_refunds (id, payment_id, claim_id, kind, amount, expected_refundable, reason, idempotency_key, refund_account_enc, due_at, requested_by, approved_by, created_at)
         select $2, payment_id, claim_id, kind, amount, refundable, reason, $3, coalesce($4, refund_account_enc), due_at, requested_by, approved_by, $5
         from refused
         returning id, payment_id, claim_id, kind, amount";
}

/// Reminds of refunds that were ordered before `since` and have not ended: the message of one may be lost, or have given up
/// while the gateway was out of reach. Being reminded twice changes nothing.
pub async fn remind(tx: &Tx, since: DateTime<Utc>, limit: i64, now: Now) -> Result<usize, Fault> {
    let open = OPEN_SINCE.all(tx, (since, limit)).await?;
    let mut outbox = Outbox::new();
    for row in &open {
        outbox.add(&asked(row), now)?;
    }
    outbox.write(tx).await?;
    Ok(open.len())
}

/// Orders a refused refund anew, to another account where one is given. The caller holds the locks of
/// [`crate::refund::lock`] and has seen that it failed.
pub async fn retry(
    tx: &Tx,
    vault: &Vault,
    refused: RefundId,
    account: Option<&RefundAccount>,
    now: Now,
) -> Result<RefundId, Failure<RefundError>> {
    let id = RefundId::new();
    let sealed = account.map(|account| account.seal(vault)).transpose()?;
    let row = (refused, id, format!("refund-{}", id.0.simple()), sealed, now);
    let row = AGAIN.opt(tx, row).await?.ok_or(RefundError::ExceedsRefundable)?;
    jobs::outbox::emit(tx, &asked(&row), now).await?;
    Ok(id)
}

fn asked(row: &AskedRow) -> RefundRequested {
    RefundRequested {
        refund_id: row.id,
        payment_id: row.payment_id,
        claim_id: row.claim_id,
        kind: row.kind.to_string(),
        amount: row.amount,
    }
}

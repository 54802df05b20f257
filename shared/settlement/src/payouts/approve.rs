//! A second person approves a batch by repeating its count and sum; whoever built it cannot.

use crate::seller_lock;
use crate::state::{BatchAction, BatchState};
use audit::{Entry, Target};
use db::{On, Tx};
use kernel::*;
use serde::Serialize;
use serde_json::json;

/// What is in a batch right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Contents {
    pub count: i32,
    pub sum: Money,
}

kernel::refusals! {
    /// Why a batch is not approved.
    pub enum ApproveBatchError {
        NotFound = 404 "payout_batch_not_found", "There is no such payout batch.", "지급 묶음을 찾을 수 없습니다.";
        Builder = 403 "second_person_required", "Somebody else has to do this.", "다른 담당자가 처리해야 합니다.";
        Mismatch(Contents) = 409 "payout_batch_mismatch", "Count or sum differ from the batch's.", "건수 또는 금액이 일치하지 않습니다.";
        InvalidState = 409 "invalid_state", "Not possible in its present state.", "현재 상태에서는 처리할 수 없습니다.";
    }
}

db::row! {
    pub(crate) struct BatchRow { pub batch_no: String, pub state: BatchState, pub built_by: Option<OperatorId>, pub approved_count: Option<i32>, pub approved_sum: Option<Money> }
}

db::statements! {
    static SELLERS: (PayoutBatchId,) => (SellerId,) =
        "select distinct p.seller_id from payouts p join payout_batches b on b.batch_no = p.batch_no where b.id = $1 order by 1";
    static LOCK: (PayoutBatchId,) => BatchRow = "select batch_no, state, built_by, approved_count, approved_sum from payout_batches where id = $1 for update";
    static CONTENTS: (PayoutBatchId,) => (i32, Money) =
        "select count(*)::int, coalesce(sum(p.amount), 0)::bigint from payouts p join payout_batches b on b.batch_no = p.batch_no where b.id = $1 and p.state = 'prepared'";
    static APPROVE: (PayoutBatchId, OperatorId, i32, Money, Now) => () =
        "with approved as (
             update payout_batches set state = 'approved', approved_by = $2, approved_count = $3, approved_sum = $4, approved_at = $5, version = version + 1
             where id = $1 and state = 'built' returning batch_no)
         update payouts p set approved_by = $2, version = p.version + 1 from approved a where p.batch_no = a.batch_no and p.state = 'prepared'";
}

/// Locks a batch and all whom it pays.
pub(crate) async fn lock(tx: &Tx, id: PayoutBatchId) -> Result<Option<BatchRow>, Fault> {
    let sellers = SELLERS.all(tx, (id,)).await?.into_iter().map(|(seller,)| seller).collect();
    seller_lock::many(tx, sellers).await?;
    LOCK.opt(tx, (id,)).await
}

/// Payouts of a batch that wait to be sent.
pub(crate) async fn contents(on: &impl On, id: PayoutBatchId) -> Result<Contents, Fault> {
    let (count, sum) = CONTENTS.one(on, (id,)).await?;
    Ok(Contents { count, sum })
}

/// Approves. The same approval twice answers success.
pub async fn approve(
    tx: &Tx,
    by: OperatorId,
    id: PayoutBatchId,
    stated: Contents,
    now: Now,
) -> Result<(), Failure<ApproveBatchError>> {
    let batch = lock(tx, id).await?.ok_or(ApproveBatchError::NotFound)?;
    if batch.built_by == Some(by) {
        return Err(ApproveBatchError::Builder.into());
    }
    if batch.state == BatchState::Approved
        && (batch.approved_count, batch.approved_sum) == (Some(stated.count), Some(stated.sum))
    {
        return Ok(());
    }
    if batch.state.next(BatchAction::Approve).is_none() {
        return Err(ApproveBatchError::InvalidState.into());
    }
    let found = contents(tx, id).await?;
    if found != stated || found.count == 0 {
        return Err(ApproveBatchError::Mismatch(found).into());
    }
    APPROVE.run(tx, (id, by, found.count, found.sum, now)).await?;
    let entry = Entry::new(by, "payout_batch.approved", Target::of("payout_batches", id));
    Ok(entry.after(json!(found)).write(tx, now).await?)
}

//! An approved batch is handed over: each payout is ordered by an event of its own. Holds are looked at again; what is
//! held by now stays behind. The provider's balance is checked before, outside of any transaction.

use super::Provider;
use super::approve::{contents, lock};
use super::step;
use crate::state::{BatchAction, BatchState};
use audit::{Entry, Target};
use db::{Db, Tx};
use events::PayoutRequested;
use jobs::outbox::Outbox;
use kernel::*;
use payments::Outcome;
use serde::Serialize;
use serde_json::json;

/// What the provider holds for us against what is needed.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Shortage {
    pub available: Money,
    pub needed: Money,
}

kernel::refusals! {
    /// Why a batch is not sent.
    pub enum SubmitBatchError {
        NotFound = 404 "payout_batch_not_found", "There is no such payout batch.", "지급 묶음을 찾을 수 없습니다.";
        TooLittle(Shortage) = 409 "payout_balance_too_low", "The balance at the provider does not cover the batch.", "지급대행 잔액이 부족합니다.";
        InvalidState = 409 "invalid_state", "Not possible in its present state.", "현재 상태에서는 처리할 수 없습니다.";
    }
}

db::statements! {
    static LEAVE_BEHIND: (String,) => (SettlementId,) =
        "update payouts p set state = 'canceled', version = p.version + 1 from settlements s
         where p.batch_no = $1 and p.state = 'prepared' and s.id = p.settlement_id
           and (s.state <> 'confirmed' or exists (select 1 from settlement_holds h where h.seller_id = p.seller_id and h.released_at is null
                                                    and (h.settlement_id is null or h.settlement_id = p.settlement_id)))
         returning p.settlement_id";
    static REQUEST: (String, Now, bool) => (PayoutId,) =
        "update payouts set state = 'requested', requested_at = $2, schedule_type = case when $3 then 'scheduled' else 'express' end, version = version + 1
         where batch_no = $1 and state = 'prepared' returning id";
    static SUBMITTED: (PayoutBatchId, Now) => (bool,) =
        "update payout_batches set state = 'submitted', submitted_at = $2, version = version + 1 where id = $1 and state = 'approved' returning pay_date > ($2 at time zone 'Asia/Seoul')::date";
}

/// Whether the provider can pay a batch. Asked before the transaction of [`submit`].
pub async fn covered(db: &Db, provider: &Provider, id: PayoutBatchId) -> Result<(), Failure<SubmitBatchError>> {
    let needed = contents(&db.writer().await?, id).await?.sum;
    if needed.is_zero() {
        return Ok(());
    }
    match provider.balances().await {
        Outcome::Done(balances) if balances.available >= needed => Ok(()),
        Outcome::Done(balances) => {
            Err(SubmitBatchError::TooLittle(Shortage { available: balances.available, needed }).into())
        }
        Outcome::Refused { code: why, .. } | Outcome::Unknown { why } => {
            Err(Fault::unavailable("payout provider", why).into())
        }
    }
}

/// Sends a batch; sending it twice changes nothing.
pub async fn submit(tx: &Tx, by: OperatorId, id: PayoutBatchId, now: Now) -> Result<(), Failure<SubmitBatchError>> {
    let batch = lock(tx, id).await?.ok_or(SubmitBatchError::NotFound)?;
    if matches!(batch.state, BatchState::Submitted | BatchState::Completed) {
        return Ok(());
    }
    if batch.state.next(BatchAction::Submit).is_none() {
        return Err(SubmitBatchError::InvalidState.into());
    }
    for (settlement,) in LEAVE_BEHIND.all(tx, (batch.batch_no.clone(),)).await? {
        step::back_to_statement(tx, settlement).await?;
    }
    let (ahead,) = SUBMITTED.one(tx, (id, now)).await?;
    let sent = REQUEST.all(tx, (batch.batch_no.clone(), now, ahead)).await?;
    let mut outbox = Outbox::new();
    for (payout_id,) in &sent {
        outbox.add(&PayoutRequested { payout_id: *payout_id, batch_id: id }, now)?;
    }
    outbox.write(tx).await?;
    step::end_batch(tx, &batch.batch_no).await?;
    let entry = Entry::new(by, "payout_batch.submitted", Target::of("payout_batches", id));
    Ok(entry.after(json!({ "sent": sent.len() })).write(tx, now).await?)
}

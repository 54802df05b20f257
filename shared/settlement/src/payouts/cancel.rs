//! A batch is called off, or what of it was not sent yet; its statements are payable again. Transfers that wait at the
//! provider for their day are taken back there afterwards.

use super::approve::lock;
use super::step;
use crate::state::{BatchAction, BatchState};
use audit::{Entry, Target};
use db::Tx;
use kernel::*;
use serde_json::json;

kernel::refusals! {
    /// Why a batch is not called off.
    pub enum CancelBatchError {
        NotFound = 404 "payout_batch_not_found", "There is no such payout batch.", "지급 묶음을 찾을 수 없습니다.";
        InvalidState = 409 "invalid_state", "Not possible in its present state.", "현재 상태에서는 처리할 수 없습니다.";
    }
}

db::statements! {
    static CANCEL: (String,) => (SettlementId,) =
        "update payouts set state = 'canceled', version = version + 1
         where batch_no = $1 and (state = 'prepared' or state = 'requested' and sent_at is null) returning settlement_id";
    static CALL_OFF: (PayoutBatchId,) => () = "update payout_batches set state = 'canceled', version = version + 1 where id = $1 and state in ('built', 'approved')";
    static AT_PROVIDER: (String,) => (PayoutId,) =
        "select id from payouts where batch_no = $1 and state = 'requested' and pg_payout_id is not null order by id";
}

/// Calls off what is not sent; answers the payouts that have to be taken back at the provider.
pub async fn cancel(
    tx: &Tx,
    by: OperatorId,
    id: PayoutBatchId,
    now: Now,
) -> Result<Vec<PayoutId>, Failure<CancelBatchError>> {
    let batch = lock(tx, id).await?.ok_or(CancelBatchError::NotFound)?;
    match batch.state {
        BatchState::Canceled => return Ok(Vec::new()),
        BatchState::Completed => return Err(CancelBatchError::InvalidState.into()),
        BatchState::Built | BatchState::Approved | BatchState::Submitted => {}
    }
    let canceled = CANCEL.all(tx, (batch.batch_no.clone(),)).await?;
    for (settlement,) in &canceled {
        step::back_to_statement(tx, *settlement).await?;
    }
    if batch.state.next(BatchAction::Cancel).is_some() {
        CALL_OFF.run(tx, (id,)).await?;
    }
    step::end_batch(tx, &batch.batch_no).await?;
    let entry = Entry::new(by, "payout_batch.canceled", Target::of("payout_batches", id));
    entry.after(json!({ "canceled": canceled.len() })).write(tx, now).await?;
    let waiting = AT_PROVIDER.all(tx, (batch.batch_no,)).await?;
    Ok(waiting.into_iter().map(|(id,)| id).collect())
}

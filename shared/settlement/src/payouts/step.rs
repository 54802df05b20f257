//! Moving payouts and their batches, under the lock of the seller.

use crate::state::{PayoutAction, PayoutState};
use chrono::{DateTime, NaiveDate, Utc};
use db::{On, Tx};
use kernel::*;

db::row! {
    /// One transfer.
    pub(crate) struct PayoutRow {
        pub id: PayoutId, pub settlement_id: SettlementId, pub seller_id: SellerId, pub amount: Money, pub batch_no: String, pub state: PayoutState,
        pub ref_payout_id: String, pub pg_payout_id: Option<String>, pub payout_date: NaiveDate, pub sent_at: Option<DateTime<Utc>>,
    }
}

db::statements! {
    static ONE: (PayoutId,) => PayoutRow =
        "select id, settlement_id, seller_id, amount, batch_no, state, ref_payout_id, pg_payout_id, payout_date, sent_at from payouts where id = $1";
    static BY_REF: (String,) => (PayoutId,) = "select id from payouts where ref_payout_id = $1";
    static STEP: (PayoutId, PayoutState, PayoutState, Option<String>, Option<String>, Option<Now>) => (PayoutId,) =
        "update payouts set state = $3, pg_payout_id = coalesce(pg_payout_id, $4), failure_code = $5, completed_at = $6, version = version + 1
         where id = $1 and state = $2 returning id";
    static LOCK_BATCH: (String,) => (PayoutBatchId,) = "select id from payout_batches where batch_no = $1 for update";
    /// A batch of which nothing is left to happen has ended.
    static END_BATCH: (String,) => () =
        "update payout_batches set state = case state when 'submitted' then 'completed' else 'canceled' end, version = version + 1
         where batch_no = $1 and state in ('built', 'approved', 'submitted')
           and not exists (select 1 from payouts p where p.batch_no = $1 and p.state in ('prepared', 'requested', 'in_progress'))";
    /// What could not be paid under a hold waits with it.
    static HOLD_AGAIN: (SettlementId,) => () =
        "update settlements s set state = 'held', version = s.version + 1 where s.id = $1 and s.state = 'confirmed'
           and exists (select 1 from settlement_holds h where h.seller_id = s.seller_id and h.released_at is null and (h.settlement_id is null or h.settlement_id = s.id))";
}

pub(crate) async fn find(on: &impl On, id: PayoutId) -> Result<Option<PayoutRow>, Fault> {
    ONE.opt(on, (id,)).await
}

pub(crate) async fn find_by_ref(on: &impl On, reference: String) -> Result<Option<PayoutId>, Fault> {
    Ok(BY_REF.opt(on, (reference,)).await?.map(|(id,)| id))
}

/// What a payout learns on its way.
#[derive(Debug, Default, Clone)]
pub(crate) struct News {
    pub pg_payout_id: Option<String>,
    pub failure_code: Option<String>,
    pub completed_at: Option<Now>,
}

/// Moves a payout the caller read under the seller's lock; answers its state.
pub(crate) async fn step(
    tx: &Tx,
    id: PayoutId,
    from: PayoutState,
    action: PayoutAction,
    news: News,
) -> Result<PayoutState, Fault> {
    let to = from
        .next(action)
        .ok_or_else(|| Fault::internal(format!("payout {id}: {action:?} is not allowed from {from}")))?;
    let moved = STEP.opt(tx, (id, from, to, news.pg_payout_id, news.failure_code, news.completed_at)).await?;
    moved.map(|_| to).ok_or_else(|| Fault::internal(format!("payout {id} moved under its seller's lock")))
}

/// After payouts of a batch ended: the batch may have, too.
pub(crate) async fn end_batch(tx: &Tx, batch_no: &str) -> Result<(), Fault> {
    LOCK_BATCH.opt(tx, (batch_no.to_owned(),)).await?;
    END_BATCH.run(tx, (batch_no.to_owned(),)).await
}

/// After a payout ended without money moving.
pub(crate) async fn back_to_statement(tx: &Tx, settlement: SettlementId) -> Result<(), Fault> {
    HOLD_AGAIN.run(tx, (settlement,)).await
}

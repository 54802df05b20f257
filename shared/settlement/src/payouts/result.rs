//! What the provider says of a transfer, written down: money that arrived is posted and its statement is paid; a transfer
//! that failed or was taken back leaves its statement payable again.

use super::step::{self, News, PayoutRow};
use crate::state::{PayoutAction, PayoutState};
use db::Tx;
use events::{PayoutCompleted, PayoutFailed};
use jobs::outbox;
use kernel::*;
use ledger::Posting;
use payments::gateway::{PgPayout, PgPayoutStatus};

db::statements! {
    static PAID: (SettlementId, Now) => (SettlementId,) =
        "update settlements set state = 'paid', paid_at = $2, version = version + 1 where id = $1 and state = 'confirmed' returning id";
    static KNOWN: (PayoutId, String) => () = "update payouts set pg_payout_id = $2, version = version + 1 where id = $1 and pg_payout_id is null";
}

/// Writes an answer about a payout that was read under its seller's lock. What has ended stays as it ended.
pub(crate) async fn apply(tx: &Tx, payout: &PayoutRow, pg: &PgPayout, now: Now) -> Result<(), Fault> {
    if pg.ref_payout_id != payout.ref_payout_id || pg.amount != payout.amount {
        return Err(Fault::internal(format!(
            "the provider's {} of {} won is not payout {}",
            pg.id, pg.amount, payout.id
        )));
    }
    match (payout.state, pg.status) {
        (PayoutState::Requested, PgPayoutStatus::Requested) => KNOWN.run(tx, (payout.id, pg.id.clone())).await,
        (PayoutState::Requested, PgPayoutStatus::InProgress) => accept(tx, payout, pg).await.map(drop),
        (PayoutState::Requested, PgPayoutStatus::Completed) => {
            let state = accept(tx, payout, pg).await?;
            complete(tx, payout, state, now).await
        }
        (PayoutState::InProgress, PgPayoutStatus::Completed) => complete(tx, payout, payout.state, now).await,
        (PayoutState::Requested | PayoutState::InProgress, PgPayoutStatus::Failed) => {
            let code = pg.failure_code.clone().unwrap_or_else(|| "FAILED".to_owned());
            fail(tx, payout, Some(pg.id.clone()), code, now).await
        }
        (PayoutState::Requested | PayoutState::InProgress, PgPayoutStatus::Canceled) => {
            cancel(tx, payout, Some(pg.id.clone())).await
        }
        _ => Ok(()),
    }
}

async fn accept(tx: &Tx, payout: &PayoutRow, pg: &PgPayout) -> Result<PayoutState, Fault> {
    let news = News { pg_payout_id: Some(pg.id.clone()), ..News::default() };
    step::step(tx, payout.id, payout.state, PayoutAction::Accept, news).await
}

async fn complete(tx: &Tx, payout: &PayoutRow, state: PayoutState, now: Now) -> Result<(), Fault> {
    let news = News { completed_at: Some(now), ..News::default() };
    step::step(tx, payout.id, state, PayoutAction::Complete, news).await?;
    PAID.one(tx, (payout.settlement_id, now)).await?;
    ledger::post(tx, Posting::payout(payout.id, payout.seller_id, payout.amount, now)).await?;
    let event = PayoutCompleted {
        payout_id: payout.id,
        settlement_id: payout.settlement_id,
        seller_id: payout.seller_id,
        amount: payout.amount,
    };
    outbox::emit(tx, &event, now).await?;
    step::end_batch(tx, &payout.batch_no).await
}

pub(crate) async fn fail(
    tx: &Tx,
    payout: &PayoutRow,
    pg_payout_id: Option<String>,
    failure_code: String,
    now: Now,
) -> Result<(), Fault> {
    let news = News { pg_payout_id, failure_code: Some(failure_code.clone()), ..News::default() };
    step::step(tx, payout.id, payout.state, PayoutAction::Fail, news).await?;
    step::back_to_statement(tx, payout.settlement_id).await?;
    let event = PayoutFailed {
        payout_id: payout.id,
        settlement_id: payout.settlement_id,
        seller_id: payout.seller_id,
        amount: payout.amount,
        failure_code,
    };
    outbox::emit(tx, &event, now).await?;
    step::end_batch(tx, &payout.batch_no).await
}

pub(crate) async fn cancel(tx: &Tx, payout: &PayoutRow, pg_payout_id: Option<String>) -> Result<(), Fault> {
    let news = News { pg_payout_id, ..News::default() };
    step::step(tx, payout.id, payout.state, PayoutAction::Cancel, news).await?;
    step::back_to_statement(tx, payout.settlement_id).await?;
    step::end_batch(tx, &payout.batch_no).await
}

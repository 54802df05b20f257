//! An issued statement is taken back to a draft, before its seller confirmed it and before it joined a batch. Its lines
//! stay with it; what is wrong with them is put right by further lines. The ledger is untouched: issuing posts nothing.

use crate::seller_lock;
use crate::state::{SettlementAction, SettlementState};
use crate::verify::StatementError;
use audit::{Entry, Target};
use db::Tx;
use events::SettlementReverted;
use jobs::outbox;
use kernel::*;

kernel::refusals! {
    /// Why a statement is not taken back.
    pub enum RevertError {
        NotFound = 404 "settlement_not_found", "There is no such statement.", "정산서를 찾을 수 없습니다.";
        InvalidState = 409 "invalid_state", "Not possible in its present state.", "현재 상태에서는 처리할 수 없습니다.";
    }
}

impl From<StatementError> for RevertError {
    fn from(StatementError::NotFound: StatementError) -> RevertError {
        RevertError::NotFound
    }
}

db::statements! {
    static SELLER_OF: (SettlementId,) => (SellerId,) = "select seller_id from settlements where id = $1";
    static STATE: (SettlementId,) => (SettlementState,) = "select state from settlements where id = $1";
    static REVERT: (SettlementId,) => (SettlementId,) =
        "update settlements s set state = 'calculated', version = s.version + 1 where s.id = $1 and s.state = 'issued'
           and not exists (select 1 from payouts p where p.settlement_id = s.id and p.state in ('prepared', 'requested', 'in_progress', 'completed'))
         returning s.id";
}

/// Takes it back. A draft answers success.
pub async fn by_operator(
    tx: &Tx,
    by: OperatorId,
    id: SettlementId,
    reason: String,
    now: Now,
) -> Result<(), Failure<RevertError>> {
    let (seller_id,) = SELLER_OF.opt(tx, (id,)).await?.ok_or(RevertError::NotFound)?;
    seller_lock::one(tx, seller_id).await?;
    let (state,) = STATE.one(tx, (id,)).await?;
    if state == SettlementState::Calculated {
        return Ok(());
    }
    if state.next(SettlementAction::Revert).is_none() {
        return Err(RevertError::InvalidState.into());
    }
    REVERT.opt(tx, (id,)).await?.ok_or(RevertError::InvalidState)?;
    outbox::emit(tx, &SettlementReverted { settlement_id: id, seller_id }, now).await?;
    let entry = Entry::new(by, "settlement.reverted", Target::of("settlements", id)).reason(reason);
    Ok(entry.write(tx, now).await?)
}

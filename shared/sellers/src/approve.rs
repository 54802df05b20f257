//! Accepting an applicant: somebody whose bank account is its own. The seller waits for its contract, whose draft comes
//! with the decision. Nothing is sold before it is signed.

use crate::applications::{self, Application, ApplicationAction, ApplicationState};
use crate::contracts::Contract;
use crate::draft_contract::{ContractTerms, DraftError, draft};
use audit::{Target, record};
use authz::Operator;
use db::Tx;
use kernel::*;
use serde_json::json;

kernel::refusals! {
    /// Why an application is not accepted.
    pub enum ApproveError {
        NotFound = 404 "application_not_found", "There is no such application.", "입점 신청을 찾을 수 없습니다.";
        InvalidState = 409 "invalid_state", "The application is not in review.", "현재 상태에서는 처리할 수 없습니다.";
        /// The bank names the company or its representative when an account is registered.
        PayoutAccountMissing = 409 "payout_account_missing", "The applicant has no payout account in its name.", "예금주가 확인된 정산 계좌가 없습니다.";
        InThePast = 422 "starts_in_the_past" at "/effective_from", "A contract starts today or later.", "계약 시작일은 오늘 이후여야 합니다.";
        EndsBeforeStart = 422 "ends_before_start" at "/effective_to", "A contract ends after it starts.", "계약 종료일을 확인해 주세요.";
        Lag = 422 "payout_lag_out_of_range" at "/payout_lag_days", "A payout follows after 0 to 20 business days.", "지급 기한은 0~20영업일입니다.";
    }
}

impl From<DraftError> for ApproveError {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::InThePast => ApproveError::InThePast,
            DraftError::EndsBeforeStart => ApproveError::EndsBeforeStart,
            DraftError::Lag => ApproveError::Lag,
            DraftError::NotFound | DraftError::SellerUnknown | DraftError::InvalidState => ApproveError::InvalidState,
        }
    }
}

db::statements! {
    static APPROVE: (SellerApplicationId, ApplicationState, ApplicationState, OperatorId, Now) => (SellerApplicationId,) =
        "update seller_applications set state = $3, decided_at = $5, decided_by = $4, reviewer_id = coalesce(reviewer_id, $4), version = version + 1
         where id = $1 and state = $2 returning id";
}

/// Accepts an application. One that nobody took yet is taken by whoever decides.
pub async fn approve(
    tx: &Tx,
    by: &Operator,
    id: SellerApplicationId,
    now: Now,
    terms: ContractTerms,
) -> Result<(Application, Contract), Failure<ApproveError>> {
    let before = applications::LOCK.opt(tx, (id,)).await?.ok_or(ApproveError::NotFound)?;
    let seller = before.seller_id.ok_or(ApproveError::InvalidState)?;
    let taken = before.state.next(ApplicationAction::Take).unwrap_or(before.state);
    let to = taken.next(ApplicationAction::Approve).ok_or(ApproveError::InvalidState)?;
    // It may have been withdrawn since the application was sent.
    if !applications::steps(tx, seller).await?.payout_account {
        return Err(ApproveError::PayoutAccountMissing.into());
    }
    APPROVE.opt(tx, (id, before.state, to, by.operator_id, now)).await?.ok_or(ApproveError::InvalidState)?;
    let contract = draft(tx, by, seller, now, terms).await.map_err(Failure::widen)?;
    let (was, is) = (json!({ "state": before.state }), json!({ "state": to, "contract_id": contract.id }));
    let target = Target::of("seller_applications", id);
    record(tx, by, "seller_application.approved", target, Some(was), Some(is), now).await?;
    Ok((Application { state: to, decided_at: Some(now.0), ..before }, contract))
}

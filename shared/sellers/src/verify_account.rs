//! The operator lets a payout account in: the bank is asked once more, and the account before is replaced. Payouts go to
//! the active account; the first one to a new account waits a business day from `decided_at`.

use crate::payout_account::AccountRow;
use audit::{Target, record};
use authz::Operator;
use boot::Vault;
use db::{Db, On, Tx};
use identity::Bank;
use identity::bank::{Holder, same_holder};
use kernel::values::AccountNo;
use kernel::*;
use serde_json::json;

kernel::refusals! {
    /// Why an account is not let in.
    pub enum VerifyError {
        NotFound = 404 "payout_account_not_found", "There is no such payout account.", "존재하지 않는 정산 계좌입니다.";
        InvalidState = 409 "invalid_state", "The account was replaced or refused.", "현재 상태에서는 처리할 수 없습니다.";
        Unknown = 422 "bank_account_unknown", "The bank knows no such account.", "존재하지 않거나 해지된 계좌입니다.";
        Mismatch = 422 "holder_mismatch", "The bank names another holder.", "예금주가 일치하지 않습니다.";
    }
}

db::statements! {
    static ONE: (SellerBankAccountId,) => AccountRow =
        "select id, seller_id, bank_code, account_no_enc, account_holder, state, verified_at, decided_at, created_at from seller_bank_accounts where id = $1";
    static REPLACE: (SellerId, Now) => (SellerBankAccountId,) =
        "update seller_bank_accounts set state = 'replaced', replaced_at = $2 where seller_id = $1 and state = 'active' returning id";
    static ACTIVATE: (SellerBankAccountId, OperatorId, Now) => AccountRow =
        "update seller_bank_accounts set state = 'active', verified_at = $3, decided_by = $2, decided_at = $3 where id = $1 and state = 'requested'
         returning id, seller_id, bank_code, account_no_enc, account_holder, state, verified_at, decided_at, created_at";
    static AGAIN: (SellerBankAccountId, Now) => AccountRow =
        "update seller_bank_accounts set verified_at = $2 where id = $1 and state = 'active'
         returning id, seller_id, bank_code, account_no_enc, account_holder, state, verified_at, decided_at, created_at";
    static LOCK: (SellerId,) => (SellerId,) = "select id from sellers where id = $1 for update";
}

/// One account by id.
pub async fn find(on: &impl On, id: SellerBankAccountId) -> Result<Option<AccountRow>, Fault> {
    ONE.opt(on, (id,)).await
}

/// An account whose holder the bank has just named again.
pub struct Checked {
    pub account: AccountRow,
    pub account_no: AccountNo,
}

/// Asks the bank whose account it is. Nothing is changed.
pub async fn check(
    db: &Db,
    vault: &Vault,
    bank: &Bank,
    id: SellerBankAccountId,
) -> Result<Checked, Failure<VerifyError>> {
    let account = find(&db.writer().await?, id).await?.ok_or(VerifyError::NotFound)?;
    if !matches!(account.state.as_str(), "requested" | "active") {
        return Err(VerifyError::InvalidState.into());
    }
    let account_no = AccountNo::new(&vault.open(&account.account_no_enc)?).ok_or(VerifyError::Unknown)?;
    match bank.holder(&account.bank_code, &account_no).await? {
        Holder::Named(holder) if same_holder(&holder, &account.account_holder) => Ok(Checked { account, account_no }),
        Holder::Named(_) => Err(VerifyError::Mismatch.into()),
        Holder::Unknown | Holder::Closed => Err(VerifyError::Unknown.into()),
    }
}

/// Lets a checked account in; one in force was checked again.
pub async fn let_in(
    tx: &Tx,
    by: &Operator,
    account: &AccountRow,
    now: Now,
) -> Result<AccountRow, Failure<VerifyError>> {
    LOCK.one(tx, (account.seller_id,)).await?;
    let target = Target::of("seller_bank_accounts", account.id);
    if account.state == "active" {
        let row = AGAIN.opt(tx, (account.id, now)).await?.ok_or(VerifyError::InvalidState)?;
        record(tx, by, "payout_account.checked", target, None, None, now).await?;
        return Ok(row);
    }
    let before = REPLACE.opt(tx, (account.seller_id, now)).await?.map(|(id,)| id);
    let row = ACTIVATE.opt(tx, (account.id, by.operator_id, now)).await?.ok_or(VerifyError::InvalidState)?;
    let after = json!({ "state": row.state, "replaced": before });
    record(tx, by, "payout_account.verified", target, None, Some(after), now).await?;
    Ok(row)
}

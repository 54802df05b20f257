//! The bank account that virtual-account payments are refunded to. Its holder must be the customer, as the bank says; a
//! changed account is a new row.

use crate::profile;
use authz::CustomerScope;
use boot::Vault;
use chrono::{DateTime, Utc};
use db::{Db, On};
use identity::Bank;
use identity::bank::{Holder, same_holder};
use kernel::values::{AccountNo, BankCode};
use kernel::*;

db::row! { struct AccountRow { id: RefundAccountId, bank_code: String, account_no_enc: Vec<u8>, holder_enc: Vec<u8>, verified_at: DateTime<Utc> } }

db::statements! {
    static LIVE: (UserId,) => AccountRow =
        "select id, bank_code, account_no_enc, holder_enc, verified_at from refund_accounts where user_id = $1 and replaced_at is null";
    static LOCK: (UserId,) => (UserId,) = "select id from users where id = $1 for update";
    static REPLACE: (UserId, Now) => () = "update refund_accounts set replaced_at = $2 where user_id = $1 and replaced_at is null";
    static INSERT: (RefundAccountId, UserId, String, Vec<u8>, Vec<u8>, Now) => () =
        "insert into refund_accounts (id, user_id, bank_code, account_no_enc, holder_enc, verified_at, created_at) values ($1, $2, $3, $4, $5, $6, $6)";
    /// A refund on its way to the account keeps it, and so does a claim that may still become one.
    static PENDING: (UserId,) => (bool,) =
        "select exists (select 1 from payment_refunds r join payments p on p.id = r.payment_id join purchase_orders o on o.id = p.purchase_order_id
             where o.user_id = $1 and r.refund_account_enc is not null and r.state in ('requested', 'processing', 'unknown'))
             or exists (select 1 from claims c join purchase_orders o on o.id = c.purchase_order_id join payments p on p.purchase_order_id = o.id
                 where o.user_id = $1 and c.state not in ('done', 'rejected', 'withdrawn') and p.method = 'virtual_account' and p.captured_amount > p.refunded_amount)";
}

kernel::refusals! {
    /// Why the account is not kept or removed.
    pub enum RefundAccountError {
        NotFound = 404 "refund_account_not_found", "There is no refund account.", "등록된 환불 계좌가 없습니다.";
        Unknown = 422 "bank_account_unknown" at "/account_no", "The bank knows no such account.", "존재하지 않거나 해지된 계좌입니다.";
        Mismatch = 422 "holder_mismatch" at "/account_no", "The account's holder is somebody else.", "예금주가 본인 이름과 일치하지 않습니다.";
        Unverified = 403 "identity_required", "Verify your identity first.", "본인확인이 필요합니다.";
        Pending = 409 "refund_pending", "A refund to this account is on its way or asked for.", "진행 중인 환불이나 클레임이 있어 삭제할 수 없습니다.";
    }
}

/// A refund account in the clear: shown masked, given to the payment gateway.
#[derive(Clone)]
pub struct RefundAccount {
    pub id: RefundAccountId,
    pub bank_code: String,
    pub account_no: String,
    pub holder: String,
    pub verified_at: DateTime<Utc>,
}

impl std::fmt::Debug for RefundAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RefundAccount({})", self.id)
    }
}

/// The customer's live refund account.
pub async fn of(on: &impl On, vault: &Vault, by: CustomerScope) -> Result<Option<RefundAccount>, Fault> {
    let Some(row) = LIVE.opt(on, (by.user_id(),)).await? else { return Ok(None) };
    Ok(Some(RefundAccount {
        id: row.id,
        bank_code: row.bank_code,
        account_no: vault.open(&row.account_no_enc)?,
        holder: vault.open(&row.holder_enc)?,
        verified_at: row.verified_at,
    }))
}

/// Saves an account after the bank named its holder.
pub async fn save(
    db: &Db,
    vault: &Vault,
    bank: &Bank,
    by: CustomerScope,
    now: Now,
    (bank_code, account_no): (BankCode, AccountNo),
) -> Result<RefundAccount, Failure<RefundAccountError>> {
    let name = profile::verified_name(&db.writer().await?, vault, by).await?.ok_or(RefundAccountError::Unverified)?;
    let holder = match bank.holder(bank_code.as_str(), &account_no).await? {
        Holder::Named(holder) if same_holder(&holder, &name) => holder,
        Holder::Named(_) => return Err(RefundAccountError::Mismatch.into()),
        Holder::Unknown | Holder::Closed => return Err(RefundAccountError::Unknown.into()),
    };
    let id = RefundAccountId::new();
    let (sealed_no, sealed_holder) = (vault.seal(account_no.as_str())?, vault.seal(&holder)?);
    let tx = db.begin().await?;
    LOCK.opt(&tx, (by.user_id(),)).await?;
    REPLACE.run(&tx, (by.user_id(), now)).await?;
    INSERT.run(&tx, (id, by.user_id(), bank_code.as_str().to_owned(), sealed_no, sealed_holder, now)).await?;
    tx.commit().await?;
    Ok(RefundAccount {
        id,
        bank_code: bank_code.into_string(),
        account_no: account_no.into_string(),
        holder,
        verified_at: now.0,
    })
}

/// Removes the account, unless a refund to it is pending or a claim asks for one.
pub async fn remove(tx: &db::Tx, by: CustomerScope, now: Now) -> Result<(), Failure<RefundAccountError>> {
    LOCK.opt(tx, (by.user_id(),)).await?;
    let (pending,) = PENDING.one(tx, (by.user_id(),)).await?;
    if pending {
        return Err(RefundAccountError::Pending.into());
    }
    LIVE.opt(tx, (by.user_id(),)).await?.ok_or(RefundAccountError::NotFound)?;
    REPLACE.run(tx, (by.user_id(), now)).await?;
    Ok(())
}

//! Where a seller's money goes. The bank must name the company or its representative as the holder. The account before
//! is paid until the operator lets the new one in; asking again replaces a request nobody decided.

use audit::{Entry, Target};
use authz::Member;
use boot::Vault;
use chrono::{DateTime, Utc};
use db::{On, Tx};
use identity::Bank;
use identity::bank::{Holder, same_holder};
use kernel::values::{AccountNo, BankCode};
use kernel::*;
use serde_json::json;

db::row! {
    /// One account of a seller.
    pub struct AccountRow {
        pub id: SellerBankAccountId, pub seller_id: SellerId, pub bank_code: String, pub account_no_enc: Vec<u8>, pub account_holder: String,
        /// `requested`, `active`, `replaced` or `rejected`.
        pub state: String,
        pub verified_at: Option<DateTime<Utc>>, pub decided_at: Option<DateTime<Utc>>, pub created_at: DateTime<Utc>,
    }
}

db::row! { struct NamesRow { company_name: String, representative: String } }

kernel::refusals! {
    /// Why an account is not taken.
    pub enum PayoutAccountError {
        Unknown = 422 "bank_account_unknown" at "/account_no", "The bank knows no such account.", "존재하지 않거나 해지된 계좌입니다.";
        Mismatch = 422 "holder_mismatch" at "/account_no", "The account's holder is neither the company nor its representative.", "예금주가 사업자 또는 대표자와 일치하지 않습니다.";
    }
}

db::statements! {
    static NAMES: (SellerId,) => NamesRow = "select company_name, representative from sellers where id = $1";
    static LOCK: (SellerId,) => (SellerId,) = "select id from sellers where id = $1 for update";
    static WITHDRAW: (SellerId, Now) => () = "update seller_bank_accounts set state = 'replaced', replaced_at = $2 where seller_id = $1 and state = 'requested'";
    static INSERT: (SellerBankAccountId, SellerId, String, Vec<u8>, String, MemberId, Now) => AccountRow =
        "insert into seller_bank_accounts (id, seller_id, bank_code, account_no_enc, account_holder, requested_by, verified_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)
         returning id, seller_id, bank_code, account_no_enc, account_holder, state, verified_at, decided_at, created_at";
    /// The owner and whoever keeps the books are told, whoever asked.
    static ALERT: (SellerBankAccountId, SellerId, Now) => () =
        "insert into notifications (id, seller_member_id, template_code, nature, title, body, dedupe_key, created_at)
         select gen_random_uuid(), m.id, 'payout_account_requested', 'transactional', '정산 계좌 변경이 신청되었습니다',
                '본인이 신청하지 않았다면 즉시 고객센터로 알려 주세요.', 'payout_account_requested:' || $1::text || ':' || m.id::text, $3
         from seller_members m join roles r on r.id = m.role_id
         where m.seller_id = $2 and m.state = 'active' and (m.is_owner or r.code = 'settlement')";
    static OF: (SellerId,) => AccountRow =
        "select id, seller_id, bank_code, account_no_enc, account_holder, state, verified_at, decided_at, created_at
         from seller_bank_accounts where seller_id = $1 and state in ('requested', 'active') order by state, created_at desc";
}

/// The accounts in force and asked for.
pub async fn of(on: &impl On, seller: SellerId) -> Result<Vec<AccountRow>, Fault> {
    OF.all(on, (seller,)).await
}

/// An account whose holder the bank named.
pub struct Checked {
    bank_code: BankCode,
    account_no: AccountNo,
    holder: String,
}

/// Asks the bank whose account it is: before the transaction that keeps it.
pub async fn check(
    on: &impl On,
    bank: &Bank,
    seller: SellerId,
    bank_code: BankCode,
    account_no: AccountNo,
) -> Result<Checked, Failure<PayoutAccountError>> {
    let names = NAMES.one(on, (seller,)).await?;
    match bank.holder(bank_code.as_str(), &account_no).await? {
        Holder::Named(holder)
            if same_holder(&holder, &names.company_name) || same_holder(&holder, &names.representative) =>
        {
            Ok(Checked { bank_code, account_no, holder })
        }
        Holder::Named(_) => Err(PayoutAccountError::Mismatch.into()),
        Holder::Unknown | Holder::Closed => Err(PayoutAccountError::Unknown.into()),
    }
}

/// Asks for a payout account, the first or another.
pub async fn request(tx: &Tx, vault: &Vault, by: &Member, now: Now, checked: Checked) -> Result<AccountRow, Fault> {
    LOCK.one(tx, (by.seller_id,)).await?;
    WITHDRAW.run(tx, (by.seller_id, now)).await?;
    let id = SellerBankAccountId::new();
    let shown = mask::account(checked.account_no.as_str());
    let after = json!({ "bank_code": checked.bank_code, "account_no": shown });
    let sealed = vault.seal(checked.account_no.as_str())?;
    let row = (id, by.seller_id, checked.bank_code.into_string(), sealed, checked.holder, by.member_id, now);
    let made = INSERT.one(tx, row).await?;
    ALERT.run(tx, (id, by.seller_id, now)).await?;
    let entry = Entry::new(by, "payout_account.requested", Target::of("seller_bank_accounts", id));
    entry.after(after).write(tx, now).await?;
    Ok(made)
}

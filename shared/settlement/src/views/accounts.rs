//! Sellers' payout accounts, for operators. Numbers are masked.

use boot::Vault;
use chrono::{DateTime, Utc};
use db::On;
use kernel::*;
use schemars::JsonSchema;
use serde::Serialize;

db::row! {
    struct AccountRow {
        id: SellerBankAccountId, seller_id: SellerId, company_name: String, bank_code: String, account_no_enc: Vec<u8>, account_holder: String, state: String,
        verified_at: Option<DateTime<Utc>>, decided_at: Option<DateTime<Utc>>, created_at: DateTime<Utc>, pg_seller_id: Option<String>, pg_seller_state: Option<String>,
    }
}

kernel::text_enum! {
    /// Where an account stands.
    pub enum PayoutAccountState { Requested = "requested", Active = "active", Replaced = "replaced", Rejected = "rejected" }
}

macro_rules! account {
    () => {
        "select a.id, a.seller_id, v.company_name, a.bank_code, a.account_no_enc, a.account_holder, a.state, a.verified_at, a.decided_at, a.created_at, v.pg_seller_id,
                v.pg_seller_state
         from seller_bank_accounts a join sellers v on v.id = a.seller_id "
    };
}

db::statements! {
    static LIST: (Option<PayoutAccountState>, Option<SellerId>, Option<String>, Option<DateTime<Utc>>, Option<SellerBankAccountId>, i64) => AccountRow = concat!(
        account!(),
        "where ($1::text is null or a.state = $1) and ($2::uuid is null or a.seller_id = $2) and ($3::text is null or v.pg_seller_state = $3)
           and ($4::timestamptz is null or (a.created_at, a.id) < ($4, $5))
         order by a.created_at desc, a.id desc limit $6");
    static ONE: (SellerBankAccountId,) => AccountRow = concat!(account!(), "where a.id = $1");
}

/// One account of a seller.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PayoutAccountView {
    pub payout_account_id: SellerBankAccountId,
    pub seller_id: SellerId,
    pub company_name: String,
    pub bank_code: String,
    /// Masked.
    pub account_no: String,
    pub holder: String,
    pub state: String,
    /// When the bank last named the holder.
    pub verified_at: Option<DateTime<Utc>>,
    pub decided_at: Option<DateTime<Utc>>,
    pub requested_at: DateTime<Utc>,
    /// The seller at the payout provider: absent until an account was checked.
    pub provider_seller_id: Option<String>,
    pub provider_state: Option<String>,
}

/// Which accounts.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    pub state: Option<PayoutAccountState>,
    pub seller_id: Option<SellerId>,
    pub provider_state: Option<String>,
}

fn view(vault: &Vault, row: AccountRow) -> Result<PayoutAccountView, Fault> {
    Ok(PayoutAccountView {
        payout_account_id: row.id,
        seller_id: row.seller_id,
        company_name: row.company_name,
        bank_code: row.bank_code,
        account_no: mask::account(&vault.open(&row.account_no_enc)?),
        holder: row.account_holder,
        state: row.state,
        verified_at: row.verified_at,
        decided_at: row.decided_at,
        requested_at: row.created_at,
        provider_seller_id: row.pg_seller_id,
        provider_state: row.pg_seller_state,
    })
}

/// Accounts, newest first.
pub async fn list(
    on: &impl On,
    vault: &Vault,
    filter: AccountFilter,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<PayoutAccountView>, Fault> {
    let (at, id) = cursor.and_then(|cursor| cursor.decode::<(DateTime<Utc>, SellerBankAccountId)>()).unzip();
    let AccountFilter { state, seller_id, provider_state } = filter;
    let rows = LIST.all(on, (state, seller_id, provider_state, at, id, limit.fetch())).await?;
    let page = Page::of(rows, limit, |row| (row.created_at, row.id));
    let items = page.items.into_iter().map(|row| view(vault, row)).collect::<Result<_, _>>()?;
    Ok(Page { items, next_cursor: page.next_cursor })
}

/// One account.
pub async fn one(on: &impl On, vault: &Vault, id: SellerBankAccountId) -> Result<PayoutAccountView, Fault> {
    view(vault, ONE.one(on, (id,)).await?)
}

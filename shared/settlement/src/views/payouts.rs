//! Transfers as their seller sees them, from the moment they were ordered.

use crate::payouts::build::BankSnapshot;
use crate::state::PayoutState;
use authz::SellerScope;
use boot::Vault;
use chrono::{DateTime, NaiveDate, Utc};
use db::On;
use kernel::*;
use schemars::JsonSchema;
use serde::Serialize;

db::row! {
    struct PayoutRow {
        id: PayoutId, settlement_id: SettlementId, settlement_no: String, period_start: NaiveDate, period_end: NaiveDate, state: PayoutState, amount: Money, payout_date: NaiveDate,
        bank_snapshot_enc: Option<Vec<u8>>, failure_code: Option<String>, requested_at: DateTime<Utc>, completed_at: Option<DateTime<Utc>>,
    }
}

db::statements! {
    static LIST: (SellerId, Option<PayoutState>, Option<PayoutId>, i64) => PayoutRow =
        "select p.id, p.settlement_id, s.settlement_no, s.period_start, s.period_end, p.state, p.amount, p.payout_date, p.bank_snapshot_enc, p.failure_code, p.requested_at,
                p.completed_at
         from payouts p join settlements s on s.id = p.settlement_id
         where p.seller_id = $1 and p.state <> 'prepared' and (p.state <> 'canceled' or p.sent_at is not null) and ($2::text is null or p.state = $2)
           and ($3::uuid is null or p.id < $3)
         order by p.id desc limit $4";
}

/// The bank account of a transfer, masked.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MaskedAccount {
    pub bank_code: String,
    pub account_no: String,
    pub holder: String,
}

/// One transfer to me.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PayoutView {
    pub payout_id: PayoutId,
    /// The statement it pays.
    pub settlement_id: SettlementId,
    pub settlement_no: String,
    pub period_start: NaiveDate,
    pub period_end: NaiveDate,
    pub state: PayoutState,
    pub amount: Money,
    pub payout_date: NaiveDate,
    pub account: Option<MaskedAccount>,
    /// Why it failed; it is sent again after the account is corrected.
    pub failure_code: Option<String>,
    pub requested_at: DateTime<Utc>,
    pub completed_at: Option<DateTime<Utc>>,
}

/// Opens the account a payout was prepared for, and masks it.
pub(crate) fn masked(vault: &Vault, sealed: Option<&[u8]>) -> Result<Option<MaskedAccount>, Fault> {
    let Some(sealed) = sealed else { return Ok(None) };
    let plain: BankSnapshot = serde_json::from_str(&vault.open(sealed)?).map_err(Fault::internal)?;
    let account_no = mask::account(&plain.account_no);
    Ok(Some(MaskedAccount { bank_code: plain.bank_code, account_no, holder: plain.holder }))
}

/// A seller's transfers, newest first.
pub async fn of_seller(
    on: &impl On,
    vault: &Vault,
    by: SellerScope,
    state: Option<PayoutState>,
    cursor: Option<Cursor>,
    limit: Limit,
) -> Result<Page<PayoutView>, Fault> {
    let after = cursor.and_then(|cursor| cursor.decode());
    let page = Page::of(LIST.all(on, (by.seller_id(), state, after, limit.fetch())).await?, limit, |row| row.id);
    let view = |row: PayoutRow| -> Result<PayoutView, Fault> {
        Ok(PayoutView {
            payout_id: row.id,
            settlement_id: row.settlement_id,
            settlement_no: row.settlement_no,
            period_start: row.period_start,
            period_end: row.period_end,
            state: row.state,
            amount: row.amount,
            payout_date: row.payout_date,
            account: masked(vault, row.bank_snapshot_enc.as_deref())?,
            failure_code: row.failure_code,
            requested_at: row.requested_at,
            completed_at: row.completed_at,
        })
    };
    let items = page.items.into_iter().map(view).collect::<Result<_, _>>()?;
    Ok(Page { items, next_cursor: page.next_cursor })
}

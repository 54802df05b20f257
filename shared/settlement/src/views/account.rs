//! Where a seller's money goes, whether the payout provider pays it, and what stands in the way.

use crate::calendar::Calendar;
use crate::state::HoldReason;
use crate::views::payouts::MaskedAccount;
use authz::SellerScope;
use boot::Vault;
use chrono::{DateTime, NaiveDate, Utc};
use db::On;
use kernel::clock::kst_date;
use kernel::*;
use schemars::JsonSchema;
use serde::Serialize;

db::row! {
    struct AccountRow {
        id: SellerBankAccountId, bank_code: String, account_no_enc: Vec<u8>, account_holder: String, state: String, verified_at: Option<DateTime<Utc>>,
        decided_at: Option<DateTime<Utc>>, created_at: DateTime<Utc>,
    }
}
db::row! { struct HoldRow { settlement_id: Option<SettlementId>, reason: HoldReason, placed_at: DateTime<Utc> } }

db::statements! {
    static ACCOUNTS: (SellerId,) => AccountRow =
        "select id, bank_code, account_no_enc, account_holder, state, verified_at, decided_at, created_at
         from seller_bank_accounts where seller_id = $1 and state in ('active', 'requested')";
    static PROVIDER: (SellerId,) => (Option<String>,) = "select pg_seller_state from sellers where id = $1";
    static HOLDS: (SellerId,) => HoldRow =
        "select settlement_id, reason, placed_at from settlement_holds where seller_id = $1 and released_at is null order by placed_at, id";
}

/// One account of mine.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SettlementAccount {
    pub payout_account_id: SellerBankAccountId,
    #[serde(flatten)]
    pub account: MaskedAccount,
    /// When the bank last named the holder.
    pub verified_at: Option<DateTime<Utc>>,
    pub requested_at: DateTime<Utc>,
    /// In force: the first day a payout goes there.
    pub payable_from: Option<NaiveDate>,
}

kernel::text_enum! {
    /// What releases a hold.
    pub enum HoldReleasedBy {
        /// My answer to the provider's questions.
        Identification = "identification",
        /// A corrected and checked account.
        AccountCheck = "account_check",
        /// The end of the case.
        CaseClosed = "case_closed",
        /// The operator.
        Operator = "operator",
    }
}

/// A hold on my payouts.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AccountHold {
    /// One statement; absent: all payouts.
    pub settlement_id: Option<SettlementId>,
    pub reason: HoldReason,
    pub released_by: HoldReleasedBy,
    pub placed_at: DateTime<Utc>,
}

/// My payout account.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SettlementAccountStatus {
    /// Payouts go here.
    pub active: Option<SettlementAccount>,
    /// Asked for, not decided yet.
    pub requested: Option<SettlementAccount>,
    /// At the payout agency: `approval_required`, `partially_approved` (below 10 million won), `kyc_required` or `approved`;
    /// absent until an account was checked.
    pub provider_state: Option<String>,
    pub holds: Vec<AccountHold>,
}

fn released_by(reason: HoldReason) -> HoldReleasedBy {
    match reason {
        HoldReason::Kyc => HoldReleasedBy::Identification,
        HoldReason::AccountMismatch | HoldReason::AccountChanged => HoldReleasedBy::AccountCheck,
        HoldReason::Dispute | HoldReason::Seizure => HoldReleasedBy::CaseClosed,
        HoldReason::Fraud | HoldReason::Operator => HoldReleasedBy::Operator,
    }
}

/// A seller's payout account.
pub async fn of_seller(
    on: &impl On,
    vault: &Vault,
    by: SellerScope,
    now: Now,
) -> Result<SettlementAccountStatus, Fault> {
    let calendar = Calendar::load(on, now.date() - chrono::Days::new(60)).await?;
    let rows = ACCOUNTS.all(on, (by.seller_id(),)).await?;
    let in_state = |state: &str| -> Result<Option<SettlementAccount>, Fault> {
        rows.iter().find(|row| row.state == state).map(|row| account(vault, &calendar, row)).transpose()
    };
    let (active, requested) = (in_state("active")?, in_state("requested")?);
    let (provider_state,) = PROVIDER.one(on, (by.seller_id(),)).await?;
    let hold = |row: HoldRow| AccountHold {
        settlement_id: row.settlement_id,
        reason: row.reason,
        released_by: released_by(row.reason),
        placed_at: row.placed_at,
    };
    let holds = HOLDS.all(on, (by.seller_id(),)).await?.into_iter().map(hold).collect();
    Ok(SettlementAccountStatus { active, requested, provider_state, holds })
}

fn account(vault: &Vault, calendar: &Calendar, row: &AccountRow) -> Result<SettlementAccount, Fault> {
    let account_no = mask::account(&vault.open(&row.account_no_enc)?);
    Ok(SettlementAccount {
        payout_account_id: row.id,
        account: MaskedAccount { bank_code: row.bank_code.clone(), account_no, holder: row.account_holder.clone() },
        verified_at: row.verified_at,
        requested_at: row.created_at,
        payable_from: row.decided_at.map(|at| calendar.after(kst_date(at), 1)),
    })
}

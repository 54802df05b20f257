//! Payouts to sellers as the provider knows them.

use chrono::NaiveDate;
use kernel::Money;
use serde::{Deserialize, Serialize};

/// What kind of business a seller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BusinessKind {
    IndividualBusiness,
    CorporateBusiness,
}

/// The bank account transfers go to.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PayeeAccount {
    pub bank_code: String,
    #[serde(rename = "accountNumber")]
    pub account_no: String,
    #[serde(rename = "holderName")]
    pub holder: String,
}

/// A seller as it is registered.
#[derive(Clone)]
pub struct PayeeForm {
    /// Our reference, at most 64 characters.
    pub ref_seller_id: String,
    pub kind: BusinessKind,
    pub company_name: String,
    pub representative: String,
    /// Ten digits.
    pub business_no: String,
    pub email: String,
    pub phone: String,
    pub account: PayeeAccount,
}

kernel::text_enum! {
    /// Whether the provider pays a seller.
    pub enum PayeeStatus {
        ApprovalRequired = "approval_required",
        PartiallyApproved = "partially_approved",
        KycRequired = "kyc_required",
        Approved = "approved",
    }
}

impl PayeeStatus {
    pub(super) fn of_wire(word: &str) -> Option<PayeeStatus> {
        word.to_ascii_lowercase().parse().ok()
    }
}

/// A registered seller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PgSeller {
    pub id: String,
    pub ref_seller_id: String,
    pub status: PayeeStatus,
}

/// When a transfer is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayoutWhen {
    /// At once.
    Express,
    /// On a business day ahead; can be taken back until then.
    On(NaiveDate),
}

/// One transfer.
#[derive(Debug, Clone)]
pub struct PayoutOrder {
    /// Ours and unique: the same reference is never paid twice.
    pub ref_payout_id: String,
    /// The provider's id of the seller.
    pub pg_seller_id: String,
    pub amount: Money,
    pub when: PayoutWhen,
    /// What the seller reads on the bank statement.
    pub description: String,
}

/// Where a transfer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PgPayoutStatus {
    Requested,
    InProgress,
    Completed,
    Failed,
    Canceled,
}

/// A transfer at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PgPayout {
    pub id: String,
    pub ref_payout_id: String,
    pub amount: Money,
    pub status: PgPayoutStatus,
    pub failure_code: Option<String>,
}

/// What the provider holds for us, in won.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balances {
    /// Sold, not available yet.
    pub pending: Money,
    pub available: Money,
}

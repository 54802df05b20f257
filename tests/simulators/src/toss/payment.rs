//! The Payment object of version 2022-11-16, field by field as the API answers it: what does not apply is `null`.

use serde::{Deserialize, Serialize};

use super::errors::Failure;
use crate::clock::{Stamp, as_iso, as_iso_option};

pub const API_VERSION: &str = "2022-11-16";

/// 결제수단, in the Korean names the API uses on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    #[serde(rename = "카드")]
    Card,
    #[serde(rename = "간편결제")]
    EasyPay,
    #[serde(rename = "가상계좌")]
    VirtualAccount,
    #[serde(rename = "계좌이체")]
    Transfer,
}

/// 결제 상태.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    Ready,
    InProgress,
    WaitingForDeposit,
    Done,
    Canceled,
    PartialCanceled,
    Aborted,
    Expired,
}

/// How the payment came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Kind {
    Normal,
    Billing,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    pub m_id: String,
    pub version: &'static str,
    pub last_transaction_key: Option<String>,
    pub payment_key: String,
    pub order_id: String,
    pub order_name: String,
    #[serde(rename = "type")]
    pub kind: Kind,
    pub currency: &'static str,
    pub country: &'static str,
    pub method: Option<Method>,
    pub status: Status,
    #[serde(serialize_with = "as_iso")]
    pub requested_at: Stamp,
    #[serde(serialize_with = "as_iso_option")]
    pub approved_at: Option<Stamp>,
    /// Never changes.
    pub total_amount: i64,
    /// What is left after cancels.
    pub balance_amount: i64,
    pub supplied_amount: i64,
    pub vat: i64,
    pub tax_free_amount: i64,
    pub tax_exemption_amount: i64,
    pub use_escrow: bool,
    pub culture_expense: bool,
    pub is_partial_cancelable: bool,
    pub cancels: Option<Vec<Cancel>>,
    pub card: Option<Card>,
    pub virtual_account: Option<VirtualAccount>,
    /// Proof of DEPOSIT_CALLBACK; virtual accounts only.
    pub secret: Option<String>,
    pub easy_pay: Option<EasyPay>,
    pub transfer: Option<Transfer>,
    pub mobile_phone: Option<()>,
    pub gift_certificate: Option<()>,
    pub cash_receipt: Option<serde_json::Value>,
    pub cash_receipts: Option<Vec<serde_json::Value>>,
    pub discount: Option<()>,
    pub failure: Option<Failure>,
    pub receipt: Option<Link>,
    pub checkout: Option<Link>,
    pub metadata: Option<serde_json::Value>,
}

impl Payment {
    /// Recomputes what hangs on the balance: supply and VAT of what is left (one eleventh, half up).
    pub(super) fn rebalance(&mut self, balance: i64) {
        self.balance_amount = balance;
        self.vat = (balance * 2 + 11) / 22;
        self.supplied_amount = balance - self.vat;
    }

    /// Σ of the cancels.
    pub fn canceled_amount(&self) -> i64 {
        self.cancels.iter().flatten().map(|cancel| cancel.cancel_amount).sum()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cancel {
    pub transaction_key: String,
    pub cancel_reason: String,
    pub cancel_amount: i64,
    pub tax_free_amount: i64,
    pub tax_exemption_amount: i64,
    /// What can still be refunded after this cancel.
    pub refundable_amount: i64,
    pub easy_pay_discount_amount: i64,
    #[serde(serialize_with = "as_iso")]
    pub canceled_at: Stamp,
    pub receipt_key: Option<String>,
    pub cancel_status: &'static str,
    pub cancel_request_id: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Card {
    pub amount: i64,
    pub issuer_code: &'static str,
    pub acquirer_code: &'static str,
    pub number: String,
    pub installment_plan_months: u32,
    pub approve_no: String,
    pub use_card_point: bool,
    pub card_type: &'static str,
    pub owner_type: &'static str,
    pub acquire_status: &'static str,
    pub is_interest_free: bool,
    pub interest_payer: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VirtualAccount {
    pub account_type: &'static str,
    pub account_number: String,
    pub bank_code: String,
    pub customer_name: String,
    pub depositor_name: Option<String>,
    #[serde(serialize_with = "as_iso")]
    pub due_date: Stamp,
    pub expired: bool,
    pub settlement_status: &'static str,
    pub refund_status: &'static str,
    pub refund_receive_account: Option<RefundReceiveAccount>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RefundReceiveAccount {
    pub bank_code: String,
    pub account_number: String,
    pub holder_name: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EasyPay {
    pub provider: String,
    pub amount: i64,
    pub discount_amount: i64,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Transfer {
    pub bank_code: &'static str,
    pub settlement_status: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub struct Link {
    pub url: String,
}

/// 거래: one movement of a payment. Several share a paymentKey; the amount of a cancel is what it cancelled.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    pub m_id: String,
    pub transaction_key: String,
    pub payment_key: String,
    pub order_id: String,
    pub currency: &'static str,
    pub method: Method,
    pub customer_key: Option<String>,
    pub use_escrow: bool,
    pub receipt_url: Option<String>,
    pub status: Status,
    pub amount: i64,
    #[serde(serialize_with = "as_iso")]
    pub transaction_at: Stamp,
}

#[cfg(test)]
mod tests {
    #[test]
    fn vat_is_an_eleventh_rounded_half_up() {
        // Amounts and taxes as the provider printed them in public examples.
        for (amount, vat) in [(9_026_i64, 821_i64), (30_000, 2_727), (37_400, 3_400), (15_000, 1_364)] {
            assert_eq!((amount * 2 + 11) / 22, vat);
        }
    }
}

//! Cash receipts (현금영수증): `POST /v1/cash-receipts`, `POST /v1/cash-receipts/{receiptKey}/cancel`,
//! `GET /v1/cash-receipts?requestDate=`.
//!
//! A receipt is IN_PROGRESS at first; the tax office's answer is known a day later by the simulator's clock: COMPLETED,
//! or FAILED where a control call said so. One issue per order (DUPLICATED_CASH_RECEIPT); a cancel is a
//! receipt of its own, for the whole or a part of what is left.

use chrono::{Duration, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::book::{Book, digits, token};
use super::errors::{Failure, TossError};
use crate::clock::{Stamp, as_iso};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReceiptType {
    #[serde(rename = "소득공제")]
    IncomeDeduction,
    #[serde(rename = "지출증빙")]
    ExpenseProof,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IssueStatus {
    InProgress,
    Completed,
    Failed,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CashReceipt {
    pub receipt_key: String,
    pub issue_number: String,
    pub issue_status: IssueStatus,
    pub amount: i64,
    pub tax_free_amount: i64,
    pub order_id: String,
    pub order_name: String,
    #[serde(rename = "type")]
    pub kind: ReceiptType,
    pub transaction_type: &'static str,
    pub business_number: &'static str,
    pub customer_identity_number: String,
    pub failure: Option<Failure>,
    #[serde(serialize_with = "as_iso")]
    pub requested_at: Stamp,
    pub receipt_url: String,
    /// The receipt a cancel belongs to.
    #[serde(skip)]
    cancels: Option<String>,
}

impl CashReceipt {
    /// The tax office answers after a day.
    pub fn mature(&mut self, now: Stamp) {
        if self.issue_status == IssueStatus::InProgress && now - self.requested_at >= Duration::days(1) {
            self.issue_status = IssueStatus::Completed;
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Issue {
    amount: i64,
    order_id: String,
    order_name: String,
    customer_identity_number: String,
    #[serde(rename = "type")]
    kind: ReceiptType,
    #[serde(default)]
    tax_free_amount: i64,
}

pub(super) fn issue(book: &mut Book, ask: Issue, now: Stamp) -> Result<Value, TossError> {
    let number = &ask.customer_identity_number;
    if number.is_empty() || number.len() > 30 || !number.bytes().all(|b| b.is_ascii_digit()) || ask.amount < 1 {
        return Err(TossError::of("INVALID_CASH_RECEIPT_INFO"));
    }
    let live = |receipt: &&CashReceipt| receipt.order_id == ask.order_id && receipt.cancels.is_none();
    if book.cash_receipts.iter().filter(live).any(|receipt| left(book, receipt) > 0) {
        return Err(TossError::of("DUPLICATED_CASH_RECEIPT"));
    }
    let receipt = CashReceipt {
        receipt_key: token("cr_", 32),
        issue_number: digits(9),
        issue_status: IssueStatus::InProgress,
        amount: ask.amount,
        tax_free_amount: ask.tax_free_amount,
        order_id: ask.order_id,
        order_name: ask.order_name,
        kind: ask.kind,
        transaction_type: "CONFIRM",
        business_number: "1248100998",
        customer_identity_number: ask.customer_identity_number,
        failure: None,
        requested_at: now,
        receipt_url: format!("{}/receipt/cash", book.base_url),
        cancels: None,
    };
    let shown = json!(receipt);
    book.cash_receipts.push(receipt);
    Ok(shown)
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct AskCancel {
    #[serde(default)]
    amount: Option<i64>,
}

pub(super) fn cancel(book: &mut Book, key: &str, ask: &AskCancel, now: Stamp) -> Result<Value, TossError> {
    let issued = book
        .cash_receipts
        .iter()
        .find(|receipt| receipt.receipt_key == key && receipt.cancels.is_none())
        .ok_or_else(|| TossError::of("NOT_FOUND"))?;
    let left = left(book, issued);
    let amount = ask.amount.unwrap_or(left);
    if amount < 1 || amount > left {
        return Err(TossError::of("NOT_CANCELABLE_AMOUNT"));
    }
    let receipt = CashReceipt {
        receipt_key: token("cr_", 32),
        issue_number: digits(9),
        issue_status: IssueStatus::InProgress,
        amount,
        transaction_type: "CANCEL",
        requested_at: now,
        failure: None,
        cancels: Some(key.to_owned()),
        ..issued.clone()
    };
    let shown = json!(receipt);
    book.cash_receipts.push(receipt);
    Ok(shown)
}

/// What of an issued receipt is not cancelled.
fn left(book: &Book, issued: &CashReceipt) -> i64 {
    let cancelled: i64 = book
        .cash_receipts
        .iter()
        .filter(|receipt| receipt.cancels.as_deref() == Some(&issued.receipt_key))
        .map(|receipt| receipt.amount)
        .sum();
    if issued.issue_status == IssueStatus::Failed { 0 } else { issued.amount - cancelled }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfDay {
    request_date: NaiveDate,
}

pub(super) fn of_day(book: &Book, ask: &OfDay) -> Value {
    let rows: Vec<&CashReceipt> =
        book.cash_receipts.iter().filter(|receipt| receipt.requested_at.date_naive() == ask.request_date).collect();
    json!({"hasNext": false, "lastCursor": rows.len(), "data": rows})
}

/// The tax office refuses a receipt.
pub(super) fn fail(book: &mut Book, key: &str, code: &str) -> Result<Value, TossError> {
    let receipt = book
        .cash_receipts
        .iter_mut()
        .find(|receipt| receipt.receipt_key == key)
        .ok_or_else(|| TossError::of("NOT_FOUND"))?;
    receipt.issue_status = IssueStatus::Failed;
    receipt.failure = Some(Failure { code: code.to_owned(), message: "국세청 거절".to_owned() });
    Ok(json!(receipt))
}

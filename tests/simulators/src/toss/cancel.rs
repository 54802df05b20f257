//! `POST /v1/payments/{paymentKey}/cancel` (결제 취소): all of what is left, or a part of it.
//!
//! In this order: ALREADY_CANCELED_PAYMENT, NOT_CANCELABLE_PAYMENT (never paid), EXCEED_MAX_REFUND_DUE (transfer 180,
//! virtual account 365 days), NOT_MATCHES_REFUNDABLE_AMOUNT (the optimistic guard `refundableAmount`),
//! NOT_CANCELABLE_AMOUNT, partial-cancel rules, and for a deposited virtual account the `refundReceiveAccount`
//! (INVALID_REFUND_ACCOUNT_INFO, INVALID_REFUND_ACCOUNT_NUMBER, INVALID_BANK). Two cancels of one payment at the same
//! time, or closer than the configured distance, are FORBIDDEN_CONSECUTIVE_REQUEST.

use chrono::Duration;
use serde::Deserialize;

use super::book::{Book, token};
use super::errors::TossError;
use super::payment::{Cancel, Method, Payment, RefundReceiveAccount, Status};
use super::virtual_account::is_bank;
use crate::clock::Stamp;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AskCancel {
    cancel_reason: String,
    #[serde(default)]
    cancel_amount: Option<i64>,
    #[serde(default)]
    refundable_amount: Option<i64>,
    #[serde(default)]
    refund_receive_account: Option<AskAccount>,
    #[serde(default)]
    tax_free_amount: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AskAccount {
    bank: String,
    account_number: String,
    holder_name: String,
}

pub(super) fn cancel(book: &mut Book, payment_key: &str, ask: &AskCancel, now: Stamp) -> Result<usize, TossError> {
    let at = book.at(payment_key)?;
    let entry = &book.entries[at];
    let payment = &entry.payment;
    if ask.cancel_reason.is_empty() || ask.cancel_reason.chars().count() > 200 {
        return Err(TossError::of("INVALID_REQUEST").because("cancelReason"));
    }
    let paid = match payment.status {
        Status::Done | Status::PartialCanceled => true,
        Status::WaitingForDeposit => false,
        Status::Canceled => return Err(TossError::of("ALREADY_CANCELED_PAYMENT")),
        _ => return Err(TossError::of("NOT_CANCELABLE_PAYMENT")),
    };
    if is_too_old(payment, now) {
        return Err(TossError::of("EXCEED_MAX_REFUND_DUE"));
    }
    let too_soon = Duration::milliseconds(book.consecutive_cancel_millis);
    if entry.last_cancel_at.is_some_and(|last| now - last < too_soon) {
        return Err(TossError::of("FORBIDDEN_CONSECUTIVE_REQUEST"));
    }
    if ask.refundable_amount.is_some_and(|expected| expected != payment.balance_amount) {
        return Err(TossError::of("NOT_MATCHES_REFUNDABLE_AMOUNT"));
    }
    let amount = ask.cancel_amount.unwrap_or(payment.balance_amount);
    if amount < 1 {
        return Err(TossError::of("INVALID_REQUEST").because("cancelAmount"));
    }
    if amount > payment.balance_amount {
        return Err(TossError::of("NOT_CANCELABLE_AMOUNT"));
    }
    if amount < payment.balance_amount {
        if !paid {
            return Err(TossError::of("NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT"));
        }
        if !payment.is_partial_cancelable || payment.use_escrow {
            return Err(TossError::of("NOT_ALLOWED_PARTIAL_REFUND"));
        }
    }
    let account = match (payment.method, paid) {
        (Some(Method::VirtualAccount), true) => Some(refund_account(book, ask)?),
        _ => None,
    };
    let tax_free = ask.tax_free_amount.unwrap_or(0);
    record(book, at, Record { amount, reason: &ask.cancel_reason, paid, account, tax_free }, now);
    Ok(at)
}

struct Record<'a> {
    amount: i64,
    reason: &'a str,
    paid: bool,
    account: Option<RefundReceiveAccount>,
    tax_free: i64,
}

fn record(book: &mut Book, at: usize, record: Record<'_>, now: Stamp) {
    let Record { amount, reason, paid, account, tax_free } = record;
    let entry = &mut book.entries[at];
    entry.last_cancel_at = Some(now);
    let payment = &mut entry.payment;
    let rest = payment.balance_amount - amount;
    payment.rebalance(rest);
    payment.status = if rest == 0 { Status::Canceled } else { Status::PartialCanceled };
    if let (Some(to), Some(virtual_account)) = (account, payment.virtual_account.as_mut()) {
        virtual_account.refund_status = "COMPLETED";
        virtual_account.refund_receive_account = Some(to);
    }
    let status = payment.status;
    let key = book.transact(at, status, amount, now);
    let cancel = Cancel {
        transaction_key: key.clone(),
        cancel_reason: reason.to_owned(),
        cancel_amount: amount,
        tax_free_amount: tax_free,
        tax_exemption_amount: 0,
        refundable_amount: rest,
        easy_pay_discount_amount: 0,
        canceled_at: now,
        receipt_key: None,
        cancel_status: "DONE",
        cancel_request_id: None,
    };
    book.entries[at].payment.cancels.get_or_insert_default().push(cancel.clone());
    // Closing an account nobody paid into moves no money.
    if paid {
        book.post(at, &key, -amount, now, Some(cancel));
    }
    book.tell(at, now);
}

fn refund_account(book: &Book, ask: &AskCancel) -> Result<RefundReceiveAccount, TossError> {
    let Some(account) = &ask.refund_receive_account else {
        return Err(TossError::of("INVALID_REFUND_ACCOUNT_INFO"));
    };
    let number = &account.account_number;
    if number.is_empty() || number.len() > 20 || !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err(TossError::of("INVALID_REFUND_ACCOUNT_NUMBER"));
    }
    // Two digits, as in v1; the three-digit form of the payouts is understood too.
    let bank = account.bank.strip_prefix('0').filter(|code| code.len() == 2).unwrap_or(&account.bank);
    if !is_bank(bank) {
        return Err(TossError::of("INVALID_BANK"));
    }
    if account.holder_name.is_empty() || book.bad_refund_accounts.contains(number) {
        return Err(TossError::of("INVALID_REFUND_ACCOUNT_INFO"));
    }
    Ok(RefundReceiveAccount {
        bank_code: bank.to_owned(),
        account_number: number.clone(),
        holder_name: account.holder_name.clone(),
    })
}

fn is_too_old(payment: &Payment, now: Stamp) -> bool {
    let days = match payment.method {
        Some(Method::Transfer) => 180,
        Some(Method::VirtualAccount) => 365,
        _ => return false,
    };
    payment.approved_at.is_some_and(|approved| now - approved > Duration::days(days))
}

/// A cancel the merchant did not ask for: an operator at the PG's own console.
pub(super) fn from_console(book: &mut Book, payment_key: &str, amount: i64, now: Stamp) -> Result<usize, TossError> {
    let at = book.at(payment_key)?;
    let payment = &book.entries[at].payment;
    let paid = matches!(payment.status, Status::Done | Status::PartialCanceled);
    if !paid || amount < 1 || amount > payment.balance_amount {
        return Err(TossError::of("NOT_CANCELABLE_AMOUNT"));
    }
    let reason = token("상점관리자 취소 ", 6);
    record(book, at, Record { amount, reason: &reason, paid, account: None, tax_free: 0 }, now);
    Ok(at)
}

//! Virtual accounts (가상계좌): opened, paid into, taken back, and silently past their due date.
//!
//! READY → WAITING_FOR_DEPOSIT ⇄ DONE. Opening, deposit, taking back and cancelling send DEPOSIT_CALLBACK (and
//! PAYMENT_STATUS_CHANGED to whoever registered that too). **Expiry sends nothing and changes no state**: only
//! `virtualAccount.expired` turns true. A deposit after the due date is refused by the bank unless the story says
//! `late` (the transfer was under way).

use chrono::{Duration, NaiveDateTime, TimeZone};
use serde::Deserialize;

use super::book::{Book, Entry, digits, token};
use super::errors::TossError;
use super::payment::{Link, Method, Status, VirtualAccount};
use super::window::is_order_id;
use crate::clock::{KST, Stamp};

/// Two-digit codes of banks that issue virtual accounts.
const BANKS: [&str; 13] = ["03", "04", "06", "07", "11", "20", "23", "31", "32", "39", "71", "81", "88"];

/// `POST /v1/virtual-accounts`: an account without a window.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Issue {
    amount: i64,
    order_id: String,
    order_name: String,
    customer_name: String,
    bank: String,
    #[serde(default)]
    valid_hours: Option<i64>,
    #[serde(default)]
    due_date: Option<String>,
    #[serde(default)]
    use_escrow: bool,
}

pub(super) fn issue(book: &mut Book, ask: &Issue, now: Stamp) -> Result<usize, TossError> {
    if !is_order_id(&ask.order_id) {
        return Err(TossError::of("INVALID_REQUEST").because("orderId"));
    }
    if ask.valid_hours.is_some() && ask.due_date.is_some() {
        return Err(TossError::of("INVALID_VALID_HOURS_WITH_DUE_DATE_AND_SINGLE"));
    }
    let valid_hours = ask.valid_hours.unwrap_or(168);
    if !(1..=720).contains(&valid_hours) {
        return Err(TossError::of("EXCEED_MAX_VALID_HOURS"));
    }
    let due = ask.due_date.as_deref().map(parse_due).transpose()?;
    if due.is_some_and(|due| due <= now || due > now + Duration::hours(720)) {
        return Err(TossError::of("EXCEED_MAX_DUE_DATE"));
    }
    if !BANKS.contains(&ask.bank.as_str()) {
        return Err(TossError::of("INVALID_BANK"));
    }
    if ask.amount < super::confirm::minimum(Method::VirtualAccount) {
        return Err(TossError::of("BELOW_MINIMUM_AMOUNT"));
    }
    if book.is_order_taken(&ask.order_id) {
        return Err(TossError::of("DUPLICATED_ORDER_ID"));
    }
    let mut payment = book.blank(&ask.order_id, &ask.order_name, ask.amount, now);
    payment.method = Some(Method::VirtualAccount);
    payment.use_escrow = ask.use_escrow;
    let at = book.add(Entry {
        payment,
        since: now,
        refuse: None,
        customer_name: ask.customer_name.clone(),
        bank_code: ask.bank.clone(),
        valid_hours,
        easy_pay_provider: String::new(),
        installment_months: 0,
        last_cancel_at: None,
    });
    open(book, at, due, now);
    Ok(at)
}

/// `yyyy-MM-dd'T'HH:mm:ss`, with or without a zone.
fn parse_due(text: &str) -> Result<Stamp, TossError> {
    if let Ok(due) = Stamp::parse_from_rfc3339(text) {
        return Ok(due.with_timezone(&KST));
    }
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
        .ok()
        .and_then(|due| KST.from_local_datetime(&due).single())
        .ok_or_else(|| TossError::of("INVALID_DATE"))
}

/// The payment now waits for its deposit.
pub(super) fn open(book: &mut Book, at: usize, due: Option<Stamp>, now: Stamp) {
    let base_url = book.base_url.clone();
    let entry = &mut book.entries[at];
    let due_date = due.unwrap_or(now + Duration::hours(entry.valid_hours));
    let payment = &mut entry.payment;
    payment.status = Status::WaitingForDeposit;
    payment.secret = Some(token("ps_", 28));
    payment.virtual_account = Some(VirtualAccount {
        account_type: "일반",
        account_number: format!("{}{}", entry.bank_code, digits(12)),
        bank_code: entry.bank_code.clone(),
        customer_name: entry.customer_name.clone(),
        depositor_name: None,
        due_date,
        expired: false,
        settlement_status: "INCOMPLETED",
        refund_status: "NONE",
        refund_receive_account: None,
    });
    payment.receipt = Some(Link {
        url: format!("{base_url}/receipt/payment-detail/bank-transfer?transactionId={}&ref=PX", payment.payment_key),
    });
    let amount = payment.total_amount;
    book.transact(at, Status::WaitingForDeposit, amount, now);
    book.tell(at, now);
}

/// The customer pays the exact amount in.
pub(super) fn deposit(book: &mut Book, order_id: &str, late: bool, now: Stamp) -> Result<usize, TossError> {
    let at = book.at_order(order_id)?;
    let entry = &mut book.entries[at];
    let customer = entry.customer_name.clone();
    let payment = &mut entry.payment;
    let amount = payment.total_amount;
    let Some(account) = payment.virtual_account.as_mut() else {
        return Err(TossError::of("INVALID_REQUEST").because("not a virtual account"));
    };
    // A transfer under way when the merchant closed the account also arrives; one that was paid before takes no more.
    let closed_unpaid = payment.status == Status::Canceled && payment.approved_at.is_none();
    let open = payment.status == Status::WaitingForDeposit || (late && closed_unpaid);
    if !open || (account.expired && !late) {
        return Err(TossError::of("INVALID_REQUEST").because("the account takes no deposit"));
    }
    account.depositor_name = Some(customer);
    account.expired = false;
    payment.status = Status::Done;
    payment.approved_at = Some(now);
    payment.cancels = None;
    payment.rebalance(amount);
    let key = book.transact(at, Status::Done, amount, now);
    book.post(at, &key, amount, now, None);
    book.tell(at, now);
    Ok(at)
}

/// The bank takes the deposit back: DONE → WAITING_FOR_DEPOSIT.
pub(super) fn reverse(book: &mut Book, order_id: &str, now: Stamp) -> Result<usize, TossError> {
    let at = book.at_order(order_id)?;
    let payment = &mut book.entries[at].payment;
    let amount = payment.total_amount;
    let Some(account) = payment.virtual_account.as_mut().filter(|_| payment.status == Status::Done) else {
        return Err(TossError::of("INVALID_REQUEST").because("no deposit to take back"));
    };
    account.depositor_name = None;
    payment.status = Status::WaitingForDeposit;
    payment.approved_at = None;
    let key = book.transact(at, Status::WaitingForDeposit, amount, now);
    book.post(at, &key, -amount, now, None);
    book.tell(at, now);
    Ok(at)
}

pub(super) fn is_bank(code: &str) -> bool {
    const OTHERS: [&str; 16] =
        ["02", "12", "27", "34", "35", "37", "45", "48", "50", "54", "64", "89", "90", "92", "S0", "S5"];
    BANKS.contains(&code) || OTHERS.contains(&code)
}

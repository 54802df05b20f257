//! `POST /v1/payments/confirm` (결제 승인).
//!
//! - The order number and the amount must be those of the window: anything else is refused with FORBIDDEN_REQUEST and
//!   moves nothing.
//! - Past ten minutes there is no session: NOT_FOUND_PAYMENT_SESSION.
//! - A payment that was confirmed before is ALREADY_PROCESSED_PAYMENT (unless the same idempotency key asks again).
//! - Card, easy pay and transfer become DONE; a virtual account becomes WAITING_FOR_DEPOSIT, with its account number and
//!   the `secret` its deposit callback will carry.

use serde::Deserialize;

use super::book::{Book, digits};
use super::errors::TossError;
use super::payment::{Card, EasyPay, Link, Method, Status, Transfer};
use super::virtual_account;
use crate::clock::Stamp;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Confirm {
    pub payment_key: String,
    pub order_id: String,
    pub amount: i64,
}

pub(super) fn confirm(book: &mut Book, ask: &Confirm, now: Stamp) -> Result<usize, TossError> {
    let at = book.at(&ask.payment_key)?;
    let entry = &book.entries[at];
    let payment = &entry.payment;
    match payment.status {
        Status::InProgress => {}
        Status::Ready | Status::Expired => return Err(TossError::of("NOT_FOUND_PAYMENT_SESSION")),
        _ => return Err(TossError::of("ALREADY_PROCESSED_PAYMENT")),
    }
    if payment.order_id != ask.order_id || payment.total_amount != ask.amount {
        return Err(TossError::of("FORBIDDEN_REQUEST"));
    }
    if book.is_order_taken(&ask.order_id) {
        return Err(TossError::of("ALREADY_PROCESSED_PAYMENT"));
    }
    let method = payment.method.unwrap_or(Method::Card);
    let refusal = match &entry.refuse {
        Some(code) => Some(TossError::of(code)),
        None if ask.amount < minimum(method) => Some(TossError::of("BELOW_MINIMUM_AMOUNT")),
        None => None,
    };
    if let Some(refusal) = refusal {
        let payment = &mut book.entries[at].payment;
        payment.status = Status::Aborted;
        payment.failure = Some(refusal.failure());
        book.tell(at, now);
        return Err(refusal);
    }
    if method == Method::VirtualAccount {
        virtual_account::open(book, at, None, now);
    } else {
        approve(book, at, now);
    }
    Ok(at)
}

/// Takes the money.
pub(super) fn approve(book: &mut Book, at: usize, now: Stamp) {
    let base_url = book.base_url.clone();
    let entry = &mut book.entries[at];
    let amount = entry.payment.total_amount;
    let months = entry.installment_months;
    let provider = entry.easy_pay_provider.clone();
    let payment = &mut entry.payment;
    match payment.method {
        Some(Method::EasyPay) => payment.easy_pay = Some(EasyPay { provider, amount, discount_amount: 0 }),
        Some(Method::Transfer) => {
            payment.transfer = Some(Transfer { bank_code: "88", settlement_status: "INCOMPLETED" });
        }
        _ => payment.card = Some(card(amount, months)),
    }
    payment.status = Status::Done;
    payment.approved_at = Some(now);
    payment.receipt =
        Some(Link { url: format!("{base_url}/receipt/redirection?transactionId={}&ref=PX", payment.payment_key) });
    let key = book.transact(at, Status::Done, amount, now);
    book.post(at, &key, amount, now, None);
    book.tell(at, now);
}

fn card(amount: i64, months: u32) -> Card {
    Card {
        amount,
        issuer_code: "61",
        acquirer_code: "31",
        number: format!("43301234****{}*", digits(3)),
        installment_plan_months: months,
        approve_no: digits(8),
        use_card_point: false,
        card_type: "신용",
        owner_type: "개인",
        acquire_status: "READY",
        is_interest_free: false,
        interest_payer: None,
    }
}

/// 100 won by card, 200 from an account.
pub(super) fn minimum(method: Method) -> i64 {
    match method {
        Method::Card | Method::EasyPay => 100,
        Method::VirtualAccount | Method::Transfer => 200,
    }
}

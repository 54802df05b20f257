//! The payment window: what a customer does in it, as a control call.
//!
//! - `success`: a paymentKey appears, the payment is IN_PROGRESS and the browser is sent to the success URL with
//!   `paymentKey`, `orderId`, `amount`. The merchant has ten minutes to confirm.
//! - `fail`: the card company said no inside the window: ABORTED, and the browser is sent to the fail URL with `code`,
//!   `message`, `orderId`.
//! - `close`: the customer closed it. The state does not change (READY) and nothing is sent; after thirty minutes the
//!   payment is EXPIRED.
//!
//! An order number that was approved before is refused with DUPLICATED_ORDER_ID.

use serde::{Deserialize, Serialize};

use super::book::{Book, Entry};
use super::errors::TossError;
use super::payment::{Method, Status};
use crate::clock::Stamp;

/// How the customer leaves the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    #[default]
    Success,
    Fail,
    Close,
}

/// What the customer does in the window.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Window {
    pub order_id: String,
    pub amount: i64,
    pub method: Method,
    #[serde(default)]
    pub outcome: Outcome,
    #[serde(default)]
    pub order_name: Option<String>,
    #[serde(default)]
    pub easy_pay_provider: Option<String>,
    #[serde(default)]
    pub customer_name: Option<String>,
    /// The bank of the virtual account, two digits.
    #[serde(default)]
    pub bank: Option<String>,
    /// Life of the virtual account; 168 unless the merchant asked otherwise, at most 720.
    #[serde(default)]
    pub valid_hours: Option<i64>,
    #[serde(default)]
    pub installment_months: u32,
    /// Code of `fail`, REJECT_CARD_COMPANY unless given.
    #[serde(default)]
    pub fail_code: Option<String>,
    /// The confirm of this payment will be refused with this code, and the payment ABORTED.
    #[serde(default)]
    pub refuse_confirm: Option<String>,
    #[serde(default = "yes")]
    pub partial_cancelable: bool,
}

fn yes() -> bool {
    true
}

impl Window {
    fn of(method: Method, order_id: &str, amount: i64) -> Self {
        Self {
            order_id: order_id.to_owned(),
            amount,
            method,
            outcome: Outcome::Success,
            order_name: None,
            easy_pay_provider: None,
            customer_name: None,
            bank: None,
            valid_hours: None,
            installment_months: 0,
            fail_code: None,
            refuse_confirm: None,
            partial_cancelable: true,
        }
    }

    pub fn card(order_id: &str, amount: i64) -> Self {
        Self::of(Method::Card, order_id, amount)
    }

    pub fn easy_pay(order_id: &str, amount: i64, provider: &str) -> Self {
        Self { easy_pay_provider: Some(provider.to_owned()), ..Self::of(Method::EasyPay, order_id, amount) }
    }

    pub fn transfer(order_id: &str, amount: i64) -> Self {
        Self::of(Method::Transfer, order_id, amount)
    }

    pub fn virtual_account(order_id: &str, amount: i64, valid_hours: i64) -> Self {
        Self { valid_hours: Some(valid_hours), ..Self::of(Method::VirtualAccount, order_id, amount) }
    }

    /// The card company refuses in the window.
    pub fn failing(mut self, code: &str) -> Self {
        self.outcome = Outcome::Fail;
        self.fail_code = Some(code.to_owned());
        self
    }

    /// The customer closes the window.
    pub fn closed(mut self) -> Self {
        self.outcome = Outcome::Close;
        self
    }

    /// The window succeeds, the confirm will be refused.
    pub fn refused_at_confirm(mut self, code: &str) -> Self {
        self.refuse_confirm = Some(code.to_owned());
        self
    }

    /// Cannot be cancelled in part.
    pub fn whole_only(mut self) -> Self {
        self.partial_cancelable = false;
        self
    }
}

/// What the browser carries back to the merchant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Redirect {
    #[serde(rename_all = "camelCase")]
    Success { payment_key: String, order_id: String, amount: i64 },
    #[serde(rename_all = "camelCase")]
    Fail { code: String, message: String, order_id: String },
}

impl Redirect {
    /// The paymentKey of a success.
    pub fn payment_key(&self) -> Option<&str> {
        match self {
            Self::Success { payment_key, .. } => Some(payment_key),
            Self::Fail { .. } => None,
        }
    }

    fn fail(error: &TossError, order_id: &str) -> Self {
        Self::Fail { code: error.code.clone(), message: error.message.clone(), order_id: order_id.to_owned() }
    }
}

pub(super) fn play(book: &mut Book, window: &Window, now: Stamp) -> Redirect {
    if !is_order_id(&window.order_id) || window.amount < 1 {
        return Redirect::fail(&TossError::of("INVALID_REQUEST"), &window.order_id);
    }
    if book.is_order_taken(&window.order_id) {
        return Redirect::fail(&TossError::of("DUPLICATED_ORDER_ID"), &window.order_id);
    }
    let order_name = window.order_name.as_deref().unwrap_or("드립 주문");
    let mut payment = book.blank(&window.order_id, order_name, window.amount, now);
    payment.is_partial_cancelable = window.partial_cancelable;
    let payment_key = payment.payment_key.clone();
    let refusal = TossError::of(match window.outcome {
        Outcome::Close => "PAY_PROCESS_CANCELED",
        _ => window.fail_code.as_deref().unwrap_or("REJECT_CARD_COMPANY"),
    });
    match window.outcome {
        Outcome::Success => {
            payment.method = Some(window.method);
            payment.status = Status::InProgress;
        }
        Outcome::Fail => {
            payment.method = Some(window.method);
            payment.status = Status::Aborted;
            payment.failure = Some(refusal.failure());
        }
        Outcome::Close => {}
    }
    let at = book.add(Entry {
        payment,
        since: now,
        refuse: window.refuse_confirm.clone(),
        customer_name: window.customer_name.clone().unwrap_or_else(|| "김고객".to_owned()),
        bank_code: window.bank.clone().unwrap_or_else(|| "88".to_owned()),
        valid_hours: window.valid_hours.unwrap_or(168).clamp(1, 720),
        easy_pay_provider: window.easy_pay_provider.clone().unwrap_or_else(|| "토스페이".to_owned()),
        installment_months: window.installment_months,
        last_cancel_at: None,
    });
    match window.outcome {
        Outcome::Success => Redirect::Success { payment_key, order_id: window.order_id.clone(), amount: window.amount },
        Outcome::Fail => {
            book.tell(at, now);
            Redirect::fail(&refusal, &window.order_id)
        }
        Outcome::Close => Redirect::fail(&refusal, &window.order_id),
    }
}

/// 6 to 64 of letters, digits, `-`, `_`.
pub(super) fn is_order_id(text: &str) -> bool {
    (6..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

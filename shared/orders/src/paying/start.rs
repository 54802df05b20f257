//! Another try to pay: after a refused card, a closed window, or a change of mind about the method. Each start holds the
//! stock for its time to pay; once the order's time is over nothing starts any more.

use crate::lines;
use crate::settings;
use crate::state::LineState;
use authz::CustomerScope;
use chrono::Duration;
use db::Tx;
use kernel::*;
use payments::attempt::{self, Attempt, Start, StartError};
use payments::{Method, PaymentRow, PaymentState, step};

kernel::refusals! {
    /// Why no payment is started.
    pub enum StartPaymentError {
        NotFound = 404 "purchase_order_not_found", "There is no such order.", "주문을 찾을 수 없습니다.";
        AlreadyPaid = 409 "already_paid", "The order is paid.", "이미 결제된 주문입니다.";
        OrderExpired = 409 "order_expired", "The time to pay for this order is over.", "결제 가능 시간이 지났습니다. 다시 주문해 주세요.";
        AttemptOpen = 409 "payment_attempt_open", "Another payment of this order is under way.", "진행 중인 결제가 있습니다.";
        AttemptsExhausted = 409 "payment_attempts_exhausted", "This order cannot be tried to pay again.", "결제를 더 시도할 수 없습니다.";
    }
}

impl From<StartError> for StartPaymentError {
    fn from(error: StartError) -> StartPaymentError {
        match error {
            StartError::AttemptOpen => StartPaymentError::AttemptOpen,
            StartError::AttemptsExhausted => StartPaymentError::AttemptsExhausted,
        }
    }
}

db::statements! {
    static TIME: (PurchaseOrderId,) => (Money, Option<chrono::DateTime<chrono::Utc>>) = "select total_payable, pay_due_at from purchase_orders where id = $1";
    static EXTEND: (PurchaseOrderId, chrono::DateTime<chrono::Utc>) => () = "update purchase_orders set pay_due_at = $2 where id = $1 and pay_due_at < $2";
}

/// Minutes a window of the gateway stays open.
pub const WINDOW_MINUTES: i64 = 30;

/// Starts another attempt.
pub async fn start(
    tx: &Tx,
    by: CustomerScope,
    order: PurchaseOrderId,
    method: Option<Method>,
    now: Now,
) -> Result<Attempt, Failure<StartPaymentError>> {
    let lines = lines::lock_order(tx, order).await?;
    if lines.first().is_none_or(|line| line.user_id != by.user_id()) {
        return Err(StartPaymentError::NotFound.into());
    }
    match lines[0].state {
        LineState::PaymentWaiting => {}
        LineState::CanceledByNopayment => return Err(StartPaymentError::OrderExpired.into()),
        _ => return Err(StartPaymentError::AlreadyPaid.into()),
    }
    let (amount, due) = TIME.one(tx, (order,)).await?;
    if due.is_none_or(|due| due <= now.0) {
        return Err(StartPaymentError::OrderExpired.into());
    }
    // A window that was never used gives way to the new one.
    for open in attempt::lock_of_order(tx, order).await?.iter().filter(|p: &&PaymentRow| p.state == PaymentState::Ready)
    {
        step::call_off(tx, open).await.map_err(super::observe::step_fault)?;
    }
    let expires_at = now.plus(Duration::minutes(WINDOW_MINUTES));
    let start = Start { purchase_order_id: order, claim_id: None, amount, method, expires_at };
    let attempt = attempt::start(tx, start, now).await.map_err(Failure::widen)?;
    let held = now.plus(Duration::minutes(settings::number(tx, "reservation_minutes", 45).await?));
    EXTEND.run(tx, (order, held)).await?;
    inventory::extend(tx, order, held).await?;
    Ok(attempt)
}

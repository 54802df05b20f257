//! Another try to pay: after a refused card, a closed window, or a change of mind about the method. Each start holds the
//! stock for its time to pay; once the order's time is over nothing starts any more.

use super::locked::Locked;
use crate::place::naming;
use crate::settings;
use crate::state::LineState;
use authz::CustomerScope;
use chrono::Duration;
use db::Tx;
use kernel::*;
use payments::attempt::{self, Attempt, OrderKey, Start, StartError};
use payments::{Method, step};

kernel::refusals! {
    /// Why no payment is started.
    pub enum StartPaymentError {
        NotFound = 404 "purchase_order_not_found", "There is no such order.", "주문을 찾을 수 없습니다.";
        AlreadyPaid = 409 "already_paid", "The order is paid.", "이미 결제된 주문입니다.";
        OrderLapsed = 410 "order_lapsed", "The time to pay for this order is over.", "결제 가능 시간이 지났습니다. 다시 주문해 주세요.";
        MethodNotOffered = 422 "payment_method_not_offered" at "/payment_method", "This order cannot be paid that way.", "선택한 결제수단을 사용할 수 없습니다.";
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
    static FIRST_NAME: (PurchaseOrderId,) => (String,) =
        "select coalesce(item_snapshot ->> 'product_name', '') from product_orders where purchase_order_id = $1 order by line_no limit 1";
    static EXTEND: (PurchaseOrderId, chrono::DateTime<chrono::Utc>) => () = "update purchase_orders set pay_due_at = $2 where id = $1 and pay_due_at < $2";
}

/// A started attempt, and what the gateway's window calls the order.
#[derive(Debug)]
pub struct Started {
    pub attempt: Attempt,
    pub order_name: String,
    /// Hours a virtual account may wait for its deposit; None where none is offered.
    pub virtual_account_hours: Option<i64>,
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
) -> Result<Started, Failure<StartPaymentError>> {
    let locked = Locked::find(tx, OrderKey::Order(order)).await?;
    let locked = locked.filter(|locked| locked.order.user_id == by.user_id()).ok_or(StartPaymentError::NotFound)?;
    if locked.lines.iter().all(|line| line.state == LineState::CanceledByNopayment) {
        return Err(StartPaymentError::OrderLapsed.into());
    }
    if !locked.waits() {
        return Err(StartPaymentError::AlreadyPaid.into());
    }
    if locked.order.pay_due_at.is_none_or(|due| due <= now.0) {
        return Err(StartPaymentError::OrderLapsed.into());
    }
    if method == Some(Method::VirtualAccount) && !locked.order.takes_virtual_account {
        return Err(StartPaymentError::MethodNotOffered.into());
    }
    let amount = locked.order.total_payable;
    // A window that was never used gives way to the new one.
    for open in locked.unused() {
        step::call_off(tx, open).await.map_err(super::fault::step_fault)?;
    }
    let expires_at = now.plus(Duration::minutes(WINDOW_MINUTES));
    let start = Start { purchase_order_id: order, claim_id: None, amount, method, expires_at };
    let attempt = attempt::start(tx, start, now).await.map_err(Failure::widen)?;
    let checkout = settings::checkout(tx).await?;
    let held = now.plus(Duration::minutes(checkout.reservation_minutes));
    EXTEND.run(tx, (order, held)).await?;
    inventory::extend(tx, order, held).await?;
    let (first,) = FIRST_NAME.one(tx, (order,)).await?;
    Ok(Started {
        attempt,
        order_name: naming::order_name(&first, locked.lines.len()),
        virtual_account_hours: locked.order.takes_virtual_account.then_some(checkout.virtual_account_hours),
    })
}

//! A customer comes back from the gateway's window: the payment is confirmed.
//!
//! The amount is ours, not the client's: one that differs is refused before the gateway is asked, as is an order whose
//! time is over. Then what is about to happen is written and committed, the gateway is called with no transaction open,
//! and its answer is written. A lost answer is `unknown`: the customer polls, the order keeps its stock. A call that never
//! got there, because its function died before it or the call was lost, is made again under its key when the customer comes
//! again while the gateway still waits for it.

use super::ask::{self, NOT_OFFERED};
use super::fault::step_fault;
use super::locked::Locked;
use super::observe::{Seen, observe};
use authz::CustomerScope;
use boot::Boot;
use kernel::*;
use payments::attempt::OrderKey;
use payments::{Gateway, PaymentRow, PaymentState, step};

kernel::refusals! {
    /// Why a payment is not confirmed.
    pub enum ConfirmError {
        NotFound = 404 "payment_not_found" at "/order_id", "There is no such payment.", "결제 정보를 찾을 수 없습니다.";
        AmountMismatch = 409 "amount_mismatch" at "/amount", "The amount is not the amount of this payment.", "결제 금액이 일치하지 않습니다.";
        KeyMismatch = 409 "payment_key_mismatch" at "/payment_key", "This payment was begun with another key.", "결제 정보가 일치하지 않습니다.";
        OrderExpired = 409 "order_expired", "The time to pay for this order is over.", "결제 가능 시간이 지났습니다. 다시 주문해 주세요.";
        Ended = 409 "payment_ended", "This payment attempt has ended.", "종료된 결제입니다. 다시 결제해 주세요.";
        MethodNotOffered = 422 "payment_method_not_offered" at "/payment_key", "This order cannot be paid that way.", "선택한 결제수단을 사용할 수 없습니다.";
        Refused(String) = 402 "payment_refused", "The payment was refused.", "결제가 거절되었습니다.";
    }
}

/// What the window handed back.
#[derive(Debug, Clone)]
pub struct Returned {
    pub payment_key: String,
    pub pg_order_id: String,
    pub amount: Money,
}

/// Confirms, and answers the payment: `done`, `waiting_for_deposit`, or `unknown`. One confirmed before is as it stands.
pub async fn confirm(
    boot: &Boot,
    gateway: &dyn Gateway,
    by: CustomerScope,
    returned: Returned,
    now: Now,
) -> Result<PaymentRow, Failure<ConfirmError>> {
    let row = begin(boot, by, &returned, now).await?;
    let seen = match row.state {
        PaymentState::Ready => ask::confirm(boot, gateway, &row, returned.payment_key, now).await?,
        PaymentState::InProgress | PaymentState::Unknown => ask::ask_to_pay(boot, gateway, &row, now).await?,
        // Confirmed before, by this client or by a webhook.
        _ => return Ok(row),
    };
    let refused = if let Seen::Refused { code } = &seen { Some(code.clone()) } else { None };
    let tx = boot.db.begin().await?;
    let after = observe(&tx, &boot.vault, &row, seen, now).await?;
    tx.commit().await?;
    match (after.state, refused) {
        (PaymentState::Aborted, code) => Err(match code.or(after.failure_code).unwrap_or_default() {
            code if code == NOT_OFFERED => ConfirmError::MethodNotOffered,
            code => ConfirmError::Refused(code),
        }
        .into()),
        (PaymentState::Expired, _) => Err(ConfirmError::OrderExpired.into()),
        _ => Ok(after),
    }
}

/// Checks what came back and notes that the gateway is about to be asked. Answers the row as it was before.
async fn begin(
    boot: &Boot,
    by: CustomerScope,
    returned: &Returned,
    now: Now,
) -> Result<PaymentRow, Failure<ConfirmError>> {
    let tx = boot.db.begin().await?;
    let key = OrderKey::PgOrder(returned.pg_order_id.clone());
    let locked = Locked::find(&tx, key).await?.filter(|locked| locked.order.user_id == by.user_id());
    let locked = locked.ok_or(ConfirmError::NotFound)?;
    let row = locked.attempts.iter().find(|attempt| attempt.pg_order_id == returned.pg_order_id);
    let row = row.ok_or(ConfirmError::NotFound)?.clone();
    if row.amount != returned.amount {
        return Err(ConfirmError::AmountMismatch.into());
    }
    match row.state {
        PaymentState::Ready => {}
        PaymentState::InProgress
        | PaymentState::Unknown
        | PaymentState::WaitingForDeposit
        | PaymentState::Done
        | PaymentState::PartialCanceled => {
            let same = row.payment_key.as_deref() == Some(returned.payment_key.as_str());
            return if same { Ok(row) } else { Err(ConfirmError::KeyMismatch.into()) };
        }
        PaymentState::Canceled | PaymentState::Aborted => return Err(ConfirmError::Ended.into()),
        PaymentState::Expired => return Err(ConfirmError::OrderExpired.into()),
    }
    let lapsed = row.expires_at.is_some_and(|at| at <= now.0);
    if !locked.waits() || lapsed {
        return Err(ConfirmError::OrderExpired.into());
    }
    step::begin_confirm(tx, &row, &returned.payment_key, returned.amount, now).await.map_err(step_fault)?;
    Ok(row)
}

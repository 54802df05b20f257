//! A customer gives up an order that is not paid yet.
//!
//! The gateway is asked first: money that has just arrived makes it a paid order, which is cancelled, not called off. A
//! virtual account is closed at the gateway, so that a later deposit bounces; one that slips through is refunded.

use super::ask::{ask, close};
use super::locked::Locked;
use super::observe::{Seen, observe};
use super::unpaid::{self, Why};
use crate::ActorRef;
use crate::state::LineState;
use authz::CustomerScope;
use boot::Boot;
use db::Tx;
use jobs::outbox::Outbox;
use kernel::*;
use payments::attempt::OrderKey;
use payments::{Gateway, Outcome, PaymentState, step};

kernel::refusals! {
    /// Why an order cannot be called off.
    pub enum CallOffError {
        NotFound = 404 "purchase_order_not_found", "There is no such order.", "주문을 찾을 수 없습니다.";
        AlreadyPaid = 409 "already_paid", "The order is paid: cancel its lines instead.", "이미 결제된 주문입니다.";
        Pending = 409 "payment_pending", "A payment of this order is being settled, try again shortly.", "결제 결과를 확인하고 있습니다. 잠시 후 다시 시도해 주세요.";
    }
}

/// Calls an order off. Calling off twice changes nothing.
pub async fn call_off(
    boot: &Boot,
    gateway: &dyn Gateway,
    by: CustomerScope,
    actor: ActorRef,
    order: PurchaseOrderId,
    now: Now,
) -> Result<(), Failure<CallOffError>> {
    for payment in open_payments(boot, by, order).await? {
        let seen = match payment.state {
            PaymentState::WaitingForDeposit => {
                let key = payment.payment_key.clone().unwrap_or_default();
                match close(gateway, &payment, &key).await {
                    Outcome::Done(canceled) => Seen::Payment(Box::new(canceled.payment)),
                    // A deposit won the race, or nobody knows: the gateway's own word decides.
                    Outcome::Refused { .. } | Outcome::Unknown { .. } => {
                        Seen::from(gateway.by_order(&payment.pg_order_id).await)
                    }
                }
            }
            _ => ask(boot, gateway, &payment, now).await?,
        };
        let tx = boot.db.begin().await?;
        observe(&tx, &boot.vault, &payment, seen, now).await?;
        tx.commit().await?;
    }
    let tx = boot.db.begin().await?;
    let locked = locked(&tx, by, order).await?;
    if locked.lines.iter().all(|line| line.state == LineState::CanceledByNopayment) {
        return Ok(());
    }
    if !locked.waits() {
        return Err(CallOffError::AlreadyPaid.into());
    }
    for payment in locked.open() {
        if payment.state != PaymentState::Ready {
            return Err(CallOffError::Pending.into());
        }
        step::call_off(&tx, payment).await.map_err(super::fault::step_fault)?;
    }
    let mut outbox = Outbox::new();
    unpaid::end(&tx, &locked, Why::CalledOff(actor), now, &mut outbox).await?;
    outbox.write(&tx).await?;
    tx.commit().await?;
    Ok(())
}

async fn open_payments(
    boot: &Boot,
    by: CustomerScope,
    order: PurchaseOrderId,
) -> Result<Vec<payments::PaymentRow>, Failure<CallOffError>> {
    let tx = boot.db.begin().await?;
    let locked = locked(&tx, by, order).await?;
    // The account of a paid order stays open: after the bank took its deposit back, it is where the money is to come.
    let open = if locked.waits() { locked.open().cloned().collect() } else { Vec::new() };
    tx.commit().await?;
    Ok(open)
}

async fn locked(tx: &Tx, by: CustomerScope, order: PurchaseOrderId) -> Result<Locked, Failure<CallOffError>> {
    let found = Locked::find(tx, OrderKey::Order(order)).await?;
    Ok(found.filter(|locked| locked.order.user_id == by.user_id()).ok_or(CallOffError::NotFound)?)
}

//! Asking the gateway what became of an attempt.
//!
//! A virtual account (가상계좌) opened against our terms, for an order that cannot wait for a deposit or for longer than the
//! setting `virtual_account_hours` allows, is closed before anybody pays into it: the window runs in the customer's browser,
//! which may ask the gateway for anything.

use super::observe::Seen;
use crate::settings;
use boot::Boot;
use chrono::Duration;
use kernel::{Fault, Now, PurchaseOrderId};
use payments::gateway::{Cancel, Confirm};
use payments::{Gateway, Outcome, PaymentRow, PaymentState, PgStatus, step};

/// What an attempt is refused with whose account we close.
pub(super) const NOT_OFFERED: &str = "VIRTUAL_ACCOUNT_NOT_OFFERED";

db::statements! {
    static OFFERED: (PurchaseOrderId,) => (bool,) = "select takes_virtual_account from purchase_orders where id = $1";
}

/// What the gateway says of an attempt.
pub(super) async fn ask(boot: &Boot, gateway: &dyn Gateway, row: &PaymentRow, now: Now) -> Result<Seen, Fault> {
    let seen = Seen::from(gateway.by_order(&row.pg_order_id).await);
    within_terms(boot, gateway, row, seen, now).await
}

/// The same for somebody who waits to have paid. An attempt whose confirm the gateway still expects was left between the note
/// that it would be asked and the call: it is confirmed again, under the same key, so that the money is taken once.
pub(super) async fn ask_to_pay(boot: &Boot, gateway: &dyn Gateway, row: &PaymentRow, now: Now) -> Result<Seen, Fault> {
    let seen = ask(boot, gateway, row, now).await?;
    let expected = matches!(&seen, Seen::Payment(pg) if pg.status == PgStatus::InProgress);
    let in_time = row.expires_at.is_some_and(|at| at > now.0);
    match row.payment_key.clone().filter(|_| expected && in_time) {
        Some(payment_key) => confirm(boot, gateway, row, payment_key, now).await,
        None => Ok(seen),
    }
}

/// Has the gateway take the money.
pub(super) async fn confirm(
    boot: &Boot,
    gateway: &dyn Gateway,
    row: &PaymentRow,
    payment_key: String,
    now: Now,
) -> Result<Seen, Fault> {
    let order = Confirm {
        payment_key,
        pg_order_id: row.pg_order_id.clone(),
        amount: row.amount,
        idempotency_key: step::confirm_key(row.id),
    };
    within_terms(boot, gateway, row, Seen::from(gateway.confirm(&order).await), now).await
}

/// What was seen, unless it is an account we do not offer: that one is closed and counts as refused.
async fn within_terms(
    boot: &Boot,
    gateway: &dyn Gateway,
    row: &PaymentRow,
    seen: Seen,
    now: Now,
) -> Result<Seen, Fault> {
    let fresh = matches!(row.state, PaymentState::Ready | PaymentState::InProgress | PaymentState::Unknown);
    let Seen::Payment(pg) = &seen else { return Ok(seen) };
    let Some(account) = pg.virtual_account.as_ref().filter(|_| fresh && pg.status == PgStatus::WaitingForDeposit)
    else {
        return Ok(seen);
    };
    let conn = boot.db.writer().await?;
    let (offered,) = OFFERED.one(&conn, (row.purchase_order_id,)).await?;
    let hours = settings::checkout(&conn).await?.virtual_account_hours;
    drop(conn);
    // The gateway counts from when it opened the account, and rounds to minutes.
    if offered && account.due_at <= now.plus(Duration::hours(hours) + Duration::minutes(5)) {
        return Ok(seen);
    }
    Ok(match close(gateway, row, &pg.payment_key).await {
        Outcome::Done(_) => Seen::Refused { code: NOT_OFFERED.to_owned() },
        Outcome::Refused { code: why, .. } | Outcome::Unknown { why } => Seen::Unknown { why },
    })
}

/// Closes the account of an attempt, so that a later deposit bounces.
pub(super) async fn close(
    gateway: &dyn Gateway,
    row: &PaymentRow,
    payment_key: &str,
) -> Outcome<payments::gateway::Canceled> {
    let ask = Cancel {
        payment_key: payment_key.to_owned(),
        amount: None,
        refundable: None,
        reason: "주문 취소".to_owned(),
        account: None,
        idempotency_key: format!("close-{}", row.id.0.simple()),
    };
    gateway.cancel(&ask).await
}

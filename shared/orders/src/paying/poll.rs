//! A customer asks what became of a payment, or says that the window was closed.
//!
//! While the result is unknown each poll asks the gateway, but no more than every five seconds; a confirm that never reached
//! it is sent again. A closed window ends the attempt, unless the gateway says otherwise: it is asked first.

use super::ask;
use super::fault::step_fault;
use super::locked::Locked;
use super::observe::{Seen, observe};
use authz::CustomerScope;
use boot::Boot;
use chrono::Duration;
use kernel::*;
use payments::attempt::{self, OrderKey};
use payments::{Gateway, PaymentRow, PaymentState, evidence, step};

kernel::refusals! {
    /// Why a payment is not shown.
    pub enum PollError {
        NotFound = 404 "payment_not_found", "There is no such payment.", "결제 정보를 찾을 수 없습니다.";
    }
}

db::statements! {
    static OWNER: (PaymentId,) => (UserId,) = "select o.user_id from payments p join purchase_orders o on o.id = p.purchase_order_id where p.id = $1";
}

const ASK_EVERY_SECONDS: i64 = 5;

/// The payment as it stands.
pub async fn poll(
    boot: &Boot,
    gateway: &dyn Gateway,
    by: CustomerScope,
    id: PaymentId,
    now: Now,
) -> Result<PaymentRow, Failure<PollError>> {
    let row = own(boot, by, id).await?;
    if !matches!(row.state, PaymentState::Unknown | PaymentState::InProgress) {
        return Ok(row);
    }
    let last = evidence::last_asked(&boot.db.writer().await?, id).await?;
    if last.is_some_and(|at| at + Duration::seconds(ASK_EVERY_SECONDS) > now.0) {
        return Ok(row);
    }
    let seen = ask::ask_to_pay(boot, gateway, &row, now).await?;
    Ok(keep(boot, &row, seen, now).await?)
}

/// Ends an attempt whose window was closed.
pub async fn abandon(
    boot: &Boot,
    gateway: &dyn Gateway,
    by: CustomerScope,
    id: PaymentId,
    now: Now,
) -> Result<PaymentRow, Failure<PollError>> {
    let row = own(boot, by, id).await?;
    if !matches!(row.state, PaymentState::Ready | PaymentState::InProgress) {
        return Ok(row);
    }
    let seen = ask::ask(boot, gateway, &row, now).await?;
    let row = keep(boot, &row, seen, now).await?;
    if row.state != PaymentState::Ready {
        return Ok(row);
    }
    let tx = boot.db.begin().await?;
    let locked = Locked::find(&tx, OrderKey::Payment(id)).await?.ok_or(PollError::NotFound)?;
    if let Some(unused) = locked.unused().find(|attempt| attempt.id == id) {
        step::fail(&tx, unused, "WINDOW_CLOSED", now).await.map_err(step_fault)?;
    }
    let after = attempt::lock(&tx, id).await?;
    tx.commit().await?;
    Ok(after)
}

async fn own(boot: &Boot, by: CustomerScope, id: PaymentId) -> Result<PaymentRow, Failure<PollError>> {
    let conn = boot.db.writer().await?;
    let (owner,) = OWNER.opt(&conn, (id,)).await?.ok_or(PollError::NotFound)?;
    if owner != by.user_id() {
        return Err(PollError::NotFound.into());
    }
    Ok(attempt::find(&conn, id).await?.ok_or(PollError::NotFound)?)
}

async fn keep(boot: &Boot, row: &PaymentRow, seen: Seen, now: Now) -> Result<PaymentRow, Fault> {
    let tx = boot.db.begin().await?;
    let after = observe(&tx, &boot.vault, row, seen, now).await?;
    tx.commit().await?;
    Ok(after)
}

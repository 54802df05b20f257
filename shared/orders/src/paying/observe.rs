//! What the gateway says of a payment, written into our books: the one way a payment learns its fate.
//!
//! The client's confirm, a webhook, a poll and the clock may all bring the same news, in any order, twice or never. Each
//! asks the gateway and hands its answer in here; whoever comes second finds that nothing is left to do. Money that comes
//! for an order that no longer waits for it is kept apart as a surplus and sent back at once.

use super::paid::{self, Means};
use super::reversed;
use crate::claims::approve::refund_account;
use crate::lines::{self, LineRow};
use crate::state::LineState;
use boot::Vault;
use chrono::Duration;
use db::Tx;
use events::VirtualAccountIssued;
use jobs::outbox::Outbox;
use kernel::*;
use ledger::{Posting, Tender};
use payments::refund::{self, NewRefund};
use payments::{Lookup, PaymentRow, PaymentState, PgPayment, PgStatus, Purpose, TransactionResult, attempt, step};

db::statements! {
    static WAIT_UNTIL: (PurchaseOrderId, chrono::DateTime<chrono::Utc>) => (UserId,) = "update purchase_orders set pay_due_at = $2 where id = $1 returning user_id";
    static BUYER: (PurchaseOrderId,) => (UserId,) = "select user_id from purchase_orders where id = $1";
}

/// What was heard.
#[derive(Debug)]
pub enum Seen {
    Payment(Box<PgPayment>),
    /// The gateway knows no such payment.
    Nothing,
    /// It refused for good.
    Refused {
        code: String,
    },
    /// Nobody knows.
    Unknown {
        why: String,
    },
}

impl From<Lookup> for Seen {
    fn from(lookup: Lookup) -> Seen {
        match lookup {
            Lookup::Found(payment) => Seen::Payment(payment),
            Lookup::Nothing => Seen::Nothing,
            Lookup::Unknown { why } => Seen::Unknown { why },
        }
    }
}

impl From<payments::Outcome<PgPayment>> for Seen {
    fn from(outcome: payments::Outcome<PgPayment>) -> Seen {
        match outcome {
            payments::Outcome::Done(payment) => Seen::Payment(Box::new(payment)),
            payments::Outcome::Refused { code, .. } => Seen::Refused { code },
            payments::Outcome::Unknown { why } => Seen::Unknown { why },
        }
    }
}

/// Minutes after which a call the gateway knows nothing of never arrived.
const LOST_AFTER_MINUTES: i64 = 10;

/// Writes what was seen. Answers the payment as it stands afterwards.
pub async fn observe(tx: &Tx, vault: &Vault, payment: PaymentId, seen: Seen, now: Now) -> Result<PaymentRow, Fault> {
    let order = attempt::find(tx, payment)
        .await?
        .ok_or_else(|| Fault::internal(format!("no payment {payment}")))?
        .purchase_order_id;
    let lines = lines::lock_order(tx, order).await?;
    let row = attempt::lock(tx, payment).await?;
    if row.purpose != Purpose::Order {
        return Err(Fault::internal("fees of claims are not paid yet"));
    }
    let mut outbox = Outbox::new();
    match seen {
        Seen::Payment(pg) => found(tx, vault, &row, &pg, &lines, now, &mut outbox).await?,
        Seen::Refused { code } if row.state.is_open() => done(step::fail(tx, &row, &code, now).await)?,
        Seen::Refused { .. } => {}
        Seen::Unknown { why } if row.state == PaymentState::InProgress => done(step::lose(tx, &row, &why, now).await)?,
        Seen::Unknown { why } => step::asked(tx, row.id, TransactionResult::Unknown, &why, now).await?,
        Seen::Nothing => nothing(tx, &row, now).await?,
    }
    outbox.write(tx).await?;
    attempt::lock(tx, payment).await
}

async fn found(
    tx: &Tx,
    vault: &Vault,
    row: &PaymentRow,
    pg: &PgPayment,
    lines: &[LineRow],
    now: Now,
    outbox: &mut Outbox,
) -> Result<(), Fault> {
    let waiting = lines.iter().all(|line| line.state == LineState::PaymentWaiting);
    match (pg.status, row.state) {
        // What we already know.
        (
            PgStatus::Done | PgStatus::PartialCanceled | PgStatus::Canceled,
            PaymentState::Done | PaymentState::PartialCanceled,
        ) => Ok(()),
        (PgStatus::Canceled | PgStatus::PartialCanceled, PaymentState::Canceled) => Ok(()),
        // An account nobody paid into in time: the gateway leaves its state as it was and tells nobody.
        (PgStatus::WaitingForDeposit, PaymentState::WaitingForDeposit) => {
            if row.expires_at.is_some_and(|at| at <= now.0) { done(step::expire(tx, row).await) } else { Ok(()) }
        }
        (PgStatus::Done, PaymentState::Canceled) if row.captured_amount.is_positive() => Ok(()),
        (PgStatus::Done, _) if row.state.next(payments::PaymentAction::Capture).is_some() => {
            let others = attempt::lock_of_order(tx, row.purchase_order_id).await?;
            let taken = others.iter().any(|other| other.id != row.id && other.state.is_captured() && !other.is_surplus);
            let ended = matches!(row.state, PaymentState::Expired | PaymentState::Canceled);
            captured(tx, vault, row, pg, lines, !waiting || taken || ended, now, outbox).await
        }
        (PgStatus::WaitingForDeposit, PaymentState::InProgress | PaymentState::Unknown) => {
            wait_for_deposit(tx, vault, row, pg, now, outbox).await
        }
        (PgStatus::WaitingForDeposit, PaymentState::Done) => reversed::deposit(tx, row, pg, lines, now, outbox).await,
        (PgStatus::Aborted, _) if row.state.is_open() => {
            done(step::fail(tx, row, pg.failure_code.as_deref().unwrap_or("ABORTED"), now).await)
        }
        (
            PgStatus::Expired,
            PaymentState::InProgress | PaymentState::Unknown | PaymentState::Ready | PaymentState::WaitingForDeposit,
        ) => done(step::expire(tx, row).await),
        // Closed at the gateway before anybody paid into it.
        (PgStatus::Canceled, PaymentState::WaitingForDeposit) => done(step::call_off(tx, row).await),
        _ => step::asked(tx, row.id, TransactionResult::Success, &format!("{:?}", pg.status), now).await,
    }
}

async fn captured(
    tx: &Tx,
    vault: &Vault,
    row: &PaymentRow,
    pg: &PgPayment,
    lines: &[LineRow],
    surplus: bool,
    now: Now,
    outbox: &mut Outbox,
) -> Result<(), Fault> {
    let transaction_id = step::capture(tx, row, pg, surplus, now).await.map_err(step_fault)?;
    if !surplus {
        let method = pg.method.or(row.method).map_or("card", payments::Method::as_str).to_owned();
        let means = Means { payment_id: row.id, transaction_id, method };
        return paid::mark_paid(tx, row.purchase_order_id, lines, means, now, outbox).await;
    }
    let (user,) = BUYER.one(tx, (row.purchase_order_id,)).await?;
    ledger::post(
        tx,
        Posting::payment_captured(transaction_id, row.purchase_order_id, user, Tender::cash(row.amount), now),
    )
    .await?;
    let deposited = pg.method.or(row.method) == Some(payments::Method::VirtualAccount);
    let cause = if row.state == PaymentState::Expired { refund::Cause::LateDeposit } else { refund::Cause::Duplicate };
    let back = NewRefund {
        payment_id: row.id,
        cause,
        amount: row.amount,
        reason: "주문 종료 후 결제".to_owned(),
        // Without one the refund is refused, and people ask the customer for it.
        account: if deposited { refund_account(tx, vault, user).await? } else { None },
        due_at: Some(now.plus(Duration::days(3))),
    };
    refund::create(tx, vault, back, now).await.map_err(|failure| Fault::internal(format!("{failure:?}")))?;
    Ok(())
}

async fn wait_for_deposit(
    tx: &Tx,
    vault: &Vault,
    row: &PaymentRow,
    pg: &PgPayment,
    now: Now,
    outbox: &mut Outbox,
) -> Result<(), Fault> {
    let due_at = step::await_deposit(tx, vault, row, pg, now).await.map_err(step_fault)?;
    // Stock outlives the deposit's last minute, so that nothing is sold twice while the bank's news travels.
    inventory::extend(tx, row.purchase_order_id, due_at + Duration::minutes(10)).await?;
    let (user_id,) = WAIT_UNTIL.one(tx, (row.purchase_order_id, due_at)).await?;
    let event = VirtualAccountIssued {
        purchase_order_id: row.purchase_order_id,
        payment_id: row.id,
        user_id,
        amount: row.amount,
        due_at,
    };
    outbox.add(&event, now)
}

/// The gateway never heard of it: a window nobody opened runs out, a lost call counts as failed after a while.
async fn nothing(tx: &Tx, row: &PaymentRow, now: Now) -> Result<(), Fault> {
    let over = row.expires_at.is_some_and(|at| at <= now.0);
    match row.state {
        PaymentState::Ready | PaymentState::InProgress | PaymentState::WaitingForDeposit if over => {
            done(step::expire(tx, row).await)
        }
        PaymentState::Unknown if row.requested_at + Duration::minutes(LOST_AFTER_MINUTES) <= now.0 => {
            done(step::fail(tx, row, "NOT_FOUND_PAYMENT", now).await)
        }
        _ => step::asked(tx, row.id, TransactionResult::Failed, "NOT_FOUND_PAYMENT", now).await,
    }
}

fn done(result: Result<(), Failure<step::StepError>>) -> Result<(), Fault> {
    result.map_err(step_fault)
}

/// The table was asked before; a refusal here means the gateway's answer contradicts our row, which people must see.
pub(super) fn step_fault(failure: Failure<step::StepError>) -> Fault {
    match failure {
        Failure::Fault(fault) => fault,
        Failure::Refused(refusal) => {
            Fault::internal(format!("the gateway contradicts our payment: {}", refusal.code().id))
        }
    }
}

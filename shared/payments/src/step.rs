//! The steps of a payment attempt.
//!
//! Each takes the row as it was locked, asks the table of states, compares and sets, and keeps the gateway's answer as
//! evidence, all in the caller's transaction. What an order makes of a step is the caller's business.

use crate::evidence::{self, Evidence};
use crate::gateway::PgPayment;
use crate::{Method, PaymentAction, PaymentRow, PaymentState, TransactionKind, TransactionResult, virtual_account};
use boot::Vault;
use chrono::{DateTime, Duration, Utc};
use db::Tx;
use kernel::{Failure, Fault, Money, Now, PaymentId, PaymentTransactionId};

/// How long the gateway waits for our confirm.
const CONFIRM_MINUTES: i64 = 10;

kernel::refusals! {
    /// Why a payment does not take a step.
    pub enum StepError {
        InvalidState = 409 "invalid_state", "Not possible in its present state.", "현재 상태에서는 처리할 수 없습니다.";
        AmountMismatch = 409 "amount_mismatch", "The amount is not the amount of this payment.", "결제 금액이 일치하지 않습니다.";
    }
}

db::statements! {
    static BEGIN_CONFIRM: (PaymentId, PaymentState, PaymentState, String, DateTime<Utc>) => (PaymentId,) =
        "update payments set state = $3, payment_key = $4, expires_at = $5, version = version + 1 where id = $1 and state = $2 returning id";
    static CAPTURE: (PaymentId, PaymentState, PaymentState, Option<Method>, Option<String>, String, DateTime<Utc>, bool) => (PaymentId,) =
        "update payments set state = $3, method = coalesce($4, method), easy_pay_provider = coalesce($5, easy_pay_provider), payment_key = $6,
                approved_at = $7, captured_amount = amount, is_surplus = $8, failure_code = null, version = version + 1
         where id = $1 and state = $2 and captured_amount = 0 returning id";
    static AWAIT_DEPOSIT: (PaymentId, PaymentState, PaymentState, String, DateTime<Utc>) => (PaymentId,) =
        "update payments set state = $3, method = 'virtual_account', payment_key = $4, expires_at = $5, failure_code = null, version = version + 1
         where id = $1 and state = $2 returning id";
    static REVERSE_DEPOSIT: (PaymentId, PaymentState, PaymentState) => (PaymentId,) =
        "update payments set state = $3, captured_amount = 0, approved_at = null, version = version + 1
         where id = $1 and state = $2 and method = 'virtual_account' and refunded_amount = 0 returning id";
    static END: (PaymentId, PaymentState, PaymentState, Option<String>) => (PaymentId,) =
        "update payments set state = $3, failure_code = coalesce($4, failure_code), version = version + 1 where id = $1 and state = $2 returning id";
}

fn next(row: &PaymentRow, action: PaymentAction) -> Result<PaymentState, StepError> {
    row.state.next(action).ok_or(StepError::InvalidState)
}

fn moved(row: Option<(PaymentId,)>) -> Result<(), StepError> {
    row.map(drop).ok_or(StepError::InvalidState)
}

/// The gateway's payment must be the one we asked about.
fn same(row: &PaymentRow, pg: &PgPayment) -> Result<(), StepError> {
    let ours = row.pg_order_id == pg.pg_order_id && row.amount == pg.total_amount;
    if ours { Ok(()) } else { Err(StepError::AmountMismatch) }
}

/// The idempotency key a payment is confirmed with, the same at every try.
pub fn confirm_key(id: PaymentId) -> String {
    format!("confirm-{}", id.0.simple())
}

/// The customer came back from the window: the confirm is about to be sent. That is committed before it is, with the note
/// and in its round trip.
pub async fn begin_confirm(
    tx: Tx,
    row: &PaymentRow,
    payment_key: &str,
    amount: Money,
    now: Now,
) -> Result<(), Failure<StepError>> {
    let to = next(row, PaymentAction::BeginConfirm)?;
    if row.amount != amount {
        return Err(StepError::AmountMismatch.into());
    }
    let until = now.plus(Duration::minutes(CONFIRM_MINUTES));
    let note = (row.id, row.state, to, payment_key.to_owned(), until);
    let noted = tx.commit_with(async |tx| BEGIN_CONFIRM.opt(tx, note).await).await?;
    Ok(moved(noted)?)
}

/// The money is there, by the movement recorded as `by`. `surplus`: it came too late or twice and belongs to no live
/// order; give all of it back.
pub async fn capture(
    tx: &Tx,
    row: &PaymentRow,
    pg: &PgPayment,
    by: PaymentTransactionId,
    surplus: bool,
    now: Now,
) -> Result<(), Failure<StepError>> {
    let to = next(row, PaymentAction::Capture)?;
    same(row, pg)?;
    let at = pg.approved_at.unwrap_or(now.0);
    let (provider, key) = (pg.easy_pay_provider.clone(), pg.payment_key.clone());
    let kind = if is_deposit(row, pg) { TransactionKind::Deposit } else { TransactionKind::Confirm };
    let account = async {
        if kind == TransactionKind::Deposit { virtual_account::deposited(tx, row.id, now).await } else { Ok(()) }
    };
    let (captured, (), recorded) = futures::try_join!(
        CAPTURE.opt(tx, (row.id, row.state, to, pg.method, provider, key, at, surplus)),
        account,
        evidence::record(tx, Evidence { id: by, ..movement(row, kind, row.amount, pg) }, now),
    )?;
    moved(captured)?;
    // The row was not captured: a movement recorded before would have captured it.
    match recorded {
        Some(_) => Ok(()),
        None => Err(Fault::internal(format!("payment {}: this movement was captured before", row.id)).into()),
    }
}

fn is_deposit(row: &PaymentRow, pg: &PgPayment) -> bool {
    pg.method.or(row.method) == Some(Method::VirtualAccount)
}

/// The confirm opened a virtual account: no money yet. Answers until when it can be paid into.
pub async fn await_deposit(
    tx: &Tx,
    vault: &Vault,
    row: &PaymentRow,
    pg: &PgPayment,
    now: Now,
) -> Result<DateTime<Utc>, Failure<StepError>> {
    let to = next(row, PaymentAction::AwaitDeposit)?;
    same(row, pg)?;
    let account = virtual_account::open(tx, vault, row.id, pg).await?;
    moved(AWAIT_DEPOSIT.opt(tx, (row.id, row.state, to, pg.payment_key.clone(), account.due_at)).await?)?;
    evidence::record(tx, movement(row, TransactionKind::Confirm, Money::ZERO, pg), now).await?;
    Ok(account.due_at)
}

/// The bank took a deposit back; the account waits again.
pub async fn reverse_deposit(
    tx: &Tx,
    row: &PaymentRow,
    pg: &PgPayment,
    now: Now,
) -> Result<PaymentTransactionId, Failure<StepError>> {
    let to = next(row, PaymentAction::ReverseDeposit)?;
    same(row, pg)?;
    moved(REVERSE_DEPOSIT.opt(tx, (row.id, row.state, to)).await?)?;
    virtual_account::reversed(tx, row.id, now).await?;
    let by = evidence::record(tx, movement(row, TransactionKind::DepositReversal, -row.amount, pg), now).await?;
    by.ok_or_else(|| Fault::internal(format!("payment {}: this deposit was taken back before", row.id)).into())
}

/// The attempt failed for good: the gateway refused, or the customer reports it.
pub async fn fail(tx: &Tx, row: &PaymentRow, code: &str, now: Now) -> Result<(), Failure<StepError>> {
    let to = next(row, PaymentAction::Fail)?;
    moved(END.opt(tx, (row.id, row.state, to, Some(code.to_owned()))).await?)?;
    answer(tx, row, TransactionResult::Failed, code, now).await
}

/// The confirm's answer got lost: nobody knows yet.
pub async fn lose(tx: &Tx, row: &PaymentRow, why: &str, now: Now) -> Result<(), Failure<StepError>> {
    let to = next(row, PaymentAction::Lose)?;
    moved(END.opt(tx, (row.id, row.state, to, None)).await?)?;
    answer(tx, row, TransactionResult::Unknown, why, now).await
}

/// The time is over, and the gateway agrees.
pub async fn expire(tx: &Tx, row: &PaymentRow) -> Result<(), Failure<StepError>> {
    let to = next(row, PaymentAction::Expire)?;
    moved(END.opt(tx, (row.id, row.state, to, None)).await?)?;
    Ok(())
}

/// The unpaid order was called off; a virtual account is closed at the gateway before.
pub async fn call_off(tx: &Tx, row: &PaymentRow) -> Result<(), Failure<StepError>> {
    let to = next(row, PaymentAction::CallOff)?;
    moved(END.opt(tx, (row.id, row.state, to, None)).await?)?;
    Ok(())
}

/// The gateway was asked and nothing changed.
pub async fn asked(tx: &Tx, id: PaymentId, result: TransactionResult, code: &str, now: Now) -> Result<(), Fault> {
    evidence::record(tx, Evidence::query(id, result, Some(short(code))), now).await.map(drop)
}

/// What the gateway answered, as evidence of a movement.
fn movement(row: &PaymentRow, kind: TransactionKind, amount: Money, pg: &PgPayment) -> Evidence {
    Evidence {
        id: PaymentTransactionId::new(),
        payment_id: row.id,
        kind,
        pg_transaction_key: pg.last_transaction_key.clone(),
        amount,
        result: TransactionResult::Success,
        request_key: (kind == TransactionKind::Confirm).then(|| confirm_key(row.id)),
        pg_code: None,
        response: Some(pg.evidence.clone()),
    }
}

/// A confirm without success moves nothing: its evidence has no amount.
async fn answer(
    tx: &Tx,
    row: &PaymentRow,
    result: TransactionResult,
    code: &str,
    now: Now,
) -> Result<(), Failure<StepError>> {
    let evidence = Evidence {
        kind: TransactionKind::Confirm,
        request_key: Some(confirm_key(row.id)),
        ..Evidence::query(row.id, result, Some(short(code)))
    };
    evidence::record(tx, evidence, now).await?;
    Ok(())
}

fn short(code: &str) -> String {
    code.chars().take(200).collect()
}

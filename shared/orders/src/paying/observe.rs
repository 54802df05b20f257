//! What the gateway says of a payment, written into our books: the one way a payment learns its fate.
//!
//! The client's confirm, a webhook, a poll and the clock may all bring the same news, in any order, twice or never. Each
//! asks the gateway and hands its answer in here; whoever comes second finds that nothing is left to do. Money that comes
//! for an order that no longer waits for it is kept apart as a surplus and sent back at once.

use super::fault::step_fault;
use super::locked::Locked;
use super::paid::{self, Means};
use super::reversed;
use crate::claims::approve::refund_account;
use crate::settings;
use boot::Vault;
use chrono::{Duration, NaiveDate};
use db::Tx;
use events::VirtualAccountIssued;
use futures::{TryFutureExt, try_join};
use jobs::outbox::Outbox;
use kernel::*;
use ledger::{Posting, Tender};
use payments::attempt::{self, OrderKey};
use payments::refund::{self, NewRefund};
use payments::{
    Lookup, Method, PaymentAction, PaymentRow, PaymentState, PgPayment, PgStatus, TransactionResult, evidence, step,
    virtual_account,
};

db::statements! {
    static WAIT_UNTIL: (PurchaseOrderId, chrono::DateTime<chrono::Utc>) => () = "update purchase_orders set pay_due_at = $2 where id = $1";
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

/// Writes what was seen of a payment that stood like `asked` when the gateway was asked: an answer may be overtaken by
/// later news. Answers the payment as it stands afterwards.
pub async fn observe(tx: &Tx, vault: &Vault, asked: &PaymentRow, seen: Seen, now: Now) -> Result<PaymentRow, Fault> {
    let payment = asked.id;
    let (locked, holidays) =
        try_join!(Locked::find(tx, OrderKey::Payment(payment)), settings::holidays(tx, now.date()))?;
    let locked = locked.ok_or_else(|| Fault::internal(format!("no payment {payment}")))?;
    let row = locked.attempt(payment).ok_or_else(|| Fault::internal("fees of claims are not paid yet"))?;
    let news = News { tx, vault, locked: &locked, asked, row, holidays: &holidays, now };
    let mut outbox = Outbox::new();
    match seen {
        Seen::Payment(pg) => news.found(&pg, &mut outbox).await?,
        Seen::Refused { code } if row.state.is_open() => done(step::fail(tx, row, &code, now).await)?,
        Seen::Refused { .. } => {}
        Seen::Unknown { why } if row.state == PaymentState::InProgress => done(step::lose(tx, row, &why, now).await)?,
        Seen::Unknown { why } => step::asked(tx, row.id, TransactionResult::Unknown, &why, now).await?,
        Seen::Nothing => nothing(tx, row, now).await?,
    }
    let ((), after) = try_join!(outbox.write(tx), attempt::lock(tx, payment))?;
    Ok(after)
}

/// News of one attempt of a locked order.
struct News<'a> {
    tx: &'a Tx,
    vault: &'a Vault,
    locked: &'a Locked,
    asked: &'a PaymentRow,
    row: &'a PaymentRow,
    holidays: &'a [NaiveDate],
    now: Now,
}

impl News<'_> {
    async fn found(&self, pg: &PgPayment, outbox: &mut Outbox) -> Result<(), Fault> {
        let News { tx, locked, asked, row, now, .. } = *self;
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
            (PgStatus::Done, PaymentState::Canceled) if row.captured_amount.is_positive() => self.after_all(pg).await,
            (PgStatus::Done, _) if row.state.next(PaymentAction::Capture).is_some() => {
                match self.unheard_account(pg).await? {
                    Some(row) => News { row: &row, ..*self }.money(pg, outbox).await,
                    None => self.money(pg, outbox).await,
                }
            }
            (PgStatus::WaitingForDeposit, PaymentState::InProgress | PaymentState::Unknown) => {
                self.wait_for_deposit(pg, outbox).await
            }
            // Taken back, if the deposit was known when the gateway was asked; else it came after this answer was given.
            (PgStatus::WaitingForDeposit, PaymentState::Done)
                if (asked.state, asked.approved_at) == (row.state, row.approved_at) =>
            {
                reversed::deposit(tx, row, pg, locked, now, outbox).await
            }
            (PgStatus::Aborted, _) if row.state.is_open() => {
                done(step::fail(tx, row, pg.failure_code.as_deref().unwrap_or("ABORTED"), now).await)
            }
            (
                PgStatus::Expired,
                PaymentState::InProgress
                | PaymentState::Unknown
                | PaymentState::Ready
                | PaymentState::WaitingForDeposit,
            ) => done(step::expire(tx, row).await),
            // Undone at the gateway before we heard of it.
            (PgStatus::Canceled, _) if row.state.is_open() && row.state.next(PaymentAction::Fail).is_some() => {
                done(step::fail(tx, row, "CANCELED_AT_GATEWAY", now).await)
            }
            // Closed at the gateway before anybody paid into it.
            (PgStatus::Canceled, PaymentState::WaitingForDeposit) => done(step::call_off(tx, row).await),
            _ => step::asked(tx, row.id, TransactionResult::Success, &format!("{:?}", pg.status), now).await,
        }
    }

    /// An account that was paid into before we heard that it was opened: it is kept all the same, for its secret and for a
    /// deposit that is taken back. Answers the attempt as it then stands.
    async fn unheard_account(&self, pg: &PgPayment) -> Result<Option<PaymentRow>, Fault> {
        let News { tx, vault, row, now, .. } = *self;
        let told = pg.virtual_account.is_some() && pg.secret.is_some();
        if !told || row.state.next(PaymentAction::AwaitDeposit).is_none() {
            return Ok(None);
        }
        step::await_deposit(tx, vault, row, pg, now).await.map_err(step_fault)?;
        Ok(Some(attempt::lock(tx, row.id).await?))
    }

    /// Money is there: for the order if it still waits or still owes what the bank took back, else it goes back.
    async fn money(&self, pg: &PgPayment, outbox: &mut Outbox) -> Result<(), Fault> {
        let News { tx, locked, row, .. } = *self;
        let ended = matches!(row.state, PaymentState::Expired | PaymentState::Canceled);
        if locked.paid_by_another(row.id) {
            self.surplus(pg).await
        } else if !ended && locked.waits() {
            self.captured(pg, outbox).await
        } else if locked.lives() && virtual_account::was_reversed(tx, row.id).await? {
            self.made_good(pg).await
        } else {
            self.surplus(pg).await
        }
    }

    /// Old news of a payment that was given back whole, or money that came in since.
    async fn after_all(&self, pg: &PgPayment) -> Result<(), Fault> {
        let News { tx, locked, row, now, .. } = *self;
        match &pg.last_transaction_key {
            Some(key) if !evidence::knows(tx, row.id, key).await? => {
                reversed::unclaimed(tx, locked.order.id, now).await
            }
            _ => Ok(()),
        }
    }

    /// The lines never fell back and the books never left: the payment alone is captured again.
    async fn made_good(&self, pg: &PgPayment) -> Result<(), Fault> {
        let News { tx, locked, row, now, .. } = *self;
        done(step::capture(tx, row, pg, PaymentTransactionId::new(), false, now).await)?;
        reversed::settled(tx, locked.order.id).await
    }

    fn method(&self, pg: &PgPayment) -> Method {
        pg.method.or(self.row.method).unwrap_or(Method::Card)
    }

    /// Captures the payment and moves the order on, in one round trip.
    async fn captured(&self, pg: &PgPayment, outbox: &mut Outbox) -> Result<(), Fault> {
        let transaction_id = PaymentTransactionId::new();
        let means = Means { payment_id: self.row.id, transaction_id, method: self.method(pg).as_str().to_owned() };
        try_join!(
            step::capture(self.tx, self.row, pg, transaction_id, false, self.now).map_err(step_fault),
            paid::mark_paid(self.tx, self.locked, means, self.holidays, self.now, outbox),
        )?;
        Ok(())
    }

    /// Money for an order that does not wait for it goes back at once.
    async fn surplus(&self, pg: &PgPayment) -> Result<(), Fault> {
        let News { tx, vault, row, now, .. } = *self;
        let (order, user) = (self.locked.order.id, self.locked.order.user_id);
        let transaction_id = PaymentTransactionId::new();
        done(step::capture(tx, row, pg, transaction_id, true, now).await)?;
        ledger::post(tx, Posting::payment_captured(transaction_id, order, user, Tender::cash(row.amount), now)).await?;
        let late = row.state == PaymentState::Expired;
        let deposited = self.method(pg) == Method::VirtualAccount;
        let back = NewRefund {
            payment_id: row.id,
            cause: if late { refund::Cause::LateDeposit } else { refund::Cause::Duplicate },
            amount: row.amount,
            reason: "주문 종료 후 결제".to_owned(),
            // Without one the refund is refused, and people ask the customer for it.
            account: if deposited { refund_account(tx, vault, user).await? } else { None },
            due_at: Some(now.plus(Duration::days(3))),
        };
        refund::create(tx, vault, back, now).await.map_err(|failure| failure.unexpected("a deposit given back"))?;
        Ok(())
    }

    async fn wait_for_deposit(&self, pg: &PgPayment, outbox: &mut Outbox) -> Result<(), Fault> {
        let News { tx, vault, row, now, .. } = *self;
        let due_at = step::await_deposit(tx, vault, row, pg, now).await.map_err(step_fault)?;
        // Stock outlives the deposit's last minute, so that nothing is sold twice while the bank's news travels.
        inventory::extend(tx, row.purchase_order_id, due_at + Duration::minutes(10)).await?;
        WAIT_UNTIL.run(tx, (row.purchase_order_id, due_at)).await?;
        let event = VirtualAccountIssued {
            purchase_order_id: row.purchase_order_id,
            payment_id: row.id,
            user_id: self.locked.order.user_id,
            amount: row.amount,
            due_at,
        };
        outbox.add(&event, now)
    }
}

/// The gateway never heard of it: a window nobody opened runs out; a confirm whose answer got lost counts as never arrived
/// once the gateway would no longer take it.
async fn nothing(tx: &Tx, row: &PaymentRow, now: Now) -> Result<(), Fault> {
    let over = row.expires_at.is_some_and(|at| at <= now.0);
    match row.state {
        PaymentState::Ready | PaymentState::InProgress | PaymentState::WaitingForDeposit if over => {
            done(step::expire(tx, row).await)
        }
        PaymentState::Unknown if over => done(step::fail(tx, row, "NOT_FOUND_PAYMENT", now).await),
        _ => step::asked(tx, row.id, TransactionResult::Failed, "NOT_FOUND_PAYMENT", now).await,
    }
}

fn done(result: Result<(), Failure<step::StepError>>) -> Result<(), Fault> {
    result.map_err(step_fault)
}

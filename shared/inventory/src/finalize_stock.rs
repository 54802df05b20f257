//! Stock follows the money: what was paid leaves the shelf, what was called off is free again, what the bank took back is
//! held again. The message may come twice, or late; each step looks at the state it finds.

use crate::{confirm, release, unconfirm};
use db::Db;
use events::queues::{FINALIZE_STOCK, Queue};
use events::{DepositReversed, DomainEvent, Envelope, OrderPaid, PaymentExpired, PaymentFailed};
use jobs::{Task, TaskError, TaskFuture};
use kernel::Now;

/// The task behind the queue `finalize-stock.fifo`.
pub struct FinalizeStock {
    pub db: Db,
}

impl Task for FinalizeStock {
    fn queue(&self) -> &'static Queue {
        &FINALIZE_STOCK
    }

    fn run<'a>(&'a self, event: &'a Envelope, now: Now) -> TaskFuture<'a> {
        Box::pin(async move {
            // In a sale every order that is paid wants the rows that every buyer wants.
            let tx = self.db.begin().await?.early_lock_release();
            if event.is::<OrderPaid>() {
                let paid: OrderPaid = read(event)?;
                confirm(&tx, paid.purchase_order_id, paid.payment_transaction_id, now).await?;
            } else if event.is::<PaymentFailed>() {
                release(&tx, read::<PaymentFailed>(event)?.purchase_order_id, "payment_failed", now).await?;
            } else if event.is::<PaymentExpired>() {
                release(&tx, read::<PaymentExpired>(event)?.purchase_order_id, "payment_expired", now).await?;
            } else if event.is::<DepositReversed>() {
                let taken_back: DepositReversed = read(event)?;
                let order = taken_back.purchase_order_id;
                unconfirm(&tx, order, taken_back.payment_transaction_id, now).await?;
                // The order may have ended before this message came.
                release(&tx, order, "deposit_reversed", now).await?;
            }
            Ok(tx.commit().await?)
        })
    }
}

fn read<E: DomainEvent>(event: &Envelope) -> Result<E, TaskError> {
    serde_json::from_value(event.payload.clone()).map_err(|error| TaskError::Poison(error.to_string()))
}

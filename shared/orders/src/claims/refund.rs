//! Executing refunds: the gateway first, then the books.
//!
//! A refund order is taken and committed, sent with no transaction open, and its answer written together with everything
//! that follows from it. An answer that got lost is asked for again under the same key; a refusal is for people.

use super::books::{self, Refunded};
use super::write;
use crate::lines;
use crate::state::{CancelAction, CancelState};
use boot::Boot;
use events::queues::{EXECUTE_REFUND, Queue};
use events::{ClaimRefundable, Envelope, RefundCompleted, RefundRequested};
use jobs::outbox::Outbox;
use jobs::{Task, TaskError, TaskFuture};
use kernel::*;
use ledger::{Posting, RefundOf, Tender};
use payments::refund::{self, RefundRow, Take};
use payments::{Gateway, Outcome};
use std::sync::Arc;

db::statements! {
    static BUYER: (PurchaseOrderId,) => (UserId,) = "select user_id from purchase_orders where id = $1";
}

/// Task `execute_refund`.
pub struct ExecuteRefund {
    pub boot: Boot,
    pub gateway: Arc<dyn Gateway>,
}

impl Task for ExecuteRefund {
    fn queue(&self) -> &'static Queue {
        &EXECUTE_REFUND
    }

    fn run<'a>(&'a self, event: &'a Envelope, now: Now) -> TaskFuture<'a> {
        Box::pin(async move {
            if let Some(asked) = event.read::<RefundRequested>() {
                return self.refund(asked.map_err(|e| TaskError::Poison(e.to_string()))?.refund_id, now).await;
            }
            if let Some(claim) = event.read::<ClaimRefundable>() {
                return self.without_cash(claim.map_err(|e| TaskError::Poison(e.to_string()))?, now).await;
            }
            Ok(())
        })
    }
}

impl ExecuteRefund {
    async fn refund(&self, id: RefundId, now: Now) -> Result<(), TaskError> {
        let Some((refund, ask_first)) = self.take(id, now).await? else { return Ok(()) };
        let outcome = refund::send(self.gateway.as_ref(), &self.boot.vault, &refund, ask_first).await?;
        let tx = self.boot.db.begin().await?;
        let lines = lines::lock_order(&tx, refund.purchase_order_id).await?;
        let refund = refund::lock(&tx, id).await?;
        match outcome {
            Outcome::Done(canceled) => {
                refund::settle(&tx, &refund, &canceled, now).await?;
                let mut outbox = Outbox::new();
                self.book(&tx, &refund, &lines, now, &mut outbox).await?;
                outbox.write(&tx).await?;
                tx.commit().await?;
                Ok(())
            }
            Outcome::Refused { code, message } => {
                tracing::error!(refund_id = %id, code, message, "the gateway refused a refund: an operator has to look at it");
                refund::fail(&tx, &refund, &code, now).await?;
                Ok(tx.commit().await?)
            }
            Outcome::Unknown { why } => {
                refund::lose(&tx, &refund, &why, now).await?;
                tx.commit().await?;
                Err(TaskError::RetryAfter { seconds: 60, why })
            }
        }
    }

    /// Takes the refund order, and its claim with it. None: it has ended.
    async fn take(&self, id: RefundId, now: Now) -> Result<Option<(RefundRow, bool)>, TaskError> {
        let tx = self.boot.db.begin().await?;
        let Some(known) = refund::find(&tx, id).await? else {
            return Err(TaskError::Poison(format!("no refund {id}")));
        };
        lines::lock_order(&tx, known.purchase_order_id).await?;
        let taken = match refund::take(&tx, id).await? {
            Take::Send { refund, ask_first } => Some((*refund, ask_first)),
            Take::Ended(_) => None,
            Take::Busy => {
                return Err(TaskError::RetryAfter {
                    seconds: 10,
                    why: "another refund of this payment is under way".to_owned(),
                });
            }
        };
        if let Some(claim) = known.claim_id.filter(|_| taken.is_some()) {
            let claim =
                write::find(&tx, claim).await?.ok_or_else(|| TaskError::Poison(format!("no claim of refund {id}")))?;
            if claim.state == CancelState::Approved {
                write::step(&tx, &claim, CancelAction::Refund, None, now).await?;
            }
        }
        tx.commit().await?;
        Ok(taken)
    }

    async fn book(
        &self,
        tx: &db::Tx,
        refund: &RefundRow,
        lines: &[lines::LineRow],
        now: Now,
        outbox: &mut Outbox,
    ) -> Result<(), TaskError> {
        if let Some(id) = refund.claim_id {
            let claim = write::find(tx, id)
                .await?
                .ok_or_else(|| TaskError::Poison(format!("no claim of refund {}", refund.id)))?;
            let by = Refunded { refund_id: refund.id, payment_id: refund.payment_id };
            return Ok(books::finish(tx, &claim, lines, Some(by), now, outbox).await?);
        }
        // Money that came for an order that had ended: nothing but the money goes back.
        let (user,) = BUYER.one(tx, (refund.purchase_order_id,)).await?;
        let back = Tender::cash(refund.amount);
        ledger::post(tx, Posting::refund(RefundOf::Order(refund.id), refund.purchase_order_id, user, back, now))
            .await?;
        let event = RefundCompleted {
            refund_id: Some(refund.id),
            payment_id: Some(refund.payment_id),
            claim_id: None,
            purchase_order_id: refund.purchase_order_id,
            seller_id: None,
            amount: refund.amount,
            product_order_ids: Vec::new(),
        };
        Ok(outbox.add(&event, now)?)
    }

    /// A claim whose pieces were paid with points and rewards alone, or whose fee ate the cash.
    async fn without_cash(&self, asked: ClaimRefundable, now: Now) -> Result<(), TaskError> {
        let tx = self.boot.db.begin().await?;
        let lines = lines::lock_order(&tx, asked.purchase_order_id).await?;
        let Some(claim) = write::find(&tx, asked.claim_id).await? else {
            return Err(TaskError::Poison(format!("no claim {}", asked.claim_id)));
        };
        if claim.state != CancelState::Approved {
            return Ok(());
        }
        write::step(&tx, &claim, CancelAction::Refund, None, now).await?;
        let claim =
            write::find(&tx, asked.claim_id).await?.ok_or_else(|| Fault::internal("a locked claim vanished"))?;
        let mut outbox = Outbox::new();
        books::finish(&tx, &claim, &lines, None, now, &mut outbox).await?;
        outbox.write(&tx).await?;
        Ok(tx.commit().await?)
    }
}

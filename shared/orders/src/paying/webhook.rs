//! A webhook of the gateway says that something happened to a payment. It is only a hint: the gateway is asked, and its
//! answer is written like any other.

use super::ask::ask;
use super::observe::{Seen, observe};
use boot::Boot;
use events::queues::{PROCESS_PAYMENT_WEBHOOK, Queue};
use events::{Envelope, PaymentWebhookReceived};
use jobs::{Task, TaskError, TaskFuture};
use kernel::Now;
use payments::{Gateway, Lookup, attempt};
use std::sync::Arc;

/// Task `process_payment_webhook`, as far as payments go; payouts are told by the settlement's own.
pub struct ProcessPaymentWebhook {
    pub boot: Boot,
    pub gateway: Arc<dyn Gateway>,
    /// What payout events mean; None in functions that have no payouts.
    pub payouts: Option<Arc<dyn Task>>,
}

impl Task for ProcessPaymentWebhook {
    fn queue(&self) -> &'static Queue {
        &PROCESS_PAYMENT_WEBHOOK
    }

    fn run<'a>(&'a self, event: &'a Envelope, now: Now) -> TaskFuture<'a> {
        Box::pin(async move {
            let Some(hint) = event.read::<PaymentWebhookReceived>() else { return Ok(()) };
            let hint = hint.map_err(|e| TaskError::Poison(e.to_string()))?;
            if hint.ref_payout_id.is_some() || hint.pg_seller_id.is_some() {
                return match &self.payouts {
                    Some(task) => task.run(event, now).await,
                    None => Err(TaskError::Poison("a payout event where payouts are not handled".to_owned())),
                };
            }
            self.payment(hint, now).await
        })
    }
}

impl ProcessPaymentWebhook {
    /// The order a hint is about; an overseas cancel may name its payment alone.
    async fn order_of(&self, hint: PaymentWebhookReceived) -> Result<Option<String>, TaskError> {
        let (None, Some(key)) = (&hint.pg_order_id, &hint.payment_key) else { return Ok(hint.pg_order_id) };
        match self.gateway.by_key(key).await {
            Lookup::Found(payment) => Ok(Some(payment.pg_order_id)),
            Lookup::Nothing => Ok(None),
            Lookup::Unknown { why } => Err(TaskError::RetryAfter { seconds: 30, why }),
        }
    }

    async fn payment(&self, hint: PaymentWebhookReceived, now: Now) -> Result<(), TaskError> {
        let Some(pg_order_id) = self.order_of(hint).await? else { return Ok(()) };
        let ours = attempt::find_by_pg_order_id(&self.boot.db.writer().await?, &pg_order_id).await?;
        // Events of other systems under the same merchant are none of ours.
        let Some(row) = ours else { return Ok(()) };
        let seen = ask(&self.boot, self.gateway.as_ref(), &row, now).await?;
        if let Seen::Unknown { why } = &seen {
            return Err(TaskError::RetryAfter { seconds: 30, why: why.clone() });
        }
        let tx = self.boot.db.begin().await?;
        observe(&tx, &self.boot.vault, &row, seen, now).await?;
        Ok(tx.commit().await?)
    }
}

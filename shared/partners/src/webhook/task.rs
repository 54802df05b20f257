//! The task deliver_partner_webhook: an event makes deliveries, a due delivery is sent.

use crate::webhook::courier::Courier;
use crate::webhook::{fan_out, send};
use boot::{Boot, Vault};
use db::Db;
use events::queues::{self, Queue};
use events::{Envelope, WebhookDue};
use jobs::{Nudge, Task, TaskError, TaskFuture};
use kernel::*;

/// Tells partners what happened.
pub struct DeliverPartnerWebhook {
    db: Db,
    vault: Vault,
    courier: Courier,
    nudge: Nudge,
}

impl DeliverPartnerWebhook {
    pub fn new(boot: &Boot, nudge: Nudge) -> Result<DeliverPartnerWebhook, Fault> {
        Ok(DeliverPartnerWebhook {
            db: boot.db.clone(),
            vault: boot.vault.clone(),
            courier: Courier::new(boot)?,
            nudge,
        })
    }

    async fn handle(&self, event: &Envelope, now: Now) -> Result<(), TaskError> {
        let wrote = match event.read::<WebhookDue>() {
            Some(Ok(due)) => {
                send::send(&self.db, &self.vault, &self.courier, due.delivery_id, due.attempt, now).await?
            }
            Some(Err(error)) => return Err(TaskError::Poison(error.to_string())),
            None => fan_out::fan_out(&self.db, event, now).await? > 0,
        };
        if wrote {
            self.nudge.relay().await;
        }
        Ok(())
    }
}

impl Task for DeliverPartnerWebhook {
    fn queue(&self) -> &'static Queue {
        &queues::DELIVER_PARTNER_WEBHOOK
    }
    fn run<'a>(&'a self, event: &'a Envelope, now: Now) -> TaskFuture<'a> {
        Box::pin(self.handle(event, now))
    }
}

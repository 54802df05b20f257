//! Deliveries whose wait is longer than a queue can hold a message, whose message was lost, or which are asked for again
//! with a whole window: those go last.

use crate::webhook::delivery;
use chrono::{DateTime, Utc};
use db::Db;
use events::WebhookDue;
use jobs::outbox::Outbox;
use jobs::{Nudge, Schedule, ScheduleFuture};
use kernel::*;

db::row! { struct DueRow { id: WebhookDeliveryId, attempts: i32 } }

db::statements! {
    static DUE: (Now, DateTime<Utc>, i64) => DueRow =
        "with due as (
             select w.id from webhook_deliveries w join webhook_endpoints e on e.id = w.webhook_endpoint_id
             where w.state in ('pending', 'retrying') and w.next_attempt_at <= $1 and (w.queued_until is null or w.queued_until <= $1) and e.state <> 'paused'
             order by w.replayed_at is not null, w.next_attempt_at, w.id limit $3 for update of w skip locked),
         queued as (
             update webhook_deliveries d set queued_until = $2 from due where d.id = due.id
             returning d.id, d.attempts, d.replayed_at, d.next_attempt_at)
         select id, attempts from queued order by replayed_at is not null, next_attempt_at, id";
}

/// Every minute: sends what is due on its way.
pub struct SweepWebhookDeliveries {
    pub db: Db,
    pub nudge: Nudge,
}

const BATCH: i64 = 500;

/// Queues due deliveries; answers how many.
pub async fn sweep(db: &Db, now: Now) -> Result<usize, Fault> {
    let tx = db.begin().await?;
    let due = DUE.all(&tx, (now, delivery::on_its_way(now), BATCH)).await?;
    let mut outbox = Outbox::new();
    for row in &due {
        outbox.add(&WebhookDue { delivery_id: row.id, attempt: row.attempts + 1, delay_seconds: 0 }, now)?;
    }
    outbox.write(&tx).await?;
    tx.commit().await?;
    Ok(due.len())
}

impl Schedule for SweepWebhookDeliveries {
    fn name(&self) -> &'static str {
        "sweep_webhook_deliveries"
    }
    fn cron(&self) -> &'static str {
        "* * * * ? *"
    }
    fn run(&self, now: Now) -> ScheduleFuture<'_> {
        Box::pin(async move {
            let queued = sweep(&self.db, now).await?;
            if queued > 0 {
                self.nudge.relay().await;
            }
            Ok(serde_json::json!({ "queued": queued }))
        })
    }
}

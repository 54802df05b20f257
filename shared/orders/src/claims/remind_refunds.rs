//! Every hour, refunds that should have ended are asked for again: a message may have given up while the gateway was out of
//! reach, and a customer's money must not wait until somebody looks.

use chrono::Duration;
use db::Db;
use jobs::{Schedule, ScheduleFuture};
use kernel::Now;
use payments::refund_again;

/// Schedule `remind_refunds`.
pub struct RemindRefunds {
    pub db: Db,
}

/// As many as an hour's refunds of a busy day; the oldest first, the rest next hour.
const BATCH: i64 = 1_000;

impl Schedule for RemindRefunds {
    fn name(&self) -> &'static str {
        "remind_refunds"
    }
    fn cron(&self) -> &'static str {
        "10 * * * ? *"
    }
    fn run(&self, now: Now) -> ScheduleFuture<'_> {
        Box::pin(async move {
            let tx = self.db.begin().await?;
            let reminded = refund_again::remind(&tx, now.plus(-Duration::hours(1)), BATCH, now).await?;
            tx.commit().await?;
            Ok(serde_json::json!({ "reminded": reminded }))
        })
    }
}

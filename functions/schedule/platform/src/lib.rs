//! Schedules that keep the platform itself going.

use boot::Boot;
use catalog::ApplyPrices;
use jobs::{Nudge, Relay, Schedule, ScheduleFuture, Schedules};
use kernel::{Fault, Now};
use laws::CheckLaws;
use partners::inbound::waiting::MatchWaitingScans;
use partners::webhook::sweep::SweepWebhookDeliveries;
use retention::RetentionPurge;

/// This function's schedules.
pub async fn schedules(boot: Boot) -> Result<Schedules, Fault> {
    let (db, nudge) = (boot.db.clone(), Nudge::new(&boot.aws));
    Ok(Schedules::new("platform")
        .schedule(SweepOutbox { relay: Relay::new(&boot.db, &boot.aws) })
        .schedule(CheckLaws { db: db.clone() })
        .schedule(ApplyPrices { db: db.clone() })
        .schedule(SweepWebhookDeliveries { db: db.clone(), nudge: nudge.clone() })
        .schedule(RetentionPurge { db: db.clone() })
        .schedule(MatchWaitingScans { db, nudge }))
}

/// Sends events whose nudge was lost.
struct SweepOutbox {
    relay: Relay,
}

impl Schedule for SweepOutbox {
    fn name(&self) -> &'static str {
        "sweep_outbox"
    }
    fn cron(&self) -> &'static str {
        "* * * * ? *"
    }
    fn run(&self, now: Now) -> ScheduleFuture<'_> {
        Box::pin(async move { serde_json::to_value(self.relay.run(now).await?).map_err(Fault::internal) })
    }
}

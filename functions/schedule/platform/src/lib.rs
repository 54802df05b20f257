//! Schedules that keep the platform itself going.

use boot::Boot;
use jobs::{Relay, Schedule, ScheduleFuture, Schedules};
use kernel::{Fault, Now};

/// This function's schedules.
pub async fn schedules(boot: Boot) -> Result<Schedules, Fault> {
    Ok(Schedules::new("platform").schedule(SweepOutbox { relay: Relay::new(&boot.db, &boot.aws) }))
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

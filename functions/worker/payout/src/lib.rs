//! Settles with sellers: builds statements an operator asked for, hands transfers to the payout provider and follows them.

use boot::Boot;
use jobs::{Nudge, Worker};
use kernel::Fault;
use payments::gateway::TossPayouts;
use settlement::build_period::BuildSettlementPeriod;
use settlement::payouts::Provider;
use settlement::payouts::follow::SendPayout;
use std::sync::Arc;

/// This function's tasks.
pub async fn worker(boot: Boot) -> Result<Worker, Fault> {
    let provider: Provider = Arc::new(TossPayouts::new(&boot)?);
    let nudge = Nudge::new(&boot.aws);
    Ok(Worker::new("payout")
        .nudging(nudge)
        .task(BuildSettlementPeriod { db: boot.db.clone() })
        .task(SendPayout { db: boot.db, provider }))
}

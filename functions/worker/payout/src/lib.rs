//! Sends approved payouts to the provider and asks after them until they end.

use boot::Boot;
use jobs::Worker;
use kernel::Fault;
use payments::gateway::TossPayouts;
use settlement::payouts::follow::SendPayout;
use std::sync::Arc;

/// This function's tasks.
pub async fn worker(boot: Boot) -> Result<Worker, Fault> {
    let provider = Arc::new(TossPayouts::new(&boot)?);
    Ok(Worker::new("payout").task(SendPayout { db: boot.db, provider }))
}

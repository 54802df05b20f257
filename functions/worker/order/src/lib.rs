//! Moves orders on: their stock after the payment, their lines with the parcel, their confirmation by the clock.

use boot::Boot;
use inventory::FinalizeStock;
use jobs::{Nudge, Worker};
use kernel::Fault;
use orders::decide::AutoConfirmPurchase;
use orders::track::ApplyTracking;

/// This function's tasks.
pub async fn worker(boot: Boot) -> Result<Worker, Fault> {
    let nudge = Nudge::new(&boot.aws);
    Ok(Worker::new("order")
        .nudging(nudge)
        .task(FinalizeStock { db: boot.db.clone() })
        .task(ApplyTracking { db: boot.db.clone() })
        .task(AutoConfirmPurchase { db: boot.db }))
}

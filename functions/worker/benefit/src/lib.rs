//! Grants what customers earn.

use boot::Boot;
use jobs::{Nudge, Worker};
use kernel::Fault;
use promotions::GrantPurchasePoints;

/// This function's tasks.
pub async fn worker(boot: Boot) -> Result<Worker, Fault> {
    let nudge = Nudge::new(&boot.aws);
    Ok(Worker::new("benefit").nudging(nudge).task(GrantPurchasePoints { db: boot.db }))
}

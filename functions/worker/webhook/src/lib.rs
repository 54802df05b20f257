//! Tells partners what happened.

use boot::Boot;
use jobs::{Nudge, Worker};
use kernel::Fault;
use partners::webhook::task::DeliverPartnerWebhook;

/// This function's tasks.
pub async fn worker(boot: Boot) -> Result<Worker, Fault> {
    let nudge = Nudge::new(&boot.aws);
    Ok(Worker::new("webhook").task(DeliverPartnerWebhook::new(&boot, nudge)?))
}

//! Talks to the payment gateway: what its webhooks hint at, and refunds.

use boot::Boot;
use jobs::{Nudge, Task, Worker};
use kernel::Fault;
use orders::claims::refund::ExecuteRefund;
use orders::paying::webhook::ProcessPaymentWebhook;
use payments::gateway::TossPayouts;
use payments::{Gateway, Toss};
use settlement::payouts::follow::PayoutResult;
use std::sync::Arc;

/// This function's tasks.
pub async fn worker(boot: Boot) -> Result<Worker, Fault> {
    let gateway: Arc<dyn Gateway> = Arc::new(Toss::new(&boot)?);
    let payouts: Arc<dyn Task> =
        Arc::new(PayoutResult { db: boot.db.clone(), provider: Arc::new(TossPayouts::new(&boot)?) });
    let nudge = Nudge::new(&boot.aws);
    Ok(Worker::new("payment")
        .nudging(nudge)
        .task(ProcessPaymentWebhook { boot: boot.clone(), gateway: gateway.clone(), payouts: Some(payouts) })
        .task(ExecuteRefund { boot, gateway }))
}

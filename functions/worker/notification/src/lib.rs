//! Tells people what happened.

use boot::Boot;
use jobs::{Nudge, Worker};
use kernel::Fault;
use notifications::{NotifySeller, OrderStatusAlert, RestockAlert, SendCode};

/// This function's tasks.
pub async fn worker(boot: Boot) -> Result<Worker, Fault> {
    let nudge = Nudge::new(&boot.aws);
    Ok(Worker::new("notification")
        .task(OrderStatusAlert::new(&boot))
        .task(NotifySeller::new(&boot))
        .task(RestockAlert { db: boot.db.clone(), nudge })
        .task(SendCode::new(&boot)))
}

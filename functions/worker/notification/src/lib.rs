//! Tells people what happened.

use boot::Boot;
use jobs::Worker;
use kernel::Fault;
use notifications::{NotifySeller, OrderStatusAlert, SendCode};

/// This function's tasks.
pub async fn worker(boot: Boot) -> Result<Worker, Fault> {
    Ok(Worker::new("notification")
        .task(OrderStatusAlert::new(&boot))
        .task(NotifySeller::new(&boot))
        .task(SendCode::new(&boot)))
}

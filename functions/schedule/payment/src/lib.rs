//! Schedules over payments and refunds nobody finishes.

use boot::Boot;
use jobs::Schedules;
use kernel::Fault;
use orders::claims::remind_refunds::RemindRefunds;
use orders::paying::expire::CancelExpiredPayments;
use payments::{Gateway, Toss};
use std::sync::Arc;

/// This function's schedules.
pub async fn schedules(boot: Boot) -> Result<Schedules, Fault> {
    let gateway: Arc<dyn Gateway> = Arc::new(Toss::new(&boot)?);
    let db = boot.db.clone();
    Ok(Schedules::new("payment").schedule(CancelExpiredPayments { boot, gateway }).schedule(RemindRefunds { db }))
}

//! Schedules over orders that wait.

use boot::Boot;
use jobs::Schedules;
use kernel::Fault;
use orders::claims::unanswered::ApproveUnanswered;
use orders::decide::AutoConfirmSweep;
use orders::overdue::CheckDeliveryDelay;

/// This function's schedules.
pub async fn schedules(boot: Boot) -> Result<Schedules, Fault> {
    Ok(Schedules::new("order")
        .schedule(AutoConfirmSweep { db: boot.db.clone() })
        .schedule(CheckDeliveryDelay { db: boot.db.clone() })
        .schedule(ApproveUnanswered { boot }))
}

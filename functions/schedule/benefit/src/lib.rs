//! Schedules over coupons and balances.

use boot::Boot;
use jobs::Schedules;
use kernel::Fault;
use promotions::ExpirePoints;

/// This function's schedules.
pub async fn schedules(boot: Boot) -> Result<Schedules, Fault> {
    Ok(Schedules::new("benefit").schedule(ExpirePoints { db: boot.db }))
}

//! The settlement of every morning.

use boot::Boot;
use jobs::{Nudge, Schedules};
use kernel::Fault;
use settlement::BuildSettlements;

/// This function's schedules.
pub async fn schedules(boot: Boot) -> Result<Schedules, Fault> {
    let nudge = Nudge::new(&boot.aws);
    Ok(Schedules::new("settlement").schedule(BuildSettlements { boot, nudge }))
}

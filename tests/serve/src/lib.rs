//! Every function of the platform in one process: what the tests call and what `scripts/serve` runs.
//!
//! A new function is one line here; a test compares these lists with the folders of `functions/`.

use authz::Audience;
use boot::Boot;
use jobs::{Schedules, Worker};
use kernel::Fault;
use web::Api;

/// The routes of a host, function by function.
pub async fn apis(host: Audience, boot: &Boot) -> Result<Vec<Api>, Fault> {
    Ok(match host {
        Audience::Service => vec![
            service_account::api(boot.clone()).await?,
            // one line a function
        ],
        Audience::Seller => vec![],
        Audience::Admin => vec![],
        Audience::External => vec![],
    })
}

/// The workers behind the queues.
pub async fn workers(_boot: &Boot) -> Result<Vec<Worker>, Fault> {
    Ok(vec![])
}

/// What runs by the clock.
pub async fn schedules(boot: &Boot) -> Result<Vec<Schedules>, Fault> {
    Ok(vec![schedule_platform::schedules(boot.clone()).await?])
}

//! Every function of the platform in one process: what the tests call and what `scripts/serve` runs.
//!
//! A new function is one line here; a test compares these lists with the folders of `functions/`.

pub mod clock;
pub mod hosts;
pub mod queues;

use authz::Audience;
use boot::Boot;
use jobs::{Schedules, Worker};
use kernel::Fault;
use web::{Api, Described};

/// The routes of a host, function by function.
pub async fn apis(host: Audience, boot: &Boot) -> Result<Vec<Api>, Fault> {
    Ok(match host {
        Audience::Service => vec![
            service_account::api(boot.clone()).await?,
            service_benefit::api(boot.clone()).await?,
            service_catalog::api(boot.clone()).await?,
            service_order::api(boot.clone()).await?,
        ],
        Audience::Seller => {
            vec![
                seller_account::api(boot.clone()).await?,
                seller_catalog::api(boot.clone()).await?,
                seller_order::api(boot.clone()).await?,
                seller_settlement::api(boot.clone()).await?,
            ]
        }
        Audience::Admin => vec![
            admin_catalog::api(boot.clone()).await?,
            admin_identity::api(boot.clone()).await?,
            admin_order::api(boot.clone()).await?,
            admin_seller::api(boot.clone()).await?,
            admin_settlement::api(boot.clone()).await?,
        ],
        Audience::External => {
            vec![external_partner::api(boot.clone()).await?, external_webhook::api(boot.clone()).await?]
        }
    })
}

/// What the functions of a host have, function by function.
pub fn described(host: Audience) -> Vec<Described> {
    match host {
        Audience::Service => vec![
            service_account::routes(),
            service_benefit::routes(),
            service_catalog::routes(),
            service_order::routes(),
        ],
        Audience::Seller => vec![
            seller_account::routes(),
            seller_catalog::routes(),
            seller_order::routes(),
            seller_settlement::routes(),
        ],
        Audience::Admin => vec![
            admin_catalog::routes(),
            admin_identity::routes(),
            admin_order::routes(),
            admin_seller::routes(),
            admin_settlement::routes(),
        ],
        Audience::External => vec![external_partner::routes(), external_webhook::routes()],
    }
}

/// The workers behind the queues.
pub async fn workers(boot: &Boot) -> Result<Vec<Worker>, Fault> {
    Ok(vec![
        worker_benefit::worker(boot.clone()).await?,
        worker_notification::worker(boot.clone()).await?,
        worker_order::worker(boot.clone()).await?,
        worker_payment::worker(boot.clone()).await?,
        worker_payout::worker(boot.clone()).await?,
        worker_webhook::worker(boot.clone()).await?,
    ])
}

/// What runs by the clock.
pub async fn schedules(boot: &Boot) -> Result<Vec<Schedules>, Fault> {
    Ok(vec![
        schedule_benefit::schedules(boot.clone()).await?,
        schedule_order::schedules(boot.clone()).await?,
        schedule_payment::schedules(boot.clone()).await?,
        schedule_platform::schedules(boot.clone()).await?,
        schedule_settlement::schedules(boot.clone()).await?,
    ])
}

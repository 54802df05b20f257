//! Every function of the platform as a value: a new one is one line here and one in Cargo.toml; a test compares the list
//! with the folders.

use boot::Boot;
use jobs::{Schedules, Worker};
use kernel::Fault;
use std::future::Future;
use std::pin::Pin;
use web::Api;

/// What a function does once it is started.
pub enum Made {
    Api(Box<Api>),
    Worker(Worker),
    Schedules(Schedules),
    /// Neither routes nor tasks: the relay, the migrations.
    Other,
}

/// A start under way.
pub type Making = Pin<Box<dyn Future<Output = Result<Made, Fault>>>>;

/// One folder under `functions/`.
pub struct Function {
    /// `service`, `worker` …
    pub host: &'static str,
    pub name: &'static str,
    pub make: fn(Boot) -> Making,
}

impl Function {
    /// `functions/service/order`
    pub fn folder(&self) -> String {
        format!("functions/{}/{}", self.host, self.name)
    }

    /// `service-order`: the package, the binary, and the end of the function's name.
    pub fn package(&self) -> String {
        format!("{}-{}", self.host, self.name)
    }
}

macro_rules! api {
    ($host:literal $name:literal $start:path) => {
        Function {
            host: $host,
            name: $name,
            make: |boot| Box::pin(async move { Ok(Made::Api(Box::new($start(boot).await?))) }),
        }
    };
}
macro_rules! worker {
    ($name:literal $start:path) => {
        Function {
            host: "worker",
            name: $name,
            make: |boot| Box::pin(async move { Ok(Made::Worker($start(boot).await?)) }),
        }
    };
}
macro_rules! schedule {
    ($name:literal $start:path) => {
        Function {
            host: "schedule",
            name: $name,
            make: |boot| Box::pin(async move { Ok(Made::Schedules($start(boot).await?)) }),
        }
    };
}
macro_rules! other {
    ($host:literal $name:literal) => {
        Function { host: $host, name: $name, make: |_| Box::pin(async { Ok(Made::Other) }) }
    };
}

/// All of them.
pub fn all() -> Vec<Function> {
    vec![
        api!("service" "account" service_account::api),
        api!("service" "catalog" service_catalog::api),
        api!("service" "benefit" service_benefit::api),
        api!("service" "order" service_order::api),
        api!("seller" "account" seller_account::api),
        api!("seller" "catalog" seller_catalog::api),
        api!("seller" "order" seller_order::api),
        api!("seller" "settlement" seller_settlement::api),
        api!("admin" "identity" admin_identity::api),
        api!("admin" "seller" admin_seller::api),
        api!("admin" "catalog" admin_catalog::api),
        api!("admin" "order" admin_order::api),
        api!("admin" "settlement" admin_settlement::api),
        api!("external" "partner" external_partner::api),
        api!("external" "webhook" external_webhook::api),
        other!("worker" "relay"),
        worker!("payment" worker_payment::worker),
        worker!("payout" worker_payout::worker),
        worker!("order" worker_order::worker),
        worker!("benefit" worker_benefit::worker),
        worker!("notification" worker_notification::worker),
        worker!("webhook" worker_webhook::worker),
        schedule!("payment" schedule_payment::schedules),
        schedule!("order" schedule_order::schedules),
        schedule!("benefit" schedule_benefit::schedules),
        schedule!("platform" schedule_platform::schedules),
        schedule!("settlement" schedule_settlement::schedules),
        other!("platform" "dead-letters"),
        other!("platform" "migrate"),
    ]
}

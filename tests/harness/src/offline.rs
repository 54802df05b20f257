//! The route tables without any service: for documents and checks of the code base.

use crate::keys;
use authz::Audience;
use aws::Aws;
use boot::{Boot, Config, Stage};
use db::Statements;
use web::Route;

/// A process that reaches nothing, good for building route tables, workers and schedules.
pub async fn offline() -> Boot {
    let nowhere = "http://127.0.0.1:9";
    let config = Config {
        stage: Stage::Test,
        resource_prefix: Some("offline-".into()),
        secret_ids: Vec::new(),
        db_connections: 1,
        db_statements: Statements::default(),
        toss_url: nowhere.into(),
        agency_url: nowhere.into(),
        bank_url: nowhere.into(),
        public_bucket: "offline".into(),
        private_bucket: "offline".into(),
        mail_sender: "no-reply@drrip.example".into(),
        webhook_allow_hosts: Vec::new(),
        allowed_origins: Vec::new(),
    };
    let secrets = keys::secrets("postgres://nobody@127.0.0.1:9/none".into());
    Boot::new(config, secrets, Aws::at(nowhere, "offline-"), boot::outgoing().expect("certificates"))
        .expect("the parts of a process")
}

/// The routes of a host, function by function.
pub async fn routes(host: Audience) -> Vec<(&'static str, Vec<Route>)> {
    let apis = serve::apis(host, &offline().await).await.expect("route tables need no services");
    apis.into_iter().map(|api| (api.function, api.routes)).collect()
}

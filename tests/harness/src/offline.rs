//! A process without any service: for checks of the code base.

use crate::keys;
use aws::Aws;
use boot::{Boot, Config, Stage};
use db::Statements;

/// A process that reaches nothing, good for making functions, workers and schedules.
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

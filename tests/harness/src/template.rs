//! One migrated database per fingerprint of the migrations; every test clones it.

use crate::services::Services;
use tokio::sync::OnceCell;
use tokio_postgres::{Client, NoTls};

/// A connection past the pooler.
pub(crate) async fn connect(url: &str) -> Client {
    let mut config: tokio_postgres::Config = url.parse().unwrap();
    config.application_name("tests");
    let (client, connection) = config.connect(NoTls).await.unwrap_or_else(|error| {
        panic!("{url} does not answer: {error}\n\n    scripts/test-services start\n    eval \"$(scripts/test-services env)\"\n")
    });
    tokio::spawn(connection);
    client
}

/// The name of the migrated template, made if this is the first test of these migrations. Nobody may stay connected to it.
pub async fn template(services: &Services) -> String {
    static READY: OnceCell<String> = OnceCell::const_new();
    READY.get_or_init(|| make(services)).await.clone()
}

async fn make(services: &Services) -> String {
    let name = format!("drrip_template_{}", db::migrate::fingerprint());
    let admin = connect(&services.admin_url).await;
    // Parallel test processes wait here for the first.
    admin.batch_execute("select pg_advisory_lock(7236812)").await.unwrap();
    let known = admin.query_opt("select 1 from pg_database where datname = $1", &[&name]).await.unwrap();
    if known.is_none() {
        sweep(&admin).await;
        let draft = format!("{name}_draft");
        admin.batch_execute(&format!("drop database if exists {draft} with (force)")).await.unwrap();
        admin.batch_execute(&format!("create database {draft}")).await.unwrap();
        let migrated = db::migrate::run(&services.direct_url(&draft)).await;
        migrated.unwrap_or_else(|error| panic!("the migrations do not apply: {}", detail(&error)));
        admin.batch_execute(&format!("drop database if exists {name} with (force)")).await.unwrap();
        // The last migration connection may take a moment to leave.
        let rename = format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{draft}'");
        admin.batch_execute(&rename).await.unwrap();
        admin.batch_execute(&format!("alter database {draft} rename to {name}")).await.unwrap();
    }
    name
}

/// Databases that failed tests left behind before the migrations changed.
async fn sweep(admin: &Client) {
    let old = "select datname from pg_database d where datname like 'drrip\\_test\\_%'
               and not exists (select 1 from pg_stat_activity a where a.datname = d.datname)";
    for row in admin.query(old, &[]).await.unwrap() {
        let name: String = row.get(0);
        drop(admin.batch_execute(&format!("drop database if exists {name}")).await);
    }
}

fn detail(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut at = error.source();
    while let Some(cause) = at {
        text.push_str(&format!(": {cause}"));
        at = cause.source();
    }
    text
}

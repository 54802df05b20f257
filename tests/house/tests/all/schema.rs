//! Every statement against the migrated schema.

use harness::{Services, template};
use house::statements;
use tokio_postgres::NoTls;

#[tokio::test]
async fn every_statement_fits_the_schema() {
    let services = Services::find();
    let template = template(&services).await;
    // Nobody may be connected to the template itself.
    let (admin, connection) = tokio_postgres::connect(&services.admin_url, NoTls).await.unwrap();
    tokio::spawn(connection);
    let name = format!("drrip_statements_{}", std::process::id());
    admin.batch_execute(&format!("drop database if exists {name} with (force)")).await.unwrap();
    admin.batch_execute(&format!("create database {name} template {template}")).await.unwrap();
    let (client, connection) = tokio_postgres::connect(&services.direct_url(&name), NoTls).await.unwrap();
    tokio::spawn(connection);
    let mut wrong = Vec::new();
    for (at, statement) in statements::named() {
        for why in db::check(&client, statement).await {
            wrong.push(format!("{at}: {why}"));
        }
    }
    drop(client);
    admin.batch_execute(&format!("drop database {name} with (force)")).await.unwrap();
    assert!(wrong.is_empty(), "{} found:\n{}", wrong.len(), wrong.join("\n"));
}

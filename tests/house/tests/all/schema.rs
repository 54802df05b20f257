//! Every statement against the migrated schema.

use harness::{Services, template};
use house::{plans, statements};
use std::collections::BTreeSet;
use tokio_postgres::{Client, NoTls};

/// A migrated database of this test's own.
struct Schema {
    admin: Client,
    client: Client,
    name: String,
}

impl Schema {
    async fn open(of: &str) -> Schema {
        let services = Services::find();
        let template = template(&services).await;
        // Nobody may be connected to the template itself.
        let (admin, connection) = tokio_postgres::connect(&services.admin_url, NoTls).await.unwrap();
        tokio::spawn(connection);
        let name = format!("drrip_{of}_{}", std::process::id());
        admin.batch_execute(&format!("drop database if exists {name} with (force)")).await.unwrap();
        admin.batch_execute(&format!("create database {name} template {template}")).await.unwrap();
        let (client, connection) = tokio_postgres::connect(&services.direct_url(&name), NoTls).await.unwrap();
        tokio::spawn(connection);
        Schema { admin, client, name }
    }

    async fn close(self) {
        drop(self.client);
        self.admin.batch_execute(&format!("drop database {} with (force)", self.name)).await.unwrap();
    }
}

#[tokio::test]
async fn every_statement_fits_the_schema() {
    let schema = Schema::open("statements").await;
    let mut wrong = Vec::new();
    for statement in statements::named() {
        for why in db::check(&schema.client, statement).await {
            wrong.push(format!("{}: {why}", statement.name()));
        }
    }
    schema.close().await;
    assert!(wrong.is_empty(), "{} found:\n{}", wrong.len(), wrong.join("\n"));
}

/// An empty table is always read whole, so the planner is told not to where there is any other way: what is left has no
/// index to go by.
#[tokio::test]
async fn what_is_asked_most_finds_its_rows_by_index() {
    let schema = Schema::open("plans").await;
    schema.client.batch_execute("set enable_seqscan = off").await.unwrap();
    let hot = plans::hot();
    assert_eq!(hot.len(), plans::HOT.len(), "a hot statement has another name");
    let mut scans: Vec<(&str, BTreeSet<String>)> = Vec::new();
    for statement in hot {
        let types: Vec<&str> = statement.types().iter().map(|kind| kind.name()).collect();
        let values: Vec<String> = types.iter().map(|kind| plans::literal(kind)).collect();
        let prepare = format!("prepare hot ({}) as {}", types.join(", "), statement.sql());
        schema.client.batch_execute(&prepare).await.unwrap();
        let explain = format!("explain (costs off) execute hot ({})", values.join(", "));
        let plan = schema.client.query(&explain, &[]).await.unwrap();
        schema.client.batch_execute("deallocate hot").await.unwrap();
        let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        scans.push((statement.name(), plans::scanned(&plan)));
    }
    schema.close().await;
    scans.retain(|(_, tables)| !tables.is_empty());
    assert!(scans.is_empty(), "large tables are read whole: {scans:#?}");
}

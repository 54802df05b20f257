//! Migrations: plain SQL files, applied once each in order, on a direct connection, under an advisory lock.
//!
//! Expand, then contract: a file may only add what old code can live with; what old code still uses is dropped by a
//! later release. A file whose first line is `-- no transaction` runs statement by statement (concurrent indexes).

use crate::connect::tls;
use crate::fault;
use include_dir::{Dir, include_dir};
use kernel::Fault;
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, NoTls};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/migrations");

/// One migration file.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    pub name: &'static str,
    pub sql: &'static str,
}

/// All migrations in order.
pub fn all() -> Vec<Migration> {
    let mut found: Vec<Migration> = FILES
        .files()
        .filter_map(|file| Some(Migration { name: file.path().file_stem()?.to_str()?, sql: file.contents_utf8()? }))
        .collect();
    found.sort_by_key(|migration| migration.name);
    found
}

/// Changes whenever a migration does: names the template database of the tests.
pub fn fingerprint() -> String {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for migration in all() {
        context.update(migration.name.as_bytes());
        context.update(migration.sql.as_bytes());
    }
    hex::encode(&context.finish().as_ref()[..8])
}

/// Applies what is missing and answers the names of what it applied.
pub async fn run(direct_url: &str) -> Result<Vec<&'static str>, Fault> {
    let config: tokio_postgres::Config = direct_url.parse().map_err(Fault::internal)?;
    if config.get_ssl_mode() == SslMode::Require {
        let (client, connection) = config.connect(tls()?).await.map_err(fault)?;
        with(client, tokio::spawn(connection)).await
    } else {
        let (client, connection) = config.connect(NoTls).await.map_err(fault)?;
        with(client, tokio::spawn(connection)).await
    }
}

async fn with<T>(client: Client, driver: JoinHandle<T>) -> Result<Vec<&'static str>, Fault> {
    let applied = apply(&client).await;
    drop(client);
    driver.abort();
    applied
}

async fn apply(client: &Client) -> Result<Vec<&'static str>, Fault> {
    client
        .batch_execute(
            "set lock_timeout = '5s';
             select pg_advisory_lock(7236811);
             create table if not exists schema_migrations (name text primary key, hash text not null, applied_at timestamptz not null)",
        )
        .await
        .map_err(fault)?;
    let mut applied = Vec::new();
    for migration in all() {
        let hash =
            hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, migration.sql.as_bytes()).as_ref());
        let known = client
            .query_opt("select hash from schema_migrations where name = $1", &[&migration.name])
            .await
            .map_err(fault)?;
        match known.map(|row| row.get::<_, String>(0)) {
            Some(before) if before == hash => continue,
            Some(_) => {
                return Err(Fault::internal(format!("migration {} changed after it was applied", migration.name)));
            }
            None => {}
        }
        let record =
            format!("insert into schema_migrations values ('{}', '{hash}', clock_timestamp())", migration.name);
        if migration.sql.starts_with("-- no transaction") {
            for statement in migration.sql.split(";\n").filter(|s| !s.trim().is_empty()) {
                client.batch_execute(statement).await.map_err(fault)?;
            }
            client.batch_execute(&record).await.map_err(fault)?;
        } else {
            client.batch_execute(&format!("begin;\n{}\n;{record};\ncommit", migration.sql)).await.map_err(fault)?;
        }
        tracing::info!(migration = migration.name, "applied");
        applied.push(migration.name);
    }
    Ok(applied)
}

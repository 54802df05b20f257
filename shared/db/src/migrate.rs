//! Migrations: plain SQL files, applied once each in order, on a direct connection, under an advisory lock.
//!
//! Expand, then contract: a file may only add what old code can live with; what old code still uses is dropped by a
//! later release. `tests/house` refuses statements that would stop traffic, and says what to write instead.
//!
//! A file whose first line is `-- no transaction` runs statement by statement (concurrent indexes, backfills). It may be
//! cut off after any of them, so each must be safe to run again; an index that was left half built is dropped first.
//!
//! A lock that is not granted in time would make every query behind it wait as well, so the file is given up, rolled back
//! and tried again a little later: traffic passes in between.

use crate::connect::tls;
use crate::fault;
use crate::sql_text::statements;
use include_dir::{Dir, include_dir};
use kernel::Fault;
use std::time::Duration;
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

impl Migration {
    /// Whether its statements run one by one outside of a transaction.
    pub fn runs_alone(&self) -> bool {
        self.sql.starts_with("-- no transaction")
    }
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

/// How long a migration waits for a lock, how often it tries, and how long it lets traffic pass in between.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    pub lock: Duration,
    pub tries: u32,
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience { lock: Duration::from_secs(3), tries: 10, pause: Duration::from_secs(5) }
    }
}

/// Applies what is missing and answers the names of what it applied.
pub async fn run(direct_url: &str) -> Result<Vec<&'static str>, Fault> {
    run_files(direct_url, &all(), Patience::default()).await
}

/// Applies what is missing of these files.
///
/// # Errors
/// [`Fault::Contention`] when a lock was not granted in any of the tries; what was applied before it stays applied.
pub async fn run_files(direct_url: &str, files: &[Migration], patience: Patience) -> Result<Vec<&'static str>, Fault> {
    let config: tokio_postgres::Config = direct_url.parse().map_err(Fault::internal)?;
    if config.get_ssl_mode() == SslMode::Require {
        let (client, connection) = config.connect(tls()?).await.map_err(fault)?;
        with(client, tokio::spawn(connection), files, patience).await
    } else {
        let (client, connection) = config.connect(NoTls).await.map_err(fault)?;
        with(client, tokio::spawn(connection), files, patience).await
    }
}

async fn with<T>(
    client: Client,
    driver: JoinHandle<T>,
    files: &[Migration],
    patience: Patience,
) -> Result<Vec<&'static str>, Fault> {
    let applied = apply(&client, files, patience).await;
    drop(client);
    driver.abort();
    applied
}

async fn apply(client: &Client, files: &[Migration], patience: Patience) -> Result<Vec<&'static str>, Fault> {
    // The advisory lock waits for another deployment; the other time limits of the database are for requests.
    client
        .batch_execute(
            "set statement_timeout = 0;
             set idle_in_transaction_session_timeout = 0;
             select pg_advisory_lock(7236811);
             create table if not exists schema_migrations (name text primary key, hash text not null, applied_at timestamptz not null)",
        )
        .await
        .map_err(fault)?;
    client.batch_execute(&format!("set lock_timeout = {}", patience.lock.as_millis())).await.map_err(fault)?;
    let mut applied = Vec::new();
    for migration in files {
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
        let mut tries = 1;
        while let Err(fault) = one(client, migration, &hash).await {
            if tries >= patience.tries || !matches!(fault, Fault::Contention { .. }) {
                return Err(fault);
            }
            tracing::warn!(migration = migration.name, tries, %fault, "traffic goes first, the migration waits");
            tries += 1;
            tokio::time::sleep(patience.pause).await;
        }
        tracing::info!(migration = migration.name, tries, "applied");
        applied.push(migration.name);
    }
    Ok(applied)
}

async fn one(client: &Client, migration: &Migration, hash: &str) -> Result<(), Fault> {
    let record = format!("insert into schema_migrations values ('{}', '{hash}', clock_timestamp())", migration.name);
    if migration.runs_alone() {
        drop_half_built(client).await?;
        for statement in statements(migration.sql) {
            client.batch_execute(statement).await.map_err(fault)?;
        }
        return client.batch_execute(&record).await.map_err(fault);
    }
    let ran = client.batch_execute(&format!("begin;\n{}\n;{record};\ncommit", migration.sql)).await.map_err(fault);
    if ran.is_err() {
        client.batch_execute("rollback").await.map_err(fault)?;
    }
    ran
}

/// Indexes that a concurrent build left behind when it was cut off: `if not exists` would take them for done.
async fn drop_half_built(client: &Client) -> Result<(), Fault> {
    let invalid = "select indexrelid::regclass::text from pg_index where not indisvalid";
    for row in client.query(invalid, &[]).await.map_err(fault)? {
        let name: String = row.get(0);
        client.batch_execute(&format!("drop index concurrently {name}")).await.map_err(fault)?;
    }
    Ok(())
}

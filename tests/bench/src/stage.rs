//! Where measurements take place: the databases, the outside services, the tokens, the report.

use anyhow::Context as _;
use authz::Audience;
use boot::Boot;
use db::{Db, DbConfig, Statements};
use harness::{Services, Shop};
use identity::{Signer, Subject};
use kernel::{Clock, SessionId, UserId};
use std::fs;
use std::path::PathBuf;
use tokio_postgres::{Client, NoTls};

/// Connections the server may open: enough for two processors.
pub const CONNECTIONS: usize = 6;

/// Services, simulators and keys of one run. Its own shop is empty: it lends what the big shop is measured with.
pub struct Stage {
    pub shop: Shop,
    services: Services,
    signer: Signer,
}

impl Stage {
    pub async fn open() -> anyhow::Result<Stage> {
        let shop = Shop::open().await;
        // The server goes by the machine's time.
        shop.clock().set(Clock::default().now().0);
        let signer = Signer::new(shop.boot(), Audience::Service)?;
        Ok(Stage { shop, services: Services::find(), signer })
    }

    pub async fn close(self) {
        self.shop.close().await;
    }

    pub fn url(&self, database: &str) -> String {
        self.services.direct_url(database)
    }

    /// A connection to a database, past everything.
    pub async fn sql(&self, database: &str) -> anyhow::Result<Client> {
        let (client, connection) = tokio_postgres::connect(&self.url(database), NoTls).await?;
        tokio::spawn(async move { drop(connection.await) });
        Ok(client)
    }

    /// A database with everything another has, file by file.
    pub async fn copy(&self, from: &str, to: &str) -> anyhow::Result<()> {
        let sql = self.sql("postgres").await?;
        sql.batch_execute(&format!("drop database if exists {to} with (force)")).await?;
        sql.batch_execute("checkpoint").await?;
        sql.batch_execute(&format!("create database {to} template {from} strategy file_copy")).await?;
        sql.batch_execute("checkpoint").await?;
        Ok(())
    }

    pub async fn remove(&self, database: &str) -> anyhow::Result<()> {
        let sql = self.sql("postgres").await?;
        Ok(sql.batch_execute(&format!("drop database if exists {database} with (force)")).await?)
    }

    /// Makes the server wait so long before it writes its log to the disk, once for all commits that come meanwhile: as a log that
    /// is written in two zones.
    pub async fn slow_commits(&self, ms: u32) -> anyhow::Result<()> {
        let sql = self.sql("postgres").await?;
        sql.execute(&format!("alter system set commit_delay = {}", ms * 1000), &[]).await?;
        sql.execute("alter system set commit_siblings = 0", &[]).await?;
        sql.execute("select pg_reload_conf()", &[]).await?;
        Ok(())
    }

    /// A customer's access token.
    pub fn token(&self, customer: uuid::Uuid) -> anyhow::Result<String> {
        let subject = Subject::customer(UserId(customer));
        Ok(self.signer.sign(&subject, SessionId::new(), false, self.shop.now())?.token)
    }

    /// A process of the platform on a database.
    pub fn boot(&self, database: &str) -> anyhow::Result<Boot> {
        let mut boot = self.shop.boot().clone();
        let url = self.url(database);
        let config =
            DbConfig { writer: url.clone(), reader: url, connections: CONNECTIONS, statements: Statements::Named };
        boot.db = Db::new(&config)?;
        Ok(boot)
    }

    /// PostgreSQL's first process.
    pub async fn postmaster(&self) -> anyhow::Result<u32> {
        let sql = self.sql("postgres").await?;
        let text: String = sql.query_one("select pg_read_file('postmaster.pid')", &[]).await?.get(0);
        text.lines().next().and_then(|line| line.parse().ok()).context("no process of PostgreSQL")
    }
}

/// One measurement's part of the report.
pub fn report(name: &str, text: &str) -> anyhow::Result<()> {
    let folder = PathBuf::from(
        std::env::var("DRRIP_BENCH_RESULTS").context("DRRIP_BENCH_RESULTS is not set: run scripts/bench")?,
    );
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(format!("{name}.md")), text)?;
    println!("{text}");
    Ok(())
}

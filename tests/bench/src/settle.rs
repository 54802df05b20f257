//! The night of settlement: everything that was bought and kept becomes lines, ledger entries and statements in one run.

use crate::cpu;
use crate::stage::{Stage, report};
use anyhow::Context as _;
use chrono::Duration;
use jobs::{Nudge, Schedule};
use kernel::Now;
use settlement::BuildSettlements;
use std::fmt::Write as _;
use std::time::Instant;

/// Settles the past of shops of different sizes, each in one run. The shops are used up.
pub async fn measure(stage: &Stage, shops: &[String]) -> anyhow::Result<()> {
    let mut table = String::from(
        "| lines decided | sellers | settlement lines | ledger entries | statements | seconds | lines /s | µs a line | memory before | memory after |\n\
         |--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for shop in shops {
        let (sql, boot) = (stage.sql(shop).await?, stage.boot(shop)?);
        let count = async |table: &str, condition: &str| -> anyhow::Result<i64> {
            Ok(sql.query_one(&format!("select count(*) from {table} where {condition}"), &[]).await?.get(0))
        };
        let decided = count("product_orders", "state = 'purchase_decided'").await?;
        let entries = count("ledger_entries", "true").await?;
        // Tonight opens the period; nine days on it is over.
        let now = boot.now().await?;
        let night = Now(now.plus(Duration::days(9)));
        let schedule = BuildSettlements { boot: boot.clone(), nudge: Nudge::none() };
        schedule.run(now).await.context("the night before")?;
        let memory = || cpu::resident_kb(std::process::id()) / 1024;
        let before = memory();
        let started = Instant::now();
        schedule.run(night).await.context("the night of settlement")?;
        let took = started.elapsed().as_secs_f64();
        writeln!(
            table,
            "| {decided} | {} | {} | {} | {} | {took:.1} | {:.0} | {:.0} | {before} MB | {} MB |",
            count("sellers", "true").await?,
            count("settlement_lines", "true").await?,
            count("ledger_entries", "true").await? - entries,
            count("settlements", "true").await?,
            decided as f64 / took,
            took * 1e6 / decided as f64,
            memory(),
        )?;
        boot.db.close();
        drop(sql);
        stage.remove(shop).await?;
    }
    report("settle", &table)
}

//! The night of settlement: everything that was bought and kept becomes lines, ledger entries and statements in one run.

use crate::cpu;
use crate::orders::RUN;
use crate::stage::{Stage, report};
use anyhow::Context as _;
use chrono::Duration;
use jobs::{Nudge, Schedule};
use kernel::Now;
use settlement::BuildSettlements;
use std::fmt::Write as _;
use std::time::Instant;

/// Settles copies of the shop's past: `sizes` times a small shop's lines, each in one run.
pub async fn measure(stage: &Stage, sizes: &[i32]) -> anyhow::Result<()> {
    let mut table = String::from(
        "| lines decided | sellers | settlement lines | ledger entries | statements | seconds | lines /s | µs a line | memory before | memory after |\n\
         |--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for copies in sizes {
        stage.copy(crate::WORLD, RUN).await?;
        let sql = stage.sql(RUN).await?;
        crate::copies::multiply(&sql, *copies, crate::copies::What::Everything).await?;
        let boot = stage.boot(RUN)?;
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
        stage.remove(RUN).await?;
    }
    report("settle", &table)
}

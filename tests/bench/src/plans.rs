//! How PostgreSQL goes about the statements that are asked most, on the big shop and with the parameters of real calls. Written
//! to `docs/plans.md`; fails when one of them reads a large table from one end to the other.

use crate::server::Server;
use crate::stage::{CONNECTIONS, Stage, report};
use crate::statements::Log;
use crate::{drive, orders, reads, tasks};
use anyhow::Context as _;
use std::fmt::Write as _;

/// Lives through what is browsed and one order, then asks for the plan of each hot statement as it was last called.
pub async fn explain(stage: &Stage, database: &str) -> anyhow::Result<()> {
    stage.copy(database, orders::RUN).await?;
    let sql = stage.sql(orders::RUN).await?;
    let server = Server::start(stage.shop.boot(), &stage.url(orders::RUN), CONNECTIONS).await?;
    let log = Log::begin(&sql).await?;
    for page in reads::pages(stage, &sql, server.port).await? {
        let once = page.requests.into_iter().take(1).collect();
        drive::once(server.port, vec![once]).await?;
    }
    drop(server);
    orders::one(stage, &sql).await?;
    tasks::off_the_shelf(stage).await?;
    let samples = log.samples(&sql).await?;
    let (mut page, mut scans) = (String::new(), Vec::new());
    for statement in house::plans::hot() {
        let name = statement.name();
        let called = samples.get(statement.sql()).with_context(|| format!("{name} was not called"))?;
        sql.batch_execute("begin").await?;
        // What was written by this call cannot be written again.
        let writes = ["insert into", "update ", "delete from"].iter().any(|word| called.contains(word));
        let options = if writes { "costs" } else { "analyze, buffers, timing off, summary off" };
        let explain = format!("explain ({options}) {called}");
        let plan = sql.query(&explain, &[]).await.with_context(|| name.to_owned())?;
        sql.batch_execute("rollback").await?;
        let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        for table in house::plans::scanned(&plan) {
            // A table nothing lies in is read whole in no time.
            let filled = sql.query_one(&format!("select exists (select from {table})"), &[]).await?;
            scans.extend(filled.get::<_, bool>(0).then(|| format!("{name}: {table}")));
        }
        write!(page, "\n## {name}\n\n```\n{}\n```\n", plan.join("\n"))?;
    }
    drop(sql);
    stage.remove(orders::RUN).await?;
    report("plans", &page)?;
    anyhow::ensure!(scans.is_empty(), "large tables are read whole: {}", scans.join(", "));
    Ok(())
}

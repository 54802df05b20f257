//! From the commit that writes an event to the commit of its task: nudge, relay, queue, worker. The queues are the emulator's,
//! polled as `serve --workers` polls them.

use crate::drive::Ran;
use crate::orders::{self, RUN};
use crate::stage::{Stage, report};
use anyhow::Context as _;
use jobs::Nudge;
use std::time::{Duration, Instant};
use tokio_postgres::Client;
use uuid::Uuid;

/// How often it is looked whether a task is done.
const LOOK: Duration = Duration::from_millis(1);
/// What nobody waits longer for.
const PATIENCE: Duration = Duration::from_secs(120);

/// Measures the way of so many payments, one after the other, and of as many at once.
pub async fn measure(stage: &Stage, database: &str, count: usize) -> anyhow::Result<()> {
    orders::paid(stage, database, 2 * count).await?;
    stage.shop.make_queues().await;
    let mut boot = stage.boot(RUN)?;
    boot.aws = stage.shop.boot().aws.clone();
    let (sql, nudge) = (stage.sql(RUN).await?, Nudge::new(&boot.aws));
    // Nothing is told until it is measured.
    sql.execute("update outbox_events set published_at = $1 where published_at is null", &[&boot.now().await?]).await?;
    let paid = "select distinct on (e.id) e.id, e.aggregate_id from outbox_events e
                join product_orders o on o.purchase_order_id = e.aggregate_id join stock_reservations r on r.product_order_id = o.id
                where e.event = 'order.paid' and r.state = 'held' order by e.id limit $1";
    let rows = sql.query(paid, &[&i64::try_from(2 * count)?]).await?;
    let paid: Vec<(Uuid, Uuid)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let (first, second) = paid.split_at_checked(count).context("too few orders were paid")?;
    harness::serve::queues::poll(&boot).await?;
    let mut micros = Vec::new();
    for one in first {
        micros.push(u64::try_from(told(&sql, &nudge, std::slice::from_ref(one)).await?.as_micros())?);
    }
    let alone = Ran::of(micros, Duration::from_secs(1));
    let took = told(&sql, &nudge, second).await?;
    drop(sql);
    stage.remove(RUN).await?;
    report(
        "queue",
        &format!(
            "| payments told | a second | p50 ms | p99 ms |\n|---|--:|--:|--:|\n\
             | {count}, one after the other | | {:.1} | {:.1} |\n| {} at once | {:.0} | | |\n",
            alone.p50_ms,
            alone.p99_ms,
            second.len(),
            second.len() as f64 / took.as_secs_f64(),
        ),
    )
}

/// Lets events lie in the outbox and waits until the pieces of their orders are off the shelf.
async fn told(sql: &Client, nudge: &Nudge, events: &[(Uuid, Uuid)]) -> anyhow::Result<Duration> {
    let (ids, orders): (Vec<Uuid>, Vec<Uuid>) = events.iter().copied().unzip();
    let begun = Instant::now();
    sql.execute("update outbox_events set published_at = null where id = any($1)", &[&ids]).await?;
    nudge.relay().await;
    let held = "select exists (select from product_orders o join stock_reservations r on r.product_order_id = o.id
                               where o.purchase_order_id = any($1) and r.state = 'held')";
    while sql.query_one(held, &[&orders]).await?.get::<_, bool>(0) {
        anyhow::ensure!(begun.elapsed() < PATIENCE, "the tasks do not end");
        tokio::time::sleep(LOOK).await;
    }
    Ok(begun.elapsed())
}

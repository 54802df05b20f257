//! What follows an order: its events leave the outbox, its task takes the pieces off the shelf. The queue between them is
//! the stand-in, so that this is the work of the platform and PostgreSQL alone.

use crate::stage::{Stage, report};
use crate::{drive, orders, server};
use anyhow::Context as _;
use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use boot::Boot;
use jobs::Relay;
use std::time::{Duration, Instant};

/// Messages that Lambda hands to a worker at once.
const BATCH: usize = 10;
/// People who are told of a restock in one transaction.
const PAGE: i64 = 500;

/// Measures the relay and one worker over the events of so many paid orders.
pub async fn measure(stage: &Stage, database: &str, count: usize) -> anyhow::Result<()> {
    orders::paid(stage, database, count).await?;
    let boot = boot(stage).await?;
    let now = boot.now().await?;
    let started = Instant::now();
    let relayed = Relay::new(&boot.db, &boot.aws).run(now).await?;
    let took = started.elapsed().as_secs_f64();
    boot.db.close();
    let (count, micros) = off_the_shelf(stage).await?;
    let took_all = Duration::from_micros(micros.iter().sum());
    let batches = drive::Ran::of(micros, took_all);
    let (wishes, micros) = restocked(stage).await?;
    let took_told = Duration::from_micros(micros.iter().sum());
    let pages = drive::Ran::of(micros, took_told);
    stage.remove(orders::RUN).await?;
    report(
        "tasks",
        &format!(
            "| step | events | per second | a batch: p50 ms | p99 ms |\n|---|--:|--:|--:|--:|\n\
             | relay, one process | {} ({} messages) | {:.0} | | |\n\
             | stock off the shelf, one worker, batches of {BATCH} | {count} | {:.0} | {:.2} | {:.2} |\n\
             | restock alerts, one worker, a transaction for {PAGE} people | {wishes} | {:.0} | {:.2} | {:.2} |\n",
            relayed.events,
            relayed.messages,
            relayed.events as f64 / took,
            count as f64 / took_all.as_secs_f64(),
            batches.p50_ms,
            batches.p99_ms,
            wishes as f64 / took_told.as_secs_f64(),
            pages.p50_ms,
            pages.p99_ms,
        ),
    )
}

/// A process on the shop that orders are placed in, with the queue that takes everything.
async fn boot(stage: &Stage) -> anyhow::Result<Boot> {
    let mut boot = stage.boot(orders::RUN)?;
    boot.aws = aws::Aws::at(&server::stand_in(String::new()).await?, "bench-");
    Ok(boot)
}

/// Hands every payment of an order to the worker that takes its pieces off the shelf; answers how many there were and what each
/// batch took, in microseconds.
pub async fn off_the_shelf(stage: &Stage) -> anyhow::Result<(usize, Vec<u64>)> {
    let (sql, boot) = (stage.sql(orders::RUN).await?, boot(stage).await?);
    let now = boot.now().await?;
    let worker = harness::serve::workers(&boot).await?;
    let worker = worker.into_iter().find(|worker| worker.name == "order").context("no worker of orders")?;
    let events = "select jsonb_build_object('id', id, 'event', event, 'occurred_at', occurred_at, 'trace_id', trace_id, 'payload', payload)::text
                  from outbox_events e where event = 'order.paid'
                    and exists (select from product_orders o join stock_reservations r on r.product_order_id = o.id
                                where o.purchase_order_id = e.aggregate_id and r.state = 'held') order by id";
    let bodies: Vec<String> = sql.query(events, &[]).await?.iter().map(|row| row.get(0)).collect();
    let mut micros = Vec::new();
    for batch in bodies.chunks(BATCH) {
        let mut event = SqsEvent::default();
        event.records = batch.iter().enumerate().map(|(n, body)| record(n, body)).collect();
        let handed = Instant::now();
        let answer = worker.handle(event, now).await;
        anyhow::ensure!(answer.batch_item_failures.is_empty(), "{} tasks failed", answer.batch_item_failures.len());
        micros.push(u64::try_from(handed.elapsed().as_micros())?);
    }
    boot.db.close();
    Ok((bodies.len(), micros))
}

/// Every customer waits for two SKUs, and both come back. Answers how many wishes there were and what each transaction took, in
/// microseconds.
async fn restocked(stage: &Stage) -> anyhow::Result<(i64, Vec<u64>)> {
    let (sql, boot) = (stage.sql(orders::RUN).await?, boot(stage).await?);
    let now = boot.now().await?;
    let skus = "select k.id from product_skus k join sku_stocks s on s.sku_id = k.id join products p on p.id = k.product_id
                where k.usable and s.on_hand > s.reserved and p.state = 'on_sale' order by right(k.id::text, 8) limit 2";
    let wish = "insert into restock_subscriptions (id, user_id, sku_id, requested_at) select gen_random_uuid(), id, $1, $2 from users";
    let mut micros = Vec::new();
    for row in sql.query(skus, &[]).await? {
        let due = events::RestockAlertDue { sku_id: row.get(0), stock_movement_id: None };
        sql.execute(wish, &[&due.sku_id, &now]).await?;
        let mut more = true;
        while more {
            let begun = Instant::now();
            more = notifications::restock::alert::tell(&boot.db, uuid::Uuid::now_v7(), &due, PAGE, 1, now).await?;
            micros.push(u64::try_from(begun.elapsed().as_micros())?);
        }
    }
    let told = sql.query_one("select count(*) from restock_subscriptions where state = 'notified'", &[]).await?.get(0);
    boot.db.close();
    Ok((told, micros))
}

fn record(n: usize, body: &str) -> SqsMessage {
    let mut record = SqsMessage::default();
    record.message_id = Some(n.to_string());
    record.body = Some(body.to_owned());
    record.event_source_arn = Some("arn:aws:sqs:local:000000000000:bench-finalize-stock.fifo".to_owned());
    record
}

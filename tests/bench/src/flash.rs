//! A flash sale: everybody wants one SKU. Each buyer is another customer with a checkout of one piece; then all of them
//! order at once.

use crate::orders::{RUN, Step, order, quoted, shared, step};
use crate::server::Server;
use crate::stage::{CONNECTIONS, Stage, report};
use anyhow::Context as _;
use harness::json;
use std::fmt::Write as _;
use uuid::Uuid;

/// What a commit takes where the database lies in two zones, for the slow rows of the table.
const SLOW_COMMIT_MS: u32 = 3;

/// Measures each number of buyers and writes the table: with pieces for everybody, with too few (exactly those are sold), and
/// with a slow commit.
pub async fn measure(
    stage: &Stage,
    database: &str,
    buyers: &[usize],
    rounds: usize,
    orders: usize,
) -> anyhow::Result<()> {
    let mut table = String::from(
        "| buyers at once | a commit takes | pieces | orders asked | placed | placed /s | p50 ms | p99 ms | CPU ms server | CPU ms PostgreSQL |\n\
         |--:|---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    let (plenty, few) = (i32::try_from(orders)? * 2, i32::try_from(orders)? / 2);
    for buyers in buyers {
        for (commit_ms, pieces, rounds) in [(0, plenty, rounds), (0, few, 1), (SLOW_COMMIT_MS, plenty, 1)] {
            stage.slow_commits(commit_ms).await?;
            let mut sales = Vec::new();
            for _ in 0..rounds {
                sales.push(round(stage, database, *buyers, orders, pieces).await?);
            }
            stage.slow_commits(0).await?;
            sales.sort_by(|a, b| a.1.ran.per_second.total_cmp(&b.1.ran.per_second));
            let (placed, Step { ran, server_ms, postgres_ms }) = sales.get(sales.len() / 2).context("no run")?;
            let rate = ran.per_second * *placed as f64 / ran.count as f64;
            let commit = if commit_ms == 0 { "its time".to_owned() } else { format!("{commit_ms} ms more") };
            writeln!(
                table,
                "| {buyers} | {commit} | {pieces} | {} | {placed} | {rate:.0} | {:.2} | {:.2} | {server_ms:.2} | {postgres_ms:.2} |",
                ran.count, ran.p50_ms, ran.p99_ms
            )?;
        }
    }
    report("flash", &table)
}

async fn round(
    stage: &Stage,
    database: &str,
    buyers: usize,
    orders: usize,
    pieces: i32,
) -> anyhow::Result<(usize, Step)> {
    stage.copy(database, RUN).await?;
    let sql = stage.sql(RUN).await?;
    let customers = "select id from users order by right(id::text, 8) limit $1";
    let customers = sql.query(customers, &[&i64::try_from(orders)?]).await?;
    let customers: Vec<Uuid> = customers.iter().map(|row| row.get(0)).collect();
    let sku: Uuid = sql.query_one("select id from product_skus order by right(id::text, 8) limit 1", &[]).await?.get(0);
    // A count of what is on the shelf, with its movement.
    let shelf = "with stock as (update sku_stocks set on_hand = reserved + $2, version = version + 1 where sku_id = $1
                     returning sku_id, on_hand, version, (select s.on_hand from sku_stocks s where s.sku_id = $1) as before)
                 insert into stock_movements (id, sku_id, kind, quantity, on_hand_after, stock_version, ref_type, ref_id, idempotency_key, actor_type, occurred_at)
                 select gen_random_uuid(), sku_id, 'adjust', on_hand - before, on_hand, version, 'product_skus', sku_id, 'flash', 'seller', now() from stock";
    sql.execute(shelf, &[&sku, &pieces]).await?;
    let server = Server::start(stage.shop.boot(), &stage.url(RUN), CONNECTIONS).await?;
    let basket = json!({ "items": [{ "sku_id": sku, "quantity": 1 }] });
    let checkouts = quoted(stage, server.port, &customers, vec![basket; orders], 0).await?;
    let requests = shared(checkouts.iter().map(order).collect(), buyers);
    let (replies, step) = step(&server, requests, stage.postmaster().await?).await?;
    let mut placed = 0;
    for reply in &replies {
        match reply.status {
            201 => placed += 1,
            _ => anyhow::ensure!(
                reply.expect_json(409)?["code"] == "out_of_stock",
                "{}",
                String::from_utf8_lossy(&reply.body)
            ),
        }
    }
    anyhow::ensure!(placed == orders.min(usize::try_from(pieces)?), "{placed} were placed of {pieces} pieces");
    let reserved = "select s.reserved::bigint, (select sum(quantity) from stock_reservations r where r.sku_id = s.sku_id and r.state = 'held')
                    from sku_stocks s where s.sku_id = $1 and s.reserved <= s.on_hand";
    let row = sql.query_one(reserved, &[&sku]).await?;
    anyhow::ensure!(row.get::<_, i64>(0) == row.get::<_, i64>(1), "reserved is not what is held");
    drop((server, sql));
    stage.remove(RUN).await?;
    Ok((placed, step))
}

//! Buying: orders of three lines from two sellers with a coupon and points are placed and paid, beside pgbench running
//! their statements once more on a copy of the same data.

use crate::drive::{self, Ran, Reply, request};
use crate::server::Server;
use crate::stage::{CONNECTIONS, Stage, report};
use crate::statements::{Log, Transaction};
use crate::{cpu, pgbench};
use anyhow::Context as _;
use harness::json;
use harness::simulators::toss::Window;
use std::fmt::Write as _;
use uuid::Uuid;

/// Clients at once where nothing else is said.
const CLIENTS: usize = 16;

/// One order that is about to be placed.
pub struct Checkout {
    pub token: String,
    pub quote: serde_json::Value,
}

/// One kind of step, many times, and what each took of the processors.
pub struct Step {
    pub ran: Ran,
    pub server_ms: f64,
    pub postgres_ms: f64,
}

/// Where orders are placed: a copy of the big shop that is thrown away.
pub const RUN: &str = "drrip_bench_run";

/// Measures placing and confirming and writes the table.
pub async fn measure(
    stage: &Stage,
    database: &str,
    clients: &[usize],
    rounds: usize,
    each: usize,
) -> anyhow::Result<()> {
    let mut table = String::from(
        "| step | clients | server /s | p50 ms | p99 ms | pgbench /s | ratio | CPU ms server | CPU ms PostgreSQL | statements |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for clients in clients {
        let (mut places, mut confirms) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let (place, confirm) = round(stage, database, *clients, each).await?;
            places.push(place);
            confirms.push(confirm);
        }
        for (name, mut runs) in [("place", places), ("confirm", confirms)] {
            runs.sort_by(|a, b| a.0.ran.per_second.total_cmp(&b.0.ran.per_second));
            let (step, theirs, statements) = runs.get(runs.len() / 2).context("no run")?;
            writeln!(
                table,
                "| {name} | {clients} | {:.0} | {:.2} | {:.2} | {theirs:.0} | {:.2} | {:.2} | {:.2} | {statements} |",
                step.ran.per_second,
                step.ran.p50_ms,
                step.ran.p99_ms,
                step.ran.per_second / theirs,
                step.server_ms,
                step.postgres_ms,
            )?;
        }
    }
    report("orders", &table)
}

/// Places and pays in shops with more and more of a past, the youngest first. Everybody buys twice: the first time their rows come
/// from the disk, and the more customers there are the fewer of them lie on one page.
pub async fn grown(stage: &Stage, shops: &[String], each: usize) -> anyhow::Result<()> {
    let mut table = String::from(
        "| past lines | step | its buyers' | server /s | p50 ms | p99 ms | CPU ms server | CPU ms PostgreSQL |\n\
         |--:|---|---|--:|--:|--:|--:|--:|\n",
    );
    let postmaster = stage.postmaster().await?;
    for shop in shops {
        let sql = stage.sql(shop).await?;
        let past: i64 = sql.query_one("select count(*) from product_orders", &[]).await?.get(0);
        let server = Server::start(stage.shop.boot(), &stage.url(shop), CONNECTIONS).await?;
        for time in ["first order", "second order"] {
            let checkouts = checkouts(stage, &sql, server.port, CLIENTS * each).await?;
            let (placed, first) = place(&server, &checkouts, CLIENTS, postmaster).await?;
            let second = confirm(stage, &server, &checkouts, &placed, CLIENTS, postmaster).await?;
            for (name, Step { ran, server_ms, postgres_ms }) in [("place", first), ("confirm", second)] {
                writeln!(
                    table,
                    "| {past} | {name} | {time} | {:.0} | {:.2} | {:.2} | {server_ms:.2} | {postgres_ms:.2} |",
                    ran.per_second, ran.p50_ms, ran.p99_ms
                )?;
            }
        }
    }
    report("grown", &table)
}

type Compared = (Step, f64, usize);

/// Places and pays; then the same statements, from the log of a second time over, by pgbench.
async fn round(stage: &Stage, database: &str, clients: usize, each: usize) -> anyhow::Result<(Compared, Compared)> {
    let (place, confirm, _) = live(stage, database, clients, each, false).await?;
    let (_, _, logged) = live(stage, database, clients, each, true).await?;
    let (placing, confirming) = logged.context("nothing was logged")?;
    // A copy in which the checkouts lie but nothing is placed.
    stage.copy("drrip_bench_quoted", RUN).await?;
    let (sql, url) = (stage.sql(RUN).await?, stage.url(RUN));
    let place_rate = pgbench::once(&sql, &url, &placing, clients).await?;
    let confirm_rate = pgbench::once(&sql, &url, &confirming, clients).await?;
    drop(sql);
    stage.remove(RUN).await?;
    stage.remove("drrip_bench_quoted").await?;
    let statements = |all: &[Transaction]| all.iter().map(Vec::len).sum::<usize>() / (clients * each).max(1);
    // Placing is one transaction, confirming two.
    let orders = |rate: f64, all: &[Transaction]| rate * (clients * each) as f64 / all.len() as f64;
    let place = (place, orders(place_rate, &placing), statements(&placing));
    Ok((place, (confirm, orders(confirm_rate, &confirming), statements(&confirming))))
}

/// Places and pays so many orders on a copy of the shop, [`RUN`], and leaves it.
pub async fn paid(stage: &Stage, database: &str, count: usize) -> anyhow::Result<()> {
    live(stage, database, 8, count.div_ceil(8), false).await.map(drop)
}

/// Places and pays one order more on [`RUN`].
pub async fn one(stage: &Stage, sql: &tokio_postgres::Client) -> anyhow::Result<()> {
    let server = Server::start(stage.shop.boot(), &stage.url(RUN), CONNECTIONS).await?;
    let checkouts = checkouts(stage, sql, server.port, 1).await?;
    let postmaster = stage.postmaster().await?;
    let (placed, _) = place(&server, &checkouts, 1, postmaster).await?;
    confirm(stage, &server, &checkouts, &placed, 1, postmaster).await.map(drop)
}

type Logged = Option<(Vec<Transaction>, Vec<Transaction>)>;

async fn live(
    stage: &Stage,
    database: &str,
    clients: usize,
    each: usize,
    log: bool,
) -> anyhow::Result<(Step, Step, Logged)> {
    stage.copy(database, RUN).await?;
    let postmaster = stage.postmaster().await?;
    let sql = stage.sql(RUN).await?;
    let server = Server::start(stage.shop.boot(), &stage.url(RUN), CONNECTIONS).await?;
    let checkouts = checkouts(stage, &sql, server.port, clients * each).await?;
    if log {
        // The checkouts are part of the data: kept for pgbench before anything is placed.
        drop((server, sql));
        stage.copy(RUN, "drrip_bench_quoted").await?;
        let sql = stage.sql(RUN).await?;
        let server = Server::start(stage.shop.boot(), &stage.url(RUN), CONNECTIONS).await?;
        let writing = Log::begin(&sql).await?;
        let (placed, first) = place(&server, &checkouts, clients, postmaster).await?;
        let placing = writing.end(&sql).await?;
        let writing = Log::begin(&sql).await?;
        let second = confirm(stage, &server, &checkouts, &placed, clients, postmaster).await?;
        let confirming = writing.end(&sql).await?;
        return Ok((first, second, Some((placing, confirming))));
    }
    let (placed, first) = place(&server, &checkouts, clients, postmaster).await?;
    let second = confirm(stage, &server, &checkouts, &placed, clients, postmaster).await?;
    drop((server, sql));
    Ok((first, second, None))
}

async fn place(
    server: &Server,
    checkouts: &[Checkout],
    clients: usize,
    postmaster: u32,
) -> anyhow::Result<(Vec<serde_json::Value>, Step)> {
    let requests = checkouts.iter().map(order).collect();
    let (replies, step) = step(server, shared(requests, clients), postmaster).await?;
    let placed = replies.iter().map(|reply| reply.expect_json(201)).collect::<anyhow::Result<_>>()?;
    Ok((placed, step))
}

/// The request that orders a checkout as it stands.
pub fn order(checkout: &Checkout) -> Vec<u8> {
    let quote = &checkout.quote;
    let body = json!({ "quote_id": quote["quote_id"], "version": quote["version"], "payment_method": "card" });
    request("POST", "/v1/purchase-orders", Some(&checkout.token), Some(&body))
}

async fn confirm(
    stage: &Stage,
    server: &Server,
    checkouts: &[Checkout],
    placed: &[serde_json::Value],
    clients: usize,
    postmaster: u32,
) -> anyhow::Result<Step> {
    let mut requests = Vec::new();
    for (checkout, placed) in checkouts.iter().zip(placed) {
        let pg_order_id = placed["payment"]["pg_order_id"].as_str().context("nothing to pay")?;
        let amount = placed["total_payable"].as_i64().context("no amount")?;
        let redirect = stage.shop.toss().window(Window::card(pg_order_id, amount));
        let body = json!({ "payment_key": redirect.payment_key(), "order_id": pg_order_id, "amount": amount });
        requests.push(request("POST", "/v1/payments/confirm", Some(&checkout.token), Some(&body)));
    }
    let (replies, step) = step(server, shared(requests, clients), postmaster).await?;
    for reply in &replies {
        reply.expect_json(200)?;
    }
    Ok(step)
}

/// Sends each client's requests one after the other, all clients at once.
pub async fn step(server: &Server, requests: Vec<Vec<Vec<u8>>>, postmaster: u32) -> anyhow::Result<(Vec<Reply>, Step)> {
    let count = requests.iter().map(Vec::len).sum::<usize>().max(1) as f64;
    let used = || (cpu::of_tree(server.pid()), cpu::of_tree(postmaster));
    let before = used();
    let (replies, ran) = drive::once(server.port, requests).await?;
    let after = used();
    let each = |spent: f64| spent * 1000.0 / count;
    let step = Step { ran, server_ms: each(after.0 - before.0), postgres_ms: each(after.1 - before.1) };
    Ok((replies.into_iter().flatten().collect(), step))
}

/// Shares requests out among clients, in order.
pub fn shared(requests: Vec<Vec<u8>>, clients: usize) -> Vec<Vec<Vec<u8>>> {
    let each = requests.len().div_ceil(clients).max(1);
    requests.chunks(each).map(<[Vec<u8>]>::to_vec).collect()
}

/// Checkouts of customers picked at random, two SKUs of one seller and one of another, with points.
async fn checkouts(
    stage: &Stage,
    sql: &tokio_postgres::Client,
    port: u16,
    count: usize,
) -> anyhow::Result<Vec<Checkout>> {
    let many = i64::try_from(count)?;
    let buyers: Vec<Uuid> = sql
        .query("select id from users order by right(id::text, 7) limit $1", &[&many])
        .await?
        .iter()
        .map(|row| row.get(0))
        .collect();
    let goods = "select array_agg(id) from (
             select k.id, p.seller_id, row_number() over (partition by p.seller_id order by right(k.id::text, 8)) n
             from products p join product_skus k on k.product_id = p.id) k where n <= 40 group by seller_id";
    let goods: Vec<Vec<Uuid>> = sql.query(goods, &[]).await?.iter().map(|row| row.get(0)).collect();
    let pick = |n: usize, seller: usize, at: usize| {
        let of = goods.get((n * 31 + seller) % goods.len().max(1)).map(Vec::as_slice).unwrap_or_default();
        of.get((n / goods.len().max(1) * 3 + at) % of.len().max(1)).copied().unwrap_or_default()
    };
    let baskets = (0..count).map(|n| {
        json!({ "items": [
            { "sku_id": pick(n, 0, 0), "quantity": 1 }, { "sku_id": pick(n, 0, 1), "quantity": 2 }, { "sku_id": pick(n, 1, 2), "quantity": 1 },
        ] })
    });
    quoted(stage, port, &buyers, baskets.collect(), 1_000).await
}

/// A checkout of each basket for each buyer in turn, with so many points.
pub async fn quoted(
    stage: &Stage,
    port: u16,
    buyers: &[Uuid],
    baskets: Vec<serde_json::Value>,
    points: i64,
) -> anyhow::Result<Vec<Checkout>> {
    let tokens = buyers.iter().map(|buyer| stage.token(*buyer)).collect::<anyhow::Result<Vec<_>>>()?;
    let token = |n: usize| tokens.get(n % tokens.len().max(1)).cloned().unwrap_or_default();
    let asks: Vec<_> = baskets
        .iter()
        .enumerate()
        .map(|(n, basket)| request("POST", "/v1/checkout-quotes", Some(&token(n)), Some(basket)))
        .collect();
    let (replies, _) = drive::once(port, shared(asks, 8)).await?;
    let mut quotes = Vec::new();
    for reply in replies.iter().flatten() {
        quotes.push(reply.expect_json(201)?);
    }
    if points > 0 {
        let changes: Vec<_> = quotes
            .iter()
            .enumerate()
            .map(|(n, quote)| {
                let path = format!("/v1/checkout-quotes/{}", quote["quote_id"].as_str().unwrap_or_default());
                request("PATCH", &path, Some(&token(n)), Some(&json!({ "points": points })))
            })
            .collect();
        let (replies, _) = drive::once(port, shared(changes, 8)).await?;
        quotes.clear();
        for reply in replies.iter().flatten() {
            quotes.push(reply.expect_json(200)?);
        }
    }
    Ok(quotes.into_iter().enumerate().map(|(n, quote)| Checkout { token: token(n), quote }).collect())
}

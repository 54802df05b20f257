//! The pages everybody reads, beside pgbench running the statement of each.

use crate::drive::{self, Ran, request};
use crate::pgbench;
use crate::server::Server;
use crate::stage::{CONNECTIONS, Stage, report};
use crate::statements::{Log, Transaction};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;
use tokio_postgres::Client;

/// Different pages of one kind that are asked for in turn.
const VARIETY: i64 = 64;

/// Requests of one kind.
pub struct Page {
    name: &'static str,
    pub requests: Vec<Vec<u8>>,
}

/// Measures every page at so many clients and writes the table.
pub async fn measure(
    stage: &Stage,
    database: &str,
    clients: &[usize],
    rounds: usize,
    seconds: u64,
) -> anyhow::Result<()> {
    let sql = stage.sql(database).await?;
    let server = Server::start(stage.shop.boot(), &stage.url(database), CONNECTIONS).await?;
    let lasts = Duration::from_secs(seconds);
    let mut table = String::from(
        "| page | clients | server /s | p50 ms | p99 ms | pgbench /s | p50 ms | p99 ms | rate ratio | p99 ratio | statements a page |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for page in pages(stage, &sql, server.port).await? {
        let asked = asked(&sql, &page, server.port).await?;
        let each = asked.len() as f64 / page.requests.len() as f64;
        for clients in clients {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for _ in 0..rounds {
                let turns: Vec<_> = (0..*clients).map(|n| turned(&page.requests, n)).collect();
                ours.push(drive::repeat(server.port, &turns, lasts).await?);
                theirs.push(pgbench::repeat(&stage.url(database), &asked, *clients, lasts).await?);
            }
            let (ours, theirs) = (Ran::median(ours)?, Ran::median(theirs)?);
            writeln!(
                table,
                "| {} | {clients} | {:.0} | {:.2} | {:.2} | {:.0} | {:.2} | {:.2} | {:.2} | {:.2} | {each:.2} |",
                page.name,
                ours.per_second,
                ours.p50_ms,
                ours.p99_ms,
                theirs.per_second,
                theirs.p50_ms,
                theirs.p99_ms,
                ours.per_second / theirs.per_second,
                ours.p99_ms / theirs.p99_ms,
            )?;
        }
    }
    report("reads", &table)
}

/// Measures the lists, which are the first of the pages, in shops of different sizes, the smallest first.
pub async fn lists(stage: &Stage, shops: &[String], rounds: usize, seconds: u64) -> anyhow::Result<()> {
    let mut table = String::from(
        "| page | products | server /s | p50 ms | p99 ms | of the smallest shop's rate |\n|---|--:|--:|--:|--:|--:|\n",
    );
    let lasts = Duration::from_secs(seconds);
    let mut smallest: BTreeMap<&str, f64> = BTreeMap::new();
    for shop in shops {
        let sql = stage.sql(shop).await?;
        let products: i64 = sql.query_one("select count(*) from products", &[]).await?.get(0);
        let server = Server::start(stage.shop.boot(), &stage.url(shop), CONNECTIONS).await?;
        let pages = pages(stage, &sql, server.port).await?;
        for page in pages.into_iter().take_while(|page| page.name.starts_with("list")) {
            let turns: Vec<_> = (0..16).map(|n| turned(&page.requests, n)).collect();
            // What is read first may still lie on the disk.
            drive::repeat(server.port, &turns, lasts).await?;
            let mut runs = Vec::new();
            for _ in 0..rounds {
                runs.push(drive::repeat(server.port, &turns, lasts).await?);
            }
            let ran = Ran::median(runs)?;
            let first = *smallest.entry(page.name).or_insert(ran.per_second);
            writeln!(
                table,
                "| {} | {products} | {:.0} | {:.2} | {:.2} | {:.2} |",
                page.name,
                ran.per_second,
                ran.p50_ms,
                ran.p99_ms,
                ran.per_second / first
            )?;
        }
    }
    report("lists", &table)
}

/// Each client starts elsewhere.
fn turned(requests: &[Vec<u8>], by: usize) -> Vec<Vec<u8>> {
    let mut turned = requests.to_vec();
    turned.rotate_left(by * 7 % requests.len().max(1));
    turned
}

/// The statements behind each request of a page, in order.
async fn asked(sql: &Client, page: &Page, port: u16) -> anyhow::Result<Vec<Transaction>> {
    let log = Log::begin(sql).await?;
    let (replies, _) = drive::once(port, vec![page.requests.clone()]).await?;
    for reply in replies.iter().flatten() {
        reply.expect_json(200)?;
    }
    log.end(sql).await
}

/// Every kind of page that is read.
pub async fn pages(stage: &Stage, sql: &Client, port: u16) -> anyhow::Result<Vec<Page>> {
    let products = "select id from products order by right(id::text, 8) limit $1";
    let products: Vec<uuid::Uuid> = sql.query(products, &[&VARIETY]).await?.iter().map(|row| row.get(0)).collect();
    let of = |path: &dyn Fn(&uuid::Uuid) -> String| {
        products.iter().map(|id| request("GET", &path(id), None, None)).collect()
    };
    let sellers: Vec<uuid::Uuid> =
        sql.query("select id from sellers limit $1", &[&VARIETY]).await?.iter().map(|row| row.get(0)).collect();
    let categories: Vec<uuid::Uuid> =
        sql.query("select id from categories", &[]).await?.iter().map(|row| row.get(0)).collect();
    let orders = "select user_id, id from purchase_orders order by right(id::text, 6) limit $1";
    let mut details = Vec::new();
    for row in sql.query(orders, &[&VARIETY]).await? {
        let token = stage.token(row.get(0))?;
        details.push(request(
            "GET",
            &format!("/v1/purchase-orders/{}", row.get::<_, uuid::Uuid>(1)),
            Some(&token),
            None,
        ));
    }
    Ok(vec![
        Page { name: "list, newest", requests: walk(port, "/v1/products?limit=24", 32).await? },
        Page { name: "list, popular", requests: walk(port, "/v1/products?limit=24&sort=popular", 32).await? },
        Page { name: "list, cheapest", requests: walk(port, "/v1/products?limit=24&sort=price_asc", 4).await? },
        Page {
            name: "list of a category",
            requests: categories
                .iter()
                .map(|id| request("GET", &format!("/v1/products?limit=24&category_id={id}"), None, None))
                .collect(),
        },
        Page {
            name: "list of a seller",
            requests: sellers
                .iter()
                .map(|id| request("GET", &format!("/v1/products?limit=24&seller_id={id}"), None, None))
                .collect(),
        },
        Page { name: "product", requests: of(&|id| format!("/v1/products/{id}")) },
        Page { name: "options and stock", requests: of(&|id| format!("/v1/products/{id}/options")) },
        Page { name: "order", requests: details },
    ])
}

/// The first pages of a list, one behind the other.
async fn walk(port: u16, path: &str, pages: usize) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut client = drive::Client::connect(port).await?;
    let mut requests = vec![request("GET", path, None, None)];
    while requests.len() < pages {
        let Some(last) = requests.last() else { break };
        let shown = client.send(last).await?.expect_json(200)?;
        let Some(cursor) = shown["next_cursor"].as_str() else { break };
        requests.push(request("GET", &format!("{path}&cursor={cursor}"), None, None));
    }
    Ok(requests)
}

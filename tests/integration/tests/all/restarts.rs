//! The servers themselves go: PostgreSQL and PgBouncer crash, stop and come back while a crowd buys. `scripts/outage` runs
//! this on an instance of its own; the cuts that need no server of their own are in `outage`.

use crate::market::{Market, buys};
use harness::Shop;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const BLOWS: [&str; 4] = ["crash-postgres", "crash-pgbouncer", "restart-postgres", "restart-pgbouncer"];
/// Answers between two blows.
const ANSWERS: usize = 12;

fn hit(how: &str) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/outage");
    let done = Command::new(script).args(["hit", how]).status().unwrap();
    assert!(done.success(), "{how}: {done}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "stops servers that other stories use: run scripts/outage"]
async fn a_crowd_buys_on_while_the_servers_come_and_go() {
    let rounds: usize = std::env::var("OUTAGE_ROUNDS").map_or(1, |rounds| rounds.parse().unwrap());
    let market = Market::of(Shop::open().await).await;
    let blows: Vec<&str> = BLOWS.into_iter().cycle().take(BLOWS.len() * rounds).collect();
    let mut sales = Vec::new();
    for _ in 0..blows.len() * ANSWERS {
        sales.push(market.checkout().await);
    }
    let (answered, left) = (AtomicUsize::new(0), AtomicUsize::new(sales.len()));
    let buyer = |sale| {
        let (market, answered, left) = (&market, &answered, &left);
        async move {
            buys(market, sale, Duration::from_millis(100), answered).await;
            left.fetch_sub(1, Ordering::Relaxed);
        }
    };
    // Twelve at a time, one after the other.
    let crowd = async {
        for some in sales.chunks(ANSWERS) {
            futures::future::join_all(some.iter().map(buyer)).await;
        }
    };
    let trouble = async {
        for (nth, how) in blows.iter().enumerate() {
            while answered.load(Ordering::Relaxed) < nth * ANSWERS * 2 + ANSWERS / 2 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::task::spawn_blocking({
                let how = (*how).to_owned();
                move || hit(&how)
            })
            .await
            .unwrap();
        }
    };
    // Workers and schedules go on beside it, as far as they can.
    let machine = async {
        while left.load(Ordering::Relaxed) > 0 {
            market.shop.try_tasks().await;
            drop(market.shop.try_schedule("cancel_expired_payments").await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    futures::join!(crowd, trouble, machine);
    market.shop.reconnect().await;
    market.calm().await;
    let paid = "select count(*) from product_orders where state = 'paid'";
    assert_eq!(market.shop.value::<i64>(paid, &[]).await, i64::try_from(sales.len()).unwrap(), "each bought once");
    let captured = "select sum(captured_amount)::bigint from payments";
    assert_eq!(market.shop.value::<i64>(captured, &[]).await, market.shop.toss().totals().net);
    println!("{} orders through {} blows: {}", sales.len(), blows.len(), blows.join(", "));
    market.close().await;
}

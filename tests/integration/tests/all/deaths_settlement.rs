//! The settlement's functions die: every morning's schedule, every step of a batch and every payout dies at its first point,
//! is begun again, dies at its second, and so on until it comes through. The seller has the same statement, the same money and
//! the same books in the end as one whose mornings nobody disturbed. So does the relay of the outbox.

use crate::market::calm;
use crate::settlement_steps::{payable, sold};
use crate::standing::{Standing, of_seller, same};
use crate::tasks::emitted;
use chrono::{Duration, NaiveTime};
use events::queues;
use harness::{Fate, Seller, Shop, json};
use jobs::Relay;
use kernel::clock::kst_at;
use std::collections::BTreeSet;

/// Runs a function until it comes through.
async fn at_last<T>(shop: &Shop, disturbed: bool, act: impl AsyncFn() -> T) -> T {
    if !disturbed {
        return act().await;
    }
    for at in 0.. {
        if let Fate::Lived(answer) = shop.die_at(at, act()).await {
            return answer;
        }
    }
    act().await
}

/// Hands out every message of a task.
async fn receives(shop: &Shop, disturbed: bool, task: &str) {
    for message in shop.ready().await.into_iter().filter(|ready| ready.task == task) {
        at_last(shop, disturbed, async || drop(shop.receive(&message, true).await)).await;
    }
    calm(shop).await;
}

/// The next 04:00, and what the schedule does then; the batch it prepared.
async fn morning(shop: &Shop, disturbed: bool) -> Option<String> {
    let four = kst_at(shop.now().date(), NaiveTime::from_hms_opt(4, 0, 0).unwrap());
    let next = if four > shop.now().0 { four } else { four + Duration::days(1) };
    shop.clock().set(next + Duration::seconds(5));
    at_last(shop, disturbed, async || shop.run_schedule("build_settlements").await).await;
    calm(shop).await;
    shop.values::<String>("select id::text from payout_batches", &[]).await.pop()
}

/// Two purchases, settled and paid out.
async fn life(disturbed: bool) -> (Standing, i64) {
    let shop = Shop::open().await;
    let seller: Seller = shop.seller().await;
    sold(&shop, &seller, 60_000, "100000000013").await;
    sold(&shop, &seller, 24_500, "100000000014").await;
    payable(&shop, &seller).await;
    let mut batch = None;
    for _ in 0..40 {
        batch = morning(&shop, disturbed).await;
        if batch.is_some() {
            break;
        }
    }
    let batch = batch.unwrap_or_else(|| panic!("no batch in 40 days"));
    let (lead, clerk) = (shop.operator("settlement_lead").await, shop.operator("settlement_clerk").await);
    let read = lead.get(&format!("/v1/payout-batches/{batch}")).await.expect(200);
    let body = json!({ "count": read["count"], "sum": read["sum"] });
    let path = format!("/v1/payout-batches/{batch}");
    let approve = async || {
        let call = lead.elevated().post(&format!("{path}/approve"), body.clone());
        call.key("approve-the-batch").await.expect(200);
    };
    at_last(&shop, disturbed, approve).await;
    let submit = async || {
        clerk.post(&format!("{path}/submit"), json!({})).key("submit-the-batch").await.expect(200);
    };
    at_last(&shop, disturbed, submit).await;
    receives(&shop, disturbed, "send_payout").await;
    shop.toss().complete_payouts();
    assert!(!shop.toss().flush_webhooks().await.is_empty());
    receives(&shop, disturbed, "process_payment_webhook").await;
    let stands = of_seller(&shop, seller.seller_id).await;
    let paid: i64 = shop.value("select sum(amount)::bigint from payouts where state = 'completed'", &[]).await;
    assert_eq!(shop.toss().payouts().len(), 1, "one transfer at the provider");
    shop.close().await;
    (stands, paid)
}

#[tokio::test]
async fn a_seller_is_settled_and_paid_once() {
    let ((undisturbed, paid), (disturbed, paid_then)) = futures::join!(life(false), life(true));
    same(&undisturbed, &disturbed, "a settlement whose functions died");
    assert!(paid > 0);
    assert_eq!(paid, paid_then);
}

#[tokio::test]
async fn a_relay_that_dies_loses_no_event() {
    let shop = Shop::open().await;
    shop.make_queues().await;
    let relay = Relay::new(&shop.boot().db, &shop.boot().aws);
    let mut written = BTreeSet::new();
    for at in 0.. {
        for _ in 0..3 {
            written.insert(emitted(&shop).await.id);
        }
        let fate = shop.die_at(at, relay.run(shop.now())).await;
        if matches!(fate, Fate::Lived(_)) {
            break;
        }
        shop.clock().advance(Duration::seconds(61));
    }
    shop.clock().advance(Duration::seconds(61));
    relay.run(shop.now()).await.unwrap();
    let left = "select count(*) from outbox_events where published_at is null";
    assert_eq!(shop.value::<i64>(left, &[]).await, 0);
    let mut arrived = BTreeSet::new();
    loop {
        let messages = shop.received(&queues::SEND_CODE).await;
        if messages.is_empty() {
            break;
        }
        let body = |message: &harness::Value| {
            serde_json::from_str::<events::Envelope>(message["body"].as_str().unwrap()).unwrap().id
        };
        arrived.extend(messages.iter().map(body));
    }
    assert_eq!(arrived, written, "each at least once");
    shop.close().await;
}

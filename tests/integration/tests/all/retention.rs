//! What is kept for a while only goes in the night, and nothing else does.

use crate::buying::{bought, piece, quote};
use chrono::Duration;
use harness::{Shop, json};
use serde_json::Value;

async fn count(shop: &Shop, rows: &str) -> i64 {
    shop.value(&format!("select count(*) from {rows}"), &[]).await
}

/// The night, so many days later: how many rows of each table went.
async fn night(shop: &Shop, days: i64) -> Value {
    shop.clock().advance(Duration::days(days));
    shop.run_schedule("retention_purge").await
}

#[tokio::test]
async fn keys_quotes_events_and_messages_go_when_nobody_needs_them_any_more() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(30_000).sku("M", 9).on_sale().await;
    let minji = shop.customer().await;
    bought(&shop, &minji, &[piece(tee.only(), 1)]).await;
    quote(&minji, &[piece(tee.only(), 1)]).await;
    shop.run_tasks().await;
    let keys = count(&shop, "idempotency_keys").await;
    let (told, messages) = (count(&shop, "outbox_events").await, count(&shop, "notifications").await);
    assert!(keys > 0 && told > 0 && messages > 0, "{keys} keys, {told} events, {messages} messages");
    let nothing = json!({ "idempotency_keys": 0, "checkout_quotes": 0, "outbox_events": 0, "webhook_deliveries": 0, "task_runs": 0, "notifications": 0 });
    assert_eq!(night(&shop, 0).await, nothing, "all of it is young");

    let second = night(&shop, 2).await;
    assert_eq!((&second["idempotency_keys"], &second["checkout_quotes"]), (&json!(keys), &json!(1)));
    assert_eq!(
        count(&shop, "checkout_quotes where state = 'used'").await,
        1,
        "what was ordered by stays with its order"
    );
    assert_eq!(count(&shop, "outbox_events").await, told);

    shop.sql(
        "update outbox_events set published_at = null where id = (select min(id::text)::uuid from outbox_events)",
        &[],
    )
    .await;
    assert_eq!(night(&shop, 29).await["outbox_events"], told - 1, "who was not told yet still will be");
    assert_eq!(count(&shop, "outbox_events where published_at is null").await, 1);
    assert_eq!(count(&shop, "notifications").await, messages);

    assert_eq!(night(&shop, 60).await["notifications"], messages);
    assert_eq!(count(&shop, "notification_deliveries").await, 0);
    assert_eq!(count(&shop, "purchase_orders").await, 1);
    shop.run_tasks().await;
    shop.close().await;
}

#[tokio::test]
async fn dead_letters_stay_until_somebody_decided_on_them() {
    let shop = Shop::open().await;
    let runs = "insert into task_runs (id, task, kind, idempotency_key, state, started_at, finished_at)
                select gen_random_uuid(), 'send_code', 'immediate', state, state, $1, $1 from unnest('{succeeded,discarded,failed,dead}'::text[]) state";
    shop.sql(runs, &[&shop.now()]).await;
    assert_eq!(night(&shop, 89).await["task_runs"], 0);
    assert_eq!(night(&shop, 1).await["task_runs"], 2);
    let left: Vec<String> = shop.values("select state from task_runs order by state", &[]).await;
    assert_eq!(left, ["dead", "failed"]);
    shop.close().await;
}

#[tokio::test]
async fn a_night_takes_page_after_page() {
    let shop = Shop::open().await;
    let keys = "insert into idempotency_keys (host, principal_id, key, method_path, request_hash, created_at, expires_at)
                select 'service', 'minji', 'key-' || to_char(n, 'FM0000'), 'POST /', '', $1::timestamptz, $1 + n * interval '1 second' from generate_series(1, 3000) n";
    shop.sql(keys, &[&shop.now()]).await;
    shop.clock().advance(Duration::seconds(2_500));
    assert_eq!(night(&shop, 0).await["idempotency_keys"], 2_500);
    assert_eq!(count(&shop, "idempotency_keys").await, 500);
    shop.close().await;
}

//! What partners did not hear: retries, giving up, switching off, replays.

use crate::webhook::{SCOPES, endpoint, heard, log, path, reviewed};
use chrono::Duration;
use harness::simulators::hooks::Proof;
use harness::{Shop, json};

#[tokio::test]
async fn a_failing_endpoint_is_tried_again_with_the_same_bytes() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let partner = shop.own_client(&seller, SCOPES).await;
    endpoint(&shop, &partner, "erp", &["product.reviewed"]).await;
    shop.hooks().fail("erp", 3, 503);
    let product = reviewed(&shop, &seller).await;
    let row = log(&partner).await.items()[0].clone();
    assert_eq!((&row["state"], &row["attempts"], &row["last_status"]), (&json!("retrying"), &json!(1), &json!(503)));
    assert_eq!(row["object_id"], json!(product));

    shop.clock().advance(Duration::seconds(5));
    shop.run_tasks().await;
    shop.clock().advance(Duration::minutes(5));
    shop.run_tasks().await;
    assert_eq!(heard(&shop, "erp").len(), 3);
    // Half an hour is longer than a queue holds a message: the sweep finds it.
    shop.clock().advance(Duration::minutes(29));
    shop.run_schedule("sweep_webhook_deliveries").await;
    shop.run_tasks().await;
    assert_eq!(heard(&shop, "erp").len(), 3);
    shop.clock().advance(Duration::minutes(2));
    shop.run_schedule("sweep_webhook_deliveries").await;
    shop.run_tasks().await;
    let received = heard(&shop, "erp");
    assert_eq!(received.len(), 4);
    assert!(
        received.iter().all(|r| r.body == received[0].body && r.id() == received[0].id() && r.proof == Proof::Valid)
    );

    let path = format!("/v1/webhook-deliveries/{}", row["delivery_id"].as_str().unwrap());
    let detail = partner.get(&path).await.expect(200);
    assert_eq!((&detail["state"], &detail["attempts"]), (&json!("delivered"), &json!(4)));
    assert_eq!(detail["body"], json!(received[0].body));
    let statuses: Vec<i64> = detail["log"].as_array().unwrap().iter().map(|a| a["status"].as_i64().unwrap()).collect();
    assert_eq!(statuses, [503, 503, 503, 200]);
    let health = partner.get("/v1/webhook-endpoints").await.expect(200);
    assert!(health.items()[0]["failing_since"].is_null() && !health.items()[0]["last_delivered_at"].is_null());
    shop.own_client(&shop.seller().await, SCOPES).await.get(&path).await.expect_code(404, "webhook_delivery_not_found");
    shop.close().await;
}

#[tokio::test]
async fn eight_failures_are_dead_and_can_be_replayed() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let partner = shop.own_client(&seller, SCOPES).await;
    let made = endpoint(&shop, &partner, "erp", &["product.reviewed"]).await;
    shop.hooks().fail("erp", 8, 500);
    reviewed(&shop, &seller).await;
    for _ in 0..8 {
        shop.clock().advance(Duration::hours(11));
        shop.run_schedule("sweep_webhook_deliveries").await;
        shop.run_tasks().await;
    }
    let row = log(&partner).await.items()[0].clone();
    assert_eq!((&row["state"], &row["attempts"]), (&json!("dead"), &json!(8)));
    assert_eq!(heard(&shop, "erp").len(), 8);
    let replay = |ids: harness::Value| partner.post("/v1/webhook-deliveries/replay", json!({ "delivery_ids": ids }));
    let foreign = kernel::WebhookDeliveryId::new();
    // Failing for three days switched it off: nothing is replayed to an endpoint that is off.
    assert_eq!(partner.get("/v1/webhook-endpoints").await.expect(200).items()[0]["state"], "disabled");
    let answer = replay(json!([row["delivery_id"]])).await.expect(202);
    assert_eq!(answer.items()[0]["outcome"], "endpoint_inactive");
    partner.patch(&path(&made), json!({ "paused": false })).await.expect(200);
    let answer = replay(json!([row["delivery_id"], foreign])).await.expect(202);
    assert_eq!(answer.items()[0]["outcome"], "queued");
    assert_eq!(answer.items()[1]["outcome"], "not_found");
    shop.run_tasks().await;
    let received = heard(&shop, "erp");
    assert_eq!((received.len(), received[8].id(), &received[8].proof), (9, received[0].id(), &Proof::Valid));
    assert_eq!(log(&partner).await.items()[0]["state"], "delivered");
    shop.close().await;
}

#[tokio::test]
async fn three_days_of_failures_switch_an_endpoint_off_and_its_owner_hears() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let partner = shop.own_client(&seller, SCOPES).await;
    endpoint(&shop, &partner, "erp", &["product.reviewed"]).await;
    shop.hooks().fail("erp", 1_000, 500);
    reviewed(&shop, &seller).await;
    shop.clock().advance(Duration::days(3) - Duration::hours(1));
    reviewed(&shop, &seller).await;
    assert_eq!(partner.get("/v1/webhook-endpoints").await.expect(200).items()[0]["state"], "active");
    shop.clock().advance(Duration::hours(1));
    reviewed(&shop, &seller).await;
    assert_eq!(partner.get("/v1/webhook-endpoints").await.expect(200).items()[0]["state"], "disabled");
    let waiting: i64 =
        shop.value("select count(*) from webhook_deliveries where state in ('pending', 'retrying')", &[]).await;
    assert_eq!(waiting, 0, "what waited is canceled");
    let told: i64 = shop
        .value("select count(*) from notifications where template_code = 'webhook_endpoint_disabled' and seller_member_id = $1", &[&seller.owner_id])
        .await;
    assert_eq!(told, 1);
    let before = heard(&shop, "erp").len();
    reviewed(&shop, &seller).await;
    assert_eq!(heard(&shop, "erp").len(), before);
    shop.close().await;
}

#[tokio::test]
async fn every_failed_delivery_of_a_time_is_sent_again_behind_live_traffic() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let partner = shop.own_client(&seller, SCOPES).await;
    let made = endpoint(&shop, &partner, "erp", &["product.reviewed"]).await;
    for _ in 0..3 {
        reviewed(&shop, &seller).await;
        shop.clock().advance(Duration::hours(1));
    }
    // All tries of these went wrong long ago.
    shop.sql(
        "update webhook_deliveries set state = 'dead', attempts = 8, next_attempt_at = null, queued_until = null",
        &[],
    )
    .await;
    let made_at: Vec<chrono::DateTime<chrono::Utc>> =
        shop.values("select created_at from webhook_deliveries order by created_at", &[]).await;
    let window =
        |from, until| json!({ "failed_between": { "endpoint_id": made["endpoint_id"], "from": from, "until": until } });
    let replay = |body: harness::Value| partner.post("/v1/webhook-deliveries/replay", body);

    for neither in [
        json!({}),
        json!({ "delivery_ids": [uuid::Uuid::now_v7()], "failed_between": window(made_at[0], made_at[1])["failed_between"] }),
    ] {
        let refused = replay(neither).await.expect_code(422, "replay_selection_invalid");
        assert_eq!(refused["errors"][0]["field"], "/delivery_ids");
    }
    let refused = replay(window(made_at[1], made_at[0])).await.expect_code(422, "replay_window_invalid");
    assert_eq!(refused["errors"][0]["field"], "/failed_between/until");
    let stranger = shop.own_client(&shop.seller().await, SCOPES).await;
    let theirs = stranger.post("/v1/webhook-deliveries/replay", window(made_at[0], made_at[1]));
    theirs.await.expect_code(404, "webhook_endpoint_not_found");
    partner.patch(&path(&made), json!({ "paused": true })).await.expect(200);
    replay(window(made_at[0], made_at[2])).await.expect_code(409, "webhook_endpoint_inactive");
    partner.patch(&path(&made), json!({ "paused": false })).await.expect(200);
    assert_eq!(heard(&shop, "erp").len(), 3, "nothing was sent by what was refused");

    // The end is not included; nothing leaves before the sweep.
    let taken = replay(window(made_at[0], made_at[2])).await.expect(202);
    assert_eq!((taken.won("queued"), taken.items().len()), (2, 0));
    assert_eq!(replay(window(made_at[0], made_at[2])).await.expect(202).won("queued"), 0, "they are on their way");
    shop.run_tasks().await;
    assert_eq!(heard(&shop, "erp").len(), 3);
    shop.run_schedule("sweep_webhook_deliveries").await;
    shop.run_tasks().await;
    let received = heard(&shop, "erp");
    assert_eq!(received.len(), 5);
    for (again, first) in received[3..].iter().zip(&received) {
        assert_eq!((again.id(), &again.body, &again.proof), (first.id(), &first.body, &Proof::Valid));
    }
    assert_eq!(partner.get("/v1/webhook-deliveries?state=dead").await.expect(200).items().len(), 1);
    shop.close().await;
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let partner = shop.own_client(&seller, SCOPES).await;
    let made = endpoint(&shop, &partner, "erp", &["product.reviewed"]).await;
    shop.hooks().fail("erp", 1, 307);
    reviewed(&shop, &seller).await;
    let row = log(&partner).await.items()[0].clone();
    assert_eq!((&row["state"], &row["last_status"]), (&json!("retrying"), &json!(307)));
    // A name that led outside when it was registered and leads inside now reaches nobody.
    shop.sql("update webhook_endpoints set url = 'https://localhost/hook'", &[]).await;
    let sent = partner.post(&format!("{}/test", path(&made)), json!({ "event_type": "product.reviewed" }));
    let sent = sent.await.expect(200);
    assert_eq!((&sent["delivered"], &sent["status"]), (&json!(false), &json!(null)), "{}", sent.text);
    shop.close().await;
}

//! What partners are told: endpoints, signed deliveries, retries, replays, switching off.

use crate::buying::{bought, piece};
use crate::partner::{granted, registered, registration};
use chrono::Duration;
use harness::simulators::hooks::{Proof, Received};
use harness::{Actor, Answer, Seller, Shop, json};
use kernel::ProductId;
use partners::{AuthMethod, Scope};

const SCOPES: &[&str] = &["partner:webhooks:manage", "partner:orders:read", "partner:products:read"];

async fn endpoint(shop: &Shop, by: &Actor, name: &str, events: &[&str]) -> Answer {
    let url = shop.hooks().endpoint(name);
    let made = by.post("/v1/webhook-endpoints", json!({ "url": url, "event_types": events })).await.expect(201);
    shop.hooks().set_secret(name, made["secret"].as_str().unwrap());
    made
}

fn path(made: &Answer) -> String {
    format!("/v1/webhook-endpoints/{}", made["endpoint_id"].as_str().unwrap())
}

/// Something a seller's partners hear of.
async fn reviewed(shop: &Shop, seller: &Seller) -> ProductId {
    let product_id = ProductId::new();
    let event = events::ProductReviewed { product_id, seller_id: seller.seller_id, decision: "approved".into() };
    let tx = shop.boot().db.begin().await.unwrap();
    jobs::outbox::emit(&tx, &event, shop.now()).await.unwrap();
    tx.commit().await.unwrap();
    shop.run_tasks().await;
    product_id
}

/// What an endpoint received besides its verification.
fn heard(shop: &Shop, name: &str) -> Vec<Received> {
    let all = shop.hooks().received(name);
    all.into_iter().filter(|one| one.json()["type"] != "endpoint.verification").collect()
}

async fn log(by: &Actor) -> Answer {
    by.get("/v1/webhook-deliveries").await.expect(200)
}

#[tokio::test]
async fn an_endpoint_is_verified_and_its_secret_shown_once() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let partner = shop.own_client(&seller, SCOPES).await;
    let create =
        |url: &str, event: &str| partner.post("/v1/webhook-endpoints", json!({ "url": url, "event_types": [event] }));
    let made = endpoint(&shop, &partner, "erp", &["order.paid", "order.paid"]).await;
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(made["event_types"], json!(["order.paid"]));
    let verification = &shop.hooks().received("erp")[0];
    assert_eq!((&verification.proof, verification.status), (&Proof::Valid, 200));
    let listed = partner.get("/v1/webhook-endpoints").await.expect(200);
    assert!(!listed.text.contains("whsec_") && listed.items()[0]["state"] == "active");

    let url = shop.hooks().endpoint("erp");
    create(&url, "order.paid").await.expect_code(409, "webhook_endpoint_exists");
    shop.hooks().refuse_verification("closed");
    let closed = create(&shop.hooks().endpoint("closed"), "order.paid").await.expect_code(422, "verification_failed");
    assert_eq!(closed["details"]["status"], 403);
    for private in
        ["https://127.0.0.1/hook", "https://169.254.169.254/latest", "https://localhost/hook", "https://[::1]/"]
    {
        create(private, "order.paid").await.expect_code(422, "webhook_address_refused");
    }
    create("http://example.com/hook", "order.paid").await.expect_code(422, "webhook_url_invalid");
    create(&url, "payout.completed").await.expect_code(422, "webhook_event_scope_missing");
    create(&url, "no.such_event").await.expect_code(422, "invalid_request");
    for n in 2..=5 {
        endpoint(&shop, &partner, &format!("erp{n}"), &["order.paid"]).await;
    }
    create(&shop.hooks().endpoint("erp6"), "order.paid").await.expect_code(409, "too_many_webhook_endpoints");

    // Somebody else's endpoint does not exist.
    let stranger = shop.own_client(&shop.seller().await, SCOPES).await;
    assert!(stranger.get("/v1/webhook-endpoints").await.expect(200).items().is_empty());
    stranger.delete(&path(&made)).await.expect_code(404, "webhook_endpoint_not_found");
    stranger.patch(&path(&made), json!({ "paused": true })).await.expect_code(404, "webhook_endpoint_not_found");
    partner.delete(&path(&made)).await.expect(204);
    assert_eq!(partner.get("/v1/webhook-endpoints").await.expect(200).items().len(), 4);
    shop.close().await;
}

#[tokio::test]
async fn every_partner_that_may_see_the_seller_hears_of_an_order_signed_and_without_the_buyer() {
    let shop = Shop::open().await;
    let (one, two) = (shop.seller().await, shop.seller().await);
    let tee = one.product("티셔츠").price(20_000).sku("M", 5).on_sale().await;
    let cap = two.product("모자").price(15_000).sku("M", 5).on_sale().await;
    // One partner works for both sellers, one for the second alone.
    let scopes = [Scope::WebhooksManage, Scope::OrdersRead];
    let both = registered(&shop, registration(AuthMethod::Hmac, &scopes)).await;
    granted(&shop, &one, both.id, &scopes).await;
    granted(&shop, &two, both.id, &scopes).await;
    let url = shop.hooks().endpoint("both");
    let seal = |secret: &str| shop.boot().vault.seal(secret).unwrap();
    let secret = partners::webhook::sign::fresh_secret().unwrap();
    shop.sql(
        "insert into webhook_endpoints (id, partner_client_id, url, event_types, secret_enc, created_at) values ($1, $2, $3, '{order.paid}', $4, $5)",
        &[&kernel::WebhookEndpointId::new(), &both.id, &url, &seal(&secret), &shop.now()],
    )
    .await;
    shop.hooks().set_secret("both", &secret);
    let second = shop.own_client(&two, SCOPES).await;
    endpoint(&shop, &second, "second", &["order.paid", "product_order.status_changed"]).await;
    let silent = shop.own_client(&one, SCOPES).await;
    endpoint(&shop, &silent, "silent", &["product.reviewed"]).await;

    let minji = shop.customer().await;
    bought(&shop, &minji, &[piece(tee.only(), 1), piece(cap.only(), 1)]).await;
    let told = heard(&shop, "both");
    assert_eq!(told.len(), 2, "one event a seller, though everything ran twice");
    assert_ne!(told[0].id(), told[1].id());
    for received in told.iter().chain(&heard(&shop, "second")) {
        assert_eq!(received.proof, Proof::Valid);
        assert!(!received.body.contains(&minji.user_id.to_string()) && !received.body.contains("user_id"));
    }
    let of_second = heard(&shop, "second");
    let kinds: Vec<String> = of_second.iter().map(|r| r.json()["type"].as_str().unwrap().to_owned()).collect();
    assert!(kinds.contains(&"order.paid".to_owned()) && kinds.contains(&"product_order.status_changed".to_owned()));
    assert!(of_second.iter().all(|r| r.json()["data"]["seller_id"] == json!(two.seller_id)));
    assert!(heard(&shop, "silent").is_empty());
    shop.close().await;
}

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
async fn both_secrets_sign_while_one_is_replaced() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let partner = shop.own_client(&seller, SCOPES).await;
    let made = endpoint(&shop, &partner, "old", &["product.reviewed"]).await;
    let rotate =
        |hours: u8| partner.post(&format!("{}/rotate-secret", path(&made)), json!({ "keep_old_hours": hours }));
    let rotated = rotate(72).await.expect(200);
    rotate(1).await.expect_code(409, "rotation_in_progress");
    reviewed(&shop, &seller).await;
    let received = heard(&shop, "old");
    assert_eq!((&received[0].proof, received[0].headers["webhook-signature"].split(' ').count()), (&Proof::Valid, 2));
    shop.hooks().set_secret("old", rotated["secret"].as_str().unwrap());
    reviewed(&shop, &seller).await;
    assert_eq!(heard(&shop, "old")[1].proof, Proof::Valid);
    let leaked = rotate(0).await.expect(200);
    reviewed(&shop, &seller).await;
    let last = &heard(&shop, "old")[2];
    assert!(matches!(last.proof, Proof::Invalid(_)) && last.headers["webhook-signature"].split(' ').count() == 1);
    shop.hooks().set_secret("old", leaked["secret"].as_str().unwrap());
    reviewed(&shop, &seller).await;
    assert_eq!(heard(&shop, "old")[3].proof, Proof::Valid);
    rotate(73).await.expect_code(422, "invalid_request");
    shop.close().await;
}

#[tokio::test]
async fn a_test_event_goes_out_now_even_when_paused() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let partner = shop.own_client(&seller, SCOPES).await;
    let made = endpoint(&shop, &partner, "erp", &["order.paid"]).await;
    assert_eq!(partner.patch(&path(&made), json!({ "paused": true })).await.expect(200)["state"], "paused");
    let test = || partner.post(&format!("{}/test", path(&made)), json!({ "event_type": "stock.changed" }));
    let sent = test().await.expect(200);
    assert_eq!((&sent["delivered"], &sent["status"]), (&json!(true), &json!(200)));
    let received = heard(&shop, "erp");
    assert_eq!((&received[0].json()["test"], &received[0].proof), (&json!(true), &Proof::Valid));
    shop.hooks().fail("erp", 1, 500);
    assert_eq!(test().await.expect(200)["delivered"], false);
    let health = partner.get("/v1/webhook-endpoints").await.expect(200);
    assert!(health.items()[0]["failing_since"].is_null(), "tests do not count");
    let logged = partner.get("/v1/webhook-deliveries?event=stock.changed&state=dead").await.expect(200);
    assert_eq!((logged.items().len(), &logged.items()[0]["test"]), (1, &json!(true)));
    let mut held = false;
    for _ in 0..25 {
        held |= test().await.status == 429;
    }
    assert!(held, "ten a minute");
    shop.close().await;
}

#[tokio::test]
async fn a_new_url_is_verified_and_a_removed_endpoint_or_left_seller_hears_nothing() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let partner = shop.partner(&seller, SCOPES).await;
    let made = endpoint(&shop, &partner, "old", &["order.paid"]).await;
    shop.hooks().refuse_verification("new");
    let change = |body: harness::Value| partner.patch(&path(&made), body);
    change(json!({ "url": shop.hooks().endpoint("new") })).await.expect_code(422, "verification_failed");
    change(json!({ "event_types": ["settlement.confirmed"] })).await.expect_code(422, "webhook_event_scope_missing");
    let moved = change(json!({ "url": shop.hooks().endpoint("moved"), "event_types": ["product.reviewed"] })).await;
    assert_eq!(moved.expect(200)["event_types"], json!(["product.reviewed"]));
    reviewed(&shop, &seller).await;
    assert_eq!((heard(&shop, "old").len(), heard(&shop, "moved").len()), (0, 1));

    // A queued delivery is dropped when the seller leaves, at the next try.
    shop.hooks().fail("moved", 1, 500);
    reviewed(&shop, &seller).await;
    shop.sql("update partner_grants set revoked_at = $1, revoked_by_type = 'seller'", &[&shop.now()]).await;
    shop.clock().advance(Duration::seconds(6));
    shop.run_tasks().await;
    reviewed(&shop, &seller).await;
    assert_eq!(heard(&shop, "moved").len(), 2);
    assert_eq!(log(&partner).await.items()[0]["state"], "canceled");

    // The log of a removed endpoint stays readable for thirty days.
    partner.delete(&path(&made)).await.expect(204);
    assert_eq!(log(&partner).await.items().len(), 2);
    shop.clock().advance(Duration::days(31));
    assert!(log(&partner).await.items().is_empty());
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

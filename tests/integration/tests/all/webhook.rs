//! What partners are told: endpoints and signed deliveries.

use crate::buying::{bought, piece};
use crate::partner::{granted, registered, registration};
use chrono::Duration;
use harness::simulators::hooks::{Proof, Received};
use harness::{Actor, Answer, Seller, Shop, json};
use kernel::ProductId;
use partners::{AuthMethod, Scope};

pub const SCOPES: &[&str] = &["partner:webhooks:manage", "partner:orders:read", "partner:products:read"];

pub async fn endpoint(shop: &Shop, by: &Actor, name: &str, events: &[&str]) -> Answer {
    let url = shop.hooks().endpoint(name);
    let made = by.post("/v1/webhook-endpoints", json!({ "url": url, "event_types": events })).await.expect(201);
    shop.hooks().set_secret(name, made["secret"].as_str().unwrap());
    made
}

pub fn path(made: &Answer) -> String {
    format!("/v1/webhook-endpoints/{}", made["endpoint_id"].as_str().unwrap())
}

/// Something a seller's partners hear of.
pub async fn reviewed(shop: &Shop, seller: &Seller) -> ProductId {
    let product_id = ProductId::new();
    let event = events::ProductReviewed { product_id, seller_id: seller.seller_id, decision: "approved".into() };
    let tx = shop.boot().db.begin().await.unwrap();
    jobs::outbox::emit(&tx, &event, shop.now()).await.unwrap();
    tx.commit().await.unwrap();
    shop.run_tasks().await;
    product_id
}

/// What an endpoint received besides its verification.
pub fn heard(shop: &Shop, name: &str) -> Vec<Received> {
    let all = shop.hooks().received(name);
    all.into_iter().filter(|one| one.json()["type"] != "endpoint.verification").collect()
}

pub async fn log(by: &Actor) -> Answer {
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

//! Idempotency-Key: one effect and one answer, however often a request comes.

use crate::buying::{accepted, piece, quote};
use harness::{Customer, Product, Shop, Value, json};

const PATH: &str = "/v1/purchase-orders";

async fn shelf(shop: &Shop, pieces: i32) -> Product {
    shop.seller().await.product("티셔츠").sku("M", pieces).on_sale().await
}

async fn checkout(buyer: &Customer, tee: &Product, quantity: i32) -> Value {
    buyer.address().await;
    accepted(&quote(buyer, &[piece(tee.sku("M"), quantity)]).await)
}

async fn orders(shop: &Shop) -> i64 {
    shop.value("select count(*) from purchase_orders", &[]).await
}

#[tokio::test]
async fn the_same_request_twice_has_one_effect_and_one_answer() {
    let shop = Shop::open().await;
    let (minji, tee) = (shop.customer().await, shelf(&shop, 5).await);
    let body = checkout(&minji, &tee, 1).await;
    let first = minji.post(PATH, body.clone()).key("order-key-1").await.expect(201);
    let again = minji.post(PATH, body).key("order-key-1").await.expect(201);
    assert_eq!(first.json(), again.json());
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(orders(&shop).await, 1);
    let reserved: i32 = shop.value("select reserved from sku_stocks where sku_id = $1", &[&tee.sku("M")]).await;
    assert_eq!(reserved, 1);
    shop.close().await;
}

#[tokio::test]
async fn many_at_once_have_one_effect_too() {
    let shop = Shop::open().await;
    let (minji, tee) = (shop.customer().await, shelf(&shop, 5).await);
    let body = checkout(&minji, &tee, 1).await;
    let calls = (0..8).map(|_| async { minji.post(PATH, body.clone()).key("order-key-1").await.expect(201) });
    let answers = futures::future::join_all(calls).await;
    assert!(answers.iter().all(|answer| answer.json() == answers[0].json()), "{answers:#?}");
    assert_eq!(orders(&shop).await, 1);
    shop.close().await;
}

#[tokio::test]
async fn a_key_is_good_for_one_request_of_one_caller() {
    let shop = Shop::open().await;
    let (minji, jihun, tee) = (shop.customer().await, shop.customer().await, shelf(&shop, 5).await);
    let body = checkout(&minji, &tee, 1).await;
    minji.post(PATH, body).key("order-key-1").await.expect(201);
    let other = checkout(&minji, &tee, 2).await;
    minji.post(PATH, other).key("order-key-1").await.expect_code(422, "idempotency_key_reused");
    // The same text from another caller is another key.
    let theirs = checkout(&jihun, &tee, 1).await;
    jihun.post(PATH, theirs).key("order-key-1").await.expect(201);
    // After a day it is forgotten.
    shop.clock().advance(chrono::Duration::hours(25));
    let later = checkout(&minji, &tee, 1).await;
    minji.post(PATH, later).key("order-key-1").await.expect(201);
    shop.run_schedule("cancel_expired_payments").await;
    shop.close().await;
}

#[tokio::test]
async fn a_refused_request_may_be_sent_again() {
    let shop = Shop::open().await;
    let (minji, jihun, tee) = (shop.customer().await, shop.customer().await, shelf(&shop, 1).await);
    let (ours, theirs) = (checkout(&minji, &tee, 1).await, checkout(&jihun, &tee, 1).await);
    let faster = jihun.post(PATH, theirs).await.expect(201);
    minji.post(PATH, ours.clone()).key("order-key-1").await.expect(409);
    let order: String = faster.read("purchase_order_id");
    jihun.post(&format!("{PATH}/{order}/cancel"), json!({ "reason": "다음에 살게요" })).await.expect(204);
    shop.run_tasks().await;
    minji.post(PATH, ours).key("order-key-1").await.expect(201);
    shop.close().await;
}

#[tokio::test]
async fn a_key_is_required_and_of_a_certain_form() {
    let shop = Shop::open().await;
    let minji = shop.customer().await;
    let call = || minji.post(PATH, json!({}));
    let refused = call().without("idempotency-key").await.expect_code(400, "idempotency_key_required");
    assert_eq!(refused["errors"][0]["field"], "Idempotency-Key");
    for key in ["short", &"k".repeat(301), "with a space"] {
        call().key(key).await.expect_code(400, "idempotency_key_required");
    }
    shop.close().await;
}

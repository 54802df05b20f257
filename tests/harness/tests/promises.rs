//! What the harness promises to stories: a broken law is found, a forgotten close is found, shops do not meet.

use harness::{Host, Shop, counted, json};
use std::panic::AssertUnwindSafe;

/// Runs what should panic; answers what it said.
async fn panics(work: impl Future<Output = ()>) -> String {
    let Err(caught) = futures::FutureExt::catch_unwind(AssertUnwindSafe(work)).await else {
        panic!("it did not panic")
    };
    let text = caught.downcast_ref::<String>().cloned();
    text.or_else(|| caught.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

#[tokio::test]
async fn a_broken_law_is_found_when_the_shop_closes() {
    let shop = Shop::open().await;
    let tee = shop.seller().await.product("티셔츠").sku("M", 3).on_sale().await;
    shop.sql("update sku_stocks set on_hand = 4 where sku_id = $1", &[&tee.sku("M")]).await;
    let said = panics(async { shop.check_laws().await }).await;
    assert!(said.contains("I14"), "{said}");
    shop.sql("update sku_stocks set on_hand = 3 where sku_id = $1", &[&tee.sku("M")]).await;
    shop.close().await;
}

#[tokio::test]
async fn a_forgotten_close_is_found() {
    let shop = Shop::open().await;
    let said = panics(async { drop(shop) }).await;
    assert!(said.contains("shop.close().await"), "{said}");
}

#[tokio::test]
async fn shops_do_not_meet() {
    let (one, other) = (Shop::open().await, Shop::open().await);
    let minji = one.customer().await;
    minji.get("/v1/me").await.expect(200);
    // The keys are those of the process, the people are not.
    let stranger =
        other.anonymous(Host::Service).with_header("authorization", &format!("Bearer {}", minji.token().unwrap()));
    assert_ne!(stranger.get("/v1/me").await.status, 200);
    other.close().await;
    one.close().await;
}

#[tokio::test]
async fn a_wrong_answer_says_what_came_instead() {
    let shop = Shop::open().await;
    let nobody = shop.anonymous(Host::Service);
    let said = panics(async { drop(nobody.get("/v1/me").await.expect(200)) }).await;
    assert!(said.contains("GET /v1/me") && said.contains("unauthenticated"), "{said}");
    shop.close().await;
}

#[tokio::test]
async fn round_trips_are_counted() {
    let shop = Shop::open().await;
    let minji = shop.customer().await;
    let (cost, _) = counted(async { minji.get("/v1/me").await.expect(200) }).await;
    assert!((1..=3).contains(&cost.trips), "{cost:?}");
    let (cost, _) = counted(async { minji.post("/v1/me/addresses", json!({})).await.expect(422) }).await;
    assert_eq!(cost.trips, 0, "a body that cannot be read costs no statement");
    shop.close().await;
}

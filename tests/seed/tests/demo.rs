//! The demo data in a database of its own.

use boot::Stage;
use harness::Shop;
use serde_json::json;

#[tokio::test]
async fn the_demo_is_planted_once_and_every_law_holds() {
    let shop = Shop::open().await;
    assert!(seed::demo(shop.boot()).await.unwrap());
    assert!(!seed::demo(shop.boot()).await.unwrap());
    let count = async |table: &str| shop.value::<i64>(&format!("select count(*) from {table}"), &[]).await;
    assert_eq!(count("sellers").await, 30);
    assert_eq!(count("brands").await, 40);
    assert_eq!(count("products").await, 1003);
    assert_eq!(count("admin_users").await, 15);
    // What is planted can be bought: every SKU has a price, terms, a contract, and most have stock.
    let skus: Vec<uuid::Uuid> = shop.values("select id from product_skus order by id limit 500", &[]).await;
    let skus: Vec<kernel::SkuId> = skus.into_iter().map(kernel::SkuId).collect();
    let conn = shop.boot().db.reader().await.unwrap();
    let sellable = catalog::sellable(&conn, &skus, shop.now()).await.unwrap();
    assert_eq!(sellable.len(), 500);
    assert!(sellable.iter().all(|sku| sku.unsellable().is_none()));
    assert!(sellable.iter().filter(|sku| sku.available > 0).count() > 400);
    drop(conn);
    shop.close().await;
}

#[tokio::test]
async fn people_of_the_demo_sign_in() {
    let shop = Shop::open().await;
    seed::demo(shop.boot()).await.unwrap();
    let body = |email: &str| json!({ "email": email, "password": seed::plant::PASSWORD });
    shop.anonymous(harness::Host::Service).post("/v1/auth/sign-in", body(seed::DEMO_BUYER)).await.expect(200);
    shop.anonymous(harness::Host::Seller).post("/v1/auth/sign-in", body("owner@moodhaus.example")).await.expect(200);
    let md = seed::people::operator_email("md");
    shop.anonymous(harness::Host::Admin).post("/v1/auth/sign-in", body(&md)).await.expect(200);
    shop.close().await;
}

#[test]
fn production_is_refused() {
    assert!(seed::may_plant(Stage::Prod).is_err());
    assert!(seed::may_plant(Stage::Dev).is_ok());
}

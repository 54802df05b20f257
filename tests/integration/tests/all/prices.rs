//! Prices: cuts, raises, schedules, and what may be crossed out.

use crate::catalog_steps::{approve, on_sale, submit};
use chrono::Duration;
use harness::{Host, Shop, Value, json};

#[tokio::test]
async fn prices_fall_at_once_rise_by_inspection_and_change_at_a_set_time() {
    let shop = Shop::open().await;
    let (seller, md, nobody) = (shop.seller().await, shop.operator("md").await, shop.anonymous(Host::Service));
    let path = on_sale(&shop, &seller, "데님 재킷").await;
    let id = path.rsplit('/').next().unwrap().to_owned();
    let change = |list: i64, sale: i64, more: Value| {
        let mut body = json!({ "prices": [{ "product_id": id, "list_price": list, "sale_price": sale }] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let seller = seller.clone();
        async move {
            let done = seller.post("/v1/products/price-changes", body).await.expect(200);
            done["results"][0]["outcome"].as_str().unwrap().to_owned()
        }
    };
    shop.clock().advance(Duration::days(3));
    assert_eq!(change(50_000, 19_000, json!({})).await, "large_drop_unconfirmed");
    assert_eq!(change(50_000, 39_005, json!({})).await, "price_invalid");
    assert_eq!(change(50_000, 30_000, json!({})).await, "changed");
    let page = nobody.get(&path).await.expect(200);
    assert_eq!((page.won("price"), page.won("former_price"), page.won("discount_percent")), (30_000, 40_000, 25));

    assert_eq!(change(50_000, 45_000, json!({})).await, "waits_for_inspection");
    let inspection = submit(&seller, &path).await;
    assert_eq!(change(50_000, 29_000, json!({})).await, "in_review");
    assert_eq!(approve(&md, &inspection).await["results"][0]["outcome"], "approved");
    let raised = nobody.get(&path).await.expect(200);
    assert_eq!((raised.won("price"), raised["discount_percent"].as_i64()), (45_000, Some(0)));

    let at = shop.now().plus(Duration::hours(2));
    assert_eq!(change(50_000, 44_000, json!({ "at": at })).await, "scheduled");
    assert_eq!(change(50_000, 43_000, json!({ "at": at })).await, "scheduled");
    assert_eq!(shop.run_schedule("apply_prices").await["products"], 0);
    shop.clock().advance(Duration::hours(2));
    assert_eq!(shop.run_schedule("apply_prices").await["products"], 1);
    assert_eq!(shop.run_schedule("apply_prices").await["products"], 0);
    assert_eq!(nobody.get(&path).await.expect(200).won("price"), 43_000);
    let later = json!({ "at": shop.now().plus(Duration::hours(1)) });
    assert_eq!(change(50_000, 42_000, later).await, "scheduled");
    assert_eq!(change(50_000, 43_000, json!({})).await, "unchanged");
    shop.clock().advance(Duration::hours(1));
    assert_eq!(shop.run_schedule("apply_prices").await["products"], 0);
    let past = json!({ "prices": [{ "product_id": id, "list_price": 50_000, "sale_price": 40_000 }], "at": "2020-01-01T00:00:00Z" });
    seller.post("/v1/products/price-changes", past).await.expect_code(422, "price_time_in_past");
    let open: i64 = shop.value("select count(*) from price_histories where valid_to is null", &[]).await;
    assert_eq!(open, 1);
    shop.close().await;
}

#[tokio::test]
async fn a_price_crossed_out_was_really_charged_last() {
    let shop = Shop::open().await;
    let (seller, nobody) = (shop.seller().await, shop.anonymous(Host::Service));
    let product = seller.product("맨투맨").price(30_000).list_price(60_000).sku("M", 9).on_sale().await;
    let path = format!("/v1/products/{}", product.id);
    let shown = || async {
        let page = nobody.get(&path).await.expect(200);
        let cards = nobody.get("/v1/products").await.expect(200);
        let card = cards.items()[0].clone();
        for field in ["price", "former_price", "discount_percent"] {
            assert_eq!(page[field], card[field], "{field}");
        }
        (page.won("price"), page["former_price"].as_i64(), page.won("discount_percent"))
    };
    // A list price nobody ever paid crosses out nothing.
    assert_eq!(shown().await, (30_000, None, 0));
    shop.clock().advance(Duration::days(1));
    shop.promotion(&product, 24_000).await;
    assert_eq!(shown().await, (24_000, Some(30_000), 20));
    shop.clock().advance(Duration::days(8));
    assert_eq!(shown().await, (30_000, None, 0));
    // Nine days ago it cost 24,000: 27,000 is no bargain, and 21,000 is one of 12 percent.
    let second = shop.promotion(&product, 27_000).await;
    assert_eq!(shown().await, (27_000, None, 0));
    shop.sql("update promotions set state = 'canceled' where id = $1", &[&second]).await;
    let sale = shop.time_sale(&product, 21_000, "0").await;
    assert_eq!(shown().await, (21_000, Some(24_000), 12));
    let badges = nobody.get(&path).await.expect(200)["badges"].clone();
    assert!(badges.as_array().unwrap().contains(&json!("time_sale")), "{badges}");
    let options = nobody.get(&format!("{path}/options")).await.expect(200);
    assert_eq!(options["skus"][0]["price"], 21_000);
    assert_eq!(options.header("cache-control"), Some("no-store"));
    // No pieces left at that price: it no longer runs.
    let gone = "update promotion_products set quantity_limit = 3, sold_quantity = 3 where promotion_id = $1";
    shop.sql(gone, &[&sale]).await;
    assert_eq!(shown().await, (30_000, None, 0));
    shop.close().await;
}

#[tokio::test]
async fn an_option_price_holds_for_every_price_to_come() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let path = on_sale(&shop, &seller, "가디건").await;
    let id = path.rsplit('/').next().unwrap();
    let sku = seller.get(&path).await.expect(200)["skus"][0]["sku_id"].clone();
    let at = shop.now().plus(Duration::hours(1));
    let lower = json!({ "prices": [{ "product_id": id, "list_price": 50_000, "sale_price": 25_000 }], "at": at });
    let done = seller.post("/v1/products/price-changes", lower).await.expect(200);
    assert_eq!(done["results"][0]["outcome"], "scheduled");
    let cheaper = |delta: i64| json!({ "skus": [{ "sku_id": sku, "price_delta": delta }] });
    seller.patch(&format!("{path}/skus"), cheaper(-25_000)).await.expect_code(422, "sku_price_too_low");
    seller.patch(&format!("{path}/skus"), cheaper(-24_990)).await.expect(200);
    let foreign = shop.seller().await;
    let theirs = json!({ "prices": [{ "product_id": id, "list_price": 50_000, "sale_price": 39_000 }] });
    let done = foreign.post("/v1/products/price-changes", theirs).await.expect(200);
    assert_eq!(done["results"][0]["outcome"], "product_not_found");
    shop.close().await;
}

#[tokio::test]
async fn a_campaign_holds_price_name_pictures_and_sale() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let product = seller.product("캠페인 티").sku("M", 5).on_sale().await;
    shop.time_sale(&product, 20_000, "0").await;
    let path = format!("/v1/products/{}", product.id);
    seller.patch(&path, json!({ "name": "다른 이름" })).await.expect_code(409, "promotion_locked");
    let price = json!({ "prices": [{ "product_id": product.id, "list_price": 30_000, "sale_price": 29_000 }] });
    let done = seller.post("/v1/products/price-changes", price).await.expect(200);
    assert_eq!(done["results"][0]["outcome"], "promotion_locked");
    let sale = |state: &str| json!({ "product_ids": [product.id], "sale_state": state });
    for (state, outcome) in [("paused", "promotion_locked"), ("ended", "promotion_locked"), ("on_sale", "done")] {
        let moved = seller.post("/v1/products/bulk-sale-state", sale(state)).await.expect(200);
        assert_eq!(moved["results"][0]["outcome"], outcome, "{state}");
    }
    shop.sql("update products set state = 'ended' where id = $1", &[&product.id]).await;
    let moved = seller.post("/v1/products/bulk-sale-state", sale("on_sale")).await.expect(200);
    assert_eq!(moved["results"][0]["outcome"], "not_allowed_state");
    seller.delete(&path).await.expect_code(409, "promotion_locked");
    shop.close().await;
}

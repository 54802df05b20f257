//! Shipping policies in force: what a checkout asks for a delivery, and which policy a product follows.

use crate::buying::{bought, piece, quote};
use harness::{Answer, Customer, Seller, Shop, Value, json};

fn policy(name: &str, fee: Value) -> Value {
    json!({ "name": name, "fee": fee, "jeju_surcharge": 4_000, "island_surcharge": 7_000, "return_fee": 3_000, "exchange_fee": 6_000 })
}

async fn made(seller: &Seller, name: &str, fee: Value) -> kernel::ShippingPolicyId {
    seller.post("/v1/shipping-policies", policy(name, fee)).await.expect(201).read("shipping_policy_id")
}

/// Fee and remote surcharge of the only seller.
async fn asked(buyer: &Customer, items: &[Value]) -> (i64, i64) {
    let quote = quote(buyer, items).await;
    let part = &quote["sellers"][0];
    assert_eq!(quote.won("shipping_amount"), part["shipping_amount"].as_i64().unwrap());
    (part["shipping_fee"].as_i64().unwrap(), part["remote_surcharge"].as_i64().unwrap())
}

#[tokio::test]
async fn each_rule_asks_its_fee_and_remote_places_pay_more_even_when_it_is_free() {
    let shop = Shop::open().await;
    let (seller, seoul, jeju) = (shop.seller().await, shop.customer().await, shop.customer().await);
    let islander = shop.customer().await;
    seoul.address().await;
    jeju.jeju_address().await;
    islander.address_at("23004", "인천광역시 옹진군 백령면 백령로 1").await;
    let rules = [
        (json!({ "type": "free" }), 1, 0),
        (json!({ "type": "flat", "base_fee": 2_500 }), 3, 2_500),
        (json!({ "type": "conditional_free", "base_fee": 3_000, "free_threshold": 30_000 }), 1, 3_000),
        (json!({ "type": "conditional_free", "base_fee": 3_000, "free_threshold": 20_000 }), 1, 0),
        (json!({ "type": "conditional_free", "base_fee": 3_000, "free_threshold": 30_000 }), 2, 0),
        (json!({ "type": "per_quantity", "base_fee": 2_000, "per_quantity": 3 }), 3, 2_000),
        (json!({ "type": "per_quantity", "base_fee": 2_000, "per_quantity": 3 }), 4, 4_000),
    ];
    for (n, (fee, pieces, due)) in rules.into_iter().enumerate() {
        let of = made(&seller, &format!("정책 {n}"), fee.clone()).await;
        let sku = seller.product(&format!("상품 {n}")).price(20_000).sku("M", 99).shipping(of).on_sale().await.only();
        assert_eq!(asked(&seoul, &[piece(sku, pieces)]).await, (due, 0), "{fee} of {pieces}");
        assert_eq!(asked(&jeju, &[piece(sku, pieces)]).await, (due, 4_000), "{fee} of {pieces} to Jeju");
        assert_eq!(asked(&islander, &[piece(sku, pieces)]).await, (due, 7_000), "{fee} of {pieces} to an island");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_product_without_a_policy_follows_the_default_of_the_day() {
    let shop = Shop::open().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    let sku = seller.product("기본 배송 상품").price(10_000).sku("M", 9).on_sale().await.only();
    let paid = bought(&shop, &minji, &[piece(sku, 1)]).await;
    assert_eq!(asked(&minji, &[piece(sku, 1)]).await, (3_000, 0));

    let mut flat = policy("새 기본", json!({ "type": "flat", "base_fee": 4_500 }));
    flat["is_default"] = json!(true);
    let flat: kernel::ShippingPolicyId =
        seller.post("/v1/shipping-policies", flat).await.expect(201).read("shipping_policy_id");
    assert_eq!(asked(&minji, &[piece(sku, 1)]).await, (4_500, 0));

    // The products of a retired policy follow the one that takes over.
    let special = made(&seller, "특별", json!({ "type": "free" })).await;
    let other = seller.product("특별 배송 상품").price(10_000).sku("M", 9).shipping(special).on_sale().await.only();
    assert_eq!(asked(&minji, &[piece(other, 1)]).await, (0, 0));
    let retire = format!("/v1/shipping-policies/{special}");
    let into = json!({ "replaced_by": flat });
    seller.call(http::Method::DELETE, &retire, Some(into)).await.expect(204);
    assert_eq!(asked(&minji, &[piece(other, 1)]).await, (4_500, 0));

    // What was paid keeps its terms, also for the fees of a claim.
    let id: kernel::PurchaseOrderId = paid.read("purchase_order_id");
    let kept: i64 = shop.value("select base_fee from seller_orders where purchase_order_id = $1", &[&id]).await;
    assert_eq!(kept, 3_000);
    shop.close().await;
}

#[tokio::test]
async fn there_is_one_default_whoever_names_it_at_the_same_moment() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let makes = (0..5).map(|n| {
        let mut body = policy(&format!("기본 {n}"), json!({ "type": "free" }));
        body["is_default"] = json!(true);
        let seller = &seller;
        async move { seller.post("/v1/shipping-policies", body).await.expect(201) }
    });
    let made: Vec<Answer> = futures::future::join_all(makes).await;
    let list = seller.get("/v1/shipping-policies").await.expect(200);
    let defaults = list.items().iter().filter(|row| row["is_default"] == true).count();
    assert_eq!((made.len(), list.items().len(), defaults), (5, 6, 1));
    shop.close().await;
}

#[tokio::test]
async fn a_remote_zone_costs_more_from_its_day_on() {
    let shop = Shop::open().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    minji.address().await;
    let of = made(&seller, "무료 배송", json!({ "type": "free" })).await;
    let sku = seller.product("티셔츠").price(20_000).sku("M", 9).shipping(of).on_sale().await.only();
    let zone =
        "insert into remote_area_surcharges (id, zone, postcode_from, postcode_to, default_surcharge, valid_from)
                select uuid_v7(now()), 'island', postcode, postcode, 3000, $1 from user_addresses";
    shop.sql(zone, &[&shop.now().date().succ_opt().unwrap()]).await;
    let surcharge = async || asked(&minji, &[piece(sku, 1)]).await.1;
    let shown = async || minji.get("/v1/me/addresses").await.expect(200).items()[0]["remote_zone"].clone();
    assert_eq!((surcharge().await, shown().await), (0, Value::Null), "not before");
    shop.clock().advance(chrono::Duration::days(1));
    assert_eq!((surcharge().await, shown().await), (7_000, json!("island")));
    shop.close().await;
}

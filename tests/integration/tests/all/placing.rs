//! What is not ordered and not charged: every refusal has its own code and field, and leaves every row as it was.

use crate::buying::{accepted, order, piece, quote, window};
use chrono::Duration;
use harness::{Answer, Customer, Product, Shop, Value, json};

const QUOTES: &str = "/v1/checkout-quotes";
const ORDERS: &str = "/v1/purchase-orders";
const CONFIRM: &str = "/v1/payments/confirm";

/// A shop with five shirts, a customer with an address, a coupon and 5,000 points.
struct Counter {
    shop: Shop,
    minji: Customer,
    tee: Product,
}

impl Counter {
    async fn open() -> Counter {
        let shop = Shop::open().await;
        let (seller, minji) = (shop.seller().await, shop.customer().await);
        let tee = seller.product("티셔츠").price(30_000).sku("M", 5).on_sale().await;
        minji.address().await;
        minji.points(5_000).await;
        shop.coupon("천원").give(&minji).await;
        Counter { shop, minji, tee }
    }

    async fn quote(&self) -> Answer {
        quote(&self.minji, &[piece(self.tee.only(), 1)]).await
    }

    /// Everything an order or a payment writes to, as text.
    async fn rows(&self) -> String {
        let counts = "select concat_ws(' ',
            (select count(*) from purchase_orders), (select count(*) from product_orders), (select count(*) from stock_reservations),
            (select string_agg(concat(on_hand, '/', reserved, '/', version), ',' order by sku_id) from sku_stocks),
            (select string_agg(concat(state, version), ',' order by id) from payments), (select count(*) from payment_transactions),
            (select string_agg(concat(state, discount_amount), ',' order by id) from user_coupons), (select sum(remaining) from point_lots),
            (select count(*) from point_transactions), (select count(*) from ledger_entries), (select count(*) from outbox_events),
            (select count(*) from idempotency_keys), (select string_agg(concat(state, version), ',' order by id) from checkout_quotes))";
        self.shop.value(counts, &[]).await
    }

    /// Refused like this, with nothing changed.
    async fn refused(&self, path: &str, body: Value, status: u16, code: &str, field: Option<&str>) -> Answer {
        let before = self.rows().await;
        let answer = self.minji.post(path, body.clone()).await.expect_code(status, code);
        let at = answer["errors"][0]["field"].as_str();
        assert_eq!(at, field, "{body}: {}", answer.text);
        assert_eq!(self.rows().await, before, "{body}");
        answer
    }
}

#[tokio::test]
async fn nonsense_is_refused_with_its_field() {
    let counter = Counter::open().await;
    let (sku, quoted) = (counter.tee.only(), counter.quote().await);
    let pieces = |quantity: Value| json!({ "items": [{ "sku_id": sku, "quantity": quantity }] });
    for quantity in
        [json!(0), json!(-1), json!(1_000_000), json!(9_223_372_036_854_775_807_i64), json!("one"), json!(1.5)]
    {
        counter.refused(QUOTES, pieces(quantity), 422, "invalid_request", Some("/items/0/quantity")).await;
    }
    let id = quoted["quote_id"].clone();
    for (body, field) in [
        (json!({ "items": [] }), "/items"),
        (json!({ "items": [{ "sku_id": "7", "quantity": 1 }] }), "/items/0/sku_id"),
    ] {
        counter.refused(QUOTES, body, 422, "invalid_request", Some(field)).await;
    }
    for (body, field) in [
        (json!({ "quote_id": "1", "version": 1 }), "/quote_id"),
        (json!({ "quote_id": id, "version": "1" }), "/version"),
        (json!({ "quote_id": id, "version": 3_000_000_000_i64 }), "/version"),
        (json!({ "quote_id": id, "version": 1, "payment_method": "gold" }), "/payment_method"),
    ] {
        counter.refused(ORDERS, body, 422, "invalid_request", Some(field)).await;
    }
    let before = counter.rows().await;
    for (path, body) in [
        (ORDERS, json!({ "quote_id": id, "version": 1, "total_payable": 100 })),
        (QUOTES, json!({ "items": [{ "sku_id": sku, "quantity": 1, "price": 100 }] })),
        (CONFIRM, json!({ "payment_key": "k", "order_id": "drrip-1", "amount": 100, "method": "card" })),
    ] {
        counter.minji.post(path, body).await.expect_code(422, "invalid_request");
    }
    assert_eq!(counter.rows().await, before);
    counter.shop.close().await;
}

#[tokio::test]
async fn a_checkout_that_is_not_mine_gone_or_changed_is_not_ordered() {
    let counter = Counter::open().await;
    let Counter { shop, minji, tee, .. } = &counter;
    let jihun = shop.customer().await;
    jihun.address().await;
    let theirs = quote(&jihun, &[piece(tee.only(), 1)]).await;
    let foreign = |code| counter.refused(ORDERS, accepted(&theirs), 404, code, Some("/quote_id"));
    foreign("quote_not_found").await;
    let quoted = counter.quote().await;
    let mut other = accepted(&quoted);
    for version in [-1, 0, 2, 2_147_483_647] {
        other["version"] = json!(version);
        counter.refused(ORDERS, other.clone(), 409, "quote_changed", Some("/version")).await;
    }
    // A price that rose after it was accepted is told, not charged.
    shop.sql("update products set sale_price = 33000, list_price = 33000 where id = $1", &[&tee.id]).await;
    let told = counter.refused(ORDERS, accepted(&quoted), 409, "quote_changed", Some("/version")).await;
    assert_eq!(told["details"]["total_payable"], quoted.won("total_payable") + 3_000);
    let seen = minji.post(&format!("{QUOTES}/{}/validate", quoted["quote_id"].as_str().unwrap()), json!({})).await;
    let seen = seen.expect(200);
    assert_eq!((seen["version"].as_i64(), seen.won("total_payable")), (Some(2), quoted.won("total_payable") + 3_000));
    order(minji, &seen).await;
    counter.refused(ORDERS, accepted(&seen), 409, "quote_used", Some("/quote_id")).await;
    let late = counter.quote().await;
    shop.clock().advance(Duration::minutes(30));
    counter.refused(ORDERS, accepted(&late), 410, "quote_expired", Some("/quote_id")).await;
    shop.run_schedule("cancel_expired_payments").await;
    counter.shop.close().await;
}

#[tokio::test]
async fn what_cannot_be_sold_any_more_is_named() {
    let counter = Counter::open().await;
    let Counter { shop, tee, .. } = &counter;
    let quoted = counter.quote().await;
    let body = || accepted(&quoted);
    shop.sql("update sku_stocks set on_hand = 0", &[]).await;
    let short = counter.refused(ORDERS, body(), 409, "out_of_stock", Some("/quote_id")).await;
    let named = json!([{ "sku_id": tee.only(), "requested": 1, "left": 0 }]);
    assert_eq!(short["details"], named);
    let again = json!({ "items": [piece(tee.only(), 1)] });
    let short = counter.refused(QUOTES, again, 409, "out_of_stock", Some("/items")).await;
    assert_eq!(short["details"], named, "one shape wherever it is said");
    shop.sql("update sku_stocks set on_hand = 5", &[]).await;
    for (close, open) in [
        ("update products set state = 'paused'", "update products set state = 'on_sale'"),
        ("update product_skus set usable = false", "update product_skus set usable = true"),
        ("update sellers set state = 'suspended'", "update sellers set state = 'active'"),
    ] {
        shop.sql(close, &[]).await;
        let closed = counter.refused(ORDERS, body(), 409, "not_for_sale", Some("/quote_id")).await;
        assert_eq!(closed["details"], json!([tee.only()]), "{close}");
        shop.sql(open, &[]).await;
    }
    shop.sql("update products set max_per_order = 1, min_per_order = 1", &[]).await;
    let two = json!({ "items": [piece(tee.only(), 2)] });
    counter.refused(QUOTES, two, 422, "purchase_limit_exceeded", Some("/items")).await;
    let unknown = json!({ "items": [piece(kernel::SkuId::new(), 1)] });
    counter.refused(QUOTES, unknown, 404, "sku_not_found", Some("/items")).await;
    // A time sale is not held for a day of waiting for a deposit.
    shop.time_sale(tee, 20_000, "0").await;
    let mut deposit = accepted(&counter.quote().await);
    deposit["payment_method"] = json!("virtual_account");
    counter.refused(ORDERS, deposit, 422, "payment_method_not_offered", Some("/payment_method")).await;
    counter.shop.close().await;
}

#[tokio::test]
async fn coupons_and_balances_one_does_not_have_buy_nothing() {
    let counter = Counter::open().await;
    let Counter { shop, minji, .. } = &counter;
    let jihun = shop.customer().await;
    let theirs = shop.coupon("남의 쿠폰").cart().give(&jihun).await;
    let quoted = counter.quote().await;
    let path = format!("{QUOTES}/{}", quoted["quote_id"].as_str().unwrap());
    for (body, status, code, field) in [
        (json!({ "points": 5_001 }), 422, "insufficient_points", "/points"),
        (json!({ "rewards": 1 }), 422, "insufficient_rewards", "/rewards"),
        (json!({ "points": -1 }), 422, "invalid_request", "/points"),
        (json!({ "points": 9_223_372_036_854_775_807_u64 }), 422, "invalid_request", "/points"),
        (json!({ "coupons": { "cart": theirs } }), 404, "user_coupon_not_found", "/coupons"),
        (json!({ "address_id": kernel::AddressId::new() }), 404, "address_not_found", "/address_id"),
    ] {
        let before = counter.rows().await;
        let answer = minji.patch(&path, body.clone()).await.expect_code(status, code);
        assert_eq!(answer["errors"][0]["field"], field, "{body}");
        assert_eq!(counter.rows().await, before, "{body}");
    }
    // Points that ran out, and a coupon that did, between checkout and order.
    let spending = minji.patch(&path, json!({ "points": 5_000 })).await.expect(200);
    shop.sql("update point_lots set expires_at = $1", &[&shop.now().0]).await;
    counter.refused(ORDERS, accepted(&spending), 422, "insufficient_points", Some("/quote_id")).await;
    let with_coupon = counter.quote().await;
    shop.sql("update user_coupons set expires_at = $1 where user_id = $2", &[&shop.now().0, &minji.user_id]).await;
    let gone = counter.refused(ORDERS, accepted(&with_coupon), 409, "coupon_unavailable", Some("/quote_id")).await;
    assert_eq!(gone["details"].as_array().map(Vec::len), Some(1));
    shop.run_schedule("expire_points").await;
    counter.shop.close().await;
}

#[tokio::test]
async fn an_order_whose_time_to_pay_is_over_starts_no_payment() {
    let counter = Counter::open().await;
    let Counter { shop, minji, .. } = &counter;
    let placed = order(minji, &counter.quote().await).await;
    let path = format!("{ORDERS}/{}/payments", placed["purchase_order_id"].as_str().unwrap());
    shop.clock().advance(Duration::minutes(45));
    counter.refused(&path, json!({}), 410, "order_lapsed", None).await;
    shop.run_schedule("cancel_expired_payments").await;
    shop.run_tasks().await;
    counter.refused(&path, json!({}), 410, "order_lapsed", None).await;
    counter.shop.close().await;
}

#[tokio::test]
async fn a_tampered_payment_never_reaches_the_gateway() {
    let counter = Counter::open().await;
    let Counter { shop, minji, .. } = &counter;
    let placed = order(minji, &counter.quote().await).await;
    let honest = window(shop, &placed).await;
    let with = |field: &str, value: Value| {
        let mut body = honest.clone();
        body[field] = value;
        body
    };
    for (body, status, code, field) in [
        (with("amount", json!(100)), 409, "amount_mismatch", "/amount"),
        (with("amount", json!(placed.won("total_payable") + 1)), 409, "amount_mismatch", "/amount"),
        (with("amount", json!(0)), 409, "amount_mismatch", "/amount"),
        (with("amount", json!(-32_000)), 422, "invalid_request", "/amount"),
        (with("amount", json!(9_223_372_036_854_775_807_i64)), 422, "invalid_request", "/amount"),
        (with("amount", json!("32000")), 422, "invalid_request", "/amount"),
        (with("order_id", json!("drrip-nobody")), 404, "payment_not_found", "/order_id"),
        (with("order_id", json!("x")), 422, "invalid_request", "/order_id"),
        (with("payment_key", json!("")), 422, "invalid_request", "/payment_key"),
    ] {
        counter.refused(CONFIRM, body, status, code, Some(field)).await;
    }
    let before = counter.rows().await;
    let stranger = shop.customer().await;
    stranger.post(CONFIRM, honest.clone()).await.expect_code(404, "payment_not_found");
    let payment = placed["payment"]["payment_id"].as_str().unwrap();
    stranger.get(&format!("/v1/payments/{payment}")).await.expect_code(404, "payment_not_found");
    stranger.post(&format!("/v1/payments/{payment}/abandon"), json!({})).await.expect_code(404, "payment_not_found");
    let path = format!("{ORDERS}/{}/payments", placed["purchase_order_id"].as_str().unwrap());
    stranger.post(&path, json!({})).await.expect_code(404, "purchase_order_not_found");
    assert_eq!(counter.rows().await, before);
    assert!(shop.toss().requests().is_empty(), "nothing was asked of the gateway");
    minji.post(CONFIRM, honest.clone()).await.expect(200);
    shop.run_tasks().await;
    counter
        .refused(CONFIRM, with("payment_key", json!("another_key")), 409, "payment_key_mismatch", Some("/payment_key"))
        .await;
    counter.shop.close().await;
}

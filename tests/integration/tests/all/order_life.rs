//! One order from the shelf to its refund, to the won: two sellers, every kind of discount, Jeju.

use crate::buying::*;
use harness::{Customer, Grade, Seller, Shop, Value, json};
use kernel::ProductOrderId;

/// The whole stack of discounts: a time sale on B, a product coupon on A, a grade of 2 %, a cart coupon half borne by the
/// sellers, points, rewards, a shipping coupon for the second seller, and Jeju.
pub struct FullStack {
    pub shop: Shop,
    pub minji: Customer,
    pub one: Seller,
    pub two: Seller,
    pub quote: harness::Answer,
}

impl FullStack {
    pub async fn open() -> FullStack {
        let shop = Shop::open().await;
        let (one, two) = (shop.seller().await, shop.seller().await);
        shop.sql(
            "update seller_contracts set commission_rate = 0.10, commission_base = 'gross' where seller_id = $1",
            &[&two.id()],
        )
        .await;
        let a = one.product("린넨 셔츠").price(30_000).sku("M", 5).on_sale().await;
        let b = one.product("코튼 티셔츠").price(19_900).sku("L", 5).on_sale().await;
        let c = two.product("와이드 팬츠").price(24_000).sku("S", 5).on_sale().await;
        shop.time_sale(&b, 18_000, "1").await;
        let minji = shop.customer_with(Grade::Gold).await;
        minji.jeju_address().await;
        minji.points(10_000).await;
        minji.rewards(2_500).await;
        let product = shop.coupon("셔츠 5천원").fixed(5_000).only(a.id).give(&minji).await;
        let cart = shop.coupon("장바구니 5천원").cart().fixed(5_000).seller_share("0.5").give(&minji).await;
        let shipping = shop.coupon("배송비 2천원").shipping().fixed(2_000).give(&minji).await;
        let quote = quote(&minji, &[piece(a.only(), 1), piece(b.only(), 3), piece(c.only(), 1)]).await;
        let path = format!("/v1/checkout-quotes/{}", quote["quote_id"].as_str().unwrap());
        let coupons = json!({
            "product": [{ "line_no": 1, "user_coupon_id": product }], "cart": cart,
            "shipping": [{ "seller_id": two.id(), "user_coupon_id": shipping }],
        });
        let quote =
            minji.patch(&path, json!({ "coupons": coupons, "points": 9_000, "rewards": 2_000 })).await.expect(200);
        FullStack { shop, minji, one, two, quote }
    }
}

#[tokio::test]
async fn a_quote_shows_every_share_to_the_won() {
    let FullStack { shop, quote, .. } = FullStack::open().await;
    let header = ["goods_amount", "discount_amount", "points_used", "rewards_used", "shipping_amount", "total_payable"]
        .map(|f| quote.won(f));
    assert_eq!(header, [113_700, 17_760, 9_000, 2_000, 7_000, 91_940]);
    let lines: Vec<&Value> =
        quote["sellers"].as_array().unwrap().iter().flat_map(|s| s["lines"].as_array().unwrap()).collect();
    let column = |field: &str| lines.iter().map(|line| line[field].as_i64().unwrap()).collect::<Vec<_>>();
    assert_eq!(column("promotion"), [0, 5_700, 0]);
    assert_eq!(column("product_coupon_discount"), [5_000, 0, 0]);
    assert_eq!(column("grade_discount"), [500, 1_080, 480]);
    assert_eq!(column("cart_coupon_discount"), [1_213, 2_622, 1_165]);
    assert_eq!(column("points"), [2_184, 4_719, 2_097]);
    assert_eq!(column("rewards"), [485, 1_049, 466]);
    assert_eq!(column("paid"), [20_618, 44_530, 19_792]);
    assert_eq!(quote["changes"], json!([]));
    shop.close().await;
}

#[tokio::test]
async fn one_piece_is_cancelled_while_paid_and_gives_back_exactly_its_shares() {
    let FullStack { shop, minji, quote, .. } = FullStack::open().await;
    let placed = order(&minji, &quote).await;
    assert_eq!(placed.won("total_payable"), 91_940);
    let reserved: i64 = shop.value("select sum(reserved)::bigint from sku_stocks", &[]).await;
    assert_eq!(reserved, 5, "placing holds the stock");
    pay(&shop, &minji, &placed).await;
    let stock: Vec<i32> = shop.values("select on_hand from sku_stocks order by on_hand", &[]).await;
    assert_eq!(stock, [2, 4, 4], "paying takes it");

    let lines = lines(&shop, &placed).await;
    cancel(&shop, &minji, &[(lines[1], 1)], [14_842, 1_573, 351]).await;
    let left: i32 = shop.value("select remaining_quantity from product_orders where id = $1", &[&lines[1]]).await;
    assert_eq!(left, 2);
    let back: Vec<i32> = shop.values("select on_hand from sku_stocks order by on_hand", &[]).await;
    assert_eq!(back, [3, 4, 4], "the piece is on the shelf again");
    assert_eq!(shop.toss().totals().net, 91_940 - 14_842, "our books and the gateway's agree");
    shop.close().await;
}

#[tokio::test]
async fn cancelling_everything_piece_by_piece_gives_back_everything() {
    let FullStack { shop, minji, quote, .. } = FullStack::open().await;
    let placed = order(&minji, &quote).await;
    pay(&shop, &minji, &placed).await;
    let lines = lines(&shop, &placed).await;
    for line in [lines[1], lines[0], lines[1], lines[2], lines[1]] {
        let preview = preview(&minji, &[(line, 1)]).await;
        file(&shop, &minji, &[(line, 1)], &preview).await;
    }
    assert_eq!(shop.toss().totals().net, 0);
    let state: String = shop.value("select state from purchase_orders", &[]).await;
    assert_eq!(state, "canceled");
    let balances: Vec<i64> =
        shop.values("select sum(remaining)::bigint from point_lots group by balance order by balance", &[]).await;
    assert_eq!(balances, [10_000, 2_500]);
    let wallet: Vec<String> = shop.values("select state from user_coupons", &[]).await;
    assert_eq!(wallet, ["issued", "issued", "issued"], "every coupon is back");
    shop.close().await;
}

#[tokio::test]
async fn a_delivered_order_is_decided_and_earns_points() {
    let FullStack { shop, minji, one, two, quote } = FullStack::open().await;
    let placed = order(&minji, &quote).await;
    pay(&shop, &minji, &placed).await;
    let lines = lines(&shop, &placed).await;
    cancel(&shop, &minji, &[(lines[1], 1)], [14_842, 1_573, 351]).await;

    dispatch(&one, &[(lines[0], 1), (lines[1], 2)], "100000000001").await;
    dispatch(&two, &[(lines[2], 1)], "100000000002").await;
    shop.carrier().push_to(&shop.url(harness::Host::External).await);
    for invoice in ["100000000001", "100000000002"] {
        shop.carrier().scan("CJ", invoice, harness::simulators::carrier::ScanStatus::AtPickup).await;
        shop.carrier().scan("CJ", invoice, harness::simulators::carrier::ScanStatus::Delivered).await;
    }
    shop.run_tasks().await;
    let states: Vec<String> = shop.values("select state from product_orders order by line_no", &[]).await;
    assert_eq!(states, ["delivered", "delivered", "delivered"]);

    minji
        .post("/v1/product-orders/confirm", json!({ "product_order_ids": [ProductOrderId::new()] }))
        .await
        .expect_code(404, "product_order_not_found");
    shop.clock().advance(chrono::Duration::days(8));
    for _ in 0..2 {
        minji.post("/v1/product-orders/confirm", json!({ "product_order_ids": [lines[0]] })).await.expect(204);
    }
    shop.run_schedule("auto_confirm_sweep").await;
    shop.run_tasks().await;
    let decided: Vec<String> = shop.values("select decided_by from product_orders order by line_no", &[]).await;
    assert_eq!(decided, ["customer", "auto", "auto"]);
    let granted: Vec<i64> = shop
        .values(
            "select l.amount from point_lots l join product_orders o on o.id = l.ref_id where l.source = 'purchase' order by o.line_no",
            &[],
        )
        .await;
    assert_eq!(granted, [206, 296, 197]);
    let state: String = shop.value("select state from purchase_orders", &[]).await;
    assert_eq!(state, "completed");
    shop.close().await;
}

pub async fn dispatch(seller: &Seller, lines: &[(ProductOrderId, i32)], invoice: &str) {
    let item = |(line, quantity): &(ProductOrderId, i32)| json!({ "product_order_id": line, "quantity": quantity, "method": "parcel", "carrier_code": "CJ", "invoice_no": invoice });
    let items: Vec<Value> = lines.iter().map(item).collect();
    let answer = seller.post("/v1/product-orders/dispatch", json!({ "items": items })).await.expect(200);
    for result in answer["results"].as_array().unwrap() {
        assert_eq!(result["ok"], true, "{result}");
    }
}

async fn preview(buyer: &Customer, pieces: &[(ProductOrderId, i32)]) -> harness::Answer {
    let items: Vec<Value> = pieces.iter().map(|(line, n)| json!({ "product_order_id": line, "quantity": n })).collect();
    buyer
        .post("/v1/claims/preview", json!({ "claim_type": "cancel", "items": items, "reason_code": "INTENT_CHANGED" }))
        .await
        .expect(200)
}

async fn file(shop: &Shop, buyer: &Customer, pieces: &[(ProductOrderId, i32)], preview: &harness::Answer) {
    let items: Vec<Value> = pieces.iter().map(|(line, n)| json!({ "product_order_id": line, "quantity": n })).collect();
    let body = json!({ "items": items, "reason_code": "INTENT_CHANGED", "preview_token": preview["preview_token"] });
    buyer.post("/v1/claims/cancel", body).await.expect(201);
    shop.run_tasks().await;
}

/// Previews and files a cancel; `back` is cash, points and rewards.
pub async fn cancel(shop: &Shop, buyer: &Customer, pieces: &[(ProductOrderId, i32)], back: [i64; 3]) {
    let preview = preview(buyer, pieces).await;
    assert_eq!(["refund_cash", "refund_points", "refund_rewards"].map(|f| preview.won(f)), back);
    file(shop, buyer, pieces, &preview).await;
    let done: i64 = shop.value("select count(*) from claims where state = 'done' and (refund_cash, refund_points, refund_rewards) = ($1, $2, $3)", &[&back[0], &back[1], &back[2]]).await;
    assert_eq!(done, 1);
}

//! Quote, order, payment, and the cancel of one piece.

use crate::planted::Cast;
use db::On;
use e2e::simulated::Simulated;
use e2e::{Stack, until};
use kernel::{MemberId, ProductOrderId, PurchaseOrderId, SkuId};
use serde_json::{Value, json};

/// The order of the story; lines A, B, C.
pub struct Order {
    pub id: PurchaseOrderId,
    pub pg_order_id: String,
    pub lines: [ProductOrderId; 3],
}

db::statements! {
    static RESERVATION: (ProductOrderId,) => (String, i32) = "select state, quantity from stock_reservations where product_order_id = $1";
    static ON_HAND: (SkuId,) => (i32, i32) = "select on_hand, reserved from sku_stocks where sku_id = $1";
    static TOLD: (MemberId,) => (i64,) = "select count(*) from notifications where seller_member_id = $1";
}

/// The won of a field.
pub fn won(body: &Value, field: &str) -> i64 {
    body[field].as_i64().unwrap_or_else(|| panic!("no {field} in {body:#}"))
}

/// Every line of an order, by its number.
pub fn lines(order: &Value) -> Vec<Value> {
    let parts = order["seller_orders"].as_array().unwrap();
    let mut all: Vec<Value> = parts.iter().flat_map(|part| part["lines"].as_array().unwrap().clone()).collect();
    all.sort_by_key(|line| won(line, "line_no"));
    all
}

pub async fn quoted_and_paid(stack: &Stack, outside: &Simulated, cast: &Cast) -> Order {
    let (goods, buyer) = (&cast.goods, &cast.buyer);
    let minji = stack.customer(&buyer.email).await;
    let items = json!({ "items": [
        { "sku_id": goods.a.skus[0], "quantity": 1 },
        { "sku_id": goods.b.skus[0], "quantity": 3 },
        { "sku_id": goods.c.skus[0], "quantity": 1 },
    ] });
    let quote = minji.post("/v1/checkout-quotes", items).await.expect(201);
    let wishes = json!({
        "points": 9_000, "rewards": 2_000,
        "coupons": {
            "product": [{ "line_no": 1, "user_coupon_id": buyer.coupon_on_a }], "cart": buyer.cart_coupon,
            "shipping": [{ "seller_id": cast.stores[1].seller_id, "user_coupon_id": buyer.shipping_coupon }],
        },
    });
    let quote_id = quote["quote_id"].as_str().unwrap();
    let quote = minji.patch(&format!("/v1/checkout-quotes/{quote_id}"), wishes).await.expect(200);
    the_quote_is_as_calculated(&quote);

    let wanted = json!({ "quote_id": quote_id, "version": quote["version"], "payment_method": "card" });
    let placed = minji.post("/v1/purchase-orders", wanted).await.expect(201);
    let window = &placed["payment"];
    assert_eq!(won(window, "amount"), 91_940);
    let pg_order_id = window["pg_order_id"].as_str().unwrap().to_owned();
    let back = outside.pays_by_card(&pg_order_id, 91_940).await;
    let returned = json!({ "payment_key": back["paymentKey"], "order_id": back["orderId"], "amount": back["amount"] });
    let payment = minji.post("/v1/payments/confirm", returned).await.expect(200);
    assert_eq!(payment["state"], "done");
    assert_eq!(won(&payment, "captured_amount"), 91_940);

    let id: PurchaseOrderId = placed["purchase_order_id"].as_str().unwrap().parse().unwrap();
    let shown = minji.get(&format!("/v1/purchase-orders/{id}")).await.expect(200);
    let lines = lines(&shown);
    assert!(lines.iter().all(|line| line["state"] == "paid"), "{shown:#}");
    let ids = [0, 1, 2].map(|n: usize| lines[n]["product_order_id"].as_str().unwrap().parse().unwrap());
    let order = Order { id, pg_order_id, lines: ids };
    stock_is_confirmed(stack, cast, &order).await;
    sellers_are_told(stack, cast).await;
    order
}

fn the_quote_is_as_calculated(quote: &Value) {
    assert_eq!(won(quote, "goods_amount"), 113_700, "{quote:#}");
    assert_eq!(won(quote, "points_used"), 9_000);
    assert_eq!(won(quote, "rewards_used"), 2_000);
    assert_eq!(won(quote, "shipping_amount"), 7_000);
    assert_eq!(won(quote, "total_payable"), 91_940);
    let sellers = quote["sellers"].as_array().unwrap();
    let mut lines: Vec<&Value> = sellers.iter().flat_map(|seller| seller["lines"].as_array().unwrap()).collect();
    lines.sort_by_key(|line| won(line, "line_no"));
    let column = |field: &str| lines.iter().map(|line| won(line, field)).collect::<Vec<i64>>();
    assert_eq!(column("gross"), [30_000, 59_700, 24_000]);
    assert_eq!(column("promotion"), [0, 5_700, 0]);
    assert_eq!(column("product_coupon_discount"), [5_000, 0, 0]);
    assert_eq!(column("grade_discount"), [500, 1_080, 480]);
    assert_eq!(column("cart_coupon_discount"), [1_213, 2_622, 1_165]);
    assert_eq!(column("points"), [2_184, 4_719, 2_097]);
    assert_eq!(column("rewards"), [485, 1_049, 466]);
    assert_eq!(column("paid"), [20_618, 44_530, 19_792]);
}

/// The payment's event reached the stock: three holds became three sales.
async fn stock_is_confirmed(stack: &Stack, cast: &Cast, order: &Order) {
    for (line, pieces) in order.lines.into_iter().zip([1, 3, 1]) {
        until("a confirmed reservation", || async move {
            let conn = stack.boot.db.writer().await.unwrap();
            let (state, quantity) = RESERVATION.one(&conn, (line,)).await.unwrap();
            assert_eq!(quantity, pieces);
            if state == "confirmed" { Ok(()) } else { Err(state) }
        })
        .await;
    }
    let conn = stack.boot.db.writer().await.unwrap();
    let goods = &cast.goods;
    for (sku, left) in [(goods.a.skus[0], 99), (goods.b.skus[0], 97), (goods.c.skus[0], 99)] {
        assert_eq!(ON_HAND.one(&conn, (sku,)).await.unwrap(), (left, 0));
    }
}

async fn sellers_are_told(stack: &Stack, cast: &Cast) {
    for store in &cast.stores {
        let owner = store.owner_id;
        until("the notice of a new order", || async move {
            let told = messages(&stack.boot.db.writer().await.unwrap(), owner).await;
            if told > 0 { Ok(()) } else { Err("no notice".to_owned()) }
        })
        .await;
    }
}

async fn messages(on: &impl On, member: MemberId) -> i64 {
    TOLD.one(on, (member,)).await.unwrap().0
}

/// One of three pieces of B comes off while it is paid: its stored shares come back, nothing is recomputed.
pub async fn one_piece_cancelled(stack: &Stack, outside: &Simulated, cast: &Cast, order: &Order) {
    let minji = stack.customer(&cast.buyer.email).await;
    let items = json!([{ "product_order_id": order.lines[1], "quantity": 1 }]);
    let ask = json!({ "claim_type": "cancel", "items": items, "reason_code": "INTENT_CHANGED" });
    let preview = minji.post("/v1/claims/preview", ask).await.expect(200);
    let refund = |body: &Value| ["refund_cash", "refund_points", "refund_rewards"].map(|field| won(body, field));
    assert_eq!(refund(&preview), [14_842, 1_573, 351], "{preview:#}");
    let file = json!({ "items": items, "reason_code": "INTENT_CHANGED", "preview_token": preview["preview_token"] });
    let filed = minji.post("/v1/claims/cancel", file).await.expect(201);
    let claim = filed["claim_ids"][0].as_str().unwrap().to_owned();
    let path = format!("/v1/claims/{claim}");
    let (caller, path) = (&minji, path.as_str());
    let done = until("the refund", || async move {
        let claim = caller.get(path).await.expect(200);
        if claim["state"] == "done" { Ok(claim) } else { Err(claim["state"].to_string()) }
    })
    .await;
    assert_eq!(done["type"], "cancel");
    // S1 stays above its free-shipping threshold with what is left: nothing is recovered, no fee is taken.
    assert_eq!(["fee_recovered_outbound", "fee_total"].map(|fee| won(&done["fees"], fee)), [0, 0], "{done:#}");
    assert_eq!(["cash", "points", "rewards"].map(|back| won(&done["refund"], back)), [14_842, 1_573, 351], "{done:#}");

    let shown = minji.get(&format!("/v1/purchase-orders/{}", order.id)).await.expect(200);
    assert_eq!(won(&lines(&shown)[1], "remaining_quantity"), 2);
    // The piece is back on the shelf.
    let sku = cast.goods.b.skus[0];
    until("the stock of the cancelled piece", || async move {
        let stock = ON_HAND.one(&stack.boot.db.writer().await.unwrap(), (sku,)).await.unwrap();
        if stock == (98, 0) { Ok(()) } else { Err(format!("{stock:?}")) }
    })
    .await;
    let books = outside.books().await;
    let ours = books["ledger"].as_array().unwrap().iter().find(|line| line["orderId"] == order.pg_order_id.as_str());
    let ours = ours.unwrap_or_else(|| panic!("{} is not in the books", order.pg_order_id));
    assert_eq!((won(ours, "captured"), won(ours, "refunded"), won(ours, "net")), (91_940, 14_842, 77_098));
    let balance = minji.get("/v1/points").await.expect(200);
    assert_eq!(won(&balance, "balance"), 10_000 - 9_000 + 1_573, "{balance:#}");
    let rewards = minji.get("/v1/rewards").await.expect(200);
    assert_eq!(won(&rewards, "balance"), 3_000 - 2_000 + 351, "{rewards:#}");
    // What the three lines will bring once they are confirmed.
    assert_eq!(won(&balance, "pending"), 206 + 296 + 197);
}

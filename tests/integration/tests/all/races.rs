//! Two want the same: whoever comes first has it, the other gets a clear answer, and nothing is left half done. Each race is
//! run in both orders: the second comes in right before the first takes what there is one of, and right after.

use crate::buying::{accepted, bought, lines, order, piece, quote};
use crate::order_steps::{by_cj, code, results};
use harness::{Answer, Call, Customer, Point, Product, Shop, Value, after, before, json};

const PATH: &str = "/v1/purchase-orders";
const QUEUE_FOR_STOCK: &str = "inventory::reserve::QUEUE_UP";
const TAKE_STOCK: &str = "inventory::reserve::RESERVE";
const ONE_BY_ONE: &str = "orders::place::ONE_BY_ONE";
const TAKE_KEY: &str = "web::idempotency::TAKE";
const LOCK_FOR_CANCEL: &str = "orders::claims::cancel::ORDERS_OF";
const LOCK_FOR_DISPATCH: &str = "orders::lines::ORDERS_OF_LINES";

async fn shelf(shop: &Shop, pieces: i32) -> Product {
    shop.seller().await.product("티셔츠").price(30_000).sku("M", pieces).on_sale().await
}

/// The first call comes to the point, there the second is let in. Answers both.
async fn meet(shop: &Shop, point: Point, first: Call, second: Call) -> (Answer, Answer) {
    let second = shop.meanwhile(point, second);
    let first = first.await;
    (first, second.answer().await)
}

async fn count(shop: &Shop, table: &str) -> i64 {
    shop.value(&format!("select count(*) from {table}"), &[]).await
}

#[tokio::test]
async fn the_last_piece_goes_to_whoever_takes_it_first() {
    for first_wins in [false, true] {
        let shop = Shop::open().await;
        let (minji, jihun, tee) = (shop.customer().await, shop.customer().await, shelf(&shop, 1).await);
        minji.address().await;
        jihun.address().await;
        let ours = accepted(&quote(&minji, &[piece(tee.only(), 1)]).await);
        let theirs = accepted(&quote(&jihun, &[piece(tee.only(), 1)]).await);
        let point = if first_wins { after(TAKE_STOCK) } else { before(QUEUE_FOR_STOCK) };
        let (one, other) = meet(&shop, point, minji.post(PATH, ours), jihun.post(PATH, theirs)).await;
        let (won, lost) = if first_wins { (one, other) } else { (other, one) };
        won.expect(201);
        let lost = lost.expect_code(409, "out_of_stock");
        assert_eq!(lost["details"], json!([{ "sku_id": tee.only(), "requested": 1, "left": 0 }]));
        assert_eq!((count(&shop, "purchase_orders").await, count(&shop, "payments").await), (1, 1));
        let reserved: i32 = shop.value("select reserved from sku_stocks", &[]).await;
        assert_eq!(reserved, 1);
        shop.close().await;
    }
}

#[tokio::test]
async fn two_orders_of_the_same_two_skus_never_wait_in_a_circle() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").sku("M", 1).sku("L", 1).on_sale().await;
    let (minji, jihun) = (shop.customer().await, shop.customer().await);
    minji.address().await;
    jihun.address().await;
    // Each names the SKUs in another order.
    let ours = accepted(&quote(&minji, &[piece(tee.sku("M"), 1), piece(tee.sku("L"), 1)]).await);
    let theirs = accepted(&quote(&jihun, &[piece(tee.sku("L"), 1), piece(tee.sku("M"), 1)]).await);
    let (one, other) = meet(&shop, after(TAKE_STOCK), minji.post(PATH, ours), jihun.post(PATH, theirs)).await;
    one.expect(201);
    let lost = other.expect_code(409, "out_of_stock");
    assert_eq!(lost["details"].as_array().unwrap().len(), 2);
    shop.close().await;
}

#[tokio::test]
async fn one_sku_on_two_lines_is_counted_together() {
    let shop = Shop::open().await;
    let (minji, tee) = (shop.customer().await, shelf(&shop, 2).await);
    minji.address().await;
    let two = [piece(tee.only(), 1), piece(tee.only(), 1)];
    let quoted = quote(&minji, &two).await;
    let three = json!({ "items": [piece(tee.only(), 2), piece(tee.only(), 1)] });
    let short = minji.post("/v1/checkout-quotes", three).await.expect_code(409, "out_of_stock");
    assert_eq!(short["details"], json!([{ "sku_id": tee.only(), "requested": 3, "left": 2 }]));
    assert_eq!(short["errors"][0]["field"], "/items");
    // One piece leaves the shelf while the order is being placed: both lines together are short.
    let (handle, sku) = (shop.handle(), tee.only());
    let sold = async move { handle.sql("update sku_stocks set on_hand = 1 where sku_id = $1", &[&sku]).await };
    let sold = shop.meanwhile(before(TAKE_STOCK), sold);
    let short = minji.post(PATH, accepted(&quoted)).await.expect_code(409, "out_of_stock");
    assert_eq!(short["details"], json!([{ "sku_id": tee.only(), "requested": 2, "left": 1 }]));
    assert_eq!(sold.answer().await, 1);
    shop.sql("update sku_stocks set on_hand = 2 where sku_id = $1", &[&tee.only()]).await;
    order(&minji, &quoted).await;
    let reserved: i32 = shop.value("select reserved from sku_stocks", &[]).await;
    assert_eq!(reserved, 2);
    shop.close().await;
}

/// Two quotes of one customer, each for one piece.
async fn two_quotes(minji: &Customer, tee: &Product) -> (Answer, Answer) {
    minji.address().await;
    (quote(minji, &[piece(tee.only(), 1)]).await, quote(minji, &[piece(tee.only(), 1)]).await)
}

/// The two orders of one customer, the first of which wins or loses. Answers the winner and the loser.
async fn two_orders(shop: &Shop, minji: &Customer, first_wins: bool, one: Value, other: Value) -> (Answer, Answer) {
    let point = if first_wins { after(ONE_BY_ONE) } else { before(ONE_BY_ONE) };
    let (a, b) = meet(shop, point, minji.post(PATH, one), minji.post(PATH, other)).await;
    let (won, lost) = if first_wins { (a, b) } else { (b, a) };
    (won.expect(201), lost)
}

#[tokio::test]
async fn a_coupon_in_two_orders_lowers_one_of_them() {
    for first_wins in [false, true] {
        let shop = Shop::open().await;
        let (minji, tee) = (shop.customer().await, shelf(&shop, 5).await);
        let coupon = shop.coupon("천원").give(&minji).await;
        let (one, other) = two_quotes(&minji, &tee).await;
        assert_eq!(one.won("discount_amount"), 1_000);
        let (won, lost) = two_orders(&shop, &minji, first_wins, accepted(&one), accepted(&other)).await;
        let lost = lost.expect_code(409, "coupon_unavailable");
        assert_eq!(lost["details"], json!([coupon]));
        let holder: kernel::PurchaseOrderId = shop.value("select purchase_order_id from user_coupons", &[]).await;
        assert_eq!(holder, won.read("purchase_order_id"));
        // Looking at the other checkout again leaves the coupon out and says so.
        let left: kernel::QuoteId = shop.value("select id from checkout_quotes where state = 'open'", &[]).await;
        let path = format!("/v1/checkout-quotes/{left}");
        let again = minji.get(&path).await.expect(200);
        let change = &again["changes"][0];
        assert_eq!((&change["change"], &change["user_coupon_id"]), (&json!("coupon_dropped"), &json!(coupon)));
        assert_eq!((again.won("discount_amount"), again["version"].as_i64()), (0, Some(2)));
        order(&minji, &again).await;
        shop.close().await;
    }
}

#[tokio::test]
async fn points_and_rewards_are_spent_once() {
    for (balance, first_wins) in [("points", false), ("points", true), ("rewards", false), ("rewards", true)] {
        let shop = Shop::open().await;
        let (minji, tee) = (shop.customer().await, shelf(&shop, 5).await);
        if balance == "points" {
            minji.points(1_000).await
        } else {
            minji.rewards(1_000).await
        };
        let (one, other) = two_quotes(&minji, &tee).await;
        let spend = async |quote: &Answer| {
            let path = format!("/v1/checkout-quotes/{}", quote["quote_id"].as_str().unwrap());
            accepted(&minji.patch(&path, json!({ balance: 1_000 })).await.expect(200))
        };
        let (one, other) = (spend(&one).await, spend(&other).await);
        let (_, lost) = two_orders(&shop, &minji, first_wins, one, other).await;
        let lost = lost.expect_code(422, &format!("insufficient_{balance}"));
        assert_eq!(lost["errors"][0]["field"], "/quote_id");
        let left: i64 = shop.value("select sum(remaining)::bigint from point_lots", &[]).await;
        assert_eq!((left, count(&shop, "purchase_orders").await), (0, 1));
        shop.close().await;
    }
}

#[tokio::test]
async fn what_a_person_may_have_once_is_ordered_once() {
    for first_wins in [false, true] {
        let shop = Shop::open().await;
        let (minji, tee) = (shop.customer().await, shelf(&shop, 5).await);
        shop.sql("update products set max_per_user = 1 where id = $1", &[&tee.id]).await;
        let (one, other) = two_quotes(&minji, &tee).await;
        let (_, lost) = two_orders(&shop, &minji, first_wins, accepted(&one), accepted(&other)).await;
        lost.expect_code(422, "purchase_limit_exceeded");
        assert_eq!(count(&shop, "purchase_orders").await, 1);
        shop.close().await;
    }
}

#[tokio::test]
async fn a_request_sent_twice_at_once_is_done_once() {
    for point in [before(TAKE_KEY), after(TAKE_KEY), before(TAKE_STOCK), after(TAKE_STOCK)] {
        let shop = Shop::open().await;
        let (minji, tee) = (shop.customer().await, shelf(&shop, 5).await);
        let (one, _) = two_quotes(&minji, &tee).await;
        let post = || minji.post(PATH, accepted(&one)).key("one-key-one-body");
        let (a, b) = meet(&shop, point.clone(), post(), post()).await;
        let (a, b) = (a.expect(201), b.expect(201));
        assert_eq!(a.json(), b.json());
        let replayed = [&a, &b].map(|answer| answer.header("idempotent-replayed").is_some());
        assert_eq!(replayed, if point == before(TAKE_KEY) { [true, false] } else { [false, true] });
        assert_eq!((count(&shop, "purchase_orders").await, count(&shop, "payments").await), (1, 1));
        shop.close().await;
    }
}

#[tokio::test]
async fn one_key_with_two_bodies_has_the_effect_of_the_first() {
    for point in [before(TAKE_KEY), after(TAKE_KEY), after(TAKE_STOCK)] {
        let shop = Shop::open().await;
        let (minji, tee) = (shop.customer().await, shelf(&shop, 5).await);
        let (one, other) = two_quotes(&minji, &tee).await;
        let post = |quote: &Answer| minji.post(PATH, accepted(quote)).key("one-key-two-bodies");
        let (a, b) = meet(&shop, point.clone(), post(&one), post(&other)).await;
        let (won, lost) = if point == before(TAKE_KEY) { (b, a) } else { (a, b) };
        won.expect(201);
        lost.expect_code(422, "idempotency_key_reused");
        assert_eq!(count(&shop, "purchase_orders").await, 1);
        shop.close().await;
    }
}

#[tokio::test]
async fn a_line_is_cancelled_or_dispatched_never_both() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(30_000).sku("M", 20).on_sale().await;
    let minji = shop.customer().await;
    // Who comes to the point, and whether the cancel is first in the end.
    let rounds = [
        (before(LOCK_FOR_CANCEL), true, false),
        (after(LOCK_FOR_CANCEL), true, true),
        (before(LOCK_FOR_DISPATCH), false, true),
        (after(LOCK_FOR_DISPATCH), false, false),
    ];
    for (round, (point, cancel_comes, cancelled)) in rounds.into_iter().enumerate() {
        let placed = bought(&shop, &minji, &[piece(tee.only(), 1)]).await;
        let line = lines(&shop, &placed).await[0];
        let items = json!([{ "product_order_id": line, "quantity": 1 }]);
        let asked = json!({ "claim_type": "cancel", "items": items, "reason_code": "INTENT_CHANGED" });
        let preview = minji.post("/v1/claims/preview", asked).await.expect(200);
        let file =
            json!({ "items": items, "reason_code": "INTENT_CHANGED", "preview_token": preview["preview_token"] });
        let cancel = minji.post("/v1/claims/cancel", file);
        let parcel = json!({ "items": [by_cj(line, &format!("10000000000{round}"))] });
        let dispatch = seller.post("/v1/product-orders/dispatch", parcel);
        let (cancel, dispatch) = if cancel_comes {
            meet(&shop, point, cancel, dispatch).await
        } else {
            let (dispatch, cancel) = meet(&shop, point, dispatch, cancel).await;
            (cancel, dispatch)
        };
        let dispatched = results(&dispatch.expect(200));
        if cancelled {
            cancel.expect(201);
            assert_eq!(code(&dispatched[0]), "claim_open");
        } else {
            cancel.expect_code(409, "not_cancellable");
            assert_eq!(code(&dispatched[0]), "ok");
        }
        shop.run_tasks().await;
        let state: String = shop.value("select state from product_orders where id = $1", &[&line]).await;
        assert_eq!(state, if cancelled { "canceled" } else { "dispatched" });
    }
    shop.close().await;
}

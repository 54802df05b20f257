//! Two at once: whatever comes first, exactly one gets what there is one of, and nothing is left half done.

use crate::buying::{accepted, bought, lines, order, piece, quote, window};
use crate::order_steps::{by_cj, code, results};
use chrono::Duration;
use futures::join;
use harness::simulators::FaultKind;
use harness::{Answer, Call, Customer, Product, Shop, Value, json};

const PATH: &str = "/v1/purchase-orders";

async fn shelf(shop: &Shop, pieces: i32) -> Product {
    shop.seller().await.product("티셔츠").price(30_000).sku("M", pieces).on_sale().await
}

/// Both calls at once.
async fn both(one: Call, other: Call) -> (Answer, Answer) {
    join!(one.into_future(), other.into_future())
}

/// The winner and the loser of two answers of which exactly one is a 201.
#[track_caller]
fn won_and_lost(one: Answer, other: Answer) -> (Answer, Answer) {
    let (won, lost) = if one.status == 201 { (one, other) } else { (other, one) };
    (won.expect(201), lost)
}

async fn count(shop: &Shop, table: &str) -> i64 {
    shop.value(&format!("select count(*) from {table}"), &[]).await
}

#[tokio::test]
async fn the_last_piece_goes_to_one_of_two_buyers() {
    let shop = Shop::open().await;
    let (minji, jihun, tee) = (shop.customer().await, shop.customer().await, shelf(&shop, 1).await);
    minji.address().await;
    jihun.address().await;
    let (ours, theirs) = (quote(&minji, &[piece(tee.only(), 1)]).await, quote(&jihun, &[piece(tee.only(), 1)]).await);
    let (one, other) = both(minji.post(PATH, accepted(&ours)), jihun.post(PATH, accepted(&theirs))).await;
    let (_, lost) = won_and_lost(one, other);
    let lost = lost.expect_code(409, "out_of_stock");
    assert_eq!(lost["details"], json!([{ "sku_id": tee.only(), "requested": 1, "left": 0 }]));
    assert_eq!((count(&shop, "purchase_orders").await, count(&shop, "payments").await), (1, 1));
    let reserved: i32 = shop.value("select reserved from sku_stocks", &[]).await;
    assert_eq!(reserved, 1);
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
    // One piece leaves the shelf between quote and order: both lines together are short.
    shop.sql("update sku_stocks set on_hand = 1 where sku_id = $1", &[&tee.only()]).await;
    let short = minji.post(PATH, accepted(&quoted)).await.expect_code(409, "out_of_stock");
    assert_eq!(short["details"], json!([{ "sku_id": tee.only(), "requested": 2, "left": 1 }]));
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

#[tokio::test]
async fn a_coupon_in_two_orders_at_once_lowers_one_of_them() {
    let shop = Shop::open().await;
    let (minji, tee) = (shop.customer().await, shelf(&shop, 5).await);
    let coupon = shop.coupon("천원").give(&minji).await;
    let (one, other) = two_quotes(&minji, &tee).await;
    assert_eq!(one.won("discount_amount"), 1_000);
    let (a, b) = both(minji.post(PATH, accepted(&one)), minji.post(PATH, accepted(&other))).await;
    let (won, lost) = won_and_lost(a, b);
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

#[tokio::test]
async fn points_are_spent_once() {
    let shop = Shop::open().await;
    let (minji, tee) = (shop.customer().await, shelf(&shop, 5).await);
    minji.points(5_000).await;
    let (one, other) = two_quotes(&minji, &tee).await;
    let spend = async |quote: &Answer| {
        let path = format!("/v1/checkout-quotes/{}", quote["quote_id"].as_str().unwrap());
        accepted(&minji.patch(&path, json!({ "points": 5_000 })).await.expect(200))
    };
    let (one, other) = (spend(&one).await, spend(&other).await);
    let (a, b) = both(minji.post(PATH, one), minji.post(PATH, other)).await;
    let (_, lost) = won_and_lost(a, b);
    let lost = lost.expect_code(422, "insufficient_points");
    assert_eq!(lost["errors"][0]["field"], "/quote_id");
    let left: i64 = shop.value("select sum(remaining)::bigint from point_lots", &[]).await;
    assert_eq!((left, count(&shop, "purchase_orders").await), (0, 1));
    shop.close().await;
}

#[tokio::test]
async fn what_a_person_may_have_once_is_ordered_once() {
    let shop = Shop::open().await;
    let (minji, tee) = (shop.customer().await, shelf(&shop, 5).await);
    shop.sql("update products set max_per_user = 1 where id = $1", &[&tee.id]).await;
    let (one, other) = two_quotes(&minji, &tee).await;
    let (a, b) = both(minji.post(PATH, accepted(&one)), minji.post(PATH, accepted(&other))).await;
    let (_, lost) = won_and_lost(a, b);
    lost.expect_code(422, "purchase_limit_exceeded");
    assert_eq!(count(&shop, "purchase_orders").await, 1);
    shop.close().await;
}

#[tokio::test]
async fn one_key_with_two_bodies_at_once_has_the_effect_of_one() {
    let shop = Shop::open().await;
    let (minji, tee) = (shop.customer().await, shelf(&shop, 5).await);
    let (one, other) = two_quotes(&minji, &tee).await;
    let post = |quote: &Answer| minji.post(PATH, accepted(quote)).key("one-key-two-bodies");
    let (a, b) = both(post(&one), post(&other)).await;
    let (_, lost) = won_and_lost(a, b);
    lost.expect_code(422, "idempotency_key_reused");
    assert_eq!(count(&shop, "purchase_orders").await, 1);
    shop.close().await;
}

/// What became of the only order: its payment, its line, how often the books took money in.
async fn stands(shop: &Shop) -> (String, String, i64) {
    (
        shop.value("select state from payments", &[]).await,
        shop.value("select state from product_orders", &[]).await,
        shop.value("select count(*) from ledger_transactions where kind = 'payment_captured'", &[]).await,
    )
}

/// A placed order and what its window hands back.
async fn at_the_window(shop: &Shop) -> (Customer, Value) {
    let (minji, tee) = (shop.customer().await, shelf(shop, 5).await);
    minji.address().await;
    let placed = order(&minji, &quote(&minji, &[piece(tee.only(), 1)]).await).await;
    let returned = window(shop, &placed).await;
    (minji, returned)
}

#[tokio::test]
async fn a_payment_confirmed_twice_at_once_is_charged_and_booked_once() {
    let shop = Shop::open().await;
    let (minji, returned) = at_the_window(&shop).await;
    let confirm = || minji.post("/v1/payments/confirm", returned.clone());
    let (one, other) = both(confirm(), confirm()).await;
    assert!(one.status == 200 || other.status == 200, "{} {}", one.text, other.text);
    assert!([&one, &other].iter().all(|a| a.status == 200 || a.status == 202), "{} {}", one.text, other.text);
    let asked = shop.toss().requests().iter().filter(|seen| seen.operation == "confirm").count();
    assert_eq!(asked, 1, "only one of them may order the charge");
    assert_eq!(confirm().await.expect(200)["state"], "done");
    shop.run_tasks().await;
    assert_eq!(stands(&shop).await, ("done".into(), "paid".into(), 1));
    shop.close().await;
}

#[tokio::test]
async fn a_confirm_and_its_webhook_may_come_in_either_order_and_twice() {
    for webhook_first in [true, false] {
        let shop = Shop::open().await;
        let url = shop.url(harness::Host::External).await;
        let to = |path: &str| Some(format!("{url}/v1/inbound/toss/{path}"));
        let targets = harness::simulators::toss::outbox::Targets {
            payment: to("payment-events"),
            deposit: to("deposits"),
            payout: None,
        };
        shop.toss().set_targets(targets);
        shop.toss().travel(|travel| travel.duplicate = 1);
        let (minji, returned) = at_the_window(&shop).await;
        shop.toss().fail_next("confirm", FaultKind::LostAnswer);
        assert_eq!(minji.post("/v1/payments/confirm", returned.clone()).await.expect(202)["state"], "unknown");
        let (mut steps, confirm) = (0, async || minji.post("/v1/payments/confirm", returned.clone()).await.expect(200));
        while steps < 2 {
            if webhook_first == (steps == 0) {
                assert!(!shop.toss().flush_webhooks().await.is_empty());
                shop.run_tasks().await;
            } else {
                assert_eq!(confirm().await["state"], "done");
            }
            assert_eq!(stands(&shop).await, ("done".into(), "paid".into(), 1));
            steps += 1;
        }
        let asked = shop.toss().requests().iter().filter(|seen| seen.operation == "confirm").count();
        assert_eq!(asked, 1, "a charge of unknown end is asked about, never ordered again");
        shop.close().await;
    }
}

#[tokio::test]
async fn a_charge_nobody_heard_of_is_found_by_the_clock_and_not_expired() {
    let shop = Shop::open().await;
    let (minji, returned) = at_the_window(&shop).await;
    shop.toss().fail_next("confirm", FaultKind::LostAnswer);
    minji.post("/v1/payments/confirm", returned).await.expect(202);
    // No webhook, no poll: the order's time runs out while the money is taken.
    shop.clock().advance(Duration::minutes(46));
    // While the gateway cannot be asked nothing is given up.
    let outage = |times| harness::simulators::Fault::new("*", FaultKind::ErrorBefore).times(times);
    shop.toss().fault(outage(20));
    shop.run_schedule("cancel_expired_payments").await;
    shop.run_tasks().await;
    assert_eq!(stands(&shop).await, ("unknown".into(), "payment_waiting".into(), 0));
    shop.toss().clear_faults();
    shop.run_schedule("cancel_expired_payments").await;
    shop.run_tasks().await;
    assert_eq!(stands(&shop).await, ("done".into(), "paid".into(), 1));
    assert_eq!(shop.toss().totals().net, 33_000);
    shop.close().await;
}

#[tokio::test]
async fn a_confirm_at_the_last_moment_is_paid_or_never_charged() {
    let shop = Shop::open().await;
    let (minji, returned) = at_the_window(&shop).await;
    shop.clock().advance(Duration::minutes(30));
    let (answer, _) = join!(
        async { minji.post("/v1/payments/confirm", returned.clone()).await },
        shop.run_schedule("cancel_expired_payments")
    );
    answer.expect_code(409, "order_expired");
    shop.clock().advance(Duration::minutes(16));
    shop.run_schedule("cancel_expired_payments").await;
    shop.run_tasks().await;
    assert_eq!(stands(&shop).await, ("expired".into(), "canceled_by_nopayment".into(), 0));
    minji.post("/v1/payments/confirm", returned).await.expect_code(409, "order_expired");
    assert!(!shop.toss().requests().iter().any(|seen| seen.operation == "confirm"));
    shop.close().await;
}

#[tokio::test]
async fn a_line_is_cancelled_or_dispatched_never_both() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(30_000).sku("M", 20).on_sale().await;
    let minji = shop.customer().await;
    for round in 0..4 {
        let placed = bought(&shop, &minji, &[piece(tee.only(), 1)]).await;
        let line = lines(&shop, &placed).await[0];
        let items = json!([{ "product_order_id": line, "quantity": 1 }]);
        let asked = json!({ "claim_type": "cancel", "items": items, "reason_code": "INTENT_CHANGED" });
        let preview = minji.post("/v1/claims/preview", asked).await.expect(200);
        let file =
            json!({ "items": items, "reason_code": "INTENT_CHANGED", "preview_token": preview["preview_token"] });
        let invoice = format!("10000000000{round}");
        let body = json!({ "items": [by_cj(line, &invoice)] });
        let (cancel, dispatch) = join!(async { minji.post("/v1/claims/cancel", file).await }, async {
            seller.post("/v1/product-orders/dispatch", body).await.expect(200)
        });
        let dispatched = code(&results(&dispatch)[0]).to_owned();
        if cancel.status == 201 {
            assert!(["claim_open", "invalid_state"].contains(&dispatched.as_str()), "{dispatched}");
        } else {
            assert_eq!(dispatched, "ok");
            cancel.expect_code(409, "not_cancellable");
        }
        shop.run_tasks().await;
        let state: String = shop.value("select state from product_orders where id = $1", &[&line]).await;
        assert_eq!(state, if dispatched == "ok" { "dispatched" } else { "canceled" });
    }
    shop.close().await;
}

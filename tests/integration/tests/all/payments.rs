//! Paying: cards, refusals, lost answers.

use crate::buying::{order, piece, quote};
use chrono::Duration;
use harness::simulators::FaultKind;
use harness::simulators::toss::Window;
use harness::simulators::toss::outbox::Targets;
use harness::{Answer, Customer, Host, Product, Shop, Value, json};
use kernel::PurchaseOrderId;

/// An order placed by a customer of its own.
pub struct Story {
    pub shop: Shop,
    pub minji: Customer,
    tee: Product,
    pub order: PurchaseOrderId,
    /// The window of the attempt under way.
    window: Value,
}

impl Story {
    /// A 30,000 won T-shirt with a coupon of 1,000 and 2,000 points: 27,000 won and 3,000 shipping to pay.
    pub async fn begin() -> Story {
        let shop = Shop::open().await;
        let url = shop.url(Host::External).await;
        let to = |path: &str| Some(format!("{url}/v1/inbound/toss/{path}"));
        shop.toss().set_targets(Targets { payment: to("payment-events"), deposit: to("deposits"), payout: None });
        shop.toss().travel(|travel| travel.duplicate = 1);
        let (minji, seller) = (shop.customer().await, shop.seller().await);
        let tee = seller.product("티셔츠").price(30_000).on_sale().await;
        minji.address().await;
        minji.points(2_000).await;
        shop.coupon("천원").give(&minji).await;
        let quoted = quote(&minji, &[piece(tee.only(), 1)]).await;
        let path = format!("/v1/checkout-quotes/{}", quoted["quote_id"].as_str().unwrap());
        let quoted = minji.patch(&path, json!({ "points": 2_000 })).await.expect(200);
        let placed = order(&minji, &quoted).await;
        assert_eq!(placed.won("total_payable"), 30_000);
        let window = placed["payment"].clone();
        Story { order: placed.read("purchase_order_id"), window, shop, minji, tee }
    }

    pub fn pg_order_id(&self) -> String {
        self.window["pg_order_id"].as_str().unwrap().to_owned()
    }

    fn payment(&self) -> String {
        self.window["payment_id"].as_str().unwrap().to_owned()
    }

    /// Another attempt.
    async fn start(&mut self) {
        let path = format!("/v1/purchase-orders/{}/payments", self.order);
        self.window = self.minji.post(&path, json!({})).await.expect(201).json().clone();
    }

    /// The customer goes through the window; answers the confirm.
    pub async fn pay(&self, window: Window) -> Answer {
        let redirect = self.shop.toss().window(window);
        let body =
            json!({ "payment_key": redirect.payment_key().unwrap(), "order_id": self.pg_order_id(), "amount": 30_000 });
        self.minji.post("/v1/payments/confirm", body).await
    }

    fn card(&self) -> Window {
        Window::card(&self.pg_order_id(), 30_000)
    }

    pub fn account(&self) -> Window {
        Window::virtual_account(&self.pg_order_id(), 30_000, 24)
    }

    /// States of payment, order and line, of the coupon, points left, pieces reserved and on hand.
    async fn stands(&self) -> (String, String, String, i64, i32, i32) {
        let shop = &self.shop;
        let payment =
            "select state from payments where purchase_order_id = $1 order by requested_at desc, id desc limit 1";
        let line = "select state from product_orders where purchase_order_id = $1";
        let points =
            "select coalesce(sum(remaining), 0)::bigint from point_lots where user_id = $1 and balance = 'points'";
        let sku = self.tee.only();
        (
            shop.value(payment, &[&self.order]).await,
            shop.value(line, &[&self.order]).await,
            shop.value("select state from user_coupons where user_id = $1", &[&self.minji.user_id]).await,
            shop.value(points, &[&self.minji.user_id]).await,
            shop.value("select reserved from sku_stocks where sku_id = $1", &[&sku]).await,
            shop.value("select on_hand from sku_stocks where sku_id = $1", &[&sku]).await,
        )
    }

    pub async fn expect(&self, payment: &str, line: &str, coupon: &str, points: i64, reserved: i32, on_hand: i32) {
        let stands = self.stands().await;
        let stands = (stands.0.as_str(), stands.1.as_str(), stands.2.as_str(), stands.3, stands.4, stands.5);
        assert_eq!(stands, (payment, line, coupon, points, reserved, on_hand));
        self.shop.check_laws().await;
    }
}

#[tokio::test]
async fn a_card_payment_uses_up_coupon_points_and_stock() {
    let story = Story::begin().await;
    story.expect("ready", "payment_waiting", "reserved", 0, 1, 10).await;
    let paid = story.pay(story.card()).await.expect(200);
    assert_eq!((&paid["state"], &paid["method"]), (&json!("done"), &json!("card")));
    story.shop.run_tasks().await;
    story.expect("done", "paid", "used", 0, 0, 9).await;
    assert_eq!(story.pay_again().await.expect(200)["state"], "done");
    story.shop.close().await;
}

impl Story {
    /// The browser reloads the page the window came back to.
    async fn pay_again(&self) -> Answer {
        let key: String =
            self.shop.value("select payment_key from payments where pg_order_id = $1", &[&self.pg_order_id()]).await;
        let body = json!({ "payment_key": key, "order_id": self.pg_order_id(), "amount": 30_000 });
        self.minji.post("/v1/payments/confirm", body).await
    }
}

#[tokio::test]
async fn another_amount_never_reaches_the_gateway() {
    let story = Story::begin().await;
    let redirect = story.shop.toss().window(story.card());
    let body =
        json!({ "payment_key": redirect.payment_key().unwrap(), "order_id": story.pg_order_id(), "amount": 100 });
    story.minji.post("/v1/payments/confirm", body.clone()).await.expect_code(409, "amount_mismatch");
    let stranger = story.shop.customer().await;
    stranger.post("/v1/payments/confirm", body).await.expect_code(404, "payment_not_found");
    assert!(!story.shop.toss().requests().iter().any(|seen| seen.operation == "confirm"));
    story.expect("ready", "payment_waiting", "reserved", 0, 1, 10).await;
    story.shop.close().await;
}

#[tokio::test]
async fn a_refused_card_may_try_again_three_times_in_all() {
    let mut story = Story::begin().await;
    story.pay(story.card().refused_at_confirm("REJECT_CARD_COMPANY")).await.expect_code(402, "payment_refused");
    story.expect("aborted", "payment_waiting", "reserved", 0, 1, 10).await;
    story.start().await;
    story.pay(story.card().refused_at_confirm("REJECT_CARD_PAYMENT")).await.expect_code(402, "payment_refused");
    story.start().await;
    story.pay(story.card().refused_at_confirm("REJECT_CARD_PAYMENT")).await.expect_code(402, "payment_refused");
    let path = format!("/v1/purchase-orders/{}/payments", story.order);
    story.minji.post(&path, json!({})).await.expect_code(409, "payment_attempts_exhausted");
    story.shop.clock().advance(Duration::minutes(46));
    story.shop.run_schedule("cancel_expired_payments").await;
    story.shop.run_tasks().await;
    story.expect("aborted", "canceled_by_nopayment", "issued", 2_000, 0, 10).await;
    story.shop.close().await;
}

#[tokio::test]
async fn a_lost_answer_is_unknown_until_the_gateway_is_asked_again() {
    for fault in [FaultKind::LostAnswer, FaultKind::Http500] {
        let story = Story::begin().await;
        story.shop.toss().fail_next("confirm", fault);
        assert_eq!(story.pay(story.card()).await.expect(202)["state"], "unknown");
        story.expect("unknown", "payment_waiting", "reserved", 0, 1, 10).await;
        story.shop.clock().advance(Duration::seconds(10));
        let polled = story.minji.get(&format!("/v1/payments/{}", story.payment())).await.expect(200);
        assert_eq!(polled["state"], "done");
        story.shop.run_tasks().await;
        story.expect("done", "paid", "used", 0, 0, 9).await;
        let asked = story.shop.toss().requests().iter().filter(|seen| seen.operation == "confirm").count();
        assert_eq!(asked, 1);
        story.shop.close().await;
    }
}

#[tokio::test]
async fn a_call_that_never_arrived_ends_when_the_gateway_knows_nothing_of_it() {
    let story = Story::begin().await;
    story.shop.toss().fail_next("confirm", FaultKind::ErrorBefore);
    assert_eq!(story.pay(story.card()).await.expect(202)["state"], "unknown");
    story.shop.clock().advance(Duration::minutes(46));
    story.shop.run_schedule("cancel_expired_payments").await;
    story.shop.run_tasks().await;
    story.expect("expired", "canceled_by_nopayment", "issued", 2_000, 0, 10).await;
    story.shop.close().await;
}

#[tokio::test]
async fn a_lost_confirm_counts_as_never_arrived_only_once_the_gateway_would_not_take_it() {
    let mut story = Story::begin().await;
    // The customer takes 20 minutes in the window; the confirm gets lost on its way.
    story.shop.clock().advance(Duration::minutes(20));
    story.shop.toss().fail_next("confirm", FaultKind::ErrorBefore);
    let body = json!({ "payment_key": "never_arrived", "order_id": story.pg_order_id(), "amount": 30_000 });
    assert_eq!(story.minji.post("/v1/payments/confirm", body).await.expect(202)["state"], "unknown");
    let poll = async |story: &Story| story.minji.get(&format!("/v1/payments/{}", story.payment())).await.expect(200);
    for minutes in [1, 8] {
        story.shop.clock().advance(Duration::minutes(minutes));
        assert_eq!(poll(&story).await["state"], "unknown", "it may still arrive");
        story.shop.run_schedule("cancel_expired_payments").await;
        story.expect("unknown", "payment_waiting", "reserved", 0, 1, 10).await;
    }
    story.shop.clock().advance(Duration::minutes(1));
    assert_eq!(poll(&story).await["state"], "aborted");
    // Stock and benefits are still held: another card pays the order.
    story.start().await;
    assert_eq!(story.pay(story.card()).await.expect(200)["state"], "done");
    story.shop.run_tasks().await;
    story.expect("done", "paid", "used", 0, 0, 9).await;
    story.shop.close().await;
}

#[tokio::test]
async fn an_order_of_nothing_needs_no_gateway() {
    let shop = Shop::open().await;
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    let coat = seller.product("코트").price(60_000).on_sale().await;
    minji.address().await;
    minji.points(60_000).await;
    let quoted = quote(&minji, &[piece(coat.only(), 1)]).await;
    let path = format!("/v1/checkout-quotes/{}", quoted["quote_id"].as_str().unwrap());
    let quoted = minji.patch(&path, json!({ "points": 60_000 })).await.expect(200);
    let placed = order(&minji, &quoted).await;
    assert_eq!((placed.won("total_payable"), placed["payment"].is_null()), (0, true));
    shop.run_tasks().await;
    let (state, provider): (String, String) = (
        shop.value("select state from product_orders", &[]).await,
        shop.value("select provider from payments", &[]).await,
    );
    assert_eq!((state.as_str(), provider.as_str()), ("paid", "none"));
    assert!(shop.toss().requests().is_empty());
    shop.close().await;
}

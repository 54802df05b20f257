//! A bank takes a deposit back: what falls back to waiting, and what is left to people once goods have moved.

use crate::buying::{lines, piece, quote};
use crate::order_steps::{accepted, ask_cancel, by_cj, code, dispatched};
use harness::simulators::toss::Window;
use harness::simulators::toss::outbox::Targets;
use harness::simulators::toss::payment::Status;
use harness::{Customer, Host, Seller, Shop, Value, json};
use kernel::{ClaimId, ProductOrderId, PurchaseOrderId};

/// A paid order of two lines, two T-shirts and a coat, 60,000 won into a virtual account; ten of each on the shelf before.
struct Story {
    shop: Shop,
    minji: Customer,
    seller: Seller,
    order: PurchaseOrderId,
    pg_order_id: String,
    tee: ProductOrderId,
    coat: ProductOrderId,
}

/// The gateway tells us what happens to payments.
async fn hears(shop: &Shop) {
    let url = shop.url(Host::External).await;
    let to = |path: &str| Some(format!("{url}/v1/inbound/toss/{path}"));
    shop.toss().set_targets(Targets { payment: to("payment-events"), deposit: to("deposits"), payout: None });
}

impl Story {
    async fn begin() -> Story {
        let shop = Shop::open().await;
        hears(&shop).await;
        let (minji, seller) = (shop.customer().await, shop.seller().await);
        let tee = seller.product("티셔츠").price(10_000).sku("M", 10).on_sale().await;
        let coat = seller.product("코트").price(40_000).sku("M", 10).on_sale().await;
        minji.address().await;
        let number = format!("1101{}", &minji.phone[3..]);
        shop.bank().account("088", &number, minji.name);
        let account = json!({ "bank_code": "088", "account_no": number });
        minji.elevated().put("/v1/me/refund-account", account).await.expect(200);
        let quoted = quote(&minji, &[piece(tee.only(), 2), piece(coat.only(), 1)]).await;
        let body = json!({ "quote_id": quoted["quote_id"], "version": quoted["version"], "payment_method": "virtual_account" });
        let placed = minji.post("/v1/purchase-orders", body).await.expect(201);
        assert_eq!(placed.won("total_payable"), 60_000);
        let pg_order_id = placed["payment"]["pg_order_id"].as_str().unwrap().to_owned();
        let back = shop.toss().window(Window::virtual_account(&pg_order_id, 60_000, 24));
        let body = json!({ "payment_key": back.payment_key().unwrap(), "order_id": pg_order_id, "amount": 60_000 });
        assert_eq!(minji.post("/v1/payments/confirm", body).await.expect(200)["state"], "waiting_for_deposit");
        let of_order = lines(&shop, &placed).await;
        let order = placed.read("purchase_order_id");
        let story = Story { tee: of_order[0], coat: of_order[1], shop, minji, seller, order, pg_order_id };
        story.deposit().await;
        assert_eq!(story.lines().await, ["paid", "paid"]);
        story
    }

    /// The money arrives, and everybody hears of it.
    async fn deposit(&self) {
        self.shop.toss().deposit(&self.pg_order_id).unwrap();
        self.shop.toss().flush_webhooks().await;
        self.shop.run_tasks().await;
    }

    /// The bank takes it back, and everybody hears of it.
    async fn reverse(&self) {
        self.shop.toss().reverse_deposit(&self.pg_order_id).unwrap();
        self.shop.toss().flush_webhooks().await;
        self.shop.run_tasks().await;
    }

    async fn lines(&self) -> Vec<String> {
        self.shop
            .values("select state from product_orders where purchase_order_id = $1 order by line_no", &[&self.order])
            .await
    }

    /// State of the payment and what it holds.
    async fn payment(&self) -> Value {
        let sql = "select jsonb_build_array(state, captured_amount) from payments where pg_order_id = $1";
        self.shop.value(sql, &[&self.pg_order_id]).await
    }

    /// Pieces of T-shirt and coat on the shelf and reserved.
    async fn shelf(&self) -> Vec<Value> {
        let sql = "select jsonb_build_array(s.on_hand, s.reserved) from product_orders o join sku_stocks s on s.sku_id = o.sku_id
                   where o.purchase_order_id = $1 order by o.line_no";
        self.shop.values(sql, &[&self.order]).await
    }

    async fn disputes(&self) -> i64 {
        let sql = "select count(*) from inquiries where kind = 'dispute' and purchase_order_id = $1 and state = 'open'";
        self.shop.value(sql, &[&self.order]).await
    }

    async fn claim(&self, id: ClaimId) -> String {
        self.shop.value("select state from claims where id = $1", &[&id]).await
    }

    /// What the laws say of goods that left and money that is gone: this, and nothing else.
    fn gap(&self) -> [(&'static str, String); 2] {
        [("I02", self.order.to_string()), ("I03", self.order.to_string())]
    }
}

#[tokio::test]
async fn after_dispatch_the_lines_stay_and_two_laws_name_the_order_and_nothing_else() {
    let story = Story::begin().await;
    let sent = dispatched(&story.seller, &[by_cj(story.tee, "200000000001")]).await;
    assert_eq!(code(&sent[0]), "ok");
    story.reverse().await;
    assert_eq!(story.lines().await, ["dispatched", "paid"]);
    assert_eq!(story.payment().await, json!(["waiting_for_deposit", 0]));
    assert_eq!(story.shelf().await, [json!([8, 0]), json!([9, 0])], "what was sold stays sold");
    assert_eq!(story.disputes().await, 1);
    story.shop.check_laws_but(&story.gap()).await;
    assert_eq!(story.shop.run_schedule("check_laws").await["broken"].as_array().unwrap().len(), 2);

    // The bank tells again, and the clock runs out on the account: nothing more comes of it.
    story.shop.toss().flush_webhooks().await;
    story.shop.run_tasks().await;
    story.shop.clock().advance(chrono::Duration::days(2));
    story.shop.run_schedule("cancel_expired_payments").await;
    assert_eq!(story.lines().await, ["dispatched", "paid"]);
    assert_eq!((story.payment().await, story.disputes().await), (json!(["expired", 0]), 1));
    let gap = story.gap();
    story.shop.close_but(&gap).await;
}

#[tokio::test]
async fn the_rest_is_not_cancelled_called_off_or_paid_by_other_means_and_its_account_stays_open() {
    let story = Story::begin().await;
    accepted(&story.seller, &[story.coat]).await;
    let asked = ask_cancel(&story.minji, &[(story.coat, 1)]).await;
    dispatched(&story.seller, &[by_cj(story.tee, "200000000001")]).await;
    story.reverse().await;
    let answer = story.seller.post("/v1/claims/approve-cancels", json!({ "claim_ids": [asked] })).await.expect(200);
    assert_eq!(answer["results"][0]["code"], "deposit_reversed", "{}", answer.text);
    let agent = story.shop.operator("cs_lead").await;
    let path = format!("/v1/claims/{asked}/approve");
    agent.post(&path, json!({ "reason": "판매자 무응답" })).await.expect_code(409, "deposit_reversed");
    story.minji.post(&format!("/v1/claims/{asked}/withdraw"), json!({})).await.expect(204);
    let items = json!([{ "product_order_id": story.coat, "quantity": 1 }]);
    let body = json!({ "claim_type": "cancel", "items": items, "reason_code": "INTENT_CHANGED" });
    let preview = story.minji.post("/v1/claims/preview", body).await.expect(200);
    let body = json!({ "items": items, "reason_code": "INTENT_CHANGED", "preview_token": preview["preview_token"] });
    story.minji.post("/v1/claims/cancel", body).await.expect_code(409, "order_not_paid");
    let path = format!("/v1/purchase-orders/{}/cancel", story.order);
    story.minji.post(&path, json!({})).await.expect_code(409, "already_paid");
    let path = format!("/v1/purchase-orders/{}/payments", story.order);
    story.minji.post(&path, json!({})).await.expect_code(409, "already_paid");
    story.shop.check_laws_but(&story.gap()).await;
    // The account is still open, and what comes into it is owed.
    story.deposit().await;
    assert_eq!(story.payment().await, json!(["done", 60_000]));
    story.shop.close().await;
}

#[tokio::test]
async fn a_refund_under_way_is_refused_and_its_pieces_are_not_held_a_second_time() {
    let story = Story::begin().await;
    // The cancel is instant; its refund waits in the queue when the bank acts.
    let asked = ask_cancel(&story.minji, &[(story.tee, 2), (story.coat, 1)]).await;
    story.shop.toss().reverse_deposit(&story.pg_order_id).unwrap();
    story.shop.toss().flush_webhooks().await;
    story.webhook_before_refund().await;
    story.shop.run_tasks().await;
    assert_eq!(story.lines().await, ["paid", "paid"]);
    assert_eq!(story.payment().await, json!(["waiting_for_deposit", 0]));
    assert_eq!(story.shelf().await, [json!([10, 0]), json!([10, 0])], "ten of each were there before the order");
    assert_eq!((story.claim(asked).await.as_str(), story.disputes().await), ("refunding", 1));
    let refund: String = story.shop.value("select state from payment_refunds", &[]).await;
    assert_eq!(refund, "failed");
    let theirs = story.shop.toss().payment_of_order(&story.pg_order_id).unwrap();
    assert_eq!(theirs.status, Status::WaitingForDeposit, "the account is not closed by a refund of all of it");
    let gap = story.gap();
    story.shop.close_but(&gap).await;
}

impl Story {
    /// The bank's word is worked off before the refund is.
    async fn webhook_before_refund(&self) {
        while let Some(message) = self.shop.ready().await.into_iter().find(|one| one.task == "process_payment_webhook")
        {
            self.shop.receive(&message, true).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_refund_that_comes_first_leaves_the_bank_nothing_to_take() {
    let story = Story::begin().await;
    let asked = ask_cancel(&story.minji, &[(story.coat, 1)]).await;
    story.shop.run_tasks().await;
    assert_eq!(story.claim(asked).await, "done");
    assert!(story.shop.toss().reverse_deposit(&story.pg_order_id).is_err());
    story.shop.close().await;
}

#[tokio::test]
async fn money_that_comes_after_a_whole_refund_is_shown_to_people_once() {
    let story = Story::begin().await;
    // The bank takes the deposit back and nobody tells us; the customer cancels everything.
    story.shop.toss().set_targets(Targets::default());
    story.shop.toss().reverse_deposit(&story.pg_order_id).unwrap();
    ask_cancel(&story.minji, &[(story.tee, 2), (story.coat, 1)]).await;
    story.shop.run_tasks().await;
    assert_eq!(story.lines().await, ["canceled", "canceled"]);
    assert_eq!((story.payment().await, story.disputes().await), (json!(["canceled", 60_000]), 0));
    // Nothing came out of the account, which is closed now; what somebody pays into it then is nobody's.
    hears(&story.shop).await;
    story.shop.toss().travel(|travel| travel.duplicate = 1);
    story.shop.toss().late_deposit(&story.pg_order_id).unwrap();
    story.shop.toss().flush_webhooks().await;
    story.shop.run_tasks().await;
    assert_eq!(story.shop.toss().totals().net, 60_000);
    assert_eq!(story.payment().await, json!(["canceled", 60_000]));
    assert_eq!(story.disputes().await, 1);
    story.shop.close().await;
}

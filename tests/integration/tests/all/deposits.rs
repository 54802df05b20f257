//! Deposits into virtual accounts (가상계좌): taken back, made again, into accounts nobody offered.

use crate::buying::{lines, order, piece, quote};
use crate::order_steps::{accepted, ask_cancel, by_cj, code, dispatched};
use chrono::{DateTime, Duration, Utc};
use harness::simulators::toss::Window;
use harness::simulators::toss::outbox::Targets;
use harness::simulators::toss::payment::Status;
use harness::{Answer, Customer, Host, Product, Seller, Shop, Value, json};
use kernel::ProductOrderId;

/// Two T-shirts of 30,000 won.
pub struct Deposit {
    pub shop: Shop,
    pub minji: Customer,
    pub seller: Seller,
    pub tee: Product,
    pub line: ProductOrderId,
    pub placed: Answer,
}

impl Deposit {
    pub async fn ordered() -> Deposit {
        let shop = Shop::open().await;
        let url = shop.url(Host::External).await;
        let to = |path: &str| Some(format!("{url}/v1/inbound/toss/{path}"));
        shop.toss().set_targets(Targets { payment: to("payment-events"), deposit: to("deposits"), payout: None });
        let (minji, seller) = (shop.customer().await, shop.seller().await);
        let tee = seller.product("티셔츠").price(30_000).sku("M", 5).on_sale().await;
        minji.address().await;
        let placed = order(&minji, &quote(&minji, &[piece(tee.only(), 2)]).await).await;
        let line = lines(&shop, &placed).await[0];
        Deposit { shop, minji, seller, tee, line, placed }
    }

    pub async fn paid() -> Deposit {
        let story = Deposit::ordered().await;
        let opened = story.account(&story.placed, 24).await.expect(200);
        assert_eq!(opened["state"], "waiting_for_deposit");
        story.deposit().await;
        story.stands("done", "paid", 0, 3).await;
        story
    }

    fn number(placed: &Answer) -> &str {
        placed["payment"]["pg_order_id"].as_str().unwrap()
    }

    /// The customer has an account opened for so many hours; answers the confirm.
    async fn account(&self, placed: &Answer, hours: i64) -> Answer {
        let (number, amount) = (Deposit::number(placed), placed.won("total_payable"));
        let redirect = self.shop.toss().window(Window::virtual_account(number, amount, hours));
        let body = json!({ "payment_key": redirect.payment_key().unwrap(), "order_id": number, "amount": amount });
        self.minji.post("/v1/payments/confirm", body).await
    }

    pub async fn deposit(&self) {
        self.shop.toss().deposit(Deposit::number(&self.placed)).unwrap();
        self.told().await;
    }

    pub async fn taken_back(&self) {
        self.shop.toss().reverse_deposit(Deposit::number(&self.placed)).unwrap();
        self.told().await;
    }

    /// What the gateway has to say arrives and is followed up.
    async fn told(&self) {
        self.shop.toss().flush_webhooks().await;
        self.shop.run_tasks().await;
    }

    /// States of payment and line, pieces reserved and on hand.
    pub async fn stands(&self, payment: &str, line: &str, reserved: i32, on_hand: i32) {
        let (shop, sku) = (&self.shop, self.tee.only());
        let stands: (String, String, i32, i32) = (
            shop.value("select state from payments", &[]).await,
            shop.value("select state from product_orders", &[]).await,
            shop.value("select reserved from sku_stocks where sku_id = $1", &[&sku]).await,
            shop.value("select on_hand from sku_stocks where sku_id = $1", &[&sku]).await,
        );
        assert_eq!((stands.0.as_str(), stands.1.as_str(), stands.2, stands.3), (payment, line, reserved, on_hand));
    }

    /// How the order's dispute stands; `none` without one.
    async fn dispute(&self) -> String {
        let sql = "select coalesce((select state from inquiries where kind = 'dispute'), 'none')";
        self.shop.value(sql, &[]).await
    }

    /// An account in the customer's name, checked with the bank; it replaces the one before.
    pub async fn refund_account(&self, number: &str) {
        let (shop, vault) = (&self.shop, &self.shop.boot().vault);
        let now = shop.now();
        shop.sql("update refund_accounts set replaced_at = $1 where replaced_at is null", &[&now]).await;
        shop.sql(
            "insert into refund_accounts (id, user_id, bank_code, account_no_enc, holder_enc, verified_at, created_at)
             values (gen_random_uuid(), $1, '088', $2, $3, $4, $4)",
            &[&self.minji.user_id, &vault.seal(number).unwrap(), &vault.seal(self.minji.name).unwrap(), &now],
        )
        .await;
    }
}

#[tokio::test]
async fn goods_that_left_stay_sold_and_a_second_deposit_ends_the_dispute() {
    let story = Deposit::paid().await;
    assert_eq!(code(&accepted(&story.seller, &[story.line]).await[0]), "ok");
    assert_eq!(code(&dispatched(&story.seller, &[by_cj(story.line, "100000000001")]).await[0]), "ok");
    story.taken_back().await;
    story.stands("waiting_for_deposit", "dispatched", 0, 3).await;
    assert_eq!(story.dispute().await, "open");
    story.deposit().await;
    story.stands("done", "dispatched", 0, 3).await;
    let surplus: bool = story.shop.value("select is_surplus from payments", &[]).await;
    let refunds: i64 = story.shop.value("select count(*) from payment_refunds", &[]).await;
    assert_eq!((story.dispute().await.as_str(), surplus, refunds), ("closed", false, 0), "it is owed for what left");
    story.shop.close().await;
}

#[tokio::test]
async fn money_owed_for_goods_that_left_is_kept_however_late_it_comes() {
    let story = Deposit::paid().await;
    accepted(&story.seller, &[story.line]).await;
    dispatched(&story.seller, &[by_cj(story.line, "100000000002")]).await;
    story.taken_back().await;
    story.shop.clock().advance(Duration::hours(25));
    story.shop.run_schedule("cancel_expired_payments").await;
    story.stands("expired", "dispatched", 0, 3).await;
    story.shop.toss().late_deposit(Deposit::number(&story.placed)).unwrap();
    story.told().await;
    story.stands("done", "dispatched", 0, 3).await;
    assert_eq!(story.dispute().await, "closed");
    story.shop.close().await;
}

#[tokio::test]
async fn a_late_deposit_that_the_bank_takes_back_leaves_the_books_and_the_order_as_they_were() {
    let story = Deposit::ordered().await;
    story.account(&story.placed, 24).await.expect(200);
    story.shop.clock().advance(Duration::hours(25));
    story.shop.run_schedule("cancel_expired_payments").await;
    story.shop.run_tasks().await;
    story.stands("expired", "canceled_by_nopayment", 0, 5).await;
    let held = "select coalesce(-sum(amount), 0)::bigint from ledger_entries where account = 'customer_deposits'";
    for _ in 0..2 {
        story.shop.toss().late_deposit(Deposit::number(&story.placed)).unwrap();
        story.told().await;
        // Nobody knows yet where to send it.
        story.stands("done", "canceled_by_nopayment", 0, 5).await;
        assert_eq!(story.shop.value::<i64>(held, &[]).await, story.placed.won("total_payable"));
        story.taken_back().await;
        story.shop.run_schedule("cancel_expired_payments").await;
        story.stands("expired", "canceled_by_nopayment", 0, 5).await;
        assert_eq!(story.shop.value::<i64>(held, &[]).await, 0);
    }
    assert_eq!(story.dispute().await, "none");
    story.shop.close().await;
}

#[tokio::test]
async fn a_cancel_nobody_answered_is_taken_back_with_the_deposit_and_the_days_begin_anew() {
    let story = Deposit::paid().await;
    story.refund_account("110123456789").await;
    accepted(&story.seller, &[story.line]).await;
    let claim = ask_cancel(&story.minji, &[(story.line, 1)]).await;
    let due = async || -> DateTime<Utc> {
        let days = "select dispatch_due_at from product_orders where dispatch_due_at = original_due_at";
        story.shop.value(days, &[]).await
    };
    let first = due().await;
    // The next Korean day, within the day the account is open.
    story.shop.clock().advance(Duration::hours(20));
    story.taken_back().await;
    story.stands("waiting_for_deposit", "payment_waiting", 2, 5).await;
    let state: String = story.shop.value("select state from claims where id = $1", &[&claim]).await;
    assert_eq!((state.as_str(), story.dispute().await.as_str()), ("withdrawn", "none"));
    let answer = story.seller.post("/v1/claims/approve-cancels", json!({ "claim_ids": [claim] })).await.expect(200);
    assert_eq!(answer["results"][0]["code"], "invalid_state");
    story.shop.check_laws().await;
    story.deposit().await;
    story.stands("done", "paid", 0, 3).await;
    assert!(due().await > first, "three business days from the second payment");
    ask_cancel(&story.minji, &[(story.line, 1)]).await;
    story.shop.run_tasks().await;
    story.shop.close().await;
}

#[tokio::test]
async fn a_granted_cancel_waits_for_the_deposit_to_come_again() {
    let story = Deposit::paid().await;
    story.refund_account("110123456789").await;
    ask_cancel(&story.minji, &[(story.line, 1)]).await;
    // The bank is faster than the refund.
    story.taken_back().await;
    story.stands("waiting_for_deposit", "paid", 0, 4).await;
    let refund: String = story.shop.value("select state from payment_refunds", &[]).await;
    assert_eq!((refund.as_str(), story.dispute().await.as_str()), ("failed", "open"));
    // Meanwhile nothing more can be granted: there is no money to give back.
    let body = json!({ "claim_type": "cancel", "reason_code": "INTENT_CHANGED",
                       "items": [{ "product_order_id": story.line, "quantity": 1 }] });
    let preview = story.minji.post("/v1/claims/preview", body).await.expect(200);
    let body = json!({ "items": [{ "product_order_id": story.line, "quantity": 1 }], "reason_code": "INTENT_CHANGED",
                       "preview_token": preview["preview_token"] });
    story.minji.post("/v1/claims/cancel", body).await.expect_code(409, "order_not_paid");
    let refused: uuid::Uuid = story.shop.value("select id from payment_refunds", &[]).await;
    let lead = story.shop.operator("cs_lead").await;
    let again = || lead.post(&format!("/v1/refunds/{refused}/retry"), json!({ "reason": "입금 재확인" }));
    again().await.expect_code(409, "exceeds_refundable");
    story.deposit().await;
    again().await.expect(201);
    story.shop.run_tasks().await;
    let claim: String = story.shop.value("select state from claims", &[]).await;
    assert_eq!((claim.as_str(), story.dispute().await.as_str()), ("done", "closed"));
    story.stands("partial_canceled", "paid", 0, 4).await;
    story.shop.close().await;
}

#[tokio::test]
async fn stock_follows_the_last_word_when_two_come_the_wrong_way_round() {
    let story = Deposit::ordered().await;
    story.account(&story.placed, 24).await.expect(200);
    let heard = async || {
        story.shop.toss().flush_webhooks().await;
        for hint in story.shop.events("payment_webhook.received").await {
            story.shop.deliver_to("process_payment_webhook", &hint).await.unwrap();
        }
    };
    story.shop.toss().deposit(Deposit::number(&story.placed)).unwrap();
    heard().await;
    story.shop.toss().reverse_deposit(Deposit::number(&story.placed)).unwrap();
    heard().await;
    let (paid, back) = (story.shop.events("order.paid").await, story.shop.events("payment.deposit_reversed").await);
    story.shop.deliver_to("finalize_stock", &back[0]).await.unwrap();
    story.shop.deliver_to("finalize_stock", &paid[0]).await.unwrap();
    story.stands("waiting_for_deposit", "payment_waiting", 2, 5).await;
    story.deposit().await;
    story.stands("done", "paid", 0, 3).await;
    story.shop.close().await;
}

#[tokio::test]
async fn an_account_nobody_offered_is_closed_again() {
    let story = Deposit::ordered().await;
    let Deposit { shop, minji, tee, .. } = &story;
    assert_eq!(story.placed["payment"]["virtual_account_hours"], 24);
    let closed = async |placed: &Answer, hours: i64| {
        let refused = story.account(placed, hours).await.expect_code(422, "payment_method_not_offered");
        assert_eq!(refused["errors"][0]["field"], "/payment_key");
        let number = Deposit::number(placed);
        let ours: String = shop.value("select state from payments where pg_order_id = $1", &[&number]).await;
        let theirs = shop.toss().payment_of_order(number).unwrap();
        assert_eq!((ours.as_str(), theirs.status), ("aborted", Status::Canceled));
    };
    // For longer than goods are held for a deposit.
    closed(&story.placed, 720).await;
    // For what cannot wait for one at all.
    shop.time_sale(tee, 20_000, "0").await;
    let placed = order(minji, &quote(minji, &[piece(tee.only(), 1)]).await).await;
    assert_eq!(placed["payment"].get("virtual_account_hours"), None);
    closed(&placed, 24).await;
    let payments = format!("/v1/purchase-orders/{}/payments", placed["purchase_order_id"].as_str().unwrap());
    let body = json!({ "payment_method": "virtual_account" });
    let refused = minji.post(&payments, body).await.expect_code(422, "payment_method_not_offered");
    assert_eq!(refused["errors"][0]["field"], "/payment_method");
    // The order is as payable as before.
    let window = minji.post(&payments, json!({ "payment_method": "card" })).await.expect(201);
    let retried: Value = json!({ "payment": window.json(), "total_payable": placed.won("total_payable") });
    let number = retried["payment"]["pg_order_id"].as_str().unwrap();
    let redirect = shop.toss().window(Window::card(number, placed.won("total_payable")));
    let body = json!({ "payment_key": redirect.payment_key(), "order_id": number, "amount": retried["total_payable"] });
    minji.post("/v1/payments/confirm", body).await.expect(200);
    shop.run_tasks().await;
    story.shop.close().await;
}

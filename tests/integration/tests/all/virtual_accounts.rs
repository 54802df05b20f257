//! Paying into an account: the deposit, taken back, late, or never made.

use crate::payments::Story;
use chrono::Duration;
use harness::json;
use harness::simulators::FaultKind;
use harness::simulators::toss::outbox::Delivery;

impl Story {
    /// Everything the gateway has to say arrives, by both kinds of webhooks, and is followed up.
    async fn webhooks(&self) {
        let sent = self.shop.toss().flush_webhooks().await;
        let answered = |delivery: &Delivery| delivery.attempts.last().and_then(|attempt| attempt.status) == Some(200);
        assert!(!sent.is_empty() && sent.iter().all(answered), "{sent:#?}");
        self.shop.run_tasks().await;
    }
}

#[tokio::test]
async fn a_virtual_account_is_paid_taken_back_and_paid_again() {
    let story = Story::begin().await;
    let waiting = story.pay(story.account()).await.expect(200);
    assert_eq!(waiting["state"], "waiting_for_deposit");
    story.expect("waiting_for_deposit", "payment_waiting", "reserved", 0, 1, 10).await;
    let order = story.pg_order_id();
    story.shop.toss().deposit(&order).unwrap();
    story.webhooks().await;
    story.expect("done", "paid", "used", 0, 0, 9).await;
    story.shop.toss().reverse_deposit(&order).unwrap();
    story.webhooks().await;
    story.expect("waiting_for_deposit", "payment_waiting", "reserved", 0, 1, 10).await;
    story.shop.toss().deposit(&order).unwrap();
    story.webhooks().await;
    story.expect("done", "paid", "used", 0, 0, 9).await;
    let kinds = "select kind from payment_transactions t join payments p on p.id = t.payment_id where p.pg_order_id = $1 order by t.id";
    let evidence: Vec<String> = story.shop.values(kinds, &[&order]).await;
    assert_eq!(evidence, ["confirm", "deposit", "deposit_reversal", "deposit"]);
    story.shop.close().await;
}

#[tokio::test]
async fn a_deposit_may_be_the_first_we_hear_of_its_account() {
    let story = Story::begin().await;
    story.shop.toss().fail_next("confirm", FaultKind::LostAnswer);
    assert_eq!(story.pay(story.account()).await.expect(202)["state"], "unknown");
    let order = story.pg_order_id();
    story.shop.toss().deposit(&order).unwrap();
    // What proves a deposit came with the lost answer: its callbacks wait, the other event makes us ask.
    story.shop.toss().flush_webhooks().await;
    story.shop.run_tasks().await;
    story.expect("done", "paid", "used", 0, 0, 9).await;
    story.shop.clock().advance(Duration::minutes(2));
    story.webhooks().await;
    // Taken back, it waits for its day like any other account, and is paid again.
    story.shop.clock().advance(Duration::minutes(20));
    story.shop.toss().reverse_deposit(&order).unwrap();
    story.webhooks().await;
    story.shop.run_schedule("cancel_expired_payments").await;
    story.shop.run_tasks().await;
    story.expect("waiting_for_deposit", "payment_waiting", "reserved", 0, 1, 10).await;
    story.shop.toss().deposit(&order).unwrap();
    story.webhooks().await;
    story.expect("done", "paid", "used", 0, 0, 9).await;
    story.shop.close().await;
}

#[tokio::test]
async fn an_account_nobody_pays_into_ends_without_a_webhook_and_late_money_goes_back() {
    let story = Story::begin().await;
    story.pay(story.account()).await.expect(200);
    story.shop.clock().advance(Duration::hours(25));
    story.shop.run_schedule("cancel_expired_payments").await;
    story.shop.run_tasks().await;
    story.expect("expired", "canceled_by_nopayment", "issued", 2_000, 0, 10).await;
    story.save_refund_account().await;
    story.shop.toss().late_deposit(&story.pg_order_id()).unwrap();
    story.webhooks().await;
    let kind: String = story.shop.value("select kind from payment_refunds where state = 'done'", &[]).await;
    let surplus: bool =
        story.shop.value("select is_surplus from payments where pg_order_id = $1", &[&story.pg_order_id()]).await;
    assert_eq!((surplus, kind.as_str()), (true, "late_deposit"));
    // The order stays ended, whoever paid for it late.
    story.expect("canceled", "canceled_by_nopayment", "issued", 2_000, 0, 10).await;
    assert_eq!(story.shop.toss().payment_of_order(&story.pg_order_id()).unwrap().balance_amount, 0);
    story.shop.close().await;
}

impl Story {
    /// An account in the customer's name, checked with the bank.
    async fn save_refund_account(&self) {
        let (shop, vault) = (&self.shop, &self.shop.boot().vault);
        shop.sql(
            "insert into refund_accounts (id, user_id, bank_code, account_no_enc, holder_enc, verified_at, created_at)
             values (gen_random_uuid(), $1, '088', $2, $3, $4, $4)",
            &[
                &self.minji.user_id,
                &vault.seal("110123456789").unwrap(),
                &vault.seal(self.minji.name).unwrap(),
                &shop.now(),
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn an_unpaid_order_is_called_off_and_its_account_closed() {
    let story = Story::begin().await;
    story.pay(story.account()).await.expect(200);
    let path = format!("/v1/purchase-orders/{}/cancel", story.order);
    let stranger = story.shop.customer().await;
    stranger.post(&path, json!({})).await.expect_code(404, "purchase_order_not_found");
    story.minji.post(&path, json!({})).await.expect(204);
    story.minji.post(&path, json!({})).await.expect(204);
    story.shop.run_tasks().await;
    story.expect("canceled", "canceled_by_nopayment", "issued", 2_000, 0, 10).await;
    assert!(story.shop.toss().deposit(&story.pg_order_id()).is_err());
    story.shop.close().await;
}

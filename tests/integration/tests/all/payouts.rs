//! Payouts under everything that may go wrong: holds, recalls, lost answers, failures, an empty balance.

use crate::settlement_steps::*;
use harness::simulators::FaultKind;
use harness::simulators::toss::{Settle, payouts::PayoutStatus, sellers::SellerStatus};
use harness::{Seller, Shop, Value, json};

/// A seller with a confirmed statement of 52,080 won whom the provider pays.
async fn owed() -> (Shop, Seller) {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    sold(&shop, &seller, 60_000, "100000000013").await;
    payable(&shop, &seller).await;
    mornings_until(&shop, &seller, "confirmed").await;
    (shop, seller)
}

#[tokio::test]
async fn a_hold_stops_payment_until_somebody_else_releases_it() {
    let (shop, seller) = owed().await;
    let (clerk, lead) = (shop.operator("settlement_clerk").await, shop.operator("settlement_lead").await);
    let batch = mornings_until_batch(&shop, &lead).await;
    assert_eq!(payouts(&shop, &seller).await, ["prepared"]);
    let hold = json!({ "seller_id": seller.seller_id, "reason": "seizure" });
    clerk.post("/v1/payout-holds", hold).await.expect_code(422, "detail_required");
    let hold = json!({ "seller_id": seller.seller_id, "reason": "seizure", "detail": "2026타채1234" });
    let placed = clerk.post("/v1/payout-holds", hold.clone()).key("hold-seizure-1").await.expect(201);
    let again = clerk.post("/v1/payout-holds", hold.clone()).key("hold-seizure-1").await.expect(201);
    assert_eq!((&placed["hold_id"], placed.won("held_amount")), (&again["hold_id"], 52_080));
    clerk.post("/v1/payout-holds", hold).await.expect_code(409, "payout_hold_exists");
    assert_eq!(payouts(&shop, &seller).await, ["canceled"]);
    assert_eq!(statements(&shop, &seller).await, ["held"]);
    let gone = lead.get(&format!("/v1/payout-batches/{}", batch["batch_id"].as_str().unwrap())).await.expect(200);
    assert_eq!(gone["state"], "canceled", "nothing is left of the batch");

    // The seller is told that, not why.
    let account = seller.get("/v1/settlement-account").await.expect(200);
    assert_eq!(account["holds"][0]["reason"], "seizure");
    assert!(!account.text.contains("타채"));
    let page = seller.get("/v1/settlements").await.expect(200);
    let path = format!("/v1/settlements/{}/confirm", page.items()[0]["settlement_id"].as_str().unwrap());
    seller.post(&path, json!({})).await.expect_code(409, "settlement_held");
    shop.check_laws().await;

    let release = format!("/v1/payout-holds/{}/release", placed["hold_id"].as_str().unwrap());
    clerk.post(&release, json!({})).await.expect_code(403, "second_person_required");
    lead.post(&release, json!({})).await.expect(200);
    lead.post(&release, json!({})).await.expect(200);
    assert_eq!(statements(&shop, &seller).await, ["confirmed"]);
    let batch = mornings_until_batch(&shop, &lead).await;
    pay_out(&shop, &batch).await;
    shop.run_tasks().await;
    shop.toss().complete_payouts();
    told(&shop).await;
    assert_eq!(payouts(&shop, &seller).await, ["canceled", "completed"]);
    shop.close().await;
}

#[tokio::test]
async fn a_scheduled_payout_is_taken_back_at_the_provider() {
    let (shop, seller) = owed().await;
    let clerk = shop.operator("settlement_clerk").await;
    // The day before it is due, the batch is built by hand for the day itself.
    let due: chrono::NaiveDate = shop.value("select expected_pay_date from settlements", &[]).await;
    clerk.post("/v1/payout-batches", json!({ "pay_date": shop.now().date() })).await.expect_code(409, "nothing_to_pay");
    clerk.post("/v1/payout-batches", json!({ "pay_date": "2020-01-02" })).await.expect_code(422, "pay_date_past");
    let batch = clerk.post("/v1/payout-batches", json!({ "pay_date": due })).key("batch-of-the-day").await.expect(201);
    let id = batch["batch_id"].as_str().unwrap().to_owned();
    let again = clerk.post("/v1/payout-batches", json!({ "pay_date": due })).key("batch-of-the-day").await.expect(201);
    assert_eq!(again["batch_id"], batch["batch_id"]);
    clerk.post(&format!("/v1/payout-batches/{id}/submit"), json!({})).await.expect_code(409, "invalid_state");
    let builder_approves = shop.operator("settlement_lead").await.elevated();
    let own = builder_approves.post("/v1/payout-batches", json!({ "pay_date": due })).await;
    own.expect_code(409, "nothing_to_pay");
    pay_out(&shop, &batch).await;
    shop.run_tasks().await;
    assert_eq!(payouts(&shop, &seller).await, ["requested"], "it waits at the provider for its day");
    let hold = json!({ "seller_id": seller.seller_id, "reason": "fraud" });
    clerk.post("/v1/payout-holds", hold).await.expect(201);
    assert_eq!(payouts(&shop, &seller).await, ["canceled"]);
    assert_eq!(shop.toss().payouts()[0].status, PayoutStatus::Canceled);
    assert_eq!(statements(&shop, &seller).await, ["held"]);
    let state: String = shop.value("select state from payout_batches", &[]).await;
    assert_eq!(state, "completed", "what was sent has ended");
    shop.close().await;
}

#[tokio::test]
async fn whoever_built_a_batch_does_not_approve_it_and_may_call_it_off() {
    let (shop, seller) = owed().await;
    let lead = shop.operator("settlement_lead").await.elevated();
    let due: chrono::NaiveDate = shop.value("select expected_pay_date from settlements", &[]).await;
    let batch = lead.post("/v1/payout-batches", json!({ "pay_date": due })).await.expect(201);
    let path = format!("/v1/payout-batches/{}", batch["batch_id"].as_str().unwrap());
    let body = json!({ "count": 1, "sum": 52_080 });
    lead.post(&format!("{path}/approve"), body).await.expect_code(403, "second_person_required");
    for _ in 0..2 {
        assert_eq!(lead.post(&format!("{path}/cancel"), json!({})).await.expect(200)["state"], "canceled");
    }
    assert_eq!(statements(&shop, &seller).await, ["confirmed"], "the statement is payable again");
    lead.post("/v1/payout-batches", json!({ "pay_date": due })).await.expect(201);
    shop.close().await;
}

#[tokio::test]
async fn an_answer_that_got_lost_is_asked_for_and_nobody_is_paid_twice() {
    let (shop, seller) = owed().await;
    let lead = shop.operator("settlement_lead").await;
    let batch = mornings_until_batch(&shop, &lead).await;
    shop.toss().fail_next("payout", FaultKind::Http500);
    pay_out(&shop, &batch).await;
    assert_eq!(shop.try_tasks().await.failed.len(), 1, "nobody knows: the message stays");
    assert_eq!(payouts(&shop, &seller).await, ["requested"]);
    shop.run_tasks().await;
    assert_eq!(payouts(&shop, &seller).await, ["in_progress"]);
    assert_eq!(shop.toss().payouts().len(), 1);
    // The webhook that tells how it ended is lost; the morning asks.
    shop.toss().complete_payouts();
    morning(&shop).await;
    assert_eq!(payouts(&shop, &seller).await, ["completed"]);
    assert_eq!(statements(&shop, &seller).await, ["paid"]);
    told(&shop).await;
    shop.close().await;
}

#[tokio::test]
async fn a_failed_payout_is_made_again_once_the_account_was_checked() {
    let (shop, seller) = owed().await;
    let lead = shop.operator("settlement_lead").await;
    let batch = mornings_until_batch(&shop, &lead).await;
    pay_out(&shop, &batch).await;
    shop.run_tasks().await;
    let failing = Settle { result: PayoutStatus::Failed, ref_payout_id: None, code: Some("BANK_CLOSED".to_owned()) };
    shop.toss().settle_payouts(&failing).unwrap();
    told(&shop).await;
    assert_eq!(payouts(&shop, &seller).await, ["failed"]);
    assert_eq!(statements(&shop, &seller).await, ["confirmed"]);
    assert_eq!(seller.get("/v1/payouts").await.expect(200).items()[0]["failure_code"], "BANK_CLOSED");
    let failed: i64 =
        shop.value("select count(*) from notifications where template_code = 'seller_payout_failed'", &[]).await;
    assert_eq!(failed, 1);
    assert_eq!(morning(&shop).await["batch"], Value::Null, "not before the account was looked at");
    payable(&shop, &seller).await;
    let batch = mornings_until_batch(&shop, &lead).await;
    pay_out(&shop, &batch).await;
    shop.run_tasks().await;
    shop.toss().complete_payouts();
    told(&shop).await;
    assert_eq!(payouts(&shop, &seller).await, ["failed", "completed"]);
    shop.close().await;
}

#[tokio::test]
async fn a_batch_is_not_sent_without_the_money_and_not_to_strangers() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    sold(&shop, &seller, 60_000, "100000000014").await;
    mornings_until(&shop, &seller, "confirmed").await;
    let (clerk, lead) = (shop.operator("settlement_clerk").await, shop.operator("settlement_lead").await);
    let due: chrono::NaiveDate = shop.value("select expected_pay_date from settlements", &[]).await;
    let body = json!({ "pay_date": due });
    clerk.post("/v1/payout-batches", body.clone()).await.expect_code(409, "nothing_to_pay");
    payable(&shop, &seller).await;
    // The provider asks for papers: its word is asked for, and counts.
    let pg: String = shop.value("select pg_seller_id from sellers", &[]).await;
    shop.toss().set_seller_status(&pg, SellerStatus::KycRequired).unwrap();
    told(&shop).await;
    assert_eq!(seller.get("/v1/settlement-account").await.expect(200)["provider_state"], "kyc_required");
    clerk.post("/v1/payout-batches", body.clone()).await.expect_code(409, "nothing_to_pay");
    shop.toss().set_seller_status(&pg, SellerStatus::Approved).unwrap();
    told(&shop).await;
    let accounts = clerk.get("/v1/payout-accounts?provider_state=approved").await.expect(200);
    assert_eq!(accounts.items().len(), 1);
    let batch = clerk.post("/v1/payout-batches", body).await.expect(201);
    let path = format!("/v1/payout-batches/{}", batch["batch_id"].as_str().unwrap());
    lead.elevated().post(&format!("{path}/approve"), json!({ "count": 1, "sum": 52_080 })).await.expect(200);
    shop.toss().top_up(52_079 - shop.toss().balance().available);
    let short = clerk.post(&format!("{path}/submit"), json!({})).await.expect_code(409, "payout_balance_too_low");
    assert_eq!(short["details"], json!({ "available": 52_079, "needed": 52_080 }));
    shop.toss().top_up(1);
    clerk.post(&format!("{path}/submit"), json!({})).await.expect(200);
    shop.close().await;
}

#[tokio::test]
async fn the_first_payout_to_another_account_waits_a_business_day() {
    let (shop, seller) = owed().await;
    let (clerk, lead) = (shop.operator("settlement_clerk").await, shop.operator("settlement_lead").await);
    let before = mornings_until_batch(&shop, &lead).await;
    let company: String = shop.value("select company_name from sellers where id = $1", &[&seller.seller_id]).await;
    shop.bank().account("088", "99990001", &company);
    let body = json!({ "bank_code": "088", "account_no": "99990001" });
    let asked = seller.elevated().post("/v1/settlement-account/change-requests", body).await.expect(201);
    assert_eq!(payouts(&shop, &seller).await, ["prepared"], "until it is let in, the old one is paid");

    let verify = format!("/v1/payout-accounts/{}/verify", asked["payout_account_id"].as_str().unwrap());
    let today = shop.now().date();
    clerk.post(&verify, json!({})).await.expect(200);
    assert_eq!(payouts(&shop, &seller).await, ["canceled"], "what was prepared was for the other account");
    assert_eq!(statements(&shop, &seller).await, ["confirmed"]);
    let gone = lead.get(&format!("/v1/payout-batches/{}", before["batch_id"].as_str().unwrap())).await.expect(200);
    assert_eq!(gone["state"], "canceled");
    clerk.post("/v1/payout-batches", json!({ "pay_date": today })).await.expect_code(409, "nothing_to_pay");

    let holidays = shop.values("select holiday_date from business_holidays", &[]).await;
    let next = kernel::clock::business_day_after(today, 1, &holidays);
    let account = seller.get("/v1/settlement-account").await.expect(200);
    assert_eq!(account["active"]["payable_from"], json!(next));
    let batch = mornings_until_batch(&shop, &lead).await;
    assert_eq!((batch.read::<chrono::NaiveDate>("pay_date"), shop.now().date()), (next, next));
    pay_out(&shop, &batch).await;
    shop.run_tasks().await;
    // Checking the account in force again calls nothing off.
    clerk.post(&verify, json!({})).await.expect(200);
    assert_eq!(payouts(&shop, &seller).await, ["canceled", "in_progress"]);
    shop.toss().complete_payouts();
    told(&shop).await;
    assert_eq!(payouts(&shop, &seller).await, ["canceled", "completed"]);
    assert_eq!(shop.toss().payouts().len(), 1);
    shop.close().await;
}

#[tokio::test]
async fn two_hands_at_once_pay_a_statement_once() {
    let (shop, seller) = owed().await;
    let (clerk, lead) = (shop.operator("settlement_clerk").await, shop.operator("settlement_lead").await);
    let due: chrono::NaiveDate = shop.value("select expected_pay_date from settlements", &[]).await;
    let build = |by: &harness::Actor| by.post("/v1/payout-batches", json!({ "pay_date": due }));
    let (one, other) = futures::join!(build(&clerk).into_future(), build(&lead).into_future());
    let (made, refused) = if one.status == 201 { (one, other) } else { (other, one) };
    let made = made.expect(201);
    refused.expect_code(409, "nothing_to_pay");
    let path = format!("/v1/payout-batches/{}", made["batch_id"].as_str().unwrap());
    let approver = shop.operator("settlement_lead").await.elevated();
    approver.post(&format!("{path}/approve"), json!({ "count": 1, "sum": 52_080 })).await.expect(200);
    let submit = || clerk.post(&format!("{path}/submit"), json!({}));
    let (one, other) = futures::join!(submit().into_future(), submit().into_future());
    assert_eq!((one.status, other.status), (200.try_into().unwrap(), 200.try_into().unwrap()));
    shop.run_tasks().await;
    assert_eq!(shop.toss().payouts().len(), 1);
    shop.toss().complete_payouts();
    told(&shop).await;
    assert_eq!(payouts(&shop, &seller).await, ["completed"]);
    let paid: i64 = shop.value("select count(*) from ledger_transactions where kind = 'payout'", &[]).await;
    assert_eq!(paid, 1);
    shop.close().await;
}

#[tokio::test]
async fn ten_million_won_go_out_once_the_provider_knows_the_seller_wholly() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    sold(&shop, &seller, 12_000_000, "100000000019").await;
    payable(&shop, &seller).await;
    mornings_until(&shop, &seller, "confirmed").await;
    let clerk = shop.operator("settlement_clerk").await;
    let due: chrono::NaiveDate = shop.value("select expected_pay_date from settlements", &[]).await;
    let body = json!({ "pay_date": due });
    clerk.post("/v1/payout-batches", body.clone()).await.expect_code(409, "nothing_to_pay");
    let pg: String = shop.value("select pg_seller_id from sellers", &[]).await;
    shop.toss().set_seller_status(&pg, SellerStatus::Approved).unwrap();
    told(&shop).await;
    let batch = clerk.post("/v1/payout-batches", body).await.expect(201);
    assert_eq!([&batch["count"], &batch["sum"]], [1, 10_416_000]);
    shop.close().await;
}

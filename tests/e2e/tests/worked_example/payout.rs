//! Statements and transfers: night after night until both sellers have their money.
//!
//! Seller 1: A 25,515 + B (two pieces) 30,490 + shipping 3,000 = 59,005. Seller 2: C 20,778 + shipping 6,000 = 26,778 (the
//! coupon on its shipping is the platform's).

use crate::order::won;
use crate::planted::Cast;
use chrono::NaiveDate;
use e2e::simulated::Simulated;
use e2e::{Caller, Stack, until};
use kernel::SellerId;
use serde_json::{Value, json};

const OWED: [i64; 2] = [59_005, 26_778];
/// Nights until a weekly statement is paid, holidays included.
const NIGHTS: usize = 30;

/// Sleeps until the next night's settlement is done; answers the new day.
async fn next_night(stack: &Stack, outside: &Simulated) -> NaiveDate {
    let day = stack.now().await.date().succ_opt().unwrap();
    stack.live_on(outside, day, 4, 5).await;
    let report = stack.run_schedule("ScheduleSettlement", "build_settlements").await;
    assert_eq!(report["failed"], 0, "{report}");
    day
}

async fn only(caller: &Caller, path: &str) -> Option<Value> {
    let page = caller.get(path).await.expect(200);
    let items = page["items"].as_array().unwrap();
    assert!(items.len() < 2, "{page:#}");
    items.first().cloned()
}

/// The lines of the night after, and the statements once the week is over.
pub async fn settled(stack: &Stack, outside: &Simulated, cast: &Cast) {
    next_night(stack, outside).await;
    let expected: [&[i64]; 2] = [&[3_000, 25_515, 30_490], &[6_000, 20_778]];
    for (store, expected) in cast.stores.iter().zip(expected) {
        let owner = stack.member(&store.owner_email).await;
        let page = owner.get("/v1/settlement-lines").await.expect(200);
        let mut payouts: Vec<i64> = page["items"].as_array().unwrap().iter().map(|line| won(line, "payout")).collect();
        payouts.sort_unstable();
        assert_eq!(payouts, expected, "{page:#}");
    }
    for _ in 0..NIGHTS {
        next_night(stack, outside).await;
        let owner = stack.member(&cast.stores[0].owner_email).await;
        if let Some(statement) = only(&owner, "/v1/settlements").await {
            assert_eq!(statement["state"], "issued");
            amounts_are(&statement, [72_800, 5_280, 7_742, 773, 59_005]);
            let path = format!("/v1/settlements/{}/confirm", statement["settlement_id"].as_str().unwrap());
            assert_eq!(owner.post(&path, json!({})).await.expect(200)["state"], "confirmed");
            let other = stack.member(&cast.stores[1].owner_email).await;
            let statement = only(&other, "/v1/settlements").await.expect("both are issued in one night");
            amounts_are(&statement, [30_000, 582, 2_400, 240, 26_778]);
            return;
        }
    }
    panic!("no statement in {NIGHTS} nights");
}

fn amounts_are(statement: &Value, expected: [i64; 5]) {
    let fields = ["gross_amount", "seller_discount_amount", "fee_amount", "fee_vat_amount", "payout_amount"];
    assert_eq!(fields.map(|field| won(statement, field)), expected, "{statement:#}");
}

/// The batch of the pay day: prepared by the night, approved by one, sent by another, executed by the bank.
pub async fn paid(stack: &Stack, outside: &Simulated, cast: &Cast) {
    let batch = batch_with_both(stack, outside, cast).await;
    let path = format!("/v1/payout-batches/{}", batch["batch_id"].as_str().unwrap());
    outside.fills_balance(won(&batch, "sum")).await;

    // The banks are open.
    let day = stack.now().await.date();
    stack.live_on(outside, day, 10, 0).await;
    let lead = stack.operator(&cast.lead).await;
    let stated = json!({ "count": batch["count"], "sum": batch["sum"] });
    let refused = lead.post(&format!("{path}/approve"), stated.clone()).await.expect(403);
    assert_eq!(refused["code"], "step_up_required");
    // Every code of an authenticator is good once.
    stack.live_on(outside, day, 10, 1).await;
    let proof = json!({ "code": stack.code(&cast.lead).await });
    let elevated = lead.post("/v1/auth/step-up", proof).await.expect(200);
    let lead = lead.with_token(elevated["access_token"].as_str().unwrap());
    assert_eq!(lead.post(&format!("{path}/approve"), stated).await.expect(200)["state"], "approved");

    let clerk = stack.operator(&cast.clerk).await;
    clerk.post(&format!("{path}/submit"), json!({})).await.expect(200);
    for (store, owed) in cast.stores.iter().zip(OWED) {
        let owner = &stack.member(&store.owner_email).await;
        until("the transfer to a seller", || async move {
            outside.settles_payouts().await;
            let payout = only(owner, "/v1/payouts").await.expect("a prepared payout");
            assert_eq!(won(&payout, "amount"), owed);
            if payout["state"] == "completed" { Ok(()) } else { Err(payout.to_string()) }
        })
        .await;
        let statement = only(owner, "/v1/settlements").await.unwrap();
        assert_eq!(statement["state"], "paid", "{statement:#}");
    }
}

async fn batch_with_both(stack: &Stack, outside: &Simulated, cast: &Cast) -> Value {
    let ours = cast.sellers().map(|seller: SellerId| seller.to_string());
    for _ in 0..NIGHTS {
        let clerk = stack.operator(&cast.clerk).await;
        let batches = clerk.get("/v1/payout-batches?state=built").await.expect(200);
        for card in batches["items"].as_array().unwrap() {
            let path = format!("/v1/payout-batches/{}?limit=100", card["batch_id"].as_str().unwrap());
            let batch = clerk.get(&path).await.expect(200);
            let payouts = batch["payouts"].as_array().unwrap();
            let amount =
                |seller: &String| payouts.iter().find(|p| p["seller_id"] == seller.as_str()).map(|p| won(p, "amount"));
            if let [Some(first), Some(second)] = [amount(&ours[0]), amount(&ours[1])] {
                assert_eq!([first, second], OWED);
                return batch;
            }
        }
        next_night(stack, outside).await;
    }
    panic!("no batch with both sellers in {NIGHTS} nights");
}

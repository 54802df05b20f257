use aws_lc_rs::hmac;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{Datelike, Days, Weekday};
use serde_json::{Value, json};
use simulators::toss::jwe::SecurityKey;
use simulators::toss::outbox::Targets;
use simulators::toss::payouts::PayoutStatus;
use simulators::toss::sellers::SellerStatus;
use simulators::toss::{Settle, TossConfig};
use simulators::{FaultKind, Hooks, Toss, TossSim};

use crate::shop::{Shop, answer, refusal};

/// Sends an encrypted body and decrypts the answer.
async fn secure(shop: &Shop<'_>, path: &str, body: &Value) -> (u16, Value) {
    let key = SecurityKey::from_hex(&shop.toss.security_key).unwrap();
    let sealed = key.seal(body.to_string().as_bytes(), shop.toss.clock().now()).unwrap();
    let response = shop
        .post(path)
        .header("TossPayments-api-security-mode", "ENCRYPTION")
        .header("content-type", "text/plain")
        .body(sealed)
        .send()
        .await
        .unwrap();
    let status = response.status().as_u16();
    let opened = key.open(&response.text().await.unwrap()).unwrap();
    (status, serde_json::from_slice(&opened.payload).unwrap())
}

fn corporation(reference: &str, account: &str) -> Value {
    json!({
        "refSellerId": reference, "businessType": "CORPORATE_BUSINESS",
        "company": {"name": "드립", "representativeName": "박대표", "businessRegistrationNumber": "1248100998",
                    "email": "a@example.com", "phone": "01012345678"},
        "account": {"bankCode": "088", "accountNumber": account, "holderName": "드립"},
    })
}

async fn seller(shop: &Shop<'_>, reference: &str, account: &str) -> String {
    let (status, answer) = secure(shop, "/v2/sellers", &corporation(reference, account)).await;
    assert_eq!((status, &answer["entityType"]), (200, &json!("seller")), "{answer}");
    answer["entityBody"]["id"].as_str().unwrap().to_owned()
}

fn express(reference: &str, seller: &str, value: i64) -> Value {
    json!({"refPayoutId": reference, "destination": seller, "scheduleType": "EXPRESS",
           "amount": {"currency": "KRW", "value": value}, "transactionDescription": "정산"})
}

#[tokio::test]
async fn money_leaves_the_balance_once_and_the_bank_reports_back() {
    let hooks = Hooks::start().await;
    let targets = Targets { payout: Some(hooks.endpoint("payout")), ..Targets::default() };
    let toss = Toss::start_with(TossConfig { targets, ..TossConfig::default() }).await;
    let shop = Shop::of(&toss);
    toss.top_up(100_000);
    let good = seller(&shop, "seller-1", "110123456789").await;
    let bad = seller(&shop, "seller-2", "77701777777").await;

    let (status, answer) =
        secure(&shop, "/v2/payouts", &json!([express("po-1", &good, 65_005), express("po-2", &bad, 20_778)])).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["entityBody"]["items"][0]["status"], "IN_PROGRESS");
    assert_eq!(toss.balance().available, 100_000 - 65_005 - 20_778);

    // The same reference again is the same payout; with another amount it is a mistake.
    let (_, again) = secure(&shop, "/v2/payouts", &express("po-1", &good, 65_005)).await;
    assert_eq!(again["entityBody"]["items"][0]["id"], answer["entityBody"]["items"][0]["id"]);
    let other = secure(&shop, "/v2/payouts", &express("po-1", &good, 1)).await;
    assert_eq!(refusal(&other), (400, "DUPLICATED_REQUEST"));
    assert_eq!(toss.payouts().len(), 2);

    assert_eq!(toss.complete_payouts(), ["po-1", "po-2"]);
    assert_eq!(toss.balance().available, 100_000 - 65_005, "the failed one came back");
    toss.flush_webhooks().await;
    let heard = hooks.received("payout");
    assert_eq!(heard[0].json()["entityBody"]["status"], "COMPLETED");
    assert_eq!(heard[1].json()["entityBody"]["status"], "FAILED");
    for request in &heard {
        let time = &request.headers["tosspayments-webhook-transmission-time"];
        let key = hmac::Key::new(hmac::HMAC_SHA256, &hex::decode(&toss.security_key).unwrap());
        let message = format!("{}:{time}", request.body);
        let matching = request.headers["tosspayments-webhook-signature"]
            .split(',')
            .map(|value| BASE64_STANDARD.decode(value.strip_prefix("v1:").unwrap()).unwrap())
            .filter(|given| hmac::verify(&key, message.as_bytes(), given).is_ok())
            .count();
        assert_eq!(matching, 1, "one of two values matches");
    }

    let id = answer["entityBody"]["items"][0]["id"].as_str().unwrap();
    let (_, read) = crate::shop::answer(shop.get(&format!("/v2/payouts/{id}"))).await;
    assert_eq!((&read["entityType"], &read["entityBody"]["status"]), (&json!("payout"), &json!("COMPLETED")));
}

#[tokio::test]
async fn all_or_none_of_a_request_is_taken() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    toss.top_up(10_000);
    let id = seller(&shop, "seller-1", "110123456789").await;
    let answer = secure(&shop, "/v2/payouts", &json!([express("po-1", &id, 6_000), express("po-2", &id, 6_000)])).await;
    assert_eq!(refusal(&answer), (400, "NOT_ENOUGH_AMOUNT"));
    assert!(answer.1["error"]["message"].as_str().unwrap().contains("po-2"));
    assert_eq!((toss.payouts().len(), toss.balance().available), (0, 10_000));
    let nobody = secure(&shop, "/v2/payouts", &express("po-3", "seller_x", 1)).await;
    assert_eq!(refusal(&nobody), (404, "NOT_FOUND_SELLER"));
}

#[tokio::test]
async fn a_scheduled_payout_waits_for_a_business_day_and_can_be_cancelled() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    toss.top_up(50_000);
    let id = seller(&shop, "seller-1", "110123456789").await;
    let today = toss.clock().now().date_naive();
    let on = |date: chrono::NaiveDate| {
        let mut ask = express("po-1", &id, 50_000);
        ask["scheduleType"] = json!("SCHEDULED");
        ask["payoutDate"] = json!(date);
        ask
    };
    let days =
        |weekday: fn(Weekday) -> bool| (1..8).map(|n| today + Days::new(n)).find(|day| weekday(day.weekday())).unwrap();
    assert_eq!(refusal(&secure(&shop, "/v2/payouts", &on(today)).await), (400, "INVALID_PAYABLE_DATE"));
    let sunday = days(|day| day == Weekday::Sun);
    assert_eq!(refusal(&secure(&shop, "/v2/payouts", &on(sunday)).await), (400, "NOT_ALLOWED_HOLIDAY"));
    let (_, taken) = secure(&shop, "/v2/payouts", &on(days(|day| day == Weekday::Wed))).await;
    let payout = &taken["entityBody"]["items"][0];
    assert_eq!((&payout["status"], toss.balance().available), (&json!("REQUESTED"), 0));
    let path = format!("/v2/payouts/{}/cancel", payout["id"].as_str().unwrap());
    let (status, cancelled) = answer(shop.post(&path)).await;
    assert_eq!((status, &cancelled["entityBody"]["status"]), (200, &json!("CANCELED")));
    assert_eq!((toss.balance().available, toss.webhooks().len()), (50_000, 0));
    assert_eq!(refusal(&answer(shop.post(&path)).await), (403, "NOT_CANCELABLE_PAYOUT"));
}

#[tokio::test]
async fn sellers_must_be_approved_and_large_sums_need_kyc() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    toss.top_up(50_000_000);
    let person = json!({
        "refSellerId": "seller-p", "businessType": "INDIVIDUAL",
        "individual": {"name": "최점주", "email": "c@example.com", "phone": "01012345678"},
        "account": {"bankCode": "003", "accountNumber": "01012345678", "holderName": "최점주"},
    });
    let (_, registered) = secure(&shop, "/v2/sellers", &person).await;
    let body = &registered["entityBody"];
    assert_eq!(
        (&body["status"], &body["account"]["accountNumber"]),
        (&json!("APPROVAL_REQUIRED"), &json!("010*****678"))
    );
    let id = body["id"].as_str().unwrap();
    assert_eq!(
        refusal(&secure(&shop, "/v2/payouts", &express("po-1", id, 1_000)).await),
        (403, "FORBIDDEN_SELLER_PAYOUT")
    );
    toss.set_seller_status(id, SellerStatus::PartiallyApproved).unwrap();
    assert_eq!(secure(&shop, "/v2/payouts", &express("po-1", id, 1_000)).await.0, 200);
    let large = secure(&shop, "/v2/payouts", &express("po-2", id, 10_000_000)).await;
    assert_eq!(refusal(&large), (403, "FORBIDDEN_SELLER_PAYOUT"));
    assert_eq!(toss.sellers()[0].status, SellerStatus::KycRequired);
    toss.set_seller_status(id, SellerStatus::Approved).unwrap();
    assert_eq!(secure(&shop, "/v2/payouts", &express("po-2", id, 10_000_000)).await.0, 200);
    let events: Vec<String> = toss.webhooks().into_iter().map(|event| event.event_type).collect();
    assert_eq!(events, ["seller.changed", "seller.changed", "seller.changed"]);
}

#[tokio::test]
async fn bodies_in_the_clear_and_repeated_ones_are_refused() {
    let toss: TossSim = Toss::start().await;
    let shop = Shop::of(&toss);
    let clear = answer(shop.post("/v2/sellers").json(&corporation("seller-1", "110"))).await;
    assert_eq!(refusal(&clear), (400, "INVALID_REQUEST"));
    let key = SecurityKey::from_hex(&toss.security_key).unwrap();
    let sealed = key.seal(corporation("seller-1", "110").to_string().as_bytes(), toss.clock().now()).unwrap();
    for expected in [200, 400] {
        let ask = shop.post("/v2/sellers").header("TossPayments-api-security-mode", "ENCRYPTION").body(sealed.clone());
        assert_eq!(ask.send().await.unwrap().status().as_u16(), expected, "a nonce counts once");
    }
}

#[tokio::test]
async fn a_payout_whose_answer_was_lost_is_not_paid_twice() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    toss.top_up(50_000);
    let id = seller(&shop, "seller-1", "110123456789").await;
    toss.fail_next("payout", FaultKind::LostAnswer);
    let key = SecurityKey::from_hex(&toss.security_key).unwrap();
    let sealed = key.seal(express("po-1", &id, 30_000).to_string().as_bytes(), toss.clock().now()).unwrap();
    let lost =
        shop.post("/v2/payouts").header("TossPayments-api-security-mode", "ENCRYPTION").body(sealed).send().await;
    assert!(lost.is_err());
    assert_eq!(secure(&shop, "/v2/payouts", &express("po-1", &id, 30_000)).await.0, 200);
    assert_eq!((toss.payouts().len(), toss.balance().available), (1, 20_000));
    let order = Settle { result: PayoutStatus::Failed, ref_payout_id: Some("po-1".into()), code: Some("LIMIT".into()) };
    toss.settle_payouts(&order).unwrap();
    assert_eq!(toss.payouts()[0].error.as_ref().unwrap().code, "LIMIT");
    assert_eq!(toss.balance().available, 50_000);
}

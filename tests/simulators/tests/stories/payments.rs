use serde_json::json;
use simulators::Toss;
use simulators::toss::payment::Status;
use simulators::toss::{Redirect, TossConfig, Window};

use crate::shop::{Shop, answer, refusal};

#[tokio::test]
async fn a_card_payment_is_confirmed_cancelled_in_parts_and_adds_up() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let key = shop.window(Window::card("order-000001", 91_940));

    let (status, paid) = shop.confirm(&key, "order-000001", 91_940).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&paid["status"], &paid["method"], &paid["totalAmount"]),
        (&json!("DONE"), &json!("카드"), &json!(91_940))
    );
    assert_eq!(paid["suppliedAmount"].as_i64().unwrap() + paid["vat"].as_i64().unwrap(), 91_940);
    assert!(paid["virtualAccount"].is_null() && paid["cancels"].is_null());

    let (_, part) =
        shop.cancel(&key, json!({"cancelReason": "변심", "cancelAmount": 8_842, "refundableAmount": 91_940})).await;
    assert_eq!((&part["status"], &part["balanceAmount"]), (&json!("PARTIAL_CANCELED"), &json!(83_098)));
    assert_eq!(part["cancels"][0]["refundableAmount"], 83_098);

    let (_, rest) = shop.cancel(&key, json!({"cancelReason": "품절"})).await;
    assert_eq!((&rest["status"], &rest["balanceAmount"]), (&json!("CANCELED"), &json!(0)));
    assert_eq!(rest["totalAmount"], 91_940, "never changes");
    assert_eq!(rest["lastTransactionKey"], rest["cancels"][1]["transactionKey"]);
    assert_eq!(refusal(&shop.cancel(&key, json!({"cancelReason": "또"})).await), (400, "ALREADY_CANCELED_PAYMENT"));

    let totals = toss.totals();
    assert_eq!((totals.captured, totals.refunded, totals.net), (91_940, 91_940, 0));
    assert_eq!(toss.balance().pending, 0);
    assert_eq!(toss.transactions().len(), 3);
}

#[tokio::test]
async fn another_amount_or_order_is_refused_and_moves_no_money() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let key = shop.window(Window::card("order-000002", 10_000));
    assert_eq!(refusal(&shop.confirm(&key, "order-000002", 100).await), (403, "FORBIDDEN_REQUEST"));
    assert_eq!(refusal(&shop.confirm(&key, "order-999999", 10_000).await), (403, "FORBIDDEN_REQUEST"));
    assert_eq!(refusal(&shop.confirm("nobody", "order-000002", 10_000).await), (404, "NOT_FOUND_PAYMENT"));
    assert_eq!(toss.totals().captured, 0);
    // The customer can still be charged what was agreed.
    assert_eq!(shop.confirm(&key, "order-000002", 10_000).await.0, 200);
    assert_eq!(refusal(&shop.confirm(&key, "order-000002", 10_000).await), (400, "ALREADY_PROCESSED_PAYMENT"));
}

#[tokio::test]
async fn ten_minutes_after_the_window_there_is_nothing_to_confirm() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let key = shop.window(Window::card("order-000003", 10_000));
    toss.advance(10 * 60 + 1);
    let (_, payment) = shop.payment_of("order-000003").await;
    assert_eq!((&payment["status"], &payment["failure"]["code"]), (&json!("EXPIRED"), &json!("EXPIRED_PAYMENT")));
    assert_eq!(refusal(&shop.confirm(&key, "order-000003", 10_000).await), (404, "NOT_FOUND_PAYMENT_SESSION"));
    assert_eq!(refusal(&shop.cancel(&key, json!({"cancelReason": "x"})).await), (403, "NOT_CANCELABLE_PAYMENT"));
}

#[tokio::test]
async fn closing_the_window_says_nothing_until_it_expires() {
    let toss = Toss::start().await;
    let Redirect::Fail { code, order_id, .. } = toss.window(Window::card("order-000004", 10_000).closed()) else {
        panic!("closed windows do not succeed");
    };
    assert_eq!((code.as_str(), order_id.as_str()), ("PAY_PROCESS_CANCELED", "order-000004"));
    toss.advance(29 * 60);
    assert_eq!(toss.payment_of_order("order-000004").unwrap().status, Status::Ready);
    assert!(toss.webhooks().is_empty());
    toss.advance(2 * 60);
    assert_eq!(toss.payment_of_order("order-000004").unwrap().status, Status::Expired);
    assert_eq!(toss.webhooks().len(), 1);
}

#[tokio::test]
async fn the_card_company_may_refuse_in_the_window_or_at_the_confirm() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let fail = toss.window(Window::card("order-000005", 10_000).failing("REJECT_CARD_COMPANY"));
    assert!(matches!(fail, Redirect::Fail { code, .. } if code == "REJECT_CARD_COMPANY"));

    let key = shop.window(Window::card("order-000006", 10_000).refused_at_confirm("REJECT_CARD_PAYMENT"));
    assert_eq!(refusal(&shop.confirm(&key, "order-000006", 10_000).await), (403, "REJECT_CARD_PAYMENT"));
    let (_, payment) = shop.payment_of("order-000006").await;
    assert_eq!((&payment["status"], &payment["failure"]["code"]), (&json!("ABORTED"), &json!("REJECT_CARD_PAYMENT")));

    let tiny = shop.window(Window::transfer("order-000007", 150));
    assert_eq!(refusal(&shop.confirm(&tiny, "order-000007", 150).await), (400, "BELOW_MINIMUM_AMOUNT"));
    assert_eq!(toss.totals().captured, 0);
}

#[tokio::test]
async fn an_order_number_is_paid_once() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let second = shop.window(Window::card("order-000008", 10_000));
    let first = shop.paid(Window::easy_pay("order-000008", 10_000, "카카오페이")).await;
    assert_eq!(refusal(&shop.confirm(&second, "order-000008", 10_000).await), (400, "ALREADY_PROCESSED_PAYMENT"));
    assert!(
        matches!(toss.window(Window::card("order-000008", 10_000)), Redirect::Fail { code, .. } if code == "DUPLICATED_ORDER_ID")
    );
    let (_, payment) = shop.payment_of("order-000008").await;
    assert_eq!((&payment["paymentKey"], &payment["easyPay"]["provider"]), (&json!(first), &json!("카카오페이")));
    assert_eq!(toss.totals().captured, 10_000);
}

#[tokio::test]
async fn keys_are_checked_before_anything_else() {
    let toss = Toss::start().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/v1/payments/orders/order-000009", toss.url);
    assert_eq!(refusal(&answer(http.get(&url)).await), (401, "UNAUTHORIZED_KEY"));
    assert_eq!(refusal(&answer(http.get(&url).basic_auth("test_sk_other", Some(""))).await), (401, "UNAUTHORIZED_KEY"));
    let no_colon = http.get(&url).header("authorization", "Basic dGVzdA==");
    assert_eq!(refusal(&answer(no_colon).await), (403, "INCORRECT_BASIC_AUTH_FORMAT"));
}

#[tokio::test]
async fn a_cancel_is_guarded() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let key = shop.paid(Window::card("order-000010", 10_000)).await;
    let ask = |amount: i64, guard: i64| json!({"cancelReason": "r", "cancelAmount": amount, "refundableAmount": guard});
    assert_eq!(refusal(&shop.cancel(&key, ask(1_000, 9_999)).await), (400, "NOT_MATCHES_REFUNDABLE_AMOUNT"));
    assert_eq!(refusal(&shop.cancel(&key, ask(10_001, 10_000)).await), (403, "NOT_CANCELABLE_AMOUNT"));
    assert_eq!(refusal(&shop.cancel(&key, json!({"cancelAmount": 1})).await), (400, "INVALID_REQUEST"));

    toss.set_cancel_distance(60_000);
    assert_eq!(shop.cancel(&key, ask(1_000, 10_000)).await.0, 200);
    assert_eq!(refusal(&shop.cancel(&key, ask(1_000, 9_000)).await), (403, "FORBIDDEN_CONSECUTIVE_REQUEST"));
    toss.advance(61);
    assert_eq!(shop.cancel(&key, ask(1_000, 9_000)).await.0, 200);

    let whole = shop.paid(Window::card("order-000011", 10_000).whole_only()).await;
    assert_eq!(refusal(&shop.cancel(&whole, ask(1, 10_000)).await), (403, "NOT_ALLOWED_PARTIAL_REFUND"));

    let old = shop.paid(Window::transfer("order-000012", 10_000)).await;
    toss.advance(181 * 86_400);
    assert_eq!(refusal(&shop.cancel(&old, ask(1, 10_000)).await), (403, "EXCEED_MAX_REFUND_DUE"));
}

#[tokio::test]
async fn reconciliation_reads_every_movement_once() {
    let toss = Toss::start_with(TossConfig { fee_rate: 2_900, ..TossConfig::default() }).await;
    let shop = Shop::of(&toss);
    for number in 0..5 {
        shop.paid(Window::card(&format!("order-10000{number}"), 10_000 + number)).await;
    }
    let key = shop.paid(Window::card("order-200000", 50_000)).await;
    shop.cancel(&key, json!({"cancelReason": "r", "cancelAmount": 20_000})).await;

    let day = toss.clock().now().format("%Y-%m-%d").to_string();
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let mut query = vec![("startDate", format!("{day}T00:00:00")), ("endDate", format!("{day}T23:59:59.999"))];
        query.push(("limit", "3".into()));
        if !after.is_empty() {
            query.push(("startingAfter", after.clone()));
        }
        let (status, page) = answer(shop.get("/v1/transactions").query(&query)).await;
        assert_eq!(status, 200, "{page}");
        let Some(last) = page.as_array().unwrap().last() else { break };
        after = last["transactionKey"].as_str().unwrap().to_owned();
        seen.extend(page.as_array().unwrap().iter().map(|row| row["status"].as_str().unwrap().to_owned()));
    }
    assert_eq!(seen, ["DONE", "DONE", "DONE", "DONE", "DONE", "DONE", "PARTIAL_CANCELED"]);
    assert_eq!(
        refusal(&answer(shop.get("/v1/transactions").query(&[("startDate", "2026-01-01"), ("endDate", "x")])).await),
        (400, "INVALID_ISO_DATE_FORMAT")
    );

    let query = [("startDate", day.clone()), ("endDate", day), ("dateType", "soldDate".into())];
    let (_, rows) = answer(shop.get("/v1/settlements").query(&query)).await;
    let rows = rows.as_array().unwrap();
    let sum = |field: &str| rows.iter().map(|row| row[field].as_i64().unwrap()).sum::<i64>();
    assert_eq!(sum("amount"), toss.totals().net);
    assert_eq!(rows[0]["fees"][0]["fee"], 290);
    assert_eq!(sum("payOutAmount"), toss.balance().pending);
    toss.advance(2 * 86_400);
    assert_eq!((toss.balance().pending, toss.balance().available), (0, sum("payOutAmount")));
}

#[tokio::test]
async fn a_saved_card_is_charged_without_a_window_or_a_webhook() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let auth_key = toss.authorize_billing("customer-1");
    let issue = |customer: &str| json!({"authKey": auth_key, "customerKey": customer});
    let path = "/v1/billing/authorizations/issue";
    assert_eq!(refusal(&answer(shop.post(path).json(&issue("other"))).await), (400, "NOT_MATCHES_CUSTOMER_KEY"));
    let (_, key) = answer(shop.post(path).json(&issue("customer-1"))).await;
    let billing_key = key["billingKey"].as_str().unwrap();
    assert_eq!(refusal(&answer(shop.post(path).json(&issue("customer-1"))).await), (400, "INVALID_BILL_KEY_REQUEST"));

    let charge = json!({"customerKey": "customer-1", "amount": 39_000, "orderId": "order-bill-1", "orderName": "셔츠"});
    let (status, paid) = answer(shop.post(&format!("/v1/billing/{billing_key}")).json(&charge)).await;
    assert_eq!((status, &paid["type"], &paid["status"]), (200, &json!("BILLING"), &json!("DONE")));
    assert!(toss.webhooks().is_empty());
    toss.delete_billing_key(billing_key).unwrap();
    assert_eq!(toss.webhooks()[0].event_type, "BILLING_DELETED");
    let gone = answer(shop.post(&format!("/v1/billing/{billing_key}")).json(&charge)).await;
    assert_eq!(refusal(&gone), (400, "ALREADY_REMOVED_BILLING_KEY"));
}

#[tokio::test]
async fn a_cash_receipt_is_issued_once_and_cancelled_in_parts() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let ask = json!({
        "amount": 30_000, "orderId": "order-cash-1", "orderName": "셔츠", "type": "소득공제",
        "customerIdentityNumber": "0100001234",
    });
    let (_, receipt) = answer(shop.post("/v1/cash-receipts").json(&ask)).await;
    assert_eq!((&receipt["issueStatus"], &receipt["transactionType"]), (&json!("IN_PROGRESS"), &json!("CONFIRM")));
    assert_eq!(refusal(&answer(shop.post("/v1/cash-receipts").json(&ask)).await), (400, "DUPLICATED_CASH_RECEIPT"));
    let cancel = format!("/v1/cash-receipts/{}/cancel", receipt["receiptKey"].as_str().unwrap());
    let (_, part) = answer(shop.post(&cancel).json(&json!({"amount": 10_000}))).await;
    assert_eq!((&part["transactionType"], &part["amount"]), (&json!("CANCEL"), &json!(10_000)));
    assert_eq!(
        refusal(&answer(shop.post(&cancel).json(&json!({"amount": 20_001}))).await),
        (403, "NOT_CANCELABLE_AMOUNT")
    );

    let day = toss.clock().now().format("%Y-%m-%d").to_string();
    toss.advance(86_400);
    let (_, list) = answer(shop.get("/v1/cash-receipts").query(&[("requestDate", day)])).await;
    assert!(list["data"].as_array().unwrap().iter().all(|receipt| receipt["issueStatus"] == "COMPLETED"));
}

use serde_json::json;
use simulators::Toss;
use simulators::toss::Window;
use simulators::toss::outbox::Topic;
use simulators::toss::payment::Status;

use crate::shop::{Shop, answer, refusal};

#[tokio::test]
async fn a_deposit_arrives_is_taken_back_and_arrives_again() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let key = shop.window(Window::virtual_account("order-va-001", 50_000, 24));
    let (_, waiting) = shop.confirm(&key, "order-va-001", 50_000).await;
    assert_eq!((&waiting["status"], &waiting["method"]), (&json!("WAITING_FOR_DEPOSIT"), &json!("가상계좌")));
    assert!(waiting["secret"].as_str().unwrap().starts_with("ps_"));
    assert!(waiting["virtualAccount"]["accountNumber"].as_str().unwrap().len() >= 10);
    assert_eq!(toss.totals().captured, 0);

    toss.deposit("order-va-001").unwrap();
    assert_eq!(toss.totals().captured, 50_000);
    toss.reverse_deposit("order-va-001").unwrap();
    let (_, again) = shop.payment_of("order-va-001").await;
    assert_eq!((&again["status"], &again["approvedAt"]), (&json!("WAITING_FOR_DEPOSIT"), &json!(null)));
    assert_eq!((toss.totals().captured, toss.totals().net), (0, 0));
    toss.deposit("order-va-001").unwrap();
    assert_eq!(toss.totals().net, 50_000);

    // Each step told the merchant twice, and the callback is flat: no eventType, no paymentKey.
    let webhooks = toss.webhooks();
    let callbacks: Vec<serde_json::Value> = webhooks
        .iter()
        .filter(|event| event.topic == Topic::Deposit)
        .map(|event| serde_json::from_str(&event.body).unwrap())
        .collect();
    let statuses: Vec<&str> = callbacks.iter().map(|body| body["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["WAITING_FOR_DEPOSIT", "DONE", "WAITING_FOR_DEPOSIT", "DONE"]);
    assert!(callbacks.iter().all(|body| body["secret"] == waiting["secret"] && body.get("paymentKey").is_none()));
    assert_eq!(webhooks.len(), 8);
}

#[tokio::test]
async fn a_refund_of_a_deposit_needs_an_account() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let key = shop.paid(Window::virtual_account("order-va-002", 50_000, 24)).await;
    toss.deposit("order-va-002").unwrap();
    let ask = |account: serde_json::Value| json!({"cancelReason": "r", "cancelAmount": 20_000, "refundReceiveAccount": account});
    let to = |bank: &str, number: &str| json!({"bank": bank, "accountNumber": number, "holderName": "홍길동"});
    assert_eq!(refusal(&shop.cancel(&key, json!({"cancelReason": "r"})).await), (400, "INVALID_REFUND_ACCOUNT_INFO"));
    assert_eq!(refusal(&shop.cancel(&key, ask(to("88", "110-123"))).await), (400, "INVALID_REFUND_ACCOUNT_NUMBER"));
    assert_eq!(refusal(&shop.cancel(&key, ask(to("01", "110123"))).await), (400, "INVALID_BANK"));
    toss.reject_refund_account("110000");
    assert_eq!(refusal(&shop.cancel(&key, ask(to("88", "110000"))).await), (400, "INVALID_REFUND_ACCOUNT_INFO"));
    let (status, part) = shop.cancel(&key, ask(to("88", "110123456789"))).await;
    assert_eq!((status, &part["virtualAccount"]["refundStatus"]), (200, &json!("COMPLETED")));
    assert_eq!((toss.totals().refunded, toss.totals().net), (20_000, 30_000));
}

#[tokio::test]
async fn expiry_is_silent_and_a_late_deposit_is_possible() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    shop.paid(Window::virtual_account("order-va-003", 50_000, 24)).await;
    let told = toss.webhooks().len();
    toss.advance(25 * 3_600);
    let (_, payment) = shop.payment_of("order-va-003").await;
    assert_eq!(
        (&payment["status"], &payment["virtualAccount"]["expired"]),
        (&json!("WAITING_FOR_DEPOSIT"), &json!(true))
    );
    assert_eq!(toss.webhooks().len(), told, "Toss tells nobody");
    assert!(toss.deposit("order-va-003").is_err());
    assert_eq!(toss.late_deposit("order-va-003").unwrap().status, Status::Done);
    assert_eq!(toss.totals().captured, 50_000);
}

#[tokio::test]
async fn an_unpaid_account_is_closed_whole_and_a_racing_deposit_still_arrives() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let key = shop.paid(Window::virtual_account("order-va-004", 50_000, 24)).await;
    let part = shop.cancel(&key, json!({"cancelReason": "r", "cancelAmount": 1_000})).await;
    assert_eq!(refusal(&part), (403, "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT"));
    let (status, closed) = shop.cancel(&key, json!({"cancelReason": "r"})).await;
    assert_eq!((status, &closed["status"]), (200, &json!("CANCELED")));
    assert_eq!((toss.totals().captured, toss.totals().refunded), (0, 0), "no money moved");
    assert_eq!(toss.late_deposit("order-va-004").unwrap().status, Status::Done);
    assert_eq!(toss.totals().net, 50_000);
}

#[tokio::test]
async fn an_account_is_issued_without_a_window() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let ask = |hours: i64, bank: &str| {
        json!({
            "amount": 15_000, "orderId": "order-va-005", "orderName": "셔츠", "customerName": "김고객",
            "bank": bank, "validHours": hours,
        })
    };
    let post = |body: serde_json::Value| answer(shop.post("/v1/virtual-accounts").json(&body));
    assert_eq!(refusal(&post(ask(721, "88")).await), (400, "EXCEED_MAX_VALID_HOURS"));
    assert_eq!(refusal(&post(ask(24, "99")).await), (400, "INVALID_BANK"));
    let mut both = ask(24, "88");
    both["dueDate"] = json!("2099-01-01T00:00:00");
    assert_eq!(refusal(&post(both).await), (400, "INVALID_VALID_HOURS_WITH_DUE_DATE_AND_SINGLE"));
    let (status, payment) = post(ask(24, "88")).await;
    assert_eq!((status, &payment["virtualAccount"]["bankCode"]), (200, &json!("88")));
    assert_eq!(refusal(&post(ask(24, "88")).await), (400, "DUPLICATED_ORDER_ID"));
}

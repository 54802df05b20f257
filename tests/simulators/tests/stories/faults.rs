use std::time::Duration;

use serde_json::json;
use simulators::toss::Window;
use simulators::{Fault, FaultKind, Toss};

use crate::shop::{Shop, answer, refusal};

fn confirm_of(key: &str, order_id: &str) -> serde_json::Value {
    json!({"paymentKey": key, "orderId": order_id, "amount": 10_000})
}

#[tokio::test]
async fn one_key_has_one_effect_and_one_answer() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let key = shop.window(Window::card("order-idem-1", 10_000));
    let ask =
        || shop.post("/v1/payments/confirm").header("idempotency-key", "k-1").json(&confirm_of(&key, "order-idem-1"));
    let first = answer(ask()).await;
    let second = answer(ask()).await;
    assert_eq!(first, second);
    assert_eq!(toss.totals().captured, 10_000);
    // Without the key the same call is a second attempt.
    assert_eq!(refusal(&shop.confirm(&key, "order-idem-1", 10_000).await), (400, "ALREADY_PROCESSED_PAYMENT"));
    let long = shop.post("/v1/payments/confirm").header("idempotency-key", "x".repeat(301)).json(&json!({}));
    assert_eq!(refusal(&answer(long).await), (400, "INVALID_IDEMPOTENCY_KEY"));
    let requests = toss.requests();
    assert_eq!(requests.iter().map(|seen| seen.replayed).collect::<Vec<_>>(), [false, true, false, false]);
}

#[tokio::test]
async fn while_the_first_request_runs_the_same_key_waits() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let key = shop.window(Window::card("order-idem-2", 10_000));
    toss.fault(Fault::new("confirm", FaultKind::Latency).late_by(800));
    let ask =
        || shop.post("/v1/payments/confirm").header("idempotency-key", "k-2").json(&confirm_of(&key, "order-idem-2"));
    let (first, second) = tokio::join!(answer(ask()), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        answer(ask()).await
    });
    assert_eq!((first.0, refusal(&second)), (200, (409, "IDEMPOTENT_REQUEST_PROCESSING")));
    assert_eq!(answer(ask()).await, first);
}

#[tokio::test]
async fn a_lost_answer_is_found_by_asking_again() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let key = shop.window(Window::card("order-lost-1", 10_000));
    toss.fail_next("confirm", FaultKind::LostAnswer);
    let ask =
        || shop.post("/v1/payments/confirm").header("idempotency-key", "k-3").json(&confirm_of(&key, "order-lost-1"));
    assert!(ask().send().await.is_err(), "no status, no head, nothing");
    let (_, payment) = shop.payment_of("order-lost-1").await;
    assert_eq!(payment["status"], "DONE");
    assert_eq!(answer(ask()).await.1, payment);
    assert_eq!(toss.totals().captured, 10_000);
}

#[tokio::test]
async fn a_500_may_or_may_not_have_done_it() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let before = shop.window(Window::card("order-500-1", 10_000));
    toss.fail_next("confirm", FaultKind::ErrorBefore);
    assert_eq!(shop.confirm(&before, "order-500-1", 10_000).await.0, 500);
    assert_eq!(shop.payment_of("order-500-1").await.1["status"], "IN_PROGRESS");

    let after = shop.window(Window::card("order-500-2", 10_000));
    toss.fail_next("confirm", FaultKind::Http500);
    assert_eq!(shop.confirm(&after, "order-500-2", 10_000).await.0, 500);
    assert_eq!(shop.payment_of("order-500-2").await.1["status"], "DONE");
    assert_eq!(toss.totals().captured, 10_000);
}

#[tokio::test]
async fn a_caller_without_patience_does_not_stop_the_work() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let key = shop.window(Window::card("order-slow-1", 10_000));
    toss.fault(Fault::new("confirm", FaultKind::Latency).late_by(200));
    let hasty =
        shop.post("/v1/payments/confirm").timeout(Duration::from_millis(50)).json(&confirm_of(&key, "order-slow-1"));
    assert!(hasty.send().await.unwrap_err().is_timeout());
    for _ in 0..250 {
        if toss.totals().captured > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(shop.payment_of("order-slow-1").await.1["status"], "DONE");
}

#[tokio::test]
async fn a_test_code_answers_its_documented_error_without_effect() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let key = shop.window(Window::card("order-test-1", 10_000));
    for (code, status) in
        [("REJECT_CARD_COMPANY", 403), ("PROVIDER_ERROR", 400), ("FAILED_INTERNAL_SYSTEM_PROCESSING", 500)]
    {
        let ask = shop.post("/v1/payments/confirm").header("TossPayments-Test-Code", code);
        assert_eq!(refusal(&answer(ask.json(&confirm_of(&key, "order-test-1"))).await), (status, code));
    }
    let unknown = shop.get("/v1/payments/x").header("TossPayments-Test-Code", "NO_SUCH");
    assert_eq!(refusal(&answer(unknown).await), (400, "INVALID_TEST_CODE"));
    assert_eq!(toss.totals().captured, 0);
}

#[tokio::test]
async fn two_cancels_at_once_are_one_too_many() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let key = shop.paid(Window::card("order-race-1", 10_000)).await;
    toss.fault(Fault::new("cancel", FaultKind::Latency).late_by(800));
    let cancel = |idempotency: &'static str, wait: u64| {
        let ask = shop.post(&format!("/v1/payments/{key}/cancel")).header("idempotency-key", idempotency);
        async move {
            tokio::time::sleep(Duration::from_millis(wait)).await;
            answer(ask.json(&json!({"cancelReason": "r", "cancelAmount": 1_000}))).await
        }
    };
    let (first, second) = tokio::join!(cancel("c-1", 0), cancel("c-2", 100));
    assert_eq!((first.0, refusal(&second)), (200, (403, "FORBIDDEN_CONSECUTIVE_REQUEST")));
    // "Try again in a moment" works with the same key.
    assert_eq!(cancel("c-2", 0).await.0, 200);
    assert_eq!(toss.totals().refunded, 2_000);
}

#[tokio::test]
async fn faults_can_be_planned_over_http() {
    let toss = Toss::start().await;
    let shop = Shop::of(&toss);
    let plan = json!({"operation": "get_payment_by_order", "kind": "error_before", "count": 2});
    shop.http.post(format!("{}/sim/faults", toss.url)).json(&plan).send().await.unwrap();
    assert_eq!(shop.payment_of("order-none-1").await.0, 500);
    assert_eq!(shop.payment_of("order-none-1").await.0, 500);
    assert_eq!(refusal(&shop.payment_of("order-none-1").await), (404, "NOT_FOUND_PAYMENT"));
}

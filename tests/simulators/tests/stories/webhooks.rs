use serde_json::json;
use simulators::toss::outbox::{Fate, Mode, Targets};
use simulators::toss::{TossConfig, Window};
use simulators::{Hooks, HooksSim, Toss, TossSim};

use crate::shop::Shop;

async fn shop_with_receiver() -> (TossSim, HooksSim) {
    let hooks = Hooks::start().await;
    let targets =
        Targets { payment: Some(hooks.endpoint("payment")), deposit: Some(hooks.endpoint("deposit")), payout: None };
    (Toss::start_with(TossConfig { targets, ..TossConfig::default() }).await, hooks)
}

#[tokio::test]
async fn an_event_is_repeated_by_the_schedule_until_it_is_heard() {
    let (toss, hooks) = shop_with_receiver().await;
    hooks.fail("payment", 2, 503);
    Shop::of(&toss).paid(Window::card("order-hook-1", 10_000)).await;
    assert!(hooks.received("payment").is_empty(), "manual: nothing leaves by itself");

    assert_eq!(toss.flush_webhooks().await.len(), 1);
    assert!(toss.flush_webhooks().await.is_empty(), "not due again yet");
    toss.advance(60);
    toss.flush_webhooks().await;
    toss.advance(3 * 60);
    assert!(toss.flush_webhooks().await.is_empty(), "the second retry waits four minutes");
    toss.advance(60);
    let sent = toss.flush_webhooks().await;
    assert_eq!(sent[0].fate, Fate::Delivered);

    let heard = hooks.received("payment");
    let of = |name: &str| heard.iter().map(|request| request.headers[name].clone()).collect::<Vec<_>>();
    let ids = of("tosspayments-webhook-transmission-id");
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_eq!(of("tosspayments-webhook-transmission-retried-count"), ["0", "1", "2"]);
    assert!(heard.iter().all(|request| request.body == heard[0].body));
    assert!(!heard[0].headers.contains_key("tosspayments-webhook-signature"), "payment events are unsigned");
    let body = heard[0].json();
    assert_eq!((&body["eventType"], &body["data"]["status"]), (&json!("PAYMENT_STATUS_CHANGED"), &json!("DONE")));
}

#[tokio::test]
async fn events_can_be_doubled_turned_around_and_lost() {
    let (toss, hooks) = shop_with_receiver().await;
    let shop = Shop::of(&toss);
    toss.travel(|travel| {
        travel.duplicate = 1;
        travel.reorder = true;
    });
    let key = shop.paid(Window::card("order-hook-2", 10_000)).await;
    shop.cancel(&key, json!({"cancelReason": "r"})).await;
    toss.flush_webhooks().await;
    let statuses: Vec<String> = hooks
        .received("payment")
        .iter()
        .map(|request| request.json()["data"]["status"].as_str().unwrap().into())
        .collect();
    assert_eq!(statuses, ["CANCELED", "CANCELED", "DONE", "DONE"]);

    hooks.forget("payment");
    toss.travel(|travel| travel.drop = 1);
    shop.paid(Window::card("order-hook-3", 10_000)).await;
    toss.advance(5_000 * 60);
    assert!(toss.flush_webhooks().await.is_empty());
    assert_eq!(toss.webhooks().last().unwrap().fate, Fate::Dropped);
}

#[tokio::test]
async fn a_deposit_is_told_twice_when_both_events_are_registered() {
    let (toss, hooks) = shop_with_receiver().await;
    toss.set_mode(Mode::Auto);
    Shop::of(&toss).paid(Window::virtual_account("order-hook-4", 10_000, 24)).await;
    toss.deposit("order-hook-4").unwrap();
    let callbacks = hooks.wait_for("deposit", 2).await.unwrap();
    let events = hooks.wait_for("payment", 2).await.unwrap();
    assert_eq!(callbacks[1].json()["status"], "DONE");
    assert_eq!(events[1].json()["data"]["status"], "DONE");
}

#[tokio::test]
async fn webhooks_obey_control_calls() {
    let (toss, hooks) = shop_with_receiver().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let control = |path: &str, body: serde_json::Value| http.post(format!("{}{path}", toss.url)).json(&body).send();
    let window = json!({"orderId": "order-hook-5", "amount": 10_000, "method": "카드", "outcome": "fail"});
    let failed: serde_json::Value = control("/sim/window", window).await.unwrap().json().await.unwrap();
    assert_eq!(failed["code"], "REJECT_CARD_COMPANY");
    control("/sim/webhooks/mode", json!({"mode": "manual", "duplicate": 2})).await.unwrap();
    let flushed: serde_json::Value = control("/sim/webhooks/flush", json!({})).await.unwrap().json().await.unwrap();
    assert_eq!(flushed["sent"][0]["fate"], "delivered");
    assert_eq!(hooks.received("payment").len(), 3);
    let clock: serde_json::Value =
        control("/sim/clock", json!({"offset_seconds": 86_400})).await.unwrap().json().await.unwrap();
    assert_eq!((&clock["offset_seconds"], toss.clock().offset()), (&json!(86_400), 86_400));
    let books: serde_json::Value =
        http.get(format!("{}/sim/books", toss.url)).send().await.unwrap().json().await.unwrap();
    assert_eq!((&books["payments"][0]["status"], &books["totals"]["net"]), (&json!("ABORTED"), &json!(0)));
}

//! A function dies: killed by its time limit, its machine, a deploy. Every use case and task of an order's life is killed at
//! each of its points, before every statement and before and after every COMMIT, with an order of its own each time. Its client or its
//! queue tries again, and in the end every order stands exactly as the one whose function was left in peace.

use crate::market::{Market, Sale};
use crate::standing::{of_buyer, same};
use chrono::Duration;
use harness::simulators::FaultKind;
use harness::simulators::carrier::signature;
use harness::{Fate, Host, json};

/// Kills `act` at each of its points, for a fresh sale each time, and has it tried again. Every sale stands in the end as the
/// last one, which nobody disturbed, and the gateway holds the same money for it.
async fn every_death(
    market: &Market,
    what: &str,
    prepare: impl AsyncFn(&Market) -> Sale,
    act: impl AsyncFn(&Market, &Sale),
) {
    let shop = &market.shop;
    let mut ended = Vec::new();
    for at in 0.. {
        let sale = prepare(market).await;
        let fate = shop.die_at(at, act(market, &sale)).await;
        if matches!(fate, Fate::Died(_)) {
            act(market, &sale).await;
        }
        market.calm().await;
        ended.push((fate, of_buyer(shop, sale.buyer.id()).await, sale.held_by(shop.toss())));
        if matches!(ended.last(), Some((Fate::Lived(()), ..))) {
            break;
        }
    }
    let (_, undisturbed, held) = ended.pop().unwrap();
    assert!(!ended.is_empty(), "{what} asks the database nothing");
    for (fate, stands, other) in &ended {
        same(&undisturbed, stands, &format!("{what}, {fate:?}"));
        assert_eq!(*other, held, "{what}, {fate:?}: the gateway holds another sum");
    }
    shop.check_laws().await;
}

/// The same for a task: its message, which the sale brought, is received, and comes again when its function dies.
async fn every_death_of_task(market: &Market, task: &'static str, prepare: impl AsyncFn(&Market) -> Sale) {
    let queued = async |market: &Market| {
        let sale = prepare(market).await;
        Sale { message: market.message(task).await, ..sale }
    };
    let receive = async |market: &Market, sale: &Sale| {
        let message = sale.message.as_ref().unwrap_or_else(|| panic!("nothing is queued for {task}"));
        drop(market.shop.receive(message, true).await);
    };
    every_death(market, task, queued, receive).await;
}

#[tokio::test]
async fn an_order_is_placed_once() {
    let market = Market::open().await;
    every_death(&market, "place", Market::checkout, async |_, sale| drop(sale.place().await.expect(201))).await;
    market.close().await;
}

#[tokio::test]
async fn a_payment_is_charged_and_booked_once() {
    let market = Market::open().await;
    let confirm = async |_: &Market, sale: &Sale| {
        assert_eq!(sale.confirm().await.expect(200)["state"], "done");
    };
    every_death(&market, "confirm", Market::at_the_window, &confirm).await;
    // A charge whose answer got lost, and the webhook that tells of it.
    let lost = async |market: &Market| {
        let sale = market.at_the_window().await;
        market.shop.toss().fail_next("confirm", FaultKind::LostAnswer);
        sale.confirm().await.expect(202);
        sale
    };
    let hint = async |market: &Market, sale: &Sale| {
        let data = json!({ "orderId": sale.returned["order_id"], "paymentKey": sale.returned["payment_key"], "status": "DONE" });
        let event = json!({ "eventType": "PAYMENT_STATUS_CHANGED", "createdAt": "x", "data": data });
        let call = market.shop.anonymous(Host::External).post("/v1/inbound/toss/payment-events", event);
        call.header("tosspayments-webhook-transmission-id", &sale.key).without("idempotency-key").await.expect(200);
    };
    every_death(&market, "webhook", &lost, &hint).await;
    let hinted = async |market: &Market| {
        let sale = lost(market).await;
        hint(market, &sale).await;
        sale
    };
    every_death_of_task(&market, "process_payment_webhook", &hinted).await;
    market.close().await;
}

#[tokio::test]
async fn a_paid_order_is_followed_up_once() {
    let market = Market::open().await.told().await;
    for task in ["finalize_stock", "order_status_alert", "notify_seller", "deliver_partner_webhook"] {
        every_death_of_task(&market, task, Market::paid).await;
    }
    market.close().await;
}

#[tokio::test]
async fn an_order_nobody_pays_gives_everything_back_once() {
    let market = Market::open().await;
    let late = async |market: &Market| {
        let sale = market.at_the_window().await;
        market.shop.clock().advance(Duration::minutes(46));
        sale
    };
    let round =
        async |market: &Market, _: &Sale| drop(market.shop.try_schedule("cancel_expired_payments").await.unwrap());
    every_death(&market, "cancel_expired_payments", &late, &round).await;
    let expired = async |market: &Market| {
        let sale = late(market).await;
        round(market, &sale).await;
        sale
    };
    every_death_of_task(&market, "finalize_stock", &expired).await;
    let call_off = async |_: &Market, sale: &Sale| drop(sale.call_off().await.expect(204));
    every_death(&market, "call off", Market::at_the_window, &call_off).await;
    market.close().await;
}

#[tokio::test]
async fn a_cancel_is_refunded_once() {
    let market = Market::open().await;
    let previewed = async |market: &Market| market.sold().await.asks_back(1).await;
    let cancel = async |_: &Market, sale: &Sale| drop(sale.cancel().await.expect(201));
    every_death(&market, "cancel", &previewed, &cancel).await;
    let cancelled = async |market: &Market| {
        let sale = previewed(market).await;
        sale.cancel().await.expect(201);
        sale
    };
    every_death_of_task(&market, "execute_refund", &cancelled).await;
    // The gateway takes the money back and its answer gets lost.
    let unheard = async |market: &Market| {
        let sale = cancelled(market).await;
        market.shop.toss().fail_next("cancel", FaultKind::LostAnswer);
        sale
    };
    every_death_of_task(&market, "execute_refund", &unheard).await;
    market.close().await;
}

#[tokio::test]
async fn a_seller_answers_and_dispatches_once() {
    let market = Market::open().await;
    let accept = async |market: &Market, sale: &Sale| drop(market.accept(sale).await.expect(200));
    every_death(&market, "accept", Market::sold, &accept).await;
    let dispatch = async |market: &Market, sale: &Sale| drop(market.dispatch(sale).await.expect(200));
    every_death(&market, "dispatch", Market::sold, &dispatch).await;
    let asked = async |market: &Market| {
        let sale = market.sold().await;
        accept(market, &sale).await;
        let sale = sale.asks_back(2).await;
        let filed = sale.cancel().await.expect(201);
        market.shop.run_tasks().await;
        Sale { claim: filed["claim_ids"][0].clone(), ..sale }
    };
    let approve = async |market: &Market, sale: &Sale| {
        let body = json!({ "claim_ids": [sale.claim] });
        market.seller.post("/v1/claims/approve-cancels", body).key(&sale.keyed("approve")).await.expect(200);
    };
    every_death(&market, "approve", &asked, &approve).await;
    market.close().await;
}

#[tokio::test]
async fn a_parcel_arrives_once() {
    let market = Market::open().await;
    let scan = async |market: &Market, sale: &Sale| {
        let shop = &market.shop;
        let one = json!({ "invoice_no": sale.invoice, "status": "DELIVERED", "occurred_at": sale.began });
        let body = json!({ "events": [one] }).to_string();
        let proof = signature(&shop.carrier().secret, shop.now().0.timestamp(), &body);
        let call = shop.anonymous(Host::External).post("/v1/inbound/carriers/CJ/tracking-events", json!({}));
        call.body(body).header("drrip-carrier-signature", &proof).await.expect(200);
    };
    every_death(&market, "scan", Market::dispatched, &scan).await;
    let scanned = async |market: &Market| {
        let sale = market.dispatched().await;
        scan(market, &sale).await;
        sale
    };
    every_death_of_task(&market, "apply_tracking", &scanned).await;
    market.close().await;
}

#[tokio::test]
async fn a_purchase_is_decided_and_rewarded_once() {
    let market = Market::open().await;
    let decide = async |_: &Market, sale: &Sale| drop(sale.decide().await.expect(204));
    every_death(&market, "decide", Market::delivered, &decide).await;
    let decided = async |market: &Market| {
        let sale = market.delivered().await;
        decide(market, &sale).await;
        sale
    };
    every_death_of_task(&market, "grant_purchase_points", &decided).await;
    let forgotten = async |market: &Market| {
        let sale = market.delivered().await;
        market.shop.clock().advance(Duration::days(8));
        // The purchases of the sales before are settled meanwhile.
        market.shop.run_schedule("build_settlements").await;
        sale
    };
    let sweep = async |market: &Market, _: &Sale| drop(market.shop.try_schedule("auto_confirm_sweep").await.unwrap());
    every_death(&market, "auto_confirm_sweep", &forgotten, &sweep).await;
    let swept = async |market: &Market| {
        let sale = forgotten(market).await;
        sweep(market, &sale).await;
        sale
    };
    every_death_of_task(&market, "auto_confirm_purchase", &swept).await;
    market.close().await;
}

//! PostgreSQL goes away and comes back: callers are told to come again, and the same process serves them when they do. What
//! was being written is written once, wherever the wire was cut: before its COMMIT arrived, or before its answer did.

use crate::market::{Market, Sale, buys, went_well};
use crate::standing::{of_buyer, same};
use axum::Router;
use axum::body::Body;
use harness::simulators::carrier::signature;
use harness::{Host, Loss, Shop, Wire, json, serve, web};
use http::{HeaderMap, StatusCode};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tower::ServiceExt;

async fn get(router: &Router, path: &str) -> (StatusCode, HeaderMap, harness::Value) {
    let response = router.clone().oneshot(http::Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1_000_000).await.unwrap();
    (parts.status, parts.headers, serde_json::from_slice(&bytes).unwrap())
}

async fn come_again(router: &Router, path: &str) {
    let (status, headers, problem) = get(router, path).await;
    assert_eq!((status.as_u16(), &problem["code"]), (503, &"service_unavailable".into()), "{path}: {problem}");
    assert_eq!(
        (headers["retry-after"].as_bytes(), headers["content-type"].as_bytes()),
        (&b"2"[..], &b"application/problem+json"[..])
    );
    assert!(!problem.to_string().contains("postgres"), "nothing of our inside: {problem}");
}

#[tokio::test]
async fn callers_come_again_and_find_the_same_process() {
    let (shop, wire) = Shop::wired().await;
    let routers = [shop.service().await, shop.seller_host().await, shop.admin().await, shop.external().await];
    let paths = ["/healthz", "/v1/categories", "/v1/terms"];
    let all = || {
        let healths = routers.iter().map(|router| (router, "/healthz"));
        healths.chain(paths.iter().map(|path| (&routers[0], *path)))
    };
    for (router, path) in all() {
        assert_eq!(get(router, path).await.0, 200, "{path}");
    }
    for _ in 0..2 {
        wire.cut();
        for (router, path) in all() {
            come_again(router, path).await;
        }
        // What needs no database goes on.
        for router in &routers {
            assert_eq!(get(router, "/openapi.json").await.0, 200);
        }
        wire.mend();
        for (router, path) in all() {
            assert_eq!(get(router, path).await.0, 200, "{path}, without a new process");
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn nobody_listens() {
    let boot = harness::offline().await;
    for host in Host::ALL {
        let router = web::start(boot.clone(), serve::apis(host, &boot).await.unwrap());
        come_again(&router, "/healthz").await;
    }
}

async fn market() -> (Market, Wire) {
    let (shop, wire) = Shop::wired().await;
    (Market::of(shop).await, wire)
}

/// Each round trip costs a sale of its own: one of three is lost in every run, and every one with `EVERY_TRIP` (`make soak`).
fn trips() -> usize {
    if std::env::var_os("EVERY_TRIP").is_some() { 1 } else { 3 }
}

/// Loses each COMMIT of `act` in turn, then each COMMIT's answer, then each round trip, for a fresh sale each time. `act` says whether it went
/// well; when it did not it is done again. Every sale stands in the end as the last one, which nobody disturbed.
async fn every_loss(
    market: &Market,
    wire: &Wire,
    what: &str,
    prepare: impl AsyncFn(&Market) -> Sale,
    act: impl AsyncFn(&Market, &Sale) -> bool,
) {
    let shop = &market.shop;
    for (loss, step) in [(Loss::Commit, 1), (Loss::Answer, 1), (Loss::Trip, trips())] {
        let mut ended = Vec::new();
        for nth in (0..).step_by(step) {
            let sale = prepare(market).await;
            wire.lose(loss, nth);
            let went_well = act(market, &sale).await;
            let undisturbed = wire.forget();
            assert_eq!(went_well, undisturbed, "{what}: a lost {loss:?} must be told, and nothing else");
            if !undisturbed {
                assert!(act(market, &sale).await, "{what}, done again after a lost {loss:?}");
            }
            market.calm().await;
            ended.push((of_buyer(shop, sale.buyer.id()).await, sale.held_by(shop.toss())));
            if undisturbed {
                break;
            }
        }
        let (undisturbed, held) = ended.pop().unwrap();
        assert!(!ended.is_empty(), "{what} commits nothing");
        for (stands, other) in &ended {
            same(&undisturbed, stands, &format!("{what}, a lost {loss:?}"));
            assert_eq!(*other, held, "{what}, a lost {loss:?}: the gateway holds another sum");
        }
    }
    shop.check_laws().await;
}

#[tokio::test]
async fn what_customers_write_is_written_once() {
    let (market, wire) = market().await;
    let place = async |_: &Market, sale: &Sale| went_well(&sale.place().await);
    every_loss(&market, &wire, "place", Market::checkout, place).await;
    let confirm = async |_: &Market, sale: &Sale| went_well(&sale.confirm().await);
    every_loss(&market, &wire, "confirm", Market::at_the_window, confirm).await;
    let call_off = async |_: &Market, sale: &Sale| went_well(&sale.call_off().await);
    every_loss(&market, &wire, "call off", Market::at_the_window, call_off).await;
    let previewed = async |market: &Market| market.sold().await.asks_back(1).await;
    let cancel = async |_: &Market, sale: &Sale| went_well(&sale.cancel().await);
    every_loss(&market, &wire, "cancel", previewed, cancel).await;
    let decide = async |_: &Market, sale: &Sale| went_well(&sale.decide().await);
    every_loss(&market, &wire, "decide", Market::delivered, decide).await;
    market.close().await;
}

#[tokio::test]
async fn what_sellers_operators_and_partners_write_is_written_once() {
    let (market, wire) = market().await;
    let dispatch = async |market: &Market, sale: &Sale| went_well(&market.dispatch(sale).await);
    every_loss(&market, &wire, "dispatch", Market::sold, dispatch).await;
    let system = market.shop.own_client(&market.seller, &["partner:orders:write"]).await;
    let by_system = async |market: &Market, sale: &Sale| went_well(&market.dispatch_by(&system, sale).await);
    every_loss(&market, &wire, "dispatch by a partner", Market::sold, by_system).await;
    let operator = market.shop.operator("cs_lead").await;
    let asked = async |market: &Market| {
        let sale = market.sold().await;
        market.accept(&sale).await.expect(200);
        let sale = sale.asks_back(2).await;
        let filed = sale.cancel().await.expect(201);
        market.shop.run_tasks().await;
        Sale { claim: filed["claim_ids"][0].clone(), ..sale }
    };
    let approve = async |_: &Market, sale: &Sale| {
        let path = format!("/v1/claims/{}/approve", sale.claim.as_str().unwrap());
        went_well(&operator.post(&path, json!({ "reason": "고객 요청" })).key(&sale.keyed("approve")).await)
    };
    every_loss(&market, &wire, "approve by an operator", asked, approve).await;
    let scan = async |market: &Market, sale: &Sale| {
        let shop = &market.shop;
        let one = json!({ "invoice_no": sale.invoice, "status": "DELIVERED", "occurred_at": sale.began });
        let body = json!({ "events": [one] }).to_string();
        let proof = signature(&shop.carrier().secret, shop.now().0.timestamp(), &body);
        let call = shop.anonymous(Host::External).post("/v1/inbound/carriers/CJ/tracking-events", json!({}));
        went_well(&call.body(body).header("drrip-carrier-signature", &proof).await)
    };
    every_loss(&market, &wire, "scan", Market::dispatched, scan).await;
    market.close().await;
}

#[tokio::test]
async fn tasks_and_schedules_wait_and_are_done_once() {
    let (market, wire) = market().await;
    let cancelled = async |market: &Market| {
        let sale = market.sold().await.asks_back(1).await;
        sale.cancel().await.expect(201);
        sale
    };
    for (task, cancels) in [("finalize_stock", false), ("execute_refund", true)] {
        let queued = async |market: &Market| {
            let sale = if cancels { cancelled(market).await } else { market.paid().await };
            Sale { message: market.message(task).await, ..sale }
        };
        let receive = async |market: &Market, sale: &Sale| {
            let message = sale.message.as_ref().unwrap();
            market.shop.receive(message, true).await.is_ok()
        };
        every_loss(&market, &wire, task, queued, receive).await;
    }
    let late = async |market: &Market| {
        let sale = market.at_the_window().await;
        market.shop.clock().advance(chrono::Duration::minutes(46));
        sale
    };
    let round = async |market: &Market, _: &Sale| market.shop.try_schedule("cancel_expired_payments").await.is_ok();
    every_loss(&market, &wire, "cancel_expired_payments", late, round).await;
    market.close().await;
}

const BUYERS: usize = 20;

#[tokio::test]
async fn a_crowd_buys_on_while_the_database_comes_and_goes() {
    let (market, wire) = market().await;
    let (answered, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let mut sales = Vec::new();
    for _ in 0..BUYERS {
        sales.push(market.checkout().await);
    }
    let buyer = |sale| {
        let (market, answered, done) = (&market, &answered, &done);
        async move {
            buys(market, sale, Duration::ZERO, answered).await;
            done.fetch_add(1, Ordering::Relaxed);
        }
    };
    let crowd = futures::future::join_all(sales.iter().map(buyer));
    // Every fifth answer the server is gone for a moment, with everything that is under way.
    let trouble = async {
        let mut next = 5;
        while done.load(Ordering::Relaxed) < BUYERS {
            if answered.load(Ordering::Relaxed) >= next {
                wire.shake();
                next += 5;
            }
            tokio::task::yield_now().await;
        }
    };
    // Workers and schedules meet the same trouble.
    let machine = async {
        while done.load(Ordering::Relaxed) < BUYERS {
            market.shop.try_tasks().await;
            drop(market.shop.try_schedule("cancel_expired_payments").await);
        }
    };
    futures::join!(crowd, trouble, machine);
    market.calm().await;
    let paid = "select count(*) from product_orders where state = 'paid'";
    assert_eq!(market.shop.value::<i64>(paid, &[]).await, i64::try_from(BUYERS).unwrap());
    let captured = "select sum(captured_amount)::bigint from payments";
    assert_eq!(market.shop.value::<i64>(captured, &[]).await, market.shop.toss().totals().net);
    market.close().await;
}

//! Queues deliver at least once and rules fire at least once: everything that ever happened, once more, changes nothing.

use crate::buying::{bought, lines, order, piece, quote};
use crate::order_steps::ask_cancel;
use crate::settlement_steps::*;
use events::{Envelope, queues};
use harness::simulators::toss::outbox::Targets;
use harness::{Host, Shop, json, serve};
use std::collections::{BTreeMap, BTreeSet};

/// A hash of every table.
async fn books(shop: &Shop) -> BTreeMap<String, String> {
    let named = "select tablename::text from pg_tables where schemaname = 'public' order by 1";
    let mut all = BTreeMap::new();
    for table in shop.values::<String>(named, &[]).await {
        let hash = format!("select coalesce(md5(string_agg(t::text, '' order by t::text)), '') from {table} t");
        all.insert(table, shop.value::<String>(&hash, &[]).await);
    }
    all
}

#[track_caller]
fn same(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>, what: &str) {
    let changed: Vec<&String> = before.keys().filter(|table| before[*table] != after[*table]).collect();
    assert!(changed.is_empty(), "{what} changed {changed:?}");
}

/// Everything that was written to the outbox, oldest first.
async fn history(shop: &Shop) -> Vec<Envelope> {
    let mut all = Vec::new();
    for name in events::NAMES {
        all.extend(shop.events(name).await);
    }
    all.sort_by_key(|event| event.id);
    all
}

/// A life that gives every task something to do.
async fn live(shop: &Shop) {
    let seller = shop.seller().await;
    let url = shop.hooks().endpoint("erp");
    let own = shop.own_client(&seller, &["partner:webhooks:manage", "partner:orders:read"]).await;
    let body = json!({ "url": url, "event_types": ["order.paid", "product_order.status_changed"] });
    own.post("/v1/webhook-endpoints", body).await.expect(201);
    let mail = format!("sua-{}@drrip.test", uuid::Uuid::now_v7().simple());
    let nobody = shop.anonymous(Host::Service);
    nobody.post("/v1/auth/email-verifications", json!({ "email": mail })).await.expect(202);
    let gone = seller.product("품절").sku("M", 0).on_sale().await.only();
    crate::restock::waits(&shop.customer().await, gone).await;
    crate::restock::adjusted(&seller, gone, "add", 1).await.expect(200);
    let external = format!("{}/v1/inbound/toss", shop.url(Host::External).await);
    let target = |path: &str| Some(format!("{external}/{path}"));

    // A purchase confirmed by hand and paid out, one by the clock, one piece taken back.
    sold(shop, &seller, 60_000, "100000000013").await;
    payable(shop, &seller).await;
    shop.toss().set_targets(Targets {
        payment: target("payment-events"),
        payout: target("payout-events"),
        ..Targets::default()
    });
    let minji = shop.customer().await;
    let tee = seller.product("티셔츠").price(20_000).sku("M", 9).on_sale().await;
    let placed = bought(shop, &minji, &[piece(tee.only(), 3)]).await;
    told(shop).await;
    let line = lines(shop, &placed).await[0];
    ask_cancel(&minji, &[(line, 1)]).await;
    shop.run_tasks().await;
    crate::order_life::dispatch(&seller, &[(line, 2)], "100000000014").await;
    for status in
        [harness::simulators::carrier::ScanStatus::AtPickup, harness::simulators::carrier::ScanStatus::Delivered]
    {
        crate::order_steps::scanned(shop, "100000000014", status).await;
    }
    shop.clock().advance(chrono::Duration::days(8));
    shop.run_schedule("auto_confirm_sweep").await;
    shop.run_tasks().await;
    let lead = shop.operator("settlement_lead").await;
    let batch = mornings_until_batch(shop, &lead).await;
    let period: kernel::SettlementPeriodId =
        shop.value("select settlement_period_id from settlements order by id limit 1", &[]).await;
    lead.post(&format!("/v1/settlement-periods/{period}/build"), json!({})).await.expect(202);
    shop.run_tasks().await;
    pay_out(shop, &batch).await;
    shop.run_tasks().await;
    shop.toss().complete_payouts();
    told(shop).await;
}

#[tokio::test]
async fn every_event_delivered_again_to_every_task_changes_nothing() {
    let shop = Shop::open().await;
    live(&shop).await;
    let history = history(&shop).await;
    let fed: BTreeSet<&str> =
        history.iter().flat_map(|event| queues::consumers(&event.event)).map(|queue| queue.task).collect();
    let all: BTreeSet<&str> = queues::ALL.iter().map(|queue| queue.task).collect();
    assert_eq!(fed, all, "the story feeds every task");

    let (before, heard) = (books(&shop).await, shop.hooks().received("erp").len());
    let (net, paid) = (shop.toss().totals().net, shop.toss().payouts().len());
    for event in history.iter().chain(history.iter().rev()) {
        for queue in queues::consumers(&event.event) {
            let done = shop.deliver_to(queue.task, event).await;
            assert!(done.is_ok(), "{} of {}: {done:?}", queue.task, event.event);
        }
    }
    same(&before, &books(&shop).await, "everything delivered again");
    assert_eq!(shop.hooks().received("erp").len(), heard, "no partner is told twice");
    assert_eq!((shop.toss().totals().net, shop.toss().payouts().len()), (net, paid), "no money moves twice");
    shop.close().await;
}

#[tokio::test]
async fn every_schedule_run_again_changes_nothing() {
    let shop = Shop::open().await;
    shop.make_queues().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    // An order nobody pays, a wish nobody fulfils, points that run out, a purchase to settle and one to confirm.
    let tee = seller.product("티셔츠").price(20_000).sku("M", 9).on_sale().await;
    minji.points(3_000).await;
    crate::restock::waits(&minji, seller.product("품절").sku("M", 0).on_sale().await.only()).await;
    sold(&shop, &seller, 60_000, "100000000013").await;
    payable(&shop, &seller).await;
    let placed = bought(&shop, &minji, &[piece(tee.only(), 2)]).await;
    let line = lines(&shop, &placed).await[0];
    crate::order_life::dispatch(&seller, &[(line, 2)], "100000000014").await;
    crate::order_steps::scanned(&shop, "100000000014", harness::simulators::carrier::ScanStatus::Delivered).await;
    order(&minji, &quote(&minji, &[piece(tee.only(), 1)]).await).await;

    let functions = serve::schedules(shop.boot()).await.unwrap();
    let mut worked: BTreeSet<&str> = BTreeSet::new();
    for days in [0, 8, 20, 400] {
        shop.clock().advance(chrono::Duration::days(days) + chrono::Duration::hours(1));
        for function in &functions {
            // The relay takes events away from the story's own tasks: it has a story of its own.
            for schedule in function.schedules().iter().filter(|schedule| schedule.name() != "sweep_outbox") {
                let (now, name) = (shop.now(), schedule.name());
                let untouched = books(&shop).await;
                function.run(name, now).await.unwrap_or_else(|error| panic!("{name}: {error}"));
                let before = books(&shop).await;
                if before != untouched {
                    worked.insert(name);
                }
                function.run(name, now).await.unwrap_or_else(|error| panic!("{name}, second run: {error}"));
                same(&before, &books(&shop).await, &format!("{name} after {days} days"));
            }
        }
        shop.run_tasks().await;
    }
    for name in ["cancel_expired_payments", "auto_confirm_sweep", "expire_points", "build_settlements"] {
        assert!(worked.contains(name), "{name} had nothing to do in this story: {worked:?}");
    }
    shop.close().await;
}

//! Sweeps reach the last row, however many wait.

use crate::buying::{bought, lines, piece};
use crate::order_steps::{accepted, ask_cancel, by_cj, dispatched, scanned};
use crate::settlement::adjustment;
use crate::settlement_steps::{mornings_until, sold};
use chrono::Duration;
use harness::Shop;
use harness::simulators::carrier::ScanStatus;
use orders::claims::unanswered::ApproveUnanswered;
use orders::decide;
use settlement::build_period;

#[tokio::test]
async fn every_delivered_line_is_queued_page_by_page_and_once_a_day() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(20_000).sku("S", 5).sku("M", 5).sku("L", 5).on_sale().await;
    let minji = shop.customer().await;
    let pieces = ["S", "M", "L"].map(|size| piece(tee.sku(size), 1));
    let placed = bought(&shop, &minji, &pieces).await;
    let items = lines(&shop, &placed).await.into_iter().map(|line| by_cj(line, "123456789012"));
    dispatched(&seller, &items.collect::<Vec<_>>()).await;
    scanned(&shop, "123456789012", ScanStatus::Delivered).await;
    shop.clock().advance(Duration::days(8));
    // All three arrived at the same moment: a page ends between them.
    for _ in 0..2 {
        assert_eq!(decide::queue_due(&shop.boot().db, shop.now(), 2).await.unwrap(), 3);
    }
    assert_eq!(shop.events("product_order.auto_confirm_due").await.len(), 3);
    shop.run_tasks().await;
    let states: Vec<String> = shop.values("select distinct state from product_orders", &[]).await;
    assert_eq!(states, ["purchase_decided"]);
    assert_eq!(decide::queue_due(&shop.boot().db, shop.now(), 2).await.unwrap(), 0);
    shop.close().await;
}

#[tokio::test]
async fn every_unanswered_cancel_is_approved_page_by_page() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(20_000).sku("M", 9).on_sale().await;
    let minji = shop.customer().await;
    for _ in 0..3 {
        let line = lines(&shop, &bought(&shop, &minji, &[piece(tee.only(), 1)]).await).await[0];
        accepted(&seller, &[line]).await;
        ask_cancel(&minji, &[(line, 1)]).await;
    }
    let sweep = ApproveUnanswered { boot: shop.boot().clone() };
    assert_eq!(sweep.approve_all(shop.now(), 2).await.unwrap(), 0, "they have time");
    shop.clock().advance(Duration::days(7));
    assert_eq!(sweep.approve_all(shop.now(), 2).await.unwrap(), 3);
    shop.run_tasks().await;
    let states: Vec<String> = shop.values("select distinct state from claims", &[]).await;
    assert_eq!(states, ["done"]);
    shop.close().await;
}

#[tokio::test]
async fn a_period_is_built_page_by_page() {
    let shop = Shop::open().await;
    let (one, two) = (shop.seller().await, shop.seller().await);
    sold(&shop, &one, 60_000, "100000000021").await;
    sold(&shop, &two, 60_000, "100000000022").await;
    for seller in [&one, &two] {
        mornings_until(&shop, seller, "calculated").await;
        adjustment(&shop, seller, -2_080).await;
    }
    let period_id: kernel::SettlementPeriodId =
        shop.value("select distinct settlement_period_id from settlements", &[]).await;
    let corrected = "select count(*) from settlements where net_amount = 50000";
    let state = "select state from settlement_periods where id = $1";
    let due = events::PeriodBuildDue { period_id, after: None, failed: 0 };
    build_period::page(&shop.boot().db, uuid::Uuid::now_v7(), due, 1, shop.now()).await.unwrap();
    assert_eq!(
        (shop.value::<i64>(corrected, &[]).await, shop.value::<String>(state, &[&period_id]).await),
        (1, "building".into())
    );
    shop.run_tasks().await;
    assert_eq!(
        (shop.value::<i64>(corrected, &[]).await, shop.value::<String>(state, &[&period_id]).await),
        (2, "built".into())
    );
    shop.close().await;
}

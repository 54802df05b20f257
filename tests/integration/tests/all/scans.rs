//! What carriers say is believed as far as it can be of the parcel it names.

use crate::buying::{bought, lines, piece};
use crate::order_steps::{by_cj, dispatched, scanned};
use chrono::{DateTime, Duration, FixedOffset, Utc};
use harness::simulators::carrier::{ScanRequest, ScanStatus};
use harness::{Host, Shop};
use kernel::ProductOrderId;

const INVOICE: &str = "123456789012";

/// A paid line and its seller.
async fn paid(shop: &Shop) -> (harness::Seller, ProductOrderId) {
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(20_000).sku("M", 5).on_sale().await;
    let minji = shop.customer().await;
    let placed = bought(shop, &minji, &[piece(tee.only(), 1)]).await;
    (seller, lines(shop, &placed).await[0])
}

/// A delivery the carrier dates itself.
async fn delivered_at(shop: &Shop, at: DateTime<FixedOffset>) {
    shop.carrier().push_to(&shop.url(Host::External).await);
    shop.carrier().scan_with("CJ", INVOICE, ScanRequest::of(ScanStatus::Delivered).at(at)).await;
    shop.run_tasks().await;
}

async fn state(shop: &Shop, line: ProductOrderId) -> String {
    shop.value("select state from product_orders where id = $1", &[&line]).await
}

async fn confirms_at(shop: &Shop, line: ProductOrderId) -> DateTime<Utc> {
    shop.value("select auto_confirm_at from product_orders where id = $1", &[&line]).await
}

#[tokio::test]
async fn a_scan_of_another_year_is_kept_and_moves_nothing() {
    let shop = Shop::open().await;
    let (seller, line) = paid(&shop).await;
    dispatched(&seller, &[by_cj(line, INVOICE)]).await;
    // The number's last life, and a clock that runs ahead.
    let ahead = shop.now().0 + Duration::hours(2);
    for odd in ["2020-01-01T10:00:00+09:00", "2099-01-01T10:00:00+09:00", &ahead.to_rfc3339()] {
        delivered_at(&shop, odd.parse().unwrap()).await;
        assert_eq!(state(&shop, line).await, "dispatched", "{odd}");
    }
    // Nor does time make them true.
    shop.clock().advance(Duration::hours(3));
    scanned(&shop, INVOICE, ScanStatus::AtPickup).await;
    assert_eq!(state(&shop, line).await, "delivering");
    let parcel = "select state from shipments";
    assert_eq!(shop.value::<String>(parcel, &[]).await, "in_transit");
    assert_eq!(shop.value::<i64>("select count(*) from tracking_events", &[]).await, 4, "each is kept");

    delivered_at(&shop, (shop.now().0 + Duration::minutes(30)).fixed_offset()).await;
    assert_eq!(state(&shop, line).await, "delivered");
    let arrived: DateTime<Utc> = shop.value("select delivered_at from product_orders where id = $1", &[&line]).await;
    assert_eq!(confirms_at(&shop, line).await, arrived + Duration::days(7));
    shop.close().await;
}

#[tokio::test]
async fn goods_that_came_before_their_number_confirm_themselves_seven_days_after_it() {
    let shop = Shop::open().await;
    let (seller, line) = paid(&shop).await;
    let arrived = shop.now().0;
    delivered_at(&shop, arrived.fixed_offset()).await;
    shop.clock().advance(Duration::days(5));
    dispatched(&seller, &[by_cj(line, INVOICE)]).await;
    shop.run_schedule("match_waiting_scans").await;
    shop.run_tasks().await;
    assert_eq!(state(&shop, line).await, "delivered");
    let told: DateTime<Utc> = shop.value("select delivered_at from product_orders where id = $1", &[&line]).await;
    assert!((told - arrived).num_seconds().abs() < 60, "the day the carrier says");
    let registered: DateTime<Utc> = shop.value("select created_at from shipments", &[]).await;
    assert_eq!(confirms_at(&shop, line).await, registered + Duration::days(7));
    shop.close().await;
}

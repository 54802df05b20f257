//! A line that does not leave in time: marked once, and everybody concerned hears of it once.

use crate::buying::{bought, lines, piece};
use crate::order_steps::{accepted, by_cj, dispatched};
use crate::webhook::{SCOPES, endpoint, heard};
use chrono::Duration;
use harness::{Shop, Value, json};
use kernel::ProductOrderId;

/// Lets days pass until a round finds late lines; answers how many.
async fn next_late(shop: &Shop) -> Value {
    for _ in 0..20 {
        shop.clock().advance(Duration::days(1));
        let late = shop.run_schedule("check_delivery_delay").await["late"].clone();
        if late != json!(0) {
            return late;
        }
    }
    panic!("nothing became late");
}

#[tokio::test]
async fn lines_that_did_not_leave_in_time_are_told_of_once() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(20_000).sku("M", 9).sku("L", 9).on_sale().await;
    let partner = shop.own_client(&seller, SCOPES).await;
    endpoint(&shop, &partner, "erp", &["product_order.dispatch_overdue"]).await;
    let (minji, sua) = (shop.customer().await, shop.customer().await);
    let late = lines(&shop, &bought(&shop, &minji, &[piece(tee.sku("M"), 1), piece(tee.sku("L"), 1)]).await).await;
    let left = lines(&shop, &bought(&shop, &sua, &[piece(tee.only(), 1)]).await).await;
    accepted(&seller, &late[..1]).await;
    dispatched(&seller, &[by_cj(left[0], "123456789012")]).await;

    // The day after the payment is never the third business day after it.
    shop.clock().advance(Duration::days(1));
    assert_eq!(shop.run_schedule("check_delivery_delay").await["late"], 0);
    assert_eq!(next_late(&shop).await, 2, "the new one and the accepted one");
    shop.run_tasks().await;

    let marked: Vec<ProductOrderId> =
        shop.values("select id from product_orders where overdue_at is not null order by line_no", &[]).await;
    assert_eq!(marked, late);
    let states: Vec<String> =
        shop.values("select state from product_orders where overdue_at is not null order by line_no", &[]).await;
    assert_eq!(states, ["preparing", "paid"], "being late is no state");
    let told = "select count(*) from notifications where template_code = 'order_dispatch_overdue' and user_id = $1";
    assert_eq!(shop.value::<i64>(told, &[&minji.user_id]).await, 1, "two lines of one order, one message");
    assert_eq!(shop.value::<i64>(told, &[&sua.user_id]).await, 0);
    let bodies: Vec<String> =
        shop.values("select body from notifications where template_code = 'seller_dispatch_overdue'", &[]).await;
    assert!(bodies.len() == 1 && bodies[0].contains("2건"), "{bodies:?}");
    let named: Vec<Value> =
        heard(&shop, "erp").iter().map(|told| told.json()["data"]["product_order_id"].clone()).collect();
    assert!(named.len() == 2 && late.iter().all(|line| named.contains(&json!(line))), "{named:?}");
    let feed = "select count(*) from product_order_changes where change_type = 'dispatch_overdue'";
    assert_eq!(shop.value::<i64>(feed, &[]).await, 2);

    for _ in 0..4 {
        shop.clock().advance(Duration::days(1));
        assert_eq!(shop.run_schedule("check_delivery_delay").await["late"], 0, "once");
    }
    shop.close().await;
}

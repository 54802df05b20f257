//! Goods that leave without a carrier arrive when their seller says so, and the buyer has seven days from then.

use crate::buying::{bought, lines, piece};
use crate::order_steps::{by_cj, code, dispatched};
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use harness::{Seller, Shop, Value, json};
use kernel::{ProductOrderId, ShipmentId};

fn by_hand(line: ProductOrderId, method: &str) -> Value {
    json!({ "product_order_id": line, "method": method })
}

async fn codes(seller: &Seller, items: &[Value]) -> Vec<String> {
    dispatched(seller, items).await.iter().map(code).map(str::to_owned).collect()
}

/// As people name a moment: whole seconds.
fn said(at: DateTime<Utc>) -> Value {
    json!({ "delivered_at": at.to_rfc3339_opts(SecondsFormat::Secs, true), "proof": "경비실에서 본인이 수령, 퀵 영수증 20-118" })
}

#[tokio::test]
async fn a_seller_reports_its_own_delivery_and_the_purchase_confirms_itself() {
    let shop = Shop::open().await;
    let (seller, other) = (shop.seller().await, shop.seller().await);
    let tee = seller.product("티셔츠").price(20_000).sku("M", 5).sku("L", 5).on_sale().await;
    let minji = shop.customer().await;
    let placed = bought(&shop, &minji, &[piece(tee.sku("M"), 1), piece(tee.sku("L"), 2)]).await;
    let [one, two] = lines(&shop, &placed).await[..] else { panic!("two lines") };

    let items = [by_hand(one, "quick"), by_hand(two, "quick")];
    for _ in 0..2 {
        assert_eq!(codes(&seller, &items).await, ["ok", "ok"], "the same again is no trouble");
    }
    assert_eq!(codes(&seller, &[by_hand(one, "direct")]).await, ["already_dispatched"]);
    assert_eq!(codes(&seller, &[by_cj(one, "123456789012")]).await, ["already_dispatched"]);
    let [parcel] = shop.values::<ShipmentId>("select id from shipments", &[]).await[..] else { panic!("one parcel") };
    let confirm = json!({ "product_order_ids": [one] });
    minji.post("/v1/product-orders/confirm", confirm).await.expect_code(409, "not_confirmable");

    let left = shop.now().0;
    shop.clock().advance(Duration::days(2));
    let path = format!("/v1/shipments/{parcel}/mark-delivered");
    let report = |at: DateTime<Utc>| seller.post(&path, said(at));
    other.post(&path, said(left)).await.expect_code(404, "shipment_not_found");
    seller.member("viewer").await.post(&path, said(left)).await.expect_code(403, "forbidden");
    for wrong in [left - Duration::hours(1), shop.now().0 + Duration::hours(1)] {
        report(wrong).await.expect_code(422, "delivered_at_invalid");
    }
    let unproven = json!({ "delivered_at": left, "proof": "네" });
    seller.post(&path, unproven).await.expect_code(422, "invalid_request");
    assert_eq!(shop.values::<String>("select distinct state from product_orders", &[]).await, ["dispatched"]);

    let arrived = left + Duration::days(1);
    report(arrived).await.expect(204);
    report(left + Duration::hours(30)).await.expect(204);
    shop.run_tasks().await;
    let told =
        "select distinct state || ' ' || delivered_at || ' ' || (auto_confirm_at > $1)::text from product_orders";
    let told: Vec<String> = shop.values(told, &[&(shop.now().0 + Duration::days(6))]).await;
    let expected: String =
        shop.value("select 'delivered ' || date_trunc('second', $1::timestamptz) || ' true'", &[&arrived]).await;
    assert_eq!(told, [expected], "on the day said; confirmed seven days after the report");
    let history =
        "select actor_type || ' ' || cause || ' ' || reason from order_status_histories where to_state = 'delivered'";
    let history: Vec<String> = shop.values(history, &[]).await;
    assert_eq!(history, ["seller hand_over 경비실에서 본인이 수령, 퀵 영수증 20-118"; 2]);
    let heard = "select count(*) from notifications where template_code = 'order_delivered'";
    assert_eq!(shop.value::<i64>(heard, &[]).await, 1, "one parcel, one message");

    shop.clock().advance(Duration::days(8));
    minji.post("/v1/product-orders/confirm", json!({ "product_order_ids": [one] })).await.expect(204);
    shop.run_schedule("auto_confirm_sweep").await;
    shop.run_tasks().await;
    let decided: Vec<String> = shop.values("select decided_by from product_orders order by line_no", &[]).await;
    assert_eq!(decided, ["customer", "auto"]);
    shop.close().await;
}

#[tokio::test]
async fn a_tracked_parcel_is_not_reported_by_hand() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(20_000).sku("M", 5).on_sale().await;
    let minji = shop.customer().await;
    let line = lines(&shop, &bought(&shop, &minji, &[piece(tee.only(), 1)]).await).await[0];
    dispatched(&seller, &[by_cj(line, "123456789012")]).await;
    let parcel: ShipmentId = shop.value("select id from shipments", &[]).await;
    let path = format!("/v1/shipments/{parcel}/mark-delivered");
    seller.post(&path, said(shop.now().0)).await.expect_code(409, "tracked_method");
    shop.close().await;
}

//! A confirm that never reached the gateway is sent again by whoever waits for it, and the money is taken once.

use crate::buying::{order, piece, quote, window};
use chrono::Duration;
use harness::simulators::FaultKind;
use harness::{Shop, json};

#[tokio::test]
async fn a_confirm_that_never_arrived_is_sent_again_under_its_key() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(30_000).sku("M", 9).on_sale().await;
    let minji = shop.customer().await;
    minji.address().await;
    for state in ["unknown", "in_progress"] {
        for polls in [false, true] {
            let placed = order(&minji, &quote(&minji, &[piece(tee.only(), 1)]).await).await;
            let returned = window(&shop, &placed).await;
            shop.toss().fail_next("confirm", FaultKind::ErrorBefore);
            minji.post("/v1/payments/confirm", returned.clone()).await.expect(202);
            // The process may as well have died before the call.
            let id: kernel::PaymentId = placed["payment"]["payment_id"].as_str().unwrap().parse().unwrap();
            shop.sql("update payments set state = $2 where id = $1", &[&id, &state]).await;
            shop.clock().advance(Duration::seconds(10));
            let answer = if polls {
                minji.get(&format!("/v1/payments/{id}")).await.expect(200)
            } else {
                minji.post("/v1/payments/confirm", returned).await.expect(200)
            };
            assert_eq!(answer["state"], "done", "{state}, {polls}");
        }
    }
    shop.run_tasks().await;
    assert_eq!(shop.values::<String>("select distinct state from product_orders", &[]).await, ["paid"]);
    assert_eq!(shop.toss().totals().net, 4 * 33_000);
    shop.close().await;
}

#[tokio::test]
async fn giving_up_confirms_nothing() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(30_000).sku("M", 9).on_sale().await;
    let minji = shop.customer().await;
    minji.address().await;
    let placed = order(&minji, &quote(&minji, &[piece(tee.only(), 1)]).await).await;
    let returned = window(&shop, &placed).await;
    shop.toss().fail_next("confirm", FaultKind::ErrorBefore);
    minji.post("/v1/payments/confirm", returned).await.expect(202);
    let order = placed["purchase_order_id"].as_str().unwrap();
    let path = format!("/v1/purchase-orders/{order}/cancel");
    minji.post(&path, json!({})).await.expect_code(409, "payment_pending");
    shop.clock().advance(Duration::minutes(46));
    shop.run_schedule("cancel_expired_payments").await;
    shop.run_tasks().await;
    assert_eq!(shop.toss().totals().net, 0);
    assert_eq!(shop.values::<String>("select state from purchase_orders", &[]).await, ["canceled_by_nopayment"]);
    shop.close().await;
}

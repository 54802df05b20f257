//! All hosts on one port, and the queues polled beside them: what `scripts/serve` runs.

use crate::buying;
use axum::body::Body;
use harness::{Shop, serve};
use std::time::Duration;
use tower::ServiceExt;

#[tokio::test]
async fn the_host_header_chooses_the_host() {
    let shop = Shop::open().await;
    let router = serve::hosts::router(shop.boot()).await.unwrap();
    let status = async |host: &str, path: &str| {
        let request = http::Request::get(path).header("host", host).body(Body::empty()).unwrap();
        router.clone().oneshot(request).await.unwrap().status().as_u16()
    };
    for host in ["service", "seller", "admin", "external"] {
        assert_eq!(status(&format!("{host}.drrip.localhost:14500"), "/healthz").await, 200, "{host}");
    }
    assert_eq!(status("service.drrip.localhost", "/healthz/order").await, 200);
    assert_eq!(status("external.drrip.localhost", "/healthz/order").await, 404);
    assert_eq!(status("drrip.localhost", "/healthz").await, 404);
    shop.close().await;
}

#[tokio::test]
async fn a_commit_reaches_its_tasks_over_real_queues() {
    let shop = Shop::open().await;
    shop.make_queues().await;
    serve::queues::poll(shop.boot()).await.unwrap();
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    let tee = seller.product("티셔츠").sku("M", 5).on_sale().await;
    minji.address().await;
    let placed = buying::order(&minji, &buying::quote(&minji, &[buying::piece(tee.sku("M"), 2)]).await).await;
    let returned = buying::window(&shop, &placed).await;
    minji.post("/v1/payments/confirm", returned).await.expect(200);
    // Nobody delivers here: nudge, relay and worker do.
    let left = "select on_hand from sku_stocks where sku_id = $1";
    for _ in 0..100 {
        if shop.value::<i32>(left, &[&tee.sku("M")]).await == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(
        shop.value::<i32>(left, &[&tee.sku("M")]).await,
        3,
        "the stock of a paid order was never taken off the shelf"
    );
    shop.close().await;
}

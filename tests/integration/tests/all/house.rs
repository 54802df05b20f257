//! What every host answers.

use harness::{Host, Shop};

#[tokio::test]
async fn a_host_is_healthy_and_describes_itself() {
    let shop = Shop::open().await;
    let nobody = shop.anonymous(Host::Service);
    assert_eq!(nobody.get("/health").await.expect(200)["status"], "ok");
    nobody.get("/docs").await.expect(200);
    assert_eq!(nobody.get("/openapi.json").await.expect(200)["openapi"], "3.1.0");
    shop.close().await;
}

#[tokio::test]
async fn everybody_can_be_made() {
    let shop = Shop::open().await;
    let minji = shop.customer().await;
    minji.get("/v1/me").await.expect(200);
    minji.address().await;
    minji.jeju_address().await;
    assert_eq!(minji.get("/v1/me/addresses").await.expect(200).items().len(), 2);
    minji.points(5_000).await;
    minji.rewards(3_000).await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(30_000).sku("M", 10).sku("L", 0).on_sale().await;
    assert_ne!(tee.sku("M"), tee.sku("L"));
    shop.coupon("5천원").fixed(5_000).give(&minji).await;
    shop.promotion(&tee, 25_000).await;
    shop.time_sale(&tee, 24_000, "0.3").await;
    for role in ["manager", "product", "order", "cs", "settlement", "viewer"] {
        seller.member(role).await;
    }
    shop.operator("super_admin").await;
    shop.partner(&seller, &["partner:account"]).await;
    shop.own_client(&seller, &["partner:account"]).await;
    shop.close().await;
}

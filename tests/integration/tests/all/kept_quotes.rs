//! A checkout that is looked at again: what has gone meanwhile is named, what cannot be had is refused by name.

use crate::buying::{accepted, bought, order, piece, quote};
use harness::{Answer, Shop, json};

fn path(quote: &Answer) -> String {
    format!("/v1/checkout-quotes/{}", quote["quote_id"].as_str().unwrap())
}

#[tokio::test]
async fn points_spent_elsewhere_are_lowered_and_the_new_version_is_what_is_ordered() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(30_000).sku("M", 9).on_sale().await;
    let minji = shop.customer().await;
    minji.address().await;
    minji.points(3_000).await;
    minji.rewards(2_000).await;
    let kept = quote(&minji, &[piece(tee.only(), 1)]).await;
    let chosen = json!({ "points": 3_000, "rewards": 2_000 });
    let kept = minji.patch(&path(&kept), chosen).await.expect(200);
    assert_eq!((kept.won("points_used"), kept.won("rewards_used"), &kept["changes"]), (3_000, 2_000, &json!([])));

    let other = quote(&minji, &[piece(tee.only(), 1)]).await;
    let other = minji.patch(&path(&other), json!({ "points": 2_500, "rewards": 2_000 })).await.expect(200);
    order(&minji, &other).await;

    for again in [
        minji.get(&path(&kept)).await.expect(200),
        minji.post(&format!("{}/validate", path(&kept)), json!({})).await.expect(200),
    ] {
        assert_eq!((again.won("points_used"), again.won("rewards_used")), (500, 0));
        assert_eq!(again.won("total_payable"), kept.won("total_payable") + 4_500);
        assert!(again["version"].as_i64() > kept["version"].as_i64());
    }
    // Named by the first look; kept lowered from then on.
    let stale = minji.post("/v1/purchase-orders", accepted(&kept)).await;
    assert_eq!(stale.status.as_u16(), 409, "{}", stale.text);
    let refused = minji.patch(&path(&kept), json!({ "points": 3_000 })).await.expect_code(422, "insufficient_points");
    assert_eq!(refused["details"], 500, "a choice made now is refused, with what there is");
    let now = minji.get(&path(&kept)).await.expect(200);
    order(&minji, &now).await;
    shop.close().await;
}

#[tokio::test]
async fn what_was_lowered_is_named() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(30_000).sku("M", 9).on_sale().await;
    let minji = shop.customer().await;
    minji.address().await;
    minji.points(3_000).await;
    let kept = quote(&minji, &[piece(tee.only(), 1)]).await;
    minji.patch(&path(&kept), json!({ "points": 3_000 })).await.expect(200);
    let other = quote(&minji, &[piece(tee.only(), 1)]).await;
    order(&minji, &minji.patch(&path(&other), json!({ "points": 3_000 })).await.expect(200)).await;
    let again = minji.post(&format!("{}/validate", path(&kept)), json!({})).await.expect(200);
    assert_eq!(again["changes"], json!([{ "change": "points_lowered", "used": 0 }]));
    shop.close().await;
}

#[tokio::test]
async fn an_item_that_is_gone_is_refused_by_name() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(30_000).sku("M", 1).on_sale().await;
    let (minji, sua) = (shop.customer().await, shop.customer().await);
    minji.address().await;
    let kept = quote(&minji, &[piece(tee.only(), 1)]).await;
    bought(&shop, &sua, &[piece(tee.only(), 1)]).await;
    for look in [minji.get(&path(&kept)), minji.post(&format!("{}/validate", path(&kept)), json!({}))] {
        let refused = look.await.expect_code(409, "out_of_stock");
        assert!(refused.text.contains(&tee.only().to_string()), "{}", refused.text);
    }
    shop.close().await;
}

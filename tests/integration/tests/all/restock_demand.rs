//! What shoppers wait for, as sellers and operators see it: in numbers, the small ones only as small.

use crate::restock::waits;
use harness::{Answer, Shop, Value, json};

fn shown(page: &Answer) -> Vec<(Value, Value)> {
    page.items().iter().map(|row| (row["sku_id"].clone(), row["waiting"].clone())).collect()
}

#[tokio::test]
async fn demand_is_ranked_and_small_numbers_are_not_told() {
    let shop = Shop::open().await;
    let (seller, other) = (shop.seller().await, shop.seller().await);
    let coat = seller.product("코트").sku("M", 0).sku("L", 0).sku("XL", 4).on_sale().await;
    let (m, l) = (coat.sku("M"), coat.sku("L"));
    let theirs = other.product("남의 것").sku("M", 0).on_sale().await.only();
    for n in 0..6 {
        let shopper = shop.customer().await;
        waits(&shopper, l).await;
        if n < 3 {
            waits(&shopper, m).await;
        }
        if n == 0 {
            waits(&shopper, theirs).await;
        }
    }
    let path = "/v1/stock/restock-demand";
    let mine = seller.get(path).await.expect(200);
    assert_eq!(shown(&mine), [(json!(l), json!("6")), (json!(m), json!("<5"))]);
    let row = &mine.items()[0];
    assert_eq!(
        (&row["product_name"], &row["option_text"], &row["available"]),
        (&json!("코트"), &json!("L"), &json!(0))
    );
    assert_eq!(shown(&other.get(path).await.expect(200)), [(json!(theirs), json!("<5"))]);
    let first = seller.get(&format!("{path}?limit=1")).await.expect(200);
    let next = format!("{path}?limit=1&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(shown(&seller.get(&next).await.expect(200)), [(json!(m), json!("<5"))]);
    seller.member("order").await.get(path).await.expect(200);
    seller.member("cs").await.get(path).await.expect_code(403, "forbidden");
    seller.get(&format!("{path}?stock=low")).await.expect_code(422, "invalid_request");

    let md = shop.operator("md").await;
    let all = md.get("/v1/restock-demands").await.expect(200);
    assert_eq!(shown(&all)[0], (json!(l), json!("6")));
    assert_eq!((all.items().len(), &all.items()[0]["seller_id"]), (3, &json!(seller.seller_id)));
    // Below five the newest SKU comes first, whoever waits for it.
    assert_eq!(shown(&all)[1..], [(json!(theirs), json!("<5")), (json!(m), json!("<5"))]);
    let of_other = md.get(&format!("/v1/restock-demands?seller_id={}", other.seller_id)).await.expect(200);
    assert_eq!(shown(&of_other), [(json!(theirs), json!("<5"))]);
    shop.operator("security_officer").await.get("/v1/restock-demands").await.expect_code(403, "forbidden");
    shop.close().await;
}

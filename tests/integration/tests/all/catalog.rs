//! What shoppers find: lists by any sort, categories, brands.

use chrono::Duration;
use harness::{Host, Shop, counted};

#[tokio::test]
async fn shoppers_page_through_lists_by_any_sort() {
    let shop = Shop::open().await;
    let (seller, nobody) = (shop.seller().await, shop.anonymous(Host::Service));
    let mut products = Vec::new();
    for (n, price) in [30_000, 10_000, 20_000, 10_000].into_iter().enumerate() {
        shop.clock().advance(Duration::minutes(1));
        products.push(
            seller.product(&format!("상품 {n}")).price(price).sku("M", if n == 2 { 0 } else { 9 }).on_sale().await,
        );
    }
    shop.sql("update products set like_count = 7 where id = $1", &[&products[2].id]).await;
    shop.promotion(&products[0], 5_000).await;

    let pages = |query: &str| {
        let (nobody, query) = (nobody.clone(), query.to_owned());
        async move {
            let (mut names, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = nobody.get(&format!("/v1/products?limit=1{query}{cursor}")).await.expect(200);
                names.extend(page.items().iter().map(|card| card["name"].as_str().unwrap()[7..].to_owned()));
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => return names.join(""),
                }
            }
        }
    };
    assert_eq!(pages("").await, "3210");
    assert_eq!(pages("&sort=price_asc").await, "0312");
    assert_eq!(pages("&sort=price_desc").await, "2310");
    assert_eq!(pages("&sort=popular").await, "2310");
    assert_eq!(pages("&in_stock=true").await, "310");
    assert_eq!(pages("&min_price=6000&max_price=10000").await, "31");
    assert_eq!(pages(&format!("&brand_id={}&gender=m", seller.brand_id)).await, "3210");
    assert_eq!(pages("&gender=kids").await, "");
    assert_eq!(pages("&keyword=%EC%83%81%ED%92%88%201").await, "1");
    assert_eq!(pages(&format!("&category_id={}", products[0].category_id)).await, "3210");

    let cheapest = nobody.get("/v1/products?sort=price_asc&limit=1").await.expect(200);
    let card = &cheapest.items()[0];
    assert_eq!(
        (card["price"].as_i64(), card["former_price"].as_i64(), card["discount_percent"].as_i64()),
        (Some(5_000), Some(30_000), Some(83))
    );
    nobody.get("/v1/products?colour=red").await.expect_code(422, "invalid_request");
    nobody.get("/v1/products?sort=random").await.expect_code(422, "invalid_request");
    let (cost, _) = counted(async { nobody.get("/v1/products?sort=popular").await.expect(200) }).await;
    assert_eq!(cost.statements, 1);
    shop.close().await;
}

#[tokio::test]
async fn categories_and_brands_lead_to_products() {
    let shop = Shop::open().await;
    let (seller, nobody) = (shop.seller().await, shop.anonymous(Host::Service));
    let product = seller.product("셔츠").on_sale().await;
    let tree = nobody.get("/v1/categories").await.expect(200);
    assert_eq!(tree.items().len(), 3);
    assert_eq!(tree.header("cache-control"), Some("public, max-age=600"));
    nobody.get("/v1/categories").header("if-none-match", tree.header("etag").unwrap()).await.expect(304);
    let top = nobody.get(&format!("/v1/categories/{}", tree.items()[0]["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(
        (top["children"][0]["name"].as_str(), top["featured_brands"].as_array().unwrap().len()),
        (Some("상의"), 1)
    );
    nobody.get(&format!("/v1/categories/{}", product.id)).await.expect_code(404, "category_not_found");

    let index = nobody.get("/v1/brands?initial=%EB%B0%94").await.expect(200);
    assert_eq!(index.items().len(), 1);
    assert!(nobody.get("/v1/brands?initial=%EA%B0%80").await.expect(200).items().is_empty());
    assert_eq!(nobody.get("/v1/brands?initial=B&sort=popular").await.expect(200).items().len(), 1);
    nobody.get("/v1/brands?initial=1").await.expect_code(422, "invalid_request");
    let page = nobody.get(&format!("/v1/brands/{}", seller.brand_id)).await.expect(200);
    assert_eq!((page.won("product_count"), page["categories"][0]["product_count"].as_i64()), (1, Some(1)));

    let mine = seller.get("/v1/categories").await.expect(200);
    assert_eq!(mine.header("cache-control"), Some("private, no-cache"));
    seller.get("/v1/categories").header("if-none-match", mine.header("etag").unwrap()).await.expect(304);
    assert_eq!(
        (mine.items()[2]["can_sell"].as_bool(), mine.items()[2]["commission_rate"].as_str()),
        (Some(true), Some("0.12000"))
    );
    assert_eq!(mine.items()[0]["can_sell"], false);
    let form = seller.get(&format!("/v1/categories/{}/registration-form", product.category_id)).await.expect(200);
    assert_eq!((form["notice_type"].as_str(), form["disclosure_fields"].as_array().unwrap().len()), (Some("wear"), 8));
    let leafless = format!("/v1/categories/{}/registration-form", tree.items()[0]["id"].as_str().unwrap());
    seller.get(&leafless).await.expect_code(409, "category_not_a_leaf");
    assert_eq!(seller.get("/v1/brands").await.expect(200).items()[0]["sellable"], true);
    let list = seller.get("/v1/products?state=draft").await.expect(200);
    assert_eq!((list.items().len(), list["counts"]["on_sale"].as_i64()), (0, Some(1)));
    shop.close().await;
}

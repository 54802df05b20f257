//! Carts: what adds up, what is too much, what cannot be bought and is not ordered by accident.

use crate::buying::{order, piece};
use harness::{Actor, Answer, Host, Product, Shop, Value, json};

const ITEMS: &str = "/v1/cart/items";

/// Every line of a cart.
fn lines(cart: &Answer) -> Vec<Value> {
    let sellers = cart["sellers"].as_array().unwrap();
    sellers.iter().flat_map(|seller| seller["items"].as_array().unwrap().clone()).collect()
}

/// The cart line of a SKU.
#[track_caller]
fn line(cart: &Answer, sku: kernel::SkuId) -> Value {
    lines(cart).into_iter().find(|line| line["sku_id"] == json!(sku)).unwrap_or_else(|| panic!("{}", cart.text))
}

async fn add(actor: &Actor, items: Value) -> Answer {
    actor.post(ITEMS, json!({ "items": items })).await.expect(201)
}

async fn shirts(shop: &Shop) -> Product {
    shop.seller().await.product("티셔츠").price(20_000).sku("M", 5).sku("L", 5).on_sale().await
}

#[tokio::test]
async fn pieces_of_one_sku_add_up_and_a_swap_joins_lines() {
    let shop = Shop::open().await;
    let (minji, tee) = (shop.customer().await, shirts(&shop).await);
    add(&minji, json!([piece(tee.sku("M"), 1), piece(tee.sku("M"), 1), piece(tee.sku("L"), 1)])).await;
    let cart = add(&minji, json!([piece(tee.sku("M"), 1)])).await;
    assert_eq!((lines(&cart).len(), &line(&cart, tee.sku("M"))["quantity"]), (2, &json!(3)));
    assert_eq!(
        (cart.won("goods_amount"), cart.won("shipping_amount")),
        (80_000, 0),
        "over the free-shipping threshold"
    );
    let path = format!("{ITEMS}/{}", line(&cart, tee.sku("L"))["cart_item_id"].as_str().unwrap());
    shop.customer().await.patch(&path, json!({ "quantity": 2 })).await.expect_code(404, "cart_item_not_found");
    let cart = minji.patch(&path, json!({ "sku_id": tee.sku("M") })).await.expect(200);
    assert_eq!((lines(&cart).len(), &line(&cart, tee.sku("M"))["quantity"]), (1, &json!(4)));
    let reserved: i64 = shop.value("select sum(reserved)::bigint from sku_stocks", &[]).await;
    assert_eq!(reserved, 0, "a cart holds no stock");
    let path = format!("{ITEMS}/{}", line(&cart, tee.sku("M"))["cart_item_id"].as_str().unwrap());
    assert!(lines(&minji.delete(&path).await.expect(200)).is_empty());
    minji.delete(&path).await.expect_code(404, "cart_item_not_found");
    shop.close().await;
}

#[tokio::test]
async fn limits_of_a_product_count_over_all_its_sizes() {
    let shop = Shop::open().await;
    let (minji, tee) = (shop.customer().await, shirts(&shop).await);
    shop.sql("update products set min_per_order = 2, max_per_order = 3 where id = $1", &[&tee.id]).await;
    let limits = json!([{ "product_id": tee.id, "min": 2, "max": 3 }]);
    for items in [
        json!([piece(tee.sku("M"), 1)]),
        json!([piece(tee.sku("M"), 4)]),
        json!([piece(tee.sku("M"), 2), piece(tee.sku("L"), 2)]),
    ] {
        let over = minji.post(ITEMS, json!({ "items": items })).await.expect_code(422, "purchase_limit_exceeded");
        assert_eq!(over["errors"][0]["field"], "/items");
        assert_eq!(over["details"][0], limits[0], "{items}");
    }
    let cart = add(&minji, json!([piece(tee.sku("M"), 1), piece(tee.sku("L"), 1)])).await;
    let path = format!("{ITEMS}/{}", line(&cart, tee.sku("M"))["cart_item_id"].as_str().unwrap());
    let over = minji.patch(&path, json!({ "quantity": 3 })).await.expect_code(422, "purchase_limit_exceeded");
    assert_eq!((&over["errors"][0]["field"], &over["details"]), (&json!("/quantity"), &limits));
    assert_eq!(line(&minji.get("/v1/cart").await.expect(200), tee.sku("M"))["quantity"], 1, "the line stays");
    minji.patch(&path, json!({ "quantity": 2 })).await.expect(200);
    for quantity in [json!(0), json!(-1), json!(100_000), json!("2")] {
        let wrong = minji.patch(&path, json!({ "quantity": quantity })).await.expect_code(422, "invalid_request");
        assert_eq!(wrong["errors"][0]["field"], "/quantity");
    }
    minji.post(ITEMS, json!({ "items": [piece(kernel::SkuId::new(), 1)] })).await.expect_code(404, "sku_not_found");
    shop.close().await;
}

#[tokio::test]
async fn what_cannot_be_bought_is_unticked_and_not_ordered_by_accident() {
    let shop = Shop::open().await;
    let (minji, tee) = (shop.customer().await, shirts(&shop).await);
    minji.address().await;
    add(&minji, json!([piece(tee.sku("M"), 2), piece(tee.sku("L"), 1)])).await;
    shop.sql("update sku_stocks set on_hand = 1 where sku_id = $1", &[&tee.sku("M")]).await;
    let cart = minji.get("/v1/cart").await.expect(200);
    let short = line(&cart, tee.sku("M"));
    assert_eq!((&short["selected"], &short["unavailable"]), (&json!(false), &json!("not_enough_stock")));
    assert_eq!(cart.won("goods_amount"), 20_000);
    let everything: Vec<Value> = lines(&cart).iter().map(|line| line["cart_item_id"].clone()).collect();
    let ticked = minji.put("/v1/cart/selection", json!({ "cart_item_ids": everything })).await.expect(200);
    assert_eq!(line(&ticked, tee.sku("M"))["selected"], false, "it comes back unticked");

    // What the cart counted is what the checkout prices, and what is ordered leaves the cart.
    let quoted = minji.post("/v1/checkout-quotes", json!({})).await.expect(201);
    assert_eq!(quoted.won("goods_amount"), cart.won("goods_amount"));
    order(&minji, &quoted).await;
    let left = minji.get("/v1/cart").await.expect(200);
    assert_eq!(lines(&left).iter().map(|line| line["sku_id"].clone()).collect::<Vec<_>>(), [json!(tee.sku("M"))]);
    minji.post("/v1/checkout-quotes", json!({})).await.expect_code(422, "nothing_selected");
    let ids = json!({ "cart_item_ids": [line(&left, tee.sku("M"))["cart_item_id"], kernel::CartItemId::new()] });
    assert!(lines(&minji.post("/v1/cart/items/bulk-delete", ids).await.expect(200)).is_empty());
    shop.sql("update sku_stocks set on_hand = 5 where sku_id = $1", &[&tee.sku("M")]).await;
    shop.close().await;
}

#[tokio::test]
async fn a_visitor_brings_the_cart_along_once_and_within_the_limits() {
    let shop = Shop::open().await;
    let (minji, tee) = (shop.customer().await, shirts(&shop).await);
    let cap = shop.seller().await.product("모자").price(10_000).on_sale().await;
    let visitor = shop.anonymous(Host::Service);
    let first =
        visitor.post(ITEMS, json!({ "items": [piece(tee.sku("M"), 2), piece(cap.only(), 1)] })).await.expect(201);
    let guest = first["guest_id"].as_str().unwrap();
    let again = visitor.get("/v1/cart").header("drrip-guest", guest).await.expect(200);
    assert_eq!(lines(&again).len(), 2);
    let forged = format!("{}x", &guest[..guest.len() - 1]);
    assert!(lines(&visitor.get("/v1/cart").header("drrip-guest", &forged).await.expect(200)).is_empty());
    add(&minji, json!([piece(tee.sku("M"), 2)])).await;
    shop.sql("update products set max_per_user = 3 where id = $1", &[&tee.id]).await;
    for _ in 0..2 {
        let cart = minji.post("/v1/cart/merge", json!({ "guest_id": guest })).await.expect(200);
        assert_eq!(lines(&cart).len(), 2);
        assert_eq!(line(&cart, tee.sku("M"))["quantity"], 3, "no more than one person may have");
    }
    let nothing = visitor.get("/v1/cart").header("drrip-guest", guest).await.expect(200);
    assert!(lines(&nothing).is_empty());
    visitor.post("/v1/cart/merge", json!({ "guest_id": guest })).await.expect_code(401, "unauthenticated");
    shop.close().await;
}

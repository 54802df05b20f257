//! Stock: what a seller changes, what orders hold and take, and how it can be traced.

use crate::buying::{bought, lines, order, pay, piece, quote};
use harness::{Shop, json};

#[tokio::test]
async fn a_seller_changes_quantities_and_never_below_what_orders_hold() {
    let shop = Shop::open().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    let product = seller.product("코트").sku("M", 5).sku("L", 2).on_sale().await;
    let (m, l) = (product.sku("M"), product.sku("L"));
    minji.address().await;
    order(&minji, &quote(&minji, &[piece(m, 3)]).await).await;

    let stock = seller.get(&format!("/v1/stock?product_id={}", product.id)).await.expect(200);
    let row = stock.items().iter().find(|row| row["sku_id"] == json!(m)).unwrap().clone();
    assert_eq!(
        (row["on_hand"].as_i64(), row["reserved"].as_i64(), row["available"].as_i64()),
        (Some(5), Some(3), Some(2))
    );
    let version = row["stock_version"].as_i64().unwrap();

    let body = json!({ "reason": "count", "note": "재고 실사", "adjustments": [
        { "mode": "set", "sku_id": m, "quantity": 8, "stock_version": version - 1 },
        { "mode": "subtract", "sku_id": l, "quantity": 3 },
        { "mode": "add", "sku_id": shop.seller().await.product("남의 것").on_sale().await.only(), "quantity": 1 },
    ] });
    let done = seller.post("/v1/stock/adjustments", body).await.expect(200);
    let outcome = |answer: &harness::Answer, sku| {
        let found = answer["results"].as_array().unwrap().iter().find(|row| row["sku_id"] == json!(sku)).cloned();
        found.unwrap()["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!((outcome(&done, m), outcome(&done, l)), ("version_conflict".into(), "below_reserved".into()));
    assert!(done["results"].as_array().unwrap().iter().any(|row| row["outcome"] == "sku_not_found"));

    let body = json!({ "reason": "count", "adjustments": [{ "mode": "set", "sku_id": m, "quantity": 2, "stock_version": version }] });
    let below = seller.post("/v1/stock/adjustments", body).await.expect(200);
    assert_eq!(outcome(&below, m), "below_reserved");
    let body = json!({ "reason": "receipt", "adjustments": [{ "mode": "set", "sku_id": m, "quantity": 8, "stock_version": version }, { "mode": "add", "sku_id": l, "quantity": 4 }] });
    let once = seller.post("/v1/stock/adjustments", body.clone()).key("stock-key-1").await.expect(200);
    let twice = seller.post("/v1/stock/adjustments", body).key("stock-key-1").await.expect(200);
    assert_eq!((outcome(&once, m), outcome(&once, l), twice.json()), ("done".into(), "done".into(), once.json()));
    let on_hand: i32 = shop.value("select on_hand from sku_stocks where sku_id = $1", &[&l]).await;
    assert_eq!(on_hand, 6);
    let same = json!({ "reason": "other", "adjustments": [{ "mode": "add", "sku_id": l, "quantity": 1 }, { "mode": "add", "sku_id": l, "quantity": 1 }] });
    seller.post("/v1/stock/adjustments", same).await.expect_code(422, "duplicate_sku");
    seller.member("cs").await.get("/v1/stock").await.expect_code(403, "forbidden");
    let other = shop.seller().await;
    assert!(other.get(&format!("/v1/stock/movements?sku_id={m}")).await.expect(200).items().is_empty());
    shop.close().await;
}

#[tokio::test]
async fn what_is_paid_leaves_the_shelf_once() {
    let shop = Shop::open().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    let product = seller.product("양말").price(3_000).sku("FREE", 10).on_sale().await;
    let sku = product.only();
    let placed = bought(&shop, &minji, &[piece(sku, 4)]).await;
    let counters = "select on_hand * 100 + reserved from sku_stocks where sku_id = $1";
    let both: i32 = shop.value(counters, &[&sku]).await;
    assert_eq!(both, 600);
    let trace = seller.get(&format!("/v1/stock/movements?sku_id={sku}")).await.expect(200);
    let kinds: Vec<_> = trace
        .items()
        .iter()
        .map(|row| {
            (row["kind"].as_str().unwrap(), row["quantity"].as_i64().unwrap(), row["on_hand_after"].as_i64().unwrap())
        })
        .collect();
    assert_eq!(kinds, [("sale", -4, 6), ("initial", 10, 10)]);
    assert!(trace.items()[0]["product_order_no"].is_string());
    assert_eq!(lines(&shop, &placed).await.len(), 1);

    // The message comes once more, long after.
    for event in shop.events("order.paid").await {
        shop.deliver_to("finalize_stock", &event).await.unwrap();
    }
    let both: i32 = shop.value(counters, &[&sku]).await;
    assert_eq!(both, 600);
    shop.close().await;
}

#[tokio::test]
async fn the_last_pieces_go_to_one_order_and_come_back_when_it_is_given_up() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let product = seller.product("한정판").sku("M", 3).sku("L", 9).on_sale().await;
    let (m, l) = (product.sku("M"), product.sku("L"));
    let mut buyers = Vec::new();
    for _ in 0..4 {
        let buyer = shop.customer().await;
        buyer.address().await;
        let quote = quote(&buyer, &[piece(m, 2), piece(l, 1)]).await;
        buyers.push((buyer, quote));
    }
    let tries = buyers
        .iter()
        .map(|(buyer, quote)| async move { buyer.post("/v1/purchase-orders", crate::buying::accepted(quote)).await });
    let answers = futures::future::join_all(tries).await;
    let won: Vec<usize> = (0..4).filter(|n| answers[*n].status == 201).collect();
    assert_eq!(won.len(), 1, "{:?}", answers.iter().map(|a| &a.text).collect::<Vec<_>>());
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(
            (refused.status.as_u16(), refused["code"].as_str()),
            (409, Some("out_of_stock")),
            "{}",
            refused.text
        );
        assert!(refused["details"].to_string().contains(&m.to_string()), "{}", refused.text);
    }
    let held: i32 = shop.value("select reserved from sku_stocks where sku_id = $1", &[&l]).await;
    assert_eq!(held, 1);

    let (winner, placed) = (&buyers[won[0]].0, &answers[won[0]]);
    let path = format!("/v1/purchase-orders/{}/cancel", placed["purchase_order_id"].as_str().unwrap());
    winner.post(&path, json!({})).await.expect(204);
    shop.run_tasks().await;
    let held: i64 = shop.value("select sum(reserved) from sku_stocks", &[]).await;
    assert_eq!(held, 0);
    let loser = &buyers[(won[0] + 1) % 4].0;
    let placed = order(loser, &quote(loser, &[piece(m, 2)]).await).await;
    pay(&shop, loser, &placed).await;
    shop.close().await;
}

//! Stock: what a seller changes, what orders hold and take, and how it can be traced.

use crate::buying::{bought, lines, order, pay, piece, quote};
use harness::{Shop, counted, json};

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

#[tokio::test]
async fn changes_at_the_same_moment_add_up_and_one_count_wins() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let product = seller.product("장갑").sku("S", 100).sku("L", 100).on_sale().await;
    let (s, l) = (product.sku("S"), product.sku("L"));
    // Half of the calls name the SKUs the other way round.
    let calls = (0..12).map(|n| {
        let change = |mode: &str, sku, quantity: i32| json!({ "mode": mode, "sku_id": sku, "quantity": quantity });
        let mut both = [change("add", s, 5), change("subtract", l, 3)];
        both.rotate_left(n % 2);
        let seller = &seller;
        async move {
            seller.post("/v1/stock/adjustments", json!({ "reason": "receipt", "adjustments": both })).await.expect(200)
        }
    });
    futures::future::join_all(calls).await;
    let on_hand = "select on_hand from sku_stocks where sku_id = $1";
    assert_eq!((shop.value::<i32>(on_hand, &[&s]).await, shop.value::<i32>(on_hand, &[&l]).await), (160, 64));

    let version: i32 = shop.value("select version from sku_stocks where sku_id = $1", &[&s]).await;
    let counts = (0..4).map(|n| {
        let body = json!({ "reason": "count", "adjustments": [{ "mode": "set", "sku_id": s, "quantity": 10 + n, "stock_version": version }] });
        let seller = &seller;
        async move { seller.post("/v1/stock/adjustments", body).await.expect(200)["results"][0]["outcome"].to_string() }
    });
    let mut outcomes = futures::future::join_all(counts).await;
    outcomes.sort();
    assert_eq!(outcomes, ["\"done\"", "\"version_conflict\"", "\"version_conflict\"", "\"version_conflict\""]);

    let trace = seller.get(&format!("/v1/stock/movements?sku_id={s}&limit=3")).await.expect(200);
    let newest = &trace.items()[0];
    assert_eq!(
        (newest["kind"].as_str(), newest["reason"].as_str(), newest["actor"].as_str()),
        (Some("adjust"), Some("count"), Some("seller"))
    );
    let mut seen = trace.items().len();
    let mut next = trace["next_cursor"].as_str().map(str::to_owned);
    while let Some(cursor) = next {
        let page = seller.get(&format!("/v1/stock/movements?sku_id={s}&limit=3&cursor={cursor}")).await.expect(200);
        seen += page.items().len();
        next = page["next_cursor"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, 14);
    assert_eq!(shop.events("stock.changed").await.len(), 25);
    shop.close().await;
}

#[tokio::test]
async fn a_shelf_is_never_emptied_below_what_an_order_takes_at_that_moment() {
    let shop = Shop::open().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    minji.address().await;
    for round in 0..6 {
        let sku = seller.product(&format!("마지막 {round}")).sku("M", 5).on_sale().await.only();
        let quote = quote(&minji, &[piece(sku, 3)]).await;
        let take = json!({ "reason": "damage", "adjustments": [{ "mode": "subtract", "sku_id": sku, "quantity": 4 }] });
        let (ordered, taken) =
            futures::join!(async { minji.post("/v1/purchase-orders", crate::buying::accepted(&quote)).await }, async {
                seller.post("/v1/stock/adjustments", take).await.expect(200)
            },);
        let both: i32 = shop.value("select on_hand * 10 + reserved from sku_stocks where sku_id = $1", &[&sku]).await;
        match (ordered.status.as_u16(), taken["results"][0]["outcome"].as_str().unwrap()) {
            (201, "below_reserved") => assert_eq!(both, 53),
            (409, "done") => {
                assert_eq!((ordered["code"].as_str(), both), (Some("out_of_stock"), 10));
                assert!(ordered["details"].to_string().contains("\"left\":1"), "{}", ordered.text);
            }
            other => panic!("{other:?}: {} {}", ordered.text, taken.text),
        }
    }
    shop.close().await;
}

#[tokio::test]
async fn the_shelf_shows_what_is_low_and_how_fast_it_sells() {
    let shop = Shop::open().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    let product = seller.product("비니").price(9_000).sku("M", 14).sku("L", 0).on_sale().await;
    let (m, l) = (product.sku("M"), product.sku("L"));
    bought(&shop, &minji, &[piece(m, 7)]).await;
    let threshold = json!({ "skus": [{ "sku_id": m, "low_stock_threshold": 7, "location_code": "A-1" }] });
    seller.patch(&format!("/v1/products/{}/skus", product.id), threshold).await.expect(200);
    shop.clock().advance(chrono::Duration::days(1));
    let low = seller.get("/v1/stock?stock=low").await.expect(200);
    let row = &low.items()[0];
    assert_eq!((low.items().len(), &row["sku_id"], &row["location_code"]), (1, &json!(m), &json!("A-1")));
    assert_eq!(
        (row["available"].as_i64(), row["sold_7_days"].as_i64(), row["days_of_cover"].as_i64()),
        (Some(7), Some(7), Some(7))
    );
    let out = seller.get("/v1/stock?stock=sold_out&keyword=%EB%B9%84%EB%8B%88").await.expect(200);
    assert_eq!((out.items().len(), &out.items()[0]["sku_id"]), (1, &json!(l)));
    assert!(shop.seller().await.get("/v1/stock").await.expect(200).items().is_empty());
    let (cost, _) = counted(async { seller.get("/v1/stock").await.expect(200) }).await;
    assert_eq!(cost.statements, 1);
    shop.close().await;
}

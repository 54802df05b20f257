//! Restock alerts: who waits for a size and colour is told once when it can be bought again, and nobody else is.

use crate::buying::{bought, lines, order, piece, quote};
use crate::order_steps::ask_cancel;
use harness::{Answer, Customer, Seller, Shop, Value, after, before, json};
use kernel::{MovementId, SkuId};

pub const PATH: &str = "/v1/me/restock-subscriptions";
const ASK: &str = "notifications::restock::ask::ASK";

pub async fn waits(buyer: &Customer, sku: SkuId) -> Answer {
    buyer.post(PATH, json!({ "sku_id": sku })).await.expect(201)
}

/// Pieces come in, or go.
pub fn adjusted(seller: &Seller, sku: SkuId, mode: &str, quantity: i32) -> harness::Call {
    let change = json!({ "mode": mode, "sku_id": sku, "quantity": quantity });
    seller.post("/v1/stock/adjustments", json!({ "reason": "receipt", "adjustments": [change] }))
}

/// How often a customer was told of a restock.
async fn told(shop: &Shop, customer: &Customer) -> i64 {
    let sql = "select count(*) from notifications where user_id = $1 and template_code = 'restock'";
    shop.value(sql, &[&customer.user_id]).await
}

async fn state(shop: &Shop, wish: &Answer) -> String {
    let id: kernel::RestockSubscriptionId = wish.read("subscription_id");
    shop.value("select state from restock_subscriptions where id = $1", &[&id]).await
}

fn at(wish: &Answer) -> String {
    format!("{PATH}/{}", wish["subscription_id"].as_str().unwrap())
}

#[tokio::test]
async fn who_waits_is_told_once() {
    let shop = Shop::open().await;
    let (seller, minji, jihun) = (shop.seller().await, shop.customer().await, shop.customer().await);
    let coat = seller.product("코트").sku("M", 0).sku("L", 3).on_sale().await;
    let (m, l) = (coat.sku("M"), coat.sku("L"));
    let wish = waits(&minji, m).await;
    assert_eq!(
        (wish["state"].as_str(), wish["product_name"].as_str(), wish["option_text"].as_str(), &wish["buyable"]),
        (Some("waiting"), Some("코트"), Some("M"), &json!(false))
    );
    assert!(wish["image_key"].as_str().unwrap().starts_with("products/"));
    let again = waits(&minji, m).await;
    assert_eq!(again.json(), wish.json(), "asking twice is asking once");
    waits(&jihun, m).await;
    // More of what can be bought already is no news.
    adjusted(&seller, l, "add", 1).await.expect(200);
    adjusted(&seller, m, "add", 2).await.expect(200);
    adjusted(&seller, m, "add", 1).await.expect(200);
    let events = shop.events("stock.replenished").await;
    let movement: MovementId =
        shop.value("select id from stock_movements where sku_id = $1 and stock_version = 1", &[&m]).await;
    assert_eq!(events.len(), 1);
    assert_eq!(
        events[0].payload,
        json!({ "sku_id": m, "product_id": coat.id, "available": 2, "stock_movement_id": movement })
    );
    shop.run_tasks().await;
    shop.clock().advance(chrono::Duration::days(1));
    shop.deliver_to("restock_alert", &events[0]).await.unwrap();
    assert_eq!((told(&shop, &minji).await, told(&shop, &jihun).await), (1, 1));

    let inbox = minji.get("/v1/me/notifications").await.expect(200);
    let message = &inbox.items()[0];
    assert_eq!(
        (message["kind"].as_str(), message["link"].as_str()),
        (Some("transactional"), Some(format!("/products/{}", coat.id).as_str()))
    );
    assert!(message["body"].as_str().unwrap().starts_with("코트 (M): "), "{}", inbox.text);
    let list = minji.get(PATH).await.expect(200);
    let shown = &list.items()[0];
    assert_eq!((list.items().len(), &shown["state"], &shown["buyable"]), (1, &json!("notified"), &json!(true)));
    assert!(shown["notified_at"].is_string());
    let kept: Vec<Option<MovementId>> = shop.values("select stock_movement_id from restock_subscriptions", &[]).await;
    assert_eq!(kept, [Some(movement), Some(movement)]);

    // The next time it is gone, who was told asks again.
    minji.delete(&at(&wish)).await.expect_code(409, "restock_subscription_over");
    minji.post(PATH, json!({ "sku_id": m })).await.expect_code(409, "sku_in_stock");
    adjusted(&seller, m, "subtract", 3).await.expect(200);
    let second = waits(&minji, m).await;
    assert_ne!(second["subscription_id"], wish["subscription_id"]);
    adjusted(&seller, m, "add", 1).await.expect(200);
    shop.run_tasks().await;
    assert_eq!((told(&shop, &minji).await, told(&shop, &jihun).await), (2, 1));
    shop.close().await;
}

#[tokio::test]
async fn a_wish_is_called_off_by_its_own_customer() {
    let shop = Shop::open().await;
    let (seller, minji, jihun) = (shop.seller().await, shop.customer().await, shop.customer().await);
    let sku = seller.product("코트").sku("M", 0).on_sale().await.only();
    let (ours, theirs) = (waits(&minji, sku).await, waits(&jihun, sku).await);
    minji.delete(&at(&theirs)).await.expect_code(404, "restock_subscription_not_found");
    let nothing = format!("{PATH}/{}", uuid::Uuid::now_v7());
    minji.delete(&nothing).await.expect_code(404, "restock_subscription_not_found");
    for _ in 0..2 {
        minji.delete(&at(&ours)).await.expect(204);
    }
    assert!(minji.get(PATH).await.expect(200).items().is_empty());
    adjusted(&seller, sku, "add", 5).await.expect(200);
    shop.run_tasks().await;
    assert_eq!((told(&shop, &minji).await, told(&shop, &jihun).await), (0, 1));
    assert_eq!(state(&shop, &ours).await, "canceled");
    shop.close().await;
}

#[tokio::test]
async fn what_can_be_bought_or_is_not_shown_is_not_waited_for() {
    let shop = Shop::open().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    let ask = |sku: SkuId| minji.post(PATH, json!({ "sku_id": sku }));
    let stocked = seller.product("코트").sku("M", 1).on_sale().await.only();
    let refused = ask(stocked).await.expect_code(409, "sku_in_stock");
    assert_eq!(refused["errors"][0]["field"], "/sku_id");
    ask(seller.product("초안").sku("M", 0).draft().await.only()).await.expect_code(404, "sku_not_found");
    ask(SkuId::new()).await.expect_code(404, "sku_not_found");
    let ended = seller.product("단종").sku("M", 0).on_sale().await;
    shop.sql("update products set state = 'ended' where id = $1", &[&ended.id]).await;
    ask(ended.only()).await.expect_code(404, "sku_not_found");
    minji.post(PATH, json!({ "sku_id": "M" })).await.expect_code(422, "invalid_request");
    minji.post(PATH, json!({})).await.expect_code(422, "invalid_request");
    minji.get(&format!("{PATH}?limit=0")).await.expect_code(422, "invalid_request");
    let wishes: i64 = shop.value("select count(*) from restock_subscriptions", &[]).await;
    assert_eq!(wishes, 0);
    shop.close().await;
}

#[tokio::test]
async fn wishes_are_listed_page_by_page_newest_first() {
    let shop = Shop::open().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    let coat = seller.product("코트").sku("S", 0).sku("M", 0).sku("L", 0).on_sale().await;
    for size in ["S", "M", "L"] {
        waits(&minji, coat.sku(size)).await;
    }
    let page = minji.get(&format!("{PATH}?limit=2")).await.expect(200);
    let next = format!("{PATH}?limit=2&cursor={}", page["next_cursor"].as_str().unwrap());
    let rest = minji.get(&next).await.expect(200);
    let shown = |page: &Answer| page.items().iter().map(|wish| wish["option_text"].clone()).collect::<Vec<_>>();
    assert_eq!((shown(&page), shown(&rest)), (vec![json!("L"), json!("M")], vec![json!("S")]));
    assert!(rest["next_cursor"].is_null() && shop.customer().await.get(PATH).await.expect(200).items().is_empty());
    shop.close().await;
}

#[tokio::test]
async fn a_hold_let_go_and_a_claimed_piece_are_told_of_too() {
    let shop = Shop::open().await;
    let (seller, minji, jihun) = (shop.seller().await, shop.customer().await, shop.customer().await);
    let coat = seller.product("코트").sku("M", 1).sku("L", 2).on_sale().await;
    let (m, l) = (coat.sku("M"), coat.sku("L"));
    minji.address().await;
    let placed = order(&minji, &quote(&minji, &[piece(m, 1), piece(l, 1)]).await).await;
    let held = waits(&jihun, m).await;
    let path = format!("/v1/purchase-orders/{}/cancel", placed["purchase_order_id"].as_str().unwrap());
    minji.post(&path, json!({})).await.expect(204);
    shop.run_tasks().await;
    let events = shop.events("stock.replenished").await;
    assert_eq!((events.len(), &events[0].payload["sku_id"]), (1, &json!(m)), "of L one piece was left");
    assert!(events[0].payload["stock_movement_id"].is_null(), "no goods moved");
    assert_eq!((state(&shop, &held).await.as_str(), told(&shop, &jihun).await), ("notified", 1));

    let placed = bought(&shop, &minji, &[piece(m, 1)]).await;
    let sold = waits(&jihun, m).await;
    ask_cancel(&minji, &[(lines(&shop, &placed).await[0], 1)]).await;
    shop.run_tasks().await;
    assert_eq!((state(&shop, &sold).await.as_str(), told(&shop, &jihun).await), ("notified", 2));
    let kind = "select m.kind from restock_subscriptions w join stock_movements m on m.id = w.stock_movement_id";
    assert_eq!(shop.value::<String>(kind, &[]).await, "cancel_restock");
    shop.close().await;
}

#[tokio::test]
async fn what_is_not_sold_is_told_of_when_it_is_sold_again() {
    let shop = Shop::open().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    let coat = seller.product("코트").sku("M", 0).sku("L", 1).on_sale().await;
    let (m, l) = (coat.sku("M"), coat.sku("L"));
    let sale = async |state: &str| {
        let body = json!({ "product_ids": [coat.id], "sale_state": state });
        seller.post("/v1/products/bulk-sale-state", body).await.expect(200);
        shop.run_tasks().await;
    };
    // Goods come in while the product is paused.
    let wish = waits(&minji, m).await;
    sale("paused").await;
    adjusted(&seller, m, "add", 1).await.expect(200);
    shop.run_tasks().await;
    assert_eq!(state(&shop, &wish).await, "waiting");
    let paused = waits(&minji, l).await;
    sale("on_sale").await;
    assert_eq!((state(&shop, &wish).await, state(&shop, &paused).await), ("notified".into(), "notified".into()));

    let used = async |usable: bool| {
        let body = json!({ "skus": [{ "sku_id": l, "usable": usable }] });
        seller.patch(&format!("/v1/products/{}/skus", coat.id), body).await.expect(200);
        shop.run_tasks().await;
    };
    used(false).await;
    let wish = waits(&minji, l).await;
    used(true).await;
    assert_eq!((state(&shop, &wish).await.as_str(), told(&shop, &minji).await), ("notified", 3));
    // The same by the options as a whole.
    used(false).await;
    let wish = waits(&minji, l).await;
    let both = json!([{ "values": ["M"] }, { "values": ["L"], "usable": true }]);
    seller.put(&format!("/v1/products/{}/options", coat.id), sizes(&["M", "L"], both)).await.expect(200);
    shop.run_tasks().await;
    assert_eq!((state(&shop, &wish).await.as_str(), told(&shop, &minji).await), ("notified", 4));
    shop.close().await;
}

/// Options of one axis.
fn sizes(values: &[&str], skus: Value) -> Value {
    let values: Vec<Value> = values.iter().map(|value| json!({ "value": value })).collect();
    json!({ "groups": [{ "name": "사이즈", "kind": "size", "values": values }], "skus": skus })
}

#[tokio::test]
async fn what_is_waited_for_is_not_removed() {
    let shop = Shop::open().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    let coat = seller.product("코트").sku("M", 0).sku("L", 3).on_sale().await;
    waits(&minji, coat.sku("M")).await;
    let without = sizes(&["L"], json!([{ "values": ["L"] }]));
    seller.put(&format!("/v1/products/{}/options", coat.id), without).await.expect_code(409, "sku_in_use");
    shop.close().await;
}

#[tokio::test]
async fn goods_that_come_in_at_the_moment_of_asking_pass_nobody_over() {
    for goods_first in [true, false] {
        let shop = Shop::open().await;
        let (seller, minji) = (shop.seller().await, shop.customer().await);
        let sku = seller.product("코트").sku("M", 0).on_sale().await.only();
        let point = if goods_first { before(ASK) } else { after(ASK) };
        let (handle, goods) = (shop.handle(), adjusted(&seller, sku, "add", 1));
        let came = shop.meanwhile(point, async move {
            goods.await.expect(200);
            handle.run_tasks().await;
        });
        let asked = minji.post(PATH, json!({ "sku_id": sku })).await;
        came.answer().await;
        if goods_first {
            asked.expect_code(409, "sku_in_stock");
        } else {
            assert_eq!(state(&shop, &asked.expect(201)).await, "notified");
        }
        assert_eq!(told(&shop, &minji).await, i64::from(!goods_first));
        shop.close().await;
    }
}

#[tokio::test]
async fn two_wishes_at_once_are_one() {
    let shop = Shop::open().await;
    let (seller, minji) = (shop.seller().await, shop.customer().await);
    let sku = seller.product("코트").sku("M", 0).on_sale().await.only();
    let other = shop.meanwhile(after(ASK), minji.post(PATH, json!({ "sku_id": sku })));
    let one = waits(&minji, sku).await;
    assert_eq!(other.answer().await.expect(201).json(), one.json());
    shop.close().await;
}

#[tokio::test]
async fn a_wish_ends_after_ninety_days() {
    let shop = Shop::open().await;
    let (seller, minji, jihun) = (shop.seller().await, shop.customer().await, shop.customer().await);
    let sku = seller.product("코트").sku("M", 0).on_sale().await.only();
    let early = waits(&minji, sku).await;
    shop.clock().advance(chrono::Duration::days(89));
    let late = waits(&jihun, sku).await;
    assert_eq!(shop.run_schedule("expire_points").await["wishes"], 0);
    shop.clock().advance(chrono::Duration::days(1));
    assert_eq!(shop.run_schedule("expire_points").await["wishes"], 1);
    assert_eq!((state(&shop, &early).await, state(&shop, &late).await), ("expired".into(), "waiting".into()));
    minji.delete(&at(&early)).await.expect_code(409, "restock_subscription_over");
    assert!(minji.get(PATH).await.expect(200).items().is_empty());
    waits(&minji, sku).await;
    shop.sql("update system_settings set value = '1' where key = 'restock_wish_days'", &[]).await;
    shop.clock().advance(chrono::Duration::days(1));
    assert_eq!(shop.run_schedule("expire_points").await["wishes"], 2);
    shop.close().await;
}

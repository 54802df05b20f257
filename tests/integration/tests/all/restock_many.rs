//! Restock alerts to many: page by page, in the order of asking, each once, whatever dies, comes twice or runs beside it, and
//! only as long as there is something to buy.

use crate::restock::adjusted;
use events::{Envelope, RestockAlertDue};
use harness::{Fate, Seller, Shop, after, before, counted};
use kernel::{MovementId, SkuId};
use notifications::restock::alert;

const TELL: &str = "notifications::restock::alert::TELL";

/// So many people, each with a wish, a second apart.
async fn crowd(shop: &Shop, sku: SkuId, people: i32) {
    let wishes = "with person as (
            insert into users (id, created_at) select gen_random_uuid(), $1 from generate_series(1, $3::int) returning id)
        insert into restock_subscriptions (id, user_id, sku_id, requested_at)
        select gen_random_uuid(), id, $2, $1::timestamptz + make_interval(secs => row_number() over (order by id)) from person";
    shop.sql(wishes, &[&shop.now(), &sku, &people]).await;
}

/// A SKU that a crowd waits for, and the event of its return.
async fn back(shop: &Shop, seller: &Seller, people: i32) -> (SkuId, Envelope) {
    let sku = seller.product("코트").sku("M", 0).on_sale().await.only();
    crowd(shop, sku, people).await;
    adjusted(seller, sku, "add", 1).await.expect(200);
    (sku, shop.events("stock.replenished").await.pop().unwrap())
}

fn due(sku_id: SkuId) -> RestockAlertDue {
    RestockAlertDue { sku_id, stock_movement_id: None }
}

/// Wishes that were told and those that wait; each told one has its one message.
async fn told(shop: &Shop, sku: SkuId) -> (i64, i64) {
    let messages = "select count(distinct n.user_id) from notifications n join restock_subscriptions w on n.dedupe_key = 'restock:' || w.id
        and n.user_id = w.user_id and w.state = 'notified' where w.sku_id = $1";
    let of = "select count(*) from restock_subscriptions where sku_id = $1 and state = $2";
    let told: i64 = shop.value(of, &[&sku, &"notified"]).await;
    assert_eq!(shop.value::<i64>(messages, &[&sku]).await, told);
    (told, shop.value(of, &[&sku, &"waiting"]).await)
}

async fn in_order(shop: &Shop, sku: SkuId) -> bool {
    let sql = "select max(requested_at) filter (where state = 'notified') < min(requested_at) filter (where state = 'waiting')
        from restock_subscriptions where sku_id = $1";
    shop.value(sql, &[&sku]).await
}

#[tokio::test]
async fn twelve_hundred_are_told_by_three_statements() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let (sku, event) = back(&shop, &seller, 1_200).await;
    let (cost, done) = counted(async { shop.deliver_to("restock_alert", &event).await }).await;
    done.unwrap();
    // The product's name, and a page with its COMMIT three times.
    assert!(cost.statements <= 7, "{cost:?}");
    assert_eq!(told(&shop, sku).await, (1_200, 0));
    let (again, done) = counted(async { shop.deliver_to("restock_alert", &event).await }).await;
    done.unwrap();
    assert!(again.statements <= 3, "{again:?}");
    let messages: i64 = shop.value("select count(*) from notifications", &[]).await;
    assert_eq!((told(&shop, sku).await, messages), ((1_200, 0), 1_200));
    shop.close().await;
}

#[tokio::test]
async fn a_message_ends_after_some_pages_and_asks_for_the_next_once() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let (sku, event) = back(&shop, &seller, 1_200).await;
    let db = &shop.boot().db;
    assert!(alert::tell(db, event.id, &due(sku), 100, 5, shop.now()).await.unwrap());
    assert_eq!(told(&shop, sku).await, (500, 700));
    assert!(in_order(&shop, sku).await);
    // The same message once more: it goes on, and what follows it was asked for already.
    assert!(alert::tell(db, event.id, &due(sku), 100, 5, shop.now()).await.unwrap());
    assert_eq!(told(&shop, sku).await, (1_000, 200));
    assert_eq!(shop.events("restock_alert.due").await.len(), 1);
    shop.run_tasks().await;
    assert_eq!(told(&shop, sku).await, (1_200, 0));
    shop.close().await;
}

#[tokio::test]
async fn two_at_once_tell_everybody_once() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let (sku, event) = back(&shop, &seller, 1_200).await;
    let (db, now) = (shop.boot().db.clone(), shop.now());
    let movement: MovementId = shop.value("select id from stock_movements where sku_id = $1", &[&sku]).await;
    let second = {
        let (db, due) = (db.clone(), RestockAlertDue { sku_id: sku, stock_movement_id: Some(movement) });
        async move { alert::tell(&db, uuid::Uuid::now_v7(), &due, 100, 20, now).await.unwrap() }
    };
    // The other one comes while a page is claimed, and takes the pages behind it without waiting.
    let second = shop.meanwhile(after(TELL).nth(2), second);
    assert!(!alert::tell(&db, event.id, &due(sku), 100, 20, now).await.unwrap());
    assert!(!second.answer().await);
    let by_second = "select count(*) from restock_subscriptions where stock_movement_id = $1";
    assert_eq!(shop.value::<i64>(by_second, &[&movement]).await, 1_000);
    let beside = (0..2).map(|_| shop.deliver_to("restock_alert", &event));
    futures::future::join_all(beside).await.into_iter().for_each(|done| done.unwrap());
    let messages: i64 = shop.value("select count(*) from notifications", &[]).await;
    assert_eq!((told(&shop, sku).await, messages), ((1_200, 0), 1_200));
    shop.close().await;
}

#[tokio::test]
async fn when_it_is_sold_out_again_the_rest_goes_on_waiting() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let (sku, event) = back(&shop, &seller, 5).await;
    let sold = shop.meanwhile(before(TELL).nth(2), adjusted(&seller, sku, "subtract", 1));
    let db = &shop.boot().db;
    assert!(!alert::tell(db, event.id, &due(sku), 2, 10, shop.now()).await.unwrap());
    sold.answer().await.expect(200);
    assert_eq!(told(&shop, sku).await, (2, 3));
    assert!(in_order(&shop, sku).await);
    shop.run_tasks().await;
    assert_eq!(told(&shop, sku).await, (2, 3), "the event that came first finds nothing to sell");
    adjusted(&seller, sku, "add", 1).await.expect(200);
    shop.run_tasks().await;
    assert_eq!(told(&shop, sku).await, (5, 0));
    shop.close().await;
}

#[tokio::test]
async fn a_message_whose_function_dies_goes_on_where_it_was() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    for at in 0.. {
        let (sku, event) = back(&shop, &seller, 7).await;
        let tell = async || alert::tell(&shop.boot().db, event.id, &due(sku), 2, 2, shop.now()).await.unwrap();
        let fate = shop.die_at(at, tell()).await;
        if matches!(fate, Fate::Died(_)) {
            tell().await;
        }
        shop.run_tasks().await;
        assert_eq!(told(&shop, sku).await, (7, 0), "{fate:?}");
        if matches!(fate, Fate::Lived(_)) {
            assert!(at > 5, "{at}");
            break;
        }
    }
    let messages: i64 = shop.value("select count(*) - count(distinct user_id) from notifications", &[]).await;
    assert_eq!(messages, 0);
    shop.close().await;
}

//! Order lines through a partner's system: the feed of changes, accepting, dispatching.

use crate::buying::{bought, lines, piece};
use harness::{Actor, Answer, Shop, json};
use kernel::{ProductOrderId, SellerId};

const SCOPES: &[&str] = &["partner:account", "partner:orders:read", "partner:orders:write"];

async fn poll(partner: &Actor, cursor: Option<&str>) -> Answer {
    let path = match cursor {
        Some(cursor) => format!("/v1/product-orders/changes?limit=100&cursor={cursor}"),
        None => "/v1/product-orders/changes?limit=100".to_owned(),
    };
    partner.get(&path).await.expect(200)
}

/// Waits until so many entries can be read. Every transaction of the server counts, those of other tests too.
async fn poll_for(partner: &Actor, cursor: Option<&str>, entries: usize) -> Answer {
    for _ in 0..200 {
        let changes = poll(partner, cursor).await;
        if changes.items().len() >= entries {
            return changes;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{entries} entries did not appear");
}

fn states(changes: &Answer, line: ProductOrderId) -> Vec<String> {
    let of_line = |change: &&harness::Value| change["product_order_id"] == json!(line);
    changes.items().iter().filter(of_line).map(|change| change["state"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn changes_come_in_commit_order_and_none_is_skipped() {
    let shop = Shop::open().await;
    let (one, two) = (shop.seller().await, shop.seller().await);
    let tee = one.product("티셔츠").price(20_000).sku("M", 5).on_sale().await;
    let cap = two.product("모자").price(15_000).sku("M", 5).on_sale().await;
    let partner = shop.partner(&one, SCOPES).await;
    let stranger = shop.own_client(&two, SCOPES).await;
    let minji = shop.customer().await;
    let placed = bought(&shop, &minji, &[piece(tee.only(), 2), piece(cap.only(), 1)]).await;
    let line = lines(&shop, &placed).await[0];

    let written: i64 =
        shop.value("select count(*) from product_order_changes where seller_id = $1", &[&one.seller_id]).await;
    let first = poll_for(&partner, None, usize::try_from(written).unwrap()).await;
    assert!(states(&first, line).contains(&"paid".to_owned()), "{}", first.text);
    assert!(first.items().iter().all(|c| c["seller_id"] == json!(one.seller_id)), "{}", first.text);
    assert!(!first.text.contains("user") && !first.text.contains(&minji.user_id.to_string()));
    assert_eq!(first["has_more"], false);
    let cursor: String = first.read("next_cursor");
    assert!(poll(&partner, Some(&cursor)).await.items().is_empty());
    assert!(poll(&stranger, None).await.items().iter().all(|c| c["seller_id"] == json!(two.seller_id)));

    // A slow commit: its entry has the lower number, the fast one commits first.
    let write = "insert into product_order_changes (seller_id, product_order_id, change_type, state, remaining_quantity, occurred_at)
                 values ($1, $2, $3, 'paid', 2, $4)";
    let slow = shop.boot().db.begin().await.unwrap();
    let insert: db::Stmt<(SellerId, ProductOrderId, String, kernel::Now), ()> = db::Stmt::new("slow", write);
    insert.run(&slow, (one.seller_id, line, "slow".to_owned(), shop.now())).await.unwrap();
    shop.sql(write, &[&one.seller_id, &line, &"fast", &shop.now()]).await;
    let meanwhile = poll(&partner, Some(&cursor)).await;
    assert!(meanwhile.items().is_empty(), "the fast one waits for the slow one: {}", meanwhile.text);
    slow.commit().await.unwrap();
    let after = poll_for(&partner, Some(&meanwhile.read::<String>("next_cursor")), 2).await;
    let kinds: Vec<&str> = after.items().iter().map(|c| c["change_type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["slow", "fast"]);
    // At least once: an older cursor answers the same again.
    assert_eq!(poll(&partner, Some(&cursor)).await.items().len(), 2);

    // One at a time, without losing any.
    let mut seen = 0;
    let mut at: Option<String> = None;
    loop {
        let path = at.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
        let page = partner.get(&format!("/v1/product-orders/changes?limit=1{path}")).await.expect(200);
        seen += page.items().len();
        at = Some(page.read("next_cursor"));
        if page["has_more"] == false {
            break;
        }
    }
    assert_eq!(seen, first.items().len() + 2);
    shop.clock().advance(chrono::Duration::days(31));
    partner.get(&format!("/v1/product-orders/changes?cursor={cursor}")).await.expect_code(410, "cursor_expired");
    partner.get("/v1/product-orders/changes?cursor=bm90").await.expect_code(422, "invalid_request");
    shop.close().await;
}

#[tokio::test]
async fn a_new_grant_brings_no_past() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let tee = seller.product("티셔츠").price(20_000).sku("M", 5).on_sale().await;
    let minji = shop.customer().await;
    bought(&shop, &minji, &[piece(tee.only(), 1)]).await;
    shop.clock().advance(chrono::Duration::minutes(1));
    let own = shop.own_client(&seller, SCOPES).await;
    poll_for(&own, None, 1).await;
    let late = shop.partner(&seller, SCOPES).await;
    assert!(poll(&late, None).await.items().is_empty());
    shop.close().await;
}

#[tokio::test]
async fn a_partner_accepts_and_dispatches_for_its_seller_alone() {
    let shop = Shop::open().await;
    let (one, two) = (shop.seller().await, shop.seller().await);
    let tee = one.product("티셔츠").price(20_000).sku("M", 5).on_sale().await;
    let cap = two.product("모자").price(15_000).sku("M", 5).on_sale().await;
    let minji = shop.customer().await;
    let placed = bought(&shop, &minji, &[piece(tee.only(), 2), piece(cap.only(), 1)]).await;
    let [mine, foreign] = lines(&shop, &placed).await[..] else { panic!("two lines") };
    let partner = shop.partner(&one, SCOPES).await;

    let confirm = || partner.post("/v1/product-orders/confirm", json!({ "product_order_ids": [mine, foreign] }));
    let answer = confirm().await.expect(200);
    assert_eq!(answer["results"][0], json!({ "product_order_id": mine, "ok": true }));
    assert_eq!(
        answer["results"][1],
        json!({ "product_order_id": foreign, "ok": false, "code": "product_order_not_found" })
    );
    confirm().await.expect(200);
    let by: String = shop
        .value(
            "select actor_type from order_status_histories where product_order_id = $1 and to_state = 'preparing'",
            &[&mine],
        )
        .await;
    assert_eq!(by, "partner");

    let dispatch = |quantity: i32, invoice: &str| {
        let item = json!({ "product_order_id": mine, "quantity": quantity, "method": "parcel", "carrier_code": "CJ", "invoice_no": invoice });
        partner.post("/v1/product-orders/dispatch", json!({ "items": [item] }))
    };
    assert_eq!(dispatch(3, "123456789012").await.expect(200)["results"][0]["code"], "quantity_changed");
    assert_eq!(dispatch(2, "12").await.expect(200)["results"][0]["code"], "invoice_invalid");
    // Spaces and dashes are left out, as the carrier's scans do.
    assert_eq!(dispatch(2, "1234-5678 9012").await.expect(200)["results"][0]["ok"], true);
    assert_eq!(shop.values::<String>("select invoice_no from shipments", &[]).await, ["123456789012"]);
    assert_eq!(dispatch(2, "123456789012").await.expect(200)["results"][0]["ok"], true, "the same pair again");
    let state: String = shop.value("select state from product_orders where id = $1", &[&mine]).await;
    assert_eq!(state, "dispatched");
    partner.post("/v1/product-orders/dispatch", json!({ "items": [] })).await.expect_code(422, "invalid_request");

    let reader = shop.partner(&one, &["partner:orders:read"]).await;
    let refused = reader.post("/v1/product-orders/confirm", json!({ "product_order_ids": [mine] })).await;
    refused.expect_code(403, "forbidden");
    shop.close().await;
}

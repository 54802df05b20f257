//! What comes back after it was settled is taken back from its seller.

use crate::buying::*;
use crate::order_life::dispatch;
use crate::settlement_steps::*;
use harness::simulators::carrier::ScanStatus;
use harness::{Shop, json};

/// A piece of a line that was paid with points alone came back after it was settled: what a return's end writes, and what
/// its settlement takes back.
async fn returned(shop: &Shop, line: kernel::ProductOrderId) -> Vec<usize> {
    use kernel::{AllocationId, ClaimId, ClaimItemId, Money};
    let (claim, item, now) = (ClaimId::new(), ClaimItemId::new(), shop.now());
    let order: kernel::PurchaseOrderId =
        shop.value("select purchase_order_id from product_orders where id = $1", &[&line]).await;
    let user: kernel::UserId = shop.value("select user_id from product_orders where id = $1", &[&line]).await;
    shop.sql(
        "insert into claims (id, claim_no, purchase_order_id, seller_order_id, type, state, reason_code, fault, requested_by, collect_method, goods_points, refund_points,
                             requested_at, approved_at, collected_at, done_at)
         select $1, 'C1', purchase_order_id, seller_order_id, 'return', 'done', 'BROKEN', 'seller', 'customer', 'pickup', 30000, 30000, $3, $3, $3, $3
         from product_orders where id = $2",
        &[&claim, &line, &now],
    )
    .await;
    shop.sql(
        "insert into claim_items (id, claim_id, product_order_id, unit_no, outcome, gross, points) values ($1, $2, $3, 1, 'accepted', 30000, 30000)",
        &[&item, &claim, &line],
    )
    .await;
    shop.sql(
        "insert into discount_allocations (id, purchase_order_id, seller_order_id, product_order_id, source, bearer, amount, claim_id, claim_item_id, created_at)
         select $1, purchase_order_id, seller_order_id, id, 'points', 'platform', -30000, $2, $3, $5 from product_orders where id = $4",
        &[&AllocationId::new(), &claim, &item, &line, &now],
    )
    .await;
    shop.sql(
        "update product_orders set remaining_quantity = 1, remaining_gross = 30000, remaining_points = 30000 where id = $1",
        &[&line],
    )
    .await;
    let mut written = Vec::new();
    for _ in 0..2 {
        let tx = shop.boot().db.begin().await.unwrap();
        let piece = settlement::Returned { claim_item_id: item, product_order_id: line, unit_no: 1 };
        written.push(settlement::reverse(&tx, claim, &[piece], now).await.unwrap());
        let back = ledger::Tender { points: Money::won(30_000), ..ledger::Tender::default() };
        ledger::post(&tx, ledger::Posting::refund(ledger::RefundOf::Claim(claim), order, user, back, now))
            .await
            .unwrap();
        if written.len() == 1 {
            let fault = pricing::AtFault::Seller;
            promotions::restore_for_claim(&tx, user, order, claim, back.points, back.rewards, fault, now)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
    }
    written
}

#[tokio::test]
async fn a_piece_that_comes_back_after_it_was_settled_is_taken_back() {
    let shop = Shop::open().await;
    let seller = shop.seller().await;
    let minji = shop.customer().await;
    minji.address().await;
    minji.points(60_000).await;
    let knit = seller.product("니트").price(30_000).sku("F", 3).on_sale().await;
    let quoted = quote(&minji, &[piece(knit.only(), 2)]).await;
    let path = format!("/v1/checkout-quotes/{}", quoted["quote_id"].as_str().unwrap());
    let quoted = minji.patch(&path, json!({ "points": 60_000 })).await.expect(200);
    let placed = order(&minji, &quoted).await;
    shop.run_tasks().await;
    let of_order = lines(&shop, &placed).await;
    seller.post("/v1/product-orders/confirm", json!({ "product_order_ids": of_order })).await.expect(200);
    dispatch(&seller, &[(of_order[0], 2)], "100000000017").await;
    crate::order_steps::scanned(&shop, "100000000017", ScanStatus::AtPickup).await;
    crate::order_steps::scanned(&shop, "100000000017", ScanStatus::Delivered).await;
    minji.post("/v1/product-orders/confirm", json!({ "product_order_ids": of_order })).await.expect(204);
    mornings_until(&shop, &seller, "issued").await;
    assert_eq!(lines_of(&seller).await, [line("product", 52_080)]);

    assert_eq!(returned(&shop, of_order[0]).await, [1, 0], "a second time writes nothing");
    shop.check_laws().await;
    assert_eq!(lines_of(&seller).await, [line("product", 52_080), line("product_reversal", -26_040)]);
    // The minus is the next statement's, which carries it on; neither is calculated another way.
    for _ in 0..40 {
        if statements(&shop, &seller).await == ["confirmed", "carried"] {
            break;
        }
        morning(&shop).await;
    }
    assert_eq!(statements(&shop, &seller).await, ["confirmed", "carried"]);
    let clerk = shop.operator("settlement_clerk").await;
    for statement in clerk.get("/v1/settlements").await.expect(200).items() {
        let path = format!("/v1/settlements/{}/verify", statement["settlement_id"].as_str().unwrap());
        assert_eq!(clerk.post(&path, json!({})).await.expect(200)["differences"], json!([]));
    }
    shop.close().await;
}

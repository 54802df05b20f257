//! Points and rewards: held, given back, expired, taken back.

use crate::buying::{order, piece, quote};
use chrono::Duration;
use harness::{Customer, Seller, Shop, Value, json};
use kernel::{ClaimId, Money, Now, ProductOrderId, PurchaseOrderId};
use pricing::{AtFault, Balance, Clawback};
use promotions::{LotSource, NewLot, balances};

/// Items of a list by a text field.
fn field<'a>(items: &'a [Value], name: &str) -> Vec<&'a str> {
    items.iter().filter_map(|item| item[name].as_str()).collect()
}

/// An order of 30,000 won that spends points; answers it unpaid.
async fn order_with_points(customer: &Customer, seller: &Seller, points: i64) -> harness::Answer {
    let tee = seller.product("티셔츠").price(30_000).on_sale().await;
    customer.address().await;
    let quoted = quote(customer, &[piece(tee.only(), 1)]).await;
    let path = format!("/v1/checkout-quotes/{}", quoted["quote_id"].as_str().unwrap());
    let quoted = customer.patch(&path, json!({ "points": points })).await.expect(200);
    order(customer, &quoted).await
}

#[tokio::test]
async fn points_are_held_by_an_unpaid_order_and_come_back() {
    let shop = Shop::open().await;
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    minji.points(5_000).await;
    minji.lot(Balance::Points, 2_000, Duration::days(10)).await;
    let placed = order_with_points(&minji, &seller, 3_000).await;
    let points = minji.get("/v1/points").await.expect(200);
    assert_eq!((points.won("balance"), points.won("held"), points.won("expiring_in_30_days")), (4_000, 3_000, 0));
    shop.check_laws().await;

    let id: PurchaseOrderId = placed.read("purchase_order_id");
    minji.post(&format!("/v1/purchase-orders/{id}/cancel"), json!({})).await.expect(204);
    let points = minji.get("/v1/points").await.expect(200);
    assert_eq!((points.won("balance"), points.won("held"), points.won("expiring_in_30_days")), (7_000, 0, 2_000));

    let moves = minji.get("/v1/points/transactions").await.expect(200);
    assert_eq!(field(moves.items(), "kind"), ["restore", "restore", "use", "use", "grant", "grant"]);
    let first = minji.get("/v1/points/transactions?limit=4").await.expect(200);
    let next = first["next_cursor"].as_str().unwrap().to_owned();
    let rest = minji.get(&format!("/v1/points/transactions?limit=4&cursor={next}")).await.expect(200);
    assert_eq!(field(rest.items(), "kind"), ["grant", "grant"]);
    let months = minji.get("/v1/points/expirations").await.expect(200);
    assert_eq!(months.items().iter().map(|month| month["amount"].as_i64().unwrap()).sum::<i64>(), 7_000);
    let stranger = shop.customer().await;
    assert_eq!(stranger.get("/v1/points").await.expect(200).won("balance"), 0);
    assert_eq!(stranger.get("/v1/points/transactions").await.expect(200).items().len(), 0);
    shop.close().await;
}

#[tokio::test]
async fn points_that_expired_while_an_order_held_them_come_back_for_thirty_days() {
    let shop = Shop::open().await;
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    minji.lot(Balance::Points, 2_000, Duration::minutes(10)).await;
    let placed = order_with_points(&minji, &seller, 1_500).await;
    shop.clock().advance(Duration::minutes(20));
    shop.run_schedule("expire_points").await;
    assert_eq!(minji.get("/v1/points").await.expect(200).won("balance"), 0);
    let id: PurchaseOrderId = placed.read("purchase_order_id");
    minji.post(&format!("/v1/purchase-orders/{id}/cancel"), json!({})).await.expect(204);
    let months = minji.get("/v1/points/expirations").await.expect(200);
    let lot = &months.items()[0]["lots"][0];
    assert_eq!((&lot["source"], &lot["remaining"]), (&json!("regrant"), &json!(1_500)));
    let ends: chrono::DateTime<chrono::Utc> = lot["expires_at"].as_str().unwrap().parse().unwrap();
    let days = (ends - shop.now().0).num_days();
    assert!((29..=31).contains(&days), "{days}");
    shop.close().await;
}

#[tokio::test]
async fn rewards_are_shown_by_campaign_and_expire() {
    let shop = Shop::open().await;
    let minji = shop.customer().await;
    minji.rewards(3_000).await;
    minji.lot(Balance::Rewards, 1_000, Duration::days(5)).await;
    let rewards = minji.get("/v1/rewards").await.expect(200);
    assert_eq!((rewards.won("balance"), rewards.won("expiring_in_30_days")), (4_000, 1_000));
    assert_eq!(rewards["campaigns"][0]["lots"].as_array().unwrap().len(), 2);
    shop.clock().advance(Duration::days(6));
    let coupon = shop.coupon("곧 끝남").days(1).give(&minji).await;
    shop.clock().advance(Duration::days(2));
    let report = shop.run_schedule("expire_points").await;
    assert_eq!((&report["lots"], &report["amount"], &report["coupons"]), (&json!(1), &json!(1_000), &json!(1)));
    assert_eq!(minji.get("/v1/rewards").await.expect(200).won("balance"), 3_000);
    let moves = minji.get("/v1/rewards/transactions").await.expect(200);
    assert_eq!(field(moves.items(), "kind"), ["expire", "grant", "grant"]);
    assert_eq!(minji.get("/v1/points/transactions").await.expect(200).items().len(), 0);
    let state: String = shop.value("select state from user_coupons where id = $1", &[&coupon]).await;
    assert_eq!(state, "expired");
    shop.close().await;
}

/// A return that exists only inside one transaction, which is never committed.
static RETURN: db::Stmt<(ClaimId, PurchaseOrderId, Now), ()> = db::Stmt::new(
    "RETURN",
    "insert into claims (id, claim_no, purchase_order_id, seller_order_id, type, reason_code, fault, requested_by, requested_at)
     select $1, $1::text, $2, id, 'return', 'INTENT_CHANGED', 'buyer', 'customer', $3 from seller_orders where purchase_order_id = $2",
);

/// An order of 30,000 won paid with rewards that expire in ten minutes and points that stay.
async fn paid_with_balances(shop: &Shop, minji: &Customer) -> PurchaseOrderId {
    let tee = shop.seller().await.product("티셔츠").price(30_000).on_sale().await;
    minji.address().await;
    minji.points(2_000).await;
    minji.lot(Balance::Rewards, 3_000, Duration::minutes(10)).await;
    let quoted = quote(minji, &[piece(tee.only(), 1)]).await;
    let path = format!("/v1/checkout-quotes/{}", quoted["quote_id"].as_str().unwrap());
    let quoted = minji.patch(&path, json!({ "points": 2_000, "rewards": 3_000 })).await.expect(200);
    let placed = order(minji, &quoted).await;
    crate::buying::pay(shop, minji, &placed).await;
    placed.read("purchase_order_id")
}

#[tokio::test]
async fn expired_rewards_come_back_only_to_the_blameless() {
    let shop = Shop::open().await;
    let minji = shop.customer().await;
    let order = paid_with_balances(&shop, &minji).await;
    shop.clock().advance(Duration::minutes(20));
    let (now, user, won) = (shop.now(), minji.user_id, Money::won);
    for (fault, rewards) in [(AtFault::Buyer, 0), (AtFault::Seller, 3_000)] {
        let tx = shop.boot().db.begin().await.unwrap();
        let claim = ClaimId::new();
        RETURN.run(&tx, (claim, order, now)).await.unwrap();
        for _ in 0..2 {
            promotions::restore_for_claim(&tx, user, order, claim, won(2_000), won(3_000), fault, now).await.unwrap();
        }
        let have = balances::of(&tx, user, now).await.unwrap();
        assert_eq!((have.points, have.rewards), (won(2_000), won(rewards)), "{fault}");
        let more = promotions::restore_for_claim(&tx, user, order, ClaimId::new(), won(1), won(0), fault, now).await;
        assert!(more.is_err(), "more comes back than was used");
    }
    shop.close().await;
}

#[tokio::test]
async fn points_taken_back_become_a_debt_that_the_next_points_pay() {
    let shop = Shop::open().await;
    let minji = shop.customer().await;
    let order = paid_with_balances(&shop, &minji).await;
    minji.points(300).await;
    let (now, user, won) = (shop.now(), minji.user_id, Money::won);
    let tx = shop.boot().db.begin().await.unwrap();
    let claim = ClaimId::new();
    RETURN.run(&tx, (claim, order, now)).await.unwrap();
    let back = [Clawback { product_order_id: ProductOrderId::new(), points: won(500) }];
    for _ in 0..2 {
        promotions::claw_back(&tx, user, order, claim, &back, now).await.unwrap();
    }
    let have = balances::of(&tx, user, now).await.unwrap();
    assert_eq!((have.points, have.points_debt), (won(0), won(200)));
    let lot = |amount: i64| NewLot {
        user_id: user,
        balance: Balance::Points,
        source: LotSource::Event,
        ref_type: "tests",
        ref_id: uuid::Uuid::now_v7(),
        amount: won(amount),
        expires_at: now.plus(Duration::days(30)),
        purchase_order_id: None,
    };
    let small = promotions::grant(&tx, lot(150), now).await.unwrap().unwrap();
    let large = promotions::grant(&tx, lot(1_000), now).await.unwrap().unwrap();
    assert_eq!((small.debt_paid, large.debt_paid), (won(150), won(50)));
    let have = balances::of(&tx, user, now).await.unwrap();
    assert_eq!((have.points, have.points_debt), (won(950), won(0)));
    drop(tx);
    shop.close().await;
}

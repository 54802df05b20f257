//! Cancels asked of a seller who is preparing: answered by the clock when nobody does.

use crate::buying::{bought, lines, piece};
use crate::order_steps::{accepted, ask_cancel};
use chrono::Duration;
use harness::{Shop, json};

#[tokio::test]
async fn a_cancel_left_unanswered_for_two_business_days_is_approved_and_refunded() {
    let shop = Shop::open().await;
    let (minji, seller) = (shop.customer().await, shop.seller().await);
    let tee = seller.product("티셔츠").price(30_000).sku("M", 5).on_sale().await;
    let placed = bought(&shop, &minji, &[piece(tee.only(), 2)]).await;
    let line = lines(&shop, &placed).await[0];
    accepted(&seller, &[line]).await;
    let asked = ask_cancel(&minji, &[(line, 1)]).await;
    let taken_back = ask_cancel(&minji, &[(line, 1)]).await;
    minji.post(&format!("/v1/claims/{taken_back}/withdraw"), json!({})).await.expect(204);
    let state = async |id| shop.value::<String>("select state from claims where id = $1", &[&id]).await;

    // The day after the request is never later than the second business day.
    shop.clock().advance(Duration::days(1));
    assert_eq!(shop.run_schedule("approve_unanswered_cancels").await["approved"], 0);
    assert_eq!(state(asked).await, "requested");
    // Nor are two weeks ever earlier than the day after it.
    shop.clock().advance(Duration::days(14));
    assert_eq!(shop.run_schedule("approve_unanswered_cancels").await["approved"], 1);
    let back: i32 = shop.value("select on_hand from sku_stocks", &[]).await;
    assert_eq!(back, 4, "the piece is on the shelf at once");
    shop.run_tasks().await;
    assert_eq!((state(asked).await.as_str(), state(taken_back).await.as_str()), ("done", "withdrawn"));
    let left: i32 = shop.value("select remaining_quantity from product_orders", &[]).await;
    assert_eq!(
        (left, shop.toss().totals().net),
        (1, 33_000),
        "free shipping was not owed: one piece and its shipping stay"
    );
    let told = shop.events("claim.status_changed").await;
    assert!(told.iter().any(|event| event.payload["actor_type"] == "system"), "{told:?}");
    shop.close().await;
}

//! What the two steps every order takes may cost: waits for the database, whatever is in the order. A number that rises
//! here is a statement that waits for another without need.

use crate::buying::{order, window};
use crate::order_life::FullStack;
use harness::Shop;

/// Round trips and statements of a piece of work.
async fn cost<T>(shop: &Shop, work: impl Future<Output = T>) -> (u64, u64, T) {
    let db = &shop.boot().db;
    let before = db.statements();
    let (trips, answer) = shop.statements(work).await;
    (trips, db.statements() - before, answer)
}

#[tokio::test]
async fn an_order_is_placed_in_five_round_trips_and_paid_in_six() {
    let FullStack { shop, minji, quote, .. } = FullStack::open().await;
    // Key and quote; every read; every write; the events of the stock; the saved answer with the commit.
    let (trips, statements, placed) = cost(&shop, order(&minji, &quote)).await;
    assert_eq!(trips, 5, "placing");
    assert!(statements <= 20, "placing took {statements} statements");
    let returned = window(&shop, &placed).await;
    // Lock; note with commit. The gateway. Lock; every write; events and the row as it is; commit.
    let (trips, statements, _) =
        cost(&shop, async { minji.post("/v1/payments/confirm", returned).await.expect(200) }).await;
    assert_eq!(trips, 6, "confirming");
    assert!(statements <= 20, "confirming took {statements} statements");
    shop.run_tasks().await;
    shop.close().await;
}

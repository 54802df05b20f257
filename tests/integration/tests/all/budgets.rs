//! What the two steps every order takes may cost: waits for the database, whatever is in the order. A number that rises
//! here is a statement that waits for another without need. The statements of every endpoint are counted in every story, see
//! `docs/statement-budgets.tsv`.

use crate::buying::{order, window};
use crate::order_life::FullStack;
use harness::counted;

#[tokio::test]
async fn an_order_is_placed_in_four_round_trips_and_paid_in_six() {
    let FullStack { shop, minji, quote, .. } = FullStack::open().await;
    // Key and quote; every read; every write; the saved answer, the stock with its events, and the commit.
    let (cost, placed) = counted(order(&minji, &quote)).await;
    assert_eq!(cost.trips, 4, "placing");
    assert!(cost.statements <= 20, "placing took {} statements", cost.statements);
    let returned = window(&shop, &placed).await;
    // Lock; note with commit. The gateway. Lock; every write; events and the row as it is; commit.
    let (cost, _) = counted(async { minji.post("/v1/payments/confirm", returned).await.expect(200) }).await;
    assert_eq!(cost.trips, 6, "confirming");
    assert!(cost.statements <= 20, "confirming took {} statements", cost.statements);
    shop.run_tasks().await;
    shop.close().await;
}
